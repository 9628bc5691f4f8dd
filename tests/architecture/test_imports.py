"""Check the import contracts of pyproject.toml."""

import subprocess
import sys

import pytest
from repository_files import ROOT

pytest.importorskip("importlinter", reason="import-linter comes with the extra `lint`")


@pytest.mark.slow
def test_every_import_goes_through_a_door() -> None:
    """In a process of its own, since the linter changes sys.path."""
    check = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", check],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr), done.stdout
