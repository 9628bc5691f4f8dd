"""What to type for an extra fits the installation that runs: nothing is published, so an index has no massctl."""

import sys
from importlib.util import find_spec

import pytest

from massctl import extras
from massctl.extras import install_command


@pytest.mark.parametrize(
    ("prefix", "pip", "wanted"),
    [
        (
            "/home/li/.venv",
            True,
            "'/home/li mei/.venv/bin/python' -m pip install 'massctl[import]'",
        ),
        (
            "/home/li/.local/share/pipx/venvs/massctl",
            True,
            "pipx runpip massctl install 'massctl[import]'",
        ),
        (
            "/tool",
            False,
            "uv pip install --python '/home/li mei/.venv/bin/python' 'massctl[import]'",
        ),
    ],
)
def test_the_command_is_that_of_the_tool_that_installed_massctl(
    monkeypatch: pytest.MonkeyPatch, prefix: str, pip: bool, wanted: str
) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setattr(sys, "executable", "/home/li mei/.venv/bin/python")
    monkeypatch.setattr(
        extras, "find_spec", lambda name: find_spec("json") if pip and name == "pip" else None
    )
    assert wanted == install_command("import")
