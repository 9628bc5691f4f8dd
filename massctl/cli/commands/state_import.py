"""`massctl state import`: record a send that is not in this ledger."""

from __future__ import annotations

from datetime import datetime

import click

from massctl.apply.journal import Statement
from massctl.apply.reconcile import import_sent, import_website_send, retract_website_send
from massctl.cli.app import Result, require_one, told, verb
from massctl.cli.arguments import Moment, Text, account_names, sandbox_option
from massctl.cli.commands.reconcile import COUNTS_AS_ALL, declared
from massctl.cli.consent import who
from massctl.cli.ledger_access import (
    begun_ledger,
)
from massctl.cli.planner import chosen
from massctl.cli.session import Session
from massctl.errors import (
    ConfigurationError,
    UsageError,
)
from massctl.model.ids import AppId, CampaignName
from massctl.model.phrase import Command, Phrase, moment
from massctl.source.campaigns import load_campaign

NOT_RECORDED = Phrase("Nothing was recorded.")


@click.command(name="import")
@click.option(
    "--website-send",
    type=Moment(),
    metavar="AT",
    help="Somebody sent something in the console at this time.",
)
@click.option(
    "--no-website-send",
    type=Moment(),
    metavar="AT",
    help="The recorded send at this time is wrong.",
)
@click.option(
    "--account",
    shell_complete=account_names,
    help="With --website-send and --no-website-send: the account, if there are several.",
)
@click.option("--sent", metavar="NAME", help="This campaign was sent outside this ledger.")
@click.option("--at", type=Moment(), metavar="AT", help="With --sent: when.")
@click.option(
    "--msg-id", type=click.IntRange(1, 2**63 - 1), help="With --sent: its job's id, if you know it."
)
@click.option(
    "--edition",
    type=click.IntRange(min=1),
    help="With --sent: the edition, if not the declared one.",
)
@click.option("--reason", type=Text(r".*\S.*"), help="How you know; recorded with your name.")
@sandbox_option
@verb("state import")
def import_send(
    current: Session,
    website_send: datetime | None,
    no_website_send: datetime | None,
    account: str | None,
    sent: str | None,
    at: datetime | None,
    msg_id: int | None,
    edition: int | None,
    reason: str | None,
) -> Result:
    """Record a send that is not in this ledger. AT is a time with its offset: 2026-12-01T20:00:00+08:00.

    Give --website-send, or --sent with --at; or --no-website-send with --reason, to retract the first.
    """
    if [website_send, no_website_send, sent].count(None) != 2:
        raise click.UsageError(Phrase("give one of --website-send, --no-website-send and --sent"))
    if sent is None and (at, msg_id, edition) != (None, None, None):
        raise click.UsageError(Phrase("use --at, --msg-id and --edition with --sent"))
    if sent is not None and account is not None:
        raise click.UsageError(
            Phrase("use --account with --website-send; a campaign names its account itself")
        )

    if no_website_send is not None:
        if reason is None:
            raise click.UsageError(
                Phrase("--no-website-send needs --reason: how you know that there was none")
            )
        return take_back_website_send(current, no_website_send, account, reason)
    if website_send is not None:
        return record_website_send(current, website_send, account, reason)
    if sent is None or at is None:
        raise click.UsageError(Phrase("--sent needs --at: when it was sent"))
    return record_sent(current, sent, at, edition=edition, msg_id=msg_id, reason=reason)


def record_website_send(
    session: Session, at: datetime, account: str | None, reason: str | None
) -> Result:
    """Record a send that a person made in the console; it counts for the allowance of its day and month."""
    _check_past(session, at)
    name = session.account(account, NOT_RECORDED)
    with begun_ledger(session) as book:
        appid = AppId(session.settings.accounts[name].appid)
        import_website_send(appid, at, Statement(reason or "", who(session.environment)), book)
    return told(
        Phrase(
            "a send in the console at {at} is recorded for {account}", at=moment(at), account=name
        )
    )


def take_back_website_send(
    session: Session, at: datetime, account: str | None, reason: str
) -> Result:
    """Take back what was recorded of a send in the console, so that it uses nothing of the allowance."""
    name = session.account(account, NOT_RECORDED)
    with begun_ledger(session) as book:
        appid = AppId(session.settings.accounts[name].appid)
        retract_website_send(appid, at, Statement(reason, who(session.environment)), book)
    say_so = Phrase(
        "the send in the console at {at} is retracted for {account}; it no longer uses the allowance"
    )
    return told(Phrase(say_so, at=moment(at), account=name))


def record_sent(
    session: Session,
    name: str,
    at: datetime,
    *,
    edition: int | None,
    msg_id: int | None,
    reason: str | None,
) -> Result:
    """Record that an edition of a campaign went out; `apply` never sends that edition then."""
    _check_past(session, at)
    require_one(session, name)
    with begun_ledger(session) as book:
        # A name that is mistyped would leave the campaign that is meant looking new.
        chosen([name], session.repository.campaign_folders.names)
        file = load_campaign(session.repository, CampaignName(name), session.settings).file
        if file is None:
            raise _unreadable(name)
        number = edition if edition is not None else file.edition
        record = book.state.record(CampaignName(name), number)
        appid = AppId(session.settings.accounts[file.account].appid)
        # Only the edition that the folder holds can be named by what is in it.
        rendered = declared(session, name, number)
        import_sent(
            record,
            appid,
            at,
            Statement(reason or "", who(session.environment), msg_id),
            book,
            declared=rendered,
        )
    lines = [
        Phrase(
            "edition {edition} of {name} is recorded as sent at {at}",
            edition=number,
            name=name,
            at=moment(at),
        )
    ]
    if rendered is None:
        say_so = Phrase(
            "its content is not known, so an equal message under another name is not noticed"
        )
        lines += [say_so, COUNTS_AS_ALL]
    if msg_id is not None:
        lines.append(
            Phrase("{command}   asks for the result of its job", command=Command("status", name))
        )
    return told(*lines)


def _check_past(session: Session, at: datetime) -> None:
    now = session.clock.now()
    if at > now:
        raise UsageError(
            Phrase(
                "{at} is in the future; it is {now} now",
                at=moment(at),
                now=moment(now.astimezone(at.tzinfo)),
            ),
            NOT_RECORDED,
            Phrase("give the time at which it was sent, with the offset"),
        )


def _unreadable(name: str) -> ConfigurationError:
    return ConfigurationError(
        Phrase("{name} has faults, so its account and edition are not known", name=name),
        NOT_RECORDED,
        Phrase(
            "{command}   shows every fault; then run the same command again",
            command=Command("validate"),
        ),
    )
