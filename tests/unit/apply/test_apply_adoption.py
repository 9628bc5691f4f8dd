"""The console's version of a staged draft, kept by a person: what may differ, and what may not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from building import HOUR, NOW, article, news, sha
from simulation.scenario import Scene
from simulation.world import Fault

from massctl.apply import reconcile
from massctl.apply.ports import SendQuestion
from massctl.apply.reconcile import adopt_draft
from massctl.errors import MassctlError, RefusedError, UsageError
from massctl.model.message import RenderedNews, Window
from massctl.plan.steps import Guard

BODY = f'<p>你好<a href="https://mp.weixin.qq.com/s/x">旧文</a></p><img src="massctl-picture:{sha("hero")}">'
NEWS = news("sale", article(content=BODY), window=Window(NOW - HOUR, NOW + HOUR))
WANG = reconcile.Statement("声明了原创", "wang")


def staged(**fields: Any) -> Scene:
    """Give a scene in which the draft of an earlier run was changed in the console, and the window is open now."""
    scene = Scene([NEWS], now=NOW - 2 * HOUR)
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
    return [str(each) for each in adopt_draft(NEWS, WANG, scene.wechat, scene.book())]


CUT = news("sale", article(content=BODY, pic_crop_235_1="0_0.1_1_0.9"), window=NEWS.window)


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
    scene = staged(pic_crop_1_1="0_0_0.5_1")
    assert refused(scene).endswith("saved: its markup alone, or what is shown of a cover")


FREE: dict[str, dict[str, Any]] = {
    "author": {"author": "原作者"},
    "need_open_comment": {"need_open_comment": False},
    "only_fans_can_comment": {"only_fans_can_comment": True},
}


@pytest.mark.parametrize("name", FREE)
def test_what_followers_do_not_read_may_differ_and_goes_out(name: str) -> None:
    scene = staged(**FREE[name])
    assert 5 == scene.apply().exit_status()
    assert [f"article 1: {name} differs"] == adopt(scene)
    (event,) = scene.events("adopted")
    assert ("声明了原创", "wang") == (event.reason, event.by)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_markup_may_differ_and_has_to_be_adopted() -> None:
    scene = staged(content=BODY.replace("你好", "<b>你好</b>"))
    ((media_id, (first, *_)),) = scene.wechat.drafts.items()
    scene.wechat.drafts[media_id] = (replace(first, content=addressed(scene, first.content)),)
    assert 5 == scene.apply().exit_status()
    assert ["its markup alone"] == adopt(scene)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


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
    scene = staged(**BOUND[name])
    if name == "the abstract":
        change(scene, author="改")
    with pytest.raises(RefusedError, match="not what was reviewed") as caught:
        adopt(scene)
    assert ("--not-sent" in caught.value.hint, []) == (True, scene.events("adopted"))


def test_an_article_more_is_too_much() -> None:
    scene = staged()
    ((media_id, articles),) = scene.wechat.drafts.items()
    scene.wechat.drafts[media_id] = articles * 2
    with pytest.raises(RefusedError, match="1 articles were given and 2 were kept"):
        adopt(scene)


def test_what_the_console_does_after_an_adoption_is_noticed_too() -> None:
    scene = staged(author="原作者")
    adopt(scene)
    change(scene, author="另一位")
    assert (5, []) == (scene.apply().exit_status(), scene.wechat.jobs)


def test_an_adopted_draft_is_superseded_by_an_edit_like_any_other() -> None:
    scene = staged(author="原作者")
    adopt(scene)
    scene.campaigns = [replace(NEWS, message=RenderedNews((article("改", content=BODY),)))]
    assert (0, {}) == (scene.apply().exit_status(), scene.wechat.drafts)
    assert ["改"] == [job.subject for job in scene.wechat.jobs]


def no_draft() -> Scene:
    return Scene([NEWS])


def edited() -> Scene:
    other = replace(NEWS, message=RenderedNews((article("改", content=BODY),)))
    scene = Scene([other], now=NOW - 2 * HOUR)
    scene.apply()
    return scene


def sent() -> Scene:
    scene = Scene([NEWS])
    scene.apply()
    return scene


def in_doubt() -> Scene:
    scene = Scene([NEWS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    return scene


def gone() -> Scene:
    scene = staged()
    scene.wechat.drafts.clear()
    return scene


@pytest.mark.parametrize(
    ("begin", "kind", "words"),
    [
        (no_draft, UsageError, "It has no draft"),
        (edited, UsageError, "It was edited since"),
        (sent, UsageError, "It went out"),
        (in_doubt, UsageError, "nobody knows whether"),
        (staged, UsageError, "as it was saved"),
        (gone, RefusedError, "no longer there"),
    ],
)
def test_where_there_is_nothing_to_adopt(begin: Callable[[], Scene], kind: type[MassctlError], words: str) -> None:
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
    scene = staged(title="另一个标题", author="老板")
    assert refused(scene).endswith(": article 1: title differs; article 1: author differs")


def test_the_refusal_names_what_came_after_an_adoption_and_not_what_was_adopted() -> None:
    scene = staged(author="老板")
    adopt(scene)
    ((_, (first,)),) = scene.wechat.drafts.items()
    change(scene, content=first.content.replace("<p>", '<p style="color:red">'))
    assert refused(scene).endswith("saved: its markup alone")
    change(scene, digest="别的摘要")
    assert refused(scene).endswith("saved: article 1: digest (摘要) differs")


def test_where_the_digest_was_left_empty_it_may_be_what_was_changed() -> None:
    scene = Scene([news("sale", article(content=BODY, digest=""), window=NEWS.window)], now=NOW - 2 * HOUR)
    assert 0 == scene.apply().exit_status()
    change(scene, digest="别的摘要")
    scene.later(hours=2)
    assert refused(scene).endswith("its markup alone, or a digest (摘要) that was left empty")


def test_of_several_articles_no_digest_is_named_or_compared() -> None:
    two = (article(content=BODY), article("第二条", content=BODY, digest=""))
    scene = Scene([news("sale", *two, window=NEWS.window)], now=NOW - 2 * HOUR)
    assert 0 == scene.apply().exit_status()
    change(scene, digest="别的摘要")
    assert 0 == scene.apply().exit_status()
    ((_, (first, _)),) = scene.wechat.drafts.items()
    change(scene, content=first.content.replace("<p>", '<p style="color:red">'))
    scene.later(hours=2)
    assert refused(scene).endswith("saved: its markup alone")


def test_what_an_edited_campaign_said_before_is_not_known_any_more() -> None:
    scene = staged(title="另一个标题")
    scene.campaigns = [news("sale", article(content=BODY, title="改过"), window=NEWS.window)]
    assert refused(scene).endswith("after it was saved")


def handed_off(*items: str) -> tuple[Scene, Any]:
    """Give a scene in which a campaign with a hand-off list was staged, and its window is open now."""
    campaign = replace(NEWS, handoff=items)
    scene = Scene([campaign], now=NOW - 2 * HOUR)
    assert 0 == scene.apply().exit_status()
    scene.later(hours=2)
    return scene, campaign


def test_what_no_api_shows_is_adopted_as_done_and_goes_out() -> None:
    scene, campaign = handed_off("original", "album: 秋季")
    outcome = scene.apply()
    assert (5, ["handoff_open"]) == (outcome.exit_status(), [r.guard.value for r in outcome.campaigns[0].refusals])

    assert [] == adopt_draft(campaign, WANG, scene.wechat, scene.book())
    (event,) = scene.events("adopted")
    assert ["original", "album: 秋季"] == event.handoff
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_what_was_done_and_shows_is_told_too() -> None:
    scene, campaign = handed_off("original")
    change(scene, author="原作者")
    assert ["article 1: author differs"] == [str(e) for e in adopt_draft(campaign, WANG, scene.wechat, scene.book())]
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
    assert (5, [Guard.DRAFT_CHANGED]) == (outcome.exit_status(), [r.guard for r in outcome.campaigns[0].refusals])


def test_a_hand_off_does_not_let_other_words_through() -> None:
    scene, campaign = handed_off("original")
    change(scene, title="别的标题")
    with pytest.raises(RefusedError, match="not what was reviewed"):
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
