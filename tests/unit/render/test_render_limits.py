import re
from collections.abc import Iterable

import pytest
from render_inputs import Folder, body, news, render, wrong

from massctl.model.diagnostics import Diagnostic, Fault, Severity
from massctl.render import limits
from massctl.sandbox.mass import _words
from massctl.sandbox.request import Refusal


def said(faults: Iterable[Fault]) -> list[tuple[str, str, str]]:
    return [(f.code, f.severity.value, f.message) for f in faults]


@pytest.mark.parametrize(
    ("check", "length"),
    [
        (limits.title_faults, 32),
        (limits.author_faults, 8),
        (limits.LIMITS["digest"], 120),
        (limits.text_faults, 600),
        (limits.content_faults, 20_000),
    ],
)
def test_what_is_just_allowed_says_nothing(check, length: int) -> None:  # type: ignore[no-untyped-def]
    assert [] == list(check("字" * length))


@pytest.mark.parametrize(
    ("check", "length", "code", "message"),
    [
        (limits.title_faults, 65, "MC301", "the title has 65 characters; at most 64 are allowed"),
        (limits.LIMITS["image.title"], 33, "MC301", "the title has 33 characters; at most 32 are allowed"),
        (limits.author_faults, 17, "MC302", "the author has 17 characters; at most 16 are allowed"),
        (limits.LIMITS["digest"], 121, "MC303", "the digest has 121 characters; at most 120 are allowed"),
        (limits.text_faults, 601, "MC307", "the text has 601 characters; at most 600 are allowed"),
        (
            limits.content_faults,
            1_000_000,
            "MC304",
            "the article has 1,000,000 bytes as it will be sent; WeChat accepts fewer than 1,000,000",
        ),
    ],
)  # fmt: skip
def test_one_character_more_is_an_error(check, length: int, code: str, message: str) -> None:  # type: ignore[no-untyped-def]
    assert [(code, "error", message)] == said(check("a" * length))


@pytest.mark.parametrize(
    ("check", "length"),
    [
        (limits.title_faults, 32),
        (limits.author_faults, 8),
        (limits.LIMITS["digest"], 120),
    ],
)
def test_emoji_that_wechat_may_count_twice_are_a_warning(check, length: int) -> None:  # type: ignore[no-untyped-def]
    found = list(check("👟" * length))
    warned = length * 2 > 16  # An author of 8 emoji is within 16 either way.
    assert [("MC310", Severity.WARNING)] * warned == [(f.code, f.severity) for f in found]


@pytest.mark.parametrize("length", [33, 64])
def test_a_title_above_the_documented_length_is_a_warning(length: int) -> None:
    (found,) = limits.title_faults("字" * length)
    message = (
        f"the title has {length} characters; WeChat documents a limit of 32, but accepted a title of 39 "
        "and gave it back whole when it was last measured"
    )
    assert ("MC301", Severity.WARNING, message) == (found.code, found.severity, found.message)
    assert "apply reads the draft back and compares it; if WeChat refuses it (45003)" in (
        found.hint or ""
    )


def test_an_author_of_more_than_eight_may_be_cut() -> None:
    message = "the author has 9 characters; some screens show only 8"
    assert [("MC302", "warning", message)] == said(limits.author_faults("字" * 9))


def test_text_has_a_limit_in_bytes_too() -> None:
    message = "the text has 2400 bytes; at most 2048 are allowed"
    assert [("MC307", "error", message)] == said(limits.text_faults("👟" * 600))[1:]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", None),
        ("https://e.com/" + "a" * 1010, None),
        ("https://e.com/" + "a" * 1011, "MC305"),
        ("https://e.com/" + "字" * 400, "MC305"),
        ("ftp://e.com", "MC014"),
        ("e.com", "MC014"),
    ],
)  # fmt: skip
def test_source_url(url: str, code: str | None) -> None:
    assert ([code] if code else []) == [f.code for f in limits.source_url_faults(url)]


def test_a_title_is_one_line_with_something_in_it() -> None:
    assert [["MC313"], ["MC014"]] == [
        [f.code for f in limits.title_faults(title)] for title in ("", "a\nb")
    ]


@pytest.mark.parametrize("content", ["", "<section></section>", "<p> &nbsp;\n</p>"])
def test_empty_content_is_an_error(content: str) -> None:
    assert ["MC306"] == [f.code for f in limits.empty_content_faults(content)]


@pytest.mark.parametrize(
    "content",
    [
        "<p>a</p>",
        "<IMG src=x>",
        "<svg></svg>",
        "<mp-common-profile>",
        '<p style="background:url(x)"></p>',
    ],
)
def test_words_or_pictures_are_content(content: str) -> None:
    assert [] == list(limits.empty_content_faults(content))


def test_empty_text_is_an_error() -> None:
    assert ["MC306"] == [f.code for f in limits.text_faults("")]


REFUSING = limits.ContentLimit("main", 20_000)
"""An account that takes no more than WeChat documents."""


def test_a_placeholder_counts_as_long_as_a_real_address() -> None:
    one = f'<img src="massctl-picture:{"0" * 64}">'
    # 12 characters of the tag and 120 of the address.
    fits = (20_000 // 132) * one
    assert [[], ["MC304"]] == [
        [f.code for f in limits.content_faults(text, REFUSING)] for text in (fits, fits + one)
    ]


def test_bytes_are_counted_and_not_characters() -> None:
    texts = ("字" * 333_333, "字" * 333_333 + "a")
    assert [["MC346"], ["MC304"]] == [
        [f.code for f in limits.content_faults(text)] for text in texts
    ]


def test_above_the_documented_length_stands_a_note() -> None:
    (found,) = limits.content_faults("a" * 20_001)
    assert ("MC346", Severity.INFO) == (found.code, found.severity)
    assert "WeChat documents a limit of 20,000, but did not enforce it" in found.message
    assert "content_limit" in (found.hint or "")


def test_an_account_that_refuses_names_its_key() -> None:
    (found,) = limits.content_faults("a" * 20_001, REFUSING)
    message = "the article has 20,001 characters of HTML as it will be sent; accounts.main.content_limit is 20,000"
    assert ("MC304", Severity.ERROR, message) == (found.code, found.severity, found.message)
    assert [] == list(limits.content_faults("a" * 20_000, REFUSING))


def test_too_long_an_article_says_what_of_it_is_text() -> None:
    found = next(limits.content_faults("<b>" * 5000 + "字" * 6000, REFUSING))
    assert "6,000 of them are text, 15,000 are tags and styles" == found.hint


def test_too_long_an_article_says_what_its_pictures_take() -> None:
    picture = f'<img src="massctl-picture:{"0" * 64}" style="display:block;max-width:100%">'
    found = next(limits.content_faults(picture * 30 + "字" * 16_000, REFUSING))
    assert (
        "16,000 of them are text, 5,070 are tags and styles; 30 pictures take about 5,100"
        == found.hint
    )


def test_too_long_an_article_points_at_its_longest_formula() -> None:
    long = r"\sqrt{a<b+" + "+".join("cdefghijkl") + "}"
    text = "字\n\n" + r"$\sqrt{2}$ " * 20 + f"\n\n字 ${long}$" + "\n\n字" * 3 + "字" * 19_000
    (found,) = refused(text)
    assert ("MC304", 5, 4) == (found.code, found.place.line, found.place.column)  # type: ignore[union-attr]
    assert found.hint is not None
    assert re.search(
        rf"tags and styles; 21 drawn formulas take [\d,]+, the longest, `{re.escape(long)}`, \d,\d+: use",
        found.hint,
    )


def refused(text: str) -> list[Diagnostic]:
    """Render an article of an account that refuses what is longer than documented."""
    folder = Folder({"spring/articles/main.md": text, "spring/images/cover.jpg": "cover"}, "")
    campaign, found = render(news({}), folder, content_limit=20_000)
    assert campaign is None
    return found


def test_a_few_short_formulas_are_not_why_an_article_is_too_long() -> None:
    (found,) = refused(r"$\sqrt{2}$ " + "字" * 20_000)
    assert "formula" not in (found.hint or "formula")
    assert found.place is not None
    assert found.place.file.endswith("campaign.yaml:mpnews.articles.0.content")


@pytest.mark.parametrize(("name", "length"), [("main.md", 1_000_001), ("main.html", 1_000_001)])
def test_a_source_beyond_reason_is_not_even_rendered(name: str, length: int) -> None:
    found = wrong("a" * length, {}, name)
    assert [("MC304", True)] == [(d.code, "before it is rendered" in d.message) for d in found]


def test_an_article_of_2000_characters_stays_far_below_the_limit() -> None:
    from massctl.source.renderer import built_in_theme

    css = built_in_theme("qingshan") or ""
    paragraph = "这个秋天，不赶路步行社出门走了四次，加起来四十二公里，**差不多**是一场马拉松。" * 5
    parts = [
        "## 小标题",
        paragraph,
        paragraph,
        "- 一\n- 二\n  - 三\n- 四",
        "> 引用",
        "```\na  b\n```",
        "|a|b|\n|-|-|\n|1|2|",
    ]
    text = "\n\n".join(parts * 5)
    assert 2000 < len(text)
    assert 11_500 > len(body(text, css=css))


@pytest.mark.parametrize(
    "link",
    [
        '<a href="javascript:void(0)">报名</a>',
        '<a href=" java&#x73;cript:x">报名</a>',
        '<a href="java\tscript:x">报名</a>',
        '<a href="\x01javascript&colon;x">报名</a>',
        "<A HREF='VBScript:x'>报名</A>",
        '<a href="data:text/html,x">报名</a>',
        '<a href="example.com">报名</a>',
        '<a href="">报名</a>',
        "<a href=https://example.com>报名</a>",
        "<a>报名</a>",
    ],
)
def test_a_link_that_wechat_refuses_in_a_text_is_an_error(link: str) -> None:
    assert ["MC347"] == [f.code for f in limits.text_faults(f"今晚八点，{link}。")]
    with pytest.raises(Refusal):
        _words(f"今晚八点，{link}。")


@pytest.mark.parametrize(
    "link",
    [
        '<a href="https://example.com/?a=1&amp;b=2">报名</a>',
        "<a href='weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=1'>报名</a>",
        '<a data-miniprogram-appid="wx00112233445566aa" data-miniprogram-path="pages/a">报名</a>',
        "a < b, <abbr>c</abbr>",
    ],
)
def test_other_links_of_a_text_pass(link: str) -> None:
    assert [] == list(limits.text_faults(link))
