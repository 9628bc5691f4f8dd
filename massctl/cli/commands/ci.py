"""`massctl ci`: what the workflows of `massctl init` do in addition to the verbs that people type."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from massctl.apply.notices import NEW_FOR
from massctl.apply.runner_events import statistics_events, stopped_now
from massctl.cli import views
from massctl.cli.app import Result, run, said, verb
from massctl.cli.arguments import form_option, read_at_most, repo_option
from massctl.cli.commands import ci_dispatch as dispatch
from massctl.cli.commands.ci_dispatch import account_with, list_drafts, push_import, take_secrets
from massctl.cli.commands.ci_review import language_of, write_comment, write_review
from massctl.cli.commands.ci_setup import setup as shown
from massctl.cli.commands.stop import set_brake
from massctl.cli.consent import require_operator
from massctl.cli.drift import DriftReader, unread_words
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import read_ledger, trust
from massctl.cli.output import Console, current_console, show_error, write_files
from massctl.cli.planner import PlanOptions, Purpose, planned
from massctl.cli.pull_request_comments import Stopped, report_sends, serial_now
from massctl.cli.report_notices import tell_reports
from massctl.cli.session import Session, open_settings, session
from massctl.cli.statistics import ONCE_SECONDS, collect_accounts
from massctl.errors import MassctlError, NotAPlanError
from massctl.forge.events import CommentEvent, read_event
from massctl.forge.review_file import event_text
from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.ids import CampaignName
from massctl.model.phrase import Command, Phrase
from massctl.plan.checkup import alarms
from massctl.plan.drift import Drift
from massctl.plan.forge_setup import SECRETS
from massctl.plan.plan_file import SAVED_BYTES_MAX, SavedPlan, StoppedPlan, reviewable

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
WAIT = "90m"


@click.group(name="ci")
def command() -> None:
    "Set up a repository on GitHub, review a pull request as data, and do what a run of a workflow is for."


@command.command(name="review")
@click.argument("out", type=FOLDER, metavar="DIR")
@click.option(
    "--pictures",
    type=FOLDER,
    metavar="FOLDER",
    help="Also write what phones show of its letters there.",
)
@click.pass_obj
def review(directory: str, out: Path, pictures: Path | None) -> int:
    """Render the pull request of this run, as data, and write its plan and the locks that it lacks into DIR.

    Run it in a checkout of the branch that sends. The pull request is that of GITHUB_EVENT_PATH; nothing of it is run.
    """
    return run("ci review", "text", lambda: write_review(directory, out, pictures))


@command.command(name="comment")
@click.argument("left", type=FOLDER, metavar="DIR")
@click.pass_obj
def comment(directory: str, left: Path) -> int:
    """Take what `ci review` left in DIR, commit its locks, show its plan as the comment, and set the status.

    The pull request is that of GITHUB_EVENT_PATH, whatever DIR says. Needs GITHUB_TOKEN.
    """
    return run("ci comment", "text", lambda: write_comment(directory, left))


@command.command(name="comment-text")
@click.argument("file", metavar="FILE")
@click.option("--commit", metavar="SHA", help="Name the commit of the plan.")
@click.option(
    "--from-fork", is_flag=True, help="Say that the plan comes from a fork, so it is untrusted."
)
@click.option("--out", type=FILE, metavar="BODY", help="Write it to a file instead.")
def comment_text(file: str, commit: str | None, from_fork: bool, out: Path | None) -> int:
    """Write the comment for a pull request from FILE, the JSON of `massctl plan --format json --for-review`.

    FILE is data that anybody may have written: it is checked against the schema, and its text cannot become a link, a
    mention, a picture or HTML. `-` is standard input. Needs no repository, no network and no secret.
    """
    if commit is not None and not (
        7 <= len(commit) <= 64 and set(commit) <= set("0123456789abcdef")
    ):
        raise click.UsageError(
            Phrase("{text} is not a commit: it must have 7 to 64 hex digits", text=commit)
        )

    def work() -> tuple[Console, Result]:
        plan, console = read_plan(file), current_console()
        comment = views.markdown.plan_comment(
            plan, language_of(plan, console), commit=commit, from_fork=from_fork
        )
        if out is None:
            return console, Result(ExitStatus.DONE, markdown=lambda _: comment)
        write_files(out.parent, {out.name: comment.encode()})
        return console, Result(ExitStatus.DONE)

    return run("ci comment-text", "markdown", work)


def read_plan(file: str) -> SavedPlan | StoppedPlan:
    """Read a plan's JSON, `-` from standard input, as something that anybody may have written.

    Raises UsageError if it cannot be read, and NotAPlanError if it is not exactly what its schema says.
    """
    nothing = Phrase("No comment was made.")
    content = read_at_most(file, SAVED_BYTES_MAX, nothing)
    if len(content) > SAVED_BYTES_MAX:
        raise NotAPlanError(
            Phrase("the plan is larger than {limit} MB", limit=SAVED_BYTES_MAX >> 20), nothing
        )
    return reviewable(content, file)


@command.command(name="setup")
@form_option
@repo_option
@verb("ci setup")
def setup(current: Session, repo: str | None) -> Result:
    """Print the commands and clicks that make this repository ready to send from GitHub, in their order.

    Into a file or a pipe it prints a shell script with comments. It changes nothing, and needs no network.
    """
    return shown(current, repo)


@command.command(name="gate")
@verb("ci gate", form="github")
def gate(current: Session) -> Result:
    """Say in GITHUB_OUTPUT whether the job that sends is needed: `step` is send, order, doctor or empty.

    Refuses what is not of the branch that sends, and an order of somebody whom policy.operators does not name, or of a
    run that is started again. Exits with 1 where a person is needed: a send in doubt, a missed window, a missing lock.
    Reads the repository and the ledger, needs no secret, and makes no request to WeChat.
    """

    looked = current.clock.now().isoformat()
    step = dispatch.gate(current, os.environ)
    if step is not None:
        _put_out(step, looked)
        return Result(ExitStatus.DONE)
    if current.settings.state.lineage is None:
        _put_out("", looked)
        missing = Phrase("there is no ledger yet, so nothing is staged, sent or watched")
        init = Phrase(
            "{command}   then commit the line that it writes", command=Command("state init")
        )
        return Result(ExitStatus.DONE, talk=said(missing, init))
    return _due(current, looked)


def _due(current: Session, looked: str) -> Result:
    """Find out what is due, and what needs a person."""
    made, now = planned(current, (), PlanOptions(Purpose.ALARM)), current.clock.now()
    trust(current, made.state)
    why = [*dispatch.reasons(current, made, now)]
    doctor = dispatch.is_hour_of_doctor(os.environ, now)
    _put_out("send" if why else "doctor" if doctor else "", looked)
    for reason in why:
        current.console.talk(reason)
    found = [*alarms(made.plan, made.state, now), *dispatch.unlocked(made)]
    if not found:
        return Result(
            ExitStatus.DONE,
            talk=None if why else said(Phrase("nothing is due, and nothing needs a person")),
        )
    return Result(
        ExitStatus.FAILED, github=lambda to: views.github.github_alarms(found, to.language)
    )


def _put_out(step: str, looked: str) -> None:
    """Hand it to the next job."""
    if path := os.environ.get("GITHUB_OUTPUT"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"step={step}\nlooked={looked}\n")


@command.command(name="stop")
@verb("ci stop")
def stop(current: Session) -> Result:
    """Set the brake as the comment of GITHUB_EVENT_PATH asks: `/massctl stop [ACCOUNT] [REASON]`.

    Refuses everybody whom policy.operators does not name. No other word of a comment does anything.
    """
    comment = read_event(CommentEvent, event_text(os.environ)).comment.body
    asked = dispatch.stop_of(comment, current.settings.accounts)
    if asked is None:
        return Result(ExitStatus.DONE, talk=said(Phrase("the comment asks for nothing")))
    require_operator(current)
    return set_brake(current, *asked)


@command.command(name="send")
@click.option("--doctor", is_flag=True, help="Only look at everything that a send depends on.")
@click.pass_context
def send(context: click.Context, doctor: bool) -> int:
    """Ask what became of sends, tell what drifted, then send what is due and wait for windows: `apply --locked`.

    At last, also with --doctor, it collects statistics; what fails there fails nothing else. Secrets are the lines of
    MASSCTL_SECRETS, `NAME=value`, that massctl.yaml names.
    """
    _take_secrets(context.obj, _held_secrets())
    if doctor:
        checked = _typed(context, "doctor")
        _tell_drifts(context.obj)
        _collect_statistics(context.obj)
        return checked
    before = _serial(context.obj)
    followed = _typed(context, "status")
    # Before it may wait for a window; what is due now is not kept waiting.
    is_told = _tell_drifts(context.obj, unless_open=True)
    applied = _typed(context, "apply", "--locked", "--yes", "--wait", WAIT)
    if not is_told:
        _tell_drifts(context.obj)
    _report(context.obj, before)
    _collect_statistics(context.obj)
    return applied or followed


def _tell_drifts(directory: str, *, unless_open: bool = False) -> bool:
    """Read what campaigns depend on, and tell what drifted, as warnings of this run too; a failure is none of its.

    Return False where `unless_open` put it off because a window is open.
    """

    def say(drifts: Sequence[Drift]) -> None:
        named = [
            (
                Phrase(
                    "{name}: {message}", name=each.campaign, message=views.words.drift_words(each)
                ),
                each,
            )
            for each in drifts
        ]
        findings = [
            Finding(Check.DRIFT, Level.WARNING, words, views.words.drift_hint(each))
            for words, each in named
        ]
        current.console.result(views.github.github_alarms(findings, current.console.language))

    try:
        with session(directory, locked=True) as current:
            reader = DriftReader()
            try:
                is_begun = reader.begin(current, locked=True, unless_open=unless_open)
                reader.tell(current, say, wait=True)
            except (
                Exception
            ) as error:  # A fault of ours in here may not keep a send from its window.
                current.console.talk(unread_words(error))
                return True
            return is_begun
    except MassctlError as error:
        show_error(error)
    return True


def _collect_statistics(directory: str) -> None:
    """Collect what WeChat has counted; a failure is told, and is none of the run's."""
    try:
        with session(directory) as current:
            state = read_ledger(current)
            for account, found in collect_accounts(current, state, seconds=ONCE_SECONDS):
                for event in statistics_events(account, found, current.clock.now()):
                    current.console.talk_page(current.console.shown(event.message))
            tell_reports(current, state)
    except MassctlError as error:
        show_error(error)


def _serial(directory: str) -> int | None:
    """Return the ledger's length; None where it cannot be read, which `apply` says."""
    try:
        with session(directory) as current:
            return serial_now(current)
    except MassctlError:
        return None


def _report(directory: str, since: int | None) -> None:
    """Tell the merged pull requests; where that fails the sends are as they are, and it is only said."""
    if since is None or not os.environ.get("GITHUB_TOKEN"):
        return
    try:
        with session(directory) as current:
            for number in report_sends(current, since, _stopped(current), made_up=NEW_FOR):
                current.console.talk(Phrase("told on pull request {number}", number=number))
    except MassctlError as error:
        show_error(error)


def _stopped(current: Session) -> Stopped:
    """Find what an apply of this moment refuses in an open window."""
    return stopped_now(planned(current, (), PlanOptions(Purpose.APPLY, locked=True)).plan.campaigns)


@command.command(name="order")
@click.argument("looked", metavar="AT")
@click.pass_context
def order(context: click.Context, looked: str) -> int:
    """Carry out the order of the person who started this run, who looked not later than AT.

    Refuses everybody whom policy.operators does not name, and a run that is started again, unless a draft is imported.
    """
    held = _held_secrets()  # No program that runs until then may see them.
    token = os.environ.pop("GITHUB_TOKEN", "")
    asked = dispatch.order_of(os.environ)
    imports = asked is not None and asked.typed("order") == dispatch.IMPORT
    with session(context.obj) as current:
        if not imports:
            require_operator(current)
        if dispatch.gate(current, os.environ) != "order" or asked is None:
            return ExitStatus.DONE
        words = () if imports else dispatch.words_of(asked, looked)
        if words[:1] == ("preview",):
            dispatch.put_pull_request(current, int(words[1]), CampaignName(words[2]))
            words = ("preview", "--locked", "--", words[2])
    _take_secrets(context.obj, held)
    if imports:
        return _import(context, dispatch.draft_of(asked))
    if token and words[0] == "reconcile":
        # To repeat a send may need an approval, which GitHub is asked for.
        os.environ["GITHUB_TOKEN"] = token
    return _typed(context, *words)


@command.command(name="freeze")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_context
def freeze(context: click.Context, names: tuple[str, ...]) -> int:
    """Freeze audiences NAMEs, and push their new locks as a branch; the summary has the link to its pull request.

    Secrets are the lines of MASSCTL_SECRETS, `NAME=value`, that massctl.yaml names. A query does not run beside one of
    WeChat.
    """
    _take_secrets(context.obj, _held_secrets())
    done = _typed(context, "audience", "freeze", "--", *names)
    if done == ExitStatus.DONE:
        with session(context.obj) as current:
            dispatch.push_locks(current, names, os.environ)
    return done


def _import(context: click.Context, draft: tuple[str, str] | None) -> int:
    """List the drafts of the console, or make a branch with the folder of one."""
    with session(context.obj) as current:
        if draft is None:
            list_drafts(current, os.environ)
            return ExitStatus.DONE
        media_id, name = draft
        account = account_with(current, media_id)
    done = _typed(context, "import", "draft", f"--account={account}", "--", media_id, name)
    if done != ExitStatus.DONE:
        return done
    with session(context.obj) as current:
        push_import(current, CampaignName(name), os.environ)
    return ExitStatus.DONE


def _held_secrets() -> str:
    return os.environ.pop(SECRETS, "")


def _take_secrets(directory: str, lines: str) -> None:
    settings, _, console = open_settings(directory)
    if settings is not None:  # Else the verb says what is wrong with it.
        for each in take_secrets(settings, lines, os.environ):
            console.talk(each)


def _typed(context: click.Context, *words: str) -> int:
    """Run a command line as if it had been typed, in this process, and give its exit status."""
    root = context.find_root()
    try:
        done = root.command.main(
            args=["-C", context.obj, *words], prog_name="massctl", standalone_mode=False
        )
    except MassctlError as error:
        show_error(error)
        return error.exit_status
    return int(done) if isinstance(done, int) else ExitStatus.DONE
