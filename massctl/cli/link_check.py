"""Ask addresses of the Internet whether they answer."""

import re
from collections.abc import Iterable
from contextlib import closing
from functools import partial

from massctl.cli.downloads import Downloads
from massctl.cli.parallel_calls import side_by_side
from massctl.model.phrase import Phrase
from massctl.transport import Line

_WEB = re.compile(r"https?://", re.IGNORECASE)
_AT_ONCE = 4
"""Ours: whoever asks addresses of others is no load for them."""


def web_addresses(targets: Iterable[str]) -> list[str]:
    """Return the http and https addresses among some, each once."""
    return list(dict.fromkeys(each for each in targets if _WEB.match(each)))


def silent_addresses(targets: Iterable[str], line: Line | None = None) -> dict[str, Phrase]:
    """Ask the http and https addresses among some, a few at a time; return why some do not answer."""
    asked = web_addresses(targets)
    if not asked:
        return {}
    with closing(line or Line()) as opened:
        downloads = Downloads(opened, is_inside=line is not None)
        calls = [partial(downloads.why_silent, each) for each in asked]
        found = dict(side_by_side(calls, _AT_ONCE))
    silent: dict[str, Phrase] = {}
    for number, why in found.items():
        if isinstance(why, BaseException):
            raise why
        if why is not None:
            silent[asked[number]] = why
    return silent
