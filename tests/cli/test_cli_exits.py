"""Each of the eight exit statuses, reached the way a person would reach it."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from pydantic_core import SchemaError
from repositories import APPID, window

from massctl.model.entries import Entry, SendAttempted
from massctl.model.state import State

PAST = window("2026-12-01T09:00:00+08:00", "2026-12-01T10:00:00+08:00")
DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
LATER = window("2026-12-03T11:00:00+08:00", "2026-12-03T13:00:00+08:00")


def apply(shell: Shell, *more: str) -> int:
    return shell("apply", *more, "--sandbox", "--yes").status


def test_0_a_whole_send(shell: Shell):
    shell.tree.news()
    assert 0 == apply(shell, "letter")


def test_0_nothing_to_do(shell: Shell):
    shell.tree.text()
    apply(shell, "notice")
    assert 0 == apply(shell, "notice")


def test_0_not_yet_due(shell: Shell):
    shell.tree.text(more=LATER)
    assert 0 == apply(shell)


def test_0_a_job_that_is_still_sending(shell: Shell):
    shell.tree.text()
    apply(shell, "notice")
    said = shell("status", "--sandbox", "--format", "json")
    assert (0, "sending") == (said.status, said.document["campaigns"][0]["status"])


def test_1_an_invalid_campaign(shell: Shell):
    shell.tree.text(more="surprise: 1\n")
    assert [1, 1, 1] == [shell("validate").status, shell("plan").status, apply(shell)]


def test_1_an_invalid_campaign_stops_only_itself(shell: Shell):
    shell.tree.text("broken", more="surprise: 1\n")
    shell.tree.text("notice", more=DUE)
    said = shell("apply", "--sandbox", "--yes", "--format", "json")
    statuses = {c["name"]: c["status"] for c in said.document["campaigns"]}
    assert (1, {"broken": "new", "notice": "sending"}) == (said.status, statuses)


def test_1_a_broken_massctl_yaml_stops_everything(shell: Shell):
    shell.tree.text()
    shell.tree.write("massctl.yaml", "version: 1\naccounts: {}\nsurprise: 1\n")
    assert [1, 1, 1, 1, 1] == [
        shell("validate").status,
        shell("plan").status,
        apply(shell, "notice"),
        shell("status").status,
        shell("state", "show").status,
    ]


def test_1_a_failed_upload(shell: Shell):
    shell.tree.news()
    shell.faults(lost("material/add_material", "busy", times=10))
    assert 1 == apply(shell, "letter")


def test_1_a_rejected_send(shell: Shell):
    """People used the month's four sends to everybody in the console, which nobody told the ledger: 45028."""
    shell.tree.text("n0")
    shell("plan", "--sandbox")
    for _ in range(4):
        shell.control("website_send", {"appid": APPID})
    assert 1 == apply(shell, "n0")


def test_5_a_fifth_send_of_the_month(shell: Shell):
    """A service account has four sends to everybody in a month, and the ledger knows of four."""
    for number in range(5):
        shell.tree.text(f"n{number}", content=f"第 {number} 条")
    statuses = [apply(shell, f"n{number}") for number in range(5)]
    assert [0, 0, 0, 0, 5] == statuses


def test_1_a_secret_that_is_not_set(shell: Shell):
    shell.tree.text(more=DUE)
    said = shell("apply", "--yes")
    assert 1 == said.status
    assert "WECHAT_MAIN_SECRET" in said.out + said.err


def test_2_no_massctl_yaml(shell: Shell):
    (shell.root / "massctl.yaml").unlink()
    verbs = (
        ["validate"],
        ["plan"],
        ["apply", "--sandbox"],
        ["status"],
        ["state", "show"],
        ["render", "x", "--out", "o"],
    )
    assert [2] * 6 == [shell(*verb).status for verb in verbs]


def test_2_consent_is_missing_and_no_request_was_made(shell: Shell):
    shell.tree.news()
    said = shell("apply", "letter", "--sandbox")
    assert (2, "") == (said.status, said.out)
    assert "--yes" in said.err
    assert {} == shell.report()["calls"]
    assert not (shell.root / ".massctl/sandbox/massctl.state.jsonl").exists()


@pytest.mark.parametrize("until", ["upload", "draft", "preview"])
def test_until_never_asks(shell: Shell, until: str):
    shell.tree.news()
    assert 0 == shell("apply", "letter", "--sandbox", "--until", until).status
    assert [] == shell.report()["jobs"]


def test_3_a_bug_of_ours(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("massctl.cli.planner.make_plan", lambda *_, **__: 1 / 0)
    shell.tree.text()
    assert 3 == shell("plan").status


def test_4_no_clear_answer_twice(shell: Shell):
    shell.tree.text()
    shell.faults(lost(SENDALL, "busy", times=2))
    said = shell("apply", "notice", "--sandbox", "--yes", "--format", "json")
    assert (4, 4) == (said.status, said.document["exit_status"])
    assert "in_doubt" == said.document["campaigns"][0]["status"]


def test_4_with_no_wait_it_is_not_repeated(shell: Shell):
    shell.tree.text()
    shell.faults(lost(SENDALL, "busy"))
    assert 4 == apply(shell, "notice", "--no-wait")
    assert 1 == shell.report()["calls"]["/cgi-bin/message/mass/sendall"]["count"]


def test_4_comes_before_1_and_5(shell: Shell):
    shell.tree.text("broken", more="surprise: 1\n")
    shell.tree.text("late", more=PAST)
    shell.tree.text("notice", content="一", more=DUE)
    shell.faults(lost(SENDALL, "busy", times=2))
    assert 4 == apply(shell)


def test_0_one_lost_answer_is_settled_in_the_same_run(shell: Shell):
    shell.tree.text()
    shell.faults(lost(SENDALL))
    assert 0 == apply(shell, "notice")
    assert 1 == len(shell.report()["jobs"])


def test_5_a_refusal(shell: Shell):
    shell.tree.text()
    shell.tree.settings(policy="  sending: disabled\n")
    said = shell("apply", "notice", "--sandbox", "--format", "json")
    guards = [refusal["guard"] for refusal in said.document["campaigns"][0]["refusals"]]
    assert (5, ["kill_switch"]) == (said.status, guards)


def test_0_what_waits_for_its_name_is_no_finding(shell: Shell):
    shell.tree.text()
    shell.tree.settings(policy="  sending: disabled\n")
    said = shell("apply", "--sandbox", "--yes", "--format", "json")
    assert (0, "not_named") == (said.status, said.document["campaigns"][0]["refusals"][0]["guard"])
    assert 0 == shell("plan", "--sandbox", "--detailed-exitcode").status
    told = shell("apply", "--sandbox", "--yes").out
    assert ("sent only by name" in told, "refused 1" in told, "not_named" in told) == (
        True,
        False,
        False,
    )


def test_5_the_run_that_finds_a_window_expired(shell: Shell):
    shell.tree.text("late", more=PAST)
    assert 5 == apply(shell)


def test_5_the_answer_no(shell: Shell):
    shell.tree.text()
    assert 5 == shell("apply", "notice", "--sandbox", typed="no\n").status
    assert [] == shell.report()["jobs"]


def test_5_the_end_of_input_is_no_yes(shell: Shell):
    shell.tree.text()
    assert 5 == shell("apply", "notice", "--sandbox", typed="").status


@pytest.mark.parametrize("answer", ["yes\n", "YES \n", "是\n"])
def test_0_a_clear_yes(shell: Shell, answer: str):
    shell.tree.text()
    assert 0 == shell("apply", "notice", "--sandbox", typed=answer).status
    assert 1 == len(shell.report()["jobs"])


@pytest.mark.parametrize(
    "answer",
    ["y\n", "ok\n", "yes please\n", "好\n", "\udce6\n".encode("utf-8", "replace").decode()],
)
def test_5_anything_but_yes_is_no(shell: Shell, answer: str):
    shell.tree.text()
    assert 5 == shell("apply", "notice", "--sandbox", typed=answer).status


def test_5_a_refusal_in_a_plan_with_detailed_exitcode(shell: Shell):
    shell.tree.text(more=DUE)
    shell.tree.settings(policy="  sending: disabled\n")
    assert [0, 5] == [shell("plan").status, shell("plan", "--detailed-exitcode").status]


def test_6_a_plan_that_would_do_something(shell: Shell):
    shell.tree.text(more=DUE)
    assert [0, 6] == [shell("plan").status, shell("plan", "--detailed-exitcode").status]


def test_0_a_plan_with_nothing_to_do(shell: Shell):
    shell.tree.text(more=DUE)
    apply(shell)
    assert 0 == shell("plan", "--sandbox", "--detailed-exitcode").status


def test_1_comes_before_6(shell: Shell):
    shell.tree.text("broken", more="surprise: 1\n")
    shell.tree.text("notice", more=DUE)
    assert 1 == shell("plan", "--detailed-exitcode").status


def test_130_interrupted_while_planning(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("massctl.cli.planner.make_plan", stop)
    shell.tree.text()
    said = shell("plan")
    assert (130, "") == (said.status, said.out)
    assert "interrupted" in said.err


def test_130_also_where_a_library_makes_another_error_of_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    """As pydantic-core does while it builds what writes an entry."""

    def stop(*_: object, **__: object) -> None:
        raise SchemaError("Error building `literal` serializer:\n  KeyboardInterrupt: ")

    shell.tree.text()
    with monkeypatch.context() as patch:
        patch.setattr("massctl.apply.journal.NewEntry", stop)
        said = shell("apply", "notice", "--sandbox", "--yes", "--format", "json")
    assert (130, 130) == (said.status, said.document["exit_status"])
    assert 0 == apply(shell, "notice")


def test_130_interrupted_at_the_question(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    def stop(_self: object, _question: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("massctl.cli.consent.AskOnTerminal.__call__", stop)
    shell.tree.text()
    assert 130 == shell("apply", "notice", "--sandbox", typed="").status
    assert [] == shell.report()["jobs"]


def test_4_interrupted_while_an_attempt_is_open(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    def stop(_self: object, _seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("massctl.cli.clocks.SandboxClock.sleep", stop)
    shell.tree.text()
    shell.faults(lost(SENDALL))
    said = shell("apply", "notice", "--sandbox", "--yes", "--format", "json")
    assert (4, 4) == (said.status, said.document["exit_status"])


@pytest.mark.parametrize(
    "moment",
    [
        "massctl.cli.planner.make_plan",
        "massctl.cli.commands.apply._execute",
        "massctl.view.verbs_json.apply_json",
    ],
)
def test_4_interrupted_where_an_earlier_run_left_an_attempt_open(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, moment: str
):
    """Before this run did anything, and while it tells what it did: the ledger is what decides."""
    shell.tree.settings(in_doubt="stop")
    shell.tree.text()
    shell.faults(lost(SENDALL))
    assert 4 == apply(shell, "notice")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(moment, stop)
    said = shell("apply", "notice", "--sandbox", "--yes", "--format", "json")
    assert (4, 4) == (said.status, said.document["exit_status"])
    assert "a send is in doubt" in said.err


def test_4_interrupted_before_the_run_knew_what_it_had_written(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    """The signal comes between the write of the attempt and the run's taking note of it."""
    absorb = State.absorb_all

    def stop(state: State, new: Iterable[Entry]) -> None:
        found = list(new)
        if state.serial and len(found) == 1 and isinstance(found[0].event, SendAttempted):
            raise KeyboardInterrupt
        absorb(state, found)

    monkeypatch.setattr(State, "absorb_all", stop)
    shell.tree.text()
    said = shell("apply", "notice", "--sandbox", "--yes", "--format", "json")
    assert (4, "in_doubt") == (said.status, said.document["campaigns"][0]["status"])


def test_130_a_plan_is_interrupted_whatever_the_ledger_says(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    shell.tree.settings(in_doubt="stop")
    shell.tree.text()
    shell.faults(lost(SENDALL))
    assert 4 == apply(shell, "notice")
    monkeypatch.setattr("massctl.cli.planner.make_plan", stop)
    assert 130 == shell("plan", "--sandbox").status


def test_1_a_job_that_wechat_failed_is_learnt_once(shell: Shell):
    """The administrator declines a held send: one `apply` learns that the job failed, and later runs know it."""
    shell.tree.text()
    shell("plan", "--sandbox")
    shell.control("accounts", {"appid": APPID, "protection": True})
    statuses = [apply(shell, "notice")]
    shell.control("admin", {"appid": APPID, "confirm": False})
    shell.set_time(NOON + timedelta(minutes=5))
    statuses += [apply(shell, "notice"), shell("status", "--sandbox").status]
    assert [0, 1, 0] == statuses


def test_0_a_job_that_is_done(shell: Shell):
    shell.tree.text()
    apply(shell, "notice")
    shell.set_time(NOON + timedelta(hours=1))
    said = shell("status", "--sandbox", "--format", "json")
    assert (0, "sent") == (said.status, said.document["campaigns"][0]["status"])
