"""What the ledger says of a doubt by a code, in words for people."""

from typing import get_args

import pytest

from massctl.model.entries import NoAnswerReason, SendInDoubt
from massctl.model.phrase import Phrase
from massctl.model.send import doubt_words, no_answer_words
from massctl.view.i18n import Language, say
from massctl.wechat.errcodes import API, judge, judgements_of, known_errcodes

SENDALL = f"{API}message/mass/sendall"
HIDDEN = {45085}
"""Leaves a doubt anywhere, but answers no send. Source: WeChat docs, "message/mass/speed", read 2026-10."""
UNEXPLAINED = {9500001, 9500002, 268488001}
"""WeChat's documentation lists these without a word."""


def doubtful_codes() -> list[int]:
    leaving = {
        code
        for code in known_errcodes()
        for _, judgement in judgements_of(code)
        if judgement.leaves_doubt
    }
    return sorted(leaving - HIDDEN - UNEXPLAINED)


@pytest.mark.parametrize("errcode", doubtful_codes())
def test_an_errcode_that_leaves_a_doubt_is_said_as_the_table_of_errcodes_says_it(
    errcode: int,
) -> None:
    doubt = SendInDoubt(attempt=1, reason="errcode", errcode=errcode)
    assert f"{judge(SENDALL, errcode, '').message} (errcode {errcode})" == doubt_words(doubt)


@pytest.mark.parametrize(
    ("doubt", "said"),
    [
        (
            SendInDoubt(attempt=1, reason="administrator_silent"),
            "管理员的 30 分钟已过，而微信没有说明这次群发结果如何",
        ),
        (SendInDoubt(attempt=1, reason="answer_timeout", seconds=30), "30 秒内没有答复"),
        (SendInDoubt(attempt=1, reason="http_status", http_status=502), "HTTP 状态 502"),
        (
            SendInDoubt(attempt=1, reason="errcode", errcode=-1, errmsg="system error {x}"),
            "微信系统繁忙（errcode -1：system error {x}）",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else each.reason,
)
def test_a_recorded_doubt_is_said_in_the_readers_language(doubt: SendInDoubt, said: str) -> None:
    assert said == say(doubt_words(doubt), Language.ZH)


def test_wechats_own_words_stay_as_they_are() -> None:
    doubt = SendInDoubt(attempt=1, reason="errcode", errcode=12345, errmsg="no answer within 30 s")
    assert say(doubt_words(doubt), Language.ZH).endswith("（errcode 12345：no answer within 30 s）")


@pytest.mark.parametrize("reason", get_args(NoAnswerReason))
def test_every_reason_has_words(reason: NoAnswerReason) -> None:
    said = no_answer_words(reason, seconds=30, http_status=502)
    assert isinstance(said, Phrase)
    assert "None" not in said


@pytest.mark.parametrize(
    "reason", ["answer_timeout", "connection_timeout", "http_status", "errcode"]
)
def test_a_doubt_without_what_it_is_about_cannot_be_written(reason: str) -> None:
    with pytest.raises(ValueError, match="comes with"):
        SendInDoubt(attempt=1, reason=reason)


@pytest.mark.parametrize(
    ("msg_id", "said"), [(None, "took this send before"), (7, "answered with job 7")]
)
def test_a_job_that_the_ledger_cannot_explain_is_said(msg_id: int | None, said: str) -> None:
    assert said in doubt_words(
        SendInDoubt(attempt=1, reason="errcode", errcode=45065, msg_id=msg_id)
    )
