"""`massctl plan`: what apply would do now."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console
from massctl.model.diagnostics import has_errors
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.cli.differences import Checkout, Differences
    from massctl.cli.planning import Planned
    from massctl.cli.session import Session
    from massctl.cli.unlocked import Unlocked
    from massctl.model.diagnostics import Diagnostic
    from massctl.plan.plan import Plan
    from massctl.view.json_documents import Reviewed


@click.command(name="plan")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 6 when apply would do something, 5 when it would refuse.")
@sandbox_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save the plan too, for `apply --plan FILE`.",
)
@click.option("--refresh", is_flag=True, help="Ask WeChat for drafts, audiences and jobs; needs the secret.")
@click.option(
    "--against",
    type=click.Path(path_type=str),
    metavar="DIR",
    help="Show what changed for readers since a second checkout, instead of since what was staged or sent.",
)
@click.option(
    "--for-review", is_flag=True, help="Add what changed for readers, and locks, to the JSON: for `ci comment`."
)
@click.pass_obj
def command(
    directory: str,
    names: tuple[str, ...],
    form: str,
    detailed_exitcode: bool,
    sandbox: bool,
    out: Path | None,
    refresh: bool,
    against: str | None,
    for_review: bool,
) -> int:
    """Show what `massctl apply` with the same NAMEs would do now, step by step, and why.

    Reads the repository and the ledger, and changes nothing. Without --refresh it needs no secret, and the network
    only to read a ledger in git; without it, it shows what was fetched last.
    """
    _agree(form, refresh=refresh, out=out, against=against, for_review=for_review)
    names = tuple(dict.fromkeys(names))

    def work(current: "Session", warnings: "list[Diagnostic]") -> Result:
        from massctl.cli.planning import tell_strays

        checkout = _checkout(current, against, for_review=for_review) if against is not None else None
        plan, made = _planned(current, names, warnings, refresh=refresh)
        faulty = has_errors(made.warnings) or (plan.remote is not None and bool(plan.remote.unread))
        tell_strays(current, made)
        if out is not None:
            _save(current, out, plan, names)
        for_people, is_reviewed = form != "json" or for_review, form == "markdown" or for_review
        unlocked = _unlocked(made, missing=is_reviewed or checkout is not None) if for_people else {}
        changed = _differences(current, made, checkout, unlocked) if for_people else {}
        reviewed = _reviewed(current, made, changed, unlocked) if is_reviewed else None
        now = current.clock.now()

        def json(to: Console) -> str:
            from massctl.view.json_documents import plan_json

            return plan_json(plan, to.reader if is_reviewed else to.language, names, reviewed)

        def text(to: Console) -> str:
            from massctl.view.plan import plan_text

            return plan_text(plan, now, to.language, to.style, to.width, changed)

        def markdown(to: Console) -> str:
            from massctl.plan.plan_file import reviewable
            from massctl.view.markdown import plan_comment

            # Of the same JSON as elsewhere: what a person sees here is what the comment will say.
            return plan_comment(reviewable(json(to)), to.reader)

        status = ExitStatus.FAILED if faulty else _exit_status(plan, detailed=detailed_exitcode)
        next_step = Phrase("massctl apply   does it") if plan.can_apply and not names and out is None else None
        return Result(status, json, text, markdown=markdown, next_step=next_step)

    return run_in_session("plan", form, directory, work, sandbox=sandbox)


def _agree(form: str, *, refresh: bool, out: Path | None, against: str | None, for_review: bool) -> None:
    """Refuse flags that do not go together."""
    if refresh and out is not None:
        raise click.UsageError(
            Phrase("--refresh shows what WeChat has in this moment, and --out saves what can be planned again; use one")
        )
    if for_review and form != "json":
        raise click.UsageError(Phrase("--for-review adds to the JSON; it goes with --format json"))
    if against is not None and form == "json" and not for_review:
        raise click.UsageError(Phrase("with --format json, --against goes with --for-review"))


def _planned(
    current: "Session", names: tuple[str, ...], warnings: "list[Diagnostic]", *, refresh: bool
) -> "tuple[Plan, Planned]":
    from massctl.cli.planning import PlanOptions, Purpose, planned

    made = planned(current, names, warnings, PlanOptions(Purpose.REFRESH if refresh else Purpose.SHOW))
    if not refresh:
        return made.plan, made
    from massctl.plan.guards import is_untrusted

    if is_untrusted([refusal for campaign in made.plan.campaigns for refusal in campaign.refusals], made.state):
        return made.plan, made
    # Asking WeChat loads what calls it.
    from massctl.apply.refresh import read_remote
    from massctl.cli.side_by_side import side_by_side
    from massctl.plan.plan import refreshed

    remote = read_remote(made.plan.campaigns, made.state, current.wechat, side_by_side)
    return refreshed(made.plan, remote, made.state), made


def _checkout(current: "Session", against: str, *, for_review: bool) -> "Checkout":
    from massctl.cli.differences import open_checkout

    return open_checkout(current, against, for_review=for_review)


def _unlocked(made: "Planned", *, missing: bool) -> "Unlocked":
    # What is refused for its lock is rendered once, for all that people are shown of it; `missing` asks for what was
    # never locked too, which has nothing to be compared with but a second checkout.
    if not any(campaign.refusals for campaign in made.plan.campaigns):
        return {}
    from massctl.cli.unlocked import LOCK_GUARDS, unlocked_now
    from massctl.plan.steps import Guard

    return unlocked_now(made, LOCK_GUARDS if missing else {Guard.LOCK_STALE})


def _differences(
    current: "Session", made: "Planned", checkout: "Checkout | None", unlocked: "Unlocked"
) -> "Differences":
    # JSON tells no difference, and does not pay for one.
    from massctl.cli.differences import differences

    return differences(current, made, checkout, unlocked)


def _reviewed(current: "Session", made: "Planned", changed: "Differences", unlocked: "Unlocked") -> "Reviewed":
    # Only what reviewers are shown needs to know about locks.
    from massctl.cli.reviewing import reviewed

    return reviewed(current, made, changed, unlocked)


def _save(current: "Session", out: Path, plan: "Plan", names: tuple[str, ...]) -> None:
    from massctl.cli.saved_plans import save_plan

    save_plan(current, out, plan, names)


def _exit_status(plan: "Plan", *, detailed: bool) -> ExitStatus:
    if any(has_errors(campaign.diagnostics) for campaign in plan.campaigns):
        return ExitStatus.FAILED
    if not detailed:
        return ExitStatus.DONE
    if any(campaign.refusals and not campaign.by_name_only for campaign in plan.campaigns):
        return ExitStatus.REFUSED
    return ExitStatus.CHANGES if plan.can_apply else ExitStatus.DONE
