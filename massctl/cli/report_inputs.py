"""What a report is made from: the ledger, the statistics beside it, and what massctl.yaml says of accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from pathlib import Path

from msgspec.structs import replace

from massctl.cli import views
from massctl.cli.ledger_access import require_ledger, require_recorded, shown_entries
from massctl.cli.selection import in_scope
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.ledger.archive import Contents
from massctl.ledger.statistics import StatisticsFiles
from massctl.model.destination import Destination
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.ids import AccountName, AppId, CampaignName, cell_of
from massctl.model.phrase import Phrase
from massctl.model.settings import MassctlFile
from massctl.model.state import Record, RecordKey, State
from massctl.outcome_file import outcome_rows
from massctl.report.assembly import compared_since, make_report
from massctl.report.outcomes import UnreadRow, with_outcomes
from massctl.report.report import AccountFacts, ArticleFacts, Report, RepositoryFacts, SendFacts
from massctl.source.remarks import remarks_of
from massctl.source.repository import Repository
from massctl.view.report_words import rows_words


def session_report(
    session: Session,
    names: Sequence[CampaignName],
    since: date | None,
    series: str | None = None,
) -> Report:
    """Make the report of the campaigns that the session is about, of all if none is named.

    Raises UsageError for a campaign without records, and for a series of which nothing was sent.
    """
    state = session.fold(shown_entries(session))
    require_ledger(session, state)
    require_recorded(state, names, {name for name, _ in state.records})
    shown = [each.campaign for each in in_scope(session, state.records.values())]
    asked = [name for name in names or dict.fromkeys(shown) if name in shown]
    if series is not None:
        asked = [
            name
            for name in asked
            if remarks_of(session.repository, name, session.settings).series == series
        ]
        if not asked:
            say = Phrase("nothing was sent of a series {name}", name=series)
            raise UsageError(
                say, hint=Phrase("write `series: {name}` into its campaigns", name=series)
            )
    is_whole = not names and series is None and session.selection.is_everything
    now = session.clock.now()
    backend = session.backend
    contents = backend.archive()
    chosen = None if is_whole else asked
    statistics, repository = backend.statistics(), session.repository
    report = report_from(
        state, session.settings, statistics, now, chosen, since, contents, repository
    )
    return replace(report, series=series)


UNREAD_TOLD_MAX = 10
"""So many rows that cannot be read are told one by one."""


def joined_outcomes(session: Session, report: Report, given: str) -> Report:
    """Add what came of the links of a report's sends, and tell of the rows that cannot be read.

    Raises UsageError for a file or a query that cannot be read at all.
    """
    told: list[UnreadRow] = []
    joined = with_outcomes(report, outcome_rows(given), told, UNREAD_TOLD_MAX)
    source = given if Path(given).suffix and "\n" not in given else "SELECT"
    page = session.console.page()
    for each in told:
        hint = Phrase("correct the row; the others are counted")
        found = Diagnostic("MC504", Severity.WARNING, each.why, Place(source, each.line), hint)
        views.diagnostics.diagnostic_line(page, found)
    if joined.outcomes is not None:
        page.line(rows_words(joined.outcomes))
    session.console.talk_page(page.text())
    return joined


def report_from(
    state: State,
    settings: MassctlFile,
    statistics: StatisticsFiles,
    now: datetime,
    names: Collection[CampaignName] | None = None,
    since: date | None = None,
    contents: Contents | None = None,
    repository: Repository | None = None,
) -> Report:
    """Make the report of campaigns, all where None, from ledger and statistics; raise LedgerError.

    `contents` knows where they led, and `repository` their series and what was learnt; without one the report does not
    say.
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
    known = _known(settings, state, names, contents, repository)
    return make_report(state, loaded, known, now, names, since)


def _known(
    settings: MassctlFile,
    state: State,
    names: Collection[CampaignName] | None,
    contents: Contents | None,
    repository: Repository | None,
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
    if repository is not None:
        facts |= {key: _remarked(facts[key], key, repository, settings) for key in facts}
    return RepositoryFacts(accounts, facts)


def _remarked(
    facts: SendFacts, key: RecordKey, repository: Repository, settings: MassctlFile
) -> SendFacts:
    """Add the series of a send, and what was learnt from it."""
    name, edition = key
    remarks = remarks_of(repository, name, settings)
    finding = remarks.finding(edition, cell_of(name))
    return replace(facts, series=remarks.series, finding=finding.words if finding else "")


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
