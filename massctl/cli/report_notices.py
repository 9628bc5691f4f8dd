"""Tell the channels of `notify` what a send reached, on days 1, 3, 7 and 30: each channel once, from any machine.

The ledger keeps what was told, as of every notice. No send depends on it. A failure is reported.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from massctl.apply.notices import Notice, Reach, hears, is_over
from massctl.apply.outcome import what_happened
from massctl.browser import open_browser
from massctl.cli.channels import POST_SECONDS, taken_posts
from massctl.cli.notifications import PASS_SECONDS, Message, Output, deliver, is_writable
from massctl.cli.pull_request_comments import (
    PULL_REQUEST,
    MergeComments,
    SandboxComments,
    is_forge_open,
    merge_comments,
    reach_comment,
)
from massctl.cli.report_inputs import report_from
from massctl.cli.session import Session
from massctl.errors import BrowserError, InvariantError, MassctlError
from massctl.model.ids import AppId
from massctl.model.notices import Fact
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel
from massctl.model.state import Record, State, status_of
from massctl.notify.registry import kind_of
from massctl.plan.statistics import newest_day, publication_days, send_days
from massctl.report.report import DAYS, Report, SendReport
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import account_of, send_page
from massctl.view.report_verdict import short_report

COMMENT_DAY = 7
"""The day whose report is a comment on the pull request too."""
LATE_DAYS = 1
"""A report that could not be told on its day is told until so many days later, and then no more."""
PICTURE_WIDTH = 430
"""CSS pixels: a phone."""
PICTURE_HEIGHT_MAX = 2_400
"""More is no picture for a chat."""
_TOP = """(() => {
  document.querySelectorAll(".knobs, .card summary").forEach((each) => { each.hidden = true; });
  const first = document.querySelector(".cards > *") ?? document.documentElement;
  return Math.ceil(first.getBoundingClientRect().bottom + scrollY) + 16;
})()"""
"""The page down to its first card, without what only a reader of the page can press: sentence, numbers, and curve."""


def tell_reports(session: Session, state: State) -> None:
    """Tell every channel that hears of `report` what is due, and pull requests of day 7; raises only InvariantError."""
    channels = [each for each in session.settings.notify if hears(each, "report")]
    for account in session.settings.accounts.values():
        try:
            _tell_account(session, state, AppId(account.appid), channels)
            _comment_account(session, state, AppId(account.appid))
        except InvariantError:
            raise
        except (MassctlError, OSError) as error:
            why = what_happened(error) if isinstance(error, MassctlError) else str(error.strerror)
            session.console.talk(
                Phrase("no channel was told the report (notify in massctl.yaml): {why}", why=why)
            )


def _tell_account(
    session: Session, state: State, appid: AppId, channels: Sequence[Channel]
) -> None:
    due = [
        (record, day)
        for record, day in _due(session, state, appid)
        if any(_is_untold(state, record, day, each) for each in channels)
    ]
    if not due:
        return
    names = sorted({record.campaign for record, _ in due})
    archive = session.backend.statistics()
    report = report_from(state, session.settings, archive, session.clock.now(), names)
    counted = [(record, day, _counted(report, record, day)) for record, day in due]
    notices = [
        _notice(session, record, send, day) for record, day, send in counted if send is not None
    ]
    sends = {record.key: send for record, _, send in counted if send is not None}
    until = time.monotonic() + PASS_SECONDS
    for message in deliver(session, state, lambda _: [(each, notices) for each in channels]):
        _post_pictures(
            session, message, report, [sends[each.record_key] for each in message.notices], until
        )


def _comment_account(session: Session, state: State, appid: AppId) -> None:
    """Comment the report of day 7 on the pull requests that brought the sends of an account."""
    due = [
        record
        for record, day in _due(session, state, appid)
        if day == COMMENT_DAY and not is_over(state.telling(record.key, _fact(day), PULL_REQUEST))
    ]
    if not due or not is_forge_open(session) or not is_writable(session, state):
        return
    archive, names = session.backend.statistics(), sorted({each.campaign for each in due})
    report = report_from(state, session.settings, archive, session.clock.now(), names)
    counted = [(each, _counted(report, each, COMMENT_DAY)) for each in due]
    notices = [
        _notice(session, record, send, COMMENT_DAY) for record, send in counted if send is not None
    ]
    with merge_comments(session, session.environment) as comments:
        if comments is not None:
            pull_request = Output(partial(_comment, session, comments), PULL_REQUEST)
            deliver(session, state, lambda _: [(pull_request, notices)])


def _comment(
    session: Session, comments: MergeComments | SandboxComments, notices: Sequence[Notice]
) -> None:
    """Write the comments; a run that dies behind one finds it by its mark."""
    for each in notices:
        mark = f"<!-- massctl:day{COMMENT_DAY} {each.campaign} {each.edition} -->"
        comments.write(each.campaign, mark, reach_comment(each, session.console.reader))


def _is_untold(state: State, record: Record, day: int, channel: Channel) -> bool:
    return not is_over(state.telling(record.key, _fact(day), channel.name))


def _fact(day: int) -> Fact:
    return Fact.of("report", day)


def _due(session: Session, state: State, appid: AppId) -> Iterator[tuple[Record, int]]:
    """Return the sends of which a report is due now, and of which day."""
    newest = newest_day(session.clock.now())
    if not any((newest - day).days <= DAYS[-1] for day in send_days(state, appid)):
        return
    for record in state.records.values():
        if record.appid == appid and record.sent_batches and (days := publication_days(record)):
            over = (newest - min(days)).days + 1
            for day in DAYS:
                if day <= over <= day + LATE_DAYS:
                    yield record, day


def _counted(report: Report, record: Record, day: int) -> SendReport | None:
    """Return what is known of a send, once WeChat has counted it by a day."""
    for send in report.sends:
        if (send.campaign, send.edition) == record.key and send.verdict_by(day) is not None:
            return send
    return None


def _notice(session: Session, record: Record, send: SendReport, day: int) -> Notice:
    sentence, *lines = short_report(send, send.verdict_by(day) or send.verdict)
    return Notice(
        fact=_fact(day),
        campaign=record.campaign,
        title=send.title,
        account=send.account,
        edition=record.edition,
        status=status_of(record),
        digest=record.attempts[-1].event.digest if record.attempts else None,
        at=session.clock.now(),
        message=sentence,
        reach=Reach(day, tuple(lines)),
    )


def _post_pictures(
    session: Session, message: Message, report: Report, sends: Sequence[SendReport], until: float
) -> None:
    """Post the pictures of what was told, one a post; a picture that is not taken is said, and the words were told.

    No picture is begun that a channel could take later than `until`.
    """
    channel = message.channel
    if isinstance(channel, Output) or not (kind := kind_of(channel)).takes_pictures:
        return
    for number, each in enumerate(sends):
        if time.monotonic() + POST_SECONDS > until:
            say = Phrase(
                "{name} (notify) got {count} of {whole} pictures: the time of a run is over"
            )
            said = {"name": channel.shown_name, "count": number, "whole": len(sends)}
            session.console.talk(Phrase(say, **said))
            return
        picture = _picture(session, report, each)
        post = kind.picture(picture) if picture is not None else None
        tuple(taken_posts(session, [(channel, post)] if post is not None else []))


def _picture(session: Session, report: Report, send: SendReport) -> bytes | None:
    """Return the top of a send's page as PNG; None where there is no Chromium that can draw it."""
    page = send_page(send, account_of(report, send), Sheet(session.console.reader, {}), None)
    try:
        with (
            TemporaryDirectory(prefix="massctl-") as folder,
            open_browser(session.environment) as browser,
        ):
            path = Path(folder) / "report.html"
            path.write_text(page, encoding="utf-8")
            browser.window(PICTURE_WIDTH, 900)
            browser.open(path.as_uri())
            height = min(float(browser.value(_TOP)), PICTURE_HEIGHT_MAX)
            return browser.picture((0, 0, PICTURE_WIDTH, height))
    except (BrowserError, OSError):
        return None
