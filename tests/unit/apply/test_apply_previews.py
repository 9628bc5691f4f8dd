"""Previews: one for each reviewer and version, ever."""

from typing import Any

import pytest
from building import HOUR, NOW, reviewers
from simulation.crashing import Crash
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault, SimWeChat

from massctl.model.message import Recipient, Window
from massctl.model.phrase import UNNAMED, Phrase
from massctl.model.send import PreviewFailed

NEWS = whole_news()
WORDS = whole_text(recipients=reviewers("editor_li"))
ANSWER_LOST = ("preview", Fault.ANSWER_LOST)
NOT_A_FOLLOWER = ("preview", Fault.NOT_A_FOLLOWER)


def outcomes(scene: Scene) -> list[str]:
    """Give what is recorded of previews, in order."""
    return [event.outcome for event in scene.events("previewed")]


def test_begun_is_durable_for_all_before_the_first_request() -> None:
    twin = Scene([NEWS])
    twin.apply()
    scene = Scene([NEWS])
    scene.boundaries.stop_at = 1 + twin.boundaries.passed.index("before preview")
    with pytest.raises(Crash, match="before preview"):
        scene.apply()
    scene.ledger.lose_unflushed()
    assert ["begun", "begun"] == outcomes(scene)


def test_each_reviewer_sees_a_version_once() -> None:
    scene = Scene([whole_news(Window(NOW + HOUR, NOW + 2 * HOUR))])
    scene.apply()
    scene.later(hours=1.5)
    scene.apply()
    assert ["towxname:editor_li", "towxname:editor_wang"] == [to for to, _ in scene.wechat.delivered_previews]


def test_a_text_is_shown_by_its_words() -> None:
    scene = Scene([WORDS])
    scene.apply()
    assert [("towxname:editor_li", "今晚八点")] == scene.wechat.delivered_previews


def test_a_preview_of_unknown_outcome_is_not_repeated_and_does_not_stop_the_send() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(ANSWER_LOST)
    assert (0, 1) == (outcome.exit_status(), len(scene.wechat.jobs))
    assert ["begun", "unknown"] == outcomes(scene)
    assert ["words/send"] == [step.address for step in outcome.campaigns[0].performed]
    assert any("it is not repeated" in line for line in scene.progress.lines)


def test_an_unknown_preview_is_not_asked_for_again_by_the_next_run() -> None:
    scene = Scene([whole_text(Window(NOW + HOUR, NOW + 2 * HOUR), recipients=reviewers("editor_li"))])
    scene.apply(ANSWER_LOST)
    assert (0, []) == (scene.apply().exit_status(), scene.wechat.calls)


def test_a_failed_preview_stops_the_send_and_is_asked_for_again_by_the_next_run() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(NOT_A_FOLLOWER)
    error = outcome.campaigns[0].error
    assert error is not None
    assert (1, 43004, "6a-7b", []) == (outcome.exit_status(), error.errcode, error.rid, scene.wechat.jobs)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))
    assert ["begun", "failed", "begun", "sent"] == outcomes(scene)


def test_a_preview_that_never_left_is_a_failed_one() -> None:
    scene = Scene([WORDS])
    assert 1 == scene.apply(("preview", Fault.NO_TOKEN)).exit_status()
    assert (["begun", "failed"], []) == (outcomes(scene), scene.wechat.departures)


def test_a_preview_cut_off_by_a_crash_is_not_repeated() -> None:
    twin = Scene([WORDS])
    twin.apply()
    scene = Scene([WORDS])
    scene.boundaries.stop_at = 1 + twin.boundaries.passed.index("after preview")
    with pytest.raises(Crash, match="after preview"):
        scene.apply()
    assert 0 == scene.apply().exit_status()
    assert 1 == len(scene.wechat.delivered_previews)


def test_an_openid_is_recorded_by_its_digest_only() -> None:
    scene = Scene([whole_text(recipients=(Recipient("touser", "oABCDEFG"),))])
    scene.apply()
    assert not any("oABCDEFG" in key for key in scene.ledger.keys)


def test_a_campaign_without_reviewers_is_sent_unseen() -> None:
    scene = Scene([whole_text()])
    assert (0, 0) == (scene.apply().exit_status(), scene.wechat.count("preview"))


def test_an_answer_that_is_no_verdict_is_a_bug() -> None:
    scene = Scene([WORDS])
    nonsense: Any = lambda self, recipient, body: "sent"  # noqa: E731 - it stands in for a broken adapter
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.world.SimWeChat.preview", nonsense)
        with pytest.raises(AssertionError):
            scene.apply()


def test_advice_that_was_written_for_every_campaign_names_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    advice = Phrase("then: massctl adopt {name} --reason TEXT", name=UNNAMED)
    refused = PreviewFailed(48021, None, "it cannot be sent", advice)
    monkeypatch.setattr(SimWeChat, "preview", lambda *_: refused)
    error = Scene([whole_news(recipients=reviewers("li"))]).apply().campaigns[0].error
    assert error is not None
    assert "then: massctl adopt sale --reason TEXT" == error.hint
