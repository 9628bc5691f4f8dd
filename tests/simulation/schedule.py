"""A schedule as a value: run after run, with what happens to it. It can be written down and played again."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from building import house
from copies import replace
from simulation.crashing import Boundaries
from simulation.disk import ELSEWHERE, SimDisk, entries_of
from simulation.happenings import (
    AT,
    BETWEEN,
    FULL,
    INTERRUPT,
    KILL_SWITCH,
    NEIGHBOUR,
    RIVAL,
    RIVALS,
    TWIN,
)
from simulation.scenario import Situation, begin, run_once
from simulation.server import SimServer
from simulation.world import FAULTS, Fault, RunRules, SimClock

from massctl.apply.outcome import Outcome
from massctl.errors import MassctlError
from massctl.model.message import RenderedCampaign
from massctl.plan.guards import PolicyInForce

GAPS: Final = (timedelta(minutes=1), timedelta(hours=3), timedelta(hours=30))
"""Between two runs: at once, within WeChat's memory of a clientmsgid, and past it."""
RIVAL_LATER: Final = timedelta(minutes=2)
"""How long a runner was stopped when its rival comes: an attempt may be repeated by then."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may go wrong in a schedule."""

    crashes: int
    faults: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """A small world with a repository in it, and what may happen there. Sequences are by run; their last stays."""

    name: str
    campaigns: Sequence[Sequence[RenderedCampaign]]
    runs: int
    budget: Budget
    gaps: Sequence[timedelta] = GAPS
    faults: Mapping[str, tuple[Fault, ...]] = field(default_factory=lambda: FAULTS)
    rules: Sequence[PolicyInForce] = field(default_factory=lambda: (house(),))
    before: Sequence[Sequence[str]] = (("",),)
    """What may happen before a run, by names of BETWEEN."""
    during: Sequence[Sequence[str]] = (("",),)
    """What may happen in a run: KILL_SWITCH with a boundary's name; one of ANYWHERE, or a name of BETWEEN with AT
    behind it, stands for every boundary."""
    world: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = True
    """Without --no-wait."""
    every_byte: bool = False
    """A crash of the machine may tear the ledger at any byte, and not only at the telling ones."""
    backend: str = "local"
    """Where the ledger is: on a disk, or in one of REMOTES."""
    cloned: bool = False
    """The folder is a clone of a repository whose remote others can clone too, and its ledger is a file."""
    sends: tuple[str, ...] | None = None
    """The subjects that go out where nothing goes wrong and nothing happens; None: it depends on the gaps."""

    arrives: bool = False
    """Whatever happens, in the end it is sent, in doubt, refused for good, or its window is over: never lost."""

    tidies: bool = False
    """In the end no draft is left of what nobody sends any more, unless something is in doubt."""

    is_wide: bool = False
    """So much may happen that only what is never right is looked for, and not what is left in the end."""

    settles: bool = True
    """After trouble there is nothing left to do; False where every run tries again until a person helps."""

    @property
    def keeps_a_backup(self) -> bool:
        """Whether somebody may put an older ledger back."""
        return any("older ledger" in name for names in self.before for name in names)

    schedules_min: int = 1
    """Fewer schedules mean that the world has lost some of its ways."""

    def of_run(self, values: Sequence[Any], number: int) -> Any:
        """Give a run's value; the last stays, and settling runs, which have -1, get it too."""
        return values[number if -1 < number < len(values) else -1]


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of a schedule, and the time before it."""

    gap: timedelta = timedelta(0)
    before: str = ""
    during: str = ""
    faults: tuple[tuple[int, Fault], ...] = ()
    """(number of a call, from 0; what goes wrong with it)."""
    crash: int | None = None
    """The boundary at which the process dies, from 1."""
    files: int | None = None
    """Which of the scenario's groups of campaigns the files hold in this run; None: that of its number."""
    loss: str | None = None
    """The machine dies with it, and this becomes of what was not flushed; None: only the process dies."""

    def document(self) -> dict[str, Any]:
        """Write what differs from a run at once and without trouble."""
        written = {
            "gap_minutes": self.gap / timedelta(minutes=1),
            "before": self.before,
            "during": self.during,
            "faults": {str(call): fault.value for call, fault in self.faults},
            "crash": self.crash,
            "loss": self.loss,
            "files": self.files,
        }
        return {
            name: value
            for name, value in written.items()
            if value or (name == "files" and value is not None)
        }

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "Turn":
        """Read what `document` wrote."""
        faults = tuple(
            (int(call), Fault(fault)) for call, fault in written.get("faults", {}).items()
        )
        gap = timedelta(minutes=written.get("gap_minutes", 0))
        words = {
            name: written[name]
            for name in ("before", "during", "crash", "loss", "files")
            if name in written
        }
        return cls(gap=gap, faults=faults, **words)


Schedule = tuple[Turn, ...]


def schedule_text(scenario: Scenario, schedule: Schedule) -> str:
    """Write a schedule on one line, to be played again."""
    written = {"scenario": scenario.name, "turns": [turn.document() for turn in schedule]}
    return json.dumps(written, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """The world as a crash at a boundary leaves it."""

    number: int
    name: str
    situation: Situation


@dataclass(slots=True)
class Played:
    """One run as it went, and every moment at which it could have ended."""

    situation: Situation
    outcome: Outcome | None
    error: str | None
    """What ended the run and should not have."""
    moments: list[Moment]
    calls: Sequence[str]
    boundaries: Sequence[str]
    lines_before: int
    """How many entries the ledger had."""


def play(scenario: Scenario, start: Situation, number: int, turn: Turn, *, moments: bool) -> Played:
    """Make the run of a turn after its gap, whole; `moments` asks for what crashes would leave."""
    situation = start.after(turn.gap)
    if isinstance(situation.disk, SimServer):
        situation.disk.arrive()
    with suppress(
        MassctlError
    ):  # A person's command may be refused, as by a ledger that cannot be trusted.
        BETWEEN[turn.before](situation)
    rules = scenario.of_run(scenario.rules, number)
    campaigns = scenario.of_run(scenario.campaigns, number if turn.files is None else turn.files)
    wechat = situation.wechat
    wechat.faults, wechat.sending_allowed = dict(turn.faults), allows(rules)
    stands_still = turn.during.startswith(RIVALS)
    wechat.rules = replace(
        _in_words(rules, campaigns), waits=scenario.waits, stands_still=stands_still
    )
    lines = len(entries_of(situation.disk.content))
    seen: list[Moment] = []
    version: tuple[Any, ...] = ()
    counted: bytes | None = None

    def look(boundary: int, name: str) -> None:
        nonlocal version, counted
        if turn.during and situation.disk.flushed is not counted:
            counted = situation.disk.flushed
            wechat.attempts = counted.count(b'"type":"send_attempted"')
        _happens(turn.during, situation, campaigns, rules, boundary, name)
        now = _version(situation) if moments else version
        if now != version:
            version = now
            seen.append(Moment(boundary, name, _frozen(situation)))

    def fresh() -> PolicyInForce:
        wechat.looked["switch"] = wechat.attempts
        return replace(
            rules, no_send=rules.no_send or (allows(rules) and not wechat.sending_allowed)
        )

    boundaries, outcome, error = Boundaries(on_reaching=look), None, None
    try:
        outcome = run_once(
            situation, campaigns, rules, boundaries, wait=scenario.waits, fresh_rules=fresh
        )
    except Exception as problem:
        error = f"the run ended with {type(problem).__name__}: {problem}"
    situation.disk.full = False
    if number == 0 and scenario.keeps_a_backup:
        situation.disk.backup = situation.disk.content
    return Played(
        situation, outcome, error, seen, tuple(wechat.calls), tuple(boundaries.passed), lines
    )


def crashed(moment: Moment, loss: str | None) -> Situation:
    """Give what a crash leaves: of the process, or with a `loss` of the machine."""
    situation = moment.situation.after(timedelta(0))
    if loss in situation.disk.losses(every_byte=True):
        situation.disk.lose(loss)
    return situation


def allows(rules: PolicyInForce) -> bool:
    """Say whether neither handle of the kill switch is pulled."""
    return not rules.no_send and rules.policy.sending == "enabled"


def first(scenario: Scenario) -> Situation:
    """Give the moment before the first run."""
    return begin(backend=scenario.backend, cloned=scenario.cloned, **scenario.world)


def _frozen(situation: Situation) -> Situation:
    """Copy a moment in the middle of a run, with the books of that run."""
    clock = situation.wechat.clock
    wechat = situation.wechat.copy(SimClock(clock.moment, clock.ahead))
    wechat.calls = list(situation.wechat.calls)
    return Situation(
        wechat, situation.disk.copy(), clock.moment, situation.ahead, clone=situation.clone
    )


def _version(situation: Situation) -> tuple[Any, ...]:
    """Tell moments of one run apart by what can change in it."""
    wechat, disk = situation.wechat, situation.disk
    return (
        wechat.clock.moment,
        len(wechat.departures),
        len(wechat.drafts) + len(wechat.late_drafts),
        wechat.minted,
        disk.content,
        disk.flushed,
        disk.name_flushed,
        tuple(disk.beside.values()),
        *((tuple(disk.beside_flushed.values()),) if isinstance(disk, SimDisk) else ()),
        situation.clone,
        *((len(disk.remote.late), disk.remote.is_reachable) if isinstance(disk, SimServer) else ()),
    )


def _happens(
    what: str,
    situation: Situation,
    campaigns: Sequence[RenderedCampaign],
    rules: PolicyInForce,
    boundary: int,
    name: str,
) -> None:
    if what.endswith(f"{AT}{boundary}"):
        _happens_meanwhile(what.partition(AT)[0], situation)
    if what == f"{KILL_SWITCH}{name}":
        _happens_meanwhile("the kill switch", situation)
    if what == f"{RIVAL}{boundary}":
        situation.wechat.clock.moment += RIVAL_LATER
        _rival(situation, campaigns, rules)
    if what == f"{NEIGHBOUR}{boundary}":
        ours, situation.locks = situation.locks, ELSEWHERE
        _rival(situation, campaigns, rules)
        situation.locks = ours
    if what == f"{TWIN}{boundary}":
        _rival(situation, campaigns, rules)
    if what == f"{FULL}{boundary}":
        situation.disk.full = True
    if what == f"{INTERRUPT}{boundary}":
        raise KeyboardInterrupt


def _happens_meanwhile(name: str, situation: Situation) -> None:
    """Let others do something while the run stands at a boundary, and note what no earlier look could know."""
    wechat, disk = situation.wechat, situation.disk
    audience, drafts = (wechat.followers, wechat.tags_count, wechat.tags_of), dict(wechat.drafts)
    ours, calls, allowed = disk.boundaries, list(wechat.calls), wechat.sending_allowed
    read, ahead = wechat.files_as_read, wechat.clock.ahead
    with suppress(MassctlError):
        BETWEEN[name](situation)
    disk.boundaries, wechat.calls[:] = ours, calls
    if audience != (wechat.followers, wechat.tags_count, wechat.tags_of):
        wechat.changed("audience", audience)
    if drafts != wechat.drafts:
        wechat.changed("drafts", drafts)
    if allowed and not wechat.sending_allowed:
        wechat.changed("switch", True)
    if read and not wechat.files_as_read:
        wechat.changed("files", True)
    if ahead != wechat.clock.ahead:
        wechat.changed("clock", True)


def _rival(
    situation: Situation, campaigns: Sequence[RenderedCampaign], rules: PolicyInForce
) -> None:
    """Let another runner make a whole run while this one stands still."""
    ours, calls = situation.disk.boundaries, list(situation.wechat.calls)
    faults, situation.wechat.faults = situation.wechat.faults, {}
    run, situation.wechat.run = situation.wechat.run, -situation.wechat.run - 1000
    run_once(situation, campaigns, rules, Boundaries())
    situation.wechat.run = run
    situation.disk.boundaries, situation.wechat.faults = ours, faults
    situation.wechat.calls[:] = calls


def _in_words(rules: PolicyInForce, campaigns: Sequence[RenderedCampaign]) -> RunRules:
    """Give the rules of a run to the books of WeChat."""
    policy, quiet = rules.policy, None
    if policy.quiet_hours is not None:
        ends = [end.split(":") for end in (policy.quiet_hours.from_, policy.quiet_hours.to)]
        quiet = (int(ends[0][0]) * 60 + int(ends[0][1]), int(ends[1][0]) * 60 + int(ends[1][1]))
    found = rules.approval(campaigns[0]) if rules.approval is not None and campaigns else None
    policies = (policy, *(found.before if found is not None else ()))
    asked = any(each.require_approval for each in policies)
    refusing = [each.destinations for each in policies if each.destinations.unlisted == "refuse"]
    listed = [frozenset(each.hosts) for each in refusing]
    never, frozen = policy.in_doubt == "stop", frozenset(policy.freeze)
    return RunRules(
        tuple(campaigns),
        quiet,
        frozen,
        policy.require_preview,
        never,
        named=rules.named or frozenset(),
        is_approved=not asked or bool(found and found.by),
        hosts=frozenset.intersection(*listed) if listed else None,
    )
