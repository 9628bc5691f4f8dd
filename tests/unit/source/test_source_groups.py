"""Which folders are campaigns, and which are groups of them."""

import os
from pathlib import Path

import pytest

from massctl.model.ids import CampaignName, Folder, group_of
from massctl.source.groups import CampaignFolders, campaign_folders, folders_in
from massctl.source.repository import EditedRepository, Repository


def put(root: Path, *paths: str) -> Path:
    for path in paths:
        file = root / "campaigns" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x", encoding="utf-8")
    return root


def found(root: Path) -> dict[str, str]:
    return dict(campaign_folders(root).folders)


def told(folders: CampaignFolders) -> list[tuple[str, str]]:
    every = [*folders.diagnostics, *folders.twins.values()]
    return [(each.code, each.where) for each in every]


def test_a_folder_without_a_campaign_file_and_with_campaigns_below_is_a_group(
    tmp_path: Path,
) -> None:
    put(tmp_path, "b/campaign.yaml", "north/a/campaign.yaml", "clients/south/c/campaign.yaml")
    folders = campaign_folders(tmp_path)
    assert {
        "a": "campaigns/north/a",
        "b": "campaigns/b",
        "c": "campaigns/clients/south/c",
    } == folders.folders
    assert ["north", "", "clients/south", ""] == [folders.group(each) for each in "abcd"]
    assert ("a", "b", "c") == folders.names
    assert [] == told(folders)


def test_an_unknown_campaign_would_stand_without_a_group(tmp_path: Path) -> None:
    assert "campaigns/new" == campaign_folders(put(tmp_path, "a/campaign.yaml")).folder("new")


@pytest.mark.parametrize(
    "files",
    [
        ["spring/articles/main.md"],
        ["spring/_drafts/old/campaign.yaml"],
        ["spring/.trash/old/campaign.yaml"],
        ["spring/campaign.yaml", "spring/_old/campaign.yaml", "spring/.old/campaign.yaml"],
    ],
)
def test_other_folders_are_campaigns_whatever_they_lack(tmp_path: Path, files: list[str]) -> None:
    folders = campaign_folders(put(tmp_path, *files))
    assert ({"spring": "campaigns/spring"}, []) == (folders.folders, told(folders))


@pytest.mark.parametrize("file", ["campaign.yaml", "campaign.yml", "Campaign.yaml"])
def test_a_campaign_that_holds_others_is_refused_with_them(tmp_path: Path, file: str) -> None:
    root = put(tmp_path, f"north/{file}", "north/a/campaign.yaml", "north/b/c/campaign.yaml")
    put(root, "d/campaign.yaml", "north/Old/campaign.yaml")
    (root / "campaigns/north/loop").symlink_to("..")
    folders = campaign_folders(root)
    assert ("a", "c", "d", "north") == folders.names
    assert {
        "north": "campaigns/north holds another campaign: campaigns/north/Old, campaigns/north/a, "
        "campaigns/north/b/c",
        "a": "campaigns/north holds another campaign: campaigns/north/a",
        "c": "campaigns/north holds another campaign: campaigns/north/b/c",
    } == {name: each.message for name, each in folders.twins.items()}
    assert {("MC039", "campaigns/north")} == set(told(folders))
    assert {"a", "c", "north"} == {each.campaign for each in folders.twins.values()}


def test_a_link_to_a_campaign_that_holds_another_is_refused(tmp_path: Path) -> None:
    root = put(tmp_path, "_kept/campaign.yaml", "_kept/old/campaign.yaml")
    (root / "campaigns/a").symlink_to("_kept")
    assert {"a", "old"} == set(campaign_folders(root).twins)


def test_a_group_may_have_the_name_of_a_campaign(tmp_path: Path) -> None:
    root = put(tmp_path, "north/spring/campaign.yaml", "spring/letter/campaign.yaml")
    assert {"spring": "campaigns/north/spring", "letter": "campaigns/spring/letter"} == found(root)


def test_the_same_name_twice_is_one_fault(tmp_path: Path) -> None:
    root = put(tmp_path, "a/x/campaign.yaml", "b/x/campaign.yaml", "x/campaign.yaml")
    folders = campaign_folders(root)
    assert [("MC035", "campaigns/a/x")] == told(folders)
    message = folders.twins[CampaignName("x")].message
    assert "campaigns/a/x, campaigns/b/x, campaigns/x have the same name" == message


def test_a_group_that_differs_from_another_folder_only_by_case_refuses_its_campaigns(
    tmp_path: Path,
) -> None:
    root = put(tmp_path, "north/a/campaign.yaml", "North/b/campaign.yaml", "c/campaign.yaml")
    folders = campaign_folders(root)
    assert (("a", "c"), {"a"}) == (folders.names, set(folders.twins))
    assert [("MC034", "campaigns/North"), ("MC034", "campaigns/north")] == told(folders)


def test_a_name_that_no_campaign_may_have_is_told_in_its_group(tmp_path: Path) -> None:
    root = put(tmp_path, "north/a/campaign.yaml", "north/Bad/campaign.yaml", "north/_x/y")
    folders = campaign_folders(root)
    assert (("a",), [("MC010", "campaigns/north/Bad")]) == (folders.names, told(folders))


def test_a_group_is_no_link(tmp_path: Path) -> None:
    root = put(tmp_path, "north/a/campaign.yaml")
    (root / "campaigns/south").symlink_to("north")
    (root / "campaigns/north/loop").symlink_to("../..")
    folders = campaign_folders(root)
    assert {"a": "campaigns/north/a"} == folders.folders
    assert [("MC001", "campaigns/north/loop"), ("MC001", "campaigns/south")] == told(folders)


def test_a_campaign_may_be_a_link_as_before(tmp_path: Path) -> None:
    root = put(tmp_path, "north/a/campaign.yaml")
    (root / "campaigns/b").symlink_to("north/a")
    assert {"a": "campaigns/north/a", "b": "campaigns/b"} == found(root)


def test_a_folder_that_cannot_be_listed_is_a_campaign_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = put(tmp_path, "north/a/campaign.yaml", "b/campaign.yaml")
    listed = os.scandir

    def scandir(path: object) -> object:
        if str(path).endswith("north"):
            raise PermissionError(13, "no")
        return listed(str(path))

    monkeypatch.setattr("massctl.source.groups.os.scandir", scandir)
    assert {"b": "campaigns/b", "north": "campaigns/north"} == found(root)


def test_a_repository_finds_its_campaigns_once(tmp_path: Path) -> None:
    repository = Repository(put(tmp_path, "north/a/campaign.yaml"))
    assert "campaigns/north/a" == repository.folder("a")
    put(tmp_path, "b/campaign.yaml")
    assert ("a",) == repository.campaign_folders.names
    assert ("a", "b") == repository.renewed().campaign_folders.names


def test_an_edited_repository_keeps_its_edits_for_another_pass(tmp_path: Path) -> None:
    root = put(tmp_path, "a/campaign.yaml")
    path = "campaigns/a/campaign.yaml"
    edited = EditedRepository(root, {path: b"edited"}, sandbox=True)
    assert ("a",) == edited.campaign_folders.names
    put(root, "b/campaign.yaml")
    again = edited.renewed()
    assert ("a", "b") == again.campaign_folders.names
    assert (b"edited", edited.tags_files) == (again.read_bytes(path, 100), again.tags_files)


def test_a_path_is_shown_as_its_campaign_writes_it(tmp_path: Path) -> None:
    repository = Repository(put(tmp_path, "north/a/campaign.yaml", "b/campaign.yaml"))
    for path, written in (
        ("campaigns/north/a/images/x.png", "images/x.png"),
        ("campaigns/b/images/x.png", "images/x.png"),
        ("campaigns/_shared/x.png", "_shared/x.png"),
        ("massctl.yaml", "massctl.yaml"),
    ):
        assert written == repository.as_written(path)


def test_the_digest_of_a_folder_does_not_change_with_its_group(tmp_path: Path) -> None:
    root = put(tmp_path, "north/a/campaign.yaml", "north/a/images/x.png")
    before = Repository(root).folder_digest(CampaignName("a"))
    (root / "campaigns/clients").mkdir()
    (root / "campaigns/north").rename(root / "campaigns/clients/south")
    assert before == Repository(root).folder_digest(CampaignName("a"))


def test_the_campaigns_of_a_commit_are_found_by_its_paths() -> None:
    paths = [
        "campaigns/b/campaign.yaml",
        "campaigns/b/old/campaign.yaml",
        "campaigns/north/a/campaign.yaml",
        "campaigns/south/a/campaign.yaml",
        "campaigns/_shared/campaign.yaml",
        "elsewhere/c/campaign.yaml",
        "campaigns/north/a/campaign.lock.json",
    ]
    assert {
        "b": [Folder("campaigns/b")],
        "old": [Folder("campaigns/b/old")],
        "a": [Folder("campaigns/north/a"), Folder("campaigns/south/a")],
    } == folders_in(paths)


def test_a_campaign_that_is_gone_has_no_group() -> None:
    assert ("", "a/b") == (group_of(None), group_of("campaigns/a/b/name"))
