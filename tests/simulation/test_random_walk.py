"""Thousands of long random stories: campaigns, people, machines, faults and crashes; and that the checkers bite.

A failure prints its seed and the shortest story that goes wrong, ready to be pasted into a test:
`assert [] == tell(Story(…))`. Many more, by night: `PYTHONPATH=tests python -m simulation.walk START COUNT`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from simulation import walk_ledger
from simulation.walk import Story, shortened, story_of, tell, walk, written
from simulation.walk_account import Nature
from simulation.walk_declared import Declared, Rules
from simulation.walk_events import Console, Edit, OlderCopy, Policy, Settle, Skew, Wait
from simulation.walk_runs import Run, Together
from simulation.walk_world import World

from massctl.apply import draft_deleting, draft_saving, executor, leaving, recovery, sending
from massctl.apply import run as apply_run
from massctl.apply.book import Book
from massctl.apply.executor import _attempt
from massctl.errors import WeChatError
from massctl.model import state as folding
from massctl.model.ledger import Entry, Event, SendAttempted, SendRejected
from massctl.model.names import ClientMsgId
from massctl.model.rendered import RenderedCampaign
from massctl.model.send import InDoubt, MassSend, Rejected, ToAll, Verdict
from massctl.model.state import Record
from massctl.plan import doubt, guard

STORIES = 500
"""In each test of fixed seeds."""
Mutant = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.parametrize("start", range(0, 6 * STORIES, STORIES))
def test_nothing_goes_wrong_in_any_story(start: int) -> None:
    assert None is walk(start, STORIES)


def test_a_story_is_the_same_whenever_it_is_told() -> None:
    """Seeds are reported, so they must mean the same tomorrow and elsewhere."""
    assert story_of(7) == story_of(7) != story_of(8)
    assert ledger_of(story_of(12)) == ledger_of(story_of(12))


def test_stories_go_to_places_where_something_could_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """What 200 stories lead to, so that a change of the dice does not quietly make them dull."""
    met: Counter[str] = Counter()
    judge = SimpleNamespace(worlds=[])
    monkeypatch.setattr("simulation.walk.World", lambda *given: judge.worlds.append(World(*given)) or judge.worlds[-1])
    for seed in range(200):
        tell(story_of(seed))
    for world in judge.worlds:
        jobs = [job for account in world.accounts.values() for job in account.jobs if job.key]
        met["sent in the console"] += any(job.by_console for job in jobs)
        met["the ledger was an older copy"] += world.forked
        met["sent"] += len(jobs)
        for entry in world.disk.entries:
            met[entry.event.type] += 1
            met["accepted before"] += getattr(entry.event, "duplicate", False)
    expected = {"sent in the console", "the ledger was an older copy", "sent", "accepted before", "send_in_doubt"}
    expected |= {"send_rejected", "send_settled", "expired", "adopted", "draft_deleted", "draft_not_saved", "previewed"}
    assert set() == {each for each in expected if met[each] < (1 if each == "adopted" else 4)}, met


def ledger_of(story: Story) -> bytes:
    """Tell a story and give the ledger's bytes."""
    worlds: list[World] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.walk.World", lambda *given: worlds.append(World(*given)) or worlds[-1])
        tell(story)
    return worlds[0].disk.bytes()


def rule_1_recorded_after_the_request(patch: pytest.MonkeyPatch) -> None:
    def late(run: apply_run.Run, campaign: RenderedCampaign, batch: int | None) -> Verdict:
        send = sending.mass_send(campaign, run.book.state, batch, run.world.openids)
        try:
            verdict = run.world.wechat(campaign.account).send_mass(send)
        except WeChatError as error:
            verdict = sending.never_left(error)
        return _attempt(answering(run, lambda _: verdict), campaign, batch)

    patch.setattr(executor, "_attempt", late)


def rule_2_a_timeout_is_a_rejection(patch: pytest.MonkeyPatch) -> None:
    def hasty(run: apply_run.Run, campaign: RenderedCampaign, batch: int | None) -> Verdict:
        def answer(asked: MassSend) -> Verdict:
            verdict = run.world.wechat(campaign.account).send_mass(asked)
            return Rejected(-1, None, verdict.reason, "", retryable=True) if isinstance(verdict, InDoubt) else verdict

        return _attempt(answering(run, answer), campaign, batch)

    patch.setattr(executor, "_attempt", hasty)


def rule_3_a_rejection_closes_every_attempt(patch: pytest.MonkeyPatch) -> None:
    one = folding._into_attempts

    def all_of_them(record: Record, entry: Entry) -> None:
        one(record, entry)
        if isinstance(entry.event, SendRejected):
            for attempt in record.attempts:
                attempt.open = False

    patch.setattr(folding, "_into_attempts", all_of_them)


def rule_4_an_id_for_each_try(patch: pytest.MonkeyPatch) -> None:
    numbers = count()
    patch.setattr(sending, "client_msg_id", lambda *_: ClientMsgId(f"{next(numbers):032x}"))
    patch.setattr(sending, "_identical", lambda *_: None)


def rule_5_repeated_past_the_memory(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(doubt, "REPEAT_HOURS_MAX", 100)


def rule_6_an_attempt_that_is_not_durable(patch: pytest.MonkeyPatch) -> None:
    durably = Book.record

    def carelessly(book: Book, event: Event, campaign: RenderedCampaign | None = None) -> Entry:
        return (book.note if isinstance(event, SendAttempted) else durably.__get__(book))(event, campaign)

    patch.setattr(Book, "record", carelessly)


def two_runners_append_without_comparing(patch: pytest.MonkeyPatch) -> None:
    def swap(ledger: walk_ledger.DiskLedger, _: int) -> None:
        ledger._serial, ledger._prev = len(ledger._disk.entries), ledger._disk.prev

    patch.setattr(walk_ledger.DiskLedger, "check", swap)
    patch.setattr(folding.State, "absorb", serial_by_serial(folding.State.absorb))


def serial_by_serial(absorb: Callable[[folding.State, Entry], None]) -> Callable[[folding.State, Entry], None]:
    """A fold that skips what it did not read itself."""

    def skipping(state: folding.State, entry: Entry) -> None:
        state.serial = entry.serial - 1
        absorb(state, entry)

    return skipping


def an_older_copy_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(walk_ledger, "require_newest", lambda *_: None)


def the_kill_switch_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guard, "_kill_switch", lambda _: None)


def the_rules_are_those_of_the_start(patch: pytest.MonkeyPatch) -> None:
    made = apply_run.World.__init__

    def deaf(world: apply_run.World, *ports: Any, **more: Any) -> None:
        made(world, *ports, **{**more, "house": None})

    patch.setattr(apply_run.World, "__init__", deaf)


def the_window_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    """Neither before the attempt nor once it is durable: either alone keeps a send from leaving too late."""
    patch.setattr(guard, "_window", lambda *_: None)
    patch.setattr(leaving, "late_refusals", lambda *_: [])


def quiet_hours_are_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guard, "hour_refusals", lambda *_: [])


def a_doubt_stops_no_other_campaign(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding.State, "in_doubt", lambda *_: [])


def everybody_gets_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sending, "ToTag", lambda _: ToAll())


def a_draft_is_not_read_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sending, "_read_again", lambda *_: None)


def a_changed_draft_is_deleted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(draft_deleting, "is_as_saved", lambda *_: True)


def drafts_are_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    for module in (executor, draft_saving):
        patch.setattr(module, "recover_drafts", lambda run: None)
    patch.setattr(draft_deleting, "look_once_more", lambda run: None)


def drafts_never_come_late(patch: pytest.MonkeyPatch) -> None:
    close = recovery._close
    patch.setattr(recovery, "GIVEN_UP_AFTER", timedelta(0))
    patch.setattr(recovery, "_close", lambda run, missing, reason, **_: close(run, missing, reason))


def drafts_are_begun_and_not_durable(patch: pytest.MonkeyPatch) -> None:
    def carelessly(book: Book, events: Sequence[tuple[Event, RenderedCampaign]]) -> list[Entry]:
        return [book.note(event, campaign) for event, campaign in events]

    patch.setattr(Book, "record_each", carelessly)


def a_preview_of_unknown_outcome_is_repeated(patch: pytest.MonkeyPatch) -> None:
    fold = folding.absorb_preview

    def forgetful(previews: Any, shown: dict[str, int], event: Any, serial: int) -> None:
        event = event.model_copy(update={"outcome": "failed"}) if event.outcome == "unknown" else event
        fold(previews, shown, event, serial)

    patch.setattr(folding, "absorb_preview", forgetful)


WORDS = Declared("words", "text", opens=-1, closes=80)
SALE = Declared("sale", opens=20, closes=30)
LOST, NO_ANSWER = ("send_mass", "REQUEST_LOST"), ("send_mass", "ANSWER_LOST")
OFF = Policy(Rules(sending=False))
BOTH = (replace(WORDS, name="first"), replace(WORDS, name="second"))
ON_TWO_MACHINES = (Run(("first",)), Run(("second",), machine=1))

MUTANTS: list[tuple[Mutant, str, Story | None]] = [
    (rule_1_recorded_after_the_request, "no open attempt", None),
    (
        rule_2_a_timeout_is_a_rejection,
        "went out 2 times",
        Story((WORDS,), (Run(faults=(NO_ANSWER,)), Wait(1450), Run())),
    ),
    (rule_3_a_rejection_closes_every_attempt, "", None),
    (rule_4_an_id_for_each_try, "went out 2 times", None),
    (rule_5_repeated_past_the_memory, "went out 2 times", None),
    (rule_6_an_attempt_that_is_not_durable, "not durable", None),
    (two_runners_append_without_comparing, "", None),
    (
        an_older_copy_is_believed,
        "went out 2 times",
        Story(BOTH, (*ON_TWO_MACHINES, OlderCopy(100), Wait(1450), Run())),
    ),
    (the_kill_switch_is_not_asked, "the kill switch is on", None),
    (the_rules_are_those_of_the_start, "the kill switch is on", Story((WORDS,), (Run(faults=(LOST,), during=(OFF,)),))),
    (the_window_is_not_asked, "outside its window", None),
    (quiet_hours_are_not_asked, "is quiet", Story((WORDS,), (Policy(Rules(quiet=(11, 14))), Run()))),
    (a_doubt_stops_no_other_campaign, "is in doubt", None),
    (everybody_gets_it, "it goes to ToAll", None),
    (a_draft_is_not_read_again, "changed in the console", None),
    (a_changed_draft_is_deleted, "changed in the console", None),
    (drafts_are_not_looked_for, "are left", Story((SALE,), (Run(crash="after add_draft"),))),
    (drafts_never_come_late, "are left", Story((SALE,), (Run(faults=(("add_draft", "LATE"),)),))),
    (drafts_are_begun_and_not_durable, "are left", Story((SALE,), (Run(crash="after add_draft", power=0),))),
    (a_preview_of_unknown_outcome_is_repeated, "again in run", None),
]
"""Each way to be broken, how the checkers say it, and a story that is enough; without one the dice find it soon."""


@pytest.mark.parametrize(("mutant", "how", "story"), MUTANTS, ids=[each.__name__ for each, _, _ in MUTANTS])
def test_the_checkers_notice(mutant: Mutant, how: str, story: Story | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if story is not None:
        assert [] == tell(story)
    mutant(monkeypatch)
    stories = [story] if story is not None else [story_of(seed) for seed in range(300)]
    assert any(how in wrong for each in stories for wrong in tell(each))


def test_a_failing_story_is_shortened_to_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is written so that Python reads it back."""
    the_kill_switch_is_not_asked(monkeypatch)
    long = Story(
        (Declared("sale", reviewers=2), Declared("words", "text", opens=-1, closes=80, reviewers=1)),
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
    expected = Story((Declared("words", opens=-1, closes=80),), (Policy(Rules(sending=False)), Run()))
    assert expected == shortest == eval(written(shortest))


def answering(run: apply_run.Run, answer: Callable[[MassSend], Verdict]) -> apply_run.Run:
    """Give the run with another account behind it, of which only the send is used."""
    account: Any = SimpleNamespace(send_mass=answer)
    return replace(run, world=replace(run.world, wechat=lambda _: account))
