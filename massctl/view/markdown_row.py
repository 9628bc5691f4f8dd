"""The table of a plan's comment: one row a campaign, with what everybody must see of it.

It has three columns, and lines in a cell, so that a phone shows it without breaking words.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.model.state import FINAL
from massctl.plan.lock_diff import LockState, ReviewedPart
from massctl.plan.plan_file import SavedCampaign
from massctl.plan.send_block import window_of
from massctl.view.markdown_text import cell, code, prose
from massctl.view.markdown_weight import Weight, content_of, diagnostics_of, may_send, parts_of, refusals_of, weight
from massctl.view.markdown_words import Words
from massctl.view.send_block_text import window_words
from massctl.view.words import STATUS, audience_words, errors, followers, openids, short_digest, warnings

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
    LockState.STALE: Phrase("the lock is of other content"),
    LockState.MISSING: Phrase("not locked"),
}


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes the rows of the table, and of the list of campaigns that need nothing."""

    words: Words

    def head(self) -> list[str]:
        """Give the two lines above the rows."""
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
