"""Random ends of sends, and what a receiver must have heard of them, whatever runs died meanwhile.

Ends are learnt by polls, by events and by people. Each is told once, none is missing, and they come in their order.
Only what a run posted that died may come twice.
"""

import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from repositories import APPID, Tree

EVENTS: Final = ("accepted", "ended", "failed", "details", "in_doubt", "settled", "withdrawn")
_ORDER: Final = ("in_doubt", "accepted", "settled", "ended", "failed", "details", "withdrawn")
_MAY_COME: Final = frozenset({"details", "in_doubt"})
"""Details come where an event follows a poll; a run that dies leaves a doubt, which another one may find first."""


_LOST: Final = {"path": "/cgi-bin/message/mass/sendall", "do": "answer_lost"}


class Team(ABC):
    """People, runners and a receiver."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)
        self.expected: set[tuple[str, str]] = set()
        """(campaign, event)."""
        self.may_repeat: Counter[str] = Counter()
        """Key -> how often it was posted by a run that died."""

    @abstractmethod
    def run(self, *arguments: str) -> None:
        """Type a command, which may die at a random place, or meet another run."""

    @abstractmethod
    def calm_run(self, *arguments: str) -> None:
        """Type a command that nothing disturbs."""

    @abstractmethod
    def pass_(self, **span: int) -> None:
        """Let time pass."""

    @abstractmethod
    def control(self, name: str, body: object) -> Any:
        """Ask the sandbox for what WeChat would not offer."""

    @abstractmethod
    def trees(self) -> Sequence[Tree]:
        """Return the repository of each machine."""

    @abstractmethod
    def hear_event(self) -> None:
        """Learn of the newest event of WeChat's."""

    @abstractmethod
    def poll(self) -> None:
        """Ask WeChat how sends ended."""

    def settle_down(self) -> None:
        """Run often enough, undisturbed, for everything to be told."""
        for _ in range(2):
            self.pass_(minutes=40)
            self.calm_run("status")

    def expect(self, name: str, *events: str) -> None:
        self.expected |= {(name, each) for each in events}

    def learn(self) -> None:
        """Learn the end of a job by a poll, by its event, or by both."""
        learns = {"poll": self.poll, "event": self.hear_event}
        ways = self.choose.choice([["poll"], ["event"], ["poll", "event"], ["event", "event"]])
        for way in ways:
            learns[way]()
            self.pass_(minutes=self.choose.choice([0, 1, 6]))


def ended_well(team: Team, name: str) -> None:
    team.run("apply", name, "--yes")
    team.pass_(minutes=10)
    team.learn()
    team.expect(name, "accepted", "ended")


def ended_badly(team: Team, name: str) -> None:
    team.control("ending", {"appid": APPID, "status": "err(30003)"})
    team.run("apply", name, "--yes")
    team.pass_(minutes=10)
    team.learn()
    team.expect(name, "accepted", "failed")


def settled_by_hand(team: Team, name: str) -> None:
    team.control("faults", {"rules": [_LOST]})
    team.calm_run(
        "apply", name, "--yes"
    )  # One that is repeated learns from WeChat that it was sent.
    team.control("faults", {"clear": True})
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
        for tree in team.trees():
            if end is withdrawn:
                tree.news(name, title=name, body=f"第 {number} 封。\n")
            else:
                tree.text(name, content=f"第 {number} 封。")
        end(team, name)
        team.settle_down()
        team.pass_(days=8)  # A service account sends four times a month.


def judge(team: Team, notices: Sequence[dict[str, Any]]) -> None:
    """Compare what was heard, oldest first, with what happened."""
    heard = {(each["campaign"], each["event"]) for each in notices}
    keys = Counter(each["key"] for each in notices)
    unexpected = heard - team.expected
    assert set() == {each["event"] for each in notices} - {*EVENTS}
    assert set() == team.expected - heard, "missing"
    assert set() == {each for each in unexpected if each[1] not in _MAY_COME}, "did not happen"
    assert Counter() == keys - team.may_repeat - Counter(dict.fromkeys(keys, 1)), "repeated"
    for name in {name for name, _ in heard}:
        firsts = [*dict.fromkeys(each["event"] for each in notices if each["campaign"] == name)]
        assert firsts == sorted(firsts, key=_ORDER.index), (name, firsts)
