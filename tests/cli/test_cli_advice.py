"""Commands that a sentence advises, completed with what this run was given: none makes a line too long."""

import pytest
from cli_runner import Shell

from massctl.view.cells import cells

SHORT = "send: {not_before: 2026-12-01T12:30:00+08:00, not_after: 2026-12-01T13:00:00+08:00}\n"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [40, 60, 72, 80, 100])
def test_no_line_is_longer_than_the_window(shell: Shell, language: str, columns: int):
    shell.tree.text("notice", more=SHORT)
    shell.tree.text("unnamed")
    shell.tree.settings(language=language)
    shell.env(NO_COLOR="1")
    said = shell("plan", "--sandbox", columns=columns)
    assert "massctl apply --sandbox --wait 45m" in said.out
    assert "massctl apply --sandbox unnamed" in said.out
    assert [] == [line for line in said.out.splitlines() if cells(line) > columns]


def test_what_goes_on_below_stands_under_its_sentence(shell: Shell):
    shell.tree.text("notice", more=SHORT)
    shell.env(NO_COLOR="1")
    lines = shell("plan", "--sandbox", columns=100).out.splitlines()
    (number,) = [number for number, line in enumerate(lines) if "--wait 45m" in line]
    before, line = lines[number - 1 : number + 1]
    assert len(before) - len(before.lstrip()) == len(line) - len(line.lstrip())


def test_with_colours_too(shell: Shell):
    shell.tree.text("notice", more=SHORT)
    said = shell("plan", "--sandbox", columns=72)
    assert "massctl apply --sandbox --wait 45m" in said.out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_of_a_campaign_that_look_like_a_command_are_shown_as_they_are(
    shell: Shell, language: str
):
    words = "massctl apply, massctl plan"
    shell.tree.settings(language=language)
    shell.tree.news("letter", title=words)
    shell.env(NO_COLOR="1")
    said = shell("-C", str(shell.root), "plan", "--sandbox", columns=200)
    assert words in said.out
    assert f"massctl -C {shell.root} apply --sandbox" in said.out
