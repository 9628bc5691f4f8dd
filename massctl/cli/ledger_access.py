"""The ledger of a run: whether it may be trusted, how it is read where it is only shown, and how one begins.

A verb that only shows something reads the ledger as it was fetched last where its remote is out of reach. What writes,
sends or vouches for the ledger reads it where it is, or does nothing.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from massctl.cli.output import on_github
from massctl.cli.session import Session
from massctl.errors import (
    ConfigurationError,
    LedgerError,
    LedgerForeignError,
    LedgerMissingError,
    LedgerUnreachableError,
    UsageError,
)
from massctl.ledger import NEW_LINEAGE
from massctl.ledger.high_water_mark import is_beginning, note_beginning
from massctl.model.diagnostics import Diagnostic
from massctl.model.entries import Created, Entry
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import BEIJING, Command, Phrase, moment
from massctl.model.settings import SANDBOX_LEDGER_VARIABLE
from massctl.model.state import Record, State
from massctl.plan.steps import Guard, Refusal
from massctl.source.campaigns import load_campaign

if TYPE_CHECKING:
    from massctl.apply.journal import LedgerSession

SEE_PLAN = Phrase("{command}   shows what would be sent", command=Command("plan"))
CHECK = Phrase("{command}   checks every line of it", command=Command("state verify"))
DEEPER = Phrase(
    "{command}   also checks the form and the fields of every entry",
    command=Command("state verify", "--deep"),
)
"""What to run next."""
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ledger_refusal(session: Session, state: State, accounts: list[str]) -> Refusal | None:
    """Refuse a ledger that is missing, of another lineage, or of another realm."""
    due = None if session.sandbox else session.settings.state.lineage
    if session.sandbox and state.lineage and state.lineage == session.settings.state.lineage:
        say = Phrase("{place} has the real ledger, and a sandbox is to use another place")
        hint = Phrase("correct {name}, or unset it", name=SANDBOX_LEDGER_VARIABLE)
        return Refusal(Guard.LEDGER_FOREIGN, Phrase(say, place=session.backend.where), hint)
    if session.backend.is_shared and due is None and not (session.sandbox and state.lineage):
        return _undeclared(session, state)
    if (
        due is not None
        and state.lineage is None
        and (session.backend.is_shared or not is_being_begun(session, state))
    ):
        return Refusal(
            Guard.LEDGER_MISSING,
            Phrase("massctl.yaml names the ledger {lineage}, but it is missing", lineage=due),
            _moving_hint(session) or session.backend.missing_hint(),
        )
    if due is not None and state.lineage not in (None, due):
        return Refusal(
            Guard.LEDGER_FOREIGN,
            Phrase(
                "massctl.yaml names the ledger {lineage}, but this one is {found}",
                lineage=due,
                found=state.lineage,
            ),
            Phrase(
                "restore the right {ledger}, or correct state.lineage in massctl.yaml; if it is lost "
                "for good: {command}",
                ledger=session.backend.where,
                command=NEW_LINEAGE,
            ),
        )
    return realm_refusal(session, state, accounts)


MOVING_FILE = "moving.jsonl"
"""Beside the locks: the ledger while it is in neither of two places."""


def _moving_hint(session: Session) -> Phrase | None:
    try:
        (session.places.locks / MOVING_FILE).read_bytes()
    except OSError:
        return None
    return Phrase(
        "a move of the ledger was cut short on this machine: run {command} again, or take it back with --to and the "
        "old kind",
        command=Command("state migrate"),
    )


def sharing_refusal(
    session: Session, state: State, accounts: list[str]
) -> "tuple[Refusal | None, list[Diagnostic]]":
    """Refuse to use WeChat while clones of this repository would not know its ledger; warn of a folder without git."""
    if not accounts or session.realm(accounts) == "loopback":
        return None, []
    # Only what WeChat is to see asks git.
    from massctl.cli.shared_lineage import Asked, copied_folder, refusal_of, sharing

    ours = session.settings.accounts
    asked = Asked(state.lineage, state.replaced, frozenset(ours[name].appid for name in accounts))
    around = session.root, session.settings, session.environment
    found = sharing(*around, asked, session.console.language.flags.where)
    return refusal_of(found, state.lineage), [] if found.in_repository else [copied_folder()]


def is_being_begun(session: Session, state: State) -> bool:
    """Return whether a run here declared the ledger and stopped before creating it."""
    due = None if session.sandbox else session.settings.state.lineage
    return due is not None and state.serial == 0 and is_beginning(session.places.locks, due)


def recorded_if_begun(session: Session) -> State:
    """Read what is recorded, for a verb that only judges files.

    A ledger in git that was never begun records nothing, and may be out of reach: a new repository has no remote yet.
    """
    try:
        return shown_ledger(session)
    except LedgerUnreachableError:
        if session.settings.state.lineage is None:
            return State()
        raise


def shown_if_begun(session: Session) -> State:
    """Read what is recorded, for a plan to be shown; if no ledger is named and none can be read, say why."""
    try:
        return shown_ledger(session)
    except LedgerUnreachableError as error:
        if session.settings.state.lineage is not None:
            raise
        if _unopened(session) is not None and session.repository.campaign_folders.names:
            return State()  # What is missing is told as the refusal of each campaign.
        # Only a repository that is not set up yet comes here.
        from massctl.apply.outcome import what_happened

        console = session.console
        console.talk(Phrase("the ledger was not read: {why}", why=what_happened(error)))
        console.talk_page(error.hint)
        return State()


def realm_refusal(session: Session, state: State, accounts: list[str]) -> Refusal | None:
    """Refuse a ledger of another realm than that of `accounts`."""
    realm = session.realm(accounts)
    if state.realm is not None and accounts and state.realm != realm:
        return Refusal(
            Guard.LEDGER_FOREIGN,
            Phrase(
                "this ledger belongs to the realm {found}, but the API is in the realm {realm}",
                found=state.realm,
                realm=realm,
            ),
            Phrase(
                "correct api_base and MASSCTL_API_BASE, or use the ledger of that realm; if there is "
                "none yet: {command}",
                command=NEW_LINEAGE,
            ),
        )
    return None


def _undeclared(session: Session, state: State) -> Refusal:
    """Refuse a shared ledger that massctl.yaml does not name: were it deleted, nobody would notice."""
    if (error := _unopened(session)) is not None:
        return Refusal(Guard.LEDGER_MISSING, error.summary, error.hint)
    backend = session.backend
    if state.lineage is None:
        say = Phrase("there is no ledger on {branch} yet", branch=backend.where)
        return Refusal(Guard.LEDGER_MISSING, say, backend.begin_hint())
    say = Phrase(
        "massctl.yaml names no ledger, but {branch} has {found}",
        branch=backend.where,
        found=state.lineage,
    )
    hint = Phrase(
        "{command}   names it in massctl.yaml; commit that", command=Command("state init")
    )
    return Refusal(Guard.LEDGER_FOREIGN, say, hint)


def _unopened(session: Session) -> LedgerUnreachableError | None:
    """Return why the ledger's place cannot exist here, such as a branch without git; None where it can."""
    try:
        session.backend.ledger  # noqa: B018 - opening it is the question
    except LedgerUnreachableError as error:
        return error
    return None


def require_writable(session: Session) -> None:
    """Refuse to write a ledger from here, before the first request.

    A signed one needs its private key. A local one would be lost on a runner whose disk is thrown away, which matters
    unless the API is on loopback.
    """
    session.backend.keys.require_private()
    ci = session.environment.get("CI") or on_github(session.environment)
    if (
        ci
        and not session.backend.is_shared
        and not session.sandbox
        and session.realm() != "loopback"
    ):
        raise LedgerError(
            Phrase("a local ledger would be lost with this CI runner"),
            Phrase("The next run would not know what this one sent. Nothing was done."),
            Phrase(
                "keep the ledger in git, where every runner reads it: {command}",
                command=Command("state migrate", "--to git"),
            ),
        )


def read_ledger(session: Session) -> State:
    """Read the ledger where it is, to decide by it; raises a LedgerError for anything doubtful."""
    state = session.new_state()
    session.backend.ledger.fold(state.absorb)
    return state


def trusted_ledger(session: Session) -> State:
    """Read the ledger as `read_ledger` does; raises a LedgerError if it may not be this repository's."""
    state = read_ledger(session)
    trust(session, state)
    return state


def alone(session: Session, *, brief: bool = False) -> AbstractContextManager[None]:
    """Let no other massctl of this machine work on the ledger meanwhile; `brief` as `sole_runner` takes it.

    Ask nobody meanwhile: a person who thinks would keep every send back.
    """
    # Only what works alone loads the lock.
    from massctl.ledger.process_lock import sole_runner

    return sole_runner(session.places.locks, session.clock.now(), brief=brief)


@contextmanager
def own_ledger(session: Session, *, brief: bool = False) -> "Iterator[LedgerSession]":
    """Open the ledger to write to it, alone; raises a LedgerError if it may not be written from here."""
    require_writable(session)
    with alone(session, brief=brief):
        yield ledger_session(session, trusted_ledger(session))


def ledger_session(
    session: Session, state: State, begins: "LedgerBootstrap | None" = None
) -> "LedgerSession":
    """Write to the ledger behind `state`, which was read while this run is `alone`."""
    # Not every verb writes.
    from massctl.apply.journal import LedgerSession

    return LedgerSession(session.backend.ledger, session.clock, state, begins)


@contextmanager
def begun_ledger(session: Session) -> "Iterator[LedgerSession]":
    """Open the ledger as `own_ledger` does; raise LedgerMissingError before it was begun."""
    with own_ledger(session) as book:
        if book.state.serial == 0:
            raise no_ledger(Phrase("there is no ledger yet"))
        yield book


def no_ledger(what: Phrase) -> LedgerMissingError:
    """Make the error of a verb that needs a ledger which was begun."""
    return LedgerMissingError(
        what,
        Phrase("Nothing was changed."),
        Phrase("{command}   begins one", command=Command("state init")),
    )


def writable_state(session: Session) -> State:
    """Read a ledger that may be written from here, without a lock; raise a LedgerError for any other ledger."""
    require_writable(session)
    return trusted_ledger(session)


class LedgerBootstrap:
    """Begins the ledger of this repository; implements `massctl.apply.journal.LedgerBootstrap`."""

    def __init__(
        self, session: Session, reason: str | None = None, replaces: Sequence[str] = ()
    ) -> None:
        """Begin one for `session`; `reason` says why one starts over, and `replaces` in the place of which."""
        self._session = session
        self._reason = reason
        self._replaces = replaces
        self._created: Created | None = None
        self._before: bytes | None = None
        """massctl.yaml as it was before it named the ledger; None if it was not changed."""

    def created(self) -> "Created":
        """Draw a new lineage: the time, and chance, in 26 characters that sort by time.

        One that an earlier run named in massctl.yaml and did not come to begin is taken up.
        """
        if self._created is None:
            named = self._session.settings.state.lineage
            taken_up = (
                named if self._reason is None and is_being_begun(self._session, State()) else None
            )
            key = self._session.backend.keys.require_private()
            self._created = Created(
                lineage=taken_up or self._drawn(),
                realm=self._session.realm(),
                reason=self._reason,
                replaces=list(self._replaces) or None,
                key=key.public if key is not None else None,
            )
        return self._created

    def declare(self, lineage: str) -> None:
        """Write the lineage into massctl.yaml and ask for a commit; a sandbox's ledger is not declared.

        Raises LedgerError if it cannot be written there: then nothing is begun.
        """
        if self._session.sandbox:
            return
        from massctl.source.settings_writer import declare_lineage

        if self._created is not None and self._reason is None:
            note_beginning(self._session.places.locks, lineage)
        before = declare_lineage(self._session.root, lineage)
        if before is None:
            return  # Another run has done it since this one read the file.
        self._before = before
        told = Phrase(
            "massctl.yaml now names the ledger of this repository (state.lineage): commit this"
        )
        self._session.console.talk(told)

    def take_back(self) -> None:
        """Write massctl.yaml as it was before `declare`: the ledger that it names was not begun."""
        if self._before is not None:
            from massctl.source.settings_writer import take_back

            take_back(self._session.root, self._before)

    def _drawn(self) -> str:
        number = (int(self._session.clock.now().timestamp() * 1000) << 80) | secrets.randbits(80)
        return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def with_state(session: Session, **keys: object) -> Session:
    """Return the session as it is where massctl.yaml has these keys of `state`."""
    state = session.settings.state.model_copy(update=keys)
    return replace(
        session, settings=session.settings.model_copy(update={"state": state}), _backend=None
    )


def require_recorded(state: State, names: Sequence[str], known: Collection[str]) -> None:
    """Raise UsageError for the first of the names that is not known, with its new name if it was renamed."""
    missing = [name for name in names if name not in known]
    if missing and (now := state.renamed.get(CampaignName(missing[0]))) is not None:
        raise UsageError(
            Phrase("{name} is now named {now} (`moved` in massctl.yaml)", name=missing[0], now=now),
            Phrase("No request was made."),
            Phrase("run the same command again with the new name"),
        )
    if missing:
        raise UsageError(
            Phrase("nothing is recorded about a campaign {name}", name=missing[0]),
            Phrase("No request was made."),
            Phrase("{command}   lists what is recorded", command=Command("state show")),
        )


def records_of(
    state: State,
    names: Sequence[str],
    *,
    all_editions: bool,
    unsent: Mapping[CampaignName, int] = MappingProxyType({}),
) -> list[Record]:
    """Choose what is shown: the newest edition of each campaign, or all, in the order of names.

    `unsent` gives the editions of campaigns that may be named though nothing is recorded of them.
    """
    known = sorted({*(name for name, _ in state.records), *unsent})
    require_recorded(state, names, known)
    chosen = [name for name in known if not names or name in names]
    first = 0 if all_editions else -1
    return [
        record
        for name in chosen
        for record in state.editions(name)[first:] or [state.record(name, unsent.get(name, 1))]
    ]


def declared_editions(session: Session, names: Sequence[str]) -> dict[CampaignName, int]:
    """Return the editions that the folders of campaigns declare; 1 where campaign.yaml has faults."""
    here = [name for name in session.repository.campaign_folders.names if name in names]
    files = {name: load_campaign(session.repository, name, session.settings).file for name in here}
    return {name: file.edition if file else 1 for name, file in files.items()}


def account_of(session: Session, appid: AppId) -> AccountName:
    """Find the account of an appid; raise ConfigurationError if massctl.yaml has none."""
    for name, account in session.settings.accounts.items():
        if account.appid == appid:
            return AccountName(name)
    raise ConfigurationError(
        Phrase("no account in massctl.yaml has the AppID {appid}", appid=appid),
        Phrase(
            "A job was sent with it, and its state cannot be read without the account. Nothing was changed."
        ),
        Phrase("restore the account under accounts: in massctl.yaml"),
    )


def require_ledger(session: Session, state: State) -> None:
    """Raise a LedgerError if the ledger that massctl.yaml names is missing: "nothing recorded" would be wrong."""
    raise_refusal(ledger_refusal(session, state, []))


def trust(session: Session, state: State) -> None:
    """Raise a LedgerError if this ledger may not be written by this repository."""
    raise_refusal(ledger_refusal(session, state, list(session.settings.accounts)))


def raise_refusal(refusal: Refusal | None) -> None:
    """Raise what a guard of the ledger says, if it says anything."""
    if refusal is None:
        return
    kind: type[LedgerError] = (
        LedgerMissingError if refusal.guard is Guard.LEDGER_MISSING else LedgerForeignError
    )
    raise kind(refusal.message, hint=refusal.hint)


def shown_entries(session: Session) -> "Sequence[Entry]":
    """Read the ledger for display; if its place is unreachable, show the last fetched copy and say so."""
    try:
        return session.backend.ledger.read(0)
    except LedgerUnreachableError as error:
        return _last_read(session, error)


def shown_ledger(session: Session) -> State:
    """Read the ledger as `shown_entries` does, and fold it."""
    try:
        return read_ledger(session)
    except LedgerUnreachableError as error:
        return session.fold(_last_read(session, error))


def _last_read(session: Session, error: LedgerUnreachableError) -> "Sequence[Entry]":
    known = session.backend.ledger.last_read()
    if known is None:
        raise error
    _tell_old(session, error, known)
    return known


def _tell_old(session: Session, error: LedgerUnreachableError, known: "Sequence[Entry]") -> None:
    # Only a run without its remote comes here.
    from massctl.apply.outcome import what_happened

    told = Phrase(
        "{why}\nShown is what was fetched last: it ends with entry {serial}, of {at}; others may have sent since.",
        why=what_happened(error),
        serial=len(known),
        at=moment(known[-1].at.astimezone(BEIJING)) if known else "-",
    )
    session.console.talk(told)
