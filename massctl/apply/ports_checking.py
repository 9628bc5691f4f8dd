"""What `massctl doctor` asks of an Official Account: calls that read, and change nothing for anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from massctl.apply.ports_after import SendingSpeed
from massctl.model.audience import Tag


@dataclass(frozen=True, slots=True)
class CallQuota:
    """The calls of one API on this Beijing day. The mass-send allowance is another thing, which no API tells."""

    daily_limit: int
    remaining: int


class Checked(Protocol):
    """One Official Account. Every method raises a WeChatError, and may be called any number of times."""

    def renew_token(self) -> None:
        """Fetch the token that is alive (stable_token), or let `token_command` give one."""
        ...

    def draft_count(self) -> int:
        """Count the drafts (draft/count)."""
        ...

    def material_count(self) -> int:
        """Count the permanent pictures (material/get_materialcount)."""
        ...

    def tags(self) -> Sequence[Tag]:
        """Read the tags (tags/get)."""
        ...

    def speed(self) -> SendingSpeed:
        """Read the sending speed (message/mass/speed/get)."""
        ...

    def call_quota(self, path: str) -> CallQuota:
        """Read what is left of the calls of `path` (openapi/quota/get); without a right to it WeChat refuses."""
        ...
