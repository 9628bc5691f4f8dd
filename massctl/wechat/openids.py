"""The openids of a send in what WeChat says of it: nobody may read them there."""

import re
from dataclasses import replace
from typing import Final, TypeVar

from massctl.model.send import MassSend, ToOpenids
from massctl.transport import NoAnswer
from massctl.wechat.errcode import Refusal

T = TypeVar("T")

_WORD: Final = re.compile(r"[A-Za-z0-9_-]{4,}", re.ASCII)
"""What may be an openid, or the beginning of one."""


def without_openids(outcome: T | Refusal | NoAnswer, send: MassSend) -> T | Refusal | NoAnswer:
    """Strike the openids of a send from what WeChat says of it; the last word may be one that was cut short."""
    if not isinstance(outcome, Refusal) or not isinstance(send.recipients, ToOpenids):
        return outcome
    openids = send.recipients.openids

    def struck(word: re.Match[str]) -> str:
        return "***" if any(openid.startswith(word[0]) for openid in openids) else word[0]

    return replace(outcome, errmsg=_WORD.sub(struck, outcome.errmsg))
