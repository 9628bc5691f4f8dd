"""Emoji by their names, as on GitHub: `:tada:` is 🎉. What is no name of one stays as it is written."""

import re
from typing import Final

_NAME: Final = re.compile(r"(?<![A-Za-z0-9:/]):[a-z0-9_+-]{1,40}:(?![A-Za-z0-9:])")
"""A name between colons that belong to nothing else: no time, no address, no namespace."""


def with_emoji(text: str) -> str:
    """Write emoji for their names in a text that is shown."""
    return _NAME.sub(_emoji, text) if _NAME.search(text) is not None else text


def _emoji(found: re.Match[str]) -> str:
    # A table of some thousand names, for the few articles that use one.
    from emoji import emojize

    return emojize(found[0], language="alias", variant="emoji_type")
