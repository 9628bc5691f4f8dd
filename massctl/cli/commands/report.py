"""`massctl report`: what the sends reached, from the ledger and the archive of statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import refuse, sandbox_option
from massctl.cli.completion import campaign_names
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console, write_files
from massctl.errors import UsageError
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import Command, Phrase

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.ledger.archive import Contents
    from massctl.ledger.statistics import StatisticsArchive
    from massctl.model.diagnostics import Diagnostic
    from massctl.model.settings import MassctlFile
    from massctl.model.state import Record, State
    from massctl.report.report import Known, Report, SendFacts

_FILES: Final = {"html": "report.html", "markdown": "report.md", "csv": "report.csv", "json": "report.json"}
DICTIONARY: Final = "dictionary.csv"
_BOM: Final = "\ufeff"
"""Spreadsheets take a CSV for UTF-8 only with it."""
EDITIONS_COMPARED_MAX: Final = 20
"""So many sends are compared with their earlier edition, which reads what both said."""


class Day(click.ParamType[date]):
    """A Beijing day."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day as ISO 8601 writes it."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            refuse(Phrase("{found} is not a day; write it like 2026-12-01", found=value), param, ctx)


@click.command(name="report")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@click.option("--since", type=Day(), metavar="DATE", help="Only sends of this day and later (Beijing time).")
@click.option(
    "--format", "form", type=click.Choice(list(_FILES)), help="The form; markdown without --out, all with it."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write files to this folder; html goes to report.html without it.",
)
@sandbox_option
@click.pass_obj
def command(
    directory: str, names: tuple[str, ...], since: date | None, form: str | None, out: Path | None, sandbox: bool
) -> int:
    """Show what the sends reached: readers, sources, quartiles of comparable sends. Needs neither secret nor network.

    It reads the ledger, and the statistics that `status --statistics` or `run` keep beside it. A missing number is a
    dash with its reason.
    """
    shown = form or "markdown"
    folder = Path() if out is None and form == "html" else out

    def work(current: Session, _: list[Diagnostic]) -> Result:
        chosen = [CampaignName(each) for each in dict.fromkeys(names)]
        report = made_report(current, chosen, since)
        if folder is not None:
            return _written(report, [form] if form else list(_FILES), folder, current.console)
        return _printed(report, shown)

    return run_in_session("report", shown if folder is None else "text", directory, work, sandbox=sandbox)


def made_report(session: Session, names: Sequence[CampaignName], since: date | None) -> Report:
    """Make the report of campaigns, all where none is named; raises UsageError for one of which nothing is recorded."""
    from massctl.cli.ledger_access import require_ledger, shown_entries

    state = session.fold(shown_entries(session))
    require_ledger(session, state)
    _require_recorded(state, names)
    kept = session.statistics(), session.archive
    return report_of(state, session.settings, *kept, session.clock.now(), names, since)


def report_of(
    state: State,
    settings: MassctlFile,
    statistics: StatisticsArchive,
    archive: Callable[[], Contents],
    now: datetime,
    names: Sequence[CampaignName] = (),
    since: date | None = None,
) -> Report:
    """Make the report of campaigns, all where none is named, from ledger and archives; raises LedgerError."""
    from massctl.report.assembly import make_report, sent_since

    first = sent_since(state, names, since)
    appids = sorted({record.appid for record in state.records.values() if record.appid and record.sent_batches})
    loaded = {appid: statistics.load(appid, first) for appid in appids if first is not None}
    return make_report(state, loaded, _known(settings, archive, state, names), now, names, since)


def _require_recorded(state: State, names: Sequence[CampaignName]) -> None:
    known = {name for name, _ in state.records}
    missing = [name for name in names if name not in known]
    if missing and missing[0] in state.renamed:
        raise UsageError(
            Phrase(
                "{name} is now named {now} (`moved` in massctl.yaml)", name=missing[0], now=state.renamed[missing[0]]
            ),
            Phrase("No request was made."),
            Phrase("run the same command again with the new name"),
        )
    if missing:
        raise UsageError(
            Phrase("nothing is recorded about a campaign {name}", name=missing[0]),
            Phrase("No request was made."),
            Phrase("{command}   lists what is recorded", command=Command("state show")),
        )


def _known(
    settings: MassctlFile, archive: Callable[[], Contents], state: State, names: Sequence[CampaignName]
) -> Known:
    """Return what massctl.yaml and the archive of contents know of accounts and sends."""
    from massctl.report.report import AccountFacts, Known

    accounts = {
        AppId(account.appid): AccountFacts(AccountName(name), settings.name_of(name), account.kind)
        for name, account in settings.accounts.items()
    }
    shown = [record for record in state.records.values() if not names or record.campaign in names]
    facts = {record.key: _facts(record) for record in shown}
    return Known(accounts, {**facts, **_with_editions(archive, state, shown, facts)})


def _facts(record: Record) -> SendFacts:
    """Return what the ledger noted of an edition's send beside its numbers."""
    from massctl.report.report import ArticleFacts, SendFacts

    sent = [each.event for each in record.attempts if each.may_have_sent]
    if not sent:
        return SendFacts()
    event = sent[-1]
    titles = event.titles or []
    authors, themes = (values or [""] * len(titles) for values in (event.authors, event.themes))
    named = zip(titles, authors, themes, strict=True)
    articles = tuple(ArticleFacts(title, author or None, theme or None) for title, author, theme in named)
    return SendFacts(articles=articles, commit=event.commit, approver=event.approved_by)


def _with_editions(
    archive: Callable[[], Contents], state: State, shown: Sequence[Record], facts: Mapping[Any, SendFacts]
) -> dict[Any, SendFacts]:
    """Add what differs from the edition before, for the newest sends that have one."""
    from dataclasses import replace

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
    """Return the newest earlier edition that massctl sent; None where either was not sent by massctl."""
    earlier = [
        each
        for each in state.editions(record.campaign)
        if each.edition < record.edition and each.sent_batches and each.attempts
    ]
    return earlier[-1] if earlier and record.sent_batches and record.attempts else None


def _printed(report: Report, form: str) -> Result:
    def json(to: Console) -> str:
        from massctl.view.json_reports import sends_json

        return sends_json(report, to.language)

    def markdown(to: Console) -> str:
        return _text(report, form, to)

    return Result(ExitStatus.DONE, json, markdown=markdown)


def _written(report: Report, forms: Sequence[str], out: Path, console: Console) -> Result:
    files = {_FILES[form]: _text(report, form, console) for form in forms}
    if "csv" in forms:
        from massctl.view.report_csv import dictionary_csv

        files["report.csv"] = _BOM + files["report.csv"]
        files[DICTIONARY] = _BOM + dictionary_csv(console.reader)
    paths = write_files(out, {name: text.encode() for name, text in files.items()})
    page = [path for path in paths if path.endswith(_FILES["html"])]
    step = Phrase("open {path} in a browser", path=page[0]) if page else None
    return Result(ExitStatus.DONE, text=lambda _: "\n".join(paths), next_step=step)


def _text(report: Report, form: str, console: Console) -> str:
    """Write a report in one form; each loads only its own view."""
    if form == "html":
        from massctl.view.pages.markup import Sheet
        from massctl.view.pages.sends_page import report_page

        return report_page(report, Sheet(console.reader, {}))
    if form == "markdown":
        from massctl.view.report_markdown import report_markdown

        return report_markdown(report, console.reader) + "\n"
    if form == "csv":
        from massctl.view.report_csv import report_csv

        return report_csv(report)
    from massctl.view.json_reports import sends_json

    return sends_json(report, console.language) + "\n"
