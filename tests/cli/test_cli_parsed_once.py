"""No file is parsed twice by one command."""

from collections import Counter

import pytest
from cli_runner import Shell

from massctl.source import matrix, settings


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
