"""Words from campaigns in the message of each kind: read by two Markdown engines and by the chats' own signs."""

import json
import re
from collections.abc import Iterator

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from notify_samples import ROBOTS, channel, message, way

from massctl.model.notice_text import NoticeLink, NoticeText
from massctl.notify.registry import KINDS, kind_of
from massctl.notify.robot import Robot
from massctl.view.notices import plain

ADDRESS = "https://mp.weixin.qq.com/s?__biz=a&mid=1"
PIECES = [
    "<@all>",
    "<@linmei>",
    "<at id=all></at>",
    '<at user_id="all">所有人</at>',
    "@所有人",
    "@13800000000",
    "&lt;at id=all&gt;",
    "[点我](https://evil.example)",
    "![](https://evil.example/a.png)",
    "<https://evil.example>",
    "https://evil.example/a",
    "www.evil.com",
    "evil.com.cn/领",
    "春.中国",
    "mailto:a@evil.com",
    "a@evil.com",
    "**粗**",
    "__粗__",
    "_斜_",
    "*斜*",
    "~~删~~",
    "`码`",
    "```\n码\n```",
    "# 头",
    "- 项",
    "+ 项",
    "1. 项",
    "2) 项",
    "> 引",
    "---",
    "===",
    "|a|b|\n|-|-|",
    '<font color="warning">红</font>',
    "<img src=x onerror=alert(1)>",
    ":OK:",
    ":DONE:",
    "$x$",
    "\\*",
    "\u202e",
    "\n",
    " ",
    "好",
    "a",
    ".",
    ":",
    "/",
    "_",
    "-",
]
OURS = {"text", "strong_open", "strong_close", "softbreak", "link_open", "link_close", "inline"}
OURS |= {f"{each}_{end}" for each in ("paragraph", "blockquote") for end in ("open", "close")}
words = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
ENGINE = MarkdownIt("commonmark", {"linkify": True, "html": True}).enable(
    ["linkify", "table", "strikethrough"]
)


def tokens(markdown: str) -> Iterator[Token]:
    for token in ENGINE.parse(markdown):
        yield token
        yield from token.children or ()


@pytest.mark.parametrize("kind", ROBOTS)
@given(title=words, line=words, hint=words)
def test_no_words_of_a_campaign_become_markup_a_link_or_a_mention(
    kind: str, title: str, line: str, hint: str
) -> None:
    robot = KINDS[channel(kind).kind]
    assert isinstance(robot, Robot)
    text = NoticeText(
        "sent",
        plain(title),
        (plain(line),),
        (NoticeLink("article", ADDRESS),),
        (plain(hint),),
    )
    written = robot.block(text)
    found = list(tokens(written))
    assert OURS >= {each.type for each in found}
    assert [ADDRESS] == [str(each.attrs["href"]) for each in found if each.type == "link_open"]
    assert ["sent"] == re.findall(r"<strong>(.*?)</strong>", as_github_reads(written))
    assert set() == set("<@") & set(written)
    assert None is re.search(r":[A-Za-z]\w*:|&#?\w+;", written.replace(ADDRESS, ""))


def as_github_reads(markdown: str) -> str:
    html = str(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
    assert 1 == html.count("<a ")
    assert set() == set(re.findall(r"<(\w+)", html)) - {"p", "strong", "a", "blockquote", "br"}
    return html


@given(title=words)
def test_a_title_stands_in_a_card_and_in_a_letter_on_one_line(title: str) -> None:
    text = NoticeText("sent", plain(title))
    card, ding, mail = (channel(each) for each in ("feishu_robot", "dingtalk_robot", "email"))
    shown = json.loads(kind_of(card).post(card, message(text), way()).body)
    head = shown["card"]["header"]["title"]
    titled = json.loads(kind_of(ding).post(ding, message(text), way()).body)["markdown"]["title"]
    letter = kind_of(mail)
    subject = letter.shown(letter.post(mail, message(text), way()))["subject"]
    assert ("plain_text", titled) == (head["tag"], head["content"])
    assert titled.split() == subject.split()
    assert len(titled) <= 80
    assert set() == set("\r\n<@") & set(titled + subject)
