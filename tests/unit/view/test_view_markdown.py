"""A plan as a comment: what matters first, within its length, and no word from a file that does anything."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from view_samples import NOW, article, attempted, campaign, picture, plan_of, saved, state_of, text_campaign

from massctl.model import ledger as entries
from massctl.model.diagnostic import Diagnostic, Place, Severity
from massctl.model.digest import sha256_of
from massctl.model.lifecycle import Status
from massctl.model.message import RenderedNews, RenderedText
from massctl.model.names import CampaignName, Sha256
from massctl.model.phrase import Phrase
from massctl.model.rendered import Purpose, Recipient, Window
from massctl.plan.desired import Concluded, Invalid
from massctl.plan.plan import Plan, PlannedCampaign
from massctl.plan.window import WindowState
from massctl.view.as_markdown import MARKDOWN_CHARACTERS_MAX, plan_markdown
from massctl.view.cells import printable
from massctl.view.language import Language
from massctl.view.markdown_text import TEXT_CELLS_MAX, code, prose

LATER = Window(NOW + timedelta(days=3), NOW + timedelta(days=3, hours=2))
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ACTIVE = re.compile(r"@\w|#\d|://|(?i:www\.)|:[\w+-]+:|\b[0-9a-f]{7,}\b|[`<>|*_~$\[\]]|\bGH-\d|!\d", re.ASCII)
"""What a forge would act upon, were it left in the finished text outside code."""
HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f\u2028\u2029]")
"""Controls, those of direction among them."""
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
]
HARMFUL = "".join(sorted({*"`*_~|<>[]()#@!&$\\-+=:/.", *"\n\t\r \u202e\u3000", *"aB1春🧣"}))
texts = (st.text(st.sampled_from(HARMFUL), max_size=40) | st.text(max_size=40) | st.sampled_from(HOSTILE)).map(
    lambda text: f"{text}x"
)
"""Words with at least one letter, so that no place stays empty."""


def leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "inline":
            yield from token.children or ()


def outside_code(markdown: str) -> str:
    """Give the finished text without what stands in code spans, which forges leave alone."""
    pieces = []
    for token in MARKDOWN.parse(markdown):
        shown = [t.content if t.type == "text" else "\n" for t in token.children or ()]
        pieces.append("".join(shown))
    return "\n".join(pieces)


def skeleton(markdown: str) -> list[tuple[str, str, int]]:
    """Give the blocks and marks of a document, without what is written in them."""
    marks = {"strong_open", "strong_close", "em_open", "link_open", "image", "html_inline", "s_open", "softbreak"}
    found = []
    for token in MARKDOWN.parse(markdown):
        found.append((token.type, token.tag, token.level))
        found += [(child.type, child.tag, child.level) for child in token.children or () if child.type in marks]
    return found


def shown(markdown: str) -> str:
    """Give what a reader reads."""
    return "".join(token.content for token in leaves(MARKDOWN.parse(markdown)))


def dressed(title: str, path: str, message: str, name: str = "editor_li") -> Plan:
    """Give a plan of every kind, with these words wherever a file may bring its own."""
    fault = Diagnostic("MC011", Severity.ERROR, Phrase("unknown key {key}", key=message), Place(path, 3, 1), message)
    warning = Diagnostic("MC309", Severity.WARNING, Phrase("{detail}", detail=message), Place(path, 1), None)
    due = campaign(
        title=title,
        message=RenderedNews((article(title), article(message))),
        diagnostics=(warning,),
        recipients=(Recipient("towxname", name),),
    )
    notice = text_campaign(title=title, message=RenderedText(message), window=None)
    later = campaign("2026-12-later", title=message, window=LATER)
    bad = Invalid(CampaignName("2026-12-bad"), title, message, 1, (fault,))
    sent = Concluded(CampaignName("2026-10-sent"), title, "main", due.appid, 1, None, due.source_sha256)
    state = state_of(
        saved(later, digest="sha256:" + "0" * 64),
        (attempted(text_campaign(name="2026-10-sent"))[0], "2026-10-sent"),
        (entries.SendAccepted(attempt=3, msg_id=1, msg_data_id=2), "2026-10-sent"),
    )
    return plan_of(due, notice, later, bad, sent, state=state)


@pytest.mark.parametrize("language", list(Language))
def test_a_plan_of_every_kind(snapshot: object, language: Language):
    plan = dressed("春季大促", "campaigns/2026-12-bad/campaign.yaml", "titel")
    assert snapshot == plan_markdown(plan, NOW, language)


def test_what_matters_most_comes_first():
    written = plan_markdown(dressed("春", "campaigns/x.yaml", "y"), NOW, Language.EN)
    names = ["2026-12-spring-sale", "2026-12-text-notice", "2026-12-bad", "2026-12-later", "2026-10-sent"]
    places = [written.index(f" `{name}`") for name in names]
    assert sorted(places) == places


def test_a_mass_send_and_a_preview_are_marked_as_irreversible():
    written = plan_markdown(dressed("春", "x.yaml", "y"), NOW, Language.EN)
    assert "### ‼ `2026-12-spring-sale`" in written
    assert "- ‼ **send to every follower: this cannot be undone**" in written
    assert "- preview to `editor_li` · not there yet · **cannot be undone**" in written
    assert "save the draft · not there yet\n" in written


def test_the_last_known_size_stands_beside_the_audience():
    known = campaign()
    written = plan_markdown(plan_of(known, state=state_of(saved(known))), NOW, Language.EN)
    assert "every follower · 1,234,567 followers when last counted" in written


def test_a_size_out_of_bounds_is_read_again():
    small = campaign()
    written = plan_markdown(plan_of(small, state=state_of(saved(small, count=5))), NOW, Language.EN)
    assert "**apply reads the size again before it decides**" in written
    assert "- `audience_bounds` the audience has 5 followers" in written


def test_an_openid_is_never_shown():
    assert "oSECRET" not in plan_markdown(plan_of(campaign()), NOW, Language.EN)


def test_nothing_at_all():
    written = plan_markdown(plan_of(), NOW, Language.ZH)
    assert written.startswith("## massctl plan\n\n**无事可做。**\n")


CALM = skeleton(plan_markdown(dressed("x", "x", "x", "x"), NOW, Language.EN))


@settings(max_examples=60)
@given(texts, texts, texts, texts)
@example("@all", "a`b|c.yaml", "x\n\n# y", "`")
@example("1. x", "<b>", "[a](b)", "-")
def test_no_word_from_a_file_does_anything(title: str, path: str, message: str, name: str):
    written = plan_markdown(dressed(title, path, message, name), NOW, Language.EN)
    assert [] == HIDDEN.findall(written)
    assert CALM == skeleton(written)
    rest = outside_code(written).replace("2026-12-01 20:00–21:30 +08:00", "")
    assert [] == [match for match in ACTIVE.findall(rest) if match]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("write", [code, prose])
def test_hostile_words_are_read_as_they_are_written(write: Any, text: str):
    written = write(text)
    tokens = MARKDOWN.parse(written)
    read = shown(written)
    assert ["paragraph_open", "inline", "paragraph_close"] == [token.type for token in tokens]
    assert {token.type for token in leaves(tokens)} <= {"text", "code_inline"}
    assert "".join(printable(text.strip().replace("\n", " ")).replace("`", "").split()) == "".join(
        read.replace("`", "").split()
    )


@given(st.text(max_size=80))
def test_any_text_is_one_paragraph_of_words_and_code(text: str):
    for write in (code, prose):
        tokens = MARKDOWN.parse(write(text))
        assert [t.type for t in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
        assert {t.type for t in leaves(tokens)} <= {"text", "code_inline"}
        assert not ACTIVE.search(outside_code(write(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set policy.sending to `enabled`, then wait.", "set `policy.sending` to `enabled`, then wait."),
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


def faulty(number: int, faults: int = 30) -> Invalid:
    name = f"2026-12-{number:04}"
    say = Phrase("unknown key {key}", key="键" * 100)
    found = [
        Diagnostic("MC011", Severity.ERROR, say, Place(f"campaigns/{name}/campaign.yaml", n)) for n in range(faults)
    ]
    return Invalid(CampaignName(name), "坏了的", "main", 1, tuple(found))


@pytest.mark.parametrize("language", list(Language))
def test_a_comment_is_never_too_long_and_says_what_is_left_out(language: Language):
    plan = plan_of(campaign(), *(faulty(number) for number in range(400)))
    written = plan_markdown(plan, NOW, language)
    assert len(written) <= MARKDOWN_CHARACTERS_MAX
    assert "### ‼ `2026-12-spring-sale`" in written
    counts = {
        Language.EN: r"details of ([\d,]+) campaigns, all of ([\d,]+)",
        Language.ZH: r"([\d,]+) 个活动的细节、([\d,]+) 个",
    }
    found = re.search(counts[language], written)
    assert found is not None
    shortened, absent = int(found[1]), int(found[2])
    assert 401 == written.count("\n### ") + absent
    assert shortened == written.count("\n### ") - written.count("MC011` `campaigns/2026-12-") // 19 - 1


def test_quiet_campaigns_are_left_out_last():
    rests = [
        PlannedCampaign(CampaignName(f"2026-09-{n:04}"), "旧刊" * 20, "main", 1, Status.SENT, WindowState.EXPIRED)
        for n in range(40)
    ]
    plan = Plan(None, 0, (*rests, *plan_of(campaign()).campaigns))
    written = plan_markdown(plan, NOW, Language.EN, limit=3_000)
    assert len(written) <= 3_000
    assert written.index("### ‼") < written.index("`2026-09-0000`")
    assert re.search(r"left out, to stay below 3,000 characters: all of \d+ campaigns", written)


def test_of_many_faults_the_first_are_shown():
    written = plan_markdown(plan_of(faulty(1, 30)), NOW, Language.EN)
    assert 19 == written.count("MC011")
    assert "- and 11 more" in written


def test_many_steps_do_not_hide_the_send():
    many = [picture(f"images/{n}.jpg", Sha256(sha256_of(str(n).encode())), Purpose.IMAGE) for n in range(40)]
    written = plan_markdown(plan_of(campaign(pictures=tuple(many))), NOW, Language.EN)
    assert 19 == written.count("upload picture")
    assert "- and 24 more\n- ‼ **send to every follower" in written
