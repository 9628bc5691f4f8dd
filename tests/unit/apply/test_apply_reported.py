"""The documented shapes of what apply and status print."""

import pytest
from pydantic import ValidationError

from massctl.apply.reported import ApplyReport, StatusReport

NOTHING = {"format_version": 1, "campaigns": []}
RUN = {**NOTHING, "exit_status": 0, "lineage": None, "serial": 0}


def test_an_idle_run_has_the_documented_shape() -> None:
    assert ApplyReport.model_validate(RUN).error is None
    assert StatusReport.model_validate(NOTHING).campaigns == []


@pytest.mark.parametrize("change", [{"serial": "0"}, {"surprise": 1}, {"campaigns": [{"name": "sale"}]}])
def test_anything_else_has_not(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ApplyReport.model_validate({**RUN, **change})
