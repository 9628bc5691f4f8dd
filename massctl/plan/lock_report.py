"""What `massctl lock` found or did, campaign by campaign, as values for the view and the exit status."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from massctl.model.diagnostic import Diagnostic
from massctl.model.lock_sources import Cause
from massctl.model.names import CampaignName
from massctl.model.phrase import Phrase
from massctl.plan.document import diagnostic_document, refusal_document
from massctl.plan.locked import lock_missing, lock_stale
from massctl.plan.step import Refusal


class LockResult(StrEnum):
    """What became of one campaign."""

    WRITTEN = "written"
    """Its lock or bodies were written."""
    UNCHANGED = "unchanged"
    """They are what would be written."""
    DIFFERS = "differs"
    """`--check`: they are not."""
    MISSING = "missing"
    """`--check`: there is no lock."""
    CONCLUDED = "concluded"
    """It went out, so it is not locked any more."""
    INVALID = "invalid"
    """Its files have faults."""


@dataclass(frozen=True, slots=True)
class LockedCampaign:
    """One campaign's part of `massctl lock`."""

    name: CampaignName
    title: str
    edition: int | None
    result: LockResult
    digest: str | None = None
    written: tuple[str, ...] = ()
    """What was written or removed, from the campaign's folder."""
    differences: tuple[Phrase, ...] = ()
    causes: tuple[Cause, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def refusal(self) -> Refusal | None:
        """What apply says where only what is locked is sent; None where the lock fits."""
        if self.result is LockResult.MISSING:
            return lock_missing(self.name)
        return lock_stale(self.name, self.differences) if self.result is LockResult.DIFFERS else None


def lock_exit_status(report: Sequence[LockedCampaign]) -> int:
    """Give 1 for a faulty campaign, 5 for a lock that is missing or differs, else 0."""
    results = {each.result for each in report}
    if LockResult.INVALID in results:
        return 1
    return 5 if results & {LockResult.DIFFERS, LockResult.MISSING} else 0


def lock_report_document(report: Sequence[LockedCampaign]) -> dict[str, object]:
    """Give the report as JSON values."""
    return {
        "format_version": 1,
        "exit_status": lock_exit_status(report),
        "campaigns": [
            {
                "name": each.name,
                "edition": each.edition,
                "result": each.result.value,
                "digest": each.digest,
                "written": list(each.written),
                "differences": list(each.differences),
                "causes": [{"path": cause.path, "message": cause.message} for cause in each.causes],
                "refusals": [refusal_document(each.refusal)] if each.refusal else [],
                "diagnostics": [diagnostic_document(diagnostic) for diagnostic in each.diagnostics],
            }
            for each in report
        ],
    }
