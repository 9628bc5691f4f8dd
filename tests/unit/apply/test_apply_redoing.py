"""A run that another one overtook begins again: what it had done stays done, and what it decided is decided anew."""

from building import OPEN, house, text
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault, SimLedger

from massctl.apply.executor import REDONE_MAX, redone
from massctl.apply.outcome import Outcome
from massctl.errors import LedgerError, LedgerStaleError
from massctl.model.entries import ImageUploaded, NewEntry


class Busy(SimLedger):
    """A ledger in which others write right before an entry of some kind, so many times."""

    before = "send_attempted"
    times = 1

    def append(self, expected_serial, entries, *, durable):
        if self.times and any(new.event.type == self.before for new in entries):
            self.times -= 1
            event = ImageUploaded(appid="wxfedcba9876543210", sha256="0" * 64, url="https://mmbiz.qpic.cn/0/0")
            super().append(len(self.entries), [NewEntry(at=entries[0].at, event=event)], durable=True)
        return super().append(expected_serial, entries, durable=durable)


def run(scene: Scene, *faults: tuple[str, Fault]) -> tuple[Outcome, list[bool]]:
    """Apply as the command does; gives what came of it, and for each run whether it was one more."""
    runs: list[bool] = []

    def once(again: bool) -> Outcome:
        runs.append(again)
        scene.wait_in_doubt = not again
        return scene.apply(*(() if again else faults))

    return redone(once, lambda: None), runs


def test_a_run_that_nobody_overtook_runs_once():
    outcome, runs = run(Scene([whole_text(OPEN)]))
    assert (0, [False]) == (outcome.exit_status(), runs)


def test_a_run_that_was_overtaken_plans_anew_and_sends_once():
    scene = Scene([whole_text(OPEN)], ledger=Busy())
    outcome, runs = run(scene)
    assert (0, [False, True], 1) == (outcome.exit_status(), runs, len(scene.wechat.jobs))


def test_what_the_run_before_had_done_is_told():
    scene = Scene([whole_news(OPEN, recipients=())], ledger=Busy())
    outcome, _ = run(scene)
    kinds = [step.kind.value for step in outcome.campaigns[0].performed]
    assert ["upload_image", "upload_image", "add_material", "save_draft", "send_mass"] == kinds


def test_two_that_are_always_in_each_others_way_end():
    ledger = Busy()
    ledger.times = 100
    outcome, runs = run(Scene([whole_text(OPEN)], ledger=ledger))
    assert (5, 1 + REDONE_MAX) == (outcome.exit_status(), len(runs))
    assert isinstance(outcome.ledger_error, LedgerStaleError)


def test_a_doubt_that_had_its_repetition_gets_no_second_one_in_the_same_run():
    ledger = Busy()
    ledger.before = "expired"
    over = text("over", "早就该发", window=whole_text().window)
    scene = Scene([whole_text(OPEN), over], ledger=ledger, rules=house())
    lost = ("send_mass", Fault.REQUEST_LOST)
    outcome, _ = run(scene, lost, lost, lost)
    assert 4 == outcome.exit_status()
    assert 2 >= len([each for each in scene.wechat.departures if each.recipient is None])


def test_a_ledger_that_cannot_be_written_is_no_reason_to_begin_again():
    def fail(new: NewEntry) -> Exception | None:
        return LedgerError("the ledger cannot be written") if new.event.type == "send_attempted" else None

    outcome, runs = run(Scene([whole_text(OPEN)], ledger=SimLedger(fail=fail)))
    assert (5, [False]) == (outcome.exit_status(), runs)


def test_an_interruption_is_no_reason_to_begin_again():
    scene = Scene([whole_text(OPEN)], ledger=Busy())
    outcome, _ = run(scene)
    outcome.ledger_error, outcome.interrupted = LedgerStaleError("another runner wrote to the ledger"), True
    assert not outcome.overtaken
