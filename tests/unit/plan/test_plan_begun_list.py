"""A list of which a part went out: what may be changed of it, and what is said of a batch that WeChat refused."""

from dataclasses import replace

import pytest
from building import NOW, attempted, audience, guards, plan_of, recorded, steps
from openid_samples import BATCHES, CORRECTED, MOVED, sha256_of_batches
from simulation.scenario import LONG, to_openids, whole_text

from massctl.model.entries import JobStatus, NewEntry, SendAccepted, SendImported, SendRejected, SendSettled
from massctl.model.message import RenderedCampaign, RenderedText, approved_audience
from massctl.model.state import State
from massctl.plan.guards import refused_batch, standstill, way_on
from massctl.plan.quota import Scope, uses

LETTER = to_openids(whole_text(LONG), BATCHES)
FIXED = to_openids(LETTER, CORRECTED)
HEAD_ONLY = to_openids(LETTER, BATCHES[:1])


def tried(batch: int, of: tuple[tuple[str, ...], ...] = BATCHES, letter: RenderedCampaign = LETTER) -> object:
    named = "sha256:" + sha256_of_batches((of[batch - 1],))
    said = {"audience": approved_audience(letter), "recipients": len(of[batch - 1]), "recipients_sha256": named}
    return attempted(letter, batch=batch, batches=len(of), **said)


def begun(*more: object) -> State:
    return recorded(tried(1), (SendAccepted(attempt=2, msg_id=7), LETTER), *more)  # type: ignore[arg-type]


def refused(errcode: int = 40003) -> State:
    return begun(tried(2), (SendRejected(attempt=4, errcode=errcode), LETTER))


def refused_then_corrected() -> State:
    """The second batch was refused, and went out as the corrected list has it."""
    return begun(
        tried(2),
        (SendRejected(attempt=4, errcode=40003), LETTER),
        tried(2, CORRECTED, FIXED),
        (SendAccepted(attempt=6, msg_id=8), FIXED),
    )


def sent_by_hand(*more: object) -> State:
    """The second batch was refused, and a person sent it: to whom, the batch before says."""
    by_hand = SendSettled(batch=2, outcome="sent", reason="by hand", by="li")
    return begun(tried(2), (SendRejected(attempt=4, errcode=40003), LETTER), (by_hand, LETTER), *more)


def test_a_batch_that_was_refused_and_sent_by_hand_is_counted_among_those_who_have_it() -> None:
    record = sent_by_hand(tried(3), (SendRejected(attempt=7, errcode=40003), LETTER)).record(LETTER.name, 1)
    assert ({1, 2}, True) == (record.sent_batches, "the first 5 openids" in (standstill(record) or ""))
    assert [Scope.OPENIDS] * 2 == [use.scope for use in uses(sent_by_hand(), LETTER.appid)]


def told(campaign: RenderedCampaign, state: State) -> str:
    (planned,) = plan_of(campaign, state).campaigns
    return " | ".join(f"{each.guard} {each.message} {each.hint}" for each in planned.refusals)


def test_a_list_that_was_corrected_behind_its_people_goes_on() -> None:
    (planned,) = plan_of(FIXED, refused()).campaigns
    assert ([], [("words/send/2", "due"), ("words/send/3", "due")]) == (guards(planned), steps(planned))


def test_it_may_be_corrected_once_more_and_ends_as_the_last_list_says() -> None:
    state = refused_then_corrected()
    record = state.record(LETTER.name, 1)
    assert (3, [("words/send/3", "due")]) == (record.batches, steps(plan_of(FIXED, state).campaigns[0]))
    shorter = to_openids(LETTER, CORRECTED[:2])
    assert "everybody whom the list names now has the message" in told(shorter, state)


def test_a_correction_that_was_sent_in_part_is_not_undone() -> None:
    """The list that the first batch was sent with would send the next one to people of the corrected second."""
    undone = refused_then_corrected()
    assert told(LETTER, undone).startswith("audience_changed the openids who have the message, or may have it")
    assert [("words/send/3", "due")] == steps(plan_of(FIXED, undone).campaigns[0])


def test_nor_where_a_person_says_that_a_refused_batch_went_out() -> None:
    """Nobody knows which of its two lists that was."""
    state = begun(
        tried(2),
        (SendRejected(attempt=4, errcode=40003), LETTER),
        tried(2, CORRECTED, FIXED),
        (SendRejected(attempt=6, errcode=40003), FIXED),
        (SendSettled(batch=2, outcome="sent", reason="looked", by="wang"), FIXED),
    )
    assert "audience_changed" in told(LETTER, state)
    assert "audience_changed" in told(FIXED, state)


def test_a_correction_of_which_nobody_got_anything_is_undone() -> None:
    state = begun(
        tried(2),
        (SendRejected(attempt=4, errcode=40003), LETTER),
        tried(2, CORRECTED, FIXED),
        (SendRejected(attempt=6, errcode=40003, retryable=True), FIXED),
    )
    assert [("words/send/2", "due"), ("words/send/3", "due")] == steps(plan_of(LETTER, state).campaigns[0])


@pytest.mark.parametrize("changed", [to_openids(LETTER, MOVED), replace(LETTER, audience=audience(), openid_list=None)])
def test_whoever_has_it_stands_first(changed: RenderedCampaign) -> None:
    said = told(changed, refused())
    assert said.startswith("audience_changed the openids who have the message")
    assert "put the first 3 openids back as they were" in said


def test_the_message_stays_with_a_corrected_list_too() -> None:
    said = told(replace(FIXED, message=RenderedText("今晚九点")), begun())
    assert "edited_after_send" in said
    assert "undo the edit" in said


def test_who_is_in_doubt_stays_whatever_a_person_says() -> None:
    """A word of a person may be wrong, and a batch of other openids would not be recognised by its id."""
    word = SendSettled(batch=2, outcome="not_sent", reason="looked", by="wang")
    assert "audience_changed" in told(FIXED, begun(tried(2), (word, LETTER)))
    assert "" == told(LETTER, begun(tried(2), (word, LETTER)))


def test_who_was_sent_to_by_a_persons_word_stays() -> None:
    word = SendSettled(batch=2, outcome="sent", reason="looked", by="wang")
    state = begun(tried(2), (SendRejected(attempt=4, errcode=40003), LETTER), (word, LETTER))
    assert "audience_changed" in told(FIXED, state)
    assert "" == told(LETTER, state)


def test_an_attempt_that_does_not_name_its_people_proves_nothing() -> None:
    old = attempted(LETTER, audience=approved_audience(LETTER), batches=3, recipients=3)
    assert "audience_changed" in told(FIXED, recorded(old, (SendAccepted(attempt=2, msg_id=7), LETTER)))


def test_a_list_of_those_who_have_it_has_nothing_left() -> None:
    assert "everybody whom the list names now has the message already" in told(HEAD_ONLY, refused())


def test_a_refused_batch_is_told_with_the_way_on() -> None:
    said = told(LETTER, refused())
    assert said.startswith("rejected_before WeChat refused batch 2 of 3 for good, with errcode 40003")
    assert "the first 3 openids of the list have it leave the first 3 openids as they are" in said
    assert "massctl apply words" in said


def test_another_message_for_the_rest_is_a_campaign_of_its_own() -> None:
    said = told(replace(LETTER, message=RenderedText("今晚九点")), refused(45062))
    assert "edited_after_send" in said
    assert "make a campaign of its own, with a list of the openids behind them" in said
    assert "a raised `edition` would go to everybody again" in told(LETTER, refused(45062))


@pytest.mark.parametrize(
    "after",
    [
        (),
        (tried(2),),
        (tried(2), (SendRejected(attempt=4, errcode=45009, retryable=True), LETTER)),
        (tried(2), (SendRejected(attempt=4, errcode=40001, token_dead=True), LETTER)),
        (
            tried(2),
            (SendRejected(attempt=4, errcode=40003), LETTER),
            (SendSettled(batch=2, outcome="sent", reason="looked", by="wang"), LETTER),
        ),
    ],
)
def test_nothing_stands_still_where_apply_goes_on(after: tuple[NewEntry, ...]) -> None:
    record = begun(*after).record(LETTER.name, 1)
    assert (None, None, None) == (refused_batch(record), standstill(record), way_on(record))


RAISED = replace(LETTER, edition=2)
FAILED = JobStatus(msg_id=7, status="failed"), LETTER


@pytest.mark.parametrize("campaign", [RAISED, replace(LETTER, edition=7, audience=audience(), openid_list=None)])
def test_a_raised_edition_of_a_list_that_was_sent_in_part_is_refused(campaign: RenderedCampaign) -> None:
    (planned,) = plan_of(campaign, begun()).campaigns
    assert (["partly_sent"], []) == (guards(planned), steps(planned))
    assert "edition 1 went out to the first 3 openids of its list and to no other" in told(campaign, begun())
    assert "put `edition` back to 1" in told(campaign, begun())


def test_where_no_batch_follows_the_edition_is_not_put_back() -> None:
    second = tried(2), (SendAccepted(attempt=4, msg_id=8), LETTER), (JobStatus(msg_id=8, status="failed"), LETTER)
    assert "back to" not in told(RAISED, begun(*second))
    assert "a campaign of its own with a list of the openids behind the first 5" in told(RAISED, begun(*second))


@pytest.mark.parametrize(
    "state",
    [
        State(),
        begun(FAILED),  # Nobody has it.
        begun((JobStatus(msg_id=7, status="deleted"), LETTER)),
        begun((SendImported(appid=LETTER.appid, sent_at=NOW, by="li"), RAISED)),  # It was raised on purpose before.
    ],
)
def test_another_raised_edition_is_not(state: State) -> None:
    assert "partly_sent" not in told(replace(LETTER, edition=3), state)
