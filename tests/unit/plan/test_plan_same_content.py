"""The same message to the same audience twice: refused, unless it is on purpose."""

from dataclasses import replace
from datetime import timedelta

import pytest
from building import (
    DAY,
    OPEN,
    OTHER_APPID,
    attempted,
    audience,
    guards,
    plan_of,
    planned,
    recorded,
    sent,
    steps,
    text,
)

from massctl.model.entries import SendAccepted, SendRejected, SendSettled

TICK = timedelta(milliseconds=1)
WORDS = text("words", window=OPEN)


COPY = text("copy", window=OPEN)


def test_an_equal_send_of_the_last_90_days_is_refused_under_any_name():
    campaign = planned(COPY, recorded(*sent(text("words"))))
    assert (["same_content"], []) == (guards(campaign), steps(campaign))
    assert "words sent the same message to the same audience on 2026-11-30" == campaign.refusals[0].message


@pytest.mark.parametrize(("ago", "refused"), [(90 * DAY, True), (90 * DAY + TICK, False), (timedelta(0), True)])
def test_ninety_days_are_remembered(ago, refused):
    assert (["same_content"] if refused else []) == guards(planned(COPY, recorded(*sent(text("words"), ago))))


def test_of_two_equal_sends_in_one_run_the_first_goes_out():
    copy, words = plan_of([WORDS, COPY]).campaigns
    assert ([("copy/send", "due")], []) == (steps(copy), guards(copy))
    assert ([], ["same_content"]) == (steps(words), guards(words))
    assert "copy sends the same message to the same audience in this run" == words.refusals[0].message


def test_an_equal_send_of_the_same_run_may_be_allowed():
    allowed = text("words", window=OPEN, same_content_allowed=True)
    assert [[], []] == [guards(each) for each in plan_of([allowed, COPY]).campaigns]


def test_one_that_is_not_sent_stands_in_nobodys_way():
    before = text("copy", window=replace(OPEN, not_before=OPEN.not_after - timedelta(minutes=1)))
    assert [[], []] == [guards(each) for each in plan_of([before, WORDS]).campaigns]


def test_the_campaign_may_allow_it():
    assert [] == guards(planned(text("copy", window=OPEN, same_content_allowed=True), recorded(*sent(text("words")))))


@pytest.mark.parametrize("changes", [{"audience": audience(tag_id=1)}, {"appid": OTHER_APPID}, {"content": "明晚八点"}])
def test_another_audience_account_or_message_is_not_the_same(changes):
    assert [] == guards(planned(text("copy", window=OPEN, **changes), recorded(*sent(text("words")))))


def test_a_raised_edition_goes_out_once_more_on_purpose():
    assert [] == guards(planned(text("words", edition=2, window=OPEN), recorded(*sent(text("words")))))


def test_a_raised_edition_goes_out_whatever_other_campaigns_sent():
    copy = text("copy")
    state = recorded(*sent(text("words")), attempted(copy), (SendAccepted(attempt=4, msg_id=8), copy))
    assert [] == guards(planned(text("copy", edition=2, window=OPEN), state))


def test_an_edition_above_1_of_a_campaign_that_never_went_out_is_not_raised():
    assert ["same_content"] == guards(planned(text("copy", edition=2, window=OPEN), recorded(*sent(text("words")))))


@pytest.mark.parametrize(
    "after",
    [SendRejected(attempt=2, errcode=45028), SendSettled(outcome="not_sent", reason="not in the console", by="wang")],
)
def test_what_did_not_go_out_is_no_send(after):
    words = text("words")
    assert [] == guards(planned(COPY, recorded(attempted(words), (after, words))))


def test_what_was_refused_and_then_sent_by_hand_is_a_send():
    words, settled = text("words"), SendSettled(outcome="sent", reason="by hand", by="wang")
    refused = recorded(attempted(words), (SendRejected(attempt=2, errcode=45028), words), (settled, words))
    assert ["same_content"] == guards(planned(COPY, refused))


def test_what_a_person_settled_as_sent_is_a_send():
    words, settled = text("words"), SendSettled(outcome="sent", reason="seen", by="wang")
    assert ["same_content"] == guards(planned(COPY, recorded(attempted(words), (settled, words))))


def test_what_nobody_knows_of_counts_as_sent():
    assert ["account_in_doubt", "same_content"] == guards(planned(COPY, recorded(attempted(text("words")))))


def test_after_not_sent_the_campaign_itself_goes_on():
    state = recorded(attempted(WORDS), (SendSettled(outcome="not_sent", reason="not there", by="wang"), WORDS))
    assert [("words/send", "due")] == steps(planned(WORDS, state))


def test_a_raised_edition_in_doubt_is_repeated_though_its_lower_one_sent_the_same():
    """What nobody knows of counts as sent, but not against itself."""
    raised = text("words", edition=2, window=OPEN)
    state = recorded(*sent(text("words", window=OPEN)), attempted(raised))
    assert [("words/send", "resubmit")] == steps(planned(raised, state))
