"""`massctl audience freeze`: write who is in an audience now, as a snapshot and a lock."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from msgspec.structs import replace

from massctl.audience.freeze import FreezeDraft, Freezer, in_order
from massctl.audience.member_sets import MemberSets
from massctl.audience.source_file import FileReader
from massctl.audience.source_rows import SourceFaultsError
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import audience_names, form_option
from massctl.cli.commands.audience import audience_named
from massctl.cli.consent import who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import recorded_if_begun
from massctl.cli.query_release import require_release
from massctl.cli.session import Session
from massctl.cli.snapshot_access import erase_expired
from massctl.errors import RefusedError
from massctl.model.audience import AudienceName, FreezeResult, NamedAudience
from massctl.model.campaign import Audience
from massctl.model.ids import AccountName
from massctl.model.phrase import Command, Phrase
from massctl.source.audiences import Audiences
from massctl.transport import Line

_WHOLE = 0.99
"""The set moves while it is read, but not so far. Our own bound."""


@click.command(name="freeze")
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=audience_names)
@click.option(
    "--followers",
    is_flag=True,
    help="Read no source: remove people who no longer follow the account. Needs WeChat's secret.",
)
@form_option
@verb("audience freeze")
def freeze(current: Session, names: tuple[str, ...], followers: bool) -> Result:
    """Write who is in audiences NAMEs now: an encrypted snapshot, and audiences/NAME.lock.json to be reviewed.

    An audience that is made of others takes them as their locks name them; NAMEs are frozen in the order in which they
    need each other. A query runs only if it stands on policy.branch, or for one of the owners of its connection, and
    never where a secret of WeChat is set. Outside the bounds of `expect` nothing is written (exit 5).
    """
    audiences = Audiences(current.repository, current.settings)
    found = {AudienceName(each): audience_named(current, each, audiences) for each in names}
    drafts = []
    with opened_freezer(current, audiences) as freezer:
        for name in in_order([*found], audiences):
            try:
                drafts.append(_draft(current, freezer, found[name], followers))
            except SourceFaultsError as error:
                return _result([(replace(found[name], diagnostics=error.diagnostics), None)])
        freezer.write(drafts)
    frozen = [(replace(each.found, lock=each.result.lock), each.result) for each in drafts]
    if any(each.result.is_changed for each in drafts):
        erase_expired(current, recorded_if_begun(current))
    return _result(frozen)


def _draft(
    current: Session, freezer: Freezer, found: NamedAudience, followers: bool
) -> FreezeDraft:
    if followers:
        return freezer.without_unfollowed(found, _followers(current, found))
    require_release(current, found)
    return freezer.freeze(found)


def _result(frozen: Sequence[tuple[NamedAudience, FreezeResult | None]]) -> Result:
    is_done = all(result is not None for _, result in frozen)
    is_changed = any(result is not None and result.is_changed for _, result in frozen)
    return Result(
        ExitStatus.DONE if is_done else ExitStatus.FAILED,
        lambda _: views.verbs_json.frozen_json(frozen),
        lambda to: views.audience.frozen_text(to.page(), frozen),
        next_step=Command("lock") if is_changed else None,
    )


@contextmanager
def opened_freezer(current: Session, audiences: Audiences) -> Iterator[Freezer]:
    """Open what freezes audiences; raise SnapshotAwayError without a key or a place."""
    snapshots = current.snapshots(recorded_if_begun(current))
    files = FileReader(current.root, current.environment, Line, current.settings.state.endpoint)
    with MemberSets() as sets:
        yield Freezer(
            sets,
            snapshots,
            audiences,
            current.settings,
            files,
            current.environment,
            current.clock.now(),
            who(current.environment),
        )


def _followers(current: Session, found: NamedAudience) -> Iterator[str]:
    """Read who follows now; raise RefusedError where a page is missing: nobody is removed on a guess."""
    account = AccountName(found.file.account if found.file is not None else "")
    client = current.wechat(account)
    total = client.audience_count(Audience(is_to_all=True)) or 0
    read = 0
    for page in client.followers():
        read += len(page)
        yield from page
    if read < total * _WHOLE:
        raise RefusedError(
            Phrase("WeChat gave {read:,} of {total:,} followers", read=read, total=total),
            Phrase("Nothing was written."),
            Phrase("run the same command again"),
        )
