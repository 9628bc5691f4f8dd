"""Which facts of a run are told: each by the run that learnt it, and by no other."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from building import (
    APPID,
    NOW,
    OPEN,
    PAST,
    attempted,
    entries,
    folder_of,
    house,
    news,
    plan_of,
    recorded,
    saved,
    text,
)
from copies import replace

from massctl.apply.notices import Notice, NoticeFinder, Reach, standings
from massctl.apply.outcome import CampaignOutcome, LeftDraft
from massctl.model.diagnostics import Diagnostic, Failure, Severity
from massctl.model.entries import (
    Expired,
    JobStatus,
    SendAccepted,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.ids import AccountName
from massctl.model.lock import LockFile, lock_document
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import Record, State, Status
from massctl.plan.drift import Drift, DriftKind
from massctl.plan.quota import AccountAhead, Span, Unit
from massctl.plan.reconcile_options import Evidence
from massctl.plan.steps import Desired, Guard, Invalid, Refusal

WORDS = text("words", title="改时间", window=OPEN)
TRIED = attempted(WORDS)
LOST = (SendInDoubt(attempt=2, reason="connection_cut"), WORDS)
HELD = (SendInDoubt(attempt=2, reason="errcode", errcode=89504), WORDS)
TAKEN = (SendAccepted(attempt=2, msg_id=7), WORDS)


def status(word: str, **more: Any) -> tuple[Any, RenderedCampaign]:
    return JobStatus(msg_id=7, status=word, **more), WORDS


def evidence(record: Record) -> Evidence:
    return Evidence(record, NOW, (), None, None)


def told(earlier: Iterable[Any], now: Iterable[Any], *outcomes: CampaignOutcome) -> list[Notice]:
    """Tell what a run learnt that found `earlier` on record and wrote `now`."""
    state = recorded(*earlier)
    before = standings(state)
    state.absorb_all(entries(*earlier, *now)[state.serial :])
    return NoticeFinder(before, state, {APPID: "main"}, evidence, NOW).notices(outcomes)


def happenings(*args: Any) -> list[str]:
    return [each.happening for each in told(*args)]


def outcome(
    desired: Desired = WORDS,
    *refusals: Refusal,
    state: State | None = None,
    error: Failure | None = None,
    **policy: Any,
) -> CampaignOutcome:
    planned = plan_of(desired, state, house(**policy)).campaigns[0]
    return CampaignOutcome(planned, refusals=[*planned.refusals, *refusals], error=error)


@pytest.mark.parametrize(
    ("earlier", "now", "expected"),
    [
        ([], [TRIED, TAKEN], ["sent"]),
        ([], [TRIED, TAKEN, status("sending")], ["sent"]),
        ([], [TRIED, TAKEN, status("sent")], ["sent"]),
        ([TRIED, TAKEN], [status("sent")], []),
        ([TRIED, TAKEN], [status("failed")], ["failed"]),
        ([TRIED, TAKEN, status("failed")], [], []),
        ([TRIED, TAKEN, status("failed")], [status("sent")], ["failed"]),
        ([TRIED, TAKEN, status("sent"), status("failed")], [], []),
        ([TRIED, TAKEN], [status("awaiting_admin")], ["awaiting_admin"]),
        ([TRIED, TAKEN, status("awaiting_admin")], [status("sent")], ["sent"]),
        ([], [TRIED, LOST], ["in_doubt"]),
        ([TRIED, LOST], [], []),
        ([TRIED, LOST], [TAKEN], ["sent"]),
        ([], [TRIED, HELD], ["awaiting_admin"]),
        ([TRIED, HELD], [LOST], ["in_doubt"]),
        ([], [saved(news())], []),
        ([TRIED, TAKEN, status("sent")], [(Withdrawn(msg_id=7, article=0), WORDS)], []),
    ],
)
def test_a_change_of_standing_is_told_once(
    earlier: list[Any], now: list[Any], expected: list[str]
) -> None:
    assert expected == happenings(earlier, now)


def test_a_doubt_that_a_dead_run_left_is_told_by_each_run_that_finds_it() -> None:
    """No run could tell it, and nobody knows of it."""
    assert ["in_doubt"] == happenings([TRIED], [])
    assert ["in_doubt"] == happenings([TRIED], [], outcome(state=recorded(TRIED), in_doubt="stop"))


def test_what_is_told_of_a_doubt_has_its_choices_and_no_hint() -> None:
    (notice,) = told([], [TRIED, LOST], outcome())
    assert ("in_doubt", "words", "改时间", "main", 1, Status.IN_DOUBT, WORDS.digest, "", NOW) == (
        notice.happening,
        notice.campaign,
        notice.title,
        notice.account,
        notice.edition,
        notice.status,
        notice.digest,
        notice.hint,
        notice.at,
    )
    assert notice.choices is not None


def test_of_a_campaign_that_is_not_in_the_run_the_ledger_tells_what_it_knows() -> None:
    (notice,) = told([TRIED, TAKEN], [status("failed")])
    assert ("", "main", WORDS.digest) == (notice.title, notice.account, notice.digest)
    (unknown,) = NoticeFinder({}, recorded(TRIED, TAKEN), {}, evidence, NOW).notices()
    assert unknown.account is None


def test_what_is_told_has_the_block_of_the_send() -> None:
    (rendered,) = told([], [TRIED, TAKEN], outcome())
    lock = LockFile.model_validate(lock_document(WORDS, "massctl 0"))
    span = Span(Unit.DAY, date(2026, 12, 1), "calls", 100, 1, (), 99)
    state = recorded(TRIED, TAKEN)
    (kept,) = NoticeFinder(
        {}, state, {APPID: "main"}, evidence, NOW, lambda _: lock, lambda _: [ahead(span)]
    ).notices()
    assert rendered.block is not None
    assert rendered.block == replace(kept.block, allowance=())  # type: ignore[type-var]
    assert (span,) == kept.block.allowance  # type: ignore[union-attr]
    assert TRIED[0].audience_count == rendered.block.count
    (nothing,) = NoticeFinder({}, state, {APPID: "main"}, evidence, NOW).notices()
    assert nothing.block is None


def test_without_an_attempt_the_planned_size_is_told_and_an_unknown_account_by_its_appid() -> None:
    kept_back = outcome(state=recorded(), sending="disabled")
    kept_back.planned = replace(kept_back.planned, audience_count=12)
    (notice,) = told([], [], kept_back)
    assert notice.block is not None
    assert (12, "main") == (notice.block.count, notice.block.account)
    lock = LockFile.model_validate(lock_document(WORDS, "massctl 0"))
    (stranger,) = NoticeFinder(
        {}, recorded(TRIED, TAKEN), {}, evidence, NOW, lambda _: lock
    ).notices()
    assert APPID == stranger.block.account  # type: ignore[union-attr]


def ahead(*spans: Span) -> AccountAhead:
    return AccountAhead(AccountName("main"), "service", spans)


def test_an_account_that_nobody_recorded_is_none() -> None:
    settled = SendSettled(outcome="sent", msg_id=None, reason="seen", by="li"), WORDS
    (notice,) = told([], [settled])
    assert ("sent", None, None, "it was sent, says li") == (
        notice.happening,
        notice.account,
        notice.digest,
        notice.message,
    )


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ([TRIED, TAKEN], "delivers it now"),
        ([TRIED, TAKEN, status("sent")], "it was sent"),
        ([TRIED, TAKEN, status("failed")], "and then failed it"),
        (
            [TRIED, TAKEN, status("failed", reason="err(30003)", source="event")],
            "send_ignore_reprint) (err(30003)); the allowance",
        ),
        ([TRIED, HELD], "until 2026-12-01 12:30 +08:00"),
        ([TRIED, TAKEN, status("awaiting_admin")], "(API 群发保护)"),
    ],
)
def test_the_words_say_how_it_stands(now: list[Any], says: str) -> None:
    assert says in told([], now)[0].message


def test_a_window_that_the_run_found_closed_is_told_by_that_run_alone() -> None:
    late = text("late", window=PAST)
    expired = Expired(not_after=PAST.not_after), late
    (notice,) = told([], [expired], outcome(late))

    assert ("expired", True) == (notice.happening, "it was not sent" in notice.message)
    assert [] == told([expired], [], outcome(late, state=recorded(expired)))


@pytest.mark.parametrize(
    ("kept_back", "expected"),
    [
        (outcome(sending="disabled"), [("refused", "kill_switch")]),
        (outcome(error=Failure(40164, None, "no", "click")), [("failed", None)]),
        (outcome(WORDS, Refusal(Guard.OTHER_RUNNER, "held", "")), []),
        (outcome(WORDS, Refusal(Guard.NOT_AT_TIP, "main is at", "")), []),
        (outcome(WORDS, Refusal(Guard.QUIET_HOURS, "night", "")), [("refused", "quiet_hours")]),
        (
            outcome(
                WORDS, Refusal(Guard.OTHER_RUNNER, "held", ""), Refusal(Guard.ALLOWANCE, "no", "")
            ),
            [("refused", "allowance")],
        ),
        (outcome(), []),
        (outcome(text("later"), Refusal(Guard.NOT_NAMED, "by name", "")), []),
        (outcome(text("named"), error=Failure(None, None, "no", "")), []),
    ],
)
def test_what_keeps_a_send_back_in_its_window_is_told(
    kept_back: CampaignOutcome, expected: list[tuple[str, str | None]]
) -> None:
    assert expected == [(each.happening, each.guard) for each in told([], [], kept_back)]


def test_quiet_hours_that_end_within_the_window_need_nobody() -> None:
    quiet = {"from": "11:00", "to": "12:30", "timezone": "Asia/Shanghai"}

    assert [] == told([], [], outcome(quiet_hours=quiet))


def test_faults_are_told_while_the_window_is_open() -> None:
    fault = Diagnostic("MC301", Severity.ERROR, "too long", None, None, WORDS.name)
    broken = Invalid(WORDS.name, folder_of(WORDS.name), "改时间", "main", 1, (fault,), OPEN)

    assert ["failed"] == happenings([], [], outcome(broken))
    assert [] == happenings(
        [], [], outcome(Invalid(WORDS.name, folder_of(WORDS.name), "", None, None, (fault,), PAST))
    )


def test_a_send_that_was_refused_is_told_though_it_has_no_window() -> None:
    named = text("named")
    refused = (
        SendRejected(attempt=2, errcode=45028, rid=None, token_dead=False, retryable=True),
        named,
    )
    failed = outcome(named, error=Failure(45028, "6a", "no send is left", "wait"))
    (notice,) = told([], [attempted(named), refused], failed)

    assert ("failed", "no send is left", "wait") == (notice.happening, notice.message, notice.hint)


def test_what_went_out_is_told_as_sent_and_not_as_kept_back() -> None:
    assert ["sent"] == happenings(
        [], [TRIED, TAKEN], outcome(WORDS, Refusal(Guard.KILL_SWITCH, "off", ""))
    )
    assert ["failed"] == happenings(
        [], [TRIED, TAKEN, status("failed")], outcome(error=Failure(None, None, "no", ""))
    )


def test_a_fact_has_one_key_and_another_fact_another() -> None:
    first, again = told([], [TRIED, LOST])[0], told([], [TRIED, LOST])[0]
    other = told([], [TRIED, TAKEN])[0]
    refused = told([], [], outcome(sending="disabled"))[0]
    not_sent = SendSettled(outcome="not_sent", msg_id=None, reason="seen", by="li"), WORDS
    second = told(
        [TRIED, LOST, not_sent], [TRIED, (SendInDoubt(attempt=5, reason="connection_cut"), WORDS)]
    )[0]

    assert (first.key, 24) == (again.key, len(first.key))
    assert 4 == len({first.key, other.key, refused.key, second.key})


NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def test_what_every_run_meets_says_so_and_what_is_on_record_does_not() -> None:
    assert [True] == [each.met_again for each in told([], [], outcome(sending="disabled"))]
    assert [True] == [
        each.met_again for each in told([], [], outcome(error=Failure(None, None, "no", "")))
    ]
    assert [False] == [each.met_again for each in told([], [TRIED, TAKEN])]
    assert [False] == [each.met_again for each in told([], [TRIED, LOST])]
    dead = told([TRIED], [])
    assert ["in_doubt"] == [each.happening for each in dead]
    assert [True] == [each.met_again for each in dead]


def ended(**counts: int) -> tuple[Any, RenderedCampaign]:
    return status("sent", source="event", **counts)


def test_a_job_that_reached_nobody_is_told_by_the_run_that_learns_it() -> None:
    in_vain = ended(total_count=128, filter_count=0, sent_count=0)
    (notice,) = told([TRIED, TAKEN, status("sent")], [in_vain])
    assert ("failed", Status.SENT) == (notice.happening, notice.status)
    assert "nobody received it: WeChat delivered it to 0 of 128 followers" == str(notice.message)
    assert [] == happenings([TRIED, TAKEN, in_vain], [])
    assert [] == happenings([TRIED, TAKEN, status("sent")], [ended(total_count=128, sent_count=1)])
    assert ["failed"] == happenings([TRIED, TAKEN], [status("failed", sent_count=0)])


def test_a_draft_that_stays_is_told_with_its_window_or_alone_where_its_folder_is_gone() -> None:
    campaign = text("words", title="改时间", window=PAST)
    state = recorded(saved(campaign))
    before = standings(state)
    state.absorb_all(
        entries(saved(campaign), (Expired(not_after=PAST.not_after), campaign))[state.serial :]
    )
    noticing = NoticeFinder(before, state, {APPID: "main"}, evidence, NOW)
    closed, gone = LeftDraft(campaign.name, 1, False), LeftDraft(campaign.name, 1, True)
    (alone,) = noticing.notices([], [gone])
    assert ("draft_left", "words") == (alone.happening, alone.campaign)
    (expired,) = noticing.notices([outcome(campaign)], [closed])
    assert ("expired", True) == (expired.happening, "it stays there" in expired.message)
    assert "delete it in the console" in expired.hint


def test_a_report_is_another_fact_on_each_of_its_days_whatever_its_numbers():
    (sent,) = told([TRIED], [TAKEN])
    reports = [
        replace(sent, happening="report", reach=Reach(day, (str(line),)))
        for day, line in ((1, 1), (1, 2), (3, 1))
    ]
    assert 2 == len({each.key for each in reports})
    assert sent.key not in {each.key for each in reports}


def test_a_drift_is_a_notice_of_its_campaign_whose_key_changes_with_what_drifted() -> None:
    state = recorded()
    finder = NoticeFinder(standings(state), state, {APPID: "main"}, evidence, NOW)
    (planned,) = plan_of(WORDS, state).campaigns
    one, other = (
        Drift(WORDS.name, 1, DriftKind.TAG_GONE, each, None, None) for each in ("甲", "乙")
    )
    found = [
        finder.drifted(planned, each, Phrase("its tag is gone"), "massctl lock")
        for each in (one, one, other)
    ]
    assert ["drift"] * 3 == [each.happening for each in found]
    assert [True, False] == [found[0].key == each.key for each in found[1:]]
