"""From a session to a settled doubt."""

import getpass
from collections.abc import Sequence
from datetime import timedelta

from massctl.apply.journal import LedgerSession, Statement
from massctl.apply.ports import WeChat
from massctl.apply.reconcile import (
    is_by_hand,
    nothing_to_settle,
    settle_not_sent,
    settle_sent,
)
from massctl.cli.app import Result, outcome_result, said
from massctl.cli.applying import applied, with_repeatable
from massctl.cli.declaring import COUNTS_AS_ALL, declared
from massctl.cli.evidence import evidence_for, insisting
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import account_of, declared_editions, records_of, require_ledger, trust
from massctl.cli.notifying import Notifier
from massctl.cli.output import Console
from massctl.cli.recorded import refuse_fleeting_ledger
from massctl.cli.session import Session
from massctl.ledger.process_lock import sole_runner
from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import AppId, CampaignName
from massctl.model.message import approved_audience
from massctl.model.phrase import Phrase
from massctl.model.state import Draft, Record, Settlement, State
from massctl.plan.reconcile_options import in_question, is_to_settle


def shown(session: Session, name: str, warnings: list[Diagnostic]) -> Result:
    """Show what is on record of a campaign in question, and the three choices; records nothing, makes no request.

    It ends as a command that is not whole yet, for no choice was made.
    """
    from massctl.view.status import evidence_text

    state = session.read_state(session.ledger())
    require_ledger(session, state)
    record = _in_question(session, state, name)
    if not is_to_settle(record, state):
        raise nothing_to_settle(record)
    found = evidence_for(session, record, state, warnings)

    def text(to: Console) -> str:
        return evidence_text(found, to.language, to.style, to.width)

    return Result(ExitStatus.USAGE, text, text)


def settled(
    session: Session,
    name: str,
    warnings: list[Diagnostic],
    testimony: Statement,
    *,
    sent: bool,
) -> Result:
    """Record what a person knows about the edition of a campaign that is in question."""
    refuse_fleeting_ledger(session)
    with sole_runner(session.locks, session.clock.now()):
        ledger = session.ledger()
        state = session.read_state(ledger)
        trust(session, state)
        record, notifier = _in_question(session, state, name), Notifier(session)
        now, wait = session.clock.now(), timedelta(seconds=session.settings.policy.in_doubt_wait)
        notifier.begin(state)
        begun, listed = len(record.settlements), record.batches > 1
        book = LedgerSession(ledger, session.clock, state)
        if sent:
            wechat = _wechat(session, record) if testimony.msg_id is not None else None
            by_hand = is_by_hand(record)
            rendered = declared(session, name, record.edition, warnings) if by_hand else None
            audience = approved_audience(rendered) if rendered else None
            settle_sent(record, testimony, wechat, book, audience, now=now, wait=wait)
            if by_hand and rendered is None:
                session.voice.talk(COUNTS_AS_ALL)
        else:
            settle_not_sent(record, testimony, lambda draft: _holder(session, record, draft), book, now=now, wait=wait)
    notifier.tell(state)
    here = record.campaign in session.repository.campaign_folders().names
    told = _told(record, record.settlements[begun:] if listed else [], sent=sent, is_here=here)

    def document(to: Console) -> str:
        from massctl.view.json_documents import reconcile_json

        return reconcile_json(record, to.language)

    return Result(ExitStatus.DONE, document, said(told))


def _told(record: Record, of_batch: Sequence[Settlement], *, sent: bool, is_here: bool) -> Phrase:
    """Say what was recorded; `of_batch` is the settlement that is about one batch of a list."""
    if of_batch and sent:
        say = Phrase("batch {batch} of {name} is recorded as sent")
    elif of_batch and is_here:
        say = Phrase("batch {batch} of {name} is recorded as not sent; `massctl apply {name}` may send it again")
    elif of_batch:
        say = Phrase("batch {batch} of {name} is recorded as not sent")
    elif sent:
        say = Phrase("{name} is recorded as sent")
    elif is_here:
        say = Phrase("{name} is recorded as not sent; `massctl apply {name}` may send it again")
    else:
        say = Phrase("{name} is recorded as not sent")
    batch = {"batch": of_batch[-1].event.batch} if of_batch else {}
    return Phrase(say, name=record.campaign, **batch)


def resubmitted(session: Session, name: str, warnings: list[Diagnostic], reason: str, *, yes: bool) -> Result:
    """Repeat the identical request of an open attempt, whatever policy.in_doubt says; window and kill switch hold."""
    state = session.read_state(session.ledger())
    record = _in_question(session, state, name)
    if not record.open_attempts:
        raise nothing_to_settle(record)
    insisted = Statement(reason, who(session))
    outcome = applied(
        insisting(session), [name], warnings, yes=yes, until="send", wait_in_doubt=True, insisted=insisted
    )
    # The next apply is bound by the policy as it is written.
    return outcome_result(with_repeatable(session, outcome))


def _in_question(session: Session, state: State, name: str) -> Record:
    """Give the edition that can be settled; raises UsageError where nothing is recorded of the campaign.

    After a repair of the ledger it may be the one that is declared, of which nothing is recorded.
    """
    found = in_question(state, name)
    if state.repaired and (found is None or not found.is_in_doubt):
        unsent = declared_editions(session, [name])
        if unsent.get(CampaignName(name), 0) > (found.edition if found else 0):
            return state.record(CampaignName(name), unsent[CampaignName(name)])
    return found if found is not None else records_of(state, [name], all_editions=False)[0]


def _wechat(session: Session, record: Record) -> WeChat | None:
    return session.wechat(account_of(session, record.appid)) if record.appid is not None else None


def _holder(session: Session, record: Record, draft: Draft) -> WeChat | None:
    """Give the account that a draft lies in; None where massctl.yaml lost it, and an open attempt is to be settled."""
    known = {account.appid for account in session.settings.accounts.values()}
    if record.is_in_doubt and draft.event.appid not in known:
        return None
    return session.wechat(account_of(session, AppId(draft.event.appid)))


def who(session: Session) -> str:
    """Name the person: who started this run of the workflow, else the login name."""
    actor = session.environment.get("GITHUB_TRIGGERING_ACTOR") or session.environment.get("GITHUB_ACTOR")
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
