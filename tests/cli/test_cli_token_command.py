"""`token_command`: a server of the team's owns the token, a program prints it, and tells nothing that is secret."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from repositories import without_secret_env

from massctl.cli import token_command
from massctl.cli.token_command import BARE_LIFE_SECONDS, PRINTED_BYTES_MAX, TokenCommand, granted
from massctl.errors import AuthError
from massctl.model.ids import AccountName
from massctl.wechat.token import Grant

TOKEN = "57_made-up_token_of_the_teams_server"
CHECKS = [["validate"], ["plan"], ["lock"], ["lock", "--check"], ["state", "list"], ["schema"]]


def command(script: str, root: Path = Path(), **environment: str) -> TokenCommand:
    return TokenCommand(
        AccountName("main"), ["/bin/sh", "-c", script], root, {**os.environ, **environment}
    )


@pytest.mark.parametrize(
    ("printed", "grant"),
    [
        (f'{{"access_token": "{TOKEN}", "expires_in": 345}}', Grant(TOKEN, 345)),
        (f'{{"access_token": "{TOKEN}", "expires_in": "345", "errcode": 0}}\n', Grant(TOKEN, 345)),
        (f'{{"access_token": "{TOKEN}", "expires_in": 999999}}', Grant(TOKEN, 7200)),
        (f'{{"access_token": "{TOKEN}"}}', Grant(TOKEN, BARE_LIFE_SECONDS)),
        (f"  {TOKEN}\n", Grant(TOKEN, BARE_LIFE_SECONDS)),
    ],
)
def test_what_a_command_may_print(printed: str, grant: Grant):
    assert grant == granted(printed.encode())


@pytest.mark.parametrize(
    ("printed", "says"),
    [
        ("", "no token"),
        ("two words", "no token"),
        ("短", "no token"),
        ('{"access_token": ', "broken JSON"),
        ("{" * 100_000, "broken JSON"),
        ('{"errcode": 40164, "errmsg": "no"}', "errcode 40164"),
        ("{}", "no access_token"),
        ('{"access_token": 7}', "no access_token"),
        (f'{{"access_token": "{TOKEN} x"}}', "no access_token"),
        (f'{{"access_token": "{TOKEN}", "expires_in": 0}}', "expires_in"),
        (f'{{"access_token": "{TOKEN}", "expires_in": null}}', "expires_in"),
    ],
)
def test_what_is_no_token_is_told(printed: str, says: str):
    assert says in str(granted(printed.encode()))


def test_the_command_runs_in_the_repository_and_learns_that_its_token_was_refused(tmp_path: Path):
    ask = command(f'echo "{TOKEN}-$(basename "$PWD")-${{MASSCTL_TOKEN_REJECTED:-new}}"', tmp_path)

    assert f"{TOKEN}-{tmp_path.name}-new" == ask(False).access_token
    assert f"{TOKEN}-{tmp_path.name}-1" == ask(True).access_token


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exit 3", "status 3"),
        ("echo no server >&2; exit 1", "no server"),
        (f"head -c {PRINTED_BYTES_MAX + 1} /dev/zero", "more than"),
        ("kill -9 $$", "status -9"),
    ],
)
def test_a_command_that_fails_says_how_and_that_nothing_happened(script: str, says: str):
    with pytest.raises(AuthError) as caught:
        command(script)(False)

    assert says in caught.value.detail
    assert "No request was made" in caught.value.detail
    assert "accounts.main.token_command" in caught.value.hint


def test_a_command_that_is_not_there_is_named_by_its_reason():
    missing = TokenCommand(AccountName("main"), ["./no-such-program"], Path(), {})
    with pytest.raises(AuthError, match="gave no token") as caught:
        missing(False)

    assert "No such file" in caught.value.detail


def test_neither_token_nor_secret_are_in_what_a_failing_command_complained():
    secret, openid = "0123456789abcdef" * 2, "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
    complaint = (
        f'echo "+ curl secret=$APP_SECRET token {TOKEN} for {openid}" >&2; printf "\\033[2J" >&2'
    )
    script = f"printf %s {TOKEN}; {complaint}; exit 1"
    with pytest.raises(AuthError) as caught:
        command(script, APP_SECRET=secret)(False)

    told = caught.value.detail + caught.value.summary + caught.value.hint
    assert [] == [each for each in (TOKEN, secret, openid, "\033") if each in told]
    assert "+ curl secret=******** token ******** for ********" in caught.value.detail


def test_a_long_complaint_is_cut():
    with pytest.raises(AuthError) as caught:
        command("yes complaint | head -c 100000 >&2; exit 1")(False)

    assert len(caught.value.detail) < 400


def test_a_command_that_prints_without_end_is_stopped_with_all_that_it_started(tmp_path: Path):
    with pytest.raises(AuthError) as caught:
        command(f"sleep 60 & echo $! > child; yes {TOKEN}", tmp_path)(False)

    assert f"it printed more than {PRINTED_BYTES_MAX} bytes and was stopped" in caught.value.detail
    assert TOKEN not in caught.value.detail
    assert _ends(int((tmp_path / "child").read_text()))


def test_a_complaint_without_end_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(token_command, "TOKEN_COMMAND_SECONDS", 0.5)
    kept: list[int] = []
    read = token_command._read

    def reading(process: Any, printed: bytearray, complaint: bytearray) -> bool:
        try:
            return read(process, printed, complaint)
        finally:
            kept.append(len(complaint))

    monkeypatch.setattr(token_command, "_read", reading)
    with pytest.raises(AuthError, match="gave no token"):
        command("yes complaint >&2", tmp_path)(False)

    assert [PRINTED_BYTES_MAX + 1] == kept


def test_a_command_that_closes_its_outputs_and_stays_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(token_command, "TOKEN_COMMAND_SECONDS", 0.2)
    with pytest.raises(AuthError) as caught:
        command("exec >&- 2>&-; echo $$ > child; sleep 60", tmp_path)(False)

    assert "did not end within" in caught.value.detail
    assert _ends(int((tmp_path / "child").read_text()))


def test_a_command_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(token_command, "TOKEN_COMMAND_SECONDS", 0.2)
    started = time.monotonic()
    with pytest.raises(AuthError) as caught:
        command("sleep 60 & echo $! > child; sleep 60", tmp_path)(False)

    assert time.monotonic() - started < 10
    assert "did not end within" in caught.value.detail
    assert _ends(int((tmp_path / "child").read_text()))


def _ends(process: int) -> bool:
    """Wait for a process that was killed a moment ago; one that nobody reaps stays as a zombie."""
    for _ in range(100):
        try:
            os.kill(process, 0)
            if " Z " in Path(f"/proc/{process}/stat").read_text():
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("arguments", CHECKS, ids=" ".join)
def test_a_verb_that_needs_no_token_runs_no_command(shell: Shell, arguments: list[str]):
    shell.tree.settings(account="    token_command: [touch, ran]\n")
    without_secret_env(shell.tree)
    shell.tree.text()
    said = shell(*arguments)

    assert said.status in (0, 5), said
    assert not (shell.root / "ran").exists()


def test_the_sandbox_runs_no_command_and_a_verb_that_needs_a_token_does(shell: Shell):
    shell.tree.settings(account="    token_command: [touch, ran]\n")
    without_secret_env(shell.tree)

    assert 0 == shell("speed", "get", "--sandbox").status
    assert not (shell.root / "ran").exists()
    assert 1 == shell("speed", "get").status
    assert (shell.root / "ran").exists()


@pytest.mark.parametrize(
    ("account", "code", "line"),
    [
        ("", "MC012", 3),
        ("secret_env: S, token_command: [a], ", "MC014", 3),
        ("token_command: [], ", "MC014", 3),
        ("token_command: a b, ", "MC013", 3),
    ],
)
def test_exactly_one_credential_is_due(shell: Shell, account: str, code: str, line: int):
    text = f"version: 1\naccounts:\n  main: {{{account}appid: wx0123456789abcdef, kind: service}}\n"
    (shell.root / "massctl.yaml").write_text(text)
    found = shell("validate", "--format", "json").document["diagnostics"]

    assert [(code, line)] == [(each["code"], each["line"]) for each in found]
