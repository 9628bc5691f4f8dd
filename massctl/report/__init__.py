"""What sends reached, from the ledger and the archive of statistics, as a value that every view shows: pure."""
