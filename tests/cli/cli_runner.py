"""Run massctl in this process as a person would type it, and read what it says.

The clock stands still unless a test moves it. Scrubbed before it is compared: the folder, lineages, digests, ids.
"""

import io
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from repositories import Tree
from said import Said

from massctl.cli.main import run
from massctl.sandbox.embedded import open_world

NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
"""Tuesday noon in Beijing."""
_SCRUBBED = (
    (re.compile(r"\b01[0-9A-HJKMNP-TV-Z]{24}\b"), "LINEAGE"),
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:DIGEST"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "SHA256"),
    (re.compile(r"(?<=media_id)\s+[\w-]{64}(?![\w-])"), " MEDIA_ID"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}\b"), "RID"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "CLIENTMSGID"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "SHORTDIGEST0"),
)
# What must not leak in from the machine that runs the tests.
_ENVIRONMENT = (
    "MASSCTL_API_BASE",
    "MASSCTL_CLOCK_OFFSET",
    "LANGUAGE",
    "LC_ALL",
    "LC_MESSAGES",
    "MASSCTL_LANG",
    "MASSCTL_NO_SEND",
    "NO_COLOR",
    "FORCE_COLOR",
    "CI",
    "GITHUB_ACTIONS",
    "WECHAT_MAIN_SECRET",
)


class Terminal(io.TextIOWrapper):
    """A keyboard with somebody's keystrokes in it."""

    def __init__(self, typed: str) -> None:
        super().__init__(io.BytesIO(typed.encode()), encoding="utf-8")

    def isatty(self) -> bool:
        return True


class Shell:
    """Types commands in a folder."""

    def __init__(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.tree = Tree(root)
        self.monkeypatch = monkeypatch
        self._capsys = capsys
        for name in _ENVIRONMENT:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("LANG", "C.UTF-8")
        monkeypatch.chdir(root)
        monkeypatch.setattr("tempfile.tempdir", str(root.parent))  # where a crash leaves its log
        # Calls that run beside each other end in any order; what is recorded of them is compared line by line.
        monkeypatch.setattr("massctl.parallel_calls.IN_FLIGHT_MAX", 1)
        self.set_time(NOON)

    @property
    def root(self) -> Path:
        return self.tree.root

    def set_time(self, moment: datetime) -> None:
        """Set the machine's clock, which stands still from then on."""
        for module in ("clients", "session", "clocks"):
            self.monkeypatch.setattr(f"massctl.cli.{module}.machine_now", lambda: moment)

    def env(self, **variables: str) -> None:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)

    def __call__(
        self, *arguments: str, columns: int | None = None, typed: str | None = None
    ) -> Said:
        """Run one command line. `columns`: on a terminal that wide. `typed`: with a person at the keyboard."""
        self._capsys.readouterr()
        with self.monkeypatch.context() as patch:
            patch.setattr("massctl.cli.output._current", [])  # a process begins without a voice
            if columns is not None:
                patch.setattr(sys.stdout, "isatty", lambda: True)
                patch.setenv("COLUMNS", str(columns))
            if typed is not None:
                patch.setattr(sys, "stdin", Terminal(typed))
                patch.setattr(sys.stderr, "isatty", lambda: True)
            status = run(list(arguments))
        captured = self._capsys.readouterr()
        return Said(int(status), captured.out, captured.err)

    def scrub(self, text: str) -> str:
        """Take out what differs from machine to machine and from run to run."""
        text = text.replace(str(self.root), "ROOT")
        for pattern, put in _SCRUBBED:
            text = pattern.sub(put, text)
        return text

    def faults(self, *rules: dict[str, Any]) -> None:
        """Give the sandbox of `--sandbox` fault rules."""
        self.control("faults", {"rules": list(rules)})

    def control(self, name: str, body: object) -> None:
        """Ask the sandbox of `--sandbox` for something that WeChat would not offer."""
        answer = self._world("POST", name, body)
        assert "error" not in answer, answer

    def report(self) -> dict[str, Any]:
        """Give what the sandbox of `--sandbox` received."""
        return self._world("GET", "report", None)

    def edit_draft(self, appid: str, *, older: int = 0, **fields: object) -> None:
        """Change the first article of the newest draft, or of one so many places `older`, as a person would."""
        world = open_world(self.root / ".massctl" / "sandbox", real_now=lambda: NOON)
        try:
            with httpx.Client(
                transport=httpx.WSGITransport(world.app), base_url="http://127.0.0.1/cgi-bin/"
            ) as client:
                grant = {
                    "grant_type": "client_credential",
                    "appid": appid,
                    "secret": world.ensure_account(appid),
                }
                token = {
                    "access_token": client.post("stable_token", json=grant).json()["access_token"]
                }
                listed = client.post(
                    "draft/batchget", params=token, json={"offset": older, "count": 1}
                ).json()
                (draft,) = listed["item"]
                first = draft["content"]["news_item"][0]
                written = {
                    key: each(first[key]) if callable(each) else each
                    for key, each in fields.items()
                }
                changed = {**first, **written}
                body = {"media_id": draft["media_id"], "index": 0, "articles": changed}
                answer = client.post("draft/update", params=token, json=body).json()
                assert answer["errcode"] == 0, answer
        finally:
            world.close()

    def _world(self, verb: str, name: str, body: Any) -> dict[str, Any]:
        world = open_world(self.root / ".massctl" / "sandbox", real_now=lambda: NOON)
        try:
            with httpx.Client(
                transport=httpx.WSGITransport(world.app), base_url="http://127.0.0.1"
            ) as client:
                return dict(client.request(verb, f"/_sandbox/{name}", json=body).json())
        finally:
            world.close()


def lost(path: str, do: str = "answer_lost", **more: Any) -> dict[str, Any]:
    """Make a fault rule for a path below /cgi-bin/."""
    return {"path": f"/cgi-bin/{path}", "do": do, **more}


SENDALL = "message/mass/sendall"


def sent_letter(shell: Shell) -> Shell:
    """Send a news campaign to every follower, and learn that they have it."""
    shell.tree.settings(language="en")
    shell.tree.news("letter", body="今天风大。\n")
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
    shell.set_time(NOON + timedelta(minutes=10))
    assert 0 == shell("status", "--sandbox").status
    return shell
