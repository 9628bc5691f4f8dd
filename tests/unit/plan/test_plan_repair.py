"""After a repair of the ledger nothing is sent that is not known as sent, until a person has spoken."""

import pytest
from building import HOUR, NOW, attempted, guards, plan_of, recorded, text
from openid_samples import BATCHES
from simulation.scenario import LONG, to_openids, whole_text

from massctl.model.entries import Event, Repaired, SendAccepted, SendSettled
from massctl.model.message import RenderedCampaign, Window
from massctl.plan.guards import is_untrusted
from massctl.plan.reach import needs_word
from massctl.plan.reconcile_options import is_to_settle
from massctl.plan.steps import Guard, Refusal

WORDS = text("words", window=Window(NOW - HOUR, NOW + HOUR))
LETTER = to_openids(whole_text(LONG), BATCHES)
CUT = Repaired(dropped_bytes=512, dropped_sha256="0" * 64, reason="power cut", by="lin")
Told = Event | tuple[Event, RenderedCampaign]


def word(outcome: str, campaign: RenderedCampaign = WORDS, batch: int = 1) -> Told:
    return SendSettled(outcome=outcome, reason="seen", by="lin", batch=batch), campaign


OPEN = attempted(WORDS)
YES = (SendAccepted(attempt=2, msg_id=7), WORDS)


@pytest.mark.parametrize(
    ("history", "refused"),
    [
        ([], []),
        ([CUT], ["ledger_damaged"]),
        ([word("not_sent"), CUT], ["ledger_damaged"]),
        ([CUT, word("not_sent")], []),
        ([CUT, word("not_sent"), CUT], ["ledger_damaged"]),
        ([CUT, word("not_sent", text("other"))], ["ledger_damaged"]),
    ],
)
def test_a_campaign_waits_for_a_word_that_is_recorded_behind_the_repair(
    history: list[Told], refused: list[str]
):
    (planned,) = plan_of(WORDS, recorded(*history)).campaigns
    assert refused == guards(planned)


def test_it_is_told_before_the_window_opens():
    later = text("words", window=Window(NOW + HOUR, NOW + 2 * HOUR))
    assert ["ledger_damaged"] == guards(plan_of(later, recorded(CUT)).campaigns[0])
    assert [] == guards(plan_of(later, recorded(CUT, word("not_sent"))).campaigns[0])


@pytest.mark.parametrize("history", [[OPEN, YES, CUT], [CUT, word("sent")]])
def test_what_is_known_as_sent_needs_none(history: list[Told]):
    state = recorded(*history)
    (planned,) = plan_of(WORDS, state).campaigns
    record = state.record(WORDS.name, 1)
    assert ([], False, False) == (
        guards(planned),
        is_to_settle(record, state),
        needs_word(record, state),
    )


def test_an_attempt_whose_verdict_may_be_in_what_was_lost_is_not_repeated():
    (planned,) = plan_of(WORDS, recorded(OPEN, CUT)).campaigns
    assert ("ledger_damaged", []) == (guards(planned)[0], list(planned.steps))


def test_in_a_list_a_batch_that_did_not_go_out_speaks_for_those_behind_it():
    begun = [attempted(LETTER, batches=3), (SendAccepted(attempt=2, msg_id=7), LETTER), CUT]
    assert ["ledger_damaged"] == guards(plan_of(LETTER, recorded(*begun)).campaigns[0])
    assert [] == guards(plan_of(LETTER, recorded(*begun, word("not_sent", LETTER, 2))).campaigns[0])
    # That the third one did not go out says nothing of the second.
    later = recorded(*begun, word("not_sent", LETTER, 3))
    assert ["ledger_damaged"] == guards(plan_of(LETTER, later).campaigns[0])
    second = [*begun, word("sent", LETTER, 2)]
    assert ["ledger_damaged"] == guards(plan_of(LETTER, recorded(*second)).campaigns[0])
    assert [] == guards(
        plan_of(LETTER, recorded(*second, word("not_sent", LETTER, 3))).campaigns[0]
    )


def test_a_repaired_ledger_is_believed_and_a_damaged_one_is_not():
    damaged = [Refusal(Guard.LEDGER_DAMAGED, "", "")]
    assert [True, False] == [is_untrusted(damaged, state) for state in (recorded(), recorded(CUT))]
    assert is_untrusted([Refusal(Guard.LEDGER_FOREIGN, "", "")], recorded(CUT))
    assert not is_untrusted([], recorded())
