"""The ledger and the jobs, in words; the question before a send; errors."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from copies import replace
from view_samples import (
    COVER,
    HERO,
    NOW,
    added,
    attempted,
    campaign,
    entries_of,
    saved,
    state_of,
    text_campaign,
    uploaded,
)

from massctl.apply.consent import SendQuestion
from massctl.apply.jobs import Followed
from massctl.errors import ConfigurationError, PermanentError
from massctl.model import entries
from massctl.model.diagnostics import Failure
from massctl.model.entries import Entry
from massctl.model.phrase import Phrase, in_time, moment
from massctl.model.state import State
from massctl.plan.reconcile_options import Evidence
from massctl.plan.send_facts import SendFacts, send_facts
from massctl.plan.window import WindowState
from massctl.view.cells import cells
from massctl.view.diagnostics import error_text
from massctl.view.i18n import LANGUAGES, Language
from massctl.view.ledger import entries_text, entry_facts, state_text, verified_text
from massctl.view.outcome import question_text
from massctl.view.status import evidence_text, status_text
from massctl.view.style import Style
from massctl.view.terminal import Page
from massctl.view.words import recorded

SENT, OPEN = campaign(), text_campaign()
START = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def history() -> Sequence[Entry]:
    """Every type of entry once, as far as one story can hold them."""
    name, digest = SENT.name, SENT.digest
    shown = entries.Previewed(digest=digest, recipient="towxname:editor_li", outcome="sent")
    refused = entries.Previewed(
        digest=digest, recipient="towxname:editor_mei", outcome="failed", errcode=43004
    )
    known = entries.JobStatus(
        msg_id=30124, status="sent", total_count=100, sent_count=98, error_count=2
    )
    return entries_of(
        *uploaded(HERO),
        *added(COVER),
        (entries.MaterialForgotten(appid=str(SENT.appid), sha256=HERO), None),
        saved(SENT),
        (shown, name),
        (refused, name),
        (
            entries.Adopted(
                media_id="MEDIA-1", draft_sha256="1" * 64, reason="编辑改过错字", by="lin"
            ),
            name,
        ),
        attempted(SENT),
        (entries.SendRejected(attempt=9, errcode=45028, rid="63a0"), name),
        attempted(SENT),
        (entries.SendInDoubt(attempt=11, reason="answer_timeout", seconds=30), name),
        attempted(SENT),
        (entries.SendAccepted(attempt=13, msg_id=30124, duplicate=True), name),
        (known, name),
        (entries.Withdrawn(msg_id=30124, article=2), name),
        (entries.Expired(not_after=NOW), OPEN.name),
        attempted(OPEN),
        (
            entries.DraftDeleted(appid=str(SENT.appid), media_id="MEDIA-1", reason="superseded"),
            name,
        ),
        (entries.SendSettled(outcome="sent", reason="看到了群发记录", by="lin"), "2026-11-by-hand"),
        start=START,
    )


def state() -> State:
    made = State()
    made.absorb_all(history())
    return made


def block(**changes: Any) -> SendFacts:
    given: dict[str, Any] = {
        "account": "main",
        "count": 1_234_567,
        "allowance": (),
        "is_counted_now": True,
    }
    return send_facts(SENT, WindowState.DUE, **(given | changes))


def question(**changes: object) -> SendQuestion:
    asked = {
        "sends": (),
        "campaign": "2026-12-spring-sale",
        "title": "春季大促",
        "block": block(),
        "digest": SENT.digest,
        "headlines": ("春季大促，1999 元起", "路线卡"),
    }
    return SendQuestion(**(asked | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_the_ledger_campaign_by_campaign(snapshot: object, language: Language):
    assert snapshot == state_text(Page(language, Style.PLAIN, 80), state())


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_the_ledger_entry_by_entry(snapshot: object, language: Language):
    assert snapshot == entries_text(Page(language, Style.PLAIN, 120), history())


def test_no_entry_overflows_a_narrow_window():
    texts = (
        entries_text(Page(Language.ZH, Style.PLAIN, 60), history()),
        state_text(Page(Language.ZH, Style.PLAIN, 60), state()),
    )
    assert [] == [line for text in texts for line in text.split("\n") if cells(line) > 60]


def test_a_whole_ledger_is_said_to_be_whole():
    text = verified_text(Page(Language.EN, Style.PLAIN, 80), state())
    assert text.startswith("the ledger verifies: no line was changed\nledger 01JB")


@pytest.mark.parametrize("view", [state_text, verified_text])
def test_a_ledger_that_has_not_begun(view):
    assert "还没有任何记录" == view(Page(Language.ZH, Style.PLAIN, 80), State())


def test_no_entries():
    assert "nothing is recorded yet" == entries_text(Page(Language.EN, Style.PLAIN, 80), [])


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_where_campaigns_stand(snapshot: object, language: Language):
    records = [state().record(SENT.name, 1), state().record(OPEN.name, 1)]
    failure = Failure(45009, "63a1", Phrase("the platform is busy"), Phrase("No request was made."))
    followed = Followed(records, state(), failed_now=[records[0]], errors=[(records[1], failure)])
    followed.repeatable = {records[1].key: datetime(2026, 12, 2, 8, 18, tzinfo=UTC)}
    assert snapshot == status_text(Page(language, Style.PLAIN, 80), followed)


def test_no_campaigns_at_all():
    assert "nothing is recorded yet" == status_text(
        Page(Language.EN, Style.PLAIN, 80), Followed([], State())
    )


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_the_question_before_a_send(snapshot: object, language: Language):
    asked = question(recipients_previewed=("editor_li", "editor_mei"))
    assert snapshot == question_text(Page(language, Style.PLAIN, 80), asked)


@pytest.mark.parametrize("is_unscanned", [True, False])
def test_the_question_says_where_nobody_looked_for_codes(is_unscanned: bool):
    text = question_text(Page(Language.EN, Style.PLAIN, 120), question(is_unscanned=is_unscanned))
    assert is_unscanned is ("QR codes were not looked for in every picture" in text)


def test_an_audience_of_unknown_size_is_not_shown_as_zero():
    text = question_text(Page(Language.EN, Style.PLAIN, 80), question(block=block(count=None)))
    assert "every follower · size unknown" in text


def test_an_error_says_what_is_true_and_what_to_type():
    error = ConfigurationError(
        Phrase("the AppSecret of account {account} is not set", account="main"),
        Phrase("The environment variable {name} is empty. No request was made.", name="X"),
        Phrase("unset {variable}", variable="Y"),
    )
    expected = "错误：没有设置公众号 main 的 AppSecret\n  环境变量 X 是空的。没有发出任何请求。\n    unset Y"
    assert expected == error_text(Page(Language.ZH, Style.PLAIN, 80), error)


def test_an_error_of_wechat_keeps_the_request_id():
    error = PermanentError(Phrase("the title is too long"), errcode=45003, rid="63a0-11bb")
    assert "error: the title is too long\n  rid 63a0-11bb" == error_text(
        Page(Language.EN, Style.PLAIN, 80), error
    )


def test_moments_are_shown_in_their_own_offset():
    assert "2026-12-01 20:05 +08:00" == moment(NOW)


def test_what_a_clock_gave_is_shown_in_beijing_time():
    assert "2026-12-01 20:00 +08:00" == recorded(START)


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (timedelta(seconds=-5), "in less than a minute"),
        (timedelta(seconds=1), "in 1 min"),
        (timedelta(minutes=59, seconds=1), "in 1 h 0 min"),
        (timedelta(hours=47, minutes=59), "in 47 h 59 min"),
        (timedelta(hours=49), "in 2 days 1 h"),
    ],
)
def test_spans_of_time(later: timedelta, said: str):
    assert said == in_time(START + later, START)


def test_the_draft_of_a_send_that_was_settled_as_sent_is_not_said_to_be_there():
    settled = entries.SendSettled(outcome="sent", reason="看到了群发记录", by="lin")
    made = State()
    made.absorb_all(
        entries_of(
            *uploaded(HERO),
            *added(COVER),
            saved(SENT),
            attempted(SENT),
            (settled, SENT.name),
            start=START,
        )
    )
    text = state_text(Page(Language.EN, Style.PLAIN, 100), made)
    assert ("settled as sent, so probably gone" in text, "in the draft box" in text) == (
        True,
        False,
    )


def test_an_acceptance_of_unknown_content_is_told_as_such() -> None:
    accepted = entries.SendAccepted(attempt=2, msg_id=7, duplicate=True, content="unknown")
    told = entries_of(attempted(OPEN), (accepted, OPEN.name), start=START)
    made = State()
    made.absorb_all(told)
    assert "it is not known which content was sent" in state_text(
        Page(Language.EN, Style.PLAIN, 120), made
    )
    assert "duplicate content unknown" in entries_text(Page(Language.EN, Style.PLAIN, 120), told)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (None, "Its request never left, so there is nothing to settle."),
        (45028, "WeChat refused it"),
    ],
)
def test_a_request_that_never_left_was_refused_by_nobody(code: int | None, said: str):
    refused = entries.SendRejected(attempt=2, errcode=code, retryable=True)
    made = state_of(attempted(OPEN), (refused, OPEN.name))
    found = Evidence(made.record(OPEN.name, 1), NOW, (), None, None, may_be_not_sent=False)
    for text in (
        evidence_text(Page(Language.EN, Style.PLAIN, 120), found),
        state_text(Page(Language.EN, Style.PLAIN, 120), made),
    ):
        assert (code is None) == ("its request never left" in text)
        assert (code is not None) == ("refused with errcode 45028" in text)
    assert said in evidence_text(Page(Language.EN, Style.PLAIN, 120), found)


def test_an_entry_is_told_by_its_members_with_digests_in_short_and_the_reason_last() -> None:
    tried, _ = attempted(OPEN)
    told = entry_facts(replace(tried, by="li", reason="nobody had it"))
    assert f"digest {OPEN.digest[7:19]}" in told
    assert told.endswith(" by li: nobody had it")
    assert [] == [
        name for name in ("fingerprint", "message_digest", "audience") if f"{name} " in told
    ]


def test_an_answer_of_no_is_not_told() -> None:
    first, again = (
        entries.SendAccepted(attempt=3, msg_id=1, duplicate=known) for known in (False, True)
    )
    assert ["attempt 3 msg_id 1", "attempt 3 msg_id 1 duplicate"] == [
        entry_facts(first),
        entry_facts(again),
    ]
