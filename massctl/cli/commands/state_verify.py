"""`massctl state verify`: check the ledger, and with `--deep` also what is kept beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from massctl.apply.outcome import what_happened
from massctl.audience.member_sets import MemberSets
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import form_option, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import DEEPER, SEE_PLAN, require_ledger
from massctl.cli.progress import progress
from massctl.cli.session import Session
from massctl.cli.snapshot_access import frozen_audiences
from massctl.errors import LedgerError, SnapshotAwayError, SnapshotError
from massctl.model.entries import DraftSaved, Entry, SendAttempted
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase, plural_phrase
from massctl.model.state import State


@click.command(name="verify")
@click.option(
    "--deep",
    is_flag=True,
    help="Also check the form and fields of every entry, and the contents and statistics beside the ledger.",
)
@form_option
@sandbox_option
@verb("state verify")
def verify(current: Session, deep: bool) -> Result:
    "Check that no line was changed, and that the recorded history is possible."
    entries = current.backend.ledger.read(0, deep=deep)
    state = current.fold(entries)
    require_ledger(current, state)
    kept = _checked(current, entries, state) if deep else None
    return Result(
        ExitStatus.REFUSED if kept is not None and kept.faults else ExitStatus.DONE,
        lambda _: views.verbs_json.verified_json(state, kept),
        lambda to: views.ledger.verified_text(to.page(), state, kept),
        next_step=SEE_PLAN if deep else DEEPER,
    )


def _checked(session: Session, entries: Sequence[Entry], state: State) -> views.ledger.Kept:
    """Compare contents and snapshots beside the ledger with their digests, and read the statistics."""
    archive, faults, missing = session.backend.archive(), list[Phrase](), 0
    named = {
        entry.event.digest: entry
        for entry in reversed(entries)
        if isinstance(entry.event, SendAttempted | DraftSaved)
    }
    shown = progress(session.console)
    shown.begin(Phrase("checking contents"), len(named))
    for digest, entry in reversed(named.items()):
        is_kept = archive.is_kept(digest)
        missing += is_kept is None
        if is_kept is False:
            say = Phrase(
                "the content of {name} that entry {serial} names was changed, or is not whole"
            )
            faults.append(Phrase(say, name=entry.campaign, serial=entry.serial))
        shown.advance()
    shown.end()
    faults += [*_statistics_faults(session), *_snapshot_faults(session, state)]
    return views.ledger.Kept(len(named) - missing, missing, faults)


def _snapshot_faults(session: Session, state: State) -> Iterator[Phrase]:
    """Read the people of audiences, where there are audiences and a key is at hand."""
    if not session.repository.audience_files():
        return
    try:
        snapshots = session.snapshots(state)
        known = set(snapshots.known())
        for audience in frozen_audiences(session):
            if audience.lock is not None and audience.lock.openid_list.sha256 not in known:
                say = Phrase("the snapshot that audiences/{name}.lock.json names is not in {place}")
                yield Phrase(say, name=audience.name, place=snapshots.where)
        with MemberSets() as sets:
            yield from snapshots.faults(sets)
    except SnapshotAwayError as error:
        session.console.talk(
            Phrase("the people of audiences were not checked: {why}", why=what_happened(error))
        )
    except SnapshotError as error:
        yield Phrase("the people of audiences cannot be read: {why}", why=what_happened(error))


def _statistics_faults(session: Session) -> Iterator[Phrase]:
    archive = session.backend.statistics()
    for name, account in session.settings.accounts.items():
        try:
            count = archive.unreadable(AppId(account.appid))
        except LedgerError as error:
            yield Phrase("{account}: {why}", account=name, why=what_happened(error))
            continue
        if count:
            say = plural_phrase(
                "{account}: {count} line of the statistics cannot be read",
                "{account}: {count} lines of the statistics cannot be read",
                count=count,
                account=name,
            )
            yield say
