"""Ledgers, statistics and reports small enough to be added up by hand."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from massctl.model import entries
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import BEIJING
from massctl.model.state import State
from massctl.model.statistics import AccountDay, ArticleDay, Statistics
from massctl.report.assembly import make_report
from massctl.report.report import AccountFacts, Report, RepositoryFacts, SendFacts

APPID = AppId("wx0123456789abcdef")
SENT = datetime(2026, 12, 1, 20, tzinfo=BEIJING)
"""A Tuesday."""
SEEN = datetime(2026, 12, 9, 9, tzinfo=BEIJING)
NOW = datetime(2026, 12, 9, 10, tzinfo=BEIJING)
"""The day after day 8 of SENT."""
DAY = timedelta(days=1)


class Sends:
    """A ledger of sends, and what WeChat counted of them."""

    def __init__(self, kind: str = "service") -> None:
        self.state = State()
        self.rows: dict[str, list[ArticleDay]] = {}
        self.days: dict[date, AccountDay] = {}
        self.facts: dict[tuple[CampaignName, int], SendFacts] = {}
        self.kind = kind

    def note(
        self, event: entries.Event, campaign: str | None, edition: int | None, at: datetime
    ) -> int:
        serial = self.state.serial + 1
        name = CampaignName(campaign) if campaign is not None else None
        self.state.absorb(entries.Entry(serial, entries.GENESIS, at, event, name, edition))
        return serial

    def send(
        self,
        name: str,
        msg_data_id: int | None,
        at: datetime = SENT,
        *,
        edition: int = 1,
        audience: Mapping[str, Any] | None = None,
        batch: int = 1,
        media_id: str | None = "draft",
        title: str | None = None,
        **changes: Any,
    ) -> None:
        """Record a send that WeChat accepted; news unless without a draft."""
        event = entries.SendAttempted(
            appid=APPID,
            batch=batch,
            digest=f"sha256:{name}-{edition}",
            message_digest=f"{name}-{edition}",
            client_msg_id=f"{name}-{edition}-{batch}",
            fingerprint=f"{name}-{edition}-{batch}",
            audience=dict(audience or {"is_to_all": True}),
            media_id=media_id,
            title=title or f"《{name}》",
            account="main",
            **changes,
        )
        attempt = self.note(event, name, edition, at)
        accepted = entries.SendAccepted(
            attempt=attempt, msg_id=self.state.serial, msg_data_id=msg_data_id
        )
        self.note(accepted, name, edition, at)

    def job(
        self,
        name: str,
        counts: tuple[int, int, int, int] | None,
        edition: int = 1,
        at: datetime = SENT,
        **said: Any,
    ) -> None:
        """Record how its last job ended: total, filtered, sent, failed."""
        msg_id = self.state.record(CampaignName(name), edition).jobs[-1].msg_id or 0
        named = ("total_count", "filter_count", "sent_count", "error_count")
        told = {**dict(zip(named, counts or (), strict=False)), **said}
        event = entries.JobStatus(
            msg_id=msg_id, status=told.pop("status", "sent"), source="event", **told
        )
        self.note(event, name, edition, at)

    def read(
        self,
        msg_data_id: int,
        day: int,
        *,
        position: int = 1,
        sent: datetime = SENT,
        **numbers: Any,
    ) -> None:
        """Add what WeChat counted of an article by the end of a day; the day of the send is 1."""
        msgid = f"{msg_data_id}_{position}"
        row = ArticleDay(
            msgid=msgid,
            ref_date=sent.date(),
            stat_date=sent.date() + (day - 1) * DAY,
            **{"seen_at": SEEN, **numbers},
        )
        self.rows.setdefault(msgid, []).append(row)

    def account_day(self, day: date, **numbers: Any) -> None:
        """Add what happened in the account on a day."""
        self.days[day] = AccountDay(ref_date=day, seen_at=SEEN, **numbers)

    @property
    def statistics(self) -> Statistics:
        order = {
            msgid: tuple(sorted(rows, key=lambda r: r.stat_date))
            for msgid, rows in self.rows.items()
        }
        return Statistics(order, dict(sorted(self.days.items())))

    def report(self, *names: str, now: datetime = NOW, since: date | None = None) -> Report:
        """Make the report."""
        known = RepositoryFacts(
            {APPID: AccountFacts(AccountName("main"), "不赶路", self.kind)}, self.facts
        )
        return make_report(
            self.state,
            {APPID: self.statistics},
            known,
            now,
            [CampaignName(each) for each in names] or None,
            since,
        )


def earlier(
    sends: Sends, *readers: int, by: int = 7, received: int | None = None, **changes: Any
) -> None:
    """Add sends to everybody, a week apart, the last of them a week before SENT, each with so many readers."""
    for number, count in enumerate(readers):
        at = SENT - (len(readers) - number) * 7 * DAY
        sends.send(f"earlier-{number}", 500 + number, at, **changes)
        if received is not None:
            sends.job(f"earlier-{number}", (received, received, received, 0))
        sends.read(500 + number, by, sent=at, read_user=count)
