"""What a person may choose about a doubt."""

from datetime import datetime
from typing import Any

import pytest
from building import (
    DAY,
    HOUR,
    NOW,
    OPEN,
    at,
    attempted,
    house,
    news,
    plan_of,
    recorded,
    saved,
    text,
)

from massctl.model.entries import SendInDoubt, SendSettled
from massctl.model.message import RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.reconcile_options import Evidence, Repetition, evidence, in_question, is_to_settle
from massctl.plan.steps import Desired, Gone

WORDS = text("words", window=Window(NOW - HOUR, NOW + 2 * DAY))
SALE = news("sale", window=OPEN)
GONE = Gone(WORDS.name, "main", WORDS.appid, 1)
NIGHT = {"quiet_hours": {"from": "12:00", "to": "14:00", "timezone": "Asia/Shanghai"}}
"""NOW is noon in Beijing."""


def doubtful(campaign: RenderedCampaign = WORDS, since: datetime = NOW, **changes: Any) -> State:
    event, _ = attempted(campaign, **changes)
    return recorded(at(since, event, campaign))


def shown(
    desired: Desired | None,
    state: State,
    now: datetime = NOW,
    *,
    no_send: bool = False,
    **policy: Any,
) -> Evidence:
    record = in_question(state, "words")
    assert record is not None
    rules = house("words", no_send=no_send, **policy)
    planned = plan_of(desired, state, rules, now).campaigns[0] if desired is not None else None
    return evidence(record, planned, state, rules, now)


def repetition(
    desired: Desired | None, state: State, now: datetime = NOW, **policy: Any
) -> Repetition:
    found = shown(desired, state, now, **policy).repetition
    assert found is not None
    return found


def test_a_minute_after_the_attempt_it_may_be_repeated_until_twenty_hours_have_passed():
    found = repetition(WORDS, doubtful())
    assert (61, NOW + 20 * HOUR, ()) == (
        (found.at - NOW).total_seconds() if found.at else 0,
        found.until,
        found.refused,
    )


def test_the_end_of_the_window_comes_first_where_it_is_sooner():
    short = text("words", window=Window(NOW - HOUR, NOW + HOUR))
    assert NOW + HOUR == repetition(short, doubtful(short)).until


def test_without_a_window_the_twenty_hours_stand():
    plain = text("words")
    assert NOW + 20 * HOUR == repetition(plain, doubtful(plain)).until


def test_quiet_hours_only_put_it_off():
    found = repetition(WORDS, doubtful(), **NIGHT)
    assert (NOW + 2 * HOUR, ()) == (found.at, found.refused)


@pytest.mark.parametrize(
    ("desired", "state", "now", "policy", "why"),
    [
        pytest.param(
            text("words", "改了", window=WORDS.window),
            doubtful(),
            NOW,
            {},
            "was changed",
            id="changed",
        ),
        pytest.param(
            text("words", edition=2),
            doubtful(),
            NOW,
            {},
            "campaign.yaml now has edition 2",
            id="edition",
        ),
        pytest.param(
            WORDS, doubtful(since=NOW - 21 * HOUR), NOW, {}, "more than 20 hours old", id="late"
        ),
        pytest.param(
            WORDS, doubtful(), NOW, {"no_send": True}, "MASSCTL_NO_SEND", id="kill switch"
        ),
        pytest.param(None, doubtful(), NOW, {}, "cannot be read", id="unreadable"),
        pytest.param(
            Gone(WORDS.name, "main", WORDS.appid, 1),
            doubtful(),
            NOW,
            {},
            "no longer in the repository",
            id="folder gone",
        ),
        pytest.param(
            text("words", window=Window(NOW - HOUR, NOW + HOUR)),
            doubtful(text("words", window=Window(NOW - HOUR, NOW + HOUR))),
            NOW,
            {**NIGHT},
            "quiet hours",
            id="quiet until the window closes",
        ),
    ],
)
def test_what_stands_in_its_way_is_said(desired, state, now, policy, why):
    found = repetition(desired, state, now, **policy)
    assert (None, True) == (found.at, any(why in each for each in found.refused))


def test_an_account_in_doubt_is_not_given_as_its_own_reason():
    found = repetition(text("words", "改了", window=WORDS.window), doubtful())
    assert ("the campaign was changed since the attempt",) == found.refused


def test_where_no_hour_is_left_it_says_so():
    found = repetition(WORDS, doubtful(since=NOW - 19 * HOUR), quiet_hours={
        "from": "11:59", "to": "14:00", "timezone": "Asia/Shanghai",
    })  # fmt: skip
    assert (None, "there is no time before that at which it may be sent") == (
        found.at,
        found.refused[0],
    )
    assert ["quiet hours" in each for each in found.refused] == [False, True]


def test_wechat_remembers_the_id_for_a_day():
    assert NOW + DAY == shown(WORDS, doubtful()).remembered_until


def test_a_draft_in_question_has_nothing_to_repeat():
    state = recorded(saved(SALE))
    record = in_question(state, "sale")
    assert record is not None
    found = evidence(record, plan_of(SALE, state).campaigns[0], state, house(), NOW)
    assert (None, None, ("春季大促",)) == (
        found.repetition,
        found.remembered_until,
        found.headlines,
    )


def test_headlines_are_shown_only_of_what_was_attempted():
    assert ("今晚八点",) == shown(WORDS, doubtful()).headlines
    assert () == shown(text("words", "改了"), doubtful()).headlines


def test_a_text_is_known_by_its_first_line():
    assert ("一二三",) == text("words", "\n一二三\n四").headlines


@pytest.mark.parametrize(
    ("desired", "same"),
    [
        (WORDS, True),
        (text("words", "other words", window=WORDS.window), True),
        (text("words", edition=2), False),
        (text("words", appid="wxfedcba9876543210"), False),
        (GONE, False),
        (None, False),
    ],
)
def test_the_id_is_the_same_while_edition_and_appid_are(desired: Desired | None, same: bool):
    assert same is shown(desired, doubtful()).same_id


def test_an_edition_in_doubt_comes_before_a_newer_one():
    newer = text("words", edition=2)
    found = in_question(
        recorded(
            attempted(WORDS),
            attempted(newer),
            (SendInDoubt(attempt=3, reason="connection_cut"), newer),
        ),
        "words",
    )
    assert found is not None
    assert 1 == found.edition


def test_without_a_doubt_it_is_the_newest_edition():
    settled = SendSettled(outcome="sent", reason="seen", by="li")
    state = recorded(attempted(WORDS), (settled, WORDS), saved(text("words", edition=2)))
    found = in_question(state, "words")
    assert found is not None
    assert 2 == found.edition


def test_nothing_is_in_question_about_a_campaign_of_which_nothing_is_recorded():
    assert in_question(recorded(), "words") is None


def test_what_went_out_is_not_to_be_settled():
    state = recorded(attempted(WORDS), (SendSettled(outcome="sent", reason="seen", by="li"), WORDS))
    assert [True, False] == [
        is_to_settle(each.record(WORDS.name, 1), each) for each in (doubtful(), state)
    ]
