"""`massctl explain` as a person types it: anywhere, in either language."""

import pytest
from cli_runner import Shell

from massctl.model.codes import CODES
from massctl.plan.step import Guard


@pytest.mark.parametrize("code", ["MC014", "mc014", "draft_gone", "draft-gone", "5", "130"])
def test_a_code_is_explained(shell: Shell, code: str):
    said = shell("explain", code)
    assert (0, "") == (said.status, said.err)
    assert said.out.casefold().startswith(code.casefold().replace("-", "_") + "  ")
    assert "what to do" in said.out


def test_it_needs_no_repository(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(shell.root.parent)
    assert 0 == shell("explain", "MC014").status


def test_the_language_is_that_of_the_environment_or_asked_for(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MASSCTL_LANG", "zh")
    assert "怎么办" in shell("explain", "MC014").out
    assert "what to do" in shell("explain", "MC014", "--language", "en").out


def test_without_a_code_everything_is_listed(shell: Shell):
    said = shell("explain")
    listed = {line.split()[0] for line in said.out.splitlines() if line.startswith("  ")}
    assert {*CODES, *(guard.value for guard in Guard), "0", "130"} <= listed


@pytest.mark.parametrize(("code", "near"), [("MC0014", "MC014"), ("drft_gone", "draft_gone"), ("zzz", "lists")])
def test_an_unknown_code_is_wrong_usage(shell: Shell, code: str, near: str):
    said = shell("explain", code, "--format", "json")
    assert (2, "") == (said.status, said.out)
    assert near in said.err


def test_as_json(shell: Shell):
    document = shell("explain", "MC017", "--format", "json", "--language", "zh").document
    (explanation,) = document.pop("explanations")
    assert {"format_version": 1, "language": "zh"} == document
    assert ("diagnostic", "MC017") == (explanation["subject"], explanation["code"])
    assert "+08:00" in explanation["example"]["right"]


def test_everything_as_json(shell: Shell):
    document = shell("explain", "--format", "json").document
    subjects = [each["subject"] for each in document["explanations"]]
    assert (len(CODES), len(Guard)) == (subjects.count("diagnostic"), subjects.count("guard"))
