"""The documentation as a site in one language: `sphinx-build docs OUT`, and with `-t zh` the Chinese one.

`python docs/build.py` builds both. A page is `NAME.md`, and its Chinese is `NAME.zh-CN.md` beside it.
"""

import re
from importlib.metadata import version as installed_version
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

from sphinx.application import Sphinx
from sphinx.search import SearchLanguage

DOCS = Path(__file__).parent
IS_CHINESE = tags.has("zh")  # type: ignore[name-defined]  # noqa: F821  Sphinx defines `tags`.
SUFFIX = ".zh-CN"

project = "massctl"
author = "massctl"
release = installed_version("massctl")
language = "zh_CN" if IS_CHINESE else "en"
locale_dirs = ["locale"]
extensions = ["myst_parser"]
myst_heading_anchors = 6
myst_url_schemes = {
    "http": None,
    "https": None,
    "page": {"url": "{{path}}"},
    "place": {"url": "{{path}}#{{fragment}}"},
}
root_doc = "index" + SUFFIX * IS_CHINESE
include_patterns = [f"**{SUFFIX}.md"] if IS_CHINESE else ["**.md"]
exclude_patterns = [] if IS_CHINESE else [f"**{SUFFIX}.md", "adr/0000-template.md"]

html_theme = "furo"
html_title = f"massctl {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "native"

_LINK = re.compile(r"\[([^][]+)\]\(([^():\s#]+\.md)(#[^()\s]*)?\)")
_SECTION = re.compile(r"^## ([^\n]+)\n(.+?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def _in_this_language(page: str) -> bool:
    return page.endswith(f"{SUFFIX}.md") == IS_CHINESE


def links_of_the_site(_: Sphinx, name: str, source: list[str]) -> None:
    """Let a link to a page in the other language lead to the other site; what is not in docs/ keeps its words."""

    def target(link: re.Match[str]) -> str:
        page = normpath(join(dirname(name), link[2]))
        if page.startswith(".."):
            return link[1]  # A page of the repository that is not in docs/.
        if _in_this_language(page):
            return link[0]
        address = f"../{'en' if IS_CHINESE else 'zh'}/{page.removesuffix('.md')}.html"
        return f"[{link[1]}]({'place' if link[3] else 'page'}:{relpath(address, dirname(name) or '.')}{link[3] or ''})"

    source[0] = _LINK.sub(target, source[0])


def menu_from_the_first_page(_: Sphinx, name: str, source: list[str]) -> None:
    """Make the menu of the links on the first page: a group for each heading, so that a page is named once."""
    if name != root_doc:
        return
    groups = [
        (title, re.findall(r"\]\(([^)]+)\.md\)", text))
        for title, text in _SECTION.findall(source[0])
    ]
    if not IS_CHINESE:
        groups.append(
            ("Decisions", sorted(f"adr/{page.stem}" for page in DOCS.glob("adr/0*.md"))[1:])
        )
    for title, pages in groups:
        rows = "\n".join(page for page in pages if _in_this_language(f"{page}.md"))
        source[0] += f"\n\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{rows}\n```\n"


class Chinese(SearchLanguage):
    """Search in Chinese by pairs of characters, in the index and in the browser, without a dictionary."""

    lang = "zh"
    language_name = "Chinese"
    js_splitter_code = """
function splitQuery(query) {
  return query.toLowerCase().split(/([\\u4e00-\\u9fff]+)|[^\\p{Letter}\\p{Number}_-]+/u).filter(Boolean).flatMap(
    (word) => /^[\\u4e00-\\u9fff]{3,}$/.test(word) ? [...word].slice(1).map((sign, at) => word[at] + sign) : [word]);
}
"""

    def split(self, input: str) -> list[str]:  # noqa: A002  Sphinx names it.
        """Split a text into Latin words, and Chinese into its characters and each two that follow each other."""
        words = re.findall(
            r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff][\w-]*?(?=[\u4e00-\u9fff]|[^\w-]|$)", input.lower()
        )
        pairs = [word[at : at + 2] for word in words if word >= "\u4e00" for at in range(len(word))]
        return (
            pairs
            + [sign for pair in pairs for sign in pair[:1]]
            + [word for word in words if word < "\u4e00"]
        )

    def word_filter(self, word: str) -> bool:
        """Keep every word: a single character finds what begins with it."""
        return bool(word)


def setup(app: Sphinx) -> None:
    """Register what this site adds to Sphinx."""
    app.add_search_language(Chinese)
    app.connect("source-read", links_of_the_site)
    app.connect("source-read", menu_from_the_first_page)
