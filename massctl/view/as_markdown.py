"""The plan as a comment on a pull request: what matters most first, and never longer than a comment may be."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Final

from massctl.model.diagnostic import has_errors
from massctl.model.names import CampaignName
from massctl.model.phrase import Phrase
from massctl.plan.document import plan_digest
from massctl.plan.plan import Plan
from massctl.plan.step import Kind
from massctl.view.language import Language, say
from massctl.view.markdown_campaign import HEADING_LINES, Block, CampaignWriter, Weight, weight
from massctl.view.words import campaigns, counted_steps

if TYPE_CHECKING:
    from massctl.plan.changes import Difference

MARKDOWN_CHARACTERS_MAX: Final = 65_000
"""A comment on GitHub holds 65,536 characters (its API's answer to a longer one, read 2026-10); a bot adds its own."""
_AHEAD_LINES_MAX: Final = 62
"""Of what the allowance holds: two accounts' days of a month."""
_DRIFT_LINES_MAX: Final = 100
"""Of what is other than recorded."""
_NOTE_CHARACTERS_MAX: Final = 400
"""Room that is kept for saying what was left out."""


def plan_markdown(
    plan: Plan,
    now: datetime,
    language: Language,
    differences: "Mapping[CampaignName, Difference] | None" = None,
    *,
    limit: int = MARKDOWN_CHARACTERS_MAX,
) -> str:
    """Show a plan, with what changed for readers, in at most `limit` characters; spans count from `now`."""
    changed = differences or {}
    writer = CampaignWriter(language, now)
    ordered = sorted(plan.campaigns, key=weight)
    at_rest = {each.name for each in ordered if weight(each) is Weight.RESTS and each.name not in changed}
    blocks = [writer.campaign(each, changed.get(each.name)) for each in ordered if each.name not in at_rest]
    rests = [writer.resting(each) for each in ordered if each.name in at_rest]
    head = [*_summary(writer, plan), *_drift(writer, plan), *_ahead(writer, plan)]
    return _fitted(writer, head, blocks, rests, limit)


def _summary(writer: CampaignWriter, plan: Plan) -> list[str]:
    kinds = Counter(step.kind for step in plan.steps)
    refused = sum(bool(c.refusals) for c in plan.campaigns)
    faulty = sum(has_errors(c.diagnostics) for c in plan.campaigns)
    if kinds:
        counted = [counted_steps(kind, kinds[kind]) for kind in reversed(Kind) if kinds[kind]]
        first = say(Phrase("plan: "), writer.language) + _listed(writer, counted)
    else:
        first = Phrase("Nothing can be done now.") if refused or faulty else Phrase("Nothing to do.")
    lines = ["## massctl plan", "", f"**{writer.said(first)}**", ""]
    if refused:
        lines.append("- " + writer.said(Phrase("refused: {campaigns}", campaigns=campaigns(refused))))
    if faulty:
        hint = Phrase("faults: {campaigns}; massctl validate shows them", campaigns=campaigns(faulty))
        lines.append("- " + writer.said(hint))
    digest = Phrase("the plan's digest {digest}", digest=plan_digest(plan))
    return [*lines, "- " + writer.facts(digest, Phrase("serial {serial}", serial=plan.serial))]


def _drift(writer: CampaignWriter, plan: Plan) -> list[str]:
    """Give what WeChat has now against the ledger, a line each."""
    if plan.remote is None:
        return []
    # Only a plan that asked WeChat has it.
    from massctl.view.drift_text import DRIFT, NO_DRIFT, told

    found = ["- " + writer.facts(drift.campaign, told(drift)) for drift in plan.remote.drifts]
    unread = ["- " + writer.facts(each.account, each.message, each.hint) for each in plan.remote.unread]
    rows = [*found, *unread]
    more = Phrase("and {count} more", count=len(rows) - _DRIFT_LINES_MAX)
    rest = ["- " + writer.said(more)] if len(rows) > _DRIFT_LINES_MAX else []
    return writer.section(DRIFT, [*rows[:_DRIFT_LINES_MAX], *rest] or ["- " + writer.said(NO_DRIFT)])


def _ahead(writer: CampaignWriter, plan: Plan) -> list[str]:
    """Give the next days of the accounts, a line each, folded away; nothing where there are none."""
    if not plan.ahead:
        return []
    # Most plans look ahead to nothing.
    from massctl.view.ahead_text import AHEAD, KINDS, left, period

    rows = [
        "- " + writer.facts(account.account, KINDS[account.kind], period(span), *span.campaigns, left(span))
        for account in plan.ahead
        for span in account.spans
    ]
    shown = rows[:_AHEAD_LINES_MAX]
    more = Phrase("and {count} more", count=len(rows) - len(shown))
    rest = ["- " + writer.said(more)] if len(rows) > len(shown) else []
    return ["", "<details>", f"<summary>{writer.said(AHEAD)}</summary>", "", *shown, *rest, "", "</details>"]


def _fitted(writer: CampaignWriter, head: list[str], blocks: list[Block], rests: list[str], limit: int) -> str:
    """Put as much together as fits, and say below the summary what does not."""
    room = limit - _NOTE_CHARACTERS_MAX - _size(head)
    placed: list[tuple[list[str], Block]] = []
    shortened = absent = 0
    for block in blocks:
        lines = [*block.head, *block.details]
        if _size(lines) > room:
            lines = block.head
            shortened += _size(lines) <= room
        if _size(lines) > room:
            absent += 1
        else:
            placed.append((lines, block))
            room -= _size(lines)
    resting = writer.section(Phrase("nothing to do"), [])
    room -= _size(resting)
    listed: list[str] = []
    for line in rests:
        if len(line) < room:
            listed.append(line)
            room -= _size([line])
        else:
            absent += 1
    body: list[str] = []
    unsaid = 0
    # What changed may be long: it stands where there is room once everything else has its place.
    for lines, block in placed:
        changes = _beginning(block.changes, room)
        unsaid += changes != block.changes
        body += [*lines, *changes]
        room -= _size(changes)
    body += [*resting, *listed] if listed else []
    return "\n".join([*head, *_note(writer, unsaid, shortened, absent, limit), *body]) + "\n"


def _beginning(lines: list[str], room: int) -> list[str]:
    """Give the first of some lines, as many as fit; none where nothing would stand below their heading."""
    fitting = list(takewhile(lambda size: size <= room, accumulate(len(line) + 1 for line in lines)))
    return lines[: len(fitting)] if len(fitting) > HEADING_LINES else []


def _note(writer: CampaignWriter, unsaid: int, shortened: int, absent: int, limit: int) -> list[str]:
    """Say what does not stand here; nothing where everything does."""
    missing = []
    if unsaid:
        missing.append(Phrase("what changed in {campaigns}", campaigns=campaigns(unsaid)))
    if shortened:
        missing.append(Phrase("details of {campaigns}", campaigns=campaigns(shortened)))
    if absent:
        missing.append(Phrase("all of {campaigns}", campaigns=campaigns(absent)))
    if not missing:
        return []
    what = _listed(writer, missing)
    say_so = Phrase("left out, to stay below {limit:,} characters: {what}", limit=limit, what=what)
    return ["", f"**{writer.said(say_so)}**", "", writer.said(Phrase("`massctl plan` shows everything."))]


def _listed(writer: CampaignWriter, phrases: Sequence[Phrase]) -> str:
    return say(Phrase(", "), writer.language).join(say(each, writer.language) for each in phrases)


def _size(lines: Sequence[str]) -> int:
    """Count the characters of lines, with their line ends."""
    return sum(len(line) + 1 for line in lines)
