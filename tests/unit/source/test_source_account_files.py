"""Files accounts/NAME.yaml: what they say stands under accounts.NAME, and each fault is told at its own place."""

from pathlib import Path

import pytest
from repositories import Tree

from massctl.model.diagnostics import Diagnostic, Place
from massctl.model.inputs import MISSING
from massctl.model.settings import MassctlFile
from massctl.source.account_files import account_data
from massctl.source.repository import Repository
from massctl.source.settings import load_settings, settings_found, settings_place

EAST = "appid: wx00000000000000ea\nsecret_env: EAST\nkind: subscription\nowner: 东区组\n"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    found = Tree(tmp_path)
    found.text("notice")
    return found


def loaded(tree: Tree) -> tuple[MassctlFile | None, list[Diagnostic]]:
    return load_settings(Repository(tree.root), loopback_override=None)


def faults(tree: Tree) -> list[tuple[str, str, int | None, int | None]]:
    """Load settings that have faults: code, file, line and column of each."""
    settings, found = loaded(tree)
    assert settings is None
    places = [(each.code, each.place or Place("")) for each in found]
    return [(code, place.file, place.line, place.column) for code, place in places]


def sha256(tree: Tree) -> str:
    settings, found = loaded(tree)
    assert settings is not None, found
    return settings.declared_sha256


def test_a_file_is_one_account_of_its_name(tree: Tree) -> None:
    tree.write("accounts/east.yaml", EAST)
    settings, found = loaded(tree)
    assert settings is not None
    assert ([], ["main", "east"], "东区组") == (
        found,
        list(settings.accounts),
        settings.accounts["east"].owner,
    )


def test_all_accounts_may_stand_in_files(tree: Tree) -> None:
    tree.write("massctl.yaml", "version: 1\n")
    assert [("MC012", "massctl.yaml", 1, 1)] == faults(tree)
    tree.write("accounts/east.yaml", EAST)
    settings, _ = loaded(tree)
    assert settings is not None
    assert ["east"] == list(settings.accounts)


def test_an_account_means_the_same_in_either_place(tree: Tree) -> None:
    tree.write("accounts/east.yaml", EAST)
    apart = sha256(tree)
    (tree.root / "accounts/east.yaml").unlink()
    lines = "".join(f"    {line}\n" for line in EAST.splitlines())
    written = tree.read("massctl.yaml").replace("accounts:\n", f"accounts:\n  east:\n{lines}")
    tree.write("massctl.yaml", written)
    assert apart == sha256(tree)


def test_a_change_of_a_file_changes_what_is_declared(tree: Tree) -> None:
    tree.write("accounts/east.yaml", EAST)
    before = sha256(tree)
    tree.write("accounts/east.yaml", EAST + "api_base: https://api2.weixin.qq.com\n")
    assert before != sha256(tree)


FAULTS = {
    "an unknown key": (EAST + "secre_env: X\n", ("MC011", 5, 1)),
    "a wrong value": (EAST.replace("subscription", "club"), ("MC014", 3, 7)),
    "a key twice": (EAST + "kind: service\n", ("MC005", 5, 1)),
    "no YAML": (EAST + "name: [\n", ("MC004", 6, 1)),
    "nothing": ("", ("MC004", 1, 1)),
    "a list": ("- east\n", ("MC013", 1, 1)),
    "a missing key": (EAST.replace("secret_env: EAST\n", ""), ("MC012", 1, 1)),
    "a policy": (EAST + "policy: {sending: enabled}\n", ("MC011", 5, 1)),
    "a secret": (EAST.replace("EAST", "a" * 32), ("MC014", 2, 13)),
    "a foreign host": (EAST + "api_base: https://example.com\n", ("MC023", 5, 11)),
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_at_its_place_in_the_file(
    tree: Tree, text: str, fault: tuple[str, int, int]
) -> None:
    tree.write("accounts/east.yaml", text)
    code, line, column = fault
    assert [(code, "accounts/east.yaml", line, column)] == faults(tree)


def test_state_and_policy_stand_in_massctl_yaml_alone(tree: Tree) -> None:
    tree.write("accounts/east.yaml", EAST + "state: {backend: git}\n")
    _, found = loaded(tree)
    assert ["an account file cannot have state: it is one account"] == [
        str(each.message) for each in found
    ]


def test_a_name_that_is_there_twice_is_one_fault_with_both_places(tree: Tree) -> None:
    tree.write("accounts/main.yaml", EAST)
    _, found = loaded(tree)
    assert [("MC005", "the account main is also in massctl.yaml, line 5, column 3")] == [
        (each.code, str(each.message)) for each in found
    ]
    assert found[0].place is not None
    assert "accounts/main.yaml" == found[0].place.file


def test_what_is_wrong_in_massctl_yaml_is_told_beside_what_is_wrong_in_a_file(tree: Tree) -> None:
    tree.settings(policy="  sendin: enabled\n")
    tree.write("accounts/east.yaml", "kind: club\n" + EAST.replace("kind: subscription\n", ""))
    assert ["accounts/east.yaml", "massctl.yaml"] == sorted(each[1] for each in faults(tree))


def test_accounts_of_another_type_are_told_alone(tree: Tree) -> None:
    tree.write("accounts/east.yaml", EAST)
    tree.write("massctl.yaml", "version: 1\naccounts: []\n")
    assert [("MC013", "massctl.yaml", 2, 11)] == faults(tree)


@pytest.mark.parametrize("name", ["East.yaml", "a b.yaml"])
def test_a_file_s_name_has_to_be_an_account_s(tree: Tree, name: str) -> None:
    tree.write(f"accounts/{name}", EAST)
    assert [("MC014", f"accounts/{name}", 1, 1)] == faults(tree)


@pytest.mark.parametrize("name", ["east.yml", "east.YAML", "ea\nst.yaml"])
def test_a_file_that_would_be_passed_over_is_named(tree: Tree, name: str) -> None:
    tree.write(f"accounts/{name}", EAST)
    assert [("MC001", f"accounts/{name}", None, None)] == faults(tree)


def test_other_files_are_passed_over(tree: Tree) -> None:
    for name in ("README.md", ".east.yaml.swp", ".#east.yaml", "more/east.yaml"):
        tree.write(f"accounts/{name}", "- nothing\n")
    settings, found = loaded(tree)
    assert settings is not None
    assert (["main"], []) == (list(settings.accounts), found)


def test_bytes_that_are_not_utf_8_are_refused(tree: Tree) -> None:
    tree.write("accounts/east.yaml", "owner: 东区\n".encode("gbk"))
    assert "MC003" == faults(tree)[0][0]


def test_a_file_that_is_too_large_is_refused(tree: Tree) -> None:
    tree.write("accounts/east.yaml", EAST + "#" * 2**20)
    assert [("MC002", "accounts/east.yaml", None, None)] == faults(tree)


def test_too_many_files_are_refused(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("massctl.source.repository.ACCOUNT_FILES_MAX", 1)
    tree.write("accounts/east.yaml", EAST)
    tree.write("accounts/west.yaml", EAST)
    assert [("MC009", "accounts", None, None)] == faults(tree)


def to_a_file_outside(tree: Tree) -> str:
    (tree.root.parent / "secret.yaml").write_text(EAST)
    (tree.root / "accounts").mkdir()
    (tree.root / "accounts/east.yaml").symlink_to("../../secret.yaml")
    return "accounts/east.yaml"


def to_a_file_of_a_campaign(tree: Tree) -> str:
    tree.write("campaigns/_shared/east.yaml", EAST)
    (tree.root / "accounts").mkdir()
    (tree.root / "accounts/east.yaml").symlink_to("../campaigns/_shared/east.yaml")
    return "accounts/east.yaml"


def to_a_folder_outside(tree: Tree) -> str:
    (tree.root.parent / "elsewhere").mkdir()
    (tree.root.parent / "elsewhere/east.yaml").write_text(EAST)
    (tree.root / "accounts").symlink_to("../elsewhere")
    return "accounts"


@pytest.mark.parametrize("link", [to_a_file_outside, to_a_file_of_a_campaign, to_a_folder_outside])
def test_no_link_leads_out_of_the_folder(tmp_path: Path, link: object) -> None:
    assert callable(link)
    tree = Tree(tmp_path / "repository")
    tree.text("notice")
    path = link(tree)
    assert [("MC022", path, None, None)] == faults(tree)


def test_what_was_found_names_each_file(tree: Tree) -> None:
    tree.write("accounts/east.yaml", EAST)
    repository = Repository(tree.root)
    load_settings(repository, loopback_override=None)
    tree.write("accounts/late.yaml", EAST)
    found = settings_found(repository)
    assert ["accounts/east.yaml", "accounts/late.yaml", "massctl.yaml"] == sorted(found)
    assert (MISSING, 64) == (found["accounts/late.yaml"], len(found["accounts/east.yaml"]))


def test_a_folder_that_cannot_be_listed_equals_no_commit(tree: Tree) -> None:
    (tree.root / "accounts").symlink_to("campaigns")
    assert {"massctl.yaml": MISSING, "accounts": "MC022"} == settings_found(Repository(tree.root))


def test_a_theme_of_an_account_file_is_told_there(tree: Tree) -> None:
    tree.write("accounts/east.yaml", EAST + "theme: nothing\n")
    place = settings_place(Repository(tree.root), "east", [("theme", "name")])
    assert ("accounts/east.yaml", 5, 8) == (place.file, place.line, place.column)


def test_what_another_commit_says_is_unknown_where_it_cannot_be_read() -> None:
    files = (("accounts/a.yaml", b"kind: x\n"), ("accounts/b.yaml", b"[\n"))
    large = ("accounts/c.yaml", b"#" * (2**20 + 1))
    assert {"a": {"kind": "x"}, "b": None, "c": None} == account_data((*files, large))
