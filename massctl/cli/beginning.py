"""From a session to a ledger that begins: the first of a repository, or one that starts over."""

from dataclasses import dataclass

from massctl.apply.journal import LedgerSession
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import refuse_by, trust
from massctl.cli.recorded import Founding, is_being_begun, realm_refusal, refuse_fleeting_ledger
from massctl.cli.session import Session
from massctl.errors import LedgerError, LedgerStaleError, UsageError
from massctl.ledger.codec import follow_file
from massctl.ledger.process_lock import sole_runner
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase
from massctl.model.state import Record, State, is_concluded
from massctl.view.ledger import Lost, lost_text


def begun(session: Session) -> int:
    """Begin the ledger of a repository that has none; one that is here already is only named in massctl.yaml."""
    refuse_fleeting_ledger(session)
    with sole_runner(session.locks, session.clock.now()):
        ledger = session.ledger()
        state = session.read_state(ledger)
        if (session.in_git and session.settings.state.lineage is None) or is_being_begun(session, state):
            # A branch that massctl.yaml does not name is no reason to stop: to name it is what was asked for. Nor is
            # one that an earlier run named and did not come to begin.
            refuse_by(realm_refusal(session, state, list(session.settings.accounts)))
        else:
            trust(session, state)
        founding = Founding(session)
        if state.lineage is None:
            try:
                state = LedgerSession(ledger, session.clock, state, founding).begin()
            except LedgerStaleError:
                founding.take_back()  # Another runner began one, and that is the ledger to be named.
                raise
            _tell(
                session,
                Phrase("the ledger {lineage} was created; nothing is recorded in it yet", lineage=state.lineage),
            )
        elif session.settings.state.lineage is None and not session.sandbox:
            # A run that began the ledger died before massctl.yaml named it, or its commit was lost.
            founding.declare(state.lineage)
            _tell(
                session,
                Phrase("the ledger {lineage} is here already; massctl.yaml names it now", lineage=state.lineage),
            )
        else:
            _tell(session, Phrase("the ledger {lineage} is here already; nothing was changed", lineage=state.lineage))
    return ExitStatus.DONE


def begun_anew(session: Session, reason: str) -> int:
    """Start over with a new lineage; the old ledger is put aside, and what is still known of it is told."""
    refuse_fleeting_ledger(session)
    with sole_runner(session.locks, session.clock.now()):
        before = _before(session)
        founding = Founding(session, reason)
        founding.declare(founding.created().lineage)
        aside = _put_aside(session, founding, before)
        state = LedgerSession(session.ledger(), session.clock, State(), founding).begin()
    known = session.repository.campaign_folders().names
    lost = Lost(
        lineage=state.lineage or "",
        aside=aside,
        unread=before.unread if before else None,
        sent=before.sent if before else (),
        open=before.open if before else (),
        website_sends=before.website_sends if before else (),
        campaigns=tuple(known),
    )
    voice = session.voice
    voice.result(lost_text(lost, voice.language, voice.style, voice.width))
    return ExitStatus.DONE


@dataclass(frozen=True, slots=True)
class _Before:
    """What is still known of the ledger that is put aside."""

    data: bytes
    sent: tuple[Record, ...] = ()
    open: tuple[Record, ...] = ()
    website_sends: tuple[str, ...] = ()
    unread: str | None = None


def _before(session: Session) -> _Before | None:
    """Read the old ledger as far as it can be; None where there is none."""
    data = session.ledger().as_found()
    if data is None:
        return None
    state = State(session.settings.renamed)
    try:
        state.absorb_all(follow_file(data)[0])
    except LedgerError as error:
        return _Before(data, unread=error.summary)  # Starting over is the way out of a broken one too.
    if state.realm != session.realm():
        return _Before(data)  # What went out in the other world is nothing to import into this one.
    ours = {account.appid for account in session.settings.accounts.values()}
    records = [state.records[key] for key in sorted(state.records) if state.records[key].appid in ours]
    sent = tuple(r for r in records if is_concluded(r))
    return _Before(data, sent, tuple(r for r in records if r.open_attempts), _website_sends(session, state))


def _put_aside(session: Session, founding: Founding, before: _Before | None) -> str | None:
    """Put the ledger aside where it is; gives its new name, or None without one.

    Where it cannot be put aside, massctl.yaml names it again.
    """
    try:
        return session.ledger().replace(None, session.clock.now(), before.data if before else None)
    except LedgerError:
        founding.take_back()
        raise


def _website_sends(session: Session, state: State) -> tuple[str, ...]:
    """Give the sends on the website as `state import` takes them, with the account where there are several."""
    accounts = session.settings.accounts
    return tuple(
        at.isoformat() + (f" --account {name}" if len(accounts) > 1 else "")
        for name, account in accounts.items()
        for at in state.website_sends.get(AppId(account.appid), [])
    )


def refuse_loose_reason(*, new_lineage: bool, reason: str | None) -> None:
    """Refuse a reason without a new lineage, and a new lineage without a reason."""
    if new_lineage != (reason is not None):
        raise UsageError(
            Phrase("--new-lineage and --reason go together"),
            Phrase("Nothing was changed."),
            Phrase('massctl state init --new-lineage --reason "…"'),
        )


def _tell(session: Session, told: Phrase) -> None:
    session.voice.result(told)
