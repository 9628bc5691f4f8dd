"""Small parts of a record: the id of a video, and a person's word on a send that this ledger did not see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from massctl.model.names import AppId, MediaId


@dataclass(frozen=True, slots=True)
class MadeVideo:
    """The id that media/uploadvideo gave for a campaign's video."""

    digest: str
    media_id: MediaId
    at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """A person's word that an edition went out without this ledger."""

    sent_at: datetime
    by: str
    reason: str | None
    message_digest: str | None
    source_sha256: str | None
    audience: dict[str, Any] | None = None
    """Whom it went to, as the campaign declared it; None where nobody knows."""


def absorb_website_send(sends: dict[AppId, list[datetime]], appid: AppId, sent_at: datetime, kind: str) -> bool:
    """Fold a person's word on a send on the website, or what takes it back; False where there is none to take back."""
    if kind == "send_imported":
        sends.setdefault(appid, []).append(sent_at)
        return True
    if sent_at not in sends.get(appid, []):
        return False
    sends[appid].remove(sent_at)
    return True
