"""Who is in which list: what `massctl.plan.audience_facts` asks of people, answered over lists and snapshots.

Nothing is read before a plan asks, and a plan without lists asks nothing. What comes out are numbers.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from heapq import merge
from itertools import groupby
from operator import itemgetter
from threading import RLock
from typing import Any

from msgspec import Struct, field

from massctl.model.ids import CampaignName, Sha256
from massctl.model.phrase import Phrase
from massctl.plan.audience_facts import FrozenAudience, Part, Pattern
from massctl.render.audience import find_openids
from massctl.source.loader import WorkingTree
from massctl.source.repository import UnreadableError

_PREFIX = "sha256:"


class ListedPeople(Struct, dict=True):
    """The people of the lists in the working tree; implements `massctl.plan.audience_facts.People`."""

    tree: WorkingTree
    _lock: RLock = field(default_factory=RLock)
    """Accounts are sent for side by side, and a list is read by one thread at a time."""
    _counted: dict[tuple[Part, ...], Mapping[Pattern, int]] = field(default_factory=dict)

    missing: Phrase | None = None

    def declared(self, name: CampaignName) -> Sha256 | None:
        """Name the list of a campaign that was not rendered; read it, if nobody did."""
        file = self.tree.campaign(name).file
        written = file.audience.openids if file is not None else None
        return self._listed(name, written) if written is not None else None

    def holds(self, campaign: CampaignName, audience: Mapping[str, Any]) -> bool:
        """Return whether the list of a send that went out is in the working tree as it was."""
        sha256 = str(audience.get("sha256", "")).removeprefix(_PREFIX)
        if sha256 in self.tree.openid_lists.stores:
            return True
        written = audience.get("openids")
        if not sha256 or not isinstance(written, str):
            return False
        if campaign not in self.tree.repository.campaign_folders.names:
            return False
        return self._listed(campaign, written) == sha256

    def _listed(self, name: CampaignName, written: str) -> Sha256 | None:
        folder = self.tree.repository.folder(name)
        with self._lock, suppress(UnreadableError):
            found = find_openids(written, folder, self.tree).openid_list
            return found.sha256 if found is not None else None
        return None

    def frozen(self, audience: str) -> FrozenAudience | None:
        """Return what an audience asks for."""
        return None

    def counted(self, parts: Sequence[Part]) -> Mapping[Pattern, int]:
        """Count the people of parts by the pattern of those that they are in, in one walk; memory stays the same."""
        key = tuple(parts)
        with self._lock:
            if key not in self._counted:
                self._counted[key] = self._count(key)
            return self._counted[key]

    def _count(self, parts: Sequence[Part]) -> Mapping[Pattern, int]:
        streams = [self._members(part, 1 << bit) for bit, part in enumerate(parts)]
        counts = Counter[Pattern]()
        for _, group in groupby(merge(*streams), key=itemgetter(0)):
            counts[sum(bit for _, bit in group)] += 1
        return counts

    def _members(self, part: Part, bit: int) -> Iterator[tuple[str, int]]:
        store = self.tree.openid_lists.stores.get(part.sha256)
        openids = store.in_order(part.batches) if store is not None else ()
        return ((openid, bit) for openid in openids)
