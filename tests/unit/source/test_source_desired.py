"""Faults found while rendering point into files that were written, with the line as it stands there."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import CampaignName
from massctl.model.state import State
from massctl.source.campaigns import load_settings
from massctl.source.desired import Desires, Workbench
from massctl.source.pictures import SOURCE_BYTES_MAX
from massctl.source.repository import Repository

HEAD = "version: 1\naccount: main\naudience: {is_to_all: true}\n"
NEWS = HEAD + "mpnews:\n  articles:\n    - title: 春季\n      content: CONTENT\n      cover: images/cover.jpg\n"
Faults = Callable[[str], list[Diagnostic]]


@pytest.fixture
def faults(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Faults:
    """Give what is wrong with the campaign whose campaign.yaml is given."""

    def find(text: str) -> list[Diagnostic]:
        (repository.root / "campaigns/spring/campaign.yaml").write_text(text, encoding="utf-8")
        settings, _ = load_settings(repository, loopback_override=None)
        assert settings is not None
        desires = Desires(Workbench(repository, settings, tmp_path_factory.mktemp("cache")), State())
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


def test_an_article_in_another_encoding_is_reported_in_the_article(faults: Faults, folder: Path) -> None:
    (folder / "main.md").write_bytes("你好".encode("gbk"))
    found = of(faults(NEWS.replace("CONTENT", "main.md")), "MC003")
    assert ("MC003", "campaigns/spring/main.md", 1, 1, "你好") == told(found)
    assert ("this is not UTF-8 but GBK", "save the file as UTF-8") == (found.message, found.hint)


def test_an_included_file_in_another_encoding_is_reported_in_that_file(faults: Faults, folder: Path) -> None:
    (folder / "main.md.j2").write_text('{% include "part.md" %}', encoding="utf-8")
    (folder / "part.md").write_bytes("a\n你好".encode("gbk"))
    found = of(faults(NEWS.replace("CONTENT", "main.md.j2")), "MC003")
    assert ("MC003", "campaigns/spring/part.md", 2, 1, "你好") == told(found)


def test_a_fault_of_rendering_shows_its_line_of_campaign_yaml(faults: Faults, folder: Path) -> None:
    (folder / "main.md").write_text("你好", encoding="utf-8")
    found = of(faults(NEWS.replace("CONTENT", "main.md")), "MC201")
    assert ("MC201", "campaigns/spring/campaign.yaml", 8, 14, "      cover: images/cover.jpg") == told(found)


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


def test_a_picture_that_is_too_large_is_not_missing(faults: Faults, folder: Path) -> None:
    (folder / "images").mkdir()
    with (folder / "images/cover.jpg").open("wb") as file:
        file.truncate(SOURCE_BYTES_MAX + 1)
    assert "MC205" == of(faults(NEWS), "MC201", "MC205").code


def test_a_picture_that_is_a_pipe_is_not_missing(faults: Faults, folder: Path) -> None:
    (folder / "images").mkdir()
    os.mkfifo(folder / "images/cover.jpg")
    assert "MC203" == of(faults(NEWS), "MC201", "MC203").code


def test_a_picture_in_another_case_is_named(faults: Faults, folder: Path) -> None:
    (folder / "Images").mkdir()
    (folder / "Images/cover.jpg").write_bytes(b"x")
    found = of(faults(NEWS), "MC201")
    assert ("images/cover.jpg is missing", "case differs: Images/cover.jpg") == (found.message, found.hint)


def test_a_campaign_file_with_another_ending_is_named(repository: Repository, folder: Path, faults: Faults) -> None:
    faults(HEAD)
    (folder / "campaign.yaml").rename(folder / "campaign.yml")
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    (desired,) = Desires(Workbench(repository, settings, repository.root), State()).read([CampaignName("spring")])
    (found,) = getattr(desired, "diagnostics", ())
    assert ("campaign.yaml is missing", "rename campaign.yml to campaign.yaml") == (found.message, found.hint)
