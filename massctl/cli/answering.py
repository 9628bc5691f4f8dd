"""`--format json` prints one document, whatever a run ends with; only exits 2 and 3 have none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from massctl.cli.exit_codes import ExitStatus
from massctl.cli.interrupting import interrupted_status
from massctl.cli.speaking import current_voice
from massctl.errors import MassctlError
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.apply.outcome import Failure


@contextmanager
def one_document(form: str, kind: str) -> Iterator[None]:
    """Print the document of a run that stops before it can give its own, then let the stop go on.

    `kind` is the verb, as in `massctl.view.as_json.stopped_json`. What runs inside must print no document itself.
    """
    try:
        yield
    except MassctlError as error:
        if form == "json" and error.exit_status not in (ExitStatus.USAGE, ExitStatus.BUG):
            from massctl.apply.outcome import failure_of

            _print(kind, failure_of(error), error.exit_status)
        raise
    except KeyboardInterrupt:
        if form == "json":
            from massctl.apply.outcome import Failure

            _print(kind, Failure(None, None, Phrase("interrupted"), ""), interrupted_status())
        raise


def _print(kind: str, failure: "Failure", exit_status: int) -> None:
    # Only a run that stops needs it.
    from massctl.view.as_json import stopped_json

    voice = current_voice()
    voice.json(stopped_json(kind, failure, exit_status, voice.language))
