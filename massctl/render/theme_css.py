"""Parse a theme's file into variables and rules, and find every fault that concerns this file alone.

WeChat takes styles only in `style` attributes. So a theme has no at-rule but `@import`, no `:hover` and no pseudo
element. Whatever would be lost is a fault at its place.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from massctl.model.diagnostics import Fault, Lines
from massctl.model.frozen import Frozen
from massctl.model.near_name import NearNames
from massctl.model.phrase import Phrase
from massctl.render.elements import ELEMENTS, row, selector_of

CHARACTERS_MAX = 60_000
"""Ours: of a theme's file; the longest built-in one has 4,440."""
DEPTH_MAX = 30
"""Ours: brackets inside each other; what writes them again calls itself for each."""
ROOT = ":root"


class Declaration(Frozen):
    """One property with its value as the parser read it."""

    name: str
    """In small letters, but a variable's (`--Name`) as written."""
    value: tuple[Any, ...]
    """Component values of tinycss2."""
    line: int
    column: int


class Rule(Frozen):
    """Declarations for the elements that a selector matches."""

    selector: str
    declarations: tuple[Declaration, ...]


class Base(Frozen):
    """Another theme that this one begins with: `@import "name";`."""

    name: str
    line: int
    column: int


class Sheet(Frozen):
    """A theme's file, read; faults have a line and a column and no path yet."""

    bases: tuple[Base, ...] = ()
    variables: tuple[Declaration, ...] = ()
    rules: tuple[Rule, ...] = ()
    faults: tuple[Fault, ...] = ()


@lru_cache(maxsize=64)
def read_sheet(text: str) -> Sheet:
    """Read a theme's text, whose lines end with a line feed."""
    refusal = _refusal(text)
    if refusal is not None:
        return Sheet(faults=(refusal,))
    # A parser that only themes need.
    import tinycss2

    reader = _Reader(Lines(text), text)
    for node in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        reader.top(node)
    return Sheet(
        tuple(reader.bases), tuple(reader.variables), tuple(reader.rules), tuple(reader.faults)
    )


def _refusal(text: str) -> Fault | None:
    """Return why a text is not even parsed, where it is not."""
    if len(text) > CHARACTERS_MAX:
        return Fault(
            "MC112",
            Phrase("the theme is longer than {limit} characters", limit=f"{CHARACTERS_MAX:,}"),
            Phrase("remove the rules that no article uses"),
            line=1,
            column=1,
        )
    depth = 0
    for at, character in enumerate(text):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth = max(0, depth - 1)
        if depth > DEPTH_MAX:
            line = text.count("\n", 0, at) + 1
            column = at - text.rfind("\n", 0, at)
            return Fault(
                "MC112",
                Phrase("more than {limit} brackets inside each other", limit=DEPTH_MAX),
                Phrase("is one never closed?"),
                line=line,
                column=column,
            )
    return None


class _Reader:
    """Collect imports, variables, rules and faults from the parser's nodes."""

    def __init__(self, lines: Lines, text: str) -> None:
        self._lines = lines
        self._text = text
        self._near = NearNames()
        self.bases: list[Base] = []
        self.variables: list[Declaration] = []
        self.rules: list[Rule] = []
        self.faults: list[Fault] = []

    def top(self, node: Any) -> None:
        """Take one piece of the file."""
        if node.type == "qualified-rule":
            self._rule(node)
        elif node.type == "at-rule":
            self._at_rule(node)
        else:
            self._broken(node, Phrase("a selector with declarations in braces is required here"))

    def _at_rule(self, node: Any) -> None:
        name = node.lower_at_keyword
        if name == "charset":
            return  # The file is UTF-8 whatever it says.
        if name == "import":
            self._import(node)
            return
        self.faults.append(
            fault_at(
                node,
                "MC113",
                Phrase(
                    "`@{name}` does not reach WeChat, which takes styles only on elements",
                    name=name,
                ),
                Phrase(
                    "write what should always apply as an ordinary rule, and remove `@{name}`",
                    name=name,
                ),
                width=len(name) + 1,
            )
        )

    def _import(self, node: Any) -> None:
        given = [each for each in node.prelude if each.type not in ("whitespace", "comment")]
        if len(given) != 1 or given[0].type != "string" or node.content is not None:
            self.faults.append(
                fault_at(
                    node,
                    "MC113",
                    Phrase(
                        "`@import` needs the name of another theme in quotation marks, and nothing else"
                    ),
                    Phrase('write `@import "{name}";`', name="qingshan"),
                    width=len("@import"),
                )
            )
        elif self.rules or self.variables:
            self.faults.append(
                fault_at(
                    node,
                    "MC113",
                    Phrase("`@import` must be first, because later rules override earlier ones"),
                    Phrase("move it to the top"),
                    width=len("@import"),
                )
            )
        else:
            self.bases.append(Base(given[0].value, given[0].source_line, given[0].source_column))

    def _rule(self, node: Any) -> None:
        import tinycss2

        selector = _written([each for each in node.prelude if each.type != "comment"]).strip()
        found = list(
            tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
        )
        declarations = tuple(self._declarations(found, is_root=selector == ROOT))
        if selector == ROOT:
            return
        faults = list(selector_faults(node, selector, self._near))
        self.faults += faults
        selector = _written(
            [each for each in _as_classes(node.prelude) if each.type != "comment"]
        ).strip()
        if declarations and not faults:
            self.rules.append(Rule(selector, declarations))

    def _declarations(self, found: Sequence[Any], *, is_root: bool) -> Iterator[Declaration]:
        for each in found:
            if each.type != "declaration":
                self._no_declaration(each)
                continue
            is_variable = each.name.startswith("--")
            faults = list(
                declaration_faults(each, self._near, is_root=is_root, is_variable=is_variable)
            )
            self.faults += faults
            if faults:
                continue
            name = each.name if is_variable else each.lower_name
            declaration = Declaration(name, tuple(each.value), each.source_line, each.source_column)
            if is_variable:
                self.variables.append(declaration)
            else:
                yield declaration

    def _no_declaration(self, node: Any) -> None:
        if node.type == "error":
            self._broken(node, Phrase("a property, a colon and a value are required here"))
            return
        self.faults.append(
            fault_at(
                node,
                "MC113",
                Phrase("nested rules are not supported here"),
                Phrase("write it as a separate rule with the whole selector"),
            )
        )

    def _broken(self, node: Any, message: Phrase) -> None:
        """Report what the parser could not read, at its beginning; the parser gives its end."""
        at = self._lines.bounds(node.source_line)[0] + node.source_column - 1
        start = max(self._text.rfind(mark, 0, at) for mark in ";{}") + 1
        piece = self._text[start : max(at, start) + 1]
        start += len(piece) - len(piece.lstrip())
        line, column = self._lines.at(start)
        width = len(piece.strip().split("\n", 1)[0])
        self.faults.append(
            Fault(
                "MC112",
                message,
                Phrase("check for a missing bracket, colon or semicolon"),
                line=line,
                column=column,
                width=width or None,
            )
        )


def _written(nodes: Sequence[Any]) -> str:
    import tinycss2

    return str(tinycss2.serialize(nodes))


_STRUCTURAL_NAMES = (
    "first-child last-child only-child nth-child nth-last-child first-of-type last-of-type only-of-type nth-of-type"
    " nth-last-of-type empty not has"
)
STRUCTURAL = frozenset(_STRUCTURAL_NAMES.split())
"""Pseudo classes that depend only on the position of an element; others need a pointer, a history or a page."""
_PAGE_ELEMENTS = frozenset({"html", "body", "head", "title"})
"""Elements of a page, which an article is not."""
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_WITH_SELECTORS = frozenset({"not", "has"})
"""Pseudo classes that have a selector in brackets."""
_CODE_IN_CODE = re.compile(r"\.code(?![\w-])[^,+~]*[\s>]code(?![\w-])", re.IGNORECASE)
_FIXED = frozenset({"absolute", "fixed", "sticky"})
"""Source: WeChat's article structure rules 1.4 and 4.2.2, read 2026-08; editors and practice agree."""
_WITHOUT_EFFECT = {
    "animation": Phrase("it needs keyframes, which WeChat removes"),
    "transition": Phrase("an article does not change while it is read"),
    "content": Phrase("it belongs to pseudo elements, which cannot be in a `style` attribute"),
}
"""Property, without what follows its first hyphen -> why it does nothing."""
_PICTURE_FUNCTIONS = frozenset(
    {"image-set", "-webkit-image-set", "cross-fade", "element", "paint", "src"}
)
_PROPERTY_NAMES = """
accent-color align-content align-items align-self alignment-baseline all anchor-name anchor-scope animation
animation-composition animation-delay animation-direction animation-duration animation-fill-mode
animation-iteration-count animation-name animation-play-state animation-range animation-timeline
animation-timing-function appearance aspect-ratio backdrop-filter backface-visibility background
background-attachment background-blend-mode background-clip background-color background-image background-origin
background-position background-position-x background-position-y background-repeat background-size baseline-shift
baseline-source block-size border border-block border-block-color border-block-end border-block-end-color
border-block-end-style border-block-end-width border-block-start border-block-start-color border-block-start-style
border-block-start-width border-block-style border-block-width border-bottom border-bottom-color
border-bottom-left-radius border-bottom-right-radius border-bottom-style border-bottom-width border-collapse
border-color border-end-end-radius border-end-start-radius border-image border-image-outset border-image-repeat
border-image-slice border-image-source border-image-width border-inline border-inline-color border-inline-end
border-inline-end-color border-inline-end-style border-inline-end-width border-inline-start
border-inline-start-color border-inline-start-style border-inline-start-width border-inline-style
border-inline-width border-left border-left-color border-left-style border-left-width border-radius border-right
border-right-color border-right-style border-right-width border-spacing border-start-end-radius
border-start-start-radius border-style border-top border-top-color border-top-left-radius
border-top-right-radius border-top-style border-top-width border-width bottom box-decoration-break box-shadow
box-sizing break-after break-before break-inside caption-side caret caret-animation caret-color caret-shape clear
clip clip-path clip-rule color color-adjust color-interpolation color-interpolation-filters color-scheme
column-count column-fill column-gap column-rule column-rule-color column-rule-style column-rule-width
column-span column-width columns contain contain-intrinsic-block-size contain-intrinsic-height
contain-intrinsic-inline-size contain-intrinsic-size contain-intrinsic-width container container-name
container-type content content-visibility corner-shape counter-increment counter-reset counter-set cursor cx cy d
direction display dominant-baseline empty-cells field-sizing fill fill-opacity fill-rule filter flex flex-basis
flex-direction flex-flow flex-grow flex-shrink flex-wrap float flood-color flood-opacity font font-family
font-feature-settings font-kerning font-language-override font-optical-sizing font-palette font-size
font-size-adjust font-smooth font-stretch font-style font-synthesis font-synthesis-position
font-synthesis-small-caps font-synthesis-style font-synthesis-weight font-variant font-variant-alternates
font-variant-caps font-variant-east-asian font-variant-emoji font-variant-ligatures font-variant-numeric
font-variant-position font-variation-settings font-weight font-width forced-color-adjust gap glyph-orientation-vertical
grid grid-area grid-auto-columns grid-auto-flow grid-auto-rows grid-column grid-column-end grid-column-gap
grid-column-start grid-gap grid-row grid-row-end grid-row-gap grid-row-start grid-template grid-template-areas
grid-template-columns grid-template-rows hanging-punctuation height hyphenate-character hyphenate-limit-chars
hyphens image-orientation image-rendering image-resolution initial-letter initial-letter-align inline-size inset
inset-block inset-block-end inset-block-start inset-inline inset-inline-end inset-inline-start interactivity
interpolate-size isolation justify-content justify-items justify-self left letter-spacing lighting-color
line-break line-clamp line-height line-height-step list-style list-style-image list-style-position
list-style-type margin margin-block margin-block-end margin-block-start margin-bottom margin-inline
margin-inline-end margin-inline-start margin-left margin-right margin-top margin-trim marker marker-end marker-mid
marker-start mask mask-border mask-clip mask-composite mask-image mask-mode mask-origin mask-position mask-repeat
mask-size mask-type math-depth math-shift math-style max-block-size max-height max-inline-size max-width
min-block-size min-height min-inline-size min-width mix-blend-mode object-fit object-position object-view-box
offset offset-anchor offset-distance offset-path offset-position offset-rotate opacity order orphans outline
outline-color outline-offset outline-style outline-width overflow overflow-anchor overflow-block
overflow-clip-margin overflow-inline overflow-wrap overflow-x overflow-y overlay overscroll-behavior
overscroll-behavior-block overscroll-behavior-inline overscroll-behavior-x overscroll-behavior-y padding
padding-block padding-block-end padding-block-start padding-bottom padding-inline padding-inline-end
padding-inline-start padding-left padding-right padding-top page page-break-after page-break-before
page-break-inside paint-order perspective perspective-origin place-content place-items place-self pointer-events
position position-anchor position-area position-try position-visibility print-color-adjust quotes r resize right
rotate row-gap ruby-align ruby-merge ruby-overhang ruby-position rx ry scale scroll-behavior scroll-margin
scroll-padding scroll-snap-align scroll-snap-stop scroll-snap-type scroll-timeline scrollbar-color
scrollbar-gutter scrollbar-width shape-image-threshold shape-margin shape-outside shape-rendering
speak speak-as stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin
stroke-miterlimit stroke-opacity stroke-width tab-size table-layout text-align text-align-all text-align-last
text-anchor text-autospace text-box text-box-edge text-box-trim text-combine-upright text-decoration
text-decoration-color text-decoration-line text-decoration-skip text-decoration-skip-ink text-decoration-style
text-decoration-thickness text-emphasis text-emphasis-color text-emphasis-position text-emphasis-skip
text-emphasis-style text-indent text-justify text-orientation text-overflow text-rendering text-shadow
text-size-adjust text-spacing text-spacing-trim text-transform text-underline-offset text-underline-position
text-wrap text-wrap-mode text-wrap-style top touch-action transform transform-box transform-origin
transform-style transition transition-behavior transition-delay transition-duration transition-property
transition-timing-function translate unicode-bidi user-select vector-effect vertical-align view-transition-name
visibility white-space white-space-collapse widows width will-change word-break word-space-transform word-spacing
word-wrap writing-mode x y z-index zoom
"""
_PROPERTIES = frozenset(_PROPERTY_NAMES.split())
"""Source: W3C, "All CSS properties" (w3.org/Style/CSS/all-properties) and the presentation attributes of SVG 2.

Names of one browser begin with a hyphen, as `-webkit-line-clamp` does, and are not in it.
"""


def fault_at(
    node: Any, code: str, message: Phrase, hint: Phrase | None = None, width: int | None = None
) -> Fault:
    """Make a fault at a node of the parser; `width` is that of its first word."""
    return Fault(code, message, hint, line=node.source_line, column=node.source_column, width=width)


def selector_faults(rule: Any, selector: str, near: NearNames) -> Iterator[Fault]:
    """Find what can match no element of an article; `rule` is the parser's node, `selector` its text."""
    found = list(_pseudo(rule.prelude))
    found += [
        fault
        for each in _type_names(rule.prelude)
        if (fault := _element_fault(each, near)) is not None
    ]
    for each in (each for each in rule.prelude if each.type == "hash"):
        found.append(
            fault_at(
                each,
                "MC113",
                Phrase("WeChat removes ids, so `#{name}` selects nothing", name=each.value),
                Phrase("write a class: `.{name}`", name=each.value),
                width=len(each.value) + 1,
            )
        )
    if not found and _CODE_IN_CODE.search(_written(_as_classes(rule.prelude))):
        found.append(
            fault_at(
                rule,
                "MC113",
                Phrase("a block of code has no `code` in it"),
                Phrase("write a rule for the block itself, `pre`, or take this one out"),
                width=len(selector.split("\n", 1)[0]),
            )
        )
    yield from found
    if not found and not _can_be_read(selector):
        yield fault_at(
            rule,
            "MC113",
            Phrase("the selector `{selector}` cannot be read", selector=selector[:80]),
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
            yield fault_at(
                colon,
                "MC113",
                Phrase("the pseudo element `::{name}` cannot be in a `style` attribute", name=name),
                Phrase("use a border or a background of the element itself"),
                width=len(name) + 1 + is_element,
            )
        elif name == "root":
            yield fault_at(
                colon,
                "MC113",
                Phrase("`:root` must be alone, and may contain only variables"),
                Phrase("write a rule for `:root` alone"),
                width=len(name) + 1,
            )
        elif name not in STRUCTURAL:
            yield fault_at(
                colon,
                "MC113",
                Phrase(
                    "`:{name}` does not reach WeChat, which takes styles only on elements",
                    name=name,
                ),
                Phrase("take it out"),
                width=len(name) + 1,
            )


def _element_fault(name: Any, near: NearNames) -> Fault | None:
    """Find an element that no article has, or that it has under another name; `name` is the parser's node."""
    written = selector_of(name.lower_value)
    if written is not None and (written == name.lower_value or written.startswith(".")):
        return None
    if name.lower_value in _LISTS:
        say = Phrase("massctl writes `{name}` as sections", name=name.lower_value)
        hint = Phrase("write `.list` for a list, `.item` for an entry, `.mark` for its mark")
    elif written is not None:
        say = Phrase(
            "massctl writes `{name}` as `{written}`", name=name.lower_value, written=written
        )
        hint = Phrase("write `{name}`", name=written)
    else:
        say = Phrase("an article has no `{name}`", name=name.lower_value)
        is_unknown = row(name.lower_value) is None
        alike = meant(name.lower_value, filter(selector_of, ELEMENTS), near) if is_unknown else None
        hint = alike or Phrase("take it out")
        if name.lower_value in _PAGE_ELEMENTS:
            hint = Phrase("write `.article` for the whole article, `:root` for variables")
    return fault_at(name, "MC113", say, hint, width=len(name.value))


def _type_names(nodes: Sequence[Any]) -> Iterator[Any]:
    """Yield the names of elements in a selector: words without a `.` or `:` before them."""
    before: Any = None
    for node in nodes:
        if node.type == "ident" and before not in (".", ":"):
            yield node
        elif node.type == "function" and node.lower_name in _WITH_SELECTORS:
            yield from _type_names(node.arguments)
        before = node


def _as_classes(prelude: Sequence[Any]) -> Sequence[Any]:
    """Put the class under which massctl writes an element in the place of its name: `.code` for `pre`."""
    import tinycss2

    names = {id(each): selector_of(each.lower_value) for each in _type_names(prelude)}

    def rewritten(nodes: Sequence[Any]) -> list[Any]:
        written: list[Any] = []
        for node in nodes:
            selector = names.get(id(node))
            if selector is not None and selector.startswith("."):
                written += tinycss2.parse_component_value_list(selector)
                continue
            if node.type == "function" and node.lower_name in _WITH_SELECTORS:
                node.arguments = rewritten(node.arguments)
            written.append(node)
        return written

    return rewritten(prelude)


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


def declaration_faults(
    node: Any, near: NearNames, *, is_root: bool, is_variable: bool
) -> Iterator[Fault]:
    """Find what a declaration says that WeChat does not keep."""
    if node.important:
        yield fault_at(
            node,
            "MC114",
            Phrase(
                "`!important` keeps dark mode from changing a colour, and there is nothing to override here"
            ),
            Phrase("take it out"),
            width=len(node.name),
        )
    yield from _value_faults(node.value)
    if is_root and not is_variable:
        yield fault_at(
            node,
            "MC113",
            Phrase("`:root` must be alone, and may contain only variables"),
            Phrase("write `{name}` for `.article`", name=node.name),
            len(node.name),
        )
        return
    if is_variable:
        if not is_root:
            yield fault_at(
                node,
                "MC113",
                Phrase("variables apply to the whole article, so they must be in `:root`"),
                Phrase("set it in `:root`"),
                width=len(node.name),
            )
        return
    yield from _property_faults(node, near)


def _property_faults(node: Any, near: NearNames) -> Iterator[Fault]:
    name = node.lower_name
    if name not in _PROPERTIES and not name.startswith("-"):
        say = Phrase("CSS has no property `{name}`, so every browser ignores this", name=node.name)
        hint = meant(name, _PROPERTIES, near) or Phrase("check the spelling")
        yield fault_at(node, "MC114", say, hint, len(name))
        return
    words = {each.lower_value for each in node.value if each.type == "ident"}
    if name == "position" and words & _FIXED:
        yield fault_at(
            node,
            "MC114",
            Phrase(
                "WeChat rebuilds articles, and `position: {value}` does not survive",
                value=min(words & _FIXED),
            ),
            Phrase("place it with margins, or side by side with `display: inline-block`"),
            width=len(name),
        )
    why = _WITHOUT_EFFECT.get(name.removeprefix("-webkit-").split("-", 1)[0])
    if why is not None and not name.startswith("content-"):
        yield fault_at(
            node,
            "MC114",
            Phrase("`{name}` has no effect: {why}", name=node.name, why=why),
            Phrase("take it out"),
            width=len(name),
        )


def meant(name: str, known: Iterable[str], near: NearNames) -> Phrase | None:
    """Suggest the name that a misspelt one may mean; None if none is near."""
    # The hyphens before a variable would make each like all others.
    plain = {each.removeprefix("--"): each for each in known}
    found = near.nearest(name.removeprefix("--").replace("colour", "color"), plain)
    return Phrase("did you mean `{name}`?", name=plain[found]) if found is not None else None


def _value_faults(nodes: Any) -> Iterator[Fault]:
    for node in nodes:
        if node.type == "error":
            yield fault_at(
                node,
                "MC112",
                Phrase("this is not a CSS value"),
                Phrase("check for a missing quotation mark"),
            )
        elif node.type == "function" and node.lower_name in _PICTURE_FUNCTIONS:
            yield fault_at(
                node,
                "MC114",
                Phrase(
                    "`{name}()` cannot be used: one picture is uploaded, and its address written",
                    name=node.name,
                ),
                Phrase("write it as `url(path)`"),
                width=len(node.name),
            )
        elif node.type == "function":
            yield from _value_faults(node.arguments)
        elif node.type.endswith(" block"):
            yield from _value_faults(node.content)
