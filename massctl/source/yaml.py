"""A YAML file as plain data, with the place of every key and value, and every fault that reading it found.

The parser is ruamel's. Its events are composed into nodes here, because its own composer does not keep what
stands before a syntax error, and recurses. Aliases and tags are refused. Reading ends at the first syntax error: what
stands before it is kept, and every line is looked at for full-width signs.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scanner import Scanner

from massctl.model.diagnostics import (
    Diagnostic,
    Excerpt,
    Fault,
    KeyPath,
    Lines,
    Place,
    Span,
    first_told,
)
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.source.reporter import Reporter, TextFault, word
from massctl.source.text import decode, without_control_characters
from massctl.source.yaml_lint import REPORTS_MAX, Lint, Slip, reports

DEPTH_MAX = 100
"""Levels of nesting; a campaign has six, and template variables some more."""
NODES_MAX = 10_000
"""Keys and values of a file."""


class Positions(Frozen):
    """Places by path: the keys and indexes from the document's root."""

    reporter: Reporter
    values: dict[KeyPath, Span] = field(default_factory=dict)
    keys: dict[KeyPath, Span] = field(default_factory=dict)
    parts: dict[KeyPath, "tuple[Positions, KeyPath]"] = field(default_factory=dict)
    """What other files hold, by the path at which it stands, each with its path in its file."""

    def _in(self, path: KeyPath) -> "tuple[Positions, KeyPath]":
        """Return the positions of the file that holds a path, and the path in it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.parts:
                part, above = self.parts[path[:length]]
                return part, (*above, *path[length:])
        return self, path

    def span(self, path: KeyPath, *, at_key: bool = False) -> Span:
        """Return the place of the value at `path`, or of its key.

        An item of a list has no key, so its value stands for it; where nothing is written at `path` the
        nearest thing above it does.
        """
        for length in range(len(path), -1, -1):
            part = path[:length]
            first, second = (
                (self.keys, self.values)
                if at_key or length < len(path)
                else (self.values, self.keys)
            )
            found = first.get(part) or second.get(part)
            if found is not None:
                return found if part else self._first_line(found)
        return Span(1, 1, 1, 1)

    def _first_line(self, root: Span) -> Span:
        """Stand for a whole document with its first line, rather than marking all of it."""
        start, end = self.reporter.lines.bounds(root.line)
        return Span(root.line, root.column, root.line, max(root.column, end - start + 1))

    def place(self, path: KeyPath, words: str = "") -> Place:
        """Return the place of the value at `path`, or within a long value the place of `words`."""
        part, inner = self._in(path)
        if part is not self:
            return part.place(inner, words)
        span = self.span(path)
        lines = self.reporter.lines
        if words and span.end_line > span.line:
            start = lines.bounds(span.line)[0] + span.column - 1
            end = lines.bounds(span.end_line)[0] + span.end_column - 1
            found = lines.text.find(words, start, end)
            span = lines.span(found, found + len(words)) if found >= 0 else span
        return self.reporter.place(span)

    def excerpt(self, path: KeyPath) -> Excerpt:
        """Return the line on which `path` begins."""
        part, inner = self._in(path)
        return part.reporter.excerpt(part.span(inner))

    def of(self, fault: Fault) -> Span:
        """Return where the key or the value of a fault stands."""
        part, inner = self._in(fault.key)
        return part.span(inner, at_key=fault.at_key)

    def diagnostic(self, fault: Fault) -> Diagnostic:
        """Report a fault at its key."""
        reporter = self._in(fault.key)[0].reporter
        return reporter.at(fault.code, self.of(fault), fault.message, fault.hint)


def no_positions(file: str, campaign: str | None) -> Positions:
    """Return the positions of a file that could not be read."""
    return Positions(Reporter(file, campaign, Lines("")))


class YamlDocument(Frozen):
    """What a file says, as far as it can be read."""

    data: Any
    """None, bool, int, float, str, list and dict with str keys only."""
    positions: Positions
    diagnostics: tuple[Diagnostic, ...]
    broken: frozenset[KeyPath]
    """Paths whose values mean nothing, because of a fault that is reported."""
    is_whole: bool
    """False: reading stopped before the end, so that a missing key says nothing."""
    others: int = 0
    """How many faults were found besides `diagnostics`."""


class Node(Struct, eq=False):
    """A scalar, list or mapping, as written."""

    kind: Literal["scalar", "list", "mapping"]
    start: int
    """Offset of the first character, in the text that was parsed; `end` is exclusive."""
    end: int
    text: str = ""
    plain: bool = False
    items: list["Node"] = field(default_factory=list)
    """Of a list: its items; of a mapping: keys and values in turn."""
    is_flow: bool = False
    is_open: bool = True
    is_broken: bool = False
    """True: its value means nothing, because of a fault that is reported elsewhere."""

    @property
    def is_leaf(self) -> bool:
        """Whether it stands as a whole: a scalar, or a bracketed value."""
        return self.is_flow or self.kind == "scalar"


class Tree(Struct):
    """What was read."""

    root: Node | None = None
    faults: list[TextFault] = field(default_factory=list)
    stopped_at: int | None = None
    """The offset of a syntax error, which is the last of the faults."""
    is_whole: bool = True
    """False: reading stopped before the end of the file."""


def compose(text: str) -> Tree:
    """Read one document; nothing is ever raised for what `text` holds."""
    builder = _Builder()
    for event in _events(text, builder.tree):
        if not builder.take(event):
            break
    builder.close_all()
    return builder.tree


class _Scanner(Scanner):
    """A scanner that takes tabs where YAML allows them: anywhere but in front of what is indented."""

    def scan_to_next_token(self) -> None:
        """Pass blanks, line breaks and comments."""
        super().scan_to_next_token()
        while self.reader.peek() == "\t":
            reader = self.reader
            length = 1
            while reader.peek(length) in " \t":
                length += 1
            before = reader.buffer[reader.pointer - reader.column : reader.pointer]
            if not before.strip(" \t") and reader.peek(length) not in "#\r\n\0\x85\u2028\u2029":
                return
            reader.forward(length)
            super().scan_to_next_token()

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> Any:
        """Skip the space between two words of a plain scalar, which may continue on the next line."""
        length = 0
        while self.reader.peek(length) in " \t":
            length += 1
        blanks = self.reader.prefix(length)
        if "\t" in blanks:
            self.reader.forward(length)
            if self.reader.peek() not in "\r\n\x85\u2028\u2029":
                return [" " * length]
        chunks = super().scan_plain_spaces(indent, start_mark)
        while chunks and self.reader.column >= indent and self.reader.peek() in " \t":
            self.reader.forward()
        return chunks


def _events(text: str, tree: Tree) -> Iterator[Any]:
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _Scanner
    events = yaml.parse(text)
    while True:
        try:
            event = next(events)
        except StopIteration:
            return
        except MarkedYAMLError as error:
            _complain(tree, error, len(text))
            return
        except (
            Exception
        ) as error:  # the parser's own mistakes on hostile input must not end the run
            tree.faults.append(
                TextFault(
                    "MC004",
                    0,
                    0,
                    Phrase("this cannot be read as YAML: {problem}", problem=type(error).__name__),
                    _QUOTES,
                )
            )
            tree.is_whole = False
            return
        yield event


def _complain(tree: Tree, error: Any, length: int) -> None:
    complaint = explain_problem(error.context, error.problem)
    marks = (error.context_mark, error.problem_mark)
    mark = next(
        (m for m in (marks if complaint.at_context else marks[::-1]) if m is not None), None
    )
    start = tree.stopped_at = min(getattr(mark, "index", 0), length)
    tree.faults.append(TextFault("MC004", start, start + 1, complaint.message, complaint.hint))
    tree.is_whole = False


_QUOTES = Phrase("if it is text, put the whole value in quotes")
_TAG_HINT = Phrase("delete it; if it is the beginning of a text, put the text in quotes")
CORE = "tag:yaml.org,2002:"
_CLOSE = Phrase("write the same mark at the end of the text")


class _Builder:
    """Build the node tree from parser events."""

    def __init__(self) -> None:
        self.tree = Tree()
        self._open: list[Node] = []
        self._last: Node | None = None
        self._count = 0

    def take(self, event: Any) -> bool:
        """Take one event; False: enough, nothing more is wanted."""
        name = type(event).__name__
        start = event.start_mark.index
        end = event.end_mark.index
        if name == "DocumentStartEvent":
            return self._document(start, end)
        if name in ("SequenceEndEvent", "MappingEndEvent"):
            self._close(end)
            return True
        if name == "AliasEvent":
            return self._stop(
                start,
                Phrase("`*` begins an alias of YAML, and massctl reads none"),
                Phrase("write the values themselves; if it is text, put it in quotes"),
            )
        if name == "ScalarEvent":
            plain = event.implicit[0] and event.style in (None, "")
            node = Node("scalar", start, end, event.value, plain, is_open=False)
            self._last = node
            return self._add(node, event.ctag)
        if name in ("SequenceStartEvent", "MappingStartEvent"):
            kind: Literal["list", "mapping"] = "list" if name == "SequenceStartEvent" else "mapping"
            node = Node(kind, start, end, is_flow=bool(event.flow_style))
            return self._add(node, event.ctag)
        return True

    def close_all(self) -> None:
        """End what is still open, and give up what broken YAML may have cut in two."""
        if not self.tree.is_whole and self._last is not None:
            self._last.is_broken = True
        while self._open:
            self._open[-1].is_broken |= self._open[-1].is_flow  # its rest is missing
            self._close(self._open[-1].end)

    def _document(self, start: int, end: int) -> bool:
        if self.tree.root is None:
            return True
        self.tree.faults.append(
            TextFault(
                "MC004",
                start,
                max(end, start + 1),
                Phrase("a second document begins here; a file may have only one"),
                Phrase("delete the second one, or move it to another file"),
            )
        )
        return False

    def _add(self, node: Node, tag: object) -> bool:
        self._count += 1
        if self._count > NODES_MAX:
            return self._stop(
                node.start,
                Phrase("more than {count} keys and values in one file", count=NODES_MAX),
                Phrase("a file this long is probably a mistake: remove repetitions"),
            )
        if tag is not None:
            name = word(str(tag).replace(CORE, "!!"))
            return self._stop(
                node.start,
                Phrase("the YAML tag {tag} has no meaning here", tag=name),
                _TAG_HINT,
                "MC021",
            )
        if self._open:
            self._open[-1].items.append(node)
        else:
            self.tree.root = node
        if node.is_open:
            self._open.append(node)
            if len(self._open) > DEPTH_MAX:
                return self._stop(
                    node.start,
                    Phrase("more than {count} levels of nesting", count=DEPTH_MAX),
                    Phrase("check for a bracket that is not closed"),
                )
        return True

    def _close(self, end: int) -> None:
        node = self._open.pop()
        node.is_open = False
        # The end of a block is where the next thing begins: comments and blank lines are not part of it.
        node.end = end if node.is_flow else max([node.end, *(item.end for item in node.items[-2:])])
        if node.kind == "mapping" and len(node.items) % 2:
            node.items.pop()

    def _stop(self, start: int, message: Phrase, hint: Phrase, code: str = "MC009") -> bool:
        self.tree.faults.append(TextFault(code, start, start + 1, message, hint))
        self.tree.is_whole = False
        return False


class Complaint(NamedTuple):
    """What the parser stopped at, said to a person."""

    message: Phrase
    hint: Phrase | None = None
    at_context: bool = False
    """True: point at where the unfinished thing began, not at where the parser gave up."""


_OPEN_QUOTE = Phrase("the quotation mark opened here is never closed")
_OPEN_LIST = Phrase("this list is never closed with ], or a comma is missing in it")
_OPEN_KEYS = Phrase(
    "these keys are never closed with a curly bracket, or a comma is missing between them"
)
_CLOSE_KEYS = Phrase(
    "close them, or put the whole value in quotes if it is text; a value that begins with `#`, as a colour, needs "
    "quotes too"
)
_NO_PAIR = Phrase("this line is not `key: value`")
_PAIR = Phrase("write an ASCII colon and a space after the key; indent a text over several lines")
_NO_KEY_HERE = Phrase(
    "a colon where no key can be: this line is indented too far, or the value needs quotes"
)
_COLUMN = Phrase("keys of one block begin in the same column; put a text with `: ` in quotes")
_NO_ITEM = Phrase("a list item cannot begin here")
_NO_FIT = Phrase("this line does not fit the lines above it")
_NO_MIX = Phrase("keys of one block begin in the same column, and lists and keys do not mix")
_BACKSLASH = Phrase("this backslash has no meaning in double quotes")
_TWO = Phrase("write two backslashes, or use single quotes")
_BELOW = Phrase("begin the text after | or > on the next line, indented")
_VERSION = Phrase("this file requires another version of YAML than 1.2")
_KNOWN = {
    ("quoted scalar", "found unexpected"): Complaint(_OPEN_QUOTE, _CLOSE, True),
    ("flow sequence", "expected ',' or ']'"): Complaint(_OPEN_LIST, _QUOTES, True),
    ("flow mapping", "expected ',' or '}'"): Complaint(_OPEN_KEYS, _CLOSE_KEYS, True),
    ("", "could not find expected ':'"): Complaint(_NO_PAIR, _PAIR, True),
    ("", "mapping values are not allowed"): Complaint(_NO_KEY_HERE, _COLUMN),
    ("", "sequence entries are not allowed"): Complaint(
        _NO_ITEM, Phrase("begin each `- item` on its own line")
    ),
    ("", "expected <block end>"): Complaint(_NO_FIT, _NO_MIX),
    ("", "cannot start any token"): Complaint(
        Phrase("a value cannot begin with this character"), _QUOTES
    ),
    ("", "unknown escape character"): Complaint(_BACKSLASH, _TWO),
    ("block scalar", "expected"): Complaint(
        _BELOW, Phrase("write nothing after it, and indent the text below it")
    ),
    ("", "undefined tag handle"): Complaint(Phrase("this YAML tag has no meaning here"), _QUOTES),
    ("an alias", "expected alphabetic"): Complaint(
        Phrase("a value that begins with * is a YAML alias"), _QUOTES
    ),
    ("an anchor", "expected alphabetic"): Complaint(
        Phrase("a value that begins with & is a YAML anchor"), _QUOTES
    ),
    ("", "incompatible YAML document"): Complaint(_VERSION, Phrase("delete the line `%YAML`")),
}
"""What the parser says of where it was and of what it met, in part."""


def explain_problem(context: str | None, problem: str | None) -> Complaint:
    """Explain the parser's `context` and `problem`."""
    for (where, what), complaint in _KNOWN.items():
        if where in (context or "") and what in (problem or ""):
            return complaint
    first = (problem or context or "").partition("\n")[0][:200]
    return Complaint(Phrase("this cannot be read as YAML: {problem}", problem=first), _QUOTES)


Scalar = None | bool | int | float | str

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_INTEGER_DIGITS_MAX = 19
"""Beyond 64 bits other programs read another number."""


def _fault(node: Node, code: str, message: Phrase, hint: Phrase) -> TextFault:
    return TextFault(code, node.start, node.end, message, hint)


def scalar_value(node: Node) -> Scalar | TextFault:
    """Return the value of a scalar, or why it has none."""
    return _plain_value(node) if node.plain else _words(node)


def _plain_value(node: Node) -> Scalar | TextFault:
    text = node.text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return _integer(node)
    if _FLOAT.fullmatch(text):
        number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if math.isfinite(number):
            return number
        return _fault(
            node,
            "MC014",
            Phrase("this number is not finite, or too large"),
            Phrase("if it is text, put it in quotes"),
        )
    return _words(node)


def _integer(node: Node) -> int | TextFault:
    digits = node.text.lstrip("+-").removeprefix("0o").removeprefix("0x").lstrip("0")
    if len(digits) <= _INTEGER_DIGITS_MAX:
        base = 8 if node.text.startswith("0o") else 16 if node.text.startswith("0x") else 10
        number = int(node.text, base)
        if abs(number) < 2**63:
            return number
    return _fault(
        node, "MC014", Phrase("this number is too large"), Phrase("if it is text, put it in quotes")
    )


def _words(node: Node) -> str | TextFault:
    """Join the surrogate pairs that `\\ud83d\\ude00` in double quotes makes; half of a pair is not a character."""
    if not _SURROGATE.search(node.text):
        return node.text
    try:
        return node.text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return _fault(
            node,
            "MC014",
            Phrase("this text has half of a character (a lone surrogate)"),
            Phrase("write the character itself instead of `\\u…`"),
        )


def read_yaml(
    data: bytes,
    file: str,
    campaign: str | None,
    known_keys: frozenset[str],
    first_line: str = "version: 1",
) -> YamlDocument:
    """Read a file of at most YAML_BYTES_MAX; nothing is ever raised for what it holds.

    `first_line` is what a file of its kind may begin with.
    """
    written, fault = decode(data)
    lines = Lines(written)
    reporter = Reporter(file, campaign, lines)
    positions = Positions(reporter)
    if fault is not None:
        return YamlDocument(None, positions, (reporter.of(fault),), frozenset({()}), False)
    text, control = without_control_characters(written)
    text = _TABS_ALONE.sub(lambda tabs: " " * len(tabs[0]), text)
    lines = lines if text is written else Lines(text)
    tree = compose(text)
    slips = _slips_where_it_stopped(tree, lines, known_keys) or _slips_of_values(
        tree, lines, known_keys
    )
    reading = _Reading(tree, lines, positions, first_line)
    value = reading.document()
    faults = (*control, *tree.faults, *reading.faults)
    told, others = first_told((*faults, *reports(lines, slips)), lambda fault: fault.start)
    found = tuple(map(reporter.of, told))
    return YamlDocument(value, positions, found, frozenset(reading.broken), tree.is_whole, others)


_TABS_ALONE = re.compile(r"^\t[ \t]*$", re.MULTILINE)
"""A line of nothing else, which the parser takes for the end of a block scalar."""


def _slips_where_it_stopped(tree: Tree, lines: Lines, known_keys: frozenset[str]) -> list[Slip]:
    """Look at every line of a file that is not YAML; a slip before the syntax error is told in its place."""
    if tree.stopped_at is None:
        return []
    quoted: set[int] = set()
    for node, _ in _nodes(tree):
        if node.kind == "scalar" and not node.plain:
            quoted.update(range(lines.at(node.start)[0] + 1, lines.at(node.end)[0]))
    lint = Lint(lines, known_keys)
    line = lines.at(tree.stopped_at)[0]
    slips = lint.every_line(quoted) or lint.line(line, broken=True)
    if any(slip.start <= lines.bounds(line)[1] for slip in slips):
        tree.faults.pop()
    at_fault = {lines.at(slip.start)[0] for slip in slips}
    for node, _ in _nodes(tree):
        if node.is_leaf and at_fault.intersection(
            range(lines.at(node.start)[0], lines.at(node.end)[0] + 1)
        ):
            node.is_broken = True
    return slips


def _slips_of_values(tree: Tree, lines: Lines, known_keys: frozenset[str]) -> list[Slip]:
    """Look at the plain scalars and bracketed values of a file that is YAML."""
    lint = Lint(lines, known_keys)
    slips: list[Slip] = []
    for node, value in _nodes(tree):
        if len(slips) > REPORTS_MAX:
            break
        is_looked_at = node.is_flow or node.plain
        if not is_looked_at or not lint.is_suspicious(node.start, node.end, is_flow=node.is_flow):
            continue
        found = (
            lint.flow(node.start, node.end)[0]
            if node.is_flow
            else lint.line(lines.at(node.start)[0])
        )
        node.is_broken |= bool(found)
        if value is not None:
            value.is_broken |= bool(found)
        slips += found
    return slips


def _nodes(tree: Tree) -> Iterator[tuple[Node, Node | None]]:
    """Return the nodes of a tree, bracketed values whole, each key with its value."""
    waiting: list[tuple[Node, Node | None]] = [] if tree.root is None else [(tree.root, None)]
    while waiting:
        node, value = waiting.pop()
        yield node, value
        if node.is_flow:
            continue
        values: list[Node | None] = [None] * len(node.items)
        if node.kind == "mapping":
            values[::2] = node.items[1::2]
        waiting += [*zip(node.items, values, strict=True)][::-1]


class _Reading:
    """Turns nodes into data, and notes places and faults."""

    def __init__(self, tree: Tree, lines: Lines, positions: Positions, first_line: str) -> None:
        self.faults: list[TextFault] = []
        self.broken: set[KeyPath] = set()
        self._tree = tree
        self._first_line = first_line
        self._span = lines.span
        self._positions = positions

    def document(self) -> Any:
        """Return the data of a whole document."""
        root = self._tree.root
        if root is None or (root.kind == "scalar" and root.start == root.end and not root.text):
            if not self._tree.faults and self._tree.is_whole:
                self.faults.append(
                    TextFault(
                        "MC004",
                        0,
                        0,
                        Phrase("the file is empty"),
                        Phrase("begin with `{line}`", line=self._first_line),
                    )
                )
            self.broken.add(())
            return None
        return self._value(root, ())

    def _value(self, node: Node, path: KeyPath) -> Any:
        self._positions.values[path] = self._value_span(node, path)
        if node.is_broken:
            self.broken.add(path)
            return None
        if node.kind == "scalar":
            return self._scalar(node, path)
        if node.kind == "list":
            return [self._value(item, (*path, index)) for index, item in enumerate(node.items)]
        return self._mapping(node, path)

    def _value_span(self, written: Node, path: KeyPath) -> Span:
        if written.start == written.end and path in self._positions.keys:
            # nothing is written there, so the key has to stand for it
            return self._positions.keys[path]
        return self._span(written.start, written.end)

    def _scalar(self, node: Node, path: KeyPath) -> Any:
        value = scalar_value(node)
        if isinstance(value, TextFault):
            self.faults.append(value)
            self.broken.add(path)
            return None
        return value

    def _mapping(self, node: Node, path: KeyPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        written: dict[str, Node] = {}
        for key_node, value_node in zip(node.items[::2], node.items[1::2], strict=True):
            key = self._key(key_node)
            if key is None:
                continue
            if key in written:
                self._duplicate(key, key_node, written[key])
                continue
            written[key] = key_node
            self._positions.keys[*path, key] = self._span(key_node.start, key_node.end)
            mapping[key] = self._value(value_node, (*path, key))
        return mapping

    def _key(self, node: Node) -> str | None:
        if node.is_broken:
            return None
        value = scalar_value(node) if node.kind == "scalar" else None
        if isinstance(value, str):
            return value
        say = Phrase("a key must be text")
        hint = Phrase("write a word, a colon and a value")
        if node.text:
            hint = Phrase('put the key in quotes: "{key}"', key=word(node.text))
        self.faults.append(TextFault("MC013", node.start, node.end, say, hint))
        return None

    def _duplicate(self, key: str, node: Node, first: Node) -> None:
        line = self._span(first.start, first.end).line
        self.faults.append(
            TextFault(
                "MC005",
                node.start,
                node.end,
                Phrase(
                    "{key} is written twice; the first is on line {line}", key=word(key), line=line
                ),
                Phrase("delete one of the two"),
            )
        )
