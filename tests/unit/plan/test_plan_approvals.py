"""Which approvals a send needs by what it can do, and which are missing."""

from typing import Any

import pytest
from allowance_samples import on, rules, words
from building import APPID, HOUR, NOW, OTHER_APPID, at, attempted, audience, recorded, sent
from copies import replace

from massctl.model.entries import MessageStaged
from massctl.model.settings import ApprovalRule, Policy
from massctl.model.state import State
from massctl.plan.approvals import (
    Facts,
    Required,
    facts_of,
    missing_approvals,
    missing_words,
    required_approvals,
)

HARMLESS = Facts(9_000, is_to_all=False, shares_its_day=False, has_new_destination=False)
ANYBODY = Required(1)
NAMED = Required(2, ("wang-lei", "chen-jing"), ("a new destination",))


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
        required_approvals([rule(**when)], replace(HARMLESS, **facts))
        for facts in (holding, failing)
    ]
    assert [[2], []] == [[each.count for each in found] for found in asked]
    assert [2] == [each.count for each in required_approvals([rule(**when)], Facts())]


@pytest.mark.parametrize("missing", ["is_to_all", "shares_its_day"])
def test_a_row_needs_all_of_its_conditions(missing: str) -> None:
    both = rule(audience="all", second_this_day=True)
    facts = replace(HARMLESS, is_to_all=True, shares_its_day=True)

    assert 1 == len(required_approvals([both], facts))
    assert () == required_approvals([both], replace(facts, **{missing: False}))


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
    found = required_approvals(policy.approval_rules, Facts(200_000))

    assert [
        Required(1),
        Required(2, (), ("more than 100,000 followers", "it goes to everybody")),
        Required(
            3, ("bo", "li", "wu"), ("a new destination", "another send to everybody on that day")
        ),
    ] == list(found)
    (unknown,) = required_approvals([rule(followers_over=5)], Facts())
    assert ("its followers were not counted yet",) == unknown.why


def test_the_stricter_of_two_policies_has_the_rows_of_both() -> None:
    flat, strict = (Policy.model_validate(each) for each in ({"require_approval": True}, {}))
    both = replace_rows(strict, rule(2)).as_strict_as((*flat.approval_rules, rule(2)))

    assert [2, 1] == [each.count for each in both.approval_rules]
    assert both == both.as_strict_as(flat.approval_rules)


def replace_rows(policy: Policy, *rows: ApprovalRule) -> Policy:
    return policy.model_copy(update={"approvals": list(rows)})


@pytest.mark.parametrize(
    ("required", "approvers", "missing"),
    [
        (ANYBODY, (), 1),
        (ANYBODY, ("bo",), 0),
        (NAMED, ("bo", "wang-lei"), 1),
        (NAMED, ("Wang-Lei", "wang-lei"), 1),
        (NAMED, ("WANG-LEI", "chen-jing"), 0),
        (Required(3), ("bo", "li"), 1),
    ],
)
def test_a_row_lacks_what_its_own_approvers_do_not_give(
    required: Required, approvers: tuple[str, ...], missing: int
) -> None:
    found = missing_approvals([required], approvers)
    assert [missing] * bool(missing) == [each.count for each in found]


def test_what_is_missing_is_one_line() -> None:
    assert (
        "1 more approval (every send needs it), 2 more approvals of wang-lei, chen-jing "
        "(a new destination)"
    ) == missing_words(missing_approvals([ANYBODY, NAMED], ()))


# The facts of a campaign


def shares(window: Any, others: Any = (), state: State | None = None, **changes: Any) -> bool:
    campaign = words("sale", window, **changes)
    agenda = rules([campaign, *others], "service").agenda
    return facts_of(campaign, state or State(), agenda, NOW).shares_its_day


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


def test_followers_are_those_of_the_newest_count() -> None:
    campaign = words("sale", on(1))
    staged = MessageStaged(appid=APPID, digest=campaign.digest, audience_count=90_000)
    state, agenda = recorded((staged, campaign)), rules([campaign]).agenda

    assert 90_000 == facts_of(campaign, state, agenda, NOW).followers
    assert 110_000 == facts_of(campaign, state, agenda, NOW, 110_000).followers
    assert None is facts_of(campaign, State(), agenda, NOW).followers
    assert facts_of(campaign, State(), agenda, NOW).is_to_all


@pytest.mark.parametrize(
    ("to", "counted"),
    [({"is_to_all": True}, 50), ({"tag": "会员"}, 7), ({"tag_id": 7}, None)],
    ids=["everybody", "the same tag", "another tag"],
)
def test_an_audience_that_was_never_counted_for_it_counts_as_at_its_last_send(
    to: dict[str, Any], counted: int | None
) -> None:
    campaign = words("sale", on(1), audience=audience(**to))
    before = [
        at(
            NOW - ago * HOUR,
            attempted(words(f"old-{count}", None), audience=whom, audience_count=count)[0],
            words(f"old-{count}", None),
        )
        for ago, whom, count in (
            (3, {"is_to_all": True}, 40),
            (2, {"is_to_all": True}, 50),
            (1, {"tag": "会员"}, 7),
        )
    ]
    assert counted == facts_of(campaign, recorded(*before), rules([campaign]).agenda, NOW).followers
