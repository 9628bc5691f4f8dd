"""The lease of the ledger: whether a `massctl run` may begin, and what people are told of the runner that holds it."""

from datetime import datetime
from enum import Enum, auto

from massctl.model.frozen import Frozen
from massctl.model.phrase import BEIJING, Command, Phrase, moment
from massctl.model.state import HeldLease, RunnerId


class Claim(Enum):
    """What a runner that begins finds."""

    HELD = auto()
    """It holds the lease."""
    FREE = auto()
    """Nobody does, or it did before its machine started again."""
    FOREIGN = auto()
    """Another runner does, or a copy of this runner's folder on another machine."""


def claim(lease: HeldLease | None, runner: RunnerId, taken_in: str | None) -> Claim:
    """Judge the lease of a ledger; `taken_in` is the boot in which this folder took or held it last.

    A folder that held it in this very boot, and does not any more, was copied: two machines have one id.
    """
    if lease is None:
        return Claim.FREE
    if lease.holder == runner:
        return Claim.HELD
    began_again = lease.event.runner == runner.runner and taken_in != runner.boot
    return Claim.FREE if began_again else Claim.FOREIGN


TAKE_OVER = Command("run", "--take-over")
RELEASE = Command("run", "--release")
QUIET_SECONDS = 900.0
"""A round each minute ends sooner, however many sends it waits for."""


class LocalRunner(Frozen):
    """The `massctl run` of one folder, as far as this machine knows it."""

    id: RunnerId | None = None
    """None: none ever ran here."""
    last_round: datetime | None = None
    """When it ended a round last: its heartbeat. None: never, or nobody knows."""

    def holds(self, lease: HeldLease) -> bool:
        """Return whether the runner of this folder holds the lease."""
        return lease.holder == self.id

    def is_quiet(self, lease: HeldLease, now: datetime) -> bool:
        """Return whether it holds the lease and makes no rounds, as far as this machine knows."""
        if not self.holds(lease):
            return False
        return self.last_round is None or (now - self.last_round).total_seconds() > QUIET_SECONDS


NO_RUNNER = LocalRunner()
"""No runner ever was in this folder."""


def heartbeat_words(lease: HeldLease, here: LocalRunner) -> Phrase:
    """Return when the lease's runner was last alive. Only its own machine knows that."""
    if not here.holds(lease):
        return Phrase(
            "only {host}, and the monitor of runner.heartbeat_env, know its last round",
            host=lease.event.host,
        )
    if here.last_round is None:
        return Phrase("it runs in this folder, and has not ended a round yet")
    at = moment(here.last_round.astimezone(BEIJING))
    return Phrase("it runs in this folder; its last round ended at {at}", at=at)


def lease_hint(lease: HeldLease, here: LocalRunner) -> Phrase:
    """Return the advice about the lease, and what follows from it."""
    if here.holds(lease):
        return Phrase(
            "{command}   gives that up: every apply at the tip may send then", command=RELEASE
        )
    return Phrase(
        "{take_over}   on another machine sends from there, and the runner on {host} ends at its next round; "
        "{release}   on {host} lets every apply at the tip send",
        take_over=TAKE_OVER,
        release=RELEASE,
        host=lease.event.host,
    )
