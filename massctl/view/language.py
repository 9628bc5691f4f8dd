"""The languages massctl speaks, and how a sentence of the core is said in them.

Invariant: only a sentence's own words are ever changed. What fills its fields, a title or a path, stays as it is.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Final, Literal

from massctl.model.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Flags:
    """What this command was given, and the commands that it advises need too."""

    where: str = ""
    """`-C DIR`, as it is typed in a shell."""
    sandbox: bool = False
    """Without the flag they would be for real followers."""
    locked: bool = False
    """Without the flag they would send what is rendered now."""


NO_FLAGS: Final = Flags()


@dataclass(frozen=True, slots=True)
class Language:
    """A language of messages, as `language:` in massctl.yaml names it, and the flags of the commands they advise."""

    value: Literal["zh", "en"]
    flags: Flags = NO_FLAGS

    ZH: ClassVar["Language"]
    EN: ClassVar["Language"]

    def __str__(self) -> str:
        """Give its code."""
        return self.value

    @property
    def is_english(self) -> bool:
        """Whether sentences are said as the core has them."""
        return self.value == "en"

    @property
    def plain(self) -> "Language":
        """The same language for what is read elsewhere, where the flags of this run mean nothing."""
        return replace(self, flags=NO_FLAGS)


Language.ZH = Language("zh")
Language.EN = Language("en")
LANGUAGES: Final = (Language.ZH, Language.EN)


def say(text: str, language: Language) -> str:
    """Say a `Phrase` in `language`, its values too; any other text is given as it is.

    A Phrase without an entry in the catalogue is said in English.
    """
    if not isinstance(text, Phrase) or language == Language.EN:
        return str(text)
    template = text.template if language.is_english else _chinese(text.template)
    if template is None:
        return say(text, Language("en", language.flags))
    if language.flags != NO_FLAGS:
        template = _completed(template, language.flags, bool(text.values))
    if not text.values:
        return template
    values = {name: say(v, language) if isinstance(v, Phrase) else v for name, v in text.values.items()}
    return template.format(**values)


def _chinese(template: str) -> str | None:
    # The catalogue is long, and only speakers of Chinese need it.
    from massctl.view.zh import CATALOGUE

    return CATALOGUE.get(template)


_WITHOUT_SANDBOX: Final = ("validate", "lock", "stop", "resume")
_WITH_LOCKED: Final = ("apply", "preview")
_ADVISED: Final = re.compile(
    r"\bmassctl (?P<verb>apply|plan|doctor|status|reconcile|preview|withdraw|record-event|adopt|"
    r"comments (?:open|close)|speed (?:get|set)|state (?:show|list|verify|init|import|repair|backup|restore)|"
    r"validate|lock|render|serve|stop|resume)\b"
    r"(?! --sandbox)"
)
"""A command that a sentence advises, up to its verb."""


@lru_cache(maxsize=512)
def _completed(template: str, flags: Flags, has_fields: bool) -> str:
    """Give a sentence, before anything fills its fields, whose commands have this run's flags."""
    where = flags.where.replace("{", "{{").replace("}", "}}") if has_fields else flags.where

    def command(found: re.Match[str]) -> str:
        verb = found["verb"]
        words = ["massctl", where, verb]
        words += ["--sandbox"] if flags.sandbox and verb not in _WITHOUT_SANDBOX else []
        words += ["--locked"] if flags.locked and verb in _WITH_LOCKED else []
        return " ".join(filter(None, words))

    return _ADVISED.sub(command, template)
