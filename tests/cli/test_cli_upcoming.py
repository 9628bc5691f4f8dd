"""`upcoming` of `notify`: who hears of a window before it opens, how often, and what will happen then."""

from typing import Any

import pytest
from cli_runner import Shell
from repositories import window

from massctl.transport import Line, NoAnswer

HOOK = "notify:\n  - webhook_env: HOOK\n"
TOMORROW = window("2026-12-02T12:00:00+08:00", "2026-12-02T14:00:00+08:00")


@pytest.fixture
def told(shell: Shell) -> Shell:
    """A shell in a repository that tells a webhook, with a campaign whose window opens in 24 hours."""
    shell.tree.settings(state=HOOK)
    shell.env(HOOK="https://hook.example/")
    shell.tree.text("notice", more=TOMORROW)
    assert 0 == shell("state", "init", "--sandbox").status
    return shell


def apply(told: Shell, *more: str) -> None:
    told("apply", "--sandbox", "--yes", *more)


def later(told: Shell, **spans: int) -> None:
    told.control(
        "advance", {"seconds": spans.get("hours", 0) * 3600 + spans.get("minutes", 0) * 60}
    )


def notices(told: Shell) -> list[dict[str, Any]]:
    return [each for post in told.report()["notifications"] for each in post["body"]["notices"]]


def heard(told: Shell) -> list[str]:
    return [each["message"] for each in notices(told) if each["event"] == "upcoming"]


def test_a_window_is_told_of_a_day_and_half_an_hour_before(told: Shell) -> None:
    for minutes in (0, 30, 22 * 60, 65, 20):
        later(told, minutes=minutes)
        apply(told)

    first, second = notices(told)
    assert ("upcoming", "notice", "new") == (first["event"], first["campaign"], first["status"])
    assert "in 24 h 0 min, at 2026-12-02 12:00 +08:00, and then it is sent" in first["message"]
    assert "massctl stop" in first["hint"]
    assert "2026-12-02 12:00" in first["send"]["window"]
    assert first["send"]["audience"].startswith("every follower; ")
    assert "in 25 min" in second["message"], "a late run says the time that is left"
    assert first["key"] != second["key"]


def test_a_first_run_that_is_late_tells_once(told: Shell) -> None:
    later(told, hours=23, minutes=45)
    apply(told)
    apply(told)
    assert 1 == len(heard(told))


def test_what_was_told_is_on_record_for_every_runner(told: Shell) -> None:
    apply(told)
    (told.root / ".massctl/sandbox/told").unlink(missing_ok=True)
    apply(told)
    assert 1 == len(heard(told))
    assert 1 == told("state", "list", "--sandbox").out.count("progress told")


def test_a_window_that_was_moved_is_told_of_again(told: Shell) -> None:
    apply(told)
    told.tree.text("notice", more=TOMORROW.replace("12:00:00", "11:30:00"))
    apply(told)
    assert ["11:30" in each for each in heard(told)] == [False, True]


def test_a_new_text_is_not_told_of_again(told: Shell) -> None:
    apply(told)
    told.tree.text("notice", content="又改了", more=TOMORROW)
    apply(told)
    assert 1 == len(heard(told))


def test_each_channel_has_its_own_times(told: Shell) -> None:
    told.tree.settings(state="notify:\n  - {webhook_env: HOOK, upcoming: [2h]}\n")
    apply(told)
    assert [] == heard(told)
    later(told, hours=22)
    apply(told)
    assert 1 == len(heard(told))


@pytest.mark.parametrize("more", ["events: [accepted]", "upcoming: []"])
def test_a_channel_that_does_not_ask_hears_nothing(told: Shell, more: str) -> None:
    told.tree.settings(state=f"notify:\n  - {{webhook_env: HOOK, {more}}}\n")
    apply(told)
    assert [] == notices(told)


def test_a_channel_that_did_not_take_it_is_told_by_the_next_run(
    told: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.tree.settings(state=HOOK + "  - wecom_robot_env: ROBOT\n")
    with monkeypatch.context() as patch:
        exchange = Line.exchange
        deaf = NoAnswer("answer_timeout", seconds=10)
        patch.setattr(
            Line,
            "exchange",
            lambda self, call: deaf if b"ROBOT" in call.content else exchange(self, call),
        )
        apply(told)
    for minutes in (0, 5, 5):
        later(told, minutes=minutes)
        apply(told)
    assert ["HOOK", "ROBOT"] == [post["name"] for post in told.report()["notifications"]]


@pytest.mark.parametrize(
    ("policy", "guard", "why"),
    [
        ("  sending: disabled\n", "kill_switch", "policy.sending"),
        ("  require_lock: true\n", "lock_missing", "lock"),
        ('  freeze: ["2026-12-02"]\n', "freeze", "2026-12-02"),
    ],
)
def test_what_would_be_refused_at_its_window_is_told_while_there_is_time(
    told: Shell, policy: str, guard: str, why: str
) -> None:
    told.tree.settings(policy=policy, state=HOOK)
    apply(told)
    (notice,) = notices(told)

    assert ("upcoming", guard) == (notice["event"], notice["guard"])
    assert "as things are, it will not be sent" in notice["message"]
    assert why in notice["message"]
    assert notice["hint"]


def test_faulty_files_are_told_of_while_there_is_time(told: Shell) -> None:
    told.tree.news("letter", more=TOMORROW, body="![河](../images/none.png)")
    apply(told)
    assert ["its files have faults" in each for each in heard(told)] == [True, False]


def test_what_was_sent_is_not_announced(told: Shell) -> None:
    told("apply", "--sandbox", "--yes", "notice")
    later(told, hours=1)
    before = len(heard(told))
    apply(told)
    assert before == len(heard(told))


def test_a_run_that_waits_tells_while_it_waits(told: Shell) -> None:
    later(told, hours=23, minutes=20)
    apply(told, "--wait", "45m")
    events = [(each["event"], each["message"]) for each in notices(told)]

    assert ["upcoming", "upcoming", "accepted"] == [event for event, _ in events]
    assert ("in 40 min" in events[0][1], "in 30 min" in events[1][1]) == (True, True)


def test_an_opening_leaves_what_opens_later_to_be_told_of(told: Shell) -> None:
    told.tree.text("other", content="另一件", more=TOMORROW.replace("12:00:00", "11:30:00"))
    later(told, hours=23)
    apply(told, "--wait", "2h")
    times = [
        each["message"]
        for each in notices(told)
        if (each["campaign"], each["event"]) == ("notice", "upcoming")
    ]
    assert [True, True] == ["in 1 h 0 min" in times[0], "in 30 min" in times[1]]
    assert 2 == len(told.report()["jobs"])


def test_whoever_interrupts_a_waiting_run_while_it_tells_ends_it(
    told: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(told, hours=23, minutes=20)
    apply(told)
    exchange = Line.exchange

    def interrupted(self: Line, call: Any) -> Any:
        if b"in 30 min" in (call.content or b""):
            raise KeyboardInterrupt
        return exchange(self, call)

    monkeypatch.setattr(Line, "exchange", interrupted)
    said = told("apply", "--sandbox", "--yes", "--wait", "45m")
    assert (130, []) == (said.status, told.report()["jobs"])


@pytest.mark.parametrize("upcoming", ["soon", "[1x]", "[24]"])
def test_a_time_that_is_none_is_a_fault(shell: Shell, upcoming: str) -> None:
    shell.tree.settings(state=f"notify:\n  - {{webhook_env: HOOK, upcoming: {upcoming}}}\n")
    said = shell("validate", "--format", "json")
    assert (1, {"massctl.yaml"}) == (
        said.status,
        {each["file"] for each in said.document["diagnostics"]},
    )


def test_a_notice_does_not_make_a_saved_plan_stale(told: Shell) -> None:
    told.tree.text("now", content="今天就发")
    assert 0 == told("plan", "--sandbox", "--out", "plan.json", "now").status
    apply(told)
    assert 1 == len(heard(told))

    sent = told("apply", "--sandbox", "--plan", "plan.json")
    assert (0, 1) == (sent.status, sent.out.count("accepted the send")), sent
    again = told("apply", "--sandbox", "--plan", "plan.json")
    assert 5 == again.status
    assert "plan_stale" in again.out


def test_a_name_that_was_only_announced_is_free(told: Shell) -> None:
    apply(told)
    assert "upcoming" in told("state", "list", "--sandbox").out
    assert "notice" not in told("state", "show", "--sandbox").out


def test_the_gate_lets_a_run_pass_that_tells_of_a_window(told: Shell) -> None:
    assert 0 == told("state", "init").status
    told.env(GITHUB_REF="refs/heads/main")
    found = told("ci", "gate")
    assert (0, True) == (found.status, "somebody is to be told of a window" in found.err), found
