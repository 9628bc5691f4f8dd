"""The theme onto the elements: WeChat takes styles only in `style` attributes."""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from massctl.render.html_rules import is_component

if TYPE_CHECKING:
    from css_inline import CSSInliner

_TAG: Final = re.compile(r"<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*)(?:[^\">]|\"[^\"]*\")*+>")
_CLASS: Final = re.compile(r" class=\"[^\"]*\"")
_VOID: Final = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "source", "wbr"})
"""What has no end (HTML Standard, 13.1.2, read 2026-11)."""
_STYLE: Final = re.compile(r' style="(?P<style>[^"]*)"')
_HANDED_DOWN: Final = re.compile("(?<![^;])(?P<property>text-align:|letter-spacing:)(?P<value>[^;]*)")
_ANYWHERE: Final = re.compile(r"[a-z-]+|0|[\d.]+px")
"""What means the same in an element and in what stands in it, however large their letters are."""
_PLAIN: Final = frozenset({"section", "p", "span", "blockquote"})
"""Neither a browser nor WeChat's own style sheet aligns or spaces these."""
_ALIGNED: Final = frozenset({"table", "caption", "th", "center", "svg"})
"""These do not inherit it from outside."""


@cache
def _inliner() -> "CSSInliner":
    # A compiled library, needed only where Markdown is rendered.
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, minify_css=True)


def with_styles(html: str, stylesheet: str) -> str:
    """Wrap a safe body, put the theme onto its elements, and take out the classes."""
    return _tidy(_inliner().inline_fragment(f'<section class="article">{html}</section>', stylesheet))


def _tidy(html: str) -> str:
    """Take out classes, spans that a theme may style where this one does not, and what an element inherits anyway."""
    opened: list[tuple[str, str]] = [("", "")]
    """What children inherit, and the end of each element that is open."""
    settle = cache(_settled)

    def tag(found: re.Match[str]) -> str:
        if found["slash"]:
            return opened.pop()[1] if len(opened) > 1 else ""
        name, own = found["name"], found[0]
        if name != "iframe" and not is_component(name):
            own = _CLASS.sub("", own)
        written, inherited = settle(own, name, opened[-1][0])
        if name not in _VOID:
            opened.append((inherited, f"</{name}>" if written else ""))
        return written

    return _TAG.sub(tag, html)


def _settled(tag: str, name: str, inherited: str) -> tuple[str, str]:
    """Give a tag without what its element inherits, and what its children do, as a style of one declaration each."""
    if name in _ALIGNED:
        inherited = ""
    if (style := _STYLE.search(tag)) is not None:
        said = style["style"]
        for found in _HANDED_DOWN.finditer(said):
            if name in _PLAIN and found[0] in inherited.split(";") and _ANYWHERE.fullmatch(found["value"]):
                # With the mark that parts it from its neighbour, and no other: an entity ends with one too.
                said = re.sub(rf"^{re.escape(found[0])};?|;{re.escape(found[0])}(?![^;])", "", said, count=1)
            else:
                others = (each for each in inherited.split(";") if not each.startswith(found["property"]))
                inherited = ";".join((*others, found[0]))
        if said != style["style"]:
            tag = tag.replace(style[0], f' style="{said}"' if said else "", 1)
    return "" if tag == "<span>" else tag, inherited
