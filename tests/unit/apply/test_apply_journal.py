"""The session with the ledger, and runs that another runner overtakes."""

import pytest
from building import APPID, LINEAGE, NOW, OPEN, article, attempted, house, news, sha, text
from simulation.crashing import Boundaries, CrashingFounding
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault, SimClock, SimLedger

from massctl.apply.executor import REDONE_MAX, retry_if_stale
from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import Outcome
from massctl.errors import LedgerError, LedgerStaleError, LedgerUnreachableError
from massctl.model.entries import Created, Expired, ImageUploaded, NewEntry, Told
from massctl.model.notices import Fact
from massctl.model.state import Record, State
from massctl.plan.plan import Until
from massctl.view.i18n import Language
from massctl.view.outcome import outcome_text
from massctl.view.style import Style
from massctl.view.terminal import Page

WORDS = text("words")
IMAGE = ImageUploaded(appid=APPID, sha256=sha("hero"), url="https://mmbiz.qpic.cn/1/0")
EXPIRED = Expired(not_after=NOW)


def open_book(
    ledger: SimLedger, boundaries: Boundaries | None = None, *, read: bool = False
) -> LedgerSession:
    """Open a book on an empty state, or on what is `read`; with a founding where boundaries are given."""
    state = State()
    state.absorb_all(ledger.read(0) if read else [])
    return LedgerSession(
        ledger, SimClock(NOW), state, CrashingFounding(boundaries) if boundaries else None
    )


class Named:
    """Begins a ledger of this lineage."""

    def __init__(self, lineage: str) -> None:
        self.lineage = lineage

    def created(self) -> Created:
        return Created(lineage=self.lineage, realm="loopback")

    def declare(self, lineage: str) -> None:
        assert lineage == self.lineage


def test_the_first_entry_of_all_founds_the_ledger_and_is_declared_before_anything_else() -> None:
    ledger, boundaries = SimLedger(), Boundaries()
    book = open_book(ledger, boundaries)
    book.note(IMAGE)
    assert ["created", "image_uploaded"] == [entry.event.type for entry in ledger.entries]
    assert ["before declare", "after declare"] == boundaries.passed
    assert (LINEAGE, 1) == (book.state.lineage, ledger.flushed)


def test_the_ledger_is_begun_no_later_than_its_first_entry() -> None:
    """A clock that goes on while the first entry is made."""
    ledger, clock = SimLedger(), SimClock(NOW)

    class Slow(CrashingFounding):
        def created(self) -> Created:
            clock.sleep(7)
            return super().created()

    LedgerSession(ledger, clock, State(), Slow(Boundaries())).note(IMAGE)
    assert [NOW, NOW] == [entry.at for entry in ledger.entries]


def test_a_ledger_may_be_begun_and_nothing_else() -> None:
    ledger, boundaries = SimLedger(), Boundaries()
    state = open_book(ledger, boundaries).begin()
    assert ["created"] == [entry.event.type for entry in ledger.entries]
    assert (LINEAGE, 1, 1) == (state.lineage, state.serial, ledger.flushed)


def test_a_note_is_durable_only_with_the_next_record() -> None:
    ledger = SimLedger()
    book = open_book(ledger)
    book.note(IMAGE)
    assert 0 == ledger.flushed
    book.record(Expired(not_after=NOW), WORDS)
    assert 2 == ledger.flushed


def test_what_is_written_is_in_the_state_at_once() -> None:
    book = open_book(SimLedger())
    entry = book.record(Expired(not_after=NOW), WORDS)
    assert (1, NOW, "words", 1) == (entry.serial, entry.at, entry.campaign, entry.edition)
    assert [NOW] == book.state.record(WORDS.name, 1).expired_at


def test_several_entries_are_one_append_and_none_is_none() -> None:
    ledger = SimLedger()
    book = open_book(ledger)
    book.record_each([])
    assert [] == ledger.entries
    book.record_each([(Expired(not_after=NOW), WORDS)] * 2)
    assert (2, 2) == (len(ledger.entries), ledger.flushed)


def test_a_campaign_may_be_known_by_its_name_only() -> None:
    book = open_book(SimLedger())
    entry = book.record(Expired(not_after=NOW), Record(WORDS.name, 3))
    assert ("words", 3) == (entry.campaign, entry.edition)


def test_what_was_observed_is_written_behind_another_runners_entries() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.record(EXPIRED, WORDS)
    assert [2, 3] == [mine.note(IMAGE).serial, mine.record(EXPIRED, WORDS).serial]
    assert ["expired", "image_uploaded", "expired"] == [
        entry.event.type for entry in ledger.entries
    ]


def test_a_run_sees_what_it_decided_by_and_what_it_found_out_until_it_ends() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.record(EXPIRED, WORDS)
    mine.note(IMAGE)
    assert (1, 1, {}) == (mine.state.serial, len(mine.state.images), mine.state.records)


def test_what_would_begin_something_is_not_written_behind_another_runners_entries() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.note(IMAGE)
    with pytest.raises(LedgerStaleError):
        mine.record(attempted(WORDS)[0], WORDS)
    assert (["image_uploaded"], 0) == (
        [entry.event.type for entry in ledger.entries],
        mine.state.serial,
    )


def test_once_others_wrote_a_run_begins_nothing_more_and_tells_what_it_finds_out() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.note(IMAGE)
    mine.note(IMAGE)
    with pytest.raises(LedgerStaleError, match="another runner"):
        mine.record(attempted(WORDS)[0], WORDS)
    assert 3 == mine.record(EXPIRED, WORDS).serial


def test_what_another_runner_told_a_channel_overtakes_nobody() -> None:
    ledger = SimLedger()
    mine, theirs = open_book(ledger), open_book(ledger)
    for progress in ("begun", "told"):
        theirs.record(Told(fact="ended", channel="HOOK", progress=progress), WORDS)
    assert 3 == mine.record(attempted(WORDS)[0], WORDS).serial
    assert ("told", 3) == (
        mine.state.told[WORDS.name, 1][Fact("ended"), "HOOK"].progress,
        mine.state.serial,
    )


def test_an_interruption_of_a_run_that_was_overtaken_is_an_interruption() -> None:
    class Interrupted(SimLedger):
        def append(self, expected_serial, entries, *, durable):
            written = super().append(expected_serial, entries, durable=durable)
            if len(self.entries) > 1:
                raise KeyboardInterrupt
            return written

    ledger = Interrupted()
    mine, theirs = open_book(ledger), open_book(ledger)
    theirs.note(IMAGE)
    with pytest.raises(KeyboardInterrupt):
        mine.note(IMAGE)
    assert 0 == mine.state.serial


def test_a_ledger_that_became_another_one_gets_nothing() -> None:
    ledger = SimLedger()
    first = LedgerSession(ledger, SimClock(NOW), State(), Named("01JDXW0000000000000000000A"))
    first.begin()
    ledger.entries.clear()
    LedgerSession(ledger, SimClock(NOW), State(), Named("01JDXW0000000000000000000B")).begin()
    open_book(ledger, read=True).note(IMAGE)
    with pytest.raises(LedgerStaleError):
        first.note(IMAGE)
    assert 2 == len(ledger.entries)


def test_somebody_who_always_comes_first_is_waited_for_no_longer_than_that() -> None:
    class Overtaken(SimLedger):
        def append(self, expected_serial, entries, *, durable):
            raise LedgerStaleError("another runner wrote to the ledger")

    with pytest.raises(LedgerStaleError, match="another runner"):
        open_book(Overtaken()).note(IMAGE)


def test_an_interruption_while_the_ledger_cannot_be_read_is_an_interruption() -> None:
    class Broken(SimLedger):
        def append(self, expected_serial, entries, *, durable):
            raise KeyboardInterrupt

        def read(self, since):
            raise LedgerUnreachableError("the ledger's branch cannot be read")

    with pytest.raises(KeyboardInterrupt):
        open_book(Broken()).note(IMAGE)


def test_what_was_noted_is_made_durable_once() -> None:
    ledger = SimLedger()
    book = open_book(ledger)
    book.flush()
    book.note(IMAGE)
    assert 0 == ledger.flushed
    book.flush()
    assert 1 == ledger.flushed


class Flushing(SimLedger):
    """Counts flushes, and fails at them, or where a draft is to be begun."""

    flushes = 0
    at_flush: BaseException | None = None
    at_begun: BaseException | None = None

    def append(self, expected_serial, entries, *, durable):
        if not entries:
            self.flushes += 1
        begins = bool(entries) and entries[0].event.type == "draft_begun"
        error = self.at_flush if not entries else self.at_begun if begins else None
        if error is not None:
            raise error
        return super().append(expected_serial, entries, durable=durable)


@pytest.fixture
def ledger() -> Flushing:
    return Flushing()


def run(ledger: Flushing):
    """Upload, which only notes, and go no further."""
    return Scene(
        [news("letter", article(), window=OPEN)], ledger=ledger, until=Until.UPLOAD
    ).apply()


def test_what_was_noted_is_durable_when_a_run_ends(ledger: Flushing) -> None:
    assert 0 == run(ledger).exit_status()
    assert (1, len(ledger.entries)) == (ledger.flushes, ledger.flushed)


def test_a_run_that_is_interrupted_while_it_sees_to_that_is_interrupted(ledger: Flushing) -> None:
    ledger.at_flush = KeyboardInterrupt()
    assert 130 == run(ledger).exit_status()


def test_a_run_that_cannot_see_to_that_has_failed(ledger: Flushing) -> None:
    ledger.at_flush = LedgerUnreachableError("the ledger's branch cannot be written")
    outcome = run(ledger)
    assert (5, ledger.at_flush) == (outcome.exit_status(), outcome.ledger_error)


@pytest.mark.parametrize(
    ("stopped_by", "flushes"),
    [
        (LedgerStaleError("another runner wrote to the ledger"), 1),
        (LedgerUnreachableError("the ledger's branch cannot be written"), 0),
    ],
)
def test_only_a_lost_race_leaves_a_ledger_that_can_be_written(
    stopped_by: LedgerError, flushes: int, ledger: Flushing
) -> None:
    ledger.at_begun = stopped_by
    ledger.at_flush = LedgerError("the ledger cannot be written")
    scene = Scene([news("letter", article(), window=OPEN)], ledger=ledger)
    outcome = scene.apply()
    assert (5, flushes, []) == (outcome.exit_status(), ledger.flushes, scene.wechat.departures)
    assert type(stopped_by) is type(outcome.ledger_error)


class Unwritable(SimLedger):
    """Takes no entry of one type: the server refuses what it does not like, or is gone by then."""

    refused = ""

    def append(self, expected_serial, entries, *, durable):
        if entries and entries[0].event.type == self.refused:
            raise LedgerUnreachableError("the ledger's branch cannot be written")
        return super().append(expected_serial, entries, durable=durable)


def test_a_refusal_of_a_repetition_that_could_not_be_recorded_says_nothing_of_the_first_try() -> (
    None
):
    """It is refused, often because the first try went out: "not sent" of both would let it go out twice."""
    scene = Scene([whole_text()], ledger=Unwritable())
    scene.ledger.refused = "send_rejected"
    outcome = scene.apply(("send_mass", Fault.ANSWER_LOST), ("send_mass", Fault.NO_QUOTA))
    said = outcome_text(Page(Language.EN, Style.PLAIN, 120), outcome)

    assert (4, 2) == (outcome.exit_status(), len(scene.record(scene.campaigns[0]).open_attempts))
    assert "could not be recorded" not in said, said
    assert ("--sent" in said, "--not-sent" in said) == (True, True), said


@pytest.mark.parametrize(
    ("refused", "fault", "told", "choice"),
    [
        (
            "send_accepted",
            None,
            "WeChat accepted it with msg_id 3147000001",
            "reconcile words --sent 3147000001",
        ),
        (
            "send_rejected",
            Fault.NO_QUOTA,
            "WeChat refused it with errcode 45028",
            "reconcile words --not-sent",
        ),
        (
            "send_in_doubt",
            Fault.ANSWER_LOST,
            "and the run ended before the answer",
            "reconcile words --sent",
        ),
    ],
)
def test_a_clear_answer_that_could_not_be_recorded_is_told(refused, fault, told, choice) -> None:
    scene = Scene([whole_text()], ledger=Unwritable())
    scene.ledger.refused = refused
    outcome = scene.apply(*([("send_mass", fault)] if fault else []))
    said = outcome_text(Page(Language.EN, Style.PLAIN, 120), outcome)

    assert 4 == outcome.exit_status()
    assert (True, True) == (told in said, choice in said), said


class Busy(SimLedger):
    """A ledger in which others write right before an entry of some kind, so many times."""

    before = "send_attempted"
    times = 1

    def append(self, expected_serial, entries, *, durable):
        if self.times and any(new.event.type == self.before for new in entries):
            self.times -= 1
            event = ImageUploaded(
                appid="wxfedcba9876543210", sha256="0" * 64, url="https://mmbiz.qpic.cn/0/0"
            )
            super().append(
                len(self.entries), [NewEntry(at=entries[0].at, event=event)], durable=True
            )
        return super().append(expected_serial, entries, durable=durable)


def run_overtaken(scene: Scene, *faults: tuple[str, Fault]) -> tuple[Outcome, list[bool]]:
    """Apply as the command does; gives what came of it, and for each run whether it was one more."""
    runs: list[bool] = []

    def once(again: bool) -> Outcome:
        runs.append(again)
        scene.wait_in_doubt = not again
        return scene.apply(*(() if again else faults))

    return retry_if_stale(once, lambda: None), runs


def test_a_run_that_nobody_overtook_runs_once():
    outcome, runs = run_overtaken(Scene([whole_text(OPEN)]))
    assert (0, [False]) == (outcome.exit_status(), runs)


def test_a_run_that_was_overtaken_plans_anew_and_sends_once():
    scene = Scene([whole_text(OPEN)], ledger=Busy())
    outcome, runs = run_overtaken(scene)
    assert (0, [False, True], 1) == (outcome.exit_status(), runs, len(scene.wechat.jobs))


def test_what_the_run_before_had_done_is_told():
    scene = Scene([whole_news(OPEN, recipients=())], ledger=Busy())
    outcome, _ = run_overtaken(scene)
    kinds = [step.kind.value for step in outcome.campaigns[0].performed]
    assert ["upload_image", "upload_image", "add_material", "save_draft", "send_mass"] == kinds


def test_two_that_are_always_in_each_others_way_end():
    ledger = Busy()
    ledger.times = 100
    outcome, runs = run_overtaken(Scene([whole_text(OPEN)], ledger=ledger))
    assert (5, 1 + REDONE_MAX) == (outcome.exit_status(), len(runs))
    assert isinstance(outcome.ledger_error, LedgerStaleError)


def test_a_doubt_that_had_its_repetition_gets_no_second_one_in_the_same_run():
    ledger = Busy()
    ledger.before = "expired"
    over = text("over", "早就该发", window=whole_text().window)
    scene = Scene([whole_text(OPEN), over], ledger=ledger, rules=house())
    lost = ("send_mass", Fault.REQUEST_LOST)
    outcome, _ = run_overtaken(scene, lost, lost, lost)
    assert 4 == outcome.exit_status()
    assert 2 >= len([each for each in scene.wechat.departures if each.recipient is None])


def test_a_ledger_that_cannot_be_written_is_no_reason_to_begin_again():
    def fail(new: NewEntry) -> Exception | None:
        return (
            LedgerError("the ledger cannot be written")
            if new.event.type == "send_attempted"
            else None
        )

    outcome, runs = run_overtaken(Scene([whole_text(OPEN)], ledger=SimLedger(fail=fail)))
    assert (5, [False]) == (outcome.exit_status(), runs)


def test_an_interruption_is_no_reason_to_begin_again():
    scene = Scene([whole_text(OPEN)], ledger=Busy())
    outcome, _ = run_overtaken(scene)
    outcome.ledger_error, outcome.interrupted = (
        LedgerStaleError("another runner wrote to the ledger"),
        True,
    )
    assert not outcome.overtaken
