"""The brand kit: what stands before and after each Markdown article, and where it does not."""

from render_inputs import Folder, hold, news, render

from massctl.model.diagnostics import Diagnostic
from massctl.model.message import NewsMessage
from massctl.model.theme import Brand
from massctl.render.tree import parse, serialized

BRAND = Brand(
    header="_shared/brand/header.md.j2",
    footer="_shared/brand/footer.md",
    logo="_shared/brand/logo.png",
)
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
    assert isinstance(found.message, NewsMessage)
    return [each.content for each in found.message.articles]


def told(brand: Brand = BRAND, **files: str) -> list[Diagnostic]:
    return render(news({}), Folder({**FILES, **files}), brand=brand)[1]


def test_logo_header_and_footer_stand_around_a_markdown_article_inside_its_container():
    (body,) = bodies({})
    assert body.startswith(
        f'<section><img src="{hold("logo")}" data-w="1080" alt="LOGO" style="display:block;'
    )
    parts = ["<p>main 出品</p>", "<p>正文</p>", "<p><strong>慢一点</strong></p>", hold("qr")]
    assert sorted(parts, key=body.index) == parts
    assert 1 == body.count("<section")


def test_an_html_article_is_passed_as_it_is():
    assert ["<p>正文</p>"] == bodies({"content": "articles/card.html"})


def test_a_campaign_may_do_without():
    found, _ = render(news({}, brand=False), Folder(FILES), brand=BRAND)
    assert found is not None
    assert isinstance(found.message, NewsMessage)
    assert "<section><p>正文</p></section>" == found.message.articles[0].content


def test_a_brand_of_a_colour_alone_adds_nothing():
    assert ["<section><p>正文</p></section>"] == bodies({}, brand=Brand(accent="#731"))


def test_a_file_that_is_not_there_is_told():
    missing = Brand(header="_shared/brand/none.md", logo="_shared/brand/none.png")
    found = told(missing)
    assert ["MC105", "MC201"] == sorted(each.code for each in found)
    assert {"massctl.yaml"} == {each.place.file for each in found if each.place is not None}
    assert [True, True] == [
        each.message.startswith(("brand.header: ", "brand.logo: ")) for each in found
    ]


def test_a_path_that_leads_out_is_told_where_the_brand_is_written():
    (found,) = told(Brand(footer="_shared/../../secret.md"))
    assert found.message.startswith("brand.footer: ")
    assert found.place is not None
    assert "massctl.yaml" == found.place.file


def test_a_fault_of_the_footer_is_told_in_the_footer():
    (found,) = told(
        Brand(footer="_shared/brand/footer.md"),
        **{"_shared/brand/footer.md": "好\n\n![](none.png)"},
    )
    assert found.place is not None
    assert ("campaigns/_shared/brand/footer.md", 3) == (found.place.file, found.place.line)


def test_the_header_sees_the_variables_of_the_article():
    files = {"_shared/brand/header.md.j2": "{{ season }}"}
    folder = Folder({**FILES, **files})
    found, _ = render(news({"vars": {"season": "秋"}}), folder, brand=BRAND)
    assert found is not None
    assert isinstance(found.message, NewsMessage)
    assert "<p>秋</p>" in found.message.articles[0].content


LINKED = {
    "_shared/brand/header.md.j2": "看[官网](https://a.cn/)。[^1]\n\n[^1]: 每周更新。![](qr.png)",
    "spring/articles/main.md": "见[公告](https://b.cn/)和[官网](https://a.cn/)。[^1]\n\n[^1]: 原文有误。",
    "_shared/brand/footer.md": "找[地图](https://c.cn/)",
}


def test_the_notes_of_all_parts_are_numbered_in_one_order_and_listed_once_at_the_end_of_the_article_itself():
    found, diagnostics = render(news({}), Folder({**FILES, **LINKED}), brand=BRAND)
    assert found is not None, diagnostics
    assert isinstance(found.message, NewsMessage)
    (article,) = parse(found.message.articles[0].content).elements
    title, *notes = [section.text() for section in article.elements[-2].elements]
    assert "参考资料" == title
    assert [
        "[1] 官网: https://a.cn/",
        "[2] 每周更新。",
        "[3] 公告: https://b.cn/",
        "[4] 原文有误。",
        "[5] 地图: https://c.cn/",
    ] == notes
    assert hold("qr") in serialized(article.elements[-2])
    assert ["看官网[1]。[2]", "见公告[3]和官网[1]。[4]", "找地图[5]"] == [
        each.text() for each in article.elements if each.name == "p"
    ]


def test_a_fault_in_a_note_of_the_header_is_told_in_the_header():
    header = "好[^1]\n\n[^1]: 图 ![](none.png)"
    (found,) = told(Brand(header="_shared/brand/footer.md"), **{"_shared/brand/footer.md": header})
    assert found.place is not None
    assert ("campaigns/_shared/brand/footer.md", 3) == (found.place.file, found.place.line)
