"""One ledger in two checkouts, by a symbolic or a hard link: each has locks of its own, and nothing is lost."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from building import NOW, as_new, text

from massctl.errors import LedgerStaleError
from massctl.ledger import local
from massctl.ledger.local import LocalLedger
from massctl.model.ledger import Expired

MORE = as_new((Expired(not_after=NOW), text("words")))
LINKS: dict[str, Callable[[Path, Path], None]] = {
    "symbolic": lambda link, target: link.symlink_to(target),
    "hard": lambda link, target: link.hardlink_to(target),
}


@pytest.fixture(params=LINKS)
def linked(request: pytest.FixtureRequest, path: Path, begun: LocalLedger) -> LocalLedger:
    """The same ledger as another checkout has it."""
    other = path.parent / "other"
    other.mkdir()
    LINKS[request.param](other / path.name, path)
    ledger = LocalLedger(other / path.name, other / "locks")
    ledger.read(0)
    return ledger


@pytest.mark.xfail(strict=True, reason="fault 7: the lock of an append lies in the checkout, and not on the ledger")
def test_an_entry_that_was_acknowledged_is_not_cut_away(
    begun: LocalLedger, linked: LocalLedger, open_ledger: Callable[[], LocalLedger], monkeypatch: pytest.MonkeyPatch
):
    """The other checkout writes in the moment in which this one has looked where the ledger ends."""
    read, acknowledged = os.read, []

    def write(ledger: LocalLedger) -> None:
        try:
            acknowledged.extend(ledger.append(1, [MORE], durable=True))
        except LedgerStaleError:
            return

    other = threading.Thread(target=write, args=(linked,))

    def looked(descriptor: int, size: int) -> bytes:
        found = read(descriptor, size)
        if threading.current_thread() is threading.main_thread() and not other.ident:
            other.start()
            other.join(1)
        return found

    monkeypatch.setattr(local.os, "read", looked)
    write(begun)
    other.join()
    monkeypatch.undo()
    assert 1 == len(acknowledged)
    assert acknowledged == list(open_ledger().read(1))
