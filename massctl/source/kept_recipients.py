"""Reviewers of a remembered campaign: WeChat names in clear, openids never, only where in campaign.yaml they stand."""

from collections.abc import Sequence
from typing import Any

from massctl.model.message import Recipient

_OPENID = "touser"


def recipients_document(recipients: Sequence[Recipient], campaign_yaml: bytes) -> list[Any] | None:
    """Write reviewers; None where an openid does not stand in `campaign_yaml` letter by letter."""
    written: list[Any] = []
    for recipient in recipients:
        if recipient.kind != _OPENID:
            written.append([recipient.kind, recipient.name])
            continue
        name = recipient.name.encode()
        begin = campaign_yaml.find(name)
        if begin < 0:
            return None
        # As the ledger names a reviewer, so that another text at this place is noticed.
        written.append([_OPENID, begin, len(name), recipient.recorded])
    return written


def recipients_from(written: list[Any], campaign_yaml: bytes) -> tuple[Recipient, ...]:
    """Read reviewers; raises ValueError where campaign.yaml does not have them where they were."""
    return tuple(_recipient(campaign_yaml, *each) for each in written)


def _recipient(campaign_yaml: bytes, kind: str, *told: Any) -> Recipient:
    if kind != _OPENID:
        return Recipient(kind, *told)
    begin, length, recorded = told
    found = Recipient(kind, campaign_yaml[begin : begin + length].decode())
    if found.recorded != recorded:
        raise ValueError("another openid")
    return found
