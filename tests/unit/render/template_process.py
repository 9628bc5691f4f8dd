"""Run templates, each in a fork of this process, which is small: what earlier tests left costs no template its time.

Reads a JSON string from each line of its input, and writes what became of it as a line of JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from processes import in_fork
from render_inputs import run

from massctl.render import template

SECONDS_MAX: Final = 0.5


class TemplateProcess:
    """The other end of the process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ended(self, text: str) -> str | None:
        """Return the code and file of a fault, or the length of a text; None if the system ended the fork."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        assert found is None or isinstance(found, str)
        return found


@contextmanager
def started(files: Mapping[str, str]) -> Iterator[TemplateProcess]:
    """Start a process whose templates may include `files`."""
    command = [sys.executable, __file__, json.dumps(files)]
    paths = os.pathsep.join(sys.path)
    with subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        yield TemplateProcess(process)
        assert process.stdin is not None
        process.stdin.close()


def outcome(text: str, files: Mapping[str, str]) -> str:
    """Run one template here."""
    found = run(text, files=files)
    return str(len(found)) if isinstance(found, str) else f"{found.code} {found.path}"


def main(files: Mapping[str, str]) -> None:
    """Answer until the input ends."""
    template.SECONDS_MAX = SECONDS_MAX
    outcome("{{ 1 }}", files)  # Whatever is imported at the first use is imported before the forks.
    for line in sys.stdin:
        text = json.loads(line)
        found = in_fork(lambda text=text: outcome(text, files))
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
