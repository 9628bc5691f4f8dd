"""The allowance: what is used, which day each campaign takes, and what finds none."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from allowance_samples import ACCOUNT, on, planned_all, refused, rules, sends, to_list, words
from building import (
    APPID,
    DAY,
    HOUR,
    NOW,
    OTHER_APPID,
    at,
    attempted,
    audience,
    entries,
    guards,
    news,
    plan_of,
    planned,
    recorded,
    sha,
    steps,
    text,
)
from copies import replace
from hypothesis import given, settings
from hypothesis import strategies as st
from openid_samples import BATCHES, PAIRS, openid_list
from simulation.scenario import LONG, to_openids, whole_news, whole_text

from massctl.model.batches import OpenidList
from massctl.model.entries import (
    AudienceResolved,
    JobStatus,
    NewEntry,
    SendAccepted,
    SendImported,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.message import RenderedCampaign, Window
from massctl.model.state import Job, Record, State, beijing_day, is_concluded
from massctl.plan import quota
from massctl.plan.guards import Case, Moment, send_refusals
from massctl.plan.plan import Plan, PlannedCampaign, Until, draft_steps
from massctl.plan.plan_file import plan_document
from massctl.plan.quota import (
    DAYS_AHEAD,
    MINUTE,
    SENDS,
    SENDS_A_MINUTE,
    TAGGED,
    Scope,
    batches_left,
    calls_by_day,
    next_send_at,
    used_in,
    uses,
)

MIDNIGHT = datetime(2026, 12, 1, 16, tzinfo=UTC)
"""Of Beijing, after NOW."""


def went_out(
    campaign: RenderedCampaign, when: datetime, serial: int = 2, **changes: Any
) -> list[NewEntry]:
    event = attempted(campaign, **changes)[0]
    return [
        at(when, event, campaign),
        at(when, SendAccepted(attempt=serial, msg_id=serial), campaign),
    ]


def website(when: datetime) -> NewEntry:
    return NewEntry(
        at=NOW,
        event=SendImported(appid=APPID, sent_at=when, by="wang"),
        campaign=None,
        edition=None,
    )


def test_two_campaigns_of_one_day_are_one_too_many_for_a_subscription_account() -> None:
    """The earlier in the interface's order keeps the day, and the later one names it, before its window opens."""
    found = planned_all([words("b-later", on(3, hours=4)), words("a-evening", on(3, hours=3))])
    assert list(refused(found)) == ["b-later"]
    assert "2026-12-04: a-evening" in refused(found)["b-later"]
    assert "one send a day" in refused(found)["b-later"]


def test_a_window_of_two_days_gives_way_to_one_of_a_single_day() -> None:
    """Earliest deadline first: both fit, for the longer window has another day."""
    assert refused(planned_all([words("long", on(3, 4)), words("short", on(3))])) == {}


def test_a_window_that_ends_later_takes_no_day_from_those_before() -> None:
    """Three campaigns share two days; the last by the end of its window has none, and names both."""
    found = planned_all(
        [words("one", on(3, 4, hours=1)), words("two", on(3, 4, hours=2)), words("six", on(3, 4))]
    )
    assert list(refused(found)) == ["six"]
    assert (
        "2026-12-04: one (reserved, until 12-05 13:00); 2026-12-05: two (reserved, until 12-05 14:00)"
        in (refused(found)["six"])
    )


def test_of_two_windows_that_open_at_once_the_first_in_the_order_keeps_today() -> None:
    """The plan before they open says what apply does when they have: one goes out today, two tomorrow."""
    campaigns = [words("one", on(0, 1, opens=1)), words("two", on(0, 1, opens=1))]
    before, due = planned_all(campaigns), planned_all(campaigns, now=NOW + HOUR)
    assert (NOW + HOUR, MIDNIGHT) == (before["one"].next_at, before["two"].next_at)
    assert (["one"], {}) == (sends(due), refused(before))
    assert MIDNIGHT == due["two"].next_at
    (ahead,) = plan_of(campaigns, None, rules(campaigns), NOW).ahead
    assert [("one",), ("two",)] == [span.campaigns for span in ahead.spans]


def test_of_two_windows_the_one_that_ends_first_has_today_although_it_opens_later() -> None:
    """Nobody is moved for somebody later in the order: `two` is due at one o'clock, and waits for tomorrow."""
    campaigns = [words("one", on(0, 1, opens=4)), words("two", on(0, 1, opens=1, hours=11))]
    before, due = planned_all(campaigns), planned_all(campaigns, now=NOW + HOUR)
    assert (NOW + 4 * HOUR, MIDNIGHT) == (before["one"].next_at, before["two"].next_at)
    assert ([], MIDNIGHT) == (sends(due), due["two"].next_at)
    assert ["one"] == sends(planned_all(campaigns, now=NOW + 4 * HOUR))


def refused_for_the_day(campaign: RenderedCampaign, when: datetime) -> list[NewEntry]:
    event = SendRejected(attempt=2, errcode=45009, retryable=True)
    return [at(when, attempted(campaign)[0], campaign), at(when, event, campaign)]


def used_up(planned: PlannedCampaign) -> bool:
    return "MC407" in [diagnostic.code for diagnostic in planned.diagnostics]


def test_a_45009_of_today_says_that_no_call_is_left_and_apply_may_ask_again() -> None:
    old, late = words("old", None), words("late", on(0, hours=11))
    today, yesterday = (recorded(*refused_for_the_day(old, NOW - ago)) for ago in (HOUR, DAY))
    found = planned_all([late], today, "service")
    assert (True, ["late"]) == (used_up(found["late"]), sends(found))
    assert not used_up(planned_all([late], yesterday, "service")["late"])
    (ahead,) = plan_of(late, today, rules([late], "service"), NOW).ahead
    assert [(0, 100)] == [(span.left, span.used) for span in ahead.spans if span.of == "calls"]


@pytest.mark.parametrize(
    ("window", "advised"),
    [
        (on(0, 1), "run apply again after 2026-12-02 00:00 +08:00, within its window"),
        (
            on(0),
            "its window leaves no time after 2026-12-02 00:00 +08:00: give it another one in campaign.yaml",
        ),
        (None, "run `massctl apply late` after 2026-12-02 00:00 +08:00"),
    ],
)
def test_what_is_advised_after_a_45009_can_be_done(window: Window | None, advised: str) -> None:
    """It is due all the same, for a quota may be cleared, and that is said."""
    old, late = words("old", None), words("late", window)
    state = recorded(*refused_for_the_day(old, NOW - HOUR))
    (planned,) = plan_of([late], state, rules([late], "service", named=("late",))).campaigns
    (hint,) = [each.hint for each in planned.diagnostics if each.code == "MC407"]
    assert (True, True) == (str(hint).startswith(advised), "apply still tries now" in str(hint))
    assert ["late"] == sends({planned.name: planned})


def test_a_45009_is_over_when_wechat_takes_a_send_again() -> None:
    old, late = words("old", None), words("late", on(0, hours=11))
    state = recorded(*refused_for_the_day(old, NOW - HOUR), *went_out(old, NOW, 4))
    assert not used_up(planned_all([late], state, "service")["late"])


def test_what_is_not_due_is_not_told_of_the_calls_of_today() -> None:
    old, late = words("old", None), words("late", on(1))
    state = recorded(*refused_for_the_day(old, NOW - HOUR))
    assert not used_up(planned_all([late], state, "service")["late"])


def test_a_subscription_account_shows_its_calls_where_none_are_left() -> None:
    old, late = words("old", None), words("late", on(0))
    state = recorded(*refused_for_the_day(old, NOW - HOUR))
    (ahead,) = plan_of(late, state, rules([late]), NOW).ahead
    assert [0] == [span.left for span in ahead.spans if span.of == "calls"]


def test_what_finds_no_place_comes_at_no_moment() -> None:
    found = planned_all([words("one", on(3)), words("two", on(3))])
    assert (["two"], None) == (list(refused(found)), found["two"].next_at)


def test_what_is_due_waits_for_the_one_whose_only_day_is_today() -> None:
    """At noon the long window is open and the short one is not: the day is kept for it."""
    short, long = words("short", on(0, opens=4)), words("long", on(0, 1))
    found = planned_all([short, long])
    assert sends(found) == []
    assert "today has none free: 2026-12-01: short" in refused(found)["long"]
    assert found["long"].next_at == datetime(2026, 12, 1, 16, tzinfo=UTC)
    evening = planned_all([short, long], now=NOW + 5 * HOUR)
    assert sends(evening) == ["short"]
    tomorrow = planned_all(
        [short, long], recorded(*went_out(short, NOW + 5 * HOUR)), now=NOW + 14 * HOUR
    )
    assert sends(tomorrow) == ["long"]


def test_of_two_that_are_due_the_first_is_sent_and_the_second_waits_or_is_refused() -> None:
    found = planned_all(
        [words("one", on(0, 1, hours=2)), words("two", on(0, 1, hours=3)), words("six", on(0, 1))]
    )
    assert sends(found) == ["one"]
    assert "today has none free" in refused(found)["two"]
    assert "none is free" in refused(found)["six"]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([website(NOW - 3 * HOUR)], id="a send in the console"),
        pytest.param(went_out(words("earlier", None), NOW - 3 * HOUR), id="an accepted job"),
        pytest.param(
            went_out(words("earlier", None), NOW - 3 * HOUR)[:1], id="an attempt without a verdict"
        ),
        pytest.param(
            [
                at(
                    NOW,
                    SendImported(appid=APPID, sent_at=NOW - HOUR, by="wang"),
                    words("earlier", None),
                ),
            ],
            id="a send that was imported",
        ),
        pytest.param(
            [
                at(NOW - DAY, attempted(words("earlier", None))[0], words("earlier", None)),
                at(NOW - DAY, SendRejected(attempt=2, errcode=-1), words("earlier", None)),
                at(
                    NOW - HOUR,
                    SendSettled(outcome="sent", reason="seen", by="wang"),
                    words("earlier", None),
                ),
            ],
            id="a draft that was sent in the console",
        ),
        pytest.param(
            [
                at(NOW - HOUR, attempted(words("earlier", None))[0], words("earlier", None)),
                at(
                    NOW - HOUR,
                    SendInDoubt(attempt=2, reason="connection_cut"),
                    words("earlier", None),
                ),
                at(
                    NOW,
                    SendSettled(outcome="sent", reason="seen", by="wang"),
                    words("earlier", None),
                ),
            ],
            id="an attempt that was seen in the console",
        ),
    ],
)
def test_whatever_may_have_gone_out_today_uses_the_day(entries: list[NewEntry]) -> None:
    found = planned_all([words("now", on(0))], recorded(*entries))
    assert sends(found) == []
    assert "2026-12-01" in refused(found).get("now", "") or "account_in_doubt" in guards(
        found["now"]
    )


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([website(NOW - 13 * HOUR)], id="yesterday in Beijing"),
        pytest.param(
            [
                at(NOW, attempted(words("earlier", None))[0], words("earlier", None)),
                at(
                    NOW,
                    SendRejected(attempt=2, errcode=45028, retryable=True),
                    words("earlier", None),
                ),
            ],
            id="a refusal",
        ),
        pytest.param(
            [
                at(NOW - HOUR, attempted(words("earlier", None))[0], words("earlier", None)),
                at(NOW, SendInDoubt(attempt=2, reason="connection_cut"), words("earlier", None)),
                at(
                    NOW,
                    SendSettled(outcome="not_sent", reason="not there", by="wang"),
                    words("earlier", None),
                ),
            ],
            id="settled as not sent",
        ),
    ],
)
def test_what_did_not_go_out_today_uses_nothing(entries: list[NewEntry]) -> None:
    assert sends(planned_all([words("now", on(0))], recorded(*entries))) == ["now"]


TAG_7 = words("tagged", None, audience=audience(tag_id=7))
NEW_YEAR = datetime(2026, 12, 31, 16, tzinfo=UTC)
"""Midnight of Beijing."""
BEFORE = NEW_YEAR - timedelta(seconds=12)
JUST_AFTER = NEW_YEAR + timedelta(seconds=5)
DECEMBER, JANUARY = date(2026, 12, 1), date(2027, 1, 1)


def tagged_try(when: datetime, **changes: Any) -> NewEntry:
    return at(when, attempted(TAG_7, audience={"tag_id": 7}, **changes)[0], TAG_7)


def yes(when: datetime, attempt: int = 2, **more: Any) -> NewEntry:
    return at(when, SendAccepted(attempt=attempt, msg_id=7, **more), TAG_7)


def unclear(when: datetime, attempt: int = 2, **more: Any) -> NewEntry:
    doubt = {"reason": "connection_cut", **more}
    return at(when, SendInDoubt(attempt=attempt, **doubt), TAG_7)


@pytest.mark.parametrize(
    ("history", "months"),
    [
        pytest.param(
            [tagged_try(BEFORE), yes(JUST_AFTER)], [JANUARY], id="accepted in the new month"
        ),
        pytest.param(
            [tagged_try(BEFORE), yes(BEFORE)], [], id="accepted in the old month, which is over"
        ),
        pytest.param(
            [tagged_try(BEFORE)],
            [DECEMBER, JANUARY],
            id="without a verdict, and it may be leaving now",
        ),
        pytest.param(
            [tagged_try(BEFORE), unclear(BEFORE)], [DECEMBER], id="in doubt before midnight"
        ),
        pytest.param(
            [tagged_try(BEFORE), unclear(JUST_AFTER)],
            [DECEMBER, JANUARY],
            id="in doubt after midnight",
        ),
        pytest.param(
            [tagged_try(BEFORE), unclear(BEFORE, reason="errcode", errcode=89504)],
            [DECEMBER, JANUARY],
            id="the administrator may agree after midnight",
        ),
        pytest.param(
            [tagged_try(BEFORE, not_after=BEFORE)],
            [DECEMBER],
            id="without a verdict, and its window was over",
        ),
        pytest.param(
            [
                tagged_try(BEFORE),
                unclear(BEFORE),
                tagged_try(JUST_AFTER),
                yes(JUST_AFTER, 4, duplicate=True),
            ],
            [DECEMBER],
            id="the first request had been accepted",
        ),
        pytest.param(
            [tagged_try(BEFORE), tagged_try(JUST_AFTER), yes(JUST_AFTER, 3, duplicate=True)],
            [DECEMBER, JANUARY],
            id="a request without a verdict had been accepted",
        ),
        pytest.param(
            [tagged_try(JUST_AFTER), yes(JUST_AFTER, duplicate=True)],
            [DECEMBER, JANUARY],
            id="somebody else's request had been accepted within a day",
        ),
        pytest.param(
            [
                tagged_try(BEFORE),
                at(JUST_AFTER, SendSettled(outcome="sent", reason="seen", by="li"), TAG_7),
            ],
            [DECEMBER, JANUARY],
            id="seen in the console",
        ),
        pytest.param(
            [
                tagged_try(BEFORE),
                at(JUST_AFTER, SendSettled(outcome="not_sent", reason="not there", by="li"), TAG_7),
            ],
            [],
            id="called not sent",
        ),
    ],
)
def test_a_send_counts_in_the_month_in_which_wechat_took_it(
    history: list[NewEntry], months: list[date]
) -> None:
    """The request may leave minutes after the attempt; where nobody knows when, it counts in both."""
    found = used_in(uses(recorded(*history), APPID, JUST_AFTER), TAGGED, 7)
    assert months == sorted(found)


def test_a_fifth_to_a_tag_is_refused_though_the_first_of_the_month_was_attempted_before_it() -> (
    None
):
    names = ("two", "three", "four")
    others = [
        each
        for number, name in enumerate(names)
        for each in went_out(
            words(name, None), NEW_YEAR + HOUR, 4 + 2 * number, audience={"tag_id": 7}
        )
    ]
    state = recorded(tagged_try(BEFORE), yes(JUST_AFTER), *others)
    now = NEW_YEAR + 10 * HOUR
    fifth = words("five", Window(now, now + HOUR), audience=audience(tag_id=7))
    assert ["five"] == list(refused(planned_all([fifth], state, "service", now=now)))


def test_a_day_has_the_send_that_was_attempted_before_it_and_accepted_in_it() -> None:
    now = NEW_YEAR + 10 * HOUR
    today = words("today", Window(now, now + HOUR))
    assert ["today"] == list(
        refused(planned_all([today], recorded(tagged_try(BEFORE), yes(JUST_AFTER)), now=now))
    )
    assert {} == refused(planned_all([today], recorded(tagged_try(BEFORE), yes(BEFORE)), now=now))


def test_a_call_counts_on_the_day_of_its_answer_and_a_45009_too() -> None:
    refusal = at(JUST_AFTER, SendRejected(attempt=2, errcode=45009, retryable=True), TAG_7)
    state = recorded(tagged_try(BEFORE), refusal)
    assert {beijing_day(JUST_AFTER): 1} == calls_by_day(state, APPID, JUST_AFTER)
    assert quota.calls_used_up(state, APPID, JUST_AFTER)
    assert {beijing_day(JUST_AFTER): 1} == calls_by_day(
        recorded(tagged_try(BEFORE)), APPID, JUST_AFTER
    )


def test_an_open_attempt_is_used_and_its_repetition_needs_no_second_place() -> None:
    campaign = words("doubtful", on(0))
    state = recorded(at(NOW - HOUR, attempted(campaign)[0], campaign))
    found = planned_all([campaign], state)
    assert refused(found) == {}
    assert [step.reason.value for step in found["doubtful"].steps] == ["resubmit"]


def test_a_subscription_account_counts_tags_too_and_leaves_lists_alone() -> None:
    tag, lists = words("tag", on(3), audience=audience(tag_id=7)), words("list", on(3))
    assert list(refused(planned_all([words("all", on(3, hours=3)), tag]))) == ["tag"]
    assert refused(planned_all([words("all", on(3, hours=3)), tag], kind="service")) == {}
    assert list(refused(planned_all([words("all", on(3, hours=3)), lists]))) == ["list"]


def test_a_fifth_send_to_everybody_in_a_month_is_refused_and_names_the_four() -> None:
    """Two went out, two are planned, one people sent in the console in November: that is another month.

    Those that used their places stand first, by their moments, then those to come, by the ends of their windows.
    """
    state = recorded(
        *went_out(words("sent", None), NOW - HOUR),
        website(NOW - 5 * HOUR),
        website(NOW - 13 * HOUR),
    )
    campaigns = [
        words("third", on(5)),
        words("fourth", on(6)),
        words("fifth", on(7)),
        words("january", on(31)),
    ]
    found = planned_all(campaigns, state, "service")
    assert list(refused(found)) == ["fifth"]
    told = (
        "2026-12: a send in the console (12-01 07:00), sent (used it 12-01 11:00), "
        "third (reserved, until 12-06 22:00), fourth (reserved, until 12-07 22:00)"
    )
    assert told in refused(found)["fifth"]


OVER = "; or write `over_limit: allow` under send: in campaign.yaml: followers who had four do not receive it"


def hint_of(planned: dict[str, PlannedCampaign], name: str) -> str:
    return next(
        refusal.hint for refusal in planned[name].refusals if refusal.guard.value == "allowance"
    )


def test_a_conflict_among_those_to_come_names_who_may_move_and_the_first_free_day() -> None:
    found = planned_all([words("one", on(3, hours=3)), words("two", on(3)), words("next", on(4))])
    assert (
        "give it, or a future one (one), another window in campaign.yaml, and have that reviewed; "
        "the first free day is 2026-12-06"
    ) == hint_of(found, "two")


def test_what_was_sent_cannot_be_moved() -> None:
    state = recorded(*(website(NOW - number * HOUR) for number in range(4)))
    found = planned_all([words("fifth", on(7))], state, "service")
    assert (
        "sent campaigns used the allowance: give this campaign another window in campaign.yaml, and have that "
        "reviewed; the first free day is 2027-01-01"
    ) + OVER == hint_of(found, "fifth")
    moments = [f"a send in the console (12-01 {hour:02}:00)" for hour in (9, 10, 11, 12)]
    assert "2026-12: " + ", ".join(moments) in refused(found)["fifth"]


def named(
    campaigns: list[RenderedCampaign], *entries: NewEntry, **policy: Any
) -> dict[str, PlannedCampaign]:
    """Plan campaigns of no window that the command line names."""
    house = rules(campaigns, "service", tuple(each.name for each in campaigns), **policy)
    return {each.name: each for each in plan_of(campaigns, recorded(*entries), house).campaigns}


def test_a_campaign_of_no_window_goes_out_by_name_when_there_is_a_place() -> None:
    spent = [website(NOW - number * HOUR) for number in range(4)]
    assert "run `massctl apply later` on or after 2027-01-01" + OVER == hint_of(
        named([words("later", None)], *spent), "later"
    )


def test_the_day_that_is_named_is_one_on_which_something_may_go_out() -> None:
    spent = [website(NOW - number * HOUR) for number in range(4)]
    frozen = named([words("later", None)], *spent, freeze=["2026-12-31/2027-01-04"])
    assert "run `massctl apply later` on or after 2027-01-05" + OVER == hint_of(frozen, "later")
    never = named([words("later", None)], *spent, freeze=["2026-12-02/2028-12-31"])
    assert "no day of the next year is free" in hint_of(never, "later")
    windowed = planned_all(
        [words("fifth", on(7))], recorded(*spent), "service", freeze=["2026-12-10/2028-12-31"]
    )
    assert "the first free day" not in hint_of(windowed, "fifth")


def test_of_two_that_are_named_the_second_is_told_of_the_first() -> None:
    spent = [website(NOW - number * HOUR) for number in range(3)]
    found = named([words("a", None), words("b", None)], *spent)
    assert "a (sent by name)" in refused(found)["b"]
    assert "run `massctl apply b` on or after 2027-01-01" + OVER == hint_of(found, "b")


def test_what_has_to_wait_is_told_from_which_day_it_has_a_place() -> None:
    found = planned_all([words("short", on(0, opens=4)), words("long", on(0, 1))])
    assert "run apply again on or after 2026-12-02, within its window: that day is free" == hint_of(
        found, "long"
    )


def test_a_window_over_the_end_of_a_month_falls_into_the_next_one() -> None:
    early = [words(f"early-{number}", on(number)) for number in range(1, 5)]
    assert refused(planned_all([*early, words("late", on(29, 32))], kind="service")) == {}


def test_days_on_which_nothing_is_sent_are_no_places() -> None:
    campaigns = [words("one", on(3, hours=3)), words("two", on(3, 4))]
    assert refused(planned_all(campaigns)) == {}
    assert list(refused(planned_all(campaigns, freeze=["2026-12-05"]))) == ["two"]


def test_what_can_never_go_out_takes_no_place() -> None:
    """Its whole window is frozen, it was refused for good, or it opens beyond the days that are looked ahead."""
    rejected = words("a-rejected", on(0, hours=2))
    state = recorded(
        at(NOW - DAY, attempted(rejected)[0], rejected),
        at(NOW - DAY, SendRejected(attempt=2, errcode=45166), rejected),
    )
    assert sends(planned_all([rejected, words("now", on(0))], state)) == ["now"]
    far = [words("far", on(DAYS_AHEAD + 1)), words("farther", on(DAYS_AHEAD + 1))]
    assert refused(planned_all(far)) == {}
    frozen = [words("one", on(3, hours=3)), words("two", on(3))]
    assert refused(planned_all(frozen, freeze=["2026-12-04"])) == {}


def test_what_was_refused_for_good_asks_again_once_it_renders_otherwise() -> None:
    """What was at fault lay outside its folder."""
    rejected = words("a-rejected", on(0, hours=2), source_sha256=sha("folder"))
    state = recorded(
        at(NOW - DAY, attempted(rejected)[0], rejected),
        at(NOW - DAY, SendRejected(attempt=2, errcode=45166), rejected),
    )
    mended = text("a-rejected", "other words", window=on(0, hours=2), source_sha256=sha("folder"))
    planned = planned_all([mended, words("now", on(0, hours=3))], state)
    assert (["a-rejected"], ["now"]) == (sends(planned), list(refused(planned)))


def test_a_campaign_of_no_window_goes_out_today_after_those_with_one() -> None:
    campaigns = [words("named", None), words("windowed", on(0))]
    made = plan_of(campaigns[:1], None, rules(campaigns, named=("named",)))
    assert guards(made.campaigns[0]) == ["allowance"]
    alone = plan_of(campaigns[:1], None, rules(campaigns[:1], named=("named",)))
    assert guards(alone.campaigns[0]) == []


def test_a_run_that_only_stages_is_refused_nothing() -> None:
    campaigns = [words("one", on(3, hours=3)), words("two", on(3))]
    made = plan_of(campaigns, None, rules(campaigns), until=Until.DRAFT)
    assert [[], []] == [guards(each) for each in made.campaigns]


def test_campaigns_that_are_not_planned_count_all_the_same() -> None:
    first, second = words("first", on(3, hours=3)), words("second", on(3))
    made = plan_of([second], None, rules([first, second], named=("second",)))
    assert "first" in made.campaigns[0].refusals[0].message


def test_a_fifth_message_that_may_reach_the_same_followers_is_a_warning_and_no_refusal() -> None:
    tags = [words(f"tag-{n}", on(n), audience=audience(tag_id=n)) for n in range(1, 6)]
    found = planned_all(tags, kind="service")
    assert refused(found) == {}
    warned = {
        name: [d for d in each.diagnostics if d.code == "MC406"] for name, each in found.items()
    }
    assert [name for name, each in warned.items() if each] == ["tag-5"]
    told = [f"tag-{n} (reserved, until 12-{n + 1:02} 22:00)" for n in range(1, 5)]
    assert ", ".join(told) in warned["tag-5"][0].message
    assert not any(each.diagnostics for each in planned_all(tags).values())


def test_a_hundred_calls_a_day_are_counted_where_so_many_are_asked_for() -> None:
    """Ninety-nine requests of today are on record, also those that were refused; one more is left."""
    old = words("old", None)
    used = [
        at(NOW - HOUR, event, old)
        for n in range(99)
        for event in (
            attempted(old)[0],
            SendRejected(attempt=2 + 2 * n, errcode=45009, retryable=True),
        )
    ]
    tags = [words(f"tag-{n}", on(0, hours=n), audience=audience(tag_id=n)) for n in (1, 2)]
    found = planned_all(tags, recorded(*used), "service")
    assert sends(found) == ["tag-1"]
    assert "100 mass calls a day" in refused(found)["tag-2"]
    assert "2026-12-01: tag-1" in refused(found)["tag-2"]
    longer = [tags[0], words("tag-2", on(0, 1), audience=audience(tag_id=2))]
    found = planned_all(longer, recorded(*used), "service")
    assert "today has none free" in refused(found)["tag-2"]


WINDOWS = st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(1, 9)).map(
    lambda drawn: on(drawn[0], drawn[0] + drawn[1], hours=drawn[2])
)


def _all_fit(windows: list[Window]) -> bool:
    """Try every way to give each window a day of its own."""
    if not windows:
        return True
    taken: set[frozenset[int]] = {frozenset()}
    for window in windows:
        first, last = (window.not_before - NOW).days, (window.not_after - NOW).days
        taken = {
            days | {day} for days in taken for day in range(first, last + 1) if day not in days
        }
    return bool(taken)


@given(st.lists(WINDOWS, max_size=7))
def test_exactly_those_are_refused_who_fit_no_more_beside_all_before_them(
    windows: list[Window],
) -> None:
    """Against every way to deal out the days: nobody is refused who fits, and nobody fits who was not refused."""
    campaigns = [words(f"c{number}", window) for number, window in enumerate(windows)]
    found = planned_all(campaigns, now=NOW - timedelta(hours=1))
    ordered = sorted(campaigns, key=lambda c: (c.window.not_after if c.window else NOW, c.name))
    kept: list[Window] = []
    due: list[str] = []
    for campaign in ordered:
        if campaign.window is not None and _all_fit([*kept, campaign.window]):
            kept.append(campaign.window)
        else:
            due.append(campaign.name)
    assert due == sorted(refused(found), key=[c.name for c in ordered].index)


@pytest.mark.night
@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(WINDOWS, max_size=5))
def test_a_timer_sends_every_campaign_that_was_not_refused_and_never_two_a_day(
    windows: list[Window],
) -> None:
    """Plan again every hour, send what the plan says, and count by the Beijing calendar."""
    campaigns = [words(f"c{number}", window) for number, window in enumerate(windows)]
    at_first = refused(planned_all(campaigns, now=NOW - timedelta(hours=1)))
    state, sent, serial = recorded(), {}, 1
    entries: list[NewEntry] = []
    moment = NOW - timedelta(hours=1)
    while moment < NOW + 11 * DAY:
        for name in sends(planned_all(campaigns, state, now=moment)):
            campaign = next(c for c in campaigns if c.name == name)
            entries += went_out(campaign, moment, serial + 1)
            serial += 2
            sent[name] = (moment + 8 * HOUR).date()
            state = recorded(*entries)
        moment += HOUR
    assert len(set(sent.values())) == len(sent)
    assert set(sent) == {c.name for c in campaigns} - set(at_first)


def test_a_refusal_that_passes_by_itself_keeps_the_place() -> None:
    """Its quota, or its token, was the matter; the next apply tries it again."""
    first = words("a-refused", on(0, hours=2))
    state = recorded(
        at(NOW - DAY, attempted(first)[0], first),
        at(NOW - DAY, SendRejected(attempt=2, errcode=45009, retryable=True), first),
    )
    found = planned_all([first, words("then", on(0))], state)
    assert (["a-refused"], ["then"]) == (sends(found), list(refused(found)))


@pytest.mark.parametrize("moved", [{}, {"appid": OTHER_APPID, "account": "other"}])
def test_a_campaign_that_is_missing_from_the_agenda_asks_all_the_same(
    moved: dict[str, Any],
) -> None:
    """One of its name that is on it under another account answers nothing for it."""
    earlier, campaign = words("earlier", None, **moved), words("missing", on(0), **moved)
    state, bound = (
        recorded(*went_out(earlier, NOW - HOUR)),
        rules([words("missing", on(0))] if moved else []),
    )
    bound = replace(
        bound, agenda=replace(bound.agenda, accounts={campaign.appid: (ACCOUNT, "subscription")})
    )
    assert ["allowance"] == guards(planned(campaign, state, bound))
    assert ["allowance"] == [
        each.guard for each in send_refusals(Case(campaign, state, bound, NOW), Moment.PLAN)
    ]
    assert ["missing"] == sends({"missing": planned(campaign, None, bound)})


def test_an_account_of_no_known_kind_is_not_sent_for() -> None:
    with pytest.raises(KeyError):
        planned(words("elsewhere", on(0), appid=OTHER_APPID, account="other"), None, rules([]))


def test_a_month_that_is_frozen_reaches_nobody() -> None:
    tags = [words(f"tag-{n}", on(n), audience=audience(tag_id=n)) for n in range(1, 6)]
    found = planned_all(tags, kind="service", freeze=["2026-12-05"])
    assert not any(each.diagnostics for each in found.values())


def test_a_use_counts_once_a_day_however_often_it_was_attempted_and_for_its_own_account_only() -> (
    None
):
    """A tag of a service account uses none of the four; a list neither; another account's sends are its own."""
    one, tag, several = words("one", None), words("tag", None), words("list", None)
    foreign = words("foreign", None, appid=OTHER_APPID, account="other")
    state = recorded(
        at(NOW - 2 * HOUR, attempted(one)[0], one),
        at(NOW - 2 * HOUR, SendInDoubt(attempt=2, reason="connection_cut"), one),
        at(NOW - HOUR, attempted(one)[0], one),
        at(NOW - HOUR, SendAccepted(attempt=4, msg_id=4), one),
        *went_out(tag, NOW - HOUR, 6, audience={"tag_id": 7}),
        *went_out(several, NOW - HOUR, 8, audience={"openids": "sha256:1"}),
        *went_out(foreign, NOW - HOUR, 10),
        at(NOW, SendRejected(attempt=10, errcode=None), foreign),
    )
    assert {"one", "tag", "list"} == {use.campaign for use in uses(state, APPID, NOW)}
    counted = used_in(uses(state, APPID, NOW), SENDS["service"])
    assert ["one"] == [use.campaign for use in counted[NOW.date().replace(day=1)]]
    assert {NOW.date(): 4} == calls_by_day(state, APPID, NOW)


@pytest.mark.parametrize(
    ("audience_told", "scope"),
    [
        ({"is_to_all": True}, Scope.ALL),
        ({"tag": "会员"}, Scope.TAG),
        ({"tag_id": 7}, Scope.TAG),
        ({"openids": "a.txt", "sha256": "sha256:ab", "count": 3}, Scope.OPENIDS),
        (None, Scope.ALL),
    ],
)
def test_a_send_by_hand_counts_by_the_audience_of_its_campaign_where_it_is_known(
    audience_told: dict[str, Any] | None, scope: Scope
) -> None:
    earlier = words("earlier", None)
    imported = SendImported(appid=APPID, sent_at=NOW - HOUR, by="wang", audience=audience_told)
    rejected = [
        at(NOW - DAY, attempted(earlier)[0], earlier),
        at(NOW - DAY, SendRejected(attempt=2, errcode=-1), earlier),
    ]
    settled = SendSettled(outcome="sent", reason="seen", by="wang", audience=audience_told)
    for happened in ([at(NOW, imported, earlier)], [*rejected, at(NOW, settled, earlier)]):
        (use,) = uses(recorded(*happened), APPID, NOW)
        assert scope == use.scope


TO_101 = {"audience": audience(tag_id=101)}


def had(*audiences: dict[str, Any], by_name: int | None = None) -> list[NewEntry]:
    """Say that each of these went out today; with `by_name` the tag 会员 was found to be the one of that id."""
    found: list[NewEntry] = []
    for number, told in enumerate(audiences):
        sent = words(f"sent-{number}", None)
        found += went_out(sent, NOW - HOUR, len(found) + 2, audience=told)
    if by_name is not None:
        said = {"digest": "sha256:x", "tag": "会员", "name": "会员", "count": 9}
        found.append(
            at(NOW, AudienceResolved(appid=APPID, tag_id=by_name, **said), words("sent-0", None))
        )
    return found


ALL, TAG, NAMED, LIST = (
    {"is_to_all": True},
    {"tag_id": 101},
    {"tag": "会员"},
    {"openids": "list.txt"},
)


@pytest.mark.parametrize(
    ("before", "by_name", "to", "refuses"),
    [
        ([TAG] * 4, None, audience(tag_id=101), True),
        ([TAG] * 3, None, audience(tag_id=101), False),
        ([ALL] * 4, None, audience(tag_id=101), True),  # Everybody is also whoever has the tag.
        ([ALL, ALL, TAG, TAG], None, audience(tag_id=101), True),
        ([NAMED] * 4, 101, audience(tag_id=101), True),
        ([TAG] * 4, 101, audience(tag="会员"), True),
        ([NAMED] * 4, None, audience(tag="会员"), True),
        # Nobody knows yet that they are the same.
        (
            [NAMED] * 4,
            None,
            audience(tag_id=101),
            False,
        ),
        ([TAG] * 4, None, audience(tag_id=102), False),
        ([TAG] * 4, None, audience(is_to_all=True), False),
        ([LIST] * 4, None, audience(tag_id=101), False),
    ],
)
def test_the_fifth_of_a_month_is_refused_where_it_would_reach_nobody(
    before: list[dict[str, Any]], by_name: int | None, to: Any, refuses: bool
) -> None:
    state = recorded(*had(*before, by_name=by_name))
    fifth = words("fifth", on(0), audience=to)
    found = planned_all([fifth], state, "service")
    assert (["fifth"] if refuses else []) == list(refused(found))
    crowded = [each.code for each in found["fifth"].diagnostics]
    assert ([] if refuses or len(before) < 4 else ["MC406"]) == crowded
    assert {} == refused(planned_all([words("fifth", on(31), audience=to)], state, "service"))
    allowed = planned_all(
        [words("fifth", on(0), audience=to, over_limit_allowed=True)], state, "service"
    )
    assert (["fifth"], {}) == (sends(allowed), refused(allowed))
    # A plan that was made before is judged again in the moment of the send.
    alone = rules([fifth], "service")
    assert refuses is (
        "allowance"
        in [each.guard.value for each in send_refusals(Case(fifth, state, alone, NOW), Moment.PLAN)]
    )


def test_what_is_to_come_to_a_tag_is_counted_for_that_tag_alone() -> None:
    campaigns = [words(f"tag-{number}", on(number), **TO_101) for number in range(1, 6)]
    campaigns += [words("other", on(6), audience=audience(tag_id=102)), words("all", on(7))]
    found = planned_all(campaigns, kind="service")
    assert ["tag-5"] == list(refused(found))
    assert "followers with the same tag get four" in refused(found)["tag-5"]
    assert "2026-12: tag-1 (reserved" in refused(found)["tag-5"]


def test_a_subscription_account_has_no_fifth_that_it_may_insist_on() -> None:
    today = [words("one", on(0), **TO_101), words("two", on(0), over_limit_allowed=True)]
    assert ["two"] == list(refused(planned_all(today)))


def test_two_lists_of_one_day_that_take_more_than_its_calls_are_a_conflict() -> None:
    found = refused(
        planned_all([to_list("first", on(3, hours=1), 60), to_list("second", on(3), 41)])
    )
    assert ["second"] == list(found)
    assert "needs 41 of the account's 100 mass calls a day" in found["second"]
    assert "2026-12-04: first" in found["second"]
    assert {} == refused(
        planned_all([to_list("first", on(3, hours=1), 60), to_list("second", on(3), 40)])
    )


def test_a_list_stands_whole_on_one_day_of_its_window() -> None:
    """Sixty beside sixty need a day each; a third one of sixty finds none, and one of forty does."""
    lists = [to_list("a", on(1, 2, hours=1), 60), to_list("b", on(1, 2), 60)]
    assert {} == refused(planned_all(lists))
    assert ["c"] == list(refused(planned_all([*lists, to_list("c", on(1, 2, hours=11), 60)])))
    assert {} == refused(planned_all([*lists, to_list("c", on(1, 2, hours=11), 40)]))


def test_what_is_left_of_a_day_is_told_by_the_day_that_a_list_stands_on() -> None:
    lists = [to_list("a", on(1, 2, hours=1), 60), to_list("b", on(1, 2), 60)]
    for kind in ("service", "subscription"):
        (account,) = plan_document(plan_of(lists, None, rules(lists, kind)))["allowance"]
        rows = [row for row in account["ahead"] if row["of"] == "calls"]
        assert [("2026-12-02", ["a"], 40), ("2026-12-03", ["b"], 40)] == [
            (row["from"], row["campaigns"], row["left"]) for row in rows
        ]


def test_a_list_shares_its_day_with_others() -> None:
    tag = words("tag", on(3, hours=1), audience=audience(tag_id=1))
    found = refused(planned_all([tag, to_list("list", on(3), 100)], kind="service"))
    assert (["list"], True) == (list(found), "2026-12-04: tag" in found["list"])
    assert {} == refused(planned_all([tag, to_list("list", on(3), 99)], kind="service"))


def test_whoever_ends_first_takes_the_first_day_that_has_room() -> None:
    early = [words(f"tag-{n}", on(2, 3, hours=n), audience=audience(tag_id=n)) for n in (1, 2)]
    first = to_list("first", on(2, hours=0), 99)
    whole = to_list("whole", on(3, hours=11), 99)
    # One of the two stands on the day of `first`, and one on the day of `whole`.
    assert {} == refused(planned_all([first, *early, whole], kind="service"))
    third = words("tag-3", on(3, hours=3), audience=audience(tag_id=3))
    assert ["whole"] == list(refused(planned_all([first, *early, third, whole], kind="service")))


def test_what_a_plan_says_days_ahead_is_what_it_says_on_the_day() -> None:
    """`a` could leave its day to `d`; but it ends first and goes out on it, and `d` is told so from the beginning."""
    lists = [
        to_list("a", on(3, 4, hours=-2), 30),
        to_list("c", on(4, hours=0), 50),
        to_list("d", on(3, 4), 100),
    ]
    ahead, then = planned_all(lists), planned_all(lists, now=NOW + 3 * DAY)
    assert ["d"] == list(refused(ahead)) == list(refused(then))
    assert ["a"] == sends(then)
    told = (
        "2026-12-04: a (reserved, until 12-05 10:00); 2026-12-05: c (reserved, until 12-05 12:00)"
    )
    assert told in refused(ahead)["d"]
    (hint,) = [refusal.hint for refusal in ahead["d"].refusals]
    assert "give it, or a future one (a, c), another window" in hint
    assert "the first free day is 2026-12-06; or give these followers a tag" in hint


def test_a_list_of_today_waits_for_the_day_on_which_all_of_it_fits() -> None:
    """Its rest is not sent tomorrow: it is begun on a day that has room for it. Whoever is due stays where it is."""
    tag = words("tag", on(0, 1, hours=-1), audience=audience(tag_id=1))
    found = planned_all([tag, to_list("list", on(0, 1), 100)], kind="service")
    assert (["tag"], ["list"]) == (sends(found), list(refused(found)))
    assert "which are not free today: 2026-12-01: tag" in refused(found)["list"]
    assert NOW + 12 * HOUR == found["list"].next_at


def test_a_list_of_more_jobs_than_a_day_has_calls_is_refused_from_the_beginning() -> None:
    found = refused(planned_all([to_list("list", on(3, 9), 101)]))
    assert "its list needs 101 jobs, but an account has 100 mass calls a day" in found["list"]


def test_calls_that_went_out_are_in_the_way_too() -> None:
    old = words("old", None)
    used = [
        at(NOW - HOUR, event, old)
        for n in range(50)
        for event in (
            attempted(old)[0],
            SendRejected(attempt=2 + 2 * n, errcode=45009, retryable=True),
        )
    ]
    found = refused(planned_all([to_list("list", on(0, opens=2), 51)], recorded(*used)))
    assert "2026-12-01: what was sent already" in found["list"]
    assert {} == refused(planned_all([to_list("list", on(0, opens=2), 50)], recorded(*used)))


def test_a_list_that_is_due_is_refused_once_and_not_twice() -> None:
    lists = [to_list("first", on(0, hours=1), 60), to_list("second", on(0), 101)]
    made = plan_of(lists, None, rules(lists))
    assert [[], ["allowance"]] == [
        [r.guard.value for r in each.refusals] for each in made.campaigns
    ]


def test_a_list_that_was_begun_goes_on_before_all_others_and_takes_only_what_is_left() -> None:
    begun = to_list("z-begun", on(0), 60)
    went = [
        at(NOW - HOUR, event, begun)
        for n in range(1, 31)
        for event in (
            attempted(begun, batch=n, batches=60)[0],
            SendAccepted(attempt=2 * n, msg_id=n),
        )
    ]
    for batches, expected in ((40, []), (41, ["other"])):
        other = to_list("other", on(0, hours=1), batches)
        found = planned_all([other, begun], recorded(*went), "service")
        assert (expected, True) == (list(refused(found)), "z-begun" in sends(found))
        assert not found["z-begun"].diagnostics


def rows(plan: Plan) -> list[tuple[str, str, int, list[str], int]]:
    """Give (day or month, sends or calls, used, campaigns, left) of the one account."""
    return [
        (row["from"], row["of"], row["used"], row["campaigns"], row["left"])
        for account in plan_document(plan)["allowance"]
        for row in account["ahead"]
    ]


def test_a_day_of_a_subscription_account() -> None:
    campaigns = [
        words("one", on(3)),
        words("tag", on(5), audience=audience(tag_id=7)),
        words("far", on(40)),
    ]
    website = NewEntry(
        at=NOW,
        event=SendImported(appid=APPID, sent_at=NOW - HOUR, by="wang"),
        campaign=None,
        edition=None,
    )
    found = rows(plan_of(campaigns, recorded(website), rules(campaigns)))
    assert [
        ("2026-12-01", "sends", 1, [], 0),
        ("2026-12-04", "sends", 0, ["one"], 0),
        ("2026-12-06", "sends", 0, ["tag"], 0),
    ] == found


def test_a_month_and_the_calls_of_a_service_account() -> None:
    old = text("old")
    state = recorded(
        at(NOW - HOUR, attempted(old)[0], old), at(NOW, SendAccepted(attempt=2, msg_id=7), old)
    )
    campaigns = [
        words("all", on(3)),
        words("tag", on(3), audience=audience(tag_id=7)),
        words("january", on(31)),
    ]
    found = rows(plan_of(campaigns, state, rules(campaigns, "service")))
    assert [
        ("2026-12-01", "sends", 1, ["all"], 2),
        ("2027-01-01", "sends", 0, ["january"], 3),
        ("2026-12-01", "calls", 1, [], 99),
        ("2026-12-04", "calls", 0, ["all", "tag"], 98),
        ("2027-01-01", "calls", 0, ["january"], 99),
    ] == found


def test_a_campaign_that_finds_no_place_stands_in_none() -> None:
    campaigns = [words("one", on(3, hours=3)), words("two", on(3))]
    assert [("2026-12-04", "sends", 0, ["one"], 0)] == rows(
        plan_of(campaigns, None, rules(campaigns))
    )


def test_the_past_is_past_and_an_account_without_anything_is_left_out() -> None:
    old = text("old")
    state = recorded(
        at(NOW - 2 * DAY, attempted(old)[0], old),
        at(NOW - 2 * DAY, SendAccepted(attempt=2, msg_id=7), old),
    )
    assert [] == rows(plan_of(old, state, rules([])))
    assert () == plan_of(text("words", window=Window(NOW, NOW + HOUR))).ahead


def test_only_the_accounts_of_the_planned_campaigns_are_shown() -> None:
    campaigns = [words("one", on(3))]
    elsewhere = text("elsewhere", account="other")
    assert () == plan_of(elsewhere, None, rules(campaigns)).ahead


def test_what_can_be_withdrawn_today_stands_where_something_is_there_to_be() -> None:
    sale = news("sale")
    happened = [
        at(NOW - DAY, attempted(sale, media_id="DRAFT")[0], sale),
        at(NOW - DAY, SendAccepted(attempt=2, msg_id=7), sale),
    ]
    asked = at(NOW - HOUR, Withdrawn(msg_id=7, article=1, outcome="begun"), sale)
    gone = at(NOW - HOUR, Withdrawn(msg_id=7, article=0), sale)
    found = [
        rows(plan_of(sale, recorded(*happened, *more), rules([])))
        for more in ([], [asked], [asked, gone], [gone])
    ]
    day = "2026-12-01", "withdrawals"
    assert [[(*day, 0, [], 10)], [(*day, 1, [], 9)], [(*day, 1, [], 9)], []] == found


def test_where_wechat_said_that_no_withdrawal_is_left_none_is_until_one_was_asked_for_since() -> (
    None
):
    sale = news("sale")
    happened = [
        at(NOW - 2 * DAY, attempted(sale, media_id="DRAFT")[0], sale),
        at(NOW - 2 * DAY, SendAccepted(attempt=2, msg_id=7), sale),
    ]

    def asked(ago: timedelta, errcode: int | None = None) -> list[NewEntry]:
        outcome = None if errcode is None else "refused"
        answer = Withdrawn(msg_id=7, article=1, outcome=outcome, errcode=errcode)
        return [
            at(NOW - ago, Withdrawn(msg_id=7, article=1, outcome="begun"), sale),
            at(NOW - ago, answer, sale),
        ]

    refused = asked(2 * HOUR, 45009)
    more = [
        refused,
        [*refused, *asked(HOUR)],
        asked(DAY, 45009),
        asked(2 * HOUR, 40065),
        [*refused, *refused],
    ]
    found = [rows(plan_of(sale, recorded(*happened, *each), rules([]))) for each in more]
    day = "2026-12-01", "withdrawals"
    assert [
        [(*day, 10, [], 0)],
        [(*day, 2, [], 8)],
        [(*day, 0, [], 10)],
        [(*day, 1, [], 9)],
        [(*day, 10, [], 0)],
    ] == found


WORDS = text("words")


def tried(seconds: float, **changes: Any) -> Any:
    return at(NOW + timedelta(seconds=seconds), attempted(WORDS, **changes)[0], WORDS)


def test_an_account_that_sent_nothing_may_send_at_once() -> None:
    assert NOW == next_send_at(recorded(), APPID, NOW)


def test_the_sixtieth_of_a_minute_may_go_at_once_and_the_next_one_waits_for_the_first() -> None:
    now = NOW + timedelta(seconds=30)
    some = [tried(second / 2) for second in range(SENDS_A_MINUTE)]
    assert now == next_send_at(recorded(*some[:-1]), APPID, now)
    assert NOW + MINUTE == next_send_at(recorded(*some), APPID, now)


def test_other_accounts_do_not_count() -> None:
    some = [tried(0, appid=OTHER_APPID) for _ in range(SENDS_A_MINUTE)]
    assert NOW == next_send_at(recorded(*some), APPID, NOW)


def test_attempts_to_come_do_not_count() -> None:
    """The clock went back since they were recorded."""
    some = [tried(3600) for _ in range(SENDS_A_MINUTE)]
    assert NOW == next_send_at(recorded(*some), APPID, NOW)


def test_after_45011_the_account_waits_for_the_next_minute() -> None:
    state = recorded(tried(0), (SendRejected(attempt=2, errcode=45011, retryable=True), WORDS))
    assert NOW + MINUTE == next_send_at(state, APPID, NOW + timedelta(seconds=5))
    assert NOW + 2 * MINUTE == next_send_at(state, APPID, NOW + 2 * MINUTE)


def test_another_refusal_slows_nothing_down() -> None:
    state = recorded(tried(0), (SendRejected(attempt=2, errcode=45028, retryable=True), WORDS))
    assert NOW == next_send_at(state, APPID, NOW)


# Each story writes more than a hundred entries, so a few stories are told.
@settings(max_examples=15)
@given(st.lists(st.floats(0, 3), min_size=100, max_size=150))
def test_who_keeps_to_it_never_has_more_than_sixty_in_a_minute(gaps: list[float]) -> None:
    state, moment, asked = recorded(), NOW, []
    attempt = entries(at(NOW, attempted(WORDS)[0], WORDS))[-1]
    for gap in gaps:
        moment = next_send_at(state, APPID, moment + timedelta(seconds=gap / 4))
        asked.append(moment)
        state.absorb(replace(attempt, at=moment, serial=state.serial + 1))
    for first, last in zip(asked, asked[SENDS_A_MINUTE:], strict=False):
        assert last - first >= timedelta(seconds=60)
    assert all(earlier <= later for earlier, later in pairwise(asked))


def long_ago(number: int) -> list[NewEntry]:
    """Send, and withdraw, so many campaigns more than two months ago."""
    found: list[NewEntry] = []
    for index in range(number):
        old = news(f"old-{index}")
        then = NOW - (70 + index % 900) * DAY
        found += [
            at(then, attempted(old, message_digest=f"sha256:{index}", media_id="D")[0], old),
            at(then, SendAccepted(attempt=len(found) + 2, msg_id=index + 1), old),
            at(then, Withdrawn(msg_id=index + 1, article=0, outcome="begun"), old),
        ]
    return found


def looks(state: State, monkeypatch: pytest.MonkeyPatch) -> int:
    """Count how many records and jobs the guards of one send, and the calendar of its account, look at."""
    seen: set[object] = set()

    def watched(self: Any, name: str) -> Any:
        seen.add(
            object.__getattribute__(self, "campaign" if isinstance(self, Record) else "msg_id")
        )
        return object.__getattribute__(self, name)

    campaign = words("now", on(0))
    with monkeypatch.context() as patch:
        patch.setattr(Record, "__getattribute__", watched)
        patch.setattr(Job, "__getattribute__", watched)
        house = rules([campaign], "service")
        assert [] == send_refusals(Case(campaign, state, house, NOW), Moment.PLAN)
        assert house.agenda is not None
        quota.look_ahead(house.agenda, state, house.policy, NOW, {"main"})
        quota.next_send_at(state, APPID, NOW)
        quota.withdrawals_left(state, APPID, NOW)
        state.in_doubt(APPID)
    return len(seen)


def test_a_guard_does_not_walk_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (
        looks(recorded(*long_ago(2)), monkeypatch),
        looks(recorded(*long_ago(400)), monkeypatch),
    )
    assert few == many


@pytest.mark.parametrize(
    ("calls", "used", "is_short"),
    [(40, 60, False), (41, 60, True), (100, 0, False), (101, 0, True)],
)
def test_a_day_may_be_too_short_for_more_than_100_calls(
    calls: int, used: int, is_short: bool
) -> None:
    demand = replace(quota.demand_of(words("now", on(0))), calls=calls)
    assert is_short == quota.may_run_short([demand], {NOW.date(): used} if used else {})


def test_what_happened_this_month_is_found_wherever_it_stands() -> None:
    today = words("today", None)
    history = long_ago(50)
    state = recorded(*history, at(NOW - HOUR, attempted(today)[0], today))
    assert ["today"] == [use.campaign for use in quota.uses(state, APPID, NOW)]
    assert {NOW.date(): 1} == quota.calls_by_day(state, APPID, NOW)
    assert [state.record(today.name, 1)] == state.in_doubt(APPID)


def test_a_campaign_that_changed_its_account_used_the_allowance_of_both() -> None:
    before, after = words("moved", None, appid=OTHER_APPID, account="other"), words("moved", None)
    state = recorded(
        at(NOW - 2 * HOUR, attempted(before)[0], before),
        at(NOW - HOUR, SendRejected(attempt=2, errcode=-1), before),
        at(NOW - HOUR, attempted(after)[0], after),
        at(NOW, SendSettled(batch=2, outcome="sent", reason="seen", by="li"), after),
    )
    assert ([], 2) == (quota.uses(state, OTHER_APPID, NOW), len(quota.uses(state, APPID, NOW)))


LETTER = to_openids(whole_text(LONG), BATCHES)
ISSUE = to_openids(whole_news(LONG, recipients=()), PAIRS)


def listed(count: int) -> RenderedCampaign:
    return replace(LETTER, openid_list=OpenidList(openid_list().sha256, count))


def calls_made(number: int, **changes: int) -> list[object]:
    other = text("other")
    return [at(NOW - HOUR, attempted(other, **changes)[0], other) for _ in range(number)]


def test_every_batch_has_a_draft_and_a_send_in_order() -> None:
    (planned,) = plan_of(ISSUE).campaigns
    assert [
        ("sale/draft/1", "new"),
        ("sale/draft/2", "new"),
        ("sale/send/1", "due"),
        ("sale/send/2", "due"),
    ] == [(address, reason) for address, reason in steps(planned) if address.startswith("sale/")]
    assert 5 == planned.audience_count


def test_what_went_out_is_not_planned_again_and_a_doubt_comes_first() -> None:
    state = recorded(attempted(LETTER, batches=3), (SendAccepted(attempt=2, msg_id=7), LETTER))
    (planned,) = plan_of(LETTER, state).campaigns
    assert [("words/send/2", "due"), ("words/send/3", "due")] == steps(planned)
    doubtful = recorded(
        attempted(LETTER, batches=3),
        (SendAccepted(attempt=2, msg_id=7), LETTER),
        attempted(LETTER, batch=2, batches=3),
    )
    (again,) = plan_of(LETTER, doubtful).campaigns
    assert [("words/send/2", "resubmit"), ("words/send/3", "due")] == steps(again)


@pytest.mark.parametrize(
    ("count", "used", "hint"),
    [
        (1_000_000, 0, None),
        (1_000_001, 0, "`tag:`"),
        (500_000, 50, None),
        (500_000, 51, "run apply again on or after 2026-12-02"),
    ],
)
def test_a_list_that_needs_more_calls_than_are_left_is_not_begun(
    count: int, used: int, hint: str | None
) -> None:
    letter = listed(count)
    state = recorded(*calls_made(used), *_accepted(used))  # type: ignore[arg-type]
    (planned,) = plan_of(letter, state, rules([letter], "service")).campaigns
    assert (["allowance"] if hint else []) == guards(planned)
    assert hint is None or hint in planned.refusals[0].hint


def _accepted(number: int) -> list[object]:
    other = text("other")
    return [at(NOW - HOUR, SendAccepted(attempt=n + 2, msg_id=n + 1), other) for n in range(number)]


def test_a_list_that_was_begun_goes_on_until_wechat_says_no() -> None:
    letter = listed(20_000)
    state = recorded(
        *calls_made(99),  # type: ignore[arg-type]
        *_accepted(99),  # type: ignore[arg-type]
        attempted(letter, batches=2),
        (SendAccepted(attempt=200, msg_id=700), letter),
    )
    assert [("words/send/2", "due")] == steps(plan_of(letter, state).campaigns[0])


def test_calls_of_other_days_and_accounts_and_those_that_never_left_do_not_count() -> None:
    other = text("other")
    state = recorded(
        at(NOW - DAY, attempted(other)[0], other),
        at(NOW - DAY, SendInDoubt(attempt=2, reason="connection_cut"), other),
        at(NOW, attempted(other, appid="wxfedcba9876543210")[0], other),
        at(NOW, attempted(other)[0], other),
        at(NOW, SendRejected(attempt=5, errcode=None), other),
        at(NOW, attempted(other)[0], other),
        at(NOW, SendRejected(attempt=7, errcode=45028), other),
    )
    assert 1 == calls_by_day(state, other.appid, NOW)[beijing_day(NOW)]


def test_batches_of_a_list_that_was_refused_and_cut_down_are_not_waited_for() -> None:
    """A first attempt at five batches was refused; the list has two now, and both went out."""
    state = recorded(
        attempted(ISSUE, batches=5),
        (SendRejected(attempt=2, errcode=40003), ISSUE),
        attempted(ISSUE, batches=2),
        (SendAccepted(attempt=4, msg_id=7), ISSUE),
        attempted(ISSUE, batch=2, batches=2),
        (SendAccepted(attempt=6, msg_id=8), ISSUE),
    )
    record = state.record(ISSUE.name, 1)
    assert (2, True, []) == (record.batches, is_concluded(record), batches_left(ISSUE, record))


def test_a_text_in_batches_has_no_drafts() -> None:
    assert [] == draft_steps(LETTER, State())


def test_nothing_is_left_of_what_was_concluded() -> None:
    state = recorded(attempted(ISSUE, batches=2), (SendAccepted(attempt=2, msg_id=7), ISSUE))
    failed = recorded(
        attempted(ISSUE, batches=2),
        (SendAccepted(attempt=2, msg_id=7), ISSUE),
        (JobStatus(msg_id=7, status="failed"), ISSUE),
    )
    left = [
        batches_left(ISSUE, each.record(ISSUE.name, ISSUE.edition))
        for each in (State(), state, failed)
    ]
    assert [[1, 2], [2], []] == left


def test_an_audience_is_compared_with_the_last_send_to_the_same_one() -> None:
    """Another edition too, but never itself, another tag or another account."""
    tag, to = audience(tag_id=7), {"tag_id": 7, "expect": {"min": 5}}
    first, second = (news(name, audience=tag, window=None) for name in ("first", "second"))
    history = recorded(
        *went_out(first, NOW - 9 * DAY, 2, audience=to, audience_count=800),
        *went_out(second, NOW - 5 * DAY, 4, audience=to, audience_count=900),
        *went_out(
            news("unknown", audience=tag), NOW - 4 * DAY, 6, audience=to, audience_count=None
        ),
        *went_out(news("else"), NOW - 3 * DAY, 8, audience={"tag_id": 8}, audience_count=7),
    )
    found = {
        campaign.name: quota.count_before(
            campaign, history.record(campaign.name, campaign.edition), history
        )
        for campaign in (news("third", audience=tag), second, news("all"))
    }
    assert {"third": 900, "second": 800, "all": None} == found


def to_people(
    name: str, window: Window | None, count: int, part: str | None = None
) -> RenderedCampaign:
    whom = audience(of="east", part=part)
    people = OpenidList(sha("east"), count, audience="east")
    return words(name, window, audience=whom, openid_list=whom.part_of(people))


def test_people_beyond_the_calls_of_a_day_are_divided_among_days() -> None:
    (found,) = planned_all([to_people("all", on(3, 9), 2_500_000)], kind="service")["all"].refusals
    assert "its list needs 250 jobs" in found.message
    assert ("write 3 dates or more" in found.hint, "parts: [{until:" in found.hint) == (True, True)


def test_a_part_of_a_million_goes_out_and_a_larger_one_needs_more_parts() -> None:
    parts = [to_people(f"all@part-{n}", on(3 + n), 2_000_000, f"{n}/2") for n in (1, 2)]
    assert {} == refused(planned_all(parts, kind="service"))
    (found,) = planned_all([to_people("all", on(3, 9), 4_100_000, "1/4")])["all"].refusals
    assert ("needs 103 jobs" in found.message, "5 dates or more" in found.hint) == (True, True)


@pytest.mark.parametrize(("seconds", "fits"), [(60, False), (61, True)])
def test_a_window_that_is_too_short_for_all_jobs_of_a_list_is_refused(
    seconds: int, fits: bool
) -> None:
    window = Window(NOW - HOUR, NOW + timedelta(seconds=seconds))
    found = refused(planned_all([to_people("all", window, 1_000_000)], kind="service"))
    assert fits is (found == {})
    assert fits or "60 a minute" in found["all"]
    assert {} == refused(planned_all([to_people("some", window, 600_000)], kind="service"))
