"""A small WeChat, clock and ledger in memory, for simulations of `massctl.apply` through its ports.

It knows what the documentation promises and what was observed: drafts are consumed by accepted sends, a clientmsgid
is remembered for 24 hours (45065), and not to be repeated within a minute (45066). A send arrives as bytes and is
answered in bytes, which the real client writes and reads. WeChat keeps books of its own, for the checkers. A call takes
no time, unless a fault makes it slow: then the clock moves inside it, on the way there or on the way back. Everything
can be copied, so that a simulation can go on from one moment in many ways.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from building import APPID, OTHER_APPID
from copies import replace

from massctl.apply.ports import (
    Counted,
    DraftArticle,
    JobReport,
    ListedDraft,
    Material,
    SendPermit,
    Upload,
)
from massctl.errors import (
    AuthError,
    InvariantError,
    LedgerStaleError,
    PermanentError,
    TransportError,
)
from massctl.model.campaign import Audience, Tag
from massctl.model.entries import Entry, NewEntry
from massctl.model.ids import (
    AccountName,
    AppId,
    ClientMsgId,
    ImageUrl,
    MediaId,
    MsgId,
    Sha256,
    sha256_of,
)
from massctl.model.message import Recipient, RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.send import (
    Body,
    PreviewFailed,
    PreviewSent,
    PreviewUnknown,
    PreviewVerdict,
    SendIntent,
    Verdict,
)
from massctl.model.state import beijing_day
from massctl.model.statistics import ArticleDay, StatisticsCall, msgid_of
from massctl.plan.guards import Skew
from massctl.transport import Call, NoAnswer, RawAnswer
from massctl.wechat.client import WeChatClient

T = TypeVar("T")

MEMORY: Final = timedelta(hours=24)
"""How long a clientmsgid is remembered. Source: WeChat docs, "message/mass/sendall", read 2026-10."""
MESSAGES: Final = 900_000_000
"""The msg_data_id of a job is so much less than its msg_id."""
TOO_SOON: Final = timedelta(minutes=1)
"""A repetition within it is answered 45066. Source: WeChat docs, "message/mass/sendall", read 2026-10."""
SLOW: Final = timedelta(seconds=40)
"""How long a slow call takes: to connect, for a send, or with its repetitions, for a read."""
PERMIT: Final = timedelta(seconds=2)
"""How long a last look allows a request to leave: docs/concepts/exactly-once.md."""


class Fault(StrEnum):
    """What goes wrong with one call."""

    REQUEST_LOST = "request lost"
    ANSWER_LOST = "answer lost"
    LATE = "answer lost, and the effect comes after the run"
    TOO_SOON_YET_ACCEPTED = "45066 though accepted"
    KNOWN_AS_ANOTHER = "45065 with the job of another send, and nothing happened"
    TOKEN_DEAD = "token dead"
    NO_QUOTA = "45028"
    MEDIA_UNKNOWN = "40007"
    TOO_FAST = "45011"
    DAY_USED_UP = "45009 to a send"
    NOT_A_FOLLOWER = "43004"
    NO_PREVIEWS = "45009"
    NO_TOKEN = "no token, so nothing left"
    PAGE = "a page in place of an answer, and nothing happened"
    PAGE_YET_ACCEPTED = "a page in place of an answer, though accepted"
    BUSY = "-1, and nothing happened"
    BUSY_YET_ACCEPTED = "-1, though accepted"
    HELD = "89504, and the administrator agrees"
    UNKNOWN_CODE = "a code that nobody knows, though accepted"
    NO_RIGHT = "48001"
    NOT_CONNECTED = "no connection, so nothing left"
    PUSH_REFUSED = "the remote refuses the push"
    PUSHED_AWAY = "the push arrives, and its answer and the remote are out of reach"
    VERY_LATE = "answer lost, and the effect comes when it is called for"
    SLOW = "it takes 40 s to get there"
    SLOW_ANSWER = "it is done at once, and its answer takes 40 s"


_LOST: Final = (Fault.REQUEST_LOST, Fault.ANSWER_LOST)
FAULTS: Final[Mapping[str, tuple[Fault, ...]]] = {
    "renew_token": (Fault.REQUEST_LOST,),
    "upload_image": _LOST,
    "add_material": _LOST,
    "make_video": _LOST,
    "statistics": (Fault.REQUEST_LOST,),
    "add_draft": (*_LOST, Fault.LATE, Fault.MEDIA_UNKNOWN),
    "get_draft": (Fault.REQUEST_LOST,),
    "newest_drafts": (Fault.REQUEST_LOST,),
    "delete_draft": _LOST,
    "audience_count": (Fault.REQUEST_LOST,),
    "tags": (Fault.REQUEST_LOST,),
    "preview": (*_LOST, Fault.NOT_A_FOLLOWER, Fault.NO_TOKEN),
    "send_mass": (
        *_LOST,
        Fault.TOO_SOON_YET_ACCEPTED,
        Fault.TOKEN_DEAD,
        Fault.NO_QUOTA,
        Fault.MEDIA_UNKNOWN,
        Fault.NO_TOKEN,
    ),
    "job_report": (Fault.REQUEST_LOST,),
    "push": (*_LOST, Fault.LATE, Fault.PUSH_REFUSED, Fault.PUSHED_AWAY),
}
"""Method -> the faults that make a difference to it."""
NETWORK: Final[Mapping[str, tuple[Fault, ...]]] = {
    method: tuple(fault for fault in faults if fault in _LOST) for method, faults in FAULTS.items()
}
"""Method -> only what the network does."""
SLOWNESS: Final[Mapping[str, tuple[Fault, ...]]] = {
    **dict.fromkeys(FAULTS, (Fault.SLOW,)),
    "send_mass": (Fault.SLOW, Fault.SLOW_ANSWER),
}
"""Method -> what makes it slow, and nothing else. Whatever a read tells, it tells it when it gets there."""
ODD_ANSWERS: Final[Mapping[str, tuple[Fault, ...]]] = {
    **dict.fromkeys(FAULTS, ()),
    "send_mass": (
        Fault.ANSWER_LOST,
        Fault.TOO_SOON_YET_ACCEPTED,
        Fault.PAGE,
        Fault.PAGE_YET_ACCEPTED,
        Fault.BUSY,
        Fault.BUSY_YET_ACCEPTED,
        Fault.HELD,
        Fault.UNKNOWN_CODE,
    ),
}
"""Method -> answers to a send that say neither yes nor no."""


class SimClock:
    """A clock that stands still but for sleeping; `moment` is the true time, and it may show another."""

    def __init__(self, moment: datetime, ahead: timedelta = timedelta(0)) -> None:
        self.moment = moment
        self.ahead = ahead
        self.on_sleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.moment + self.ahead

    def sleep(self, seconds: float) -> None:
        self.on_sleep()
        self.moment += timedelta(seconds=seconds)


@dataclass(slots=True)
class SimLedger:
    """The port in memory; what is not durable may be lost in a crash of the machine."""

    entries: list[Entry] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """What each entry says, to compare ledgers by."""
    flushed: int = 0
    fail: Callable[[NewEntry], Exception | None] | None = None
    """Gives the error that stands in place of an append."""

    def read(self, since: int) -> Sequence[Entry]:
        return self.entries[since:]

    def append(
        self, expected_serial: int, entries: Sequence[NewEntry], *, durable: bool
    ) -> Sequence[Entry]:
        if expected_serial != len(self.entries):
            raise LedgerStaleError("another runner wrote to the ledger")
        for new in entries:
            if self.fail and (error := self.fail(new)):
                raise error
        written = [
            self._entry(serial, new) for serial, new in enumerate(entries, expected_serial + 1)
        ]
        self.entries += written
        self.keys += [repr(new) for new in entries]
        if durable:
            self.flush()
        return written

    def flush(self) -> None:
        self.flushed = len(self.entries)

    def lose_unflushed(self) -> None:
        """Crash of the machine: what was not flushed is gone."""
        del self.entries[self.flushed :], self.keys[self.flushed :]

    def copy(self) -> "SimLedger":
        return SimLedger(list(self.entries), list(self.keys), self.flushed)

    @staticmethod
    def _entry(serial: int, new: NewEntry) -> Entry:
        return Entry(
            serial=serial,
            prev="",
            at=new.at,
            event=new.event,
            campaign=new.campaign,
            edition=new.edition,
        )


@dataclass(frozen=True, slots=True)
class MassJob:
    """A job that the simulated WeChat accepted: followers get it."""

    msg_id: MsgId
    client_msg_id: ClientMsgId | None
    """None: somebody sent it in the console."""
    at: datetime
    subject: str
    articles: tuple[DraftArticle, ...] | None = None
    """What followers get, as far as a last look could know it; None for a text, which is its subject."""
    openids: tuple[str, ...] = ()
    """Whom it was for, one by one; empty for a tag and for all."""
    failed: bool = False
    """WeChat failed it, and nobody got it."""


@dataclass(frozen=True, slots=True)
class RunRules:
    """What a run may do, in the words of the checkers."""

    approved: tuple[RenderedCampaign, ...] = ()
    quiet: tuple[int, int] | None = None
    """Quiet hours in minutes of Beijing's day: the first, and the first that is not."""
    frozen_days: frozenset[str] = frozenset()
    wants_a_look: bool = False
    """The policy asks that somebody saw it before."""
    never_repeats: bool = False
    """`in_doubt: stop`."""
    is_approved: bool = True
    """Somebody approved the merge that brought it in, or no policy asked for that, now or before."""
    hosts: frozenset[str] | None = None
    """Where it may lead, now and before the merge; None: anywhere."""
    waits: bool = True
    """Without --no-wait."""
    named: frozenset[str] = frozenset()
    """The campaigns that were named on the command line."""
    stands_still: bool = False
    """The process is stopped for a while, so that it measures too long a wait."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A request for a send or a preview that left massctl, whether or not it arrived."""

    at: datetime
    """As the runner's clock shows it."""
    subject: str
    recipient: str | None
    """None for a mass send."""
    refused: bool
    """WeChat plainly said no."""
    allowed: bool
    """The kill switch was off."""
    run: int = 0
    rules: RunRules = RunRules()
    request: bytes = b""
    """The body of a send."""
    answer: str = ""
    """What the runner was told of a send: `accepted`, `known` (45065), `rejected`, `unclear`, `token dead`, `too fast`;
    or later by a person."""
    audience: tuple[int | None, int | None] = (None, None)
    """The tag of a send, and the followers that it reached then; no tag stands for everybody."""
    draft: tuple[DraftArticle, ...] | None = None
    """What lay in the draft box then."""
    openids: tuple[str, ...] = ()
    """Whom a send was for, one by one; empty for a tag and for all."""
    tag_name: str | None = None
    """What that tag was called then."""
    appid: AppId = APPID
    """The account that was to send it."""
    judged: bool = True
    """The files were those that the run had read."""
    true_at: datetime | None = None
    """As WeChat's clock shows it, where the answers of this world tell that."""

    @property
    def wants_a_look(self) -> bool:
        """The policy asked that somebody saw it before."""
        return self.rules.wants_a_look


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody changed while a run was under way, so that no last look before it could know."""

    at: datetime
    attempts: int
    """How many attempts were durable when massctl had looked at it last: at the newest of them, this came too late."""
    before: Any


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the simulated WeChat knows of a clientmsgid."""

    msg_id: MsgId
    accepted_at: datetime
    asked_at: datetime


@dataclass(slots=True)
class SimWeChat:
    """One Official Account behind the port. `faults` maps the number of a call in this run, from 0, to its fault."""

    clock: SimClock
    followers: int = 1000
    tags_of: dict[int, str] = field(default_factory=dict)
    """The names of tags that have one of their own."""
    tags_count: dict[int, int] = field(default_factory=dict)
    tags_meant: dict[str, int] = field(default_factory=dict)
    """The tag that a reviewer means by a name: the one that had it when the campaign was staged."""
    drafts_are_consumed: bool = True
    allowance: int | None = None
    """Mass sends a day, and whether that is checked before the clientmsgid; None: no end of it."""
    draft_before_memory: bool = False
    """A draft that is gone is told (40007) before the clientmsgid is looked up."""
    keeps: Callable[[DraftArticle], DraftArticle] = lambda article: article
    """What draft/add makes of an article."""
    job_status: str = "sent"
    sending_allowed: bool = True
    """Whether the kill switch is off; for the record only."""
    files_as_read: bool = True
    """Whether the files are those that this run has read; for the record only."""
    tells_time: bool = False
    """Whether answers have a `Date`, which is always right."""
    heard: Skew | None = None
    """What the newest answer said of the runner's clock."""
    rules: RunRules = RunRules()
    """What this run may do; for the record only."""
    run: int = 0
    """The number of this run."""
    attempts: int = 0
    """How many attempts are durable in the ledger; for the record only, and kept while somebody may change things."""
    looked: dict[str, int] = field(default_factory=dict)
    """What massctl looked at in this run -> how many attempts were durable then."""
    changes: dict[str, Change] = field(default_factory=dict)
    """What was changed in the midst of this run: `audience`, `drafts`, `switch`, `files`, or `clock`."""
    connects_in: timedelta = timedelta(0)
    """How long a send waits for its connection."""
    images: dict[ImageUrl, Sha256] = field(default_factory=dict)
    materials: dict[MediaId, str] = field(default_factory=dict)
    uploaded: dict[str, str] = field(default_factory=dict)
    """Every material there ever was, by its bytes."""
    drafts: dict[MediaId, tuple[DraftArticle, ...]] = field(default_factory=dict)
    late_drafts: dict[MediaId, tuple[DraftArticle, ...]] = field(default_factory=dict)
    """What will be in the draft box after this run."""
    very_late_drafts: dict[MediaId, tuple[DraftArticle, ...]] = field(default_factory=dict)
    """What will be there when somebody says so."""
    appid: AppId = APPID
    """The account that massctl.yaml names `main` in this run; another one has a draft box and a library of its own."""
    accounts_elsewhere: dict[
        AppId, tuple[dict[MediaId, str], dict[MediaId, tuple[DraftArticle, ...]]]
    ] = field(default_factory=dict)
    """The library and the draft box of the accounts that it named before."""
    named: dict[MediaId, str] = field(default_factory=dict)
    """Every draft there ever was, by its subject."""
    edited: frozenset[MediaId] = frozenset()
    """The drafts that somebody wrote into in the console: they may stay there for ever."""
    delivered_previews: list[tuple[str, str]] = field(default_factory=list)
    jobs: list[MassJob] = field(default_factory=list)
    memory: dict[ClientMsgId, Remembered] = field(default_factory=dict)
    departures: list[Departure] = field(default_factory=list)
    told_sent: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    """Subject and openids -> the run after which a person said that it was sent."""
    calls: list[str] = field(default_factory=list)
    """The methods that were called in this run."""
    faults: dict[int, Fault] = field(default_factory=dict)
    coming: list[tuple[str, Fault]] = field(default_factory=list)
    """Faults of the next calls of a method."""
    minted: int = 0
    """How many ids were given out."""

    def copy(self, clock: SimClock) -> "SimWeChat":
        """Go on from here in another world, in a new run without faults."""
        return replace(
            self,
            clock=clock,
            images=dict(self.images),
            materials=dict(self.materials),
            uploaded=dict(self.uploaded),
            drafts=dict(self.drafts),
            late_drafts=dict(self.late_drafts),
            very_late_drafts=dict(self.very_late_drafts),
            accounts_elsewhere={
                appid: (dict(a), dict(b)) for appid, (a, b) in self.accounts_elsewhere.items()
            },
            named=dict(self.named),
            delivered_previews=list(self.delivered_previews),
            jobs=list(self.jobs),
            memory=dict(self.memory),
            departures=list(self.departures),
            told_sent=dict(self.told_sent),
            changes={},
            looked={},
            files_as_read=True,
            heard=None,
            calls=[],
            faults={},
            coming=[],
        )

    def arrive_late(self) -> None:
        """Begin a run: let what was under way at the end of the last one take effect."""
        self.run += 1
        self.edited |= self.too_late(self.late_drafts)
        self.drafts.update(self.late_drafts)
        self.late_drafts.clear()

    def too_late(self, drafts: Mapping[MediaId, object]) -> frozenset[MediaId]:
        """Give the drafts that come up after their message went out: massctl does not look for them any more."""
        sent = {job.subject for job in self.jobs}
        return frozenset(each for each in drafts if self.named[each] in sent)

    @property
    def accounts(self) -> dict[str, AccountName]:
        """Give the accounts that massctl.yaml names."""
        if self.appid == APPID:
            return {APPID: AccountName("main"), OTHER_APPID: AccountName("other")}
        return {self.appid: AccountName("main")}

    def log_in(self, appid: AppId) -> dict[str, AccountName]:
        """Let massctl.yaml name this account, and give the accounts that it names."""
        if appid != self.appid:
            self.accounts_elsewhere[self.appid] = self.materials, self.drafts
            self.materials, self.drafts = self.accounts_elsewhere.pop(appid, ({}, {}))
            self.appid = appid
        return self.accounts

    def send_in_console(self, media_id: MediaId) -> None:
        """A person sends a draft in the console."""
        articles = self.drafts.pop(media_id)
        job = MassJob(
            MsgId(3147000001 + len(self.jobs)),
            None,
            self.clock.moment,
            self.named[media_id],
            articles,
        )
        self.jobs.append(job)

    def key(self) -> tuple[Any, ...]:
        """Name everything that a later run, or a checker, could tell apart."""
        return (
            tuple(self.images.items()),
            tuple(self.materials.items()),
            tuple(self.named.items()),
            tuple(self.drafts.items()),
            tuple(self.late_drafts.items()),
            tuple(self.very_late_drafts.items()),
            self.appid,
            tuple((appid, tuple(a), tuple(b)) for appid, (a, b) in self.accounts_elsewhere.items()),
            tuple(self.delivered_previews),
            tuple(self.jobs),
            tuple(self.memory.items()),
            tuple(self._unsettled()),
            tuple(self.told_sent),
            self.minted,
        )

    def _unsettled(self) -> Iterator[tuple[Any, ...]]:
        """Give what a checker of later runs needs of the requests: previews, and sends since the last clear answer."""
        sends = [(n, d) for n, d in enumerate(self.departures) if d.recipient is None]
        last = {(d.subject, d.openids): number for number, d in sends if d.answer == "accepted"}
        for number, departure in enumerate(self.departures):
            if departure.recipient is not None:
                yield departure.subject, departure.recipient, departure.refused, departure.at
            elif departure.answer == "unclear" and number > last.get(
                (departure.subject, departure.openids), -1
            ):
                yield departure.subject, departure.at, departure.request

    def count(self, method: str) -> int:
        """Say how often a method was called in this run."""
        return Counter(self.calls)[method]

    def require_token(self) -> None:
        """There is one in memory."""

    def renew_token(self) -> None:
        self._effect("renew_token", lambda: None)

    def upload_image(self, upload: Upload) -> ImageUrl:
        def act() -> ImageUrl:
            url = ImageUrl(f"https://mmbiz.qpic.cn/{self._mint('IMAGE')}/0")
            self.images[url] = sha256_of(upload.data)
            return url

        return self._effect("upload_image", act)

    def add_material(self, upload: Upload) -> Material:
        def act() -> Material:
            media_id = MediaId(self._mint("MATERIAL"))
            self.materials[media_id] = self.uploaded[media_id] = sha256_of(upload.data)
            return Material(media_id, ImageUrl(f"https://mmbiz.qpic.cn/{media_id}/0"))

        return self._effect("add_material", act)

    def make_video(self, material: MediaId, title: str, description: str) -> MediaId:
        def act() -> MediaId:
            if material not in self.materials:
                raise PermanentError("WeChat does not know this media_id", errcode=40007)
            media_id = MediaId(self._mint("VIDEO"))
            self.named[media_id] = title
            return media_id

        return self._effect("make_video", act)

    def add_draft(self, articles: Sequence[DraftArticle]) -> MediaId:
        def act() -> MediaId:
            if any(article.thumb_media_id not in self.materials for article in articles):
                raise PermanentError("WeChat does not know a picture of this draft", errcode=40007)
            media_id = MediaId(self._mint("DRAFT"))
            box = {Fault.LATE: self.late_drafts, Fault.VERY_LATE: self.very_late_drafts}.get(
                fault, self.drafts
            )
            # Of several articles WeChat tells no digest: it shows it where one stands alone.
            kept = (
                articles
                if len(articles) == 1
                else [replace(article, digest="") for article in articles]
            )
            box[media_id] = tuple(self.keeps(article) for article in kept)
            self.named[media_id] = articles[0].title
            return media_id

        fault = self._begin("add_draft")
        if fault is Fault.MEDIA_UNKNOWN:
            self.materials.clear()
        return self._finish(fault, act)

    def get_draft(self, media_id: MediaId) -> tuple[DraftArticle, ...] | None:
        self.looked["drafts"] = self.attempts
        return self._effect("get_draft", lambda: self.drafts.get(media_id))

    def newest_drafts(self) -> tuple[ListedDraft, ...]:
        return self._effect(
            "newest_drafts", lambda: tuple(map(self._listed, reversed(self.drafts)))
        )

    def _listed(self, media_id: MediaId) -> ListedDraft:
        return ListedDraft(media_id, tuple(article.title for article in self.drafts[media_id]))

    def delete_draft(self, media_id: MediaId) -> None:
        self._effect("delete_draft", lambda: self.drafts.pop(media_id, None))

    def audience_count(self, audience: Audience) -> int | None:
        self.looked["audience"] = self.attempts
        if audience.tag_id is None:
            return self._effect("audience_count", lambda: self.followers)
        return self._effect("audience_count", lambda: self.tags_count.get(audience.tag_id or 0))

    def named_tags(self) -> tuple[Tag, ...]:
        """Give the tags with their names."""
        return tuple(
            Tag(id=each, name=self.tags_of.get(each, f"标签 {each}"), count=n)
            for each, n in self.tags_count.items()
        )

    def tags(self) -> tuple[Tag, ...]:
        self.looked["audience"] = self.attempts
        return self._effect("tags", self.named_tags)

    def preview(self, recipient: Recipient, body: Body) -> PreviewVerdict:
        subject, fault = self._subject(body), self._begin("preview")
        if fault is Fault.NO_TOKEN:
            raise TransportError("WeChat gave no usable answer")
        if fault is Fault.MEDIA_UNKNOWN:
            return PreviewFailed(
                40007, "6a-7b", "WeChat does not know this media_id", "upload it again"
            )
        refused = fault in (Fault.NOT_A_FOLLOWER, Fault.NO_PREVIEWS)
        self._depart(subject, recipient.recorded, refused=refused)
        if fault is Fault.NO_PREVIEWS:
            return PreviewFailed(45009, "6a-7b", "the previews of today are used up", "wait")
        if refused:
            return PreviewFailed(
                43004, "6a-7b", "the reviewer does not follow the account", "let them follow it"
            )
        if fault is not Fault.REQUEST_LOST:
            self.delivered_previews.append((recipient.recorded, subject))
        return PreviewUnknown("no answer within 30 s") if fault in _LOST else PreviewSent()

    def send_mass(self, intent: SendIntent, permit: SendPermit) -> Verdict:
        fault = self._begin("send_mass")
        if fault is Fault.NO_TOKEN:
            raise TransportError("WeChat gave no usable answer")
        line: Any = _Line(self, fault)
        client = WeChatClient(
            "wx0123456789abcdef", "", line, sleep=lambda _: None, monotonic=lambda: 0.0
        )
        client.require_token()  # The last look has seen to it; this client is a new one.
        verdict = client.send_mass(intent, permit)
        if fault is Fault.SLOW_ANSWER:
            self.clock.moment += SLOW
        return verdict

    def arrived(self, content: bytes, fault: Fault | None) -> RawAnswer | NoAnswer:
        """Take the request for a send, put it into the books, and answer."""
        asked = json.loads(content)
        drafts = self._at_the_last_look("drafts", self.drafts)
        draft = drafts.get(asked["mpnews"]["media_id"]) if "mpnews" in asked else None
        openids, name = tuple(asked.get("touser", ())), self._tag_name(asked)
        audience = self._reached(asked)
        answer = self._answer(asked, fault)
        said = _understood(answer)
        subject = self._subject_of(asked)
        self._depart(subject, None, refused=said in ("rejected", "token dead"))
        told = replace(
            self.departures[-1],
            request=content,
            answer=said,
            audience=audience,
            draft=draft,
            openids=openids,
            tag_name=name,
        )
        self.departures[-1] = told
        return answer

    def statistics(
        self,
        call: StatisticsCall,
        begin_date: date,
        end_date: date,
        seen_at: datetime,
        known: Collection[str] | None = None,
    ) -> Counted:
        def act() -> Counted:
            rows = [
                ArticleDay(
                    msgid=msgid_of(job.msg_id - MESSAGES, position),
                    ref_date=begin_date,
                    stat_date=begin_date,
                    seen_at=seen_at,
                    title=article.title,
                    publish_type=0,
                )
                for job in self.jobs
                for position, article in enumerate(job.articles or (), 1)
                if beijing_day(job.at) == begin_date
            ]
            return Counted(tuple(rows))

        return self._effect("statistics", act)

    def job_report(self, msg_id: MsgId) -> JobReport:
        def act() -> JobReport:
            if all(job.msg_id != msg_id for job in self.jobs):
                raise PermanentError("WeChat does not know this job", errcode=40059)
            return JobReport(msg_id, self.job_status)

        return self._effect("job_report", act)

    def _depart(self, subject: str, recipient: str | None, *, refused: bool) -> None:
        now, allowed = self.clock.now(), self.sending_allowed
        if (thrown := self.changes.get("switch")) is not None and now - thrown.at <= PERMIT:
            allowed |= self._at_the_last_look("switch", self.sending_allowed)
        judged = self.files_as_read
        if (edited := self.changes.get("files")) is not None and now - edited.at <= PERMIT:
            judged |= self._at_the_last_look("files", self.files_as_read)
        gone = Departure(
            now,
            subject,
            recipient,
            refused,
            allowed,
            self.run,
            self.rules,
            appid=self.appid,
            judged=judged,
        )
        told = self.tells_time and not self._at_the_last_look("clock", False)
        self.departures.append(replace(gone, true_at=self.clock.moment if told else None))

    def changed(self, what: str, before: Any) -> None:
        """Note that somebody changes something in the midst of a run: until now it was as `before`."""
        self.changes[what] = Change(self.clock.now(), self.looked.get(what, -1), before)

    def _at_the_last_look(self, what: str, now: T) -> T:
        """Give something as it was when massctl looked at it for the newest attempt, if it was changed since."""
        change = self.changes.get(what)
        before: T = now if change is None or change.attempts != self.attempts else change.before
        return before

    def _begin(self, method: str) -> Fault | None:
        """Take the fault of a call; a slow one gets there later, and a send is slow to connect."""
        fault = self._fault_of(method)
        if fault is Fault.SLOW and method != "send_mass":
            self.clock.moment += SLOW
            return None
        return fault

    def _fault_of(self, method: str) -> Fault | None:
        coming = next((each for each in self.coming if each[0] == method), None)
        if coming is not None:
            self.coming.remove(coming)
        fault = coming[1] if coming else self.faults.get(len(self.calls))
        self.calls.append(method)
        return fault

    def _effect(self, method: str, act: Callable[[], T]) -> T:
        return self._finish(self._begin(method), act)

    def _finish(self, fault: Fault | None, act: Callable[[], T]) -> T:
        """End a call that is not a send: a lost request does nothing, a lost answer does it all the same."""
        if fault is Fault.REQUEST_LOST:
            raise TransportError("WeChat gave no usable answer", hint="run apply again")
        if fault is Fault.NO_RIGHT:
            raise AuthError("the account may not make this call", errcode=48001)
        result = act()
        if self.tells_time:
            self.heard = Skew(self.clock.now(), self.clock.now(), self.clock.moment)
            self.looked["clock"] = self.attempts
        if fault in (Fault.ANSWER_LOST, Fault.LATE, Fault.VERY_LATE):
            raise TransportError("WeChat gave no usable answer", hint="run apply again")
        return result

    def _answer(self, asked: dict[str, Any], fault: Fault | None) -> RawAnswer | NoAnswer:
        """Answer a send, and do what was asked for unless the fault says otherwise."""
        match fault:
            case Fault.REQUEST_LOST:
                return NoAnswer("connection_cut")
            case Fault.ANSWER_LOST:
                self._judged(asked)
                return NoAnswer("answer_timeout", seconds=30)
            case Fault.PAGE | Fault.PAGE_YET_ACCEPTED:
                if fault is Fault.PAGE_YET_ACCEPTED:
                    self._judged(asked)
                return RawAnswer(200, b"<html>Bad gateway</html>")
            case Fault.KNOWN_AS_ANOTHER:
                others = [
                    job.msg_id for job in self.jobs if job.client_msg_id != asked["clientmsgid"]
                ]
                met = any(asked["clientmsgid"].encode() in each.request for each in self.departures)
                if not others and met:
                    # A job of nobody would be taken for that of the earlier request.
                    return self._judged(asked)
                return _said(45065, "clientmsgid exist", msg_id=others[0] if others else 3147999999)
            case (
                Fault.TOO_SOON_YET_ACCEPTED
                | Fault.BUSY_YET_ACCEPTED
                | Fault.UNKNOWN_CODE
                | Fault.HELD
            ):
                self._judged(asked)
            case _:
                pass
        return _ANSWERS[fault] if fault in _ANSWERS else self._judged(asked)

    def _judged(self, asked: dict[str, Any]) -> RawAnswer:
        """Accept a job, or recognise it, or refuse it: the whole of what WeChat is known to look at."""
        now = self.clock.moment
        media_id = asked["mpnews"]["media_id"] if "mpnews" in asked else None
        gone = (media_id is not None and media_id not in self.drafts) or self._lacks_material(asked)
        used_up = self.allowance is not None and self.allowance <= sum(
            job.at.date() == now.date() for job in self.jobs
        )
        known = self.memory.get(asked["clientmsgid"])
        if used_up:
            return _said(45028, "has no masssend quota")
        if gone and self.draft_before_memory:
            return _said(40007, "invalid media_id")
        if known is not None and now - known.accepted_at < MEMORY:
            self.memory[asked["clientmsgid"]] = replace(known, asked_at=now)
            if now - known.asked_at < TOO_SOON:
                return _said(45066, "clientmsgid retry too fast")
            return _said(45065, "clientmsgid exist", msg_id=known.msg_id)
        if gone:
            return _said(40007, "invalid media_id")
        drafts = self._at_the_last_look("drafts", self.drafts)
        articles = drafts.get(media_id, self.drafts[media_id]) if media_id is not None else None
        openids = tuple(asked.get("touser", ()))
        msg_id = MsgId(3147000001 + len(self.jobs))
        self.jobs.append(
            MassJob(msg_id, asked["clientmsgid"], now, self._subject_of(asked), articles, openids)
        )
        self.memory[asked["clientmsgid"]] = Remembered(msg_id, now, now)
        if media_id is None:
            return _said(0, "send job submission success", msg_id=msg_id)
        if self.drafts_are_consumed and (openids or asked["filter"]["is_to_all"]):
            del self.drafts[media_id]
        ids = {"msg_id": msg_id, "msg_data_id": msg_id - MESSAGES}
        return _said(0, "send job submission success", **ids)

    def _lacks_material(self, asked: dict[str, Any]) -> bool:
        """Whether a message carries a picture or a sound that was uploaded once and deleted since."""
        carried = [
            asked.get("voice", {}).get("media_id"),
            *asked.get("images", {}).get("media_ids", []),
        ]
        return any(each in self.uploaded and each not in self.materials for each in carried)

    def _reached(self, asked: dict[str, Any]) -> tuple[int | None, int | None]:
        """Give the tag of a send, and how many followers have it now; of openids their number."""
        if "touser" in asked:
            return None, len(asked["touser"])
        followers, count, _ = self._at_the_last_look(
            "audience", (self.followers, self.tags_count, self.tags_of)
        )
        audience = asked["filter"]
        if audience["is_to_all"]:
            return None, followers
        return audience["tag_id"], count.get(audience["tag_id"])

    def _tag_name(self, asked: dict[str, Any]) -> str | None:
        """Give the name of the tag that a send goes to; None where it has none of its own, or none is meant."""
        *_, names = self._at_the_last_look(
            "audience", (self.followers, self.tags_count, self.tags_of)
        )
        return names.get(asked["filter"].get("tag_id")) if "filter" in asked else None

    def _subject_of(self, asked: dict[str, Any]) -> str:
        if "mpnews" in asked:
            media_id = asked["mpnews"]["media_id"]
            return self.named.get(media_id, media_id)
        branch = asked["images" if asked["msgtype"] == "image" else asked["msgtype"]]
        said = (
            branch.get("content")
            or branch.get("card_id")
            or branch.get("media_id")
            or branch["media_ids"]
        )
        if isinstance(said, list):
            return self._material_subject(*said)
        return self.named.get(said) or self._material_subject(said)

    def _subject(self, body: Body) -> str:
        if body.own_id is not None:
            return self.named[body.own_id]
        return (
            self._material_subject(*body.media_ids)
            if body.media_ids
            else next(iter(body.message.words.values()))
        )

    def _material_subject(self, *media_ids: str) -> str:
        """Name material by its bytes, which stay what they are when it is uploaded once more; words name themselves."""
        return " ".join(self.uploaded.get(each, each) for each in media_ids)

    def _mint(self, kind: str) -> str:
        self.minted += 1
        return f"{kind}_{self.minted}"


def _said(errcode: int, errmsg: str, **members: int) -> RawAnswer:
    """Write an answer as WeChat does."""
    return RawAnswer(
        200, json.dumps({"errcode": errcode, "errmsg": f"{errmsg} rid: 6a-7b", **members}).encode()
    )


_ANSWERS: Final = {
    Fault.TOO_SOON_YET_ACCEPTED: _said(45066, "clientmsgid retry too fast"),
    Fault.BUSY: _said(-1, "system error"),
    Fault.BUSY_YET_ACCEPTED: _said(-1, "system error"),
    Fault.HELD: _said(89504, "need confirm"),
    Fault.UNKNOWN_CODE: _said(987654, "what is this"),
    Fault.TOKEN_DEAD: _said(42001, "access_token expired"),
    Fault.NO_QUOTA: _said(45028, "has no masssend quota"),
    Fault.TOO_FAST: _said(45011, "api minute-quota reach limit"),
    Fault.DAY_USED_UP: _said(45009, "reach max api daily quota limit"),
    Fault.MEDIA_UNKNOWN: _said(40007, "invalid media_id"),
}
_PLAIN_NO: Final = frozenset({45028, 40007})
"""The codes of this world that say that nothing happened, beside those of a dead token."""


def _understood(answer: RawAnswer | NoAnswer) -> str:
    """Read an answer as the documentation does: yes, no, or neither."""
    try:
        code = json.loads(answer.content)["errcode"] if isinstance(answer, RawAnswer) else None
    except ValueError:
        code = None
    if code == 0:
        return "accepted"
    if code == 45065:
        return "known"
    if code == 42001:
        return "token dead"
    if code == 45011:
        return "too fast"
    return "rejected" if code in _PLAIN_NO else "unclear"


@dataclass(slots=True)
class _Line:
    """The line between the real client and the simulated WeChat, for one send."""

    wechat: SimWeChat
    fault: Fault | None

    def exchange(self, call: Call) -> RawAnswer | NoAnswer:
        """Carry a request over: that for a token, or the send, which is written once there is a connection."""
        if "access_token" not in call.query:
            return RawAnswer(200, b'{"access_token": "ACCESS", "expires_in": 7200}')
        if self.fault is Fault.SLOW:
            self.wechat.clock.moment += (
                SLOW  # It is written when the connection is there, and not before.
            )
        self.wechat.clock.moment += self.wechat.connects_in
        if call.is_late is not None and call.is_late():
            return NoAnswer("held_back", left=False)
        if self.fault is Fault.NOT_CONNECTED:
            return NoAnswer("connection_timeout", left=False, seconds=10)
        return self.wechat.arrived(call.content or b"", self.fault)


@dataclass(slots=True)
class SimPictures:
    """The bytes of pictures, by name."""

    labels: Sequence[str]

    def read(self, sha256: Sha256) -> bytes:
        for label in self.labels:
            if sha256_of(label.encode()) == sha256:
                return label.encode()
        raise InvariantError("these bytes are not at hand")


@dataclass(slots=True)
class SimProgress:
    """Remembers what was said."""

    lines: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    waited: list[int] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append(line)

    def begin(self, label: str, total: int) -> None:
        self.labels.append(f"{label} {total}")

    def advance(self) -> None:
        self.labels[-1] += "."

    def end(self) -> None:
        self.labels[-1] += " end"

    def waiting(self, sentence: Phrase) -> None:
        self.waited.append(int(str(sentence.values["seconds"])))


def one_by_one(calls: Sequence[Callable[[], T]]) -> Iterator[tuple[int, T | BaseException]]:
    """Make independent calls in turn: the port's overlap without any."""
    for index, call in enumerate(calls):
        result: T | BaseException
        try:
            result = call()
        except Exception as error:
            result = error
        yield index, result
