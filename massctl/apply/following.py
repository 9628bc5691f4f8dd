"""After acceptance: ask what became of jobs that are not finished, and record every change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from massctl.apply.book import Book
from massctl.apply.holding import record_silence
from massctl.apply.outcome import Failure, failure_of
from massctl.apply.ports import Clock, Progress, WeChat
from massctl.errors import MassctlError
from massctl.model.hold import is_held
from massctl.model.ledger import JobStatus
from massctl.model.names import AppId, MsgId
from massctl.model.phrase import Phrase
from massctl.model.state import Job, Record, RecordKey

POLL_SECONDS: Final = 5
"""Between two questions about the same job. Our own bound; mass/get has no documented pace."""
UNFINISHED: Final = frozenset({"sending", "awaiting_admin", "unknown"})


@dataclass(slots=True)
class Followed:
    """What was learnt."""

    records: Sequence[Record]
    failed_now: list[Record] = field(default_factory=list)
    """Records of which a job's failure was learnt in this run."""
    errors: list[tuple[Record, Failure]] = field(default_factory=list)
    repeatable: Mapping[RecordKey, datetime] = field(default_factory=dict)
    """The editions in doubt whose request `apply` may repeat, now or after a wait -> until when."""

    def exit_status(self) -> int:
        """Give 4 while an attempt is in doubt, 1 for a failure learnt now or a question without an answer, else 0."""
        if any(record.open_attempts and not is_held(record) for record in self.records):
            return 4
        return 1 if self.failed_now or self.errors else 0


def follow_jobs(
    records: Sequence[Record],
    wechat: Callable[[AppId], WeChat],
    book: Book,
    clock: Clock,
    progress: Progress,
    wait_seconds: float = 0,
) -> Followed:
    """Ask about every unfinished job once, and again until all are finished or `wait_seconds` have passed."""
    followed = Followed(records)
    record_silence(records, book, clock)
    until = clock.now() + timedelta(seconds=wait_seconds)
    while True:
        left = [(r, job, msg_id) for r in records for job in r.jobs if (msg_id := unfinished(job)) is not None]
        stuck = {id(record) for record, _ in followed.errors}
        left = [each for each in left if id(each[0]) not in stuck]
        for record, job, msg_id in left:
            _ask(followed, record, job, msg_id, wechat, book)
        going = [job for _, job, _ in left if unfinished(job) is not None]
        remaining = (until - clock.now()).total_seconds()
        if not going or remaining <= 0:
            book.flush()  # All that was told is one append: a hundred jobs are no hundred pushes.
            return followed
        progress.waiting(Phrase("still sending: {count}; asking again for", count=len(going)), int(remaining))
        clock.sleep(min(POLL_SECONDS, remaining))


def unfinished(job: Job) -> MsgId | None:
    """Give the id of a job that may still change, or None: finished, or its id was never learnt."""
    return MsgId(job.msg_id) if job.msg_id is not None and job.status in UNFINISHED else None


def nobody_got_it(record: Record) -> Failure | None:
    """Say that a job ended and reached nobody, as the fifth of a month does; None where none did."""
    jobs = [job for job in record.jobs if job.reached_nobody]
    if not jobs:
        return None
    totals = [job.counts.total_count for job in jobs if job.counts is not None]
    total = sum(each or 0 for each in totals)
    return Failure(
        None,
        None,
        Phrase("nobody got it: WeChat delivered it to 0 of {total:,} followers", total=total),
        Phrase(
            "whoever had four mass messages that month gets no fifth; to send it once more, raise `edition` and give "
            "it a window in another month"
        ),
    )


def _ask(
    followed: Followed, record: Record, job: Job, msg_id: MsgId, wechat: Callable[[AppId], WeChat], book: Book
) -> None:
    try:
        report = wechat(AppId(record.appid or "")).job_report(msg_id)
    except MassctlError as error:
        followed.errors.append((record, failure_of(error)))
        return
    if report.status != job.status or job.counts is None:
        event = JobStatus.model_validate({"msg_id": msg_id, "status": report.status})
        book.note_for(event, record.campaign, record.edition)
        if report.status == "failed":
            followed.failed_now.append(record)
