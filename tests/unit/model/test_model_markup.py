"""A body is read as parts, without the styles that are surely looks."""

import pytest

from massctl.model.markup import Part, declarations, parts_of


def test_words_elements_and_whole_drawings_are_parts() -> None:
    html = '<p class="b" align="a" style="color: #abc">你 <!-- x -->好<br></p><svg><g/></svg>'
    assert [
        Part("p", (("align", "a"), ("class", "b"), ("style.color", "#aabbcc"))),
        Part("", (("", "你好"),)),
        Part("br"),
        Part("/br"),
        Part("/p"),
        Part("svg", (("", "<svg><g></g></svg>"),)),
    ] == parts_of(html)


@pytest.mark.parametrize(
    ("style", "left"),
    [
        ("text-align: center; font-family: 'A B', serif; max-width:100%;", []),
        ("COLOR: RGB(1, 2, 255)", [("style.color", "#0102ff")]),
        ("font-weight: a{}", [("style.font-weight", "a{}")]),
        ("font-weight: bold/*", [("style.font-weight", "bold/*")]),
        ("font-family: 'a", [("style.font-family", "'a")]),
        ("display: no  ne", [("style.display", "no ne")]),
    ],
)
def test_what_is_surely_looks_is_left_out(style: str, left: list[tuple[str, str]]) -> None:
    assert left == [*declarations(style)]
