"""What one command works with: the repository, its settings, the ledger, the clock, the accounts' clients."""

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.child import Children
from massctl.cli import views
from massctl.cli.clocks import machine_clock, machine_now
from massctl.cli.output import Console, console_of, make_console, use_console
from massctl.cli.places import API_BASE_VARIABLE, Places, loopback_override, runner_id
from massctl.errors import (
    ConfigurationError,
    LedgerUnreachableError,
    SnapshotAwayError,
    SnapshotError,
    UsageError,
)
from massctl.model.diagnostics import Diagnostic, has_errors
from massctl.model.entries import Entry
from massctl.model.ids import AccountName, CampaignName
from massctl.model.inputs import JudgedInputs
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.model.secrets import register
from massctl.model.selection import EVERYTHING, Selection
from massctl.model.settings import (
    SANDBOX_LEDGER_VARIABLE,
    MassctlFile,
    Policy,
    Realm,
    check_api_base,
    realm_of,
)
from massctl.model.state import State
from massctl.plan.brake import Tip
from massctl.plan.guards import Approval, PolicyInForce, Skew
from massctl.plan.quota import Agenda
from massctl.source.loader import WorkingTree
from massctl.source.repository import SETTINGS, Repository
from massctl.source.settings import load_settings, settings_found
from massctl.view.i18n import Flags

if TYPE_CHECKING:
    from massctl.apply.ports import Clock, Progress
    from massctl.audience.erased_people import Marks
    from massctl.audience.key import SnapshotKey
    from massctl.audience.member_sets import MemberSets
    from massctl.audience.snapshots import Snapshots
    from massctl.cli.checkout import GitCheckout
    from massctl.cli.clients import SkewMeter
    from massctl.cli.embedded_sandbox import Embedded
    from massctl.ledger.backend import Backend
    from massctl.ledger.snapshot_objects import SnapshotObjects
    from massctl.source.scope import Scope
    from massctl.view.redaction import Redaction
    from massctl.wechat.client import WeChatClient

NO_SEND_VARIABLE = "MASSCTL_NO_SEND"
_OFF = frozenset({"", "0", "false", "no", "off"})
"""Values of MASSCTL_NO_SEND that do not stop sending; anything else does."""


class Session(Struct):
    """The repository, settings, clock and clients of one command."""

    root: Path
    settings: "MassctlFile"
    console: Console
    environment: Mapping[str, str]
    sandbox: "Embedded | None"
    clock: "Clock"
    warnings: Sequence[Diagnostic] = ()
    """What is odd in massctl.yaml."""
    home: Path | None = None
    """The folder that keeps ledger, caches and locks, where that is not `root`: a runner has a checkout of its own."""
    selection: Selection = EVERYTHING
    """What is shown and done; all that is judged stays the whole repository."""
    redaction: "Redaction | None" = None
    """What takes the names of other groups out of sentences."""
    by_hand: bool = False
    """A person repeats one send, whichever runner holds the lease."""
    people: ExitStack = field(default_factory=ExitStack)
    """What keeps people in memory; closed when the run reads the files again, and when it ends."""
    _clients: dict[AccountName, "WeChatClient"] = field(default_factory=dict)
    _watches: dict[AccountName, "SkewMeter"] = field(default_factory=dict)
    _backend: "Backend | None" = None
    _repository: Repository | None = None
    _is_read: bool = False
    """A pass has read `_repository`."""

    @property
    def repository(self) -> Repository:
        """The working tree, as this pass found it; `renewed()` looks at it as it is in this moment."""
        if self._repository is None:
            self._repository = Repository(self.root, sandbox=self.sandbox is not None)
        return self._repository

    @property
    def scope(self) -> "Scope":
        """The campaigns that are shown and done."""
        from massctl.source.scope import Scope

        return Scope(self.repository, self.settings, self.selection)

    @property
    def places(self) -> Places:
        """Where the files of this run stand."""
        return Places(self.home or self.root, sandbox=self.sandbox is not None)

    @property
    def checkout(self) -> "GitCheckout":
        """What git says of the working tree."""
        # Few verbs ask git.
        from massctl.cli.checkout import GitCheckout

        return GitCheckout(self.root, self.settings, self.environment)

    def children(self) -> Children:
        """Return the processes that render for this session; they start when they are asked."""
        # A verb that renders nothing has none.
        from massctl.source.renderer import children_of

        return children_of(self.repository, self.places.cache)

    def working_tree(
        self,
        recorded: State | None = None,
        *,
        progress: "Progress | None" = None,
        cache: Path | None = None,
        repository: Repository | None = None,
        acts: bool = False,
    ) -> "WorkingTree":
        """Return the files of the working tree for one pass; with a `cache` of its own, also children of its own.

        Where it `acts` on WeChat, no picture comes from a cache that another process wrote. Each pass looks for the
        campaigns again; the first that does not act takes those that the command line was compared with.
        """
        if repository is None:
            if acts or self._is_read:
                self._repository = None
            self._is_read = True
        children = self.children() if cache is None else None
        own = self.places.own_cache if acts and self.realm() == "wechat" else self.places.cache
        where = repository or self.repository, self.settings, cache or own
        return WorkingTree(*where, recorded, progress, children)

    @property
    def backend(self) -> "Backend":
        """The place of the ledger, opened once: what waits to be written waits in it."""
        if self._backend is None:
            # Not every verb opens a ledger.
            from massctl.cli.ledger_site import ledger_site
            from massctl.ledger.backend import open_backend

            site = ledger_site(self.places, self.settings, self.environment, self.console.talk)
            self._backend = open_backend(site)
        return self._backend

    def snapshots(self, state: "State") -> "Snapshots":
        """Open the place of audiences' snapshots, as a state says what was erased; raise a SnapshotError.

        With --sandbox the real ones are read too, and none of them is written. What was erased of them their names
        say, because the sandbox has another ledger.
        """
        # Most runs read no snapshot.
        from massctl.audience.snapshots import Snapshots, erased_by_name

        key, objects = self._snapshot_key(), self._snapshot_objects()
        erased = {each: left.content_sha256 for each, left in state.erased_snapshots.items()}
        if self.sandbox is not None:
            erased = {**erased_by_name(objects.names()), **erased}
        return Snapshots(objects, key, erased)

    def member_sets(self) -> "MemberSets":
        """Open sets of people, which `people` closes."""
        # Few runs count people.
        from massctl.audience.member_sets import MemberSets

        return self.people.enter_context(MemberSets())

    def erase_rehearsed(self, sets: "MemberSets") -> None:
        """Take whoever was erased out of the snapshots that rehearsals on this machine kept."""
        from massctl.audience.snapshots import Snapshots
        from massctl.ledger.snapshot_objects import RehearsedObjects

        own = self._backend_of(sandbox=True, tell=lambda _: None).snapshots()
        objects = RehearsedObjects(own, self.backend.snapshots())
        Snapshots(objects, self._snapshot_key()).erase_unrecorded(sets, own.names())

    def marks(self, state: "State") -> "Marks | None":
        """Open the marks of erased people; None where nobody was erased, which takes no key. Raises a SnapshotError.

        A rehearsal goes on where the real place cannot be reached: it reaches no real follower.
        """
        from massctl.audience.erased_people import Marks, has_marks, marks_missing

        is_rehearsal = self.sandbox is not None
        try:
            objects = self._snapshot_objects()
            is_marked = has_marks(objects.names())
        except SnapshotError as error:
            is_nowhere = isinstance(error, SnapshotAwayError) and not state.erased_snapshots
            if is_rehearsal or is_nowhere:
                return None
            raise
        if is_marked:
            return Marks(objects, self._snapshot_key())
        if state.erased_snapshots and not is_rehearsal:
            raise marks_missing(objects.where)
        return None

    def _snapshot_key(self) -> "SnapshotKey":
        from massctl.audience.key import SnapshotKey

        return SnapshotKey(self.settings.state.snapshot_key_env, self.environment)

    def _snapshot_objects(self) -> "SnapshotObjects":
        objects = self.backend.snapshots()
        if self.sandbox is None:
            return objects
        from massctl.ledger.snapshot_objects import RehearsedObjects

        return RehearsedObjects(
            objects, self._backend_of(sandbox=False, tell=self.console.talk).snapshots()
        )

    def _backend_of(self, *, sandbox: bool, tell: Callable[[Phrase], None]) -> "Backend":
        from massctl.cli.ledger_site import ledger_site
        from massctl.ledger.backend import open_backend

        places = replace(self.places, sandbox=sandbox)
        site = ledger_site(places, self.settings, self.environment, tell)
        return open_backend(site)

    def for_thread(self) -> "Session":
        """Return the session for another thread: its clients and ledgers are its own, as no two threads share one."""
        return replace(self, _clients={}, _watches={}, _backend=None, _repository=None)

    def api_base(self, account: AccountName) -> str:
        """Return where an account's API answers: MASSCTL_API_BASE outranks massctl.yaml."""
        return self.environment.get(API_BASE_VARIABLE) or self.settings.accounts[account].api_base

    def realm(self, accounts: Sequence[str] | None = None) -> Realm:
        """Return the realm that `accounts` (all, where None) belong to; loopback only if every one is on loopback."""
        if self.sandbox:
            return "loopback"
        names = accounts if accounts is not None else list(self.settings.accounts)
        realms = {realm_of(self.api_base(AccountName(name))) for name in names}
        return "loopback" if realms == {"loopback"} else "wechat"

    def rules(self, named: Sequence[str], agenda: Agenda) -> "PolicyInForce":
        """Return the rules of this run; `agenda` is what all campaigns ask of their accounts' allowance."""
        no_send = self.environment.get(NO_SEND_VARIABLE, "") not in _OFF
        here = None if self.sandbox else runner_id(self.places.runner)
        only = frozenset(named) if named else None
        rules = PolicyInForce(
            self.settings.policy, agenda, no_send, only, runner=here, by_hand=self.by_hand
        )
        return replace(rules, approval=self._approvals(rules.policy))

    def rules_now(self, rules: "PolicyInForce") -> "PolicyInForce":
        """Return the rules as massctl.yaml has them in this moment; while it is faulty nothing is sent."""
        # The remote may take its time, so massctl.yaml is read behind it.
        asked = rules.policy.branch
        tip = self._tip(asked)
        settings, found = self.settings_now()
        policy = self._policy_of(settings, rules.policy)
        tip = tip if policy.branch == asked else self._tip(policy.branch)
        if tip is not None and tip.here is not None and tip.unread is None:
            # What the judged commit holds of a campaign does not change, and `_sources` refuses another commit.
            tip = self.compared(tip, found)
            before = rules.tip.changed if rules.tip is not None else None
            tip = replace(tip, changed=before or tip.changed)
        return replace(rules, policy=policy, tip=tip, approval=self._approvals(policy))

    def _policy_of(self, settings: "MassctlFile | None", known: "Policy") -> "Policy":
        policy = settings.policy if settings else known.model_copy(update={"sending": "disabled"})
        # `reconcile --resubmit` outranks policy.in_doubt for its run. A file that was changed during a run cannot take
        # away the branch that sends, which that file is compared with, nor approvals. Nothing outranks the rest.
        branch = known.branch or policy.branch
        kept = {"in_doubt": known.in_doubt, "branch": branch}
        return policy.model_copy(update=kept).as_strict_as(known)

    def settings_now(self) -> "tuple[MassctlFile | None, dict[str, str]]":
        """Read the settings; None while they are faulty. What was read comes second, as in `JudgedInputs.files`."""
        repository = self.repository.renewed()
        override = loopback_override(self.environment, sandbox=self.sandbox is not None)
        settings, _ = load_settings(repository, loopback_override=override)
        return settings, settings_found(repository)

    def changed_since(self, read: Mapping[str, str], judged: "JudgedInputs") -> str | None:
        """Return the first file that is not as it was when a message was made from it; None if all are.

        `read` is what `settings_now` found then.
        """
        settings, found = self.settings_now()
        if settings is None or settings.declared_sha256 != judged.settings:
            paths = sorted({*read, *found})
            other = (path for path in paths if read.get(path) != found.get(path))
            return next(other, SETTINGS)
        return self.repository.changed_since(dict(judged.files))

    def _approvals(self, policy: "Policy") -> "Callable[[RenderedCampaign], Approval | None]":
        """Return what asks the forge who approved a lock; a new one remembers nothing.

        A policy that asks for none is asked too: it may have asked for some before the merge that brought the lock.
        """
        known = dict[CampaignName, Approval | None]()
        settings = self.settings.model_copy(update={"policy": policy})
        checkout = replace(self.checkout, settings=settings)

        def ask(campaign: RenderedCampaign) -> Approval | None:
            if self.realm([campaign.account]) == "loopback":
                return None
            if campaign.name not in known:
                # Only a send asks.
                from massctl.cli.forge import asked_approval

                known[campaign.name] = asked_approval(checkout, campaign)
            return known[campaign.name]

        return ask

    def tip(self) -> "Tip | None":
        """Compare this checkout with the branch that sends; None if massctl.yaml names none."""
        return self._tip(self.settings.policy.branch)

    def _tip(self, branch: str | None) -> "Tip | None":
        """Compare this checkout with a branch; a sandbox's sends reach nobody."""
        if branch is None or self.sandbox is not None:
            return None
        return self.checkout.tip(branch)

    def compared(self, tip: "Tip", files: Mapping[str, str]) -> "Tip":
        """Return the tip with the first of `JudgedInputs.files` that its commit lacks, or why that is unknown."""
        from massctl.apply.outcome import what_happened

        try:
            changed = self.checkout.not_held(tip.here or "HEAD", files)
        except LedgerUnreachableError as error:
            return replace(tip, unread=what_happened(error))
        return replace(tip, changed=changed)

    def reread(self) -> None:
        """Take the files as they are now, for a run that plans again after a wait; the ledger stays where it is."""
        self._repository = None
        self.people.close()
        before, (read, _) = self.settings, self.settings_now()
        now, policy = read or before, self._policy_of(read, before.policy)
        lineage = before.state.lineage or now.state.lineage
        state = before.state.model_copy(update={"lineage": lineage})
        self.settings = now.model_copy(update={"policy": policy, "state": state})
        if before.accounts != self.settings.accounts:
            self.close()

    def wechat(self, account: AccountName) -> "WeChatClient":
        """Return an account's client, made once; raise ConfigurationError if its secret is not set."""
        if account not in self._clients:
            # httpx costs more than most verbs do; only verbs that call WeChat come here.
            from massctl.cli.clients import ClientContext, open_client

            # What token_command starts has no business with the ledger.
            state = self.settings.state
            hidden = {state.key_env, state.dsn_env, SANDBOX_LEDGER_VARIABLE}
            known = {k: value for k, value in self.environment.items() if k not in hidden}
            around = ClientContext(self.root, known, self.console, self.clock, self.sandbox)
            declared = self.settings.accounts[account]
            self._clients[account], watch = open_client(
                account, declared, self.api_base(account), around
            )
            if watch is not None:
                self._watches[account] = watch
        return self._clients[account]

    def close(self) -> None:
        """Close the connections to WeChat; a process that ends leaves that to its end."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def skew(self, account: AccountName) -> "Skew | None":
        """Return how far this run's clock is from WeChat's, by the account's requests; None before the first."""
        return self._watches[account].skew if account in self._watches else None

    def account(self, named: str | None, nothing: Phrase) -> AccountName:
        """Return the account of `--account`, or the only one; raise UsageError otherwise: `nothing` was done."""
        accounts = list(self.settings.accounts)
        if named is None and len(accounts) == 1:
            return AccountName(accounts[0])
        if named in accounts:
            return AccountName(str(named))
        listed = ", ".join(accounts)
        what = Phrase("massctl.yaml has several accounts: {accounts}", accounts=listed)
        if named is not None:
            what = Phrase("massctl.yaml has no account {name}", name=named)
        raise UsageError(
            what, nothing, Phrase("add --account with one of {accounts}", accounts=listed)
        )

    def fold(self, entries: "Iterable[Entry]") -> State:
        """Fold entries into a state, with renamed campaigns under their current names."""
        state = self.new_state()
        state.absorb_all(entries)
        return state

    def new_state(self) -> State:
        """Return a state to fold entries into; the names of other groups that come into it are hidden."""
        state = State(self.settings.renamed)
        if self.redaction is not None:
            self.redaction.states.append(state)
        return state


def open_settings(
    directory: str,
    environment: Mapping[str, str] = os.environ,
    *,
    sandbox: bool = False,
) -> "tuple[MassctlFile | None, list[Diagnostic], Console]":
    """Read massctl.yaml with all its faults; raise UsageError if the file does not exist."""
    root = Path(directory).resolve()
    if not (root / "massctl.yaml").is_file():
        use_console(make_console(None, environment))
        raise UsageError(
            Phrase("there is no massctl.yaml here"),
            Phrase(
                "massctl works in the folder that has massctl.yaml and campaigns/, and does not search above it."
            ),
            Phrase(
                "cd into that folder, name it with `massctl -C DIR …`, or begin one with `{command}`",
                command=Command("init"),
            ),
        )
    override = loopback_override(environment, sandbox=sandbox)
    settings, diagnostics = load_settings(Repository(root), loopback_override=override)
    if settings is not None:
        register(*(environment.get(name, "") for name in settings.variables))
    spoken = (
        make_console(settings.language, environment).labelled(settings.labels)
        if settings
        else console_of(root, environment)
    )
    return (
        settings,
        diagnostics,
        use_console(spoken.advising(advised_flags(directory, sandbox=sandbox))),
    )


def advised_flags(directory: str, *, sandbox: bool = False) -> Flags:
    """Return the flags that every advised command repeats for a run in `directory`."""
    return Flags("" if directory == "." else f"-C {_quoted(directory)}", sandbox)


def _quoted(directory: str) -> str:
    """Quote a folder for a shell; bytes that are not UTF-8 are written as numbers, which can be shown and pasted."""
    try:
        directory.encode()
    except UnicodeEncodeError:
        written = (
            chr(b) if chr(b).isalnum() and b < 128 else f"\\x{b:02x}"
            for b in os.fsencode(directory)
        )
        return f"$'{''.join(written)}'"
    return shlex.quote(directory)


@contextmanager
def session(
    directory: str,
    *,
    sandbox: bool = False,
    locked: bool = False,
    environment: Mapping[str, str] = os.environ,
    opened: "tuple[MassctlFile | None, list[Diagnostic], Console] | None" = None,
    home: Path | None = None,
) -> Iterator[Session]:
    """Open a repository. `locked`: advise the flag too.

    Raises UsageError without massctl.yaml, and ConfigurationError, after its faults were shown, if it cannot be used.
    `opened`: what `open_settings` gave already. `home`: see `Session.home`.
    """
    settings, diagnostics, console = opened or open_settings(
        directory, environment, sandbox=sandbox
    )
    if settings is None or has_errors(diagnostics):
        console.talk_page(views.diagnostics.diagnostics_text(console.page(), diagnostics))
        raise ConfigurationError(
            Phrase("massctl.yaml has faults, so nothing was done"),
            hint=Phrase(
                "correct massctl.yaml; {command}   shows every fault of every file",
                command=Command("validate"),
            ),
        )
    console = use_console(console.advising(replace(console.language.flags, locked=locked)))
    root = Path(directory).resolve()
    override = environment.get(API_BASE_VARIABLE)
    _check_override(override, settings)
    embedded = _embedded(root, settings) if sandbox else None
    try:
        loopback = realm_of(override) == "loopback" if override else _all_loopback(settings)
        clock = embedded.clock if embedded else machine_clock(environment, loopback=loopback)
        current = Session(root, settings, console, environment, embedded, clock, diagnostics, home)
        with current.people:
            yield current
    finally:
        if embedded:
            embedded.world.close()


def _embedded(root: Path, settings: "MassctlFile") -> "Embedded":
    # The sandbox is half of massctl; only `--sandbox` pays for it.
    from massctl.cli.embedded_sandbox import embedded

    return embedded(root, settings, machine_now)


def _all_loopback(settings: "MassctlFile") -> bool:
    return all(realm_of(account.api_base) == "loopback" for account in settings.accounts.values())


def _check_override(override: str | None, settings: "MassctlFile") -> None:
    """Refuse a MASSCTL_API_BASE that may not receive the secret."""
    if override and (why := check_api_base(override, settings.policy.api_hosts)) is not None:
        raise UsageError(
            Phrase("MASSCTL_API_BASE cannot be used: {why}", why=why),
            Phrase("No request was made."),
            Phrase(
                "unset MASSCTL_API_BASE, or name the host under policy.api_hosts in massctl.yaml"
            ),
        )
