"""Sentences that come back from the ledger, where they stand in plain English, said in another language."""

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Final

from massctl.model.phrase import Phrase
from massctl.view.language import Language, catalogue_templates, say

_LITERAL_MIN: Final = 7
"""Letters that a template must have besides its fields; `{path}: {reason}.` would match anything."""


def say_recorded(text: str, language: Language) -> str:
    """Say what the ledger recorded of WeChat's behaviour; a sentence that is not known is given as it is."""
    if language.is_english or isinstance(text, Phrase):
        return say(text, language)
    for template, pattern in _patterns().items():
        match = pattern.fullmatch(text)
        if match is not None:
            values = {name: say_recorded(value, language) for name, value in match.groupdict().items()}
            return say(Phrase(template, **values), language)
    return text


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """Give a pattern for each sentence about WeChat, the one with the most letters first."""
    found: dict[str, tuple[int, re.Pattern[str]]] = {}
    for template in catalogue_templates():
        try:
            parts = list(Formatter().parse(template))
        except ValueError:
            continue  # A text without values, whose braces are braces.
        letters = sum(character.isalpha() for literal, *_ in parts for character in literal)
        if letters < _LITERAL_MIN or any(spec or (name is not None and not name) for _, name, spec, _ in parts):
            continue
        written = "".join(re.escape(literal) + (f"(?P<{name}>.+?)" if name else "") for literal, name, _, _ in parts)
        names = [name for _, name, _, _ in parts if name]
        if len(names) == len(set(names)):
            found[template] = letters, re.compile(written)
    return {
        template: pattern
        for template, (_, pattern) in sorted(found.items(), key=lambda item: (-item[1][0], -len(item[0])))
    }
