"""On which day a letter stands in the list, and where its report is."""

from datetime import UTC, datetime

from massctl.desk.api import _day, _report
from massctl.model.message import Window
from massctl.model.state import Status
from massctl.plan.window import WindowState
from massctl.view.pages.campaign_page import Look
from massctl.view.pages.campaigns_page import Listed

OPENS = datetime(2026, 12, 5, 17, tzinfo=UTC)
SENT = datetime(2026, 12, 7, 12, tzinfo=UTC)


def listed(status: Status, *, has_window: bool = True, sent_at: datetime | None = None) -> Listed:
    window = Window(OPENS, OPENS) if has_window else None
    look = Look("walks", "秋天", None, status=status)
    return Listed(look, window, WindowState.NONE, is_known=True, edition=2, sent_at=sent_at)


def test_a_letter_stands_on_its_day_in_beijing() -> None:
    assert _day(listed(Status.NEW))[:10] == "2026-12-06"
    assert _day(listed(Status.SENT, sent_at=SENT))[:10] == "2026-12-07"
    assert _day(listed(Status.SENT, has_window=False, sent_at=SENT))[:10] == "2026-12-07"
    assert _day(listed(Status.NEW, has_window=False)) == ""


def test_what_followers_have_leads_to_its_report() -> None:
    assert _report(listed(Status.SENT)) == "/-/report?send=walks&edition=2"
    assert _report(listed(Status.NEW)) == ""
