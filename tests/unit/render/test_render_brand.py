"""The brand kit: what stands before and after each Markdown article, and where it does not."""

from render_inputs import Folder, hold, news, render

from massctl.model.diagnostics import Diagnostic
from massctl.model.message import RenderedNews
from massctl.model.theme import Brand

BRAND = Brand(header="_shared/brand/header.md.j2", footer="_shared/brand/footer.md", logo="_shared/brand/logo.png")
FILES = {
    "spring/articles/main.md": "正文",
    "spring/articles/card.html": "<p>正文</p>",
    "spring/images/cover.jpg": "cover",
    "_shared/brand/header.md.j2": "{{ account }} 出品",
    "_shared/brand/footer.md": "**慢一点**\n\n![二维码](qr.png)",
    "_shared/brand/logo.png": "logo",
    "_shared/brand/qr.png": "qr",
}


def bodies(*articles: dict[str, str], brand: Brand = BRAND, **keys: object) -> list[str]:
    found, diagnostics = render(news(*articles, **keys), Folder(FILES), brand=brand)
    assert found is not None, diagnostics
    assert isinstance(found.message, RenderedNews)
    return [each.content for each in found.message.articles]


def told(brand: Brand = BRAND, **files: str) -> list[Diagnostic]:
    return render(news({}), Folder({**FILES, **files}), brand=brand)[1]


def test_logo_header_and_footer_stand_around_a_markdown_article_inside_its_container():
    (body,) = bodies({})
    assert body.startswith(f'<section><img src="{hold("logo")}" data-w="1080" alt="LOGO" style="display:block;')
    parts = ["<p>main 出品</p>", "<p>正文</p>", "<p><strong>慢一点</strong></p>", hold("qr")]
    assert sorted(parts, key=body.index) == parts
    assert 1 == body.count("<section")


def test_an_html_article_is_passed_as_it_is():
    assert ["<p>正文</p>"] == bodies({"content": "articles/card.html"})


def test_a_campaign_may_do_without():
    found, _ = render(news({}, brand=False), Folder(FILES), brand=BRAND)
    assert found is not None
    assert isinstance(found.message, RenderedNews)
    assert "<section><p>正文</p></section>" == found.message.articles[0].content


def test_a_brand_of_a_colour_alone_adds_nothing():
    assert ["<section><p>正文</p></section>"] == bodies({}, brand=Brand(accent="#731"))


def test_a_file_that_is_not_there_is_told():
    missing = Brand(header="_shared/brand/none.md", logo="_shared/brand/none.png")
    assert ["MC105", "MC201"] == sorted(each.code for each in told(missing))


def test_a_fault_of_the_footer_is_told_in_the_footer():
    (found,) = told(Brand(footer="_shared/brand/footer.md"), **{"_shared/brand/footer.md": "好\n\n![](none.png)"})
    assert found.place is not None
    assert ("campaigns/_shared/brand/footer.md", 3) == (found.place.file, found.place.line)


def test_the_header_sees_the_variables_of_the_article():
    files = {"_shared/brand/header.md.j2": "{{ season }}"}
    folder = Folder({**FILES, **files})
    found, _ = render(news({"vars": {"season": "秋"}}), folder, brand=BRAND)
    assert found is not None
    assert isinstance(found.message, RenderedNews)
    assert "<p>秋</p>" in found.message.articles[0].content
