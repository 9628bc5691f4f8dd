"""The plan, for a person who is about to decide: what would happen, to whom, why, and what would not."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from massctl.model.diagnostics import Severity, has_errors
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase, in_time, moment
from massctl.model.state import FINAL
from massctl.plan.guards import how_to_do, left_to_do
from massctl.plan.plan import Plan, PlannedCampaign
from massctl.plan.send_block import planned_block, warnings_of
from massctl.plan.steps import Guard, Kind, Refusal
from massctl.plan.window import WindowState
from massctl.view.ahead_text import ahead_rows
from massctl.view.diagnostic_text import diagnostic_line, place_text
from massctl.view.drift_text import drift_rows
from massctl.view.hold_text import STATUS_INK, hold_rows
from massctl.view.language import Language
from massctl.view.message_text import message_rows, picture_rows
from massctl.view.moments import recorded
from massctl.view.page import DOT, Inked, Page, Part, Table
from massctl.view.send_block_text import PLAN_LABELS, block_table
from massctl.view.step_text import step_rows
from massctl.view.style import Ink, Style
from massctl.view.words import STATUS, campaigns, counted_steps, counted_tags, short_digest

if TYPE_CHECKING:
    from massctl.plan.review_diff import Difference


def plan_text(
    plan: Plan,
    now: datetime,
    language: Language,
    style: Style,
    width: int,
    differences: "Mapping[CampaignName, Difference] | None" = None,
) -> str:
    """Show every campaign of `plan`, with what changed in it for readers, and sum it up; spans count from `now`."""
    page = Page(language, style, width)
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
    for refusal in refusals:
        if refusal.guard is Guard.NOT_NAMED:
            table.row(PLAN_LABELS["next"], refusal.message, inner=2)  # What was declared, and nothing that went wrong.
            table.below(refusal.hint)
            continue
        table.row(PLAN_LABELS["refused"], Inked(f"{refusal.guard.value}: ", Ink.WARNING), refusal.message, inner=2)
        table.below(refusal.hint)


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
        # What is a diagnostic stands below with its place, and with what to do about it.
        block_table(table, block, but=warnings_of(planned.diagnostics))
        message_rows(table, planned.rendered, PLAN_LABELS)
        picture_rows(table, planned.rendered, PLAN_LABELS["pictures"])
    if difference is not None:
        # Most plans have nothing to compare.
        from massctl.view.difference_text import difference_table

        difference_table(table, difference, PLAN_LABELS["changes"])
    for number, each in enumerate(planned.handoff):
        mark = Inked("✓ ", Ink.DONE) if each.done else Inked("○ ", Ink.WARNING)
        table.row(PLAN_LABELS["by_hand"] if number == 0 else "", mark, each.words, inner=2)
    told = any(refusal.guard is Guard.HANDOFF_OPEN for refusal in planned.refusals)
    if left_to_do(planned.handoff, planned.status) and not told:
        table.below(how_to_do(planned.name))
    step_rows(table, planned, PLAN_LABELS["steps"])
    refusal_rows(table, planned.refusals)
    if planned.wants_send and planned.may_send and any(r.guard is Guard.AUDIENCE_BOUNDS for r in planned.refusals):
        table.below(Inked(Phrase("apply reads the size again before it decides"), Ink.DETAIL))
    if planned.next_at is not None:
        at = planned.next_at
        local = planned.rendered.window.not_before.tzinfo if planned.rendered and planned.rendered.window else None
        said = moment(at.astimezone(local)) if local else recorded(at)
        table.row(PLAN_LABELS["next"], Phrase("at {moment}", moment=said), DOT, in_time(at, now))
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
    ordered = sorted(planned.diagnostics, key=lambda d: d.sort_key)
    for diagnostic in ordered:
        if diagnostic.severity is Severity.ERROR:
            diagnostic_line(page, diagnostic, indent=2)
    for diagnostic in ordered:
        if diagnostic.severity is Severity.WARNING:
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
        hint = Phrase("faults: {campaigns}; massctl validate shows them", campaigns=campaigns(faulty))
        page.line(Inked(hint, Ink.ERROR), hang=2)


def _next(page: Page, plan: Plan, now: datetime) -> None:
    """Say which campaign comes next, where nothing is to be done now."""
    coming = [(c.next_at, c) for c in plan.campaigns if c.next_at is not None]
    if not coming:
        return
    at, planned = min(coming, key=lambda pair: pair[0])
    zone = planned.rendered.window.not_before.tzinfo if planned.rendered and planned.rendered.window else None
    said = moment(at.astimezone(zone)) if zone else recorded(at)
    page.line(Phrase("next: {name} at {moment}", name=planned.name, moment=said), " · ", in_time(at, now), hang=2)
