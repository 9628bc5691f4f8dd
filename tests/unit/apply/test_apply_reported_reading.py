"""The documented shapes of what verbs print that read files or the ledger, explain, or act in the console."""

from typing import Any

import pytest
from pydantic import ValidationError

from massctl.apply.reports import (
    AdoptReport,
    CommentsReport,
    ExplainReport,
    LockReport,
    StateListReport,
    StateShowReport,
    StateVerifyReport,
    ValidateReport,
)
from massctl.model.strict import Strict

LEDGER = {"format_version": 1, "lineage": None, "realm": None, "serial": 0}
DOCUMENTS: list[tuple[type[Strict], dict[str, Any]]] = [
    (ValidateReport, {"format_version": 1, "diagnostics": [], "summary": {"error": 0, "warning": 0}}),
    (LockReport, {"format_version": 1, "exit_status": 0, "campaigns": []}),
    (ExplainReport, {"format_version": 1, "language": "zh", "explanations": []}),
    (StateShowReport, {**LEDGER, "campaigns": [], "website_sends": [], "pictures": 0, "materials": 0}),
    (StateListReport, {**LEDGER, "entries": [{"serial": 1}]}),
    (StateVerifyReport, {**LEDGER, "whole": True}),
    (
        CommentsReport,
        {"format_version": 1, "exit_status": 0, "name": "a", "edition": 1, "opened": True, "articles": [1]},
    ),
]
NAMES = [shape.__name__ for shape, _ in DOCUMENTS]


@pytest.mark.parametrize(("shape", "document"), DOCUMENTS, ids=NAMES)
def test_a_document_has_its_shape(shape: type[Strict], document: dict[str, Any]) -> None:
    assert document == shape.model_validate(document).model_dump(exclude_unset=True)


@pytest.mark.parametrize(("shape", "document"), DOCUMENTS, ids=NAMES)
@pytest.mark.parametrize("change", [{"format_version": 2}, {"surprise": 1}])
def test_another_document_has_not(shape: type[Strict], document: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        shape.model_validate({**document, **change})


def test_what_was_adopted_is_told_with_what_differed() -> None:
    assert {"differences", "handoff", "diagnostics"} <= set(AdoptReport.model_fields)
