"""What a forge makes of a comment: GitHub's own Markdown library, a second one, and what forges look for afterwards.

`cmarkgfm` wraps cmark-gfm, which GitHub renders with; `markdown-it-py` with its `gfm-like` preset is another reading
of the same rules. Mentions, issues, commits and emoji are found by forges in the finished HTML, outside code.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

from massctl.model.ids import CampaignName
from massctl.plan.lock_diff import LockState
from massctl.plan.plan import Plan
from massctl.plan.plan_file import reviewable
from massctl.plan.review_diff import Difference
from massctl.view.i18n import Language
from massctl.view.markdown import plan_comment
from massctl.view.plan_json import Reviewed, plan_json

GFM_LIKE = MarkdownIt("gfm-like", {"html": True})
ACTIVE = re.compile(
    r"@\w|#\d|://|(?i:\bwww\.)|:[\w+-]+:|\b[0-9a-f]{7,}\b|[`|*_~$\[\]\\]|(?i:\b[a-z]+-\d)|!\d",
    re.ASCII,
)
"""What a forge would act upon, were it left in the finished text outside code, and what Markdown left behind."""
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2067\u206a-\u206f\u2800"
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff\x00-\x09\x0b-\x1f\x7f-\x9f]"
)
"""Controls, fillers, and what turns the direction; isolates are looked at on their own."""
OURS = {
    *("h2", "p", "ul", "li", "strong", "del", "s", "code", "details", "summary", "input", "br"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
"""All elements that a comment may have."""


_WITHOUT_END = ("input", "br")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.prose: list[str] = []
        self.text: list[str] = []
        self.comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in _WITHOUT_END:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _WITHOUT_END:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        self.prose.append("\n" if {"code", "pre"} & {*self.open} else data)


def pages(markdown: str) -> Iterator[_Page]:
    """Give what each renderer makes of a comment."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    for html in (
        cmarkgfm.github_flavored_markdown_to_html(markdown, options),
        GFM_LIKE.render(markdown),
    ):
        page = _Page()
        page.feed(html)
        page.close()
        yield page


def skeletons(markdown: str) -> list[list[str]]:
    """Give the elements of a comment in their order, without code: what foreign words need it is no structure."""
    return [[each for each in page.elements if each != "code"] for page in pages(markdown)]


def judge(markdown: str) -> None:
    """Fail where anything in a comment does more than say what it says."""
    assert [] == HIDDEN.findall(markdown)
    assert markdown.count("\u2068") == markdown.count("\u2069")
    for page in pages(markdown):
        assert {*page.elements} <= OURS, {*page.elements} - OURS
        assert page.attributes <= {"open", "type", "disabled", "checked", "class"}
        assert [] == page.open
        assert [" massctl:plan "] == page.comments
        # One of the two has no boxes to tick.
        found = [
            each for text in page.prose for each in ACTIVE.findall(re.sub(r"^\[[ x]\] ?", "", text))
        ]
        assert [] == found, found


def plan_markdown(
    plan: Plan,
    now: datetime,
    language: Language,
    differences: Mapping[CampaignName, Difference] | None = None,
    locks: Mapping[CampaignName, LockState] | None = None,
    **given: Any,
) -> str:
    """Give the comment of a plan, by way of its JSON like everywhere."""
    document = plan_json(plan, language, (), Reviewed(now, differences or {}, locks or {}))
    return plan_comment(reviewable(document), language, **given)
