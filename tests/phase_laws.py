"""The laws that the table of a send's phases keeps, for its own test and for the mutants."""

from collections.abc import Callable, Mapping
from typing import Final

from massctl.model.state import Phase, SendEvent

Table = Mapping[tuple[Phase, SendEvent], Phase]

SENT: Final = frozenset({Phase.ACCEPTED, Phase.TOLD_SENT})
NOT_SENT: Final = frozenset({Phase.UNSENT, Phase.REFUSED, Phase.TOLD_NOT_SENT, Phase.CLOSED})
OPEN: Final = frozenset({Phase.OPEN, Phase.HELD})
DOUBTED: Final = frozenset({SendEvent.IN_DOUBT, SendEvent.HELD})
OTHERS: Final = frozenset({SendEvent.REFUSED_OTHERS_OPEN, SendEvent.REFUSED_OTHERS_HELD})
ONLY_REFUSED: Final = frozenset({SendEvent.REFUSED, SendEvent.NEVER_LEFT})
SETTLING: Final = frozenset({SendEvent.ACCEPTED, SendEvent.TOLD_SENT, SendEvent.TOLD_NOT_SENT})

LAWS: Final[dict[str, Callable[[Phase, SendEvent, Phase], bool]]] = {
    "an acceptance is believed whatever was said before": lambda before, event, after: (
        event is not SendEvent.ACCEPTED or after is Phase.ACCEPTED
    ),
    "what went out is never unsent": lambda before, event, after: (
        before not in SENT or after not in NOT_SENT
    ),
    "a refusal closes no other attempt": lambda before, event, after: (
        before not in OPEN or event not in OTHERS or after in OPEN
    ),
    "a late refusal takes no person's word back": lambda before, event, after: (
        before not in {Phase.TOLD_SENT, Phase.TOLD_NOT_SENT}
        or event not in ONLY_REFUSED
        or after is before
    ),
    "the administrator is not asked about what was not sent": lambda before, event, after: (
        before is not Phase.TOLD_NOT_SENT
        or event is not SendEvent.HELD
        or after is Phase.CONTRADICTED
    ),
    "a doubt agrees with a person's word": lambda before, event, after: (
        before not in {Phase.TOLD_SENT, Phase.TOLD_NOT_SENT}
        or event is not SendEvent.IN_DOUBT
        or after is before
    ),
    "nobody doubts what was refused or never left": lambda before, event, after: (
        before not in {Phase.UNSENT, Phase.REFUSED, Phase.CLOSED}
        or event not in DOUBTED
        or after is Phase.CONTRADICTED
    ),
    "nothing is attempted after it went out": lambda before, event, after: (
        before not in SENT or event is not SendEvent.ATTEMPTED or after is Phase.CONTRADICTED
    ),
    "nothing is attempted after it was closed": lambda before, event, after: (
        before is not Phase.CLOSED
        or event is not SendEvent.ATTEMPTED
        or after is Phase.CONTRADICTED
    ),
    "what is open is never closed": lambda before, event, after: (
        before not in OPEN or event is not SendEvent.CLOSED or after is Phase.CONTRADICTED
    ),
    "a contradiction is left by an acceptance or a person only": lambda before, event, after: (
        before is not Phase.CONTRADICTED or after is Phase.CONTRADICTED or event in SETTLING
    ),
    "a person settles a contradiction": lambda before, event, after: (
        before is not Phase.CONTRADICTED
        or event not in SETTLING
        or after
        is {SendEvent.ACCEPTED: Phase.ACCEPTED, SendEvent.TOLD_SENT: Phase.TOLD_SENT}.get(
            event, after
        )
    ),
    "a denial takes nothing back": lambda before, event, after: (
        event is not SendEvent.DENIED or after in {before, Phase.CONTRADICTED}
    ),
    "nothing is open without an attempt": lambda before, event, after: (
        after not in OPEN or before in OPEN or event is SendEvent.ATTEMPTED
    ),
    "what cannot be is a contradiction": lambda before, event, after: (
        event is not SendEvent.IMPOSSIBLE or after is Phase.CONTRADICTED
    ),
}
"""Law -> whether a pair and the phase after it keep it."""


def broken_laws(table: Table) -> set[str]:
    """Name the laws that some pair of a table breaks."""
    return {
        law
        for law, kept in LAWS.items()
        for (before, event), after in table.items()
        if not kept(before, event, after)
    }
