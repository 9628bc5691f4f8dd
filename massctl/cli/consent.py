"""Who decides: the question before each send, a missing terminal, and `policy.operators` on a forge.

A workflow runs with the rights of the repository, whoever started it; so policy.operators is asked before a secret is
read or a request made. A person at a terminal has the secret, and is asked nothing but the question.
"""

import getpass
import sys
from collections.abc import Mapping, Sequence

from massctl import system
from massctl.apply.consent import SendQuestion
from massctl.cli.output import Console, on_github
from massctl.cli.session import Session
from massctl.errors import RefusedError, UsageError
from massctl.model.phrase import Command, Phrase
from massctl.view.outcome import question_text


class AskOnTerminal:
    """Ask before each send, in words."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, question: "SendQuestion") -> bool:
        """Show the send and read the answer; anything but yes is no."""
        console = self._console
        shown = question_text(console.page(), question)
        return said_yes(console, shown, Phrase("Type `yes` to send:"))


def said_yes(console: Console, question: str, prompt: Phrase) -> bool:
    """Ask on the terminal, and take only a clear yes for one."""
    console.talk_page(question)
    return (typed_line(console, prompt) or "").lower() in {"yes", "是"}


def typed_line(console: Console, prompt: Phrase) -> str | None:
    """Ask on the terminal for a line; None at the end of input."""
    # Before the prompt: a quick answer to it is typed while this process goes on, and counts.
    system.forget_typed_ahead()
    console.talk(prompt)
    # Read from its bytes: a terminal may use any encoding.
    line = sys.stdin.buffer.readline().decode(sys.stdin.encoding or "utf-8", errors="replace")
    return line.strip() if line else None


def somebody_is_here() -> bool:
    """Return whether a person is at a terminal who can read a question and type an answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def require_consent(names: Sequence[str]) -> None:
    """Raise UsageError unless somebody is here to ask: without a terminal a send needs --yes.

    `names` are those of the command line: without them another command would be advised than was typed.
    """
    if not somebody_is_here():
        raise UsageError(
            Phrase("this would send, and nobody is here to confirm it"),
            Phrase("There is no terminal to ask on. No request was made."),
            Phrase(
                "Check with `{plan}`; then give your consent with `{apply}`.",
                plan=Command("plan", *names),
                apply=Command("apply", *names, "--yes"),
            ),
        )


# GitHub sets them, and no workflow can overwrite them. Source: GitHub docs, "Variables reference", read 2026-11.
_STARTED_BY = "GITHUB_TRIGGERING_ACTOR"
"""Who started this attempt; GITHUB_ACTOR stays whoever started the first."""
_ATTEMPT = "GITHUB_RUN_ATTEMPT"


def require_operator(session: Session) -> None:
    """Raise RefusedError on a forge unless an operator started this run, and started it for the first time.

    A sandbox is everybody's.
    """
    environment = session.environment
    if session.sandbox is not None or not on_github(environment):
        return
    if environment.get(_ATTEMPT) != "1":
        raise RefusedError(
            Phrase("policy.operators: a run that is started again does not repeat its decision"),
            Phrase("Nothing was done."),
            Phrase(
                "check the current state, then decide in a new run: Actions / apply / Run workflow"
            ),
        )
    actor = environment.get(_STARTED_BY, "")
    # A login is the same in capitals and small letters.
    if actor.casefold() in {login.casefold() for login in session.settings.policy.operators}:
        return
    raise RefusedError(
        Phrase("policy.operators does not name {actor}, who started this run", actor=actor or "-"),
        Phrase("Nothing was done."),
        Phrase(
            "ask somebody who is named there; or have the login added under policy.operators in "
            "massctl.yaml, by a pull request"
        ),
    )


def login(environment: Mapping[str, str]) -> str | None:
    """Return who acts, as nobody names himself: who started this workflow first, else whose process it is."""
    if on_github(environment):
        return environment.get(_STARTED_BY) if environment.get(_ATTEMPT) == "1" else None
    return system.login_name()


def who(environment: Mapping[str, str]) -> str:
    """Name the person: who started this run of the workflow, else the login name."""
    actor = environment.get(_STARTED_BY) or environment.get("GITHUB_ACTOR")
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
