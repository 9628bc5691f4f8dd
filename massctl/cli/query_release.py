"""Who may run an audience's query: everybody what is merged, owners what is not; nobody beside WeChat's secrets.

A query over a connection runs with the credentials of the team's warehouse, so it is reviewed before. One over files
runs in a child without sockets, and reads nothing but its files: everybody may run it.
"""

from massctl.cli.consent import who
from massctl.cli.session import Session
from massctl.errors import LedgerUnreachableError, RefusedError
from massctl.model.audience import AUDIENCES, NamedAudience
from massctl.model.inputs import MISSING
from massctl.model.phrase import Phrase, enumerated
from massctl.plan.brake import Tip
from massctl.source.audiences import audience_path
from massctl.source.repository import SETTINGS
from massctl.source.settings import owners_in

_NOTHING = Phrase("No query was run.")


def require_release(current: Session, found: NamedAudience) -> None:
    """Raise RefusedError unless the query of an audience may run in this process."""
    query = found.file.source.query if found.file is not None else None
    if query is None:
        return
    _require_no_secrets(current)
    if query.connection is None:
        return
    branch = current.settings.policy.branch
    tip = current.tip() if branch is not None else None
    why = _not_merged(current, found, tip)
    if why is None:
        return
    owners = _owners(current, tip, query.connection)
    if who(current.environment).casefold() in {each.casefold() for each in owners}:
        return
    raise RefusedError(
        Phrase("the query of {name} may not be run yet", name=found.name),
        Phrase("{why} No query was run.", why=why),
        Phrase(
            "merge it, then freeze; or let one of connections.{connection}.owners run it: {owners}",
            connection=query.connection,
            owners=enumerated(owners or ["-"]),
        ),
    )


def _require_no_secrets(current: Session) -> None:
    """Keep what a contributor wrote away from a process that can send."""
    named = {
        variable
        for each in current.settings.accounts.values()
        for variable in (each.secret_env,)
        if variable is not None and current.environment.get(variable)
    }
    if named:
        raise RefusedError(
            Phrase("a query does not run beside the secrets of WeChat"),
            Phrase("{names} is set here. No query was run.", names=enumerated(sorted(named))),
            Phrase("unset it, or freeze in a job that has the warehouse's URL alone"),
        )


def _not_merged(current: Session, found: NamedAudience, tip: Tip | None) -> Phrase | None:
    """Return why what decides about the query is not what the branch has; None if it is."""
    if tip is None:
        return Phrase("massctl.yaml has no policy.branch that it could stand on.")
    if tip.unread is not None or tip.there is None:
        return Phrase(
            "What {branch} has now is not known: {why}.",
            branch=tip.branch,
            why=tip.unread or Phrase("the remote does not have it"),
        )
    query = found.file.source.query if found.file is not None else None
    paths = [audience_path(found.name)]
    paths += [f"{AUDIENCES}/{query.sql}"] if query is not None else []
    # What was read is compared, and not what is there now.
    read = {path: current.repository.found(path) or MISSING for path in paths}
    settings, of_settings = current.settings_now()
    if settings is None or settings.connections != current.settings.connections:
        return Phrase("{file} was edited meanwhile.", file=SETTINGS)
    try:
        changed = current.checkout.not_held(tip.there, {**of_settings, **read})
    except LedgerUnreachableError:
        return Phrase(
            "This clone does not have the newest commit of {branch}: git fetch.", branch=tip.branch
        )
    if changed is None:
        return None
    return Phrase("{file} is not as {branch} has it.", file=changed, branch=tip.branch)


def _owners(current: Session, tip: Tip | None, name: str) -> list[str]:
    """Return who may run what is not merged: as the branch says, for everybody can edit a file here."""
    if tip is None:
        return current.settings.connections[name].owners
    try:
        data = current.checkout.settings_at(tip.there) if tip.there is not None else None
    except LedgerUnreachableError:
        return []
    return owners_in(data, name) if data is not None else []
