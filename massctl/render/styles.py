"""The theme onto the elements: WeChat takes styles only in `style` attributes, and counts their characters."""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from css_inline import CSSInliner

_TAG: Final = re.compile(r"<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*)(?:[^\">]|\"[^\"]*\")*+>")
_CLASS: Final = re.compile(r" class=\"[^\"]*\"")

_RULE: Final = re.compile(r"(?P<selectors>[^{}]+)\{(?P<declarations>[^{}]*)\}")
_LAST: Final = re.compile(r"\s*[\s>+~]\s*")
_IN_LINE: Final = re.compile(r"(?=.)(?:a|b|code|em|i|s|strong|sub|sup|u)?(?:\.(?:inner|mark|ref|hl-[a-z]+))?(?::.*)?")
"""What a selector ends with where it reaches words in a line."""


@cache
def _inliner() -> "CSSInliner":
    # A compiled library, needed only where Markdown is rendered.
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, minify_css=True)


def with_styles(html: str, stylesheet: str) -> str:
    """Wrap a safe body, put the theme onto its elements, and take out the classes."""
    return _tidy(_inliner().inline_fragment(f'<section class="article">{html}</section>', stylesheet))


@cache
def plainer(stylesheet: str) -> str:
    """Take out of a theme what it says of words in a line, and of hooks inside of headings and code.

    These repeat most and are missed least: without it they look as WeChat shows them by itself.
    """
    return _RULE.sub(_plainer_rule, stylesheet)


def _plainer_rule(rule: re.Match[str]) -> str:
    kept = [each for each in rule["selectors"].split(",") if not _IN_LINE.fullmatch(_LAST.split(each.strip())[-1])]
    return f"{','.join(kept)}{{{rule['declarations']}}}" if kept else ""


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
