"""What a person says about an open attempt or a draft in question."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from building import HOUR, NOW, OTHER_APPID, attempted, recorded, text
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault

from massctl.apply import journal, reconcile
from massctl.apply.reconcile import settle_not_sent, settle_sent
from massctl.errors import PermanentError, RefusedError, UsageError
from massctl.model.entries import SendAccepted, SendInDoubt
from massctl.model.ids import AccountName
from massctl.model.message import Window
from massctl.model.state import Phase, Status, status_of
from massctl.plan.quota import uses
from massctl.plan.steps import Guard

WORDS = whole_text()
NEWS = whole_news(recipients=())
I_LOOKED = journal.Statement("looked it up in the console", "li")
ANSWER_LOST = ("send_mass", Fault.ANSWER_LOST)


def in_doubt() -> Scene:
    """Give a scene in which nobody knows whether the words went out; they did."""
    scene = Scene([WORDS], wait_in_doubt=False)
    assert 4 == scene.apply(ANSWER_LOST).exit_status()
    return scene


def staged() -> Scene:
    """Give a scene in which the draft of an earlier run waits, and the window is open now."""
    scene = Scene([NEWS], now=NOW - 2 * HOUR)
    scene.apply()
    scene.later(hours=2)
    return scene


def test_a_send_that_went_out_is_settled_without_an_id() -> None:
    scene = in_doubt()
    assert settle_sent(scene.record(WORDS), I_LOOKED, None, scene.book()) is None
    (settled,) = scene.events("send_settled")
    assert ("sent", "looked it up in the console", "li", None) == (
        settled.outcome,
        settled.reason,
        settled.by,
        settled.msg_id,
    )
    assert (0, []) == (scene.apply().exit_status(), scene.wechat.calls)


@pytest.mark.parametrize("settle", [settle_sent, settle_not_sent])
def test_a_word_about_an_earlier_send_settles_no_later_one(settle: Callable[..., object]) -> None:
    scene = in_doubt()
    began = scene.record(WORDS).open_attempts[0].at
    early, in_time = (
        journal.Statement("looked", "li", looked_at=began + timedelta(seconds=seconds)) for seconds in (-1, 0)
    )
    with pytest.raises(UsageError, match="and you looked at") as stopped:
        settle(scene.record(WORDS), early, None, scene.book())
    assert ("look again" in stopped.value.hint, []) == (True, scene.events("send_settled"))
    settle(scene.record(WORDS), in_time, None, scene.book())
    assert 1 == len(scene.events("send_settled"))


def test_a_word_about_an_earlier_draft_forgets_no_later_one() -> None:
    scene = staged()
    scene.wechat.drafts.clear()
    early = journal.Statement("looked", "li", looked_at=scene.record(NEWS).drafts[0].saved_at - HOUR)
    with pytest.raises(UsageError, match="and you looked at"):
        settle_not_sent(scene.record(NEWS), early, lambda _: scene.wechat, scene.book())
    assert [] == scene.events("draft_deleted")


def test_an_id_is_checked_with_wechat() -> None:
    scene = in_doubt()
    msg_id = scene.wechat.jobs[0].msg_id
    report = settle_sent(scene.record(WORDS), journal.Statement("seen", "li", msg_id), scene.wechat, scene.book())
    assert report is not None
    assert "sent" == report.status
    assert [msg_id] == [job.msg_id for job in scene.record(WORDS).jobs]


def test_an_id_is_believed_where_no_account_is_at_hand() -> None:
    scene = in_doubt()
    assert settle_sent(scene.record(WORDS), journal.Statement("seen", "li", 7), None, scene.book()) is None
    assert [7] == [job.msg_id for job in scene.record(WORDS).jobs]


def test_an_id_that_wechat_does_not_know_settles_nothing() -> None:
    scene = in_doubt()
    with pytest.raises(PermanentError, match="nothing was recorded") as stopped:
        settle_sent(scene.record(WORDS), journal.Statement("seen", "li", 7), scene.wechat, scene.book())
    assert "leave it out" in stopped.value.hint
    assert scene.record(WORDS).open_attempts


def test_the_id_of_another_campaign_settles_nothing() -> None:
    scene = Scene([text("first", "第一", window=WORDS.window)])
    scene.apply()
    scene.campaigns, scene.wait_in_doubt = [WORDS], False
    scene.apply(ANSWER_LOST)
    taken = scene.wechat.jobs[0].msg_id
    book = scene.book()
    with pytest.raises(UsageError, match="is the send of first"):
        settle_sent(book.state.record(WORDS.name, 1), journal.Statement("seen", "li", taken), scene.wechat, book)
    assert scene.record(WORDS).open_attempts


def test_a_send_that_did_not_go_out_may_be_sent_again() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    settle_not_sent(scene.record(WORDS), I_LOOKED, None, scene.book())
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_person_who_is_wrong_within_a_day_is_corrected_by_the_clientmsgid() -> None:
    scene = in_doubt()
    settle_not_sent(scene.record(WORDS), I_LOOKED, None, scene.book())
    scene.later(minutes=2)
    scene.wait_in_doubt = True
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        pytest.param(lambda scene: scene.wechat.drafts.clear(), "gone", id="gone"),
        pytest.param(
            lambda scene: scene.wechat.drafts.update(dict.fromkeys(scene.wechat.drafts, ())),
            "changed in the console, left there",
            id="changed",
        ),
    ],
)
def test_a_draft_that_is_not_as_it_was_saved_is_staged_again(happens: Callable[[Scene], None], reason: str) -> None:
    scene = staged()
    happens(scene)
    assert 5 == scene.apply().exit_status()
    settle_not_sent(scene.record(NEWS), I_LOOKED, lambda _: scene.wechat, scene.book())
    assert [reason] == [event.reason for event in scene.events("draft_deleted")]
    assert ["draft_missing", "due"] == [step.reason.value for step in scene.plan().steps]
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_draft_that_is_as_it_was_saved_stays() -> None:
    scene = staged()
    scene.wait_in_doubt = False
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    settle_not_sent(scene.record(NEWS), I_LOOKED, lambda _: scene.wechat, scene.book())
    assert ([], 1) == (scene.events("draft_deleted"), len(scene.events("send_settled")))


def test_a_draft_is_not_asked_about_where_no_account_is_at_hand() -> None:
    scene = staged()
    scene.wait_in_doubt = False
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    settle_not_sent(scene.record(NEWS), I_LOOKED, None, scene.book())
    assert ([], 1) == (scene.events("draft_deleted"), len(scene.events("send_settled")))


def test_a_draft_that_was_sent_in_the_console_is_settled_as_sent() -> None:
    scene = staged()
    scene.wechat.drafts.clear()
    settle_sent(scene.record(NEWS), I_LOOKED, None, scene.book())
    assert (0, ["get_draft"]) == (scene.apply().exit_status(), scene.wechat.calls)
    assert (0, []) == (scene.apply().exit_status(), scene.wechat.calls)


def test_whom_a_send_in_the_console_went_to_is_recorded_and_an_attempts_audience_is_not_said_twice() -> None:
    everybody = {"is_to_all": True}
    by_hand = staged()
    settle_sent(by_hand.record(NEWS), I_LOOKED, None, by_hand.book(), everybody)
    attempted = staged()
    attempted.wait_in_doubt = False
    attempted.apply(("send_mass", Fault.REQUEST_LOST))
    settle_sent(attempted.record(NEWS), I_LOOKED, None, attempted.book(), everybody)
    assert [[everybody], [None]] == [
        [event.audience for event in scene.events("send_settled")] for scene in (by_hand, attempted)
    ]


def test_a_draft_that_a_send_by_hand_left_over_is_deleted() -> None:
    scene = staged()
    settle_sent(scene.record(NEWS), I_LOOKED, None, scene.book())
    assert (0, {}) == (scene.apply().exit_status(), scene.wechat.drafts)


@pytest.mark.parametrize("settle", [settle_sent, settle_not_sent])
def test_there_is_nothing_to_settle_about_a_new_campaign_or_a_sent_one(settle: Callable[..., object]) -> None:
    scene = Scene([NEWS])
    with pytest.raises(UsageError, match="nothing to settle about sale"):
        settle(scene.record(NEWS), I_LOOKED, scene.wechat, scene.book())
    scene.apply()
    with pytest.raises(UsageError, match="nothing to settle about sale"):
        settle(scene.record(NEWS), I_LOOKED, scene.wechat, scene.book())


def test_the_window_of_a_settled_campaign_still_holds() -> None:
    closing = whole_text(Window(NOW - HOUR, NOW + HOUR))
    scene = Scene([closing], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    settle_not_sent(scene.record(closing), I_LOOKED, None, scene.book())
    scene.later(hours=2)
    assert (5, []) == (scene.apply().exit_status(), scene.wechat.calls)


def test_a_rejected_send_that_went_out_by_hand_is_settled_as_sent() -> None:
    """WeChat may say `send it on the website` (45062): whoever does so can record it."""
    scene = Scene([WORDS])
    assert 1 == scene.apply(("send_mass", Fault.MEDIA_UNKNOWN)).exit_status()
    settle_sent(scene.record(WORDS), I_LOOKED, None, scene.book())
    assert (0, []) == (scene.apply().exit_status(), scene.wechat.calls)


def test_a_draft_that_waits_as_it_was_saved_has_nothing_to_settle() -> None:
    scene = staged()
    with pytest.raises(UsageError, match="nothing to settle about sale"):
        settle_not_sent(scene.record(NEWS), I_LOOKED, lambda _: scene.wechat, scene.book())


def test_the_edition_in_doubt_is_settled_before_a_newer_one() -> None:
    scene = in_doubt()
    scene.campaigns = [whole_text(edition=2)]
    assert 4 == scene.apply().exit_status()
    found = reconcile.in_question(scene.state, WORDS.name)
    assert found is not None
    assert 1 == found.edition


def test_insisting_repeats_what_is_open_and_sends_nothing_else() -> None:
    scene = in_doubt()
    reconcile.require_repetition(scene.state, [WORDS.name])
    settle_not_sent(scene.record(WORDS), I_LOOKED, None, scene.book())
    for name in (WORDS.name, "unknown"):
        with pytest.raises(UsageError, match=f"nothing to settle about {name}"):
            reconcile.require_repetition(scene.state, [name])


def test_words_that_did_not_go_out_have_no_draft_to_look_at() -> None:
    scene = in_doubt()
    settle_not_sent(scene.record(WORDS), I_LOOKED, lambda _: scene.wechat, scene.book())
    assert 1 == len(scene.events("send_settled"))


def test_an_acceptance_counts_whatever_a_person_said_before() -> None:
    """Another runner heard the answer, and recorded it after somebody had said that nothing was sent."""
    scene = in_doubt()
    attempt = scene.record(WORDS).attempts[0]
    settle_not_sent(scene.record(WORDS), I_LOOKED, None, scene.book())
    scene.write((SendAccepted(attempt=attempt.serial, msg_id=scene.wechat.jobs[0].msg_id), WORDS))
    assert [attempt.at] == [use.at for use in uses(scene.state, WORDS.appid, NOW)]
    scene.campaigns = [text("copy", "今晚八点", window=WORDS.window)]
    outcome = scene.apply()
    assert (5, [Guard.SAME_CONTENT], 1) == (
        outcome.exit_status(),
        [refusal.guard for refusal in outcome.campaigns[0].refusals],
        len(scene.wechat.jobs),
    )


def test_an_acceptance_that_is_recorded_twice_is_one_job() -> None:
    scene = Scene([WORDS])
    scene.apply()
    (accepted,) = scene.events("send_accepted")
    before = scene.record(WORDS)
    scene.write((accepted, WORDS))
    assert (before, Status.SENT) == (scene.record(WORDS), status_of(scene.record(WORDS)))


def under_another_appid() -> Scene:
    """Give a scene in which massctl.yaml got another AppID while nobody knew whether the news went out."""
    scene = staged()
    scene.wait_in_doubt = False
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    scene.campaigns = [replace(NEWS, account=AccountName("other"), appid=OTHER_APPID)]
    scene.other.minted = scene.wechat.minted  # No two accounts give out the same id.
    return scene


def test_a_doubt_under_the_appid_of_before_is_told_and_sends_nothing() -> None:
    scene = under_another_appid()
    outcome = scene.apply()
    (refusal,) = outcome.campaigns[0].refusals
    assert (4, Guard.ACCOUNT_IN_DOUBT, 0) == (outcome.exit_status(), refusal.guard, scene.other.count("send_mass"))
    assert [] == [each for each in (NEWS.appid, OTHER_APPID) if each not in refusal.message]
    assert [] == outcome.doubts_of_others


def test_a_draft_of_an_account_that_is_gone_is_left_where_it_is() -> None:
    scene = under_another_appid()
    settle_not_sent(scene.record(NEWS), I_LOOKED, lambda _: None, scene.book())
    assert ([], 1) == (scene.events("draft_deleted"), len(scene.events("send_settled")))
    assert (0, 0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs), len(scene.other.jobs))


def test_the_doubt_of_a_campaign_that_was_not_asked_for_is_told_unless_a_refusal_names_it() -> None:
    sent = text("sent", "第一", window=WORDS.window)
    scene = Scene([sent])
    scene.apply()
    scene.campaigns, scene.wait_in_doubt = [WORDS], False
    scene.apply(ANSWER_LOST)
    scene.campaigns = [sent]
    outcome = scene.apply()
    assert (4, [WORDS.name]) == (outcome.exit_status(), [each.campaign for each in outcome.doubts_of_others])
    scene.campaigns = [text("next", "第二", window=WORDS.window)]
    outcome = scene.apply()
    assert (4, []) == (outcome.exit_status(), outcome.doubts_of_others)


@pytest.mark.parametrize(("seconds", "left"), [(0, "60 s"), (59.5, "1 s"), (60, None)])
def test_an_attempt_without_a_verdict_is_not_settled_while_its_answer_may_come(
    seconds: float, left: str | None
) -> None:
    opened = recorded(attempted(WORDS)).record(WORDS.name, 1)
    now = opened.attempts[0].at + timedelta(seconds=seconds)
    with pytest.raises(RefusedError) if left else nullcontext() as refused:
        reconcile.require_verdict(opened, timedelta(seconds=60), now)
    assert left is None or left in refused.value.hint
    doubtful = recorded(attempted(WORDS), (SendInDoubt(attempt=2, reason="timeout"), WORDS)).record(WORDS.name, 1)
    reconcile.require_verdict(doubtful, timedelta(seconds=60), now)


def test_what_is_on_record_as_sent_is_settled_as_sent_only() -> None:
    scene = Scene([WORDS])
    assert 0 == scene.apply().exit_status()
    scene.write(attempted(WORDS))
    scene.write((SendInDoubt(attempt=len(scene.ledger.entries), reason="timeout"), WORDS))
    with pytest.raises(UsageError, match="is on record as sent"):
        settle_not_sent(scene.record(WORDS), I_LOOKED, None, scene.book())
    settle_sent(scene.record(WORDS), I_LOOKED, None, scene.book())
    assert (Phase.TOLD_SENT, 0) == (scene.record(WORDS).phase(), scene.apply().exit_status())
