"""Content rules but for words and structure: hits, non-hits, places; and that the registry knows all of them."""

import pytest
from render_inputs import Folder, campaign_file, lines, news, render, wrong

from massctl.model.diagnostics import CODES, Diagnostic, Severity
from massctl.render.rules.characters import unseen_characters
from massctl.render.rules.registry import RULES
from massctl.render.rules.words import WordLists, read_lists

TERMS = read_lists(
    '[advertising]\nsigns = ["最"]\n[[advertising.group]]\nsource = "法"\nterms = ["最佳"]\n',
    banned=["全网"],
    allowed=["全网通"],
)


def codes(diagnostics: list[Diagnostic]) -> list[str]:
    return [each.code for each in diagnostics]


def judged(text: str, words: WordLists = TERMS, **article: object) -> list[Diagnostic]:
    """The diagnostics of a campaign with one Markdown article, with words to look for."""
    folder = Folder({"spring/articles/main.md": text, "spring/images/cover.jpg": "cover"})
    return render(news({"content": "articles/main.md", **article}), folder, words=words)[1]


def test_every_rule_has_a_code_of_its_own() -> None:
    found = [rule.code for rule in RULES]
    assert (sorted(found), set()) == (sorted(set(found)), set(found) - set(CODES))


def test_only_the_house_makes_an_error_of_taste() -> None:
    assert ["MC319"] == [rule.code for rule in RULES if rule.severity is Severity.ERROR]


def test_a_term_is_found_at_its_place_in_the_article() -> None:
    assert [("MC318", 3, 3)] == lines(judged("最好的事。\n\n这是最佳品质，不是最佳。")[:1])


def test_the_second_of_two_terms_has_its_own_place() -> None:
    assert [("MC318", 1, 1), ("MC318", 3, 4)] == lines(judged("最佳一。\n\n一二三最佳。"))


def test_a_term_with_markup_in_the_middle_is_found_where_its_word_stands() -> None:
    assert ["MC318"] == codes(judged("这是**最**佳。"))


@pytest.mark.parametrize("key", ["title", "author", "digest"])
def test_terms_are_looked_for_in_every_string(key: str) -> None:
    found = judged("字", **{key: "最佳"})
    assert [f"campaigns/spring/campaign.yaml:mpnews.articles.0.{key}"] == [
        d.place.file for d in found if d.place
    ]


def test_a_banned_word_is_an_error_and_an_allowed_one_is_none() -> None:
    found = judged("全网通，全网。")
    assert [("MC319", "error")] == [(d.code, d.severity.value) for d in found]
    assert [("MC319", 1, 5)] == lines(found)


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ({"text": {"content": "最佳"}}, "text.content"),
        ({"image": {"media_ids": ["m"], "recommend": "最佳"}}, "image.recommend"),
        ({"mpvideo": {"media_id": "m", "title": "最佳"}}, "mpvideo.title"),
        ({"mpvideo": {"media_id": "m", "description": "最佳"}}, "mpvideo.description"),
    ],
)
def test_terms_are_looked_for_in_every_message(message: dict[str, object], key: str) -> None:
    found = render(campaign_file(**message), Folder({}), words=TERMS)[1]
    terms = [d.place.file for d in found if d.code == "MC318" and d.place]
    assert [f"campaigns/spring/campaign.yaml:{key}"] == terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("零\u200b宽", [("\u200b", 1, 1)]),
        ("a\u202eb\u202ec", [("\u202e", 1, 2)]),
        ("\u200e\u2066x\u2069", [("\u200e", 0, 1), ("\u2066", 1, 1), ("\u2069", 3, 1)]),
        ("软\u00ad连字符", [("\u00ad", 1, 1)]),
        ("中\ufeff间", [("\ufeff", 1, 1)]),
        ("\ufeff开头", []),
        ("👨\u200d👩\u200d👧 一家", []),
        ("🏳️\u200d🌈", []),
        ("中\u200d文", [("\u200d", 1, 1)]),
        ("می\u200cخواهم", []),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", []),
        ("藏\U000e0061字", [("\U000e0061", 1, 1)]),
        ("普通的文字，emoji 👍🏽，全角　空格。", []),
    ],
)
def test_characters_that_nobody_sees(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert expected == [
        (each.character, each.start, each.count) for each in unseen_characters(text)
    ]


def test_they_are_found_at_their_first_place_in_the_file() -> None:
    found = wrong("字\n\n零\u200b宽\u200b\n")
    assert [("MC320", 3, 2)] == lines(found)
    say = "U+200B (ZERO WIDTH SPACE) is an invisible character; it is here 2 times"
    assert say == found[0].message


def test_those_of_a_macro_are_found_in_its_file() -> None:
    files = {"_shared/m.md": "{% macro a() %}甲\u202e乙{% endmacro %}"}
    found = wrong("{% import '_shared/m.md' as m %}{{ m.a() }}", files, "main.md.j2")
    assert ["campaigns/_shared/m.md"] == [each.place.file for each in found if each.place]


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ('<a href="#end">字</a>', "MC322"),
        ('<a href="../letter/main.md">字</a>', "MC322"),
        ('<a href="https://mp.weixin.qq.com/s?__biz=a&amp;tempkey=b">字</a>', "MC322"),
        ('<a href="https://mp.weixin.qq.com/cgi-bin/home?t=1">字</a>', "MC322"),
        ('<a href="http://[::1">字</a>', "MC322"),
        ('<a href="http://mp.weixin.qq.com/s/1">字</a>', "MC321"),
    ],
)
def test_links_that_are_no_help(html: str, code: str) -> None:
    assert code in codes(wrong(html, {}, "main.html"))


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://mp.weixin.qq.com/s/1">字</a>',
        '<a href="">字</a>',
        "<a>字</a>",
        '<a href="index" data-miniprogram-appid="wx1">字</a>',
        "<p>见 https://example.com 页</p>",
        "<p>先打开 http://localhost:8080/ 看</p>",
        "<p>写成 http://[ 就错了</p>",
    ],
)
def test_other_links_say_nothing(html: str) -> None:
    assert [] == wrong(html, {}, "main.html")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com", "MC321"),
        ("https://mp.weixin.qq.com/s?tempkey=1", "MC322"),
        ("https://[::1", "MC322"),
        ("https://example.com/#a", None),
    ],
)
def test_the_address_behind_read_original(url: str, code: str | None) -> None:
    folder = Folder({"spring/articles/main.md": "字", "spring/images/cover.jpg": "c"})
    found = render(news({"content_source_url": url}), folder)[1]
    key = "campaigns/spring/campaign.yaml:mpnews.articles.0.content_source_url"
    assert ([(code, key)] if code else []) == [(d.code, d.place.file) for d in found if d.place]


def test_an_address_that_nobody_can_tap_may_be_unencrypted() -> None:
    assert ["MC309"] == codes(wrong("[字](http://e.com) 和 http://e.com"))


def test_a_single_article_without_digest_is_a_note() -> None:
    folder = Folder({"spring/articles/main.md": "字", "spring/images/cover.jpg": "c"})
    found = render(news({"digest": ""}), folder)[1]
    assert [("MC323", Severity.INFO)] == [(d.code, d.severity) for d in found]


def test_of_several_articles_none_shows_a_digest() -> None:
    folder = Folder({"spring/articles/main.md": "字", "spring/images/cover.jpg": "c"})
    found = render(news({"digest": "有"}, {"digest": ""}), folder)[1]
    assert [("MC324", "campaigns/spring/campaign.yaml:mpnews.articles.0.digest")] == [
        (d.code, d.place.file) for d in found if d.place
    ]


FILES = {"spring/articles/a.png": "A", "spring/articles/b.png": "B"}


def test_an_article_is_asked_once_for_the_words_of_its_pictures() -> None:
    assert [("MC215", 1, 5)] == lines(wrong("![](a.png)\n\n![](b.png)\n\n![有](a.png)", FILES))


@pytest.mark.parametrize(
    ("html", "places"),
    [
        ('<img src="a.png">', [("MC215", 1, 11)]),
        ('<img src="a.png"><img src="b.png">', [("MC215", 1, 11)]),
        ('<img alt="" src="a.png"><img alt="有" src="b.png">', []),
        ('<img src="https://mmbiz.qpic.cn/x/0">', [("MC215", 1, 11)]),
        ('<img data-src="a.png">', [("MC215", 1, 16)]),
    ],
)
def test_an_html_article_is_asked_once(html: str, places: list[tuple[str, int, int]]) -> None:
    assert places == lines(wrong(html, FILES, "main.html"))


@pytest.mark.parametrize(
    ("size", "is_tiny"),
    [
        ((1080, 720), False),
        ((300, 300), False),
        ((299, 200), True),
        ((64, 64), False),
        ((600, 72), False),
        ((9, 400), True),
        ((1000, 2), True),
    ],
)
def test_pictures_with_hardly_any_pixels(size: tuple[int, int], is_tiny: bool) -> None:
    folder = Folder(
        {"spring/articles/main.md": "![有](a.png)", "spring/images/cover.jpg": "c", **FILES}
    )
    folder.sizes["spring/articles/a.png"] = size
    assert (["MC214"] if is_tiny else []) == codes(render(news({}), folder)[1])


def test_a_tiny_cover_is_not_a_picture_of_the_article() -> None:
    folder = Folder({"spring/articles/main.md": "字", "spring/images/cover.jpg": "c"})
    folder.sizes["spring/images/cover.jpg"] = (200, 90)
    assert ["MC216"] == codes(render(news({}), folder)[1])
