"""What WeChat answered and the ledger could not take: told by the run that heard it, with what to type."""

from typing import Any

import pytest
from openid_samples import BATCHES
from simulation.scenario import LONG, Scene, to_openids, whole_text
from simulation.world import Fault

from massctl.apply.outcome import unrecorded_of
from massctl.errors import LedgerUnreachableError
from massctl.model.entries import NewEntry
from massctl.model.send import Accepted, InDoubt, Rejected

WORDS = whole_text(LONG)


def heard(*faults: tuple[str, Fault], at: str, campaign: Any = WORDS, nth: int = 1) -> Any:
    """Let the ledger fail at the nth entry of a type, and give what the run knows of its last attempt."""
    scene, met = Scene([campaign]), []

    def fail(new: NewEntry) -> None:
        met.extend([1] if new.event.type == at else [])
        if len(met) >= nth:
            raise LedgerUnreachableError("the ledger's branch cannot be written")

    scene.ledger.fail = fail
    done = scene.apply(*faults)
    (outcome,) = done.campaigns
    assert 4 == done.exit_status()
    return unrecorded_of(done.record(outcome), outcome.answer)


def test_an_accepted_job_is_told_by_its_id() -> None:
    found = heard(at="send_accepted")
    assert (False, 1, None) == (found.is_refusal, found.batch, found.errcode)
    assert f'massctl reconcile words --sent {found.msg_id} --reason "…"' == found.command
    assert f"WeChat accepted it with msg_id {found.msg_id}" in found.told


def test_so_is_a_refusal_by_its_code() -> None:
    found = heard(("send_mass", Fault.NO_QUOTA), at="send_rejected")
    assert (True, None, 45028) == (found.is_refusal, found.msg_id, found.errcode)
    assert 'massctl reconcile words --not-sent --reason "…"' == found.command


def test_and_a_request_that_never_left() -> None:
    """No code is told where WeChat was not asked."""
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    found = unrecorded_of(scene.record(WORDS), Rejected(None, None, "the window closed", "", retryable=True))
    assert found is not None
    assert ("no request for it left, and that could not be recorded", True) == (found.told, found.is_refusal)


def test_of_a_list_it_is_the_batch_that_is_open() -> None:
    found = heard(at="send_accepted", campaign=to_openids(WORDS, BATCHES), nth=2)
    assert (2, False) == (found.batch, found.is_refusal)


@pytest.mark.parametrize("answer", [None, InDoubt("no answer within 30 s")])
def test_without_a_clear_answer_there_is_nothing_to_tell(answer: InDoubt | None) -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    assert unrecorded_of(scene.record(WORDS), answer) is None


def test_nor_where_nothing_is_open_any_more() -> None:
    scene = Scene([WORDS])
    scene.apply()
    assert unrecorded_of(scene.record(WORDS), Accepted(scene.wechat.jobs[0].msg_id, None)) is None
