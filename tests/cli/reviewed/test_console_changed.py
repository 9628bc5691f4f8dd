"""Somebody is at work in the console between staging and the send: nothing is sent, and the hint leads out."""

import re
import shlex
from collections.abc import Callable
from typing import Any

import pytest
from issue import MODES, WAYS, Issue, refusals

Draft = dict[str, Any]


def draft_of(issue: Issue) -> tuple[str, list[Draft]]:
    """Give the staged draft as the console shows it."""
    (item,) = issue.api("draft/batchget", {"offset": 0, "count": 5})["item"]
    return item["media_id"], item["content"]["news_item"]


def set_article(issue: Issue, media_id: str, index: int, article: Draft) -> None:
    kept = {key: value for key, value in article.items() if key != "url"}
    issue.api("draft/update", {"media_id": media_id, "index": index, "articles": kept})


def replaced(key: str, value: object) -> Callable[[Draft], Draft]:
    return lambda article: {**article, key: value}


def rewritten(before: str, after: str, count: int = -1) -> Callable[[Draft], Draft]:
    def change(article: Draft) -> Draft:
        assert before in article["content"], article
        return {**article, "content": article["content"].replace(before, after, count)}

    return change


EDITS: dict[str, tuple[Callable[[Draft], Draft], str]] = {
    "title": (replaced("title", "第一封信，免费"), "title differs"),
    "author": (replaced("author", "老板"), "author differs"),
    "a word": (rewritten("门票", "票价"), "the text differs"),
    "a character": (rewritten("1999", "199"), "the text differs"),
    "a picture less": (rewritten("<img", "<span"), "2 pictures were saved, and 0 are there"),
    "content_source_url": (
        replaced("content_source_url", "https://example.com/other"),
        "content_source_url differs",
    ),
    "what the list shows of the cover": (
        replaced("pic_crop_235_1", "0_0_1_0.5"),
        "pic_crop_235_1 differs",
    ),
    "need_open_comment": (replaced("need_open_comment", 0), "need_open_comment differs"),
    "only_fans_can_comment": (
        replaced("only_fans_can_comment", 1),
        "only_fans_can_comment differs",
    ),
}
"""An edit, and how the refusal names it."""


def assert_nothing_was_sent(issue: Issue, guard: str, word: str) -> str:
    """Check the refusal; give its hint as it stands on the terminal."""
    before = issue.left()
    said = issue.apply()
    assert said.status == 5, said
    assert word in refusals(said)[guard]
    assert issue.left() == before
    return str(said.document["campaigns"][0]["refusals"][0]["hint"])


@pytest.mark.parametrize("mode", WAYS)
@pytest.mark.parametrize(("change", "part"), EDITS.values(), ids=EDITS)
def test_a_draft_edited_in_the_console(staged: Issue, change: Callable[[Draft], Draft], part: str):
    media_id, articles = draft_of(staged)
    set_article(staged, media_id, 0, change(articles[0]))
    assert_nothing_was_sent(
        staged, "draft_changed", f"changed in the console after it was saved: article 1: {part}"
    )
    set_article(staged, media_id, 0, articles[0])
    said = staged.apply()
    assert (said.status, staged.left()["jobs"], staged.left()["drafts"]) == (0, 1, 1), said


MARKUP: dict[str, Callable[[Draft], Draft]] = {
    "a price struck out": rewritten("1999 元", "<del>1999 元</del>", 1),
    "an article hidden": rewritten("<section", '<section style="display:none"', 1),
    "a price in red": rewritten(
        "1999 元", '<span style="font-size:40px;color:#ff0000">1999 元</span>', 1
    ),
    "a blank in a number": rewritten("1999", "1 999", 1),
}


@pytest.mark.parametrize("mode", WAYS)
@pytest.mark.parametrize("change", MARKUP.values(), ids=MARKUP)
def test_a_draft_whose_markup_was_edited_in_the_console(
    staged: Issue, change: Callable[[Draft], Draft]
):
    media_id, articles = draft_of(staged)
    set_article(staged, media_id, 0, change(articles[0]))
    assert_nothing_was_sent(staged, "draft_changed", "its markup alone")


@pytest.mark.parametrize("mode", WAYS)
def test_a_cover_exchanged_in_the_console(staged: Issue):
    media_id, articles = draft_of(staged)
    set_article(
        staged, media_id, 0, replaced("thumb_media_id", articles[1]["thumb_media_id"])(articles[0])
    )
    assert_nothing_was_sent(staged, "draft_changed", "article 1: cover differs")
    set_article(staged, media_id, 0, articles[0])
    assert (staged.apply().status, staged.left()["jobs"]) == (0, 1)


@pytest.mark.parametrize("mode", WAYS)
def test_articles_exchanged_in_the_console(staged: Issue):
    media_id, articles = draft_of(staged)
    set_article(staged, media_id, 0, articles[1])
    set_article(staged, media_id, 1, articles[0])
    assert_nothing_was_sent(staged, "draft_changed", "changed in the console")


@pytest.mark.parametrize("mode", MODES)
def test_a_draft_deleted_in_the_console(staged: Issue):
    staged.api("draft/delete", {"media_id": draft_of(staged)[0]})
    assert_nothing_was_sent(staged, "draft_gone", "no longer there")


@pytest.mark.parametrize("mode", WAYS)
def test_a_draft_sent_in_the_console(staged: Issue):
    media_id, _ = draft_of(staged)
    everybody = {
        "filter": {"is_to_all": True},
        "mpnews": {"media_id": media_id},
        "msgtype": "mpnews",
    }
    staged.api("message/mass/sendall", {**everybody, "send_ignore_reprint": 0})
    assert_nothing_was_sent(staged, "draft_gone", "no longer there")
    said = staged.done(
        "reconcile", "letter", "--sent", "--reason", "it is in the list", "--sandbox"
    )
    assert said.status == 0
    assert staged.left()["jobs"] == 1
    assert staged.shell("apply", "letter", "--sandbox", "--yes").status in {0, 5}
    assert staged.left()["jobs"] == 1


@pytest.mark.parametrize("mode", ["policy", "flag"])
def test_after_a_deleted_draft_the_way_out_sends_once(staged: Issue):
    staged.api("draft/delete", {"media_id": draft_of(staged)[0]})
    assert_nothing_was_sent(staged, "draft_gone", "no longer there")
    staged.done("reconcile", "letter", "--not-sent", "--reason", "deleted by mistake", "--sandbox")
    said = staged.apply()
    assert (said.status, staged.left()["jobs"]) == (0, 1), said


def commands_in(hint: str) -> list[list[str]]:
    """Give the commands that a hint tells a person to type."""
    lines = [part.strip() for part in re.split(r"\n|: |; ", hint)]
    return [shlex.split(line.split("   ")[0])[1:] for line in lines if line.startswith("massctl ")]


@pytest.mark.parametrize("way_out", ["adopt", "stage anew"])
@pytest.mark.parametrize("mode", ["policy"])
def test_the_hint_of_draft_changed_leads_out_as_it_is_printed(staged: Issue, way_out: str):
    media_id, articles = draft_of(staged)
    set_article(staged, media_id, 0, replaced("author", "老板")(articles[0]))
    hint = assert_nothing_was_sent(staged, "draft_changed", "changed")
    adopt, give_up = commands_in(hint)
    if way_out == "adopt":
        staged.done(*adopt)
    else:
        staged.api("draft/delete", {"media_id": media_id})
        staged.done(*give_up)
    said = staged.apply()
    assert (said.status, staged.left()["jobs"]) == (0, 1), said
