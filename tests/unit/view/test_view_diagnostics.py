"""Diagnostics for people and for pull requests."""

from typing import Any

import pytest

from massctl.model.diagnostics import Diagnostic, Excerpt, Place, Severity
from massctl.model.phrase import Phrase
from massctl.view.cells import cells
from massctl.view.diagnostics import EXCERPT_CELLS_MAX, diagnostics_text
from massctl.view.github import github_annotations
from massctl.view.i18n import Language
from massctl.view.style import Style
from massctl.view.terminal import Page

FILE = "campaigns/x/campaign.yaml"


def fault(
    written: str | None = None, column: int = 1, end: int | None = None, **changes: Any
) -> Diagnostic:
    place = Place(FILE, 12, column, 12, end or column + 1)
    excerpt = Excerpt(written, changes.pop("corrected", None)) if written is not None else None
    values = {
        "code": "MC014",
        "severity": Severity.ERROR,
        "message": Phrase("unknown key {key}", key="titel"),
    } | changes
    return Diagnostic(**({"place": place, "excerpt": excerpt} | values))


def shown(
    *diagnostics: Diagnostic, language: Language = Language.EN, width: int = 100, **more: Any
) -> str:
    return diagnostics_text(Page(language, Style.PLAIN, width), diagnostics, **more)


def caret_cells(text: str) -> tuple[int, int]:
    """Give the cell at which the carets stand within the excerpt, and how many they are."""
    line = next(line for line in text.split("\n") if "^" in line)
    gutter = line.index("|") + 2
    return line.index("^") - gutter, line.count("^")


def test_a_fault_with_all_it_can_have(snapshot: object):
    wide = fault(
        "  title：春季大促",
        8,
        message=Phrase("full-width {found} where YAML needs {due}", found="：", due=":"),
        hint=Phrase("if it belongs to the text, put the text in quotes"),
        corrected="  title: 春季大促",
    )
    warning = fault(
        severity=Severity.WARNING, code="MC309", place=Place("campaigns/x/articles/main.md", 3, 1)
    )
    nowhere = fault(place=None, campaign="x", severity=Severity.INFO)
    assert snapshot == shown(wide, warning, nowhere, campaigns=2)
    assert snapshot == shown(wide, warning, nowhere, campaigns=2, language=Language.ZH)


@pytest.mark.parametrize(
    ("written", "column", "end", "carets"),
    [
        ("title: x", 8, 9, (7, 1)),
        ("春季：x", 3, 4, (4, 2)),
        ("🧣👍🏽: x", 4, 5, (4, 1)),
        ("e\u0301e\u0301: x", 5, 6, (2, 1)),
        ("\ttitle: x", 2, 7, (4, 5)),
        ("title:", 7, 8, (6, 1)),
        ("title", 99, 100, (5, 1)),
    ],
)
def test_carets_stand_under_the_fault(written: str, column: int, end: int, carets: tuple[int, int]):
    assert carets == caret_cells(shown(fault(written, column, end)))


def test_a_fault_over_lines_is_marked_to_the_end_of_its_first():
    place = Place(FILE, 12, 3, 14, 2)
    assert (2, 6) == caret_cells(shown(fault("- 春季大", place=place)))


def test_a_line_of_a_pasted_page_is_cut_in_a_pipe_too():
    text = shown(fault("甲" * 100_000, 50_000, 50_002), width=10**9)
    assert EXCERPT_CELLS_MAX >= max(cells(line) for line in text.split("\n"))
    assert 4 == caret_cells(text)[1]


def test_a_fault_without_a_column_has_no_caret():
    assert "^" not in shown(fault("title: x", place=Place(FILE, 12)))


@pytest.mark.parametrize("column", [1, 60, 150, 200])
def test_of_a_long_line_the_fault_is_in_view(column: int):
    written = "春" * (column - 1) + "X" + "季" * 120
    text = shown(fault(written, column), width=60)
    line = next(line for line in text.split("\n") if "X" in line)
    carets = next(line for line in text.split("\n") if "^" in line)
    assert cells(line[: line.index("X")]) == carets.index("^")
    assert all(cells(each) <= 60 for each in text.split("\n"))


def test_the_corrected_line_is_whole_however_narrow_the_window_because_it_is_copied():
    corrected = "  title: 春季大促 " + "很长 " * 20 + "end"
    assert (
        f"\n  corrected: {corrected.rstrip()}\n"
        in shown(fault("x", corrected=corrected), width=40) + "\n"
    )


def test_order_is_that_of_places():
    late, early = fault(place=Place(FILE, 20, 1)), fault(place=Place(FILE, 3, 1))
    text = shown(late, early)
    assert text.index(f"{FILE}:3:1") < text.index(f"{FILE}:20:1")


def test_the_calm_case():
    assert "3 campaigns: no faults" == shown(campaigns=3)


def test_nothing_to_say():
    assert "" == shown()


def test_the_first_error_can_be_explained():
    warning = fault(severity=Severity.WARNING, code="MC309", place=Place(FILE, 1, 1))
    first, second = (
        fault(code="MC011", place=Place(FILE, 3, 1)),
        fault(code="MC012", place=Place(FILE, 9, 1)),
    )
    assert "massctl explain MC011" == shown(second, first, warning).split("\n")[-1]


def test_without_errors_there_is_nothing_to_explain():
    assert "massctl explain" not in shown(fault(severity=Severity.WARNING))


def test_ink_is_only_in_the_colour_style():
    text = diagnostics_text(Page(Language.EN, Style.COLOUR, 100), [fault("title: x")])
    assert "\x1b[31merror MC014 \x1b[0m" in text


def test_an_annotation():
    expected = f"::error file={FILE},line=12,col=8,endColumn=9,title=MC014::unknown key titel"
    assert expected == github_annotations([fault(column=8)], Language.EN)


def test_an_annotation_is_escaped():
    found = fault(
        place=Place("campaigns/a,b:c%/x.yaml", 1),
        message=Phrase("100%\r\nof it"),
        hint="do: this, now",
        severity=Severity.WARNING,
    )
    expected = "::warning file=campaigns/a%2Cb%3Ac%25/x.yaml,line=1,title=MC014::100%25%0D%0Aof it%0Ado: this, now"
    assert expected == github_annotations([found], Language.EN)


def test_an_annotation_over_lines_has_no_columns():
    expected = f"::notice file={FILE},line=12,endLine=14,title=MC014::不认识的键 titel"
    found = fault(place=Place(FILE, 12, 3, 14, 2), severity=Severity.INFO)
    assert expected == github_annotations([found], Language.ZH)


def test_an_annotation_without_a_place():
    assert "::error title=MC014::unknown key titel" == github_annotations(
        [fault(place=None)], Language.EN
    )


def test_where_nothing_could_be_looked_at_no_campaigns_are_counted():
    assert "1 error" == shown(fault(), campaigns=0).split("\n")[-2]


def test_a_correction_keeps_its_indentation():
    text = shown(fault("\tarticles: []", corrected="  articles: []"))
    assert "  corrected:   articles: []" in text.split("\n")


def many(count: int, severity: Severity = Severity.INFO, **more: Any) -> list[Diagnostic]:
    return [
        fault(severity=severity, code="MC309", place=Place(FILE, n, 1), **more)
        for n in range(1, count + 1)
    ]


def test_many_notes_of_one_code_are_one_entry(snapshot: object):
    found = [*many(60, hint="write it out"), fault("titel: x", place=Place(FILE, 5, 1, 5, 6))]
    assert snapshot == shown(*found, campaigns=1)
    assert snapshot == shown(*found, campaigns=1, language=Language.ZH)


def test_every_note_is_shown_where_that_is_asked_for():
    assert 60 == shown(*many(60), verbose=True).count("note MC309")


@pytest.mark.parametrize("severity", [Severity.INFO, Severity.WARNING])
def test_a_few_of_one_code_stay_apart(severity: Severity):
    assert "places" not in shown(*many(5, severity))
    assert "found in 6 places" in shown(*many(6, severity))


def test_errors_are_never_left_out_and_come_last():
    text = shown(
        fault(place=Place(FILE, 1, 1)),
        *many(60),
        *many(30, Severity.WARNING),
        *many(9, Severity.ERROR),
    )
    assert 10 == text.count(": error MC")
    assert text.rindex("MC309 found") < text.index(": error MC")


def test_different_advice_of_a_group_is_not_shown_as_one():
    found = [*many(6, hint="write a"), *many(6, hint="write b")]
    assert "hint" not in shown(*found)


def test_more_of_one_campaign_is_asked_for_by_its_name():
    found = [
        fault(severity=Severity.WARNING, campaign="x", place=Place(FILE, line))
        for line in range(1, 8)
    ]
    assert "4 more; `massctl validate x --verbose` shows them" in shown(*found)
    other = fault(severity=Severity.WARNING, campaign="y")
    assert "5 more; `massctl validate --verbose` shows them" in shown(*found, other)
