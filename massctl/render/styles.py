"""The theme onto the elements: WeChat takes styles only in `style` attributes, and counts their characters."""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from massctl.render.cjk import line_break

if TYPE_CHECKING:
    from css_inline import CSSInliner

_TOKEN: Final = re.compile(r"<!--.*?-->|<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*)(?:[^\">]|\"[^\"]*\")*+>", re.DOTALL)
_DROPPED: Final = re.compile(r" (?:class|id)=\"[^\"]*\"")
_BREAK: Final = re.compile(r"[ \t]*\n\s*")
_BLOCK_NAMES: Final = (
    "blockquote br caption col colgroup dd dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p section svg table"
    " tbody td tfoot th thead tr ul"
)
_BLOCKS: Final = frozenset(_BLOCK_NAMES.split())


@cache
def _inliner() -> "CSSInliner":
    # A compiled library, needed only where Markdown is rendered.
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, minify_css=True)


def with_styles(html: str, stylesheet: str) -> str:
    """Wrap an article, put the theme onto its elements, and take out classes, ids, comments and line ends."""
    return _tidy(_inliner().inline_fragment(f'<section class="article">{html}</section>', stylesheet))


def _tidy(html: str) -> str:
    writer = _Tidy()
    position = 0
    for tag in _TOKEN.finditer(html):
        writer.text(html[position : tag.start()])
        if tag["name"]:
            writer.tag(tag)
        position = tag.end()
    writer.text(html[position:])
    return "".join(writer.out)


class _Tidy:
    """Writes HTML again as one line; a line end becomes what `cjk.line_break` says."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._last = ""
        """The last character that a reader sees of the line, empty at its beginning."""
        self._gap: int | None = None
        """Where in `out` a line end waits for the next character."""
        self._preformatted = 0

    def tag(self, tag: re.Match[str]) -> None:
        name = tag["name"].lower()
        if name == "pre":
            self._preformatted += -1 if tag["slash"] else 1
        if name in _BLOCKS or name == "pre":
            self._gap, self._last = None, ""
        elif name == "img":
            self._fill("x")
            self._last = "x"
        self.out.append(_DROPPED.sub("", tag[0]))

    def text(self, text: str) -> None:
        if self._preformatted:
            self.out.append(text.replace("\n", "<br>"))
            return
        if "\n" not in text and self._gap is None:
            self.out.append(text)
            self._last = text[-1:] or self._last
            return
        pieces = _BREAK.split(text)
        for index, piece in enumerate(pieces):
            if index and self._gap is None:
                self._gap = len(self.out)
                self.out.append("")
            if piece:
                self._fill(piece[0])
                self.out.append(piece)
                self._last = piece[-1]

    def _fill(self, after: str) -> None:
        """Decide the waiting line end, now that the next character is known."""
        if self._gap is not None:
            self.out[self._gap] = line_break(self._last, after)
            self._gap = None
