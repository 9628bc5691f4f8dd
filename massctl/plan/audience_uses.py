"""Which sends went to audiences, as the ledger has them."""

from collections.abc import Mapping
from datetime import datetime

from massctl.model.audience import AudienceName
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, CampaignName
from massctl.model.state import Record, State, Status, status_of


class AudienceSend(Frozen):
    """A campaign that was sent to an audience, or may have been."""

    campaign: CampaignName
    edition: int
    at: datetime
    """When its newest attempt was made."""
    people: int
    """How many it was for: without those who were taken off before."""
    status: Status


def last_sends(state: State) -> Mapping[tuple[AppId, AudienceName], AudienceSend]:
    """Return the newest send to each audience of each account."""
    found: dict[tuple[AppId, AudienceName], AudienceSend] = {}
    for record in state.records.values():
        for key, send in _sends(record).items():
            if key not in found or found[key].at < send.at:
                found[key] = send
    return found


def _sends(record: Record) -> Mapping[tuple[AppId, AudienceName], AudienceSend]:
    found: dict[tuple[AppId, AudienceName], AudienceSend] = {}
    for attempt in record.attempts:
        name = attempt.event.audience.get("of")
        if name is None or attempt.is_refused:
            continue
        approved = int(attempt.event.audience.get("count", 0))
        people = record.cut.kept if record.cut is not None else approved
        known = record.campaign, record.edition, attempt.at, people, status_of(record)
        found[AppId(attempt.event.appid), AudienceName(name)] = AudienceSend(*known)
    return found
