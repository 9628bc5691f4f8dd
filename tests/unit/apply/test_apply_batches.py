"""Lists of openids, told run by run: batch after batch, and what stops them."""

import hashlib

import pytest
from building import HOUR, audience, house, reviewers
from copies import replace
from openid_samples import BATCHES, MOVED, PAIRS
from simulation.crashing import Boundaries, Crash
from simulation.scenario import (
    LONG,
    Scene,
    settle_not_sent,
    settle_sent,
    to_openids,
    whole_news,
    whole_text,
)
from simulation.world import Fault

from massctl.apply import journal
from massctl.apply.payloads import send_intent
from massctl.apply.reconcile import adopt_draft, batch_in_question
from massctl.errors import InvariantError, UsageError
from massctl.model.entries import DraftDeleted, Repaired
from massctl.model.ids import MediaId
from massctl.model.message import TextMessage
from massctl.model.state import State, Status, is_concluded, status_of
from massctl.plan.plan import Until
from massctl.plan.steps import Guard

LETTER = to_openids(whole_text(LONG), BATCHES)
ISSUE = to_openids(whole_news(LONG, recipients=()), PAIRS)
LOST = ("send_mass", Fault.REQUEST_LOST)
REFUSED = ("send_mass", Fault.NO_QUOTA)


def delivered(scene: Scene) -> list[tuple[str, ...]]:
    return [job.openids for job in scene.wechat.jobs]


def addresses(outcome: object, kind: str) -> list[str]:
    performed = outcome.campaigns[0].performed  # type: ignore[attr-defined]
    return [step.address for step in performed if f"/{kind}" in step.address]


def test_every_batch_is_a_job_of_its_own_in_the_lists_order() -> None:
    scene = Scene([LETTER])
    outcome = scene.apply()
    ids = [
        hashlib.sha256(f"{LETTER.appid}\0words\0001\000{n}".encode()).hexdigest()[:32]
        for n in (1, 2, 3)
    ]
    assert (0, list(BATCHES), ids) == (
        outcome.exit_status(),
        delivered(scene),
        [job.client_msg_id for job in scene.wechat.jobs],
    )
    assert ["words/send/1", "words/send/2", "words/send/3"] == addresses(outcome, "send")
    told = [
        (e.batch, e.batches, e.recipients, e.audience_count) for e in scene.events("send_attempted")
    ]
    assert [(1, 3, 3, 7), (2, 3, 2, 7), (3, 3, 2, 7)] == told
    assert [False] == [scene.apply().plan.can_apply]


def test_openids_stand_in_no_entry() -> None:
    scene = Scene([LETTER, ISSUE])
    scene.apply()
    written = " ".join(repr(entry) for entry in scene.ledger.entries)
    assert [] == [openid for batch in BATCHES for openid in batch if openid in written]


def test_every_batch_of_news_has_a_draft_of_its_own_and_reviewers_see_the_first() -> None:
    shown = to_openids(whole_news(LONG, recipients=reviewers("editor_li")), PAIRS)
    scene = Scene([shown])
    outcome = scene.apply()
    assert (0, ["sale/draft/1", "sale/draft/2"]) == (
        outcome.exit_status(),
        addresses(outcome, "draft"),
    )
    assert (1, {}) == (len(scene.wechat.delivered_previews), scene.wechat.drafts)
    assert list(PAIRS) == delivered(scene)


def test_a_preview_alone_reads_no_more_than_the_draft_it_shows() -> None:
    scene = Scene(
        [to_openids(whole_news(LONG, recipients=reviewers("editor_li")), PAIRS)], until=Until.DRAFT
    )
    scene.apply()
    scene.until = Until.PREVIEW
    scene.apply()
    assert (1, 1) == (scene.wechat.count("get_draft"), scene.wechat.count("preview"))


def test_drafts_of_other_batches_are_not_taken_for_replaced_ones() -> None:
    scene = Scene([ISSUE], until=Until.DRAFT)
    scene.apply()
    assert (2, 0) == (len(scene.wechat.drafts), scene.wechat.count("delete_draft"))


def test_a_crash_goes_on_with_the_batch_it_happened_in() -> None:
    scene = Scene([LETTER])
    scene.boundaries = Boundaries(stop_at=_second(scene, "after send_mass"))
    with pytest.raises(Crash):
        scene.apply()
    scene.boundaries = Boundaries()
    scene.later(minutes=2)
    outcome = scene.apply()
    assert (0, list(BATCHES)) == (outcome.exit_status(), delivered(scene))
    assert ["words/send/2", "words/send/3"] == addresses(outcome, "send")


def _second(scene: Scene, name: str) -> int:
    """Find the boundary at which something happens for the second time, in a world beside this one."""
    twin = Scene(scene.campaigns)
    twin.apply()
    return [number for number, each in enumerate(twin.boundaries.passed, 1) if each == name][1]


def test_an_open_batch_keeps_back_those_behind_it() -> None:
    scene = Scene([LETTER], rules=house(in_doubt="stop"))
    outcome = scene.apply(LOST)
    assert (4, [], 1) == (
        outcome.exit_status(),
        delivered(scene),
        len(scene.events("send_attempted")),
    )
    assert (4, 0) == (scene.apply().exit_status(), scene.wechat.count("send_mass"))


def test_a_rejected_batch_stops_the_campaign_there() -> None:
    scene = Scene([LETTER])
    scene.wechat.allowance = 1
    outcome = scene.apply()
    assert (1, [BATCHES[0]], 2) == (
        outcome.exit_status(),
        delivered(scene),
        scene.wechat.count("send_mass"),
    )
    record = scene.record(LETTER)
    assert (Status.SENDING, False) == (status_of(record), is_concluded(record))
    scene.wechat.allowance = None
    scene.later(hours=24)
    assert (0, list(BATCHES)) == (scene.apply().exit_status(), delivered(scene))


def test_a_batch_that_wechat_fails_is_the_last_one() -> None:
    scene = Scene([LETTER])
    scene.wechat.job_status = "failed"
    assert (1, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))
    assert (Status.FAILED, True) == (
        status_of(scene.record(LETTER)),
        is_concluded(scene.record(LETTER)),
    )


def half_sent() -> Scene:
    scene = Scene([LETTER])
    scene.wechat.allowance = 1
    scene.apply()
    scene.wechat.allowance = None
    scene.later(hours=24)
    return scene


@pytest.mark.parametrize(
    ("changed", "guard"),
    [
        (to_openids(LETTER, MOVED), Guard.AUDIENCE_CHANGED),
        (replace(LETTER, audience=audience(), openid_list=None), Guard.AUDIENCE_CHANGED),
        (replace(LETTER, message=TextMessage("今晚九点")), Guard.EDITED_AFTER_SEND),
    ],
)
def test_list_and_message_are_frozen_by_the_first_batch(changed: object, guard: Guard) -> None:
    scene = half_sent()
    scene.campaigns = [changed]  # type: ignore[list-item]
    outcome = scene.apply()
    refusals = outcome.campaigns[0].refusals
    assert (5, [guard], 0, True) == (
        outcome.exit_status(),
        [refusal.guard for refusal in refusals],
        scene.wechat.count("send_mass"),
        "run apply again" in refusals[0].hint,
    )


def test_a_new_window_does_not_keep_the_rest_from_its_people() -> None:
    scene = half_sent()
    window = replace(LONG, not_after=LONG.not_after + HOUR)
    scene.campaigns = [replace(LETTER, window=window)]
    assert (0, list(BATCHES)) == (scene.apply().exit_status(), delivered(scene))


def test_a_list_that_nobody_got_may_be_changed() -> None:
    scene = Scene([LETTER])
    scene.apply(REFUSED)
    scene.campaigns = [to_openids(LETTER, MOVED)]
    assert (0, list(MOVED)) == (scene.apply().exit_status(), delivered(scene))


def test_a_batch_without_its_draft_waits_for_the_run_that_stages_it() -> None:
    scene = Scene([ISSUE], wait_in_doubt=False)
    scene.apply(LOST)
    (_, second) = scene.record(ISSUE).drafts
    given_up = DraftDeleted(appid=ISSUE.appid, media_id=second.event.media_id, reason="not_whole")
    scene.write((given_up, ISSUE))
    scene.later(minutes=2)
    scene.wait_in_doubt = True
    assert (0, [PAIRS[0]]) == (scene.apply().exit_status(), delivered(scene))
    assert (0, list(PAIRS)) == (scene.apply().exit_status(), delivered(scene))


def in_doubt() -> Scene:
    """The second batch is open, and the first went out."""
    scene = Scene([LETTER], rules=house(in_doubt="stop"))
    scene.boundaries = Boundaries(stop_at=_second(scene, "before send_mass"))
    with pytest.raises(Crash):
        scene.apply()
    scene.boundaries = Boundaries()
    return scene


def test_a_persons_word_is_about_the_open_batch() -> None:
    scene = in_doubt()
    settle_sent(scene.record(LETTER), journal.Statement("looked", "li"), None, scene.book())
    assert [2] == [event.batch for event in scene.events("send_settled")]
    assert (0, [BATCHES[0], BATCHES[2]]) == (scene.apply().exit_status(), delivered(scene))
    assert is_concluded(scene.record(LETTER))


def test_not_sent_lets_the_same_batch_go_out() -> None:
    scene = in_doubt()
    settle_not_sent(
        scene.record(LETTER), journal.Statement("looked", "li", batch=2), None, scene.book()
    )
    assert (0, list(BATCHES)) == (scene.apply().exit_status(), delivered(scene))


def test_a_batch_that_is_not_in_question_is_refused() -> None:
    with pytest.raises(UsageError, match="which batch of words you mean: 2"):
        batch_in_question(in_doubt().record(LETTER), 3)
    assert 1 == batch_in_question(Scene([LETTER]).record(LETTER), None)


def test_a_batch_that_was_never_attempted_is_settled_by_its_number_alone() -> None:
    scene = in_doubt()
    settle_sent(scene.record(LETTER), journal.Statement("looked", "li"), None, scene.book())
    with pytest.raises(UsageError, match="which batch of words you mean: 3"):
        settle_sent(scene.record(LETTER), journal.Statement("looked", "li"), None, scene.book())
    assert [2] == [event.batch for event in scene.events("send_settled")]
    settle_sent(
        scene.record(LETTER), journal.Statement("looked", "li", batch=3), None, scene.book()
    )
    assert is_concluded(scene.record(LETTER))


def test_a_batch_that_was_refused_is_the_one_that_a_person_speaks_about() -> None:
    assert 2 == batch_in_question(half_sent().record(LETTER), None)


def test_the_draft_of_a_batch_that_a_person_settled_as_sent_is_not_asked_for_by_a_raised_edition() -> (
    None
):
    scene = Scene([ISSUE], rules=house(in_doubt="stop"))
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    settle_sent(scene.record(ISSUE), journal.Statement("seen", "li"), None, scene.book())
    scene.campaigns = [replace(ISSUE, edition=2)]
    refused = scene.apply().campaigns[0].refusals
    assert [Guard.PARTLY_SENT] == [each.guard for each in refused]
    assert 1 == len(scene.wechat.drafts)
    scene.campaigns = [ISSUE]
    assert (0, list(PAIRS)) == (scene.apply().exit_status(), delivered(scene))


def test_nobody_is_sent_to_for_want_of_an_audience() -> None:
    with pytest.raises(InvariantError, match="the recipients of words are not known"):
        send_intent(LETTER, State(), 1)


def test_a_draft_of_a_list_that_the_console_changed_is_staged_again_and_never_adopted() -> None:
    scene = Scene([ISSUE], until=Until.DRAFT)
    scene.apply()
    first = MediaId(scene.record(ISSUE).drafts[0].event.media_id)
    (article, *more) = scene.wechat.drafts[first]
    scene.wechat.drafts[first] = (replace(article, author="别人"), *more)
    scene.until = Until.SEND
    refused = scene.apply()
    hint = refused.campaigns[0].refusals[0].hint
    assert (5, False, True) == (refused.exit_status(), "adopt" in hint, "--not-sent" in hint)
    with pytest.raises(UsageError, match="a draft for each of its 2 batches"):
        adopt_draft(ISSUE, journal.Statement("looked", "li"), scene.wechat, scene.book())

    del scene.wechat.drafts[first]  # As the refusal says.
    settle_not_sent(
        scene.record(ISSUE),
        journal.Statement("deleted", "li"),
        lambda _: scene.wechat,
        scene.book(),
    )
    assert (0, list(PAIRS)) == (scene.apply().exit_status(), delivered(scene))
    assert [] == scene.events("adopted")


def test_a_batch_that_a_repair_may_have_dropped_is_called_not_sent_by_its_number() -> None:
    scene = in_doubt()
    settle_sent(scene.record(LETTER), journal.Statement("looked", "li"), None, scene.book())
    said = journal.Statement("looked", "li", batch=3)
    with pytest.raises(UsageError):
        settle_not_sent(scene.record(LETTER), said, None, scene.book())
    scene.book().record(
        Repaired(dropped_bytes=512, dropped_sha256="0" * 64, reason="power cut", by="li")
    )
    settle_not_sent(scene.record(LETTER), said, None, scene.book())
    assert [("sent", 2), ("not_sent", 3)] == [
        (each.outcome, each.batch) for each in scene.events("send_settled")
    ]
