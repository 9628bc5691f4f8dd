"""Months at random, counted by massctl and person by person in plain sets: the numbers are the same."""

from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from audience_months import PEOPLE, Author, Month, SamplePeople, WiderAuthor, had, removal, who_has
from building import (
    APPID,
    DAY,
    HOUR,
    NOW,
    at,
    attempted,
    audience,
    guards,
    house,
    plan_of,
    recorded,
    text,
)
from copies import replace

from massctl.model.entries import AudienceCut, NewEntry, SendAccepted
from massctl.model.ids import AccountName, CampaignName, Sha256
from massctl.model.message import DeclaredCell, Family, RenderedCampaign, Window
from massctl.model.settings import Cap
from massctl.model.state import State, beijing_day
from massctl.plan.account_people import FrozenAudience, ListPart
from massctl.plan.audience_overlaps import MonthOverlaps, account_month, month_overlaps
from massctl.plan.guards import Case, Moment, PolicyInForce, Reading, send_refusals
from massctl.plan.people_judge import Removal
from massctl.plan.plan import PlannedCampaign
from massctl.plan.quota import Agenda, Calendar, demand_of
from massctl.plan.steps import Guard

OPEN = Window(NOW - HOUR, NOW + 8 * HOUR)
TEN = PEOPLE[:10]


def judged(month: Month) -> None:
    plan = plan_of(month.planned, month.state, month.rules())
    for each in plan.campaigns:
        _compare(month, each)
        _compare_cut(month, each)


def _compare(month: Month, planned: PlannedCampaign) -> None:
    campaign, facts = planned.rendered, planned.people
    assert campaign is not None
    assert facts is not None
    assert campaign.window is not None
    own = set(month.listed[campaign.name]) - month.people.erased
    day = campaign.window.not_before
    times = [had(month, openid, day, but=campaign.name) for openid in own]
    assert facts.had == tuple(sum(1 for each in times if each >= n) for n in range(5))
    same = who_has(month, campaign.name, campaign.message.text or "", day)
    assert len(own & same) == facts.has_it
    assert _overlaps(month, campaign) == {each.campaign: each.people for each in facts.overlaps}
    assert len(month.listed[campaign.name]) == facts.people
    assert facts.people == facts.recipients + sum(facts.removed.values())


def _overlaps(month: Month, campaign: RenderedCampaign) -> dict[str, int]:
    own = set(month.listed[campaign.name])
    assert campaign.window is not None
    first = beijing_day(campaign.window.not_before).replace(day=1)
    reached: dict[str, set[str]] = {}
    for got in month.got:
        name = got.send.partition("/")[0]
        is_other = name in month.listed and name != campaign.name
        if is_other and beijing_day(got.at).replace(day=1) == first:
            reached.setdefault(name, set()).add(got.openid)
    for other in month.planned:
        if other.name != campaign.name:
            reached[other.name] = set(month.listed[other.name])
    there = {name: own & them - month.people.erased for name, them in reached.items()}
    return {name: len(both) for name, both in there.items() if both}


def _compare_cut(month: Month, planned: PlannedCampaign) -> None:
    """Nobody is added, and everybody who is taken off is taken off for the first reason that they have."""
    campaign, facts = planned.rendered, planned.people
    assert campaign is not None
    assert facts is not None
    assert campaign.window is not None
    case = Case(campaign, month.state, month.rules(), NOW)
    judge = case.people
    assert judge is not None
    day, is_cut = campaign.window.not_before, campaign.audience.of is not None
    message = campaign.message.text or ""
    own = month.listed[campaign.name]
    why = {
        each: removal(month, each, day, message, is_cut=is_cut, name=campaign.name) for each in own
    }
    counted = Counter(each for each in why.values() if each is not None)
    assert counted == {each.value: count for each, count in facts.removed.items()}
    parts = [month.people.members(part) for part in judge.cut.parts]
    kept = {
        openid
        for openid in parts[judge.cut.own]
        if _pattern(openid, parts) not in judge.cut.taken_off
    }
    assert kept == {each for each in own if why[each] is None}
    assert kept <= set(own)
    assert len(kept) == judge.cut.recipients


def _pattern(openid: str, parts: list[set[str]]) -> int:
    return sum(1 << bit for bit, members in enumerate(parts) if openid in members)


@pytest.mark.parametrize("seed", range(12))
def test_a_month_is_counted_as_person_by_person(seed: int) -> None:
    judged(Author(seed).month())


@pytest.mark.parametrize("seed", range(12))
def test_a_month_in_which_persons_tell_more_is_counted_as_person_by_person(seed: int) -> None:
    judged(WiderAuthor(seed).month())


@pytest.mark.slow
@pytest.mark.night
@pytest.mark.parametrize("seed", range(100, 300))
def test_two_hundred_months_are_counted_as_person_by_person(seed: int) -> None:
    judged(Author(seed).month())
    judged(WiderAuthor(seed).month())


# Guards.


def to_list(
    people: SamplePeople, name: str, openids: list[str], words: str = "一", **more: Any
) -> RenderedCampaign:
    """Make a campaign to a list, or to the audience `of`."""
    of = more.pop("of", None)
    whom = audience(of=of) if of else audience(openids=f"{name}.txt")
    fields = {"window": OPEN, "openid_list": people.add(openids), "audience": whom}
    return text(name, words, **fields | more)


def sent_to(
    people: SamplePeople, campaign: RenderedCampaign, days: int, serial: int = 2
) -> list[NewEntry]:
    """Say that all batches of a list went out so many days ago."""
    listed = campaign.openid_list
    assert listed is not None
    whom = {
        "openids": f"{campaign.name}.txt",
        "sha256": f"sha256:{listed.sha256}",
        "count": listed.count,
    }
    found: list[NewEntry] = []
    for batch in range(1, listed.batches + 1):
        event = attempted(campaign, batch=batch, batches=listed.batches, audience=whom)[0]
        accepted = SendAccepted(attempt=serial + len(found), msg_id=serial + len(found))
        found += [at(NOW - days * DAY, each, campaign) for each in (event, accepted)]
    return found


def rules(people: SamplePeople, *campaigns: RenderedCampaign, **policy: Any) -> PolicyInForce:
    agenda = Agenda({APPID: (AccountName("main"), "service")}, tuple(map(demand_of, campaigns)))
    return replace(house(**policy), agenda=agenda, people=people)


def refused(campaign: RenderedCampaign, state: State, in_force: PolicyInForce) -> list[str]:
    (planned,) = plan_of(campaign, state, in_force).campaigns
    return guards(planned)


def scene(**more: Any) -> tuple[SamplePeople, State, RenderedCampaign]:
    """A message that went to ten people, and a list that has seven of them and three others."""
    people = SamplePeople()
    first = to_list(people, "first", TEN)
    state = recorded(*sent_to(people, first, 5))
    return people, state, to_list(people, "second", PEOPLE[3:13], **more)


def test_a_list_that_differs_by_one_person_is_the_same_message_to_the_others() -> None:
    people, state, again = scene()
    (planned,) = plan_of(again, state, rules(people, again)).campaigns
    (refusal,) = planned.refusals
    assert (Guard.SAME_CONTENT, True) == (refusal.guard, "7 of its 10 people" in refusal.message)
    assert "first" in refusal.message
    other = replace(again, message=text("x", "别的").message)
    assert [] == refused(other, state, rules(people, other))
    allowed = replace(again, same_content_allowed=True)
    assert [] == refused(allowed, state, rules(people, allowed))


def test_an_audience_leaves_out_who_has_the_message_before_its_first_attempt() -> None:
    people, state, again = scene(of="east")
    people.audiences["east"] = FrozenAudience()
    (planned,) = plan_of(again, state, rules(people, again)).campaigns
    assert [] == guards(planned)
    assert planned.people is not None
    assert ({Removal.HAS_IT: 7}, 3) == (planned.people.removed, planned.people.recipients)
    # Nobody is cut once the attempt is durable: then it must not have them.
    case = Case(again, state, rules(people, again), NOW, reading=Reading(attempt=99))
    found = {each.guard for each in send_refusals(case, Moment.LAST_LOOK)}
    assert Guard.SAME_CONTENT in found


def test_a_message_that_went_to_everybody_is_had_by_everybody() -> None:
    people = SamplePeople()
    everybody = text("all", "一")
    event = attempted(everybody)[0]
    state = recorded(
        *[at(NOW - DAY, each, everybody) for each in (event, SendAccepted(attempt=2, msg_id=2))]
    )
    listed = to_list(people, "second", TEN)
    assert ["same_content"] == refused(listed, state, rules(people, listed))


def test_a_list_that_nobody_can_look_into_any_more_may_hold_everybody() -> None:
    people, state, again = scene()
    gone = people.add(TEN).sha256
    people.gone.add(gone)
    people.lists = {sha256: batches for sha256, batches in people.lists.items() if sha256 != gone}
    # A plan is made where less can be read than the run that sends may read.
    assert [] == refused(again, state, rules(people, again))
    case = Case(again, state, rules(people, again), NOW)
    (refusal,) = send_refusals(case, Moment.ATTEMPT)
    assert (Guard.SAME_CONTENT, True) == (refusal.guard, "nobody can look into" in refusal.message)


def test_a_list_that_is_not_here_is_not_called_a_snapshot() -> None:
    people = SamplePeople(missing="the snapshot 0123 is not in its place")
    listed, frozen = (
        to_list(people, name, TEN, of=of) for name, of in (("a", None), ("b", "east"))
    )
    people.gone.add(people.add(TEN).sha256)
    for each, why in ((listed, None), (frozen, people.missing)):
        judge = Case(each, State(), rules(people, each), NOW).people
        assert judge is not None
        assert why == judge.why_unread


def test_a_list_with_somebody_erased_is_refused_at_every_moment_of_a_send() -> None:
    people = SamplePeople(erased={TEN[4]})
    listed = to_list(people, "first", TEN)
    case = Case(listed, State(), rules(people, listed), NOW)
    for moment in (Moment.PLAN, Moment.ATTEMPT, Moment.LAST_LOOK):
        (refusal,) = [each for each in send_refusals(case, moment) if "erased" in each.guard]
        assert "1 person of its list was erased: campaigns/list.txt:5" == refusal.message
        assert "delete these lines" in refusal.hint


def test_a_list_that_has_begun_is_not_edited_but_ended() -> None:
    people = SamplePeople()
    listed = to_list(people, "first", TEN)
    state = recorded(*sent_to(people, listed, 0)[:2])
    assert [] == refused(listed, state, rules(people, listed))
    people.erased.add(TEN[9])
    (planned,) = plan_of(listed, state, rules(people, listed)).campaigns
    (refusal,) = planned.refusals
    assert (Guard.ERASED_PEOPLE, True) == (refusal.guard, "--unsent-of" in refusal.hint)


def test_without_the_marks_a_plan_goes_on_and_a_send_does_not() -> None:
    people = SamplePeople(unmarked="the key is not set")
    listed = to_list(people, "first", TEN)
    case = Case(listed, State(), rules(people, listed), NOW)
    told = [
        [
            each.message
            for each in send_refusals(case, moment)
            if each.guard is Guard.AUDIENCE_UNREAD
        ]
        for moment in (Moment.PLAN, Moment.ATTEMPT, Moment.LAST_LOOK)
    ]
    say = "people were erased, and nobody can say here whether its list has some of them: the key is not set"
    assert [[], [say], [say]] == told


@pytest.mark.parametrize(
    ("cap", "capped"),
    [({"month": 1}, 7), ({"week": 1}, 7), ({"month": 2}, 0), ({"month": 1, "over": "refuse"}, 7)],
)
def test_a_cap_refuses_a_list_and_says_how_many(cap: dict[str, Any], capped: int) -> None:
    people = SamplePeople()
    # NOW is the first of December in Beijing: five days before is another month.
    first = to_list(people, "first", TEN)
    state = recorded(*sent_to(people, first, 0))
    listed = to_list(people, "second", PEOPLE[3:13], "二")
    (planned,) = plan_of(listed, state, rules(people, listed, cap=cap)).campaigns
    assert (["audience_cap"] if capped else []) == guards(planned)
    assert capped == 0 or f"{capped} of its 10 people" in planned.refusals[0].message


def test_a_cap_cuts_an_audience_unless_it_says_refuse() -> None:
    people = SamplePeople()
    state = recorded(*sent_to(people, to_list(people, "first", TEN), 0))
    listed = to_list(people, "second", PEOPLE[3:13], "二", of="east")
    people.audiences["east"] = FrozenAudience(Cap(month=1))
    (planned,) = plan_of(listed, state, rules(people, listed)).campaigns
    assert planned.people is not None
    assert ([], {Removal.CAPPED: 7}, 3) == (
        guards(planned),
        planned.people.removed,
        planned.people.recipients,
    )
    assert ["audience_cap"] == refused(
        listed, state, rules(people, listed, cap={"month": 3, "over": "refuse"})
    )


def test_an_audience_of_which_nobody_is_left_is_not_sent() -> None:
    people = SamplePeople()
    state = recorded(*sent_to(people, to_list(people, "first", TEN), 5))
    listed = to_list(people, "second", TEN[:9] + PEOPLE[20:21], of="east")
    people.audiences["east"] = FrozenAudience()
    (planned,) = plan_of(listed, state, rules(people, listed)).campaigns
    assert ["audience_bounds"] == guards(planned)
    assert "only 1 of 10 people" in planned.refusals[0].message


def test_forty_lists_of_others_draw_no_warning_and_one_person_in_five_draws_one() -> None:
    people = SamplePeople()
    month = [
        to_list(
            people,
            f"region-{n:02}",
            [f"oR{n:02}{k:024}" for k in range(3)],
            f"{n}",
            window=Window(NOW + n * HOUR, NOW + 20 * DAY),
        )
        for n in range(40)
    ]
    plan = plan_of(month, None, rules(people, *month))
    assert [] == [
        each.code for one in plan.campaigns for each in one.diagnostics if each.code == "MC406"
    ]
    assert plan.people is not None
    assert (40, 120, 0) == (plan.people.lists, plan.people.people, plan.people.twice)
    shared = [
        replace(
            each,
            openid_list=people.add([PEOPLE[0], *people.members(ListPart(each.openid_list.sha256))]),
        )
        for each in month[:5]
    ]
    plan = plan_of(shared, None, rules(people, *shared))
    warned = [
        (one.name, each.message)
        for one in plan.campaigns
        for each in one.diagnostics
        if each.code == "MC406"
    ]
    assert ["region-04"] == [name for name, _ in warned]
    assert "1 of its 4 people gets 4 other mass messages" in warned[0][1]


def test_lists_of_another_account_are_never_counted_as_none() -> None:
    people = SamplePeople()
    own = to_list(people, "own", TEN)
    other = replace(
        to_list(people, "other", TEN), appid="wxother0000000000", account=AccountName("other")
    )
    agenda = Agenda(
        {APPID: (AccountName("main"), "service"), other.appid: (AccountName("other"), "service")},
        (demand_of(own), demand_of(other)),
    )
    plan = plan_of([own, other], None, replace(rules(people), agenda=agenda))
    assert [()] * 2 == [each.people.overlaps for each in plan.campaigns if each.people]
    assert plan.people is not None
    assert 2 == plan.people.accounts


@pytest.mark.parametrize("seed", range(12))
def test_each_two_lists_of_a_month_have_in_common_what_sets_say(seed: int) -> None:
    month = Author(seed).month()
    state, rules, day = month.state, month.rules(), beijing_day(NOW)
    for each in month.planned:
        if each.openid_list is not None:
            month.people.named[each.name] = each.openid_list.sha256
    calendar = Calendar(rules.agenda, APPID, state, rules.policy, NOW)
    names = {"west": month.people.add(PEOPLE[5:12]).sha256}
    account = APPID, AccountName("main")
    counted = account_month(month.people, state, calendar, account, names, day, NOW)
    found = month_overlaps([counted], day.replace(day=1), frozenset())
    reached = _reached(month) | {"west": set(PEOPLE[5:12]) - month.people.erased}
    assert {each.name: each.people for each in found.lists} == {
        name: len(them) for name, them in reached.items()
    }
    assert {frozenset((each.one, each.other)): each.people for each in found.pairs} == {
        frozenset((one, other)): len(reached[one] & reached[other])
        for one, other in combinations(reached, 2)
    }
    in_lists = Counter(openid for them in reached.values() for openid in them)
    twice = sum(1 for times in in_lists.values() if times > 1)
    assert (len(in_lists), twice) == (found.summary.people, found.summary.twice)


def overlaps_of(month: Month, *names: str, audiences: dict[str, Sha256]) -> MonthOverlaps:
    rules, day = month.rules(), beijing_day(NOW)
    for each in month.planned:
        if each.openid_list is not None:
            month.people.named[each.name] = each.openid_list.sha256
    calendar = Calendar(rules.agenda, APPID, month.state, rules.policy, NOW)
    account = APPID, AccountName("main")
    counted = account_month(month.people, month.state, calendar, account, audiences, day, NOW)
    return month_overlaps([counted], day.replace(day=1), frozenset(names))


def test_only_pairs_of_what_is_named_are_compared() -> None:
    month = Author(1).month()
    audiences = {"west": month.people.add(PEOPLE[5:12]).sha256}
    every = overlaps_of(month, audiences=audiences)
    named = overlaps_of(month, "west", audiences=audiences)
    assert named.pairs == tuple(e for e in every.pairs if "west" in {e.one, e.other})
    assert {each.name for each in every.lists} == {each.name for each in named.lists}


def test_an_audience_that_a_send_goes_to_is_the_send_and_is_found_by_its_name() -> None:
    month = next(m for m in (Author(seed).month() for seed in range(12)) if m.planned)
    (send, *_) = month.planned
    assert send.openid_list is not None
    found = overlaps_of(month, "south", audiences={"south": send.openid_list.sha256})
    assert ["south"] == [each.audience for each in found.lists if each.name == send.name]
    assert "south" not in {each.name for each in found.lists}


def test_what_a_list_that_nobody_can_read_has_in_common_is_unknown() -> None:
    month = Author(1).month()
    west = month.people.add(PEOPLE[5:12]).sha256
    month.people.gone.add(west)
    found = overlaps_of(month, "west", audiences={"west": west})
    assert found.pairs
    assert {None} == {each.people for each in found.pairs}
    assert ("west",) == found.summary.unknown


@pytest.mark.parametrize(("is_this_list", "count"), [(True, 6), (False, 10)])
def test_a_send_that_was_cut_goes_to_those_who_stayed(is_this_list: bool, count: int) -> None:
    people = SamplePeople()
    campaign = to_list(people, "spring", TEN, of="east")
    assert campaign.openid_list is not None
    kept = people.add(TEN[:6])
    cut = AudienceCut(
        snapshot=f"sha256:{campaign.openid_list.sha256 if is_this_list else '0' * 64}",
        kept_snapshot=f"sha256:{kept.sha256}",
        kept=6,
        removed={"capped": 4},
    )
    month = Month(people, [at(NOW - HOUR, cut, campaign)], [campaign], [], {"spring": TEN})
    found = overlaps_of(month, audiences={})
    assert [("spring", count)] == [(each.name, each.people) for each in found.lists]


def _reached(month: Month) -> dict[str, set[str]]:
    """Return whom each send to a list reaches in the month of NOW, or may have reached."""
    first = beijing_day(NOW).replace(day=1)
    reached: dict[str, set[str]] = {}
    for got in month.got:
        name = got.send.partition("/")[0]
        if name in month.listed and beijing_day(got.at).replace(day=1) == first:
            reached.setdefault(name, set()).add(got.openid)
    for other in month.planned:
        assert other.window is not None
        if beijing_day(other.window.not_before).replace(day=1) == first:
            reached.setdefault(other.name, set()).update(month.listed[other.name])
    return {name: them - month.people.erased for name, them in reached.items()}


def test_cells_of_one_account_that_share_people_are_refused_with_how_many() -> None:
    people = SamplePeople()
    west = to_list(people, "mail@west", TEN[6:])
    apart = to_list(people, "mail@apart", PEOPLE[10:14])
    cells = [
        DeclaredCell(each.name, APPID, each.audience, each.openid_list) for each in (west, apart)
    ]
    family = Family(frozenset({CampaignName("mail")}), tuple(cells))
    east = replace(to_list(people, "mail@east", TEN[:8]), family=family)
    case = Case(east, State(), rules(people, east), NOW)
    (refusal,) = [
        each for each in send_refusals(case, Moment.PLAN) if each.guard is Guard.CELLS_OVERLAP
    ]
    assert "2 in mail@west" in refusal.message
    assert "apart" not in refusal.message
    alone = replace(to_list(people, "mail@east", TEN[:6]), family=family)
    case = Case(alone, State(), rules(people, alone), NOW)
    found = send_refusals(case, Moment.PLAN)
    assert Guard.CELLS_OVERLAP not in [each.guard for each in found]


def test_an_open_attempt_at_somebody_erased_is_settled_first() -> None:
    people = SamplePeople(erased={TEN[1]})
    listed = to_list(people, "first", TEN)
    state = recorded(sent_to(people, listed, 0)[0])
    case = Case(listed, state, rules(people, listed), NOW)
    assert case.is_repetition
    found = [each for each in send_refusals(case, Moment.ATTEMPT) if "erased" in each.guard]
    assert ["reconcile" in each.hint for each in found] == [True]


def test_an_attempt_at_a_part_names_its_places() -> None:
    audience = {"sha256": "sha256:" + "a" * 64, "first": 5, "count": 3}
    assert ListPart.recorded(audience, None).places == (4, 7)
