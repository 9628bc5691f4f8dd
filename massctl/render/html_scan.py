"""Find tags and attributes in HTML by position, so that a text can be edited in place."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from massctl.model.frozen import Frozen

COMMENT_ENDS = ("-->", "--!>")
"""Source: HTML standard, "13.2.5.51 Comment end state" and "13.2.5.52", read 2026-11."""
_TAG = re.compile(
    r"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|[!?][^>]*>?|(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*)"
    r"(?P<rest>(?:=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>][^\s>]*|(?=>))|[^>=])*+)>?)",
    re.DOTALL,
)
"""A tag, a comment or a declaration. To browsers `<!-->` and `<!--->` are whole comments, and `--!>` ends one too;
quotation marks hold a `>` only behind an equals sign, and a value without them ends at a blank or `>`.
Source: HTML standard, "13.2.5 Tokenization"."""
_UNENDED = re.compile(
    r"<!--(?!-?>)(?:(?!--!?>|<!--(?!>)).)*+(?!--!?>)|<[!?](?!--)[^>]*\Z", re.DOTALL
)
"""A comment that never ends, or that holds the beginning of another, whose end it takes; or another declaration."""
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'<>/=]+)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>][^\s>]*)))?"
)

_STRAY = re.compile(r"[\"'<]")
_TAG_IN_VALUE = re.compile(r"</?[A-Za-z][\w:-]*[\s/>]")


class Attribute(Frozen):
    """One attribute of a tag."""

    name: str
    """In lower case."""
    written: str
    """The value as it stands, with its entities."""
    start: int
    """Where the name begins in the text."""
    value_start: int
    """Where `written` begins in the text; -1 where there is no value."""
    end: int

    @property
    def value(self) -> str:
        """The value as a browser reads it."""
        return unescape(self.written)


class Tag(Frozen):
    """One opening or closing tag."""

    name: str
    """In lower case."""
    closing: bool
    start: int
    end: int
    name_start: int
    attributes: tuple[Attribute, ...]

    def get(self, name: str) -> str | None:
        """Return the value of the first attribute of that name, or None."""
        return next((a.value for a in self.attributes if a.name == name), None)


def tags(text: str) -> Iterator[Tag]:
    """Yield the tags of `text` in order; comments and declarations are skipped."""
    for found in _TAG.finditer(text):
        if found["name"]:
            yield Tag(
                found["name"].lower(),
                found["slash"] == "/",
                found.start(),
                found.end(),
                found.start("name"),
                tuple(_attributes(found["rest"], found.start("rest"))),
            )


def unended_comment(text: str) -> int | None:
    """Return where an unclosed comment begins, which hides more than its writer meant."""
    found = (each for each in _TAG.finditer(text) if not each["name"] and _UNENDED.match(each[0]))
    return next((each.start() for each in found), None)


def torn_attribute(tag: Tag, text: str) -> Attribute | None:
    """Return an attribute whose quotation marks are no pair, so that it ends too late or too early.

    An odd one leaves a mark in the name of an attribute or in a value without marks; both are errors of the standard.
    Source: HTML standard, "13.2.5.33 Attribute name state" and "13.2.5.38", read 2026-11.
    """
    position = tag.name_start + len(tag.name)
    last = None
    for each in tag.attributes:
        last = last or each
        if _STRAY.search(text, position, each.start):
            return last
        if text.startswith(("'", '"'), each.value_start - 1):
            # It goes over the end of its tag into another one; WeChat's own data may hold markup.
            end = -1 if each.name.startswith("data-") else each.written.find(">")
            is_torn = end >= 0 and _TAG_IN_VALUE.search(each.written, end) is not None
        else:
            is_torn = '"' in each.written or "'" in each.written
        if is_torn:
            return each
        position = each.end
        last = each if each.value_start >= 0 else last
    return last if _STRAY.search(text, position, tag.end) else None


def _attributes(rest: str, offset: int) -> Iterator[Attribute]:
    for found in _ATTRIBUTE.finditer(rest):
        group = next(
            (name for name in ("double", "single", "bare") if found[name] is not None), None
        )
        yield Attribute(
            found["name"].lower(),
            found[group] if group else "",
            offset + found.start(),
            offset + found.start(group) if group else -1,
            offset + found.end(),
        )


class Edit(Frozen):
    """A piece of a text and what stands there instead."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits, which must not overlap; everything else keeps its bytes."""
    pieces: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda e: e.start):
        pieces += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*pieces, text[position:]])
