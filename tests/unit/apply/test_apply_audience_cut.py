"""A send to an audience: it is cut once, goes to those who stay, and to nobody where they cannot be read."""

import pytest
from audience_world import EAST, AudienceScene
from copies import replace
from simulation.world import Fault

from massctl.errors import TransportError
from massctl.plan.steps import FillTag, Guard


def refused(outcome) -> list[tuple[Guard, str]]:
    return [(each.guard, str(each.message)) for each in outcome.campaigns[0].refusals]


def delivered(scene: AudienceScene) -> list[tuple[str, ...]]:
    return [job.openids for job in scene.wechat.jobs]


def test_nobody_is_taken_off_where_nobody_has_to_be() -> None:
    scene = AudienceScene()
    assert 0 == scene.apply().exit_status()
    assert [EAST[:3], EAST[3:5], EAST[5:]] == delivered(scene)
    assert [] == scene.events("audience_cut")


def test_who_is_left_out_gets_nothing_and_the_batches_are_cut_anew() -> None:
    scene = AudienceScene()
    scene.leave_out(EAST[:3])
    assert 0 == scene.apply().exit_status()
    assert [EAST[3:5], EAST[5:]] == delivered(scene)
    (cut,) = scene.events("audience_cut")
    assert (4, {"excluded": 3}) == (cut.kept, cut.removed)


@pytest.mark.parametrize("by_tag", [False, True], ids=["openids", "tag"])
@pytest.mark.parametrize("why", ["no key", "nobody looks", "no snapshots", "not kept"])
def test_nobody_gets_it_where_the_people_cannot_be_read(why: str, by_tag: bool) -> None:
    scene = AudienceScene(by_tag=by_tag)
    words = "the people of east cannot be read"
    if why == "no key":
        scene.people.missing = words = "the key is not set"
        scene.people.lists.clear()
    elif why == "nobody looks":
        scene.rules = replace(scene.rules, people=None)
    elif why == "no snapshots":
        scene.snapshots_are_here = False
    else:
        scene.leave_out(EAST[:3])
        scene.fail_read("keep")
        words = "the key is not here"
    outcome = scene.apply()
    assert [(Guard.AUDIENCE_UNREAD, words)] == refused(outcome)
    assert [] == delivered(scene)


def test_a_repetition_in_the_run_goes_to_the_same_people_without_another_cut() -> None:
    scene = AudienceScene()
    scene.erase_before("batch", 3, EAST[:1])
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    assert [] == scene.events("audience_cut")


def test_a_batch_of_which_one_person_is_left_is_closed() -> None:
    scene = AudienceScene()
    scene.erase_before("batch", 3, EAST[3:4])
    assert 0 == scene.apply().exit_status()
    assert [EAST[:3], EAST[5:]] == delivered(scene)
    assert [(2, 1)] == [(each.batch, each.left) for each in scene.events("batch_closed")]
    assert [False] == [scene.apply().plan.can_apply]


def test_people_of_a_closed_batch_are_cut_anew_with_those_who_stay() -> None:
    scene = AudienceScene()
    scene.erase_before("batch", 1, EAST[:5])
    scene.apply()
    assert [] == delivered(scene)
    assert [0] == [each.left for each in scene.events("batch_closed")]
    assert 0 == scene.apply().exit_status()
    assert [EAST[5:]] == delivered(scene)
    assert [False] == [scene.apply().plan.can_apply]


@pytest.mark.parametrize("nth", [1, 2], ids=["for its size", "for the request"])
def test_a_batch_that_cannot_be_read_is_not_sent(nth: int) -> None:
    scene = AudienceScene()
    scene.fail_read("batch", nth)
    outcome = scene.apply()
    assert [(Guard.AUDIENCE_UNREAD, "the key is not here")] == refused(outcome)
    assert [] == delivered(scene)


# By a tag


def tagged(scene: AudienceScene) -> dict[int, set[str]]:
    return scene.wechat.account.tagged  # type: ignore[attr-defined,no-any-return]


def test_a_tag_is_filled_in_the_run_that_sends_to_it() -> None:
    scene = AudienceScene(by_tag=True)
    outcome = scene.apply()
    assert 0 == outcome.exit_status(), refused(outcome)
    assert {134: set(EAST)} == tagged(scene)
    (attempt,) = scene.events("send_attempted")
    assert ("tag", 134) == (attempt.audience["by"], attempt.audience["tag_id"])
    (fill,) = [each for each in outcome.campaigns[0].performed if isinstance(each, FillTag)]
    assert "main/tag/east" == fill.address


def test_a_tag_has_only_those_who_stay() -> None:
    scene = AudienceScene(by_tag=True)
    scene.leave_out(EAST[:3])
    assert 0 == scene.apply().exit_status()
    assert {134: set(EAST[3:])} == tagged(scene)


@pytest.mark.parametrize("nth", [1, 2], ids=["to fill it", "to read it back"])
def test_a_tag_whose_people_cannot_be_compared_gets_nothing(nth: int) -> None:
    scene = AudienceScene(by_tag=True)
    scene.fail_read("people", nth)
    outcome = scene.apply()
    assert [Guard.AUDIENCE_CHANGED] == [guard for guard, _ in refused(outcome)]
    assert 0 == len(scene.wechat.jobs)


def test_a_tag_that_cannot_be_read_stops_its_campaign() -> None:
    def fail(name: str) -> None:
        if name == "members":
            raise TransportError("cut")

    scene = AudienceScene(by_tag=True)
    scene.wechat.account.before_call = fail  # type: ignore[attr-defined]
    outcome = scene.apply()
    assert (True, 0) == (outcome.campaigns[0].error is not None, len(scene.wechat.jobs))


def test_somebody_who_joins_the_tag_before_the_send_stops_it() -> None:
    def edit(name: str) -> None:
        if name == "tag":
            scene.wechat.account.behind_call = join  # type: ignore[attr-defined]

    def join(name: str) -> None:
        tagged(scene)[134].add("oStranger")

    scene = AudienceScene(by_tag=True)
    scene.wechat.account.behind_call = edit  # type: ignore[attr-defined]
    outcome = scene.apply()
    assert 0 == len(scene.wechat.jobs), outcome
