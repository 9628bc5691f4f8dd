import pytest
from render_inputs import (
    Folder,
    body,
    hold,
    lines,
    markdown_to_html,
    news,
    page,
    rendered,
    sha,
    wrong,
)

from massctl.model.diagnostics import Fault
from massctl.model.message import Purpose
from massctl.render.html_article import html_article
from massctl.render.paths import picture_paths, template_path


@pytest.mark.parametrize(
    ("written", "file", "expected"),
    [
        ("a.png", "c/articles/x.md", ["c/articles/a.png", "c/a.png"]),
        ("./a.png", "c/articles/x.md", ["c/articles/a.png", "c/a.png"]),
        ("../images/a.png", "c/articles/x.md", ["c/images/a.png"]),
        ("images//a.png", "c/x.md", ["c/images/a.png"]),
        ("_shared/a.png", "c/articles/x.md", ["_shared/a.png"]),
        ("_shared/./x/../a.png", "c/articles/x.md", ["_shared/a.png"]),
        ("../../_shared/a.png", "c/articles/x.md", ["_shared/a.png"]),
        ("a.png", "_shared/articles/x.md", ["_shared/articles/a.png", "c/a.png"]),
        ("a%20b.png", "c/x.md", ["c/a%20b.png", "c/a b.png"]),
        ("%2e%2e/d/a.png", "c/x.md", ["c/%2e%2e/d/a.png"]),
        ("../c/a.png", "c/x.md", ["c/a.png"]),
    ],
)
def test_where_a_picture_may_be(written: str, file: str, expected: list[str]) -> None:
    assert expected == picture_paths(written, file, "c")


@pytest.mark.parametrize(
    "written",
    [
        "/a.png",
        "../../a.png",
        "../../d/a.png",
        "../../../c/a.png",
        "_shared/../d/a.png",
        "a\\b.png",
        "C:\\li\\b.png",
        "D:/b.png",
        "a\0.png",
        "..",
        "_shared",
    ],
)
def test_where_a_picture_may_not_be(written: str) -> None:
    found = picture_paths(written, "c/articles/x.md", "c")
    assert isinstance(found, Fault), found
    assert "MC202" == found.code


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a.md", "c/a.md"),
        ("./a.md", "c/a.md"),
        ("x//a.md", "c/x/a.md"),
        ("_shared/a.md", "_shared/a.md"),
        ("d/a.md", "c/d/a.md"),
    ],
)
def test_where_a_template_is(written: str, expected: str) -> None:
    assert expected == template_path(written, "c")


@pytest.mark.parametrize(
    "written", ["../a.md", "a/../b.md", "/a.md", "a\\b.md", "_shared/../d/a.md", "a\0b"]
)
def test_where_a_template_may_not_be(written: str) -> None:
    found = template_path(written, "c")
    assert isinstance(found, Fault)
    assert "MC022" == found.code


def test_a_picture_beside_the_article_wins() -> None:
    assert hold("near") in body(
        "![](a.png)", {"spring/articles/a.png": "near", "spring/a.png": "far"}
    )


def test_a_picture_is_looked_for_in_the_campaigns_folder_next() -> None:
    assert hold("far") in body("![](images/图.png)", {"spring/images/图.png": "far"})


def test_a_damaged_picture_is_not_looked_for_elsewhere() -> None:
    files = {"spring/articles/a.png": "broken", "spring/a.png": "good"}
    assert [("MC203", 1, 5)] == lines(wrong("![](a.png)", files))


def test_a_missing_picture_is_named_with_every_place_that_was_searched() -> None:
    found = wrong("a\n\n中![](no.png)")
    assert [("MC201", 3, 6)] == lines(found)
    places = "campaigns/spring/articles/no.png, campaigns/spring/no.png"
    assert f"there is no picture no.png; searched: {places}" == found[0].message
    assert found[0].hint is not None
    assert found[0].excerpt is not None
    assert "中![](no.png)" == found[0].excerpt.written


def test_a_missing_picture_of_a_macro_is_found_in_the_macros_file() -> None:
    files = {"_shared/m.md": "{% macro f() %}\n![](_shared/no.png){% endmacro %}"}
    found = wrong('{% import "_shared/m.md" as m %}{{ m.f() }}', files, "main.md.j2")
    assert [("MC201", 2, 5)] == lines(found)
    assert found[0].place is not None
    assert "campaigns/_shared/m.md" == found[0].place.file


def test_a_loop_makes_a_fault_once() -> None:
    text = "{% for i in [1, 2, 3] %}![](no.png){% endfor %}"
    assert [("MC201", 1, 29)] == lines(wrong(text, {}, "main.md.j2"))


def test_a_picture_whose_name_was_computed_is_at_the_key() -> None:
    found = wrong("![]({{ 'no' ~ '.png' }})", {}, "main.md.j2")
    assert found[0].place is not None
    assert "campaigns/spring/campaign.yaml:mpnews.articles.0.content" == found[0].place.file


def test_pictures_are_listed_once_in_order_of_first_use() -> None:
    files = {
        "spring/articles/1.md": "![](b.png)![](a.png)![](b.png)",
        "spring/articles/2.md": "![](a.png)![](g.gif)",
        "spring/articles/a.png": "A",
        "spring/articles/b.png": "B",
        "spring/articles/g.gif": "G",
        "spring/1.jpg": "one",
        "spring/2.jpg": "A",
    }
    folder = Folder(files)
    found = rendered(
        news(
            {"content": "articles/1.md", "cover": "1.jpg"},
            {"content": "articles/2.md", "cover": "2.jpg"},
        ),
        folder,
    )
    expected = [
        (sha("one"), Purpose.MATERIAL),
        (sha("B"), Purpose.IMAGE),
        (sha("A"), Purpose.IMAGE),
        (sha("A"), Purpose.MATERIAL),
        (sha("G"), Purpose.MATERIAL),
    ]
    assert expected == [(p.sha256, p.purpose) for p in found.pictures]
    assert len(folder.asked) == len(set(folder.asked))


@pytest.mark.parametrize("length", [900, 901, 100_000])
def test_a_path_that_no_file_can_have_is_cut_in_what_is_said(length: int):
    written = "x" * length
    for found, code in (
        (template_path(written, "c"), "MC105"),
        (picture_paths(written, "c/a.md", "c"), "MC201"),
    ):
        if length == 900:
            assert not isinstance(found, Fault)
        else:
            assert isinstance(found, Fault)
            assert (code, True) == (
                found.code,
                found.message.endswith("… is too long for a file name"),
            )
            assert len(found.message) < 200


def test_a_number_sign_is_no_picture():
    """In a drawing `href` may refer to a part of it; the `src` of a picture never does."""
    files = {"c/a.html": "x"}
    article = page(files)
    assert "<use" in html_article('<svg><image href="#x"/><use href="#x"/></svg>', article)[0]
    assert [] == article.faults
    html_article('<img src="#x">', article)[0]
    assert ["MC201"] == [fault.code for fault in article.faults]


def test_of_an_address_written_twice_the_faulty_one_is_the_place() -> None:
    files = {"spring/articles/大图 空格.png": "x"}
    text = "![图](<大图 空格.png>)\n\n大图 空格.png\n\n![图](大图 空格.png)"
    assert [("MC201", 5, 6)] == lines(wrong(text, files))
    assert [("MC312", 3, 5)] == lines(wrong("[甲](<https://a.cn/b c>)\n\n[甲](https://a.cn/b c)"))[
        -1:
    ]


def in_a_row(text: str, **sizes: tuple[int, int]) -> str:
    """Markdown of the pictures of `sizes`, with `A` for the address of `a.png`."""
    at = page({f"spring/articles/{name}.png": name for name in sizes})
    at.pictures.inputs.sizes.update(
        {f"spring/articles/{name}.png": size for name, size in sizes.items()}
    )
    html = markdown_to_html(text, at)
    assert [] == at.faults
    for name in sizes:
        html = html.replace(hold(name), name.upper())
    return html


def cell(picture: str, width: str, gap: str = ";margin-left:2%", data_w: int = 800) -> str:
    inner = f'<img src="{picture[0]}" data-w="{data_w}" alt="图" style="width:100%">{picture[1:]}'
    return f'<section style="display:inline-block;width:{width}%{gap};vertical-align:top">{inner}</section>'


def test_pictures_on_one_line_stand_side_by_side_at_one_height() -> None:
    expected = f'<section class="figure">{cell("A", "65.33", "")}{cell("B", "32.66")}</section>'
    assert expected == in_a_row("![图](a.png)![图](b.png)", a=(800, 400), b=(800, 800))
    assert f"<blockquote>{expected}</blockquote>" == in_a_row(
        "> ![图](a.png) ![图](b.png)", a=(800, 400), b=(800, 800)
    )


def test_four_pictures_are_two_rows_and_five_begin_with_three() -> None:
    four = in_a_row("![图](a.png)" * 4, a=(800, 600))
    row = f"{cell('A', '49', '')}{cell('A', '49')}"
    assert (
        f'<section class="figure"><section>{row}</section><section style="margin-top:2%">{row}</section></section>'
        == four
    )
    five = in_a_row("![图](a.png)" * 5, a=(800, 600))
    assert [3, 2] == [part.count("<img") for part in five.split("margin-top:2%")]


@pytest.mark.parametrize(
    "text",
    ["![图](a.png)\n![图](b.png)", "![图](a.png)\n\n![图](b.png)", "![图](a.png)\\\n![图](b.png)"],
)
def test_pictures_on_lines_of_their_own_stand_below_each_other(text: str) -> None:
    expected = "".join(f'<img src="{name}" data-w="800" alt="图">' for name in "AB")
    assert expected == in_a_row(text, a=(800, 600), b=(800, 600))


def test_each_picture_of_a_row_has_its_caption_or_the_last_one_has_that_of_all() -> None:
    caption = '<section class="caption">题</section>'
    both = f"{cell('A' + caption, '49', '')}{cell('B' + caption, '49')}"
    sizes = {"a": (800, 600), "b": (800, 600)}
    assert f'<section class="figure">{both}</section>' == in_a_row(
        '![图](a.png "题") ![图](b.png "题")', **sizes
    )
    one = f"{cell('A', '49', '')}{cell('B', '49')}{caption}"
    assert f'<section class="figure">{one}</section>' == in_a_row(
        '![图](a.png) ![图](b.png "题")', **sizes
    )
    first = f"{cell('A' + caption, '49', '')}{cell('B', '49')}"
    assert f'<section class="figure">{first}</section>' == in_a_row(
        '![图](a.png "题") ![图](b.png)', **sizes
    )


@pytest.mark.parametrize(
    "text",
    [
        '<p><img src="a.png" width="90"> <img src="b.png"></p>',
        '<p><img src="a.png" style="margin:0"><img src="b.png"></p>',
        "![](a.png) ![](s.png)",
        "[![](a.png)](https://mp.weixin.qq.com/s/1) ![](b.png)",
    ],
)
def test_what_has_a_width_or_a_link_of_its_own_is_put_into_no_row(text: str) -> None:
    assert "inline-block" not in in_a_row(text, a=(800, 600), b=(800, 600), s=(64, 64))


def test_a_picture_of_a_row_that_is_missing_is_told_once() -> None:
    at = page({"spring/articles/a.png": "A"})
    markdown_to_html("![](a.png) ![](none.png)", at)
    assert ["MC201"] == [fault.code for fault in at.faults]


def test_back_slashes_are_told_as_such() -> None:
    found = picture_paths("..\\images\\a.png", "c/articles/x.md", "c")
    assert isinstance(found, Fault)
    assert ("MC202", "write ../images/a.png") == (found.code, found.hint)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("x.png", ["north/c/articles/x.png", "north/c/x.png"]),
        ("../x.png", ["north/c/x.png"]),
        ("../../x.png", None),
        ("../../d/x.png", None),
        ("../../../_shared/x.png", ["_shared/x.png"]),
        ("_shared/x.png", ["_shared/x.png"]),
    ],
)
def test_a_path_in_a_group_reaches_its_own_campaign_alone(
    written: str, expected: list[str] | None
) -> None:
    found = picture_paths(written, "north/c/articles/x.md", "north/c")
    assert expected == (found if isinstance(found, list) else None)
    assert "north/c/articles/x.md" == template_path("articles/x.md", "north/c")
