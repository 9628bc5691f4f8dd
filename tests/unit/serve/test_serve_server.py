"""Who is answered, and with what: the WSGI application without a socket."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from audience_samples import EAST
from repositories import Tree
from test_serve_page_cache import served
from werkzeug.test import Client, TestResponse

from massctl.loopback import own_hosts_only
from massctl.serve.page_cache import Broadcaster, PageCache
from massctl.serve.server import WsgiApp

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@pytest.fixture
def broadcaster() -> Broadcaster:
    return Broadcaster()


@pytest.fixture
def client(tmp_path: Path, broadcaster: Broadcaster) -> Client:
    tree = Tree(tmp_path)
    tree.news("letter")
    tree.write("audiences/east.yaml", EAST)
    return Client(WsgiApp(PageCache(served(tree.root), broadcaster), broadcaster))


def asked(client: Client, path: str, host: str = "127.0.0.1:8901", **more: object) -> TestResponse:
    return client.get(path, base_url=f"http://{host}", **more)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/letter", "/-/report", "/-/report?sort=day-7&order=up"),
        *("/-/audiences", "/-/audiences/east"),
    ],
)
def test_pages_may_run_one_script_and_ask_nobody_else(client: Client, path: str):
    answer = asked(client, path)
    assert 200 == answer.status_code
    assert "text/html; charset=utf-8" == answer.content_type
    directives = dict(
        each.strip().split(" ", 1) for each in answer.headers["Content-Security-Policy"].split(";")
    )
    assert ("'none'", "'self'", "'self'") == tuple(
        directives[d] for d in ("default-src", "script-src", "connect-src")
    )
    assert "http" not in answer.headers["Content-Security-Policy"]
    assert "no-store" == answer.headers["Cache-Control"]
    assert "same-origin" == answer.headers["Cross-Origin-Resource-Policy"]


NOT_OURS = [
    "evil.example",
    "evil.example:8901",
    "127.0.0.1.evil.example",
    "192.168.1.7",
    "127.0.0.1:1",
    "127.0.0.1",
    "",
]


@pytest.mark.parametrize("host", NOT_OURS)
def test_another_name_for_this_machine_is_refused(host: str):
    """Also without a server before it: `massctl.loopback` puts this check around every app that it serves."""
    answer = Client(own_hosts_only(_reached)).get(
        "/letter", base_url="http://127.0.0.1:8901", headers={"Host": host}
    )
    assert (403, False) == (answer.status_code, "reached" in answer.text)


@pytest.mark.parametrize(
    "host", ["localhost:8901", "LOCALHOST:8901", "[::1]:8901", "127.0.0.1:8901", "a.example"]
)
def test_loopback_names_and_named_hosts_are_answered(host: str):
    client = Client(own_hosts_only(_reached, {"a.example"}))
    answer = client.get("/letter", base_url="http://127.0.0.1:8901", headers={"Host": host})
    assert (200, "reached") == (answer.status_code, answer.text)


def test_on_the_port_of_http_a_host_has_none():
    client = Client(own_hosts_only(_reached))
    assert [200, 200] == [
        client.get("/", base_url="http://127.0.0.1:80", headers={"Host": host}).status_code
        for host in ("127.0.0.1", "127.0.0.1:80")
    ]


def _reached(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    start_response("200 OK", [])
    return [b"reached"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_nothing_can_be_changed(client: Client, method: str):
    answer = getattr(client, method)("/letter", base_url="http://127.0.0.1")
    assert (405, "GET, HEAD") == (answer.status_code, answer.headers["Allow"])


@pytest.mark.parametrize(
    "path",
    [
        "/nobody",
        "/../massctl.yaml",
        "/massctl.yaml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/letter/campaign.yaml",
        "/-/file/../../massctl.yaml",
        "/-/file/" + "0" * 64 + ".png",
        "/-/",
        "/Letter",
        "/-/audiences/west",
        "/-/audiences/",
        "/-/audiences/../letter",
    ],
)
def test_no_other_address_gives_anything(client: Client, path: str):
    assert 404 == asked(client, path).status_code


def test_an_address_that_leads_nowhere_leads_to_all_campaigns(client: Client):
    answer = asked(client, "/no-such-letter")
    assert (404, "text/html; charset=utf-8") == (answer.status_code, answer.content_type)
    assert (
        "<h1>there is no such page</h1>" in answer.text,
        'class="home" href="/"' in answer.text,
    ) == (True, True)


def picture(client: Client) -> str:
    return "/-/file/" + asked(client, "/letter").text.partition("/-/file/")[2].partition('"')[0]


def test_a_picture_is_given_once_and_for_all(client: Client):
    answer = asked(client, picture(client))
    assert 200 == answer.status_code
    assert answer.content_type.startswith("image/")
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_part_of_a_file_is_given_to_players(client: Client):
    answer = asked(client, picture(client), headers={"Range": "bytes=0-3"})
    assert (206, 4) == (answer.status_code, len(answer.data))


@pytest.mark.parametrize("extension", ["html", "js", "svg", "css", "xml"])
def test_bytes_are_never_given_as_something_that_runs(client: Client, extension: str):
    address = picture(client).rpartition(".")[0] + "." + extension
    assert 404 == asked(client, address).status_code


def test_the_script_is_a_script(client: Client):
    answer = asked(client, "/-/live.js")
    assert "text/javascript; charset=utf-8" == answer.content_type
    assert "EventSource" in answer.text


def test_the_stream_tells_which_campaigns_changed_since(client: Client, broadcaster: Broadcaster):
    broadcaster.publish(frozenset({"early"}))
    broadcaster.publish(frozenset({"letter", "a"}))
    answer = asked(client, "/-/changes", headers={"Last-Event-ID": "1"}, buffered=False)
    stream = answer.iter_encoded()
    assert b"retry: 500\nid: 1\nevent: hello\ndata: []\n\n" == next(stream)
    assert b'id: 2\nevent: changed\ndata: ["a", "letter"]\n\n' == next(stream)
    assert "text/event-stream" in str(answer.content_type)
    answer.close()


def test_what_changed_before_the_page_listened_is_told_too(
    client: Client, broadcaster: Broadcaster
):
    heard = asked(client, "/letter").text.partition('data-heard="')[2].partition('"')[0]
    broadcaster.publish(frozenset({"letter"}))
    stream = asked(client, f"/-/changes?heard={heard}", buffered=False).iter_encoded()
    next(stream)
    assert b'data: ["letter"]' in next(stream)


def test_a_page_of_an_earlier_server_hears_of_the_next_change(
    client: Client, broadcaster: Broadcaster
):
    """It heard more than was ever published here: massctl was started again meanwhile."""
    broadcaster.publish(frozenset({"letter"}))
    stream = asked(
        client, "/-/changes", headers={"Last-Event-ID": "900"}, buffered=False
    ).iter_encoded()
    assert b"id: 1\n" in next(stream)
    broadcaster.publish(frozenset({"letter"}))
    assert b"id: 2\n" in next(stream)


def test_a_silent_stream_says_that_it_is_still_there(
    client: Client, broadcaster: Broadcaster, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("massctl.serve.server.SILENCE_SECONDS", 0.01)
    broadcaster.publish(frozenset({"before"}))
    stream = asked(client, "/-/changes", buffered=False).iter_encoded()
    assert b"id: 1\n" in next(stream)
    assert b": still here\n\n" == next(stream)


def test_a_send_that_did_not_go_out_has_no_page(client: Client):
    assert 404 == asked(client, "/-/report?send=letter&edition=1").status_code
