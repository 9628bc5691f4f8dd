"""`massctl tags`: the tags of accounts, and their names and counts for plans without a network."""

from collections.abc import Iterable, Mapping

import click

from massctl.cli import views
from massctl.cli.app import Result, said, verb
from massctl.cli.arguments import account_names, form_option, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console
from massctl.cli.session import Session
from massctl.errors import ConfigurationError, UsageError
from massctl.model.campaign import AccountTags
from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import AccountName
from massctl.model.phrase import Command, Phrase, enumerated, plural_phrase, system_reason
from massctl.source.tags import known_tags, write_tags

_NOTHING = Phrase("Nothing was written.")
_account = click.option(
    "--account",
    shell_complete=account_names,
    metavar="A",
    help="One account of massctl.yaml; default: all.",
)


@click.group(name="tags")
def command() -> None:
    """List the tags (标签) of accounts, and keep their names and counts for plans without a network."""


@command.command(name="list")
@_account
@click.option("--live", is_flag=True, help="Ask WeChat instead of massctl.tags.json.")
@form_option
@sandbox_option
@verb("tags list")
def list_tags(current: Session, account: str | None, live: bool) -> Result:
    """Print the tags of massctl.tags.json, or of WeChat with --live, or of the sandbox with --sandbox."""

    names = _chosen(current, account)
    found = (
        _asked(current, names) if live or current.sandbox is not None else _pulled(current, names)
    )
    return Result(
        ExitStatus.DONE, lambda _: views.verbs_json.tags_json(found), lambda to: _text(found, to)
    )


@command.command(name="pull")
@_account
@form_option
@sandbox_option
@verb("tags list")
def pull(current: Session, account: str | None) -> Result:
    """Write names and counts of the tags into massctl.tags.json, to be committed.

    After that a tag that an account does not have is an error. With --sandbox they are the sandbox's, in
    .massctl/sandbox/, and only verbs with --sandbox read them.
    """

    found = _asked(current, _chosen(current, account))
    try:
        file = write_tags(current.repository, found)
    except OSError as error:
        file, why = current.repository.tags_files[0], system_reason(error)
        raise UsageError(
            Phrase("{path} cannot be written: {why}", path=file, why=why), _NOTHING
        ) from None
    count = sum(len(each.tags) for each in found.values())
    line = plural_phrase(
        "{count} tag is in {file}: commit it",
        "{count} tags are in {file}: commit it",
        count=count,
        file=file,
    )
    if current.sandbox is not None:
        line = plural_phrase(
            "{count} tag of the sandbox is in {file}: plans with --sandbox read it",
            "{count} tags of the sandbox are in {file}: plans with --sandbox read it",
            count=count,
            file=file,
        )
    return Result(ExitStatus.DONE, lambda _: views.verbs_json.tags_json(found), said(line))


def _chosen(current: "Session", account: str | None) -> list[AccountName]:
    names = [AccountName(each) for each in current.settings.accounts]
    return names if account is None else [current.account(account, _NOTHING)]


def _asked(current: "Session", names: Iterable[AccountName]) -> "dict[str, AccountTags]":
    """Ask WeChat, or the sandbox."""
    now = current.clock.now().replace(microsecond=0)
    return {
        str(name): AccountTags(pulled_at=now, tags=[*current.wechat(name).tags()]) for name in names
    }


def _pulled(current: "Session", names: list[AccountName]) -> "dict[str, AccountTags]":
    """Return what was pulled of these accounts; raise UsageError where nothing was."""
    known = known_tags(current.repository)
    if isinstance(known, Diagnostic):
        raise ConfigurationError(
            Phrase(
                "{file}: {why}", file=known.place.file if known.place else "", why=known.message
            ),
            hint=known.hint or "",
        )
    found = {str(name): known[name] for name in names if name in known}
    if not found:
        raise UsageError(
            Phrase("no tags of {accounts} were pulled yet", accounts=enumerated(names)),
            hint=Phrase(
                "{command}   keeps them; {live}   asks WeChat",
                command=Command("tags pull"),
                live=Command("tags list", "--live"),
            ),
        )
    return found


def _text(found: "Mapping[str, AccountTags]", to: "Console") -> str:
    """List the tags of each account with their ids and counts, and when they were read."""
    page = to.page()
    for account, known in found.items():
        page.line(
            Phrase(
                "{account}, read {at}", account=account, at=views.words.recorded(known.pulled_at)
            ),
            hang=2,
        )
        if not known.tags:
            page.line(Phrase("no tags"), indent=2)
        for each in known.tags:
            page.row(
                str(each.id),
                each.name,
                views.terminal.DOT,
                views.words.followers(each.count),
                indent=2,
                hang=8,
            )
    return page.text()
