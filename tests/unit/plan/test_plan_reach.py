"""Who has it: one answer for each batch, from all that is on record of it."""

from datetime import timedelta
from itertools import product

import pytest
from building import HOUR, NOW, Happening, at, attempted, guards, plan_of, recorded, text
from openid_samples import BATCHES
from simulation.scenario import LONG, to_openids, whole_text

from massctl.errors import MassctlError
from massctl.model.entries import (
    JobStatus,
    ListEnded,
    Repaired,
    SendAccepted,
    SendImported,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.ids import CampaignName
from massctl.model.message import approved_audience
from massctl.model.state import Phase, State
from massctl.plan.job_failure import how_to_resend, what_now
from massctl.plan.reach import TABLE, Known, Reach, batches_named, reach
from massctl.plan.remainder import RestMade, rest_of_list

LETTER = to_openids(whole_text(LONG), BATCHES)
CUT = Repaired(dropped_bytes=512, dropped_sha256="0" * 64, reason="power cut", by="lin")
HAS, MAY, NOT = Reach


def tried(batch: int, *, edition: int = 1) -> Happening:
    letter = LETTER if edition == 1 else to_openids(whole_text(LONG, edition=edition), BATCHES)
    return attempted(letter, batch=batch, batches=3, audience=approved_audience(letter))


def yes(attempt: int) -> Happening:
    return SendAccepted(attempt=attempt, msg_id=attempt), LETTER


def no(attempt: int, errcode: int | None = 40003) -> Happening:
    return SendRejected(attempt=attempt, errcode=errcode), LETTER


def lost(attempt: int) -> Happening:
    return SendInDoubt(attempt=attempt, reason="answer_timeout", seconds=30), LETTER


def ended(msg_id: int, status: str, **more: int) -> Happening:
    return JobStatus(msg_id=msg_id, status=status, source="event", **more), LETTER


def word(batch: int, outcome: str = "not_sent", **more: int) -> Happening:
    return SendSettled(batch=batch, outcome=outcome, reason="looked", by="lin", **more), LETTER


def given(*batches: int, rest: str = "rest") -> Happening:
    return ListEnded(rest=rest, batches=list(batches), by="lin"), LETTER


IMPORTED = SendImported(appid=LETTER.appid, sent_at=NOW, by="lin"), LETTER

HISTORIES: dict[str, tuple[list[Happening], list[Reach]]] = {
    "accepted, and still being sent": ([tried(1), yes(2)], [HAS, NOT, NOT]),
    "ended as sent": ([tried(1), yes(2), ended(2, "sent")], [HAS, NOT, NOT]),
    "failed by an event": (
        [tried(1), yes(2), tried(2), yes(4), ended(4, "failed")],
        [HAS, NOT, NOT],
    ),
    "all failed": ([tried(1), yes(2), ended(2, "failed")], [NOT, NOT, NOT]),
    "withdrawn": ([tried(1), yes(2), (Withdrawn(msg_id=2, article=0), LETTER)], [HAS, NOT, NOT]),
    "in doubt": ([tried(1), yes(2), tried(2)], [HAS, MAY, NOT]),
    "refused": ([tried(1), yes(2), tried(2), no(4)], [HAS, NOT, NOT]),
    "never left": ([tried(1), yes(2), tried(2), no(4, None)], [HAS, NOT, NOT]),
    "called not sent": ([tried(1), yes(2), tried(2), lost(4), word(2)], [HAS, MAY, NOT]),
    "called not sent, then refused": (
        [tried(1), yes(2), tried(2), lost(4), word(2), tried(2), no(7)],
        [HAS, MAY, NOT],
    ),
    "called not sent, then never left": (
        [tried(1), yes(2), tried(2), lost(4), word(2), tried(2), no(7, None)],
        [HAS, MAY, NOT],
    ),
    "called not sent, then in doubt": (
        [tried(1), yes(2), tried(2), lost(4), word(2), tried(2)],
        [HAS, MAY, NOT],
    ),
    "called not sent, then accepted": (
        [tried(1), yes(2), tried(2), lost(4), word(2), tried(2), yes(7)],
        [HAS, HAS, NOT],
    ),
    "refused although somebody had called it not sent": (
        [tried(1), yes(2), tried(2), word(2), no(4)],
        [HAS, NOT, NOT],
    ),
    "called sent": ([tried(1), yes(2), tried(2), word(2, "sent")], [HAS, HAS, NOT]),
    "called sent under a job that failed": (
        [tried(1), yes(2), tried(2), word(2, "sent", msg_id=77), ended(77, "failed")],
        [HAS, MAY, NOT],
    ),
    "contradicted": ([tried(1), yes(2), tried(1)], [MAY, NOT, NOT]),
    "two ends": ([tried(1), yes(2), ended(2, "sent"), ended(2, "failed")], [MAY, NOT, NOT]),
    "two ends, the other way round": (
        [tried(1), yes(2), ended(2, "failed"), ended(2, "sent")],
        [MAY, NOT, NOT],
    ),
    "failed, and yet delivered": (
        [tried(1), yes(2), ended(2, "failed", sent_count=5)],
        [MAY, NOT, NOT],
    ),
    "two ends, called sent": (
        [tried(1), yes(2), ended(2, "sent"), ended(2, "failed"), word(1, "sent")],
        [HAS, NOT, NOT],
    ),
    "two ends, called not sent": (
        [tried(1), yes(2), ended(2, "sent"), ended(2, "failed"), word(1)],
        [MAY, NOT, NOT],
    ),
    "repaired": ([tried(1), yes(2), CUT], [HAS, MAY, MAY]),
    "repaired, and a person has spoken": ([tried(1), yes(2), CUT, word(2)], [HAS, MAY, MAY]),
    "repaired, and refused since": (
        [tried(1), yes(2), CUT, word(2), tried(2), no(6)],
        [HAS, MAY, MAY],
    ),
    "repaired, and failed": ([tried(1), yes(2), ended(2, "failed"), CUT], [NOT, MAY, MAY]),
    "imported": ([tried(1), no(2), IMPORTED], [HAS]),
    "given to a rest": ([tried(1), yes(2), given(2, 3)], [HAS, MAY, MAY]),
    "failed, and given to a rest": (
        [tried(1), yes(2), ended(2, "failed"), given(1, 2, 3)],
        [MAY, MAY, MAY],
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_every_batch_has_one_answer(name: str) -> None:
    history, expected = HISTORIES[name]
    assert expected == [each.reach for each in batches_of(recorded(*history))]


def batches_of(state: State) -> list:
    return list(reach(state.record(LETTER.name, 1), state).values())


def test_whoever_may_have_it_has_a_reason() -> None:
    for history, _ in HISTORIES.values():
        assert all(str(each.why) for each in batches_of(recorded(*history)) if each.reach is MAY)


def test_the_table_answers_every_combination_and_is_sure_only_of_what_wechat_said() -> None:
    assert set(product(Phase, Known)) == set(TABLE)
    sure = {pair for pair, answer in TABLE.items() if answer is NOT}
    untouched = {
        (phase, Known.NOTHING)
        for phase in (Phase.UNSENT, Phase.REFUSED, Phase.TOLD_NOT_SENT, Phase.CLOSED)
    }
    assert {*untouched, (Phase.ACCEPTED, Known.FAILED)} == sure
    assert {Phase.ACCEPTED, Phase.TOLD_SENT} == {
        phase for (phase, _), answer in TABLE.items() if answer is HAS
    }


def test_batches_in_a_row_are_named_by_the_first_and_the_last() -> None:
    found = batches_of(recorded(tried(1), yes(2), CUT))
    assert ("1–3", "1, 3", "") == (
        batches_named(found),
        batches_named([found[0], found[2]]),
        batches_named([]),
    )


def rest(state: State, name: str = "rest") -> tuple[list[int], list[int]] | str:
    """Give the batches of a rest, and those that are left out; or why there is none."""
    try:
        found = rest_of_list(state, LETTER.name, CampaignName(name))
    except MassctlError as error:
        return f"{error.summary} | {error.hint}"
    return [each.batch for each in found.lacking], [each.batch for each in found.unsure]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accepted, and still being sent", ([2, 3], [])),
        ("failed by an event", ([2, 3], [])),
        ("refused", ([2, 3], [])),
        ("called not sent", ([3], [2])),
        ("called not sent, then refused", ([3], [2])),
        ("repaired, and failed", ([1], [2, 3])),
        ("two ends", ([2, 3], [1])),
        ("two ends, called not sent", ([2, 3], [1])),
        ("two ends, called sent", ([2, 3], [])),
        ("all failed", "surely nobody has words: a raised edition of it goes to everybody once | "),
        ("in doubt", "nobody knows whether batch 2 was sent | "),
        ("contradicted", "nobody knows whether batch 1 was sent | "),
        (
            "repaired",
            "nobody surely lacks words: the others have it, or may have it (batch 2–3: the ledger was ",
        ),
        (
            "repaired, and a person has spoken",
            "nobody surely lacks words: the others have it, or may have it (bat",
        ),
        ("imported", "words is not a partly sent list of openids | "),
    ],
)
def test_a_rest_has_whoever_surely_lacks_it_and_nobody_who_may_have_it(
    name: str, expected: object
) -> None:
    found = rest(recorded(*HISTORIES[name][0]))
    assert found[: len(expected)] == expected if isinstance(expected, str) else found == expected  # type: ignore[index]


def test_what_has_to_be_said_of_a_repair_is_said_with_the_way_on() -> None:
    assert "reconcile words --not-sent" in rest(recorded(tried(1), yes(2), CUT))
    spoken = rest(recorded(tried(1), yes(2), CUT, word(2)))
    assert (
        "if you are sure that nobody of batch 2–3 has it, write these openids into the list of a new"
        in spoken
    )


def test_a_rest_that_is_lost_is_made_again_for_the_same_batches_and_for_nobody_who_got_it_since() -> (
    None
):
    begun = [tried(1), yes(2), tried(2), yes(4), ended(4, "failed"), given(2, 3)]
    assert ([2, 3], []) == rest(recorded(*begun))
    assert ([2], []) == rest(recorded(*begun, word(3, "sent")))
    assert "was ended before, and rest has its other openids" in rest(recorded(*begun), "other")
    # The first batch failed after the rest was made: it belongs to nobody yet, and never to that rest.
    later = recorded(*begun, ended(2, "failed"))
    assert (([2, 3], []), ([1], [2, 3])) == (rest(later), rest(later, "other"))


def test_a_list_that_was_ended_sends_nothing_more_even_where_nothing_was_accepted() -> None:
    state = recorded(tried(1), lost(2), word(1), given(2, 3))
    (planned,) = plan_of(LETTER, state).campaigns
    assert ((), []) == (planned.steps, guards(planned))


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("accepted, and still being sent", ["partly_sent"]),
        ("failed by an event", ["partly_sent"]),
        ("called not sent", ["partly_sent"]),
        ("given to a rest", ["partly_sent"]),
        ("two ends", ["contradicted"]),
        ("failed, and yet delivered", ["contradicted"]),
        ("two ends, called not sent", ["partly_sent"]),
        ("in doubt", ["partly_sent"]),
        ("failed, and given to a rest", ["partly_sent"]),
        ("all failed", []),
        ("withdrawn", []),
        ("imported", []),
    ],
)
def test_an_edition_is_raised_only_over_one_that_everybody_has_or_nobody(
    name: str, refused: list[str]
) -> None:
    raised = to_openids(whole_text(LONG, edition=2), BATCHES)
    (planned,) = plan_of(raised, recorded(*HISTORIES[name][0])).campaigns
    assert refused == guards(planned)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("failed by an event", "make a campaign for the openids that surely do not have it: "),
        ("all failed", "edition: 2"),
        ("failed, and given to a rest", "rest has the openids that surely do not have it"),
    ],
)
def test_the_advice_after_a_failed_job_reaches_everybody_once(name: str, says: str) -> None:
    state = recorded(*HISTORIES[name][0])
    way = how_to_resend(state.record(LETTER.name, 1), state) or ""
    assert (True, name == "all failed") == (says in way, "edition: 2" in way)


def test_of_two_ends_nothing_is_advised_until_a_person_has_spoken() -> None:
    state = recorded(*HISTORIES["two ends"][0])
    record = state.record(LETTER.name, 1)
    assert (None, True) == (
        how_to_resend(record, state),
        "reconcile words --sent" in (what_now(record, state) or ""),
    )


def test_in_a_repaired_ledger_a_word_on_two_ends_says_nothing_of_the_batches_behind() -> None:
    two_ends = [tried(1), yes(2), CUT, ended(2, "sent"), ended(2, "failed"), word(1)]
    state = recorded(*two_ends)
    assert {} == state.not_sent_since_repair
    assert [Known.CALLED_FAILED, Known.LOST, Known.LOST] == [
        each.known for each in batches_of(state)
    ]


def test_after_a_failed_batch_and_one_that_a_person_called_not_sent_only_the_failed_one_is_the_rest() -> (
    None
):
    history = [tried(1), yes(2), tried(2), lost(4), word(2), ended(2, "failed")]
    assert ([1, 3], [2]) == rest(recorded(*history))


@pytest.mark.parametrize(
    ("batches", "refused"), [(3, ["partly_sent"]), (1, ["partly_sent"]), (None, [])]
)
def test_a_list_that_a_person_called_not_sent_gets_no_other_id(
    batches: int | None, refused: list[str]
) -> None:
    """Also where it is one job; what goes to everybody or to a tag goes once more as a person says."""
    words = LETTER if batches else whole_text(LONG)
    raised = (
        to_openids(whole_text(LONG, edition=2), BATCHES) if batches else whole_text(LONG, edition=2)
    )
    said = SendSettled(outcome="not_sent", reason="looked", by="lin"), words
    state = recorded(
        attempted(words, batches=batches),
        (SendInDoubt(attempt=2, reason="connection_cut"), words),
        said,
    )
    assert refused == guards(plan_of(raised, state).campaigns[0])


TEN = timedelta(hours=10)


@pytest.mark.parametrize(
    ("after", "refused"),
    [
        (timedelta(minutes=2), []),
        (2 * TEN - HOUR, []),
        (2 * TEN, ["partly_sent"]),
        (-HOUR, ["partly_sent"]),
    ],
)
def test_a_batch_called_not_sent_goes_again_as_itself_while_wechat_surely_knows_its_id(
    after: timedelta, refused: list[str]
) -> None:
    state = recorded(tried(1), yes(2), tried(2), lost(4), word(2))
    (planned,) = plan_of(LETTER, state, now=NOW + after).campaigns
    assert refused == guards(planned)
    if refused:
        assert "write these openids into the list of a new campaign" in planned.refusals[0].hint


def test_an_audience_that_is_one_job_goes_again_after_a_persons_word_at_any_time() -> None:
    words = whole_text(LONG)
    word_of_it = SendSettled(outcome="not_sent", reason="looked", by="lin"), words
    state = recorded(
        attempted(words), (SendInDoubt(attempt=2, reason="connection_cut"), words), word_of_it
    )
    assert [] == guards(plan_of(words, state, now=NOW + 3 * TEN).campaigns[0])


def test_a_repetition_counts_from_the_first_attempt_that_a_person_called_not_sent() -> None:
    state = recorded(
        *(at(NOW, event[0], LETTER) for event in (tried(1), yes(2), tried(2), lost(4), word(2))),  # type: ignore[index]
        at(NOW + 19 * HOUR, tried(2)[0], LETTER),  # type: ignore[index]
    )
    assert [] == guards(plan_of(LETTER, state, now=NOW + 19.9 * HOUR).campaigns[0])
    (late,) = plan_of(LETTER, state, now=NOW + 21 * HOUR).campaigns
    assert ("account_in_doubt", ()) == (guards(late)[-1], late.steps)


def test_the_same_message_under_another_name_is_refused_while_somebody_may_have_it() -> None:
    words, copy = text("words"), text("copy", window=LONG)
    said = [attempted(words), (SendInDoubt(attempt=2, reason="connection_cut"), words)]
    denied = SendSettled(outcome="not_sent", reason="looked", by="lin"), words
    failed = (
        (SendAccepted(attempt=2, msg_id=7), words),
        (JobStatus(msg_id=7, status="failed"), words),
    )
    assert ["same_content"] == guards(plan_of(copy, recorded(*said, denied)).campaigns[0])
    assert [] == guards(plan_of(copy, recorded(*said, *failed)).campaigns[0])


def test_nothing_is_advised_where_nothing_failed() -> None:
    state = recorded(*HISTORIES["accepted, and still being sent"][0])
    assert None is what_now(state.record(LETTER.name, 1), state)


def test_a_failed_batch_beside_those_that_may_have_it_waits_for_a_person() -> None:
    called = [(tried(n), word(n, "sent", msg_id=70 + n), ended(70 + n, "failed")) for n in (2, 3)]
    state = recorded(tried(1), yes(2), *called[0], *called[1])
    assert [HAS, MAY, MAY] == [each.reach for each in batches_of(state)]
    assert "if you are sure that nobody of batch 2–3" in (
        how_to_resend(state.record(LETTER.name, 1), state) or ""
    )


def test_a_rest_counts_whom_it_has_and_whom_it_leaves_out() -> None:
    found = rest_of_list(
        recorded(*HISTORIES["called not sent"][0]), LETTER.name, CampaignName("rest")
    )
    made = RestMade(found, CampaignName("rest"), {1: 3, 2: 3, 3: 2}, [])
    assert (2, 3) == (made.count, made.left_out)


def test_of_a_campaign_that_nobody_sent_there_is_no_rest() -> None:
    assert "words is not a partly sent list of openids" in rest(recorded())
