"""One campaign of a plan as Markdown: the verdict first, then to whom, when, what, and why not.

Every word that comes from a file goes through `massctl.view.markdown_text`; what stands here is ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Final, TypeVar

from massctl.model.diagnostic import Diagnostic, Severity, has_errors
from massctl.model.lifecycle import FINAL
from massctl.model.message import RenderedNews, RenderedText
from massctl.model.moment import moment
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.plan.handoff import HandoffItem
from massctl.plan.plan import PlannedCampaign
from massctl.plan.step import SendMass, Step
from massctl.plan.window import WindowState
from massctl.view.diagnostic_text import SEVERITY, place_text
from massctl.view.language import Language, say
from massctl.view.markdown_text import code, prose
from massctl.view.message_text import media_facts
from massctl.view.moments import in_time, recorded, window_span
from massctl.view.plan_text import LABELS
from massctl.view.step_text import folded, planned_words
from massctl.view.words import REASON, STATUS, WINDOW, audience_size, audience_words, characters, expected

if TYPE_CHECKING:
    from massctl.plan.changes import Difference

Item = TypeVar("Item")

ROWS_SHOWN: Final = 20
"""More steps or diagnostics of one campaign are shown as a number."""
HEADING_LINES: Final = 3
"""Of a section: its label between two empty lines."""
_BEGINNING_CHARACTERS: Final = 72
"""How much of a text message is shown to recognise it by."""


class Weight(IntEnum):
    """How much a campaign matters to a reviewer, most first."""

    SENDS = 0
    REFUSED = 1
    FAULTY = 2
    PREPARES = 3
    WAITS = 4
    RESTS = 5


_VERDICT: Final = {
    Weight.SENDS: Phrase("apply would send this now, and that cannot be undone"),
    Weight.REFUSED: Phrase("it is refused; nothing would be done"),
    Weight.FAULTY: Phrase("its files have faults; nothing would be done"),
    Weight.PREPARES: Phrase("it would be prepared, and not sent now"),
    Weight.WAITS: Phrase("Nothing to do."),
    Weight.RESTS: Phrase("Nothing to do."),
}


@dataclass(slots=True)
class Block:
    """What is said of one campaign: lines that always stand, and lines that may be left out."""

    head: list[str]
    details: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    """What changed for readers; the first to be left out, for it may be long."""


def weight(planned: PlannedCampaign) -> Weight:
    """Weigh a campaign of a plan."""
    if planned.may_send:
        return Weight.SENDS
    if planned.refusals:
        return Weight.REFUSED
    if has_errors(planned.diagnostics):
        return Weight.FAULTY
    if planned.steps:
        return Weight.PREPARES
    idle = planned.status in FINAL or planned.window is WindowState.EXPIRED
    return Weight.RESTS if idle and not planned.diagnostics else Weight.WAITS


@dataclass(frozen=True, slots=True)
class CampaignWriter:
    """Writes campaigns in a language; `now` is the moment that spans are counted from."""

    language: Language
    now: datetime

    def said(self, text: str) -> str:
        """Say a sentence, which may hold words from files."""
        return prose(say(text, self.language))

    def facts(self, *parts: str) -> str:
        """Say facts on one line."""
        return " · ".join(self.said(part) for part in parts)

    def row(self, label: str, value: str) -> str:
        """Write a labelled fact; `value` is Markdown already."""
        return f"- **{self.said(label)}** {value}"

    def section(self, label: str, rows: Sequence[str]) -> list[str]:
        """Write rows under a label of their own."""
        return ["", f"**{self.said(label)}**", "", *rows]

    def campaign(self, planned: PlannedCampaign, difference: "Difference | None" = None) -> Block:
        """Give what is said of a campaign; its verdict is in the head."""
        mark = "‼ " if planned.may_send else ""
        titled = f"### {mark}{code(planned.name)} {prose(planned.title, foreign=True)}".rstrip()
        head = ["", titled, "", f"**{self._verdict(planned)}**", ""]
        if planned.rendered is not None:
            head += [self._audience(planned.rendered, planned.audience_count), self._window(planned)]
        if planned.awaiting_until is not None:
            until = Phrase("the administrator may confirm it until {moment}", moment=recorded(planned.awaiting_until))
            head.append("- " + self.said(until))
        if planned.next_at is not None:
            local = planned.rendered.window.not_before.tzinfo if planned.rendered and planned.rendered.window else None
            at = moment(planned.next_at.astimezone(local)) if local else recorded(planned.next_at)
            head.append(self.row(LABELS["next"], self.facts(at, in_time(planned.next_at, self.now))))
        standing = [STATUS[planned.status]]
        if planned.account is not None:
            standing.insert(0, Phrase("account {account}", account=planned.account))
        if planned.edition is not None:
            standing.append(Phrase("edition {edition}", edition=planned.edition))
        head.append(self.row(LABELS["status"], self.facts(*standing)))
        if planned.digest is not None:
            head.append("- " + self.said(Phrase("digest {digest}", digest=planned.digest)))
        head += [self._by_hand(each) for each in planned.handoff]
        message = self._message(planned.rendered) if planned.rendered else []
        details = [*message, *self._refusals(planned), *self._steps(planned), *self._diagnostics(planned)]
        return Block(head, details, self._changes(difference) if difference is not None else [])

    def _changes(self, difference: "Difference") -> list[str]:
        # Most plans have nothing to compare.
        from massctl.view.difference_markdown import difference_markdown

        return difference_markdown(difference, LABELS["changes"], self.language, ROWS_SHOWN)

    def _verdict(self, planned: PlannedCampaign) -> str:
        found = weight(planned)
        if found is Weight.SENDS and planned.refusals:
            return self.said(Phrase("apply reads the size again before it decides"))
        if found is Weight.REFUSED and planned.steps:
            return self.said(Phrase("its send is refused; the steps below would be done"))
        return self.said(_VERDICT[found])

    def resting(self, planned: PlannedCampaign) -> str:
        """Say in one line of a campaign that it needs nothing."""
        state = STATUS[planned.status] if planned.status in FINAL else Phrase("its window has closed")
        titled = f"{code(planned.name)} {prose(planned.title, foreign=True)}".rstrip()
        return f"- {titled} · {self.said(state)}"

    def _audience(self, campaign: RenderedCampaign, count: int | None) -> str:
        known = audience_size(campaign.batches, count)
        bounds = expected(campaign.audience.expect)
        facts = [audience_words(campaign.audience), known, *([bounds] if bounds is not None else [])]
        return self.row(LABELS["audience"], self.facts(*facts))

    def _window(self, planned: PlannedCampaign) -> str:
        window = planned.rendered.window if planned.rendered else None
        span = [window_span(window)] if window else []
        return self.row(LABELS["window"], self.facts(*span, WINDOW[planned.window]))

    def _by_hand(self, item: HandoffItem) -> str:
        """Write what only the console can do, as a list to tick: somebody has to do it before the send."""
        label = self.said(LABELS["by_hand"])
        return f"- [{'x' if item.done else ' '}] **{label}** {self.said(item.words)}"

    def _message(self, campaign: RenderedCampaign) -> list[str]:
        message = campaign.message
        if not isinstance(message, RenderedNews | RenderedText):
            return [self.row(LABELS["message"], self.facts(*media_facts(campaign)))]
        if isinstance(message, RenderedText):
            beginning = message.content[:_BEGINNING_CHARACTERS]
            cut = "…" if len(message.content) > len(beginning) else ""
            return [self.row(LABELS["text"], self.facts(beginning + cut, characters(len(message.content))))]
        return [
            self.row(Phrase("article {number}", number=number), self.facts(a.title, characters(len(a.content))))
            for number, a in enumerate(message.articles, 1)
        ]

    def _steps(self, planned: PlannedCampaign) -> list[str]:
        if not planned.steps:
            return []
        sends = [step for step in planned.steps if isinstance(step, SendMass)]
        others = [step for step in planned.steps if not isinstance(step, SendMass)]
        shown = folded(others)
        rows = [self._step(step, planned, times) for step, times in _first(shown)] + self._more(shown)
        return self.section(
            LABELS["steps"], [*rows, *(self._step(each, planned, times) for each, times in folded(sends))]
        )

    def _step(self, step: Step, planned: PlannedCampaign, times: int) -> str:
        words, why = self.said(planned_words(step, planned, times)), self.said(REASON[step.reason])
        if isinstance(step, SendMass):
            return f"- ‼ **{words}** · {why}"
        final = "" if step.reversible else f" · **{self.said(Phrase('cannot be undone'))}**"
        return f"- {words} · {why}{final}"

    def _refusals(self, planned: PlannedCampaign) -> list[str]:
        rows = [
            f"- {code(refusal.guard.value)} {self.said(refusal.message)}" + self._below(refusal.hint)
            for refusal in planned.refusals
        ]
        return self.section(LABELS["refused"], rows) if rows else []

    def _diagnostics(self, planned: PlannedCampaign) -> list[str]:
        severities = list(Severity)
        ordered = sorted(planned.diagnostics, key=lambda d: (severities.index(d.severity), d.sort_key))
        rows = [self._diagnostic(each) for each in _first(ordered)] + self._more(ordered)
        return self.section(Phrase("faults and notes"), rows) if rows else []

    def _diagnostic(self, diagnostic: Diagnostic) -> str:
        word = self.said(SEVERITY[diagnostic.severity][0])
        where = f" {code(place_text(diagnostic.place))}" if diagnostic.place else ""
        said = f"- {word} {code(diagnostic.code)}{where} {self.said(diagnostic.message)}"
        return said + self._below(diagnostic.hint)

    def _below(self, hint: str | None) -> str:
        said = self.said(hint) if hint else ""
        return f"\n  - {said}" if said else ""

    def _more(self, items: Sequence[object]) -> list[str]:
        """Say how many of `items` are not among the first."""
        hidden = len(items) - len(_first(items))
        return ["- " + self.said(Phrase("and {count} more", count=hidden))] if hidden else []


def _first(items: Sequence[Item]) -> Sequence[Item]:
    """Give what is shown of `items`: all, or so many that the number of the others is the last row."""
    return items if len(items) <= ROWS_SHOWN else items[: ROWS_SHOWN - 1]
