"""`massctl render`: one campaign into a folder, several into one each; and no screenshots without a browser."""

import re
from pathlib import Path

import pytest
from cli_runner import Shell


def program(folder: Path, script: str) -> Path:
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_several_campaigns_have_a_folder_each(shell: Shell):
    shell.tree.text("one")
    shell.tree.text("two")
    said = shell("render", "one", "two", "one", "--out", "out")
    assert 0 == said.status
    due = [
        f"out/{name}/{file}" for name in ("one", "two") for file in ("index.html", "message.txt")
    ]
    assert due == said.out.split()


def test_the_phone_is_titled_with_the_accounts_name(shell: Shell):
    shell.tree.settings(account="    name: 不赶路\n")
    shell.tree.news("letter")
    assert 0 == shell("render", "letter", "--out", "out").status
    page = shell.tree.read("out/index.html")
    assert (0, 1) == (page.count("<b>main</b>"), page.count('<span class="account">不赶路</span>'))
    assert 2 == page.count("<b>不赶路</b>")  # Above the chat, and in the list of subscriptions.


def test_it_says_how_long_an_article_is_beside_its_results(shell: Shell):
    shell.tree.news("letter")
    said = shell("render", "letter", "--out", "out")
    assert "min to read" not in said.out
    assert re.search(r"^article 1: \d+ words, 1 min to read$", said.err, re.MULTILINE)


def test_a_faulty_one_does_not_keep_the_others_back(shell: Shell):
    shell.tree.text("one", more="surprise: 1\n")
    shell.tree.text("two")
    said = shell("render", "one", "two", "--out", "out")
    assert 1 == said.status
    assert ["out/two/index.html", "out/two/message.txt"] == said.out.split()
    assert "surprise" in said.err


def test_without_a_name_it_is_a_wrong_command_line(shell: Shell):
    assert 2 == shell("render", "--out", "out").status


def test_without_a_browser_nothing_is_written(shell: Shell):
    shell.tree.text("one")
    shell.env(PATH=str(shell.root))
    said = shell("render", "one", "--out", "out", "--screenshots")
    assert (1, "") == (said.status, said.out)
    assert "there is no Chromium on this machine" in said.err
    assert "MASSCTL_CHROMIUM" in said.err
    assert not (shell.root / "out").exists()


def test_a_named_browser_that_is_none_is_told(shell: Shell):
    shell.tree.text("one")
    shell.env(MASSCTL_CHROMIUM="/nowhere/chromium")
    said = shell("render", "one", "--out", "out", "--screenshots")
    assert 1 == said.status
    assert (
        "MASSCTL_CHROMIUM names /nowhere/chromium, which is not a program on this machine"
        in said.err
    )


@pytest.mark.parametrize("script", ["exit 1", "exec 3<&- 4>&-"])
def test_a_browser_that_ends_is_told(shell: Shell, script: str):
    shell.tree.text("one")
    shell.env(MASSCTL_CHROMIUM=str(program(shell.root.parent, script)))
    said = shell("render", "one", "--out", "out", "--screenshots")
    assert (1, "") == (said.status, said.out)
    assert "Chromium ended too early" in said.err


def test_a_browser_that_says_nothing_is_not_waited_for_without_end(shell: Shell):
    shell.tree.text("one")
    shell.monkeypatch.setattr("massctl.browser.SECONDS_MAX", 0.2)
    shell.env(MASSCTL_CHROMIUM=str(program(shell.root.parent, "exec sleep 60")))
    said = shell("render", "one", "--out", "out", "--screenshots")
    assert 1 == said.status
    assert "Chromium has printed nothing for 0 seconds" in said.err


def test_without_the_flag_no_browser_is_looked_for(shell: Shell):
    shell.tree.text("one")
    shell.env(MASSCTL_CHROMIUM="/nowhere/chromium")
    assert 0 == shell("render", "one", "--out", "out").status
