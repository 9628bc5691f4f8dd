"""Marks that other tools read and massctl does not: followers would see them as they are written."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING

from massctl.model.diagnostics import Fault, warning
from massctl.model.phrase import Phrase
from massctl.render.html_scan import tags

if TYPE_CHECKING:
    from markdown_it.token import Token

_TEMPLATE = re.compile(r"(?<![A-Za-z_^}$\\])\{\{[^{}\n]{1,200}\}\}|\{%[^{}\n]{1,200}%\}")
"""TeX has two braces too, behind a command or an index."""
_SHORTCODE = re.compile(
    r"\{\{[<%]|\{% *(?:asset_img|img|image|note|endnote|raw|endraw|codeblock)\b"
)
_PICTURE_SHORTCODE = re.compile(r"\{(?:\{[<%]|%) *(?:figure|asset_img|img|image)\b")
_CONTENTS = re.compile(
    r"^ {0,3}(?:\[toc(?: [^\]\n]*)?\]|\[\[_?toc_?\]\]|@\[toc\](?:\([^()\n]*\))?|\$\{toc\}|\{: ?toc\})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""A table of contents as Typora, VitePress, GitLab, CSDN and kramdown write it."""
_MARKS = re.compile(
    r"(?P<attributes>\{: ?[.#]?[A-Za-z][^{}\n]{0,100}\})"
    r"|^#{1,6} [^\n]*?(?P<name>\{#[\w-]{1,100}\})[ \t]*$"
    r"|!\[\[(?P<embed>[^\[\]\n]{1,200})\]\]"
    r"|(?<![!\\\[])(?P<wiki>\[\[(?=[^\[\]\n]*[^\W\d_])(?!_?toc_?\])[^\s\[\]][^\[\]\n]{0,100}\]\])(?!\()"
    r"|!\[[^\[\]\n|]{0,100}(?P<size>\|\d{1,4}(?:x\d{1,4})?\])\((?P<size_of>[^()\s]{1,200})"
    r"|!\[[^\[\]\n]{0,100}\]\((?P<width_of>[^()\s]{1,200})[^()\n]{0,100}\)(?P<width>\{[^{}\n]{1,100}\})"
    r"|(?<![A-Za-z0-9+])(?P<underline>\+\+(?![\s+])[^+\n]{1,100}(?<![\s,;，；、])\+\+)(?![A-Za-z0-9+])"
    r"|(?<![\d%])(?P<comment>%%[^%\n]{1,200}%%)"
    r"|^(?P<abbreviation>\*\[[^\[\]\n]{1,100}\]:[ \t][^\n]{1,200})$"
    r"|^ {0,3}(?P<box>(?:!!!|\?\?\?\+?)[ \t]+[a-z]+\b[^\n]{0,100})$"
    r"|^ {0,3}(?P<diagram>@start(?:uml|mindmap|wbs|gantt|json|yaml|salt|dot|ditaa|math)\b)"
    r"|^(?P<module>import\s[^\n]{1,200}\sfrom\s+['\"][^'\"\n]{1,200}['\"];?"
    r"|export\s+(?:const|let|default|function)\b[^\n]{0,200})[ \t]*$"
    r"|^ {0,3}(?P<slides><!\[[^\n]{1,500}\)>)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""Attributes as kramdown writes them and the name of a heading as Hugo does; embeds, links, sizes and comments of
Obsidian; sizes of Pandoc; underlined words of doocs/md; abbreviations of PHP Markdown Extra; boxes of MkDocs; diagrams
of PlantUML; imports and exports of MDX; sliding pictures of mdnice."""
_SIGNS = ("{", "[[", "%%", "*[", "!!!", "???", "<![", "@start", "++", "import ", "export ")
_SIZE = re.compile(r"!\[[^\[\]\n|]{0,100}\|\d")
"""One of these is in each of them; nearly every article has none."""
_AS_PICTURE = Phrase(
    "export it as a picture, and write `{text}` instead", text="![…](images/diagram.png)"
)
_HINTS = {
    "wiki": Phrase(
        "write `[words](address)`; WeChat opens only links to articles on mp.weixin.qq.com"
    ),
    "comment": Phrase("a comment that nobody receives is written `<!-- … -->`"),
    "abbreviation": Phrase("explain the abbreviation in the text, or in a footnote: `[^1]`"),
    "box": Phrase("a box is written `> [!TIP]`, with `>` before each of its lines"),
    "diagram": _AS_PICTURE,
    "underline": Phrase("write `{text}`", text="<u>…</u>"),
    "slides": Phrase(
        "write the pictures on one line without `<`, `,` and `>`: they stand side by side"
    ),
}
PICTURE_END = re.compile(r"\.(?:png|jpe?g|gif|webp|bmp)$", re.IGNORECASE)
_DIAGRAMS = frozenset(
    {
        *(
            "mermaid",
            "plantuml",
            "puml",
            "uml",
            "flow",
            "flowchart",
            "sequence",
            "seq",
            "dot",
            "graphviz",
            "d2",
        ),
        *(
            "echarts",
            "chart",
            "vega",
            "vega-lite",
            "markmap",
            "mindmap",
            "infographic",
            "wavedrom",
            "nomnoml",
            "ditaa",
        ),
        *("tikz", "smiles", "abc", "kroki", "drawio", "excalidraw"),
    }
)
"""Languages of code that Typora, GitHub, GitLab, doocs/md and others draw."""


def template_marks(text: str) -> Iterator[tuple[Fault, int]]:
    """Find template tags in a file that is not a template, each with its position."""
    for found in _TEMPLATE.finditer(text) if "{{" in text or "{%" in text else ():
        say = Phrase(
            "`{text}` is shown as written: this file is not a template", text=found[0][:40]
        )
        hint = Phrase("end the file's name in `.j2`, or write the value itself")
        if _PICTURE_SHORTCODE.match(found[0]):
            hint = _picture_hint("images/photo.jpg")
        elif _SHORTCODE.match(found[0]):
            hint = Phrase("write the result of the other tool, or remove it")
        yield warning("MC344", say, hint, needle=found[0]), found.start()


def foreign_marks(text: str) -> Iterator[tuple[Fault, int]]:
    """Find markup that only other tools understand, each with its position."""
    contents = _CONTENTS.search(text)
    if contents is not None:
        mark = contents[0].strip()
        say = Phrase(
            "`{text}` is shown as written: nothing inside an article can be linked to in WeChat",
            text=mark,
        )
        hint = Phrase("remove it; if readers need an overview, write the headings as a list")
        at = contents.start() + contents[0].index(mark)
        yield warning("MC344", say, hint, needle=mark), at
    for found in (
        _MARKS.finditer(text) if any(sign in text for sign in _SIGNS) or _SIZE.search(text) else ()
    ):
        kind = "size" if found["size"] else found.lastgroup or ""
        if kind == "attributes" and _CONTENTS.fullmatch(found[kind]):
            continue
        yield (
            (_embed(found["embed"]), found.start())
            if kind == "embed"
            else (_shown(kind, found), found.start(kind))
        )


_TEX = re.compile(r"\\(?:[dt]?frac|begin|sqrt|math(?:bb|bf|rm|cal)|operatorname|overline)\s*\{")
_UNREAD_TEX = frozenset({"code", "kbd", "pre", "samp", "svg", "textarea", "tt"})
"""Elements in which it is code, or a part of a drawing."""
_FORMULAS_MAX = 20
"""Ours: at most this many are told of one article."""


def tex_of_html(html: str) -> Iterator[tuple[Fault, int]]:
    """Find TeX in an HTML article, which nothing draws, each with its position."""
    return islice(_tex_of_html(html), _FORMULAS_MAX) if "$" in html or "\\" in html else iter(())


def _tex_of_html(html: str) -> Iterator[tuple[Fault, int]]:
    # It loads the Markdown parser, which an HTML article seldom needs.
    from massctl.render.markdown_formulas import written_formulas

    end = 0
    unread = 0
    for tag in (*tags(html), None):
        run = html[end : len(html) if tag is None else tag.start]
        if not unread and ("$" in run or "\\" in run):
            for found in [*written_formulas(run)] or [*_TEX.finditer(run)][:1]:
                say = Phrase(
                    "TeX is shown as written: nothing in an HTML article is drawn: `{text}`"
                )
                hint = Phrase(
                    "use a picture of the formula, or write the article in Markdown; code stands in `<code>`"
                )
                text = unescape(found[0])
                yield (
                    warning(
                        "MC329",
                        Phrase(say, text=text[:40]),
                        hint,
                        needle=found[0],
                    ),
                    end + found.start(),
                )
        if tag is not None:
            end = tag.end
            if tag.name in _UNREAD_TEX and not html.endswith("/>", tag.start, tag.end):
                unread = max(0, unread - 1) if tag.closing else unread + 1


def _shown(kind: str, found: re.Match[str]) -> Fault:
    mark = found[kind]
    say = Phrase("`{text}` is shown as written", text=mark[:40])
    if kind == "size":
        say = Phrase(
            "`{text}` is not a width here, but part of the alternative text",
            text=mark.removesuffix("]"),
        )
    hint = _HINTS.get(kind) or Phrase("write the result of the other tool, or remove it")
    if kind in ("size", "width"):
        hint = Phrase(
            'give a width in HTML: `<img src="{address}" width="50%">`', address=found[f"{kind}_of"]
        )
    return warning("MC344", say, hint, needle=mark)


def _embed(what: str) -> Fault:
    """Refuse a picture as Obsidian embeds it, which would be lost; a note that it embeds is a warning."""
    address = what.partition("|")[0].strip()
    if PICTURE_END.search(address):
        return Fault(
            "MC201",
            Phrase(
                "the picture {address} is not shown: its line stays in the text as written",
                address=address,
            ),
            _picture_hint(address),
            needle=f"![[{what}]]",
        )
    return warning(
        "MC344",
        Phrase("`{text}` is shown as written", text=f"![[{what}]]"[:40]),
        Phrase("write the result of the other tool, or remove it"),
        needle=f"![[{what}]]",
    )


def _picture_hint(address: str) -> Phrase:
    shown = f"<{address}>" if " " in address else address
    return Phrase("write `{text}`", text=f'![…]({shown} "…")')


def diagram(token: "Token") -> Fault | None:
    """Return the fault of a block of code that is a diagram's source, which is not drawn; None for other code."""
    language = token.info.strip().partition(" ")[0].lower()
    if language not in _DIAGRAMS:
        return None
    return warning(
        "MC344",
        Phrase("the diagram is shown as its source, in `{name}`", name=language),
        _AS_PICTURE,
        needle=token.info.strip(),
    )
