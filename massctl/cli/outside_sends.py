"""From a session to a send on record that massctl did not make."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from massctl.apply.journal import LedgerSession, Statement
from massctl.apply.reconcile import import_sent, import_website_send, retract_website_send
from massctl.cli.declaring import COUNTS_AS_ALL, declared
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import trust
from massctl.cli.planning import chosen
from massctl.cli.recorded import refuse_fleeting_ledger
from massctl.cli.session import Session
from massctl.cli.settling import who
from massctl.errors import ConfigurationError, LedgerMissingError, UsageError
from massctl.ledger.process_lock import sole_runner
from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import Phrase, moment
from massctl.model.state import State
from massctl.source.campaigns import load_campaign


def imported_website_send(session: Session, at: datetime, account: str | None, reason: str | None) -> int:
    """Record a send that a person made on the website; it counts for the allowance of its day and month."""
    _check_past(session, at)
    name = _account(session, account)
    with _own_book(session) as book:
        appid = AppId(session.settings.accounts[name].appid)
        import_website_send(appid, at, Statement(reason or "", who(session)), book)
    _tell(session, Phrase("a send on the website at {at} is recorded for {account}", at=moment(at), account=name))
    return ExitStatus.DONE


def retracted_website_send(session: Session, at: datetime, account: str | None, reason: str) -> int:
    """Take back what was recorded of a send on the website, so that it uses nothing of the allowance."""
    name = _account(session, account)
    with _own_book(session) as book:
        appid = AppId(session.settings.accounts[name].appid)
        retract_website_send(appid, at, Statement(reason, who(session)), book)
    say_so = Phrase("the send on the website at {at} is taken back for {account}; it uses nothing of the allowance")
    _tell(session, Phrase(say_so, at=moment(at), account=name))
    return ExitStatus.DONE


def imported_sent(
    session: Session,
    name: str,
    at: datetime,
    *,
    edition: int | None,
    msg_id: int | None,
    reason: str | None,
    warnings: list[Diagnostic],
) -> int:
    """Record that an edition of a campaign went out; `apply` never sends that edition then."""
    _check_past(session, at)
    with _own_book(session) as book:
        # A name that is mistyped would leave the campaign that is meant looking new.
        chosen([name], session.repository.campaign_folders().names)
        file = load_campaign(session.repository, CampaignName(name), session.settings).file
        if file is None:
            raise _unreadable(name)
        number = edition if edition is not None else file.edition
        record = book.state.record(CampaignName(name), number)
        appid = AppId(session.settings.accounts[file.account].appid)
        # Only the edition that the folder holds can be named by what is in it.
        rendered = declared(session, name, number, warnings)
        import_sent(
            record,
            appid,
            at,
            Statement(reason or "", who(session), msg_id),
            book,
            declared=rendered,
        )
    said = Phrase("edition {edition} of {name} is recorded as sent at {at}", edition=number, name=name, at=moment(at))
    _tell(session, said)
    if rendered is None:
        _tell(session, Phrase("what it said is not known, so an equal message under another name is not noticed"))
        _tell(session, COUNTS_AS_ALL)
    if msg_id is not None:
        _tell(session, Phrase("massctl status {name}   asks what became of its job", name=name))
    return ExitStatus.DONE


@contextmanager
def _own_book(session: Session) -> Iterator[LedgerSession]:
    """Open the ledger to write to it, alone; raises a LedgerError where there is none of this repository."""
    refuse_fleeting_ledger(session)
    with sole_runner(session.locks, session.clock.now()):
        ledger = session.ledger()
        state = session.read_state(ledger)
        _require_begun(session, state)
        yield LedgerSession(ledger, session.clock, state)


def _account(session: Session, name: str | None) -> AccountName:
    known = sorted(session.settings.accounts)
    if name is None and len(known) == 1:
        return AccountName(known[0])
    if name in known:
        return AccountName(str(name))
    listed = ", ".join(known)
    say_so = (
        Phrase("massctl.yaml has several accounts; say which one it was", accounts=listed)
        if name is None
        else Phrase("massctl.yaml has no account {account}", account=name)
    )
    raise UsageError(
        say_so, Phrase("Nothing was recorded."), Phrase("add --account with one of {accounts}", accounts=listed)
    )


def _check_past(session: Session, at: datetime) -> None:
    now = session.clock.now()
    if at > now:
        raise UsageError(
            Phrase("{at} has not come yet; it is {now} now", at=moment(at), now=moment(now.astimezone(at.tzinfo))),
            Phrase("Nothing was recorded."),
            Phrase("give the time at which it was sent, with its offset"),
        )


def _require_begun(session: Session, state: State) -> None:
    """Raise a LedgerError where there is no ledger of this repository to write to."""
    trust(session, state)
    if state.serial == 0:
        raise LedgerMissingError(
            Phrase("there is no ledger yet"), Phrase("Nothing was recorded."), Phrase("begin one: massctl state init")
        )


def _unreadable(name: str) -> ConfigurationError:
    return ConfigurationError(
        Phrase("{name} has faults, so its account and edition are not known", name=name),
        Phrase("Nothing was recorded."),
        Phrase("massctl validate   shows every fault; then run the same command again"),
    )


def _tell(session: Session, told: Phrase) -> None:
    session.voice.result(told)
