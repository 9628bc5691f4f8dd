"""A send's report for a chat: the sentence, and a few lines with the numbers that a team asks for first."""

from massctl.model.phrase import Phrase
from massctl.report.report import AccountReport, Figure, Metric, Missing, Scene, SendReport, StageName
from massctl.view.report_words import (
    DASH,
    LATE,
    METRIC,
    STANDING,
    figure_text,
    median_number,
    percent,
    quartiles_words,
    range_text,
    sends_counted,
    why_missing,
)
from massctl.view.words import recorded


def short_report(send: SendReport, account: AccountReport) -> list[Phrase]:
    """Say what a send reached: one sentence, then four to six lines. A number that is missing says why."""
    lines = [send.sentence, _received(send)]
    if send.first is not None:
        lines += [_ways(send), _after(send)]
    is_doubtful = send.first is not None and send.first.is_doubtful
    lines += [*([] if is_doubtful else _compared(send)), _unfollows(send)]
    latest = send.first.latest if send.first is not None else None
    is_late = latest is not None and any(each.is_delay for each in latest.figures.values())
    said = _as_of(account)
    return [*lines, Phrase("{said}; * {late}", said=said, late=LATE) if is_late else said]


def _told(figure: Figure, metric: Metric | None = None) -> str:
    """Write a number; a missing one as a dash with its reason."""
    why = why_missing(figure)
    if why is not None:
        return Phrase("{dash} ({why})", dash=DASH, why=why)
    return figure_text(figure, metric)


def _received(send: SendReport) -> Phrase:
    figures = [send.stage(name).people for name in (StageName.AUDIENCE, StageName.SENT, StageName.FAILED)]
    why = why_missing(figures[0])
    if why is not None and len({each.missing for each in figures}) == 1:
        return Phrase("Audience, received, failed: {dash} ({why})", dash=DASH, why=why)
    return Phrase(
        "Audience {audience}, received {sent}, failed {failed} (ledger)",
        audience=_told(figures[0]),
        sent=_told(figures[1]),
        failed=_told(figures[2]),
    )


def _ways(send: SendReport) -> Phrase:
    read = send.stage(StageName.READ)
    recommended = [row.latest for row in send.articles[0].sources if row.scene == Scene.RECOMMENDED]
    recommended = recommended or [Figure(origin=read.people.origin, missing=Missing.NOT_GIVEN)]
    from_message = _told(read.people)
    if read.share is not None and read.share.value is not None:
        of = Phrase("{people} ({share} of those who received it)")
        from_message = Phrase(of, people=from_message, share=percent(read.share.value))
    latest = send.articles[0].latest
    if latest is None:
        say = Phrase("Read from the message {message}; recommended by WeChat (推荐) {recommended}")
        return Phrase(say, message=from_message, recommended=_told(recommended[0]))
    return Phrase(
        "By the end of day {day}: read from the message {message}; recommended by WeChat (推荐) {recommended}",
        day=latest.day,
        message=from_message,
        recommended=_told(recommended[0]),
    )


def _after(send: SendReport) -> Phrase:
    finished = send.stage(StageName.FINISHED)
    ended: str = DASH
    if finished.share is not None:
        ended = _told(finished.share, Metric.READ_FINISH_RATE)
        if finished.share.value is not None and finished.of_people is not None:
            ended = Phrase("{share} of {count:,} readers", share=ended, count=finished.of_people)
    return Phrase(
        "Read to the end {finished}; shared {shared}; followed after reading {followed}",
        finished=ended,
        shared=_told(send.stage(StageName.SHARED).people),
        followed=_told(send.stage(StageName.FOLLOWED).people),
    )


def _compared(send: SendReport) -> list[Phrase]:
    """Say where the read rate lies, by the newest of the report's days on which that can be said."""
    for found in reversed(send.comparisons):
        if found.metric is Metric.READ_DELIVERY_RATE and found.standing is not None and found.quartiles is not None:
            say = Phrase("{what}, day {day}: {value}, {standing} ({range}, median {median}, of {sends})")
            told = Phrase(
                say,
                what=METRIC[found.metric],
                day=found.day,
                value=figure_text(found.figure, found.metric),
                standing=STANDING[found.standing],
                range=range_text(found.quartiles, found.metric),
                median=median_number(found.quartiles, found.metric),
                sends=sends_counted(len(found.values)),
            )
            return [told]
    return []


def _unfollows(send: SendReport) -> Phrase:
    first = send.followers[0]
    return Phrase(
        "Unfollows on the day of the send, whole account: {cancelled}; same weekday before: {usual}",
        cancelled=_told(first.cancelled),
        usual=quartiles_words(first.usual, len(first.compared)),
    )


def _as_of(account: AccountReport) -> Phrase:
    fresh = account.freshness
    if fresh.asked_at is None:
        return Phrase("The archive has no numbers of this account yet.")
    moment = recorded(fresh.asked_at)
    if fresh.complete_until is not None:
        return Phrase("As of {moment}; complete up to {day}", moment=moment, day=fresh.complete_until.isoformat())
    return Phrase("As of {moment}", moment=moment)
