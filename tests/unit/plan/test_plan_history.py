"""What the guards of a send look at does not grow with the history: counted, not timed."""

from typing import Any

import pytest
from allowance_samples import on, rules, words
from building import APPID, DAY, HOUR, NOW, OTHER_APPID, at, attempted, news, recorded

from massctl.model.entries import NewEntry, SendAccepted, SendRejected, SendSettled, Withdrawn
from massctl.model.state import Job, Record, State
from massctl.plan import quota
from massctl.plan.guards import send_refusals


def long_ago(number: int) -> list[NewEntry]:
    """Send, and withdraw, so many campaigns more than two months ago."""
    found: list[NewEntry] = []
    for index in range(number):
        old = news(f"old-{index}")
        then = NOW - (70 + index % 900) * DAY
        found += [
            at(then, attempted(old, message_digest=f"sha256:{index}", media_id="D")[0], old),
            at(then, SendAccepted(attempt=len(found) + 2, msg_id=index + 1), old),
            at(then, Withdrawn(msg_id=index + 1, article=0, outcome="begun"), old),
        ]
    return found


def looks(state: State, monkeypatch: pytest.MonkeyPatch) -> int:
    """Count how many records and jobs the guards of one send, and the calendar of its account, look at."""
    seen: set[object] = set()

    def watched(self: Any, name: str) -> Any:
        seen.add(object.__getattribute__(self, "campaign" if isinstance(self, Record) else "msg_id"))
        return object.__getattribute__(self, name)

    campaign = words("now", on(0))
    with monkeypatch.context() as patch:
        patch.setattr(Record, "__getattribute__", watched)
        patch.setattr(Job, "__getattribute__", watched)
        house = rules([campaign], "service")
        assert [] == send_refusals(campaign, state, house, NOW)
        assert house.agenda is not None
        quota.look_ahead(house.agenda, state, house.policy, NOW, {"main"})
        quota.next_send_at(state, APPID, NOW)
        quota.withdrawals_left(state, APPID, NOW)
        state.in_doubt(APPID)
    return len(seen)


def test_a_guard_does_not_walk_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = looks(recorded(*long_ago(2)), monkeypatch), looks(recorded(*long_ago(400)), monkeypatch)
    assert few == many


def test_what_happened_this_month_is_found_wherever_it_stands() -> None:
    today = words("today", None)
    history = long_ago(50)
    state = recorded(*history, at(NOW - HOUR, attempted(today)[0], today))
    assert ["today"] == [use.campaign for use in quota.uses(state, APPID, NOW)]
    assert {NOW.date(): 1} == quota.calls_by_day(state, APPID, NOW)
    assert [state.record(today.name, 1)] == state.in_doubt(APPID)


def test_a_campaign_that_changed_its_account_used_the_allowance_of_both() -> None:
    before, after = words("moved", None, appid=OTHER_APPID, account="other"), words("moved", None)
    state = recorded(
        at(NOW - 2 * HOUR, attempted(before)[0], before),
        at(NOW - HOUR, SendRejected(attempt=2, errcode=-1), before),
        at(NOW - HOUR, attempted(after)[0], after),
        at(NOW, SendSettled(batch=2, outcome="sent", reason="seen", by="li"), after),
    )
    assert ([], 2) == (quota.uses(state, OTHER_APPID, NOW), len(quota.uses(state, APPID, NOW)))
