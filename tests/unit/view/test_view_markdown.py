"""A plan as a comment: what matters first, within its length, and no word from a file that does anything."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Any

import pytest
from building import folder_of
from comment_judge import judge, plan_markdown, skeletons
from copies import replace
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from view_samples import (
    NOW,
    article,
    attempted,
    campaign,
    picture,
    plan_of,
    saved,
    state_of,
    text_campaign,
)

from massctl.errors import NotAPlanError
from massctl.model import entries
from massctl.model.destination import DestinationKind
from massctl.model.destination_html import in_text
from massctl.model.diagnostics import Diagnostic, Failure, Place, Severity
from massctl.model.ids import CampaignName, Sha256, sha256_of
from massctl.model.message import NewsMessage, Purpose, Recipient, TextMessage, Window
from massctl.model.phrase import Command, Phrase
from massctl.model.state import Status
from massctl.plan.destinations import JudgedDestination
from massctl.plan.lock_diff import COMMENT_MARK, FramePart, LockState, ReviewedPart
from massctl.plan.plan import Plan, PlannedCampaign
from massctl.plan.plan_file import SavedPlan, reviewable
from massctl.plan.review_diff import Base, BaseKind, Difference
from massctl.plan.steps import Concluded, Invalid, Kind
from massctl.plan.window import WindowState
from massctl.view.cells import printable, shorten
from massctl.view.i18n import LANGUAGES, Language, say
from massctl.view.json_writer import written
from massctl.view.markdown import MARKDOWN_CHARACTERS_MAX, plan_comment, saved_sheets
from massctl.view.markdown_text import (
    TEXT_CELLS_MAX,
    Words,
    cell,
    code,
    html,
    html_code,
    prose,
    size,
    spelt_out,
)
from massctl.view.plan import CampaignSheet, planned_sheet, section
from massctl.view.plan_json import Reviewed, plan_json
from massctl.view.verbs_json import stopped_json

LATER = Window(NOW + timedelta(days=3), NOW + timedelta(days=3, hours=2))
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "@everyone",
    "a@b.example",
    "#12",
    "owner/repository#12",
    "<img src=x onerror=alert(1)>",
    "<!-- hidden",
    "&lt;b&gt; &#64;all",
    "![](https://example.com/x.png)",
    "[click](javascript:alert(1))",
    "[ref]: https://example.com",
    "https://example.com",
    "www.例.例",
    "evil.example",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "===",
    "---",
    "> quote",
    "| a | b |",
    "```",
    "~~~",
    "`` ` ``",
    "`a``b`",
    "a`b",
    "`",
    "\\`x`",
    "**bold** _it_ ~~gone~~",
    "- [ ] task",
    "$a$",
    ":tada:",
    "deadbeef1",
    "GH-12 !12",
    "two\nlines\n\n# and a heading",
    "    indented",
    "\u202egnp.exe",
    "\u2028\u2029\x00\x1b[31m",
    "春季大促，1999 元起（三天）",
    "@org/team",
    "SALE-7",
    "mailto:a@b.example",
    "[^1]",
    "> [!NOTE]",
    "<details><summary>",
    "</code></summary></details>",
    "-->",
    "`<b>`",
    "$`a`$",
    "a\\|b",
    "\\|",
    "| --- |",
    "\u202eנרות\u202c ١٢٣",
    "نص عربي · 12",
    "a\u200bb\u2060c\ufeff",
    "ㅤ\u115f\uffa0",
    "e" + "\u0301" * 500,
    "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3",
    "🏴\U000e0067\U000e0062\U000e007f",
    "x" * 5_000,
    "&#124; &commat;all",
]
HARMFUL = "".join(sorted({*"`*_~|<>[]()#@!&$\\-+=:/.", *"\n\t\r \u202e\u3000", *"aB1春🧣"}))
texts = (
    st.text(st.sampled_from(HARMFUL), max_size=40) | st.text(max_size=40) | st.sampled_from(HOSTILE)
).map(lambda text: f"{text}x")
"""Words with at least one letter, so that no place stays empty."""


def leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "inline":
            yield from token.children or ()


def shown(markdown: str) -> str:
    """Give what a reader reads."""
    return "".join(token.content for token in leaves(MARKDOWN.parse(markdown)))


def leading(plan: Plan, *destinations: JudgedDestination) -> Plan:
    """Give a plan whose campaigns lead to these places."""
    campaigns = (replace(each, destinations=destinations) for each in plan.campaigns)
    return replace(plan, campaigns=tuple(campaigns))


def dressed(title: str, path: str, message: str, name: str = "editor_li") -> Plan:
    """Give a plan of every kind, with these words wherever a file may bring its own."""
    fault = Diagnostic(
        "MC011",
        Severity.ERROR,
        Phrase("unknown key {key}", key=message),
        Place(path, 3, 1),
        message,
    )
    warning = Diagnostic(
        "MC309", Severity.WARNING, Phrase("{detail}", detail=message), Place(path, 1), None
    )
    due = campaign(
        title=title,
        message=NewsMessage((article(title), article(message))),
        diagnostics=(warning,),
        recipients=(Recipient("towxname", name),),
    )
    notice = text_campaign(title=title, message=TextMessage(message), window=None)
    later = campaign("2026-12-later", title=message, window=LATER)
    bad = Invalid(
        CampaignName("2026-12-bad"),
        folder_of("2026-12-bad"),
        title,
        message,
        1,
        (fault,),
    )
    sent = Concluded(
        CampaignName("2026-10-sent"),
        folder_of("2026-10-sent"),
        title,
        "main",
        due.appid,
        1,
        None,
        due.source_sha256,
    )
    state = state_of(
        saved(later, digest="sha256:" + "0" * 64),
        (attempted(text_campaign(name="2026-10-sent"))[0], "2026-10-sent"),
        (entries.SendAccepted(attempt=3, msg_id=1, msg_data_id=2), "2026-10-sent"),
    )
    # The words of a text may be addresses, which lead somewhere.
    place = JudgedDestination(DestinationKind.URL, path, "article 1", message, True)
    return leading(plan_of(due, notice, later, bad, sent, state=state), place)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_a_plan_of_every_kind(snapshot: object, language: Language):
    plan = dressed("春季大促", "campaigns/2026-12-bad/campaign.yaml", "titel")
    assert snapshot == plan_markdown(plan, NOW, language)


def rows_of(sheet: CampaignSheet) -> list[tuple[str, list[str], list[str]]]:
    said = section(sheet)
    rows = [*said.facts, *said.steps, *said.pressing, *said.notes]
    in_english = [[say(each, Language.EN) for each in row.words] for row in rows]
    below = [[say(each, Language.EN) for each in row.below] for row in rows]
    return [(row.name, *each) for row, *each in zip(rows, in_english, below, strict=True)]


def test_a_plan_that_was_read_from_json_is_worded_as_the_plan_that_was_made():
    plan = dressed("春季大促", "campaigns/2026-12-bad/campaign.yaml", "titel")
    # JSON does not name reviewers.
    kept = [
        [step for step in each.steps if step.kind is not Kind.SEND_PREVIEW]
        for each in plan.campaigns
    ]
    shown = [
        replace(each, steps=tuple(steps)) for each, steps in zip(plan.campaigns, kept, strict=True)
    ]
    made = replace(plan, campaigns=tuple(shown))
    read = reviewable(plan_json(made, Language.EN, (), Reviewed(NOW)))
    assert isinstance(read, SavedPlan)
    assert [rows_of(planned_sheet(each)) for each in shown] == [
        rows_of(each) for each in saved_sheets(read)
    ]


def test_what_matters_most_comes_first():
    written = plan_markdown(dressed("春", "campaigns/x.yaml", "y"), NOW, Language.EN)
    names = [
        "2026-12-spring-sale",
        "2026-12-bad",
        "2026-12-later",
        "2026-12-text-notice",
        "2026-10-sent",
    ]
    details = [written.index(f"<code>{name}") for name in names[:4]]
    places = [*details, written.index(f"- `{names[4]}`")]
    assert sorted(places) == places


def changed_in(*parts: ReviewedPart, is_new: bool = False) -> Difference:
    frame = tuple(FramePart(Phrase("part"), part, 1, 2) for part in parts)
    return Difference(Base(BaseKind.STAGED), Phrase("new") if is_new else None, is_new, frame)


def test_who_approves_a_window_that_opens_later_approves_a_send_that_cannot_be_undone():
    written = plan_markdown(plan_of(campaign(window=LATER)), NOW, Language.EN)
    assert "<br><strong>sent in its window, cannot be undone</strong> · " in written
    assert (
        "**Check what is below, then approve it: once it is merged, massctl sends it on Fri 4 Dec 20:05 "
        "to every follower, and that cannot be undone**" in written
    )


def test_what_nobody_sends_by_itself_is_only_prepared():
    written = plan_markdown(plan_of(campaign(window=None)), NOW, Language.EN)
    assert "in its window" not in written


def test_who_gets_it_and_when_is_seen_in_its_line_where_it_changed():
    other = changed_in(ReviewedPart.AUDIENCE, ReviewedPart.WINDOW)
    words = Difference(Base(BaseKind.STAGED))
    names = [CampaignName(name) for name in ("a", "b", "c", "d")]
    plan = plan_of(*(campaign(name, window=LATER) for name in names))
    changed = dict(zip(names[1:], (words, other, changed_in(is_new=True)), strict=True))
    written = plan_markdown(plan, NOW, Language.EN, changed)

    assert "- the audience changed: 1 campaign\n" in written
    assert " · <strong>changed: audience, window</strong> · " in written
    assert " · <strong>new campaign</strong> · " in written
    # First who gets what they did not, then other words, then what is as it was.
    places = [written.index(f"<code>{name}</code>") for name in ("c", "d", "b", "a")]
    assert sorted(places) == places


def test_what_changed_comes_before_what_others_left_refused():
    old = campaign("old", window=Window(NOW - timedelta(days=2), NOW - timedelta(days=1)))
    new = campaign("young", window=LATER)
    written = plan_markdown(
        plan_of(old, new), NOW, Language.EN, {new.name: changed_in(is_new=True)}
    )
    assert written.index("<code>young") < written.index("<code>old")


def test_a_window_of_another_offset_is_shown_in_beijing_too():
    opens = datetime(2026, 12, 5, 20, 0, tzinfo=timezone(timedelta(hours=-5)))
    written = plan_markdown(
        plan_of(campaign(window=Window(opens, opens + timedelta(hours=2)))), NOW, Language.ZH
    )
    assert "周六 12 月 5 日 20:00–22:00 -05:00 = 周日 12 月 6 日 09:00–11:00 · 尚未开始" in written
    assert " = " not in plan_markdown(plan_of(campaign(window=LATER)), NOW, Language.ZH)


def test_a_mass_send_and_a_preview_are_marked_as_irreversible():
    written = plan_markdown(dressed("春", "x.yaml", "y"), NOW, Language.EN)
    assert (
        "<summary>‼ <strong>春</strong> <code>2026-12-spring-sale</code><br>"
        "<strong>sent now, cannot be undone</strong> · 1 warning · " in written
    )
    assert "- ‼ **send to every follower: this cannot be undone**" in written
    assert "- 1 preview to send · not there yet · **cannot be undone**" in written
    assert "- save the draft · not there yet\n" in written


def test_the_last_known_size_stands_beside_the_audience():
    known = campaign()
    written = plan_markdown(plan_of(known, state=state_of(saved(known))), NOW, Language.EN)
    assert "every follower · 1,234,567 followers when last counted" in written


def test_a_size_out_of_bounds_is_read_again():
    small = campaign()
    written = plan_markdown(plan_of(small, state=state_of(saved(small, count=5))), NOW, Language.EN)
    assert "\n  - apply reads the size again before it decides\n" in written
    assert "- `audience_bounds` the audience has 5 followers" in written
    assert "<strong>sent now, cannot be undone</strong> · <code>audience_bounds</code>" in written


def test_an_openid_is_never_shown():
    assert "oSECRET" not in plan_markdown(plan_of(campaign()), NOW, Language.EN)


def test_nothing_at_all():
    written = plan_markdown(plan_of(), NOW, Language.ZH)
    assert written.startswith("<!-- massctl:plan -->\n## massctl plan\n\n**无事可做。**\n")


CALM = skeletons(plan_markdown(dressed("x", "x", "x", "x"), NOW, Language.EN))


@pytest.mark.night
@pytest.mark.slow
@settings(max_examples=60)
@given(texts, texts, texts, texts)
@example("@all", "a`b|c.yaml", "x\n\n# y", "`")
@example("1. x", "<b>", "[a](b)", "-")
@example("</summary></details>", "a\\|b", "| --- |", "\\")
def test_no_word_from_a_file_does_anything(title: str, path: str, message: str, name: str):
    written = plan_markdown(dressed(title, path, message, name), NOW, Language.EN)
    judge(written)
    if not [*in_text(message, "message")]:  # An address in it is one line more.
        assert CALM == skeletons(written)


@pytest.mark.slow
@settings(max_examples=40)
@given(texts, texts)
@example("a`b|c", "<b>")
@example("javascript:alert(1)", "@all")
@example("https://a.cn/x)[y](https://b.cn", "[a](b)")
def test_no_word_of_a_destination_does_anything(address: str, words: str):
    link = f'<a href="{escape(address)}">{escape(words)}</a>'
    led = campaign(message=NewsMessage((article("题", link),)))
    judge(plan_markdown(plan_of(led), NOW, Language.EN))


def test_new_destinations_of_articles_and_pictures_are_named():
    link = '<a href="https://a.cn/x">立即报名</a>'
    both = NewsMessage((article("甲", "<p>甲</p>"), article("乙", link)))
    first, *others = campaign().pictures
    seen = replace(first, codes=("https://b.cn",))
    led = campaign(message=both, pictures=(seen, *others))
    written = plan_markdown(plan_of(led), NOW, Language.EN)
    assert "- **new** link `https://a.cn/x` “立即报名” · article 2" in written
    assert "- **new** QR code `https://b.cn` · `images/" in written


@pytest.mark.slow
@given(st.lists(texts, min_size=12, max_size=12), st.sampled_from(["zh", "en"]))
@example(["</summary>"] * 12, "zh")
@example(["\\|"] * 12, "en")
def test_no_word_of_a_plan_that_anybody_wrote_does_anything(words: list[str], language: str):
    judge(
        plan_comment(
            reviewable(json.dumps(forged(words, language))), Language(language), from_fork=True
        )
    )


def one_line(text: str) -> str:
    """Take line breaks out, which no tag may have."""
    return re.sub(r"[\r\n]", " ", text)


def forged(words: list[str], language: str) -> dict[str, Any]:
    """Give a plan's JSON with foreign words in every place that the schema lets them into."""
    document = json.loads(
        plan_json(
            plan_of(campaign(), state=state_of(saved(campaign()))), Language.EN, (), Reviewed(NOW)
        )
    )
    (planned,) = document["campaigns"]
    one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve = words
    approved = planned["approved"]
    approved |= {"campaign": one, "renderer": two, "audience": {"tag": one_line(three)}}
    approved["account"] = {"name": four, "appid": five}
    approved["message"]["articles"][0] |= {"title": six, "author": seven, "digest": eight}
    planned |= {"name": one, "account": nine, "digest": ten, "title": eleven}
    planned["refusals"] = [{"guard": "freeze", "message": twelve, "hint": one}]
    planned["diagnostics"] = [
        {
            "code": two,
            "severity": "error",
            "message": three,
            "hint": four,
            "campaign": five,
            "file": six,
        }
        | {"line": 1, "column": 1, "end_line": 1, "end_column": 1}
    ]
    planned["handoff"] = [{"item": f"album: {seven}", "done": False}, {"item": eight, "done": True}]
    pieces = [
        {"mark": mark, "text": text}
        for mark, text in zip(("kept", "removed", "added"), words, strict=False)
    ]
    planned["changes"] = {
        "against": nine,
        "rows": [
            {"words": ten, "inner": False, "pieces": pieces},
            {"words": eleven, "inner": True, "pieces": pieces},
        ],
    }
    drift = {
        "campaign": twelve,
        "edition": 1,
        "kind": "draft_gone",
        "subject": one,
        "before": two,
        "now": three,
    }
    document["remote"] = {
        "drift": [drift | {"message": four}],
        "errors": [{"errcode": None, "rid": None, "message": six, "hint": seven, "account": five}],
    }
    span = {"per": "day", "from": "2026-12-01", "of": "sends", "limit": 1, "used": 0, "left": 0}
    document["allowance"] = [
        {"account": eight, "kind": "service", "ahead": [span | {"campaigns": [one, nine]}]}
    ]
    return {
        **document,
        "digest": ten,
        "lineage": eleven,
        "review": {**document["review"], "language": language},
    }


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("write", [code, prose])
def test_hostile_words_are_read_as_they_are_written(write: Any, text: str):
    written = write(text)
    tokens = MARKDOWN.parse(written)
    read = shown(written)
    assert ["paragraph_open", "inline", "paragraph_close"] == [token.type for token in tokens]
    assert {token.type for token in leaves(tokens)} <= {"text", "code_inline"}
    said = shorten(printable(spelt_out(text.strip().replace("\n", " "))), TEXT_CELLS_MAX)
    isolates = str.maketrans("", "", "`\u2068\u2069")
    assert "".join(said.translate(isolates).split()) == "".join(read.translate(isolates).split())


@given(st.text(max_size=80))
def test_any_text_is_one_paragraph_of_words_and_code(text: str):
    for write in (code, prose):
        tokens = MARKDOWN.parse(write(text))
        assert [t.type for t in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
        assert {t.type for t in leaves(tokens)} <= {"text", "code_inline"}
        judge(f"{COMMENT_MARK}\n\n{write(text)}\n")
        judge(f"{COMMENT_MARK}\n\n| a |\n| --- |\n| {cell(write(text))} |\n")
        assert [["table", "thead", "tr", "th", "tbody", "tr", "td"]] * 2 == skeletons(
            f"| a |\n| --- |\n| {cell(write(text))} |\n"
        )
    for write in (html, html_code):
        judge(f"{COMMENT_MARK}\n\n<details><summary>{write(text)}</summary>\n\nx\n\n</details>\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "set policy.sending to `enabled`, then wait.",
            "set `policy.sending` to `enabled`, then wait.",
        ),
        ("未找到 images/a.jpg。", "未找到 `images/a.jpg`。"),
        ("(see massctl.yaml)", "(see `massctl.yaml`)"),
        ("1. x", "1\\. x"),
        ("- x", "\\- x"),
        ("a`b", "a`` ` ``b"),
        ("`a``b`", "`ab`"),
        ("@a @b", "`@a` `@b`"),
        ("", ""),
    ],
)
def test_calm_words_stay_prose(text: str, expected: str):
    assert expected == prose(text)


def test_backquotes_of_others_are_part_of_what_they_say():
    assert ("秋`天`", "秋`` `天` ``") == (prose("秋`天`"), prose("秋`天`", foreign=True))


def test_a_very_long_text_is_cut():
    assert TEXT_CELLS_MAX == len(prose("x" * 10_000))


def test_accents_without_end_are_cut_like_any_text():
    assert len(prose("e" + "\u0301" * 100_000)) < 2 * TEXT_CELLS_MAX


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SALE\u200b-1", "`SALE\\u200b-1`"),
        ("ㅤ x", "`\\u3164` x"),
        ("a\u202eb", "`a\\u202eb`"),
        ("שלום", "\u2068שלום\u2069"),
        (
            "👨\u200d👩 ❤\ufe0f 5\ufe0f\u20e3 👍🏽\u200d♂\ufe0f",
            "👨\u200d👩 ❤\ufe0f 5\ufe0f\u20e3 👍🏽\u200d♂\ufe0f",
        ),
        ("春\u200d夏\ufe0f", "春`\\u200d`夏`\\ufe0f`"),
        ("\U000e0041", "`\\U000e0041`"),
    ],
)
def test_what_nobody_sees_is_written_out(text: str, expected: str):
    assert expected == prose(text)


def faulty(number: int, faults: int = 30) -> Invalid:
    name = f"2026-12-{number:04}"
    say = Phrase("unknown key {key}", key="键" * 100)
    found = [
        Diagnostic("MC011", Severity.ERROR, say, Place(f"campaigns/{name}/campaign.yaml", n))
        for n in range(faults)
    ]
    return Invalid(
        CampaignName(name), folder_of(CampaignName(name)), "坏了的", "main", 1, tuple(found)
    )


def counted(written: str, said: str) -> int:
    found = re.search(said, written)
    return int(found[1].replace(",", "")) if found else 0


@pytest.mark.night
@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_a_comment_is_never_too_long_and_says_what_is_left_out(language: Language):
    plan = plan_of(campaign(), *(faulty(number) for number in range(1_000)))
    written = plan_markdown(plan, NOW, language)
    assert MARKDOWN_CHARACTERS_MAX * 0.95 < size(written) <= MARKDOWN_CHARACTERS_MAX
    judge(written)
    rows, details = written.count("<summary>") + written.count("<li>"), written.count("<details")
    said = {
        Language.EN: (r"all of ([\d,]+) campaigns", r", details of ([\d,]+) campaigns"),
        Language.ZH: (r"([\d,]+) 个活动的全部内容", r"内容、([\d,]+) 个活动的细节"),
    }[language]
    absent, without = (counted(written, each) for each in said)
    assert (1_001, rows) == (rows + absent, details + without)
    first, other = "<code>2026-12-spring-sale</code><br>", "<code>2026-12-0000</code>"
    assert written.index(first) < written.index(other)


@pytest.mark.slow
def test_a_pull_request_that_changes_200_campaigns_fits_with_a_row_for_each():
    names = [f"2026-12-{number:03}-{'spring-sale' * 2}" for number in range(200)]
    raised = Difference(
        Base(BaseKind.STAGED), frame=(FramePart(Phrase("edition"), ReviewedPart.EDITION, 1, 2),)
    )
    changed = {CampaignName(name): raised for name in names}
    locks = {CampaignName(name): LockState.LOCKED for name in names}
    plan = plan_of(
        *(
            campaign(name, title="给会员的春季大促，三天，错过等一年", window=LATER)
            for name in names
        )
    )
    written = plan_markdown(plan, NOW, Language.ZH, changed, locks)
    judge(written)
    assert size(written) <= MARKDOWN_CHARACTERS_MAX
    assert 200 == written.count("</strong> <code>2026-12-")
    assert written.count("<details") >= 30
    assert written.count("<li>") == 200 - written.count("<details")
    assert f"{written.count('<li>')} 个活动的细节" in written


def test_the_whole_of_a_small_plan_stands():
    written = plan_markdown(dressed("春", "x.yaml", "y"), NOW, Language.EN)
    assert "left out" not in written


def test_emoji_count_as_two():
    assert (3, 2, 1) == (size("a🧣"), size("🧣"), size("春"))
    rests = [faulty(n, 1) for n in range(40)]
    written = plan_markdown(
        plan_of(*(replace(each, title="🧣" * 30) for each in rests)), NOW, Language.EN, limit=5_000
    )
    assert len(written.encode("utf-16-le")) // 2 <= 5_000


def test_quiet_campaigns_are_folded_away_and_left_out_last():
    rests = [
        PlannedCampaign(
            CampaignName(f"2026-09-{n:04}"),
            folder_of(CampaignName(f"2026-09-{n:04}")),
            "旧刊" * 20,
            "main",
            1,
            Status.SENT,
            WindowState.EXPIRED,
        )
        for n in range(400)
    ]
    plan = Plan(None, 0, (*rests, *plan_of(campaign()).campaigns))
    written = plan_markdown(plan, NOW, Language.EN, limit=5_000)
    assert size(written) <= 5_000
    assert written.index("<summary>‼") < written.index("`2026-09-0000`")
    assert "<details><summary>nothing to do: 400</summary>" in written
    assert 400 == written.count("- `2026-09-") + counted(written, r"- and ([\d,]+) more")
    assert "- ‼ **send to every follower" in written


def test_of_many_faults_the_first_are_shown():
    written = plan_markdown(plan_of(faulty(1, 30)), NOW, Language.EN)
    assert "- `MC011` found in 30 places\n" in written
    assert "  - 27 more; `massctl validate" in written


def test_many_steps_do_not_hide_the_send():
    many = [
        picture(f"images/{n}.jpg", Sha256(sha256_of(str(n).encode())), Purpose.IMAGE)
        for n in range(40)
    ]
    written = plan_markdown(plan_of(campaign(pictures=tuple(many))), NOW, Language.EN)
    assert "**steps**\n\n- ‼ **send to every follower" in written
    assert re.search(r"- 40 pictures to upload · .* and 32 more · not there yet\n", written)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (LockState.LOCKED, "locked"),
        (LockState.STALE, "the lock has other content"),
        (LockState.MISSING, "not locked"),
    ],
)
def test_how_the_lock_stands(state: LockState, said: str):
    name = campaign().name
    written = plan_markdown(plan_of(campaign()), NOW, Language.EN, locks={name: state})
    assert re.search(rf"- \*\*status\*\* new · digest `\w+` · {said}\n", written)


def test_the_allowance_stands_below_the_campaigns():
    document = forged(["x"] * 12, "en")
    document["allowance"][0]["ahead"][0]["campaigns"] = ["x"]
    written = plan_comment(reviewable(json.dumps(document)), Language.EN)
    assert 1 == written.count("none left after what is planned")
    assert (
        "- x · service account · 2026-12-01 · x · sends: 0 of 1 used now, none left after what is planned\n"
        in written
    )


def test_an_account_stands_by_its_name_where_that_is_known():
    named = replace(Language.EN, labels=(("main", "不赶路 (main)"),))
    written = plan_markdown(plan_of(campaign()), NOW, named)
    assert "- **account** 不赶路 (main)\n" in written


def test_which_commit_and_that_it_comes_from_a_fork():
    document = json.dumps(forged(["x"] * 12, "en"))
    written = plan_comment(
        reviewable(document), Language.EN, commit="0123456789abcdef", from_fork=True
    )
    assert " · made Tue 1 Dec 20:05 · for commit `0123456789abcdef`\n" in written
    assert (
        "- ⚠ This plan was made by code from a fork and cannot be trusted: read the files."
        in written
    )


def test_a_plan_that_could_not_be_made_says_why():
    failure = Failure(
        None, None, Phrase("massctl.yaml has faults, so nothing was done"), "@all <b>"
    )
    document = written(stopped_json("plan", failure, 1), Language.EN)
    comment = plan_comment(reviewable(document), Language.EN, commit="0123456")
    assert (
        "**`massctl.yaml` has faults, so nothing was done**\n\n`@all` `<b>`\n\n- for commit `0123456`\n"
        in comment
    )
    judge(comment)


@pytest.mark.parametrize("kind", ["image", "voice", "mpvideo", "wxcard", "text"])
def test_every_kind_of_message(kind: str):
    file = {"file": None, "media_id": "MEDIA"}
    messages: dict[str, dict[str, Any]] = {
        "image": {"files": None, "media_ids": ["A", "B"], "title": "题", "recommend": "看"}
        | {"need_open_comment": False, "only_fans_can_comment": False},
        "voice": file,
        "mpvideo": {**file, "title": "题", "description": "述"},
        "wxcard": {"card_id": "CARD"},
        "text": {"content": "周日\n改时间"},
    }
    said = {
        "image": "picture message · 2 pictures · 题 · 看",
        "voice": "voice message · `v.mp3`",
        "mpvideo": "video message · 题 · `v.mp3`",
        "wxcard": "coupon · CARD",
        "text": "**text** 周日 改时间 · 5 words",
    }
    document = forged(["x"] * 12, "en")
    approved = document["campaigns"][0]["approved"]
    approved["message"] = {"type": kind, **messages[kind]}
    sound = {
        "path": "v.mp3",
        "source_sha256": approved["digest"],
        "sha256": approved["digest"],
        "bytes": 1,
        "as": "voice",
    }
    approved["pictures"] = [sound] if kind in ("voice", "mpvideo") else []
    assert said[kind] in plan_comment(reviewable(json.dumps(document)), Language.EN)


def test_a_list_of_openids_is_told_by_its_number():
    document = forged(["x"] * 12, "en")
    (planned,) = document["campaigns"]
    planned["approved"]["audience"] = {
        "openids": "lists/a.txt",
        "sha256": "sha256:" + "0" * 64,
        "count": 25_000,
    }
    planned["steps"] = [
        {"kind": "send_mass", "address": f"x/send/{n}", "reason": "due", "reversible": False}
        for n in (1, 2, 3)
    ]
    written = plan_comment(reviewable(json.dumps(document)), Language.EN)
    assert (
        " · the openids in <code>lists/a.txt</code> · 25,000 openids · Tue 1 Dec 20:00–21:30"
        in written
    )
    assert "- **audience** the openids in `lists/a.txt` · 25,000 openids in 3 jobs\n" in written
    assert (
        "- ‼ **send to the openids in `lists/a.txt` in 3 jobs, one after the other: this cannot be undone**"
        in written
    )


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"campaigns": [{}]}, "campaigns.0.name, campaigns.0.account"),
        ({"surprise": 1}, "surprise"),
        ({"serial": "1"}, "serial"),
        ({"review": {"at": "9999-12-31T23:00:00+00:00", "language": "zh"}}, "review.at"),
        ({"review": {"at": "2026-12-01T20:00:00", "language": "zh"}}, "review.at"),
    ],
)
def test_what_is_not_exactly_a_plan_is_refused_by_its_places(change: dict[str, Any], place: str):
    with pytest.raises(NotAPlanError) as stop:
        reviewable(json.dumps(forged(["x"] * 12, "en") | change), "p.json")
    assert stop.value.summary.startswith(f"p.json is not a plan for review: {place}")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"a":' * 100_000, "\ud800"]
)
def test_what_is_no_json_is_refused(text: str):
    with pytest.raises(NotAPlanError):
        reviewable(text.encode("utf-8", "surrogatepass"))


def test_a_new_place_stands_first_and_a_known_one_in_its_article():
    card = JudgedDestination(
        DestinationKind.MINI_PROGRAM, "wx0123456789abcdef pages/join", "article 2", "立即报名", True
    )
    known = JudgedDestination(
        DestinationKind.ARTICLE, "https://mp.weixin.qq.com/s/a", "article 2", "上一期", False
    )
    code_in = JudgedDestination(
        DestinationKind.QR, "https://example.com/q", "images/qr.png", "", False
    )
    message = NewsMessage((article("春"), article("路线卡")))
    plan = leading(plan_of(campaign(message=message)), card, known, code_in)
    written = plan_markdown(plan, NOW, Language.ZH)
    places = [
        "<strong>1 个新去向</strong>",
        "- **新** 小程序 wx0123456789abcdef pages/join“立即报名” · 第 2 篇\n",
        "- 二维码 `https://example.com/q` · `images/qr.png`\n",
        "**第 1 篇：春**",
        "**第 2 篇：路线卡**",
        "- **去向**\n  - 1 个新去向，见上\n  - 公众号文章 `https://mp.weixin.qq.com/s/a`“上一期”\n",
    ]
    found = [written.find(each) for each in places]
    assert -1 not in found, written
    assert sorted(found) == found
    judge(written)


def test_many_new_places_are_counted_by_their_hosts_and_leave_room_for_the_articles():
    places = [
        JudgedDestination(
            DestinationKind.URL, f"https://h{number % 20}.cn/{number}", "article 1", "去", True
        )
        for number in range(600)
    ]
    noted = replace(places[-1], target="https://`evil`.cn/x", notes=(Phrase("a note"),))
    name = campaign().name
    written = plan_markdown(leading(plan_of(campaign()), *places, noted), NOW, Language.EN)
    count = "- 601 new destinations · `h0.cn (30), h1.cn (30)"
    assert count in written.replace("` (30), `", " (30), "), written
    assert f"`massctl links {name}` lists each" in written
    assert written.index("evil") < written.index("https://h0.cn/0`")
    assert "``https://`evil`.cn/x``" in written
    assert ("it begins: " in written, 99) == (True, written.count("- **new** ") - 1)
    judge(written)


def test_a_code_is_named_with_the_articles_that_show_it():
    code_in = JudgedDestination(
        DestinationKind.QR, "https://example.com/q", "images/qr.png", "", True, articles=(1,)
    )
    written = plan_markdown(leading(plan_of(campaign()), code_in), NOW, Language.EN)
    assert "QR code `https://example.com/q` · `images/qr.png` · article 1\n" in written
    assert "- **leads to**\n  - 1 new destination, above\n" in written


def test_without_a_window_a_merge_sends_nothing():
    for named in (set(), {campaign().name}):
        unsent = plan_of(campaign(window=None), named=named)
        written = plan_markdown(unsent, NOW, Language.EN)
        assert "once it is merged" not in written
        assert "Nothing here is sent by itself; check what is below" in written
        assert ("sent only by name" if named else "not sent by this merge") in written


def test_every_article_stands_with_its_digest_and_what_changed_in_it():
    articles = tuple(article(f"第{number}篇") for number in range(1, 9))
    rows = [
        {"words": f"changed in {number}", "article": number, "inner": True} for number in (8, 1, 99)
    ]
    document = json.loads(
        plan_json(plan_of(campaign(message=NewsMessage(articles))), Language.EN, (), Reviewed(NOW))
    )
    document["campaigns"][0]["changes"] = {"against": "against main", "rows": rows}
    written = plan_comment(reviewable(json.dumps(document)), Language.EN)
    titles = [written.index(f"**article {number}: 第{number}篇**") for number in range(1, 9)]
    assert sorted(titles) == titles
    note = "with several articles WeChat keeps none"
    assert 8 == written.count(f"- **digest (摘要)** 三天，错过等一年 · {note}\n- it begins: ")
    # What is said to be of an article that is not there stands above all of them.
    changed = [written.index(f"- changed in {number}\n") for number in (99, 1, 8)]
    assert changed[0] < titles[0] < changed[1] < titles[1]
    assert titles[7] < changed[2]


def test_a_text_stands_whole():
    content = "周日改到十点半。" * 70
    written = plan_markdown(plan_of(text_campaign(message=TextMessage(content))), NOW, Language.ZH)
    assert f"- **文字** {content} · 560 字\n" in written


@pytest.mark.parametrize(
    ("count", "before", "said"),
    [
        (30_311, 30_191, "30,311 followers when last counted · 120 more than at the last send"),
        (30_311, 30_311, "30,311 followers when last counted · as many as at the last send"),
        (900, 1_000, "900 followers when last counted · 100 fewer than at the last send"),
        (None, 1_000, "not counted yet · 1,000 at the last send to them"),
    ],
)
def test_an_audience_is_compared_with_the_last_send(count: int | None, before: int, said: str):
    document = forged(["x"] * 12, "en")
    document["campaigns"][0] |= {"audience_count": count, "audience_before": before}
    document["campaigns"][0]["approved"]["audience"] = {"tag": "members"}
    written = plan_comment(reviewable(json.dumps(document)), Language.EN)
    assert f"- **audience** tag members · {said}\n" in written


def test_who_approves_is_told_first_what_to_do_of_what_changed():
    """A fault that the pull request did not bring keeps nobody from approving it."""
    changed, other = campaign("changed", window=LATER), faulty(1)
    difference = {changed.name: Difference(Base(BaseKind.STAGED))}
    steps = [
        (plan_of(changed, other), difference, "Check what is below, then approve it: "),
        (plan_of(changed, other), {}, "Do not approve it yet: faults: 1 campaign"),
        (plan_of(campaign("a", window=LATER), campaign("b")), {}, "massctl sends 2 campaigns"),
        (plan_of(campaign(window=None)), {}, "Nothing here is sent by itself"),
    ]
    for plan, changes, said in steps:
        first = plan_markdown(plan, NOW, Language.EN, changes).splitlines()[3]
        assert said in first, first


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (plan_of(campaign()), "会立即发给全部粉丝"),
        (plan_of(campaign(window=LATER)), "会在周五 12 月 4 日 20:05 发给全部粉丝"),
        (plan_of(campaign("a"), campaign("b", window=LATER)), "2 个活动，第一个立即发出"),
        (
            plan_of(*(campaign(each, window=LATER) for each in "ab")),
            "2 个活动，第一个在周五 12 月 4 日 20:05 发出",
        ),
    ],
)
def test_the_next_step_has_no_stray_blank(plan: Plan, said: str):
    assert said in plan_markdown(plan, NOW, Language.ZH).splitlines()[3]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            Phrase("to end it: {how}", how=Command("reconcile", "a_b", '--sent --reason "…"')),
            'to end it: `massctl reconcile a_b --sent --reason "…"`',
        ),
        (
            Phrase("to end it: {how}", how=Command("reconcile", "a", '--reason "`x` y"')),
            'to end it: ``massctl reconcile a --reason "`x` y"``',
        ),
        (Phrase("`{how}` lists each", how=Command("links", "a")), "`massctl links a` lists each"),
        (
            Phrase(
                "{why}; {way}", why=Phrase("no: {how}", how=Command("plan")), way=Command("plan")
            ),
            "no: `massctl plan`; `massctl plan`",
        ),
    ],
)
def test_a_command_is_one_code_span_whatever_it_holds(sentence: Phrase, expected: str) -> None:
    assert expected == Words(Language.EN).said(sentence)
