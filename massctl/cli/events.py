"""From a session and the bytes of an event to the ledger."""

from massctl.apply.jobs import Followed, Foreign, Recorded, record_finish
from massctl.apply.journal import LedgerSession
from massctl.callback.finish import read_finish
from massctl.callback.tree import EVENT_BYTES_MAX, EventFault
from massctl.cli.app import Result, View, said
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import trust
from massctl.cli.notifying import Notifier
from massctl.cli.reading import STANDARD_INPUT, read_at_most
from massctl.cli.recorded import refuse_fleeting_ledger
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.ledger.process_lock import sole_runner
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.entries import JobFinish
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase
from massctl.view.diagnostics import diagnostics_text
from massctl.view.jobs import contradiction_text, foreign_text
from massctl.view.json_documents import event_json, no_event_json
from massctl.view.status import status_text


def event_recorded(session: Session, file: str, account: str | None) -> Result:
    """Read an event from a file or standard input, and record the end of the job that it tells of."""
    refuse_fleeting_ledger(session)
    appid = _appid(session, account)
    finish = read_finish(_bytes(file))
    if isinstance(finish, EventFault):
        return _faulty(file, finish)
    with sole_runner(session.locks, session.clock.now()):
        ledger = session.ledger()
        state = session.read_state(ledger)
        trust(session, state)
        notifier = Notifier(session)
        notifier.begin(state)
        outcome = record_finish(finish, appid, LedgerSession(ledger, session.clock, state), _original_ids(session))
    notifier.tell(state)
    status = ExitStatus.IN_DOUBT if isinstance(outcome, Foreign) and outcome.candidates else ExitStatus.DONE
    text, talk = _views(finish, outcome)
    return Result(status, lambda to: event_json(finish, outcome, status, to.language), text, talk)


def _views(finish: JobFinish, outcome: Recorded | Foreign) -> tuple[View, View | None]:
    """Make what people are told of an event: on standard output, and on standard error."""
    if isinstance(outcome, Foreign):
        candidates = outcome.candidates
        return lambda to: foreign_text(finish, candidates, to.language, to.style, to.width), None
    record, contradicted = outcome.record, outcome.contradicts
    talk = said(Phrase("this event was recorded before; nothing was written")) if outcome.again else None
    if contradicted is not None:
        talk = lambda to: contradiction_text(contradicted, to.language, to.style, to.width)  # noqa: E731
    return lambda to: status_text(Followed([record]), to.language, to.style, to.width), talk


def _faulty(file: str, fault: EventFault) -> Result:
    place = Place("<stdin>" if file == STANDARD_INPUT else file, fault.line, fault.column)
    diagnostic = Diagnostic(fault.code, Severity.ERROR, fault.message, place, fault.hint)
    return Result(
        ExitStatus.FAILED,
        lambda to: no_event_json(diagnostic, ExitStatus.FAILED, to.language),
        lambda _: "",
        talk=lambda to: diagnostics_text([diagnostic], to.language, to.style, to.width),
    )


def _bytes(file: str) -> bytes:
    hint = Phrase("name the file that holds the event's body, or - for standard input")
    return read_at_most(file, EVENT_BYTES_MAX, Phrase("Nothing was recorded."), hint)


def _original_ids(session: Session) -> dict[AppId, str]:
    accounts = session.settings.accounts.values()
    return {AppId(each.appid): each.original_id for each in accounts if each.original_id is not None}


def _appid(session: Session, account: str | None) -> AppId | None:
    if account is None:
        return None
    declared = session.settings.accounts.get(account)
    if declared is None:
        raise UsageError(
            Phrase("massctl.yaml has no account {name}", name=account),
            Phrase("Nothing was recorded."),
            Phrase("its accounts are: {accounts}", accounts=", ".join(session.settings.accounts)),
        )
    return AppId(declared.appid)
