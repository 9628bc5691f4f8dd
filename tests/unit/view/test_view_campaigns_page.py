"""The page of all campaigns, and which words of a faulty line are looked for in a preview."""

import re

import pytest
from copies import replace
from view_samples import COVER, HERO, NOW, campaign, text_campaign

from massctl.model.diagnostics import Diagnostic, Excerpt, Place, Severity
from massctl.model.message import ImageMessage
from massctl.model.phrase import Phrase
from massctl.model.state import Status
from massctl.plan.window import window_state
from massctl.view.i18n import Language
from massctl.view.pages.campaign_page import Look
from massctl.view.pages.campaigns_page import Filter, Listed, campaigns_page
from massctl.view.pages.diagnostics import findings, sought
from massctl.view.pages.markup import Sheet

SHEET = Sheet(Language.EN, {COVER: "/-/file/cover.jpg", HERO: "/-/file/hero.jpg"})
FAULT = Diagnostic(
    "MC308", Severity.ERROR, Phrase("wrong"), Place("campaigns/a/articles/main.md", 1, 1)
)
SALE = campaign()


def listed(look: Look, *, is_known: bool = True) -> Listed:
    window = look.campaign.window if look.campaign else None
    return Listed(look, window, window_state(window, NOW), is_known)


def page(*looks: Look, trouble: str | None = None) -> str:
    return campaigns_page([listed(each) for each in looks], [], trouble, SHEET, 0)


def test_what_goes_out_first_stands_first_and_what_went_out_stands_below():
    shown = page(
        Look("b-none", "", None, status=Status.NEW),
        Look("c-sent", "", SALE, status=Status.SENT),
        Look("z-soon", "", SALE, status=Status.STAGED),
    )
    assert ["/z-soon", "/b-none", "/c-sent"] == re.findall(r'<a href="(/[a-z][^"]*)"', shown)
    assert (
        shown.index("still to be sent")
        < shown.index("/b-none")
        < shown.index("went out")
        < shown.index("/c-sent")
    )


def test_a_campaign_says_title_name_window_and_status():
    shown = page(Look("sale", "春 & 秋", SALE, status=Status.PREVIEWED))
    assert "<strong>春 &amp; 秋</strong><code>sale</code>" in shown
    assert "2026-12-01 20:00–21:30 +08:00 · open now" in shown
    assert '<b class="status previewed">previewed</b>' in shown
    assert 'src="/-/file/cover.jpg"' in shown


def test_faults_are_counted_by_severity():
    mild = replace(FAULT, severity=Severity.WARNING)
    shown = page(Look("sale", "", SALE, (FAULT, FAULT, mild), status=Status.NEW))
    assert '<span class="error">2 errors</span><span class="warning">1 warning</span>' in shown


def test_a_campaign_that_nobody_looked_at_is_not_said_to_be_fine():
    known, unknown = (
        campaigns_page([listed(Look("a", "", SALE), is_known=k)], [], None, SHEET, 0)
        for k in (True, False)
    )
    assert "nothing to correct" in known
    assert "nothing to correct" not in unknown


def test_a_message_without_a_cover_has_a_picture_or_a_sign():
    image = text_campaign(message=ImageMessage((HERO,), None, "", "", False, False))
    assert "/-/file/hero.jpg" in page(Look("a", "", image))
    assert ">文</i>" in page(Look("a", "", text_campaign()))
    assert 'aria-hidden="true"></i>' in page(Look("a", "", None))


def test_faults_of_the_repository_and_a_ledger_that_cannot_be_read_stand_on_top():
    shown = campaigns_page([listed(Look("a", "", SALE))], [FAULT], Phrase("nothing <b>"), SHEET, 0)
    assert shown.index("nothing &lt;b&gt;") < shown.index("MC308") < shown.index("still to be sent")


def test_a_repository_without_campaigns_has_a_page_too():
    assert "0 campaigns" in campaigns_page([], [], None, SHEET, 0)


def fault_at(line: str, column: int, file: str = "campaigns/a/articles/main.md") -> Diagnostic:
    return replace(FAULT, place=Place(file, 3, column), excerpt=Excerpt(line))


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("早上好", 1, ["早上好"]),
        ("去[河边](https://example.com/x)走走", 6, ["河边", "走走"]),
        ("![河堤上的人](images/a.png)", 10, ["河堤上的人"]),
        ("| 日期 | 路线 |", 3, ["日期", "路线"]),
        ('<p style="color:red">雪夜</p>', 1, ["雪夜"]),
        ("{{ m.lead(club) }}出门", 1, ["出门"]),
        ("**一**", 3, []),
        ("", 1, []),
    ],
)
def test_the_words_next_to_a_fault_are_looked_for(line: str, column: int, words: list[str]):
    assert words == sought(fault_at(line, column))


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("    - title: 早上好", 14, ["早上好"]),
        ('      digest: "三天，错过"', 15, ["三天，错过"]),
        ("acount: main", 1, []),
        ("title: 早上好", 1, []),
        ("      cover: images/a.png", 14, []),
    ],
)
def test_of_a_yaml_file_only_what_a_reader_sees(line: str, column: int, words: list[str]):
    assert words == sought(fault_at(line, column, "campaigns/a/campaign.yaml"))


def test_nothing_is_looked_for_without_a_line():
    assert [] == sought(FAULT)
    assert [] == sought(replace(FAULT, place=None, excerpt=Excerpt("早")))


def test_a_long_line_is_cut_around_its_fault():
    place = Place("campaigns/a/articles/main.md", 3, 101, 3, 104)
    long = replace(FAULT, place=place, excerpt=Excerpt("前" * 100 + "错错错" + "后" * 100))
    shown = findings([long], SHEET, live=False)
    assert f"…{'前' * 32}<mark>错错错</mark>{'后' * 72}…</pre>" in shown


def test_a_line_without_a_column_has_no_mark():
    shown = findings(
        [replace(FAULT, place=Place("a.md", 3), excerpt=Excerpt("早上\n"))], SHEET, live=False
    )
    assert "</span>早上</pre>" in shown
    assert "<mark>" not in shown


def test_a_fault_over_several_lines_is_marked_to_the_end_of_the_first():
    place = Place("a.md", 3, 2, 5, 1)
    shown = findings([replace(FAULT, place=place, excerpt=Excerpt("早上好"))], SHEET, live=False)
    assert "早<mark>上好</mark></pre>" in shown


def test_a_fault_without_a_place_names_its_campaign():
    shown = findings([replace(FAULT, place=None, campaign="sale")], SHEET, live=True)
    assert "<code>sale</code>" in shown


def many(count: int = 13) -> list[Listed]:
    """Campaigns of two accounts and groups, the last of which went out and the first of which has a fault."""
    return [
        replace(
            listed(
                Look(
                    f"sale-{number:02}",
                    f"第 {number} 封",
                    SALE,
                    (FAULT,) if number == 0 else (),
                    status=Status.SENT if number == count - 1 else Status.NEW,
                )
            ),
            account="east" if number % 2 else "west",
            group="clients/a" if number < 3 else "clients/b",
            count=1200 + number,
        )
        for number in range(count)
    ]


def names(query: dict[str, str]) -> list[str]:
    shown = campaigns_page(many(), [], None, SHEET, 0, Filter.of(query))
    return re.findall(r'<a href="/([a-z][^"]*)"', shown)


def test_many_campaigns_stand_close_by_day_with_a_search_above_them():
    shown = campaigns_page(many(), [], None, SHEET, 0)
    assert '<form class="search" role="search" method="get" action="/">' in shown
    assert '2026-12-01 Tue <span class="count">12</span>' in shown
    assert "20:00–21:30 · west · 1,200 followers" in shown
    assert '<summary>went out <span class="count">1</span></summary>' in shown


def test_few_campaigns_need_no_search():
    assert "<form" not in campaigns_page(many(12), [], None, SHEET, 0)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "SALE-03"}, ["sale-03"]),
        ({"q": "第 4"}, ["sale-04"]),
        ({"group": "clients/a"}, ["sale-00", "sale-01", "sale-02"]),
        ({"group": "clients/a", "account": "east"}, ["sale-01"]),
        ({"state": "faulty"}, ["sale-00"]),
        ({"state": "sent"}, ["sale-12"]),
        ({"state": "ahead", "q": "sale-1"}, ["sale-10", "sale-11"]),
        ({"q": "nothing"}, []),
    ],
)
def test_the_address_says_what_is_listed(query: dict[str, str], found: list[str]):
    assert found == names(query)


def test_what_was_asked_stays_in_the_search():
    asked = Filter.of({"q": '"><b>', "account": "east"})
    shown = campaigns_page(many(), [], None, SHEET, 0, asked)
    assert 'value="&#34;&gt;&lt;b&gt;"' in shown
    assert '<option value="east" selected>' in shown
    assert "0 of 13 campaigns" in shown
    assert "no campaign is like this" in shown
    assert '<a href="/">show all</a>' in shown
