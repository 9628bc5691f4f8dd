"""What the format names and does not carry out yet is an error of its own, never ignored."""

import pytest
from cli_runner import Shell

STATE = ["dsn_env: LEDGER_DSN", "backend: postgres"]


@pytest.mark.parametrize("line", STATE)
def test_a_key_whose_turn_has_not_come_is_one_error_at_its_place(shell: Shell, line: str) -> None:
    state = f"state: {{{line}}}\n"
    shell.tree.settings(state=state)
    said = shell("validate", "--format", "json")
    (found,) = [(each["code"], each["line"]) for each in said.document["diagnostics"]]
    number = shell.tree.read("massctl.yaml").splitlines().index(state.strip()) + 1
    assert (1, ("MC018", number)) == (said.status, found)


def test_an_unknown_key_is_told_of_those_that_are_built(shell: Shell) -> None:
    shell.tree.settings(state="state: {qqqq: 1}\n")
    (fault,) = shell("validate", "--format", "json").document["diagnostics"]
    assert ("MC011", False, True) == (
        fault["code"],
        "dsn_env" in fault["hint"],
        "lineage" in fault["hint"],
    )
