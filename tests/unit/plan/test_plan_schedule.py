"""The schedule: what is to come, what went out, and what stands in the way."""

from datetime import date

from allowance_samples import on, rules, words
from building import APPID, DAY, NOW, OTHER_APPID, attempted, folder_of, plan_of, recorded, sent

from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.entries import Expired, SendImported
from massctl.model.ids import CampaignName
from massctl.model.settings import MassctlFile, Policy
from massctl.model.state import State, Status
from massctl.plan.schedule import Schedule, frozen_days, schedule_of
from massctl.plan.steps import Desired, Invalid

SETTINGS = MassctlFile.model_validate(
    {
        "version": 1,
        "accounts": {"main": {"appid": APPID, "secret_env": "S", "kind": "subscription"}},
    }
)


def scheduled(campaigns: list[Desired], state: State | None = None, **policy: object) -> Schedule:
    state = state or State()
    known = [each for each in campaigns if not isinstance(each, Invalid)]
    plan = plan_of(campaigns, state, rules(known, **policy), NOW)
    windows = {each.name: each.window for each in campaigns if each.window is not None}
    return schedule_of(plan, windows, state, SETTINGS, NOW)


def test_windows_stand_on_the_day_on_which_they_open_earliest_first():
    late, early = words("late", on(2, 4)), words("early", on(1))
    found = scheduled([late, early, words("by-hand", None)])
    assert ["early", "late"] == [each.campaign for each in found.sends]
    (send,) = found.on((NOW + 2 * DAY).date())
    assert ("late", "main", 1, Status.NEW, False) == (
        send.campaign, send.account, send.edition, send.status, send.went_out
    )  # fmt: skip
    assert late.window is not None
    assert (late.window.not_before, late.window.not_after, ()) == (
        send.begins,
        send.ends,
        send.obstacles,
    )


def test_what_cannot_go_out_says_why():
    first, second = words("first", on(1)), words("second", on(1))
    broken = Invalid(
        CampaignName("broken"),
        folder_of("broken"),
        "断",
        "main",
        1,
        (Diagnostic("MC101", Severity.ERROR, "x", None, None, None),),
        on(3),
    )
    closed = words("closed", on(-3))
    found = {each.campaign: each for each in scheduled([first, second, broken, closed]).sends}
    assert () == found[CampaignName("first")].obstacles
    assert "first" in str(found[CampaignName("second")].obstacles[0])
    assert ["its files have faults, so it cannot be sent"] == [
        *map(str, found[CampaignName("broken")].obstacles)
    ]
    assert 1 == len(found[CampaignName("closed")].obstacles)


def test_a_closed_window_that_was_told_already_is_told_in_a_calendar_all_the_same():
    closed = words("closed", on(-3))
    assert closed.window is not None
    state = recorded((Expired(not_after=closed.window.not_after), closed))
    (send,) = scheduled([closed], state).sends
    assert ["its window is closed, and it was not sent"] == [*map(str, send.obstacles)]


def test_what_went_out_stands_where_it_went_out_once_with_its_title_if_its_folder_is_there():
    here = words("here", on(1), title="立春")
    gone, named = words("gone", None), words("named", None)
    state = recorded(*sent(here), attempted(gone), attempted(named, title="春分"))
    found = scheduled([here], state).sends
    titles = [("gone", "gone"), ("here", here.title), ("named", "春分")]
    assert titles == sorted((each.campaign or "", each.title) for each in found)
    assert all(each.went_out and each.begins == each.ends and not each.obstacles for each in found)


def test_a_send_on_the_website_and_an_account_that_is_not_declared():
    state = recorded(SendImported(appid=OTHER_APPID, sent_at=NOW - DAY, by="lin"))
    (send,) = scheduled([], state).sends
    assert (None, "", None, True, (NOW - DAY).date()) == (
        send.campaign, send.title, send.account, send.went_out, send.day
    )  # fmt: skip


class Second:
    """Shows one campaign, and what its account has left."""

    def takes(self, name: str) -> bool:
        return name == "second"

    def takes_send(self, name: str | None, account: str | None) -> bool:
        return (name, account) == ("second", "main")

    def takes_account(self, account: str) -> bool:
        return account == "main"


def test_a_schedule_of_some_campaigns_keeps_what_is_asked_for():
    found = scheduled([words("first", on(1)), words("second", on(2))])
    only = found.only(Second())
    assert ["second"] == [each.campaign for each in only.sends]
    assert [("second",)] == [
        span.campaigns for each in only.ahead for span in each.spans if span.campaigns
    ]
    assert len(found.ahead) == len(only.ahead)


def test_frozen_days_are_days_of_the_policys_time_zone():
    policy = Policy.model_validate({"freeze": ["2026-12-24/2026-12-26"]})
    days = frozen_days(policy, date(2026, 12, 1), date(2026, 12, 25))
    assert {date(2026, 12, 24), date(2026, 12, 25)} == days
