"""`massctl resume`: lift the brake."""

import re

import click
from msgspec.structs import replace

from massctl.apply.outcome import what_happened
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import form_option, only_account_option
from massctl.cli.commands.stop import BrakeBranch, unreachable, what_helps
from massctl.cli.consent import require_operator, said_yes, somebody_is_here
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.planner import PlanOptions, Purpose, planned
from massctl.cli.session import Session
from massctl.errors import LedgerUnreachableError, MassctlError, RefusedError, UsageError
from massctl.model.ids import GIT_NAME_PATTERN
from massctl.model.phrase import Command, Phrase
from massctl.plan.brake import Brake, only_stops, stop_refusals, tip_refusal
from massctl.plan.plan import Plan

OTHERWISE = Phrase(
    "sends that were stopped in another way: unset MASSCTL_NO_SEND where apply runs; or write sending: enabled under "
    "policy in massctl.yaml, and have it merged"
)
_WHO_CAN = Phrase(
    "whoever may push to the repository can lift it: {command}; on GitHub: Actions / apply / allow sends again, for "
    "those whom policy.operators names",
    command=Command("resume"),
)


@click.command(name="resume")
@click.option(
    "--yes", is_flag=True, help="Lift it without a question; required without a terminal."
)
@only_account_option
@form_option
@verb("resume")
def command(current: "Session", yes: bool, account: str | None) -> Result:
    """Allow sends again: show who stopped them and what would be sent at once, and delete the branch massctl-stop.

    With --account those of one account: the branch massctl-stop-NAME. It deletes only the brake that it showed. On a
    forge only policy.operators may do this.
    """
    require_operator(current)
    if account is not None and re.fullmatch(GIT_NAME_PATTERN, account) is None:
        current.account(account, Phrase("Nothing was done."))
    due: Plan | None = None
    try:
        branch = BrakeBranch(current, OTHERWISE, account)
        found = branch.read()
        if found is None and account is not None:
            # The brake of an account that massctl.yaml lacks stops all sends, so it can be lifted where it is.
            current.account(account, Phrase("Nothing was done."))
        if found is not None:
            due = _due(current, account)
            _require_consent(current, found, due, yes=yes)
            _lift(branch, found)
    except LedgerUnreachableError as error:
        raise unreachable(Phrase("nobody knows whether the brake is set"), error) from None
    names = [each.name for each in due.campaigns] if due is not None else None
    left = stop_refusals(current.tip())
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.brake_json(
            found, stopped=False, changed=found is not None, due=names
        ),
        lambda to: views.outcome.resumed_text(
            to.page(), found, branch.remote, names, account, left
        ),
    )


def _due(current: "Session", account: str | None) -> "Plan | None":
    """Plan what the next `apply` would send without this brake; None if that cannot be planned from here."""
    try:
        plan = planned(current, (), PlanOptions(Purpose.RESUME)).plan
    except MassctlError as error:
        told = Phrase(
            "it is not known here what the next apply would send: {why}", why=what_happened(error)
        )
        current.console.talk(told)
        return None
    tip = only_stops(current.tip())
    others = (
        tuple(each for each in tip.stop_branches if each[1] != account) if tip is not None else ()
    )
    left = replace(tip, stop_branches=others) if tip is not None else None
    due = [
        each for each in plan.campaigns if each.may_send and tip_refusal(left, each.account) is None
    ]
    return replace(plan, campaigns=tuple(due), ahead=())


def _require_consent(current: "Session", found: "Brake", due: "Plan | None", *, yes: bool) -> None:
    """Show the brake and what would be sent, and ask; without a terminal, and without --yes, nothing is done."""
    console = current.console
    if not yes and not somebody_is_here():
        raise UsageError(
            Phrase("this would allow sends again, and nobody is here to confirm it"),
            Phrase("There is no terminal to ask on. The brake stays set."),
            Command("resume", "--yes"),
        )
    if yes:
        return
    question = views.outcome.resume_question(console.page(), found, due, current.clock.now())
    if not said_yes(console, question, Phrase("Type `yes` to lift the brake:")):
        raise RefusedError(
            Phrase("you did not say yes, so the brake stays set"), Phrase("Nothing was done.")
        )


def _lift(branch: "BrakeBranch", found: "Brake") -> None:
    """Delete the brake that was shown; raises where one is there afterwards."""
    left = branch.lift(found)
    if left is None:
        return
    there, pushed = left
    if not set(there.branches) <= set(found.branches):
        raise RefusedError(
            Phrase("somebody set the brake again meanwhile: {who}", who=there.by or there.branch),
            Phrase("It stays set, because you have not seen this one. Nothing was done."),
            Phrase("{command}   shows it", command=Command("resume")),
        )
    hint = what_helps(pushed, _WHO_CAN) or Command("resume")
    raise RefusedError(
        Phrase("the brake is still set"), Phrase("{why} Nothing is sent.", why=pushed.said), hint
    )
