"""Measure an apply over many accounts: `PYTHONPATH=tests python bench/accounts.py [ACCOUNTS] [ROUNDS] [PLACE ...]`.

Each account has one due text, and WeChat answers every call after the delay of `bench/run.py`. PLACE is where the
ledger is: `local`, which is meant without one, `git`, `postgres` or `s3`. Printed are the whole, compared with that of
one account, the time between the first and the last mass send, and how often the ledger was pushed to git.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from postgres_server import Place
from postgres_server import server as postgres
from run import MASSCTL, seconds, server
from s3_places import CREDENTIALS, endpoint

APPID = "wx{number:016x}"


def build(root: Path, accounts: int, state: str = "") -> None:
    """Make a repository of so many accounts with one text each; its ledger is where `state` says, and not begun."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    lines = ["version: 1", *filter(None, [state]), "accounts:"]
    for number in range(1, accounts + 1):
        appid = APPID.format(number=number)
        lines.append(f"  a{number}: {{appid: {appid}, secret_env: BENCH_SECRET, kind: service}}")
        folder = root / "campaigns" / f"text-{number}"
        folder.mkdir(parents=True)
        (folder / "campaign.yaml").write_text(
            f"version: 1\naccount: a{number}\naudience: {{is_to_all: true}}\n"
            f"text: {{content: 第 {number} 个账号}}\n"
            "send:\n  not_before: 2020-01-01T00:00:00+08:00\n  not_after: 2099-01-01T00:00:00+08:00\n",
            encoding="utf-8",
        )
    (root / "massctl.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def begin(root: Path, place: str, variables: dict[str, str]) -> None:
    """Begin the ledger in its place, which is a new one."""
    git = ["git", "-C", str(root), "-c", "user.name=b", "-c", "user.email=b@c"]
    remote = root.with_name("remote.git")
    shutil.rmtree(remote, ignore_errors=True)
    for words in (
        ["git", "init", "--quiet", "--bare", str(remote)],
        [*git, "init", "--quiet"],
        [*git, "remote", "add", "origin", str(remote)],
        [*git, "add", "--all"],
        [*git, "commit", "--quiet", "--message", "all"],
        [*git, "push", "--quiet", "origin", "HEAD"],
    ):
        subprocess.run(words, check=True)
    if place != "local":
        seconds([*MASSCTL, "-C", str(root), "state", "init"], **variables)


def place_of(name: str, bucket: int) -> tuple[str, dict[str, str]]:
    """Return what massctl.yaml says of a new place, and the variables that it needs."""
    if name == "git":
        return "state: {backend: git}", {}
    if name == "postgres":
        made = Place(postgres())
        return "state: {backend: postgres, dsn_env: LEDGER_DSN}", {"LEDGER_DSN": made.dsn("owner")}
    if name == "s3":
        where = f"url: s3://bench/{bucket}, endpoint: {endpoint('lying')}"
        return f"state: {{backend: s3, {where}}}", CREDENTIALS
    return "", {}


def apply(root: Path, base: str, accounts: int, place: str = "local") -> tuple[float, float, int]:
    """Send everything once; give its seconds, those from the first to the last send, and the ledger's commits."""
    state, more = place_of(place, len(os.listdir(root.parent)) + accounts)
    build(root, accounts, state)
    names = [f"text-{number}" for number in range(1, accounts + 1)]
    variables = {"MASSCTL_API_BASE": base, "BENCH_SECRET": "bench-secret", **more}
    begin(root, place, variables)
    took = seconds([*MASSCTL, "-C", str(root), "apply", *names, "--yes"], **variables)
    with urlopen(f"{base}/sends") as said:
        first, last, count = json.load(said)
    if count != accounts:
        raise SystemExit(f"{count} sends in place of {accounts}")
    if place != "git":
        return took, last - first, 0
    counted = ["git", "--git-dir", str(root.with_name("remote.git")), "rev-list", "--count"]
    done = subprocess.run([*counted, "massctl-state"], check=True, capture_output=True, text=True)
    return took, last - first, int(done.stdout) - 1


def main() -> None:
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    for place in sys.argv[3:] or ["local"]:
        with tempfile.TemporaryDirectory() as scratch, server() as base:
            root = Path(scratch) / "repository"
            pairs = [
                (apply(root, base, accounts, place), apply(root, base, 1, place))
                for _ in range(rounds)
            ]
        ratio = statistics.median(many[0] / one[0] for many, one in pairs)
        whole, between, pushes = map(
            statistics.median, zip(*(many for many, _ in pairs), strict=True)
        )
        print(f"{place}: {accounts} accounts / one  {ratio:5.2f}   goal 1.5   ({whole:.2f} s)")
        print(f"{place}: first send to the last  {between:5.2f} s goal 3.0   ({pushes} pushes)")


if __name__ == "__main__":
    main()
