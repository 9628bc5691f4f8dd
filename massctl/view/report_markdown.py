"""A report as Markdown, for a chat, an issue or a terminal: the sentence, then tables.

A number that is missing is a dash with a letter, and the reason stands below its table.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct, field

from massctl.model.phrase import Phrase
from massctl.model.statistics import Family
from massctl.report.report import (
    FEWEST_COMPARED,
    FULL_MAX,
    SIDE_BY_SIDE_DAY,
    AccountReport,
    ArticleReport,
    Breakdown,
    EditionDifference,
    Figure,
    FollowerDay,
    Metric,
    Missing,
    Report,
    SendReport,
    Stage,
    StageName,
)
from massctl.view.cells import cells
from massctl.view.i18n import Language, say
from massctl.view.markdown_text import Words, cell, prose
from massctl.view.report_words import (
    ARTICLE_COLUMNS,
    BY,
    DASH,
    DOUBTFUL,
    FUNNEL,
    LEAVES,
    METRIC,
    MISSING,
    NO_DIFFERENCE,
    OLDER,
    ORIGIN,
    SCENE,
    SIDE_BY_SIDE,
    STAGE,
    STANDING,
    WHOLE,
    WHOLE_ACCOUNT,
    Notes,
    allowance_words,
    as_of_words,
    audience_name,
    audience_words,
    coming_words,
    comparable_words,
    days_shown,
    fell_beside,
    fell_words,
    group_name,
    has_medians,
    headline_words,
    listed,
    median_number,
    newest_figure,
    newest_words,
    number,
    numbers_words,
    outcome_words,
    percent,
    quartiles_words,
    range_text,
    readers_from,
    readers_per_use_words,
    send_facts,
    sends_counted,
    sentences,
)

LISTED_MAX: Final = 30
"""Rows of that table; the others are a number. The CSV has all."""
_ACCOUNT: Final = Phrase("account")
_DAY_ONE: Final = Phrase(
    "Day 1 is the Beijing day of the send. Every number is the sum from the send to the end of a day."
)


class _Tables(Struct):
    """Writes tables in a language, and below each why numbers are missing."""

    language: Language
    notes: Notes = field(default_factory=Notes)

    @property
    def words(self) -> Words:
        return Words(self.language)

    def said(self, text: str) -> str:
        return cell(self.words.said(text))

    def foreign(self, text: str | None) -> str:
        return cell(prose(text, foreign=True)) if text else DASH

    def figure(self, figure: Figure, metric: Metric | None = None, *, share: bool = False) -> str:
        """Write a number, or a dash with the letter of its reason."""
        mark = self.notes.mark(figure)
        if figure.value is None:
            return f"{DASH} ({mark})"
        return (percent(figure.value) if share else number(figure.value, metric)) + _mark(mark)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], left: Sequence[int] = (0,)) -> list[str]:
        """Write a table of cells that are Markdown already, with the reasons below it; nothing without rows.

        Rows are best made as the table is: a number that no table shows would leave its reason to the next one.
        `left` are the columns of words; numbers stand on the right.
        """
        body = [list(row) for row in rows]
        if not body:
            return []
        width = [max(3, *(cells(row[column]) for row in [head, *body])) for column in range(len(head))]
        align = "|".join(
            f" {'-' * wide} " if column in left else f" {'-' * (wide - 1)}: " for column, wide in enumerate(width)
        )
        notes, self.notes = self.notes.meanings(), Notes()
        said = [f"{f'({mark})' if mark.isalpha() else _mark(mark)} {self.words.said(why)}" for mark, why in notes]
        below = ["", " · ".join(said)] if said else []
        lines = [_line(row, width, left) for row in [head, *body]]
        return [lines[0], f"|{align}|", *lines[1:], *below, ""]


def _line(row: Sequence[str], width: Sequence[int], left: Sequence[int]) -> str:
    """Write a row whose columns are as wide as their widest cell: a terminal and a mail show Markdown as it is."""
    spaces = [" " * (wide - cells(each)) for each, wide in zip(row, width, strict=True)]
    padded = [each + gap if at in left else gap + each for at, (each, gap) in enumerate(zip(row, spaces, strict=True))]
    return f"| {' | '.join(padded)} |"


def _mark(mark: str) -> str:
    return mark.replace("*", "\\*")


def report_markdown(report: Report, language: Language) -> str:
    """Write a report: the tables of each send where they are few, else one table of all."""
    tables = _Tables(language)
    lines = [f"**{tables.words.said(report.sentence)}**", ""]
    for account in report.accounts:
        lines += _as_of(account, tables)
    if any(send.articles for send in report.sends):
        lines += [tables.words.said(_DAY_ONE), ""]
    if len(report.sends) > 1:
        lines += _overview(report.sends, tables)
    if len(report.sends) <= FULL_MAX:
        for send in report.sends:
            lines += _send(send, tables, is_only=len(report.sends) == 1)
    for account in report.accounts:
        lines += _account(account, tables)
    return "\n".join(lines).rstrip("\n")


def _as_of(account: AccountReport, tables: _Tables) -> list[str]:
    said = sentences([tables.words.said(each) for each in as_of_words(account.freshness)], tables.language)
    return [f"{tables.foreign(account.name)} · {said}", ""]


def _overview(sends: Sequence[SendReport], tables: _Tables) -> list[str]:
    head = [
        Phrase("sent"),
        Phrase("title"),
        _ACCOUNT,
        Phrase("audience"),
        Phrase("received it"),
        Phrase("readers, day 1"),
        Phrase("readers, day 7"),
        Phrase("read rate"),
        Phrase("read to the end"),
        Phrase("readers of day 7"),
    ]
    is_one = len({send.appid for send in sends}) == 1
    if is_one:
        head.remove(_ACCOUNT)
    rows = [_overview_row(send, tables, is_one=is_one) for send in sends[:LISTED_MAX]]
    words = (0, 1, 2, len(head) - 1) if is_one else (0, 1, 2, 3, len(head) - 1)
    written = tables.table([tables.said(each) for each in head], rows, words)
    left = len(sends) - LISTED_MAX
    more = [tables.words.said(Phrase("and {sends} more: --format csv has all", sends=sends_counted(left))), ""]
    return [*written, *(more if left > 0 else [])]


def _overview_row(send: SendReport, tables: _Tables, *, is_one: bool) -> list[str]:
    beside = next((c for c in send.comparisons if (c.day, c.metric) == (SIDE_BY_SIDE_DAY, Metric.READ_USER)), None)
    standing = STANDING[beside.standing] if beside is not None and beside.standing is not None else None
    return [
        f"{send.sent_at:%Y-%m-%d %H:%M}",
        " · ".join([tables.foreign(send.title), *map(tables.said, (*outcome_words(send), *numbers_words(send)))]),
        *([] if is_one else [tables.foreign(send.account)]),
        tables.said(audience_name(send.scope, send.tag)),
        tables.figure(send.stage(StageName.SENT).people),
        tables.figure(send.figure(Metric.READ_USER, 1)),
        tables.figure(send.figure(Metric.READ_USER, SIDE_BY_SIDE_DAY)),
        tables.figure(send.figure(Metric.READ_DELIVERY_RATE, SIDE_BY_SIDE_DAY), Metric.READ_DELIVERY_RATE),
        tables.figure(send.figure(Metric.READ_FINISH_RATE, SIDE_BY_SIDE_DAY), Metric.READ_FINISH_RATE),
        tables.said(standing) if standing is not None else DASH,
    ]


def _send(send: SendReport, tables: _Tables, *, is_only: bool) -> list[str]:
    said = tables.words.said
    lines = [f"## {tables.foreign(send.title)}", ""]
    if not is_only:
        lines += [said(send.sentence), ""]
    lines += [_facts(send, tables), ""]
    lines += ["### " + said(FUNNEL), "", *_funnel(send.funnel, tables)]
    by_day = newest_words(send.first)
    lines += [said(by_day), ""] if by_day is not None else []
    if send.first is not None:
        lines += _article(send.first, tables)
    lines += _positions(send.articles, tables)
    lines += _comparisons(send, tables)
    lines += _followers(send.followers, tables)
    if send.difference is not None:
        lines += _difference(send.difference, send.edition, tables)
    return lines


def _facts(send: SendReport, tables: _Tables) -> str:
    return " · ".join([tables.foreign(send.account), *(tables.said(each) for each in send_facts(send))])


def _funnel(stages: Sequence[Stage], tables: _Tables) -> list[str]:
    head = [tables.said(each) for each in (Phrase("stage"), Phrase("people"), Phrase("share"), Phrase("whose number"))]
    return tables.table(head, [_stage(stage, tables) for stage in stages], (0, 2, 3))


def _stage(stage: Stage, tables: _Tables) -> list[str]:
    written, origin, share = "", stage.people.origin, stage.share
    if share is not None and share.figure.value is not None:
        whole = WHOLE[share.of]
        if share.of_people is not None:
            whole = Phrase("{whole} ({count:,})", whole=whole, count=share.of_people)
        written = f"{tables.figure(share.figure, share=True)} {tables.said(whole)}"
    if share is not None and stage.people.missing is Missing.RATE_ONLY:
        origin = share.figure.origin
    return [tables.said(STAGE[stage.name]), tables.figure(stage.people), written, tables.said(ORIGIN[origin])]


def _article(article: ArticleReport, tables: _Tables) -> list[str]:
    said = tables.words.said
    lines = ["### " + said(Phrase("The first article, day by day")), ""]
    known = [tables.foreign(article.title)] if article.title is not None else []
    if article.title_length is not None:
        known.append(said(headline_words(article.title_length)))
    if article.author:
        known.append(said(Phrase("by {author}", author=article.author)))
    if article.theme:
        known.append(said(Phrase("theme {theme}", theme=article.theme)))
    if article.family is Family.OLDER:
        known.append(said(OLDER))
    if article.is_doubtful:
        known.append(said(DOUBTFUL))
    shown = days_shown(article)
    head = ["", *(tables.said(Phrase("day {day}", day=each.day)) for each in shown)]
    rows = (
        [tables.said(METRIC[metric]), *(tables.figure(day.figures[metric], metric) for day in shown)]
        for metric in article.days[0].figures
    )
    lines += [" · ".join(known), ""] if known else []
    figures = [figure for day in shown for figure in day.figures.values()]
    if any(figure.value is not None for figure in figures):
        lines += tables.table(head, rows)
    elif figures:
        # A table of nothing but dashes says no more than their reasons.
        reasons = dict.fromkeys(figure.missing for figure in figures if figure.missing is not None)
        lines += [*(f"{DASH} {said(MISSING[each])}" for each in reasons), ""]
    coming = coming_words(article)
    lines += [said(coming), ""] if coming is not None else []
    sources = (
        [tables.said(SCENE.get(row.scene, row.scene)), *(tables.figure(readers_from(row, day.day)) for day in shown)]
        for row in article.sources
    )
    if any(each.value is not None for row in article.sources for each in row.figures):
        lines += [said(Phrase("Where readers came from")), "", *tables.table(head, sources)]
    lines += _leaves(article, tables)
    return [*lines, *([said(fell_words(article.fell)), ""] if article.fell else [])]


def _positions(articles: Sequence[ArticleReport], tables: _Tables) -> list[str]:
    """Put the articles of a send side by side by the newest day of each."""
    if len(articles) < 2:
        return []
    head = [Phrase("position"), Phrase("title"), *ARTICLE_COLUMNS.values()]
    rows = (
        [
            str(each.position),
            tables.foreign(each.title) + (f" · {tables.said(Phrase('withdrawn'))}" if each.is_withdrawn else ""),
            *(tables.figure(newest_figure(each, metric), metric) for metric in ARTICLE_COLUMNS),
        ]
        for each in articles
    )
    said = tables.words.said
    lines = ["### " + said(Phrase("Articles by position")), "", said(Phrase("By the newest day of each.")), ""]
    lines += tables.table([tables.said(each) for each in head], rows, (1,))
    return [*lines, *(line for fell in fell_beside(articles) for line in (said(fell), ""))]


def _leaves(article: ArticleReport, tables: _Tables) -> list[str]:
    if all(each.value is None for each in article.leaves):
        return []
    title = tables.words.said(Phrase("Where readers left, in fifths of the article: the share of readers"))
    return [title, "", *tables.table(LEAVES, [[tables.figure(each, share=True) for each in article.leaves]], ())]


def _comparisons(send: SendReport, tables: _Tables) -> list[str]:
    if not send.comparisons:
        return []
    said = tables.words.said
    head = [
        Phrase("first article"),
        Phrase("day"),
        Phrase("this send"),
        Phrase("usual"),
        Phrase("median"),
        Phrase("number"),
        Phrase("this send is"),
    ]
    rows = [
        [
            tables.said(METRIC[each.metric]),
            str(each.day),
            tables.figure(each.figure, each.metric),
            cell(range_text(each.quartiles, each.metric)),
            median_number(each.quartiles, each.metric),
            f"{len(each.values):,}",
            tables.said(STANDING[each.standing]) if each.standing is not None else DASH,
        ]
        for each in send.comparisons
        if each.quartiles is not None
    ]
    lines = ["### " + said(Phrase("Against comparable sends")), "", said(comparable_words(send.comparable)), ""]
    lines += tables.table([tables.said(each) for each in head], rows, (0, 6))
    if len(rows) < len(send.comparisons):
        lines += [said(Phrase("A median needs {least} of them with a number.", least=FEWEST_COMPARED)), ""]
    return lines


def _followers(days: Sequence[FollowerDay], tables: _Tables) -> list[str]:
    said = tables.words.said
    lines = ["### " + said(Phrase("Followers around the send")), "", said(WHOLE_ACCOUNT), ""]
    if not any(each.is_known for each in days):
        reasons = dict.fromkeys(each.cancelled.missing for each in days if each.cancelled.missing is not None)
        return [*lines, *(f"{DASH} {said(MISSING[each])}" for each in reasons), ""]
    head = [Phrase("day"), Phrase("stopped following"), Phrase("same weekday, eight weeks before"), Phrase("began")]
    rows = [
        [
            each.day.isoformat(),
            tables.figure(each.cancelled),
            tables.said(quartiles_words(each.usual, len(each.compared))),
            tables.figure(each.joined),
        ]
        for each in days
    ]
    return [*lines, *tables.table([tables.said(each) for each in head], rows, (0, 2))]


def _difference(found: EditionDifference, edition: int, tables: _Tables) -> list[str]:
    said = tables.words.said
    lines = ["### " + said(Phrase("Beside edition {edition}", edition=found.before)), ""]
    if found.changed is None:
        lines.append(said(NO_DIFFERENCE))
    else:
        lines.append(said(Phrase("What differs: {parts}", parts=listed(found.changed))))
    head = [
        Phrase("first article"),
        Phrase("day"),
        Phrase("edition {edition}", edition=found.before),
        Phrase("edition {edition}", edition=edition),
    ]
    rows = [
        [
            tables.said(METRIC[each.metric]),
            str(each.day),
            tables.figure(each.before, each.metric),
            tables.figure(each.now, each.metric),
        ]
        for each in found.figures
    ]
    return [*lines, "", *tables.table([tables.said(each) for each in head], rows)]


def _account(account: AccountReport, tables: _Tables) -> list[str]:
    said = tables.words.said
    lines = [f"## {tables.foreign(account.name)}", ""]
    if account.allowance is not None:
        lines += [said(allowance_words(account.allowance)), "", said(readers_per_use_words(account.allowance)), ""]
    told = [each for each in account.breakdowns if has_medians(each)]
    if told:
        lines += ["### " + said(Phrase("Side by side")), "", said(SIDE_BY_SIDE), ""]
        lines += [said(words), ""] if (words := audience_words(account)) is not None else []
    for found in told:
        lines += _breakdown(found, tables)
    return lines


def _breakdown(found: Breakdown, tables: _Tables) -> list[str]:
    by = Phrase("{what} ({older})", what=BY[found.by], older=OLDER) if found.family is Family.OLDER else BY[found.by]
    head = [tables.said(each) for each in (by, Phrase("number"), Phrase("median"), Phrase("middle half"))]
    rows = [
        [
            tables.foreign(say(group_name(found.by, group), tables.language)),
            f"{group.count:,}",
            median_number(group.quartiles, found.metric) if group.quartiles is not None else DASH,
            cell(range_text(group.quartiles, found.metric)) if group.quartiles is not None else DASH,
        ]
        for group in found.groups
    ]
    return tables.table(head, rows)
