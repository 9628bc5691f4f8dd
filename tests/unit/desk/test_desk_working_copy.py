"""What is written at the desk is on the disk, beside whatever else changed the file."""

import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from repositories import Tree, png

from massctl.desk.journal import BYTES_MAX, Journal
from massctl.desk.working_copy import Clash, WorkingCopy, Written
from massctl.errors import UsageError
from massctl.model.ids import CampaignName
from massctl.source.repository import TEXT_BYTES_MAX, Repository, UnreadableError
from massctl.source.text import YAML_BYTES_MAX

LETTER = CampaignName("greeting")
NOW = datetime(2026, 12, 2, tzinfo=UTC)
PATH = "articles/main.md"


@pytest.fixture
def copy(tmp_path: Path) -> WorkingCopy:
    tree = Tree(tmp_path / "repository")
    tree.settings()
    tree.write(f"campaigns/{LETTER}/campaign.yaml", "version: 1\n")
    tree.write(f"campaigns/{LETTER}/{PATH}", "一\n\n二\n")
    journal = Journal(tree.root / ".massctl/desk/journal")
    folders = Repository(tree.root).campaign_folders
    return WorkingCopy(tree.root, journal, lambda: NOW, lambda: folders)


def file_of(copy: WorkingCopy) -> Path:
    return copy.root / "campaigns" / LETTER / PATH


def test_a_text_is_written_over_the_version_that_was_read(copy: WorkingCopy) -> None:
    opened = copy.opened(LETTER, PATH)
    end = copy.write(LETTER, PATH, "一\n\n二\n\n三 🍂\n", opened.version)
    assert isinstance(end, Written)
    assert not end.is_joined
    assert file_of(copy).read_text(encoding="utf-8") == "一\n\n二\n\n三 🍂\n"
    assert copy.read(LETTER, PATH) == end.file


@pytest.mark.parametrize(
    ("stands", "text", "written"),
    [
        ("一\r\n\r\n二\r\n", "一\n\n二，改了\n\n三\n", "一\r\n\r\n二，改了\r\n\r\n三\r\n"),
        ("一\n二\r\n三\r四\n", "一\n二\n新\n三\n四\n", "一\n二\r\n新\n三\r四\n"),
        ("一\r\n一\n一\r\n", "一\n", "一\r\n"),
        ("一\r\n二\n三", "一\n三", "一\r\n三"),
        ("\ufeff一\r\n", "新\n一\n", "\ufeff新\r\n一\r\n"),
        ("一", "一\n二\n", "一\n二\n"),
    ],
    ids=["CRLF", "mixed", "shorter", "without a last end", "byte order mark", "no end"],
)
def test_a_line_ends_as_before(copy: WorkingCopy, stands: str, text: str, written: str) -> None:
    file_of(copy).write_bytes(stands.encode())
    opened = copy.opened(LETTER, PATH)
    assert "\r" not in opened.text + opened.text[:1].replace("\ufeff", "\r")
    end = copy.write(LETTER, PATH, text, opened.version)
    assert isinstance(end, Written)
    assert file_of(copy).read_bytes() == written.encode()
    assert copy.read(LETTER, PATH) == end.file
    assert (end.file.text, end.is_joined) == (text, False)


def test_line_ends_are_no_reason_to_ask(copy: WorkingCopy) -> None:
    file_of(copy).write_bytes("一\r\n\r\n二\r\n".encode())
    opened = copy.opened(LETTER, PATH)
    file_of(copy).write_bytes("一\r\n\r\n二，由 git 改过\r\n".encode())
    end = copy.write(LETTER, PATH, "一，在\n\n二\n", opened.version)
    assert isinstance(end, Written)
    assert file_of(copy).read_bytes() == "一，在\r\n\r\n二，由 git 改过\r\n".encode()
    file_of(copy).write_bytes(end.file.text.encode())
    assert isinstance(copy.write(LETTER, PATH, "一\n", end.file.version), Written)


def test_another_paragraph_that_changed_meanwhile_is_kept(copy: WorkingCopy) -> None:
    opened = copy.opened(LETTER, PATH)
    file_of(copy).write_text("一\n\n二，由 git 改过\n", encoding="utf-8")
    end = copy.write(LETTER, PATH, "一，在写字台改过\n\n二\n", opened.version)
    assert isinstance(end, Written)
    assert end.is_joined
    assert file_of(copy).read_text(encoding="utf-8") == "一，在写字台改过\n\n二，由 git 改过\n"


def test_who_writes_on_while_others_are_joined_takes_nothing_away(copy: WorkingCopy) -> None:
    opened = copy.opened(LETTER, PATH)
    file_of(copy).write_text("一\n\n二，由 git 改过\n", encoding="utf-8")
    end = copy.write(LETTER, PATH, "一，在\n\n二\n", opened.version)
    assert isinstance(end, Written)
    end = copy.write(LETTER, PATH, "一，在写字台改过\n\n二\n", end.given)
    assert isinstance(end, Written)
    assert file_of(copy).read_text(encoding="utf-8") == "一，在写字台改过\n\n二，由 git 改过\n"


def test_who_got_no_answer_does_not_clash_with_what_he_wrote(copy: WorkingCopy) -> None:
    opened = copy.opened(LETTER, PATH)
    lost = copy.write(LETTER, PATH, "一，写\n\n二\n", opened.version)
    assert isinstance(lost, Written)
    end = copy.write(LETTER, PATH, "一，写到一半\n\n二\n", opened.version, [lost.given])
    assert isinstance(end, Written)
    assert end.file.text == "一，写到一半\n\n二\n"


def test_what_was_sent_and_never_came_is_no_reason_to_take_words_away(copy: WorkingCopy) -> None:
    opened = copy.opened(LETTER, PATH)
    file_of(copy).write_text("一，由 git 改过\n\n二\n", encoding="utf-8")
    end = copy.write(LETTER, PATH, "一，写到一半\n\n二\n", opened.version, ["0" * 64])
    assert isinstance(end, Clash)
    assert file_of(copy).read_text(encoding="utf-8") == "一，由 git 改过\n\n二\n"


def test_the_same_paragraph_is_given_back_and_both_are_in_the_journal(copy: WorkingCopy) -> None:
    opened = copy.opened(LETTER, PATH)
    file_of(copy).write_text("甲\n\n二\n", encoding="utf-8")
    end = copy.write(LETTER, PATH, "乙\n\n二\n", opened.version)
    assert isinstance(end, Clash)
    assert file_of(copy).read_text(encoding="utf-8") == "甲\n\n二\n"
    kept = {each.text for each in copy.versions(LETTER, PATH)}
    assert {"甲\n\n二\n", "乙\n\n二\n"} <= kept


def test_a_version_that_nobody_knows_loses_nothing(copy: WorkingCopy) -> None:
    end = copy.write(LETTER, PATH, "只有我\n", "0" * 64)
    assert isinstance(end, Clash)
    assert {"只有我\n", "一\n\n二\n"} <= {each.text for each in copy.versions(LETTER, PATH)}


@pytest.mark.parametrize(
    "path",
    [
        "../massctl.yaml",
        "/etc/passwd",
        "a/../../../x.md",
        ".git/x.md",
        "campaign.lock.json",
        "articles/.x.md",
        "x.py",
        "x.md\n",
        "",
    ],
)
def test_only_texts_of_the_letter_are_edited(copy: WorkingCopy, path: str) -> None:
    with pytest.raises(UsageError):
        copy.write(LETTER, path, "x", "")
    with pytest.raises(UsageError):
        copy.read(LETTER, path)


def test_a_link_leads_nowhere(copy: WorkingCopy, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("外面", encoding="utf-8")
    (file_of(copy).parent / "link.md").symlink_to(outside)
    (file_of(copy).parent.parent / "folder").symlink_to(tmp_path)
    for path in ("articles/link.md", "folder/outside.md", "folder/new.md"):
        with pytest.raises((UsageError, UnreadableError)):
            copy.write(LETTER, path, "里面", "")
    assert outside.read_text(encoding="utf-8") == "外面"
    assert not (tmp_path / "new.md").exists()


def test_a_picture_is_stored_once_and_none_is_overwritten(copy: WorkingCopy) -> None:
    one, two, three = (png((each, 0, 0)) for each in (1, 2, 3))
    assert copy.add_picture(LETTER, "海报 1.PNG", one) == "images/海报-1.PNG"
    assert copy.add_picture(LETTER, "海报 1.PNG", one) == "images/海报-1.PNG"
    assert copy.add_picture(LETTER, "海报 1.PNG", two) == "images/海报-1-2.PNG"
    assert copy.add_picture(LETTER, "../../x.png", three) == "images/x.png"
    with pytest.raises(UsageError):
        copy.add_picture(LETTER, "x.exe", one)


def test_names_of_pictures_differ_on_every_system(copy: WorkingCopy) -> None:
    one, two = png((1, 0, 0)), png((2, 0, 0))
    assert copy.add_picture(LETTER, "river.jpg", one) == "images/river.jpg"
    assert copy.add_picture(LETTER, "RIVER.JPG", one) == "images/river.jpg"
    assert copy.add_picture(LETTER, "RIVER.JPG", two) == "images/RIVER-2.JPG"
    assert copy.add_picture(LETTER, "con.png", one) == "images/picture-con.png"
    assert copy.add_picture(LETTER, "Lpt1.x.png", one) == "images/picture-Lpt1.x.png"


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r", b"<html>"])
def test_what_is_no_picture_is_not_stored(copy: WorkingCopy, data: bytes) -> None:
    with pytest.raises(UsageError) as refused:
        copy.add_picture(LETTER, "x.png", data)
    assert refused.value.detail
    assert not (copy.folder(LETTER) / "images").exists()


def test_a_line_that_a_crash_cut_off_hides_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.add(LETTER, PATH, "第一版", NOW)
    file = next((tmp_path / "journal").iterdir())
    file.write_bytes(file.read_bytes() + b'\n{"at": "2026-12-02T00:00:00+00:00", "pa')
    journal.add(LETTER, PATH, "第二版", NOW)
    assert [each.text for each in journal.versions(LETTER, PATH)] == ["第二版", "第一版"]


def test_yesterdays_text_is_found_after_a_day_of_keystrokes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    for seconds in range(0, 7200, 20):
        journal.add(LETTER, PATH, f"第 {seconds} 秒", NOW + timedelta(seconds=seconds))
    texts = [each.text for each in journal.versions(LETTER, PATH)]
    assert texts[:3] == ["第 7180 秒", "第 7160 秒", "第 7140 秒"]
    assert texts[-2:] == ["第 3640 秒", "第 3580 秒"]
    assert len(texts) == 3 + 59 + 1


def test_a_journal_that_grows_keeps_its_newest_versions(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    for number in range(20):
        journal.add(LETTER, PATH, f"{number}" + "字" * 400_000, NOW)
    file = next((tmp_path / "journal").iterdir())
    assert file.stat().st_size <= BYTES_MAX
    texts = [each.text for each in journal.versions(LETTER, PATH)]
    assert texts[0].startswith("19")
    assert len(texts) > 4


@pytest.mark.parametrize(
    ("path", "limit"), [(PATH, TEXT_BYTES_MAX), ("campaign.yaml", YAML_BYTES_MAX)]
)
def test_a_text_that_could_not_be_opened_again_is_not_written(
    copy: WorkingCopy, path: str, limit: int
) -> None:
    opened = copy.opened(LETTER, path)
    with pytest.raises(UsageError, match="would be larger"):
        copy.write(LETTER, path, "#" * (limit + 1), opened.version)
    assert copy.read(LETTER, path) == opened
    assert isinstance(copy.write(LETTER, path, "#" * limit, opened.version), Written)
    assert len(copy.opened(LETTER, path).text) == limit


def test_a_letter_opens_where_the_disk_takes_no_version(
    copy: WorkingCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Journal, "add", full)
    opened = copy.opened(LETTER, PATH)
    assert opened.text == "一\n\n二\n"
    with pytest.raises(OSError, match="No space"):
        copy.write(LETTER, PATH, "三\n", opened.version)
    assert copy.read(LETTER, PATH) == opened
