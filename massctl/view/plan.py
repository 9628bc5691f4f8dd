"""What a plan says to people, worded once: of a plan that was just made, and of one that was read from JSON.

`plan_text` writes it for a terminal, `massctl.view.markdown` for a pull request.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec.structs import replace

from massctl.model.audience import PeopleChange
from massctl.model.audience_tag import tag_name
from massctl.model.diagnostics import Diagnostic, Severity, has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, below_campaigns, cell_of, folder_name, unprefixed
from massctl.model.message import Inherited, RenderedCampaign, Window
from massctl.model.phrase import AccountKey, Command, Phrase, enumerated, in_time, moment
from massctl.model.state import FINAL, Status, beijing_day
from massctl.model.word_count import WordCount
from massctl.plan.approvals import required_words
from massctl.plan.guards import HandoffItem, how_to_do, left_to_do
from massctl.plan.people_judge import AudienceFacts
from massctl.plan.plan import Plan, PlannedCampaign, Remote
from massctl.plan.quota import AccountAhead
from massctl.plan.send_facts import send_facts
from massctl.plan.steps import Guard, Kind, Reason, Refusal, SendPreview
from massctl.plan.window import WindowState
from massctl.view.audience_facts import people_rows, summary_lines
from massctl.view.diagnostics import diagnostic_rows, note_rows
from massctl.view.overview import Line, write_overview
from massctl.view.rows import LABELS, Changes, Row, refusal_rows, write_rows
from massctl.view.send_facts import ahead_rows, beginning_words, fact_rows
from massctl.view.style import Ink
from massctl.view.terminal import DOT, Inked, Page, Part, Table
from massctl.view.words import (
    DRIFT,
    NO_DRIFT,
    NOT_SCANNED,
    REASON,
    STATUS,
    WINDOW,
    article_words,
    audience_words,
    campaigns,
    counted_steps,
    counted_tags,
    counted_words,
    destination_words,
    drift_words,
    duration,
    followers,
    jobs_words,
    pictures,
    place_words,
    reading_words,
    recorded,
    reviewer,
    short_digest,
)

if TYPE_CHECKING:
    from massctl.model.lock import LockFile
    from massctl.plan.approvals import ApprovalCount
    from massctl.plan.destinations import JudgedDestination
    from massctl.plan.lock_diff import LockState
    from massctl.plan.review_diff import Difference


class Act(Protocol):
    """A step of a plan, as its JSON has it too."""

    @property
    def kind(self) -> Kind:
        """What it does."""

    @property
    def address(self) -> str:
        """What it does it to."""

    @property
    def reason(self) -> Reason:
        """Why it is planned."""


_Act = TypeVar("_Act", bound=Act)


class Reading(Frozen):
    """How an article reads."""

    words: int
    minutes: int
    opening: str
    """Its first words."""


class CampaignSheet(Frozen):
    """A campaign of a plan, with all that people are shown of it."""

    name: str
    folder: str | None
    title: str
    account: str | None
    edition: int | None
    status: Status
    window: WindowState
    next_at: datetime | None
    digest: str | None
    audience_count: int | None
    audience_before: int | None
    tag_due: str | None
    awaiting_until: datetime | None
    steps: Sequence[Act]
    refusals: Sequence[Refusal]
    diagnostics: Sequence[Diagnostic]
    handoff: Sequence[HandoffItem]
    content: "RenderedCampaign | LockFile | None"
    """What would be sent; where its lock refuses it, what would be locked."""
    is_approved: bool
    """The content is what would be sent."""
    reading: Sequence[Reading]
    """How each article reads."""
    changes: Changes | None
    lock: "LockState | None"
    destinations: "Sequence[JudgedDestination]" = ()
    """Where it leads, new places first."""
    inherited: "Sequence[Inherited]" = ()
    """What its campaign.yaml does not say itself."""
    is_unscanned: bool = False
    """It has a picture in which QR codes were not looked for."""
    approvals: "Sequence[ApprovalCount]" = ()
    """What the policy asks of the pull request that brings its lock."""
    people: AudienceFacts | None = None
    """What is known of the people of its list."""
    told_before: frozenset[Diagnostic] = frozenset()
    """Those of its diagnostics that are told of another cell of its matrix, which has them too."""

    @property
    def own_diagnostics(self) -> list[Diagnostic]:
        """The diagnostics that nothing before it told."""
        return [each for each in self.diagnostics if each not in self.told_before]

    @property
    def opening(self) -> Window | None:
        """When it may go out; None without a window, and where nothing is known of it."""
        return self.content.window if self.content is not None else None

    @property
    def refused(self) -> list[Refusal]:
        """The refusals, without that of a campaign that waits for its name: that was declared."""
        return [each for each in self.refusals if each.guard is not Guard.NOT_NAMED]

    @property
    def is_faulty(self) -> bool:
        """Whether its files have faults."""
        return has_errors(self.diagnostics)

    @property
    def may_send(self) -> bool:
        """Whether apply would send it: nothing refuses, or only a size that apply reads again."""
        return any(step.kind is Kind.SEND_MASS for step in self.steps) or self.is_size_read_again

    @property
    def is_size_read_again(self) -> bool:
        """Whether only the size of its audience refuses."""
        return bool(self.refusals) and all(
            each.guard is Guard.AUDIENCE_BOUNDS for each in self.refusals
        )


_ALIKE = (
    *(
        "name",
        "folder",
        "inherited",
        "title",
        "account",
        "edition",
        "status",
        "window",
        "next_at",
        "digest",
        "audience_count",
        "audience_before",
        "tag_due",
    ),
    *("awaiting_until", "steps", "approvals", "people"),
)


def sheet(planned: Any, **others: Any) -> CampaignSheet:
    """Make the sheet of a campaign, planned or read from JSON; `others` is what the two do not have alike."""
    return CampaignSheet(**{name: getattr(planned, name) for name in _ALIKE}, **others)


def planned_sheet(
    planned: PlannedCampaign, difference: "Difference | None" = None
) -> CampaignSheet:
    """Make the sheet of a campaign that was just planned."""
    changes = None
    if difference is not None:
        # Most plans have nothing to compare.
        from massctl.view.difference import changes_of

        changes = changes_of(difference)
    content = planned.rendered
    articles = content.message.articles if content is not None else ()
    return sheet(
        planned,
        refusals=planned.refusals,
        diagnostics=planned.diagnostics,
        handoff=planned.handoff,
        content=content,
        is_approved=content is not None,
        reading=[
            Reading(each.word_count.words, each.word_count.minutes, each.opening)
            for each in articles
        ],
        changes=changes,
        lock=None,
        destinations=planned.destinations,
        is_unscanned=content is not None and content.is_unscanned,
    )


def told_once(sheets: Sequence[CampaignSheet]) -> list[CampaignSheet]:
    """Let only the first cell of a matrix tell what its cells have in common."""
    told: set[Diagnostic] = set()
    found: list[CampaignSheet] = []
    for each in sheets:
        folder = folder_name(each.name)
        is_shared = cell_of(each.name) != ""
        shared = {one for one in each.diagnostics if is_shared and one.campaign == folder}
        found.append(replace(each, told_before=frozenset(shared & told)))
        told |= shared
    return found


class Weight(IntEnum):
    """How much a campaign matters to a reviewer, most first."""

    SENDS = 0
    REFUSED = 1
    FAULTY = 2
    SENDS_LATER = 3
    """Nothing stands between it and its window: who approves it approves the send."""
    PREPARES = 4
    WAITS = 5
    RESTS = 6


def weight(campaign: CampaignSheet) -> Weight:
    """Weigh a campaign of a plan."""
    if campaign.may_send:
        return Weight.SENDS
    if campaign.refused:
        return Weight.REFUSED
    if campaign.is_faulty:
        return Weight.FAULTY
    if _is_sent_in_its_window(campaign):
        return Weight.SENDS_LATER
    if campaign.steps or campaign.tag_due is not None:
        return Weight.PREPARES
    idle = campaign.status in FINAL or campaign.window is WindowState.EXPIRED
    told = campaign.refusals or campaign.diagnostics or campaign.changes is not None
    return Weight.RESTS if idle and not told else Weight.WAITS


def _is_sent_in_its_window(campaign: CampaignSheet) -> bool:
    waits = campaign.window is WindowState.WAITING and campaign.is_approved
    is_open = campaign.status not in FINAL and campaign.status is not Status.IN_DOUBT
    return waits and is_open and all(each.done for each in campaign.handoff)


STATUS_INK = {
    Status.SENT: Ink.DONE,
    Status.SENDING: Ink.DONE,
    Status.AWAITING_ADMIN: Ink.WARNING,
    Status.FAILED: Ink.ERROR,
    Status.IN_DOUBT: Ink.ALARM,
    Status.CONTRADICTED: Ink.ALARM,
}
"""Statuses that are not here are written plainly."""


class Section(Frozen):
    """What is said of one campaign: who gets what and when, what is new, what is done, and what stands in the way."""

    facts: list[Row]
    changes: Changes | None
    steps: list[Row]
    pressing: list[Row]
    """What somebody has to see to."""
    notes: list[Row]
    """What may be passed over."""


def section(campaign: CampaignSheet, now: datetime | None = None) -> Section:
    """Word a campaign of a plan; how long it is until something counts from `now`."""
    found = campaign.own_diagnostics
    return Section(
        facts=[
            *_frame(campaign, now),
            *_inherited(campaign),
            *_approval_rows(campaign),
            *_message_rows(campaign),
            *destination_rows(campaign.destinations, is_unscanned=campaign.is_unscanned),
            _standing(campaign),
        ],
        changes=campaign.changes,
        steps=list(_step_rows(campaign)),
        pressing=[
            *_refusals(campaign),
            *_by_hand(campaign),
            *diagnostic_rows(found, Severity.ERROR, Severity.WARNING),
            *_told_before(campaign),
        ],
        notes=note_rows(found, campaign.folder),
    )


def _inherited(campaign: CampaignSheet) -> Iterator[Row]:
    """Return where the values stand that a campaign does not say itself."""
    said = [f"{each.key} ({each.file}:{each.line})" for each in campaign.inherited]
    if said:
        yield Row("inherited", (Inked(", ".join(said), Ink.DETAIL),))


def _told_before(campaign: CampaignSheet) -> Iterator[Row]:
    """Say that the faults of a cell are told above."""
    if has_errors(campaign.told_before):
        folder = folder_name(campaign.name)
        yield Row("error", (Phrase("see the faults of {folder} above", folder=folder),))


def _approval_rows(campaign: CampaignSheet) -> Iterator[Row]:
    """Return which approvals the send asks for, whether or not somebody gave them."""
    if campaign.approvals and campaign.status not in FINAL:
        yield Row("approvals", (required_words(campaign.approvals),))


def _frame(campaign: CampaignSheet, now: datetime | None) -> list[Row]:
    """Return who gets it, and when."""
    content = campaign.content
    if content is None:
        account = campaign.account
        rows = [Row("account", (AccountKey(account),))] if account is not None else []
        rows += [Row("edition", (f"{campaign.edition}",))] if campaign.edition is not None else []
    else:
        block = send_facts(
            content,
            campaign.window,
            account=campaign.account or "",
            count=campaign.audience_count,
            before=campaign.audience_before,
            allowance=(),
            is_tag_due=campaign.tag_due is not None,
            people=campaign.people,
        )
        rows = fact_rows(block)
    if campaign.awaiting_until is not None:
        rows.append(hold_row(campaign.name, campaign.awaiting_until))
    if campaign.next_at is not None:
        # The window says already when it opens.
        opens, local = campaign.opening, local_moment(campaign.next_at, campaign.opening)
        at = (
            []
            if opens and opens.not_before == campaign.next_at
            else [Phrase("at {moment}", moment=local)]
        )
        until = [in_time(campaign.next_at, now)] if now is not None else []
        rows += [Row("next", (*at, *until))] if at or until else []
    return rows


def local_moment(at: datetime, window: Window | None) -> str:
    """Write a moment in the offset of a window, or in Beijing time without one."""
    return moment(at.astimezone(window.not_before.tzinfo)) if window else recorded(at)


def _standing(campaign: CampaignSheet) -> Row:
    """Return where it stands, and which version it is."""
    digest = [inked_digest(campaign.digest)] if campaign.digest is not None else []
    return Row(
        "status",
        (Inked(STATUS[campaign.status], STATUS_INK.get(campaign.status, Ink.PLAIN)), *digest),
    )


def inked_digest(digest: str) -> Inked:
    """Show a digest with its subject."""
    return Inked(Phrase("digest {digest}", digest=short_digest(digest)), Ink.DETAIL)


def hold_row(campaign: str, until: datetime) -> Row:
    """Say until when the administrator may answer, what his answer does, and what to type then."""
    say = Phrase(
        "WeChat asks the administrator (管理员) to confirm this send, until {moment}",
        moment=recorded(until),
    )
    below = (
        Phrase(
            "It is not sent without a confirmation. Until that is known, the account sends nothing else."
        ),
        Phrase("after the answer, this asks WeChat for the result:"),
        Command("apply", campaign),
    )
    return Row("next", (Inked(say, Ink.WARNING),), below=below)


def _message_rows(campaign: CampaignSheet) -> list[Row]:
    """Return what is in a message: a row for each article, or one for another message."""
    if campaign.content is None:
        return []
    message = campaign.content.message
    if message.articles:
        return [
            _article_row(number, each.title, campaign)
            for number, each in enumerate(message.articles, 1)
        ]
    if message.text:
        words = Inked(counted_words(WordCount.of([message.text]).words), Ink.DETAIL)
        return [Row("text", (beginning_words(message.text), words))]
    facts: list[str] = [message.label]
    if message.materials and not message.is_recording:
        facts.append(pictures(len(message.materials)))
    facts += [
        *map(beginning_words, message.shown_words),
        *_recordings(campaign.content, campaign.folder),
    ]
    return [Row("message", tuple(facts))]


NEW = Phrase("new: ")


def destination_row(destination: "JudgedDestination", *where: Part) -> Row:
    """Return one place that a message leads, whether it is new, and what a reader may mistake it for."""
    lead = Inked(NEW, Ink.WARNING) if destination.is_new else None
    notes = [Inked(note, Ink.WARNING) for note in destination.notes]
    return Row("destinations", (destination_words(destination), *where, *notes), lead)


DESTINATIONS_SHOWN = 24
"""More destinations of one campaign that are known are counted; every new one is shown."""


def destination_rows(
    destinations: "Sequence[JudgedDestination]",
    *,
    is_unscanned: bool = False,
    known_max: int | None = DESTINATIONS_SHOWN,
) -> Iterator[Row]:
    """Return a row for each place that a message leads, new places first, of these the ones with a note.

    Known places behind the first `known_max` are counted.
    """
    new = sum(each.is_new for each in destinations)
    ordered = sorted(destinations, key=lambda each: (not each.is_new, not each.notes))
    shown = ordered if known_max is None else ordered[: max(new, known_max)]
    for each in shown:
        where = (place_words(each), *map(article_words, each.articles))
        yield destination_row(each, *(Inked(said, Ink.DETAIL) for said in where if said))
    if len(shown) < len(destinations):
        more = Phrase("and {count} more", count=len(destinations) - len(shown))
        yield Row("destinations", (Inked(more, Ink.DETAIL),))
    if is_unscanned:
        yield Row("destinations", (Inked(NOT_SCANNED, Ink.DETAIL),))


def _article_row(number: int, title: str, campaign: CampaignSheet) -> Row:
    lead = Inked(f"{number}. ", Ink.PLAIN)
    if number > len(campaign.reading):
        return Row("articles", (title,), lead)
    read = campaign.reading[number - 1]
    length = Inked(reading_words(read.words, read.minutes), Ink.DETAIL)
    is_new = campaign.changes is not None and campaign.changes.is_new
    return Row(
        "articles", (title, length), lead, (begins(read),) if is_new and read.opening else ()
    )


def begins(read: Reading) -> Phrase:
    """Say how an article begins."""
    return Phrase("it begins: {words}", words=read.opening)


def _recordings(content: Any, folder: str | None) -> Iterator[str]:
    """Name the sound or video of a message, and how long it plays."""
    locked = [each for each in content.pictures if each.purpose in ("voice", "video")]
    for each in getattr(content, "recordings", locked):
        yield short_path(each.path, folder)
        if milliseconds := getattr(each, "milliseconds", 0):
            yield duration(milliseconds)
    given = [each.media_id for each in content.message.materials if each.media_id is not None]
    if given:
        yield Phrase("material {media_ids}", media_ids=", ".join(given))


def short_path(path: str, folder: str | None) -> str:
    """Return a path of the repository as it is written within its campaign's folder."""
    return below_campaigns(path.removeprefix(f"{folder}/"))


FILES_NAMED = 8
"""More files of one step are counted."""


def grouped_steps(steps: Sequence[_Act]) -> list[list[_Act]]:
    """Put together the steps that do the same for one reason; of batches, those in a row."""
    groups: dict[tuple[Kind, Reason, bool, int], list[_Act]] = {}
    for position, step in enumerate(steps):
        batch = step.address.rpartition("/")[2]
        numbered = step.kind in (Kind.SAVE_DRAFT, Kind.SEND_MASS) and batch.isdecimal()
        run = int(batch) - position if numbered else 0
        groups.setdefault((step.kind, step.reason, _is_only_shown(step), run), []).append(step)
    return list(groups.values())


def _is_only_shown(step: Act) -> bool:
    return step.address.endswith("/draft/preview")


def _step_rows(campaign: CampaignSheet) -> Iterator[Row]:
    for steps in grouped_steps(campaign.steps):
        sends = steps[0].kind is Kind.SEND_MASS
        said: list[Part] = [Inked(_step_words(steps, campaign), Ink.ALARM if sends else Ink.PLAIN)]
        said += [enumerated(files)] if (files := _files(steps, campaign)) else []
        said.append(Inked(REASON[steps[0].reason], Ink.DETAIL))
        said += (
            [Inked(Phrase("cannot be undone"), Ink.ALARM)]
            if steps[0].kind is Kind.SEND_PREVIEW
            else []
        )
        yield Row("steps", tuple(said), Inked("‼ ", Ink.ALARM) if sends else Inked("+ ", Ink.PLAIN))


def _files(steps: Sequence[Act], campaign: CampaignSheet) -> list[str]:
    """Name the files that steps upload."""
    content = campaign.content
    known = getattr(content, "files", getattr(content, "pictures", ()))
    paths = {unprefixed(each.sha256)[:12]: short_path(each.path, campaign.folder) for each in known}
    found = [paths[end] for each in steps if (end := each.address.rpartition("/")[2]) in paths]
    more = len(found) - FILES_NAMED
    return [*found[:FILES_NAMED], *([Phrase("and {count} more", count=more)] if more > 0 else [])]


def _step_words(steps: Sequence[Act], campaign: CampaignSheet) -> Phrase:
    first, count = steps[0], len(steps)
    known = [reviewer(each) for each in steps if isinstance(each, SendPreview)]
    match first.kind:
        case Kind.SAVE_DRAFT:
            return _draft_words(first, count)
        case Kind.FILL_TAG:
            return _fill_words(first)
        case Kind.SEND_PREVIEW if known:
            return Phrase("preview to {reviewer}", reviewer=enumerated(known))
        case Kind.SEND_MASS:
            return _send_words(first, count, campaign)
        case _:
            return counted_steps(first.kind, count)


def _fill_words(step: Act) -> Phrase:
    """Say which tag is filled, and with how many."""
    tag = tag_name(step.address.rpartition("/")[2])
    change: PeopleChange | None = getattr(step, "change", None) or None
    if change is None:
        return Phrase("fill the tag {tag} with the people of its audience", tag=tag)
    return Phrase("fill the tag {tag}: {change}", tag=tag, change=change.words)


def _draft_words(first: Act, count: int) -> Phrase:
    if count > 1:
        return Phrase("save {count} drafts, one for each batch", count=count)
    if _is_only_shown(first):
        return Phrase("save a separate draft for the preview: this is not the tip")
    if first.reason is Reason.CONTENT_CHANGED:
        return Phrase("save a new draft instead of the old one")
    return Phrase("save the draft")


def _send_words(first: Act, count: int, campaign: CampaignSheet) -> Phrase:
    content: Any = campaign.content
    who = audience_words(content.audience)
    listed, batch = content.openid_list, first.address.rpartition("/")[2]
    if listed is None or listed.by_tag:
        if campaign.audience_count is not None:
            who = Phrase(
                "{audience}, {followers}",
                audience=who,
                followers=followers(campaign.audience_count),
            )
        return Phrase("send to {audience}: this cannot be undone", audience=who)
    if count == listed.batches:
        say = Phrase("send to {audience} in {jobs}, one after the other: this cannot be undone")
        return Phrase(say, audience=who, jobs=jobs_words(count))
    if count == 1:
        say = Phrase("send batch {batch} of {batches} to {audience}: this cannot be undone")
        return Phrase(say, batch=batch, batches=listed.batches, audience=who)
    say = Phrase(
        "send batches {first}–{last} of {batches} to {audience}, one after the other: this cannot be undone"
    )
    return Phrase(
        say, first=batch, last=int(batch) + count - 1, batches=listed.batches, audience=who
    )


def _refusals(campaign: CampaignSheet) -> list[Row]:
    rows = refusal_rows(campaign.refusals)
    if campaign.is_size_read_again:
        again = Phrase("apply reads the size again before it decides")
        rows = [replace(each, below=(*each.below, again)) for each in rows]
    return rows


def _by_hand(campaign: CampaignSheet) -> list[Row]:
    """Return what only the console can do, and how to record that it is done."""
    rows = [hand_row(each) for each in campaign.handoff]
    told = any(each.guard is Guard.HANDOFF_OPEN for each in campaign.refusals)
    if left_to_do(campaign.handoff, campaign.status) and not told:
        rows[-1] = replace(rows[-1], below=(how_to_do(CampaignName(campaign.name)),))
    return rows


def hand_row(item: HandoffItem) -> Row:
    """Say one thing that only the console can do, and whether it is done."""
    return Row(
        "by_hand", (item.words,), Inked("✓ ", Ink.DONE) if item.done else Inked("○ ", Ink.WARNING)
    )


def plan_text(
    page: Page,
    plan: Plan,
    now: datetime,
    differences: "Mapping[CampaignName, Difference] | None" = None,
    *,
    is_brief: bool = False,
) -> str:
    """Show every campaign of `plan`, with what changed in it for readers, and sum it up; spans count from `now`.

    A brief one shows a line of each first, and of those alone more that somebody has to see.
    """
    differ = differences or {}
    sheets = told_once([planned_sheet(each, differ.get(each.name)) for each in plan.campaigns])
    ahead = plan.ahead
    if is_brief:
        write_overview(page, [_line(each, now) for each in sheets], _STANDS)
        ahead = tuple(filter(None, map(_used_up, ahead)))
    for campaign in sheets:
        if is_brief and not _is_pressing(campaign):
            continue
        page.blank()
        _campaign(page, campaign, now)
    ahead_rows(page, ahead)
    if lines := summary_lines(plan.people):
        page.blank()
        for line in lines:
            page.line(line, hang=2)
    if plan.remote is not None:
        drift_rows(page, plan.remote)
    page.blank()
    _summary(page, sheets, now)
    return page.text()


_DUE, _FAULTY, _WAITS = Phrase("due today"), Phrase("faulty"), Phrase("waiting")
_BY_NAME, _CLOSED = Phrase("only by name"), WINDOW[WindowState.EXPIRED]
_STANDS = (
    *(_DUE, LABELS["refused"], _FAULTY),
    *(STATUS[each] for each in STATUS_INK),
    *(_WAITS, _BY_NAME, _CLOSED, STATUS[Status.WITHDRAWN]),
)
"""Where campaigns of a plan stand, in the order in which they are counted."""


def _is_pressing(campaign: CampaignSheet) -> bool:
    """Return whether somebody has to see more of a campaign than its line."""
    is_alarming = STATUS_INK.get(campaign.status, Ink.DONE) is not Ink.DONE
    return is_alarming or weight(campaign) <= Weight.FAULTY


def _line(campaign: CampaignSheet, now: datetime) -> Line:
    """Return what is said of a campaign among many."""
    at = campaign.next_at
    when: list[Part] = [] if at is None else [local_moment(at, campaign.opening), in_time(at, now)]
    people = [part for row in people_rows(campaign.people) for part in row.facts]
    more = [*when, *people]
    return Line(campaign.account, campaign.name, campaign.title, _stand(campaign, now), more)


def _stand(campaign: CampaignSheet, now: datetime) -> Inked:
    """Return where a campaign stands among many."""
    if campaign.status in STATUS_INK or campaign.status in FINAL:
        return Inked(STATUS[campaign.status], STATUS_INK.get(campaign.status, Ink.PLAIN))
    if campaign.refused and not campaign.may_send:
        return Inked(LABELS["refused"], Ink.WARNING)
    if campaign.is_faulty:
        return Inked(_FAULTY, Ink.ERROR)
    opens_today = campaign.next_at is not None and beijing_day(campaign.next_at) == beijing_day(now)
    if campaign.may_send or opens_today:
        return Inked(_DUE, Ink.ALARM)
    told = {WindowState.NONE: _BY_NAME, WindowState.EXPIRED: _CLOSED}
    return Inked(told.get(campaign.window, _WAITS), Ink.DETAIL)


def _used_up(ahead: AccountAhead) -> AccountAhead | None:
    """Return the days and months of an account that have nothing left; None without one."""
    spans = tuple(each for each in ahead.spans if not each.left)
    return replace(ahead, spans=spans) if spans else None


def _campaign(page: Page, campaign: CampaignSheet, now: datetime) -> None:
    if weight(campaign) is Weight.RESTS:
        heading(page, campaign.name, campaign.title, campaign.status, *_closed(campaign))
        return
    said = section(campaign, now)
    heading(page, campaign.name, campaign.title)
    table = Table(page, LABELS.values())
    write_rows(table, said.facts)
    if said.changes is not None:
        from massctl.view.difference import difference_table

        difference_table(table, said.changes, LABELS["changes"])
    write_rows(table, [*said.steps, *said.pressing, *(each for each in said.notes)])


def _closed(campaign: CampaignSheet) -> list[Part]:
    return (
        []
        if campaign.status in FINAL
        else [DOT, Inked(Phrase("its window has closed"), Ink.DETAIL)]
    )


def heading(page: Page, name: str, title: str, status: Status | None = None, *parts: Part) -> None:
    """Add a campaign's name, its title, where it stands, and `parts` behind them."""
    titled: list[Part] = [Inked(name, Ink.NAME), *([f"  {title}"] if title else [])]
    standing: list[Part] = (
        ["  ", Inked(STATUS[status], STATUS_INK.get(status, Ink.DETAIL))]
        if status is not None
        else []
    )
    page.line(*titled, *standing, *parts, hang=2)


def drift_rows(page: Page, remote: Remote) -> None:
    """Add a line for each thing that is other than recorded, and for what could not be read."""
    page.blank()
    page.line(DRIFT, hang=2)
    for drift in remote.drifts:
        edition = Inked(Phrase("edition {edition}", edition=drift.edition), Ink.DETAIL)
        page.line(
            Inked(drift.campaign, Ink.NAME), DOT, edition, DOT, drift_words(drift), indent=2, hang=4
        )
    for unread in remote.unread:
        page.line(
            Inked(unread.account, Ink.NAME), DOT, Inked(unread.message, Ink.ERROR), indent=2, hang=4
        )
        if unread.hint:
            page.line(unread.hint, indent=4)
    if not remote.drifts and not remote.unread:
        page.line(Inked(NO_DRIFT, Ink.DONE), indent=2)


def counted_plan(plan: Sequence[CampaignSheet]) -> list[Inked]:
    """Return how many steps of each kind there are, the tags that are looked up first."""
    kinds = Counter(step.kind for each in plan for step in each.steps)
    tags = sum(each.tag_due is not None for each in plan)
    said = [Inked(counted_tags(tags), Ink.PLAIN)] if tags else []
    inks = {Kind.SEND_MASS: Ink.ALARM}
    return said + [
        Inked(counted_steps(each, kinds[each]), inks.get(each, Ink.PLAIN))
        for each in Kind
        if kinds[each]
    ]


def _summary(page: Page, plan: Sequence[CampaignSheet], now: datetime) -> None:
    refused, faulty = sum(bool(each.refused) for each in plan), sum(each.is_faulty for each in plan)
    if counted := counted_plan(plan):
        parts = [part for each in counted for part in (Phrase(", "), each)]
        page.line(Phrase("plan: "), *parts[1:], hang=2)
    elif refused or faulty:
        page.line(Phrase("Nothing can be done now."), hang=2)
    else:
        page.line(Inked(Phrase("Nothing to do."), Ink.DONE), hang=2)
        coming = [(each.next_at, each) for each in plan if each.next_at is not None]
        for at, each in sorted(coming, key=lambda pair: pair[0])[:1]:
            say = Phrase(
                "next: {name} at {moment}", name=each.name, moment=local_moment(at, each.opening)
            )
            page.line(say, DOT, in_time(at, now), hang=2)
    if refused:
        page.line(Inked(Phrase("refused: {campaigns}", campaigns=campaigns(refused)), Ink.WARNING))
    if faulty:
        said_of = Phrase("faults: {campaigns}", campaigns=campaigns(faulty))
        if not page.language.flags.sandbox:  # `validate` does not know what was sent there.
            said_of = Phrase(
                "{faults}; {command} shows them", faults=said_of, command=Command("validate")
            )
        page.line(Inked(said_of, Ink.ERROR), hang=2)
