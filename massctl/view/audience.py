"""Audiences as text: what their files and locks say, without an openid."""

from collections.abc import Sequence

from massctl.model.audience import (
    AudienceChange,
    AudienceSource,
    AudienceState,
    AudienceUse,
    FreezeResult,
    NamedAudience,
)
from massctl.model.campaign import parse_offset_time
from massctl.model.phrase import Command, Phrase, enumerated, plural_phrase
from massctl.view.diagnostics import diagnostics_text
from massctl.view.terminal import DOT, Page, Part
from massctl.view.words import expected, recorded, team_moment, window_span

_HANG = 12
_STATES = {
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
        "+{added:,} −{removed:,} since {since}",
        added=change.added,
        removed=change.removed,
        since=team_moment(since, None) if since is not None else change.since_at,
    )


def list_text(page: Page, found: Sequence[NamedAudience]) -> str:
    """List audiences, each with its people, its state and its next campaign."""
    if not found:
        page.line(Phrase("there is no audience: audiences/ has no NAME.yaml"))
    for each in found:
        page.line(each.name, DOT, *_known(each))
        if each.file is not None:
            page.line(each.file.title, indent=2)
        for use in each.uses[:1]:
            page.line(Phrase("next: {use}", use=_use_words(use)), indent=2)
    return page.text()


def show_text(page: Page, found: NamedAudience) -> str:
    """Show one audience: what its file says, who was frozen, and who goes to it."""
    page.line(found.name, DOT, *_known(found))
    file, lock = found.file, found.lock
    if file is not None:
        page.line(file.title, indent=2)
        _row(page, Phrase("account"), file.account)
        _row(page, Phrase("source"), source_words(file.source))
        if file.exclude:
            _row(page, Phrase("without"), enumerated(file.exclude))
        if (bounds := expected(file.expect)) is not None:
            page.line(bounds, indent=2)
    if lock is not None:
        at = parse_offset_time(lock.frozen_at)
        frozen = Phrase(
            "{at}, by {by}", at=recorded(at) if at else lock.frozen_at, by=lock.frozen_by
        )
        _row(page, Phrase("frozen"), frozen)
        _row(page, Phrase("snapshot"), lock.snapshot)
        for name, count in lock.columns.items():
            say = plural_phrase("{count:,} value", "{count:,} values", count=count)
            _row(page, name, say)
    for use in found.uses:
        _row(page, Phrase("used by"), _use_words(use))
    if found.state in (AudienceState.STALE, AudienceState.NEVER_FROZEN):
        page.command(str(Command("audience freeze", found.name)), indent=2)
    if found.diagnostics:
        page.blank()
        return diagnostics_text(page, found.diagnostics)
    return page.text()


def frozen_text(page: Page, frozen: Sequence[tuple[NamedAudience, FreezeResult | None]]) -> str:
    """Say what a freeze wrote, and what was odd about the sources; or why it wrote nothing."""
    for found, result in frozen:
        if result is None:
            continue
        lock = result.lock
        words: list[Part] = [people(lock.count)]
        if result.is_written and lock.change is not None:
            words += [DOT, change_words(lock.change)]
        if off := _taken_off(result):
            words += [DOT, off]
        if not result.is_written:
            words += [DOT, Phrase("nothing changed, so nothing was written")]
        page.line(found.name, DOT, *words)
        for name, count in lock.columns.items():
            say = plural_phrase("{count:,} value", "{count:,} values", count=count)
            _row(page, name, say)
    told = [each for _, result in frozen if result is not None for each in result.notes]
    told += [each for found, result in frozen if result is None for each in found.diagnostics]
    if told:
        return diagnostics_text(page, told)
    return page.text()


def _taken_off(result: FreezeResult) -> Phrase | None:
    counts = {
        Phrase("{count:,} excluded", count=result.excluded): result.excluded,
        Phrase("{count:,} erased", count=result.forgotten): result.forgotten,
        Phrase("{count:,} do not follow any more", count=result.left): result.left,
    }
    reasons = [say for say, count in counts.items() if count]
    if not reasons:
        return None
    return Phrase(
        "{count:,} left out: {reasons}", count=sum(counts.values()), reasons=enumerated(reasons)
    )


def source_words(source: AudienceSource) -> Phrase:
    """Return where the people come from."""
    if source.query is not None:
        return Phrase("the query {sql}", sql=source.query.sql)
    if source.union is not None:
        return Phrase("everybody in any of {names}", names=enumerated(source.union))
    if source.intersect is not None:
        return Phrase("everybody in all of {names}", names=enumerated(source.intersect))
    if source.subtract is not None:
        less = enumerated(source.subtract.less)
        return Phrase("{name} without {less}", name=source.subtract.from_, less=less)
    return Phrase("the file {path}", path=(source.file or "").partition("?")[0])


def _known(found: NamedAudience) -> list[Part]:
    lock = found.lock
    words: list[Part] = [people(lock.count)] if lock is not None else []
    if lock is not None and lock.change is not None:
        words += [DOT, change_words(lock.change)]
    if found.state in _STATES:
        words += [DOT, _STATES[found.state]] if words else [_STATES[found.state]]
    return words


def _use_words(use: AudienceUse) -> Phrase:
    if use.window is None:
        return Phrase("{campaign}, without a window", campaign=use.campaign)
    return Phrase("{campaign}, {window}", campaign=use.campaign, window=window_span(use.window))


def _row(page: Page, label: Phrase | str, words: Phrase | str) -> None:
    page.row(label, words, indent=2, hang=_HANG)
