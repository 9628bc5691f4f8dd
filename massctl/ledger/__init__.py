"""Where the ledger is kept: append, flush, lock, and a codec with versions. A kind of place is a module.

Invariant: a line that was once durable is never changed, moved or removed by massctl.
"""

from massctl.model.phrase import Command

LEDGER_FILE = "massctl.state.jsonl"
"""The file that grows."""
ARCHIVE_FOLDER = "massctl.state.bodies"
"""Beside the ledger: what was staged and sent, for people to compare with."""
NEW_LINEAGE = Command("state init", '--new-lineage --reason "…"')
"""Begins a ledger in the place of one that is lost."""
STATISTICS_FOLDER = "massctl.state.statistics"
"""Beside the ledger: what WeChat counted, day by day."""
