"""From a session to what a person may choose about a send of unknown outcome."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from massctl.cli.planner import planned
from massctl.cli.session import Session
from massctl.errors import InvariantError, MassctlError
from massctl.model.diagnostics import Diagnostic
from massctl.model.state import Record, RecordKey, State, is_held
from massctl.plan.reconcile_options import Evidence, evidence


def evidence_for(session: Session, record: Record, state: State, warnings: list[Diagnostic]) -> Evidence:
    """Put together what is on record of an edition, and until when each choice about it stands; makes no request."""
    return _evidence(insisting(session), record, state, warnings)


def repeatable(session: Session, records: Iterable[Record], state: State) -> dict[RecordKey, datetime]:
    """Find the editions in doubt whose request `apply` would repeat, now or after a wait, and until when.

    One that cannot be judged is left out: its evidence says why. The administrator's time is no doubt yet.
    """
    found: dict[RecordKey, datetime] = {}
    for record in records:
        if not record.is_in_doubt or is_held(record):
            continue
        try:
            repetition = _evidence(session, record, state, []).repetition
        except InvariantError:
            raise
        except MassctlError:
            continue
        if repetition is not None and repetition.at is not None:
            found[record.key] = repetition.until
    return found


def _evidence(session: Session, record: Record, state: State, warnings: list[Diagnostic]) -> Evidence:
    name = record.campaign
    here = name in session.repository.campaign_folders().names
    plan = planned(session, [name], warnings).plan if here else None
    return evidence(record, plan.campaigns[0] if plan else None, state, session.rules([name]), session.clock.now())


def insisting(session: Session) -> Session:
    """Give a session in which a doubt may be repeated by a person's word, whatever policy.in_doubt says."""
    policy = session.settings.policy.model_copy(update={"in_doubt": "resubmit"})
    return replace(session, settings=session.settings.model_copy(update={"policy": policy}))
