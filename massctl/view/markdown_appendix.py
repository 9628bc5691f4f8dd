"""What stands below the campaigns of a plan's comment: drift, the allowance, and campaigns that need nothing."""

from collections.abc import Iterator, Sequence

from massctl.model.phrase import Phrase
from massctl.plan.plan_file import SavedCampaign, SavedPlan
from massctl.view.ahead_text import AHEAD, KINDS, left, period
from massctl.view.markdown_room import Block
from massctl.view.markdown_row import RowWriter
from massctl.view.markdown_words import Words
from massctl.view.words import DRIFT, NO_DRIFT


def appendices(words: Words, plan: SavedPlan, resting: Sequence[SavedCampaign]) -> Iterator[Block]:
    """Give the lists that there is something for, each a part that is folded away; drift stands open."""
    if plan.remote is not None:
        found = ["- " + words.facts(drift.campaign, drift.message) for drift in plan.remote.drift]
        unread = ["- " + words.facts(each.account, each.message, each.hint) for each in plan.remote.errors]
        yield _folded(words, DRIFT, [*found, *unread] or ["- " + words.said(NO_DRIFT)], is_open=True)
    if plan.allowance:
        rows = [
            "- "
            + words.facts(account.account, KINDS[account.kind], period(each.span), *each.campaigns, left(each.span))
            for account in plan.allowance
            for each in account.spans
        ]
        yield _folded(words, AHEAD, rows)
    if resting:
        count = Phrase("nothing to do: {count}", count=len(resting))
        yield _folded(words, count, [RowWriter(words).resting(each) for each in resting])


def _folded(words: Words, label: Phrase, rows: list[str], *, is_open: bool = False) -> Block:
    opening, closing = words.folded(words.shown(label), is_open=is_open)
    return Block(opening, rows, closing)
