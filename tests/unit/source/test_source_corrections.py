"""Faults that can be mended without asking: what is written in their place, and what is left alone."""

import pytest
from msgspec.structs import replace

from massctl.model.diagnostics import Diagnostic, Excerpt, Place, Severity
from massctl.model.phrase import Phrase
from massctl.source.corrections import corrected


def fault(
    code: str, line: int, column: int, message: str = "x", hint: str | None = None
) -> Diagnostic:
    return Diagnostic(code, Severity.WARNING, message, Place("a.md", line, column), hint)


SWAPPED = fault(
    "MC312",
    2,
    3,
    Phrase("`{text}` is not a link", text="(秋天)[https://a.b]"),
    Phrase("write `{text}`", text="[秋天](https://a.b)"),
)


@pytest.mark.parametrize(
    ("text", "found", "due"),
    [
        ("看 http://a.b/c\n", fault("MC321", 1, 3), "看 https://a.b/c\n"),
        ("零\u200b宽\n", fault("MC320", 1, 2), "零宽\n"),
        ("一\n##标题\n", fault("MC314", 2, 1), "一\n## 标题\n"),
        ("＃标题", fault("MC314", 1, 1), "# 标题"),
        ("一\n看 (秋天)[https://a.b]。\n", SWAPPED, "一\n看 [秋天](https://a.b)。\n"),
        (
            "title：甲\n",
            replace(fault("MC006", 1, 6), excerpt=Excerpt("title：甲", "title: 甲")),
            "title: 甲\n",
        ),
    ],
)
def test_what_can_be_said_is_written(text: str, found: Diagnostic, due: str) -> None:
    assert corrected(text, [found, found]) == due


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("看 ftp://a.b\n", fault("MC321", 1, 3)),
        ("没有\n", fault("MC320", 1, 1)),
        ("别的\n", SWAPPED),
        ("别的\n别的\n", SWAPPED),
        (
            "++字++\n",
            fault(
                "MC344",
                1,
                1,
                Phrase("`{text}`", text="++"),
                Phrase("write `{text}`", text="<u>…</u>"),
            ),
        ),
        ("一个很长的行\n", replace(fault("MC006", 1, 1), excerpt=Excerpt("一个", "二个"))),
        ("一\n", fault("MC301", 1, 1, "the title is too long")),
        ("一\n", Diagnostic("MC313", Severity.ERROR, "no place")),
    ],
)
def test_what_only_a_person_knows_is_left_alone(text: str, found: Diagnostic) -> None:
    assert corrected(text, [found]) == text


def test_two_faults_of_a_text_are_mended_at_once_and_of_two_that_overlap_the_first() -> None:
    text = "#甲 http://a.b\nhttp://c.d\n"
    found = [fault("MC321", 2, 1), fault("MC314", 1, 1), fault("MC321", 1, 4)]
    assert corrected(text, found) == "# 甲 https://a.b\nhttps://c.d\n"
    line = replace(fault("MC006", 1, 1), excerpt=Excerpt("#甲 http://a.b", "乙"))
    assert corrected(text, [line, fault("MC321", 1, 4)]) == "乙\nhttp://c.d\n"
