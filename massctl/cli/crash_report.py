"""What a person reads when a command stops: our own errors in words, a bug with a log and no traceback."""

import os
import tempfile
import traceback

from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import show_error
from massctl.errors import InvariantError, MassctlError
from massctl.model.phrase import Command, Phrase
from massctl.model.secrets import public_text, secrets_of_environment


def report(error: Exception) -> int:
    """Show an error on standard error and give the exit status that belongs to it."""
    if isinstance(error, MassctlError) and not isinstance(error, InvariantError):
        show_error(error)
        return error.exit_status
    show_error(
        InvariantError(
            Phrase("a bug in massctl: {kind}", kind=type(error).__name__),
            Phrase(
                "The ledger has everything that was recorded before. The log is in {path}",
                path=_write_log(error),
            ),
            Phrase("{command}   shows the current state; report the log", command=Command("plan")),
        )
    )
    return ExitStatus.BUG


def _write_log(error: Exception) -> str:
    """Write the traceback where the next person finds it, without secrets; values of variables are not in it."""
    text = public_text(
        "".join(traceback.format_exception(error)), *secrets_of_environment(os.environ)
    )
    try:
        descriptor, path = tempfile.mkstemp(prefix="massctl-crash-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as log:
            log.write(text)
    except OSError as unwritable:
        return unwritable.strerror or os.devnull
    return path
