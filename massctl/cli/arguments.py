"""Flags that several verbs share, and flags whose turn has not come."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from massctl import __version__

F = TypeVar("F", bound=Callable[..., Any])


def sandbox_option(command: F) -> F:
    """Add `--sandbox`."""
    add = click.option(
        "--sandbox",
        is_flag=True,
        help="Work against a WeChat on this machine, with a ledger and clock of its own; needs no secret.",
    )
    return add(command)


def not_yet_option(flag: str, value: str | None, does: str) -> Callable[[F], F]:
    """Add a flag of the public interface whose effect is not built: giving it is a clear error, never ignored."""

    def refuse(_ctx: click.Context, _param: click.Parameter, given: object) -> None:
        if given not in (None, False):
            raise click.UsageError(
                f"{flag} ({does}) is part of the interface, but massctl {__version__} does not carry it out yet. "
                "Nothing was done."
            )

    kind: dict[str, Any] = {"is_flag": True} if value is None else {"metavar": value}
    return click.option(flag, callback=refuse, expose_value=False, hidden=True, **kind)
