"""A draft of another version that turns up again never takes the place of the one that was planned with."""

import pytest
from building import article
from openid_samples import PAIRS
from simulation.crashing import Boundaries, Crash
from simulation.scenario import LONG, Scene, to_openids, whole_news
from simulation.world import Fault

from massctl.model.message import RenderedNews
from massctl.plan.plan import Until

FIRST = whole_news(LONG, recipients=())
EDITED = whole_news(LONG, recipients=(), message=RenderedNews((article("春季大促，改"),)))


LIST, EDITED_LIST = to_openids(FIRST, PAIRS), to_openids(EDITED, PAIRS)


class DiesAfter(Boundaries):
    """The process is gone the nth time that something happened."""

    def __init__(self, name: str, nth: int = 1) -> None:
        super().__init__()
        self._name, self._left = name, nth

    def reach(self, name: str) -> None:
        self._left -= name == self._name
        if self._left == 0:
            raise Crash(name)


def test_an_edit_that_was_taken_back_is_not_sent_though_its_draft_is_found() -> None:
    """The run that staged the edit died after draft/add; then the edit was reverted."""
    scene = Scene([FIRST], until=Until.DRAFT)
    scene.apply()
    scene.campaigns, scene.boundaries = [EDITED], DiesAfter("after add_draft")
    with pytest.raises(Crash):
        scene.apply()
    scene.campaigns, scene.boundaries, scene.until = [FIRST], Boundaries(), Until.SEND
    outcome = scene.apply()
    assert (0, ["春季大促"]) == (outcome.exit_status(), [job.subject for job in scene.wechat.jobs])
    assert {} == scene.wechat.drafts


def delivered(scene: Scene) -> list[tuple[str, tuple[str, ...]]]:
    return [(job.subject, job.openids) for job in scene.wechat.jobs]


def staged_list() -> Scene:
    scene = Scene([LIST], until=Until.DRAFT)
    scene.apply()
    return scene


def died(scene: Scene, boundaries: Boundaries, *faults: tuple[str, Fault]) -> None:
    scene.boundaries = boundaries
    with pytest.raises(Crash):
        scene.apply(*faults)
    scene.boundaries = Boundaries()


@pytest.mark.xfail(strict=True, reason="fault 1: recovery looks at batch 1 only, and batch 2 gets the other version")
def test_no_batch_gets_an_edit_that_was_taken_back_though_its_draft_is_found() -> None:
    scene = staged_list()
    scene.campaigns = [EDITED_LIST]
    died(scene, DiesAfter("after add_draft", 2))
    scene.campaigns, scene.until = [LIST], Until.SEND
    outcome = scene.apply()
    assert (0, [("春季大促", each) for each in PAIRS]) == (outcome.exit_status(), delivered(scene))
    assert {LIST.digest} == {event.digest for event in scene.events("send_attempted")}


@pytest.mark.xfail(
    strict=True, reason="fault 1: a draft of the other version arrives after batch 1, and batch 2 gets it"
)
def test_no_batch_gets_an_edit_whose_draft_arrives_after_the_first_batch_was_sent() -> None:
    scene = staged_list()
    scene.campaigns = [EDITED_LIST]
    died(scene, DiesAfter("after add_draft", 2))
    on_its_way = dict([scene.wechat.drafts.popitem()])
    scene.campaigns, scene.until = [LIST], Until.SEND
    died(scene, DiesAfter("after append send_accepted"))
    assert [("春季大促", PAIRS[0])] == delivered(scene)
    scene.wechat.drafts.update(on_its_way)
    scene.later(minutes=2)
    scene.apply()
    scene.apply()
    assert [("春季大促", each) for each in PAIRS] == delivered(scene)
