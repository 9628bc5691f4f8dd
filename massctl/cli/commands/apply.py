"""`massctl apply`: the plan, carried out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from massctl.apply.consent import Answers
from massctl.apply.context import Ports
from massctl.apply.executor import answered, apply_plan, retry_if_stale
from massctl.apply.journal import Statement
from massctl.apply.outcome import Outcome, refuse_all, what_happened
from massctl.apply.ports import SnapshotReader
from massctl.apply.reconcile import require_repetition
from massctl.cli.app import Result, outcome_result, recorded_now, set_active_session, verb
from massctl.cli.arguments import Duration, campaign_names, form_option, sandbox_option
from massctl.cli.consent import AskOnTerminal, require_consent, somebody_is_here
from massctl.cli.ledger_access import (
    LedgerBootstrap,
    alone,
    ledger_refusal,
    ledger_session,
    require_writable,
    sharing_refusal,
)
from massctl.cli.notifications import Notifier
from massctl.cli.planner import (
    Planned,
    PlanOptions,
    Purpose,
    planned,
    repeatable,
    show_repository_warnings,
    snapshot_people,
)
from massctl.cli.progress import progress
from massctl.cli.saved_plans import as_saved, open_plan, refuse_gone, still_there
from massctl.cli.selection import narrow, narrow_to, selection_options
from massctl.cli.session import Session
from massctl.errors import LedgerLockedError, UsageError
from massctl.model.diagnostics import has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName
from massctl.model.phrase import A_WECHAT_NAME, BEIJING, Command, Phrase, moment
from massctl.model.state import FINAL, State
from massctl.parallel_calls import side_by_side
from massctl.plan.brake import moved_on, only_stops, tip_refusal
from massctl.plan.plan import Plan, PlannedCampaign, Showing, Until
from massctl.plan.plan_file import SavedPlan
from massctl.plan.steps import Guard, Refusal

if TYPE_CHECKING:
    from massctl.audience.recipients import Recipients


@click.command(name="apply")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@click.option("--yes", is_flag=True, help="Send without a question; required without a terminal.")
@click.option(
    "--until",
    type=click.Choice(["upload", "draft", "preview", "send"]),
    default="send",
    show_default=True,
    help="Stop after this stage; the first three never send and never ask.",
)
@click.option(
    "--no-wait", is_flag=True, help="Do not wait for or repeat a send of unknown outcome."
)
@selection_options
@form_option
@sandbox_option
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Carry out exactly this saved plan, once; this counts as consent.",
)
@click.option(
    "--locked", is_flag=True, help="Send only what is locked: render it again and compare."
)
@click.option(
    "--wait",
    type=Duration(),
    metavar="DURATION",
    help="Wait for windows that open within 90s, 45m, 3h …",
)
@verb("apply")
def command(
    current: Session,
    names: tuple[str, ...],
    yes: bool,
    until: str,
    no_wait: bool,
    accounts: tuple[str, ...],
    groups: tuple[str, ...],
    plan_file: Path | None,
    locked: bool,
    wait: timedelta | None,
) -> Result:
    """Upload, save drafts, show previews, then send what is due. A mass send cannot be undone.

    Without NAMEs it selects campaigns with a window. A campaign without a window is staged and sent only by name.
    """
    if plan_file is not None and (names or accounts or groups or until != "send"):
        raise click.UsageError(
            Phrase(
                "--plan already names the campaigns and the last stage; you cannot combine it with NAME, "
                "--account, --group or --until"
            )
        )
    if wait is not None and (plan_file is not None or until != "send"):
        raise click.UsageError(
            Phrase("--wait is for future sends; you cannot combine it with --plan or --until")
        )

    narrow(current, accounts, groups)
    outcome = run_apply(
        current,
        names,
        yes=yes,
        until=until,
        wait_in_doubt=not no_wait,
        locked=locked,
        plan_file=plan_file,
        wait=wait,
    )
    return outcome_result(outcome)


def run_apply(
    session: Session,
    names: Sequence[str],
    *,
    yes: bool,
    until: str,
    wait_in_doubt: bool,
    locked: bool = False,
    plan_file: Path | None = None,
    showing: Showing | None = None,
    insisted: Statement | None = None,
    wait: timedelta | None = None,
) -> Outcome:
    """Plan and carry out, alone on this ledger; another runner's hold refuses every campaign.

    With `locked` campaigns are taken from their locks. The plan saved in `plan_file` is made again, is carried out only
    where nothing moved, and counts as consent. `showing` asks for previews on purpose, and goes with `until` preview.
    `insisted` repeats only the send in doubt. `wait` stays for windows that open within it.
    """
    set_active_session(session)
    saved = None
    if plan_file is not None:
        saved = open_plan(plan_file)
    require_writable(session)
    until_moment = None if wait is None else session.clock.now() + wait
    run = _ApplyCommand(
        session,
        names,
        Until[until.upper()],
        locked=locked,
        wait_in_doubt=wait_in_doubt,
        showing=showing,
        insisted=insisted,
        until=until_moment,
        notifier=Notifier(session),
        answers=None if yes or saved is not None else Answers(AskOnTerminal(session.console)),
    )
    if plan_file is not None and saved is not None:
        return add_repeatable(session, _execute_saved(run, saved, plan_file))
    outcome = run.carry_out(names)
    if until_moment is not None and not outcome.held_elsewhere:
        outcome = wait_for_windows(session, outcome, until_moment, run.carry_out, run.notifier)
    return add_repeatable(session, outcome)


def add_repeatable(session: Session, outcome: Outcome) -> Outcome:
    """Add which sends in doubt `apply` may repeat; none while the ledger cannot be written."""
    if outcome.held_elsewhere or outcome.ledger_error is not None:
        return outcome
    doubts = [*(outcome.record(each) for each in outcome.campaigns), *outcome.doubts_of_others]
    if any(record.is_in_doubt for record in doubts):
        outcome.repeatable = repeatable(session, doubts, outcome.state)
    return outcome


def _execute_saved(run: _ApplyCommand, saved: SavedPlan, plan_file: Path) -> Outcome:
    narrow_to(run.session, saved.selection)
    names = still_there(run.session, saved)
    if saved.names and not names:
        return refuse_gone(run.session, saved, plan_file)
    return replace(run, names=names).carry_out(names, partial(as_saved, saved, names, plan_file))


class _ApplyCommand(Frozen):
    """What one `apply` was asked for, whichever of its passes it is in."""

    session: Session
    names: Sequence[str]
    """Those of the command line."""
    stage: Until
    locked: bool
    wait_in_doubt: bool
    showing: Showing | None
    insisted: Statement | None
    until: datetime | None
    """Until then it stays for windows that open; None if it does not wait."""
    notifier: Notifier
    """Tells people outside, after each pass."""
    answers: Answers | None
    """What the operator says; None if consent was given with --yes or --plan."""

    def carry_out(
        self,
        resolved: Sequence[str],
        checked: Callable[[Session, Planned], Planned | Outcome] | None = None,
    ) -> Outcome:
        """Plan the campaigns `resolved`, or all, and carry the plan out; plan again if another runner was first."""

        def run(again: bool) -> Outcome:
            asked = replace(self, wait_in_doubt=False) if again else self
            return asked.carry_out_once(resolved, checked)

        def overtaken() -> None:
            told = Phrase("another runner wrote to the ledger meanwhile: planning again")
            self.session.console.talk(told)

        return retry_if_stale(run, overtaken)

    def carry_out_once(
        self,
        resolved: Sequence[str],
        checked: Callable[[Session, Planned], Planned | Outcome] | None = None,
    ) -> Outcome:
        """Plan the campaigns `resolved` and carry that out; plan again after each answer of a person."""
        made: list[Planned] = []

        def run(again: bool) -> Outcome:
            if again:
                self.session.reread()
            return self._carry_out_alone(resolved, checked, made)

        outcome = answered(run, self.answers)
        if not outcome.held_elsewhere:
            # The ledger lock is released before chats are called.
            whole = outcome.ledger_error is None and not outcome.interrupted
            told = outcome.campaigns, outcome.drafts_left
            is_cut = self.notifier.tell(outcome.state, *told, made[-1] if whole else None)
            outcome.interrupted = outcome.interrupted or is_cut
        return outcome

    def _carry_out_alone(
        self,
        resolved: Sequence[str],
        checked: Callable[[Session, Planned], Planned | Outcome] | None,
        made: list[Planned],
    ) -> Outcome:
        """Plan and carry out, alone on the ledger as far as this machine goes; add the plan to `made`."""
        session, options = (
            self.session,
            PlanOptions(Purpose.APPLY, self.stage, self.showing, self.names, self.locked),
        )
        try:
            with alone(session):
                made.append(planned(session, resolved, options))
                return self._check_and_execute(made[-1], checked)
        except LedgerLockedError as held:
            shown = planned(session, resolved, options)
            return refuse_all(
                shown.plan, shown.state, Refusal(Guard.OTHER_RUNNER, what_happened(held), held.hint)
            )

    def _check_and_execute(
        self, made: Planned, checked: Callable[[Session, Planned], Planned | Outcome] | None
    ) -> Outcome:
        if made.damage is not None:
            # Nothing that it says is believed, and nothing is written behind it.
            return refuse_all(made.plan, made.state, made.damage)
        if made.unshared is not None:
            show_repository_warnings(self.session, made)
            return _refused_until_shared(self.session, made, made.unshared)
        if self.showing is not None:
            require_something_to_show(made.plan, self.showing)
        if self.insisted is not None:
            require_repetition(made.state, self.names)
        outcome = checked(self.session, made) if checked is not None else made
        if isinstance(outcome, Planned):
            _tell_warnings(self.session, outcome.plan)
            show_repository_warnings(self.session, outcome)
            outcome = _execute(self, outcome)
            outcome.faulty_repository = has_errors(made.warnings)
        return outcome


TOLD = frozenset({"MC401", "MC402", "MC410", "MC411"})
"""Warnings that a run repeats: edited after the send, previews of unknown outcome, tags and cards of a rehearsal."""


def _tell_warnings(session: Session, plan: Plan) -> None:
    """Print warnings that the outcome does not contain."""
    for campaign in plan.campaigns:
        for diagnostic in campaign.diagnostics:
            if diagnostic.code in TOLD:
                session.console.talk(
                    Phrase("{name}: {message}", name=campaign.name, message=diagnostic.message)
                )


def _refused_until_shared(session: Session, made: Planned, refusal: Refusal) -> Outcome:
    """Refuse every campaign until the lineage is pushed; create and declare the ledger if needed."""
    state, bootstrap = made.state, LedgerBootstrap(session)
    if refusal.guard is Guard.LEDGER_FOREIGN:
        return refuse_all(made.plan, state, refusal)
    if not session.backend.is_shared and state.lineage is None:
        state = ledger_session(session, state, bootstrap).begin()
    elif not session.backend.is_shared and session.settings.state.lineage is None:
        bootstrap.declare(state.lineage or "")
    else:
        return refuse_all(made.plan, state, refusal)
    accounts = {each.account for each in made.plan.campaigns if each.account is not None}
    named, _ = sharing_refusal(session, state, sorted(accounts))
    return refuse_all(made.plan, state, named or refusal)


def _looked_after(session: Session, made: Planned) -> dict[str, AccountName]:
    """Return the accounts whose drafts this run looks after: those of its campaigns, or all."""
    names = {each.account for each in made.plan.campaigns if each.account is not None}
    if made.rules.named is None and session.selection.is_everything:
        names.update(session.settings.accounts)
    if ledger_refusal(session, made.state, sorted(names)) is not None:
        return {}
    return {session.settings.accounts[name].appid: AccountName(name) for name in sorted(names)}


def _folders(session: Session, state: State) -> frozenset[str] | None:
    """Name the campaigns that have a folder; None if campaigns/ is not wholly readable: none counts as gone.

    Where a folder names no cell, perhaps because its file cannot be read now, none of its cells is gone.
    """
    folders = session.repository.renewed().campaign_folders
    cells = {cell for name in folders.names for cell in state.index.folders.get(name, ())}
    return None if has_errors(folders.diagnostics) else frozenset({*folders.names, *cells})


def _sends_to_list(made: Planned) -> bool:
    return any(
        each.rendered is not None and each.rendered.openid_list is not None
        for each in made.plan.campaigns
    )


def _recipients(session: Session, made: Planned) -> Recipients | None:
    """Return what gives the openids of lists and of snapshots; None if no campaign goes to one."""
    # Few campaigns go to a list.
    from massctl.audience.listed_people import ListedPeople
    from massctl.audience.recipients import Recipients

    people = made.rules.people
    if not isinstance(people, ListedPeople) or not _sends_to_list(made):
        return None
    return Recipients(people, session.snapshots)


def _people(session: Session, made: Planned) -> SnapshotReader | None:
    """Return what reads the people whom tags are filled with; None if no campaign is sent to such a tag."""
    rendered = [each.rendered for each in made.plan.campaigns if each.rendered is not None]
    lists = [(each.appid, each.openid_list) for each in rendered if each.is_by_tag]
    if not lists:
        return None
    people = snapshot_people(session, made.state)

    def of_account(appid: str) -> set[str]:
        named = (people(each.sha256) for owner, each in lists if owner == appid and each)
        return set[str]().union(*named)

    if session.sandbox is not None:
        session.sandbox.world.know_people(of_account)
    return people


def _execute(run: _ApplyCommand, made: Planned) -> Outcome:
    session = run.session
    soon = (
        run.until is not None
        and opening(made.plan.campaigns, session.clock.now(), run.until) is not None
    )
    if run.answers is not None and (made.plan.would_send or soon):
        require_consent(run.names)
    _, read = session.settings_now()
    ports = Ports(
        wechat=session.wechat,
        pictures=made.working_tree,
        clock=session.clock,
        progress=progress(session.console),
        overlap=side_by_side,
        answers=run.answers,
        changed=partial(session.changed_since, read),
        append_max=session.backend.append_max,
        wait_in_doubt=run.wait_in_doubt,
        attended=run.answers is not None and somebody_is_here(),
        rules=lambda: session.rules_now(made.rules),
        skew=session.skew,
        insisted=run.insisted,
        openids=_recipients(session, made),
        people=_people(session, made),
        archive=session.backend.archive(),
        accounts=_looked_after(session, made),
        folders=_folders(session, made.state),
        inherited_until=session.backend.ledger.inherited_until,
        accounts_at_once=partial(side_by_side, in_flight=made.rules.policy.parallel_accounts),
    )
    bootstrap = LedgerBootstrap(session)
    lineage = made.state.lineage
    undeclared = (
        lineage is not None
        and session.settings.state.lineage is None
        and not session.backend.is_shared
    )
    if lineage is not None and undeclared and made.state.realm == session.realm():
        # A run that began the ledger died before massctl.yaml named it.
        bootstrap.declare(lineage)
    begins = None if session.backend.is_shared else bootstrap  # There only `state init` begins one.
    ledger = ledger_session(session, made.state, begins)
    outcome = apply_plan(made.plan, ports, ledger, made.rules, made.again or (lambda: made.plan))
    if outcome.interrupted:
        # The last entry may have been written without the run's taking note of it.
        outcome.state = recorded_now(session) or outcome.state
    return outcome


def require_something_to_show(plan: Plan, showing: Showing) -> None:
    """Raise UsageError for a campaign that went out, or that has no reviewers; nothing was done."""
    for each in plan.campaigns:
        if each.status in FINAL and each.awaiting_until is None:
            raise UsageError(
                Phrase(
                    "edition {edition} of {name} was sent already",
                    edition=each.edition,
                    name=each.name,
                ),
                Phrase("A preview is for what is still to be sent. Nothing was done."),
                Phrase("raise `edition` in campaign.yaml to send it once more on purpose"),
            )
        nobody = (
            each.rendered is not None
            and not each.rendered.recipients
            and showing.recipients is None
        )
        if nobody and not each.refusals:
            raise UsageError(
                Phrase("{name} declares no reviewers", name=each.name),
                Phrase("Nothing was done."),
                Phrase(
                    "name a reviewer under `preview:` in campaign.yaml, or: {command}",
                    command=Command("preview", each.name, "--towxname", A_WECHAT_NAME),
                ),
            )


HELD_SECONDS = 5.0
"""Between two looks at a ledger that another runner holds at an opening."""
HELD_FOR = timedelta(minutes=1)
"""Minimum wait for another runner, even past `--wait`."""


def opening(
    campaigns: Sequence[PlannedCampaign], now: datetime, until: datetime
) -> tuple[datetime, list[str]] | None:
    """Return the first moment until `until` at which something can be sent, and what; None if none comes.

    A send in doubt is not a window: each run repeats it once, and this one had its turn.
    """
    coming = [
        (each.next_at, each.name)
        for each in campaigns
        if each.next_at is not None and now < each.next_at <= until and each.rendered is not None
    ]
    if not coming:
        return None
    first = min(at for at, _ in coming)
    return first, [name for at, name in coming if at == first]


def wait_for_windows(
    session: Session,
    begun: Outcome,
    until: datetime,
    again: Callable[[Sequence[str]], Outcome],
    notifier: Notifier,
) -> Outcome:
    """Go on from a run that has staged everything: at each opening carry out what it opens for.

    While it waits, `notifier` tells of the windows that open soon. It ends at once where the branch that sends moved
    on: the run of the newer commit sends, and may not have to wait for this one.
    """
    outcome, clock = begun, session.clock
    try:
        while not outcome.interrupted and outcome.ledger_error is None:
            waiting = [
                each.planned for each in outcome.campaigns if not outcome.record(each).is_in_doubt
            ]
            found = opening(waiting, clock.now(), until)
            if found is None:
                return outcome
            at, names = found
            if not _sleep(session, at, names, notifier):
                return outcome
            # If a folder disappeared meanwhile, still send the others.
            there = session.repository.renewed().campaign_folders.names
            names = [name for name in names if name in there]
            if names:
                outcome = outcome.followed_by(
                    _once_free(session, max(until, at + HELD_FOR), names, again)
                )
    except KeyboardInterrupt:
        outcome.interrupted = True
        outcome.state = recorded_now(session) or outcome.state
    return outcome


def _once_free(
    session: Session,
    until: datetime,
    names: Sequence[str],
    again: Callable[[Sequence[str]], Outcome],
) -> Outcome:
    """Run again, and once more while another runner holds the ledger; the last word names who does."""
    shown = progress(session.console)
    session.reread()
    outcome = again(names)
    while outcome.held_elsewhere and session.clock.now() + timedelta(seconds=HELD_SECONDS) < until:
        shown.waiting(
            Phrase("another massctl is using this ledger; looking again in {seconds} s", seconds=5)
        )
        session.clock.sleep(HELD_SECONDS)
        outcome = again(names)
    return outcome


TIP_SECONDS = 60.0
"""Between two looks at the tip and the brake while a run waits."""


def _sleep(session: Session, at: datetime, names: Sequence[str], notifier: Notifier) -> bool:
    """Wait until a moment, by the clock that decides about windows: it may be set meanwhile.

    False: the branch that sends has moved on, so that the run of the new commit takes over.
    """
    shown, watch = progress(session.console), _TipWatch(session)
    told = Phrase("{names}: it can be sent at {at}; continuing in {seconds} s")
    values = {"names": ", ".join(names), "at": moment(at.astimezone(BEIJING))}
    while (left := (at - session.clock.now()).total_seconds()) > 0:
        shown.waiting(Phrase(told, seconds=ceil(left), **values))
        now = session.clock.now()
        soon = notifier.next_upcoming(now)
        pause = min(left, (soon - now).total_seconds()) if soon is not None else left
        # The sandbox's time passes at once, so show no countdown.
        session.clock.sleep(pause if session.sandbox else min(1.0, pause))
        if soon is not None and session.clock.now() >= soon:
            notifier.tell_upcoming()
        if watch.has_moved_on():
            return False
    return True


class _TipWatch:
    """Looks at the tip and the brake once a minute, for a run that waits."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._looked_at = session.clock.now()
        self._is_stopped = False

    def has_moved_on(self) -> bool:
        """Whether the branch is at another commit by now; a brake that somebody sets is told once."""
        session, now = self._session, self._session.clock.now()
        if timedelta(0) <= now - self._looked_at < timedelta(seconds=TIP_SECONDS):
            return False
        self._looked_at, tip = now, session.tip()
        stop = tip_refusal(only_stops(tip))
        if stop is not None and not self._is_stopped:
            session.console.talk(Phrase("{first}; {second}", first=stop.message, second=stop.hint))
        self._is_stopped = stop is not None
        if (moved := moved_on(tip)) is None:
            return False
        session.console.talk(
            Phrase("this run ends without waiting further: {why}", why=moved.message)
        )
        return True
