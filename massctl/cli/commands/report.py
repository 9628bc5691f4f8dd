"""`massctl report`: what the sends reached, from the ledger and the archive of statistics."""

from __future__ import annotations

import gc
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from massctl.cli import views
from massctl.cli.app import Result, all_cells, run_in_session
from massctl.cli.arguments import campaign_names, refuse, sandbox_option, series_names
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.findings import FINDINGS, list_findings, record_findings
from massctl.cli.output import Console, write_files
from massctl.cli.report_inputs import joined_outcomes, session_report
from massctl.cli.selection import narrow, selection_options
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.model.ids import FOLDER_NAME_PATTERN, CampaignName
from massctl.model.phrase import Command, Phrase
from massctl.report.report import Report

_FILES = {
    "html": "report.html",
    "markdown": "report.md",
    "csv": "report.csv",
    "json": "report.json",
}
_BOM = "\ufeff"
"""Spreadsheets take a CSV for UTF-8 only with it."""


class Day(click.ParamType[date]):
    """A Beijing day."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day; other forms of ISO 8601 (2026-W49-2) are refused."""
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            day = None
        if day is None or day.isoformat() != value:
            refuse(
                Phrase("{found} is not a day; write it like 2026-12-01", found=value), param, ctx
            )
        return day


class Series(click.ParamType[str]):
    """The name of a series."""

    name = "series"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read a name that campaign.yaml takes too."""
        if not re.fullmatch(FOLDER_NAME_PATTERN, str(value)):
            refuse(
                Phrase("{found} is not the name of a series", found=ascii(value)[:60]), param, ctx
            )
        return str(value)


@click.command(name="report")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@click.option(
    "--since", type=Day(), metavar="DATE", help="Only sends of this day and later (Beijing time)."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FILES)),
    help="The form; text for people without it, and with --out all of these.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write files to this folder; html goes to report.html without it.",
)
@click.option(
    "--series",
    type=Series(),
    metavar="NAME",
    shell_complete=series_names,
    help="Only the letters of this series, each in a row.",
)
@click.option(
    "--outcomes",
    metavar="FILE|QUERY",
    help="Add what came of link tags: a .csv, .parquet, .json or .sql file, or a SELECT.",
)
@click.option(
    "--record",
    "is_recorded",
    is_flag=True,
    help="Write the verdict into campaign.yaml of each NAME, as its finding.",
)
@selection_options
@sandbox_option
@click.pass_obj
def command(
    directory: str,
    names: tuple[str, ...],
    since: date | None,
    series: str | None,
    outcomes: str | None,
    is_recorded: bool,
    form: str | None,
    out: Path | None,
    accounts: tuple[str, ...],
    groups: tuple[str, ...],
    sandbox: bool,
) -> int:
    """Show what the sends reached: readers, sources, what is usual. Needs neither secret nor network.

    It reads the ledger, and the statistics that `status --statistics` or `run` keep beside it. A missing number is a
    dash with its reason.

    `report findings` lists what was recorded of the sends, the newest first.
    """
    is_list = names == (FINDINGS,)
    folder = Path() if out is None and form == "html" else out
    idle: dict[str, object] = {"--out": out, "--outcomes": outcomes}
    if is_list:
        idle |= {"--since": since, "--record": is_recorded or None}

    def work(current: Session) -> Result:
        if is_list or is_recorded:
            _require_effect(idle, FINDINGS if is_list else "--record", form)
        narrow(current, accounts, groups)
        if is_list:
            return list_findings(current, series)
        _require_names(names, is_recorded=is_recorded)
        chosen = [CampaignName(each) for each in all_cells(current, names)]
        report = session_report(current, chosen, since, series)
        if outcomes is not None:
            report = joined_outcomes(current, report, outcomes)
        if is_recorded:
            return record_findings(current, report, chosen)
        if folder is not None:
            return _written(report, [form] if form else list(_FILES), folder, current.console)
        return _printed(report, form)

    shown = form if form and folder is None else "text"
    kind = "findings" if is_list or is_recorded else "report"
    # A thousand sends are two million values and no cycle: to look for some costs a second.
    gc.disable()
    try:
        return run_in_session(kind, shown, directory, work, sandbox=sandbox)
    finally:
        gc.enable()


def _require_effect(given: Mapping[str, object], beside: str, form: str | None) -> None:
    for flag, value in given.items():
        if value is not None:
            raise UsageError(
                Phrase("{flag} has no effect together with {other}", flag=flag, other=beside),
                Phrase("Nothing was done."),
                Phrase("leave {flag} out", flag=flag),
            )
    if form in ("csv", "html"):
        raise UsageError(
            Phrase("the findings have no form {form}", form=form),
            Phrase("Nothing was done."),
            Phrase("leave --format out, or write markdown or json"),
        )


def _require_names(names: Sequence[str], *, is_recorded: bool) -> None:
    if is_recorded and not names:
        raise UsageError(
            Phrase("--record needs the names of campaigns"),
            Phrase("Nothing was written."),
            Command("report", "NAME", "--record"),
        )


def _printed(report: Report, form: str | None) -> Result:
    return Result(
        ExitStatus.DONE,
        lambda to: views.report_json.sends_json(report, to.language),
        lambda to: views.report_text.report_text(to.page(), report),
        markdown=lambda to: _text(report, form or "markdown", to),
    )


def _written(report: Report, forms: Sequence[str], out: Path, console: Console) -> Result:
    files = {_FILES[form]: _file(report, form, console) for form in forms}
    paths = write_files(out, files)
    page = [path for path in paths if path.endswith(_FILES["html"])]
    step = Phrase("open {path} in a browser", path=page[0]) if page else None
    return Result(ExitStatus.DONE, text=lambda _: "\n".join(paths), next_step=step)


def _file(report: Report, form: str, console: Console) -> bytes:
    if form == "json":
        return views.report_json.sends_json(report, console.language) + b"\n"
    text = _text(report, form, console)
    return (_BOM + text if form == "csv" else text).encode()


def _text(report: Report, form: str, console: Console) -> str:
    """Write a report in one form; each loads only its own view."""
    if form == "html":
        from massctl.view.pages.markup import Sheet
        from massctl.view.pages.report_page import report_page

        return report_page(report, Sheet(console.reader, {}))
    if form == "markdown":
        return views.report_markdown.report_markdown(report, console.reader) + "\n"
    return views.report_csv.report_csv(report)
