"""What changed, as a person reads it on the terminal and on a pull request."""

from datetime import datetime
from typing import Any

import pytest
from comment_judge import judge, plan_markdown
from copies import replace
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_view_markdown import LATER, texts
from view_samples import (
    BEIJING,
    COVER,
    HERO,
    LEAVES,
    NOW,
    article,
    campaign,
    picture,
    plan_of,
    text_campaign,
)

from massctl.model.batches import OpenidList
from massctl.model.campaign import Audience
from massctl.model.destination import Destination, DestinationKind
from massctl.model.ids import CampaignName, Sha256, sha256_of
from massctl.model.lock import version_of
from massctl.model.message import NewsMessage, Purpose, RenderedCampaign, TextMessage
from massctl.model.phrase import Phrase
from massctl.plan.review_diff import (
    ArticleChanged,
    Base,
    BaseKind,
    DestinationChanged,
    Difference,
    ElementChanged,
    MarkupChanged,
    difference,
)
from massctl.view.cells import cells
from massctl.view.difference import base_words, difference_rows
from massctl.view.i18n import LANGUAGES, Language, say
from massctl.view.markdown import MARKDOWN_CHARACTERS_MAX
from massctl.view.markdown_text import size
from massctl.view.plan import plan_text
from massctl.view.style import Style
from massctl.view.terminal import Page

STAGED = Base(BaseKind.STAGED)
MORNING = datetime(2026, 11, 30, 9, 5, tzinfo=BEIJING)
RIVER, SECOND_COVER = (Sha256(sha256_of(name)) for name in (b"river", b"second cover"))
PICTURES = (
    picture("images/cover.jpg", COVER, Purpose.MATERIAL),
    picture("images/hero.webp", HERO, Purpose.IMAGE),
    picture("images/leaves.png", LEAVES, Purpose.IMAGE),
)
NEW_PICTURES = (
    replace(picture("images/cover.jpg", SECOND_COVER, Purpose.MATERIAL), size_bytes=290_500),
    picture("images/river.jpg", RIVER, Purpose.IMAGE),
    picture("images/leaves.png", LEAVES, Purpose.IMAGE),
)
BODY = (
    "<p>入秋以后，河堤上的风一天比一天大，出门请多穿一件，路上小心，早去早回，别忘了带上热水。</p>"
    f'<p>现在只要 1999 元起。</p><p>这一段会删去。</p><img src="massctl-picture:{HERO}" alt="英雄">'
    f'<img src="massctl-picture:{LEAVES}" alt="落叶"><p><a href="https://mp.weixin.qq.com/s/a">路线</a></p>'
)
NEW_BODY = (
    "<p>入秋以后，河堤上的风一天比一天大，出门请多穿两件，路上小心，早去早回，别忘了带上热水。</p>"
    f'<p>限时三天，现在只要 1899 元起。</p><img src="massctl-picture:{RIVER}">'
    f'<img src="massctl-picture:{LEAVES}" alt="一地落叶"><p><a href="https://mp.weixin.qq.com/s/b">路线</a></p>'
    "<p>新的一段，说说下个月的事。</p>"
)
LOOKS = "<p>路线卡</p>"


def before() -> RenderedCampaign:
    articles = (
        article("春季大促，1999 元起", BODY),
        article("路线卡", LOOKS),
        article("要走的一篇", "<p>再见</p>"),
    )
    return campaign(message=NewsMessage(articles), pictures=PICTURES)


def after(**changes: Any) -> RenderedCampaign:
    first = replace(
        article("春季大促，1899 元起", NEW_BODY), digest="四天，错过等一年", cover=SECOND_COVER
    )
    articles = (
        article("新来的一篇", "<p>大家好</p>"),
        replace(first, author="", need_open_comment=False),
        article("路线卡", '<p style="text-align:center">路线卡</p>'),
    )
    fields: dict[str, Any] = {
        "message": NewsMessage(articles),
        "pictures": NEW_PICTURES,
        "window": LATER,
        "edition": 2,
        "audience": Audience.model_validate({"tag_id": 101}),
        "send_ignore_reprint": True,
    }
    return campaign(**(fields | changes))


def compared(
    old: RenderedCampaign, new: RenderedCampaign, base: Base = STAGED
) -> dict[CampaignName, Difference]:
    return {new.name: difference(base, version_of(old), version_of(new))}


def text_of(
    new: RenderedCampaign,
    differences: dict[CampaignName, Difference],
    language: Language = Language.EN,
    width: int = 100,
    style: Style = Style.PLAIN,
) -> str:
    return plan_text(Page(language, style, width), plan_of(new), NOW, differences)


def test_a_list_that_grew_is_told_by_its_numbers():
    listed = Audience(openids="lists/a.txt")
    old, new = (
        campaign(audience=listed, openid_list=OpenidList(sha256_of(bytes([count])), count))
        for count in (2, 3)
    )
    said = text_of(new, compared(old, new))
    assert (
        "the openids in lists/a.txt, 2 openids → the openids in lists/a.txt, 3 openids"
        in " ".join(said.split())
    )


@pytest.mark.parametrize("audience", [{"openids": "lists/a.txt"}, {"of": "east"}])
@pytest.mark.parametrize(("before", "after", "is_told"), [(4860, 2, True), (4860, 4977, False)])
def test_a_list_of_other_people_is_told_by_a_warning(
    audience: dict[str, str], before: int, after: int, is_told: bool
):
    whom = Audience(**audience)
    old, new = (
        campaign(audience=whom, openid_list=OpenidList(sha256_of(bytes([count % 256])), count))
        for count in (before, after)
    )
    warned = "warning: more than 30 percent of it changed: are these the people?"
    shown = " ".join(text_of(new, compared(old, new)).split())
    comment = plan_markdown(plan_of(new), NOW, Language.EN, compared(old, new))
    assert (is_told, is_told) == (warned in shown, warned in comment)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("width", [60, 100])
def test_every_kind_of_change(snapshot: object, language: Language, width: int):
    assert snapshot == text_of(after(), compared(before(), after()), language, width)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_every_kind_of_change_as_markdown(snapshot: object, language: Language):
    assert snapshot == plan_markdown(plan_of(after()), NOW, language, compared(before(), after()))


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("width", [40, 60, 80])
def test_nothing_overflows(language: Language, width: int):
    shown = text_of(after(), compared(before(), after()), language, width)
    assert [] == [line for line in shown.split("\n") if cells(line) > width]


def test_what_went_is_red_and_what_came_is_green():
    shown = text_of(after(), compared(before(), after()), style=Style.COLOUR)
    assert "[\x1b[31m1999\x1b[0m → \x1b[32m1899\x1b[0m]" in shown
    assert "removed: \x1b[31m这一段会删去。\x1b[0m" in shown


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("周日改到十点半。", "这个周日改到十点半。", "changed: [+ 这个]周日改到十点半。"),
        ("这个周日改到十点半。", "周日改到十点半。", "changed: [− 这个]周日改到十点半。"),
        ("周日九点。", "周日十点。", "changed: 周日[九 → 十]点。"),
        ("天冷了", "周日见", "changed: [天冷了 → 周日见]"),
        ("周日九点见", "周日 九点见", "changed: 周日[+ ␣]九点见"),
        ("周日九点见", "周日\u200b九点见", "changed: 周日[+ \\u200b]九点见"),
    ],
)
def test_a_changed_text_marks_its_words(old: str, new: str, expected: str):
    one, other = (text_campaign(message=TextMessage(words)) for words in (old, new))
    assert expected in text_of(other, compared(one, other))


@pytest.mark.parametrize(
    ("base", "english", "chinese"),
    [
        (
            Base(BaseKind.DRAFT, at=MORNING),
            "compared with the staged draft of 2026-11-30 09:05 +08:00",
            "与 2026-11-30 09:05 +08:00 存的草稿相比",
        ),
        (Base(BaseKind.PREVIEW), "compared with what reviewers saw last", "与预览人上次看到的相比"),
        (
            Base(BaseKind.SENT, edition=1, at=MORNING),
            "compared with edition 1, sent 2026-11-30 09:05 +08:00",
            "与 2026-11-30 09:05 +08:00 发出的第 1 版相比",
        ),
        (Base(BaseKind.CHECKOUT, where="../main"), "against ../main", "与 ../main 相比"),
    ],
)
def test_the_base_is_named(base: Base, english: str, chinese: str):
    assert (english, chinese) == (
        say(base_words(base), Language.EN),
        say(base_words(base), Language.ZH),
    )


def test_where_only_looks_changed_no_word_did():
    one, other = campaign(), campaign(message=NewsMessage((article(content="<p>x</p>"),)))
    styled = campaign(message=NewsMessage((article(content='<p style="text-align:center">x</p>'),)))
    assert "no change to the words, pictures and destinations" in text_of(
        styled, compared(other, styled)
    )
    assert "no change to the words and pictures" not in text_of(other, compared(one, other))


def test_what_may_be_more_than_looks_is_said():
    rows = {
        ElementChanged("p", "style.display", "", "none"): "style.display of p: (empty) → none",
        ElementChanged("svg", "", "<svg>", "<svg/>"): "a drawing or a style sheet changed: svg",
        MarkupChanged(("del", "p")): "elements came or went, which may be more than looks: del, p",
        MarkupChanged(): "something other than the appearance may have changed",
        DestinationChanged(
            Destination(DestinationKind.URL, "https://a.cn", "article 1", "拒绝"),
            Destination(DestinationKind.URL, "https://a.cn", "article 1", "同意"),
        ): "the words that lead to https://a.cn: 拒绝 → 同意",
    }
    found = Difference(STAGED, articles=(ArticleChanged(1, 1, "题", tuple(rows)),))
    words = [say(each.words, Language.EN) for each in difference_rows(found)]
    assert [*rows.values()] == words[-len(rows) :]


def test_without_anything_to_compare_it_says_why():
    note = Difference(
        Base(BaseKind.CHECKOUT, where="../main"),
        Phrase("it is new: there is no such campaign there"),
    )
    shown = text_of(campaign(), {campaign().name: note})
    assert (
        "  changes    against ../main\n             it is new: there is no such campaign there\n"
        in shown
    )


def test_a_plan_without_differences_says_nothing_of_changes():
    assert "changes" not in text_of(campaign(), {}) + plan_markdown(
        plan_of(campaign()), NOW, Language.EN
    )


def test_of_many_changes_the_first_are_shown():
    one, other = (
        campaign(
            message=NewsMessage(
                (article(content="".join(f"<p>{n} {word}</p><p>{n}</p>" for n in range(60))),)
            )
        )
        for word in ("今天风大", "今天雨大")
    )
    found = compared(one, other)
    assert 39 == text_of(other, found).count("changed: ")
    assert "              and 21 more" in text_of(other, found)
    assert 19 == plan_markdown(plan_of(other), NOW, Language.EN, found).count("\n- changed: ")


def test_a_very_long_change_is_cut():
    one, other = (
        campaign(),
        campaign(message=NewsMessage((article(content=f"<p>{'长' * 5_000}</p>"),))),
    )
    shown = text_of(other, compared(one, other))
    assert 400 == shown.count("长")
    assert "…" in shown


@pytest.mark.night
@pytest.mark.slow
def test_a_comment_with_long_changes_is_never_too_long():
    names = [CampaignName(f"2026-12-{number:02}") for number in range(12)]
    bodies = ["".join(f"<p>{word * 300}{n}</p>" for n in range(40)) for word in "春夏"]
    old, new = (NewsMessage(tuple(article(f"第{n}篇", body) for n in range(8))) for body in bodies)
    each = [campaign(name, message=new) for name in names]
    found = {c.name: compared(campaign(c.name, message=old), c)[c.name] for c in each}
    written = plan_markdown(plan_of(*each), NOW, Language.EN, found)
    assert size(written) <= MARKDOWN_CHARACTERS_MAX
    # A title stands however much changed above it.
    assert 96 == written.count("\n**article ")
    assert "a part of the details of 12 campaigns**" in written


def dressed(title: str, words: str, address: str) -> tuple[RenderedCampaign, RenderedCampaign]:
    """Give two versions with these words wherever a file may bring its own."""
    from html import escape

    link = f'<a href="{escape(address)}">here</a>'
    seen = f'<img src="massctl-picture:{HERO}" alt="{escape(words)}">'
    old = article(
        title,
        f"<p>kept words before {escape(words)} and a kept end</p><p>gone {escape(words)}</p>"
        + link,
    )
    new = replace(
        article(words, f"<p>kept words before {escape(title)} and a kept end</p>{seen}<p>new</p>"),
        author=title,
        digest=address,
        content_source_url=address,
    )
    paths = (replace(picture("x", HERO, Purpose.IMAGE), path=f"campaigns/{words}"), *PICTURES[:1])
    return campaign(message=NewsMessage((old,))), campaign(
        message=NewsMessage((new,)), pictures=paths
    )


@pytest.mark.night
@pytest.mark.slow
@settings(max_examples=60)
@given(texts, texts, texts)
@example("@all", "a`b|c.yaml", "x\n\n# y")
@example("1. x", "<b>", "[a](b)")
@example("**bold** _it_ ~~gone~~x", "~~x", "*x")
@example("`", "\u202egnp.exe", "- [ ] x")
def test_no_word_from_a_file_does_anything(title: str, words: str, address: str):
    old, new = dressed(title, words, address)
    written = plan_markdown(plan_of(new), NOW, Language.EN, compared(old, new))
    judge(written)


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_every_mark_takes(old: str, new: str):
    """A mark that Markdown does not see as one would stand in the text as asterisks or tildes."""
    one, other = (text_campaign(message=TextMessage(f"前{words}后")) for words in (old, new))
    written = plan_markdown(plan_of(other), NOW, Language.EN, compared(one, other))
    judge(written)
