"""Whatever a page sends, its answer is JSON with words."""

import errno
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from repositories import Tree
from werkzeug.test import Client

from massctl.desk.api import Api
from massctl.desk.app import BODY_BYTES_MAX, COOKIE, DeskApp
from massctl.desk.journal import Journal
from massctl.desk.working_copy import WorkingCopy
from massctl.model.ids import CampaignName
from massctl.serve.page_cache import Broadcaster
from massctl.source.groups import CampaignFolders
from massctl.source.repository import Repository
from massctl.view.i18n import Language
from massctl.view.pages.markup import Sheet

NOW = datetime(2026, 12, 2, tzinfo=UTC)
LETTER = CampaignName("greeting")
YAML = f"campaigns/{LETTER}/campaign.yaml"
WRITTEN = """version: 1
title: 问候
mpnews:
  articles:
    - {title: 一, content: a.md, cover: a.jpg}
    - {title: 二, content: b.md, cover: a.jpg}
"""


class _Cache:
    """The letters of a folder; no page of them is drawn."""

    def __init__(self, folders: CampaignFolders) -> None:
        self.folders = folders

    def sheet(self) -> Sheet:
        return Sheet(Language.EN, {})

    def audiences_page(self) -> str:
        return ""

    list_page = themes_page = calendar_page = report_page = missing_page = audiences_page

    def changed(self, paths: list[str]) -> None:
        pass


class Desk:
    """A desk whose requests are made here."""

    def __init__(self, root: Path) -> None:
        tree = Tree(root)
        tree.settings()
        tree.write(YAML, WRITTEN)
        folders = Repository(root).campaign_folders
        journal = Journal(root / ".massctl/desk/journal")
        self.file = root / YAML
        self.copy = WorkingCopy(root, journal, lambda: NOW, lambda: folders)
        cache: Any = _Cache(folders)
        api = Api(cache, self.copy, None, None, None)  # type: ignore[arg-type]
        self.client = Client(DeskApp(cache, Broadcaster(), api, "key"))
        self.client.set_cookie(COOKIE, "key")

    def put(self, what: str, body: object) -> tuple[int, dict[str, Any]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.client.put(f"/-/api/letters/{LETTER}/{what}", data=data)
        assert answer.content_type == "application/json"
        return answer.status_code, json.loads(answer.data)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "letters")


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("files/a.md", {"text": "half \ud800", "base": ""}),
        ("files/a.md", {"text": 5, "base": ""}),
        ("files/a.md", {"text": "", "base": "", "sent": 5}),
        ("files/a.md", b"["),
        ("files/a.md", []),
        ("fields", {}),
        ("fields", {"changes": [{"keys": ["title"], "value": 5}]}),
        ("fields", {"changes": [{"keys": ["audience", "tag_id"], "value": 102}]}),
        ("fields", {"changes": [{"keys": [["title"]], "value": "x"}]}),
        ("articles", {"order": ["1", "0"]}),
        ("articles", {"order": [0, 1, None]}),
        ("articles", {"order": [{"title": 5}]}),
        ("articles", {"order": [0, 7]}),
    ],
)
def test_what_has_another_form_is_refused_in_words(desk: Desk, what: str, body: object) -> None:
    status, told = desk.put(what, body)
    assert status == 422
    assert told["error"]["summary"]
    assert told["error"]["detail"]
    assert desk.file.read_text(encoding="utf-8") == WRITTEN


def test_what_has_the_form_is_written(desk: Desk) -> None:
    assert desk.put("fields", {"changes": [{"keys": ["title"], "value": "再会"}]})[0] == 200
    assert desk.put("articles", {"order": [1, 0, {"title": "三"}]})[0] == 200
    found = desk.file.read_text(encoding="utf-8")
    assert "再会" in found
    assert found.index("b.md") < found.index("a.md") < found.index("三")


def test_a_body_over_the_limit_is_refused_in_words(desk: Desk) -> None:
    status, told = desk.put("files/a.md", b" " * (BODY_BYTES_MAX + 1))
    assert status == 413
    assert "32 MB" in told["error"]["summary"]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OSError(errno.ENOSPC, "full", "/home/lin/a.md"), 507, ("a.md", "make room")),
        (OSError(errno.ENAMETOOLONG, "long", b"/home/lin/a.md"), 507, ("a.md", "shorter name")),
        (OSError(errno.EPERM, "no"), 507, ("disk", "who may write")),
        (ZeroDivisionError("secret"), 500, ("bug", "log")),
    ],
)
def test_what_fails_says_what_happened_what_is_now_and_what_to_do(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    words: tuple[str, str],
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(WorkingCopy, "write", fail)
    found, told = desk.put("files/a.md", {"text": "x", "base": ""})
    assert found == status
    assert words[0] in told["error"]["summary"]
    assert "stays in this page" in told["error"]["detail"]
    assert words[1] in told["error"]["hint"]
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("version: 1\ntitle: [\n", 3, "cannot be read as YAML"),
        ("version: 1\ntitle: a\ntitle: b\n", 3, "written twice"),
        ("", 1, "empty"),
    ],
)
def test_a_form_that_cannot_write_a_faulty_file_says_its_fault_and_line(
    desk: Desk, text: str, line: int, words: str
) -> None:
    desk.file.write_text(text, encoding="utf-8")
    status, told = desk.put("fields", {"changes": [{"keys": ["title"], "value": "再会"}]})
    assert status == 422
    assert words in told["error"]["summary"]
    assert f"campaign.yaml:{line}:" in told["error"]["detail"]
    assert desk.file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("sign", ["\x7f", "\x85"])
def test_a_sign_that_no_yaml_holds_is_named(desk: Desk, sign: str) -> None:
    for what, body in (
        ("fields", {"changes": [{"keys": ["title"], "value": f"再{sign}会"}]}),
        ("articles", {"order": [0, 1, {"title": f"再{sign}会"}]}),
    ):
        status, told = desk.put(what, body)
        assert status == 422
        assert f"U+{ord(sign):04X}" in told["error"]["summary"]
    assert desk.file.read_text(encoding="utf-8") == WRITTEN
