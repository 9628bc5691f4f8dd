"""Wrong verbs, flags and names end with 2 and help; what is not built yet says so."""

import pytest
from cli_runner import Shell

from massctl.cli.verbs import NOT_YET, VERBS

INTERFACE = [
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
    "state",
    "speed",
    "serve",
    "sandbox",
    "record-event",
    "listen",
    "report",
    "doctor",
    "explain",
    "schema",
]


def test_every_verb_of_the_interface_is_known():
    assert set(INTERFACE) == {*VERBS, *NOT_YET}


@pytest.mark.parametrize("verb", sorted(NOT_YET))
def test_a_verb_that_is_not_built_says_so(shell: Shell, verb: str):
    said = shell(verb, "letter", "--reason", "x")
    assert (2, "") == (said.status, said.out)
    assert f"massctl {verb}" in said.err
    assert "not carry it out yet" in said.err.replace("\n", " ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "--out", "plan.json"],
        ["plan", "--refresh"],
        ["apply", "--plan", "plan.json"],
        ["apply", "--locked"],
        ["apply", "--wait", "3h"],
        ["state", "init", "--new-lineage", "--reason", "lost"],
        ["state", "import", "--website-send", "2026-12-01T12:00:00+08:00"],
    ],
    ids=" ".join,
)
def test_a_flag_that_is_not_built_says_so(shell: Shell, arguments: list[str]):
    shell.tree.text()
    said = shell(*arguments)
    assert (2, "") == (said.status, said.out)
    assert "not carry it out yet" in said.err.replace("\n", " ")
    assert not (shell.root / ".massctl").exists()


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["aply"], "'apply'"),
        (["valdate"], "'validate'"),
        (["plan", "--sandbx"], "'--sandbox'"),
        (["plan", "--detailed-exitcod"], "'--detailed-exitcode'"),
        (["state", "verfy"], "'verify'"),
        (["plan", "lettre"], "did you mean letter?"),
        (["apply", "leter", "--yes"], "did you mean letter?"),
        (["render", "letters", "--out", "x"], "did you mean letter?"),
        (["apply", "--until", "drft"], "'draft'"),
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
        ["render", "notice"],
        ["schema", "--frobnicate"],
        ["-C", "nowhere", "plan"],
        ["state"],
        [],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(shell: Shell, arguments: list[str]):
    shell.tree.text()
    said = shell(*arguments)
    assert (2, "") == (said.status, said.out)
    assert "Traceback" not in said.err


def test_help_lists_every_verb_that_is_built(shell: Shell):
    said = shell("--help")
    listed = [line.split()[0] for line in said.out.splitlines() if line.startswith("  ") and line[2:3].strip()]
    assert 0 == said.status
    assert set(VERBS) <= set(listed)
    assert not set(NOT_YET) & set(listed)


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
