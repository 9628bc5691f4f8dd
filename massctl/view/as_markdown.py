"""The plan as a comment on a pull request: what matters most first, and never longer than a comment may be.

It is made from the plan's JSON and from nothing else, here and where the JSON comes from a run that nobody trusts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase
from massctl.plan.lock_diff import COMMENT_MARK, LockState, ReviewedPart
from massctl.plan.plan_file import SavedCampaign, SavedPlan, StoppedPlan
from massctl.plan.quota import AccountAhead
from massctl.plan.steps import Kind
from massctl.view.language import Reader
from massctl.view.markdown_appendix import appendices
from massctl.view.markdown_campaign import CampaignWriter
from massctl.view.markdown_locking import Locking, locking_notes
from massctl.view.markdown_room import Block, beginning, deal, grow, lines_size
from massctl.view.markdown_row import RowWriter
from massctl.view.markdown_weight import Weight, is_faulty, parts_of, precedence, weight
from massctl.view.markdown_words import Words
from massctl.view.moments import recorded
from massctl.view.words import campaigns, counted_steps, counted_tags

MARKDOWN_CHARACTERS_MAX: Final = 65_000
"""Of a comment, counted as `massctl.view.markdown_room` does; whoever posts it may add a little of their own."""
_TABLE_PERCENT: Final = 55
"""Of the room, at first: the details of what matters most must have their place too."""
_APPENDIX_PART: Final = 12
"""Of the room, one part in so many is kept for each list that stands below the campaigns."""
_NOTE_CHARACTERS_MAX: Final = 400
"""Room that is kept for saying what was left out."""
_OPEN_MAX: Final = 3
"""So many campaigns stand unfolded, where they need somebody."""


def plan_comment(
    plan: SavedPlan | StoppedPlan,
    language: Reader,
    *,
    commit: str | None = None,
    from_fork: bool = False,
    locking: Locking = Locking.BY_HAND,
    warned: Sequence[Phrase] = (),
    limit: int = MARKDOWN_CHARACTERS_MAX,
) -> str:
    """Show a plan in at most `limit` characters, 3,000 or more; `commit` is what it was made for.

    `from_fork` says that its JSON comes from somebody who may have written anything into it, `locking` who locks, and
    `warned` what stands above everything.
    """
    words = Words(language)
    provenance = _provenance(plan, commit)
    fork = Phrase(
        "This plan was made by the code of a fork, which may say what it likes: read the files. "
        "Nothing is sent that is not merged."
    )
    below = [*(["- " + words.facts(*provenance)] if provenance else []), *(["- ⚠ " + words.said(fork)] * from_fork)]
    above = ["- ⚠ **" + words.said(each) + "**" for each in warned]
    head = [COMMENT_MARK, "## massctl plan", "", *above, *([""] if above else [])]
    if isinstance(plan, StoppedPlan):
        why = [f"**{words.said(plan.error.message)}**", "", words.said(plan.error.hint), ""]
        return "\n".join([*head, *why, *below]).rstrip() + "\n"
    notes = ["- " + words.said(note) for note in locking_notes(plan.campaigns, locking)]
    head += [*_summary(words, plan), *notes, *below]
    return _Fitting(words, plan, limit, locking).text(head)


def _provenance(plan: SavedPlan | StoppedPlan, commit: str | None) -> list[Phrase]:
    facts = []
    if isinstance(plan, SavedPlan):
        facts += [
            Phrase("the plan's digest {digest}", digest=plan.digest),
            Phrase("serial {serial}", serial=plan.serial),
        ]
        facts += [Phrase("made {moment}", moment=recorded(plan.review.at))] if plan.review is not None else []
    return [*facts, *([Phrase("for commit {commit}", commit=commit)] if commit is not None else [])]


def _summary(words: Words, plan: SavedPlan) -> list[str]:
    """Say in one line what would be done, and below it what needs somebody."""
    kinds = Counter(step.kind for each in plan.campaigns for step in each.steps)
    sending = sum(weight(each) is Weight.SENDS for each in plan.campaigns)
    later = sum(weight(each) is Weight.SENDS_LATER for each in plan.campaigns)
    others = sum(ReviewedPart.AUDIENCE in parts_of(each) for each in plan.campaigns)
    refused = sum(bool(each.refusals) for each in plan.campaigns)
    faulty = sum(map(is_faulty, plan.campaigns))
    changed = sum(each.changes is not None for each in plan.campaigns)
    unlocked = sum(each.lock in (LockState.STALE, LockState.MISSING) for each in plan.campaigns)
    counted = [counted_steps(kind, kinds[kind]) for kind in reversed(Kind) if kinds[kind]]
    if tags := sum(each.tag_due is not None for each in plan.campaigns):
        counted.append(counted_tags(tags))
    nothing = Phrase("Nothing can be done now.") if refused or faulty else Phrase("Nothing to do.")
    first = words.said(Phrase("plan: {steps}", steps=words.listed(counted)) if counted else nothing)
    told = [
        (sending, Phrase("sent now, cannot be undone: {campaigns}", campaigns=campaigns(sending))),
        (later, Phrase("sent in their windows, cannot be undone: {campaigns}", campaigns=campaigns(later))),
        (others, Phrase("the audience changed: {campaigns}", campaigns=campaigns(others))),
        (refused, Phrase("refused: {campaigns}", campaigns=campaigns(refused))),
        (faulty, Phrase("faults: {campaigns}; massctl validate shows them", campaigns=campaigns(faulty))),
        (changed, Phrase("changed: {campaigns}", campaigns=campaigns(changed))),
        (unlocked, Phrase("not locked as it would be sent: {campaigns}", campaigns=campaigns(unlocked))),
    ]
    return [f"**{first}**", "", *("- " + words.said(phrase) for count, phrase in told if count)]


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Puts as much of a plan together as fits."""

    words: Words
    plan: SavedPlan
    limit: int
    locking: Locking

    def text(self, head: list[str]) -> str:
        ordered = sorted(self.plan.campaigns, key=precedence)
        shown = [each for each in ordered if weight(each) is not Weight.RESTS]
        room = self.limit - _NOTE_CHARACTERS_MAX - lines_size(head)
        below, room = self._below(ordered[len(shown) :], room)
        rows = RowWriter(self.words)
        table, titles = [rows.row(each) for each in shown], ["", *rows.head()]
        room -= lines_size(titles)
        in_table = beginning(table, room * _TABLE_PERCENT // 100)
        room -= lines_size(table[:in_table])
        blocks, room = deal(self._blocks(shown), room)
        room = grow(blocks, room)
        more = beginning(table[in_table:], room)
        room -= lines_size(table[in_table : in_table + more])
        grow(below, room)
        in_table += more
        left_out = self._note(len(shown) - in_table, len(shown) - len(blocks), sum(bool(b.missing) for b in blocks))
        lines = [*head, *(titles if table else []), *table[:in_table], "", *left_out]
        for block in [*blocks, *below]:
            lines += block.lines(self.words.more)
        return "\n".join(lines).rstrip() + "\n"

    def _below(self, resting: Sequence[SavedCampaign], room: int) -> tuple[list[Block], int]:
        """Keep a little room for each list below the campaigns."""
        placed: list[Block] = []
        part = room // _APPENDIX_PART
        for block in appendices(self.words, self.plan, resting):
            fitting, left_over = deal([block], part)
            left_over = grow(fitting, left_over)
            room -= part - left_over if fitting else 0
            placed += fitting
        return placed, room

    def _blocks(self, shown: Sequence[SavedCampaign]) -> Iterator[Block]:
        ahead = [
            AccountAhead(AccountName(each.account), each.kind, tuple(span.span for span in each.spans))
            for each in self.plan.allowance
        ]
        writer = CampaignWriter(self.words, ahead, self.locking)
        for index, planned in enumerate(shown):
            urgent = len(shown) <= _OPEN_MAX or weight(planned) <= Weight.FAULTY
            yield writer.block(planned, is_open=urgent and index < _OPEN_MAX)

    def _note(self, absent: int, without_details: int, shortened: int) -> list[str]:
        """Say what does not stand here; nothing where everything does."""
        missing = []
        if absent:
            missing.append(Phrase("all of {campaigns}", campaigns=campaigns(absent)))
        if without_details > absent:
            missing.append(Phrase("details of {campaigns}", campaigns=campaigns(without_details - absent)))
        if shortened:
            missing.append(Phrase("a part of the details of {campaigns}", campaigns=campaigns(shortened)))
        if not missing:
            return []
        say_so = Phrase(
            "left out, to stay below {limit:,} characters: {what}", limit=self.limit, what=self.words.listed(missing)
        )
        return [f"**{self.words.said(say_so)}**", "", self.words.said(Phrase("`massctl plan` shows everything.")), ""]
