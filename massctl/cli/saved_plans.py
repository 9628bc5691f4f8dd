"""Saved plans: written by `plan --out`, read by `apply --plan`."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from massctl.apply.outcome import Outcome, refuse_all
from massctl.cli.arguments import read_at_most
from massctl.cli.ledger_access import read_ledger
from massctl.cli.output import utf8, write_files
from massctl.cli.planner import Planned
from massctl.cli.session import Session
from massctl.errors import StalePlanError, UsageError
from massctl.model.ids import CampaignName
from massctl.model.phrase import Command, Phrase
from massctl.model.state import State, status_of
from massctl.plan.plan import Plan, PlannedCampaign
from massctl.plan.plan_file import (
    SAVED_BYTES_MAX,
    SavedCampaign,
    SavedPlan,
    only_planned,
    plan_stale,
    read_saved,
    what_moved,
)
from massctl.plan.steps import Refusal
from massctl.view.plan_json import plan_json


def save_plan(session: Session, path: Path, plan: Plan, names: Sequence[str]) -> None:
    """Write the plan's JSON into a file; raise UsageError if it is too large or cannot be written."""
    made = plan_json(plan, session.console.reader, names, selection=session.selection)
    document = utf8(made + "\n")
    if len(document) > SAVED_BYTES_MAX:
        raise UsageError(
            Phrase("the plan is larger than {limit} MB", limit=SAVED_BYTES_MAX >> 20),
            Phrase("It was not saved."),
            Phrase(
                "save plans of fewer campaigns: {command}",
                command=Command("plan", "NAME… --out FILE"),
            ),
        )
    write_files(path.parent, {path.name: document})
    told = Phrase(
        "the plan is saved; to carry out exactly this: {command}",
        command=Command("apply", "--plan", shlex.quote(str(path))),
    )
    session.console.talk(told)


def open_plan(path: Path) -> SavedPlan:
    """Read a saved plan; raise UsageError if it does not exist."""
    content = read_at_most(str(path), SAVED_BYTES_MAX, Phrase("Nothing was done."))
    saved = read_saved(content) if len(content) <= SAVED_BYTES_MAX else None
    if saved is None:
        raise UsageError(
            Phrase("{path} is not a saved plan", path=str(path)),
            Phrase("Nothing was done."),
            Phrase("write one with: {command}", command=Command("plan", "--out FILE")),
        )
    return saved


def still_there(session: Session, saved: SavedPlan) -> list[str]:
    """Return the names that a plan was made with, without those that are no longer campaigns."""
    folders = session.repository.campaign_folders.names
    return [name for name in saved.names if name in folders]


def refuse_gone(session: Session, saved: SavedPlan, path: Path) -> Outcome:
    """Refuse a saved plan if none of its campaigns exists any more."""
    state = read_ledger(session)
    moved = [Phrase("{name} is gone", name=name) for name in saved.names]
    return refuse_stale(
        saved,
        Plan(state.lineage, state.plan_serial, ()),
        state,
        plan_stale(moved, (), shlex.quote(str(path))),
    )


def refuse_stale(saved: SavedPlan, plan: Plan, state: State, refusal: Refusal) -> Outcome:
    """Refuse every campaign of a plan, and those that are gone since it was saved.

    Raises StalePlanError if there is none to carry the refusal.
    """
    there = {planned.name for planned in plan.campaigns}
    gone = tuple(_gone(each, state) for each in saved.campaigns if each.name not in there)
    if not plan.campaigns and not gone:
        raise StalePlanError(refusal.message, hint=refusal.hint)
    return refuse_all(replace(plan, campaigns=(*plan.campaigns, *gone)), state, refusal)


def _gone(campaign: SavedCampaign, state: State) -> PlannedCampaign:
    """Show a campaign that is gone as it was planned; its status is that of today, and it has no digest any more."""
    name, edition = CampaignName(campaign.name), campaign.edition
    status = status_of(state.record(name, edition))
    return PlannedCampaign(name, None, "", campaign.account, edition, status, campaign.window)


def as_saved(
    saved: SavedPlan, names: Sequence[str], plan_file: Path, _: Session, made: Planned
) -> Planned | Outcome:
    """Return what a saved plan allows of the plan that was made again, or the refusal where anything moved."""
    if moved := what_moved(saved, made.plan):
        return refuse_stale(
            saved, made.plan, made.state, plan_stale(moved, names, shlex.quote(str(plan_file)))
        )
    return replace(made, plan=only_planned(made.plan))
