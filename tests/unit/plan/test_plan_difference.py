"""What changed between two versions of a campaign, for who reads it."""

from dataclasses import replace
from typing import Any

import pytest
from building import OPEN, article, audience, news, picture, sha, text
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.lock import LockedSend, version_of
from massctl.model.message import Picture, Purpose, RenderedArticle, RenderedCampaign
from massctl.plan.review_diff import (
    ArticleChanged,
    Base,
    BaseKind,
    Difference,
    FieldChanged,
    LinkChanged,
    PictureChanged,
    WordsChanged,
    difference,
)

LOCK = Base(BaseKind.LOCK)
PICTURES = (picture("hero"), picture("second"), picture("cover", Purpose.MATERIAL), picture("other", Purpose.MATERIAL))


def compared(before: RenderedCampaign, after: RenderedCampaign) -> Difference:
    return difference(LOCK, version_of(before), version_of(after))


def sale(*articles: RenderedArticle, pictures: tuple[Picture, ...] = PICTURES, **changes: Any) -> RenderedCampaign:
    return news("sale", *articles, pictures=pictures, **changes)


def only(found: Difference) -> ArticleChanged:
    (changed,) = found.articles
    return changed


bodies = st.lists(
    st.sampled_from(["<p>早</p>", "<p>晚安</p>", "<h2>题</h2>", f'<img src="massctl-picture:{sha("hero")}">'])
)
articles = st.lists(
    st.builds(
        article, st.sampled_from(["甲", "乙", "丙"]), content=bodies.map("".join), need_open_comment=st.booleans()
    ),
    min_size=1,
    max_size=8,
)


@given(articles)
def test_a_version_against_itself_has_no_difference(written: list[RenderedArticle]):
    assert Difference(LOCK) == compared(sale(*written), sale(*written))


@given(articles, articles)
def test_what_came_one_way_went_the_other(one: list[RenderedArticle], other: list[RenderedArticle]):
    there, back = compared(sale(*one), sale(*other)), compared(sale(*other), sale(*one))
    came = [each.was is None for each in there.articles].count(True)
    went = [each.number is None for each in back.articles].count(True)
    assert came == went
    assert len(other) - len(one) == came - [each.number is None for each in there.articles].count(True)


@given(articles, articles)
def test_articles_that_differ_are_told(one: list[RenderedArticle], other: list[RenderedArticle]):
    assert bool(one != other) == bool(compared(sale(*one), sale(*other)).articles)


@pytest.mark.parametrize(
    ("changes", "key", "before", "after"),
    [
        ({"title": "夏季大促"}, "title", "春季大促", "夏季大促"),
        ({"author": ""}, "author", "编辑部", ""),
        ({"digest": "两天"}, "digest", "三天，错过等一年", "两天"),
        ({"content_source_url": "https://x.example"}, "content_source_url", "", "https://x.example"),
        ({"pic_crop_235_1": "0_0_1_0.5"}, "pic_crop_235_1", "", "0_0_1_0.5"),
        ({"pic_crop_1_1": "0_0_0.5_1"}, "pic_crop_1_1", "", "0_0_0.5_1"),
        ({"need_open_comment": False}, "need_open_comment", True, False),
        ({"only_fans_can_comment": True}, "only_fans_can_comment", False, True),
    ],
)
def test_a_changed_field_is_told_with_old_and_new(changes: dict[str, Any], key: str, before: object, after: object):
    (change,) = only(compared(sale(article()), sale(replace(article(), **changes)))).changes
    assert isinstance(change, FieldChanged)
    assert (key, before, after) == (change.key, change.before, change.after)


def test_changed_words_are_told():
    (change,) = only(
        compared(sale(article(content="<p>原价1999元，</p>")), sale(article(content="<p><b>原价</b>1899元，</p>")))
    ).changes
    assert isinstance(change, WordsChanged)
    assert ["原价", "1999", "1899", "元，"] == [piece.text for piece in change.pieces]


def test_a_picture_with_other_bytes_is_told_by_its_file():
    hero, second = (f'<p>你好</p><img src="massctl-picture:{sha(name)}">' for name in ("hero", "second"))
    (change,) = only(compared(sale(article(content=hero)), sale(article(content=second)))).changes
    assert isinstance(change, PictureChanged)
    assert not change.is_cover
    assert change.before is not None
    assert change.after is not None
    assert ("images/hero.png", "images/second.png") == (change.before.path, change.after.path)


def test_a_new_cover_is_told():
    (change,) = only(compared(sale(article()), sale(article(cover=sha("other"))))).changes
    assert isinstance(change, PictureChanged)
    assert change.is_cover


def test_a_cover_that_the_lock_does_not_list_has_no_file():
    (change,) = only(compared(sale(article()), sale(article(cover=sha("nowhere"))))).changes
    assert isinstance(change, PictureChanged)
    assert change.after is not None
    assert change.after.path is None


def test_a_link_that_leads_elsewhere_is_told():
    here, there = (f'<p><a href="https://mp.weixin.qq.com/s/{name}">点</a></p>' for name in "ab")
    changes = only(compared(sale(article(content=here)), sale(article(content=there)))).changes
    assert (
        LinkChanged("https://mp.weixin.qq.com/s/a", added=False),
        LinkChanged("https://mp.weixin.qq.com/s/b", added=True),
    ) == changes


def test_markup_alone_is_no_change_to_readers():
    found = compared(sale(article(content="<p>早</p>")), sale(article(content='<p style="color:red">早</p>')))
    assert only(found).is_layout_only
    assert found.same_to_readers


def test_an_article_that_is_new_or_gone_is_told_by_what_it_holds():
    one = article("甲", content="<p>一二三</p>", cover=sha("a"))
    other = article("乙", content=f'<p>四五</p><img src="massctl-picture:{sha("hero")}">', cover=sha("b"))
    come = only(compared(sale(one), sale(other, one)))
    gone = only(compared(sale(other, one), sale(one)))
    assert ArticleChanged(1, None, "乙", characters=2, pictures=1) == come
    assert ArticleChanged(None, 1, "乙", characters=2, pictures=1) == gone


def test_an_article_that_moved_is_told_and_one_that_was_pushed_down_is_not():
    a, b, c = (article(title, content=f"<p>{title}</p>") for title in "甲乙丙")
    moved = only(compared(sale(a, b, c), sale(c, a, b)))
    assert (1, 3, "丙", True) == (moved.number, moved.was, moved.title, moved.is_moved)
    assert not moved.is_layout_only


def test_who_gets_it_when_is_told():
    before = sale(window=None)
    after = sale(window=OPEN, audience=audience(tag_id=7), edition=2, send_ignore_reprint=True)
    found = compared(before, after)
    assert ["the edition", "the audience", "the window", "the flag send_ignore_reprint"] == [
        part.what for part in found.frame
    ]
    assert [1, 2] == [found.frame[0].before, found.frame[0].after]
    assert isinstance(found.frame[2].after, LockedSend)
    assert found.same_to_readers


def test_a_text_is_compared_line_by_line():
    found = compared(text(content="周日改到十点半。\n老地方"), text(content="周日改到十一点。\n老地方"))
    (change,) = found.text
    assert ["周日改到十", "点半", "一点", "。"] == [piece.text for piece in change.pieces]
    assert not found.same_to_readers


def test_news_in_place_of_a_text_is_all_new():
    before, after = text("sale", content="改时间了"), sale(article())
    assert 1 == len(compared(before, after).text)
    assert [None] == [each.was for each in compared(before, after).articles]
    assert [None] == [each.number for each in compared(after, before).articles]
