"""The pace of a run: it waits for the account's next minute, and gives up for the day."""

from datetime import timedelta

from building import LINEAGE, NOW, as_new, at, attempted, house, text
from openid_samples import BATCHES
from simulation.scenario import Scene, to_openids, whole_text
from simulation.world import Fault

from massctl.apply.outcome import Outcome
from massctl.model.entries import Created, SendAccepted
from massctl.model.message import Window
from massctl.plan.quota import MINUTE, SENDS_A_MINUTE
from massctl.plan.steps import Guard

WORDS = whole_text()
TOO_FAST = ("send_mass", Fault.TOO_FAST)
EARLIER = text("earlier", content="昨天")


def error_of(outcome: Outcome) -> int | None:
    (campaign,) = outcome.campaigns
    return campaign.error.errcode if campaign.error is not None else None


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


def test_a_send_whose_window_ends_before_its_turn_is_refused_at_once() -> None:
    scene = Scene([whole_text(window=Window(NOW - timedelta(hours=1), NOW + timedelta(seconds=30)))])
    busy_minute(scene)
    outcome = scene.apply()
    assert ([Guard.ALLOWANCE], []) == ([r.guard for r in outcome.campaigns[0].refusals], scene.wechat.departures)
    assert [] == scene.progress.waited


def test_a_send_that_was_too_fast_waits_for_the_next_minute_and_is_asked_for_once_more() -> None:
    """The refusal is known, so the second request is another recorded attempt with the same id."""
    scene = Scene([WORDS, text("more", content="明早九点", window=WORDS.window)])
    outcome = scene.apply(TOO_FAST)
    assert (0, 2, None) == (outcome.exit_status(), len(scene.wechat.jobs), outcome.campaigns[0].error)
    first, second, _ = scene.wechat.departures
    assert (first.subject, first.request) == (second.subject, second.request)
    assert second.at - first.at >= timedelta(seconds=60)
    sends = [kind for kind in scene.types() if kind.startswith("send_")]
    assert ["send_attempted", "send_rejected", "send_attempted", "send_accepted"] == sends[:4]


def test_one_that_is_too_fast_again_is_given_up_until_the_next_run() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(TOO_FAST, TOO_FAST)
    assert (1, 2, 45011) == (outcome.exit_status(), scene.wechat.count("send_mass"), error_of(outcome))
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_list_goes_on_behind_a_batch_that_was_too_fast() -> None:
    scene = Scene([to_openids(WORDS, BATCHES)])
    scene.wechat.faults = {3: Fault.TOO_FAST}  # The token, the first batch and its report come before.
    outcome = scene.apply()
    assert (0, 3, 4) == (outcome.exit_status(), len(scene.wechat.jobs), scene.wechat.count("send_mass"))
    assert list(BATCHES) == [job.openids for job in scene.wechat.jobs]


def test_a_run_that_does_not_wait_gives_it_up_at_once() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    outcome = scene.apply(TOO_FAST)
    assert (1, 1, []) == (outcome.exit_status(), scene.wechat.count("send_mass"), scene.progress.waited)


def test_a_send_that_was_too_fast_does_not_wait_past_its_window() -> None:
    scene = Scene([whole_text(window=Window(NOW - timedelta(hours=1), NOW + timedelta(seconds=30)))])
    outcome = scene.apply(TOO_FAST)
    assert (5, [Guard.ALLOWANCE]) == (outcome.exit_status(), [r.guard for r in outcome.campaigns[0].refusals])
    assert [] == scene.progress.waited
    assert 1 == scene.wechat.count("send_mass")


def test_a_kill_switch_that_is_thrown_meanwhile_is_obeyed() -> None:
    rules = iter([house(), house(), house()])
    scene = Scene([WORDS], fresh_rules=lambda: next(rules, house(no_send=True)))
    outcome = scene.apply(TOO_FAST)
    assert [Guard.KILL_SWITCH] == [r.guard for r in outcome.campaigns[0].refusals]
    assert (5, 1) == (outcome.exit_status(), scene.wechat.count("send_mass"))


def test_a_repetition_that_was_too_fast_leaves_the_doubt_and_is_made_once_more() -> None:
    """The lost attempt stays open while its repetition is refused, so the request stays the same."""
    scene = Scene([WORDS])
    outcome = scene.apply(("send_mass", Fault.REQUEST_LOST), TOO_FAST)
    assert (0, 1, 3) == (outcome.exit_status(), len(scene.wechat.jobs), scene.wechat.count("send_mass"))
    assert 1 == len({each.request for each in scene.wechat.departures})


def test_a_run_that_was_told_that_the_day_is_used_up_asks_for_no_other_send() -> None:
    scene = Scene([WORDS, text("more", content="明早九点", window=WORDS.window)])
    outcome = scene.apply(("send_mass", Fault.DAY_USED_UP))
    refused = [refusal.guard for each in outcome.campaigns for refusal in each.refusals]
    assert (1, [Guard.ALLOWANCE], 1) == (outcome.exit_status(), refused, scene.wechat.count("send_mass"))
    # Somebody may have had the quota cleared: the next run asks again.
    assert (0, 2) == (scene.apply().exit_status(), len(scene.wechat.jobs))
