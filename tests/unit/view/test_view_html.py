"""The page of a campaign, as `render --out` writes it and `serve` shows it."""

from html.parser import HTMLParser
from typing import Any

import pytest
from copies import replace
from view_samples import COVER, HERO, LEAVES, article, campaign, text_campaign

from massctl.model.diagnostics import Diagnostic, Excerpt, Place, Severity
from massctl.model.ids import MediaId
from massctl.model.lock import version_of
from massctl.model.message import (
    CardMessage,
    ImageMessage,
    MaterialRef,
    NewsMessage,
    RenderedArticle,
    TextMessage,
    VideoMessage,
    VoiceMessage,
)
from massctl.model.phrase import Phrase
from massctl.plan.review_diff import Base, BaseKind, difference
from massctl.view.i18n import Language
from massctl.view.pages.article import article_page
from massctl.view.pages.campaign_page import Earlier, Look, campaign_page, index_page
from massctl.view.pages.markup import NOT_HERE, Sheet

FILES = {COVER: "cover.jpg", HERO: "hero 1.jpg", LEAVES: "leaves.png"}
SERVED = Sheet(Language.EN, {COVER: "/-/file/cover.jpg"})


class Outline(HTMLParser):
    """Collects every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, tag: str, name: str) -> list[str | None]:
        return [
            attributes[name]
            for found, attributes in self.tags
            if found == tag and name in attributes
        ]


def changed_article(**changes: Any) -> RenderedArticle:
    return replace(article(), **changes)


def test_a_body_is_what_is_sent_but_for_the_addresses_of_pictures():
    body = f'<p style="color:red">100%&nbsp;好 </p><img src="massctl-picture:{HERO}">\n'
    assert body.replace(f"massctl-picture:{HERO}", "hero%201.jpg") == article_page(body, FILES)


def test_a_body_keeps_the_placeholder_of_a_picture_without_a_file():
    body = f'<img src="massctl-picture:{HERO}">'
    assert body == article_page(body, {})


def test_the_page_shows_an_empty_frame_for_a_picture_that_is_not_here():
    shown = index_page(campaign(), {})
    assert "massctl-picture:" not in shown
    assert NOT_HERE in Outline(shown).values("img", "src")


@pytest.mark.parametrize(
    "address", ["https://mmbiz.qpic.cn/a.png", "//mmbiz.qpic.cn/a.png", " HTTP://x.test/a.png"]
)
def test_the_page_asks_no_server_for_a_picture(address: str):
    news = NewsMessage((changed_article(content=f'<img alt="雪" src="{address}">'),))
    outline = Outline(index_page(campaign(message=news), FILES))
    assert [NOT_HERE] == [each["src"] for tag, each in outline.tags if each.get("alt") == "雪"]


@pytest.mark.parametrize("address", ["https://mmbiz.qpic.cn/a.png", "massctl-picture:x"])
def test_the_page_says_that_nobody_looked_for_codes_in_a_picture(address: str):
    news = NewsMessage((changed_article(content=f'<img src="{address}">'),))
    shown = replace(campaign(message=news), pictures=())
    said = "没有在每张图片里查二维码" in index_page(shown, FILES)
    assert said is address.startswith("https")


def test_the_page_says_how_long_each_article_is():
    one = NewsMessage((changed_article(content=f"<p>{'字' * 700}</p>"),))
    assert "<span>700 words, 2 min to read</span>" in index_page(
        campaign(message=one), FILES, Language.EN
    )
    two = NewsMessage((*one.articles, changed_article(content="<p>一</p>")))
    assert "<span>2  1 字，约 1 分钟读完</span>" in index_page(campaign(message=two), FILES)


def test_the_page_has_a_tab_for_each_article_and_links_to_its_body():
    outline = Outline(index_page(campaign(), FILES))
    assert {"article-1.html", "article-2.html"} <= set(outline.values("a", "href"))
    assert {"article-1", "article-2"} <= set(outline.values("input", "id"))
    assert {"article-1", "article-2"} <= set(outline.values("label", "for"))


def test_an_article_shows_title_author_account_and_the_date_at_which_it_opens():
    page = index_page(campaign(), FILES)
    assert "<h3>春季大促，1999 元起</h3>" in page
    line = '<span class="author">编辑部</span><span class="account">公众号</span><span>2026年12月1日 20:00</span>'
    assert line in page


def test_a_cover_stands_wide_for_the_first_article_and_square_for_the_others_and_where_it_is_passed_on():
    kinds = [
        each["class"]
        for tag, each in Outline(index_page(campaign(), FILES)).tags
        if each.get("alt") == ""
    ]
    assert ["cover", "thumb", "cover", "thumb", "thumb", "thumb"] == kinds


def test_the_part_of_a_cover_that_was_chosen_fills_its_frame():
    news = NewsMessage(
        (changed_article(pic_crop_235_1="0.1_0.5_0.6_1", pic_crop_1_1="0_0_0.25_0.5"),)
    )
    page = index_page(campaign(message=news), FILES)
    wide = 'style="width:200.0000%;height:200.0000%;left:-20.0000%;top:-100.0000%"'
    square = 'style="width:400.0000%;height:200.0000%;left:0.0000%;top:0.0000%"'
    assert f'<span class="cover part"><img src="cover.jpg" {wide} alt=""></span>' in page
    assert f'<span class="thumb part"><img src="cover.jpg" {square} alt=""></span>' in page


def test_no_script_may_run_and_nothing_may_load_from_elsewhere():
    outline = Outline(index_page(campaign(), FILES))
    policies = [
        a["content"] or ""
        for tag, a in outline.tags
        if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert 1 == len(policies)
    directives = dict(part.strip().split(" ", 1) for part in policies[0].split(";"))
    assert "'none'" == directives["default-src"]
    assert "script-src" not in directives
    assert [] == [value for value in directives.values() if "http" in value]
    assert [] == [tag for tag, _ in outline.tags if tag in {"script", "iframe"}]
    assert ["data:,"] == outline.values("link", "href")


def test_the_policy_stands_before_anything_it_governs():
    page = index_page(campaign(), FILES)
    assert page.index("Content-Security-Policy") < page.index("<link")


@pytest.mark.parametrize("field", ["title", "author", "digest", "content_source_url"])
def test_everything_but_bodies_is_escaped(field: str):
    evil = '"><script>alert(1)</script>'
    news = NewsMessage((changed_article(**{field: evil}), changed_article(**{field: evil})))
    assert "<script" not in index_page(campaign(title=evil, message=news), FILES)


@pytest.mark.parametrize("url", ["javascript:1", "http:\\x", "https:x"])
def test_an_address_that_is_none_of_the_web_is_no_link(url: str):
    news = NewsMessage((changed_article(content_source_url=url),))
    page = index_page(campaign(message=news), FILES)
    assert url not in Outline(page).values("a", "href")
    assert f"阅读原文 {url}" in page


def test_an_empty_digest_is_the_beginning_of_the_text():
    news = NewsMessage(
        (changed_article(digest="", content="<p>&lt;早安&gt; " + "春" * 80 + "</p>"),)
    )
    assert f"<span>&lt;早安&gt; {'春' * 49}</span>" in index_page(campaign(message=news), FILES)


def test_a_text_message_is_a_bubble():
    page = index_page(text_campaign(message=TextMessage("早 <b>\n春")), {})
    assert '<p lang="zh-CN">早 &lt;b&gt;\n春</p>' in page
    outline = Outline(page)
    assert "message.txt" in outline.values("a", "href")
    assert "reading" not in outline.values("section", "aria-labelledby")


GIVEN = MediaId("MEDIA-7")
OURS = MaterialRef(sha256=HERO)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (ImageMessage((HERO,), (GIVEN,), "", "看 & 走", False, False), 'alt="picture 1"'),
        (
            ImageMessage((HERO,), (GIVEN,), "", "看 & 走", False, False),
            '<div class="words"><p>看 &amp; 走</p></div>',
        ),
        (
            ImageMessage((HERO,), None, "雪 & 夜", "", False, False),
            '<div class="words"><strong>雪 &amp; 夜</strong></div>',
        ),
        (ImageMessage((HERO,), (GIVEN,), "", "", False, False), "素材 <code>MEDIA-7</code>"),
        (VoiceMessage(HERO, None), '<audio controls preload="metadata" aria-label="the sound"'),
        (VoiceMessage(None, GIVEN), "素材 <code>MEDIA-7</code>"),
        (VideoMessage(HERO, None, "雪", "两秒"), "<strong>雪</strong><p>两秒</p>"),
        (CardMessage("pCard"), "<p>pCard</p>"),
    ],
)
def test_every_kind_of_message_shows_what_arrives(message: Any, shown: str):
    assert shown in index_page(text_campaign(message=message), FILES, Language.EN)


def test_the_page_speaks_the_language_it_is_asked_for():
    assert '<html lang="en">' in index_page(campaign(), FILES, Language.EN)
    chinese = index_page(campaign(), FILES, Language.ZH)
    assert '<html lang="zh-CN">' in chinese
    assert "收到时的样子" in chinese


FAULT = Diagnostic(
    code="MC308",
    severity=Severity.ERROR,
    message=Phrase("nothing <b>"),
    place=Place("campaigns/a/articles/main.md", 7, 3, 7, 5),
    hint=Phrase("do & do not"),
    excerpt=Excerpt("走得<慢>，**早些**出门"),
)


def test_a_finding_says_what_and_where_and_shows_the_line_with_its_fault_marked():
    page = index_page(campaign(diagnostics=(FAULT,)), FILES, Language.EN)
    assert "<code>MC308</code> nothing &lt;b&gt;" in page
    assert "<code>campaigns/a/articles/main.md:7:3</code>" in page
    assert "</span>走得<mark>&lt;慢</mark>&gt;，**早些**出门</pre>" in page
    assert "hint: do &amp; do not" in page
    assert "<button" not in page  # Nothing without a script could follow it.


def test_a_served_page_finds_words_watches_its_campaign_and_leads_to_all_others():
    page = campaign_page(Look("a", "", campaign(diagnostics=(FAULT,)), (FAULT,)), SERVED, heard=7)
    outline = Outline(page)
    assert ["/-/live.js"] == outline.values("script", "src")
    assert (["a"], ["7"]) == (
        outline.values("body", "data-watched"),
        outline.values("body", "data-heard"),
    )
    assert "/" in outline.values("a", "href")
    assert "article-1.html" not in outline.values("a", "href")
    assert ['["走得", "早些", "出门"]'] == outline.values("button", "data-sought")
    assert [] == [
        each for tag, each in outline.tags if each.get("http-equiv") == "Content-Security-Policy"
    ]


def test_a_campaign_with_faults_is_shown_as_it_was_before_them():
    page = campaign_page(Look("a", "春", campaign(), (FAULT,), is_behind=True), SERVED, heard=7)
    assert "its files have faults; the page shows it as it was before" in page
    assert "#findings" in Outline(page).values("a", "href")
    assert "春季大促，1999 元起" in page


def test_a_campaign_that_never_was_whole_shows_its_faults_alone():
    page = campaign_page(Look("a", "春", None, (FAULT,)), SERVED, heard=7)
    assert "its files have faults, so there is nothing to show yet" in page
    assert "MC308" in page
    assert "glass" not in Outline(page).values("div", "class")


SENT = Base(BaseKind.SENT, "sha256:" + "0" * 64, 1)


def looked_beside(before: Any, now: Any, base: Base = SENT) -> str:
    changes = difference(base, version_of(before), version_of(now))
    earlier = Earlier(changes, before.message, before.window)
    return campaign_page(Look("a", "春", now, earlier=earlier), SERVED, heard=7)


def test_an_earlier_version_lies_beside_each_article_that_it_had():
    first, second = article("一", "<p>昨天</p>"), article("二", "<p>前天</p>")
    before = campaign(message=NewsMessage((second,)))
    page = looked_beside(before, campaign(message=NewsMessage((first, second))))
    earlier = page.partition('class="column earlier"')[2].partition("</section>")[0]
    assert ["昨天" in earlier, "前天" in earlier] == [False, True]
    assert earlier.index("this article is new") < earlier.index("前天")
    assert "article 1 is new: 一" in page


def test_changed_words_are_struck_out_and_inserted():
    page = looked_beside(
        text_campaign(message=TextMessage("周日 <早> 走")),
        text_campaign(message=TextMessage("周日 <晚> 走")),
    )
    assert "<del>早</del><ins>晚</ins>" in page
    assert 'id="earlier-glass"' in page


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (BaseKind.DRAFT, "draft of "),
        (BaseKind.STAGED, "as staged"),
        (BaseKind.PREVIEW, "as reviewers saw it"),
    ],
)
def test_an_earlier_version_is_named_by_where_it_comes_from(kind: BaseKind, name: str):
    page = looked_beside(text_campaign(), text_campaign(), Base(kind, "sha256:" + "0" * 64))
    assert f'<h2 id="earlier">{name}</h2>' in page


def test_the_page_of_render_lists_what_is_to_be_done_by_hand():
    page = index_page(campaign(handoff=("original", "album: 秋季")), FILES, Language.EN)
    assert page.count('aria-label="to do"') == 2
    assert "album (合集) 秋季" in page
    assert 'id="by-hand"' not in index_page(campaign(), FILES, Language.EN)


def test_the_page_of_a_campaign_names_the_account_and_its_owner() -> None:
    language = Language("en", labels=(("main", "早报 (main) · 华东组"),))
    look = Look("a", "春", campaign())
    assert "早报 (main) · 华东组" in campaign_page(look, Sheet(language, {}), heard=7)
