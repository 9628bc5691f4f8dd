"""A power failure at each request in turn, then `apply` again: followers get it once, whatever the moment was."""

from itertools import count
from pathlib import Path

import pytest
from processes import Desk, Gate, Wechat, killed
from repositories import window

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

ALWAYS = window("2020-01-01T00:00:00+08:00", "2099-01-01T00:00:00+08:00")


@pytest.mark.parametrize("answered", [False, True], ids=["before WeChat got it", "before its answer came"])
def test_killed_at_each_request_in_turn(gate: Gate, tmp_path: Path, answered: bool):
    """The request that is held when the power fails is lost, or it is carried out and its answer is lost."""
    wechat = gate.target
    for number in count(1):
        wechat.reset()
        desk = Desk.at(tmp_path / str(number), wechat, gate.port)
        desk.tree.news("letter", more="preview:\n  towxname: [editor_lin]\n")
        gate.hold(number, answered=answered)
        run = desk.start("apply", "letter", "--yes", "--format", "json")
        if not gate.was_reached(run):
            killed(run)
            break
        killed(run)
        path = gate.paths[-1].partition("?")[0]
        gate.release(dropped=True)
        wechat.later()
        again = desk.apply("letter")
        report = wechat.report()
        violations = {violation["kind"] for violation in report["violations"]}
        assert (0, 1) == (again.status, len(report["jobs"])), path
        # An upload that nobody lived to record is made once more; nothing else may look like a second try.
        assert violations <= {"second_upload"}, path
        assert len(report["previews"]) <= 1, path
    assert number > 8, "the whole send makes more requests than that"


def test_a_request_that_arrives_after_its_repetition(gated: Desk, gate: Gate):
    """The line keeps the first request for minutes, and delivers it when the second run is done already."""
    gate.hold(path="/cgi-bin/message/mass/sendall")
    run = gated.start("apply", "letter", "--yes")
    assert gate.was_reached(run)
    killed(run)
    gate.target.later()
    again = gated.apply("letter")
    gate.release()
    gate.target.later()
    assert (0, 1) == (again.status, len(gate.target.jobs()))


def test_killed_in_doubt_every_time(gated: Desk, gate: Gate):
    """Two power failures in a row at the same request."""
    for _ in range(2):
        gate.hold(path="/cgi-bin/message/mass/sendall", answered=True)
        run = gated.start("apply", "letter", "--yes")
        assert gate.was_reached(run)
        killed(run)
        gate.release(dropped=True)
        gate.target.later()
    assert 0 == gated.apply("letter").status
    assert 1 == len(gate.target.jobs())


@pytest.mark.parametrize("answered", [False, True], ids=["before WeChat got it", "before its answer came"])
def test_killed_while_it_was_shown(gated: Desk, gate: Gate, answered: bool):
    """Nobody knows whether it arrived: `apply` leaves it at that, and `preview` shows it again on purpose."""
    gate.hold(path="/cgi-bin/message/mass/preview", answered=answered)
    run = gated.start("preview", "letter")
    assert gate.was_reached(run)
    killed(run)
    gate.release(dropped=True)
    gated.massctl("apply", "letter", "--until", "preview")
    before = len(gate.target.report()["previews"])
    again = gated.massctl("preview", "letter", "--format", "json")
    steps = [(step["address"], step["reason"]) for step in again.document["campaigns"][0]["performed"]]
    assert (0, [("letter/preview/1", "resubmit")]) == (again.status, steps)
    assert (int(answered), int(answered) + 1) == (before, len(gate.target.report()["previews"]))


def test_an_open_attempt_stops_the_account_and_not_the_staging(gated: Desk, gate: Gate, wechat: Wechat):
    gated.tree.settings(in_doubt="stop")
    gated.tree.text("notice", more=ALWAYS)
    gated.tree.news("second", title="雨", more=ALWAYS)
    gate.hold(path="/cgi-bin/message/mass/sendall")
    run = gated.start("apply", "notice", "--yes")
    assert gate.was_reached(run)
    killed(run)
    gate.release(dropped=True)
    done = gated.apply()
    statuses = {campaign["name"]: campaign["status"] for campaign in done.document["campaigns"]}
    assert (4, {"letter": "previewed", "notice": "in_doubt", "second": "staged"}) == (done.status, statuses)
    assert [] == wechat.jobs()
