"""`massctl record-event`: record an event that WeChat posted about a mass job."""

from __future__ import annotations

import click

from massctl.apply.jobs import Followed, Foreign, Recorded, record_finish
from massctl.callback.finish import read_finish
from massctl.callback.tree import EVENT_BYTES_MAX
from massctl.cli import views
from massctl.cli.app import Result, View, said, verb
from massctl.cli.arguments import (
    STANDARD_INPUT,
    account_names,
    form_option,
    read_at_most,
    sandbox_option,
)
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import own_ledger
from massctl.cli.notifications import Notifier
from massctl.cli.session import Session
from massctl.model.diagnostics import Diagnostic, Fault, Place, Severity
from massctl.model.entries import JobFinish
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase
from massctl.model.state import State


@click.command(name="record-event")
@click.argument("file", metavar="FILE|-")
@click.option(
    "--account",
    shell_complete=account_names,
    metavar="A",
    help="The account that received it, by its name in massctl.yaml.",
)
@form_option
@sandbox_option
@verb("record-event")
def command(current: Session, file: str, account: str | None) -> Result:
    """Record a MASSSENDJOBFINISH event, XML or JSON, as WeChat posted it: counts, reasons, originality, addresses.

    You may record the same event any number of times. Makes no request.
    """
    return record_event(current, file, account)


def record_event(session: Session, file: str, account: str | None) -> Result:
    """Read an event from a file or standard input, and record the end of its job."""
    appid = _appid(session, account)
    finish = read_finish(_bytes(file))
    if isinstance(finish, Fault):
        return _faulty(file, finish)
    with own_ledger(session) as book:
        state, notifier = book.state, Notifier(session)
        outcome = record_finish(finish, appid, book, session.settings.original_ids)
    notifier.tell(state)
    status = (
        ExitStatus.IN_DOUBT
        if isinstance(outcome, Foreign) and outcome.candidates
        else ExitStatus.DONE
    )
    text, talk = _views(finish, outcome, state)
    return Result(
        status, lambda _: views.verbs_json.event_json(finish, outcome, state, status), text, talk
    )


def _views(
    finish: JobFinish, outcome: Recorded | Foreign, state: State
) -> tuple[View, View | None]:
    """Make what people are told of an event: on standard output, and on standard error."""
    if isinstance(outcome, Foreign):
        candidates = outcome.candidates
        return lambda to: views.jobs.foreign_text(to.page(), finish, candidates), None
    record, contradicted = outcome.record, outcome.contradicts
    talk: View | None = None
    if contradicted is not None:
        talk = lambda to: views.jobs.contradiction_text(to.page(), contradicted)  # noqa: E731
    elif outcome.again:
        talk = said(Phrase("this event was recorded before; nothing was written"))
    return lambda to: views.status.status_text(to.page(), Followed([record], state)), talk


def _faulty(file: str, fault: Fault) -> Result:
    place = Place("<stdin>" if file == STANDARD_INPUT else file, fault.line, fault.column)
    diagnostic = Diagnostic(fault.code, Severity.ERROR, fault.message, place, fault.hint)
    return Result(
        ExitStatus.FAILED,
        lambda _: views.verbs_json.faulty_json("record-event", [diagnostic]),
        lambda _: "",
        talk=lambda to: views.diagnostics.diagnostics_text(to.page(), [diagnostic]),
    )


def _bytes(file: str) -> bytes:
    hint = Phrase("name the file with the event's body, or - for standard input")
    return read_at_most(file, EVENT_BYTES_MAX, Phrase("Nothing was recorded."), hint)


def _appid(session: Session, account: str | None) -> AppId | None:
    if account is None:
        return None
    name = session.account(account, Phrase("Nothing was recorded."))
    return AppId(session.settings.accounts[name].appid)
