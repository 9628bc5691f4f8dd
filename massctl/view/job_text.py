"""Mass jobs (群发任务) in words: their state, their numbers, and where their articles are."""

from massctl.model.lifecycle import is_concluded
from massctl.model.phrase import Phrase
from massctl.model.state import Job, Record
from massctl.view.event_text import originality_rows, reason_words
from massctl.view.moments import recorded
from massctl.view.page import DOT, Inked, Part, Table
from massctl.view.style import Ink
from massctl.view.words import JOB


def job_rows(table: Table, record: Record, label: str) -> None:
    """Add rows for each job of a record."""
    for job in record.jobs:
        table.row(label, *_batch(job, record), *_job(job), inner=2)
        label = ""
        numbers = _numbers(job)
        if numbers:
            table.below(*numbers)
        if job.counts is not None and job.counts.reason is not None:
            table.below(Inked(reason_words(job.counts.reason), Ink.ERROR))
        if job.counts is not None and job.counts.copyright_check is not None:
            originality_rows(table, job.counts.copyright_check)
        if job.withdrawn:
            table.below(_withdrawn(job))
        if job.withdrawing:
            table.below(Inked(_withdrawing(job), Ink.WARNING))
        for url in (job.counts.article_urls if job.counts else None) or []:
            table.below(Inked(url, Ink.DETAIL))
    if record.is_partly_sent and not record.open_attempts:
        sent = Phrase("{sent} of {all} batches went out", sent=len(record.sent_batches), all=record.batches)
        go_on = Phrase("{sent}; massctl apply {name} goes on with the next", sent=sent, name=record.campaign)
        table.row(label, Phrase("{sent}, and none is begun after this", sent=sent) if is_concluded(record) else go_on)


def _batch(job: Job, record: Record) -> list[Part]:
    """Name the batch of a job, where there is more than one."""
    if record.batches == 1:
        return []
    return [Phrase("batch {batch} of {batches}", batch=job.batch, batches=record.batches), DOT]


def _job(job: Job) -> list[Part]:
    ink = {"sent": Ink.DONE, "failed": Ink.ERROR, "awaiting_admin": Ink.WARNING}.get(job.status, Ink.PLAIN)
    number: Part = f"msg_id {job.msg_id}" if job.msg_id is not None else Phrase("msg_id unknown")
    at = Phrase("accepted {moment}", moment=recorded(job.accepted_at))
    return [number, DOT, Inked(JOB[job.status], ink), DOT, at]


def _numbers(job: Job) -> list[Part]:
    """Say how many followers it was for, how many were left out, have it, and have it not; as far as known."""
    counts = job.counts
    if counts is None:
        return []
    known = [
        Phrase("total {count:,}", count=counts.total_count) if counts.total_count is not None else None,
        Phrase("after filtering {count:,}", count=counts.filter_count) if counts.filter_count is not None else None,
        Phrase("delivered {count:,}", count=counts.sent_count) if counts.sent_count is not None else None,
        Phrase("not delivered {count:,}", count=counts.error_count) if counts.error_count is not None else None,
    ]
    parts: list[Part] = []
    for phrase in known:
        if phrase is not None:
            parts += [DOT, phrase]
    return parts[1:]


def _withdrawing(job: Job) -> Phrase:
    if 0 in job.withdrawing:
        return Phrase("nobody knows whether every article was withdrawn; withdrawing again does no harm")
    say = "nobody knows whether article {numbers} was withdrawn; withdrawing again does no harm"
    return Phrase(say, numbers=", ".join(str(n) for n in sorted(job.withdrawing)))


def _withdrawn(job: Job) -> Phrase:
    if 0 in job.withdrawn:
        return Phrase("every article is withdrawn")
    return Phrase("withdrawn: article {numbers}", numbers=", ".join(str(n) for n in sorted(job.withdrawn)))
