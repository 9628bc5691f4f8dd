"""A send that waits for the administrator: not repeated by the same run, no doubt for half an hour, then one."""

from datetime import timedelta

from building import text
from simulation.scenario import Scene, whole_text
from simulation.world import Fault

from massctl.apply.jobs import follow_jobs
from massctl.model.state import Status, status_of
from massctl.plan.steps import Guard

WORDS = whole_text()
OTHER = text("other", content="明早九点", window=WORDS.window)
HELD = ("send_mass", Fault.HELD)


def status(scene: Scene) -> Status:
    return status_of(scene.state.record(WORDS.name, 1))


def test_a_held_send_is_asked_for_once_in_a_run_and_is_no_doubt() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(HELD)
    assert (0, 1) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    assert Status.AWAITING_ADMIN is outcome.status(outcome.campaigns[0])


def test_a_later_run_learns_what_the_administrator_said() -> None:
    scene = Scene([WORDS])
    scene.apply(HELD)
    outcome = scene.apply()
    assert (0, Status.SENT) == (outcome.exit_status(), status(scene))
    assert 1 == len(scene.wechat.jobs)


def test_after_the_half_hour_it_is_a_doubt_which_is_recorded_once() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(HELD)
    scene.clock.moment += timedelta(minutes=30)
    assert (4, 4) == (scene.apply().exit_status(), scene.apply().exit_status())
    assert (Status.IN_DOUBT, 2) == (status(scene), scene.types().count("send_in_doubt"))


def test_status_records_the_end_of_the_half_hour_too() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(HELD)

    def follow() -> int:
        book = scene.book()
        record = book.state.record(WORDS.name, 1)
        return follow_jobs([record], lambda _: scene.wechat, book, scene.clock, scene.progress).exit_status()

    before = follow()
    scene.clock.moment += timedelta(minutes=30)
    assert (0, 4) == (before, follow())


def test_a_second_campaign_is_told_whom_it_waits_for() -> None:
    scene = Scene([WORDS])
    scene.apply(HELD)
    scene.campaigns = [OTHER]
    outcome = scene.apply()
    (refusal,) = outcome.campaigns[0].refusals
    assert (Guard.ACCOUNT_IN_DOUBT, True) == (refusal.guard, "waits for the administrator" in refusal.message)
