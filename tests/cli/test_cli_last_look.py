"""What changes behind the last guard and before the request is written: nobody gets it unreviewed, or late."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from repositories import APPID, window

from massctl.sandbox.embedded import Sandbox, open_world

OPEN = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
BOUNDS = "  expect: {max: 1500}\n"
EVERYBODY = 900_000


def during(monkeypatch: pytest.MonkeyPatch, path: str, act: Callable[[Sandbox], object]) -> None:
    """Let something happen in the embedded world when it is first asked for `path`, before it answers."""
    left, begin = [act], Sandbox.__init__

    def begun(world: Any, *args: Any, **more: Any) -> None:
        begin(world, *args, **more)
        app = world.app

        def answer(environ: dict[str, Any], start: Any) -> Any:
            if environ["PATH_INFO"] == f"/cgi-bin/{path}" and left:
                left.pop()(world)
            return app(environ, start)

        world.app = answer

    monkeypatch.setattr(Sandbox, "__init__", begun)


def grow(world: Sandbox) -> None:
    world.ensure_account(APPID, followers=EVERYBODY)


@pytest.fixture
def few(shell: Shell) -> Shell:
    """A shell whose account has 1,000 followers; its campaigns expect at most 1,500."""
    shell.tree.news("letter", more=BOUNDS + OPEN + "preview:\n  towxname: [editor_lin]\n")
    shell.control("accounts", {"appid": APPID, "followers": 1000})
    return shell


@pytest.mark.parametrize("path", ["draft/add", "message/mass/preview"])
def test_an_audience_that_grows_while_it_is_staged_is_refused(
    few: Shell, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    during(monkeypatch, path, grow)
    said = few("apply", "letter", "--sandbox", "--yes", "--format", "json")
    assert (5, []) == (said.status, few.report()["jobs"])
    assert ["audience_bounds"] == [
        each["guard"] for each in said.document["campaigns"][0]["refusals"]
    ]


def test_an_audience_that_grows_while_the_prompt_stands_open_is_refused(
    few: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answered(_: object, question: object) -> bool:
        few.control("accounts", {"appid": APPID, "followers": EVERYBODY})
        return True

    monkeypatch.setattr("massctl.cli.consent.AskOnTerminal.__call__", answered)
    assert (5, []) == (few("apply", "letter", "--sandbox", typed="").status, few.report()["jobs"])


def test_an_audience_that_grows_while_another_campaign_is_sent_is_refused(
    few: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    few.tree.text("a-first", more=OPEN)
    during(monkeypatch, SENDALL, grow)
    said = few("apply", "--sandbox", "--yes")
    assert (5, [EVERYBODY]) == (said.status, [job["total_count"] for job in few.report()["jobs"]])


class Served(ThreadingHTTPServer):
    """A world behind a socket, which closes each connection after its answer and says no date."""

    daemon_threads = True

    def __init__(self, world: Sandbox) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.http = httpx.Client(
            transport=httpx.WSGITransport(world.app), base_url="http://127.0.0.1"
        )


class _Answering(BaseHTTPRequestHandler):
    server: Served

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.http.request(
            self.command, self.path, content=body, headers=dict(self.headers)
        )
        self.send_response_only(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Keep silent."""


@contextmanager
def served(folder: Path) -> Iterator[tuple[Served, Sandbox]]:
    """Serve a world on loopback for as long as the block runs."""
    world = open_world(folder, real_now=lambda: NOON)
    world.ensure_account(APPID)
    server = Served(world)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server, world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        world.close()


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("closes", ["12:00:04", "12:00:06", "12:00:09"])
def test_a_request_whose_connection_outlasts_the_window_is_not_written(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closes: str
) -> None:
    """From the attempt on each connection takes five seconds: that for the audience's size, and that for the send."""
    connect, ledger, now = socket.create_connection, shell.root / "massctl.state.jsonl", [NOON]

    def slowly(*args: Any, **more: Any) -> socket.socket:
        if ledger.exists() and b'"send_attempted"' in ledger.read_bytes():
            now[0] += timedelta(seconds=5)
            shell.set_time(now[0])
        return connect(*args, **more)

    monkeypatch.setattr("socket.create_connection", slowly)
    shell.tree.text(
        "notice", more=window("2026-12-01T11:00:00+08:00", f"2026-12-01T{closes}+08:00")
    )
    with served(tmp_path / "world") as (server, world):
        address, secret = (
            f"http://127.0.0.1:{server.server_address[1]}",
            world.ensure_account(APPID),
        )
        shell.env(MASSCTL_API_BASE=address, WECHAT_MAIN_SECRET=secret)
        said = shell("apply", "--yes", "--format", "json")
        assert (5, []) == (said.status, world.report()["jobs"])
    assert ["expired"] == [each["guard"] for each in said.document["campaigns"][0]["refusals"]]


def test_an_edit_while_a_lost_answer_is_waited_for_is_not_repeated(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.tree.text("notice", content="今晚八点", more=OPEN)
    shell.faults(lost(SENDALL, "request_lost", times=1))
    during(monkeypatch, SENDALL, lambda _: shell.tree.text("notice", content="今晚九点", more=OPEN))
    said = shell("apply", "--sandbox", "--yes")
    assert (4, []) == (said.status, shell.report()["jobs"])
    assert "campaigns/notice/campaign.yaml was changed after this run read it" in said.out
    shell.tree.text("notice", content="今晚八点", more=OPEN)
    assert (0, 1) == (shell("apply", "--sandbox", "--yes").status, len(shell.report()["jobs"]))


@pytest.mark.parametrize("more", ["owner: somebody else\n", "oops: 1\n", None])
def test_an_account_file_that_changes_meanwhile_is_named(
    few: Shell, monkeypatch: pytest.MonkeyPatch, more: str | None
) -> None:
    """A team that looks into massctl.yaml would find nothing."""
    path = "accounts/east.yaml"
    east = "appid: wx00000000000000ea\nsecret_env: SECRET\nkind: service\n"
    few.tree.write(path, east)

    def change(_: Sandbox) -> None:
        if more is None:
            (few.root / path).unlink()
        else:
            few.tree.write(path, east + more)

    during(monkeypatch, "draft/add", change)
    said = few("apply", "letter", "--sandbox", "--yes", "--format", "json")
    refusals = said.document["campaigns"][0]["refusals"]
    told = {each["guard"]: each["message"] for each in refusals}
    assert told["sources_changed"].startswith(path)
