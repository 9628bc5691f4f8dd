"""A long list of articles is shortened while it arrives: in little memory, and what is kept stays as it was."""

import gzip
import json
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.apply.ports import Counted
from massctl.model.statistics import StatisticsCall
from massctl.wechat import article_list
from massctl.wechat.article_list import ArticleSieve
from massctl.wechat.client import WeChatClient
from massctl.wechat.token import Grant

DAY = date(2026, 11, 2)
SEEN = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
ROWS = 40_000
OURS = {"7", "39999"}


def article(number: int, **more: Any) -> dict[str, Any]:
    sources = [
        {"user_count": 3, "scene_desc": f"{brace}来源"} for brace in ("}", "{", '"', "\\", "]")
    ]
    detail = {"stat_date": "2026-11-02", "read_user": number, "read_user_source": sources}
    about = {"ref_date": "2026-11-02", "msgid": f"{number}_1", "publish_type": 1}
    return about | {"title": 'a "title"}', "detail_list": [detail | {"like_user": 1}]} | more


def passed(body: bytes, known: set[str], size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(ArticleSieve(known).pass_on(pieces))


@given(
    st.lists(st.sampled_from([article(1), article(2), article(3, publish_type=0), {}, {"a": {}}])),
    st.integers(1, 40),
    st.sampled_from([None, 0, 2]),
)
def test_what_is_kept_is_the_same_however_the_answer_is_cut(
    rows: list[dict[str, Any]], size: int, indent: int | None
):
    answer = {"before": {"list": 1}, "list": rows, "is_delay": False, "after": [{"b": []}, {}]}
    body = json.dumps(answer, indent=indent, ensure_ascii=False).encode()
    assert json.loads(passed(body, {"1"}, size)) == answer
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(article_list, "UNKNOWN_MAX", 0)
        kept = [row for row in rows if row.get("msgid") == "1_1"]
        assert json.loads(passed(body, {"1"}, size)) == answer | {"list": kept}


@pytest.mark.parametrize(
    "body",
    [
        b'<html>"{',
        b'{"list":[{"msgid":"1_1"',
        b'{"list":[{"msgid":"1_1"} {"msgid":"2_1"}]}',
        b'{"list":[]} "rest',
        b'{"errcode":61503,"errmsg":"{"}',
        b"\xff\x00",
        b"",
    ],
)
def test_what_is_no_list_passes_as_it_is(body: bytes):
    assert passed(body, set(), 3) == body


def test_behind_an_article_of_a_megabyte_everything_passes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(article_list, "ARTICLE_BYTES_MAX", 500)
    monkeypatch.setattr(article_list, "UNKNOWN_MAX", 0)
    answer = {"list": [article(1), article(2, title="长" * 400), article(3)]}
    kept = json.loads(passed(json.dumps(answer).encode(), set(), 50))["list"]
    assert kept == answer["list"][1:]


class Bulk(BaseHTTPRequestHandler):
    """Answers with 40,000 articles, piece by piece."""

    is_packed = False

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        if self.is_packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with gzip.open(self.wfile, "wb", 1) if self.is_packed else nullcontext(self.wfile) as out:
            for piece in pieces():
                out.write(piece)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class PackedBulk(Bulk):
    is_packed = True


def pieces() -> Iterator[bytes]:
    yield b'{"is_delay": false, "list": ['
    template = json.dumps(article(0, content_url="u" * 300))
    for first in range(0, ROWS, 1_000):
        rows = (template.replace("0_1", f"{first + each}_1", 1) for each in range(1_000))
        yield ("," * bool(first) + ",".join(rows)).encode()
    yield b"]}"


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), request.param)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()


def counted(address: str, known: set[str]) -> Counted:
    credential = lambda _: Grant("token", 7200)  # noqa: E731
    with WeChatClient.open(
        "wx0123456789abcdef", credential, address, sleep=lambda _: None
    ) as client:
        return client.statistics(StatisticsCall.ARTICLES, DAY, DAY, SEEN, known)


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.parametrize("server", [Bulk, PackedBulk], indirect=True)
def test_forty_thousand_articles_are_read_in_bounded_memory(server: str):
    tracemalloc.start()
    try:
        found = counted(server, OURS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    msgids = [row.msgid for row in found.articles]
    assert {f"{each}_1" for each in OURS} <= set(msgids)
    assert len(msgids) == article_list.UNKNOWN_MAX + len(OURS)
    assert peak < 24 * 1024 * 1024
