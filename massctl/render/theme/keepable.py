"""What of CSS can stand in a `style` attribute that WeChat keeps: the selectors, properties and values that cannot."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from massctl.model.phrase import Phrase
from massctl.render.fault import Fault

_STRUCTURAL_NAMES: Final = (
    "first-child last-child only-child nth-child nth-last-child first-of-type last-of-type only-of-type nth-of-type"
    " nth-last-of-type empty not has"
)
STRUCTURAL: Final = frozenset(_STRUCTURAL_NAMES.split())
"""Pseudo classes that are decided by where an element stands; all others ask a pointer, a history or a page."""
_PAGE_ELEMENTS: Final = frozenset({"html", "body", "head", "title"})
"""Elements that an article has none of."""
_FIXED: Final = frozenset({"absolute", "fixed", "sticky"})
"""Source: WeChat's article structure rules 1.4 and 4.2.2, read 2026-08; editors and practice agree."""
_WITHOUT_EFFECT: Final = {
    "animation": Phrase("it needs keyframes, which WeChat removes"),
    "transition": Phrase("an article does not change while it is read"),
    "content": Phrase("it belongs to pseudo elements, which cannot be in a `style` attribute"),
}
"""Property, without what follows its first hyphen -> why it does nothing."""
_PICTURE_FUNCTIONS: Final = frozenset({"image-set", "-webkit-image-set", "cross-fade", "element", "paint", "src"})


def fault_at(node: Any, code: str, message: Phrase, hint: Phrase | None = None, width: int | None = None) -> Fault:
    """Make a fault at a node of the parser; `width` is that of its first word."""
    return Fault(code, message, hint, line=node.source_line, column=node.source_column, width=width)


def selector_faults(rule: Any, selector: str) -> Iterator[Fault]:
    """Find what no element of an article can be matched by; `rule` is the parser's, `selector` its text."""
    found = list(_pseudo(rule.prelude))
    names = [each for each in _type_names(rule.prelude) if each.lower_value in _PAGE_ELEMENTS]
    for each in names:
        say = Phrase("an article has no `{name}`", name=each.lower_value)
        hint = Phrase("write `.article` for the whole article, `:root` for variables")
        found.append(fault_at(each, "MC113", say, hint, width=len(each.value)))
    yield from found
    if not found and not _can_be_read(selector):
        say = Phrase("the selector `{selector}` cannot be read", selector=selector[:80])
        yield fault_at(
            rule,
            "MC113",
            say,
            Phrase("check for a missing bracket, or write a simpler selector"),
            width=len(selector.split("\n", 1)[0]),
        )


def _pseudo(prelude: list[Any]) -> Iterator[Fault]:
    """Find pseudo elements, and pseudo classes that ask for more than the place of an element."""
    nodes = iter(prelude)
    for colon in nodes:
        if colon != ":":
            continue
        after = next(nodes, None)
        is_element = after == ":"
        named = next(nodes, None) if is_element else after
        name = str(getattr(named, "lower_name", getattr(named, "lower_value", "")))
        if is_element or name in ("before", "after", "first-line", "first-letter"):
            say = Phrase("the pseudo element `::{name}` cannot be in a `style` attribute", name=name)
            hint = Phrase("use a border or a background of the element itself")
            yield fault_at(colon, "MC113", say, hint, width=len(name) + 1 + is_element)
        elif name == "root":
            say = Phrase("`:root` must be alone, and may contain only variables")
            yield fault_at(colon, "MC113", say, Phrase("write a rule for `:root` alone"), width=len(name) + 1)
        elif name not in STRUCTURAL:
            say = Phrase("`:{name}` does not reach WeChat, which takes styles only on elements", name=name)
            yield fault_at(colon, "MC113", say, Phrase("take it out"), width=len(name) + 1)


def _type_names(prelude: list[Any]) -> Iterator[Any]:
    """Give the names of elements in a selector: words that no `.`, `#`, `:` or bracket goes before."""
    before: Any = None
    for node in prelude:
        if node.type == "ident" and before not in (".", ":"):
            yield node
        before = node


@cache
def _empty_page() -> Any:
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser("")


def _can_be_read(selector: str) -> bool:
    # Lexbor reads selectors by the standard, and the inliner skips what it cannot read without a word.
    from selectolax.lexbor import SelectolaxError

    try:
        _empty_page().css(selector)
    except SelectolaxError:
        return False
    return "|" not in selector


def declaration_faults(node: Any, *, is_root: bool, is_variable: bool) -> Iterator[Fault]:
    """Find what a declaration says that WeChat does not keep."""
    if node.important:
        say = Phrase("`!important` keeps dark mode from changing a colour, and there is nothing to override here")
        yield fault_at(node, "MC114", say, Phrase("take it out"), width=len(node.name))
    yield from _value_faults(node.value)
    if is_root and not is_variable:
        say = Phrase("`:root` must be alone, and may contain only variables")
        yield fault_at(node, "MC113", say, Phrase("write `{name}` for `.article`", name=node.name), len(node.name))
        return
    if is_variable:
        if not is_root:
            say = Phrase("variables apply to the whole article, so they must be in `:root`")
            yield fault_at(node, "MC113", say, Phrase("set it in `:root`"), width=len(node.name))
        return
    yield from _property_faults(node)


def _property_faults(node: Any) -> Iterator[Fault]:
    name = node.lower_name
    words = {each.lower_value for each in node.value if each.type == "ident"}
    if name == "position" and words & _FIXED:
        say = Phrase("WeChat rebuilds articles, and `position: {value}` does not survive", value=min(words & _FIXED))
        hint = Phrase("place it with margins, or side by side with `display: inline-block`")
        yield fault_at(node, "MC114", say, hint, width=len(name))
    why = _WITHOUT_EFFECT.get(name.removeprefix("-webkit-").split("-", 1)[0])
    if why is not None and not name.startswith("content-"):
        say = Phrase("`{name}` has no effect: {why}", name=node.name, why=why)
        yield fault_at(node, "MC114", say, Phrase("take it out"), width=len(name))


def _value_faults(nodes: Any) -> Iterator[Fault]:
    for node in nodes:
        if node.type == "error":
            yield fault_at(
                node, "MC112", Phrase("this is not a CSS value"), Phrase("check for a missing quotation mark")
            )
        elif node.type == "function" and node.lower_name in _PICTURE_FUNCTIONS:
            say = Phrase("`{name}()` cannot be used: one picture is uploaded, and its address written", name=node.name)
            yield fault_at(node, "MC114", say, Phrase("write it as `url(path)`"), width=len(node.name))
        elif node.type == "function":
            yield from _value_faults(node.arguments)
        elif node.type.endswith(" block"):
            yield from _value_faults(node.content)
