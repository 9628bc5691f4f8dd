"""One ledger file, and the means to open it as another process would."""

from collections.abc import Callable
from pathlib import Path

import pytest
from building import LINEAGE, as_new

from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import Created


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "massctl.state.jsonl"


@pytest.fixture
def open_ledger(path: Path) -> Callable[[], LocalLedger]:
    """Open the one file as another process would: nothing is shared but the disk."""
    return lambda: LocalLedger(path, path.parent / "locks")


@pytest.fixture
def begun(open_ledger: Callable[[], LocalLedger]) -> LocalLedger:
    ledger = open_ledger()
    ledger.append(0, [as_new(Created(lineage=LINEAGE, realm="loopback"))], durable=True)
    return ledger
