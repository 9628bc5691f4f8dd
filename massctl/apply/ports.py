"""What apply needs from outside. The outer packages implement these ports; `cli` joins them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from massctl.model.batches import OpenidList
from massctl.model.campaign import ArticleFlags, Audience, Tag
from massctl.model.entries import Entry, JobState, NewEntry
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, ImageUrl, MediaId, MsgDataId, MsgId, Sha256
from massctl.model.message import Recipient, RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.send import Body, PreviewVerdict, SendIntent, Verdict
from massctl.model.state import State
from massctl.model.statistics import AccountDay, Archived, ArticleDay, JudgedCall, StatisticsCall

if TYPE_CHECKING:
    from massctl.plan.people_judge import Cut

T = TypeVar("T")
TAGGING_MAX = 50
"""Openids in one call of batchtagging. Source: WeChat docs, "tags/members/batchtagging", read 2026-10."""


class Ledger(Protocol):
    """The record that every runner reads."""

    def read(self, since: int) -> Sequence[Entry]:
        """Return the entries after serial `since`, oldest first; raises a LedgerError for anything doubtful.

        The entries of this process that wait come last.
        """
        ...

    def append(
        self, expected_serial: int, entries: Sequence[NewEntry], *, durable: bool
    ) -> Sequence[Entry]:
        """Write `entries` if the last serial still is `expected_serial`, else raise LedgerStaleError.

        With `durable` the entries, and all before them, survive a crash of the machine when this returns, where every
        runner reads. With no entries it makes those before durable. Without `durable` they may wait for the next
        durable append, and be lost with this process. Returns the entries with their serials.

        LedgerStaleError means that another runner wrote first, and that none of `entries` was written. Waiting entries
        that only tell what happened (`massctl.model.entries`) are not lost: `read` returns them behind the other's,
        under new serials. The caller has to read, and must begin nothing that was decided before.
        """
        ...


class Upload(Frozen):
    """A file on its way: `filename` is generated and ASCII."""

    data: bytes
    filename: str
    media_type: str
    material_type: Literal["image", "voice", "video"] = "image"
    """What add_material takes it as."""
    title: str = ""
    """Of a video, for the material library."""
    introduction: str = ""
    """Of a video, likewise."""


class Material(Frozen):
    """Permanent material, as WeChat answers."""

    media_id: MediaId
    url: ImageUrl | None


@dataclass(frozen=True, slots=True)
class DraftArticle(ArticleFlags):
    """One article of a draft with real URLs and ids: what draft/add takes and draft/get gives."""

    title: str
    author: str
    digest: str
    content: str
    content_source_url: str
    thumb_media_id: str
    pic_crop_235_1: str = ""
    """The part of the cover that the list shows; empty where it is not given, or not told."""
    pic_crop_1_1: str = ""
    ungiven: tuple[str, ...] = ()
    """What else is told, by WeChat's names of what draft/add takes and we never give."""


class ListedDraft(Frozen):
    """A draft as the draft box lists it, without its contents."""

    media_id: MediaId
    titles: tuple[str, ...] | None
    """Of its articles; None if the listing does not say."""
    updated: datetime | None = None
    """When it was saved at last; None if the listing does not say."""


class JobReport(Frozen):
    """What mass/get says about a job; it says `awaiting_admin` of none."""

    msg_id: MsgId
    status: JobState


class Clock(Protocol):
    """The time of this run: the machine's, or the sandbox's."""

    def now(self) -> datetime:
        """Return the moment, with an offset."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; may be interrupted by KeyboardInterrupt."""
        ...


class SendPermit(Protocol):
    """Allows one mass send, once, and only for a moment. `massctl.apply.preflight` issues it, and nothing else does."""

    def spend(self, intent: SendIntent) -> None:
        """Use it up for `intent`; raise InvariantError if it is spent, or was issued for another send."""
        ...

    def has_passed(self) -> bool:
        """Whether its moment is over, so that the request may not be written any more."""
        ...


class TaggingPermit(Protocol):
    """Allows changes of one tag, for a while. `massctl.apply.audience_tag` issues it, and nothing else does."""

    def use(self) -> int:
        """Return the tag's id; raise a WeChatError when its time is over, so that no call leaves."""
        ...


class WeChat(Protocol):
    """One Official Account. Every method raises a WeChatError, except where it says otherwise.

    Reads and uploads are repeated by the adapter as wechat-api allows; previews and sends never are.
    """

    def upload_image(self, upload: Upload) -> ImageUrl:
        """Upload a picture for the inside of articles (media/uploadimg); return its https URL."""
        ...

    def add_material(self, upload: Upload) -> Material:
        """Upload a permanent picture, sound or video (material/add_material)."""
        ...

    def make_video(self, material: MediaId, title: str, description: str) -> MediaId:
        """Make the id under which a video of the material library is sent (media/uploadvideo); it lives three days."""
        ...

    def add_draft(self, articles: Sequence[DraftArticle]) -> MediaId:
        """Save a draft (draft/add). Never repeated by the adapter: TransportError leaves its outcome unknown."""
        ...

    def get_draft(self, media_id: MediaId) -> tuple[DraftArticle, ...] | None:
        """Read a draft back (draft/get); None when it is gone (40007)."""
        ...

    def newest_drafts(self) -> tuple[ListedDraft, ...]:
        """List the newest drafts in the draft box, newest first (draft/batchget); at least five hundred, or all."""
        ...

    def delete_draft(self, media_id: MediaId) -> None:
        """Delete a draft (draft/delete); a missing one counts as deleted."""
        ...

    def audience_count(self, audience: Audience) -> int | None:
        """Return the size of an audience now: followers (user/get) or a tag's count (tags/get); None: no such tag."""
        ...

    def tags(self) -> tuple[Tag, ...]:
        """Return the account's tags now (tags/get)."""
        ...

    def create_tag(self, name: str) -> Tag:
        """Make a tag (tags/create). Never repeated by the adapter: TransportError leaves its outcome unknown."""
        ...

    def tag_people(self, permit: "TaggingPermit", openids: Sequence[str]) -> None:
        """Give at most TAGGING_MAX followers a tag (tags/members/batchtagging): all of them, or none."""
        ...

    def untag_people(self, permit: "TaggingPermit", openids: Sequence[str]) -> None:
        """Take a tag from at most TAGGING_MAX followers (tags/members/batchuntagging); one without it is no error."""
        ...

    def tag_members(self, tag_id: int) -> Iterator[tuple[str, ...]]:
        """Read everybody who has a tag, page after page (user/tag/get); somebody may stand on two pages."""
        ...

    def followers(self) -> Iterator[tuple[str, ...]]:
        """Read everybody who follows the account now, page after page (user/get); somebody may stand on two pages."""
        ...

    def preview(self, recipient: Recipient, body: Body) -> PreviewVerdict:
        """Show the message on one phone (message/mass/preview).

        One request, and one more only after a refused token, which WeChat does not look behind. Raises a
        WeChatError only while nothing has left.
        """
        ...

    def send_mass(self, intent: SendIntent, permit: SendPermit) -> Verdict:
        """Ask for the mass send; one request and no repetition. The permit is spent before anything else happens.

        Whether it has passed is judged when the request is about to be written, behind name resolution, connection and
        TLS. Raises a WeChatError only if nothing has left, for instance if it is too late or there is no connection.
        """
        ...

    def job_report(self, msg_id: MsgId) -> JobReport:
        """Ask for the state of a job (message/mass/get)."""
        ...

    def require_token(self) -> None:
        """Make sure that there is a live token, so that a send need not fetch one."""
        ...

    def renew_token(self) -> None:
        """Forget the token and fetch one in normal mode, so that a send never has to."""
        ...

    def statistics(
        self, call: StatisticsCall, begin_date: date, end_date: date, seen_at: datetime
    ) -> "Counted":
        """Make one call for the days from `begin_date` to `end_date`; raises a WeChatError."""
        ...


class Pictures(Protocol):
    """The bytes of pictures, and of whatever else is uploaded."""

    def read(self, sha256: Sha256) -> bytes:
        """Return exactly the bytes of this name; raise InvariantError if they are not at hand."""
        ...


class Openids(Protocol):
    """The openids behind the name of a list, or of the snapshot of an audience."""

    def batch(self, listed: OpenidList, number: int, state: State, /) -> tuple[str, ...]:
        """Return exactly the openids of a batch, from 1, as they were when the list was read or frozen.

        Of a snapshot without those who were erased since. Raises SnapshotError.
        """
        ...

    def keep(self, listed: OpenidList, cut: "Cut", state: State, now: datetime, /) -> OpenidList:
        """Write those who stay after a cut as a snapshot, once it is proven that each of them was approved.

        Raises SnapshotError.
        """
        ...


class SnapshotReader(Protocol):
    """The people behind a snapshot's name."""

    def __call__(self, sha256: Sha256, /) -> frozenset[str]:
        """Return everybody whom a snapshot holds now, without those who were erased; raise a MassctlError if unread."""
        ...


class Archive(Protocol):
    """Keeps contents by digest, so that a later plan can show people what changed. No send needs it."""

    def keep(self, campaign: RenderedCampaign) -> bool:
        """Keep a campaign's content, unless it is kept already; False where it cannot be. Raises nothing."""
        ...


class Progress(Protocol):
    """Talk on standard error: bars on a terminal, plain lines elsewhere. Never a result, never a secret."""

    def say(self, line: Phrase) -> None:
        """Say one line."""
        ...

    def begin(self, label: str, total: int) -> None:
        """Begin a countable piece of work."""
        ...

    def advance(self) -> None:
        """Count one more piece of the work as done."""
        ...

    def end(self) -> None:
        """End the work that was begun, whole or not."""
        ...

    def waiting(self, sentence: Phrase) -> None:
        """Show a countdown: `sentence` says how many `seconds` are left."""
        ...


class IsThere(Protocol):
    """Asks whether something is still behind an address of WeChat's, without a token."""

    def __call__(self, address: str, /) -> bool | Phrase:
        """Return whether it is there; a sentence why nobody can tell, where the answer says neither."""
        ...


class Overlap(Protocol):
    """Runs independent calls in parallel, at most so many."""

    def __call__(self, calls: Sequence[Callable[[], T]]) -> Iterator[tuple[int, T | BaseException]]:
        """Yield (index, result or exception) as calls end, on the caller's thread; abandon the rest when closed."""
        ...


class SendingSpeed(Frozen):
    """How fast WeChat delivers an account's mass jobs."""

    speed: int
    """0, the fastest, to 4."""
    realspeed: int | None
    """What it comes to, in 10,000 messages a minute, as the API says; None if it does not."""


class Withdrawals(Protocol):
    """Takes articles of a job back. Every method raises a WeChatError."""

    def job_report(self, msg_id: MsgId) -> JobReport:
        """Ask for the state of a job (message/mass/get)."""
        ...

    def withdraw(self, msg_id: MsgId, article: int) -> None:
        """Delete one article (from 1) or all of them (0) of a sent job (message/mass/delete).

        Never repeated by the adapter: a TransportError leaves it unknown whether it took place.
        """
        ...


class Comments(Protocol):
    """Opens and closes the comments below articles; doing it twice is doing it once."""

    def open_comments(self, msg_data_id: MsgDataId, article: int) -> None:
        """Open the comments of an article (from 1) (comment/open); raises a WeChatError."""
        ...

    def close_comments(self, msg_data_id: MsgDataId, article: int) -> None:
        """Close the comments of an article (from 1) (comment/close); raises a WeChatError."""
        ...


class Counted(Frozen):
    """What one call of the statistics said, as far as it is what WeChat documents."""

    articles: tuple[ArticleDay, ...] = ()
    days: tuple[AccountDay, ...] = ()
    """Only with the members that this call has."""
    is_delay: bool = False
    """WeChat said that newer numbers are still to come."""
    left_out: int = 0
    """Rows and numbers that WeChat does not document so: of another type, negative, or of another day."""


class DataCube(Protocol):
    """Reads what WeChat counts of one account."""

    def statistics(
        self,
        call: StatisticsCall,
        begin_date: date,
        end_date: date,
        seen_at: datetime,
        known: Collection[str] | None = None,
    ) -> Counted:
        """Make one call for the days from `begin_date` to `end_date`; raises a WeChatError.

        Where `known` is given, a list of articles may be as long as it likes: those of these msg_data_ids are kept, and
        of the others some.
        """
        ...


class StatisticsArchive(Protocol):
    """Keeps what WeChat counted. Every method raises a LedgerError where the archive cannot be reached."""

    def calls(self, appid: AppId, since: date | None = None) -> Sequence[JudgedCall]:
        """Return the calls that WeChat judged for an account, oldest first; with `since`, from that day's month on."""
        ...

    def calls_known_here(self, appid: AppId) -> Sequence[JudgedCall]:
        """Return those that this machine knows of, without asking a server."""
        ...

    def add(
        self,
        appid: AppId,
        articles: Sequence[ArticleDay],
        days: Sequence[AccountDay],
        call: JudgedCall,
    ) -> Archived:
        """Write the rows that say something new, then the call that brought them."""
        ...

    def flush(self) -> None:
        """Bring everything that was added to where every runner reads it."""
        ...


class CallQuota(Frozen):
    """The calls of one API on this Beijing day. The mass-send allowance is another thing, which no API tells."""

    daily_limit: int
    remaining: int


class ProbedAccount(Protocol):
    """One Official Account. Every method raises a WeChatError, and may be called any number of times."""

    def renew_token(self) -> None:
        """Fetch the token that is alive (stable_token), or let `token_command` give one."""
        ...

    def draft_count(self) -> int:
        """Count the drafts (draft/count)."""
        ...

    def material_count(self) -> int:
        """Count the permanent pictures (material/get_materialcount)."""
        ...

    def tags(self) -> Sequence[Tag]:
        """Read the tags (tags/get)."""
        ...

    def speed(self) -> SendingSpeed:
        """Read the sending speed (message/mass/speed/get)."""
        ...

    def call_quota(self, path: str) -> CallQuota:
        """Read what is left of the calls of `path` (openapi/quota/get); without a right to it WeChat refuses."""
        ...
