"""Show the plan to a person who must decide: what would happen, to whom, why, and what would not.

Rows about a campaign (its message, its steps, its refusals) are shared with what a run did and with `lock`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from massctl.model.diagnostics import Severity, has_errors
from massctl.model.ids import CampaignName
from massctl.model.message import (
    PICTURE_PLACEHOLDER,
    RenderedCampaign,
    RenderedCard,
    RenderedImage,
    RenderedNews,
    RenderedText,
    RenderedVideo,
    RenderedVoice,
)
from massctl.model.phrase import Command, Phrase, in_time, moment, plural_phrase
from massctl.model.state import FINAL, Status
from massctl.model.word_count import WordCount
from massctl.plan.guards import how_to_do, left_to_do
from massctl.plan.plan import Plan, PlannedCampaign, Remote
from massctl.plan.send_block import planned_block, warnings_of
from massctl.plan.steps import Guard, Kind, Refusal, SaveDraft, SendMass, SendPreview, Step, UploadMedia
from massctl.plan.window import WindowState
from massctl.view.diagnostics import error_lines, group_lines, grouped, place_text
from massctl.view.send_block import PLAN_LABELS, ahead_rows, beginning_words, block_table
from massctl.view.style import Ink
from massctl.view.terminal import DOT, Inked, Page, Part, Table
from massctl.view.words import (
    DRIFT,
    NO_DRIFT,
    REASON,
    STATUS,
    audience_words,
    campaigns,
    counted_steps,
    counted_tags,
    counted_words,
    drift_words,
    duration,
    followers,
    jobs_words,
    pictures,
    reading_words,
    recorded,
    reviewer,
    short_digest,
    symbol,
)

if TYPE_CHECKING:
    from massctl.plan.review_diff import Difference


def hold_rows(table: Table, campaign: str, until: datetime, label: str) -> None:
    """Say until when the administrator may answer, what his answer does, and what to type then."""
    say = Phrase("WeChat asks the administrator (管理员) to confirm this send, until {moment}", moment=recorded(until))
    table.row(label, Inked(say, Ink.WARNING), inner=2)
    table.below(Phrase("It is not sent without a confirmation. Until that is known, the account sends nothing else."))
    table.below(Phrase("after the answer, this asks WeChat for the result:"))
    table.below(Command("apply", campaign), inner=4)


STATUS_INK: Final = {
    Status.SENT: Ink.DONE,
    Status.SENDING: Ink.DONE,
    Status.AWAITING_ADMIN: Ink.WARNING,
    Status.FAILED: Ink.ERROR,
    Status.IN_DOUBT: Ink.ALARM,
    Status.CONTRADICTED: Ink.ALARM,
}
"""Statuses that are not here are written plainly."""


def inked_digest(digest: str) -> Inked:
    """Show a digest with its subject."""
    return Inked(Phrase("digest {digest}", digest=short_digest(digest)), Ink.DETAIL)


def _message_rows(table: Table, campaign: RenderedCampaign) -> None:
    """Add a row for each article, or one for another message, with what is in it."""
    message = campaign.message
    if not isinstance(message, RenderedNews | RenderedText):
        first, *others = media_facts(campaign)
        table.row(PLAN_LABELS["message"], first, *_details(*others))
        return
    if isinstance(message, RenderedText):
        beginning = beginning_words(message.content)
        table.row(PLAN_LABELS["text"], beginning, *_details(counted_words(WordCount.of([message.content]).words)))
        return
    for number, article in enumerate(message.articles, 1):
        found = len(set(PICTURE_PLACEHOLDER.findall(article.content)))
        count = article.word_count
        details = _details(reading_words(count.words, count.minutes), pictures(found))
        table.row(PLAN_LABELS["articles"] if number == 1 else "", f"{number}. {article.title}", *details, inner=3)


def media_facts(campaign: RenderedCampaign) -> list[str]:
    """Say what a message of pictures, a sound, a video or a coupon holds, its kind first."""
    message = campaign.message
    match message:
        case RenderedImage():
            words = [each for each in (message.title, message.recommend) if each]
            facts: list[str] = [Phrase("picture message"), pictures(len(message.materials)), *words]
        case RenderedVoice():
            facts = [Phrase("voice message")]
        case RenderedVideo():
            facts = [Phrase("video message"), message.title]
        case RenderedCard():
            facts = [Phrase("coupon"), message.card_id]
        case _:
            facts = []
    for each in campaign.recordings:
        facts += [short_path(each.path, campaign.name), *([duration(each.milliseconds)] if each.milliseconds else [])]
    given = [each.media_id for each in message.materials if each.media_id is not None]
    named = [Phrase("material {media_ids}", media_ids=", ".join(given))] if given else []
    return [_short(fact) for fact in facts if fact] + named


def _short(fact: str) -> str:
    """Cut words of a campaign; our own are short."""
    return fact if isinstance(fact, Phrase) else beginning_words(fact)


def _picture_rows(table: Table, campaign: RenderedCampaign) -> None:
    """Add a row for each picture that is not uploaded as it is."""
    changed = [picture for picture in campaign.pictures if picture.note]
    for index, picture in enumerate(changed):
        path = short_path(picture.path, campaign.name)
        table.row(PLAN_LABELS["pictures"] if index == 0 else "", f"{path}: ", picture.note or "", inner=2)


def short_path(path: str, campaign: str) -> str:
    """Return a path of the repository as it is written within its campaign's folder."""
    return path.removeprefix(f"campaigns/{campaign}/").removeprefix("campaigns/")


def _details(*phrases: str) -> list[Part]:
    parts: list[Part] = []
    for phrase in phrases:
        parts += [DOT, Inked(phrase, Ink.DETAIL)]
    return parts


UPLOADS_SHOWN: Final = 8
"""More uploads of one campaign are shown as a number: they must not push the send out of sight."""


def _step_rows(table: Table, planned: PlannedCampaign) -> None:
    """Add a row for each planned step of a campaign."""
    uploads = [step for step in planned.steps if isinstance(step, UploadMedia)]
    hidden = uploads[UPLOADS_SHOWN - 1 :] if len(uploads) > UPLOADS_SHOWN else []
    label: str = PLAN_LABELS["steps"]
    for step, times in folded(planned.steps):
        if any(step is each for each in hidden):
            if step is hidden[0]:
                table.row(label, "+ ", Phrase("and {count} more pictures", count=len(hidden)), inner=2)
            continue
        ink = Ink.ALARM if isinstance(step, SendMass) else Ink.PLAIN
        parts: list[Part] = [Inked(f"{symbol(step)} ", ink), Inked(planned_words(step, planned, times), ink)]
        table.row(label, *parts, DOT, Inked(REASON[step.reason], Ink.DETAIL), inner=2)
        label = ""


def folded(steps: Sequence[Step]) -> list[tuple[Step, int]]:
    """Give each step and how often it stands there: batches that differ in their number alone stand once, as a run."""
    found: list[tuple[Step, int]] = []
    for step in steps:
        before, times = found[-1] if found else (None, 0)
        if before is not None and _follows(step, before, times):
            found[-1] = (before, times + 1)
        else:
            found.append((step, 1))
    return found


def _follows(step: Step, before: Step, times: int) -> bool:
    """Return whether a step does to the next batch what `times` steps from `before` on do to theirs."""
    if not isinstance(step, SaveDraft | SendMass) or not isinstance(before, SaveDraft | SendMass):
        return False
    if step.batch is None or before.batch is None:
        return False
    return (step.kind, step.reason, step.batch) == (before.kind, before.reason, before.batch + times)


def planned_words(step: Step, planned: PlannedCampaign, times: int = 1) -> Phrase:
    """Say what a planned step does, or `times` of them that are batches of one list."""
    match step:
        case UploadMedia(media=media):
            path = short_path(media.path, planned.name)
            inline = step.kind is Kind.UPLOAD_IMAGE
            return Phrase("upload picture {path}", path=path) if inline else Phrase("add material {path}", path=path)
        case SaveDraft():
            return _planned_draft(step, times)
        case SendPreview():
            return Phrase("preview to {reviewer}", reviewer=reviewer(step))
        case SendMass(campaign=campaign, batch=batch) if batch is not None:
            return _planned_batches(campaign, batch, times)
        case SendMass(campaign=campaign):
            who = audience_words(campaign.audience)
            if planned.audience_count is not None:
                who = Phrase("{audience}, {followers}", audience=who, followers=followers(planned.audience_count))
            return Phrase("send to {audience}: this cannot be undone", audience=who)


def _planned_draft(step: SaveDraft, times: int) -> Phrase:
    if times > 1:
        return Phrase("save {count} drafts, one for each batch", count=times)
    if step.for_preview:
        return Phrase("save a separate draft for the preview: this is not the tip")
    if step.supersedes is None:
        return Phrase("save the draft")
    return Phrase("save a new draft instead of the old one")


def _planned_batches(campaign: RenderedCampaign, batch: int, times: int) -> Phrase:
    who = audience_words(campaign.audience)
    if times == 1:
        say = Phrase("send batch {batch} of {batches} to {audience}: this cannot be undone")
        return Phrase(say, batch=batch, batches=campaign.batches, audience=who)
    if times != campaign.batches:
        say = Phrase(
            "send batches {first}–{last} of {batches} to {audience}, one after the other: this cannot be undone"
        )
        return Phrase(say, first=batch, last=batch + times - 1, batches=campaign.batches, audience=who)
    say = Phrase("send to {audience} in {jobs}, one after the other: this cannot be undone")
    return Phrase(say, audience=who, jobs=jobs_words(times))


def done_rows(table: Table, performed: list[Step], label: str) -> None:
    """Add rows for what was done, in the order of the stages; nothing where nothing was."""
    for line in done_words(performed):
        table.row(label, Inked("✓ ", Ink.DONE), line, inner=2)
        label = ""


def done_words(performed: list[Step]) -> list[Phrase]:
    """Say what was done."""
    said: list[Phrase] = []
    images = sum(step.kind is Kind.UPLOAD_IMAGE for step in performed)
    materials = sum(step.kind is Kind.ADD_MATERIAL for step in performed)
    if images:
        said.append(plural_phrase("uploaded {count} picture", "uploaded {count} pictures", count=images))
    if materials:
        said.append(plural_phrase("added {count} material", "added {count} materials", count=materials))
    for step, times in folded(performed):
        match step:
            case SaveDraft() if times > 1:
                said.append(Phrase("saved {count} drafts and read them back", count=times))
            case SaveDraft(for_preview=True):
                said.append(Phrase("saved a separate draft for the preview; the staged one stays"))
            case SaveDraft():
                said.append(Phrase("saved the draft and read it back"))
            case SendPreview():
                said.append(Phrase("showed the preview to {reviewer}", reviewer=reviewer(step)))
            case SendMass(campaign=campaign, batch=batch) if batch is not None:
                who = audience_words(campaign.audience)
                say = Phrase("WeChat accepted {count} of {batches} batches to {audience}")
                said.append(Phrase(say, count=times, batches=campaign.batches, audience=who))
            case SendMass(campaign=campaign):
                who = audience_words(campaign.audience)
                said.append(Phrase("WeChat accepted the send to {audience}", audience=who))
            case UploadMedia():
                pass  # Counted above.
    return said


def drift_rows(page: Page, remote: Remote) -> None:
    """Add a line for each thing that is other than recorded, and for what could not be read."""
    page.blank()
    page.line(DRIFT, hang=2)
    for drift in remote.drifts:
        edition = Inked(Phrase("edition {edition}", edition=drift.edition), Ink.DETAIL)
        page.line(Inked(drift.campaign, Ink.NAME), DOT, edition, DOT, drift_words(drift), indent=2, hang=4)
    for unread in remote.unread:
        page.line(Inked(unread.account, Ink.NAME), DOT, Inked(unread.message, Ink.ERROR), indent=2, hang=4)
        if unread.hint:
            page.line(unread.hint, indent=4)
    if not remote.drifts and not remote.unread:
        page.line(Inked(NO_DRIFT, Ink.DONE), indent=2)


def plan_text(
    page: Page, plan: Plan, now: datetime, differences: "Mapping[CampaignName, Difference] | None" = None
) -> str:
    """Show every campaign of `plan`, with what changed in it for readers, and sum it up; spans count from `now`."""
    for planned in plan.campaigns:
        page.blank()
        _campaign(page, planned, plan, now, (differences or {}).get(planned.name))
    if plan.ahead:
        ahead_rows(page, plan.ahead)
    if plan.remote is not None:
        drift_rows(page, plan.remote)
    page.blank()
    _summary(page, plan, now)
    return page.text()


def heading(page: Page, name: str, title: str, *parts: Part) -> None:
    """Add a campaign's name, its title, and `parts` behind them."""
    titled: list[Part] = [Inked(name, Ink.NAME)]
    if title:
        titled.append(f"  {title}")
    page.line(*titled, *parts, hang=2)


def refusal_rows(table: Table, refusals: tuple[Refusal, ...] | list[Refusal]) -> None:
    """Add why something is not done, and what to do about it."""
    alone = all(each.guard is Guard.NOT_NAMED for each in refusals)
    for refusal in refusals:
        if refusal.guard is Guard.NOT_NAMED and not alone:
            continue  # To name it does not help as long as something else refuses it.
        if refusal.guard is Guard.NOT_NAMED:
            table.row(PLAN_LABELS["next"], refusal.message, inner=2)  # What was declared, and nothing that went wrong.
            table.below(refusal.hint)
            continue
        table.row(PLAN_LABELS["refused"], Inked(f"{refusal.guard.value}: ", Ink.WARNING), refusal.message, inner=2)
        table.below(refusal.hint)


def local_moment(planned: PlannedCampaign, at: datetime) -> str:
    """Write a moment in the offset of a campaign's window, or in Beijing time without one."""
    window = planned.rendered.window if planned.rendered else None
    return moment(at.astimezone(window.not_before.tzinfo)) if window else recorded(at)


def _campaign(page: Page, planned: PlannedCampaign, plan: Plan, now: datetime, difference: "Difference | None") -> None:
    idle = not (planned.steps or planned.tag_due or planned.refusals or planned.diagnostics or difference)
    if idle and (planned.status in FINAL or planned.window is WindowState.EXPIRED):
        standing = Inked(STATUS[planned.status], STATUS_INK.get(planned.status, Ink.DETAIL))
        closed = [DOT, Inked(Phrase("its window has closed"), Ink.DETAIL)] if planned.status not in FINAL else []
        heading(page, planned.name, planned.title, "  ", standing, *closed)
        return
    heading(page, planned.name, planned.title)
    table = Table(page, list(PLAN_LABELS.values()))
    block = planned_block(planned, plan.ahead)
    if block is None and planned.account is not None:
        table.row(PLAN_LABELS["account"], planned.account)
    _standing(table, planned)
    if planned.awaiting_until is not None:
        hold_rows(table, planned.name, planned.awaiting_until, "")
    if block is not None and planned.rendered is not None:
        # Diagnostics are below with their places and remedies.
        block_table(table, block, but=warnings_of(planned.diagnostics))
        _message_rows(table, planned.rendered)
        _picture_rows(table, planned.rendered)
    if difference is not None:
        # Most plans have nothing to compare.
        from massctl.view.difference import difference_table

        difference_table(table, difference, PLAN_LABELS["changes"])
    for number, each in enumerate(planned.handoff):
        mark = Inked("✓ ", Ink.DONE) if each.done else Inked("○ ", Ink.WARNING)
        table.row(PLAN_LABELS["by_hand"] if number == 0 else "", mark, each.words, inner=2)
    told = any(refusal.guard is Guard.HANDOFF_OPEN for refusal in planned.refusals)
    if left_to_do(planned.handoff, planned.status) and not told:
        table.below(how_to_do(planned.name))
    _step_rows(table, planned)
    refusal_rows(table, planned.refusals)
    if planned.wants_send and planned.may_send and any(r.guard is Guard.AUDIENCE_BOUNDS for r in planned.refusals):
        table.below(Inked(Phrase("apply reads the size again before it decides"), Ink.DETAIL))
    if planned.next_at is not None:
        at = Phrase("at {moment}", moment=local_moment(planned, planned.next_at))
        table.row(PLAN_LABELS["next"], at, DOT, in_time(planned.next_at, now))
    _diagnostics(page, table, planned)


def _standing(table: Table, planned: PlannedCampaign) -> None:
    parts: list[Part] = [Inked(STATUS[planned.status], STATUS_INK.get(planned.status, Ink.PLAIN))]
    if planned.edition is not None and planned.rendered is None:
        parts += [DOT, Phrase("edition {edition}", edition=planned.edition)]
    if planned.digest is not None:
        digest = Phrase("digest {digest}", digest=short_digest(planned.digest))
        parts += [DOT, Inked(digest, Ink.DETAIL)]
    table.row(PLAN_LABELS["status"], *parts)


def _diagnostics(page: Page, table: Table, planned: PlannedCampaign) -> None:
    """Show faults and warnings in short; `validate` shows them with their lines."""
    error_lines(page, planned.diagnostics)
    alone, groups = grouped([each for each in planned.diagnostics if each.severity is Severity.WARNING])
    for diagnostic in alone:
        where = f" ({place_text(diagnostic.place)})" if diagnostic.place and diagnostic.place.line else ""
        table.row(
            PLAN_LABELS["warnings"],
            Inked(f"{diagnostic.code} ", Ink.WARNING),
            diagnostic.message,
            Inked(where, Ink.DETAIL),
            inner=2,
        )
        if diagnostic.hint:
            table.below(diagnostic.hint)
    for group in groups:
        group_lines(page, group, indent=2)


def _summary(page: Page, plan: Plan, now: datetime) -> None:
    kinds = Counter(step.kind for step in plan.steps)
    said: list[Part] = []
    if tags := sum(each.tag_due is not None for each in plan.campaigns):
        said += [Phrase(", "), counted_tags(tags)]
    for kind in Kind:
        if kinds[kind]:
            ink = Ink.ALARM if kind is Kind.SEND_MASS else Ink.PLAIN
            said += [Phrase(", "), Inked(counted_steps(kind, kinds[kind]), ink)]
    refused = sum(bool(c.refusals) and not c.by_name_only for c in plan.campaigns)
    faulty = sum(has_errors(c.diagnostics) for c in plan.campaigns)
    if said:
        page.line(Phrase("plan: "), *said[1:], hang=2)
    elif refused or faulty:
        page.line(Phrase("Nothing can be done now."), hang=2)
    else:
        page.line(Inked(Phrase("Nothing to do."), Ink.DONE), hang=2)
        _next(page, plan, now)
    if refused:
        page.line(Inked(Phrase("refused: {campaigns}", campaigns=campaigns(refused)), Ink.WARNING))
    if faulty:
        said_of = Phrase("faults: {campaigns}", campaigns=campaigns(faulty))
        if not page.language.flags.sandbox:  # `validate` does not know what was sent there.
            said_of = Phrase("{faults}; {command} shows them", faults=said_of, command=Command("validate"))
        page.line(Inked(said_of, Ink.ERROR), hang=2)


def _next(page: Page, plan: Plan, now: datetime) -> None:
    """Say which campaign comes next, where nothing is to be done now."""
    coming = [(c.next_at, c) for c in plan.campaigns if c.next_at is not None]
    if not coming:
        return
    at, planned = min(coming, key=lambda pair: pair[0])
    said = Phrase("next: {name} at {moment}", name=planned.name, moment=local_moment(planned, at))
    page.line(said, " · ", in_time(at, now), hang=2)
