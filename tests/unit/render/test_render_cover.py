"""Covers: the parts that WeChat shows, and what is said about them."""

from typing import Any

import pytest
from render_inputs import Folder, news, render

from massctl.model.diagnostics import Diagnostic
from massctl.model.message import NewsMessage, RenderedArticle

COVER = "images/cover.jpg"


def rendered_with(
    cover: Any, size: tuple[int, int], number: int = 0
) -> tuple[RenderedArticle, list[Diagnostic]]:
    """The article of that number with the cover, and what is said of covers."""
    folder = Folder(
        {
            "spring/articles/main.md": "字",
            "spring/images/cover.jpg": "c",
            "spring/images/other.jpg": "o",
        }
    )
    folder.sizes["spring/images/cover.jpg"] = size
    articles: list[dict[str, Any]] = [{"cover": "images/other.jpg"} for _ in range(number)]
    found, diagnostics = render(news(*articles, {"cover": cover}), folder)
    assert found is not None, diagnostics
    assert isinstance(found.message, NewsMessage)
    return found.message.articles[number], [d for d in diagnostics if d.code.startswith("MC21")]


def test_a_plain_path_leaves_the_parts_to_wechat() -> None:
    article, said = rendered_with(COVER, (1080, 460))
    assert ({}, [], False) == (article.crops, said, "pic_crop_235_1" in article.document)


def test_a_focus_gives_both_parts() -> None:
    article, said = rendered_with({"file": COVER, "focus": [0.5, 0.3]}, (2000, 2000))
    crops = {"pic_crop_235_1": "0_0.087234_1_0.512766", "pic_crop_1_1": "0_0_1_1"}
    assert (crops, []) == (article.crops, said)
    assert crops == {key: article.document[key] for key in crops}


def test_a_part_that_is_written_out_wins_over_the_focus() -> None:
    cover = {"file": COVER, "crop_235_1": "0.0_0.50_1_0.925532", "focus": [0.5, 0.3]}
    article, _ = rendered_with(cover, (2000, 2000))
    assert {"pic_crop_235_1": "0_0.5_1_0.925532", "pic_crop_1_1": "0_0_1_1"} == article.crops


def test_the_file_may_be_a_template() -> None:
    article, _ = rendered_with({"file": "images/{{ 'cover' }}.jpg", "focus": [0, 0]}, (1000, 500))
    assert "0_0_0.5_1" == article.pic_crop_1_1


@pytest.mark.parametrize(
    ("size", "number", "codes"),
    [
        ((900, 383), 0, []),
        ((899, 383), 0, ["MC216"]),
        ((1080, 380), 0, ["MC216"]),
        ((2000, 2000), 0, ["MC217"]),
        ((4000, 900), 0, []),
        ((4800, 900), 0, ["MC217"]),
        ((1080, 460), 1, []),
        ((200, 200), 1, []),
        ((199, 199), 1, ["MC216"]),
        ((3000, 900), 1, ["MC217"]),
    ],
)
def test_a_cover_is_judged_by_what_the_list_shows(
    size: tuple[int, int], number: int, codes: list[str]
) -> None:
    assert codes == [each.code for each in rendered_with(COVER, size, number)[1]]


def test_who_says_which_part_means_it() -> None:
    assert [] == rendered_with({"file": COVER, "focus": [0.5, 0]}, (2000, 2000))[1]


def test_a_part_in_another_form_says_which_would_be_right() -> None:
    cover = {"file": COVER, "crop_235_1": "0_0_1_1", "crop_1_1": "0_0_1_0.5"}
    article, said = rendered_with(cover, (2000, 2000))
    assert ["MC218", "MC218"] == [each.code for each in said]
    assert (
        "crop_235_1 is 2000x2000 pixels of this cover, with the ratio 1.0:1 and not 2.35:1"
        == said[1].message
    )
    assert (
        "the largest part of that form around the same point is 0_0.287234_1_0.712766"
        == said[1].hint
    )
    assert "0_0_1_1" == article.pic_crop_235_1


def test_the_form_may_be_rounded() -> None:
    assert [] == rendered_with({"file": COVER, "crop_235_1": "0_0.3_1_0.73"}, (2000, 2000))[1]


def test_another_part_is_another_digest() -> None:
    folder = Folder({"spring/articles/main.md": "字", "spring/images/cover.jpg": "c"})
    plain, cut = ({"cover": COVER}, {"cover": {"file": COVER, "focus": [0.5, 0.5]}})
    one, other, again = (
        render(news(each), folder)[0] for each in (plain, cut, {"cover": {"file": COVER}})
    )
    digests = [each.digest for each in (one, other, again) if each is not None]
    assert [digests[0], digests[0]] == [digests[0], digests[2]]
    assert 2 == len(set(digests))
