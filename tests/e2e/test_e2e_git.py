"""A ledger in git: processes die at each push, two runners meet, tokens travel over http; followers get it once."""

import base64
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from gits import ENVIRONMENT, clone_of, git, remote_at
from operating import BREAKING, NIGHTLY
from processes import PATIENCE_SECONDS, Desk, Gate, Wechat, ended, killed
from repositories import Tree

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

IN_GIT: Final = "state:\n  backend: git\n{lineage}"
GIT: Final = shutil.which("git") or "/usr/bin/git"
TOKEN: Final = "ghs_0123456789abcdefghijklmnopqrstuvwxyz"


def desk_in(clone: Path, wechat: Wechat, lineage: str = "", **variables: str) -> Desk:
    """Sit down in a clone; its campaigns are sent by name."""
    tree = Tree(clone)
    tree.settings(
        policy="  in_doubt_wait: 0   # 只有本机可以这么快\n", state=IN_GIT.format(lineage=lineage)
    )
    tree.text("notice")
    tree.news("letter", more="preview:\n  towxname: [editor_lin]\n")
    address = f"http://127.0.0.1:{wechat.port}"
    return Desk(
        tree,
        {
            "MASSCTL_API_BASE": address,
            "WECHAT_MAIN_SECRET": wechat.secret,
            **ENVIRONMENT,
            **variables,
        },
    )


def begun(remote: Path, folder: Path, wechat: Wechat) -> tuple[Desk, str]:
    """Begin the ledger from a first clone; gives its line of massctl.yaml."""
    first = desk_in(clone_of(remote, folder / "one"), wechat)
    said = first.massctl("state", "init")
    assert 0 == said.status, said.err
    (line,) = [each for each in first.tree.read("massctl.yaml").splitlines() if "lineage" in each]
    return first, f"{line}\n"


def judged(desk: Desk, wechat: Wechat) -> None:
    """One job, and a ledger that verifies and has no open attempt."""
    assert 1 == len(wechat.jobs())
    verified = desk.massctl("state", "verify")
    assert 0 == verified.status, verified
    assert "in doubt" not in desk.massctl("state", "show").out


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_each_push_in_turn(wechat: Wechat, tmp_path: Path, when: str):
    """The next run is another machine's: it has the branch, and nothing else."""
    name = "letter" if NIGHTLY else "notice"
    for number in count(1):
        wechat.reset()
        folder = tmp_path / str(number)
        first, lineage = begun(remote_at(folder / "remote.git"), folder, wechat)
        breaking = {
            "PATH": f"{BREAKING}:{os.environ['PATH']}",
            "BREAK_GIT": GIT,
            "BREAK_COUNT": str(folder / "pushes"),
            "BREAK_PUSH": str(number),
            "BREAK_WHEN": when,
        }
        done = Desk(first.tree, {**first.variables, **breaking}).apply(name)
        if done.status != -9:
            assert 0 == done.status, done
            break
        other = desk_in(
            clone_of(folder / "remote.git", folder / "two", "--depth=1"), wechat, lineage
        )
        wechat.later()
        statuses = [other.apply(name).status, other.apply(name).status]
        assert 0 == statuses[-1], (number, statuses)
        judged(other, wechat)
    assert number > 2, "a send makes more pushes than that"


@pytest.mark.night
def test_two_runners_at_once_send_once(wechat: Wechat, tmp_path: Path):
    remote = remote_at(tmp_path / "remote.git")
    first, lineage = begun(remote, tmp_path, wechat)
    desks = [
        first,
        *(desk_in(clone_of(remote, tmp_path / name), wechat, lineage) for name in ("two", "three")),
    ]
    runs = [desk.start("apply", "notice", "letter", "--yes", "--format", "json") for desk in desks]
    done = [ended(run) for run in runs]
    assert {each.status for each in done} <= {0, 4, 5}, done
    assert not any("Traceback" in each.err for each in done)
    for _ in range(2):
        wechat.later()
        last = first.apply("notice", "letter")
    assert 0 == last.status, last
    assert 2 == len(wechat.jobs())
    assert 2 == len({job["clientmsgid"] for job in wechat.jobs()})
    assert 0 == first.massctl("state", "verify").status


def test_an_attempt_is_on_the_remote_before_its_request(gate: Gate, tmp_path: Path):
    remote = remote_at(tmp_path / "remote.git")
    first, _ = begun(remote, tmp_path, gate.target)
    desk = Desk(
        first.tree, {**first.variables, "MASSCTL_API_BASE": f"http://127.0.0.1:{gate.port}"}
    )
    gate.hold(path="/cgi-bin/message/mass/sendall")
    run = desk.start("apply", "notice", "--yes")
    assert gate.was_reached(run)
    last = git(remote, "show", "massctl-state:massctl.state.jsonl").splitlines()[-1]
    killed(run)
    gate.release(dropped=True)
    assert '"type":"send_attempted"' in last


class _Server(BaseHTTPRequestHandler):
    """git's own server over http, behind a token."""

    root: Path
    seen: list[str]

    def _serve(self) -> None:
        said = self.headers.get("Authorization", "")
        self.seen.append(said)
        if said != "basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        environment = {
            **ENVIRONMENT,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_USER": "x",
        }
        done = subprocess.run(
            [GIT, "http-backend"], env=environment, input=body, capture_output=True, check=True
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        self.send_response(
            int(next((value[:3] for name, value in fields if name == "Status"), "200"))
        )
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = _serve  # noqa: N815 - the names that http.server looks for
    do_POST = _serve  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Keep silent."""


@contextmanager
def over_http(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve the repositories of a folder; gives the address, and what callers sent as Authorization."""
    seen: list[str] = []
    handler: Any = type("Handler", (_Server,), {"root": root, "seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        thread.join(PATIENCE_SECONDS)
        server.server_close()


@pytest.mark.night
@pytest.mark.parametrize(
    "left_by",
    ["actions/checkout", "state.token_env", pytest.param("nobody", marks=pytest.mark.night)],
)
def test_a_token_over_http(wechat: Wechat, tmp_path: Path, left_by: str):
    remote = remote_at(tmp_path / "remote.git")
    git(remote, "config", "http.receivepack", "true")
    clone = clone_of(remote, tmp_path / "clone")
    with over_http(tmp_path) as (address, seen):
        git(clone, "remote", "set-url", "origin", f"{address}/remote.git")
        basic = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        desk = desk_in(clone, wechat)
        if left_by == "actions/checkout":
            git(clone, "config", f"http.{address}/.extraheader", f"AUTHORIZATION: basic {basic}")
        if left_by == "state.token_env":
            # The one that expired is still there, and would be refused beside the other.
            git(clone, "config", f"http.{address}/.extraheader", "AUTHORIZATION: basic b2xk")
            settings = desk.tree.read("massctl.yaml") + "  token_env: OUR_TOKEN\n"
            desk.tree.write("massctl.yaml", settings)
            desk = Desk(desk.tree, {**desk.variables, "OUR_TOKEN": TOKEN})
        said = desk.massctl("state", "init")
        if left_by != "nobody":
            assert 0 == said.status, said.err
            assert 0 == desk.apply("notice").status
    assert len(wechat.jobs()) == (left_by != "nobody")
    if left_by == "nobody":
        assert (5, True) == (said.status, "state.token_env" in said.err), said
    told = (
        said.out
        + said.err
        + "".join(
            path.read_text(encoding="utf-8", errors="replace")
            for path in (clone / ".massctl").rglob("*")
            if path.is_file() and "objects" not in path.parts
        )
    )
    assert (TOKEN in told, basic in told) == (False, False)
    assert all(each.count("basic") <= 1 for each in seen)
