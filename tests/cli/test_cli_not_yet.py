"""What the format and the command name and do not carry out yet is an error of its own, never ignored."""

import pytest
from cli_runner import Shell

ACCOUNT = ["    name: 不赶路\n"]
STATE = ["keys: [sender+1a2b3c4d+AX]", "url: 's3://bucket/ledger'", "dsn_env: LEDGER_DSN", "backend: s3"]
STATE += ["backend: postgres"]
VERBS = ["new spring", "import draft X spring", "run --once", "tags list"]


@pytest.mark.parametrize(
    ("account", "state"),
    [
        *((line, "") for line in ACCOUNT),
        *(("", f"state: {{{line}}}\n") for line in STATE),
    ],
)
def test_a_key_whose_turn_has_not_come_is_one_error_at_its_place(shell: Shell, account: str, state: str) -> None:
    shell.tree.settings(account=account, state=state)
    said = shell("validate", "--format", "json")
    (found,) = [(each["code"], each["line"]) for each in said.document["diagnostics"]]
    line = shell.tree.read("massctl.yaml").splitlines().index((account or state).splitlines()[0]) + 1
    assert (1, ("MC018", line)) == (said.status, found)


@pytest.mark.parametrize("typed", VERBS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_verb_whose_turn_has_not_come_says_so(shell: Shell, typed: str, language: str) -> None:
    shell.tree.settings(language=language)
    said = shell(*typed.split())
    told = "doesnotcarryitoutyet" if language == "en" else "还没有实现"
    assert (2, "", True) == (said.status, said.out, told in "".join(said.err.split())), said.err


def test_an_unknown_key_is_told_of_those_that_are_built(shell: Shell) -> None:
    shell.tree.settings(state="state: {qqqq: 1}\n")
    (fault,) = shell("validate", "--format", "json").document["diagnostics"]
    assert ("MC011", False, True) == (fault["code"], "dsn_env" in fault["hint"], "lineage" in fault["hint"])
