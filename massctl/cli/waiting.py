"""`apply --wait`: stay for the windows that open soon, and plan anew at each opening.

Nothing is held while it waits: others may read, record and send meanwhile. At an opening the run takes the ledger again
like a run that begins then, waits for whoever has it, and finds in the ledger what became of the campaign.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from massctl.apply.outcome import Outcome
from massctl.cli.app import recorded_now
from massctl.cli.notifying import Notifier
from massctl.cli.progress import progress
from massctl.cli.session import Session
from massctl.model.phrase import BEIJING, Phrase, moment
from massctl.plan.plan import PlannedCampaign

HELD_SECONDS: Final = 5.0
"""Between two looks at a ledger that another runner holds at an opening."""
HELD_FOR: Final = timedelta(minutes=1)
"""So long at least another runner is waited for, also where the duration ends sooner."""


def opening(campaigns: Sequence[PlannedCampaign], now: datetime, until: datetime) -> tuple[datetime, list[str]] | None:
    """Give the first moment until `until` at which something can be sent, and what; None where none comes.

    A send in doubt is no window: each run repeats it once, and this one had its turn.
    """
    coming = [
        (each.next_at, each.name)
        for each in campaigns
        if each.next_at is not None and now < each.next_at <= until and each.rendered is not None
    ]
    if not coming:
        return None
    first = min(at for at, _ in coming)
    return first, [name for at, name in coming if at == first]


def stayed(
    session: Session,
    begun: Outcome,
    until: datetime,
    again: Callable[[Sequence[str]], Outcome],
    notifier: Notifier,
) -> Outcome:
    """Go on from a run that has staged everything: at each opening carry out what it opens for.

    While it waits, `notifier` tells of the windows that open soon.
    """
    outcome, clock = begun, session.clock
    try:
        while not outcome.interrupted and outcome.ledger_error is None:
            waiting = [each.planned for each in outcome.campaigns if not outcome.record(each).is_in_doubt]
            found = opening(waiting, clock.now(), until)
            if found is None:
                return outcome
            at, names = found
            _sleep(session, at, names, notifier)
            # A folder that went away meanwhile is no reason to leave the others unsent.
            there = session.repository.campaign_folders().names
            names = [name for name in names if name in there]
            if names:
                outcome = outcome.followed_by(_once_free(session, max(until, at + HELD_FOR), names, again))
    except KeyboardInterrupt:
        outcome.interrupted = True
        outcome.state = recorded_now(session) or outcome.state
    return outcome


def _once_free(
    session: Session, until: datetime, names: Sequence[str], again: Callable[[Sequence[str]], Outcome]
) -> Outcome:
    """Run again, and once more while another runner holds the ledger; the last word names who does."""
    session.reread()
    outcome = again(names)
    while outcome.held_elsewhere and session.clock.now() + timedelta(seconds=HELD_SECONDS) < until:
        progress(session.voice).waiting(Phrase("another massctl is at work on this ledger; looking again in"), 5)
        session.clock.sleep(HELD_SECONDS)
        outcome = again(names)
    return outcome


def _sleep(session: Session, at: datetime, names: Sequence[str], notifier: Notifier) -> None:
    """Wait until a moment, by the clock that decides about windows: it may be set meanwhile."""
    shown = progress(session.voice)
    told = Phrase(
        "{names}: it can be sent at {at}; going on in",
        names=", ".join(names),
        at=moment(at.astimezone(BEIJING)),
    )
    while (left := (at - session.clock.now()).total_seconds()) > 0:
        shown.waiting(told, ceil(left))
        now = session.clock.now()
        soon = notifier.next_upcoming(now)
        pause = min(left, (soon - now).total_seconds()) if soon is not None else left
        # The sandbox's time passes at once, and nobody watches it pass.
        session.clock.sleep(pause if session.sandbox else min(1.0, pause))
        if soon is not None and session.clock.now() >= soon:
            notifier.tell_upcoming()
