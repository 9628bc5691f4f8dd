"""From a session to withdrawn articles: which of them, whose consent, and what came of it."""

import sys

from massctl.apply.book import Book
from massctl.apply.withdrawing import ALL, Target, sharing, targets, withdraw
from massctl.cli.consent import somebody_is_here
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import account_of, records_of, trust
from massctl.cli.recorded import refuse_fleeting_ledger
from massctl.cli.session import Session
from massctl.errors import RefusedError, UsageError
from massctl.ledger.runner import sole_runner
from massctl.model.names import AppId
from massctl.model.phrase import Phrase
from massctl.model.state import Record, State
from massctl.view.language import say
from massctl.view.withdraw_text import withdraw_question


def withdrawn(session: Session, name: str, article: int, *, yes: bool) -> int:
    """Withdraw an article (from 1) or ALL of the edition that was sent last, once somebody said yes."""
    refuse_fleeting_ledger(session)
    with sole_runner(session.locks, session.clock.now()):
        ledger = session.ledger()
        state = session.read_state(ledger)
        trust(session, state)
        record = sent_edition(state, name)
        found = targets(record, article)
        left = [target for target in found if not target.is_done]
        for target in left:
            _require_article(session, target)
        if left and not yes:
            _require_consent(session, left[0], state)
        book = Book(ledger, session.clock, state)
        if left:
            wechat = session.wechat(account_of(session, AppId(record.appid or "")))
            for target in left:
                withdraw(target, wechat, book)
        session.voice.result(say(_told(record, article, again=not left), session.voice.language))
    return ExitStatus.DONE


def sent_edition(state: State, name: str) -> Record:
    """Give the newest edition of a campaign that has a job, or else the newest; raises UsageError for no record."""
    editions = records_of(state, [name], all_editions=True)
    return next((record for record in reversed(editions) if record.jobs), editions[-1])


def headlines_of(session: Session, record: Record) -> tuple[str, ...]:
    """Give the titles of an edition's articles from what was kept of it; empty where that is not here."""
    # Only verbs about sent articles read it.
    from massctl.model.locked_message import LockedNews

    sent = [attempt for attempt in record.attempts if attempt.may_have_sent]
    version = session.archive().read(sent[-1].event.digest) if sent else None
    message = version.lock.message if version else None
    return tuple(each.title for each in message.articles) if isinstance(message, LockedNews) else ()


def require_article(session: Session, record: Record, article: int) -> None:
    """Raise UsageError for an article that the message surely does not have."""
    count = len(headlines_of(session, record))
    if count and article > count:
        say_so = "{name} has {count} articles, and no article {article}"
        raise UsageError(
            Phrase(say_so, name=record.campaign, count=count, article=article),
            Phrase("Articles count from 1. No request was made."),
        )


def _require_article(session: Session, target: Target) -> None:
    if target.article != ALL:
        require_article(session, target.record, target.article)


def _require_consent(session: Session, target: Target, state: State) -> None:
    """Ask on the terminal; without one, and without --yes, nothing is asked and nothing done."""
    if not somebody_is_here():
        raise UsageError(
            Phrase("this would withdraw what followers have, and nobody is here to confirm it"),
            Phrase("There is no terminal to ask on. No request was made."),
            Phrase("Look at `massctl status`; then give your consent with --yes."),
        )
    voice = session.voice
    headlines = headlines_of(session, target.record)
    others = [f"{record.campaign} ({record.edition})" for record in sharing(target, state)]
    voice.talk(withdraw_question(target, headlines, others, voice.language, voice.style, voice.width))
    voice.talk(say(Phrase("Type `yes` to withdraw:"), voice.language))
    # Read from its bytes: a terminal may speak any encoding, and the end of input is no yes.
    answer = sys.stdin.buffer.readline().decode(sys.stdin.encoding or "utf-8", errors="replace")
    if answer.strip().lower() not in {"yes", "是"}:
        raise RefusedError(Phrase("you did not say yes, so nothing was withdrawn"), Phrase("No request was made."))


def _told(record: Record, article: int, *, again: bool) -> Phrase:
    name = record.campaign
    if again:
        return Phrase("{name}: it is withdrawn already; no request was made", name=name)
    if article == ALL:
        return Phrase("{name}: every article is withdrawn; the cards stay in the chats", name=name)
    return Phrase("{name}: article {article} is withdrawn; its card stays in the chats", name=name, article=article)
