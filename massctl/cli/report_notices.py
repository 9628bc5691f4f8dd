"""Tell the channels of `notify` what a send reached, on days 1, 3, 7 and 30: each channel once, from any machine.

The archive of statistics keeps what was told. Nothing here touches the ledger or a send. A failure is reported.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from msgspec import field

from massctl.apply.notices import Notice, Reach
from massctl.apply.outcome import what_happened
from massctl.browser import open_browser
from massctl.cli.channels import notices_post, taken_posts
from massctl.cli.report_inputs import report_from
from massctl.cli.send_report import PULL_REQUEST, is_forge_open, merge_comments, reach_comment
from massctl.cli.session import Session
from massctl.errors import BrowserError, InvariantError, MassctlError
from massctl.ledger.statistics import StatisticsFiles
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel
from massctl.model.state import Record, State, status_of
from massctl.model.statistics import ReportDelivery
from massctl.notify.registry import kind_of
from massctl.plan.statistics import DeliveryKey, claimed, newest_day, publication_days, send_days
from massctl.report.report import DAYS, Report, SendReport
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import account_of, send_page
from massctl.view.report_short import short_report

if TYPE_CHECKING:
    from datetime import datetime

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
    channels = [
        each for each in session.settings.notify if each.events is None or "report" in each.events
    ]
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
    due = list(_due(session, state, appid))
    if not due:
        return
    archive = session.backend.statistics()
    gone = claimed(archive.deliveries(appid), state.renamed, session.clock.now())
    wanted = [
        (channel, record, day)
        for channel in channels
        for record, day in due
        if (*record.key, day, channel.name) not in gone
    ]
    if not wanted:
        return
    names = sorted({record.campaign for _, record, _ in wanted})
    report = report_from(state, session.settings, archive, session.clock.now(), names)
    notices = {
        (record.key, day): (notice, send)
        for _, record, day in wanted
        if (send := _counted(report, record, day)) is not None
        and (notice := _notice(session, record, send, day)) is not None
    }
    keys = [
        (*record.key, day, channel.name)
        for channel, record, day in wanted
        if (record.key, day) in notices
    ]
    claims = _Claims(archive, appid)
    ours = claims.claim(keys, state, session.clock.now())
    for channel in channels:
        found = [
            notices[(name, edition), day] for name, edition, day, to in ours if to == channel.name
        ]
        if found:
            _tell_channel(session, claims, channel, report, found)
    archive.flush()


def _comment_account(session: Session, state: State, appid: AppId) -> None:
    """Comment the report of day 7 on the pull requests that brought the sends of an account."""
    due = [record for record, day in _due(session, state, appid) if day == COMMENT_DAY]
    if not due or not is_forge_open(session):
        return
    archive, now = session.backend.statistics(), session.clock.now()
    gone = claimed(archive.deliveries(appid), state.renamed, now)
    left = [each for each in due if (*each.key, COMMENT_DAY, PULL_REQUEST) not in gone]
    names = sorted({each.campaign for each in left})
    report = report_from(state, session.settings, archive, now, names) if names else None
    ready = {
        record.key: send
        for record in left
        if report is not None and (send := _counted(report, record, COMMENT_DAY)) is not None
    }
    claims = _Claims(archive, appid)
    ours = claims.claim([(*key, COMMENT_DAY, PULL_REQUEST) for key in ready], state, now)
    if not ours:
        return
    notices = [
        _notice(session, state.record(name, edition), ready[name, edition], day)
        for name, edition, day, _ in ours
    ]
    told: list[Notice] = []
    try:
        with merge_comments(session, session.environment) as comments:
            if comments is None:
                return
            for each in notices:
                mark = f"<!-- massctl:day{COMMENT_DAY} {each.campaign} {each.edition} -->"
                comments.write(each.campaign, mark, reach_comment(each, session.console.reader))
                told.append(each)
    finally:
        untold = [each for each in notices if each not in told]
        claims.settle(PULL_REQUEST, told, now, is_told=True)
        claims.settle(PULL_REQUEST, untold, now, is_told=False)
        archive.flush()


class _Claims(Frozen):
    """The reports that this runner tells: it claims each before, so that two runners do not both tell it."""

    archive: StatisticsFiles
    appid: AppId
    runner: str = field(default_factory=lambda: secrets.token_hex(8))

    def claim(self, keys: Sequence[DeliveryKey], state: State, now: datetime) -> list[DeliveryKey]:
        """Claim reports; return those that no other runner claimed first."""
        if not keys:
            return []
        self.archive.add_deliveries(
            self.appid, [ReportDelivery(*key, self.runner, now, "begun") for key in keys]
        )
        self.archive.flush()
        others = claimed(self.archive.deliveries(self.appid), state.renamed, now, self.runner)
        return [key for key in keys if key not in others]

    def settle(
        self, channel: str, notices: Sequence[Notice], now: datetime, *, is_told: bool
    ) -> None:
        """Note whether a channel was told what this runner claimed."""
        outcome: Literal["told", "failed"] = "told" if is_told else "failed"
        deliveries = [
            ReportDelivery(
                each.campaign, each.edition, each.reach.day, channel, self.runner, now, outcome
            )
            for each in notices
            if each.reach is not None
        ]
        self.archive.add_deliveries(self.appid, deliveries)


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
        "report",
        f"report {day}",
        record.campaign,
        send.title,
        send.account,
        record.edition,
        status_of(record),
        record.attempts[-1].event.digest if record.attempts else None,
        session.clock.now(),
        sentence,
        reach=Reach(day, tuple(lines)),
    )


def _tell_channel(
    session: Session,
    claims: _Claims,
    channel: Channel,
    report: Report,
    found: Sequence[tuple[Notice, SendReport]],
) -> None:
    notices = [notice for notice, _ in found]
    posted = list(taken_posts(session, [(channel, notices_post(session, channel, notices))]))
    is_told = bool(posted)
    claims.settle(channel.name, notices, session.clock.now(), is_told=is_told)
    if is_told and kind_of(channel).takes_pictures:
        pictures = [
            picture for _, send in found if (picture := _picture(session, report, send)) is not None
        ]
        posts = [kind_of(channel).picture(each) for each in pictures]
        fit = [(channel, post) for post in posts if post is not None]
        # Says which picture was not taken. The words were, so the report is told.
        tuple(taken_posts(session, fit))


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
