"""The shapes of what `adopt` and `comments` print as JSON, for the schemas that programs check them with."""

from typing import Literal

from pydantic import Field

from massctl.apply.reported import ActReport, ReportedError
from massctl.model.strict import Strict
from massctl.plan.saved import PlannedDiagnostic


class AdoptReport(ActReport):
    """What `massctl adopt --format json` prints."""

    differences: list[str]
    """In what the console's version differs from what was reviewed, for people."""
    handoff: list[str]
    """What is recorded as done in the console, for people."""
    diagnostics: list[PlannedDiagnostic]
    """What is wrong in the campaign's files, so that nothing was adopted."""


class CommentsReport(Strict):
    """What `massctl comments open` and `massctl comments close` print with `--format json`."""

    format_version: Literal[1]
    """The version of this format."""
    exit_status: int
    """The exit status of the command."""
    name: str | None
    """The campaign's name; null where the command stopped before."""
    edition: int | None
    """Its edition."""
    opened: bool | None
    """Whether followers can comment now."""
    articles: list[int]
    """The articles that were switched, from 1."""
    error: ReportedError | None = Field(default=None)
    """What stopped the command; articles before it may be switched already."""
