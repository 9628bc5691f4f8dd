"""`massctl tags`: what an account has, kept for plans without a network; a wrong name is found before the window."""

import json
import shutil

import pytest
from cli_runner import NOON, Shell
from repositories import APPID

from massctl.sandbox.embedded import open_world
from massctl.source.repository import SANDBOX_TAGS_FILE

MEMBERS = "audience:\n  tag: 会员\n"


def pulled(*tags: tuple[int, str, int], account: str = "main") -> str:
    """Write massctl.tags.json."""
    rows = [{"id": known, "name": name, "count": count} for known, name, count in tags]
    kept = {"pulled_at": "2026-11-30T10:00:00+08:00", "tags": rows}
    return json.dumps({"format_version": 1, "accounts": {account: kept}}, ensure_ascii=False)


@pytest.fixture
def letter(shell: Shell) -> Shell:
    shell.tree.text("letter")
    declared = shell.tree.read("campaigns/letter/campaign.yaml").replace(
        "audience:\n  is_to_all: true\n", MEMBERS
    )
    shell.tree.write("campaigns/letter/campaign.yaml", declared)
    return shell


def found(shell: Shell, verb: str = "validate") -> list[tuple[str, str, str]]:
    document = shell(verb, "--format", "json").document
    rows = (
        document["diagnostics"] if verb == "validate" else document["campaigns"][0]["diagnostics"]
    )
    return [(each["code"], each["severity"], each["hint"]) for each in rows]


def test_before_the_first_pull_one_warning_stands_for_all_campaigns(letter: Shell) -> None:
    letter.tree.text("second")
    declared = letter.tree.read("campaigns/letter/campaign.yaml")
    letter.tree.write("campaigns/second/campaign.yaml", declared.replace("content:", "content: "))
    assert ["MC613"] == [code for code, *_ in found(letter)]
    (named,) = letter("validate", "letter", "--format", "json").document["diagnostics"]
    assert ("MC613", "warning", None) == (named["code"], named["severity"], named["campaign"])
    assert 1 == letter("lock").err.count("MC613")
    assert "MC613" not in letter("lock", "--sandbox").err


def test_a_campaign_for_everybody_is_not_told_of_the_tags_of_others(letter: Shell) -> None:
    letter.tree.text("second")
    assert [] == letter("validate", "second", "--format", "json").document["diagnostics"]
    assert "MC613" not in letter("lock", "second").err


def test_pulled_tags_are_listed_and_their_counts_planned_with_the_day(letter: Shell) -> None:
    world = open_world(letter.root / ".massctl" / "sandbox", real_now=lambda: NOON)
    world.ensure_account(APPID)
    number = world.ensure_tag(APPID, None, "会员", 120, invented=False)
    world.close()
    said = letter("tags", "pull", "--sandbox", "--format", "json")
    assert (0, False) == (said.status, (letter.root / "massctl.tags.json").exists()), said.err
    (account,) = said.document["accounts"]
    assert ("main", {"id": number, "name": "会员", "count": 120}) == (
        account["account"],
        account["tags"][-1],
    )
    assert "120 followers" in letter("tags", "list", "--sandbox").out
    shutil.move(letter.root / SANDBOX_TAGS_FILE, letter.root / "massctl.tags.json")
    assert "120 followers" in letter("tags", "list").out
    assert (
        [("MC612", "info")]
        == [each[:2] for each in found(letter)]
        == [each[:2] for each in found(letter, "plan")]
    )
    assert "the tag 会员 had 120 followers on 2026-12-01" in letter("validate").out


@pytest.mark.parametrize(
    ("tags", "written", "hint"),
    [
        ([(100, "会员日", 9)], "tag: 会员", "did you mean 会员日?"),
        ([(100, "北京", 9)], "tag: 会员", "its tags are 北京"),
        ([], "tag: 会员", "its tags are -"),
        ([(100, "会员", 9)], "tag_id: 101", "its tags are 100 (会员)"),
    ],
)
def test_an_unknown_tag_is_an_error_with_a_near_name(
    letter: Shell, tags: list[tuple[int, str, int]], written: str, hint: str
) -> None:
    letter.tree.write("massctl.tags.json", pulled(*tags))
    declared = letter.tree.read("campaigns/letter/campaign.yaml").replace("tag: 会员", written)
    letter.tree.write("campaigns/letter/campaign.yaml", declared)
    ((code, severity, told),) = found(letter)
    assert ("MC610", "error", True) == (code, severity, hint in told), told


def test_tags_of_another_account_say_nothing_of_this_one(letter: Shell) -> None:
    letter.tree.write("massctl.tags.json", pulled((1, "会员", 2), account="second"))
    assert ["MC613"] == [code for code, *_ in found(letter)]


def test_a_campaign_for_everybody_needs_no_tags(shell: Shell) -> None:
    shell.tree.text("letter")
    shell.tree.write("massctl.tags.json", "not JSON")
    assert [] == found(shell)


def test_a_file_that_is_not_ours_is_an_error(letter: Shell) -> None:
    letter.tree.write("massctl.tags.json", '{"accounts": {}}')
    assert [("MC611", "error")] == [each[:2] for each in found(letter)]
    listed = letter("tags", "list")
    assert (True, True) == (listed.status != 0, "massctl.tags.json" in listed.err)


def test_without_a_pull_there_is_nothing_to_list(shell: Shell) -> None:
    said = shell("tags", "list")
    assert (2, True) == (
        said.status,
        "no tags of main were pulled yet" in " ".join(said.err.split()),
    )
    assert "massctl tags pull" in " ".join(said.err.split())


def test_pulling_one_account_keeps_the_others(letter: Shell) -> None:
    letter.tree.write(SANDBOX_TAGS_FILE, pulled((1, "老友", 2), account="second"))
    assert 0 == letter("tags", "pull", "--sandbox", "--account", "main").status
    assert ["main", "second"] == list(json.loads(letter.tree.read(SANDBOX_TAGS_FILE))["accounts"])


def test_tags_of_the_sandbox_count_in_the_sandbox_alone(letter: Shell) -> None:
    letter.tree.write("massctl.tags.json", pulled((100, "会员", 9)))
    said = letter("tags", "pull", "--sandbox").out
    assert f"{SANDBOX_TAGS_FILE}: plans with --sandbox read it" in " ".join(said.split())
    assert pulled((100, "会员", 9)) == letter.tree.read("massctl.tags.json")
    assert ["MC612"] == [code for code, *_ in found(letter)]
    (planned,) = letter("plan", "--sandbox", "--format", "json").document["campaigns"]
    assert ["MC610"] == [each["code"] for each in planned["diagnostics"]]


def test_the_sandbox_goes_by_the_real_tags_until_its_own_are_pulled(letter: Shell) -> None:
    letter.tree.write("massctl.tags.json", pulled((100, "会员", 9)))
    (planned,) = letter("plan", "--sandbox", "--format", "json").document["campaigns"]
    assert "MC612" in [each["code"] for each in planned["diagnostics"]]
    letter.tree.write(SANDBOX_TAGS_FILE, "not JSON")
    (planned,) = letter("plan", "--sandbox", "--format", "json").document["campaigns"]
    assert [("MC611", SANDBOX_TAGS_FILE)] == [
        (each["code"], each["file"]) for each in planned["diagnostics"]
    ]
