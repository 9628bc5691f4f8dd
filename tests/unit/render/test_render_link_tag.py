"""The tag of links to own sites: which links carry it, how it is added, and what is told where it cannot be."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import Folder, campaign_file, news, render

from massctl.model.diagnostics import Diagnostic
from massctl.model.message import NewsMessage, RenderedArticle
from massctl.model.settings import OwnSites
from massctl.render.article_file import ExternalLinks
from massctl.render.link_tag import LinkTag

PROGRAM = "wx00000000000000aa"
SITES = OwnSites(hosts=["shop.cn", "*.Team.cn"], mini_programs=[PROGRAM])
TAG = {"utm_campaign": "{{ campaign.name }}", "utm_source": "wechat"}
SENT = "utm_campaign=spring&utm_source=wechat"


def shown(
    markdown: str,
    *,
    links: ExternalLinks = "keep",
    suffix: str = "md",
    sites: OwnSites | None = SITES,
    track: dict[str, str] | None = None,
    **article: object,
) -> tuple[RenderedArticle, list[Diagnostic]]:
    content = f"articles/main.{suffix}"
    folder = Folder({f"spring/{content}": markdown, "spring/images/cover.jpg": "cover"})
    file = news({"content": content, **article}, track=TAG if track is None else track)
    found, told = render(file, folder, links, own_sites=sites)
    assert found is not None, told
    assert isinstance(found.message, NewsMessage)
    return found.message.articles[0], told


def plain(tag: dict[str, str]) -> LinkTag:
    return LinkTag(SITES, tag)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://shop.cn", "https://shop.cn?t=a"),
        ("https://shop.cn/", "https://shop.cn/?t=a"),
        ("http://a.team.cn/x?", "http://a.team.cn/x?t=a"),
        ("https://SHOP.cn/x?b=1&", "https://SHOP.cn/x?b=1&t=a"),
        ("https://shop.cn/x?b=%E6%98%A5&c=春#d?e", "https://shop.cn/x?b=%E6%98%A5&c=春&t=a#d?e"),
        ("https://shop.cn/#/goods?id=1", "https://shop.cn/?t=a#/goods?id=1"),
        ("https://shop.cn/x?t=other", "https://shop.cn/x?t=other"),
        ("https://shop.cn/x?%74=", "https://shop.cn/x?%74="),
        ("https://team.cn/x", "https://team.cn/x"),
        ("https://shop.cn.evil.cn/", "https://shop.cn.evil.cn/"),
        ("https://shop.cn@evil.cn/", "https://shop.cn@evil.cn/"),
        ("mailto:a@shop.cn", "mailto:a@shop.cn"),
        ("/x", "/x"),
        ("https://[shop.cn/", "https://[shop.cn/"),
    ],
)
def test_an_address_of_an_own_site_gets_what_it_does_not_say(written: str, sent: str):
    assert sent == plain({"t": "a"}).address(written)


def test_a_value_is_encoded_so_that_it_ends_nowhere():
    assert "https://shop.cn/?t=%E6%98%A5%20%26%3D%2F%23" == plain({"t": "春 &=/#"}).address(
        "https://shop.cn/"
    )


@given(st.text(min_size=1), st.sampled_from(["", "?a=1", "?a=1&b=%26", "#part", "?a=#b"]))
def test_a_site_reads_the_tag_as_it_is_written_and_everything_else_as_before(value: str, rest: str):
    before = urlsplit(f"https://shop.cn/x{rest}")
    after = urlsplit(plain({"t": value}).address(before.geturl()))
    tagged = parse_qs(after.query, keep_blank_values=True, encoding="utf-8", errors="replace")
    assert [value.encode(errors="replace").decode()] == tagged.pop("t")
    assert parse_qs(before.query, keep_blank_values=True) == tagged
    assert before._replace(query="") == after._replace(query="")


def test_links_that_stay_footnotes_and_read_more_carry_it():
    text = "[春](https://shop.cn/a?b=1&c=2) [其他](https://other.cn/)"
    kept, _ = shown(text, content_source_url="https://a.team.cn/r")
    assert f'href="https://shop.cn/a?b=1&amp;c=2&amp;{SENT.replace("&", "&amp;")}"' in kept.content
    assert 'href="https://other.cn/"' in kept.content
    assert f"https://a.team.cn/r?{SENT}" == kept.content_source_url
    noted, _ = shown(text, links="footnotes")
    assert f"https://shop.cn/a?b=1&amp;c=2&amp;{SENT.replace('&', '&amp;')}" in noted.content
    assert "https://other.cn/<" in noted.content


def test_an_address_that_is_the_text_stays_as_it_is_read():
    article, told = shown("<https://shop.cn/a> [x](https://shop.cn/b)", links="footnotes")
    assert "https://shop.cn/a " in article.content
    assert ["MC309"] == [each.code for each in told]


def test_a_page_of_an_own_mini_program_carries_it():
    card = (
        '<mp-common-miniprogram data-miniprogram-appid="{}" data-miniprogram-path="pages/a?b=1" '
        'data-miniprogram-title="t" data-miniprogram-imageurl="images/cover.jpg"></mp-common-miniprogram>'
    )
    own, other = card.format(PROGRAM), card.format("wx00000000000000bb")
    article, _ = shown(f"{own}\n\n{other}\n\n文")
    escaped = SENT.replace("&", "&amp;")
    assert 1 == article.content.count(f'data-miniprogram-path="pages/a?b=1&amp;{escaped}"')
    assert 1 == article.content.count('data-miniprogram-path="pages/a?b=1"')


def test_a_page_without_a_mini_program_and_one_without_a_path_stay():
    html = '<p data-miniprogram-path="pages/a">a</p>'
    assert html == plain({"t": "a"}).content(html)
    assert "" == plain({"t": "a"}).page(PROGRAM, "")


def test_html_keeps_every_other_byte_and_a_value_without_marks_gets_them():
    html = "<p CLASS=x><a HREF='https://shop.cn/?a=1&amp;b'>a</a><a href=https://shop.cn/>b</a><a>c</a></p>"
    article, _ = shown(html, suffix="html", track={"t": "1"})
    assert (
        "<p CLASS=x><a HREF='https://shop.cn/?a=1&amp;b&amp;t=1'>a</a>"
        '<a href="https://shop.cn/?t=1">b</a><a>c</a></p>'
    ) == article.content


def test_without_own_sites_nothing_changes_and_that_is_told():
    article, told = shown("[春](https://shop.cn/a)", sites=None)
    assert 'href="https://shop.cn/a"' in article.content
    assert [("MC415", "campaigns/spring/campaign.yaml:track")] == [
        (each.code, each.place.file) for each in told if each.place is not None
    ]


def test_a_link_that_says_all_of_it_itself_carries_it():
    _, told = shown("[春](https://shop.cn/a?t=2)", track={"t": "1"})
    assert [] == told


@pytest.mark.parametrize("value", ["{{ '' }}", "{{ 'a\\nb' }}", "a" * 201, "{{ nothing }}"])
def test_a_value_that_no_address_can_carry_is_told_at_its_key(value: str):
    folder = Folder({"spring/articles/main.md": "文", "spring/images/cover.jpg": "cover"})
    found, (told,) = render(news({}, track={"t": value}), folder, own_sites=SITES)
    assert found is None
    assert told.place is not None
    assert "campaigns/spring/campaign.yaml:track.t" == told.place.file


def test_an_address_that_gets_too_long_by_its_tag_is_told():
    long = "https://shop.cn/" + "a" * 1000
    folder = Folder({"spring/articles/main.md": "文", "spring/images/cover.jpg": "cover"})
    file = news({"content_source_url": long}, track=TAG)
    found, told = render(file, folder, own_sites=SITES)
    assert found is None
    assert any("at most 1024 are allowed" in each.message for each in told)


def test_a_tag_is_refused_by_its_name_and_of_a_message_without_articles():
    from pydantic import ValidationError

    from massctl.model.campaign import campaign_faults

    with pytest.raises(ValidationError, match=r"track\.1 a"):
        campaign_file(text={"content": "a"}, track={"1 a": "x"})
    told = campaign_faults(
        {"text": {"content": "a"}, "audience": {"is_to_all": True}, "track": {"a": "b"}}
    )
    assert [("MC014", ("track",))] == [(each.code, each.key) for each in told]
