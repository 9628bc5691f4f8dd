"""A whole send by the installed command over real sockets, and what stands on disk afterwards."""

import os
import pty
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from processes import Desk, Gate, Wechat, ended, served
from repositories import SECRET_VARIABLE, window
from said import Said

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


@dataclass(frozen=True)
class Sent:
    """A first send, and an apply after it."""

    desk: Desk
    settings_before: str
    first: Said
    second: Said
    report: dict[str, Any]
    report_after: dict[str, Any]


@pytest.fixture(scope="module")
def sent(server: Wechat, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """The send that several tests look at."""
    server.reset()
    desk = Desk.at(tmp_path_factory.mktemp("sent"), server)
    desk.tree.news("letter", more="preview:\n  towxname: [editor_lin]\n")
    before = desk.tree.read("massctl.yaml")
    first, report = desk.apply("letter"), server.report()
    second, after = desk.apply("letter"), server.report()
    return Sent(desk, before, first, second, report, after)


def test_a_whole_send(sent: Sent):
    (campaign,) = sent.first.document["campaigns"]
    (job,) = sent.report["jobs"]
    assert (0, "sending") == (sent.first.status, campaign["status"])
    assert [(job["msg_id"], job["clientmsgid"])] == [
        (j["msg_id"], j["clientmsgid"]) for j in campaign["jobs"]
    ]
    assert (1, 2, []) == (
        len(sent.report["previews"]),
        len(sent.report["uploads"]),
        sent.report["violations"],
    )
    assert 0 == job["send_ignore_reprint"]


def test_a_second_apply_makes_no_request(sent: Sent):
    assert (0, []) == (sent.second.status, sent.second.document["campaigns"][0]["performed"])
    assert sent.report["calls"] == sent.report_after["calls"]


def test_the_lineage_joins_massctl_yaml_and_every_line_stays(sent: Sent):
    before, after = (
        sent.settings_before.splitlines(),
        sent.desk.tree.read("massctl.yaml").splitlines(),
    )
    added = [line.strip() for line in after if line not in before]
    assert before == [line for line in after if line in before]
    assert f"lineage: {sent.first.document['lineage']}" in added
    assert "commit this" in sent.first.err


def test_the_ledger_verifies_and_holds_no_secret(sent: Sent):
    verified = sent.desk.massctl("state", "verify")
    said = (
        sent.first.out + sent.first.err + verified.out + sent.desk.tree.read("massctl.state.jsonl")
    )
    assert 0 == verified.status
    assert sent.desk.variables[SECRET_VARIABLE] not in said
    assert "access_token" not in said


def test_a_plan_needs_no_secret_and_makes_no_request(desk: Desk, wechat: Wechat):
    desk.variables = {"MASSCTL_API_BASE": desk.variables["MASSCTL_API_BASE"]}
    assert 6 == desk.massctl("plan", "letter", "--detailed-exitcode").status
    assert {} == wechat.report()["calls"]


def test_a_wrong_secret_fails_and_is_not_told(desk: Desk, wechat: Wechat):
    desk.variables["WECHAT_MAIN_SECRET"] = "ffffffffffffffffffffffffffffffff"
    done = desk.apply("letter")
    assert (1, True) == (
        done.status,
        done.document["campaigns"][0]["error"]["errcode"] in (40001, 40125),
    )
    assert "ffffffff" not in done.out + done.err
    assert [] == wechat.jobs()


def test_a_window_is_kept_by_a_clock_that_was_moved(desk: Desk, wechat: Wechat):
    """An hour before the window it stages; within it, it sends; after another, it refuses."""
    opens = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)  # noqa: TID251 - a process has no other clock
    desk.tree.text(
        "notice", more=window(opens.isoformat(), (opens + timedelta(hours=1)).isoformat())
    )
    desk.tree.text(
        "missed",
        content="晚了",
        more=window(opens.isoformat(), (opens + timedelta(minutes=1)).isoformat()),
    )
    early = desk.apply("notice").status
    desk.variables["MASSCTL_CLOCK_OFFSET"] = str(5.5 * 3600)
    due, missed = desk.apply("notice").status, desk.apply("missed").status
    assert (0, 0, 5) == (early, due, missed)
    assert 1 == len(wechat.jobs())


# The ledger


def guards(document: dict[str, list[dict[str, list[dict[str, str]]]]]) -> list[str]:
    return [
        refusal["guard"] for campaign in document["campaigns"] for refusal in campaign["refusals"]
    ]


def test_a_ledger_of_loopback_is_not_used_against_wechat(sent: Sent):
    """The real host is never asked: this is refused before any request, and this machine could not reach it."""
    lineage = sent.first.document["lineage"]
    desk = Desk(sent.desk.tree, {"WECHAT_MAIN_SECRET": "0" * 32})
    desk.tree.settings(state=f"state:\n  lineage: {lineage}\n")
    desk.tree.text("notice")
    done = desk.apply("notice")
    assert (5, ["ledger_foreign"]) == (done.status, guards(done.document))


@pytest.mark.parametrize("ahead", [300, pytest.param(-300, marks=pytest.mark.night)])
def test_a_clock_that_is_not_wechats_sends_nothing_until_it_is_right(
    desk: Desk, wechat: Wechat, ahead: int
):
    desk.tree.news("letter")
    wechat.control("date", {"ahead_seconds": ahead})
    refused = desk.apply("letter")
    assert (5, ["clock_skew"], []) == (refused.status, guards(refused.document), wechat.jobs())
    wechat.control("date", {"ahead_seconds": 0})
    assert (0, 1) == (desk.apply("letter").status, len(wechat.jobs()))


# Two at once, and people who stop one


@pytest.mark.night
@pytest.mark.parametrize(
    "path", [pytest.param("draft/add", marks=pytest.mark.night), "message/mass/sendall"]
)
def test_two_runners_at_once(gated: Desk, gate: Gate, path: str):
    """The second is refused; an attempt that the first has under way is the first one's, and no doubt of the second."""
    gate.hold(path=f"/cgi-bin/{path}")
    first = gated.start("apply", "letter", "--yes", "--format", "json")
    assert gate.was_reached(first)
    second = gated.apply("letter")
    gate.release()
    assert (0, 5) == (ended(first).status, second.status)
    assert ["other_runner"] == guards(second.document)
    assert 1 == len(gate.target.jobs())


@pytest.mark.night
def test_ctrl_c_before_an_attempt(gated: Desk, gate: Gate):
    gate.hold(path="/cgi-bin/draft/add")
    run = gated.start("apply", "letter", "--yes", "--format", "json")
    assert gate.was_reached(run)
    run.send_signal(signal.SIGINT)
    stopped = ended(run)
    gate.release(dropped=True)
    assert (130, 130) == (stopped.status, stopped.document["exit_status"])
    assert 0 == gated.apply("letter").status
    assert 1 == len(gate.target.jobs())


@pytest.mark.parametrize("answered", [pytest.param(False, marks=pytest.mark.night), True])
def test_ctrl_c_while_an_attempt_is_open(gated: Desk, gate: Gate, answered: bool):
    gate.hold(path="/cgi-bin/message/mass/sendall", answered=answered)
    run = gated.start("apply", "letter", "--yes", "--format", "json")
    assert gate.was_reached(run)
    run.send_signal(signal.SIGINT)
    stopped = ended(run)
    gate.release(dropped=True)
    gate.target.later()
    assert (4, 4) == (stopped.status, stopped.document["exit_status"])
    assert 0 == gated.apply("letter").status
    assert 1 == len(gate.target.jobs())


def at_a_terminal(desk: Desk, *arguments: str, typed: str, ahead: str = "") -> tuple[int, str]:
    """Run a command at a terminal of its own, type `ahead` before it begins, and one line when it asks."""
    master, slave = pty.openpty()
    os.write(master, ahead.encode())
    run = None
    try:
        run = desk.start(*arguments, stdin=slave, stderr=slave)
        os.close(slave)
        seen = b""
        while b"Type `yes`" not in seen:
            seen += os.read(master, 4096)
        os.write(master, typed.encode())
        # A terminal has to be read, or who writes to it waits for ever.
        while run.poll() is None:
            seen += _read(master)
        return run.returncode, seen.decode(errors="replace")
    finally:
        if run is not None:
            with run:
                run.kill()  # Its end is waited for, also where it would ask for ever.
        os.close(master)


def _read(master: int) -> bytes:
    try:
        return os.read(master, 4096)
    except OSError:  # what Linux says when the other side is gone
        return b""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("yes\n", (0, 1)), ("no\n", (5, 0)), pytest.param("\n", (5, 0), marks=pytest.mark.night)],
)
def test_a_person_is_asked_at_a_terminal(
    desk: Desk, wechat: Wechat, typed: str, expected: tuple[int, int]
):
    status, seen = at_a_terminal(desk, "apply", "letter", typed=typed)
    assert expected == (status, len(wechat.jobs()))
    assert "第一封信" in seen


def test_what_was_typed_before_the_question_is_no_answer_to_it(desk: Desk, wechat: Wechat):
    status, _ = at_a_terminal(desk, "apply", "letter", ahead="yes\nyes\n", typed="no\n")
    assert (5, 0) == (status, len(wechat.jobs()))


@pytest.mark.night
def test_a_person_who_was_shown_it_a_moment_ago_may_send_it(desk: Desk, wechat: Wechat):
    """A run without a terminal shows it and stops there; a person who is asked after the preview may go on."""
    desk.tree.settings(policy="  require_preview: true\n")
    desk.tree.text("notice", more="preview:\n  towxname: [editor_lin]\n")
    alone = desk.apply("letter")
    status, seen = at_a_terminal(desk, "apply", "notice", typed="yes\n")
    assert (5, ["preview_missing"]) == (alone.status, guards(alone.document))
    assert (0, 1, 2) == (status, len(wechat.jobs()), len(wechat.report()["previews"]))
    assert "editor_lin" in seen.partition("‼")[2]


def test_without_a_terminal_nothing_is_sent_unasked(desk: Desk, wechat: Wechat):
    done = desk.massctl("apply", "letter")
    assert (2, "") == (done.status, done.out)
    assert {} == wechat.report()["calls"]


# The sandbox itself


def test_a_port_that_is_taken(desk: Desk, wechat: Wechat):
    done = desk.massctl("sandbox", "--port", str(wechat.port))
    assert (2, "") == (done.status, done.out)


@pytest.mark.night
def test_a_sandbox_remembers_between_two_runs(tmp_path: Path):
    with served(tmp_path / "world") as first:
        desk = Desk.at(tmp_path / "repository", first)
        desk.tree.text("notice")
        desk.apply("notice")
    with served(tmp_path / "world") as second:
        assert 1 == len(second.jobs())
