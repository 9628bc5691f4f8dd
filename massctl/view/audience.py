"""Audiences as text: what their files and locks say, without an openid."""

from collections.abc import Sequence

from massctl.model.audience import (
    AudienceChange,
    AudienceLock,
    AudienceSource,
    AudienceState,
    AudienceUse,
    ErasureResult,
    FreezeResult,
    ListOutcome,
    LockCheck,
    NamedAudience,
    Query,
    TagOutcome,
    query_digest,
    shown_file,
)
from massctl.model.campaign import parse_offset_time
from massctl.model.phrase import (
    AccountKey,
    Command,
    Phrase,
    ShellCommand,
    enumerated,
    plural_phrase,
)
from massctl.model.settings import Cap
from massctl.plan.audience_overlaps import MonthOverlaps
from massctl.view.audience_facts import summary_lines
from massctl.view.cells import cells
from massctl.view.diagnostics import diagnostics_text
from massctl.view.report_document import Cell, Table, Title
from massctl.view.report_text import write_table
from massctl.view.terminal import DOT, Page, Part
from massctl.view.terminal import Table as LabelledRows
from massctl.view.words import (
    DIGEST_HEX_SHOWN,
    bounds,
    day_words,
    recorded,
    team_moment,
    window_span,
)

STATES = {
    AudienceState.STALE: Phrase("its file was changed since it was frozen"),
    AudienceState.NEVER_FROZEN: Phrase("never frozen"),
    AudienceState.FAULTY: Phrase("its files have errors"),
}
"""What is said of an audience that cannot be sent to."""


def people(count: int) -> Phrase:
    """Return how many people there are."""
    return plural_phrase("{count:,} person", "{count:,} people", count=count)


def change_words(change: AudienceChange) -> Phrase:
    """Return how a snapshot differs from the one before it."""
    since = parse_offset_time(change.since_at)
    return Phrase(
        "{change} since {since}",
        change=change.counts.words,
        since=team_moment(since, None) if since is not None else change.since_at,
    )


def list_text(page: Page, found: Sequence[NamedAudience]) -> str:
    """List audiences, each with its people, its state and its next campaign."""
    if not found:
        page.line(Phrase("there is no audience: audiences/ has no NAME.yaml"))
        return page.text()
    heads = [Phrase("name"), Phrase("people"), Phrase("change"), Phrase("next")]
    write_table(page, Table("audiences", heads, [_cells(each) for each in found]))
    for each in found:
        if each.lock is not None and each.state in STATES:
            page.line(each.name, DOT, STATES[each.state], indent=2)
    return page.text()


def _cells(found: NamedAudience) -> list[Cell]:
    title = (found.file.title,) if found.file is not None else ()
    next_use = use_words(found.uses[0]) if found.uses else ""
    lock = found.lock
    if lock is None:
        return [Title(found.name, about=title), "", STATES[found.state], next_use]
    changed: Cell = ""
    if lock.change is not None:
        changed = lock.change.counts.words
    return [Title(found.name, about=title), f"{lock.count:,}", changed, next_use]


def show_text(page: Page, found: NamedAudience, check: LockCheck | None) -> str:
    """Show one audience: what its file says, who was frozen, whether that is proven, and who goes to it."""
    page.line(found.name, DOT, *known_parts(found))
    if found.file is not None:
        page.line(found.file.title, indent=2)
    rows = [*source_rows(found), *frozen_rows(found)]
    if check is not None and check.fault is None:
        rows.append((Phrase("checked"), _check_words(check)))
    rows += [(Phrase("used by"), use_words(use)) for use in found.uses]
    _write_rows(page, rows)
    if found.state in (AudienceState.STALE, AudienceState.NEVER_FROZEN):
        page.command(str(Command("audience freeze", found.name)), indent=2)
    if found.diagnostics:
        page.blank()
        return diagnostics_text(page, found.diagnostics)
    return page.text()


Rows = list[tuple[str, str]]
"""Labels, and what they say."""


def _write_rows(page: Page, rows: Rows) -> None:
    if not rows:
        return
    table = LabelledRows(page, [label for label, _ in rows])
    for label, words in rows:
        table.row(label, words)


def _check_words(check: LockCheck) -> Phrase:
    if check.unread is not None:
        return Phrase("not here: {why}", why=check.unread)
    return Phrase("the snapshot is what the lock says")


def source_rows(found: NamedAudience) -> Rows:
    """Return what its file says: where the people come from, and within which bounds."""
    file = found.file
    if file is None:
        return []
    rows: Rows = [(Phrase("account"), AccountKey(file.account))]
    rows.append((Phrase("source"), source_words(file.source)))
    if file.source.query is not None:
        rows.append((Phrase("query"), _query_words(file.source.query, found.sql)))
    if file.exclude:
        rows.append((Phrase("without"), enumerated(file.exclude)))
    if (expected := bounds(file.expect)) is not None:
        rows.append((Phrase("expected"), expected))
    change = Phrase("by {share} of the snapshot before", share=file.expect.change)
    rows.append((Phrase("may change"), change))
    if file.cap is not None:
        rows.append((Phrase("cap"), _cap_words(file.cap)))
    days = plural_phrase("{count} day", "{count} days", count=int(file.keep_for.removesuffix("d")))
    rows.append((Phrase("kept for"), days))
    if found.is_by_tag:
        rows.append((Phrase("delivery"), Phrase("by a tag that massctl fills")))
    return rows


def _query_words(query: Query, sql: str | None) -> Phrase:
    """Return what names a query, and where it runs: the URL of a connection stands nowhere."""
    digest = query_digest(sql)[:DIGEST_HEX_SHOWN] if sql is not None else Phrase("unreadable")
    if query.connection is not None:
        return Phrase("{digest}, on the connection {name}", digest=digest, name=query.connection)
    return Phrase("{digest}, on the files of {folder}", digest=digest, folder=query.data or ".")


def _cap_words(cap: Cap) -> str:
    """Return how many letters one person may get."""
    bounds = {
        Phrase("{count} a month", count=cap.month): cap.month,
        Phrase("{count} a week", count=cap.week): cap.week,
    }
    return enumerated([words for words, count in bounds.items() if count is not None])


def frozen_rows(found: NamedAudience) -> Rows:
    """Return what its lock says: when and by whom it was frozen, and what names its people."""
    lock = found.lock
    if lock is None:
        return []
    frozen = Phrase("{at}, by {by}", at=moment_words(lock.frozen_at), by=lock.frozen_by)
    rows: Rows = [(Phrase("frozen on"), frozen), (Phrase("snapshot"), lock.openid_list.sha256)]
    return rows + _column_rows(lock)


def moment_words(written: str) -> str:
    """Write a moment of a lock."""
    at = parse_offset_time(written)
    return recorded(at) if at is not None else written


def _column_rows(lock: AudienceLock) -> Rows:
    """Return how many values each other column of the query has."""
    return [
        (name, plural_phrase("{count:,} value", "{count:,} values", count=count))
        for name, count in lock.columns.items()
    ]


def erased_text(page: Page, done: ErasureResult) -> str:
    """Say what an erasure did, and where people still stand."""
    page.line(
        plural_phrase(
            "people were erased from {count} snapshot",
            "people were erased from {count} snapshots",
            count=len(done.remaining),
        )
    )
    if done.people:
        never = plural_phrase(
            "{count} person is never frozen again",
            "{count} people are never frozen again",
            count=done.people,
        )
        page.line(never)
    if done.expired:
        gone = plural_phrase(
            "{count} snapshot older than keep_for was erased",
            "{count} snapshots older than keep_for were erased",
            count=len(done.expired),
        )
        page.line(gone)
    for tag in done.tags:
        page.line(_tag_words(tag))
    for lines in done.lists:
        page.line(_lines_words(lines))
    if done.lists:
        page.line(_IN_HISTORY)
    return page.text()


def _tag_words(tag: TagOutcome) -> Phrase:
    if tag.why is None:
        return Phrase("they are out of the tag {tag}", tag=tag.name)
    say = Phrase("they may still have the tag {tag}: {why}; delete it in the console")
    return Phrase(say, tag=tag.name, why=tag.why)


def _lines_words(found: ListOutcome) -> Phrase:
    lines = ", ".join(map(str, found.lines))
    say = Phrase("{file}:{lines}: taken out; lock its campaign again, and commit")
    if found.why is not None:
        say = Phrase("{file}:{lines}: they stay: {why}")
    return Phrase(say, file=found.path, lines=lines, why=found.why or "")


_IN_HISTORY = Phrase(
    "git keeps what was ever committed: {command} rewrites its history, then force-push and clone anew",
    command=ShellCommand("git filter-repo --path FILE --invert-paths"),
)


def frozen_text(page: Page, frozen: Sequence[tuple[NamedAudience, FreezeResult | None]]) -> str:
    """Say what a freeze wrote, and what was odd about the sources; or why it wrote nothing."""
    for found, result in frozen:
        if result is None:
            continue
        lock = result.lock
        words: list[Part] = [people(lock.count)]
        if result.is_changed and lock.change is not None:
            words += [DOT, change_words(lock.change)]
        if removed := _removed_words(result):
            words += [DOT, removed]
        if not result.is_changed:
            words += [DOT, Phrase("nothing changed, so nothing was written")]
        page.line(found.name, DOT, *words)
        _write_rows(page, _column_rows(lock))
    told = [each for _, result in frozen if result is not None for each in result.notes]
    told += [each for found, result in frozen if result is None for each in found.diagnostics]
    if told:
        return diagnostics_text(page, told)
    return page.text()


def diff_text(page: Page, lock: AudienceLock) -> str:
    """Say how an audience differs from an earlier snapshot."""
    change = Phrase("there is no earlier snapshot")
    if lock.change is not None:
        change = change_words(lock.change)
    page.line(lock.audience, DOT, people(lock.count), DOT, change)
    return page.text()


def _removed_words(result: FreezeResult) -> Phrase | None:
    counts = {
        Phrase("{count:,} excluded", count=result.excluded): result.excluded,
        Phrase("{count:,} erased", count=result.erased): result.erased,
        Phrase("{count:,} do not follow any more", count=result.unfollowed): result.unfollowed,
    }
    reasons = [say for say, count in counts.items() if count]
    if not reasons:
        return None
    return Phrase(
        "{count:,} left out: {reasons}", count=sum(counts.values()), reasons=enumerated(reasons)
    )


def overlaps_text(page: Page, found: MonthOverlaps) -> str:
    """Show what the lists of a month have in common: few of them as a matrix, many as pairs."""
    if not found.lists:
        month = f"{found.month:%Y-%m}"
        page.line(Phrase("{month} has no list to compare", month=month))
        return page.text()
    widest = max(cells(each.name) for each in found.lists)
    columns = len(found.lists) + len(_MATRIX_HEADS)
    fits = widest + _MATRIX_CELL * columns <= page.width
    if fits and len(found.lists) <= MATRIX_MAX:
        write_table(page, _matrix(found))
    else:
        _write_pairs(page, found)
    for line in summary_lines(found.summary):
        page.line(line, indent=2)
    return page.text()


MATRIX_MAX = 8
"""Of more lists the pairs are named."""
PAIRS_SHOWN = 40
"""So many pairs are named; the JSON has all."""


def _write_pairs(page: Page, found: MonthOverlaps) -> None:
    shared = [each for each in found.pairs if each.people]
    for each in shared[:PAIRS_SHOWN]:
        say = plural_phrase(
            "{count:,} person is in {first} and in {second}",
            "{count:,} people are in {first} and in {second}",
            count=each.people or 0,
            first=each.one,
            second=each.other,
        )
        page.line(say, indent=2)
    if len(shared) > PAIRS_SHOWN:
        more = plural_phrase(
            "and {count} more pair: --format json has all",
            "and {count} more pairs: --format json has all",
            count=len(shared) - PAIRS_SHOWN,
        )
        page.line(more, indent=2)
    if not shared:
        page.line(Phrase("no two of them are known to share a person"), indent=2)


_MATRIX_CELL = 10
"""So wide is a number of people, or the word unknown, with the gap before it."""


_MATRIX_HEADS = (Phrase("name"), Phrase("day"), Phrase("people"))


def _matrix(found: MonthOverlaps) -> Table:
    both = {(each.one, each.other): each.people for each in found.pairs}
    both |= {(other, one): count for (one, other), count in both.items()}
    rows = []
    for number, one in enumerate(found.lists, 1):
        day = day_words(one.day) if one.day is not None else Phrase("audience")
        row: list[Cell] = [f"{number} {one.name}", day, _count(one.people)]
        for other in found.lists:
            pair = one.name, other.name
            row.append(_count(both[pair]) if pair in both else "")
        rows.append(row)
    return Table("overlaps", [*_MATRIX_HEADS, *map(str, range(1, len(rows) + 1))], rows)


def _count(people: int | None) -> str:
    return f"{people:,}" if people is not None else Phrase("unknown")


def source_words(source: AudienceSource) -> Phrase:
    """Return where the people come from."""
    if source.query is not None:
        return Phrase("the query {sql}", sql=source.query.sql)
    if source.union is not None:
        return Phrase("everybody in any of {names}", names=enumerated(source.union))
    if source.intersect is not None:
        return Phrase("everybody in all of {names}", names=enumerated(source.intersect))
    if source.rest_of is not None:
        return Phrase("those whom {name} surely did not reach", name=source.rest_of)
    if source.subtract is not None:
        less = enumerated(source.subtract.less)
        return Phrase("{name} without {less}", name=source.subtract.from_, less=less)
    return Phrase("the file {path}", path=shown_file(source.file or ""))


def known_parts(found: NamedAudience) -> list[Part]:
    """Return in a line how many people it has, since when, and whether it can be sent to."""
    lock = found.lock
    words: list[Part] = [people(lock.count)] if lock is not None else []
    if lock is not None and lock.change is not None:
        words += [DOT, change_words(lock.change)]
    if found.state in STATES:
        words += [DOT, STATES[found.state]] if words else [STATES[found.state]]
    return words


def use_words(use: AudienceUse) -> Phrase:
    """Return which campaign goes to it, and when."""
    if use.window is None:
        return Phrase("{campaign}, without a window", campaign=use.campaign)
    return Phrase("{campaign}, {window}", campaign=use.campaign, window=window_span(use.window))
