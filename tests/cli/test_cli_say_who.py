"""`is_to_all: false` beside one other audience, as WeChat's own filter writes it; and no hint makes it true."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell

from massctl.cli.commands.schema import all_schemas
from massctl.source.schemas import schema_documents
from massctl.view.i18n import LOCALE_DIR

TEXT = "version: 1\naccount: main\naudience: {{{}}}\ntext: {{content: 今晚八点}}\n"
EVERYBODY = re.compile(r"is_to_all[`'\"]?\s*[:：=]\s*[`'\"]?true", re.IGNORECASE)
BESIDE = ["tag_id: 2", "tag: 会员", "openids: lists/members.txt"]
WRONG = [
    *(
        "",
        "is_to_all: false",
        "is_to_all: yes",
        "is_to_all: 'true'",
        "is_to_all: ture",
        "is_to_all: 1",
        "is_to_all:",
    ),
    *(
        "is_to_all: 'yes', tag_id: 2",
        "is_to_all: off, tag_id: 2",
        "is_to_all: [true]",
        "is_to_all: {}",
    ),
    *(
        "is_to_all: true, tag_id: 2",
        "is_to_all: false, tag_id: 2, tag: 会员",
        "tag_id: 2, openids: a.txt",
    ),
    *("is_to_al: false", "isToAll: false", "is_to_all: false, tag_idd: 2, x: 1", "to_all: yes"),
]


def written(shell: Shell, audience: str, language: str = "en") -> Shell:
    shell.tree.settings(language=language)
    shell.tree.write(
        "campaigns/notice/lists/members.txt", "".join(f"oTEST{number:023}\n" for number in range(2))
    )
    shell.tree.write("campaigns/notice/campaign.yaml", TEXT.format(audience))
    return shell


def faults(shell: Shell) -> list[dict[str, Any]]:
    return list(shell("validate", "--format", "json").document["diagnostics"])


@pytest.mark.parametrize("other", BESIDE)
@pytest.mark.parametrize("form", ["is_to_all: false, {}", "{}, is_to_all: false"])
def test_beside_one_other_it_says_nothing_and_changes_nothing(
    shell: Shell, other: str, form: str
) -> None:
    plain = written(shell, other)("plan", "notice", "--format", "json").document
    said = written(shell, form.format(other))
    assert [] == [each for each in faults(said) if each["code"] != "MC613"]
    found = said("plan", "notice", "--format", "json").document
    assert (plain["digest"], plain["campaigns"]) == (found["digest"], found["campaigns"])
    assert (0, 0) == (said("lock").status, said("lock", "--check").status)
    assert "is_to_all" not in said.tree.read("campaigns/notice/campaign.lock.json")


@pytest.mark.parametrize("audience", ["is_to_all: false", "is_to_all: false, expect: {max: 9}"])
def test_alone_it_is_one_error_that_asks_who(shell: Shell, audience: str) -> None:
    (fault,) = faults(written(shell, audience))
    assert ("MC016", "say who receives it") == (fault["code"], fault["message"][:19])
    assert (3, "true" in fault["hint"]) == (fault["line"], False)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_hint_makes_it_true_whatever_is_written(shell: Shell, language: str) -> None:
    told = [
        (each, fault["message"], fault["hint"])
        for each in WRONG
        for fault in faults(written(shell, each, language))
    ]
    assert WRONG == list(dict.fromkeys(each for each, *_ in told))
    # "true or false" is what the type takes.
    advice = [
        (each, hint)
        for each, _, hint in told
        if hint and re.search(r"\btrue\b(?! (or|and|和|或) false)", hint)
    ]
    assert ([], []) == (
        advice,
        [each for each in told if EVERYBODY.search(" ".join(filter(None, each[1:])))],
    )


def test_no_sentence_schema_or_explanation_proposes_it() -> None:
    pages = sorted(Path(str(files("massctl.view") / "explanations")).rglob("*.md"))
    sentences = (Path(LOCALE_DIR) / "zh" / "LC_MESSAGES" / "massctl.po").read_text(encoding="utf-8")
    texts = [sentences, *_right(pages)]
    texts += [text for each in all_schemas().values() for text in _strings(each)]
    assert (6, []) == (len(pages), [text for text in texts if EVERYBODY.search(text)])
    offers = schema_documents()["campaign.schema.json"]["$defs"]["Audience"]["properties"][
        "is_to_all"
    ]
    assert "boolean" == offers["type"]
    assert not {"const", "default", "enum", "examples"} & offers.keys()


def _right(pages: list[Path]) -> Iterator[str]:
    """Give the explanations without the examples of what is wrong."""
    for page in pages:
        yield re.sub(
            r"(Wrong:|错：)\s*```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL
        )


def _strings(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for key, each in value.items():
                yield from (key, *_strings(each))
        case list():
            for each in value:
                yield from _strings(each)
        case str():
            yield value
