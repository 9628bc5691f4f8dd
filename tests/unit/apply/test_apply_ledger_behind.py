"""A ledger that came from elsewhere may be a restored older copy: WeChat is asked what it knows before a send."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from building import APPID, LINEAGE, NOW, as_new
from copies import replace
from simulation.scenario import LONG, Scene, whole_news, whole_text
from simulation.world import SimLedger, SimWeChat

from massctl.apply.ports import ListedDraft
from massctl.errors import PermanentError, QuotaError, TransportError
from massctl.model.entries import Created, SendImported
from massctl.model.ids import CampaignName, MediaId
from massctl.model.message import NewsMessage, RenderedCampaign
from massctl.plan.steps import Guard

NEWS = whole_news(LONG, recipients=())


def titled(title: str, name: str) -> RenderedCampaign:
    """Make the news of another campaign, which differ in their title."""
    articles = tuple(replace(each, title=title) for each in NEWS.message.articles)
    return replace(NEWS, name=CampaignName(name), message=NewsMessage(articles))


OTHER = titled("夏季大促", "other")
BEGUN = as_new(Created(lineage=LINEAGE, realm="loopback"))


def restored(*campaigns: RenderedCampaign, **time: float) -> Scene:
    """Send the news, and put back a ledger that does not know it, on a machine that never saw it."""
    scene = Scene([NEWS])
    scene.apply()
    scene.ledger = SimLedger()
    scene.ledger.append(0, [BEGUN], durable=True)
    scene.campaigns, scene.inherited_until = [*campaigns], 1
    scene.later(**(time or {"days": 2}))
    return scene


def guards(scene: Scene) -> list[Guard]:
    return [each.guard for one in scene.apply().campaigns for each in one.refusals]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[date]]:
    """Let the next readings of statistics fail; gives the days that were asked."""

    def fail(*errors: Exception) -> list[date]:
        count, left, asked = SimWeChat.statistics, list(errors), list[date]()

        def statistics(self: SimWeChat, call: Any, begin: date, *more: Any) -> Any:
            asked.append(begin)
            if left:
                raise left.pop(0)
            return count(self, call, begin, *more)

        monkeypatch.setattr(SimWeChat, "statistics", statistics)
        return asked

    return fail


Failing = Callable[..., list[date]]


def test_what_wechat_counts_as_sent_is_not_sent_again() -> None:
    scene = restored(NEWS)
    (outcome,) = scene.apply().campaigns
    (refusal,) = outcome.refusals
    assert (Guard.LEDGER_BEHIND, 1) == (refusal.guard, len(scene.wechat.jobs))
    assert "state import --sent sale --at 2026-12-01T12:00:00+08:00" in refusal.hint
    assert "send_attempted" not in scene.types()


def test_the_machine_that_began_the_ledger_asks_nothing() -> None:
    scene = restored(NEWS)
    scene.inherited_until = 0
    scene.apply()
    assert (2, 0) == (len(scene.wechat.jobs), scene.wechat.calls.count("statistics"))


def test_what_was_sent_in_the_console_is_told_and_stops_nothing() -> None:
    scene = restored(OTHER)
    assert [] == guards(scene)
    told = [line for line in scene.progress.lines if "perhaps from the console" in line]
    assert (2, ["main"], True) == (
        len(scene.wechat.jobs),
        [line.partition(":")[0] for line in told],
        "春季大促" in told[0],
    )


def test_once_it_is_imported_nothing_is_due_any_more() -> None:
    scene = restored(NEWS, OTHER)
    assert [Guard.LEDGER_BEHIND] == guards(scene)
    scene.write((SendImported(appid=APPID, sent_at=NOW, reason="", by="li"), NEWS))
    assert ([], 2) == (guards(scene), len(scene.wechat.jobs))


def test_a_send_in_the_console_that_is_recorded_accounts_for_its_message() -> None:
    scene = restored(NEWS)
    scene.write(SendImported(appid=APPID, sent_at=NOW, reason="", by="li"))
    assert ([], 2) == (guards(scene), len(scene.wechat.jobs))


def test_no_other_campaign_that_is_due_makes_the_next_run_forget_it() -> None:
    """A fresh machine judges by what WeChat says, not by what the run before it sent."""
    scene = restored(NEWS, OTHER)
    assert [Guard.LEDGER_BEHIND] == guards(scene)
    scene.inherited_until = len(scene.ledger.entries)
    scene.later(days=1)
    assert ([Guard.LEDGER_BEHIND], 2) == (guards(scene), len(scene.wechat.jobs))


@pytest.mark.parametrize("errcode", [48001, 61503])
def test_a_missing_right_and_a_day_without_numbers_are_told_and_stop_nothing(
    failing: Failing, errcode: int
) -> None:
    scene = restored(NEWS)
    asked = failing(*[PermanentError("no right", errcode=errcode)] * 9)
    assert ([], 2) == (guards(scene), len(scene.wechat.jobs))
    told = [line for line in scene.progress.lines if "not compared with" in line]
    assert (1 if errcode == 48001 else len(asked)) == len(told)


def test_a_reading_that_fails_is_repeated_by_the_last_look(failing: Failing) -> None:
    scene = restored(OTHER)
    failing(*[TransportError("cut")] * 3)
    assert ([], 2) == (guards(scene), len(scene.wechat.jobs))
    assert 2 == sum("is repeated" in line for line in scene.progress.lines)


def test_what_cannot_be_read_until_the_end_is_not_sent(failing: Failing) -> None:
    scene = restored(replace(OTHER, window=None))
    scene.rules = replace(scene.rules, named=frozenset({"other"}))
    failing(*[QuotaError("no calls are left", errcode=45009)] * 99)
    assert ([Guard.LEDGER_BEHIND], 1) == (guards(scene), len(scene.wechat.jobs))


def test_a_text_is_not_asked_about() -> None:
    scene = restored(whole_text(LONG))
    assert ([], 0) == (guards(scene), scene.wechat.calls.count("statistics"))


def test_a_machine_that_has_sent_for_a_month_asks_no_more() -> None:
    scene = restored(OTHER)
    scene.apply()
    scene.later(days=31)
    window = replace(LONG, not_after=scene.clock.now() + timedelta(days=1))
    scene.campaigns = [replace(titled("秋季大促", "late"), window=window)]
    assert ([], 0) == (guards(scene), scene.wechat.calls.count("statistics"))
    assert 3 == len(scene.wechat.jobs)


def staged_elsewhere(scene: Scene, content: str = "") -> MediaId:
    """Put the draft that a lost part of the ledger staged into the draft box, with covers of its own."""
    (given,) = scene.wechat.drafts.values()
    lost = tuple(
        replace(each, thumb_media_id="lost", content=each.content + content) for each in given
    )
    scene.wechat.drafts[MediaId("lost")] = lost
    return MediaId("lost")


@pytest.mark.parametrize("content", ["", "<p>另一句</p>"])
def test_a_draft_of_the_very_articles_that_the_ledger_does_not_know_stops_the_send(
    content: str,
) -> None:
    scene = Scene([NEWS], inherited_until=1)
    scene.ledger.append(0, [BEGUN], durable=True)
    scene.rules = replace(scene.rules, no_send=True)
    scene.apply()
    staged_elsewhere(scene, content)
    scene.rules = replace(scene.rules, no_send=False)
    assert ([] if content else [Guard.LEDGER_BEHIND]) == guards(scene)
    assert (1 if content else 0) == len(scene.wechat.jobs)


def test_a_draft_says_when_it_was_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene([NEWS], inherited_until=1)
    scene.ledger.append(0, [BEGUN], durable=True)
    scene.rules = replace(scene.rules, no_send=True)
    scene.apply()
    staged_elsewhere(scene)
    listed = SimWeChat.newest_drafts

    def dated(self: SimWeChat) -> Sequence[ListedDraft]:
        return [replace(each, updated=NOW) for each in listed(self)]

    monkeypatch.setattr(SimWeChat, "newest_drafts", dated)
    scene.rules = replace(scene.rules, no_send=False)
    (outcome,) = scene.apply().campaigns
    assert "2026-12-01" in outcome.refusals[0].message


def test_a_draft_that_went_away_between_listing_and_reading_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene([NEWS], inherited_until=1)
    scene.ledger.append(0, [BEGUN], durable=True)
    scene.rules = replace(scene.rules, no_send=True)
    scene.apply()
    lost, get = staged_elsewhere(scene), SimWeChat.get_draft
    monkeypatch.setattr(
        SimWeChat, "get_draft", lambda self, each: None if each == lost else get(self, each)
    )
    scene.rules = replace(scene.rules, no_send=False)
    assert ([], 1) == (guards(scene), len(scene.wechat.jobs))
