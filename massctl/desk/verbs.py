"""Verbs of the command line, run for the desk as a person would, in a process without a secret of WeChat."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from massctl import system
from massctl.errors import MassctlError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

ALLOWED = frozenset({"import", "lock", "new", "plan", "validate"})
"""The verbs that a desk may run. None of them can send, and to ask WeChat anything they would need a secret."""
SECONDS_MAX = 300.0
INHERITED = re.compile(
    r"PATH|PATHEXT|SYSTEMROOT|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|USER|LOGNAME|TMP|TEMP|TMPDIR|TZ|LANG|LANGUAGE"
    r"|LC_\w+|XDG_\w+|VIRTUAL_ENV|PYTHON\w+|MASSCTL_LANG"
)
"""What a verb needs to start. No variable that holds a secret is among them."""


class VerbEnd(Frozen):
    """How a verb ended."""

    exit_status: int
    report: Mapping[str, Any]
    """What it prints with `--format json`; empty if it printed none."""
    said: str
    """What it says to a person."""
    printed: str = ""
    """What it prints, as it stands."""

    @property
    def is_done(self) -> bool:
        """Return whether it did what it was asked."""
        return self.exit_status == 0


class Verbs:
    """The verbs of one working copy."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root: Final = root
        self._environment: Final = {
            name: value for name, value in environment.items() if INHERITED.fullmatch(name)
        }

    @property
    def can_lock(self) -> bool:
        """Return whether this machine locks letters; where it does not, CI locks what is pushed."""
        return system.CAN_SEND

    def run(self, verb: str, *arguments: str, form: str = "json") -> VerbEnd:
        """Run one, and return how it ended; raise MassctlError if it takes too long."""
        if verb not in ALLOWED:
            raise ValueError(f"the desk does not run {verb}")
        command = [sys.executable, "-m", "massctl", "-C", str(self._root), verb, *arguments]
        try:
            ended = subprocess.run(
                [*command, "--format", form],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS_MAX,
                env={**self._environment, "NO_COLOR": "1"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise MassctlError(
                Phrase(
                    "`massctl {verb}` did not end within {seconds:.0f} seconds",
                    verb=verb,
                    seconds=SECONDS_MAX,
                )
            ) from None
        printed = ended.stdout.decode("utf-8", "replace")
        try:
            report = json.loads(printed) if printed.strip() and form == "json" else {}
        except ValueError:
            report = {}
        said = ended.stderr.decode("utf-8", "replace").strip()
        is_object = isinstance(report, dict)
        return VerbEnd(ended.returncode, report if is_object else {}, said, printed)
