"""Styles on elements: what is inherited is said once, and blanks are as short as an article needs them."""

import pytest
from render_inputs import with_styles

CSS = (
    ".article{text-align:left;letter-spacing:1px}.mid{text-align:center}"
    ".code{letter-spacing:0;text-align:left;color:red}"
)


def inlined(html: str, css: str = CSS) -> str:
    return (
        with_styles(html, css)
        .removeprefix('<section style="text-align:left;letter-spacing:1px">')
        .removesuffix("</section>")
    )


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<section class="code">a</section>',
            '<section style="letter-spacing:0;color:red">a</section>',
        ),
        (
            '<section class="mid"><section class="code">a</section></section><p class="code">b</p>',
            (
                '<section style="text-align:center"><section style="letter-spacing:0;text-align:left;color:red">a'
                '</section></section><p style="letter-spacing:0;color:red">b</p>'
            ),
        ),
        ('<p style="text-align:left">a<br>b</p>', "<p>a<br>b</p>"),
        ('<p style="color:red;text-align:left">a</p>', '<p style="color:red">a</p>'),
        ('<span style="text-align:left">a</span>', "a"),
        ('<p style="letter-spacing:1px">a</p>', "<p>a</p>"),
        (
            '<p class="code"><b style="letter-spacing:1em"><span style="letter-spacing:0">b</span></b></p>',
            (
                '<p style="letter-spacing:0;color:red"><b style="letter-spacing:1em">'
                '<span style="letter-spacing:0">b</span></b></p>'
            ),
        ),
        (
            '<p style="font-family:&quot;a&quot;;color:red;text-align:left">a</p>',
            '<p style="font-family:&quot;a&quot;;color:red">a</p>',
        ),
        (
            '<p title="text-align:left" style="text-align:left;color:red;font-family:&quot;a&quot;">a</p>',
            '<p title="text-align:left" style="color:red;font-family:&quot;a&quot;">a</p>',
        ),
        (
            "<table><tbody><tr><th><section style='text-align:left'>a</section></th></tr></tbody></table>",
            '<table><tr><th><section style="text-align:left">a</section></th></tr></table>',
        ),
        (
            "<table style='text-align:left'><tr><td>a</td></tr></table>",
            "<table><tr><td>a</td></tr></table>",
        ),
        (
            '<section class="mid"><table style="text-align:left"><tr><td>a</td></tr></table></section>',
            '<section style="text-align:center"><table style="text-align:left"><tr><td>a</td></tr></table></section>',
        ),
        (
            (
                "<table><thead><tr><td>a</td></tr></thead><tbody><tr><td>b</td></tr></tbody>"
                '<tbody style="color:red"><tr><td>c</td></tr></tbody></table>'
            ),
            (
                "<table><tr><td>a</td></tr><tr><td>b</td></tr>"
                '<tbody style="color:red"><tr><td>c</td></tr></tbody></table>'
            ),
        ),
        ('<h2 style="text-align:left">a</h2>', '<h2 style="text-align:left">a</h2>'),
    ],
)
def test_what_is_inherited_is_said_once(html: str, expected: str) -> None:
    assert expected == inlined(html)


def test_a_list_says_once_how_its_entries_hang() -> None:
    html = with_styles(
        '<section class="list"><section class="item">a</section></section>',
        ".list{text-indent:-1em}.item{padding:0 0 0 1em}",
    )
    assert (
        '<section style="text-indent:-1em"><section style="padding:0 0 0 1em">a</section></section>'
        in html
    )


def shortened(html: str, css: str = "") -> str:
    css = ".article{text-align:left;font-size:16px}" + css
    return with_styles(html, css).removeprefix('<section style="text-align:left;font-size:16px">')[
        : -len("</section>")
    ]


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("margin:2.5em 0 .6em", "margin:40px 0 .6em"),
        ("font-size:1.25em;padding:.25em;margin:-1.5em", "font-size:20px;padding:5px;margin:-30px"),
        ("font-size:130%;margin:1.5em", "font-size:130%;margin:1.5em"),
        ("font:.875em/1.5 Menlo;padding:.5em", "font:.875em/1.5 Menlo;padding:7px"),
        (
            "font-size:20px;font-size:larger;margin:1.5em",
            "font-size:20px;font-size:larger;margin:1.5em",
        ),
        ("text-indent:1.5em;width:2.5em", "text-indent:1.5em;width:2.5em"),
        ("margin:1.5em;background:url(a b.5em)", "margin:1.5em;background:url(a b.5em)"),
        ("padding:0 0", ""),
        ("padding:0;color:red", "color:red"),
        ("padding:0;padding-left:3px", "padding:0;padding-left:3px"),
    ],
)
def test_an_equal_length_is_written_in_the_shorter_unit(style: str, expected: str) -> None:
    opening = f'<section style="{expected}">' if expected else "<section>"
    assert f"{opening}a</section>" == shortened(f'<section style="{style}">a</section>')


def test_a_font_size_that_only_a_browser_knows_changes_no_unit() -> None:
    html = '<h2 style="margin:2.5em 0"><span style="padding:1.5em">a</span></h2>'
    assert html == shortened(html)
    assert "padding:1.5em" in with_styles('<p style="padding:1.5em">a</p>', "")


HEADING = "h2{font-size:20px;text-wrap:pretty;padding:0 8%}.in{display:inline-block;color:red}"


@pytest.mark.parametrize(
    ("words", "css", "wraps"),
    [
        ("七个字的小标题", "", False),
        ("七个字的<strong>小标题</strong>", "", False),
        ("八个字也是小标题", "", True),
        ("七个字的小标题", ".article{letter-spacing:1px}", True),
        ("七个字的小标题", ".article{letter-spacing:1px}h2{letter-spacing:0}", False),
        ("七个字<br>的小标题", "", True),
        ("七个字的<code>小标题</code>", "", True),
        ('七个字的<strong style="font-size:3em">小标题</strong>', "", True),
        ("七个字的小标题", "h2{font-size:120%}", True),
        ("七个字的小标题", ".article{font-size:larger}", True),
    ],
)
def test_a_heading_of_one_line_does_not_say_how_it_wraps(words: str, css: str, wraps: bool) -> None:
    found = with_styles(
        f'<h2><span class="in">{words}</span></h2>',
        ".article{font-size:16px;text-align:left}" + HEADING + css,
    )
    assert wraps is ("text-wrap:pretty" in found)
    assert wraps is ("padding:0 8%" in found)
    assert wraps is ("display:inline-block" in found)


@pytest.mark.parametrize(
    ("html", "css"),
    [
        ('<h2><span class="in">题</span></h2>', "h2{text-align:center}"),
        ('<h2>一 <span class="in">题</span></h2>', ""),
        ('<h2><span class="in">题</span></h2>', ".in{width:3em}"),
        ('<h2><span class="in">题</span></h2>', ".in{margin:0 1px}"),
    ],
)
def test_words_that_are_not_at_the_left_of_their_heading_stay_in_its_line(
    html: str, css: str
) -> None:
    assert "display:inline-block" in shortened(html, HEADING + css)


PICTURE = "img{display:block;max-width:100%;margin:0 auto 1em}"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('data-w="677"', "display:block;width:100%;margin:0 0 1em"),
        ('data-w="676"', "display:block;max-width:100%;margin:0 auto 1em"),
        ("", "display:block;max-width:100%;margin:0 auto 1em"),
        (
            'data-w="1080" style="width:50%"',
            "display:block;max-width:100%;margin:0 auto 1em;width:50%",
        ),
        (
            'data-w="1080" style="margin-left:3px"',
            "display:block;max-width:100%;margin:0 auto 1em;margin-left:3px",
        ),
    ],
)
def test_a_picture_that_is_wider_than_the_column_fills_it(attributes: str, expected: str) -> None:
    assert f'style="{expected}"' in shortened(f'<img src="a.png" {attributes}>', PICTURE)


@pytest.mark.parametrize(
    ("before", "style", "is_shorter"),
    [
        ('<p style="margin:0 0 1em">a</p>', "margin:0 0 1em", True),
        ('<p style="margin:0 0 16px">a</p>', "margin:0 0 1em", True),
        ('<section style="margin:1.25em">a</section>', "margin:0 0 1em", True),
        ('<h2 style="font-size:20px;margin:3em 0 1em">a</h2>', "margin:0 0 1em", True),
        ('<p style="margin:0 0 .9em">a</p>', "margin:0 0 1em", False),
        ('<h2 style="margin:3em 0 2em">a</h2>', "margin:0 0 1em", False),
        ('<p style="margin:0 0 5%">a</p>', "margin:0 0 1em", False),
        ('<p style="margin:0 0 2em;margin-bottom:0">a</p>', "margin:0 0 1em", False),
        ('<section style="display:flex;margin:0 0 1em">a</section>', "margin:0 0 1em", False),
        ('<section style="float:left;margin:0 0 1em">a</section>', "margin:0 0 1em", False),
        ('<p style="margin:0 0 1em">a</p>字', "margin:0 0 1em", False),
        ("<p>a</p>", "margin:0 0 1em", False),
        ("", "margin:0 0 1em", False),
        ('<p style="margin:0 0 1em">a</p>', "margin:0 0 1em;display:inline-block", False),
    ],
)
def test_a_margin_above_that_collapses_makes_the_style_shorter(
    before: str, style: str, is_shorter: bool
) -> None:
    found = shortened(f'{before}<p style="{style}">b</p>')
    expected = "margin:1em 0" if is_shorter else style
    assert f'<p style="{expected}">b</p>' in found


def test_no_margin_collapses_in_an_article_that_is_no_plain_block() -> None:
    html = '<p style="margin:0 0 1em">a</p>' * 2
    assert html in shortened(html, ".article{display:flex}")


def test_a_picture_is_a_block_whose_margins_collapse() -> None:
    found = shortened('<p style="margin:0 0 1em">a</p><img src="a.png">', PICTURE)
    assert 'style="display:block;max-width:100%;margin:1em auto"' in found
