"""The question before each send, and what a missing terminal means for it."""

import sys
from collections.abc import Sequence

from massctl.apply.ports import Consent, SendQuestion
from massctl.cli.output import Console
from massctl.errors import UsageError
from massctl.model.phrase import Command, Phrase
from massctl.view.run import question_text


class AskOnTerminal:
    """Ask in words, and take only a clear yes for one."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, question: SendQuestion) -> bool:
        """Show the send and read the answer; anything but yes is no."""
        console = self._console
        console.talk(question_text(question, console.language, console.style, console.width))
        console.talk(Phrase("Type `yes` to send:"))
        # Read from its bytes: a terminal may speak any encoding, and the end of input is no yes.
        answer = sys.stdin.buffer.readline().decode(sys.stdin.encoding or "utf-8", errors="replace")
        return answer.strip().lower() in {"yes", "是"}


def somebody_is_here() -> bool:
    """Say whether a person is at a terminal who can read a question and type an answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def consent(console: Console, names: Sequence[str], *, yes: bool, would_send: bool) -> Consent | None:
    """Give who asks before each send; None where consent is given. Without a terminal a send needs --yes.

    `names` are those of the command line: without them another command would be advised than was typed.
    """
    if yes:
        return None
    if would_send and not somebody_is_here():
        raise UsageError(
            Phrase("this would send, and nobody is here to confirm it"),
            Phrase("There is no terminal to ask on. No request was made."),
            Phrase(
                "Look at `{plan}`; then give your consent with `{apply}`.",
                plan=Command("plan", *names),
                apply=Command("apply", *names, "--yes"),
            ),
        )
    return AskOnTerminal(console)
