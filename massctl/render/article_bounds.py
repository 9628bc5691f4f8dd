"""Limits that are checked before recursive or quadratic code reads an article, and forbidden characters.

At each opening bracket the Markdown parser reads on, and the inliner's HTML parser calls itself for each level of
elements: without bounds a small file could keep a machine busy, or end the process. What people write is bounded by
what WeChat takes only (`massctl.render.limits`). The bounds here are far above that.
"""

import re
from collections import Counter

from msgspec.structs import replace

from massctl.model.diagnostics import Fault, Severity
from massctl.model.phrase import Phrase
from massctl.render.html_scan import tags
from massctl.render.tree import VOID

DEPTH_MAX = 200
"""Ours: elements inside each other; an article has some 10, and the inliner's parser bears some thousands."""
ELEMENTS_MAX = 100_000
"""Ours: elements of an article in Markdown, one for each 10 bytes of the longest article. So many take four seconds
and 250 MB (2026-11)."""
PASSED_ELEMENTS_MAX = 40_000
"""Ours: opening tags of an HTML article, which no inliner reads: one for each 25 bytes of the longest article. Reading
so many takes a second and 100 MB (2026-11)."""
ATTRIBUTES_MAX = 200
"""Ours: attributes of one tag; the console writes some 30. To find one that stands twice, a parser compares each with
all before it: a tag of 80,000 takes 20 seconds (2026-11)."""
REPEATED_MAX = 400_000
"""Ours: elements that a parser may make of emphasis that is never closed: it opens each anew in every paragraph."""
BRACKETS_MAX = 10_000
"""Ours: `[` in the text of one Markdown article; each link or picture has one. The worst take the parser three seconds
(2026-11)."""
MARKDOWN_CHARACTERS_MAX = 400_000
"""Ours: characters of an article in Markdown. In Chinese, WeChat takes 330,000 (`limits.CONTENT_BYTES_BELOW`)."""
NESTING_MAX = 100
"""Ours: lists, quotations, boxes and definitions of Markdown inside each other."""
LINES_MAX = 20_000
"""Ours: lines of one. A novel has fewer; the worst take the parser a second (2026-11)."""
MARKS_MAX = 60_000
"""Ours: signs in one at which the parser looks for markup. An article of 40,000 characters full of code has 8,000."""
BOXES_MAX = 200
"""Ours: lines of one that begin with `:::`. To find its end, each box reads on to the end of the text."""
_SELF_ENDING_NAMES = "p li dt dd tr td th tbody thead tfoot option rt rp"
_SELF_ENDING = frozenset(_SELF_ENDING_NAMES.split())
"""Elements whose closing tag may be left out."""
_EMPHASIS_NAMES = "a b big code em font i nobr s small strike strong tt u"
_EMPHASIS = frozenset(_EMPHASIS_NAMES.split())
"""Formatting elements. Source: HTML standard, "13.2.4.2 The stack of open elements", read 2026-11."""
_OPENING = re.compile(r"<[A-Za-z]")
_MARKS = "*_`~=^$<|&\\"
_BOX = re.compile(r"^[ >]*:::", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


_FEWER_ELEMENTS = Phrase(
    "remove tags that show nothing, as other editors write them: a plain paragraph needs one element, not ten"
)
_FEWER_BRACKETS = Phrase("put what is not a link between back-ticks or in a block of code")
_FEWER_ATTRIBUTES = Phrase(
    "remove those that another program wrote; is a quotation mark missing before them?"
)


def too_many(limit: int) -> Fault:
    """Make the fault of an article with too many elements."""
    return Fault(
        "MC304",
        Phrase("the article has more than {limit} HTML elements", limit=f"{limit:,}"),
        _FEWER_ELEMENTS,
    )


def markdown_fault(text: str) -> Fault | None:
    """Return the fault of Markdown that would keep the parser busy. People write far less."""
    if len(text) > MARKDOWN_CHARACTERS_MAX:
        return Fault(
            "MC304",
            Phrase(
                "the article has more than {limit} characters of Markdown",
                limit=f"{MARKDOWN_CHARACTERS_MAX:,}",
            ),
            Phrase(
                "split it into several articles, or link to the whole text as `content_source_url`"
            ),
        )
    if text.count("\n") > LINES_MAX:
        return Fault(
            "MC304",
            Phrase("the article has more than {limit} lines", limit=f"{LINES_MAX:,}"),
            Phrase("remove empty lines and generated ones; show data as a picture or as a link"),
        )
    if sum(map(text.count, _MARKS)) > MARKS_MAX:
        return Fault(
            "MC304",
            Phrase(
                "the article has more than {limit} marks such as `*`, `_`, `|` and `<`",
                limit=f"{MARKS_MAX:,}",
            ),
            Phrase(
                "remove marks that were generated or pasted by mistake; show a large table or data as a picture"
            ),
        )
    if sum(1 for _ in _BOX.finditer(text)) > BOXES_MAX:
        return Fault(
            "MC304",
            Phrase(
                "the article has more than {limit} lines with `:::`, of boxes",
                limit=f"{BOXES_MAX:,}",
            ),
            Phrase("write `> [!NOTE]` for the smaller boxes, or leave them out"),
        )
    return None


def too_nested() -> Fault:
    """Make the fault of Markdown whose lists and quotations are nested too deep."""
    return Fault(
        "MC308",
        Phrase("lists and quotations are nested more than {limit} levels deep", limit=NESTING_MAX),
        Phrase("remove blanks or `>` before the innermost ones"),
    )


def too_deep(needle: str) -> Fault:
    """Make the fault of elements that are nested too deep."""
    return Fault(
        "MC308",
        Phrase(
            "the HTML is nested too deeply: more than {limit} elements inside each other",
            limit=DEPTH_MAX,
        ),
        Phrase("is a tag never closed?"),
        needle=needle,
    )


def control_fault(text: str) -> Fault | None:
    """Return a fault for the first control character; tabs and line feeds are allowed."""
    found = _CONTROL.search(text)
    if found is None:
        return None
    code = f"U+{ord(found[0]):04X}"
    return Fault(
        "MC003",
        Phrase("the control character {code} is not allowed in an article", code=code),
        Phrase("delete it; most editors do not show it"),
        needle=found[0],
    )


def without_controls(markdown: str) -> tuple[str, list[Fault]]:
    """Remove invisible control characters from Markdown; a warning names the first.

    NUL stays and is refused: a text with it is in another encoding.
    """
    fault = control_fault(markdown)
    if fault is None or "\0" in markdown:
        return markdown, []
    return _CONTROL.sub("", markdown), [replace(fault, severity=Severity.WARNING)]


def too_many_brackets() -> Fault:
    """Make the fault of Markdown with more opening brackets than any article needs."""
    return Fault(
        "MC304",
        Phrase("the article has more than {limit} opening brackets `[`", limit=f"{BRACKETS_MAX:,}"),
        _FEWER_BRACKETS,
        needle="[",
    )


def depth_fault(html: str, elements_max: int = ELEMENTS_MAX) -> Fault | None:
    """Refuse HTML with elements nested too deep, or with too many of them; the place is that of the tag too deep."""
    count = sum(1 for _ in _OPENING.finditer(html))
    if count > elements_max:
        return too_many(elements_max)
    unclosed: Counter[str] = Counter()
    # Names of the open elements, the outermost first.
    opened: list[str] = []
    for tag in tags(html):
        if len(tag.attributes) > ATTRIBUTES_MAX:
            return Fault(
                "MC304",
                Phrase(
                    "`<{name}>` has more than {limit} attributes",
                    name=tag.name,
                    limit=ATTRIBUTES_MAX,
                ),
                _FEWER_ATTRIBUTES,
                needle=html[tag.start : tag.name_start + len(tag.name)],
            )
        if tag.name in _EMPHASIS:
            unclosed[tag.name] = max(0, unclosed[tag.name] + (-1 if tag.closing else 1))
        if tag.closing:
            _close(opened, tag.name)
        elif tag.name not in VOID and not html.endswith("/>", tag.start, tag.end):
            if tag.name in _SELF_ENDING and opened[-1:] == [tag.name]:
                opened.pop()
            opened.append(tag.name)
        if len(opened) > DEPTH_MAX:
            return too_deep(html[tag.start : tag.end])
    name, most = max(unclosed.items(), key=lambda each: each[1], default=("", 0))
    return (
        too_deep(f"<{name}") if sum(unclosed.values()) * count > REPEATED_MAX and most > 1 else None
    )


def _close(opened: list[str], name: str) -> None:
    """End the innermost open element of that name, and what ends by itself inside it."""
    if name not in opened:
        return
    inside = opened[::-1].index(name)
    place = len(opened) - 1 - inside
    opened[place:] = [other for other in opened[place + 1 :] if other not in _SELF_ENDING]
