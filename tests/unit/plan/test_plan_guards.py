"""Why a campaign is not staged or not sent: one guard at a time."""

from datetime import timedelta
from typing import Any

import pytest
from building import (
    DAY,
    LATER,
    NOW,
    OPEN,
    OTHER_APPID,
    PAST,
    article,
    attempted,
    audience,
    guards,
    house,
    news,
    plan_of,
    planned,
    recorded,
    reviewers,
    saved,
    sent,
    steps,
    text,
)
from copies import replace
from openid_samples import BATCHES, MOVED, sha256_of_batches
from simulation.scenario import LONG, to_openids, whole_text

from massctl.model.campaign import Handoff, handoff_items
from massctl.model.entries import (
    Adopted,
    DraftDeleted,
    Expired,
    JobStatus,
    Lease,
    ListEnded,
    NewEntry,
    SendAccepted,
    SendImported,
    SendRejected,
    SendSettled,
)
from massctl.model.message import RenderedCampaign, TextMessage, Window, approved_audience
from massctl.model.settings import Policy
from massctl.model.state import RunnerId, State, Status, is_concluded, status_of
from massctl.plan.brake import (
    STOP_BRANCH,
    Brake,
    Tip,
    moved_on,
    only_stops,
    stop_refusals,
    stopped_accounts,
    tip_refusal,
)
from massctl.plan.guards import (
    SKEW_SECONDS_MAX,
    Approval,
    Case,
    HandoffItem,
    Moment,
    Skew,
    approval_refusal,
    audience_refusal,
    handoff_of,
    rejected_batch,
    send_refusals,
    skew_refusal,
    staging_refusal,
    unasked,
)
from massctl.plan.plan import PlannedCampaign, Until, make_plan
from massctl.plan.plan_file import plan_digest, plan_document
from massctl.plan.quota import Scope, uses
from massctl.plan.steps import Guard, SendMass

WORDS = text("words", window=OPEN)


DUE = [("words/send", "due")]
QUIET = {"quiet_hours": {"from": "12:00", "to": "13:00"}}
LEASE = Lease(act="taken", runner="aa", boot="boot 1", host="sender-1")
HOLDER = replace(house(), runner=RunnerId("aa", "boot 1"))
LONG_AGO, JUST_CLOSED = Expired(not_after=PAST.not_after - DAY), Expired(not_after=PAST.not_after)


def refused(**how: Any) -> list[Any]:
    return [attempted(WORDS), (SendRejected(attempt=2, errcode=45028, **how), WORDS)]


@pytest.mark.parametrize(
    ("window", "happened", "rules", "refusing", "planned_steps"),
    [
        pytest.param(OPEN, [], house(), [], DUE, id="in its window it is due without a name"),
        pytest.param(LATER, [], house(), [], [], id="before its window"),
        pytest.param(LATER, [], house("words"), [], [], id="before its window, by name"),
        pytest.param(None, [], house(), ["not_named"], [], id="without a window"),
        pytest.param(
            None, [], house("another"), ["not_named"], [], id="without a window, another is named"
        ),
        pytest.param(None, [], house("words"), [], DUE, id="without a window, by name"),
        pytest.param(
            OPEN,
            [],
            house("words", sending="disabled"),
            ["kill_switch"],
            [],
            id="the policy's kill switch",
        ),
        pytest.param(
            OPEN,
            [],
            house("words", no_send=True),
            ["kill_switch"],
            [],
            id="the environment's kill switch",
        ),
        pytest.param(
            OPEN, [], house("words", **QUIET), ["quiet_hours"], [], id="a name lifts no quiet hours"
        ),
        pytest.param(
            OPEN, [], house("words", freeze=["2026-12-01"]), ["freeze"], [], id="nor a frozen day"
        ),
        pytest.param(
            OPEN,
            [],
            house(no_send=True, freeze=["2026-12-01"]),
            ["kill_switch", "freeze"],
            [],
            id="all are named at once",
        ),
        pytest.param(PAST, [], house(), ["expired"], [], id="its window has closed"),
        pytest.param(PAST, [(JUST_CLOSED, WORDS)], house(), [], [], id="that is told once"),
        pytest.param(
            PAST,
            [(JUST_CLOSED, WORDS)],
            house("words"),
            ["expired"],
            [],
            id="and again where it is named",
        ),
        pytest.param(
            PAST, [(LONG_AGO, WORDS)], house(), ["expired"], [], id="another window that closed"
        ),
        pytest.param(OPEN, [(JUST_CLOSED, WORDS)], house(), [], DUE, id="a new window"),
        pytest.param(
            OPEN, refused(), house(), ["rejected_before"], [], id="WeChat refused this content"
        ),
        pytest.param(OPEN, refused(retryable=True), house(), [], DUE, id="a quota passes"),
        pytest.param(OPEN, refused(token_dead=True), house(), [], DUE, id="a token too"),
        pytest.param(OPEN, [LEASE], house(), ["other_runner"], [], id="a runner holds the lease"),
        pytest.param(
            OPEN, [LEASE], house("words"), ["other_runner"], [], id="a name lifts no lease"
        ),
        pytest.param(OPEN, [LEASE], HOLDER, [], DUE, id="it is this runner's lease"),
        pytest.param(
            OPEN, [LEASE], replace(house(), by_hand=True), [], DUE, id="a person repeats one send"
        ),
        pytest.param(
            OPEN,
            [LEASE, replace(LEASE, act="released")],
            house(),
            [],
            DUE,
            id="a lease that was given up",
        ),
        pytest.param(LATER, [LEASE], house(), [], [], id="a lease says nothing before the window"),
    ],
)
def test_what_refuses_a_send(
    window: Window | None,
    happened: list[Any],
    rules: Any,
    refusing: list[str],
    planned_steps: list[Any],
) -> None:
    campaign = planned(text("words", window=window), recorded(*happened), rules)
    assert (refusing, planned_steps) == (guards(campaign), steps(campaign))
    assert (campaign.may_send, campaign.next_at is None) == (
        bool(planned_steps),
        window is not LATER and "quiet_hours" not in refusing,
    )


@pytest.mark.parametrize(
    ("campaign", "happened", "rules", "told"),
    [
        (text("words"), [], house(), "massctl apply words"),
        (WORDS, [], house(sending="disabled"), "policy.sending is `disabled`"),
        (WORDS, [], house(no_send=True), "MASSCTL_NO_SEND is set"),
        (WORDS, refused(), house(), "errcode 45028"),
        (WORDS, [LEASE], house(), "the runner on sender-1 alone sends since 2026-12-01"),
        (WORDS, [LEASE], house(), "massctl run --take-over"),
    ],
)
def test_a_refusal_says_what_is_so_or_what_to_type(
    campaign: Any, happened: list[Any], rules: Any, told: str
) -> None:
    (refusal,) = planned(campaign, recorded(*happened), rules).refusals
    assert told in f"{refusal.message} {refusal.hint}"


@pytest.mark.parametrize(
    ("rules", "refusing"), [(house("another"), ["not_named"]), (house("words"), [])]
)
def test_in_the_moment_of_the_send_its_name_is_asked_for_again(
    rules: Any, refusing: list[str]
) -> None:
    assert refusing == [
        refusal.guard
        for refusal in send_refusals(Case(text("words"), State(), rules, NOW), Moment.PLAN)
    ]


def test_the_kill_switch_stops_no_staging() -> None:
    campaign = planned(news("sale", window=OPEN, pictures=()), rules=house(no_send=True))
    assert ["sale/draft"] == [address for address, _ in steps(campaign)]


@pytest.mark.parametrize("until", [Until.UPLOAD, Until.DRAFT, Until.PREVIEW])
def test_a_run_that_does_not_send_is_refused_nothing(until: Until) -> None:
    campaign = planned(text("words"), rules=house("words", no_send=True), until=until)
    assert ([], False) == (guards(campaign), campaign.may_send)


def test_a_clock_that_went_back_before_the_window_refuses_at_the_last_moment() -> None:
    found = send_refusals(Case(text("words", window=LATER), recorded(), house(), NOW), Moment.PLAN)
    assert [Guard.CLOCK_SKEW] == [refusal.guard for refusal in found]


def test_changed_content_is_sent_whatever_was_refused_before() -> None:
    assert DUE == steps(planned(text("words", "明晚八点", window=OPEN), recorded(*refused())))


def test_refused_news_gets_no_new_previews() -> None:
    campaign = news("sale", window=OPEN, recipients=reviewers("li"), pictures=())
    state = recorded(
        saved(campaign), attempted(campaign), (SendRejected(attempt=3, errcode=45028), campaign)
    )
    assert [] == steps(planned(campaign, state))


# The audience


@pytest.mark.parametrize(
    ("expect", "count", "message"),
    [
        (None, 1, None),
        (None, 0, "the audience is empty: 0 followers"),
        ({"min": 0}, 0, "the audience is empty: 0 followers"),
        ({"min": 10}, 9, "the audience has 9 followers, and at least 10 were expected"),
        ({"min": 10}, 10, None),
        ({"max": 10}, 10, None),
        ({"max": 10}, 11, "the audience has 11 followers, and at most 10 were expected"),
        ({"min": 10, "max": 20}, 15, None),
        ({}, 15, None),
    ],
)
def test_the_size_of_the_audience_must_be_within_its_bounds(expect, count, message):
    refusal = audience_refusal(
        audience(**({"expect": expect} if expect is not None else {})), count
    )
    assert message == (refusal and refusal.message)


def test_a_tag_that_does_not_exist_is_refused():
    refusal = audience_refusal(audience(tag_id=101), None)
    assert refusal is not None
    assert (Guard.AUDIENCE_BOUNDS, "the account has no tag with the id 101") == (
        refusal.guard,
        refusal.message,
    )


def counted(count: int | None) -> PlannedCampaign:
    campaign = news("sale", window=OPEN, audience=audience(expect={"max": 100}), pictures=())
    return planned(campaign, recorded(saved(campaign, audience_count=count)))


def test_the_last_known_size_refuses_in_the_plan_but_apply_may_count_again():
    campaign = counted(101)
    assert (["audience_bounds"], [], True, 101) == (
        guards(campaign),
        steps(campaign),
        campaign.may_send,
        campaign.audience_count,
    )


@pytest.mark.parametrize("count", [None, 100])
def test_a_size_within_bounds_or_unknown_refuses_nothing(count):
    assert ([], [("sale/send", "due")]) == (guards(counted(count)), steps(counted(count)))


def test_a_size_is_not_counted_again_where_something_else_refuses():
    campaign = news("sale", window=OPEN, audience=audience(expect={"max": 100}), pictures=())
    result = planned(campaign, recorded(saved(campaign, audience_count=101)), house(no_send=True))
    assert (["kill_switch", "audience_bounds"], False) == (guards(result), result.may_send)


# Names


def test_being_named_needs_a_name():
    rules = [house(), house("sale"), house("sale", "words")]
    assert [False, False, True] == [each.is_named("words") for each in rules]


@pytest.mark.parametrize(
    ("whom", "hint"), [({}, "name another audience"), ({"tag_id": 7}, "give the tag")]
)
def test_an_empty_audience_is_not_told_to_correct_bounds_that_cannot_help(whom, hint):
    """Nothing goes out to nobody, whatever `expect` says."""
    for expect in (None, {"min": 0}):
        refusal = audience_refusal(audience(**whom, **({"expect": expect} if expect else {})), 0)
        assert refusal is not None
        assert (True, False) == (refusal.hint.startswith(hint), "audience.expect" in refusal.hint)


HIGHER = text("words", edition=2)
LOWERED = text("words", "corrected", window=OPEN)


@pytest.mark.parametrize(
    "happenings",
    [
        sent(HIGHER),
        [attempted(HIGHER), (SendSettled(outcome="sent", reason="looked", by="li"), HIGHER)],
        [saved(HIGHER), (SendSettled(outcome="sent", reason="in the console", by="li"), HIGHER)],
        [(SendImported(appid=HIGHER.appid, sent_at=NOW, by="li"), HIGHER)],
        [attempted(HIGHER), (SendSettled(outcome="not_sent", reason="looked", by="li"), HIGHER)],
    ],
)
def test_an_edition_below_one_that_may_be_out_is_refused_before_it_is_staged(happenings: list[Any]):
    state = recorded(*happenings)
    campaign = planned(LOWERED, state)
    assert (["edition_lowered"], []) == (guards(campaign), steps(campaign))
    assert "set `edition` back to 2, or raise it to 3" in campaign.refusals[0].hint
    # Whatever was planned before, the guards are asked again in the moment of the send.
    assert "edition_lowered" in [
        each.guard.value for each in send_refusals(Case(LOWERED, state, house(), NOW), Moment.PLAN)
    ]


@pytest.mark.parametrize("window", [OPEN, None])
def test_an_edition_below_one_in_doubt_is_refused_with_the_way_to_settle_it_also_unnamed(
    window: Window | None,
):
    campaign = planned(replace(LOWERED, window=window), recorded(attempted(HIGHER)))
    assert (["edition_lowered"], []) == (guards(campaign), steps(campaign))
    hint = campaign.refusals[0].hint
    assert hint.startswith("set `edition` back to 2; then look in the console under 群发记录")
    assert "raise it" not in hint


@pytest.mark.parametrize(
    "happenings",
    [
        [saved(HIGHER)],
        [attempted(HIGHER), (SendRejected(attempt=2, errcode=45028), HIGHER)],
        sent(text("another", edition=2)),
    ],
)
def test_an_edition_is_not_lowered_where_no_higher_one_went_out(happenings: list[Any]):
    assert [] == guards(planned(LOWERED, recorded(*happenings)))


def test_an_edition_that_went_out_is_refused_below_another_that_did():
    both = recorded(
        *sent(text("words")), attempted(HIGHER), (SendAccepted(attempt=4, msg_id=8), HIGHER)
    )
    assert ["edition_lowered"] == guards(planned(text("words"), both))


def test_below_a_list_that_was_sent_in_part_the_edition_is_put_back_and_not_raised():
    part = [attempted(HIGHER, batches=3), (SendAccepted(attempt=2, msg_id=7), HIGHER)]
    assert "set `edition` back to 2" == planned(LOWERED, recorded(*part)).refusals[0].hint


TIP = Tip("main", "origin", "a" * 40, "a" * 40)


def test_the_tip_may_send() -> None:
    assert (None, None) == (tip_refusal(TIP), tip_refusal(None))


@pytest.mark.parametrize(
    ("changed", "guard", "word"),
    [
        (
            {"there": "b" * 40},
            Guard.NOT_AT_TIP,
            "main is at bbbbbbbbbbbb on origin, but this checkout is at aaaaaaaaaaaa",
        ),
        ({"here": None}, Guard.NOT_AT_TIP, "this checkout is at -"),
        ({"there": None}, Guard.NOT_AT_TIP, "origin has no branch main"),
        ({"changed": "massctl.yaml"}, Guard.NOT_AT_TIP, "massctl.yaml differs from the tip"),
        ({"unread": "no network"}, Guard.NOT_AT_TIP, "no network"),
        ({"stop_branches": ((STOP_BRANCH, None),)}, Guard.KILL_SWITCH, "massctl-stop"),
        (
            {"stop_branches": ((STOP_BRANCH, None),), "there": "b" * 40},
            Guard.KILL_SWITCH,
            "massctl-stop",
        ),
    ],
)
def test_anything_else_is_refused(changed: dict[str, Any], guard: Guard, word: str) -> None:
    refusal = tip_refusal(replace(TIP, **changed))

    assert refusal is not None
    assert (guard, True) == (refusal.guard, word in refusal.message)


@pytest.mark.parametrize(
    ("tip", "word"),
    [
        (None, None),
        (TIP, None),
        (replace(TIP, there="b" * 40, unread="no network"), None),
        (replace(TIP, stop_branches=((STOP_BRANCH, None),), changed="massctl.yaml"), None),
        (
            replace(TIP, there="b" * 40),
            "main is at bbbbbbbbbbbb on origin, but this checkout is at aaaaaaaaaaaa",
        ),
    ],
)
def test_only_another_commit_that_was_read_says_that_the_branch_moved_on(
    tip: Tip | None, word: str | None
) -> None:
    found = moved_on(tip)

    assert word == (found and found.message)


def test_a_send_is_judged_by_it() -> None:
    moved = replace(house(), tip=replace(TIP, there="b" * 40))

    assert [Guard.NOT_AT_TIP] == [
        each.guard
        for each in send_refusals(
            Case(text("now", window=OPEN), recorded(), moved, NOW), Moment.PLAN
        )
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, False),
        ({"stop_branches": ((STOP_BRANCH, None),)}, True),
        ({"stop_branches": ((STOP_BRANCH, None),), "there": "b" * 40}, True),
        ({"unread": "away"}, False),
    ],
)
def test_a_plan_that_is_only_shown_tells_the_brake_and_no_other_commit(
    changed: dict[str, Any], told: bool
) -> None:
    refusal = tip_refusal(only_stops(replace(TIP, **changed)))

    assert told == (refusal is not None and refusal.guard is Guard.KILL_SWITCH)


def test_where_nobody_asked_there_is_no_brake() -> None:
    assert None is only_stops(None)


def measured(ahead: float, took: float = 0) -> Skew:
    """Measure a clock that is so many seconds ahead of the server's, whose `Date` lies in the middle of the request."""
    return Skew(NOW, NOW + timedelta(seconds=took), NOW + timedelta(seconds=took / 2 - ahead))


@pytest.mark.parametrize("ahead", [SKEW_SECONDS_MAX + 2, -SKEW_SECONDS_MAX - 2, 86_400, -86_400])
def test_a_clock_that_is_surely_wrong_refuses(ahead: float) -> None:
    refusal = skew_refusal(measured(ahead))
    assert refusal is not None
    assert (refusal.guard.value, "2026-12-01 12:00:00 +08:00" in refusal.message) == (
        "clock_skew",
        True,
    )
    assert "timedatectl" in refusal.hint


@pytest.mark.parametrize(
    "skew",
    [
        None,
        measured(0),
        measured(SKEW_SECONDS_MAX),
        measured(SKEW_SECONDS_MAX + 1),
        measured(-SKEW_SECONDS_MAX),
        measured(SKEW_SECONDS_MAX + 20, took=60),
        measured(-SKEW_SECONDS_MAX - 20, took=60),
    ],
)
def test_a_clock_that_may_be_right_does_not(skew: Skew | None) -> None:
    """The `Date` is cut to whole seconds, and was written anywhere between request and answer."""
    assert skew_refusal(skew) is None


TICK = timedelta(milliseconds=1)
LETTER_TO_ALL = text("words", window=OPEN)


COPY = text("copy", window=OPEN)


def test_an_equal_send_of_the_last_90_days_is_refused_under_any_name():
    campaign = planned(COPY, recorded(*sent(text("words"))))
    assert (["same_content"], []) == (guards(campaign), steps(campaign))
    assert (
        "words sent the same message to the same audience on 2026-11-30"
        == campaign.refusals[0].message
    )


def test_the_day_of_an_equal_send_is_beijing_s():
    campaign = planned(COPY, recorded(*sent(text("words"), timedelta(hours=10))))
    assert (
        "words sent the same message to the same audience on 2026-12-01"
        == campaign.refusals[0].message
    )


@pytest.mark.parametrize(
    ("ago", "refused"), [(90 * DAY, True), (90 * DAY + TICK, False), (timedelta(0), True)]
)
def test_ninety_days_are_remembered(ago, refused):
    assert (["same_content"] if refused else []) == guards(
        planned(COPY, recorded(*sent(text("words"), ago)))
    )


def test_of_two_equal_sends_in_one_run_the_first_goes_out():
    copy, words = plan_of([LETTER_TO_ALL, COPY]).campaigns
    assert ([("copy/send", "due")], []) == (steps(copy), guards(copy))
    assert ([], ["same_content"]) == (steps(words), guards(words))
    assert (
        "copy sends the same message to the same audience in this run" == words.refusals[0].message
    )


def test_an_equal_send_of_the_same_run_may_be_allowed():
    allowed = text("words", window=OPEN, same_content_allowed=True)
    assert [[], []] == [guards(each) for each in plan_of([allowed, COPY]).campaigns]


def test_one_that_is_not_sent_stands_in_nobodys_way():
    before = text("copy", window=replace(OPEN, not_before=OPEN.not_after - timedelta(minutes=1)))
    assert [[], []] == [guards(each) for each in plan_of([before, LETTER_TO_ALL]).campaigns]


def test_the_campaign_may_allow_it():
    assert [] == guards(
        planned(
            text("copy", window=OPEN, same_content_allowed=True), recorded(*sent(text("words")))
        )
    )


@pytest.mark.parametrize(
    "changes", [{"audience": audience(tag_id=1)}, {"appid": OTHER_APPID}, {"content": "明晚八点"}]
)
def test_another_audience_account_or_message_is_not_the_same(changes):
    assert [] == guards(
        planned(text("copy", window=OPEN, **changes), recorded(*sent(text("words"))))
    )


def test_a_raised_edition_goes_out_once_more_on_purpose():
    assert [] == guards(
        planned(text("words", edition=2, window=OPEN), recorded(*sent(text("words"))))
    )


def test_a_raised_edition_goes_out_whatever_other_campaigns_sent():
    copy = text("copy")
    state = recorded(
        *sent(text("words")), attempted(copy), (SendAccepted(attempt=4, msg_id=8), copy)
    )
    assert [] == guards(planned(text("copy", edition=2, window=OPEN), state))


def test_an_edition_above_1_of_a_campaign_that_never_went_out_is_not_raised():
    assert ["same_content"] == guards(
        planned(text("copy", edition=2, window=OPEN), recorded(*sent(text("words"))))
    )


def test_what_did_not_go_out_is_no_send():
    words = text("words")
    refused = SendRejected(attempt=2, errcode=45028), words
    assert [] == guards(planned(COPY, recorded(attempted(words), refused)))


def test_what_was_refused_and_then_sent_by_hand_is_a_send():
    words, settled = text("words"), SendSettled(outcome="sent", reason="by hand", by="wang")
    refused = recorded(
        attempted(words), (SendRejected(attempt=2, errcode=45028), words), (settled, words)
    )
    assert ["same_content"] == guards(planned(COPY, refused))


def test_what_a_person_settled_as_sent_is_a_send():
    words, settled = text("words"), SendSettled(outcome="sent", reason="seen", by="wang")
    assert ["same_content"] == guards(planned(COPY, recorded(attempted(words), (settled, words))))


def test_what_nobody_knows_of_counts_as_sent():
    assert ["account_in_doubt", "same_content"] == guards(
        planned(COPY, recorded(attempted(text("words"))))
    )


def test_after_not_sent_the_campaign_itself_goes_on():
    state = recorded(
        attempted(LETTER_TO_ALL),
        (SendSettled(outcome="not_sent", reason="not there", by="wang"), LETTER_TO_ALL),
    )
    assert [("words/send", "due")] == steps(planned(LETTER_TO_ALL, state))


def test_a_raised_edition_in_doubt_is_repeated_though_its_lower_one_sent_the_same():
    """What nobody knows of counts as sent, but not against itself."""
    raised = text("words", edition=2, window=OPEN)
    state = recorded(*sent(text("words", window=OPEN)), attempted(raised))
    assert [("words/send", "resubmit")] == steps(planned(raised, state))


ITEMS = ("original", "album: 秋季")
SALE = news("sale", window=OPEN, handoff=ITEMS)
PLAIN = replace(SALE, handoff=())


def adopted(media_id: str = "MEDIA_1", items: list[str] | None = None) -> Any:
    done = list(ITEMS) if items is None else items
    event = Adopted(
        media_id=media_id,
        draft_sha256="d",
        kept_sha256="k",
        handoff=done or None,
        reason="做完了",
        by="li",
    )
    return event, SALE


def left(*happened: Any, campaign: Any = SALE) -> list[str]:
    record = recorded(*happened).record(SALE.name, 1)
    return [each.item for each in handoff_of(campaign, record) if not each.done]


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        ([], [*ITEMS]),
        ([saved(SALE)], [*ITEMS]),
        ([saved(SALE), adopted()], []),
        ([saved(SALE), adopted(items=[])], [*ITEMS]),
        ([saved(SALE), adopted(items=["original"])], ["album: 秋季"]),
        ([saved(SALE), adopted(items=["original"]), adopted()], []),
        ([saved(SALE), adopted(), saved(SALE, "MEDIA_2")], [*ITEMS]),
        (
            [
                saved(SALE),
                adopted(),
                (DraftDeleted(appid=SALE.appid, media_id="MEDIA_1", reason="gone"), SALE),
            ],
            [*ITEMS],
        ),
    ],
)
def test_only_whoever_adopted_this_very_draft_says_that_it_is_done(
    happened: list[Any], expected: list[str]
) -> None:
    assert expected == left(*happened)


def test_an_edit_opens_everything_again() -> None:
    edited = replace(news("sale", article("别的")), window=OPEN, handoff=ITEMS)

    assert [*ITEMS] == left(saved(SALE), adopted(), campaign=edited)


def test_an_item_that_is_added_later_is_open() -> None:
    more = replace(SALE, handoff=(*ITEMS, "reward"))

    assert ["reward"] == left(saved(SALE), adopted(), campaign=more)
    assert more.digest == SALE.digest


def test_a_send_is_refused_until_it_is_done_and_staging_goes_on() -> None:
    found = planned(SALE)
    assert ["handoff_open"] == guards(found)
    assert found.steps
    assert not any(isinstance(step, SendMass) for step in found.steps)
    assert "original (原创); album (合集) 秋季" in found.refusals[0].message
    assert "massctl adopt sale" in found.refusals[0].hint

    done = planned(SALE, recorded(saved(SALE), adopted()))
    assert [] == guards(done)
    assert (HandoffItem("original", True), HandoffItem("album: 秋季", True)) == done.handoff


def test_a_campaign_without_a_list_is_not_asked() -> None:
    assert ((), []) == (planned(PLAIN).handoff, guards(planned(PLAIN)))


def test_an_open_attempt_is_repeated_whatever_the_list_says_now() -> None:
    state = recorded(saved(SALE), attempted(SALE, media_id="MEDIA_1"))

    assert [] == guards(planned(SALE, state))


def test_the_list_is_in_the_document_and_not_in_the_digest() -> None:
    plan = make_plan(
        [SALE], recorded(saved(SALE), adopted(items=["original"])), house(), OPEN.not_before
    )
    (campaign,) = plan_document(plan)["campaigns"]

    assert [{"item": "original", "done": True}, {"item": "album: 秋季", "done": False}] == campaign[
        "handoff"
    ]
    assert PLAIN.digest == SALE.digest
    assert plan_digest(plan) == plan_document(plan)["digest"]


@pytest.mark.parametrize(
    ("declared", "items"),
    [
        (None, ()),
        ({"original": True}, ("original",)),
        ({"ai_label": True, "reward": True, "original": True}, ("original", "reward", "ai_label")),
        ({"statement": "个人观点", "album": "秋季"}, ("album: 秋季", "statement: 个人观点")),
        ({"other": ["投票", "投票", "a: b"]}, ("other: 投票", "other: a: b")),
    ],
)
def test_the_list_is_named_in_one_order_and_each_item_once(
    declared: dict[str, Any] | None, items: tuple[str, ...]
) -> None:
    assert items == handoff_items(
        Handoff.model_validate(declared) if declared is not None else None
    )


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("original", "original (原创)"),
        ("reward", "reward (赞赏)"),
        ("ai_label", "AI label (创作来源)"),
        ("album: 秋季: 二", "album (合集) 秋季: 二"),
        ("statement: 个人观点", "statement (创作来源) 个人观点"),
        ("other: 投票", "投票"),
    ],
)
def test_every_item_has_words(item: str, words: str) -> None:
    assert words == HandoffItem(item, False).words


LETTER = to_openids(whole_text(LONG), BATCHES)
ENDED = ListEnded(rest="rest", by="li"), LETTER
NOT_SENT = SendSettled(batch=2, outcome="not_sent", reason="looked", by="wang"), LETTER
SENT = SendSettled(batch=2, outcome="sent", reason="by hand", by="li"), LETTER


def tried(batch: int, letter: RenderedCampaign = LETTER) -> object:
    named = "sha256:" + sha256_of_batches((BATCHES[batch - 1],))
    said = {
        "audience": approved_audience(letter),
        "recipients": len(BATCHES[batch - 1]),
        "recipients_sha256": named,
    }
    return attempted(letter, batch=batch, batches=len(BATCHES), **said)


def begun(*more: object) -> State:
    return recorded(tried(1), (SendAccepted(attempt=2, msg_id=7), LETTER), *more)  # type: ignore[arg-type]


def stopped(errcode: int = 40003) -> State:
    return begun(tried(2), (SendRejected(attempt=4, errcode=errcode), LETTER))


def told(campaign: RenderedCampaign, state: State) -> str:
    (planned,) = plan_of(campaign, state).campaigns
    return " | ".join(f"{each.guard} {each.message} {each.hint}" for each in planned.refusals)


@pytest.mark.parametrize(
    "state",
    [
        begun(),
        stopped(),
        begun(tried(2)),
        begun(tried(2), NOT_SENT),
        recorded(tried(1)),  # type: ignore[arg-type]
    ],
)
@pytest.mark.parametrize(
    ("changed", "guard"),
    [
        (to_openids(LETTER, MOVED), "audience_changed"),
        (replace(LETTER, audience=audience(), openid_list=None), "audience_changed"),
        (replace(LETTER, message=TextMessage("今晚九点")), "edited_after_send"),
    ],
)
def test_neither_list_nor_message_changes_once_a_batch_may_have_gone_out(
    state: State, changed: RenderedCampaign, guard: str
) -> None:
    said = told(changed, state)
    assert (True, True) == (
        f"{guard} the " in said,
        "massctl new words-rest --unsent-of words" in said,
    )
    assert guard not in told(LETTER, state)


def test_a_list_of_which_nobody_got_anything_may_be_corrected() -> None:
    state = recorded(tried(1), (SendRejected(attempt=2, errcode=40003), LETTER))  # type: ignore[arg-type]
    assert "" == told(to_openids(LETTER, MOVED), state)


def test_a_batch_that_was_refused_and_sent_by_hand_is_of_the_list() -> None:
    first = SendSettled(batch=1, outcome="sent", reason="by hand", by="li"), LETTER
    state = recorded(tried(1), (SendRejected(attempt=2, errcode=40003), LETTER), first)  # type: ignore[arg-type]
    assert "audience_changed" in told(to_openids(LETTER, MOVED), state)
    second = begun(tried(2), (SendRejected(attempt=4, errcode=40003), LETTER), SENT)
    assert [Scope.OPENIDS] * 2 == [use.scope for use in uses(second, LETTER.appid, NOW)]


def test_a_refused_batch_is_told_with_the_way_on() -> None:
    said = told(LETTER, stopped())
    assert said.startswith(
        "rejected_before WeChat refused batch 2 of 3 for good, with errcode 40003"
    )
    assert (
        "1 of 3 batches were sent" in said,
        "massctl new words-rest --unsent-of words" in said,
    ) == (True, True)


@pytest.mark.parametrize(
    "after",
    [
        (),
        (tried(2),),
        (tried(2), (SendRejected(attempt=4, errcode=45009, retryable=True), LETTER)),
        (tried(2), (SendRejected(attempt=4, errcode=40001, token_dead=True), LETTER)),
        (tried(2), (SendRejected(attempt=4, errcode=40003), LETTER), SENT),
        (tried(2), (SendRejected(attempt=4, errcode=40003), LETTER), ENDED),
        (
            tried(2),
            (SendRejected(attempt=4, errcode=40003), LETTER),
            (JobStatus(msg_id=7, status="failed"), LETTER),
        ),
    ],
)
def test_nothing_stands_still_where_apply_goes_on_or_the_list_is_ended(
    after: tuple[NewEntry, ...],
) -> None:
    assert rejected_batch(begun(*after).record(LETTER.name, 1)) is None


def test_a_list_that_was_ended_is_concluded_and_sends_no_other_batch() -> None:
    state = begun(ENDED, (JobStatus(msg_id=7, status="sent"), LETTER))
    record = state.record(LETTER.name, 1)
    assert (True, Status.SENT) == (is_concluded(record), status_of(record))
    (planned,) = plan_of(LETTER, state).campaigns
    assert ([], []) == (guards(planned), steps(planned))


RAISED = replace(LETTER, edition=2)
FAILED = JobStatus(msg_id=7, status="failed"), LETTER


@pytest.mark.parametrize(
    "campaign", [RAISED, replace(LETTER, edition=7, audience=audience(), openid_list=None)]
)
def test_a_raised_edition_of_a_list_that_was_sent_in_part_is_refused(
    campaign: RenderedCampaign,
) -> None:
    (planned,) = plan_of(campaign, begun()).campaigns
    assert (["partly_sent"], []) == (guards(planned), steps(planned))
    said = told(campaign, begun())
    assert "edition 1 reached a part of its list (1 of 3 batches were sent)" in said
    assert "set `edition` back to 1" in said
    assert "rest has the others" in told(campaign, begun(ENDED))


def test_where_no_batch_follows_the_edition_is_not_put_back() -> None:
    second = (
        tried(2),
        (SendAccepted(attempt=4, msg_id=8), LETTER),
        (JobStatus(msg_id=8, status="failed"), LETTER),
    )
    said = told(RAISED, begun(*second))
    assert (False, True) == ("back to" in said, "massctl new words-rest --unsent-of words" in said)


@pytest.mark.parametrize(
    "state",
    [
        State(),
        begun(FAILED),  # Nobody has it.
        begun((JobStatus(msg_id=7, status="deleted"), LETTER)),
        # It was raised on purpose before.
        begun((SendImported(appid=LETTER.appid, sent_at=NOW, by="li"), RAISED)),
    ],
)
def test_another_raised_edition_is_not(state: State) -> None:
    assert "partly_sent" not in told(replace(LETTER, edition=3), state)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "no forge is known"),
        (Approval(), "no forge is known"),
        (Approval("GitHub", unread="HTTP status 503"), "HTTP status 503"),
        (Approval("GitHub"), "its lock came to main without a merged pull request"),
        (Approval("GitHub", 7), "of pull request 7: 1 more approval (every send needs it)"),
        (Approval("GitHub", 7, others=(Approval("GitHub", 8),)), "of pull request 7: 1 more"),
        (Approval("GitHub", 7, ("bo",), is_locked=False), "no committed lock is what would be"),
    ],
)
def test_a_send_that_nobody_approved_is_refused(answer: Approval | None, words: str) -> None:
    asking = replace(
        house(require_approval=True, branch="main"), approval=(lambda _: answer) if answer else None
    )
    case = Case(text("now", window=OPEN), recorded(), asking, NOW)

    (refusal,) = send_refusals(case, Moment.PLAN)
    assert (Guard.APPROVALS_MISSING, True) == (refusal.guard, words in refusal.message)
    assert send_refusals(case, Moment.LAST_LOOK) == [refusal]
    assert staging_refusal(case) is None


def test_one_of_the_pull_requests_that_brought_a_lock_has_to_be_approved() -> None:
    found = Approval("GitHub", 8, others=(Approval("GitHub", 7, ("bo", "wu")),))
    asking = replace(house(require_approval=True), approval=lambda _: found)

    assert approval_refusal(text("now", window=OPEN), asking) is None
    assert ("bo", "wu") == found.names


@pytest.mark.parametrize(
    ("before", "guards"),
    [
        ({"unlisted": "refuse"}, [Guard.DESTINATION_UNLISTED]),
        ({"unlisted": "refuse", "hosts": ["own.cn"]}, []),
        ({"unlisted": "allow"}, []),
    ],
)
def test_what_the_policy_before_the_merge_refused_is_not_sent(
    before: dict[str, Any], guards: list[Guard]
) -> None:
    there = (Policy.model_validate({"destinations": before}),)
    listed = {"unlisted": "allow", "hosts": ["own.cn"]}
    asking = replace(
        house(destinations=listed), approval=lambda _: Approval("GitHub", 7, before=there)
    )
    leading = text("now", window=OPEN, message=TextMessage(content="https://own.cn/x"))
    case = Case(leading, recorded(), asking, NOW)

    assert guards == [each.guard for each in send_refusals(case, Moment.PLAN)]
    assert staging_refusal(case) is None


def test_an_approved_send_and_one_that_nobody_has_to_ask_about_may_leave() -> None:
    asking = replace(
        house(require_approval=True), approval=lambda _: Approval("GitHub", 7, ("bo",))
    )
    campaign = text("now", window=OPEN)

    assert [None, None] == [approval_refusal(campaign, each) for each in (asking, unasked(asking))]
    nobody = replace(asking, approval=None, policy=house().policy)
    assert None is approval_refusal(campaign, nobody)


@pytest.mark.parametrize(
    ("below", "first"), [((), STOP_BRANCH), ((("stop/a", "b" * 40),), "stop/a")]
)
def test_a_brake_names_the_branches_that_have_to_go(below: Any, first: str) -> None:
    assert first == Brake("a" * 40, below=below).branch


def test_a_measurement_is_as_wrong_as_its_request_was_long() -> None:
    assert timedelta(seconds=3) == measured(0, took=3).error


@pytest.mark.parametrize(
    ("branches", "stopped", "others"),
    [
        ((), {}, None),
        (((STOP_BRANCH, None),), {}, STOP_BRANCH),
        ((("massctl-stop-main", "main"),), {"main"}, None),
        ((("massctl-stop-main", "main"), (STOP_BRANCH, None)), {"main"}, STOP_BRANCH),
    ],
    ids=["none", "all", "one account", "both: what stops all is told"],
)
def test_the_brake_of_an_account_stops_that_account_alone(
    branches: Any, stopped: set[str], others: str | None
) -> None:
    tip = replace(TIP, stop_branches=branches)
    told = [tip_refusal(tip, each) for each in ("main", "other", None)]
    first = others or ("massctl-stop-main" if stopped else None)

    assert [first, others, others] == [
        each.message.values["branch"] if each is not None else None for each in told
    ]
    assert set(stopped) == set(stopped_accounts(tip))
    assert {} == stopped_accounts(None)
    shown = [each.message.values["branch"] for each in stop_refusals(tip)]
    assert shown == sorted(branch for branch, _ in branches)
    assert () == stop_refusals(None)
