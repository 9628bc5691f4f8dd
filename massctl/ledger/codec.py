"""One entry, one line of canonical JSON; each line names the one before it by digest."""

import json
import re
from codecs import getincrementaldecoder
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json

from massctl.errors import LedgerCorruptError, LedgerFutureVersionError
from massctl.model.entries import LEDGER_FORMAT_VERSION, Entry, NewEntry, UnknownEventError, event_of, fields_of
from massctl.model.ids import canonical_json, sha256_of
from massctl.model.phrase import Phrase

_DEPTH_MAX: Final = 8
"""Levels of an entry: three, and some more for those to come."""
_STRING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_LAST: Final = "\U0010ffff"
"""Sorts behind every other character, so that a key that ends with it is in order wherever it stands."""
_ENDS: Final = (
    *("", '"', f'{_LAST}":0', f'"{_LAST}":0', ":0", "0", "rue", "ue", "e", "alse", "lse", "se", "ull", "ll", "l"),
    *(each + end for each in ("\\", "n", "0001", "001", "01", "1", "b", "f") for end in ('"', f'{_LAST}":0')),
)
"""What may stand behind a line that was cut off: the rest of a text, a key, a number or a word of JSON."""
_HEAD: Final = frozenset({"serial", "prev", "at", "campaign", "edition"})


def chain_digest(line: bytes) -> str:
    """Name a line (without its newline) as the next one's `prev` does."""
    return "sha256:" + sha256_of(line)


def encode(entry: NewEntry | Entry, serial: int, prev: str) -> bytes:
    """Write one entry as its line, without the newline."""
    fields = fields_of(entry.event)
    head = {"serial": serial, "prev": prev, "at": entry.at.isoformat(timespec="milliseconds")}
    about = {"campaign": entry.campaign, "edition": entry.edition}
    return canonical_json({**fields, **head, **about}).encode()


def is_whole(line: bytes) -> bool:
    """Say whether a line that lost its newline is whole: only an object's last byte makes JSON of it."""
    try:
        from_json(line)
    except ValueError:
        return False
    return True


def begins_entry(tail: bytes, serial: int, prev: str) -> bool:
    """Say whether bytes behind the last newline are the beginning of entry `serial` after a line named `prev`.

    They are where something can be added that makes canonical JSON of them, an object with sorted keys and without
    blanks as `encode` writes it, and where its `serial` and `prev`, as far as they are there, are the ones due. Zeros,
    a blank, half of another ledger's line and what an editor leaves are no such beginning.
    """
    try:
        text = getincrementaldecoder("utf-8")().decode(tail)
    except UnicodeDecodeError:
        return False
    if not text.startswith("{") or not _places_due(text, serial, prev):
        return False
    closers = _closers(text)
    return closers is not None and any(_is_canonical(text + end + closers) for end in _ENDS)


def _places_due(text: str, serial: int, prev: str) -> bool:
    """Compare `serial` and `prev` of a line that may end anywhere; inside a value no quote is without a backslash."""
    for key, value in (("prev", f'"{prev}"'), ("serial", str(serial))):
        _, found, rest = text.partition(f',"{key}":')
        if found and not rest.startswith(f"{value},") and not f"{value},".startswith(rest):
            return False
    return True


def _closers(text: str) -> str | None:
    """Give the brackets that are open at the end of a JSON text; None where no entry is built like that."""
    open_now: list[str] = []
    outside = _STRING.sub("", text)
    for sign in outside.partition('"')[0]:
        if sign in "{[":
            open_now.append("}" if sign == "{" else "]")
        elif sign in "}]" and (not open_now or open_now.pop() != sign):
            return None
        if len(open_now) > _DEPTH_MAX:
            return None
    return "".join(reversed(open_now)) or None


def _is_canonical(text: str) -> bool:
    try:
        return canonical_json(json.loads(text)) == text
    except (ValueError, RecursionError):
        return False


def decode(line: bytes, serial: int, prev: str) -> Entry:
    """Read one line that must be entry `serial` after a line named `prev`.

    Raises LedgerCorruptError where it is not, LedgerFutureVersionError where a newer massctl wrote it.
    """
    try:
        fields: Any = from_json(line)
    except ValueError:
        raise _corrupt(serial, Phrase("it is not JSON")) from None
    if not isinstance(fields, dict):
        raise _corrupt(serial, Phrase("it is not a ledger entry"))
    # Asked before anything else: a newer format may have another head and another chain.
    version = fields.get("format_version")
    if fields.get("type") == "created" and isinstance(version, int) and version > LEDGER_FORMAT_VERSION:
        raise _future(Phrase("its format version is {version}", version=ascii(version)[:20]))
    if not fields.keys() >= _HEAD:
        raise _corrupt(serial, Phrase("it is not a ledger entry"))
    if fields["serial"] != serial:
        raise _corrupt(serial, Phrase("its serial is {found}", found=ascii(fields["serial"])[:20]))
    if fields["prev"] != prev:
        raise _corrupt(serial, Phrase("it does not follow from the line before"))
    return _entry(fields, serial, prev)


def check_last(line: bytes, entry: Entry) -> None:
    """Raise LedgerCorruptError for a last line that is not what we write: no next line proves it by its `prev`."""
    try:
        as_written = encode(entry, entry.serial, entry.prev) == line
    except ValueError:
        as_written = False  # It holds NaN or infinity, which are no JSON.
    if not as_written:
        raise _corrupt(entry.serial, Phrase("it is not a ledger entry"))


def _entry(fields: dict[str, Any], serial: int, prev: str) -> Entry:
    """Make the entry of a line whose place in the chain is proven; takes the head out of `fields`."""
    del fields["serial"], fields["prev"]
    at, campaign, edition = fields.pop("at"), fields.pop("campaign"), fields.pop("edition")
    try:
        moment = datetime.fromisoformat(at)
    except (TypeError, ValueError):
        raise _corrupt(serial, Phrase("its time cannot be read")) from None
    if moment.tzinfo is None:
        raise _corrupt(serial, Phrase("its time cannot be read"))
    try:
        if not isinstance(campaign, str | None) or not isinstance(edition, int | None):
            raise UnknownEventError(campaign)
        return Entry(serial, prev, moment, event_of(fields), campaign, edition)
    except UnknownEventError:
        # The chain holds, so the line is what its writer wrote: a writer that knows more than we do.
        raise _future(Phrase("entry {serial} is of a kind this version does not know", serial=serial)) from None


def no_beginning(serial: int) -> LedgerCorruptError:
    """Say that behind the last newline stands something that no crash of ours leaves there."""
    return _corrupt(serial, Phrase("what stands there is not the beginning of an entry"))


def empty_file() -> LedgerCorruptError:
    """Say that a ledger has no byte: massctl makes the file with its first entry in it."""
    return _damaged(Phrase("The file is empty, and massctl never leaves a ledger without an entry. Nothing was sent."))


def _corrupt(serial: int, why: Phrase) -> LedgerCorruptError:
    return _damaged(
        Phrase("Entry {serial} was changed or is missing: {why}. Nothing was sent.", serial=serial, why=why)
    )


def _damaged(what: Phrase) -> LedgerCorruptError:
    return LedgerCorruptError(
        Phrase("the ledger is not what was written"),
        what,
        Phrase(
            "Restore the file from a copy that verifies; `massctl state verify` checks one. Without any: "
            'massctl state init --new-lineage --reason "…"'
        ),
    )


def _future(why: Phrase) -> LedgerFutureVersionError:
    return LedgerFutureVersionError(
        Phrase("the ledger was written by a newer massctl"),
        Phrase("This version cannot read it: {why}. Nothing was sent and nothing was changed.", why=why),
        Phrase("Install the newer massctl, then run the same command again."),
    )
