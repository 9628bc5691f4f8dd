"""adopt, as people use it: the console's version of a draft is kept, or it is said why not."""

import re
from collections.abc import Callable

import pytest
from cli_runner import Shell

APPID = "wx0123456789abcdef"
ADOPT = ("adopt", "letter", "--reason", "声明了原创", "--sandbox")
SEND = ("apply", "letter", "--yes", "--sandbox")


@pytest.fixture
def staged(shell: Shell) -> Shell:
    """Give a shell in which a draft waits in the sandbox."""
    shell.tree.news("letter")
    assert 0 == shell("apply", "letter", "--until", "draft", "--sandbox").status
    return shell


def test_a_version_with_another_author_is_kept_and_sent(staged: Shell):
    staged.edit_draft(APPID, author="原作者")
    refused = staged(*SEND)
    advice = " ".join(refused.out.split())
    assert (5, True) == (refused.status, "massctl adopt --sandbox letter --reason" in advice)
    said = staged(*ADOPT)
    assert (0, True) == (said.status, "article 1: author differs" in said.out)
    assert (0, 1) == (staged(*SEND).status, len(staged.report()["jobs"]))


def test_other_words_are_refused_and_nothing_is_recorded(staged: Shell):
    staged.edit_draft(APPID, content="<p>改</p>")
    before = staged("state", "list", "--sandbox").out
    said = staged(*ADOPT)
    assert (5, "", True) == (said.status, said.out, "differs from what was reviewed" in said.err)
    assert before == staged("state", "list", "--sandbox").out


def test_words_that_are_hidden_are_refused_and_bold_ones_are_kept(staged: Shell):
    bold, hidden = (f"<b{style}>风</b>" for style in ("", ' style="display:none"'))
    console(staged, lambda body: body.replace("风", hidden))
    said = staged(*ADOPT)
    assert (5, True) == (said.status, "how it looks differs" in said.err)
    console(staged, lambda body: body.replace(hidden, bold))
    said = staged(*ADOPT)
    assert (0, True) == (said.status, "its markup alone" in said.out)


def test_a_draft_that_nobody_touched_is_nothing_to_adopt(staged: Shell):
    said = staged(*ADOPT)
    assert (2, True) == (said.status, "is unchanged" in said.err)


def test_a_campaign_that_went_out_is_nothing_to_adopt(staged: Shell):
    staged(*SEND)
    said = staged(*ADOPT)
    assert (2, True) == (said.status, "It was sent" in said.err)


def test_a_faulty_campaign_is_told_as_such(staged: Shell):
    staged.tree.news("letter", more="titel: 春讯\n")
    said = staged(*ADOPT)
    assert (1, True) == (said.status, "MC011" in said.err)


def test_a_campaign_that_is_not_locked_is_refused_where_only_locked_ones_are_sent(staged: Shell):
    staged.tree.settings(policy="  require_lock: true\n")
    said = staged(*ADOPT)
    assert (5, True) == (said.status, "massctl lock --sandbox letter" in said.err)


def test_the_reason_is_part_of_it(staged: Shell):
    assert 2 == staged("adopt", "letter", "--sandbox").status


def test_the_drafts_of_a_list_are_staged_again_and_never_adopted(shell: Shell):
    shell.tree.news("letter")
    campaign = shell.tree.read("campaigns/letter/campaign.yaml").replace(
        "is_to_all: true", "openids: members.txt"
    )
    shell.tree.write("campaigns/letter/campaign.yaml", campaign)
    shell.tree.write(
        "campaigns/letter/members.txt", "".join(f"oTEST{number:023}\n" for number in range(10_002))
    )
    assert 0 == shell("apply", "letter", "--until", "draft", "--sandbox").status
    shell.edit_draft(APPID, older=1, author="原作者")
    refused = " ".join(shell(*SEND).out.split())
    assert ("draft_changed" in refused, "adopt" in refused, "--not-sent" in refused) == (
        True,
        False,
        True,
    )
    said = shell(*ADOPT)
    assert (2, True, True) == (
        said.status,
        "a draft for each of its 2 batches" in said.err,
        "--not-sent" in said.err,
    )
    assert "adopted" not in shell("state", "list", "--sandbox").out


PULL = ("adopt", "letter", "--pull", "--sandbox")


def console(shell: Shell, change: Callable[[str], str], **more: object) -> None:
    """Change the newest draft's body as its editor would."""
    shell.edit_draft(APPID, content=change, **more)


def stage_again(shell: Shell) -> None:
    """Give up the edited draft, as the verb advises, and stage what the files say now."""
    assert (
        0
        == shell("reconcile", "letter", "--not-sent", "--reason", "写回文件了", "--sandbox").status
    )
    assert 0 == shell("apply", "letter", "--until", "draft", "--sandbox").status


def test_pull_writes_a_changed_word_title_and_author_into_the_files_and_nothing_else(staged: Shell):
    console(
        staged,
        lambda body: body.replace("风大，", "风很大，"),
        title="新的题目：{{}}",
        author="原作者",
    )
    before = staged.tree.read("campaigns/letter/campaign.yaml")
    said = staged(*PULL)
    assert (0, "") == (said.status, said.err)
    written = staged.tree.read("campaigns/letter/campaign.yaml")
    title = 'title: "{% raw %}新的题目：{{}}{% endraw %}"'
    assert written == before.replace('title: "第一封信：风"', title).replace(
        "author: 编辑部", 'author: "原作者"'
    )
    assert "今天风很大，出门多穿一件。\n" in staged.tree.read("campaigns/letter/articles/main.md")
    assert ("-今天风大" in said.out, "+今天风很大" in said.out) == (True, True)
    assert "campaigns/letter/articles/main.md" in said.out
    stage_again(staged)
    assert 2 == staged(*PULL).status  # The new draft is what the files say.


def test_pull_takes_a_new_paragraph_and_drops_a_deleted_one(staged: Shell):
    def change(body: str) -> str:
        first = body.index("<p"), body.index("</p>") + 4
        paragraph = body[slice(*first)]
        return body.replace(
            paragraph, paragraph.replace("今天风大，出门多穿一件。", "明天放晴。") + paragraph, 1
        )

    console(staged, change)
    said = staged(*PULL)
    assert (0, "") == (said.status, said.err)
    text = staged.tree.read("campaigns/letter/articles/main.md")
    assert (
        text.index("## 早")
        < text.index("明天放晴。")
        < text.index("今天风大")
        < text.index("![河堤](../images/river.png)")
    )
    stage_again(staged)
    console(
        staged, lambda body: body.replace(body[body.index("<p") : body.index("</p>") + 4], "", 1)
    )
    assert 0 == staged(*PULL).status
    assert staged.tree.read("campaigns/letter/articles/main.md").split() == [
        "##",
        "早",
        "今天风大，出门多穿一件。",
        "![河堤](../images/river.png)",
    ]


def test_pull_moves_a_paragraph_and_takes_another_picture(staged: Shell):
    def change(body: str) -> str:
        first, end = body.index("<p"), body.index("</p>") + 4
        moved = (
            body[:first] + body[end:].removesuffix("</section>") + body[first:end] + "</section>"
        )
        return re.sub(
            r"https?://mmbiz.qpic.cn/[^\"']+",
            "https://mmbiz.qpic.cn/mmbiz_png/other/0",
            moved,
            count=1,
        )

    console(staged, change)
    said = staged(*PULL)
    assert (0, "") == (said.status, said.err)
    text = staged.tree.read("campaigns/letter/articles/main.md")
    assert text.index("![河堤](https://mmbiz.qpic.cn/mmbiz_png/other/0)") < text.index("今天风大")
    stage_again(staged)


def test_pull_writes_html_and_templates_too(shell: Shell):
    shell.tree.news("letter")
    campaign = shell.tree.read("campaigns/letter/campaign.yaml").replace("main.md", "main.html.j2")
    shell.tree.write("campaigns/letter/campaign.yaml", campaign)
    shell.tree.write(
        "campaigns/letter/articles/main.html.j2", "<p>{{ 7 * 6 }}&amp;晚</p>\r\n<p>雨</p>\r\n"
    )
    assert 0 == shell("apply", "letter", "--until", "draft", "--sandbox").status
    console(shell, lambda body: body.replace("雨", "大雨&lt;3"))
    assert 0 == shell(*PULL).status
    assert (shell.root / "campaigns/letter/articles/main.html.j2").read_bytes() == (
        "<p>{{ 7 * 6 }}&amp;晚</p>\r\n<p>大雨&lt;3</p>\r\n".encode()
    )
    stage_again(shell)
    console(shell, lambda body: body.replace("42", "43"))
    said = shell(*PULL)
    assert (5, True) == (said.status, "the text differs" in said.err)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda body: body.replace("<p", "<p style='transform:rotate(3deg)'", 1),
            "how it looks differs",
        ),
        (
            lambda body: body + "<section><p>甲</p><p style='float:left'>乙</p></section>",
            "how it looks differs",
        ),
    ],
)
def test_pull_refuses_what_the_files_would_not_give(
    staged: Shell, change: Callable[[str], str], says: str
):
    console(staged, change)
    before = staged.tree.read("campaigns/letter/articles/main.md")
    said = staged(*PULL)
    assert (5, "", True) == (said.status, said.out, says in said.err)
    assert (
        "massctl import draft" in said.err,
        staged.tree.read("campaigns/letter/articles/main.md"),
    ) == (
        True,
        before,
    )


def test_pull_takes_no_reason_and_keeping_needs_one(staged: Shell):
    assert (2, 2) == (
        staged(*PULL, "--reason", "x").status,
        staged("adopt", "letter", "--sandbox").status,
    )


def test_pull_has_nothing_to_write_of_an_unchanged_draft(staged: Shell):
    said = staged(*PULL)
    assert (2, True) == (said.status, "is unchanged" in said.err)


def test_pull_leaves_a_file_of_other_campaigns_alone(shell: Shell):
    shell.tree.news("letter")
    campaign = shell.tree.read("campaigns/letter/campaign.yaml").replace(
        "articles/main.md", "_shared/main.md"
    )
    shell.tree.write("campaigns/letter/campaign.yaml", campaign)
    shell.tree.write("campaigns/_shared/main.md", "雨\n")
    assert 0 == shell("apply", "letter", "--until", "draft", "--sandbox").status
    console(shell, lambda body: body.replace("雨", "大雨"))
    said = shell(*PULL)
    assert (5, True) == (
        said.status,
        "_shared/main.md belongs to other campaigns too" in " ".join(said.err.split()),
    )
    assert "雨\n" == shell.tree.read("campaigns/_shared/main.md")
