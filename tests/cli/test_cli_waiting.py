"""`apply --wait`: it stages at once, stays for what opens, reads everything anew, and holds nothing meanwhile."""

from datetime import datetime, timedelta

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from copies import replace
from repositories import window

from massctl.cli.clocks import SandboxClock
from massctl.cli.commands.apply import HELD_SECONDS
from massctl.cli.session import Session
from massctl.errors import LedgerLockedError
from massctl.model.phrase import Phrase
from massctl.plan.brake import STOP_BRANCH, Tip


def opening(minutes: int, lasts: int = 90) -> str:
    """Give a window that opens so many minutes after noon."""
    start = NOON + timedelta(minutes=minutes)
    return window(start.isoformat(), (start + timedelta(minutes=lasts)).isoformat())


def wait(shell: Shell, duration: str, *more: str) -> tuple[int, dict[str, str]]:
    said = shell("apply", "--sandbox", "--yes", "--wait", duration, "--format", "json", *more)
    return said.status, {each["name"]: each["status"] for each in said.document["campaigns"]}


def jobs(shell: Shell) -> list[datetime]:
    return [datetime.fromisoformat(job["accepted_at"]) for job in shell.report()["jobs"]]


def test_it_stays_for_what_opens_and_not_for_what_opens_later(shell: Shell):
    shell.tree.text("soon", content="一", more=opening(30))
    shell.tree.text("then", content="二", more=opening(40))
    shell.tree.text("late", content="三", more=opening(50))
    assert (0, {"soon": "sending", "then": "sending", "late": "new"}) == wait(shell, "45m")
    assert [30, 40] == [round((at - NOON).total_seconds() / 60) for at in jobs(shell)]


def test_without_anything_to_come_it_ends_at_once(shell: Shell):
    shell.tree.text("late", more=opening(50))
    assert (0, {"late": "new"}) == wait(shell, "45m")
    assert datetime.fromisoformat(shell.report()["now"]) < NOON + timedelta(minutes=1)


def test_news_is_staged_at_once_and_sent_at_the_opening(shell: Shell):
    shell.tree.news("letter", more=opening(30))
    said = shell("apply", "--sandbox", "--yes", "--wait", "45m", "--format", "json")
    (campaign,) = said.document["campaigns"]
    kinds = [step["kind"] for step in campaign["performed"]]
    assert (0, "save_draft", "send_mass") == (said.status, kinds[-2], kinds[-1])


def test_quiet_hours_end_too(shell: Shell):
    shell.tree.text("quiet", more=opening(-10))
    settings = shell.tree.read("massctl.yaml")
    shell.tree.write("massctl.yaml", settings + '  quiet_hours: {from: "11:00", to: "12:20"}\n')
    assert (0, {"quiet": "sending"}) == wait(shell, "45m")
    assert [20] == [round((at - NOON).total_seconds() / 60) for at in jobs(shell)]


def during_the_sleep(shell: Shell, monkeypatch: pytest.MonkeyPatch, does) -> None:
    """Let something happen while a run sleeps for the first time."""
    slept: list[float] = []
    sleep = SandboxClock.sleep

    def sleeping(clock: SandboxClock, seconds: float) -> None:
        if not slept and seconds > HELD_SECONDS:
            slept.append(seconds)
            does()
        sleep(clock, seconds)

    monkeypatch.setattr(SandboxClock, "sleep", sleeping)


def test_every_guard_is_judged_anew(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    """Somebody pulls the handle, or edits the campaign, while it sleeps."""
    shell.tree.text("soon", more=opening(30))
    settings = shell.tree.read("massctl.yaml")
    during_the_sleep(
        shell,
        monkeypatch,
        lambda: shell.tree.write("massctl.yaml", settings + "  sending: disabled\n"),
    )
    assert (5, {"soon": "new"}) == wait(shell, "45m")
    assert [] == jobs(shell)


def test_what_was_edited_meanwhile_is_sent_as_it_is_then(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    shell.tree.text("soon", content="早", more=opening(30))
    during_the_sleep(
        shell, monkeypatch, lambda: shell.tree.text("soon", content="晚", more=opening(30))
    )
    assert (0, {"soon": "sending"}) == wait(shell, "45m")
    assert "晚" in str(shell.report()["jobs"][0])


def test_a_folder_that_went_away_stops_nothing_else(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    shell.tree.text("soon", content="一", more=opening(30))
    shell.tree.text("then", content="二", more=opening(40))
    during_the_sleep(
        shell, monkeypatch, lambda: (shell.root / "campaigns/soon").rename(shell.root / "gone")
    )
    status, found = wait(shell, "45m")
    assert (0, "sending", 1) == (status, found["then"], len(jobs(shell)))


def test_nothing_is_held_while_it_sleeps(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    """Another run sends it meanwhile; the one that slept finds it sent."""
    shell.tree.text("soon", more=opening(30))
    statuses: list[int] = []

    def other() -> None:
        from massctl.cli.main import run

        statuses.append(int(run(["apply", "soon", "--sandbox", "--yes"])))

    during_the_sleep(shell, monkeypatch, other)
    shell("apply", "--sandbox", "--yes", "--wait", "45m")
    assert ([0], 1) == (statuses, len(jobs(shell)))


def test_a_runner_at_the_opening_is_waited_for_and_then_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    shell.tree.text("soon", more=opening(30))

    def held(*_: object, **__: object) -> None:
        raise LedgerLockedError(
            Phrase("another massctl is at work on this ledger"), "wang@desk, process 7, holds it."
        )

    during_the_sleep(
        shell,
        monkeypatch,
        lambda: monkeypatch.setattr("massctl.ledger.process_lock.sole_runner", held),
    )
    said = shell("apply", "--sandbox", "--yes", "--wait", "31m", "--format", "json")
    (campaign,) = said.document["campaigns"]
    assert (5, ["other_runner"]) == (said.status, [each["guard"] for each in campaign["refusals"]])
    assert "wang@desk" in campaign["refusals"][0]["message"]
    assert "looking again" in said.err
    assert [] == jobs(shell)


def test_ctrl_c_while_it_sleeps(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    shell.tree.text("soon", more=opening(30))

    def stop() -> None:
        raise KeyboardInterrupt

    during_the_sleep(shell, monkeypatch, stop)
    assert (130, {"soon": "new"}) == wait(shell, "45m")


def test_a_send_in_doubt_is_not_repeated_by_a_later_opening(shell: Shell):
    """One repetition a run, and the whole wait is one run; nothing else of the account goes out meanwhile."""
    shell.tree.text("doubt", content="一", more=opening(-10))
    shell.tree.text("then", content="二", more=opening(30))
    shell("plan", "--sandbox")
    shell.faults(lost(SENDALL, "request_lost", times=9))
    status, found = wait(shell, "45m")
    assert (4, "in_doubt", "new") == (status, found["doubt"], found["then"])


def test_consent_is_needed_for_what_is_still_to_come(shell: Shell):
    shell.tree.text("soon", more=opening(30))
    said = shell("apply", "--sandbox", "--wait", "45m")
    assert (2, {}) == (said.status, shell.report()["calls"])
    assert 0 == shell("apply", "--sandbox", "--wait", "10m").status


@pytest.mark.parametrize(
    "arguments",
    [
        ["--wait", "45"],
        ["--wait", "8d"],
        ["--wait", "1h", "--until", "draft"],
        ["--wait", "1h", "--plan", "x.json"],
    ],
)
def test_what_makes_no_sense_is_wrong_usage(shell: Shell, arguments: list[str]):
    shell.tree.text("soon", more=opening(30))
    assert 2 == shell("apply", "--sandbox", *arguments).status


def tips(monkeypatch: pytest.MonkeyPatch, *seen: Tip | None) -> None:
    """Let each look at the remote find the next of these, and the last one from then on."""
    left = [*seen]
    monkeypatch.setattr("massctl.cli.commands.apply.TIP_SECONDS", 0.0)
    monkeypatch.setattr(Session, "_tip", lambda *_: left.pop(0) if len(left) > 1 else left[0])
    monkeypatch.setattr(Session, "compared", lambda _, tip, __: tip)


HERE = Tip("main", "origin", "a" * 40, "a" * 40)


def test_it_ends_when_the_branch_moved_on(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    """The run of the new commit takes over; this one kept the lane until its window ended."""
    shell.tree.text("soon", more=opening(30))
    tips(monkeypatch, HERE, replace(HERE, there="b" * 40))
    said = shell("apply", "--sandbox", "--yes", "--wait", "45m")
    assert (0, 0, True) == (
        said.status,
        len(jobs(shell)),
        "this run ends without waiting further" in said.err,
    )


@pytest.mark.parametrize(
    "seen", [None, replace(HERE, unread="no network")], ids=["no branch", "nobody knows"]
)
def test_it_stays_where_nobody_knows_that_it_moved(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, seen: Tip | None
):
    shell.tree.text("soon", more=opening(30))
    looks = [HERE, seen, HERE] if seen is not None else [None]
    tips(monkeypatch, *looks)
    assert (0, {"soon": "sending"}) == wait(shell, "45m")


def test_a_brake_that_is_set_meanwhile_is_told_once(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    shell.tree.text("soon", more=opening(30))
    tips(monkeypatch, HERE, replace(HERE, stop_branches=((STOP_BRANCH, None),)))
    said = shell("apply", "--sandbox", "--yes", "--wait", "45m")
    assert (5, 0, 1) == (
        said.status,
        len(jobs(shell)),
        said.err.count("somebody stopped all sends"),
    )
