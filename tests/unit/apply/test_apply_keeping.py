"""What goes out is kept for people first, and nothing depends on it."""

from dataclasses import dataclass, field

from building import OPEN
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault

from massctl.model.message import RenderedCampaign
from massctl.plan.plan import Until

UNKEPT = "what is staged or sent could not be kept beside the ledger: later plans cannot show what changed"


@dataclass
class SimArchive:
    """Notes what it is given, and how far the run was by then."""

    scene: Scene
    is_full: bool = False
    kept: list[str] = field(default_factory=list)
    done_before: list[str] = field(default_factory=list)

    def keep(self, campaign: RenderedCampaign) -> bool:
        self.kept.append(campaign.digest)
        self.done_before += [kind for kind in self.scene.types() if kind not in self.done_before]
        return not self.is_full


def scene(*campaigns: RenderedCampaign, is_full: bool = False, until: Until = Until.SEND) -> tuple[Scene, SimArchive]:
    made = Scene(list(campaigns), until=until)
    made.archive = SimArchive(made, is_full)
    return made, made.archive


def test_a_draft_is_kept_before_it_is_saved():
    made, archive = scene(whole_news())
    made.apply()
    assert [whole_news().digest] == archive.kept
    assert "draft_saved" not in archive.done_before
    assert "send_accepted" in made.types()


def test_a_text_is_kept_before_it_is_sent():
    made, archive = scene(whole_text())
    made.apply()
    assert [whole_text().digest] == archive.kept
    assert "send_attempted" not in archive.done_before


def test_uploads_alone_keep_nothing():
    made, archive = scene(whole_news(), until=Until.UPLOAD)
    made.apply()
    assert [] == archive.kept


def test_a_run_with_nothing_to_do_keeps_nothing():
    made, archive = scene(whole_news(window=OPEN), until=Until.DRAFT)
    made.apply()
    archive.kept.clear()
    made.apply()
    assert [] == archive.kept


def test_a_campaign_that_stopped_before_is_not_kept():
    made, archive = scene(whole_news())
    made.apply(("upload_image", Fault.REQUEST_LOST))
    assert [] == archive.kept


def test_an_archive_that_takes_nothing_stops_nothing_and_is_told_once():
    made, archive = scene(whole_news(), whole_text(), is_full=True)
    made.apply()
    assert 2 == len(archive.kept)
    assert 2 == len(made.events("send_accepted"))
    assert 1 == made.progress.lines.count(UNKEPT)
