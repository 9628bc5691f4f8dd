"""A send's report for a chat: the verdict by one day, in three lines."""

from massctl.report.report import SendReport, Verdict
from massctl.view.report_verdict import verdict_sentences
from massctl.view.report_words import job_words

LINES = 3


def short_report(send: SendReport, verdict: Verdict) -> list[str]:
    """Return a verdict as three lines at most: its sentences, then what became of the message."""
    job = job_words(send)
    return [*verdict_sentences(send, verdict), *([job] if job is not None else [])][:LINES]
