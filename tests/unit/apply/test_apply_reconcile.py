"""What a person says: of a send, of a draft, of sends without this ledger."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from building import (
    DAY,
    HOUR,
    NOW,
    OTHER_APPID,
    article,
    attempted,
    audience,
    guards,
    news,
    recorded,
    sha,
    text,
)
from copies import replace
from simulation.scenario import Scene, settle_not_sent, settle_sent, whole_news, whole_text
from simulation.world import Fault

from massctl.apply import journal, reconcile
from massctl.apply.consent import SendQuestion
from massctl.apply.reconcile import (
    adopt_draft,
    import_sent,
    import_website_send,
    retract_website_send,
)
from massctl.errors import MassctlError, PermanentError, RefusedError, UsageError
from massctl.model.entries import SendAccepted, SendInDoubt
from massctl.model.ids import AccountName
from massctl.model.message import NewsMessage, RenderedCampaign, Window
from massctl.model.phrase import BEIJING, moment
from massctl.model.state import Phase, Status, held_until, status_of
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
        journal.Statement("looked", "li", looked_at=began + timedelta(seconds=seconds))
        for seconds in (-1, 0)
    )
    with pytest.raises(UsageError, match="but you looked at") as stopped:
        settle(scene.record(WORDS), early, None, scene.book())
    assert ("look again" in stopped.value.hint, []) == (True, scene.events("send_settled"))
    settle(scene.record(WORDS), in_time, None, scene.book())
    assert 1 == len(scene.events("send_settled"))


def test_a_word_about_an_earlier_draft_forgets_no_later_one() -> None:
    scene = staged()
    scene.wechat.drafts.clear()
    early = journal.Statement(
        "looked", "li", looked_at=scene.record(NEWS).drafts[0].saved_at - HOUR
    )
    with pytest.raises(UsageError, match="but you looked at"):
        settle_not_sent(scene.record(NEWS), early, lambda _: scene.wechat, scene.book())
    assert [] == scene.events("draft_deleted")


def test_an_id_is_checked_with_wechat() -> None:
    scene = in_doubt()
    msg_id = scene.wechat.jobs[0].msg_id
    report = settle_sent(
        scene.record(WORDS), journal.Statement("seen", "li", msg_id), scene.wechat, scene.book()
    )
    assert report is not None
    assert "sent" == report.status
    assert [msg_id] == [job.msg_id for job in scene.record(WORDS).jobs]


def test_an_id_is_believed_where_no_account_is_at_hand() -> None:
    scene = in_doubt()
    assert (
        settle_sent(scene.record(WORDS), journal.Statement("seen", "li", 7), None, scene.book())
        is None
    )
    assert [7] == [job.msg_id for job in scene.record(WORDS).jobs]


def test_an_id_that_wechat_does_not_know_settles_nothing() -> None:
    scene = in_doubt()
    with pytest.raises(PermanentError, match="nothing was recorded") as stopped:
        settle_sent(
            scene.record(WORDS), journal.Statement("seen", "li", 7), scene.wechat, scene.book()
        )
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
        settle_sent(
            book.state.record(WORDS.name, 1),
            journal.Statement("seen", "li", taken),
            scene.wechat,
            book,
        )
    assert scene.record(WORDS).open_attempts


def test_the_job_of_another_batch_settles_nothing() -> None:
    words = replace(WORDS, audience=audience(openids="a.txt"))
    first = attempted(words, batches=2), (SendAccepted(attempt=2, msg_id=7), words)
    state = recorded(*first, attempted(words, batch=2, batches=2))
    record = state.record(words.name, 1)
    reconcile.check_foreign(8, record, state, 2)
    with pytest.raises(UsageError, match="job 7 is the send of batch 1"):
        settle_sent(record, journal.Statement("seen", "li", 7), None, SimpleNamespace(state=state))  # type: ignore[arg-type]


def test_while_the_administrator_may_agree_nobody_says_that_it_was_not_sent() -> None:
    scene = in_doubt()
    attempt = scene.record(WORDS).attempts[0]
    scene.write((SendInDoubt(attempt=attempt.serial, reason="errcode", errcode=89504), WORDS))
    until = held_until(scene.record(WORDS))
    assert until is not None
    said = moment(until.astimezone(BEIJING))
    with pytest.raises(
        RefusedError, match=re.escape(f"words waits for the administrator until {said}")
    ):
        settle_not_sent(
            scene.record(WORDS), I_LOOKED, None, scene.book(), now=until - timedelta(seconds=1)
        )
    assert [] == scene.events("send_settled")
    settle_not_sent(scene.record(WORDS), I_LOOKED, None, scene.book(), now=until)
    assert 1 == len(scene.events("send_settled"))


@pytest.mark.parametrize("settle", [settle_sent, settle_not_sent])
def test_nobody_looked_at_a_moment_to_come(settle: Callable[..., object]) -> None:
    scene = in_doubt()
    seen = scene.record(WORDS).attempts[0].at + HOUR
    with pytest.raises(UsageError, match="is in the future"):
        settle(
            scene.record(WORDS),
            journal.Statement("looked", "li", looked_at=seen),
            None,
            scene.book(),
            now=seen - timedelta(seconds=1),
        )
    assert [] == scene.events("send_settled")
    settle(
        scene.record(WORDS),
        journal.Statement("looked", "li", looked_at=seen),
        None,
        scene.book(),
        now=seen,
    )


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
            "changed",
            id="changed",
        ),
    ],
)
def test_a_draft_that_is_not_as_it_was_saved_is_staged_again(
    happens: Callable[[Scene], None], reason: str
) -> None:
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


def test_whom_a_send_in_the_console_went_to_is_recorded_and_an_attempts_audience_is_not_said_twice() -> (
    None
):
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
def test_there_is_nothing_to_settle_about_a_new_campaign_or_a_sent_one(
    settle: Callable[..., object],
) -> None:
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
    """WeChat may say `send it in the console` (45062): whoever does so can record it."""
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
    assert (4, Guard.ACCOUNT_IN_DOUBT, 0) == (
        outcome.exit_status(),
        refusal.guard,
        scene.other.count("send_mass"),
    )
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
    assert (4, [WORDS.name]) == (
        outcome.exit_status(),
        [each.campaign for each in outcome.doubts_of_others],
    )
    scene.campaigns = [text("next", "第二", window=WORDS.window)]
    outcome = scene.apply()
    assert (4, []) == (outcome.exit_status(), outcome.doubts_of_others)


@pytest.mark.parametrize("settle", [settle_sent, settle_not_sent])
@pytest.mark.parametrize(("seconds", "left"), [(0, "60 s"), (59.5, "1 s"), (60, None)])
def test_an_attempt_without_a_verdict_is_not_settled_while_its_answer_may_come(
    settle: Callable[..., object], seconds: float, left: str | None
) -> None:
    scene = Scene([WORDS])
    scene.write(attempted(WORDS))
    (opened,) = scene.record(WORDS).attempts
    moments = {"now": opened.at + timedelta(seconds=seconds), "wait": timedelta(seconds=60)}
    with pytest.raises(RefusedError) if left else nullcontext() as refused:
        settle(scene.record(WORDS), I_LOOKED, None, scene.book(), **moments)
    assert left is None or left in refused.value.hint
    assert (left is None) == bool(scene.events("send_settled"))


@pytest.mark.parametrize("settle", [settle_sent, settle_not_sent])
def test_an_attempt_with_a_verdict_is_settled_at_once(settle: Callable[..., object]) -> None:
    scene = in_doubt()
    at = scene.record(WORDS).attempts[0].at
    settle(scene.record(WORDS), I_LOOKED, None, scene.book(), now=at, wait=timedelta(seconds=60))
    assert 1 == len(scene.events("send_settled"))


BODY = f'<p>你好<a href="https://mp.weixin.qq.com/s/x">旧文</a></p><img src="massctl-picture:{sha("hero")}">'
HANDED = news("sale", article(content=BODY), window=Window(NOW - HOUR, NOW + HOUR))
WANG = reconcile.Statement("声明了原创", "wang")


def staged_draft(**fields: Any) -> Scene:
    """Give a scene in which the draft of an earlier run was changed in the console, and the window is open now."""
    scene = Scene([HANDED], now=NOW - 2 * HOUR)
    assert 0 == scene.apply().exit_status()
    change(scene, **fields)
    scene.later(hours=2)
    return scene


def change(scene: Scene, **fields: Any) -> None:
    """Change the first article of the draft in the console."""
    ((media_id, (first, *others)),) = scene.wechat.drafts.items()
    scene.wechat.drafts[media_id] = (replace(first, **fields), *others)


def adopt(scene: Scene) -> list[str]:
    """Keep the console's version; gives what differs in it."""
    return [str(each) for each in adopt_draft(HANDED, WANG, scene.wechat, scene.book())]


CUT = news("sale", article(content=BODY, pic_crop_235_1="0_0.1_1_0.9"), window=HANDED.window)


def test_what_the_list_shows_of_a_cover_may_differ_and_is_named_before_and_not_after() -> None:
    scene = Scene([CUT], now=NOW - 2 * HOUR)
    assert 0 == scene.apply().exit_status()
    change(scene, pic_crop_235_1="0_0_1_0.8")
    scene.later(hours=2)
    assert refused(scene).endswith("saved: article 1: pic_crop_235_1 differs")
    assert ["article 1: pic_crop_235_1 differs"] == [
        str(each) for each in adopt_draft(CUT, WANG, scene.wechat, scene.book())
    ]
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_what_was_left_to_wechat_may_be_what_was_changed() -> None:
    scene = staged_draft(pic_crop_1_1="0_0_0.5_1")
    assert refused(scene).endswith("saved: only its markup, or the visible part of a cover")


FREE: dict[str, dict[str, Any]] = {
    "author": {"author": "原作者"},
    "need_open_comment": {"need_open_comment": False},
    "only_fans_can_comment": {"only_fans_can_comment": True},
}


@pytest.mark.parametrize("name", FREE)
def test_what_followers_do_not_read_may_differ_and_goes_out(name: str) -> None:
    scene = staged_draft(**FREE[name])
    assert 5 == scene.apply().exit_status()
    assert [f"article 1: {name} differs"] == adopt(scene)
    (event,) = scene.events("adopted")
    assert ("声明了原创", "wang") == (event.reason, event.by)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_markup_may_differ_and_has_to_be_adopted() -> None:
    scene = staged_draft(content=BODY.replace("你好", "<b>你好</b>"))
    ((media_id, (first, *_)),) = scene.wechat.drafts.items()
    scene.wechat.drafts[media_id] = (replace(first, content=addressed(scene, first.content)),)
    assert 5 == scene.apply().exit_status()
    assert ["its markup alone"] == adopt(scene)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_markup_that_shows_or_hides_something_may_not_differ() -> None:
    scene = staged_draft()
    ((_, (first,)),) = scene.wechat.drafts.items()
    change(scene, content=first.content.replace("你好", '<b style="font-size:0">你</b>好'))
    (outcome,) = scene.apply().campaigns
    assert "adopt sale --pull" in str(outcome.refusals[0].hint)
    with pytest.raises(RefusedError, match="how it looks differs"):
        adopt(scene)
    assert [] == scene.events("adopted")


def addressed(scene: Scene, content: str) -> str:
    """Put the uploaded picture's address in its place."""
    return content.replace(f"massctl-picture:{sha('hero')}", next(iter(scene.wechat.images)))


BOUND: dict[str, dict[str, Any]] = {
    "title": {"title": "改"},
    "the abstract": {"digest": "改"},
    "text": {"content": "<p>你们好</p>"},
    "a link": {"content_source_url": "https://example.com/x"},
    "the cover": {"thumb_media_id": "ANOTHER"},
    "all, and the author too": {"title": "改", "author": "改", "content": "<p>改</p>"},
}


@pytest.mark.parametrize("name", BOUND)
def test_words_pictures_and_links_may_not_differ(name: str) -> None:
    scene = staged_draft(**BOUND[name])
    if name == "the abstract":
        change(scene, author="改")
    with pytest.raises(RefusedError, match="differs from what was reviewed") as caught:
        adopt(scene)
    assert ("adopt sale --pull" in caught.value.hint, []) == (True, scene.events("adopted"))


CARD = '<mp-miniprogram data-miniprogram-appid="wx1" data-miniprogram-path="p"></mp-miniprogram>'


@pytest.mark.parametrize(("was", "now"), [("wx1", "wx2"), ('"p"', '"q"')])
def test_a_card_may_not_lead_elsewhere(was: str, now: str) -> None:
    campaign = news("sale", article(content=f"<p>你好</p>{CARD}"), window=HANDED.window)
    scene = Scene([campaign], now=NOW - 2 * HOUR)
    assert 0 == scene.apply().exit_status()
    change(scene, content=f"<p>你好</p>{CARD.replace(was, now)}")
    scene.later(hours=2)
    assert "1 links were saved, and 1 are there, or others" in refused(scene)
    with pytest.raises(RefusedError, match="differs from what was reviewed"):
        adopt_draft(campaign, WANG, scene.wechat, scene.book())
    assert [] == scene.events("adopted")


def test_an_article_more_is_too_much() -> None:
    scene = staged_draft()
    ((media_id, articles),) = scene.wechat.drafts.items()
    scene.wechat.drafts[media_id] = articles * 2
    with pytest.raises(RefusedError, match="1 articles were saved, and 2 are there"):
        adopt(scene)


def test_what_the_console_does_after_an_adoption_is_noticed_too() -> None:
    scene = staged_draft(author="原作者")
    adopt(scene)
    change(scene, author="另一位")
    assert (5, []) == (scene.apply().exit_status(), scene.wechat.jobs)


def test_an_adopted_draft_is_superseded_by_an_edit_like_any_other() -> None:
    scene = staged_draft(author="原作者")
    adopt(scene)
    scene.campaigns = [replace(HANDED, message=NewsMessage((article("改", content=BODY),)))]
    assert (0, {}) == (scene.apply().exit_status(), scene.wechat.drafts)
    assert ["改"] == [job.subject for job in scene.wechat.jobs]


def no_draft() -> Scene:
    return Scene([HANDED])


def edited() -> Scene:
    other = replace(HANDED, message=NewsMessage((article("改", content=BODY),)))
    scene = Scene([other], now=NOW - 2 * HOUR)
    scene.apply()
    return scene


def sent() -> Scene:
    scene = Scene([HANDED])
    scene.apply()
    return scene


def doubtful() -> Scene:
    scene = Scene([HANDED], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    return scene


def gone() -> Scene:
    scene = staged_draft()
    scene.wechat.drafts.clear()
    return scene


@pytest.mark.parametrize(
    ("begin", "kind", "words"),
    [
        (no_draft, UsageError, "It has no draft"),
        (edited, UsageError, "It was edited since"),
        (sent, UsageError, "It was sent"),
        (doubtful, UsageError, "nobody knows whether"),
        (staged_draft, UsageError, "is unchanged"),
        (gone, RefusedError, "no longer there"),
    ],
)
def test_where_there_is_nothing_to_adopt(
    begin: Callable[[], Scene], kind: type[MassctlError], words: str
) -> None:
    scene = begin()
    with pytest.raises(kind) as caught:
        adopt(scene)
    assert words in f"{caught.value.summary} {caught.value.detail}"
    assert [] == scene.events("adopted")


def refused(scene: Scene) -> str:
    """Run, and give what it says of the draft that it refuses."""
    (outcome,) = scene.apply().campaigns
    (refusal,) = [each for each in outcome.refusals if each.guard is Guard.DRAFT_CHANGED]
    return str(refusal.message)


def test_the_refusal_names_the_parts() -> None:
    scene = staged_draft(title="另一个标题", author="老板")
    assert refused(scene).endswith(": article 1: title differs; article 1: author differs")


def test_the_refusal_names_what_came_after_an_adoption_and_not_what_was_adopted() -> None:
    scene = staged_draft(author="老板")
    adopt(scene)
    ((_, (first,)),) = scene.wechat.drafts.items()
    change(scene, content=first.content.replace("<p>", '<p style="color:red">'))
    assert refused(scene).endswith("saved: its markup alone")
    change(scene, digest="别的摘要")
    assert refused(scene).endswith("saved: article 1: digest (摘要) differs")


def test_where_the_digest_was_left_empty_it_may_be_what_was_changed() -> None:
    scene = Scene(
        [news("sale", article(content=BODY, digest=""), window=HANDED.window)], now=NOW - 2 * HOUR
    )
    assert 0 == scene.apply().exit_status()
    change(scene, digest="别的摘要")
    scene.later(hours=2)
    assert refused(scene).endswith("only its markup, or a digest (摘要) that was left empty")


def test_of_several_articles_no_digest_is_named_or_compared() -> None:
    two = (article(content=BODY), article("第二条", content=BODY, digest=""))
    scene = Scene([news("sale", *two, window=HANDED.window)], now=NOW - 2 * HOUR)
    assert 0 == scene.apply().exit_status()
    change(scene, digest="别的摘要")
    assert 0 == scene.apply().exit_status()
    ((_, (first, _)),) = scene.wechat.drafts.items()
    change(scene, content=first.content.replace("<p>", '<p style="color:red">'))
    scene.later(hours=2)
    assert refused(scene).endswith("saved: its markup alone")


def test_what_an_edited_campaign_said_before_is_not_known_any_more() -> None:
    scene = staged_draft(title="另一个标题")
    scene.campaigns = [news("sale", article(content=BODY, title="改过"), window=HANDED.window)]
    assert refused(scene).endswith("after it was saved")


def handed_off(*items: str) -> tuple[Scene, Any]:
    """Give a scene in which a campaign with a hand-off list was staged, and its window is open now."""
    campaign = replace(HANDED, handoff=items)
    scene = Scene([campaign], now=NOW - 2 * HOUR)
    assert 0 == scene.apply().exit_status()
    scene.later(hours=2)
    return scene, campaign


def test_what_no_api_shows_is_adopted_as_done_and_goes_out() -> None:
    scene, campaign = handed_off("original", "album: 秋季")
    outcome = scene.apply()
    assert (5, ["handoff_open"]) == (
        outcome.exit_status(),
        [r.guard.value for r in outcome.campaigns[0].refusals],
    )

    assert [] == adopt_draft(campaign, WANG, scene.wechat, scene.book())
    (event,) = scene.events("adopted")
    assert ["original", "album: 秋季"] == event.handoff
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_what_was_done_and_shows_is_told_too() -> None:
    scene, campaign = handed_off("original")
    change(scene, author="原作者")
    assert ["article 1: author differs"] == [
        str(e) for e in adopt_draft(campaign, WANG, scene.wechat, scene.book())
    ]
    assert 0 == scene.apply().exit_status()


def test_once_all_is_done_there_is_nothing_to_adopt() -> None:
    scene, campaign = handed_off("original")
    adopt_draft(campaign, WANG, scene.wechat, scene.book())
    with pytest.raises(UsageError, match="nothing to adopt"):
        adopt_draft(campaign, WANG, scene.wechat, scene.book())


def test_a_change_after_the_adoption_is_refused_as_any_other() -> None:
    scene, campaign = handed_off("original")
    adopt_draft(campaign, WANG, scene.wechat, scene.book())
    change(scene, content="<p>别的</p>")
    outcome = scene.apply()
    assert (5, [Guard.DRAFT_CHANGED]) == (
        outcome.exit_status(),
        [r.guard for r in outcome.campaigns[0].refusals],
    )


def test_a_hand_off_does_not_let_other_words_through() -> None:
    scene, campaign = handed_off("original")
    change(scene, title="别的标题")
    with pytest.raises(RefusedError, match="differs from what was reviewed"):
        adopt_draft(campaign, WANG, scene.wechat, scene.book())


def test_the_question_before_the_send_shows_what_was_done() -> None:
    scene, campaign = handed_off("reward")
    adopt_draft(campaign, WANG, scene.wechat, scene.book())
    asked: list[SendQuestion] = []

    def yes(question: SendQuestion) -> bool:
        asked.append(question)
        return True

    scene.consent = yes
    assert 0 == scene.apply().exit_status()
    assert [("reward (赞赏)",)] == [question.done_by_hand for question in asked]


SEEN = journal.Statement("it is in the console", "li")
YESTERDAY = NOW - DAY
MINUTE = timedelta(minutes=1)


def told(
    scene: Scene, campaign: RenderedCampaign, said: journal.Statement = SEEN, **changes: Any
) -> None:
    """Say that a campaign went out yesterday."""
    book = scene.book()
    import_sent(
        book.state.record(campaign.name, campaign.edition),
        campaign.appid,
        YESTERDAY,
        said,
        book,
        **{"declared": campaign, **changes},
    )


@pytest.mark.parametrize("campaign", [WORDS, NEWS], ids=["text", "news"])
def test_a_campaign_that_went_out_is_never_sent(campaign: RenderedCampaign) -> None:
    scene = Scene([campaign])
    told(scene, campaign)
    assert (0, [], Status.SENT) == (
        scene.apply().exit_status(),
        scene.wechat.calls,
        status_of(scene.record(campaign)),
    )


def test_a_job_that_is_known_can_be_followed() -> None:
    scene = Scene([WORDS])
    told(scene, WORDS, journal.Statement("seen", "li", 7))
    (job,) = scene.record(WORDS).jobs
    assert (7, YESTERDAY, Status.SENDING) == (
        job.msg_id,
        job.accepted_at,
        status_of(scene.record(WORDS)),
    )


def test_a_higher_edition_is_sent_on_purpose() -> None:
    scene = Scene([whole_text(edition=2)])
    told(scene, WORDS)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_an_equal_message_under_another_name_is_noticed() -> None:
    scene = Scene([text("copy", window=WORDS.window)])
    told(scene, WORDS)
    (planned,) = scene.plan().campaigns
    assert ["same_content"] == guards(planned)


def test_of_a_message_that_is_not_known_no_copy_is_noticed() -> None:
    scene = Scene([text("copy", window=WORDS.window)])
    told(scene, WORDS, journal.Statement("", "li"), declared=None)
    (planned,) = scene.plan().campaigns
    assert ([], None) == (guards(planned), scene.events("send_imported")[0].reason)


def test_a_campaign_in_doubt_is_settled_and_not_imported() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    with pytest.raises(UsageError, match="nobody knows whether it was sent") as caught:
        told(scene, WORDS)
    assert "massctl reconcile words" in caught.value.hint


def test_a_campaign_is_sent_once_whoever_says_so() -> None:
    scene = Scene([WORDS])
    told(scene, WORDS)
    with pytest.raises(UsageError, match="edition 1 of words is recorded as sent"):
        told(scene, WORDS)
    assert 1 == len(scene.events("send_imported"))


def test_a_job_is_the_send_of_one_campaign() -> None:
    scene = Scene([WORDS])
    told(scene, WORDS, journal.Statement("seen", "li", 7))
    with pytest.raises(UsageError, match="job 7 is the send of words, edition 1"):
        told(scene, NEWS, journal.Statement("seen", "li", 7))


def test_a_send_on_the_website_is_no_campaigns_and_counts_for_its_account() -> None:
    scene = Scene([])
    for at in (YESTERDAY, NOW - HOUR):
        import_website_send(WORDS.appid, at, journal.Statement("", "li"), scene.book())
    assert ({WORDS.appid: [YESTERDAY, NOW - HOUR]}, {}) == (
        scene.state.website_sends,
        scene.state.records,
    )


def test_a_send_on_the_website_is_told_once() -> None:
    scene = Scene([])
    import_website_send(WORDS.appid, NOW, SEEN, scene.book())
    with pytest.raises(UsageError, match="is recorded already"):
        import_website_send(WORDS.appid, NOW, SEEN, scene.book())


@pytest.mark.parametrize("seconds", [0, 30])
def test_one_of_the_same_minute_is_the_same_and_is_taken_back_by_its_minute(seconds: int) -> None:
    scene = Scene([])
    import_website_send(WORDS.appid, NOW, SEEN, scene.book())
    same = NOW + timedelta(seconds=seconds)
    with pytest.raises(UsageError, match="is recorded already"):
        import_website_send(WORDS.appid, same, SEEN, scene.book())
    import_website_send(OTHER_APPID, same, SEEN, scene.book())
    import_website_send(WORDS.appid, NOW - MINUTE, SEEN, scene.book())
    retract_website_send(WORDS.appid, same, SEEN, scene.book())
    assert {WORDS.appid: [NOW - MINUTE], OTHER_APPID: [same]} == scene.state.website_sends
    with pytest.raises(UsageError, match="no send in the console at"):
        retract_website_send(WORDS.appid, same, SEEN, scene.book())


def test_what_is_on_record_as_sent_is_settled_as_sent_only() -> None:
    scene = Scene([WORDS])
    assert 0 == scene.apply().exit_status()
    scene.write(attempted(WORDS))
    scene.write((SendInDoubt(attempt=len(scene.ledger.entries), reason="connection_cut"), WORDS))
    with pytest.raises(UsageError, match="is on record as sent"):
        settle_not_sent(scene.record(WORDS), I_LOOKED, None, scene.book())
    settle_sent(scene.record(WORDS), I_LOOKED, None, scene.book())
    assert (Phase.TOLD_SENT, 0) == (scene.record(WORDS).phase(), scene.apply().exit_status())
