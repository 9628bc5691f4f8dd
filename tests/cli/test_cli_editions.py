"""Editions: a higher one sends on purpose, and a lower one never."""

from cli_runner import Shell
from said import Said


def apply(shell: Shell) -> Said:
    return shell("apply", "notice", "--sandbox", "--yes", "--format", "json")


def guards(said: Said) -> list[str]:
    return [each["guard"] for each in said.document["campaigns"][0]["refusals"]]


def test_an_edition_below_one_that_was_sent_is_refused(shell: Shell) -> None:
    shell.tree.text(content="周日改到十点半。", more="edition: 2\n")
    assert 0 == apply(shell).status
    shell.tree.text(content="周日改到十点半！")
    said = apply(shell)
    assert (5, ["edition_lowered"], 1) == (said.status, guards(said), len(shell.report()["jobs"]))
    shell.tree.text(content="周日改到十点半！", more="edition: 3\n")
    assert (0, 2) == (apply(shell).status, len(shell.report()["jobs"]))
