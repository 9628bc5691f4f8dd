"""A draft of another version that turns up again never takes the place of the one that was planned with."""

from dataclasses import replace
from typing import Any

import pytest
from building import article, attempted, recorded, saved
from openid_samples import PAIRS
from simulation.crashing import Boundaries, Crash
from simulation.scenario import LONG, OPENIDS, Scene, to_openids, whole_news
from simulation.world import Fault

from massctl.apply.payloads import send_intent
from massctl.errors import InvariantError
from massctl.model.message import RenderedNews
from massctl.plan.plan import Until
from massctl.plan.steps import Guard

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


def test_no_batch_gets_an_edit_that_was_taken_back_though_its_draft_is_found() -> None:
    scene = staged_list()
    scene.campaigns = [EDITED_LIST]
    died(scene, DiesAfter("after add_draft", 2))
    scene.campaigns, scene.until = [LIST], Until.SEND
    outcome = scene.apply()
    assert (0, [("春季大促", each) for each in PAIRS]) == (outcome.exit_status(), delivered(scene))
    assert {LIST.digest} == {event.digest for event in scene.events("send_attempted")}


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
    assert 0 == scene.apply().exit_status()
    assert ([("春季大促", each) for each in PAIRS], {}) == (delivered(scene), scene.wechat.drafts)


def test_a_batch_whose_newest_draft_is_of_another_version_waits_for_the_run_that_stages_it() -> None:
    """The plan was made before the other version was staged."""
    scene = staged_list()
    scene.until = Until.SEND
    plan = scene.plan()
    scene.campaigns, scene.until = [EDITED_LIST], Until.DRAFT
    scene.apply()
    scene.apply(plan=plan)
    assert [] == delivered(scene)
    scene.campaigns, scene.until = [LIST], Until.SEND
    assert (0, [("春季大促", each) for each in PAIRS]) == (scene.apply().exit_status(), delivered(scene))


@pytest.mark.parametrize("recorded_as", [{"batch": 2}, {"digest": EDITED_LIST.digest}])
def test_an_attempt_at_another_version_or_batch_is_not_repeated(recorded_as: dict[str, Any]) -> None:
    last = attempted(LIST, media_id="MEDIA_1", **recorded_as)
    state = recorded(saved(LIST), last)
    with pytest.raises(InvariantError, match="does not fit together"):
        send_intent(LIST, state, 1, OPENIDS)


@pytest.mark.parametrize("recorded_as", [{"batch": 2}, {"digest": EDITED_LIST.digest}])
def test_a_draft_of_another_version_or_batch_is_not_sent(recorded_as: dict[str, Any]) -> None:
    said = "fit together: its draft" if "digest" in recorded_as else "no draft to send"
    with pytest.raises(InvariantError, match=said):
        send_intent(LIST, recorded(saved(LIST, **recorded_as)), 1, OPENIDS)


def test_an_open_attempt_at_another_batch_is_refused_before_its_request_is_made() -> None:
    """Nothing but a ledger that people edited tells of a second batch before the first."""
    scene = Scene([LIST])
    scene.apply(("send_mass", Fault.NO_QUOTA))
    (first,) = scene.events("send_attempted")
    scene.write((replace(first, batch=2), LIST))
    scene.later(minutes=2)
    outcome = scene.apply()
    assert (4, [Guard.ACCOUNT_IN_DOUBT], []) == (
        outcome.exit_status(),
        [refusal.guard for refusal in outcome.campaigns[0].refusals],
        delivered(scene),
    )
