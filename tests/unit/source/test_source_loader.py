"""What went out is known from the record; faults found while rendering point into files that were written."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import building
import pytest
from building import APPID, NOW, Happening, folder_of, recorded, sha, text
from copies import replace
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from massctl.model.diagnostics import Diagnostic, Place
from massctl.model.entries import MessageStaged, SendAccepted, SendImported
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign, Window
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.picture.limits import SOURCE_BYTES_MAX
from massctl.plan.steps import Concluded, Desired, Invalid
from massctl.source.loader import Desires, WorkingTree
from massctl.source.repository import Repository, UnreadableError
from massctl.source.settings import load_settings, settings_place

HEAD = "version: 1\naccount: main\naudience: {is_to_all: true}\n"
NEWS = (
    HEAD
    + "mpnews:\n  articles:\n    - title: 春季\n      content: CONTENT\n      cover: images/cover.jpg\n"
)
Faults = Callable[[str], list[Diagnostic]]


@pytest.fixture
def faults(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Faults:
    """Give what is wrong with the campaign whose campaign.yaml is given."""

    def find(text: str) -> list[Diagnostic]:
        (repository.root / "campaigns/spring/campaign.yaml").write_text(text, encoding="utf-8")
        settings, _ = load_settings(repository, loopback_override=None)
        assert settings is not None
        desires = Desires(
            WorkingTree(repository, settings, tmp_path_factory.mktemp("cache")), State()
        )
        (desired,) = desires.read([CampaignName("spring")])
        return list(getattr(desired, "diagnostics", ()))

    return find


@pytest.fixture
def folder(repository: Repository) -> Path:
    return repository.root / "campaigns" / "spring"


def told(diagnostic: Diagnostic) -> tuple[str, str, int | None, int | None, str | None]:
    place, excerpt = diagnostic.place, diagnostic.excerpt
    assert place is not None
    return diagnostic.code, place.file, place.line, place.column, excerpt and excerpt.written


def of(diagnostics: list[Diagnostic], *codes: str) -> Diagnostic:
    (found,) = [d for d in diagnostics if d.code in codes]
    return found


def test_an_article_in_another_encoding_is_reported_in_the_article(
    faults: Faults, folder: Path
) -> None:
    (folder / "main.md").write_bytes("你好".encode("gbk"))
    found = of(faults(NEWS.replace("CONTENT", "main.md")), "MC003")
    assert ("MC003", "campaigns/spring/main.md", 1, 1, "") == told(found)
    assert "save the file as UTF-8" == found.hint


def test_an_included_file_in_another_encoding_is_reported_in_that_file(
    faults: Faults, folder: Path
) -> None:
    (folder / "main.md.j2").write_text('{% include "part.md" %}', encoding="utf-8")
    (folder / "part.md").write_bytes("a\n你好".encode("gbk"))
    found = of(faults(NEWS.replace("CONTENT", "main.md.j2")), "MC003")
    assert ("MC003", "campaigns/spring/part.md", 2, 1, "") == told(found)


def test_a_fault_of_rendering_shows_its_line_of_campaign_yaml(faults: Faults, folder: Path) -> None:
    (folder / "main.md").write_text("你好", encoding="utf-8")
    found = of(faults(NEWS.replace("CONTENT", "main.md")), "MC201")
    assert (
        "MC201",
        "campaigns/spring/campaign.yaml",
        8,
        14,
        "      cover: images/cover.jpg",
    ) == told(found)


@pytest.mark.parametrize(
    ("account", "repository_wide", "place"),
    [
        ("", "theme: qinshan", (7, 8, "theme: qinshan")),
        (
            "",
            "theme: {accent: '#731', name: qinshan}",
            (7, 31, "theme: {accent: '#731', name: qinshan}"),
        ),
        ("    theme: qinshan", "theme: danmo", (7, 12, "    theme: qinshan")),
        ("    theme: {font_size: 16}", "theme: qinshan", (8, 8, "theme: qinshan")),
    ],
)
def test_a_theme_of_massctl_yaml_that_is_not_there_is_told_where_it_is_written(
    faults: Faults, folder: Path, account: str, repository_wide: str, place: tuple[int, int, str]
) -> None:
    (folder / "main.md").write_text("你好", encoding="utf-8")
    file = folder.parents[1] / "massctl.yaml"
    lines = [line for line in (account, repository_wide) if line]
    file.write_text(file.read_text(encoding="utf-8") + "\n".join(lines) + "\n", encoding="utf-8")
    found = of(faults(NEWS.replace("CONTENT", "main.md")), "MC111")
    assert ("MC111", "massctl.yaml", *place) == told(found)


def test_a_file_of_the_brand_that_is_not_there_is_told_where_it_is_written(
    faults: Faults, folder: Path
) -> None:
    (folder / "main.md").write_text("你好", encoding="utf-8")
    file = folder.parents[1] / "massctl.yaml"
    file.write_text(
        file.read_text(encoding="utf-8") + "brand:\n  footer: _shared/end.md\n", encoding="utf-8"
    )
    found = of(faults(NEWS.replace("CONTENT", "main.md")), "MC105")
    assert ("MC105", "massctl.yaml", 8, 11, "  footer: _shared/end.md") == told(found)


def test_a_key_of_a_massctl_yaml_that_is_gone_has_no_line(repository: Repository) -> None:
    (repository.root / "massctl.yaml").unlink()
    assert Place("massctl.yaml") == settings_place(repository, "main", [("theme", "name")])


def test_a_line_of_a_template_is_shown(faults: Faults, folder: Path) -> None:
    (folder / "main.md.j2").write_text("a\n{{ nme }}\n", encoding="utf-8")
    found = of(faults(NEWS.replace("CONTENT", "main.md.j2")), "MC102")
    assert ("MC102", "campaigns/spring/main.md.j2", 2, 4, "{{ nme }}") == told(found)


def test_an_article_that_is_too_large_is_not_missing(faults: Faults, folder: Path) -> None:
    (folder / "main.html").write_bytes(b"a" * 5_000_000)
    assert "MC002" == of(faults(NEWS.replace("CONTENT", "main.html")), "MC002", "MC105").code


def test_an_article_that_is_a_folder_is_not_missing(faults: Faults, folder: Path) -> None:
    (folder / "main.md").mkdir()
    found = of(faults(NEWS.replace("CONTENT", "main.md")), "MC001", "MC105")
    assert ("MC001", "main.md is a folder") == (found.code, found.message)


@pytest.mark.slow
def test_a_picture_that_is_too_large_is_not_missing(faults: Faults, folder: Path) -> None:
    (folder / "images").mkdir()
    with (folder / "images/cover.jpg").open("wb") as file:
        file.truncate(SOURCE_BYTES_MAX + 1)
    assert "MC205" == of(faults(NEWS), "MC201", "MC205").code


def test_a_picture_that_is_a_pipe_is_not_missing(faults: Faults, folder: Path) -> None:
    (folder / "images").mkdir()
    os.mkfifo(folder / "images/cover.jpg")
    found = of(faults(NEWS), "MC201", "MC203")
    assert ("MC203", True) == (
        found.code,
        found.message.startswith("campaigns/spring/images/cover.jpg: "),
    )


def test_a_picture_whose_ai_mark_cannot_be_kept_is_named(faults: Faults, folder: Path) -> None:
    """A PNG that is converted because it lies on its side, with a mark that is not whole."""
    (folder / "images").mkdir()
    data = BytesIO()
    turned, told = Image.Exif(), PngInfo()
    turned[0x0112] = 6
    told.add_itxt("XML:com.adobe.xmp", "<x><TC260:AIGC>{")
    Image.new("RGB", (900, 383)).save(data, "PNG", exif=turned, pnginfo=told)
    (folder / "images/cover.jpg").write_bytes(data.getvalue())
    found = of(faults(NEWS), "MC219")
    assert found.message.startswith(
        "campaigns/spring/images/cover.jpg: its AI mark (TC260:AIGC), which must not be"
    )


def test_a_picture_in_another_case_is_named(faults: Faults, folder: Path) -> None:
    (folder / "Images").mkdir()
    (folder / "Images/cover.jpg").write_bytes(b"x")
    found = of(faults(NEWS), "MC201")
    say = "there is no picture images/cover.jpg; searched: campaigns/spring/images/cover.jpg"
    assert (say, "case differs: Images/cover.jpg") == (found.message, found.hint)


@pytest.mark.parametrize(
    ("there", "meant"),
    [
        ("images/cover.png", "did you mean images/cover.png?"),
        ("images/cover1.jpg", "did you mean images/cover1.jpg?"),
        ("image/cover.jpg", "did you mean image/cover.jpg?"),
        ("images/海报.jpg", None),
        ("images/.cover.jpg", None),
    ],
)
def test_a_picture_of_nearly_this_name_is_named(
    faults: Faults, folder: Path, there: str, meant: str | None
) -> None:
    (folder / there).parent.mkdir()
    (folder / there).write_bytes(b"x")
    hint = str(of(faults(NEWS), "MC201").hint)
    assert (meant or "write its path relative to this file's folder") in hint


def test_an_article_that_is_a_template_is_named(faults: Faults, folder: Path) -> None:
    (folder / "main.md.j2").write_text("x", "utf-8")
    assert (
        "did you mean main.md.j2?" == of(faults(NEWS.replace("CONTENT", "main.md")), "MC105").hint
    )


def test_a_campaign_file_with_another_ending_is_named(
    repository: Repository, folder: Path, faults: Faults
) -> None:
    faults(HEAD)
    (folder / "campaign.yaml").rename(folder / "campaign.yml")
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    (desired,) = Desires(WorkingTree(repository, settings, repository.root), State()).read(
        [CampaignName("spring")]
    )
    (found,) = getattr(desired, "diagnostics", ())
    assert ("campaign.yaml is missing", "rename campaign.yml to campaign.yaml") == (
        found.message,
        found.hint,
    )


SPRING = CampaignName("spring")
WORDS = text("spring")
OPENS = NOW.replace(hour=8)
Sent = Callable[..., State]
Read = Callable[[State], Desired]


@pytest.fixture
def read(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Write a text campaign; gives what is desired of it, given what is recorded."""
    (repository.root / "campaigns/spring/campaign.yaml").write_text(
        f"{HEAD}text: {{content: 早}}\n", encoding="utf-8"
    )
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    cache = tmp_path_factory.mktemp("cache")
    return lambda state: Desires(WorkingTree(repository, settings, cache), state).read([SPRING])[0]


@pytest.fixture
def sent(repository: Repository, read: Read) -> Sent:
    """Give a state in which edition 3 of the campaign went out from the folder as it is."""
    source = repository.folder_digest(SPRING)

    def state(edition: int = 3, also: Happening | None = None, **changes: Any) -> State:
        known = {
            "title": "春天",
            "account": "main",
            "not_before": OPENS,
            "not_after": NOW,
            "source_sha256": source,
        }
        attempted = replace(building.attempted(WORDS)[0], **{**known, **changes})
        spring = replace(WORDS, edition=edition)
        return recorded(
            (attempted, spring),
            (SendAccepted(attempt=2, msg_id=7), spring),
            *([also] if also else []),
        )

    return state


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("campaign.yaml was read")

    monkeypatch.setattr("massctl.source.campaigns.load_campaign", refuse)


@pytest.mark.usefixtures("unread")
def test_a_campaign_that_went_out_is_known_from_the_record_alone(
    read: Read, sent: Sent, repository: Repository
) -> None:
    state = sent()
    source = repository.folder_digest(SPRING)
    assert Concluded(
        SPRING, folder_of(SPRING), "春天", "main", APPID, 3, Window(OPENS, NOW), source
    ) == read(state)


@pytest.mark.usefixtures("unread")
def test_so_is_one_that_a_person_says_went_out(read: Read, repository: Repository) -> None:
    source = repository.folder_digest(SPRING)
    told = SendImported(
        appid=APPID, sent_at=NOW, by="li", source_sha256=source, title="春天", account="main"
    )
    state = recorded((told, WORDS))
    assert Concluded(SPRING, folder_of(SPRING), "春天", "main", APPID, 1, None, source) == read(
        state
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"source_sha256": sha("another")},
        {"source_sha256": None},
        {"title": None},
        {"account": None},
        {"account": "other"},
        {"appid": "wxfedcba9876543210"},
    ],
    ids=str,
)
def test_a_campaign_is_read_where_the_record_does_not_stand_for_its_folder(
    read: Read, sent: Sent, changes: dict[str, Any]
) -> None:
    # The file says edition 1, of which nothing is recorded.
    assert isinstance(read(sent(**changes)), RenderedCampaign)


def test_a_campaign_whose_newest_edition_is_only_staged_is_read(read: Read, sent: Sent) -> None:
    staged = MessageStaged(appid=APPID, digest=sha("words")), replace(WORDS, edition=2)
    found = read(sent(edition=1, also=staged))
    assert (True, "") == (isinstance(found, Concluded), getattr(found, "title", None))


def test_a_folder_without_a_digest_is_read_and_told_of(
    read: Read, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise UnreadableError("MC001", "campaigns/spring/a", Phrase("the file cannot be read"))

    state = sent()
    monkeypatch.setattr(Repository, "folder_digest", refuse)
    found = read(state)
    assert isinstance(found, Invalid)
    assert ["campaigns/spring/a"] == [each.place.file for each in found.diagnostics if each.place]
