"""What every channel with an address of the web has in common."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from massctl.model.notice_text import NoticeText
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel
from massctl.notify.port import Way
from massctl.notify.post import Post, posted, unfit


class HttpKind:
    """Posts to the address in the variable of a channel."""

    is_chat: ClassVar[bool] = False
    reads_markup: ClassVar[bool] = True
    takes_pictures: ClassVar[bool] = False

    def at_once(self, texts: Sequence[NoticeText]) -> int:
        """Take all of them."""
        return len(texts)

    def picture(self, picture: bytes) -> Post | None:
        """Take none."""
        return None

    def shown(self, post: Post) -> Mapping[str, Any]:
        """Return the JSON that is posted."""
        return dict(json.loads(post.body))

    def deliver(self, channel: Channel, post: Post, way: Way) -> Callable[[], Phrase | None]:
        """Return what posts to the address."""
        address = way.environment[channel.name]
        return partial(posted, way.line_to(address), address, post, self.refusal)

    def refusal(self, content: bytes) -> Phrase | None:
        """Return why an answer with status 2xx is a refusal; None where it is none."""
        return None

    def unfit(self, channel: Channel, variable: str, value: str) -> Phrase | None:
        """Judge an address; a secret may be anything."""
        return None if variable == channel.signing_secret_env else unfit(value)


def secret_of(channel: Channel, way: Way) -> str | None:
    """Return the secret by which posts to a channel are signed; None without one."""
    return way.environment.get(channel.signing_secret_env or "") or None
