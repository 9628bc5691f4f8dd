"""A send to an audience: it is cut once, goes to those who stay, and to nobody where they cannot be read."""

import pytest
from audience_world import EAST, AudienceScene
from building import LATER
from copies import replace
from simulation.world import Fault

from massctl.apply.audience_tag import tagger_of, wanted_of
from massctl.apply.context import ApplyContext
from massctl.apply.outcome import outcome_of
from massctl.apply.stage import recount_refusal, refusal_of
from massctl.errors import SnapshotAwayError, TransportError
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
    assert ["letter: batches 2.. end"] == [
        each for each in scene.progress.labels if "batch" in each
    ]


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
    assert [(2, 1)] == [(each.batch, each.remaining) for each in scene.events("batch_closed")]
    assert [False] == [scene.apply().plan.can_apply]


def test_who_is_left_out_behind_the_first_batch_is_not_taken_off_any_more() -> None:
    scene = AudienceScene()
    scene.before_read("batch", 3, lambda: scene.leave_out(EAST[3:5]))
    assert 0 == scene.apply().exit_status()
    assert [EAST[:3], EAST[3:5], EAST[5:]] == delivered(scene)
    assert [] == scene.events("audience_cut")


def test_people_of_a_closed_batch_are_cut_anew_with_those_who_stay() -> None:
    scene = AudienceScene()
    scene.erase_before("batch", 1, EAST[:5])
    scene.apply()
    assert [] == delivered(scene)
    assert [0] == [each.remaining for each in scene.events("batch_closed")]
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
    assert [Guard.AUDIENCE_UNREAD] == [guard for guard, _ in refused(outcome)]
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


def erase_after_fill(scene: AudienceScene, then=lambda: None) -> None:
    """Erase the first person when the tag has them already."""

    def erase(name: str) -> None:
        if name == "tag" and not scene.people.erased:
            scene.people.erased.add(EAST[0])
            then()

    scene.wechat.account.behind_call = erase  # type: ignore[attr-defined]


def test_who_is_erased_behind_the_fill_loses_the_tag_before_the_send() -> None:
    scene = AudienceScene(by_tag=True)
    erase_after_fill(scene)
    assert 0 == scene.apply().exit_status()
    assert ({134: set(EAST[1:])}, 1) == (tagged(scene), len(scene.wechat.jobs))
    assert [7, 6] == [each.count for each in scene.events("tag_filled")]


def test_a_tag_that_cannot_be_filled_again_gets_nothing() -> None:
    scene = AudienceScene(by_tag=True)
    erase_after_fill(scene, lambda: scene.fail_read("people"))
    outcome = scene.apply()
    assert [Guard.AUDIENCE_UNREAD] == [guard for guard, _ in refused(outcome)]
    assert 0 == len(scene.wechat.jobs)


def test_before_its_window_a_tag_that_cannot_be_filled_is_told_and_refuses_nothing() -> None:
    scene = AudienceScene(by_tag=True, window=LATER)
    scene.snapshots_are_here = False
    outcome = scene.apply()
    assert ([], []) == (refused(outcome), scene.events("tag_begun"))
    assert ["letter: the people of letter are not at hand"] == [
        line for line in scene.progress.lines if "at hand" in line
    ]


def test_a_doubtful_send_to_a_tag_is_not_repeated_where_nobody_can_compare_it() -> None:
    scene = AudienceScene(by_tag=True, wait_in_doubt=False)
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    scene.snapshots_are_here = False
    scene.later(minutes=5)
    outcome = scene.apply()
    assert [Guard.AUDIENCE_UNREAD] == [guard for guard, _ in refused(outcome)]
    assert 0 == len(scene.wechat.jobs)


@pytest.mark.parametrize("judge", [refusal_of, recount_refusal])
def test_a_tag_that_nobody_made_is_sent_to_by_nobody(judge) -> None:
    scene = AudienceScene(by_tag=True)
    plan = scene.plan()
    outcomes = [outcome_of(each) for each in plan.campaigns]
    context = ApplyContext(scene.ports(), scene.book(), scene.rules, plan, outcomes)
    found = judge(context, scene.letter)
    assert (Guard.AUDIENCE_CHANGED, True) == (found.guard, "not filled" in str(found.message))


def test_the_last_look_refuses_where_a_tag_cannot_be_read() -> None:
    scene = AudienceScene(by_tag=True)
    seen: list[str] = []

    def fail(name: str) -> None:
        seen.append(name)
        if name == "members" and "tag" in seen and seen.count("members") > 2:
            raise TransportError("cut")

    scene.wechat.account.before_call = fail  # type: ignore[attr-defined]
    scene.apply()
    assert 0 == len(scene.wechat.jobs)


@pytest.mark.parametrize("of", [tagger_of, wanted_of])
def test_without_snapshots_nobody_can_say_who_is_to_have_a_tag(of) -> None:
    scene = AudienceScene(by_tag=True)
    scene.snapshots_are_here = False
    context = ApplyContext(scene.ports(), scene.book(), scene.rules, scene.plan(), [])
    with pytest.raises(SnapshotAwayError, match="not at hand"):
        of(context, scene.letter)
