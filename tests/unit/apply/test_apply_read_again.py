"""A draft is read right before each send, for people work in the console while a run waits."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from building import HOUR, NOW, article, house
from simulation.scenario import Scene, whole_news
from simulation.world import Fault

from massctl.apply.ports import DraftArticle, SendQuestion
from massctl.model.ids import MediaId
from massctl.model.message import RenderedNews, Window
from massctl.plan.plan import Until

NEWS = whole_news(recipients=())


def edited(scene: Scene) -> None:
    """Somebody changes the draft in the console."""
    for media_id, (only,) in scene.wechat.drafts.items():
        scene.wechat.drafts[media_id] = (replace(only, title="改"),)


def while_waiting(scene: Scene, act: Callable[[Scene], None]) -> None:
    """Let something happen at the first second of a wait."""

    def once() -> None:
        scene.clock.on_sleep = lambda: None
        act(scene)

    scene.clock.on_sleep = once


def told(scene: Scene) -> list[str]:
    """Apply, and give what the run refused, and how often it sent."""
    outcome = scene.apply()
    guards = [refusal.guard.value for each in outcome.campaigns for refusal in each.refusals]
    return [*guards, f"sent {scene.wechat.count('send_mass')}"]


def test_a_draft_that_is_changed_while_the_prompt_is_open_is_refused() -> None:
    scene = Scene([NEWS])

    def yes(_: SendQuestion) -> bool:
        edited(scene)
        return True

    scene.consent = yes
    assert ["draft_changed", "sent 0"] == told(scene)


def test_a_draft_that_is_changed_while_another_doubt_is_waited_for_is_refused() -> None:
    """Two campaigns; the second was read back at the start of the run, a minute before it is its turn."""
    first = replace(NEWS, name="a-first", message=RenderedNews((article("另一封信"),)))
    scene = Scene([first, NEWS])
    while_waiting(scene, edited)
    outcome = scene.apply(("send_mass", Fault.ANSWER_LOST))
    assert [[], ["draft_changed"]] == [[r.guard.value for r in each.refusals] for each in outcome.campaigns]


@pytest.mark.parametrize("thrown", [False, True])
def test_rules_are_judged_once_more_after_the_draft_was_read(monkeypatch: pytest.MonkeyPatch, thrown: bool) -> None:
    """WeChat answers slowly: meanwhile the window closes, or somebody throws the kill switch."""
    scene = Scene([replace(NEWS, window=Window(NOW - HOUR, NOW + HOUR))], until=Until.PREVIEW)
    scene.apply()
    scene.until, scene.fresh_rules = Until.SEND, lambda: scene.rules
    read = scene.wechat.get_draft

    def slowly(media_id: MediaId) -> tuple[DraftArticle, ...] | None:
        found = read(media_id)
        if thrown:
            scene.rules = house(no_send=True)
        else:
            scene.clock.moment += 2 * HOUR
        return found

    monkeypatch.setattr(type(scene.wechat), "get_draft", lambda _, media_id: slowly(media_id))
    assert ["kill_switch" if thrown else "expired", "sent 0"] == told(scene)


def doubtful() -> Scene:
    """Stage and send; the request got lost on its way, and nobody knows that."""
    scene = Scene([NEWS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    scene.wait_in_doubt = True
    return scene


def test_a_doubt_whose_draft_was_changed_is_not_repeated() -> None:
    """The first request got lost, so the repetition would send what nobody reviewed."""
    scene = doubtful()
    edited(scene)
    assert ["draft_changed", "sent 0"] == told(scene)


def test_a_doubt_whose_draft_is_changed_during_the_wait_is_not_repeated() -> None:
    scene = doubtful()
    while_waiting(scene, edited)
    assert ["draft_changed", "sent 0"] == told(scene)


def test_a_doubt_whose_draft_is_as_it_was_is_repeated() -> None:
    assert ["sent 1"] == told(doubtful())


def test_a_doubt_whose_draft_is_gone_is_repeated_for_the_first_request_may_have_consumed_it() -> None:
    scene = doubtful()
    scene.wechat.drafts.clear()
    assert ["sent 1"] == told(scene)


def test_a_doubt_whose_draft_cannot_be_read_is_not_repeated_in_this_run() -> None:
    scene = doubtful()
    outcome = scene.apply(("get_draft", Fault.REQUEST_LOST))
    assert (4, 0) == (outcome.exit_status(), scene.wechat.count("send_mass"))
