"""`massctl ci`: what the workflows of `massctl init` do beside the verbs that people type."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from massctl.cli.arguments import read_at_most
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console, current_console, write_files
from massctl.errors import ConfigurationError, ForgeError, NotAPlanError, UsageError
from massctl.model.ids import CampaignName, Sha256, is_campaign_name
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.settings import realm_of
from massctl.view.i18n import Reader, say

if TYPE_CHECKING:
    from massctl.forge.events import RunEvent
    from massctl.forge.pull_requests import Forge, Touched
    from massctl.plan.plan_file import SavedPlan, StoppedPlan
    from massctl.source.repository import Repository
    from massctl.transport import Inside, Line
    from massctl.view.markdown import Locking


FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(name="ci")
def command() -> None:
    """Hand locks and plans from one job of a workflow to the next; what a job left is data, and is checked."""


@command.command(name="comment")
@click.argument("artefact", type=FOLDER, metavar="DIR")
@click.pass_obj
def comment(directory: str, artefact: Path) -> int:
    """Show the plan that another run left in DIR as the one comment of its pull request.

    The pull request is found from the event in GITHUB_EVENT_PATH. Needs GITHUB_TOKEN.
    """
    return write_comment(directory, artefact)


@command.command(name="comment-text")
@click.argument("file", metavar="FILE")
@click.option("--commit", metavar="SHA", help="Say which commit it was made for.")
@click.option("--from-fork", is_flag=True, help="Say that it comes from a fork, so that it may say anything.")
@click.option("--out", type=FILE, metavar="BODY", help="Write it into a file instead.")
def comment_text(file: str, commit: str | None, from_fork: bool, out: Path | None) -> None:
    """Write the comment for a pull request from FILE, the JSON of `massctl plan --format json --for-review`.

    FILE is data that anybody may have written: it is checked against the schema, and no word in it becomes a link, a
    mention, a picture or HTML. `-` is standard input. Needs no repository, no network and no secret.
    """
    from massctl.plan.plan_file import SavedPlan
    from massctl.view.markdown import plan_comment

    if commit is not None and not (7 <= len(commit) <= 64 and set(commit) <= set("0123456789abcdef")):
        raise click.UsageError(Phrase("{text} is not a commit: 7 to 64 hex digits are due", text=commit))
    plan = read_review(file)
    console = current_console()
    # The sentences of a plan that was made for review are in its language already.
    review = plan.review if isinstance(plan, SavedPlan) else None
    reader = Reader(review.language) if review is not None else console.reader
    comment = plan_comment(plan, reader, commit=commit, from_fork=from_fork)
    if out is None:
        console.markdown(comment)
    else:
        write_files(out.parent, {out.name: comment.encode()})


@command.command(name="watch")
@click.pass_obj
def watch(directory: str) -> int:
    """Say what needs a person: a send in doubt, a window that was missed, or is open and nothing is sent. Exits 1 then.

    Reads the repository and the ledger, and asks WeChat nothing.
    """
    from massctl.cli.ledger_access import trust
    from massctl.cli.planner import PlanOptions, Purpose, planned
    from massctl.cli.session import session
    from massctl.plan.checkup import alarms
    from massctl.view.github import github_alarms

    with session(directory) as (current, warnings):
        made = planned(current, (), warnings, PlanOptions(Purpose.ALARM))
        trust(current, made.state)
        found = alarms(made.plan, made.state, current.clock.now())
        console = current.console
    if not found:
        console.talk(Phrase("nothing needs a person"))
        return ExitStatus.DONE
    console.annotations(github_alarms(found, console.language))
    return ExitStatus.FAILED


@command.command(name="begun")
@click.pass_obj
def begun(directory: str) -> None:
    """Print `true` where massctl.yaml names a ledger, else `false`, and say on stderr how to begin one."""
    from massctl.cli.session import session

    with session(directory) as (current, _):
        has_begun, console = current.settings.state.lineage is not None, current.console
    console.result("true" if has_begun else "false")
    if not has_begun:
        console.talk(Phrase("there is no ledger yet, so nothing is staged, sent or watched"))
        console.talk(Phrase("{command}   then commit the line that it writes", command=Command("state init")))


@command.command(name="operator")
@click.pass_obj
def operator(directory: str) -> None:
    """Exit 5 unless policy.operators names whoever started this run, and it was not started again.

    Needs no secret and makes no request: for the first step of a job that carries a decision out.
    """
    from massctl.cli.session import session

    with session(directory, decides=True):
        pass


@command.command(name="unlocked")
@click.pass_obj
def unlocked(directory: str) -> None:
    """Print the campaigns that can be locked and are not, one name a line; none where locks are not required."""
    from massctl.cli.commands.lock import lock_campaigns
    from massctl.cli.session import session
    from massctl.plan.plan_file import LockResult

    with session(directory) as (current, _):
        report = lock_campaigns(current, (), check=True) if current.settings.policy.require_lock else []
        console = current.console
    for each in report:
        if each.result in (LockResult.MISSING, LockResult.DIFFERS):
            console.result(each.name)


@command.command(name="pack-locks")
@click.argument("file", type=FILE)
@click.pass_obj
def pack_locks(directory: str, file: Path) -> None:
    """Write all locks of this checkout into FILE, for the job that commits them."""
    from massctl.forge.lock_bundle import bundle_text
    from massctl.source.repository import Repository

    repository = Repository(_root(directory))
    packed = {name: _text(repository, name) for name in repository.campaign_folders().names}
    try:
        file.write_text(
            bundle_text({name: text for name, text in packed.items() if text is not None}), encoding="utf-8"
        )
    except OSError as error:
        why = system_reason(error)
        raise UsageError(Phrase("{file} cannot be written: {why}", file=file.name, why=why)) from None


@command.command(name="put-locks")
@click.argument("file", type=FILE)
@click.pass_obj
def put_locks(directory: str, file: Path) -> None:
    """Write the locks of FILE into this checkout, and nothing else; runs no template. Prints the changed paths."""
    from massctl.cli.session import open_settings
    from massctl.forge.artefact import ArtefactError, read_text
    from massctl.forge.lock_bundle import BUNDLE_BYTES_MAX, read_bundle
    from massctl.source.locks import put_lock
    from massctl.source.repository import CAMPAIGNS

    root = _root(directory)
    _, _, console = open_settings(directory)
    try:
        bundle = read_bundle(read_text(file, BUNDLE_BYTES_MAX))
    except ArtefactError as unfit:
        raise ForgeError(Phrase("the locks cannot be used: {why}", why=unfit.what), _NOTHING) from None
    for name in bundle.campaigns:
        _require_own_folder(root, name)
    for name, text in sorted(bundle.campaigns.items()):
        for path in put_lock(root, CampaignName(name), text.encode()):
            console.result(f"{CAMPAIGNS}/{name}/{path}")


@command.command(name="changed")
@click.argument("other", type=FOLDER, metavar="DIR")
@click.pass_obj
def changed(directory: str, other: Path) -> None:
    """Print the campaigns whose folder is another than in the second checkout DIR, one name a line."""
    from massctl.cli.session import open_settings
    from massctl.source.repository import Repository

    _, _, console = open_settings(directory)
    if not other.is_dir():
        # Every campaign would pass for a new one.
        raise UsageError(Phrase("there is no folder {directory}", directory=str(other)))
    for name in _changed(Repository(_root(directory)), Repository(other.resolve())):
        console.result(name)


_NOTHING: Final = Phrase("Nothing was written.")


def _text(repository: Repository, name: CampaignName) -> str | None:
    from massctl.source.locks import LOCK_BYTES_MAX
    from massctl.source.repository import CAMPAIGNS, LOCK_FILE, UnreadableError

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


def _root(directory: str) -> Path:
    from massctl.cli.session import open_settings
    from massctl.source.repository import SETTINGS

    root = Path(directory).resolve()
    if not (root / SETTINGS).is_file():
        open_settings(directory)  # Says that this is no repository.
    return root


def _require_own_folder(root: Path, name: str) -> None:
    """Refuse a campaign that this checkout does not have as an ordinary folder: a link would lead elsewhere."""
    from massctl.source.repository import CAMPAIGNS

    folder = root / CAMPAIGNS / name
    linked = (root / CAMPAIGNS).is_symlink() or folder.is_symlink()
    if linked or not (is_campaign_name(name) and folder.is_dir()):
        raise ForgeError(Phrase("the locks cannot be used: {name} is no campaign here", name=name), _NOTHING)


LOCK_WORKFLOW: Final = ".github/workflows/lock.yml"
API: Final = "https://api.github.com"
_EVENT_BYTES_MAX: Final = 16 * 1024 * 1024


def write_comment(
    directory: str, folder: Path, environment: Mapping[str, str] = os.environ, inside: Inside | None = None
) -> int:
    """Write the comment. Gives 0 also where no open pull request stands at the run's commit any more.

    `inside` answers in place of the network.
    """
    from massctl.cli.session import open_settings
    from massctl.transport import Line

    _, _, console = open_settings(directory, environment)
    event = _event(environment)
    line = Line(inside=inside)
    try:
        forge = _forge(line, event, environment)
        numbers = forge.pull_requests_of(event)
        locking = _locking(Path(directory), event)
        for number in numbers:
            warned = _warnings(forge.touches(number))
            forge.say(number, _body(console, event, folder, environment, locking, warned))
            console.talk(Phrase("the plan stands below pull request {number}", number=number))
    finally:
        line.close()
    if not numbers:
        gone = Phrase("no open pull request stands at {sha} any more; nothing was written", sha=_short(event))
        console.talk(gone)
    return ExitStatus.DONE


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
        raise ForgeError(Phrase("GITHUB_API_URL has to begin with https://"), Phrase("Nothing was written."))
    return Forge(line, api.rstrip("/"), event.repository.full_name, token)


def _locking(root: Path, event: RunEvent) -> Locking:
    """Say who locks, from this checkout, which is of main."""
    from massctl.view.markdown import Locking

    if not (root / LOCK_WORKFLOW).is_file():
        return Locking.BY_HAND
    return Locking.OF_FORK if event.from_fork else Locking.BY_WORKFLOW


def _warnings(touched: Touched) -> list[Phrase]:
    """Name what a reviewer has to read line by line, since no plan shows what it does."""
    settings = Phrase(
        "This pull request changes massctl.yaml, which says where the secret goes, which account sends, from which "
        "branch, and whether locks and reviews count: read it line by line."
    )
    workflows = Phrase(
        "This pull request changes .github/, which says what runs with the secret: read it line by line."
    )
    return [*([settings] if touched.settings else []), *([workflows] if touched.workflows else [])]


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
    from massctl.plan.plan_file import SavedPlan
    from massctl.view.markdown import plan_comment

    foot = _foot(console, event, environment)
    try:
        plan = read_plan(folder)
    except ArtefactError as refused:
        told = Phrase("The plan of this commit cannot be shown: {why}.", why=refused.what)
        above = ["- ⚠ " + say(each, console.reader) for each in warned]
        head = [COMMENT_MARK, "## massctl plan", "", f"**{say(told, console.reader)}**", ""]
        return "\n".join([*head, *above, *([""] if above else []), *foot])
    # Its sentences are in the language of the run that made it.
    review = plan.review if isinstance(plan, SavedPlan) else None
    language = Reader(review.language) if review is not None else console.reader
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

    Raises UsageError where it cannot be read, and NotAPlanError where it is not exactly what its schema says.
    """
    from massctl.plan.plan_file import SAVED_BYTES_MAX, reviewable

    nothing = Phrase("No comment was made.")
    content = read_at_most(file, SAVED_BYTES_MAX, nothing)
    if len(content) > SAVED_BYTES_MAX:
        raise NotAPlanError(Phrase("the plan is larger than {limit} MB", limit=SAVED_BYTES_MAX >> 20), nothing)
    return reviewable(content, file)
