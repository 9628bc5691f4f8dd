"""What WeChat has now against the ledger, for a terminal, a comment on a pull request, and as JSON."""

from typing import Any, Final

from massctl.model.phrase import Phrase
from massctl.plan.plan import Drift, DriftKind, Remote
from massctl.view.page import DOT, Inked, Page
from massctl.view.style import Ink
from massctl.view.words import JOB, followers

DRIFT: Final = Phrase("WeChat now, against the ledger; nothing is recorded")
NO_DRIFT: Final = Phrase("everything is as recorded")


def drift_rows(page: Page, remote: Remote) -> None:
    """Add a line for each thing that is other than recorded, and for what could not be read."""
    page.blank()
    page.line(DRIFT, hang=2)
    for drift in remote.drifts:
        edition = Inked(Phrase("edition {edition}", edition=drift.edition), Ink.DETAIL)
        page.line(Inked(drift.campaign, Ink.NAME), DOT, edition, DOT, told(drift), indent=2, hang=4)
    for unread in remote.unread:
        page.line(Inked(unread.account, Ink.NAME), DOT, Inked(unread.message, Ink.ERROR), indent=2, hang=4)
        page.line(unread.hint, indent=4)
    if not remote.drifts and not remote.unread:
        page.line(Inked(NO_DRIFT, Ink.DONE), indent=2)


def told(drift: Drift) -> Phrase:
    """Say one thing that is other than recorded."""
    match drift.kind:
        case DriftKind.DRAFT_GONE:
            return Phrase("its draft is gone; somebody may have sent it in the console")
        case DriftKind.DRAFT_CHANGED:
            return Phrase("its draft was changed in the console")
        case DriftKind.TAG_GONE:
            return Phrase("its tag is gone: {tag}", tag=drift.subject)
        case DriftKind.TAG_RENAMED:
            return Phrase("its tag {tag} is called {now} now", tag=drift.subject, now=drift.now)
        case DriftKind.AUDIENCE_SIZE:
            before, now = followers(int(drift.before or 0)), followers(int(drift.now or 0))
            return Phrase("its audience has {now}; {before} when last counted", now=now, before=before)
        case DriftKind.JOB_STATUS:
            say = Phrase("job {msg_id} is {now}; the ledger says {before}: massctl status {name}")
            now, before = JOB[str(drift.now)], JOB[str(drift.before)]
            return Phrase(say, msg_id=drift.subject, now=now, before=before, name=drift.campaign)


def drift_document(remote: Remote) -> dict[str, Any]:
    """Give what was found as the plan's JSON writes it."""
    return {
        "drift": [
            {
                "campaign": drift.campaign,
                "edition": drift.edition,
                "kind": drift.kind.value,
                "subject": drift.subject,
                "before": drift.before,
                "now": drift.now,
                "message": told(drift),
            }
            for drift in remote.drifts
        ],
        "errors": [
            {"account": unread.account, "message": unread.message, "hint": unread.hint} for unread in remote.unread
        ],
    }
