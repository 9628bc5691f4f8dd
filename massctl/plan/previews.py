"""Previews beyond the plain plan: shown again on purpose, asked for by the policy, and so many a day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from massctl.model.diagnostic import Diagnostic, Place, Severity
from massctl.model.names import Address, AppId
from massctl.model.phrase import Phrase, enumerated
from massctl.model.rendered import Recipient, RenderedCampaign
from massctl.model.state import Record, State
from massctl.plan.diff import preview_reason
from massctl.plan.doubt import settle
from massctl.plan.planned_campaign import PlannedCampaign
from massctl.plan.step import Guard, Refusal, SendMass, SendPreview, Step
from massctl.plan.used import counted_anew

if TYPE_CHECKING:
    from massctl.model.account import Policy

PREVIEWS_A_DAY: Final = 100
"""Of an account, by name and by openid together: the page ties the number to previews by name, older text to all.
Source: WeChat docs, "message/mass/preview", read 2026-10."""


@dataclass(frozen=True, slots=True)
class Showing:
    """`massctl preview`: show one campaign on purpose, also to those who had this version already."""

    recipients: tuple[Recipient, ...] | None = None
    """Those of the command line, and only those; None for the declared ones."""


def shown(campaign: RenderedCampaign, record: Record, showing: Showing) -> list[SendPreview]:
    """Plan a preview for each recipient asked for: declared ones first, in their order, and nobody twice."""
    asked = campaign.recipients if showing.recipients is None else showing.recipients
    declared = [each for each in campaign.recipients if each in asked]
    return [
        SendPreview(campaign, number, recipient, preview_reason(campaign, record, recipient))
        for number, recipient in enumerate(dict.fromkeys([*declared, *asked]), 1)
    ]


def preview_to_refusal(campaign: RenderedCampaign, policy: "Policy", showing: Showing | None) -> Refusal | None:
    """Refuse a campaign with a reviewer whom `policy.preview_to` leaves out: a branch could name any follower."""
    asked = campaign.recipients if showing is None or showing.recipients is None else showing.recipients
    found = [
        Phrase("reviewer {number} (by openid)", number=number) if each.kind == "touser" else each.name
        for number, each in enumerate(asked, 1)
        if not policy.may_preview_to(each.name)
    ]
    if not found:
        return None
    return Refusal(
        Guard.PREVIEW_TO,
        Phrase("policy.preview_to does not name everybody who would be shown it: {names}", names=enumerated(found)),
        Phrase("take them out of `preview:` or the command, or have them added to policy.preview_to in massctl.yaml"),
    )


def in_doubt(record: Record) -> Refusal:
    """Refuse to show a campaign of which nobody knows whether it was sent: its draft is left alone."""
    return Refusal(
        Guard.ACCOUNT_IN_DOUBT,
        Phrase("nobody knows whether it was sent, so there is nothing to preview before that is settled"),
        settle(record.campaign),
    )


def unknown_previews(campaign: RenderedCampaign, record: Record) -> list[Diagnostic]:
    """Warn of previews whose outcome nobody knows: `apply` does not repeat them, and they do not stop its send."""
    found: list[Diagnostic] = []
    for number, recipient in enumerate(campaign.recipients, 1):
        recorded = record.previews.get((campaign.digest, recipient.recorded))
        if recorded is not None and recorded.outcome in {"begun", "unknown"}:
            say = Phrase(
                "nobody knows whether preview {number} of this version arrived; it is not repeated",
                number=number,
            )
            hint = Phrase("ask the reviewer; to show it again: massctl preview {name}", name=campaign.name)
            place = Place(f"campaigns/{campaign.name}/campaign.yaml")
            found.append(Diagnostic("MC402", Severity.WARNING, say, place, hint, campaign.name))
    return found


def preview_missing(
    campaign: RenderedCampaign,
    record: Record,
    policy: "Policy",
    *,
    before: int | None = None,
    steps: Sequence[Step] = (),
) -> Refusal | None:
    """Refuse a send of a version that nobody could look at, where the policy asks for that.

    `before` is the serial with which the run began: a preview that was recorded after it could not be looked at yet.
    None where all that is recorded could: in a plan, and where a person is asked. `steps` are those that lie before
    the send; a preview among them could not be looked at either.
    """
    if not policy.require_preview or record.open_attempts:
        return None  # What an open attempt carries was judged at its attempt.
    shows = any(isinstance(step, SendPreview) for step in steps)
    last = record.shown.get(campaign.digest)
    seen = last is not None and (before is None or last <= before)
    if seen and not shows:
        return None
    if last is not None:
        say = Phrase("policy.require_preview: this run shows it, so only a later run sends it")
    else:
        say = Phrase("policy.require_preview: nobody is known to have had a preview of this version before this run")
    return Refusal(Guard.PREVIEW_MISSING, say, _how_to_show(campaign, shows=shows or last is not None))


def _how_to_show(campaign: RenderedCampaign, *, shows: bool) -> Phrase:
    if shows:
        say = "look at it on the phone, then run apply again; massctl preview {name}   shows it once more"
        return Phrase(say, name=campaign.name)
    if campaign.recipients:
        return Phrase("massctl preview {name}   then look at it on the phone, and run apply again", name=campaign.name)
    return Phrase(
        "name a reviewer under `preview:` in campaign.yaml, or: massctl preview {name} --towxname WECHAT_NAME",
        name=campaign.name,
    )


def beyond_allowance(
    steps: Sequence[SendPreview], state: State, now: datetime
) -> tuple[set[Address], dict[str, Refusal]]:
    """Give the addresses of previews that today's allowance does not cover, and by campaign the refusal.

    Each account's previews are counted in the order in which they go out.
    """
    left: dict[AppId, int] = {}
    needed = Counter(step.campaign.name for step in steps)
    beyond: set[Address] = set()
    refusals: dict[str, Refusal] = {}
    available: dict[str, int] = {}
    for step in sorted(steps, key=going_out):
        appid, name = step.campaign.appid, step.campaign.name
        left.setdefault(appid, max(0, PREVIEWS_A_DAY - state.preview_days.used(appid, now)))
        available.setdefault(name, left[appid])
        if left[appid]:
            left[appid] -= 1
            continue
        beyond.add(step.address)
        refusals[name] = _used_up(needed[name], available[name], now)
    return beyond, refusals


def within_allowance(planned: list[PlannedCampaign], state: State, now: datetime) -> list[PlannedCampaign]:
    """Take away the previews that today's allowance does not cover, and the sends that would go out without them."""
    steps = [step for each in planned for step in each.steps if isinstance(step, SendPreview)]
    beyond, refusals = beyond_allowance(steps, state, now)

    def within(each: PlannedCampaign) -> PlannedCampaign:
        left = tuple(s for s in each.steps if s.address not in beyond and not isinstance(s, SendMass))
        return replace(each, steps=left, refusals=(*each.refusals, refusals[each.name]))

    return [within(each) if each.name in refusals else each for each in planned]


def going_out(step: SendPreview) -> tuple[bool, float, str, int]:
    """Order previews: the window that opens soonest first, campaigns without one last, then by name."""
    window = step.campaign.window
    opens = window.not_before.timestamp() if window else 0.0
    return window is None, opens, step.campaign.name, step.number


def allowance_spent(now: datetime) -> Refusal:
    """Refuse a preview because WeChat refused another one of this account and day: used up."""
    say = Phrase("WeChat says that the account's previews of today are used up, so this one was not tried")
    return Refusal(Guard.ALLOWANCE, say, counted_anew(now))


def _used_up(needed: int, left: int, now: datetime) -> Refusal:
    say = Phrase(
        "it needs {needed}, and {left} of the account's {daily} a day are left for it",
        needed=Phrase("1 preview") if needed == 1 else Phrase("{count} previews", count=needed),
        left=left,
        daily=PREVIEWS_A_DAY,
    )
    return Refusal(Guard.ALLOWANCE, say, counted_anew(now))
