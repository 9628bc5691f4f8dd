"""`massctl withdraw`: delete sent articles."""

from __future__ import annotations

from datetime import timedelta

import click

from massctl.apply.withdraw import (
    ALL,
    Withdrawal,
    WithdrawalWait,
    articles_flag,
    prepared,
    sharing,
    withdraw_all,
)
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import Duration, campaign_names, form_option, sandbox_option
from massctl.cli.consent import require_operator, said_yes, somebody_is_here, who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import account_of, own_ledger, records_of, writable_state
from massctl.cli.notifications import Notifier
from massctl.cli.progress import progress
from massctl.cli.session import Session
from massctl.errors import RefusedError, UsageError
from massctl.model.ids import AppId
from massctl.model.phrase import Command, Phrase, plural_phrase
from massctl.model.state import Record, State


@click.command(name="withdraw")
@click.argument("name", shell_complete=campaign_names)
@click.option(
    "--article",
    type=click.IntRange(1, 8),
    metavar="N",
    help="Withdraw this article; articles count from 1.",
)
@click.option("--all", "every", is_flag=True, help="Withdraw every article.")
@click.option(
    "--yes", is_flag=True, help="Withdraw without a question; required without a terminal."
)
@click.option(
    "--wait",
    type=Duration(),
    metavar="DURATION",
    help="Wait for jobs that are still being sent: 90s, 45m …",
)
@form_option
@sandbox_option
@verb("withdraw")
def command(
    current: Session,
    name: str,
    article: int | None,
    every: bool,
    yes: bool,
    wait: timedelta | None,
) -> Result:
    """Delete sent articles of NAME (mass/delete). The cards stay in the chats, and this cannot be undone.

    Only sent news and videos. WeChat allows ten withdrawals a day, and none while the job is being sent: with --wait
    massctl asks you first, and deletes as soon as WeChat allows it.
    """
    if (article is None) != every:
        raise click.UsageError(Phrase("give exactly one of --article N and --all"))

    require_operator(current)
    taken = withdraw(current, name, article or 0, yes=yes, wait=wait)
    return Result(
        ExitStatus(taken.exit_status()),
        lambda _: views.verbs_json.withdraw_json(taken),
        lambda to: views.outcome.withdrawn_text(to.page(), taken),
        next_step=Phrase("{command}   shows what is left of it", command=Command("status", name)),
        error=taken.error,
    )


def withdraw(
    session: Session, name: str, article: int, *, yes: bool, wait: timedelta | None = None
) -> Withdrawal:
    """Withdraw an article (from 1) or ALL of the edition that was sent last, once somebody said yes.

    With `wait` it stays so long for what WeChat is still sending; the question comes first, and is asked once.

    Nothing is asked, neither of a person nor of WeChat, where nothing is left to withdraw or none of it today.
    """
    asked: Withdrawal | None = None
    if not yes:
        state = writable_state(session)
        asked = _prepared(session, name, article, state)
        if not asked.today:
            return asked
        _require_consent(session, asked, state, wait)
    with own_ledger(session) as book:
        taken = _prepared(session, name, article, book.state)
        if asked is not None and taken.named != asked.named:
            raise RefusedError(
                Phrase("what can be withdrawn of {name} has changed since you said yes", name=name),
                Phrase("No request was made."),
                Phrase("run the same command again"),
            )
        if not taken.today:
            return taken
        notifier = Notifier(session)
        wechat = session.wechat(account_of(session, AppId(taken.record.appid or "")))
        waiting = None
        if wait is not None:
            waiting = WithdrawalWait(
                session.clock.now() + wait, session.clock, progress(session.console)
            )
        withdraw_all(taken, wechat, book, waiting)
    notifier.tell(book.state)
    return taken


def _prepared(session: Session, name: str, article: int, state: State) -> Withdrawal:
    """Decide what can be withdrawn; raise UsageError for an article that the message surely does not have."""
    record = sent_edition(state, name)
    by = who(session.environment)
    taken = prepared(record, article, state, session.clock.now(), by)
    if taken.today and article != ALL:
        require_article(session, record, article)
    return taken


def sent_edition(state: State, name: str) -> Record:
    """Return the newest edition of a campaign that has a job, or else the newest; raise UsageError for no record."""
    editions = records_of(state, [name], all_editions=True)
    return next((record for record in reversed(editions) if record.jobs), editions[-1])


def headlines_of(session: Session, record: Record) -> tuple[str, ...]:
    """Return the titles of an edition's articles from what was kept of it; empty where that is not here."""
    sent = record.not_refused
    version = session.backend.archive().read(sent[-1].event.digest) if sent else None
    return tuple(each.title for each in version.message.articles) if version else ()


def require_article(session: Session, record: Record, article: int) -> None:
    """Raise UsageError for an article that the message surely does not have."""
    count = len(headlines_of(session, record))
    if count and article > count:
        raise UsageError(
            plural_phrase(
                "{name} has one article, and no article {article}",
                "{name} has {count} articles, and no article {article}",
                count=count,
                name=record.campaign,
                article=article,
            ),
            Phrase("Articles count from 1. No request was made."),
        )


def _require_consent(
    session: Session, taken: Withdrawal, state: State, wait: timedelta | None
) -> None:
    """Ask on the terminal; without one, and without --yes, nothing is asked and nothing done."""
    if not somebody_is_here():
        name = taken.record.campaign
        waiting = [f"--wait {int(wait.total_seconds())}s"] if wait is not None else []
        raise UsageError(
            Phrase("this would withdraw what followers have, and nobody is here to confirm it"),
            Phrase("There is no terminal to ask on. No request was made."),
            Phrase(
                "Check with `{status}`; then give your consent with `{withdraw}`.",
                status=Command("status", name),
                withdraw=Command("withdraw", name, articles_flag(taken.article), *waiting, "--yes"),
            ),
        )
    console = session.console
    headlines = headlines_of(session, taken.record)
    sharers = {id(record): record for target in taken.today for record in sharing(target, state)}
    others = [f"{record.campaign} ({record.edition})" for record in sharers.values()]
    until = session.clock.now() + wait if wait is not None else None
    question = views.outcome.withdraw_question(
        console.page(), taken, headlines, others, until=until
    )
    if not said_yes(console, question, Phrase("Type `yes` to withdraw:")):
        raise RefusedError(
            Phrase("you did not say yes, so nothing was withdrawn"), Phrase("No request was made.")
        )
