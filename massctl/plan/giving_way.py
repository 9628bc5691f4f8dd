"""The refusals and warnings of the allowance: who has to give way to whom, and what can be done about it."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

from massctl.model.diagnostic import Diagnostic, Place, Severity
from massctl.model.jobs import DAY_USED_UP
from massctl.model.moment import BEIJING
from massctl.model.names import CampaignName
from massctl.model.phrase import Phrase, enumerated, in_a_row
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import State
from massctl.plan.allowance import Agenda
from massctl.plan.anew import again_after, tomorrow
from massctl.plan.batches import GIVE_A_TAG
from massctl.plan.demand import CALLS, REACH, SENDS, TAGGED, Holder, Rule, Standing
from massctl.plan.step import Guard, Refusal
from massctl.plan.used import Unit, calls_used_up

if TYPE_CHECKING:
    from massctl.model.account import Policy

CROWDED: Final = "MC406"
"""The code of the warning that some followers may have had four mass messages of a month."""
_PLACES_TOLD_MAX: Final = 7
"""So many taken days are named; the others are counted."""
_LIMITS: Final = {
    SENDS["subscription"]: Phrase("a subscription account has one send a day (Beijing time)"),
    SENDS["service"]: Phrase("a service account has four sends to every follower a month (Beijing time)"),
    TAGGED: Phrase("the followers with one tag get four mass messages a month from a service account (Beijing time)"),
    CALLS: Phrase("an account has 100 mass calls a day (Beijing time)"),
}


def no_place_now(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> Refusal | None:
    """Refuse a send that today's allowance has no place for: it is used, or others come first.

    An open attempt is used already; its repetition needs no second place.
    """
    standing = _standing(campaign, agenda, state, policy, now)
    return None if standing is None or standing.rule is None else _refusal(campaign, standing, standing.rule)


def no_place_at_all(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> list[Refusal]:
    """Refuse a campaign whose window is still to come and leaves it no place."""
    standing = _standing(campaign, agenda, state, policy, now)
    if standing is None or standing.fits or standing.rule is None:
        return []
    return [_refusal(campaign, standing, standing.rule)]


def crowded_month(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> list[Diagnostic]:
    """Warn of a fifth send in a month that may reach the same followers; WeChat keeps it from those who had four."""
    standing = _standing(campaign, agenda, state, policy, now)
    if standing is None or not standing.fits or not standing.crowded:
        return []
    say = Phrase(
        "a follower of a service account gets at most {limit} mass messages a month, and {others} come before it; "
        "whoever is reached by all of them does not get it",
        limit=REACH.limit,
        others=_names(standing.crowded),
    )
    hint = Phrase("nobody can know who that is; if they overlap, move one of them to another month")
    place = Place(f"campaigns/{campaign.name}/campaign.yaml")
    return [Diagnostic(CROWDED, Severity.WARNING, say, place, hint, campaign.name)]


def used_up_today(campaign: RenderedCampaign, state: State, policy: "Policy", now: datetime) -> list[Diagnostic]:
    """Warn where WeChat said that today's mass calls are used up; apply asks again, for a quota may be cleared."""
    if not calls_used_up(state, campaign.appid, now):
        return []
    say = Phrase(
        "WeChat said today, with errcode {errcode}, that the account's mass calls are used up, by whatever program: "
        "until midnight, Beijing time, it refuses this send too",
        errcode=DAY_USED_UP,
    )
    hint = Phrase(
        "{again}; apply asks now all the same, for somebody may have had the quota cleared",
        again=again_after(campaign, policy, tomorrow(now)),
    )
    place = Place(f"campaigns/{campaign.name}/campaign.yaml")
    return [Diagnostic("MC407", Severity.WARNING, say, place, hint, campaign.name)]


def waits_until(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> datetime | None:
    """Give the moment from which on its allowance lets a campaign go out: now, or the beginning of a day or month.

    None where it never does.
    """
    standing = _standing(campaign, agenda, state, policy, now)
    if standing is None:
        return now
    if not standing.fits:
        return None
    place = standing.place
    return now if place is None else max(now, datetime.combine(place, time.min, tzinfo=BEIJING))


def _standing(
    campaign: RenderedCampaign, agenda: Agenda | None, state: State, policy: "Policy", now: datetime
) -> Standing | None:
    if agenda is None or state.record(campaign.name, campaign.edition).open_attempts:
        return None
    return agenda.standing(campaign, state, policy, now)


def _refusal(campaign: RenderedCampaign, standing: Standing, rule: Rule) -> Refusal:
    taken = _taken(rule, standing)
    if standing.needed > 1:
        return _no_day_for_list(campaign, standing, taken)
    if not standing.fits:
        say = Phrase("{limit}, and none is left for it: {taken}", limit=_LIMITS[rule], taken=taken)
        hint = _another_place(campaign, standing)
        if rule.unit is REACH.unit:
            over = (
                "{place}; or write `over_limit: allow` under send: in campaign.yaml: whoever had four does not get it"
            )
            hint = Phrase(over, place=hint)
        return Refusal(Guard.ALLOWANCE, say, hint)
    say = Phrase("{limit}, and it has to wait for its own: {taken}", limit=_LIMITS[rule], taken=taken)
    return Refusal(Guard.ALLOWANCE, say, _later_in_window(standing))


def _no_day_for_list(campaign: RenderedCampaign, standing: Standing, taken: str) -> Refusal:
    """Refuse a list of openids, which is begun only where all of its batches fit into one day."""
    if standing.needed > CALLS.limit:
        too_many = "its list takes {needed} jobs, and an account has {daily} mass calls a day (Beijing time)"
        return Refusal(Guard.ALLOWANCE, Phrase(too_many, needed=standing.needed, daily=CALLS.limit), GIVE_A_TAG)
    place = {"needed": standing.needed, "daily": CALLS.limit, "taken": taken}
    if standing.fits:
        say = "its list takes {needed} of the account's {daily} mass calls a day, which today does not have: {taken}"
        return Refusal(Guard.ALLOWANCE, Phrase(say, **place), _later_in_window(standing))
    say = (
        "its list takes {needed} of the account's {daily} mass calls a day, and no day of its window has them: {taken}"
    )
    hint = Phrase("{place}; or {tag}", place=_another_place(campaign, standing), tag=GIVE_A_TAG)
    return Refusal(Guard.ALLOWANCE, Phrase(say, **place), hint)


def _later_in_window(standing: Standing) -> Phrase:
    day = standing.place.isoformat() if standing.place is not None else ""
    return Phrase("run apply again on or after {day}, within its window: it has a place there", day=day)


def _another_place(campaign: RenderedCampaign, standing: Standing) -> str:
    """Say what can be done where no place is left: only what is to come can be moved, and only what has a window."""
    day = standing.free_from.isoformat() if standing.free_from is not None else None
    if campaign.window is None:
        if day is None:
            return Phrase("no day of the next year has a place for it: change policy.freeze in massctl.yaml")
        return Phrase("run `massctl apply {name}` on or after {day}", name=campaign.name, day=day)
    others = _to_come(standing)
    if others:
        move = Phrase(
            "give it, or one of those to come ({others}), another window in campaign.yaml, and have that reviewed",
            others=enumerated(others),
        )
    else:
        move = Phrase(
            "what was sent has used its place: give this campaign another window in campaign.yaml, and have that "
            "reviewed"
        )
    free = [Phrase("the first day with a place for it is {day}", day=day)] if day is not None else []
    return in_a_row([move, *free])


def _to_come(standing: Standing) -> list[CampaignName]:
    """Name those who could give up their place, by order; what was named goes out now and has no window to change."""
    holders = (holder for _, there in standing.taken for holder in there)
    found = [each.campaign for each in holders if each.until is not None and each.campaign is not None]
    return list(dict.fromkeys(found))[:_PLACES_TOLD_MAX]


def _taken(rule: Rule, standing: Standing) -> str:
    """Name the places and who has them: `2026-12-01: spring-sale (reserved until 12-01 21:30)`."""
    told = [
        Phrase(
            "{period}: {names}",
            period=_period(place, rule.unit),
            names=_names(names) or Phrase("what went out already"),
        )
        for place, names in standing.taken[:_PLACES_TOLD_MAX]
    ]
    more = len(standing.taken) - len(told)
    return in_a_row([*told, *([Phrase("and {count} more", count=more)] if more else [])])


def _names(holders: tuple[Holder, ...]) -> str:
    return enumerated([_holder(each) for each in holders]) if holders else ""


def _holder(holder: Holder) -> str:
    """Say who has a place, and whether it is used; its year is that of the place."""
    if holder.used_at is not None:
        used = _minute(holder.used_at)
        if holder.campaign is None:
            return Phrase("a send on the website ({at})", at=used)
        return Phrase("{name} (used it {at})", name=holder.campaign, at=used)
    if holder.until is None:
        return Phrase("{name} (goes out by name)", name=holder.campaign)
    return Phrase("{name} (reserved, until {at})", name=holder.campaign, at=_minute(holder.until))


def _minute(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%m-%d %H:%M}"


def _period(place: date, unit: Unit) -> str:
    return place.isoformat() if unit is Unit.DAY else f"{place:%Y-%m}"
