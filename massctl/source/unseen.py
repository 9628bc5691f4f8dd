"""Characters of a YAML file that nobody sees: a reviewer would read another file than massctl does."""

from massctl.model.diagnostics import Diagnostic, Severity
from massctl.render.rules.characters import unseen_characters
from massctl.source.reporter import Reporter


def about_unseen(reporter: Reporter) -> list[Diagnostic]:
    """Warn of them wherever they are, in comments too: those can hide what a line says."""
    found: list[Diagnostic] = []
    for each in unseen_characters(reporter.lines.text):
        span = reporter.lines.span(each.start, each.start + 1)
        place, excerpt = reporter.place(span), reporter.excerpt(span)
        found.append(Diagnostic("MC320", Severity.WARNING, each.message, place, each.hint, reporter.campaign, excerpt))
    return found
