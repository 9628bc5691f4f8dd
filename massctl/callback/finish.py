"""MASSSENDJOBFINISH: from names and values to the end of a job.

Without the job's id and a known status there is nothing to record. Every other field may be missing, empty or of
another type; its value is then unknown.

Source: WeChat docs, "MASSSENDJOBFINISH", read 2026-10; captured events in SDKs.
"""

import re
from datetime import UTC, datetime
from typing import Literal

from massctl.callback.tree import Node, Tree, read_tree
from massctl.model.diagnostics import Fault
from massctl.model.entries import CopyrightCheck, CopyrightResult, JobFinish, JobStatus
from massctl.model.ids import MsgId
from massctl.model.phrase import Phrase
from massctl.model.settings import ORIGINAL_ID_PATTERN

EVENT = "masssendjobfinish"
INTEGER_MAX = 2**63 - 1
"""`MsgID` is int64. Source: captured events in SDKs, read 2026-10."""
ARTICLES_MAX = 8
"""Articles of one message. Source: WeChat docs, "draft/add", read 2026-10."""
URL_CHARACTERS_MAX = 2_048
"""Our own bound; the long form of an article's address has about 200."""
SECONDS_MAX = 253_402_300_799
"""The last second that a calendar has."""

_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
_ERR = re.compile(r"err\s*\(\s*([0-9]{1,9})\s*\)", re.ASCII | re.IGNORECASE)
_ORIGINAL_ID = re.compile(ORIGINAL_ID_PATTERN, re.ASCII)
_URL = re.compile(r"https?://[^\s<>\"']+", re.ASCII)
_AS_SENT = Phrase("record the event as WeChat sent it, complete and unchanged")
Status = tuple[Literal["sent", "failed"], str | None]


def read_finish(data: bytes) -> JobFinish | Fault:
    """Read the bytes of an event; return a fault unless they are the end of a mass job."""
    tree = read_tree(data)
    if isinstance(tree, Fault):
        return tree
    if word_of(tree, "event").lower() != EVENT:
        return _other_event(tree)
    msg_ids = {
        number
        for name in ("msgid", "msg_id")
        for value in _values(tree, name)
        if (number := _integer(value))
    }
    if len(msg_ids) != 1:
        none = Phrase("it names no job: MsgID is missing or is not a number")
        return Fault("MC503", Phrase("it names two jobs") if msg_ids else none, _AS_SENT)
    status = _status(word_of(tree, "status"))
    if status is None:
        return _unknown_status(word_of(tree, "status"))
    return _finish(tree, MsgId(msg_ids.pop()), status)


def _finish(tree: Tree, msg_id: MsgId, status: Status) -> JobFinish:
    seconds = _count(tree, "createtime")
    original_id = word_of(tree, "tousername")
    said = JobStatus(
        msg_id=msg_id,
        status=status[0],
        reason=status[1],
        source="event",
        total_count=_count(tree, "totalcount"),
        filter_count=_count(tree, "filtercount"),
        sent_count=_count(tree, "sentcount"),
        error_count=_count(tree, "errorcount"),
        article_urls=_article_urls(tree),
        copyright_check=_copyright_check(tree),
        original_id=original_id if _ORIGINAL_ID.fullmatch(original_id) else None,
    )
    return JobFinish(
        said, datetime.fromtimestamp(seconds, UTC) if seconds and seconds <= SECONDS_MAX else None
    )


def _other_event(tree: Tree) -> Fault:
    if "encrypt" in tree and "event" not in tree:
        say = Phrase("it is encrypted, so massctl cannot read it")
        return Fault(
            "MC502", say, Phrase("decrypt it first, or set the console to plain or compatible mode")
        )
    say = Phrase("it is not the end of a mass job: its Event is not MASSSENDJOBFINISH")
    return Fault("MC502", say, Phrase("massctl records only MASSSENDJOBFINISH"))


def _unknown_status(word: str) -> Fault:
    if not word:
        return Fault("MC503", Phrase("it says no Status"), _AS_SENT)
    shown = "".join(char if char.isascii() and char.isprintable() else "?" for char in word[:24])
    return Fault(
        "MC503", Phrase("WeChat does not document its Status {status}", status=shown), _AS_SENT
    )


def _status(word: str) -> Status | None:
    """Read Status, blanks and case aside; None for a word that says neither yes nor no."""
    if (err := _ERR.fullmatch(word)) is not None:
        return "failed", f"err({int(err[1])})"
    letters = "".join(char for char in word.lower() if char.isalnum())
    known: dict[str, Status] = {"sendsuccess": ("sent", None), "sendfail": ("failed", "send fail")}
    return known.get(letters)


def _article_urls(tree: Tree) -> list[str] | None:
    """Return the addresses in the order of the articles; None if there are none."""
    found: dict[int, str] = {}
    for position, item in enumerate(_items(tree, "articleurlresult"), 1):
        url = _url(word_of(item, "articleurl"))
        if url is not None:
            found.setdefault(_count(item, "articleidx") or position, url)
    return [found[index] for index in sorted(found)] or None


def _copyright_check(tree: Tree) -> CopyrightCheck | None:
    """Return what the originality check found; None if it says nothing."""
    results = tuple(
        CopyrightResult(
            article_idx=_count(item, "articleidx"),
            user_declare_state=_count(item, "userdeclarestate"),
            audit_state=_count(item, "auditstate"),
            original_article_url=_url(word_of(item, "originalarticleurl")),
            original_article_type=_count(item, "originalarticletype"),
            can_reprint=_count(item, "canreprint"),
            need_replace_content=_count(item, "needreplacecontent"),
            need_show_reprint_source=_count(item, "needshowreprintsource"),
        )
        for item in _items(tree, "copyrightcheckresult")
    )
    blocks = [block for block in tree.get("copyrightcheckresult", []) if isinstance(block, dict)]
    state = _count(blocks[0], "checkstate") if blocks else None
    return (
        CopyrightCheck(check_state=state, results=results) if results or state is not None else None
    )


def _items(tree: Tree, block_name: str) -> list[Tree]:
    """Return the items of a result block, whether the list holds them itself or under `item`; at most eight."""
    found: list[Node] = []
    for block in tree.get(block_name, []):
        for listed in block.get("resultlist", []) if isinstance(block, dict) else []:
            if isinstance(listed, dict):
                found += listed.get("item", [listed])
    return [item for item in found if isinstance(item, dict)][:ARTICLES_MAX]


def _values(tree: Tree, name: str) -> list[str]:
    return [value.strip() for value in tree.get(name, []) if isinstance(value, str)]


def word_of(tree: Tree, name: str) -> str:
    """Return the first text under a name; empty without one."""
    values = _values(tree, name)
    return values[0] if values else ""


def _integer(word: str) -> int | None:
    """Read a number from 0 to 2^63-1; None for anything else."""
    number = int(word) if _NUMBER.fullmatch(word) else None
    return number if number is not None and number <= INTEGER_MAX else None


def _count(tree: Tree, name: str) -> int | None:
    return _integer(word_of(tree, name))


def _url(word: str) -> str | None:
    return word if len(word) <= URL_CHARACTERS_MAX and _URL.fullmatch(word) else None
