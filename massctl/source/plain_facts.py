"""The few facts that are shown of a campaign that went out, read off the plain lines of its campaign.yaml.

Reading YAML with the place of every key, and judging all of it, takes a millisecond; after some years there are a
thousand such files, and each was judged before it was sent. So this is for a file that is proven to be, byte for byte,
one that was sent. It knows a small part of YAML, and wherever a line could mean anything else it gives up.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from massctl.model.campaign import CampaignFile
from massctl.model.campaign_rules import parse_offset_time
from massctl.model.rendered import Window

BYTES_MAX: Final = 64 * 1024
"""A longer file is no plain one."""
_KEYS: Final = frozenset(CampaignFile.model_fields)
_NO_LINE_OF_OURS: Final = re.compile("[\t\r\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ufeff]")
"""Other line ends, and what the reader of YAML mends or refuses."""
_TOP: Final = re.compile(r"(?P<key>[a-z]+):(?: +(?P<value>[^ ].*))?")
_END: Final = re.compile(r" +(?P<key>not_before|not_after|send_ignore_reprint|same_content): +(?P<value>[^ ].*)")
_BOTH_ENDS: Final = re.compile(
    r"\{ *not_before: +(?P<opens>[^ ,{}]+) *, +not_after: +(?P<closes>[^ ,{}]+) *\}(?: +#.*)?"
)
_QUOTED: Final = re.compile(r"(?P<mark>[\"'])(?P<text>[^\"'\\]*)(?P=mark)(?: +#.*)?")
_PLAIN: Final = re.compile(r"(?P<text>[^\W_](?:[^\"'\\:#{}\[\]&*!|>%@`]|:(?! |$))*?)(?: +#.*| *)")
_WORD: Final = re.compile(r"[a-z][a-z0-9_-]*")
_NO_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan"})
"""Words that some reader of YAML takes for something else."""
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,6}(?: +#.*| *)")


@dataclass(frozen=True, slots=True)
class PlainFacts:
    """What a plan shows of a campaign that went out."""

    title: str
    account: str
    edition: int
    window: Window | None


def plain_facts(data: bytes) -> PlainFacts | None:
    """Read the facts of a campaign.yaml that is known to be valid; None where they are not beyond doubt."""
    try:
        lines = _lines(data.decode()) if len(data) <= BYTES_MAX else None
        return _facts(*lines) if lines is not None else None
    except ValueError:  # No UTF-8; a value that is none of ours.
        return None


def _lines(text: str) -> tuple[dict[str, str], dict[str, str]] | None:
    """Give the values at the top and those of `send`, as written; None where a line is not plain."""
    if _NO_LINE_OF_OURS.search(text):
        return None
    top: dict[str, str] = {}
    send: dict[str, str] = {}
    here = ""
    for line in text.split("\n"):
        if not line.strip(" ") or line.lstrip(" ").startswith("#"):
            continue
        if not _ends_here(line):
            return None
        if line[0] == " ":
            # A value that goes on below its line is one for the real reader; so is anything new below `send`.
            end = _END.fullmatch(line) if here == "send" else None
            if here in ("version", "title", "account", "edition") or (here == "send" and (end is None or top["send"])):
                return None
            if end is not None:
                send[end["key"]] = end["value"]
            continue
        found = _TOP.fullmatch(line)
        if found is None or found["key"] not in _KEYS or found["key"] in top:
            return None
        here = found["key"]
        top[here] = found["value"] or ""
    return top, send


def _ends_here(line: str) -> bool:
    """Say whether every quotation mark and bracket that a line opens is closed on it."""
    marks = line.count('"') % 2 or line.count("'") % 2 or ("\\" in line and '"' in line)
    return not marks and line.count("{") == line.count("}") and line.count("[") == line.count("]")


def _facts(top: dict[str, str], send: dict[str, str]) -> PlainFacts | None:
    both = top.get("send", "")
    if both:
        flow = _BOTH_ENDS.fullmatch(both)
        if flow is None:
            return None
        send = {"not_before": flow["opens"], "not_after": flow["closes"]}
    elif "send" in top and not send:
        return None
    edition = top.get("edition", "1")
    account = _text(top["account"]) if "account" in top else ""
    if not _NUMBER.fullmatch(edition) or not _WORD.fullmatch(account) or account in _NO_WORDS:
        return None
    title = _text(top["title"]) if "title" in top else ""
    return PlainFacts(title, account, int(edition.partition("#")[0]), _window(send))


def _text(written: str) -> str:
    """Give the text that a value says; raises ValueError where it may say something else."""
    quoted = _QUOTED.fullmatch(written)
    if quoted is not None:
        return quoted["text"]
    plain = _PLAIN.fullmatch(written)
    if plain is None:
        raise ValueError(written)
    text = plain["text"].rstrip(" ")
    # What is ASCII without a blank may be a number, a date, or a word for nothing.
    if text.isascii() and " " not in text and (not _WORD.fullmatch(text) or text in _NO_WORDS):
        raise ValueError(written)
    return text


def _window(send: dict[str, str]) -> Window | None:
    """Give the window; raises ValueError where it is not plain."""
    if "not_before" not in send and "not_after" not in send:
        return None
    opens, closes = _moment(send.get("not_before", "")), _moment(send.get("not_after", ""))
    return Window(opens, closes)


def _moment(written: str) -> datetime:
    quoted = _QUOTED.fullmatch(written)
    found = parse_offset_time(quoted["text"] if quoted is not None else written.partition(" #")[0].strip(" "))
    if found is None:
        raise ValueError(written)
    return found
