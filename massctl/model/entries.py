"""What every kind of ledger entry is made of: frozen values, made from JSON and checked by their types."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import asdict

from massctl.model.frozen import Frozen

NoAnswerReason = Literal[
    "host_not_found",
    "connection_failed",
    "connection_timeout",
    "connection_cut",
    "address_unusable",
    "proxy_refused",
    "certificate_unverified",
    "held_back",
    "answer_timeout",
    "answer_too_large",
    "answer_not_unpacked",
    "answer_not_json",
    "answer_incomplete",
    "errcode_not_a_number",
    "http_status",
]
"""Why a request has no usable answer; `model/send.py` says each in words."""
DoubtReason = NoAnswerReason | Literal["errcode", "administrator_silent"]
"""Why nobody knows what a send did: no usable answer, an errcode that does not say no, or half an hour of silence."""
DraftNotSavedReason = Literal[
    "refused", "never_left", "not_found", "surplus_deleted", "surplus_changed", "preview_deleted"
]
"""WeChat refused it; its request never left; it was looked for; another one is there and this one was deleted, or was
changed in the console and stays; it was only shown in a preview."""
DraftDeletedReason = Literal[
    "superseded", "folder_gone", "window_closed", "not_whole", "changed", "gone"
]
"""Another one replaces it, or its send left it over; nothing can send it; WeChat kept less of it than was given; it was
changed in the console and stays there; it was gone already."""
TellingProgress = Literal["begun", "told", "failed", "untold"]
"""How far the telling of a fact to a channel has come. `untold`: as before it was begun, because it is over, or because
the run had no time to post it."""
Moment = Annotated[datetime, Meta(tz=True)]
JobState = Literal["sending", "awaiting_admin", "sent", "failed", "deleted", "unknown"]
"""What mass/get or an event says about a job."""


class CopyrightResult(Frozen, kw_only=True, forbid_unknown_fields=True):
    """What the originality check (原创校验) found about one article. WeChat's names; None: WeChat did not say.

    Source: WeChat docs, "MASSSENDJOBFINISH", read 2026-10.
    """

    article_idx: int | None = None
    """Counts from 1."""
    user_declare_state: int | None = None
    """0 nothing declared, 1 declared original, 2 declared a reprint."""
    audit_state: int | None = None
    """0 not checked, 1 being checked, 11 passed; anything else failed."""
    original_article_url: str | None = None
    """The article that it resembles."""
    original_article_type: int | None = None
    """Of that article: 1 original, 2 old and not marked, 3 news, 4 on a black list."""
    can_reprint: int | None = None
    """1: that article may be reprinted."""
    need_replace_content: int | None = None
    """1: the content is replaced by that article's."""
    need_show_reprint_source: int | None = None
    """1: the source is shown."""


class CopyrightCheck(Frozen, kw_only=True, forbid_unknown_fields=True):
    """The originality check of a job."""

    check_state: int | None = None
    """0 nothing was checked, 1 no reprint, 2 a reprint that may be sent, 3 one that may not."""
    results: tuple[CopyrightResult, ...] = ()
    """By article, as far as WeChat says something."""


def _tag(name: str) -> str:
    """Write a class's name as `type` has it: `SendAttempted` as `send_attempted`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class _Event(Frozen, kw_only=True, tag_field="type", tag=_tag, forbid_unknown_fields=True):
    """What happened."""

    @property
    def type(self) -> str:
        """Return its kind, as its line names it."""
        return str(self.__struct_config__.tag)


class JobStatus(_Event, kw_only=True):
    """What mass/get or an event said about a job."""

    msg_id: int
    status: JobState
    total_count: int | None = None
    filter_count: int | None = None
    sent_count: int | None = None
    error_count: int | None = None
    article_urls: list[str] | None = None
    source: Literal["event"] | None = None
    """None: mass/get said it, which an event outranks."""
    reason: str | None = None
    """Why it failed, in WeChat's word: `err(30003)`, or `send fail` where there is no reason."""
    copyright_check: CopyrightCheck | None = None
    original_id: str | None = None
    """The account's original id (原始 ID, `gh_…`) that the event was addressed to."""


class Withdrawn(_Event, kw_only=True):
    """mass/delete removed articles of a job; 0 stands for all."""

    msg_id: int
    article: int
    outcome: Literal["begun", "unknown", "refused"] | None = None
    """`begun` before the request, then what came of it; None: removed."""
    errcode: int | None = None
    rid: str | None = None
    by: str | None = None
    """Who asked for it, where it was removed."""


class ImageUploaded(_Event, kw_only=True):
    """media/uploadimg took a picture."""

    appid: str
    sha256: str
    url: str


class MaterialAdded(_Event, kw_only=True):
    """material/add_material took a file."""

    appid: str
    sha256: str
    media_id: str
    url: str | None = None
    material_type: Literal["voice", "video"] | None = None
    """The type it was added as; None for a picture."""


class MaterialForgotten(_Event, kw_only=True):
    """WeChat did not know a recorded material (40007): it is uploaded once more."""

    appid: str
    sha256: str


class VideoMade(_Event, kw_only=True):
    """media/uploadvideo gave the id under which a video can be sent for three days, with title and description."""

    appid: str
    digest: str
    media_id: str


class MessageStaged(_Event, kw_only=True):
    """All material of a message without a draft is on record, so it could be shown and sent."""

    appid: str
    digest: str
    audience_count: int | None = None


class SendAttempted(_Event, kw_only=True):
    """A send is about to leave; durable before its request."""

    appid: str
    batch: int = 1
    digest: str
    message_digest: str
    client_msg_id: str
    fingerprint: str
    audience: dict[str, Any]
    audience_count: int | None = None
    media_id: str | None = None
    source_sha256: str | None = None
    reason: str | None = None
    by: str | None = None
    """Who asked for this repetition with `reconcile --resubmit`, and why; None for every other attempt."""
    batches: int | None = None
    """Into how many jobs the list of openids is cut; None if the audience is not a list, so that there is one job."""
    recipients: int | None = None
    """Openids of this batch."""
    recipients_sha256: str | None = None
    """`sha256:` and what names the openids of this batch: in their order, each with a newline after it."""
    title: str | None = None
    """What people call the message: its title, or its first words."""
    account: str | None = None
    """The account's name in massctl.yaml at that time."""
    not_before: Moment | None = None
    not_after: Moment | None = None
    """The window that the campaign declared then."""
    commit: str | None = None
    """The commit that the send was made from; None where its lock was compared with none."""
    approved_by: str | None = None
    """Who approved its lock on the forge; None where nobody was asked."""
    titles: list[str] | None = None
    authors: list[str] | None = None
    themes: list[str] | None = None
    """Of its articles, by position; an article without an author or a theme has an empty one. Only reports read them.
    """


class SendAccepted(_Event, kw_only=True):
    """WeChat took the job; closes every open attempt of the batch."""

    attempt: int
    """Serial of the attempt that learnt it."""
    msg_id: int | None = None
    msg_data_id: int | None = None
    duplicate: bool = False
    content: Literal["unknown"] | None = None
    """WeChat knew the id although no attempt with it was open, so another message may have gone out."""


class SendRejected(_Event, kw_only=True):
    """WeChat refused one attempt; closes that attempt only."""

    attempt: int
    errcode: int | None = None
    """None: the request never left."""
    rid: str | None = None
    token_dead: bool = False
    retryable: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the same content would be refused again: the code does not pass by itself."""
        return not (self.retryable or self.token_dead)


_PARAMETER: Mapping[DoubtReason, str] = {
    "answer_timeout": "seconds",
    "connection_timeout": "seconds",
    "http_status": "http_status",
    "errcode": "errcode",
}
"""What a reason for doubt is about."""


class SendInDoubt(_Event, kw_only=True):
    """No clear answer; the attempt stays open."""

    attempt: int
    reason: DoubtReason
    seconds: int | None = None
    """How long was waited, for a timeout."""
    http_status: int | None = None
    errcode: int | None = None
    errmsg: str | None = None
    """WeChat's own words, cleaned."""
    rid: str | None = None
    asked_at: Moment | None = None
    """Right before the request was made, perhaps minutes after the attempt. A repetition waits from then on."""
    msg_id: int | None = None
    """The job that WeChat named (45065), where no request on record can have made it, or where it is another send's."""

    def __post_init__(self) -> None:
        """Raise ValueError if what the reason is about is missing."""
        needed = _PARAMETER.get(self.reason)
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(f"{self.reason} comes with {needed}")


class SendSettled(_Event, kw_only=True):
    """A person settled the outcome of the open attempts of a batch."""

    batch: int = 1
    outcome: Literal["sent", "not_sent"]
    reason: str
    by: str
    msg_id: int | None = None
    url: str | None = None
    audience: dict[str, Any] | None = None
    """Of a send by hand: the audience that its campaign declared; None if nobody knows, or an attempt says it."""


class SendImported(_Event, kw_only=True):
    """A person says that a send took place without this ledger. Without a campaign it was made in the console."""

    appid: str
    sent_at: Moment
    """When it went out; it used the account's allowance of that day or month."""
    by: str
    reason: str | None = None
    msg_id: int | None = None
    message_digest: str | None = None
    source_sha256: str | None = None
    """Name message, audience and folder as the repository has them at the import; None if it cannot tell."""
    audience: dict[str, Any] | None = None
    """The audience that the campaign declared then; None if nobody knows: it counts as everybody."""
    title: str | None = None
    account: str | None = None
    not_before: Moment | None = None
    not_after: Moment | None = None
    """As in `send_attempted`."""


class WebsiteSendRetracted(_Event, kw_only=True):
    """A person says that a send in the console, which was imported before, did not take place."""

    appid: str
    sent_at: Moment
    by: str
    reason: str


class AudienceErased(_Event, kw_only=True):
    """People were erased from a snapshot: their places are blank, and nobody is renumbered."""

    snapshot: str
    """`sha256:` and what names the snapshot, as it was frozen."""
    remaining: int
    """How many people it still holds."""
    content_sha256: str
    """`sha256:` and the digest of what it holds now: as the snapshot's, with nothing in a blank place."""
    by: str
    """Who asked for it."""


class AudienceExported(_Event, kw_only=True):
    """A person took openids out of massctl, into a file that they named."""

    of: str
    """The audience, or the campaign of `sent`."""
    kind: Literal["people", "sent"]
    """The people of a snapshot; or to whom a campaign was sent, and what became of it."""
    snapshot: str | None = None
    """Of `people`: `sha256:` and what names the snapshot."""
    count: int
    """How many rows the file has."""
    by: str
    """Who asked for it."""


LEDGER_FORMAT_VERSION = 1
GENESIS = "sha256:" + "0" * 64
"""`prev` of the first entry."""


class Created(_Event, kw_only=True):
    """The ledger begins."""

    format_version: Literal[1] = 1
    lineage: str
    """26 characters; equal in every copy of this history and in massctl.yaml."""
    realm: Literal["wechat", "loopback"]
    """The realm that it records; it refuses the other's host."""
    reason: str | None = None
    replaces: list[str] | None = None
    """The lineages whose place it takes, also those that they replaced: what still names one of them is old."""
    key: str | None = None
    """The public key that signs this entry and those after it; None where the ledger begins unsigned."""


class SigningKey(_Event, kw_only=True):
    """Another key signs from the next entry on. The key before signs this entry; the first one signs it itself."""

    key: str
    """The public key: name, hash and data, as in massctl.yaml."""
    reason: str
    by: str


class Repaired(_Event, kw_only=True):
    """A damaged ledger was cut to the lines that verify. What it lost may tell of a send that nothing else tells of."""

    dropped_bytes: int
    dropped_sha256: str
    """Names what was dropped: the end of the file that was put aside."""
    reason: str
    by: str


class Lease(_Event, kw_only=True):
    """Which `massctl run` alone sends from now on: a runner began, a person put another in its place, or it gave up."""

    act: Literal["taken", "taken_over", "released"]
    runner: str
    """A random id, which the runner keeps in its folder."""
    boot: str
    """The boot of its machine: a copy of the folder on another machine has another one."""
    host: str
    """What the machine is called."""
    by: str | None = None
    """Who took it over or released it; None if a runner took what was free."""


class AudienceResolved(_Event, kw_only=True):
    """tags/get gave the tag that a name in a campaign stands for. A send goes to that tag or to nobody."""

    appid: str
    digest: str
    """The version that is staged or sent with it; an edit looks the name up again."""
    tag: str
    """The name as the campaign declares it."""
    tag_id: int
    name: str
    count: int
    """Followers with the tag."""


class _TagEvent(_Event, kw_only=True):
    """Something happens to the tag of an audience."""

    appid: str
    audience: str


class _TagFillEvent(_TagEvent, kw_only=True):
    """The people of a tag change, or were read back."""

    tag_id: int
    snapshot: str
    """`sha256:` and the name of the snapshot."""
    people_sha256: str
    """`sha256:` and what names those who are to have it: the snapshot's people without the erased ones."""


class TagBegun(_TagEvent, kw_only=True):
    """tags/create is about to leave. Durable before its request, so that a tag whose answer is lost is ours."""

    name: str
    refused: bool | None = None
    """True: WeChat refused it, so no tag of this name is ours."""


class TagMade(_TagEvent, kw_only=True):
    """tags/create made the tag of an audience, or a run found the one whose answer was lost, with nobody in it."""

    tag_id: int
    name: str


class TagFillBegun(_TagFillEvent, kw_only=True):
    """People are about to get the tag of an audience, or to lose it. Durable before the first call, and again while a
    fill takes long. A send to other people waits until no call of it can arrive any more."""

    again: int | None = None
    """Serial of the first one of this fill, where it takes long; None of the first one."""


class TagFilled(_TagFillEvent, kw_only=True):
    """The tag of an audience was read back, and has exactly the people of a snapshot who follow the account."""

    count: int
    """How many have the tag."""
    added: int = 0
    removed: int = 0
    unfollowed: int = 0
    """People of the snapshot who do not follow the account any more, so that WeChat gives them no tag."""
    by_hand: int = 0
    """People who differed from what massctl had left in the tag: somebody edited it in the console."""
    begun: int | None = None
    """Serial of its first `tag_fill_begun`; None where nobody had to be tagged or untagged."""


class DraftBegun(_Event, kw_only=True):
    """A draft/add is about to leave. Durable before its request, so that a draft whose answer is lost is looked for."""

    appid: str
    batch: int = 1
    digest: str
    draft_sha256: str
    """Names the articles as they are given to draft/add."""
    markup_sha256: str | None = None
    """Names how the articles look, as they are given; None if an earlier massctl wrote it."""
    given: list[dict[str, str]] | None = None
    """Of each article the digest and the parts of its cover, as far as they are given; None where none is. What is not
    among them is WeChat's own, or a person's."""
    titles: list[str] | None = None
    """The articles' titles, by which a listing without contents tells which drafts may be this one."""
    audience_count: int | None = None
    source_sha256: str | None = None
    for_preview: bool | None = None
    """True: it shows a commit that is not the tip of the branch that sends. It is never sent."""


class DraftNotSaved(_Event, kw_only=True):
    """A draft that was begun is not in the draft box: refused, not found, or deleted as one too many."""

    begun: int
    """Serial of its `draft_begun`."""
    reason: DraftNotSavedReason
    errcode: int | None = None
    """WeChat's code, where it was `refused`."""
    pending: bool | None = None
    """True: it was not found in time. A later run looks once more, then gives it up."""


class DraftSaved(_Event, kw_only=True):
    """draft/add saved a draft, or a run found the draft whose answer was lost."""

    appid: str
    batch: int = 1
    digest: str
    media_id: str
    draft_sha256: str
    """Names the articles as they were given to draft/add."""
    markup_sha256: str | None = None
    """Names how the articles look, as they were given; None if an earlier massctl wrote it."""
    given: list[dict[str, str]] | None = None
    """As in its `draft_begun`."""
    audience_count: int | None = None
    source_sha256: str | None = None
    begun: int | None = None
    """Serial of its `draft_begun`; None if an earlier massctl wrote it."""


class DraftVerified(_Event, kw_only=True):
    """A draft was read back and found whole. Every later reading must give the same."""

    media_id: str
    kept_sha256: str
    """Names the articles as WeChat keeps them, markup and all."""


class DraftDeleted(_Event, kw_only=True):
    """A draft of ours is gone: we deleted it, a person removed it, or WeChat refused it as material."""

    appid: str
    media_id: str
    reason: DraftDeletedReason
    pending: bool | None = None
    """True: it is given up. Its deletion is still to come, or nobody knows its outcome."""
    kept_sha256: str | None = None
    """Names the articles as WeChat keeps them. A draft that was given up is deleted only while it has these."""


class Previewed(_Event, kw_only=True):
    """A preview to one reviewer: `begun` before the request, then what came of it."""

    appid: str | None = None
    """Whose day it counts in; None in ledgers from before previews were counted."""
    digest: str
    recipient: str
    outcome: Literal["begun", "sent", "failed", "unknown"]
    errcode: int | None = None
    rid: str | None = None


class Told(_Event, kw_only=True):
    """A channel of `notify` is about to hear of a fact, heard of it, or could not be reached."""

    fact: str
    """Names the fact within its campaign and edition, as `Fact` in `model/notices.py` does: `ended`, `report 7`."""
    channel: str
    """The channel, by the name of its variable; `output` is the run's own output, `pull request` its comments."""
    progress: TellingProgress
    """`begun` before the post: a run that dies behind it may tell once more, and no other run tells meanwhile."""


class Expired(_Event, kw_only=True):
    """The window closed before a send."""

    not_after: Moment


class ListEnded(_Event, kw_only=True):
    """No batch of a list is sent any more: another campaign has the openids of those that surely nobody has."""

    rest: str
    """The campaign that was made for them."""
    batches: list[int] | None = None
    """The batches whose openids it has: those that surely nobody has. None if an earlier massctl wrote it."""
    by: str


class AudienceCut(_Event, kw_only=True):
    """People were taken off an audience, before anybody could have the message. The send goes to those who stay."""

    snapshot: str
    """The snapshot that was approved."""
    kept_snapshot: str
    """The snapshot of those who stay; each of them is in the approved one."""
    kept: int
    """How many they are."""
    removed: dict[Literal["erased", "excluded", "capped", "has_it"], int]
    """How many were taken off, by the reason. Each is counted once."""


class BatchClosed(_Event, kw_only=True):
    """Fewer than two people are left of a batch, since others were erased: it is never sent."""

    batch: int
    remaining: int
    """How many people it still has."""


class Adopted(_Event, kw_only=True):
    """The console's version of a staged draft was kept."""

    media_id: str
    draft_sha256: str
    kept_sha256: str | None = None
    """Names the console's version as WeChat keeps it, markup and all; None if an earlier massctl wrote it."""
    handoff: list[str] | None = None
    """The items of the hand-off list that were done; None if there was none."""
    reason: str
    by: str


Event = (
    Created
    | SigningKey
    | Repaired
    | Lease
    | ImageUploaded
    | MaterialAdded
    | MaterialForgotten
    | VideoMade
    | MessageStaged
    | AudienceResolved
    | TagBegun
    | TagMade
    | TagFillBegun
    | TagFilled
    | DraftBegun
    | DraftNotSaved
    | DraftSaved
    | DraftVerified
    | DraftDeleted
    | Previewed
    | SendAttempted
    | SendAccepted
    | SendRejected
    | SendInDoubt
    | SendSettled
    | SendImported
    | WebsiteSendRetracted
    | AudienceErased
    | AudienceExported
    | JobStatus
    | Withdrawn
    | Told
    | Expired
    | ListEnded
    | AudienceCut
    | BatchClosed
    | Adopted
)
"""What happened, without when and where in the chain."""

KINDS: Mapping[str, type[Event]] = {_tag(kind.__name__): kind for kind in get_args(Event)}
"""`type` -> the class of that event."""


class NewEntry(Frozen):
    """An entry that is not written yet.

    Raises ValueError for a moment without a timezone, and where a campaign and its edition are missing.
    """

    at: datetime
    event: Event
    campaign: str | None = None
    edition: int | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an entry's moment has a timezone")
        _check_campaign(self.event, self.campaign, self.edition)


class Entry(Frozen):
    """A written entry: its place in the chain, and what happened. Raises ValueError if its campaign is missing."""

    serial: int
    """Counts from 1 without gaps."""
    prev: str
    """`sha256:` of the line before, without its newline; GENESIS for the first."""
    at: datetime
    event: Event
    campaign: str | None = None
    edition: int | None = None

    def __post_init__(self) -> None:
        _check_campaign(self.event, self.campaign, self.edition)


_WITHOUT_CAMPAIGN = frozenset(
    {
        Created,
        SigningKey,
        Repaired,
        Lease,
        ImageUploaded,
        MaterialAdded,
        MaterialForgotten,
        SendImported,
        WebsiteSendRetracted,
        TagBegun,
        TagMade,
        TagFillBegun,
        TagFilled,
        AudienceErased,
        AudienceExported,
    }
)


def _check_campaign(event: Event, campaign: str | None, edition: int | None) -> None:
    if (campaign is None or edition is None) and type(event) not in _WITHOUT_CAMPAIGN:
        raise ValueError("an entry of this kind names a campaign and its edition")


class UnknownEventError(ValueError):
    """Internal: the codec converts it to a LedgerFutureVersionError."""


def fields_of(event: Event) -> dict[str, Any]:
    """Write an event as JSON members in the order of its fields, without those that are None."""
    return {"type": event.type, **_members(event)}


def _members(value: Struct) -> dict[str, Any]:
    return {name: _json(each) for name, each in asdict(value).items() if each is not None}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        written = value.isoformat()
        return written.removesuffix("+00:00") + "Z" if written.endswith("+00:00") else written
    if isinstance(value, CopyrightCheck | CopyrightResult):
        return _members(value)
    return [_json(each) for each in value] if isinstance(value, tuple) else value


def event_of(members: dict[str, Any]) -> Event:
    """Make an event of its JSON members, `type` among them, and check each of them.

    Raise UnknownEventError if one is not known, is missing or has another type.
    """
    try:
        # msgspec keeps what it knows of a class, but not of a union: that would be looked at anew for each entry.
        event: Event = convert(members, KINDS[members["type"]])
    except (KeyError, TypeError, ValidationError) as error:
        raise UnknownEventError(str(error)) from None
    return event


def is_observed(event: Any) -> bool:
    """Return whether an entry only tells what happened already, and decides nothing."""
    match event:
        case (
            ImageUploaded()
            | MaterialAdded()
            | VideoMade()
            | SendAccepted()
            | SendRejected()
            | SendInDoubt()
            | JobStatus()
            | Told()
            | Expired()
        ):
            return True
        case Previewed(outcome=outcome) | Withdrawn(outcome=outcome):
            return outcome != "begun"
        case _:
            return False


class JobFinish(Frozen):
    """What one event says of a job. The openid of its sender is not here."""

    said: JobStatus
    """None: the event does not say it."""
    created_at: datetime | None = None
    """When WeChat made the event, in UTC."""
