"""100 previews a day and account: who goes first, and what is refused."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from building import APPID, DAY, HOUR, NOW, OTHER_APPID, guards, house, plan_of, planned, recorded, reviewers, text

from massctl.model.entries import Previewed
from massctl.model.ids import AppId
from massctl.model.message import RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.plan import Plan
from massctl.plan.steps import SendPreview

EARLIER = text("earlier")


def used(count: int, appid: AppId = APPID) -> State:
    """Give a ledger in which so many previews were asked for today."""
    words = [
        Previewed(appid=appid, digest="sha256:x", recipient=f"towxname:r{number}", outcome="begun")
        for number in range(count)
    ]
    return recorded(*((word, EARLIER) for word in words))


def words(name: str, *names: str, opens_in: float | None = None) -> RenderedCampaign:
    window = None if opens_in is None else Window(NOW + opens_in * HOUR, NOW + 72 * HOUR)
    return text(name, name, window=window, recipients=reviewers(*(names or ("li",))))


def shown(plan: Plan) -> list[str]:
    return [step.address for step in plan.steps if isinstance(step, SendPreview)]


def refused(plan: Plan) -> dict[str, list[str]]:
    return {campaign.name: guards(campaign) for campaign in plan.campaigns if campaign.refusals}


@pytest.mark.parametrize(("before", "expected"), [(99, []), (100, ["allowance"]), (101, ["allowance"])])
def test_the_hundredth_of_a_day_goes_out_and_no_more(before: int, expected: list[str]) -> None:
    campaign = planned(words("a", opens_in=1), used(before))
    assert (expected, not expected) == (guards(campaign), bool(campaign.steps))


def test_it_says_how_many_are_left_and_when_they_start_anew() -> None:
    (refusal,) = planned(words("a", "li", "wang", "zhao", opens_in=1), used(98)).refusals
    assert "it needs 3 previews, and 2 of the account's 100 a day are left for it" == refusal.message
    assert "they are counted anew at 2026-12-02 00:00 +08:00; run the same command after that" == refusal.hint


def test_those_that_fit_go_out_and_its_send_does_not() -> None:
    campaign = planned(words("a", "li", "wang", opens_in=-1), used(99))
    assert (["a/preview/1"], ["allowance"]) == ([step.address for step in campaign.steps], guards(campaign))
    assert not campaign.may_send


def test_without_a_preview_to_show_nothing_is_refused() -> None:
    campaign = planned(text("a", window=Window(NOW - HOUR, NOW + HOUR)), used(100))
    assert (["a/send"], []) == ([step.address for step in campaign.steps], guards(campaign))


def test_the_next_day_has_its_own() -> None:
    assert [] == guards(planned(words("a", opens_in=30), used(100), now=NOW + DAY))


SOON, LATE, NONE = words("late-name", opens_in=1), words("b", opens_in=2), words("a")


@pytest.mark.parametrize("order", [(SOON, LATE, NONE), (NONE, LATE, SOON)])
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (97, []),
        (98, ["a"]),
        (99, ["a", "b"]),
        (100, ["a", "b", "late-name"]),
    ],
)
def test_the_soonest_window_comes_first_and_none_comes_last(
    order: Sequence[RenderedCampaign], before: int, expected: list[str]
) -> None:
    plan = plan_of(order, used(before), house("a"))
    assert expected == sorted(name for name, found in refused(plan).items() if "allowance" in found)


def test_equal_windows_go_by_name() -> None:
    plan = plan_of([words("b", opens_in=1), words("a", opens_in=1)], used(99))
    assert (["a/preview/1"], {"b": ["allowance"]}) == (shown(plan), refused(plan))


def test_each_account_has_its_own() -> None:
    other = replace(words("b", opens_in=1), account="other", appid=OTHER_APPID)
    plan = plan_of([words("a", opens_in=1), other], used(100))
    assert (["b/preview/1"], {"a": ["allowance"]}) == (shown(plan), refused(plan))


def test_a_campaign_beyond_the_time_of_previews_takes_none() -> None:
    far = text("far", window=Window(NOW + 100 * HOUR, NOW + 101 * HOUR), recipients=reviewers("li"))
    plan = plan_of([far, words("near", opens_in=1)], used(99))
    assert (["near/preview/1"], {}) == (shown(plan), refused(plan))


def test_one_preview_is_one() -> None:
    (refusal,) = planned(words("a", "li", opens_in=1), used(100)).refusals
    assert "it needs 1 preview, and 0 of the account's 100 a day are left for it" == refusal.message
