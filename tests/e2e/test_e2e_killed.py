"""The end of a run at each request in turn, then `apply` again: followers get it once, whatever the moment was."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from operating import NIGHTLY, Story
from processes import Desk, Gate, Wechat, ended, killed
from repositories import window

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

ALWAYS = window("2020-01-01T00:00:00+08:00", "2099-01-01T00:00:00+08:00")


@dataclass(frozen=True)
class Ending:
    """How a run ends at a request, and at which requests that is tried by day; at night it is at each."""

    how: signal.Signals
    first: int
    step: int

    def numbers(self) -> Iterator[int]:
        return count(1) if NIGHTLY else count(self.first, self.step)


ENDINGS: Final = [
    Ending(signal.SIGKILL, 1, 2),
    Ending(signal.SIGINT, 2, 4),
    Ending(signal.SIGTERM, 4, 4),
]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda each: each.how.name)
@pytest.mark.parametrize(
    "answered", [False, True], ids=["before WeChat got it", "before its answer came"]
)
def test_stopped_at_each_request_in_turn(
    gate: Gate, tmp_path: Path, answered: bool, ending: Ending
):
    """The request that is held when the run ends is lost, or it is carried out and its answer is lost."""
    found: dict[str, list[str]] = {}
    for number in ending.numbers():
        story = Story.begin(gate.target, tmp_path / str(number), "letter", gate.port)
        gate.hold(number, answered=answered)
        run = story.desk.start("apply", "letter", "--yes", "--format", "json")
        if not gate.was_reached(run):
            killed(run)
            break
        run.send_signal(ending.how)
        done = ended(run)
        gate.release(dropped=True)
        path = f"{number} {gate.paths[-1].partition('?')[0]}"
        if ending.how is signal.SIGKILL:
            story.require(done.status == -9, done)
        else:
            story.ended_as_it_says(done, 130)
        story.carry_on()
        if wrong := story.judge():
            found[path] = wrong
    assert number > 8, "the whole send makes more requests than that"
    assert {} == found


@pytest.mark.night
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


@pytest.mark.night
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


@pytest.mark.night
@pytest.mark.parametrize(
    "answered",
    [
        pytest.param(False, marks=pytest.mark.night, id="before WeChat got it"),
        pytest.param(True, id="before its answer came"),
    ],
)
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
    steps = [
        (step["address"], step["reason"]) for step in again.document["campaigns"][0]["performed"]
    ]
    assert (0, [("letter/preview/1", "resubmit")]) == (again.status, steps)
    assert (int(answered), int(answered) + 1) == (before, len(gate.target.report()["previews"]))


@pytest.mark.night
def test_an_open_attempt_stops_the_account_and_not_the_staging(
    gated: Desk, gate: Gate, wechat: Wechat
):
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
    assert (4, {"letter": "new", "notice": "in_doubt", "second": "staged"}) == (
        done.status,
        statuses,
    )
    assert [] == wechat.jobs()
