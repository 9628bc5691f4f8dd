"""`massctl state repair`, `backup` and `restore`: what is left of a damaged ledger, and its copies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from msgspec.structs import replace

from massctl.apply.outcome import what_happened
from massctl.cli import views
from massctl.cli.app import Result, told, verb
from massctl.cli.arguments import Text, form_option, sandbox_option
from massctl.cli.consent import who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import (
    DEEPER,
    SEE_PLAN,
    alone,
    no_ledger,
    read_ledger,
    require_ledger,
    require_writable,
    trust,
)
from massctl.cli.session import Session
from massctl.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerForeignError,
    LedgerOlderError,
    LedgerUntrustedError,
    UsageError,
)
from massctl.ledger import NEW_LINEAGE
from massctl.ledger.codec import End, encode, first_lines, follow_file, sound_part
from massctl.ledger.high_water_mark import incomplete, seen_mark
from massctl.model.entries import Entry, NewEntry, Repaired
from massctl.model.ids import sha256_of
from massctl.model.phrase import A_FILE, Command, Phrase, system_reason
from massctl.model.state import State
from massctl.whole_file import write_whole


@click.command(name="repair")
@click.option(
    "--reason",
    type=Text(r".*\S.*"),
    help="Do it, and record why; without it, only show what would be dropped.",
)
@form_option
@sandbox_option
@verb("state repair")
def repair(current: Session, reason: str | None) -> Result:
    "Cut a damaged ledger to the entries that verify. You must then reconcile what is not known as sent."
    require_writable(current)
    now = current.clock.now()
    with alone(current):
        damage = _damage(current)
        ledger = current.backend.ledger
        found = ledger.as_found() or b""
        entries, end = sound_part(found, ledger.keys)
        ledger.keys.require_trusted(end.signing, end.serial)
        sound = first_lines(found, end.serial)
        dropped = found[len(sound) :]
        if not dropped:
            raise damage  # Every line follows from the one before: what they tell is impossible.
        state = _folded(current, entries)
        current.backend.ledger.require_seen(entries, end)
        repair = views.ledger.Repair(
            state.lineage or "", state.realm, end.serial, dropped, what_happened(damage)
        )
        if reason is not None:
            event = Repaired(
                dropped_bytes=len(dropped),
                dropped_sha256=sha256_of(dropped),
                reason=reason,
                by=who(current.environment),
            )
            new = NewEntry(at=now, event=event)
            line = encode(new, end.serial + 1, end.digest)
            if (
                signature := ledger.keys.signature(line, event, end.serial + 1, end.signing)
            ) is not None:
                line = encode(new, end.serial + 1, end.digest, signature)
            aside = ledger.replace(sound + line + b"\n", now, found)
            repair = replace(repair, aside=aside, done=True)
            _note_restored(current)
    return Result(
        ExitStatus.DONE if repair.done else ExitStatus.USAGE,
        lambda _: views.verbs_json.repair_json(repair),
        lambda to: views.ledger.repair_text(to.page(), repair),
    )


def _damage(session: Session) -> LedgerCorruptError | LedgerUntrustedError:
    """Return what is wrong with the ledger; raises where nothing is, or what no repair helps against."""
    try:
        state = read_ledger(session)
    except (LedgerCorruptError, LedgerUntrustedError) as error:
        return error
    require_ledger(session, state)
    if state.serial == 0:
        raise no_ledger(Phrase("there is no ledger to repair"))
    raise UsageError(
        Phrase("the ledger verifies, so there is nothing to repair"),
        Phrase("Nothing was changed."),
        DEEPER,
    )


@click.command(name="backup")
@click.argument("target", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@sandbox_option
@verb("state backup")
def backup(current: Session, target: Path) -> Result:
    "Copy the ledger to FILE, which may be an older copy. The copy is complete even while others write."
    if target.exists() and not target.is_file():
        raise UsageError(
            Phrase("{file} is not a file", file=target.name),
            Phrase("Nothing was written."),
            Phrase("name a file that does not exist yet"),
        )
    ledger = current.backend.ledger
    ledger.read(0)  # A ledger that was cut or set back is no backup.
    found = ledger.as_found()
    entries, end = follow_file(found, keys=ledger.keys)
    state = current.fold(entries)
    require_ledger(current, state)
    if found is None:
        raise no_ledger(Phrase("there is no ledger to copy"))
    data = first_lines(found, end.serial)
    try:
        if target.exists() and not data.startswith(target.read_bytes()):
            raise LedgerForeignError(
                Phrase("{file} is not an older copy of this ledger", file=target.name),
                Phrase("Nothing was written."),
                Phrase("name a file that does not exist yet"),
            )
        write_whole(target, data, 0o600)
    except OSError as error:
        raise LedgerError(
            Phrase("the copy cannot be written"),
            Phrase(
                "{file}: {why}. Nothing was written.", file=target.name, why=system_reason(error)
            ),
            Phrase("name a file in a writable folder"),
        ) from None
    return told(Phrase("entries copied to {file}: {count}", count=end.serial, file=target.name))


@click.command(name="restore")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@sandbox_option
@verb("state restore")
def restore(current: Session, source: Path) -> Result:
    "Replace a lost or damaged local ledger by a copy. A copy older than this machine saw is refused."

    current.backend.require_restorable()
    require_writable(current)
    now = current.clock.now()
    with alone(current):
        copy = _read_copy(source)
        try:
            entries, end = follow_file(copy, keys=current.backend.keys)
            if len(copy) > len(first_lines(copy, end.serial)):
                raise incomplete()
            state = _folded(current, entries)
            current.backend.ledger.require_seen(entries, end)
        except (LedgerCorruptError, LedgerUntrustedError) as error:
            raise _no_copy(
                Phrase("{file} is not a copy that verifies", file=source.name), error
            ) from None
        except LedgerOlderError as error:
            say_older = Phrase(
                "{file} is older than the ledger that this machine saw", file=source.name
            )
            raise _no_copy(say_older, error) from None
        ledger, mark = current.backend.ledger, seen_mark(current.places.locks)
        found, data = ledger.as_found(), first_lines(copy, end.serial)
        there = sound_part(found or b"", current.backend.keys)[1]
        sound = first_lines(found, there.serial)
        if not data.startswith(sound):
            raise _not_further(source, sound.startswith(data), end, there)
        if data == found:
            return told(
                Phrase(
                    "the ledger already has everything in {file}; nothing was changed",
                    file=source.name,
                )
            )
        aside = ledger.replace(data, now, found)
        _note_restored(current)
    if aside is not None:
        current.console.talk(Phrase("the old file is now named {file}; keep it", file=aside))
    if mark is None or mark.lineage != state.lineage:
        warning = Phrase(
            "this machine never saw this ledger, so nobody can tell here whether {file} is its newest"
            " copy: massctl would send again what was sent since",
            file=source.name,
        )
        current.console.talk(warning)
    back = Phrase(
        "the ledger {lineage} is restored, with entries: {count}",
        lineage=state.lineage,
        count=end.serial,
    )
    return told(back, next_step=SEE_PLAN)


def _folded(session: Session, entries: Sequence[Entry]) -> State:
    """Fold what is to be the ledger; raises where it may not be this repository's."""
    state = session.fold(entries)
    if state.lineage is None:
        raise LedgerCorruptError(
            Phrase("not even the first entry of the ledger verifies"),
            Phrase("Nothing of it can be kept. Nothing was changed."),
            Phrase(
                "{state_restore}   restores a backup; without one: {state_init}",
                state_restore=Command("state restore", A_FILE),
                state_init=NEW_LINEAGE,
            ),
        )
    trust(session, state)
    return state


def _no_copy(say_why: Phrase, error: LedgerError) -> LedgerError:
    """Say of a copy what was found in it; the ledger that is here stays as it is."""
    return type(error)(
        say_why, error.detail, Phrase("name another copy; the existing ledger was not changed")
    )


def _not_further(source: Path, is_older: bool, end: End, there: End) -> LedgerError:
    if not is_older:
        return LedgerForeignError(
            Phrase("{file} and the existing ledger have different entries", file=source.name),
            Phrase("Nothing was changed."),
            Phrase(
                "find out whose copy it is; {command}   checks the existing ledger",
                command=Command("state verify"),
            ),
        )
    return LedgerOlderError(
        Phrase("{file} is older than the existing ledger", file=source.name),
        Phrase(
            "It ends with entry {serial}, and {there} entries verify here. Nothing was changed.",
            serial=end.serial,
            there=there.serial,
        ),
        Phrase(
            "{state_verify}   checks the existing ledger, and {state_repair} keeps what verifies",
            state_verify=Command("state verify"),
            state_repair=Command("state repair"),
        ),
    )


def _note_restored(session: Session) -> None:
    """Read the ledger as everybody will, and remember how far it reaches."""
    ledger = session.backend.ledger
    ledger.append(len(ledger.read(0)), [], durable=True)


def _read_copy(source: Path) -> bytes:
    try:
        if source.is_file():
            return source.read_bytes()
        why: str = Phrase("it is not a file")
    except OSError as error:
        why = system_reason(error)
    raise UsageError(
        Phrase("the copy cannot be read"),
        Phrase("{file}: {why}. Nothing was changed.", file=source.name, why=why),
        Phrase("name a file that {command} wrote", command=Command("state backup")),
    )
