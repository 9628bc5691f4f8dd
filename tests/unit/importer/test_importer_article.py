"""What is taken out of an article from elsewhere is named with its words and its place."""

import pytest

from massctl.importer.article import LOSSES_MAX, cleaned, pictures_of
from massctl.render.tree import parse


def losses(html: str) -> tuple[str, list[str]]:
    """Clean a body; return its text and what was taken out, in words."""
    tree, lost = cleaned(parse(html))
    return tree.text(), [str(each) for each in lost]


@pytest.mark.parametrize(
    "hiding",
    [
        "hidden",
        'style="display:none"',
        'style="color:red;visibility: hidden"',
        'style="opacity:0"',
        'style="opacity:0.0 !important"',
        'style="opacity:0%"',
        'style="display: NONE"',
        'style="display:block;display:none"',
        'style="visibility:collapse"',
        'style="font-size:0"',
        'style="color:transparent"',
        'style="color:rgba(0, 0, 0, 0)"',
        'style="height:0;overflow:hidden"',
        'style="position:absolute;left:-9999px"',
        'style="text-indent:-999px"',
        'style="content-visibility:hidden"',
        'style="clip-path:inset(100%)"',
        'style="transform:scale(0)"',
    ],
)
def test_words_that_a_page_hides_are_not_published(hiding: str) -> None:
    said = "hidden words after “甲”, which nobody sees there, are left out: “暗号”"
    assert ("甲乙", [said]) == losses(f"<p>甲<span {hiding}>暗号</span>乙</p>")


@pytest.mark.parametrize(
    "shown",
    [
        '<p style="opacity:0.5">淡</p>',
        '<p style="fill-opacity:0">字</p>',
        '<p style="display:block">字</p>',
        '<p>字<span style="display: none; line-height: 0px;">&zwj;</span></p>',
        '<section style="visibility:hidden">图<img src="a.png"></section>',
        '<section style="opacity:0">点<svg><text>开</text></svg></section>',
        '<p style="display:none;display:block">后说的算</p>',
        '<p style="opacity:0;animation:rise 1s forwards">升起</p>',
        '<section style="font-size:0"><span style="font-size:16px">有字号</span></section>',
        '<section style="height:0;padding-bottom:56%;overflow:hidden">有地方</section>',
        '<p style="color:transparent;background-clip:text">渐变</p>',
        '<p style="color:rgb(255, 0, 0)">红</p>',
        '<section style="line-height:0">行高</section>',
    ],
)
def test_what_may_be_seen_stays(shown: str) -> None:
    assert (parse(shown).text(), []) == losses(shown)


def test_what_shows_again_inside_something_hidden_stays() -> None:
    html = '<p>甲</p><p style="visibility:hidden">藏一<b style="visibility:visible">乙</b>藏二</p>'
    said = "hidden words after “甲”, which nobody sees there, are left out: “藏一藏二”"
    assert ("甲乙", [said]) == losses(html)


def test_nothing_of_a_part_that_is_not_there_is_published() -> None:
    html = '<p>甲</p><section style="display:none">内部<img src="a.png"></section>'
    said = "hidden words after “甲”, which nobody sees there, are left out: “内部”"
    assert ("甲", [said]) == losses(html)


def test_a_hidden_picture_is_left_out_and_one_that_is_loaded_late_is_not() -> None:
    html = (
        '<p>甲<img style="display:none" src="a.png"><img style="display:none" data-src="b.png"></p>'
    )
    tree, lost = cleaned(parse(html))
    said = "a hidden picture after “甲”, which nobody sees there, is left out"
    assert (["b.png"], [said]) == (pictures_of(tree), [str(each) for each in lost])


def test_many_hidden_parts_are_counted_as_what_they_are() -> None:
    _, told = losses("".join(f"<p>{number}<b hidden>B{number}</b></p>" for number in range(30)))
    said = "hidden words in 10 more places, which nobody sees there, are left out"
    assert (LOSSES_MAX + 1, said) == (len(told), told[-1])


def test_an_element_that_wechat_removes_is_named_with_its_words_and_place() -> None:
    said = "`<button>` after “末段”, with the words “点我”: WeChat removes it from articles"
    assert ("末段", [said]) == losses("<p>末段<button>点我</button></p>")


def test_an_element_before_all_words_stands_at_the_beginning() -> None:
    said = "`<iframe>` at the beginning: WeChat removes it from articles"
    assert ("字", [said]) == losses('<iframe src="a"></iframe><p>字</p>')


def test_what_somebody_would_read_in_a_field_is_named() -> None:
    said = "`<input>` after “名”, with the words “填写”: WeChat removes it from articles"
    html = '<p>名<input value="填写"><input type="hidden" value="token"></p>'
    assert ("名", [said]) == losses(html)


def test_many_lost_elements_are_counted() -> None:
    html = "".join(f"<p>{number}<button>B{number}</button></p>" for number in range(30))
    _, told = losses(html)
    assert (LOSSES_MAX + 1, "`<button>` (10×): WeChat removes it from articles") == (
        len(told),
        told[-1],
    )
