"""The text of a letter's request on the forge: what its writer tells the reviewers, and the plan.

Its last line is a digest of its title and of all that stands above. Where that does not fit any longer, somebody edited
the text.
"""

import re

from massctl.model.ids import sha256_of
from massctl.plan.lock_diff import COMMENT_MARK

_CHARS_MAX = 60_000
"""GitHub takes 65,536 of a request. Source: its API's own refusal, read 2026-12."""
_DIGEST = re.compile(r"<!-- massctl:text ([0-9a-f]{64}) -->\s*\Z")


def request_text(title: str, said: str, plan: str) -> str:
    """Return the text of a request with this title."""
    text = "\n\n".join(filter(None, (said.strip(), plan.strip())))[:_CHARS_MAX]
    return f"{text}\n\n<!-- massctl:text {_digest(title, text)} -->"


def said_in(title: str, text: str) -> str | None:
    """Return what the writer says in a request's text; None where somebody edited it, or massctl did not write it."""
    plain = text.replace("\r\n", "\n")
    found = _DIGEST.search(plain)
    if found is None:
        return None
    above = plain[: found.start()]
    if found[1] != _digest(title, above):
        return None
    return above.partition(COMMENT_MARK)[0].strip()


def _digest(title: str, text: str) -> str:
    return sha256_of(f"{title.strip()}\n{text.strip()}".encode())
