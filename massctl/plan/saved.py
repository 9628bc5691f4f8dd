"""A plan that was saved, reviewed, and is carried out later: its shape, and what moved since."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from massctl.model.diagnostic import Severity
from massctl.model.lifecycle import Status
from massctl.model.lock import LockFile
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.model.strict import Strict
from massctl.plan.document import plan_document
from massctl.plan.locked import changed_parts
from massctl.plan.plan import Plan
from massctl.plan.planned_allowance import PlannedAllowance
from massctl.plan.planned_remote import PlannedRemote
from massctl.plan.planned_review import LockState, PlanError, PlannedMoment, Review, ReviewedChanges
from massctl.plan.step import Guard, Kind, Reason, Refusal, SendMass
from massctl.plan.window import WindowState

SAVED_BYTES_MAX: Final = 16 * 1024 * 1024
"""Of a saved plan: some thousands of campaigns, each with its lock. Reading JSON can take 45 times as much memory."""


class PlannedStep(Strict):
    """One planned action."""

    kind: Kind
    """What it does."""
    address: str
    """The stable name of what it does it to: `main/image/SHA12`, `NAME/draft`, `NAME/send`."""
    reason: Reason
    """Why it is planned."""
    reversible: bool
    """Whether it can be taken back."""


class PlannedRefusal(Strict):
    """Why something is not done."""

    guard: Guard
    """What refuses."""
    message: str
    """What is true, for people."""
    hint: str
    """What to type, for people."""


class PlannedDiagnostic(Strict):
    """What is wrong in a file."""

    code: str
    """A stable code; `docs/reference/diagnostics.md` has them all."""
    severity: Severity
    """How much it stops."""
    message: str
    """What is wrong, for people."""
    hint: str | None
    """What to write instead, for people."""
    campaign: str | None
    """The campaign it belongs to."""
    file: str | None
    """Path from the repository's root."""
    line: int | None
    """From 1."""
    column: int | None
    """From 1, in code points."""
    end_line: int | None
    """The line on which it ends."""
    end_column: int | None
    """The column before which it ends."""


class PlannedHandoff(Strict):
    """One thing that only a person can do to the draft, in the console."""

    item: str
    """`original`, `reward`, `ai_label`, or `album: …`, `statement: …`, `other: …`."""
    done: bool
    """Whether somebody adopted the draft after doing it."""


class ReviewedContent(Strict):
    """What would be locked of a campaign that is refused for its lock."""

    content: LockFile | None
    """All that its digest would stand for, in the shape of campaign.lock.json; null where its files have faults."""
    diagnostics: list[PlannedDiagnostic]
    """What is wrong in its files."""


class SavedCampaign(Strict):
    """One campaign of a plan."""

    name: str
    """The campaign's name."""
    account: str | None
    """The account that sends."""
    edition: int | None
    """Its edition."""
    status: Status
    """Where it stands."""
    window: WindowState
    """Where its window lies, seen from the moment of the plan."""
    next_at: PlannedMoment | None
    """When the next thing can be done; null where that is now, or never."""
    digest: str | None
    """The digest of what would be sent."""
    steps: list[PlannedStep]
    """What apply with the same names would do now, in order."""
    refusals: list[PlannedRefusal]
    """What it would not do, and why."""
    diagnostics: list[PlannedDiagnostic]
    """What is wrong in its files."""
    handoff: list[PlannedHandoff] = Field(default_factory=list)
    """What is left to a person in the console; not part of the plan's digest, but what it refuses is."""
    approved: LockFile | None = None
    """All that the digest stands for, in the shape of campaign.lock.json; null where nothing can be sent."""
    title: str = ""
    """Its title, for people."""
    audience_count: int | None = None
    """The size of its audience when it was last recorded; null where it never was."""
    tag_due: str | None = None
    """The tag whose id apply looks up and records with what is staged; null where it has none, or has its id."""
    awaiting_until: PlannedMoment | None = None
    """When the administrator's silence becomes a no; null where nothing waits for him."""
    lock: LockState | None = None
    """How its lock stands to what would be sent, with `--for-review`; null where nothing can be sent."""
    changes: ReviewedChanges | None = None
    """What changed for readers, with `--for-review`; null where nothing did, or nothing is known of it."""
    unlocked: ReviewedContent | None = None
    """With `--for-review`: what would be locked of it; null where its lock refuses nothing."""


class PlannedCounts(Strict):
    """The number of steps of each kind."""

    upload_image: int
    """Pictures to upload."""
    add_material: int
    """Materials to add."""
    save_draft: int
    """Drafts to save."""
    send_preview: int
    """Previews to send."""
    send_mass: int
    """Mass sends."""


class SavedPlan(Strict):
    """What `massctl plan --format json` prints and `massctl plan --out` writes."""

    format_version: Literal[1]
    """The version of this format."""
    digest: str
    """Names what the plan would do."""
    lineage: str | None
    """The ledger it was made from; null where there was none."""
    serial: int
    """The last entry of that ledger; 0 where there was none."""
    names: list[str] = Field(default_factory=list)
    """The names of the command line; empty for every campaign."""
    campaigns: list[SavedCampaign]
    """Every campaign that was looked at, in order."""
    allowance: list[PlannedAllowance] = Field(default_factory=list)
    """What the accounts' allowance holds for the next 31 days; an account without anything in them is left out."""
    remote: PlannedRemote | None = None
    """What WeChat has now against the ledger, with `--refresh`; absent without."""
    review: Review | None = None
    """With `--for-review`: when, and in which language; absent without."""
    summary: PlannedCounts
    """The number of steps of each kind."""


class StoppedPlan(Strict):
    """What `massctl plan --format json` prints where there can be no plan."""

    format_version: Literal[1]
    """The version of this format."""
    digest: None
    """Always null."""
    lineage: None
    """Always null."""
    serial: Literal[0]
    """Always 0."""
    campaigns: Annotated[list[SavedCampaign], Field(max_length=0)]
    """Always empty."""
    summary: PlannedCounts
    """All 0."""
    error: PlanError
    """Why."""


def what_moved(saved: SavedPlan, plan: Plan) -> list[Phrase]:
    """Name everything in which `plan`, made again now, is not the saved one; empty where it may be carried out."""
    now = SavedPlan.model_validate(plan_document(plan, saved.names), strict=False)
    moved = [*_moved_ledger(saved, now), *_moved_campaigns(saved, now)]
    if saved.digest == now.digest:
        return [Phrase("the plan file was changed by hand")] if moved or saved.summary != now.summary else []
    # The digest also stands for whose phones see it, which no other key tells.
    return moved or [Phrase("the reviewers, or the words of a refusal")]


def plan_stale(moved: list[Phrase], names: Sequence[str], file: str = "FILE") -> Refusal:
    """Refuse a saved plan that is not what would be done now; `names` are those it was made with.

    `file` is where it was saved, as it is typed in a shell.
    """
    again = Command("plan", *names, "--out", file)
    return Refusal(
        Guard.PLAN_STALE,
        Phrase("this is not what was planned any more: {moved}", moved=enumerated(moved)),
        Phrase("make the plan again and have it reviewed: {command}", command=again),
    )


def only_planned(plan: Plan) -> Plan:
    """Take away every send that is not a step of the plan; apply would else ask for what it may do after all."""
    kept = tuple(
        each if any(isinstance(step, SendMass) for step in each.steps) else replace(each, wants_send=False)
        for each in plan.campaigns
    )
    return replace(plan, campaigns=kept)


def _moved_ledger(saved: SavedPlan, now: SavedPlan) -> Iterator[Phrase]:
    if saved.lineage not in (None, now.lineage):
        yield Phrase("the ledger is another one")
    if saved.serial != now.serial:
        yield Phrase("the ledger's serial ({before} → {after})", before=saved.serial, after=now.serial)


def _moved_campaigns(saved: SavedPlan, now: SavedPlan) -> Iterator[Phrase]:
    before = {each.name: each for each in saved.campaigns}
    after = {each.name: each for each in now.campaigns}
    for name in sorted(before.keys() - after.keys()):
        yield Phrase("{name} is gone", name=name)
    for name, campaign in after.items():
        if name not in before:
            yield Phrase("{name} is new", name=name)
        else:
            yield from _moved_campaign(before[name], campaign)
    if before.keys() == after.keys() and list(before) != list(after):
        yield Phrase("the order of the campaigns")


def _moved_campaign(before: SavedCampaign, after: SavedCampaign) -> Iterator[Phrase]:
    name = after.name
    faults = [each.code for each in after.diagnostics if each.severity is Severity.ERROR]
    if faults and not any(each.severity is Severity.ERROR for each in before.diagnostics):
        # A campaign with faults has no digest, no window and no steps, which would say nothing more.
        yield Phrase("{name} has faults now ({codes})", name=name, codes=", ".join(dict.fromkeys(faults)))
        return
    yield from _moved_content(before, after)
    if (before.window, before.next_at) != (after.window, after.next_at):
        yield Phrase("the window of {name}", name=name)
    if before.status != after.status:
        yield Phrase("the status of {name}", name=name)
    if before.steps != after.steps:
        yield Phrase("the steps of {name}", name=name)
    if _guards(before) != _guards(after):
        yield Phrase("what refuses {name} ({guards})", name=name, guards=", ".join(_guards(after)) or "-")


def _moved_content(before: SavedCampaign, after: SavedCampaign) -> Iterator[Phrase]:
    """Name the approved parts that moved; only the digest where a plan does not hold them."""
    parts = changed_parts(before.approved, after.approved) if before.approved and after.approved else []
    if parts:
        yield Phrase("of {name}: {parts}", name=after.name, parts=enumerated(parts))
    elif (before.digest, before.edition) != (after.digest, after.edition):
        yield Phrase("the digest of {name}", name=after.name)
    if before.account != after.account:
        yield Phrase(
            "the account's name of {name} ({before} → {after})",
            name=after.name,
            before=before.account,
            after=after.account,
        )


def _guards(campaign: SavedCampaign) -> list[str]:
    """The guards alone: the words depend on the language."""
    return [refusal.guard.value for refusal in campaign.refusals]


def read_saved(document: str | bytes) -> SavedPlan | None:
    """Read a saved plan; None where it is none."""
    try:
        return SavedPlan.model_validate_json(document)
    except ValidationError:
        return None
