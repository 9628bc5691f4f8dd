"""`--account` and `--group`: a command about some campaigns.

Only what is shown and done is narrowed. Guards, allowances and days look at the whole repository.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec.structs import replace

from massctl.cli.arguments import account_names, group_names
from massctl.cli.output import use_console
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.model.phrase import Phrase, enumerated
from massctl.model.selection import Selection
from massctl.model.settings import MassctlFile
from massctl.model.state import Record
from massctl.source.repository import Repository
from massctl.view.redaction import Redaction

if TYPE_CHECKING:
    from massctl.source.scope import Scope

F = TypeVar("F", bound=Callable[..., Any])


def selection_options(command: F) -> F:
    """Add `--account` and `--group`, of a verb that is about some campaigns or all."""
    account = click.option(
        "--account",
        "accounts",
        multiple=True,
        shell_complete=account_names,
        metavar="NAME",
        help="Only campaigns of this account; may be given several times.",
    )
    group = click.option(
        "--group",
        "groups",
        multiple=True,
        shell_complete=group_names,
        metavar="GROUP",
        help="Only campaigns of this group, and nothing of others; may be given several times.",
    )
    return account(group(command))


def narrow(session: Session, accounts: Sequence[str], groups: Sequence[str]) -> None:
    """Narrow what the session shows and does; raise UsageError for what does not exist."""
    narrow_to(session, selection_of(session.repository, session.settings, accounts, groups))


def narrow_to(session: Session, selection: Selection) -> None:
    """Narrow what the session shows and does; commands that it advises have the same flags."""
    session.selection = selection
    if selection.is_everything:
        return
    flags = replace(session.console.language.flags, selection=selection.flags)
    session.console = use_console(session.console.advising(flags))
    if selection.groups:
        redaction = session.redaction = redaction_of(session.scope)
        session.console = use_console(session.console.redacted_by(redaction))


def redaction_of(scope: "Scope") -> Redaction:
    """Return what hides all groups but those in scope."""
    words = scope.own_words(), scope.other_words(), scope.other_names
    return Redaction(*words, scope.is_in_group)


def selection_of(
    repository: Repository, settings: MassctlFile, accounts: Sequence[str], groups: Sequence[str]
) -> Selection:
    """Return what the flags take; raise UsageError for an account or a group that does not exist."""
    known = repository.campaign_folders.groups
    for group in groups:
        if group.strip("/") not in known:
            say = Phrase("there is no group {name}", name=group)
            raise UsageError(say, Phrase("Nothing was done."), _meant(group, known))
    for account in accounts:
        if account not in settings.accounts:
            say = Phrase("massctl.yaml has no account {name}", name=account)
            hint = _meant(account, settings.accounts) if not groups else ""
            raise UsageError(say, Phrase("Nothing was done."), hint)
    plain = [each.strip("/") for each in groups]
    return Selection(tuple(dict.fromkeys(accounts)), tuple(dict.fromkeys(plain)))


def _meant(name: str, known: Collection[str]) -> Phrase:
    near = get_close_matches(name, known, 1)
    if near:
        return Phrase("did you mean {near}?", near=near[0])
    if not known:
        return Phrase("a group is a folder in campaigns/ with campaigns below it")
    return Phrase("there are {names}", names=enumerated(sorted(known)))


def owners_of(session: Session) -> dict[str, str]:
    """Return who answers for the accounts that the session is about."""
    takes = session.scope.takes_account
    return {key: owner for key, owner in session.settings.owners.items() if takes(key)}


def in_scope(session: Session, records: Iterable[Record]) -> list[Record]:
    """Return those records that the session is about."""
    takes = session.scope.takes
    return [each for each in records if takes(each.campaign, each.appid)]
