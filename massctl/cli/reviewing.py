"""What reviewers are shown beside a plan, and the comment that is made of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from massctl.cli.output import current_voice, write_files
from massctl.cli.planning import Planned
from massctl.cli.reading import read_at_most
from massctl.cli.session import Session
from massctl.cli.unlocked import Unlocked
from massctl.errors import NotAPlanError
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.plan.lock_diff import LockState
from massctl.plan.plan_file import SAVED_BYTES_MAX, SavedPlan, StoppedPlan, reviewable
from massctl.plan.steps import Guard
from massctl.source.locks import locked_digest
from massctl.view.i18n import Reader
from massctl.view.json_documents import Reviewed

if TYPE_CHECKING:
    from massctl.cli.differences import Differences

_REFUSED: Final = {Guard.LOCK_MISSING: LockState.MISSING, Guard.LOCK_STALE: LockState.STALE}


def reviewed(session: Session, made: Planned, differences: "Differences", unlocked: Unlocked) -> Reviewed:
    """Give what reviewers are shown beside a plan: this moment, what changed, how locks stand, and what is unlocked."""
    return Reviewed(session.clock.now(), differences, _locks(session, made), unlocked)


def _locks(session: Session, made: Planned) -> dict[CampaignName, LockState]:
    found: dict[CampaignName, LockState] = {}
    for planned in made.plan.campaigns:
        refused = [_REFUSED[each.guard] for each in planned.refusals if each.guard in _REFUSED]
        if refused:
            found[planned.name] = refused[0]
        elif planned.rendered is not None:
            # Where only what is locked is sent, what is planned was found equal to the lock a moment ago.
            locked = planned.digest
            if not session.settings.policy.require_lock:
                locked = locked_digest(session.repository, planned.name)
            missing = LockState.MISSING if locked is None else LockState.STALE
            found[planned.name] = LockState.LOCKED if locked == planned.digest else missing
    return found


def write_comment(file: str, commit: str | None, out: Path | None, *, from_fork: bool) -> None:
    """Make the comment of a plan's JSON and print it, or write it into `out`. Raises as `read_review` does."""
    from massctl.view.markdown import plan_comment

    plan = read_review(file)
    speaker = current_voice()
    # The sentences of a plan that was made for review are in its language already.
    review = plan.review if isinstance(plan, SavedPlan) else None
    reader = Reader(review.language) if review is not None else speaker.reader
    comment = plan_comment(plan, reader, commit=commit, from_fork=from_fork)
    if out is None:
        speaker.markdown(comment)
    else:
        write_files(out.parent, {out.name: comment.encode()})


def read_review(file: str) -> SavedPlan | StoppedPlan:
    """Read a plan's JSON, `-` from standard input, as something that anybody may have written.

    Raises UsageError where it cannot be read, and NotAPlanError where it is not exactly what its schema says.
    """
    nothing = Phrase("No comment was made.")
    content = read_at_most(file, SAVED_BYTES_MAX, nothing)
    if len(content) > SAVED_BYTES_MAX:
        raise NotAPlanError(Phrase("the plan is larger than {limit} MB", limit=SAVED_BYTES_MAX >> 20), nothing)
    return reviewable(content, file)
