"""Draw schedules of real processes, and judge them by the sandbox's own books.

    PYTHONPATH=tests python -m e2e.schedules --count 2000 --seed 1 --jobs 2      prints faults, and a line at the end
    PYTHONPATH=tests python -m e2e.schedules --seed 1 --only 17                  plays one of them again

A schedule has one checkout, two that share a ledger by a link, or two clones with a ledger on a bare remote. Runs of
`apply` are killed at a moment or at a request, run beside each other, and wait for slow answers and slow pushes. Time
passes. People edit folders and drafts. Then an operator does what docs/guides/in-doubt.md says, until `apply` ends
with 0. At the end there is one job for each campaign, with the words of a checkout that ran, to its audience, within
its window; and the ledger verifies. Only the installed command runs, and nothing of massctl is imported.
"""

import argparse
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from processes import Desk, Gate, Wechat, ended, gate_to, served
from repositories import APPID, SECRET_VARIABLE, Tree
from said import Said

LEDGER: Final = "massctl.state.jsonl"
BEIJING: Final = timezone(timedelta(hours=8))
TAG: Final = {"appid": APPID, "id": 101, "name": "会员", "count": 77}
OPENIDS: Final = tuple(f"oFollower{number:019d}" for number in range(3))
AUDIENCES: Final = {"letter": 77, "notice": 1286, "list": len(OPENIDS)}
"""How many followers each campaign is for: a number tells the audience."""
WORDS: Final = ("甲版", "乙版")
"""A folder is in one of two versions; the word stands in what followers get."""
BY_HAND: Final = "在后台改过"
"""Stands in a draft that somebody edited in the console, and must reach nobody."""
MAY_BE_VIOLATED: Final = frozenset({"second_upload", "clientmsgid_repeated_within_a_minute"})
"""What nobody lived to record is uploaded once more, two clones may upload at once, and nobody waits a minute here."""
CALLS: Final = ("/cgi-bin/draft/add", "/cgi-bin/draft/get", "/cgi-bin/media/uploadimg", "*")
FAULTS: Final = (
    "late",
    "late",
    "answer_lost",
    "answer_lost",
    "request_lost",
    "truncated",
    "bad_gateway",
    "accepted_busy",
)
REFUSALS: Final = ("busy", "token_dead", "token_dead")
"""Of a send: it is refused, or seems to be, while an earlier one may be open."""
GAPS: Final = (0, 61, 600, 3 * 3600, 21 * 3600, 30 * 3600)
STEPS_MAX: Final = 14
"""So many commands lead out of whatever happened."""
ENVIRONMENT: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Lin",
    "GIT_AUTHOR_EMAIL": "lin@example.com",
    "GIT_COMMITTER_NAME": "Lin",
    "GIT_COMMITTER_EMAIL": "lin@example.com",
}
HOOK: Final = """\
#!/bin/sh
# Waits as long as a slow server does, and refuses once where it is told to.
sleep "$(cat {folder}/{name} 2>/dev/null || echo 0)"
if [ -e {folder}/refuse ] && [ {name} = before ]; then rm -f {folder}/refuse; exit 1; fi
exit 0
"""


@dataclass(frozen=True)
class Turn:
    """Some checkouts run at once; the first one may be killed."""

    desks: tuple[int, ...]
    kill_after: float | None = None
    kill_at: int = 0
    """The number of the request at which it is killed."""
    kill_on: str = ""
    """Or the path of that request."""
    answered: bool = False
    """WeChat got that request, and its answer was lost."""
    rules: tuple[dict[str, Any], ...] = ()
    push: tuple[float, float, bool] = (0, 0, False)
    """How long a push waits before and after it is done, and whether it is refused."""
    edit: int | None = None
    """A checkout whose folders somebody turns into the other version first."""
    console: bool = False
    """Somebody edits the drafts in the console first."""
    gap: int = 0


@dataclass(frozen=True)
class Schedule:
    """What happens in one world."""

    place: str
    in_doubt: str
    names: tuple[str, ...]
    window: int | None
    """Seconds until the window closes, as a person declared it."""
    turns: tuple[Turn, ...]


def drawn(seed: str) -> Schedule:
    """Draw a schedule; the same seed draws the same."""
    chance = random.Random(seed)
    place = chance.choice(("one", "link", "clones", "clones"))
    names = chance.choice((("notice",), ("letter",), ("list",), ("letter", "notice")))
    return Schedule(
        place=place,
        in_doubt=chance.choice(("resubmit", "resubmit", "stop")),
        names=names,
        window=chance.choice((None, None, chance.randint(3, 30), 7200)),
        turns=_turns(chance, place, _send_of(names)),
    )


def _send_of(names: tuple[str, ...]) -> str:
    return f"/cgi-bin/message/mass/{'send' if 'list' in names else 'sendall'}"


def _turns(chance: random.Random, place: str, send: str) -> tuple[Turn, ...]:
    turns = tuple(_turn(chance, place, send) for _ in range(chance.randint(1, 4)))
    if chance.random() < 0.3:  # What WeChat took, and nobody lived to record, is found hours later.
        turns = (Turn((0,), kill_on=send, answered=True, gap=chance.choice(GAPS[-3:])), *turns[:1])
    return turns


def _turn(chance: random.Random, place: str, send: str) -> Turn:
    first = 0 if place == "one" else chance.randint(0, 1)
    desks = (first, 1 - first) if place != "one" and chance.random() < 0.35 else (first,)
    ending = chance.choice(("time", "time", "request", "send", "send", "none"))
    push = (chance.choice((0, 0.3, 1.2)), chance.choice((0, 0.3, 1.2)), chance.random() < 0.15)
    return Turn(
        desks=desks,
        kill_after=round(chance.uniform(0.2, 3), 2) if ending == "time" else None,
        kill_at=chance.randint(1, 12) if ending == "request" else 0,
        kill_on=send if ending == "send" else "",
        answered=chance.random() < 0.5,
        rules=tuple(_rule(chance, send) for _ in range(chance.choice((0, 0, 1, 1, 2)))),
        push=push if place == "clones" else (0, 0, False),
        edit=chance.choice(desks) if chance.random() < 0.15 else None,
        console=chance.random() < 0.1,
        gap=chance.choice(GAPS),
    )


def _rule(chance: random.Random, send: str) -> dict[str, Any]:
    path = chance.choice((send, send, send, *CALLS))
    kind = chance.choice((*FAULTS, *REFUSALS) if path == send else FAULTS)
    seconds = {"seconds": round(chance.uniform(0.2, 1.5), 2)} if kind == "late" else {}
    return {"path": path, "nth": chance.choice((1, 1, 2, 3)), "do": kind, **seconds}


@dataclass
class Bench:
    """A sandbox, and a gate before it, for one schedule after the other."""

    wechat: Wechat
    gate: Gate


@dataclass
class World:
    """One schedule on its way."""

    bench: Bench
    folder: Path
    schedule: Schedule
    desks: list[Desk] = field(default_factory=list)
    versions: dict[tuple[int, str], int] = field(default_factory=dict)
    """The version in which each checkout has each campaign; the first one where nobody edited it."""
    windows: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    """What was declared for each campaign, the newest last."""
    log: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    ahead: float = 0
    """Seconds by which the world is ahead of this machine."""
    seen: set[str] = field(default_factory=set)

    def require(self, holds: bool, *said: object) -> None:
        if not holds:
            self.wrong.append(" ".join(str(each) for each in said))

    def play(self) -> list[str]:
        """Play the schedule to its end; gives what is wrong."""
        self.bench.wechat.reset()
        self.bench.wechat.control("tags", TAG)
        self._set_out()
        for turn in self.schedule.turns:
            self._play(turn)
        self._lead_out()
        self._judge()
        return self.wrong

    def _set_out(self) -> None:
        if self.schedule.place == "clones":
            self._remote()
        begun = self._desk("one")
        said = begun.massctl("state", "init")
        self.require(said.status == 0, "state init:", said)
        self.desks = [begun]
        if self.schedule.place != "one":
            other = self._desk("two")
            other.tree.write("massctl.yaml", begun.tree.read("massctl.yaml"))
            if self.schedule.place == "link":
                (other.tree.root / LEDGER).symlink_to(begun.tree.root / LEDGER)
            self.desks.append(other)
        for name in self.schedule.names:
            self._declare(name, self.schedule.window)
        self._write_all()

    def _remote(self) -> None:
        remote = self.folder / "remote.git"
        self._git(self.folder, "init", "--quiet", "--bare", str(remote))
        first = self.folder / "first"
        self._git(self.folder, "clone", "--quiet", str(remote), str(first))
        self._git(first, "commit", "--quiet", "--allow-empty", "-m", "begin")
        self._git(first, "push", "--quiet", "origin", "HEAD:main")
        for name in ("one", "two"):
            self._git(self.folder, "clone", "--quiet", remote.as_uri(), str(self.folder / name))
        for hook, name in (("pre-receive", "before"), ("post-receive", "after")):
            path = remote / "hooks" / hook
            path.write_text(HOOK.format(folder=remote, name=name), encoding="utf-8")
            path.chmod(0o755)

    def _git(self, folder: Path, *arguments: str) -> None:
        environment = {**ENVIRONMENT, "PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        command = ["git", "-c", "init.defaultBranch=main", *arguments]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=60)

    def _desk(self, name: str) -> Desk:
        tree = Tree(self.folder / name)
        state = "state:\n  backend: git\n" if self.schedule.place == "clones" else ""
        tree.settings(in_doubt=self.schedule.in_doubt, policy="  in_doubt_wait: 0\n", state=state)
        address = f"http://127.0.0.1:{self.bench.gate.port}"
        return Desk(tree, {"MASSCTL_API_BASE": address, SECRET_VARIABLE: self.bench.wechat.secret, **ENVIRONMENT})

    def _declare(self, name: str, window: float | None) -> None:
        """Give a campaign a window that closes after so many seconds."""
        if window is not None:
            now = datetime.fromtimestamp(int(time.time()), BEIJING) + timedelta(seconds=self.ahead)
            self.windows.setdefault(name, []).append((now - timedelta(hours=1), now + timedelta(seconds=window)))

    def _write_all(self) -> None:
        for number in range(len(self.desks)):
            self._write(number)

    def _write(self, number: int) -> None:
        tree = self.desks[number].tree
        for name in self.schedule.names:
            word = self._word(number, name)
            more = ""
            if name in self.windows:
                first, last = (each.isoformat(timespec="seconds") for each in self.windows[name][-1])
                more = f"send:\n  not_before: {first}\n  not_after: {last}\n"
            if name == "letter":
                tree.news(name, title=word, more=more, body=f"今天风大，{word}。\n\n![河堤](../images/river.png)\n")
            else:
                tree.text(name, content=f"周日改到十点半，{word}。", more=more)
        for name, audience in (("letter", "tag_id: 101"), ("list", "openids: people.txt")):
            if name in self.schedule.names:
                path = f"campaigns/{name}/campaign.yaml"
                tree.write(path, tree.read(path).replace("is_to_all: true", audience))
        if "list" in self.schedule.names:
            tree.write("campaigns/list/people.txt", "\n".join(OPENIDS))

    def _later(self, seconds: float) -> None:
        """Let time pass, for WeChat and for massctl."""
        if seconds:
            self.bench.wechat.later(seconds)
            self.ahead += seconds
        for desk in self.desks:
            desk.variables["MASSCTL_CLOCK_OFFSET"] = f"{self.ahead:.0f}"

    def _play(self, turn: Turn) -> None:
        if turn.edit is not None:
            now = self.versions.get((turn.edit, self.schedule.names[0]), 0)
            self._edit(turn.edit, 1 - now, *self.schedule.names)
        if turn.console:
            self._in_the_console()
        self.bench.wechat.faults(*turn.rules)
        self._push(*turn.push)
        self.bench.gate.hold(turn.kill_at, turn.kill_on, answered=turn.answered)
        running = [
            self.desks[each].start("apply", *self.schedule.names, "--yes", "--format", "json") for each in turn.desks
        ]
        if (turn.kill_at or turn.kill_on) and self.bench.gate.was_reached(running[0]):
            running[0].kill()
        elif turn.kill_after is not None:
            try:
                running[0].wait(turn.kill_after)
            except subprocess.TimeoutExpired:
                running[0].kill()
        # A request that was held is lost: had it arrived later, no program could have stopped it.
        self.bench.gate.release(dropped=True)
        for process in running:
            self._ended(ended(process), "apply")
        self.bench.gate.hold()
        self.bench.wechat.control("faults", {"clear": True})
        self._push(0, 0, False)
        self._look(*turn.desks)
        self._later(turn.gap)

    def _ended(self, said: Said, *command: str) -> Said:
        self.log.append(f"{' '.join(command)}: {said.status}")
        self.require(said.status in (0, 1, 4, 5, -9), *command, "ended with", said)
        self.require("Traceback" not in said.err, *command, said.err)
        return said

    def _word(self, number: int, name: str) -> str:
        return WORDS[self.versions.get((number, name), 0)]

    def _edit(self, number: int, version: int, *names: str) -> None:
        self.versions |= {(number, name): version for name in names}
        self._write(number)

    def _push(self, before: float, after: float, refused: bool) -> None:
        if self.schedule.place == "clones":
            remote = self.folder / "remote.git"
            (remote / "before").write_text(str(before), encoding="utf-8")
            (remote / "after").write_text(str(after), encoding="utf-8")
            (remote / "refuse").unlink(missing_ok=True)
            if refused:
                (remote / "refuse").touch()

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call WeChat as the console would."""
        connection = http.client.HTTPConnection("127.0.0.1", self.bench.wechat.port, timeout=60)
        try:
            connection.request("POST", path, json.dumps(body, ensure_ascii=False).encode())
            found = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        assert isinstance(found, dict)
        return found

    def _token(self) -> str:
        grant = {"grant_type": "client_credential", "appid": APPID, "secret": self.bench.wechat.secret}
        return str(self._ask("/cgi-bin/stable_token", grant)["access_token"])

    def _in_the_console(self) -> None:
        """Edit each draft that is there."""
        token = self._token()
        for media_id in self._drafts():
            (article,) = self._ask(f"/cgi-bin/draft/get?access_token={token}", {"media_id": media_id})["news_item"]
            changed = {name: article[name] for name in ("author", "digest", "thumb_media_id")}
            changed |= {"title": article["title"], "content": f"<p>{BY_HAND}</p>{article['content']}"}
            update = {"media_id": media_id, "index": 0, "articles": changed}
            self._ask(f"/cgi-bin/draft/update?access_token={token}", update)

    def _drafts(self) -> list[str]:
        return [each["media_id"] for each in self.bench.wechat.report()["drafts"] if each["consumed_by"] is None]

    def _look(self, *ran: int) -> None:
        """Look at the jobs that are new: each has the words of a checkout that ran, its audience, and its time."""
        ids = {self._id(name): name for name in self.schedule.names}
        for job in self.bench.wechat.jobs():
            if job["msg_id"] in self.seen:
                continue
            self.seen.add(job["msg_id"])
            name = ids.get(job["clientmsgid"])
            if name is None:
                self.wrong.append(f"a job that nobody declared: {job}")
                continue
            words = {self._word(number, name) for number in ran}
            got = json.dumps([job["articles"], job.get("body")], ensure_ascii=False)
            self.require(any(word in got for word in words) and BY_HAND not in got, name, "was altered:", words, got)
            self.require(job["total_count"] == AUDIENCES[name], name, "went to", job["total_count"], "followers")
            at = datetime.fromisoformat(job["accepted_at"])
            windows = self.windows.get(name, [])
            in_time = any(first <= at <= last + timedelta(seconds=1) for first, last in windows)
            self.require(in_time or not windows, name, "was sent at", at, "outside of", windows)

    def _id(self, name: str) -> str:
        """Derive the id of a send, as docs/reference/wechat-api.md has it."""
        return hashlib.sha256(f"{APPID}\0{name}\x001\x001".encode()).hexdigest()[:32]

    def _lead_out(self) -> None:
        for place, name in enumerate(self.schedule.names):
            number = place % len(self.desks)
            desk = self.desks[number]
            for step in range(STEPS_MAX):
                self._later(120)
                said = self._ended(desk.apply(name), "apply", name)
                self._look(number)
                if said.status == 0 or self.wrong:
                    break
                self._go_on(desk, name, said, step)
            else:
                self.wrong.append(f"nothing led out for {name}: {said}")

    def _go_on(self, desk: Desk, name: str, said: Said, step: int) -> None:
        """Do what the guide says after an exit that is not 0."""
        campaigns = said.document["campaigns"]
        guards = {refusal["guard"] for each in campaigns for refusal in each["refusals"]}
        self.log.append(f"  {sorted(guards)}")
        if guards & {"draft_changed"}:
            token = self._token()
            for media_id in self._drafts():
                self._ask(f"/cgi-bin/draft/delete?access_token={token}", {"media_id": media_id})
        if "expired" in guards and said.status == 5:
            self._declare(name, 7200)
            self._write_all()
        if "edited_after_send" in guards:
            self._put_back(name)
        if guards & {"draft_changed", "draft_gone"}:
            self._settle(desk, name)
        if "account_in_doubt" in guards or (said.status == 4 and step):
            for each in self._standing(desk):
                if each["status"] == "in_doubt":
                    self._settle(desk, each["name"])
        known = {"draft_changed", "draft_gone", "expired", "edited_after_send", "account_in_doubt", "other_runner"}
        self.require(guards <= known, "the guide has no way out of", guards - known, said)

    def _standing(self, desk: Desk) -> list[dict[str, Any]]:
        said = self._ended(desk.massctl("status", "--format", "json"), "status")
        return list(said.document["campaigns"])

    def _put_back(self, name: str) -> None:
        """Undo the edit of a campaign that went out."""
        sent = json.dumps(
            [job for job in self.bench.wechat.jobs() if job["clientmsgid"] == self._id(name)], ensure_ascii=False
        )
        for number in range(len(self.desks)):
            self._edit(number, int(WORDS[1] in sent), name)

    def _settle(self, desk: Desk, name: str) -> None:
        """Look at the evidence, then in the console, and say what is there."""
        shown = desk.massctl("reconcile", name)
        self.log.append(f"reconcile {name}: {shown.status}")
        jobs = [job for job in self.bench.wechat.jobs() if job["clientmsgid"] == self._id(name)]
        testimony = ["--sent", str(jobs[0]["msg_id"])] if jobs else ["--not-sent"]
        said = desk.massctl("reconcile", name, *testimony, "--reason", "looked in the console")
        self.log.append(f"reconcile {name} {' '.join(testimony)}: {said.status}")
        self.require("Traceback" not in shown.err + said.err, shown.err, said.err)
        if not said.status:
            self.require(shown.status == 2, "the evidence ended with", shown)

    def _judge(self) -> None:
        report = self.bench.wechat.report()
        counted = {
            name: [each["clientmsgid"] for each in report["jobs"]].count(self._id(name)) for name in self.schedule.names
        }
        self.require(set(counted.values()) == {1}, "jobs:", counted)
        kinds = {each["kind"] for each in report["violations"]} - MAY_BE_VIOLATED
        self.require(kinds == set(), "violations:", kinds)
        for name in self.schedule.names:
            self._put_back(name)
        for desk in self.desks:
            verified = desk.massctl("state", "verify")
            self.require(verified.status == 0, "state verify:", verified)
            again = desk.apply(*self.schedule.names)
            self.require(again.status == 0, "one more apply:", again)
        self.require(len(self.bench.wechat.jobs()) == len(self.schedule.names), "one more apply sent something")


def told(bench: Bench, seed: str) -> str:
    """Play one schedule; gives what a person needs to know where it went wrong, and else nothing."""
    schedule = drawn(seed)
    with tempfile.TemporaryDirectory(prefix="schedule-", ignore_cleanup_errors=True) as folder:
        world = World(bench, Path(folder), schedule)
        try:
            wrong = world.play()
        except Exception:  # one broken schedule must not end two thousand
            wrong = [*world.wrong, traceback.format_exc()]
    if not wrong:
        return ""
    turns = "".join(f"  {turn}\n" for turn in schedule.turns)
    head = f"{schedule.place} {schedule.in_doubt} {schedule.names} window {schedule.window}"
    return f"schedule {seed}: {head}\n{turns}  " + "\n  ".join([*world.log, *wrong]) + "\n"


def faults_of(seeds: Iterator[str], jobs: int) -> Iterator[str]:
    """Play schedules side by side; gives what is wrong, as it is found."""
    with ExitStack() as stack:
        free: SimpleQueue[Bench] = SimpleQueue()
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sandboxes-")))
        for number in range(jobs):
            wechat = stack.enter_context(served(home / str(number)))
            free.put(Bench(wechat, stack.enter_context(gate_to(wechat))))

        def play(seed: str) -> str:
            bench = free.get()
            try:
                return told(bench, seed)
            finally:
                free.put(bench)

        with ThreadPoolExecutor(jobs) as pool:
            while some := list(islice(seeds, 10 * jobs)):
                yield from filter(None, pool.map(play, some))


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m e2e.schedules", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--count", type=int, default=100, help="schedules (100)")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws others (1)")
    parser.add_argument("--only", type=int, help="the number of one schedule of this seed")
    parser.add_argument("--jobs", type=int, default=2, help="side by side (2)")
    arguments = parser.parse_args()
    if shutil.which("git") is None:
        parser.error("git is not installed")
    # The sandboxes end by Ctrl-C, to which a shell makes deaf what it puts into the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    numbers = range(arguments.count) if arguments.only is None else (arguments.only,)
    found = 0
    for wrong in faults_of((f"{arguments.seed}:{number}" for number in numbers), arguments.jobs):
        found += 1
        sys.stdout.write(wrong)
        sys.stdout.flush()
    sys.stdout.write(f"{len(numbers)} schedules, {found} of them wrong\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
