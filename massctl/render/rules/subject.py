"""What a content rule looks at."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from msgspec import field
from msgspec.structs import replace

from massctl.model.diagnostics import Fault, KeyPath, Lines
from massctl.model.frozen import Frozen
from massctl.model.message import PICTURE_PLACEHOLDER, Picture
from massctl.model.phrase import Phrase
from massctl.render.html_scan import tags
from massctl.render.rules.words import WordLists
from massctl.render.tree import VOID, Element, opening_tag

_OPENING = re.compile(r"<[a-z][^>]*>")
_SLASHES = re.compile(r"<(/?)[A-Za-z]")
_INLINE_NAMES = "a b code del em font i ins mark s small span strong sub sup u"
_INLINE = frozenset(_INLINE_NAMES.split())
"""Elements that do not part words; every other one does."""
_CONTEXT = 12
"""Characters on each side by which a word is found again in the source."""


class Run(Frozen):
    """Text between two tags, as it is read."""

    start: int
    """Where it begins in the whole text."""
    text: str


class Text(Frozen):
    """The visible text of a string or a body; elements that separate words are line ends."""

    whole: str
    runs: tuple[Run, ...]

    @classmethod
    def plain(cls, text: str) -> "Text":
        """Take a text without markup."""
        return cls(text, (Run(0, text),))

    @classmethod
    def of_body(cls, body: Element) -> "Text":
        """Take what a rendered body shows."""
        runs: list[Run] = []
        pieces: list[str] = []
        length = 0
        waiting: list[Element | str] = [*reversed(body.children)]
        while waiting:
            node = waiting.pop()
            if isinstance(node, str):
                if node:
                    runs += [Run(length, node)] if node != "\n" else []
                    pieces.append(node)
                    length += len(node)
                continue
            parts = node.name not in _INLINE
            if parts:
                pieces.append("\n")
                length += 1
                waiting += [] if node.name in VOID else ["\n"]
            waiting += reversed(node.children)
        return cls("".join(pieces), (*runs, Run(length, "")))

    def around(self, start: int, end: int) -> tuple[str, int]:
        """Return the text around a match, by which it is found in the source, and the offset of the match in it.

        The text stays within one element, since the source has markup between elements.
        """
        run = self.runs[bisect_right(self.runs, start, key=lambda each: each.start) - 1]
        first = start - run.start
        last = end - run.start
        before = run.text[max(0, first - _CONTEXT) : first].rpartition("\n")[2]
        after = run.text[last : last + _CONTEXT].partition("\n")[0]
        return before + run.text[first:last] + after, len(before)


class Subject(Frozen, dict=True):
    """One article, or a message without articles, as rules see it."""

    texts: Mapping[KeyPath, str]
    """Rendered strings that followers read, by their keys in campaign.yaml."""
    words: WordLists
    key: KeyPath = ()
    """Of the article in campaign.yaml; empty for a message without articles."""
    content: str = ""
    """The rendered body, empty where there is none."""
    tree: Element | None = None
    """The same as a tree."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """The files that the body was made from, by path from the campaigns folder, the article's own first."""
    pictures: Mapping[str, tuple[str, Picture]] = field(default_factory=dict)
    """The campaign's pictures by SHA-256, each with the path by which it was first called."""
    source_url: str = ""
    """The address behind "read original"."""
    is_alone: bool = True
    """It is the only article of its message."""

    @property
    def content_key(self) -> KeyPath:
        """Return the key that names the body's file."""
        return (*self.key, "content")

    @property
    def is_markdown(self) -> bool:
        """Whether the body was written as Markdown."""
        return next(iter(self.sources), "").removesuffix(".j2").endswith(".md")

    @cached_property
    def body(self) -> Text:
        """What a follower reads of the body."""
        return Text.plain("") if self.tree is None else Text.of_body(self.tree)

    @cached_property
    def lower(self) -> str:
        """The body in lower case, for a first look at its markup."""
        return self.content.lower()

    @cached_property
    def markup(self) -> str:
        """The distinct opening tags of the body in lower case; a theme repeats a dozen of them."""
        # Behind the last `>` there are none, and each `<` there would be followed to the end.
        return "".join(dict.fromkeys(_OPENING.findall(self.lower, 0, self.lower.rfind(">") + 1)))

    @cached_property
    def depth(self) -> int:
        """The longest run of opening tags without a closing one; no chain of elements is longer."""
        longest = open_ = 0
        for closing in _SLASHES.findall(self.content):
            open_ = 0 if closing else open_ + 1
            longest = max(longest, open_)
        return longest

    @cached_property
    def elements(self) -> list[Element]:
        """The elements of the body, in their order."""
        return [] if self.tree is None else list(self.tree.below())[1:]

    @cached_property
    def read(self) -> Mapping[KeyPath, Text]:
        """Everything that followers read, by key."""
        texts = {key: Text.plain(text) for key, text in self.texts.items() if text}
        return {**texts, self.content_key: self.body} if self.content else texts

    @cached_property
    def _lines(self) -> Lines | None:
        """The lines of the article's own file, where positions in the tree are places in it: it is no template."""
        path, text = next(iter(self.sources.items()), ("", ""))
        return None if path.endswith(".j2") or not path else Lines(text)

    def found_in(self, element: Element, message: Phrase, hint: Phrase | None = None) -> Fault:
        """Find something in an element of the body."""
        if self._lines is None or element.at is None:
            # As its file has it: with the paths of its pictures.
            written = PICTURE_PLACEHOLDER.sub(
                lambda found: self.pictures[found[1]][0] if found[1] in self.pictures else "",
                opening_tag(element),
            )
            return self.found(message, hint, written)
        line, column = self._lines.at(element.at)
        tag = next(tags(self._lines.text[element.at :]), None)
        found = replace(self.found(message, hint), path=next(iter(self.sources)), line=line)
        return found if tag is None or tag.start else replace(found, column=column, width=tag.end)

    def found(self, message: Phrase, hint: Phrase | None = None, needle: str = "") -> Fault:
        """Find something in the body that `needle` names."""
        return Fault("", message, hint, key=self.content_key, needle=needle)


Check = Callable[[Subject], Iterator[Fault]]
