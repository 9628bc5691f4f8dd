"""Odd command lines: an exit status of the contract, and never a bug, a traceback or a file out of place."""

import contextlib
import io
import os
from pathlib import Path

import pytest
from fuzzing import ending, examples
from hypothesis import example, given
from hypothesis import strategies as st
from repositories import Tree

from massctl.cli.main import run

VERBS = [
    "validate",
    "render",
    "lock",
    "plan",
    "status",
    "state",
    "explain",
    "schema",
    "reconcile",
    "apply",
    "preview",
    "doctor",
    "init",
    "nothing",
]
WORDS = [
    "letter",
    "notice",
    "--",
    "-",
    ".",
    "..",
    "../letter",
    "/etc/passwd",
    "campaigns/letter",
    "LETTER",
    "letter/",
    "~",
    "*",
    "''",
    "�",
    "春",
    "\u202e",
    "\n",
    "--help",
    "-h",
    "--version",
    "--format",
    "json",
    "text",
    "markdown",
    "github",
    "xml",
    "--yes",
    "--no-wait",
    "--locked",
    "--plan",
    "--until",
    "upload",
    "draft",
    "preview",
    "send",
    "never",
    "--check",
    "--wait",
    "-1",
    "0",
    "1e9",
    "nan",
    "99999999999999999999",
    "--detailed-exitcode",
    "--all-editions",
    "--refresh",
    "--against",
    "show",
    "list",
    "verify",
    "init",
    "import",
    "--reason",
    "x",
    "--sent",
    "--not-sent",
    "--resubmit",
    "--url",
    "http://x",
    "MC001",
    "draft_gone",
    "5",
    "-C",
    "--unknown",
    "--format=",
    "--out",
    "out",
]
LINES = st.tuples(
    st.sampled_from(VERBS), st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=5)
).map(lambda each: [each[0], *each[1]])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that nothing can be sent from: its account has no secret."""
    tree = Tree(tmp_path_factory.mktemp("commands") / "repository")
    tree.news()
    tree.text()
    return tree.root


@given(LINES.filter(lambda line: not any("\0" in word for word in line)))
@examples(120)
@example(["plan", "\udcff", "--format", "json"])
@example(["plan", "--out", "\udcff/x"])
@example(["apply", "--plan", "\udcff"])
@example(["apply", "--plan", "."])
@example(["render", "letter", "--out", "\udcff"])
@example(["explain", "\udcff", "--format", "json"])
@example(["state", "show", "\udcff"])
@example(["status", "--wait", "1e400"])
@example(["-C", "\udcff", "plan"])
@example(["\udcff"])
@example(["plan", "--\udcff"])
@example(["reconcile", "letter", "--sent", "--reason", "\udcff"])
@example(["validate", "x" * 100_000])
@example(["state", "init"])
@example(["state", "init", "--new-lineage", "--reason", "x"])
@example(["state", "import", "--sent", "letter", "--at", "9999-12-31T23:59:59-23:59"])
@example(["state", "import", "--website-send", "0001-01-01T00:00:00+23:59"])
def test_any_command_line_ends_with_a_status_of_the_contract(root, line):
    out, err = (
        io.TextIOWrapper(io.BytesIO(), "utf-8", "replace"),
        io.TextIOWrapper(io.BytesIO(), "utf-8", "replace"),
    )
    here, settings = Path.cwd(), (root / "massctl.yaml").read_text()
    os.chdir(root)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), ending(20):
            status = run(line)
    finally:
        os.chdir(here)
    for stream in (out, err):
        stream.flush()
    said = (out.buffer.getvalue() + err.buffer.getvalue()).decode()  # type: ignore[attr-defined]
    assert status in (0, 1, 2, 4, 5, 6), (line, said)
    assert "Traceback" not in said
    begun = list(root.glob("massctl.state*.jsonl"))
    assert not begun or (line[0] == "state" and "init" in line)
    for ledger in begun:
        ledger.unlink()
    (root / "massctl.yaml").write_text(settings)
