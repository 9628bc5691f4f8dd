"""Judge an errcode: what it says about the world, why, and what to do.

The tables cover the calls that massctl makes. A code that stands in neither is permanent, except where
something may have been sent: there it leaves a doubt. What an endpoint means by a code of its own beats the
tables (`_OVERRIDES`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Final

from massctl.errors import AuthError, PermanentError, QuotaError, TransportError, WeChatError
from massctl.model.phrase import Phrase
from massctl.transport import NoAnswer
from massctl.wechat.errcodes_access import ACCESS, DAILY_LIMIT, NOT_ON_WHITELIST, SECRET_WRONG
from massctl.wechat.errcodes_after import AFTER, AFTER_OVERRIDES
from massctl.wechat.errcodes_message import MESSAGE
from massctl.wechat.ruling import Kind, Ruling

STABLE_TOKEN: Final = "/cgi-bin/stable_token"  # noqa: S105 - a path
ADD_DRAFT: Final = "/cgi-bin/draft/add"
PREVIEW: Final = "/cgi-bin/message/mass/preview"
SEND_ALL: Final = "/cgi-bin/message/mass/sendall"
SEND_OPENIDS: Final = "/cgi-bin/message/mass/send"
_MAY_REACH_SOMEBODY: Final = frozenset({SEND_ALL, SEND_OPENIDS, PREVIEW})
"""After a code that nobody knows, their effect may exist."""

_ADDRESS: Final = re.compile(r"invalid ip\s+([0-9a-f.:]+)", re.IGNORECASE)
"""In the errmsg of 40164. Source: forum reports, read 2026-10."""

_RID: Final = re.compile(r"[\s,]*\brid:\s*[0-9A-Za-z-]+", re.ASCII)
"""Where an errmsg names its request."""

_UNKNOWN: Final = Ruling(
    Kind.PERMANENT,
    Phrase("WeChat refused the call with a code that massctl does not know"),
    Phrase("Look the code up in WeChat's list of return codes (全局返回码); WeChat's support can look up the rid."),
)
_UNKNOWN_ON_SEND: Final = Ruling(Kind.DOUBT, _UNKNOWN.meaning, _UNKNOWN.advice)
_SEND_HELD: Final = Ruling(
    Kind.DOUBT,
    Phrase("the send waits for the administrator's confirmation (API群发保护)"),
    # Refused or unanswered for 30 minutes it fails; until then the job may start at any moment.
    Phrase("Let the administrator (管理员) answer the message in WeChat within 30 minutes, then run `massctl apply`."),
)

_CALLS_USED_UP: Final = Ruling(
    Kind.QUOTA,
    Phrase("the mass calls of today are used up (100 a day)"),
    DAILY_LIMIT.advice,
)
_NOT_AN_OPENID: Final = Ruling(
    Kind.PERMANENT,
    Phrase("an openid of this batch is none of this account's"),
    Phrase("Correct the list, or export it again from this account; nobody of this batch has the message."),
)

# Source: the error lists of these endpoints, WeChat docs, read 2026-10.
_OVERRIDES: Final[Mapping[tuple[str, int], Ruling]] = {
    (STABLE_TOKEN, 40001): SECRET_WRONG,
    (ADD_DRAFT, 40007): Ruling(
        Kind.PERMANENT,
        Phrase("WeChat does not know a picture of this draft: it was deleted from the material library (素材库)"),
        Phrase("Run the same command again: massctl uploads the picture once more."),
    ),
    (PREVIEW, 45009): Ruling(
        Kind.QUOTA,
        Phrase("the previews of today are used up (100 a day)"),
        Phrase("They are counted anew at midnight, Beijing time. Run the same command again after that."),
    ),
    (SEND_ALL, 45009): _CALLS_USED_UP,
    (SEND_OPENIDS, 45009): _CALLS_USED_UP,
    (SEND_ALL, 89504): _SEND_HELD,
    (SEND_ALL, 89505): _SEND_HELD,
    **AFTER_OVERRIDES,
    (SEND_OPENIDS, 89504): _SEND_HELD,
    (SEND_OPENIDS, 89505): _SEND_HELD,
    (SEND_OPENIDS, 40003): _NOT_AN_OPENID,
    (SEND_OPENIDS, 40031): _NOT_AN_OPENID,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A plain no from WeChat, judged."""

    path: str
    errcode: int
    errmsg: str
    """Printable, at most 256 characters, without secrets."""
    rid: str | None
    ruling: Ruling
    members: Mapping[str, object] = field(default_factory=dict, repr=False)
    """The whole answer, for the codes that say more than no (45065)."""

    @property
    def message(self) -> Phrase:
        """Say what WeChat complains about, with its own words behind."""
        if not self.errmsg:
            return Phrase("{meaning} (errcode {errcode})", meaning=self.ruling.meaning, errcode=self.errcode)
        return Phrase(
            "{meaning} (errcode {errcode}: {errmsg})",
            meaning=self.ruling.meaning,
            errcode=self.errcode,
            errmsg=self.errmsg,
        )


def judge(path: str, errcode: int, errmsg: str) -> Ruling:
    """Give the class, the meaning and the advice for `errcode` from the endpoint `path`."""
    found = _OVERRIDES.get((path, errcode)) or ACCESS.get(errcode) or MESSAGE.get(errcode) or AFTER.get(errcode)
    if found is None:
        return _UNKNOWN_ON_SEND if path in _MAY_REACH_SOMEBODY else _UNKNOWN
    if found is NOT_ON_WHITELIST and (address := _caller_address(errmsg)):
        return _add_to_whitelist(address)
    return found


def known_errcodes() -> list[int]:
    """Give every errcode that the tables judge, lowest first."""
    return sorted({*ACCESS, *MESSAGE, *AFTER, *(errcode for _, errcode in _OVERRIDES)})


def rulings_of(errcode: int) -> list[tuple[str | None, Ruling]]:
    """Give what a code means: at large (None) where it means something at large, and to single endpoints, by path."""
    at_large = ACCESS.get(errcode) or MESSAGE.get(errcode) or AFTER.get(errcode)
    by_path = [(path, ruling) for (path, code), ruling in sorted(_OVERRIDES.items(), key=_place) if code == errcode]
    return [*([(None, at_large)] if at_large is not None else []), *by_path]


def _place(override: tuple[tuple[str, int], Ruling]) -> tuple[str, int]:
    return override[0]


def error_of(outcome: Refusal | NoAnswer, path: str) -> WeChatError:
    """Give the exception for an outcome of a call that is not a send; a doubt is a TransportError."""
    if isinstance(outcome, NoAnswer):
        return TransportError(
            Phrase("WeChat gave no usable answer") if outcome.left else Phrase("WeChat was not asked"),
            Phrase("{path}: {reason}.", path=path, reason=outcome.reason),
            outcome.hint,
        )
    classes: dict[Kind, type[WeChatError]] = {
        Kind.AUTH: AuthError,
        Kind.QUOTA: QuotaError,
        Kind.PERMANENT: PermanentError,
    }
    return classes.get(outcome.ruling.kind, TransportError)(
        outcome.ruling.meaning,
        Phrase(
            "{path} answered errcode {errcode}: {errmsg}",
            path=outcome.path,
            errcode=outcome.errcode,
            errmsg=_without_rid(outcome.errmsg),
        ),
        outcome.ruling.advice,
        errcode=outcome.errcode,
        rid=outcome.rid,
    )


def _without_rid(errmsg: str) -> str:
    """Give WeChat's words without its request id, which is told beside them."""
    return _RID.sub("", errmsg)


def _caller_address(errmsg: str) -> str | None:
    """Find the address that WeChat saw; only a real one, since it is shown as something to copy."""
    match = _ADDRESS.search(errmsg)
    try:
        address = ip_address(match[1].strip(".")) if match else None
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address) if address else None


def _add_to_whitelist(address: str) -> Ruling:
    """Rule 40164 with the address to copy."""
    return Ruling(
        Kind.AUTH,
        Phrase("this machine's address {address} is not in the IP whitelist (IP白名单)", address=address),
        Phrase(
            "Add {address} to the whitelist: 设置与开发 / 基本配置 / IP白名单 in 微信公众平台 (mp.weixin.qq.com), or "
            "微信开发者平台. On machines whose address changes (hosted CI), send through a proxy with a fixed "
            "address: proxy_env.",
            address=address,
        ),
    )
