"""The plan as a comment on a pull request: what matters most first, and never longer than a comment may be.

It is made from the plan's JSON and from nothing else, here and where the JSON comes from a run that nobody trusts, a
fork's among them: every word in it goes through `massctl.view.markdown_text`; what stands here is ours.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum, IntEnum
from functools import partial
from itertools import islice, zip_longest
from typing import Final, assert_never

from massctl.model.diagnostics import Place, Severity
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName
from massctl.model.lock import LockedCard, LockedImage, LockedNews, LockedText, LockedVideo, LockedVoice, LockFile
from massctl.model.phrase import Command, Phrase, moment
from massctl.model.state import FINAL, Status
from massctl.model.word_count import WordCount
from massctl.plan.guards import HandoffItem
from massctl.plan.lock_diff import COMMENT_MARK, LockState, ReviewedChanges, ReviewedPart, ReviewedPiece, ReviewedRow
from massctl.plan.plan_file import (
    PlannedDiagnostic,
    PlannedReading,
    PlannedRefusal,
    SavedCampaign,
    SavedPlan,
    StoppedPlan,
)
from massctl.plan.quota import AccountAhead
from massctl.plan.send_block import send_block, spans_of, window_of
from massctl.plan.steps import Guard, Kind, Reason
from massctl.plan.window import WindowState
from massctl.view.diagnostics import SEVERITY, place_text
from massctl.view.i18n import Reader
from massctl.view.markdown_text import (
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
from massctl.view.send_block import (
    ACCOUNT_KINDS,
    ALLOWANCE_AHEAD,
    PLAN_LABELS,
    Row,
    allowance_left,
    allowance_period,
    beginning_words,
    block_rows,
    window_words,
)
from massctl.view.words import (
    DRIFT,
    NO_DRIFT,
    REASON,
    STATUS,
    audience_words,
    campaigns,
    counted_steps,
    counted_tags,
    counted_words,
    errors,
    followers,
    jobs_words,
    openids,
    pictures,
    reading_words,
    recorded,
    short_digest,
    warnings,
)

LOCK_GUARDS: Final = frozenset({Guard.LOCK_MISSING, Guard.LOCK_STALE})
"""What refuses a campaign for its lock."""


class Weight(IntEnum):
    """How much a campaign matters to a reviewer, most first."""

    SENDS = 0
    REFUSED = 1
    FAULTY = 2
    SENDS_LATER = 3
    """Nothing stands between it and its window: who approves it approves the send."""
    PREPARES = 4
    WAITS = 5
    RESTS = 6


def may_send(planned: SavedCampaign) -> bool:
    """Return whether apply would send it: nothing refuses, or only a size that apply reads again."""
    sends = any(step.kind is Kind.SEND_MASS for step in planned.steps)
    return sends or (bool(planned.refusals) and all(r.guard is Guard.AUDIENCE_BOUNDS for r in planned.refusals))


def content_of(planned: SavedCampaign) -> LockFile | None:
    """Return what would be sent, or, where its lock refuses it, what would be locked; None if nothing can be."""
    return planned.unlocked.content if planned.approved is None and planned.unlocked else planned.approved


def reading_of(planned: SavedCampaign) -> list[PlannedReading]:
    """Return how long the articles of that content are for people."""
    return planned.unlocked.reading if planned.approved is None and planned.unlocked else planned.reading


def diagnostics_of(planned: SavedCampaign) -> list[PlannedDiagnostic]:
    """Return what is wrong in its files, also where its lock refuses it before they are read."""
    return [*planned.diagnostics, *(planned.unlocked.diagnostics if planned.unlocked else ())]


def refusals_of(planned: SavedCampaign) -> list[PlannedRefusal]:
    """Return refusals, without "no window": that was declared."""
    return [each for each in planned.refusals if each.guard is not Guard.NOT_NAMED]


def is_refused_for_lock(planned: SavedCampaign) -> bool:
    """Return whether its lock refuses it."""
    return any(each.guard in LOCK_GUARDS for each in planned.refusals)


def is_faulty(planned: SavedCampaign) -> bool:
    """Return whether its files have faults."""
    return any(each.severity is Severity.ERROR for each in diagnostics_of(planned))


def parts_of(planned: SavedCampaign) -> list[ReviewedPart]:
    """Return what changed in it beside words and pictures."""
    return planned.changes.parts if planned.changes is not None else []


def _is_sent_in_its_window(planned: SavedCampaign) -> bool:
    waits = planned.window is WindowState.WAITING and planned.approved is not None
    is_open = planned.status not in FINAL and planned.status is not Status.IN_DOUBT
    return waits and is_open and all(each.done for each in planned.handoff)


def precedence(planned: SavedCampaign) -> tuple[bool, bool, Weight, bool]:
    """Order campaigns for a reviewer: what is sent now, then what changed, each by its weight and by who gets it."""
    found = weight(planned)
    others = {ReviewedPart.NEW, ReviewedPart.AUDIENCE, ReviewedPart.ACCOUNT} & set(parts_of(planned))
    return found is not Weight.SENDS, planned.changes is None, found, not others


def weight(planned: SavedCampaign) -> Weight:
    """Weigh a campaign of a plan."""
    if may_send(planned):
        return Weight.SENDS
    if refusals_of(planned):
        return Weight.REFUSED
    if is_faulty(planned):
        return Weight.FAULTY
    if _is_sent_in_its_window(planned):
        return Weight.SENDS_LATER
    if planned.steps or planned.tag_due is not None:
        return Weight.PREPARES
    idle = planned.status in FINAL or planned.window is WindowState.EXPIRED
    return Weight.RESTS if idle and not planned.diagnostics and planned.changes is None else Weight.WAITS


class Locking(Enum):
    """Who locks."""

    BY_HAND = 1
    """Whoever reads this, with `massctl lock`."""
    BY_WORKFLOW = 2
    """The workflow review, which commits to the pull request's branch."""
    OF_FORK = 3
    """Whoever wrote it: a workflow may not write into a fork."""


_SOON: Final = Phrase("the workflow review locks it with the next commit; nothing to do")
_AFTER_FAULTS: Final = Phrase("correct the faults; each commit is checked again, and then the workflow review locks it")
_OF_FORK: Final = Phrase(
    "the workflow review cannot write into a fork: a member of this repository must push the commit to a branch of it"
)


def next_of(planned: SavedCampaign, locking: Locking) -> Phrase | None:
    """Say how a campaign that is refused for its lock gets one; None if the refusal's own hint says it."""
    if locking is Locking.BY_HAND:
        return None
    if locking is Locking.OF_FORK:
        return _OF_FORK
    return _AFTER_FAULTS if is_faulty(planned) else _SOON


def locking_notes(planned: Sequence[SavedCampaign], locking: Locking) -> Iterator[Phrase]:
    """Say for all campaigns that are refused for their lock what happens next; nothing where people lock."""
    refused = [each for each in planned if is_refused_for_lock(each)]
    ready = sum(not is_faulty(each) for each in refused)
    if locking is Locking.OF_FORK and refused:
        yield Phrase("{campaigns} to lock: {how}", campaigns=campaigns(len(refused)), how=_OF_FORK)
    elif locking is Locking.BY_WORKFLOW:
        if ready:
            yield Phrase("{campaigns} to lock: {how}", campaigns=campaigns(ready), how=_SOON)
        if ready < len(refused):
            faulty = campaigns(len(refused) - ready)
            yield Phrase("{campaigns} to correct first: {how}", campaigns=faulty, how=_AFTER_FAULTS)


def message_facts(lock: LockFile, reading: Sequence[PlannedReading]) -> list[tuple[str, list[str]]]:
    """Return rows, each a label and its facts; `reading` says how long its articles are."""
    message = lock.message
    match message:
        case LockedText(content=content):
            return [(PLAN_LABELS["text"], [beginning_words(content), counted_words(WordCount.of([content]).words)])]
        case LockedNews(articles=articles):
            return [
                (
                    Phrase("article {number}", number=number),
                    [article.title, *([reading_words(count.words, count.minutes)] if count else [])],
                )
                for number, (article, count) in enumerate(zip_longest(articles, reading[: len(articles)]), 1)
            ]
        case LockedImage(files=files, media_ids=media_ids, title=title, recommend=recommend):
            count = pictures(len(files or media_ids or ()))
            facts: list[str] = [Phrase("picture message"), count, beginning_words(title), beginning_words(recommend)]
        case LockedVoice():
            facts = [Phrase("voice message")]
        case LockedVideo(title=title):
            facts = [Phrase("video message"), beginning_words(title)]
        case LockedCard(card_id=card_id):
            facts = [Phrase("coupon"), card_id]
        case _:
            assert_never(message)
    facts += [each.path for each in lock.pictures if each.purpose in ("voice", "video")]
    return [(PLAN_LABELS["message"], [fact for fact in facts if fact])]


_BLANK: Final = "␣"
"""Stands for blanks alone, which Markdown would not mark."""
_ROWS_MAX: Final = 400
_PIECES_MAX: Final = 60
"""Of one row, and of one campaign: more than any plan of ours has."""


def changed_rows(changes: ReviewedChanges, words: Words) -> list[str]:
    """Return a section of its own: what it is compared with, and a list of what changed."""
    rows = [_row(row, words) for row in islice(changes.rows, _ROWS_MAX)]
    if not rows:
        return []
    title, against = words.said(PLAN_LABELS["changes"]), prose(changes.against)
    return [f"\n**{title}** {against}\n\n{rows[0]}", *rows[1:]]


def _row(row: ReviewedRow, words: Words) -> str:
    marked = f" {_marked(row.pieces[:_PIECES_MAX])}" if row.pieces else ""
    return f"{'  ' * row.inner}- {prose(row.words)}{marked}"


def _marked(pieces: Sequence[ReviewedPiece]) -> str:
    """Mark pieces; blanks around the marks, for beside Chinese they are none without."""
    written = ""
    was_removed = False
    for piece in pieces:
        text = prose(piece.text, foreign=True) or _BLANK
        match piece.mark:
            case "removed":
                text = f"~~{text}~~"
            case "added":
                text = f"→ **{text}**" if was_removed else f"**{text}**"
            case "kept":
                text = prose(piece.text, foreign=True)
        was_removed = piece.mark == "removed"
        written += f" {text}" if written else text
    return written


NAME_CELLS: Final = 64
"""A campaign's name has no more."""
TITLE_CELLS: Final = 32
"""Of a title in the table; more of it stands in the details."""
_GUARDS_MAX: Final = 4
"""Of what refuses, in a cell."""
_SHORT: Final = {  # Of what is faulty, its faults are counted.
    Weight.SENDS: Phrase("sent now, cannot be undone"),
    Weight.REFUSED: Phrase("refused"),
    Weight.SENDS_LATER: Phrase("sent in its window, cannot be undone"),
    Weight.PREPARES: Phrase("prepared"),
    Weight.WAITS: Phrase("nothing to do"),
    Weight.RESTS: Phrase("nothing to do"),
}
PARTS: Final = {
    ReviewedPart.NEW: Phrase("new campaign"),
    ReviewedPart.ACCOUNT: Phrase("account"),
    ReviewedPart.AUDIENCE: Phrase("audience"),
    ReviewedPart.WINDOW: Phrase("window"),
    ReviewedPart.EDITION: Phrase("edition"),
}
LOCKS: Final = {
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
        return [f"| {' | '.join(self.words.said(label) for label in labels)} |", "|" + " --- |" * len(labels)]

    def row(self, planned: SavedCampaign) -> str:
        """Write a campaign as a row."""
        mark = "‼ " if may_send(planned) else ""
        title = prose(planned.title, foreign=True, cells=TITLE_CELLS)
        # Without its content nothing is known of a campaign's window.
        content = content_of(planned)
        when = self.words.facts(*window_words(window_of(content), planned.window)) if content is not None else ""
        cells = [
            (f"{mark}{code(planned.name, NAME_CELLS)}", title),
            (self._verdict(planned), self._lock(planned)),
            (self._audience(planned), when),
        ]
        return f"| {' | '.join('<br>'.join(cell(line) for line in lines if line) for lines in cells)} |"

    def resting(self, planned: SavedCampaign) -> str:
        """Say in one line of a campaign that it needs nothing."""
        state = STATUS[planned.status] if planned.status in FINAL else Phrase("its window has closed")
        title = prose(planned.title, foreign=True, cells=TITLE_CELLS)
        return f"- {f'{code(planned.name, NAME_CELLS)} {title}'.rstrip()} · {self.words.said(state)}"

    def _verdict(self, planned: SavedCampaign) -> str:
        found = weight(planned)
        guards = list(dict.fromkeys(refusal.guard.value for refusal in refusals_of(planned)))
        counts = Counter(each.severity for each in diagnostics_of(planned))
        left_over = sum(not each.done for each in planned.handoff)
        faulty, is_faulty = errors(counts[Severity.ERROR]), bool(counts[Severity.ERROR])
        said = self.words.said(faulty if found is Weight.FAULTY else _SHORT[found])
        told = [faulty] if is_faulty and found is not Weight.FAULTY else []
        told += [warnings(counts[Severity.WARNING])] if counts[Severity.WARNING] else []
        told += [Phrase("{count} by hand", count=left_over)] if left_over else []
        first = f"**{said}**" if found <= Weight.SENDS_LATER else said
        counted = map(self.words.said, told)
        return " · ".join([first, *map(code, guards[:_GUARDS_MAX]), *counted, *self._changed(planned)])

    def _changed(self, planned: SavedCampaign) -> list[str]:
        if planned.changes is None:
            return []
        if parts := [PARTS[part] for part in dict.fromkeys(parts_of(planned))]:
            new = ReviewedPart.NEW in planned.changes.parts
            said = PARTS[ReviewedPart.NEW] if new else Phrase("changed: {what}", what=self.words.listed(parts))
            return [f"**{self.words.said(said)}**"]
        return [self.words.said(Phrase("changed"))]

    def _audience(self, planned: SavedCampaign) -> str:
        content = content_of(planned)
        if content is None:
            return ""
        audience = content.audience
        known = followers(planned.audience_count) if planned.audience_count is not None else None
        size = openids(audience.openid_list.count) if audience.openid_list is not None else known
        who = self.words.said(audience_words(audience), TITLE_CELLS)
        return f"{who} · {self.words.said(size)}" if size is not None else who

    def _lock(self, planned: SavedCampaign) -> str:
        words = [self.words.said(LOCKS[planned.lock])] if planned.lock is not None else []
        return " ".join([*words, *([code(short_digest(planned.digest))] if planned.digest is not None else [])])


_FACT_CELLS: Final = 120
"""Of a path or tag in a line that always stands."""

_VERDICT: Final = {
    Weight.SENDS: Phrase("apply would send this now, and that cannot be undone"),
    Weight.REFUSED: Phrase("it is refused; nothing would be done"),
    Weight.FAULTY: Phrase("its files have faults; nothing would be done"),
    Weight.SENDS_LATER: Phrase("it is not sent now; in its window apply sends it, and that cannot be undone"),
    Weight.PREPARES: Phrase("it would be prepared, and not sent now"),
    Weight.WAITS: Phrase("Nothing to do."),
    Weight.RESTS: Phrase("Nothing to do."),
}


class CampaignWriter(Frozen):
    """Writes the campaigns of one plan."""

    words: Words
    ahead: Sequence[AccountAhead]
    """The next days of the accounts' allowance."""
    locking: Locking = Locking.BY_HAND
    """Who locks what is not."""

    def block(self, planned: SavedCampaign, *, is_open: bool = False) -> Block:
        """Return the details of a campaign: facts that stand together, then rows, most important first."""
        mark = "‼ " if may_send(planned) else ""
        title = html(planned.title, foreign=True, cells=2 * TITLE_CELLS)
        label = f"{mark}{html_code(planned.name, NAME_CELLS)} {title}".rstrip()
        opening, closing = self.words.folded(label, is_open=is_open)
        standing = self._standing(planned)
        pressing = [*self._refusals(planned), *self._by_hand(planned), *self._diagnostics(planned)]
        stopped = weight(planned) in (Weight.REFUSED, Weight.FAULTY) and bool(pressing)
        rows = [
            *(pressing[1:] if stopped else pressing),
            *self._steps(planned),
            *(self._message(content, reading_of(planned)) if (content := content_of(planned)) else []),
            *(changed_rows(planned.changes, self.words) if planned.changes else []),
        ]
        # With little space a stopped campaign says why, rather than its status.
        facts = self._facts(planned)
        if stopped and not facts[-1]:
            del facts[-1]  # A label brings its own blank line.
        first = [*facts, *(pressing[:1] if stopped else standing)]
        return Block([*opening, *first], [*rows, *(_below_rows(standing) if stopped else [])], closing)

    def _facts(self, planned: SavedCampaign) -> list[str]:
        words = self.words
        facts = [f"**{self._verdict(planned)}**", ""]
        facts += [self._fact(row) for row in self._block_rows(planned)]
        if planned.awaiting_until is not None:
            until = Phrase("the administrator may confirm it until {moment}", moment=recorded(planned.awaiting_until))
            facts.append("- " + words.said(until))
        if planned.next_at is not None:
            facts.append(words.row(PLAN_LABELS["next"], words.said(self._local(planned, planned.next_at))))
        return facts

    def _standing(self, planned: SavedCampaign) -> list[str]:
        words, facts = self.words, list[str]()
        standing = [STATUS[planned.status]]
        known = content_of(planned) is not None
        if planned.account is not None and not known:
            standing.insert(0, Phrase("account {account}", account=planned.account))
        if planned.edition is not None and not known:
            standing.append(Phrase("edition {edition}", edition=planned.edition))
        facts.append(words.row(PLAN_LABELS["status"], words.facts(*standing)))
        if planned.lock is not None:
            facts.append(words.row(Phrase("lock"), words.said(LOCKS[planned.lock])))
        if planned.digest is not None:
            facts.append("- " + words.said(Phrase("digest {digest}", digest=planned.digest)))
        return facts

    def _verdict(self, planned: SavedCampaign) -> str:
        found = weight(planned)
        if found is Weight.SENDS and refusals_of(planned):
            return self.words.said(Phrase("apply reads the size again before it decides"))
        if found is Weight.REFUSED and planned.steps:
            return self.words.said(Phrase("its send is refused; the steps below would be done"))
        if found is Weight.WAITS and planned.refusals:
            return self.words.said(planned.refusals[0].message)  # It waits for its name.
        return self.words.said(_VERDICT[found])

    def _block_rows(self, planned: SavedCampaign) -> list[Row]:
        """Return what everybody sees of a send; diagnostics are below, with their remedies."""
        content = content_of(planned)
        if content is None:
            return []
        account = planned.account or content.account.name
        block = send_block(
            content,
            planned.window,
            account=account,
            count=planned.audience_count,
            allowance=spans_of(self.ahead, account, planned.name),
            is_tag_due=planned.tag_due is not None,
        )
        return block_rows(block)

    def _fact(self, row: Row) -> str:
        return self.words.row(row.label, " · ".join(self.words.said(each, _FACT_CELLS) for each in row.words))

    def _local(self, planned: SavedCampaign, at: datetime) -> str:
        content = content_of(planned)
        window = window_of(content) if content is not None else None
        return moment(at.astimezone(window.not_before.tzinfo)) if window else recorded(at)

    def _by_hand(self, planned: SavedCampaign) -> list[str]:
        """Return what only the console can do, as a list to tick: somebody has to do it before the send."""
        items = [HandoffItem(each.item, each.done) for each in planned.handoff]
        rows = self.words.first(items, lambda each: f"- [{'x' if each.done else ' '}] {self.words.said(each.words)}")
        return self.words.labelled(PLAN_LABELS["by_hand"], rows)

    def _message(self, approved: LockFile, reading: Sequence[PlannedReading]) -> list[str]:
        facts = message_facts(approved, reading)
        rows = [self.words.row(label, self.words.facts(*each)) for label, each in facts]
        return self.words.labelled(PLAN_LABELS["message"], rows)

    def _steps(self, planned: SavedCampaign) -> list[str]:
        """Return what would be done, the mass sends first; what is alike stands once, with its number."""
        alike = Counter((step.kind, step.reason, step.reversible) for step in planned.steps)
        ordered = sorted(alike, key=lambda each: each[0] is not Kind.SEND_MASS)
        rows = [self._step(planned, *each, alike[each]) for each in ordered]
        return self.words.labelled(PLAN_LABELS["steps"], rows)

    def _step(self, planned: SavedCampaign, kind: Kind, reason: Reason, reversible: bool, count: int) -> str:
        why = self.words.said(REASON[reason])
        if kind is Kind.SEND_MASS and planned.approved is not None:
            return f"- ‼ **{self.words.said(self._send(planned, planned.approved, count))}** · {why}"
        # That a mass send cannot be undone is part of its words.
        warning = self.words.said(Phrase("cannot be undone"))
        final = "" if reversible or kind is Kind.SEND_MASS else f" · **{warning}**"
        return f"- {self.words.said(counted_steps(kind, count))} · {why}{final}"

    def _send(self, planned: SavedCampaign, approved: LockFile, count: int) -> Phrase:
        who = audience_words(approved.audience)
        of_list = approved.audience.openid_list
        if of_list is not None:
            say = Phrase("send to {audience} in {jobs}, one after the other: this cannot be undone")
            return Phrase(say, audience=who, jobs=jobs_words(count))
        if planned.audience_count is not None:
            who = Phrase("{audience}, {followers}", audience=who, followers=followers(planned.audience_count))
        return Phrase("send to {audience}: this cannot be undone", audience=who)

    def _refusals(self, planned: SavedCampaign) -> list[str]:
        return self.words.labelled(
            PLAN_LABELS["refused"], self.words.first(refusals_of(planned), partial(self._refusal, planned))
        )

    def _refusal(self, planned: SavedCampaign, refusal: PlannedRefusal) -> str:
        said = f"- {code(refusal.guard.value)} {self.words.said(refusal.message)}"
        then = next_of(planned, self.locking) if refusal.guard in LOCK_GUARDS else None
        return said + self._below(then or refusal.hint)

    def _diagnostics(self, planned: SavedCampaign) -> list[str]:
        ordered = sorted(diagnostics_of(planned), key=lambda each: list(Severity).index(each.severity))
        rows = self.words.first(ordered, self._diagnostic)
        return self.words.labelled(Phrase("faults and notes"), rows)

    def _diagnostic(self, diagnostic: PlannedDiagnostic) -> str:
        word, where = self.words.said(SEVERITY[diagnostic.severity][0]), _place(diagnostic)
        said = " ".join([word, code(diagnostic.code), *([code(where)] if where else [])])
        return f"- {said} {self.words.said(diagnostic.message)}" + self._below(diagnostic.hint)

    def _below(self, hint: str | None) -> str:
        said = self.words.said(hint) if hint else ""
        return f"\n  - {said}" if said else ""


def _below_rows(standing: list[str]) -> list[str]:
    """Put facts after rows, as a separate list."""
    return ["\n" + standing[0], *standing[1:]]


def _place(diagnostic: PlannedDiagnostic) -> str:
    if diagnostic.file is None:
        return ""
    return place_text(Place(diagnostic.file, diagnostic.line, diagnostic.column))


def appendices(words: Words, plan: SavedPlan, resting: Sequence[SavedCampaign]) -> Iterator[Block]:
    """Return the lists that there is something for, each a part that is folded away; drift stands open."""
    if plan.remote is not None:
        found = ["- " + words.facts(drift.campaign, drift.message) for drift in plan.remote.drift]
        unread = ["- " + words.facts(each.account, each.message, each.hint) for each in plan.remote.errors]
        yield _folded(words, DRIFT, [*found, *unread] or ["- " + words.said(NO_DRIFT)], is_open=True)
    if plan.allowance:
        rows = [
            "- "
            + words.facts(
                account.account,
                ACCOUNT_KINDS[account.kind],
                allowance_period(each.span),
                *each.campaigns,
                allowance_left(each.span),
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


MARKDOWN_CHARACTERS_MAX: Final = 65_000
"""Of a comment, counted as `massctl.view.markdown_text` does; whoever posts it may add a little of their own."""
_TABLE_PERCENT: Final = 55
"""The share of the space for the table: the most important details need space too."""
_APPENDIX_PART: Final = 12
"""The share of the space, one part in so many, for each list below the campaigns."""
_NOTE_CHARACTERS_MAX: Final = 400
"""Space for saying what was left out."""
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
        "This plan was made by code from a fork and cannot be trusted: read the files. Only what is merged is sent."
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
        (
            faulty,
            Phrase(
                "faults: {campaigns}; {command} shows them", campaigns=campaigns(faulty), command=Command("validate")
            ),
        ),
        (changed, Phrase("changed: {campaigns}", campaigns=campaigns(changed))),
        (unlocked, Phrase("not locked as it would be sent: {campaigns}", campaigns=campaigns(unlocked))),
    ]
    return [f"**{first}**", "", *("- " + words.said(phrase) for count, phrase in told if count)]


class _Fitting(Frozen):
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
        blocks, room = fit(self._blocks(shown), len(shown), room)
        in_table += beginning(table[in_table:], room)
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
            fitting, left_over = fit([block], 1, part)
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
        return [
            f"**{self.words.said(say_so)}**",
            "",
            self.words.said(Phrase("`{command}` shows everything.", command=Command("plan"))),
            "",
        ]
