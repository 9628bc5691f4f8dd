"""At the end of a run, and whatever ended it: what was only noted is made durable, where the ledger is in reach."""

import pytest
from building import OPEN, article, news
from simulation.scenario import Scene, whole_text
from simulation.world import Fault, SimLedger

from massctl.errors import LedgerError, LedgerStaleError, LedgerUnreachableError
from massctl.plan.plan import Until
from massctl.view.language import Language
from massctl.view.outcome_text import outcome_text
from massctl.view.style import Style


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
    return Scene([news("letter", article(), window=OPEN)], ledger=ledger, until=Until.UPLOAD).apply()


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


def test_a_refusal_of_a_repetition_that_could_not_be_recorded_says_nothing_of_the_first_try() -> None:
    """It is refused, often because the first try went out: "not sent" of both would let it go out twice."""
    scene = Scene([whole_text()], ledger=Unwritable())
    scene.ledger.refused = "send_rejected"
    outcome = scene.apply(("send_mass", Fault.ANSWER_LOST), ("send_mass", Fault.NO_QUOTA))
    said = outcome_text(outcome, Language.EN, Style.PLAIN, 120)

    assert (4, 2) == (outcome.exit_status(), len(scene.record(scene.campaigns[0]).open_attempts))
    assert "could not be recorded" not in said, said
    assert ("--sent" in said, "--not-sent" in said) == (True, True), said


@pytest.mark.parametrize(
    ("refused", "fault", "told", "choice"),
    [
        ("send_accepted", None, "WeChat accepted it with msg_id 3147000001", "reconcile words --sent 3147000001"),
        ("send_rejected", Fault.NO_QUOTA, "WeChat refused it with errcode 45028", "reconcile words --not-sent"),
        ("send_in_doubt", Fault.ANSWER_LOST, "and the run ended before the answer", "reconcile words --sent"),
    ],
)
def test_a_clear_answer_that_could_not_be_recorded_is_told(refused, fault, told, choice) -> None:
    scene = Scene([whole_text()], ledger=Unwritable())
    scene.ledger.refused = refused
    outcome = scene.apply(*([("send_mass", fault)] if fault else []))
    said = outcome_text(outcome, Language.EN, Style.PLAIN, 120)

    assert 4 == outcome.exit_status()
    assert (True, True) == (told in said, choice in said), said
