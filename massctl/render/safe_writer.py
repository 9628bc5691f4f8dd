"""What writes a tree of HTML as one line: text with the blanks that it needs, and elements by what each becomes."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from selectolax.lexbor import LexborNode

from massctl.model.phrase import Phrase
from massctl.render.bounds import DEPTH_MAX, ELEMENTS_MAX
from massctl.render.cjk import line_break
from massctl.render.fault import Fault
from massctl.render.html_rules import is_component
from massctl.render.page import Page
from massctl.render.safe_attributes import attributes_of
from massctl.render.safe_notes import Notes, linked
from massctl.render.safe_text import code_text, escaped_text

Handler = Callable[["Writer", LexborNode], None]
_BREAK: Final = re.compile(r"[ \t]*\n\s*")
_ADDRESS: Final = "://"


class TooMuchError(Exception):
    """Report HTML that is nested too deep, or has too many elements; what was written so far is worth nothing."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class Writer:
    """Writes one body. A line end in the source becomes what `cjk.line_break` says, once both sides are known."""

    def __init__(self, page: Page, handlers: Mapping[str, Handler], *, is_chinese: bool) -> None:
        self.page = page
        self.out: list[str] = []
        self.notes = Notes()
        self.list_depth = 0
        self.in_code = False
        self.in_link = False
        self.skip = 0
        """Characters of the next text that are written already, in another form."""
        self.is_chinese = is_chinese
        """Words of ours are Chinese here, as the article is."""
        self._handlers = handlers
        self._last = ""
        """The last character that a reader sees of the line, empty at its beginning."""
        self._gap: int | None = None
        """Where in `out` a line end waits for the next character."""
        self._depth = 0
        self._elements = 0

    def children(self, node: LexborNode) -> None:
        """Write what stands in an element."""
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise TooMuchError(_too_deep(node))
        child = node.first_child
        while child is not None:
            self.node(child)
            child = child.next
        self._depth -= 1

    def node(self, node: LexborNode) -> None:
        """Write a text or an element; comments go."""
        name = node.tag or ""
        if name == "-text":
            self.text(node.text_content or "")
        elif node.is_element_node:
            self._elements += 1
            if self._elements > ELEMENTS_MAX:
                say = Phrase("the article has more than {limit} HTML elements", limit=f"{ELEMENTS_MAX:,}")
                raise TooMuchError(Fault("MC304", say, Phrase("split it into several articles")))
            handler = self._handlers.get("mp-" if is_component(name) else name)
            if handler is not None:
                handler(self, node)
            else:
                self.children(node)

    def inline(self, node: LexborNode, name: str, extra: str = "") -> None:
        """Write an element in running text under a name, with `extra` attributes of ours."""
        self.out.append(f"<{name}{extra}{attributes_of(node, self.page)}>")
        self.children(node)
        self.out.append(f"</{name}>")

    def block(self, node: LexborNode, name: str, extra: str = "") -> None:
        """Write an element that begins and ends a line."""
        self.begin(f"<{name}{extra}{attributes_of(node, self.page)}>")
        self.children(node)
        self.end(f"</{name}>")

    def begin(self, tag: str) -> None:
        """Write what begins a line."""
        self._gap, self._last = None, ""
        self.out.append(tag)

    end = begin
    """Write what ends a line; another one begins."""

    def shown(self, tag: str) -> None:
        """Write something in the line that is seen and is no text, as a picture."""
        self._fill("x")
        self.out.append(tag)
        self._last = "x"

    def text(self, text: str) -> None:
        """Write text; what is neither code nor blank is searched for addresses."""
        if self.skip and text.strip():
            text, self.skip = text[self.skip :], 0
        if self.in_code:
            self._fill(text[:1])
            self.out.append(code_text(text))
            self._last = text[-1:] or self._last
            return
        if "\n" not in text and self._gap is None:
            self._piece(text)
            self._last = text[-1:] or self._last
            return
        for index, piece in enumerate(_BREAK.split(text)):
            if index and self._gap is None:
                self._gap = len(self.out)
                self.out.append("")
            if piece:
                self._fill(piece[0])
                self._piece(piece)
                self._last = piece[-1]

    def _piece(self, text: str) -> None:
        in_text = _ADDRESS in text and not self.in_link
        self.out.append(linked(text, self.page) if in_text else escaped_text(text))

    def _fill(self, after: str) -> None:
        """Decide the waiting line end, now that the next character is known."""
        if self._gap is not None:
            self.out[self._gap] = line_break(self._last, after)
            self._gap = None


def _too_deep(node: LexborNode) -> Fault:
    say = Phrase("the HTML is nested too deeply: more than {limit} elements inside each other", limit=DEPTH_MAX)
    return Fault("MC308", say, Phrase("is a tag never closed?"), needle=f"<{node.tag}")
