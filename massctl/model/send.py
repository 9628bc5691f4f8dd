"""The send: what one request asks for, the id that makes it recognisable, and its three outcomes."""

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from massctl.model.ids import (
    AppId,
    CampaignName,
    ClientMsgId,
    MediaId,
    MsgDataId,
    MsgId,
    Sha256,
    canonical_json,
    sha256_of,
)

CLIENT_MSG_ID_LENGTH: Final = 32
"""Hex digits. WeChat documents 64 and 32 bytes and refused 36 (45067): the smaller value is safe.
Source: WeChat docs, "message/mass/sendall", read 2026-10; forum reports of 2023-09."""
HOLD_CODES: Final = frozenset({89504, 89505})
"""Answers to a send that waits for the administrator (API 群发保护), or that came while another one waits.
Source: WeChat docs, "message/mass/sendall", read 2026-10."""


def client_msg_id(appid: AppId, campaign: CampaignName, edition: int, batch: int) -> ClientMsgId:
    """Derive the id under which WeChat recognises a repetition; content never changes it, `edition` does.

    The first 32 hex digits of SHA-256 over `appid NUL campaign NUL edition NUL batch`, numbers in decimal,
    batches from 1.
    """
    text = "\0".join((appid, campaign, str(edition), str(batch)))
    return ClientMsgId(hashlib.sha256(text.encode()).hexdigest()[:CLIENT_MSG_ID_LENGTH])


@dataclass(frozen=True, slots=True)
class ToAll:
    """Every follower."""


@dataclass(frozen=True, slots=True)
class ToTag:
    """The followers with one tag (标签)."""

    tag_id: int


@dataclass(frozen=True, slots=True)
class ToOpenids:
    """Followers one by one: 2 to 10,000 openids in a job."""

    openids: tuple[str, ...] = field(repr=False)
    """In the list's order, each once; shown nowhere."""
    sha256: Sha256 = field(init=False)
    """Names them: of the openids, each with a newline after it."""

    def __post_init__(self) -> None:
        named = hashlib.sha256()
        for openid in self.openids:
            named.update(f"{openid}\n".encode())
        object.__setattr__(self, "sha256", Sha256(named.hexdigest()))


Recipients = ToAll | ToTag | ToOpenids


@dataclass(frozen=True, slots=True)
class News:
    """A news message (图文消息): a draft."""

    media_id: MediaId


@dataclass(frozen=True, slots=True)
class Words:
    """A text message (文本消息)."""

    content: str


@dataclass(frozen=True, slots=True)
class Images:
    """A picture message (图片消息); a preview shows the first picture alone."""

    media_ids: tuple[MediaId, ...]
    recommend: str
    need_open_comment: bool
    only_fans_can_comment: bool
    title: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice message (语音消息)."""

    media_id: MediaId


@dataclass(frozen=True, slots=True)
class Video:
    """A video message (视频消息), by the id that media/uploadvideo gave; that id lives three days."""

    media_id: MediaId
    title: str
    description: str
    """Title and description stand in the id already; mass/send wants them once more."""


@dataclass(frozen=True, slots=True)
class Card:
    """A coupon (卡券)."""

    card_id: str
    card_ext: str | None = field(default=None, repr=False)
    """Only in a preview."""


Body = News | Words | Images | Voice | Video | Card


@dataclass(frozen=True, slots=True)
class MassSend:
    """One mass send, as it is asked for: equal values make byte-identical requests."""

    recipients: Recipients
    body: Body
    client_msg_id: ClientMsgId
    send_ignore_reprint: bool | None
    """Only for news; None for every other message, where the member is left out."""

    @property
    def fingerprint(self) -> Sha256:
        """Name the request, so that a repetition can be proven identical to the recorded attempt."""
        value: dict[str, Any] = asdict(self)
        # Openids stand in it by their digest, so that nothing else has to be hashed again.
        value["recipients"].pop("openids", None)
        value["recipients"]["kind"] = type(self.recipients).__name__
        value["body"]["kind"] = type(self.body).__name__
        return sha256_of(canonical_json(value).encode())


@dataclass(frozen=True, slots=True)
class Accepted:
    """WeChat took the job. It may still fail later; `mass/get` and the callback tell."""

    msg_id: MsgId | None
    msg_data_id: MsgDataId | None
    """Only for news, and unknown when the acceptance was learnt from 45065."""
    duplicate: bool = False
    """True: an earlier attempt had been accepted, this one did nothing (45065)."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """WeChat said no to this attempt and did nothing for it; says nothing about earlier attempts."""

    errcode: int | None
    """None: no token could be had, so the request never left."""
    rid: str | None
    message: str
    hint: str
    token_dead: bool = False
    """True: the token was refused (40001, 40014, 42001), so one more attempt with a new token is due."""
    retryable: bool = False
    """True: an authority or quota matter, which the next apply may try again."""


@dataclass(frozen=True, slots=True)
class InDoubt:
    """No clear answer: the job may or may not exist."""

    reason: str
    """What was seen, in a phrase: `no answer within 30 s`, `errcode 45066`. No URL, no token."""
    errcode: int | None = None
    rid: str | None = None

    @property
    def is_held(self) -> bool:
        """Whether the administrator is asked first, so that a repetition before he answered learns nothing."""
        return self.errcode in HOLD_CODES


Verdict = Accepted | Rejected | InDoubt


@dataclass(frozen=True, slots=True)
class PreviewSent:
    """The reviewer has it."""


@dataclass(frozen=True, slots=True)
class PreviewFailed:
    """WeChat refused this preview; nothing reached the reviewer."""

    errcode: int
    rid: str | None
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class PreviewUnknown:
    """No clear answer: the reviewer may have it."""

    reason: str


PreviewVerdict = PreviewSent | PreviewFailed | PreviewUnknown
