"""Mass jobs (群发任务) in words: their state, their numbers, and where their articles are."""

from collections.abc import Sequence

from massctl.model.phrase import Phrase
from massctl.model.state import Job, Record, is_concluded
from massctl.plan.guards import rejected_batch
from massctl.plan.job_failure import reason_words
from massctl.view.batch_rows import alike, batch_words, from_to
from massctl.view.event_text import originality_rows
from massctl.view.page import DOT, Inked, Part, Table
from massctl.view.style import Ink
from massctl.view.words import JOB, articles_named


def job_rows(table: Table, record: Record, label: str) -> None:
    """Add rows for each job of a record; batches in a row that fared alike stand in one."""
    for jobs in alike(record.jobs, lambda job: job.batch, _standing, record):
        job = jobs[0]
        table.row(label, *batch_words(job.batch, jobs[-1].batch, record), *_job(jobs), inner=2)
        label = ""
        numbers = _numbers(jobs)
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
        others = [each for each in jobs[1:] if each.counts is not None and each.counts.article_urls]
        if others:
            say = Phrase("the addresses of the other batches: massctl status {name} --format json")
            table.below(Inked(Phrase(say, name=record.campaign), Ink.DETAIL))
    if (stopped := rejected_batch(record)) is not None:
        table.row(label, Inked(stopped.message, Ink.WARNING), inner=2)
        table.below(stopped.hint)
    elif record.ended is not None:
        say = Phrase("{sent} of {all} batches went out; the other openids are in {rest}")
        count = {"sent": len(record.sent_batches), "all": record.batches}
        table.row(label, Phrase(say, rest=record.ended.rest, **count))
    elif record.is_partly_sent and not record.is_in_doubt:
        sent = Phrase("{sent} of {all} batches went out", sent=len(record.sent_batches), all=record.batches)
        go_on = Phrase("{sent}; massctl apply {name} goes on with the next", sent=sent, name=record.campaign)
        table.row(label, Phrase("{sent}, and none is begun after this", sent=sent) if is_concluded(record) else go_on)


def _standing(job: Job) -> tuple[object, ...]:
    """Give what is told of a job beside its numbers, its moment and its addresses."""
    counts = job.counts
    told = (counts.reason, counts.copyright_check) if counts is not None else None
    known = tuple(number is not None for number in _counted(job))
    return job.status, job.msg_id is None, job.withdrawn, job.withdrawing, told, known


def _counted(job: Job) -> tuple[int | None, ...]:
    counts = job.counts
    if counts is None:
        return (None,) * 4
    return counts.total_count, counts.filter_count, counts.sent_count, counts.error_count


def _job(jobs: Sequence[Job]) -> list[Part]:
    first, last = jobs[0], jobs[-1]
    ink = {"sent": Ink.DONE, "failed": Ink.ERROR, "awaiting_admin": Ink.WARNING}.get(first.status, Ink.PLAIN)
    ids = f"msg_id {first.msg_id}" if first is last else f"msg_id {first.msg_id} … {last.msg_id}"
    number: Part = ids if first.msg_id is not None else Phrase("msg_id unknown")
    at = Phrase("accepted {moment}", moment=from_to(first.accepted_at, last.accepted_at))
    return [number, DOT, Inked(JOB[first.status], ink), DOT, at]


def _numbers(jobs: Sequence[Job]) -> list[Part]:
    """Say how many followers they were for, how many were left out, have it, and have it not; as far as known."""
    total, left, sent, failed = (
        None if any(number is None for number in numbers) else sum(number or 0 for number in numbers)
        for numbers in zip(*map(_counted, jobs), strict=True)
    )
    known = [
        Phrase("total {count:,}", count=total) if total is not None else None,
        Phrase("after filtering {count:,}", count=left) if left is not None else None,
        Phrase("delivered {count:,}", count=sent) if sent is not None else None,
        Phrase("not delivered {count:,}", count=failed) if failed is not None else None,
    ]
    parts: list[Part] = []
    for phrase in known:
        if phrase is not None:
            parts += [DOT, phrase]
    return parts[1:]


def _withdrawing(job: Job) -> Phrase:
    if 0 in job.withdrawing:
        return Phrase("nobody knows whether every article was withdrawn; withdrawing again does no harm")
    say = Phrase("nobody knows whether WeChat has withdrawn {articles}; withdrawing again does no harm")
    return Phrase(say, articles=articles_named(job.withdrawing))


def _withdrawn(job: Job) -> Phrase:
    if 0 in job.withdrawn:
        return Phrase("every article is withdrawn")
    return Phrase("withdrawn: {articles}", articles=articles_named(job.withdrawn))
