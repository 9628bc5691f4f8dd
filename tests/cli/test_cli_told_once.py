"""A real receiver counts what it is told of random ends: each once, none missing, and in their order.

Ends are learnt by polls, by events and by people; runs die before, behind and between their posts; a second run comes
in at the worst moments; the receiver is out of order now and then. Only what a run that died had posted may come twice.
"""

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cli_runner import SENDALL, Shell, lost
from repositories import APPID

from massctl.cli import channels, notifications
from massctl.cli.embedded_sandbox import Embedded
from massctl.transport import Line

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

EVENTS = ["accepted", "ended", "failed", "details", "in_doubt", "settled", "withdrawn"]


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


class Team:
    """People, runners and a receiver."""

    def __init__(self, shell: Shell, receiver: Receiver, seed: int) -> None:
        self.shell, self.receiver, self.choose = shell, receiver, random.Random(seed)
        self.expected: Counter[tuple[str, str]] = Counter()
        self.may_repeat: Counter[str] = Counter()
        """Key -> how often it was posted by a run that died before it could say so."""
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

    def run(self, *arguments: str) -> int | None:
        """Type a command, which may die at a random place of its telling, or meet another run."""
        self._dies = self.choose.choice([None, None, None, "begun", "posted"])
        self._other = self.choose.choice([None, None, "before", "between"])
        self.receiver.refuses = self.choose.choice([0, 0, 0, 1])
        try:
            return self.shell(*arguments, "--sandbox").status
        except Killed:
            return None
        finally:
            self._dies = self._other = None

    def pass_(self, **span: int) -> None:
        if seconds := timedelta(**span).total_seconds():
            self.shell.control("advance", {"seconds": seconds})

    def settle_down(self) -> None:
        """Run often enough, undisturbed, for everything to be told."""
        self._dies = self._other = None
        self.receiver.refuses = 0
        for _ in range(3):
            self.pass_(minutes=20)
            self.shell("status", "--sandbox")

    def expect(self, name: str, *events: str) -> None:
        self.expected.update((name, each) for each in events)

    def learn(self, name: str) -> None:
        """Learn the end of a job by a poll, by its event, or by both in either order."""
        ways = self.choose.choice([["poll"], ["event"], ["poll", "event"], ["event", "event"]])
        if ways == ["poll"]:
            ways = ["both"]
        for way in ways:
            self._hears_events = way != "poll"
            if way == "event":
                event = self.shell.report()["events"][-1]
                self.shell.tree.write("event.xml", event["xml"])
                self.run("record-event", "event.xml")
            else:
                self.run("status")
            self.pass_(minutes=self.choose.choice([0, 1, 6]))
        self._hears_events = True


def ended_well(team: Team, name: str) -> None:
    team.run("apply", name, "--yes")
    team.pass_(minutes=10)
    team.learn(name)
    team.expect(name, "accepted", "ended")


def ended_badly(team: Team, name: str) -> None:
    team.shell.control("ending", {"appid": APPID, "status": "err(30003)"})
    team.run("apply", name, "--yes")
    team.pass_(minutes=10)
    team.learn(name)
    team.expect(name, "accepted", "failed")


def settled_by_hand(team: Team, name: str) -> None:
    team.shell.faults(lost(SENDALL))
    team.run("apply", name, "--yes")
    team.shell.faults()
    team.settle_down()
    way = team.choose.choice(["--sent", "--not-sent"])
    team.pass_(minutes=6)
    team.run("reconcile", name, way, "--reason", "looked")
    team.expect(name, "in_doubt", "settled")


def withdrawn(team: Team, name: str) -> None:
    ended_well(team, name)
    team.run("withdraw", name, "--all", "--yes")
    team.expect(name, "withdrawn")


ENDS: list[Callable[[Team, str], None]] = [ended_well, ended_badly, settled_by_hand, withdrawn]


def play(team: Team, ends: int) -> None:
    for number in range(ends):
        name = f"letter-{number}"
        end = team.choose.choice(ENDS)
        if end is withdrawn:
            team.shell.tree.news(name, title=name, body=f"第 {number} 封。\n")
        else:
            team.shell.tree.text(name, content=f"第 {number} 封。")
        end(team, name)
        team.settle_down()
        team.pass_(days=8)  # A service account sends four times a month.


def judge(team: Team) -> None:
    heard = Counter((each["campaign"], each["event"]) for each in team.receiver.heard)
    keys = Counter(each["key"] for each in team.receiver.heard)
    details = {key for key in heard if key[1] == "details"}
    assert set() == {each["event"] for each in team.receiver.heard} - {*EVENTS}
    assert set() == {*team.expected} - {*heard}, "missing"
    assert {*team.expected} == {*heard} - details, "what did not happen"
    assert Counter() == keys - team.may_repeat - Counter(dict.fromkeys(keys, 1)), "repeated"
    assert len({(each["campaign"], each["event"]) for each in team.receiver.heard}) == len(keys)
    for name in {name for name, _ in heard}:
        order = [each["event"] for each in team.receiver.heard if each["campaign"] == name]
        firsts = [*dict.fromkeys(order)]
        assert firsts == sorted(firsts, key=_ORDER.index), (name, order)


_ORDER = ["in_doubt", "accepted", "settled", "ended", "failed", "details", "withdrawn"]


@pytest.fixture
def team(shell: Shell, receiver: Receiver, request: pytest.FixtureRequest) -> Team:
    shell.tree.settings(in_doubt="stop", state="notify:\n  - webhook_env: HOOK\n")
    shell.tree.text("first", content="开账。")
    shell("state", "init", "--sandbox")
    return Team(shell, receiver, request.param)


@pytest.mark.parametrize("team", range(1, 4), indirect=True)
def test_a_few_random_ends_are_each_told_once(team: Team) -> None:
    play(team, 2)
    judge(team)


@pytest.mark.night
@pytest.mark.parametrize("team", range(100, 120), indirect=True)
def test_two_hundred_random_ends_are_each_told_once(team: Team) -> None:
    """Ten in each of twenty worlds."""
    play(team, 10)
    judge(team)
