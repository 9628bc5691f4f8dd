"""Measure how long an apply takes over many accounts: `python bench/accounts.py [ACCOUNTS] [ROUNDS]`.

Each account has one due text, and WeChat answers every call after the delay of `bench/run.py`. Printed are the whole,
against an apply of one account, and the time between the first and the last mass send.
"""

import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from run import MASSCTL, seconds, server

APPID = "wx{number:016x}"


def build(root: Path, accounts: int) -> None:
    """Make a repository of so many accounts with one text each, and no ledger."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    lines = ["version: 1", "accounts:"]
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


def apply(root: Path, base: str, accounts: int) -> tuple[float, float]:
    """Send everything once; give the seconds of the whole, and those between the first and the last send."""
    build(root, accounts)
    names = [f"text-{number}" for number in range(1, accounts + 1)]
    variables = {"MASSCTL_API_BASE": base, "BENCH_SECRET": "bench-secret"}
    took = seconds([*MASSCTL, "-C", str(root), "apply", *names, "--yes"], **variables)
    with urlopen(f"{base}/sends") as said:
        first, last, count = json.load(said)
    if count != accounts:
        raise SystemExit(f"{count} sends in place of {accounts}")
    return took, last - first


def main() -> None:
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as scratch, server() as base:
        root = Path(scratch) / "repository"
        pairs = [(apply(root, base, accounts), apply(root, base, 1)[0]) for _ in range(rounds)]
    ratio = statistics.median(many / one for (many, _), one in pairs)
    between = statistics.median(each for (_, each), _ in pairs)
    whole = statistics.median(many for (many, _), _ in pairs)
    print(f"apply, {accounts} accounts / one{'':<20} {ratio:5.2f}   goal 1.5   ({whole:.2f} s)")
    print(f"from the first send to the last{'':<15} {between:5.2f} s goal 3.0")


if __name__ == "__main__":
    main()
