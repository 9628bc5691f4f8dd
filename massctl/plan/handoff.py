"""What a person has left to do in the console before a news message may be sent, and who says that it is done.

The list is no part of what is sent: no API takes or shows these things, so that no digest could stand for them. It is
reviewed with campaign.yaml; who adopted the draft says, by name and item, that it was done; and an item that is added
later is open again. Where only what is locked is sent, an edit of the list makes the lock stale like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from massctl.model.lifecycle import Status
from massctl.model.phrase import Phrase, in_a_row
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import Record
from massctl.plan.step import Guard, Refusal

_WORDS: Final[Mapping[str, Phrase]] = {
    "original": Phrase("original (原创)"),
    "reward": Phrase("reward (赞赏)"),
    "ai_label": Phrase("AI label (创作来源)"),
}


_HAS_A_DRAFT: Final = frozenset({Status.STAGED, Status.PREVIEWED})


@dataclass(frozen=True, slots=True)
class HandoffItem:
    """One thing that only the console can do."""

    item: str
    """As the ledger names it: `original`, `reward`, `ai_label`, or `album: …`, `statement: …`, `other: …`."""
    done: bool

    @property
    def words(self) -> str:
        """Say it, for people."""
        kind, _, detail = self.item.partition(": ")
        if kind == "album":
            return Phrase("album (合集) {name}", name=detail)
        if kind == "statement":
            return Phrase("statement (创作来源) {text}", text=detail)
        return _WORDS.get(kind, detail)


def handoff_of(campaign: RenderedCampaign, record: Record) -> tuple[HandoffItem, ...]:
    """Give the hand-off list; an item is done where whoever adopted the present draft of this version said so."""
    draft = record.draft()
    current = draft is not None and draft.event.digest == campaign.digest
    done = draft.done_by_hand if draft is not None and current else ()
    return tuple(HandoffItem(item, item in done) for item in campaign.handoff)


def handoff_open(campaign: RenderedCampaign, record: Record) -> Refusal | None:
    """Refuse a send while something is left to do; an open attempt was made after all was done."""
    left = [each.words for each in handoff_of(campaign, record) if not each.done]
    if not left or record.open_attempts:
        return None
    return Refusal(
        Guard.HANDOFF_OPEN,
        Phrase("this is left to do in the console: {items}", items=in_a_row(left)),
        how_to_do(campaign.name),
    )


def how_to_do(name: str) -> Phrase:
    """Say how a person does what is on the list, and says so."""
    return Phrase(
        "do it to its draft in 草稿箱 of 微信公众平台 (mp.weixin.qq.com) and save it there, changing no word, "
        'picture or link; then: massctl adopt {name} --reason "…"; on GitHub: Actions / operate / adopt the draft',
        name=name,
    )


def left_to_do(items: tuple[HandoffItem, ...], status: Status) -> list[str]:
    """Say what a person can do now: what is not done yet, once there is a draft to do it to."""
    return [each.words for each in items if not each.done] if status in _HAS_A_DRAFT else []
