"""Tags by name: looked up when a campaign is staged, recorded, and read again right before its send."""

from dataclasses import replace

import pytest
from building import LATER, audience
from simulation.scenario import LONG, Scene, whole_news, whole_text
from simulation.world import Fault

from massctl.model.message import RenderedCampaign
from massctl.plan.plan import Until
from massctl.plan.steps import Guard

MEMBERS = audience(tag="会员")
WORDS = whole_text(LONG, audience=MEMBERS)
NEWS = whole_news(LONG, audience=MEMBERS, recipients=())


def scene_of(campaign: RenderedCampaign, **tags: int) -> Scene:
    scene = Scene([campaign])
    scene.wechat.tags_of = {101: "会员", 102: "新客"}
    scene.wechat.tags_count = {101: 7, 102: 3, **{int(name[1:]): count for name, count in tags.items()}}
    return scene


@pytest.mark.parametrize("campaign", [WORDS, NEWS])
def test_a_name_is_looked_up_recorded_and_sent_to_by_its_id(campaign: RenderedCampaign) -> None:
    scene = scene_of(campaign)
    assert 0 == scene.apply().exit_status()
    (found,) = scene.events("audience_resolved")
    assert ("会员", 101, "会员", 7, campaign.digest) == (found.tag, found.tag_id, found.name, found.count, found.digest)
    (sent,) = [departure for departure in scene.wechat.departures if departure.recipient is None]
    assert ((101, 7), {"tag": "会员"}) == (sent.audience, scene.events("send_attempted")[0].audience)


@pytest.mark.parametrize("campaign", [WORDS, NEWS])
def test_it_is_recorded_with_what_is_staged_and_asked_once(campaign: RenderedCampaign) -> None:
    """A message of words has nothing to upload and no draft: its name is all that there is to stage."""
    scene = scene_of(replace(campaign, window=LATER))
    assert (True, "会员") == (scene.plan().can_apply, scene.plan().campaigns[0].tag_due)
    scene.apply()
    assert (["audience_resolved"], 1) == (
        [kind for kind in scene.types() if kind == "audience_resolved"],
        scene.wechat.count("tags"),
    )
    scene.apply()
    assert ([], 7) == (scene.wechat.calls, scene.plan().campaigns[0].audience_count)


@pytest.mark.parametrize("until", [Until.UPLOAD, Until.DRAFT, Until.PREVIEW])
def test_a_run_that_stops_before_the_send_looks_it_up_too(until: Until) -> None:
    scene = scene_of(WORDS)
    scene.until = until
    assert (0, ["created", "audience_resolved"]) == (scene.apply().exit_status(), scene.types())


def test_a_run_tells_which_tag_it_put_on_record_and_later_ones_do_not() -> None:
    scene = scene_of(replace(WORDS, window=LATER))
    found = []
    for _ in range(2):
        outcome = scene.apply()
        tag = outcome.found_tag(outcome.campaigns[0])
        found.append(tag.tag_id if tag is not None else None)
    assert [101, None] == found


def test_a_token_that_cannot_be_had_is_told_once_and_nothing_is_recorded() -> None:
    scene = scene_of(replace(WORDS, window=LATER))
    outcome = scene.apply(("renew_token", Fault.REQUEST_LOST))
    assert (1, [], "会员") == (outcome.exit_status(), scene.types(), scene.plan().campaigns[0].tag_due)


def test_a_name_that_is_not_there_is_told_when_it_is_staged_and_looked_up_again() -> None:
    scene = scene_of(whole_text(LATER, audience=audience(tag="贵宾")))
    outcome = scene.apply()
    assert (0, None) == (outcome.exit_status(), outcome.found_tag(outcome.campaigns[0]))
    assert ["words: the account has no tag called 贵宾"] == [str(each) for each in scene.progress.lines]
    assert "贵宾" == scene.plan().campaigns[0].tag_due


def test_what_wechat_refused_for_good_is_not_looked_up() -> None:
    scene = scene_of(WORDS)
    scene.apply(("send_mass", Fault.MEDIA_UNKNOWN))
    assert [None] == [planned.tag_due for planned in scene.plan().campaigns]


def staged(campaign: RenderedCampaign = NEWS) -> Scene:
    scene = scene_of(campaign)
    scene.until = Until.DRAFT
    scene.apply()
    scene.until = Until.SEND
    return scene


@pytest.mark.parametrize(
    ("names", "counts", "guard"),
    [
        ({101: "老会员"}, {101: 7}, Guard.AUDIENCE_CHANGED),
        ({101: "新客", 102: "会员"}, {101: 3, 102: 7}, Guard.AUDIENCE_CHANGED),
        ({}, {}, Guard.AUDIENCE_CHANGED),
        ({205: "会员"}, {205: 7}, Guard.AUDIENCE_CHANGED),
        ({101: "会员"}, {101: 0}, Guard.AUDIENCE_BOUNDS),
    ],
)
def test_another_tag_behind_the_name_is_refused(names: dict[int, str], counts: dict[int, int], guard: Guard) -> None:
    scene = staged()
    scene.wechat.tags_of, scene.wechat.tags_count = names, counts
    outcome = scene.apply()
    told = [refusal.guard for refusal in outcome.campaigns[0].refusals]
    assert (5, [guard], 0) == (outcome.exit_status(), told, scene.wechat.count("send_mass"))


@pytest.mark.parametrize(
    ("names", "told", "advised"),
    [
        ({101: "老会员"}, "is now called 老会员", "give the tag its name back"),
        ({102: "新客"}, "(id 101) is no longer there", "say in campaign.yaml whom you mean"),
        ({205: "会员"}, "is no longer there; 会员 is another tag now, with the id 205", "write `tag_id: 205`"),
        ({101: "老会员", 205: "会员"}, "老会员; 会员 is another tag now, with the id 205", "write `tag_id: 205`"),
    ],
)
def test_only_what_can_be_done_is_advised(names: dict[int, str], told: str, advised: str) -> None:
    """A tag that was deleted gets no name back, and neither does one whose name is taken."""
    scene = staged()
    scene.wechat.tags_of, scene.wechat.tags_count = names, dict.fromkeys(names, 7)
    (refusal,) = scene.apply().campaigns[0].refusals
    assert (True, True) == (str(refusal.message).endswith(told), refusal.hint.startswith((advised, "if the follow")))
    assert advised in refusal.hint


def test_an_edit_looks_the_name_up_again() -> None:
    scene = staged()
    scene.wechat.tags_of, scene.wechat.tags_count = {205: "会员"}, {205: 9}
    scene.campaigns = [replace(NEWS, edition=2)]
    assert 0 == scene.apply().exit_status()
    assert [101, 205] == [event.tag_id for event in scene.events("audience_resolved")]


def test_bounds_hold_for_a_name_too() -> None:
    scene = scene_of(whole_text(LONG, audience=audience(tag="会员", expect={"min": 8})))
    assert (5, 0) == (scene.apply().exit_status(), scene.wechat.count("send_mass"))


def test_a_name_that_the_account_does_not_have_is_refused() -> None:
    scene = scene_of(whole_text(LONG, audience=audience(tag="贵宾")))
    outcome = scene.apply()
    (refusal,) = outcome.campaigns[0].refusals
    assert (Guard.AUDIENCE_BOUNDS, "the account has no tag called 贵宾") == (refusal.guard, str(refusal.message))


@pytest.mark.parametrize("scene", [scene_of(WORDS), staged()], ids=["never read", "read when staged"])
def test_a_tag_that_cannot_be_read_is_not_sent_to(scene: Scene) -> None:
    outcome = scene.apply(("tags", Fault.REQUEST_LOST), ("tags", Fault.REQUEST_LOST))
    told = [refusal.guard for refusal in outcome.campaigns[0].refusals]
    assert (5, [Guard.AUDIENCE_BOUNDS], 0) == (outcome.exit_status(), told, scene.wechat.count("send_mass"))
