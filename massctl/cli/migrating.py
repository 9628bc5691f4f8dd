"""From one backend to the other: the same lines, byte for byte, and never two ledgers that anybody could write to.

The new place gets the ledger first, then massctl.yaml names it, then what is left at the old place gets another name. A
move that was cut short anywhere is finished by the same command.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import refuse_by
from massctl.cli.places import LEDGER_FILE
from massctl.cli.recorded import realm_refusal, refuse_fleeting_ledger
from massctl.cli.session import Session
from massctl.errors import LedgerForeignError, LedgerMissingError
from massctl.ledger.archive import ARCHIVE_BYTES_MAX, LocalArchive
from massctl.ledger.codec import follow_file
from massctl.ledger.local_file import LocalLedger
from massctl.ledger.process_lock import sole_runner
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.source.settings_writer import declare_backend, declare_lineage, keys_of, require_changeable

_KEPT: Final = re.compile(r"[0-9a-f]{64}\.(html|json)", re.ASCII)
"""What a file beside the ledger is called."""


def moved_to_git(session: Session, where: Mapping[str, str]) -> int:
    """Move the local ledger to a branch; `where` has keys of `state` that say which, if not as massctl.yaml does."""
    require_changeable(session.root, keys_of("git", where))
    target = _as(session, "git", where)
    with sole_runner(session.locks, session.clock.now()):
        local, state, found = _local(session)
        git = target.git_ledger()
        if state.lineage is None:
            there = State()
            there.absorb_all(git.read(0))
            if there.lineage is None:
                raise _nothing_to_move()
            _name(target, there, where)
            return _told(session, Phrase("the ledger {lineage} is in git already", lineage=there.lineage))
        _trust(session, state)
        git.take_over(_whole(found, state.serial), _kept(session.places.archive))
        _name(target, state, where)
        aside = local.replace(None, session.clock.now(), found)
    branch = f"{target.settings.state.remote}/{target.settings.state.branch}"
    _told(session, Phrase("the ledger {lineage} is on {branch} now", lineage=state.lineage, branch=branch))
    if aside is not None:
        _told(session, Phrase("the file it was in is called {file} now; keep it", file=aside))
    return ExitStatus.DONE


def moved_to_local(session: Session) -> int:
    """Move the ledger from its branch to a file beside massctl.yaml, for one machine."""
    require_changeable(session.root, keys_of("local", {}))
    target = _as(session, "local", {})
    refuse_fleeting_ledger(target)
    with sole_runner(session.locks, session.clock.now()):
        if not session.in_git:
            _, state, _ = _local(session)
            if state.lineage is None:
                raise _nothing_to_move()
            return _told(session, Phrase("the ledger {lineage} is a file already", lineage=state.lineage))
        git = session.git_ledger()
        there = State()
        there.absorb_all(git.read(0))
        if there.lineage is not None:
            _trust(session, there)
            moved = git.as_found() or b""
            # A move that failed may have left a file, which is older by now.
            local = LocalLedger(session.places.ledger, session.locks)
            found = local.as_found()
            _write(session, local, moved, found, _whole(found, follow_file(found)[1].serial))
            LocalArchive(session.places.archive).take_over(git.store.bodies())
            git.replace(None, session.clock.now(), moved)
            state = there
        else:
            # An earlier move was cut short right here.
            _, state, _ = _local(session)
        if state.lineage is None:
            raise _nothing_to_move()
        _trust(session, state)
        _name(target, state, {})
    return _told(
        session, Phrase("the ledger {lineage} is the file {file} now", lineage=state.lineage, file=LEDGER_FILE)
    )


def _as(session: Session, backend: str, where: Mapping[str, str]) -> Session:
    """Give the session as it is where massctl.yaml names another backend."""
    state = session.settings.state.model_copy(update={"backend": backend, **where})
    return replace(session, settings=session.settings.model_copy(update={"state": state}), _git_ledger=None)


def _local(session: Session) -> tuple[LocalLedger, State, bytes | None]:
    """Read and verify the local ledger; gives the file's bytes too, None without a file."""
    ledger, state = LocalLedger(session.places.ledger, session.locks), State()
    state.absorb_all(ledger.read(0))
    return ledger, state, ledger.as_found()


def _whole(found: bytes | None, serial: int) -> bytes:
    """Give the first `serial` lines of a ledger's file, each with its newline."""
    return b"".join(line + b"\n" for line in (found or b"").split(b"\n")[:serial])


def _trust(session: Session, state: State) -> None:
    due = session.settings.state.lineage
    if due not in (None, state.lineage):
        raise LedgerForeignError(
            Phrase(
                "massctl.yaml names the ledger {lineage}, and this one is {found}", lineage=due, found=state.lineage
            ),
            Phrase("Nothing was changed."),
            Phrase("correct state.lineage in massctl.yaml, or bring the right ledger"),
        )
    refuse_by(realm_refusal(session, state, list(session.settings.accounts)))


def _kept(folder: Path) -> dict[str, bytes]:
    """Read the files beside a local ledger, as far as they are such."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    ours = [path for path in found if _KEPT.fullmatch(path.name) and path.is_file()]
    return {path.name: path.read_bytes() for path in ours if path.stat().st_size <= ARCHIVE_BYTES_MAX}


def _write(session: Session, local: LocalLedger, data: bytes, found: bytes | None, before: bytes) -> None:
    """Put the ledger's file in place whole; raises where another one lies there."""
    if not data.startswith(before):
        raise LedgerForeignError(
            Phrase("{file} is another ledger than the one in git", file=local.where),
            Phrase("Nothing was changed."),
            Phrase("look whose it is, and give it another name"),
        )
    if data != found:
        local.replace(data, session.clock.now(), found)


def _name(target: Session, state: State, where: Mapping[str, str]) -> None:
    """Write into massctl.yaml where the ledger is, and ask for a commit."""
    changed = declare_backend(target.root, target.settings.state.backend, where)
    if declare_lineage(target.root, state.lineage or "") or changed:
        told = Phrase("massctl.yaml says where the ledger is now: commit this")
        target.voice.talk(told)


def _nothing_to_move() -> LedgerMissingError:
    return LedgerMissingError(
        Phrase("there is no ledger to move"),
        Phrase("Nothing was changed."),
        Phrase("write the backend under state in massctl.yaml, then: massctl state init"),
    )


def _told(session: Session, told: Phrase) -> int:
    session.voice.result(told)
    return ExitStatus.DONE
