"""How long an article may be: what WeChat took is sent, and an account that refuses has a key for it."""

import pytest
from cli_runner import Shell
from repositories import APPID

PARAGRAPH = "今天风大，出门多穿一件，沿着河堤慢慢走。\n\n"
LONG = PARAGRAPH * 1_500
"""Some 30,000 characters of words, as newsletters have."""


@pytest.fixture
def long(shell: Shell) -> Shell:
    """A shell in a repository with an article of more than 20,000 characters."""
    shell.tree.news("letter", body=LONG)
    return shell


def told(shell: Shell) -> list[tuple[str, str]]:
    document = shell("validate", "--format", "json").document
    return [(each["code"], each["severity"]) for each in document["diagnostics"]]


def test_an_article_of_more_than_20000_characters_is_sent_with_a_note(long: Shell) -> None:
    assert (0, [("MC346", "info")]) == (long("validate").status, told(long))
    assert 0 == long("apply", "letter", "--sandbox", "--yes").status
    assert 1 == len(long.report()["jobs"])


def test_a_title_of_39_characters_is_sent_with_a_warning(shell: Shell) -> None:
    shell.tree.news("letter", title="长" * 39)
    assert (0, [("MC301", "warning")]) == (shell("validate").status, told(shell))
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
    assert 1 == len(shell.report()["jobs"])


def test_nothing_is_shown_plainer_so_that_it_fits(shell: Shell) -> None:
    code = "```python\n" + "x = 'hello'  # said\n" * 300 + "```\n\n"
    shell.tree.news("letter", body=code * 2)
    assert [("MC346", "info")] == told(shell)
    shell("render", "letter", "--out", "out")
    assert 600 <= shell.tree.read("out/article-1.html").count("color:")


def test_an_account_that_refuses_has_a_limit_of_its_own(long: Shell) -> None:
    long.tree.settings(account="    content_limit: 20000\n")
    assert [("MC304", "error")] == told(long)
    assert "accounts.main.content_limit" in long("validate").out


def test_the_answer_45002_names_the_key(long: Shell) -> None:
    long("plan", "--sandbox")
    long.control("accounts", {"appid": APPID, "content_characters": 20_000})
    said = long("apply", "letter", "--sandbox", "--yes")
    assert 1 == said.status
    assert "45002" in said.out + said.err
    assert "content_limit" in said.out + said.err


def test_a_million_bytes_are_too_many(shell: Shell) -> None:
    shell.tree.news("letter", body="")
    shell.tree.write("campaigns/letter/articles/main.html", "<p>" + "a" * 999_993 + "</p>")
    path = "campaigns/letter/campaign.yaml"
    shell.tree.write(path, shell.tree.read(path).replace("main.md", "main.html"))
    assert [("MC304", "error")] == told(shell)
    shell.tree.write("campaigns/letter/articles/main.html", "<p>" + "a" * 999_992 + "</p>")
    assert [("MC346", "info")] == told(shell)
