"""Which facts are told: those on record that a channel has not heard of, and what a run met."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from building import (
    APPID,
    NOW,
    OPEN,
    PAST,
    attempted,
    folder_of,
    house,
    news,
    plan_of,
    record_of,
    recorded,
    saved,
    text,
)
from copies import replace

from massctl.apply.notices import Notice, NoticeFinder, Reach, delivered_words, hears
from massctl.apply.outcome import CampaignOutcome, LeftDraft
from massctl.model.diagnostics import Diagnostic, Failure, Severity
from massctl.model.entries import (
    AudienceCut,
    Expired,
    JobStatus,
    SendAccepted,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Told,
    Withdrawn,
)
from massctl.model.ids import AccountName, CampaignName
from massctl.model.lock import LockFile, lock_document
from massctl.model.message import RenderedCampaign
from massctl.model.notices import Fact, Telling
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel
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


WHY = status("failed", source="event", reason="err(30003)")
COUNTED = status("sent", source="event", total_count=9, filter_count=8, sent_count=7, error_count=1)
CUT = (
    AudienceCut(snapshot="sha256:1", kept_snapshot="sha256:2", kept=9, removed={"erased": 3}),
    WORDS,
)
GONE = Withdrawn(msg_id=7, article=0, by="li"), WORDS
SAID_NO = SendSettled(outcome="not_sent", reason="looked", by="li"), WORDS


def evidence(record: Record) -> Evidence:
    return Evidence(record, NOW, (), None, None)


HOOK = Channel(webhook_env="HOOK")


def finder(state: State, **more: Any) -> NoticeFinder:
    known = {"state": state, "accounts": {APPID: "main"}, "evidence": evidence}
    return NoticeFinder(**{**known, "now": NOW, "since": NOW, **more})


def found(state: State, *outcomes: CampaignOutcome, **more: Any) -> list[Notice]:
    finding = finder(state, **more)
    return [*finding.recorded([HOOK], outcomes), *finding.met(outcomes)]


def told(earlier: Iterable[Any], now: Iterable[Any], *outcomes: CampaignOutcome) -> list[Notice]:
    """Tell what is on record by `now`, to a channel that heard of all that was on record `earlier`."""
    before, state = recorded(*earlier), recorded(*earlier, *now)
    for key, record in before.records.items():
        heard = Telling("told", NOW, 1, before.serial)
        state.told[key] = {(fact, HOOK.name): heard for fact in record.facts}
    return found(state, *outcomes)


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
        ([], [TRIED, TAKEN], ["accepted"]),
        ([], [TRIED, TAKEN, status("sending")], ["accepted"]),
        ([], [TRIED, TAKEN, status("sent")], ["accepted", "ended"]),
        ([TRIED, TAKEN], [status("sent")], ["ended"]),
        ([TRIED, TAKEN], [status("failed")], ["failed"]),
        ([TRIED, TAKEN, status("failed")], [], []),
        ([TRIED, TAKEN, status("failed")], [status("failed")], []),
        ([TRIED, TAKEN, status("failed")], [WHY], ["details"]),
        ([TRIED, TAKEN], [status("failed"), WHY], ["failed"]),
        ([TRIED, TAKEN, status("sent")], [COUNTED], ["details"]),
        ([TRIED, TAKEN], [status("sent"), COUNTED], ["ended"]),
        ([TRIED, TAKEN, COUNTED], [status("sent")], []),
        ([TRIED, TAKEN, status("failed")], [status("sent")], ["failed"]),
        ([TRIED, TAKEN, status("sent"), status("failed")], [], []),
        ([TRIED, TAKEN], [status("awaiting_admin")], ["awaiting_admin"]),
        ([TRIED, TAKEN, status("awaiting_admin")], [status("sent")], ["ended"]),
        ([TRIED, TAKEN], [status("awaiting_admin"), status("sent")], ["ended"]),
        ([], [TRIED, LOST], ["in_doubt"]),
        ([TRIED, LOST], [], []),
        ([TRIED, LOST], [TAKEN], ["accepted"]),
        ([TRIED], [LOST, TAKEN], ["accepted"]),
        ([], [TRIED, HELD], ["awaiting_admin"]),
        ([TRIED, HELD], [LOST], ["in_doubt"]),
        ([], [saved(news())], []),
        ([TRIED, TAKEN, status("sent")], [GONE], ["withdrawn"]),
        ([TRIED, TAKEN, status("sent")], [GONE, status("deleted")], ["withdrawn"]),
        ([TRIED, TAKEN, status("sent")], [status("deleted")], ["withdrawn"]),
        ([TRIED, LOST], [SAID_NO], ["settled"]),
    ],
)
def test_what_came_on_record_is_told_once(
    earlier: list[Any], now: list[Any], expected: list[str]
) -> None:
    assert expected == happenings(earlier, now)


@pytest.mark.parametrize(
    ("after", "outcomes", "expected"),
    [
        (timedelta(0), [], []),
        (timedelta(0), [outcome(state=recorded(TRIED), in_doubt="stop")], ["in_doubt"]),
        (timedelta(minutes=5), [], ["in_doubt"]),
    ],
)
def test_an_attempt_without_any_word_is_a_doubt_to_its_run_and_later_to_others(
    after: timedelta, outcomes: list[CampaignOutcome], expected: list[str]
) -> None:
    finding = replace(finder(recorded(TRIED)), now=NOW + after)
    assert expected == [each.happening for each in finding.met(outcomes)]
    assert [] == finding.recorded([HOOK])


def test_what_is_on_record_for_long_is_not_told() -> None:
    state = recorded(TRIED, TAKEN)
    finding = finder(state)
    assert 1 == len(finding.recorded([HOOK]))
    assert 1 == len(replace(finding, now=NOW + timedelta(days=1)).recorded([HOOK]))
    assert [] == replace(finding, now=NOW + timedelta(days=2)).recorded([HOOK])
    assert [] == finding.recorded([])


def test_a_channel_that_was_there_before_hears_of_a_week_and_a_new_one_of_two_days() -> None:
    """300 sends ended in a week in which nobody ran; then somebody added a channel."""
    known = Told(fact="accepted", channel="HOOK", progress="told"), text("before")
    sends = [replace(WORDS, name=CampaignName(f"letter-{number}")) for number in range(300)]
    ends = [
        (each, letter)
        for number, letter in enumerate(sends)
        for each in (TRIED[0], replace(TAKEN[0], attempt=3 + 3 * number), status("sent")[0])
    ]
    state = recorded(known, *ends)

    def heard(channel: str, **after: float) -> int:
        finding = replace(finder(state), now=NOW + timedelta(**after))
        return len(finding.recorded([Channel(webhook_env=channel)]))

    assert (600, 0) == (heard("HOOK", days=6), heard("HOOK", days=8))
    assert (600, 0) == (heard("NEW", days=1), heard("NEW", days=3))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (None, True),
        (["accepted"], False),
        (["ended"], True),
        (["failed"], True),
    ],
)
def test_whoever_hears_how_a_send_ended_hears_its_details(
    events: list[Any] | None, expected: bool
) -> None:
    assert expected == hears(Channel(webhook_env="HOOK", events=events), "details")


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (
            [COUNTED],
            "it was delivered to 7 of 9 followers; filtered out: 1 (declined, or had four this month); failed: 1",
        ),
        ([status("sent")], "WeChat says that it was sent"),
        ([status("sent"), (GONE)], "it was withdrawn by li"),
        ([status("sent"), (Withdrawn(msg_id=7, article=2), WORDS)], "article 2 was withdrawn by"),
        ([status("deleted")], "it was withdrawn by somebody in the console"),
    ],
)
def test_the_end_is_told_in_numbers_and_a_withdrawal_with_who_did_it(
    now: list[Any], message: str
) -> None:
    assert str(told([TRIED, TAKEN], now)[-1].message).startswith(message)


def test_an_end_has_the_addresses_of_what_is_left() -> None:
    urls = ["https://mp.weixin.qq.com/s/a", "https://mp.weixin.qq.com/s/b"]
    end = status("sent", source="event", sent_count=7, article_urls=urls)
    assert tuple(urls) == told([TRIED, TAKEN], [end])[0].addresses
    (*_, ended) = found(recorded(TRIED, TAKEN, end), pull_request=lambda _: "https://forge/7")
    assert ("https://forge/7", "massctl report words   shows") == (
        ended.pull_request,
        str(ended.hint)[:28],
    )
    first = Withdrawn(msg_id=7, article=1), WORDS
    assert (urls[1],) == told([TRIED, TAKEN, end], [first])[0].addresses
    assert () == told([TRIED, TAKEN, end], [GONE])[0].addresses


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
    (unknown,) = finder(recorded(TRIED, TAKEN), accounts={}).recorded([HOOK])
    assert unknown.account is None


def test_what_is_told_has_the_block_of_the_send() -> None:
    (rendered,) = told([], [TRIED, TAKEN], outcome())
    lock = LockFile.model_validate(lock_document(WORDS, "massctl 0"))
    span = Span(Unit.DAY, date(2026, 12, 1), "calls", 100, 1, (), 99)
    state = recorded(TRIED, TAKEN)
    (kept,) = found(state, content=lambda _: lock, ahead=lambda _: [ahead(span)])
    assert rendered.block is not None
    assert rendered.block == replace(kept.block, allowance=())  # type: ignore[type-var]
    assert (span,) == kept.block.allowance  # type: ignore[union-attr]
    assert TRIED[0].audience_count == rendered.block.count
    (nothing,) = found(state)
    assert nothing.block is None


def test_without_an_attempt_the_planned_size_is_told_and_an_unknown_account_by_its_appid() -> None:
    kept_back = outcome(state=recorded(), sending="disabled")
    kept_back.planned = replace(kept_back.planned, audience_count=12)
    (notice,) = told([], [], kept_back)
    assert notice.block is not None
    assert (12, "main") == (notice.block.count, notice.block.account)
    lock = LockFile.model_validate(lock_document(WORDS, "massctl 0"))
    strange = finder(recorded(TRIED, TAKEN), accounts={}, content=lambda _: lock)
    (stranger,) = strange.recorded([HOOK])
    assert APPID == stranger.block.account  # type: ignore[union-attr]


def ahead(*spans: Span) -> AccountAhead:
    return AccountAhead(AccountName("main"), "service", spans)


def test_an_account_that_nobody_recorded_is_none() -> None:
    settled = SendSettled(outcome="sent", msg_id=None, reason="seen", by="li"), WORDS
    (notice,) = told([], [settled])
    assert ("settled", None, None, "it was sent, says li") == (
        notice.happening,
        notice.account,
        notice.digest,
        notice.message,
    )


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ([TRIED, TAKEN], "delivers it now"),
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
    assert says in told([], now)[-1].message


def test_a_window_that_the_run_found_closed_is_told_by_that_run_alone() -> None:
    late = text("late", window=PAST)
    expired = Expired(not_after=PAST.not_after), late
    (notice,) = told([], [expired], outcome(late))

    assert ("expired", True) == (notice.happening, "it was not sent" in notice.message)
    assert [] == told([expired], [], outcome(late, state=recorded(expired)))
    gone_since = [(TRIED[0], late), (TAKEN[0], late)]
    assert ["accepted"] == happenings([], [*gone_since, expired])


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
    assert ["accepted"] == happenings(
        [], [TRIED, TAKEN], outcome(WORDS, Refusal(Guard.KILL_SWITCH, "off", ""))
    )
    assert ["accepted", "failed"] == happenings(
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
    assert (WORDS.name, 1) == first.record_key
    assert 4 == len({first.key, other.key, refused.key, second.key})


def test_what_every_run_meets_says_so_and_what_is_on_record_does_not() -> None:
    assert [True] == [each.met_again for each in told([], [], outcome(sending="disabled"))]
    assert [True] == [
        each.met_again for each in told([], [], outcome(error=Failure(None, None, "no", "")))
    ]
    assert [False] == [each.met_again for each in told([], [TRIED, TAKEN])]
    assert [False] == [each.met_again for each in told([], [TRIED, LOST])]
    assert [True] == [each.is_recorded for each in told([], [TRIED, LOST])]


def ended(**counts: int) -> tuple[Any, RenderedCampaign]:
    return status("sent", source="event", **counts)


def test_a_job_that_reached_nobody_is_told_by_the_run_that_learns_it() -> None:
    in_vain = ended(total_count=128, filter_count=0, sent_count=0)
    (notice,) = told([TRIED, TAKEN, status("sent")], [in_vain])
    assert ["failed"] == happenings([TRIED, TAKEN], [in_vain])
    assert ("failed", Status.SENT) == (notice.happening, notice.status)
    assert "nobody received it: WeChat delivered it to 0 of 128 followers" == str(notice.message)
    assert [] == happenings([TRIED, TAKEN, in_vain], [])
    assert ["details"] == happenings(
        [TRIED, TAKEN, status("sent")], [ended(total_count=128, sent_count=1)]
    )
    assert ["failed"] == happenings([TRIED, TAKEN], [status("failed", sent_count=0)])


def test_a_draft_that_stays_is_told_with_its_window_or_alone_where_its_folder_is_gone() -> None:
    campaign = text("words", title="改时间", window=PAST)
    noticing = finder(recorded(saved(campaign), (Expired(not_after=PAST.not_after), campaign)))
    closed, gone = LeftDraft(campaign.name, 1, False), LeftDraft(campaign.name, 1, True)
    (alone,) = noticing.met([], [gone])
    assert ("draft_left", "words") == (alone.happening, alone.campaign)
    (expired,) = noticing.recorded([HOOK], [outcome(campaign)], [closed])
    assert ("expired", True) == (expired.happening, "it stays there" in expired.message)
    assert "delete it in the console" in expired.hint


def test_a_report_is_another_fact_on_each_of_its_days_whatever_its_numbers():
    (sent,) = told([TRIED], [TAKEN])
    reports = [
        replace(sent, fact=Fact.of("report", day), reach=Reach(day, (str(line),)))
        for day, line in ((1, 1), (1, 2), (3, 1))
    ]
    assert 2 == len({each.key for each in reports})
    assert sent.key not in {each.key for each in reports}


def test_a_drift_is_a_notice_of_its_campaign_whose_key_changes_with_what_drifted() -> None:
    state = recorded()
    (planned,) = plan_of(WORDS, state).campaigns
    one, other = (
        Drift(WORDS.name, 1, DriftKind.TAG_GONE, each, None, None) for each in ("甲", "乙")
    )
    notices = [
        finder(state).drifted(planned, each, Phrase("its tag is gone"), "massctl lock")
        for each in (one, one, other)
    ]
    assert ["drift"] * 3 == [each.happening for each in notices]
    assert [True, False] == [notices[0].key == each.key for each in notices[1:]]


def test_the_end_of_a_send_says_whom_it_left_out() -> None:
    tried = attempted(WORDS, audience={"of": "east", "sha256": "sha256:1"})
    taken = SendAccepted(attempt=3, msg_id=7)
    record = record_of(WORDS, CUT, tried, taken, status("sent", total_count=9, sent_count=9))
    assert "it was delivered to 9 of 9 followers; 3 left out: 3 erased" == str(
        delivered_words(record)
    )
