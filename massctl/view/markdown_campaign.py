"""One campaign of a plan as Markdown, folded away: the verdict first, then to whom, when, what, and why not.

It is written from the plan's JSON, which may come from a fork: every word in it goes through
`massctl.view.markdown_text`; what stands here is ours.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from massctl.model.diagnostics import Place, Severity
from massctl.model.lock import LockFile
from massctl.model.phrase import Phrase, moment
from massctl.plan.guards import HandoffItem
from massctl.plan.plan_file import PlannedDiagnostic, PlannedRefusal, SavedCampaign
from massctl.plan.quota import AccountAhead
from massctl.plan.send_block import send_block, spans_of, window_of
from massctl.plan.steps import Kind, Reason
from massctl.view.diagnostic_text import SEVERITY, place_text
from massctl.view.difference_markdown import changed_rows
from massctl.view.locked_text import message_facts
from massctl.view.markdown_locking import Locking, next_of
from massctl.view.markdown_room import Block
from massctl.view.markdown_row import LOCKS, NAME_CELLS, TITLE_CELLS
from massctl.view.markdown_text import code, html, html_code
from massctl.view.markdown_weight import (
    LOCK_GUARDS,
    Weight,
    content_of,
    diagnostics_of,
    may_send,
    refusals_of,
    weight,
)
from massctl.view.markdown_words import Words
from massctl.view.moments import recorded
from massctl.view.send_block_text import PLAN_LABELS, Row, block_rows
from massctl.view.words import REASON, STATUS, audience_words, counted_steps, followers, jobs_words

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


@dataclass(frozen=True, slots=True)
class CampaignWriter:
    """Writes the campaigns of one plan."""

    words: Words
    ahead: Sequence[AccountAhead]
    """The next days of the accounts' allowance."""
    locking: Locking = Locking.BY_HAND
    """Who locks what is not."""

    def block(self, planned: SavedCampaign, *, is_open: bool = False) -> Block:
        """Give the details of a campaign: facts that stand together, then rows, most important first."""
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
            *(self._message(content) if (content := content_of(planned)) else []),
            *(changed_rows(planned.changes, PLAN_LABELS["changes"], self.words) if planned.changes else []),
        ]
        # With little room a campaign that is stopped still says why, rather than where it stands.
        first = [*self._facts(planned), *(pressing[:1] if stopped else standing)]
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
        """Give what everybody sees of a send; what is a diagnostic stands below, with what to do about it."""
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
        """Give what only the console can do, as a list to tick: somebody has to do it before the send."""
        items = [HandoffItem(each.item, each.done) for each in planned.handoff]
        rows = self.words.first(items, lambda each: f"- [{'x' if each.done else ' '}] {self.words.said(each.words)}")
        return self.words.labelled(PLAN_LABELS["by_hand"], rows)

    def _message(self, approved: LockFile) -> list[str]:
        rows = [self.words.row(label, self.words.facts(*facts)) for label, facts in message_facts(approved)]
        return self.words.labelled(PLAN_LABELS["message"], rows)

    def _steps(self, planned: SavedCampaign) -> list[str]:
        """Give what would be done, the mass sends first; what is alike stands once, with its number."""
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
    """Put facts behind rows, as a list of their own."""
    return ["\n" + standing[0], *standing[1:]]


def _place(diagnostic: PlannedDiagnostic) -> str:
    if diagnostic.file is None:
        return ""
    return place_text(Place(diagnostic.file, diagnostic.line, diagnostic.column))
