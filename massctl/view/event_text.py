"""What an event tells, in words: the originality check, jobs that nobody knows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from massctl.model.phrase import BEIJING, Command, Phrase, in_a_row
from massctl.plan.job_failure import reason_words
from massctl.view.page import Inked, Page, Table
from massctl.view.style import Ink, Style

if TYPE_CHECKING:
    from massctl.model.entries import CopyrightCheck, CopyrightResult, JobFinish
    from massctl.model.state import Record
    from massctl.view.language import Language

_DECLARED: Final = {1: Phrase("declared original"), 2: Phrase("declared a reprint")}
_AUDIT: Final = {0: Phrase("not checked"), 1: Phrase("still being checked"), 11: Phrase("passed the check")}
_CHECK: Final = {
    1: Phrase("originality: no reprint"),
    2: Phrase("originality: a reprint that may be sent"),
    3: Phrase("originality: a reprint that may not be sent"),
}
_ORIGINAL: Final = {
    1: Phrase("it resembles an original article"),
    2: Phrase("it resembles an old article that is not marked as original"),
    3: Phrase("it resembles a news article"),
    4: Phrase("it resembles an article on a black list"),
}


def contradiction_text(before: Literal["sent", "failed"], language: "Language", style: Style, width: int) -> str:
    """Say that an event tells another end of a job than was on record; the newest stands."""
    page = Page(language, style, width)
    page.line(_contradiction(before))
    return page.text()


def _contradiction(before: Literal["sent", "failed"]) -> Phrase:
    if before == "sent":
        return Phrase(
            "this job was on record as sent, and this event says that it failed; the event stands. "
            "The console shows under 群发记录 which of them is so"
        )
    return Phrase(
        "this job was on record as failed, and this event says that it was sent; the event stands. "
        "The console shows under 群发记录 which of them is so"
    )


def originality_rows(table: Table, check: "CopyrightCheck") -> None:
    """Add what the originality check found, article by article; nothing where nothing was checked."""
    if check.check_state in _CHECK:
        ink = Ink.ERROR if check.check_state == 3 else Ink.PLAIN
        table.below(Inked(_CHECK[check.check_state], ink))
    for position, result in enumerate(check.results, 1):
        said = _verdict(result)
        if said is not None:
            table.below(Phrase("article {number}: {said}", number=result.article_idx or position, said=said), inner=4)
            if result.original_article_url:
                table.below(Inked(result.original_article_url, Ink.DETAIL), inner=6)


def _verdict(result: "CopyrightResult") -> str | None:
    """Say what was found about one article; None where there is nothing to say."""
    if not (result.user_declare_state or result.audit_state or result.original_article_url):
        return None
    failed = Phrase("did not pass the check")
    parts = [
        _DECLARED.get(result.user_declare_state or 0),
        _AUDIT.get(result.audit_state, failed) if result.audit_state is not None else None,
        _ORIGINAL.get(result.original_article_type or 0),
        {0: Phrase("it may not be reprinted"), 1: Phrase("it may be reprinted")}.get(_or(result.can_reprint))
        if result.original_article_url
        else None,
        Phrase("its content takes the place of this one") if result.need_replace_content == 1 else None,
        Phrase("its source is shown") if result.need_show_reprint_source == 1 else None,
    ]
    return in_a_row([part for part in parts if part is not None] or [failed])


def _or(value: int | None) -> int:
    return -1 if value is None else value


def foreign_text(
    finish: "JobFinish", candidates: Sequence["Record"], language: "Language", style: Style, width: int
) -> str:
    """Say of an event that no job here has its id, and what it may belong to; it was recorded for none."""
    page = Page(language, style, width)
    ended = Phrase("sent") if finish.said.status == "sent" else reason_words(finish.said.reason or "send fail")
    say_so = Phrase("no job here has msg_id {msg_id} ({ended}); nothing was recorded")
    page.line(Phrase(say_so, msg_id=finish.said.msg_id, ended=ended))
    if not candidates:
        page.line(Phrase("Sends from the website and of other programs end with such an event too."), indent=2)
        page.line(
            Phrase("They use the account's allowance; if this is the end of one, record it with its time:"), indent=2
        )
        at = finish.created_at.astimezone(BEIJING).isoformat(timespec="minutes") if finish.created_at else "AT"
        page.line(Command("state import", "--website-send", at), indent=4)
    for record in candidates:
        say = Phrase(
            "It may be the end of {name}, edition {edition}, of which nobody knows whether it was sent. If it is:"
        )
        if not record.open_attempts:
            say = Phrase("It may be the end of {name}, edition {edition}, which was settled as not sent. If it is:")
        page.line(Inked(Phrase(say, name=record.campaign, edition=record.edition), Ink.WARNING), indent=2)
        known = Command("reconcile", record.campaign, "--sent", finish.said.msg_id, "--reason MASSSENDJOBFINISH")
        page.line(known, indent=4)
        page.line(Phrase("and then record this event once more"), indent=4)
    return page.text()
