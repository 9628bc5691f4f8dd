"""What is known about the people of a send, in words: the same in plan, question, comment and notice."""

from collections.abc import Iterator

from massctl.model.phrase import Phrase, enumerated, plural_phrase
from massctl.model.state import Record
from massctl.plan.account_people import OverlapKind
from massctl.plan.audience_cut import closed_words, cut_of, left_out_words, removed_words
from massctl.plan.people_judge import (
    MONTHLY,
    AudienceFacts,
    AudienceOverlap,
    PeopleSummary,
    Removal,
)
from massctl.view.rows import Row
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Part
from massctl.view.words import day_words

OVERLAPS_SHOWN = 3
"""So many other sends are named for one send; the JSON of a plan has all."""
NAMES_SHOWN = 4


def people_rows(facts: AudienceFacts | None) -> list[Row]:
    """Say in one line what is known of the people of a send; nothing where there is nothing to say."""
    parts = [] if facts is None else list(_parts(facts))
    return [Row("people", tuple(parts))] if parts else []


def _parts(facts: AudienceFacts) -> Iterator[Part]:
    if facts.change is not None:
        say = Phrase(
            "{change} since {since}",
            change=facts.change.words,
            since=day_words(facts.change.since),
        )
        yield Inked(say, Ink.WARNING if facts.change.is_large(facts.people) else Ink.PLAIN)
    if facts.had_most:
        say = plural_phrase(
            "{count:,} has had {limit} this month already",
            "{count:,} have had {limit} this month already",
            count=facts.had_most,
            limit=MONTHLY,
        )
        yield Inked(say, Ink.WARNING)
    if facts.has_it and Removal.HAS_IT not in facts.removed:
        yield Inked(has_it_words(facts.has_it), Ink.WARNING)
    if facts.removed:
        yield Inked(left_out(facts), Ink.WARNING)
    known = [each for each in facts.overlaps if each.people]
    yield from map(overlap_words, known[:OVERLAPS_SHOWN])
    if len(known) > OVERLAPS_SHOWN:
        more = len(known) - OVERLAPS_SHOWN
        yield plural_phrase(
            "{count} other send reaches some of them too",
            "{count} other sends reach some of them too",
            count=more,
        )


def has_it_words(count: int) -> Phrase:
    """Say how many have this very message already."""
    return plural_phrase(
        "{count:,} has this very message already, or may have it",
        "{count:,} have this very message already, or may have it",
        count=count,
    )


def left_out(facts: AudienceFacts) -> Phrase:
    """Say how many are taken off before the first attempt, and why: `3 left out: 2 erased, 1 excluded`."""
    return removed_words(facts.removed)


def cut_rows(record: Record) -> Iterator[Row]:
    """Say to how many a send of an audience goes since people were taken off, and which batches were closed."""
    cut, closed = cut_of(record), closed_words(record.closed_batches)
    left_out = left_out_words(cut)
    if cut is not None and left_out is not None:
        kept = plural_phrase("{count:,} person", "{count:,} people", count=cut.kept)
        yield Row("people", (kept, Inked(left_out, Ink.WARNING)))
    if closed is not None:
        yield Row("people", (Inked(closed, Ink.WARNING),))


def overlap_words(overlap: AudienceOverlap) -> Phrase:
    """Say how many people get, or got, another send of the month: `120 of them also get NAME on 12 December`."""
    say = {
        OverlapKind.PLANNED: Phrase("{count:,} of them also get {campaign} on {day}"),
        OverlapKind.HAS: Phrase("{count:,} of them got {campaign} on {day}"),
        OverlapKind.MAY_HAVE: Phrase("{count:,} of them may have got {campaign} on {day}"),
    }[overlap.kind]
    day = day_words(overlap.day)
    return Phrase(say, count=overlap.people or 0, campaign=overlap.campaign, day=day)


def summary_lines(found: PeopleSummary | None) -> list[Phrase]:
    """Say of all lists together what is known, and once what nobody can know."""
    if found is None:
        return []
    lines = list(_known(found)) if found.people else []
    if found.unknown:
        why = found.missing or Phrase("a list that they went to is not here")
        lines.append(Phrase("overlaps are not known here: {why}", why=why))
    if found.tags:
        lines.append(
            Phrase(
                "{campaigns}: nobody can know who of a tag gets other sends too",
                campaigns=_named(found.tags),
            )
        )
    if found.everybody:
        lines.append(
            Phrase(
                "{campaigns}: what goes to everybody reaches all of them",
                campaigns=_named(found.everybody),
            )
        )
    if found.accounts > 1:
        lines.append(
            Phrase(
                "people of different accounts are not compared: an openid belongs to one account"
            )
        )
    return lines


def _known(found: PeopleSummary) -> Iterator[Phrase]:
    named = {"people": found.people, "lists": found.lists}
    if found.lists > 1:
        yield (
            plural_phrase(
                "{people:,} people in {lists} lists: {count:,} of them is in more than one",
                "{people:,} people in {lists} lists: {count:,} of them are in more than one",
                count=found.twice,
                **named,
            )
            if found.twice
            else Phrase("{people:,} people in {lists} lists: nobody is in two of them", **named)
        )
    if found.had_four:
        yield plural_phrase(
            "{count:,} has had {limit} this month already: they receive no other one",
            "{count:,} have had {limit} this month already: they receive no other one",
            count=found.had_four,
            limit=MONTHLY,
        )
    yield Phrase(
        "sends to tags in the console are not counted: WeChat does not tell whom they reached"
    )


def _named(names: tuple[str, ...]) -> str:
    more = len(names) - NAMES_SHOWN
    rest = [Phrase("and {count} more", count=more)] if more > 0 else []
    return enumerated([*names[:NAMES_SHOWN], *rest])
