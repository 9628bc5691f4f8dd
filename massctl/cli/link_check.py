"""Ask addresses of the Internet whether they answer."""

import re
from collections.abc import Iterable
from contextlib import closing
from functools import partial

from massctl.cli.downloads import Asked, Downloads
from massctl.model.phrase import Phrase
from massctl.parallel_calls import side_by_side
from massctl.transport import Line

_WEB = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_AT_ONCE = 4
"""Ours: whoever asks addresses of others is no load for them."""


def web_addresses(targets: Iterable[str]) -> list[str]:
    """Return the http and https addresses among some, each once."""
    return list(dict.fromkeys(each for each in targets if _WEB.match(each)))


def asked_addresses(targets: Iterable[str], line: Line | None = None) -> dict[str, Asked]:
    """Ask the http and https addresses among some, a few at a time; return what each says."""
    asked = web_addresses(targets)
    if not asked:
        return {}
    with closing(line or Line()) as opened:
        downloads = Downloads(opened, is_inside=line is not None)
        calls = [partial(downloads.asked, _whole(each)) for each in asked]
        found = dict(side_by_side(calls, _AT_ONCE))
    answers: dict[str, Asked] = {}
    for number, answer in found.items():
        if isinstance(answer, BaseException):
            raise answer
        answers[asked[number]] = answer
    return answers


def _whole(address: str) -> str:
    """Return an address with its scheme: pages of WeChat are https."""
    return f"https:{address}" if address.startswith("//") else address


def silent_addresses(targets: Iterable[str], line: Line | None = None) -> dict[str, Phrase]:
    """Ask the http and https addresses among some; return why some do not answer."""
    found = asked_addresses(targets, line)
    return {
        address: answer.why_silent
        for address, answer in found.items()
        if answer.why_silent is not None
    }
