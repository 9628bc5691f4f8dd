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
        ('<section class="code">a</section>', '<section style="letter-spacing:0;color:red">a</section>'),
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
        ("<table style='text-align:left'><tr><td>a</td></tr></table>", "<table><tr><td>a</td></tr></table>"),
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
                "<table><thead><tr><td>a</td></tr></thead><tr><td>b</td></tr>"
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
    assert '<section style="text-indent:-1em"><section style="padding:0 0 0 1em">a</section></section>' in html
