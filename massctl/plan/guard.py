"""What refuses a send. Asked by the plan, and again by apply in the moment before the send."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from massctl.model.hold import held_until
from massctl.model.moment import BEIJING, moment
from massctl.model.names import CampaignName, Digest
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import Record, State
from massctl.plan.allowance import Agenda
from massctl.plan.batches import too_many_batches
from massctl.plan.begun_list import frozen, partly_sent, standstill, way_on
from massctl.plan.doubt import Repeat, may_repeat, settle
from massctl.plan.giving_way import no_place_now
from massctl.plan.handoff import handoff_open
from massctl.plan.step import Guard, Refusal
from massctl.plan.tip import Tip, tip_refusal
from massctl.plan.window import WindowState, hour_refusals, window_state

if TYPE_CHECKING:
    from massctl.model.account import Policy
    from massctl.model.campaign import Audience

SAME_CONTENT_DAYS: Final = 90
"""How long an equal message to an equal audience is taken for a mistake. Our own rule, docs/reference/format.md."""
_IF_INTENDED: Final = Phrase("if that is intended, write `same_content: allow` under send: in campaign.yaml")


@dataclass(frozen=True, slots=True)
class House:
    """The rules of this run: the policy, the kill switch's second handle, and which campaigns were named."""

    policy: "Policy"
    no_send: bool = False
    """MASSCTL_NO_SEND is set."""
    named: frozenset[str] | None = None
    """The campaigns named on the command line; None without names."""
    tip: Tip | None = None
    """How this checkout compares with the branch that sends; None where none is named, or nobody looked yet."""
    agenda: Agenda | None = None
    """What all campaigns ask of their accounts' allowance; None where nothing is sent."""

    def is_named(self, name: str) -> bool:
        """Say whether the operator named this campaign."""
        return self.named is not None and name in self.named


def send_refusals(campaign: RenderedCampaign, state: State, house: House, now: datetime) -> list[Refusal]:
    """Give every reason why this campaign may not be sent now; an empty list means that it may.

    The size of the audience is not among them: `audience_refusal` judges it, where it is known.
    """
    record = state.record(campaign.name, campaign.edition)
    many = too_many_batches(campaign, record, state, house.policy, now)
    found = [
        _window(campaign, record, house, now),
        _kill_switch(house),
        tip_refusal(house.tip),
        edition_refusal(campaign.name, campaign.edition, state),
        frozen(campaign, record),
        handoff_open(campaign, record),
        many,
        *hour_refusals(house.policy, campaign.window, now),
        _account_in_doubt(campaign, record, state, house, now),
        _rejected_before(campaign, record),
        _same_content(campaign, state, now),
        no_place_now(campaign, house.agenda, state, house.policy, now) if many is None else None,
    ]
    told = [refusal for refusal in found if refusal is not None]
    return [beside_a_doubt(each, campaign.name) for each in told] if record.open_attempts else told


def beside_a_doubt(refusal: Refusal, name: CampaignName) -> Refusal:
    """Give a refusal of a repetition the way out of the doubt: another window or audience makes another request."""
    changes_it = refusal.guard in (Guard.EXPIRED, Guard.AUDIENCE_BOUNDS)
    return replace(refusal, hint=settle(name)) if changes_it else refusal


def edition_refusal(name: CampaignName, edition: int, state: State) -> Refusal | None:
    """Refuse an edition below one that may have been sent, or above one that reached a part of its list."""
    above = [each for each in state.editions(name) if each.edition > edition and each.may_be_out]
    if not above:
        return partly_sent(name, edition, state)
    last = above[-1]
    back = Phrase("put `edition` back to {last}", last=last.edition)
    if last.open_attempts:
        say = "nobody knows whether edition {last} was sent, and this is edition {edition}"
        way = Phrase("{back}; then {settle}", back=back, settle=settle(name))
        return Refusal(Guard.EDITION_LOWERED, Phrase(say, last=last.edition, edition=edition), way)
    once_more = Phrase("{back}, or raise it to {next} to send it once more", back=back, next=last.edition + 1)
    return Refusal(
        Guard.EDITION_LOWERED,
        Phrase(
            "edition {last} was sent, or may have been, and this is edition {edition}",
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
            Phrase("the account has no tag called {tag}", tag=audience.tag),
            Phrase("copy its name from the console under 用户管理 to audience.tag, to the letter"),
        )
    if count is None:
        return Refusal(
            Guard.AUDIENCE_BOUNDS,
            Phrase("the account has no tag with the id {tag_id}", tag_id=audience.tag_id),
            Phrase("look the id up in the console under 用户管理, and correct audience.tag_id"),
        )
    low, high = (audience.expect.min, audience.expect.max) if audience.expect else (None, None)
    hint = Phrase("if the audience is right, correct audience.expect; until then nothing leaves")
    if count == 0:
        return Refusal(Guard.AUDIENCE_BOUNDS, Phrase("the audience is empty: 0 followers"), _whom_else(audience))
    if low is not None and count < low:
        say = Phrase("the audience has {count} followers, and at least {low} were expected", count=count, low=low)
        return Refusal(Guard.AUDIENCE_BOUNDS, say, hint)
    if high is not None and count > high:
        say = Phrase("the audience has {count} followers, and at most {high} were expected", count=count, high=high)
        return Refusal(Guard.AUDIENCE_BOUNDS, say, hint)
    return None


def _whom_else(audience: "Audience") -> Phrase:
    """Say what to do about an audience that nobody is in; no bounds allow it."""
    if audience.tag_id is None and audience.tag is None:
        return Phrase("name another audience in campaign.yaml; until then nothing leaves")
    return Phrase(
        "give the tag (标签) to followers in the console under 用户管理, or name another audience in campaign.yaml; "
        "until then nothing leaves"
    )


def sent_by_another(campaign: RenderedCampaign, state: State, sends: Mapping[Digest, CampaignName]) -> Refusal | None:
    """Refuse what another campaign sends before it in the same run; `sends` is message digest -> that campaign."""
    other = sends.get(campaign.message_digest)
    if other is None or _is_repeated_on_purpose(campaign, state):
        return None
    say = Phrase("{other} sends the same message to the same audience in this run", other=other)
    return Refusal(Guard.SAME_CONTENT, say, _IF_INTENDED)


def late_refusals(campaign: RenderedCampaign, house: House, now: datetime) -> list[Refusal]:
    """Refuse by the kill switches, the tip, and the hour: the window is closed, quiet hours or frozen days began."""
    if (stopped := _kill_switch(house) or tip_refusal(house.tip)) is not None:
        return [stopped]
    state = window_state(campaign.window, now)
    match state:
        case WindowState.EXPIRED:
            return [expired_refusal(campaign, now)]
        case WindowState.WAITING:
            return [_clock_went_back()]
        case _:
            return hour_refusals(house.policy, campaign.window, now)


def not_named(name: CampaignName) -> Refusal:
    """Say that a run without names passes over a campaign without a window."""
    return Refusal(
        Guard.NOT_NAMED,
        Phrase("it has no window, so it is staged and sent only by name"),
        Phrase("massctl apply {name}", name=name),
    )


def expired_refusal(campaign: RenderedCampaign, now: datetime) -> Refusal:
    """Say that the window has closed; it is never sent late."""
    closed = campaign.window.not_after if campaign.window else now
    return Refusal(
        Guard.EXPIRED,
        Phrase(
            "the window closed at {closed}; it is never sent late",
            closed=moment(closed),
        ),
        Phrase("to send it after all, give it a new window in campaign.yaml and have that reviewed"),
    )


def _window(campaign: RenderedCampaign, record: Record, house: House, now: datetime) -> Refusal | None:
    match window_state(campaign.window, now):
        case WindowState.EXPIRED:
            return expired_refusal(campaign, now)
        case WindowState.NONE if not house.is_named(campaign.name) and not record.open_attempts:
            # Settling a doubt repeats a send that was named once; it needs no second naming.
            return not_named(campaign.name)
        case WindowState.WAITING:
            # A plan never asks before the window opens.
            return _clock_went_back()
        case _:
            return None


def _clock_went_back() -> Refusal:
    return Refusal(
        Guard.CLOCK_SKEW,
        Phrase("the clock went back and now stands before the window"),
        Phrase("set this machine's clock right, then run apply again"),
    )


def _kill_switch(house: House) -> Refusal | None:
    if house.policy.sending == "disabled":
        hint = Phrase("set policy.sending to `enabled` in massctl.yaml when sending is allowed again")
        return Refusal(Guard.KILL_SWITCH, Phrase("policy.sending is `disabled`"), hint)
    if house.no_send:
        hint = Phrase("unset MASSCTL_NO_SEND when sending is allowed again")
        return Refusal(Guard.KILL_SWITCH, Phrase("MASSCTL_NO_SEND is set"), hint)
    return None


def _account_in_doubt(
    campaign: RenderedCampaign, record: Record, state: State, house: House, now: datetime
) -> Refusal | None:
    if record.open_attempts and (before := record.open_attempts[-1].event.appid) != campaign.appid:
        say = "nobody knows whether it was sent with the AppID {before}; massctl.yaml has {now} for its account now"
        return Refusal(Guard.ACCOUNT_IN_DOUBT, Phrase(say, before=before, now=campaign.appid), settle(record.campaign))
    if record.open_attempts:
        decision = may_repeat(record.open_attempts, campaign.digest, house.policy, now)
        if isinstance(decision, Repeat):
            return None
        say = Phrase("nobody knows whether it was sent, and it may not be repeated: {why}", why=decision.why)
        return Refusal(Guard.ACCOUNT_IN_DOUBT, say, settle(record.campaign))
    others = [r for r in state.in_doubt(campaign.appid) if r is not record]
    if not others:
        return None
    if (until := held_until(others[0])) is not None:
        template = "{other} waits for the administrator until {until}, and till then this account sends nothing else"
        say = Phrase(template, other=others[0].campaign, until=moment(until.astimezone(BEIJING)))
        hint = Phrase(
            "let the administrator (管理员) answer in WeChat, then: massctl apply {name}", name=others[0].campaign
        )
        return Refusal(Guard.ACCOUNT_IN_DOUBT, say, hint)
    template = "nobody knows whether {other} was sent, so this account sends nothing else"
    return Refusal(Guard.ACCOUNT_IN_DOUBT, Phrase(template, other=others[0].campaign), settle(others[0].campaign))


def _rejected_before(campaign: RenderedCampaign, record: Record) -> Refusal | None:
    rejection = record.rejection_of(campaign.digest)
    if rejection is None or rejection.retryable or rejection.token_dead or record.open_attempts:
        return None
    if (stands := standstill(record)) is not None:
        return Refusal(Guard.REJECTED_BEFORE, stands, way_on(record) or stands)
    return Refusal(
        Guard.REJECTED_BEFORE,
        Phrase("WeChat refused exactly this content before, with errcode {errcode}", errcode=rejection.errcode),
        Phrase("change what WeChat objects to; a new digest is sent again"),
    )


def _same_content(campaign: RenderedCampaign, state: State, now: datetime) -> Refusal | None:
    if _is_repeated_on_purpose(campaign, state):
        return None
    since = now - timedelta(days=SAME_CONTENT_DAYS)
    for record in state.records.values():
        if (record.campaign, record.edition) == (campaign.name, campaign.edition):
            continue  # Its own attempts are judged by the guards of doubts and rejections.
        for at, message_digest in record.may_have_sent():
            # The digest holds the appid, so an equal one is of the same account.
            if message_digest == campaign.message_digest and at >= since:
                say = "{other} sent the same message to the same audience on {day}"
                found = Phrase(say, other=record.campaign, day=at.date().isoformat())
                return Refusal(Guard.SAME_CONTENT, found, _IF_INTENDED)
    return None


def _is_repeated_on_purpose(campaign: RenderedCampaign, state: State) -> bool:
    return campaign.same_content_allowed or _edition_raised(campaign, state)


def _edition_raised(campaign: RenderedCampaign, state: State) -> bool:
    """Say whether a lower edition of this campaign went out, and none higher: it goes out again on purpose.

    Its own attempts say nothing: a repetition of a send of unknown outcome is as deliberate as the send was.
    """
    others = [each for each in state.editions(campaign.name) if each.edition != campaign.edition]
    sent = [each.edition for each in others if each.may_have_sent()]
    return bool(sent) and campaign.edition > max(sent)
