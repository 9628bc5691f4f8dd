"""Flags that several verbs share, and flags whose turn has not come."""

import math
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from massctl import __version__

F = TypeVar("F", bound=Callable[..., Any])

WAIT_SECONDS_MAX: Final = 7 * 86_400
"""Longer than any job is followed: event and counts come within a day or two."""


class Seconds(click.FloatRange):
    """A wait: from 0 to a week."""

    name = "seconds"

    def __init__(self) -> None:
        super().__init__(min=0, max=WAIT_SECONDS_MAX)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number of seconds; what is no number at all (nan) lies in no range."""
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return seconds


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
            raise _not_yet(flag, does)

    kind: dict[str, Any] = {"is_flag": True} if value is None else {"metavar": value}
    return click.option(flag, callback=refuse, expose_value=False, hidden=True, **kind)


def _not_yet(what: str, does: str) -> click.UsageError:
    return click.UsageError(
        f"{what} ({does}) is part of the interface, but massctl {__version__} does not carry it out yet. "
        "Nothing was done."
    )
