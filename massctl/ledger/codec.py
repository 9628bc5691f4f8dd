"""The ledger's bytes: one entry a line, as canonical JSON, with the digest of the line before.

Reading verifies the chain and builds the entries. Only the last line is also compared with what massctl would write,
because no next line proves it. Three things may follow the last newline: nothing, a whole entry that lost its newline,
or the beginning of an entry that a crash left. Everything else is damage, and so is an empty file.
"""

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from massctl.errors import LedgerCorruptError, LedgerFutureVersionError, LedgerUntrustedError
from massctl.ledger import NEW_LINEAGE
from massctl.ledger.signature import NOBODY, UNSIGNED, LedgerKeys, Signing, is_signature
from massctl.model.entries import (
    GENESIS,
    LEDGER_FORMAT_VERSION,
    Entry,
    NewEntry,
    event_of,
    fields_of,
)
from massctl.model.frozen import Frozen
from massctl.model.ids import canonical_json, prefixed, sha256_of
from massctl.model.phrase import A_FILE, Command, Phrase

_DEPTH_MAX = 8
"""Levels of an entry: three, and some more for those to come."""
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_LAST = "\U0010ffff"
"""Sorts behind every other character, so that a key that ends with it is in order wherever it stands."""
_ENDS = (
    *(
        "",
        '"',
        f'{_LAST}":0',
        f'"{_LAST}":0',
        ":0",
        "0",
        "rue",
        "ue",
        "e",
        "alse",
        "lse",
        "se",
        "ull",
        "ll",
        "l",
    ),
    *(
        each + end
        for each in ("\\", "n", "0001", "001", "01", "1", "b", "f")
        for end in ('"', f'{_LAST}":0')
    ),
)
"""What may stand behind a line that was cut off: the rest of a text, a key, a number or a word of JSON."""
_HEAD = frozenset({"serial", "prev", "at", "campaign", "edition"})


class End(Frozen):
    """Where verified lines end: what the next line has to follow from."""

    serial: int = 0
    digest: str = GENESIS
    """Names the last line, as the next one's `prev` will."""
    signing: Signing = NOBODY
    """Who signs what comes next."""

    def after(self, lines: Sequence[bytes], signing: Signing | None = None) -> "End":
        """Return the end after more lines. `signing` is the state of signatures there."""
        if not lines:
            return self
        return End(self.serial + len(lines), chain_digest(lines[-1]), signing or self.signing)


BEGIN = End()
"""Before the first entry."""


def chain_digest(line: bytes) -> str:
    """Return the digest of a line without its newline, as `prev` of the next line has it.

    >>> chain_digest(b'{}')[:20]
    'sha256:44136fa355b36'
    """
    return prefixed(sha256_of(line))


def encode(entry: NewEntry | Entry, serial: int, prev: str, signature: str | None = None) -> bytes:
    """Encode one entry as a line without the newline."""
    fields = fields_of(entry.event)
    head = {"serial": serial, "prev": prev, "at": entry.at.isoformat(timespec="milliseconds")}
    if signature is not None:
        head["signature"] = signature
    about = {"campaign": entry.campaign, "edition": entry.edition}
    return canonical_json({**fields, **head, **about}).encode()


def follow(
    data: bytes, after: End = BEGIN, *, deep: bool = False, keys: LedgerKeys = UNSIGNED
) -> tuple[list[Entry], End]:
    """Verify the lines of `data`, which follow `after`; return their entries, and where they end.

    With `deep`, the form and the fields of every line are checked, not only those of the last line. Raises what
    `decode` raises, also for a last line that is neither an entry nor the beginning of one. Raises
    LedgerUntrustedError for a line that is not signed by the key in force.

    The newest line names all before it, so its signature covers them. Without `deep` each one is verified only where
    that one does not hold, to find the line at fault.
    """
    try:
        return _followed(data, after, deep=deep, keys=keys, verify_each=deep)
    except LedgerUntrustedError:
        return _followed(data, after, deep=deep, keys=keys, verify_each=True)


def _followed(
    data: bytes, after: End, *, deep: bool, keys: LedgerKeys, verify_each: bool
) -> tuple[list[Entry], End]:
    entries: list[Entry] = []
    serial, prev, start, line, signing = after.serial, after.digest, 0, b"", after.signing
    before = signing
    while (stop := data.find(b"\n", start)) >= 0:
        serial, line, before = serial + 1, data[start:stop], signing
        entries.append(decode(line, serial, prev))
        signing = keys.after_unverified(line, entries[-1], signing)
        if verify_each:
            keys.verify(line, entries[-1], before)
        if deep:
            check_form(line, entries[-1])
        prev, start = chain_digest(line), stop + 1
    last = data[start:]
    if last and is_whole(last):
        serial, line, before = serial + 1, last, signing
        entries.append(decode(line, serial, prev))
        signing = keys.after_unverified(line, entries[-1], signing)
        prev = chain_digest(line)
    elif last and not begins_entry(last, serial + 1, prev):
        raise _corrupt(serial + 1, Phrase("the bytes there are not the beginning of an entry"))
    if not entries:
        return entries, after
    check_form(line, entries[-1])
    keys.verify(line, entries[-1], before)
    return entries, End(serial, prev, signing)


def first_lines(found: bytes | None, serial: int) -> bytes:
    """Return the first `serial` lines of a ledger, each with its newline."""
    return b"".join(line + b"\n" for line in (found or b"").split(b"\n")[:serial])


def follow_file(
    data: bytes | None, *, deep: bool = False, keys: LedgerKeys = UNSIGNED
) -> tuple[list[Entry], End]:
    """Verify a whole ledger; None without one. Raises what `follow` raises, and refuses an empty file.

    Raises LedgerUntrustedError if the newest line is not signed as massctl.yaml says.
    """
    if data == b"":
        raise empty_file()
    entries, end = follow(data or b"", deep=deep, keys=keys)
    keys.require_trusted(end.signing, end.serial)
    return entries, end


def sound_part(data: bytes, keys: LedgerKeys = UNSIGNED) -> tuple[list[Entry], End]:
    """Verify a damaged ledger in depth, up to the first line that does not follow or is not signed.

    If the next line is an entry that names another predecessor, one of the two lines was changed, and the result ends
    before both. Raises LedgerFutureVersionError for a line of a newer massctl, which is not damage.
    """
    entries: list[Entry] = []
    before, end, start = BEGIN, BEGIN, 0
    while start < len(data):
        stop = data.find(b"\n", start) + 1 or len(data)
        try:
            found, after = follow(data[start:stop], end, keys=keys)
        except LedgerUntrustedError:
            return entries, end
        except LedgerCorruptError:
            return (
                (entries[:-1], before) if _names_another(data[start:stop], end) else (entries, end)
            )
        entries += found
        before, end, start = end, after, stop
    return entries, end


def _names_another(line: bytes, end: End) -> bool:
    """Whether a line is the next entry after `end`, apart from the line that it follows."""
    try:
        fields = from_json(line)
        return bool(fields["serial"] == end.serial + 1 and fields["prev"] != end.digest)
    except (ValueError, TypeError, LookupError):
        return False


def is_whole(line: bytes) -> bool:
    """Return whether a line that lost its newline is whole. A JSON object parses only with its last byte."""
    try:
        from_json(line)
    except ValueError:
        return False
    return True


def begins_entry(tail: bytes, serial: int, prev: str) -> bool:
    """Return whether the bytes after the last newline can be the beginning of entry `serial`.

    They can if some continuation would make them a line that `encode` writes: an object with sorted keys and without
    blanks. As far as `serial` and `prev` are there, they must be the expected ones. Zeros, a blank, half a line of
    another ledger, and an editor's additions are not a beginning.
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
    """Return the brackets that are open at the end of a JSON text; None if no entry is built like that."""
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
    """Decode one line, which must be entry `serial` after the line whose digest is `prev`.

    Raises LedgerCorruptError if it is not, and LedgerFutureVersionError if a newer massctl wrote it.
    """
    try:
        fields: Any = from_json(line)
    except ValueError:
        raise _corrupt(serial, Phrase("it is not JSON")) from None
    if not isinstance(fields, dict):
        raise _corrupt(serial, Phrase("it is not a ledger entry"))
    # Asked before anything else: a newer format may have another head and another chain.
    version = fields.get("format_version")
    if (
        fields.get("type") == "created"
        and isinstance(version, int)
        and version > LEDGER_FORMAT_VERSION
    ):
        raise _future(Phrase("its format version is {version}", version=ascii(version)[:20]))
    if not fields.keys() >= _HEAD:
        raise _corrupt(serial, Phrase("it is not a ledger entry"))
    if fields["serial"] != serial:
        raise _corrupt(serial, Phrase("its serial is {found}", found=ascii(fields["serial"])[:20]))
    if fields["prev"] != prev:
        raise _corrupt(serial, Phrase("it does not follow from the line before"))
    return _entry(fields, serial, prev)


def check_form(line: bytes, entry: Entry) -> None:
    """Raise LedgerCorruptError for a line that differs from what massctl would write, in a byte or a field."""
    signature = from_json(line).get("signature")
    try:
        same = encode(entry, entry.serial, entry.prev, signature) == line
    except ValueError:
        same = False
    if not same:
        raise _corrupt(entry.serial, Phrase("it is not a ledger entry"))


def _entry(fields: dict[str, Any], serial: int, prev: str) -> Entry:
    """Make the entry of a line whose place in the chain is proven; takes the head out of `fields`."""
    del fields["serial"], fields["prev"]
    if "signature" in fields and not is_signature(fields.pop("signature")):
        raise _corrupt(serial, Phrase("its signature cannot be read"))
    at, campaign, edition = fields.pop("at"), fields.pop("campaign"), fields.pop("edition")
    try:
        moment = datetime.fromisoformat(at)
    except (TypeError, ValueError):
        raise _corrupt(serial, Phrase("its time cannot be read")) from None
    if moment.tzinfo is None:
        raise _corrupt(serial, Phrase("its time cannot be read"))
    try:
        if not isinstance(campaign, str | None) or not isinstance(edition, int | None):
            raise ValueError(campaign)
        return Entry(serial, prev, moment, event_of(fields), campaign, edition)
    except ValueError:
        # The chain holds, so the line is what its writer wrote: a writer that knows more than we do.
        raise _future(
            Phrase("entry {serial} is of a kind this version does not know", serial=serial)
        ) from None


def empty_file() -> LedgerCorruptError:
    """Say that a ledger has no byte: massctl makes the file with its first entry in it."""
    return _damaged(
        Phrase("The file is empty, and massctl never leaves an empty ledger. Nothing was sent.")
    )


def _corrupt(serial: int, why: Phrase) -> LedgerCorruptError:
    return _damaged(
        Phrase(
            "Entry {serial} was changed or is missing: {why}. Nothing was sent.",
            serial=serial,
            why=why,
        )
    )


def _damaged(what: Phrase) -> LedgerCorruptError:
    return LedgerCorruptError(
        Phrase("the ledger is damaged"),
        what,
        Phrase(
            "{state_repair}   shows what can be kept; {state_restore}   restores a copy that "
            "`{state_verify}` accepts. Without either: {state_init}",
            state_repair=Command("state repair"),
            state_restore=Command("state restore", A_FILE),
            state_verify=Command("state verify"),
            state_init=NEW_LINEAGE,
        ),
    )


def _future(why: Phrase) -> LedgerFutureVersionError:
    return LedgerFutureVersionError(
        Phrase("the ledger was written by a newer massctl"),
        Phrase(
            "This version cannot read it: {why}. Nothing was sent and nothing was changed.", why=why
        ),
        Phrase("Install the newer massctl, then run the same command again."),
    )
