"""A YAML file as plain data, with the place of every key and value, and every fault that reading it found."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from massctl.model.campaign import Path
from massctl.model.diagnostics import Diagnostic, Lines, Span
from massctl.model.phrase import Phrase
from massctl.source.decoding import TextFault, decode, without_control_characters
from massctl.source.positions import Positions
from massctl.source.reporter import Reporter, word
from massctl.source.slips import CorrectedText
from massctl.source.yaml_nodes import DEPTH_MAX, NODES_MAX, Node, Tree, compose
from massctl.source.yaml_scalar import ScalarFault, scalar_value
from massctl.source.yaml_text import correct_yaml_text

YAML_BYTES_MAX: Final = 1024 * 1024
"""A hundred times the longest campaign: what is larger is not a campaign, and reading it would cost minutes."""


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """What a file says, as far as it can be read."""

    data: Any
    """None, bool, int, float, str, list and dict with str keys only."""
    positions: Positions
    diagnostics: tuple[Diagnostic, ...]
    broken: frozenset[Path]
    """Paths whose values mean nothing, because of a fault that is reported."""
    is_whole: bool
    """False: reading stopped before the end, so that a missing key says nothing."""


def read_yaml(data: bytes, file: str, campaign: str | None, known_keys: frozenset[str]) -> YamlDocument:
    """Read a file of at most YAML_BYTES_MAX; nothing is ever raised for what it holds."""
    decoded = decode(data)
    lines = Lines(decoded.text)
    reporter = Reporter(file, campaign, lines)
    positions = Positions(reporter)
    faults = [reporter.between(f.code, f.start, f.end, f.message, f.hint) for f in decoded.faults]
    if not decoded.whole:
        return YamlDocument(None, positions, tuple(faults), frozenset({()}), False)
    text, control = without_control_characters(decoded.text)
    faults += [reporter.between(f.code, f.start, f.end, f.message, f.hint) for f in control]
    corrected = correct_yaml_text(text, known_keys)
    faults += [
        reporter.at(r.code, lines.span(r.start, r.end), r.message, r.hint, r.corrected) for r in corrected.reports()
    ]
    tree = compose(corrected.text)
    reading = _Reading(corrected, positions)
    value = reading.document(tree)
    faults += [
        reporter.at(f.code, reading.span(f.start, f.end), f.message, f.hint) for f in (*tree.faults, *reading.faults)
    ]
    return YamlDocument(value, positions, tuple(faults), frozenset(reading.broken), tree.is_whole)


class _TooMuchError(Exception):
    """The aliases of a file stand for more than the limits allow."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.start, self.end = node.start, node.end


class _Reading:
    """Turns nodes into data, and notes places and faults."""

    def __init__(self, corrected: CorrectedText, positions: Positions) -> None:
        self.faults: list[TextFault] = []
        self.broken: set[Path] = set()
        self._corrected = corrected
        self._positions = positions
        self._count = 0

    def span(self, start: int, end: int) -> Span:
        """Give the place, in the text as written, of offsets in the text as parsed."""
        return self._corrected.lines.span(self._corrected.original(start), self._corrected.original(end))

    def document(self, tree: Tree) -> Any:
        """Give the data of a whole document."""
        root = tree.root
        if root is None or (root.kind == "scalar" and root.start == root.end and not root.text):
            if not tree.faults:
                self.faults.append(TextFault("MC004", 0, 0, Phrase("the file is empty")))
            self.broken.add(())
            return None
        try:
            return self._value(root, (), 0)
        except _TooMuchError as error:
            say = Phrase("the aliases of this file stand for more than {count} values", count=NODES_MAX)
            self.faults.append(TextFault("MC009", error.start, error.end, say))
            self.broken.add(())
            return None

    def _value(self, written: Node, path: Path, depth: int) -> Any:
        if written.target is None:
            return self._value_of(written, path, depth)
        try:
            return self._value_of(written, path, depth)
        except _TooMuchError:
            # What it stands for may be small, and is written somewhere else: the outermost alias is at fault.
            raise _TooMuchError(written) from None

    def _value_of(self, written: Node, path: Path, depth: int) -> Any:
        self._spend(written, depth)
        node = written.meaning
        self._positions.values[path] = self._value_span(written, path)
        if written.is_broken or node.is_broken:
            self.broken.add(path)
            return None
        if node.kind == "scalar":
            return self._scalar(node, path)
        if node.kind == "list":
            return [self._value(item, (*path, index), depth + 1) for index, item in enumerate(node.items)]
        mapping: dict[str, Any] = {}
        self._fill(mapping, node, path, depth)
        return mapping

    def _spend(self, node: Node, depth: int) -> None:
        self._count += 1
        if self._count > NODES_MAX or depth > DEPTH_MAX:
            raise _TooMuchError(node)

    def _value_span(self, written: Node, path: Path) -> Span:
        if written.start == written.end and path in self._positions.keys:
            return self._positions.keys[path]  # nothing is written there, so the key has to stand for it
        return self.span(written.start, written.end)

    def _scalar(self, node: Node, path: Path) -> Any:
        value = scalar_value(node.text, node.tag, plain=node.plain)
        if isinstance(value, ScalarFault):
            self.faults.append(TextFault(value.code, node.start, node.end, value.message, value.hint))
            self.broken.add(path)
            return None
        return value

    def _fill(self, mapping: dict[str, Any], node: Node, path: Path, depth: int, *, merged: bool = False) -> None:
        """Put the keys of `node` into `mapping`; those that are merged in yield to those that are written."""
        sources: list[Node] = []
        written: dict[str, Node] = {}
        for key_node, value_node in zip(node.items[::2], node.items[1::2], strict=True):
            self._spend(key_node, depth)
            key = self._key(key_node)
            if key is None:
                continue
            if key == "<<" and key_node.meaning.plain:
                sources += self._sources(value_node)
            elif key in written:
                self._duplicate(key, key_node, written[key], merged=merged)
            else:
                written[key] = key_node
                if key not in mapping:
                    self._positions.keys[*path, key] = self.span(key_node.start, key_node.end)
                    mapping[key] = self._value(value_node, (*path, key), depth + 1)
        for source in sources:
            self._fill(mapping, source, path, depth + 1, merged=True)

    def _key(self, node: Node) -> str | None:
        meaning = node.meaning
        value = scalar_value(meaning.text, meaning.tag, plain=meaning.plain) if meaning.kind == "scalar" else None
        if meaning.is_broken or node.is_broken:
            return None
        if isinstance(value, str):
            return value
        say, hint = Phrase("a key must be text"), None
        if meaning.kind == "scalar" and meaning.text:
            hint = Phrase('put the key in quotes: "{key}"', key=word(meaning.text))
        self.faults.append(TextFault("MC013", node.start, node.end, say, hint))
        return None

    def _sources(self, node: Node) -> Iterator[Node]:
        """Give the mappings that a merge key names."""
        meaning = node.meaning
        for written in meaning.items if meaning.kind == "list" else [node]:
            source = written.meaning
            if source.kind == "mapping":
                yield source
            elif not (written.is_broken or source.is_broken):
                say = Phrase("the merge key << takes a mapping, or a list of mappings")
                self.faults.append(TextFault("MC013", written.start, written.end, say))

    def _duplicate(self, key: str, node: Node, first: Node, *, merged: bool) -> None:
        if merged:
            return  # reported where the mapping is written
        line = self.span(first.start, first.end).line
        say = Phrase("{key} is written twice; the first is on line {line}", key=word(key), line=line)
        self.faults.append(TextFault("MC005", node.start, node.end, say))
