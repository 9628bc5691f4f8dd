"""Show the status of campaigns and jobs, and the evidence for a send in doubt."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from massctl.apply.jobs import Followed, nobody_got_it
from massctl.apply.statistics import Collected
from massctl.model.destination import Destination
from massctl.model.ids import AccountName
from massctl.model.phrase import AccountKey, Phrase, plural_phrase
from massctl.model.send import doubt_words
from massctl.model.state import Attempt, Record, RecordKey, Status, contradiction, status_of
from massctl.plan.drift_readings import open_drifts
from massctl.plan.job_failure import what_now
from massctl.plan.reconcile_options import Evidence
from massctl.plan.steps import Refusal
from massctl.view.jobs import batch_words, job_rows
from massctl.view.outcome import doubt_row
from massctl.view.overview import Line, write_overview
from massctl.view.plan import STATUS_INK, inked_digest
from massctl.view.reconcile import reconcile_choices, to_the_second
from massctl.view.rows import LABELS, Row, detail, failure_row, write_rows
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Page, Part, Table
from massctl.view.words import (
    STATUS,
    brief_destinations,
    drift_hint,
    drift_words,
    followers,
    openids,
    recorded,
)

NOWHERE: Mapping[RecordKey, Sequence[Destination]] = MappingProxyType({})


def status_text(
    page: Page,
    followed: Followed,
    statistics: Sequence[tuple[AccountName, Collected]] | None = None,
    leads: Mapping[RecordKey, Sequence[Destination]] = NOWHERE,
    stops: Sequence[Refusal] = (),
    key_of: Callable[[str], str | None] = lambda _: None,
    *,
    is_brief: bool = False,
) -> str:
    """Show each record with its jobs, and what could not be asked; then the statistics that were collected.

    `leads` says where the newest message of each record leads, as far as its content is kept. `stops` stand first.
    `key_of` gives the account of an AppID. Briefly it shows a line of each record first, and of those alone more that
    somebody has to see.
    """
    for each in stops:
        page.line(Inked(each.message, Ink.ALARM))
        page.line(each.hint, indent=2)
    if not followed.records:
        page.line(Phrase("nothing is recorded yet"))
    if is_brief:
        lines = [_line(record, key_of(record.appid or "")) for record in followed.records]
        write_overview(page, lines, list(STATUS.values()))
    for record in followed.records:
        opened = list(_open_rows(record, followed))
        if is_brief and not opened:
            continue
        page.blank()
        record_heading(page, record)
        named = brief_destinations(leads.get(record.key, ()))
        rows = list(_account_rows(page, key_of(record.appid or "")))
        rows += [Row("destinations", (named,))] if named else []
        rows += [*job_rows(record), *settled_rows(record), *opened]
        write_rows(Table(page, LABELS.values()), rows)
    if statistics is not None:
        page.blank()
        page.line(Inked(Phrase("statistics"), Ink.NAME))
        table = Table(page, [*(account for account, _ in statistics), *LABELS.values()])
        for account, found in statistics:
            write_rows(table, collected_rows(account, found))
    return page.text()


def _line(record: Record, account: str | None) -> Line:
    """Return what is said of a record among many."""
    status = status_of(record)
    stand = Inked(STATUS[status], STATUS_INK.get(status, Ink.PLAIN))
    sent = [recorded(record.attempts[-1].at)] if record.attempts else []
    edition = Phrase("edition {edition}", edition=record.edition)
    return Line(account, record.campaign, "", stand, (edition, *sent))


def _account_rows(page: Page, account: str | None) -> Iterator[Row]:
    """Return the account of a record, where people know it by more than its key."""
    if account is not None and page.language.label(account) is not None:
        yield Row("account", (AccountKey(account),))


def _open_rows(record: Record, followed: Followed) -> Iterator[Row]:
    """Return what went wrong with a record, what is open, and what can be done now."""
    yield from (failure_row(failure) for failed, failure in followed.errors if failed is record)
    if (nobody := nobody_got_it(record)) is not None:
        yield failure_row(nobody)
    if record.is_in_doubt:
        yield doubt_row(record, followed.repeatable.get(record.key))
    for drift in open_drifts(followed.state, record):
        yield Row("drift", (Inked(drift_words(drift), Ink.WARNING),), below=(drift_hint(drift),))
    unexplained = not any(job.counts and job.counts.reason for job in record.jobs)
    if unexplained and any(failed is record for failed in followed.failed_now):
        say = Phrase("WeChat failed the job; the console shows the reason under 群发记录")
        yield Row("error", (Inked(say, Ink.ERROR),))
    # Of an older edition nothing is left to do: the newer one took its place.
    newest = max(each.edition for each in followed.records if each.campaign == record.campaign)
    if record.edition == newest and (way := what_now(record, followed.state)) is not None:
        yield Row("way", (way,))


FALLS_MAX = 10
"""Of one account; more are told as a number, and all are in the JSON."""


def collected_rows(account: str, found: Collected) -> Iterator[Row]:
    """Return what was collected for an account, and what is to know about it."""
    said: str = Phrase("nothing is due")
    if found.calls:
        calls = plural_phrase("{count} call", "{count} calls", count=len(found.calls))
        rows = plural_phrase("{count} new row", "{count} new rows", count=found.rows)
        said = Phrase("{calls}, {rows}", calls=calls, rows=rows)
    if found.calls or found.error is None:
        yield Row(account, (said,))
    if found.waits:
        yield Row(
            account,
            (Phrase("WeChat has not counted everything yet; the same command asks again later"),),
        )
    if found.left_out:
        say = Phrase(
            "left out, because it is not as WeChat documents it: {count}", count=found.left_out
        )
        yield Row(account, (Inked(say, Ink.WARNING),))
    for fall in found.falls[:FALLS_MAX]:
        yield Row(account, (Inked(fall.words, Ink.WARNING),))
    if len(found.falls) > FALLS_MAX:
        yield Row(
            account, (Phrase("and {count} more that fell", count=len(found.falls) - FALLS_MAX),)
        )
    if found.error is not None:
        yield failure_row(found.error, account)


def record_heading(page: Page, record: Record) -> None:
    """Add a campaign's name, its edition, and where it stands."""
    status: Status = status_of(record)
    edition = Phrase("edition {edition}", edition=record.edition)
    said = Inked(STATUS[status], STATUS_INK.get(status, Ink.PLAIN))
    page.line(
        Inked(record.campaign, Ink.NAME), "  ", Inked(edition, Ink.DETAIL), "  ", said, hang=2
    )


def contradiction_rows(record: Record) -> Iterator[Row]:
    """Return the entries about an edition that cannot all be true."""
    if (found := contradiction(record)) is not None:
        yield Row(
            "", (Inked(Phrase("the ledger contradicts itself: {found}", found=found), Ink.ALARM),)
        )


def settled_rows(record: Record) -> Iterator[Row]:
    """Return what people settled about sends of unknown outcome, or recorded about sends outside the ledger."""
    imported = record.imported
    if imported is not None:
        told = Phrase("as sent at {at}, by {who}", at=recorded(imported.sent_at), who=imported.by)
        why = (
            Phrase("{what}: {reason}", what=told, reason=imported.reason)
            if imported.reason
            else told
        )
        yield Row("settled", (why,))
    for each in record.settlements:
        settled = each.event
        what = Phrase("as sent") if settled.outcome == "sent" else Phrase("as not sent")
        told = Phrase(
            "{what}, by {who}: {reason}", what=what, who=settled.by, reason=settled.reason
        )
        url = (detail(settled.url),) if settled.url else ()
        yield Row(
            "settled", (*batch_words(settled.batch, settled.batch, record), told), details=url
        )


def evidence_text(page: Page, evidence: Evidence) -> str:
    """Show the evidence and, below it, what may be typed, until when, and what follows from it."""
    record = evidence.record
    record_heading(page, record)
    known = [Row(Phrase("known as"), (each,)) for each in evidence.headlines]
    rows = [*contradiction_rows(record), *_attempts(record), *_drafts(record), *job_rows(record)]
    write_rows(
        Table(page, LABELS.values()), [*rows, *settled_rows(record), *known, *_console(record)]
    )
    page.blank()
    _choices(page, evidence)
    return page.text()


def _attempts(record: Record) -> Iterator[Row]:
    for attempt in record.attempts:
        event = attempt.event
        whom = Phrase("every follower") if event.audience.get("is_to_all") else Phrase("one tag")
        if event.batches is not None:
            whom = Phrase("batch {batch} of {batches}", batch=event.batch, batches=event.batches)
        facts = [Phrase("entry {serial}", serial=attempt.serial), whom]
        whole = event.recipients is None and event.audience_count is not None
        facts += [followers(event.audience_count or 0)] if whole else []
        facts += [openids(event.recipients)] if event.recipients is not None else []
        number = Inked(f"clientmsgid {event.client_msg_id}", Ink.DETAIL)
        details = [Row("", tuple(facts)), Row("", (number, inked_digest(event.digest)))]
        if event.by and event.reason:
            details.append(
                detail(
                    Phrase("repeated by {who}: {reason}", who=event.by, reason=event.reason),
                    Ink.PLAIN,
                )
            )
        yield Row(
            Phrase("attempt"),
            (to_the_second(attempt.at), verdict_of(attempt)),
            details=tuple(details),
        )


def verdict_of(attempt: Attempt) -> Part:
    """Return what became of an attempt."""
    doubt = doubt_words(attempt.doubt) if attempt.doubt else None
    if attempt.rejection is not None:
        code = attempt.rejection.errcode
        refused = Phrase("refused with errcode {errcode}", errcode=code)
        return Inked(Phrase("its request never left") if code is None else refused, Ink.ERROR)
    if attempt.accepted is not None:
        unknown = Phrase("WeChat knew its id before; it is not known which content was sent")
        return (
            Inked(unknown, Ink.WARNING)
            if attempt.accepted.content is not None
            else Phrase("answered")
        )
    if attempt.open:
        return Inked(
            Phrase("open: {why}", why=doubt or Phrase("the run ended before the answer")), Ink.ALARM
        )
    return Phrase("closed later: {why}", why=doubt) if doubt else Phrase("answered")


def _drafts(record: Record) -> Iterator[Row]:
    for draft in record.drafts:
        if draft.alive:
            saved = Phrase("saved {moment}", moment=recorded(draft.saved_at))
            number = detail(f"media_id {draft.event.media_id}")
            yield Row(Phrase("draft"), (saved, inked_digest(draft.event.digest)), details=(number,))


def _console(record: Record) -> Iterator[Row]:
    """Return where to look, and what each thing that can be seen there means."""
    label = Phrase("console")
    if record.open_attempts:
        first, last = record.open_attempts[0].at, record.open_attempts[-1].at
        say = Phrase(
            "公众平台 / 群发记录: an entry between {first} and {last} means that it was sent",
            first=to_the_second(first),
            last=to_the_second(last + timedelta(minutes=5)),
        )
        yield Row(label, (say,))
        waits = Phrase(
            "an entry that waits for the administrator is not decided yet: wait half an hour"
        )
        yield Row(label, (waits,))
    else:
        yield Row(
            label, (Phrase("公众平台 / 群发记录: an entry with this title means that it was sent"),)
        )
    if record.draft() is not None:
        say = Phrase(
            "公众平台 / 草稿箱: a draft that is still there suggests that it "
            "was not sent; a missing draft proves nothing"
        )
        yield Row(label, (say,))


def _choices(page: Page, evidence: Evidence) -> None:
    page.line(_heading(evidence))
    for command, told in reconcile_choices(evidence):
        page.line(command, indent=2, hang=6)
        for each in told:
            page.line(each, indent=6)


def _heading(evidence: Evidence) -> Phrase:
    """Return what the choices are for: after WeChat's clear no, only for what happened elsewhere."""
    record = evidence.record
    last = record.attempts[-1] if record.attempts else None
    if evidence.may_be_not_sent or last is None or last.rejection is None:
        return Phrase("settle it with one of these:")
    if last.rejection.errcode is None:
        say = Phrase(
            "Its request never left, so there is nothing to settle. Only if it was sent anyway, for instance by hand:"
        )
        return Phrase(say)
    if record.is_partly_sent:
        say = Phrase(
            "WeChat refused batch {batch}, so it is not in doubt. Only if it was sent anyway:"
        )
        return Phrase(say, batch=last.event.batch)
    return Phrase(
        "WeChat refused it, so it is not in doubt. Only if it was sent anyway, for instance by hand:"
    )
