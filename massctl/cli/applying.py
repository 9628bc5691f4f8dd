"""From a session to an outcome: locks, consent, ports, and the executor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from massctl.apply.context import Ports
from massctl.apply.executor import apply_plan, retry_if_stale
from massctl.apply.journal import LedgerSession, Statement
from massctl.apply.outcome import Outcome, refuse_all, what_happened
from massctl.apply.reconcile import require_repetition
from massctl.cli.app import at_work_on, recorded_now
from massctl.cli.consent import consent, somebody_is_here
from massctl.cli.notifying import Notifier
from massctl.cli.planning import Planned, PlanOptions, Purpose, planned, rendered_apart, tell_strays
from massctl.cli.progress import progress
from massctl.cli.recorded import Founding, ledger_refusal, refuse_fleeting_ledger, sharing_refusal
from massctl.cli.session import Session
from massctl.cli.showing import require_something_to_show
from massctl.cli.side_by_side import side_by_side
from massctl.cli.waiting import opening, stayed
from massctl.errors import LedgerLockedError
from massctl.ledger.process_lock import sole_runner
from massctl.model.diagnostics import Diagnostic, has_errors
from massctl.model.ids import AccountName, CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.plan.plan import Plan, Showing, Until
from massctl.plan.steps import Guard, Refusal
from massctl.source.loader import Desires, Workbench
from massctl.view.i18n import say

if TYPE_CHECKING:
    from massctl.plan.plan_file import SavedPlan


def applied(
    session: Session,
    names: Sequence[str],
    warnings: list[Diagnostic],
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
    `insisted` repeats a send in doubt by a person's word, and nothing else. With `wait` it stays for what opens within.
    """
    at_work_on(session)
    saved = _opened(plan_file) if plan_file is not None else None
    refuse_fleeting_ledger(session)
    until_moment = None if wait is None else session.clock.now() + wait
    run = _Applying(
        session,
        names,
        warnings,
        Until[until.upper()],
        locked=locked,
        yes=yes or saved is not None,
        wait_in_doubt=wait_in_doubt,
        showing=showing,
        insisted=insisted,
        until=until_moment,
        notifier=Notifier(session),
    )
    if plan_file is not None and saved is not None:
        return with_repeatable(session, _carried_out_as_saved(run, saved, plan_file))
    outcome = run.carry_out(names)
    if until_moment is not None and not outcome.held_elsewhere:
        outcome = stayed(session, outcome, until_moment, run.carry_out, run.notifier)
    return with_repeatable(session, outcome)


def with_repeatable(session: Session, outcome: Outcome) -> Outcome:
    """Add which sends in doubt `apply` may repeat; none is judged while nobody can write the ledger."""
    if outcome.held_elsewhere or outcome.ledger_error is not None:
        return outcome
    doubts = [*(outcome.record(each) for each in outcome.campaigns), *outcome.doubts_of_others]
    if any(record.is_in_doubt for record in doubts):
        # What a doubt leaves to choose is put together by planning its campaign, and few runs have a doubt.
        from massctl.cli.evidence import repeatable

        outcome.repeatable = repeatable(session, doubts, outcome.state)
    return outcome


def _opened(plan_file: Path) -> "SavedPlan":
    # Few runs carry out a saved plan.
    from massctl.cli.saved_plans import open_plan

    return open_plan(plan_file)


def _carried_out_as_saved(run: "_Applying", saved: "SavedPlan", plan_file: Path) -> Outcome:
    from massctl.cli.saved_plans import as_saved, refuse_gone, still_there

    names = still_there(run.session, saved)
    if saved.names and not names:
        return refuse_gone(run.session, saved, plan_file)
    return replace(run, names=names).carry_out(names, partial(as_saved, saved, names, plan_file))


@dataclass(frozen=True, slots=True)
class _Applying:
    """What one `apply` was asked for, whichever of its passes it is in."""

    session: Session
    names: Sequence[str]
    """Those of the command line."""
    warnings: list[Diagnostic]
    stage: Until
    locked: bool
    yes: bool
    wait_in_doubt: bool
    showing: Showing | None
    insisted: Statement | None
    until: datetime | None
    """Until then it stays for windows that open; None where it does not wait."""
    notifier: Notifier
    """Tells people outside, after each pass."""

    def carry_out(
        self, picked: Sequence[str], checked: Callable[[Session, Planned], Planned | Outcome] | None = None
    ) -> Outcome:
        """Plan the campaigns `picked`, all where none are, and carry that out; anew where another runner came first."""

        def run(again: bool) -> Outcome:
            asked = replace(self, wait_in_doubt=False) if again else self
            return asked.carry_out_once(picked, checked)

        def overtaken() -> None:
            told = Phrase("another runner wrote to the ledger meanwhile: planning anew")
            self.session.voice.talk(told)

        return retry_if_stale(run, overtaken)

    def carry_out_once(
        self, picked: Sequence[str], checked: Callable[[Session, Planned], Planned | Outcome] | None = None
    ) -> Outcome:
        """Plan the campaigns `picked` and carry that out, alone on the ledger as far as this machine goes."""
        session = self.session

        def plan() -> Planned:
            options = PlanOptions(Purpose.APPLY, self.stage, self.showing, self.names, locked=self.locked)
            return planned(session, picked, self.warnings, options)

        try:
            with sole_runner(session.locks, session.clock.now()):
                made = plan()
                self.notifier.begin(made.state)
                outcome = self._acted(made, checked)
            # The ledger is free again: nobody waits for a chat.
            whole = outcome.ledger_error is None and not outcome.interrupted
            told = outcome.campaigns, self.warnings, outcome.drafts_left
            self.notifier.tell(outcome.state, *told, made if whole else None)
            return outcome
        except LedgerLockedError as held:
            made = plan()
            refusal = Refusal(Guard.OTHER_RUNNER, what_happened(held), held.hint)
            return refuse_all(made.plan, made.state, refusal)

    def _acted(self, made: Planned, checked: Callable[[Session, Planned], Planned | Outcome] | None) -> Outcome:
        if made.damage is not None:
            # Nothing that it says is believed, and nothing is written behind it.
            return refuse_all(made.plan, made.state, made.damage)
        if made.unshared is not None:
            tell_strays(self.session, made)
            return _refused_until_shared(self.session, made, made.unshared)
        if self.showing is not None:
            require_something_to_show(made.plan, self.showing)
        if self.insisted is not None:
            require_repetition(made.state, self.names)
        outcome = checked(self.session, made) if checked is not None else made
        if isinstance(outcome, Planned):
            _tell_warnings(self.session, outcome.plan)
            tell_strays(self.session, outcome)
            outcome = _carried_out(self, outcome)
            outcome.faulty_repository = has_errors(made.warnings)
        return outcome


TOLD: Final = frozenset({"MC401", "MC402"})
"""Warnings that a run repeats: edited after the send, previews nobody knows the outcome of."""


def _tell_warnings(session: Session, plan: Plan) -> None:
    """Say what nothing in the outcome would tell, and what the operator may have forgotten."""
    for campaign in plan.campaigns:
        for diagnostic in campaign.diagnostics:
            if diagnostic.code in TOLD:
                session.voice.talk(f"{campaign.name}: {say(diagnostic.message, session.voice.language)}")


def _refused_until_shared(session: Session, made: Planned, refusal: Refusal) -> Outcome:
    """Refuse everything until a clone would know the ledger; begin and name it where that is still to be done."""
    state, founding = made.state, Founding(session)
    if not session.in_git and state.lineage is None:
        state = LedgerSession(session.ledger(), session.clock, state, founding).begin()
    elif not session.in_git and session.settings.state.lineage is None:
        founding.declare(state.lineage or "")
    else:
        return refuse_all(made.plan, state, refusal)
    accounts = {each.account for each in made.plan.campaigns if each.account is not None}
    named, _ = sharing_refusal(session, state, sorted(accounts))
    return refuse_all(made.plan, state, named or refusal)


def _looked_after(session: Session, made: Planned) -> dict[str, AccountName]:
    """Give the accounts whose drafts this run looks after: those of its campaigns, and all of them without names."""
    names = {each.account for each in made.plan.campaigns if each.account is not None}
    if made.rules.named is None:
        names.update(session.settings.accounts)
    if ledger_refusal(session, made.state, sorted(names)) is not None:
        return {}
    return {session.settings.accounts[name].appid: AccountName(name) for name in sorted(names)}


def _digest_now(session: Session, state: State, name: CampaignName, *, locked: bool) -> str | None:
    """Render a campaign's files as they are now, and give their digest; None where they have a fault."""
    locked = locked or session.settings.policy.require_lock
    workbench = Workbench(session.repository, session.settings, session.cache)
    found = Desires(workbench, state, locked=locked, elsewhere=rendered_apart(session) if locked else None).read([name])
    return next((each.digest for each in found if isinstance(each, RenderedCampaign)), None)


def _folders(session: Session) -> frozenset[str] | None:
    """Name the campaigns that have a folder; None where campaigns/ is not wholly readable: none counts as gone."""
    folders = session.repository.campaign_folders()
    return None if has_errors(folders.diagnostics) else frozenset(folders.names)


def _sends_to_openids(made: Planned) -> bool:
    return any(each.rendered is not None and each.rendered.openid_list is not None for each in made.plan.campaigns)


def _carried_out(run: _Applying, made: Planned) -> Outcome:
    session = run.session
    soon = run.until is not None and opening(made.plan.campaigns, session.clock.now(), run.until) is not None
    asks = consent(session.voice, run.names, yes=run.yes, would_send=made.plan.would_send or soon)
    ports = Ports(
        wechat=session.wechat,
        pictures=made.workbench,
        clock=session.clock,
        progress=progress(session.voice),
        overlap=side_by_side,
        consent=asks,
        wait_in_doubt=run.wait_in_doubt,
        attended=asks is not None and somebody_is_here(),
        rules=lambda: session.rules_now(made.rules),
        skew=session.skew,
        insisted=run.insisted,
        digest=partial(_digest_now, session, made.state, locked=run.locked),
        openids=made.workbench.openid_lists if _sends_to_openids(made) else None,
        archive=session.archive(),
        accounts=_looked_after(session, made),
        folders=_folders(session),
    )
    founding = Founding(session)
    lineage = made.state.lineage
    undeclared = lineage is not None and session.settings.state.lineage is None and not session.in_git
    if lineage is not None and undeclared and made.state.realm == session.realm():
        # A run that began the ledger died before massctl.yaml named it.
        founding.declare(lineage)
    begins = None if session.in_git else founding  # There only `state init` begins one.
    ledger = LedgerSession(session.ledger(), session.clock, made.state, begins)
    outcome = apply_plan(made.plan, ports, ledger, made.rules, made.again or (lambda: made.plan))
    if outcome.interrupted:
        # The last entry may have been written without the run's taking note of it.
        outcome.state = recorded_now(session) or outcome.state
    return outcome
