"""The plan as JSON values, and its digest."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from msgspec import UNSET, UnsetType, field
from msgspec.structs import replace
from pydantic import Field, TypeAdapter, ValidationError

from massctl import __version__
from massctl.errors import NotAPlanError
from massctl.model.audience import PeopleChange
from massctl.model.diagnostics import Diagnostic, Failure, Severity, Unread
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, Digest, digest_of
from massctl.model.lock import LockFile, lock_document
from massctl.model.message import Inherited, RenderedCampaign
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.model.selection import EVERYTHING, Selection
from massctl.model.shape import Shape, plain
from massctl.model.state import Status
from massctl.plan.approvals import ApprovalCount
from massctl.plan.destinations import JudgedDestination
from massctl.plan.drift import DriftKind
from massctl.plan.guards import HandoffItem
from massctl.plan.lock_diff import (
    LockState,
    PlannedMoment,
    Review,
    ReviewedChanges,
    changed_parts,
)
from massctl.plan.people_judge import AudienceFacts, PeopleSummary
from massctl.plan.plan import Plan, PlannedCampaign
from massctl.plan.quota import AccountAhead
from massctl.plan.steps import FillTag, Guard, Kind, Reason, Refusal, SendMass, SendPreview, Step
from massctl.plan.window import WindowState

_Read = TypeVar("_Read", bound=Shape)


class DriftShape(Shape):
    """One thing that is other than the ledger says."""

    campaign: str
    """The campaign it belongs to."""
    edition: int
    """Its edition."""
    kind: DriftKind
    """What is other than recorded."""
    subject: str
    """The draft's media_id, the audience, or the job's msg_id."""
    message: str
    """The same, for people."""


class PlannedDrift(DriftShape):
    """One thing that is other than the ledger says, as it was just read."""

    before: str | int | None
    """As recorded; null where nothing is."""
    now: str | int | None
    """As WeChat says; null where it is gone."""


class PlannedRemote(Shape):
    """What WeChat has now against the ledger."""

    drift: Sequence[PlannedDrift]
    """Everything that is other than recorded."""
    errors: Sequence[Unread]
    """What could not be read; the other accounts were."""


SAVED_BYTES_MAX = 16 * 1024 * 1024
"""Of a saved plan: some thousands of campaigns, each with its lock. Reading JSON can take 45 times as much memory."""


class PlannedStep(Shape):
    """One planned action."""

    kind: Kind
    """What it does."""
    address: str
    """The stable name of what it does it to: `main/image/SHA12`, `NAME/draft`, `NAME/send`."""
    reason: Reason
    """Why it is planned."""
    reversible: bool
    """Whether it can be taken back."""
    change: PeopleChange | UnsetType | None = UNSET
    """Of `fill_tag`: how many get the tag and lose it; null where nobody can say without the snapshots. Absent
    elsewhere. Not part of the plan's digest."""


class PlannedDiagnostic(Shape):
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


class PlannedReading(Shape):
    """How an article reads for people."""

    words: int
    """Chinese characters and marks, and words of other languages (字数)."""
    minutes: int
    """How long reading takes, at 330 characters or 238 words a minute."""
    opening: str = ""
    """Its first words, at most 200 characters of them."""


class ReviewedContent(Shape):
    """What would be locked of a campaign that is refused for its lock."""

    content: LockFile | None
    """All that its digest would stand for, in the shape of campaign.lock.json; null where its files have faults."""
    diagnostics: Sequence[PlannedDiagnostic]
    """What is wrong in its files."""
    reading: Sequence[PlannedReading] = ()
    """How its articles read, in order."""
    destinations: Sequence[JudgedDestination] = ()
    """Where it leads, new places first."""
    unscanned: bool = False
    """Whether it has a picture in which nobody looked for QR codes: no extra `qr`, or it is on WeChat already."""


class SavedCampaign(Shape):
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
    steps: Sequence[PlannedStep]
    """What apply with the same names would do now, in order."""
    refusals: Sequence[Refusal]
    """What it would not do, and why."""
    diagnostics: Sequence[PlannedDiagnostic]
    """What is wrong in its files."""
    handoff: Sequence[HandoffItem] = ()
    """What is left to a person in the console; not part of the plan's digest, but what it refuses is."""
    approvals: Sequence[ApprovalCount] = ()
    """What the policy asks of the pull request that brings its lock; not part of the plan's digest."""
    approved: LockFile | None = None
    """All that the digest stands for, in the shape of campaign.lock.json; null where nothing can be sent."""
    reading: Sequence[PlannedReading] = ()
    """How its articles read, in order; not part of the plan's digest."""
    destinations: Sequence[JudgedDestination] = ()
    """Where it leads, new places first; not part of the plan's digest, but the campaign's digest has them."""
    unscanned: bool = False
    """Whether it has a picture in which nobody looked for QR codes: no extra `qr`, or it is on WeChat already."""
    title: str = ""
    """Its title, for people."""
    folder: str | None = None
    """Its folder, from the repository's root; null where it is gone. Not part of the plan's digest."""
    inherited: Sequence[Inherited] = ()
    """What it does not say itself, and where that stands; not part of the plan's digest."""
    group: str = ""
    """The group that it stands in, such as `north` or `clients/north`; empty without one."""
    audience_count: int | None = None
    """The size of its audience when it was last recorded; null where it never was."""
    audience_before: int | None = None
    """The size of the same audience at the last send to it; null where nothing is recorded of one."""
    people: AudienceFacts | None = None
    """What is known of the people of its list; null for every other audience, and where nobody can look. Not part of
    the plan's digest."""
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


class PlannedCounts(Shape):
    """The number of steps of each kind."""

    upload_image: int
    """Pictures to upload."""
    add_material: int
    """Materials to add."""
    save_draft: int
    """Drafts to save."""
    fill_tag: int
    """Tags of audiences to fill."""
    send_preview: int
    """Previews to send."""
    send_mass: int
    """Mass sends."""


class SavedPlan(Shape, kw_only=True):
    """What `massctl plan --format json` prints and `massctl plan --out` writes."""

    format_version: Literal[1]
    """The version of this format."""
    digest: str
    """Names what the plan would do."""
    lineage: str | None
    """The ledger it was made from; null where there was none."""
    serial: int
    """The last entry of that ledger that is no notice (`announced`); 0 where there was none."""
    names: Sequence[str] = ()
    """The names of the command line; empty for every campaign."""
    accounts: Sequence[str] = ()
    """The accounts of the command line; empty for every account."""
    groups: Sequence[str] = ()
    """The groups of the command line; empty for every group."""
    campaigns: Sequence[SavedCampaign]
    """Every campaign that was looked at, in order."""
    allowance: Sequence[AccountAhead] = ()
    """What the accounts' allowance holds for the next 31 days; an account without anything in them is left out."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Who answers for the accounts that say so, by account."""
    people: PeopleSummary | None = None
    """What is known of the people of all its lists together; null without a list."""
    remote: PlannedRemote | None = None
    """What WeChat has now against the ledger, with `--refresh`; absent without."""
    review: Review | None = None
    """With `--for-review`: when, and in which language; absent without."""
    summary: PlannedCounts
    """The number of steps of each kind."""

    @property
    def selection(self) -> Selection:
        """What the flags of the command line took."""
        return Selection(tuple(self.accounts), tuple(self.groups))


class StoppedPlan(Shape, kw_only=True):
    """What `massctl plan --format json` prints where there can be no plan."""

    format_version: Literal[1] = 1
    """The version of this format."""
    digest: None = None
    """Always null."""
    lineage: None = None
    """Always null."""
    serial: Literal[0] = 0
    """Always 0."""
    campaigns: Annotated[Sequence[SavedCampaign], Field(max_length=0)] = ()
    """Always empty."""
    summary: PlannedCounts = PlannedCounts(**dict.fromkeys(Kind, 0))
    """All 0."""
    error: Failure
    """Why."""


def plan_digest(plan: Plan) -> Digest:
    """Return the plan's digest: lineage, serial, each campaign's digest, steps, reviewers, refusals."""
    campaigns = [
        {key: value for key, value in plain(_campaign(each)).items() if key in _DIGESTED}
        for each in plan.campaigns
    ]
    for step in (each for campaign in campaigns for each in campaign["steps"]):
        step.pop("change", None)
    # A preview's address does not say whose phone it goes to, and the campaign's digest leaves reviewers out.
    reviewers = [step.recipient.recorded for step in plan.steps if isinstance(step, SendPreview)]
    return digest_of(
        {
            "lineage": plan.lineage,
            "serial": plan.serial,
            "campaigns": campaigns,
            "reviewers": reviewers,
        }
    )


_DIGESTED = frozenset(
    {"name", "account", "edition", "status", "window", "next_at", "digest", "steps", "refusals"}
)


NO_OWNERS: Mapping[str, str] = MappingProxyType({})


def plan_document(
    plan: Plan,
    names: Sequence[str] = (),
    owners: Mapping[str, str] = NO_OWNERS,
    selection: Selection = EVERYTHING,
) -> dict[str, Any]:
    """Return the plan in the shape of the public interface; `names` are those of the command line."""
    kinds = Counter(step.kind for step in plan.steps)
    made = SavedPlan.of(
        plan,
        format_version=1,
        digest=plan_digest(plan),
        names=names,
        accounts=selection.accounts,
        groups=selection.groups,
        owners=owners,
        campaigns=[_campaign(campaign) for campaign in plan.campaigns],
        allowance=plan.ahead,
        remote=UNSET,
        review=UNSET,
        summary=PlannedCounts(**{kind: kinds[kind] for kind in Kind}),
    )
    document: dict[str, Any] = plain(made)
    return document


def _campaign(campaign: PlannedCampaign) -> SavedCampaign:
    return SavedCampaign.of(
        campaign,
        steps=[_step(step) for step in campaign.steps],
        diagnostics=diagnostics_document(campaign.diagnostics),
        approved=approved_document(campaign.rendered) if campaign.rendered else None,
        reading=reading_document(campaign.rendered),
        unscanned=campaign.rendered is not None and campaign.rendered.is_unscanned,
        lock=UNSET,
        changes=UNSET,
        unlocked=UNSET,
    )


def _step(step: Step) -> PlannedStep:
    return PlannedStep.of(step, change=step.change if isinstance(step, FillTag) else UNSET)


def reading_document(campaign: RenderedCampaign | None) -> list[PlannedReading]:
    """Return how the articles of a campaign read for people."""
    articles = campaign.message.articles if campaign else ()
    return [PlannedReading.of(each.word_count, opening=each.opening) for each in articles]


def diagnostics_document(diagnostics: Iterable[Diagnostic]) -> list[PlannedDiagnostic]:
    """Return diagnostics of the public interface, in the order of places."""
    ordered = sorted(diagnostics, key=lambda each: each.sort_key)
    return [_diagnostic(each) for each in ordered]


def _diagnostic(found: Diagnostic) -> PlannedDiagnostic:
    place = found.place
    return PlannedDiagnostic.of(
        found,
        file=place.file if place else None,
        line=place.line if place else None,
        column=place.column if place else None,
        end_line=place.end_line if place else None,
        end_column=place.end_column if place else None,
    )


def approved_document(campaign: RenderedCampaign) -> dict[str, Any]:
    """Return everything that the digest covers, in the shape of a lock, so that a stale plan can name what changed."""
    return lock_document(campaign, f"massctl {__version__}")


def what_moved(saved: SavedPlan, plan: Plan) -> list[Phrase]:
    """Name everything in which `plan`, made again now, is not the saved one; empty where it may be carried out."""
    now: SavedPlan = _reader(SavedPlan).validate_python(
        plan_document(plan, saved.names), strict=False
    )
    moved = [*_moved_ledger(saved, now), *_moved_campaigns(saved, now)]
    if saved.digest == now.digest:
        return (
            [Phrase("the plan file was changed by hand")]
            if moved or saved.summary != now.summary
            else []
        )
    # The digest also covers the recipients of previews, which no other key names.
    return moved or [Phrase("the reviewers, or the text of a refusal")]


def plan_stale(moved: list[Phrase], names: Sequence[str], file: str = "FILE") -> Refusal:
    """Refuse a saved plan that differs from what would be done now; `names` are the campaigns it was made for.

    `file` is its path, as typed in a shell.
    """
    again = Command("plan", *names, "--out", file)
    return Refusal(
        Guard.PLAN_STALE,
        Phrase("this differs from the saved plan: {moved}", moved=enumerated(moved)),
        Phrase("make the plan again and have it reviewed: {command}", command=again),
    )


def only_planned(plan: Plan) -> Plan:
    """Drop every send that is not a step of the plan, because apply might otherwise make it."""
    kept = tuple(
        each
        if any(isinstance(step, SendMass) for step in each.steps)
        else replace(each, wants_send=False)
        for each in plan.campaigns
    )
    return replace(plan, campaigns=kept)


def _moved_ledger(saved: SavedPlan, now: SavedPlan) -> Iterator[Phrase]:
    if saved.lineage not in (None, now.lineage):
        yield Phrase("there is another ledger")
    if saved.serial != now.serial:
        yield Phrase(
            "the ledger's serial ({before} → {after})", before=saved.serial, after=now.serial
        )


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
        yield Phrase(
            "{name} has faults now ({codes})", name=name, codes=", ".join(dict.fromkeys(faults))
        )
        return
    yield from _moved_content(before, after)
    if (before.window, before.next_at) != (after.window, after.next_at):
        yield Phrase("the window of {name}", name=name)
    if before.status != after.status:
        yield Phrase("the status of {name}", name=name)
    if before.steps != after.steps:
        yield Phrase("the steps of {name}", name=name)
    if _guards(before) != _guards(after):
        yield Phrase(
            "what refuses {name} ({guards})", name=name, guards=", ".join(_guards(after)) or "-"
        )


def _moved_content(before: SavedCampaign, after: SavedCampaign) -> Iterator[Phrase]:
    """Name the approved parts that moved; only the digest where a plan does not hold them."""
    parts = (
        changed_parts(before.approved, after.approved) if before.approved and after.approved else []
    )
    if parts:
        yield Phrase("{name} ({parts})", name=after.name, parts=enumerated(parts))
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


@cache
def _reader(shape: type[Shape]) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _read(shape: type[_Read], document: str | bytes) -> _Read:
    found: _Read = _reader(shape).validate_json(document)
    return found


def read_saved(document: str | bytes) -> SavedPlan | None:
    """Parse a saved plan; None for anything else."""
    try:
        return _read(SavedPlan, document)
    except ValidationError:
        return None


_PLACES_TOLD = 5
_PLACE_CHARACTERS = 60
"""Of one place: a key in it may be foreign."""


def reviewable(document: str | bytes, file: str = "-") -> SavedPlan | StoppedPlan:
    """Read a plan's JSON; raise NotAPlanError, which names the places that are not as the schema says."""
    try:
        return _read(SavedPlan, document)
    except ValidationError as error:
        with suppress(ValidationError):
            return _read(StoppedPlan, document)
        raise NotAPlanError(
            Phrase(
                "{file} is not a plan for review: {places}",
                file=file,
                places=enumerated(_places(error)),
            ),
            Phrase("No comment was made."),
            Phrase(
                "write one with: {command}", command=Command("plan", "--format json --for-review")
            ),
        ) from None


def _places(error: ValidationError) -> list[str]:
    """Name the first places that do not match the schema, without their content."""
    found = [
        ".".join(str(part) for part in each["loc"]) or "JSON"
        for each in error.errors(include_url=False)
    ]
    return [place[:_PLACE_CHARACTERS] for place in dict.fromkeys(found[:_PLACES_TOLD])]


class LockResult(StrEnum):
    """What became of one campaign."""

    WRITTEN = "written"
    """Its lock was written."""
    UNCHANGED = "unchanged"
    """It is what would be written."""
    DIFFERS = "differs"
    """`--check`: it is not."""
    MISSING = "missing"
    """`--check`: there is no lock."""
    CONCLUDED = "concluded"
    """It went out, so it is not locked any more."""
    EXPIRED = "expired"
    """`--check` without names: its window has closed, so its lock is not looked at."""
    INVALID = "invalid"
    """Its files have faults."""


class LockedCampaign(Frozen):
    """One campaign's part of `massctl lock`."""

    name: CampaignName
    title: str
    edition: int | None
    result: LockResult
    digest: str | None = None
    written: tuple[str, ...] = ()
    """What was written or removed, from the campaign's folder."""
    differences: tuple[Phrase, ...] = ()
    versions: tuple[Phrase, ...] = ()
    """`--check`: what is not of the version that it was locked by."""
    refusal: Refusal | None = None
    """What apply says where only what is locked is sent; None if the lock fits."""
    diagnostics: tuple[Diagnostic, ...] = ()


def lock_exit_status(report: Sequence[LockedCampaign]) -> int:
    """Return 1 for a faulty campaign, 5 for a lock that is missing or differs, else 0."""
    results = {each.result for each in report}
    if LockResult.INVALID in results:
        return 1
    return 5 if results & {LockResult.DIFFERS, LockResult.MISSING} else 0
