"""A ledger whose bytes are not what massctl leaves there: nothing is sent, with a lineage and without one."""

from collections.abc import Callable

import pytest
from cli_runner import Shell
from said import Said

LEDGER = ".massctl/sandbox/massctl.state.jsonl"


def apply(shell: Shell, *more: str) -> Said:
    return shell("apply", "--sandbox", "--yes", "--format", "json", *more)


def guards(said: Said) -> list[str]:
    return [refusal["guard"] for campaign in said.document["campaigns"] for refusal in campaign["refusals"]]


def zeroed(ledger: bytes) -> bytes:
    return bytes(4096)


def emptied(ledger: bytes) -> bytes:
    return b""


def halved(ledger: bytes) -> bytes:
    return ledger[: len(ledger) // 2]


DAMAGES = [zeroed, emptied, halved]


@pytest.mark.xfail(strict=True, reason="fault 4: a damaged ledger is taken for none, or for a torn one")
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_sent_is_not_sent_again(shell: Shell, damage: Callable[[bytes], bytes]):
    shell.tree.text("notice")
    assert 0 == apply(shell, "notice").status
    shell.tree.write(LEDGER, damage((shell.root / LEDGER).read_bytes()))
    before = (shell.root / LEDGER).read_bytes()
    said = apply(shell, "notice")
    assert (5, ["ledger_damaged"], 1) == (said.status, guards(said), len(shell.report()["jobs"]))
    assert before == (shell.root / LEDGER).read_bytes()
