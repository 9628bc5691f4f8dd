"""Windows, without Windows: what needs POSIX is taken away, and the desk serves; what may not run there says so."""

import os
import subprocess
import sys

import pytest
from cli_runner import Shell

from massctl import system
from massctl.cli.commands import EVERYWHERE, VERBS
from massctl.desk.verbs import ALLOWED

PROGRAM = """
import os, signal, sys
import watchfiles
from werkzeug.test import Client
import massctl.cli.commands.desk, massctl.cli.commands.validate, massctl.cli.main

# The libraries of others are loaded, and were asked about this system. Ours begin again on one that has no POSIX.
for name in [each for each in sys.modules if each.partition(".")[0] == "massctl"]:
    del sys.modules[name]
sys.platform = "win32"
sys.modules.update(dict.fromkeys(("fcntl", "grp", "pwd", "resource", "termios")))
for module, names in {
    os: "O_DIRECTORY O_PATH fork geteuid getuid killpg memfd_create uname",
    signal: "SIGHUP SIGPROF SIGXCPU setitimer",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
os.O_BINARY = os.O_NOINHERIT = 0

import massctl.cli.commands.desk as verb
from massctl.cli.main import run
from massctl.desk.app import API, COOKIE, DESK
from massctl.serve.page_cache import Broadcaster, PageCache

def look(repository, port, ready, app_of):
    broadcaster = Broadcaster()
    cache = PageCache(repository, broadcaster)
    client = Client(app_of(cache, broadcaster))
    client.set_cookie(COOKIE, (repository.repository.root / ".massctl/desk/key").read_text())
    letter = f"{API}letters/letter"
    for path in ("/", f"{DESK}letter", "/letter", letter, f"{letter}/findings"):
        print(client.get(path).status_code, path)
    body = client.get(f"{letter}/files/articles/main.md").json
    written = client.put(
        f"{letter}/files/articles/main.md", json={"text": "windows\\n", "base": body["version"]}
    )
    print(written.status_code, (repository.repository.root / "campaigns/letter/articles/main.md").read_bytes())

verb.run_server, verb.require_built = look, lambda: None
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.slow
def test_the_desk_shows_and_writes_letters_where_nothing_is_posix(shell: Shell) -> None:
    shell.tree.news("letter")
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, "-C", str(shell.tree.root), "desk"],
        env={**os.environ, "MASSCTL_DESK_BEGUN": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert [line.split(" ", 1) for line in ended.stdout.splitlines()] == [
        ["200", "/"],
        ["200", "/-/desk/letter"],
        ["200", "/letter"],
        ["200", "/-/api/letters/letter"],
        ["200", "/-/api/letters/letter/findings"],
        ["200", r"b'windows\n'"],
    ]


def test_only_what_needs_no_wall_and_no_lock_runs_there(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.tree.news("letter")
    monkeypatch.setattr(system, "CAN_SEND", False)
    refused = {verb for verb in VERBS if "Windows" in shell(verb, "--help").err}
    assert set(VERBS) - refused == EVERYWHERE
    assert refused.isdisjoint({"desk", "serve", "validate"})
    said = shell("apply")
    assert (2, True, True) == (said.status, "CI" in said.err, "WSL" in said.err)


def test_the_desk_may_run_every_verb_it_uses_but_the_lock() -> None:
    assert ALLOWED - EVERYWHERE == {"lock"}
