"""A list of which a part went out: it stays as it is, and another campaign reaches the others."""

from dataclasses import replace

import pytest
from building import NOW, attempted, audience, guards, plan_of, recorded, steps
from openid_samples import BATCHES, MOVED, sha256_of_batches
from simulation.scenario import LONG, to_openids, whole_text

from massctl.model.entries import JobStatus, ListEnded, NewEntry, SendAccepted, SendImported, SendRejected, SendSettled
from massctl.model.message import RenderedCampaign, RenderedText, approved_audience
from massctl.model.state import State, Status, is_concluded, status_of
from massctl.plan.guards import list_stopped
from massctl.plan.quota import Scope, uses

LETTER = to_openids(whole_text(LONG), BATCHES)
ENDED = ListEnded(rest="rest", by="li"), LETTER
NOT_SENT = SendSettled(batch=2, outcome="not_sent", reason="looked", by="wang"), LETTER
SENT = SendSettled(batch=2, outcome="sent", reason="by hand", by="li"), LETTER


def tried(batch: int, letter: RenderedCampaign = LETTER) -> object:
    named = "sha256:" + sha256_of_batches((BATCHES[batch - 1],))
    said = {"audience": approved_audience(letter), "recipients": len(BATCHES[batch - 1]), "recipients_sha256": named}
    return attempted(letter, batch=batch, batches=len(BATCHES), **said)


def begun(*more: object) -> State:
    return recorded(tried(1), (SendAccepted(attempt=2, msg_id=7), LETTER), *more)  # type: ignore[arg-type]


def refused(errcode: int = 40003) -> State:
    return begun(tried(2), (SendRejected(attempt=4, errcode=errcode), LETTER))


def told(campaign: RenderedCampaign, state: State) -> str:
    (planned,) = plan_of(campaign, state).campaigns
    return " | ".join(f"{each.guard} {each.message} {each.hint}" for each in planned.refusals)


@pytest.mark.parametrize("state", [begun(), refused(), begun(tried(2)), begun(tried(2), NOT_SENT), recorded(tried(1))])  # type: ignore[arg-type]
@pytest.mark.parametrize(
    ("changed", "guard"),
    [
        (to_openids(LETTER, MOVED), "audience_changed"),
        (replace(LETTER, audience=audience(), openid_list=None), "audience_changed"),
        (replace(LETTER, message=RenderedText("今晚九点")), "edited_after_send"),
    ],
)
def test_neither_list_nor_message_changes_once_a_batch_may_have_gone_out(
    state: State, changed: RenderedCampaign, guard: str
) -> None:
    said = told(changed, state)
    assert (True, True) == (f"{guard} the " in said, "massctl new words-rest --unsent-of words" in said)
    assert guard not in told(LETTER, state)


def test_a_list_of_which_nobody_got_anything_may_be_corrected() -> None:
    state = recorded(tried(1), (SendRejected(attempt=2, errcode=40003), LETTER))  # type: ignore[arg-type]
    assert "" == told(to_openids(LETTER, MOVED), state)


def test_a_batch_that_was_refused_and_sent_by_hand_is_of_the_list() -> None:
    first = SendSettled(batch=1, outcome="sent", reason="by hand", by="li"), LETTER
    state = recorded(tried(1), (SendRejected(attempt=2, errcode=40003), LETTER), first)  # type: ignore[arg-type]
    assert "audience_changed" in told(to_openids(LETTER, MOVED), state)
    second = begun(tried(2), (SendRejected(attempt=4, errcode=40003), LETTER), SENT)
    assert [Scope.OPENIDS] * 2 == [use.scope for use in uses(second, LETTER.appid, NOW)]


def test_a_refused_batch_is_told_with_the_way_on() -> None:
    said = told(LETTER, refused())
    assert said.startswith("rejected_before WeChat refused batch 2 of 3 for good, with errcode 40003")
    assert ("1 of 3 batches went out" in said, "massctl new words-rest --unsent-of words" in said) == (True, True)


@pytest.mark.parametrize(
    "after",
    [
        (),
        (tried(2),),
        (tried(2), (SendRejected(attempt=4, errcode=45009, retryable=True), LETTER)),
        (tried(2), (SendRejected(attempt=4, errcode=40001, token_dead=True), LETTER)),
        (tried(2), (SendRejected(attempt=4, errcode=40003), LETTER), SENT),
        (tried(2), (SendRejected(attempt=4, errcode=40003), LETTER), ENDED),
        (tried(2), (SendRejected(attempt=4, errcode=40003), LETTER), (JobStatus(msg_id=7, status="failed"), LETTER)),
    ],
)
def test_nothing_stands_still_where_apply_goes_on_or_the_list_is_ended(after: tuple[NewEntry, ...]) -> None:
    assert list_stopped(begun(*after).record(LETTER.name, 1)) is None


def test_a_list_that_was_ended_is_concluded_and_sends_no_other_batch() -> None:
    state = begun(ENDED, (JobStatus(msg_id=7, status="sent"), LETTER))
    record = state.record(LETTER.name, 1)
    assert (True, Status.SENT) == (is_concluded(record), status_of(record))
    (planned,) = plan_of(LETTER, state).campaigns
    assert ([], []) == (guards(planned), steps(planned))


RAISED = replace(LETTER, edition=2)
FAILED = JobStatus(msg_id=7, status="failed"), LETTER


@pytest.mark.parametrize("campaign", [RAISED, replace(LETTER, edition=7, audience=audience(), openid_list=None)])
def test_a_raised_edition_of_a_list_that_was_sent_in_part_is_refused(campaign: RenderedCampaign) -> None:
    (planned,) = plan_of(campaign, begun()).campaigns
    assert (["partly_sent"], []) == (guards(planned), steps(planned))
    said = told(campaign, begun())
    assert "edition 1 reached a part of its list (1 of 3 batches went out)" in said
    assert "put `edition` back to 1" in said
    assert "rest has the others" in told(campaign, begun(ENDED))


def test_where_no_batch_follows_the_edition_is_not_put_back() -> None:
    second = tried(2), (SendAccepted(attempt=4, msg_id=8), LETTER), (JobStatus(msg_id=8, status="failed"), LETTER)
    said = told(RAISED, begun(*second))
    assert (False, True) == ("back to" in said, "massctl new words-rest --unsent-of words" in said)


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
