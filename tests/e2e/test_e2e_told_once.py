"""Processes of massctl tell a receiver on loopback of random ends: each once, none missing, in their order.

The ledger is a file that two processes share, or a branch, a database or a bucket that two machines share. Processes
are killed at random moments, run beside each other, and are answered 500 now and then. A fact comes twice only where a
process was killed behind its post, and before that was on record.
"""

import http.client
import json
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from gits import ENVIRONMENT, clone_of, git, remote_at
from postgres_server import Place, server
from processes import PATIENCE_SECONDS, Desk, Gate, Wechat, ended, opened
from repositories import SECRET_VARIABLE, Tree
from s3_places import CREDENTIALS, endpoint
from s3_server import BUCKET
from told_once import Team, judge, play
from wechat_cipher import AES_KEY, TOKEN, query, safe, sealed

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

ACCOUNT: Final = "    callback: {token_env: T, aes_key_env: K, path: /wechat}\n"
NOTIFY: Final = "notify:\n  - webhook_env: HOOK\n"
LEDGER: Final = "massctl.state.jsonl"


class Ear(Gate):
    """What one process reaches: WeChat, and the receiver of its notices."""

    def __init__(self, target: Wechat, notices: list[dict[str, Any]], refuses: int) -> None:
        super().__init__(target)
        self.heard: list[str] = []
        """The keys that this process posted."""
        self.has_heard = threading.Event()
        self._notices = notices
        self._refuses = refuses

    def answer_to(self, path: str, body: bytes) -> int | None:
        """Take notices; answer the first ones with 500."""
        if path != "/_sandbox/notifications":
            return None
        if self._refuses:
            self._refuses -= 1
            return 500
        found = json.loads(body)["body"]["notices"]
        self.heard += [each["key"] for each in found]
        self._notices += found
        self.has_heard.set()
        return 200


class Processes(Team):
    """Machines that share a ledger; everything is typed on a random one."""

    def __init__(self, wechat: Wechat, desks: Sequence[Desk], seed: int) -> None:
        super().__init__(seed)
        self.wechat, self.desks = wechat, desks
        self.notices: list[dict[str, Any]] = []
        self._passed = 0.0

    @contextmanager
    def _begun(self, *arguments: str, refuses: int = 0) -> Iterator[tuple[Any, Ear]]:
        """Begin a command on a random machine."""
        desk = self.choose.choice(self.desks)
        with opened(Ear(self.wechat, self.notices, refuses)) as ear:
            address = f"http://127.0.0.1:{ear.port}"
            moved = {"MASSCTL_API_BASE": address, "MASSCTL_CLOCK_OFFSET": f"{self._passed}"}
            yield Desk(desk.tree, {**desk.variables, **moved}).start(*arguments), ear

    def run(self, *arguments: str) -> None:
        """Type a command, perhaps beside another one, and again while it was killed."""
        while self._is_cut_short(*arguments):
            self.pass_(minutes=2)

    def _is_cut_short(self, *arguments: str) -> bool:
        if self.choose.random() < 0.6:
            return self._is_killed(*arguments)
        with self._begun("status") as (other, _):
            is_killed = self._is_killed(*arguments)
            ended(other)
        return is_killed

    def _is_killed(self, *arguments: str) -> bool:
        moment = self.choose.choice(["never", "never", "some", "told"])
        seconds = self.choose.uniform(0, 1.5 if moment == "some" else 0.1)
        with self._begun(*arguments, refuses=self.choose.choice([0, 0, 0, 1])) as (process, ear):
            if moment == "told":
                until_heard(process, ear)
            if moment != "never":
                time.sleep(seconds)
                process.kill()
            ended(process)
        return self._has_died(process, ear)

    def _has_died(self, process: Any, ear: Ear) -> bool:
        if process.returncode != -9:
            return False
        self.may_repeat.update(ear.heard)
        return True

    def calm_run(self, *arguments: str) -> None:
        with self._begun(*arguments) as (process, _):
            ended(process)

    def pass_(self, **span: int) -> None:
        seconds = timedelta(**span).total_seconds()
        self._passed += seconds
        if seconds:
            self.control("advance", {"seconds": seconds})

    def control(self, name: str, body: object) -> Any:
        return self.wechat.control(name, body)

    def trees(self) -> list[Tree]:
        return [each.tree for each in self.desks]

    def poll(self) -> None:
        self.run("status")

    def hear_event(self) -> None:
        """Give the newest event to `record-event`, or post it to a listener as WeChat does."""
        event = self.wechat.report()["events"][-1]["xml"]
        if self.choose.random() < 0.5:
            for tree in self.trees():
                tree.write("event.xml", event)
            self.run("record-event", "event.xml")
            return
        while self._is_listener_lost(event.encode()):
            self.pass_(minutes=2)

    def _is_listener_lost(self, event: bytes) -> bool:
        """Post an event to a listener, and kill or stop that; return whether it was not acknowledged."""
        with self._begun("listen", "--port", "0") as (process, ear):
            address = process.stdout.readline().strip().removeprefix("http://")
            moment = time.time() + self._passed
            target = f"/wechat?{query(moment, encrypt=(encrypt := sealed(event)))}"
            is_taken = posted(address, target, safe(encrypt))
            if self.choose.random() < 0.5:
                time.sleep(self.choose.uniform(0, 1.0))
                process.kill()
            else:
                until_settled(address)
                process.terminate()
            ended(process)
        self._has_died(process, ear)
        return not is_taken


def posted(address: str, target: str, body: bytes) -> bool:
    """Post to a listener as WeChat does; return whether it acknowledged that."""
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", target, body)
        return connection.getresponse().read() == b"success"
    finally:
        connection.close()


def until_settled(address: str) -> None:
    """Wait until a listener has put all into the ledger."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(address, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", "/metrics")
            shown = connection.getresponse().read().decode()
        finally:
            connection.close()
        if re.search(r"^massctl_callback_waiting\S* 0$", shown, re.MULTILINE):
            return
        time.sleep(0.05)
    raise TimeoutError("the ledger does not get it")


def until_heard(process: subprocess.Popen[str], ear: Ear) -> None:
    """Wait until a process has posted something, or ended."""
    while process.poll() is None and not ear.has_heard.wait(0.005):
        pass


def judge_ledger(text: str) -> None:
    """Each fact was told on record once to a channel; whoever is killed behind its post has not said so."""
    told = [json.loads(line) for line in text.splitlines()]
    facts = Counter(
        (each["campaign"], each["edition"], each["fact"], each["channel"])
        for each in told
        if each["type"] == "told" and each["progress"] == "told"
    )
    assert {1} == set(facts.values()), facts


def settings(tree: Tree, state: str) -> None:
    policy = "  in_doubt_wait: 0   # 只有本机可以这么快\n"
    tree.settings(account=ACCOUNT, policy=policy, state=state + NOTIFY)


def variables(wechat: Wechat) -> dict[str, str]:
    return {SECRET_VARIABLE: wechat.secret, "T": TOKEN, "K": AES_KEY, **ENVIRONMENT}


def over_a_file(wechat: Wechat, folder: Path, seed: int, ends: int) -> None:
    desk = Desk(Tree(folder / "one"), variables(wechat))
    settings(desk.tree, "")
    desk.tree.text("first", content="开账。")
    team = Processes(wechat, [desk], seed)
    team.calm_run("state", "init")
    play(team, ends)
    judge(team, team.notices)
    judge_ledger(desk.tree.read(LEDGER))


def over_git(wechat: Wechat, folder: Path, seed: int, ends: int) -> None:
    remote = remote_at(folder / "remote.git")
    trees = [Tree(clone_of(remote, folder / name)) for name in ("one", "two")]
    shared(trees, "state:\n  backend: git\n", wechat, seed, ends)
    judge_ledger(git(remote, "show", f"massctl-state:{LEDGER}"))


def over_a_database(wechat: Wechat, folder: Path, seed: int, ends: int) -> None:
    where = {"MASSCTL_LEDGER_DSN": Place(server()).dsn()}
    trees = [Tree(folder / name) for name in ("one", "two")]
    team = shared(trees, "state:\n  backend: postgres\n", wechat, seed, ends, **where)
    judge_ledger(copied(team))


def over_a_bucket(wechat: Wechat, folder: Path, seed: int, ends: int) -> None:
    place = f"  url: s3://{BUCKET}/{folder.name}\n  endpoint: {endpoint('moto')}\n"
    trees = [Tree(folder / name) for name in ("one", "two")]
    team = shared(trees, f"state:\n  backend: s3\n{place}", wechat, seed, ends, **CREDENTIALS)
    judge_ledger(copied(team))


def shared(
    trees: Sequence[Tree], state: str, wechat: Wechat, seed: int, ends: int, **where: str
) -> Processes:
    """Begin a ledger that two machines share, play, and judge what was heard."""
    desks = [Desk(tree, {**variables(wechat), **where}) for tree in trees]
    settings(trees[0], state)
    trees[0].text("first", content="开账。")
    Processes(wechat, desks[:1], seed).calm_run("state", "init")
    (lineage,) = [each for each in trees[0].read("massctl.yaml").splitlines() if "lineage" in each]
    for tree in trees:
        settings(tree, f"{state}{lineage}\n")
        tree.text("first", content="开账。")
    team = Processes(wechat, desks, seed)
    play(team, ends)
    judge(team, team.notices)
    return team


def copied(team: Processes) -> str:
    """Return the ledger, as its backup has it."""
    desk = team.desks[0]
    Processes(team.wechat, [desk], seed=0).calm_run("state", "backup", "copy.jsonl")
    return desk.tree.read("copy.jsonl")


@pytest.mark.parametrize("world", [over_a_file, over_git])
def test_processes_tell_each_random_end_once(wechat: Wechat, tmp_path: Path, world: Any) -> None:
    world(wechat, tmp_path, seed=3, ends=1)


@pytest.mark.night
@pytest.mark.parametrize("seed", range(100, 120))
@pytest.mark.parametrize("world", [over_a_file, over_git])
def test_processes_tell_many_random_ends_once(
    wechat: Wechat, tmp_path: Path, world: Any, seed: int
) -> None:
    """Five ends in each of forty worlds."""
    world(wechat, tmp_path, seed=seed, ends=5)


@pytest.mark.night
@pytest.mark.parametrize("seed", range(120, 123))
@pytest.mark.parametrize("world", [over_a_database, over_a_bucket])
def test_two_machines_over_one_database_or_bucket_tell_random_ends_once(
    wechat: Wechat, tmp_path: Path, world: Any, seed: int
) -> None:
    world(wechat, tmp_path, seed=seed, ends=3)
