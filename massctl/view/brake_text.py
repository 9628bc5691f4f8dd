"""The brake in words and as a document: who stopped all sends, what that means, and what leaves when it is lifted."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from massctl.model.phrase import Phrase, enumerated
from massctl.plan.guards import STOP_BRANCH, Brake
from massctl.view.as_json import FORMAT_VERSION, document_json
from massctl.view.language import Language
from massctl.view.moments import recorded
from massctl.view.page import Inked, Page, Table
from massctl.view.style import Ink, Style

if TYPE_CHECKING:
    from massctl.plan.plan import Plan

LABELS: Final = {"by": Phrase("by"), "since": Phrase("since"), "reason": Phrase("reason")}


def stopped_text(brake: Brake, remote: str, language: Language, style: Style, width: int, *, fresh: bool) -> str:
    """Say that the brake is on, whose it is, what it stops and what not, and how it is lifted."""
    page = Page(language, style, width)
    place = {"remote": remote, "branch": STOP_BRANCH}
    if fresh:
        told = Phrase("the brake is on: {remote} has the branch {branch}", **place)
    else:
        told = Phrase("the brake was on already: {remote} has the branch {branch}", **place)
    page.line(Inked(told, Ink.ALARM), hang=2)
    _rows(page, brake)
    page.line(
        Phrase(
            "No run of this repository sends any more, also none that waits for its window: each looks for this branch "
            "right before each send."
        ),
        indent=2,
    )
    page.line(
        Phrase(
            "What WeChat has accepted is not taken back; massctl withdraw NAME --all   deletes its articles. What is "
            "staged stays, and runs go on staging."
        ),
        indent=2,
    )
    page.line(Phrase("massctl resume   lifts it; on GitHub: Actions / operate / allow sends again"), indent=2)
    return page.text()


def resume_question(
    brake: Brake, due: "Plan | None", now: datetime, language: Language, style: Style, width: int
) -> str:
    """Show a brake before it is lifted, and each campaign that would be sent at once; it does not ask."""
    page = Page(language, style, width)
    page.line(Inked(Phrase("the brake is on"), Ink.ALARM))
    _rows(page, brake)
    if due is None:
        return page.text()
    if not due.campaigns:
        page.line(
            Phrase("The next apply would send nothing as things stand now."),
            indent=2,
        )
        return page.text()
    page.line(Inked(Phrase("The next apply would send this:"), Ink.ALARM), indent=2)
    from massctl.view.plan_text import plan_text

    return f"{page.text()}\n{plan_text(due, now, language, style, width)}"


def resumed_text(
    brake: Brake | None, remote: str, due: Sequence[str] | None, language: Language, style: Style, width: int
) -> str:
    """Say that sends are allowed, and what the next apply would send; `due` is None where that is not known."""
    page = Page(language, style, width)
    if brake is None:
        told = Phrase("the brake is not on: {remote} has no branch {branch}", remote=remote, branch=STOP_BRANCH)
        page.line(told, hang=2)
        return page.text()
    page.line(Inked(Phrase("the brake is lifted: sends are allowed again"), Ink.DONE))
    if due:
        page.line(Phrase("the next apply would send: {names}", names=enumerated(due)), indent=2)
    elif due is not None:
        page.line(
            Phrase("The next apply would send nothing as things stand now."),
            indent=2,
        )
    return page.text()


def brake_json(
    brake: Brake | None, language: Language, *, stopped: bool, changed: bool, due: Sequence[str] | None = None
) -> str:
    """Give whether sends are stopped, and the brake that is on, or that was lifted."""
    said: dict[str, Any] = {"stopped": stopped, "changed": changed, "brake": None, "due": due}
    if brake is not None:
        since = brake.since.isoformat() if brake.since is not None else None
        said["brake"] = {"commit": brake.commit, "by": brake.by, "since": since, "reason": brake.reason}
    return document_json({"format_version": FORMAT_VERSION, "exit_status": 0, **said}, language)


def _rows(page: Page, brake: Brake) -> None:
    table = Table(page, list(LABELS.values()))
    by_hand = Phrase("unknown: somebody pushed the branch by hand, at {commit}", commit=brake.commit[:12])
    table.row(LABELS["by"], brake.by or by_hand)
    if brake.since is not None:
        table.row(LABELS["since"], recorded(brake.since))
    if brake.reason:
        table.row(LABELS["reason"], brake.reason)
