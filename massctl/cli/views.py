"""The views of a result, each loaded when a form of output first asks for it: `views.status.status_text`."""

# ruff: noqa: PLC0414

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massctl.view import audience as audience
    from massctl.view import destinations as destinations
    from massctl.view import diagnostics as diagnostics
    from massctl.view import doctor as doctor
    from massctl.view import github as github
    from massctl.view import ics as ics
    from massctl.view import imported as imported
    from massctl.view import jobs as jobs
    from massctl.view import json_writer as json_writer
    from massctl.view import ledger as ledger
    from massctl.view import lock as lock
    from massctl.view import markdown as markdown
    from massctl.view import outcome as outcome
    from massctl.view import overview as overview
    from massctl.view import plan as plan
    from massctl.view import plan_json as plan_json
    from massctl.view import report_csv as report_csv
    from massctl.view import report_json as report_json
    from massctl.view import report_markdown as report_markdown
    from massctl.view import report_text as report_text
    from massctl.view import status as status
    from massctl.view import terminal as terminal
    from massctl.view import verbs_json as verbs_json
    from massctl.view import words as words
else:

    def __getattr__(name: str) -> ModuleType:
        return import_module(f"massctl.view.{name}")
