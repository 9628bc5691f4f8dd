"""What a report says first of a send: three sentences at most. They are arithmetic, and name no cause."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from massctl.model.phrase import Phrase, enumerated, in_a_row, plural_phrase
from massctl.plan.job_failure import reason_words
from massctl.report.comparison import quartiles_of
from massctl.report.report import (
    FEWEST_COMPARED,
    SIDE_BY_SIDE_DAY,
    Aspect,
    AudienceKind,
    Comparison,
    GapPart,
    GapSplit,
    Missing,
    Reference,
    Scene,
    SendReport,
    StageName,
    Standing,
    Verdict,
    VerdictCode,
    median_text,
)
from massctl.view.report_words import (
    ASPECT,
    MISSING,
    audience_name,
    in_sentences,
    number,
    range_text,
    signed,
)

STANDING: Mapping[Standing, Phrase] = {
    Standing.BELOW: Phrase("less than usual"),
    Standing.WITHIN: Phrase("as usual"),
    Standing.ABOVE: Phrase("more than usual"),
}
"""Usual is what lies between the quartiles of the reference set; the range stands beside each of these."""
SCENE_BRIEF: Mapping[str | None, Phrase] = {
    Scene.MESSAGE: Phrase("the message"),
    Scene.RECOMMENDED: Phrase("recommendations"),
    Scene.CHAT: Phrase("chats"),
    Scene.MOMENTS: Phrase("Moments"),
    Scene.HOME_PAGE: Phrase("the home page"),
    Scene.SEARCH: Phrase("search"),
    Scene.OTHER: Phrase("other sources"),
    None: Phrase("the rest"),
}
_PARTS_MAX = 4
"""So many parts of a gap are named in a sentence, the message first. The others are its rest."""
ASPECT_BRIEF: Mapping[Aspect, Phrase] = {
    Aspect.FINISHED: Phrase("read to the end"),
    Aspect.SHARED: Phrase("shared"),
    Aspect.FOLLOWED: Phrase("followed"),
    Aspect.LEFT: Phrase("unfollowed"),
}
_ALSO = (Aspect.OPEN_RATE, Aspect.FINISHED, Aspect.SHARED, Aspect.FOLLOWED, Aspect.LEFT)
"""What followers did beside opening it."""


def send_sentence(send: SendReport, verdict: Verdict | None = None) -> Phrase:
    """Return the sentences of a verdict, the newest if none is given, as one text."""
    return in_sentences(verdict_sentences(send, verdict or send.verdict))


def verdict_sentences(send: SendReport, verdict: Verdict) -> tuple[Phrase, ...]:
    """Return what followers did, then how many read it and what that is beside usual."""
    if verdict.code is VerdictCode.NO_ARTICLES:
        return (_without_articles(send),)
    if verdict.code is VerdictCode.FAILED:
        return (_failed(send, verdict),)
    if not verdict.comparisons:
        return tuple(_without_readers(send, verdict))
    opened = verdict.comparison(Aspect.OPENED)
    if opened is None or opened.figure.value is None:
        return (*_also(verdict), *_readers(_read(send, verdict), verdict))
    readers = plural_phrase(
        "In all, {count:,} person read it",
        "In all, {count:,} people read it",
        count=readers_of(verdict),
    )
    return (_opened(send, verdict, opened), *_also(verdict), *_readers(readers, verdict))


def readers_of(verdict: Verdict) -> int:
    """Return how many read the first article by the day of a verdict."""
    found = verdict.comparison(Aspect.READERS)
    return int(found.figure.value or 0) if found is not None else 0


def _opened(send: SendReport, verdict: Verdict, opened: Comparison) -> Phrase:
    """Say how many followers opened it from the message."""
    sent, rate = send.stage(StageName.SENT).people, verdict.comparison(Aspect.OPEN_RATE)
    count, stat_date = int(opened.figure.value or 0), _date(verdict)
    said = plural_phrase(
        "{count:,} person opened “{title}” from the message by the end of day {day} ({date})",
        "{count:,} people opened “{title}” from the message by the end of day {day} ({date})",
        count=count,
        title=send.title,
        day=verdict.day,
        date=stat_date,
    )
    if sent.value is not None and rate is not None and rate.figure.value is not None:
        said = Phrase(
            "{count:,} of {sent:,} followers ({rate}) opened “{title}” from the message by the end of day {day} "
            "({date})",
            count=count,
            sent=int(sent.value),
            rate=number(rate.figure.value, Aspect.OPEN_RATE),
            title=send.title,
            day=verdict.day,
            date=stat_date,
        )
    if opened.standing is None or opened.quartiles is None:
        return Phrase("{said}.", said=said)
    return Phrase(
        "{said}, {standing}: {inside} of {among} comparable sends had {range}.",
        said=said,
        standing=STANDING[opened.standing],
        inside=opened.inside,
        among=opened.count,
        range=range_text(opened.quartiles, Aspect.OPENED),
    )


def _also(verdict: Verdict) -> Iterator[Phrase]:
    """Say what else followers did: what is not as usual with its numbers, then what is."""
    found = [each for aspect in _ALSO if (each := verdict.comparison(aspect)) is not None]
    said = [
        Phrase(
            "{what} {value}, {standing} ({range})",
            what=ASPECT[each.aspect],
            value=number(each.figure.value or 0, each.aspect),
            standing=STANDING[each.standing],
            range=range_text(each.quartiles, each.aspect),
        )
        for each in found
        if each.standing not in (None, Standing.WITHIN) and each.quartiles is not None
    ]
    usual = [ASPECT[each.aspect] for each in found if each.standing is Standing.WITHIN]
    if usual:
        said.append(Phrase("as usual: {names}", names=enumerated(usual)))
    if said:
        yield Phrase("Also: {what}.", what=in_a_row(said))


def _read(send: SendReport, verdict: Verdict) -> Phrase:
    return plural_phrase(
        "{count:,} person read “{title}” by the end of day {day} ({date})",
        "{count:,} people read “{title}” by the end of day {day} ({date})",
        count=readers_of(verdict),
        title=send.title,
        day=verdict.day,
        date=_date(verdict),
    )


def _date(verdict: Verdict) -> str:
    return verdict.stat_date.isoformat() if verdict.stat_date is not None else ""


def _readers(read: Phrase, verdict: Verdict) -> Iterator[Phrase]:
    """Say how many read it from everywhere, and how far that is from usual; or why it is not compared."""
    reference, readers = verdict.reference, verdict.comparison(Aspect.READERS)
    match verdict.code:
        case VerdictCode.COMPARED if verdict.gap is not None and readers is not None:
            yield Phrase(
                "{read}, {standing}: {gap}.",
                read=read,
                standing=_standing(readers, verdict),
                gap=gap_words(verdict.gap, reference),
            )
        case VerdictCode.TOO_FEW:
            yield Phrase("{read}; {few}.", read=read, few=too_few_words(verdict))
        case VerdictCode.LATE:
            yield Phrase("{read}; WeChat said that newer numbers are to come.", read=read)
        case VerdictCode.WITHDRAWN:
            yield Phrase("{read}; it was withdrawn, and is not compared.", read=read)
        case VerdictCode.NO_AUDIENCE:
            yield Phrase(
                "{read}; nobody recorded whom it went to, so it is not compared.", read=read
            )
        case _:
            yield Phrase(
                "{read}; only title and day joined these numbers to it: they may be another article's.",
                read=read,
            )


def _standing(readers: Comparison, verdict: Verdict) -> Phrase:
    """Return where all readers lie; where followers read less than usual and all did not, what made up for it."""
    standing = STANDING[readers.standing or Standing.WITHIN]
    opened, gap = verdict.comparison(Aspect.OPENED), verdict.gap
    if gap is None or opened is None or opened.standing is not Standing.BELOW:
        return standing
    most = max(gap.parts, key=lambda each: each.gap)
    if readers.standing is Standing.BELOW or most.gap <= 0:
        return standing
    return Phrase(
        "{standing} only with {more} more from {source}",
        standing=standing,
        more=number(most.gap),
        source=scene_brief(most),
    )


def scene_brief(part: GapPart) -> str:
    """Name the source of a part of a gap in a word."""
    return SCENE_BRIEF.get(part.scene) or str(part.scene)


def gap_words(gap: GapSplit, reference: Reference) -> Phrase:
    """Return how far readers are from the mean, and how much of that is each source; the parts add up."""
    said = Phrase(
        "{gap} against {usual}, {reference}",
        gap=signed(gap.gap),
        usual=number(gap.usual),
        reference=reference_words(reference),
    )
    parts = gap_parts(gap)
    if len(parts) < 2:
        return said
    written = [Phrase("{gap} {source}", gap=signed(each), source=source) for source, each in parts]
    return Phrase("{said} ({parts})", said=said, parts=enumerated(written))


def gap_parts(gap: GapSplit) -> list[tuple[str, int]]:
    """Return the parts that a sentence names: the message, then those that differ most, and the rest of the gap."""
    named = [each for each in gap.parts if each.scene is not None]
    message = [each for each in named if each.scene == Scene.MESSAGE]
    others = sorted(
        (each for each in named if each.scene != Scene.MESSAGE and each.gap),
        key=lambda each: -abs(each.gap),
    )
    shown = [(scene_brief(each), each.gap) for each in (*message, *others)][:_PARTS_MAX]
    rest = gap.gap - sum(each for _, each in shown)
    return [*shown, (SCENE_BRIEF[None], rest)] if rest else shown


def reference_words(reference: Reference) -> Phrase:
    """Return what a send is compared with."""
    return plural_phrase(
        "the mean of the {count} send to {audience} since {date}",
        "the mean of the {count} sends to {audience} since {date}",
        count=reference.count,
        audience=audience_name(reference.scope, reference.tag),
        date=reference.since.isoformat() if reference.since is not None else "",
    )


def too_few_words(verdict: Verdict) -> Phrase:
    """Return why nothing is compared yet."""
    return plural_phrase(
        "too few to compare with: {count} earlier send to {audience} has numbers of day {day}, and it takes {least}",
        "too few to compare with: {count} earlier sends to {audience} have numbers of day {day}, and it takes {least}",
        count=verdict.reference.count,
        audience=audience_name(verdict.reference.scope, verdict.reference.tag),
        day=verdict.day,
        least=FEWEST_COMPARED,
    )


def _failed(send: SendReport, verdict: Verdict) -> Phrase:
    why = Phrase("WeChat accepted the job and then failed it")
    if verdict.reason is not None:
        why = reason_words(verdict.reason)
    return Phrase("“{title}” failed. {why}.", title=send.title, why=why)


def _without_articles(send: SendReport) -> Phrase:
    sent = send.stage(StageName.SENT).people
    if sent.value is None:
        return Phrase(
            "“{title}” has no articles, and WeChat counts readers of articles only.",
            title=send.title,
        )
    return plural_phrase(
        "{count:,} follower received “{title}”; it has no articles, and WeChat counts readers of articles only.",
        "{count:,} followers received “{title}”; it has no articles, and WeChat counts readers of articles only.",
        count=int(sent.value),
        title=send.title,
    )


def _without_readers(send: SendReport, verdict: Verdict) -> Iterator[Phrase]:
    """Say why nobody knows how many read it by one of the days of a report; then what is known of any other day."""
    if send.first is not None and send.first.points:
        newest = send.first.points[-1]
        yield plural_phrase(
            "{count:,} person read “{title}” by the end of day {day} ({date}).",
            "{count:,} people read “{title}” by the end of day {day} ({date}).",
            count=newest.read_user,
            title=send.title,
            day=newest.day,
            date=newest.stat_date.isoformat(),
        )
        why = MISSING[verdict.missing or Missing.NOT_COLLECTED]
        yield Phrase("Day {day} is not compared: {why}.", day=verdict.day, why=why)
        return
    match verdict.missing:
        case Missing.NOT_YET:
            yield Phrase(
                "Too early: WeChat gives the numbers of day 1 from 08:00 of {date}.",
                date=(send.ref_date + timedelta(days=1)).isoformat(),
            )
            return
        case Missing.NOT_JOINED:
            say = Phrase(
                "Nobody can tell who read “{title}”: the ledger has no msg_data_id of the send."
            )
        case _:
            say = Phrase("The archive has no numbers of “{title}”.")
    yield Phrase(say, title=send.title)


def report_sentence(sends: Sequence[SendReport], since: date | None) -> Phrase:
    """Return what all sends that are shown reached; they are newest first."""
    if not sends:
        return (
            Phrase("Nothing was sent since {date}.", date=since.isoformat())
            if since
            else Phrase("Nothing was sent.")
        )
    if len(sends) == 1:
        return send_sentence(sends[0])
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
    alike = [
        article
        for send, article in firsts
        if send.is_comparable and (not is_mixed or send.scope is AudienceKind.ALL)
    ]
    readers = sorted(value for article in alike if (value := article.readers) is not None)
    quartiles = quartiles_of(readers)
    if quartiles is None:
        newest, *_ = verdict_sentences(sends[0], sends[0].verdict)
        return Phrase("{sends}. The newest: {sentence}", sends=counted, sentence=newest)
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


def answer_sentences(send: SendReport, verdict: Verdict) -> tuple[Phrase, ...]:
    """Return the sentences of a verdict as they stand on the page of its send, above the parts of the gap."""
    opened, readers = verdict.comparison(Aspect.OPENED), verdict.comparison(Aspect.READERS)
    is_whole = opened is not None and opened.quartiles is not None
    if verdict.gap is None or readers is None or opened is None or not is_whole:
        return verdict_sentences(send, verdict)
    in_all = Phrase(
        "In all, {count:,} people read it, {standing}: {gap} against the mean.",
        count=verdict.gap.value,
        standing=_standing(readers, verdict),
        gap=signed(verdict.gap.gap),
    )
    return (_opened_here(send, verdict, opened), *_beside_usual(verdict), in_all)


def _opened_here(send: SendReport, verdict: Verdict, opened: Comparison) -> Phrase:
    sent, rate = send.stage(StageName.SENT).people, verdict.comparison(Aspect.OPEN_RATE)
    of = f"{int(opened.figure.value or 0):,}"
    if sent.value is not None and rate is not None and rate.figure.value is not None:
        of = Phrase(
            "{count:,} of {sent:,} followers ({rate})",
            count=int(opened.figure.value or 0),
            sent=int(sent.value),
            rate=number(rate.figure.value, Aspect.OPEN_RATE),
        )
    return Phrase(
        "{people} opened it by the end of day {day}, {standing} ({range}).",
        people=of,
        day=verdict.day,
        standing=STANDING[opened.standing or Standing.WITHIN],
        range=range_text(opened.quartiles, Aspect.OPENED) if opened.quartiles else "",
    )


def _beside_usual(verdict: Verdict) -> Iterator[Phrase]:
    """Say what else followers did more than usual, less, and as usual."""
    found = [each for aspect in _ALSO[1:] if (each := verdict.comparison(aspect)) is not None]
    said = []
    for standing in (Standing.BELOW, Standing.ABOVE, Standing.WITHIN):
        names = [
            Phrase(
                "{what} {number}",
                what=ASPECT_BRIEF[each.aspect],
                number=number(each.figure.value or 0, each.aspect),
            )
            for each in found
            if each.standing is standing
        ]
        if names:
            say = Phrase(
                "{standing}: {names}", standing=STANDING[standing], names=enumerated(names)
            )
            said.append(say)
    if said:
        yield Phrase("Also {said}.", said=in_a_row(said))
