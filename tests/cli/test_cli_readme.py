"""The READMEs show what is printed: the plan of a campaign of this repository, byte for byte."""

import re
import shutil
from pathlib import Path

import pytest
from cli_runner import Shell

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("readme", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_plan_in_a_readme_is_the_one_that_is_printed(shell: Shell, readme: str, language: str):
    settings = re.sub(r"^language:.*\n", "", (ROOT / "massctl.yaml").read_text("utf-8"), flags=re.MULTILINE)
    shell.tree.write("massctl.yaml", f"{settings}\nlanguage: {language}\n")
    shutil.rmtree(shell.root / "campaigns", ignore_errors=True)
    shutil.copytree(ROOT / "campaigns", shell.root / "campaigns")
    shown = re.findall(
        r"^```\n\$ (?:MASSCTL_LANG=zh )?massctl (.+)\n((?:(?!```).*\n)+)```$",
        (ROOT / readme).read_text("utf-8"),
        re.MULTILINE,
    )

    assert ["plan"] == [command.split()[0] for command, _ in shown]
    for command, output in shown:
        said = shell(*command.split())
        assert (0, output) == (said.status, said.out)
