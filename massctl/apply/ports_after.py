"""What the acts after a send need of an Official Account, apart from what `apply` needs."""

from dataclasses import dataclass
from typing import Protocol

from massctl.apply.ports import JobReport
from massctl.model.names import MsgDataId, MsgId


@dataclass(frozen=True, slots=True)
class SendingSpeed:
    """How fast WeChat delivers an account's mass jobs."""

    speed: int
    """0, the fastest, to 4."""
    realspeed: int | None
    """What it comes to, in 10,000 messages a minute, as the API says; None where it does not."""


class Withdrawing(Protocol):
    """Takes articles of a job back. Every method raises a WeChatError."""

    def job_report(self, msg_id: MsgId) -> JobReport:
        """Ask for the state of a job (message/mass/get)."""
        ...

    def withdraw(self, msg_id: MsgId, article: int) -> None:
        """Delete one article (from 1) or all of them (0) of a sent job (message/mass/delete).

        Never repeated by the adapter: a TransportError leaves it unknown whether it took place.
        """
        ...


class Commenting(Protocol):
    """Opens and closes the comments below articles; doing it twice is doing it once."""

    def open_comments(self, msg_data_id: MsgDataId, article: int) -> None:
        """Open the comments of an article (from 1) (comment/open); raises a WeChatError."""
        ...

    def close_comments(self, msg_data_id: MsgDataId, article: int) -> None:
        """Close the comments of an article (from 1) (comment/close); raises a WeChatError."""
        ...


class Speeding(Protocol):
    """Reads and sets an account's sending speed, which lasts and holds for every later send."""

    def speed(self) -> SendingSpeed:
        """Read it (message/mass/speed/get); raises a WeChatError."""
        ...

    def set_speed(self, speed: int) -> None:
        """Set it to 0, the fastest, to 4 (message/mass/speed/set); raises a WeChatError."""
        ...


class AfterSend(Withdrawing, Commenting, Speeding, Protocol):
    """All of them: one Official Account."""
