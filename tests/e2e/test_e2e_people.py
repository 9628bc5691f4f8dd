"""People of audiences, planted: no verb, failure, interruption or page writes an openid down, but where it is asked to.

Everything that a verb leaves is searched: both streams, every file of the repository with each object of git, the
ledger, the home folder and the folder for temporary files, also while the verb runs, and the pages of `serve`. Only
the source of an audience and an export hold openids.
"""

import http.client
import re
import signal
import subprocess
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Final

import pytest
from audience_samples import LETTER
from gits import git
from nights import first_by_day
from processes import PATIENCE_SECONDS
from pyrage.x25519 import Identity
from repositories import Tree
from searched_desk import SearchedDesk, leaks_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]

PEOPLE: Final = [
    "o" + urlsafe_b64encode(sha256(bytes([number])).digest()).decode()[:27] for number in range(30)
]
STAFF: Final = PEOPLE[:3]
GONE: Final = PEOPLE[5]
FILE: Final = "version: 1\ntitle: 华东会员\naccount: main\nsource: {{file: {path}}}\n"
QUERY: Final = """\
version: 1
title: 下过单的人
account: main
source: {query: {sql: asked.sql, data: ../lists, params: {most: 20}}}
"""
OUTSIDE: Final = ("lists/", "exports/")
"""Where a team keeps its lists, and where a person asked for a file of people."""
PAGES_MAX: Final = 60
BUG: Final = """\
from massctl.audience.freeze import Freezer
def broken(self, judged):
    found = list(self.sets.openids(judged[0].people.members))
    raise KeyError(found[0], {each: each for each in found}, b"".join(map(str.encode, found)))
Freezer.write = broken
"""


class Team(SearchedDesk):
    """A desk with audiences, whose files are looked at while a verb runs."""

    def ask(self, *arguments: str, statuses: tuple[int, ...] = (0,), code: str = "") -> None:
        """Run a verb in both languages' turn, and look at what it has on the disk meanwhile."""
        language = next(_LANGUAGES)
        process = self.start("-v", "--language", language, *arguments, code=code or None)
        with self.watched(process):
            status = self.end(process)
        assert status in statuses, (arguments, status, self.said[-2:])

    @contextmanager
    def watched(self, process: "subprocess.Popen[str]") -> Iterator[None]:
        """Keep what lies in the folder for temporary files, and what a process has open on a disk."""
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(0.02):
                for each in (self.folder / "temp").rglob("*"):
                    with suppress(OSError):
                        if each.is_file():
                            self.seen[str(each)] = each.read_bytes()
                self.seen.update(_opened_on_a_disk(process.pid))

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            yield
        finally:
            is_over.set()
            watching.join()

    @property
    def seen(self) -> dict[str, bytes]:
        """What was on the disk while verbs ran."""
        found: dict[str, bytes] = self.__dict__.setdefault("_seen", {})
        return found

    def everything(self) -> dict[str, bytes]:
        """Give all that was written, the objects of git unpacked."""
        git(self.tree, "add", "--all")
        git(self.tree, "commit", "-qm", "everything", "--allow-empty")
        objects = ["git", "cat-file", "--batch-all-objects", "--batch"]
        unpacked = subprocess.check_output(objects, cwd=self.tree)
        seen = {
            f"{where}, while a verb ran": data
            for where, data in self.seen.items()
            if not any(word in where for word in OUTSIDE)
        }
        return {**self.places(OUTSIDE), "objects of git": unpacked, **seen}


_LANGUAGES = cycle(["en", "zh"])


def _opened_on_a_disk(process: int) -> dict[str, bytes]:
    """Read what a process has open, also where it has no name any more; but for files in memory."""
    found = {}
    with suppress(OSError):
        for each in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                target = str(each.readlink())
                if not target.startswith(("/memfd:", "/dev/")) and each.is_file():
                    found[target] = each.read_bytes()
    return found


def _listed(team: Team, name: str, people: list[str]) -> None:
    path = team.folder / "lists" / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("openid\n" + "".join(f"{each}\n" for each in people), "utf-8")


@pytest.fixture
def team(tmp_path: Path) -> Team:
    tree = Tree(tmp_path / "repository")
    tree.settings(language="")
    team = Team(tmp_path, {"MASSCTL_SNAPSHOT_KEY": str(Identity.generate())})
    _listed(team, "east", PEOPLE[:25])
    _listed(team, "staff", STAFF)
    east = FILE.format(path=tmp_path / "lists/east.csv") + "exclude: [staff]\n"
    tree.write("audiences/east.yaml", east)
    tree.write("audiences/staff.yaml", FILE.format(path=tmp_path / "lists/staff.csv"))
    tree.write("audiences/asked.yaml", QUERY)
    tree.write("audiences/asked.sql", "SELECT openid FROM east LIMIT :most")
    tree.write("campaigns/letter/campaign.yaml", LETTER)
    tree.write(".gitignore", ".massctl/\n")
    git(tree.root, "init", "-q", "-b", "main")
    (tmp_path / "exports").mkdir()
    return team


@pytest.mark.timeout(600)
def test_no_verb_writes_a_person_down(team: Team) -> None:
    team.ask("state", "init")
    team.ask("audience", "freeze", "staff", "east", "asked")
    _listed(team, "east", PEOPLE[:27])
    team.ask("audience", "freeze", "east", "--format", "json")
    for form in ("text", "json"):
        team.ask("apply", "letter", "--sandbox", "--yes", "--format", form)
        team.ask("status", "--sandbox", "--format", form)
    for form in ("markdown", "json", "html", "csv"):
        team.ask("report", "letter", "--sandbox", "--format", form)
    exported = {"east": ("--to", "exports/a.csv"), "asked": ("--to", "exports/b.parquet")}
    for name, (option, path) in exported.items():
        team.ask("audience", "export", name, option, str(team.folder / path))
    sent = str(team.folder / "exports/sent.csv")
    team.ask("audience", "export", "letter", "--sent", "--sandbox", "--to", sent)
    assert PEOPLE[10] in Path(sent).read_text("utf-8")
    (team.folder / "lists/gone.txt").write_text(f"{PEOPLE[6]}\n", "utf-8")
    gone = str(team.folder / "lists/gone.txt")
    team.ask("audience", "forget", gone, "--yes")
    team.ask("audience", "forget", GONE, "--yes", "--format", "json")
    team.ask("audience", "freeze", "east")
    _read_and_reviewed(team)
    team.ask("state", "show", "--sandbox", "letter")
    team.ask("state", "verify")
    team.ask("doctor", statuses=(0, 1, 2, 5))
    assert [] == leaks_in(team.everything() | _pages(team), *PEOPLE)


def _read_and_reviewed(team: Team) -> None:
    """Say of audiences and their campaign all that there is to be said, in every format."""
    plan = str(team.folder / "temp" / "plan.json")
    for form in ("text", "json"):
        for arguments in (
            ("audience", "list"),
            ("audience", "show", "east"),
            ("audience", "diff", "east"),
            ("audience", "overlap"),
        ):
            team.ask(*arguments, "--format", form)
    team.ask("lock")
    for form in ("text", "json", "github"):
        team.ask("validate", "--format", form)
    for form in ("text", "json", "markdown"):
        team.ask("plan", "--format", form)
        team.ask("plan", "--sandbox", "--format", form)
    team.ask("plan", "letter", "--out", plan)
    team.ask("render", "letter", "--out", str(team.folder / "temp" / "out"))
    review = team.folder / "temp" / "review.json"
    before = len(team.said)
    team.ask("plan", "--format", "json", "--for-review")
    review.write_text(team.said[before], "utf-8")
    team.ask("ci", "comment-text", str(review), statuses=(0,))


def _pages(team: Team) -> dict[str, bytes]:
    """Read the pages of `serve` that links lead to, the nearest first: a calendar has no end."""
    process = team.start("serve", "--port", "0")
    assert process.stdout is not None
    host = process.stdout.readline().strip().removeprefix("http://").partition("/")[0]
    pages, waiting = dict[str, bytes](), ["/"]
    try:
        while waiting and len(pages) < PAGES_MAX:
            path = waiting.pop(0)
            with closing(http.client.HTTPConnection(host, timeout=PATIENCE_SECONDS)) as connection:
                connection.request("GET", path)
                answer = connection.getresponse()
                is_stream = answer.getheader("Content-Type", "").startswith("text/event-stream")
                pages[path] = b"" if is_stream else answer.read()
            found = re.findall(r'(?:href|src)="(/[^"#]*)"', pages[path].decode("utf-8", "replace"))
            known = {*pages, *waiting}
            waiting += sorted({each for each in found if each not in known})
    finally:
        process.send_signal(signal.SIGINT)
        team.end(process)
    assert len(pages) > 3
    return {f"page {path}": page for path, page in pages.items()}


WRONG: Final = [
    f"openid\n{PEOPLE[0]}\n{PEOPLE[1]}，{PEOPLE[2]}\n",
    f"people\n{PEOPLE[0]}\n",
    f"openid\n{PEOPLE[0]} x\n",
    f"openid,openid\n{PEOPLE[0]},{PEOPLE[1]}\n",
    f'openid\n"{PEOPLE[0]}\n{PEOPLE[1]}\n',
    f"openid\n\0{PEOPLE[0]}\n",
]
FAILS: Final = [
    "SELECT openid::INTEGER AS openid FROM east",
    "SELECT error(openid) AS openid FROM east",
    "SELECT openid || '，' AS openid FROM east",
    "SELECT struct_pack(a := openid) AS openid FROM east",
    "SELECT openid AS person FROM east",
    f"SELECT openid FROM east WHERE openid = '{PEOPLE[0]}' AND nowhere",
]


def test_no_failure_writes_a_person_down(team: Team) -> None:
    team.ask("state", "init")
    team.ask("audience", "freeze", "staff")
    for number, wrong in enumerate(WRONG):
        (team.folder / "lists/east.csv").write_text(wrong, "utf-8")
        form = ("--format", ["text", "json"][number % 2])
        team.ask("audience", "freeze", "east", *form, statuses=(1,))
    _listed(team, "east", PEOPLE)
    for number, fails in enumerate(FAILS):
        (team.tree / "audiences/asked.sql").write_text(fails, "utf-8")
        form = ("--format", ["text", "json"][number % 2])
        team.ask("audience", "freeze", "asked", *form, statuses=(1,))
    (team.tree / "audiences/asked.sql").write_text("SELECT openid FROM east", "utf-8")
    for form in ("text", "json"):
        team.ask("audience", "freeze", "east", "--format", form, statuses=(3,), code=BUG)
    assert 2 == len(list((team.folder / "temp").glob("massctl-crash-*")))
    team.ask("audience", "forget", f"{PEOPLE[0]}，", "--yes", statuses=(2,))
    team.ask("audience", "freeze", PEOPLE[0], statuses=(2,))
    assert [] == leaks_in(team.everything(), *PEOPLE)


@pytest.mark.parametrize("first", first_by_day((0, 4, 8)))
def test_no_killed_verb_leaves_a_person_on_the_disk(team: Team, first: int) -> None:
    """At many moments of a freeze, and the next one goes through."""
    team.ask("state", "init")
    team.ask("audience", "freeze", "staff")
    for number in range(first, first + 4):
        _listed(team, "east", PEOPLE[: 18 + number])
        process = team.start("audience", "freeze", "east", "asked")
        with team.watched(process):
            time.sleep(0.4 + 0.15 * number)
            process.kill()
            team.end(process)
        # Whatever stands in a lock is whole, and its people are there.
        if (team.tree / "audiences/east.lock.json").exists():
            team.ask("audience", "diff", "east")
            team.ask("state", "verify")
    team.ask("audience", "freeze", "east", "asked")
    team.ask("plan")
    assert [] == leaks_in(team.everything(), *PEOPLE)
