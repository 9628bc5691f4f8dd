"""Drafts within a run: saved, read back, sent, and why they are deleted."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from building import (
    APPID,
    HOUR,
    LATER,
    NOW,
    PAST,
    Happening,
    article,
    attempted,
    house,
    news,
    picture,
    plan_of,
    recorded,
    reviewers,
    saved,
    sha,
    text,
)
from copies import replace
from openid_samples import PAIRS
from simulation.crashing import Boundaries, Crash
from simulation.scenario import LONG, OPENIDS, Scene, to_openids, whole_news
from simulation.world import Fault, SimClock

from massctl.apply.context import ApplyContext
from massctl.apply.draft_fingerprint import kept_sha256
from massctl.apply.drafts import why_deleted
from massctl.apply.outcome import outcome_of, refuse_all
from massctl.apply.payloads import draft_articles, send_intent
from massctl.apply.ports import DraftArticle
from massctl.errors import InvariantError
from massctl.model.entries import (
    DraftDeleted,
    DraftVerified,
    ImageUploaded,
    MaterialAdded,
    SendAccepted,
    SendRejected,
)
from massctl.model.ids import MediaId
from massctl.model.message import NewsMessage, Purpose, RenderedCampaign, TextMessage, Window
from massctl.model.state import State
from massctl.plan.plan import Until, make_plan
from massctl.plan.steps import Guard, Refusal

AHEAD = NOW - 2 * HOUR
"""Two hours before the window of `NEWS` opens."""
NEWS = whole_news(recipients=())
UNKNOWN_COVER = ("add_draft", Fault.MEDIA_UNKNOWN)


def edited(campaign: RenderedCampaign = NEWS, title: str = "春季大促，改") -> RenderedCampaign:
    """Give the campaign with another title."""
    assert isinstance(campaign.message, NewsMessage)
    return replace(
        campaign, message=NewsMessage((replace(campaign.message.articles[0], title=title),))
    )


def staged(campaign: RenderedCampaign = NEWS) -> Scene:
    """Give a scene in which an earlier run saved the draft, and the window is open now."""
    scene = Scene([campaign], now=AHEAD)
    assert 0 == scene.apply().exit_status()
    scene.later(hours=2)
    return scene


def change(scene: Scene, **fields: Any) -> None:
    """Change the first article of every draft in the console."""
    for media_id, (first, *others) in scene.wechat.drafts.items():
        scene.wechat.drafts[media_id] = (replace(first, **fields), *others)


def told(outcome: Any) -> list[str]:
    """Give the guards that refused the first campaign."""
    return [refusal.guard.value for refusal in outcome.campaigns[0].refusals]


def test_a_draft_has_real_addresses_in_place_of_pictures() -> None:
    scene = staged()
    (draft,) = scene.wechat.drafts.values()
    assert "massctl-picture" not in draft[0].content
    assert draft[0].thumb_media_id in scene.wechat.materials
    assert 2 == draft[0].content.count("https://mmbiz.qpic.cn/IMAGE_")


def test_a_gif_inside_an_article_has_the_address_of_its_material() -> None:
    campaign = news(
        "a",
        article(content=f'<img src="massctl-picture:{sha("gif")}">'),
        pictures=(picture("gif", Purpose.MATERIAL), picture("cover", Purpose.MATERIAL)),
        window=NEWS.window,
    )
    (draft,) = staged(campaign).wechat.drafts.values()
    assert "MATERIAL_" in draft[0].content


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param([], id="no cover"),
        pytest.param([("cover", "https://x/0")], id="no picture"),
        pytest.param([("cover", "https://x/0"), ("hero", None)], id="a picture without an address"),
    ],
)
def test_a_picture_that_is_not_recorded_is_a_bug(facts: list[tuple[str, str | None]]) -> None:
    campaign = news("a")
    happened: list[Happening] = [
        MaterialAdded(appid=campaign.appid, sha256=sha(label), media_id=label, url=url)
        for label, url in facts
    ]
    with pytest.raises(InvariantError, match="no recorded address"):
        draft_articles(campaign, recorded(*happened))


def test_a_text_has_no_draft() -> None:
    with pytest.raises(InvariantError, match="no draft"):
        draft_articles(text(), State())


def test_a_news_message_without_a_draft_cannot_be_shown() -> None:
    with pytest.raises(InvariantError, match="sale has no draft"):
        send_intent(NEWS, State())


def test_a_draft_that_cannot_be_saved_is_an_error_and_is_saved_by_the_next_run() -> None:
    scene = Scene([NEWS], now=AHEAD)
    outcome = scene.apply(*[("add_draft", Fault.REQUEST_LOST)] * 2)
    assert (1, "new") == (outcome.exit_status(), outcome.status(outcome.campaigns[0]).value)
    assert 0 == scene.apply().exit_status()


def test_a_cover_that_wechat_forgot_is_uploaded_once_more_and_the_draft_saved() -> None:
    other = news("a", article("标题"), window=Window(NOW + HOUR, NOW + 2 * HOUR))
    scene = staged(other)
    scene.campaigns = [NEWS]
    outcome = scene.apply(UNKNOWN_COVER)
    assert (0, 1, 2) == (
        outcome.exit_status(),
        scene.wechat.count("add_material"),
        scene.wechat.count("add_draft"),
    )
    assert ["material_added", "material_forgotten", "material_added"] == [
        kind for kind in scene.types() if kind.startswith("material")
    ]
    assert 1 == len(scene.wechat.jobs)


def test_a_cover_that_wechat_forgets_again_stops_its_campaign() -> None:
    other = news("a", article("标题"), window=Window(NOW + HOUR, NOW + 2 * HOUR))
    scene = staged(other)
    scene.campaigns = [NEWS]
    outcome = scene.apply(UNKNOWN_COVER, UNKNOWN_COVER)
    assert (1, 1, 2) == (
        outcome.exit_status(),
        scene.wechat.count("add_material"),
        scene.wechat.count("add_draft"),
    )


def test_two_campaigns_with_one_forgotten_cover_upload_it_once() -> None:
    scene = staged(news("a", article("标题"), window=Window(NOW + HOUR, NOW + 2 * HOUR)))
    scene.wechat.materials.clear()
    scene.campaigns = [
        NEWS,
        news("b", article("另一个"), window=Window(NOW + HOUR, NOW + 2 * HOUR)),
    ]
    outcome = scene.apply()
    assert (0, 1, 4) == (
        outcome.exit_status(),
        scene.wechat.count("add_material"),
        scene.wechat.count("add_draft"),
    )


def test_a_cover_that_was_uploaded_in_this_run_is_not_uploaded_again() -> None:
    scene = Scene([NEWS], now=AHEAD)
    outcome = scene.apply(UNKNOWN_COVER)
    assert (1, 1, 1) == (
        outcome.exit_status(),
        scene.wechat.count("add_material"),
        scene.wechat.count("add_draft"),
    )
    assert outcome.campaigns[0].error is not None
    assert 40007 == outcome.campaigns[0].error.errcode


def test_a_forgotten_cover_that_cannot_be_uploaded_stops_its_campaign() -> None:
    scene = staged(news("a", article("标题"), window=Window(NOW + HOUR, NOW + 2 * HOUR)))
    scene.campaigns = [NEWS]
    assert 1 == scene.apply(UNKNOWN_COVER, ("add_material", Fault.REQUEST_LOST)).exit_status()
    assert 0 == scene.apply().exit_status()


def test_a_cover_that_another_campaign_could_not_upload_is_tried_once_more() -> None:
    scene = staged(news("a", article("标题"), window=Window(NOW + HOUR, NOW + 2 * HOUR)))
    scene.wechat.materials.clear()
    scene.campaigns = [
        NEWS,
        news("b", article("另一个"), window=Window(NOW + HOUR, NOW + 2 * HOUR)),
    ]
    outcome = scene.apply(("add_material", Fault.REQUEST_LOST))
    assert [True, False] == [each.error is not None for each in outcome.campaigns]


LOSSES: dict[str, Callable[[DraftArticle], DraftArticle]] = {
    "a picture": lambda given: replace(
        given, content=given.content.replace('<img src="https', '<i src="https', 1)
    ),
    "a link": lambda given: replace(given, content=given.content.replace("<a ", "<b ")),
    "words": lambda given: replace(given, content=given.content.replace("你好", "你")),
    "the cover": lambda given: replace(given, thumb_media_id="ANOTHER"),
    "the digest": lambda given: replace(given, digest=given.digest[:3]),
}


@pytest.mark.parametrize("lost", LOSSES)
def test_what_wechat_does_not_keep_stops_the_campaign(lost: str) -> None:
    body = f'<p>你好<a href="https://mp.weixin.qq.com/s/x">旧文</a></p><img src="massctl-picture:{sha("hero")}">'
    scene = Scene(
        [news("sale", article(content=body), window=NEWS.window, recipients=reviewers("editor_li"))]
    )
    scene.wechat.keeps = LOSSES[lost]
    outcome = scene.apply()
    error = outcome.campaigns[0].error
    assert error is not None
    assert (1, None, True) == (
        outcome.exit_status(),
        error.errcode,
        "did not keep" in error.message,
    )
    assert [] == scene.wechat.departures


def test_a_draft_that_is_not_whole_is_given_up_and_made_anew() -> None:
    scene = Scene([NEWS])
    scene.wechat.keeps = LOSSES["words"]
    assert 1 == scene.apply().exit_status()
    assert {} == scene.wechat.drafts
    assert 1 == scene.apply().exit_status()
    scene.wechat.keeps = lambda given: given
    assert 0 == scene.apply().exit_status()
    assert 1 == len(scene.wechat.jobs)


def test_a_draft_that_is_not_whole_and_cannot_be_deleted_is_given_up_and_deleted_later() -> None:
    scene = Scene([NEWS])
    scene.wechat.keeps = LOSSES["words"]
    outcome = scene.apply(("delete_draft", Fault.REQUEST_LOST))
    assert (1, "new") == (outcome.exit_status(), outcome.status(outcome.campaigns[0]).value)
    assert any("could not be deleted" in line for line in scene.progress.lines)
    scene.wechat.keeps = lambda given: given
    scene.apply()
    assert ({}, 1) == (scene.wechat.drafts, len(scene.wechat.jobs))


def test_a_draft_that_vanishes_at_once_is_gone_like_any_other() -> None:
    """Somebody may have sent it, or WeChat reads another copy of its box: it is neither rebuilt nor given up."""
    scene = Scene([NEWS])
    keep = scene.wechat.get_draft
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "simulation.world.SimWeChat.get_draft", lambda self, media_id: keep(MediaId("none"))
        )
        assert ["draft_gone"] == told(scene.apply())
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_draft_that_cannot_be_read_back_is_not_sent_by_this_run() -> None:
    scene = Scene([NEWS])
    assert (1, 0) == (
        scene.apply(("get_draft", Fault.REQUEST_LOST)).exit_status(),
        len(scene.wechat.jobs),
    )
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_draft_of_an_earlier_run_is_read_again_before_and_behind_the_attempt_at_its_send() -> (
    None
):
    scene = staged()
    assert 0 == scene.apply().exit_status()
    assert ["get_draft", "get_draft", "send_mass"] == [
        each for each in scene.wechat.calls if each in ("get_draft", "send_mass")
    ]


def test_what_wechat_made_of_a_draft_is_recorded_once() -> None:
    scene = staged()
    (verified,) = scene.events("draft_verified")
    assert verified.kept_sha256 == kept_sha256(next(iter(scene.wechat.drafts.values())))
    scene.campaigns = [replace(NEWS, recipients=reviewers("editor_li"))]
    scene.apply()
    assert 1 == len(scene.events("draft_verified"))


def test_markup_that_was_changed_in_the_console_is_refused() -> None:
    """A price that is struck out has the letters of one that is not."""
    scene = staged()
    change(
        scene,
        content=next(iter(scene.wechat.drafts.values()))[0].content.replace(
            "你好", "<del>你好</del>"
        ),
    )
    outcome = scene.apply()
    assert (5, ["draft_changed"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)


def test_the_query_behind_a_pictures_address_is_no_change() -> None:
    scene = staged()
    change(
        scene,
        content=next(iter(scene.wechat.drafts.values()))[0].content.replace(
            '/0"', '/0?wx_fmt=png"'
        ),
    )
    assert 0 == scene.apply().exit_status()


@pytest.mark.parametrize(("content", "status"), [("<p>你好</p>", 5), (None, 0)])
def test_a_draft_of_a_run_that_died_before_it_read_it_back(
    content: str | None, status: int
) -> None:
    """It is judged by what a reader would miss, and from then on to the letter."""
    scene = Scene([NEWS], now=AHEAD)
    whole = Scene([NEWS], now=AHEAD)
    whole.apply()
    scene.boundaries.stop_at = whole.boundaries.passed.index("before get_draft") + 1
    with pytest.raises(Crash):
        scene.apply()
    scene.boundaries = Boundaries()
    if content is not None:
        change(scene, content=content)
    scene.later(hours=2)
    assert (status, status == 0) == (
        scene.apply().exit_status(),
        bool(scene.events("draft_verified")),
    )


def test_a_draft_that_was_changed_in_the_console_is_refused() -> None:
    scene = staged()
    change(scene, title="改")
    outcome = scene.apply()
    assert (5, ["draft_changed"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)


@pytest.mark.parametrize(
    ("changes", "adopt"),
    [({"title": "改"}, False), ({"content": "<p>别的</p>"}, False), ({"author": "别人"}, True)],
)
def test_a_draft_is_kept_or_its_words_are_pulled_into_the_files(
    changes: dict[str, str], adopt: bool
) -> None:
    scene = staged()
    change(scene, **changes)
    (refusal,) = scene.apply().campaigns[0].refusals
    ways = ("adopt sale --reason", "adopt sale --pull", "reconcile sale --not-sent")
    assert [adopt, not adopt, True] == [f"massctl {way}" in refusal.hint for way in ways]


def test_adopt_is_not_advised_for_a_draft_whose_campaign_was_edited_since() -> None:
    scene = staged()
    change(scene, author="别人")
    scene.campaigns = [replace(NEWS, message=NewsMessage((article("另一封信"),)))]
    (refusal,) = scene.apply().campaigns[0].refusals
    assert ("draft_changed", False) == (refusal.guard.value, "massctl adopt" in refusal.hint)


def test_a_draft_that_is_gone_is_refused_and_never_rebuilt() -> None:
    scene = staged()
    scene.wechat.drafts.clear()
    outcome = scene.apply()
    assert (5, ["draft_gone"], 0) == (
        outcome.exit_status(),
        told(outcome),
        scene.wechat.count("add_draft"),
    )
    assert ["draft_gone"] == told(scene.apply())


def test_a_draft_of_an_earlier_run_that_cannot_be_read_is_an_error() -> None:
    scene = staged()
    assert (1, []) == (
        scene.apply(("get_draft", Fault.REQUEST_LOST)).exit_status(),
        scene.wechat.jobs,
    )


def test_a_changed_draft_is_shown_to_no_new_reviewer_either() -> None:
    scene = staged()
    scene.campaigns = [replace(NEWS, recipients=reviewers("editor_li"))]
    change(scene, content="<p>改</p>")
    outcome = scene.apply()
    assert (5, ["draft_changed"], []) == (
        outcome.exit_status(),
        told(outcome),
        scene.wechat.departures,
    )


def test_a_draft_is_read_before_it_is_shown_and_again_right_before_its_send() -> None:
    scene = staged()
    scene.campaigns = [replace(NEWS, recipients=reviewers("editor_li"))]
    assert 0 == scene.apply().exit_status()
    asked = [each for each in scene.wechat.calls if each in ("get_draft", "preview", "send_mass")]
    assert ["get_draft", "preview", "get_draft", "get_draft", "send_mass"] == asked


def test_a_draft_that_is_changed_while_the_prompt_stands_open_is_not_sent() -> None:
    scene = staged()

    def yes_after_an_hour(_: object) -> bool:
        change(scene, content="<p>你好</p>")
        return True

    scene.consent = yes_after_an_hour
    outcome = scene.apply()
    assert (5, ["draft_changed"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)


def test_a_draft_that_is_changed_while_its_send_is_in_doubt_is_not_sent_by_a_repetition() -> None:
    scene = staged()
    scene.wait_in_doubt = False
    assert 4 == scene.apply(("send_mass", Fault.REQUEST_LOST)).exit_status()
    before = dict(scene.wechat.drafts)
    change(scene, content="<p>你好</p>")
    scene.later(minutes=2)
    scene.wait_in_doubt = True
    outcome = scene.apply()
    assert (4, ["draft_changed"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)
    scene.wechat.drafts.update(before)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_repetition_waits_for_a_draft_that_cannot_be_read() -> None:
    scene = staged()
    scene.wait_in_doubt = False
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    scene.later(minutes=2)
    scene.wait_in_doubt = True
    assert (4, []) == (
        scene.apply(("get_draft", Fault.REQUEST_LOST)).exit_status(),
        scene.wechat.jobs,
    )
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_after_an_attempt_the_draft_may_be_consumed_and_that_stops_nothing() -> None:
    scene = staged()
    scene.wait_in_doubt = False
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    scene.later(minutes=2)
    scene.wait_in_doubt = True
    outcome = scene.apply()
    assert (0, 2, 1) == (
        outcome.exit_status(),
        scene.wechat.count("get_draft"),
        len(scene.wechat.jobs),
    )


def test_an_edit_makes_a_new_draft_and_deletes_the_old_one_if_nobody_touched_it() -> None:
    scene = staged()
    scene.campaigns = [edited()]
    assert 0 == scene.apply().exit_status()
    deleted = [(event.reason, event.pending) for event in scene.events("draft_deleted")]
    assert [("superseded", True), ("superseded", None)] == deleted
    assert ["春季大促，改"] == [job.subject for job in scene.wechat.jobs]


def test_a_draft_that_was_changed_in_the_console_is_not_replaced_by_an_edit() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    change(scene, title="改")
    scene.campaigns = [edited()]
    outcome = scene.apply()
    assert (5, ["draft_changed"]) == (outcome.exit_status(), told(outcome))
    assert (1, 0) == (len(scene.wechat.drafts), scene.wechat.count("add_draft"))


def test_a_draft_that_is_gone_is_not_rebuilt_by_an_edit() -> None:
    """Somebody may have sent it in the console: an edited version would reach the same followers again."""
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    scene.wechat.drafts.clear()
    scene.campaigns = [edited()]
    outcome = scene.apply()
    assert (5, ["draft_gone"]) == (outcome.exit_status(), told(outcome))
    assert ({}, []) == (scene.wechat.drafts, scene.wechat.jobs)


def test_a_text_in_place_of_news_is_no_way_out_of_a_draft_that_is_gone() -> None:
    scene = staged()
    scene.wechat.drafts.clear()
    scene.campaigns = [replace(NEWS, message=TextMessage("今晚八点"), pictures=())]
    outcome = scene.apply()
    assert (5, ["draft_gone"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)


def test_an_old_draft_that_cannot_be_read_is_not_replaced() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    scene.campaigns = [edited()]
    assert 1 == scene.apply(("get_draft", Fault.REQUEST_LOST)).exit_status()
    assert 1 == len(scene.wechat.drafts)


def test_a_digest_that_was_changed_in_the_console_is_noticed() -> None:
    scene = staged()
    change(scene, digest="别人的摘要")
    assert ["draft_changed"] == told(scene.apply())


def test_of_several_articles_no_digest_is_missed_in_a_draft_that_a_dead_run_left_unread() -> None:
    two = replace(NEWS, message=NewsMessage((article(), article("第二条"))))
    scene = Scene([two], now=AHEAD)
    assert 1 == scene.apply(*[("get_draft", Fault.REQUEST_LOST)] * 2).exit_status()
    scene.later(hours=2)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


CARD = '<mp-common-profile data-id="A"></mp-common-profile>'


@pytest.mark.parametrize(("account", "expected"), [("A", []), ("B", ["draft_changed"])])
def test_a_card_that_was_changed_before_anybody_read_the_draft_is_noticed(
    account: str, expected: list[str]
) -> None:
    scene = Scene([replace(NEWS, message=NewsMessage((article(content=CARD),)))], now=AHEAD)
    assert 1 == scene.apply(*[("get_draft", Fault.REQUEST_LOST)] * 2).exit_status()
    change(scene, content=CARD.replace('"A"', f'"{account}"'))
    scene.later(hours=2)
    assert expected == told(scene.apply())
    assert (not expected) == bool(scene.wechat.jobs)


def test_a_superseded_draft_that_cannot_be_deleted_is_tried_again_by_the_next_run() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    scene.campaigns = [edited()]
    assert 0 == scene.apply(*[("delete_draft", Fault.REQUEST_LOST)] * 2).exit_status()
    assert 2 == len(scene.wechat.drafts)
    assert 0 == scene.apply().exit_status()
    assert ["get_draft", "delete_draft"] == scene.wechat.calls
    scene.apply()
    assert [] == scene.wechat.calls


def test_a_superseded_draft_is_kept_while_its_heir_is_not_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    scene.campaigns = [edited()]
    add = type(scene.wechat).add_draft

    def cutting(wechat: Any, articles: Any) -> Any:
        wechat.coming = [("get_draft", Fault.REQUEST_LOST)] * 2
        return add(wechat, articles)

    monkeypatch.setattr(type(scene.wechat), "add_draft", cutting)
    scene.apply()
    assert 2 == len(scene.wechat.drafts)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda drafts, old: drafts.pop(old), "gone"),
        (
            lambda drafts, old: drafts.update(
                {old: tuple(replace(a, title="改") for a in drafts[old])}
            ),
            "changed",
        ),
    ],
    ids=["gone", "changed"],
)
def test_an_old_draft_that_outlived_its_run_is_looked_at_again(happens: Any, reason: str) -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    (old,) = scene.wechat.drafts
    scene.campaigns = [edited()]
    scene.apply(*[("delete_draft", Fault.REQUEST_LOST)] * 2)
    happens(scene.wechat.drafts, old)
    assert 0 == scene.apply().exit_status()
    assert ["superseded", reason] == [event.reason for event in scene.events("draft_deleted")]


def test_a_refused_ledger_leaves_old_drafts_alone() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply()
    scene.campaigns = [edited()]
    scene.apply(("delete_draft", Fault.REQUEST_LOST))
    stop = Refusal(Guard.LEDGER_FOREIGN, "another ledger", "")
    plan = make_plan(scene.campaigns, scene.state, scene.rules, scene.now, stop=stop)
    outcome = scene.apply(plan=plan)
    assert (5, [], ["ledger_foreign"]) == (outcome.exit_status(), scene.wechat.calls, told(outcome))
    assert 5 == refuse_all(plan, scene.state, stop).exit_status()


def test_a_message_that_became_a_text_gives_up_its_draft() -> None:
    scene = staged()
    scene.campaigns = [
        replace(
            NEWS, message=TextMessage("今晚八点"), pictures=(), recipients=reviewers("editor_li")
        )
    ]
    outcome = scene.apply()
    assert (0, {}) == (outcome.exit_status(), scene.wechat.drafts)
    assert ["今晚八点"] == [job.subject for job in scene.wechat.jobs]


def test_a_cover_that_was_uploaded_anew_for_another_campaign_spoils_no_draft() -> None:
    """The draft of an earlier run is compared with what was given then, not with what would be given now."""
    scene = staged()
    scene.write(MaterialAdded(appid=NEWS.appid, sha256=sha("cover"), media_id="MATERIAL_99"))
    scene.campaigns = [replace(NEWS, recipients=reviewers("editor_li"))]
    assert 0 == scene.apply().exit_status()


def test_a_run_until_draft_shows_nothing() -> None:
    scene = Scene([whole_news()], until=Until.DRAFT)
    assert 0 == scene.apply().exit_status()
    assert [] == scene.wechat.departures


def test_a_draft_records_the_size_of_its_audience_where_it_could_be_read() -> None:
    scene = Scene([NEWS], now=AHEAD)
    scene.apply(("audience_count", Fault.REQUEST_LOST))
    scene.campaigns = [edited()]
    scene.apply()
    assert [None, 1000] == [event.audience_count for event in scene.events("draft_saved")]


def test_a_picture_address_is_taken_from_the_image_first() -> None:
    campaign = news("a")
    both: list[Happening] = [
        ImageUploaded(appid=campaign.appid, sha256=sha("hero"), url="https://image/0"),
        MaterialAdded(
            appid=campaign.appid, sha256=sha("hero"), media_id="M1", url="https://material/0"
        ),
        MaterialAdded(appid=campaign.appid, sha256=sha("cover"), media_id="M2"),
        saved(campaign),
    ]
    (made,) = draft_articles(campaign, recorded(*both))
    assert '<p>你好</p><p><img src="https://image/0"></p>' == made.content
    assert ("M2", "") == (made.thumb_media_id, made.content_source_url)


FIRST = whole_news(LONG, recipients=())
EDITED_LATE = whole_news(LONG, recipients=(), message=NewsMessage((article("春季大促，改"),)))


LIST, EDITED_LIST = to_openids(FIRST, PAIRS), to_openids(EDITED_LATE, PAIRS)


class DiesAfter(Boundaries):
    """The process is gone the nth time that something happened."""

    def __init__(self, name: str, nth: int = 1) -> None:
        super().__init__()
        self._name, self._left = name, nth

    def reach(self, name: str) -> None:
        self._left -= name == self._name
        if self._left == 0:
            raise Crash(name)


def test_an_edit_that_was_taken_back_is_not_sent_though_its_draft_is_found() -> None:
    """The run that staged the edit died after draft/add; then the edit was reverted."""
    scene = Scene([FIRST], until=Until.DRAFT)
    scene.apply()
    scene.campaigns, scene.boundaries = [EDITED_LATE], DiesAfter("after add_draft")
    with pytest.raises(Crash):
        scene.apply()
    scene.campaigns, scene.boundaries, scene.until = [FIRST], Boundaries(), Until.SEND
    outcome = scene.apply()
    assert (0, ["春季大促"]) == (outcome.exit_status(), [job.subject for job in scene.wechat.jobs])
    assert {} == scene.wechat.drafts


def delivered(scene: Scene) -> list[tuple[str, tuple[str, ...]]]:
    return [(job.subject, job.openids) for job in scene.wechat.jobs]


def staged_list() -> Scene:
    scene = Scene([LIST], until=Until.DRAFT)
    scene.apply()
    return scene


def died(scene: Scene, boundaries: Boundaries, *faults: tuple[str, Fault]) -> None:
    scene.boundaries = boundaries
    with pytest.raises(Crash):
        scene.apply(*faults)
    scene.boundaries = Boundaries()


def test_no_batch_gets_an_edit_that_was_taken_back_though_its_draft_is_found() -> None:
    scene = staged_list()
    scene.campaigns = [EDITED_LIST]
    died(scene, DiesAfter("after add_draft", 2))
    scene.campaigns, scene.until = [LIST], Until.SEND
    outcome = scene.apply()
    assert (0, [("春季大促", each) for each in PAIRS]) == (outcome.exit_status(), delivered(scene))
    assert {LIST.digest} == {event.digest for event in scene.events("send_attempted")}


def test_no_batch_gets_an_edit_whose_draft_arrives_after_the_first_batch_was_sent() -> None:
    scene = staged_list()
    scene.campaigns = [EDITED_LIST]
    died(scene, DiesAfter("after add_draft", 2))
    on_its_way = dict([scene.wechat.drafts.popitem()])
    scene.campaigns, scene.until = [LIST], Until.SEND
    died(scene, DiesAfter("after append send_accepted"))
    assert [("春季大促", PAIRS[0])] == delivered(scene)
    scene.wechat.drafts.update(on_its_way)
    scene.later(minutes=2)
    assert 0 == scene.apply().exit_status()
    assert ([("春季大促", each) for each in PAIRS], {}) == (delivered(scene), scene.wechat.drafts)


def test_a_batch_whose_newest_draft_is_of_another_version_waits_for_the_run_that_stages_it() -> (
    None
):
    """The plan was made before the other version was staged."""
    scene = staged_list()
    scene.until = Until.SEND
    plan = scene.plan()
    scene.campaigns, scene.until = [EDITED_LIST], Until.DRAFT
    scene.apply()
    scene.apply(plan=plan)
    assert [] == delivered(scene)
    scene.campaigns, scene.until = [LIST], Until.SEND
    assert (0, [("春季大促", each) for each in PAIRS]) == (
        scene.apply().exit_status(),
        delivered(scene),
    )


@pytest.mark.parametrize("recorded_as", [{"batch": 2}, {"digest": EDITED_LIST.digest}])
def test_an_attempt_at_another_version_or_batch_is_not_repeated(
    recorded_as: dict[str, Any],
) -> None:
    last = attempted(LIST, media_id="MEDIA_1", **recorded_as)
    state = recorded(saved(LIST), last)
    with pytest.raises(InvariantError, match="do not belong together"):
        send_intent(LIST, state, 1, OPENIDS)


@pytest.mark.parametrize("recorded_as", [{"batch": 2}, {"digest": EDITED_LIST.digest}])
def test_a_draft_of_another_version_or_batch_is_not_sent(recorded_as: dict[str, Any]) -> None:
    said = "belong together: its draft" if "digest" in recorded_as else "no draft to send"
    with pytest.raises(InvariantError, match=said):
        send_intent(LIST, recorded(saved(LIST, **recorded_as)), 1, OPENIDS)


def test_an_open_attempt_at_another_batch_is_refused_before_its_request_is_made() -> None:
    """Nothing but a ledger that people edited tells of a second batch before the first."""
    scene = Scene([LIST])
    scene.apply(("send_mass", Fault.NO_QUOTA))
    (first,) = scene.events("send_attempted")
    scene.write((replace(first, batch=2), LIST))
    scene.later(minutes=2)
    outcome = scene.apply()
    assert (4, [Guard.ACCOUNT_IN_DOUBT], []) == (
        outcome.exit_status(),
        [refusal.guard for refusal in outcome.campaigns[0].refusals],
        delivered(scene),
    )


SALE = news(window=LATER)
SAVED, SAVED_AGAIN = saved(SALE, "M1"), saved(SALE, "M2")
PROVEN = DraftVerified(media_id="M2", kept_sha256="kept"), SALE
TRIED = attempted(SALE, media_id="M1")
ACCEPTED = SendAccepted(attempt=3, msg_id=7), SALE


def why(
    happened: Sequence[Happening],
    declared: Sequence[RenderedCampaign] = (SALE,),
    *,
    folders: bool = True,
) -> str | None:
    """Ask about the first draft of the edition 1."""
    state = recorded(*happened)
    plan = plan_of(list(declared), state)
    names = frozenset({"sale"}) if folders else frozenset()
    ports: Any = SimpleNamespace(clock=SimClock(NOW), folders=names, accounts={APPID: "main"})
    ledger: Any = SimpleNamespace(state=state)
    context = ApplyContext(
        ports, ledger, house(), plan, [outcome_of(each) for each in plan.campaigns]
    )
    record = state.record(SALE.name, 1)
    return why_deleted(context, record, record.drafts[0])


def gone(*, pending: bool) -> Happening:
    return DraftDeleted(
        appid=APPID, media_id="M1", reason="superseded", pending=pending or None
    ), SALE


SALE_2 = replace(SALE, edition=2)
ABOVE = saved(SALE_2, "M2"), (DraftVerified(media_id="M2", kept_sha256="kept"), SALE_2)
DOUBT_ABOVE = attempted(SALE_2, media_id="M2")
TWO = (SAVED, saved(SALE, "M2", batch=2))
OF_TWO = attempted(SALE, media_id="M1", batches=2)
CLOSED = replace(SALE, window=PAST)
ORPHAN = SendAccepted(attempt=99, msg_id=7), SALE
SALE_AS_TEXT = text("sale", window=LATER)

ROWS = {
    "its deletion has no outcome": ([SAVED, gone(pending=True)], {}, "superseded"),
    "it is deleted": ([SAVED, gone(pending=False)], {}, None),
    "its send is in doubt": ([SAVED, TRIED], {"folders": False}, None),
    "its send is in doubt, and a newer one was proven": (
        [SAVED, SAVED_AGAIN, PROVEN, TRIED],
        {},
        None,
    ),
    "it was sent": (
        [SAVED, TRIED, (SendAccepted(attempt=3, msg_id=7), SALE)],
        {"folders": False},
        None,
    ),
    "another one was sent": (
        [SAVED_AGAIN, SAVED, attempted(SALE, media_id="M1"), (SendAccepted(attempt=4), SALE)],
        {},
        "superseded",
    ),
    "its batch was sent": ([*TWO, OF_TWO, (SendAccepted(attempt=4, msg_id=7), SALE)], {}, None),
    "it stands": ([SAVED], {}, None),
    "a newer one was proven": ([SAVED, SAVED_AGAIN, PROVEN], {}, "superseded"),
    "a newer one of another batch was proven": ([*TWO, PROVEN], {}, None),
    "a newer one was given up": (
        [
            SAVED,
            SAVED_AGAIN,
            PROVEN,
            (DraftDeleted(appid=APPID, media_id="M2", reason="superseded"), SALE),
        ],
        {},
        None,
    ),
    "the declared edition has one": ([SAVED, *ABOVE], {"declared": (SALE_2,)}, "superseded"),
    "another edition has one, which is not declared": ([SAVED, *ABOVE], {}, None),
    "a higher edition has one, and nothing is declared": (
        [SAVED, *ABOVE],
        {"declared": ()},
        "superseded",
    ),
    "its list has fewer batches": ([saved(SALE, "M1", batch=2)], {}, "superseded"),
    "WeChat accepted an attempt that is not on record": (
        [SAVED, (SendAccepted(attempt=99, msg_id=7), SALE)],
        {"folders": frozenset()},
        None,
    ),
    "its campaign has become a text": ([SAVED], {"declared": (SALE_AS_TEXT,)}, "superseded"),
    "another edition is in doubt": ([SAVED, DOUBT_ABOVE], {"declared": (), "folders": False}, None),
    "its folder is gone": ([SAVED], {"declared": (), "folders": False}, "folder_gone"),
    "its campaign is faulty": ([SAVED], {"declared": ()}, None),
    "its window has closed": ([SAVED], {"declared": (CLOSED,)}, "window_closed"),
    "the window of another edition has closed": (
        [SAVED],
        {"declared": (replace(CLOSED, edition=2),)},
        None,
    ),
    "its send was refused": (
        [SAVED, TRIED, (SendRejected(attempt=3, errcode=45028), SALE)],
        {},
        None,
    ),
}


@pytest.mark.parametrize(("happened", "around", "expected"), ROWS.values(), ids=ROWS)
def test_why_a_draft_is_deleted(
    happened: list[Happening], around: dict[str, Any], expected: str | None
) -> None:
    assert expected == why(happened, **around)
