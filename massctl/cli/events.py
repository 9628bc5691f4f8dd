"""From a session and the bytes of an event to the ledger."""

from massctl.apply.jobs import Followed, Foreign, Recorded, record_finish
from massctl.apply.journal import LedgerSession
from massctl.callback.finish import read_finish
from massctl.callback.tree import EVENT_BYTES_MAX, EventFault
from massctl.cli.answering import Answer
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
from massctl.view.diagnostic_text import diagnostics_text
from massctl.view.event_text import contradiction_text, foreign_text
from massctl.view.language import say
from massctl.view.status_text import status_text


def event_recorded(session: Session, file: str, account: str | None, answer: Answer) -> int:
    """Read an event from a file or standard input, and record the end of the job that it tells of.

    What came of it is told in words, or as the document of `answer`.
    """
    refuse_fleeting_ledger(session)
    appid = _appid(session, account)
    finish = read_finish(_bytes(file))
    if isinstance(finish, EventFault):
        return _faulty(session, file, finish, answer)
    with sole_runner(session.locks, session.clock.now()):
        ledger = session.ledger()
        state = session.read_state(ledger)
        trust(session, state)
        notifier = Notifier(session)
        notifier.begin(state)
        outcome = record_finish(finish, appid, LedgerSession(ledger, session.clock, state), _original_ids(session))
    notifier.tell(state)
    status = ExitStatus.IN_DOUBT if isinstance(outcome, Foreign) and outcome.candidates else ExitStatus.DONE
    if not answer.is_document:
        _tell(session, finish, outcome)
        return status
    from massctl.view.act_json import event_json

    answer.give(session.voice, lambda: event_json(finish, outcome, status, session.voice.language))
    return status


def _tell(session: Session, finish: JobFinish, outcome: Recorded | Foreign) -> None:
    voice = session.voice
    if isinstance(outcome, Foreign):
        voice.result(foreign_text(finish, outcome.candidates, voice.language, voice.style, voice.width))
        return
    voice.result(status_text(Followed([outcome.record]), voice.language, voice.style, voice.width))
    if outcome.contradicts is not None:
        voice.talk(contradiction_text(outcome.contradicts, voice.language, voice.style, voice.width))
    if outcome.again:
        voice.talk(say(Phrase("this event was recorded before; nothing was written"), voice.language))


def _faulty(session: Session, file: str, fault: EventFault, answer: Answer) -> int:
    place = Place("<stdin>" if file == STANDARD_INPUT else file, fault.line, fault.column)
    diagnostic = Diagnostic(fault.code, Severity.ERROR, fault.message, place, fault.hint)
    voice = session.voice
    if answer.is_document:
        from massctl.view.act_json import no_event_json

        answer.give(voice, lambda: no_event_json(diagnostic, ExitStatus.FAILED, voice.language))
        return ExitStatus.FAILED
    voice.talk(diagnostics_text([diagnostic], voice.language, voice.style, voice.width))
    return ExitStatus.FAILED


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
