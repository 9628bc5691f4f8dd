"""Who was taken off an audience before its send, and which batches were closed, in words, as the ledger has it."""

from collections.abc import Collection, Iterator, Mapping

from massctl.model.entries import AudienceCut
from massctl.model.phrase import Phrase, enumerated, plural_phrase
from massctl.model.state import Record
from massctl.plan.people_judge import Removal

_REASONS = {
    Removal.ERASED: lambda count: Phrase("{count:,} erased", count=count),
    Removal.EXCLUDED: lambda count: Phrase("{count:,} excluded", count=count),
    Removal.CAPPED: lambda count: Phrase("{count:,} above the cap", count=count),
    Removal.HAS_IT: lambda count: Phrase("{count:,} with this very message", count=count),
}


def removed_words(removed: Mapping[Removal, int]) -> Phrase:
    """Say how many are taken off, and why: `3 left out: 2 erased, 1 excluded`."""
    reasons = [_REASONS[why](removed[why]) for why in Removal if why in removed]
    return Phrase(
        "{count:,} left out: {reasons}", count=sum(removed.values()), reasons=enumerated(reasons)
    )


def cut_of(record: Record) -> AudienceCut | None:
    """Return the cut that a send goes by; None for one of a snapshot that it no longer goes to."""
    cut = record.cut
    if cut is None or not record.attempts:
        return cut
    return cut if record.attempts[-1].event.audience.get("sha256") == cut.snapshot else None


def left_out_words(cut: AudienceCut | None) -> Phrase | None:
    """Say whom a send left out; None if it left out nobody."""
    if cut is None:
        return None
    return removed_words({Removal(why): count for why, count in cut.removed.items()})


def closed_words(batches: Collection[int]) -> Phrase | None:
    """Say which batches were closed unsent; None if none was."""
    if not batches:
        return None
    return plural_phrase(
        "batch {batches} is never sent: fewer than two of its people are left",
        "batches {batches} are never sent: fewer than two people of each are left",
        count=len(batches),
        batches=enumerated(list(map(str, sorted(batches)))),
    )


def cut_sentences(cut: AudienceCut | None, closed: Collection[int]) -> Iterator[Phrase]:
    """Say whom a send left out, and which batches were closed."""
    for said in (left_out_words(cut), closed_words(closed)):
        if said is not None:
            yield said
