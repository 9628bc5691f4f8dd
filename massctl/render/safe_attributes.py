"""The attributes that an element keeps: styles, what says more than styles can, and classes as far as the theme."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from selectolax.lexbor import LexborNode

from massctl.render.html_edit import STYLE_URL
from massctl.render.html_rules import is_script
from massctl.render.page import Page

_KEPT: Final = frozenset({"class", "colspan", "dir", "lang", "leaf", "nodeleaf", "rowspan", "style", "title"})
_ALIGNMENTS: Final = frozenset({"center", "justify", "left", "right"})
_PROPERTY: Final = re.compile(r"-?[a-z][a-z0-9-]*")
_LENGTH: Final = re.compile(r"\s*(?P<number>\d{1,4}(?:\.\d+)?)(?P<unit>px|%)?\s*")


def attributes_of(node: LexborNode, page: Page, ours: str = "") -> str:
    """Give what an element's opening tag says behind its name; pictures in its style get their placeholders.

    `ours` is a style that goes before its own.
    """
    found = node.attributes
    if not found:
        return f' style="{ours}"' if ours else ""
    style = [ours, declarations(found.get("style") or ""), *styles_said(found)]
    kept = {name: value for name, value in found.items() if name in _KEPT or name.startswith("data-")}
    kept.pop("style", None)
    if any(style):
        kept["style"] = ";".join(each for each in style if each)
    return written({name: with_pictures(value, page) if name == "style" else value for name, value in kept.items()})


def written(attributes: Mapping[str, str | None]) -> str:
    """Write attributes; one without a value stays so."""
    return "".join(f" {name}" if not value else f' {name}="{escape(value)}"' for name, value in attributes.items())


def styles_said(found: Mapping[str, str | None]) -> list[str]:
    """Give as styles what old attributes say, which WeChat drops."""
    align, colour = (found.get("align") or "").lower(), found.get("bgcolor")
    said = [f"text-align:{align}"] if align in _ALIGNMENTS else []
    return [*said, f"background:{colour}"] if colour and re.fullmatch(r"#?\w+", colour) else said


def length_said(found: Mapping[str, str | None], name: str) -> str | None:
    """Give an attribute's length as a style has it."""
    length = _LENGTH.fullmatch(found.get(name) or "")
    return f"{name}:{length['number']}{length['unit'] or 'px'}" if length is not None else None


def declarations(style: str) -> str:
    """Write a style anew: what a browser skips in it, the inliner would stumble over."""
    if not style.strip():
        return ""
    # Only a writer's own HTML has styles here.
    from tinycss2 import parse_blocks_contents, serialize

    found = parse_blocks_contents(style, skip_comments=True, skip_whitespace=True)
    kept = [
        (each.lower_name, serialize(each.value).strip())
        for each in found
        if each.type == "declaration"
        and _PROPERTY.fullmatch(each.lower_name)
        and all(value.type != "error" for value in each.value)
    ]
    return ";".join(f"{name}:{value}" for name, value in kept if value)


def with_pictures(style: str | None, page: Page) -> str:
    """Put placeholders for the pictures of a style."""
    return (
        STYLE_URL.sub(lambda found: _placed(found, page), style) if style and "url(" in style.lower() else style or ""
    )


def _placed(found: re.Match[str], page: Page) -> str:
    group, address = next((name, value) for name, value in found.groupdict().items() if value is not None)
    address = address.strip()
    if not address or address.startswith("#") or is_script(address):
        return found[0]
    placed = page.picture(address, address)
    if placed is None:
        return found[0]
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    return found[0][:start] + placed[0] + found[0][end:]
