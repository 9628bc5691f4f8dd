"""When campaigns are read before their windows, and which drifts are news."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from building import (
    HOUR,
    NOW,
    attempted,
    house,
    news,
    plan_of,
    planned,
    previewed,
    recorded,
    reviewers,
    saved,
    sent,
    text,
)
from copies import replace

from massctl.model.entries import DraftDeleted, TellingProgress, Told
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.drift import Drift, DriftKind
from massctl.plan.drift_readings import (
    AGAIN_SECONDS,
    AGAIN_SECONDS_MAX,
    OPEN_AGAIN,
    STAGES,
    ReadingProgress,
    after_reading,
    allowance_drift,
    due_readings,
    is_due,
    is_settled,
    known_drifts,
    open_drifts,
    over_facts,
    stage_at,
)
from massctl.plan.steps import Guard, Refusal

OPENS = datetime(2026, 12, 8, 4, 0, tzinfo=UTC)
DAYS, DAY, HOURS = STAGES


def before(**span: float) -> datetime:
    return OPENS - timedelta(**span)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (before(hours=72, seconds=1), None),
        (before(hours=72), DAYS),
        (before(hours=24, seconds=1), DAYS),
        (before(hours=24), DAY),
        (before(hours=2), HOURS),
        (before(seconds=1), HOURS),
        (OPENS, None),
    ],
)
def test_the_distance_of_a_moment(now: datetime, expected: timedelta | None) -> None:
    assert expected == stage_at(OPENS, now)


def test_each_distance_is_read_once_however_late_the_run_is() -> None:
    progress, reads = None, []
    for minutes in range(5 * 24 * 60, -60, -7):
        now = before(minutes=minutes)
        if is_due(OPENS, progress, now):
            reads.append(stage_at(OPENS, now))
            progress = after_reading(OPENS, progress, now, whole=True)
    assert [DAYS, DAY, HOURS] == reads


def test_a_window_that_was_moved_is_read_anew_and_one_without_never() -> None:
    progress = ReadingProgress(OPENS, DAY)
    assert not is_due(OPENS, progress, before(hours=20))
    assert is_due(OPENS + timedelta(hours=1), progress, before(hours=20))
    assert not is_due(None, None, before(hours=20))


def test_what_failed_rests_longer_each_time_and_at_most_an_hour() -> None:
    progress, pauses, now = None, [], before(hours=20)
    for _ in range(6):
        progress = after_reading(OPENS, progress, now, whole=False)
        pause = next(
            second
            for second in range(0, 7200, 60)
            if is_due(OPENS, progress, now + timedelta(seconds=second))
        )
        pauses.append(pause)
        now += timedelta(seconds=pause)
    assert [AGAIN_SECONDS, 600, 1200, 2400, AGAIN_SECONDS_MAX, AGAIN_SECONDS_MAX] == pauses
    assert is_due(OPENS, progress, now - timedelta(days=1)), "a clock that was set back"
    assert ReadingProgress(OPENS, DAY, at=now) == after_reading(OPENS, progress, now, whole=True)


def test_where_addresses_are_asked_each_day_is_one_of_reading() -> None:
    progress = ReadingProgress(OPENS, DAYS, at=before(hours=70))
    assert not is_due(OPENS, progress, before(hours=40))
    assert not is_due(OPENS, progress, before(hours=47), again=timedelta(days=1))
    assert is_due(OPENS, progress, before(hours=46), again=timedelta(days=1))
    day_before = ReadingProgress(SOON.not_before, DAY, at=NOW - timedelta(days=1))
    state = recorded()
    key = state.record(WORDS.name, WORDS.edition).key
    campaigns = plan_of(WORDS, state).campaigns
    assert [] == due_readings(campaigns, state, {key: day_before}, NOW)
    assert ["words"] == due_readings(campaigns, state, {key: day_before}, NOW, asks_links=True)


def drift(now: str | int | None = None, subject: str = "星标组", *, told_as: str = "") -> Drift:
    return Drift(CampaignName("letter"), 1, DriftKind.TAG_RENAMED, subject, "星标组", now, told_as)


def event(
    of: Drift, channel: str = "output", progress: TellingProgress = "told"
) -> tuple[Told, RenderedCampaign]:
    """Return the entry of a drift's having been told, about WORDS."""
    return Told(fact=str(of.fact), channel=channel, progress=progress), WORDS


def over(found: list[Drift], *told: tuple[Any, Any], whole: bool = True) -> list[str]:
    """Name the subject and value of what is over."""
    state = recorded(*told)
    facts = over_facts(state, state.record(WORDS.name, 1), found, whole=whole)
    return [" ".join(each.parts[1:]) for each in facts]


def test_what_was_told_and_a_whole_reading_does_not_find_is_over() -> None:
    other = drift("甲", "别的 组")
    told = [event(drift("甲")), event(drift("甲"), "HOOK"), event(other)]
    assert ["星标组 甲"] == over([other], *told)
    assert [] == over([], *told, whole=False)
    assert ["星标组 甲", "别的 组 甲"] == over([], *told)


def test_what_became_another_drift_is_over_whatever_else_could_be_read() -> None:
    assert ["星标组 甲"] == over([drift("乙")], event(drift("甲")), whole=False)
    assert [] == over([], event(drift("甲")), event(drift("甲"), progress="untold"))


def test_another_number_beyond_the_same_bound_is_the_same_drift() -> None:
    told = event(drift(90, told_as="min 100"))
    assert [] == over([drift(80, told_as="min 100")], told)
    assert ["星标组 min 100"] == over([drift(900, told_as="max 500")], told)


SOON = Window(NOW + 20 * HOUR, NOW + 21 * HOUR)
WORDS = text(window=SOON)
LETTER = news(window=SOON, recipients=reviewers("editor_lin"))


def due(
    *happenings: Any, now: datetime = NOW, campaign: RenderedCampaign = WORDS, **seen: datetime
) -> list[str]:
    state = recorded(*happenings)
    record = state.record(campaign.name, campaign.edition)
    progress = {record.key: ReadingProgress(SOON.not_before, DAY, at=seen["at"])} if seen else {}
    return list(due_readings(plan_of(campaign, state).campaigns, state, progress, now))


def test_what_went_out_or_is_in_doubt_is_not_read() -> None:
    assert ["words"] == due()
    assert [] == due(attempted(WORDS))
    assert [] == due(*sent(WORDS))
    assert [] == due(at=NOW - HOUR / 2)


def test_a_campaign_that_drifted_is_read_each_hour_until_that_ends() -> None:
    gone = Drift(WORDS.name, 1, DriftKind.TAG_GONE, "星标组", None, None)
    assert [] == due(event(gone), at=NOW - OPEN_AGAIN / 2)
    assert ["words"] == due(event(gone), at=NOW - OPEN_AGAIN)
    assert [] == due(event(gone), event(gone, progress="untold"), at=NOW - OPEN_AGAIN)


def known(
    campaign: RenderedCampaign, state: State | None = None, *refused: Guard, **policy: Any
) -> list[str]:
    rules = house(**policy)
    made = planned(campaign, state, rules)
    made = replace(made, refusals=(*made.refusals, *(Refusal(each, "", "") for each in refused)))
    return [
        each.kind.value for each in known_drifts(made, campaign, state or recorded(), rules, NOW)
    ]


def test_a_lock_that_is_stale_and_a_link_that_leads_nowhere_are_known_without_a_request() -> None:
    linked = replace(WORDS, links=(("earlier/1", "https://mp.weixin.qq.com/s/1"),))
    assert [] == known(WORDS)
    assert ["article_gone"] == known(linked)
    assert ["lock_stale", "article_gone"] == known(linked, None, Guard.LOCK_STALE)
    stale = replace(planned(WORDS), refusals=(Refusal(Guard.LOCK_STALE, "", ""),))
    assert ["lock_stale"] == [
        each.kind.value for each in known_drifts(stale, None, recorded(), house(), NOW)
    ]


def test_a_preview_that_nobody_has_seen_is_drift_once_it_is_time_and_no_run_is_about_to_show_it() -> (
    None
):
    shown_to = replace(LETTER, recipients=reviewers("editor_lin"))
    nobody = replace(LETTER, recipients=())
    must = {"require_preview": True}
    assert [] == known(nobody)
    assert ["preview_unseen"] == known(nobody, **must)
    assert [] == known(shown_to, **must), "the next run shows it"
    assert [] == known(nobody, preview_ahead="1h", **must)
    staged = recorded(saved(shown_to), previewed(shown_to))
    assert [] == known(shown_to, staged, **must)
    unread = replace(planned(nobody, rules=house(**must)), rendered=None)
    assert [] == list(known_drifts(unread, nobody, recorded(), house(**must), NOW))


def test_an_allowance_is_drift_only_where_console_sends_alone_use_it_up() -> None:
    record, fine = recorded().record(WORDS.name, 1), planned(WORDS)
    lacking = replace(fine, refusals=(Refusal(Guard.ALLOWANCE, "", ""),))
    assert None is allowance_drift(record, fine, fine)
    assert None is allowance_drift(record, lacking, lacking)
    found = allowance_drift(record, lacking, fine)
    assert found is not None
    assert (DriftKind.ALLOWANCE_USED, "main") == (found.kind, found.subject)


def kinds(state: State) -> list[DriftKind]:
    return [each.kind for each in open_drifts(state, state.record(LETTER.name, 1))]


def test_what_was_told_is_open_until_the_ledger_ends_it() -> None:
    changed = Drift(
        LETTER.name, 1, DriftKind.DRAFT_CHANGED, "MEDIA_1", "saved", "changed", "d" * 64
    )
    unseen = Drift(LETTER.name, 1, DriftKind.PREVIEW_UNSEEN, LETTER.digest, None, None)
    tag = Drift(LETTER.name, 1, DriftKind.TAG_GONE, "星标组", None, None)
    happenings = [
        saved(LETTER),
        *((event(each)[0], LETTER) for each in (changed, unseen, tag)),
    ]
    state = recorded(*happenings)
    assert [changed.kind, unseen.kind, tag.kind] == kinds(state)
    later = recorded(
        *happenings,
        (DraftDeleted(appid=LETTER.appid, media_id="MEDIA_1", reason="superseded"), LETTER),
    )
    assert [unseen.kind, tag.kind] == kinds(later), "its draft was replaced"
    shown = recorded(*happenings, previewed(LETTER))
    assert is_settled(unseen, shown.record(LETTER.name, 1))
    gone = recorded(*sent(LETTER), *happenings[1:])
    assert [] == kinds(gone)


def test_one_drift_may_end_while_another_goes_on() -> None:
    gone, other = (
        Drift(WORDS.name, 1, DriftKind.TAG_GONE, each, None, None) for each in ("甲", "乙")
    )
    state = recorded(event(gone), event(other), event(gone, progress="untold"))
    assert ["乙"] == [each.subject for each in open_drifts(state, state.record(WORDS.name, 1))]


def test_a_state_with_other_console_sends_is_for_one_question() -> None:
    state = recorded()
    other = state.with_website_sends({WORDS.appid: [NOW]})
    assert ({WORDS.appid: [NOW]}, {}) == (other.website_sends, state.website_sends)
