"""Readers that go away, full disks, closed streams and terminals of another encoding: a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, Final

import pytest
from cli_runner import Shell
from repositories import Tree, window

COMMAND = [sys.executable, "-W", "error", "-m", "massctl"]
ALWAYS = window("2020-01-01T00:00:00+08:00", "2099-01-01T00:00:00+08:00")


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/nonexistent", **more}


def massctl(
    tree: Tree, *arguments: str, stdout: int | IO[bytes] = subprocess.PIPE, **more: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=tree.root,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )


def shell_line(tree: Tree, line: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-c", line, "massctl", *COMMAND],
        cwd=tree.root,
        env=environment(**more),
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def tree(shell: Shell) -> Tree:
    shell.tree.text(more=ALWAYS)
    return shell.tree


BY_NIGHT: Final = ("plan", "--help", "plan --help", "schema", "validate", "<&-", "2>&-")
"""Beside one of its kind that runs by day."""


def cases(*named: str) -> list[Any]:
    """Return the cases of a test, those of BY_NIGHT for the nightly run."""
    return [
        pytest.param(each, marks=pytest.mark.night) if each in BY_NIGHT else each for each in named
    ]


@pytest.mark.parametrize(
    "line", cases("plan", "plan --format json", "--help", "plan --help", "schema", "nonsense")
)
def test_a_reader_that_went_away_is_no_error_of_the_command(tree: Tree, line: str):
    done = shell_line(tree, f'"$@" {line} 2>&1 | true; echo "${{PIPESTATUS[0]}}"')
    assert (b"2" if line == "nonsense" else b"0") == done.stdout.strip()


def test_a_reader_that_went_away_does_not_stop_a_send(tree: Tree):
    """Progress goes to a pipe that nobody reads; the run goes on, and its exit status is honest."""
    done = shell_line(tree, '"$@" apply --sandbox --yes 2>&1 | true; echo "${PIPESTATUS[0]}"')
    status = massctl(tree, "status", "--sandbox", "--format", "json")
    assert (b"0", ["sending"]) == (
        done.stdout.strip(),
        [campaign["status"] for campaign in json.loads(status.stdout)["campaigns"]],
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("line", cases("plan", "plan --format json", "validate"))
def test_a_result_that_cannot_be_written_is_a_failure(tree: Tree, line: str):
    with open("/dev/full", "wb") as full:
        done = massctl(tree, *line.split(), stdout=full)
    assert 1 == done.returncode
    assert b"the result cannot be written" in done.stderr


@pytest.mark.night
@pytest.mark.parametrize("closed", cases("<&-", ">&-", "2>&-", "<&- >&- 2>&-"))
def test_closed_streams_are_nobodys_ledger(tree: Tree, closed: str):
    """A file opened later would take a closed stream's number, and get what was meant for the stream."""
    done = shell_line(tree, f'"$@" apply --sandbox --yes {closed}')
    verified = massctl(tree, "state", "verify", "--sandbox")
    assert (0, 0) == (done.returncode, verified.returncode), (done.stderr, verified.stderr)


@pytest.mark.parametrize(
    ("encoding", "said"), [("ascii", "notice"), ("gbk", "改时间"), ("latin-1", "notice")]
)
def test_a_terminal_that_lacks_some_letters(tree: Tree, encoding: str, said: str):
    tree.text(content="\U0001f9e3 周日改到十点半 ‼")
    done = massctl(tree, "plan", PYTHONIOENCODING=encoding, MASSCTL_LANG="zh")
    assert (0, b"") == (done.returncode, done.stderr)
    assert said.encode(encoding) in done.stdout


def test_a_document_is_utf_8_everywhere(tree: Tree):
    tree.settings(language="zh")
    tree.write("campaigns/notice/campaign.yaml", "version: 1\n标题: 一\n")
    done = massctl(tree, "validate", "--format", "json", PYTHONIOENCODING="gbk")
    assert "标题" in json.loads(done.stdout.decode("utf-8"))["diagnostics"][0][
        "message"
    ] + done.stdout.decode("utf-8")


CRASH = """
import sys
import massctl.cli.planner as planner
from massctl.cli.main import run
def broken(*_, **__):
    raise RuntimeError(
        "GET https://api.weixin.qq.com/cgi-bin/x?access_token=75_Fji0&a=1 "
        "secret 0123456789abcdef0123456789abcdef of ourword-in-the-environment "
        "to oABCDEFGHIJKLMNOPQRSTUVWXYZ1 through http://me:hunter2@proxy.example:3128 "
        + "Z" * 140
    )
planner.make_plan = broken
sys.exit(run(["plan"]))
"""


def test_a_bug_leaves_a_log_without_secrets(tree: Tree, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", CRASH],
        cwd=tree.root,
        env=environment(WECHAT_MAIN_SECRET="ourword-in-the-environment", TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    (log,) = tmp_path.glob("massctl-crash-*.log")
    text = log.read_text(encoding="utf-8")
    assert (3, "") == (done.returncode, done.stdout)
    assert str(log) in re.sub(r"\s+", "", done.stderr)
    assert "Traceback" in text
    assert "Traceback" not in done.stderr
    secrets = ("75_Fji0", "0123456789abcdef", "ourword", "oABCDEFG", "hunter2", "ZZZZ")
    assert [] == [secret for secret in secrets if secret in text + done.stderr]


def test_a_bug_without_a_place_for_its_log_is_still_told(tree: Tree):
    full = "import sys, tempfile\ndef full(**_):\n    raise OSError(28, 'No space')\ntempfile.mkstemp = full\n"
    crash = CRASH.replace("import sys\n", full, 1)
    done = subprocess.run(
        [sys.executable, "-c", crash],
        cwd=tree.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert 3 == done.returncode
    assert "Traceback" not in done.stderr
