"""Thousands of long random stories: campaigns, people, machines, faults and crashes; and that the checkers bite.

A failure prints its seed and the shortest story that goes wrong, ready to be pasted into a test:
`assert [] == tell(Story(…))`. Many more, by night: `PYTHONPATH=tests python -m simulation.walk START COUNT`.

Dice are no proof that a checker bites: each way to be broken has a story of its own, unless many stories tell of it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from copies import replace
from simulation import walk_ledger
from simulation.walk import Story, shortened, story_of, tell, walk, written
from simulation.walk_account import MassJob, Nature
from simulation.walk_declared import Declared, Rules
from simulation.walk_events import Console, Edit, OlderCopy, Policy, Settle, Skew, Verge, Wait
from simulation.walk_people import FIRST, cut
from simulation.walk_remote import RunnerBranch, Server
from simulation.walk_runs import Run, Together
from simulation.walk_world import World

from massctl.apply import context as apply_run
from massctl.apply import drafts, executor, payloads, preflight
from massctl.apply import send as sending
from massctl.apply.executor import _attempt
from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import SendPermit
from massctl.errors import WeChatError
from massctl.ledger import chained_ledger
from massctl.ledger.git_branch import Push, Pushed, Tip
from massctl.model import send as send_model
from massctl.model import state as folding
from massctl.model.entries import Entry, Event, Previewed, SendAttempted, SendRejected
from massctl.model.ids import AccountName, ClientMsgId
from massctl.model.message import RenderedCampaign
from massctl.model.send import InDoubt, Rejected, SendIntent, ToAll, Verdict
from massctl.model.state import Record
from massctl.plan import guards, retry_policy
from massctl.plan.steps import Refusal
from massctl.plan.window import WindowState, window_state

STORIES = 350
"""In each test of fixed seeds: so many that all of them take half a minute. Every night tells others."""
Mutant = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.parametrize("start", range(0, 6 * STORIES, STORIES))
def test_nothing_goes_wrong_in_any_story(start: int) -> None:
    assert None is walk(start, STORIES)


def test_a_story_is_the_same_whenever_it_is_told() -> None:
    """Seeds are reported, so they must mean the same tomorrow and elsewhere."""
    assert story_of(7) == story_of(7) != story_of(8)
    assert ledger_of(story_of(12)) == ledger_of(story_of(12))


def test_stories_go_to_places_where_something_could_go_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What 300 stories lead to, so that a change of the dice does not quietly make them dull."""
    met: Counter[str] = Counter()
    worlds = kept_worlds(monkeypatch)
    for seed in range(300):
        tell(story_of(seed))
    for world in worlds:
        jobs = [job for account in world.accounts.values() for job in account.jobs if job.key]
        met["sent in the console"] += any(job.by_console for job in jobs)
        met["the ledger was an older copy"] += world.forked
        met["sent"] += len(jobs)
        met["sent to a list"] += any(job.openids for job in jobs)
        met["sent to a list that was corrected"] += any(
            is_of_a_corrected_list(world, job) for job in jobs
        )
        met["in git"] += isinstance(world.disk, Server)
        met["sent by a ledger in git"] += isinstance(world.disk, Server) and bool(jobs)
        for entry in world.disk.entries:
            met[entry.event.type] += 1
            met["accepted before"] += getattr(entry.event, "duplicate", False)
    expected = {
        "sent in the console",
        "the ledger was an older copy",
        "sent",
        "accepted before",
        "send_in_doubt",
    }
    expected |= {
        "sent to a list",
        "sent to a list that was corrected",
        "in git",
        "sent by a ledger in git",
    }
    expected |= {
        "send_rejected",
        "send_settled",
        "expired",
        "adopted",
        "draft_deleted",
        "draft_not_saved",
        "previewed",
    }
    assert set() == {each for each in expected if met[each] < (1 if each == "adopted" else 4)}, met


def ledger_of(story: Story) -> bytes:
    """Tell a story and give the ledger's bytes."""
    with pytest.MonkeyPatch.context() as patch:
        worlds = kept_worlds(patch)
        tell(story)
    return worlds[0].disk.bytes()


def kept_worlds(patch: pytest.MonkeyPatch) -> list[World]:
    """Keep the world of every story that is told from now on."""
    worlds: list[World] = []

    def begin(*given: Any, **more: Any) -> World:
        worlds.append(World(*given, **more))
        return worlds[-1]

    patch.setattr("simulation.walk.World", begin)
    return worlds


def is_of_a_corrected_list(world: World, job: MassJob) -> bool:
    """Whether a job went to openids that the list did not name together at first."""
    return bool(job.openids) and job.openids not in cut(FIRST)


def rule_1_recorded_after_the_request(patch: pytest.MonkeyPatch) -> None:
    def late(
        run: apply_run.ApplyContext,
        outcome: CampaignOutcome,
        campaign: RenderedCampaign,
        intent: SendIntent,
    ) -> Verdict:
        clock = run.ports.clock
        permit = preflight.Permit(preflight._ISSUER, intent, 0, clock.now(), clock.now(), clock)
        try:
            verdict = run.ports.wechat(campaign.account).send_mass(intent, permit)
        except WeChatError as error:
            verdict = sending.never_left(error)
        return _attempt(answering(run, lambda *_: verdict), outcome, campaign, intent)

    patch.setattr(executor, "_attempt", late)


def rule_2_a_timeout_is_a_rejection(patch: pytest.MonkeyPatch) -> None:
    def hasty(
        run: apply_run.ApplyContext,
        outcome: CampaignOutcome,
        campaign: RenderedCampaign,
        intent: SendIntent,
    ) -> Verdict:
        def answer(asked: SendIntent, permit: SendPermit) -> Verdict:
            verdict = run.ports.wechat(campaign.account).send_mass(asked, permit)
            return (
                Rejected(-1, None, verdict.reason, "", retryable=True)
                if isinstance(verdict, InDoubt)
                else verdict
            )

        return _attempt(answering(run, answer), outcome, campaign, intent)

    patch.setattr(executor, "_attempt", hasty)


def rule_3_a_rejection_closes_every_attempt(patch: pytest.MonkeyPatch) -> None:
    one = folding.Send.absorb

    def all_of_them(
        send: folding.Send, entry: Entry, attempt: folding.Attempt | None = None
    ) -> object:
        if isinstance(entry.event, SendRejected):
            send.open.clear()
        return one(send, entry, attempt)

    patch.setattr(folding.Send, "absorb", all_of_them)


def rule_4_an_id_for_each_try(patch: pytest.MonkeyPatch) -> None:
    numbers = count()
    patch.setattr(send_model, "client_msg_id", lambda *_: ClientMsgId(f"{next(numbers):032x}"))
    patch.setattr(SendIntent, "_repeats_the_same", lambda _: True)


def rule_5_repeated_past_the_memory(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(retry_policy, "REPEAT_HOURS_MAX", 100)


def rule_6_an_attempt_that_is_not_durable(patch: pytest.MonkeyPatch) -> None:
    durably = LedgerSession.record

    def carelessly(
        book: LedgerSession, event: Event, campaign: RenderedCampaign | None = None
    ) -> Entry:
        return (book.note if isinstance(event, SendAttempted) else durably.__get__(book))(
            event, campaign
        )

    patch.setattr(LedgerSession, "record", carelessly)


def two_runners_append_without_comparing(patch: pytest.MonkeyPatch) -> None:
    def swap(ledger: walk_ledger.DiskLedger, _: int) -> None:
        ledger._serial, ledger._prev = len(ledger._disk.entries), ledger._disk.prev

    patch.setattr(walk_ledger.DiskLedger, "check", swap)
    patch.setattr(folding.State, "absorb", serial_by_serial(folding.State.absorb))


def serial_by_serial(
    absorb: Callable[[folding.State, Entry], None],
) -> Callable[[folding.State, Entry], None]:
    """A fold that skips what it did not read itself."""

    def skipping(state: folding.State, entry: Entry) -> None:
        state.serial = entry.serial - 1
        absorb(state, entry)

    return skipping


def an_older_copy_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(walk_ledger, "set_back", lambda *_: None)


def the_kill_switch_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guards, "kill_switch", lambda _, **__: None)


def the_rules_are_those_of_the_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(apply_run.ApplyContext, "refresh_rules", lambda _: None)


def the_window_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    """Neither before the attempt nor once it is durable: either alone keeps a send from leaving too late."""
    patch.setattr(guards, "_window", lambda *_: None)
    patch.setattr(preflight, "send_refusals", lambda *_: [])
    no_request_is_ever_late(patch)


def no_request_is_ever_late(patch: pytest.MonkeyPatch) -> None:
    """A deadline that is over when it is made would catch what else is forgotten."""
    patch.setattr(preflight.Permit, "has_passed", lambda _: False)


def nobody_reads_the_ledger_again(patch: pytest.MonkeyPatch) -> None:
    """It would catch what a push got wrong."""
    patch.setattr(
        LedgerSession, "entries_after", lambda _, serial: [SimpleNamespace(serial=serial + 1)]
    )


def quiet_hours_are_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guards, "hour_refusals", lambda *_: [])
    no_request_is_ever_late(patch)


def a_doubt_stops_no_other_campaign(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding.State, "in_doubt", lambda *_: [])


def everybody_gets_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(payloads, "ToTag", lambda _: ToAll())
    patch.setattr(SendIntent, "_goes_to_its_audience", lambda _: True)


def a_draft_is_not_read_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sending, "reread_refusal", lambda *_: None)
    a_draft_is_not_read_again_after_a_push(patch)


def a_changed_draft_is_deleted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(drafts, "is_as_saved", lambda *_: True)


def drafts_are_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(executor, "recover_drafts", lambda _: False)


def drafts_never_come_late(patch: pytest.MonkeyPatch) -> None:
    close = drafts._close
    patch.setattr(drafts, "LATE_MAX", timedelta(days=-1))
    patch.setattr(drafts, "_close", lambda run, missing, reason, **_: close(run, missing, reason))


def drafts_are_begun_and_not_durable(patch: pytest.MonkeyPatch) -> None:
    def carelessly(
        book: LedgerSession, events: Sequence[tuple[Event, RenderedCampaign]]
    ) -> list[Entry]:
        return [book.note(event, campaign) for event, campaign in events]

    patch.setattr(LedgerSession, "record_each", carelessly)


def a_preview_of_unknown_outcome_is_repeated(patch: pytest.MonkeyPatch) -> None:
    fold = folding._previewed

    def forgetful(record: Record, event: Any, entry: Entry) -> None:
        fold(
            record, replace(event, outcome="failed") if event.outcome == "unknown" else event, entry
        )

    patch.setattr(folding, "_OF_CAMPAIGN", {**folding._OF_CAMPAIGN, Previewed: forgetful})


def nobody_looks_at_the_clock_after_a_push(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(preflight, "send_refusals", lambda *_: [])
    no_request_is_ever_late(patch)


def only_the_window_is_looked_at_after_a_push(patch: pytest.MonkeyPatch) -> None:
    def window_alone(case: guards.Case, _: guards.Moment) -> list[Refusal]:
        is_over = window_state(case.campaign.window, case.now) is WindowState.EXPIRED
        return [guards.expired_refusal(case.campaign, case.now)] if is_over else []

    patch.setattr(preflight, "send_refusals", window_alone)
    no_request_is_ever_late(patch)


def the_rules_are_not_read_again_after_a_push(patch: pytest.MonkeyPatch) -> None:
    look = preflight.last_look

    def deaf(run: apply_run.ApplyContext, *about: Any) -> preflight.Permit:
        return look(replace(run, ports=replace(run.ports, rules=None)), *about)

    patch.setattr(executor, "last_look", deaf)


def a_draft_is_not_read_again_after_a_push(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(preflight, "reread_refusal", lambda *_: None)


def a_push_without_an_answer_has_arrived(patch: pytest.MonkeyPatch) -> None:
    push = RunnerBranch.push

    def hopefully(branch: RunnerBranch, tip: Tip) -> Pushed:
        pushed = push(branch, tip)
        return Pushed(Push.DONE) if pushed.outcome is Push.UNKNOWN else pushed

    nobody_reads_the_ledger_again(patch)

    patch.setattr(RunnerBranch, "push", hopefully)


def a_lost_race_is_a_won_one(patch: pytest.MonkeyPatch) -> None:
    push = RunnerBranch.push

    def boldly(branch: RunnerBranch, tip: Tip) -> Pushed:
        pushed = push(branch, tip)
        return Pushed(Push.DONE) if pushed.outcome is Push.LOST else pushed

    nobody_reads_the_ledger_again(patch)

    patch.setattr(RunnerBranch, "push", boldly)


def a_branch_that_was_set_back_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(chained_ledger, "set_back", lambda *_: None)


def a_begun_list_may_become_any_other(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guards, "list_changed", lambda *_: None)


WORDS = Declared("words", "text", opens=-1, closes=80)
SALE = Declared("sale", opens=20, closes=30)
LOST, NO_ANSWER = ("send_mass", "REQUEST_LOST"), ("send_mass", "ANSWER_LOST")
OFF = Policy(Rules(sending=False))
BOTH = (replace(WORDS, name="first"), replace(WORDS, name="second"))
NEWS = replace(WORDS, kind="news")
EDITED, EDITED_SALE = Console("edit", "words"), Console("edit", "sale")
USED_UP = ("send_mass", "45028")
SOON_OVER = Declared("words", "text", opens=-1, closes=2)
SLOW, UNANSWERED = ("push", "SLOW"), ("push", "NOT_LEFT")
LETTER = replace(WORDS, people="ABCDEFG")
REFUSED_NEXT = (("send_mass", "NONE"), ("send_mass", "40003"))
"""The first job of a list goes out, and the second is refused."""
ON_TWO_MACHINES = (Run(("first",)), Run(("second",), machine=1))

MUTANTS: list[tuple[Mutant, str, Story | None]] = [
    (rule_1_recorded_after_the_request, "no open attempt", None),
    (
        rule_2_a_timeout_is_a_rejection,
        "went out 2 times",
        Story((WORDS,), (Run(faults=(NO_ANSWER,)), Wait(1450), Run())),
    ),
    (
        rule_3_a_rejection_closes_every_attempt,
        "went out 2 times",
        Story(
            (WORDS,),
            (
                Run(faults=(NO_ANSWER,), no_wait=True),
                Wait(2),
                Run(faults=(USED_UP,)),
                Wait(1450),
                Run(),
            ),
        ),
    ),
    (rule_4_an_id_for_each_try, "went out 2 times", Story((WORDS,), (Run(faults=(NO_ANSWER,)),))),
    (
        rule_5_repeated_past_the_memory,
        "went out 2 times",
        Story((WORDS,), (Run(faults=(NO_ANSWER,), no_wait=True), Wait(1450), Run())),
    ),
    (rule_6_an_attempt_that_is_not_durable, "not durable", None),
    (two_runners_append_without_comparing, "", None),
    (
        an_older_copy_is_believed,
        "went out 2 times",
        Story(BOTH, (*ON_TWO_MACHINES, OlderCopy(100), Wait(1450), Run())),
    ),
    (the_kill_switch_is_not_asked, "the kill switch is on", Story((WORDS,), (OFF, Run()))),
    (
        the_rules_are_those_of_the_start,
        "the kill switch is on",
        Story((WORDS,), (Run(faults=(LOST,), during=(OFF,)),)),
    ),
    (the_window_is_not_asked, "outside its window", None),
    (
        quiet_hours_are_not_asked,
        "is quiet",
        Story((WORDS,), (Policy(Rules(quiet=(11, 14))), Run())),
    ),
    (a_doubt_stops_no_other_campaign, "is in doubt", None),
    (everybody_gets_it, "it goes to ToAll", None),
    (
        a_draft_is_not_read_again,
        "changed in the console",
        Story((NEWS,), (Run(asked=20, during=(EDITED,)),)),
    ),
    (
        a_changed_draft_is_deleted,
        "changed in the console",
        Story((SALE,), (Run(), EDITED_SALE, Edit("sale", edition=1))),
    ),
    (drafts_are_not_looked_for, "are left", Story((SALE,), (Run(crash="after add_draft"),))),
    (drafts_never_come_late, "are left", Story((SALE,), (Run(faults=(("add_draft", "LATE"),)),))),
    (
        drafts_are_begun_and_not_durable,
        "are left",
        Story((SALE,), (Run(crash="after add_draft", power=0),)),
    ),
    (
        a_preview_of_unknown_outcome_is_repeated,
        "again in run",
        Story(
            (replace(WORDS, reviewers=1),),
            (Run(until="PREVIEW", faults=(("preview", "REQUEST_LOST"),)),),
        ),
    ),
    (
        nobody_looks_at_the_clock_after_a_push,
        "outside its window",
        Story((SOON_OVER,), (Verge("words"), Run(faults=(SLOW,))), in_git=True),
    ),
    (
        only_the_window_is_looked_at_after_a_push,
        "is quiet",
        Story(
            (WORDS,), (Policy(Rules(quiet=(13, 14))), Wait(55), Run(faults=(SLOW,))), in_git=True
        ),
    ),
    (
        the_rules_are_not_read_again_after_a_push,
        "the kill switch is on",
        Story(
            (WORDS,), (Run(until="PREVIEW"), Run(faults=(UNANSWERED,), during=(OFF,))), in_git=True
        ),
    ),
    (
        a_draft_is_not_read_again_after_a_push,
        "changed in the console",
        Story(
            (NEWS,),
            (Run(until="PREVIEW"), Run(faults=(UNANSWERED,), during=(EDITED,))),
            in_git=True,
        ),
    ),
    (
        a_push_without_an_answer_has_arrived,
        "no open attempt",
        Story((WORDS,), (Run(faults=(UNANSWERED,)),), in_git=True),
    ),
    (
        a_lost_race_is_a_won_one,
        "no open attempt",
        Story(
            BOTH,
            (Together(Run(("first",)), Run(("second",)), "10000011101011010011"),),
            in_git=True,
        ),
    ),
    (
        a_branch_that_was_set_back_is_believed,
        "went out 2 times",
        Story(BOTH, (*ON_TWO_MACHINES, OlderCopy(100), Wait(1450), Run()), in_git=True),
    ),
    (
        a_begun_list_may_become_any_other,
        "to oC",
        Story((LETTER,), (Run(faults=REFUSED_NEXT), Edit("words", people="ZABCDEFG"), Run())),
    ),
]
"""Each way to be broken, how the checkers say it, and a story that is enough; without one the first sixty tell."""


@pytest.mark.parametrize(
    ("mutant", "how", "story"), MUTANTS, ids=[each.__name__ for each, _, _ in MUTANTS]
)
def test_the_checkers_notice(
    mutant: Mutant, how: str, story: Story | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if story is not None:
        assert [] == tell(story)
    mutant(monkeypatch)
    stories = [story] if story is not None else [story_of(seed) for seed in range(60)]
    assert any(how in wrong for each in stories for wrong in tell(each))


def test_a_failing_story_is_shortened_to_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is written so that Python reads it back."""
    the_kill_switch_is_not_asked(monkeypatch)
    long = Story(
        (
            Declared("sale", reviewers=2),
            Declared("words", "text", opens=-1, closes=80, reviewers=1),
        ),
        (
            Wait(31),
            Run(until="DRAFT", faults=(("add_draft", "LATE"),), power=2),
            Skew(1, 40),
            Edit("sale", version=1),
            Policy(Rules(sending=False, in_doubt="stop")),
            Console("edit", "sale"),
            Together(Run(("words",), order=2), Run(until="UPLOAD"), "0110"),
            Settle("words"),
            OlderCopy(3),
        ),
        Nature(allowance=1),
    )
    shortest = shortened(long)
    expected = Story(
        (Declared("words", opens=-1, closes=80),), (Policy(Rules(sending=False)), Run())
    )
    assert expected == shortest == eval(written(shortest))


def answering(
    run: apply_run.ApplyContext, answer: Callable[[SendIntent, SendPermit], Verdict]
) -> apply_run.ApplyContext:
    """Give the run with an account behind it that answers its send otherwise."""
    real = run.ports.wechat

    def account(name: AccountName) -> Any:
        there = real(name)
        other: Any = SimpleNamespace(
            send_mass=answer,
            require_token=there.require_token,
            get_draft=there.get_draft,
            audience_count=there.audience_count,
            tags=there.tags,
        )
        return other

    return replace(run, ports=replace(run.ports, wechat=account))
