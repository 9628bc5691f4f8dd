"""`_defaults.yaml` is read once a pass, and is a file of each campaign below."""

from pathlib import Path

import pytest

from massctl.model.ids import CampaignName
from massctl.model.inputs import MISSING
from massctl.model.message import RenderedCampaign
from massctl.model.state import State
from massctl.source.campaigns import Loaded, about_defaults, load_campaign
from massctl.source.loader import Desires, WorkingTree
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

WORDS = "version: 1\naudience: {is_to_all: true}\ntext: {content: '{{ city }}'}\n"
TOP, NORTH = "campaigns/_defaults.yaml", "campaigns/north/_defaults.yaml"


@pytest.fixture
def grouped(repository: Repository) -> Repository:
    (repository.root / "campaigns/spring").rmdir()
    for name in ("a", "b", "c"):
        write(repository.root, f"campaigns/north/{name}/campaign.yaml", WORDS)
    write(repository.root, NORTH, "account: main\nvars: {city: 天津}\n")
    return Repository(repository.root)


def write(root: Path, path: str, content: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def rendered(repository: Repository, cache: Path, *names: str) -> list[RenderedCampaign]:
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    desires = Desires(WorkingTree(repository, settings, cache), State())
    found = desires.read(names)
    assert all(isinstance(each, RenderedCampaign) for each in found), found
    return [each for each in found if isinstance(each, RenderedCampaign)]


def test_defaults_are_a_file_of_each_campaign_below_and_so_is_their_absence(
    grouped: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = rendered(grouped, tmp_path_factory.mktemp("cache"), "a", "b")
    for each in found:
        assert each.inputs is not None
        files = dict(each.inputs.files)
        assert (MISSING, 64) == (files[TOP], len(files[NORTH]))
        assert grouped.changed_since(files) is None
    inputs = dict(found[0].inputs.files) if found[0].inputs else {}
    write(grouped.root, TOP, "vars: {city: 北京}\n")
    assert TOP == grouped.changed_since(inputs)
    (grouped.root / TOP).unlink()
    write(grouped.root, NORTH, "account: main\nvars: {city: 北京}\n")
    assert NORTH == grouped.changed_since(inputs)


def test_defaults_are_read_once_for_many_campaigns(
    grouped: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = Repository.read_bytes

    def read_bytes(self: Repository, path: str, limit: int) -> bytes:
        read.append(path)
        return real(self, path, limit)

    monkeypatch.setattr(Repository, "read_bytes", read_bytes)
    for name in ("a", "b", "c", "a"):
        assert load_campaign(grouped, CampaignName(name), None).file is not None
    assert 1 == read.count(NORTH)
    assert 0 == read.count(TOP)


def test_a_campaign_is_read_again_when_its_defaults_are_others(grouped: Repository) -> None:
    known: dict[CampaignName, Loaded] = {}
    first = load_campaign(grouped, CampaignName("a"), None, known)
    assert first is load_campaign(grouped.renewed(), CampaignName("a"), None, known)
    write(grouped.root, NORTH, "account: other\nvars: {city: 天津}\n")
    again = load_campaign(grouped.renewed(), CampaignName("a"), None, known)
    assert again.file is not None
    assert "other" == again.file.account


def test_what_is_no_text_hides_in_no_defaults(grouped: Repository) -> None:
    write(grouped.root, NORTH, "account: main   # a\u200bb\nvars:\n  city: 第 #1 期\n")
    again = grouped.renewed()
    assert {"MC320", "MC033"} == {
        each.code for each in about_defaults(again, again.campaign_folders.defaults, None)
    }


def test_places_of_inherited_values_are_in_their_file(grouped: Repository) -> None:
    loaded = load_campaign(grouped, CampaignName("a"), None)
    for path, file, line in (
        (("vars", "city"), NORTH, 2),
        (("vars",), NORTH, 2),
        (("account",), NORTH, 1),
        (("text", "content"), "campaigns/north/a/campaign.yaml", 3),
    ):
        place = loaded.place(path)
        assert (file, line) == (place.file, place.line)
    assert "account: main" == loaded.excerpt(("account",)).written
