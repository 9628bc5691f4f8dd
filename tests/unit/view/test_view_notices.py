"""Notices in words: what a chat would act on is taken out, the choices have their times, the document its schema."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from building import HOUR, NOW, attempted, audience, house, planned, recorded, text
from copies import replace
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import massctl
from massctl.apply.notices import Notice
from massctl.model.ids import CampaignName
from massctl.model.notice_text import NoticeText
from massctl.model.notices import Fact, FactKind
from massctl.model.phrase import Phrase
from massctl.model.state import Status
from massctl.plan.reconcile_options import Evidence, evidence
from massctl.plan.send_facts import send_facts
from massctl.plan.window import WindowState
from massctl.view.i18n import LANGUAGES, Language, Reader
from massctl.view.json_writer import written
from massctl.view.notices import HAPPENING, left_out, mailed, notice_texts, plain
from massctl.view.verbs_json import notices_json

SCHEMA = json.loads(
    (Path(massctl.__file__).parent.parent / "schemas" / "notices.schema.json").read_text("utf-8")
)
WORDS = text("words")


def notice(happening: FactKind | None = None, **changes: Any) -> Notice:
    if happening is not None:
        changes["fact"] = Fact(happening)
    fields: dict[str, Any] = {
        "fact": Fact.of("refused", "kill_switch"),
        "campaign": CampaignName("words"),
        "title": "改时间",
        "account": "main",
        "edition": 1,
        "status": Status.STAGED,
        "digest": WORDS.digest,
        "at": NOW,
        "message": Phrase("policy.sending is `disabled`"),
        "hint": "do something",
        "guard": "kill_switch",
    }
    return Notice(**{**fields, **changes})


def doubt(**policy: Any) -> Evidence:
    state = recorded(attempted(WORDS))
    rules = house("words", **policy)
    return evidence(state.record(WORDS.name, 1), planned(WORDS, state, rules), state, rules, NOW)


def said(language: Language = Language.EN, **changes: Any) -> NoticeText:
    (found,) = notice_texts([notice(**changes)], language)
    return found


def block(language: Language = Language.EN, **changes: Any) -> str:
    """Write a notice line by line, with a sign before what to do."""
    text = said(language, **changes)
    return "\n".join([text.head, *text.lines, *(f"> {each}" for each in text.advice)])


def test_a_notice_says_what_happened_to_which_letter_of_whom_and_what_to_do() -> None:
    assert """\
refused 改时间 (words) · main
policy.sending is ｀disabled｀
> do something""" == block()
    assert "拦下 改时间（words） · main\n" in block(Language.ZH)


def test_without_title_guard_and_hint_there_are_two_lines() -> None:
    assert ["delivered words · main", "it was sent"] == block(
        happening="ended", title="", guard=None, hint="", message=Phrase("it was sent")
    ).split("\n")
    assert said(account=None, title="").subject == "words"


def test_only_an_event_with_numbers_says_that_it_was_delivered() -> None:
    assert "sent, says WeChat" == said(happening="ended", is_counted=False).happening
    assert "微信说已发出" == said(Language.ZH, happening="ended", is_counted=False).happening
    assert "delivered" == said(happening="ended").happening


def test_a_title_without_end_leaves_room_for_whose_it_is() -> None:
    assert said(title="长" * 1366).subject.endswith("长… (words) · main")


def test_plain_text_keeps_its_signs_and_leads_nowhere() -> None:
    words = Phrase("`a_b` <@all> www.evil.com")
    (found,) = notice_texts([notice(message=words, hint="")], Language.EN, mailed)
    assert "`a_b` <@all> www．evil．com" == found.lines[0]


def test_articles_and_the_pull_request_are_links_and_nothing_else_is() -> None:
    article = "https://mp.weixin.qq.com/s?__biz=MzA3&mid=2650&idx=1&sn=0f#rd"
    review = "https://github.com/team/letters/pull/7"
    found = said(addresses=(article, "https://evil.example/"), pull_request=review).links
    assert [("article 1", article), ("the pull request", review)] == [
        (each.label, each.address) for each in found
    ]
    assert () == said(pull_request="javascript:alert(1)").links
    document = json.loads(written(notices_json([notice(addresses=(article,))]), Language.EN))
    assert ([article], None) == (
        document["notices"][0]["addresses"],
        document["notices"][0]["pull_request"],
    )


def test_what_is_over_is_told_without_how_it_was_planned() -> None:
    told = {each: len(said(happening=each, block=SENT).lines) for each in ("ended", "accepted")}
    assert told["ended"] == 1 < told["accepted"]


def test_what_asks_for_somebody_is_marked() -> None:
    assert {"accepted", "ended", "details", "withdrawn", "settled", "upcoming", "report"} == {
        each for each in HAPPENING if not said(happening=each).needs_somebody
    }


def test_the_name_of_an_account_is_shown() -> None:
    (text,) = notice_texts([notice()], Reader("en", labels=(("main", "早报 (main) · 华东组"),)))
    assert "改时间 (words) · 早报 (main) · 华东组" == text.subject


def test_a_doubt_shows_the_three_choices_and_their_times() -> None:
    told = block(happening="in_doubt", hint="", choices=doubt())
    assert (
        '> massctl reconcile words --resubmit --reason "…"\n> from 2026-12-01 12:01:01 +08:00 until'
        in told
    )
    assert (
        '> massctl reconcile words --sent --reason "…"\n> the console lists it under 群发记录'
        in told
    )
    assert (
        '> massctl reconcile words --not-sent --reason "…"\n> the console does not list it' in told
    )
    assert told.endswith(
        "\n> on GitHub, where massctl init wrote the workflows: Actions / apply / reconcile"
    )
    assert "until 2026-12-02 12:00 +08:00 WeChat still knows the id" in told


def test_a_doubt_whose_id_no_declared_send_has_says_what_a_mistake_costs() -> None:
    told = block(happening="in_doubt", hint="", choices=replace(doubt(), same_id=False))
    assert ("WeChat still knows the id" in told, "followers receive it twice" in told) == (
        False,
        True,
    )


def test_a_choice_that_is_not_possible_says_why() -> None:
    told = block(happening="in_doubt", hint="", choices=doubt(sending="disabled"))
    assert '--resubmit --reason "…"\n> not possible: policy.sending is' in told


def test_a_doubt_without_an_attempt_has_two_choices() -> None:
    record = recorded(attempted(WORDS)).record(WORDS.name, 1)
    told = block(happening="in_doubt", hint="", choices=Evidence(record, NOW, (), None, None))
    assert (
        "--resubmit" in told,
        "WeChat still knows" in told,
        told.count("massctl reconcile"),
    ) == (False, False, 2)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<@all> 快看", "＜＠all＞ 快看"),
        ("[点我](https://evil.example)", "［点我］(https:／／evil.example)"),
        ("看 HTTP://x.y 和 weixin://z", "看 HTTP:／／x.y 和 weixin:／／z"),
        ("**粗** `码` ~~删~~ # 头", "＊＊粗＊＊ ｀码｀ ～～删～～ ＃ 头"),
        ('<font color="warning">红</font>', '＜font color="warning"＞红＜/font＞'),
        ("一行\n> 二行\r\n# 三行", "一行 ＞ 二行 ＃ 三行"),
        ("价\u202e钱\x1b[2J\x00", "价＼u202e钱＼x1b［2J＼x00"),
        ("长" * 500, "长" * 399 + "…"),
        ("<at id=all></at> &lt;at", "＜at id=all＞＜/at＞ ＆lt;at"),
        ("@13800000000 快看", "＠13800000000 快看"),
        (
            "上 www.evil.com/a 领 a.evil.CN, 看 春.中国",
            "上 www．evil．com/a 领 a．evil．CN, 看 春．中国",
        ),
        (
            "涨了 3.5%，见 massctl.yaml 的 policy.sending",
            "涨了 3.5%，见 massctl.yaml 的 policy.sending",
        ),
        ("- 一", "－ 一"),
        ("1. 一", "1． 一"),
        ("=== 题", "＝== 题"),
        ("_斜_ 与 require_lock 与 __粗__", "＿斜＿ 与 require_lock 与 ＿＿粗＿＿"),
        (":OK: 12:00:05 $x$", "：OK: 12:00:05 ＄x＄"),
    ],
)
def test_a_title_can_call_nobody_link_nowhere_and_format_nothing(title: str, shown: str) -> None:
    assert shown == plain(title)
    assert said(title=title[:64]).subject.startswith(plain(title[:64]))


@given(st.text(max_size=600))
def test_no_words_leave_a_sign_that_a_chat_acts_on(words: str) -> None:
    shown = plain(words)
    assert not set("<>[]`*#@\\|~&$\n\r") & set(shown)
    assert "://" not in shown
    assert re.search(r"\w\.(com|cn)\b|(^|\s)_|_(\s|$)|:[a-z]+:|^[-+=]|^\d+\.\s", shown) is None


TAGGED = text("words", audience=audience(tag="<@all>"))
SENT = send_facts(
    TAGGED, WindowState.NONE, account="main", count=7, allowance=(), warnings=("see http://x",)
)


def test_the_block_of_the_send_stands_below_and_is_as_harmless() -> None:
    lines = said(block=SENT).lines
    assert "audience: tag ＜＠all＞ · 7 followers when last counted" == lines[1]
    assert "warning: see http:／／x" == lines[-1]
    assert [] == [each for each in lines if each.startswith("account")]


def test_the_document_names_each_row_of_the_block() -> None:
    document = json.loads(written(notices_json([notice(block=SENT)]), Language.EN))
    Draft202012Validator(SCHEMA).validate(document)
    shown = document["notices"][0]["send"]
    assert {
        "account": "main",
        "edition": "1",
        "reprint": None,
        "comments": None,
        "allowance": [],
    }.items() <= shown.items()
    assert ["see http://x"] == shown["warnings"]


def test_words_from_files_in_refusals_and_hints_are_as_harmless() -> None:
    told = block(message="the account has no tag named <@all>", hint="write [x](http://y)")
    assert "<" not in told
    assert "](" not in told


def test_what_has_no_room_is_a_number() -> None:
    assert ("and 3 more: massctl status", "还有 3 条：massctl status") == (
        left_out(3, Language.EN),
        left_out(3, Language.ZH),
    )


@pytest.mark.parametrize("choices", [None, doubt(), doubt(sending="disabled")])
@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_the_document_is_what_its_schema_says(choices: Evidence | None, language: Language) -> None:
    document = json.loads(
        written(notices_json([notice(choices=choices, title="<@all>\n")]), language)
    )

    Draft202012Validator(SCHEMA).validate(document)
    (found,) = document["notices"]
    assert ("refused", "words", "<@all>\n", NOW.isoformat()) == (
        found["event"],
        found["campaign"],
        found["title"],
        found["at"],
    )
    assert (0 if choices is None else 3) == len(found["choices"])


def test_the_document_gives_the_choices_their_times() -> None:
    resubmit, sent, not_sent = json.loads(
        written(notices_json([notice(choices=doubt())]), Language.EN)
    )["notices"][0]["choices"]

    assert ((NOW + timedelta(seconds=61)).isoformat(), (NOW + 20 * HOUR).isoformat(), []) == (
        resubmit["from"],
        resubmit["until"],
        resubmit["refused"],
    )
    assert (NOW.isoformat(), None) == (sent["from"], sent["until"])
    assert 'massctl reconcile words --not-sent --reason "…"' == not_sent["command"]


def test_every_happening_of_the_format_has_its_word() -> None:
    from typing import get_args

    from massctl.model.notices import Happening

    assert {*get_args(Happening), "details"} == set(HAPPENING)
