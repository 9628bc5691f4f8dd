"""Who locks what a pull request changes, and so what its author is to do next: mostly nothing."""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from massctl.model.phrase import Phrase
from massctl.plan.plan_file import SavedCampaign
from massctl.view.markdown_weight import is_faulty, is_refused_for_lock
from massctl.view.words import campaigns


class Locking(Enum):
    """Who locks."""

    BY_HAND = 1
    """Whoever reads this, with `massctl lock`."""
    BY_WORKFLOW = 2
    """The workflow lock.yml, which commits to the pull request's branch."""
    OF_FORK = 3
    """Whoever wrote it: a workflow may not write into a fork."""


_SOON: Final = Phrase("the workflow lock does it in a few minutes, and this comment is written anew; nothing to do")
_AFTER_FAULTS: Final = Phrase("correct its faults; each commit is checked again, and then the workflow lock locks it")
_OF_FORK: Final = Phrase(
    "the workflow lock cannot write into a fork: somebody of this repository puts the commit on a branch of it"
)


def next_of(planned: SavedCampaign, locking: Locking) -> Phrase | None:
    """Say how a campaign that is refused for its lock gets one; None where the refusal's own hint says it."""
    if locking is Locking.BY_HAND:
        return None
    if locking is Locking.OF_FORK:
        return _OF_FORK
    return _AFTER_FAULTS if is_faulty(planned) else _SOON


def locking_notes(planned: Sequence[SavedCampaign], locking: Locking) -> Iterator[Phrase]:
    """Say for all campaigns that are refused for their lock what happens next; nothing where people lock."""
    refused = [each for each in planned if is_refused_for_lock(each)]
    ready = sum(not is_faulty(each) for each in refused)
    if locking is Locking.OF_FORK and refused:
        yield Phrase("{campaigns} to lock: {how}", campaigns=campaigns(len(refused)), how=_OF_FORK)
    elif locking is Locking.BY_WORKFLOW:
        if ready:
            yield Phrase("{campaigns} to lock: {how}", campaigns=campaigns(ready), how=_SOON)
        if ready < len(refused):
            faulty = campaigns(len(refused) - ready)
            yield Phrase("{campaigns} to correct first: {how}", campaigns=faulty, how=_AFTER_FAULTS)
