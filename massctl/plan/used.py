"""What an account has used of its allowance: every send that may have gone out, by whose hand ever, from the ledger.

A send of unknown outcome counts as used, and so does one whose job failed: whether WeChat gives it back is not said.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from massctl.model.jobs import DAY_USED_UP
from massctl.model.moment import moment
from massctl.model.names import AppId, CampaignName
from massctl.model.phrase import Phrase
from massctl.model.preview_days import beijing_day
from massctl.model.state import Attempt, Record, State
from massctl.plan.anew import tomorrow

if TYPE_CHECKING:
    from massctl.model.campaign import Audience


class Scope(StrEnum):
    """Whom a send goes to, as far as the allowance asks: everybody, followers with a tag, or a list."""

    ALL = "all"
    TAG = "tag"
    OPENIDS = "openids"


class Unit(StrEnum):
    """What an allowance is counted by."""

    DAY = "day"
    MONTH = "month"

    def of(self, at: datetime) -> date:
        """Give the first day of the Beijing day or month of a moment, which names it."""
        day = beijing_day(at)
        return day if self is Unit.DAY else day.replace(day=1)


Tag = int | str
"""A tag by its id, or by its name where no id is known for that."""


@dataclass(frozen=True, slots=True)
class Use:
    """One send that may have gone out."""

    at: datetime
    scope: Scope
    campaign: CampaignName | None
    """None for something that people sent on the website."""
    edition: int = 0
    tag: Tag | None = None
    """Whose followers it went to, where it went to a tag."""


def scope_of(audience: "Audience") -> Scope:
    """Say whom a declared audience is."""
    if audience.is_to_all:
        return Scope.ALL
    return Scope.OPENIDS if audience.openids is not None else Scope.TAG


def tag_ids(state: State, appid: AppId) -> dict[str, int]:
    """Give the ids of the tags that an account's campaigns name, as they were looked up last."""
    found = (each.resolved for each in state.records.values() if each.resolved is not None)
    return {each.tag: each.tag_id for each in found if each.appid == appid}


def uses(state: State, appid: AppId) -> list[Use]:
    """Give every use of an account's allowance on record; an attempt that was repeated on another day counts on both.

    A send that a person made in the console or without this ledger counts by the audience that its campaign declared,
    and as one to everybody where that is not known.
    """
    found = [Use(at, Scope.ALL, None) for at in state.website_sends.get(appid, [])]
    ids = tag_ids(state, appid)
    for record in state.records.values():
        found += _of_record(record, appid, ids)
    return found


def used_in(found: list[Use], unit: Unit, scopes: frozenset[Scope], tag: Tag | None = None) -> dict[date, list[Use]]:
    """Sort uses of `scopes` by day or month: an edition counts once in each, a send on the website every time.

    With `tag` no other tag's are among them.
    """
    by_period: dict[date, list[Use]] = {}
    for use in found:
        if use.scope not in scopes or (tag is not None and use.scope is Scope.TAG and use.tag != tag):
            continue
        there = by_period.setdefault(unit.of(use.at), [])
        if use.campaign is None or (use.campaign, use.edition) not in {(u.campaign, u.edition) for u in there}:
            there.append(use)
    return by_period


def calls_by_day(state: State, appid: AppId) -> Mapping[date, int]:
    """Count the requests for mass sends by Beijing day, also those that WeChat refused; not those that never left."""
    counted: dict[date, int] = {}
    for record in state.records.values():
        for attempt in record.attempts:
            stayed = attempt.rejection is not None and attempt.rejection.errcode is None
            if attempt.event.appid == appid and not stayed:
                day = beijing_day(attempt.at)
                counted[day] = counted.get(day, 0) + 1
    return counted


def calls_refused(state: State, appid: AppId) -> Iterator[Attempt]:
    """Give the attempts that WeChat refused because an account's mass calls of the day were used up."""
    for record in state.records.values():
        for attempt in record.attempts:
            refused = attempt.rejection is not None and attempt.rejection.errcode == DAY_USED_UP
            if refused and attempt.event.appid == appid:
                yield attempt


def calls_used_up(state: State, appid: AppId, now: datetime) -> bool:
    """Say whether WeChat said today that no mass call is left, and has taken none since."""
    refused = [each.serial for each in calls_refused(state, appid) if beijing_day(each.at) == beijing_day(now)]
    if not refused:
        return False
    own = (each for record in state.records.values() for each in record.attempts if each.event.appid == appid)
    return max(each.serial for each in own) == max(refused)


def withdrawals_by_day(state: State, appid: AppId) -> Mapping[date, int]:
    """Count the requests for withdrawals by Beijing day, whatever became of them; not those that never left."""
    asked = (at for each in state.records.values() if each.appid == appid for job in each.jobs for at in job.asked_at)
    return Counter(beijing_day(at) for at in asked)


def withdrawals_used_up(state: State, appid: AppId, now: datetime) -> bool:
    """Say whether WeChat said today that no withdrawal is left, and was asked for none since."""
    jobs = [job for record in state.records.values() if record.appid == appid for job in record.jobs]
    refused = [job.none_left_at for job in jobs if job.none_left_at is not None]
    last = max(refused, default=None)
    if last is None or beijing_day(last) != beijing_day(now):
        return False
    return all(at <= last for job in jobs for at in job.asked_at)


def counted_anew(now: datetime) -> Phrase:
    """Say when what is counted by the Beijing day is there again."""
    return Phrase("they are counted anew at {moment}; run the same command after that", moment=moment(tomorrow(now)))


def _of_record(record: Record, appid: AppId, ids: Mapping[str, int]) -> Iterator[Use]:
    def use(at: datetime, audience: Mapping[str, Any] | None) -> Use:
        tag = audience.get("tag_id", audience.get("tag")) if audience is not None else None
        known = {**ids, record.resolved.tag: record.resolved.tag_id} if record.resolved is not None else ids
        named = known.get(tag, tag) if isinstance(tag, str) else tag
        return Use(at, _recorded_scope(audience), record.campaign, record.edition, named)

    for attempt in record.attempts:
        if attempt.may_have_sent and attempt.event.appid == appid:
            yield use(attempt.at, attempt.event.audience)
    if record.appid != appid:
        return
    if record.imported is not None:
        yield use(record.imported.sent_at, record.imported.audience)
    tried = [attempt.event for attempt in record.attempts if attempt.may_have_sent]
    for settled in record.settled_sent:
        if all(each.batch != settled.event.batch for each in tried):
            # It was sent in the console; when, nobody wrote down, but it was before it was settled.
            yield use(settled.at, tried[-1].audience if tried else settled.event.audience)


def _recorded_scope(audience: Mapping[str, Any] | None) -> Scope:
    """Read an audience as the ledger has it; what it does not know is taken for everybody."""
    if audience is None:
        return Scope.ALL
    if "openids" in audience:
        return Scope.OPENIDS
    return Scope.TAG if "tag" in audience or "tag_id" in audience else Scope.ALL
