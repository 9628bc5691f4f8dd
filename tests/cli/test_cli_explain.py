"""`massctl explain` as a person types it: anywhere, in either language."""

import re

import pytest
from cli_runner import Shell

from massctl.model.diagnostics import CODES
from massctl.plan.steps import Guard
from massctl.wechat.errcodes import known_errcodes


@pytest.mark.parametrize("code", ["MC014", "mc014", "draft_gone", "draft-gone", "5", "130"])
def test_a_code_is_explained(shell: Shell, code: str):
    said = shell("explain", code)
    assert (0, "") == (said.status, said.err)
    assert said.out.casefold().startswith(code.casefold().replace("-", "_") + "  ")
    assert "what to do" in said.out


def test_it_needs_no_repository(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(shell.root.parent)
    assert 0 == shell("explain", "MC014").status


def test_the_language_is_that_of_the_environment_or_asked_for(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MASSCTL_LANG", "zh")
    assert "怎么办" in shell("explain", "MC014").out
    assert "what to do" in shell("explain", "MC014", "--language", "en").out


def test_without_a_code_everything_is_listed(shell: Shell):
    said = shell("explain")
    listed = {line.split()[0] for line in said.out.splitlines() if line.startswith("  ")}
    assert {*CODES, *(guard.value for guard in Guard), "0", "130"} <= listed


@pytest.mark.parametrize(
    ("code", "near"), [("MC0014", "MC014"), ("drft_gone", "draft_gone"), ("zzz", "lists")]
)
def test_an_unknown_code_is_wrong_usage(shell: Shell, code: str, near: str):
    said = shell("explain", code, "--format", "json")
    assert (2, "") == (said.status, said.out)
    assert near in said.err


def test_an_errcode_is_explained_from_the_table_that_judges_it(shell: Shell):
    said = " ".join(shell("explain", "45028", "--language", "en").out.split())
    assert said.startswith("45028 no mass send is left in this period A quota is used up")
    assert "why the next `massctl apply` tries again" in said
    assert "what to do Sends in the console use the same allowance" in said
    assert "群发" in shell("explain", "45028", "--language", "zh").out


def test_an_errcode_that_means_something_else_to_one_call_says_so(shell: Shell):
    said = " ".join(shell("explain", "45009", "--language", "en").out.split())
    assert "From message/mass/preview: the previews of today are used up (100 a day)." in said
    only = shell("explain", "40031", "--format", "json", "--language", "en").document[
        "explanations"
    ][0]
    assert ("errcode", "40031") == (only["subject"], only["code"])


def test_an_errcode_of_a_dead_token_is_no_refusal_of_the_send(shell: Shell):
    assert "makes one more recorded attempt" in " ".join(
        shell("explain", "42001", "--language", "en").out.split()
    )


def test_an_errcode_that_nobody_knows_is_told_apart_from_a_code_that_is_mistyped(shell: Shell):
    said = shell("explain", "45929", "--language", "en")
    assert (2, False) == (said.status, "did you mean" in said.err)
    assert "A send with this answer is in doubt" in " ".join(said.err.split())


def test_every_errcode_is_explained_in_both_languages(shell: Shell):
    for language in ("en", "zh"):
        document = shell("explain", "--format", "json", "--language", language).document
        found = [each for each in document["explanations"] if each["subject"] == "errcode"]
        assert known_errcodes() == [int(each["code"]) for each in found]
        assert [] == [
            each["code"]
            for each in found
            if not all((each["summary"], each["why"], each["remedy"]))
        ]
        english = [
            each["code"]
            for each in found
            if not re.search("[一-鿿]", each["meaning"] + each["why"])
        ]
        assert (len(found) if language == "en" else 0) == len(english)


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
