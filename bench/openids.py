"""Lists of openids: the memory of an `apply` by the length of its list, and nobody twice though it is killed.

Run as `python bench/openids.py [COUNT…]`, by default 10000 100000 1000000; the last list is sent once more while
the run is killed ten times at random moments. The stand-in for WeChat keeps books of its own, one row an openid, and
tells at the end who got the message how often. `python bench/openids.py serve BOOKS` is that stand-in. A run of more
than sixty jobs waits for the account's next minute, as WeChat asks.
"""

import itertools
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KILLS = 10
MEBIBYTE = 1024
"""In the unit of `ru_maxrss` on Linux, kibibytes."""
SETTINGS = """\
version: 1
accounts:
  main: {appid: wx0123456789abcdef, secret_env: BENCH_SECRET, kind: service}
policy: {in_doubt_wait: 0}
"""
CAMPAIGN = """\
version: 1
account: main
audience: {openids: list.txt}
mpnews:
  articles:
    - {title: 一封信, content: letter.md, cover: cover.jpg}
"""


class Books:
    """What the stand-in knows: drafts, accepted ids, and how often each openid was sent to."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        for table in (
            "got (openid TEXT PRIMARY KEY, times INTEGER) WITHOUT ROWID",
            "jobs (id TEXT PRIMARY KEY, msg_id INTEGER, size INTEGER)",
            "drafts (media_id TEXT PRIMARY KEY, articles TEXT)",
        ):
            self._db.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        self._lock = threading.Lock()
        self._numbers = itertools.count(int(time.time()))

    def answer(self, path: str, body: bytes) -> dict[str, object]:
        """Answer one call; one after the other, as the books are one."""
        with self._lock:
            return self._answer(path.removeprefix("/cgi-bin/"), body, next(self._numbers))

    def _answer(self, path: str, body: bytes, number: int) -> dict[str, object]:
        match path:
            case "stable_token":
                return {"access_token": f"token-{number}", "expires_in": 7200}
            case "material/add_material":
                return {"media_id": f"material-{number}"}
            case "draft/add":
                self._db.execute(
                    "INSERT INTO drafts VALUES (?, ?)", (f"draft-{number}", body.decode())
                )
                return {"media_id": f"draft-{number}"}
            case "draft/get":
                media_id = json.loads(body)["media_id"]
                row = self._db.execute(
                    "SELECT articles FROM drafts WHERE media_id = ?", (media_id,)
                ).fetchone()
                return (
                    {"news_item": json.loads(row[0])["articles"]}
                    if row
                    else {"errcode": 40007, "errmsg": "gone"}
                )
            case "draft/delete":
                self._db.execute(
                    "DELETE FROM drafts WHERE media_id = ?", (json.loads(body)["media_id"],)
                )
                return {"errcode": 0, "errmsg": "ok"}
            case "draft/batchget":
                return self._listed(json.loads(body))
            case "message/mass/send":
                return self._send(json.loads(body), number)
            case "message/mass/get":
                return {"msg_id": int(re.sub(rb"\D", b"", body)), "msg_status": "SEND_SUCCESS"}
            case _:
                return {"errcode": 0, "errmsg": "ok"}

    def _listed(self, asked: dict[str, int]) -> dict[str, object]:
        page = "SELECT media_id, articles FROM drafts ORDER BY rowid DESC LIMIT ? OFFSET ?"
        rows = self._db.execute(page, (asked["count"], asked["offset"])).fetchall()
        items = [
            {
                "media_id": media_id,
                "content": {"news_item": [{"title": each["title"]} for each in _articles(written)]},
            }
            for media_id, written in rows
        ]
        (total,) = self._db.execute("SELECT count(*) FROM drafts").fetchone()
        return {"item": items, "total_count": total, "item_count": len(items)}

    def _send(self, asked: dict[str, object], number: int) -> dict[str, object]:
        openids, known = asked["touser"], str(asked["clientmsgid"])
        row = self._db.execute("SELECT msg_id FROM jobs WHERE id = ?", (known,)).fetchone()
        if row is not None:
            return {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": row[0]}
        if not isinstance(openids, list) or not 2 <= len(openids) <= 10_000:
            return {"errcode": 40032, "errmsg": "invalid openid list size"}
        self._db.execute("BEGIN")
        self._db.execute("INSERT INTO jobs VALUES (?, ?, ?)", (known, number, len(openids)))
        self._db.executemany(
            "INSERT INTO got VALUES (?, 1) ON CONFLICT (openid) DO UPDATE SET times = times + 1",
            ((openid,) for openid in openids),
        )
        self._db.execute("DELETE FROM drafts WHERE media_id = ?", (asked["mpnews"]["media_id"],))  # type: ignore[index]
        self._db.execute("COMMIT")
        return {
            "errcode": 0,
            "errmsg": "send job submission success",
            "msg_id": number,
            "msg_data_id": number,
        }


def _articles(written: str) -> list[dict[str, str]]:
    articles: list[dict[str, str]] = json.loads(written)["articles"]
    return articles


def serve(books: Books) -> None:
    """Serve until standard input closes; prints the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            data = json.dumps(
                books.answer(self.path.partition("?")[0], body), ensure_ascii=False
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(ConnectionError):  # Whoever asked was killed meanwhile.
                self.wfile.write(data)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Keep silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


@contextmanager
def served(books: Path) -> Iterator[str]:
    command = [sys.executable, __file__, "serve", str(books)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.stdin.close()
        process.wait()


def build(root: Path, count: int) -> None:
    """Make a repository with one campaign to a list of `count` openids."""
    from PIL import Image

    folder = root / "campaigns" / "letter"
    folder.mkdir(parents=True)
    (root / "massctl.yaml").write_text(SETTINGS)
    (folder / "campaign.yaml").write_text(CAMPAIGN)
    (folder / "letter.md").write_text("走得慢一点，看得多一点。\n")
    Image.new("RGB", (900, 383), (90, 120, 200)).save(folder / "cover.jpg", "JPEG")
    shuffled = random.Random(count)
    with (folder / "list.txt").open("w") as file:
        file.writelines(
            f"o{shuffled.getrandbits(64):020x}{number:07d}\n" for number in range(count)
        )


def built(root: Path, count: int) -> None:
    """Make the repository in a process of its own: a child's `ru_maxrss` begins with that of its parent."""
    subprocess.run([sys.executable, __file__, "build", str(root), str(count)], check=True)


def apply(root: Path, api: str, *, kill_after: float | None = None) -> tuple[int, int, float]:
    """Run `massctl apply letter --yes`; gives its exit status, its largest resident memory in KiB, its seconds."""
    environment = {**os.environ, "MASSCTL_API_BASE": api, "BENCH_SECRET": "0" * 32}
    command = [sys.executable, "-m", "massctl", "-C", str(root), "apply", "letter", "--yes"]
    begin = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    timer = (
        threading.Timer(kill_after, process.send_signal, [signal.SIGKILL])
        if kill_after is not None
        else None
    )
    if timer is not None:
        timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    if timer is not None:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss, time.monotonic() - begin


def books_say(books: Path) -> str:
    """Say what the stand-in's books hold."""
    db = sqlite3.connect(books)
    (jobs,) = db.execute("SELECT count(*) FROM jobs").fetchone()
    once, more = db.execute("SELECT sum(times = 1), sum(times > 1) FROM got").fetchone()
    (left,) = db.execute("SELECT count(*) FROM drafts").fetchone()
    db.close()
    return f"{jobs} jobs, {once or 0} openids once, {more or 0} more than once, {left} drafts left"


def measure(count: int) -> float:
    """Send a list without a disturbance; gives the seconds it took."""
    with tempfile.TemporaryDirectory() as directory:
        root, books = Path(directory, "repository"), Path(directory, "books.sqlite3")
        built(root, count)
        with served(books) as api:
            status, memory, seconds = apply(root, api)
        print(
            f"{count:>9} openids: {memory / MEBIBYTE:6.1f} MiB, {seconds:6.1f} s, exit {status}; {books_say(books)}"
        )
        return seconds


def killed(count: int, seconds: float) -> None:
    """Send a list while the run is killed KILLS times, then to its end."""
    with tempfile.TemporaryDirectory() as directory:
        root, books = Path(directory, "repository"), Path(directory, "books.sqlite3")
        built(root, count)
        chance = random.Random()
        with served(books) as api:
            for _ in range(KILLS):
                status, _, _ = apply(
                    root, api, kill_after=chance.uniform(seconds / 20, seconds / 5)
                )
                print(f"  exit {status:>3}; {books_say(books)}", flush=True)
            status, memory, _ = apply(root, api)
        told = (
            f"{count:>9} openids, killed {KILLS} times: {memory / MEBIBYTE:6.1f} MiB, exit {status}"
        )
        print(f"{told}; {books_say(books)}")


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve(Books(sys.argv[2]))
        return
    if sys.argv[1:2] == ["build"]:
        build(Path(sys.argv[2]), int(sys.argv[3]))
        return
    counts = [int(each) for each in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    seconds = [measure(count) for count in counts]
    killed(counts[-1], seconds[-1])


if __name__ == "__main__":
    main()
