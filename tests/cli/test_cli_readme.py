"""The READMEs show what is printed: the plan of a campaign in a fresh clone of this repository, byte for byte."""

import re
import shutil
from pathlib import Path

import pytest
from cli_runner import Shell
from gits import git

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_plan_in_a_readme_is_the_one_that_is_printed(shell: Shell, readme: str):
    source = shell.root.parent / "source"
    shutil.copytree(ROOT / "campaigns", source / "campaigns")
    for name in ("massctl.yaml", ".gitignore"):
        shutil.copy(ROOT / name, source)
    git(source, "init", "--quiet")
    git(source, "add", "--all")
    git(source, "commit", "--quiet", "-m", "write")
    git(source, "clone", "--quiet", source.as_uri(), "clone")
    shell.monkeypatch.chdir(source / "clone")
    shown = re.findall(
        r"^```\n\$ (?:MASSCTL_LANG=(zh) )?massctl (.+)\n((?:(?!```).*\n)+)```$",
        (ROOT / readme).read_text("utf-8"),
        re.MULTILINE,
    )

    assert ["plan"] == [command.split()[0] for _, command, _ in shown]
    for language, command, output in shown:
        shell.env(MASSCTL_LANG=language)
        said = shell(*command.split())
        assert (0, output) == (said.status, said.out)
