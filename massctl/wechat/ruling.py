"""What an errcode means for us: its class, in words, and what a person can do about it."""

from dataclasses import dataclass
from enum import Enum

from massctl.model.phrase import Phrase


class Kind(Enum):
    """What a refusal says about the world."""

    BUSY = "busy"
    """The platform faltered; a read may be repeated, and of anything else the effect is unknown."""
    DOUBT = "doubt"
    """The effect may exist."""
    AUTH = "auth"
    """Credential, address, right or administrator; nothing happened."""
    QUOTA = "quota"
    """Used up, or too fast; nothing happened."""
    PERMANENT = "permanent"
    """The request or the object is wrong and would be refused again; nothing happened."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """One line of the tables."""

    kind: Kind
    meaning: Phrase
    """A clause without a full stop: what WeChat complains about."""
    advice: Phrase
    """Sentences: what to click, change or type."""
    token_dead: bool = False
    """True: only the token was refused; the call was not looked at and may be made once more."""
