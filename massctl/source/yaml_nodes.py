"""YAML text as a tree of nodes with offsets, built from ruamel's events one by one.

The parser never recurses and is never asked for more than the limits allow, so that neither a deep nor a
wide file costs more than a moment. After broken YAML the tree holds what was read up to there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from massctl.model.phrase import Phrase
from massctl.source.decoding import TextFault
from massctl.source.reporter import word
from massctl.source.yaml_problem import explain_problem

DEPTH_MAX: Final = 100
"""Levels of nesting; a campaign has six, and template variables some more."""
NODES_MAX: Final = 10_000
"""Keys and values of a file, aliases counted as often as they are used."""


@dataclass(slots=True, eq=False)
class Node:
    """A scalar, list or mapping, or an alias of one, as written."""

    kind: Literal["scalar", "list", "mapping"]
    start: int
    """Offset of the first character, in the text that was parsed; `end` is exclusive."""
    end: int
    text: str = ""
    plain: bool = False
    tag: str | None = None
    items: list["Node"] = field(default_factory=list)
    """Of a list: its items; of a mapping: keys and values in turn."""
    target: "Node | None" = None
    """Of an alias: the node it stands for."""
    is_flow: bool = False
    is_open: bool = True
    is_broken: bool = False
    """True: its value means nothing, because of a fault that is reported elsewhere."""

    @property
    def meaning(self) -> "Node":
        """The node itself, or the one that it is an alias of."""
        return self.target or self


@dataclass(slots=True)
class Tree:
    """What was read."""

    root: Node | None = None
    faults: list[TextFault] = field(default_factory=list)
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


def _events(text: str, tree: Tree) -> Iterator[Any]:
    from ruamel.yaml import YAML  # only here: a run that reads no YAML needs no parser
    from ruamel.yaml.error import MarkedYAMLError

    events = YAML(typ="safe", pure=True).parse(text)
    while True:
        try:
            event = next(events)
        except StopIteration:
            return
        except MarkedYAMLError as error:
            _complain(tree, error, len(text))
            return
        except Exception as error:  # the parser's own mistakes on hostile input must not end the run
            say = Phrase("this cannot be read as YAML: {problem}", problem=type(error).__name__)
            tree.faults.append(TextFault("MC004", 0, 0, say))
            tree.is_whole = False
            return
        yield event


def _complain(tree: Tree, error: Any, length: int) -> None:
    complaint = explain_problem(error.context, error.problem)
    marks = (error.context_mark, error.problem_mark)
    mark = next((m for m in (marks if complaint.at_context else marks[::-1]) if m is not None), None)
    start = min(getattr(mark, "index", 0), length)
    tree.faults.append(TextFault("MC004", start, start + 1, complaint.message, complaint.hint))
    tree.is_whole = False


class _Builder:
    """Takes events and hangs nodes into the tree."""

    def __init__(self) -> None:
        self.tree = Tree()
        self._open: list[Node] = []
        self._anchors: dict[str, Node] = {}
        self._last: Node | None = None
        self._count = 0

    def take(self, event: Any) -> bool:
        """Take one event; False: enough, nothing more is wanted."""
        name = type(event).__name__
        start, end = event.start_mark.index, event.end_mark.index
        if name == "DocumentStartEvent":
            return self._document(start, end)
        if name in ("SequenceEndEvent", "MappingEndEvent"):
            self._close(end)
            return True
        if name == "AliasEvent":
            return self._add(self._alias(event.anchor, start, end), None)
        if name == "ScalarEvent":
            plain = event.implicit[0] and event.style in (None, "")
            node = Node("scalar", start, end, event.value, plain, _tag(event), is_open=False)
            self._last = node
            return self._add(node, event.anchor)
        if name in ("SequenceStartEvent", "MappingStartEvent"):
            kind: Literal["list", "mapping"] = "list" if name == "SequenceStartEvent" else "mapping"
            node = Node(kind, start, end, tag=_tag(event), is_flow=bool(event.flow_style))
            self._open_tagged(node)
            return self._add(node, event.anchor)
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
        say = Phrase("a second document begins here; a file holds one")
        self.tree.faults.append(TextFault("MC004", start, max(end, start + 1), say))
        return False

    def _add(self, node: Node, anchor: str | None) -> bool:
        self._count += 1
        if self._count > NODES_MAX:
            say = Phrase("more than {count} keys and values in one file", count=NODES_MAX)
            return self._stop("MC009", node.start, node.start + 1, say)
        if anchor is not None:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].items.append(node)
        else:
            self.tree.root = node
        if node.is_open:
            self._open.append(node)
            if len(self._open) > DEPTH_MAX:
                say = Phrase("more than {count} levels of nesting", count=DEPTH_MAX)
                return self._stop("MC009", node.start, node.start + 1, say)
        return True

    def _alias(self, name: str, start: int, end: int) -> Node:
        target = self._anchors.get(name)
        node = Node("scalar", start, end, is_open=False, target=target)
        if target is None:
            say = Phrase("there is no anchor &{name} for this alias", name=word(name))
            hint = Phrase("if it is text, put the whole value in quotes")
            self.tree.faults.append(TextFault("MC004", start, end, say, hint))
            node.is_broken = True
        elif target.is_open:
            say = Phrase("the alias *{name} holds itself", name=word(name))
            self.tree.faults.append(TextFault("MC009", start, end, say))
            node.target, node.is_broken = None, True
        return node

    def _open_tagged(self, node: Node) -> None:
        due = "tag:yaml.org,2002:seq" if node.kind == "list" else "tag:yaml.org,2002:map"
        if node.tag not in (None, "!", due):
            say = Phrase(
                "the YAML tag {tag} has no meaning here", tag=word(str(node.tag).replace("tag:yaml.org,2002:", "!!"))
            )
            self.tree.faults.append(TextFault("MC021", node.start, node.end, say))
            node.is_broken = True

    def _close(self, end: int) -> None:
        node = self._open.pop()
        node.is_open = False
        # The end of a block is where the next thing begins: comments and blank lines are no part of it.
        node.end = end if node.is_flow else max([node.end, *(item.end for item in node.items[-2:])])
        if node.kind == "mapping" and len(node.items) % 2:
            node.items.pop()

    def _stop(self, code: str, start: int, end: int, message: Phrase) -> bool:
        self.tree.faults.append(TextFault(code, start, end, message))
        self.tree.is_whole = False
        return False


def _tag(event: Any) -> str | None:
    return None if event.ctag is None else str(event.ctag)
