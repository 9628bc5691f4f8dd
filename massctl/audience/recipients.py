"""Who gets a batch: the openids of a list or of a snapshot, and those who stay of an audience when it is cut.

One thread at a time comes here: accounts that are sent for side by side take turns (`massctl.apply.accounts`).
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct, field

from massctl.audience.listed_people import ListedPeople
from massctl.audience.member_sets import Members, MemberSets
from massctl.audience.snapshots import Snapshots
from massctl.errors import SnapshotDamagedError
from massctl.model.audience import AudienceName
from massctl.model.batches import OpenidList, batch_places
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.plan.people_judge import Cut


class Recipients(Struct, dict=True):
    """Gives batches to whoever sends; implements `massctl.apply.ports.Openids`."""

    people: ListedPeople
    snapshots: Callable[[State], Snapshots]
    """Opens the place of snapshots, as a state says what was erased; raises a SnapshotError."""
    _read: dict[tuple[object, ...], Members] = field(default_factory=dict)
    """What was read, by snapshot, what is left of it, the marks of erased people, and the list that was approved."""

    def batch(self, listed: OpenidList, number: int, state: State) -> tuple[str, ...]:
        """Return the openids of a batch, from 1; see `massctl.apply.ports.Openids`."""
        if listed.audience is None:
            return self.people.tree.openid_lists.batch(listed, number)
        sets = self.people.sets
        members = self._proven(sets, listed, state)
        (places,) = batch_places(listed.places, [number], listed.batch_max)
        part = sets.part(members, places)
        return tuple(sets.openids(part))

    def keep(self, listed: OpenidList, cut: Cut, state: State, now: datetime) -> OpenidList:
        """Write those who stay as a snapshot; see `massctl.apply.ports.Openids`."""
        sets, kept = self.people.sets, self.people.kept(cut)
        place = self.snapshots(state)
        name = AudienceName(listed.audience or "")
        approved = listed.cut_from or listed
        people = place.open_of(sets, approved.sha256, name)
        _require_within(sets, kept, _only(sets, people, approved))
        checked = place.without_erased(sets, kept)
        return place.write(sets, checked, name, now)

    def _proven(self, sets: MemberSets, listed: OpenidList, state: State) -> Members:
        """Read a snapshot; prove that each of its people was approved, and that nobody was renumbered."""
        erasure = state.erased_snapshots.get(listed.sha256)
        content = erasure.content_sha256 if erasure is not None else listed.sha256
        place = self.snapshots(state)
        key = listed.sha256, content, tuple(place.marks.names()), listed.cut_from
        if key not in self._read:
            members = place.open_of(sets, listed.sha256, listed.audience or "")
            if sets.places(members) != (listed.whole or listed.count):
                raise _damaged(Phrase("it has another number of people than its lock"))
            if listed.cut_from is not None:
                people = place.open(sets, listed.cut_from.sha256)
                approved = _only(sets, people, listed.cut_from)
                _require_within(sets, members, approved)
                sets.drop(people)
            self._read[key] = members
        return self._read[key]


def _only(sets: MemberSets, people: Members, listed: OpenidList) -> Members:
    """Return those of a snapshot who are on a list: all of them, or those of one part."""
    return people if listed.whole is None else sets.part(people, listed.places)


def _require_within(sets: MemberSets, kept: Members, approved: Members) -> None:
    if not sets.is_within(kept, approved):
        raise _damaged(Phrase("one of them was not approved, or was erased since"))


def _damaged(why: Phrase) -> SnapshotDamagedError:
    return SnapshotDamagedError(
        Phrase("massctl cannot prove that everybody in this snapshot was approved"),
        Phrase("{why}. Nothing was sent.", why=why),
        Phrase("run the same command again; if it stays, freeze the audience again"),
    )
