"""Runs of apply against the simulated WeChat: plan anew from the ledger, then carry the plan out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import building
from building import (
    APPEND_MAX,
    HOUR,
    NOW,
    OPEN,
    article,
    audience,
    house,
    news,
    picture,
    reviewers,
    sha,
    text,
)
from copies import replace
from openid_samples import SampleOpenids, openid_list
from simulation.crashing import Boundaries, CrashingFounding, CrashingLedger, CrashingWeChat
from simulation.disk import ELSEWHERE, LEDGER, LOCKS, SimDisk, SimPath
from simulation.remotes import REMOTES
from simulation.server import SimFolder, SimServer
from simulation.world import (
    Fault,
    SimClock,
    SimLedger,
    SimPictures,
    SimProgress,
    SimWeChat,
    one_by_one,
)

from massctl.apply import reconcile
from massctl.apply.consent import Answers, SendQuestion
from massctl.apply.context import Ports
from massctl.apply.executor import answered, apply_plan, retry_if_stale
from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import Outcome
from massctl.apply.ports import Archive, Ledger, WeChat
from massctl.cli.ledger_access import ledger_refusal
from massctl.cli.session import Session
from massctl.cli.shared_lineage import Foreign, Sharing, refusal_of
from massctl.errors import ConfigurationError, LedgerError
from massctl.ledger.chained_ledger import ChainedLedger
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import Created, Entry, NewEntry
from massctl.model.ids import AccountName, AppId
from massctl.model.inputs import JudgedInputs
from massctl.model.message import Purpose, RenderedCampaign, Window
from massctl.model.state import Record, State
from massctl.plan.guards import PolicyInForce, Skew
from massctl.plan.plan import Plan, Showing, Until, make_plan
from massctl.plan.steps import Desired, Gone, Refusal

LONG = Window(NOW - HOUR, NOW + 80 * HOUR)
"""Open in all runs, even after two gaps of 30 hours."""
ACCOUNTS = {building.APPID: AccountName("main"), building.OTHER_APPID: AccountName("other")}
# A person speaks when no answer can come any more.
settle_sent = partial(reconcile.settle_sent, now=NOW + 90 * HOUR, wait=timedelta(0))
settle_not_sent = partial(reconcile.settle_not_sent, now=NOW + 90 * HOUR, wait=timedelta(0))
OPENIDS = SampleOpenids()
PICTURES = SimPictures(("hero", "second", "cover", "other", "gif", "bell", "ball"))


def whole_news(window: Window | None = OPEN, **changes: Any) -> RenderedCampaign:
    """Make a news campaign with a cover, two pictures inside, two reviewers and a window."""
    body = f'<p>你好</p><img src="massctl-picture:{sha("hero")}"><img src="massctl-picture:{sha("second")}">'
    pictures = (picture("hero"), picture("second"), picture("cover", Purpose.MATERIAL))
    changes = {
        "pictures": pictures,
        "recipients": reviewers("editor_li", "editor_wang"),
        "window": window,
        **changes,
    }
    return news("sale", article("春季大促", content=body), **changes)


def whole_text(window: Window | None = OPEN, **changes: Any) -> RenderedCampaign:
    """Make a text campaign with a window: no draft stands between it and a second send."""
    return text("words", **{"content": "今晚八点", "window": window, **changes})


def to_openids(
    campaign: RenderedCampaign, batches: tuple[tuple[str, ...], ...]
) -> RenderedCampaign:
    """Make a campaign for a list of openids, cut by hand."""
    return replace(
        campaign, audience=audience(openids="list.txt"), openid_list=openid_list(batches)
    )


LINEAGES: Final = (building.LINEAGE, "01JDXX00000000000000000000")
"""What the first clone of a repository names a ledger that it begins, and what the second one does."""


@dataclass(frozen=True, slots=True)
class Clone:
    """One clone of a repository with a remote: which ledger massctl.yaml names in its files, in its HEAD, and there.

    There it has the branch that everybody clones, and perhaps one of the clone's own.
    """

    named: str | None = None
    head: str | None = None
    remote: str | None = None
    own_branch: str | None = None
    is_second: bool = False

    @property
    def lineage(self) -> str:
        """What a ledger is called that is begun here."""
        return LINEAGES[self.is_second]

    def refusal(self, state: State, locks: Path) -> Refusal | None:
        """Refuse a ledger as `massctl.cli.planner` does: by what massctl.yaml names, and by what git says of it."""
        settings, realm = SimpleNamespace(state=SimpleNamespace(lineage=self.named)), "loopback"
        places = SimpleNamespace(locks=locks)
        place = SimpleNamespace(is_shared=False, where="", missing_hint=lambda: "")
        session = SimpleNamespace(
            sandbox=None, backend=place, settings=settings, places=places, realm=lambda _: realm
        )
        stop, known = ledger_refusal(cast("Session", session), state, ["main"]), state.lineage
        if stop is not None:
            return stop
        committed = known is not None and self.head == known
        published = known is not None and known in (self.remote, self.own_branch)
        others = {"main": self.remote, "feature": self.own_branch}
        foreign = [
            Foreign(branch, each) for branch, each in others.items() if each not in (None, known)
        ]
        other = foreign[0] if foreign else None
        found = Sharing(committed=committed, published=published, command="git push", foreign=other)
        return refusal_of(found, known)


@dataclass(slots=True)
class Situation:
    """A moment between two runs, from which a simulation can go on in many ways."""

    wechat: SimWeChat
    disk: SimDisk | SimServer
    moment: datetime
    ahead: timedelta = timedelta(0)
    """By how much the runner's clock is fast."""
    locks: str = LOCKS
    """The folder of the checkout that runs; another one may share its ledger."""
    clone: Clone | None = None
    """The clone that runs; None: a folder that is in no git repository, which nobody can clone."""

    def after(self, gap: timedelta) -> "Situation":
        """Give a copy, later."""
        moment = self.moment + gap
        wechat = self.wechat.copy(SimClock(moment, self.ahead))
        return Situation(wechat, self.disk.copy(), moment, self.ahead, clone=self.clone)

    def key(self) -> tuple[Any, ...]:
        """Name everything that makes a difference to what can happen from here."""
        return (self.moment, self.ahead, self.disk.key(), self.wechat.key(), self.clone)

    def ledger(self) -> ChainedLedger:
        """Open the ledger as a new process does: the real one, on this disk or on this server."""
        if isinstance(self.disk, SimServer):
            return self.disk.open(self.wechat, self.locks_folder())
        return LocalLedger(cast("Path", SimPath(self.disk, LEDGER)), self.locks_folder())

    def locks_folder(self) -> Path:
        """Give the folder of the checkout that runs."""
        if isinstance(self.disk, SimServer):
            return cast("Path", SimFolder(self.disk, self.locks))
        return cast("Path", SimPath(self.disk, self.locks))

    def name(self, lineage: str) -> None:
        """Let massctl.yaml name a ledger."""
        self.clone = self.clone and replace(self.clone, named=lineage)


def begin(*, backend: str = "local", cloned: bool = False, **world: Any) -> Situation:
    """Give the moment before the first run: no ledger, and a simulated WeChat that never heard of us.

    A ledger on a server was begun by a person.
    """
    disk = SimDisk() if backend == "local" else SimServer(REMOTES[backend]())
    situation = Situation(SimWeChat(SimClock(NOW), **world), disk, NOW)
    situation.clone = Clone() if cloned else None
    if backend != "local":
        created = Created(lineage=building.LINEAGE, realm="loopback")
        situation.ledger().append(0, [NewEntry(at=NOW, event=created)], durable=True)
        situation.wechat.calls.clear()
    return situation


def state_of(ledger: Ledger, campaigns: Sequence[Desired] = ()) -> State:
    """Fold a ledger as a new process does; `campaigns` say which of them were renamed."""
    renamed = [
        each
        for each in campaigns
        if isinstance(each, RenderedCampaign) and each.first_name is not None
    ]
    state = State({each.identity: each.name for each in renamed})
    state.absorb_all(ledger.read(0))
    return state


def run_once(
    situation: Situation,
    campaigns: Sequence[RenderedCampaign],
    rules: PolicyInForce,
    boundaries: Boundaries,
    *,
    wait: bool = True,
    fresh_rules: Callable[[], PolicyInForce] | None = None,
) -> Outcome | None:
    """Plan and apply once; the situation becomes what the run leaves, whatever ends it. None: no ledger to trust."""
    wechat, clock = situation.wechat, situation.wechat.clock
    wechat.arrive_late()
    situation.disk.boundaries = boundaries
    if isinstance(situation.disk, SimServer):
        situation.disk.arrive()
    port = CrashingWeChat(wechat, boundaries)
    world = Ports(
        lambda _: port,
        PICTURES,
        clock,
        SimProgress(),
        one_by_one,
        None,
        lambda _: _changed(wechat),
        APPEND_MAX,
        wait_in_doubt=wait,
        rules=fresh_rules,
        skew=(lambda _: wechat.heard) if wechat.tells_time else None,
        openids=OPENIDS,
        accounts=wechat.log_in(campaigns[0].appid) if campaigns else wechat.accounts,
        folders=frozenset(each.name for each in campaigns),
    )
    ledger, clone = situation.ledger(), situation.clone
    is_restored = situation.locks == ELSEWHERE and situation.disk.backup is not None
    founding = CrashingFounding(
        boundaries, clone.lineage if clone else building.LINEAGE, situation.name
    )

    def run(again: bool) -> Outcome:
        state = state_of(ledger, campaigns)
        desired = [*campaigns, *_departed(campaigns, state, world.accounts)]
        stop = situation.clone.refusal(state, situation.locks_folder()) if situation.clone else None

        def plan() -> Plan:
            return make_plan(desired, state, rules, clock.now(), stop=stop)

        inherited_until = ledger.inherited_until if is_restored else 0
        ports = replace(world, wait_in_doubt=wait and not again, inherited_until=inherited_until)
        return apply_plan(plan(), ports, LedgerSession(ledger, clock, state, founding), rules, plan)

    try:
        return retry_if_stale(run, lambda: None)
    except LedgerError:
        return None
    finally:
        situation.moment = clock.moment


def _changed(wechat: SimWeChat) -> str | None:
    """Compare the files of this moment with those that the run has read."""
    wechat.looked["files"] = wechat.attempts
    return None if wechat.files_as_read else "campaigns/words/campaign.yaml"


def _departed(
    campaigns: Sequence[RenderedCampaign], state: State, accounts: Mapping[str, AccountName]
) -> list[Desired]:
    """Give the campaigns in doubt whose folder is not there, as `massctl.source.loader` does."""
    names = {campaign.name for campaign in campaigns}
    gone = [r for r in state.records.values() if r.open_attempts and r.campaign not in names]
    return [
        Gone(r.campaign, accounts.get(r.appid or ""), r.appid or AppId(""), r.edition) for r in gone
    ]


@dataclass
class Scene:
    """One repository, one ledger and simulated accounts, for tests that tell a story run by run."""

    campaigns: list[Desired]
    now: datetime = NOW
    rules: PolicyInForce = field(default_factory=house)
    until: Until = Until.SEND
    consent: Callable[[SendQuestion], bool] | None = None
    """Somebody at a terminal; None: consent was given beforehand."""
    showing: Showing | None = None
    wait_in_doubt: bool = True
    fresh_rules: Callable[[], PolicyInForce] | None = None
    """What a look at massctl.yaml in mid-run gives."""
    ledger: SimLedger = field(default_factory=SimLedger)
    boundaries: Boundaries = field(default_factory=Boundaries)
    changed: Callable[[JudgedInputs], str | None] = lambda _: None
    """What a comparison of the files with those that were judged gives."""
    skew: Callable[[AccountName], Skew | None] | None = None
    """How the clock compares with WeChat's by the newest answer."""
    no_secret_for: frozenset[str] = frozenset()
    archive: Archive | None = None
    inherited_until: int = 0
    """Where the ledger ended when this machine first saw it."""
    progress: SimProgress = field(default_factory=SimProgress)
    clock: SimClock = field(init=False)
    wechat: SimWeChat = field(init=False)
    other: SimWeChat = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SimClock(self.now)
        self.wechat = SimWeChat(self.clock)
        self.other = SimWeChat(self.clock)

    def plan(self, state: State | None = None) -> Plan:
        """Plan what the repository says now."""
        return make_plan(
            self.campaigns,
            state or self.state,
            self.rules,
            self.clock.now(),
            until=self.until,
            showing=self.showing,
        )

    def apply(self, *faults: tuple[str, Fault], plan: Plan | None = None) -> Outcome:
        """Plan and apply against the account `main` with faults: each befalls the next call of its method."""
        self.wechat.calls.clear()
        self.wechat.arrive_late()
        self.other.calls.clear()
        self.wechat.coming = list(faults)
        answers = Answers(self.consent) if self.consent is not None else None

        def run(again: bool) -> Outcome:
            session = self.book()
            made = self.plan() if again or plan is None else plan
            return apply_plan(
                made, self.ports(answers), session, self.rules, lambda: self.plan(session.state)
            )

        return answered(run, answers)

    def ports(self, answers: Answers | None = None) -> Ports:
        """Give what the run needs from this world."""
        return Ports(
            self._account,
            PICTURES,
            self.clock,
            self.progress,
            one_by_one,
            answers,
            self.changed,
            APPEND_MAX,
            wait_in_doubt=self.wait_in_doubt,
            attended=self.consent is not None,
            rules=self.fresh_rules,
            skew=self.skew,
            openids=OPENIDS,
            archive=self.archive,
            accounts=ACCOUNTS,
            folders=frozenset(each.name for each in self.campaigns),
            inherited_until=self.inherited_until,
        )

    def book(self) -> LedgerSession:
        """Open the ledger as a new process does."""
        founding = CrashingFounding(self.boundaries)
        return LedgerSession(
            CrashingLedger(self.ledger, self.boundaries), self.clock, self.state, founding
        )

    def later(self, **time: float) -> None:
        """Let time pass between two runs."""
        self.clock.moment += timedelta(**time)

    def types(self) -> list[str]:
        """Give the types of the ledger's entries."""
        return [entry.event.type for entry in self.ledger.entries]

    def events(self, kind: str) -> list[Any]:
        """Give the events of one type."""
        return [entry.event for entry in self.ledger.entries if entry.event.type == kind]

    def write(self, *happenings: building.Happening) -> Sequence[Entry]:
        """Write entries as an earlier run, a person or another tool did."""
        new: list[NewEntry] = [building.as_new(each, at=self.clock.now()) for each in happenings]
        return self.ledger.append(len(self.ledger.entries), new, durable=True)

    @property
    def state(self) -> State:
        """The fold of the ledger as it is now."""
        return state_of(self.ledger, self.campaigns)

    def record(self, campaign: RenderedCampaign) -> Record:
        """What is recorded of a campaign now."""
        return self.state.record(campaign.name, campaign.edition)

    def _account(self, account: AccountName) -> WeChat:
        if account in self.no_secret_for:
            raise ConfigurationError("the secret is not set", hint=f"set the secret of {account}")
        return CrashingWeChat(self.wechat if account == "main" else self.other, self.boundaries)


def scene(*happened: Any) -> Scene:
    """Begin with what an earlier run recorded: attempts and acceptances."""
    found = Scene([])
    created = building.as_new(Created(lineage=building.LINEAGE, realm="loopback"))
    found.ledger.append(0, [created, *happened], durable=True)
    return found
