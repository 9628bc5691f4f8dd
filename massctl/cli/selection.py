"""`--account`: a command about the campaigns of some accounts.

Only what is shown and done is narrowed. Guards, allowances and days look at the whole repository.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

import click
from msgspec.structs import replace

from massctl.cli.arguments import account_names
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase, enumerated
from massctl.model.selection import Selection
from massctl.model.settings import MassctlFile
from massctl.model.state import Record
from massctl.source.campaigns import load_campaign

F = TypeVar("F", bound=Callable[..., Any])


def selection_options(command: F) -> F:
    """Add `--account`, of a verb that is about some campaigns or all."""
    return click.option(
        "--account",
        "accounts",
        multiple=True,
        shell_complete=account_names,
        metavar="NAME",
        help="Only campaigns of this account; may be given several times.",
    )(command)


def select(session: Session, accounts: Sequence[str]) -> None:
    """Narrow what the session shows and does; raise UsageError for an account that does not exist."""
    focus(session, selection_of(session.settings, accounts))


def focus(session: Session, selection: Selection) -> None:
    """Narrow what the session shows and does; commands that it advises have the same flags."""
    session.selection = selection
    flags = replace(session.console.language.flags, selection=selection.flags)
    session.console = session.console.advising(flags)


def selection_of(settings: MassctlFile, accounts: Sequence[str]) -> Selection:
    """Return what the flags take; raise UsageError for an account that does not exist."""
    for account in accounts:
        if account not in settings.accounts:
            say = Phrase("massctl.yaml has no account {name}", name=account)
            raise UsageError(say, Phrase("Nothing was done."), _meant(account, settings.accounts))
    return Selection(tuple(dict.fromkeys(accounts)))


def _meant(name: str, known: Collection[str]) -> Phrase:
    near = get_close_matches(name, known, 1)
    if near:
        return Phrase("did you mean {near}?", near=near[0])
    return Phrase("the accounts are {names}", names=enumerated(sorted(known)))


def owners_of(session: Session) -> dict[str, str]:
    """Return who answers for the accounts that the session is about."""
    owners = session.settings.owners.items()
    return {key: owner for key, owner in owners if session.selection.takes_account(key)}


def narrowed(session: Session, names: Iterable[str]) -> list[str]:
    """Return those of `names` that the session is about; one whose account cannot be read is among them."""
    return [name for name in names if _is_taken(session, name)]


def selected(session: Session, records: Iterable[Record]) -> list[Record]:
    """Return those records that the session is about, by the account that they were made for."""
    return [each for each in records if _is_record_taken(session, each)]


def _is_taken(session: Session, name: str) -> bool:
    if not session.selection.accounts:
        return True
    declared = load_campaign(session.repository, CampaignName(name), session.settings).declared
    account = declared.get("account")
    return session.selection.takes_account(account if isinstance(account, str) else None)


def _is_record_taken(session: Session, record: Record) -> bool:
    if record.appid is None:
        return _is_taken(session, record.campaign)
    accounts = session.settings.accounts.items()
    keys = [key for key, each in accounts if each.appid == record.appid]
    return not session.selection.accounts or any(map(session.selection.takes_account, keys))
