"""`token_command`: a command of yours that prints an access token, in place of the AppSecret."""

from __future__ import annotations

import json
import os
import re
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from massctl import system
from massctl.errors import AuthError
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase, system_reason
from massctl.model.secrets import secrets_of_environment
from massctl.wechat.response import FOREIGN_CHARS_MAX, integer, shown
from massctl.wechat.token import TOKEN_LIFE_SECONDS_MAX, Grant

TOKEN_COMMAND_SECONDS = 30.0
"""As long as an answer of WeChat's own is waited for."""
PRINTED_BYTES_MAX = 16 * 1024
"""A token has some hundred characters; a limit on everything."""
BARE_LIFE_SECONDS = 300
"""For a token whose life the command does not tell. A replaced token lives about five minutes more, so that the command
is asked again before then. Source: WeChat docs, "access_token", read 2026-10."""
REJECTED_VARIABLE = "MASSCTL_TOKEN_REJECTED"
"""1 in the command's environment where WeChat refused the token that it gave last: a cache must not give it again."""

_TOKEN = re.compile(r"[!-~]{8,2048}", re.ASCII)
_WORD = re.compile(r"[!-~]{8,}", re.ASCII)


class TokenCommand:
    """Runs an account's command; implements `massctl.wechat.token.TokenSource`."""

    def __init__(
        self,
        account: AccountName,
        command: Sequence[str],
        root: Path,
        environment: Mapping[str, str],
    ) -> None:
        self._account = account
        self._command = list(command)
        self._root = root
        self._environment = environment

    def __call__(self, rejected: bool) -> Grant:
        """Run the command once and read what it prints. Raises AuthError, for nothing has happened without a token."""
        status, printed, complaint = self._run(rejected)
        if status:
            raise self._failed(
                Phrase("it ended with status {status}", status=status), printed, complaint
            )
        grant = granted(printed)
        if isinstance(grant, Phrase):
            raise self._failed(grant, printed, complaint)
        return grant

    def _run(self, rejected: bool) -> tuple[int, bytes, bytes]:
        environment = (
            {**self._environment, REJECTED_VARIABLE: "1"} if rejected else dict(self._environment)
        )
        try:
            process = subprocess.Popen(
                self._command,
                cwd=self._root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = (
                system_reason(error)
                if isinstance(error, OSError)
                else Phrase("its words cannot be used as arguments")
            )
            raise self._failed(Phrase("it cannot be started: {why}", why=why), b"", b"") from None
        printed, complaint = bytearray(), bytearray()
        try:
            is_done = _read(process, printed, complaint)
        except subprocess.TimeoutExpired:
            took = Phrase("it did not end within {seconds} s", seconds=round(TOKEN_COMMAND_SECONDS))
            raise self._failed(took, b"", b"") from None
        finally:
            _end(process)
        if not is_done:
            say = Phrase(
                "it printed more than {bytes} bytes and was stopped", bytes=PRINTED_BYTES_MAX
            )
            raise self._failed(say, bytes(printed), bytes(complaint))
        return process.returncode, bytes(printed), bytes(complaint)

    def _failed(self, what: Phrase, printed: bytes, complaint: bytes) -> AuthError:
        """Return what went wrong; of the complaint only what cannot be secret."""
        words = _WORD.findall(printed[:PRINTED_BYTES_MAX].decode("utf-8", errors="replace"))
        hide = [*dict.fromkeys(words), *secrets_of_environment(self._environment)]
        told = shown(complaint[:PRINTED_BYTES_MAX].decode("utf-8", errors="replace"), *hide)[
            :FOREIGN_CHARS_MAX
        ]
        detail = Phrase("{what}; its stderr: {told}", what=what, told=told) if told else what
        return AuthError(
            Phrase("the token_command of account {account} gave no token", account=self._account),
            Phrase("{detail}. No request was made with it.", detail=detail),
            Phrase(
                "run the command of accounts.{account}.token_command by hand in the folder of massctl.yaml: it has to "
                "print {example} or the bare token, and to end with 0",
                account=self._account,
                example='{"access_token": "…", "expires_in": 7200}',
            ),
        )


def granted(printed: bytes) -> Grant | Phrase:
    """Read what a command printed: an object with `access_token` and `expires_in`, or a bare token; else what is wrong.

    `expires_in` is what is left, in seconds; without it a token is asked for again after BARE_LIFE_SECONDS.
    """
    text = printed.decode("utf-8", errors="replace").strip()
    if not text.startswith("{"):
        return (
            Grant(text, BARE_LIFE_SECONDS)
            if _TOKEN.fullmatch(text)
            else Phrase("it printed no token")
        )
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return Phrase("it printed a broken JSON object")
    token = members.get("access_token")
    if (errcode := integer(members.get("errcode"))) and token is None:
        return Phrase("it printed WeChat's refusal, errcode {errcode}", errcode=errcode)
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return Phrase("it printed no access_token")
    life = integer(members.get("expires_in", BARE_LIFE_SECONDS))
    if life is None or life < 1:
        return Phrase("its expires_in is not a number of seconds above 0")
    return Grant(token, min(life, TOKEN_LIFE_SECONDS_MAX))


def _read(process: subprocess.Popen[bytes], printed: bytearray, complaint: bytearray) -> bool:
    """Read until the command ends; False as soon as it printed too much. Raises TimeoutExpired.

    Of a complaint the beginning is kept, and the rest thrown away as it comes.
    """
    ends_at = time.monotonic() + TOKEN_COMMAND_SECONDS
    with selectors.DefaultSelector() as waiting:
        for pipe, kept in ((process.stdout, printed), (process.stderr, complaint)):
            if pipe is not None:
                waiting.register(pipe, selectors.EVENT_READ, kept)
        while waiting.get_map():
            left = ends_at - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(process.args, TOKEN_COMMAND_SECONDS)
            for key, _ in waiting.select(left):
                piece = os.read(key.fd, PRINTED_BYTES_MAX)
                if not piece:
                    waiting.unregister(key.fileobj)
                key.data.extend(piece[: PRINTED_BYTES_MAX + 1 - len(key.data)])
            if len(printed) > PRINTED_BYTES_MAX:
                return False
    process.wait(max(0.0, ends_at - time.monotonic()))
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the command and its children."""
    try:
        system.end_with_its_own(process)
    finally:
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
