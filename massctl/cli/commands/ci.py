"""`massctl ci`: what the workflows of `massctl init` do in addition to the verbs that people type."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from massctl.cli.app import Result, run, run_in_session, said
from massctl.cli.arguments import read_at_most
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console, current_console, write_files
from massctl.cli.session import open_settings
from massctl.errors import ConfigurationError, ForgeError, NotAPlanError, UsageError
from massctl.model.ids import LOCK_FILE, CampaignName, Sha256, is_campaign_name
from massctl.model.phrase import Command, Phrase, enumerated, system_reason
from massctl.model.settings import realm_of
from massctl.view.i18n import Reader, say

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.forge.events import RunEvent
    from massctl.forge.pull_requests import ChangedFiles, Forge
    from massctl.model.diagnostics import Diagnostic
    from massctl.plan.plan_file import SavedPlan, StoppedPlan
    from massctl.source.repository import Repository
    from massctl.transport import Inside, Line
    from massctl.view.markdown import Locking


FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(name="ci")
def command() -> None:
    "Pass locks and plans from one job of a workflow to the next. What a job left is data, and is checked."


@command.command(name="comment")
@click.argument("artefact", type=FOLDER, metavar="DIR")
@click.pass_obj
def comment(directory: str, artefact: Path) -> int:
    """Show the plan that another run left in DIR as the only comment on its pull request.

    The pull request is found from the event in GITHUB_EVENT_PATH. Needs GITHUB_TOKEN.
    """
    return run("ci comment", "text", lambda: write_comment(directory, artefact))


@command.command(name="comment-text")
@click.argument("file", metavar="FILE")
@click.option("--commit", metavar="SHA", help="Name the commit of the plan.")
@click.option("--from-fork", is_flag=True, help="Say that the plan comes from a fork, so it is untrusted.")
@click.option("--out", type=FILE, metavar="BODY", help="Write it to a file instead.")
def comment_text(file: str, commit: str | None, from_fork: bool, out: Path | None) -> int:
    """Write the comment for a pull request from FILE, the JSON of `massctl plan --format json --for-review`.

    FILE is data that anybody may have written: it is checked against the schema, and its text cannot become a link, a
    mention, a picture or HTML. `-` is standard input. Needs no repository, no network and no secret.
    """
    if commit is not None and not (7 <= len(commit) <= 64 and set(commit) <= set("0123456789abcdef")):
        raise click.UsageError(Phrase("{text} is not a commit: it must have 7 to 64 hex digits", text=commit))

    def work() -> tuple[Console, Result]:
        from massctl.view.markdown import plan_comment

        plan, console = read_review(file), current_console()
        comment = plan_comment(plan, _reader(plan, console), commit=commit, from_fork=from_fork)
        if out is None:
            return console, Result(ExitStatus.DONE, markdown=lambda _: comment)
        write_files(out.parent, {out.name: comment.encode()})
        return console, Result(ExitStatus.DONE)

    return run("ci comment-text", "markdown", work)


def _reader(plan: SavedPlan | StoppedPlan, console: Console) -> Reader:
    """Return the language that a plan's sentences are in already, where it was made for review."""
    from massctl.plan.plan_file import SavedPlan

    review = plan.review if isinstance(plan, SavedPlan) else None
    return Reader(review.language) if review is not None else console.reader


@command.command(name="watch")
@click.pass_obj
def watch(directory: str) -> int:
    """Report what needs a person: a send in doubt, a missed window, an open window without a send. Then exits with 1.

    Reads the repository and the ledger, and makes no request to WeChat. Tells the channels
    of `notify` of windows that open soon.
    """

    def work(current: Session, warnings: list[Diagnostic]) -> Result:
        from massctl.cli.ledger_access import trust
        from massctl.cli.notifications import Notifier
        from massctl.cli.planner import PlanOptions, Purpose, planned
        from massctl.plan.checkup import alarms
        from massctl.view.github import github_alarms

        made = planned(current, (), warnings, PlanOptions(Purpose.ALARM))
        trust(current, made.state)
        found = alarms(made.plan, made.state, current.clock.now())
        notifier = Notifier(current)
        notifier.expect(made)
        notifier.tell_upcoming()
        if not found:
            return Result(ExitStatus.DONE, talk=said(Phrase("nothing needs a person")))
        return Result(ExitStatus.FAILED, github=lambda to: github_alarms(found, to.language))

    return run_in_session("ci watch", "github", directory, work)


@command.command(name="begun")
@click.pass_obj
def begun(directory: str) -> int:
    "Print `true` if massctl.yaml names a ledger, otherwise `false`, and say on stderr how to begin one."

    def work(current: Session, _: list[Diagnostic]) -> Result:
        if current.settings.state.lineage is not None:
            return Result(ExitStatus.DONE, text=lambda _: "true")
        missing = Phrase("there is no ledger yet, so nothing is staged, sent or watched")
        init = Phrase("{command}   then commit the line that it writes", command=Command("state init"))
        return Result(ExitStatus.DONE, text=lambda _: "false", talk=said(missing, init))

    return run_in_session("ci begun", "text", directory, work)


@command.command(name="operator")
@click.pass_obj
def operator(directory: str) -> int:
    """Exit with 5 unless policy.operators names the person who started this run, and it was not started again.

    Needs no secret and makes no request: for the first step of a job that carries out a decision.
    """
    return run_in_session("ci operator", "text", directory, lambda *_: Result(ExitStatus.DONE), decides=True)


@command.command(name="unlocked")
@click.pass_obj
def unlocked(directory: str) -> int:
    "Print the campaigns that can be locked and are not, one name a line; none if locks are not required."

    def work(current: Session, _: list[Diagnostic]) -> Result:
        from massctl.cli.commands.lock import lock_campaigns
        from massctl.plan.plan_file import LockResult

        report = lock_campaigns(current, (), check=True) if current.settings.policy.require_lock else []
        return _lines(each.name for each in report if each.result in (LockResult.MISSING, LockResult.DIFFERS))

    return run_in_session("ci unlocked", "text", directory, work)


@command.command(name="pack-locks")
@click.argument("file", type=FILE)
@click.pass_obj
def pack_locks(directory: str, file: Path) -> int:
    "Write all locks of this checkout to FILE, for the job that commits them."

    def work() -> tuple[Console, Result]:
        from massctl.forge.lock_bundle import bundle_text

        here = _repository(directory)
        packed = {name: _text(here, name) for name in here.campaign_folders().names}
        text = bundle_text({name: text for name, text in packed.items() if text is not None})
        try:
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            why = system_reason(error)
            raise UsageError(Phrase("{file} cannot be written: {why}", file=file.name, why=why)) from None
        return current_console(), Result(ExitStatus.DONE)

    return run("ci pack-locks", "text", work)


@command.command(name="put-locks")
@click.argument("file", type=FILE)
@click.pass_obj
def put_locks(directory: str, file: Path) -> int:
    "Write the locks of FILE to this checkout, and nothing else; runs no template. Prints the changed paths."
    return run("ci put-locks", "text", lambda: (open_settings(directory)[2], _put_locks(directory, file)))


def _put_locks(directory: str, file: Path) -> Result:
    from massctl.forge.artefact import ArtefactError, read_text
    from massctl.forge.lock_bundle import BUNDLE_BYTES_MAX, read_bundle
    from massctl.source.locks import put_lock
    from massctl.source.repository import CAMPAIGNS

    root = _repository(directory).root
    try:
        bundle = read_bundle(read_text(file, BUNDLE_BYTES_MAX))
    except ArtefactError as unfit:
        raise ForgeError(Phrase("the locks cannot be used: {why}", why=unfit.what), _NOTHING) from None
    for name in bundle.campaigns:
        _require_own_folder(root, name)
    return _lines(
        f"{CAMPAIGNS}/{name}/{path}"
        for name, text in sorted(bundle.campaigns.items())
        for path in put_lock(root, CampaignName(name), text.encode())
    )


@command.command(name="changed")
@click.argument("other", type=FOLDER, metavar="DIR")
@click.pass_obj
def changed(directory: str, other: Path) -> int:
    "Print the campaigns whose folder differs from the second checkout DIR, one name a line."

    def work() -> tuple[Console, Result]:
        from massctl.source.repository import Repository

        _, _, console = open_settings(directory)
        if not other.is_dir():
            # Without this check every campaign would count as new.
            raise UsageError(Phrase("there is no folder {directory}", directory=str(other)))
        return console, _lines(_changed(_repository(directory), Repository(other.resolve())))

    return run("ci changed", "text", work)


def _lines(lines: Iterable[str]) -> Result:
    """Answer in lines for a program to read."""
    text = "\n".join(lines)
    return Result(ExitStatus.DONE, text=lambda _: text)


_NOTHING: Final = Phrase("Nothing was written.")


def _text(repository: Repository, name: CampaignName) -> str | None:
    from massctl.source.repository import CAMPAIGNS, LOCK_BYTES_MAX, UnreadableError

    path = f"{CAMPAIGNS}/{name}/{LOCK_FILE}"
    if not (repository.root / path).is_file():
        return None
    try:
        return repository.read_bytes(path, LOCK_BYTES_MAX).decode("utf-8")
    except (UnicodeDecodeError, UnreadableError):
        # `massctl lock` writes nothing else: somebody put it there by hand, into a campaign that went out.
        raise ForgeError(Phrase("the lock of {name} is not UTF-8", name=name), _NOTHING) from None


def _changed(here: Repository, there: Repository) -> Iterator[CampaignName]:
    for name in here.campaign_folders().names:
        now = _digest(here, name)
        # A folder that cannot be read counts as changed: the verb that is run for it says why, of it alone.
        if now is None or now != _digest(there, name):
            yield name


def _digest(repository: Repository, name: CampaignName) -> Sha256 | None:
    from massctl.source.repository import UnreadableError

    try:
        return repository.folder_digest(name)
    except UnreadableError:
        return None


def _repository(directory: str) -> Repository:
    from massctl.source.repository import SETTINGS, Repository

    root = Path(directory).resolve()
    if not (root / SETTINGS).is_file():
        open_settings(directory)  # Says that this is not a repository.
    return Repository(root)


def _require_own_folder(root: Path, name: str) -> None:
    """Refuse a campaign that this checkout does not have as an ordinary folder: a link would lead elsewhere."""
    from massctl.source.repository import CAMPAIGNS

    folder = root / CAMPAIGNS / name
    linked = (root / CAMPAIGNS).is_symlink() or folder.is_symlink()
    if linked or not (is_campaign_name(name) and folder.is_dir()):
        raise ForgeError(Phrase("the locks cannot be used: there is no campaign {name} here", name=name), _NOTHING)


LOCK_WORKFLOW: Final = ".github/workflows/lock.yml"
API: Final = "https://api.github.com"
_EVENT_BYTES_MAX: Final = 16 * 1024 * 1024


def write_comment(
    directory: str, folder: Path, environment: Mapping[str, str] = os.environ, inside: Inside | None = None
) -> tuple[Console, Result]:
    """Write the comment. It is fine too that no open pull request stands at the run's commit any more.

    `inside` answers in place of the network.
    """
    from massctl.transport import Line

    _, _, console = open_settings(directory, environment)
    event = _event(environment)
    line = Line(inside=inside)
    try:
        forge = _forge(line, event, environment)
        numbers = forge.pull_requests_of(event)
        locking = _locking(Path(directory), event)
        for number in numbers:
            warned = _warnings(forge.changed_files(number))
            forge.say(number, _body(console, event, folder, environment, locking, warned))
    finally:
        line.close()
    shown = [Phrase("the plan is a comment on pull request {number}", number=number) for number in numbers]
    gone = Phrase("no open pull request is at {sha} any more; nothing was written", sha=_short(event))
    return console, Result(ExitStatus.DONE, talk=said(*(shown or [gone])))


def _event(environment: Mapping[str, str]) -> RunEvent:
    from massctl.forge.artefact import ArtefactError, read_text
    from massctl.forge.events import read_event

    try:
        return read_event(read_text(Path(environment.get("GITHUB_EVENT_PATH", "")), _EVENT_BYTES_MAX))
    except ArtefactError:
        return read_event("")  # Says what kind of job it has to be.


def _forge(line: Line, event: RunEvent, environment: Mapping[str, str]) -> Forge:
    from massctl.forge.pull_requests import Forge

    token, api = environment.get("GITHUB_TOKEN", ""), environment.get("GITHUB_API_URL") or API
    if not token:
        raise ConfigurationError(Phrase("the environment variable {name} is empty", name="GITHUB_TOKEN"))
    if not api.startswith("https://") and realm_of(api) != "loopback":
        raise ForgeError(Phrase("GITHUB_API_URL must begin with https://"), Phrase("Nothing was written."))
    return Forge(line, api.rstrip("/"), event.repository.full_name, token)


def _locking(root: Path, event: RunEvent) -> Locking:
    """Say who locks, from this checkout, which is of main."""
    from massctl.view.markdown import Locking

    if not (root / LOCK_WORKFLOW).is_file():
        return Locking.BY_HAND
    return Locking.OF_FORK if event.from_fork else Locking.BY_WORKFLOW


_DECIDES: Final = {
    "massctl.yaml": Phrase(
        "This pull request changes massctl.yaml, which decides where the secret goes, which account "
        "sends, from which branch, and whether locks and reviews count: read it line by line."
    ),
    ".github/": Phrase(
        "This pull request changes .github/, which decides what runs with the secret: read it line by line."
    ),
}
"""What a reviewer has to read line by line, by how its path begins."""
_FILES_NAMED_MAX: Final = 8
"""Of a comment's sentence; the others are counted."""


def _warnings(changed: ChangedFiles) -> list[Phrase]:
    """Name what a pull request changes beside campaigns, since no plan shows what it does."""
    from massctl.forge.pull_requests import FILES_LISTED_MAX

    warned = [warning for start, warning in _DECIDES.items() if any(path.startswith(start) for path in changed.outside)]
    others = [path for path in changed.outside if not path.startswith(tuple(_DECIDES))]
    if others:
        more = len(others) - _FILES_NAMED_MAX
        named = [*others[:_FILES_NAMED_MAX], *([Phrase("and {count} more", count=more)] if more > 0 else [])]
        said = Phrase(
            "This pull request changes files outside campaigns/, whose effect no plan shows; read them: {files}",
            files=enumerated(named),
        )
        warned.append(said)
    if not changed.is_whole:
        said = Phrase(
            "GitHub lists only {limit} changed files of this pull request, so others may have changed too: look "
            "through all of them in a checkout",
            limit=f"{FILES_LISTED_MAX:,}",
        )
        warned.append(said)
    return warned


def _body(
    console: Console,
    event: RunEvent,
    folder: Path,
    environment: Mapping[str, str],
    locking: Locking,
    warned: list[Phrase],
) -> str:
    """Make the comment from the plan, as data; in place of what cannot be shown it says so."""
    from massctl.forge.artefact import ArtefactError, read_plan
    from massctl.plan.lock_diff import COMMENT_MARK
    from massctl.view.markdown import plan_comment
    from massctl.view.markdown_text import Words

    foot = _foot(console, event, environment)
    try:
        plan = read_plan(folder)
    except ArtefactError as refused:
        told = Phrase("The plan of this commit cannot be shown: {why}.", why=refused.what)
        # A file's name may be anything.
        above = ["- ⚠ " + Words(console.reader).said(each) for each in warned]
        head = [COMMENT_MARK, "## massctl plan", "", f"**{say(told, console.reader)}**", ""]
        return "\n".join([*head, *above, *([""] if above else []), *foot])
    language = _reader(plan, console)
    sha = event.workflow_run.head_sha
    comment = plan_comment(plan, language, commit=sha, from_fork=event.from_fork, locking=locking, warned=warned)
    return "\n".join([comment, *foot])


def _foot(console: Console, event: RunEvent, environment: Mapping[str, str]) -> list[str]:
    """Link the run, as GitHub told of it."""
    server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
    run = f"{server}/{event.repository.full_name}/actions/runs/{event.workflow_run.id}"
    label = say(Phrase("the run"), console.reader)
    return [f"<sub>[{label}]({run})</sub>"]


def _short(event: RunEvent) -> str:
    return event.workflow_run.head_sha[:12]


def read_review(file: str) -> SavedPlan | StoppedPlan:
    """Read a plan's JSON, `-` from standard input, as something that anybody may have written.

    Raises UsageError if it cannot be read, and NotAPlanError if it is not exactly what its schema says.
    """
    from massctl.plan.plan_file import SAVED_BYTES_MAX, reviewable

    nothing = Phrase("No comment was made.")
    content = read_at_most(file, SAVED_BYTES_MAX, nothing)
    if len(content) > SAVED_BYTES_MAX:
        raise NotAPlanError(Phrase("the plan is larger than {limit} MB", limit=SAVED_BYTES_MAX >> 20), nothing)
    return reviewable(content, file)
