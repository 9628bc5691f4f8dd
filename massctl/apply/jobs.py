"""Jobs after their send: the administrator's silence, the end of a job, events about it, and its comments."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import failure_of
from massctl.apply.ports import Clock, Comments, JobReport, Progress, WeChat
from massctl.errors import MassctlError, UsageError
from massctl.model.diagnostics import Failure
from massctl.model.entries import JobFinish, JobStatus, SendAccepted, SendInDoubt, fields_of
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, MsgDataId, MsgId
from massctl.model.phrase import Command, Phrase
from massctl.model.state import (
    Attempt,
    End,
    Job,
    Record,
    RecordKey,
    State,
    Status,
    held_until,
    is_concluded,
    is_held,
    status_of,
)
from massctl.plan.acceptance import named_job
from massctl.plan.job_failure import ends_words, failure_words, how_to_resend, what_now


def is_overdue(record: Record, clock: Clock) -> bool:
    """Whether the administrator's time is over, and nothing was learnt of the send since."""
    until = held_until(record)
    return until is not None and until <= clock.now()


def record_silence(records: Iterable[Record], ledger: LedgerSession, clock: Clock) -> None:
    """Record a doubt for each send whose administrator did not answer within 30 minutes."""
    for record in records:
        if is_overdue(record, clock):
            attempt = record.open_attempts[-1].serial
            ledger.record(SendInDoubt(attempt=attempt, reason="administrator_silent"), record)


POLL_SECONDS = 5
"""Between two questions about the same job. Our own bound; mass/get has no documented pace."""
UNFINISHED = frozenset({"sending", "awaiting_admin", "unknown"})


class Followed(Struct):
    """What following jobs has shown."""

    records: Sequence[Record]
    state: State
    failed_now: list[Record] = field(default_factory=list)
    """Records of which a job's failure was learnt in this run."""
    errors: list[tuple[Record, Failure]] = field(default_factory=list)
    repeatable: Mapping[RecordKey, datetime] = field(default_factory=dict)
    """The editions in doubt whose request `apply` may repeat, now or after a wait -> until when."""

    def exit_status(self) -> int:
        """Return 4 while an attempt is in doubt, 1 for a failure learnt now or a question without an answer, else 0."""
        if any(record.is_in_doubt and not is_held(record) for record in self.records):
            return 4
        return 1 if self.failed_now or self.errors else 0


def follow_jobs(
    records: Sequence[Record],
    wechat: Callable[[AppId], WeChat],
    ledger: LedgerSession,
    clock: Clock,
    progress: Progress,
    wait_seconds: float = 0,
) -> Followed:
    """Ask about every unfinished job once, and again until all are finished or `wait_seconds` have passed."""
    followed = Followed(records, ledger.state)
    record_silence(records, ledger, clock)
    until = clock.now() + timedelta(seconds=wait_seconds)
    while True:
        left = [
            (r, job, msg_id)
            for r in records
            for job in r.jobs
            if (msg_id := unfinished(job)) is not None
        ]
        stuck = {id(record) for record, _ in followed.errors}
        left = [each for each in left if id(each[0]) not in stuck]
        for record, job, msg_id in left:
            _ask(followed, record, job, msg_id, wechat, ledger)
        for record in records:
            if (named := named_job(record, ledger.state)) is not None and id(record) not in stuck:
                _ask_about_named(followed, record, named, wechat, ledger)
        going = sum(unfinished(job) is not None for _, job, _ in left)
        going += sum(
            named_job(record, ledger.state) is not None
            for record in records
            if id(record) not in stuck
        )
        remaining = (until - clock.now()).total_seconds()
        if not going or remaining <= 0:
            ledger.flush()  # All that was told is one append: a hundred jobs do not need a hundred pushes.
            return followed
        progress.waiting(
            Phrase(
                "still sending: {count}; asking for {seconds} s more",
                count=going,
                seconds=int(remaining),
            )
        )
        clock.sleep(min(POLL_SECONDS, remaining))


def job_status(report: JobReport) -> JobStatus:
    """Make the entry that says what mass/get told."""
    return JobStatus(msg_id=report.msg_id, status=report.status)


def unfinished(job: Job) -> MsgId | None:
    """Return the id of a job that may still change; None if it is finished or its id was never learnt."""
    return MsgId(job.msg_id) if job.msg_id is not None and job.status in UNFINISHED else None


def ended_badly(record: Record, state: State) -> Failure | None:
    """Describe a job that failed, that WeChat told two ends of, or that reached nobody; None without one."""
    if status_of(record) is Status.CONTRADICTED:
        return Failure(None, None, ends_words(record), what_now(record, state) or "")
    if status_of(record) is not Status.FAILED:
        return nobody_got_it(record)
    return Failure(None, None, failure_words(record), how_to_resend(record, state) or "")


def nobody_got_it(record: Record) -> Failure | None:
    """Describe a job that ended and reached nobody, as the fifth of a month does; None if none did."""
    jobs = [job for job in record.jobs if job.reached_nobody]
    if not jobs:
        return None
    totals = [job.counts.total_count for job in jobs if job.counts is not None]
    total = sum(each or 0 for each in totals)
    return Failure(
        None,
        None,
        Phrase("nobody received it: WeChat delivered it to 0 of {total:,} followers", total=total),
        Phrase(
            "a follower who had four mass messages in a month does not receive a fifth; to send it "
            "once more, raise `edition` and give it a window in another month"
        ),
    )


def _ask(
    followed: Followed,
    record: Record,
    job: Job,
    msg_id: MsgId,
    wechat: Callable[[AppId], WeChat],
    ledger: LedgerSession,
) -> None:
    try:
        report = wechat(AppId(record.appid or "")).job_report(msg_id)
    except MassctlError as error:
        followed.errors.append((record, failure_of(error)))
        return
    if report.status != job.status or job.counts is None:
        ledger.note(job_status(report), record)
        if report.status == "failed":
            followed.failed_now.append(record)


def _ask_about_named(
    followed: Followed,
    record: Record,
    named: tuple[Attempt, int],
    wechat: Callable[[AppId], WeChat],
    ledger: LedgerSession,
) -> None:
    """Ask for the end of a job that WeChat named in place of a clear answer: that end settles the doubt."""
    attempt, msg_id = named
    try:
        report = wechat(AppId(attempt.event.appid)).job_report(MsgId(msg_id))
    except MassctlError as error:
        followed.errors.append((record, failure_of(error)))
        return
    if report.status in UNFINISHED:
        return
    _settled_by_end(record, attempt, job_status(report), ledger)
    if report.status == "failed":
        followed.failed_now.append(record)


CLOCKS_APART = timedelta(minutes=10)
"""An event that was made longer than this before an attempt is of another send. Our own bound."""


DENIED_FOR = timedelta(days=1)
"""An event so long after an attempt that was settled as not sent may still be of it. Our own bound."""


class Recorded(Frozen):
    """It is in the ledger."""

    record: Record
    again: bool
    """It said nothing that was not known."""
    contradicts: End | None = None
    """How the job had ended until then, by what was on record, where that was the other way."""


class Foreign(Frozen):
    """No recorded job has its id; `candidates` are the sends it may belong to: open, or settled as not sent."""

    candidates: Sequence[Record]


def record_finish(
    finish: JobFinish,
    appid: AppId | None,
    ledger: LedgerSession,
    original_ids: Mapping[AppId, str],
    *,
    durable: bool = True,
) -> Recorded | Foreign:
    """Record the end of a job; with `appid` it is that account's. Where it is not `durable`, a `flush` is still due.

    An event that is addressed to another of the declared `original_ids` is not that account's. Raises UsageError, and
    records nothing, if it contradicts `appid`, or if it does not say whose job it is about.
    """
    declared, told = original_ids.get(appid) if appid is not None else None, finish.said.original_id
    if declared is not None and told not in (None, declared):
        raise UsageError(
            Phrase(
                "the event is addressed to {to}, but the account is {own}", to=told, own=declared
            ),
            Phrase("Nothing was recorded."),
            Phrase(
                "name the account of the event, or correct accounts.NAME.original_id in massctl.yaml"
            ),
        )
    records = addressed_records(finish, appid, ledger.state, original_ids)
    found = _jobs(finish, records)
    if not found:
        _check_elsewhere(finish, ledger.state)
        if (named := _named_in_doubt(finish, records, ledger.state)) is not None:
            _settled_by_end(*named, finish.said, ledger, durable=durable)
            return Recorded(named[0], again=False)
        return Foreign(possible_sends(finish, records))
    if len({record.appid for record, _ in found}) > 1:
        raise UsageError(
            Phrase("two accounts have a job {msg_id}", msg_id=finish.said.msg_id),
            Phrase("The event does not say which of them it belongs to. Nothing was recorded."),
            _name_the_account(),
        )
    record, job = found[0]
    if _is_known(finish, job):
        return Recorded(record, again=True)
    before = _contradicted(finish, job)
    (ledger.record if durable else ledger.note)(finish.said, record)
    return Recorded(record, again=False, contradicts=before)


def addressed_records(
    finish: JobFinish, appid: AppId | None, state: State, original_ids: Mapping[AppId, str]
) -> list[Record]:
    """Return the sends that an event may be about: of `appid`, or of every account that it may be addressed to."""
    told = finish.said.original_id

    def may_be_of(account: AppId | None) -> bool:
        if account is None or appid not in (None, account):
            return False
        return told is None or original_ids.get(account) in (None, told)

    return [record for record in state.records.values() if may_be_of(record.appid)]


def owners_of(finish: JobFinish, records: Iterable[Record]) -> set[AppId]:
    """Return the accounts of some records that have the job of an event."""
    return {AppId(record.appid or "") for record, _ in _jobs(finish, records)}


def misaddressed_owner(
    finish: JobFinish, appid: AppId | None, state: State, original_ids: Mapping[AppId, str]
) -> AppId | None:
    """Return the account whose job an event ends, if the event's original id is in no account of massctl.yaml.

    Job ids count per account, so a job of the same number that has already ended is another one.
    """
    if finish.said.original_id in (None, *original_ids.values()):
        return None
    records = [
        record
        for record in state.records.values()
        if record.appid and appid in (None, record.appid)
    ]
    found = [
        record.appid
        for record, job in _jobs(finish, records)
        if job.counts is None or job.counts.source is None
    ]
    return AppId(found[0] or "") if found else None


def possible_sends(finish: JobFinish, records: Iterable[Record]) -> list[Record]:
    """Return the sends among `records` whose job an unknown one may be: open, or settled as not sent."""
    return [record for record in records if _may_be(record, finish)]


def _jobs(finish: JobFinish, records: Iterable[Record]) -> list[tuple[Record, Job]]:
    return [
        (record, job)
        for record in records
        for job in record.jobs
        if job.msg_id == finish.said.msg_id
    ]


def _named_in_doubt(
    finish: JobFinish, records: Iterable[Record], state: State
) -> tuple[Record, Attempt] | None:
    """Return the only send in doubt whose answer named the job that has ended."""
    named = [
        (record, found) for record in records if (found := named_job(record, state)) is not None
    ]
    mine = [
        (record, attempt) for record, (attempt, msg_id) in named if msg_id == finish.said.msg_id
    ]
    return mine[0] if len(mine) == 1 else None


def _settled_by_end(
    record: Record,
    attempt: Attempt,
    said: JobStatus,
    ledger: LedgerSession,
    *,
    durable: bool = True,
) -> None:
    """Record that the job which WeChat named is this send's, and how it ended; what it carried nobody knows."""
    write = ledger.record if durable else ledger.note
    accepted = SendAccepted(
        attempt=attempt.serial, msg_id=said.msg_id, duplicate=True, content="unknown"
    )
    write(accepted, record)
    write(said, record)


def _check_elsewhere(finish: JobFinish, state: State) -> None:
    """Raise UsageError if a job of this id is on record for another account than the event's."""
    for record in state.records.values():
        if any(job.msg_id == finish.said.msg_id for job in record.jobs):
            say = Phrase("job {msg_id} is the send of {name}, of another account")
            raise UsageError(
                Phrase(say, msg_id=finish.said.msg_id, name=record.campaign),
                Phrase(
                    "Its account is {appid}, but the event is from another one. Nothing was recorded.",
                    appid=record.appid,
                ),
                _name_the_account(),
            )


def _name_the_account() -> Phrase:
    return Phrase(
        "name the account: {command}; or write its original ID (原始 ID) into massctl.yaml: accounts.NAME.original_id",
        command=Command("record-event", "FILE --account NAME"),
    )


def _may_be(record: Record, finish: JobFinish) -> bool:
    """Whether an event may be the end of an edition's open send, or of a send that a person settled as not sent."""
    opened, made = record.open_attempts, finish.created_at
    if opened:
        return made is None or made >= opened[0].at - CLOCKS_APART
    if made is None or is_concluded(record):
        return False
    denied = [
        each.at
        for each in record.attempts
        if each.settled is not None and each.settled.outcome == "not_sent"
    ]
    return any(at - CLOCKS_APART <= made <= at + DENIED_FOR for at in denied)


def _contradicted(finish: JobFinish, job: Job) -> End | None:
    """Return the end that is on record of a job, where an event tells the other one."""
    other: End = "failed" if finish.said.status == "sent" else "sent"
    return other if other in job.ends else None


def _is_known(finish: JobFinish, job: Job) -> bool:
    """Whether a job's record holds everything that an event tells; WeChat sends up to three copies."""
    known = job.ends.get(finish.said.status)
    if known is None:
        return False
    told = fields_of(finish.said)
    recorded = fields_of(known)
    return all(recorded.get(name) == value for name, value in told.items() if name != "status")


_MID = re.compile(r"[?&]mid=([1-9][0-9]{0,17})(?![^&#])", re.ASCII)
"""`msg_data_id` in an article's long address. No page says so; seen on published articles, 2026-10."""


class SentNews(Frozen):
    """One news of an edition, of which something can still be read."""

    msg_data_id: MsgDataId
    """Under which WeChat keeps its comments."""
    withdrawn: frozenset[int] = frozenset()
    """Articles, from 1, that are read no more; WeChat answers 88001 about their comments."""


def news_of(record: Record) -> list[SentNews]:
    """List the news of an edition that can still be read: one, or one a batch.

    Raises UsageError if it was not sent, is not news, was withdrawn, or if its id is unknown. The answer to the send
    tells that id (comment/open, read 2026-10), and the addresses of the articles hold it.
    """
    if not record.jobs:
        why = Phrase("Edition {edition} of it was not sent.", edition=record.edition)
        raise _nothing(record, why, Command("status", record.campaign))
    attempts = record.not_refused
    if attempts and attempts[-1].event.media_id is None:
        why = Phrase(
            "Comments can be opened and closed only for news, and this is another message."
        )
        raise _nothing(record, why, Command("status", record.campaign))
    left = [job for job in record.jobs if not job.is_gone]
    if not left:
        why = Phrase("All of it was withdrawn, and its comments too. No request was made.")
        raise _nothing(record, why, Command("status", record.campaign))
    found = [
        SentNews(number, frozenset(job.withdrawn))
        for job in left
        if (number := _msg_data_id(job)) is not None
    ]
    if len(found) < len(left):
        why = Phrase(
            "WeChat identifies comments by msg_data_id, which is in the answer to the send, and that answer was lost."
        )
        hint = Phrase(
            "the articles' addresses have it: {command} records the event with "
            "the addresses; or open and close comments in the console under "
            "留言管理",
            command=Command("record-event", "FILE"),
        )
        raise _nothing(record, why, hint)
    return found


def switch_comments(
    news: Sequence[SentNews], articles: Sequence[int], wechat: Comments, *, opened: bool
) -> list[int]:
    """Open or close the comments of some articles (from 1) of each news, except those that were withdrawn.

    Returns the articles of which at least one was switched. The first WeChatError ends it; switching an article twice
    changes nothing.
    """
    switched: set[int] = set()
    for each in news:
        for article in [number for number in articles if number not in each.withdrawn]:
            if opened:
                wechat.open_comments(each.msg_data_id, article)
            else:
                wechat.close_comments(each.msg_data_id, article)
            switched.add(article)
    return sorted(switched)


def _msg_data_id(job: Job) -> MsgDataId | None:
    """Return the id of a job's news: as the answer told it, else as all addresses of its articles have it."""
    if job.msg_data_id is not None:
        return MsgDataId(job.msg_data_id)
    urls = (job.counts.article_urls if job.counts else None) or []
    told = {found[1] if (found := _MID.search(url)) else None for url in urls}
    (mid,) = told if len(told) == 1 else (None,)
    return None if mid is None else MsgDataId(int(mid))


def _nothing(record: Record, why: Phrase, hint: Phrase) -> UsageError:
    return UsageError(
        Phrase("the comments of {name} cannot be opened or closed", name=record.campaign), why, hint
    )
