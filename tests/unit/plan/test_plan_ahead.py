"""What the plan says of the next 31 days: days and months with something in them, and what is left."""

from datetime import timedelta

from allowance_samples import on, rules, words
from building import APPID, DAY, HOUR, NOW, at, attempted, audience, news, plan_of, recorded, text

from massctl.model.entries import NewEntry, SendAccepted, SendImported, Withdrawn
from massctl.model.message import Window
from massctl.plan.plan import Plan
from massctl.plan.plan_file import plan_document


def rows(plan: Plan) -> list[tuple[str, str, int, list[str], int]]:
    """Give (day or month, sends or calls, used, campaigns, left) of the one account."""
    return [
        (row["from"], row["of"], row["used"], row["campaigns"], row["left"])
        for account in plan_document(plan)["allowance"]
        for row in account["ahead"]
    ]


def test_a_day_of_a_subscription_account() -> None:
    campaigns = [words("one", on(3)), words("tag", on(5), audience=audience(tag_id=7)), words("far", on(40))]
    website = NewEntry(
        at=NOW, event=SendImported(appid=APPID, sent_at=NOW - HOUR, by="wang"), campaign=None, edition=None
    )
    found = rows(plan_of(campaigns, recorded(website), rules(campaigns)))
    assert [
        ("2026-12-01", "sends", 1, [], 0),
        ("2026-12-04", "sends", 0, ["one"], 0),
        ("2026-12-06", "sends", 0, ["tag"], 0),
    ] == found


def test_a_month_and_the_calls_of_a_service_account() -> None:
    old = text("old")
    state = recorded(at(NOW - HOUR, attempted(old)[0], old), at(NOW, SendAccepted(attempt=2, msg_id=7), old))
    campaigns = [words("all", on(3)), words("tag", on(3), audience=audience(tag_id=7)), words("january", on(31))]
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
    assert [("2026-12-04", "sends", 0, ["one"], 0)] == rows(plan_of(campaigns, None, rules(campaigns)))


def test_the_past_is_past_and_an_account_without_anything_is_left_out() -> None:
    old = text("old")
    state = recorded(at(NOW - 2 * DAY, attempted(old)[0], old), at(NOW, SendAccepted(attempt=2, msg_id=7), old))
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
        rows(plan_of(sale, recorded(*happened, *more), rules([]))) for more in ([], [asked], [asked, gone], [gone])
    ]
    day = "2026-12-01", "withdrawals"
    assert [[(*day, 0, [], 10)], [(*day, 1, [], 9)], [(*day, 1, [], 9)], []] == found


def test_where_wechat_said_that_no_withdrawal_is_left_none_is_until_one_was_asked_for_since() -> None:
    sale = news("sale")
    happened = [
        at(NOW - 2 * DAY, attempted(sale, media_id="DRAFT")[0], sale),
        at(NOW - 2 * DAY, SendAccepted(attempt=2, msg_id=7), sale),
    ]

    def asked(ago: timedelta, errcode: int | None = None) -> list[NewEntry]:
        outcome = None if errcode is None else "refused"
        answer = Withdrawn(msg_id=7, article=1, outcome=outcome, errcode=errcode)
        return [at(NOW - ago, Withdrawn(msg_id=7, article=1, outcome="begun"), sale), at(NOW - ago, answer, sale)]

    refused = asked(2 * HOUR, 45009)
    more = [refused, [*refused, *asked(HOUR)], asked(DAY, 45009), asked(2 * HOUR, 40065), [*refused, *refused]]
    found = [rows(plan_of(sale, recorded(*happened, *each), rules([]))) for each in more]
    day = "2026-12-01", "withdrawals"
    assert [
        [(*day, 10, [], 0)],
        [(*day, 2, [], 8)],
        [(*day, 0, [], 10)],
        [(*day, 1, [], 9)],
        [(*day, 10, [], 0)],
    ] == found
