"""The time of a run: the machine's, moved where that is allowed, or the sandbox's."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from massctl.cli import views
from massctl.errors import UsageError
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.sandbox.embedded import Sandbox

OFFSET_VARIABLE = "MASSCTL_CLOCK_OFFSET"


def machine_now() -> datetime:
    """Return the machine's time, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place where time comes in


class MachineClock:
    """The machine's clock, moved by a fixed offset."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    def now(self) -> datetime:
        """Return the moment, in UTC."""
        return machine_now() + self._offset

    def sleep(self, seconds: float) -> None:
        """Wait for real."""
        time.sleep(seconds)


class SandboxClock:
    """The sandbox's clock; a wait moves it forward immediately."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._supposed: datetime | None = None

    def now(self) -> datetime:
        """Return the sandbox's time, or the supposed one."""
        now = self._sandbox.now()
        return now if self._supposed is None else max(now, self._supposed)

    def suppose(self, moment: datetime) -> None:
        """Set the time to `moment` in this process, unless it is later already; the sandbox keeps its own time."""
        self._supposed = moment

    def sleep(self, seconds: float) -> None:
        """Move the sandbox's clock forward without waiting."""
        self._sandbox.advance(seconds)


_TOLD_FROM = timedelta(minutes=1)


def sandbox_time(now: datetime) -> Phrase | None:
    """Tell the sandbox's time; None where it is the machine's."""
    if abs(now - machine_now()) < _TOLD_FROM:
        return None
    return Phrase(
        "the sandbox's clock says {moment}; this machine's differs",
        moment=views.words.recorded(now),
    )


def machine_clock(environment: Mapping[str, str], *, loopback: bool) -> MachineClock:
    """Return the clock of a run; moving it with MASSCTL_CLOCK_OFFSET is for loopback only."""
    text = environment.get(OFFSET_VARIABLE, "")
    if not text:
        return MachineClock()
    try:
        moved = MachineClock(timedelta(seconds=float(text)))
        moved.now()  # A moment that no calendar has ends here and not during a run.
    except (ValueError, OverflowError):
        raise UsageError(
            Phrase("{variable} must be a number of seconds", variable=OFFSET_VARIABLE)
        ) from None
    if not loopback:
        raise UsageError(
            Phrase(
                "{variable} moves the clock, and that is for a sandbox on loopback only",
                variable=OFFSET_VARIABLE,
            ),
            hint=Phrase("unset {variable}", variable=OFFSET_VARIABLE),
        )
    return moved
