"""What came of links, added up by hand: which send a row counts for, and what becomes of every other row."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import NOW, SENT, Sends

from massctl.model.destination import Destination, DestinationKind
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.report.outcomes import NAMES_MAX, OutcomeRow, UnreadRow, with_outcomes
from massctl.report.report import Missing, Outcome, OutcomesRead, Report, SendFacts

DAY_ONE = SENT.date()


def link(target: str, kind: DestinationKind = DestinationKind.URL) -> Destination:
    return Destination(kind, target, "article 1")


def sends(*editions: tuple[str, int, int], **links: str) -> Sends:
    """Sends of so many days before SENT, each with a link that carries its own name."""
    found = Sends()
    for name, edition, days in editions:
        found.send(name, None, SENT - timedelta(days=days), edition=edition)
        found.job(name, (2200, 2100, 2000, 100), edition)
        tag = links.get(name, f"https://shop.cn/?a=1&utm_campaign={name}")
        found.facts[CampaignName(name), edition] = SendFacts(destinations=(link(tag),))
    return found


def row(tag: str, day: int, name: str = "orders", count: int = 1, amount: str = "") -> OutcomeRow:
    at = DAY_ONE + timedelta(days=day - 1)
    return OutcomeRow(at, tag, name, count, Decimal(amount) if amount else None)


def joined(of: Sends, *rows: OutcomeRow | UnreadRow) -> Report:
    return with_outcomes(of.report(), rows, [], 0)


def outcome(report: Report, place: int = 0) -> Outcome:
    return report.sends[0].outcomes[place]


def counts(of: Outcome) -> list[float | None]:
    return [each.value for each in of.counts]


def test_rows_add_up_by_the_days_that_are_over():
    # NOW is in day 9 of the send.
    rows = [row("a", 1, count=2), row("a", 3), row("a", 4, count=5), row("a", 8, count=9)]
    found = outcome(joined(sends(("a", 1, 0)), *rows))
    assert [2, 3, 8, None] == counts(found)
    assert Missing.NOT_YET is found.counts[3].missing
    assert 8 * 1000 / 2000 == found.per_thousand.value


def test_amounts_add_up_beside_them_and_are_missing_where_none_is_given():
    money = [row("a", 1, amount="0.10"), row("a", 2, amount="0.20"), row("a", 2)]
    report = joined(sends(("a", 1, 0)), *money, row("a", 2, "sign-ups"))
    assert [0.1, 0.3, 0.3, None] == [each.value for each in outcome(report).amounts]
    assert Missing.NOT_GIVEN is outcome(report, 1).amounts[0].missing


def test_on_the_first_day_nothing_is_over_and_what_came_by_now_is_shared_out():
    report = sends(("a", 1, 0)).report(now=SENT + timedelta(hours=1))
    found = outcome(with_outcomes(report, [row("a", 1)], [], 0))
    assert {Missing.NOT_YET} == {each.missing for each in found.counts}
    assert 0.5 == found.per_thousand.value


def test_without_followers_nothing_is_shared_out():
    of = Sends()
    of.send("a", None)
    of.facts[CampaignName("a"), 1] = SendFacts(destinations=(link("https://s.cn/?utm_campaign=a"),))
    found = outcome(joined(of, row("a", 1)))
    assert Missing.NOTHING_TO_DIVIDE is found.per_thousand.missing


def test_a_row_counts_for_the_newest_send_with_its_tag_on_its_day_or_before():
    of = sends(("a", 1, 20), ("a", 2, 0), a="https://s.cn/?utm_campaign=a")
    report = joined(of, row("a", -19), row("a", 0, count=3), row("a", 1, count=5), row("a", -20))
    newest, older = report.sends
    assert [5, 5, 5, None] == counts(newest.outcomes[0])
    assert [1, 1, 1, None] == counts(older.outcomes[0])
    assert OutcomesRead(rows=4, joined=3, outside=1) == report.outcomes


def test_every_row_is_counted_in_one_place():
    rows = [
        *(row("a", 1), row("a", 30), row("a", 31), row("a", 0)),
        *(row("b", 1), row("", 1), UnreadRow(7, Phrase("no"))),
    ]
    report = joined(sends(("a", 1, 0)), *rows)
    read = OutcomesRead(rows=7, joined=2, untagged=1, unknown=1, outside=2, unread=1)
    assert read == report.outcomes


def test_the_first_rows_that_cannot_be_read_are_told():
    told: list[UnreadRow] = []
    rows = [UnreadRow(line, Phrase("no")) for line in range(5)]
    with_outcomes(sends(("a", 1, 0)).report(), rows, told, 2)
    assert rows[:2] == told


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (DestinationKind.URL, "https://s.cn/?utm_campaign=%E6%98%A5+a#b"),
        (DestinationKind.READ_MORE, "https://s.cn/?utm_campaign=%E6%98%A5%20a"),
        (DestinationKind.MINI_PROGRAM, "wx00000000000000aa pages/a?utm_campaign=春 a"),
    ],
)
def test_a_tag_is_read_from_what_was_sent(kind: DestinationKind, target: str):
    of = sends(("a", 1, 0))
    of.facts[CampaignName("a"), 1] = SendFacts(
        destinations=(link("https://[broken"), link(target, kind))
    )
    assert [1, 1, 1, None] == counts(outcome(joined(of, row("春 a", 1))))


def test_outcomes_stand_by_how_many_they_are_and_more_names_than_have_room_stand_together():
    rows = [row("a", 1, f"n{number:02}", 50 - number) for number in range(NAMES_MAX + 2)]
    found = joined(sends(("a", 1, 0)), *rows).sends[0].outcomes
    assert [*(f"n{number:02}" for number in range(NAMES_MAX)), ""] == [each.name for each in found]
    assert 50 - NAMES_MAX + 49 - NAMES_MAX == found[-1].counts[0].value


def test_without_rows_there_is_nothing():
    report = joined(sends(("a", 1, 0)))
    assert (OutcomesRead(), ()) == (report.outcomes, report.sends[0].outcomes)


@given(st.lists(st.tuples(st.sampled_from("abz"), st.integers(-40, 40), st.integers(0, 9))))
def test_what_is_joined_is_what_the_sends_have(said: list[tuple[str, int, int]]):
    of = sends(("a", 1, 9), ("b", 1, 3), ("a", 2, 0))
    rows = [row(tag, day, count=count) for tag, day, count in said]
    late = date.fromordinal(NOW.date().toordinal() + 60)
    report = with_outcomes(
        of.report(now=NOW.replace(year=late.year, month=late.month)), rows, [], 0
    )
    assert report.outcomes is not None
    total = sum(counts(each.outcomes[0])[-1] or 0 for each in report.sends if each.outcomes)
    inside = [
        each
        for each in rows
        if (each.tag == "a" and -8 <= (each.day - DAY_ONE).days + 1 <= 30)
        or (each.tag == "b" and -2 <= (each.day - DAY_ONE).days + 1 <= 27)
    ]
    assert sum(each.count for each in inside) == total
    assert len(inside) == report.outcomes.joined
