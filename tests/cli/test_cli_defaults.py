"""What campaigns inherit from `_defaults.yaml` of the folders above them."""

import json
from typing import Any

import pytest
from cli_runner import Shell

TEXT = """\
version: 1
title: 改时间
audience: {is_to_all: true}
{more}text: {content: "明天见，{{ city }}"}
"""


def text(shell: Shell, name: str, more: str = "", content: str = "明天见，{{ city }}") -> None:
    written = TEXT.replace("{more}", more).replace("明天见，{{ city }}", content)
    shell.tree.write(f"campaigns/{name}/campaign.yaml", written)


def defaults(shell: Shell, folder: str, content: str) -> None:
    shell.tree.write(f"campaigns/{folder}_defaults.yaml", content)


def planned(shell: Shell, *names: str) -> list[dict[str, Any]]:
    found = shell("plan", *names, "--sandbox", "--format", "json").document["campaigns"]
    assert isinstance(found, list)
    return found


def faults(shell: Shell) -> list[tuple[str, str, int | None, int | None, str]]:
    found = json.loads(shell("validate", "--format", "json").out)["diagnostics"]
    return [
        (each["code"], each["file"], each["line"], each["column"], each["message"])
        for each in found
        if each["severity"] == "error"
    ]


HOURS = 'send: {from: "11:00", to: "13:00"}\n'


def test_a_campaign_inherits_what_it_does_not_say(shell: Shell) -> None:
    defaults(shell, "", "account: main\nvars: {city: 广州, year: 2026}\n")
    defaults(shell, "north/", f"preview: {{towxname: [editor_li]}}\nvars: {{city: 天津}}\n{HOURS}")
    text(shell, "north/letter", "send: {date: 2026-12-01}\n")
    (campaign,) = planned(shell)
    assert "main" == campaign["account"]
    approved = campaign["approved"]
    assert "明天见，天津" == approved["message"]["content"]
    assert {
        "not_before": "2026-12-01T11:00:00+08:00",
        "not_after": "2026-12-01T13:00:00+08:00",
        "send_ignore_reprint": False,
    } == approved["send"]
    assert ["send_preview", "send_mass"] == [each["kind"] for each in campaign["steps"]]
    north, top = "campaigns/north/_defaults.yaml", "campaigns/_defaults.yaml"
    assert [
        ("account", top, 1),
        ("preview", north, 1),
        ("send", north, 3),
        ("vars.city", north, 2),
        ("vars.year", top, 2),
    ] == sorted((each["key"], each["file"], each["line"]) for each in campaign["inherited"])
    assert f"account ({top}:1)" in shell("plan", "--sandbox").out


def test_what_a_campaign_says_itself_wins(shell: Shell) -> None:
    window = "not_before: 2026-12-01T11:30:00+08:00, not_after: 2026-12-01T12:30:00+08:00"
    defaults(shell, "", f"account: main\nvars: {{city: 广州}}\n{HOURS}")
    text(shell, "letter", f"account: main\nvars: {{city: 北京}}\nsend: {{{window}}}\n")
    (campaign,) = planned(shell)
    assert [] == campaign["inherited"]
    assert "明天见，北京" == campaign["approved"]["message"]["content"]
    assert "2026-12-01T11:30:00+08:00" == campaign["approved"]["send"]["not_before"]


def test_hours_over_midnight_and_of_another_zone_are_two_moments_with_their_offset(
    shell: Shell,
) -> None:
    defaults(shell, "", 'account: main\nsend: {from: "23:00", to: "01:00", timezone: Asia/Tokyo}\n')
    text(shell, "letter", "send: {date: 2026-12-31}\n", "一")
    send = planned(shell)[0]["approved"]["send"]
    assert ("2026-12-31T23:00:00+09:00", "2027-01-01T01:00:00+09:00") == (
        send["not_before"],
        send["not_after"],
    )


def test_theme_keys_are_inherited_by_themselves_and_only_by_articles(shell: Shell) -> None:
    defaults(shell, "", 'account: main\ntheme: {name: danmo, accent: "#b03060"}\n')
    shell.tree.news("letter", more='theme: {accent: "#004b87"}\n')
    shell.tree.news("html")
    shell.tree.text("note")
    by_name = {each["name"]: each for each in planned(shell)}
    assert ["theme.name"] == [each["key"] for each in by_name["letter"]["inherited"]]
    assert [] == by_name["note"]["inherited"]
    assert ["theme.accent", "theme.name"] == sorted(
        each["key"] for each in by_name["html"]["inherited"]
    )
    assert [] == faults(shell)


def test_an_inherited_theme_that_no_article_shows_is_no_fault(shell: Shell) -> None:
    defaults(shell, "", "theme: danmo\n")
    shell.tree.news("letter")
    path = "campaigns/letter/campaign.yaml"
    shell.tree.write(path, shell.tree.read(path).replace("main.md", "main.html"))
    shell.tree.write("campaigns/letter/articles/main.html", "<p>字</p>")
    assert [] == faults(shell)


@pytest.mark.parametrize(
    ("content", "code", "at", "words"),
    [
        ("acount: main\n", "MC011", (1, 1), "unknown key acount"),
        ("title: 一\n", "MC011", (1, 1), "unknown key title"),
        ("account: mian\n", "MC019", (1, 10), "massctl.yaml has no account mian"),
        ("account: [main]\n", "MC013", (1, 10), "account: expected"),
        ("vars: {city: 一}\nsend: {from: 20:00}\n", "MC012", (2, 1), "to is missing"),
        ('send: {from: "25:00", to: "21:00"}\n', "MC014", (1, 14), "expected a time of day"),
        ('send: {from: "20:00", to: "20:00"}\n', "MC014", (1, 27), "the window is empty"),
        (
            'send: {from: "20:00", to: "21:00", timezone: Mars}\n',
            "MC014",
            (1, 46),
            "there is no time zone Mars",
        ),
        ("- 1\n", "MC013", (1, 1), "expected keys with values"),
        ("", "MC004", (1, 1), "the file is empty"),
        ("account: main\nsend: x: y\n", "MC004", (2, 8), "a colon where no key can be"),
    ],
)
def test_a_fault_of_defaults_is_told_once_with_its_place(
    shell: Shell, content: str, code: str, at: tuple[int, int], words: str
) -> None:
    defaults(shell, "north/", content)
    for name in ("a", "b", "c"):
        text(shell, f"north/{name}", content=name)
    shell.tree.text("other")
    found = faults(shell)
    own = [each for each in found if each[1] == "campaigns/north/_defaults.yaml"]
    assert 1 == len(own), found
    assert (code, True) == (own[0][0], words in own[0][4]), own
    assert at == own[0][2:4], own
    assert [("MC036", f"campaigns/north/{name}/campaign.yaml") for name in "abc"] == [
        each[:2] for each in found if each not in own
    ]
    done = shell("apply", "--sandbox", "--yes", "--format", "json").document["campaigns"]
    assert {"a", "b", "c"} == {each["name"] for each in done if each["error"]}


@pytest.mark.parametrize(
    "words",
    [
        ["validate"],
        ["validate", "a", "b"],
        ["validate", "--group", "north"],
        ["validate", "--account", "main"],
        ["plan", "a", "b", "--sandbox"],
        ["plan", "--group", "north", "--sandbox"],
        ["plan", "--account", "main", "--sandbox"],
        ["apply", "a", "--sandbox", "--yes"],
        ["apply", "--group", "north", "--sandbox", "--yes"],
        ["lock"],
        ["lock", "a"],
        ["lock", "a", "b", "--check"],
        ["lock", "--group", "north"],
    ],
)
def test_faults_of_defaults_above_selected_campaigns_are_told_once(
    shell: Shell, words: list[str]
) -> None:
    defaults(shell, "north/", "acount: main\n")
    defaults(shell, "south/", "vars: 1\n")
    for name in ("north/a", "north/b"):
        text(shell, name, "account: main\n", content=name)
    text(shell, "south/c", content="c")
    said = shell(*words)
    assert 1 == (said.out + said.err).count("unknown key acount"), said
    is_about_all = words in (["validate"], ["lock"])
    is_told = "south/_defaults.yaml" in said.out + said.err
    assert is_told is (is_about_all or "--account" in words), said


def test_a_folder_of_that_name_and_other_bytes_are_faults(shell: Shell) -> None:
    (shell.root / "campaigns/north/_defaults.yaml").mkdir(parents=True)
    shell.tree.write("campaigns/south/_defaults.yaml", b"account: \xff\n")
    shell.tree.write("campaigns/south/_defaults.yml", "account: main\n")
    shell.tree.write("campaigns/south/_default.yaml", "account: main\n")
    text(shell, "north/a", content="一")
    text(shell, "south/b", content="二")
    assert [
        ("MC001", "campaigns/north/_defaults.yaml"),
        ("MC001", "campaigns/south/_default.yaml"),
        ("MC003", "campaigns/south/_defaults.yaml"),
        ("MC001", "campaigns/south/_defaults.yml"),
    ] == [each[:2] for each in faults(shell) if each[0] != "MC036"]


def test_an_account_that_stands_nowhere_is_one_fault_that_says_where_it_could(
    shell: Shell,
) -> None:
    defaults(shell, "", "vars: {city: 一}\n")
    text(shell, "north/letter")
    (found,) = faults(shell)
    assert ("MC012", "campaigns/north/letter/campaign.yaml", "account is missing") == (
        found[0],
        found[1],
        found[4],
    )
    assert "or to a _defaults.yaml in a folder above" in shell("validate").out


@pytest.mark.parametrize(
    ("send", "code", "words"),
    [
        ("date: 2026-12-01", "MC012", "the hours of the window are missing"),
        ("date: 2026-02-30", "MC014", "there is no such day: 2026-02-30"),
        ("date: morgen", "MC014", "expected a day"),
        (
            "date: 2026-12-01, not_before: 2026-12-01T20:00:00+08:00",
            "MC014",
            "date or not_before, but not both",
        ),
    ],
)
def test_a_day_that_makes_no_window_is_a_fault_in_the_campaign(
    shell: Shell, send: str, code: str, words: str
) -> None:
    text(shell, "letter", f"account: main\nsend: {{{send}}}\n", "一")
    (found,) = faults(shell)
    assert ((code, "campaigns/letter/campaign.yaml", 5), True) == (
        (found[0], found[1], found[2]),
        words in found[4],
    )


def test_an_inherited_value_that_renders_wrong_is_told_at_its_place(shell: Shell) -> None:
    defaults(shell, "north/", "account: main\ntheme: nowhere\n")
    shell.tree.news("north/letter")
    (found,) = faults(shell)
    assert ("campaigns/north/_defaults.yaml", 2) == (found[1], found[2])


def test_defaults_that_change_after_a_send_warn_of_nothing_and_render_nothing(
    shell: Shell,
) -> None:
    defaults(shell, "north/", f"account: main\nvars: {{city: 天津}}\n{HOURS}")
    text(shell, "north/letter", "send: {date: 2026-12-01}\n")
    assert 0 == shell("apply", "--sandbox", "--yes").status
    calls = shell.report()["calls"]
    defaults(shell, "north/", "account: main\nvars: {town: 北京}\n")
    done = shell("apply", "--sandbox", "--yes", "--format", "json")
    assert (0, calls) == (done.status, shell.report()["calls"])
    assert [] == planned(shell)[0]["diagnostics"]


def test_defaults_are_part_of_what_was_judged(shell: Shell) -> None:
    """A plan that was saved holds only while the defaults say the same."""
    defaults(shell, "north/", f"account: main\nvars: {{city: 天津}}\n{HOURS}")
    text(shell, "north/letter", "send: {date: 2026-12-01}\n")
    assert 0 == shell("plan", "--sandbox", "--out", "plan.json").status
    defaults(shell, "north/", f"account: main\nvars: {{city: 北京}}\n{HOURS}")
    refused = shell("apply", "--plan", "plan.json", "--sandbox", "--yes")
    assert (5, True) == (
        refused.status,
        "this differs from the saved plan" in refused.err + refused.out,
    )
    assert [] == shell.report()["jobs"]


def test_cells_of_a_matrix_inherit_as_well_and_their_folder_is_as_it_was(shell: Shell) -> None:
    defaults(shell, "north/", f"account: main\nvars: {{city: 天津, year: 2026}}\n{HOURS}")
    matrix = "matrix: [{name: a, audience: {tag_id: 2}, vars: {city: 北京}}, {name: b, audience: {tag_id: 3}}]\n"
    written = TEXT.replace("audience: {is_to_all: true}\n", "")
    written = written.replace("{more}", f"send: {{date: 2026-12-01}}\n{matrix}")
    shell.tree.write("campaigns/north/letter/campaign.yaml", written)
    by_name = {each["name"]: each for each in planned(shell)}
    assert ["letter@a", "letter@b"] == sorted(by_name)
    assert ["account", "send", "vars.year"] == sorted(
        each["key"] for each in by_name["letter@a"]["inherited"]
    )
    assert ["明天见，北京", "明天见，天津"] == [
        by_name[name]["approved"]["message"]["content"] for name in ("letter@a", "letter@b")
    ]
    assert 0 == shell("apply", "letter@b", "--sandbox", "--yes").status
    defaults(shell, "north/", f"account: main\nvars: {{city: 上海, year: 2026}}\n{HOURS}")
    sent = next(each for each in planned(shell) if each["name"] == "letter@b")
    assert [] == sent["diagnostics"]
    assert sent["status"] in {"sending", "sent"}
