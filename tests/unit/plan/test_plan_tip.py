"""Only the tip of the branch that sends may send."""

from dataclasses import replace
from typing import Any

import pytest
from building import NOW, OPEN, house, recorded, text

from massctl.plan.guards import Tip, brake, send_refusals, tip_refusal
from massctl.plan.steps import Guard

TIP = Tip("main", "origin", "a" * 40, "a" * 40)


def test_the_tip_may_send() -> None:
    assert (None, None) == (tip_refusal(TIP), tip_refusal(None))


@pytest.mark.parametrize(
    ("changed", "guard", "word"),
    [
        ({"there": "b" * 40}, Guard.NOT_AT_TIP, "main is at bbbbbbbbbbbb on origin, and this checkout at aaaaaaaaaaaa"),
        ({"here": None}, Guard.NOT_AT_TIP, "this checkout at -"),
        ({"there": None}, Guard.NOT_AT_TIP, "origin has no branch main"),
        ({"changed": "massctl.yaml"}, Guard.NOT_AT_TIP, "massctl.yaml is not as in the tip"),
        ({"unread": "no network"}, Guard.NOT_AT_TIP, "no network"),
        ({"stopped": True}, Guard.KILL_SWITCH, "massctl-stop"),
        ({"stopped": True, "there": "b" * 40}, Guard.KILL_SWITCH, "massctl-stop"),
    ],
)
def test_anything_else_is_refused(changed: dict[str, Any], guard: Guard, word: str) -> None:
    refusal = tip_refusal(replace(TIP, **changed))

    assert refusal is not None
    assert (guard, True) == (refusal.guard, word in refusal.message)


def test_a_send_is_judged_by_it() -> None:
    moved = replace(house(), tip=replace(TIP, there="b" * 40))

    assert [Guard.NOT_AT_TIP] == [
        each.guard for each in send_refusals(text("now", window=OPEN), recorded(), moved, NOW)
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [({}, False), ({"stopped": True}, True), ({"stopped": True, "there": "b" * 40}, True), ({"unread": "away"}, False)],
)
def test_a_plan_that_is_only_shown_tells_the_brake_and_no_other_commit(changed: dict[str, Any], told: bool) -> None:
    refusal = tip_refusal(brake(replace(TIP, **changed)))

    assert told == (refusal is not None and refusal.guard is Guard.KILL_SWITCH)


def test_where_nobody_asked_there_is_no_brake() -> None:
    assert None is brake(None)
