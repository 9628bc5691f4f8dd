"""What a form and `/` offer is what the template library and the ledger have."""

import re
from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from massctl.desk.choices import ARGUMENTS, LABELS, article_choices, blanks_in, block_choices
from massctl.model.message import RenderedCampaign
from massctl.model.state import Status
from massctl.render.blocks import cards, library
from massctl.serve.page_cache import shown_month
from massctl.view.i18n import Language, say
from massctl.view.pages.campaign_page import Look


def test_every_block_that_stands_alone_is_offered() -> None:
    alone = {name for name, each in library.SIGNATURES.items() if not each.inside}
    assert {*LABELS} == alone | ({*cards.SIGNATURES} - {"article_url"})


@pytest.mark.parametrize("language", [Language.EN, Language.ZH])
def test_a_call_is_whole_and_each_of_its_blanks_is_one(language: Language) -> None:
    for offered in block_choices(lambda words: say(words, language)):
        call = offered["call"]
        assert call.count("{% call") == call.count("{% endcall %}")
        blanks = re.findall(r"#\{(\d+):([^{}]+)\}", call)
        assert [int(number) for number, _ in blanks] == list(range(1, len(blanks) + 1))
        assert {words for _, words in blanks} <= {
            f"⟦{say(each, language)}⟧" for each in ARGUMENTS.values()
        }
        # As the editor writes it; whoever writes over a blank has none left.
        written = re.sub(r"#\{\d+:([^{}]+)\}", r"\1", call)
        assert blanks_in(written) == [*dict.fromkeys(words for _, words in blanks)]
        assert [] == blanks_in(re.sub(r"#\{\d+:[^{}]+\}", "秋天 ⟦e⟧", call))


class _Cache:
    """Knows two articles of one letter."""

    def addresses(self) -> dict[str, str]:
        return {
            "autumn/1": "https://mp.weixin.qq.com/s/a",
            "autumn/2": "https://mp.weixin.qq.com/s/b",
        }

    def listed(self) -> list[object]:
        news, words = (
            cast("RenderedCampaign", SimpleNamespace(message=SimpleNamespace(has_draft=each)))
            for each in (True, False)
        )
        looks = (
            Look("autumn", "秋", news, status=Status.SENT),
            Look("snow", "雪", news, status=Status.NEW),
            Look("notice", "通知", words, status=Status.NEW),
        )
        return [SimpleNamespace(look=each) for each in looks]


def test_a_letter_that_was_not_sent_has_no_address() -> None:
    found = {each["name"]: each for each in article_choices(_Cache())}  # type: ignore[arg-type]
    assert [*found] == ["autumn", "snow"]
    assert found["snow"] == {"name": "snow", "title": "雪", "address": "", "call": ""}


def test_a_sent_article_is_a_call_in_a_template_and_an_address_elsewhere() -> None:
    found = {each["title"]: each for each in article_choices(_Cache())}  # type: ignore[arg-type]
    assert found["秋"]["call"] == '{{ article_url("autumn") }}'
    assert found["秋 · 2"]["call"] == '{{ article_url("autumn", 2) }}'
    assert found["秋 · 2"]["address"] == "https://mp.weixin.qq.com/s/b"


def test_an_address_that_names_no_month_shows_this_one() -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert shown_month("2026-11", now) == date(2026, 11, 1)
    assert shown_month("soon", now) == date(2027, 1, 1)
    for edge in ("9999-12", "0001-01"):
        assert shown_month(edge, now) == date(2027, 1, 1)
