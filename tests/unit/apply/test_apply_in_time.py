"""What becomes too late while its attempt is made durable is not sent: a push to a slow remote may take minutes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from building import NOW, OPEN, house, news, text
from simulation.scenario import Scene
from simulation.world import Fault, _Line

from massctl.apply.ports import DraftArticle
from massctl.model.ledger import NewEntry
from massctl.model.names import MediaId
from massctl.plan.step import Guard
from massctl.plan.tip import Tip
from massctl.transport.answer import NoAnswer, RawAnswer
from massctl.wechat.wire import Request

TIP = Tip("main", "origin", "a" * 40, "a" * 40)


def slow(scene: Scene, until: datetime, during: Callable[[], object] = lambda: None) -> Scene:
    """Let the ledger take until then to make an attempt durable; `during` happens meanwhile."""

    def wait(new: NewEntry) -> None:
        if new.event.type == "send_attempted":
            during()
            scene.clock.sleep((until - scene.clock.now()).total_seconds())

    scene.ledger.fail = wait
    return scene


def test_an_attempt_that_outlived_its_window_leaves_no_request() -> None:
    scene = slow(Scene([text("sale", window=OPEN)]), OPEN.not_after + timedelta(seconds=1))
    done = scene.apply()
    (outcome,) = done.campaigns
    assert ([], [Guard.EXPIRED]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])
    kinds = [entry.event.type for entry in scene.ledger.entries if entry.campaign == "sale"]
    assert (5, ["send_attempted", "send_rejected", "expired"]) == (done.exit_status(), kinds)


def test_nor_does_one_under_a_clock_that_was_set_back_before_the_window() -> None:
    """Nobody knows which of the two moments was right."""
    scene = slow(Scene([text("sale", window=OPEN)]), NOW - timedelta(minutes=87))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.CLOCK_SKEW]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])


def test_nor_does_one_that_came_into_quiet_hours() -> None:
    rules = house(quiet_hours={"from": "12:30", "to": "13:00", "timezone": "Asia/Shanghai"})
    scene = slow(Scene([text("sale", window=OPEN)], rules=rules), NOW + timedelta(minutes=45))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.QUIET_HOURS]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=-1)])
def test_the_last_moment_of_the_window_is_in_time(late: timedelta) -> None:
    scene = slow(Scene([text("sale", window=OPEN)]), OPEN.not_after + late)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_the_kill_switch_is_obeyed_that_was_thrown_meanwhile() -> None:
    rules = [house()]
    scene = Scene([text("sale", window=OPEN)], fresh_rules=lambda: rules[-1])
    slow(scene, NOW + timedelta(minutes=5), lambda: rules.append(house(sending="disabled")))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.KILL_SWITCH]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])


@pytest.mark.parametrize(
    ("tip", "guard"),
    [
        (replace(TIP, stopped=True), Guard.KILL_SWITCH),
        (replace(TIP, there="b" * 40), Guard.NOT_AT_TIP),
        (replace(TIP, unread="away"), Guard.NOT_AT_TIP),
    ],
    ids=["the brake", "a merge", "nobody knows"],
)
def test_so_is_what_the_remote_says_by_then(tip: Tip, guard: Guard) -> None:
    rules = [replace(house(), tip=TIP)]
    scene = Scene([text("sale", window=OPEN)], fresh_rules=lambda: rules[-1])
    slow(scene, NOW + timedelta(minutes=5), lambda: rules.append(replace(house(), tip=tip)))
    (outcome,) = scene.apply().campaigns
    assert ([], [guard]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])


@pytest.mark.parametrize(("seconds", "sent"), [(14, 1), (16, 0)])
def test_a_draft_is_read_again_where_more_than_a_moment_passed(seconds: int, sent: int) -> None:
    """Else whoever edits it in the console meanwhile has it sent as nobody reviewed it."""
    scene = Scene([news(window=OPEN)])

    def edit() -> None:
        (media_id,) = scene.wechat.drafts
        scene.wechat.drafts[media_id] = (replace(scene.wechat.drafts[media_id][0], title="春季大促！"),)

    done = slow(scene, NOW + timedelta(seconds=seconds), edit).apply()
    (outcome,) = done.campaigns
    assert sent == len(scene.wechat.jobs)
    if not sent:
        assert "the draft was changed in the console after it was saved: article 1: title" in outcome.error.message  # type: ignore[union-attr]
        assert (1, "send_rejected") == (done.exit_status(), scene.types()[-1])


def test_a_draft_that_is_as_it_was_is_sent_however_long_it_took() -> None:
    scene = slow(Scene([news(window=OPEN)]), NOW + timedelta(minutes=5))
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


@pytest.mark.parametrize(("repeated", "sent"), [(False, 0), (True, 1)])
def test_a_draft_that_is_gone_by_then_stops_a_first_try_and_no_repetition(repeated: bool, sent: int) -> None:
    """Somebody may have sent it in the console; a repetition is recognised by its id, and the first try consumed it."""
    scene = Scene([news(window=OPEN)], wait_in_doubt=False)
    if repeated:
        scene.apply(("send_mass", Fault.REQUEST_LOST))
        scene.later(minutes=2)
        scene.wait_in_doubt = True
    slow(scene, scene.clock.now() + timedelta(minutes=5), scene.wechat.drafts.clear)
    scene.apply()
    assert (sent, 0) == (scene.wechat.count("send_mass"), len(scene.wechat.jobs))


@pytest.mark.xfail(strict=True, reason="fault 6: the window closes during the last reading of the draft")
def test_a_last_reading_of_the_draft_that_outlasts_the_window_leaves_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = slow(Scene([news(window=OPEN)]), OPEN.not_after - timedelta(seconds=40))
    read = scene.wechat.get_draft

    def slowly(media_id: MediaId) -> tuple[DraftArticle, ...] | None:
        if scene.types()[-1] == "send_attempted":
            scene.clock.sleep(98)
        return read(media_id)

    monkeypatch.setattr(type(scene.wechat), "get_draft", lambda _, media_id: slowly(media_id))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.EXPIRED]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])


@pytest.mark.parametrize("seconds", [1, 5, 98])
@pytest.mark.xfail(strict=True, reason="fault 6: the window closes while a token is fetched for the send")
def test_a_token_that_comes_behind_the_window_leaves_no_request(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    scene = slow(Scene([text("sale", window=OPEN)]), OPEN.not_after)
    exchange = _Line.exchange

    def slowly(line: _Line, request: Request[Any], token: str | None, *more: Any) -> RawAnswer | NoAnswer:
        if token is None:
            scene.clock.sleep(seconds)
        return exchange(line, request, token, *more)

    monkeypatch.setattr(_Line, "exchange", slowly)
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.EXPIRED]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])
