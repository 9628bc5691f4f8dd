"""What changed between two versions of a campaign, as values: for people, so in words and pictures and not in HTML."""

from dataclasses import dataclass, field
from enum import Enum

from massctl.model.phrase import Phrase
from massctl.plan.against import Base
from massctl.plan.locked import FramePart


class Mark(Enum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with one fate: kept and removed pieces make the old text, kept and added ones the new."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class PictureSeen:
    """A picture where a reader meets it; what a reader does not see makes no difference."""

    name: str
    """SHA-256 of its bytes as they are uploaded; its address where it is WeChat's already."""
    alt: str = ""
    """The words for who cannot see it."""
    path: str | None = field(default=None, compare=False)
    """Its file, from the campaign's folder; None where it has none."""
    size_bytes: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class WordsChanged:
    """A paragraph that came, went, or has other words now."""

    pieces: tuple[Piece, ...]

    @property
    def marks(self) -> frozenset[Mark]:
        """Give the fates in it: only added, only removed, or several."""
        return frozenset(piece.mark for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class PictureChanged:
    """A picture, sound or video that came, went, has other bytes in its place, or is described in other words."""

    before: PictureSeen | None
    after: PictureSeen | None
    is_cover: bool = False
    is_recording: bool = False
    """It is a sound or a video and no picture."""


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """A field of an article or message: `key` is its name in campaign.yaml, or `type`."""

    key: str
    before: str | bool
    after: str | bool
    pieces: tuple[Piece, ...] = ()
    """For a text, both in one."""


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """An address behind words, which nobody sees before following it."""

    address: str
    added: bool


Change = WordsChanged | PictureChanged | FieldChanged | LinkChanged


@dataclass(frozen=True, slots=True)
class ArticleChanged:
    """One article: new, gone, or changed. `number` is its place now and `was` its place before, from 1."""

    number: int | None
    was: int | None
    title: str
    changes: tuple[Change, ...] = ()
    is_moved: bool = False
    """Its place among the others changed, beyond what came and went before it."""
    characters: int = 0
    """Of its words; for an article that is new or gone."""
    pictures: int = 0
    is_capped: bool = False
    """There was too much to compare word by word, so a part was compared more coarsely."""

    @property
    def is_layout_only(self) -> bool:
        """Whether only its markup differs, which shows in its looks and in no word or picture."""
        return self.number is not None and self.was is not None and not (self.changes or self.is_moved)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in one campaign since its base."""

    base: Base
    note: Phrase | None = None
    """In place of everything else: why there is nothing to compare with."""
    is_new: bool = False
    """There was no such campaign before; `note` says so."""
    frame: tuple[FramePart, ...] = ()
    text: tuple[Change, ...] = ()
    """Of a message without articles."""
    text_is_capped: bool = False
    articles: tuple[ArticleChanged, ...] = ()
    causes: tuple[Phrase, ...] = ()
    """Where no word changed: the sources that did, such as a theme."""

    @property
    def same_to_readers(self) -> bool:
        """Whether a follower would read the same words and see the same pictures."""
        return not self.text and all(article.is_layout_only for article in self.articles)
