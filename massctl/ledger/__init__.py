"""Where the ledger is kept: append, flush, lock, and a codec with versions. Local file now; others may follow.

Invariant: a line that was once durable is never changed, moved or removed by massctl.
"""
