"""`massctl reconcile`: settle a send of unknown outcome."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from massctl.apply.journal import Statement
from massctl.apply.ports import WeChat
from massctl.apply.reconcile import is_by_hand, nothing_to_settle, settle_not_sent, settle_sent
from massctl.cli import views
from massctl.cli.app import Result, outcome_result, require_one, run_in_session, said
from massctl.cli.arguments import Moment, Text, campaign_names, form_option, sandbox_option
from massctl.cli.commands.apply import add_repeatable, run_apply
from massctl.cli.consent import require_operator, who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import (
    account_of,
    declared_editions,
    own_ledger,
    read_ledger,
    records_of,
    require_ledger,
)
from massctl.cli.notifications import Notifier
from massctl.cli.output import Console
from massctl.cli.planner import PlanOptions, evidence_for, insisting, planned
from massctl.cli.session import Session
from massctl.model.ids import AppId, CampaignName
from massctl.model.message import RenderedCampaign, approved_audience
from massctl.model.phrase import Command, Phrase
from massctl.model.state import Draft, Record, Settlement, State
from massctl.plan.job_failure import how_to_resend
from massctl.plan.plan import Until
from massctl.plan.reach import is_contradicted
from massctl.plan.reconcile_options import in_question, is_to_settle

URL_PATTERN = r"https?://[^\s/]+/\S*"
"""Of an article that followers received."""


@click.command(name="reconcile")
@click.argument("name", shell_complete=campaign_names)
@click.argument("msg_id", required=False, type=click.IntRange(1, 2**63 - 1))
@click.option("--sent", is_flag=True, help="It was sent; MSG_ID is its job's id, if you know it.")
@click.option(
    "--not-sent", is_flag=True, help="It was not sent; apply may stage and send it again."
)
@click.option(
    "--resubmit", is_flag=True, help="Repeat the identical request now, under the same clientmsgid."
)
@click.option("--url", type=Text(URL_PATTERN), help="With --sent: the address of the sent article.")
@click.option("--batch", type=click.IntRange(1), help="Which batch of a list of openids.")
@click.option(
    "--looked-at",
    type=Moment(),
    metavar="AT",
    help="With --sent or --not-sent: when you looked; this does not settle what began later.",
)
@click.option(
    "--reason",
    type=Text(r".*\S.*"),
    help="How you know; recorded with your name. Required for every choice.",
)
@click.option("--yes", is_flag=True, help="With --resubmit: send without a question.")
@form_option
@sandbox_option
@click.pass_obj
def command(
    directory: str,
    name: str,
    msg_id: int | None,
    sent: bool,
    not_sent: bool,
    resubmit: bool,
    url: str | None,
    batch: int | None,
    looked_at: datetime | None,
    reason: str | None,
    yes: bool,
    form: str,
    sandbox: bool,
) -> int:
    """Settle what massctl cannot know about NAME. Look in the console under 群发记录 first.

    Give exactly one of --sent, --not-sent and --resubmit. Without one it shows what is on record and the choices.
    """
    _agree(
        sent,
        not_sent,
        resubmit,
        of_sent=(msg_id, url),
        of_both={"--batch": batch, "--looked-at": looked_at},
    )
    chosen = sent or not_sent or resubmit
    if chosen and reason is None:
        raise click.UsageError(Phrase("{key} is missing", key="--reason"))
    if form == "json" and not chosen:
        raise click.UsageError(
            Phrase("use --format json with one of --sent, --not-sent and --resubmit")
        )

    def work(current: Session) -> Result:
        require_one(current, name)
        if not chosen or reason is None:
            return show_evidence(current, name)
        require_operator(current)
        if resubmit:
            return resubmit_send(current, name, reason, yes=yes)
        statement = Statement(reason, who(current.environment), msg_id, url, batch, looked_at)
        return settle(current, name, statement, sent=sent)

    kind = "apply" if resubmit else "reconcile"
    return run_in_session(kind, form, directory, work, sandbox=sandbox)


def _agree(
    sent: bool,
    not_sent: bool,
    resubmit: bool,
    *,
    of_sent: tuple[object, ...],
    of_both: dict[str, object],
) -> None:
    """Refuse choices and flags that do not go together; a flag that was not given is None."""
    if sent + not_sent + resubmit > 1:
        raise click.UsageError(Phrase("give exactly one of --sent, --not-sent and --resubmit"))
    if any(each is not None for each in of_sent) and not sent:
        raise click.UsageError(Phrase("use MSG_ID and --url with --sent"))
    for flag, value in of_both.items():
        if value is not None and not (sent or not_sent):
            raise click.UsageError(Phrase("use {flag} with --sent or --not-sent", flag=flag))


def show_evidence(session: Session, name: str) -> Result:
    """Show what is on record of a campaign in question, and the three choices; records nothing, makes no request.

    It ends like an incomplete command, because no choice was made.
    """
    state = read_ledger(session)
    require_ledger(session, state)
    record = _in_question(session, state, name)
    if not is_to_settle(record, state):
        raise nothing_to_settle(record)
    found = evidence_for(session, record, state)

    def text(to: Console) -> str:
        return views.status.evidence_text(to.page(), found)

    return Result(ExitStatus.USAGE, text, text)


def settle(
    session: Session,
    name: str,
    testimony: Statement,
    *,
    sent: bool,
) -> Result:
    """Record what a person knows about the edition of a campaign that is in question."""
    with own_ledger(session) as book:
        state = book.state
        record, notifier = _in_question(session, state, name), Notifier(session)
        now, wait = session.clock.now(), timedelta(seconds=session.settings.policy.in_doubt_wait)
        begun, listed = len(record.settlements), record.batches > 1
        two_ends = is_contradicted(record, state)
        if sent:
            wechat = _wechat(session, record) if testimony.msg_id is not None else None
            by_hand = is_by_hand(record)
            rendered = declared(session, name, record.edition) if by_hand else None
            audience = approved_audience(rendered) if rendered else None
            settle_sent(record, testimony, wechat, book, audience, now=now, wait=wait)
            if by_hand and rendered is None:
                session.console.talk(COUNTS_AS_ALL)
        else:
            settle_not_sent(
                record,
                testimony,
                lambda draft: _holder(session, record, draft),
                book,
                now=now,
                wait=wait,
            )
    notifier.tell(state)
    here = record.campaign in session.repository.campaign_folders.names
    told = _told(record, record.settlements[begun:] if listed else [], sent=sent, is_here=here)
    if two_ends and not sent:
        say = Phrase("{name} is recorded as not sent: its job counts as failed; {how}")
        told = Phrase(say, name=record.campaign, how=how_to_resend(record, state) or "")

    return Result(ExitStatus.DONE, lambda _: views.verbs_json.reconcile_json(record), said(told))


def _told(record: Record, of_batch: Sequence[Settlement], *, sent: bool, is_here: bool) -> Phrase:
    """Return what was recorded; `of_batch` is the settlement that is about one batch of a list."""
    if of_batch and sent:
        say = Phrase("batch {batch} of {name} is recorded as sent")
    elif of_batch and is_here:
        say = Phrase(
            "batch {batch} of {name} is recorded as not sent; `{command}` may send it again"
        )
    elif of_batch:
        say = Phrase("batch {batch} of {name} is recorded as not sent")
    elif sent:
        say = Phrase("{name} is recorded as sent")
    elif is_here:
        say = Phrase("{name} is recorded as not sent; `{command}` may send it again")
    else:
        say = Phrase("{name} is recorded as not sent")
    batch = {"batch": of_batch[-1].event.batch} if of_batch else {}
    return Phrase(say, name=record.campaign, command=Command("apply", record.campaign), **batch)


def resubmit_send(session: Session, name: str, reason: str, *, yes: bool) -> Result:
    """Repeat the identical request of an open attempt, whatever policy.in_doubt says; window and kill switch hold."""
    state = read_ledger(session)
    record = _in_question(session, state, name)
    if not record.open_attempts:
        raise nothing_to_settle(record)
    insisted = Statement(reason, who(session.environment))
    outcome = run_apply(
        insisting(session), [name], yes=yes, until="send", wait_in_doubt=True, insisted=insisted
    )
    # The next apply is bound by the policy as it is written.
    return outcome_result(add_repeatable(session, outcome))


def _in_question(session: Session, state: State, name: str) -> Record:
    """Return the edition that can be settled; raise UsageError if nothing is recorded of the campaign.

    After a repair of the ledger it may be the declared one, of which nothing is recorded.
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
    """Return the account that a draft lies in; None if massctl.yaml lost it, and an open attempt is to be settled."""
    known = {account.appid for account in session.settings.accounts.values()}
    if record.is_in_doubt and draft.event.appid not in known:
        return None
    return session.wechat(account_of(session, AppId(draft.event.appid)))


COUNTS_AS_ALL = Phrase(
    "its recipients are not known here, so the allowance counts it as a send to everybody"
)


def declared(session: Session, name: str, edition: int) -> RenderedCampaign | None:
    """Render a campaign whose folder holds this edition; None if it holds another, has faults or is gone."""
    if name not in session.repository.campaign_folders.names:
        return None
    (found,) = planned(session, [name], PlanOptions(until=Until.DRAFT)).plan.campaigns
    return found.rendered if found.edition == edition else None
