"""Random months of sends to lists, tags and everybody, and a count of them person by person, in plain sets.

The count knows nothing of massctl: who got what is written down while the month is made up.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

from building import APPID, DAY, NOW, as_new, at, attempted, audience, house, recorded, text
from copies import replace
from msgspec import Struct, field
from openid_samples import sha256_of_batches

from massctl.model.batches import OpenidList, batch_sizes
from massctl.model.entries import (
    JobStatus,
    NewEntry,
    SendAccepted,
    SendImported,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.ids import AccountName, CampaignName, Sha256
from massctl.model.message import RenderedCampaign, Window
from massctl.model.settings import Cap
from massctl.model.state import State, beijing_day
from massctl.plan.account_people import (
    ErasedPeople,
    ErasureUnread,
    FrozenAudience,
    ListPart,
    Pattern,
)
from massctl.plan.guards import PolicyInForce
from massctl.plan.quota import Agenda, demand_of

BATCH = 3
PEOPLE = [f"oM{number:026}" for number in range(24)]
AUDIENCE = "east"
MESSAGES = ["一", "二", "三"]


class SamplePeople(Struct):
    """Lists in memory; implements `massctl.plan.account_people.PeopleCounts` by sets."""

    lists: dict[Sha256, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    gone: set[Sha256] = field(default_factory=set)
    """Lists that nobody can look into any more."""
    erased: set[str] = field(default_factory=set)
    named: dict[CampaignName, Sha256] = field(default_factory=dict)
    audiences: dict[str, FrozenAudience] = field(default_factory=dict)
    missing: str | None = None
    unmarked: str | None = None
    """Why nobody can say who was erased."""

    def add(self, openids: Sequence[str]) -> OpenidList:
        sizes, batches, start = batch_sizes(len(openids), BATCH), [], 0
        for size in sizes:
            batches.append(tuple(openids[start : start + size]))
            start += size
        sha256 = sha256_of_batches(tuple(batches))
        self.lists[sha256] = tuple(batches)
        return OpenidList(sha256, len(openids), BATCH)

    def declared(self, name: CampaignName) -> ListPart | None:
        named = self.named.get(name)
        return ListPart(named) if named is not None else None

    def holds(self, campaign: CampaignName, audience: Mapping[str, Any]) -> bool:
        sha256 = Sha256(str(audience.get("sha256", "")).removeprefix("sha256:"))
        return sha256 in self.lists and sha256 not in self.gone

    def why_unread(self, sha256: Sha256) -> str | None:
        return self.missing

    def reads(self, sha256: Sha256) -> bool:
        return sha256 in self.lists and sha256 not in self.gone

    def frozen(self, audience: str) -> FrozenAudience | None:
        return self.audiences.get(audience)

    def erased_among(
        self, sha256: Sha256, batches: Sequence[int], now: datetime
    ) -> ErasedPeople | ErasureUnread | None:
        if self.unmarked is not None:
            return ErasureUnread(self.unmarked, "set the key")
        listed = [each for number in batches for each in self.lists[sha256][number - 1]]
        lines = tuple(line for line, each in enumerate(listed, 1) if each in self.erased)
        return ErasedPeople(len(lines), "campaigns/list.txt", lines) if lines else None

    def members(self, part: ListPart) -> set[str]:
        batches = self.lists.get(part.sha256, ())
        if part.places is not None:
            own = [each for batch in batches for each in batch][slice(*part.places)]
            sizes = batch_sizes(len(own), BATCH)
            ends = [0, *accumulate(sizes)]
            batches = tuple(tuple(own[a:b]) for a, b in pairwise(ends))
        chosen = batches if part.batches is None else [batches[each - 1] for each in part.batches]
        return {openid for batch in chosen for openid in batch} - self.erased

    def counted(self, parts: Sequence[ListPart]) -> Mapping[Pattern, int]:
        found: dict[Pattern, int] = {}
        sets = [self.members(part) for part in parts]
        for openid in set().union(*sets):
            pattern = sum(1 << bit for bit, members in enumerate(sets) if openid in members)
            found[pattern] = found.get(pattern, 0) + 1
        return found


class Got(Struct):
    """That one edition reached a person, or may have."""

    send: str
    openid: str
    surely: bool
    at: datetime
    message: str


class Month(Struct):
    """What went out, what is planned, and who got what."""

    people: SamplePeople
    entries: list[NewEntry]
    planned: list[RenderedCampaign]
    got: list[Got]
    listed: dict[str, list[str]]
    """Campaign -> the openids of its list, in their order."""
    caps: Mapping[str, int] = field(default_factory=dict)
    """The cap of the policy."""
    excluded: dict[str, set[str]] = field(default_factory=dict)
    """By campaign, whom its audience takes off."""
    own_caps: dict[str, Cap | None] = field(default_factory=dict)
    """By campaign, the cap of its audience."""

    @property
    def state(self) -> State:
        return recorded(*self.entries)

    def rules(self, **policy: Any) -> PolicyInForce:
        base = house(**({"cap": dict(self.caps)} if self.caps else {}), **policy)
        demands = tuple(map(demand_of, self.planned))
        agenda = Agenda({APPID: (AccountName("main"), "service")}, demands)
        return replace(base, agenda=agenda, people=self.people)


class Author:
    """Makes up a month."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.people = SamplePeople()
        self.entries: list[NewEntry] = []
        self.got: list[Got] = []
        self.listed: dict[str, list[str]] = {}
        self.audiences: dict[str, list[str]] = {}

    def month(self) -> Month:
        for number in range(self.chance.randint(1, 7)):
            self._send(number)
        planned = [self._campaign(f"coming-{n}") for n in range(self.chance.randint(1, 4))]
        excluded = {"to-audience": self._audience()}
        planned.append(self._campaign("to-audience", of=AUDIENCE))
        caps = {key: self.chance.randint(1, 3) for key in ("month", "week")}
        kept = {key: most for key, most in caps.items() if self.chance.random() < 0.5}
        return Month(self.people, self.entries, planned, self.got, self.listed, kept, excluded)

    def _audience(self) -> set[str]:
        """Make up whom the audience takes off, and who of it was erased."""
        excluded = set(self._some())
        listed = self.people.add(sorted(excluded))
        self.people.audiences[AUDIENCE] = FrozenAudience(None, (listed.sha256,))
        # Nobody erased is on a list of openids: that is as it was written.
        others = set().union(*map(set, self.listed.values())) if self.listed else set()
        self.people.erased = {each for each in PEOPLE[:3] if each not in others}
        return excluded

    def _some(self) -> list[str]:
        count = self.chance.randint(2, 12)
        # Lists are cut by places, so an order that is not that of the letters tells more.
        return self.chance.sample(PEOPLE, count)

    def _campaign(
        self, name: str, edition: int = 1, to_list: bool = True, of: str | None = None
    ) -> RenderedCampaign:
        opens = NOW + self.chance.randint(0, 3) * DAY
        message = self.chance.choice(MESSAGES)
        common = {"edition": edition, "window": Window(opens, opens + timedelta(hours=8))}
        if not to_list:
            to = self.chance.choice([{"is_to_all": True}, {"tag_id": 101}])
            return text(name, message, audience=audience(**to), **common)
        some = self._some()
        openids = self.listed.setdefault(name, some if of is None else sorted(some))
        listed = self.people.add(openids)
        whom = audience(openids=f"{name}.txt") if of is None else audience(of=of)
        return text(name, message, audience=whom, openid_list=listed, **common)

    def _send(self, number: int) -> None:
        campaign = self._campaign(f"sent-{number}", to_list=self.chance.random() < 0.75)
        self._edition(campaign)
        if self.chance.random() < 0.2:
            self._edition(replace(campaign, edition=2))

    def _edition(self, campaign: RenderedCampaign) -> None:
        moment = NOW - self.chance.choice([0, 0, 1, 3, 8, 20, 60]) * DAY - timedelta(hours=1)
        count = campaign.batches or 1
        for batch in range(1, count + 1):
            moment += timedelta(minutes=1)
            ends = ["sent", "failed", "doubt", "refused", "withdrawn"]
            end = self.chance.choices(ends, [12, 1, 1, 2, 1])[0]
            self._batch(campaign, batch, end, moment)
            # A doubt stops the account, and a refusal stops the list.
            if end in ("doubt", "refused") or self.chance.random() < 0.1:
                return

    def _batch(self, campaign: RenderedCampaign, batch: int, end: str, moment: datetime) -> None:
        listed = campaign.openid_list
        whom: dict[str, Any] = {"is_to_all": True}
        if campaign.audience.tag_id is not None:
            whom = {"tag_id": campaign.audience.tag_id}
        elif listed is not None:
            named = {"sha256": f"sha256:{listed.sha256}", "count": listed.count}
            whom = {"openids": campaign.audience.openids, **named}
        batches = campaign.batches
        event = attempted(campaign, batch=batch, batches=batches, audience=whom)[0]
        serial = len(self.entries) + 2
        told: list[Any] = {
            "sent": [SendAccepted(attempt=serial, msg_id=serial)],
            "failed": [
                SendAccepted(attempt=serial, msg_id=serial),
                JobStatus(msg_id=serial, status="failed"),
            ],
            "withdrawn": [
                SendAccepted(attempt=serial, msg_id=serial),
                Withdrawn(msg_id=serial, article=0),
            ],
            "doubt": [SendInDoubt(attempt=serial, reason="connection_cut")],
            "refused": [SendRejected(attempt=serial, errcode=45028)],
        }[end]
        self.entries += [at(moment, each, campaign) for each in (event, *told)]
        if end in ("failed", "refused") or campaign.audience.tag_id is not None:
            return
        people = PEOPLE if listed is None else self.people.lists[listed.sha256][batch - 1]
        name = f"{campaign.name}/{campaign.edition}"
        message = campaign.message.text or ""
        self.got += [Got(name, each, end != "doubt", moment, message) for each in people]


class WiderAuthor(Author):
    """Makes up a month with what persons tell of it: doubts, other sends; and with more audiences and editions."""

    def month(self) -> Month:
        for number in range(self.chance.randint(0, 2)):
            self._import(f"told-{number}")
        if self.chance.random() < 0.3:
            self._console()
        month = super().month()
        for name in (f"area-{number}" for number in range(self.chance.randint(1, 3))):
            month.excluded[name] = set(self._some())
            listed = self.people.add(sorted(month.excluded[name]))
            cap = Cap(month=self.chance.randint(1, 3)) if self.chance.random() < 0.3 else None
            self.people.audiences[name] = FrozenAudience(cap, (listed.sha256,))
            month.own_caps[name] = cap
            month.planned.append(self._campaign(name, of=name))
        sent = sorted({each.send.partition("/")[0] for each in self.got if "/1" in each.send})
        lists = [name for name in sent if name in self.listed and name.startswith("sent")]
        if lists and self.chance.random() < 0.5:
            month.planned.append(self._campaign(self.chance.choice(lists), edition=3))
        return month

    def _batch(self, campaign: RenderedCampaign, batch: int, end: str, moment: datetime) -> None:
        super()._batch(campaign, batch, end, moment)
        if end != "doubt" or self.chance.random() < 0.4:
            return
        outcome = self.chance.choice(["sent", "not_sent"])
        told = SendSettled(batch=batch, outcome=outcome, reason="asked", by="lin")
        self.entries.append(at(moment + timedelta(seconds=30), told, campaign))
        name = f"{campaign.name}/{campaign.edition}"
        if outcome == "sent":
            # What a person says did not go out may have: they may be wrong.
            for got in self.got:
                got.surely = got.surely or (got.send == name and got.at == moment)

    def _import(self, name: str) -> None:
        """Say of a whole list that it got a letter without this ledger."""
        campaign = self._campaign(name)
        listed = campaign.openid_list
        assert listed is not None
        moment = NOW - self.chance.choice([0, 2, 5, 40]) * DAY - timedelta(hours=2)
        whom = {"openids": campaign.audience.openids, "sha256": f"sha256:{listed.sha256}"}
        told = SendImported(
            appid=APPID,
            sent_at=moment,
            by="lin",
            audience={**whom, "count": listed.count},
            message_digest=campaign.message_digest,
        )
        self.entries.append(at(moment, told, campaign))
        people = [each for batch in self.people.lists[listed.sha256] for each in batch]
        words = campaign.message.text or ""
        self.got += [Got(f"{name}/1", each, True, moment, words) for each in people]

    def _console(self) -> None:
        """Say that a send in the console went to everybody, of which nobody knows the words."""
        moment = NOW - self.chance.choice([0, 2, 5]) * DAY - timedelta(hours=3)
        told = SendImported(appid=APPID, sent_at=moment, by="lin")
        self.entries.append(as_new(told, at=moment))
        self.got += [Got("console/0", each, True, moment, "?") for each in PEOPLE]


def had(month: Month, openid: str, day: datetime, *, but: str) -> int:
    """Count what somebody surely had in the calendar month of a moment."""
    first = beijing_day(day).replace(day=1)
    found = {
        each.send
        for each in month.got
        if each.openid == openid
        and each.surely
        and beijing_day(each.at).replace(day=1) == first
        and each.send != but
    }
    return len(found)


def may_have_had(month: Month, openid: str, day: datetime, days: int | None, *, but: str) -> int:
    """Count what somebody had or may have had in the calendar month of a moment, or in so many days up to it."""
    today = beijing_day(day)
    first = today.replace(day=1) if days is None else today - timedelta(days=days - 1)
    last = (
        (first + timedelta(days=31)).replace(day=1) - timedelta(days=1) if days is None else today
    )
    found = {
        each.send
        for each in month.got
        if each.openid == openid and each.send != but
        if first <= beijing_day(each.at) <= last
    }
    return len(found)


def removal(
    month: Month, openid: str, day: datetime, message: str, *, is_cut: bool, name: str
) -> str | None:
    """Say why somebody is taken off a send, in the order in which reasons count; None if they stay."""
    if is_cut and openid in month.people.erased:
        return "erased"
    if is_cut and openid in month.excluded.get(name, ()):
        return "excluded"
    spans = {"month": None, "week": 7}
    own = month.own_caps.get(name)
    both = [*month.caps.items(), *([("month", own.month)] if own is not None else [])]
    for key, most in both:
        if may_have_had(month, openid, day, spans[key], but="") >= most:
            return "capped"
    return "has_it" if openid in who_has(month, name, message, day) else None


def who_has(month: Month, name: str, message: str, day: datetime) -> set[str]:
    """Return who has a message, or may have it; nobody counts where its edition was raised on purpose."""
    if any(got.send.partition("/")[0] == name for got in month.got):
        return set()
    since = day - timedelta(days=90)
    return {got.openid for got in month.got if got.message == message and got.at >= since}
