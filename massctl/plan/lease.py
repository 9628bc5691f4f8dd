"""Whether a `massctl run` may begin: it holds the lease, takes a free one, or finds another runner there."""

from enum import Enum, auto

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
