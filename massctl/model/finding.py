"""What was learnt from a send, beside the campaign: the words of the verdict, and a person's sentence."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from massctl.model.frozen import Frozen
from massctl.model.ids import (
    CELL_NAME_PATTERN,
    FOLDER_NAME_PATTERN,
    AccountName,
    AppId,
    CampaignName,
)
from massctl.model.strict import NonEmptyLine, Strict

SERIES = "series"
FINDING = "finding"
REMARKS = (SERIES, FINDING)
"""Keys of campaign.yaml that say something about the send and are no part of it: they may be written after it."""
SeriesName = Annotated[str, StringConstraints(pattern=FOLDER_NAME_PATTERN)]


class RecordedFinding(Strict):
    """What was learnt from one edition of a campaign, or of one cell of its matrix."""

    edition: Annotated[int, Field(ge=1)] = 1
    """Which edition."""
    cell: Annotated[str, StringConstraints(pattern=CELL_NAME_PATTERN)] | None = None
    """Which cell of the matrix."""
    verdict: NonEmptyLine | None = None
    """What `massctl report NAME --record` writes, and writes anew when it runs again."""
    learnt: NonEmptyLine | None = None
    """Your own sentence, which massctl never changes."""

    @property
    def words(self) -> str:
        """Return what was learnt in one line: the person's sentence first."""
        return " ".join(each for each in (self.learnt, self.verdict) if each)


class Remarks(Frozen):
    """What a campaign.yaml says about its send."""

    series: str | None = None
    """The series of letters that it belongs to."""
    findings: tuple[RecordedFinding, ...] = ()
    """What was learnt, by edition and cell."""

    def finding(self, edition: int, cell: str) -> RecordedFinding | None:
        """Return what was learnt from an edition; `cell` is empty without a matrix."""
        alike = (each for each in self.findings if each.edition == edition)
        return next((each for each in alike if (each.cell or "") == cell), None)


class SendFinding(Frozen, kw_only=True):
    """What was learnt from a send of an account."""

    campaign: CampaignName
    edition: int
    title: str
    """What people call it."""
    account: AccountName
    appid: AppId
    series: str | None
    sent_at: datetime
    verdict: str | None
    """The words of the report; None where only a person said something."""
    learnt: str | None
    """A person's sentence."""

    @property
    def words(self) -> str:
        """Return what was learnt in one line: the person's sentence first."""
        return " ".join(each for each in (self.learnt, self.verdict) if each)


FINDINGS_QUOTED = 3
"""So many findings of an account are quoted where its next letter is written, the newest ones."""
