"""`policy.require_preview` in a run: what was shown is sent by a later run, or after a yes of somebody who looked."""

from dataclasses import replace

import pytest
from building import APPID, HOUR, NOW, audience, house, previewed, reviewers
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault

from massctl.apply.outcome import Outcome
from massctl.apply.ports import SendQuestion
from massctl.apply.stage import seen_by
from massctl.model.entries import SendSettled
from massctl.model.message import Recipient, Window
from massctl.model.state import Record
from massctl.plan.guards import PolicyInForce
from massctl.plan.plan import Until

ASKED = house(require_preview=True)
WORDS = whole_text(recipients=reviewers("editor_li"))
ANSWER_LOST = ("preview", Fault.ANSWER_LOST)


class Person:
    """Somebody at the terminal, who says yes or no."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.asked: list[SendQuestion] = []

    def __call__(self, question: SendQuestion) -> bool:
        self.asked.append(question)
        return self.answer


def told(outcome: Outcome, number: int = 0) -> list[str]:
    return [refusal.guard.value for refusal in outcome.campaigns[number].refusals]


def done(outcome: Outcome, number: int = 0) -> list[str]:
    return [step.address for step in outcome.campaigns[number].performed]


@pytest.mark.parametrize("campaign", [WORDS, whole_news()])
def test_consent_that_was_given_beforehand_does_not_lift_it_in_the_run_that_shows(campaign) -> None:
    scene = Scene([campaign], rules=ASKED)
    first = scene.apply()
    assert (5, ["preview_missing"], []) == (first.exit_status(), told(first), scene.wechat.jobs)
    second = scene.apply()
    assert (0, [f"{campaign.name}/send"]) == (second.exit_status(), done(second))


def test_somebody_who_sees_it_and_says_yes_sends_it_in_the_same_run() -> None:
    person = Person()
    scene = Scene([WORDS], rules=ASKED, consent=person)
    outcome = scene.apply()
    assert (0, [], ["words/preview/1", "words/send"]) == (outcome.exit_status(), told(outcome), done(outcome))
    assert [("editor_li",)] == [tuple(question.recipients_previewed) for question in person.asked]


def test_a_news_campaign_goes_the_whole_way_with_somebody_there() -> None:
    scene = Scene([whole_news()], rules=ASKED, consent=Person())
    assert (0, 1, 2) == (scene.apply().exit_status(), len(scene.wechat.jobs), scene.wechat.count("audience_count"))


def test_somebody_who_says_no_sends_nothing() -> None:
    scene = Scene([WORDS], rules=ASKED, consent=Person(answer=False))
    outcome = scene.apply()
    assert (5, True, []) == (outcome.exit_status(), outcome.campaigns[0].declined, scene.wechat.jobs)


def test_nobody_is_asked_about_what_they_cannot_have_seen() -> None:
    person = Person()
    scene = Scene([WORDS], rules=ASKED, consent=person)
    outcome = scene.apply(ANSWER_LOST)
    assert (5, ["preview_missing"], []) == (outcome.exit_status(), told(outcome), person.asked)
    assert "massctl preview words" in outcome.campaigns[0].refusals[0].hint


def test_a_failed_preview_is_an_error_and_asks_nothing() -> None:
    person = Person()
    scene = Scene([WORDS], rules=ASKED, consent=person)
    outcome = scene.apply(("preview", Fault.NOT_A_FOLLOWER))
    assert (1, [], []) == (outcome.exit_status(), told(outcome), person.asked)


def test_a_size_that_was_wrong_when_last_counted_is_read_again_before_the_question() -> None:
    """Neither the recorded size nor the missing preview stands, once this run has looked anew."""
    scene = Scene([whole_news(audience=audience(expect={"max": 2000}))], rules=ASKED, until=Until.DRAFT)
    scene.wechat.followers = 5000
    scene.apply()
    scene.wechat.followers, scene.until, scene.consent = 1000, Until.SEND, Person()
    assert ["audience_bounds", "preview_missing"] == [r.guard.value for r in scene.plan().campaigns[0].refusals]
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_reviewer_who_is_added_holds_the_send_back_for_a_run() -> None:
    scene = Scene([WORDS], rules=ASKED)
    scene.apply()
    scene.campaigns = [replace(WORDS, recipients=reviewers("editor_li", "editor_wang"))]
    outcome = scene.apply()
    assert (["words/preview/2"], ["preview_missing"]) == (done(outcome), told(outcome))
    assert 0 == scene.apply().exit_status()


def test_an_edit_is_shown_before_it_is_sent() -> None:
    scene = Scene([WORDS], rules=ASKED)
    scene.apply()
    scene.campaigns = [whole_text(content="今晚九点", recipients=reviewers("editor_li"))]
    assert (5, []) == (scene.apply().exit_status(), scene.wechat.jobs)
    assert (0, ["今晚九点"]) == (scene.apply().exit_status(), [job.subject for job in scene.wechat.jobs])


def test_a_policy_that_is_switched_on_in_mid_run_is_obeyed() -> None:
    scene = Scene([WORDS], fresh_rules=lambda: ASKED)
    outcome = scene.apply()
    assert (5, ["preview_missing"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)
    assert "this run shows it" in outcome.campaigns[0].refusals[0].message


def test_a_repetition_of_an_open_attempt_is_not_held_back() -> None:
    scene = Scene([WORDS], rules=house())
    scene.apply(ANSWER_LOST, ("send_mass", Fault.REQUEST_LOST), ("send_mass", Fault.REQUEST_LOST))
    scene.rules = ASKED
    scene.later(minutes=2)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_doubt_that_was_settled_as_not_sent_needs_no_other_preview() -> None:
    scene = Scene([WORDS], rules=ASKED)
    scene.apply()
    scene.apply(("send_mass", Fault.REQUEST_LOST), ("send_mass", Fault.REQUEST_LOST))
    scene.write((SendSettled(outcome="not_sent", reason="looked", by="li"), WORDS))
    assert 0 == scene.apply().exit_status()


def test_a_campaign_that_anothers_doubt_kept_back_waits_for_its_own_preview() -> None:
    """The doubt is cleared in this run, but nobody was there to look at the preview."""
    scene = Scene([WORDS, whole_text(recipients=reviewers("editor_li"), content="另一条", window=None)])
    other = replace(whole_text(content="另一条", recipients=reviewers("editor_li")), name="other")
    scene.campaigns = [WORDS]
    scene.apply(("send_mass", Fault.REQUEST_LOST), ("send_mass", Fault.REQUEST_LOST))
    scene.campaigns, scene.rules = [WORDS, other], ASKED
    scene.later(minutes=2)
    outcome = scene.apply()
    by_name = {c.planned.name: [r.guard.value for r in c.refusals] for c in outcome.campaigns}
    assert {"words": [], "other": ["preview_missing"]} == by_name
    assert (0, 2) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_the_question_names_everybody_who_saw_this_version_and_nobody_else() -> None:
    openid, stranger = Recipient("touser", "oABCDEFG"), Recipient("touser", "oXYZ")
    campaign = replace(WORDS, recipients=(*reviewers("li"), openid))
    record = Record(campaign.name, 1)
    for recipient in (*campaign.recipients, stranger, *reviewers("zhao")):
        event, _ = previewed(campaign, recipient=recipient)
        record.previews[campaign.digest, recipient.recorded] = event
    lost, _ = previewed(campaign, "unknown", *reviewers("wang"))
    record.previews[campaign.digest, "towxname:wang"] = lost
    record.previews["sha256:older", "towxname:sun"] = event
    assert ("li", "reviewer 2 (by openid)", "a reviewer by openid", "zhao") == seen_by(campaign, record)


def test_staging_before_the_window_is_not_a_refusal() -> None:
    scene = Scene([replace(WORDS, window=Window(NOW + HOUR, NOW + 2 * HOUR))], rules=ASKED)
    assert 0 == scene.apply().exit_status()
    scene.later(hours=1.5)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_each_word_on_a_preview_names_its_account() -> None:
    scene = Scene([WORDS], rules=PolicyInForce(ASKED.policy))
    scene.apply()
    assert [APPID, APPID] == [event.appid for event in scene.events("previewed")]
