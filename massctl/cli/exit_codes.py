"""The eight exit statuses and nothing else; `massctl.cli.main` is the only place that exits."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """What a run found; the first that applies of 3, 4, 130, 1, 5, 6, 0, and 2 before them all."""

    DONE = 0
    """Done; also not yet due, nothing to do, still sending."""
    FAILED = 1
    """An invalid campaign, a failed upload, draft or preview, a rejected send."""
    USAGE = 2
    """A wrong verb, flag or name; no massctl.yaml; consent missing."""
    BUG = 3
    """A bug of ours; a log was written."""
    IN_DOUBT = 4
    """An attempt is open at the end."""
    REFUSED = 5
    """A refusal, a window found expired, another runner, or the answer no."""
    CHANGES = 6
    """`plan --detailed-exitcode`: apply would do something now."""
    INTERRUPTED = 130
    """Interrupted, and no attempt is open."""
