"""What browsers read in another way than it looks, so that something forbidden could hide in it."""

import pytest
from render_inputs import body, hold, lines, wrong

from massctl.render.limits import ContentLimit, content_faults


@pytest.mark.parametrize("comment", ["<!-->", "<!--->", "<!-- a --!>", "<!---->", "<!-- a -->"])
def test_behind_the_end_of_a_comment_things_are_forbidden_again(comment):
    found = wrong(f"<p>字</p>{comment}<script>x</script>-->", name="main.html")
    assert ["MC308"] == [each.code for each in found]


def test_an_image_outside_of_a_drawing_is_a_picture():
    """Browsers take `image` for `img`."""
    files = {"spring/images/a.png": "a"}
    assert f'<image src="{hold("a")}">' == body('<image src="../images/a.png">', files, "main.html")


@pytest.mark.timeout(60)  # Minutes, where it grows with the square.
@pytest.mark.parametrize("piece", ["<", "</", "<!", "<img "])
def test_a_body_of_openings_without_an_end_is_measured_at_once(piece):
    """Each of them was once followed to the end."""
    assert ["MC304"] == [
        fault.code for fault in content_faults(piece * 150_000, ContentLimit("main", 20_000))
    ]


@pytest.mark.parametrize("tag", ['<p a=b">', '<p "a>', "<p a='b'\">", '<p a="b"\'>', "<p a=b'>"])
def test_a_quotation_mark_that_quotes_nothing_hides_nothing(tag):
    """Browsers know quotation marks behind an equals sign only."""
    found = wrong(f"{tag}<script>x</script>\">'>字</p>", name="main.html")
    assert [("MC308", 1, len(tag) + 1)] == lines(found)[1:]


def test_an_address_without_quotation_marks_goes_up_to_the_next_blank():
    address = "https://mmbiz.qpic.cn/x/0?wx_fmt=png&from=<a"
    assert f"<img src={address} alt=b>" == body(f"<img src={address} alt=b>", name="main.html")
    assert ["MC201"] == [each.code for each in wrong("<img src=<p>", name="main.html")]


@pytest.mark.parametrize("tag", ["script", "iframe", "p", "b", "img src=no.png", "mpvoice"])
def test_what_the_scan_overlooks_stops_the_article(tag: str, monkeypatch: pytest.MonkeyPatch):
    """The parser has the last word: an element that came of no tag is one that markup hides."""
    monkeypatch.setattr("massctl.render.tree.tags", lambda _: iter(()))
    found = wrong(f"<p>字</p>\n<{tag}>x", name="main.html")
    assert ("MC308", 2, 1) in lines(found) if tag != "p" else [] == found


@pytest.mark.parametrize(
    "html", ["字<td>a</td>", "<p>字</p><tr>", "字<col>", "<p>字</p><caption>a</caption>"]
)
def test_a_tag_that_browsers_pass_over_has_its_place(html: str):
    assert [
        ("MC308", 1, html.index("<", html.find("</p>") + 1 if "</p>" in html else 0) + 1)
    ] == lines(wrong(html, name="main.html"))


def test_elements_that_a_parser_makes_by_itself_hide_nothing():
    for html in (
        "<table><td>a</table>",
        "a</p>b",
        "a</br>b",
        "<table><col><tr><td>a</table>",
        "<b><p>a</b>b</p>",
    ):
        assert html == body(html, name="main.html")


@pytest.mark.parametrize(
    ("html", "column"),
    [
        ("<p>a</p><!-- 没关 <p>正文</p>", 9),
        ("<p>a</p><!-- 没关 <p>正文</p><!-- 第二个 --><p>b</p>", 9),
        ("<p>a</p><!正文", 9),
    ],
)
def test_a_comment_that_hides_what_follows_is_told_where_it_begins(html: str, column: int):
    assert [("MC308", 1, column)] == lines(wrong(html, name="main.html"))


@pytest.mark.parametrize(
    "comment", ["<!--[if !mso]><!-->", "<!--<![endif]-->", "<!-- a -- b > c -->", "<!doctype html>"]
)
def test_a_comment_with_its_own_end_is_no_fault(comment: str):
    assert f"{comment}<p>字</p>" == body(f"{comment}<p>字</p>", name="main.html")


@pytest.mark.parametrize("name", ["main.html", "main.md"])
@pytest.mark.parametrize(
    ("html", "column"),
    [
        ('<p title="未闭合>x</p><p style="a">正文</p>', 4),
        ('<p title="未闭合>x</p><p style="">正文</p>', 4),
        ('<p style="font-family:"微软雅黑";color:red">字</p>', 4),
        ('<p style="font-family:" 微软雅黑 ";color:red">字</p>', 4),
        ('<p style=color:red">字</p>', 4),
        ('<p>字</p><p data-a="x>后<b class="y">字</b></p>', 12),
        ('<p title="a>他说" 好<b>后</b></p>', 4),
    ],
)
def test_a_quotation_mark_that_takes_text_along_is_told_at_its_place(
    name: str, html: str, column: int
):
    assert ("MC308", 1, column) in lines(wrong(html, name=name))


@pytest.mark.parametrize(
    "attributes",
    [
        'title="a > b"',
        "title='<script>'",
        'data-x="a"data-y=\'{"b":"<p>c</p>"}\'',
        "title='他说\"好\"'",
        'style="content:&quot;微软&quot;" title="a>b<c"',
        "title='a\nb'",
    ],
)
def test_an_honest_attribute_is_no_fault(attributes: str):
    html = f"<p {attributes}>字</p>"
    assert html == body(html, name="main.html")
