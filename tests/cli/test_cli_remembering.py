"""`massctl plan` believes earlier plans, and says exactly what it would say if it did not."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from building import DAY, LINEAGE
from cli_runner import NOON, Shell
from repositories import png, window
from said import Said

from massctl.ledger.local import LocalLedger
from massctl.model import entries
from massctl.model.ids import CampaignName
from massctl.source import marks
from massctl.source.repository import Repository

OPENID = "oTESTreviewer00000000000001"
TONIGHT = window("2026-12-01T20:00:00+08:00", "2026-12-01T21:30:00+08:00")
AT_NOON = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
REVIEWERS = f"preview:\n  towxname: [editor_lin]\n  touser: [{OPENID}]\n"
ARTICLE = """\
## {{ vars_title }}

{% include "_shared/foot.md.j2" %}
{% include "_shared/maybe.md.j2" ignore missing %}

![河堤](../images/river.png)
"""
APPID = "wx0123456789abcdef"
DIGEST = "sha256:" + "4" * 64


def record(shell: Shell, *events: tuple[entries.Event, str | None]) -> None:
    """Write entries as an apply would."""
    ledger = LocalLedger(shell.root / "massctl.state.jsonl", shell.root / ".massctl" / "locks")
    serial = len(ledger.read(0))
    new = [entries.NewEntry(at=NOON - DAY, event=e, campaign=c, edition=1 if c else None) for e, c in events]
    ledger.append(serial, new, durable=False)


def attempt(shell: Shell, name: str, **more: object) -> entries.SendAttempted:
    return entries.SendAttempted(
        appid=APPID,
        digest=DIGEST,
        message_digest=DIGEST,
        client_msg_id="c" * 32,
        fingerprint="f" * 64,
        audience={"is_to_all": True},
        source_sha256=Repository(shell.root).folder_digest(CampaignName(name)),
        **more,
    )


@pytest.fixture
def known(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A repository with two campaigns that went out, three that are open, one with a fault; planned twice."""
    monkeypatch.setattr(marks, "_YOUNG_NS", -(10**15))  # Every file of a test is young.
    shell.env(WECHAT_MAIN_SECRET="s" * 32)
    shell.tree.settings(state=f"state: {{lineage: {LINEAGE}}}\n")
    shell.tree.news("went-out", more=AT_NOON)
    shell.tree.text("said")
    shell.tree.news("letter", more=AT_NOON + REVIEWERS)
    shell.tree.news("waiting", more=TONIGHT + 'vars: {vars_title: "早"}\n', body=ARTICLE)
    folder = shell.root / "campaigns" / "waiting"
    (folder / "articles" / "main.md").rename(folder / "articles" / "main.md.j2")
    shell.tree.write(
        "campaigns/waiting/campaign.yaml",
        shell.tree.read("campaigns/waiting/campaign.yaml").replace("main.md", "main.md.j2"),
    )
    shell.tree.write("campaigns/_shared/foot.md.j2", "下次见。\n")
    shell.tree.text("notice", more=TONIGHT)
    shell.tree.text("broken", more="surprise: 1\n")
    record(
        shell,
        (entries.Created(lineage=LINEAGE, realm="wechat"), None),
        (attempt(shell, "went-out"), "went-out"),
        (entries.SendAccepted(attempt=2, msg_id=1), "went-out"),
        (entries.JobStatus(msg_id=1, status="sent"), "went-out"),
        (attempt(shell, "said"), "said"),
        (entries.SendAccepted(attempt=5, msg_id=2), "said"),
    )
    for _ in range(2):
        assert 1 == shell("plan").status
    return shell


def without_memory(shell: Shell, *arguments: str) -> Said:
    with shell.monkeypatch.context() as patch:
        patch.setattr("massctl.cli.session._memory", lambda _: None)
        return shell(*arguments)


def same(shell: Shell) -> Said:
    """Plan with and without what is remembered, twice, and give what both say."""
    for form in ("json", "text"):
        anew = without_memory(shell, "plan", "--format", form)
        for _ in range(2):
            assert anew == shell("plan", "--format", form)
    return without_memory(shell, "plan", "--format", "json")


def edit(path: str, before: str, after: str) -> Callable[[Shell], None]:
    def change(shell: Shell) -> None:
        text = shell.tree.read(path)
        assert before in text
        shell.tree.write(path, text.replace(before, after))

    return change


def write(path: str, content: str | bytes) -> Callable[[Shell], None]:
    return lambda shell: (shell.tree.write(path, content), None)[1]


def do(act: Callable[[Path], object]) -> Callable[[Shell], None]:
    return lambda shell: (act(shell.root), None)[1]


def in_the_same_moment(path: str, before: str, after: str) -> Callable[[Shell], None]:
    """Edit without a trace in size and time."""

    def change(shell: Shell) -> None:
        target = shell.root / path
        status = target.stat()
        text = shell.tree.read(path)
        assert before in text
        assert len(before.encode()) == len(after.encode())
        with target.open("r+b") as file:
            file.write(text.replace(before, after).encode())
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))

    return change


def linked(path: str, target: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        (root / path).unlink(missing_ok=True)
        (root / path).symlink_to(target)

    return act


def renamed(old: str, new: str) -> Callable[[Path], object]:
    return lambda root: (root / old).rename(root / new)


CHANGES: dict[str, Callable[[Shell], None]] = {
    "nothing": lambda _: None,
    "a sent campaign's article": edit("campaigns/went-out/articles/main.md", "早", "晚"),
    "a sent campaign's article, without a trace": in_the_same_moment(
        "campaigns/went-out/articles/main.md", "## 早", "## 晚"
    ),
    "a sent campaign's picture": write("campaigns/went-out/images/river.png", png((1, 2, 3))),
    "a sent campaign's title": edit("campaigns/went-out/campaign.yaml", "秋日来信", "冬日来信"),
    "a sent campaign's edition": edit("campaigns/went-out/campaign.yaml", "account: main", "account: main\nedition: 2"),
    "a sent campaign's file is gone": do(lambda root: (root / "campaigns/went-out/images/river.png").unlink()),
    "a sent campaign has a new file": write("campaigns/went-out/notes.txt", "x"),
    "a sent campaign has a new hidden file": write("campaigns/went-out/.swp", "x"),
    "a sent campaign has a link": do(linked("campaigns/went-out/articles/main.md", "../../letter/articles/main.md")),
    "a sent campaign has a link out of the tree": do(linked("campaigns/went-out/images/river.png", "/etc/hostname")),
    "a sent campaign has a FIFO": do(lambda root: os.mkfifo(root / "campaigns/went-out/pipe")),
    "a sent campaign's file became a FIFO": do(
        lambda root: (
            (root / "campaigns/went-out/campaign.yaml").unlink(),
            os.mkfifo(root / "campaigns/went-out/campaign.yaml"),
        )
    ),
    "a sent campaign is gone": do(renamed("campaigns/went-out", "kept-elsewhere")),
    "a sent campaign has another name": do(renamed("campaigns/went-out", "campaigns/was-out")),
    "a sent campaign is a link": do(
        lambda root: (
            (root / "campaigns/went-out").rename(root / "elsewhere"),
            (root / "campaigns/went-out").symlink_to("../elsewhere"),
        )
    ),
    "a sent campaign's file in another case": do(
        renamed("campaigns/went-out/campaign.yaml", "campaigns/went-out/Campaign.yaml")
    ),
    "campaigns is a link": do(
        lambda root: ((root / "campaigns").rename(root / "other"), (root / "campaigns").symlink_to("other"))
    ),
    "campaigns in another case": do(renamed("campaigns", "Campaigns")),
    "a sent campaign that is not valid any more": edit("campaigns/went-out/campaign.yaml", "author", "autor"),
    "an open campaign's article": edit("campaigns/letter/articles/main.md", "早", "晚"),
    "an open campaign's article, without a trace": in_the_same_moment(
        "campaigns/letter/articles/main.md", "## 早", "## 晚"
    ),
    "an open campaign's file that nothing shows": write("campaigns/letter/notes.txt", "x"),
    "an open campaign's picture": write("campaigns/letter/images/river.png", png((1, 2, 3))),
    "an open campaign's picture is gone": do(lambda root: (root / "campaigns/letter/images/river.png").unlink()),
    "an open campaign's picture is no picture": write("campaigns/letter/images/river.png", b"none"),
    "an open campaign's picture in another case": do(
        renamed("campaigns/letter/images/river.png", "campaigns/letter/images/River.png")
    ),
    "an open campaign's picture is a link out": do(linked("campaigns/letter/images/river.png", "/etc/hostname")),
    "an open campaign's picture is a link": do(linked("campaigns/letter/images/river.png", "cover.png")),
    "an open campaign's picture is huge": do(
        lambda root: os.truncate(root / "campaigns/letter/images/river.png", 2**27)
    ),
    "an open campaign's variable": edit("campaigns/waiting/campaign.yaml", '"早"', '"晚"'),
    "an open campaign's window": edit("campaigns/letter/campaign.yaml", "T11:00", "T12:30"),
    "an open campaign's reviewer": edit("campaigns/letter/campaign.yaml", "editor_lin", "editor_mei"),
    "an open campaign's other reviewer": edit("campaigns/letter/campaign.yaml", OPENID, OPENID.replace("1", "2")),
    "an open campaign's account": edit("campaigns/letter/campaign.yaml", "account: main", "account: other"),
    "an open campaign's key": edit("campaigns/letter/campaign.yaml", "digest:", "digets:"),
    "a fault that is put right": edit("campaigns/broken/campaign.yaml", "surprise: 1\n", ""),
    "a shared template": edit("campaigns/_shared/foot.md.j2", "下次", "下回"),
    "a shared template is gone": do(lambda root: (root / "campaigns/_shared/foot.md.j2").unlink()),
    "a shared template that was not there": write("campaigns/_shared/maybe.md.j2", "还有一句。\n"),
    "a theme of the house that takes the place of the built-in one": write(
        "campaigns/_shared/themes/qingshan.css", "h2{color:#08684f}"
    ),
    "the theme of an open campaign": edit("campaigns/letter/campaign.yaml", "version: 1", "version: 1\ntheme: danmo"),
    "a theme that an open campaign names and nobody has": edit(
        "campaigns/letter/campaign.yaml", "version: 1", "version: 1\ntheme: dammo"
    ),
    "the account's theme": edit("massctl.yaml", "    kind: service\n", "    kind: service\n    theme: danmo\n"),
    "a new campaign": lambda shell: shell.tree.text("another"),
    "a folder that is no campaign": write("campaigns/Not A Name/x", "x"),
    "the house's words": edit("massctl.yaml", "policy:\n", "policy:\n  banned_words: [今天]\n"),
    "the account's links": edit("massctl.yaml", "    kind: service\n", "    kind: service\n    external_links: keep\n"),
    "the account's appid": edit("massctl.yaml", APPID, "wxfedcba9876543210"),
    "the kill switch": edit("massctl.yaml", "policy:\n", "policy:\n  sending: disabled\n"),
    "quiet hours": edit("massctl.yaml", "policy:\n", 'policy:\n  quiet_hours: {from: "11:00", to: "12:30"}\n'),
    "frozen days": edit("massctl.yaml", "policy:\n", "policy:\n  freeze: [2026-12-01/2026-12-02]\n"),
    "previews ahead": edit("massctl.yaml", "policy:\n", "policy:\n  preview_ahead: 1h\n"),
    "locks are required": edit("massctl.yaml", "policy:\n", "policy:\n  require_lock: true\n"),
    "the language": edit("massctl.yaml", "language: en", "language: zh"),
    "the lineage": edit("massctl.yaml", LINEAGE, LINEAGE[:-1] + "Z"),
    "massctl.yaml has a fault": edit("massctl.yaml", "kind: service", "kind: servant"),
    "massctl.yaml is gone": do(lambda root: (root / "massctl.yaml").unlink()),
    "the ledger is longer": lambda shell: record(shell, (attempt(shell, "letter"), "letter")),
    "the ledger is longer, and somebody was rejected": lambda shell: record(
        shell, (attempt(shell, "letter"), "letter"), (entries.SendRejected(attempt=7, errcode=45028), "letter")
    ),
    "the ledger is shorter": do(
        lambda root: (root / "massctl.state.jsonl").write_bytes(
            b"".join((root / "massctl.state.jsonl").read_bytes().splitlines(keepends=True)[:2])
        )
    ),
    "the ledger's last line is torn": do(lambda root: os.truncate(root / "massctl.state.jsonl", 900)),
    "the ledger's last line has lost its newline": do(
        lambda root: os.truncate(root / "massctl.state.jsonl", (root / "massctl.state.jsonl").stat().st_size - 1)
    ),
    "the ledger was edited": edit("massctl.state.jsonl", '"sent"', '"sending"'),
    "the ledger is gone": do(lambda root: (root / "massctl.state.jsonl").unlink()),
    "the clock": lambda shell: shell.set_time(NOON + timedelta(hours=9)),
    "the clock goes back": lambda shell: shell.set_time(NOON - timedelta(days=90)),
    "MASSCTL_NO_SEND": lambda shell: shell.env(MASSCTL_NO_SEND="1"),
    "MASSCTL_API_BASE": lambda shell: shell.env(MASSCTL_API_BASE="http://127.0.0.1:1"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_plan_that_remembers_says_what_every_plan_says(known: Shell, change: Callable[[Shell], None]):
    change(known)
    same(known)


def test_each_change_back_and_forth(known: Shell):
    """What was remembered in between is no better than what was remembered first."""
    path = "campaigns/letter/articles/main.md"
    first = same(known)
    edit(path, "早", "晚")(known)
    second = same(known)
    edit(path, "晚", "早")(known)
    assert (first, True) == (same(known), first != second)


def test_a_theme_of_the_house_is_read_again(known: Shell):
    edit("campaigns/letter/campaign.yaml", "version: 1", "version: 1\ntheme: brand")(known)
    write("campaigns/_shared/themes/brand.css", "h2{color:#08684f}")(known)
    first = same(known)
    write("campaigns/_shared/themes/brand.css", "h2{color:#08684e}")(known)
    second = same(known)
    write("campaigns/_shared/themes/brand.css", "h2{color:red;position:fixed}")(known)
    assert "MC114" in same(known).out
    assert first != second


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("it was read anew")


def test_what_is_known_is_not_made_again(known: Shell):
    before = known("plan", "--format", "json")
    broken = known.root / "campaigns" / "broken"
    broken.rename(known.root / "broken")
    named = ["letter", "waiting", "notice", "went-out", "said"]
    with known.monkeypatch.context() as patch:
        for name in ("campaigns.load_campaign", "campaigns.load_settings", "pictures.PictureShelf"):
            patch.setattr(f"massctl.source.{name}", refuse)
        patch.setattr("massctl.ledger.codec.decode", refuse)
        after = known("plan", "--format", "json", *named)
    shown = {c["name"]: c for c in before.document["campaigns"]}
    assert {name: shown[name] for name in named} == {c["name"]: c for c in after.document["campaigns"]}


@pytest.mark.parametrize("verb", [["validate"], ["lock"], ["lock", "--check"], ["apply", "letter", "--yes"]])
def test_other_verbs_believe_nothing(known: Shell, verb: list[str]):
    """They do not even open the memory."""
    known.monkeypatch.setattr("massctl.cli.session._memory", refuse)
    known.env(MASSCTL_API_BASE="http://127.0.0.1:1")
    assert known(*verb).status in {0, 1, 5}


def test_what_was_locked_is_remembered_too(known: Shell):
    edit("massctl.yaml", "policy:\n", "policy:\n  require_lock: true\n")(known)
    assert "lock_missing" in same(known).out
    assert known("lock", "letter", "waiting", "notice").status == 0
    same(known)
    edit("campaigns/letter/rendered/article-1.html", "早", "晚")(known)
    assert "lock_stale" in same(known).out


@pytest.mark.parametrize("file", ["plan.json", "ledger.json"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"{}"),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"main", b"mein")),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: (path.unlink(), os.mkfifo(path)),
        lambda path: (path.rename(path.with_name("moved")), path.symlink_to("moved")),
        lambda path: path.chmod(0),
        lambda path: path.parent.chmod(0o500),
    ],
    ids=["empty", "foreign", "cut", "edited", "a folder", "a FIFO", "a link", "unreadable", "unwritable"],
)
def test_damage_is_ignored(known: Shell, file: str, damage: Callable[[Path], object]):
    folder = known.root / ".massctl" / "remembered"
    damage(folder / file)
    edit("campaigns/letter/articles/main.md", "早", "晚")(known)
    same(known)
    folder.chmod(0o700)


@pytest.mark.parametrize("what", ["__version__", "_own_files", "_libraries"])
def test_another_massctl_or_library_remembers_nothing(known: Shell, what: str):
    changed = "9.9.9" if what == "__version__" else lambda *_: ["changed"]
    known.monkeypatch.setattr(f"massctl.memory.stamp.{what}", changed)
    with known.monkeypatch.context() as patch:
        patch.setattr("massctl.source.remembered.from_plain", refuse)
        assert 1 == known("plan").status
    same(known)


def test_a_copied_checkout_remembers_nothing(known: Shell):
    """A memory that came along with somebody's commit says nothing."""
    known.monkeypatch.setattr("massctl.source.remembered.from_plain", refuse)
    os.rename(known.root / ".massctl", known.root.parent / "theirs")
    other = known.root.parent / "other"
    known.root.rename(other)
    known.root.mkdir()
    for path in other.iterdir():
        path.rename(known.root / path.name)
    os.rename(known.root.parent / "theirs", known.root / ".massctl")
    known.monkeypatch.chdir(known.root)
    assert 1 == known("plan").status


def test_no_openid_is_kept(known: Shell):
    kept = b"".join(path.read_bytes() for path in (known.root / ".massctl").rglob("*") if path.is_file())
    assert (True, False) == (b"editor_lin" in kept, OPENID.encode() in kept)


def test_a_young_file_is_looked_at_again(known: Shell):
    """Changed within a tick of the clock, after it was looked at: nothing outside of it could tell."""
    known.monkeypatch.setattr(marks, "_YOUNG_NS", 3_600 * 10**9)
    edit("campaigns/went-out/articles/main.md", "早", "晚")(known)
    same(known)
    with known.monkeypatch.context() as patch:
        # The others are looked at from outside: what they ask of the allowance counts.
        looks = marks.has_marks
        patch.setattr(
            "massctl.source.remembered.has_marks",
            lambda root, name, seen: refuse() if name == "went-out" else looks(root, name, seen),
        )
        assert 0 == known("plan", "went-out").status


def test_a_file_that_is_not_young_is_not(known: Shell):
    known.monkeypatch.setattr(marks, "_YOUNG_NS", 50_000_000)
    edit("campaigns/went-out/articles/main.md", "早", "晚")(known)
    time.sleep(0.2)
    known("plan")
    with known.monkeypatch.context() as patch:
        patch.setattr("massctl.source.campaigns.load_campaign", refuse)
        assert 0 == known("plan", "went-out").status


def test_a_plan_without_any_change_writes_nothing(known: Shell):
    def looks() -> dict[str, int]:
        return {p.name: p.stat().st_mtime_ns for p in (known.root / ".massctl" / "remembered").iterdir()}

    before = looks()
    known("plan")
    assert before == looks()


@pytest.mark.parametrize("error", [ValueError, TypeError, KeyError])
def test_what_is_edited_while_it_is_planned_is_not_remembered(known: Shell, error: type[Exception]):
    def edited(*_: object) -> None:
        raise error

    edit("campaigns/letter/articles/main.md", "早", "晚")(known)
    with known.monkeypatch.context() as patch:
        patch.setattr("massctl.source.remembered.RememberingDesires._campaign_yaml", edited)
        assert without_memory(known, "plan") == known("plan")
    same(known)


def test_a_campaign_that_is_too_large_is_made_anew(known: Shell):
    known.monkeypatch.setattr("massctl.source.remembered.KEPT_CHARACTERS_MAX", 100)
    edit("campaigns/letter/articles/main.md", "早", "晚")(known)
    same(known)
