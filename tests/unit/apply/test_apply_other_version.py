"""A draft of another version that turns up again never takes the place of the one that was planned with."""

import pytest
from building import article
from simulation.crashing import Boundaries, Crash
from simulation.scenario import LONG, Scene, whole_news

from massctl.model.message import RenderedNews
from massctl.plan.plan import Until

FIRST = whole_news(LONG, recipients=())
EDITED = whole_news(LONG, recipients=(), message=RenderedNews((article("春季大促，改"),)))


class DiesAfterSaving(Boundaries):
    """The process is gone as soon as WeChat has the draft."""

    def reach(self, name: str) -> None:
        if name == "after add_draft":
            raise Crash(name)


def test_an_edit_that_was_taken_back_is_not_sent_though_its_draft_is_found() -> None:
    """The run that staged the edit died after draft/add; then the edit was reverted."""
    scene = Scene([FIRST], until=Until.DRAFT)
    scene.apply()
    scene.campaigns, scene.boundaries = [EDITED], DiesAfterSaving()
    with pytest.raises(Crash):
        scene.apply()
    scene.campaigns, scene.boundaries, scene.until = [FIRST], Boundaries(), Until.SEND
    outcome = scene.apply()
    assert (0, ["春季大促"]) == (outcome.exit_status(), [job.subject for job in scene.wechat.jobs])
    assert {} == scene.wechat.drafts
