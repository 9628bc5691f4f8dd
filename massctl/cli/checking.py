"""From a directory to every diagnostic in it."""

from collections.abc import Sequence

from massctl.cli.output import Console
from massctl.cli.planning import judged
from massctl.cli.session import open_settings, session
from massctl.model.diagnostics import Diagnostic, has_errors


def checked(directory: str, names: Sequence[str] = ()) -> tuple[list[Diagnostic], Console, int]:
    """Read the campaigns of `names`, or all; gives diagnostics in order, how to tell them, and how many campaigns."""
    opened = settings, found, speaker = open_settings(directory)
    if settings is None or has_errors(found):
        return sorted(found, key=lambda d: d.sort_key), speaker, 0
    with session(directory, opened=opened) as (current, warnings):
        # Whatever is sent, the sources are what has to be right.
        plan, strays = judged(current, names, warnings)
        each = [d for campaign in plan.campaigns for d in campaign.diagnostics]
        return sorted([*strays, *each], key=lambda d: d.sort_key), speaker, len(plan.campaigns)
