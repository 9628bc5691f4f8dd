"""`massctl run`: the pull runner."""

from __future__ import annotations

import gc
import json
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import click
from msgspec import Struct, field
from msgspec.structs import replace

from massctl.apply.outcome import Outcome, what_happened
from massctl.apply.ports import Clock
from massctl.apply.runner_events import (
    RunnerEvent,
    Standings,
    events_of,
    job_events,
    statistics_events,
    stopped_in_window,
    unfinished_sends,
    waiting_for_people,
)
from massctl.cli import views
from massctl.cli.app import restore_keyboard_interrupt, set_active_session
from massctl.cli.arguments import form_option
from massctl.cli.clocks import MachineClock
from massctl.cli.commands.apply import run_apply
from massctl.cli.commands.status import follow
from massctl.cli.consent import require_operator, said_yes, somebody_is_here, who
from massctl.cli.drift import DriftReader, due_now, unread_words
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import own_ledger, read_ledger, require_ledger
from massctl.cli.output import Console
from massctl.cli.places import Places
from massctl.cli.runner import Monitor, PullRequests, RunnerCheckout, RunnerFolder, with_credentials
from massctl.cli.session import Session, advised_flags, open_settings, session
from massctl.cli.statistics import ONCE_SECONDS, BackgroundCollector
from massctl.errors import (
    ConfigurationError,
    InvariantError,
    LeaseHeldError,
    LedgerLockedError,
    LedgerStaleError,
    LedgerUnreachableError,
    MassctlError,
    RefusedError,
    UsageError,
)
from massctl.model.entries import Lease
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.phrase import BEIJING, Command, Phrase, system_reason
from massctl.model.settings import MassctlFile, RunnerHappening
from massctl.model.state import State, lease_words
from massctl.plan.drift import Drift
from massctl.plan.lease import TAKE_OVER, Claim, claim

EVERY_SECONDS_MAX = 3_600


@click.command(name="run")
@click.option(
    "--once", is_flag=True, help="Make one round, and end with the exit status of its apply."
)
@click.option(
    "--every",
    type=click.IntRange(1, EVERY_SECONDS_MAX),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="From the beginning of one round to that of the next.",
)
@click.option(
    "--take-over",
    is_flag=True,
    help="Send from here, and not from the runner that holds the lease.",
)
@click.option(
    "--release",
    is_flag=True,
    help="Give the lease up, so that every apply may send again; makes no round.",
)
@click.option(
    "--rewritten",
    metavar="COMMIT",
    help="Go on from COMMIT, the tip of a branch that was rewritten.",
)
@click.option(
    "--yes", is_flag=True, help="With --take-over: no question; required without a terminal."
)
@form_option
@click.pass_obj
def command(
    directory: str,
    once: bool,
    every: int,
    take_over: bool,
    release: bool,
    rewritten: str | None,
    yes: bool,
    form: str,
) -> int:
    """Send what is merged, from this machine: fetch policy.branch each minute, and apply what is locked and due.

    Works in a checkout of its own, below .massctl/. One runner holds the ledger's lease; every other apply is refused
    then. Prints a line for each event. SIGTERM and Ctrl-C end it.
    """
    if release and (once or take_over or rewritten):
        raise click.UsageError(
            Phrase("--release makes no round; you cannot combine it with another flag")
        )
    if rewritten is not None and len(rewritten) < COMMIT_LENGTH_MIN:
        raise click.UsageError(
            Phrase("name the commit by at least {count} digits", count=COMMIT_LENGTH_MIN)
        )
    with restore_keyboard_interrupt():
        runner = _opened(directory, every, form)
        with runner.folder.alone():
            if release:
                return runner.release()
            return runner.run(_Wishes(once, take_over, yes, rewritten))


COMMIT_LENGTH_MIN = 7
GC_THRESHOLD = (2_000, 10, 10)
"""A command that ends soon collects nothing; this one stays."""
POLL_SHARE = 0.1
"""A job is asked about again after this share of its age: often at first, and each hour in the end."""
POLL_SECONDS_MAX = 3_600.0


class _Wishes(Frozen):
    """The flags of the command line."""

    once: bool = False
    take_over: bool = False
    yes: bool = False
    rewritten: str | None = None
    rounds_made: int = 0
    """Rounds before this one. What a person wishes is for the first."""

    @property
    def is_a_persons(self) -> bool:
        """Whether somebody waits for what becomes of this round."""
        return self.once or self.take_over or self.rewritten is not None


class RunReport(Protocol):
    """Hears each event of a runner. The channels of `notify` are told by the apply itself, and not by this."""

    def __call__(self, event: RunnerEvent) -> None:
        """Take note of it; raises nothing."""
        ...


class _RoundConsole(Console):
    """Says on standard error what rounds repeat once an hour."""

    told: dict[str, float] = field(default_factory=dict)

    def talk(self, sentence: Phrase) -> None:
        """Print a sentence, unless it was printed within the last hour."""
        if self._is_new(sentence):
            Console.talk(self, sentence)

    def talk_page(self, page: str) -> None:
        """Print a page, unless it was printed within the last hour."""
        if self._is_new(page):
            Console.talk_page(self, page)

    def _is_new(self, text: str) -> bool:
        now = time.monotonic()
        for each in [each for each, at in self.told.items() if now - at >= TOLD_SECONDS]:
            del self.told[each]
        return self.told.setdefault(str(text), now) == now


TOLD_SECONDS = 3_600.0


def _opened(directory: str, every: int, form: str) -> _Runner:
    """Read what a runner needs before its first round; raise UsageError where there is no branch to send from."""
    settings, _, console = open_settings(directory)
    if settings is None:
        raise ConfigurationError(
            Phrase("massctl.yaml has faults, so nothing was done"),
            hint=Phrase("{command}   shows every fault of every file", command=Command("validate")),
        )
    if settings.policy.branch is None:
        raise UsageError(
            Phrase("massctl.yaml has no policy.branch, so nobody knows which branch to send from"),
            Phrase("Nothing was done."),
            Phrase("write `branch: main` under policy in massctl.yaml, and have it merged"),
        )
    gc.set_threshold(*GC_THRESHOLD)
    root, environment = Path(directory).resolve(), with_credentials(os.environ)
    folder = RunnerFolder(Places(root).runner)
    checkout = RunnerCheckout(root, settings.policy.branch, settings, environment, folder.checkout)
    monitor, printer = Monitor(environment), _Printer(console, form)
    told = PullRequests(folder)
    return _Runner(
        directory, root, environment, every, folder, checkout, monitor, told, printer, settings
    )


class _Printer(Frozen):
    """Prints a line for each event on standard output; implements `RunReport`."""

    console: Console
    form: str

    def __call__(self, event: RunnerEvent) -> None:
        """Print it."""
        if self.form == "json":
            self.console.document(views.verbs_json.runner_event_json(event, self.console.language))
            return
        at = f"{event.at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
        said = (
            Phrase("{first}; {second}", first=event.message, second=event.hint)
            if event.hint
            else event.message
        )
        self.console.result(f"{at}  {self.console.shown(said)}")


class _Runner(Struct):
    """One `massctl run`. What it decides by is in git, in the ledger and in its folder: it may die at any moment."""

    directory: str
    root: Path
    environment: Mapping[str, str]
    every: int
    folder: RunnerFolder
    checkout: RunnerCheckout
    monitor: Monitor
    pull_requests: PullRequests
    report: RunReport
    settings: MassctlFile
    """As the last round read them."""
    clock: Clock = field(default_factory=MachineClock)
    _told: dict[str, float] = field(default_factory=dict)
    _standings: Standings = field(default_factory=dict)
    _trouble: str | None = None
    """What kept the last round from its end; None if nothing did."""
    _tip: str | None = None
    _newest: tuple[str | None, int, str] = (None, 0, "")
    """Lineage, serial and head of the ledger, as it was read last."""
    _asked_at: float = float("-inf")
    """When jobs were asked about last, by a clock that nobody sets."""
    _is_in_doubt: bool = False
    _is_interrupted: bool = False
    """A signal ended the apply of the last round; it left the ledger so that the next run goes on."""
    _untold: str | None = None
    """Why merged pull requests could not be told last time; None if they were."""
    _collector: BackgroundCollector | None = None
    _drifts: DriftReader | None = None
    _statistics_told: dict[str, str] = field(default_factory=dict)
    """The last word on the statistics of each account."""
    _unheard: set[str] = field(default_factory=set)
    """The variables of monitors that were not told last time."""

    def run(self, wishes: _Wishes) -> int:
        """Make rounds until a signal comes, or another runner takes the lease; with `once` make one."""
        while True:
            began = time.monotonic()
            status = self._attempt(wishes)
            if wishes.once or self._is_interrupted:
                return status
            wishes = _Wishes(rounds_made=wishes.rounds_made + 1)
            try:
                pause(max(0.0, self.every - (time.monotonic() - began)))
            except KeyboardInterrupt:
                return ExitStatus.IN_DOUBT if self._is_in_doubt else ExitStatus.DONE

    def release(self) -> int:
        """Release the lease if this folder's runner holds it."""
        with self._session(self.checkout.at(self.checkout.fetch())) as current:
            require_operator(current)
            with own_ledger(current) as book:
                held, me = book.state.lease, self.folder.memory.id
                if held is not None and held.event.runner != me.runner:
                    raise _foreign(book.state)
                if held is not None:
                    by = who(self.environment)
                    book.record(
                        Lease(act="released", runner=me.runner, boot=me.boot, host=_host(), by=by)
                    )
            current.console.result(
                Phrase("no runner holds the lease: every apply at the tip may send")
            )
        return ExitStatus.DONE

    def _attempt(self, wishes: _Wishes) -> ExitStatus:
        """Make a round, and tell what keeps it from its end; the next one tries again, whatever it is."""
        left: int | None = None
        try:
            status, left = self._round(wishes)
        except (LeaseHeldError, InvariantError):
            raise
        except (MassctlError, OSError) as error:
            left = None if isinstance(error, _PASSING) else 1
            if wishes.is_a_persons or (isinstance(error, UsageError) and not wishes.rounds_made):
                self._beat(left)
                raise
            self._tell_trouble(error)
            status = ExitStatus.DONE
        if not self._is_interrupted:
            # From here on a signal finds nothing under way.
            set_active_session(None)
            self._beat(left)
        return status

    def _round(self, wishes: _Wishes) -> tuple[ExitStatus, int | None]:
        """Fetch, carry out what is merged and due, follow jobs; return also how much waits for people, if known."""
        tip = self.checkout.fetch()
        self.checkout.require_descent(tip, self.folder.memory.tip, wishes.rewritten)
        with self._session(self.checkout.at(tip)) as current:
            self._require_branch(current)
            self._hold(current, wishes)
            before, self._tip = self.folder.memory.tip if wishes.once else self._tip, tip
            if tip != before:
                self._tell(
                    "tip",
                    Phrase("{branch} is at {commit}", branch=self.checkout.where, commit=tip[:12]),
                )
            self.folder.remember(tip=tip)
            span = timedelta(seconds=self.every)
            outcome = run_apply(
                current, (), yes=True, until="send", wait_in_doubt=True, locked=True, wait=span
            )
            status, left = ExitStatus(outcome.exit_status()), None
            if not outcome.held_elsewhere:
                events, self._standings = events_of(outcome, self._standings, current.clock.now())
                for event in events:
                    self.report(replace(event, commit=tip))
                left = waiting_for_people(outcome, current.clock.now())
            self._is_in_doubt = status is ExitStatus.IN_DOUBT
            self._is_interrupted = outcome.interrupted
            if outcome.interrupted:
                return status, None
            if outcome.ledger_error is not None:
                raise outcome.ledger_error
            followed = self._follow(current, outcome.state)
            self._newest = (outcome.state.lineage, *current.backend.ledger.head)
            self._tell_pull_requests(current, outcome)
            self._tell_drifts(current, outcome, once=wishes.once)
            # Behind everything that is due; in a thread of its own, so that the next round is not late.
            self._collect_statistics(current, outcome.state, once=wishes.once)
        if self._trouble is not None:
            self._trouble = None
            self._tell("mended", Phrase("rounds work again"))
        return min((status, followed), key=_FIRST.index), left

    @contextmanager
    def _session(self, root: Path) -> Iterator[Session]:
        """Open the runner's checkout; ledger, caches and locks stay in the folder that was named with -C."""
        settings, diagnostics, console = open_settings(str(root), self.environment)
        spoken = console.advising(advised_flags(self.directory))
        quiet = _RoundConsole(
            spoken.language, spoken.reader, spoken.style, spoken.width, self._told
        )
        opened = settings, diagnostics, quiet
        around = session(
            str(root), locked=True, environment=self.environment, opened=opened, home=self.root
        )
        with around as current:
            self.settings, self.clock = current.settings, current.clock
            current.warnings = ()  # Otherwise each round would tell them.
            yield current
            current.close()

    def _require_branch(self, current: Session) -> None:
        """Raise ConfigurationError where the tip itself says that another branch, or another remote's, is sent."""
        named = f"{current.settings.state.remote}/{current.settings.policy.branch or '-'}"
        if named != self.checkout.where:
            raise ConfigurationError(
                Phrase(
                    "massctl.yaml at the tip of {branch} sends from {named}",
                    branch=self.checkout.where,
                    named=named,
                ),
                Phrase("Nothing was done."),
                Phrase("if that is right: git pull   in this folder, then start the runner again"),
            )

    def _hold(self, current: Session, wishes: _Wishes) -> None:
        """Make sure that this runner holds the lease; raise LeaseHeldError where another one does."""
        memory, host = self.folder.memory, _host()
        state = read_ledger(current)
        require_ledger(current, state)
        self.pull_requests.begin(state.serial)
        found = claim(state.lease, memory.id, memory.boot)
        if found is Claim.FOREIGN:
            if not wishes.take_over:
                raise _foreign(state)
            require_operator(current)
            _require_consent(current, state, yes=wishes.yes)
        if found is not Claim.HELD:
            me = memory.id
            taken = Lease(act="taken", runner=me.runner, boot=me.boot, host=host)
            if found is Claim.FOREIGN:
                taken = replace(taken, act="taken_over", by=who(self.environment))
            with own_ledger(current) as book:
                if book.state.lease != state.lease:
                    raise _foreign(book.state)
                book.record(taken)
            self._tell(
                "started",
                Phrase("the runner on {host} sends from now on, and no other apply", host=host),
            )
        self.folder.remember(boot=memory.id.boot)

    def _follow(self, current: Session, state: State) -> ExitStatus:
        """Ask about jobs that are not finished, less and less often."""
        before, now = unfinished_sends(state), current.clock.now()
        if not before or time.monotonic() - self._asked_at < _pause(state, now):
            return ExitStatus.DONE
        self._asked_at = time.monotonic()
        try:
            found = follow(current, (), 0, all_editions=True)
        except LedgerLockedError:
            return ExitStatus.DONE  # A person's command is at work here; the next round asks again.
        for event in job_events(before, found.records, found.state, now):
            self.report(replace(event, commit=self._tip))
        return ExitStatus(found.exit_status())

    def _collect_statistics(self, current: Session, state: State, *, once: bool) -> None:
        """Return what was collected since the last round, and begin to collect what is due."""
        self._collector = self._collector or BackgroundCollector()
        found = self._collector.ended()
        self._collector.begin(current, state)
        if once:
            found += self._collector.ended(ONCE_SECONDS)
        for account, collected in found:
            for event in statistics_events(account, collected, current.clock.now()):
                # What failed fails each time that it is tried again; it is told when it changes.
                if collected.error is None or self._statistics_told.get(account) != event.message:
                    self.report(replace(event, commit=self._tip))
                self._statistics_told[account] = event.message

    def _tell_pull_requests(self, current: Session, outcome: Outcome) -> None:
        """Tell merged pull requests what became of their sends; what cannot be told is told later."""
        stopped = {} if outcome.held_elsewhere else stopped_in_window(outcome, current.clock.now())
        why = self.pull_requests.tell(current, self._newest[1], stopped)
        if why is not None and why != self._untold:
            self._tell("trouble", Phrase("the merged pull requests were not told: {why}", why=why))
        self._untold = why

    def _tell_drifts(self, current: Session, outcome: Outcome, *, once: bool) -> None:
        """Begin to read what campaigns depend on where a window has come nearer, and tell what was read by now."""

        def say(drifts: Sequence[Drift]) -> None:
            for each in drifts:
                said = Phrase(
                    "{name}: {message}", name=each.campaign, message=views.words.drift_words(each)
                )
                self._tell("drift", said, views.words.drift_hint(each), each.campaign)

        if outcome.held_elsewhere:
            return
        reader = self._drifts = self._drifts or DriftReader()
        try:
            if due := due_now(current, outcome.plan, outcome.state):
                reader.begin(current, due, locked=True)
            reader.tell(current, say, wait=once)
        except Exception as error:  # A fault of ours in here may not end a runner that sends.
            current.console.talk(unread_words(error))

    def _tell(
        self,
        kind: RunnerHappening,
        message: str,
        hint: str = "",
        campaign: CampaignName | None = None,
    ) -> None:
        self.report(RunnerEvent(kind, self.clock.now(), message, hint, campaign, self._tip))

    def _tell_trouble(self, error: MassctlError | OSError) -> None:
        """Tell once what keeps rounds from their end, however many there are."""
        if isinstance(error, MassctlError):
            key, message, hint = (
                f"{type(error).__name__} {error.summary}",
                what_happened(error),
                error.hint,
            )
        else:
            key = message = system_reason(error)
            hint = ""
        if key != self._trouble:
            self._trouble = key
            self._tell("trouble", message, hint)

    def _beat(self, left: int | None) -> None:
        """Tell the monitor: the runner is alive; nothing waits for people, or something does."""
        lineage, serial, head = self._newest
        at = self.clock.now().isoformat(timespec="seconds")
        ledger = {"lineage": lineage, "serial": serial, "head": head}
        document = json.dumps(
            {"at": at, "host": _host(), "tip": self._tip, **ledger, "waiting": left}
        )
        self.folder.note_round(self.clock.now())
        runner = self.settings.runner
        failed = {runner.heartbeat_env: self.monitor.tell(runner.heartbeat_env, document)}
        if left is not None:
            failed[runner.watch_env] = self.monitor.tell(
                runner.watch_env, document, "/fail" if left else ""
            )
        for name, why in failed.items():
            if name is None or why is None:
                self._unheard.discard(name or "")
            elif name not in self._unheard:
                self._unheard.add(name)
                self._tell(
                    "trouble", Phrase("{name} (runner) was not told: {why}", name=name, why=why)
                )


_PASSING = (LedgerUnreachableError, LedgerLockedError, LedgerStaleError)
"""They end by themselves, as a rule. The monitor hears nothing meanwhile, and calls people when that lasts."""
_FIRST = (
    ExitStatus.IN_DOUBT,
    ExitStatus.INTERRUPTED,
    ExitStatus.FAILED,
    ExitStatus.REFUSED,
    ExitStatus.DONE,
)
"""Of two parts of a round, whose status is the round's."""


def pause(seconds: float) -> None:
    """Wait for the next round; a signal ends the wait."""
    time.sleep(seconds)


def _host() -> str:
    return platform.node()


def _pause(state: State, now: datetime) -> float:
    """Say how long after the last question about jobs the next one comes: it grows with the age of the newest job."""
    ages = [
        (now - job.accepted_at).total_seconds()
        for record in state.records.values()
        for job in record.jobs
    ]
    return min(max(0.0, min(ages, default=0.0)) * POLL_SHARE, POLL_SECONDS_MAX)


def _foreign(state: State) -> LeaseHeldError:
    return LeaseHeldError(
        lease_words(state.lease)
        if state.lease is not None
        else Phrase("another runner wrote to the ledger"),
        Phrase(
            "Nothing was done. Two runners beside each other would only get in each other's way."
        ),
        Phrase(
            "leave it to that runner; if this machine is to send in its place: {command}",
            command=TAKE_OVER,
        ),
    )


def _require_consent(current: Session, state: State, *, yes: bool) -> None:
    """Ask before the lease is taken from another runner; without a terminal that needs --yes."""
    if yes:
        return
    if not somebody_is_here():
        raise UsageError(
            Phrase(
                "this would take the lease from another runner, and nobody is here to confirm it"
            ),
            Phrase("There is no terminal to ask on. Nothing was done."),
            Command("run", "--take-over", "--yes"),
        )
    held = _foreign(state).summary
    question = current.console.shown(Phrase("{held}; it is refused from then on", held=held))
    if not said_yes(current.console, question, Phrase("Type `yes` to take it over:")):
        raise RefusedError(
            Phrase("you did not say yes, so the other runner keeps the lease"),
            Phrase("Nothing was done."),
        )
