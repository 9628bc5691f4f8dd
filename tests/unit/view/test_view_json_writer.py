"""Documents are written as Python's own indenting writer would write them."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from massctl.model.phrase import Command, Phrase
from massctl.view.i18n import Flags, Language
from massctl.view.json_writer import written

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_a_document_is_indented_as_python_would(document: dict[str, Any]) -> None:
    assert json.dumps(document, ensure_ascii=False, indent=2) == written(document, Language.ZH)


@given(st.dictionaries(st.text(), st.floats(allow_nan=False), max_size=4))
def test_a_number_is_read_again_as_it_was(document: dict[str, Any]) -> None:
    assert document == json.loads(written(document, Language.ZH))


def test_an_argument_that_is_no_text_is_written_as_json() -> None:
    written({"name": "\udcff", "title": "甲"}, Language.ZH).encode()
    assert {"name": "\udcff"} == json.loads(written({"name": "\udcff"}, Language.ZH))


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_flags_change_nothing_in_a_document_without_a_sentence(document: dict[str, Any]) -> None:
    flagged = Language("en", Flags("-C r2", sandbox=True))
    assert written(document, Language.EN) == written(document, flagged)


def test_only_hints_are_for_people_to_type() -> None:
    advice = Phrase("{command}", command=Command("apply", "massctl apply"))
    found = json.loads(
        written({"hint": advice, "message": advice, "at": [advice]}, Language("zh", Flags("-C r")))
    )
    plain = "massctl apply massctl apply"
    assert {"hint": "massctl -C r apply massctl apply", "message": plain, "at": [plain]} == found
