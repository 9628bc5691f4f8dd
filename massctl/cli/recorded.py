"""May this ledger be trusted for this run? And how one begins."""

import secrets
from typing import TYPE_CHECKING, Final

from massctl.cli.last_read import shown_state
from massctl.cli.places import LEDGER_FILE
from massctl.cli.session import Session
from massctl.errors import LedgerError, LedgerUnreachableError
from massctl.ledger.high_water_mark import is_beginning, note_beginning
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.plan.steps import Guard, Refusal

if TYPE_CHECKING:
    from massctl.model.diagnostics import Diagnostic
    from massctl.model.entries import Created

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ledger_refusal(session: Session, state: State, accounts: list[str]) -> Refusal | None:
    """Refuse a ledger that is missing, of another history, or of another world."""
    due = None if session.sandbox else session.settings.state.lineage
    if session.in_git and due is None:
        return _undeclared(session, state)
    if due is not None and state.lineage is None and (session.in_git or not is_being_begun(session, state)):
        return Refusal(
            Guard.LEDGER_MISSING,
            Phrase("massctl.yaml names the ledger {lineage}, and it is not here", lineage=due),
            _bring_back(session),
        )
    if due is not None and state.lineage not in (None, due):
        return Refusal(
            Guard.LEDGER_FOREIGN,
            Phrase(
                "massctl.yaml names the ledger {lineage}, and this one is {found}", lineage=due, found=state.lineage
            ),
            Phrase(
                "bring the right {ledger} back, or correct state.lineage in massctl.yaml; where it is lost "
                'for good: massctl state init --new-lineage --reason "…"',
                ledger=session.settings.state.branch if session.in_git else LEDGER_FILE,
            ),
        )
    return realm_refusal(session, state, accounts)


def sharing_refusal(session: Session, state: State, accounts: list[str]) -> "tuple[Refusal | None, list[Diagnostic]]":
    """Refuse to use WeChat while a clone of this repository would not know its ledger; warn of a folder without git."""
    if not accounts or session.realm(accounts) == "loopback":
        return None, []
    # Only what WeChat is to see asks git.
    from massctl.cli.shared_lineage import copied_folder, refusal_of, sharing

    around = session.root, session.settings, session.environment
    found = sharing(*around, state.lineage, session.voice.language.flags.where)
    return refusal_of(found, state.lineage), [] if found.in_repository else [copied_folder()]


def is_being_begun(session: Session, state: State) -> bool:
    """Say whether massctl.yaml names a ledger that a run on this machine named, and did not come to begin."""
    due = None if session.sandbox else session.settings.state.lineage
    return due is not None and state.serial == 0 and is_beginning(session.locks, due)


def recorded_if_begun(session: Session) -> State:
    """Read what is recorded, for a verb that judges files and sends nothing.

    A ledger in git that was never begun records nothing, and may be out of reach: a new repository has no remote yet.
    """
    try:
        return shown_state(session)
    except LedgerUnreachableError:
        if session.settings.state.lineage is None:
            return State()
        raise


def shown_if_begun(session: Session) -> State:
    """Read what is recorded, for a plan to be shown; where none is named yet and none can be read, say why not."""
    try:
        return shown_state(session)
    except LedgerUnreachableError as error:
        if session.settings.state.lineage is not None:
            raise
        # Only a repository that is not set up yet comes here.
        from massctl.apply.outcome import what_happened

        for told in (Phrase("the ledger was not read: {why}", why=what_happened(error)), error.hint):
            session.voice.talk(told)
        return State()


def realm_refusal(session: Session, state: State, accounts: list[str]) -> Refusal | None:
    """Refuse a ledger of another world than the one that `accounts` are in."""
    realm = session.realm(accounts)
    if state.realm is not None and accounts and state.realm != realm:
        return Refusal(
            Guard.LEDGER_FOREIGN,
            Phrase(
                "this ledger belongs to the realm {found}, and the API is in the realm {realm}",
                found=state.realm,
                realm=realm,
            ),
            Phrase(
                "correct api_base and MASSCTL_API_BASE, or bring the ledger of that realm; where there is none yet: "
                'massctl state init --new-lineage --reason "…"'
            ),
        )
    return None


def _bring_back(session: Session) -> Phrase:
    if session.in_git:
        return Phrase(
            "git pull   first, for the ledger may have been moved; else bring the branch {branch} back: somebody "
            "deleted it, or state.branch and state.remote name another; without it nobody knows what was sent; where "
            'it is lost for good: massctl state init --new-lineage --reason "…"',
            branch=session.settings.state.branch,
        )
    return Phrase(
        "git pull   first, for the ledger may have been moved; else bring massctl.state.jsonl back from the machine "
        "that sent last, for without it nobody knows what was sent; where it is lost for good: "
        'massctl state init --new-lineage --reason "…"'
    )


def _undeclared(session: Session, state: State) -> Refusal:
    """Refuse a ledger in git that massctl.yaml does not name: were the branch deleted, nobody would notice."""
    branch = f"{session.settings.state.remote}/{session.settings.state.branch}"
    if state.lineage is None:
        say = Phrase("there is no ledger on {branch} yet", branch=branch)
        hint = Phrase("massctl state init   begins it and names it in massctl.yaml; commit that")
        if _is_branch_there(session):
            hint = Phrase(
                "git pull   first, for a ledger may have been moved from that branch; where massctl.yaml names none "
                "afterwards: massctl state init   begins one"
            )
        return Refusal(Guard.LEDGER_MISSING, say, hint)
    say = Phrase("massctl.yaml names no ledger, and {branch} holds {found}", branch=branch, found=state.lineage)
    hint = Phrase("massctl state init   names it in massctl.yaml; commit that")
    return Refusal(Guard.LEDGER_FOREIGN, say, hint)


def _is_branch_there(session: Session) -> bool:
    try:
        return session.git_ledger().store.tip is not None
    except LedgerUnreachableError:
        return False


def refuse_fleeting_ledger(session: Session) -> None:
    """Refuse to write a local ledger on a runner whose disk is thrown away, unless the API is on loopback."""
    if session.in_git:
        return
    ci = any(session.environment.get(name) for name in ("CI", "GITHUB_ACTIONS"))
    if ci and not session.sandbox and session.realm() != "loopback":
        raise LedgerError(
            Phrase("a local ledger would be lost with this CI runner"),
            Phrase("The next run would not know what this one sent. Nothing was done."),
            Phrase("let the ledger be in git, where every runner reads it: massctl state migrate --to git"),
        )


class Founding:
    """Begins the ledger of this repository; implements `massctl.apply.journal.LedgerBootstrap`."""

    def __init__(self, session: Session, reason: str | None = None) -> None:
        """Begin one for `session`; `reason` says why one starts over."""
        self._session = session
        self._reason = reason
        self._created: Created | None = None
        self._before: bytes | None = None
        """massctl.yaml as it was before it named the ledger; None where it was not changed."""

    def created(self) -> "Created":
        """Draw a new lineage: the time, and chance, in 26 characters that sort by time.

        One that an earlier run named in massctl.yaml and did not come to begin is taken up.
        """
        # Only a run that begins a ledger needs it.
        from massctl.model.entries import Created

        if self._created is None:
            named = self._session.settings.state.lineage
            taken_up = named if self._reason is None and is_being_begun(self._session, State()) else None
            self._created = Created(lineage=taken_up or self._drawn(), realm=self._session.realm(), reason=self._reason)
        return self._created

    def declare(self, lineage: str) -> None:
        """Write the lineage into massctl.yaml and ask for a commit; a sandbox's ledger is not declared.

        Raises LedgerError where it cannot be written there: then nothing is begun.
        """
        if self._session.sandbox:
            return
        from massctl.source.settings_writer import declare_lineage

        if self._created is not None and self._reason is None:
            note_beginning(self._session.locks, lineage)
        before = declare_lineage(self._session.root, lineage)
        if before is None:
            return  # Another run has done it since this one read the file.
        self._before = before
        told = Phrase("state.lineage in massctl.yaml names the ledger of this repository now: commit this")
        self._session.voice.talk(told)

    def take_back(self) -> None:
        """Write massctl.yaml as it was before `declare`: the ledger that it names was not begun."""
        if self._before is not None:
            from massctl.source.settings_writer import take_back

            take_back(self._session.root, self._before)

    def _drawn(self) -> str:
        number = (int(self._session.clock.now().timestamp() * 1000) << 80) | secrets.randbits(80)
        return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
