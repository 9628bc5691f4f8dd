"""Reasons, originality and foreign events in words, in both languages."""

import re

import pytest
from building import NOW, attempted, recorded, text

from massctl.model.entries import CopyrightCheck, CopyrightResult, JobFinish, JobStatus
from massctl.model.ids import CampaignName
from massctl.model.state import Job, Record
from massctl.plan.job_failure import REASONS, reason_words
from massctl.view.i18n import LANGUAGES, Language, say
from massctl.view.jobs import foreign_text, job_rows
from massctl.view.outcome import SPEED_TABLE, speed_words
from massctl.view.rows import write_rows
from massctl.view.style import Style
from massctl.view.terminal import Page, Table

DOCUMENTED = (
    10001, 20001, 20002, 20004, 20006, 20008, 20013, 20431, 21000, 22000, 30001, 30002, 30003, 40001, 40002,
)  # fmt: skip


def shown(job: Job, language: Language = Language.EN) -> str:
    page = Page(language, Style.PLAIN, 100)
    write_rows(Table(page, ["job"]), job_rows(Record(CampaignName("sale"), 1, jobs=[job])))
    return page.text()


def ended(**more: object) -> Job:
    counts = JobStatus(msg_id=7, status="failed", source="event", **more)
    return Job(1, "id", NOW, 7, 8, "failed", counts)


def test_every_documented_status_has_words() -> None:
    assert set(DOCUMENTED) == set(REASONS)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize(
    "reason", [*(f"err({code})" for code in DOCUMENTED), "err(99999)", "send fail"]
)
def test_a_reason_is_said_with_wechats_own_word(reason: str, language: Language) -> None:
    said = say(reason_words(reason), language)
    assert reason in said
    assert reason in shown(ended(reason=reason), language)
    assert (language is Language.ZH) == bool(re.search("[\u4e00-\u9fff]", said))


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_an_originality_verdict_names_the_article_and_what_it_resembles(language: Language) -> None:
    result = CopyrightResult(
        article_idx=2,
        user_declare_state=1,
        audit_state=2,
        original_article_url="http://mp.weixin.qq.com/s/x",
        original_article_type=1,
        can_reprint=1,
        need_replace_content=1,
        need_show_reprint_source=1,
    )
    check = CopyrightCheck(check_state=3, results=(result,))
    said = shown(ended(reason="err(30002)", copyright_check=check), language)
    words = {
        Language.EN: [
            "article 2: declared original; did not pass the check",
            "may not be sent",
            "it may be reprinted",
        ],
        Language.ZH: ["第 2 篇：声明了原创；未通过校验", "是转载，不能群发", "可以转载"],
    }[language]
    assert [True] * 4 == [word in said for word in [*words, "https://mp.weixin.qq.com/s/x"]]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (
            CopyrightResult(
                article_idx=1, user_declare_state=0, audit_state=0, original_article_type=0
            ),
            None,
        ),
        (CopyrightResult(audit_state=11), "article 1: passed the check"),
        (CopyrightResult(audit_state=1), "article 1: still being checked"),
        (CopyrightResult(user_declare_state=2), "article 1: declared a reprint"),
        (CopyrightResult(original_article_url="http://a"), "article 1: did not pass the check"),
        (
            CopyrightResult(
                original_article_url="http://a", original_article_type=4, can_reprint=0
            ),
            "article 1: it resembles an article on a black list; it may not be reprinted",
        ),
    ],
)
def test_an_article_of_which_nothing_was_found_is_not_mentioned(
    result: CopyrightResult, expected: str | None
) -> None:
    said = shown(ended(copyright_check=CopyrightCheck(check_state=1, results=(result,))))
    assert (expected is not None) == ("article 1" in said)
    assert expected is None or expected in " ".join(said.split())


@pytest.mark.parametrize(
    ("state", "results", "expected"),
    [
        (0, (CopyrightResult(audit_state=0),), "originality: nothing was checked"),
        (0, (), None),
        (1, (), "originality: no reprint"),
        (2, (), "originality: a reprint that may be sent"),
        (3, (), "originality: a reprint that may not be sent"),
        (9, (), "originality: a state that massctl does not know (9)"),
    ],
)
def test_every_state_of_the_check_has_words(
    state: int, results: tuple[CopyrightResult, ...], expected: str | None
) -> None:
    lines = [
        line.strip()
        for line in shown(
            ended(copyright_check=CopyrightCheck(check_state=state, results=results))
        ).splitlines()
    ]
    assert [line for line in lines if line.startswith("originality")] == (
        [expected] if expected else []
    )


def test_each_of_several_addresses_names_its_article() -> None:
    one, two = (
        shown(ended(article_urls=["http://a"])),
        shown(ended(article_urls=["http://a", "http://b"])),
    )
    assert ["https://a"] == [line.strip() for line in one.splitlines() if "http" in line]
    assert ["article 1: https://a", "article 2: https://b"] == [
        line.strip() for line in two.splitlines() if "http" in line
    ]


def test_an_unknown_withdrawal_is_told() -> None:
    one, every = Job(1, "id", NOW, 7, 8, withdrawing={2}), Job(1, "id", NOW, 7, 8, withdrawing={0})
    assert "WeChat has withdrawn article 2" in " ".join(shown(one).split())
    assert "every article was withdrawn" in " ".join(shown(every).split())


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_a_foreign_event_offers_what_it_may_be(language: Language) -> None:
    finish = JobFinish(JobStatus(msg_id=3147000009, status="sent"))
    alone = foreign_text(Page(language, Style.PLAIN, 100), finish, [])
    offered = foreign_text(
        Page(language, Style.PLAIN, 100), finish, [Record(CampaignName("sale"), 2)]
    )
    assert ["3147000009" in alone, "reconcile" in alone] == [True, False]
    assert "massctl reconcile sale --sent 3147000009 --reason" in offered


def test_a_foreign_event_says_of_what_may_be_its_send_how_it_stands() -> None:
    state = recorded(attempted(text("sale")))
    opened, denied = state.record("sale", 1), Record(CampaignName("sale"), 1)
    said = [
        foreign_text(
            Page(Language.EN, Style.PLAIN, 120),
            JobFinish(JobStatus(msg_id=9, status="sent")),
            [each],
        )
        for each in (opened, denied)
    ]
    assert [True, False] == ["which is in doubt" in each for each in said]
    assert [False, True] == ["which was settled as not sent" in each for each in said]


def test_a_foreign_failure_says_why() -> None:
    finish = JobFinish(JobStatus(msg_id=7, status="failed", reason="err(20008)"))
    assert "fraud" in foreign_text(Page(Language.EN, Style.PLAIN, 100), finish, [])


@pytest.mark.parametrize(
    ("speed", "realspeed", "lines"),
    [
        (0, 80, ["main: speed 0, that is 800,000 messages a minute"]),
        (
            3,
            15,
            [
                "main: speed 3, that is 150,000 messages a minute",
                "WeChat's own table gives 300,000 for this speed; the API's value counts",
            ],
        ),
        (2, None, ["main: speed 2; WeChat does not say how many messages a minute"]),
        (9, 1, ["main: speed 9, that is 10,000 messages a minute"]),
    ],
)
def test_a_speed_is_what_the_api_says_even_against_the_table(
    speed: int, realspeed: int | None, lines: list[str]
) -> None:
    from massctl.apply.ports import SendingSpeed

    assert lines == [str(line) for line in speed_words("main", SendingSpeed(speed, realspeed))]
    assert 5 == len(SPEED_TABLE)
