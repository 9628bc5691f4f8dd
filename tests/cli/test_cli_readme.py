"""The recording in the READMEs shows what the commands print now, in a copy of this repository."""

import re
import shutil
from pathlib import Path

import pytest
from cli_runner import Shell
from rich.text import Text

ROOT = Path(__file__).parents[2]
DIGEST = re.compile(r"(?<=digest )[0-9a-f]{12}|(?<=指纹 )[0-9a-f]{12}")


@pytest.mark.night
@pytest.mark.parametrize(
    ("language", "name"), [("en", "recording.txt"), ("zh", "recording.zh-CN.txt")]
)
def test_the_recording_of_a_readme_shows_what_is_printed(shell: Shell, language: str, name: str):
    shutil.copytree(ROOT / "campaigns", shell.root / "campaigns", dirs_exist_ok=True)
    shutil.copy(ROOT / "massctl.yaml", shell.root)
    shell.env(MASSCTL_LANG=language)
    shown = (ROOT / "docs" / "images" / name).read_text("utf-8")
    said = []
    for line in [line for line in shown.splitlines() if line.startswith("$ massctl ")]:
        out = Text.from_ansi(shell(*line.split()[2:], columns=100).out).plain
        said.append(f"{line}\n{DIGEST.sub('#', out)}")
    assert shown.split("\n") == [line.rstrip() for line in "\n".join(said).split("\n")]


@pytest.mark.night
@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
@pytest.mark.parametrize("locale", ["", "C.UTF-8", "en_US.UTF-8"])
def test_what_a_readme_prints_is_printed_in_its_language(shell: Shell, readme: str, locale: str):
    page = (ROOT / readme).read_text("utf-8")
    shown = re.search(r"^```\n(2026-autumn-walks.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert shown is not None
    shutil.copytree(ROOT / "campaigns", shell.root / "campaigns", dirs_exist_ok=True)
    shutil.copy(ROOT / "massctl.yaml", shell.root)
    shell.env(
        LANG=locale, MASSCTL_LANG="zh" if "MASSCTL_LANG=zh .venv/bin/massctl apply" in page else ""
    )
    said = shell("apply", "2026-autumn-walks", "--sandbox", "--yes")
    moment = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
    assert moment.sub("#", shown[1]) == moment.sub("#", said.out)
