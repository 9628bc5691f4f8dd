"""The send: attempts, verdicts, doubts, its pace, and the guards of the last moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from building import (
    HOUR,
    JUDGED,
    LINEAGE,
    NOW,
    OPEN,
    article,
    as_new,
    at,
    attempted,
    audience,
    house,
    saved,
    sha,
    text,
    text_body,
)
from copies import replace
from openid_samples import BATCHES
from simulation.crashing import Crash
from simulation.scenario import Scene, scene, to_openids, whole_news, whole_text
from simulation.world import Fault, MassJob, SimLedger

from massctl.apply.consent import Answers, SendQuestion
from massctl.apply.outcome import Outcome
from massctl.apply.payloads import send_intent, send_origin
from massctl.apply.ports import DraftArticle
from massctl.errors import InvariantError
from massctl.model.campaign import Audience
from massctl.model.entries import Created, SendAccepted, SendSettled
from massctl.model.ids import AppId, ClientMsgId, MediaId, MsgId
from massctl.model.message import NewsMessage, Window, approved_audience
from massctl.model.send import SendOrigin, ToAll, ToTag, client_msg_id
from massctl.model.state import State, status_of
from massctl.plan.guards import Approval
from massctl.plan.plan import Until
from massctl.plan.quota import MINUTE, SENDS_A_MINUTE
from massctl.plan.retry_policy import settle
from massctl.plan.steps import Guard

WORDS = whole_text()
ANSWER_LOST = ("send_mass", Fault.ANSWER_LOST)
REQUEST_LOST = ("send_mass", Fault.REQUEST_LOST)
FOUNDED = Created(lineage=LINEAGE, realm="loopback")
TOKEN_DEAD = ("send_mass", Fault.TOKEN_DEAD)


def told(outcome: Any, number: int = 0) -> list[str]:
    """Give the guards that refused a campaign."""
    return [refusal.guard.value for refusal in outcome.campaigns[number].refusals]


def yes_to_all(asked: list[SendQuestion]) -> Callable[[SendQuestion], bool]:
    """Remember every question, and say yes."""

    def answer(question: SendQuestion) -> bool:
        asked.append(question)
        return True

    return answer


def test_a_due_text_is_sent_once_and_recorded_step_by_step() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply()
    assert 0 == outcome.exit_status()
    assert ["created", "send_attempted", "send_accepted", "job_status"] == scene.types()
    assert ["words/send"] == [step.address for step in outcome.campaigns[0].performed]
    assert "sent" == outcome.status(outcome.campaigns[0]).value


def test_a_due_news_campaign_goes_the_whole_way() -> None:
    scene = Scene([whole_news()])
    outcome = scene.apply()
    assert 0 == outcome.exit_status()
    assert ["春季大促"] == [job.subject for job in scene.wechat.jobs]
    kinds = [step.kind.value for step in outcome.campaigns[0].performed]
    assert ["upload_image"] * 2 + ["add_material", "save_draft"] + ["send_preview"] * 2 + [
        "send_mass"
    ] == kinds
    assert LINEAGE == outcome.state.lineage


def test_a_second_apply_makes_no_port_call_at_all() -> None:
    scene = Scene([whole_news(), WORDS])
    scene.apply()
    written = scene.types()
    outcome = scene.apply()
    assert [] == scene.wechat.calls
    assert written == scene.types()
    assert 0 == outcome.exit_status()


def test_a_second_apply_before_the_window_makes_no_port_call_either() -> None:
    scene = Scene([whole_news(Window(NOW + HOUR, NOW + 2 * HOUR))])
    scene.apply()
    written = scene.types()
    assert 0 == scene.apply().exit_status()
    assert ([], written) == (scene.wechat.calls, scene.types())


def test_the_attempt_is_durable_before_its_request_leaves() -> None:
    scene = Scene([WORDS])
    scene.boundaries.stop_at = 1 + _boundary(scene, "before send_mass")
    with pytest.raises(Crash, match="before send_mass"):
        scene.apply()
    scene.ledger.lose_unflushed()
    assert "send_attempted" == scene.types()[-1]
    assert [] == scene.wechat.departures


def test_a_lost_answer_is_repeated_after_the_wait_and_recognised() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(ANSWER_LOST)
    assert 0 == outcome.exit_status()
    assert 1 == len(scene.wechat.jobs)
    assert [True] == [event.duplicate for event in scene.events("send_accepted")]
    first, second = (
        entry.at for entry in scene.ledger.entries if entry.event.type == "send_attempted"
    )
    assert 61 == (second - first).total_seconds()
    assert list(range(61, 0, -1)) == scene.progress.waited


def test_the_repetition_is_the_identical_request() -> None:
    scene = Scene([whole_news()])
    scene.apply(REQUEST_LOST)
    first, second = scene.events("send_attempted")
    assert (first.fingerprint, first.client_msg_id) == (second.fingerprint, second.client_msg_id)
    assert 1 == len(scene.wechat.jobs)


def test_45066_on_the_first_call_is_a_doubt_and_not_a_failure() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(("send_mass", Fault.TOO_SOON_YET_ACCEPTED))
    assert (4, 1) == (outcome.exit_status(), len(scene.wechat.jobs))
    assert 45066 == scene.events("send_in_doubt")[0].errcode


def test_a_run_repeats_once_and_ends_in_doubt() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(REQUEST_LOST, REQUEST_LOST)
    assert (4, 2) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    assert "in_doubt" == outcome.status(outcome.campaigns[0]).value


def test_the_next_run_waits_for_the_moment_and_repeats_once_more() -> None:
    scene = Scene([WORDS])
    scene.apply(REQUEST_LOST, REQUEST_LOST)
    scene.later(seconds=20)
    started = scene.clock.now()
    outcome = scene.apply(REQUEST_LOST)
    assert (4, 1) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    assert 41 == (scene.clock.now() - started).total_seconds()
    scene.later(minutes=2)
    assert 0 == scene.apply().exit_status()
    assert 1 == len(scene.wechat.jobs)


def test_a_repetition_by_a_later_run_is_performed_as_a_resubmission() -> None:
    scene = Scene([WORDS])
    scene.apply(REQUEST_LOST, REQUEST_LOST)
    scene.later(hours=0.5)
    outcome = scene.apply()
    assert ["resubmit"] == [step.reason.value for step in outcome.campaigns[0].performed]


def test_no_wait_neither_waits_nor_repeats() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    outcome = scene.apply(ANSWER_LOST)
    assert (4, 1, []) == (
        outcome.exit_status(),
        scene.wechat.count("send_mass"),
        scene.progress.waited,
    )


def test_no_wait_does_not_ask_for_a_send_that_it_would_not_make() -> None:
    asked: list[SendQuestion] = []
    scene = Scene([WORDS], wait_in_doubt=False, consent=yes_to_all(asked))
    assert 4 == scene.apply(ANSWER_LOST).exit_status()
    assert 4 == scene.apply().exit_status()
    assert 1 == len(asked)


def test_policy_stop_never_repeats() -> None:
    scene = Scene([WORDS], rules=house(in_doubt="stop"))
    outcome = scene.apply(ANSWER_LOST)
    assert (4, 1) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    later = scene.apply()
    assert (4, 0, ["account_in_doubt"]) == (
        later.exit_status(),
        scene.wechat.count("send_mass"),
        told(later),
    )


def test_no_repetition_after_twenty_hours() -> None:
    scene = Scene([whole_text(Window(NOW, NOW + 40 * HOUR))], wait_in_doubt=False)
    scene.apply(ANSWER_LOST)
    scene.later(hours=20)
    scene.wait_in_doubt = True
    outcome = scene.apply()
    assert (4, [], ["account_in_doubt"]) == (
        outcome.exit_status(),
        scene.wechat.calls,
        told(outcome),
    )


def test_a_doubt_whose_window_closes_during_the_wait_is_not_repeated() -> None:
    scene = Scene([whole_text(Window(NOW - HOUR, NOW))])
    outcome = scene.apply(ANSWER_LOST)
    assert (4, 1, ["expired"]) == (
        outcome.exit_status(),
        scene.wechat.count("send_mass"),
        told(outcome),
    )
    # Another window would make it another request.
    assert [True] == [settle(WORDS.name) == each.hint for each in outcome.campaigns[0].refusals]


def test_an_edited_campaign_is_not_repeated() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(ANSWER_LOST)
    scene.campaigns, scene.wait_in_doubt = [whole_text(content="今晚九点")], True
    outcome = scene.apply()
    assert (4, [], ["account_in_doubt"]) == (
        outcome.exit_status(),
        scene.wechat.calls,
        told(outcome),
    )


def test_what_cannot_be_made_identically_is_not_repeated() -> None:
    """Another massctl recorded another request under the same digest."""
    scene = Scene([WORDS])
    scene.write(FOUNDED, attempted(WORDS, fingerprint=sha("another request")))
    scene.later(minutes=2)
    outcome = scene.apply()
    assert (4, ["account_in_doubt"]) == (outcome.exit_status(), told(outcome))
    assert [] == scene.wechat.departures


def test_a_dead_token_is_renewed_and_the_send_made_once_more() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(TOKEN_DEAD)
    assert (0, 1) == (outcome.exit_status(), len(scene.wechat.jobs))
    assert ["send_attempted", "send_rejected", "send_attempted", "send_accepted"] == scene.types()[
        1:5
    ]
    assert 2 == scene.wechat.count("renew_token")
    assert 1 == len({event.client_msg_id for event in scene.events("send_attempted")})


def test_a_token_that_dies_twice_is_an_error() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(TOKEN_DEAD, TOKEN_DEAD)
    assert (1, 2) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    error = outcome.campaigns[0].error
    assert error is not None
    assert (42001, "6a-7b") == (error.errcode, error.rid)
    assert 0 == scene.apply().exit_status()


def test_a_token_that_cannot_be_renewed_is_the_error() -> None:
    scene = Scene([WORDS])
    # The renewal; a token, the size twice and the send come before.
    scene.wechat.faults = {4: Fault.REQUEST_LOST}
    outcome = scene.apply(TOKEN_DEAD)
    error = outcome.campaigns[0].error
    assert error is not None
    assert (1, None) == (outcome.exit_status(), error.errcode)


def test_a_dead_token_of_a_repetition_leaves_the_first_attempt_open() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(ANSWER_LOST, TOKEN_DEAD, REQUEST_LOST)
    assert (4, 3) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    assert [True, False, True] == [attempt.open for attempt in scene.record(WORDS).attempts]


def test_a_rejected_repetition_says_nothing_about_the_first_attempt() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(ANSWER_LOST, ("send_mass", Fault.NO_QUOTA))
    assert [True, False] == [attempt.open for attempt in scene.record(WORDS).attempts]
    assert 4 == outcome.exit_status()


def test_an_id_that_was_met_a_moment_ago_is_no_request_that_wechat_may_have_taken() -> None:
    """45066 and then 45065: who was first, nobody knows."""
    scene = Scene([WORDS])
    assert 4 == scene.apply(("send_mass", Fault.TOO_SOON_YET_ACCEPTED)).exit_status()
    assert [45066, 45065] == [each.errcode for each in scene.events("send_in_doubt")]


KNOWN_AS_ANOTHER = ("send_mass", Fault.KNOWN_AS_ANOTHER)


def test_45065_to_the_very_first_request_is_a_doubt_that_names_the_job_and_is_never_repeated() -> (
    None
):
    scene = Scene([WORDS])
    assert 4 == scene.apply(KNOWN_AS_ANOTHER).exit_status()
    (doubt,) = scene.events("send_in_doubt")
    assert (45065, 3147999999, 1) == (doubt.errcode, doubt.msg_id, scene.wechat.count("send_mass"))
    scene.later(hours=1)
    outcome = scene.apply()
    assert (4, 0, []) == (
        outcome.exit_status(),
        scene.wechat.count("send_mass"),
        scene.events("send_accepted"),
    )
    assert (
        "WeChat named a job that no request on record can have made"
        in outcome.campaigns[0].refusals[-1].message
    )


def test_the_job_of_another_send_is_no_acceptance_even_where_an_answer_was_lost() -> None:
    other = text("other", content="明天见", window=OPEN)
    scene = Scene([other])
    assert 0 == scene.apply().exit_status()
    scene.campaigns = [other, WORDS]
    assert 4 == scene.apply(REQUEST_LOST, KNOWN_AS_ANOTHER).exit_status()
    assert ("in_doubt", 1) == (status_of(scene.record(WORDS)), len(scene.events("send_accepted")))
    (job,) = scene.wechat.jobs
    assert [None, job.msg_id] == [each.msg_id for each in scene.events("send_in_doubt")]


def test_a_batch_is_not_accepted_as_the_job_of_another_batch() -> None:
    letter = to_openids(WORDS, BATCHES)
    first = attempted(letter, batch=1, batches=3, audience=approved_audience(letter))[0]
    world = scene(
        as_new((first, letter)), as_new((SendAccepted(attempt=2, msg_id=3147999999), letter))
    )
    world.campaigns = [letter]
    world.wechat.jobs.append(of_others())
    assert 4 == world.apply(REQUEST_LOST, KNOWN_AS_ANOTHER).exit_status()
    assert [None, 3147999999] == [each.msg_id for each in world.events("send_in_doubt")]


def test_a_person_who_called_it_not_sent_by_mistake_is_corrected_by_45065() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    assert 4 == scene.apply(ANSWER_LOST).exit_status()
    scene.write((SendSettled(outcome="not_sent", reason="not there", by="li"), WORDS))
    scene.later(minutes=2)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))
    assert [(True, None)] == [
        (each.duplicate, each.content) for each in scene.events("send_accepted")
    ]


def test_what_was_edited_after_a_mistaken_word_went_out_as_it_was() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(ANSWER_LOST)
    scene.write((SendSettled(outcome="not_sent", reason="not there", by="li"), WORDS))
    scene.later(minutes=2)
    scene.campaigns = [whole_text(content="今晚九点")]
    assert 0 == scene.apply().exit_status()
    assert ["unknown"] == [event.content for event in scene.events("send_accepted")]
    assert [True] == ["which content" in line for line in scene.progress.lines]


def of_others() -> MassJob:
    """A job that another request made."""
    return MassJob(MsgId(3147999999), ClientMsgId("another"), NOW, "别的")


def test_an_answer_of_45065_that_a_person_called_not_sent_explains_no_later_one() -> None:
    scene = Scene([WORDS])
    scene.wechat.jobs.append(of_others())
    scene.apply(KNOWN_AS_ANOTHER)
    scene.write((SendSettled(outcome="not_sent", reason="not there", by="li"), WORDS))
    scene.later(minutes=2)
    assert (4, []) == (scene.apply(KNOWN_AS_ANOTHER).exit_status(), scene.events("send_accepted"))


def test_a_clear_yes_with_the_job_of_another_send_of_the_account_is_a_doubt() -> None:
    other = text("other", "明天见")
    world = scene(
        as_new(attempted(other)), as_new((SendAccepted(attempt=2, msg_id=3147000001), other))
    )
    world.campaigns = [WORDS]
    assert 4 == world.apply().exit_status()
    assert [(0, 3147000001)] == [
        (each.errcode, each.msg_id) for each in world.events("send_in_doubt")
    ]


def test_a_request_that_never_left_closes_its_own_attempt_and_may_be_tried_again() -> None:
    """The token ran out during the wait, and no other could be had."""
    scene = Scene([WORDS])
    outcome = scene.apply(("send_mass", Fault.NO_TOKEN))
    assert (1, []) == (outcome.exit_status(), scene.wechat.departures)
    assert [(None, True)] == [
        (event.errcode, event.retryable) for event in scene.events("send_rejected")
    ]
    assert 0 == scene.apply().exit_status()


def test_a_used_up_allowance_is_an_error_that_the_next_run_tries_again() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(("send_mass", Fault.NO_QUOTA))
    assert (1, "new") == (outcome.exit_status(), outcome.status(outcome.campaigns[0]).value)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_doubt_that_this_run_settles_keeps_nobody_back_any_more() -> None:
    news = whole_news(Window(NOW - HOUR, NOW + 2 * HOUR))
    scene = Scene([WORDS, news], wait_in_doubt=False)
    assert 4 == scene.apply(ANSWER_LOST).exit_status()
    scene.wait_in_doubt = True
    scene.later(minutes=2)
    assert (0, 2) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_doubt_that_stays_keeps_the_others_back() -> None:
    news = whole_news(Window(NOW - HOUR, NOW + 2 * HOUR))
    scene = Scene([WORDS, news], wait_in_doubt=False)
    scene.apply(ANSWER_LOST)
    scene.wait_in_doubt = True
    scene.later(minutes=2)
    outcome = scene.apply(ANSWER_LOST)
    assert (4, ["account_in_doubt"]) == (
        outcome.exit_status(),
        [r.guard for o in outcome.campaigns for r in o.refusals],
    )


def test_who_says_no_is_not_sent_when_a_doubt_is_settled_either() -> None:
    news = whole_news(Window(NOW - HOUR, NOW + 2 * HOUR))
    scene = Scene([WORDS, news], wait_in_doubt=False)
    scene.apply(ANSWER_LOST)
    scene.wait_in_doubt, scene.consent = True, lambda question: question.campaign == "words"
    scene.later(minutes=2)
    assert (5, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_kill_switch_thrown_during_the_run_is_obeyed() -> None:
    scene = Scene([WORDS])
    scene.fresh_rules = lambda: house(sending="disabled")
    outcome = scene.apply()
    assert (5, ["kill_switch"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)


def test_a_tag_whose_size_cannot_be_read_is_not_sent_to() -> None:
    scene = Scene([whole_text(audience=Audience(tag_id=101))])
    outcome = scene.apply(("audience_count", Fault.REQUEST_LOST))
    assert (5, ["audience_bounds"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)


def test_a_final_rejection_is_not_tried_again() -> None:
    scene = Scene([WORDS])
    scene.apply(("send_mass", Fault.MEDIA_UNKNOWN))
    outcome = scene.apply()
    assert (5, [], ["rejected_before"]) == (
        outcome.exit_status(),
        scene.wechat.calls,
        told(outcome),
    )


def test_the_first_in_doubt_stops_the_second_send_of_the_account_but_not_its_staging() -> None:
    news = whole_news(Window(NOW - HOUR, NOW + 2 * HOUR))
    scene = Scene([WORDS, news])
    outcome = scene.apply(REQUEST_LOST, REQUEST_LOST)
    assert (4, 2) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    assert ([], ["account_in_doubt"]) == (told(outcome), told(outcome, 1))
    assert ("in_doubt", "previewed") == tuple(
        outcome.status(each).value for each in outcome.campaigns
    )


def test_another_account_is_not_concerned_by_a_doubt() -> None:
    elsewhere = text(
        "elsewhere", account="other", appid=AppId("wxfedcba9876543210"), window=WORDS.window
    )
    scene = Scene([WORDS, elsewhere])
    outcome = scene.apply(REQUEST_LOST, REQUEST_LOST)
    assert ("in_doubt", "sent") == tuple(outcome.status(each).value for each in outcome.campaigns)


def test_the_kill_switch_and_an_unnamed_campaign_are_refused_without_a_call() -> None:
    scene = Scene([WORDS, text("other-words", "明天见")], rules=house(no_send=True))
    outcome = scene.apply()
    assert (5, []) == (outcome.exit_status(), scene.wechat.calls)
    assert (["kill_switch"], ["not_named"]) == (told(outcome), told(outcome, 1))


def test_the_same_words_under_another_name_are_refused_in_the_same_run() -> None:
    again = text("words-again", "今晚八点", window=Window(NOW - HOUR, NOW + 2 * HOUR))
    scene = Scene([WORDS, again])
    outcome = scene.apply()
    assert (5, ["same_content"]) == (outcome.exit_status(), told(outcome, 1))


@pytest.mark.parametrize(
    ("followers", "expect", "guards"),
    [
        pytest.param(0, None, ["audience_bounds"], id="nobody"),
        pytest.param(99, {"min": 100}, ["audience_bounds"], id="too few"),
        pytest.param(101, {"max": 100}, ["audience_bounds"], id="too many"),
        pytest.param(100, {"min": 100, "max": 100}, [], id="as expected"),
    ],
)
def test_the_audience_is_judged_as_it_is_now(
    followers: int, expect: Any, guards: list[str]
) -> None:
    declared = audience(expect=expect) if expect else audience()
    scene = Scene([whole_text(audience=declared)])
    scene.wechat.followers = followers
    outcome = scene.apply()
    assert (5 if guards else 0, guards) == (outcome.exit_status(), told(outcome))
    assert len(scene.wechat.jobs) == (0 if guards else 1)


def test_a_recorded_size_outside_the_bounds_is_read_again() -> None:
    campaign = whole_news(audience=audience(expect={"min": 1000}))
    scene = Scene([campaign], now=NOW - 2 * HOUR)
    scene.wechat.followers = 10
    scene.apply()
    scene.later(hours=2)
    scene.wechat.followers = 2000
    assert ["audience_bounds"] == [
        refusal.guard.value for refusal in scene.plan().campaigns[0].refusals
    ]
    outcome = scene.apply()
    assert (0, []) == (outcome.exit_status(), told(outcome))


def test_a_tag_that_does_not_exist_is_refused() -> None:
    scene = Scene([whole_text(audience=audience(tag_id=101))])
    outcome = scene.apply()
    assert (5, ["audience_bounds"]) == (outcome.exit_status(), told(outcome))


def test_a_tag_is_sent_to_as_a_tag() -> None:
    campaign = whole_text(audience=audience(tag_id=101))
    scene = Scene([campaign])
    scene.wechat.tags_count = {101: 7}
    assert 0 == scene.apply().exit_status()
    assert [({"tag_id": 101}, 7)] == [
        (e.audience, e.audience_count) for e in scene.events("send_attempted")
    ]
    assert ToTag(101) == send_intent(campaign, State()).recipients


def test_an_unreadable_size_refuses_declared_bounds() -> None:
    scene = Scene([whole_text(audience=audience(expect={"min": 1}))])
    outcome = scene.apply(("audience_count", Fault.REQUEST_LOST))
    assert (5, ["audience_bounds"]) == (outcome.exit_status(), told(outcome))
    assert "run apply again" == outcome.campaigns[0].refusals[0].hint


def test_an_unreadable_size_is_no_matter_without_bounds() -> None:
    scene = Scene([WORDS])
    assert 0 == scene.apply(("audience_count", Fault.REQUEST_LOST)).exit_status()
    assert [None] == [event.audience_count for event in scene.events("send_attempted")]


def test_a_window_that_closed_is_recorded_once() -> None:
    scene = Scene([whole_text(Window(NOW - 2 * HOUR, NOW - HOUR))])
    first, second = scene.apply(), scene.apply()
    assert (5, 0) == (first.exit_status(), second.exit_status())
    assert ["created", "expired"] == scene.types()
    assert [] == scene.wechat.calls


def test_a_closed_window_is_refused_again_when_named_but_not_recorded_again() -> None:
    scene = Scene([whole_text(Window(NOW - 2 * HOUR, NOW - HOUR))], rules=house("words"))
    assert (5, 5) == (scene.apply().exit_status(), scene.apply().exit_status())
    assert 1 == len(scene.events("expired"))


def test_a_window_that_closes_while_the_operator_thinks_is_recorded_too() -> None:
    def slowly(question: SendQuestion) -> bool:
        scene.later(hours=3)
        return True

    scene = Scene([WORDS], consent=slowly)
    outcome = scene.apply()
    assert (5, ["expired"], 1) == (
        outcome.exit_status(),
        told(outcome),
        len(scene.events("expired")),
    )
    scene.consent = None
    assert 0 == scene.apply().exit_status()


def test_consent_declined_is_exit_status_5() -> None:
    scene = Scene([WORDS], consent=lambda _: False)
    outcome = scene.apply()
    assert (5, True, []) == (
        outcome.exit_status(),
        outcome.campaigns[0].declined,
        scene.wechat.departures,
    )


def test_each_send_is_asked_for_on_its_own() -> None:
    asked: list[SendQuestion] = []

    def ask(question: SendQuestion) -> bool:
        asked.append(question)
        return question.campaign == "sale"

    tagged = whole_text(audience=audience(tag_id=101))
    scene = Scene([tagged, whole_news()], consent=ask)
    scene.wechat.tags_count = {101: 7}
    outcome = scene.apply()
    assert 5 == outcome.exit_status()
    questions = {question.campaign: question for question in asked}
    assert (audience(), 1000, ("春季大促",)) == (
        questions["sale"].block.audience,
        questions["sale"].block.count,
        questions["sale"].headlines,
    )
    assert (audience(tag_id=101), 7, ("今晚八点",), tagged.digest) == (
        questions["words"].block.audience,
        questions["words"].block.count,
        questions["words"].headlines,
        questions["words"].digest,
    )


def test_nobody_is_asked_for_a_send_that_is_refused() -> None:
    scene = Scene([WORDS], consent=lambda _: pytest.fail("asked"))
    scene.wechat.followers = 0
    assert 5 == scene.apply().exit_status()


def test_the_size_is_unknown_to_the_operator_where_it_could_not_be_read() -> None:
    asked: list[SendQuestion] = []
    scene = Scene([WORDS], consent=yes_to_all(asked))
    scene.apply(("audience_count", Fault.REQUEST_LOST))
    assert [None] == [question.block.count for question in asked]


def test_a_job_that_failed_at_once_is_a_failure_of_this_run() -> None:
    scene = Scene([WORDS])
    scene.wechat.job_status = "failed"
    outcome = scene.apply()
    assert (1, "failed") == (outcome.exit_status(), outcome.status(outcome.campaigns[0]).value)
    assert 0 == scene.apply().exit_status()


def test_a_state_that_cannot_be_read_changes_nothing() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(("job_report", Fault.REQUEST_LOST))
    assert (0, "sending") == (outcome.exit_status(), outcome.status(outcome.campaigns[0]).value)
    assert any("massctl status words" in line for line in scene.progress.lines)


def test_a_job_without_an_id_is_not_asked_about() -> None:
    scene = Scene([WORDS])
    scene.apply(ANSWER_LOST, REQUEST_LOST)
    nameless: Any = None
    scene.wechat.memory = {
        key: replace(known, msg_id=nameless) for key, known in scene.wechat.memory.items()
    }
    scene.later(minutes=2)
    outcome = scene.apply()
    assert (0, 0, "sending") == (
        outcome.exit_status(),
        scene.wechat.count("job_report"),
        outcome.status(outcome.campaigns[0]).value,
    )


def test_a_request_is_made_of_what_is_rendered_and_recorded() -> None:
    send = send_intent(WORDS, State())
    assert (ToAll(), text_body("今晚八点"), None) == (
        send.recipients,
        send.body,
        send.send_ignore_reprint,
    )
    assert client_msg_id(WORDS.appid, WORDS.name, 1, 1) == send.client_msg_id


def test_while_an_attempt_is_open_its_own_draft_is_repeated() -> None:
    news = whole_news()
    scene = Scene([news])
    scene.apply(ANSWER_LOST, REQUEST_LOST)
    (first,) = scene.events("draft_saved")
    scene.write(saved(news, media_id="DRAFT_7"))
    send = send_intent(news, scene.state)
    assert (MediaId(first.media_id), False) == (send.body.own_id, send.send_ignore_reprint)


def _boundary(scene: Scene, name: str) -> int:
    """Give how many boundaries a run of the same story passes before this one."""
    twin = Scene(scene.campaigns)
    twin.apply()
    return twin.boundaries.passed.index(name)


def test_what_an_id_stands_for_that_this_ledger_never_sent_is_unknown() -> None:
    """The ledger of the first send is lost, and WeChat still knows its clientmsgid."""
    scene = Scene([WORDS])
    scene.apply()
    scene.ledger = SimLedger()
    scene.later(minutes=2)
    outcome = scene.apply()
    (job,) = scene.wechat.jobs
    (doubt,) = scene.events("send_in_doubt")
    assert (4, job.msg_id) == (outcome.exit_status(), doubt.msg_id)


def test_what_an_id_stands_for_that_our_own_request_made_is_known() -> None:
    scene = Scene([WORDS])
    assert 0 == scene.apply(ANSWER_LOST).exit_status()
    assert [None] == [event.content for event in scene.events("send_accepted")]


@pytest.mark.parametrize("changed", [None, "campaigns/words/campaign.yaml"])
def test_a_repetition_is_judged_by_the_files_as_they_are_after_the_wait(
    changed: str | None,
) -> None:
    scene = Scene([WORDS])
    scene.changed = lambda _: changed if scene.clock.now() > NOW + timedelta(seconds=30) else None
    outcome = scene.apply(REQUEST_LOST)
    asked = 2 if changed is None else 1
    assert (0 if asked == 2 else 4, asked) == (
        outcome.exit_status(),
        scene.wechat.count("send_mass"),
    )
    assert ([] if asked == 2 else ["sources_changed"]) == told(outcome)


def test_a_first_send_that_cannot_be_written_down_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise InvariantError("the parts do not fit")

    monkeypatch.setattr("massctl.apply.send.send_intent", broken)
    scene = Scene([WORDS])
    with pytest.raises(InvariantError):
        scene.apply()
    assert (0, []) == (scene.wechat.count("send_mass"), scene.events("send_attempted"))


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
    scene = Scene(
        [whole_text(window=Window(NOW - timedelta(hours=1), NOW + timedelta(seconds=30)))]
    )
    busy_minute(scene)
    outcome = scene.apply()
    assert ([Guard.ALLOWANCE], []) == (
        [r.guard for r in outcome.campaigns[0].refusals],
        scene.wechat.departures,
    )
    assert [] == scene.progress.waited


def test_a_send_that_was_too_fast_waits_for_the_next_minute_and_is_asked_for_once_more() -> None:
    """The refusal is known, so the second request is another recorded attempt with the same id."""
    scene = Scene([WORDS, text("more", content="明早九点", window=WORDS.window)])
    outcome = scene.apply(TOO_FAST)
    assert (0, 2, None) == (
        outcome.exit_status(),
        len(scene.wechat.jobs),
        outcome.campaigns[0].error,
    )
    first, second, _ = scene.wechat.departures
    assert (first.subject, first.request) == (second.subject, second.request)
    assert second.at - first.at >= timedelta(seconds=60)
    sends = [kind for kind in scene.types() if kind.startswith("send_")]
    assert ["send_attempted", "send_rejected", "send_attempted", "send_accepted"] == sends[:4]


def test_one_that_is_too_fast_again_is_given_up_until_the_next_run() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(TOO_FAST, TOO_FAST)
    assert (1, 2, 45011) == (
        outcome.exit_status(),
        scene.wechat.count("send_mass"),
        error_of(outcome),
    )
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_list_goes_on_behind_a_batch_that_was_too_fast() -> None:
    scene = Scene([to_openids(WORDS, BATCHES)])
    # The token, the first batch and its report come before.
    scene.wechat.faults = {3: Fault.TOO_FAST}
    outcome = scene.apply()
    assert (0, 3, 4) == (
        outcome.exit_status(),
        len(scene.wechat.jobs),
        scene.wechat.count("send_mass"),
    )
    assert list(BATCHES) == [job.openids for job in scene.wechat.jobs]


def test_a_run_that_does_not_wait_gives_it_up_at_once() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    outcome = scene.apply(TOO_FAST)
    assert (1, 1, []) == (
        outcome.exit_status(),
        scene.wechat.count("send_mass"),
        scene.progress.waited,
    )


def test_a_send_that_was_too_fast_does_not_wait_past_its_window() -> None:
    scene = Scene(
        [whole_text(window=Window(NOW - timedelta(hours=1), NOW + timedelta(seconds=30)))]
    )
    outcome = scene.apply(TOO_FAST)
    assert (5, [Guard.ALLOWANCE]) == (
        outcome.exit_status(),
        [r.guard for r in outcome.campaigns[0].refusals],
    )
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
    assert (0, 1, 3) == (
        outcome.exit_status(),
        len(scene.wechat.jobs),
        scene.wechat.count("send_mass"),
    )
    assert 1 == len({each.request for each in scene.wechat.departures})


def test_a_run_that_was_told_that_the_day_is_used_up_asks_for_no_other_send() -> None:
    scene = Scene([WORDS, text("more", content="明早九点", window=WORDS.window)])
    outcome = scene.apply(("send_mass", Fault.DAY_USED_UP))
    refused = [refusal.guard for each in outcome.campaigns for refusal in each.refusals]
    assert (1, [Guard.ALLOWANCE], 1) == (
        outcome.exit_status(),
        refused,
        scene.wechat.count("send_mass"),
    )
    # Somebody may have had the quota cleared: the next run asks again.
    assert (0, 2) == (scene.apply().exit_status(), len(scene.wechat.jobs))


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


def told_by_apply(scene: Scene) -> list[str]:
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
    assert ["draft_changed", "sent 0"] == told_by_apply(scene)


def test_a_draft_that_is_changed_while_another_doubt_is_waited_for_is_refused() -> None:
    """Two campaigns; the second was read back at the start of the run, a minute before it is its turn."""
    first = replace(NEWS, name="a-first", message=NewsMessage((article("另一封信"),)))
    scene = Scene([first, NEWS])
    while_waiting(scene, edited)
    outcome = scene.apply(("send_mass", Fault.ANSWER_LOST))
    assert [[], ["draft_changed"]] == [
        [r.guard.value for r in each.refusals] for each in outcome.campaigns
    ]


@pytest.mark.parametrize("thrown", [False, True])
def test_rules_are_judged_once_more_after_the_draft_was_read(
    monkeypatch: pytest.MonkeyPatch, thrown: bool
) -> None:
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
    assert ["kill_switch" if thrown else "expired", "sent 0"] == told_by_apply(scene)


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
    assert ["draft_changed", "sent 0"] == told_by_apply(scene)


def test_a_doubt_whose_draft_is_changed_during_the_wait_is_not_repeated() -> None:
    scene = doubtful()
    while_waiting(scene, edited)
    assert ["draft_changed", "sent 0"] == told_by_apply(scene)


def test_a_doubt_whose_draft_is_as_it_was_is_repeated() -> None:
    assert ["sent 1"] == told_by_apply(doubtful())


def test_a_doubt_whose_draft_is_gone_is_repeated_for_the_first_request_may_have_consumed_it() -> (
    None
):
    scene = doubtful()
    scene.wechat.drafts.clear()
    assert ["sent 1"] == told_by_apply(scene)


def test_a_doubt_whose_draft_cannot_be_read_is_not_repeated_in_this_run() -> None:
    scene = doubtful()
    outcome = scene.apply(("get_draft", Fault.REQUEST_LOST))
    assert (4, 0) == (outcome.exit_status(), scene.wechat.count("send_mass"))


def test_an_attempt_records_where_it_comes_from_for_reports() -> None:
    asking = replace(
        house(require_approval=True), approval=lambda _: Approval("GitHub", 7, ("bo",))
    )
    sale = whole_news()
    articles = (article("春季大促", theme="danmo"), article("夏天", author=""))
    sale = replace(sale, message=NewsMessage(articles))

    origin = send_origin(sale, asking)

    assert (
        SendOrigin(
            approved_by="bo",
            titles=("春季大促", "夏天"),
            authors=("编辑部", ""),
            themes=("danmo", ""),
        )
        == origin
    )
    assert (["春季大促", "夏天"], ["danmo", ""]) == (
        origin.members["titles"],
        origin.members["themes"],
    )


def test_an_attempt_records_the_commit_that_was_judged() -> None:
    """Not the one that is checked out when the request leaves: its files may be others."""
    judged = replace(JUDGED, commit="c" * 40)
    scene = Scene([replace(WORDS, inputs=judged)])
    scene.apply()
    assert ["c" * 40] == [event.commit for event in scene.events("send_attempted")]


def test_nothing_is_sent_of_which_nobody_knows_what_it_was_made_from() -> None:
    with pytest.raises(InvariantError, match="which files words was made from"):
        send_intent(replace(WORDS, inputs=None), State())


def test_what_nobody_knows_of_a_send_is_left_out() -> None:
    unasked = replace(house(require_approval=True), approval=lambda _: None)

    assert SendOrigin() == send_origin(WORDS, unasked)
    assert {None} == set(SendOrigin().members.values())


def test_the_entry_of_an_attempt_has_the_titles_of_its_articles() -> None:
    scene = Scene([whole_news()])
    scene.apply()
    (event,) = scene.events("send_attempted")

    assert (["春季大促"], ["编辑部"], None, JUDGED.commit) == (
        event.titles,
        event.authors,
        event.themes,
        event.commit,
    )


def test_who_is_asked_again_about_a_campaign_is_told_that_it_changed() -> None:
    asked: list[SendQuestion] = []
    scene = Scene([WORDS], consent=yes_to_all(asked))
    scene.apply()
    answers = Answers(yes_to_all(asked))
    for _ in range(2):
        answers.put(asked[0])
    assert [False, False, True] == [each.asked_before for each in asked]


def test_one_question_is_enough_for_all_batches_of_a_list() -> None:
    asked: list[SendQuestion] = []
    scene = Scene([to_openids(whole_news(), BATCHES)], consent=yes_to_all(asked))
    scene.apply()
    assert ([len(BATCHES)], len(BATCHES)) == (
        [len(each.sends) for each in asked],
        len(scene.wechat.jobs),
    )


@pytest.mark.parametrize("fault", [Fault.NO_QUOTA, Fault.NO_TOKEN, Fault.NOT_CONNECTED, Fault.SLOW])
def test_one_yes_begins_one_send_also_where_another_campaign_asks_behind_it(fault: Fault) -> None:
    """The second question makes the run plan again; what the first yes began is not begun once more."""
    asked: list[SendQuestion] = []
    scene = Scene([WORDS, whole_news()], consent=yes_to_all(asked))
    scene.apply(("send_mass", fault))
    names = [each.campaign for each in asked]
    assert (len(set(names)), 1) == (len(names), len(scene.wechat.jobs))
