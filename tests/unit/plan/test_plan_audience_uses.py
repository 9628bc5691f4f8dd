"""Which send to an audience was the newest."""

from datetime import timedelta
from typing import Any

from building import DAY, NOW, at, attempted, recorded, text
from copies import replace
from openid_samples import AUDIENCE

from massctl.model.audience import AudienceName
from massctl.model.campaign import Audience
from massctl.model.entries import AudienceCut, NewEntry, SendAccepted, SendRejected
from massctl.model.ids import AppId, prefixed
from massctl.model.message import RenderedCampaign, approved_audience
from massctl.model.state import Status
from massctl.plan.audience_uses import AudienceSend, last_sends

EAST = AudienceName("east")


def to_east(name: str) -> RenderedCampaign:
    return text(name, audience=Audience(of="east"), openid_list=AUDIENCE)


def tried(found: RenderedCampaign, ago: timedelta, **changes: Any) -> NewEntry:
    event, _ = attempted(found, audience=approved_audience(found), **changes)
    return at(NOW - ago, event, found)


def only(found: RenderedCampaign) -> tuple[AppId, AudienceName]:
    return AppId(found.appid), EAST


def test_the_newest_attempt_that_may_have_done_something_counts() -> None:
    old, new, refused, other = map(to_east, ("old", "new", "refused", "other"))
    plain = text("plain")
    state = recorded(
        tried(old, 3 * DAY),
        at(NOW - 3 * DAY, SendAccepted(attempt=2, msg_id=7), old),
        tried(new, 2 * DAY),
        tried(refused, DAY),
        at(NOW - DAY, SendRejected(attempt=5, errcode=45065), refused),
        at(NOW, attempted(plain)[0], plain),
        tried(other, 4 * DAY),
    )
    (key,) = found = last_sends(state)
    assert only(new) == key
    assert AudienceSend(new.name, 1, NOW - 2 * DAY, AUDIENCE.count, Status.IN_DOUBT) == found[key]


def test_whoever_was_taken_off_before_is_not_counted() -> None:
    letter = to_east("letter")
    cut = AudienceCut(
        snapshot=prefixed(AUDIENCE.sha256),
        kept_snapshot=prefixed(AUDIENCE.sha256),
        kept=6,
        removed={"erased": 1},
    )
    state = recorded(at(NOW - timedelta(hours=1), cut, letter), tried(letter, timedelta()))
    assert [6] == [each.people for each in last_sends(state).values()]


def test_an_audience_of_the_same_name_in_another_account_is_another() -> None:
    letter = to_east("letter")
    elsewhere = replace(to_east("elsewhere"), appid=AppId("wxfedcba9876543210"))
    state = recorded(
        tried(letter, DAY),
        tried(elsewhere, timedelta()),
    )
    assert {only(letter): "letter", only(elsewhere): "elsewhere"} == {
        key: each.campaign for key, each in last_sends(state).items()
    }
