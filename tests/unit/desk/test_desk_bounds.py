"""What the desk may never do: each line of the threat model."""

import ast
import os
import re
import sys
from pathlib import Path

import pytest
from werkzeug.test import Client

import massctl
from massctl.cli.commands.desk import begin_again_without_secrets
from massctl.desk.api import NoSuchThingError
from massctl.desk.app import COOKIE, DeskApp
from massctl.desk.verbs import ALLOWED, Verbs
from massctl.model.phrase import Phrase
from massctl.serve.page_cache import Broadcaster
from massctl.view.i18n import Language
from massctl.view.pages.markup import Sheet

KEY = "a-key-of-this-desk"
SECRET = "s3cret-of-wechat"


class _Cache:
    """The pages of no repository."""

    def sheet(self) -> Sheet:
        return Sheet(Language.EN, {})

    def missing_page(self) -> str:
        return str(Phrase("nothing"))

    list_page = themes_page = calendar_page = report_page = missing_page


class _Api:
    """Notes what it is asked, and knows one letter."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def has(self, letter: str) -> bool:
        return letter == "greeting"

    def answer(self, method: str, parts: list[str], request: object) -> dict[str, str]:
        self.asked.append((method, *parts))
        if parts[-1] == "nothing":
            raise NoSuchThingError
        return {}


@pytest.fixture
def api() -> _Api:
    return _Api()


@pytest.fixture
def desk(api: _Api) -> Client:
    app = DeskApp(_Cache(), Broadcaster(), api, KEY)  # type: ignore[arg-type]
    return Client(app)


def seated(desk: Client) -> Client:
    desk.set_cookie(COOKIE, KEY)
    return desk


def test_who_has_no_key_sees_and_writes_nothing(desk: Client, api: _Api) -> None:
    for path in ("/", "/-/desk/greeting", "/-/desk/desk.js", "/-/api/letters", "/greeting"):
        assert desk.get(path).status_code == 403
    assert desk.get("/?key=wrong").status_code == 403
    desk.set_cookie(COOKIE, "wrong")
    assert desk.put("/-/api/letters/greeting/files/a.md", json={}).status_code == 403
    assert api.asked == []


def test_the_printed_address_gives_a_cookie_that_no_script_and_no_other_site_has(
    desk: Client,
) -> None:
    answer = desk.get(f"/?key={KEY}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_neither_writes_nor_reads(
    desk: Client, api: _Api, headers: dict[str, str]
) -> None:
    assert seated(desk).post("/-/api/letters", json={}, headers=headers).status_code == 403
    assert seated(desk).get("/-/api/letters", headers=headers).status_code == 403
    assert api.asked == []


def test_nobody_shows_the_desk_in_a_frame_and_it_runs_its_own_script_alone(desk: Client) -> None:
    policy = seated(desk).get("/-/desk/greeting").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy


def test_what_is_nowhere_is_said_to_be(desk: Client) -> None:
    assert seated(desk).get("/-/api/nothing").status_code == 404
    assert seated(desk).get("/-/desk/none").status_code == 404
    assert seated(desk).post("/-/desk/greeting").status_code == 405


@pytest.mark.parametrize("verb", ["apply", "preview", "run", "withdraw", "ci", "state", "audience"])
def test_no_verb_that_acts_is_run(verb: str, tmp_path: Path) -> None:
    assert verb not in ALLOWED
    with pytest.raises(ValueError, match=verb):
        Verbs(tmp_path, {}).run(verb)


def test_a_verb_inherits_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nenv > {seen}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    Verbs(tmp_path, {"PATH": os.environ["PATH"], "WECHAT_MAIN_SECRET": SECRET}).run("validate")
    assert "PATH=" in seen.read_text(encoding="utf-8")
    assert SECRET not in seen.read_text(encoding="utf-8")


def test_the_desk_begins_again_without_what_it_does_not_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execve", lambda *given: begun.append(given[2]))
    needed = {"PATH": "/bin", "HOME": "/home/lin", "SSH_AUTH_SOCK": "/run/agent", "LANG": "zh_CN"}
    secrets = ("WECHAT_MAIN_SECRET", "MASSCTL_SNAPSHOT_KEY", "GITHUB_TOKEN", "DATABASE_URL", "X")
    monkeypatch.setattr(os, "environ", {**needed, **dict.fromkeys(secrets, SECRET)})
    begin_again_without_secrets()
    (given,) = begun
    assert given.items() >= needed.items()
    assert SECRET not in given.values()
    # It begins once: what a library adds afterwards is no reason to begin for ever.
    for environment in (needed, {**given, "ADDED": "by a library"}):
        monkeypatch.setattr(os, "environ", environment)
        begin_again_without_secrets()
    assert begun == [given]


def test_the_session_of_the_keychain_is_still_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execve", lambda *given: begun.append(given[2]))
    session = {
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1000/bus",
        "XDG_RUNTIME_DIR": "/run/user/1000",
        "XDG_CURRENT_DESKTOP": "KDE",
        "SYSTEMROOT": "C:\\Windows",
    }
    monkeypatch.setattr(os, "environ", {**session, "GH_TOKEN": SECRET, "GITLAB_TOKEN": SECRET})
    begin_again_without_secrets()
    assert begun[0].items() >= session.items()
    assert SECRET not in begun[0].values()


def test_no_forge_is_asked_for_a_merge() -> None:
    folder = Path(massctl.__file__).parent / "forge"
    for path in folder.glob("*.py"):
        assert not re.search(r"/merge\b(?!_)", path.read_text(encoding="utf-8")), path


def test_the_desk_imports_nothing_that_speaks_to_wechat() -> None:
    folder = Path(massctl.__file__).parent / "desk"
    imported = {
        node.module or ""
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    for room in ("wechat", "apply", "notify", "transport", "sandbox", "audience"):
        assert not [each for each in imported if each.startswith(f"massctl.{room}")]


def test_a_letter_of_scripts_is_text_in_the_page() -> None:
    from massctl.view.pages.desk_page import letter_page

    page = letter_page("<script>alert(1)</script>", Sheet(Language.ZH, {}))  # type: ignore[arg-type]
    assert "<script>alert" not in page
