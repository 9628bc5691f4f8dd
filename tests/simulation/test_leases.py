"""Stories of two runners on one ledger: one is killed, overtaken, or meets an apply, at each boundary of its run.

Judged by what WeChat received: one job for each campaign, and no request of a run that does not hold the lease. Real
processes are killed in tests/e2e/test_e2e_run.py.
"""

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

import pytest
from building import APPID, DAY, HOUR, NOW, house
from copies import replace
from simulation.crashing import Boundaries, Crash
from simulation.scenario import LONG, Situation, begin, run_once, state_of, whole_news, whole_text
from simulation.world import Fault

from massctl.model.entries import Lease, NewEntry
from massctl.model.ids import AccountName, CampaignName
from massctl.model.message import RenderedCampaign, TextMessage, Window
from massctl.model.state import RunnerId
from massctl.plan.quota import Agenda
from massctl.plan.steps import Guard

FIRST, SECOND = RunnerId("aa", "boot 1"), RunnerId("bb", "boot 2")
CAMPAIGNS = [[whole_text(LONG)], [whole_news(LONG)]]
A_LETTER_A_DAY: Final = Agenda({APPID: (AccountName("main"), "subscription")})
MINUTE: Final = timedelta(minutes=1)
SEEDS: Final = range(40 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 1)


def take(situation: Situation, runner: RunnerId, act: str = "taken") -> None:
    """Write the lease as `massctl run` does when it begins, or as a person who puts a runner in another's place."""
    ledger = situation.ledger()
    event = Lease(
        act=act,
        runner=runner.runner,
        boot=runner.boot,
        host="host",
        by="li" if act != "taken" else None,
    )
    ledger.append(
        len(ledger.read(0)), [NewEntry(at=situation.wechat.clock.now(), event=event)], durable=True
    )


def run(
    situation: Situation,
    campaigns: list[RenderedCampaign],
    runner: RunnerId | None,
    boundaries: Boundaries | None = None,
) -> list[str]:
    """Apply as a runner, or as anybody (None); returns the guards that refused, and nothing where it was killed."""
    rules = replace(house(), runner=runner, agenda=A_LETTER_A_DAY)
    try:
        done = run_once(
            situation, campaigns, rules, boundaries or Boundaries(), fresh_rules=lambda: rules
        )
    except Crash:
        return []
    return (
        [each.guard.value for campaign in done.campaigns for each in campaign.refusals]
        if done is not None
        else []
    )


def sends(situation: Situation) -> int:
    """How many requests for a send left, whoever made them."""
    return sum(departure.recipient is None for departure in situation.wechat.departures)


def attempts(situation: Situation) -> int:
    """How many sends were about to leave, as the ledger has it."""
    return sum(entry.event.type == "send_attempted" for entry in situation.ledger().read(0))


def boundaries_of(campaigns: list[RenderedCampaign]) -> int:
    """How many boundaries an undisturbed run of the lease's holder passes."""
    situation, counted = begin(backend="git"), Boundaries()
    take(situation, FIRST)
    run(situation, campaigns, FIRST, counted)
    assert 1 == sends(situation)
    return len(counted.passed)


def settled(situation: Situation, campaigns: list[RenderedCampaign], runner: RunnerId) -> Situation:
    """Let the holder run until nothing is left, with pauses in which WeChat takes a repetition."""
    for _ in range(4):
        situation = situation.after(timedelta(minutes=2))
        run(situation, campaigns, runner)
    return situation


@pytest.mark.parametrize("campaigns", CAMPAIGNS, ids=["text", "news"])
def test_killed_at_each_boundary_another_takes_over_and_the_first_comes_back(
    campaigns: list[RenderedCampaign],
) -> None:
    for number in range(1, boundaries_of(campaigns) + 1):
        situation = begin(backend="git")
        take(situation, FIRST)
        run(situation, campaigns, FIRST, Boundaries(number))
        situation = situation.after(timedelta(minutes=2))
        take(situation, SECOND, "taken_over")
        before = sends(situation)
        refused = run(situation, campaigns, FIRST)
        assert before == sends(situation), number
        situation = settled(situation, campaigns, SECOND)
        assert 1 == len(situation.wechat.jobs), (number, refused)
        assert [] == [r for r in state_of(situation.ledger()).records.values() if r.is_in_doubt], (
            number
        )


@pytest.mark.parametrize("campaigns", CAMPAIGNS, ids=["text", "news"])
def test_taken_over_at_each_boundary_while_the_first_is_at_work(
    campaigns: list[RenderedCampaign],
) -> None:
    """The first finds out at its next durable entry, or behind its attempt: its request never leaves after that."""
    for number in range(1, boundaries_of(campaigns) + 1):
        situation = begin(backend="git")
        take(situation, FIRST)
        left: list[int] = []

        def reach(
            reached: int,
            _: str,
            number: int = number,
            here: Situation = situation,
            left: list = left,
        ) -> None:
            if reached == number and not left:
                left.append(sends(here))
                boundaries, here.disk.boundaries = here.disk.boundaries, Boundaries()
                take(here, SECOND, "taken_over")
                here.disk.boundaries = boundaries

        watched = Boundaries(on_reaching=reach)
        run(situation, campaigns, FIRST, watched)
        name = watched.passed[number - 1]
        # A request that was about to be written in that moment had its last look already.
        assert sends(situation) - left[0] <= ("send_mass" in name), (number, name)
        situation = settled(situation, campaigns, SECOND)
        assert 1 == len(situation.wechat.jobs), (number, name)


@pytest.mark.parametrize("campaigns", CAMPAIGNS, ids=["text", "news"])
def test_an_apply_beside_the_runner_sends_nothing_at_any_boundary(
    campaigns: list[RenderedCampaign],
) -> None:
    for number in range(1, boundaries_of(campaigns) + 1):
        situation = begin(backend="git")
        take(situation, FIRST)
        run(situation, campaigns, FIRST, Boundaries(number))
        situation = situation.after(HOUR)
        before = sends(situation), attempts(situation)
        refused = run(situation, campaigns, None)
        assert before == (sends(situation), attempts(situation)), number
        assert {*refused} <= {Guard.OTHER_RUNNER.value}, number
        situation = settled(situation, campaigns, FIRST)
        assert 1 == len(situation.wechat.jobs), number


def test_two_runners_that_begin_at_once_become_one() -> None:
    """Both read a free ledger; the second one's entry is refused by the append, because the first one's came before."""
    from massctl.errors import LedgerStaleError

    situation = begin(backend="git")
    second = situation.ledger()
    seen = len(second.read(0))
    take(situation, FIRST)
    event = Lease(act="taken", runner=SECOND.runner, boot=SECOND.boot, host="host")
    with pytest.raises(LedgerStaleError):
        second.append(seen, [NewEntry(at=situation.moment, event=event)], durable=True)
    held = state_of(situation.ledger()).lease
    assert FIRST == (held.holder if held else None)


def test_once_it_is_released_every_apply_sends() -> None:
    situation, campaigns = begin(backend="git"), [whole_text(LONG)]
    take(situation, FIRST)
    take(situation, FIRST, "released")
    assert [] == run(situation, campaigns, None)
    assert 1 == len(situation.wechat.jobs)


@dataclass
class Week:
    """Seven days with a merge and a window on each, in which the runner is killed again and again."""

    chance: Random
    situation: Situation = field(default_factory=lambda: begin(backend="git", allowance=1))
    merged: list[RenderedCampaign] = field(default_factory=list)
    holder: RunnerId = FIRST
    kills: int = 0
    refusals: int = 0

    def later(self, gap: timedelta) -> None:
        self.situation = self.situation.after(gap)

    def until(self, moment: datetime) -> None:
        self.later(max(timedelta(0), moment - self.situation.moment))

    def day(self, number: int) -> None:
        """Merge a letter before its window or in it; before the window ends, a run is left alone."""
        opens = NOW + number * DAY + self.chance.randrange(60, 300) * MINUTE
        window = Window(opens, opens + 8 * HOUR)
        words = f"第{number}天"
        letter = whole_text(window, content=words) if number % 2 else whole_news(window)
        self.until(opens + self.chance.randrange(-60, 30) * MINUTE)
        self.merged.append(
            replace(letter, name=CampaignName(f"day-{number}"))
            if number % 2
            else told(letter, number)
        )
        for _ in range(90):
            self.later(self.chance.randrange(1, 6) * MINUTE)
            self.others()
            self.kill()
        self.until(opens + 7 * HOUR)
        self.situation = settled(self.situation, self.merged, self.holder)
        sent = [job.at for job in self.situation.wechat.jobs[number:]]
        assert [True] == [window.not_before <= at <= window.not_after for at in sent], (
            number,
            sent,
        )

    def kill(self) -> None:
        """Run, and be killed at a boundary soon; now and then an answer is lost besides."""
        if self.chance.randrange(20) == 0:
            lost = self.chance.choice([Fault.ANSWER_LOST, Fault.REQUEST_LOST])
            self.situation.wechat.coming = [("send_mass", lost)]
        boundaries = Boundaries(self.chance.choice([1, 2, 3, 3, 4, 5, 6, 9]))
        run(self.situation, self.merged, self.holder, boundaries)
        self.kills += len(boundaries.passed) == boundaries.stop_at

    def others(self) -> None:
        """Let a second runner, or an apply of a parallel job, come by: neither sends nor is about to."""
        if self.chance.randrange(4) == 0:
            before = sends(self.situation), attempts(self.situation)
            another = self.chance.choice([SECOND if self.holder is FIRST else FIRST, None])
            refused = run(self.situation, self.merged, another)
            assert before == (sends(self.situation), attempts(self.situation))
            assert {*refused} <= {Guard.OTHER_RUNNER.value}
            self.refusals += len(refused)

    def take_over(self) -> None:
        """A person puts the other machine in the runner's place."""
        self.holder = SECOND
        take(self.situation, SECOND, "taken_over")


def told(letter: RenderedCampaign, number: int) -> RenderedCampaign:
    """Make a letter of its own of the sample."""
    message = letter.message
    assert not isinstance(message, TextMessage)
    article = replace(message.articles[0], title=f"第{number}封信")
    return replace(
        letter, name=CampaignName(f"day-{number}"), message=replace(message, articles=(article,))
    )


@pytest.mark.night
@pytest.mark.parametrize("seed", SEEDS)
def test_a_runner_that_is_killed_for_a_week_loses_nothing_and_sends_nothing_late_or_twice(
    seed: int,
) -> None:
    week = Week(Random(seed))
    take(week.situation, FIRST)
    for number in range(7):
        if number == 4:
            week.take_over()
        week.day(number)
    jobs = week.situation.wechat.jobs
    assert (7, 7) == (len(jobs), len({job.client_msg_id for job in jobs}))
    assert [] == [
        record
        for record in state_of(week.situation.ledger()).records.values()
        if record.is_in_doubt
    ]
    assert (True, True) == (week.kills >= 500, week.refusals > 50), (week.kills, week.refusals)
