"""The two forms of an event as one tree: XML as WeChat documents it, JSON as its console offers it.

A document type is refused, so there are no entities to expand and nothing is fetched. Every bound is checked before
the work that it bounds.
"""

import json
from typing import Any
from xml.parsers import expat

from massctl.model.diagnostics import Fault, FaultError
from massctl.model.phrase import Phrase

EVENT_BYTES_MAX = 256 * 1024
"""Eight articles with their addresses take fewer than 20,000; our own bound."""
DEPTH_MAX = 32
"""WeChat's deepest member is the fifth; our own bound."""

Tree = dict[str, list["Node"]]
"""Names in small letters -> every value that stands under that name, in order."""
Node = str | Tree


_READ_AS = Phrase("pass the body of the callback as WeChat sent it, XML or JSON")


def _broken(why: Phrase, line: int | None = None, column: int | None = None) -> FaultError:
    """Return what carries a fault out of a parser."""
    return FaultError(Fault("MC501", why, _READ_AS, line=line, column=column))


def read_tree(data: bytes) -> Tree | Fault:
    """Read an event as XML or JSON; its first character tells which."""
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        if len(data) > EVENT_BYTES_MAX:
            raise _broken(
                Phrase("it has more than {bytes} bytes, which no event has", bytes=EVENT_BYTES_MAX)
            )
        if text.startswith(b"<"):
            return _within(
                _Xml().read(text, first_line=1 + data[: len(data) - len(text)].count(b"\n"))
            )
        if text.startswith(b"{"):
            return _within(_read_json(text))
        raise _broken(Phrase("it begins with neither < nor {, so it is neither XML nor JSON"), 1, 1)
    except FaultError as broken:
        return broken.fault


def _within(root: Tree) -> Tree:
    """Take off an envelope: an object around everything that has one name, as converters make it."""
    inner = root.get("xml", [])
    return inner[0] if len(root) == 1 and len(inner) == 1 and isinstance(inner[0], dict) else root


class _Xml:
    """Builds the tree while expat reads; an element with elements inside is a Tree, any other is its text."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, Tree, list[str]]] = [("", {}, [])]
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._document_type
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self, data: bytes, first_line: int) -> Tree:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            said = expat.errors.messages[error.code]
            say = Phrase("it is not well-formed XML: {why}", why=said)
            raise _broken(say, error.lineno + first_line - 1, error.offset + 1) from None
        except (ValueError, LookupError):
            # An encoding that Python does not know, or one that expat cannot use.
            raise _broken(Phrase("its declared encoding cannot be read"), first_line, 1) from None
        finally:
            # It holds this object, which holds it: a server would keep every event for a while.
            del self._parser
        (root,) = self._stack[0][1].values()
        return root[0] if isinstance(root[0], dict) else {}

    def _document_type(self, *_: object) -> None:
        place = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        raise _broken(Phrase("it declares a document type, which WeChat's events never do"), *place)

    def _start(self, name: str, _: dict[str, str]) -> None:
        if len(self._stack) > DEPTH_MAX:
            place = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
            raise _broken(
                Phrase("it is nested more than {depth} levels deep", depth=DEPTH_MAX), *place
            )
        self._stack.append((name.lower(), {}, []))

    def _end(self, _: str) -> None:
        name, children, texts = self._stack.pop()
        self._stack[-1][1].setdefault(name, []).append(children or "".join(texts))

    def _text(self, text: str) -> None:
        self._stack[-1][2].append(text)


def _read_json(data: bytes) -> Tree:
    try:
        # Numbers stay the words they are written in: a job's id has 64 bits, and nobody reckons with it here.
        value = json.loads(
            data.decode(), parse_int=str, parse_float=str, object_pairs_hook=_Members
        )
    except UnicodeDecodeError:
        raise _broken(Phrase("it is not UTF-8 text")) from None
    except json.JSONDecodeError as error:
        raise _broken(
            Phrase("it is not JSON: {why}", why=error.msg),
            error.lineno,
            error.colno,
        ) from None
    except RecursionError:
        raise _broken(
            Phrase("it is nested more than {depth} levels deep", depth=DEPTH_MAX)
        ) from None
    return _tree_of(value, 1) if isinstance(value, _Members) else {}


class _Members(list[tuple[str, Any]]):
    """An object's members as they stand, doubled ones too."""


def _tree_of(members: _Members, depth: int) -> Tree:
    tree: Tree = {}
    for name, value in members:
        tree.setdefault(name.lower(), []).extend(_nodes_of(value, depth + 1))
    return tree


def _nodes_of(value: object, depth: int) -> list[Node]:
    """Return a value as nodes: a list as each of its entries, null as nothing."""
    if depth > DEPTH_MAX:
        raise _broken(Phrase("it is nested more than {depth} levels deep", depth=DEPTH_MAX))
    if isinstance(value, _Members):
        return [_tree_of(value, depth)]
    if isinstance(value, list):
        return [node for each in value for node in _nodes_of(each, depth + 1)]
    return [] if value is None else [str(value)]
