"""Campaigns in groups: `campaigns/GROUP/NAME`."""

import json
from typing import Any

import pytest
from cli_runner import Shell
from repositories import window

DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")


def apply(shell: Shell, *arguments: str) -> Any:
    return shell("apply", *arguments, "--sandbox", "--yes", "--format", "json")


def move(shell: Shell, old: str, new: str) -> None:
    target = shell.root / "campaigns" / new
    target.parent.mkdir(parents=True, exist_ok=True)
    source = shell.root / "campaigns" / old
    source.rename(target)
    if source.parent.name != "campaigns":
        source.parent.rmdir()


def planned(shell: Shell, *names: str) -> list[dict[str, Any]]:
    found = shell("plan", *names, "--sandbox", "--format", "json").document["campaigns"]
    assert isinstance(found, list)
    return found


def test_a_campaign_in_a_group_is_staged_and_sent_under_its_name(shell: Shell) -> None:
    shell.tree.news("clients/north/letter", more=DUE)
    shell.tree.text("note", more=DUE)
    before = [(each["name"], each["group"], each["folder"]) for each in planned(shell)]
    assert [
        ("letter", "clients/north", "campaigns/clients/north/letter"),
        ("note", "", "campaigns/note"),
    ] == sorted(before)
    done = apply(shell)
    assert (0, [("letter", "clients/north"), ("note", "")]) == (
        done.status,
        sorted((each["name"], each["group"]) for each in done.document["campaigns"]),
    )
    told = shell("status", "letter", "--sandbox", "--format", "json").document["campaigns"]
    assert [("letter", "clients/north")] == [(each["name"], each["group"]) for each in told]


def test_what_is_sent_and_its_lock_know_nothing_of_the_group(shell: Shell) -> None:
    """A renamed group keeps digest and lock: nothing of the folder's path is in what is approved."""
    shell.tree.news("letter", more=DUE)
    assert 0 == shell("lock", "letter").status
    lock = shell.tree.read("campaigns/letter/campaign.lock.json")
    (before,) = planned(shell)
    for old, new in (("letter", "north/letter"), ("north/letter", "clients/south/letter")):
        move(shell, old, new)
        (after,) = planned(shell)
        assert before["digest"] == after["digest"]
        assert before["approved"] == after["approved"]
        checked = shell("lock", "--check")
        assert 0 == checked.status, checked.err
        assert lock == shell.tree.read(f"campaigns/{new}/campaign.lock.json")
        assert 0 == shell("lock").status
        assert lock == shell.tree.read(f"campaigns/{new}/campaign.lock.json")


def test_a_sent_campaign_that_moves_to_another_group_keeps_its_record(shell: Shell) -> None:
    shell.tree.news("north/letter", more=DUE)
    assert 0 == apply(shell).status
    calls = shell.report()["calls"]
    move(shell, "north/letter", "south/letter")
    done = apply(shell)
    (campaign,) = done.document["campaigns"]
    assert (0, "south", []) == (done.status, campaign["group"], campaign["refusals"])
    assert (calls, 1) == (shell.report()["calls"], len(shell.report()["jobs"]))
    assert [] == planned(shell)[0]["diagnostics"]


def test_two_campaigns_of_one_name_are_one_fault_and_neither_is_sent(shell: Shell) -> None:
    shell.tree.text("north/spring", more=DUE)
    shell.tree.text("south/spring", content="别的", more=DUE)
    shell.tree.text("note", content="第三", more=DUE)
    done = apply(shell)
    assert 1 == len(shell.report()["jobs"])
    assert ["note"] == [each["name"] for each in done.document["campaigns"] if each["jobs"]]
    (found,) = next(each for each in planned(shell) if each["name"] == "spring")["diagnostics"]
    assert (
        "MC035",
        "campaigns/north/spring",
        "campaigns/north/spring, campaigns/south/spring have the same name",
    ) == (found["code"], found["file"], found["message"])


def test_a_second_campaign_of_a_name_that_was_sent_is_told_all_the_same(shell: Shell) -> None:
    shell.tree.text("north/spring", more=DUE)
    assert 0 == apply(shell).status
    shell.tree.text("south/spring", content="别的", more=DUE)
    assert 0 != apply(shell).status
    assert 1 == len(shell.report()["jobs"])
    assert ["MC035"] == [each["code"] for each in planned(shell)[0]["diagnostics"]]


def test_nothing_is_sent_of_a_campaign_that_holds_others_nor_of_these(shell: Shell) -> None:
    shell.tree.text("north/a", more=DUE)
    shell.tree.text("north/b", content="别的", more=DUE)
    shell.tree.text("note", content="第三", more=DUE)
    shell.tree.text("north", content="上面", more=DUE)
    done = apply(shell)
    assert ["note"] == [each["name"] for each in done.document["campaigns"] if each["jobs"]]
    assert 1 == len(shell.report()["jobs"])
    told = {each["name"]: each["diagnostics"] for each in planned(shell)}
    assert ["a", "b", "north"] == sorted(name for name, found in told.items() if found)
    ((north,), (a,)) = told["north"], told["a"]
    assert ("MC039", "MC039") == (north["code"], a["code"])
    assert (
        "campaigns/north holds another campaign: campaigns/north/a, campaigns/north/b"
        == north["message"]
    )
    assert "campaigns/north holds another campaign: campaigns/north/a" == a["message"]


@pytest.mark.parametrize("path", ["../other/images/river.png", "../../note/x.png", "../x.png"])
def test_a_path_reaches_no_other_campaign_of_its_group(shell: Shell, path: str) -> None:
    shell.tree.news("north/letter", more=DUE)
    shell.tree.news("north/other", more=DUE)
    shell.tree.write("campaigns/north/letter/articles/main.md", f"字\n\n![图](../{path})\n")
    found = json.loads(shell("validate", "--format", "json").out)
    (fault,) = [each for each in found["diagnostics"] if each["code"] == "MC202"]
    assert "campaigns/north/letter/articles/main.md" == fault["file"]


def test_files_of_a_campaign_in_a_group_are_named_as_it_writes_them(shell: Shell) -> None:
    shell.tree.news("north/letter", more=DUE)
    (shell.root / "campaigns/north/letter/images/cover.png").rename(
        shell.root / "campaigns/north/letter/images/Cover.png"
    )
    told = shell("validate").err + shell("validate").out
    assert "case differs: images/Cover.png" in told
    assert "campaigns/north/letter/images/cover.png" in told


def test_lock_and_new_find_the_folder_of_a_name(shell: Shell) -> None:
    shell.tree.text("north/spring", more=DUE)
    refused = shell("new", "spring", "--window", "none")
    assert "campaigns/north/spring already exists" in refused.err
    made = shell("new", "later", "--from", "spring", "--window", "none")
    assert 0 == made.status, made.err
    assert "改时间" in shell.tree.read("campaigns/north/later/campaign.yaml")


def test_new_makes_a_campaign_in_a_group_and_leaves_out_what_it_inherits(shell: Shell) -> None:
    shell.tree.write("campaigns/north/_defaults.yaml", "account: main\n")
    made = shell("new", "clients/north/letter", "--window", "none")
    assert 0 == made.status, made.err
    written = shell.tree.read("campaigns/clients/north/letter/campaign.yaml")
    assert "$schema=../../../../schemas/campaign.schema.json" in written
    assert "\naccount: main\n" in written
    made = shell("new", "north/news", "--window", "none")
    assert 0 == made.status, made.err
    written = shell.tree.read("campaigns/north/news/campaign.yaml")
    assert "\naccount: " not in written
    assert ["letter", "news"] == sorted(each["name"] for each in planned(shell))
    assert 0 == shell("validate").status


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("south/spring", "campaigns/north/spring already exists"),
        (
            "north/spring/letter",
            "campaigns/north/spring is a campaign; a campaign cannot hold another one",
        ),
        ("North/letter", "North is not a campaign name"),
        ("/letter", "is not a campaign name"),
        ("north//letter", "is not a campaign name"),
        ("../letter", ".. is not a campaign name"),
    ],
)
def test_new_refuses_what_cannot_be_a_campaign_of_a_group(
    shell: Shell, name: str, words: str
) -> None:
    shell.tree.text("north/spring")
    refused = shell("new", name, "--window", "none")
    assert (2, True) == (refused.status, words in refused.err), refused.err


def test_a_copy_says_the_account_that_it_would_not_inherit(shell: Shell) -> None:
    shell.tree.write("campaigns/north/_defaults.yaml", "account: main\n")
    shell.tree.write(
        "campaigns/north/spring/campaign.yaml",
        "version: 1\ntitle: 一\naudience: {is_to_all: true}\ntext: {content: 一}\n",
    )
    for name, says in (("autumn", False), ("south/winter", True)):
        made = shell("new", name, "--from", "spring", "--window", "none")
        assert 0 == made.status, made.err
        folder = "north/autumn" if name == "autumn" else name
        written = shell.tree.read(f"campaigns/{folder}/campaign.yaml")
        assert says == ('account: "main"' in written), written


def test_an_import_stands_in_its_group(shell: Shell) -> None:
    shell.tree.write("campaigns/north/_defaults.yaml", "account: main\n")
    (shell.root / "page.md").write_text("# 标题\n\n一段话。\n", encoding="utf-8")
    made = shell("import", "markdown", str(shell.root / "page.md"), "north/page")
    assert (shell.root / "campaigns/north/page/campaign.yaml").is_file(), made.err
    written = shell.tree.read("campaigns/north/page/campaign.yaml")
    assert ("\naccount: " in written, "../../../schemas/" in written) == (False, True)
