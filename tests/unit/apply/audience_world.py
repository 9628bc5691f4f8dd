"""A letter to a named audience: its people can be erased, left out and out of reach, also in the midst of a run."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from audience_months import SamplePeople
from building import APPID, audience, house, text
from copies import replace
from simulation.scenario import LONG, Scene
from simulation.world import SimClock, SimWeChat
from tag_world import TagAccount

from massctl.apply.context import Ports
from massctl.errors import SnapshotAwayError
from massctl.model.batches import OpenidList
from massctl.model.ids import AccountName, Sha256
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.plan.account_people import FrozenAudience
from massctl.plan.people_judge import Cut
from massctl.plan.quota import Agenda, demand_of

EAST = tuple(f"oEAST{number:05}" for number in range(7))


class Snapshots:
    """The people behind names; implements `Openids` and `People` of `massctl.apply.ports`."""

    def __init__(self, people: SamplePeople) -> None:
        self.people = people
        self.before_read: Callable[[str], None] = lambda _: None
        """Is called with what is read: `batch`, `keep` or `people`."""

    def batch(self, listed: OpenidList, number: int, _: State, /) -> tuple[str, ...]:
        self.before_read("batch")
        batch = self.people.lists[listed.sha256][number - 1]
        return tuple(each for each in batch if each not in self.people.erased)

    def keep(self, listed: OpenidList, cut: Cut, _: State, now: datetime, /) -> OpenidList:
        self.before_read("keep")
        sets = [self.people.members(part) for part in cut.parts]
        patterns = {
            openid: sum(1 << bit for bit, members in enumerate(sets) if openid in members)
            for openid in sets[cut.own]
        }
        stay = [each for each in sorted(patterns) if patterns[each] not in cut.taken_off]
        return self.people.add(stay)

    def __call__(self, sha256: Sha256, /) -> frozenset[str]:
        self.before_read("people")
        batches = self.people.lists[sha256]
        return frozenset(each for batch in batches for each in batch) - self.people.erased


class TaggingWeChat(SimWeChat):
    """An account whose tags have members."""

    def __init__(self, clock: SimClock) -> None:
        super().__init__(clock)
        self.account = TagAccount(frozenset(EAST))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.account, name)

    def tags(self) -> Any:
        return self.account.tags()


class AudienceScene(Scene):
    """A letter to an audience of seven, three in a job, or one job to a tag."""

    def __init__(self, *, by_tag: bool = False, window: Any = LONG, **more: Any) -> None:
        self.people = SamplePeople(audiences={"east": FrozenAudience()})
        self.snapshots = Snapshots(self.people)
        listed = replace(self.people.add(EAST), audience="east", by_tag=by_tag)
        letter = text("letter", window=window, audience=audience(of="east"), openid_list=listed)
        self.letter: RenderedCampaign = letter
        agenda = Agenda({APPID: (AccountName("main"), "service")}, (demand_of(letter),))
        rules = replace(house(), agenda=agenda, people=self.people)
        super().__init__([letter], rules=rules, **more)
        self.wechat = TaggingWeChat(self.clock)
        self.snapshots_are_here = True

    def ports(self, answers: Any = None) -> Ports:
        people = self.snapshots if self.snapshots_are_here else None
        return replace(super().ports(answers), openids=people, people=people)

    def _account(self, account: AccountName) -> Any:
        return self.wechat if account == "main" else self.other

    def leave_out(self, openids: Collection[str]) -> None:
        """Make an audience that the letter's always takes off."""
        gone = self.people.add(sorted(openids))
        self.people.audiences["east"] = FrozenAudience(excluded=(gone.sha256,))

    def fail_read(self, what: str, nth: int = 1) -> None:
        """Put snapshots out of reach from the n-th reading of a kind on."""
        seen: list[str] = []

        def read(kind: str) -> None:
            seen.append(kind)
            if kind == what and seen.count(what) >= nth:
                raise SnapshotAwayError(Phrase("the key is not here"))

        self.snapshots.before_read = read

    def erase_before(self, what: str, nth: int, openids: Collection[str]) -> None:
        """Erase people just before the n-th reading of a kind."""
        self.before_read(what, nth, lambda: self.people.erased.update(openids))

    def before_read(self, what: str, nth: int, happens: Callable[[], None]) -> None:
        """Let something happen just before the n-th reading of a kind."""
        seen: list[str] = []

        def read(kind: str) -> None:
            seen.append(kind)
            if kind == what and seen.count(what) == nth:
                happens()

        self.snapshots.before_read = read
