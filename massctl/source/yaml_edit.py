"""Set and remove keys of a YAML file, and change no other byte of it.

The file is composed to learn where a key stands, and is never written by a YAML library: line endings, a byte order
mark, comments, indentation and quotes stay. The result is read again, and must say what the file said and the new
values, nothing else.
"""

import itertools
import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from massctl.source.yaml import Node, compose, read_yaml

_MARK = b"\xef\xbb\xbf"
Keys = tuple[str | int, ...]
"""A key, and those above it, from the document's root; a number is that of a list's item."""
Value = str | list[str] | dict[str, str] | bool
"""A list or a mapping is written on one line."""


def written(value: Value) -> str:
    """Return a value as YAML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {each}' for key, each in value.items())}}}"
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def _meant(value: Value) -> Any:
    """Return what a value says, once it is written."""
    if isinstance(value, str):
        return json.loads(value) if value.startswith('"') else value
    if isinstance(value, list):
        return list(map(_meant, value))
    return {key: _meant(each) for key, each in value.items()} if isinstance(value, dict) else value


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


def with_items(
    data: bytes, file: str, known_keys: frozenset[str], keys: Keys, order: Sequence[int | str]
) -> bytes | None:
    """Return a file whose list has these items: each an old place, from 0, or the YAML of a new one.

    An item moves and goes with its lines, and with the comments in them and right above them. None if that cannot
    be done.
    """
    said = _said(data, file, known_keys)
    text = data.removeprefix(_MARK).decode()
    node = node_at(compose(text).root, keys)
    if said is None or node is None or node.kind != "list" or not node.items or not order:
        return None
    kept = [each for each in order if isinstance(each, int)]
    if len(set(kept)) < len(kept) or not set(kept) <= set(range(len(node.items))):
        return None
    edited = _flow_items(text, node, order) if node.is_flow else _block_items(text, node, order)
    if edited is None:
        return None
    block: Any = said
    for key in keys:
        block = block[key]
    meant = [block[each] if isinstance(each, int) else _read(each) for each in order]
    block[:] = meant
    found = data[: len(data) - len(data.removeprefix(_MARK))] + edited.encode()
    is_so = json.dumps(_said(found, file, known_keys), sort_keys=True) == json.dumps(
        said, sort_keys=True
    )
    return found if is_so else None


def _read(item: str) -> Any:
    return read_yaml(item.encode(), "", None, frozenset()).data


def _flow_items(text: str, node: Node, order: Sequence[int | str]) -> str | None:
    items = node.items
    gaps = [text[one.end : two.start] for one, two in itertools.pairwise(items)]
    if any(gap.strip() != "," for gap in gaps):
        return None
    parts = [text[items[e].start : items[e].end] if isinstance(e, int) else e for e in order]
    gaps += [", "] * len(parts)
    pieces = [piece for pair in zip(parts, gaps, strict=False) for piece in pair][:-1]
    return text[: items[0].start] + "".join(pieces) + text[items[-1].end :]


def _block_items(text: str, node: Node, order: Sequence[int | str]) -> str | None:
    indent = _indent(text, node.items[0])
    dash = indent.partition("-")[0]
    begins = [_item_begin(text, each, dash) for each in node.items]
    if indent.strip() != "-" or dash.strip() or len(set(begins)) < len(begins):
        return None
    ends = [*begins[1:], _line_end(text, _end(text, node.items[-1])) + 1]
    line_end = "\r\n" if "\r\n" in text else "\n"
    parts = []
    for each in order:
        if isinstance(each, int):
            part = text[begins[each] : ends[each]]
            parts.append(part if part.endswith("\n") else f"{part}{line_end}")
        else:
            lines = each.splitlines()
            parts += [f"{indent}{lines[0]}{line_end}"]
            parts += [f"{' ' * len(indent)}{line}{line_end}" for line in lines[1:]]
    return text[: begins[0]] + "".join(parts) + text[ends[-1] :]


def _item_begin(text: str, item: Node, dash: str) -> int:
    """Return where the lines of an item begin: at the comments right above it that stand as far in as its dash."""
    begin = text.rfind("\n", 0, item.start) + 1
    while begin:
        above = text.rfind("\n", 0, begin - 1) + 1
        if not text[above:begin].startswith(f"{dash}#"):
            break
        begin = above
    return begin


def node_at(root: Node | None, keys: Keys) -> Node | None:
    """Return what stands at a key; None if nothing does."""
    node = root
    for key in keys:
        if node is None:
            return None
        if isinstance(key, int):
            is_item = node.kind == "list" and key < len(node.items)
            node = node.items[key] if is_item else None
        else:
            node = _pairs(node).get(key, (None, None))[1]
    return node


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
        block[keys[-1]] = _meant(value)
    return due


def _pairs(mapping: Node | None) -> dict[str, tuple[Node, Node]]:
    items = mapping.items if mapping is not None and mapping.kind == "mapping" else []
    return {key.text: (key, value) for key, value in zip(items[::2], items[1::2], strict=True)}


def _with(text: str, keys: Keys, value: str) -> str | None:
    root = compose(text).root
    if root is None:
        return None
    if len(keys) != 2:
        block = node_at(root, keys[:-1])
        is_there = block is not None and block.kind == "mapping"
        return _set(text, block, str(keys[-1]), value) if block and is_there else None
    above, last = map(str, keys)
    key, block = _pairs(root).get(above, (None, None))
    if key is None or block is None:
        return _append(text, root, f"{above}:\n  {last}: {value}")
    if block.start == block.end:
        end = _line_end(text, key.end)
        return _put(text, end, f"\n{_indent(text, key)}  {last}: {value}")
    return _set(text, block, last, value)


def _set(text: str, block: Node, name: str, value: str) -> str | None:
    """Write a value into a mapping; of a block, a new key comes before the others."""
    key, old = _pairs(block).get(name, (None, None))
    if key is not None and old is not None:
        if old.start < old.end:
            return text[: old.start] + value + text[_end(text, old) :]
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
        if mapping is not None:
            mapping = mapping.items[key] if isinstance(key, int) else _pairs(mapping)[key][1]
    if mapping is None or keys[-1] not in _pairs(mapping):
        return None
    pairs = list(_pairs(mapping).values())
    at = [name.text for name, _ in pairs].index(keys[-1])
    name, old = pairs[at]
    start = name.start
    end = max(_end(text, old), name.end)
    if not mapping.is_flow and "-" in _indent(text, name):
        # The dash of a list's item stays, and the next key comes up to it.
        end = _line_end(text, end) + 1
        end += len(text[end:]) - len(text[end:].lstrip(" "))
    elif not mapping.is_flow:
        start = start - len(_indent(text, name))
        end = _line_end(text, end) + 1
    elif at + 1 < len(pairs):
        end = pairs[at + 1][0].start
    elif at:
        start = pairs[at - 1][1].end
    return text[:start] + text[end:]


def _end(text: str, node: Node) -> int:
    """Return where a value ends: of a text over several lines, before the line break behind it."""
    while node.items and not node.is_flow:
        node = node.items[-1]
    is_block = text[node.start : node.start + 1] in ("|", ">")
    return node.start + len(text[node.start : node.end].rstrip()) if is_block else node.end


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
