"""What a person reads when a command stops: our own errors in words, a bug with a log and no traceback."""

import os
import re
import tempfile
import traceback
from base64 import b64encode
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from massctl.cli.exit_codes import ExitStatus
from massctl.errors import InvariantError, MassctlError
from massctl.model.ids import REAL_OPENID
from massctl.model.phrase import Command, Phrase
from massctl.model.secrets import BLOT, public_text

_OPENID: Final = re.compile(rf"\b{REAL_OPENID}\b")
_CREDENTIALS: Final = re.compile(r"(?:^|://)(?P<both>[^/@\s:]*:(?P<password>[^/@\s]+))@")
"""The name and password in an address, such as a proxy's."""


def report(error: Exception) -> int:
    """Show an error on standard error and give the exit status that belongs to it."""
    from massctl.cli.output import show_error

    if isinstance(error, MassctlError) and not isinstance(error, InvariantError):
        show_error(error)
        return error.exit_status
    show_error(
        InvariantError(
            Phrase("a bug in massctl: {kind}", kind=type(error).__name__),
            Phrase("The ledger has everything that was recorded before. The log is in {path}", path=_write_log(error)),
            Phrase("{command}   shows the current state; report the log", command=Command("plan")),
        )
    )
    return ExitStatus.BUG


def secrets_of_environment(environment: Mapping[str, str]) -> list[str]:
    """List what variables hold that is secret by their name or by its form, the longest first."""
    found: set[str] = set()
    for name, value in environment.items():
        if any(word in name.upper() for word in ("SECRET", "TOKEN", "KEY", "PASS", "PROXY")):
            found.add(value)
        if login := _CREDENTIALS.search(value):
            both = unquote(login["both"])
            # As written, as meant, and as it travels in a header.
            found |= {value, login["password"], unquote(login["password"]), b64encode(both.encode()).decode()}
    return sorted((each for each in found if len(each) > 7), key=len, reverse=True)


def _write_log(error: Exception) -> str:
    """Write the traceback where the next person finds it, without secrets; values of variables are not in it."""
    text = "".join(traceback.format_exception(error))
    for secret in secrets_of_environment(os.environ):
        text = text.replace(secret, BLOT)
    text = _OPENID.sub(BLOT, public_text(text))
    try:
        descriptor, path = tempfile.mkstemp(prefix="massctl-crash-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as log:
            log.write(text)
    except OSError as unwritable:
        return unwritable.strerror or os.devnull
    return path
