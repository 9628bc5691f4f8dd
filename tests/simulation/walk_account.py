"""One Official Account of a random story: what WeChat does, what it kept, and the record that checkers read.

It is a model of its own, beside that of `world.py`: it tells who asked, it lets effects come late, and people
work in its console.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from building import HOUR
from copies import replace
from simulation.walk_declared import name_of

from massctl.apply.ports import DraftArticle, JobReport, Material, Upload
from massctl.errors import PermanentError
from massctl.model.ids import ClientMsgId, ImageUrl, MediaId, MsgDataId, MsgId, Sha256, sha256_of
from massctl.model.send import (
    Accepted,
    Body,
    InDoubt,
    Rejected,
    SendIntent,
    ToOpenids,
    ToTag,
    Verdict,
)

MEMORY: Final = timedelta(hours=24)
"""How long a clientmsgid is remembered. Source: WeChat docs, "message/mass/sendall", read 2026-10."""
TOO_SOON: Final = timedelta(minutes=1)
"""A repetition within it is answered 45066. Source: WeChat docs, "message/mass/sendall", read 2026-10."""

Key = tuple[str, int]
"""A campaign and its edition."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What the documentation leaves open about this world."""

    drafts_are_consumed: bool = True
    draft_before_memory: bool = False
    """A draft that is gone is told (40007) before the clientmsgid is looked up."""
    allowance: int | None = None
    """Mass sends a day, checked before the clientmsgid; None: no end of it."""


@dataclass(frozen=True, slots=True)
class MassJob:
    """A job that followers get."""

    msg_id: MsgId
    at: datetime
    key: Key | None
    """The campaign that it sent; None for what somebody made up in the console."""
    by_console: bool = False
    openids: tuple[str, ...] = ()
    """Who got it, where they were named one by one."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    msg_id: MsgId
    accepted_at: datetime
    asked_at: datetime


@dataclass(slots=True)
class Account:
    """WeChat's side. Its clock is the true one."""

    nature: Nature
    time: Callable[[], datetime]
    first_msg_id: int
    sha_of: dict[str, Sha256] = field(default_factory=dict)
    """URL or media_id -> the bytes behind it; also of materials that WeChat forgot."""
    materials: set[str] = field(default_factory=set)
    drafts: dict[MediaId, tuple[DraftArticle, ...]] = field(default_factory=dict)
    contents: dict[MediaId, tuple[DraftArticle, ...]] = field(default_factory=dict)
    """What each draft held last, also where it is gone."""
    ours: dict[MediaId, Key] = field(default_factory=dict)
    """Every draft that massctl asked for -> for whom."""
    mangled: set[MediaId] = field(default_factory=set)
    """Drafts of which WeChat dropped something when it took them."""
    late: set[MediaId] = field(default_factory=set)
    """Drafts that came into the box after their request was given up."""
    touched: set[MediaId] = field(default_factory=set)
    """Drafts that somebody changed in the console."""
    marked_up: set[MediaId] = field(default_factory=set)
    """Those of them in which only the markup was changed."""
    adopted: dict[MediaId, tuple[DraftArticle, ...]] = field(default_factory=dict)
    """What somebody agreed to keep of what the console made of a draft."""
    sent: set[MediaId] = field(default_factory=set)
    """Drafts that went out; they may have been kept all the same."""
    shown: set[str] = field(default_factory=set)
    """Who got a preview, whichever."""
    jobs: list[MassJob] = field(default_factory=list)
    memory: dict[ClientMsgId, _Remembered] = field(default_factory=dict)
    coming: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    """What is under way and takes effect later."""
    _minted: int = 0

    def land(self) -> None:
        """Let everything take effect that is due."""
        now = self.time()
        due = [act for at, act in self.coming if at <= now]
        self.coming = [(at, act) for at, act in self.coming if at > now]
        for act in due:
            act()

    def later(self, delay: timedelta, act: Callable[[], object]) -> None:
        """Let something take effect after a while."""
        self.coming.append((self.time() + delay, act))

    def upload_image(self, upload: Upload) -> ImageUrl:
        url = ImageUrl(f"https://mmbiz.qpic.cn/{self._mint('IMAGE')}/0")
        self.sha_of[url] = sha256_of(upload.data)
        return url

    def add_material(self, upload: Upload) -> Material:
        media_id = MediaId(self._mint("MATERIAL"))
        self.materials.add(media_id)
        url = ImageUrl(f"https://mmbiz.qpic.cn/{media_id}/0")
        self.sha_of[media_id] = self.sha_of[url] = sha256_of(upload.data)
        return Material(media_id, url)

    def knows_covers(self, articles: Sequence[DraftArticle]) -> bool:
        """Whether the covers of a draft are there."""
        return all(article.thumb_media_id in self.materials for article in articles)

    def add_draft(self, articles: Sequence[DraftArticle], key: Key) -> MediaId:
        """Save a draft; 40007 where a cover is not there."""
        if not self.knows_covers(articles):
            raise PermanentError("WeChat does not know a picture of this draft", errcode=40007)
        return self.make_draft(articles, key)

    def make_draft(self, articles: Sequence[DraftArticle], key: Key) -> MediaId:
        """Put a draft into the box."""
        media_id = MediaId(self._mint("DRAFT"))
        self.drafts[media_id] = self.contents[media_id] = tuple(articles)
        self.ours[media_id] = key
        if any("<img" not in article.content for article in articles):
            self.mangled.add(media_id)
        return media_id

    def write_draft(self, media_id: MediaId, articles: Sequence[DraftArticle]) -> None:
        """Put something else into a draft."""
        self.drafts[media_id] = self.contents[media_id] = tuple(articles)

    def job_report(self, msg_id: MsgId) -> JobReport:
        """Say what became of a job."""
        if all(job.msg_id != msg_id for job in self.jobs):
            raise PermanentError("WeChat does not know this job", errcode=40059)
        return JobReport(msg_id, "sent")

    def accept(
        self,
        key: Key | None,
        media_id: MediaId | None,
        openids: tuple[str, ...] = (),
        *,
        consumed: bool = True,
        by_console: bool = False,
    ) -> MassJob:
        """Make a job, which uses the allowance, and the draft."""
        job = MassJob(
            MsgId(self.first_msg_id + len(self.jobs)), self.time(), key, by_console, openids
        )
        self.jobs.append(job)
        if media_id is not None:
            self.sent.add(media_id)
            if consumed:
                self.drafts.pop(media_id, None)
        return job

    def judge(self, send: SendIntent, key: Key) -> Verdict:
        """Accept a job, or recognise it, or refuse it: the whole of what WeChat is known to look at."""
        now, nature = self.time(), self.nature
        media_id = send.body.own_id
        gone = media_id is not None and media_id not in self.drafts
        today = sum((job.at + 8 * HOUR).date() == (now + 8 * HOUR).date() for job in self.jobs)
        if nature.allowance is not None and nature.allowance <= today:
            return refusal(45028)
        if gone and nature.draft_before_memory:
            return refusal(40007)
        known = self.memory.get(send.client_msg_id)
        if known is not None and now - known.accepted_at < MEMORY:
            self.memory[send.client_msg_id] = replace(known, asked_at=now)
            if now - known.asked_at < TOO_SOON:
                return InDoubt("errcode", errcode=45066, rid="6a-7b")
            return Accepted(known.msg_id, None, duplicate=True)
        if gone:
            return refusal(40007)
        consumed = nature.drafts_are_consumed and not isinstance(send.recipients, ToTag)
        openids = send.recipients.openids if isinstance(send.recipients, ToOpenids) else ()
        job = self.accept(key, media_id, openids, consumed=consumed)
        self.memory[send.client_msg_id] = _Remembered(job.msg_id, now, now)
        return Accepted(job.msg_id, MsgDataId(2247000001) if media_id else None)

    def subject(self, body: Body) -> str:
        """Say by which line a message is recognised."""
        return self.contents[body.own_id][0].title if body.own_id is not None else body.message.text

    def our_drafts(self, name: str) -> list[MediaId]:
        """Give the drafts of a campaign that are in the box, never went out, and that nobody changed; oldest first."""
        mine = [m for m in self.drafts if m in self.ours and self.ours[m][0] == name]
        return [m for m in mine if m not in self.touched and m not in self.sent]

    def jobs_of(self, key: Key) -> list[MassJob]:
        """Give the jobs of an edition, whoever sent them."""
        return [job for job in self.jobs if job.key == key]

    def _mint(self, kind: str) -> str:
        self._minted += 1
        return f"{kind}_{self.first_msg_id}_{self._minted}"


def refusal(errcode: int) -> Rejected:
    """Refuse a send as WeChat does: the token, the allowance, the draft, or an openid."""
    dead = errcode in {40001, 40014, 42001}
    return Rejected(
        errcode,
        "6a-7b",
        "refused",
        "look in the console",
        token_dead=dead,
        retryable=errcode not in {40003, 40007},
    )


def campaign_of(articles: Sequence[DraftArticle]) -> str:
    """Give the campaign that a draft belongs to, by its title."""
    return name_of(articles[0].title)
