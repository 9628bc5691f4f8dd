"""A folder with a repository, a home and a place for temporary files, searched for what must be written nowhere."""

import base64
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from processes import MASSCTL, PATIENCE_SECONDS, environment


def traces(secret: str) -> set[bytes]:
    """Give everything that would tell of a secret: it, its halves, and how it may be written otherwise."""
    plain = secret.encode()
    encoded = [base64.b64encode(b"x" * shift + plain)[4 if shift else 0 : -4] for shift in range(3)]
    found = {
        plain,
        plain[:12],
        plain[-12:],
        quote(secret, safe="").encode(),
        plain.hex().encode(),
        *encoded,
    }
    return {each for each in found if len(each) >= 12}


@dataclass
class SearchedDesk:
    """A repository, a home and a folder for temporary files; and all that was said there."""

    folder: Path
    variables: dict[str, str]
    said: list[str] = field(default_factory=list)

    @property
    def tree(self) -> Path:
        return self.folder / "repository"

    def start(self, *arguments: str, code: str | None = None) -> "subprocess.Popen[str]":
        """Begin a command; `code` runs before it, in the same process."""
        command = (
            [str(MASSCTL)]
            if code is None
            else [sys.executable, "-c", code + "\nfrom massctl.__main__ import main; main()"]
        )
        for name in ("home", "temp"):
            (self.folder / name).mkdir(exist_ok=True)
        return subprocess.Popen(
            [*command, *arguments],
            cwd=self.tree,
            env={
                **environment(**self.variables),
                "HOME": str(self.folder / "home"),
                "TMPDIR": str(self.folder / "temp"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def end(self, process: "subprocess.Popen[str]") -> int:
        """Wait for its end, and note what it said."""
        with process:
            self.said += process.communicate(timeout=PATIENCE_SECONDS)
        return int(process.returncode)

    def massctl(self, *arguments: str, code: str | None = None) -> int:
        return self.end(self.start(*arguments, code=code))

    def places(self, elsewhere: Iterable[str] = ()) -> dict[str, bytes]:
        """Give all that was said and written, but for files whose path has one of `elsewhere` in it."""
        found = {
            f"what was said ({number})": text.encode() for number, text in enumerate(self.said)
        }
        for path in self.folder.rglob("*"):
            where = str(path.relative_to(self.folder))
            if path.is_file() and not any(word in where for word in elsewhere):
                found[where] = path.read_bytes() + where.encode()
        assert len(found) > 5
        return found

    def leaks(self, *secrets: str, elsewhere: tuple[str, ...] = ()) -> list[str]:
        """Give where a trace of a secret is."""
        return leaks_in(self.places(elsewhere), *secrets)


def leaks_in(places: dict[str, bytes], *secrets: str) -> list[str]:
    """Give where a trace of a secret is; `secrets` may be many."""
    known = {trace for secret in secrets for trace in traces(secret)}
    wanted = re.compile(b"|".join(map(re.escape, known)))
    return [
        f"{where}: {found[0]!r}"
        for where, data in places.items()
        for found in wanted.finditer(data)
    ]
