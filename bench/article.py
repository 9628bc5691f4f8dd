"""Time articles from Markdown to their bodies, beside the bare libraries: `python bench/article.py [ROUNDS]`.

The bare libraries parse, inline and parse again, without a rule of WeChat's: no link becomes a footnote. Both are run
in turn, warm, and the best of all rounds is reported, since a busy machine can only add.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from css_inline import CSSInliner
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from massctl.model.ids import Sha256
from massctl.model.message import Picture, Purpose
from massctl.render.article_file import ArticleFile
from massctl.render.cjk import has_cjk
from massctl.render.conservation import conserved, of_markdown
from massctl.render.limits import as_sent, content_faults
from massctl.render.markdown import read_markdown
from massctl.render.paths import Pictures, placeholder
from massctl.render.styles import put_theme_on
from massctl.render.theme import DEFAULT, resolved
from massctl.render.wechat_html import normalised
from massctl.source.renderer import built_in_theme

ARTICLE = (
    Path(__file__).parents[1]
    / "campaigns"
    / "2026-12-members-issue"
    / "articles"
    / "winter-walks.md"
)
GOAL_SHARE = 1.3
"""Times of the bare libraries."""
GOAL_CHARACTERS = 9_000
ARTICLES, GOAL_MS = 8, 40.0
"""Of a large message, warm."""
HASH = Sha256("0" * 64)


class AnyPage(ArticleFile):
    """A page for which every picture is there: none is read."""

    def picture(
        self, address: str, needle: str, at: int | None = None
    ) -> tuple[str, Picture | None] | None:
        """Find any picture."""
        picture = Picture(address, HASH, HASH, 9, Purpose.IMAGE, "png", 1080, 720)
        return placeholder(picture), picture


def best(rounds: int, *runs: Callable[[], object]) -> list[float]:
    """Give the best time of each, in milliseconds."""
    times = [float("inf")] * len(runs)
    for _ in range(rounds):
        for index, run in enumerate(runs):
            begin = time.process_time()
            run()
            times[index] = min(times[index], (time.process_time() - begin) * 1000)
    return times


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    # Two of it have 2,000 characters, with pictures, tables, lists and a quotation.
    text = ARTICLE.read_text(encoding="utf-8") * 2
    css = resolved(
        (("base.css", built_in_theme("base") or ""), ("theme.css", built_in_theme(DEFAULT) or ""))
    ).css
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    inliner = CSSInliner(load_remote_stylesheets=False)

    def ours() -> str:
        page = AnyPage("a.md", Pictures("a", None), "footnotes")  # type: ignore[arg-type]
        source = read_markdown(text, page, is_file=True)
        tree = normalised([(source.tree, page)], is_chinese=has_cjk(text))
        put_theme_on(tree, css)
        body = conserved(
            tree,
            [
                (
                    of_markdown(
                        source.tokens, [*source.parsed.inline_notes.values()], page.formulas
                    ),
                    page,
                )
            ],
        )
        assert [] == [*page.faults, *content_faults(body)], page.faults
        return body

    def bare() -> str | None:
        return LexborHTMLParser(inliner.inline_fragment(markdown.render(text), css)).html

    def message() -> None:
        for _ in range(ARTICLES):
            ours()

    mine, theirs = best(rounds, ours, bare)
    (all_of_them,) = best(max(1, rounds // ARTICLES), message)
    print(
        f"an article of {len(text)} characters: {mine:.2f} ms; bare libraries {theirs:.2f} ms,"
        f" a share of {mine / theirs:.2f}, goal {GOAL_SHARE}"
    )
    pictures = ARTICLES * text.count("![")
    print(
        f"{ARTICLES} articles with {pictures} pictures: {all_of_them:.0f} ms, goal {GOAL_MS:.0f} ms"
    )
    print(f"as it is sent: {len(as_sent(ours()))} characters, goal {GOAL_CHARACTERS}")


if __name__ == "__main__":
    main()
