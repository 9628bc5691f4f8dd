"""How a file is written is no change: line ends, a byte order mark, comments, the order of keys, quotes, a language."""

import pytest
from changes import CARD, Change, both, edit
from issue import HOME, LOCK, MACROS, MAIN, WAYS, YAML, Issue, assert_goes_out


def crlf(path: str) -> Change:
    return lambda issue: issue.shell.tree.write(
        path, issue.shell.tree.read(path).replace("\n", "\r\n")
    )


def with_bom(path: str) -> Change:
    return lambda issue: issue.shell.tree.write(path, "\ufeff" + issue.shell.tree.read(path))


REORDERED = """\
mpnews:
  articles:
    - need_open_comment: true
      cover: {crop_235_1: "0_0_1_1", file: 'images/cover.png'}
      content_source_url: "https://example.com/walks"
      vars:
        greeting: "早"
      content: articles/main.md.j2
      author: '编辑部'
      title: '第一封信，{{ price }} 元'
    - {title: 路线卡, author: 编辑部, content: articles/card.html, cover: _shared/images/stamp.png, digest: ""}
vars: {place: "河堤", price: 1999}
preview:
  towxname:
    - editor_lin   # 第一位
send: {not_after: "2026-12-01T13:00:00+08:00", not_before: '2026-12-01T11:00:00+08:00', same_content: refuse}
audience: {expect: {max: 500, min: 10}, tag_id: 101}
edition: 1
account: "main"
title: >-
  秋日来信
version: 1
"""
WRITTEN_OTHERWISE: dict[str, Change] = {
    "CRLF in a Markdown article": crlf(MAIN),
    "CRLF in an HTML article": crlf(CARD),
    "CRLF in a shared macro": crlf(MACROS),
    "CRLF in an include": crlf(f"{HOME}/parts/route.md.j2"),
    "CRLF in campaign.yaml": crlf(YAML),
    "CRLF in massctl.yaml": crlf("massctl.yaml"),
    "CRLF in the lock": crlf(LOCK),
    "a BOM in a Markdown article": with_bom(MAIN),
    "a BOM in an HTML article": with_bom(CARD),
    "a BOM in campaign.yaml": with_bom(YAML),
    "a BOM in massctl.yaml": with_bom("massctl.yaml"),
    "a comment": edit(YAML, "audience:", "# 票价见合同\naudience:"),
    "campaign.yaml in another order, other quotes, defaults written out": lambda issue: (
        issue.shell.tree.write(YAML, REORDERED)
    ),
    "another language of messages": edit("massctl.yaml", "language: en", "language: zh"),
    "a file that nothing names": lambda issue: issue.shell.tree.write(
        f"{HOME}/notes.txt", "票价再问一次"
    ),
    "another campaign": lambda issue: issue.shell.tree.text("notice"),
    "a faulty campaign beside it": lambda issue: issue.shell.tree.text(
        "notice", more="surprise: 1\n"
    ),
    "what an editor leaves behind": lambda issue: issue.shell.tree.write(
        f"{HOME}/articles/.main.md.j2.swp", "x"
    ),
    "the name of the lock's author": edit(
        LOCK, '"renderer": "massctl ', '"renderer": "massctl-fork '
    ),
}


@pytest.mark.parametrize("mode", WAYS)
@pytest.mark.parametrize("change", WRITTEN_OTHERWISE.values(), ids=WRITTEN_OTHERWISE)
def test_it_goes_out_as_reviewed(issue: Issue, change: Change):
    change(issue)
    assert_goes_out(issue)


@pytest.mark.parametrize("mode", ["policy"])
def test_everything_written_otherwise_at_once(issue: Issue):
    both(*(crlf(path) for path in (MAIN, CARD, MACROS, YAML, "massctl.yaml")))(issue)
    assert issue.shell("lock", "--check").status == 0
    assert_goes_out(issue)
