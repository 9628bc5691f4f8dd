"""From a session to locks: render every campaign that is not concluded, and write or compare."""

from collections.abc import Sequence
from pathlib import Path

from massctl.cli.planning import chosen
from massctl.cli.recorded import recorded_if_begun
from massctl.cli.session import Session
from massctl.model.message import RenderedCampaign
from massctl.plan.plan_file import LockedCampaign, LockResult
from massctl.plan.steps import Concluded, Guard, Invalid
from massctl.source.loader import Desires, Workbench
from massctl.source.locks import check_lock, locked_links, write_lock


def locked(session: Session, names: Sequence[str], *, check: bool, cache: Path | None = None) -> list[LockedCampaign]:
    """Lock the campaigns of `names`, or all; with `check` compare and write nothing. `cache` is for pictures.

    A check of all passes over those whose window has closed: they cannot be sent, so no lock of theirs is owed.
    Raises UsageError for a name that is no campaign, and where a folder cannot be written.
    """
    state = recorded_if_begun(session)
    workbench = Workbench(session.repository, session.settings, cache or session.cache)
    links_of = (lambda name: locked_links(session.repository, name)) if check else None
    desires = Desires(workbench, state, links_of=links_of)
    report: list[LockedCampaign] = []
    for desired in desires.read(chosen(names, desires.names())):
        window = getattr(desired, "window", None)
        passed = check and not names and window is not None and window.not_after < session.clock.now()
        match desired:
            case RenderedCampaign(name, title, edition) | Invalid(name, title, _, edition) if passed:
                report.append(LockedCampaign(name, title, edition, LockResult.EXPIRED))
            case RenderedCampaign():
                report.append(_checked(session, desired) if check else _written(session, desired))
            case Invalid(name, title, _, edition, diagnostics):
                report.append(LockedCampaign(name, title, edition, LockResult.INVALID, diagnostics=diagnostics))
            case Concluded(name, title, _, _, edition):
                report.append(LockedCampaign(name, title, edition, LockResult.CONCLUDED))
            case _:
                pass  # Its folder is gone, so there is nothing to lock.
    return report


def _written(session: Session, campaign: RenderedCampaign) -> LockedCampaign:
    changed = tuple(write_lock(session.root, campaign))
    result = LockResult.WRITTEN if changed else LockResult.UNCHANGED
    return LockedCampaign(
        campaign.name,
        campaign.title,
        campaign.edition,
        result,
        campaign.digest,
        changed,
        diagnostics=campaign.diagnostics,
    )


def _checked(session: Session, campaign: RenderedCampaign) -> LockedCampaign:
    name, title, edition, digest = campaign.name, campaign.title, campaign.edition, campaign.digest
    found = check_lock(session.repository, campaign, exactly=True)
    if found.refusal is not None and found.refusal.guard is Guard.LOCK_MISSING:
        return LockedCampaign(name, title, edition, LockResult.MISSING, digest, refusal=found.refusal)
    differs = found.refusal is not None or found.versions
    result = LockResult.DIFFERS if differs else LockResult.UNCHANGED
    return LockedCampaign(
        name,
        title,
        edition,
        result,
        digest,
        differences=found.differences,
        versions=found.versions,
        refusal=found.refusal,
    )
