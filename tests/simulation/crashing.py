"""Ends a run at the Nth boundary of an effect: before it, after it, and in the middle of a longer append."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import TypeVar

from building import LINEAGE
from simulation.world import SimLedger

from massctl.apply.ports import (
    Counted,
    DraftArticle,
    JobReport,
    ListedDraft,
    Material,
    SendPermit,
    Upload,
    WeChat,
)
from massctl.model.campaign import Audience, Tag
from massctl.model.entries import Created, Entry, NewEntry
from massctl.model.ids import ImageUrl, MediaId, MsgId
from massctl.model.message import Recipient
from massctl.model.send import Body, PreviewVerdict, SendIntent, Verdict
from massctl.model.statistics import StatisticsCall

T = TypeVar("T")


class Crash(BaseException):
    """The process is gone. No production code can catch it by its name or as an Exception."""


class Boundaries:
    """Counts boundaries, and ends the run at number `stop_at`, counted from 1.

    `on_reaching` is told of each first: to look at the world as a crash there would leave it, or to change it.
    """

    def __init__(
        self,
        stop_at: int | None = None,
        ending: type[BaseException] = Crash,
        on_reaching: Callable[[int, str], None] | None = None,
    ) -> None:
        self.stop_at = stop_at
        self.ending = ending
        self.on_reaching = on_reaching
        self.passed: list[str] = []

    def reach(self, name: str) -> None:
        self.passed.append(name)
        if self.on_reaching is not None:
            self.on_reaching(len(self.passed), name)
        if len(self.passed) == self.stop_at:
            raise self.ending(name)

    def around(self, name: str, effect: Callable[[], T]) -> T:
        self.reach(f"before {name}")
        result = effect()
        self.reach(f"after {name}")
        return result


class CrashingLedger:
    """A ledger with a boundary before and after each append, and a torn one inside an append of several entries."""

    def __init__(self, inner: SimLedger, boundaries: Boundaries) -> None:
        self._inner = inner
        self._boundaries = boundaries

    def read(self, since: int) -> Sequence[Entry]:
        return self._inner.read(since)

    def append(
        self, expected_serial: int, entries: Sequence[NewEntry], *, durable: bool
    ) -> Sequence[Entry]:
        name = f"append {entries[0].event.type}" if entries else "flush"
        self._boundaries.reach(f"before {name}")
        if len(entries) > 1 and len(self._boundaries.passed) + 1 == self._boundaries.stop_at:
            # A torn append leaves whole entries and a torn line, which no reader takes for an entry.
            self._inner.append(expected_serial, entries[:1], durable=durable)
        if len(entries) > 1:
            self._boundaries.reach(f"torn {name}")
        written = self._inner.append(expected_serial, entries, durable=durable)
        self._boundaries.reach(f"after {name}")
        return written


class CrashingFounding:
    """Begins a ledger, with boundaries around its declaration."""

    def __init__(
        self,
        boundaries: Boundaries,
        lineage: str = LINEAGE,
        name: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._boundaries = boundaries
        self._lineage = lineage
        self._name = name

    def created(self) -> Created:
        return Created(lineage=self._lineage, realm="loopback")

    def declare(self, lineage: str) -> None:
        self._boundaries.around("declare", lambda: self._name(lineage))


class CrashingWeChat:
    """An account with a boundary before and after each call."""

    def __init__(self, inner: WeChat, boundaries: Boundaries) -> None:
        self._inner = inner
        self._boundaries = boundaries

    def require_token(self) -> None:
        self._inner.require_token()

    def renew_token(self) -> None:
        self._boundaries.around("renew_token", self._inner.renew_token)

    def upload_image(self, upload: Upload) -> ImageUrl:
        return self._boundaries.around("upload_image", lambda: self._inner.upload_image(upload))

    def add_material(self, upload: Upload) -> Material:
        return self._boundaries.around("add_material", lambda: self._inner.add_material(upload))

    def make_video(self, material: MediaId, title: str, description: str) -> MediaId:
        return self._boundaries.around(
            "make_video", lambda: self._inner.make_video(material, title, description)
        )

    def add_draft(self, articles: Sequence[DraftArticle]) -> MediaId:
        return self._boundaries.around("add_draft", lambda: self._inner.add_draft(articles))

    def get_draft(self, media_id: MediaId) -> tuple[DraftArticle, ...] | None:
        return self._boundaries.around("get_draft", lambda: self._inner.get_draft(media_id))

    def newest_drafts(self) -> tuple[ListedDraft, ...]:
        return self._boundaries.around("newest_drafts", self._inner.newest_drafts)

    def delete_draft(self, media_id: MediaId) -> None:
        self._boundaries.around("delete_draft", lambda: self._inner.delete_draft(media_id))

    def audience_count(self, audience: Audience) -> int | None:
        return self._boundaries.around(
            "audience_count", lambda: self._inner.audience_count(audience)
        )

    def tags(self) -> tuple[Tag, ...]:
        return self._boundaries.around("tags", self._inner.tags)

    def preview(self, recipient: Recipient, body: Body) -> PreviewVerdict:
        return self._boundaries.around("preview", lambda: self._inner.preview(recipient, body))

    def send_mass(self, intent: SendIntent, permit: SendPermit) -> Verdict:
        return self._boundaries.around("send_mass", lambda: self._inner.send_mass(intent, permit))

    def statistics(
        self,
        call: StatisticsCall,
        begin_date: date,
        end_date: date,
        seen_at: datetime,
        known: Collection[str] | None = None,
    ) -> Counted:
        return self._boundaries.around(
            "statistics",
            lambda: self._inner.statistics(call, begin_date, end_date, seen_at, known),
        )

    def job_report(self, msg_id: MsgId) -> JobReport:
        return self._boundaries.around("job_report", lambda: self._inner.job_report(msg_id))
