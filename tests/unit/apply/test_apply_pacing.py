"""The pace of a run: it waits for the account's next minute, and gives up for the day."""

from datetime import timedelta

from building import LINEAGE, NOW, as_new, at, attempted, text
from simulation.scenario import Scene, whole_text
from simulation.world import Fault

from massctl.model.ledger import Created, SendAccepted
from massctl.model.rendered import Window
from massctl.plan.pace import MINUTE, SENDS_A_MINUTE
from massctl.plan.step import Guard

WORDS = whole_text()
EARLIER = text("earlier", content="昨天")


def busy_minute(scene: Scene) -> None:
    """Let another run have asked for sixty sends in this very moment."""
    told = [as_new(Created(lineage=LINEAGE, realm="loopback"))]
    for number in range(SENDS_A_MINUTE):
        told.append(at(NOW, attempted(EARLIER)[0], EARLIER))
        told.append(at(NOW, SendAccepted(attempt=2 * number + 2, msg_id=number + 1), EARLIER))
    scene.ledger.append(0, told, durable=True)


def test_the_sixty_first_send_of_a_minute_waits() -> None:
    scene = Scene([WORDS])
    busy_minute(scene)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))
    (departure,) = scene.wechat.departures
    assert NOW + MINUTE == departure.at
    assert 61 == scene.progress.waited[0]


def test_a_window_that_closes_while_it_waits_is_not_sent_late() -> None:
    scene = Scene([whole_text(window=Window(NOW - timedelta(hours=1), NOW + timedelta(seconds=30)))])
    busy_minute(scene)
    outcome = scene.apply()
    assert ([Guard.EXPIRED], []) == ([r.guard for r in outcome.campaigns[0].refusals], scene.wechat.departures)


def test_a_send_that_was_too_fast_makes_the_next_one_wait() -> None:
    scene = Scene([WORDS, text("more", content="明早九点", window=WORDS.window)])
    outcome = scene.apply(("send_mass", Fault.TOO_FAST))
    assert (1, 1) == (outcome.exit_status(), len(scene.wechat.jobs))
    first, second = scene.wechat.departures
    assert second.at - first.at >= timedelta(seconds=60)


def test_the_send_that_was_too_fast_goes_out_with_the_next_run() -> None:
    scene = Scene([WORDS])
    assert 1 == scene.apply(("send_mass", Fault.TOO_FAST)).exit_status()
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_run_that_was_told_that_the_day_is_used_up_asks_for_no_other_send() -> None:
    scene = Scene([WORDS, text("more", content="明早九点", window=WORDS.window)])
    outcome = scene.apply(("send_mass", Fault.DAY_USED_UP))
    refused = [refusal.guard for each in outcome.campaigns for refusal in each.refusals]
    assert (1, [Guard.ALLOWANCE], 1) == (outcome.exit_status(), refused, scene.wechat.count("send_mass"))
    # Somebody may have had the quota cleared: the next run asks again.
    assert (0, 2) == (scene.apply().exit_status(), len(scene.wechat.jobs))
