"""Away from the tip of the branch that sends: shown from a draft of its own, and nothing that is staged is touched."""

from dataclasses import replace
from typing import Any

import pytest
from building import HOUR, NOW, article, audience, house, reviewers
from simulation.crashing import Boundaries, Crash
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault

from massctl.apply import reconcile
from massctl.apply.reconcile import adopt_draft
from massctl.model.message import RenderedCampaign, RenderedNews
from massctl.plan.guards import PolicyInForce, Tip
from massctl.plan.plan import Showing, Until

AHEAD = NOW - 2 * HOUR
"""Two hours before the window of `MAIN` opens."""
MAIN = whole_news(handoff=("original",), recipients=())
BRANCH = replace(MAIN, message=RenderedNews((article("春季大促，改"),)), recipients=reviewers("editor_li"))
TIP = Tip("main", "origin", "a" * 40, "a" * 40)
DONE = reconcile.Statement("原创 done", "li")
MOVED = replace(TIP, there="b" * 40)


def rules(tip: Tip, *named: str) -> PolicyInForce:
    return replace(house(*named), tip=tip)


def at_the_tip(scene: Scene, campaign: RenderedCampaign = MAIN, until: Until = Until.SEND) -> Any:
    scene.campaigns, scene.rules, scene.until, scene.showing = [campaign], rules(TIP), until, None
    return scene.apply()


def from_the_branch(scene: Scene, campaign: RenderedCampaign = BRANCH, *faults: Any, tip: Tip = MOVED) -> Any:
    """Show a branch under review, as the label `preview` does."""
    scene.campaigns, scene.rules, scene.until = [campaign], rules(tip, campaign.name), Until.PREVIEW
    return scene.apply(*faults)


@pytest.fixture
def adopted() -> Scene:
    """Give a scene in which the tip's draft has its hand-off done, two hours before the window."""
    scene = Scene([MAIN], now=AHEAD)
    at_the_tip(scene, until=Until.PREVIEW)
    adopt_draft(MAIN, DONE, scene.wechat, scene.book())
    return scene


@pytest.mark.parametrize(
    "tip", [MOVED, replace(TIP, there=None), replace(TIP, changed="campaigns/sale/x"), replace(TIP, unread="away")]
)
def test_a_preview_of_a_branch_leaves_the_adopted_draft_alone(adopted: Scene, tip: Tip) -> None:
    (before,) = adopted.wechat.drafts
    outcome = from_the_branch(adopted, tip=tip)

    assert (0, 1, 0) == (outcome.exit_status(), len(adopted.wechat.delivered_previews), adopted.wechat.count("delete"))
    assert before in adopted.wechat.drafts
    adopted.later(hours=3)
    assert (0, 1) == (at_the_tip(adopted).exit_status(), len(adopted.wechat.jobs))
    assert before == adopted.events("send_attempted")[-1].media_id


def test_its_draft_is_saved_shown_and_deleted_in_one_run(adopted: Scene) -> None:
    serial = len(adopted.ledger.entries)
    from_the_branch(adopted)

    (begun, *_, closed) = [entry.event for entry in adopted.ledger.entries[serial:] if "draft" in entry.event.type]
    assert (True, "shown in a preview, and deleted") == (begun.for_preview, closed.reason)
    assert (1, 1, []) == (
        len(adopted.wechat.drafts),
        len(adopted.record(MAIN).drafts),
        adopted.record(MAIN).begun_drafts,
    )


def test_a_draft_that_wechat_does_not_keep_whole_is_not_shown(adopted: Scene) -> None:
    adopted.wechat.keeps = lambda given: replace(given, content="<p>你好</p>")
    outcome = from_the_branch(adopted)

    assert (1, [], 1) == (outcome.exit_status(), adopted.wechat.delivered_previews, len(adopted.wechat.drafts))


@pytest.mark.parametrize("fault", ["get_draft", "delete_draft"])
def test_a_draft_that_stays_behind_is_deleted_by_a_run_at_the_tip(adopted: Scene, fault: str) -> None:
    from_the_branch(adopted, BRANCH, (fault, Fault.REQUEST_LOST))
    assert (2 if fault == "delete_draft" else 1) == len(adopted.wechat.drafts)
    at_the_tip(adopted)

    assert (1, []) == (len(adopted.wechat.drafts), adopted.record(MAIN).begun_drafts)


def test_a_brake_keeps_nobody_from_staging() -> None:
    scene = Scene([MAIN], now=AHEAD, rules=rules(replace(TIP, stopped=True)))

    assert (0, 1) == (scene.apply().exit_status(), len(scene.record(MAIN).drafts))


def test_what_is_staged_with_these_very_words_is_shown_as_it_is(adopted: Scene) -> None:
    from_the_branch(adopted, replace(MAIN, recipients=reviewers("editor_li")))

    assert (1, 1) == (len(adopted.wechat.drafts), len(adopted.wechat.delivered_previews))


def test_a_branch_that_nobody_staged_yet_is_shown() -> None:
    scene = Scene([BRANCH], now=AHEAD)

    assert (0, 1) == (from_the_branch(scene).exit_status(), len(scene.wechat.delivered_previews))
    assert ([], {}) == (scene.record(BRANCH).drafts, scene.wechat.drafts)


def test_nothing_is_done_where_there_is_nobody_to_show_it_to(adopted: Scene) -> None:
    outcome = from_the_branch(adopted, replace(BRANCH, recipients=()))

    assert (0, []) == (outcome.exit_status(), outcome.campaigns[0].performed)


def test_it_is_shown_again_on_purpose(adopted: Scene) -> None:
    from_the_branch(adopted)
    adopted.showing = Showing()
    from_the_branch(adopted)

    assert 2 == len(adopted.wechat.delivered_previews)


@pytest.mark.parametrize("until", [Until.DRAFT, Until.PREVIEW, Until.SEND])
def test_an_old_run_stages_nothing_and_says_why(adopted: Scene, until: Until) -> None:
    adopted.campaigns, adopted.rules, adopted.until = [BRANCH], rules(MOVED), until
    outcome = adopted.apply()

    assert (5, ["not_at_tip"]) == (outcome.exit_status(), [each.guard for each in outcome.campaigns[0].refusals])
    assert ([], 1) == (adopted.wechat.calls, len(adopted.wechat.drafts))


def test_an_old_run_that_is_due_is_refused_before_it_stages(adopted: Scene) -> None:
    adopted.later(hours=3)
    adopted.campaigns, adopted.rules = [replace(BRANCH, handoff=())], rules(MOVED)
    outcome = adopted.apply()

    assert (["not_at_tip"], []) == ([each.guard for each in outcome.campaigns[0].refusals], adopted.wechat.calls)


def test_an_old_run_with_nothing_to_do_is_told_nothing(adopted: Scene) -> None:
    adopted.rules = rules(MOVED)

    assert (0, []) == (adopted.apply().exit_status(), adopted.wechat.calls)


def test_every_reason_is_told_where_something_was_to_be_staged() -> None:
    scene = Scene([BRANCH], rules=rules(replace(MOVED, stopped=True)))

    assert ["kill_switch", "handoff_open", "not_at_tip"] == [e.guard for e in scene.apply().campaigns[0].refusals]


def test_one_whose_answer_was_lost_is_found_and_deleted(adopted: Scene) -> None:
    from_the_branch(adopted, BRANCH, ("add_draft", Fault.ANSWER_LOST))
    assert 2 == len(adopted.wechat.drafts)
    at_the_tip(adopted)

    assert (1, []) == (len(adopted.wechat.drafts), adopted.record(MAIN).begun_drafts)


def test_a_tag_is_not_looked_up_for_what_is_not_staged() -> None:
    scene = Scene([], now=AHEAD)
    from_the_branch(scene, replace(BRANCH, audience=audience(tag_id=7)))

    assert (1, 0) == (len(scene.wechat.delivered_previews), scene.wechat.count("audience_count"))


def test_a_message_without_a_draft_is_not_recorded_as_staged(adopted: Scene) -> None:
    words = whole_text(recipients=reviewers("editor_li"))
    from_the_branch(adopted, words)

    assert (1, None) == (len(adopted.wechat.delivered_previews), adopted.record(words).staged)


def boundaries_of_a_preview() -> int:
    scene = Scene([MAIN], now=AHEAD)
    at_the_tip(scene, until=Until.PREVIEW)
    scene.boundaries = Boundaries()
    from_the_branch(scene)
    return len(scene.boundaries.passed)


def test_whatever_ends_a_preview_the_tip_sends_its_own(adopted: Scene) -> None:
    for number in range(1, boundaries_of_a_preview() + 1):
        scene = Scene([MAIN], now=AHEAD)
        at_the_tip(scene, until=Until.PREVIEW)
        adopt_draft(MAIN, DONE, scene.wechat, scene.book())
        (before,) = scene.wechat.drafts
        scene.boundaries = Boundaries(stop_at=number)
        with pytest.raises(Crash):
            from_the_branch(scene)
        scene.boundaries = Boundaries()
        scene.later(hours=3)
        assert (0, 1) == (at_the_tip(scene).exit_status(), len(scene.wechat.jobs)), number
        assert before == scene.events("send_attempted")[-1].media_id
        at_the_tip(scene)
        assert {} == scene.wechat.drafts, number
