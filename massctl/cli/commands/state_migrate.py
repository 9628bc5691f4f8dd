"""`massctl state migrate`: move the ledger to another place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from massctl.apply.outcome import what_happened
from massctl.cli.app import Result, told, verb
from massctl.cli.arguments import GitName, Text
from massctl.cli.ledger_access import (
    CHECK,
    MOVING_FILE,
    alone,
    read_ledger,
    require_writable,
    trust,
    with_state,
)
from massctl.cli.progress import progress
from massctl.cli.session import Session
from massctl.errors import (
    LedgerError,
    LedgerMissingError,
    SnapshotAwayError,
    SnapshotError,
)
from massctl.ledger.codec import first_lines, follow_file
from massctl.ledger.snapshot_objects import SnapshotObjects
from massctl.model.backends import BACKENDS
from massctl.model.ids import AppId
from massctl.model.phrase import Command, Phrase
from massctl.model.settings import (
    BUCKET_PATTERN,
    ENDPOINT_PATTERN,
    ENVIRONMENT_NAME_PATTERN,
    StateSettings,
)
from massctl.model.state import State
from massctl.source.settings_writer import (
    declare_backend,
    declare_lineage,
    keys_of,
    require_changeable,
)
from massctl.whole_file import write_whole

_Copied = tuple[SnapshotObjects, Sequence[str]]
"""A place, and the objects that were copied from it."""


@click.command(name="migrate")
@click.option(
    "--to", "backend", type=click.Choice(list(BACKENDS)), required=True, help="Where it goes."
)
@click.option(
    "--branch", type=GitName(), help="With --to git: the branch, if not as massctl.yaml says."
)
@click.option(
    "--remote", type=GitName(), help="With --to git: the remote, if not as massctl.yaml says."
)
@click.option(
    "--dsn-env",
    type=Text(ENVIRONMENT_NAME_PATTERN),
    help="With --to postgres: the variable that says where, if not as massctl.yaml says.",
)
@click.option(
    "--url",
    type=Text(BUCKET_PATTERN, "s3://bucket/prefix"),
    help="With --to s3: s3://bucket/prefix, if not as massctl.yaml says.",
)
@click.option(
    "--endpoint",
    type=Text(ENDPOINT_PATTERN, "https://host"),
    help="With --to s3: the address of the store, if not as massctl.yaml says.",
)
@click.option(
    "--snapshots",
    type=Text(r"\S.*", "s3://bucket/prefix"),
    help="With --to local or git: where the people of audiences are kept, if not as massctl.yaml says.",
)
@verb("state migrate")
def migrate(current: Session, backend: str, **keys: str | None) -> Result:
    "Move the ledger to another place: a file, branch, database or bucket. massctl.yaml names the new place."
    where = {key: value for key, value in keys.items() if value is not None}
    for name, kind in BACKENDS.items():
        for key in kind.keys:
            if key in where and key not in BACKENDS[backend].keys:
                flag = f"--{key.replace('_', '-')}"
                raise click.UsageError(Phrase("use {flag} with --to {kind}", flag=flag, kind=name))
    for key in BACKENDS[backend].needed:
        if getattr(current.settings.state, key) is None and key not in where:
            flag = f"--{key.replace('_', '-')}"
            raise click.UsageError(Phrase("use {flag} with --to {kind}", flag=flag, kind=backend))

    return move(current, backend, where)


def move(session: Session, kind: str, where: Mapping[str, str]) -> Result:
    """Move the ledger to another kind of place; `where` has keys of `state` that say which, if not as massctl.yaml.

    The old place is closed before the new one has the ledger, so nobody can write to both. In between a file of this
    machine has it. A move that was cut short is finished, or taken back, by the next one.
    """
    require_changeable(session.root, keys_of(kind, where))
    target = with_state(session, backend=kind, **where)
    require_writable(target)
    kept, aside = _Kept(session.places.locks), None
    with alone(session):
        old, state = _origin(session, target, kept)
        copied = _copy_snapshots([session, *kept.origin(session)], target)
        is_there = state.lineage is not None and old.settings.state == target.settings.state
        if is_there:
            trust(session, state)
        elif state.lineage is None:
            state = kept.state(target)
        else:
            trust(session, state)
            aside = _close(old, target, state, kept, {"backend": kind, **where})
        if not is_there:
            _carry(old, target, kept)
        if target.settings.state != session.settings.state:
            _move_statistics(session, target)
        _declare(target, state, where)
        _remove_snapshots(session, copied)
        kept.file.unlink(missing_ok=True)
    say = Phrase("the ledger {lineage} is in {place} now")
    if is_there:
        say = Phrase("the ledger {lineage} is already in {place}")
    left = []
    if aside is not None:
        left.append(Phrase("the old file is now named {file}; keep it", file=aside))
    done = Phrase(say, lineage=state.lineage, place=target.backend.where)
    return told(done, *left, next_step=CHECK)


class _Kept:
    """The file of this machine that has the ledger while it is in neither place; its first line names the new one."""

    def __init__(self, locks: Path) -> None:
        self.file = locks / MOVING_FILE

    def write(self, target: Mapping[str, str], old: StateSettings, data: bytes) -> None:
        """Write it, durably."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        keys = ("backend", *BACKENDS[old.backend].keys)
        head = {"target": target, "origin": old.model_dump(include=set(keys), exclude_unset=True)}
        write_whole(self.file, json.dumps(head).encode() + b"\n" + data, 0o600)

    def origin(self, session: Session) -> Iterator[Session]:
        """Yield the old place, which is closed; nothing if there is no such file."""
        if self.file.is_file():
            yield with_state(session, **{"backend": "local", **self._head()["origin"]})

    def target(self) -> dict[str, str]:
        """Return the keys of `state` that name the new place."""
        return self._head()["target"]

    def _head(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self.file.read_bytes().partition(b"\n")[0])
        return found

    def data(self) -> bytes:
        """Return the ledger."""
        return self.file.read_bytes().partition(b"\n")[2]

    def state(self, target: Session) -> State:
        """Fold it; raise LedgerMissingError if there is none, or a LedgerError if it may not be believed."""
        if not self.file.is_file():
            raise _nothing_to_move()
        entries, end = follow_file(self.data(), keys=target.backend.keys)
        state = target.fold(entries)
        trust(target, state)
        target.backend.ledger.require_seen(entries, end)
        return state


def _origin(session: Session, target: Session, kept: _Kept) -> tuple[Session, State]:
    """Return where the ledger is: as massctl.yaml says, or where a move that was cut short brought it."""
    state = read_ledger(session)
    if state.lineage is not None:
        return session, state
    named = with_state(session, **kept.target()) if kept.file.is_file() else target
    found = read_ledger(named)
    return (session if found.lineage is None else named), found


def _close(
    old: Session, target: Session, state: State, kept: _Kept, where: Mapping[str, str]
) -> str | None:
    """Keep the ledger in a file of this machine, then put it aside in its old place; return its new name there."""
    ledger, new = old.backend.ledger, target.backend
    found = ledger.as_found()
    data = first_lines(found, state.serial)
    new.prepare()
    new.ledger.require_room(data)
    kept.write(where, old.settings.state, data)
    return ledger.replace(None, old.clock.now(), found)


def _carry(origin: Session, target: Session, kept: _Kept) -> None:
    """Write the ledger, and what is kept beside it, into its new place; read it back and compare."""
    old, new, data = origin.backend, target.backend, kept.data()
    is_elsewhere = old.where != new.where
    try:
        if is_elsewhere:
            new.archive().take_over(old.archive())
        new.ledger.take_over(data, origin.clock.now())
        if not (new.ledger.as_found() or b"").startswith(data):
            raise LedgerError(
                Phrase("{place} does not have the entries that were written there", place=new.where)
            )
    except LedgerError as error:
        raise LedgerError(
            error.summary,
            Phrase(
                "The ledger is closed in {old}, and may not be in {new} yet. Nothing is sent meanwhile.",
                old=old.where,
                new=new.where,
            ),
            Phrase(
                "run the same command again; or bring it back: {command}",
                command=Command("state migrate", f"--to {origin.settings.state.backend}"),
            ),
        ) from error
    if is_elsewhere and new.archive().lacking(old.archive()):
        say = Phrase("not all contents were copied to {place}: plans show less of what was sent")
        origin.console.talk(Phrase(say, place=new.where))


def _move_statistics(session: Session, target: Session) -> None:
    """Copy the archive of statistics to where the ledger is now; it decides nothing, so its failure is only said."""
    try:
        old, new = session.backend.statistics(), target.backend.statistics()
        appids = [AppId(account.appid) for account in session.settings.accounts.values()]
        for appid in appids:
            new.take_over(old, appid)
        new.flush()
        if any(new.lacking(old, appid) for appid in appids):
            say = Phrase("not all statistics were copied to {place}: run the same command again")
            session.console.talk(Phrase(say, place=target.backend.where))
    except LedgerError as error:
        why = Phrase("the statistics stay where they were: {why}", why=what_happened(error))
        session.console.talk(why)


def _copy_snapshots(sessions: Sequence[Session], target: Session) -> list[_Copied]:
    """Copy the people of audiences before anything is closed; return what the old places can do without.

    Raises SnapshotError, and then the ledger is where it was.
    """
    copied: list[_Copied] = []
    for session in sessions:
        try:
            old = session.backend.snapshots()
        except SnapshotAwayError:
            continue  # It never had a place for them.
        names = list(old.names())
        if names and (new := target.backend.snapshots()).where != old.where:
            _copy(session, old, new, names)
            copied.append((old, names))
    return copied


def _copy(
    session: Session, old: SnapshotObjects, new: SnapshotObjects, names: Sequence[str]
) -> None:
    there = set(new.names())
    shown = progress(session.console)
    shown.begin(Phrase("copying the people of audiences"), len(names))
    for name in names:
        if name not in there and (data := old.read(name)) is not None:
            new.add(name, data)
        shown.advance()
    shown.end()


def _remove_snapshots(session: Session, copied: Sequence[_Copied]) -> None:
    """Remove what was copied: whoever is erased later must not stay in the old place."""
    for place, names in copied:
        try:
            for name in names:
                place.remove(name)
        except SnapshotError as error:
            why = Phrase(
                "{place} still has people of audiences; remove them there: {why}",
                place=place.where,
                why=what_happened(error),
            )
            session.console.talk(why)


def _declare(target: Session, state: State, where: Mapping[str, str]) -> None:
    """Write into massctl.yaml where the ledger is, and ask for a commit."""
    changed = declare_backend(target.root, target.settings.state.backend, where)
    if declare_lineage(target.root, state.lineage or "") or changed:
        target.console.talk(Phrase("massctl.yaml names the new place of the ledger: commit this"))


def _nothing_to_move() -> LedgerMissingError:
    return LedgerMissingError(
        Phrase("there is no ledger to move"),
        Phrase("Nothing was changed."),
        Phrase(
            "write the backend under state in massctl.yaml, then: {command}",
            command=Command("state init"),
        ),
    )
