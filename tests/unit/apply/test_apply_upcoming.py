"""What is told of a window before it opens: when, to whom, and what will happen then."""

from datetime import timedelta
from typing import Any

import pytest
from building import APPID, HOUR, LATER, attempted, house, plan_of, recorded, text
from copies import replace

from massctl.apply.notices import Coming, NoticeFinder, window_fact
from massctl.apply.outcome import CampaignOutcome
from massctl.model.diagnostics import Diagnostic, Failure, Severity
from massctl.model.entries import SendAccepted, Told
from massctl.model.settings import Channel
from massctl.plan.plan import PlannedCampaign
from massctl.plan.reconcile_options import Evidence
from massctl.plan.steps import Guard, Refusal

OPENS = LATER.not_before
NOTICE = text("notice", title="改时间", window=LATER)
DAY, HALF_AN_HOUR = timedelta(hours=24), timedelta(minutes=30)
LEADS = [DAY, HALF_AN_HOUR]
NIGHT = Refusal(Guard.QUIET_HOURS, "night", "")


def announced(lead: timedelta, channel: str = "HOOK", opens: Any = OPENS) -> tuple[Any, Any]:
    return Told(fact=str(window_fact(opens, lead)), channel=channel, progress="told"), NOTICE


def coming(error: Failure | None = None, **then: Any) -> Coming:
    planned = plan_of(NOTICE, None, house()).campaigns[0]
    at_opening: PlannedCampaign = replace(planned, **{"refusals": (), "next_at": OPENS, **then})
    return Coming(CampaignOutcome(planned, refusals=[], error=error), OPENS, at_opening)


def told(
    before: timedelta, *earlier: Any, what: Coming | None = None, leads: Any = LEADS
) -> list[Any]:
    now = OPENS - before
    noticing = NoticeFinder(
        state=recorded(*earlier),
        accounts={APPID: "main"},
        evidence=lambda record: Evidence(record, now, (), None, None),
        now=now,
        since=now,
    )
    return noticing.upcoming([what or coming()], leads, "HOOK")


@pytest.mark.parametrize(
    ("before", "earlier", "lead"),
    [
        (25 * HOUR, [], None),
        (24 * HOUR, [], DAY),
        (2 * HOUR, [], DAY),
        (2 * HOUR, [announced(DAY)], None),
        (2 * HOUR, [announced(DAY, "ROBOT")], DAY),
        (2 * HOUR, [announced(DAY, opens=OPENS - HOUR)], DAY),
        (HALF_AN_HOUR, [announced(DAY)], HALF_AN_HOUR),
        (HALF_AN_HOUR / 2, [announced(DAY), announced(HALF_AN_HOUR)], None),
        (timedelta(0), [], None),
    ],
)
def test_each_channel_hears_of_a_window_once_for_each_lead(
    before: timedelta, earlier: list[Any], lead: timedelta | None
) -> None:
    expected = [] if lead is None else [window_fact(OPENS, lead)]
    assert expected == [each.fact for each in told(before, *earlier)]


def test_nobody_hears_of_the_window_of_what_was_sent_or_may_have_been() -> None:
    tried = attempted(NOTICE)
    assert [] == told(HOUR, tried)
    assert [] == told(HOUR, tried, (SendAccepted(attempt=2, msg_id=7), NOTICE))


@pytest.mark.parametrize(
    ("what", "says", "hint", "guard"),
    [
        (coming(), "then it is sent", "massctl stop", None),
        (coming(next_at=OPENS + HOUR), "at the earliest", "massctl stop", None),
        (coming(refusals=(NIGHT,)), "then it is sent", "massctl stop", None),
        (coming(refusals=(NIGHT,), next_at=None), "it will not be sent: night", "", "quiet_hours"),
        (
            coming(refusals=(Refusal(Guard.KILL_SWITCH, "off", "on"),)),
            "not be sent: off",
            "on",
            "kill_switch",
        ),
        (
            coming(refusals=(Refusal(Guard.NOT_NAMED, "by name", ""),)),
            "then it is sent",
            "massctl stop",
            None,
        ),
        (
            coming(Failure(40164, None, "no address", "click")),
            "not be sent: no address",
            "click",
            None,
        ),
        (
            coming(diagnostics=(Diagnostic("MC101", Severity.ERROR, "wrong"),)),
            "not be sent: its files have faults",
            "massctl validate",
            None,
        ),
    ],
)
def test_it_says_what_will_happen_as_things_stand(
    what: Coming, says: str, hint: str, guard: str | None
) -> None:
    (notice,) = told(HOUR, what=what)
    assert "its window opens in 1 h" in notice.message
    assert says in notice.message
    assert (guard, True) == (notice.guard, hint in notice.hint)


def test_the_key_names_the_window_and_the_lead_and_not_what_is_edited_meanwhile() -> None:
    (first,), (second,) = told(2 * HOUR), told(HALF_AN_HOUR)
    (edited,) = told(HOUR, what=coming(digest="sha256:other"))
    assert first.key == edited.key != second.key


def test_a_channel_that_does_not_hear_of_windows_has_no_leads() -> None:
    assert LEADS == Channel(webhook_env="HOOK").leads
    assert [HOUR] == Channel(webhook_env="HOOK", events=["upcoming"], upcoming=["1h"]).leads
    assert [] == Channel(webhook_env="HOOK", events=["accepted"]).leads
    assert ("HOOK", "ROBOT") == (
        Channel(webhook_env="HOOK").name,
        Channel(wecom_robot_env="ROBOT").name,
    )
