"""The plan as a comment on a pull request: what matters most first, and never longer than a comment may be.

It is made from the plan's JSON and from nothing else, here and where the JSON comes from a run that nobody trusts, a
fork's among them: every word in it goes through `massctl.view.markdown_text`; what stands here is ours.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from types import MappingProxyType

from msgspec.structs import replace

from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.model.state import FINAL
from massctl.plan.lock_diff import (
    COMMENT_MARK,
    LockState,
    Mark,
    Piece,
    ReviewedChanges,
    ReviewedPart,
)
from massctl.plan.plan_file import PlannedDiagnostic, SavedCampaign, SavedPlan, StoppedPlan
from massctl.plan.steps import Guard
from massctl.view.i18n import Reader
from massctl.view.markdown_text import (
    TEXT_CELLS_MAX,
    Block,
    Words,
    beginning,
    cell,
    code,
    fit,
    html,
    html_code,
    lines_size,
    prose,
)
from massctl.view.plan import CampaignSheet, Weight, counted_plan, section, sheet, weight
from massctl.view.rows import LABELS, ChangeRow, Changes, Row
from massctl.view.send_block import (
    ACCOUNT_KINDS,
    ALLOWANCE_AHEAD,
    allowance_left,
    allowance_period,
    window_words,
)
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Part
from massctl.view.words import (
    DRIFT,
    NO_DRIFT,
    STATUS,
    audience_words,
    campaigns,
    errors,
    followers,
    openids,
    recorded,
    short_digest,
    warnings,
)

LOCK_GUARDS = frozenset({Guard.LOCK_MISSING, Guard.LOCK_STALE})
"""What refuses a campaign for its lock."""


NO_NAMES: Mapping[str, str] = MappingProxyType({})


def saved_sheets(plan: SavedPlan, names: Mapping[str, str] = NO_NAMES) -> tuple[CampaignSheet, ...]:
    """Make the sheets of a plan's campaigns; `names` are what people call the accounts."""
    return tuple(
        replace(_saved_sheet(each), account=names.get(each.account or "", each.account))
        for each in plan.campaigns
    )


def _saved_sheet(saved: SavedCampaign) -> CampaignSheet:
    unlocked = saved.unlocked if saved.approved is None else None
    # Also where its lock refuses it before its files are read.
    faults = [
        *saved.diagnostics,
        *(saved.unlocked.diagnostics if saved.unlocked is not None else ()),
    ]
    return sheet(
        saved,
        refusals=saved.refusals,
        diagnostics=[_diagnostic(each) for each in faults],
        handoff=saved.handoff,
        content=unlocked.content if unlocked is not None else saved.approved,
        is_approved=saved.approved is not None,
        reading=[(each.words, each.minutes) for each in (unlocked or saved).reading],
        changes=_changes(saved.changes) if saved.changes is not None else None,
        lock=saved.lock,
    )


def _diagnostic(saved: PlannedDiagnostic) -> Diagnostic:
    place = Place(saved.file, saved.line, saved.column) if saved.file is not None else None
    return Diagnostic(saved.code, saved.severity, saved.message, place, saved.hint, saved.campaign)


def _changes(saved: ReviewedChanges) -> Changes:
    rows = (
        ChangeRow(
            row.words,
            tuple(row.pieces[:_PIECES_MAX]),
            row.inner,
        )
        for row in saved.rows[:_ROWS_MAX]
    )
    return Changes(saved.against, tuple(saved.parts), tuple(rows))


def is_refused_for_lock(campaign: CampaignSheet) -> bool:
    """Return whether its lock refuses it."""
    return any(each.guard in LOCK_GUARDS for each in campaign.refusals)


def parts_of(campaign: CampaignSheet) -> tuple[ReviewedPart, ...]:
    """Return what changed in it beside words and pictures."""
    return campaign.changes.parts if campaign.changes is not None else ()


def precedence(campaign: CampaignSheet) -> tuple[bool, bool, Weight, bool]:
    """Order campaigns for a reviewer: what is sent now, then what changed, each by its weight and by who gets it."""
    found = weight(campaign)
    others = {ReviewedPart.NEW, ReviewedPart.AUDIENCE, ReviewedPart.ACCOUNT} & set(
        parts_of(campaign)
    )
    return found is not Weight.SENDS, campaign.changes is None, found, not others


class Locking(Enum):
    """Who locks."""

    BY_HAND = 1
    """Whoever reads this, with `massctl lock`."""
    BY_WORKFLOW = 2
    """The workflow review, which commits to the pull request's branch."""
    OF_FORK = 3
    """Whoever wrote it: a workflow may not write into a fork."""


_SOON = Phrase("the workflow review locks it with the next commit; nothing to do")
_AFTER_FAULTS = Phrase(
    "correct the faults; each commit is checked again, and then the workflow review locks it"
)
_OF_FORK = Phrase(
    "the workflow review cannot write into a fork: a member of this repository must push the commit to a branch of it"
)


def next_of(planned: CampaignSheet, locking: Locking) -> Phrase | None:
    """Return how a campaign that is refused for its lock gets one; None if the refusal's own hint says it."""
    if locking is Locking.BY_HAND:
        return None
    if locking is Locking.OF_FORK:
        return _OF_FORK
    return _AFTER_FAULTS if planned.is_faulty else _SOON


def locking_notes(planned: Sequence[CampaignSheet], locking: Locking) -> Iterator[Phrase]:
    """Say for all campaigns that are refused for their lock what happens next; nothing where people lock."""
    refused = [each for each in planned if is_refused_for_lock(each)]
    ready = sum(not each.is_faulty for each in refused)
    if locking is Locking.OF_FORK and refused:
        yield Phrase("{campaigns} to lock: {how}", campaigns=campaigns(len(refused)), how=_OF_FORK)
    elif locking is Locking.BY_WORKFLOW:
        if ready:
            yield Phrase("{campaigns} to lock: {how}", campaigns=campaigns(ready), how=_SOON)
        if ready < len(refused):
            faulty = campaigns(len(refused) - ready)
            yield Phrase("{campaigns} to correct first: {how}", campaigns=faulty, how=_AFTER_FAULTS)


_BLANK = "␣"
"""Stands for blanks alone, which Markdown would not mark."""
_ROWS_MAX = 400
_PIECES_MAX = 60
"""Of one row, and of one campaign: more than any plan of ours has."""


def changed_rows(changes: Changes, words: Words) -> list[str]:
    """Return a section of its own: what it is compared with, and a list of what changed."""
    rows = [_row(row, words) for row in changes.rows]
    if not rows:
        return []
    return [
        f"\n**{words.said(LABELS['changes'])}** {words.said(changes.against)}\n\n{rows[0]}",
        *rows[1:],
    ]


def _row(row: ChangeRow, words: Words) -> str:
    marked = f" {_marked(row.pieces)}" if row.pieces else ""
    return f"{'  ' * row.is_inner}- {words.said(row.words)}{marked}"


def _marked(pieces: Sequence[Piece]) -> str:
    """Mark pieces; blanks around the marks, for beside Chinese they are none without."""
    written = ""
    was_removed = False
    for piece in pieces:
        text = prose(piece.text, foreign=True) or _BLANK
        match piece.mark:
            case Mark.REMOVED:
                text = f"~~{text}~~"
            case Mark.ADDED:
                text = f"→ **{text}**" if was_removed else f"**{text}**"
            case Mark.KEPT:
                text = prose(piece.text, foreign=True)
        was_removed = piece.mark is Mark.REMOVED
        written += f" {text}" if written else text
    return written


NAME_CELLS = 64
"""A campaign's name has no more."""
TITLE_CELLS = 32
"""Of a title in the table; more of it stands in the details."""
_GUARDS_MAX = 4
"""Of what refuses, in a cell."""
_SHORT = {  # Of what is faulty, its faults are counted.
    Weight.SENDS: Phrase("sent now, cannot be undone"),
    Weight.REFUSED: Phrase("refused"),
    Weight.SENDS_LATER: Phrase("sent in its window, cannot be undone"),
    Weight.PREPARES: Phrase("prepared"),
    Weight.WAITS: Phrase("nothing to do"),
    Weight.RESTS: Phrase("nothing to do"),
}
PARTS = {
    ReviewedPart.NEW: Phrase("new campaign"),
    ReviewedPart.ACCOUNT: Phrase("account"),
    ReviewedPart.AUDIENCE: Phrase("audience"),
    ReviewedPart.WINDOW: Phrase("window"),
    ReviewedPart.EDITION: Phrase("edition"),
}
LOCKS = {
    LockState.LOCKED: Phrase("locked"),
    LockState.STALE: Phrase("the lock has other content"),
    LockState.MISSING: Phrase("not locked"),
}


class RowWriter(Frozen):
    """Writes the rows of the table, and of the list of campaigns that need nothing."""

    words: Words

    def head(self) -> list[str]:
        """Return the two lines above the rows."""
        labels = [Phrase("campaign"), Phrase("verdict and lock"), Phrase("audience and window")]
        return [
            f"| {' | '.join(self.words.said(label) for label in labels)} |",
            "|" + " --- |" * len(labels),
        ]

    def row(self, planned: CampaignSheet) -> str:
        """Write a campaign as a row."""
        mark = "‼ " if planned.may_send else ""
        title = prose(planned.title, foreign=True, cells=TITLE_CELLS)
        # Without its content nothing is known of a campaign's window.
        content = planned.content
        when = (
            self.words.facts(*window_words(planned.opening, planned.window))
            if content is not None
            else ""
        )
        cells = [
            (f"{mark}{code(planned.name, NAME_CELLS)}", title),
            (self._verdict(planned), self._lock(planned)),
            (self._audience(planned), when),
        ]
        return f"| {' | '.join('<br>'.join(cell(line) for line in lines if line) for lines in cells)} |"

    def resting(self, planned: CampaignSheet) -> str:
        """Say in one line of a campaign that it needs nothing."""
        state = (
            STATUS[planned.status] if planned.status in FINAL else Phrase("its window has closed")
        )
        title = prose(planned.title, foreign=True, cells=TITLE_CELLS)
        return (
            f"- {f'{code(planned.name, NAME_CELLS)} {title}'.rstrip()} · {self.words.said(state)}"
        )

    def _verdict(self, planned: CampaignSheet) -> str:
        found = weight(planned)
        guards = list(dict.fromkeys(refusal.guard.value for refusal in planned.refused))
        counts = Counter(each.severity for each in planned.diagnostics)
        left_over = sum(not each.done for each in planned.handoff)
        faulty, is_faulty = errors(counts[Severity.ERROR]), bool(counts[Severity.ERROR])
        said = self.words.said(faulty if found is Weight.FAULTY else _SHORT[found])
        told = [faulty] if is_faulty and found is not Weight.FAULTY else []
        told += [warnings(counts[Severity.WARNING])] if counts[Severity.WARNING] else []
        told += [Phrase("{count} by hand", count=left_over)] if left_over else []
        first = f"**{said}**" if found <= Weight.SENDS_LATER else said
        counted = map(self.words.said, told)
        return " · ".join(
            [first, *map(code, guards[:_GUARDS_MAX]), *counted, *self._changed(planned)]
        )

    def _changed(self, planned: CampaignSheet) -> list[str]:
        if planned.changes is None:
            return []
        if parts := [PARTS[part] for part in dict.fromkeys(parts_of(planned))]:
            new = ReviewedPart.NEW in parts_of(planned)
            said = (
                PARTS[ReviewedPart.NEW]
                if new
                else Phrase("changed: {what}", what=self.words.listed(parts))
            )
            return [f"**{self.words.said(said)}**"]
        return [self.words.said(Phrase("changed"))]

    def _audience(self, planned: CampaignSheet) -> str:
        content = planned.content
        if content is None:
            return ""
        listed = content.openid_list
        known = followers(planned.audience_count) if planned.audience_count is not None else None
        size = openids(listed.count) if listed is not None else known
        who = self.words.said(audience_words(content.audience), TITLE_CELLS)
        return f"{who} · {self.words.said(size)}" if size is not None else who

    def _lock(self, planned: CampaignSheet) -> str:
        words = [self.words.said(LOCKS[planned.lock])] if planned.lock is not None else []
        return " ".join(
            [*words, *([code(short_digest(planned.digest))] if planned.digest is not None else [])]
        )


_FACT_CELLS = 120
"""Of a path or tag in a line that always stands."""

_VERDICT = {
    Weight.SENDS: Phrase("apply would send this now, and that cannot be undone"),
    Weight.REFUSED: Phrase("it is refused; nothing would be done"),
    Weight.FAULTY: Phrase("its files have faults; nothing would be done"),
    Weight.SENDS_LATER: Phrase(
        "it is not sent now; in its window apply sends it, and that cannot be undone"
    ),
    Weight.PREPARES: Phrase("it would be prepared, and not sent now"),
    Weight.WAITS: Phrase("Nothing to do."),
    Weight.RESTS: Phrase("Nothing to do."),
}


class CampaignWriter(Frozen):
    """Writes the campaigns of one plan."""

    words: Words
    locking: Locking = Locking.BY_HAND
    """Who locks what is not."""

    def block(self, planned: CampaignSheet, *, is_open: bool = False) -> Block:
        """Return the details of a campaign: facts that stand together, then rows, most important first."""
        mark = "‼ " if planned.may_send else ""
        title = html(planned.title, foreign=True, cells=2 * TITLE_CELLS)
        label = f"{mark}{html_code(planned.name, NAME_CELLS)} {title}".rstrip()
        opening, closing = self.words.folded(label, is_open=is_open)
        said = section(planned)
        pressing = list(self._listed([self._advised(planned, each) for each in said.pressing]))
        stopped = weight(planned) in (Weight.REFUSED, Weight.FAULTY)
        # With little space a stopped campaign says first why.
        first = pressing[:1] if stopped else []
        rows = [
            *pressing[len(first) :],
            *self._listed(sorted(said.steps, key=_is_no_send)),
            *(changed_rows(said.changes, self.words) if said.changes is not None else []),
            *self._listed(said.notes),
        ]
        facts = [self._fact(row) for row in said.facts]
        lock = (
            [self.words.row(Phrase("lock"), self.words.said(LOCKS[planned.lock]))]
            if planned.lock
            else []
        )
        return Block(
            [*opening, f"**{self._verdict(planned)}**", "", *facts, *lock, *first], rows, closing
        )

    def _fact(self, row: Row) -> str:
        return self.words.row(row.label, self._said(row, _FACT_CELLS)) + self._below(row)

    def _said(self, row: Row, cells: int = TEXT_CELLS_MAX) -> str:
        lead = ""
        if row.lead is not None:
            named = (
                row.lead.text
                if row.lead.ink is Ink.PLAIN
                else f"{code(row.lead.text.strip(' :'))} "
            )
            lead = _LEADS.get(row.lead.text, named)
        return lead + " · ".join(self._part(each, cells) for each in row.facts)

    def _part(self, part: Part, cells: int) -> str:
        if isinstance(part, Inked):
            said = self.words.said(part.text, cells)
            return f"**{said}**" if part.ink is Ink.ALARM else said
        return self.words.said(part, cells)

    def _listed(self, rows: Sequence[Row]) -> Iterator[str]:
        """Write rows as lists, each below its label."""
        for label, group in groupby(rows, key=lambda row: row.label):
            items = self.words.first(
                list(group), lambda row: f"- {self._said(row)}{self._below(row)}"
            )
            yield from self.words.labelled(label, items)

    def _below(self, row: Row) -> str:
        return "".join(f"\n  - {said}" for each in row.below if (said := self.words.said(each)))

    def _advised(self, planned: CampaignSheet, row: Row) -> Row:
        """Say of a campaign that is refused for its lock who locks it."""
        refused = row.name == "refused" and is_refused_for_lock(planned)
        then = next_of(planned, self.locking) if refused else None
        return row if then is None else replace(row, below=(then,))

    def _verdict(self, planned: CampaignSheet) -> str:
        found = weight(planned)
        if found is Weight.SENDS and planned.refused:
            return self.words.said(Phrase("apply reads the size again before it decides"))
        if found is Weight.REFUSED and planned.steps:
            return self.words.said(Phrase("its send is refused; the steps below would be done"))
        return self.words.said(_VERDICT[found])


def _is_no_send(step: Row) -> bool:
    """Return whether a step is no mass send: those stand first, should there be little space."""
    return step.lead is None or step.lead.ink is not Ink.ALARM


_LEADS = {"‼ ": "‼ ", "+ ": "", "✓ ": "[x] ", "○ ": "[ ] "}
"""Marks before a row; whatever else stands there is a code."""


def appendices(words: Words, plan: SavedPlan, resting: Sequence[CampaignSheet]) -> Iterator[Block]:
    """Return the lists that there is something for, each a part that is folded away; drift stands open."""
    if plan.remote is not None:
        found = ["- " + words.facts(drift.campaign, drift.message) for drift in plan.remote.drift]
        unread = [
            "- " + words.facts(each.account, each.message, each.hint) for each in plan.remote.errors
        ]
        yield _folded(
            words, DRIFT, [*found, *unread] or ["- " + words.said(NO_DRIFT)], is_open=True
        )
    if plan.allowance:
        rows = [
            "- "
            + words.facts(
                account.account,
                ACCOUNT_KINDS[account.kind],
                allowance_period(each),
                *each.campaigns,
                allowance_left(each),
            )
            for account in plan.allowance
            for each in account.spans
        ]
        yield _folded(words, ALLOWANCE_AHEAD, rows)
    if resting:
        count = Phrase("nothing to do: {count}", count=len(resting))
        yield _folded(words, count, [RowWriter(words).resting(each) for each in resting])


def _folded(words: Words, label: Phrase, rows: list[str], *, is_open: bool = False) -> Block:
    opening, closing = words.folded(words.shown(label), is_open=is_open)
    return Block(opening, rows, closing)


MARKDOWN_CHARACTERS_MAX = 65_000
"""Of a comment, counted as `massctl.view.markdown_text` does; whoever posts it may add a little of their own."""
_TABLE_PERCENT = 55
"""The share of the space for the table: the most important details need space too."""
_APPENDIX_PART = 12
"""The share of the space, one part in so many, for each list below the campaigns."""
_NOTE_CHARACTERS_MAX = 400
"""Space for saying what was left out."""
_OPEN_MAX = 3
"""So many campaigns stand unfolded, where they need somebody."""


def plan_comment(
    plan: SavedPlan | StoppedPlan,
    language: Reader,
    *,
    commit: str | None = None,
    from_fork: bool = False,
    locking: Locking = Locking.BY_HAND,
    warned: Sequence[Phrase] = (),
    names: Mapping[str, str] = NO_NAMES,
    limit: int = MARKDOWN_CHARACTERS_MAX,
) -> str:
    """Show a plan in at most `limit` characters, 3,000 or more; `commit` is what it was made for.

    `from_fork` says that its JSON comes from somebody who may have written anything into it, `locking` who locks,
    `warned` what stands above everything, and `names` what people call the accounts.
    """
    words = Words(language)
    provenance = _provenance(plan, commit)
    fork = Phrase(
        "This plan was made by code from a fork and cannot be trusted: read the files. Only what is merged is sent."
    )
    below = [
        *(["- " + words.facts(*provenance)] if provenance else []),
        *(["- ⚠ " + words.said(fork)] * from_fork),
    ]
    above = ["- ⚠ **" + words.said(each) + "**" for each in warned]
    head = [COMMENT_MARK, "## massctl plan", "", *above, *([""] if above else [])]
    if isinstance(plan, StoppedPlan):
        why = [f"**{words.said(plan.error.message)}**", "", words.said(plan.error.hint), ""]
        return "\n".join([*head, *why, *below]).rstrip() + "\n"
    sheets = saved_sheets(plan, names)
    notes = ["- " + words.said(note) for note in locking_notes(sheets, locking)]
    head += [*_summary(words, sheets), *notes, *below]
    return _Fitting(words, plan, sheets, limit, locking).text(head)


def _provenance(plan: SavedPlan | StoppedPlan, commit: str | None) -> list[Phrase]:
    facts = []
    if isinstance(plan, SavedPlan):
        facts += [
            Phrase("the plan's digest {digest}", digest=plan.digest),
            Phrase("serial {serial}", serial=plan.serial),
        ]
        facts += (
            [Phrase("made {moment}", moment=recorded(plan.review.at))]
            if plan.review is not None
            else []
        )
    return [*facts, *([Phrase("for commit {commit}", commit=commit)] if commit is not None else [])]


def _summary(words: Words, plan: Sequence[CampaignSheet]) -> list[str]:
    """Say in one line what would be done, and below it what needs somebody."""
    weights = Counter(map(weight, plan))
    sending, later = weights[Weight.SENDS], weights[Weight.SENDS_LATER]
    others = sum(ReviewedPart.AUDIENCE in parts_of(each) for each in plan)
    refused, faulty = sum(bool(each.refused) for each in plan), sum(each.is_faulty for each in plan)
    changed = sum(each.changes is not None for each in plan)
    unlocked = sum(each.lock in (LockState.STALE, LockState.MISSING) for each in plan)
    counted = [each.text for each in reversed(counted_plan(plan))]
    nothing = Phrase("Nothing can be done now.") if refused or faulty else Phrase("Nothing to do.")
    first = words.said(Phrase("plan: {steps}", steps=words.listed(counted)) if counted else nothing)
    validate = Command("validate")
    told = [
        (sending, Phrase("sent now, cannot be undone: {campaigns}", campaigns=campaigns(sending))),
        (
            later,
            Phrase(
                "sent in their windows, cannot be undone: {campaigns}", campaigns=campaigns(later)
            ),
        ),
        (others, Phrase("the audience changed: {campaigns}", campaigns=campaigns(others))),
        (refused, Phrase("refused: {campaigns}", campaigns=campaigns(refused))),
        (
            faulty,
            Phrase(
                "faults: {campaigns}; {command} shows them",
                campaigns=campaigns(faulty),
                command=validate,
            ),
        ),
        (changed, Phrase("changed: {campaigns}", campaigns=campaigns(changed))),
        (
            unlocked,
            Phrase("not locked as it would be sent: {campaigns}", campaigns=campaigns(unlocked)),
        ),
    ]
    return [f"**{first}**", "", *("- " + words.said(phrase) for count, phrase in told if count)]


class _Fitting(Frozen):
    """Puts as much of a plan together as fits."""

    words: Words
    plan: SavedPlan
    sheets: Sequence[CampaignSheet]
    limit: int
    locking: Locking

    def text(self, head: list[str]) -> str:
        ordered = sorted(self.sheets, key=precedence)
        shown = [each for each in ordered if weight(each) is not Weight.RESTS]
        room = self.limit - _NOTE_CHARACTERS_MAX - lines_size(head)
        below, room = self._below(ordered[len(shown) :], room)
        rows = RowWriter(self.words)
        table, titles = [rows.row(each) for each in shown], ["", *rows.head()]
        room -= lines_size(titles)
        in_table = beginning(table, room * _TABLE_PERCENT // 100)
        room -= lines_size(table[:in_table])
        blocks, room = fit(self._blocks(shown), len(shown), room)
        in_table += beginning(table[in_table:], room)
        left_out = self._note(
            len(shown) - in_table, len(shown) - len(blocks), sum(bool(b.missing) for b in blocks)
        )
        lines = [*head, *(titles if table else []), *table[:in_table], "", *left_out]
        for block in [*blocks, *below]:
            lines += block.lines(self.words.more)
        return "\n".join(lines).rstrip() + "\n"

    def _below(self, resting: Sequence[CampaignSheet], room: int) -> tuple[list[Block], int]:
        """Keep a little room for each list below the campaigns."""
        placed: list[Block] = []
        part = room // _APPENDIX_PART
        for block in appendices(self.words, self.plan, resting):
            fitting, left_over = fit([block], 1, part)
            room -= part - left_over if fitting else 0
            placed += fitting
        return placed, room

    def _blocks(self, shown: Sequence[CampaignSheet]) -> Iterator[Block]:
        writer = CampaignWriter(self.words, self.locking)
        for index, planned in enumerate(shown):
            urgent = len(shown) <= _OPEN_MAX or weight(planned) <= Weight.FAULTY
            yield writer.block(planned, is_open=urgent and index < _OPEN_MAX)

    def _note(self, absent: int, without_details: int, shortened: int) -> list[str]:
        """Return what does not stand here; nothing where everything does."""
        missing = []
        if absent:
            missing.append(Phrase("all of {campaigns}", campaigns=campaigns(absent)))
        if without_details > absent:
            missing.append(
                Phrase("details of {campaigns}", campaigns=campaigns(without_details - absent))
            )
        if shortened:
            missing.append(
                Phrase("a part of the details of {campaigns}", campaigns=campaigns(shortened))
            )
        if not missing:
            return []
        say_so = Phrase(
            "left out, to stay below {limit:,} characters: {what}",
            limit=self.limit,
            what=self.words.listed(missing),
        )
        return [
            f"**{self.words.said(say_so)}**",
            "",
            self.words.said(Phrase("`{command}` shows everything.", command=Command("plan"))),
            "",
        ]
