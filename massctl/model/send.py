"""The send: what one request asks for, the id that makes it recognisable, and its three outcomes."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec.structs import asdict

from massctl.errors import InvariantError
from massctl.model.campaign import list_key
from massctl.model.entries import DoubtReason, NoAnswerReason, SendAttempted, SendInDoubt
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    AccountName,
    AppId,
    CampaignName,
    ClientMsgId,
    MediaId,
    MsgDataId,
    MsgId,
    Sha256,
    canonical_json,
    prefixed,
    sha256_of,
)
from massctl.model.inputs import JudgedInputs
from massctl.model.message import RenderedMessage, Window
from massctl.model.phrase import Phrase

CLIENT_MSG_ID_LENGTH = 32
"""Hex digits. WeChat documents 64 and 32 bytes and refused 36 (45067): the smaller value is safe.
Source: WeChat docs, "message/mass/sendall", read 2026-10; forum reports of 2023-09."""
ID_KNOWN = 45065
"""The answer to a `clientmsgid` under which a send was accepted before. Source: wechat/errcodes.toml."""
ID_IN_USE = 45066
"""The answer to a `clientmsgid` that was met within the last minute. Source: wechat/errcodes.toml."""
HOLD_CODES = frozenset({89504, 89505})
"""Answers to a send that waits for the administrator (API 群发保护), or that came while another one waits.
Source: WeChat docs, "message/mass/sendall", read 2026-10."""


def client_msg_id(appid: AppId, campaign: CampaignName, edition: int, batch: int) -> ClientMsgId:
    """Derive the id under which WeChat recognises a repetition; content never changes it, `edition` does.

    The first 32 hex digits of SHA-256 over `appid NUL campaign NUL edition NUL batch`, numbers in decimal,
    batches from 1.
    """
    text = "\0".join((appid, campaign, str(edition), str(batch)))
    return ClientMsgId(hashlib.sha256(text.encode()).hexdigest()[:CLIENT_MSG_ID_LENGTH])


class ToAll(Frozen):
    """Every follower."""


class ToTag(Frozen):
    """The followers with one tag (标签)."""

    tag_id: int


class ToOpenids(Frozen, dict=True):
    """Followers one by one: 2 to 10,000 openids in a job."""

    hidden_fields = ("openids",)

    openids: tuple[str, ...]
    """In the list's order, each once; shown nowhere."""

    @cached_property
    def sha256(self) -> Sha256:
        """Name them: of the openids, each with a newline after it."""
        named = hashlib.sha256()
        for openid in self.openids:
            named.update(f"{openid}\n".encode())
        return Sha256(named.hexdigest())


Recipients = ToAll | ToTag | ToOpenids


class Body(Frozen):
    """What one request carries: a message that this run rendered, and the ids that WeChat gave for it."""

    hidden_fields = ("card_ext",)

    message: RenderedMessage
    media_ids: tuple[MediaId, ...] = ()
    """Of its draft, of its pictures in their order, of its sound, or of the video that media/uploadvideo made."""
    card_ext: str | None = None
    """Only in the preview of a coupon."""

    @property
    def ids(self) -> dict[str, Any]:
        """Return the ids by the key that a request has for them; none for a message that carries nothing."""
        if "media_ids" in self.message.parts:
            return {"media_ids": list(self.media_ids)}
        return {"media_id": self.media_ids[0]} if self.media_ids else {}

    @property
    def own_id(self) -> MediaId | None:
        """The id that was made for the send, of a draft or a video; a repetition carries the same one."""
        return self.media_ids[0] if self.message.has_own_id else None

    @property
    def named(self) -> dict[str, Any]:
        """Return what a fingerprint names it by. Entries of a ledger hold fingerprints, so this never changes."""
        ext = {"card_ext": self.card_ext} if self.message.type == "wxcard" else {}
        return {**self.message.words, **self.ids, **ext, "kind": self.message.recorded_kind}


class StagedDraft(Frozen):
    """The draft that a send carries, with the version and the batch that it was recorded for."""

    media_id: MediaId
    digest: str
    batch: int = 1


class SendOrigin(Frozen, kw_only=True):
    """Where a send comes from, as reports show it later; nothing is decided by it."""

    approved_by: str | None = None
    """Who approved its lock on the forge; None where nobody was asked."""
    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    """Of its articles, by position."""

    @property
    def members(self) -> dict[str, Any]:
        """Return what the entry of an attempt says of it."""
        named = {"titles": self.titles, "authors": self.authors, "themes": self.themes}
        lists = {name: list(values) if any(values) else None for name, values in named.items()}
        return {"approved_by": self.approved_by, **lists}


NO_ORIGIN = SendOrigin()
"""Nothing of it is known."""


class SendIntent(Frozen, kw_only=True):
    """One mass send, whole: what was approved, what is recorded for it, and what its request says.

    Raises InvariantError if its parts do not belong together, so no such send can be written down or asked for.
    Equal intents make byte-identical requests.
    """

    hidden_fields = ("inputs", "audience")

    campaign: CampaignName
    identity: CampaignName
    """The campaign's first name, for which clientmsgid stands whatever its folder is called now."""
    edition: int
    appid: AppId
    account: AccountName
    title: str
    """What people call the message: its title, or its first words."""
    window: Window | None
    """The request is not written after its end."""
    digest: str
    """Of everything that a reviewer approved."""
    message_digest: str
    source_sha256: str
    inputs: JudgedInputs
    """What was judged: its files must be the same when the request leaves."""
    batch: int = 1
    batches: int | None = None
    """Into how many jobs a list of openids is cut; None if the audience is not a list."""
    body: Body
    draft: StagedDraft | None = None
    recipients: Recipients
    recipients_sha256: Sha256 | None = None
    """Names the openids of the list's batch, as the list was read; None if the audience is not a list."""
    audience: dict[str, Any]
    """As it was approved, with the bounds that its size must keep (`expect`)."""
    send_ignore_reprint: bool | None = None
    """Only for news; None for every other message, where the member is left out."""
    repeats: SendAttempted | None = None
    """The newest open attempt, whose request is repeated unchanged; None for a first try."""

    def __post_init__(self) -> None:
        for what, holds in (
            (Phrase("its draft"), self._carries_its_draft()),
            (Phrase("its batch"), 1 <= self.batch <= (self.batches or 1)),
            (Phrase("its audience"), self._goes_to_its_audience()),
            (
                "send_ignore_reprint",
                (self.send_ignore_reprint is not None) == self.body.message.has_draft,
            ),
            (Phrase("the attempt that it repeats"), self._repeats_the_same()),
        ):
            if not holds:
                raise InvariantError(
                    Phrase(
                        "the parts of the send of {name} do not belong together: {what}",
                        name=self.campaign,
                        what=what,
                    )
                )

    @property
    def client_msg_id(self) -> ClientMsgId:
        """The id under which WeChat recognises a repetition."""
        return client_msg_id(self.appid, self.identity, self.edition, self.batch)

    @property
    def fingerprint(self) -> Sha256:
        """Name the request, so that a repetition can be proven identical to the recorded attempt."""
        # Openids stand in it by their digest, so that nothing else has to be hashed again.
        to = self.recipients
        recipients = {"sha256": to.sha256} if isinstance(to, ToOpenids) else asdict(to)
        value = {
            "recipients": {**recipients, "kind": type(self.recipients).__name__},
            "body": self.body.named,
            "client_msg_id": self.client_msg_id,
            "send_ignore_reprint": self.send_ignore_reprint,
        }
        return sha256_of(canonical_json(value).encode())

    def attempted(
        self,
        count: int | None,
        *,
        reason: str | None = None,
        by: str | None = None,
        origin: SendOrigin = NO_ORIGIN,
    ) -> SendAttempted:
        """Make the entry that has to be durable before the request leaves.

        `count` is the size of the audience; `reason` and `by` are those of a person who asked for a repetition;
        `origin` is for reports.
        """
        listed = self.recipients if isinstance(self.recipients, ToOpenids) else None
        return SendAttempted(
            appid=self.appid,
            batch=self.batch,
            digest=self.digest,
            message_digest=self.message_digest,
            client_msg_id=self.client_msg_id,
            fingerprint=self.fingerprint,
            audience=self.audience,
            audience_count=count,
            media_id=self.body.own_id,
            source_sha256=self.source_sha256,
            title=self.title,
            account=self.account,
            not_before=self.window.not_before if self.window else None,
            not_after=self.window.not_after if self.window else None,
            batches=self.batches,
            recipients=len(listed.openids) if listed is not None else None,
            recipients_sha256=prefixed(listed.sha256) if listed is not None else None,
            reason=reason,
            by=by,
            commit=self.inputs.commit,
            **origin.members,
        )

    def _carries_its_draft(self) -> bool:
        if not self.body.message.has_draft:
            return self.draft is None
        return self.draft == StagedDraft(self.body.media_ids[0], self.digest, self.batch)

    def _goes_to_its_audience(self) -> bool:
        is_list = list_key(self.audience) is not None
        if is_list != (self.batches is not None) or is_list != (self.recipients_sha256 is not None):
            return False
        match self.recipients:
            case ToAll():
                return self.audience.get("is_to_all") is True
            case ToTag(tag_id=tag_id):
                return self.audience.get("tag_id", tag_id) == tag_id and bool(
                    {"tag_id", "tag"} & self.audience.keys()
                )
            case _:
                return is_list and self.recipients.sha256 == self.recipients_sha256

    def _repeats_the_same(self) -> bool:
        before = self.repeats
        if before is None:
            return True
        asked = before.appid, before.batch, before.digest, before.client_msg_id, before.fingerprint
        return asked == (self.appid, self.batch, self.digest, self.client_msg_id, self.fingerprint)


class Accepted(Frozen):
    """WeChat took the job. It may still fail later; `mass/get` and the callback tell."""

    msg_id: MsgId | None
    msg_data_id: MsgDataId | None
    """Only for news, and unknown when the acceptance was learnt from 45065."""
    duplicate: bool = False
    """True: an earlier attempt had been accepted, this one did nothing (45065)."""


class Rejected(Frozen):
    """WeChat said no to this attempt and did nothing for it; says nothing about earlier attempts."""

    errcode: int | None
    """None: the request never left."""
    rid: str | None
    message: str
    hint: str
    token_dead: bool = False
    """True: the token was refused (40001, 40014, 42001), so one more attempt with a new token is due."""
    retryable: bool = False
    """True: an authority or quota matter, which the next apply may try again."""


class InDoubt(Frozen):
    """No clear answer: the job may or may not exist."""

    reason: DoubtReason
    seconds: int | None = None
    http_status: int | None = None
    errcode: int | None = None
    errmsg: str | None = None
    rid: str | None = None
    msg_id: MsgId | None = None
    """The job that WeChat named, where the ledger cannot tell that it is this send's."""

    @property
    def is_held(self) -> bool:
        """Whether the administrator is asked first, so that a repetition before he answered learns nothing."""
        return self.errcode in HOLD_CODES


Verdict = Accepted | Rejected | InDoubt

_NO_ANSWER: Mapping[NoAnswerReason, Phrase] = {
    "host_not_found": Phrase("the host's name could not be resolved"),
    "connection_failed": Phrase("the connection was refused or could not be made"),
    "connection_timeout": Phrase("no connection within {seconds} s"),
    "connection_cut": Phrase("the connection was cut before the answer was complete"),
    "address_unusable": Phrase("the address of the API cannot be used"),
    "proxy_refused": Phrase("the proxy refused the connection"),
    "certificate_unverified": Phrase("the server's certificate cannot be verified"),
    "held_back": Phrase("it took too long to reach the server, so the request was held back"),
    "answer_timeout": Phrase("no answer within {seconds} s"),
    "answer_too_large": Phrase("the answer is too large"),
    "answer_not_unpacked": Phrase("the answer cannot be decompressed"),
    "answer_not_json": Phrase("the answer is not a complete JSON object"),
    "answer_incomplete": Phrase("the answer lacks the member that makes it a success"),
    "errcode_not_a_number": Phrase("the answer's errcode is not a number"),
    "http_status": Phrase("HTTP status {status}"),
}
_SILENT = Phrase("the administrator's 30 minutes are over, and WeChat reported no result")
_HELD = Phrase("the send waits for the administrator's confirmation (API群发保护)")
_ERRCODES: Mapping[int, Phrase] = {
    -1: Phrase("the platform is busy"),
    61450: Phrase("the platform has an internal error"),
    ID_IN_USE: Phrase("the clientmsgid was repeated too soon"),
    **dict.fromkeys(HOLD_CODES, _HELD),
}
"""Answers to a send that leave a doubt and that people meet, as wechat/errcodes.toml says them."""
_UNKNOWN = Phrase("WeChat answered with a code that does not say whether the message was sent")


def no_answer_words(
    reason: NoAnswerReason, seconds: int | None = None, http_status: int | None = None
) -> Phrase:
    """Return why a request has no usable answer."""
    return Phrase(_NO_ANSWER[reason], seconds=seconds, status=http_status)


def errcode_words(meaning: Phrase, errcode: int | None, errmsg: str | None) -> Phrase:
    """Return what an errcode means, with WeChat's own words behind it."""
    if not errmsg:
        return Phrase("{meaning} (errcode {errcode})", meaning=meaning, errcode=errcode)
    return Phrase(
        "{meaning} (errcode {errcode}: {errmsg})", meaning=meaning, errcode=errcode, errmsg=errmsg
    )


def doubt_words(doubt: SendInDoubt) -> Phrase:
    """Return why nobody knows what a send did."""
    match doubt.reason:
        case "errcode" if doubt.errcode in (0, ID_KNOWN):
            return _unexplained(doubt)
        case "errcode":
            return errcode_words(
                _ERRCODES.get(doubt.errcode or 0, _UNKNOWN), doubt.errcode, doubt.errmsg
            )
        case "administrator_silent":
            return _SILENT
        case _:
            return no_answer_words(doubt.reason, doubt.seconds, doubt.http_status)


def _unexplained(doubt: SendInDoubt) -> Phrase:
    """Say that WeChat names a job as this send's, and that the ledger cannot explain it."""
    if doubt.msg_id is None:
        return Phrase(
            "WeChat says that it took this send before (errcode {errcode}), and no request that the ledger knows can "
            "have been the one",
            errcode=doubt.errcode,
        )
    return Phrase(
        "WeChat answered with job {msg_id} (errcode {errcode}), and no request of this send that the ledger knows can "
        "have made that job",
        msg_id=doubt.msg_id,
        errcode=doubt.errcode,
    )


class PreviewSent(Frozen):
    """The reviewer has it."""


class PreviewFailed(Frozen):
    """WeChat refused this preview; nothing reached the reviewer."""

    errcode: int
    rid: str | None
    message: str
    hint: str


class PreviewUnknown(Frozen):
    """No clear answer: the reviewer may have it."""

    reason: str


PreviewVerdict = PreviewSent | PreviewFailed | PreviewUnknown
