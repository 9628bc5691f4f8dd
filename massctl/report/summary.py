"""What a report says first: one plain sentence, which claims only what the numbers carry."""

from collections.abc import Mapping, Sequence
from datetime import date

from massctl.model.phrase import Phrase, plural_phrase
from massctl.report.comparison import quartiles_of
from massctl.report.report import (
    DAYS,
    FEWEST_COMPARED,
    SIDE_BY_SIDE_DAY,
    ArticleReport,
    AudienceKind,
    Comparison,
    Metric,
    Missing,
    Point,
    SendReport,
    Stage,
    StageName,
    Standing,
    median_text,
    people_text,
)


def send_sentence(
    title: str,
    first: ArticleReport | None,
    comparisons: Sequence[Comparison],
    funnel: Sequence[Stage],
    *,
    is_withdrawn: bool = False,
) -> Phrase:
    """Return what a send reached, where that lies among comparable sends, and whether it was withdrawn since."""
    said = _reached(title, first, comparisons, funnel)
    if first is not None and first.is_doubtful:
        said = Phrase(
            "{said} Only title and day joined these numbers to it: they may be another article's.",
            said=said,
        )
    return Phrase("{said} It was withdrawn.", said=said) if is_withdrawn else said


def _reached(
    title: str,
    first: ArticleReport | None,
    comparisons: Sequence[Comparison],
    funnel: Sequence[Stage],
) -> Phrase:
    if first is None:
        return _without_articles(title, funnel)
    if not first.points:
        return _nothing_counted(title, first)
    counted = ([point for point in first.points if point.day in DAYS] or first.points)[-1]
    read = _read(title, counted)
    beside = next(
        (c for c in comparisons if c.metric is Metric.READ_USER and c.day == counted.day), None
    )
    if counted.is_delay:
        return Phrase("{read}; WeChat said that newer numbers are to come.", read=read)
    return (
        Phrase("{read}; {beside}.", read=read, beside=_beside(beside))
        if beside
        else Phrase("{read}.", read=read)
    )


def _read(title: str, counted: Point) -> Phrase:
    return plural_phrase(
        "{count:,} person read “{title}” by the end of day {day} ({date})",
        "{count:,} people read “{title}” by the end of day {day} ({date})",
        count=counted.read_user,
        title=title,
        day=counted.day,
        date=counted.stat_date.isoformat(),
    )


STANDING: Mapping[Standing, Phrase] = {
    Standing.BELOW: Phrase("less than usual"),
    Standing.WITHIN: Phrase("as usual"),
    Standing.ABOVE: Phrase("more than usual"),
}
"""Usual is what lies between the quartiles of comparable sends; the range stands beside each of these."""


def _beside(comparison: Comparison) -> Phrase:
    among = len(comparison.values)
    quartiles = comparison.quartiles
    if quartiles is None and not among:
        return Phrase("there is no number to compare it with yet")
    if quartiles is None:
        return plural_phrase(
            "too early to compare: {count} comparable send has that number, and it takes {least}",
            "too early to compare: {count} comparable sends have that number, and it takes {least}",
            count=among,
            least=FEWEST_COMPARED,
        )
    lower, upper = quartiles.people
    middle = Phrase("{lower} to {upper}", lower=people_text(lower), upper=people_text(upper))
    return Phrase(
        "{standing}: {inside} of {count} comparable sends had {range} (median {median})",
        standing=STANDING[comparison.standing or Standing.WITHIN],
        inside=comparison.inside,
        count=among,
        range=middle if lower < upper else people_text(lower),
        median=median_text(quartiles.median),
    )


def _without_articles(title: str, funnel: Sequence[Stage]) -> Phrase:
    sent = next(stage.people for stage in funnel if stage.name is StageName.SENT)
    if sent.value is None:
        return Phrase(
            "“{title}” has no articles, and WeChat counts readers of articles only.", title=title
        )
    return plural_phrase(
        "{count:,} follower received “{title}”; it has no articles, and WeChat counts readers of articles only.",
        "{count:,} followers received “{title}”; it has no articles, and WeChat counts readers of articles only.",
        count=int(sent.value),
        title=title,
    )


def _nothing_counted(title: str, first: ArticleReport) -> Phrase:
    """Return why nobody knows how many read it."""
    match first.days[0].by_metric[Metric.READ_USER].missing:
        case Missing.NOT_YET:
            say = Phrase(
                "WeChat has no numbers of “{title}” yet: it gives those of a day from 08:00 of the next."
            )
        case Missing.NOT_JOINED:
            say = Phrase(
                "Nobody can tell who read “{title}”: the ledger has no msg_data_id of the send."
            )
        case _:
            say = Phrase("The archive has no numbers of “{title}”.")
    return Phrase(say, title=title)


def report_sentence(sends: Sequence[SendReport], since: date | None) -> Phrase:
    """Return what all sends that are shown reached."""
    if not sends:
        return (
            Phrase("Nothing was sent since {date}.", date=since.isoformat())
            if since
            else Phrase("Nothing was sent.")
        )
    if len(sends) == 1:
        return sends[0].sentence
    first, last = sends[-1].ref_date.isoformat(), sends[0].ref_date.isoformat()
    counted = plural_phrase(
        "{count} send from {first} to {last}",
        "{count} sends from {first} to {last}",
        count=len(sends),
        first=first,
        last=last,
    )
    firsts = [(each, each.first) for each in sends if each.first is not None]
    if len({send.appid for send, _ in firsts}) > 1:
        return Phrase("{sends}.", sends=counted)
    # A tag reads less than everybody: sends to different audiences have no median in common.
    is_mixed = len({(send.scope, send.tag) for send, _ in firsts}) > 1
    alike = [article for send, article in firsts if not is_mixed or send.scope is AudienceKind.ALL]
    readers = sorted(value for article in alike if (value := article.readers) is not None)
    quartiles = quartiles_of(readers)
    if quartiles is None:
        return Phrase("{sends}. The newest: {sentence}", sends=counted, sentence=sends[0].sentence)
    say = Phrase(
        "{sends}; the median by the end of day {day} is {median} readers (of {known} with that number)."
    )
    if is_mixed:
        say = Phrase(
            "{sends}; of those to every follower, the median by the end of day {day} is {median} readers "
            "(of {known} with that number)."
        )
    return Phrase(
        say,
        sends=counted,
        day=SIDE_BY_SIDE_DAY,
        known=len(readers),
        median=median_text(quartiles.median),
    )
