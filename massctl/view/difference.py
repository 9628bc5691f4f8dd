"""What changed for readers, row by row, as both the terminal and a comment on a pull request say it."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from massctl.model.audience import LARGE_CHANGE
from massctl.model.campaign import Audience, parse_offset_time
from massctl.model.lock import LockedAudience, LockedSend
from massctl.model.message import Window
from massctl.model.phrase import Phrase, enumerated
from massctl.plan.lock_diff import FramePart, Mark, Piece, ReviewedPart
from massctl.plan.review_diff import (
    ArticleChanged,
    Base,
    BaseKind,
    Change,
    DestinationChanged,
    Difference,
    ElementChanged,
    FieldChanged,
    MarkupChanged,
    PictureChanged,
    PictureSeen,
    WordsChanged,
)
from massctl.view.cells import clusters
from massctl.view.rows import ChangeRow, Changes
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Part, Table
from massctl.view.words import (
    DESTINATION,
    audience_words,
    counted_words,
    destination_words,
    expected,
    openids,
    pictures,
    recorded,
    team_moment,
    team_span,
    window_span,
)

CONTEXT_CHARACTERS = 16
"""How much of what was kept is said on each side of a change."""
PIECE_CHARACTERS_MAX = 400
"""More of one new or removed text is cut."""
CHANGES_SHOWN = 40
"""More changes of one article are told as a number."""
ELLIPSIS = "…"

_FIELDS = {
    "title": Phrase("title"),
    "author": Phrase("author"),
    "digest": Phrase("digest (摘要)"),
    "pic_crop_235_1": Phrase("the visible part of the cover in the list (2.35:1)"),
    "pic_crop_1_1": Phrase("the square of the cover (1:1)"),
    "type": Phrase("message"),
    "recommend": Phrase("recommendation"),
    "description": Phrase("description"),
}
"""What is called otherwise than its key."""


def changes_of(
    difference: Difference, shown: int = CHANGES_SHOWN, now: datetime | None = None
) -> Changes:
    """Word a difference, with at most `shown` changes of one article.

    With `now` dates are written as a team says them.
    """
    parts = (
        [ReviewedPart.NEW]
        if difference.is_new
        else [each.part for each in difference.frame if each.part]
    )
    return Changes(
        base_words(difference.base, now),
        tuple(parts),
        tuple(difference_rows(difference, shown, now)),
    )


def base_words(base: Base, now: datetime | None = None) -> Phrase:
    """Name what a campaign is compared with."""
    written = partial(team_moment, now=now) if now is not None else recorded
    moment = written(base.at) if base.at is not None else ""
    match base.kind:
        case BaseKind.DRAFT:
            return Phrase("compared with the staged draft of {moment}", moment=moment)
        case BaseKind.STAGED:
            return Phrase("compared with what was staged last")
        case BaseKind.PREVIEW:
            return Phrase("compared with what reviewers saw last")
        case BaseKind.SENT:
            return Phrase(
                "compared with edition {edition}, sent {moment}",
                edition=base.edition,
                moment=moment,
            )
        case BaseKind.CHECKOUT:
            return Phrase("against {where}", where=base.where)


def difference_rows(
    difference: Difference, shown: int = CHANGES_SHOWN, now: datetime | None = None
) -> Iterator[ChangeRow]:
    """Return what changed: who gets it and when first, then the words; at most `shown` changes of one article."""
    if difference.note is not None:
        yield ChangeRow(difference.note)
        for article in difference.articles:
            yield from _beginning_rows(article)
        return
    for each in difference.frame:
        yield _frame_row(each, now)
        if _is_another_audience(each):
            yield ChangeRow(_LARGE_CHANGE)
    if difference.same_to_readers:
        yield ChangeRow(Phrase("no change to the words, pictures and destinations"))
    yield from _few([_change_row(change) for change in difference.text], shown)
    for article in difference.articles:
        yield ChangeRow(_article_words(article), article=article.number, is_article=True)
        rows = [_change_row(change) for change in article.changes]
        inner = [replace(each, article=article.number, is_inner=True) for each in rows]
        yield from _few(inner, shown)


_LARGE_CHANGE = Phrase(
    "warning: more than {percent} percent of it changed: are these the people?",
    percent=round(100 * LARGE_CHANGE),
)
PICTURES_NAMED = 12
"""More pictures of one new article are counted."""


def _beginning_rows(article: ArticleChanged) -> Iterator[ChangeRow]:
    """Say of an article of a new campaign how long it is and what it shows."""
    number = article.number
    yield ChangeRow(_article_words(article), article=number, is_article=True)
    if article.shown:
        more = len(article.shown) - PICTURES_NAMED
        counted = [Phrase("and {count} more", count=more)] if more > 0 else []
        named = enumerated([*map(_file, article.shown[:PICTURES_NAMED]), *counted])
        yield ChangeRow(Phrase("it shows: {files}", files=named), article=number, is_inner=True)


def _few(rows: Sequence[ChangeRow], shown: int) -> Iterator[ChangeRow]:
    hidden = len(rows) - shown + 1 if len(rows) > shown else 0
    yield from rows[: len(rows) - hidden]
    if hidden:
        yield replace(rows[0], words=Phrase("and {count} more", count=hidden), pieces=())


def _is_another_audience(part: FramePart) -> bool:
    """Return whether a list has so many more people, or so many fewer, that it may be a mistake."""
    match part.before, part.after:
        case LockedAudience(count=int(before)), LockedAudience(count=int(after)):
            return abs(after - before) > LARGE_CHANGE * before
    return False


def _frame_row(part: FramePart, now: datetime | None) -> ChangeRow:
    before, after = _frame_value(part.before, now), _frame_value(part.after, now)
    return ChangeRow(_became(part.what, before, after))


def _frame_value(
    value: int | str | bool | Audience | LockedSend, now: datetime | None = None
) -> str:
    match value:
        case Audience():
            of_list = value.openid_list if isinstance(value, LockedAudience) else None
            facts = [
                audience_words(value),
                openids(of_list.count) if of_list else None,
                expected(value.expect),
            ]
            return enumerated([fact for fact in facts if fact is not None])
        case LockedSend():
            start, end = parse_offset_time(value.not_before), parse_offset_time(value.not_after)
            if start is None or end is None:
                return Phrase("no window")
            window = Window(start, end)
            return team_span(window, now) if now is not None else window_span(window)
        case bool():
            return _yes_or_no(value)
        case _:
            return str(value)


def _became(what: str, before: str, after: str) -> Phrase:
    return Phrase(
        "{what}: {before} → {after}", what=what, before=before or _EMPTY, after=after or _EMPTY
    )


_EMPTY = Phrase("(empty)")


def _yes_or_no(value: bool) -> Phrase:
    return Phrase("yes") if value else Phrase("no")


def _article_words(article: ArticleChanged) -> Phrase:
    number, was, title = article.number, article.was, article.title
    holds = Phrase(
        "{first}, {rest}", first=counted_words(article.words), rest=pictures(article.pictures)
    )
    if was is None:
        return Phrase(
            "article {number} is new: {title} ({holds})", number=number, title=title, holds=holds
        )
    if number is None:
        return Phrase(
            "article {number} was removed: {title} ({holds})", number=was, title=title, holds=holds
        )
    if article.is_moved:
        return Phrase(
            "article {number}, formerly article {was}: {title}", number=number, was=was, title=title
        )
    if article.is_layout_only:
        return Phrase("article {number}: {title}: only the appearance", number=number, title=title)
    return Phrase("article {number}: {title}", number=number, title=title)


def _change_row(change: Change) -> ChangeRow:
    match change:
        case WordsChanged():
            labels = {
                frozenset({Mark.ADDED}): Phrase("added: "),
                frozenset({Mark.REMOVED}): Phrase("removed: "),
            }
            label = labels.get(change.marks, Phrase("changed: "))
            return ChangeRow(label, _elided(change.pieces))
        case FieldChanged(key=key, before=str(before), after=str(after), pieces=pieces):
            if key == "digest" and before and after:
                what = Phrase("{what}: ", what=_FIELDS.get(key, key))
                return ChangeRow(what, _elided(pieces))
            return ChangeRow(_became(_FIELDS.get(key, key), before, after))
        case FieldChanged(key=key, before=before, after=after):
            was, now = _yes_or_no(bool(before)), _yes_or_no(bool(after))
            return ChangeRow(_became(_FIELDS.get(key, key), was, now))
        case PictureChanged():
            said = _picture_row(change)
        case DestinationChanged():
            said = _destination_row(change)
        case MarkupChanged():
            said = _markup_row(change)
        case _:
            said = _element_row(change)
    return ChangeRow(said)


def _markup_row(change: MarkupChanged) -> Phrase:
    if not change.elements:
        return Phrase("something other than the appearance may have changed")
    say = Phrase("elements came or went, which may be more than looks: {names}")
    return Phrase(say, names=", ".join(change.elements))


def _element_row(change: ElementChanged) -> Phrase:
    if not change.attribute:
        return Phrase("a drawing or a style sheet changed: {element}", element=change.element)
    what = Phrase("{attribute} of {element}", attribute=change.attribute, element=change.element)
    return _became(what, change.before, change.after)


def _destination_row(change: DestinationChanged) -> Phrase:
    before, after = change.before, change.after
    if before is None or after is None:
        say = Phrase("no longer leads to: {destination}")
        if before is None:
            say = Phrase("also leads to: {destination}")
        lone = before or after
        return Phrase(say, destination=destination_words(lone) if lone is not None else _EMPTY)
    if before.target == after.target:
        what = Phrase("the words that lead to {target}", target=after.target)
        return _became(what, before.label, after.label)
    what, label = DESTINATION[after.kind], after.label or before.label
    what = Phrase("{what} “{label}”", what=what, label=label) if label else what
    return _became(what, before.target, after.target)


def _picture_row(change: PictureChanged) -> Phrase:
    before, after = change.before, change.after
    if after is None or before is None:
        return _lone_picture(change)
    if before.name == after.name:
        what = Phrase("the description of picture {picture}", picture=_file(after))
        return _became(what, before.alt, after.alt)
    plain = Phrase("file replaced") if change.is_recording else Phrase("picture replaced")
    what = Phrase("cover replaced") if change.is_cover else plain
    if before.path == after.path and after.path is not None:
        # The same name for other bytes would say nothing.
        what = Phrase("{what}, still {path}", what=what, path=after.path)
        return _became(what, _size(before), _size(after))
    return _became(what, _picture_words(before), _picture_words(after))


def _lone_picture(change: PictureChanged) -> Phrase:
    before, after = _picture_words(change.before), _picture_words(change.after)
    if change.is_recording:
        gone, come = (
            Phrase("file removed: {file}", file=before),
            Phrase("file added: {file}", file=after),
        )
    else:
        gone = Phrase("picture removed: {picture}", picture=before)
        come = Phrase("picture added: {picture}", picture=after)
    return gone if change.before is not None else come


def _picture_words(picture: PictureSeen | None) -> str:
    """Name a picture by its file, and say what it shows where its author did."""
    if picture is None:
        return _EMPTY
    return (
        Phrase("{file} ({alt})", file=_file(picture), alt=picture.alt)
        if picture.alt
        else _file(picture)
    )


def _file(picture: PictureSeen) -> str:
    return picture.path or picture.name


def _size(picture: PictureSeen) -> Phrase:
    return Phrase("{count:,} bytes", count=picture.size_bytes or 0)


def _elided(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Leave out the middle of what was kept, and the end of what is very long."""
    last = len(pieces) - 1
    found: list[Piece] = []
    for index, piece in enumerate(pieces):
        text = list(clusters(piece.text))
        if piece.mark is not Mark.KEPT:
            text = text if _is_seen(piece.text) else [_spelt(character) for character in piece.text]
            cut = text[:PIECE_CHARACTERS_MAX] + [ELLIPSIS] * (len(text) > PIECE_CHARACTERS_MAX)
        else:
            head = text[:CONTEXT_CHARACTERS] if index > 0 else []
            tail = text[-CONTEXT_CHARACTERS:] if index < last else []
            cut = text if len(text) <= len(head) + len(tail) + 1 else [*head, ELLIPSIS, *tail]
        found.append(Piece(piece.mark, "".join(cut)))
    return tuple(found)


def _is_seen(text: str) -> bool:
    return any(
        not character.isspace() and unicodedata.category(character) != "Cf" for character in text
    )


def _spelt(character: str) -> str:
    """Make invisible characters visible."""
    return "␣" if character.isspace() else f"\\u{ord(character):04x}"


_INNER_CELLS = 2


def difference_table(table: Table, changes: Changes, label: str) -> None:
    """Add what a campaign is compared with, and below it what changed."""
    table.row(label, Inked(changes.against, Ink.DETAIL))
    for row in changes.rows:
        words = Inked(row.words, Ink.NAME) if row.is_article else row.words
        parts: list[Part] = [words, *piece_parts(row.pieces)]
        table.below(*parts, inner=_INNER_CELLS * row.is_inner)


def piece_parts(pieces: Sequence[Piece]) -> list[Part]:
    """Write a changed text: `[old → new]`, `[+ new]`, `[− old]`, and what was kept around them."""
    if len(pieces) == 1:
        return [_inked(pieces[0])]
    parts: list[Part] = []
    for before, piece, after in zip([None, *pieces], pieces, [*pieces[1:], None], strict=False):
        replaces = piece.mark is Mark.ADDED and before is not None and before.mark is Mark.REMOVED
        replaced = piece.mark is Mark.REMOVED and after is not None and after.mark is Mark.ADDED
        if piece.mark is Mark.KEPT:
            parts.append(piece.text)
        elif replaces:
            parts += [" → ", _inked(piece), "]"]
        elif replaced:
            parts += ["[", _inked(piece)]
        else:
            parts += ["[+ " if piece.mark is Mark.ADDED else "[− ", _inked(piece), "]"]
    return parts


def _inked(piece: Piece) -> Inked:
    return Inked(piece.text, Ink.ERROR if piece.mark is Mark.REMOVED else Ink.DONE)
