"""From the plan that a run left to the comment of its pull request: the plan is data, and every word in it harmless."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console
from massctl.cli.session import open_settings
from massctl.errors import ConfigurationError, ForgeError
from massctl.forge.artefact import ArtefactError, read_plan, read_text
from massctl.forge.events import RunEvent, read_event
from massctl.forge.pull_requests import Forge, Touched
from massctl.model.phrase import Phrase
from massctl.model.settings import realm_of
from massctl.plan.lock_diff import COMMENT_MARK
from massctl.plan.plan_file import SavedPlan
from massctl.transport import Inside, Line
from massctl.view.i18n import Reader, say
from massctl.view.markdown import Locking, plan_comment

LOCK_WORKFLOW: Final = ".github/workflows/lock.yml"
API: Final = "https://api.github.com"
_EVENT_BYTES_MAX: Final = 16 * 1024 * 1024


def commented(
    directory: str, folder: Path, environment: Mapping[str, str] = os.environ, inside: Inside | None = None
) -> int:
    """Write the comment. Gives 0 also where no open pull request stands at the run's commit any more.

    `inside` answers in place of the network.
    """
    _, _, voice = open_settings(directory, environment)
    event = _event(environment)
    line = Line(inside=inside)
    try:
        forge = _forge(line, event, environment)
        numbers = forge.pull_requests_of(event)
        locking = _locking(Path(directory), event)
        for number in numbers:
            warned = _warnings(forge.touches(number))
            forge.say(number, _body(voice, event, folder, environment, locking, warned))
            voice.talk(Phrase("the plan stands below pull request {number}", number=number))
    finally:
        line.close()
    if not numbers:
        gone = Phrase("no open pull request stands at {sha} any more; nothing was written", sha=_short(event))
        voice.talk(gone)
    return ExitStatus.DONE


def _event(environment: Mapping[str, str]) -> RunEvent:
    try:
        return read_event(read_text(Path(environment.get("GITHUB_EVENT_PATH", "")), _EVENT_BYTES_MAX))
    except ArtefactError:
        return read_event("")  # Says what kind of job it has to be.


def _forge(line: Line, event: RunEvent, environment: Mapping[str, str]) -> Forge:
    token, api = environment.get("GITHUB_TOKEN", ""), environment.get("GITHUB_API_URL") or API
    if not token:
        raise ConfigurationError(Phrase("the environment variable {name} is empty", name="GITHUB_TOKEN"))
    if not api.startswith("https://") and realm_of(api) != "loopback":
        raise ForgeError(Phrase("GITHUB_API_URL has to begin with https://"), Phrase("Nothing was written."))
    return Forge(line, api.rstrip("/"), event.repository.full_name, token)


def _locking(root: Path, event: RunEvent) -> Locking:
    """Say who locks, from this checkout, which is of main."""
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
    voice: Console,
    event: RunEvent,
    folder: Path,
    environment: Mapping[str, str],
    locking: Locking,
    warned: list[Phrase],
) -> str:
    """Make the comment from the plan, as data; in place of what cannot be shown it says so."""
    foot = _foot(voice, event, environment)
    try:
        plan = read_plan(folder)
    except ArtefactError as refused:
        told = Phrase("The plan of this commit cannot be shown: {why}.", why=refused.what)
        above = ["- ⚠ " + say(each, voice.reader) for each in warned]
        head = [COMMENT_MARK, "## massctl plan", "", f"**{say(told, voice.reader)}**", ""]
        return "\n".join([*head, *above, *([""] if above else []), *foot])
    # Its sentences are in the language of the run that made it.
    review = plan.review if isinstance(plan, SavedPlan) else None
    language = Reader(review.language) if review is not None else voice.reader
    sha = event.workflow_run.head_sha
    comment = plan_comment(plan, language, commit=sha, from_fork=event.from_fork, locking=locking, warned=warned)
    return "\n".join([comment, *foot])


def _foot(voice: Console, event: RunEvent, environment: Mapping[str, str]) -> list[str]:
    """Link the run, as GitHub told of it."""
    server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
    run = f"{server}/{event.repository.full_name}/actions/runs/{event.workflow_run.id}"
    label = say(Phrase("the run"), voice.reader)
    return [f"<sub>[{label}]({run})</sub>"]


def _short(event: RunEvent) -> str:
    return event.workflow_run.head_sha[:12]
