"""What changed for readers since the one version that a campaign is compared with: locked, staged, shown or sent."""

import operator
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from enum import Enum
from itertools import islice, product, zip_longest
from typing import Any, TypeVar

from msgspec.structs import replace

from massctl.model.campaign import ARTICLE_FLAGS
from massctl.model.destination import Destination, DestinationKind, article_at
from massctl.model.destination_html import target_attributes
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.lock import LockFile, Version
from massctl.model.markup import WHOLE, WORDS, Part, parts_of, walk
from massctl.model.message import (
    PICTURE_SCHEME,
    LockedArticle,
    Message,
    ReadableArticle,
    RenderedCampaign,
)
from massctl.model.phrase import Phrase
from massctl.model.state import Record, State, Status, is_concluded, status_of
from massctl.model.word_count import WordCount
from massctl.plan.lock_diff import FramePart, Mark, Piece, changed_frame


class BaseKind(Enum):
    """Where the earlier version comes from."""

    DRAFT = "draft"
    STAGED = "staged"
    """A message without a draft, all of whose material was there."""
    PREVIEW = "preview"
    """A text is not staged: what reviewers saw stands for it."""
    SENT = "sent"
    CHECKOUT = "checkout"
    """A second checkout (`--against`)."""


class Base(Frozen):
    """The one version that a campaign is compared with."""

    kind: BaseKind
    digest: str = ""
    """Names its content; empty for a second checkout, whose content is at hand."""
    edition: int = 0
    at: datetime | None = None
    """When it was staged or sent, where that is recorded."""
    where: str = ""
    """The second checkout, as it was named."""


def base_of(campaign: RenderedCampaign, state: State) -> Base | None:
    """Choose the base: what was staged, else what went out last; None if neither says something else."""
    staged = _staged(state.record(campaign.name, campaign.edition))
    if staged is not None and staged.digest != campaign.digest:
        return staged
    return _last(each for each in state.editions(campaign.name) if each.edition < campaign.edition)


def last_sent(name: CampaignName, state: State) -> Base | None:
    """Return what followers got last under this name, in whatever edition; None if they got nothing by us."""
    return _last(state.editions(name))


def _last(editions: Iterable[Record]) -> Base | None:
    sent = [base for each in editions if (base := _sent(each)) is not None]
    return sent[-1] if sent else None


def _staged(record: Record) -> Base | None:
    draft = record.draft()
    if draft is not None:
        return Base(BaseKind.DRAFT, draft.event.digest, record.edition, draft.saved_at)
    if record.staged is not None:
        return Base(BaseKind.STAGED, record.staged.digest, record.edition)
    # A draft that is gone leaves previews behind, but what they showed is not staged any more.
    shown = (
        []
        if record.drafts
        else [digest for digest, _ in record.previews if digest not in record.shown_only]
    )
    return Base(BaseKind.PREVIEW, shown[-1], record.edition) if shown else None


def _sent(record: Record) -> Base | None:
    """Return what followers received; None for an edition that failed, or that a person sent outside massctl."""
    if not is_concluded(record) or status_of(record) is Status.FAILED:
        return None
    sent = record.not_refused
    return Base(BaseKind.SENT, sent[-1].event.digest, record.edition, sent[-1].at) if sent else None


@dataclass(frozen=True, slots=True)
class PictureSeen:
    """A picture where a reader meets it; what a reader does not see makes no difference."""

    name: str
    """SHA-256 of its bytes as they are uploaded; its address where it is WeChat's already."""
    alt: str = ""
    """The words for who cannot see it."""
    path: str | None = field(default=None, compare=False)
    """Its file, from the campaign's folder; None if it has none."""
    size_bytes: int | None = field(default=None, compare=False)


class WordsChanged(Frozen):
    """A paragraph that came, went, or has other words now."""

    pieces: tuple[Piece, ...]

    @property
    def marks(self) -> frozenset[Mark]:
        """Return the fates in it: only added, only removed, or several."""
        return frozenset(piece.mark for piece in self.pieces)


class PictureChanged(Frozen):
    """A picture, sound or video that was added, removed, replaced, or described in other words."""

    before: PictureSeen | None
    after: PictureSeen | None
    is_cover: bool = False
    is_recording: bool = False
    """It is a sound or a video and no picture."""


class FieldChanged(Frozen):
    """A field of an article or message: `key` is its name in campaign.yaml, or `type`."""

    key: str
    before: str | bool
    after: str | bool
    pieces: tuple[Piece, ...] = ()
    """For a text, both in one."""


class DestinationChanged(Frozen):
    """A place that a tap or a play leads, which nobody sees before: it was added, removed or replaced."""

    before: Destination | None
    after: Destination | None


class ElementChanged(Frozen):
    """An attribute or a declaration of an element that may be more than looks, beside where it leads."""

    element: str
    attribute: str
    """Empty for a whole drawing."""
    before: str
    after: str


class MarkupChanged(Frozen):
    """Markup that may be more than looks, and of which nothing else tells."""

    elements: tuple[str, ...] = ()
    """The names of elements that came or went; empty where none is known."""


Change = (
    WordsChanged
    | PictureChanged
    | FieldChanged
    | DestinationChanged
    | ElementChanged
    | MarkupChanged
)


class ArticleChanged(Frozen):
    """One article: new, gone, or changed. `number` is its place now and `was` its place before, from 1."""

    number: int | None
    was: int | None
    title: str
    changes: tuple[Change, ...] = ()
    is_moved: bool = False
    """Its place among the others changed, beyond what came and went before it."""
    words: int = 0
    """How many it has; for an article that is new or gone."""
    pictures: int = 0
    shown: tuple[PictureSeen, ...] = ()
    """Its pictures; of an article of a new campaign."""

    @property
    def is_layout_only(self) -> bool:
        """Whether nothing differs but styles that are surely looks."""
        return (
            self.number is not None and self.was is not None and not (self.changes or self.is_moved)
        )


class Difference(Frozen):
    """What changed in one campaign since its base."""

    base: Base
    note: Phrase | None = None
    """In place of every change: why there is nothing to compare with."""
    is_new: bool = False
    """There was no such campaign before; `note` says so, and `articles` what is in it."""
    frame: tuple[FramePart, ...] = ()
    text: tuple[Change, ...] = ()
    """Of a message without articles."""
    articles: tuple[ArticleChanged, ...] = ()

    @property
    def same_to_readers(self) -> bool:
        """Return whether a follower would read, see and reach the same."""
        return not self.text and all(article.is_layout_only for article in self.articles)


_PICTURE = re.compile(
    re.escape(PICTURE_SCHEME)
    + r"(?P<sha256>[0-9a-f]{64})|url\(\s*['\"]?(?P<address>https?://[^'\")\s]+)",
    re.IGNORECASE,
)
_SOURCES = ("src", "data-src", "href", "xlink:href")
_PARAGRAPH = re.compile(
    r"address|article|aside|blockquote|br|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|h[1-6]"
    r"|header|hr|li|main|ol|p|pre|section|summary|table|tr|ul"
)
"""Tags that begin and end a paragraph. A row of a table is a paragraph."""
_CELLS = frozenset({"td", "th"})
_UNSEEN = WHOLE - {"svg"}


class Words(Frozen):
    """A paragraph, its blanks made one."""

    text: str


Block = Words | PictureSeen


@dataclass(slots=True)
class Reading:
    """A body as it is read."""

    blocks: list[Block] = field(default_factory=list)
    _line: list[str] = field(default_factory=list)

    @property
    def words(self) -> int:
        """Count its words."""
        return WordCount.of(block.text for block in self.blocks if isinstance(block, Words)).words

    @property
    def pictures(self) -> int:
        """Count its pictures."""
        return sum(isinstance(block, PictureSeen) for block in self.blocks)

    def hear(self, text: str) -> None:
        """Take a run of words."""
        self._line.append(text)

    def see(self, picture: PictureSeen) -> None:
        """Take a picture; it stands between paragraphs."""
        self.end_paragraph()
        self.blocks.append(picture)

    def end_paragraph(self) -> None:
        """Begin a paragraph, unless the current one is still empty."""
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if text:
            self.blocks.append(Words(text))


def read_text(text: str) -> list[Words]:
    """Read the words of a text message: each line is a paragraph."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [Words(line) for line in lines if line]


def read_body(html: str, files: Mapping[str, tuple[str, int]]) -> Reading:
    """Read a body; `files` gives path and bytes of a picture by the SHA-256 in its placeholder."""
    # Only a plan with a difference to show needs the parser.
    from selectolax.lexbor import LexborHTMLParser

    reading = Reading()
    body = LexborHTMLParser(html).body
    for node, entering in walk(body.child if body is not None else None, _UNSEEN):
        if node.tag == "-text":
            reading.hear(node.text_content or "" if entering else "")
        elif _PARAGRAPH.fullmatch(node.tag):
            reading.end_paragraph()
        elif node.tag in _CELLS:
            reading.hear(" ")
        if entering and node.is_element_node:
            _look_at(node, reading, files)
    reading.end_paragraph()
    return reading


def _look_at(node: Any, reading: Reading, files: Mapping[str, tuple[str, int]]) -> None:
    """Take the pictures that an element shows."""
    attributes: dict[str, str] = {name: value or "" for name, value in node.attributes.items()}
    alt = attributes.get("alt", "")
    matches = (match for value in attributes.values() for match in _PICTURE.finditer(value))
    found = dict.fromkeys(match["sha256"] or match["address"] for match in matches)
    for name in found:
        path, size_bytes = files.get(name, (None, None))
        reading.see(PictureSeen(name, alt, path, size_bytes))
    if not found and node.tag in {"img", "image"}:
        # Its address is WeChat's already, so no bytes of ours name it.
        reading.see(
            PictureSeen(next((attributes[key] for key in _SOURCES if attributes.get(key)), ""), alt)
        )


TOKENS_MAX = 5_000
"""Ours: of a text, or paragraphs of an article, that are compared one by one; more are told as old and new."""
_TOKEN = re.compile(
    r"[0-9A-Za-z\u00c0-\u024f]+(?:[.,:][0-9]+)*"  # a word of letters, a number, a time
    r"|\s+"
    # One character, with the accents and joined parts that are shown as one with it.
    r"|.(?:[\u0300-\u036f\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d.)*",
    re.DOTALL,
)
_JOINED_MAX = 2
"""So few characters between two changes are read with them: one change is easier to read than three."""
_KEPT_SHARE_MIN = 0.3
"""With less in common, a text is told as a new one in place of the old."""
_NEARBY = 8
"""How far on a changed paragraph is looked for."""
_ALIKE_MIN = 0.5
"""The share of characters that makes two paragraphs an old and a new one."""

BlockChange = WordsChanged | PictureChanged
_T = TypeVar("_T", bound=Hashable)


def _opcodes(
    old: Sequence[_T], new: Sequence[_T]
) -> Iterator[tuple[bool, Sequence[_T], Sequence[_T]]]:
    """Return runs in order: whether they are equal, the old ones, the new ones."""
    if max(len(old), len(new)) > TOKENS_MAX:
        yield False, old, new
        return
    for tag, low, high, other_low, other_high in SequenceMatcher(None, old, new).get_opcodes():
        yield tag == "equal", old[low:high], new[other_low:other_high]


def word_changes(old: str, new: str) -> tuple[Piece, ...]:
    """Compare two texts; kept and removed pieces make `old`, kept and added ones make `new`."""
    runs: list[tuple[str, str, str]] = []
    for equal, before, after in _opcodes(_TOKEN.findall(old), _TOKEN.findall(new)):
        removed, added = "".join(before), "".join(after)
        if not equal and len(runs) > 1 and len(runs[-1][0]) <= _JOINED_MAX:
            (_, gone, come), (between, _, _) = runs[-2:]
            runs[-2:] = [("", gone + between + removed, come + between + added)]
        else:
            runs.append((removed, "", "") if equal else ("", removed, added))
    if sum(len(kept) for kept, _, _ in runs) < _KEPT_SHARE_MIN * max(len(old), len(new)):
        runs = [("", old, new)]
    pieces = (Piece(mark, text) for run in runs for mark, text in zip(Mark, run, strict=True))
    return tuple(piece for piece in pieces if piece.text)


def block_changes(old: Sequence[Block], new: Sequence[Block]) -> list[BlockChange]:
    """Compare what a reader meets, in order."""
    found: list[BlockChange] = []
    for equal, before, after in _opcodes(old, new):
        found += [] if equal else _replaced(before, after)
    return found


def _replaced(before: Sequence[Block], after: Sequence[Block]) -> Iterator[BlockChange]:
    """Tell a stretch that was rewritten: each old paragraph with the new one that is most like it, the rest alone."""
    position = 0
    # Of a single pair of one kind, the one stands in the place of the other, however much was rewritten.
    least = (
        0.0 if len(before) == len(after) == 1 and _same_kind(before[0], after[0]) else _ALIKE_MIN
    )
    for block in before:
        nearby = range(position, min(position + _NEARBY, len(after)))
        best = max(nearby, key=lambda index: _alike(block, after[index]), default=None)
        if best is None or _alike(block, after[best]) < least:
            yield _changed(block, None)
            continue
        yield from (_changed(None, each) for each in after[position:best])
        yield _changed(block, after[best])
        position = best + 1
    yield from (_changed(None, each) for each in after[position:])


def _same_kind(one: Block, other: Block) -> bool:
    return isinstance(one, Words) == isinstance(other, Words)


def _alike(one: Block, other: Block) -> float:
    """Return the share of characters that two paragraphs have in common; pictures in a rewritten stretch are alike."""
    if not isinstance(one, Words) or not isinstance(other, Words):
        return float(_same_kind(one, other))
    common = (Counter(one.text) & Counter(other.text)).total()
    return 2 * common / (len(one.text) + len(other.text))


def _changed(old: Block | None, new: Block | None) -> BlockChange:
    if isinstance(old, Words | None) and isinstance(new, Words | None):
        return WordsChanged(word_changes(old.text if old else "", new.text if new else ""))
    return PictureChanged(
        old if isinstance(old, PictureSeen) else None, new if isinstance(new, PictureSeen) else None
    )


class Traits(Frozen):
    """What an article is recognised by."""

    title: str
    content: str
    """The digest of its body."""
    blocks: frozenset[Block]
    """Its paragraphs and pictures."""


def paired(before: Sequence[Traits], after: Sequence[Traits]) -> dict[int, int]:
    """Return an article's earlier place by its current place, without new articles."""
    pairs: dict[int, int] = {}
    for is_same in _TESTS:
        for new, old in product(range(len(after)), range(len(before))):
            if new not in pairs and old not in pairs.values() and is_same(before[old], after[new]):
                pairs[new] = old
    if len(before) == len(after) == 1:
        pairs[0] = 0  # It replaces the old text, however much was rewritten.
    return pairs


_TESTS: tuple[Callable[[Traits, Traits], bool], ...] = (
    lambda old, new: (old.title, old.content) == (new.title, new.content),
    lambda old, new: old.content == new.content,
    lambda old, new: old.title == new.title,
    lambda old, new: bool(old.blocks & new.blocks),
)
"""The surest first."""


def moved(pairs: dict[int, int]) -> frozenset[int]:
    """Return the places now of the articles that changed their order: as few as can explain it."""
    best: dict[int, list[int]] = {}
    for new in sorted(pairs):
        # The longest run of articles that are still in their old order and end with this one.
        runs = [run for run in best.values() if pairs[run[-1]] < pairs[new]]
        best[new] = [*max(runs, key=len, default=[]), new]
    kept = max(best.values(), key=len, default=[])
    return frozenset(pairs) - frozenset(kept)


_WORDS = ("title", "description", "recommend", "card_id", "media_id")
_FACTS = ("media_ids", "need_open_comment", "only_fans_can_comment")


def media_changes(before: LockFile, after: LockFile) -> Iterator[Change]:
    """Return what differs; of two messages with words or articles nothing, for those are compared elsewhere."""
    old, new = before.message, after.message
    if all(each.articles or each.text for each in (old, new)):
        return
    if old.type != new.type:
        yield FieldChanged("type", old.type, new.type)
        return
    for key in _WORDS:
        was, now = _fact(old, key), _fact(new, key)
        if was != now:
            yield FieldChanged(key, was, now, word_changes(str(was), str(now)))
    for key in _FACTS:
        if _fact(old, key) != _fact(new, key):
            yield FieldChanged(key, _fact(old, key), _fact(new, key))
    seen, shown = _seen(before), _seen(after)
    for one, other in _replacements(_files(old), _files(new)):
        yield PictureChanged(seen.get(one), shown.get(other), is_recording=new.is_recording)


def _fact(message: Message[LockedArticle], key: str) -> str | bool:
    value: Any = getattr(message, key, None)
    if isinstance(value, bool):
        return value
    return ", ".join(value) if isinstance(value, tuple) else value or ""


def _replacements(
    old: Sequence[_T], new: Sequence[_T], key: Callable[[_T], Hashable] = lambda each: each
) -> Iterator[tuple[_T | None, _T | None]]:
    """Pair removed items with their replacements; items are the same that have the same key."""
    left, right = iter(old), iter(new)
    for equal, before, after in _opcodes([*map(key, old)], [*map(key, new)]):
        gone, come = [*islice(left, len(before))], [*islice(right, len(after))]
        yield from () if equal else zip_longest(gone, come)


def _files(message: Message[LockedArticle]) -> list[str]:
    return [each.sha256 for each in message.materials if each.sha256 is not None]


def _seen(lock: LockFile) -> Mapping[str | None, PictureSeen]:
    """Return the files of a lock by their names."""
    return {
        each.sha256: PictureSeen(each.sha256, "", each.path, each.size_bytes)
        for each in lock.pictures
    }


_TEXTS = ("title", "author", "digest", "content_source_url", "pic_crop_235_1", "pic_crop_1_1")


class _Article(Frozen):
    """An article with its body as it is read."""

    locked: ReadableArticle
    reading: Reading
    cover: PictureSeen
    destinations: Sequence[Destination]
    """Those of its body: "read original" is a field."""


def difference(base: Base, before: Version, after: Version) -> Difference:
    """Compare two versions; of equal ones nothing is told."""
    words = block_changes(read_text(before.message.text), read_text(after.message.text))
    text = [*media_changes(before.lock, after.lock), *words]
    return Difference(
        base,
        frame=tuple(changed_frame(before.lock, after.lock)),
        text=tuple(text),
        articles=tuple(_changed_articles(_articles(before), _articles(after))),
    )


def beginnings(version: Version) -> Iterator[ArticleChanged]:
    """Return the articles of a new campaign, each with its pictures once each."""
    for number, article in enumerate(_articles(version), 1):
        blocks = article.reading.blocks
        shown = tuple(dict.fromkeys(each for each in blocks if isinstance(each, PictureSeen)))
        lone = _lone(article, number=number, was=None)
        yield replace(lone, shown=shown, pictures=len(shown))


def _articles(version: Version) -> list[_Article]:
    seen = _seen(version.lock)
    files = {each.name: (each.path or "", each.size_bytes or 0) for each in seen.values()}
    found: list[_Article] = []
    for number, article in enumerate(version.message.articles, 1):
        cover = seen.get(article.cover, PictureSeen(article.cover))
        leads = [
            each
            for each in version.lock.destinations
            if each.at == article_at(number) and each.kind is not DestinationKind.READ_MORE
        ]
        found.append(_Article(article, read_body(article.content, files), cover, leads))
    return found


def _traits(article: _Article) -> Traits:
    locked = article.locked
    return Traits(locked.title, locked.content_sha256, frozenset(article.reading.blocks))


def _changed_articles(before: list[_Article], after: list[_Article]) -> Iterator[ArticleChanged]:
    """Return the articles that changed in their order now, and then those that went."""
    pairs = paired([*map(_traits, before)], [*map(_traits, after)])
    out_of_order = moved(pairs)
    for index, article in enumerate(after):
        if index not in pairs:
            yield _lone(article, number=index + 1, was=None)
            continue
        earlier = before[pairs[index]]
        changes = tuple(_changes(earlier, article))
        if (
            changes
            or index in out_of_order
            or earlier.locked.content_sha256 != article.locked.content_sha256
        ):
            number, was, title = index + 1, pairs[index] + 1, article.locked.title
            yield ArticleChanged(number, was, title, changes, index in out_of_order)
    for index, article in enumerate(before):
        if index not in pairs.values():
            yield _lone(article, number=None, was=index + 1)


def _lone(article: _Article, number: int | None, was: int | None) -> ArticleChanged:
    reading = article.reading
    return ArticleChanged(
        number, was, article.locked.title, words=reading.words, pictures=reading.pictures
    )


def _changes(before: _Article, after: _Article) -> list[Change]:
    """Return what changed in an article: what is read, seen and tapped, and then what else may be more than looks."""
    told = [*_told_changes(before, after)]
    return [*told, *_changed_markup(before, after, told)]


def _told_changes(before: _Article, after: _Article) -> Iterator[Change]:
    """Return what changed of fields, the cover, words, pictures, and where taps lead."""
    for name in _TEXTS:
        old, new = getattr(before.locked, name) or "", getattr(after.locked, name) or ""
        if old != new:
            yield FieldChanged(name, old, new, word_changes(old, new))
    for name in ARTICLE_FLAGS:
        was, now = getattr(before.locked, name), getattr(after.locked, name)
        if was != now:
            yield FieldChanged(name, was, now)
    if before.cover.name != after.cover.name:
        yield PictureChanged(before.cover, after.cover, is_cover=True)
    yield from block_changes(before.reading.blocks, after.reading.blocks)
    yield from _changed_destinations(before.destinations, after.destinations)


def _changed_destinations(
    before: Sequence[Destination], after: Sequence[Destination]
) -> Iterator[DestinationChanged]:
    """Return each place that came, went, or is another one now, or that other words lead to."""
    key = operator.attrgetter("kind", "target", "label")
    for was, now in _replacements(before, after, key):
        if was is not None and now is not None and was.kind is not now.kind:
            yield DestinationChanged(was, None)
            yield DestinationChanged(None, now)
        else:
            yield DestinationChanged(was, now)


_ORDINARY = re.compile(
    r"section|div|p|span|strong|b|em|i|br|h[1-6]|a|img|iframe|mp[\w-]*|qqmusic|wx-[\w-]*"
)
"""Elements that come and go with words, pictures and destinations, which are told."""
_HIDING = re.compile(
    r"hidden|dir"
    r"|style\.(?:display|visibility|opacity|direction|unicode-bidi|font-size|position|transform|color)"
)
"""What may hide or move words, and is told of an element that comes with it."""
_OWN_PICTURE = re.compile(re.escape(PICTURE_SCHEME) + "[0-9a-f]{64}")


def _changed_markup(
    before: _Article, after: _Article, told: Sequence[Change]
) -> Iterator[ElementChanged | MarkupChanged]:
    """Return what differs of elements; if nothing is told of bodies that differ, that something may have changed."""
    old, new = (parts_of(each.locked.content) for each in (before, after))
    if old == new:
        return
    pictures = {
        each.name
        for change in told
        if isinstance(change, PictureChanged)
        for each in (change.before, change.after)
        if each is not None
    }
    pairs = [*_pairs(old, new)]
    known = {each for part in old for each in part.attributes}
    changed = dict.fromkeys(
        each
        for pair in pairs
        for each in _changed_attributes(*pair, known)
        if not {each.before, each.after} <= pictures
    )
    yield from changed
    lone = {each.name for pair in pairs if None in pair for each in pair if each is not None}
    is_told = bool(told or changed)
    names = sorted(each for each in lone if not (is_told and _ORDINARY.fullmatch(each)))
    if names or not is_told:
        yield MarkupChanged(tuple(names))


def _pairs(old: Sequence[Part], new: Sequence[Part]) -> Iterator[tuple[Part | None, Part | None]]:
    """Yield each element that differs as it was and as it is; one that came or went alone."""
    for one, other in _replacements(old, new):
        was, now = (
            each if each is not None and _is_element(each) else None for each in (one, other)
        )
        if was is not None and now is not None and was.name != now.name:
            yield was, None
            yield None, now
        elif was is not None or now is not None:
            yield was, now


def _is_element(part: Part) -> bool:
    return part.name != WORDS and not part.name.startswith("/")


def _changed_attributes(
    old: Part | None, new: Part | None, known: Set[tuple[str, str]]
) -> Iterator[ElementChanged]:
    """Yield each attribute that differs, but for what is told otherwise: pictures, destinations and descriptions."""
    if new is None:
        return
    now = dict(new.attributes)
    if old is None:
        for key, value in now.items():
            if _HIDING.fullmatch(key) and (key, value) not in known:
                yield ElementChanged(new.name, key, "", value)
        return
    was = dict(old.attributes)
    told = {"alt", *target_attributes(old.name, was), *target_attributes(new.name, now)}
    for key in sorted({*was, *now} - told):
        texts = was.get(key, ""), now.get(key, "")
        if _OWN_PICTURE.sub("", texts[0]) != _OWN_PICTURE.sub("", texts[1]):
            yield ElementChanged(new.name, key, *texts)
