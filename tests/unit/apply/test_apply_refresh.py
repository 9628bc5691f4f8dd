"""What WeChat has now, read for a plan: compared with the ledger, recorded nowhere."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from building import HOUR, LATER, NOW, article, audience, folder_of, news, picture, recorded, text
from copies import replace
from simulation.scenario import Scene, whole_news, whole_text
from simulation.world import Fault, one_by_one

from massctl.apply.refresh import read_remote
from massctl.errors import ConfigurationError
from massctl.model.campaign import Audience
from massctl.model.ids import CampaignName
from massctl.model.message import Purpose, Window
from massctl.model.phrase import Phrase
from massctl.plan.plan import Plan, Remote, Until, refreshed
from massctl.plan.steps import SendMass

SOON = Window(NOW + HOUR, NOW + 2 * HOUR)
COVER = picture("cover", Purpose.MATERIAL)


def staged(**changes: object) -> Scene:
    """A news campaign whose draft is saved, an hour before its window."""
    scene = Scene([whole_news(SOON, **changes)])
    assert 0 == scene.apply().exit_status()
    return scene


def read(scene: Scene, *faults: tuple[str, Fault]) -> tuple[Plan, Remote]:
    """Plan, read, and judge the plan by what was read; nothing may be written."""
    before = scene.types()
    scene.wechat.coming = list(faults)
    plan = scene.plan()
    remote = read_remote(plan.campaigns, scene.state, lambda _: scene.wechat, one_by_one)
    assert before == scene.types()
    return refreshed(plan, remote, scene.state), remote


def drifts(remote: Remote) -> list[tuple[str, object, object]]:
    return [(drift.kind.value, drift.before, drift.now) for drift in remote.drifts]


def refusals(plan: Plan) -> list[str]:
    return [refusal.guard.value for refusal in plan.campaigns[0].refusals]


def test_what_is_as_recorded_is_no_drift() -> None:
    plan, remote = read(staged())
    assert ([], (), []) == (drifts(remote), remote.unread, refusals(plan))
    assert remote is plan.remote


def test_a_draft_that_was_changed_refuses_and_takes_the_send_away() -> None:
    scene = staged()
    (media_id, articles) = next(iter(scene.wechat.drafts.items()))
    scene.wechat.drafts[media_id] = tuple(replace(article, title="别的") for article in articles)
    scene.later(hours=1.5)
    assert any(isinstance(step, SendMass) for step in scene.plan().steps)
    plan, remote = read(scene)
    assert [("draft_changed", "saved", "changed")] == drifts(remote)
    assert (["draft_changed"], ()) == (refusals(plan), plan.steps)


def test_a_draft_that_is_gone_refuses() -> None:
    scene = staged()
    scene.wechat.drafts.clear()
    plan, remote = read(scene)
    assert [("draft_gone", "saved", None)] == drifts(remote)
    assert ["draft_gone"] == refusals(plan)


def test_a_draft_that_is_gone_says_nothing_against_repeating_a_send_in_doubt() -> None:
    """It may have been consumed by the very send that is in doubt."""
    scene = Scene([whole_news()], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    plan, remote = read(scene)
    assert [("draft_gone", "saved", None)] == drifts(remote)
    assert [] == refusals(plan)


@pytest.mark.parametrize(
    ("count", "kind"), [(None, "tag_gone"), (0, "tag_emptied"), (40, "audience_outside")]
)
def test_an_audience_is_judged_by_its_size_now(count: int | None, kind: str) -> None:
    """A tag of 20 had grown, was emptied, or is gone; a campaign that waits is told, one that is due is refused."""
    scene = Scene([whole_news(SOON, audience=audience(tag_id=7, expect={"max": 30}))])
    scene.wechat.tags_count[7] = 20
    scene.apply()
    assert [] == drifts(read(scene)[1])
    scene.wechat.tags_count = {} if count is None else {7: count}
    plan, remote = read(scene)
    assert ([(kind, 20, count)], [], count) == (
        drifts(remote),
        refusals(plan),
        plan.campaigns[0].audience_count,
    )
    scene.later(hours=1.5)
    plan, _ = read(scene)
    assert (["audience_bounds"], []) == (
        refusals(plan),
        [s for s in plan.steps if isinstance(s, SendMass)],
    )


@pytest.mark.parametrize(
    ("tags", "name", "told"),
    [
        ({7: 20}, "会员", []),
        ({7: 25}, "会员", [("audience_size", 20, 25)]),
        ({7: 20}, "老会员", [("tag_renamed", "会员", "老会员")]),
        ({}, "会员", [("tag_gone", "会员", None)]),
    ],
)
def test_a_tag_by_name_is_the_one_that_was_staged(
    tags: dict[int, int], name: str, told: list[Any]
) -> None:
    scene = Scene([whole_news(SOON, audience=audience(tag="会员"))])
    scene.wechat.tags_of, scene.wechat.tags_count = {7: "会员"}, {7: 20}
    scene.apply()
    scene.wechat.tags_of, scene.wechat.tags_count = {7: name}, tags
    plan, remote = read(scene)
    refused = ["audience_changed"] if told and told[0][0] != "audience_size" else []
    assert (told, refused) == (drifts(remote), refusals(plan))


def test_a_tag_by_name_that_was_never_looked_up_is_counted() -> None:
    scene = Scene([whole_news(SOON, audience=audience(tag="会员"))])
    scene.wechat.tags_of, scene.wechat.tags_count = {7: "会员"}, {7: 20}
    plan, remote = read(scene)
    assert ([], 20) == (drifts(remote), plan.campaigns[0].audience_count)


def test_a_send_that_only_the_recorded_size_kept_back_is_planned() -> None:
    scene = Scene([whole_news(audience=audience(tag_id=7, expect={"max": 30}))], until=Until.DRAFT)
    scene.wechat.tags_count[7] = 40
    scene.apply()
    scene.until = Until.SEND
    assert ["audience_bounds"] == refusals(scene.plan())
    scene.wechat.tags_count[7] = 20
    plan, _ = read(scene)
    assert ([], True) == (refusals(plan), any(isinstance(step, SendMass) for step in plan.steps))


def test_of_two_equal_messages_that_a_size_kept_back_one_is_planned() -> None:
    tagged = whole_news(audience=audience(tag_id=7, expect={"max": 30}))
    scene = Scene([tagged, replace(tagged, name=CampaignName("twin"))], until=Until.DRAFT)
    scene.wechat.tags_count[7] = 40
    scene.apply()
    scene.until = Until.SEND
    scene.wechat.tags_count[7] = 20
    first, second = read(scene)[0].campaigns
    assert (True, False) == tuple(
        any(isinstance(step, SendMass) for step in each.steps) for each in (first, second)
    )
    assert ["same_content"] == [refusal.guard.value for refusal in second.refusals]


def test_an_audience_that_was_never_counted_is_no_drift() -> None:
    plan, remote = read(Scene([whole_text(LATER)]))
    assert ([], 1000) == (drifts(remote), plan.campaigns[0].audience_count)


def test_a_job_that_ended_meanwhile() -> None:
    scene = Scene([whole_text()])
    scene.wechat.job_status = "sending"
    scene.apply()
    assert [] == drifts(read(scene)[1])
    scene.wechat.job_status = "failed"
    assert [("job_status", "sending", "failed")] == drifts(read(scene)[1])


def test_what_cannot_be_read_is_told_once_and_stops_nothing_else() -> None:
    scene = staged()
    plan, remote = read(
        scene, ("get_draft", Fault.REQUEST_LOST), ("audience_count", Fault.REQUEST_LOST)
    )
    assert (["main"], []) == ([unread.account for unread in remote.unread], refusals(plan))


def test_an_account_without_a_secret_is_asked_nothing() -> None:
    """The other account is read all the same."""
    other = whole_text(LATER, account="other")
    scene = Scene([whole_news(SOON), other])

    def wechat(account: str) -> object:
        if account == "main":
            raise ConfigurationError(
                Phrase("the AppSecret of account {account} is not set", account=account)
            )
        return scene.wechat

    plan = scene.plan()
    remote = read_remote(plan.campaigns, scene.state, wechat, one_by_one)  # type: ignore[arg-type]
    assert (["main"], ["words"]) == ([each.account for each in remote.unread], list(remote.counts))


def test_a_bug_of_ours_is_no_account_that_cannot_be_asked() -> None:
    scene = staged()

    def broken(calls: object) -> object:
        yield 0, RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        read_remote(scene.plan().campaigns, scene.state, lambda _: scene.wechat, broken)  # type: ignore[arg-type]


def test_a_campaign_without_an_account_is_passed_over() -> None:
    from building import plan_of

    from massctl.plan.steps import Invalid

    plan = plan_of(
        [Invalid(text("faulty").name, folder_of(text("faulty").name), "", None, None, ())]
    )
    remote = read_remote(plan.campaigns, recorded(), lambda _: pytest.fail("asked"), one_by_one)
    assert ((), ()) == (remote.drifts, remote.unread)


def test_a_line_that_breaks_at_the_token_is_told() -> None:
    scene = staged()
    _, remote = read(scene, ("renew_token", Fault.REQUEST_LOST))
    assert (["main"], {}) == ([each.account for each in remote.unread], dict(remote.counts))


def test_a_job_that_is_finished_and_a_list_of_people_are_not_asked_about() -> None:
    scene = Scene([whole_text()])
    scene.apply()
    lists = text("list", window=LATER, audience=Audience.model_construct(openids="lists/a.txt"))
    scene.campaigns = [*scene.campaigns, lists]
    plan = scene.plan()
    scene.wechat.calls.clear()
    read_remote(plan.campaigns, scene.state, lambda _: scene.wechat, one_by_one)
    assert [] == scene.wechat.calls  # Not even a token is fetched.


def test_what_bears_on_several_campaigns_is_asked_once() -> None:
    """A day's calls are few: the tags of an account, its followers, and an address."""
    links = (("old/1", "https://mp.weixin.qq.com/s?mid=1"),)
    named = whole_news(SOON, audience=audience(tag="会员"), links=links)
    numbered = whole_text(LATER, audience=audience(tag_id=7))
    everybody = [text(name, window=LATER, links=links) for name in ("first", "second")]
    scene = Scene([named, numbered, *everybody])
    scene.wechat.tags_of, scene.wechat.tags_count = {7: "会员"}, {7: 20}
    plan, asked = scene.plan(), list[str]()

    def is_there(address: str, /) -> bool | Phrase:
        asked.append(address)
        return False

    scene.wechat.calls.clear()
    remote = read_remote(plan.campaigns, scene.state, lambda _: scene.wechat, one_by_one, is_there)
    assert ["audience_count", "renew_token", "tags"] == sorted(scene.wechat.calls)
    assert ({"sale": 20, "words": 20, "first": 1000, "second": 1000}, 1) == (
        dict(remote.counts),
        len(asked),
    )
    assert ["first", "sale", "second"] == [each.campaign for each in remote.drifts]


def test_addresses_are_asked_of_wechats_hosts_alone_each_once() -> None:
    """Also those of pictures that stand in the article as they are; whatever else an author writes asks nobody."""
    written = [
        "https://mmbiz.qpic.cn/old/0",
        "https://mmbiz.evil.example/x",
        "https://mmbiz.qpic.cn/old/0",
    ]
    content = "".join(f'<img src="{each}">' for each in written)
    links = (("old/1", "https://mp.weixin.qq.com/s?mid=1"), ("old/2", "https://evil.example/s"))
    scene = Scene(
        [news("sale", article(content=content), window=SOON, links=links, pictures=(COVER,))]
    )
    scene.apply()
    asked: list[str] = []

    def is_there(address: str, /) -> bool | Phrase:
        asked.append(address)
        return {written[0]: False}.get(address, Phrase("no answer") if "mp." in address else True)

    plan = scene.plan()
    remote = read_remote(plan.campaigns, scene.state, lambda _: scene.wechat, one_by_one, is_there)
    hosts = [urlsplit(each).hostname for each in asked]
    assert ["mmbiz.qpic.cn", "mmbiz.qpic.cn", "mp.weixin.qq.com"] == hosts, (
        "the cover, the picture, the article"
    )
    assert [("picture_gone", written[0], None)] == drifts(remote)
    assert (["old/1: no answer"], {"sale"}) == (
        [str(each.message) for each in remote.unread],
        remote.unknown,
    )


def test_an_audience_that_shrank_below_its_bound_is_outside_of_it() -> None:
    scene = Scene([whole_news(SOON, audience=audience(tag_id=7, expect={"min": 10}))])
    scene.wechat.tags_count[7] = 20
    scene.apply()
    scene.wechat.tags_count[7] = 5
    assert [("audience_outside", 20, 5)] == drifts(read(scene)[1])


def test_of_a_campaign_that_was_not_rendered_no_address_is_asked() -> None:
    scene = staged()
    asked: list[str] = []

    def is_there(address: str, /) -> bool:
        asked.append(address)
        return True

    some = [replace(each, rendered=None) for each in scene.plan().campaigns]
    remote = read_remote(some, scene.state, lambda _: scene.wechat, one_by_one, is_there)
    assert ([], []) == (asked, drifts(remote))
