"""Time one article from Markdown to its body, beside the bare libraries: `python bench/article.py [ROUNDS]`.

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
from massctl.render.limits import content_faults
from massctl.render.markdown import markdown_to_html
from massctl.render.page import Page
from massctl.render.pictures import Pictures, placeholder
from massctl.render.styles import with_styles
from massctl.render.theme import DEFAULT, resolved
from massctl.source.loader import built_in_theme

ARTICLE = Path(__file__).parents[1] / "campaigns" / "2026-12-members-issue" / "articles" / "winter-walks.md"
GOAL_MS = 4.0
GOAL_CHARACTERS = 10_000
HASH = Sha256("0" * 64)


class AnyPage(Page):
    """A page for which every picture is there: none is read."""

    def picture(self, address: str, needle: str, at: int | None = None) -> tuple[str, Picture | None] | None:
        """Find any picture."""
        picture = Picture(address, HASH, HASH, 9, Purpose.IMAGE, "png", 1080, 720)
        return placeholder(picture), picture


def best(rounds: int, *runs: Callable[[], object]) -> list[float]:
    """Give the best time of each, in milliseconds."""
    times = [float("inf")] * len(runs)
    for _ in range(rounds):
        for index, run in enumerate(runs):
            begin = time.perf_counter()
            run()
            times[index] = min(times[index], (time.perf_counter() - begin) * 1000)
    return times


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    # Two of it have 2,000 characters, with pictures, tables, lists and a quotation.
    text = ARTICLE.read_text(encoding="utf-8") * 2
    css = resolved((("base.css", built_in_theme("base") or ""), ("theme.css", built_in_theme(DEFAULT) or ""))).css
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    inliner = CSSInliner(load_remote_stylesheets=False)

    def ours() -> str:
        page = AnyPage("a.md", Pictures("a", None), "footnotes")  # type: ignore[arg-type]
        body = with_styles(markdown_to_html(text, page, is_file=True), css)
        assert [] == list(content_faults(body))
        return body

    def bare() -> str | None:
        return LexborHTMLParser(inliner.inline_fragment(markdown.render(text), css)).html

    mine, theirs = best(rounds, ours, bare)
    print(f"an article of {len(text)} characters: {mine:.2f} ms, goal {GOAL_MS:.0f} ms; bare libraries {theirs:.2f} ms")
    print(f"as it is sent: {len(ours()) + 42 * text.count('](')} characters, goal {GOAL_CHARACTERS}")


if __name__ == "__main__":
    main()
