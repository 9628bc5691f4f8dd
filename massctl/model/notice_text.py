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
    letter: str
    """To which letter."""
    lines: tuple[str, ...] = ()
    """What is true now: sentences and numbers."""
    links: tuple[NoticeLink, ...] = ()
    """Where it can be seen."""
    advice: tuple[str, ...] = ()
    """What to type or to do, a line each."""
    needs_somebody: bool = False
    """Somebody has to act."""
    account: str = ""
    """Whose letter it is; empty where nobody knows."""

    @property
    def subject(self) -> str:
        """Return to which letter of which account it happened."""
        return self.letter + self._owner

    @property
    def head(self) -> str:
        """Return the first line."""
        return f"{self.happening} {self.subject}"

    def headline(self, room: int) -> str:
        """Return the first line in so many characters; the letter is cut before the account is."""
        letter = _cut(f"{self.happening} {self.letter}", max(room - len(self._owner), LETTER_MIN))
        return _cut(letter + self._owner, room)

    @property
    def _owner(self) -> str:
        return f" · {self.account}" if self.account else ""


LETTER_MIN = 16
"""Characters of what happened to which letter that stand in every headline, however long the account's name is."""


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"
