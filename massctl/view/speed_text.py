"""An account's sending speed in words."""

from typing import TYPE_CHECKING, Final

from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.apply.ports import SendingSpeed

UNIT: Final = 10_000
"""Messages a minute that one of `realspeed` stands for."""
TABLE: Final = (80, 60, 45, 30, 10)
"""`realspeed` by `speed`. Source: WeChat docs, "message/mass/speed/get", read 2026-10; an example there differs."""


def speed_words(account: str, speed: "SendingSpeed") -> list[Phrase]:
    """Say what a speed comes to as the API says it, and where that is not what WeChat's table says."""
    listed = TABLE[speed.speed] if speed.speed < len(TABLE) else None
    if speed.realspeed is None:
        say = Phrase("{account}: speed {speed}; WeChat does not say what it comes to")
        return [Phrase(say, account=account, speed=speed.speed)]
    said = Phrase(
        "{account}: speed {speed}, that is {count:,} messages a minute",
        account=account,
        speed=speed.speed,
        count=speed.realspeed * UNIT,
    )
    if listed is None or listed == speed.realspeed:
        return [said]
    other = Phrase("WeChat's own table gives {count:,} for this speed; what the API says counts", count=listed * UNIT)
    return [said, other]
