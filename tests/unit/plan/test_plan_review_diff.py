"""What changed for readers: words, paragraphs, pictures, articles, and since when."""

from collections import Counter
from typing import Any

import pytest
from building import (
    APPID,
    DAY,
    NOW,
    OPEN,
    article,
    at,
    attempted,
    audience,
    coupon,
    house,
    images,
    news,
    picture,
    planned,
    previewed,
    recorded,
    recording,
    reviewers,
    saved,
    sent,
    sha,
    steps,
    text,
    video,
    voice,
)
from copies import replace
from hypothesis import given
from hypothesis import strategies as st
from plan_samples import EDITED, SALE

from massctl.model.destination import Destination, DestinationKind
from massctl.model.entries import (
    DraftDeleted,
    JobStatus,
    MaterialAdded,
    MessageStaged,
    SendAccepted,
    SendRejected,
    SendSettled,
)
from massctl.model.ids import MediaId
from massctl.model.lock import LockedSend, version_of
from massctl.model.message import (
    CardMessage,
    ImageMessage,
    Picture,
    Purpose,
    RenderedArticle,
    RenderedCampaign,
    VideoMessage,
    VoiceMessage,
)
from massctl.model.state import State, Status
from massctl.plan.lock_diff import Mark, Piece, changed_parts
from massctl.plan.plan import Until
from massctl.plan.review_diff import (
    TOKENS_MAX,
    ArticleChanged,
    Base,
    BaseKind,
    Block,
    BlockChange,
    Change,
    DestinationChanged,
    Difference,
    ElementChanged,
    FieldChanged,
    MarkupChanged,
    PictureChanged,
    PictureSeen,
    Traits,
    Words,
    WordsChanged,
    base_of,
    beginnings,
    block_changes,
    difference,
    last_sent,
    moved,
    paired,
    read_body,
    read_text,
    word_changes,
)

KEPT, REMOVED, ADDED = Mark.KEPT, Mark.REMOVED, Mark.ADDED
words = st.text(st.sampled_from("春夏秋冬的一了，。ab1 2\u200d🧣🏽é"), max_size=40) | st.text(
    max_size=40
)


def pieces(old: str, new: str) -> list[tuple[Mark, str]]:
    return [(piece.mark, piece.text) for piece in word_changes(old, new)]


def joined(found: tuple[Piece, ...], *marks: Mark) -> str:
    return "".join(piece.text for piece in found if piece.mark in marks)


@given(words, words)
def test_the_pieces_make_both_texts(old: str, new: str):
    found = word_changes(old, new)
    assert (old, new) == (joined(found, KEPT, REMOVED), joined(found, KEPT, ADDED))


@given(words)
def test_a_text_against_itself_is_kept(text: str):
    assert {KEPT} >= {piece.mark for piece in word_changes(text, text)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "现在只要1999元",
            "现在只要1899元",
            [(KEPT, "现在只要"), (REMOVED, "1999"), (ADDED, "1899"), (KEPT, "元")],
        ),
        (
            "今晚 20:00 开始",
            "今晚 21:30 开始",
            [(KEPT, "今晚 "), (REMOVED, "20:00"), (ADDED, "21:30"), (KEPT, " 开始")],
        ),
        ("春天来了", "春天终于来了", [(KEPT, "春天"), (ADDED, "终于"), (KEPT, "来了")]),
        (
            "see the river",
            "see a river",
            [(KEPT, "see "), (REMOVED, "the"), (ADDED, "a"), (KEPT, " river")],
        ),
        (
            "围巾🧣🏽真好看",
            "围巾🧣🏿真好看",
            [(KEPT, "围巾"), (REMOVED, "🧣🏽"), (ADDED, "🧣🏿"), (KEPT, "真好看")],
        ),
        (
            "一家人👩\u200d👧出门",
            "一家人👩\u200d👦出门",
            [(KEPT, "一家人"), (REMOVED, "👩\u200d👧"), (ADDED, "👩\u200d👦"), (KEPT, "出门")],
        ),
    ],
)
def test_the_changed_words_are_marked(old: str, new: str, expected: list[tuple[Mark, str]]):
    assert expected == pieces(old, new)


def test_few_characters_between_changes_are_told_with_them():
    assert [(KEPT, "时间是"), (REMOVED, "9月1"), (ADDED, "10月2"), (KEPT, "日，老地方")] == pieces(
        "时间是9月1日，老地方", "时间是10月2日，老地方"
    )


def test_texts_with_little_in_common_are_told_as_old_and_new():
    assert [(REMOVED, "天冷，多穿一件。"), (ADDED, "周日的步行改时间了。")] == pieces(
        "天冷，多穿一件。", "周日的步行改时间了。"
    )


@pytest.mark.parametrize("count", [1, TOKENS_MAX])
def test_a_text_of_too_many_words_is_told_as_old_and_new(count: int):
    assert {1: [KEPT, ADDED], TOKENS_MAX: [REMOVED, ADDED]}[count] == [
        mark for mark, _ in pieces("天" * count, "天" * count + "地")
    ]


RIVER, LAKE = PictureSeen("river"), PictureSeen("lake")
some_blocks = st.lists(
    st.sampled_from(["今天风大", "今天雨大，别出门", "早", "晚安", "明天见，老地方"]).map(Words)
    | st.sampled_from([RIVER, LAKE]),
    max_size=8,
)


def told(old: list[Block], new: list[Block]) -> list[str]:
    return [_told(change) for change in block_changes(old, new)]


def _told(change: BlockChange) -> str:
    if isinstance(change, PictureChanged):
        return f"{change.before and change.before.name} → {change.after and change.after.name}"
    signs = {Mark.KEPT: "{}", Mark.REMOVED: "[-{}]", Mark.ADDED: "[+{}]"}
    return "".join(signs[piece.mark].format(piece.text) for piece in change.pieces)


def sides(changes: list[BlockChange]) -> tuple[Counter[Block], Counter[Block]]:
    """Give the blocks that stood in the changed places before, and those that stand there now."""
    before: Counter[Block] = Counter()
    after: Counter[Block] = Counter()
    for change in changes:
        if isinstance(change, PictureChanged):
            before.update([change.before] if change.before else [])
            after.update([change.after] if change.after else [])
            continue
        for side, other in ((before, Mark.ADDED), (after, Mark.REMOVED)):
            text = "".join(piece.text for piece in change.pieces if piece.mark is not other)
            side.update([Words(text)] if text else [])
    return before, after


@given(some_blocks)
def test_a_body_against_itself_has_no_change(blocks: list[Block]):
    assert [] == block_changes(blocks, blocks)


@given(some_blocks, some_blocks)
def test_the_changes_explain_the_difference(old: list[Block], new: list[Block]):
    before, after = sides(block_changes(old, new))
    rest = Counter(old)
    rest.subtract(before)
    rest.update(after)
    assert Counter(new) == +rest
    assert min(rest.values(), default=0) >= 0


@given(some_blocks)
def test_what_came_and_what_went_mirror_each_other(blocks: list[Block]):
    (gone, _), (_, come) = sides(block_changes(blocks, [])), sides(block_changes([], blocks))
    assert gone == come


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([Words("早")], [Words("早"), Words("今天风大")], ["[+今天风大]"]),
        ([Words("早"), Words("今天风大")], [Words("今天风大")], ["[-早]"]),
        ([Words("今天风大了些")], [Words("今天雨大了些")], ["今天[-风][+雨]大了些"]),
        ([Words("早")], [Words("晚")], ["[-早][+晚]"]),
        ([RIVER], [LAKE], ["river → lake"]),
        ([RIVER], [PictureSeen("river", "河")], ["river → river"]),
        ([Words("早")], [RIVER], ["[-早]", "None → river"]),
        ([RIVER, Words("今天风大")], [Words("今天雨大")], ["river → None", "今天[-风][+雨]大"]),
        (
            [Words("今天的风很大"), Words("毫不相干")],
            [Words("插进来的一段"), Words("今天的雨很大"), RIVER],
            ["[+插进来的一段]", "今天的[-风][+雨]很大", "[-毫不相干]", "None → river"],
        ),
    ],
)
def test_each_old_paragraph_meets_the_new_one_that_is_most_like_it(
    old: list[Block], new: list[Block], expected: list[str]
):
    assert expected == told(old, new)


def test_a_renamed_file_of_the_same_bytes_is_no_change():
    assert [] == told(
        [PictureSeen("river", "", "images/a.png", 1)], [PictureSeen("river", "", "images/b.png", 1)]
    )


def test_words_changed_know_their_marks():
    (change,) = block_changes([], [Words("早")])
    assert isinstance(change, WordsChanged)
    assert {Mark.ADDED} == change.marks


def traits(title: str, content: str = "", *blocks: str) -> Traits:
    return Traits(title, content or f"body {title}", frozenset(map(Words, blocks)))


A, B, C = traits("a"), traits("b"), traits("c")
named = st.lists(st.sampled_from("abcdefgh"), max_size=8, unique=True)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [A], {}),
        ([A], [], {}),
        ([A, B], [B, A], {0: 1, 1: 0}),
        ([A], [traits("new title", "body a")], {0: 0}),
        ([A, B], [traits("a", "another body"), B], {0: 0, 1: 1}),
        ([traits("a", "1", "共有", "旧"), B], [C, traits("x", "2", "共有", "新")], {1: 0}),
        ([A], [B], {0: 0}),
        ([A, B], [C], {}),
    ],
)
def test_articles_are_recognised(
    before: list[Traits], after: list[Traits], expected: dict[int, int]
):
    assert expected == paired(before, after)


def test_the_surest_sign_counts_most():
    twin = traits("a", "body b")
    assert {0: 1, 1: 0} == paired([twin, A], [A, twin])


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ({}, set()),
        ({0: 0, 1: 1}, set()),
        ({1: 0, 2: 1}, set()),
        ({0: 2, 1: 0, 2: 1}, {0}),
        ({0: 1, 1: 2, 2: 0}, {2}),
    ],
)
def test_as_few_as_possible_moved(pairs: dict[int, int], expected: set[int]):
    assert expected == moved(pairs)


@given(named)
def test_in_the_same_message_every_article_is_itself_and_in_place(titles: list[str]):
    articles = [traits(title) for title in titles]
    pairs = paired(articles, articles)
    assert {number: number for number in range(len(titles))} == pairs
    assert frozenset() == moved(pairs)


@given(named, st.randoms(use_true_random=False))
def test_the_ones_that_did_not_move_stand_in_their_old_order(titles: list[str], chance: object):
    mixed = list(titles)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    pairs = paired([*map(traits, titles)], [*map(traits, mixed)])
    kept = [pairs[new] for new in sorted(pairs) if new not in moved(pairs)]
    assert sorted(kept) == kept
    assert len(titles) == len(pairs)


HERO = f"massctl-picture:{sha('hero')}"


def blocks(html: str) -> list[str | tuple[str, str]]:
    return [
        block.text if isinstance(block, Words) else (block.name, block.alt)
        for block in read_body(html, {}).blocks
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        ("<p>  </p><p><br></p>", []),
        ("<p>你好，<b>春</b>天\n  来了</p><p>再见</p>", ["你好，春天 来了", "再见"]),
        ("一行<br>又一行", ["一行", "又一行"]),
        ("<section>外<section>内</section>又外</section>", ["外", "内", "又外"]),
        (
            "<table><tr><td>票价</td><td>39</td></tr><tr><td>早鸟</td><td>29</td></tr></table>",
            ["票价 39", "早鸟 29"],
        ),
        ("<p>看得见<!-- 看不见 --></p><style>p{}</style><script>x</script>", ["看得见"]),
        (f'<p>前<img src="{HERO}" alt="河堤">后</p>', ["前", (sha("hero"), "河堤"), "后"]),
        (f'<section style="background-image:url({HERO})">字</section>', [(sha("hero"), ""), "字"]),
        (f'<img src="{HERO}" data-src="{HERO}">', [(sha("hero"), "")]),
        ('<img data-src="https://mmbiz.qpic.cn/a">', [("https://mmbiz.qpic.cn/a", "")]),
        ("<img>", [("", "")]),
        (
            "<p style=\"background:url('https://mmbiz.qpic.cn/b')\">字</p>",
            [("https://mmbiz.qpic.cn/b", ""), "字"],
        ),
        ("<p>&lt;b&gt;&nbsp;x</p>", ["<b> x"]),
        ("<frameset><frame></frameset>", []),
    ],
)
def test_a_body_is_read_as_it_is_seen(html: str, expected: list[str | tuple[str, str]]):
    assert expected == blocks(html)


def test_a_picture_is_known_by_its_file():
    (picture,) = read_body(f'<img src="{HERO}">', {sha("hero"): ("images/hero.png", 7)}).blocks
    assert isinstance(picture, PictureSeen)
    assert ("images/hero.png", 7) == (picture.path, picture.size_bytes)


def test_words_and_pictures_are_counted():
    reading = read_body(f'<p>你好</p><img src="{HERO}"><p>再见了</p>', {})
    assert (5, 1) == (reading.words, reading.pictures)


def test_a_deeply_nested_body_is_read():
    assert ["底"] == blocks("<b>" * 5_000 + "底" + "</b>" * 5_000)


def test_a_text_is_read_line_by_line():
    assert [Words("改 时间了"), Words("见谅")] == read_text("改  时间了\n\n 见谅 \n")


@given(st.text(st.sampled_from("<>/pbr img=\"'&;a1春\n-!"), max_size=60))
def test_any_body_can_be_read(html: str):
    found: list[Block] = read_body(html, {}).blocks
    assert all(
        block.text.strip() == block.text != "" for block in found if isinstance(block, Words)
    )


STAGED = Base(BaseKind.STAGED)
PICTURES = (
    picture("hero"),
    picture("second"),
    picture("cover", Purpose.MATERIAL),
    picture("other", Purpose.MATERIAL),
)


def compared(before: RenderedCampaign, after: RenderedCampaign) -> Difference:
    return difference(STAGED, version_of(before), version_of(after))


def sale(
    *articles: RenderedArticle, pictures: tuple[Picture, ...] = PICTURES, **changes: Any
) -> RenderedCampaign:
    return news("sale", *articles, pictures=pictures, **changes)


def only(found: Difference) -> ArticleChanged:
    (changed,) = found.articles
    return changed


bodies = st.lists(
    st.sampled_from(
        ["<p>早</p>", "<p>晚安</p>", "<h2>题</h2>", f'<img src="massctl-picture:{sha("hero")}">']
    )
)
articles = st.lists(
    st.builds(
        article,
        st.sampled_from(["甲", "乙", "丙"]),
        content=bodies.map("".join),
        need_open_comment=st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def test_a_new_campaign_is_told_by_the_pictures_of_each_article():
    twice = f'<p>你好</p><img src="{HERO}"><p>再见</p><img src="{HERO}">'
    one, other = beginnings(
        version_of(sale(article("甲", content=twice), article("乙", content="乙")))
    )
    assert (1, None, "甲", [sha("hero")], 1) == (
        one.number, one.was, one.title, [each.name for each in one.shown], one.pictures
    )  # fmt: skip
    assert (2, "乙", ()) == (other.number, other.title, other.shown)


@given(articles)
def test_a_version_against_itself_has_no_difference(written: list[RenderedArticle]):
    assert Difference(STAGED) == compared(sale(*written), sale(*written))


@given(articles, articles)
def test_what_came_one_way_went_the_other(one: list[RenderedArticle], other: list[RenderedArticle]):
    there, back = compared(sale(*one), sale(*other)), compared(sale(*other), sale(*one))
    came = [each.was is None for each in there.articles].count(True)
    went = [each.number is None for each in back.articles].count(True)
    assert came == went
    assert len(other) - len(one) == came - [each.number is None for each in there.articles].count(
        True
    )


@given(articles, articles)
def test_articles_that_differ_are_told(one: list[RenderedArticle], other: list[RenderedArticle]):
    assert bool(one != other) == bool(compared(sale(*one), sale(*other)).articles)


@pytest.mark.parametrize(
    ("changes", "key", "before", "after"),
    [
        ({"title": "夏季大促"}, "title", "春季大促", "夏季大促"),
        ({"author": ""}, "author", "编辑部", ""),
        ({"digest": "两天"}, "digest", "三天，错过等一年", "两天"),
        (
            {"content_source_url": "https://x.example"},
            "content_source_url",
            "",
            "https://x.example",
        ),
        ({"pic_crop_235_1": "0_0_1_0.5"}, "pic_crop_235_1", "", "0_0_1_0.5"),
        ({"pic_crop_1_1": "0_0_0.5_1"}, "pic_crop_1_1", "", "0_0_0.5_1"),
        ({"need_open_comment": False}, "need_open_comment", True, False),
        ({"only_fans_can_comment": True}, "only_fans_can_comment", False, True),
    ],
)
def test_a_changed_field_is_told_with_old_and_new(
    changes: dict[str, Any], key: str, before: object, after: object
):
    (change,) = only(compared(sale(article()), sale(replace(article(), **changes)))).changes
    assert isinstance(change, FieldChanged)
    assert (key, before, after) == (change.key, change.before, change.after)


def test_changed_words_are_told():
    (change,) = only(
        compared(
            sale(article(content="<p>原价1999元，</p>")),
            sale(article(content="<p><b>原价</b>1899元，</p>")),
        )
    ).changes
    assert isinstance(change, WordsChanged)
    assert ["原价", "1999", "1899", "元，"] == [piece.text for piece in change.pieces]


def test_a_picture_with_other_bytes_is_told_by_its_file():
    hero, second = (
        f'<p>你好</p><img src="massctl-picture:{sha(name)}">' for name in ("hero", "second")
    )
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
    was, now = (
        Destination(
            DestinationKind.ARTICLE, f"https://mp.weixin.qq.com/s/{name}", "article 1", "点"
        )
        for name in "ab"
    )
    assert (DestinationChanged(was, now),) == changes


def program(**attributes: str) -> str:
    said = {"appid": "wx1", "path": "a", "title": "店", "imageurl": "x", **attributes}
    written = "".join(f' data-miniprogram-{key}="{value}"' for key, value in said.items())
    return f"<mp-common-miniprogram{written}></mp-common-miniprogram>"


def element(name: str, **attributes: str) -> str:
    written = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}></{name}>"


LED = [
    (program(), program(appid="wx2"), "wx1 a", "wx2 a"),
    (program(), program(path="b"), "wx1 a", "wx1 b"),
    (
        element("a", data_miniprogram_appid="wx1"),
        element("a", data_miniprogram_appid="wx2"),
        "wx1",
        "wx2",
    ),
    (
        element("mp-common-profile", data_id="M"),
        element("mp-common-profile", data_id="N"),
        "M",
        "N",
    ),
    (element("mpprofile", data_id="M"), element("mpprofile", data_id="N"), "M", "N"),
    (
        element("iframe", data_mpvid="wxv_1"),
        element("iframe", data_mpvid="wxv_2"),
        "wxv_1",
        "wxv_2",
    ),
    (
        element("iframe", data_src="https://v.qq.com/?vid=1"),
        element("iframe", data_src="https://v.qq.com/?vid=2"),
        "https://v.qq.com/?vid=1",
        "https://v.qq.com/?vid=2",
    ),
    (
        element("mp-common-videosnap", data_id="1"),
        element("mp-common-videosnap", data_id="2"),
        "1",
        "2",
    ),
    ('<mpvoice voice_encode_fileid="1">', '<mpvoice voice_encode_fileid="2">', "1", "2"),
    (element("mp-common-mpaudio", voice_encode_fileid="1"), "<mp-common-mpaudio>", None, None),
    (element("qqmusic", musicid="1"), element("qqmusic", musicid="2"), "1", "2"),
    (
        '<svg><a xlink:href="https://a.cn"><rect/></a></svg>',
        '<svg><a xlink:href="https://b.cn"><rect/></a></svg>',
        "https://a.cn",
        "https://b.cn",
    ),
    (
        '<svg><foreignObject><svg><a href="https://a.cn"><rect/></a></svg></foreignObject></svg>',
        '<svg><foreignObject><svg><a href="https://b.cn"><rect/></a></svg></foreignObject></svg>',
        "https://a.cn",
        "https://b.cn",
    ),
    (
        '<map><area href="https://a.cn"></map>',
        '<map><area href="https://b.cn"></map>',
        "https://a.cn",
        "https://b.cn",
    ),
    (
        element("mp-common-product", data_productid="1"),
        element("mp-common-product", data_productid="2"),
        "mp-common-product data-productid=1",
        "mp-common-product data-productid=2",
    ),
    (
        '<a href="https://a.cn/?x=1">去</a>',
        '<a href="https://a.cn/?x=2">去</a>',
        "https://a.cn/?x=1",
        "https://a.cn/?x=2",
    ),
    (
        "<iframe srcdoc='&lt;a href=https://a.cn>去&lt;/a>'></iframe>",
        "<iframe srcdoc='&lt;a href=https://b.cn>去&lt;/a>'></iframe>",
        "https://a.cn",
        "https://b.cn",
    ),
    (
        '<svg><a href="#x"><set attributeName="href" to="https://a.cn"/><rect/></a></svg>',
        '<svg><a href="#x"><set attributeName="href" to="https://b.cn"/><rect/></a></svg>',
        "https://a.cn",
        "https://b.cn",
    ),
]
"""Bodies before and after, whose words and pictures are the same, and the destination of each."""


@pytest.mark.parametrize(("before", "after", "was", "now"), LED)
def test_where_a_component_leads_is_no_appearance(
    before: str, after: str, was: str | None, now: str | None
):
    old, new = (f"<p>同样的字</p>{each}<p>尾</p>" for each in (before, after))
    found = compared(sale(article(content=old)), sale(article(content=new)))
    assert not only(found).is_layout_only
    assert not found.same_to_readers
    told = [each for each in only(found).changes if isinstance(each, DestinationChanged)]
    if was is not None:
        ((led, leads),) = [(each.before, each.after) for each in told]
        assert (was, now) == (led and led.target, leads and leads.target)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (program(), program(title="别家"), ("data-miniprogram-title", "店", "别家")),
        (program(), program(type="card"), ("data-miniprogram-type", "", "card")),
        (
            element("mp-common-profile", data_id="M", data_nickname="甲"),
            element("mp-common-profile", data_id="M", data_nickname="乙"),
            ("data-nickname", "甲", "乙"),
        ),
        (
            '<a href="https://a.cn" data-linktype="1">去</a>',
            '<a href="https://a.cn" data-linktype="2">去</a>',
            ("data-linktype", "1", "2"),
        ),
        (
            element("iframe", data_mpvid="1", data_ratio="1"),
            element("iframe", data_mpvid="1", data_ratio="2"),
            ("data-ratio", "1", "2"),
        ),
        (
            element("mp-style", data_id="url(https://a.cn/x) 1"),
            element("mp-style", data_id="url(https://a.cn/x) 2"),
            ("data-id", "url(https://a.cn/x) 1", "url(https://a.cn/x) 2"),
        ),
    ],
)
def test_an_attribute_of_a_component_is_no_appearance(
    before: str, after: str, expected: tuple[str, str, str]
):
    found = compared(sale(article(content=before)), sale(article(content=after)))
    (change,) = [each for each in only(found).changes if isinstance(each, ElementChanged)]
    assert expected == (change.attribute, change.before, change.after)


def test_a_picture_of_a_card_is_told_as_a_picture_alone():
    shown = (program(imageurl=f"massctl-picture:{sha(name)}") for name in ("hero", "second"))
    old, new = (sale(article(content=each)) for each in shown)
    assert [PictureChanged] == [type(each) for each in only(compared(old, new)).changes]


def test_a_destination_that_comes_or_goes_is_told_alone():
    link = '<a href="https://a.cn">去</a>'
    card = element("mp-common-profile", data_id="M")
    said = Destination(DestinationKind.URL, "https://a.cn", "article 1", "去")
    led = Destination(DestinationKind.ACCOUNT, "M", "article 1")
    bare, linked, carded = (f"<p>去</p>{each}" for each in ("", link, card))

    def told(before: str, after: str) -> list[Change]:
        found = compared(sale(article(content=before)), sale(article(content=after)))
        return [each for each in only(found).changes if not isinstance(each, WordsChanged)]

    assert [DestinationChanged(None, said)] == told(bare, linked)
    assert [DestinationChanged(said, None)] == told(linked, bare)
    assert [DestinationChanged(said, None), DestinationChanged(None, led)] == told(linked, carded)


def test_another_address_behind_read_original_is_told_once():
    old, new = (sale(article(content_source_url=f"https://{name}.cn")) for name in "ab")
    assert [FieldChanged] == [type(each) for each in only(compared(old, new)).changes]


def changes_of(before: str, after: str) -> list[Change]:
    found = compared(sale(article(content=before)), sale(article(content=after)))
    assert (not only(found).changes) == only(found).is_layout_only == found.same_to_readers
    return [*only(found).changes]


def test_only_styles_that_are_surely_looks_are_no_change_to_readers():
    looks = "<p style=\"text-align: center; font-family: 'PingFang SC', serif;color:#333\">早</p>"
    assert [] == changes_of('<p style="color: rgb(51,51,51)">早</p>', looks)


EVIL = "//mmbiz.qpic.cn/evil"
CONSENT = '<a href="https://a.cn">同意</a>{}<a href="https://b.cn">同意</a>'


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            '<p style="background-image:url(//mmbiz.qpic.cn/a)">字</p>',
            f'<p style="background-image:url({EVIL})">字</p>',
            ("p", "style.background-image", "url(//mmbiz.qpic.cn/a)", f"url({EVIL})"),
        ),
        (
            '<ol start="1"><li>字</li></ol>',
            '<ol start="9"><li>字</li></ol>',
            ("ol", "start", "1", "9"),
        ),
        (
            '<section data-url="a">字</section>',
            '<section data-url="b">字</section>',
            ("section", "data-url", "a", "b"),
        ),
        (
            "<p>价 <span>12</span></p>",
            '<p>价 <span style="direction:rtl">12</span></p>',
            ("span", "style.direction", "", "rtl"),
        ),
        (
            "<p>不同意</p>",
            '<p><b style="display:none">不</b>同意</p>',
            ("b", "style.display", "", "none"),
        ),
        (
            "<p>一</p>",
            '<p>二</p><p style="display:none">三</p>',
            ("p", "style.display", "", "none"),
        ),
        (
            '<iframe data-mpvid="1" data-src="https://v.qq.com/x?vid=1"></iframe>',
            '<iframe data-mpvid="1" data-src="https://v.qq.com/x?vid=1" allow="a"></iframe>',
            ("iframe", "allow", "", "a"),
        ),
    ],
)
def test_an_attribute_or_a_style_that_may_be_more_than_looks_is_told(
    before: str, after: str, expected: tuple[str, str, str, str]
):
    told = [each for each in changes_of(before, after) if isinstance(each, ElementChanged)]
    assert [ElementChanged(*expected)] == told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<rect x="1"/>', '<rect x="2"/>'),
        ('<use href="#a"/>', '<use href="#b"/>'),
        ('<rect fill="url(#a)"/>', f'<rect fill="url({EVIL})"/>'),
        (f'<image href="{EVIL}"/>', f'<image href="{EVIL}" xlink:href="{EVIL}2"/>'),
        (
            '<text x="1">甲</text><text x="2">甲</text>',
            '<text x="2">甲</text><text x="1">甲</text>',
        ),
    ],
)
def test_a_drawing_that_changed_is_told(before: str, after: str):
    old, new = (f"<p>字</p><svg>{each}</svg>" for each in (before, after))
    (told,) = changes_of(old, new)
    assert isinstance(told, ElementChanged)
    assert ("svg", "") == (told.element, told.attribute)


@pytest.mark.parametrize(
    ("before", "after", "elements"),
    [
        ("<p>1999 元</p>", "<p><del>1999 元</del></p>", ("del",)),
        ("<p>一</p>", "<p>二</p><svg></svg>", ("svg",)),
        ("<p>一</p><svg></svg>", "<p>二</p>", ("svg",)),
        ("<p>字</p>", "<section>字</section>", ("p", "section")),
        ('<i style="top:1px;top:2px">字</i>', '<i style="top:3px;top:2px">字</i>', ()),
    ],
)
def test_what_no_row_tells_is_told_as_markup(before: str, after: str, elements: tuple[str, ...]):
    assert MarkupChanged(elements) == changes_of(before, after)[-1]


def test_a_link_that_moves_to_other_words_is_told():
    before = CONSENT.format("或")
    after = CONSENT.format("").replace('b.cn">', 'b.cn">或')
    (moved,) = changes_of(before, after)
    assert isinstance(moved, DestinationChanged)
    assert ("同意", "或同意") == (
        moved.before and moved.before.label,
        moved.after and moved.after.label,
    )


def test_an_article_that_is_new_or_gone_is_told_by_what_it_holds():
    one = article("甲", content="<p>一二三</p>", cover=sha("a"))
    other = article(
        "乙", content=f'<p>四五</p><img src="massctl-picture:{sha("hero")}">', cover=sha("b")
    )
    come = only(compared(sale(one), sale(other, one)))
    gone = only(compared(sale(other, one), sale(one)))
    assert ArticleChanged(1, None, "乙", words=2, pictures=1) == come
    assert ArticleChanged(None, 1, "乙", words=2, pictures=1) == gone


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
    found = compared(
        text(content="周日改到十点半。\n老地方"), text(content="周日改到十一点。\n老地方")
    )
    (change,) = found.text
    assert ["周日改到十", "点半", "一点", "。"] == [piece.text for piece in change.pieces]
    assert not found.same_to_readers


def test_news_in_place_of_a_text_is_all_new():
    before, after = text("sale", content="改时间了"), sale(article())
    assert 1 == len(compared(before, after).text)
    assert [None] == [each.was for each in compared(before, after).articles]
    assert [None] == [each.number for each in compared(after, before).articles]


EMPTY = State()
SECOND = replace(EDITED, edition=2)
NOTE = text("words", recipients=SALE.recipients)
NEW_NOTE = text("words", content="改到九点", recipients=SALE.recipients)


def test_what_was_never_staged_or_sent_has_no_base():
    assert None is base_of(SALE, EMPTY)


def test_a_staged_draft_that_says_something_else():
    assert Base(BaseKind.DRAFT, SALE.digest, 1, NOW) == base_of(EDITED, recorded(saved(SALE)))


def test_of_drafts_the_living_one_counts():
    gone = DraftDeleted(appid=SALE.appid, media_id="MEDIA_1", reason="superseded")
    assert None is base_of(EDITED, recorded(saved(SALE), (gone, SALE)))


def test_a_text_is_compared_with_what_reviewers_saw():
    found = base_of(NEW_NOTE, recorded(previewed(NOTE)))
    assert Base(BaseKind.PREVIEW, NOTE.digest, 1) == found


def test_previews_of_a_draft_that_is_gone_stand_for_nothing():
    gone = DraftDeleted(appid=SALE.appid, media_id="MEDIA_1", reason="superseded")
    assert None is base_of(EDITED, recorded(saved(SALE), previewed(SALE), (gone, SALE)))


@pytest.mark.parametrize("staged", [(), (saved(SECOND),)])
def test_else_it_is_the_edition_that_was_sent_last(staged: tuple[object, ...]):
    state = recorded(*sent(SALE), *staged)  # type: ignore[arg-type]
    assert Base(BaseKind.SENT, SALE.digest, 1, NOW - DAY) == base_of(SECOND, state)


def test_the_newest_of_several_editions():
    again = [
        at(NOW, attempted(SECOND)[0], SECOND),
        at(NOW, SendAccepted(attempt=4, msg_id=8), SECOND),
    ]
    found = base_of(replace(SALE, edition=3), recorded(*sent(SALE), *again))
    assert Base(BaseKind.SENT, SECOND.digest, 2, NOW) == found


def test_what_was_sent_last_under_a_name_whatever_its_edition():
    again = [
        at(NOW, attempted(SECOND)[0], SECOND),
        at(NOW, SendAccepted(attempt=4, msg_id=8), SECOND),
    ]
    assert Base(BaseKind.SENT, SECOND.digest, 2, NOW) == last_sent(
        SALE.name, recorded(*sent(SALE), *again)
    )
    assert Base(BaseKind.SENT, SALE.digest, 1, NOW - DAY) == last_sent(
        SALE.name, recorded(*sent(SALE), saved(SECOND))
    )
    assert None is last_sent(SALE.name, recorded(saved(SALE)))


def test_an_edition_that_followers_never_got_does_not_count():
    rejected = (SendRejected(attempt=2, errcode=45009), SALE)
    failed = (JobStatus(msg_id=7, status="failed"), SALE)
    assert None is base_of(SECOND, recorded(attempted(SALE), rejected))
    assert None is base_of(SECOND, recorded(*sent(SALE), failed))


def test_of_what_a_person_sent_without_us_nothing_is_known():
    settled = (SendSettled(outcome="sent", reason="looked", by="lin"), SALE)
    assert None is base_of(SECOND, recorded(settled))


def test_another_edition_still_to_come_is_no_base():
    assert None is base_of(SALE, recorded(*sent(SECOND)))


BELL = f"main/material/{sha('bell')[:12]}"
OTHERS = MaterialAdded(appid=APPID, sha256=sha("bell"), media_id="V1", material_type="voice")


def staged(campaign: RenderedCampaign, **fields: Any) -> tuple[MessageStaged, RenderedCampaign]:
    return MessageStaged(appid=campaign.appid, digest=campaign.digest, **fields), campaign


def test_a_sound_is_added_shown_and_sent_without_a_draft() -> None:
    campaign = voice("bell", window=OPEN, recipients=reviewers("li"))
    plan = planned(campaign, recorded())
    assert [(BELL, "new"), ("bell/preview/1", "new"), ("bell/send", "due")] == steps(plan)
    assert ["add_material", "send_preview", "send_mass"] == [step.kind.value for step in plan.steps]


def test_what_the_account_has_is_not_added_again() -> None:
    assert [("bell/send", "due")] == steps(planned(voice("bell", window=OPEN), recorded(OTHERS)))


@pytest.mark.parametrize(
    ("label", "purpose"), [("a", Purpose.VOICE), ("a", Purpose.VIDEO), ("a", Purpose.MATERIAL)]
)
def test_every_material_has_the_same_kind_of_address(label: str, purpose: Purpose) -> None:
    made = picture(label, purpose) if purpose is Purpose.MATERIAL else recording(label, purpose)
    files = {"pictures": (made,)} if purpose is Purpose.MATERIAL else {"recordings": (made,)}
    plan = planned(voice("bell", window=OPEN, **{"recordings": (), **files}))
    assert (f"main/material/{sha(label)[:12]}", "new") == steps(plan)[0]


def test_its_status_follows_what_is_recorded() -> None:
    campaign = voice("bell", recipients=reviewers("li"))
    message = VoiceMessage(None, MediaId("V9"))
    edited = replace(campaign, message=message, destinations=message.destinations, recordings=())
    found = [
        planned(campaign, recorded(*entries)).status
        for entries in (
            (),
            (OTHERS,),
            (OTHERS, staged(campaign)),
            (OTHERS, staged(campaign), previewed(campaign)),
            (OTHERS, staged(campaign), previewed(campaign), staged(edited)),
            (staged(campaign), saved(news("bell"))),
        )
    ]
    assert [
        Status.NEW,
        Status.NEW,
        Status.STAGED,
        Status.PREVIEWED,
        Status.STAGED,
        Status.STAGED,
    ] == found


def test_the_size_of_its_audience_is_remembered_as_with_a_draft() -> None:
    campaign = voice("bell")
    assert 12 == planned(campaign, recorded(staged(campaign, audience_count=12))).audience_count


def test_an_edited_one_is_staged_because_the_content_changed() -> None:
    before = voice("bell")
    after = replace(
        before, recordings=(recording("ball"),), message=VoiceMessage(sha("ball"), None)
    )
    assert [(f"main/material/{sha('ball')[:12]}", "content_changed")] == steps(
        planned(after, recorded(OTHERS, staged(before)), house("bell"), until=Until.UPLOAD)
    )


def test_what_wechat_lost_is_new_and_no_change_of_the_content() -> None:
    campaign = voice("bell")
    assert [(f"main/material/{sha('bell')[:12]}", "new")] == steps(
        planned(campaign, recorded(staged(campaign)), house("bell"), until=Until.UPLOAD)
    )


def test_it_is_compared_with_what_was_staged() -> None:
    before, after = (
        voice("bell"),
        voice("bell", edition=1, recordings=(), message=VoiceMessage(None, None)),
    )
    base = base_of(after, recorded(staged(before)))
    assert Base(BaseKind.STAGED, before.digest, 1) == base


PAIRS: list[tuple[RenderedCampaign, RenderedCampaign, list[str], list[Change]]] = [
    (voice("c"), voice("c"), [], []),
    (
        voice("c"),
        text("c"),
        ["the type of the message", "the media file clip/bell.mp3"],
        [FieldChanged("type", "voice", "text")],
    ),
    (
        coupon("c"),
        coupon("c", message=CardMessage("pOTHER")),
        ["the card_id"],
        [FieldChanged("card_id", "pTEA", "pOTHER")],
    ),
    (
        video("c"),
        video("c", message=VideoMessage(sha("ball"), None, "雪", "一秒钟")),
        ["the title of the video", "the description of the video"],
        [FieldChanged("title", "雪球下坡", "雪"), FieldChanged("description", "两秒钟", "一秒钟")],
    ),
    (
        voice("c", recordings=(), message=VoiceMessage(None, MediaId("V1"))),
        voice("c", recordings=(), message=VoiceMessage(None, MediaId("V2"))),
        ["the sound"],
        [FieldChanged("media_id", "V1", "V2")],
    ),
    (
        images(
            "c", pictures=(), message=ImageMessage(None, (MediaId("A"),), "", "一", False, False)
        ),
        images("c", pictures=(), message=ImageMessage(None, (MediaId("B"),), "", "二", True, True)),
        [
            "the pictures",
            "the recommendation",
            "the flag need_open_comment",
            "the flag only_fans_can_comment",
        ],
        [
            FieldChanged("recommend", "一", "二"),
            FieldChanged("media_ids", "A", "B"),
            FieldChanged("need_open_comment", False, True),
            FieldChanged("only_fans_can_comment", False, True),
        ],
    ),
]


def plain(change: Change) -> Change:
    return replace(change, pieces=()) if isinstance(change, FieldChanged) else change


@pytest.mark.parametrize(("before", "after", "parts", "changes"), PAIRS)
def test_what_differs_is_named_and_told(
    before: RenderedCampaign, after: RenderedCampaign, parts: list[str], changes: list[Change]
) -> None:
    one, other = version_of(before), version_of(after)
    assert parts == changed_parts(one.lock, other.lock)
    told = [plain(each) for each in difference(STAGED, one, other).text]
    assert changes == told[: len(changes)]
    assert bool(changes) != difference(STAGED, one, other).same_to_readers


def test_pictures_that_came_went_and_were_replaced_are_told_in_their_order() -> None:
    def told(
        before: tuple[str, ...], after: tuple[str, ...]
    ) -> list[tuple[str | None, str | None]]:
        versions = (version_of(images("c", *labels)) for labels in (before, after))
        found = difference(STAGED, *versions).text
        assert all(isinstance(each, PictureChanged) and not each.is_recording for each in found)
        return [
            (each.before.path if each.before else None, each.after.path if each.after else None)
            for each in found
            if isinstance(each, PictureChanged)
        ]

    b, c = (f"sale/images/{label}.png" for label in "bc")
    assert [(b, None)] == told(("a", "b", "c"), ("a", "c"))
    assert [(None, b)] == told(("a", "c"), ("a", "b", "c"))
    assert [(b, c)] == told(("a", "b"), ("a", "c"))
    assert [] == told(("a", "b"), ("a", "b"))


def test_a_sound_with_other_bytes_is_a_file_and_no_picture() -> None:
    after = voice("c", recordings=(recording("ball"),), message=VoiceMessage(sha("ball"), None))
    (change,) = difference(STAGED, version_of(voice("c")), version_of(after)).text
    assert isinstance(change, PictureChanged)
    assert change.is_recording
    (gone,) = difference(
        STAGED,
        version_of(voice("c")),
        version_of(voice("c", recordings=(), message=VoiceMessage(None, MediaId("V")))),
    ).text[1:]
    assert (True, None) == (isinstance(gone, PictureChanged), getattr(gone, "after", 0))
