"""`massctl audience`: the audiences of the repository, frozen outside of git and sent to by name."""

from collections.abc import Sequence

import click
from msgspec.structs import replace

from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import audience_names, form_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import recorded_if_begun
from massctl.cli.session import Session
from massctl.cli.verb_group import VerbGroup
from massctl.errors import LedgerError, SnapshotError, UsageError
from massctl.model.audience import AudienceLock, LockCheck, NamedAudience
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.ids import CampaignName, is_folder_name
from massctl.model.near_name import NearNames
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.model.secrets import without_secrets
from massctl.source.audience_uses import audience_uses
from massctl.source.audiences import Audiences, audience_lock_path, audience_path, freeze_hint

_NOTHING = Phrase("Nothing was done.")


_VERBS = {
    "freeze": "massctl.cli.commands.audience_freeze:freeze",
    "diff": "massctl.cli.commands.audience_diff:diff",
    "overlap": "massctl.cli.commands.audience_overlap:overlap",
    "export": "massctl.cli.commands.audience_export:export",
    "forget": "massctl.cli.commands.audience_forget:forget",
}


@click.group(name="audience", cls=VerbGroup, late=_VERBS)
def command() -> None:
    """List the audiences (人群) of the repository, and see who uses them next.

    An audience is a file, audiences/NAME.yaml. No file of the repository holds its people.
    """


@command.command(name="list")
@form_option
@verb("audience list")
def list_audiences(current: Session) -> Result:
    """List every audience: how many people it has, since when, and which campaign goes to it next.

    Needs neither snapshots nor their key.
    """
    known = Audiences(current.repository, current.settings)
    found = _with_uses(current, [each for name in known.names if (each := known.audience(name))])
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.audiences_json(found),
        lambda to: views.audience.list_text(to.page(), found),
    )


@command.command(name="show")
@click.argument("name", shell_complete=audience_names)
@form_option
@verb("audience show")
def show(current: Session, name: str) -> Result:
    """Show one audience: where its people come from, how many there are, what changed, and who uses it.

    With the key of snapshots it proves that they are those of the lock. Ends with 1 if its files have errors.
    """
    (found,) = _with_uses(current, [audience_named(current, name)])
    check = _check(current, found.lock) if found.lock is not None else None
    if check is not None and check.fault is not None:
        place, hint = Place(audience_lock_path(name)), freeze_hint(name)
        fault = Diagnostic("MC622", Severity.ERROR, check.fault, place, hint)
        found = replace(found, diagnostics=(*found.diagnostics, fault))
    status = ExitStatus.FAILED if found.state == "faulty" else ExitStatus.DONE
    return Result(
        status,
        lambda _: views.verbs_json.audiences_json([found], check),
        lambda to: views.audience.show_text(to.page(), found, check),
    )


def _check(current: Session, lock: AudienceLock) -> LockCheck:
    """Compare a lock with its snapshots, as far as this machine can read them."""
    # Whoever has no key needs none of it.
    from massctl.audience.lock_check import check_lock
    from massctl.audience.member_sets import MemberSets

    try:
        snapshots = current.snapshots(recorded_if_begun(current))
        with MemberSets() as sets:
            return check_lock(lock, snapshots, sets)
    except (SnapshotError, LedgerError) as error:
        return LockCheck(unread=error.summary)


def audience_named(
    current: Session, name: str, audiences: Audiences | None = None
) -> NamedAudience:
    """Read the audience that a command names; raise UsageError where there is none."""
    known = audiences or Audiences(current.repository, current.settings)
    found = known.audience(name)
    if found is not None:
        return found
    close = NearNames().nearest(name, known.names)
    hint = Phrase("the audiences are {names}", names=enumerated(known.names or ["-"]))
    if close is not None:
        hint = Phrase("did you mean {key}?", key=close)
    elif not is_folder_name(name) and (current.root / audience_path(name)).is_file():
        hint = Phrase(
            "a name has small letters, digits, `-` and `_` alone: rename {file}",
            file=audience_path(name),
        )
    elif not known.names:
        hint = Phrase("write audiences/NAME.yaml; `{command}` explains it", command=_EXPLAINED)
    # Somebody may have typed an openid in its place.
    say = Phrase("there is no audience {name}", name=without_secrets(name))
    raise UsageError(say, _NOTHING, hint)


_EXPLAINED = Command("explain", "MC616")


def _with_uses(current: Session, found: Sequence[NamedAudience]) -> list[NamedAudience]:
    """Add the campaigns that go to audiences and whose window is not over."""
    campaigns = map(CampaignName, current.repository.campaign_folders.names)
    now = current.clock.now()
    uses = audience_uses(current.repository, current.settings, campaigns, now)
    return [replace(each, uses=uses.get(each.name, ())) for each in found]
