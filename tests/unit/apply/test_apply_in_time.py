"""What becomes too late while its attempt is made durable is not sent: a push to a slow remote may take minutes."""

from datetime import datetime, timedelta

import pytest
from building import NOW, OPEN, house, text
from simulation.scenario import Scene

from massctl.model.ledger import NewEntry
from massctl.plan.step import Guard


def slow(scene: Scene, until: datetime) -> Scene:
    """Let the ledger take until then to make an attempt durable."""

    def wait(new: NewEntry) -> None:
        if new.event.type == "send_attempted":
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


def test_nor_does_one_that_came_into_quiet_hours() -> None:
    rules = house(quiet_hours={"from": "12:30", "to": "13:00", "timezone": "Asia/Shanghai"})
    scene = slow(Scene([text("sale", window=OPEN)], rules=rules), NOW + timedelta(minutes=45))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.QUIET_HOURS]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=-1)])
def test_the_last_moment_of_the_window_is_in_time(late: timedelta) -> None:
    scene = slow(Scene([text("sale", window=OPEN)]), OPEN.not_after + late)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))
