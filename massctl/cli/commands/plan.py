"""`massctl plan`: what apply would do now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click
from msgspec.structs import replace

from massctl.cli import views
from massctl.cli.app import Result, all_cells, run_in_session
from massctl.cli.arguments import campaign_names, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import recorded_if_begun
from massctl.cli.output import Console
from massctl.cli.places import loopback_override
from massctl.cli.planner import Planned, PlanOptions, Purpose, planned, show_repository_warnings
from massctl.cli.selection import narrow, owners_of, selection_options
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.model.diagnostics import has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.model.state import State
from massctl.plan.guards import destinations_of, is_untrusted
from massctl.plan.plan import Plan, refreshed
from massctl.plan.steps import Guard, Invalid
from massctl.source.loader import Desires, WorkingTree
from massctl.source.repository import SETTINGS, Repository
from massctl.source.settings import load_settings

if TYPE_CHECKING:
    from massctl.model.lock import Version
    from massctl.plan.lock_diff import LockState
    from massctl.plan.review_diff import Base, Difference


@click.command(name="plan")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "ics"]),
    default="text",
    show_default=True,
)
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 6 if apply would do something, with 5 if it would refuse.",
)
@selection_options
@sandbox_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also save the plan, for `apply --plan FILE`.",
)
@click.option(
    "--refresh", is_flag=True, help="Ask WeChat for drafts, audiences and jobs; needs the secret."
)
@click.option(
    "--against",
    type=click.Path(path_type=str),
    metavar="DIR",
    help="Compare with a second checkout instead of what was staged or sent.",
)
@click.option(
    "--for-review",
    is_flag=True,
    help="Add changes for readers, and locks, to the JSON: for `ci comment`.",
)
@click.pass_obj
def command(
    directory: str,
    names: tuple[str, ...],
    form: str,
    detailed_exitcode: bool,
    accounts: tuple[str, ...],
    groups: tuple[str, ...],
    sandbox: bool,
    out: Path | None,
    refresh: bool,
    against: str | None,
    for_review: bool,
) -> int:
    """Show what `massctl apply` with the same NAMEs would do now, step by step, and why.

    Reads the repository and the ledger, and changes nothing. Without --refresh it needs no secret, and the network
    only to read a ledger in git. Without a network it uses what was fetched last.
    """
    _agree(form, refresh=refresh, out=out, against=against, for_review=for_review)

    def work(current: Session) -> Result:
        narrow(current, accounts, groups)
        named = all_cells(current, names)
        checkout = (
            open_checkout(current, against, for_review=for_review) if against is not None else None
        )
        plan, made = _planned(current, named, refresh=refresh)
        faulty = has_errors(made.warnings) or (plan.remote is not None and bool(plan.remote.unread))
        show_repository_warnings(current, made)
        if out is not None:
            from massctl.cli.saved_plans import save_plan

            save_plan(current, out, plan, named)
        for_people, is_reviewed = form != "json" or for_review, form == "markdown" or for_review
        unlocked = (
            _unlocked(made, missing=is_reviewed or checkout is not None) if for_people else {}
        )
        changed = _differences(current, made, checkout, unlocked) if for_people else {}
        now = current.clock.now()
        reviewed = _reviewed(current, made, changed, unlocked) if is_reviewed else None

        def text(to: Console) -> str:
            is_brief = not named and len(plan.campaigns) > views.overview.CLOSE_FROM
            return views.plan.plan_text(to.page(), plan, now, changed, is_brief=is_brief)

        def json(to: Console) -> str:
            language, owners = to.reader if is_reviewed else to.language, owners_of(current)
            about = named, reviewed, owners, current.selection
            return views.plan_json.plan_json(plan, language, *about)

        def markdown(to: Console) -> str:
            from massctl.plan.plan_file import reviewable

            # Of the same JSON as elsewhere: what a person sees here is what the comment will say.
            return views.markdown.plan_comment(reviewable(json(to)), to.reader)

        def ics(to: Console) -> str:
            from massctl.plan.schedule import schedule_of

            days = schedule_of(plan, made.windows, made.state, current.settings, now)
            return views.ics.schedule_ics(days.only(current.scope), made.state.lineage, to.reader)

        status = ExitStatus.FAILED if faulty else _exit_status(plan, detailed=detailed_exitcode)
        next_step = None if out is not None else _next_step(current, plan, named)
        return Result(status, json, text, markdown=markdown, ics=ics, next_step=next_step)

    return run_in_session("plan", form, directory, work, sandbox=sandbox)


def _next_step(current: Session, plan: Plan, names: tuple[str, ...]) -> Phrase | None:
    """Return what can be typed now: apply, or in a repository that is not set up yet the same plan in the sandbox."""
    if plan.can_apply and not names:
        return Phrase("{command}   does it", command=Command("apply"))
    missing = any(
        each.guard is Guard.LEDGER_MISSING
        for campaign in plan.campaigns
        for each in campaign.refusals
    )
    if missing and current.settings.state.lineage is None:
        return Phrase("{command}   needs no account", command=Command("plan", "--sandbox", *names))
    return None


def review_json(current: Session, main: str, branch: str) -> str:
    """Return the plan for review of files that were written out of a commit, compared with the checkout `main`.

    `branch` is what that is called.
    """
    checkout = replace(open_checkout(current, main, for_review=True), where=branch)
    made = planned(current, (), PlanOptions(Purpose.SHOW, of_commit=True))
    unlocked = _unlocked(made, missing=True)
    changed = _differences(current, made, checkout, unlocked)
    return views.plan_json.plan_json(
        made.plan, current.console.reader, (), _reviewed(current, made, changed, unlocked)
    )


def _agree(
    form: str, *, refresh: bool, out: Path | None, against: str | None, for_review: bool
) -> None:
    """Refuse flags that do not go together."""
    if refresh and out is not None:
        raise click.UsageError(
            Phrase(
                "--refresh shows the current state at WeChat, and --out saves what can be planned "
                "again; use only one of them"
            )
        )
    if for_review and form != "json":
        raise click.UsageError(Phrase("--for-review adds to the JSON; use it with --format json"))
    if against is not None and form == "json" and not for_review:
        raise click.UsageError(
            Phrase("with --format json, use --against together with --for-review")
        )


def _planned(current: Session, names: tuple[str, ...], *, refresh: bool) -> tuple[Plan, Planned]:
    made = planned(current, names, PlanOptions(Purpose.REFRESH if refresh else Purpose.SHOW))
    if not refresh:
        return made.plan, made
    if is_untrusted(
        [refusal for campaign in made.plan.campaigns for refusal in campaign.refusals], made.state
    ):
        return made.plan, made
    # Asking WeChat loads what calls it.
    from massctl.apply.refresh import read_remote
    from massctl.parallel_calls import side_by_side

    remote = read_remote(made.plan.campaigns, made.state, current.wechat, side_by_side)
    return refreshed(made.plan, remote, made.state), made


def _exit_status(plan: Plan, *, detailed: bool) -> ExitStatus:
    if any(has_errors(campaign.diagnostics) for campaign in plan.campaigns):
        return ExitStatus.FAILED
    if not detailed:
        return ExitStatus.DONE
    if any(campaign.refusals and not campaign.by_name_only for campaign in plan.campaigns):
        return ExitStatus.REFUSED
    return ExitStatus.CHANGES if plan.can_apply else ExitStatus.DONE


def _reviewed(
    session: Session, made: Planned, changed: Differences, unlocked: Unlocked
) -> views.plan_json.Reviewed:
    """Return what reviewers see with a plan: this moment, what changed, how locks stand, and what is unlocked."""
    leads = {
        name: destinations_of(found, made.state, made.rules)
        for name, found in unlocked.items()
        if isinstance(found, RenderedCampaign)
    }
    locks = _locks(session, made)
    return views.plan_json.Reviewed(session.clock.now(), changed, locks, unlocked, leads)


def _locks(session: Session, made: Planned) -> dict[CampaignName, LockState]:
    from massctl.plan.lock_diff import LockState
    from massctl.source.locks import locked_digest

    by_guard = {Guard.LOCK_MISSING: LockState.MISSING, Guard.LOCK_STALE: LockState.STALE}
    found: dict[CampaignName, LockState] = {}
    for each in made.plan.campaigns:
        refused = [
            by_guard[refusal.guard] for refusal in each.refusals if refusal.guard in by_guard
        ]
        if refused:
            found[each.name] = refused[0]
        elif each.rendered is not None:
            # Where only what is locked is sent, what is planned was found equal to the lock a moment ago.
            locked = each.digest
            if not session.settings.policy.require_lock:
                locked = locked_digest(session.repository, each.name)
            missing = LockState.MISSING if locked is None else LockState.STALE
            found[each.name] = LockState.LOCKED if locked == each.digest else missing
    return found


_NEW = Phrase("it is new: there is no such campaign there")
Differences: TypeAlias = "Mapping[CampaignName, Difference]"
"""By campaign; one that did not change, or of which nothing is known, is left out."""
Unlocked: TypeAlias = "Mapping[CampaignName, RenderedCampaign | Invalid]"
"""What would be locked, by campaign; the faults where its files have some."""


class Checkout(Frozen):
    """A second checkout to compare with. Its files are only read."""

    repository: Repository
    desires: Desires | None
    """None if it holds nothing that can be read."""
    where: str
    """As the command line names it."""
    note: Phrase | None = None
    """Why nothing there can be read."""
    is_empty: bool = False
    """Nothing can be read there because there is nothing."""

    def difference(self, campaign: RenderedCampaign) -> Difference | None:
        """Compare a campaign with what would be rendered there."""
        from massctl.plan.review_diff import Base, BaseKind, Difference

        base = Base(BaseKind.CHECKOUT, where=self.where)
        if self.desires is None:
            return Difference(base, self.note, is_new=self.is_empty)
        if campaign.name not in self.desires.names():
            # Only a new campaign is told by what it begins with.
            from massctl.plan.review_diff import beginnings

            return Difference(
                base, _NEW, is_new=True, articles=tuple(beginnings(_version(campaign)))
            )
        theirs = _rendered(self.desires, campaign.name)
        if theirs is None:
            return Difference(
                base, Phrase("its files there have faults, so they cannot be compared")
            )
        return _compared(base, _version(theirs), campaign)


def open_checkout(session: Session, directory: str, *, for_review: bool = False) -> Checkout:
    """Open a second checkout; raise UsageError for another folder or faulty settings.

    With `for_review`, a folder without valid settings is not compared: a pull request may add the first massctl.yaml or
    repair it.
    """
    root = Path(directory).resolve()
    if for_review and root.is_dir() and not (root / SETTINGS).is_file():
        return Checkout(Repository(root), None, directory, _NEW, is_empty=True)
    if not (root / SETTINGS).is_file():
        raise UsageError(
            Phrase("there is no massctl.yaml in {directory}", directory=directory),
            Phrase(
                "--against names the folder of a second checkout, the one with massctl.yaml and campaigns/."
            ),
            Phrase(
                "git worktree add ../before main   then: {command}",
                command=Command("plan", "--against ../before"),
            ),
        )
    repository = Repository(root)
    override = loopback_override(session.environment, sandbox=session.sandbox is not None)
    settings, diagnostics = load_settings(repository, loopback_override=override)
    if for_review and (settings is None or has_errors(diagnostics)):
        return Checkout(
            repository,
            None,
            directory,
            Phrase("the settings there have faults, so nothing can be compared"),
        )
    if settings is None or has_errors(diagnostics):
        raise UsageError(
            Phrase(
                "massctl.yaml in {directory} has faults, so nothing can be compared with it",
                directory=directory,
            ),
            hint=Phrase("massctl -C {directory} validate   shows them", directory=directory),
        )
    # An empty record: there, what went out is rendered too. Pictures are remembered by content: the cache serves both.
    desires = Desires(
        WorkingTree(repository, settings, session.places.cache, recorded_if_begun(session)), State()
    )
    return Checkout(repository, desires, directory)


def _differences(
    session: Session, made: Planned, checkout: Checkout | None, unlocked: Unlocked
) -> Differences:
    """Compare every campaign of a plan with its base; what is not at hand any more is told in one line of talk.

    `unlocked` holds those that are refused for their lock, as they are now.
    """
    found: dict[CampaignName, Difference] = {}
    unknown: list[str] = []
    for each in made.plan.campaigns:
        campaign = each.rendered or unlocked.get(each.name)
        if not isinstance(campaign, RenderedCampaign):
            continue
        if checkout is not None:
            difference = checkout.difference(campaign)
        elif not made.state.editions(campaign.name):
            continue
        else:
            # Only what was staged or sent before has something to be compared with.
            from massctl.plan.review_diff import base_of

            base = base_of(campaign, made.state)
            if base is None or base.digest == campaign.digest:
                continue
            before = session.backend.archive().read(base.digest)
            difference = _compared(base, before, campaign) if before is not None else None
            unknown += [] if before is not None else [campaign.name]
        if difference is not None:
            found[campaign.name] = difference
    if unknown:
        why = Phrase(
            "the changes of {names} cannot be shown: the version to compare with is not complete here"
        )
        session.console.talk(Phrase(why, names=", ".join(unknown)))
    return found


def _rendered(desires: Desires, name: CampaignName) -> RenderedCampaign | None:
    """Render one campaign; None if its files have faults, or went in this moment."""
    return next((each for each in desires.read([name]) if isinstance(each, RenderedCampaign)), None)


def _compared(base: Base, before: Version, campaign: RenderedCampaign) -> Difference | None:
    """Compare two contents; None if their digests say that they are equal."""
    if before.lock.digest == campaign.digest:
        return None
    # Comparing loads the HTML parser and difflib; a plan without a difference does without them.
    from massctl.plan.review_diff import difference

    return difference(base, before, _version(campaign))


def _version(campaign: RenderedCampaign) -> Version:
    from massctl.model.lock import version_of

    return version_of(campaign)


def _unlocked(made: Planned, *, missing: bool) -> Unlocked:
    """Return what would be locked of campaigns that are refused for their lock, without those that disappeared
    meanwhile.

    It is rendered once, for all that people are shown of it. `missing` asks for what was never locked too, which has
    nothing to be compared with but a second checkout.
    """
    guards = {Guard.LOCK_STALE, Guard.LOCK_MISSING} if missing else {Guard.LOCK_STALE}
    names = [
        each.name
        for each in made.plan.campaigns
        if any(refusal.guard in guards for refusal in each.refusals)
    ]
    known: dict[CampaignName, RenderedCampaign | Invalid] = {
        name: made.unlocked[name] for name in names if name in made.unlocked
    }
    left = [name for name in names if name not in known]
    if left:
        found = Desires(made.working_tree, made.state).read(left)
        known |= {each.name: each for each in found if isinstance(each, RenderedCampaign | Invalid)}
    return known
