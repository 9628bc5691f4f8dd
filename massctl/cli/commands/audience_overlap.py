"""`massctl audience overlap`: how many people the audiences and the sends of a month have in common."""

from collections.abc import Mapping
from datetime import datetime

import click

from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import audience_names, campaign_names, form_option, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.planner import PlanOptions, Purpose, planned, unrendered
from massctl.cli.session import Session
from massctl.cli.snapshot_access import frozen_audiences
from massctl.model.ids import AppId, Sha256
from massctl.model.state import beijing_day
from massctl.plan.account_people import month_of
from massctl.plan.audience_overlaps import MonthOverlaps, account_month, month_overlaps
from massctl.plan.quota import Calendar
from massctl.source.audiences import named_audiences


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    found = audience_names(context, parameter, incomplete)
    return sorted({*found, *campaign_names(context, parameter, incomplete)})


@click.command(name="overlap")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=_names)
@click.option(
    "--month",
    type=click.DateTime(["%Y-%m"]),
    metavar="YYYY-MM",
    help="The month in Beijing whose sends are compared. Without it: this one.",
)
@form_option
@sandbox_option
@verb("audience overlap")
def overlap(current: Session, names: tuple[str, ...], month: datetime | None) -> Result:
    """Count the people whom the audiences and the sends of a month have in common, two by two.

    NAME is an audience or a campaign: then only its pairs are shown. Between accounts nobody can compare people.
    Needs the key of snapshots; without it their pairs are unknown, never 0.
    """
    found = _overlaps(current, names, month)
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.overlaps_json(found),
        lambda to: views.audience.overlaps_text(to.page(), found),
    )


def _overlaps(current: Session, names: tuple[str, ...], month: datetime | None) -> MonthOverlaps:
    audiences = named_audiences(current.repository)
    campaigns = [each for each in names if each not in audiences]
    if campaigns:
        made = planned(current, campaigns, PlanOptions(Purpose.ALARM))
        state, rules = made.state, made.rules
    else:
        state, rules = unrendered(current)
    now, people = current.clock.now(), rules.people
    if people is None:
        raise ValueError("a plan of the command line looks into lists")
    day = month.date() if month is not None else beijing_day(now)
    newest = _newest(current)
    accounts = []
    for appid, (name, _) in rules.agenda.accounts.items():
        calendar = Calendar(rules.agenda, appid, state, rules.policy, now)
        account = appid, name
        found = account_month(people, state, calendar, account, newest.get(appid, {}), day, now)
        accounts.append(found)
    return month_overlaps(accounts, month_of(day)[0], frozenset(names))


def _newest(current: Session) -> Mapping[AppId, Mapping[str, Sha256]]:
    """Return the newest snapshot of each audience, by the AppID whose followers they are."""
    found: dict[AppId, dict[str, Sha256]] = {}
    for each in frozen_audiences(current):
        if each.lock is not None:
            snapshot = each.lock.openid_list.sha256
            found.setdefault(AppId(each.lock.appid), {})[each.name] = snapshot
    return found
