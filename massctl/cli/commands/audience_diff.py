"""`massctl audience diff`: how many came and went between two snapshots of an audience."""

import re

import click
from msgspec.structs import replace

from massctl.audience.member_sets import MemberSets
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import audience_names, form_option
from massctl.cli.commands.audience import audience_named
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import recorded_if_begun
from massctl.cli.session import Session
from massctl.errors import LedgerUnreachableError, RefusedError, UsageError
from massctl.model.audience import AudienceChange, AudienceLock, NamedAudience
from massctl.model.ids import Sha256, prefixed
from massctl.model.phrase import Phrase
from massctl.source.audiences import audience_lock_path, freeze_hint, lock_in, never_frozen

_NOTHING = Phrase("Nothing was done.")
_SNAPSHOT = re.compile(r"(?:sha256:)?([0-9a-f]{12,64})")


@click.command(name="diff")
@click.argument("name", shell_complete=audience_names)
@click.option(
    "--since",
    metavar="REV|SNAPSHOT",
    help="A commit whose lock is compared, or a snapshot by 12 or more of its letters. Without it: the one before.",
)
@form_option
@verb("audience diff")
def diff(current: Session, name: str, since: str | None) -> Result:
    """Count who came to audience NAME and who went, person by person, since an earlier snapshot.

    Without --since the lock says it, and neither the snapshots nor their key are needed.
    """
    found = audience_named(current, name)
    if found.lock is None:
        raise RefusedError(never_frozen(found.name), _NOTHING, freeze_hint(found.name))
    lock = found.lock if since is None else _compared(current, found, found.lock, since)
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.audiences_json([replace(found, lock=lock)]),
        lambda to: views.audience.diff_text(to.page(), lock),
    )


def _compared(
    current: Session, found: NamedAudience, lock: AudienceLock, since: str
) -> AudienceLock:
    """Return the lock with the change since another snapshot."""
    snapshots = current.snapshots(recorded_if_begun(current))
    before = _before(current, found, since)
    if before is None:
        short = _SNAPSHOT.fullmatch(since)
        fitting = [each for each in snapshots.known() if short and each.startswith(short[1])]
        if len(fitting) != 1:
            raise UsageError(
                Phrase("{since} is neither a commit with a lock nor one snapshot", since=since),
                _NOTHING,
                Phrase("git log audiences/   lists the commits; a lock names its snapshot"),
            )
        day = snapshots.frozen_on(fitting[0])
        before = fitting[0], day.isoformat() if day is not None else lock.frozen_at
    with MemberSets() as sets:
        differs = sets.change(
            snapshots.open(sets, before[0]), snapshots.open(sets, lock.openid_list.sha256)
        )
    change = AudienceChange(
        since=prefixed(before[0]),
        since_at=before[1],
        added=differs.added,
        removed=differs.removed,
    )
    return lock.model_copy(update={"change": change})


def _before(current: Session, found: NamedAudience, since: str) -> tuple[Sha256, str] | None:
    """Return the snapshot that a commit's lock names, and when it was frozen."""
    if since.startswith("-"):
        return None
    try:
        data = current.checkout.content_at(since, audience_lock_path(found.name))
    except LedgerUnreachableError:
        return None
    lock = lock_in(data) if data is not None else None
    return (lock.openid_list.sha256, lock.frozen_at) if lock is not None else None
