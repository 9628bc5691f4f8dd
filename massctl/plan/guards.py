"""Why a campaign is not staged or not sent: each guard is one function of a case.

`_table` lists them in the order in which a reader sees refusals, and says of each for every moment whether it is asked
then, or why not. A guard says what is true and what to type.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cached_property, partial, reduce
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from massctl.model.batches import BATCH_MIN
from massctl.model.campaign import ANOTHER_CELL, Audience, Tag
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, Digest
from massctl.model.message import (
    RenderedCampaign,
    message_digest_to,
)
from massctl.model.phrase import (
    A_WECHAT_NAME,
    BEIJING,
    Command,
    Phrase,
    ShellCommand,
    enumerated,
    in_a_row,
    moment,
    plural_phrase,
)
from massctl.model.state import (
    HeldLease,
    Record,
    RunnerId,
    State,
    Status,
    article_address,
    beijing_day,
    contradiction,
    held_until,
    is_concluded,
    lease_words,
)
from massctl.plan.account_people import (
    SAME_CONTENT_DAYS,
    AccountPeople,
    ErasedPeople,
    ErasureUnread,
    PeopleCounts,
    cell_parts,
    crowd_of,
    erased_of,
    frozen_of,
    own_part,
)
from massctl.plan.approvals import (
    ApprovalCount,
    ApprovalFacts,
    missing_approvals,
    missing_words,
    required_approvals,
    shares_its_day,
)
from massctl.plan.brake import COMMIT_SHOWN, Tip, kill_switch, tip_refusal
from massctl.plan.destinations import (
    JudgedDestination,
    SentBy,
    judged,
    new_destinations,
    nothing_sent,
    unlisted,
)
from massctl.plan.lease import TAKE_OVER
from massctl.plan.matrix import matrix_refusal
from massctl.plan.people_judge import Judge, Removal
from massctl.plan.quota import (
    Agenda,
    Calendar,
    Scope,
    Slot,
    allowance_refusal,
    batches_left,
    calls_refused,
    count_before,
    count_together,
    demand_of,
    pace_refusal,
    scope_of,
    sent_list,
    slot_of,
)
from massctl.plan.reach import (
    BatchReach,
    Known,
    Reach,
    batches_named,
    is_contradicted,
    is_out,
    reach,
    reach_of,
)
from massctl.plan.retry_policy import REPEAT_HOURS_MAX, repeat_refusal, settle
from massctl.plan.steps import Guard, Refusal
from massctl.plan.window import WindowState, again_after, hour_refusals, tomorrow, window_state

if TYPE_CHECKING:
    from massctl.model.entries import AudienceResolved
    from massctl.model.settings import Cap, Policy


_NAMED = 8
"""So many destinations a refusal names."""


HISTORY_COMMITS = 1_000
"""How many commits before a merge massctl.yaml is looked at for rules that the same pull request took away.

A pull request that is merged by rebasing is so many commits of the branch; GitHub takes a hundred at most."""


class Approval(Frozen):
    """What a forge said in one moment of the merge that brought a campaign's lock in."""

    forge: str = ""
    """What people call it; empty where none is known."""
    number: int | None = None
    """The merged pull request; None if none brought it."""
    by: tuple[str, ...] = ()
    """Who approved exactly this lock at its last commit, and may write, and is not one of those who made it."""
    base: str | None = None
    """The commit of the branch that it was made from."""
    before: "tuple[Policy, ...]" = ()
    """The policies before it: a merge cannot weaken a rule and use that."""
    others: tuple["Approval", ...] = ()
    """What it said of other pull requests that brought the same commit: one of all has to have what is asked for."""
    is_locked: bool = True
    """The committed lock is that of the campaign; else nothing that a merge brought says what would be sent."""
    unread: str | None = None
    """Why nothing of this is known."""

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody who approved it, in whichever pull request."""
        every = (*self.by, *(name for each in self.others for name in each.by))
        return tuple(dict.fromkeys(every))


class PolicyInForce(Frozen):
    """What a run is bound by: the policy, the other kill switch, the tip, and which campaigns were named."""

    policy: "Policy"
    agenda: Agenda
    """What all campaigns ask of their accounts' allowance."""
    no_send: bool = False
    """MASSCTL_NO_SEND is set."""
    named: frozenset[str] | None = None
    """The campaigns named on the command line; None without names."""
    tip: Tip | None = None
    """How this checkout compares with the branch that sends; None if none is named, or nobody looked yet."""
    runner: RunnerId | None = None
    """Which `massctl run` this folder belongs to; None if none ever ran in it."""
    approval: "Callable[[RenderedCampaign], Approval | None] | None" = None
    """Asks the forge about a campaign's lock; gives None where nobody has to ask. Without it nobody can be asked."""
    sent_by: SentBy = nothing_sent
    """Reads where the sent campaigns of an account led."""
    by_hand: bool = False
    """A person repeats one send (`reconcile --resubmit`): no runner's lease stands in the way."""
    people: PeopleCounts | None = None
    """Counts the people of lists; None where nobody can look into any."""

    def is_named(self, name: str) -> bool:
        """Return whether the operator named this campaign."""
        return self.named is not None and name in self.named


SKEW_SECONDS_MAX = 120
"""The clocks may differ by so much. Our own bound: this clock tells the end of a window and the age of an attempt."""
_DATE_SECONDS = 1
"""A `Date` is cut to whole seconds. Source: RFC 9110, section 5.6.7."""


class Skew(Frozen):
    """Two clocks at one moment: the request left at `before`, its answer came at `after` and said `server`."""

    before: datetime
    after: datetime
    server: datetime

    @property
    def error(self) -> timedelta:
        """How much the measurement leaves open."""
        return self.after - self.before

    @property
    def seconds(self) -> float:
        """By how much this clock is certainly ahead; negative where it is behind, 0 where it may be right."""
        ahead = (self.before - self.server).total_seconds() - _DATE_SECONDS
        behind = (self.server - self.after).total_seconds()
        return max(0.0, ahead) - max(0.0, behind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read for one campaign in one moment. What nobody read refuses nothing."""

    attempt: int | None = None
    """The serial of its own attempt, which is durable and has no verdict yet: no doubt, and no use of the allowance."""
    began: int | None = None
    """The serial of the last entry before this run; None where a person can look at what this run shows."""
    calls_began: int | None = None
    """The same for refused calls, whoever is there; None where nothing is carried out."""
    shows: bool = False
    """A preview that is not made yet comes before the send."""
    skew: Skew | None = None
    """What the newest answer with a `Date` said of this clock."""
    changed: str | None = None
    """The first file that is not as it was when the message was made from it."""
    draft: Refusal | None = None
    """What the draft at WeChat says against the send."""
    followers: int | None = None
    """How many may get it, by the newest count of this run."""
    audience: Refusal | None = None
    """What the size of the audience, or the name of its tag, says against it."""
    ledger: Refusal | None = None
    """What others wrote behind its attempt says against it."""
    behind: Refusal | None = None
    """What WeChat knows of it, and the ledger does not."""


NOTHING_READ = Reading()


class Case(Frozen, dict=True):
    """What the guards judge: a campaign, what is recorded and read of it, and the policy in force at one moment."""

    campaign: RenderedCampaign
    state: State
    rules: PolicyInForce
    now: datetime
    slot: Slot | None = None
    """What the allowance says of it; None until somebody asks."""
    reading: Reading = NOTHING_READ
    judge: Judge | None = None
    """Judges the people of a list; None until somebody asks, and for every other audience."""

    @cached_property
    def people(self) -> Judge | None:
        """Return what judges its people one by one; None if it is no list, or if nobody can look into any."""
        if self.judge is not None:
            return self.judge
        people, campaign = self.rules.people, self.campaign
        if people is None or campaign.openid_list is None:
            return None
        agenda = self.rules.agenda.with_demand(demand_of(campaign))
        calendar = Calendar(agenda, campaign.appid, self.state, self.rules.policy, self.now)
        crowd = crowd_of(people, self.state, calendar, campaign.appid, [campaign], self.now)
        return judge_of(campaign, self.state, self.rules, crowd, calendar, self.now)

    @cached_property
    def erased(self) -> ErasedPeople | ErasureUnread | None:
        """Who of its list was erased, or why nobody can say it."""
        return erased_of(self.campaign, self.record, self.rules.people, self.now)

    @property
    def record(self) -> Record:
        """What is recorded of its edition."""
        return self.state.record(self.campaign.name, self.campaign.edition)

    @property
    def is_repetition(self) -> bool:
        """Whether an attempt before this one has no clear answer."""
        own = self.reading.attempt
        if own is None:
            return self.record.is_in_doubt
        return any(each.serial != own for each in self.record.open_attempts)


def judge_of(
    campaign: RenderedCampaign,
    state: State,
    rules: PolicyInForce,
    crowd: AccountPeople,
    calendar: Calendar,
    now: datetime,
) -> Judge | None:
    """Return what judges the people of a list by a crowd that has them; None for every other audience."""
    listed = sent_list(campaign, state.record(campaign.name, campaign.edition))
    if rules.people is None or listed is None:
        return None
    opens = max(now, campaign.window.not_before) if campaign.window is not None else now
    slot = calendar.slots.get(campaign.name)
    frozen = frozen_of(campaign, rules.people)
    caps = [each for each in (rules.policy.cap, frozen.cap if frozen else None) if each is not None]
    return Judge(
        campaign,
        crowd,
        own_part(campaign, state),
        listed,
        (slot.day if slot is not None else None) or beijing_day(opens),
        caps[0].as_strict_as(caps[-1]) if caps else None,
        frozen,
        _is_repeated_on_purpose(campaign, state),
    )


class Moment(Enum):
    """The moments in which guards are asked."""

    STAGING = auto()
    """Before anything of a campaign is done."""
    PLAN = auto()
    """Where a send is planned."""
    ATTEMPT = auto()
    """Right before an attempt is recorded."""
    LAST_LOOK = auto()
    """Once the attempt is durable, which may take minutes."""


class Ask(Enum):
    """A guard is asked."""

    ASK = auto()


ASK = Ask.ASK
_ONLY_A_SEND = "it is about a send alone"
_NOT_YET_READ = "it is read later"
_MAY_READ_MORE = "the run that sends may look into more"
_LEDGER = (
    "the attempt was appended to this very state: whoever writes first makes the run plan again"
)
_CAMPAIGN = "it follows from the campaign and the command line, which do not change in a run"


class Row(NamedTuple):
    """One guard, and for each moment ASK, or why it is not asked then. There is no default."""

    guard: Callable[[Case], Refusal | None]
    staging: Ask | str
    plan: Ask | str
    attempt: Ask | str
    last_look: Ask | str

    def is_asked(self, moment: Moment) -> bool:
        """Return whether it is asked in a moment."""
        return getattr(self, moment.name.lower()) is ASK


def _table() -> Sequence[Row]:
    """Return all guards, in the order in which a reader sees refusals."""
    return (
        Row(_edition_in_doubt, ASK, "`_edition` says more", "`_edition` says more", _LEDGER),
        Row(_selection, ASK, _CAMPAIGN, _CAMPAIGN, _CAMPAIGN),
        Row(_lost_in_repair, _ONLY_A_SEND, ASK, ASK, _LEDGER),
        Row(_lease, _ONLY_A_SEND, ASK, ASK, "`_ledger` reads who holds it behind the attempt"),
        Row(_window, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_kill_switch, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_tip, "`off_tip` says it of all campaigns", ASK, ASK, ASK),
        Row(_sources, _NOT_YET_READ, _NOT_YET_READ, ASK, ASK),
        Row(_destinations, ASK, ASK, ASK, ASK),
        Row(_approval, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_edition, ASK, ASK, ASK, _LEDGER),
        Row(_links, _ONLY_A_SEND, ASK, ASK, _LEDGER),
        Row(_matrix_changed, ASK, ASK, ASK, _LEDGER),
        Row(_cells_overlap, ASK, ASK, ASK, "nobody is added to a snapshot"),
        Row(_begun_list, ASK, ASK, ASK, _LEDGER),
        Row(_denied_batch, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_handoff, _ONLY_A_SEND, ASK, ASK, _LEDGER),
        Row(_freeze, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_quiet_hours, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_doubt, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_rejected_before, _ONLY_A_SEND, ASK, ASK, _LEDGER),
        Row(_erased_people, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_erased_people_unread, _ONLY_A_SEND, _MAY_READ_MORE, ASK, ASK),
        Row(_same_content, _ONLY_A_SEND, ASK, ASK, _LEDGER),
        Row(_same_people, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_same_people_unread, _ONLY_A_SEND, _MAY_READ_MORE, ASK, ASK),
        Row(_cap, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_nobody_left, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_allowance, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_skew, _ONLY_A_SEND, _NOT_YET_READ, ASK, ASK),
        Row(
            _calls_used_up,
            _ONLY_A_SEND,
            _NOT_YET_READ,
            ASK,
            "WeChat tells it in answer to an earlier send alone",
        ),
        Row(_audience, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_preview, _ONLY_A_SEND, ASK, ASK, ASK),
        Row(_draft, _NOT_YET_READ, _NOT_YET_READ, ASK, ASK),
        Row(_behind, _ONLY_A_SEND, _NOT_YET_READ, ASK, ASK),
        Row(_ledger, _ONLY_A_SEND, _NOT_YET_READ, "there is no attempt yet", ASK),
    )


def _refusals(case: Case, moment: Moment) -> Iterator[Refusal]:
    asked = (row.guard for row in _table() if row.is_asked(moment))
    return (refusal for guard in asked if (refusal := guard(case)) is not None)


def staging_refusal(case: Case) -> Refusal | None:
    """Return the first reason why nothing of a campaign is done, staging included; None if it may be staged."""
    return next(_refusals(case, Moment.STAGING), None)


def send_refusals(case: Case, moment: Moment) -> list[Refusal]:
    """Return every reason why a campaign may not be sent in a moment; an empty list means that it may."""
    told = list(_refusals(case, moment))
    return (
        [with_reconcile_hint(each, case.campaign.name) for each in told]
        if case.is_repetition
        else told
    )


def _sources(case: Case) -> Refusal | None:
    inputs, tip = case.campaign.inputs, case.rules.tip
    if case.reading.changed is not None:
        say = Phrase("{file} was changed after this run read it", file=case.reading.changed)
        undo = Phrase(
            "undo the change and run apply again; or {settle}", settle=settle(case.campaign.name)
        )
        return Refusal(Guard.SOURCES_CHANGED, say, undo if case.is_repetition else _READ_AGAIN)
    judged = inputs.commit if inputs is not None else None
    if tip is None or tip.unread is not None or tip.here == judged:
        return None
    say = Phrase(
        "this run read the files of commit {judged}, and the checkout is now at {here}",
        judged=(judged or "-")[:COMMIT_SHOWN],
        here=(tip.here or "-")[:COMMIT_SHOWN],
    )
    return Refusal(Guard.SOURCES_CHANGED, say, _READ_AGAIN)


def _destinations(case: Case) -> Refusal | None:
    return unlisted_refusal(case, case.rules.policy)


def unlisted_refusal(case: Case, policy: "Policy") -> Refusal | None:
    """Refuse a campaign that leads where a policy does not list, if that policy refuses it."""
    listed = policy.destinations
    if listed.unlisted != "refuse":
        return None
    left = dict.fromkeys(
        each.name or each.target for each in unlisted(case.campaign, listed, case.state)
    )
    if not left:
        return _unread_refusal() if case.campaign.is_unscanned else None
    more = [Phrase("and {count} more", count=len(left) - _NAMED)] if len(left) > _NAMED else []
    return Refusal(
        Guard.DESTINATION_UNLISTED,
        Phrase(
            "policy.destinations does not list where it leads: {names}",
            names=enumerated([*[*left][:_NAMED], *more]),
        ),
        Phrase("take the links out, or have them listed in policy.destinations in massctl.yaml"),
    )


def _unread_refusal() -> Refusal:
    """Refuse a campaign with a picture in which nobody looked for QR codes: it may lead anywhere."""
    return Refusal(
        Guard.DESTINATION_UNLISTED,
        Phrase(
            "a QR code may lead where policy.destinations does not list: nobody looked for codes in every picture"
        ),
        Phrase(
            "install the extra {extra}, and put pictures that are on WeChat and drawings into the campaign as pictures",
            extra="qr",
        ),
    )


def destinations_of(
    campaign: RenderedCampaign, state: State, rules: PolicyInForce
) -> tuple[JudgedDestination, ...]:
    """Return where a campaign leads, new places first."""
    return judged(campaign, rules.policy.destinations, state, rules.sent_by)


def _skew(case: Case) -> Refusal | None:
    return skew_refusal(case.reading.skew)


def _calls_used_up(case: Case) -> Refusal | None:
    """Refuse what WeChat would refuse: this run was told that the account's mass calls of the day are used up.

    A later run tries again, because somebody may have had the quota cleared.
    """
    began = case.reading.calls_began
    if began is None or not any(
        each.serial > began for each in calls_refused(case.state, case.campaign.appid)
    ):
        return None
    return Refusal(
        Guard.ALLOWANCE,
        Phrase("the account's mass calls of today are used up (100 a day)"),
        again_after(case.campaign, case.rules.policy, tomorrow(case.now)),
    )


def _audience(case: Case) -> Refusal | None:
    return case.reading.audience


def _draft(case: Case) -> Refusal | None:
    return case.reading.draft


def _behind(case: Case) -> Refusal | None:
    return case.reading.behind


def _ledger(case: Case) -> Refusal | None:
    return case.reading.ledger


def _preview(case: Case) -> Refusal | None:
    """Refuse a send of a version that nobody could look at, where the policy asks for that.

    A preview that was recorded after the run began could not be looked at yet, unless a person is asked. One that is
    still to be made could not be looked at either. What an open attempt carries was judged at its attempt.
    """
    campaign, reading = case.campaign, case.reading
    if not case.rules.policy.require_preview or case.is_repetition:
        return None
    last = case.record.shown.get(campaign.digest)
    seen = last is not None and (reading.began is None or last <= reading.began)
    if seen and not reading.shows:
        return None
    if last is not None:
        say = Phrase(
            "policy.require_preview: this run makes the preview, so only a later run sends it"
        )
    else:
        say = Phrase(
            "policy.require_preview: no earlier run is known to have previewed this version"
        )
    return Refusal(
        Guard.PREVIEW_MISSING, say, _how_to_show(campaign, shows=reading.shows or last is not None)
    )


def _how_to_show(campaign: RenderedCampaign, *, shows: bool) -> Phrase:
    if shows:
        return Phrase(
            "check it on the phone, then run apply again; {command}   shows it once more",
            command=Command("preview", campaign.name),
        )
    if campaign.recipients:
        return Phrase(
            "{command}   then check it on the phone, and run apply again",
            command=Command("preview", campaign.name),
        )
    return Phrase(
        "name a reviewer under `preview:` in campaign.yaml, or: {command}",
        command=Command("preview", campaign.name, "--towxname", A_WECHAT_NAME),
    )


_READ_AGAIN = Phrase(
    "no request was made for it; run apply again: it reads the files as they are now, and judges everything anew"
)


def _lease(case: Case) -> Refusal | None:
    return lease_refusal(case.state.lease, case.rules)


def lease_refusal(lease: HeldLease | None, rules: PolicyInForce) -> Refusal | None:
    """Refuse a send while another `massctl run` holds the lease: one runner sends, and everybody knows which."""
    if lease is None or rules.by_hand or lease.holder == rules.runner:
        return None
    say = lease_words(lease)
    hint = Phrase(
        "leave it to that runner; if it is gone for good, on the new one: {command}",
        command=TAKE_OVER,
    )
    return Refusal(Guard.OTHER_RUNNER, say, hint)


def _kill_switch(case: Case) -> Refusal | None:
    return kill_switch(case.rules.policy, no_send=case.rules.no_send)


def _tip(case: Case) -> Refusal | None:
    return tip_refusal(case.rules.tip, case.campaign.account)


def _approval(case: Case) -> Refusal | None:
    lacking = approval_refusal(case.campaign, case.rules, partial(facts_of, case))
    return lacking or _unlisted_before(case)


def _unlisted_before(case: Case) -> Refusal | None:
    """Refuse what the policy before the merge did not list, if that policy refused it."""
    found = _approval_of(case.campaign, case.rules)
    if found is None or not found.before:
        return None
    return unlisted_refusal(case, _strictest(case.rules, found))


def facts_of(case: Case, policy: "Policy") -> ApprovalFacts:
    """Return what approvals ask of a send, by the newest count; which destinations are new, a policy says."""
    campaign, record, state = case.campaign, case.record, case.state
    counts = (
        case.reading.followers if campaign.openid_list is None else None,
        count_together(campaign, record),
        count_before(campaign, record, state),
    )
    return ApprovalFacts(
        next((each for each in counts if each is not None), None),
        scope_of(campaign.audience) is Scope.ALL,
        shares_its_day(campaign, state, case.rules.agenda, case.now),
        campaign.is_unscanned
        or bool(new_destinations(campaign, policy.destinations, state, case.rules.sent_by)),
    )


def _edition(case: Case) -> Refusal | None:
    return edition_refusal(case.campaign.name, case.campaign.edition, case.state)


def _edition_in_doubt(case: Case) -> Refusal | None:
    """Refuse a lower edition than one in doubt, also where the campaign is not named."""
    in_doubt = any(each.is_in_doubt for each in case.state.editions(case.campaign.name))
    return _edition(case) if in_doubt else None


def _selection(case: Case) -> Refusal | None:
    selected = case.campaign.window is not None or case.rules.is_named(case.campaign.name)
    return None if selected else not_named(case.campaign.name)


def _matrix_changed(case: Case) -> Refusal | None:
    return matrix_refusal(case.campaign, case.state)


def _cells_overlap(case: Case) -> Refusal | None:
    """Refuse an audience of which somebody is in another cell of its matrix too, as MC038 does with lists."""
    if not cell_parts(case.campaign) or (judge := case.people) is None or not judge.cells:
        return None
    others = [
        Phrase("{count:,} in {cell}", count=count, cell=name) for name, count in judge.cells.items()
    ]
    say = Phrase(
        "people of {name} are in other cells of its matrix too, and would get it twice: {cells}",
        name=case.campaign.name,
        cells=in_a_row(others[:_NAMED]),
    )
    hint = Phrase(
        "exclude the other audience (`exclude` in audiences/NAME.yaml) and freeze again; or {other}",
        other=ANOTHER_CELL,
    )
    return Refusal(Guard.CELLS_OVERLAP, say, hint)


def _begun_list(case: Case) -> Refusal | None:
    return list_changed(case.campaign, case.record)


def _denied_batch(case: Case) -> Refusal | None:
    """Refuse a batch that a person called not sent, once WeChat may have forgotten the id of its first attempt.

    Until then that id protects a mistake. A campaign that is one job goes again at any time: that is what the word of
    a person is for.
    """
    left = batches_left(case.campaign, case.record)
    if case.campaign.batches is None or not left:
        return None
    found = reach_of(case.record, case.state, left[0] or 1)
    if found.again_until is None or timedelta(0) < found.again_until - case.now <= timedelta(
        hours=REPEAT_HOURS_MAX
    ):
        return None
    name = case.campaign.name
    say = Phrase(
        "a person called batch {batch} not sent, and its first attempt is more than {hours} hours old: if that is "
        "wrong, WeChat would send it twice",
        batch=found.batch,
        hours=REPEAT_HOURS_MAX,
    )
    hint = Phrase(
        "if it was sent: {sent}; if not, you know who lacks it: write these openids into the list of a new campaign; "
        "the batches after it: {rest}",
        sent=Command("reconcile", name, f'--sent --batch {found.batch} --reason "…"'),
        rest=rest_of(name),
    )
    return Refusal(Guard.PARTLY_SENT, say, hint)


def _handoff(case: Case) -> Refusal | None:
    return handoff_open(case.campaign, case.record)


def _freeze(case: Case) -> Refusal | None:
    return _by_hour(case, Guard.FREEZE)


def _quiet_hours(case: Case) -> Refusal | None:
    return _by_hour(case, Guard.QUIET_HOURS)


def _by_hour(case: Case, guard: Guard) -> Refusal | None:
    found = hour_refusals(case.rules.policy, case.campaign.window, case.now)
    return next((each for each in found if each.guard is guard), None)


def _allowance(case: Case) -> Refusal | None:
    if case.is_repetition:
        return None  # It is used already; its repetition needs no second day.
    known, own = case.slot, case.reading.attempt
    slot = known or slot_of(
        case.campaign, case.rules.agenda, case.state, case.rules.policy, case.now, but=own
    )
    refused = allowance_refusal(case.campaign, slot)
    return refused or pace_refusal(case.campaign, case.record, case.now)


def approval_refusal(
    campaign: RenderedCampaign,
    rules: PolicyInForce,
    facts: "Callable[[Policy], ApprovalFacts]" = lambda _: ApprovalFacts(),
) -> Refusal | None:
    """Refuse a send that lacks approvals, or may lack some; None if the policy asks for none, then and now.

    `facts` gives the facts of the campaign by a policy; of nothing known every condition holds.
    """
    found = _approval_of(campaign, rules)
    if found is None:
        return None
    refused = [_request_refusal(each, rules, facts) for each in (found, *found.others)]
    return refused[0] if None not in refused else None


def _request_refusal(
    found: Approval, rules: PolicyInForce, facts: "Callable[[Policy], ApprovalFacts]"
) -> Refusal | None:
    policy = _strictest(rules, found)
    required = required_approvals(policy, facts(policy)) if policy.asks_approvals else ()
    missing = missing_approvals(required, found.by)
    if not missing and found.unread is None and found.is_locked:
        return None
    say, hint = _unapproved(found, missing, rules.policy.branch or "-")
    return Refusal(Guard.APPROVALS_MISSING, say, hint)


def _strictest(rules: PolicyInForce, found: Approval) -> "Policy":
    return reduce(type(rules.policy).as_strict_as, found.before, rules.policy)


def _approval_of(campaign: RenderedCampaign, rules: PolicyInForce) -> Approval | None:
    if rules.approval is not None:
        return rules.approval(campaign)
    return Approval() if rules.policy.asks_approvals else None


def is_approval_unread(campaign: RenderedCampaign, rules: PolicyInForce) -> bool:
    """Return whether a forge was asked about a campaign's merge and gave no answer, so that another try may get one."""
    found = _approval_of(campaign, rules)
    return found is not None and found.unread is not None


def unasked(rules: PolicyInForce) -> PolicyInForce:
    """Return the rules of a plan that is only shown: no forge is asked for it."""
    return replace(rules, approval=lambda _: None)


def _unapproved(
    found: Approval, missing: Sequence[ApprovalCount], branch: str
) -> tuple[Phrase, Phrase]:
    if found.unread is not None:
        say = Phrase(
            "nobody knows whether the merge of its lock was approved: {why}", why=found.unread
        )
        hint = Phrase(
            "run apply again when {forge} can be reached; until then nothing is sent",
            forge=found.forge,
        )
        return say, hint
    if not found.is_locked:
        return Phrase(
            "massctl.yaml asks for reviewed locks, or did in one of the last {limit:,} commits, and no committed lock "
            "is what would be sent",
            limit=HISTORY_COMMITS,
        ), Phrase(
            "write it with `{command}`, and bring it in by a pull request that somebody else approves",
            command=Command("lock"),
        )
    if not found.forge:
        return Phrase(
            "the policy asks for approvals, but no forge is known that could be asked"
        ), _NAME_THE_FORGE
    if found.number is None:
        say = Phrase(
            "its lock came to {branch} without a merged pull request, so nobody approved it",
            branch=branch,
        )
        return say, Phrase(
            "take that commit back, and bring it in by a pull request that somebody else approves"
        )
    say = Phrase(
        "this lock lacks approvals at the last commit of pull request {number}: {missing}",
        number=found.number,
        missing=missing_words(missing),
    )
    hint = Phrase(
        "let somebody with Write who made no part of it approve pull request {number}, if {forge} still takes that, "
        "then run apply again; otherwise take the merge back and bring it in by a pull request that is approved",
        number=found.number,
        forge=found.forge,
    )
    return say, hint


_NAME_THE_FORGE = Phrase(
    "write `forge:` in massctl.yaml with kind, repository and token_env, and set that variable; or delete "
    "policy.require_approval and policy.approvals"
)


def skew_refusal(skew: Skew | None) -> Refusal | None:
    """Refuse a send by a clock that is surely wrong; without a measurement nothing is judged."""
    if skew is None or abs(skew.seconds) <= SKEW_SECONDS_MAX:
        return None
    return Refusal(
        Guard.CLOCK_SKEW,
        Phrase(
            "this machine's clock says {ours}, and WeChat's said {theirs} at that moment: at most {most} s are allowed",
            ours=_told(skew.after),
            theirs=_told(skew.server),
            most=SKEW_SECONDS_MAX,
        ),
        Phrase(
            "set this machine's clock (sudo timedatectl set-ntp true), then run apply again; until then nothing is sent"
        ),
    )


def _told(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S +08:00")


_WORDS: Mapping[str, Phrase] = {
    "original": Phrase("original (原创)"),
    "reward": Phrase("reward (赞赏)"),
    "ai_label": Phrase("AI label (创作来源)"),
}


_HAS_A_DRAFT = frozenset({Status.STAGED, Status.PREVIEWED})


class HandoffItem(Frozen):
    """One thing that only the console can do."""

    item: str
    """As the ledger names it: `original`, `reward`, `ai_label`, or `album: …`, `statement: …`, `other: …`."""
    done: bool
    """Whether somebody adopted the draft after doing it."""

    @property
    def words(self) -> str:
        """Say it, for people."""
        kind, _, detail = self.item.partition(": ")
        if kind == "album":
            return Phrase("album (合集) {name}", name=detail)
        if kind == "statement":
            return Phrase("statement (创作来源) {text}", text=detail)
        return _WORDS.get(kind, detail)


def handoff_of(campaign: RenderedCampaign, record: Record) -> tuple[HandoffItem, ...]:
    """Return the hand-off list; an item is done if the person who adopted the current draft of this version said so."""
    draft = record.draft()
    current = draft is not None and draft.event.digest == campaign.digest
    done = draft.done_by_hand if draft is not None and current else ()
    return tuple(HandoffItem(item, item in done) for item in campaign.handoff)


def handoff_open(campaign: RenderedCampaign, record: Record) -> Refusal | None:
    """Refuse a send while hand-off items are open. An open attempt proves that all were done."""
    left = [each.words for each in handoff_of(campaign, record) if not each.done]
    if not left or record.is_in_doubt:
        return None
    return Refusal(
        Guard.HANDOFF_OPEN,
        Phrase("still to do in the console: {items}", items=in_a_row(left)),
        how_to_do(campaign.name),
    )


def how_to_do(name: str) -> Phrase:
    """Return the advice how to do the hand-off items and record them as done."""
    return Phrase(
        "do it to the draft in 草稿箱 of 微信公众平台 (mp.weixin.qq.com) and save it "
        "there, without a change to words, pictures or links; then: {command}; "
        "on GitHub: Actions / apply / adopt the draft",
        command=Command("adopt", name, '--reason "…"'),
    )


def left_to_do(items: Sequence[HandoffItem], status: Status) -> list[str]:
    """Return the items that are not done, once there is a draft."""
    return [each.words for each in items if not each.done] if status in _HAS_A_DRAFT else []


def rest_of(name: str) -> Phrase:
    """Return the advice how to reach the openids of a list that surely have nothing."""
    return Phrase(
        "a campaign for the openids that surely do not have it: {command}",
        command=Command("new", f"{name.replace('@', '-')}-rest", "--unsent-of", name),
    )


def list_changed(campaign: RenderedCampaign, record: Record) -> Refusal | None:
    """Refuse a list or a message that changed since its first batch."""
    sent = record.sent_batches
    tried = [each.event for each in record.not_refused]
    tried = tried or [each.event for each in record.attempts if each.event.batch in sent]
    if not tried or tried[-1].batches is None or is_concluded(record):
        return None
    begun = tried[-1]
    if begun.message_digest == campaign.message_digest:
        return None
    same_message = begun.message_digest == message_digest_to(campaign, begun.audience)
    edited = Phrase(
        "the message was edited after its first batch was sent; {sent}", sent=_sent(record)
    )
    listed = Phrase(
        "the list of openids was changed after its first batch; {sent}", sent=_sent(record)
    )
    hint = Phrase(
        "restore it (git log shows it) and run apply again: it continues with the next batch; or make {rest}",
        rest=rest_of(campaign.name),
    )
    if same_message:
        return Refusal(Guard.AUDIENCE_CHANGED, listed, hint)
    return Refusal(Guard.EDITED_AFTER_SEND, edited, hint)


def rejected_batch(record: Record) -> Refusal | None:
    """Refuse to go on with a list if WeChat refused one of its batches for good."""
    last = record.attempts[-1] if record.attempts else None
    if last is None or last.rejection is None or not last.rejection.is_final:
        return None
    if not record.is_partly_sent or record.is_in_doubt or last.event.batch in record.sent_batches:
        return None
    if is_concluded(record):
        return None
    say = Phrase(
        "WeChat refused batch {batch} of {batches} for good, with errcode {errcode}: nobody in it has"
        " the message; {sent}",
        batch=last.event.batch,
        batches=record.batches,
        errcode=last.rejection.errcode,
        sent=_sent(record),
    )
    hint = Phrase(
        "make {rest}   and correct there what WeChat objects to", rest=rest_of(record.campaign)
    )
    return Refusal(Guard.REJECTED_BEFORE, say, hint)


def _partly_sent(name: CampaignName, edition: int, state: State) -> Refusal | None:
    """Refuse an edition above one that reached a part of its list: those who have the message would get it again.

    Where all that went out failed or was withdrawn, the edition may be raised.
    """
    below = [
        each for each in state.editions(name) if each.edition < edition and is_out(each, state)
    ]
    if not below:
        return None
    before = below[-1]
    if is_contradicted(before, state):
        return contradicted_ends(before)
    found = list(reach(before, state).values())
    denied = [each for each in found if each.known is Known.DENIED]
    if denied and not before.is_in_doubt and before.attempts[-1].event.batches is not None:
        return _only_as_itself(before, edition, denied)
    if not is_divided(found):
        return None
    return Refusal(
        Guard.PARTLY_SENT,
        Phrase(
            "edition {before} reached a part of its list ({sent}); edition {edition} would be sent to them again",
            before=before.edition,
            sent=_sent(before),
            edition=edition,
        ),
        _instead_of_raising(before, state),
    )


def _only_as_itself(before: Record, edition: int, denied: Sequence[BatchReach]) -> Refusal:
    """Refuse another id for a batch that only a person called not sent: its own id protects a mistake."""
    name = before.campaign
    say = Phrase(
        "only a person's word says that batch {batches} of edition {before} was not sent, and edition {edition} would "
        "go to it under another clientmsgid",
        batches=batches_named(denied),
        before=before.edition,
        edition=edition,
    )
    hint = Phrase(
        "set `edition` back to {before} and run apply again, within {hours} hours of its first attempt: WeChat then "
        "sends nothing twice; or make {rest}",
        before=before.edition,
        hours=REPEAT_HOURS_MAX,
        rest=rest_of(name),
    )
    return Refusal(Guard.PARTLY_SENT, say, hint)


def contradicted_ends(record: Record) -> Refusal:
    """Refuse a raised edition while WeChat has told two ends of the job before: followers may have it."""
    say = Phrase(
        "WeChat told two ends of the job of edition {edition}, that it was sent and that it failed, and nobody has "
        "said which is true",
        edition=record.edition,
    )
    return Refusal(Guard.CONTRADICTED, say, settle(record.campaign))


def is_divided(found: Sequence[BatchReach]) -> bool:
    """Whether some of a list have it, or may have it, and others do not: all of it together is never sent again."""
    kinds = {each.reach for each in found if each.known is not Known.WITHDRAWN}
    return len(kinds) > 1 or any(each.known is Known.GIVEN for each in found)


def _instead_of_raising(before: Record, state: State) -> Phrase:
    """Return how those who lack an edition get it."""
    name = before.campaign
    if before.is_in_doubt:
        return Phrase(
            "set `edition` back to {before}; then {settle}",
            before=before.edition,
            settle=settle(name),
        )
    if before.ended is not None:
        say = Phrase(
            "{rest} has the others; to send to everybody again, copy the folder to another campaign"
        )
        return Phrase(say, rest=before.ended.rest)
    lacking = any(each.reach is Reach.SURELY_NOT for each in reach(before, state).values())
    if is_concluded(before):
        return Phrase("make {rest}", rest=rest_of(name)) if lacking else for_sure(before, state)
    say = Phrase(
        "set `edition` back to {before} and run apply again: it continues with the next batch; or make {rest}"
    )
    return Phrase(say, before=before.edition, rest=rest_of(name))


def for_sure(record: Record, state: State) -> Phrase:
    """Return the advice when no batch surely lacks the message: only a person can find out."""
    unsure = [each for each in reach(record, state).values() if each.reach is Reach.MAY_HAVE]
    return Phrase(
        "look in the console under 群发记录; if you are sure that nobody of batch {batches} has it, write these "
        "openids into the list of a new campaign",
        batches=batches_named(unsure),
    )


def _sent(record: Record) -> Phrase:
    return Phrase(
        "{sent} of {all} batches were sent", sent=len(record.sent_batches), all=record.batches
    )


def tag_due(campaign: RenderedCampaign, record: Record) -> str | None:
    """Return the tag name that staging must still look up and record; None without one.

    A text message has nothing else to stage; its send is bound to the recorded tag as well.
    """
    if campaign.audience.tag is None or record.resolved_for(campaign.digest) is not None:
        return None
    return None if is_rejected_for_good(campaign, record) else campaign.audience.tag


def is_rejected_for_good(campaign: RenderedCampaign, record: Record) -> bool:
    """Whether WeChat refused this version with a code that does not pass without a change."""
    rejection = record.rejection_of(campaign.digest)
    return rejection is not None and rejection.is_final


def judged_tag(name: str, resolved: "AudienceResolved", tags: Sequence[Tag]) -> Tag | Refusal:
    """Return the recorded tag as it is now; a refusal where it is gone or renamed."""
    tag = next((each for each in tags if each.id == resolved.tag_id), None)
    if tag is not None and tag.name == name:
        return tag
    if tag is None:
        say = Phrase(
            "the tag {tag} (id {tag_id}) no longer exists", tag=name, tag_id=resolved.tag_id
        )
    else:
        say = Phrase(
            "the tag with the id {tag_id} was named {tag} when this was staged, and is now named {now}",
            tag_id=tag.id,
            tag=name,
            now=tag.name,
        )
    other = next((each for each in tags if each.name == name), None)
    if other is not None:
        say = Phrase(
            "{what}; {tag} is now another tag, with the id {other}",
            what=say,
            tag=name,
            other=other.id,
        )
    return Refusal(Guard.AUDIENCE_CHANGED, say, _another_tag(other, is_there=tag is not None))


def _another_tag(other: Tag | None, *, is_there: bool) -> Phrase:
    """Return what can be done: a deleted tag cannot get its name back, and a taken name cannot be used twice."""
    if other is not None:
        return Phrase(
            "if you mean the followers of that tag, write `tag_id: {other}` in campaign.yaml, "
            "otherwise the `tag_id:` of the right tag; this makes a new version to be reviewed",
            other=other.id,
        )
    if is_there:
        return Phrase(
            "restore the tag's name in the console under 用户管理; or change `tag:`"
            " or `tag_id:` in campaign.yaml, which makes a new version to be "
            "reviewed"
        )
    return Phrase(
        "change `tag:` or `tag_id:` in campaign.yaml, which makes a new version"
        " to be reviewed; the console lists the tags under 用户管理"
    )


_IF_INTENDED = Phrase(
    "if that is intended, write `same_content: allow` under send: in campaign.yaml"
)


def lost_in_repair(campaign: RenderedCampaign, record: Record, state: State) -> Refusal | None:
    """Refuse what may have been sent in the part of the ledger that a repair dropped, until a person has spoken.

    The remaining entries do not say which campaigns were in that part, so refuse every campaign that is not known as
    sent.
    """
    left = batches_left(campaign, record)
    if not left or reach_of(record, state, left[0] or 1).known is not Known.LOST:
        return None
    say = Phrase(
        "the ledger was damaged and repaired, and nobody has said whether the lost part recorded this send"
    )
    return Refusal(Guard.LEDGER_DAMAGED, say, settle(campaign.name))


def _links(case: Case) -> Refusal | None:
    return links_refusal(case.campaign, case.state)


def _lost_in_repair(case: Case) -> Refusal | None:
    return lost_in_repair(case.campaign, case.record, case.state)


def is_untrusted(refusals: Collection[Refusal], state: State) -> bool:
    """Whether nothing that the ledger says is believed, not even that a draft is ours; a repaired one is read."""
    guards = {refusal.guard for refusal in refusals}
    return bool(guards & {Guard.LEDGER_MISSING, Guard.LEDGER_FOREIGN}) or (
        Guard.LEDGER_DAMAGED in guards and not state.repaired
    )


def with_reconcile_hint(refusal: Refusal, name: CampaignName) -> Refusal:
    """Add the advice to reconcile to a refused repetition: another window or audience would be another request."""
    changes_it = refusal.guard in (Guard.EXPIRED, Guard.AUDIENCE_BOUNDS)
    return replace(refusal, hint=settle(name)) if changes_it else refusal


def edition_refusal(name: CampaignName, edition: int, state: State) -> Refusal | None:
    """Refuse an edition below one that may have been sent, or above one that reached a part of its list."""
    above = [
        each for each in state.editions(name) if each.edition > edition and is_out(each, state)
    ]
    if not above:
        return _partly_sent(name, edition, state)
    last = above[-1]
    back = Phrase("set `edition` back to {last}", last=last.edition)
    if last.is_in_doubt:
        say = Phrase("nobody knows whether edition {last} was sent, and this is edition {edition}")
        way = Phrase("{back}; then {settle}", back=back, settle=settle(name))
        return Refusal(Guard.EDITION_LOWERED, Phrase(say, last=last.edition, edition=edition), way)
    once_more = Phrase(
        "{back}, or raise it to {next} to send it once more", back=back, next=last.edition + 1
    )
    return Refusal(
        Guard.EDITION_LOWERED,
        Phrase(
            "edition {last} was sent, or may have been, but this is edition {edition}",
            last=last.edition,
            edition=edition,
        ),
        back if last.is_partly_sent else once_more,
    )


def audience_refusal(audience: "Audience", count: int | None) -> Refusal | None:
    """Refuse an audience that does not exist, is empty, or is outside its bounds; `count` is followers."""
    if count is None and audience.tag is not None:
        return Refusal(
            Guard.AUDIENCE_BOUNDS,
            Phrase("the account has no tag named {tag}", tag=audience.tag),
            Phrase("copy its exact name from the console under 用户管理 to audience.tag"),
        )
    if count is None:
        return Refusal(
            Guard.AUDIENCE_BOUNDS,
            Phrase("the account has no tag with the id {tag_id}", tag_id=audience.tag_id),
            Phrase("find the id in the console under 用户管理, and correct audience.tag_id"),
        )
    low, high = (audience.expect.min, audience.expect.max) if audience.expect else (None, None)
    hint = Phrase("if the audience is right, correct audience.expect; until then nothing is sent")
    if count == 0:
        return Refusal(
            Guard.AUDIENCE_BOUNDS,
            Phrase("the audience is empty: 0 followers"),
            _whom_else(audience),
        )
    if low is not None and count < low:
        say = Phrase(
            "the audience has {count} followers, and at least {low} were expected",
            count=count,
            low=low,
        )
        return Refusal(Guard.AUDIENCE_BOUNDS, say, hint)
    if high is not None and count > high:
        say = Phrase(
            "the audience has {count} followers, and at most {high} were expected",
            count=count,
            high=high,
        )
        return Refusal(Guard.AUDIENCE_BOUNDS, say, hint)
    return None


def _whom_else(audience: "Audience") -> Phrase:
    """Return what to do about an empty audience."""
    if audience.tag_id is None and audience.tag is None:
        return Phrase("name another audience in campaign.yaml; until then nothing is sent")
    return Phrase(
        "give the tag (标签) to followers in the console under 用户管理, or name "
        "another audience in campaign.yaml; until then nothing is sent"
    )


def sent_by_another(
    campaign: RenderedCampaign, state: State, sends: Mapping[Digest, CampaignName]
) -> Refusal | None:
    """Refuse a message that another campaign sends earlier in this run; `sends` is message digest -> campaign."""
    other = sends.get(campaign.message_digest)
    if other is None or _is_repeated_on_purpose(campaign, state):
        return None
    say = Phrase("{other} sends the same message to the same audience in this run", other=other)
    return Refusal(Guard.SAME_CONTENT, say, _IF_INTENDED)


def not_named(name: CampaignName) -> Refusal:
    """Refuse a campaign without a window in a run without names."""
    return Refusal(
        Guard.NOT_NAMED,
        Phrase("it has no window, so it is staged and sent only by name"),
        Command("apply", name),
    )


def expired_refusal(campaign: RenderedCampaign, now: datetime) -> Refusal:
    """Refuse a send after its window; nothing is sent late."""
    closed = campaign.window.not_after if campaign.window else now
    return Refusal(
        Guard.EXPIRED,
        Phrase(
            "the window closed at {closed}; massctl never sends late",
            closed=moment(closed),
        ),
        Phrase(
            "to send it after all, give it a new window in campaign.yaml and have that reviewed"
        ),
    )


def _window(case: Case) -> Refusal | None:
    match window_state(case.campaign.window, case.now):
        case WindowState.EXPIRED:
            return expired_refusal(case.campaign, case.now)
        case WindowState.NONE if not case.is_repetition:
            # Settling a doubt repeats a send that was named once; it needs no second naming.
            return _selection(case)
        case WindowState.WAITING:
            # A plan never asks before the window opens.
            return _clock_went_back()
        case _:
            return None


def _clock_went_back() -> Refusal:
    return Refusal(
        Guard.CLOCK_SKEW,
        Phrase("the clock was set back and now shows a time before the window"),
        Phrase("correct this machine's clock, then run apply again"),
    )


def _doubt(case: Case) -> Refusal | None:
    return _contradicted(case) or _account_in_doubt(case)


def _account_in_doubt(case: Case) -> Refusal | None:
    campaign, record = case.campaign, case.record
    if case.is_repetition and (before := record.open_attempts[-1].event.appid) != campaign.appid:
        say = Phrase(
            "nobody knows whether it was sent with the AppID {before}; its account in massctl.yaml now has {now}"
        )
        return Refusal(
            Guard.ACCOUNT_IN_DOUBT,
            Phrase(say, before=before, now=campaign.appid),
            settle(record.campaign),
        )
    if case.is_repetition:
        return repeat_refusal(record, campaign.digest, case.rules.policy, case.now)
    others = [each for each in case.state.in_doubt(campaign.appid) if each is not record]
    if not others:
        return None
    if (until := held_until(others[0])) is not None:
        template = Phrase(
            "{other} waits for the administrator until {until}, and until then this account sends nothing else"
        )
        say = Phrase(template, other=others[0].campaign, until=moment(until.astimezone(BEIJING)))
        hint = Phrase(
            "let the administrator (管理员) answer in WeChat, then: {command}",
            command=Command("apply", others[0].campaign),
        )
        return Refusal(Guard.ACCOUNT_IN_DOUBT, say, hint)
    template = Phrase("nobody knows whether {other} was sent, so this account sends nothing else")
    return Refusal(
        Guard.ACCOUNT_IN_DOUBT,
        Phrase(template, other=others[0].campaign),
        settle(others[0].campaign),
    )


def _contradicted(case: Case) -> Refusal | None:
    """Refuse every send of an account while two entries about one of its sends cannot both be true."""
    for each in (case.record, *case.state.in_doubt(case.campaign.appid)):
        if (found := contradiction(each)) is not None:
            say = Phrase(
                "the ledger contradicts itself about {name}, so this account sends nothing: {found}"
            )
            hint = Phrase(
                "look in the console under 群发记录 whether {name} was sent, then settle it: {command}",
                name=each.campaign,
                command=Command("reconcile", each.campaign),
            )
            return Refusal(
                Guard.ACCOUNT_IN_DOUBT, Phrase(say, name=each.campaign, found=found), hint
            )
    return None


def _rejected_before(case: Case) -> Refusal | None:
    record = case.record
    rejection = record.rejection_of(case.campaign.digest)
    if rejection is None or not rejection.is_final or record.is_in_doubt:
        return None
    if (stopped := rejected_batch(record)) is not None:
        return stopped
    return Refusal(
        Guard.REJECTED_BEFORE,
        Phrase(
            "WeChat refused exactly this content before, with errcode {errcode}",
            errcode=rejection.errcode,
        ),
        Phrase("change what WeChat objects to; massctl sends a new digest"),
    )


def _same_content(case: Case) -> Refusal | None:
    campaign, state = case.campaign, case.state
    if _is_repeated_on_purpose(campaign, state):
        return None
    since = case.now - timedelta(days=SAME_CONTENT_DAYS)
    for record in state.index.messages.get(campaign.message_digest, {}).values():
        if record.key == (campaign.name, campaign.edition):
            continue  # Its own attempts are judged by the guards of doubts and rejections.
        # The digest holds the appid, so an equal one is of the same account.
        alike = [
            each
            for each in reach(record, state).values()
            if campaign.message_digest in each.messages
        ]
        spans = [
            each.span
            for each in alike
            if each.span is not None and each.reach is not Reach.SURELY_NOT
        ]
        found = [each for each in spans if each.until(case.now) >= since]
        if found:
            day = beijing_day(found[0].first).isoformat()
            say = Phrase("{other} sent the same message to the same audience on {day}")
            return Refusal(
                Guard.SAME_CONTENT, Phrase(say, other=record.campaign, day=day), _IF_INTENDED
            )
    return None


def _erased_people(case: Case) -> Refusal | None:
    """Refuse a list that has somebody who was erased, in a batch that would go out."""
    found = case.erased
    if not isinstance(found, ErasedPeople):
        return None
    begun = case.record.not_refused or case.record.sent_batches
    hint = Phrase(
        "delete these lines; or make the list an audience, which leaves erased people out by itself"
    )
    if begun:
        hint = Phrase("make {rest}   it leaves them out", rest=rest_of(case.campaign.name))
    if case.is_repetition:
        hint = settle(case.campaign.name)
    return Refusal(Guard.ERASED_PEOPLE, erased_words(found), hint)


def erased_words(found: ErasedPeople) -> Phrase:
    """Say how many people of a list were erased, and where they stand; never who they are."""
    more = len(found.places) - _NAMED
    rest = [Phrase("and {count} more", count=more)] if more > 0 else []
    return plural_phrase(
        "{count:,} person of its list was erased: {places}",
        "{count:,} people of its list were erased: {places}",
        count=found.people,
        places=enumerated([*found.places[:_NAMED], *rest]),
    )


def _erased_people_unread(case: Case) -> Refusal | None:
    """Refuse a list while nobody can compare it with those who were erased."""
    found = case.erased
    if not isinstance(found, ErasureUnread):
        return None
    say = Phrase(
        "people were erased, and nobody can say here whether its list has some of them: {why}",
        why=found.why,
    )
    return Refusal(Guard.AUDIENCE_UNREAD, say, found.hint)


def _is_judged_person_by_person(case: Case) -> bool:
    """Whether people can still be taken off: an audience is cut once, before its first attempt."""
    judge = case.people
    record = case.record
    begun = case.reading.attempt is not None or bool(record.attempts) or record.cut is not None
    return judge is not None and judge.frozen is not None and not begun


def _same_people(case: Case) -> Refusal | None:
    """Refuse a list of which somebody has this very message, or may have it, however the list was made again."""
    judge = case.people
    if judge is None or case.is_repetition or _is_judged_person_by_person(case):
        return None
    count = judge.facts.has_it or 0
    if not count:
        return None
    others = dict.fromkeys(each.campaign for each in judge.same_messages if each.campaign)
    say = plural_phrase(
        "{count:,} of its {people:,} people has this very message already, or may have it, from {others}",
        "{count:,} of its {people:,} people have this very message already, or may have it, from {others}",
        count=count,
        people=judge.people,
        others=enumerated([*others][:_NAMED]),
    )
    return Refusal(Guard.SAME_CONTENT, say, _left_out_by_an_audience(case, _IF_INTENDED))


def _left_out_by_an_audience(case: Case, otherwise: Phrase | None = None) -> str:
    """Return how people are left out: an audience does it by itself, a list has to be written again."""
    if case.campaign.audience.openids is None:
        rest = rest_of(case.campaign.name)
        return Phrase("make {rest}", rest=rest)
    audience = Phrase(
        "make the list an audience, which leaves them out by itself: write audiences/NAME.yaml, then {command}, "
        "and `of: NAME` in campaign.yaml",
        command=Command("audience", "freeze", "NAME"),
    )
    return in_a_row([audience, otherwise]) if otherwise is not None else audience


def _same_people_unread(case: Case) -> Refusal | None:
    """Refuse a list where this very message went to another one that nobody can look into."""
    judge = case.people
    if judge is None or case.is_repetition or judge.is_repeated_on_purpose:
        return None
    since = judge.day - timedelta(days=SAME_CONTENT_DAYS)
    unread = [
        each.campaign
        for each in judge.same_messages
        if each.scope is Scope.OPENIDS and each.part is None and each.last >= since
    ]
    if not unread:
        return None
    say = Phrase(
        "{other} sent the same message to a list that nobody can look into here, so nobody knows who has it",
        other=unread[0],
    )
    return Refusal(Guard.SAME_CONTENT, say, _IF_INTENDED)


def _cap(case: Case) -> Refusal | None:
    """Refuse a list of which somebody had as many letters as the cap allows; an audience is cut instead, once."""
    judge = case.people
    if judge is None or judge.cap is None or case.is_repetition or case.record.sent_batches:
        return None
    count = judge.cut.removed.get(Removal.CAPPED, 0)
    is_cut = _is_judged_person_by_person(case) and judge.cap.over == "take_off"
    if not count or is_cut:
        return None
    say = plural_phrase(
        "{count:,} of its {people:,} people has had, or may have had, as many letters as the cap allows: {cap}",
        "{count:,} of its {people:,} people have had, or may have had, as many letters as the cap allows: {cap}",
        count=count,
        people=judge.people,
        cap=cap_words(judge.cap),
    )
    return Refusal(Guard.AUDIENCE_CAP, say, _left_out_by_an_audience(case))


def cap_words(cap: "Cap") -> str:
    """Say a cap."""
    month = [Phrase("{count} a month", count=cap.month)] if cap.month is not None else []
    week = [Phrase("{count} in seven days", count=cap.week)] if cap.week is not None else []
    return enumerated([*month, *week])


def _nobody_left(case: Case) -> Refusal | None:
    """Refuse an audience of which too few are left for one job."""
    judge = case.people
    if judge is None or not _is_judged_person_by_person(case) or not judge.is_read:
        return None
    left = judge.cut.recipients
    if left >= BATCH_MIN:
        return None
    say = plural_phrase(
        "only {left} of {people:,} people remains; a job needs {least}",
        "only {left} of {people:,} people remain; a job needs {least}",
        count=left,
        left=left,
        people=judge.people,
        least=BATCH_MIN,
    )
    hint = Phrase(
        "freeze the audience again, or change it: {command}",
        command=Command("audience", "show", case.campaign.audience.of or ""),
    )
    return Refusal(Guard.AUDIENCE_BOUNDS, say, hint)


def _is_repeated_on_purpose(campaign: RenderedCampaign, state: State) -> bool:
    return campaign.same_content_allowed or _edition_raised(campaign, state)


def _edition_raised(campaign: RenderedCampaign, state: State) -> bool:
    """Return whether a lower edition of this campaign went out, and none higher: it goes out again on purpose.

    Its own attempts say nothing: a repetition of a send of unknown outcome is as deliberate as the send was.
    """
    others = [each for each in state.editions(campaign.name) if each.edition != campaign.edition]
    sent = [each.edition for each in others if is_out(each, state)]
    return bool(sent) and campaign.edition > max(sent)


def lock_missing(name: CampaignName) -> Refusal:
    """Refuse a campaign that was never locked."""
    return Refusal(
        Guard.LOCK_MISSING,
        Phrase("it is not locked, and only locked campaigns are sent"),
        Phrase(
            "{command}   then have campaign.lock.json reviewed and commit it",
            command=Command("lock", name),
        ),
    )


def lock_uncommitted(why: str, command: str) -> Refusal:
    """Refuse a campaign whose lock differs from the one of the checkout's commit."""
    hint = Phrase("commit it and have it reviewed: {command}", command=ShellCommand(command))
    return Refusal(Guard.LOCK_UNCOMMITTED, why, hint)


def links_refusal(campaign: RenderedCampaign, state: State) -> Refusal | None:
    """Refuse a campaign that links to an article by an address which the ledger does not give, or gives no more."""
    dead = [said for _, said in dead_links(campaign, state)]
    if not dead:
        return None
    return Refusal(
        Guard.LOCK_STALE,
        Phrase(
            "the ledger does not have the address of a link: {differences}",
            differences=enumerated(dead),
        ),
        Phrase(
            "correct the link, then lock it again and have that reviewed: {command}",
            command=Command("lock", campaign.name),
        ),
    )


def dead_links(campaign: RenderedCampaign, state: State) -> list[tuple[str, Phrase]]:
    """Return the articles that a campaign links to whose address the ledger does not give any more, and why."""
    found: list[tuple[str, Phrase]] = []
    for key, address in campaign.links:
        sent, _, number = key.rpartition("/")
        now = article_address(state, sent, int(number))
        if isinstance(now, tuple):
            found.append((key, Phrase("the link to {article}: {why}", article=key, why=now[0])))
        elif now != address:
            said = Phrase(
                "the link to {article} (its address is {address} now)", article=key, address=now
            )
            found.append((key, said))
    return found
