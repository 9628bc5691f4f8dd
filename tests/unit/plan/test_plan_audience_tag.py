"""The tag of an audience in a plan: whether it is filled, how its people changed, and who is first to get it."""

from typing import Any

import pytest
from audience_months import SamplePeople
from building import (
    APPID,
    LATER,
    NOW,
    OPEN,
    PAST,
    attempted,
    audience,
    house,
    plan_of,
    record_of,
    recorded,
    text,
)
from copies import replace

from massctl.model.audience import DatedChange
from massctl.model.batches import OpenidList
from massctl.model.entries import AudienceCut, TagFillBegun, TagFilled, TagMade
from massctl.model.ids import AccountName
from massctl.model.message import RenderedCampaign
from massctl.model.state import State, beijing_day
from massctl.plan.account_people import (
    AccountPeople,
    FrozenAudience,
    PastSend,
    is_same_message,
    own_part,
)
from massctl.plan.audience_cut import cut_of, cut_sentences
from massctl.plan.audience_tag import is_filled, tag_change
from massctl.plan.guards import judge_of
from massctl.plan.people_judge import Cut, Removal, cut_entry, fifth_of_month
from massctl.plan.quota import Agenda, Calendar, CountedSend, Scope, Slot, demand_of
from massctl.plan.reach import Reach
from massctl.plan.steps import FillTag, Reason

PEOPLE = SamplePeople(audiences={"east": FrozenAudience()})
EAST = PEOPLE.add([f"oE{number:05}" for number in range(6)])
MOVED = PEOPLE.add([f"oE{number:05}" for number in range(2, 9)])
GONE = OpenidList("0" * 64, 6, 3)  # type: ignore[arg-type]


def letter(name: str, listed: OpenidList = EAST, **more: Any) -> RenderedCampaign:
    tagged = replace(listed, audience="east", by_tag=True)
    return text(
        name, name, **{"window": OPEN, **more}, audience=audience(of="east"), openid_list=tagged
    )


def of_tag(listed: OpenidList = EAST, tag_id: int = 134) -> dict[str, Any]:
    named = f"sha256:{listed.sha256}"
    return {
        "appid": APPID,
        "audience": "east",
        "tag_id": tag_id,
        "snapshot": named,
        "people_sha256": named,
    }


MADE = TagMade(appid=APPID, audience="east", tag_id=134, name="massctl/east")
FILLED = TagFilled(**of_tag(), count=6)
AGAIN = TagFillBegun(**of_tag(MOVED))


@pytest.mark.parametrize(
    ("told", "listed", "found"),
    [
        ([], EAST, False),
        ([MADE], EAST, False),
        ([MADE, FILLED], EAST, True),
        ([MADE, FILLED], MOVED, False),
        ([MADE, FILLED, AGAIN], EAST, False),
    ],
    ids=["no tag", "empty", "filled", "of others", "somebody fills it"],
)
def test_a_tag_is_filled_by_the_last_fill_that_ended(told, listed, found: bool) -> None:
    assert found is is_filled(recorded(*told), APPID, "east", listed)


@pytest.mark.parametrize(
    ("people", "wanted", "change"),
    [
        (PEOPLE, MOVED, (3, 2)),
        (PEOPLE, EAST, (0, 0)),
        (PEOPLE, GONE, None),
        (SamplePeople(), EAST, None),
        (SamplePeople(missing="no key"), EAST, None),
        (None, EAST, None),
    ],
    ids=["moved", "equal", "wanted is gone", "both are gone", "no key", "nobody looks"],
)
def test_people_of_a_tag_are_compared_where_both_snapshots_are_read(people, wanted, change) -> None:
    found = tag_change(people, FILLED, wanted)
    assert change == (None if found is None else (found.added, found.removed))


def fills(state: State, *letters: RenderedCampaign) -> list[tuple[str, Reason, Any]]:
    rules = replace(house(), people=PEOPLE)
    return [
        (each.name, step.reason, step.change and (step.change.added, step.change.removed))
        for each in plan_of(letters, state, rules).campaigns
        for step in each.steps
        if isinstance(step, FillTag)
    ]


@pytest.mark.parametrize(
    ("told", "listed", "planned"),
    [
        ([], EAST, [("first", Reason.NEW, (6, 0))]),
        ([MADE, FILLED], EAST, []),
        ([MADE, FILLED], MOVED, [("first", Reason.CONTENT_CHANGED, (3, 2))]),
    ],
    ids=["new", "filled", "changed"],
)
def test_the_first_campaign_fills_the_tag_and_the_others_wait(told, listed, planned) -> None:
    state = recorded(*told)
    assert planned == fills(state, letter("first", listed), letter("second", EAST))


def test_the_people_of_a_letter_that_is_over_are_not_looked_at() -> None:
    over, coming = letter("over", window=PAST), letter("coming", window=LATER)
    rules = replace(house(), people=PEOPLE)
    plan = plan_of([over, coming], rules=rules)
    assert [None, 6] == [each.people and each.people.people for each in plan.campaigns]


# What is known of people


def test_who_is_no_list_has_no_people() -> None:
    everybody, state = text(), recorded()
    agenda = Agenda({APPID: (AccountName("main"), "service")}, (demand_of(everybody),))
    calendar = Calendar(agenda, APPID, state, house().policy, NOW)
    crowd = AccountPeople((), (), (), {})
    rules = replace(house(), people=PEOPLE)
    assert None is judge_of(everybody, state, rules, crowd, calendar, NOW)
    cut = Cut((), 0, {}, {}, 0)
    for of_nobody in (
        lambda: own_part(everybody, state),
        lambda: cut_entry(everybody, record_of(everybody), EAST, cut),
    ):
        with pytest.raises(ValueError, match="only a list has people"):
            of_nobody()


def test_a_second_cut_says_also_whom_the_first_one_took_off() -> None:
    campaign = letter("first")
    first = AudienceCut(
        snapshot=f"sha256:{EAST.sha256}",
        kept_snapshot="sha256:" + "1" * 64,
        kept=5,
        removed={"erased": 1},
    )
    cut = Cut((), 0, {}, {Removal.ERASED: 2, Removal.EXCLUDED: 1}, 2)
    made = cut_entry(campaign, record_of(campaign, first), replace(EAST, count=2), cut)
    assert ({"erased": 3, "excluded": 1}, 2) == (made.removed, made.kept)


@pytest.mark.parametrize(
    ("added", "removed", "much"), [(0, 0, False), (2, 2, False), (4, 0, True), (0, 5, True)]
)
def test_more_than_three_in_ten_who_came_or_went_are_a_large_change(
    added: int, removed: int, much: bool
) -> None:
    people = SamplePeople(
        audiences={"east": FrozenAudience(change=DatedChange(added, removed, beijing_day(NOW)))}
    )
    listed = people.add([f"oE{number:05}" for number in range(10)])
    (planned,) = plan_of(letter("first", listed), rules=replace(house(), people=people)).campaigns
    assert planned.people is not None
    assert (beijing_day(NOW), added) == (planned.people.change.since, planned.people.change.added)
    assert much is planned.people.change.is_large(planned.people.people)


def test_without_another_send_of_the_month_no_fifth_one_is_told() -> None:
    crowd = AccountPeople((), (), (), {})
    assert [] == fifth_of_month(text(), Slot(beijing_day(NOW)), crowd, None)


def test_a_fifth_send_to_a_tag_is_told_where_the_others_reach_everybody() -> None:
    day, other = beijing_day(NOW), CountedSend(None, NOW)
    crowd = AccountPeople((), (), (), {})
    found = [
        fifth_of_month(text(), Slot(day, overlapping=(other,) * n), crowd, None) for n in (3, 4)
    ]
    assert [0, 1] == [len(each) for each in found]


@pytest.mark.parametrize(
    ("messages", "is_same"),
    [
        (frozenset(), False),
        (frozenset({"digest"}), False),
        (frozenset({text().message_digest}), True),
    ],
    ids=["unknown", "other", "same"],
)
def test_a_delivery_is_of_this_message_where_its_entry_names_it(messages, is_same: bool) -> None:
    day = beijing_day(NOW)
    delivery = PastSend(
        None, 1, Reach.HAS, Scope.ALL, day, day, None, messages, {"is_to_all": True}
    )
    assert is_same is is_same_message(text(), delivery)


def test_what_was_taken_off_is_said_by_reason() -> None:
    campaign = letter("first")
    cut = AudienceCut(
        snapshot=f"sha256:{EAST.sha256}",
        kept_snapshot="sha256:" + "1" * 64,
        kept=3,
        removed={"erased": 2, "has_it": 1},
    )
    said = [str(each) for each in cut_sentences(cut_of(record_of(campaign, cut)), {3, 2})]
    assert ["3 left out: 2 erased, 1 with this very message"] == said[:1]
    assert "batches 2, 3 are never sent" in said[1] or "batches 2 and 3 are never sent" in said[1]
    assert [] == [*cut_sentences(cut_of(record_of(campaign)), ())]


@pytest.mark.parametrize("sha256", [EAST.sha256, MOVED.sha256])
def test_a_cut_counts_for_the_send_of_its_snapshot(sha256: str) -> None:
    campaign = letter("first")
    cut = AudienceCut(
        snapshot=f"sha256:{EAST.sha256}", kept_snapshot="sha256:" + "1" * 64, kept=3, removed={}
    )
    attempt = attempted(campaign, audience={"of": "east", "sha256": f"sha256:{sha256}"})
    found = cut_of(record_of(campaign, cut, attempt))
    assert (cut if sha256 == EAST.sha256 else None) == found
