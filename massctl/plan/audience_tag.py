"""The tag (标签) of an audience: when it may be filled, when a send to it may begin, and what it still lacks.

WeChat reads who has a tag while the job runs. So nobody touches a tag from the attempt of a send until its job has
ended, and no send begins while people may still arrive in it. Both decide by one ledger, and whoever writes first wins:
a fill has its `tag_fill_begun` before its first call, a send its `send_attempted` before its request.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from massctl.errors import InvariantError
from massctl.model.audience import PeopleChange
from massctl.model.audience_tag import AudienceTag
from massctl.model.batches import OpenidList
from massctl.model.entries import TagFilled
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, prefixed, unprefixed
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.model.state import Record, State
from massctl.plan.account_people import ListPart, PeopleCounts
from massctl.plan.quota import sent_list
from massctl.plan.steps import Guard, Refusal

FILL_MAX = timedelta(minutes=10)
"""No call of a fill begins later after its entry; what is left needs another entry. Our own bound."""
FILL_QUIET = FILL_MAX + timedelta(minutes=5)
"""By then no call of a fill arrives any more: the last one may be repeated, and two clocks may differ by minutes."""
JOB_MAX = timedelta(days=3)
"""A job whose end nobody told counts as ended after that. Our own bound: WeChat delivers within hours."""
_RUNNING = frozenset({"sending", "awaiting_admin", "unknown"})


def sends_using(state: State, tag: AudienceTag, now: datetime) -> Iterator[Record]:
    """Yield the records whose send WeChat may still be delivering to a tag, or that nobody knows the outcome of."""
    for record in state.records.values():
        uses = any(_goes_to(each.event.audience, tag) for each in record.not_refused)
        if uses and record.appid == tag.appid and _may_run(record, now):
            yield record


def _goes_to(audience: dict[str, object] | None, tag: AudienceTag) -> bool:
    return audience is not None and audience.get("tag_id") == tag.tag_id


def _may_run(record: Record, now: datetime) -> bool:
    running = [each for each in record.jobs if each.status in _RUNNING]
    return record.is_in_doubt or any(now - each.accepted_at < JOB_MAX for each in running)


_ISSUER = object()
"""Only this module holds it, so only `free_tag` can make a FreeTag."""


class FreeTag(Frozen):
    """A tag that no send needs any more: only such a one can be filled. `free_tag` alone makes it."""

    judge: object
    tag: AudienceTag
    serial: int
    """Of the state that says so; another entry behind it may say something else."""

    def __post_init__(self) -> None:
        if self.judge is not _ISSUER:
            raise InvariantError(Phrase("free_tag() was not called for this tag"))


def free_tag(state: State, tag: AudienceTag, now: datetime) -> FreeTag | Refusal:
    """Judge whether the people of a tag may change; a refusal names the send that still needs them."""
    for record in sends_using(state, tag, now):
        say = Phrase(
            "the tag {tag} still has the people of {name}, and its send has not ended",
            tag=tag.name,
            name=record.campaign,
        )
        hint = Phrase(
            "wait for its end, then run the same command again: {command}",
            command=Command("status", record.campaign),
        )
        return Refusal(Guard.AUDIENCE_CHANGED, say, hint)
    return FreeTag(_ISSUER, tag, state.serial)


def other_fill_refusal(tag: AudienceTag, people: str, now: datetime) -> Refusal | None:
    """Refuse a send to a tag that another fill may still be bringing other people into.

    A fill with the same people brings nobody else. `people` is the digest of those whom the send is for.
    """
    others = [each for each in tag.fills if each.event.people_sha256 != people]
    if all(now - each.at > FILL_QUIET for each in others):
        return None
    say = Phrase("another run began to fill the tag {tag} with other people", tag=tag.name)
    hint = Phrase(
        "run the same command again in {count} minutes",
        count=int(FILL_QUIET.total_seconds() // 60),
    )
    return Refusal(Guard.OTHER_RUNNER, say, hint)


def tag_list(campaign: RenderedCampaign, record: Record) -> OpenidList | None:
    """Return whose tag it is: the approved people, or those who stay after some were taken off; None without a tag."""
    people = sent_list(campaign, record)
    return people if people is not None and people.by_tag else None


def tag_change(
    people: PeopleCounts | None, last_fill: TagFilled, wanted: OpenidList
) -> PeopleChange | None:
    """Compare whom massctl left in a tag with those who are to have it; None where a snapshot cannot be read."""
    if people is None:
        return None
    before = unprefixed(last_fill.snapshot)
    counted = people.counted([ListPart(before), ListPart(wanted.sha256)])
    removed, added, both = (counted.get(pattern, 0) for pattern in (0b01, 0b10, 0b11))
    if not both + removed or not both + added:
        return None
    return PeopleChange(added=added, removed=removed)


def is_filled(state: State, appid: AppId, audience: str, people: OpenidList) -> bool:
    """Return whether massctl left exactly the people of a snapshot in the tag of an audience, as far as is recorded."""
    tag = state.tags.get((appid, audience))
    if tag is None or tag.filled is None or tag.fills:
        return False
    return tag.filled.snapshot == prefixed(people.sha256)


def unfilled_refusal(name: str) -> Refusal:
    """Refuse a send to a tag that nobody has made yet."""
    say = Phrase("the tag of its audience is not filled yet")
    return Refusal(
        Guard.AUDIENCE_CHANGED, say, Phrase("fill it: {command}", command=Command("apply", name))
    )


def changed_refusal(name: str, change: PeopleChange) -> Refusal:
    """Refuse a send to a tag whose people are not those who were approved."""
    say = Phrase(
        "the people of the tag are not those who were approved: {change}", change=change.words
    )
    hint = Phrase(
        "nobody was sent anything. Nobody edits this tag in the console; to put it right: {command}",
        command=Command("apply", name),
    )
    return Refusal(Guard.AUDIENCE_CHANGED, say, hint)
