"""Measure `massctl report` over 1,000 sends and over one, beside its floor: `python bench/report.py [SENDS] [ROUNDS]`.

The floor starts Python, imports what the command imports (of massctl and of the libraries), and parses the JSON of
every line of the ledger and of the archive; `python bench/report.py floor ROOT FORM` is the floor of a form. Printed
are the processor's seconds of massctl without the floor's imports, and the ratio of massctl to the floor, which a
busy machine changes less. Modules are compiled before, as an installation compiles them.
"""

import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path

SENDS = 1_000
APPID = "wx0123456789abcdef"
LINEAGE = "01JBENCH000000000000000000"
FIRST = datetime.fromisoformat("2026-01-01T20:00:00+08:00")
SETTINGS = f"""\
version: 1
accounts:
  main: {{appid: {APPID}, secret_env: BENCH_SECRET, kind: subscription}}
state: {{lineage: {LINEAGE}}}
"""
IMPORTED = (
    "massctl.cli.main",
    "massctl.cli.commands.report",
    "massctl.cli.ledger_site",
    "massctl.ledger.backend",
)
FORMS = {
    "json": ["massctl.view.report_json"],
    "csv": ["massctl.view.report_csv"],
    "markdown": ["massctl.view.report_markdown"],
    "html": ["massctl.view.pages.report_page", "pygal"],
}
"""What each form imports beside IMPORTED."""
COUNTED = (
    "share_user",
    "zaikan_user",
    "like_user",
    "comment_count",
    "collection_user",
    "read_subscribe_user",
)
SCENES = ("公众号消息", "推荐", "聊天会话", "朋友圈", "公众号主页", "搜一搜", "其他")
GOALS = {"all": 1.5, "one": 0.3}
"""Seconds beside the imports: over all sends, and over one."""
RATIOS = {"all": 3.5, "one": 1.0}
"""Times the floor, likewise."""


def build(root: Path, sends: int) -> None:
    """Make the repository: a ledger with a send a day, and 30 days of statistics of each."""
    from massctl.ledger.codec import chain_digest, encode
    from massctl.model import entries

    root.mkdir(parents=True)
    (root / "massctl.yaml").write_text(SETTINGS, encoding="utf-8")
    lines: list[bytes] = []

    def note(event: entries.Event, at: datetime, campaign: str | None = None) -> int:
        before = chain_digest(lines[-1]) if lines else entries.GENESIS
        entry = entries.NewEntry(
            at=at, event=event, campaign=campaign, edition=1 if campaign else None
        )
        lines.append(encode(entry, len(lines) + 1, before))
        return len(lines)

    note(entries.Created(lineage=LINEAGE, realm="wechat"), FIRST)
    for number in range(sends):
        at, name = FIRST + timedelta(days=number), f"send-{number:04}"
        digest = f"sha256:{number:064x}"
        attempt = entries.SendAttempted(
            appid=APPID,
            digest=digest,
            message_digest=digest,
            client_msg_id=f"{number:032x}",
            fingerprint=f"{number:064x}",
            audience={"is_to_all": True},
            audience_count=90_000,
            media_id=f"draft-{number}",
            title=f"第 {number} 期",
            account="main",
            titles=[f"第 {number} 期：走得慢一点"],
            authors=["编辑部"],
            themes=["qingshan"],
        )
        serial = note(attempt, at, name)
        note(
            entries.SendAccepted(attempt=serial, msg_id=number + 1, msg_data_id=number + 1),
            at,
            name,
        )
        ended = entries.JobStatus(
            msg_id=number + 1,
            status="sent",
            source="event",
            total_count=90_000,
            filter_count=89_000,
            sent_count=88_000,
            error_count=1_000,
        )
        note(ended, at, name)
    (root / "massctl.state.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    _archive(root / "massctl.state.statistics" / APPID, sends)


def _archive(folder: Path, sends: int) -> None:
    folder.mkdir(parents=True)
    months: dict[str, list[str]] = {}
    for number in range(sends):
        sent = (FIRST + timedelta(days=number)).date()
        months.setdefault(f"articles-{sent:%Y-%m}", []).extend(
            _row(number, sent, day) for day in range(30)
        )
        months.setdefault(f"account-{sent:%Y-%m}", []).append(_account_row(number, sent))
    for name, rows in months.items():
        (folder / f"{name}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _row(number: int, sent: date, day: int) -> str:
    readers = 8_000 + number % 97 * 11 + day * 40
    return json.dumps(
        {
            "family": "newer",
            "msgid": f"{number + 1}_1",
            "ref_date": sent.isoformat(),
            "stat_date": (sent + timedelta(days=day)).isoformat(),
            "seen_at": f"{sent + timedelta(days=day + 1)}T01:00:00+00:00",
            "is_delay": False,
            "title": f"第 {number} 期：走得慢一点",
            "publish_type": 0,
            "read_user": readers,
            "read_user_source": {
                scene: readers // (2 << place) for place, scene in enumerate(SCENES)
            },
            **dict.fromkeys(COUNTED, readers // 50),
            "read_delivery_rate": 0.09,
            "read_finish_rate": 0.4,
            "read_avg_activetime": 2.1,
            "read_jump_position": {"1": 0.3, "2": 0.2, "3": 0.1, "4": 0.1, "5": 0.3},
        },
        ensure_ascii=False,
    )


def _account_row(number: int, day: date) -> str:
    users = {"new_user": {"0": 40, "1": 20}, "cancel_user": {"0": 30 + number % 7}}
    return json.dumps(
        {
            "ref_date": day.isoformat(),
            "seen_at": f"{day + timedelta(days=1)}T01:00:00+00:00",
            **users,
        }
    )


def floor(root: Path, form: str) -> None:
    """Import what `massctl report` imports for a form, parse every line, and print the seconds of the imports."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for module in (*IMPORTED, *FORMS[form]):
        importlib.import_module(module)
    imported = time.process_time()
    for path in (
        root / "massctl.state.jsonl",
        *sorted((root / "massctl.state.statistics").rglob("*.jsonl")),
    ):
        for line in path.read_bytes().splitlines():
            json.loads(line)
    print(imported)


def timed(compiled: Path, *command: str) -> tuple[float, str]:
    """Run a command with modules compiled in a folder; returns the processor's seconds, and what it printed."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = _spent()
    done = subprocess.run(
        [sys.executable, *command],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    return _spent() - before, done.stdout


def _spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main(sends: int = SENDS, rounds: int = 3) -> None:
    """Measure every form over all sends and over one, each beside the floor of its round."""
    with tempfile.TemporaryDirectory() as folder:
        root, compiled, out = (Path(folder) / name for name in ("repository", "compiled", "out"))
        build(root, sends)
        for what, names in (("all", ()), ("one", (f"send-{sends - 1:04}",))):
            for form in FORMS:
                bare = (compiled, __file__, "floor", str(root), form)
                report = (
                    *(compiled, "-m", "massctl", "-C", str(root), "report", *names),
                    *("--format", form, "--out", str(out)),
                )
                timed(*bare), timed(*report)
                seconds, ratios = [], []
                for _ in range(rounds):
                    least, imports = timed(*bare)
                    took, _ = timed(*report)
                    seconds.append(took - float(imports))
                    ratios.append(took / least)
                spent, ratio = statistics.median(seconds), statistics.median(ratios)
                print(
                    f"{what:4} {form:9} {spent:6.2f} s beside imports (goal {GOALS[what]}), "
                    f"{ratio:5.2f} × the floor (goal {RATIOS[what]})"
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["floor"]:
        floor(Path(sys.argv[2]), sys.argv[3])
    else:
        main(*map(int, sys.argv[1:]))
