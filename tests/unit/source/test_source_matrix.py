"""A campaign.yaml with a matrix is read as a campaign for each of its cells."""

import os
from pathlib import Path

import pytest
from building import attempted, recorded
from building import text as words

from massctl.model.diagnostics import Severity
from massctl.model.ids import CampaignName, Folder
from massctl.model.state import State
from massctl.plan.steps import Invalid
from massctl.source.campaigns import Loaded, load_campaign
from massctl.source.groups import campaign_folders
from massctl.source.loader import Desires, WorkingTree
from massctl.source.repository import Repository
from massctl.source.settings import load_settings
from massctl.source.text import YAML_BYTES_MAX

SETTINGS = """\
version: 1
accounts:
  main: {appid: wx0123456789abcdef, secret_env: A, kind: service}
  west: {appid: wx0000000000000002, secret_env: B, kind: subscription}
"""
FILE = """\
version: 1
title: 春季
audience: {is_to_all: true}
vars: {city: 上海, year: 2026}
matrix:
  - {name: east, account: main}
  - name: west
    account: west
    audience: {tag: 老会员}
    vars: {city: 成都}
text: {content: 今晚八点}
"""
EAST, WEST = CampaignName("spring@east"), CampaignName("spring@west")
SPRING = CampaignName("spring")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "massctl.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "campaigns/spring").mkdir(parents=True)
    write(tmp_path, FILE)
    return tmp_path


def write(root: Path, text: str) -> None:
    (root / "campaigns/spring/campaign.yaml").write_text(text, encoding="utf-8")


def names(root: Path) -> list[str]:
    return list(campaign_folders(root).names)


def read(root: Path, name: CampaignName = EAST) -> Loaded:
    settings, faults = load_settings(Repository(root), loopback_override=None)
    assert faults == []
    return load_campaign(Repository(root), name, settings)


def told(loaded: Loaded) -> list[tuple[str, int | None]]:
    return [(each.code, each.place and each.place.line) for each in loaded.diagnostics]


def working_tree(root: Path) -> WorkingTree:
    settings, _ = load_settings(Repository(root), loopback_override=None)
    assert settings is not None
    return WorkingTree(Repository(root), settings, root / "cache")


def test_cells_are_the_campaigns_of_their_folder(root: Path):
    found = campaign_folders(root)
    assert {EAST: "campaigns/spring", WEST: "campaigns/spring"} == dict(found.folders)
    assert ("campaigns/spring", "campaigns/winter") == (
        found.folder("spring"),
        found.folder("winter@east"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "title: the matrix\n",
        "matrix: [\n",
        "matrix: []\n",
        "matrix: {east: main}\n",
        "matrix: [{account: main}, {name: East}]\n",
        "# matrix" + "x" * YAML_BYTES_MAX,
        "vars: {matrix: [{name: east}]}\n",
    ],
    ids=["a word", "broken", "empty", "no list", "no name", "too large", "elsewhere"],
)
def test_a_folder_whose_cells_cannot_be_named_is_one_campaign(root: Path, text: str):
    write(root, f"version: 1\n{text}")
    assert ["spring"] == names(root)
    assert read(root, SPRING).file is None


def test_names_that_are_right_and_not_said_before_are_cells(root: Path):
    write(root, "matrix: [{name: b}, {name: a}, {name: b}, {name: A}, 7]\n")
    assert ["spring@a", "spring@b"] == names(root)


def test_no_file_outside_is_looked_at(root: Path, tmp_path_factory: pytest.TempPathFactory):
    outside = tmp_path_factory.mktemp("outside") / "campaign.yaml"
    outside.write_text(FILE, encoding="utf-8")
    inside = root / "campaigns/spring/campaign.yaml"
    inside.unlink()
    inside.symlink_to(outside)
    assert ["spring"] == names(root)
    inside.unlink()
    inside.symlink_to(inside.name)
    assert ["spring"] == names(root)


def test_a_link_inside_is_followed(root: Path):
    (root / "campaigns/winter").symlink_to(root / "campaigns/spring")
    assert ["spring@east", "spring@west", "winter@east", "winter@west"] == names(root)


def test_what_is_no_file_is_not_waited_for(root: Path):
    (root / "campaigns/spring/campaign.yaml").unlink()
    os.mkfifo(root / "campaigns/spring/campaign.yaml")
    assert ["spring"] == names(root)


def test_two_folders_of_one_name_refuse_all_its_cells(root: Path):
    (root / "campaigns/north/spring").mkdir(parents=True)
    (root / "campaigns/north/spring/campaign.yaml").write_text(FILE, encoding="utf-8")
    twins = campaign_folders(root).twins
    assert {(EAST, "MC035"), (WEST, "MC035")} == {(name, each.code) for name, each in twins.items()}


def test_a_cell_is_read_as_a_file_of_its_own(root: Path):
    east, west = read(root), read(root, WEST)
    assert (None, "main", {"city": "上海", "year": 2026}) == (
        east.file and east.file.matrix,
        east.file and east.file.account,
        east.file and east.file.vars,
    )
    assert west.file is not None
    assert ("west", "老会员", {"city": "成都", "year": 2026}) == (
        west.file.account,
        west.file.audience.tag,
        west.file.vars,
    )
    assert ["spring@east", "spring@west"] == [each.name for each in east.cells]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("account",), (6, 8)),
        (("audience", "tag"), (3, 9)),
        (("vars", "city"), (4, 10)),
        (("vars", "year"), (4, 4)),
        (("text", "content"), (11, 11)),
    ],
)
def test_a_key_is_found_where_the_cell_or_the_file_says_it(
    root: Path, path: tuple[str, ...], line: tuple[int, int]
):
    assert line == tuple(read(root, name).place(path).line for name in (EAST, WEST))


def test_a_fault_of_a_cell_stops_the_cell(root: Path):
    write(root, FILE.replace("account: west", "account: nobody"))
    assert ([], [("MC019", 8)]) == (told(read(root)), told(read(root, WEST)))
    assert (True, None) == (read(root).file is not None, read(root, WEST).file)


def test_openids_of_a_subscription_account_are_a_fault_of_the_cell(root: Path):
    write(root, FILE.replace("{tag: 老会员}", "{openids: vip.txt}"))
    assert [("MC609", 9)] == told(read(root, WEST))
    assert [] == told(read(root))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("title: 春季", "titel: 春季", ("MC011", 2)),
        ("name: west", "name: east", ("MC037", 7)),
        ("    audience: {tag: 老会员}\n", "", None),
        ("account: west", "account: main", ("MC038", 9)),
        ("name: west", "label: west", ("MC011", 7)),
    ],
)
def test_a_fault_of_the_file_stops_all_cells(
    root: Path, before: str, after: str, expected: tuple[str, int] | None
):
    write(root, FILE.replace(before, after))
    found = told(read(root))
    assert ([] if expected is None else [expected]) == found[:1]
    assert (expected is None) == (read(root).file is not None)


def test_where_some_faults_are_not_told_no_cell_is_right(root: Path):
    cells = "".join(f"  - {{name: c{each}, account: nobody}}\n" for each in range(300))
    write(root, FILE.replace("text:", f"{cells}text:"))
    assert read(root).file is None


def test_a_cell_that_was_taken_out_meanwhile_is_a_fault(root: Path):
    found = read(root, CampaignName("spring@north"))
    assert (None, [("MC001", None)]) == (found.file, told(found))


def test_another_cell_changes_nothing_of_a_cells_digest(root: Path):
    before = working_tree(root).source_digest(EAST)
    write(root, FILE.replace("成都", "重庆") + "\n# ein Wort\n")
    assert before == working_tree(root).source_digest(EAST)
    assert before != working_tree(root).source_digest(WEST)
    (root / "campaigns/spring/x.md").write_text("x", encoding="utf-8")
    assert before != working_tree(root).source_digest(EAST)


def test_a_faulty_cell_is_still_one_of_its_family(root: Path):
    write(root, FILE.replace("account: west", "account: nobody"))
    assert [("spring@east", True), ("spring@west", False)] == [
        (each.name, bool(each.appid)) for each in read(root).cells
    ]


def desires(root: Path, state: State) -> Desires:
    return Desires(working_tree(root), state)


def test_a_cell_with_a_record_that_is_gone_is_told(root: Path):
    state = recorded(attempted(words("spring@north")), attempted(words("spring")))
    found = desires(root, state).strays()
    assert [("MC413", "spring", Severity.INFO), ("MC413", "spring@north", Severity.INFO)] == [
        (each.code, each.campaign, each.severity) for each in found
    ]


def test_where_the_cells_cannot_be_read_none_is_told_to_be_gone(root: Path):
    state = recorded(attempted(words("spring@north")))
    write(root, "version: 1\nmatrix: [\n")
    assert [] == desires(root, state).strays()


def test_what_cells_have_in_common_is_ascribed_to_their_folder(root: Path):
    write(root, FILE.replace("title:", "titel:").replace("account: west", "account: nobody"))
    found = desires(root, State()).read([EAST, WEST])
    assert all(isinstance(each, Invalid) for each in found)
    assert [[("MC011", "spring")], [("MC011", "spring"), ("MC019", "spring@west")]] == [
        [(one.code, one.campaign) for one in each.diagnostics]
        for each in found
        if isinstance(each, Invalid)
    ]


def test_folders_that_were_renamed_to_it_are_of_its_family(root: Path):
    moved = "moved: [{from: autumn@east, to: spring@east}, {from: winter@x, to: spring@west}]\n"
    (root / "massctl.yaml").write_text(SETTINGS + moved, encoding="utf-8")
    (root / "campaigns/winter").mkdir()
    loaded = working_tree(root)
    east = loaded.campaign(EAST)
    family = Desires(loaded, State())._family(east, east.cells)
    assert family is not None
    assert {"spring", "autumn"} == family.folders


def test_a_renaming_of_a_cell_leads_to_a_cell(root: Path):
    moved = "moved: [{from: spring@old, to: spring@north}]\n"
    (root / "massctl.yaml").write_text(SETTINGS + moved, encoding="utf-8")
    _, faults = load_settings(Repository(root), loopback_override=None)
    assert ["MC031"] == [each.code for each in faults]
    write(root, "version: 1\nmatrix: [\n")
    _, faults = load_settings(Repository(root), loopback_override=None)
    assert [] == faults


def test_a_campaign_without_a_matrix_is_alone(root: Path):
    write(root, FILE.partition("matrix:")[0] + "account: main\ntext: {content: 今晚}\n")
    loaded = working_tree(root)
    assert (None, Folder("campaigns/spring")) == (
        Desires(loaded, State())._family(loaded.campaign(SPRING), ()),
        loaded.campaign(SPRING).folder,
    )


def named(root: Path, east: str, west: str) -> Loaded:
    """Read the first of two cells of one account, for these lists."""
    write(
        root,
        "version: 1\naccount: main\ntext: {content: 今晚}\nmatrix:\n"
        f"  - {{name: east, audience: {{openids: {east}}}}}\n"
        f"  - {{name: west, audience: {{openids: {west}}}}}\n",
    )
    return read(root)


@pytest.mark.parametrize(
    ("east", "west", "counts"),
    [
        pytest.param("one.txt", "two.txt", False, id="of the other cell"),
        pytest.param("two.txt", "one.txt", True, id="its own"),
        pytest.param("./two.txt", "two.txt", True, id="its own, written otherwise"),
        pytest.param("one.txt", "three.txt", True, id="of no cell"),
    ],
)
def test_the_list_of_another_cell_is_no_part_of_a_cell(
    root: Path, east: str, west: str, *, counts: bool
):
    named(root, east, west)
    before = working_tree(root).source_digest(EAST)
    (root / "campaigns/spring/two.txt").write_text("oABCDEFGHIJKLMNOPQRSTUV00001\n")
    assert counts is (before != working_tree(root).source_digest(EAST))


def test_an_escaped_name_is_the_name_of_a_list(root: Path):
    named(root, "one.txt", "tw%6F.txt")
    before = working_tree(root).source_digest(EAST)
    (root / "campaigns/spring/two.txt").write_text("oABCDEFGHIJKLMNOPQRSTUV00001\n")
    assert before == working_tree(root).source_digest(EAST)
