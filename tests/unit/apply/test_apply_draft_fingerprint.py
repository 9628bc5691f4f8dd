"""What a reader would miss, and nothing else, makes two drafts different."""

import pytest
from copies import replace
from hypothesis import given
from hypothesis import strategies as st

from massctl.apply.draft_fingerprint import (
    console_changes,
    differences,
    draft_facts,
    draft_sha256,
    given_parts,
    kept_sha256,
    losses,
    written_since,
)
from massctl.apply.ports import DraftArticle
from massctl.model.entries import DraftBegun
from massctl.sandbox.drafts import DEFAULT_DIGEST_CHARS, plain_text

GIVEN = DraftArticle(
    "春季大促",
    "编辑部",
    "三天",
    "<p>你好</p>",
    "https://example.com/",
    "MATERIAL_1",
    need_open_comment=True,
    only_fans_can_comment=False,
)


def with_content(content: str) -> DraftArticle:
    return replace(GIVEN, content=content)


@pytest.mark.parametrize(
    ("content", "pictures"),
    [
        pytest.param('<img src="http://a/0">', ["https://a/0"], id="src, http and https are one"),
        pytest.param('<img data-src="https://a/0">', ["https://a/0"], id="data-src"),
        pytest.param('<svg><image href="https://a/0"/></svg>', ["https://a/0"], id="svg href"),
        pytest.param(
            '<svg><image xlink:href="https://a/0"/></svg>', ["https://a/0"], id="svg xlink"
        ),
        pytest.param("<img>", [""], id="none"),
        pytest.param(
            '<p style="background:url(http://a/0)">x</p>', ["https://a/0"], id="background"
        ),
        pytest.param(
            "<p style=\"background-image: URL('https://a/0')\">x</p>", ["https://a/0"], id="quoted"
        ),
        pytest.param(
            '<img src="https://a/0" style="background:url(https://b/0)">',
            ["https://a/0", "https://b/0"],
            id="both, once",
        ),
    ],
)
def test_pictures_are_found_wherever_they_are(content: str, pictures: list[str]) -> None:
    assert pictures == draft_facts([with_content(content)])[0]["pictures"]


@pytest.mark.parametrize(
    ("content", "links"),
    [
        pytest.param('<a href="https://mp/s/1">x</a>', ["https://mp/s/1"], id="a link"),
        pytest.param(
            '<a data-miniprogram-path="pages/a" href="">x</a>', ["pages/a"], id="a mini-program"
        ),
        pytest.param("<a>x</a>", [""], id="a mere anchor"),
    ],
)
def test_links_are_found(content: str, links: list[str]) -> None:
    assert links == draft_facts([with_content(content)])[0]["links"]


def test_blanks_are_no_text_and_a_page_of_frames_has_none() -> None:
    assert "你好世界" == draft_facts([with_content("<p> 你 好</p>\n<p>世界 </p>")])[0]["text"]
    assert "" == draft_facts([with_content("<frameset>")])[0]["text"]


def test_markup_that_wechat_rewrote_is_the_same_draft() -> None:
    kept = with_content('<section style="color:red"><p>你好</p></section>')
    assert draft_sha256([GIVEN]) == draft_sha256([kept])
    assert [] == losses([GIVEN], [kept])


def test_a_digest_that_wechat_filled_in_is_no_loss() -> None:
    without = replace(GIVEN, digest="")
    assert [] == losses([without], [GIVEN])
    assert draft_sha256([without]) == draft_sha256([GIVEN])


def test_of_several_articles_no_digest_is_compared() -> None:
    kept = [replace(GIVEN, digest=""), replace(GIVEN, digest="console")]
    assert [] == losses([GIVEN, GIVEN], kept)
    assert draft_sha256([GIVEN, GIVEN]) == draft_sha256(kept)
    assert kept_sha256([GIVEN, GIVEN]) == kept_sha256(kept)
    assert kept_sha256([GIVEN]) != kept_sha256(kept[:1])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title": "夏季"}, "article 1: title differs"),
        ({"author": ""}, "article 1: author differs"),
        ({"digest": "两天"}, "article 1: digest (摘要) differs"),
        ({"content_source_url": ""}, "article 1: content_source_url differs"),
        ({"thumb_media_id": "M2"}, "article 1: cover differs"),
        ({"need_open_comment": False}, "article 1: need_open_comment differs"),
        ({"only_fans_can_comment": True}, "article 1: only_fans_can_comment differs"),
        (
            {"content": "<p>你</p>"},
            "article 1: the text differs: 2 characters were saved, and 1 are there",
        ),
        (
            {"content": '<p>你好</p><img src="https://a/0">'},
            "article 1: 0 pictures were saved, and 1 are there, or others",
        ),
    ],
)
def test_every_difference_is_said(changed: dict[str, object], said: str) -> None:
    assert [said] == losses([GIVEN], [replace(GIVEN, **changed)])  # type: ignore[arg-type]


CARD = '<mp-miniprogram data-miniprogram-appid="wx1" data-miniprogram-path="p"></mp-miniprogram>'


@pytest.mark.parametrize(
    ("given", "kept", "is_lost"),
    [
        (CARD, CARD.replace("wx1", "wx2"), True),
        (CARD, CARD.replace('"p"', '"q"'), False),
        (CARD, "", True),
        (
            '<a href="" data-miniprogram-path="p" data-miniprogram-appid="wx1">x</a>',
            '<a href="" data-miniprogram-path="p" data-miniprogram-appid="wx2">x</a>',
            True,
        ),
        (
            '<mp-common-profile data-id="A"></mp-common-profile>',
            '<mp-common-profile data-id="B"></mp-common-profile>',
            True,
        ),
        ('<mpvoice voice_encode_fileid="A"></mpvoice>', '<mpvoice voice_encode_fileid="B">', False),
        ('<mp-common-poi data-id="A">', '<mp-common-poi data-id="B">', False),
        ('<svg><a xlink:href="https://a.cn">', '<svg><a xlink:href="https://b.cn">', True),
    ],
)
def test_a_card_that_leads_elsewhere_is_another_link(given: str, kept: str, is_lost: bool) -> None:
    sent, read = [with_content(given)], [with_content(kept)]
    assert ["links"] == [each.name for each in differences(sent, read)]
    assert is_lost == bool(losses(sent, read))


MMBIZ = "https://mmbiz.qpic.cn/mmbiz_png"
SHOWN = f'<img src="{MMBIZ}/a/0"><section style="background:url(//mmbiz.qpic.cn/a)"><p>同意</p></section>'


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (SHOWN, SHOWN.replace("(//mmbiz.qpic.cn/a)", "(//mmbiz.qpic.cn/b)")),
        ("<p>字</p>", f"<p style=\"background:image-set('{MMBIZ}/b' 1x)\">字</p>"),
        ("<p>字</p>", f"<p>字</p><p style=\"background:image-set('{MMBIZ}/b' 1x)\"></p>"),
        ("<p>字</p>", '<p>字</p><p style="background:url(//mmbiz.qpic.cn/b)"></p>'),
        ("<table></table>", f'<table background="{MMBIZ}/b"></table>'),
        (SHOWN, SHOWN.replace("<img", f'<img data-src="{MMBIZ}/b/0"')),
        (
            f'<svg><image href="{MMBIZ}/a"></image></svg>',
            f'<svg><image href="{MMBIZ}/a" xlink:href="{MMBIZ}/b"></image></svg>',
        ),
        ('<a href="#">同意</a>或拒绝', '同意或<a href="#">拒绝</a>'),
        ("<p>不同意</p>", '<p><span style="display:none">不</span>同意</p>'),
        ("<p>不同意</p>", "<p><span hidden>不</span>同意</p>"),
        ("<p>字</p>", '<p>字</p><svg><path d="M0 0h9v9"></path></svg>'),
        ("<p>字</p>", f'<p>字</p><video poster="{MMBIZ}/b"></video>'),
        (
            '<iframe data-mpvid="1" data-src="https://v.qq.com/x?vid=1"></iframe>',
            '<iframe data-mpvid="1" data-src="https://v.qq.com/y?vid=1"></iframe>',
        ),
        (
            '<p style="font-family:&quot;a;display:none">不</p>',
            '<p style="font-family:a;display:none">不</p>',
        ),
        ('<p style="display:no ne">不</p>', '<p style="display:none">不</p>'),
        ("<p>价 12</p>", '<p>价 <bdo dir="rtl">12</bdo></p>'),
    ],
)
def test_what_the_console_shows_hides_or_moves_is_a_change(given: str, kept: str) -> None:
    assert console_changes([with_content(given)], [with_content(kept)])


def test_what_wechat_and_its_editor_rewrite_is_no_change() -> None:
    given = (
        f'<p id="x" style="color: #333">你<!-- a -->好</p><img src="{MMBIZ}/a/0">'
        '<svg><path id="y" d="M0 0"></path></svg>'
    )
    kept = (
        '<section class="x" nodeleaf=""><p style="color: rgb(51, 51, 51);"><span leaf="">你</span>'
        f'<b>好</b></p></section><img class="rich_pages" data-src="{MMBIZ}/a/0?wx_fmt=png" data-w="9">'
        '<svg><path d="M0 0"></path></svg>'
        '<p style="display: none;"><mp-style-type data-value="3"></mp-style-type></p>'
    )
    sent, read = [with_content(given)], [with_content(kept)]
    assert [] == console_changes(sent, read)
    assert ["articles"] == [each.name for each in console_changes(sent, read * 2)]


def test_a_lost_article_is_said() -> None:
    assert ["2 articles were saved, and 1 are there"] == losses([GIVEN, GIVEN], [GIVEN])


@pytest.mark.slow
@given(st.text(max_size=200), st.text(max_size=40))
def test_a_draft_is_equal_to_itself_whatever_it_holds(content: str, title: str) -> None:
    article = replace(GIVEN, content=content, title=title)
    assert [] == losses([article], [article])
    assert draft_sha256([article]) == draft_sha256([replace(article)])


def test_a_query_behind_a_picture_is_not_a_loss() -> None:
    """WeChat may add what it likes behind the address, such as wx_fmt; the picture is the same."""
    sent = replace(GIVEN, content='<img src="https://mmbiz.qpic.cn/a/0">')
    kept = replace(GIVEN, content='<img src="http://mmbiz.qpic.cn/a/0?wx_fmt=jpeg#imgIndex=0">')
    assert [] == losses([sent], [kept])


CROPPED = replace(GIVEN, pic_crop_235_1="0_0.1_1_0.9", pic_crop_1_1="0_0_0.5_1")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, []),
        ({"pic_crop_235_1": "", "pic_crop_1_1": ""}, []),
        ({"pic_crop_235_1": "0.000000_0.100000_1.000000_0.900000"}, []),
        ({"pic_crop_235_1": "0_0.10001_1_0.9"}, []),
        ({"pic_crop_235_1": "0_0.2_1_0.9"}, ["article 1: pic_crop_235_1 differs"]),
        ({"pic_crop_1_1": "left"}, ["article 1: pic_crop_1_1 differs"]),
    ],
)
def test_a_part_of_a_cover_is_compared_by_what_it_shows_where_it_is_told(
    told: dict[str, str], said: list[str]
) -> None:
    assert said == losses([CROPPED], [replace(CROPPED, **told)])


def test_a_part_that_was_left_to_wechat_is_no_loss() -> None:
    assert [] == losses([GIVEN], [CROPPED])


def test_a_draft_without_parts_keeps_the_name_it_had_before_there_were_any() -> None:
    """Ledgers of earlier versions hold it."""
    assert "14e959f2574d2a2e94a92b25f4cdf8a351d7c81383539de37163e56488da6119" == kept_sha256(
        [GIVEN]
    )
    assert kept_sha256([GIVEN]) != kept_sha256([CROPPED])
    assert draft_sha256([GIVEN]) == draft_sha256([CROPPED])


def written(sent: list[DraftArticle], read: list[DraftArticle]) -> list[str]:
    """Name what a person wrote into a draft, where nobody had read it before."""
    event = DraftBegun(
        appid="wx", digest="", draft_sha256=draft_sha256(sent), given=given_parts(sent)
    )
    return [each.name for each in written_since(event, read)]


OPEN = replace(GIVEN, digest="")
LONG = {
    "Chinese": "今晚八点开始，全场五折。" * 9,
    "blanks": "<p>one  two</p>\n\n<p> three </p>" * 9,
    "entities": "<p>Q&amp;A&nbsp;今晚</p>" * 9,
    "emoji": "<p>🎉今晚八点</p>" * 15,
    "short": "<p> 你 好 </p>",
}


@pytest.mark.parametrize("content", LONG.values(), ids=LONG)
def test_a_digest_that_wechat_takes_from_the_text_is_nobodys(content: str) -> None:
    """As the sandbox cuts it, and without its blanks."""
    sent = replace(OPEN, content=content)
    words = plain_text(content)
    for digest in (words[:DEFAULT_DIGEST_CHARS], "".join(words.split())[:DEFAULT_DIGEST_CHARS], ""):
        assert [] == written([sent], [replace(sent, digest=digest)])


@pytest.mark.parametrize("content", [LONG["Chinese"], LONG["blanks"]])
@pytest.mark.parametrize("chars", [1, 20, DEFAULT_DIGEST_CHARS - 2, DEFAULT_DIGEST_CHARS + 9])
def test_any_other_beginning_of_the_text_is_somebodys(content: str, chars: int) -> None:
    sent = replace(OPEN, content=content)
    assert ["digest"] == written(
        [sent], [replace(sent, digest="".join(plain_text(content).split())[:chars])]
    )


def test_what_was_given_is_on_record_article_by_article() -> None:
    assert [{"digest": "三天"}] == given_parts([GIVEN])
    cropped = {"pic_crop_235_1": CROPPED.pic_crop_235_1, "pic_crop_1_1": CROPPED.pic_crop_1_1}
    assert [{}, {"digest": "三天", **cropped}] == given_parts([OPEN, CROPPED])
    assert given_parts([OPEN, OPEN]) is None


def test_a_member_that_we_never_give_is_somebodys() -> None:
    assert ["product_info"] == written([GIVEN], [replace(GIVEN, ungiven=("product_info",))])
    assert kept_sha256([GIVEN]) != kept_sha256([replace(GIVEN, ungiven=("product_info",))])
