"""An article from elsewhere: cleaned of what WeChat removes, written as Markdown or HTML, and compared with the result.

Markdown where the structure is plain, HTML where something is designed. `differences` does not trust the writer: it
compares what was found with what massctl renders of the files.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from urllib.parse import unquote, urljoin

from msgspec import Struct, field

from massctl.importer.visibility import (
    LOOK,
    Unseen,
    is_gone,
    is_in_drawing,
    is_out_of_sight,
    look_of,
    shows_itself,
)
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, plural_phrase
from massctl.render.elements import Handling, is_component, is_script, refusal, writer_row
from massctl.render.markdown_formulas import spelled
from massctl.render.styles import pictures_in
from massctl.render.tree import Element, parse, serialized

FOOTNOTE = "massctl-note"
"""An element that stands for a footnote: its attribute `number`, and where the text stands, its children."""
FORMULA = "massctl-formula"
"""An element that stands for a formula: its attribute `tex`, and `block` where it stands by itself."""
_SILENT = frozenset(
    {"script", "style", "link", "meta", "noscript", "template", "title", "base", "head"}
)
"""Nobody reads what is in them."""
_DESIGN = re.compile(
    r"(?:^|[;\s])(?:background(?:-image)?\s*:[^;]*(?:url\(|gradient)|position\s*:\s*(?:absolute|relative|fixed)"
    r"|transform\s*:\s*(?!none)|float\s*:\s*(?:left|right)|display\s*:\s*(?:inline-)?(?:flex|grid|inline-block)"
    r"|box-shadow\s*:\s*(?!none)|writing-mode\s*:|border(?:-\w+)?\s*:\s*(?!none|0|initial|medium none)[^;]*[1-9]"
    r"|background(?:-color)?\s*:\s*(?!none|transparent|initial|inherit|unset|(?:rgb\(\s*255,\s*255,\s*255\s*\)|#fff(?:fff)?|white)\b))",
    re.IGNORECASE,
)
"""A style that draws something; Markdown has no words for it."""
_OWN_LOOK = frozenset(
    {"code", "pre", "table", "td", "th", "tr", "thead", "tbody", "hr", "img", "mark"}
)
"""Elements whose backgrounds and borders every theme has too."""
_COLOUR = re.compile(r"(?:^|[;\s])color\s*:\s*([^;]+)", re.IGNORECASE)
_ALIGNED = re.compile(r"text-align\s*:\s*(?:center|right)", re.IGNORECASE)
_GREY = re.compile(
    r"rgba?\(\s*(\d+),\s*(\d+),\s*(\d+)|#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.IGNORECASE
)
_GREY_SPREAD = 24
"""So far the parts of a grey may differ; also those of the black of WeChat's editor."""


class Found(Struct):
    """An article as it was found."""

    title: str
    tree: Element
    """Its body, cleaned; the addresses of pictures are absolute."""
    author: str = ""
    digest: str = ""
    content_source_url: str = ""
    cover: str | None = None
    """The address of its cover; None where the source has none."""
    comments: tuple[bool, bool] = (False, False)
    """Whether comments are open, and for followers alone."""
    markdown: str | None = None
    """Its text, if it was Markdown before."""
    lost: list[Phrase] = field(default_factory=list)
    """What could not be carried over, and why."""
    pictures_lost: int = 0
    """Pictures of the source that are not in its tree."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Where a browser that saved the page put its pictures, by their addresses."""


LOSSES_MAX = 20
"""Ours: so many lost parts of an article are told with their words and places, and the rest by its number."""
_WORDS_MAX = 40
_PLACE_MAX = 12
"""Characters that show where a lost part stood."""
_ENTERED = frozenset({"", "text", "submit", "button", "reset", "search", "tel", "email", "url"})
"""The types of `<input>` whose value a reader sees."""


def cleaned(
    root: Element, base: str = "", outside: Unseen | None = None
) -> tuple[Element, list[Phrase]]:
    """Remove from a body what WeChat removes; return the body, and the removed parts that somebody would miss.

    `outside` is what the page around it says of whether its words are seen.
    """
    lost = _Losses()
    _leave_out_hidden(root, outside or Unseen(), lost)
    _clean(root, base, lost)
    return root, lost.listed


def hidden_words(root: Element) -> list[str]:
    """Take out of a body what nobody sees, and return its words."""
    lost = _Losses()
    _leave_out_hidden(root, Unseen(), lost)
    return lost.hidden


def removed_elements(lost: Counter[str]) -> list[Phrase]:
    """Name elements that were taken out, each with how often."""
    return [
        Phrase("`<{name}>` ({count}×): WeChat removes it from articles", name=name, count=count)
        for name, count in lost.items()
    ]


def removed(name: str, place: Phrase, words: str) -> Phrase:
    """Name an element that was taken out, with its place, and with its words if it had some."""
    say = _REMOVED_WORDS if words else _REMOVED
    return Phrase(say, name=name, place=place, words=shortened(words))


class _Losses(Struct):
    """What is taken out of a body."""

    told: list[Phrase] = field(default_factory=list)
    more: Counter[str] = field(default_factory=Counter)
    """Elements that are not told one by one."""
    hidden: list[str] = field(default_factory=list)
    """The words of hidden parts."""
    more_hidden: int = 0
    """Hidden parts that are not told one by one."""

    @property
    def listed(self) -> list[Phrase]:
        """Everything that was taken out."""
        hidden = plural_phrase(
            "hidden words in {count} more place, which nobody sees there, are left out",
            "hidden words in {count} more places, which nobody sees there, are left out",
            count=self.more_hidden,
        )
        more = [hidden] if self.more_hidden else []
        return [*self.told, *more, *removed_elements(self.more)]

    def add_hidden(self, element: Element, words: str) -> None:
        """Note something that nobody sees, with its words; without words it is a picture."""
        self.hidden += [words] if words else []
        if len(self.told) == LOSSES_MAX:
            self.more_hidden += 1
            return
        self.add(element, _HIDDEN if words else _HIDDEN_PICTURE, words)

    def add_folded(self, element: Element) -> None:
        """Note words that a page shows only when somebody unfolds them; an article shows them."""
        inside = (
            each for each in element.children if isinstance(each, str) or each.name != "summary"
        )
        if words := "".join(map(_words_of, inside)):
            self.add(element, _FOLDED, words)

    def add(self, element: Element, say: Phrase, words: str) -> None:
        """Note an element that is taken out, with the words that go with it."""
        if len(self.told) == LOSSES_MAX:
            self.more[element.name] += 1
            return
        before = _words_before(element)
        place = Phrase("at the beginning")
        if before:
            place = Phrase("after “{words}”", words=before[-_PLACE_MAX:])
        self.told.append(Phrase(say, name=element.name, place=place, words=shortened(words)))


def shortened(words: str, most: int = _WORDS_MAX) -> str:
    """Return words for a message, cut after so many characters."""
    return words if len(words) <= most else f"{words[:most]}…"


def _words_of(node: Element | str) -> str:
    if isinstance(node, str):
        return " ".join(node.split())
    is_silent = node.name in _SILENT and not is_in_drawing(node)
    return "" if is_silent else " ".join(node.text().split())


def _words_before(element: Element) -> str:
    """Return the words before an element, in the innermost element around it that has some."""
    while (around := element.parent) is not None:
        siblings = around.children[: around.children.index(element)]
        if words := "".join(map(_words_of, siblings)):
            return words
        element = around
    return ""


_REMOVED = Phrase("`<{name}>` {place}: WeChat removes it from articles")
_REMOVED_WORDS = Phrase(
    "`<{name}>` {place}, with the words “{words}”: WeChat removes it from articles"
)
_HIDDEN = Phrase("hidden words {place}, which nobody sees there, are left out: “{words}”")


_FOLDED = Phrase("words {place} that are folded there are unfolded: “{words}”")
_HIDDEN_PICTURE = Phrase("a hidden picture {place}, which nobody sees there, is left out")


def _leave_out_hidden(element: Element, unseen: Unseen, lost: _Losses) -> list[str]:
    """Remove what nobody sees from an element, and return its words if the element around it is not seen either."""
    words: list[str] = []
    for index, child in enumerate(element.children):
        if isinstance(child, str):
            if unseen.is_so and (said := _words_of(child)):
                words.append(said)
                element.children[index] = ""
            continue
        if child.name in _SILENT and not is_in_drawing(child):
            continue
        look = look_of(child, unseen)
        inside = unseen.inside(child, look)
        is_hidden = is_gone(child, look)
        if not is_hidden and (inside.is_so or is_out_of_sight(look)):
            # A drawing may show itself when somebody taps it, and a picture when it is loaded.
            is_hidden = is_out_of_sight(look) and not shows_itself(child)
            inside = Unseen() if shows_itself(child) else inside
        if is_hidden:
            said = _words_of(child)
            # WeChat's own editor leaves signs without width where a cursor was.
            if _SEEN_AS_NOTHING.sub("", said):
                words.append(said)
            elif not any(each.name in ("img", "svg") for each in child.below()):
                continue
            if not unseen.is_so:
                lost.add_hidden(child, "".join(words))
                words = []
            element.children[index] = ""
            continue
        within = _leave_out_hidden(child, inside, lost)
        if unseen.is_so:
            words += within
        elif within:
            lost.add_hidden(child, "".join(within))
    return words


def _clean(element: Element, base: str, lost: _Losses) -> None:
    kept: list[Element | str] = []
    for child in element.children:
        if isinstance(child, str):
            kept.append(child)
            continue
        _clean(child, base, lost)
        if child.name == FOOTNOTE:
            kept.append(child)
            continue
        name = child.name
        row = writer_row(child.name)
        if name in _SILENT and not is_in_drawing(child):
            continue
        if name != "input" and refusal(name, child.attributes) is not None and row is not None:
            if row.handling is Handling.REFUSE and name in {"html", "body"}:
                kept += child.children
                continue
            words = _words_of(child)
            lost.add(child, _REMOVED_WORDS if words else _REMOVED, words)
            continue
        if row is None or name in {"font", "input"}:
            value = _words_of(child.get("value"))
            if value and child.get("type").lower() in _ENTERED and name == "input":
                lost.add(child, _REMOVED_WORDS, value)
            if row is None and not name.startswith(("o:", "w:")):
                lost.more[name] += 1
            kept += child.children
            continue
        if name == "details" and "open" not in child.attributes:
            lost.add_folded(child)
        _clean_attributes(child, base)
        kept.append(child)
    element.children = kept
    for each in element.elements:
        each.parent = element


def _clean_attributes(element: Element, base: str) -> None:
    given = element.attributes
    is_own = is_component(element.name)
    lazy = given.pop("data-src", "") if element.name == "img" else ""
    if lazy:
        given["src"] = lazy
    for name in list(given):
        value = given[name].strip()
        if (
            name.startswith("on")
            or name in ("id", "srcset", "contenteditable", LOOK)
            or (name == "class" and not is_own)
        ):
            del given[name]
        elif name in ("src", "href") and value and base and not value.startswith(("#", "data:")):
            given[name] = urljoin(base, value)
        if name == "href" and is_script(value):
            del given[name]


def design_of(root: Element) -> Phrase | None:
    """Return what only HTML can keep of an article; None if Markdown can express all of it."""
    for element in root.below():
        if element.name == "svg":
            return Phrase("it has a drawing (`<svg>`)")
        if is_component(element.name) or "data-miniprogram-appid" in element.attributes:
            return Phrase("it has a component of WeChat: `<{name}>`", name=element.name)
        style = element.attributes.get("style", "")
        if element.name not in _OWN_LOOK and (found := _DESIGN.search(style)) is not None:
            written = " ".join(found[0].strip(" ;").split())
            return Phrase("it is designed: `{style}`", style=written[:60])
    return None


def lost_in_markdown(root: Element) -> list[Phrase]:
    """List what of a plain article Markdown has no words for."""
    plain = [each for each in root.below() if not {"class", "align"} & each.attributes.keys()]
    colours = sum(_is_coloured(each) for each in plain)
    aligned = sum(
        bool(_ALIGNED.search(each.attributes.get("style", ""))) and bool(each.text().strip())
        for each in plain
    )
    found = []
    if colours:
        found.append(
            Phrase(
                "{what}: Markdown has none; themes colour headings, links and bold words",
                what=plural_phrase(
                    "the colour of {count} text", "the colours of {count} texts", count=colours
                ),
            )
        )
    if aligned:
        found.append(
            Phrase(
                "{what}: Markdown has none; a theme aligns all alike",
                what=plural_phrase(
                    "the alignment of {count} block",
                    "the alignment of {count} blocks",
                    count=aligned,
                ),
            )
        )
    return found


def is_grey(parts: Sequence[int]) -> bool:
    """Whether the red, green and blue parts of a colour make a grey."""
    return max(parts) - min(parts) <= _GREY_SPREAD


def _is_coloured(element: Element) -> bool:
    """Whether an element gives its own text a colour that is not a grey."""
    found = _COLOUR.search(element.attributes.get("style", ""))
    if found is None or not any(
        isinstance(each, str) and each.strip() for each in element.children
    ):
        return False
    said = _GREY.search(found[1])
    if said is None:
        return found[1].strip().lower() not in (
            "black",
            "inherit",
            "initial",
            "gray",
            "grey",
            "#000",
            "#333",
            "#666",
        )
    parts = (
        [int(each) for each in said.groups()[:3]]
        if said[1]
        else [int(each, 16) for each in said.groups()[3:]]
    )
    return not is_grey(parts)


def pictures_of(root: Element) -> list[str]:
    """List the addresses of an article's pictures in order, each as often as it stands."""
    return [address for _, _, address in _places(root)]


def _places(root: Element) -> Iterator[tuple[Element, str, str]]:
    for element in root.below():
        row = writer_row(element.name)
        for name in row.pictures if row is not None else ():
            if address := element.attributes.get(name, "").strip():
                yield element, name, address
        for _, address in pictures_in(element.attributes.get("style", "")):
            yield element, "style", address


def with_pictures(root: Element, paths: Mapping[str, str]) -> None:
    """Write paths in place of the addresses that have one."""
    for element, name, address in list(_places(root)):
        if (path := paths.get(address)) is not None:
            old = element.attributes[name]
            element.attributes[name] = old.replace(address, path) if name == "style" else path


def as_html(root: Element) -> str:
    """Write an article as HTML, a block a line."""
    _write_notes(root)
    write_formulas(root)
    for each in root.below():
        if each.name == FORMULA:
            each.name, each.attributes = "span", {}
        elif "style" in each.attributes:
            # What stands beside a style is for Markdown.
            each.attributes.pop("class", None)
            each.attributes.pop("align", None)
    pieces: list[str] = []
    for child in root.children:
        holder = Element("body")
        holder.children = [child]
        if written := serialized(holder).strip():
            pieces.append(written)
    return "\n".join(pieces) + "\n"


def write_formulas(root: Element) -> None:
    """Write formulas as Markdown and HTML read them, which depends on what stands beside each."""
    leaves = [*_leaves(root)]
    for before, node, after in zip(["", *leaves], leaves, [*leaves[1:], ""], strict=False):
        if isinstance(node, str):
            continue
        is_beside = isinstance(before, Element)
        if "block" in node.attributes:
            node.children = [" " * is_beside + f"$${node.attributes['tex']}$$"]
            continue
        around = ("$" if isinstance(each, Element) else each for each in (before, after))
        first, last = around
        # Markdown writes a backslash before such a sign.
        last = "$" if last[:1] in _ESCAPED_SIGNS else last
        node.children = [spelled(node.attributes["tex"], first[-1:], last[:1])]


_ESCAPED_SIGNS = frozenset("\\`*_[]<>$~^{=&!")


def _leaves(node: Element) -> Iterator[Element | str]:
    """Yield texts and formulas in their order, with an empty text where another element begins or ends."""
    for each in node.children:
        if isinstance(each, str) or each.name == FORMULA:
            yield each
        elif each.name == "br":
            yield "\\"
        else:
            yield from ("", *_leaves(each), "")


def _write_notes(root: Element) -> None:
    """Write footnotes as numbers and paragraphs, since HTML has no element for them."""
    for each in list(root.below()):
        if each.name == FOOTNOTE:
            number = f"[{each.attributes.pop('number')}]"
            each.name = "section" if each.children else "sup"
            each.children.insert(0, f"{number} " if each.children else number)


class Facts(Frozen):
    """What a reader would miss of an article."""

    texts: tuple[str, ...]
    """Runs of text, without blanks."""
    pictures: tuple[str, ...]
    links: tuple[str, ...]

    @property
    def characters(self) -> int:
        """How many characters its text has, without blanks."""
        return sum(map(len, self.texts))


_SEEN_AS_NOTHING = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
_SHOWN = frozenset({"h1", "hr", "img", "svg"})
_MARKS = re.compile(r"[\d.•◦▪–\-[\]()↩注释脚尾参考资料NotesReferences:：]*")
"""What massctl adds for lists and notes."""


def facts_of(root: Element) -> Facts:
    """Take the text, the pictures and the links of an article."""
    texts: list[str] = []
    links: list[str] = []
    waiting: list[Element | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            if run := _SEEN_AS_NOTHING.sub("", node):
                texts.append(run)
            continue
        if (
            node.name == "a"
            and (address := node.attributes.get("href", "").strip())
            and not address.startswith("#")
        ):
            links.append(address)
        if node.name not in _SILENT or is_in_drawing(node):
            waiting += reversed(node.children)
    return Facts(tuple(texts), tuple(pictures_of(root)), tuple(links))


def without_title(root: Element, title: str) -> None:
    """Take out a heading that is the title if nothing is shown before it: massctl leaves it out of Markdown."""
    heading = _first_shown(root)
    if heading is not None and heading.name == "h1" and " ".join(heading.text().split()) == title:
        heading.parent.children.remove(heading)  # type: ignore[union-attr]


def _first_shown(root: Element) -> Element | None:
    """Return the first element that is shown, up to the first heading; None if words come first."""
    waiting: list[Element | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            if _SEEN_AS_NOTHING.sub("", node):
                return None
        elif node.name in _SHOWN or is_component(node.name):
            return node
        else:
            waiting += reversed(node.children)
    return None


def differences(
    source: Facts, body: str, paths: Mapping[str, str], *, may_add: bool = False
) -> list[Phrase]:
    """Compare an article with what massctl renders of it; `paths` names the pictures of both by one name.

    `may_add`: the source was Markdown, of which massctl writes more than its words, and notes at the end.
    """
    tree = parse(body)
    made = facts_of(tree)
    whole = "".join(made.texts)
    position = 0
    rest = []
    found: list[Phrase] = []
    for run in map(partial(_SEEN_AS_NOTHING.sub, ""), source.texts):
        at = whole.find(run, position)
        if at < 0 and may_add and run in whole:
            continue
        if at < 0:
            found.append(Phrase("text is missing or stands elsewhere: `{text}`", text=run[:40]))
            break
        rest.append(whole[position:at])
        position = at + len(run)
    added = "".join([*rest, whole[position:]]) if not found else ""
    if not may_add and not _MARKS.fullmatch(added):
        found.append(Phrase("text was added: `{text}`", text=added[:40]))
    if found_pictures := _unlike(source.pictures, made.pictures, paths):
        found.append(found_pictures)
    missing = Counter(map(unquote, source.links)) - Counter(map(unquote, made.links))
    if missing:
        found.append(
            Phrase("the address of a link is missing: `{address}`", address=next(iter(missing)))
        )
    # A link over several lines is written as one a line.
    extra = set(map(unquote, made.links)) - set(map(unquote, source.links))
    if unknown := [each for each in sorted(extra) if _SEEN_AS_NOTHING.sub("", each) not in whole]:
        found.append(Phrase("a link was added: `{address}`", address=unknown[0]))
    return found


def _unlike(ours: Sequence[str], theirs: Sequence[str], paths: Mapping[str, str]) -> Phrase | None:
    before, after = ([paths.get(each, each) for each in some] for some in (ours, theirs))
    if before == after:
        return None
    return Phrase(
        "{before} pictures were found, and {after} are there, or others",
        before=len(before),
        after=len(after),
    )
