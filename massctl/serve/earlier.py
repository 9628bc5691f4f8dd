"""The version that lies beside the one of now: what followers got last, or else what was staged."""

from dataclasses import dataclass

from massctl.ledger.archive import Contents
from massctl.model.campaign import parse_offset_time
from massctl.model.lock import restored, version_of
from massctl.model.message import Window
from massctl.model.state import State
from massctl.plan.review_diff import base_of, difference, last_sent
from massctl.serve.looking import Rendered
from massctl.view.pages.campaign_page import Earlier


@dataclass(frozen=True, slots=True)
class Compared:
    """An earlier version, and where its files stand as far as their bytes are still here."""

    earlier: Earlier
    files: dict[str, str]


def compared(kept: Rendered, state: State, archive: Contents) -> Compared | None:
    """Compare a campaign with the version before; None where there is none, or where it is not kept here whole."""
    campaign = kept.campaign
    if campaign is None:
        return None
    base = last_sent(campaign.name, state) or base_of(campaign, state)
    before = archive.read(base.digest) if base else None
    if base is None or before is None:
        return None
    send = before.lock.send
    opens, closes = parse_offset_time(send.not_before), parse_offset_time(send.not_after)
    window = Window(opens, closes) if opens is not None and closes is not None else None
    message = restored(before.lock.message, before.bodies, None)
    found = Earlier(difference(base, before, version_of(campaign)), message, window)
    return Compared(found, kept.earlier_files(campaign.name, before.lock.pictures))
