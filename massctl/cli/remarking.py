"""From what a run left to the comment of its pull request: checked first, and bounded."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import open_settings
from massctl.cli.speaking import Voice
from massctl.errors import ConfigurationError, ForgeError
from massctl.forge.artefact import ArtefactError, PlanArtefact, read_plan, read_text
from massctl.forge.events import RunEvent, read_event
from massctl.forge.pull_requests import MARK, Forge
from massctl.forge.remarks import unfit
from massctl.model.api_base import realm_of
from massctl.model.phrase import Phrase
from massctl.transport.line import Inside, Line
from massctl.view.language import say

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
        body = _body(voice, event, folder, environment) if numbers else ""
        for number in numbers:
            forge.say(number, body)
            voice.talk(say(Phrase("the plan stands below pull request {number}", number=number), voice.language))
    finally:
        line.close()
    if not numbers:
        gone = Phrase("no open pull request stands at {sha} any more; nothing was written", sha=_short(event))
        voice.talk(say(gone, voice.language))
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


def _body(voice: Voice, event: RunEvent, folder: Path, environment: Mapping[str, str]) -> str:
    """Put the comment together; in place of what cannot be shown it says so."""
    try:
        plan = read_plan(folder)
        if (why := unfit(plan.remarks)) is not None:
            raise ArtefactError(why)
    except ArtefactError as refused:
        told = Phrase("The plan of this commit cannot be shown: {why}.", why=refused.what)
        return "\n".join(
            [MARK, "## massctl plan", "", f"**{say(told, voice.language)}**", "", *_foot(voice, event, environment)]
        )
    return "\n".join(
        [
            MARK,
            *_warning(voice, event),
            plan.remarks.rstrip(),
            "",
            *_made(voice, plan),
            *_foot(voice, event, environment),
        ]
    )


def _warning(voice: Voice, event: RunEvent) -> list[str]:
    if not event.from_fork:
        return []
    told = Phrase(
        "This plan was made by the code of a fork, which may say what it likes: read the files. "
        "Nothing is sent that is not merged."
    )
    return [f"> **{say(told, voice.language)}**", ""]


def _made(voice: Voice, plan: PlanArtefact) -> list[str]:
    sends = Phrase("the plan's digest {digest}", digest=f"`{plan.plan.digest[:19]}`")
    return [f"<sub>{say(sends, voice.language)}</sub>", ""]


def _foot(voice: Voice, event: RunEvent, environment: Mapping[str, str]) -> list[str]:
    """Say of which commit it is, and link the run; both from what GitHub told."""
    server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
    run = f"{server}/{event.repository.full_name}/actions/runs/{event.workflow_run.id}"
    told = Phrase("made from {sha}", sha=f"`{_short(event)}`")
    return [f"<sub>{say(told, voice.language)} · [{say(Phrase('the run'), voice.language)}]({run})</sub>"]


def _short(event: RunEvent) -> str:
    return event.workflow_run.head_sha[:12]
