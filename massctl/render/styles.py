"""The theme onto the elements: WeChat takes styles only in `style` attributes, and counts their characters."""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from css_inline import CSSInliner

_TAG: Final = re.compile(r"<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*)(?:[^\">]|\"[^\"]*\")*+>")
_CLASS: Final = re.compile(r" class=\"[^\"]*\"")


@cache
def _inliner() -> "CSSInliner":
    # A compiled library, needed only where Markdown is rendered.
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, minify_css=True)


def with_styles(html: str, stylesheet: str) -> str:
    """Wrap a safe body, put the theme onto its elements, and take out the classes."""
    return _tidy(_inliner().inline_fragment(f'<section class="article">{html}</section>', stylesheet))


def _tidy(html: str) -> str:
    """Take out classes, and spans that a theme may style where this one does not."""
    spans: list[str] = []

    def tag(found: re.Match[str]) -> str:
        if found["name"] != "span":
            return _CLASS.sub("", found[0])
        if found["slash"]:
            return spans.pop() if spans else ""
        written = _CLASS.sub("", found[0])
        spans.append("" if written == "<span>" else "</span>")
        return "" if written == "<span>" else written

    return _TAG.sub(tag, html)
