"""What a shell proposes after Tab, and what `--version` and `sandbox` tell."""

import re
from datetime import UTC, datetime

import pytest
from cli_runner import Shell
from repositories import window

from massctl.cli.clocks import machine_now, sandbox_time

TOMORROW = window("2026-12-02T20:00:00+08:00", "2026-12-02T22:00:00+08:00")


def proposed(shell: Shell, monkeypatch: pytest.MonkeyPatch, *words: str) -> list[str]:
    """Ask as bash does; the last word is the one that is being typed."""
    monkeypatch.setenv("_MASSCTL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(["massctl", *words]))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    return [line.partition(",")[2] for line in shell().out.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("plan", "le"), ["letter"]),
        (("lock", ""), ["letter", "notice"]),
        (("tags", "pull", "--account", ""), ["main"]),
        (("explain", "Draft_"), ["draft_changed", "draft_gone"]),
        (("new", "x", "--from", "no"), ["notice"]),
        (("wit",), ["withdraw"]),
    ],
)
def test_names_of_verbs_campaigns_accounts_and_codes_are_completed(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], found: list[str]
):
    shell.tree.news("letter")
    shell.tree.text("notice")
    assert found == proposed(shell, monkeypatch, *words)


def test_a_folder_without_a_repository_completes_nothing(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    (shell.root / "massctl.yaml").unlink()
    assert [] == proposed(shell, monkeypatch, "plan", "x")
    assert [] == proposed(shell, monkeypatch, "tags", "pull", "--account", "")


def test_the_version_tells_the_commit_and_the_extras(shell: Shell):
    said = shell("--version")
    assert (0, "") == (said.status, said.err)
    lines = dict(line.split(" ", 1) for line in said.out.splitlines())
    assert ("word" in lines["extras:"], "massctl" in lines) == (True, True)
    assert re.fullmatch(r"[0-9a-f]{40}", lines.get("commit", "0" * 40))


def test_the_sandbox_says_what_its_words_are_and_opens_the_inbox(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    shell.tree.news("letter")
    asked: list[str] = []
    monkeypatch.setattr(
        "massctl.cli.commands.sandbox.run_app", lambda app, port, ready, **_: ready(8123)
    )
    monkeypatch.setattr("webbrowser.open", lambda address: bool(asked.append(address)))
    said = shell("sandbox", "--open")
    address, appid, secret = said.out.split()
    assert (0, "http://127.0.0.1:8123") == (said.status, address)
    assert f"address {address}   AppID {appid}   AppSecret {secret}" in said.err
    assert (["http://127.0.0.1:8123/"], True) == (asked, "no browser" in said.err)


def test_a_clock_that_differs_from_the_machines_is_told():
    assert sandbox_time(machine_now()) is None
    assert "2019-12-01 20:00" in str(sandbox_time(datetime(2019, 12, 1, 12, tzinfo=UTC)))


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_every_form_of_a_run_in_the_sandbox_tells_its_time(shell: Shell, form: str):
    shell.tree.news("letter", more=TOMORROW)
    told = "the sandbox's clock says 2026-12-02 20:00"
    assert told in " ".join(shell("plan", "letter", "--sandbox", "--format", form).err.split())
    # No named campaign moved it.
    assert "clock" not in shell("plan", "--sandbox", "--format", form).err


def test_a_run_that_stops_in_the_sandbox_tells_its_time_too(shell: Shell):
    shell.tree.news("letter", more=TOMORROW)
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
    said = shell("withdraw", "letter", "--article", "7", "--yes", "--sandbox")
    assert (True, True) == (said.status != 0, "the sandbox's clock says" in said.err)
