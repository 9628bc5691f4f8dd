"""`massctl tags`: the tags of accounts, and their names and counts for plans without a network."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from massctl.cli.app import Result, run_in_session, said
from massctl.cli.arguments import form_option, sandbox_option
from massctl.cli.completion import account_names
from massctl.cli.exit_codes import ExitStatus
from massctl.errors import ConfigurationError, UsageError
from massctl.model.ids import AccountName
from massctl.model.phrase import Command, Phrase, enumerated, plural_phrase, system_reason

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.campaign import Tag
    from massctl.model.diagnostics import Diagnostic

    _Tags = dict[str, tuple[datetime, Sequence[Tag]]]

_NOTHING: Final = Phrase("Nothing was written.")
_account = click.option(
    "--account", shell_complete=account_names, metavar="A", help="One account of massctl.yaml; default: all."
)


@click.group(name="tags")
def command() -> None:
    """List the tags (标签) of accounts, and keep their names and counts for plans without a network."""


@command.command(name="list")
@_account
@click.option("--live", is_flag=True, help="Ask WeChat instead of massctl.tags.json.")
@form_option
@sandbox_option
@click.pass_obj
def list_tags(directory: str, account: str | None, live: bool, form: str, sandbox: bool) -> int:
    """Print the tags of massctl.tags.json, or of WeChat with --live, or of the sandbox with --sandbox."""

    def work(current: "Session", _: "list[Diagnostic]") -> Result:
        names = _chosen(current, account)
        found = _live(current, names) if live or sandbox else _pulled(current, names)
        return _shown(found)

    return run_in_session("tags list", form, directory, work, sandbox=sandbox)


@command.command(name="pull")
@_account
@form_option
@sandbox_option
@click.pass_obj
def pull(directory: str, account: str | None, form: str, sandbox: bool) -> int:
    """Write names and counts of the tags into massctl.tags.json, to be committed.

    After that a tag that an account does not have is an error.
    """

    def work(current: "Session", _: "list[Diagnostic]") -> Result:
        from massctl.source.repository import TAGS_FILE
        from massctl.source.tags import write_tags
        from massctl.view.json_reports import tags_json

        tags = {name: current.wechat(name).tags() for name in _chosen(current, account)}
        try:
            write_tags(current.repository, tags, current.clock.now())
        except OSError as error:
            why = system_reason(error)
            raise UsageError(Phrase("{path} cannot be written: {why}", path=TAGS_FILE, why=why), _NOTHING) from None
        found = _pulled(current, list(tags))
        count = sum(map(len, tags.values()))
        lines = [
            plural_phrase(
                "{count} tag is in {file}: commit it",
                "{count} tags are in {file}: commit it",
                count=count,
                file=TAGS_FILE,
            )
        ]
        if sandbox:
            lines.append(Phrase("these are tags of the sandbox: pull again without --sandbox before you send"))
        return Result(ExitStatus.DONE, lambda to: tags_json(found, to.language), said(*lines))

    return run_in_session("tags list", form, directory, work, sandbox=sandbox)


def _chosen(current: "Session", account: str | None) -> list[AccountName]:
    names = [AccountName(each) for each in current.settings.accounts]
    return names if account is None else [current.account(account, _NOTHING)]


def _live(current: "Session", names: "list[AccountName]") -> "_Tags":
    return {name: (current.clock.now(), current.wechat(name).tags()) for name in names}


def _pulled(current: "Session", names: "list[AccountName]") -> "_Tags":
    """Return what was pulled of these accounts; raises UsageError where nothing was."""
    from massctl.model.diagnostics import Diagnostic
    from massctl.source.tags import read_tags

    file = read_tags(current.repository)
    if isinstance(file, Diagnostic):
        raise ConfigurationError(
            Phrase("massctl.tags.json: {why}", why=file.message),
            hint=Phrase("{command}   writes it again", command=Command("tags pull")),
        )
    known = file.accounts if file is not None else {}
    found: _Tags = {name: (known[name].pulled_at, known[name].listed) for name in names if name in known}
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


def _shown(found: "_Tags") -> Result:
    from massctl.view.json_reports import tags_json
    from massctl.view.tags import tags_text

    return Result(
        ExitStatus.DONE,
        lambda to: tags_json(found, to.language),
        lambda to: tags_text(found, to.language, to.style, to.width),
    )
