"""Asking what became of accepted jobs."""

from collections.abc import Callable
from typing import Any

import pytest
from building import APPID
from simulation.scenario import Scene, whole_text
from simulation.world import Fault

from massctl.apply.jobs import Followed, follow_jobs, unfinished
from massctl.errors import ConfigurationError
from massctl.model.state import Job, Record

WORDS = whole_text()


def sending() -> Scene:
    """Give a scene with a job whose state could not be read yet."""
    scene = Scene([WORDS])
    scene.wechat.job_status = "sending"
    assert 0 == scene.apply(("job_report", Fault.REQUEST_LOST)).exit_status()
    return scene


def follow(
    scene: Scene, *faults: Fault, wait_seconds: float = 0, account: Callable[[Any], Any] | None = None
) -> Followed:
    """Ask as the verb `status` does."""
    scene.wechat.coming = [("job_report", fault) for fault in faults]
    book = scene.book()
    record = book.state.record(WORDS.name, 1)
    port = account or (lambda appid: {APPID: scene.wechat}[appid])
    return follow_jobs([record], port, book, scene.clock, scene.progress, wait_seconds)


def test_a_job_is_asked_about_once_and_its_state_recorded() -> None:
    scene = sending()
    scene.wechat.job_status = "sent"
    followed = follow(scene)
    assert (0, ["sent"]) == (followed.exit_status(), [event.status for event in scene.events("job_status")])


def test_a_finished_job_is_not_asked_about() -> None:
    scene = Scene([WORDS])
    scene.apply()
    scene.wechat.calls.clear()
    assert (0, []) == (follow(scene).exit_status(), scene.wechat.calls)


def test_a_state_that_did_not_change_is_recorded_once() -> None:
    scene = sending()
    follow(scene)
    follow(scene)
    assert ["sending"] == [event.status for event in scene.events("job_status")]


def test_a_job_that_is_still_being_sent_is_asked_about_until_the_time_is_up() -> None:
    scene = sending()
    scene.wechat.calls.clear()
    follow(scene, wait_seconds=12)
    assert 4 == scene.wechat.count("job_report")
    assert [12, 7, 2] == scene.progress.waited


def test_waiting_ends_with_the_last_job() -> None:
    scene = sending()
    scene.clock.on_sleep = lambda: setattr(scene.wechat, "job_status", "sent")
    scene.wechat.calls.clear()
    followed = follow(scene, wait_seconds=600)
    assert (0, 2) == (followed.exit_status(), scene.wechat.count("job_report"))


def test_a_failure_learnt_now_is_1_and_later_0() -> None:
    scene = sending()
    scene.wechat.job_status = "failed"
    first = follow(scene)
    assert (1, ["words"]) == (first.exit_status(), [record.campaign for record in first.failed_now])
    assert 0 == follow(scene).exit_status()


def test_a_question_without_an_answer_is_1_and_not_asked_again_in_this_run() -> None:
    scene = sending()
    scene.wechat.calls.clear()
    followed = follow(scene, Fault.REQUEST_LOST, wait_seconds=60)
    assert (1, 1) == (followed.exit_status(), scene.wechat.count("job_report"))
    ((record, failure),) = followed.errors
    assert ("words", "WeChat gave no usable answer") == (record.campaign, failure.message)


def test_an_account_without_a_secret_is_an_error_of_its_records() -> None:
    def locked(_: object) -> Any:
        raise ConfigurationError("the secret is not set")

    assert 1 == follow(sending(), account=locked).exit_status()


def test_an_open_attempt_is_4() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    assert 4 == follow(scene).exit_status()


@pytest.mark.parametrize(
    ("msg_id", "status", "expected"),
    [(7, "sending", 7), (7, "awaiting_admin", 7), (7, "unknown", 7), (7, "sent", None), (None, "sending", None)],
)
def test_a_job_may_change_while_it_is_not_finished(msg_id: int | None, status: str, expected: int | None) -> None:
    assert expected == unfinished(Job(1, "id", WORDS.window.not_before, msg_id, None, status))  # type: ignore[union-attr]


def test_a_record_without_an_account_is_asked_for_under_no_appid() -> None:
    asked: list[str] = []
    record = Record(WORDS.name, 1, jobs=[Job(1, "id", WORDS.window.not_before, 7, None)])  # type: ignore[union-attr]

    def account(appid: str) -> Any:
        asked.append(appid)
        raise ConfigurationError("no such account")

    scene = Scene([])
    follow_jobs([record], account, scene.book(), scene.clock, scene.progress)
    assert [""] == asked
