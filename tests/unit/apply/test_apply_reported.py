"""The documented shapes of what apply, status and doctor print, and of what a webhook is posted."""

import pytest
from pydantic import ValidationError

from massctl.apply.reports import ApplyReport, DoctorReport, NoticesReport, ReportedChoice, StatusReport

NOTHING = {"format_version": 1, "campaigns": []}
RUN = {**NOTHING, "exit_status": 0, "lineage": None, "serial": 0}


def test_an_idle_run_has_the_documented_shape() -> None:
    assert ApplyReport.model_validate(RUN).error is None
    assert StatusReport.model_validate(NOTHING).campaigns == []
    levels = {"ok": 0, "warning": 0, "problem": 0, "unknown": 0}
    found = DoctorReport.model_validate({"format_version": 1, "exit_status": 0, "findings": [], "summary": levels})
    assert (found.findings, found.error) == ([], None)


def test_a_choice_is_written_with_from_and_until() -> None:
    document = {"command": "massctl", "from": None, "until": None, "refused": ["no"]}
    assert ReportedChoice.model_validate(document).from_ is None
    assert NoticesReport.model_validate({"format_version": 1, "notices": []}).notices == []


@pytest.mark.parametrize("change", [{"serial": "0"}, {"surprise": 1}, {"campaigns": [{"name": "sale"}]}])
def test_anything_else_has_not(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ApplyReport.model_validate({**RUN, **change})
