"""Two versions of a campaign compared for people: words and pictures, fields, and who gets it when."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from massctl.model.lock import LockFile
from massctl.model.locked_message import LockedArticle, LockedNews, LockedText
from massctl.model.version import Version
from massctl.plan.against import Base
from massctl.plan.article_pairs import Traits, moved, paired
from massctl.plan.block_changes import block_changes
from massctl.plan.changes import (
    ArticleChanged,
    Change,
    Difference,
    FieldChanged,
    LinkChanged,
    PictureChanged,
    PictureSeen,
)
from massctl.plan.locked import changed_frame
from massctl.plan.media_changes import media_changes
from massctl.plan.readable import Block, Reading, read_body, read_text
from massctl.plan.word_changes import Budget, word_changes

_TEXTS: Final = ("title", "author", "digest", "content_source_url", "pic_crop_235_1", "pic_crop_1_1")
_FLAGS: Final = ("need_open_comment", "only_fans_can_comment")


@dataclass(frozen=True, slots=True)
class _Article:
    """An article of a lock with its body as it is read."""

    locked: LockedArticle
    reading: Reading
    cover: PictureSeen


def difference(base: Base, before: Version, after: Version) -> Difference:
    """Compare two versions; of equal ones nothing is told."""
    budget = Budget()
    words = block_changes(_words(before.lock), _words(after.lock), budget)
    text = [*media_changes(before.lock, after.lock, budget), *words]
    return Difference(
        base,
        frame=tuple(changed_frame(before.lock, after.lock)),
        text=tuple(text),
        text_is_capped=budget.is_capped,
        articles=tuple(_changed_articles(_articles(before), _articles(after))),
    )


def _words(lock: LockFile) -> Sequence[Block]:
    return read_text(lock.message.content) if isinstance(lock.message, LockedText) else ()


def _articles(version: Version) -> list[_Article]:
    lock = version.lock
    if not isinstance(lock.message, LockedNews):
        return []
    files = {each.sha256.removeprefix("sha256:"): (each.path, each.size_bytes) for each in lock.pictures}
    found: list[_Article] = []
    for article, body in zip(lock.message.articles, version.bodies, strict=True):
        cover = article.cover.removeprefix("sha256:")
        path, size_bytes = files.get(cover, (None, None))
        found.append(_Article(article, read_body(body, files), PictureSeen(cover, "", path, size_bytes)))
    return found


def _traits(article: _Article) -> Traits:
    locked = article.locked
    return Traits(locked.title, locked.content_sha256, frozenset(article.reading.blocks))


def _changed_articles(before: list[_Article], after: list[_Article]) -> Iterator[ArticleChanged]:
    """Give the articles that changed in their order now, and then those that went."""
    pairs = paired([*map(_traits, before)], [*map(_traits, after)])
    out_of_order = moved(pairs)
    for index, article in enumerate(after):
        if index not in pairs:
            yield _lone(article, number=index + 1, was=None)
            continue
        earlier, budget = before[pairs[index]], Budget()
        changes = tuple(_changes(earlier, article, budget))
        if changes or index in out_of_order or earlier.locked.content_sha256 != article.locked.content_sha256:
            number, was, title = index + 1, pairs[index] + 1, article.locked.title
            yield ArticleChanged(number, was, title, changes, index in out_of_order, is_capped=budget.is_capped)
    for index, article in enumerate(before):
        if index not in pairs.values():
            yield _lone(article, number=None, was=index + 1)


def _lone(article: _Article, number: int | None, was: int | None) -> ArticleChanged:
    reading = article.reading
    title, characters, pictures = article.locked.title, reading.characters, reading.pictures
    return ArticleChanged(number, was, title, characters=characters, pictures=pictures)


def _changes(before: _Article, after: _Article, budget: Budget) -> Iterator[Change]:
    """Give what changed in an article: fields first, then its cover, then what is read, then where links lead."""
    for name in _TEXTS:
        old, new = getattr(before.locked, name) or "", getattr(after.locked, name) or ""
        if old != new:
            yield FieldChanged(name, old, new, word_changes(old, new, budget))
    for name in _FLAGS:
        was, now = getattr(before.locked, name), getattr(after.locked, name)
        if was != now:
            yield FieldChanged(name, was, now)
    if before.cover.name != after.cover.name:
        yield PictureChanged(before.cover, after.cover, is_cover=True)
    yield from block_changes(before.reading.blocks, after.reading.blocks, budget)
    yield from _changed_links(before.reading.links, after.reading.links)


def _changed_links(before: list[str], after: list[str]) -> Iterator[LinkChanged]:
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    yield from (LinkChanged(address, added=False) for address in gone.elements())
    yield from (LinkChanged(address, added=True) for address in come.elements())
