"""The commands and the YAML of the page of recipes, in the order in which it shows them."""

import re
import shlex
from pathlib import Path

import pytest
from cli_runner import Shell

REMOTE = ("massctl stop", "massctl resume")
"""They need a remote; `test_cli_stop` types them."""
REHEARSED = {"plan", "apply", "status", "withdraw"}


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["recipes.md", "recipes.zh-CN.md"])
def test_every_recipe_works(shell: Shell, name: str):
    page = (Path(__file__).parents[2] / "docs/guides" / name).read_text(encoding="utf-8")
    tag, edition, freeze = blocks(page, "yaml")
    south = "  south: {appid: wxfedcba9876543210, secret_env: SOUTH_SECRET, kind: service}\n"
    shell.tree.settings(policy=freeze.removeprefix("policy:\n"))
    shell.tree.write(
        "massctl.yaml",
        shell.tree.read("massctl.yaml").replace("accounts:\n", f"accounts:\n{south}"),
    )
    shell.tree.news("2026-12-01-weekly")
    shell.tree.text("2026-11-notice")
    shell.tree.text("2026-12-10-members")
    members = shell.tree.read("campaigns/2026-12-10-members/campaign.yaml")
    changed = members.replace("audience:\n  is_to_all: true\n", tag)
    assert members != changed
    shell.tree.write("campaigns/2026-12-10-members/campaign.yaml", changed)
    assert 0 == shell("apply", "2026-12-01-weekly", "--sandbox", "--yes").status
    assert 0 == shell("status", "2026-12-01-weekly", "--sandbox", "--wait", "300").status
    for line in "".join(blocks(page, "sh")).splitlines():
        words = shlex.split(line)[1:]
        if line.startswith(REMOTE):
            continue
        more = ["--sandbox"] * (words[0] in REHEARSED) + ["--yes"] * (words[0] == "apply")
        said = shell(*words, *more)
        assert 0 == said.status, (line, said.out, said.err)
    weekly = shell.tree.read("campaigns/2026-12-01-weekly/campaign.yaml")
    shell.tree.write("campaigns/2026-12-01-weekly/campaign.yaml", weekly + edition)
    again = shell("apply", "2026-12-01-weekly", "--sandbox", "--yes", "--format", "json")
    assert (0, 2) == (again.status, again.document["campaigns"][0]["edition"])
