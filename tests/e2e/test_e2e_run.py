"""`massctl run` as a process beside a bare remote: merges, kills, a second runner, the brake, a lost network.

At night it is killed 500 times in a week of the sandbox's time; RUNNER_KILLS says another number. The same with each
boundary of a run, in thousands of stories: tests/simulation/test_leases.py.
"""

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from gits import ENVIRONMENT, clone_of, git, remote_at
from monitors import BEATS, monitor
from operating import NIGHTLY
from processes import PATIENCE_SECONDS, Desk, Gate, Wechat, ended, killed
from repositories import APPID, Tree, window
from said import Said

from massctl.ledger.codec import encode, follow
from massctl.ledger.git_ledger import restore_command
from massctl.ledger.signature import UNSIGNED
from massctl.model.entries import ImageUploaded, NewEntry
from massctl.model.phrase import BEIJING
from massctl.model.statistics import STATISTICS_BRANCH

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

DAYS: Final = 7 if NIGHTLY else 1
KILLS: Final = int(os.environ.get("RUNNER_KILLS", "504" if NIGHTLY else "4"))
ENDS: Final = [signal.SIGTERM, signal.SIGKILL] if NIGHTLY else [signal.SIGKILL]
POLICY: Final = "  in_doubt_wait: 0   # 只有本机可以这么快\n  branch: main\n  require_lock: true\n"
ALWAYS: Final = window("2020-01-01T00:00:00+08:00", "2099-01-01T00:00:00+08:00")
NOON: Final = 12
"""At night WeChat has not counted yesterday, and a machine that did not begin the ledger has to wait for that."""
STATE: Final = "massctl-state"
SENDALL: Final = "/cgi-bin/message/mass/sendall"


@dataclass
class Hub:
    """A remote, and a person who merges to it."""

    remote: Path
    author: Desk
    folder: Path
    wechat: Wechat
    offset: float = field(default=0)
    """By how much the sandbox's time is ahead."""

    @classmethod
    def begun(cls, folder: Path, wechat: Wechat) -> "Hub":
        remote = remote_at(folder / "remote.git")
        tree = Tree(clone_of(remote, folder / "author"))
        tree.settings(policy=POLICY, state="state:\n  backend: git\n")
        tree.write("campaigns/_shared/.gitkeep", "")
        variables = {
            "MASSCTL_API_BASE": wechat.address,
            "WECHAT_MAIN_SECRET": wechat.secret,
            **ENVIRONMENT,
        }
        hub = cls(remote, Desk(tree, variables), folder, wechat)
        hub.later((NOON - hub.now().astimezone(BEIJING).hour) % 24 * 3600)
        said = hub.author.massctl("state", "init")
        assert 0 == said.status, said
        hub.push()
        return hub

    def push(self) -> None:
        git(self.author.tree.root, "add", "-A")
        git(self.author.tree.root, "commit", "-qm", "merge", "--allow-empty")
        git(self.author.tree.root, "push", "-q", "origin", "HEAD:main")

    def merge(self, name: str, opens: str = ALWAYS) -> None:
        """Merge a locked campaign, news or words by turns."""
        if len(name) % 2:
            self.author.tree.text(name, content=name, more=opens)
        else:
            self.author.tree.news(name, title=name, more=opens)
        said = self.author.massctl("lock", name)
        assert 0 == said.status, said
        self.push()

    def machine(self, name: str = "machine", **variables: str) -> Desk:
        """Give a machine with a clone of its own, which is made when it is first asked for."""
        root = self.folder / name
        if not root.exists():
            clone_of(self.remote, root)
        desk = Desk.__new__(Desk)
        desk.tree, desk.variables = Tree.__new__(Tree), {**self.author.variables, **variables}
        desk.tree.root = root
        return desk

    def later(self, seconds: float) -> None:
        self.wechat.later(seconds)
        self.offset += seconds
        self.author.variables["MASSCTL_CLOCK_OFFSET"] = str(self.offset)

    def now(self) -> datetime:
        return datetime.fromisoformat(self.wechat.report()["now"])


@pytest.fixture
def hub(wechat: Wechat, tmp_path: Path) -> Hub:
    return Hub.begun(tmp_path, wechat)


def until(is_so: Callable[[], object], run: "subprocess.Popen[str] | None" = None) -> None:
    """Wait for something to become true while a runner is at work."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert run is None or run.poll() is None, ended(run)
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.05)


@contextmanager
def running(desk: Desk, log: Path) -> Iterator["subprocess.Popen[str]"]:
    """Let a runner make rounds; what it prints is in `log`."""
    with log.open("w", encoding="utf-8") as out:
        run = desk.start("run", "--every", "1", stdout=out)
        try:
            yield run
        finally:
            if run.poll() is None:
                run.kill()
            ended(run)


def stopped(run: "subprocess.Popen[str]") -> int:
    run.send_signal(signal.SIGTERM)
    return ended(run).status


def judged(hub: Hub, desk: Desk, count: int) -> None:
    """So many jobs, each once, and a ledger that verifies and has no open attempt."""
    jobs = hub.wechat.jobs()
    assert (count, count) == (len(jobs), len({job["clientmsgid"] for job in jobs}))
    assert 0 == desk.massctl("state", "verify").status
    assert "in doubt" not in desk.massctl("state", "show").out


def test_what_is_merged_is_sent_once(hub: Hub, tmp_path: Path):
    desk = hub.machine()
    with running(desk, tmp_path / "log") as run:
        hub.merge("first")
        until(lambda: len(hub.wechat.jobs()) == 1, run)
        hub.merge("second")
        until(lambda: len(hub.wechat.jobs()) == 2, run)
        until(lambda: (tmp_path / "log").read_text(encoding="utf-8").count("accepted it") == 2, run)
        assert stopped(run) in (0, 130)
    told = (tmp_path / "log").read_text(encoding="utf-8")
    assert [1, 1] == [
        told.count("first: WeChat accepted it"),
        told.count("second: WeChat accepted it"),
    ]
    judged(hub, desk, 2)


@pytest.mark.night
def test_a_second_runner_and_an_apply_beside_it_are_refused(hub: Hub, tmp_path: Path):
    assert 0 == hub.machine().massctl("run", "--once").status
    hub.merge("first")
    second = hub.machine("second").massctl("run", "--once")
    assert (5, True) == (second.status, "run --take-over" in second.err), second
    beside = hub.author.apply("--locked")
    (campaign,) = beside.document["campaigns"]
    assert (5, ["other_runner"]) == (
        beside.status,
        [each["guard"] for each in campaign["refusals"]],
    )
    assert [] == hub.wechat.jobs()
    assert 0 == hub.machine("second").massctl("run", "--once", "--take-over", "--yes").status
    assert 5 == hub.machine().massctl("run", "--once").status
    judged(hub, hub.machine("second"), 1)


@pytest.mark.night
def test_an_apply_in_the_folder_of_the_runner_is_the_runners(hub: Hub):
    """A campaign without a window is sent by name, on the machine that holds the lease."""
    desk = hub.machine()
    hub.merge("first", "")
    assert 0 == desk.massctl("run", "--once").status
    git(desk.tree.root, "pull", "-q")
    assert 0 == desk.apply("first", "--locked").status
    judged(hub, desk, 1)


@pytest.mark.night
def test_the_brake_and_its_end(hub: Hub, tmp_path: Path):
    desk, log = hub.machine(), tmp_path / "log"
    with running(desk, log) as run:
        until(lambda: "origin/main is at" in log.read_text(encoding="utf-8"), run)
        assert 0 == hub.author.massctl("stop", "--reason", "wait").status
        hub.merge("first")
        until(lambda: "first: not sent (kill_switch)" in log.read_text(encoding="utf-8"), run)
        assert [] == hub.wechat.jobs()
        assert 0 == hub.author.massctl("resume", "--yes").status
        until(lambda: "WeChat accepted it" in log.read_text(encoding="utf-8"), run)
        stopped(run)
    judged(hub, desk, 1)


@pytest.mark.night
def test_a_remote_that_goes_away_and_comes_back(hub: Hub, tmp_path: Path):
    desk, away = hub.machine(), hub.remote.with_name("away.git")
    log = tmp_path / "log"
    with running(desk, log) as run:
        until(lambda: "origin/main is at" in log.read_text(encoding="utf-8"), run)
        hub.merge("first")
        hub.remote.rename(away)
        until(lambda: "cannot be" in log.read_text(encoding="utf-8") or hub.wechat.jobs(), run)
        away.rename(hub.remote)
        until(lambda: "WeChat accepted it" in log.read_text(encoding="utf-8"), run)
        stopped(run)
    assert log.read_text(encoding="utf-8").count("cannot be fetched") <= 1
    judged(hub, desk, 1)


@pytest.mark.night
def test_statistics_that_hang_keep_no_send_waiting(hub: Hub, gate: Gate, tmp_path: Path):
    through, log = f"http://127.0.0.1:{gate.port}", tmp_path / "log"
    hub.merge("letter")
    assert 0 == hub.machine(MASSCTL_API_BASE=through).massctl("run", "--once").status
    # WeChat counts a day at eight of the next morning: a day later it may be night still.
    hub.later(2 * 86_400)
    gate.hold(path="/datacube/getbizsummary")
    with running(hub.machine(MASSCTL_API_BASE=through), log) as run:
        assert gate.was_reached(run)
        hub.merge("second")
        until(lambda: len(hub.wechat.jobs()) == 2, run)
        until(lambda: "second: WeChat accepted it" in log.read_text(encoding="utf-8"), run)
        assert "" == git(hub.remote, "branch", "--list", STATISTICS_BRANCH)
        gate.release()
        until(lambda: "statistics of main: new rows" in log.read_text(encoding="utf-8"), run)
        assert stopped(run) in (0, 130)
    files = git(hub.remote, "ls-tree", "-r", "--name-only", STATISTICS_BRANCH).splitlines()
    assert {"articles", "account", "calls"} == {
        Path(each).stem.partition("-")[0] for each in files if APPID in each
    }
    judged(hub, hub.machine(), 2)


@pytest.mark.night
def test_a_window_that_ends_while_the_runner_is_at_work(hub: Hub, gate: Gate):
    """The last request before the send is slow, and answered when the window is over."""
    desk = hub.machine(MASSCTL_API_BASE=f"http://127.0.0.1:{gate.port}")
    began = time.monotonic()
    hub.merge("first")
    assert 0 == hub.author.massctl("plan").status
    # A runner comes to its requests in less time than that, however slow this machine is.
    closes = hub.now() + timedelta(seconds=max(5, 4 * (time.monotonic() - began)))
    hub.merge("first", window((closes - timedelta(hours=1)).isoformat(), closes.isoformat()))
    gate.hold(path="/cgi-bin/user/get")
    run = desk.start("run", "--once")
    assert gate.was_reached(run)
    until(lambda: hub.now() > closes)
    gate.release()
    said = ended(run)
    assert (5, True, []) == (
        said.status,
        "first: not sent (expired)" in said.out,
        hub.wechat.jobs(),
    ), said
    judged(hub, desk, 0)


@pytest.mark.night
@pytest.mark.parametrize("how", ENDS, ids=lambda each: each.name)
@pytest.mark.parametrize(
    "answered",
    [
        pytest.param(False, marks=pytest.mark.night, id="before WeChat got it"),
        pytest.param(True, id="before its answer came"),
    ],
)
def test_ended_in_the_middle_of_a_send(hub: Hub, gate: Gate, how: signal.Signals, answered: bool):
    desk = hub.machine(MASSCTL_API_BASE=f"http://127.0.0.1:{gate.port}")
    hub.merge("first")
    gate.hold(path=SENDALL, answered=answered)
    run = desk.start("run", "--every", "1")
    assert gate.was_reached(run)
    run.send_signal(how)
    gate.release(dropped=True)
    assert ended(run).status in ((-9,) if how is signal.SIGKILL else (0, 4))
    hub.later(120)
    assert 0 == settled(hub, hub.machine).status
    judged(hub, hub.machine(), 1)


def settled(hub: Hub, machine: Callable[[], Desk]) -> Said:
    """Make rounds until one ends well, with pauses after which WeChat takes a repetition."""
    for _ in range(4):
        said = machine().massctl("run", "--once")
        if said.status == 0:
            break
        hub.later(120)
    return said


def forged_picture(lines: list[bytes]) -> list[bytes]:
    """Say of a picture that WeChat has it at an address, which is of another one. Nobody's signature is on it."""
    entries, end = follow(b"".join(lines), keys=UNSIGNED)
    event = ImageUploaded(
        appid=APPID, sha256="ab" * 32, url="https://mmbiz.qpic.cn/mmbiz_png/forged/0"
    )
    return [*lines, encode(NewEntry(entries[-1].at, event), len(lines) + 1, end.digest) + b"\n"]


def cut(lines: list[bytes]) -> list[bytes]:
    return lines[:1]


def replayed(lines: list[bytes]) -> list[bytes]:
    """The ledger as it was before the newest send was recorded: each line is signed."""
    return lines[:-2]


SENDING: Final = [("run", "--once"), ("apply", "second", "--locked", "--yes")]


@pytest.mark.parametrize("attack", [forged_picture, cut, replayed])
@pytest.mark.night
def test_nothing_is_sent_after_a_push_to_the_branch_of_a_signed_ledger(
    hub: Hub, attack: Callable[[list[bytes]], list[bytes]]
):
    """By somebody with Write, as a fast-forward; a machine that never saw the branch refuses it too."""
    key = hub.folder / "ledger.key"
    signed = hub.author.massctl("state", "init", "--signed", "--key-file", str(key))
    assert 0 == signed.status, signed
    hub.author.variables["MASSCTL_LEDGER_KEY"] = str(key)
    hub.push()
    hub.merge("first")
    assert 0 == hub.machine().massctl("run", "--once").status
    assert 0 == hub.machine().massctl("run", "--release").status
    judged(hub, hub.machine(), 1)
    hub.merge("second")

    attacker = clone_of(hub.remote, hub.folder / "attacker", "--branch", STATE)
    ledger = attacker / "massctl.state.jsonl"
    ledger.write_bytes(b"".join(attack(ledger.read_bytes().splitlines(keepends=True))))
    git(attacker, "commit", "-qam", "changed")
    git(attacker, "push", "-q", "origin", f"HEAD:{STATE}")
    for machine in (hub.machine(), hub.machine("fresh")):
        git(machine.tree.root, "pull", "-q", "origin", "main")
        for command in SENDING:
            said = machine.massctl(*command)
            assert (5, 1) == (said.status, len(hub.wechat.jobs())), said
            assert "Nothing was sent" in said.out + said.err
    told = re.search(
        r'git fetch origin massctl-state && git push origin "\$\(.*?\)":\S+', said.out + said.err
    )
    if told is not None:  # A forged entry is found in the history, and restored by a person.
        restoring = told[0].replace("COMMIT", "FETCH_HEAD~1")
    else:
        assert "git log -p of the branch" in said.out + said.err, said
        restoring = restore_command(f"origin/{STATE}", "FETCH_HEAD~1")
    subprocess.run(
        ["sh", "-ec", restoring], cwd=hub.machine().tree.root, env=dict(ENVIRONMENT), check=True
    )
    assert 0 == hub.machine().massctl(*SENDING[0]).status
    judged(hub, hub.machine(), 2)


@dataclass
class Week:
    """Days with a merge and a window on each, in which the runner is killed at random and others come by."""

    hub: Hub
    heard: list[tuple[str, dict[str, Any]]]
    addresses: dict[str, str]
    chance: random.Random = field(default_factory=lambda: random.Random(17))
    windows: list[tuple[datetime, datetime]] = field(default_factory=list)

    def machine(self) -> Desk:
        return self.hub.machine(**self.addresses)

    def day(self, kills: int) -> None:
        """Merge a letter, kill what sends it, and let it send before the window ends."""
        opens = self.hub.now() + timedelta(minutes=self.chance.choice([0, 30]))
        self.windows.append((opens, opens + timedelta(hours=12)))
        name = f"letter-{len(self.windows)}{'x' * self.chance.randrange(2)}"
        self.hub.merge(name, window(*(each.isoformat() for each in self.windows[-1])))
        others = self.chance.randrange(kills)
        for number in range(kills):
            run = self.machine().start("run", "--every", "1")
            time.sleep(self.chance.uniform(0.2, 2.5))
            killed(run)
            self.hub.later(self.chance.uniform(1, 240))
            if number % 10 == others % 10:
                self.others_are_refused()
        self.hub.later(max(0.0, (opens - self.hub.now()).total_seconds() + 1))
        assert 0 == settled(self.hub, self.machine).status
        self.told()
        self.hub.later(timedelta(days=1).total_seconds())

    def others_are_refused(self) -> None:
        """A second runner, and a parallel job of Actions: neither sends beside the one that has the lease."""
        before = len(self.hub.wechat.jobs())
        assert 5 == self.hub.machine("second").massctl("run", "--once").status
        job = self.hub.machine("job", GITHUB_ACTIONS="true", CI="true")
        git(job.tree.root, "pull", "-q")
        beside = job.apply("--locked")
        guards = {
            each["guard"]
            for campaign in beside.document["campaigns"]
            for each in campaign["refusals"]
        }
        assert guards <= {"other_runner"}, beside
        assert before == len(self.hub.wechat.jobs())

    def told(self) -> None:
        """Both heartbeats came, with the newest entry and the tip that was carried out; nothing missed its window."""
        (_, alive), (watched, all_sent) = self.heard[-2:]
        entries = self.machine().massctl("state", "list", "--format", "json").document["entries"]
        tip = git(self.hub.remote, "rev-parse", "main")
        assert (entries[-1]["serial"], tip, 0, alive) == (
            alive["serial"],
            alive["tip"],
            alive["waiting"],
            all_sent,
        )
        assert "/fail" not in watched


@pytest.mark.timeout(3600)
@pytest.mark.night
def test_killed_at_random_for_a_week_with_merges_and_windows(hub: Hub):
    """Each window is passed by a runner that is killed again and again; nothing is lost, late or sent twice."""
    settings = hub.author.tree.read("massctl.yaml")
    # A subscription account has a send to everybody each day.
    hub.wechat.control("accounts", {"appid": APPID, "kind": "subscription"})
    hub.author.tree.write(
        "massctl.yaml", settings.replace("kind: service", "kind: subscription") + BEATS
    )
    hub.push()
    with monitor() as (address, heard):
        week = Week(hub, heard, {"OUR_BEAT": f"{address}/beat", "OUR_WATCH": f"{address}/watch"})
        assert 0 == week.machine().massctl("run", "--once").status
        for _ in range(DAYS):
            week.day(KILLS // DAYS)
    judged(hub, hub.machine(), DAYS)
    for job, (opens, closes) in zip(hub.wechat.jobs(), week.windows, strict=True):
        assert opens <= datetime.fromisoformat(job["accepted_at"]) <= closes
