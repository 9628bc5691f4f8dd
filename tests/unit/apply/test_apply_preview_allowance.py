"""The day's previews run out: counted beforehand, or told by WeChat in mid-run."""

from dataclasses import replace

from building import HOUR, NOW, OTHER_APPID, reviewers, text
from simulation.scenario import Scene
from simulation.world import Fault

from massctl.apply.outcome import Outcome
from massctl.model.entries import Previewed
from massctl.model.message import RenderedCampaign, Window

USED_UP = ("preview", Fault.NO_PREVIEWS)
OLD = text("old")


def words(name: str, *names: str, opens_in: float = -1) -> RenderedCampaign:
    window = Window(NOW + opens_in * HOUR, NOW + 10 * HOUR)
    return text(name, name, window=window, recipients=reviewers(*(names or ("li",))))


def told(outcome: Outcome) -> dict[str, list[str]]:
    return {c.planned.name: [r.guard.value for r in c.refusals] for c in outcome.campaigns}


def use(scene: Scene, count: int) -> None:
    words = [Previewed(appid=OLD.appid, digest="d", recipient=f"towxname:r{n}", outcome="begun") for n in range(count)]
    scene.write(*((word, OLD) for word in words))


def test_previews_go_out_soonest_window_first() -> None:
    scene = Scene([words("a", opens_in=3), words("b", opens_in=1), words("c", opens_in=2)])
    scene.apply()
    assert ["b", "c", "a"] == [subject for _, subject in scene.wechat.delivered_previews]


def test_what_does_not_fit_is_not_tried_and_not_sent() -> None:
    scene = Scene([words("a", "li", "wang", opens_in=-1), words("b", opens_in=-2)])
    use(scene, 98)
    outcome = scene.apply()
    assert (5, {"a": ["allowance"], "b": []}) == (outcome.exit_status(), told(outcome))
    assert ["b", "a"] == [subject for _, subject in scene.wechat.delivered_previews]
    assert ["b"] == [job.subject for job in scene.wechat.jobs]


def test_the_next_day_shows_the_rest_and_sends() -> None:
    scene = Scene([replace(words("a"), window=Window(NOW - HOUR, NOW + 30 * HOUR))])
    use(scene, 100)
    assert 5 == scene.apply().exit_status()
    scene.later(hours=13)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_once_wechat_says_there_are_no_more_nothing_is_tried() -> None:
    scene = Scene([words("a", opens_in=-3), words("b", "li", "wang", opens_in=-2), words("c", opens_in=-1)])
    outcome = scene.apply(USED_UP)
    assert (1, 1, []) == (outcome.exit_status(), scene.wechat.count("preview"), scene.wechat.jobs)
    assert {"a": [], "b": ["allowance"], "c": ["allowance"]} == told(outcome)
    error = outcome.campaigns[0].error
    assert (45009, "2026-12-02 00:00 +08:00") == (error and error.errcode, outcome.campaigns[1].refusals[0].hint[25:48])


def test_those_that_were_not_tried_do_not_count_and_are_asked_for_again() -> None:
    scene = Scene([words("a", opens_in=-3), words("b", opens_in=-2)])
    scene.apply(USED_UP)
    assert 1 == scene.state.preview_days.used(OLD.appid, NOW)
    assert (0, 2) == (scene.apply().exit_status(), scene.wechat.count("preview"))


def test_another_account_goes_on() -> None:
    other = replace(words("b"), account="other", appid=OTHER_APPID)
    scene = Scene([words("a"), other])
    outcome = scene.apply(USED_UP)
    assert {"a": [], "b": []} == told(outcome)
    assert ["b"] == [job.subject for job in scene.other.jobs]
