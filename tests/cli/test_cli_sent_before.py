"""A folder that is, byte for byte, what was sent is not judged again; what is said of it is the same."""

from pathlib import Path

import pytest
from cli_runner import Shell
from repositories import window

from massctl.source import campaigns, plain_facts

AT_NOON = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
VERBS = [("plan", "--sandbox"), ("plan", "--sandbox", "--format", "json"), ("apply", "--sandbox", "--yes")]


@pytest.fixture
def sent(shell: Shell) -> Shell:
    shell.tree.news("letter", more=AT_NOON)
    shell.tree.text("notice", more=AT_NOON)
    assert 0 == shell("apply", "--sandbox", "--yes").status
    return shell


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the campaigns whose campaign.yaml was judged, as it goes on."""
    found: list[str] = []
    load = campaigns.load_campaign

    def noting(repository: object, name: str, settings: object) -> object:
        found.append(name)
        return load(repository, name, settings)  # type: ignore[arg-type]

    monkeypatch.setattr(campaigns, "load_campaign", noting)
    return found


def forget(shell: Shell) -> None:
    for path in Path(shell.root, ".massctl", "remembered").glob("*"):
        path.unlink()


@pytest.mark.parametrize("typed", VERBS, ids=" ".join)
def test_it_is_told_as_if_it_were_judged(
    sent: Shell, judged: list[str], monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...]
):
    forget(sent)
    found = sent(*typed)
    assert [] == judged
    forget(sent)
    monkeypatch.setattr(plain_facts, "plain_facts", lambda _: None)
    assert (found.status, found.out) == ((again := sent(*typed)).status, again.out)
    assert ["letter", "notice"] == judged


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("campaigns/notice/campaign.yaml", "version: 1", "edition: 2\nversion: 1"),
        ("campaigns/notice/campaign.yaml", "version: 1", "title: 别的\nversion: 1"),
        ("campaigns/notice/campaign.yaml", "version: 1", "surprise: 1\nversion: 1"),
        ("massctl.yaml", "main:", "other:"),
    ],
)
def test_whatever_is_not_what_was_sent_is_judged(sent: Shell, judged: list[str], path: str, before: str, after: str):
    sent.tree.write(path, sent.tree.read(path).replace(before, after, 1))
    sent("plan", "--sandbox")
    assert "notice" in judged


def test_a_folder_that_cannot_be_read_is_judged(sent: Shell, judged: list[str]):
    (sent.root / "campaigns/notice/campaign.yaml").unlink()
    assert 1 == sent("plan", "--sandbox").status
    assert ["notice"] == [name for name in judged if name == "notice"]
