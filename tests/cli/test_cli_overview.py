"""A plan and a status of many campaigns begin with a summary; of few, and of those that are named, all is shown."""

import pytest
from cli_runner import Shell
from repositories import window

from massctl.view.overview import CLOSE_FROM

LATER = window("2026-12-05T11:00:00+08:00", "2026-12-05T13:00:00+08:00")
OPEN = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")


@pytest.fixture
def many(shell: Shell) -> Shell:
    for number in range(CLOSE_FROM):
        shell.tree.text(f"later-{number:02}", content=f"第 {number} 封", more=LATER)
    return shell


def test_one_more_than_a_screen_is_summed_up_first(many: Shell) -> None:
    assert "campaigns · " not in many("plan", "--sandbox").out
    many.tree.text("now", content="现在", more=OPEN)
    said = many("plan", "--sandbox").out
    assert said.startswith(f"{CLOSE_FROM + 1} campaigns · due today: 1 · refused: ")
    assert 2 == sum(line.strip().startswith("now ") for line in said.splitlines()), "it is due"


def test_what_is_named_is_shown_whole(many: Shell) -> None:
    many.tree.text("now", content="现在", more=OPEN)
    named = [f"later-{number:02}" for number in range(CLOSE_FROM)]
    said = many("plan", "--sandbox", "now", *named).out
    assert "campaigns · " not in said
    assert CLOSE_FROM < said.count("audience ")


def test_a_status_of_many_is_summed_up_first(many: Shell) -> None:
    for number in range(CLOSE_FROM + 1):
        many.tree.news(f"staged-{number:02}", title=f"第 {number} 封", more=LATER)
    many("apply", "--sandbox", "--yes", "--until", "draft")
    said = many("status", "--sandbox").out
    assert f"{CLOSE_FROM + 1} campaigns · staged: {CLOSE_FROM + 1}" == said.splitlines()[0]
    assert "campaigns · " not in many("status", "--sandbox", "staged-00").out
