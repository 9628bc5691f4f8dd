"""Mass jobs (群发任务) in words: their state, their numbers, what an event tells of them, and where their articles are.

What is equal for batches of a list of openids that follow each other stands once.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeVar

from massctl.model.phrase import BEIJING, Command, Phrase, in_a_row
from massctl.model.state import Job, Record, https_address, is_concluded
from massctl.plan.guards import rejected_batch
from massctl.plan.job_failure import reason_words
from massctl.view.audience_facts import cut_rows
from massctl.view.rows import Row, detail
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Page, Part
from massctl.view.words import JOB, articles_named, recorded

if TYPE_CHECKING:
    from massctl.model.entries import CopyrightCheck, CopyrightResult, JobFinish


Item = TypeVar("Item")
Told = tuple[int, datetime, tuple[Part, ...]]
"""A batch, when it was, and what is said of it."""


def alike(
    items: Sequence[Item],
    batch: Callable[[Item], int],
    said: Callable[[Item], object],
    record: Record,
) -> list[list[Item]]:
    """Put together what stands in a row, is of one batch after the other, and of which the same is `said`.

    Where there is only one batch everything stands alone.
    """

    def key(numbered: tuple[int, Item]) -> tuple[int, object]:
        position, item = numbered
        return (position if record.batches == 1 else batch(item) - position), said(item)

    return [[item for _, item in group] for _, group in groupby(enumerate(items), key=key)]


def batch_words(first: int, last: int, record: Record) -> list[Phrase]:
    """Name batches, where there is more than one."""
    if record.batches == 1:
        return []
    if first == last:
        return [Phrase("batch {batch} of {batches}", batch=first, batches=record.batches)]
    return [
        Phrase(
            "batches {first}–{last} of {batches}", first=first, last=last, batches=record.batches
        )
    ]


def from_to(first: datetime, last: datetime) -> str:
    """Write the moments of the first and the last, once where they are equal."""
    began, ended = recorded(first), recorded(last)
    return began if began == ended else f"{began} – {ended}"


def batch_rows(name: str, told: Sequence[Told], record: Record) -> Iterator[Row]:
    """Return a row for each run of batches of which the same is told."""
    for run in alike(told, lambda each: each[0], lambda each: each[2], record):
        (first, began, said), (last, ended, _) = run[0], run[-1]
        yield Row(name, (*batch_words(first, last, record), from_to(began, ended), *said))


_REPRINT: dict[int | None, Phrase] = {
    0: Phrase("it may not be reprinted"),
    1: Phrase("it may be reprinted"),
}
_DECLARED = {1: Phrase("declared original"), 2: Phrase("declared a reprint")}
_AUDIT = {
    0: Phrase("not checked"),
    1: Phrase("still being checked"),
    11: Phrase("passed the check"),
}
_CHECK = {
    0: Phrase("originality: nothing was checked"),
    1: Phrase("originality: no reprint"),
    2: Phrase("originality: a reprint that may be sent"),
    3: Phrase("originality: a reprint that may not be sent"),
}
_ORIGINAL = {
    1: Phrase("it resembles an original article"),
    2: Phrase("it resembles an old article that is not marked as original"),
    3: Phrase("it resembles a news article"),
    4: Phrase("it resembles an article on a black list"),
}


def contradiction_text(page: Page, before: Literal["sent", "failed"]) -> str:
    """Say that an event tells another end of a job than was on record; both are kept."""
    page.line(contradiction(before))
    return page.text()


def contradiction(before: Literal["sent", "failed"]) -> Phrase:
    """Say that an event tells another end of a job than was on record."""
    if before == "sent":
        return Phrase(
            "this job was on record as sent, but this event says that it failed; both are kept, and nobody knows which "
            "is true until a person has looked in the console under 群发记录"
        )
    return Phrase(
        "this job was on record as failed, but this event says that it was sent; both are kept, and nobody knows which "
        "is true until a person has looked in the console under 群发记录"
    )


def _originality(check: "CopyrightCheck") -> Iterator[Row]:
    """Return what the originality check found, article by article; nothing where nothing was checked."""
    results = [*_results(check)]
    state = check.check_state
    if not state and (
        state is None or not check.results
    ):  # A text has the block too, and nothing in it.
        yield from results
        return
    unknown = Phrase("originality: a state that massctl does not know ({state})", state=state)
    said = Inked(_CHECK.get(state, unknown), Ink.ERROR if state == 3 else Ink.PLAIN)
    yield Row("", (said,), details=tuple(results))


def _results(check: "CopyrightCheck") -> Iterator[Row]:
    for position, result in enumerate(check.results, 1):
        if (said := _verdict(result)) is not None:
            url = https_address(result.original_article_url or "")
            told = Phrase(
                "article {number}: {said}", number=result.article_idx or position, said=said
            )
            yield Row("", (told,), details=(detail(url),) if url else ())


def _verdict(result: "CopyrightResult") -> str | None:
    """Return what was found about one article; None if there is nothing to say."""
    if not (result.user_declare_state or result.audit_state or result.original_article_url):
        return None
    failed = Phrase("did not pass the check")
    parts = [
        _DECLARED.get(result.user_declare_state or 0),
        _AUDIT.get(result.audit_state, failed) if result.audit_state is not None else None,
        _ORIGINAL.get(result.original_article_type or 0),
        _REPRINT.get(result.can_reprint) if result.original_article_url else None,
        Phrase("its content replaces this article") if result.need_replace_content == 1 else None,
        Phrase("its source is shown") if result.need_show_reprint_source == 1 else None,
    ]
    return in_a_row([part for part in parts if part is not None] or [failed])


def foreign_text(page: Page, finish: "JobFinish", candidates: Sequence["Record"]) -> str:
    """Say of an event that no job here has its id, and what it may belong to; it was recorded for none."""
    ended = (
        Phrase("sent")
        if finish.said.status == "sent"
        else reason_words(finish.said.reason or "send fail")
    )
    page.line(
        Phrase(
            "no job here has msg_id {msg_id} ({ended}); nothing was recorded",
            msg_id=finish.said.msg_id,
            ended=ended,
        )
    )
    if not candidates:
        page.line(
            Phrase("Sends in the console and by other programs also end with such an event."),
            indent=2,
        )
        page.line(
            Phrase(
                "They use the account's allowance; if this is the end of one, record it with its time:"
            ),
            indent=2,
        )
        at = (
            finish.created_at.astimezone(BEIJING).isoformat(timespec="minutes")
            if finish.created_at
            else "AT"
        )
        page.line(Command("state import", "--website-send", at), indent=4)
    for record in candidates:
        say = Phrase("It may be the end of {name}, edition {edition}, which is in doubt. If it is:")
        if not record.open_attempts:
            say = Phrase(
                "It may be the end of {name}, edition {edition}, which was settled as not sent. If it is:"
            )
        page.line(
            Inked(Phrase(say, name=record.campaign, edition=record.edition), Ink.WARNING), indent=2
        )
        known = Command(
            "reconcile", record.campaign, "--sent", finish.said.msg_id, "--reason MASSSENDJOBFINISH"
        )
        page.line(known, indent=4)
        again = Phrase("and then record this event again")
        if page.language.flags.sandbox:  # There `status` reads it by itself.
            again = Phrase("and then: {command}", command=Command("status", record.campaign))
        page.line(again, indent=4)
    return page.text()


def job_rows(record: Record) -> Iterator[Row]:
    """Return a row for each job of a record; consecutive batches with the same result share a row.

    Whom a send left out comes before them.
    """
    yield from cut_rows(record)
    for jobs in alike(record.jobs, lambda job: job.batch, _standing, record):
        said = (*batch_words(jobs[0].batch, jobs[-1].batch, record), *_job(jobs))
        yield Row("job", said, details=tuple(_details(jobs, record)))
    if (stopped := rejected_batch(record)) is not None:
        yield Row("job", (Inked(stopped.message, Ink.WARNING),), below=(stopped.hint,))
    elif record.ended is not None:
        yield Row(
            "job",
            (
                Phrase(
                    "{sent} of {all} batches were sent; the other openids are in {rest}",
                    rest=record.ended.rest,
                    sent=len(record.sent_batches),
                    all=record.batches,
                ),
            ),
        )
    elif record.is_partly_sent and not record.is_in_doubt:
        sent = Phrase(
            "{sent} of {all} batches were sent", sent=len(record.sent_batches), all=record.batches
        )
        go_on = Phrase(
            "{sent}; {command} continues with the next",
            sent=sent,
            command=Command("apply", record.campaign),
        )
        yield Row(
            "job",
            (
                Phrase("{sent}, and no other will be sent", sent=sent)
                if is_concluded(record)
                else go_on,
            ),
        )


def _details(jobs: Sequence[Job], record: Record) -> Iterator[Row]:
    job = jobs[0]
    if numbers := _numbers(jobs):
        yield Row("", numbers)
    failed = job.ends.get("failed") if job.is_contradicted else job.counts
    if failed is not None and failed.reason is not None:
        yield detail(reason_words(failed.reason), Ink.ERROR)
    if job.counts is not None and job.counts.copyright_check is not None:
        yield from _originality(job.counts.copyright_check)
    if job.withdrawn:
        yield detail(_withdrawn(job), Ink.PLAIN)
    if job.withdrawing:
        yield detail(_withdrawing(job), Ink.WARNING)
    urls = job.addresses
    for number, url in enumerate(urls, 1):
        said = Phrase("article {number}: {said}", number=number, said=url) if len(urls) > 1 else url
        yield detail(said)
    if any(each.addresses for each in jobs[1:]):
        yield detail(
            Phrase(
                "the addresses of the other batches: {command}",
                command=Command("status", record.campaign, "--format json"),
            )
        )


def _standing(job: Job) -> tuple[object, ...]:
    """Return what is said about a job apart from its numbers, its time and its addresses."""
    counts = job.counts
    told = (counts.reason, counts.copyright_check, *job.ends) if counts is not None else None
    known = tuple(number is not None for number in _counted(job))
    return job.status, job.msg_id is None, job.withdrawn, job.withdrawing, told, known


def _counted(job: Job) -> tuple[int | None, ...]:
    counts = job.counts
    if counts is None:
        return (None,) * 4
    return counts.total_count, counts.filter_count, counts.sent_count, counts.error_count


def _job(jobs: Sequence[Job]) -> list[Part]:
    first, last = jobs[0], jobs[-1]
    inks = {
        "sent": Ink.DONE,
        "failed": Ink.ERROR,
        "contradicted": Ink.ALARM,
        "awaiting_admin": Ink.WARNING,
    }
    ink = inks.get(first.status, Ink.PLAIN)
    ids = f"msg_id {first.msg_id}" if first is last else f"msg_id {first.msg_id} … {last.msg_id}"
    number: Part = ids if first.msg_id is not None else Phrase("msg_id unknown")
    at = Phrase("accepted {moment}", moment=from_to(first.accepted_at, last.accepted_at))
    return [number, Inked(JOB[first.status], ink), at]


def _numbers(jobs: Sequence[Job]) -> tuple[Phrase, ...]:
    """Return how many followers they were for, how many were left out, have it, and have it not; as far as known."""
    total, left, sent, failed = (
        None
        if any(number is None for number in numbers)
        else sum(number or 0 for number in numbers)
        for numbers in zip(*map(_counted, jobs), strict=True)
    )
    known = [
        Phrase("total {count:,}", count=total) if total is not None else None,
        Phrase("after filtering {count:,}", count=left) if left is not None else None,
        Phrase("delivered {count:,}", count=sent) if sent is not None else None,
        Phrase("not delivered {count:,}", count=failed) if failed is not None else None,
    ]
    return tuple(each for each in known if each is not None)


def _withdrawing(job: Job) -> Phrase:
    if 0 in job.withdrawing:
        return Phrase(
            "nobody knows whether every article was withdrawn; a second withdrawal does no harm"
        )
    return Phrase(
        "nobody knows whether WeChat has withdrawn {articles}; a second withdrawal does no harm",
        articles=articles_named(job.withdrawing),
    )


def _withdrawn(job: Job) -> Phrase:
    if 0 in job.withdrawn:
        return Phrase("every article is withdrawn")
    return Phrase("withdrawn: {articles}", articles=articles_named(job.withdrawn))
