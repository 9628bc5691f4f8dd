"""What a report is made from: the ledger, the statistics beside it, and what massctl.yaml says of accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from massctl.cli.ledger_access import require_ledger, require_recorded, shown_entries
from massctl.cli.selection import in_scope
from massctl.cli.session import Session
from massctl.ledger.archive import Contents
from massctl.ledger.statistics import StatisticsFiles
from massctl.model.destination import Destination
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.settings import MassctlFile
from massctl.model.state import Record, RecordKey, State
from massctl.report.assembly import compared_since, make_report
from massctl.report.report import AccountFacts, ArticleFacts, Report, RepositoryFacts, SendFacts


def session_report(session: Session, names: Sequence[CampaignName], since: date | None) -> Report:
    """Make the report of the campaigns that the session is about, of all if none is named.

    Raises UsageError for a campaign without records.
    """
    state = session.fold(shown_entries(session))
    require_ledger(session, state)
    require_recorded(state, names, {name for name, _ in state.records})
    shown = [each.campaign for each in in_scope(session, state.records.values())]
    asked = [name for name in names or dict.fromkeys(shown) if name in shown]
    is_whole = not names and session.selection.is_everything
    now = session.clock.now()
    backend = session.backend
    contents = backend.archive()
    chosen = None if is_whole else asked
    return report_from(state, session.settings, backend.statistics(), now, chosen, since, contents)


def report_from(
    state: State,
    settings: MassctlFile,
    statistics: StatisticsFiles,
    now: datetime,
    names: Collection[CampaignName] | None = None,
    since: date | None = None,
    contents: Contents | None = None,
) -> Report:
    """Make the report of campaigns, all where None, from ledger and statistics; raise LedgerError.

    `contents` knows where they led; without it the report does not say.
    """
    first = compared_since(state, names, since)
    appids = sorted(
        {
            record.appid
            for record in state.records.values()
            if record.appid and record.sent_batches and (names is None or record.campaign in names)
        }
    )
    loaded = {appid: statistics.load(appid, first) for appid in appids if first is not None}
    known = _known(settings, state, names, contents)
    return make_report(state, loaded, known, now, names, since)


def _known(
    settings: MassctlFile,
    state: State,
    names: Collection[CampaignName] | None,
    contents: Contents | None,
) -> RepositoryFacts:
    """Return what massctl.yaml knows of accounts, and the ledger of sends."""
    accounts = {
        AppId(account.appid): AccountFacts(
            AccountName(name), settings.name_of(name), account.kind, account.owner
        )
        for name, account in settings.accounts.items()
    }
    records = state.records.values()
    shown = [each for each in records if names is None or each.campaign in names]
    leads = _leads(shown, contents) if contents is not None else {}
    facts = {record.key: _facts(record, leads.get(record.key, ())) for record in shown}
    return RepositoryFacts(accounts, facts)


def _leads(
    records: Sequence[Record], contents: Contents
) -> dict[RecordKey, tuple[Destination, ...]]:
    """Return where editions led; one call for all."""
    sent = [each for each in records if each.not_refused]
    locks = contents.locks([each.not_refused[-1].event.digest for each in sent])
    both = zip(sent, locks, strict=True)
    return {record.key: tuple(lock.destinations) for record, lock in both if lock is not None}


def _facts(record: Record, destinations: tuple[Destination, ...]) -> SendFacts:
    """Return what the ledger noted of an edition's send beside its numbers."""
    sent = [each.event for each in record.not_refused]
    if not sent:
        return SendFacts()
    event = sent[-1]
    titles = event.titles or []
    authors, themes = (values or [""] * len(titles) for values in (event.authors, event.themes))
    named = zip(titles, authors, themes, strict=True)
    articles = tuple(
        ArticleFacts(title, author or None, theme or None) for title, author, theme in named
    )
    return SendFacts(
        articles=articles,
        commit=event.commit,
        approver=event.approved_by,
        destinations=destinations,
    )
