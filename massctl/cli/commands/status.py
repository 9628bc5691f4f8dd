"""`massctl status`: the state of the jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import click

from massctl.apply.jobs import Followed, Foreign, follow_jobs, is_overdue, record_finish, unfinished
from massctl.apply.journal import LedgerSession
from massctl.apply.ports import WeChat
from massctl.apply.statistics import Collected
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import Seconds, campaign_names, form_option, sandbox_option
from massctl.cli.embedded_sandbox import Embedded
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import (
    account_of,
    declared_editions,
    own_ledger,
    read_ledger,
    records_of,
    require_ledger,
    trust,
)
from massctl.cli.notifications import Notifier, never_told
from massctl.cli.planner import repeatable
from massctl.cli.progress import progress
from massctl.cli.report_notices import tell_reports
from massctl.cli.selection import in_scope, narrow, selection_options
from massctl.cli.session import Session
from massctl.cli.spooled_event import held_here
from massctl.cli.statistics import collect_accounts
from massctl.errors import LedgerLockedError
from massctl.model.destination import Destination
from massctl.model.ids import AccountName, AppId, CampaignName, MsgId
from massctl.model.phrase import Command, Phrase
from massctl.model.state import Record, RecordKey, State, is_held
from massctl.plan.acceptance import named_job
from massctl.plan.brake import stop_refusals
from massctl.plan.drift_readings import told_drifts


@click.command(name="status")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@click.option("--wait", type=Seconds(), default=0, help="Ask again for this time.")
@click.option("--all-editions", is_flag=True, help="Also show earlier editions.")
@click.option(
    "--statistics", is_flag=True, help="Then collect what WeChat has counted since the last time."
)
@selection_options
@form_option
@sandbox_option
@verb("status")
def command(
    current: Session,
    names: tuple[str, ...],
    wait: float,
    all_editions: bool,
    statistics: bool,
    accounts: tuple[str, ...],
    groups: tuple[str, ...],
) -> Result:
    """Ask WeChat about unfinished mass jobs, and record the answers. Makes no other requests.

    With --statistics it also asks for the readers and followers that WeChat counted, and archives them beside the
    ledger; each call is made once for what it can newly say. With --sandbox it also records the events of jobs that
    have ended, and a wait passes at once.
    """
    narrow(current, accounts, groups)
    found = follow(current, names, wait, all_editions=all_editions)
    collected = _collected(current) if statistics else None
    for each in (*held_here(current), *never_told(current, found.state)):
        current.console.talk(each)
    going = any(unfinished(job) is not None for record in found.records for job in record.jobs)

    leads = _leads(current, found.records)
    again = Phrase("{command}   asks again for a minute", command=Command("status", "--wait 60"))
    if current.sandbox is not None:
        again = Phrase(
            "{command}   lets that time pass at once", command=Command("status", "--wait 300")
        )
    stops = stop_refusals(current.tip())
    status = ExitStatus(found.exit_status())
    if status is ExitStatus.DONE and any(each.error is not None for _, each in collected or ()):
        status = ExitStatus.FAILED
    return Result(
        status,
        lambda _: views.verbs_json.status_json(
            found,
            collected,
            leads,
            stops,
            current.repository.campaign_folders.group,
            current.settings.key_of,
            current.settings.owners,
        ),
        lambda to: views.status.status_text(
            to.page(),
            found,
            collected,
            leads,
            stops,
            current.settings.key_of,
            is_brief=not names and len(found.records) > views.overview.CLOSE_FROM,
        ),
        next_step=again if going else None,
    )


def _leads(session: Session, records: Sequence[Record]) -> dict[RecordKey, Sequence[Destination]]:
    """Return where the last message of each edition leads, as far as its content is kept."""
    sent = [each for each in records if each.attempts]
    digests = [each.attempts[-1].event.digest for each in sent]
    locks = session.backend.archive().locks(digests) if digests else []
    return {record.key: lock.destinations for record, lock in zip(sent, locks, strict=True) if lock}


def _collected(session: Session) -> Sequence[tuple[AccountName, Collected]]:
    """Collect statistics; the ledger is only read, without its lock."""
    state = read_ledger(session)
    require_ledger(session, state)
    trust(session, state)
    found = collect_accounts(session, state)
    tell_reports(session, state)
    return found


LOOK_SECONDS = 20
"""Between two looks for what the administrator said. Our own bound: with a ledger in git each look is a fetch."""


def follow(
    session: Session, names: Sequence[str], wait_seconds: float, *, all_editions: bool
) -> Followed:
    """Ask about unfinished jobs, and again for `wait_seconds`; also about sends that wait for the administrator.

    What he says comes as an event, which another process records: between two looks the ledger is left to it.
    """
    clock, shown = session.clock, progress(session.console)
    until = clock.now() + timedelta(seconds=wait_seconds)
    found: Followed | None = None
    offered: set[MsgId] = set()
    while True:
        remaining = (until - clock.now()).total_seconds()
        try:
            newly = _follow_once(
                session, names, max(0.0, remaining), offered, all_editions=all_editions
            )
        except LedgerLockedError:
            if found is None:
                raise
            # Somebody records something in this moment; the next look sees it.
            newly = Followed(found.records, found.state)
        newly.failed_now[:0] = found.failed_now if found is not None else []
        found, held = newly, sum(is_held(record) for record in newly.records)
        remaining = (until - clock.now()).total_seconds()
        if not held or remaining <= 0:
            if any(record.is_in_doubt for record in found.records):
                found.repeatable = repeatable(session, found.records, read_ledger(session))
            return found
        say = Phrase("waiting for the administrator: {count}; looking for {seconds} s more")
        shown.waiting(Phrase(say, count=held, seconds=int(remaining)))
        clock.sleep(min(LOOK_SECONDS, remaining))


def _follow_once(
    session: Session,
    names: Sequence[str],
    wait_seconds: float,
    offered: set[MsgId],
    *,
    all_editions: bool,
) -> Followed:
    """Ask about unfinished jobs, alone on the ledger; without one it makes no request and takes no lock."""
    state = read_ledger(session)
    require_ledger(session, state)
    # Of a campaign that was never staged the ledger may know nothing but what drifted.
    drifted = {
        name: edition
        for name, edition in state.told
        if told_drifts(state, state.record(name, edition))
    }
    unsent = {**drifted, **_unsent(session, state, names)}
    records = _records(session, state, names, all_editions=all_editions, unsent=unsent)
    asked = any(unfinished(job) is not None for record in records for job in record.jobs)
    told = session.sandbox is not None and session.sandbox.untold_events(state)
    asked = asked or any(named_job(record, state) is not None for record in records)
    if not asked and not told and not any(is_overdue(record, session.clock) for record in records):
        _tell(Notifier(session), state)
        return Followed(records, state)
    with own_ledger(session) as book:
        state, notifier = book.state, Notifier(session)
        records = _records(session, state, names, all_editions=all_editions, unsent=unsent)

        def wechat(appid: AppId) -> WeChat:
            return session.wechat(account_of(session, appid))

        # Do not hold the lock while waiting: another process records the administrator's answer.
        waits = 0 if any(is_held(record) for record in records) else wait_seconds
        found = follow_jobs(records, wechat, book, session.clock, progress(session.console), waits)
        if session.sandbox is not None:
            _record_events(session, session.sandbox, book, found, offered)
    _tell(notifier, state)
    return found


def _tell(notifier: Notifier, state: State) -> None:
    """Tell what is on record; an interruption ends the command, whose work is on record too."""
    if notifier.tell(state):
        raise KeyboardInterrupt


def _records(
    session: Session,
    state: State,
    names: Sequence[str],
    *,
    all_editions: bool,
    unsent: Mapping[CampaignName, int],
) -> list[Record]:
    found = records_of(state, names, all_editions=all_editions, unsent=unsent)
    return in_scope(session, found)


def _record_events(
    session: Session, sandbox: Embedded, book: LedgerSession, found: Followed, offered: set[MsgId]
) -> None:
    """Record the events that the sandbox has made. One whose job nobody knows is `offered` once to a send in doubt."""
    console = session.console
    known = {
        job.msg_id
        for record in found.records
        for job in record.jobs
        if job.status in ("failed", "contradicted")
    }
    for finish in sandbox.untold_events(book.state):
        outcome = record_finish(finish, None, book, session.settings.original_ids)
        msg_id = MsgId(finish.said.msg_id)
        if isinstance(outcome, Foreign):
            if outcome.candidates and msg_id not in offered:
                offered.add(msg_id)
                console.talk_page(
                    views.jobs.foreign_text(console.page(), finish, outcome.candidates)
                )
        elif msg_id not in known and (
            finish.said.status == "failed" or finish.said.sent_count == 0
        ):
            found.failed_now += [each for each in found.records if each is outcome.record]


def _unsent(session: Session, state: State, names: Sequence[str]) -> dict[CampaignName, int]:
    """Return the declared editions of named campaigns of which nothing is recorded yet."""
    recorded = {name for name, _ in state.records}
    return declared_editions(session, [name for name in names if name not in recorded])
