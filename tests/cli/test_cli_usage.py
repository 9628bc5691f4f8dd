"""Wrong verbs, flags and names end with 2 and help."""

import shutil

import pytest
from cli_runner import Shell

from massctl.cli.commands import VERBS

INTERFACE = [
    "audience",
    "init",
    "validate",
    "render",
    "lock",
    "plan",
    "apply",
    "preview",
    "status",
    "reconcile",
    "adopt",
    "withdraw",
    "comments",
    "state",
    "speed",
    "serve",
    "sandbox",
    "record-event",
    "new",
    "stop",
    "resume",
    "import",
    "run",
    "tags",
    "listen",
    "desk",
    "links",
    "report",
    "doctor",
    "explain",
    "schema",
    "ci",
]


def test_every_verb_of_the_interface_is_known():
    assert set(INTERFACE) == {*VERBS}


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["aply"], "did you mean apply?"),
        (["valdate"], "did you mean validate?"),
        (["plan", "--sandbx"], "did you mean --sandbox?"),
        (["plan", "--detailed-exitcod"], "did you mean --detailed-exitcode?"),
        (["state", "verfy"], "did you mean verify?"),
        (["plan", "lettre"], "did you mean letter?"),
        (["plan", "——sandbox"], "a flag begins with two hyphens: --sandbox"),
        (["plan", "秋日来信"], "the campaigns are letter"),
        (["apply", "leter", "--yes"], "did you mean letter?"),
        (["render", "letters", "--out", "x"], "did you mean letter?"),
        (["serve", "lettre"], "did you mean letter?"),
        (["apply", "--until", "drft"], "--until accepts one of upload, draft, preview, send"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_slip_of_the_finger_gets_a_suggestion(shell: Shell, arguments: list[str], near: str):
    shell.tree.news()
    said = shell(*arguments)
    assert (2, "") == (said.status, said.out)
    assert near in said.err


def test_an_unknown_verb_that_is_near_to_none_points_to_help(shell: Shell):
    said = shell("xyzzy")
    assert 2 == said.status
    assert "massctl --help" in said.err


def test_one_wrong_name_stops_the_others(shell: Shell):
    shell.tree.text()
    assert 2 == shell("apply", "notice", "nowhere", "--sandbox", "--yes").status
    assert {} == shell.report()["calls"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "--format", "xml"],
        ["status", "--wait", "-1"],
        ["status", "--wait", "nan"],
        ["status", "--wait", "1e300"],
        ["status", "nowhere"],
        ["sandbox", "--port", "99999"],
        ["reconcile", "notice", "--reason", "x"],
        ["reconcile", "notice", "--sent"],
        ["reconcile", "notice", "--sent", "--not-sent", "--reason", "x"],
        ["reconcile", "notice", "3", "--not-sent", "--reason", "x"],
        ["reconcile", "nowhere", "--sent", "--reason", "x", "--sandbox"],
        ["reconcile", "notice", "--sent", "--reason", ""],
        ["reconcile", "notice", "--sent", "--reason", " \n"],
        ["reconcile", "notice", "--sent", "--reason", "x" * 1001],
        ["reconcile", "notice", "--sent", "--reason", "x", "--url", "javascript:alert(1)"],
        ["reconcile", "notice", "9" * 30, "--sent", "--reason", "x"],
        ["render", "notice"],
        ["schema", "--frobnicate"],
        ["-C", "nowhere", "plan"],
        ["state"],
        [],
    ],
    ids=lambda arguments: " ".join(arguments)[:60],
)
def test_wrong_usage_ends_with_2(shell: Shell, arguments: list[str]):
    shell.tree.text()
    said = shell(*arguments)
    assert (2, "") == (said.status, said.out)
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("speed set x", "N 只能是 0 到 4 之间的数"),
        ("speed set 9", "N 只能是 0 到 4 之间的数"),
        ("speed set -1", "-1 会被当作选项；这里没有小于 0 的数"),
        ("speed set", "缺少 N"),
        ("speed fast", "没有命令 fast"),
        ("reconcile notice --sent --reason \t", "'\\t' 至少要有一个看得见的字符"),
        (f"reconcile notice --sent --reason {'x' * 1001}", "文字有 1001 个字符；最多允许 1000 个"),
        ("status --wait -1", "--wait 只能是 0 到 604800 之间的数"),
        ("reconcile notice 0 --sent", "MSG_ID 只能是 1 到 9223372036854775807 之间的数"),
        ("reconcile notice --batch 0", "--batch 只能是不小于 1 的数"),
        ("plan --out", "--out 需要一个值"),
        ("plan --refresh=1", "--refresh 不带值"),
        ("plan --format xml", "--format 只能是 text、json、markdown、ics 之一"),
        ("plan --against . --format json", "--against 要配 --for-review"),
        ("plan --out campaigns", "--out：campaigns 是文件夹，不是文件"),
        ("apply --plan x notice", "--plan 已经说明是哪些活动"),
        ("comments open notice other more", "参数太多：other more"),
        ("-C nowhere plan", "-C：nowhere 不存在"),
        ("-C massctl.yaml plan", "-C：massctl.yaml 是文件，不是文件夹"),
    ],
)
def test_wrong_usage_is_told_in_the_language_of_the_run(shell: Shell, arguments: str, said: str):
    shell.tree.text()
    shell.tree.settings(language="")
    shell.env(MASSCTL_LANG="zh")
    assert said in shell(*arguments.split(" ")).err


def test_help_lists_every_verb_that_is_built(shell: Shell):
    said = shell("--help")
    listed = [
        line.split()[0]
        for line in said.out.splitlines()
        if line.startswith("  ") and line[2:3].strip()
    ]
    assert 0 == said.status
    assert set(VERBS) <= set(listed)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(shell: Shell, verb: str):
    said = shell(verb, "--help")
    assert (0, "") == (said.status, said.err)
    assert f"massctl {verb}" in said.out


def test_version(shell: Shell):
    said = shell("--version")
    assert (0, "massctl") == (said.status, said.out.split()[0])


def test_c_works_in_another_folder(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    shell.tree.text()
    monkeypatch.chdir(shell.root.parent)
    said = shell("-C", "repository", "plan", "--format", "json")
    assert ["notice"] == [campaign["name"] for campaign in said.document["campaigns"]]


def test_massctl_yaml_is_not_looked_for_above(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    shell.tree.text()
    monkeypatch.chdir(shell.root / "campaigns")
    said = shell("plan")
    assert 2 == said.status
    assert "there is no massctl.yaml here" in said.err


def test_a_name_said_twice_is_one_campaign(shell: Shell):
    shell.tree.text("notice")
    once, twice = (
        shell("plan", *names, "--sandbox", "--format", "json")
        for names in (["notice"], ["notice"] * 2)
    )
    assert once.document == twice.document


def test_validate_takes_names(shell: Shell):
    shell.tree.text("notice")
    shell.tree.write("campaigns/broken/campaign.yaml", "version: 2\n")
    assert (0, 1) == (shell("validate", "notice").status, shell("validate", "broken").status)


def test_advice_from_the_sandbox_stays_in_the_sandbox(shell: Shell):
    shell.tree.text("notice")
    said = shell("apply", "--sandbox", "--yes")
    assert "massctl apply --sandbox notice" in said.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["state", "import"], "--website-send、--no-website-send 和 --sent 请给其中一个"),
        (["reconcile", "notice", "--sent"], "缺少 --reason"),
        (["aply"], "没有命令 aply；是不是 apply？"),
        (["plan", "--sandbx"], "没有选项 --sandbx；是不是 --sandbox？"),
        (["plan", "--format", "xml"], "--format 只能是 text、json、markdown、ics 之一"),
        (["render", "notice"], "缺少 --out"),
        (
            ["reconcile", "notice", "--sent", "--not-sent"],
            "--sent、--not-sent 和 --resubmit 必须正好给一个",
        ),
        (["status", "--wait", "nan"], "nan 不是秒数"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_told_in_the_language_of_the_repository(
    shell: Shell, arguments: list[str], expected: str
):
    shell.tree.text()
    shell.tree.settings(language="zh")
    said = shell(*arguments)
    assert (2, "") == (said.status, said.out)
    assert f"错误：{expected}" in "".join(said.err.split("\n  "))
    assert "用法：massctl" in said.err


def test_without_a_repository_wrong_usage_is_told_in_the_language_of_the_environment(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(shell.root.parent)
    monkeypatch.setenv("MASSCTL_LANG", "zh")
    assert "错误：没有命令 xyzzy" in shell("xyzzy").err


def test_wrong_usage_says_how_the_command_is_written(shell: Shell):
    said = shell("plan", "--nonsense")
    expected = """error: there is no flag --nonsense
  usage: massctl plan [OPTIONS] [NAME]...
    massctl plan --help
"""
    assert expected == said.err


def test_the_folder_behind_the_verb_is_told_where_it_belongs(shell: Shell):
    said = shell("plan", "-C", "letters")
    assert (2, True) == (
        said.status,
        "error: -C stands before the verb: massctl -C DIR VERB\n" in said.err,
    )


def test_a_repository_without_campaigns_is_told_and_fails(shell: Shell):
    """A wrong -C must not look as if there were nothing to do."""
    shell.tree.text("notice")
    shutil.rmtree(shell.root / "campaigns")
    told = [shell(*verb) for verb in (["validate"], ["plan"], ["apply", "--sandbox", "--yes"])]
    assert [1, 1, 1] == [said.status for said in told]
    assert all("MC001" in said.out + said.err for said in told)


def test_a_file_that_is_not_there_is_said_in_chinese(shell: Shell):
    said = shell("--language", "zh", "record-event", "nowhere.xml")

    assert 2 == said.status
    assert "没有这个文件或文件夹" in said.err
