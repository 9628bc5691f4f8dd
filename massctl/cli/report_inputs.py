"""What a report is made from: the ledger, the archives beside it, and what massctl.yaml says of accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from massctl.model.ids import AccountName, AppId, CampaignName

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.ledger.archive import Contents
    from massctl.ledger.statistics import StatisticsFiles
    from massctl.model.settings import MassctlFile
    from massctl.model.state import Record, RecordKey, State
    from massctl.report.report import Report, RepositoryFacts, SendFacts

EDITIONS_COMPARED_MAX: Final = 20
"""So many sends, the newest, are compared with their earlier edition: that reads the contents of both."""


def session_report(session: Session, names: Sequence[CampaignName], since: date | None) -> Report:
    """Make the report of campaigns, all where none is named; raises UsageError for one of which nothing is recorded."""
    from massctl.cli.ledger_access import require_ledger, require_recorded, shown_entries

    state = session.fold(shown_entries(session))
    require_ledger(session, state)
    require_recorded(state, names, {name for name, _ in state.records})
    now = session.clock.now()
    return report_from(state, session.settings, session.statistics(), session.archive, now, names, since)


def report_from(
    state: State,
    settings: MassctlFile,
    statistics: StatisticsFiles,
    archive: Callable[[], Contents],
    now: datetime,
    names: Sequence[CampaignName] = (),
    since: date | None = None,
) -> Report:
    """Make the report of campaigns, all where none is named, from ledger and archives; raises LedgerError."""
    from massctl.report.assembly import archive_since, make_report

    first = archive_since(state, names, since)
    appids = sorted({record.appid for record in state.records.values() if record.appid and record.sent_batches})
    loaded = {appid: statistics.load(appid, first) for appid in appids if first is not None}
    return make_report(state, loaded, _known(settings, archive, state, names), now, names, since)


def _known(
    settings: MassctlFile, archive: Callable[[], Contents], state: State, names: Sequence[CampaignName]
) -> RepositoryFacts:
    """Return what massctl.yaml and the archive of contents know of accounts and sends."""
    from massctl.report.report import AccountFacts, RepositoryFacts

    accounts = {
        AppId(account.appid): AccountFacts(AccountName(name), settings.name_of(name), account.kind)
        for name, account in settings.accounts.items()
    }
    shown = [record for record in state.records.values() if not names or record.campaign in names]
    facts = {record.key: _facts(record) for record in shown}
    return RepositoryFacts(accounts, {**facts, **_with_editions(archive, state, shown, facts)})


def _facts(record: Record) -> SendFacts:
    """Return what the ledger noted of an edition's send beside its numbers."""
    from massctl.report.report import ArticleFacts, SendFacts

    sent = [each.event for each in record.not_refused]
    if not sent:
        return SendFacts()
    event = sent[-1]
    titles = event.titles or []
    authors, themes = (values or [""] * len(titles) for values in (event.authors, event.themes))
    named = zip(titles, authors, themes, strict=True)
    articles = tuple(ArticleFacts(title, author or None, theme or None) for title, author, theme in named)
    return SendFacts(articles=articles, commit=event.commit, approver=event.approved_by)


def _with_editions(
    archive: Callable[[], Contents], state: State, shown: Sequence[Record], facts: Mapping[RecordKey, SendFacts]
) -> dict[RecordKey, SendFacts]:
    """Return the facts of the newest sends that have an earlier edition, with what differs from it."""
    from msgspec.structs import replace

    pairs = [(record, before) for record in shown if (before := _edition_before(state, record)) is not None]
    newest = sorted(pairs, key=lambda pair: pair[0].attempts[-1].serial)[-EDITIONS_COMPARED_MAX:]
    if not newest:
        return {}
    from massctl.plan.lock_diff import changed_parts

    contents, found = archive(), {}
    for record, before in newest:
        versions = [contents.read(each.attempts[-1].event.digest) for each in (before, record)]
        if versions[0] is not None and versions[1] is not None:
            changed = tuple(changed_parts(versions[0].lock, versions[1].lock))
            found[record.key] = replace(facts[record.key], changed=changed)
    return found


def _edition_before(state: State, record: Record) -> Record | None:
    """Return the newest earlier edition that went out; None unless massctl sent both: an import has no content."""
    earlier = [each for each in state.editions(record.campaign) if each.edition < record.edition and each.sent_batches]
    is_known = record.sent_batches and record.attempts and earlier and earlier[-1].attempts
    return earlier[-1] if is_known else None
