"""From a directory to every diagnostic in it."""

from massctl.cli.planning import planned
from massctl.cli.session import open_settings, session
from massctl.cli.speaking import Voice
from massctl.model.diagnostic import Diagnostic, has_errors
from massctl.source.lock_use import LockUse


def checked(directory: str) -> tuple[list[Diagnostic], Voice, int]:
    """Read everything; gives the diagnostics in order, the voice to tell them in, and the number of campaigns."""
    settings, found, speaker = open_settings(directory)
    if settings is None or has_errors(found):
        return sorted(found, key=lambda d: d.sort_key), speaker, 0
    with session(directory) as (current, warnings):
        # Whatever is sent, the sources are what has to be right.
        made = planned(current, (), warnings, lock_use=LockUse.NONE)
        each = [d for campaign in made.plan.campaigns for d in campaign.diagnostics]
        return sorted([*made.warnings, *each], key=lambda d: d.sort_key), speaker, len(made.plan.campaigns)
