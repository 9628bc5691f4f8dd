"""Everything that can stop or refuse is explained, in both languages and in the same shape."""

from importlib.resources import files
from itertools import pairwise

import pytest

from massctl.cli.exit_codes import ExitStatus
from massctl.errors import InvariantError
from massctl.model.diagnostics import CODES
from massctl.plan.steps import Guard
from massctl.view.cells import cells
from massctl.view.explain import (
    PAGES,
    Explanation,
    Subject,
    explanation_text,
    explanations_text,
    find,
    near,
    read_page,
)
from massctl.view.i18n import LANGUAGES, Language
from massctl.view.style import Style
from massctl.view.terminal import Page

PAGE = """# Guards

## draft_gone: the draft is gone

It is not there.

**Why:** It matters.

**Do:** Look.

Wrong:

```yaml
a:
  b
```

Right:

```yaml
a: b
```

## freeze: a frozen day

Today.

**Why:** Silence.

**Do:** Wait.
"""


def pages(language: Language) -> dict[Subject, list[Explanation]]:
    folder = files("massctl.view") / "explanations" / language.value
    return {
        s: read_page(s, (folder / name).read_text(encoding="utf-8")) for s, name in PAGES.items()
    }


def everything(language: Language) -> list[Explanation]:
    return [each for page in pages(language).values() for each in page]


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_every_code_guard_and_status_is_explained_in_order(language: Language):
    expected = {
        Subject.DIAGNOSTIC: list(CODES),
        Subject.GUARD: [guard.value for guard in Guard],
        Subject.EXIT_STATUS: [str(status.value) for status in ExitStatus],
    }
    assert expected == {
        subject: [each.code for each in page] for subject, page in pages(language).items()
    }


def test_both_languages_give_an_example_of_the_same_subjects():
    english, chinese = everything(Language.EN), everything(Language.ZH)
    assert [e.code for e in english if e.example] == [c.code for c in chinese if c.example]


def test_an_example_shows_a_difference():
    examples = [
        each.example for language in LANGUAGES for each in everything(language) if each.example
    ]
    assert len(examples) > 20
    assert [] == [example for example in examples if example.wrong == example.right]


def test_chinese_pages_are_chinese():
    said = [
        text for e in everything(Language.ZH) for text in (e.summary, e.meaning, e.why, e.remedy)
    ]
    assert [] == [
        text for text in said if not any("\u4e00" <= character <= "\u9fff" for character in text)
    ]


def test_chinese_is_set_as_in_the_catalogue():
    """Full-width punctuation follows Chinese, and a blank stands between Chinese and Latin."""

    def chinese(character: str) -> bool:
        return "\u4e00" <= character <= "\u9fff"

    def slips(before: str, after: str) -> bool:
        latin = {
            each for each in (before, after) if each.isascii() and (each.isalnum() or each == "`")
        }
        return (bool(latin) and (chinese(before) or chinese(after))) or (
            chinese(before) and after in ",;:?!"
        )

    said = [
        text for e in everything(Language.ZH) for text in (e.summary, e.meaning, e.why, e.remedy)
    ]
    assert [] == [text for text in said for before, after in pairwise(text) if slips(before, after)]


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("width", [40, 80])
def test_nothing_overflows(language: Language, width: int):
    found = everything(language)
    texts = [explanation_text(Page(language, Style.PLAIN, width), each) for each in found]
    texts.append(explanations_text(Page(language, Style.PLAIN, width), found))
    assert [] == [line for text in texts for line in text.split("\n") if cells(line) > width]


def test_an_explanation_in_full():
    found = read_page(Subject.GUARD, PAGE)[0]
    expected = """draft_gone  the draft is gone

  It is not there.

  why         It matters.
  what to do  Look.

  wrong       a:
                b

  right       a: b"""
    assert expected == explanation_text(Page(Language.EN, Style.PLAIN, 80), found)


def test_the_list_stands_under_headings():
    found = [
        *read_page(Subject.GUARD, PAGE),
        Explanation(Subject.EXIT_STATUS, "0", "完成", "", "", ""),
    ]
    expected = """拦下的原因：哪些规则会拦下一步
  draft_gone  the draft is gone
  freeze      a frozen day

退出码：这次运行的结果
  0  完成

massctl explain CODE   说明其中一个该怎么办"""
    assert expected == explanations_text(Page(Language.ZH, Style.PLAIN, 80), found)


@pytest.mark.parametrize("typed", ["draft_gone", "Draft-Gone", " DRAFT_GONE "])
def test_a_code_is_found_as_people_type_it(typed: str):
    found = find(read_page(Subject.GUARD, PAGE), typed)
    assert found is not None
    assert "draft_gone" == found.code


@pytest.mark.parametrize(
    ("typed", "suggested"), [("MC0014", "MC014"), ("drft-gone", "draft_gone"), ("MC999", None)]
)
def test_a_slip_gets_a_suggestion(typed: str, suggested: str | None):
    assert find(everything(Language.EN), typed) is None
    assert suggested == near(everything(Language.EN), typed)


@pytest.mark.parametrize(
    "damage",
    [
        ("**Why:** It matters.", "It matters."),
        ("## freeze: a", "## freeze a"),
        ("Right:\n\n```yaml\na: b\n```\n", ""),
        ("**Do:** Wait.", ""),
        ("Today.", "Today.\nTomorrow."),
    ],
    ids=lambda damage: damage[0],
)
def test_a_section_of_another_shape_is_a_bug(damage: tuple[str, str]):
    assert damage[0] in PAGE
    with pytest.raises(InvariantError):
        read_page(Subject.GUARD, PAGE.replace(*damage))
