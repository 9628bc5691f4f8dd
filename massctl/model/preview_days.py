"""Previews: what became of each, and how many an account asked for day by day, for its allowance of the day.

Every preview that was begun counts, whatever WeChat answered, but for those that are known never to have left.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from massctl.model.moment import BEIJING
from massctl.model.names import AppId

if TYPE_CHECKING:
    from massctl.model.ledger import Previewed

PreviewKey = tuple[str, int, str, str]
"""(campaign, edition, digest, recipient)."""


def beijing_day(at: datetime) -> date:
    """Give the day that WeChat counts a moment in."""
    return at.astimezone(BEIJING).date()


@dataclass(slots=True)
class PreviewDays:
    """The fold of all previews into numbers."""

    asked: dict[tuple[AppId, date], int] = field(default_factory=dict)
    """How many an account asked for on a Beijing day."""
    begun: dict[PreviewKey, date] = field(default_factory=dict)
    """The day on which a preview was begun last."""

    def used(self, appid: AppId, now: datetime) -> int:
        """Count an account's previews on the Beijing day of `now`."""
        return self.asked.get((appid, beijing_day(now)), 0)

    def absorb(self, key: PreviewKey, event: "Previewed", appid: AppId | None, at: datetime) -> None:
        """Fold one word on a preview; `appid` is None where an old ledger does not tell."""
        if appid is None:
            return
        if event.outcome == "begun":
            self.begun[key] = beijing_day(at)
            self._add(appid, self.begun[key], 1)
        elif event.outcome == "failed" and event.errcode is None and key in self.begun:
            self._add(appid, self.begun.pop(key), -1)

    def _add(self, appid: AppId, day: date, count: int) -> None:
        self.asked[appid, day] = self.asked.get((appid, day), 0) + count


def absorb_preview(
    previews: "dict[tuple[str, str], Previewed]", shown: dict[str, int], event: "Previewed", serial: int
) -> None:
    """Fold a word on a preview into a campaign's: a repetition that failed does not unsee what was seen, or may be."""
    key = event.digest, event.recipient
    known = previews.get(key)
    if event.outcome == "sent":
        shown[event.digest] = serial
    elif known is not None and known.outcome == event.outcome == "begun":
        event = event.model_copy(update={"outcome": "unknown"})  # What came of the first one nobody will learn.
    if event.outcome == "sent" or known is None or known.outcome not in {"sent", "unknown"}:
        previews[key] = event
