"""`massctl lock`: what was approved, as files to review and commit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click
from msgspec.structs import replace

from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import campaign_names, form_option, sandbox_option
from massctl.cli.checkout import has_git
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import recorded_if_begun
from massctl.cli.planner import resolved, unsendable
from massctl.cli.progress import progress
from massctl.cli.selection import narrow, selection_options
from massctl.cli.session import Session
from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.plan.plan_file import LockedCampaign, LockResult, lock_exit_status
from massctl.plan.steps import Concluded, Desired, Guard, Invalid
from massctl.source.loader import Desires
from massctl.source.locks import check_lock, locked_links, write_locks


@click.command(name="lock")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; render again, and exit with 5 if anything differs.",
)
@click.option(
    "--if-required", is_flag=True, help="Do nothing if massctl.yaml does not require locks."
)
@selection_options
@form_option
@sandbox_option
@verb("lock")
def command(
    current: Session,
    names: tuple[str, ...],
    check: bool,
    if_required: bool,
    accounts: tuple[str, ...],
    groups: tuple[str, ...],
) -> Result:
    """Write campaign.lock.json of every unsent campaign.

    `massctl apply --locked`, or `require_lock: true` in the policy, renders again and sends only what is equal. With
    --sandbox, addresses of articles that were sent are those of the sandbox, which WeChat does not know.
    """
    narrow(current, accounts, groups)
    report, warnings = list[LockedCampaign](), list[Diagnostic]()
    if current.settings.policy.require_lock or not if_required:
        desired, warnings = _read(current, names, check=check)
        report = _report(current, desired, check=check, skips_closed=check and not names)
    return Result(
        ExitStatus(lock_exit_status(report)),
        lambda _: views.verbs_json.lock_json(report),
        lambda to: views.lock.lock_report_text(to.page(), report),
        talk=(lambda to: views.diagnostics.diagnostics_text(to.page(), warnings))
        if warnings
        else None,
        next_step=_next_step(current, report),
    )


def _next_step(session: Session, report: Sequence[LockedCampaign]) -> Phrase | None:
    if any(each.written for each in report):
        if not has_git(session.root):
            return Phrase(
                "git init && git add campaigns   then commit: what is committed is reviewed and sent"
            )
        return Phrase("git add campaigns   then commit: what is committed is reviewed and sent")
    if any(
        each.result in (LockResult.DIFFERS, LockResult.MISSING, LockResult.INVALID)
        for each in report
    ):
        return None  # A plan would refuse it; what to do is told with each campaign.
    return Phrase("{command}   shows what would be sent", command=Command("plan"))


def lock_campaigns(
    session: Session, names: Sequence[str], *, check: bool, cache: Path | None = None
) -> list[LockedCampaign]:
    """Lock the campaigns of `names`, or all; with `check` compare and write nothing. `cache` is for pictures.

    A check of all skips campaigns whose window has closed: they cannot be sent, so they need no lock. Raises UsageError
    for a name that is not a campaign, and where a folder cannot be written.
    """
    desired, _ = _read(session, names, check=check, cache=cache)
    return _report(session, desired, check=check, skips_closed=check and not names)


def _read(
    session: Session, names: Sequence[str], *, check: bool, cache: Path | None = None
) -> tuple[Sequence[Desired], list[Diagnostic]]:
    """Read the ledger, and render the campaigns of `names`, or all; a check takes links from the locks.

    What is wrong in defaults above them, and what cannot be sent, comes last.
    """
    state = recorded_if_begun(session)
    working_tree = session.working_tree(progress=progress(session.console), cache=cache)
    links_of = (lambda name: locked_links(session.repository, name)) if check else None
    desires = Desires(working_tree, state, links_of=links_of)
    wanted = resolved(session, names, desires.names())
    desired = desires.read(wanted)
    unsent = [] if check else unsendable(session, state, desired, working_tree)
    return desired, [*desires.about_shared_by(wanted), *unsent]


def _report(
    session: Session, desired: Sequence[Desired], *, check: bool, skips_closed: bool
) -> list[LockedCampaign]:
    """Write or check the lock of each campaign."""
    report: list[LockedCampaign] = []
    changed = {} if check else _written(session, desired)
    for each in desired:
        window = getattr(each, "window", None)
        passed = skips_closed and window is not None and window.not_after < session.clock.now()
        match each:
            case RenderedCampaign() | Invalid() if passed:
                report.append(_unwritten(each, LockResult.EXPIRED))
            case RenderedCampaign():
                found = _checked(session, each) if check else _locked(each, changed[each.name])
                report.append(found)
            case Invalid():
                found = _unwritten(each, LockResult.INVALID)
                report.append(replace(found, diagnostics=each.diagnostics))
            case Concluded():
                report.append(_unwritten(each, LockResult.CONCLUDED))
            case _:
                pass  # Its folder is gone, so there is nothing to lock.
    return report


def _unwritten(
    campaign: RenderedCampaign | Invalid | Concluded, result: LockResult
) -> LockedCampaign:
    return LockedCampaign(campaign.name, campaign.title, campaign.edition, result)


def _written(session: Session, desired: Sequence[Desired]) -> dict[CampaignName, list[str]]:
    """Write the locks, those of one folder together; return the files that changed, by campaign."""
    changed: dict[CampaignName, list[str]] = {}
    rendered = [each for each in desired if isinstance(each, RenderedCampaign)]
    for _, same in groupby(rendered, lambda each: each.folder):
        changed |= write_locks(session.root, list(same))
    return changed


def _locked(campaign: RenderedCampaign, changed: Sequence[str]) -> LockedCampaign:
    return LockedCampaign(
        campaign.name,
        campaign.title,
        campaign.edition,
        LockResult.WRITTEN if changed else LockResult.UNCHANGED,
        campaign.digest,
        tuple(changed),
        diagnostics=campaign.diagnostics,
    )


def _checked(session: Session, campaign: RenderedCampaign) -> LockedCampaign:
    name, title, edition, digest = campaign.name, campaign.title, campaign.edition, campaign.digest
    found = check_lock(session.repository, campaign, exactly=True)
    if found.refusal is not None and found.refusal.guard is Guard.LOCK_MISSING:
        return LockedCampaign(
            name, title, edition, LockResult.MISSING, digest, refusal=found.refusal
        )
    differs = found.differences or found.versions
    result = LockResult.DIFFERS if differs else LockResult.UNCHANGED
    return LockedCampaign(
        name,
        title,
        edition,
        result,
        digest,
        differences=found.differences,
        versions=found.versions,
        refusal=found.refusal,
    )
