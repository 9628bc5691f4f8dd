"""A real receiver counts what it is told of random ends: each once, none missing, and in their order.

Ends are learnt by polls, by events and by people; runs die before, behind and between their posts; a second run comes
in at the worst moments; the receiver is out of order now and then. Only what a run that died had posted may come twice.
"""

import contextlib
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cli_runner import Shell
from repositories import Tree
from told_once import Team, judge, play

from massctl.cli import channels, notifications
from massctl.cli.embedded_sandbox import Embedded
from massctl.transport import Line

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


class Receiver:
    """A web server that keeps the notices that it was posted."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.refuses = 0
        """So many posts are answered with 500 from now on."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = 200
                if receiver.refuses:
                    receiver.refuses -= 1
                    status = 500
                else:
                    receiver.heard += body["body"]["notices"]
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


class Killed(BaseException):
    """The process is gone: nothing that it would have done later is done."""


class InProcess(Team):
    """A shell in which runs die and meet another one at the worst moments."""

    def __init__(self, shell: Shell, receiver: Receiver, seed: int) -> None:
        super().__init__(seed)
        self.shell, self.receiver = shell, receiver
        self._hears_events = True
        self._dies: str | None = None
        self._other: str | None = None
        self._posts = notifications._posted
        self._records = notifications._record
        patch = shell.monkeypatch.setattr
        patch(channels, "_sandbox_base", lambda _: receiver.address)
        patch(channels._Lines, "to", lambda lines, _: self._line(lines))
        patch(notifications, "_record", self._recording)
        patch(notifications, "_posted", self._posting)
        told_by = Embedded.untold_events
        patch(
            Embedded,
            "untold_events",
            lambda world, state: told_by(world, state) if self._hears_events else [],
        )

    def _line(self, lines: Any) -> Line:
        found: Line = lines._by_proxy.setdefault(None, Line(None, None))
        return found

    def _recording(self, session: Any, state: Any, outcomes: Any) -> Any:
        if self._dies == "for good":
            raise Killed
        if outcomes and outcomes[0][1] == "begun":
            self._second("before")
        found = self._records(session, state, outcomes)
        if outcomes and outcomes[0][1] == "begun":
            self._die("begun")
        return found

    def _posting(self, session: Any, messages: Any) -> Any:
        self._second("between")
        before = len(self.receiver.heard)
        taken = list(self._posts(session, messages))
        if self._dies == "posted":
            self.may_repeat.update(each["key"] for each in self.receiver.heard[before:])
        self._die("posted")
        return taken

    def _die(self, where: str) -> None:
        if self._dies == where:
            self._dies = "for good"
            raise Killed

    def _second(self, where: str) -> None:
        """Let another run do everything that it does, in the middle of this one."""
        if self._other == where:
            self._other = None
            self.shell("status", "--sandbox")

    def run(self, *arguments: str) -> None:
        self._dies = self.choose.choice([None, None, None, "begun", "posted"])
        self._other = self.choose.choice([None, None, "before", "between"])
        self.receiver.refuses = self.choose.choice([0, 0, 0, 1])
        with contextlib.suppress(Killed):
            self.shell(*arguments, "--sandbox")
        self.calm()

    def calm(self) -> None:
        """Disturb nothing from now on."""
        self._dies = self._other = None
        self.receiver.refuses = 0

    def calm_run(self, *arguments: str) -> None:
        self.shell(*arguments, "--sandbox")

    def pass_(self, **span: int) -> None:
        if seconds := timedelta(**span).total_seconds():
            self.shell.control("advance", {"seconds": seconds})

    def control(self, name: str, body: object) -> None:
        self.shell.control(name, body)

    def trees(self) -> list[Tree]:
        return [self.shell.tree]

    def poll(self) -> None:
        self._hears_events = False
        self.run("status")
        self._hears_events = True

    def hear_event(self) -> None:
        event = self.shell.report()["events"][-1]
        self.shell.tree.write("event.xml", event["xml"])
        self.run("record-event", "event.xml")


@pytest.fixture
def team(shell: Shell, receiver: Receiver, request: pytest.FixtureRequest) -> InProcess:
    shell.tree.settings(in_doubt="stop", state="notify:\n  - webhook_env: HOOK\n")
    shell.tree.text("first", content="开账。")
    shell("state", "init", "--sandbox")
    return InProcess(shell, receiver, request.param)


@pytest.mark.parametrize("team", range(1, 4), indirect=True)
def test_a_few_random_ends_are_each_told_once(team: InProcess) -> None:
    play(team, 2)
    judge(team, team.receiver.heard)


@pytest.mark.night
@pytest.mark.parametrize("team", range(100, 120), indirect=True)
def test_two_hundred_random_ends_are_each_told_once(team: InProcess) -> None:
    """Ten in each of twenty worlds."""
    play(team, 10)
    judge(team, team.receiver.heard)
