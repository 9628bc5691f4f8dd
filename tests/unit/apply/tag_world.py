"""An account with followers and tags, whose calls a test can stop, change and refuse."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from building import APPID, NOW
from simulation.world import SimClock, SimLedger

from massctl.apply.audience_tag import TagPeople, TagPorts
from massctl.apply.journal import LedgerSession
from massctl.errors import PermanentError
from massctl.model.audience_tag import people_digest
from massctl.model.campaign import Tag
from massctl.model.state import State


class Killed(BaseException):
    """The process dies here."""


def openids(first: int, last: int) -> frozenset[str]:
    return frozenset(f"oPerson{number:021d}" for number in range(first, last))


class TagAccount:
    """The account as WeChat keeps it."""

    def __init__(self, followers: frozenset[str]) -> None:
        self.all = set(followers)
        self.tagged: dict[int, set[str]] = {}
        self.names: dict[int, str] = {}
        self.full: set[str] = set()
        """Followers with 20 other tags."""
        self.calls: list[str] = []
        self.before_call: Callable[[str], None] = lambda _: None
        self.behind_call: Callable[[str], None] = lambda _: None
        self.page = 7
        self._ids = count(134)

    def _around(self, name: str, effect: Callable[[], object]) -> object:
        self.before_call(name)
        self.calls.append(name)
        done = effect()
        self.behind_call(name)
        return done

    def tags(self) -> tuple[Tag, ...]:
        self._around("tags", lambda: None)
        return tuple(
            Tag(id=each, name=self.names[each], count=len(people))
            for each, people in self.tagged.items()
        )

    def create_tag(self, name: str) -> Tag:
        def effect() -> int:
            if name in self.names.values():
                raise PermanentError("in use", errcode=45157)
            number = next(self._ids)
            self.tagged[number], self.names[number] = set(), name
            return number

        return Tag(id=int(str(self._around("create", effect))), name=name, count=0)

    def tag_people(self, permit, people: Sequence[str]) -> None:
        tag_id = permit.use()

        def effect() -> None:
            assert 1 <= len(people) <= 50
            if not self.all.issuperset(people):
                raise PermanentError("not a follower", errcode=40003)
            if self.full & set(people):
                raise PermanentError("full", errcode=45059)
            self.tagged[tag_id] |= set(people)

        self._around("tag", effect)

    def untag_people(self, permit, people: Sequence[str]) -> None:
        tag_id = permit.use()
        self._around("untag", lambda: self.tagged[tag_id].difference_update(people))

    def tag_members(self, tag_id: int) -> Iterator[tuple[str, ...]]:
        self._around("members", lambda: None)
        return self._pages(self.tagged[tag_id])

    def followers(self) -> Iterator[tuple[str, ...]]:
        self._around("followers", lambda: None)
        return self._pages(self.all)

    def _pages(self, people: set[str]) -> Iterator[tuple[str, ...]]:
        ordered = sorted(people)
        for first in range(0, len(ordered) + 1, self.page):
            yield tuple(ordered[first : first + self.page])

    def leave(self, people: frozenset[str]) -> None:
        """Followers leave the account, and with it every tag."""
        self.all -= people
        for tagged in self.tagged.values():
            tagged.difference_update(people)


class Told:
    """Progress that remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, line: str) -> None:
        self.said.append(str(line))

    def begin(self, label: str, total: int) -> None:
        self.said.append(f"{label}: {total}")

    def advance(self) -> None:
        pass

    def end(self) -> None:
        pass


class TagWorld:
    """An account, a ledger and a clock, and as many runs one after the other as a test likes."""

    def __init__(self, followers: frozenset[str]) -> None:
        self.account = TagAccount(followers)
        self.ledger = SimLedger()
        self.clock = SimClock(NOW)
        self.told = Told()
        self.snapshots: dict[str, frozenset[str]] = {}

    def tagger(self) -> TagPorts:
        """Begin a run: it reads the ledger."""
        state = State()
        state.absorb_all(self.ledger.read(0))
        session = LedgerSession(self.ledger, self.clock, state)

        def one_by_one(calls):
            for index, call in enumerate(calls):
                try:
                    yield index, call()
                except PermanentError as error:
                    yield index, error

        return TagPorts(
            session, self.account, self.clock, one_by_one, self.told, self.snapshots.__getitem__
        )

    def wanted(self, people: frozenset[str], audience: str = "east") -> TagPeople:
        name = people_digest(people)
        self.snapshots[name] = people
        return TagPeople(APPID, audience, name, people)

    @property
    def kinds(self) -> list[str]:
        return [each.event.type for each in self.ledger.entries]
