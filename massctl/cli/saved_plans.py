"""Saved plans: written by `plan --out`, read by `apply --plan`."""

from collections.abc import Sequence
from pathlib import Path

from massctl.apply.outcome import Outcome, refuse_all
from massctl.cli.session import Session
from massctl.cli.writing import write_files
from massctl.errors import StalePlanError, UsageError
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.plan.plan import Plan
from massctl.plan.saved import SavedPlan, plan_again, read_saved
from massctl.plan.step import Refusal
from massctl.view.as_json import plan_json
from massctl.view.language import say

SAVED_BYTES_MAX = 64 * 1024 * 1024
"""No plan of thousands of campaigns is larger."""


def save_plan(session: Session, path: Path, plan: Plan, names: Sequence[str]) -> None:
    """Write the plan's JSON into a file; raises UsageError where it cannot be written."""
    language = session.voice.language
    document = session.voice.advised(plan_json(plan, language, names))
    write_files(path.parent, {path.name: (document + "\n").encode()})
    told = Phrase("the plan is saved; to carry out exactly this: massctl apply --plan {path}", path=str(path))
    session.voice.talk(say(told, language))


def open_plan(path: Path) -> SavedPlan:
    """Read a saved plan; raises UsageError where there is none."""
    try:
        with path.open("rb") as file:
            saved = read_saved(file.read(SAVED_BYTES_MAX))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageError(
            Phrase("{path} cannot be read: {why}", path=str(path), why=why), Phrase("Nothing was done.")
        ) from None
    if saved is None:
        raise UsageError(
            Phrase("{path} is not a saved plan", path=str(path)),
            Phrase("Nothing was done."),
            Phrase("write one with: massctl plan --out FILE"),
        )
    return saved


def require_campaigns(session: Session, saved: SavedPlan) -> None:
    """Raise StalePlanError where a campaign that the plan named is no longer in the repository."""
    folders = session.repository.campaign_folders().names
    gone = [name for name in saved.names if name not in folders]
    if gone:
        raise StalePlanError(
            Phrase("this is not what was planned any more: {moved}", moved=Phrase("{name} is gone", name=gone[0])),
            Phrase("Nothing was done."),
            plan_again([name for name in saved.names if name not in gone]),
        )


def refuse_stale(plan: Plan, state: State, refusal: Refusal) -> Outcome:
    """Refuse every campaign of a plan; raises StalePlanError where none is left to carry the refusal."""
    if not plan.campaigns:
        raise StalePlanError(refusal.message, hint=refusal.hint)
    return refuse_all(plan, state, refusal)
