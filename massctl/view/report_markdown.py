"""A report as Markdown, for a chat, an issue or a terminal: the sentence, then tables.

A number that is missing is a dash with a letter, and the reason stands below its tables.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from massctl.model.phrase import Phrase
from massctl.report.report import FULL_MAX, AccountReport, Report, SendReport
from massctl.view.cells import cells
from massctl.view.i18n import Language
from massctl.view.markdown_text import Words, cell, prose
from massctl.view.report_document import (
    LISTED_MAX,
    Amount,
    Cell,
    Section,
    Spread,
    Table,
    Title,
    account_words,
    comparisons,
    send_sections,
    sends_table,
    side_by_side,
)
from massctl.view.report_verdict import report_sentences, verdict_sentences
from massctl.view.report_words import (
    DASH,
    SIDE_BY_SIDE,
    SIGN,
    Notes,
    audience_words,
    number,
    range_text,
    send_facts,
    sends_counted,
    sentences,
)

_DAY_ONE = Phrase(
    "Day 1 is the Beijing day of the send. Every number is the sum from the send to the end of a day."
)


def report_markdown(report: Report, language: Language) -> str:
    """Write a report: the accounts, then each send in full where they are few."""
    page = _Page(language)
    lines = [f"**{page.all_said(report_sentences(report.sends, report.since))}**", ""]
    if any(send.articles for send in report.sends):
        lines += [page.said(_DAY_ONE), ""]
    for account in report.accounts:
        lines += page.account(
            account, [each for each in report.sends if each.appid == account.appid]
        )
    if len(report.sends) <= FULL_MAX:
        for send in report.sends:
            lines += page.send(send, is_only=len(report.sends) == 1)
    return "\n".join(lines).rstrip("\n")


class _Page(Struct):
    """Writes sentences and tables in a language."""

    language: Language
    notes: Notes = field(default_factory=Notes)

    def said(self, text: str) -> str:
        return Words(self.language).said(text)

    def all_said(self, said: Iterable[Phrase]) -> str:
        """Write sentences one by one: a long text within another is cut."""
        return sentences(map(self.said, said), self.language)

    def account(self, account: AccountReport, sends: Sequence[SendReport]) -> list[str]:
        said = sentences(map(self.said, account_words(account)), self.language)
        lines = [f"{cell(prose(account.label, foreign=True))} · {said}", ""]
        if len(sends) > 1:
            lines += self.tables([sends_table(sends[:LISTED_MAX])])
        if len(sends) > LISTED_MAX:
            more = Phrase(
                "and {sends} more: --format csv has all",
                sends=sends_counted(len(sends) - LISTED_MAX),
            )
            lines += [self.said(more), ""]
        if beside := side_by_side(account):
            words = [SIDE_BY_SIDE, *audience_words(account, sends)]
            lines += ["### " + self.said(Phrase("Side by side")), ""]
            lines += [line for each in words for line in (self.said(each), "")]
            for table in beside:
                lines += self.table(table)
        return lines

    def send(self, send: SendReport, *, is_only: bool) -> list[str]:
        lines = [f"## {cell(prose(send.title, foreign=True))}", ""]
        if not is_only:
            lines += [self.all_said(verdict_sentences(send, send.verdict)), ""]
        facts = [
            cell(prose(send.account, foreign=True)),
            *(cell(self.said(each)) for each in send_facts(send)),
        ]
        lines += [" · ".join(facts), ""]
        for section in (*send_sections(send), *comparisons(send)):
            lines += self.section(section)
        return lines

    def section(self, section: Section) -> list[str]:
        lines = ["### " + self.said(section.title), ""]
        lines += [line for each in section.said for line in (self.said(each), "")]
        lines += self.tables(section.tables)
        return [*lines, *(line for each in section.notes for line in (self.said(each), ""))]

    def tables(self, tables: Iterable[Table]) -> list[str]:
        """Write tables, and below them why numbers are missing."""
        lines = []
        for each in tables:
            caption = [self.said(each.caption), ""] if each.caption is not None else []
            reasons = [line for why in each.reasons for line in (self.said(why), "")]
            lines += [*caption, *(reasons or self.table(each))]
        notes, self.notes = self.notes.meanings(), Notes()
        marks = [
            f"{f'({mark})' if mark.isalpha() else _mark(mark)} {self.said(why)}"
            for mark, why in notes
        ]
        return [*lines, *([" · ".join(marks), ""] if marks else [])]

    def table(self, table: Table) -> list[str]:
        """Write rows whose columns are as wide as their widest cell: a terminal and a mail show Markdown as it is."""
        head = [cell(self.said(each)) if each else "" for each in table.heads]
        body = [list(map(self.cell, row)) for row in table.rows]
        width = [
            max(3, *(cells(row[column]) for row in [head, *body])) for column in range(len(head))
        ]
        left = table.are_words
        rules = [
            f" {'-' * (wide - 1)}{'-' if words else ':'} "
            for wide, words in zip(width, left, strict=True)
        ]
        lines = [_line(row, width, left) for row in [head, *body]]
        return [lines[0], f"|{'|'.join(rules)}|", *lines[1:], ""]

    def cell(self, of: Cell) -> str:
        match of:
            case Amount():
                return self.amount(of)
            case Title(text, _, about):
                return " · ".join(
                    [cell(prose(text, foreign=True)), *(cell(self.said(each)) for each in about)]
                )
            case Spread(quartiles, _, metric):
                return range_text(quartiles, metric)
            case Phrase():
                return cell(self.said(of))
        return of

    def amount(self, of: Amount) -> str:
        mark = self.notes.mark(of.figure)
        if of.figure.value is None:
            return f"{DASH} ({mark})"
        sign = SIGN[of.standing] + " " if of.standing in SIGN else ""
        share = f" {cell(self.said(of.of))}" if of.of is not None else ""
        return f"{sign}{number(of.figure.value, of.metric)}{_mark(mark)}{share}"


def _line(row: Sequence[str], width: Sequence[int], left: Sequence[bool]) -> str:
    padded = []
    for written, wide, words in zip(row, width, left, strict=True):
        gap = " " * (wide - cells(written))
        padded.append(written + gap if words else gap + written)
    return f"| {' | '.join(padded)} |"


def _mark(mark: str) -> str:
    return mark.replace("*", "\\*")
