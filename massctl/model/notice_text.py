"""What a person reads of one notice, in their language, before a channel lays it out."""

from massctl.model.frozen import Frozen


class NoticeLink(Frozen):
    """An address that a reader may follow: of an article, a pull request or a report."""

    label: str
    """What stands there."""
    address: str
    """Where it leads to, with https."""


class NoticeText(Frozen):
    """One notice; no word of it is markup, a mention or a link in any chat."""

    happening: str
    """What happened, in one or two words."""
    subject: str
    """To which letter of which account."""
    lines: tuple[str, ...] = ()
    """What is true now: sentences and numbers."""
    links: tuple[NoticeLink, ...] = ()
    """Where it can be seen."""
    advice: tuple[str, ...] = ()
    """What to type or to do, a line each."""
    needs_somebody: bool = False
    """Somebody has to act."""

    @property
    def head(self) -> str:
        """Return the first line."""
        return f"{self.happening} {self.subject}"
