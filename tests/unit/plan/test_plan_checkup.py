"""What `doctor` judges without a request."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from building import (
    APPID,
    HOUR,
    LATER,
    LINEAGE,
    NOW,
    OPEN,
    PAST,
    article,
    attempted,
    audience,
    folder_of,
    house,
    images,
    news,
    plan_of,
    recorded,
    reviewers,
    saved,
    sent,
    text,
)
from copies import replace

from massctl.model.batches import OpenidList
from massctl.model.diagnostics import Check, Diagnostic, Finding, Level, Severity
from massctl.model.entries import (
    Created,
    Entry,
    JobStatus,
    Lease,
    SendAccepted,
    SendImported,
    SendInDoubt,
    SigningKey,
)
from massctl.model.ids import AccountName, Sha256
from massctl.model.message import RenderedCampaign, Window
from massctl.model.phrase import Phrase
from massctl.model.settings import Account
from massctl.model.state import HeldLease, RunnerId, State
from massctl.plan import checkup
from massctl.plan.brake import STOP_BRANCH, Tip
from massctl.plan.checkup import held_findings, proxy_to_set, secret_to_set, to_set
from massctl.plan.guards import Skew
from massctl.plan.lease import LocalRunner
from massctl.plan.quota import AccountAhead, Span, Unit
from massctl.plan.steps import Guard, Invalid, Refusal

MAIN = AccountName("main")
SECRET = "0123456789abcdef" * 2
WORDS = text("words")
REFUSAL = Refusal(Guard.LEDGER_MISSING, "it is missing", "bring it back")


def held(errcode: int = 89504) -> list[Any]:
    return [attempted(WORDS), (SendInDoubt(attempt=2, reason="errcode", errcode=errcode), WORDS)]


PLATFORM = "wxc0000000000000c0"


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        (None, None),
        ({"token_env": "T"}, "its events are not sealed"),
        ({"token_env": "T", "aes_key_env": "K"}, "the seal proves which events are its own"),
        (
            {"token_env": "T", "aes_key_env": "K", "component_appid": PLATFORM},
            f"{PLATFORM} seals its events, and gh_1",
        ),
    ],
)
def test_what_tells_events_apart(callback: Any, expected: str | None) -> None:
    account = {
        "appid": "wx0123456789abcdef",
        "kind": "service",
        "original_id": "gh_1",
        "callback": callback,
    }
    found = checkup.callback_finding(MAIN, Account.model_validate(account))
    assert (expected is None) == (found is None)
    assert found is None or (Level.OK, True) == (found.level, str(expected) in found.message)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (SECRET, Level.OK),
        ("", Level.PROBLEM),
        (" \n", Level.PROBLEM),
        (SECRET + "\n", Level.PROBLEM),
        (" " + SECRET, Level.PROBLEM),
        (SECRET[:16] + "\t" + SECRET[16:], Level.PROBLEM),
        (f"'{SECRET}'", Level.WARNING),
        (SECRET[:-1], Level.WARNING),
        (SECRET.upper(), Level.WARNING),
        ("密" * 32, Level.WARNING),
    ],
)
def test_a_secret_is_judged_by_its_look_and_shown_in_no_finding(value: str, level: Level) -> None:
    found = checkup.secret_finding(MAIN, "WECHAT_MAIN_SECRET", value, loopback=False)

    assert (Check.CREDENTIAL, level, MAIN) == (found.check, found.level, found.account)
    assert "WECHAT_MAIN_SECRET" in found.message
    assert (level is not Level.OK) == ("export WECHAT_MAIN_SECRET=…" in found.hint)
    assert (level is not Level.OK) == (
        "on GitHub: a line WECHAT_MAIN_SECRET=… of the environment" in found.hint
    )
    assert not value.strip() or value.strip() not in found.message + found.hint


def test_a_secret_for_loopback_may_look_as_it_likes() -> None:
    assert Level.OK is checkup.secret_finding(MAIN, "S", "a-secret", loopback=True).level
    assert Level.PROBLEM is checkup.secret_finding(MAIN, "S", "sandbox secret", loopback=True).level


def test_a_ledger_is_sound_or_not_begun_or_refused() -> None:
    none, sound = checkup.ledger_finding(State(), None), checkup.ledger_finding(recorded(), None)
    refused = checkup.ledger_finding(recorded(), REFUSAL)

    assert [Level.OK, Level.OK, Level.PROBLEM] == [none.level, sound.level, refused.level]
    assert "the first apply begins it" in none.message
    assert f"{LINEAGE} verifies: realm loopback, entries: 1" == sound.message
    assert ("it is missing", "bring it back") == (refused.message, refused.hint)


def test_a_send_of_unknown_outcome_is_a_problem_with_the_way_out() -> None:
    (found,) = checkup.open_sends(recorded(attempted(WORDS), *sent_by_another()))

    assert (Level.PROBLEM, True) == (
        found.level,
        "massctl reconcile words --not-sent" in found.hint,
    )


def sent_by_another(attempt: int = 3) -> list[Any]:
    other = text("other")
    return [attempted(other), (SendAccepted(attempt=attempt, msg_id=7), other)]


def test_a_send_that_waits_for_the_administrator_is_a_warning_with_its_end() -> None:
    (found,) = checkup.open_sends(recorded(*held()))

    assert (Level.WARNING, True) == (found.level, "until 2026-12-01 12:30 +08:00" in found.message)
    assert "massctl apply words" in found.hint


@pytest.mark.parametrize(
    ("rules", "level", "word"),
    [
        (house(), Level.OK, "no kill switch"),
        (house(sending="disabled"), Level.WARNING, "policy.sending"),
        (house(no_send=True), Level.WARNING, "MASSCTL_NO_SEND"),
        (
            replace(house(), tip=Tip("main", "origin", stop_branches=((STOP_BRANCH, None),))),
            Level.WARNING,
            "massctl-stop",
        ),
    ],
)
def test_a_kill_switch_is_told(rules: Any, level: Level, word: str) -> None:
    found = checkup.sending_finding(rules)

    assert (level, True) == (found.level, word in found.message)


def test_campaigns_with_faults_are_counted() -> None:
    fault = Diagnostic("MC301", Severity.ERROR, "too long", None, None, WORDS.name)
    broken = Invalid(WORDS.name, folder_of(WORDS.name), "", MAIN, 1, (fault,))
    found = checkup.campaigns_finding(plan_of([broken, text("other")]))

    assert (Level.PROBLEM, "campaigns with faults: 1") == (found.level, found.message)
    assert Level.OK is checkup.campaigns_finding(plan_of([text("other")])).level


def windows(
    *campaigns: RenderedCampaign, state: State | None = None, **policy: Any
) -> list[Finding]:
    return checkup.window_findings(plan_of(campaigns, state, house(**policy)))


def test_a_window_that_closed_unsent_is_a_warning() -> None:
    (found,) = windows(text("late", window=PAST))

    assert (Level.WARNING, MAIN, True) == (
        found.level,
        found.account,
        "late has closed" in found.message,
    )


def test_a_window_that_is_open_and_refused_is_a_problem_with_its_guard() -> None:
    (found,) = windows(text("now", window=OPEN), sending="disabled")

    assert (Level.PROBLEM, True) == (found.level, "(kill_switch)" in found.message)
    assert "policy.sending" in found.hint


def test_a_window_that_is_open_says_what_to_type() -> None:
    (found,) = windows(text("now", window=OPEN))

    assert (Level.WARNING, "massctl apply now") == (found.level, found.hint)


def test_what_was_sent_or_waits_needs_nobody() -> None:
    late = text("late", window=PAST)
    (found,) = windows(
        late, text("later", window=LATER), text("named"), state=recorded(*sent(late))
    )

    assert (Level.OK, Check.WINDOWS) == (found.level, found.check)


def test_many_windows_are_told_as_a_number() -> None:
    found = windows(
        *(text(f"late{number}", content=str(number), window=PAST) for number in range(23))
    )

    assert checkup.WINDOWS_TOLD + 1 == len(found)
    assert "more windows like these: 3" == found[-1].message


@pytest.mark.parametrize(("minutes", "told"), [(119, True), (120, False)])
def test_a_window_that_github_may_miss_is_a_warning(minutes: int, told: bool) -> None:
    window = Window(OPEN.not_before, OPEN.not_before + timedelta(minutes=minutes))
    found = [*checkup.short_windows(plan_of([text("now", window=window)], None, house()))]

    assert told == any(f"{minutes} minutes long" in each.message for each in found)


SHORT = Window(OPEN.not_before, OPEN.not_before + timedelta(minutes=90))


@pytest.mark.parametrize(
    ("campaign", "state", "count"),
    [
        (text("words", window=SHORT), recorded(), 1),
        (text("words"), recorded(), 0),
        (text("words", window=Window(NOW - 2 * HOUR, NOW - HOUR)), recorded(), 0),
        (
            text("words", window=SHORT),
            recorded(*sent(WORDS), (JobStatus(msg_id=7, status="sent", sent_count=9), WORDS)),
            0,
        ),
    ],
)
def test_a_window_that_nothing_waits_for_is_not_too_short(
    campaign: RenderedCampaign, state: State, count: int
) -> None:
    assert count == len([*checkup.short_windows(plan_of([campaign], state, house()))])


def test_a_campaign_of_no_account_is_told_without_one() -> None:
    fault = Diagnostic("MC019", Severity.ERROR, "no account", None, None, WORDS.name)
    (found,) = checkup.window_findings(
        plan_of([Invalid(WORDS.name, folder_of(WORDS.name), "", None, 1, (fault,), PAST)])
    )

    assert found.account is None


def alarms(
    *campaigns: Any, state: State | None = None, now: datetime = NOW, **policy: Any
) -> list[str]:
    state = state or recorded()
    return [
        each.message
        for each in checkup.alarms(plan_of(campaigns, state, house(**policy)), state, now)
    ]


def test_a_missed_window_is_an_alarm_for_three_days() -> None:
    late = text("late", window=PAST)

    assert ["the window of late has closed, and it was not sent"] == alarms(
        late, now=PAST.not_after + timedelta(days=3)
    )
    assert [] == alarms(late, now=PAST.not_after + timedelta(days=3, seconds=1))


def test_an_open_window_is_an_alarm_once_apply_is_late() -> None:
    due = text("now", window=OPEN)

    assert [] == alarms(due, now=OPEN.not_before + timedelta(minutes=19))
    assert ["the window of now is open, and it is not sent yet"] == alarms(
        due, now=OPEN.not_before + timedelta(minutes=20)
    )


def test_an_open_window_that_is_refused_is_an_alarm_at_once() -> None:
    (told,) = alarms(text("now", window=OPEN), now=OPEN.not_before, sending="disabled")

    assert "(kill_switch)" in told


def test_a_faulty_campaign_whose_window_closed_is_an_alarm() -> None:
    fault = Diagnostic("MC019", Severity.ERROR, "no account", None, None, WORDS.name)

    assert 1 == len(alarms(Invalid(WORDS.name, folder_of(WORDS.name), "", None, 1, (fault,), PAST)))


def test_a_send_in_doubt_is_an_alarm() -> None:
    told = alarms(state=recorded(attempted(WORDS)))

    assert ["nobody knows whether words was sent; its account sends nothing else"] == told


def test_a_send_in_doubt_whose_window_closed_is_told_once_and_needs_no_new_window() -> None:
    missed = text("words", window=PAST)

    assert 1 == len(alarms(missed, state=recorded(attempted(missed))))


def allowance(*spans: Span, state: State | None = None) -> Finding:
    ahead = [
        AccountAhead(MAIN, "service", spans),
        AccountAhead(AccountName("other"), "service", (month(0, 4),)),
    ]
    return checkup.allowance_finding(MAIN, APPID, state or recorded(), ahead, NOW)


def month(used: int, limit: int = 4) -> Span:
    return Span(Unit.MONTH, Unit.MONTH.of(NOW), "sends", limit, used, (), limit - used)


def test_the_allowance_says_what_is_left_now_and_what_it_rests_on() -> None:
    next_month = Span(Unit.MONTH, Unit.MONTH.of(NOW + timedelta(days=31)), "sends", 4, 0, (), 4)
    calls = Span(Unit.DAY, Unit.DAY.of(NOW), "calls", 100, 1, (), 99)
    told = SendImported(appid=APPID, sent_at=NOW, by="li", reason="in the console")
    found = allowance(calls, next_month, month(3), state=recorded(told))

    assert (Level.OK, True) == (
        found.level,
        found.message.startswith("1 of 4 sends left in the month from 2026-12-01"),
    )
    assert "1 are recorded: massctl state import --website-send AT" in found.hint


def test_an_allowance_that_is_used_up_is_a_warning() -> None:
    day = Span(Unit.DAY, Unit.DAY.of(NOW), "sends", 1, 2, (), 0)

    assert (Level.WARNING, True) == (
        allowance(day).level,
        "0 of 1 sends left in the day" in allowance(day).message,
    )


def test_an_allowance_of_which_nothing_is_known_is_told_so() -> None:
    assert (Level.OK, True) == (allowance().level, "nothing of it is used" in allowance().message)


@pytest.mark.parametrize(
    ("state", "level"),
    [
        (recorded(), Level.UNKNOWN),
        (recorded(*held()), Level.OK),
        (recorded(*held(45066)), Level.UNKNOWN),
        (recorded(*held(89505), *sent_by_another(4)), Level.OK),
    ],
)
def test_a_send_that_was_held_shows_the_protection(state: State, level: Level) -> None:
    found = checkup.protection_finding(MAIN, APPID, state)

    assert (level, True) == (found.level, "风险操作保护" in found.hint)


def test_clocks_are_compared_where_wechat_told_its_own() -> None:
    near = Skew(NOW, NOW, NOW)
    far = Skew(NOW, NOW, NOW - HOUR)
    found = [checkup.clock_finding(MAIN, each, sandbox=False) for each in (near, far, None)]

    assert [Level.OK, Level.PROBLEM, Level.UNKNOWN] == [each.level for each in found]
    assert "timedatectl" in found[1].hint
    assert Level.OK is checkup.clock_finding(MAIN, None, sandbox=True).level


LIST = OpenidList(Sha256("0" * 64), 3)


@pytest.mark.parametrize(
    ("campaign", "needs"),
    [
        (text(), {Check.MASS_SEND}),
        (text(audience=audience(tag_id=2)), {Check.MASS_SEND, Check.TAGS}),
        (text(audience=audience(tag="会员")), {Check.MASS_SEND, Check.TAGS}),
        (
            text(audience=audience(openids="lists/a.txt"), openid_list=LIST),
            {Check.MASS_SEND_OPENIDS},
        ),
        (text(recipients=reviewers("li")), {Check.MASS_SEND, Check.PREVIEWS}),
        (news(), {Check.MASS_SEND, Check.DRAFTS, Check.MATERIALS, Check.COMMENTS}),
        (
            news("sale", article(need_open_comment=False)),
            {Check.MASS_SEND, Check.DRAFTS, Check.MATERIALS},
        ),
        (images(), {Check.MASS_SEND, Check.MATERIALS}),
    ],
)
def test_rights_are_needed_by_what_campaigns_do(
    campaign: RenderedCampaign, needs: set[Check]
) -> None:
    assert needs == checkup.needs_of([campaign])


def test_what_is_left_to_do_by_hand_is_told_before_the_window_opens() -> None:
    letter = news("letter", article(), window=LATER, handoff=("original",))
    staged = recorded(saved(letter))
    told = "the window of letter opens at"
    assert [] == alarms(letter, state=staged, now=LATER.not_before - timedelta(hours=6, seconds=1))
    (alarm,) = alarms(letter, state=staged, now=LATER.not_before - timedelta(hours=6))
    assert (True, True) == (alarm.startswith(told), "original (原创)" in alarm)
    (found,) = checkup.window_findings(plan_of([letter], staged, house()))
    assert (Level.WARNING, True) == (found.level, found.message.startswith(told))


def test_nothing_is_left_to_do_before_there_is_a_draft() -> None:
    letter = news("letter", article(), window=LATER, handoff=("original",))
    (found,) = checkup.window_findings(plan_of([letter], None, house()))
    assert Level.OK == found.level


@pytest.mark.parametrize("advice", [to_set, secret_to_set, proxy_to_set])
def test_a_variable_is_set_by_export_and_among_the_secrets_of_the_environment(
    advice: Callable[[str], Phrase],
) -> None:
    said = advice("WECHAT_MAIN")
    assert said.startswith("export WECHAT_MAIN=")
    assert said.endswith("a line WECHAT_MAIN=… of the environment's secret MASSCTL_SECRETS")


@pytest.mark.parametrize(
    ("here", "level"),
    [
        (LocalRunner(), Level.OK),
        (LocalRunner(RunnerId("aa", "boot"), NOW - HOUR), Level.WARNING),
        (LocalRunner(RunnerId("aa", "boot"), NOW), Level.OK),
    ],
    ids=["another machine's", "this folder's, which stopped", "this folder's"],
)
def test_the_runner_that_sends_is_named_and_one_that_stopped_here_is_a_warning(
    here: LocalRunner, level: Level
) -> None:
    lease = HeldLease(Lease(act="taken", runner="aa", boot="boot", host="sender-1"), NOW - HOUR)
    (found,) = checkup.lease_findings(lease, here, NOW)
    assert (Check.LEASE, level) == (found.check, found.level)
    assert "the runner on sender-1 alone sends since" in found.message
    assert ("massctl run;" in found.hint) == (level is Level.WARNING)


def test_who_signs_the_ledger_is_named() -> None:
    state = State()
    created = Created(lineage=LINEAGE, realm="loopback", key="sender+00000001+AAAA")
    state.absorb(Entry(1, "", NOW, created))
    assert checkup.ledger_finding(state, None).message.endswith("signed by sender+00000001")
    state.absorb(Entry(2, "", NOW, SigningKey(key="sender+00000002+AAAA", reason="lost", by="lin")))
    assert checkup.ledger_finding(state, None).message.endswith("signed by sender+00000002")


def test_without_a_runner_nothing_is_said_of_one() -> None:
    assert [] == list(checkup.lease_findings(None, LocalRunner(), NOW))


def test_ends_that_wait_in_the_spool_are_warnings() -> None:
    (found,) = held_findings([Phrase("an end waits")])
    assert (Check.CALLBACK, Level.WARNING, "an end waits") == (
        found.check,
        found.level,
        found.message,
    )
