"""`--format json` prints one document, whatever a run ends with; only exits 2 and 3 have none."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from massctl.cli.exit_codes import ExitStatus
from massctl.cli.interrupting import interrupted_status, told_as_interruption
from massctl.cli.output import Console, current_voice
from massctl.errors import MassctlError
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.apply.outcome import Failure

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Those that a run takes for an interruption; see `massctl.__main__`."""


class Answer:
    """What a run says at its end: one document, or words."""

    def __init__(self, form: str) -> None:
        self.is_document: Final = form == "json"
        """A program asked for it, so that nothing but the document may stand on standard output."""
        self.is_begun = False
        """Bytes of it may have been written, so that no other may follow."""

    def tell(self, voice: Console, document: Callable[[], str], words: Callable[[], str]) -> None:
        """Tell what came of a run in the form that was asked for; empty words are not said."""
        if self.is_document:
            self.give(voice, document)
        elif told := words():
            voice.result(told)

    def give(self, voice: Console, make: Callable[[], str]) -> None:
        """Make the document of a run that is over, and print it whole: the first interruption is too late for it.

        A second one is heeded: the reader may have stopped reading.
        """
        with _heeding_the_second():
            text = make()
            self.is_begun = True
            voice.document(text)


@contextmanager
def one_document(form: str, kind: str) -> Iterator[Answer]:
    """Print the document of a run that stops before it has given its own, then let the stop go on.

    `kind` is the verb, as in `massctl.view.as_json.stopped_json`.
    """
    answer = Answer(form)
    try:
        with told_as_interruption():
            yield answer
    except MassctlError as error:
        if answer.is_document and not answer.is_begun and error.exit_status not in (ExitStatus.USAGE, ExitStatus.BUG):
            from massctl.apply.outcome import failure_of

            _stopped(answer, kind, failure_of(error), error.exit_status)
        raise
    except KeyboardInterrupt:
        if answer.is_document and not answer.is_begun:
            from massctl.apply.outcome import Failure

            _stopped(answer, kind, Failure(None, None, Phrase("interrupted"), ""), interrupted_status())
        raise


@contextmanager
def _heeding_the_second() -> Iterator[None]:
    """Hold back one interruption for good; the next one is what it always was."""
    if threading.current_thread() is not threading.main_thread():
        yield  # No signal comes here.
        return
    # One that is ignored, or ends the process at once, is no interruption.
    before = {number: handler for number in _SIGNALS if callable(handler := signal.getsignal(number))}

    def restore(*_: object) -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, restore)
    try:
        yield
    finally:
        restore()


def _stopped(answer: Answer, kind: str, failure: "Failure", exit_status: int) -> None:
    # Only a run that stops needs it.
    from massctl.view.as_json import stopped_json

    voice = current_voice()
    answer.give(voice, lambda: stopped_json(kind, failure, exit_status, voice.language))
