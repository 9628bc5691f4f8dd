"""Documents are written as Python's own indenting writer would write them."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from massctl.view.as_json import document_json, with_advice
from massctl.view.language import Language

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_a_document_is_indented_as_python_would(document: dict[str, Any]) -> None:
    assert json.dumps(document, ensure_ascii=False, indent=2) == document_json(document, Language.ZH)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_a_document_without_advice_stays_as_it_was(document: dict[str, Any]) -> None:
    written = document_json(document, Language.EN)
    assert written == with_advice(written, lambda hint: hint)
