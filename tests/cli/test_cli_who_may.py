"""Whom previews may reach (`policy.preview_to`), and who may decide from the forge (`policy.operators`)."""

from typing import Any

import pytest
from cli_runner import Shell
from repositories import window
from said import Said

DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
LI = "preview: {towxname: [editor_li]}\n"
OPENID = "oLINopenid0123456789abcdefgh"
MAY = f"  preview_to: [editor_li, {OPENID}]\n"
FORGE = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_TRIGGERING_ACTOR": "lin-mei",
    "GITHUB_RUN_ATTEMPT": "1",
    "MASSCTL_API_BASE": "http://127.0.0.1:9",
}
DECIDE = [
    ("reconcile", "letter", "--sent", "--reason", "seen"),
    ("reconcile", "letter", "--not-sent", "--reason", "seen"),
    ("reconcile", "letter", "--resubmit", "--yes", "--reason", "seen"),
    ("adopt", "letter", "--reason", "seen"),
    ("withdraw", "letter", "--all", "--yes"),
    ("ci", "order", "2026-12-01T04:00:00+00:00"),
]


def refusals(said: Said) -> list[dict[str, Any]]:
    return [refusal for campaign in said.document["campaigns"] for refusal in campaign["refusals"]]


def guards(said: Said) -> list[str]:
    return [refusal["guard"] for refusal in refusals(said)]


def reviewed(shell: Shell, more: str = LI, policy: str = MAY) -> Shell:
    shell.tree.settings(policy=policy)
    shell.tree.news("letter", more=DUE + more)
    return shell


# Whom previews may reach


@pytest.mark.parametrize(
    "declared", ["{towxname: [editor_li, stranger]}", "{touser: [oSTRANGERopenid0123456789abcd]}"]
)
def test_another_recipient_in_a_campaign_is_refused_before_any_request(
    shell: Shell, declared: str
) -> None:
    letter = reviewed(shell, f"preview: {declared}\n")
    said = letter("apply", "letter", "--yes", "--sandbox", "--format", "json")
    assert (5, ["preview_to"], {}) == (said.status, guards(said), letter.report()["calls"])
    assert 5 == letter("preview", "letter", "--sandbox").status
    assert {} == letter.report()["calls"]
    planned = letter("plan", "letter", "--sandbox", "--format", "json")
    assert (0, ["preview_to"], []) == (
        planned.status,
        guards(planned),
        planned.document["campaigns"][0]["steps"],
    )
    (refusal,) = refusals(planned)
    assert ("stranger" in refusal["message"], False) == (
        "towx" in declared,
        "STRANGER" in planned.out,
    )


@pytest.mark.parametrize(
    "asked", [("--towxname", "stranger"), ("--touser", "oSTRANGERopenid0123456789abcd")]
)
def test_another_recipient_on_the_command_line_is_refused(
    shell: Shell, asked: tuple[str, str]
) -> None:
    letter = reviewed(shell)
    said = letter("preview", "letter", *asked, "--sandbox", "--format", "json")
    assert (5, ["preview_to"], {}) == (said.status, guards(said), letter.report()["calls"])
    assert "STRANGER" not in said.out + said.err


def test_those_who_are_named_get_it(shell: Shell) -> None:
    letter = reviewed(shell)
    assert (
        0
        == letter(
            "preview", "letter", "--towxname", "editor_li", "--touser", OPENID, "--sandbox"
        ).status
    )
    assert 2 == len(letter.report()["previews"])


# Who may decide from the forge


@pytest.mark.parametrize("arguments", DECIDE, ids=lambda each: " ".join(each[:3]))
@pytest.mark.parametrize(
    ("policy", "more"),
    [
        ("", {}),
        ("  operators: []\n", {}),
        ("  operators: [editor-wang]\n", {}),
        ("  operators: [lin-mei]\n", {"GITHUB_TRIGGERING_ACTOR": ""}),
        ("  operators: [lin-mei]\n", {"GITHUB_RUN_ATTEMPT": "2"}),
        ("  operators: [lin-mei]\n", {"GITHUB_RUN_ATTEMPT": ""}),
    ],
)
def test_nobody_decides_from_the_forge_but_operators_once(
    shell: Shell, arguments: tuple[str, ...], policy: str, more: dict[str, str]
) -> None:
    letter = reviewed(shell, policy=policy)
    letter.env(**{**FORGE, **more})
    said = letter(*arguments)
    assert (5, "policy.operators" in said.err) == (said.status, True), said.err
    assert not (letter.root / "massctl.state.jsonl").exists()


@pytest.mark.parametrize("more", [FORGE, {**FORGE, "GITHUB_TRIGGERING_ACTOR": "Lin-Mei"}, {}])
def test_an_operator_may_and_a_person_at_a_terminal_is_not_asked(
    shell: Shell, more: dict[str, str]
) -> None:
    letter = reviewed(shell, policy="  operators: [lin-mei]\n")
    letter.env(**more)
    said = letter("withdraw", "letter", "--all", "--yes")
    # Nothing is on record that could be withdrawn: that is what it ends with.
    assert (2, False) == (said.status, "policy.operators" in said.err)


def test_the_sandbox_asks_nobody_and_looking_is_no_decision(shell: Shell) -> None:
    letter = reviewed(shell, policy="")
    letter.env(**FORGE)
    for arguments in (
        ("withdraw", "letter", "--all", "--yes", "--sandbox"),
        ("reconcile", "letter"),
    ):
        said = letter(*arguments)
        assert (2, False) == (said.status, "policy.operators" in said.err)
