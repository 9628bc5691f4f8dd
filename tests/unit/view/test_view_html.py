"""The pages of `render --out`."""

from html.parser import HTMLParser

import pytest
from view_samples import COVER, HERO, LEAVES, article, campaign, text_campaign

from massctl.model.message import RenderedNews, RenderedText
from massctl.view.as_html import article_page, index_page
from massctl.view.language import Language

FILES = {COVER: "cover.jpg", HERO: "hero 1.jpg", LEAVES: "leaves.png"}


class Outline(HTMLParser):
    """Collects every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, tag: str, name: str) -> list[str | None]:
        return [attributes[name] for found, attributes in self.tags if found == tag and name in attributes]


def test_a_body_is_what_is_sent_but_for_the_addresses_of_pictures():
    body = f'<p style="color:red">100%&nbsp;好 </p><img src="massctl-picture:{HERO}">\n'
    assert body.replace(f"massctl-picture:{HERO}", "hero%201.jpg") == article_page(body, FILES)


def test_a_picture_without_a_file_keeps_its_placeholder():
    body = f'<img src="massctl-picture:{HERO}">'
    assert body == article_page(body, {})


def test_the_page_shows_each_article_and_links_to_its_body():
    outline = Outline(index_page(campaign(), FILES))
    links = outline.values("a", "href")
    assert {"article-1.html", "article-2.html"} <= set(links)
    assert ["article-1", "article-2"] == [v for v in outline.values("section", "id") if v]


def test_the_page_shows_title_author_and_account():
    page = index_page(campaign(), FILES)
    assert "<h3>春季大促，1999 元起</h3>" in page
    assert '<span class="author">编辑部</span><span class="account">main</span>' in page


def test_no_script_may_run_and_nothing_may_load_from_elsewhere():
    outline = Outline(index_page(campaign(), FILES))
    policies = [a["content"] or "" for tag, a in outline.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert 1 == len(policies)
    directives = dict(part.strip().split(" ", 1) for part in policies[0].split(";"))
    assert "'none'" == directives["default-src"]
    assert "script-src" not in directives
    assert [] == [tag for tag, _ in outline.tags if tag in {"script", "link", "iframe"}]


def test_the_policy_stands_before_anything_it_governs():
    page = index_page(campaign(), FILES)
    assert page.index("Content-Security-Policy") < page.index("<title>")


@pytest.mark.parametrize("field", ["title", "author", "digest", "content_source_url"])
def test_everything_but_bodies_is_escaped(field: str):
    evil = '"><script>alert(1)</script>'
    hurt = article()
    hurt = type(hurt)(**{name: getattr(hurt, name) for name in hurt.__slots__} | {field: evil})
    page = index_page(campaign(title=evil, message=RenderedNews((hurt,))), FILES)
    assert "<script" not in page


def test_an_address_that_is_none_of_the_web_is_no_link():
    hurt = article()
    hurt = type(hurt)(**{name: getattr(hurt, name) for name in hurt.__slots__} | {"content_source_url": "javascript:1"})
    outline = Outline(index_page(campaign(message=RenderedNews((hurt,))), FILES))
    assert "javascript:1" not in outline.values("a", "href")


def test_an_empty_digest_is_the_beginning_of_the_text():
    plain = article(content="<p>&lt;早安&gt; " + "春" * 80 + "</p>")
    plain = type(plain)(**{name: getattr(plain, name) for name in plain.__slots__} | {"digest": ""})
    assert f"<p>&lt;早安&gt; {'春' * 49}</p></div></a>" in index_page(campaign(message=RenderedNews((plain,))), FILES)


def test_a_text_message_is_a_bubble():
    page = index_page(text_campaign(message=RenderedText("早 <b>\n春")), {})
    assert '<p lang="zh-CN">早 &lt;b&gt;\n春</p>' in page
    assert 'href="message.txt"' in page


def test_the_page_speaks_the_language_it_is_asked_for():
    assert '<html lang="en">' in index_page(campaign(), FILES, Language.EN)
    assert "收到时的样子" in index_page(campaign(), FILES, Language.ZH)
