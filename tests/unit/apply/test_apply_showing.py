"""`massctl preview`, carried out: staged, shown on purpose, never sent."""

from building import APPID, reviewers
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault

from massctl.model.message import Recipient
from massctl.plan.plan import Showing, Until

NEWS = whole_news()


def scene_of(*campaigns, **more) -> Scene:
    return Scene(list(campaigns), until=Until.PREVIEW, showing=Showing(), **more)


def test_what_is_missing_is_staged_and_nothing_is_sent() -> None:
    scene = scene_of(NEWS)
    outcome = scene.apply()
    assert (0, 2, []) == (outcome.exit_status(), len(scene.wechat.delivered_previews), scene.wechat.jobs)
    assert "previewed" == outcome.status(outcome.campaigns[0]).value


def test_it_is_shown_again_as_often_as_it_is_asked_for() -> None:
    scene = scene_of(NEWS)
    scene.apply()
    outcome = scene.apply()
    assert ["resubmit", "resubmit"] == [step.reason.value for step in outcome.campaigns[0].performed]
    assert (4, 4) == (len(scene.wechat.delivered_previews), scene.state.preview_days.used(APPID, scene.now))


def test_the_draft_is_read_again_before_it_is_shown_again() -> None:
    scene = scene_of(NEWS)
    scene.apply()
    scene.wechat.drafts.clear()
    outcome = scene.apply()
    assert (5, ["draft_gone"]) == (outcome.exit_status(), [r.guard.value for r in outcome.campaigns[0].refusals])
    assert 0 == scene.wechat.count("preview")


def test_a_repetition_that_is_lost_leaves_the_campaign_previewed() -> None:
    scene = scene_of(whole_text(recipients=reviewers("editor_li")))
    scene.apply()
    outcome = scene.apply(("preview", Fault.ANSWER_LOST))
    assert (0, "previewed") == (outcome.exit_status(), outcome.status(outcome.campaigns[0]).value)
    scene.until, scene.showing = Until.SEND, None
    scene.apply()
    assert 0 == scene.wechat.count("preview")


def test_apply_goes_on_without_showing_it_once_more() -> None:
    scene = scene_of(NEWS)
    scene.apply()
    scene.until, scene.showing = Until.SEND, None
    assert (0, 0, 1) == (scene.apply().exit_status(), scene.wechat.count("preview"), len(scene.wechat.jobs))


def test_an_openid_of_the_command_line_is_recorded_by_its_digest_only() -> None:
    scene = scene_of(NEWS)
    scene.showing = Showing((Recipient("touser", "oABCDEFG"),))
    scene.apply()
    assert ["touser:sha256:"] == sorted({to[:14] for to, _ in scene.wechat.delivered_previews})
    assert not any("oABCDEFG" in key for key in scene.ledger.keys)
