"""What is told to a channel, what each kind of channel is asked, and how notices are fitted into a message."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from massctl.model.frozen import Frozen
from massctl.model.notice_text import NoticeText
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel
from massctl.notify.post import Post
from massctl.transport import Line

_CUT = "…"


class Notices(Frozen):
    """What one post tells, in the forms that kinds of channels need."""

    texts: tuple[NoticeText, ...]
    """The notices as a person reads them, at least one."""
    left_out: tuple[str, ...]
    """`left_out[n]` says that n notices had no room; for every n up to their number."""
    document: str
    """The same as JSON."""
    keys: tuple[str, ...]
    """The keys of the notices: the same keys are the same message."""


class Way(Frozen):
    """How a channel is reached from here."""

    environment: Mapping[str, str]
    """Holds the addresses and secrets that massctl.yaml names."""
    line_to: Callable[[str], Line]
    """Opens the line to an address; raises ConfigurationError if its proxy cannot be used."""
    now: datetime
    """Stands in signatures and letters."""


class ChannelKind(Protocol):
    """One kind of channel. No method raises, but for the proxy."""

    is_chat: ClassVar[bool]
    """People read it as it comes, among other messages: many notices are told in short."""
    reads_markup: ClassVar[bool]
    """A program of its readers acts on markup, mentions and addresses in its text."""
    takes_pictures: ClassVar[bool]
    """Pictures of reports are posted to it too."""

    def at_once(self, texts: Sequence[NoticeText]) -> int:
        """Count the notices that one message takes whole; at least 1, which may be cut."""
        ...

    def post(self, channel: Channel, notices: Notices, way: Way) -> Post:
        """Return what is posted, signed where the channel has a secret."""
        ...

    def picture(self, picture: bytes) -> Post | None:
        """Return the post of a PNG; None where the kind takes none, or none of that size."""
        ...

    def shown(self, post: Post) -> Mapping[str, Any]:
        """Return a post as JSON, for the page of the sandbox."""
        ...

    def deliver(self, channel: Channel, post: Post, way: Way) -> Callable[[], Phrase | None]:
        """Return what posts, once: its None means that the other side took it, else it says why not.

        The environment lacks no variable of the channel (`Channel.missing`). No reason contains an address or a secret.
        """
        ...

    def unfit(self, channel: Channel, variable: str, value: str) -> Phrase | None:
        """Return why a variable that the channel reads holds nothing usable; asks nobody."""
        ...


def urgent_first(texts: Sequence[NoticeText]) -> list[NoticeText]:
    """Put the notices that need somebody before the others, and each of them in its order."""
    return sorted(texts, key=lambda each: not each.needs_somebody)


def fitted(blocks: Sequence[str], left_out: Sequence[str], limit: int) -> str:
    r"""Join blocks by empty lines, up to `limit` bytes. A first block that is too long is cut.

    >>> fitted(["first", "second", "third"], ["", "and 1 more", "and 2 more"], limit=18)
    'first\n\nand 2 more'
    """
    for kept in range(len(blocks), 0, -1):
        missing = len(blocks) - kept
        text = "\n\n".join([*blocks[:kept], *([left_out[missing]] if missing else [])])
        if len(text.encode()) <= limit:
            return text
    tail = f"\n\n{left_out[len(blocks) - 1]}" if len(blocks) > 1 else ""
    room = limit - len((_CUT + tail).encode())
    # A character that the limit goes through is left out whole.
    return blocks[0].encode()[:room].decode("utf-8", errors="ignore") + _CUT + tail


def fitting(blocks: Sequence[str], limit: int) -> int:
    """Count the `blocks` that fit whole into `limit` bytes; at least 1, which may be cut."""
    sizes = [len(each.encode()) + len("\n\n") for each in blocks]
    whole = [count for count in range(1, len(blocks) + 1) if sum(sizes[:count]) <= limit]
    return max(whole, default=1)
