"""Content rules through the whole command: words, policy, what is ignored, and how it is told."""

import json
from typing import Any

import pytest
from cli_runner import Shell
from repositories import png

BODY = "全网最低价。\n\n![](../images/river.png)\n\n[字](http://example.com/一)\n"
IGNORE = "ignore:\n  - {code: MC318, reason: 引用自对方的海报}\n  - {code: MC215, reason: 分隔线}\n"


def told(shell: Shell) -> list[tuple[Any, ...]]:
    found = json.loads(shell("validate", "--format", "json").out)["diagnostics"]
    return [
        (d["code"], d["severity"], d["file"].rpartition("/")[2], d["line"], d["column"])
        for d in found
    ]


@pytest.fixture
def letter(shell: Shell) -> Shell:
    shell.tree.news(body=BODY)
    return shell


def test_each_rule_has_its_line(letter: Shell) -> None:
    assert [
        ("MC318", "warning", "main.md", 1, 1),
        ("MC215", "info", "main.md", 3, 5),
        ("MC309", "info", "main.md", 5, 5),
    ] == told(letter)


def test_what_is_accepted_is_not_told_and_changes_nothing_that_is_sent(letter: Shell) -> None:
    def digest() -> str:
        return str(json.loads(letter("plan", "--format", "json").out)["campaigns"][0]["digest"])

    before = digest()
    letter.tree.news(more=IGNORE, body=BODY)
    assert ["MC309"] == [each[0] for each in told(letter)]
    assert before == digest()


def test_a_lock_holds_while_a_warning_is_accepted(letter: Shell) -> None:
    assert 0 == letter("lock", "letter").status
    letter.tree.news(more=IGNORE, body=BODY)
    assert 0 == letter("lock", "--check", "letter").status


def test_a_banned_word_stops_its_campaign_alone(letter: Shell) -> None:
    letter.tree.text()
    letter.tree.settings(policy="  banned_words: [最低价]\n  allowed_words: [全网最低价保护]\n")
    said = letter("validate", "--format", "github")
    assert 1 == said.status
    assert (
        "::error file=campaigns/letter/articles/main.md,line=1,col=3,endColumn=6,title=MC319::"
        in said.out
    )
    plan = json.loads(letter("plan", "--format", "json").out)["campaigns"]
    assert [("letter", None), ("notice", str)] == [
        (each["name"], each["digest"] and type(each["digest"])) for each in plan
    ]


def test_what_the_house_allows_is_no_term(letter: Shell) -> None:
    letter.tree.settings(policy="  allowed_words: [全网最低价]\n")
    assert "MC318" not in [each[0] for each in told(letter)]


def test_a_cover_on_its_side_is_cut_as_it_is_seen(shell: Shell) -> None:
    """The parts of a cover are shares of the picture as it is uploaded, and WeChat gets them."""
    shell.tree.news()
    shell.tree.write("campaigns/letter/images/cover.png", png((1, 2, 3), 940, 940))
    text = shell.tree.read("campaigns/letter/campaign.yaml")
    cover = "cover: {file: images/cover.png, focus: [0.5, 0.25]}"
    shell.tree.write(
        "campaigns/letter/campaign.yaml", text.replace("cover: images/cover.png", cover)
    )
    assert 0 == shell("apply", "letter", "--sandbox", "--until", "draft").status
    assert 0 == shell("lock", "letter").status
    article = json.loads(shell.tree.read("campaigns/letter/campaign.lock.json"))["message"][
        "articles"
    ][0]
    assert ("0_0.037234_1_0.462766", "0_0_1_1") == (
        article["pic_crop_235_1"],
        article["pic_crop_1_1"],
    )
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
