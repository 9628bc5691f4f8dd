"""Months at random, counted by massctl and person by person in plain sets: the numbers are the same."""

import pytest
from audience_months import Author, had
from building import DAY, plan_of

from massctl.model.state import beijing_day
from massctl.plan.plan import PlannedCampaign


def judged(seed: int) -> None:
    month = Author(seed).month()
    state = month.state
    plan = plan_of(month.planned, state, month.rules())
    for each in plan.campaigns:
        _compare(month, each, plan.campaigns)


def _compare(month, planned: PlannedCampaign, others) -> None:
    campaign, facts = planned.rendered, planned.people
    assert campaign is not None
    assert facts is not None
    assert campaign.window is not None
    own = set(month.listed[campaign.name])
    day = campaign.window.not_before
    times = [had(month, openid, day, but=campaign.name) for openid in own]
    assert facts.had == tuple(sum(1 for each in times if each >= n) for n in range(5))
    since = day - 90 * DAY
    same = {
        each.openid
        for each in month.got
        if each.message == campaign.message.text and each.at >= since
    }
    assert len(own & same) == facts.has_it
    assert _overlaps(month, campaign, others) == {
        each.campaign: each.people for each in facts.overlaps
    }
    assert len(own) == facts.people == facts.left + sum(facts.removed.values())


def _overlaps(month, campaign, others) -> dict[str, int]:
    own = set(month.listed[campaign.name])
    first = beijing_day(campaign.window.not_before).replace(day=1)
    reached: dict[str, set[str]] = {}
    for got in month.got:
        name = got.send.partition("/")[0]
        if name in month.listed and beijing_day(got.at).replace(day=1) == first:
            reached.setdefault(name, set()).add(got.openid)
    for other in others:
        if other.name != campaign.name:
            reached[other.name] = set(month.listed[other.name])
    return {name: len(own & them) for name, them in reached.items() if own & them}


@pytest.mark.parametrize("seed", range(12))
def test_a_month_is_counted_as_person_by_person(seed: int) -> None:
    judged(seed)


@pytest.mark.slow
@pytest.mark.night
@pytest.mark.parametrize("seed", range(100, 300))
def test_two_hundred_months_are_counted_as_person_by_person(seed: int) -> None:
    judged(seed)
