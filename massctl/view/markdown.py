"""The plan as a comment on a pull request: what matters most first, and never longer than a comment may be.

It is made from the plan's JSON and from nothing else, here and where the JSON comes from a run that nobody trusts, a
fork's among them: every word in it goes through `massctl.view.markdown_text`; what stands here is ours.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from itertools import groupby

from msgspec.structs import replace

from massctl.model.destination import Destination, article_at
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.frozen import Frozen
from massctl.model.message import LockedArticle, ReadableArticle
from massctl.model.phrase import AccountKey, Command, Phrase, enumerated, in_a_row
from massctl.model.state import FINAL
from massctl.plan.destinations import JudgedDestination
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
from massctl.plan.window import WindowState
from massctl.view.i18n import Reader
from massctl.view.markdown_text import (
    TEXT_CELLS_MAX,
    Block,
    Words,
    beginning,
    code,
    fit,
    html,
    html_code,
    lines_size,
    prose,
)
from massctl.view.plan import (
    DESTINATIONS_SHOWN,
    CampaignSheet,
    Reading,
    Weight,
    begins,
    counted_plan,
    destination_rows,
    section,
    sheet,
    told_once,
    weight,
)
from massctl.view.rows import LABELS, ChangeRow, Changes, Row
from massctl.view.send_facts import (
    ACCOUNT_KINDS,
    ALLOWANCE_AHEAD,
    allowance_left,
    allowance_period,
    team_window,
)
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Part
from massctl.view.words import (
    DESTINATION,
    DRIFT,
    NO_DRIFT,
    STATUS,
    audience_words,
    campaigns,
    destination_words,
    errors,
    followers,
    new_destinations,
    openids,
    people_words,
    reading_words,
    short_digest,
    team_moment,
    warnings,
)

LOCK_GUARDS = frozenset({Guard.LOCK_MISSING, Guard.LOCK_STALE})
"""What refuses a campaign for its lock."""


def saved_sheets(plan: SavedPlan) -> tuple[CampaignSheet, ...]:
    """Make the sheets of a plan's campaigns."""
    return tuple(told_once([_saved_sheet(each) for each in plan.campaigns]))


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
        reading=[
            Reading(each.words, each.minutes, each.opening) for each in (unlocked or saved).reading
        ],
        changes=_changes(saved.changes) if saved.changes is not None else None,
        lock=saved.lock,
        destinations=(unlocked or saved).destinations,
        is_unscanned=(unlocked or saved).unscanned,
    )


def _diagnostic(saved: PlannedDiagnostic) -> Diagnostic:
    place = Place(saved.file, saved.line, saved.column) if saved.file is not None else None
    return Diagnostic(saved.code, saved.severity, saved.message, place, saved.hint, saved.campaign)


def _changes(saved: ReviewedChanges) -> Changes:
    rows = (
        ChangeRow(
            row.words,
            tuple(row.pieces[:_PIECES_MAX]),
            row.article,
            row.inner,
        )
        for row in saved.rows[:_ROWS_MAX]
    )
    return Changes(saved.against, tuple(saved.parts), tuple(rows))


def is_refused_for_lock(campaign: CampaignSheet) -> bool:
    """Return whether a campaign is refused because of its lock."""
    return any(each.guard in LOCK_GUARDS for each in campaign.refusals)


def parts_of(campaign: CampaignSheet) -> tuple[ReviewedPart, ...]:
    """Return which parts of a campaign changed, other than words and pictures."""
    return campaign.changes.parts if campaign.changes is not None else ()


def precedence(campaign: CampaignSheet) -> tuple[bool, bool, Weight, bool]:
    """Order campaigns for a reviewer: those that are sent now, then those that changed, then by weight and audience."""
    found = weight(campaign)
    others = {ReviewedPart.NEW, ReviewedPart.AUDIENCE, ReviewedPart.ACCOUNT} & set(
        parts_of(campaign)
    )
    return found is not Weight.SENDS, campaign.changes is None, found, not others


class Locking(Enum):
    """Who writes the locks."""

    BY_HAND = 1
    """The reader, with `massctl lock`."""
    BY_WORKFLOW = 2
    """The workflow review, which commits to the pull request's branch."""
    OF_FORK = 3
    """The owner of the fork: a workflow may not write into a fork."""


_SOON = Phrase("the workflow review locks it with the next commit; nothing to do")
_AFTER_FAULTS = Phrase(
    "correct the faults; each commit is checked again, and then the workflow review locks it"
)
_OF_FORK = Phrase(
    "the workflow review cannot write into a fork: a member of this repository must push the commit to a branch of it"
)


def next_of(planned: CampaignSheet, locking: Locking) -> Phrase | None:
    """Return who locks a campaign that is refused for its lock; None if the hint of the refusal says it."""
    if locking is Locking.BY_HAND:
        return None
    if locking is Locking.OF_FORK:
        return _OF_FORK
    return _AFTER_FAULTS if planned.is_faulty else _SOON


def locking_notes(planned: Sequence[CampaignSheet], locking: Locking) -> Iterator[Phrase]:
    """Say who locks the campaigns that are refused for their lock; say nothing where the reader does."""
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
"""Shown for blanks that changed: Markdown does not mark a blank."""
_ROWS_MAX = 400
_PIECES_MAX = 60
"""Of one row, and of one campaign: ours, more than the plans of the samples have."""


def _row(row: ChangeRow, words: Words) -> str:
    marked = f" {_marked(row.pieces)}" if row.pieces else ""
    return f"- {words.said(row.words)}{marked}"


def _marked(pieces: Sequence[Piece]) -> str:
    """Mark pieces, with blanks around each mark: beside Chinese, Markdown needs them."""
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
TITLE_CELLS = 64
"""Of a title in the line of a campaign."""
_GUARDS_MAX = 4
"""Of what refuses, in that line."""
_VERDICT = {  # Of what is faulty, its faults are counted.
    Weight.SENDS: Phrase("sent now, cannot be undone"),
    Weight.REFUSED: Phrase("refused"),
    Weight.SENDS_LATER: Phrase("sent in its window, cannot be undone"),
    Weight.PREPARES: Phrase("prepared"),
    Weight.WAITS: Phrase("nothing to do"),
    Weight.RESTS: Phrase("nothing to do"),
}
_WITHOUT_WINDOW = {
    Weight.SENDS: Phrase("sent only by name, cannot be undone"),
    Weight.PREPARES: Phrase("prepared, not sent by this merge"),
    Weight.WAITS: Phrase("not sent by this merge"),
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
_FACT_CELLS = 120
"""Of a path or tag in a line that always stands."""
_MESSAGE_CELLS = 1_400
"""A text message has 600 characters at most."""
_PLACED = ("articles", "destinations")
"""Rows that the comment shows elsewhere."""
_FIRST_FACTS = ("account", "audience", "people", "window", "next", "approvals", "text", "message")
"""What stands before the articles: who sends what to whom, and when."""


class CampaignWriter(Frozen):
    """Writes the campaigns of one plan."""

    words: Words
    locking: Locking = Locking.BY_HAND
    """Who writes the locks that are missing."""
    now: datetime | None = None
    """The moment of the plan, where it is known."""

    def line(self, planned: CampaignSheet) -> str:
        """Return a campaign as two lines of HTML: its name; what happens to it, who gets it, and when."""
        mark = "‼ " if planned.may_send else ""
        title = html(planned.title, foreign=True, cells=TITLE_CELLS)
        called = f"<strong>{title}</strong> " if title else ""
        facts = [*self._verdict(planned), *map(self.words.shown, self._to_whom(planned))]
        return f"{mark}{called}{html_code(planned.name, NAME_CELLS)}<br>{' · '.join(facts)}"

    def _verdict(self, planned: CampaignSheet) -> Iterator[str]:
        found = weight(planned)
        counts = Counter(each.severity for each in planned.diagnostics)
        faults = [errors(counts[Severity.ERROR])] if planned.is_faulty else []
        verdict = faults.pop() if found is Weight.FAULTY else _VERDICT[found]
        if planned.window is WindowState.NONE:
            verdict = _WITHOUT_WINDOW.get(found, verdict)
        is_pressing = found <= Weight.SENDS_LATER
        yield self._strong(verdict) if is_pressing else self.words.shown(verdict)
        guards = list(dict.fromkeys(refusal.guard.value for refusal in planned.refused))
        yield from map(html_code, guards[:_GUARDS_MAX])
        yield from map(self.words.shown, faults)
        if warned := counts[Severity.WARNING]:
            yield self.words.shown(warnings(warned))
        if left_over := sum(not each.done for each in planned.handoff):
            yield self.words.shown(Phrase("{count} by hand", count=left_over))
        if planned.changes is not None:
            yield self._changed(parts_of(planned))
        if new := sum(each.is_new for each in planned.destinations):
            yield self._strong(new_destinations(new))

    def _changed(self, parts: Sequence[ReviewedPart]) -> str:
        if ReviewedPart.NEW in parts:
            return self._strong(PARTS[ReviewedPart.NEW])
        if not parts:
            return self.words.shown(Phrase("changed"))
        named = self.words.listed([PARTS[part] for part in dict.fromkeys(parts)])
        return self._strong(Phrase("changed: {what}", what=named))

    def _strong(self, text: str) -> str:
        return f"<strong>{self.words.shown(text)}</strong>"

    def _to_whom(self, planned: CampaignSheet) -> list[str]:
        """Return who gets a campaign and when; nothing where its content is unknown."""
        content = planned.content
        if content is None:
            return []
        listed, count = content.openid_list, planned.audience_count
        people = people_words if content.audience.of is not None else openids
        size = people(listed.count) if listed is not None else None
        if size is None and count is not None:
            size = followers(count)
        when = team_window(planned.opening, planned.window, self.now)
        return [audience_words(content.audience), *([size] if size is not None else []), *when[:1]]

    def block(self, planned: CampaignSheet, *, is_open: bool = False) -> Block:
        """Return the details of a campaign: who gets it and when, then every article, then what massctl does."""
        opening, closing = self.words.folded(self.line(planned), is_open=is_open)
        said = section(planned)
        pressing = list(self._listed([self._advised(planned, each) for each in said.pressing]))
        facts = [self._spoken(each, planned) for each in said.facts if each.name not in _PLACED]
        first = [self._fact(each) for each in facts if each.name in _FIRST_FACTS]
        others = [self._fact(each) for each in facts if each.name not in _FIRST_FACTS]
        rows = [(each, False) for each in pressing]
        rows += self._at_large(planned)
        rows += self._content(planned)
        rows += [(each, True) for each in self.words.labelled(Phrase("details"), others)]
        listed = [*sorted(said.steps, key=_is_no_send), *said.notes]
        rows += [(each, False) for each in self._listed(listed)]
        # With little space a stopped campaign says first why, and each article its title.
        kept = {index for index, (_, is_kept) in enumerate(rows) if is_kept}
        kept |= {0} if pressing and weight(planned) in (Weight.REFUSED, Weight.FAULTY) else set()
        return Block([*opening, *first], [row for row, _ in rows], closing, kept)

    def _spoken(self, row: Row, planned: CampaignSheet) -> Row:
        """Say dates as the team does, a text as a whole, and beside the digest how the lock stands."""
        if row.name == "window" and planned.content is not None:
            return replace(row, facts=tuple(team_window(planned.opening, planned.window, self.now)))
        if row.name == "next" and planned.awaiting_until is None and planned.next_at is not None:
            at = team_moment(planned.next_at, self.now)
            return replace(row, facts=(Phrase("at {moment}", moment=at),))
        if row.name == "text" and planned.content is not None:
            return replace(row, facts=(planned.content.message.text, *row.facts[1:]))
        if row.name == "status" and planned.lock is not None:
            return replace(row, facts=(*row.facts, LOCKS[planned.lock]))
        return row

    def _at_large(self, planned: CampaignSheet) -> Iterator[tuple[str, bool]]:
        """Return the new destinations, and the known ones outside of articles."""
        articles = planned.content.message.articles if planned.content is not None else ()
        inside = {article_at(number) for number in range(1, len(articles) + 1)}
        found = [each for each in planned.destinations if each.is_new or each.at not in inside]
        rows = list(destination_rows(found, is_unscanned=planned.is_unscanned))
        listed = [f"- {self._said(row)}" for row in rows]
        new = [each for each in found if each.is_new]
        if len(new) > DESTINATIONS_SHOWN:
            # What is behind them is worth more than a row for each.
            listed[_NEW_LISTED_MAX : len(new)] = []
            listed.insert(0, f"- {self.words.facts(*_many_places(planned.name, new))}")
        written = self.words.labelled(LABELS["destinations"], listed)
        yield from ((row, index < DESTINATIONS_SHOWN) for index, row in enumerate(written))

    def _content(self, planned: CampaignSheet) -> Iterator[tuple[str, bool]]:
        """Return what changed outside of articles, then each article and what changed in it; and whether to show it
        however little space there is."""
        articles = planned.content.message.articles if planned.content is not None else ()
        numbers = range(1, len(articles) + 1)
        changes = planned.changes
        if changes is not None:
            label = self.words.said(LABELS["changes"])
            yield f"\n**{label}** {self.words.said(changes.against)}\n", True
            yield from (
                (_row(row, self.words), False) for row in changes.rows if row.article not in numbers
            )
        for number in numbers:
            changed = [each for each in changes.rows if each.article == number] if changes else []
            yield from self._article(planned, number, articles[number - 1], changed)

    def _article(
        self,
        planned: CampaignSheet,
        number: int,
        article: ReadableArticle | LockedArticle,
        changed: Sequence[ChangeRow],
    ) -> Iterator[tuple[str, bool]]:
        is_alone = planned.content is not None and len(planned.content.message.articles) == 1
        plain = Phrase("article {number}: {title}", number=number, title=article.title)
        heading = next((each.words for each in changed if not each.is_inner), plain)
        yield f"\n**{self.words.said(heading)}**\n", True
        if article.digest:
            said = prose(article.digest, foreign=True)
            if not is_alone:
                said += " · " + self.words.said(Phrase("with several articles WeChat keeps none"))
            yield self.words.row(Phrase("digest (摘要)"), said), is_alone
        if number <= len(planned.reading):
            read = planned.reading[number - 1]
            # Of a new article its heading counts the words.
            is_counted = planned.changes is not None and planned.changes.is_new
            length = [] if is_counted else [reading_words(read.words, read.minutes)]
            yield f"- {self.words.facts(begins(read), *length)}", False
        inside = [each for each in planned.destinations if each.at == article_at(number)]
        new = sum(
            each.is_new and (each in inside or number in each.articles)
            for each in planned.destinations
        )
        leads = [self.words.said(Phrase("{new}, above", new=new_destinations(new)))] if new else []
        known = [each for each in inside if not each.is_new]
        leads += [
            " · ".join(
                self.words.said(each, is_foreign=True)
                for each in (destination_words(place), *place.notes)
            )
            for place in known
        ]
        if leads:
            label = self.words.said(LABELS["destinations"])
            yield f"- **{label}**\n  - {leads[0]}", False
            yield from ((f"  - {each}", False) for each in leads[1:])
        yield from ((_row(each, self.words), False) for each in changed if each.is_inner)

    def _fact(self, row: Row) -> str:
        cells = _MESSAGE_CELLS if row.name == "text" else _FACT_CELLS
        return self.words.row(row.label, self._said(row, cells)) + self._below(row)

    def _said(self, row: Row, cells: int = TEXT_CELLS_MAX) -> str:
        lead = ""
        if row.lead is not None:
            known = _LEADS.get(row.lead.text)
            lead = self._lead(row.lead) if known is None else known
        is_foreign = row.name == "destinations"
        said = (self._part(each, cells, is_foreign=is_foreign) for each in row.facts)
        return lead + " · ".join(said)

    def _lead(self, lead: Inked) -> str:
        if lead.ink is Ink.PLAIN:
            return lead.text
        if isinstance(lead.text, Phrase):
            return f"**{self.words.said(lead.text).strip(' :：')}** "
        return f"{code(lead.text.strip(' :'))} "

    def _part(self, part: Part, cells: int, *, is_foreign: bool) -> str:
        text, ink = (part.text, part.ink) if isinstance(part, Inked) else (part, Ink.PLAIN)
        said = self.words.said(text, cells, is_foreign=is_foreign)
        return f"**{said}**" if ink is Ink.ALARM else said

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
        """Say who locks a campaign that is refused for its lock."""
        refused = row.name == "refused" and is_refused_for_lock(planned)
        then = next_of(planned, self.locking) if refused else None
        return row if then is None else replace(row, below=(then,))

    def resting(self, planned: CampaignSheet) -> str:
        """Say in one line that a campaign needs nothing."""
        state = (
            STATUS[planned.status] if planned.status in FINAL else Phrase("its window has closed")
        )
        title = prose(planned.title, foreign=True, cells=TITLE_CELLS)
        return (
            f"- {f'{code(planned.name, NAME_CELLS)} {title}'.rstrip()} · {self.words.said(state)}"
        )


def _many_places(name: str, new: Sequence[JudgedDestination]) -> Iterator[str]:
    """Count many new destinations by what a policy would name, and say where each is listed."""
    places = (Destination(each.kind, each.target, each.at) for each in new)
    counts = Counter(each.name or DESTINATION[each.kind] for each in places).most_common()
    yield new_destinations(len(new))
    named = [Phrase("{name} ({count})", name=each, count=count) for each, count in counts[:_NAMED]]
    more = [Phrase("and {count} more", count=len(counts) - _NAMED)] if len(counts) > _NAMED else []
    yield enumerated([*named, *more])
    yield Phrase("`{command}` lists each", command=Command("links", name))


_NAMED = 12
"""Of the hosts of many new destinations."""
_NEW_LISTED_MAX = 100
"""More new destinations of one campaign are counted: each has its row in `massctl links`."""


def _is_no_send(step: Row) -> bool:
    """Return whether a step is not a mass send. Mass sends come first: the end may be cut."""
    return step.lead is None or step.lead.ink is not Ink.ALARM


_LEADS = {"‼ ": "‼ ", "+ ": "", "✓ ": "[x] ", "○ ": "[ ] "}
"""Marks before a row; whatever else stands there is a code."""


def appendices(
    writer: CampaignWriter,
    plan: SavedPlan,
    resting: Sequence[CampaignSheet],
) -> Iterator[Block]:
    """Return the lists that are not empty, each folded; drift is unfolded."""
    words = writer.words
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
                AccountKey(account.account),
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
        yield _folded(words, count, [writer.resting(each) for each in resting])


def _folded(words: Words, label: Phrase, rows: list[str], *, is_open: bool = False) -> Block:
    opening, closing = words.folded(words.shown(label), is_open=is_open)
    return Block(opening, rows, closing)


MARKDOWN_CHARACTERS_MAX = 65_000
"""Of a comment, counted as `massctl.view.markdown_text` does. The caller may add some lines of its own."""
_LINES_PERCENT = 70
"""The share of the space for the lines of campaigns; the rest is for details."""
_APPENDIX_PART = 12
"""The share of the space, one part in so many, for each list below the campaigns."""
_NOTE_CHARACTERS_MAX = 400
"""Space for saying what was left out."""
_OPEN_MAX = 3
"""The most campaigns that are unfolded because they need somebody."""


def plan_comment(
    plan: SavedPlan | StoppedPlan,
    language: Reader,
    *,
    commit: str | None = None,
    from_fork: bool = False,
    locking: Locking = Locking.BY_HAND,
    stops: Sequence[Phrase] = (),
    warned: Sequence[Phrase] = (),
    shown: Sequence[str] = (),
    limit: int = MARKDOWN_CHARACTERS_MAX,
) -> str:
    """Show a plan in at most `limit` characters, 3,000 or more; `commit` is what it was made for.

    `from_fork` says that its JSON comes from somebody who may have written anything into it, `locking` who locks,
    `stops` what keeps it from being merged, `warned` what to read besides, and `shown` are lines behind the campaigns.
    """
    words = Words(language)
    fork = Phrase(
        "This plan was made by code from a fork and cannot be trusted: read the files. Only what is merged is sent."
    )
    told = [
        *("- 🛑 **" + words.said(each) + "**" for each in stops),
        *("- ⚠ **" + words.said(each) + "**" for each in warned),
        *(["- ⚠ " + words.said(fork)] * from_fork),
    ]
    head = [COMMENT_MARK, "## massctl plan", ""]
    if isinstance(plan, StoppedPlan):
        why = [f"**{words.said(plan.error.message)}**", "", words.said(plan.error.hint), "", *told]
        below = [] if commit is None else ["- " + words.said(_for_commit(commit))]
        return "\n".join([*head, *why, *below]).rstrip() + "\n"
    now = plan.review.at if plan.review is not None else None
    writer = CampaignWriter(words, locking, now)
    sheets = saved_sheets(plan)
    head += [f"**{words.said(next_step(sheets, locking, now))}**", "", *told]
    head += ["- " + words.said(each) for each in _counted(words, sheets)]
    foot = ["- " + words.facts(*_provenance(words, plan, sheets, commit))]
    return _Fitting(writer, sheets, limit).text(
        head, shown, lambda resting: appendices(writer, plan, resting), foot
    )


def next_step(planned: Sequence[CampaignSheet], locking: Locking, now: datetime | None) -> Phrase:
    """Say what the approver does next about what changed, or about everything where nothing did."""
    ours = [each for each in planned if each.changes is not None] or planned
    faulty, unlocked = (
        sum(each.is_faulty for each in ours),
        sum(is_refused_for_lock(each) for each in ours),
    )
    missing = [*locking_notes(ours, locking)]
    if not missing and faulty:
        missing.append(Phrase("faults: {campaigns}", campaigns=campaigns(faulty)))
    if not missing and unlocked:
        missing.append(
            Phrase("not locked as it would be sent: {campaigns}", campaigns=campaigns(unlocked))
        )
    if missing:
        return Phrase("Do not approve it yet: {why}", why=in_a_row(missing))
    # One without a window is sent only by name.
    sent = [
        each
        for each in ours
        if weight(each) in (Weight.SENDS, Weight.SENDS_LATER)
        and each.window is not WindowState.NONE
    ]
    if sent:
        return Phrase("Check what is below, then approve it: {what}", what=_sent(sent, now))
    if refused := sum(bool(each.refused) for each in ours):
        return Phrase("Check why massctl refuses {campaigns}", campaigns=campaigns(refused))
    if not ours:
        return Phrase("Nothing to do.")
    return Phrase("Nothing here is sent by itself; check what is below")


def _sent(planned: Sequence[CampaignSheet], now: datetime | None) -> Phrase:
    """Say what massctl sends after the merge, when the first one goes, and to whom."""
    opens = [each.opening.not_before for each in planned if each.opening is not None]
    is_due = any(weight(each) is Weight.SENDS for each in planned)
    is_dated = bool(opens) and not is_due
    facts = {"moment": team_moment(min(opens), now)} if is_dated else {}
    if len(planned) > 1:
        say = Phrase(
            "once it is merged, massctl sends {campaigns}, the first at once, and that cannot be undone"
        )
        if is_dated:
            say = Phrase(
                "once it is merged, massctl sends {campaigns}, the first on {moment}, and that cannot be undone"
            )
        return Phrase(say, campaigns=campaigns(len(planned)), **facts)
    say = Phrase(
        "once it is merged, massctl sends it at once to {audience}, and that cannot be undone"
    )
    if is_dated:
        say = Phrase(
            "once it is merged, massctl sends it on {moment} to {audience}, and that cannot be undone"
        )
    content = planned[0].content
    audience = audience_words(content.audience) if content is not None else ""
    return Phrase(say, audience=audience, **facts)


def _for_commit(commit: str) -> Phrase:
    return Phrase("for commit {commit}", commit=commit)


def _provenance(
    words: Words, plan: SavedPlan, sheets: Sequence[CampaignSheet], commit: str | None
) -> Iterator[Phrase]:
    """Say which plan and commit the comment shows."""
    if counted := [each.text for each in reversed(counted_plan(sheets))]:
        yield Phrase("plan: {steps}", steps=words.listed(counted))
    yield Phrase("the plan's digest {digest}", digest=short_digest(plan.digest))
    yield Phrase("serial {serial}", serial=plan.serial)
    if plan.review is not None:
        at = plan.review.at
        yield Phrase("made {moment}", moment=team_moment(at, at))
    if commit is not None:
        yield _for_commit(commit)


def _counted(words: Words, plan: Sequence[CampaignSheet]) -> Iterator[Phrase]:
    """Count the campaigns that need somebody, where some of them are folded."""
    if sum(weight(each) is not Weight.RESTS for each in plan) <= _OPEN_MAX:
        return
    weights = Counter(map(weight, plan))
    counts = {
        Phrase("sent now, cannot be undone: {campaigns}"): weights[Weight.SENDS],
        Phrase("sent in their windows, cannot be undone: {campaigns}"): weights[Weight.SENDS_LATER],
        Phrase("the audience changed: {campaigns}"): sum(
            ReviewedPart.AUDIENCE in parts_of(each) for each in plan
        ),
        Phrase("refused: {campaigns}"): sum(bool(each.refused) for each in plan),
        Phrase("faults: {campaigns}"): sum(each.is_faulty for each in plan),
        Phrase("changed: {campaigns}"): sum(each.changes is not None for each in plan),
        Phrase("not locked as it would be sent: {campaigns}"): sum(
            each.lock in (LockState.STALE, LockState.MISSING) for each in plan
        ),
    }
    yield from (Phrase(said, campaigns=campaigns(count)) for said, count in counts.items() if count)


class _Fitting(Frozen):
    """Puts as much of a plan together as fits."""

    writer: CampaignWriter
    sheets: Sequence[CampaignSheet]
    limit: int

    def text(
        self,
        head: list[str],
        between: Sequence[str],
        appended: Callable[[Sequence[CampaignSheet]], Iterator[Block]],
        foot: list[str],
    ) -> str:
        ordered = sorted(self.sheets, key=precedence)
        shown = [each for each in ordered if weight(each) is not Weight.RESTS]
        room = self.limit - _NOTE_CHARACTERS_MAX - lines_size([*head, *between, *foot])
        below, room = self._below(appended(ordered[len(shown) :]), room)
        lines = [f"<li>{self.writer.line(each)}</li>" for each in shown]
        named = beginning(lines, room * _LINES_PERCENT // 100)
        blocks, room = fit(
            self._blocks(shown), len(shown), room - lines_size(lines[:named]), lines[:named]
        )
        named += beginning(lines[named:], room)
        detailed = {index for index, _ in blocks}
        bare = [lines[index] for index in range(named) if index not in detailed]
        absent = len(shown) - len(detailed) - len(bare)
        note = self._note(absent, len(bare), sum(bool(each.missing) for _, each in blocks))
        made = [*head, ""] if head[-1] else [*head]
        for _, block in blocks:
            made += block.lines(self.writer.words.more)
        made += ["<ul>", *bare, "</ul>", ""] if bare else []
        made += [*note, *between]
        for block in below:
            made += block.lines(self.writer.words.more)
        return "\n".join([*made, *foot]).rstrip() + "\n"

    def _below(self, appended: Iterator[Block], room: int) -> tuple[list[Block], int]:
        """Reserve space for each list below the campaigns."""
        placed: list[Block] = []
        part = room // _APPENDIX_PART
        for block in appended:
            fitting, left_over = fit([block], 1, part)
            room -= part - left_over if fitting else 0
            placed += [each for _, each in fitting]
        return placed, room

    def _blocks(self, shown: Sequence[CampaignSheet]) -> Iterator[Block]:
        is_changed = any(each.changes is not None for each in shown)
        for index, planned in enumerate(shown):
            urgent = len(shown) <= _OPEN_MAX or weight(planned) <= Weight.FAULTY
            ours = planned.changes is not None or not is_changed
            yield self.writer.block(planned, is_open=urgent and ours and index < _OPEN_MAX)

    def _note(self, absent: int, without_details: int, shortened: int) -> list[str]:
        """Return what was left out, and the command that shows it; nothing where nothing was left out."""
        missing = []
        if absent:
            missing.append(Phrase("all of {campaigns}", campaigns=campaigns(absent)))
        if without_details:
            missing.append(Phrase("details of {campaigns}", campaigns=campaigns(without_details)))
        if shortened:
            missing.append(
                Phrase("a part of the details of {campaigns}", campaigns=campaigns(shortened))
            )
        if not missing:
            return []
        words = self.writer.words
        say_so = Phrase(
            "left out, to stay below {limit:,} characters: {what}",
            limit=self.limit,
            what=words.listed(missing),
        )
        return [
            f"**{words.said(say_so)}**",
            "",
            words.said(Phrase("`{command}` shows everything.", command=Command("plan"))),
            "",
        ]
