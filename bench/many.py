"""A repository of many campaigns, most of them sent long ago, and the floor of planning it.

Run as `python bench/many.py ROOT` for the floor: the start of Python, and reading and hashing the files of all
campaigns, and nothing else. `build` makes the repository, with a ledger that massctl's own codec wrote.
"""

import gc
import hashlib
import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massctl.ledger.git_ledger import GitLedger

OPEN = "open-"
PICTURES = 3
PICTURE_BYTES = 60_000
ENTRIES_EACH = 7
"""What a campaign that went out leaves in the ledger: two pictures, a cover, a draft, an attempt, a job, its state."""
APPID = "wx0123456789abcdef"
SETTINGS = (
    f"version: 1\naccounts:\n  main: {{appid: {APPID}, secret_env: BENCH_SECRET, kind: service}}\n"
)
"""With one account, to which `account_of` adds more."""


def account_of(number: int, accounts: int) -> tuple[str, str]:
    """Return name and AppID of the account that a campaign is of: `main`, and more where there are several."""
    which = number % accounts
    return ("main", APPID) if which == 0 else (f"a{which}", f"wx{which:016x}")


def settings_of(accounts: int) -> str:
    """Give massctl.yaml with so many accounts."""
    more = [account_of(number, accounts) for number in range(1, accounts)]
    lines = [
        f"  {name}: {{appid: {appid}, secret_env: BENCH_SECRET, kind: service}}\n"
        for name, appid in more
    ]
    return SETTINGS + "".join(lines)


def campaign_yaml(number: int, account: str = "main") -> str:
    """Give a campaign as a person would write it."""
    return f"""\
version: 1
title: 第 {number} 期
account: {account}
audience: {{is_to_all: true}}
send:
  not_before: 2027-03-01T20:00:00+08:00
  not_after: 2027-03-01T22:00:00+08:00
preview: {{towxname: [editor_li]}}
mpnews:
  articles:
    - title: 第 {number} 期：走得慢一点
      author: 编辑部
      digest: 看得多一点
      content: articles/main.md
      cover: images/1.jpg
"""


def article(number: int) -> str:
    """Give an article of about two thousand characters with every picture but the cover."""
    words = "\n\n".join(f"## 第 {i} 节\n\n" + "走得慢一点，看得多一点。" * 40 for i in range(1, 5))
    shown = "\n\n".join(f"![图](../images/{index}.jpg)" for index in range(2, PICTURES + 1))
    return f"{words}\n\n这是第 {number} 期。\n\n{shown}\n"


def picture(name: str) -> bytes:
    """Give a JPEG of PICTURE_BYTES that no other campaign has; its tail is a comment behind the picture's end."""
    from io import BytesIO

    from PIL import Image

    data = BytesIO()
    Image.new("RGB", (900, 500), (90, 120, 200)).save(data, "JPEG", quality=85)
    head, tail = data.getvalue()[:2], data.getvalue()[2:]
    # A comment segment (FF FE, two bytes of length) makes each file its own and as large as a photograph.
    comment = hashlib.shake_256(name.encode()).digest(PICTURE_BYTES - len(head) - len(tail) - 4)
    return head + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + tail


def build(root: Path, sent: int, opened: int, *, pictures: bool = True, accounts: int = 1) -> None:
    """Make the repository and its ledger; without `pictures` for whoever wants the ledger only."""
    names = [f"sent-{number:04}" for number in range(sent)] + [
        f"{OPEN}{number:04}" for number in range(opened)
    ]
    root.mkdir(parents=True)
    (root / "massctl.yaml").write_text(settings_of(accounts))
    for number, name in enumerate(names, 1):
        folder = root / "campaigns" / name
        (folder / "images").mkdir(parents=True)
        (folder / "articles").mkdir()
        (folder / "campaign.yaml").write_text(
            campaign_yaml(number, account_of(number, accounts)[0])
        )
        (folder / "articles" / "main.md").write_text(article(number))
        for index in range(1, PICTURES + 1) if pictures else ():
            (folder / "images" / f"{index}.jpg").write_bytes(picture(f"{name}/{index}"))
    _write_ledger(root, names[:sent], accounts)


def _write_ledger(root: Path, names: list[str], accounts: int) -> None:
    """Write what applies of the past would have recorded."""
    from datetime import timedelta

    from massctl.ledger.codec import chain_digest, encode
    from massctl.model import entries
    from massctl.model.ids import CampaignName
    from massctl.source.repository import Repository

    begin = datetime(2024, 1, 1, 12, tzinfo=UTC)
    lines: list[bytes] = []
    prev = entries.GENESIS

    def note(event: entries.Event, campaign: str | None = None) -> int:
        nonlocal prev
        at = begin + timedelta(hours=len(lines))
        entry = entries.NewEntry(
            at=at, event=event, campaign=campaign, edition=1 if campaign else None
        )
        lines.append(encode(entry, len(lines) + 1, prev))
        prev = chain_digest(lines[-1])
        return len(lines)

    lineage = "01JBENCH000000000000000000"
    note(entries.Created(lineage=lineage, realm="wechat"))
    for number, name in enumerate(names, 1):
        account, appid = account_of(number, accounts)
        digest, url = (
            "sha256:" + hashlib.sha256(name.encode()).hexdigest(),
            f"http://mmbiz.qpic.cn/{number:040}/0",
        )
        source = Repository(root).folder_digest(CampaignName(name))
        for index in range(2, PICTURES + 1):
            sha256 = hashlib.sha256(f"{name}/{index}".encode()).hexdigest()
            note(entries.ImageUploaded(appid=appid, sha256=sha256, url=f"{url}{index}"), name)
        cover = hashlib.sha256(f"{name}/1".encode()).hexdigest()
        note(
            entries.MaterialAdded(appid=appid, sha256=cover, media_id=f"cover-{number}", url=url),
            name,
        )
        note(
            entries.DraftSaved(
                appid=appid,
                digest=digest,
                media_id=f"draft-{number}",
                draft_sha256=digest[7:],
                audience_count=1286,
                source_sha256=source,
            ),
            name,
        )
        attempt = note(
            entries.SendAttempted(
                appid=appid,
                digest=digest,
                message_digest=digest,
                client_msg_id=digest[7:39],
                fingerprint=digest[7:],
                audience={"is_to_all": True},
                audience_count=1286,
                media_id=f"draft-{number}",
                source_sha256=source,
                title=f"第 {number} 期",
                account=account,
                not_before=datetime.fromisoformat("2027-03-01T20:00:00+08:00"),
                not_after=datetime.fromisoformat("2027-03-01T22:00:00+08:00"),
            ),
            name,
        )
        note(entries.SendAccepted(attempt=attempt, msg_id=number, msg_data_id=number), name)
        note(
            entries.JobStatus(
                msg_id=number, status="sent", total_count=1286, sent_count=1286, error_count=0
            ),
            name,
        )
    (root / "massctl.state.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (root / "massctl.yaml").write_text(f"{settings_of(accounts)}state: {{lineage: {lineage}}}\n")
    (root / ".gitignore").write_text(".massctl/\nmassctl.state.jsonl\n")
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=b", "-c", "user.email=b@c", "commit", "-qm", "all"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True)


def replay(root: str) -> None:
    """Read, verify and fold the ledger, as every apply does."""
    from massctl.ledger.local_file import LocalLedger
    from massctl.model.state import State

    gc.set_threshold(1_000_000)  # As the command does.
    State().absorb_all(LocalLedger(Path(root, "massctl.state.jsonl"), Path(root)).read(0))


def in_git(root: Path, remote: Path) -> None:
    """Move the ledger to a branch of a bare remote, which is made."""
    git = ["git", "-C", str(root)]
    subprocess.run(["git", "init", "--quiet", "--bare", str(remote)], check=True)
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "remote", "add", "origin", str(remote)], check=True)
    _git_ledger(root).take_over((root / "massctl.state.jsonl").read_bytes(), datetime.now(UTC))


def pushed(root: Path, times: int) -> float:
    """Append one durable entry so often behind what was read; gives the seconds that one takes in the median."""

    from massctl.model import entries

    entry = entries.NewEntry(
        at=datetime.now(UTC), event=entries.ImageUploaded(appid="wx", sha256="0" * 64, url="u")
    )
    opened = _git_ledger(root)
    serial, took = len(opened.read(0)), []
    for number in range(times):
        begin = time.perf_counter()
        opened.append(serial + number, [entry], durable=True)
        took.append(time.perf_counter() - begin)
    return statistics.median(took)


def _git_ledger(root: Path) -> "GitLedger":
    from massctl.ledger.git_branch import GitBranch
    from massctl.ledger.git_ledger import GitLedger
    from massctl.ledger.git_remote import way_to

    way = way_to(root, "origin", os.environ)
    return GitLedger(
        GitBranch(root / ".massctl" / "ledger.git", way, "massctl-state"), root / "locks"
    )


def main() -> None:
    for path in Path(sys.argv[1], "campaigns").glob("*/**/*"):
        if path.is_file():
            hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
