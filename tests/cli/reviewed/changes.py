"""The changes that a person may make between a review and a send, each of one thing, and what massctl has to say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from issue import CARD, HOME, MACROS, MAIN, YAML, Issue
from repositories import png

Change = Callable[[Issue], object]

SAME: Final = "goes out as reviewed"
"""Not a change of what followers, or the law, would notice."""


@dataclass(frozen=True)
class Row:
    """One change, and the word that each way of reviewing has to name it by."""

    name: str
    change: Change
    lock: str
    plan: str = ""
    """What a saved plan names; the campaign alone where nothing is said here."""
    faulty: bool = False
    """Whether rendering it anew finds a fault, which counts for more than the refusal: exit 1."""

    def word(self, mode: str) -> str:
        """What massctl has to say in this mode."""
        plan = self.plan or ("letter has faults now" if self.faulty else "letter (")
        return plan if mode == "plan" else self.lock


def edit(path: str, before: str, after: str) -> Change:
    return lambda issue: issue.edit(path, before, after)


def write(path: str, content: str | bytes) -> Change:
    return lambda issue: issue.shell.tree.write(path, content)


def remove(path: str) -> Change:
    return lambda issue: (issue.shell.root / path).unlink()


def both(*changes: Change) -> Change:
    return lambda issue: [change(issue) for change in changes]


def move(path: str, to: str) -> Change:
    return lambda issue: (issue.shell.root / path).rename(issue.shell.root / to)


def link(path: str, to: str) -> Change:
    """Put a symbolic link in a file's place; `to` is seen from that file's folder."""
    return both(remove(path), lambda issue: (issue.shell.root / path).symlink_to(to))


def source(name: str, change: Change, path: str, *, faulty: bool = False) -> Row:
    """A source that nobody may edit between lock and send; it decides the text of an article."""
    return Row(name, change, path if faulty else "the text of article", faulty=faulty)


def declared(name: str, change: Change, word: str, *, faulty: bool = False) -> Row:
    """A line of campaign.yaml, which a lock of either kind has to agree with."""
    return Row(name, change, word, faulty=faulty)


GREEN: Final = png((0, 200, 0))
SHARED: Final = "campaigns/_shared"

SOURCES_CHANGED: Final = (
    source("an article file", edit(MAIN, "门票", "票价"), "articles/main.md.j2"),
    source("an HTML article", edit(CARD, "正面是路", "正面是桥"), "articles/card.html"),
    source("a shared macro", edit(MACROS, "见", "碰头"), "_shared/macros.md.j2"),
    source(
        "the template that is extended",
        edit(f"{SHARED}/letter.md.j2", "步行社", "散步社"),
        "_shared/letter.md.j2",
    ),
    source(
        "a theme of the house in the place of the built-in one",
        write(f"{SHARED}/themes/qingshan.css", "p{color:#08684f}"),
        "_shared/themes/qingshan.css",
    ),
    source("an include", edit(f"{HOME}/parts/route.md.j2", "西门", "东门"), "parts/route.md.j2"),
    source(
        "an include that is gone",
        remove(f"{HOME}/parts/route.md.j2"),
        "parts/route.md.j2",
        faulty=True,
    ),
    source(
        "a link in a text",
        edit(MAIN, "example.com/join", "example.com/quit"),
        "articles/main.md.j2",
    ),
    source("a blank between two words", edit(CARD, "背面是图", "背面 是图"), "articles/card.html"),
    source(
        "another picture of the same name nearer to the article",
        write(f"{HOME}/articles/images/sign.png", GREEN),
        "articles/images/sign.png",
    ),
    source(
        "a picture by an address elsewhere",
        edit(MAIN, "../images/river.png", "https://example.com/river.png"),
        "articles/main.md.j2",
        faulty=True,
    ),
    Row(
        "external_links",
        edit(
            "massctl.yaml", "    kind: service\n", "    kind: service\n    external_links: keep\n"
        ),
        "the text of article",
    ),
)


def picture(name: str, change: Change, path: str, *, faulty: bool = False) -> Row:
    """A picture: only what was locked of it is ever sent."""
    return Row(
        name,
        change,
        path.removeprefix(f"{HOME}/") if faulty else f"the picture {path}",
        faulty=faulty,
    )


RIVER: Final = f"{HOME}/images/river.png"
RIVER_LOCKED: Final = "images/river.png"
PICTURES_CHANGED: Final = (
    picture("an inline picture", write(RIVER, GREEN), RIVER_LOCKED),
    picture("a cover", write(f"{HOME}/images/cover.png", GREEN), "images/cover.png"),
    picture("a background", write(f"{HOME}/images/band.png", GREEN), "images/band.png"),
    picture(
        "a shared cover", write(f"{SHARED}/images/stamp.png", GREEN), "_shared/images/stamp.png"
    ),
    picture(
        "a shared picture", write(f"{SHARED}/images/footer.png", GREEN), "_shared/images/footer.png"
    ),
    picture("a picture that is gone", remove(RIVER), RIVER, faulty=True),
    picture("a picture that is no picture", write(RIVER, "not a picture"), RIVER, faulty=True),
    picture(
        "a picture under another name", move(RIVER, f"{HOME}/images/bank.png"), RIVER, faulty=True
    ),
    picture("a link to another picture", link(RIVER, "band.png"), RIVER_LOCKED),
    picture("a link that leads out", link(RIVER, "../../../massctl.yaml"), RIVER, faulty=True),
    Row(
        "a picture and its reference under another name",
        both(move(RIVER, f"{HOME}/images/bank.png"), edit(MAIN, "river.png", "bank.png")),
        f"the file of the picture {RIVER_LOCKED}",
        SAME,  # The same bytes are uploaded: a saved plan has no interest in the name of their file.
    ),
)

SECOND: Final = "    - title: 路线卡\n      author: 编辑部\n"
DECLARED_CHANGED: Final = (
    declared(
        "a variable",
        edit(YAML, "price: 1999", "price: 2999"),
        "the title of article 1, the text of article 1",
    ),
    declared(
        "a variable of an article",
        edit(YAML, "greeting: 早", "greeting: 晚"),
        "the text of article",
    ),
    declared(
        "a title with a variable in it",
        edit(YAML, "第一封信", "第二封信"),
        "the title of article 1",
    ),
    declared(
        "a plain title", edit(YAML, "title: 路线卡", "title: 路线图"), "the title of article 2"
    ),
    declared(
        "an author",
        edit(YAML, SECOND, SECOND.replace("编辑部", "市场部")),
        "the author of article 2",
    ),
    declared(
        "a digest", edit(YAML, SECOND, SECOND + "      digest: 四张卡\n"), "the digest of article 2"
    ),
    declared(
        "the source address",
        edit(YAML, "example.com/walks", "example.com/runs"),
        "the content_source_url",
    ),
    declared(
        "no source address",
        edit(YAML, "      content_source_url: https://example.com/walks\n", ""),
        "_url",
    ),
    declared(
        "comments closed",
        edit(YAML, "need_open_comment: true", "need_open_comment: false"),
        "need_open_comment",
    ),
    declared(
        "comments of followers only",
        edit(
            YAML,
            "need_open_comment: true",
            "need_open_comment: true\n      only_fans_can_comment: true",
        ),
        "only_fans_can_comment",
    ),
    declared(
        "another cover",
        edit(YAML, "file: images/cover.png", "file: images/band.png"),
        "the cover of article 1",
    ),
    declared(
        "another part of the cover",
        edit(YAML, "0_0_1_1", "0_0_0.9_0.9"),
        "the crop of the cover of article 1",
    ),
    declared(
        "another article file",
        edit(YAML, "articles/card.html", "articles/main.md.j2"),
        "articles/main.md.j2",
        faulty=True,
    ),
    declared(
        "one article less",
        edit(
            YAML,
            CARD_LINES := SECOND
            + "      content: articles/card.html\n      cover: _shared/images/stamp.png\n",
            "",
        ),
        "the number of articles",
    ),
    declared("one article more", edit(YAML, CARD_LINES, CARD_LINES * 2), "the number of articles"),
    declared("another tag", edit(YAML, "tag_id: 101", "tag_id: 102"), "the audience"),
    declared(
        "everybody in place of a tag", edit(YAML, "tag_id: 101", "is_to_all: true"), "the audience"
    ),
    declared("a lower bound", edit(YAML, "min: 10", "min: 11"), "the audience"),
    declared("an upper bound", edit(YAML, "max: 500", "max: 501"), "the audience"),
    declared("no bounds", edit(YAML, "  expect: {min: 10, max: 500}\n", ""), "the audience"),
    declared("the window's start", edit(YAML, "T11:00:00", "T11:30:00"), "the window"),
    declared("the window's end", edit(YAML, "T13:00:00", "T14:00:00"), "the window"),
    declared(
        "the same moment in another zone",
        edit(YAML, "T11:00:00+08:00", "T03:00:00+00:00"),
        "the window",
    ),
    declared(
        "no window",
        edit(
            YAML,
            "send:\n  not_before: 2026-12-01T11:00:00+08:00\n  not_after: 2026-12-01T13:00:00+08:00\n",
            "",
        ),
        "the window",
    ),
    declared(
        "reprints",
        edit(YAML, "preview:", "  send_ignore_reprint: true\npreview:"),
        "send_ignore_reprint",
    ),
    declared(
        "the edition", edit(YAML, "account: main", "account: main\nedition: 2"), "the edition"
    ),
    declared(
        "the AppID", edit("massctl.yaml", "wx0123456789abcdef", "wx0123456789abcdee"), "the account"
    ),
    Row(
        "the account's name, of the same AppID",
        both(
            edit("massctl.yaml", "  main:", "  letters:"),
            edit(YAML, "account: main", "account: letters"),
        ),
        "the account's name",
        "the account's name of letter (main → letters)",
    ),
    declared(
        "a text in place of the news",
        lambda issue: issue.shell.tree.write(
            YAML, issue.shell.tree.read(YAML).partition("mpnews:")[0] + "text: {content: 停办}\n"
        ),
        "the type of the message",
    ),
)

REVIEWERS: Final = Row(
    "the reviewers", edit(YAML, "editor_lin", "editor_mei"), SAME, "the reviewers"
)
REPEATABLE: Final = Row(
    "same_content", edit(YAML, "preview:", "  same_content: allow\npreview:"), SAME, SAME
)

ALL: Final = (*SOURCES_CHANGED, *PICTURES_CHANGED, *DECLARED_CHANGED, REVIEWERS, REPEATABLE)
