"""From a session to a settled doubt."""

import getpass
from dataclasses import replace

from massctl.apply.book import Book
from massctl.apply.ports import WeChat
from massctl.apply.reconcile import Testimony, settle_not_sent, settle_sent
from massctl.cli.applying import applied
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import account_of, records_of, trust
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.ledger.runner import sole_runner
from massctl.model.diagnostic import Diagnostic
from massctl.model.drafts import Draft
from massctl.model.names import AppId
from massctl.model.phrase import Phrase
from massctl.model.state import Record
from massctl.view.language import say


def settled(session: Session, name: str, *, sent: bool, msg_id: int | None, url: str | None, reason: str) -> int:
    """Record what a person knows about a campaign's newest edition."""
    with sole_runner(session.locks, session.clock.now()):
        ledger = session.ledger()
        state = session.read_state(ledger)
        trust(session, state)
        (record,) = records_of(state, [name], all_editions=False)
        testimony = Testimony(reason, who(session), msg_id, url)
        book = Book(ledger, session.clock, state)
        if sent:
            settle_sent(record, testimony, _wechat(session, record) if msg_id is not None else None, book)
            told = Phrase("{name} is recorded as sent", name=name)
        else:
            settle_not_sent(record, testimony, lambda draft: _holder(session, draft), book)
            told = Phrase("{name} is recorded as not sent; `massctl apply` may send it again", name=name)
        session.voice.result(say(told, session.voice.language))
    return ExitStatus.DONE


def resubmitted(session: Session, name: str, warnings: list[Diagnostic], reason: str, *, yes: bool) -> int:
    """Repeat the identical request of an open attempt, whatever policy.in_doubt says; window and kill switch hold."""
    state = session.read_state(session.ledger())
    (record,) = records_of(state, [name], all_editions=False)
    if not record.open_attempts:
        raise UsageError(
            Phrase("there is nothing to settle about {name}", name=name),
            Phrase("No attempt of edition {edition} is open, so nothing was repeated.", edition=record.edition),
            Phrase("massctl state show   says how it stands"),
        )
    from massctl.view.outcome_text import outcome_text

    policy = session.settings.policy.model_copy(update={"in_doubt": "resubmit"})
    session = replace(session, settings=session.settings.model_copy(update={"policy": policy}))
    session.voice.talk(
        say(Phrase("repeating {name}, because: {reason}", name=name, reason=reason), session.voice.language)
    )
    outcome = applied(session, [name], warnings, yes=yes, until="send", wait_in_doubt=True)
    voice = session.voice
    voice.result(outcome_text(outcome, voice.language, voice.style, voice.width))
    return outcome.exit_status()


def _wechat(session: Session, record: Record) -> WeChat | None:
    return session.wechat(account_of(session, record.appid)) if record.appid is not None else None


def _holder(session: Session, draft: Draft) -> WeChat:
    return session.wechat(account_of(session, AppId(draft.event.appid)))


def who(session: Session) -> str:
    """Name the person: the workflow's actor, else the login name."""
    actor = session.environment.get("GITHUB_ACTOR")
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
