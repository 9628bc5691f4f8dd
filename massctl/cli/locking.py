"""From a session to locks: render every campaign that is not concluded, and write or compare."""

from collections.abc import Sequence
from pathlib import Path

from massctl.cli.planning import chosen
from massctl.cli.recorded import recorded_if_begun
from massctl.cli.session import Session
from massctl.model.ids import CampaignName
from massctl.model.lock import RENDERER, SourcesFile, body_files, lock_document, lock_text, sources_text
from massctl.model.message import RenderedCampaign
from massctl.plan.plan_file import LockedCampaign, LockResult
from massctl.plan.steps import Concluded, Invalid
from massctl.source.campaigns import load_campaign
from massctl.source.desired import Desires, Workbench
from massctl.source.lock_check import lock_differences
from massctl.source.lock_files import write_lock
from massctl.source.repository import LOCK_FILE, RENDERED, SOURCES_FILE
from massctl.source.witness import Witness


def locked(session: Session, names: Sequence[str], *, check: bool, cache: Path | None = None) -> list[LockedCampaign]:
    """Lock the campaigns of `names`, or all; with `check` compare and write nothing. `cache` is for pictures.

    Raises UsageError for a name that is no campaign, and where a folder cannot be written.
    """
    state = recorded_if_begun(session)
    workbench = Workbench(session.repository, session.settings, cache or session.cache)
    witnesses: dict[CampaignName, Witness] = {}

    def witness(name: CampaignName) -> Witness:
        return witnesses.setdefault(name, Witness(workbench))

    desires = Desires(workbench, state, inputs_of=witness)
    report: list[LockedCampaign] = []
    for desired in desires.read(chosen(names, desires.names())):
        match desired:
            case RenderedCampaign():
                report.append(_one(session, desired, witnesses[desired.name], check=check))
            case Invalid(name, title, _, edition, diagnostics):
                report.append(LockedCampaign(name, title, edition, LockResult.INVALID, diagnostics=diagnostics))
            case Concluded(name, title, _, _, edition):
                report.append(LockedCampaign(name, title, edition, LockResult.CONCLUDED))
            case _:
                pass  # Its folder is gone, so there is nothing to lock.
    return report


def _one(session: Session, campaign: RenderedCampaign, witness: Witness, *, check: bool) -> LockedCampaign:
    sources = _sources(session, campaign, witness)
    contents = {
        LOCK_FILE: lock_text(lock_document(campaign, RENDERER)).encode(),
        SOURCES_FILE: sources_text(sources).encode(),
        **{f"{RENDERED}/{name}": body for name, body in body_files(campaign).items()},
    }
    name, title, edition, digest = campaign.name, campaign.title, campaign.edition, campaign.digest
    if not check:
        changed = tuple(write_lock(session.root, name, contents))
        result = LockResult.WRITTEN if changed else LockResult.UNCHANGED
        return LockedCampaign(name, title, edition, result, digest, changed, diagnostics=campaign.diagnostics)
    found = lock_differences(session.root, name, contents, sources)
    if found is None:
        return LockedCampaign(name, title, edition, LockResult.MISSING, digest)
    differences, causes = found
    result = LockResult.DIFFERS if differences else LockResult.UNCHANGED
    return LockedCampaign(name, title, edition, result, digest, (), tuple(differences), tuple(causes))


def _sources(session: Session, campaign: RenderedCampaign, witness: Witness) -> SourcesFile:
    """Give what was read for a campaign; one that was rendered has a whole campaign.yaml."""
    file = load_campaign(session.repository, campaign.name, session.settings).file
    if file is None:
        from massctl.errors import UsageError
        from massctl.model.phrase import Phrase

        raise UsageError(Phrase("{name} was changed while it was locked", name=campaign.name))
    return witness.sources(campaign.digest, file, session.settings.accounts[file.account])
