"""Drafts whose answer was lost: found again, adopted, or deleted where there is one already."""

from dataclasses import replace
from typing import Any

import pytest
from building import HOUR, NOW, article, news
from simulation.crashing import Boundaries, Crash
from simulation.scenario import Scene, whole_news
from simulation.world import Fault

from massctl.apply import drafts
from massctl.apply.ports import ListedDraft
from massctl.errors import PermanentError
from massctl.ledger import git_ledger, git_remote
from massctl.model.message import RenderedNews, Window
from massctl.plan.plan import make_plan
from massctl.plan.steps import Guard, Refusal

AHEAD = NOW - 2 * HOUR
NEWS = whole_news(recipients=())
EDITED = replace(NEWS, message=RenderedNews((article("春季大促，改"),)))
CALLS = ("newest_drafts", "get_draft", "add_draft", "delete_draft")


def calls(scene: Scene) -> list[str]:
    """Give the calls about drafts that the last run made."""
    return [each for each in scene.wechat.calls if each in CALLS]


def crashed(scene: Scene, boundary: str) -> Scene:
    """Let a run die at the boundary of this name."""
    whole = Scene(scene.campaigns, now=scene.clock.now())
    whole.apply()
    scene.boundaries.stop_at = whole.boundaries.passed.index(boundary) + 1
    with pytest.raises(Crash):
        scene.apply()
    scene.boundaries = Boundaries()
    return scene


def test_a_draft_is_begun_on_record_before_its_request() -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), "before add_draft")
    assert ("draft_begun", {}) == (scene.types()[-1], scene.wechat.drafts)
    assert scene.ledger.flushed == len(scene.ledger.entries)


def test_a_lost_answer_is_looked_for_and_the_draft_is_not_made_twice() -> None:
    scene = Scene([NEWS], now=AHEAD)
    outcome = scene.apply(("add_draft", Fault.ANSWER_LOST))
    assert (0, 1) == (outcome.exit_status(), len(scene.wechat.drafts))
    assert ["add_draft", "newest_drafts", "get_draft", "get_draft"] == calls(scene)
    assert ["upload_image", "upload_image", "add_material", "save_draft"] == [
        step.kind for step in outcome.campaigns[0].performed
    ]


def test_a_lost_request_is_made_once_more() -> None:
    scene = Scene([NEWS], now=AHEAD)
    assert (0, 1) == (scene.apply(("add_draft", Fault.REQUEST_LOST)).exit_status(), len(scene.wechat.drafts))
    assert (2, 2) == (scene.wechat.count("add_draft"), scene.wechat.count("upload_image"))


def test_two_lost_requests_stop_the_campaign_and_the_next_run_goes_on() -> None:
    scene = Scene([NEWS], now=AHEAD)
    outcome = scene.apply(("add_draft", Fault.REQUEST_LOST), ("add_draft", Fault.REQUEST_LOST))
    error = outcome.campaigns[0].error
    assert error is not None
    assert (1, "new", True) == (
        outcome.exit_status(),
        outcome.status(outcome.campaigns[0]).value,
        "Run the same command again" in error.hint,
    )
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.drafts))


def test_a_draft_of_a_run_that_died_is_found_by_the_next() -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), "after add_draft")
    assert (0, 0) == (scene.apply().exit_status(), scene.wechat.count("add_draft"))
    (saved,) = scene.events("draft_saved")
    assert [saved.media_id] == list(scene.wechat.drafts)
    assert any("was found" in line for line in scene.progress.lines)


def test_a_draft_of_a_run_that_died_is_replaced_where_the_campaign_was_edited() -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), "after add_draft")
    scene.campaigns = [EDITED]
    assert 0 == scene.apply().exit_status()
    assert ["春季大促，改"] == [articles[0].title for articles in scene.wechat.drafts.values()]


def test_a_request_that_never_left_is_given_up_when_it_cannot_come_any_more() -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), "before add_draft")
    scene.later(minutes=4)
    scene.apply()
    assert ["newest_drafts", "add_draft", "get_draft"] == calls(scene)
    scene.later(minutes=19)
    scene.apply()
    assert [True] == [event.pending for event in scene.events("draft_not_saved")]
    scene.apply()
    assert ["looked for and not there"] * 2 == [event.reason for event in scene.events("draft_not_saved")]
    scene.apply()
    assert [] == scene.wechat.calls


def test_a_draft_that_comes_after_a_run_missed_it_is_found_by_the_next() -> None:
    """The clock of a run may be hours on while the request is still on its way."""
    scene = crashed(Scene([NEWS], now=AHEAD), "after add_draft")
    on_its_way, scene.wechat.drafts = scene.wechat.drafts, {}
    scene.later(minutes=30)
    scene.apply()
    scene.wechat.drafts.update(on_its_way)
    scene.apply()
    assert (0, 1) == (len(scene.wechat.drafts.keys() & on_its_way.keys()), len(scene.wechat.drafts))


def saved_beside_a_late_one(scene: Scene) -> None:
    """Let a draft come when its run has saved another one."""
    assert 0 == scene.apply(("add_draft", Fault.VERY_LATE)).exit_status()
    scene.wechat.drafts.update(scene.wechat.very_late_drafts)


def test_a_draft_that_comes_late_is_deleted_where_another_was_saved() -> None:
    scene = Scene([NEWS], now=AHEAD)
    saved_beside_a_late_one(scene)
    scene.apply()
    assert ["newest_drafts", "get_draft", "get_draft", "delete_draft"] == calls(scene)
    assert [event.media_id for event in scene.events("draft_saved")] == list(scene.wechat.drafts)


def test_a_draft_that_comes_late_is_deleted_after_its_send_too() -> None:
    scene = Scene([NEWS])
    saved_beside_a_late_one(scene)
    assert 1 == len(scene.wechat.jobs)
    scene.apply(("delete_draft", Fault.REQUEST_LOST))
    scene.apply()
    assert ({}, 1) == (scene.wechat.drafts, len(scene.wechat.jobs))
    scene.apply()
    assert [] == scene.wechat.calls


@pytest.mark.parametrize("fault", ["newest_drafts", "get_draft"])
def test_where_the_box_cannot_be_read_no_second_draft_is_made(fault: str) -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), "after add_draft")
    assert (1, 0) == (scene.apply((fault, Fault.REQUEST_LOST)).exit_status(), scene.wechat.count("add_draft"))
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.drafts))


def test_a_campaign_that_went_out_is_not_stopped_by_a_box_that_cannot_be_read() -> None:
    scene = Scene([NEWS])
    saved_beside_a_late_one(scene)
    outcome = scene.apply(("newest_drafts", Fault.REQUEST_LOST))
    assert (0, None) == (outcome.exit_status(), outcome.campaigns[0].error)
    assert any("could not be looked for" in line for line in scene.progress.lines)


def test_drafts_that_people_made_are_left_alone() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.wechat.drafts["MINE"] = ()  # type: ignore[index]
    scene.apply(("add_draft", Fault.ANSWER_LOST))
    assert "MINE" in scene.wechat.drafts


def test_a_draft_that_vanishes_while_the_box_is_read_is_no_find() -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), "after add_draft")
    (media_id,) = scene.wechat.drafts
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.world.SimWeChat.newest_drafts", lambda _: (ListedDraft(media_id, None),))
        scene.wechat.drafts.clear()
        assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.drafts))


def test_a_plain_refusal_leaves_nothing_to_look_for() -> None:
    scene = Scene([NEWS], now=AHEAD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.world.SimWeChat.add_draft", refuse)
        assert 1 == scene.apply().exit_status()
    assert ["refused with errcode 45003"] == [event.reason for event in scene.events("draft_not_saved")]
    assert 0 == scene.apply().exit_status()
    assert 0 == scene.wechat.count("newest_drafts")


def refuse(*_: Any) -> None:
    """Answer draft/add with a plain no."""
    raise PermanentError("the title is too long", errcode=45003)


def test_two_campaigns_of_one_account_are_looked_for_together() -> None:
    later = Window(NOW + HOUR, NOW + 2 * HOUR)
    scene = Scene([NEWS, news("b", article("另一个"), window=later)], now=AHEAD)
    scene.apply(("add_draft", Fault.ANSWER_LOST), ("add_draft", Fault.ANSWER_LOST))
    assert (2, 1) == (len(scene.wechat.drafts), scene.wechat.count("newest_drafts"))


def test_under_a_ledger_that_is_not_believed_nothing_is_looked_for() -> None:
    scene = crashed(Scene([NEWS], now=AHEAD), "after add_draft")
    stop = Refusal(Guard.LEDGER_FOREIGN, "another ledger", "")
    scene.apply(plan=make_plan(scene.campaigns, scene.state, scene.rules, scene.now, stop=stop))
    assert [] == scene.wechat.calls


def test_an_edition_that_was_never_sent_leaves_its_draft_to_the_next() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    scene.campaigns = [replace(EDITED, edition=2)]
    assert 0 == scene.apply().exit_status()
    assert ["春季大促，改"] == [articles[0].title for articles in scene.wechat.drafts.values()]
    assert {1} == {entry.edition for entry in scene.ledger.entries if entry.event.type == "draft_deleted"}


def test_an_old_draft_that_outlives_its_send_is_deleted_by_a_later_run() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    scene.campaigns = [EDITED]
    scene.later(hours=2)
    scene.apply(("delete_draft", Fault.REQUEST_LOST), ("get_draft", Fault.REQUEST_LOST))
    while scene.wechat.drafts:
        assert 0 == scene.apply().exit_status()
    assert 1 == len(scene.wechat.jobs)


def test_without_a_secret_an_old_draft_stays_for_another_day() -> None:
    scene = Scene([NEWS])
    saved_beside_a_late_one(scene)
    scene.no_secret_for = frozenset({"main"})
    assert 0 == scene.apply().exit_status()
    assert 1 == len(scene.wechat.drafts)


def test_a_begun_draft_is_given_up_no_sooner_than_its_entry_can_be_pushed() -> None:
    """Each push, and each look at what became of it, may take as long as the ledger waits for a remote."""
    slowest = 2 * git_ledger.PUSHES_MAX * git_remote.NETWORK_SECONDS + sum(git_ledger.PAUSE_SECONDS)
    assert slowest <= 60 * drafts.RECORDED_MINUTES_MAX
