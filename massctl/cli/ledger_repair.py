"""From a damaged or lost ledger to one that verifies: repair, backup, restore. What stood there is put aside."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from massctl.apply.outcome import what_happened
from massctl.cli.app import Result
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import require_ledger, trust
from massctl.cli.recorded import refuse_fleeting_ledger
from massctl.cli.session import Session
from massctl.cli.settling import who
from massctl.errors import LedgerCorruptError, LedgerError, LedgerForeignError, LedgerOlderError, UsageError
from massctl.ledger.chained_ledger import digest_at
from massctl.ledger.codec import End, encode, follow_file, sound_part
from massctl.ledger.high_water_mark import require_newest, seen_mark
from massctl.ledger.process_lock import sole_runner
from massctl.model.entries import Entry, NewEntry, Repaired
from massctl.model.ids import sha256_of
from massctl.model.phrase import Phrase, system_reason
from massctl.model.state import State
from massctl.source.whole_file import write_whole
from massctl.view.i18n import say
from massctl.view.json_documents import repair_json
from massctl.view.ledger import Repair, repair_text


def repaired(session: Session, reason: str | None) -> Result:
    """Cut a damaged ledger to the lines that verify; without a reason it is only shown what would be dropped."""
    refuse_fleeting_ledger(session)
    with sole_runner(session.locks, now := session.clock.now()):
        damage = _damage(session)
        ledger = session.ledger()
        found = ledger.as_found() or b""
        entries, end = sound_part(found)
        dropped = found[end.whole_bytes :]
        if not dropped:
            raise damage  # Every line follows from the one before: what they tell is impossible.
        state = _folded(session, entries)
        _require_seen(session, state, entries, end)
        repair = Repair(state.lineage or "", state.realm, end.serial, dropped, what_happened(damage))
        if reason is not None:
            event = Repaired(
                dropped_bytes=len(dropped), dropped_sha256=sha256_of(dropped), reason=reason, by=who(session)
            )
            line = encode(NewEntry(at=now, event=event), end.serial + 1, end.digest)
            aside = ledger.replace(_whole(found, end) + line + b"\n", now, found)
            repair = replace(repair, aside=aside, done=True)
            _note(session)
    return Result(
        ExitStatus.DONE if repair.done else ExitStatus.USAGE,
        lambda to: repair_json(repair, to.language),
        lambda to: repair_text(repair, to.language, to.style, to.width),
    )


def backed_up(session: Session, target: Path) -> int:
    """Copy the ledger's whole lines into a file, which may hold an older copy of the same ledger."""
    if target.exists() and not target.is_file():
        raise UsageError(
            Phrase("{file} is not a file", file=target.name),
            Phrase("Nothing was written."),
            Phrase("name a file that is not there yet"),
        )
    ledger = session.ledger()
    found = ledger.as_found()
    entries, end = follow_file(found)
    state = State(session.settings.renamed)
    state.absorb_all(entries)
    require_ledger(session, state)
    if found is None:
        raise _no_ledger(Phrase("there is no ledger to copy"))
    data = _whole(found, end)
    try:
        if target.exists() and not data.startswith(target.read_bytes()):
            raise LedgerForeignError(
                Phrase("{file} is not an older copy of this ledger", file=target.name),
                Phrase("Nothing was written."),
                Phrase("name a file that is not there yet"),
            )
        write_whole(target, data, 0o600)
    except OSError as error:
        raise LedgerError(
            Phrase("the copy cannot be written"),
            Phrase("{file}: {why}. Nothing was written.", file=target.name, why=system_reason(error)),
            Phrase("name a file in a folder that can be written"),
        ) from None
    return _told(session, Phrase("entries copied to {file}: {count}", count=end.serial, file=target.name))


def restored(session: Session, source: Path) -> int:
    """Put a copy of the ledger in its place, where it lacks nothing that stands there or that this machine saw."""
    if session.in_git:
        raise UsageError(
            Phrase("the ledger is on a branch of the remote, and a file does not take its place"),
            Phrase("Nothing was changed."),
            Phrase("push the newest commit of the branch that anybody has, as docs/guides/operations.md says"),
        )
    refuse_fleeting_ledger(session)
    with sole_runner(session.locks, now := session.clock.now()):
        copy = _read(source)
        try:
            entries, end = follow_file(copy)
            state = _folded(session, entries)
            _require_seen(session, state, entries, end)
        except LedgerCorruptError as error:
            raise _no_copy(Phrase("{file} is not a copy that verifies", file=source.name), error) from None
        except LedgerOlderError as error:
            say_older = Phrase("{file} is older than the ledger that this machine saw", file=source.name)
            raise _no_copy(say_older, error) from None
        ledger, mark = session.ledger(), seen_mark(session.locks)
        found, data = ledger.as_found(), _whole(copy, end)
        _, there = sound_part(found or b"")
        sound = _whole(found or b"", there)
        if not data.startswith(sound):
            raise _not_further(source, sound.startswith(data), end, there)
        if data == found:
            return _told(
                session, Phrase("the ledger holds all of {file} already; nothing was changed", file=source.name)
            )
        aside = ledger.replace(data, now, found)
        _note(session)
    if aside is not None:
        session.voice.talk(
            say(Phrase("the file that was there is called {file} now; keep it", file=aside), session.voice.language)
        )
    if mark is None or mark.lineage != state.lineage:
        warning = Phrase(
            "this machine never saw this ledger, so nobody can tell here whether {file} is its newest copy: what went "
            "out since would go out again",
            file=source.name,
        )
        session.voice.talk(warning)
    return _told(
        session, Phrase("the ledger {lineage} is back, with entries: {count}", lineage=state.lineage, count=end.serial)
    )


def _damage(session: Session) -> LedgerCorruptError:
    """Give what is wrong with the ledger; raises where nothing is, or what no repair helps against."""
    state = State(session.settings.renamed)
    try:
        state.absorb_all(session.ledger().read(0))
    except LedgerCorruptError as error:
        return error
    require_ledger(session, state)
    if state.serial == 0:
        raise _no_ledger(Phrase("there is no ledger to repair"))
    raise UsageError(
        Phrase("the ledger verifies, so there is nothing to repair"),
        Phrase("Nothing was changed."),
        Phrase("massctl state verify --deep   checks the form and the fields of every entry too"),
    )


def _folded(session: Session, entries: Sequence[Entry]) -> State:
    """Fold what is to be the ledger; raises where it may not be this repository's."""
    state = State(session.settings.renamed)
    state.absorb_all(entries)
    if state.lineage is None:
        raise LedgerCorruptError(
            Phrase("not even the first entry of the ledger verifies"),
            Phrase("Nothing of it can be kept. Nothing was changed."),
            Phrase(
                "massctl state restore FILE   puts a backup in its place; without any: "
                'massctl state init --new-lineage --reason "…"'
            ),
        )
    trust(session, state)
    return state


def _require_seen(session: Session, state: State, entries: Sequence[Entry], end: End) -> None:
    """Raise LedgerOlderError where this machine saw entries of the ledger that would not be in it."""
    mark = seen_mark(session.locks)
    seen = mark.serial if mark is not None else 0
    digest = digest_at(seen, entries, end) if 0 < seen <= end.serial else None
    require_newest(mark, state.lineage, end.serial, digest, session.git_ledger().where if session.in_git else None)


def _no_copy(say_why: Phrase, error: LedgerCorruptError | LedgerOlderError) -> LedgerError:
    """Say of a copy what was found in it; the ledger that is here stays as it is."""
    return type(error)(say_why, error.detail, Phrase("name another copy; the ledger that is here was not changed"))


def _not_further(source: Path, is_older: bool, end: End, there: End) -> LedgerError:
    if not is_older:
        return LedgerForeignError(
            Phrase("{file} and the ledger that is here went different ways", file=source.name),
            Phrase("Nothing was changed."),
            Phrase("look whose copy it is; massctl state verify   checks the ledger that is here"),
        )
    return LedgerOlderError(
        Phrase("{file} is older than what is here", file=source.name),
        Phrase(
            "It ends with entry {serial}, and {there} entries verify here. Nothing was changed.",
            serial=end.serial,
            there=there.serial,
        ),
        Phrase("massctl state verify   checks what is here, and massctl state repair keeps what verifies"),
    )


def _whole(data: bytes, end: End) -> bytes:
    """Give the whole lines of some bytes that verify up to `end`."""
    return data[: end.whole_bytes] + (b"\n" if end.newline_lost else b"")


def _note(session: Session) -> None:
    """Read the ledger as everybody will, and remember how far it reaches."""
    ledger = session.ledger()
    ledger.append(len(ledger.read(0)), [], durable=True)


def _read(source: Path) -> bytes:
    try:
        if source.is_file():
            return source.read_bytes()
        why: str = Phrase("it is not a file")
    except OSError as error:
        why = system_reason(error)
    raise UsageError(
        Phrase("the copy cannot be read"),
        Phrase("{file}: {why}. Nothing was changed.", file=source.name, why=why),
        Phrase("name a file that massctl state backup wrote"),
    )


def _no_ledger(what: Phrase) -> UsageError:
    return UsageError(what, Phrase("Nothing was changed."), Phrase("massctl state init   begins one"))


def _told(session: Session, told: Phrase) -> int:
    session.voice.result(told)
    return ExitStatus.DONE
