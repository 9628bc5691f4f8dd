"""From a plan to what changed in it for people; asked for by the forms that people read, and by no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from massctl.cli.places import loopback_override
from massctl.cli.planning import Planned
from massctl.cli.recorded import recorded_if_begun
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.model.diagnostics import has_errors
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.plan.review_diff import Base, BaseKind, base_of
from massctl.source.repository import SETTINGS, Repository

if TYPE_CHECKING:
    from massctl.cli.unlocked import Unlocked
    from massctl.model.lock import Version
    from massctl.plan.review_diff import Difference
    from massctl.source.loader import Desires

_NEW: Final = Phrase("it is new: there is no such campaign there")
Differences = Mapping[CampaignName, "Difference"]
"""By campaign; one that did not change, or of which nothing is known, is left out."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A second checkout to compare with. Its files are only read."""

    repository: Repository
    desires: "Desires | None"
    """None where it holds nothing that can be read."""
    where: str
    """As the command line names it."""
    note: Phrase | None = None
    """Why nothing there can be read."""
    is_empty: bool = False
    """Nothing can be read there because there is nothing."""

    def difference(self, campaign: RenderedCampaign) -> "Difference | None":
        """Compare a campaign with what would be rendered there."""
        from massctl.plan.review_diff import Difference

        base = Base(BaseKind.CHECKOUT, where=self.where)
        if self.desires is None:
            return Difference(base, self.note, is_new=self.is_empty)
        if campaign.name not in self.desires.names():
            return Difference(base, _NEW, is_new=True)
        theirs = _rendered(self.desires, campaign.name)
        if theirs is None:
            return Difference(base, Phrase("its files there have faults, so they cannot be compared"))
        return _compared(base, _version(theirs), campaign)


def open_checkout(session: Session, directory: str, *, for_review: bool = False) -> Checkout:
    """Open the folder of a second checkout; raises UsageError where it is none, or where its settings are faulty.

    `for_review` a folder without settings, or with faulty ones, is one that nothing can be compared with: a pull
    request may bring the first massctl.yaml, or mend it, and is reviewed like any other.
    """
    # Only `--against` reads two repositories.
    from massctl.model.state import State
    from massctl.source.campaigns import load_settings
    from massctl.source.loader import Desires, Workbench

    root = Path(directory).resolve()
    if for_review and root.is_dir() and not (root / SETTINGS).is_file():
        return Checkout(Repository(root), None, directory, _NEW, is_empty=True)
    if not (root / SETTINGS).is_file():
        raise UsageError(
            Phrase("there is no massctl.yaml in {directory}", directory=directory),
            Phrase("--against names the folder of a second checkout, the one that holds massctl.yaml and campaigns/."),
            Phrase("git worktree add ../before main   then: massctl plan --against ../before"),
        )
    repository = Repository(root)
    override = loopback_override(session.environment, sandbox=session.sandbox is not None)
    settings, diagnostics = load_settings(repository, loopback_override=override)
    if for_review and (settings is None or has_errors(diagnostics)):
        return Checkout(
            repository, None, directory, Phrase("the settings there have faults, so nothing can be compared")
        )
    if settings is None or has_errors(diagnostics):
        raise UsageError(
            Phrase("massctl.yaml in {directory} has faults, so nothing can be compared with it", directory=directory),
            hint=Phrase("massctl -C {directory} validate   shows them", directory=directory),
        )
    # An empty record: there, what went out is rendered too. Pictures are remembered by content: the cache serves both.
    desires = Desires(Workbench(repository, settings, session.cache, recorded_if_begun(session)), State())
    return Checkout(repository, desires, directory)


def differences(session: Session, made: Planned, checkout: Checkout | None, unlocked: "Unlocked") -> Differences:
    """Compare every campaign of a plan with its base; what is not at hand any more is told in one line of talk.

    `unlocked` holds those that are refused for their lock, as they are now.
    """
    found: dict[CampaignName, Difference] = {}
    unknown: list[str] = []
    for planned in made.plan.campaigns:
        campaign = planned.rendered or unlocked.get(planned.name)
        if not isinstance(campaign, RenderedCampaign):
            continue
        if checkout is not None:
            difference = checkout.difference(campaign)
        else:
            base = base_of(campaign, made.state)
            if base is None or base.digest == campaign.digest:
                continue
            before = session.archive().read(base.digest)
            difference = _compared(base, before, campaign) if before is not None else None
            unknown += [] if before is not None else [campaign.name]
        if difference is not None:
            found[campaign.name] = difference
    if unknown:
        why = Phrase("what changed cannot be shown for {names}: what to compare with is not kept here whole")
        session.voice.talk(Phrase(why, names=", ".join(unknown)))
    return found


def _rendered(desires: "Desires", name: CampaignName) -> RenderedCampaign | None:
    """Render one campaign; None where its files have faults, or went in this moment."""
    return next((each for each in desires.read([name]) if isinstance(each, RenderedCampaign)), None)


def _compared(base: Base, before: "Version", campaign: RenderedCampaign) -> "Difference | None":
    """Compare two contents; None where their digests say that they are equal."""
    if before.lock.digest == campaign.digest:
        return None
    # Comparing loads the HTML parser and difflib; a plan without a difference does without them.
    from massctl.plan.review_diff import difference

    return difference(base, before, _version(campaign))


def _version(campaign: RenderedCampaign) -> "Version":
    from massctl.model.lock import version_of

    return version_of(campaign)
