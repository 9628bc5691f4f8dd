"""What stands for a folder, for a reading and for a campaign, so that an earlier plan of it can be believed."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from building import audience, news, text

from massctl.model.diagnostics import Diagnostic, Excerpt, Place, Severity
from massctl.model.ids import AccountName, CampaignName, sha256_of
from massctl.model.message import Recipient, Window
from massctl.model.phrase import Phrase
from massctl.plan.steps import Guard, NotLocked, Refusal
from massctl.source import marks
from massctl.source.kept_recipients import recipients_document, recipients_from
from massctl.source.kept_settings import settings_document, settings_from
from massctl.source.marks import Marks, can_be_marked, has_marks, marks_document, marks_from, marks_of
from massctl.source.noting import NotingRepository, outcome_of
from massctl.source.plain_values import from_plain, to_plain
from massctl.source.repository import Repository, UnreadableError

FILE = "campaigns/spring/articles/a.md"


@pytest.fixture
def root(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A campaign with one article, in files that count as old."""
    monkeypatch.setattr(marks, "_YOUNG_NS", -(10**15))
    file = repository.root / FILE
    file.parent.mkdir()
    file.write_text("one")
    return repository.root


def marked(root: Path) -> Marks:
    found = marks_of(root, "spring")
    assert found is not None
    return found


def test_marks_name_everything_that_counts(root: Path) -> None:
    for ignored in (".hidden", "copy~", "campaign.lock.json", "campaign.sources.json"):
        (root / "campaigns/spring" / ignored).write_text("x")
    (root / "campaigns/spring/rendered").mkdir()
    assert {"", "articles", "articles/a.md"} == set(marked(root).paths)


def test_marks_hold_while_nothing_happens(root: Path) -> None:
    assert has_marks(root, "spring", marks_from(marks_document(marked(root))))


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_text("two"),
        lambda file: file.write_text("longer"),
        lambda file: os.utime(file, ns=(1, 1)),
        lambda file: file.chmod(0o600),
        lambda file: file.unlink(),
        lambda file: file.rename(file.with_name("b.md")),
        lambda file: file.with_name("b.md").write_text("one"),
        lambda file: (file.rename(file.with_name("b.md")), file.write_text("one"), file.with_name("b.md").unlink()),
        lambda file: file.parent.rename(file.parent.with_name("texts")),
        lambda file: file.parent.parent.joinpath("more").mkdir(),
        lambda file: (file.unlink(), file.symlink_to("b.md")),
        lambda file: (file.unlink(), os.mkfifo(file)),
    ],
)
def test_marks_show_every_change(root: Path, change: Any) -> None:
    before = marked(root)
    change(root / FILE)
    assert not has_marks(root, "spring", before)


def test_an_edit_that_hides_its_size_and_time_shows(root: Path) -> None:
    before, status = marked(root), os.stat(root / FILE)
    with (root / FILE).open("r+") as file:
        file.write("two")
    os.utime(root / FILE, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not has_marks(root, "spring", before)


def test_a_young_file_gets_no_marks(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "_YOUNG_NS", 10**12)
    assert marks_of(root, "spring") is None


def test_a_disk_that_is_behind_makes_files_young(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock says less than ours, so a file of this moment looks old to us and is not."""
    monkeypatch.setattr(marks, "_YOUNG_NS", 50_000_000)
    monkeypatch.setattr("time.time_ns", lambda: 2**62)
    assert marks_of(root, "spring") is None


@pytest.mark.parametrize("touched", [0, 10_000_000, 1_700_000_000_000_000_000])
def test_files_on_coarse_disks_are_young_for_longer(touched: int) -> None:
    assert 2 * 10**9 < marks._more_on_coarse_disks(touched)


def test_files_on_fine_disks_are_not(root: Path) -> None:
    assert 0 == marks._more_on_coarse_disks(1_700_000_000_123_456_789)


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("a.md"), os.mkfifo], ids=["a link", "a FIFO"])
def test_what_is_no_file_gets_no_marks(root: Path, make: Any) -> None:
    make(root / "campaigns/spring/articles/other")
    assert marks_of(root, "spring") is None


def test_a_folder_of_too_much_gets_no_marks(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "_PATHS_MAX", 2)
    assert marks_of(root, "spring") is None


def test_a_folder_that_is_gone_gets_no_marks(root: Path) -> None:
    assert marks_of(root, "summer") is None


def test_a_disk_that_cannot_be_written_gives_no_marks(root: Path) -> None:
    (root / ".massctl").write_text("no folder")
    assert marks_of(root, "spring") is None


def test_nothing_is_left_on_the_disk(root: Path) -> None:
    marked(root)
    assert [] == list((root / ".massctl").iterdir())


@pytest.mark.parametrize(("at", "expected"), [("campaigns", True), ("Campaigns", False), (None, False)])
def test_campaigns_is_a_folder_of_that_name(root: Path, at: str | None, expected: bool) -> None:
    (root / "campaigns").rename(root / (at or "other"))
    if at is None:
        (root / "campaigns").symlink_to("other")
    assert expected is can_be_marked(root)


def test_a_reading_is_noted_and_comes_out_again(root: Path) -> None:
    noting = NotingRepository(root)
    noting.read_text(FILE)
    ((path, limit, outcome),) = noting.notes
    assert (sha256_of(b"one"), outcome) == (outcome, outcome_of(Repository(root), path, limit))


def why(root: Path, path: str = FILE) -> str:
    noting = NotingRepository(root)
    with pytest.raises(UnreadableError):
        noting.read_bytes(path, 100)
    return noting.notes[0][2]


def test_why_something_cannot_be_read_is_noted(root: Path) -> None:
    file = root / FILE
    file.write_bytes(b"x" * 101)
    large = why(root)
    file.unlink()
    missing = why(root)
    file.symlink_to("nowhere")
    dangling = why(root)
    file.unlink()
    file.with_name("A.md").write_text("one")
    near = why(root)
    assert 4 == len({large, missing, dangling, near})
    assert near == outcome_of(Repository(root), FILE, 100)


def test_two_readings_that_differ_are_not_steady(root: Path) -> None:
    noting = NotingRepository(root)
    noting.read_bytes(FILE, 100)
    (root / FILE).write_text("two")
    noting.read_bytes(FILE, 100)
    assert not noting.steady


def test_every_way_of_reading_is_noted() -> None:
    """A new method of Repository that reads needs a decision here: noted, or never remembered."""
    public = {name for name in vars(Repository) if not name.startswith("_")}
    assert {"campaign_folders", "exists", "names_in", "pieces", "read_bytes", "read_text", "folder_digest"} == public


def test_whoever_asks_whether_a_file_exists_is_not_remembered(root: Path) -> None:
    noting = NotingRepository(root)
    assert (True, False) == (noting.exists(FILE), noting.steady)


def test_whoever_lists_a_folder_is_not_remembered(root: Path) -> None:
    noting = NotingRepository(root)
    assert ((), False) == (noting.names_in("campaigns/_shared/themes", ".css"), noting.steady)


WARNING = Diagnostic(
    "MC402",
    Severity.WARNING,
    Phrase("{a} and {b}", a=Phrase("{n} of them", n=2), b="春"),
    Place("campaigns/a/campaign.yaml", 1, 2, 3, 4),
    None,
    "a",
    Excerpt("written", None),
)
VALUES = [
    news("sale", audience=audience(tag_id=7, expect={"min": 3}), diagnostics=(WARNING,), recipients=()),
    news("all", audience=audience(is_to_all=True, expect={}), recipients=()),
    text("words", window=None, audience=audience(tag_id=0, expect={"min": 0, "max": 9}), recipients=()),
    NotLocked(CampaignName("a"), "春", AccountName("main"), 1, None, Refusal(Guard.LOCK_STALE, Phrase("x"), "y")),
    Window(datetime(2026, 12, 1, tzinfo=UTC), datetime.fromisoformat("2026-12-01T21:00:00.5+08:00")),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    import json

    back = from_plain(json.loads(json.dumps(to_plain(value))))
    names = [name for name in type(value).__dataclass_fields__ if name != "audience"]
    assert [getattr(value, name) for name in names] == [getattr(back, name) for name in names]
    assert getattr(value, "digest", None) == getattr(back, "digest", None)
    assert getattr(value, "message_digest", None) == getattr(back, "message_digest", None)


def test_a_phrase_can_still_be_said_in_another_language() -> None:
    back = from_plain(to_plain(WARNING)).message
    assert (WARNING.message.template, WARNING.message.values) == (back.template, back.values)
    assert "{n} of them" == back.values["a"].template


@pytest.mark.parametrize(
    "value", [1.5, [1], {"a": 1}, object(), datetime(2026, 12, 1, tzinfo=ZoneInfo("Asia/Shanghai"))]
)
def test_what_might_not_come_back_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        to_plain(value)


@pytest.mark.parametrize("written", [["Nothing"], ["Window"], ["Place", "a"], ["word", "Guard", "none"], [["row"]], []])
def test_what_nobody_wrote_is_an_error(written: Any) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        from_plain(written)


YAML = "preview:\n  touser: [oABC123]\n# 春\n".encode()
LIN, OPENID = Recipient("towxname", "editor_lin"), Recipient("touser", "oABC123")


def test_reviewers_come_back_and_no_openid_is_written() -> None:
    written = recipients_document([LIN, OPENID], YAML)
    assert written is not None
    assert ((LIN, OPENID), False) == (recipients_from(written, YAML), "oABC123" in repr(written))


def test_an_openid_that_is_written_in_another_way_is_not_kept() -> None:
    assert recipients_document([OPENID], rb'touser: ["\x6fABC123"]') is None


def test_another_openid_is_noticed() -> None:
    written = recipients_document([OPENID], YAML)
    assert written is not None
    with pytest.raises(ValueError, match="another"):
        recipients_from(written, YAML.replace(b"oABC123", b"oABC124"))


def test_settings_come_back_with_their_rules(settings: Any) -> None:
    loaded, _ = settings(
        """\
        version: 1
        accounts:
          main: {appid: wx0123456789abcdef, secret_env: A, kind: service}
        policy:
          quiet_hours: {from: "22:00", to: "08:00"}
          freeze: [2026-12-05]
          preview_to: [editor_li, oABC123]
        """
    )
    assert "oABC123" not in str(settings_document(loaded))
    back = settings_from(settings_document(loaded))
    night, frozen = datetime(2026, 12, 1, 15, tzinfo=UTC), datetime(2026, 12, 5, 4, tzinfo=UTC)
    for policy in (loaded.policy, back.policy):
        assert datetime(2026, 12, 2, 0, tzinfo=UTC) == policy.quiet_hours.ends_after(night)
        assert "2026-12-05" == policy.frozen_on(frozen)
        assert 72 * 3600 == policy.preview_ahead_duration.total_seconds()
        may = [policy.may_preview_to(name) for name in ("editor_li", "oABC123", "stranger")]
        assert [True, True, False] == may
    assert vars(loaded.accounts["main"]) == vars(back.accounts["main"])
    assert settings_document(loaded)["state"] == vars(back.state)
