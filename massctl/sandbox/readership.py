"""Compute who reads an article until a moment: curves that follow from the article alone, without chance or clock.

Everything is drawn from the appid and the `msgid`, so that the same world has the same readers whenever it is asked.
Readers come quickly on the first day and few come after a week; at night few come at all. An article that was deleted
has no further readers. Readers from the message are followers who got it, and readers from chats and moments came
through somebody who shared it, so that a message never has more readers than it reached with what was shared. The
shapes are ours: no page tells how readers come.
"""

import hashlib
import math
from bisect import bisect_left
from collections import Counter
from functools import cached_property
from itertools import accumulate

from msgspec import Struct

from massctl.sandbox.store import beijing, day_start

ALL, MESSAGE, CHAT, MOMENTS = "全部", "公众号消息", "聊天会话", "朋友圈"
HOME, OTHER, RECOMMENDED, SEARCH = "公众号主页", "其他", "推荐", "搜一搜"
SCENES = (MESSAGE, CHAT, MOMENTS, HOME, OTHER, RECOMMENDED, SEARCH)
"""Where readers come from, in WeChat's words; `ALL` is the row of all of them."""
DAY = 86_400
READ_DAYS = 30
"""An article has no new readers after so many days."""

# How many of the day's readers come in each hour.
_AWAKE = (2, 1, 1, 1, 1, 2, 6, 11, 13, 12, 11, 12, 16, 13, 10, 10, 10, 12, 13, 14, 17, 20, 18, 14)
_PACE = tuple(24 * each / sum(_AWAKE) for each in _AWAKE)
_BEFORE = (0.0, *accumulate(_PACE))
# Waking hours in which two thirds of the readers have come.
_SLOW = {MESSAGE: 10, CHAT: 14, MOMENTS: 18, HOME: 40, OTHER: 60, RECOMMENDED: 55, SEARCH: 240}
_POSITIONS = (1.0, 0.46, 0.31, 0.24, 0.2, 0.17, 0.15, 0.14)
# Of its readers, the share that does each, at least and at most.
_HABITS = {
    "share_user": (0.03, 0.08),
    "zaikan_user": (0.006, 0.02),
    "like_user": (0.01, 0.035),
    "collection_user": (0.006, 0.02),
}
_FOLLOWED = 0.04
"""Of readers who did not come from the message, the share that follows the account."""


class Article(Struct, frozen=True, kw_only=True, dict=True):
    """One article that followers got, or that was published without a message."""

    appid: str
    msgid: str
    position: int
    title: str
    url: str
    published: float
    deleted: float | None
    sent: int | None
    """How many people the message reached; None for an article without one."""
    followers: int
    has_source: bool
    """It has an original page (阅读原文)."""
    can_be_praised: bool
    comments: tuple[float, ...]
    """When they were written, ascending."""

    def drawn(self, name: str, low: float = 0.0, high: float = 1.0) -> float:
        """Return a number between two others that is always the same for this article and name."""
        digest = hashlib.sha256(f"{self.appid}\0{self.msgid}\0{name}".encode()).digest()
        return low + (high - low) * int.from_bytes(digest[:6]) / 2**48

    @cached_property
    def _in_the_end(self) -> dict[str, int]:
        """The readers that come in all, by where they come from."""
        if self.sent is None:
            own = math.ceil(self.followers * self.drawn("own", 0.005, 0.02))
            message = 0
        else:
            place = _POSITIONS[min(self.position, len(_POSITIONS)) - 1]
            own = message = min(
                self.sent, math.ceil(self.sent * self.drawn(MESSAGE, 0.06, 0.14) * place)
            )
        shared = int(own * self.drawn("share_user", *_HABITS["share_user"]))
        return {
            MESSAGE: message,
            CHAT: int(shared * self.drawn(CHAT, 0.8, 2.4)),
            MOMENTS: int(shared * self.drawn(MOMENTS, 0.6, 2.0)),
            HOME: int(
                own
                * (
                    self.drawn(HOME, 0.02, 0.06)
                    if self.sent is not None
                    else self.drawn(HOME, 0.4, 0.8)
                )
            ),
            OTHER: int(own * self.drawn(OTHER, 0.01, 0.05)),
            RECOMMENDED: int(own * (0.02 + self.drawn(RECOMMENDED) ** 3 * 0.6)),
            SEARCH: int(own * self.drawn(SEARCH, 0.0, 0.05)),
        }

    @cached_property
    def _habits(self) -> dict[str, float]:
        """The share of its readers that does each."""
        found = {name: self.drawn(name, *limits) for name, limits in _HABITS.items()}
        found["praise_money"] = self.drawn("praise_money", 0, 0.002) if self.can_be_praised else 0
        found["redirect_ori_page_user"] = self.drawn("source", 0.02, 0.06) if self.has_source else 0
        return found

    def reached(self, moment: float) -> Counter[str]:
        """Count what has happened until `moment`, since it was published: readers by scene, and what they did."""
        last = min(moment, math.inf if self.deleted is None else self.deleted)
        hours = max(waking_hours(last) - waking_hours(self.published), 0.0)
        counts = Counter(
            {name: int(end * _come(hours, _SLOW[name])) for name, end in self._in_the_end.items()}
        )
        readers = counts.total()
        for name, share in self._habits.items():
            counts[name] = round(readers * share)
        counts["read_subscribe_user"] = round((readers - counts[MESSAGE]) * _FOLLOWED)
        counts["praise_money"] *= 500
        counts["comment_count"] = bisect_left(self.comments, last)
        return counts

    def manner(self, readers: int, from_message: int) -> dict[str, object]:
        """Return how people read it: the rates of `getarticletotaldetail`; all 0 where nobody did."""
        finished = self.drawn("finish", 0.3, 0.75) if readers else 0.0
        weights = [
            self.drawn(f"leave {position}", 0.5, 1.0) / position for position in (1, 2, 3, 4)
        ]
        early = [(1 - finished) * weight / sum(weights) if readers else 0.0 for weight in weights]
        # Of those who finish, some stay on the page and leave at no position.
        left = [*early, finished * 0.97]
        return {
            "read_delivery_rate": _rounded(from_message / self.sent) if self.sent else 0,
            "read_finish_rate": _rounded(finished),
            "read_avg_activetime": _rounded(self.drawn("time", 0.6, 2.8)) if readers else 0,
            "read_jump_position": [
                {"position": position, "rate": _rounded(rate)}
                for position, rate in enumerate(left, start=1)
            ],
        }

    def lost_followers(self, day: float) -> int:
        """Count the people who stopped following because of the message, on the Beijing day that begins at `day`."""
        days = round((day - start_of(self.published)) / DAY)
        if self.sent is None or self.position != 1 or days not in (0, 1, 2):
            return 0
        return int(self.sent * self.drawn(f"lost {days}", 0.5, 1.0) * (0.004, 0.002, 0.001)[days])


def start_of(moment: float) -> float:
    """Return the beginning of the Beijing day of a moment."""
    return day_start(beijing(moment)).timestamp()


def waking_hours(moment: float) -> float:
    """Count hours up to a moment, those of the night for little; a day in Beijing has 24."""
    days, hour = divmod(moment / 3600 + 8, 24)
    whole = int(hour)
    return days * 24 + _BEFORE[whole] + _PACE[whole] * (hour - whole)


def _come(hours: float, slow: float) -> float:
    """Return the share of readers that has come after so many waking hours: 1 after 30 days."""
    return min(
        (1 - math.exp(-((hours / slow) ** 0.7)))
        / (1 - math.exp(-((READ_DAYS * 24 / slow) ** 0.7))),
        1.0,
    )


def _rounded(rate: float) -> float:
    """Cut to seven digits, as WeChat's examples have; never up."""
    return int(rate * 10**7) / 10**7
