"""From a session to what a person may choose about a send of unknown outcome."""

from dataclasses import replace

from massctl.cli.planning import planned
from massctl.cli.session import Session
from massctl.model.diagnostic import Diagnostic
from massctl.model.state import Record, State
from massctl.plan.choices import Evidence, evidence


def evidence_for(session: Session, record: Record, state: State, warnings: list[Diagnostic]) -> Evidence:
    """Put together what is on record of an edition, and until when each choice about it stands; makes no request."""
    insisting_session, name = insisting(session), record.campaign
    here = name in session.repository.campaign_folders().names
    plan = planned(insisting_session, [name], warnings).plan if here else None
    rules = insisting_session.house([name])
    return evidence(record, plan.campaigns[0] if plan else None, state, rules, session.clock.now())


def insisting(session: Session) -> Session:
    """Give a session in which a doubt may be repeated by a person's word, whatever policy.in_doubt says."""
    policy = session.settings.policy.model_copy(update={"in_doubt": "resubmit"})
    return replace(session, settings=session.settings.model_copy(update={"policy": policy}))
