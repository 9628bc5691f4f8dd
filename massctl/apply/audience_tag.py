"""Fill the tag (标签) that massctl made for an audience, and read it back before a send.

A tag is never one that existed before. Nothing of a fill is remembered: the difference is read again each time, so a
run that was killed is simply followed by another. People lose the tag before others get it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from massctl.apply.audience_cut import apply_cut
from massctl.apply.context import ApplyContext, Uploaded, steps_of
from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import CampaignOutcome, what_happened
from massctl.apply.ports import TAGGING_MAX, Clock, Overlap, Progress, SnapshotReader, WeChat
from massctl.errors import (
    ConfigurationError,
    InvariantError,
    PermanentError,
    SnapshotAwayError,
    SnapshotError,
    TransportError,
    WeChatError,
)
from massctl.model.audience import PeopleChange
from massctl.model.audience_tag import AudienceTag, people_digest, tag_name
from massctl.model.entries import TagBegun, TagFillBegun, TagFilled, TagMade
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, Sha256, prefixed, unprefixed
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.plan.audience_tag import (
    FILL_MAX,
    FreeTag,
    changed_refusal,
    free_tag,
    is_filled,
    other_fill_refusal,
    tag_list,
    unfilled_refusal,
)
from massctl.plan.guards import audience_refusal
from massctl.plan.steps import FillTag, Guard, Refusal

T = TypeVar("T")
NOT_A_FOLLOWER = frozenset({40003, 40031, 49003, 50005})
"""What WeChat says of a call with somebody who does not follow. Source: WeChat docs and SDKs, read 2026-10."""
TOO_MANY_TAGS = 45059
"""Somebody has 20 tags already. Source: WeChat docs, "tags/members/batchtagging", read 2026-10."""
_PORTION = 512
"""Calls between two looks at the time that a fill has left."""
_ISSUER = object()


class TagPorts(Frozen):
    """What a fill of a tag needs from outside."""

    ledger: LedgerSession
    wechat: WeChat
    clock: Clock
    overlap: Overlap
    progress: Progress
    people: SnapshotReader


class TagPeople(Frozen):
    """Who is to have the tag of an audience."""

    hidden_fields = ("people",)

    appid: AppId
    audience: str
    snapshot: Sha256
    people: frozenset[str]
    """The snapshot's people without those who were erased."""


class FillPermit:
    """Allows the calls of one fill, until its entry in the ledger is too old; implements `ports.TaggingPermit`."""

    __slots__ = ("_clock", "_tag_id", "_until", "first")

    def __init__(self, issuer: object, tag_id: int, first: int, until: datetime, clock: Clock):
        """Raise InvariantError for everybody but this module."""
        if issuer is not _ISSUER:
            raise InvariantError(Phrase("a permit to fill a tag was made without an entry"))
        self._tag_id, self._until, self._clock = tag_id, until, clock
        self.first = first
        """The serial of the first `tag_fill_begun` of its fill."""

    def use(self) -> int:
        """Return the tag's id; raise a WeChatError when its time is over, so that no call leaves."""
        if self._clock.now() > self._until:
            raise WeChatError(
                Phrase("the fill of a tag took too long"),
                hint=Phrase("Run the same command again: it goes on where it stopped."),
            )
        return self._tag_id

    @property
    def is_half_over(self) -> bool:
        """Whether the next portion of calls needs another entry."""
        return self._clock.now() > self._until - FILL_MAX / 2


def find_or_make_tag(tagger: TagPorts, wanted: TagPeople) -> AudienceTag | Refusal:
    """Return the tag of an audience; make one where there is none, or where somebody deleted it.

    Raises PermanentError for a tag of this name that the ledger does not know for ours.
    """
    ledger, key = tagger.ledger, (wanted.appid, wanted.audience)
    tag = ledger.state.tags.get(key, AudienceTag(*key))
    listed = tagger.wechat.tags()
    if tag.tag_id is not None:
        if any(each.id == tag.tag_id for each in listed):
            return tag
        # A send that may still be repeated names the deleted tag.
        free = free_tag(ledger.state, tag, tagger.clock.now())
        if isinstance(free, Refusal):
            return free
    name = tag_name(wanted.audience)
    named = next((each for each in listed if each.name == name), None)
    if named is None:
        ledger.record(TagBegun(appid=wanted.appid, audience=wanted.audience, name=name))
        try:
            named = tagger.wechat.create_tag(name)
        except TransportError:
            raise
        except WeChatError:
            refused = TagBegun(
                appid=wanted.appid, audience=wanted.audience, name=name, refused=True
            )
            ledger.record(refused)
            raise
    elif tag.begun_as != name or members_of(tagger.wechat, named.id):
        raise PermanentError(
            Phrase("the account has a tag named {tag}, and massctl did not make it", tag=name),
            Phrase("Nobody in it was touched, and nothing was sent."),
            Phrase(
                "Rename or delete that tag in the console under 用户管理, then run the same command again."
            ),
        )
    made = TagMade(appid=wanted.appid, audience=wanted.audience, tag_id=named.id, name=name)
    ledger.record(made)
    return ledger.state.tags[key]


def members_of(wechat: WeChat, tag_id: int) -> frozenset[str]:
    """Read everybody who has a tag."""
    return frozenset(openid for page in wechat.tag_members(tag_id) for openid in page)


def fill(tagger: TagPorts, wanted: TagPeople) -> TagFilled | Refusal:
    """Bring exactly the wanted people into the tag of an audience, and read it back.

    Raises a WeChatError where the tag does not have them in the end; a refusal where a send still needs its people.
    """
    tag = find_or_make_tag(tagger, wanted)
    if isinstance(tag, Refusal):
        return tag
    tag_id = tag.tag_id or 0
    there = members_of(tagger.wechat, tag_id)
    by_hand = _changed_by_hand(tagger, tag, there)
    extra, missing = there - wanted.people, wanted.people - there
    filling, untaggable = None, frozenset[str]()
    if extra or missing:
        free = free_tag(tagger.ledger.state, tag, tagger.clock.now())
        if isinstance(free, Refusal):
            return free
        filling, untaggable = _change(tagger, free, wanted, extra, missing)
        there = members_of(tagger.wechat, tag_id)
        _require_filled(there, wanted.people, untaggable)
    filled = TagFilled(
        appid=wanted.appid,
        audience=wanted.audience,
        tag_id=tag_id,
        snapshot=prefixed(wanted.snapshot),
        people_sha256=_named(wanted.people),
        count=len(there),
        added=len(missing) - len(untaggable),
        removed=len(extra),
        unfollowed=len(untaggable),
        by_hand=by_hand,
        begun=filling.first if filling is not None else None,
    )
    if filling is not None or tag.filled is None or not _is_equal(tag.filled, filled):
        tagger.ledger.record(filled)
    return filled


def untag_erased(tagger: TagPorts, wanted: TagPeople) -> TagFilled | Refusal | None:
    """Take whoever is not wanted any more out of a tag, and give it to nobody; None where the tag is gone."""
    tag = tagger.ledger.state.tags.get((wanted.appid, wanted.audience))
    listed = {each.id for each in tagger.wechat.tags()}
    if tag is None or tag.tag_id not in listed:
        return None
    there = members_of(tagger.wechat, tag.tag_id or 0)
    return fill(tagger, replace(wanted, people=wanted.people & there))


def _is_equal(one: TagFilled, other: TagFilled) -> bool:
    return (one.people_sha256, one.count) == (other.people_sha256, other.count)


def _named(people: Iterable[str]) -> str:
    return prefixed(people_digest(people))


def _changed_by_hand(tagger: TagPorts, tag: AudienceTag, there: frozenset[str]) -> int:
    """Count who differs from what massctl left, and say it; people who left the account are no edit.

    A fill that nobody ended left something that nobody knows.
    """
    filled = tag.filled
    if filled is None or tag.fills or filled.people_sha256 == _named(there):
        return 0
    before = tagger.people(unprefixed(filled.snapshot))
    if filled.people_sha256 != _named(before):
        return 0  # Somebody was erased since: who is left in the tag is no edit.
    added, removed = there - before, before - there
    follow = _followers_among(tagger.wechat, removed)
    change = PeopleChange(added=len(added), removed=len(follow))
    if added or follow:
        say = Phrase(
            "somebody changed the tag {tag} in the console: {change}; massctl puts it right",
            tag=tag.name,
            change=change.words,
        )
        tagger.progress.say(say)
    return change.added + change.removed


def _followers_among(wechat: WeChat, people: frozenset[str]) -> frozenset[str]:
    """Return those of some people who follow the account now."""
    if not people:
        return people
    return frozenset(openid for page in wechat.followers() for openid in page if openid in people)


def _change(
    tagger: TagPorts,
    free: FreeTag,
    wanted: TagPeople,
    extra: frozenset[str],
    missing: frozenset[str],
) -> tuple[FillPermit, frozenset[str]]:
    """Untag and tag, side by side; return the last permit, and who does not follow any more."""
    wechat = tagger.wechat
    untagging, tagging = sorted(extra), sorted(missing)
    calls = [(wechat.untag_people, each) for each in _chunks(untagging, TAGGING_MAX)]
    # Nobody gets the tag before everybody has lost it who is to lose it: it holds too few rather than too many.
    portions = [calls, [(wechat.tag_people, each) for each in _chunks(tagging, TAGGING_MAX)]]
    permit = _begin(tagger, free, wanted)
    refused: dict[str, int] = {}
    tagger.progress.begin(
        Phrase("filling the tag {tag}", tag=free.tag.name), sum(map(len, portions))
    )
    try:
        for portion in (each for all_of in portions for each in _chunks(all_of, _PORTION)):
            if permit.is_half_over:
                permit = _begin(tagger, free, wanted, permit)
            for _, result in tagger.overlap(
                [partial(_call_or_halve, permit, *each) for each in portion]
            ):
                if isinstance(result, BaseException):
                    raise result
                refused |= result
                tagger.progress.advance()
    finally:
        tagger.progress.end()
    _require_taggable(refused)
    return permit, frozenset(refused) & missing


def _chunks(values: Sequence[T], most: int) -> list[Sequence[T]]:
    return [values[first : first + most] for first in range(0, len(values), most)]


def _begin(
    tagger: TagPorts, free: FreeTag, wanted: TagPeople, before: FillPermit | None = None
) -> FillPermit:
    """Record that the tag changes from now on; another run that wrote first makes this one plan again."""
    tag_id = free.tag.tag_id or 0
    begun = TagFillBegun(
        appid=wanted.appid,
        audience=wanted.audience,
        tag_id=tag_id,
        snapshot=prefixed(wanted.snapshot),
        people_sha256=_named(wanted.people),
        again=before.first if before is not None else None,
    )
    entry = tagger.ledger.record(begun)
    first = entry.serial if before is None else before.first
    return FillPermit(_ISSUER, tag_id, first, entry.at + FILL_MAX, tagger.clock)


def _call_or_halve(
    permit: FillPermit,
    call: Callable[[FillPermit, Sequence[str]], None],
    openids: Sequence[str],
) -> Mapping[str, int]:
    """Make one call; find those for whom WeChat refuses it, and make it for the others."""
    try:
        call(permit, openids)
    except PermanentError as error:
        if error.errcode not in {*NOT_A_FOLLOWER, TOO_MANY_TAGS}:
            raise
        if len(openids) == 1:
            return {openids[0]: error.errcode}
        half = len(openids) // 2
        return {
            **_call_or_halve(permit, call, openids[:half]),
            **_call_or_halve(permit, call, openids[half:]),
        }
    return {}


def _require_taggable(refused: Mapping[str, int]) -> None:
    full = sum(errcode == TOO_MANY_TAGS for errcode in refused.values())
    if full:
        raise PermanentError(
            Phrase(
                "{count} people of the audience have 20 tags already, and WeChat gives nobody more",
                count=full,
            ),
            Phrase("The others have the tag. Nothing was sent."),
            Phrase("Take another tag off them in the console, or exclude them and freeze again."),
            errcode=TOO_MANY_TAGS,
        )


def _require_filled(
    there: frozenset[str], people: frozenset[str], untaggable: frozenset[str]
) -> None:
    change = PeopleChange(added=len(there - people), removed=len(people - there - untaggable))
    if change.added or change.removed:
        raise TransportError(
            Phrase(
                "the tag does not have the people it was filled with: {change}", change=change.words
            ),
            Phrase("Somebody edits it, or WeChat is slow to show it. Nothing was sent."),
            Phrase("Run the same command again: it reads the difference again."),
        )


def reread(tagger: TagPorts, tag: AudienceTag, wanted: TagPeople, name: str) -> int | Refusal:
    """Read everybody who has the tag, and compare them person by person; return how many there are.

    Who is missing must have left the account. Refuses for anybody else, and while another fill may bring people.
    """
    there = members_of(tagger.wechat, tag.tag_id or 0)
    missing = _followers_among(tagger.wechat, wanted.people - there)
    change = PeopleChange(added=len(there - wanted.people), removed=len(missing))
    if change.added or change.removed:
        return changed_refusal(name, change)
    unquiet = other_fill_refusal(tag, _named(wanted.people), tagger.clock.now())
    return len(there) if unquiet is None else unquiet


# In a run


def fill_tags(context: Uploaded) -> Uploaded:
    """Fill the tags that the plan fills, and those of campaigns that are sent in this run.

    A failure stops its own campaign. A tag that is right already is only read.
    """
    for outcome, campaign in context.going():
        steps = steps_of(outcome, FillTag)
        is_due = context.may_send(outcome)
        if not campaign.is_by_tag or not (steps or is_due):
            continue
        unread = apply_cut(context, campaign) if is_due else None
        if unread is not None:
            outcome.refuse(unread)
        else:
            _fill_for(context, outcome, campaign, steps)
    return context


def refilled(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    """Fill the tag of a send again where people were taken off since; False, and noted, where that fails."""
    people, record = tag_list(campaign, context.record_of(campaign)), context.record_of(campaign)
    audience = campaign.audience.of or ""
    if people is None or record.is_in_doubt:
        return True
    if not is_filled(context.state, campaign.appid, audience, people):
        _fill_for(context, outcome, campaign, ())
    return not outcome.stopped


def _fill_for(
    context: ApplyContext,
    outcome: CampaignOutcome,
    campaign: RenderedCampaign,
    steps: Sequence[FillTag],
) -> None:
    try:
        filled = fill(tagger_of(context, campaign), wanted_of(context, campaign))
    except SnapshotError as error:
        filled = away_refusal(error)
    except (WeChatError, ConfigurationError) as error:
        context.fail(outcome, error)
        return
    if isinstance(filled, Refusal):
        if context.may_send(outcome):
            outcome.refuse(filled)
        else:
            context.ports.progress.say(
                Phrase("{name}: {why}", name=campaign.name, why=filled.message)
            )
    else:
        outcome.performed += steps


def away_refusal(error: SnapshotError) -> Refusal:
    """Refuse a send whose people nobody can compare here."""
    return Refusal(Guard.AUDIENCE_UNREAD, what_happened(error), error.hint)


def tagger_of(context: ApplyContext, campaign: RenderedCampaign) -> TagPorts:
    """Return what a fill of a campaign's tag needs."""
    ports = context.ports
    if ports.people is None:
        raise _not_at_hand(campaign)
    return TagPorts(
        context.ledger,
        ports.wechat(campaign.account),
        ports.clock,
        ports.overlap,
        ports.progress,
        ports.people,
    )


def _not_at_hand(campaign: RenderedCampaign) -> SnapshotAwayError:
    return SnapshotAwayError(Phrase("the people of {name} are not at hand", name=campaign.name))


def wanted_of(context: ApplyContext, campaign: RenderedCampaign) -> TagPeople:
    """Return who is to have the tag of a campaign; raise SnapshotAwayError where nobody here can say it."""
    people, audience = tag_list(campaign, context.record_of(campaign)), campaign.audience.of
    if people is None or audience is None or context.ports.people is None:
        raise _not_at_hand(campaign)
    return TagPeople(campaign.appid, audience, people.sha256, context.ports.people(people.sha256))


def tag_refusal(context: ApplyContext, campaign: RenderedCampaign) -> Refusal | None:
    """Read the tag of a campaign back, and refuse its send unless exactly the approved people have it.

    Raises what the reading raises.
    """
    tag = context.state.tags.get((campaign.appid, campaign.audience.of or ""))
    if tag is None or tag.tag_id is None:
        return unfilled_refusal(campaign.name)
    try:
        wanted = wanted_of(context, campaign)
    except SnapshotError as error:
        return away_refusal(error)
    found = reread(tagger_of(context, campaign), tag, wanted, campaign.name)
    return found if isinstance(found, Refusal) else audience_refusal(campaign.audience, found)
