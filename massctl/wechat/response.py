"""Read answers: JSON fields, refusals that were judged, and what an answer means for a call, a preview or a send.

Lenient where WeChat is careless: no errcode on success, numbers as strings, raw control characters. Strict where a
guess could be wrong. A send or a preview counts as refused only if the code says plainly that nothing happened. A busy
platform, an unknown code, a success without its field and a lost answer leave a doubt. Foreign text is cleaned here,
once: `errmsg` and `rid` may be shown to anybody.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeAlias, TypeVar

from massctl.errors import AuthError, PermanentError, QuotaError, TransportError, WeChatError
from massctl.model.frozen import Frozen
from massctl.model.ids import MsgDataId, MsgId
from massctl.model.phrase import Phrase
from massctl.model.secrets import without_openids, without_secrets
from massctl.model.send import (
    Accepted,
    InDoubt,
    PreviewFailed,
    PreviewSent,
    PreviewUnknown,
    PreviewVerdict,
    Rejected,
    Verdict,
    errcode_words,
)
from massctl.transport import NoAnswer, RawAnswer
from massctl.wechat.errcodes import Again, ErrorClass, Judgement, judge

T = TypeVar("T")
Fields: TypeAlias = Mapping[str, Any]
"""A JSON object of WeChat's. What is missing, null or of another type is never guessed at."""

FOREIGN_CHARS_MAX = 256
"""Characters of a foreign text in any message of ours."""
RID_CHARS_MAX = 64
"""Real ones have about 30; a limit on everything."""
INTEGER_MAX = 2**63 - 1
"""`msg_id` and `msg_data_id` are int64. Source: captured answers in SDKs, read 2026-10."""

_INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_RID = re.compile(r"[\s,]*\brid:\s*([0-9A-Za-z-]+)", re.ASCII)
_HINT = re.compile(r"hint:\s*\[([^\]]+)\]")
"""The form of answers before rids. Source: forum reports, read 2026-10."""


class Answer(Frozen):
    """A JSON object from WeChat."""

    hidden_fields = ("fields",)

    fields: Fields
    errcode: int
    """0 also where the field is absent, which many endpoints do on success."""
    errmsg: str
    """Printable, at most 256 characters, without secrets."""
    rid: str | None


class RefusedAnswer(Frozen):
    """An answer with an errcode, judged."""

    path: str
    errcode: int
    errmsg: str
    """As in Answer."""
    rid: str | None
    judgement: Judgement
    msg_id: MsgId | None
    """Of the job that was accepted before (45065)."""

    @property
    def message(self) -> Phrase:
        """What WeChat complains about, with its own words behind."""
        return errcode_words(self.judgement.message, self.errcode, self.errmsg)

    @property
    def needs_new_token(self) -> bool:
        """Whether only the token was refused; WeChat did not look at the call."""
        return self.judgement.again is Again.NEW_TOKEN


class Job(Frozen):
    """The ids of an accepted mass job."""

    msg_id: MsgId
    msg_data_id: MsgDataId | None


class ShapeError(Exception):
    """Report a success without a required field; internal to this package."""


def read_answer(
    raw: RawAnswer, hide: Sequence[str] = (), openids: Sequence[str] = ()
) -> Answer | NoAnswer:
    """Parse `raw`; mask secrets, the strings in `hide`, and the openids of a send in what may be shown."""
    if not 200 <= raw.status < 300:
        # WeChat answers refusals with status 200 too; any other status comes from something in between.
        return NoAnswer("http_status", http_status=raw.status)
    fields = _json_object(raw.content)
    if fields is None:
        return NoAnswer("answer_not_json")
    code = fields.get("errcode")
    errcode = 0 if code is None else integer(code)
    if errcode is None:
        return NoAnswer("errcode_not_a_number")
    errmsg = shown(lenient(fields, "errmsg"), *hide)[:FOREIGN_CHARS_MAX]
    rid = _RID.search(errmsg) or _HINT.search(errmsg)
    return Answer(
        fields, errcode, without_openids(errmsg, openids), rid[1][:RID_CHARS_MAX] if rid else None
    )


def refusal_of(answer: Answer, path: str) -> RefusedAnswer | None:
    """Judge an answer of the call at `path`; None if it has no errcode."""
    if not answer.errcode:
        return None
    judgement = judge(path, answer.errcode, answer.errmsg)
    return RefusedAnswer(
        path, answer.errcode, answer.errmsg, answer.rid, judgement, _msg_id(answer.fields)
    )


def error_of(outcome: RefusedAnswer | NoAnswer, path: str) -> WeChatError:
    """Make the exception for a call that has no verdict; where its effect may exist it is a TransportError."""
    if isinstance(outcome, NoAnswer):
        return TransportError(
            Phrase("WeChat gave no usable answer")
            if outcome.left
            else Phrase("WeChat was not asked"),
            Phrase("{path}: {reason}.", path=path, reason=outcome.said),
            outcome.hint,
        )
    judgement = outcome.judgement
    kinds: dict[ErrorClass, type[WeChatError]] = {
        ErrorClass.AUTH: AuthError,
        ErrorClass.QUOTA: QuotaError,
    }
    return (
        TransportError
        if judgement.leaves_doubt
        else kinds.get(judgement.error_class, PermanentError)
    )(
        judgement.message,
        Phrase(
            "{path} answered errcode {errcode}: {errmsg}",
            path=outcome.path,
            errcode=outcome.errcode,
            errmsg=_RID.sub("", outcome.errmsg),  # It stands beside the words of WeChat.
        ),
        judgement.hint,
        errcode=outcome.errcode,
        rid=outcome.rid,
    )


def verdict_of(outcome: Job | RefusedAnswer | NoAnswer) -> Verdict:
    """Judge one attempt at a mass send whose request left."""
    if isinstance(outcome, Job):
        return Accepted(outcome.msg_id, outcome.msg_data_id)
    if isinstance(outcome, NoAnswer):
        return InDoubt(outcome.reason, outcome.seconds, outcome.http_status)
    judgement = outcome.judgement
    if judgement.error_class is ErrorClass.ACCEPTED:
        return Accepted(outcome.msg_id, None, duplicate=True)
    if judgement.leaves_doubt:
        return InDoubt(
            "errcode", errcode=outcome.errcode, errmsg=outcome.errmsg or None, rid=outcome.rid
        )
    return Rejected(
        outcome.errcode,
        outcome.rid,
        outcome.message,
        judgement.hint,
        token_dead=outcome.needs_new_token,
        retryable=judgement.may_be_sent_again,
    )


def preview_verdict_of(outcome: RefusedAnswer | NoAnswer | None) -> PreviewVerdict:
    """Judge one preview; None is the success, which has no content of its own."""
    if outcome is None:
        return PreviewSent()
    if isinstance(outcome, NoAnswer):
        return PreviewUnknown(outcome.said)
    if outcome.judgement.leaves_doubt:
        return PreviewUnknown(outcome.message)
    return PreviewFailed(outcome.errcode, outcome.rid, outcome.message, outcome.judgement.hint)


def shown(text: str, *more: str) -> str:
    """Clean a foreign text for people: one line, printable, without secrets; `more` are the secrets of this text."""
    text = without_secrets(text, *more)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _json_object(content: bytes) -> dict[str, Any] | None:
    """Parse the JSON object in `content`; None also where a field is written twice: which would count?"""
    text = content.decode("utf-8-sig", errors="replace")
    written = 0

    def fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal written
        written = len(pairs)  # the outermost object is the last to be complete
        return dict(pairs)

    try:
        # strict=False takes raw control characters inside strings, which WeChat passes through.
        value = json.loads(text, strict=False, parse_constant=_refuse, object_pairs_hook=fields)
        # A lone surrogate would break every later attempt to print, hash or send the value.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and len(value) == written else None


def _refuse(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(word)


def integer(value: object) -> int | None:
    """Read an int64 that is written as a number or as a numeric string; None for everything else."""
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > INTEGER_MAX:
        return None
    return value


def string(fields: Fields, name: str) -> str:
    """Read a string that must be there and may be empty."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise ShapeError
    return value


def text(fields: Fields, name: str) -> str:
    """Read a string that must be there and must not be empty."""
    value = string(fields, name)
    if not value:
        raise ShapeError
    return value


def optional(fields: Fields, name: str) -> str:
    """Read a string that may be missing or null, which is the same as empty."""
    return "" if fields.get(name) is None else string(fields, name)


def lenient(fields: Fields, name: str) -> str:
    """Read a string on which nothing depends: any other value is the same as empty."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def flag(fields: Fields, name: str) -> bool:
    """Read a switch that is written 0 or 1, and now and then true or false, or left out."""
    value = fields.get(name)
    return value is True or integer(value) == 1


def count(fields: Fields, name: str) -> int:
    """Read a number from 0 that must be there."""
    value = integer(fields.get(name))
    if value is None or value < 0:
        raise ShapeError
    return value


def objects(fields: Fields, name: str) -> list[Fields]:
    """Read a list of JSON objects that must be there and may be empty."""
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ShapeError
    return value


def job(fields: Fields) -> Job:
    """Read the acceptance of a mass job. Raises ShapeError without `msg_id`."""
    msg_id = _msg_id(fields)
    if msg_id is None:
        raise ShapeError
    data_id = integer(fields.get("msg_data_id")) or 0
    return Job(msg_id, MsgDataId(data_id) if data_id > 0 else None)


def done(fields: Fields) -> None:
    """Read a success without further fields; its errcode 0 must be there."""
    if integer(fields.get("errcode")) != 0:
        raise ShapeError


def _msg_id(fields: Fields) -> MsgId | None:
    value = integer(fields.get("msg_id"))
    return MsgId(value) if value is not None and value > 0 else None
