"""What a report says first of a send: three sentences at most. They are arithmetic, and name no cause."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from massctl.model.phrase import Phrase, enumerated, in_a_row, plural_phrase
from massctl.plan.job_failure import reason_words
from massctl.report.report import (
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
    Verdict,
    VerdictCode,
    average_text,
)
from massctl.report.usual import FEWEST_COMPARED, Standing
from massctl.view.report_words import (
    MISSING,
    audience_name,
    in_sentences,
    job_words,
    number,
    percent,
    shares_text,
    signed,
)

STANDING: Mapping[Standing, Phrase] = {
    Standing.BELOW: Phrase("less than usual"),
    Standing.WITHIN: Phrase("as usual"),
    Standing.ABOVE: Phrase("more than usual"),
}
"""The range that is usual stands beside each of these, or in the table below."""
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
    opened, share = verdict.comparison(Aspect.OPENED), _reader_share(verdict)
    if opened is None or opened.figure.value is None:
        read = plural_phrase(
            "{count:,} person read it by the end of day {day}",
            "{count:,} people read it by the end of day {day}",
            count=readers_of(verdict),
            day=verdict.day,
        )
        if share is not None:
            read = Phrase("{read} ({share} of those who received it)", read=read, share=share)
        return (*_also(verdict), _readers(read, verdict, verdict.reference))
    read = plural_phrase(
        "In all, {count:,} person read it",
        "In all, {count:,} people read it",
        count=readers_of(verdict),
    )
    if share is not None:
        read = Phrase("{read} ({share})", read=read, share=share)
    reference = verdict.reference if opened.standing is None else None
    return (_opened(verdict, opened), *_also(verdict), _readers(read, verdict, reference))


def readers_of(verdict: Verdict) -> int:
    """Return how many read the first article by the day of a verdict."""
    found = verdict.comparison(Aspect.READERS)
    return int(found.figure.value or 0) if found is not None else 0


def share_beside(of: Comparison) -> str | None:
    """Return the share that stands beside a number of people; None where it is the number itself, or missing."""
    if of.aspect.is_rate or of.share.value is None:
        return None
    return f"({percent(of.share.value)})"


def _with_share(of: Comparison) -> str:
    written = number(of.figure.value or 0, of.aspect)
    if of.aspect.is_rate or of.share.value is None:
        return written
    return Phrase("{number} ({share})", number=written, share=percent(of.share.value))


def _reader_share(verdict: Verdict) -> str | None:
    """Write of those who received it how many read it, from everywhere; None where that is not known."""
    found = verdict.comparison(Aspect.READERS)
    share = found.share.value if found is not None else None
    return percent(share) if share is not None else None


def _opened(verdict: Verdict, opened: Comparison) -> Phrase:
    """Say how many followers opened it from the message."""
    count = int(opened.figure.value or 0)
    people = plural_phrase("{count:,} follower", "{count:,} followers", count=count)
    if opened.whole.value is not None and opened.share.value is not None:
        people = Phrase(
            "{count:,} of {sent:,} followers ({rate})",
            count=count,
            sent=int(opened.whole.value),
            rate=percent(opened.share.value),
        )
    said = Phrase("{people} opened it by the end of day {day}", people=people, day=verdict.day)
    if opened.whole.value is None and verdict.code is VerdictCode.COMPARED:
        return Phrase("{said}; how many received it is not recorded.", said=said)
    if opened.standing is None:
        return Phrase("{said}.", said=said)
    beside = _beside_usual(opened, STANDING[opened.standing], verdict.reference)
    return Phrase("{said}, {standing}.", said=said, standing=beside)


def _beside_usual(found: Comparison, standing: Phrase, reference: Reference | None) -> Phrase:
    """Put the range that is usual behind a word, and of which sends it is, unless that was said before."""
    if found.usual is None:
        return standing
    written = shares_text(found.usual)
    if reference is None:
        return Phrase("{standing} ({range})", standing=standing, range=written)
    return Phrase(
        "{standing} ({range}, of {count} sends to {audience})",
        standing=standing,
        range=written,
        count=found.count,
        audience=audience_name(reference.scope, reference.tag),
    )


def _also(verdict: Verdict) -> Iterator[Phrase]:
    """Say what else followers did less than usual, more, and as usual."""
    found = [each for aspect in ASPECT_BRIEF if (each := verdict.comparison(aspect)) is not None]
    said = []
    for standing in (Standing.BELOW, Standing.ABOVE, Standing.WITHIN):
        names = [
            Phrase("{what} {number}", what=ASPECT_BRIEF[each.aspect], number=_with_share(each))
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


def _readers(read: Phrase, verdict: Verdict, reference: Reference | None) -> Phrase:
    """Say how many read it from everywhere, and how far that is from usual; or why it is not compared."""
    match verdict.code:
        case VerdictCode.COMPARED:
            return _compared(read, verdict, reference)
        case VerdictCode.TOO_FEW:
            return Phrase("{read}; {few}.", read=read, few=too_few_words(verdict))
        case VerdictCode.LATE:
            return Phrase("{read}; WeChat said that newer numbers are to come.", read=read)
        case VerdictCode.WITHDRAWN:
            return Phrase("{read}; it was withdrawn, and is not compared.", read=read)
        case VerdictCode.NO_AUDIENCE:
            return Phrase(
                "{read}; nobody recorded whom it went to, so it is not compared.", read=read
            )
        case _:
            return Phrase(
                "{read}; only title and day joined these numbers to it: they may be another article's.",
                read=read,
            )


def _compared(read: Phrase, verdict: Verdict, reference: Reference | None) -> Phrase:
    """Say where all readers lie, and how far they are from the mean, part by part."""
    readers, gap = verdict.comparison(Aspect.READERS), verdict.gap
    if readers is None or gap is None:
        return Phrase("{read}.", read=read)
    if readers.standing is None:
        words = gap_words(gap, verdict.reference, is_first=reference is not None)
        return Phrase("{read}: {gap}.", read=read, gap=words)
    standing = _standing(readers, verdict, gap, reference)
    words = gap_words(gap, verdict.reference)
    return Phrase("{read}, {standing}: {gap}.", read=read, standing=standing, gap=words)


def _standing(
    readers: Comparison, verdict: Verdict, gap: GapSplit, reference: Reference | None
) -> Phrase:
    """Return where all readers lie; where followers read less than usual and all did not, what made up for it."""
    word = STANDING[readers.standing or Standing.WITHIN]
    standing = _beside_usual(readers, word, reference)
    opened = verdict.comparison(Aspect.OPENED)
    if opened is None or opened.standing is not Standing.BELOW:
        return standing
    others = [each for each in gap.parts if each.scene != Scene.MESSAGE]
    most = max(others, key=lambda each: each.gap)
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


def gap_words(gap: GapSplit, reference: Reference, *, is_first: bool = False) -> Phrase:
    """Return how far readers are from the mean, and how much of that is each source; the parts add up.

    The mean has its sends beside it where these are told here first, or are fewer than the reference set.
    """
    said = Phrase("{gap} against the mean", gap=signed(gap.gap))
    if is_first:
        said = Phrase(
            "{gap} against the mean of {count} sends to {audience}",
            gap=signed(gap.gap),
            count=gap.count,
            audience=audience_name(reference.scope, reference.tag),
        )
    elif gap.count < reference.count:
        said = Phrase(
            "{gap} against the mean of those {count} that have every source",
            gap=signed(gap.gap),
            count=gap.count,
        )
    parts = gap_parts(gap)
    if len(parts) > 1:
        written = [
            Phrase("{gap} {source}", gap=signed(each), source=source) for source, each in parts
        ]
        said = Phrase("{said} ({parts})", said=said, parts=enumerated(written))
    if gap.audience is None or not gap.audience.is_other:
        return said
    return Phrase(
        "{said}; {count:,} received it, against a mean of {mean:,}",
        said=said,
        count=gap.audience.value,
        mean=gap.audience.usual,
    )


def gap_parts(gap: GapSplit) -> list[tuple[str, int]]:
    """Return the parts that a sentence names: the message, then those that differ most, and the rest of the gap."""
    named = [each for each in gap.parts if each.scene is not None]
    message = [
        part for each in named if each.scene == Scene.MESSAGE for part in _message(each, gap)
    ]
    others = sorted(
        (each for each in named if each.scene != Scene.MESSAGE and each.gap),
        key=lambda each: -abs(each.gap),
    )
    shown = [*message, *((scene_brief(each), each.gap) for each in others)][:_PARTS_MAX]
    rest = gap.gap - sum(each for _, each in shown)
    return [*shown, (SCENE_BRIEF[None], rest)] if rest else shown


def _message(part: GapPart, gap: GapSplit) -> Iterator[tuple[str, int]]:
    """Split the part of the message by the size of the audience, where that is another."""
    audience = gap.audience
    if audience is None or not audience.is_other:
        yield scene_brief(part), part.gap
        return
    is_larger = audience.value > audience.usual
    size = Phrase("the larger audience") if is_larger else Phrase("the smaller audience")
    yield size, audience.readers
    yield Phrase("the share that opened it"), part.gap - audience.readers


def mean_words(gap: GapSplit, reference: Reference) -> Iterator[Phrase]:
    """Say which sends are not in a mean, and what the size of the audience makes of the gap."""
    if gap.count < reference.count:
        yield plural_phrase(
            "{count} of them is left out of the mean: WeChat did not give all its sources.",
            "{count} of them are left out of the mean: WeChat did not give all their sources.",
            count=reference.count - gap.count,
        )
    message = next((each for each in gap.parts if each.scene == Scene.MESSAGE), None)
    audience = gap.audience
    if audience is None or not audience.is_other or message is None:
        return
    yield Phrase(
        "{count:,} received it, against a mean of {mean:,}: that makes {readers} of the difference from the message, "
        "and the share that opened it {rest}.",
        count=audience.value,
        mean=audience.usual,
        readers=signed(audience.readers),
        rest=signed(message.gap - audience.readers),
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
    # A tag reads less than everybody: sends to different audiences have no mean in common.
    audiences = {(send.scope, send.tag) for send, _ in firsts}
    scope, tag = audiences.pop() if len(audiences) == 1 else (AudienceKind.ALL, None)
    readers = [
        value
        for send, article in firsts
        if send.is_comparable and (send.scope, send.tag) == (scope, tag)
        if (value := article.readers) is not None
    ]
    if len(readers) < FEWEST_COMPARED:
        newest, *_ = verdict_sentences(sends[0], sends[0].verdict)
        return Phrase(
            "{sends}. The newest, “{title}”: {sentence}",
            sends=counted,
            title=sends[0].title,
            sentence=newest,
        )
    return Phrase(
        "{sends}; the mean of {count} sends to {audience} is {mean} readers by the end of day {day}.",
        sends=counted,
        count=len(readers),
        audience=audience_name(scope, tag),
        mean=average_text(sum(readers) / len(readers)),
        day=SIDE_BY_SIDE_DAY,
    )


CHAT_LINES = 3
"""So many lines of a report stand in a chat."""


def short_report(send: SendReport, verdict: Verdict) -> list[str]:
    """Return a verdict for a chat, as few lines: its sentences, then what became of the message."""
    job = job_words(send)
    return [*verdict_sentences(send, verdict), *([job] if job is not None else [])][:CHAT_LINES]
