"""Which approvals a send needs by what it can do, and which are missing."""

from typing import Any

import pytest
from allowance_samples import on, rules, words
from building import APPID, HOUR, NOW, OTHER_APPID, at, attempted, audience, picture, recorded, sent
from copies import replace

from massctl.model.entries import MessageStaged
from massctl.model.message import TextMessage
from massctl.model.settings import ApprovalRule, Policy
from massctl.model.state import State
from massctl.plan.approvals import (
    ApprovalCount,
    ApprovalFacts,
    missing_approvals,
    missing_words,
    required_approvals,
    required_words,
    shares_its_day,
)
from massctl.plan.guards import Case, Reading, facts_of

HARMLESS = ApprovalFacts(9_000, is_to_all=False, shares_its_day=False, has_new_destination=False)
ANYBODY = ApprovalCount(1)
NAMED = ApprovalCount(2, ("wang-lei", "chen-jing"), ("a new destination",))


def asking(*rows: ApprovalRule, **policy: Any) -> Policy:
    return Policy.model_validate({"approvals": list(rows), **policy})


def rule(count: int = 2, **when: Any) -> ApprovalRule:
    return ApprovalRule.model_validate({"count": count, "when": when})


@pytest.mark.parametrize(
    ("when", "holding", "failing"),
    [
        ({"followers_over": 100_000}, {"followers": 100_001}, {"followers": 100_000}),
        ({"followers_over": 0}, {"followers": None}, {"followers": 0}),
        ({"new_destination": True}, {"has_new_destination": True}, {}),
        ({"audience": "all"}, {"is_to_all": True}, {}),
        ({"second_this_day": True}, {"shares_its_day": True}, {}),
    ],
    ids=["over", "never counted", "new destination", "everybody", "second of a day"],
)
def test_a_row_counts_where_its_condition_holds(
    when: dict[str, Any], holding: dict[str, Any], failing: dict[str, Any]
) -> None:
    asked = [
        required_approvals(asking(rule(**when)), replace(HARMLESS, **facts))
        for facts in (holding, failing)
    ]
    assert [[2], []] == [[each.count for each in found] for found in asked]
    assert [2] == [each.count for each in required_approvals(asking(rule(**when)), ApprovalFacts())]


@pytest.mark.parametrize("missing", ["is_to_all", "shares_its_day"])
def test_a_row_needs_all_of_its_conditions(missing: str) -> None:
    both = rule(audience="all", second_this_day=True)
    facts = replace(HARMLESS, is_to_all=True, shares_its_day=True)

    assert 1 == len(required_approvals(asking(both), facts))
    assert () == required_approvals(asking(both), replace(facts, **{missing: False}))


def test_every_row_applies_and_says_why() -> None:
    policy = Policy.model_validate(
        {
            "require_approval": True,
            "approvals": [
                {"count": 2, "when": {"followers_over": 100000, "audience": "all"}},
                {
                    "count": 3,
                    "when": {"new_destination": True, "second_this_day": True},
                    "from": ["bo", "li", "wu"],
                },
            ],
        }
    )
    found = required_approvals(policy, ApprovalFacts(200_000))

    assert [
        ApprovalCount(1),
        ApprovalCount(2, (), ("more than 100,000 followers", "it goes to everybody")),
        ApprovalCount(
            3, ("bo", "li", "wu"), ("a new destination", "another send to everybody on that day")
        ),
    ] == list(found)
    (unknown,) = required_approvals(asking(rule(followers_over=5)), ApprovalFacts())
    assert ("its followers were not counted yet",) == unknown.why


def test_the_stricter_of_two_policies_has_the_rows_of_both_and_lists_what_both_list() -> None:
    listed = {"hosts": ["a.cn", "b.cn"], "mini_programs": [], "accounts": ["gh_1"]}
    flat = asking(require_approval=True, destinations={**listed, "unlisted": "review"})
    strict = asking(rule(2), destinations={"hosts": ["b.cn", "c.cn"], "accounts": ["gh_1"]})
    both = strict.as_strict_as(flat)

    assert [2, 1] == [each.count for each in both.approval_rules]
    assert (["b.cn"], [], ["gh_1"], "review") == (
        both.destinations.hosts,
        both.destinations.mini_programs,
        both.destinations.accounts,
        both.destinations.unlisted,
    )
    assert both == both.as_strict_as(flat)


@pytest.mark.parametrize(("one", "other"), [("review", "refuse"), ("refuse", "review")])
def test_what_one_policy_has_reviewed_is_reviewed_where_the_other_refuses(
    one: str, other: str
) -> None:
    both = Policy().as_strict_as(asking(destinations={"unlisted": one}))
    both = both.as_strict_as(asking(destinations={"unlisted": other})).as_strict_as(Policy())

    assert ("refuse", True) == (both.destinations.unlisted, both.asks_approvals)
    assert [1] == [each.count for each in required_approvals(both, ApprovalFacts())]


@pytest.mark.parametrize(
    ("policy", "binds"),
    [
        ({"require_approval": True}, True),
        ({"destinations": {"unlisted": "review"}}, True),
        ({"destinations": {"unlisted": "refuse"}, "require_lock": True}, True),
        ({"destinations": {"unlisted": "refuse"}}, False),
        ({"require_lock": True}, False),
    ],
)
def test_a_policy_binds_merges_that_judges_locks(policy: dict[str, Any], binds: bool) -> None:
    assert binds == Policy.model_validate(policy).binds_merges


@pytest.mark.parametrize(("rows", "counts"), [((), [1]), ((rule(1), rule(3)), [1, 3, 4])])
def test_a_destination_that_is_new_and_not_listed_asks_for_one_more(
    rows: tuple[ApprovalRule, ...], counts: list[int]
) -> None:
    policy = asking(*rows, destinations={"unlisted": "review"})
    assert counts == [each.count for each in required_approvals(policy, ApprovalFacts())]
    assert counts[:-1] == [each.count for each in required_approvals(policy, HARMLESS)]
    assert (True, False) == (policy.asks_approvals, Policy().asks_approvals)


@pytest.mark.parametrize(
    ("required", "approvers", "missing"),
    [
        (ANYBODY, (), 1),
        (ANYBODY, ("bo",), 0),
        (NAMED, ("bo", "wang-lei"), 1),
        (NAMED, ("Wang-Lei", "wang-lei"), 1),
        (NAMED, ("WANG-LEI", "chen-jing"), 0),
        (ApprovalCount(3), ("bo", "li"), 1),
    ],
)
def test_a_row_lacks_what_its_own_approvers_do_not_give(
    required: ApprovalCount, approvers: tuple[str, ...], missing: int
) -> None:
    found = missing_approvals([required], approvers)
    assert [missing] * bool(missing) == [each.count for each in found]


def test_what_is_missing_is_one_line() -> None:
    assert (
        "2 more approvals of wang-lei, chen-jing (every send needs it, a new destination)"
    ) == missing_words(missing_approvals([ANYBODY, NAMED], ()))
    assert "2 approvals of wang-lei, chen-jing (a new destination)" == required_words([NAMED])


LI = ApprovalCount(1, ("li",), ("a new destination",))
WANG = ApprovalCount(1, ("wang-lei", "li"), ("a new destination",))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ANYBODY, ApprovalCount(2), ApprovalCount(3)], "3 approvals (every send needs it)"),
        (
            [ANYBODY, NAMED, ApprovalCount(3)],
            "3 approvals, among them 2 of wang-lei, chen-jing (every send needs it, a new destination)",
        ),
        (
            [NAMED, LI],
            "3 approvals, among them 2 of wang-lei, chen-jing, 1 of li (a new destination)",
        ),
        (
            [NAMED, WANG],
            "2 approvals, among them 2 of wang-lei, chen-jing, 1 of wang-lei, li (a new destination)",
        ),
    ],
)
def test_approvals_are_no_sum(rows: list[ApprovalCount], said: str) -> None:
    assert said == required_words(rows)


# The facts of a campaign


def shares(window: Any, others: Any = (), state: State | None = None, **changes: Any) -> bool:
    campaign = words("sale", window, **changes)
    agenda = rules([campaign, *others], "service").agenda
    return shares_its_day(campaign, state or State(), agenda, NOW)


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (words("other", on(1)), True),
        (words("other", on(0, 1)), True),
        (words("other", on(2)), False),
        (words("other", None), False),
        (words("other", on(1), audience=audience(tag_id=7)), False),
        (words("other", on(1), appid=OTHER_APPID), False),
        (words("sale", on(1)), False),
    ],
    ids=["same day", "a window over it", "later", "today", "a tag", "another account", "itself"],
)
def test_another_send_to_everybody_that_is_to_come(other: Any, shared: bool) -> None:
    assert shared == shares(on(1), [other])


def test_without_a_window_it_is_about_today() -> None:
    assert shares(None, [words("other", on(0))])
    assert not shares(None, [words("other", on(1))])


def test_another_send_to_everybody_that_went_out() -> None:
    console = State().with_website_sends({APPID: [NOW]})
    assert [True, False] == [shares(on(day), state=console) for day in (0, 1)]


def test_its_own_send_is_none_and_one_that_is_sent_is_not_to_come() -> None:
    own = recorded(*sent(words("sale", on(0)), HOUR))
    assert not shares(on(0), state=own)
    assert shares(on(0), state=own, edition=2)
    other = words("other", on(0, 3))
    assert not shares(on(3), [other], recorded(*sent(other, HOUR)))


def facts(
    campaign: Any, state: State | None = None, policy: Policy | None = None, **read: Any
) -> ApprovalFacts:
    case = Case(campaign, state or State(), rules([campaign]), NOW, reading=Reading(**read))
    return facts_of(case, policy or Policy())


def test_followers_are_those_of_the_newest_count() -> None:
    campaign = words("sale", on(1))
    staged = MessageStaged(appid=APPID, digest=campaign.digest, audience_count=90_000)
    state = recorded((staged, campaign))

    assert 90_000 == facts(campaign, state).followers
    assert 110_000 == facts(campaign, state, followers=110_000).followers
    assert (None, True) == (facts(campaign).followers, facts(campaign).is_to_all)
    assert not facts(words("sale", None, audience=audience(tag_id=7))).is_to_all


def test_an_audience_that_was_never_counted_for_it_counts_as_at_its_last_send() -> None:
    old, campaign = words("old", None), words("sale", on(1))
    event, _ = attempted(old, audience_count=50)

    assert 50 == facts(campaign, recorded(at(NOW - HOUR, event, old))).followers


def test_a_destination_is_new_by_the_policy_that_is_asked() -> None:
    link = TextMessage('<a href="https://shop.example.cn/sale">到店</a>')
    campaign = words("sale", on(1), message=link)
    listed = asking(destinations={"hosts": ["shop.example.cn"]})

    assert (True, False) == (
        facts(campaign).has_new_destination,
        facts(campaign, policy=listed).has_new_destination,
    )
    assert not facts(words("sale", on(1))).has_new_destination


def test_a_picture_in_which_nobody_looked_for_codes_may_lead_anywhere() -> None:
    unread = replace(picture("hero"), codes=None)
    assert facts(words("sale", on(1), pictures=(unread,))).has_new_destination
    assert not facts(words("sale", on(1), pictures=(picture("hero"),))).has_new_destination
