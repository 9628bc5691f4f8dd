"""Annotations of a workflow hold no character that turns the direction of writing."""

from massctl.model.diagnostics import Diagnostic, Severity
from massctl.view.github import github_annotations
from massctl.view.i18n import Language


def test_controls_are_written_out():
    diagnostic = Diagnostic("MC201", Severity.ERROR, "\u202egnp.a is not there", hint="\x1b[31m")
    assert "::error title=MC201::\\u202egnp.a is not there%0A\\x1b[31m" == github_annotations(
        [diagnostic], Language.EN
    )
