"""A send's report for a chat: the verdict by one day, in three lines."""

from massctl.model.phrase import Phrase, in_a_row
from massctl.report.report import Origin, SendReport, Verdict
from massctl.view.report_verdict import verdict_sentences
from massctl.view.report_words import DASH, MISSING, STAGE, figure_text, quartiles_words

LINES = 3


def short_report(send: SendReport, verdict: Verdict) -> list[Phrase]:
    """Return a verdict as three lines: its sentences, and below fewer of them what the ledger and the account say."""
    return [*verdict_sentences(send, verdict), _job(send), _unfollows(send)][:LINES]


def _job(send: SendReport) -> Phrase:
    """Say how the job ended, as the ledger has it."""
    stages = [each for each in send.funnel if each.people.origin is Origin.LEDGER]
    if all(each.people.value is None for each in stages):
        reasons = dict.fromkeys(each.people.missing for each in stages)
        why = in_a_row([MISSING[each] for each in reasons if each is not None])
        return Phrase("The message: {dash} ({why}).", dash=DASH, why=why)
    said = [
        Phrase("{what} {number}", what=STAGE[each.name], number=figure_text(each.people))
        for each in stages
    ]
    return Phrase("The message: {numbers}.", numbers=in_a_row(said))


def _unfollows(send: SendReport) -> Phrase:
    first = send.followers[0]
    cancelled: str = figure_text(first.cancelled)
    if first.cancelled.missing is not None:
        cancelled = Phrase("{dash} ({why})", dash=DASH, why=MISSING[first.cancelled.missing])
    return Phrase(
        "Unfollows on the day of the send, whole account: {cancelled}; same weekday before: {usual}",
        cancelled=cancelled,
        usual=quartiles_words(first.usual, len(first.compared)),
    )
