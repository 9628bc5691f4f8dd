"""The systemd units of docs/guides/runner.md: the same in both languages, accepted by systemd, and hardened."""

import re
import shutil
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest
from repository_files import document

ANALYZE: Final = shutil.which("systemd-analyze")
EXPOSURE_MAX: Final = 1.5
PAGES: Final = ("docs/guides/runner.md", "docs/guides/runner.zh-CN.md")


def units(page: str) -> list[str]:
    found = re.findall(r"^( *)```ini\n(.*?)^ *```$", document(page), re.MULTILINE | re.DOTALL)
    return [dedent(text) for _, text in found]


def test_both_languages_have_the_same_units() -> None:
    assert units(PAGES[0]) == units(PAGES[1])


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")
@pytest.mark.parametrize("added", [False, True], ids=["the service", "the service of the timer"])
def test_the_service_is_hardened(tmp_path: Path, added: bool) -> None:
    service, once, timer = units(PAGES[0])
    (tmp_path / "massctl-run.service").write_text(
        service + (once if added else ""), encoding="utf-8"
    )
    (tmp_path / "massctl-run.timer").write_text(timer, encoding="utf-8")
    judged = _analyze(tmp_path, "security", "--offline=true", "massctl-run.service")
    found = re.search(r"Overall exposure level for massctl-run\.service: ([\d.]+)", judged)
    assert found is not None, judged
    assert float(found[1]) <= EXPOSURE_MAX


def _analyze(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [str(ANALYZE), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_secrets_are_credentials_and_no_variables() -> None:
    service, *_ = units(PAGES[0])
    variables = re.findall(r"^Environment=\"?(\w+)", service, re.MULTILINE)
    assert ["HOME"] == variables
    assert re.findall(r"^LoadCredential=(\w+):", service, re.MULTILINE) == ["WECHAT_MAIN_SECRET"]


def test_only_massctl_itself_hears_the_end() -> None:
    """With the default, systemd would end git in the middle of a push."""
    service, *_ = units(PAGES[0])
    assert re.findall(r"^KillMode=(\w+)", service, re.MULTILINE) == ["mixed"]
