"""No file is parsed twice by one command."""

from collections import Counter

import pytest
from cli_runner import Shell
from repositories import window

from massctl.cli.session import session
from massctl.source import matrix, repository, settings


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file was parsed."""
    counted: Counter[str] = Counter()
    read_yaml = matrix.read_yaml

    def counting(data, file, campaign, known_keys):
        counted[file] += 1
        return read_yaml(data, file, campaign, known_keys)

    for module in (matrix, settings):
        monkeypatch.setattr(module, "read_yaml", counting)
    settings._settings_in.cache_clear()
    matrix.campaign_document.cache_clear()
    return counted


@pytest.mark.parametrize("verb", ["validate", "plan"])
def test_each_file_is_parsed_once(shell: Shell, parsed: Counter[str], verb: str):
    shell.tree.text("right")
    shell.tree.text("wrong", more="send: {not_after: 2099-01-01T00:00:00+08:00, nonsense: 1}\n")
    shell(verb)
    files = ["massctl.yaml", "campaigns/right/campaign.yaml", "campaigns/wrong/campaign.yaml"]
    assert dict.fromkeys(files, 1) == parsed


@pytest.mark.parametrize(
    "words",
    [
        ["validate"],
        ["validate", "--account", "main"],
        ["plan"],
        ["plan", "--group", "north"],
        ["plan", "b", "--account", "main"],
        ["status"],
        ["lock"],
    ],
)
def test_campaigns_are_looked_for_once(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, words: list[str]
):
    shell.tree.text("north/a")
    shell.tree.text("b", more=window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00"))
    looks = []
    look = repository.campaign_folders
    monkeypatch.setattr(
        repository, "campaign_folders", lambda root: looks.append(root) or look(root)
    )
    shell(*words)
    assert [shell.root.resolve()] == looks


def test_each_pass_of_a_session_looks_anew_and_a_last_look_too(shell: Shell):
    shell.tree.text("a")
    with session(str(shell.root), sandbox=True) as current:
        first = current.working_tree()
        assert ("a",) == first.repository.campaign_folders.names
        assert first.repository is current.repository
        settings = shell.root / "massctl.yaml"
        settings.write_text(f"{settings.read_text()}# later\n")
        shell.tree.text("b")
        assert ("a",) == current.repository.campaign_folders.names
        _, found = current.settings_now()
        assert found["massctl.yaml"] != current.repository.renewed().found("massctl.yaml")
        assert current.for_thread().repository is not current.repository
        second = current.working_tree(acts=True)
        assert ("a", "b") == second.repository.campaign_folders.names
        assert second.repository is current.repository
        shell.tree.text("c")
        current.reread()
        assert ("a", "b", "c") == current.repository.campaign_folders.names
