"""What a person reads when a command stops: our own errors in words, a bug with a log and no traceback."""

import os
import re
import tempfile
import traceback
from typing import Final

import click

from massctl.cli.exit_codes import ExitStatus
from massctl.errors import InvariantError, MassctlError

_SECRETS: Final = re.compile(r"(access_token|appsecret|secret|token)([=:\"'\s]+)[^&\s\"',)}]+", re.IGNORECASE)


def report(error: Exception) -> int:
    """Show an error on standard error and give the exit status that belongs to it."""
    if isinstance(error, MassctlError) and not isinstance(error, InvariantError):
        from massctl.cli.speaking import show_error

        show_error(error)
        return error.exit_status
    path = _write_log(error)
    click.echo(f"error: a bug in massctl: {type(error).__name__}", err=True)
    click.echo(f"  What was recorded before it stands in the ledger. The log is in {path}", err=True)
    click.echo("  Run `massctl plan` to see where things stand, and report the log.", err=True)
    return ExitStatus.BUG


def _write_log(error: Exception) -> str:
    """Write the traceback where the next person finds it, without secrets; values of variables are not in it."""
    text = "".join(traceback.format_exception(error))
    for name, value in os.environ.items():
        if value and len(value) > 7 and ("SECRET" in name or "TOKEN" in name):
            text = text.replace(value, "***")
    descriptor, path = tempfile.mkstemp(prefix="massctl-crash-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8") as log:
        log.write(_SECRETS.sub(r"\1\2***", text))
    return path
