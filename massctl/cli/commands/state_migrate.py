"""`massctl state migrate`: move the ledger to another place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import click

from massctl.apply.outcome import what_happened
from massctl.cli.app import Result, told, verb
from massctl.cli.arguments import GitName, Text
from massctl.cli.ledger_access import (
    CHECK,
    alone,
    read_ledger,
    require_writable,
    trust,
    with_state,
)
from massctl.cli.session import Session
from massctl.errors import (
    LedgerError,
    LedgerMissingError,
)
from massctl.ledger.backend import Backend
from massctl.ledger.codec import first_lines
from massctl.model.backends import BACKENDS
from massctl.model.ids import AppId
from massctl.model.phrase import Command, Phrase
from massctl.model.settings import BUCKET_PATTERN, ENDPOINT_PATTERN, ENVIRONMENT_NAME_PATTERN
from massctl.model.state import State
from massctl.source.settings_writer import (
    declare_backend,
    declare_lineage,
    keys_of,
    require_changeable,
)


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

    The old place is put aside before massctl.yaml names the new one: nobody writes to both. A move that was cut short
    is finished by the next one.
    """
    require_changeable(session.root, keys_of(kind, where))
    target = with_state(session, backend=kind, **where)
    require_writable(target)
    now, new = session.clock.now(), target.backend
    with alone(session):
        state = read_ledger(session)
        is_moved = state.lineage is None or target.settings.state == session.settings.state
        if is_moved:
            state = read_ledger(target)
        if state.lineage is None:
            raise _nothing_to_move()
        trust(session, state)
        aside = None
        if not is_moved:
            aside = _carried(session.backend, new, state, now)
        _declare(target, state, where)
        if target.settings.state != session.settings.state:
            _move_statistics(session, target)
    say = Phrase("the ledger {lineage} is in {place} now")
    if is_moved:
        say = Phrase("the ledger {lineage} is already in {place}")
    kept = (
        [Phrase("the old file is now named {file}; keep it", file=aside)]
        if aside is not None
        else []
    )
    return told(Phrase(say, lineage=state.lineage, place=new.where), *kept, next_step=CHECK)


def _carried(old: Backend, new: Backend, state: State, now: datetime) -> str | None:
    """Copy the ledger and what is kept beside it to the new place, and put the old one aside under a new name."""
    new.prepare()
    found = old.ledger.as_found()
    new.archive().take_over(old.archive())
    new.ledger.take_over(first_lines(found, state.serial), now)
    return old.ledger.replace(None, now, found)


def _move_statistics(session: Session, target: Session) -> None:
    """Copy the archive of statistics to where the ledger is now; it decides nothing, so its failure is only said."""
    try:
        old, new = session.backend.statistics(), target.backend.statistics()
        for account in session.settings.accounts.values():
            new.take_over(old, AppId(account.appid))
        new.flush()
    except LedgerError as error:
        why = Phrase("the statistics stay where they were: {why}", why=what_happened(error))
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
