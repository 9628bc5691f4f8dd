"""Set and remove keys of a YAML file, and change no other byte of it.

The file is composed to learn where a key stands, and is never written by a YAML library: line endings, a byte order
mark, comments, indentation and quotes stay. The result is read again, and must say what the file said and the new
values, nothing else.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from massctl.source.yaml import Node, compose, read_yaml

_MARK = b"\xef\xbb\xbf"
Keys = tuple[str | int, ...]
"""A key, and those above it, from the document's root; a number is that of a list's item."""
Value = str | list[str] | bool
"""A list is written on one line."""


def written(value: Value) -> str:
    """Return a value as YAML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def with_values(
    data: bytes, file: str, known_keys: frozenset[str], changes: Mapping[Keys, Value | None]
) -> bytes | None:
    """Return a file with these values set, or their keys removed where None; None if that cannot be done.

    A value is written as it is, so one that YAML would read otherwise stands in double quotes.
    """
    for keys, value in changes.items():
        said = _said(data, file, known_keys)
        due = _due(said, keys, value)
        if due is None:
            return None
        if json.dumps(due) == json.dumps(said):
            continue
        text = data.removeprefix(_MARK).decode()
        edited = _without(text, keys) if value is None else _with(text, keys, written(value))
        if edited is None:
            return None
        data = data[: len(data) - len(data.removeprefix(_MARK))] + edited.encode()
        if json.dumps(_said(data, file, known_keys), sort_keys=True) != json.dumps(
            due, sort_keys=True
        ):
            return None
    return data


def _said(data: bytes, file: str, known_keys: frozenset[str]) -> dict[str, Any] | None:
    """Return what a file says; None if it is at fault."""
    document = read_yaml(data, file, None, known_keys)
    is_whole = document.is_whole and not document.diagnostics
    return document.data if is_whole and isinstance(document.data, dict) else None


def _due(said: dict[str, Any] | None, keys: Keys, value: Value | None) -> dict[str, Any] | None:
    """Return what the file is to say; None if it says nothing that could be changed."""
    block: Any
    due = block = deepcopy(said)
    for key in keys[:-1]:
        if isinstance(key, int):
            if not isinstance(block, list) or key >= len(block):
                return None
            block = block[key]
            continue
        if block is None or not isinstance(block.get(key), dict | list | None):
            return None
        if block.get(key) is None:
            if value is None:
                return said
            block[key] = {}
        block = block[key]
    if not isinstance(block, dict):
        return None
    if value is None:
        block.pop(keys[-1], None)
    else:
        quoted = isinstance(value, str) and value.startswith('"')
        block[keys[-1]] = json.loads(str(value)) if quoted else value
    return due


def _pairs(mapping: Node | None) -> dict[str, tuple[Node, Node]]:
    items = mapping.items if mapping is not None and mapping.kind == "mapping" else []
    return {key.text: (key, value) for key, value in zip(items[::2], items[1::2], strict=True)}


def _with(text: str, keys: Keys, value: str) -> str | None:
    root = compose(text).root
    if root is None:
        return None
    if len(keys) != 2:
        return _with_below(text, root, keys, value)
    above, last = map(str, keys)
    key, block = _pairs(root).get(above, (None, None))
    if key is None or block is None:
        return _append(text, root, f"{above}:\n  {last}: {value}")
    if block.start == block.end:
        end = _line_end(text, key.end)
        return _put(text, end, f"\n{_indent(text, key)}  {last}: {value}")
    return _set(text, block, last, value)


def _with_below(text: str, root: Node, keys: Keys, value: str) -> str | None:
    """Write a value into a mapping that is there."""
    block: Node | None = root
    for key in keys[:-1]:
        if isinstance(key, int):
            block = block.items[key] if block is not None else None
        else:
            block = _pairs(block).get(key, (None, None))[1]
    return (
        _set(text, block, str(keys[-1]), value)
        if block is not None and block.kind == "mapping"
        else None
    )


def _set(text: str, block: Node, name: str, value: str) -> str | None:
    """Write a value into a mapping; of a block, a new key comes before the others."""
    key, old = _pairs(block).get(name, (None, None))
    if key is not None and old is not None:
        if old.start < old.end:
            return text[: old.start] + value + text[old.end :]
        return _put(text, text.index(":", key.end) + 1, f" {value}")
    if block.is_flow:
        # Its properties may stand before the brace.
        brace = text.index("{", block.start) + 1
        return _put(text, brace, f"{name}: {value}{', ' if block.items else ''}")
    if not block.items or (indent := _indent(text, block.items[0])).strip(" -"):
        return None
    if "-" in indent:
        return _put(text, block.items[0].start, f"{name}: {value}\n{indent.replace('-', ' ')}")
    return _put(text, block.items[0].start - len(indent), f"{indent}{name}: {value}\n")


def _append(text: str, root: Node, piece: str) -> str | None:
    """Write keys behind all others of a document in block style."""
    if root.is_flow or not root.items or (indent := _indent(text, root.items[0])).strip():
        return None
    piece = indent + piece.replace("\n", f"\n{indent}")
    return _put(text, len(text), f"{piece}\n" if text.endswith("\n") else f"\n{piece}")


def _without(text: str, keys: Keys) -> str | None:
    """Take a key away: with its lines in block style, else with the comma beside it."""
    mapping = compose(text).root
    for key in keys[:-1]:
        if isinstance(key, int):
            return None  # Nothing is taken out of a list's item.
        mapping = _pairs(mapping)[key][1]
    if mapping is None or keys[-1] not in _pairs(mapping):
        return None
    pairs = list(_pairs(mapping).values())
    at = [name.text for name, _ in pairs].index(keys[-1])
    name, old = pairs[at]
    start = name.start
    end = max(old.end, name.end)
    if not mapping.is_flow:
        start = start - len(_indent(text, name))
        end = _line_end(text, end) + 1
    elif at + 1 < len(pairs):
        end = pairs[at + 1][0].start
    elif at:
        start = pairs[at - 1][1].end
    return text[:start] + text[end:]


def _indent(text: str, node: Node) -> str:
    """Return what stands before a node on its line."""
    return text[text.rfind("\n", 0, node.start) + 1 : node.start]


def _line_end(text: str, offset: int) -> int:
    """Return the offset of the line feed behind an offset, or of the text's end."""
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _put(text: str, at: int, piece: str) -> str:
    """Insert a piece, whose lines end as those of the text do."""
    if "\r\n" in text:
        at -= text.startswith("\r\n", at - 1)  # Before a line end, not into it.
        piece = piece.replace("\n", "\r\n")
    return text[:at] + piece + text[at:]
