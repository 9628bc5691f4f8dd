"""Write keys of `state` into massctl.yaml, and change no other byte.

The file is composed to learn where `state` stands, and is never written by a YAML library: line endings, a byte order
mark, comments, indentation and quotes stay. The result is read again before it is written, and must say what the file
said and the new keys, nothing else. A symbolic link stays one. The file is replaced whole, so that a crash leaves the
old or the new one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from massctl.errors import LedgerError
from massctl.model.diagnostics import Lines
from massctl.model.phrase import Phrase, enumerated, system_reason
from massctl.model.settings import GIT_KEYS, MassctlFile
from massctl.source.repository import SETTINGS
from massctl.source.validation import known_keys
from massctl.source.whole_file import write_whole
from massctl.source.yaml import Node, compose, read_yaml

_STATE: Final = "state"
_INDENT: Final = "  "


def declare_lineage(root: Path, lineage: str) -> bytes | None:
    """Set `state.lineage`; gives the file's bytes from before, or None where it is set already.

    Raises LedgerError, with the line to type, where the file cannot be changed so or cannot be written.
    """
    return _declared(root, {"lineage": lineage})


def declare_backend(root: Path, backend: str, where: Mapping[str, str]) -> bytes | None:
    """Set `state.backend`, and the keys in `where` that say where it is; else as `declare_lineage`."""
    return _declared(root, keys_of(backend, where))


def keys_of(backend: str, where: Mapping[str, str]) -> dict[str, str | None]:
    """Give the keys of `state` for a backend; None stands for a key to be removed."""
    if backend == "local":
        return {"backend": backend, **dict.fromkeys(GIT_KEYS)}
    return {"backend": backend, **{key: where[key] for key in GIT_KEYS if key in where}}


def require_changeable(root: Path, keys: Mapping[str, str | None]) -> None:
    """Raise LedgerError, with the line to type, where massctl.yaml cannot be made to say so; writes nothing."""
    try:
        if with_keys((root / SETTINGS).read_bytes(), keys) is None:
            raise _by_hand(keys)
    except OSError as error:
        raise _unwritable(error, keys) from None


def take_back(root: Path, before: bytes) -> None:
    """Write the bytes of before `declare_lineage` again; raises LedgerError where they cannot be written."""
    try:
        _replace(root / SETTINGS, before)
    except OSError as error:
        raise _unwritable(error, {}) from None


def with_keys(data: bytes, keys: Mapping[str, str | None]) -> bytes | None:
    """Give massctl.yaml with these keys of `state` set, or removed where None; None where that cannot be done.

    `data` must be without a fault.
    """
    for key, value in keys.items():
        due = _expected(data, key, value)
        if due is None:
            return None
        if due != _said(data):
            found = next((each for each in _ways(data, key, value) if _said(each) == due), None)
            if found is None:
                return None
            data = found
    return data


def _declared(root: Path, keys: Mapping[str, str | None]) -> bytes | None:
    path = root / SETTINGS
    try:
        before = path.read_bytes()
        after = with_keys(before, keys)
        if after is None:
            raise _by_hand(keys)
        if after == before:
            return None
        _replace(path, after)
        if path.read_bytes() != after:
            raise _by_hand(keys)
    except OSError as error:
        raise _unwritable(error, keys) from None
    return before


def _said(data: bytes) -> str | None:
    """Give what a file says, in one spelling; None where it is at fault."""
    document = read_yaml(data, SETTINGS, None, known_keys(MassctlFile))
    return None if document.diagnostics or not document.is_whole else json.dumps(document.data, sort_keys=True)


def _expected(data: bytes, key: str, value: str | None) -> str | None:
    """Give what the file is to say; None where it says nothing that could be changed."""
    said = _said(data)
    document: Any = json.loads(said) if said is not None else None
    if not isinstance(document, dict):
        return None
    state = document.get(_STATE)
    if not isinstance(state, dict | None):
        return None
    state = dict(state or {})
    if value is not None:
        state[key] = value
    else:
        state.pop(key, None)
    if state or _STATE in document:
        document[_STATE] = state
    return json.dumps(document, sort_keys=True)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A key and its value, by offsets of the text as written."""

    key: tuple[int, int]
    value: tuple[int, int]
    node: Node


class _Written:
    """The text of a massctl.yaml, and where things stand in it."""

    def __init__(self, data: bytes) -> None:
        self.mark: Final = data[: len(data) - len(data.removeprefix(b"\xef\xbb\xbf"))]
        self.text: Final = data.removeprefix(self.mark).decode()
        self.lines: Final = Lines(self.text)
        self.root: Final = compose(self.text).root

    def pairs(self, mapping: Node) -> dict[str, _Pair]:
        """Give the keys that are written in a mapping, with their values."""
        found = zip(mapping.items[::2], mapping.items[1::2], strict=True)
        return {key.text: _Pair(self._place(key), self._place(value), value) for key, value in found}

    def behind_brace(self, mapping: Node) -> int:
        """Give the place behind the brace with which a flow mapping begins; its properties may stand before it."""
        start = self._place(mapping)[0]
        return self.text.index("{", start) + 1

    def put(self, start: int, end: int, piece: str) -> bytes:
        """Give the file with a piece of its text exchanged."""
        return self.mark + (self.text[:start] + piece + self.text[end:]).encode()

    def line_of(self, offset: int) -> int:
        """Give the number of the line on which a character stands."""
        return self.lines.at(offset)[0]

    def below(self, line: int, added: str) -> bytes:
        """Give the file with lines added below another, or at its top for 0, which end as those around them do."""
        ending = self._ending(line)
        added = ending.join(added.split("\n"))
        if line < len(self.lines):
            after = self.lines.bounds(line + 1)[0]
            return self.put(after, after, added + ending)
        start, end = self.lines.bounds(line)
        # Behind the last line break stands nothing, or a line that has none.
        return self.put(end, end, added + ending if start == end else ending + added)

    def indent(self, offset: int) -> str:
        """Give what stands before a character on its line."""
        return self.text[self.lines.bounds(self.line_of(offset))[0] : offset]

    def _ending(self, line: int) -> str:
        if len(self.lines) == 1:
            return "\n"
        at = min(max(line, 1), len(self.lines) - 1)
        return self.text[self.lines.bounds(at)[1] : self.lines.bounds(at + 1)[0]]

    def _place(self, node: Node) -> tuple[int, int]:
        return node.start, node.end


def _ways(data: bytes, key: str, value: str | None) -> Iterator[bytes]:
    """Give what a person with an editor would try, the plainest first; whoever asks reads each result."""
    written = _Written(data)
    root = written.root
    if root is None or root.kind != "mapping":
        return
    pairs = written.pairs(root)
    if value is None:
        yield from _without(written, pairs, key)
    elif _STATE not in pairs:
        yield from _with_state(written, root, key, value)
    else:
        yield from _in_state(written, pairs[_STATE], key, value)


def _with_state(written: _Written, root: Node, key: str, value: str) -> Iterator[bytes]:
    if root.is_flow:
        place = written.behind_brace(root)
        yield written.put(place, place, f"{_STATE}: {{{key}: {value}}}, ")
        return
    first = next(iter(written.pairs(root).values()), None)
    if first is None:
        return
    indent = written.indent(first.key[0])
    if indent.strip():
        return
    lines = f"{indent}{_STATE}:\n{indent}{_INDENT}{key}: {value}"
    yield written.below(len(written.lines), lines)
    yield written.below(written.line_of(first.key[0]) - 1, lines)


def _in_state(written: _Written, state: _Pair, key: str, value: str) -> Iterator[bytes]:
    node = state.node
    if node.target is not None:
        return  # What it stands for is written elsewhere, and may stand for something else too.
    pairs = written.pairs(node) if node.kind == "mapping" else {}
    if key in pairs:
        start, end = pairs[key].value
        colon = written.text.find(":", pairs[key].key[1]) + 1
        yield written.put(start, end, value) if start < end else written.put(colon, colon, f" {value}")
    elif node.kind == "mapping" and node.is_flow:
        place = written.behind_brace(node)
        yield written.put(place, place, f"{key}: {value}, " if pairs else f"{key}: {value}")
    else:
        first = min((pair.key[0] for pair in pairs.values()), default=None)
        indent = written.indent(first) if first is not None else written.indent(state.key[0]) + _INDENT
        if not indent.strip():
            yield written.below(written.line_of(state.key[0]), f"{indent}{key}: {value}")
            if first is not None:
                yield written.below(written.line_of(first) - 1, f"{indent}{key}: {value}")


def _without(written: _Written, pairs: Mapping[str, _Pair], key: str) -> Iterator[bytes]:
    """Take a key away: with its line where it has one of its own, else with the comma beside it."""
    state = pairs[_STATE].node
    found = written.pairs(state)[key]
    if state.is_flow:
        start, end = found.key[0], max(found.value[1], found.key[1])
        behind = written.text[end:].partition(",")
        before = written.text[:start].rpartition(",")
        if not behind[0].strip() and behind[1]:
            rest = behind[2].lstrip(" ")
            yield written.put(start, len(written.text) - len(rest), "")
        if not before[2].strip() and before[1]:
            yield written.put(len(before[0]), end, "")
        yield written.put(start, end, "")
        return
    line = written.line_of(found.key[0])
    start = written.lines.bounds(line)[0]
    end = written.lines.bounds(line + 1)[0] if line < len(written.lines) else len(written.text)
    yield written.put(start, end, "")
    # A key without a value says null, and no mapping: of the last key the braces of an empty one are left.
    yield written.put(start, end, f"{written.indent(found.key[0])}{{}}{written.text[found.value[1] : end]}")


def _replace(path: Path, data: bytes) -> None:
    target = path.resolve()  # A link stays one.
    write_whole(target, data, target.stat().st_mode & 0o777)


def _to_type(keys: Mapping[str, str | None]) -> Phrase:
    lines = enumerated([f"{key}: {value}" for key, value in keys.items() if value is not None])
    gone = [key for key, value in keys.items() if value is None]
    if not gone:
        say = Phrase(
            "{lines}   write this into massctl.yaml, each key on a line below state:, then run the same command again"
        )
        return Phrase(say, lines=lines)
    say = Phrase(
        "{lines}   write this into massctl.yaml, each key on a line below state:, and take {keys} out there; then run "
        "the same command again"
    )
    return Phrase(say, lines=lines, keys=enumerated(gone))


def _by_hand(keys: Mapping[str, str | None]) -> LedgerError:
    return LedgerError(
        Phrase("massctl cannot write this into massctl.yaml without changing other lines"),
        Phrase("massctl.yaml is as it was. Nothing was begun, uploaded or sent."),
        _to_type(keys),
    )


def _unwritable(error: OSError, keys: Mapping[str, str | None]) -> LedgerError:
    return LedgerError(
        Phrase("massctl.yaml cannot be written"),
        Phrase("{why}. Nothing was begun, uploaded or sent.", why=system_reason(error)),
        _to_type(keys) if keys else Phrase("Make massctl.yaml writable, then run the same command again."),
    )
