"""The stages of a send: the first four are the ledger's, the others WeChat's. A share says what it is a share of."""

from massctl.model.entries import JobStatus
from massctl.model.state import Record
from massctl.report.readings import Readings
from massctl.report.report import Figure, Metric, Missing, Origin, Scene, Stage, StageName, Whole


def funnel_of(record: Record, first: Readings) -> tuple[Stage, ...]:
    """Follow a send from its audience to those who followed the account after reading its first article."""
    audience, filtered, sent, failed = (_counted(record, name) for name in _COUNTS)
    day = first.newest or 1
    readers = first.figure(Metric.READ_USER, day)
    finished = first.figure(Metric.READ_FINISH_RATE, day)
    rate_only = Figure(
        origin=finished.origin, missing=finished.missing or Missing.RATE_ONLY, until=finished.until
    )
    return (
        Stage(StageName.AUDIENCE, audience),
        _stage(StageName.FILTERED, filtered, Whole.AUDIENCE, audience),
        _stage(StageName.SENT, sent, Whole.FILTERED, filtered),
        _stage(StageName.FAILED, failed, Whole.FILTERED, filtered),
        _stage(StageName.READ, first.source(Scene.MESSAGE, day), Whole.SENT, sent),
        Stage(StageName.FINISHED, rate_only, finished, Whole.READERS, _people(readers)),
        _stage(StageName.SHARED, first.figure(Metric.SHARE_USER, day), Whole.READERS, readers),
        _stage(
            StageName.FOLLOWED,
            first.figure(Metric.READ_SUBSCRIBE_USER, day),
            Whole.READERS,
            readers,
        ),
    )


_COUNTS = ("total_count", "filter_count", "sent_count", "error_count")


def _counted(record: Record, name: str) -> Figure:
    """Add what WeChat said of the jobs of a send; missing unless every batch has a job with the number."""
    told: list[JobStatus | None] = [job.counts for job in record.jobs]
    known = [
        value for each in told if each is not None and (value := getattr(each, name)) is not None
    ]
    if known and len(known) == len(told) >= record.batches:
        return Figure(value=sum(known), origin=Origin.LEDGER)
    return Figure(origin=Origin.LEDGER, missing=Missing.PARTLY if known else Missing.NOT_RECORDED)


def _stage(name: StageName, people: Figure, of: Whole, whole: Figure) -> Stage:
    return Stage(name, people, share_of(people, whole), of, _people(whole))


def share_of(part: Figure, whole: Figure) -> Figure:
    """Compute a share; missing if either number is, or if the whole is 0."""
    if part.value is None or not whole.value:
        return Figure(origin=Origin.COMPUTED, missing=Missing.NOTHING_TO_DIVIDE, until=part.until)
    late = part.is_delay or whole.is_delay
    return Figure(
        value=part.value / whole.value, origin=Origin.COMPUTED, until=part.until, is_delay=late
    )


def _people(figure: Figure) -> int | None:
    return int(figure.value) if figure.value is not None else None
