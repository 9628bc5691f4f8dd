"""What a plan's JSON has for reviewers, with `--for-review`: how locks stand, and what changed for readers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from massctl.model.strict import Strict

COMMENT_MARK: Final = "<!-- massctl:plan -->"
"""The first line of a plan's comment: by it an earlier one is found, and replaced. People do not see it."""
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2200
"""No plan tells of another moment; at the ends of the calendar a moment has no name in another offset."""


def _of_this_age(at: datetime) -> datetime:
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError("a year of no plan")
    return at


PlannedMoment = Annotated[AwareDatetime, AfterValidator(_of_this_age)]
"""A moment with its offset."""


class LockState(StrEnum):
    """How a campaign's lock stands to what would be sent."""

    LOCKED = "locked"
    """It is what would be sent."""
    STALE = "stale"
    """It is of other content."""
    MISSING = "missing"
    """There is none."""


class ReviewedPiece(Strict):
    """A run of text with one fate."""

    mark: Literal["kept", "removed", "added"]
    """What became of it."""
    text: str
    """The words."""


class ReviewedRow(Strict):
    """One thing that changed for readers."""

    words: str
    """What it is, for people."""
    inner: bool
    """Whether it belongs to the article of the row above."""
    pieces: list[ReviewedPiece] = Field(default_factory=list)
    """Where it is about a text: its pieces, right behind the words."""


class ReviewedPart(StrEnum):
    """What changed beside words and pictures, as far as it decides who gets it, by whom and when."""

    NEW = "new"
    """There was no such campaign before."""
    ACCOUNT = "account"
    """Another account sends it."""
    AUDIENCE = "audience"
    """Other people get it, or others are expected."""
    WINDOW = "window"
    """It goes out at another time."""
    EDITION = "edition"
    """It goes out once more, or under another number."""


class ReviewedChanges(Strict):
    """What changed in one campaign."""

    against: str
    """What it is compared with, for people."""
    parts: list[ReviewedPart] = Field(default_factory=list)
    """What changed beside words and pictures."""
    rows: list[ReviewedRow]
    """What changed, who gets it and when first."""


class Review(Strict):
    """When a plan was shown to reviewers, and in which language."""

    at: PlannedMoment
    """The moment of the plan, with its offset."""
    language: Literal["zh", "en"]
    """The language of the sentences in it."""


class PlanError(Strict):
    """Why there is no plan."""

    errcode: int | None
    """WeChat's code; null where it was not asked."""
    rid: str | None
    """WeChat's request id."""
    message: str
    """What happened, for people."""
    hint: str
    """What to do, for people."""
