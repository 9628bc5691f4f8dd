"""A message of several articles with digests (摘要): WeChat keeps a digest only where an article is alone.

Source: WeChat docs, "draft/add" ("only for single-article drafts"), read 2026-10.
"""

import pytest
from cli_runner import Shell, lost

APPID = "wx0123456789abcdef"
SEND = ("apply", "letter", "--yes", "--sandbox")
STAGE = ("apply", "letter", "--until", "draft", "--sandbox")
ADOPT = ("adopt", "letter", "--reason", "打开了留言", "--sandbox")
SECOND = """\
    - title: 第二封信
      digest: 第二句摘要
      content: articles/main.md
      cover: images/cover.png
"""


@pytest.fixture
def letters(shell: Shell) -> Shell:
    """A campaign of two articles."""
    shell.tree.news("letter")
    path = "campaigns/letter/campaign.yaml"
    shell.tree.write(path, shell.tree.read(path) + SECOND)
    return shell


def jobs(shell: Shell) -> int:
    return len(shell.report()["jobs"])


def test_it_is_staged_and_sent_in_one_run(letters: Shell) -> None:
    done = letters(*SEND)
    assert (0, 1) == (done.status, jobs(letters)), done.out + done.err


def test_a_draft_of_an_earlier_run_is_sent(letters: Shell) -> None:
    assert 0 == letters(*STAGE).status
    assert (0, 1) == (letters(*SEND).status, jobs(letters))


def test_a_draft_that_was_not_read_back_before_is_sent(letters: Shell) -> None:
    letters.faults(lost("draft/get", "request_lost", times=9))
    assert 1 == letters(*STAGE).status
    letters.control("faults", {"clear": True})
    assert (0, 1) == (letters(*SEND).status, jobs(letters))


def test_a_draft_whose_answer_was_lost_is_found_and_sent(letters: Shell) -> None:
    letters.faults(lost("draft/add"))
    assert 0 == letters(*STAGE).status
    assert (0, 1) == (letters(*SEND).status, jobs(letters))
    assert 1 == letters.report()["calls"]["/cgi-bin/draft/add"]["count"]


def test_an_edit_replaces_its_draft_and_the_old_one_goes(letters: Shell) -> None:
    assert 0 == letters(*STAGE).status
    path = "campaigns/letter/articles/main.md"
    letters.tree.write(path, letters.tree.read(path).replace("今天", "昨天"))
    assert 0 == letters(*STAGE).status
    assert 1 == len(letters.report()["drafts"])


def test_the_consoles_version_of_it_is_adopted_and_sent(letters: Shell) -> None:
    assert 0 == letters(*STAGE).status
    letters.edit_draft(APPID, author="原作者")
    refused = letters(*SEND)
    assert (5, True, False) == (
        refused.status,
        "author differs" in refused.out,
        "摘要" in refused.out,
    )
    adopted = letters(*ADOPT)
    assert (0, False) == (adopted.status, "摘要" in adopted.out)
    assert (0, 1) == (letters(*SEND).status, jobs(letters))


def test_its_digests_are_said_to_be_for_nobody(letters: Shell) -> None:
    found = letters("validate", "letter", "--format", "json").document["diagnostics"]
    said = [each for each in found if each["code"] == "MC324"]
    assert 2 == len(said)
    assert all(
        each["message"].endswith("WeChat keeps none") and "leave it out" == each["hint"]
        for each in said
    )
