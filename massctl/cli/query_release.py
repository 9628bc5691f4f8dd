"""Merged queries run for everybody, others for owners; none where a WeChat secret is set.

A query over a connection runs with the credentials of the team's warehouse, so it is reviewed before. This guards
whoever freezes from a stranger's files; the walls are the role of the database and the environment. One over files
runs in a child without sockets, and reads nothing but its files: everybody may run it.
"""

from massctl.apply.outcome import what_happened
from massctl.cli.checkout import GitCheckout
from massctl.cli.consent import login
from massctl.cli.session import Session
from massctl.errors import LedgerUnreachableError, RefusedError
from massctl.model.audience import AUDIENCES, NamedAudience
from massctl.model.inputs import MISSING
from massctl.model.phrase import Phrase, enumerated
from massctl.plan.brake import Tip
from massctl.source.audiences import audience_path
from massctl.source.repository import SETTINGS
from massctl.source.settings import branch_and_remote_in, owners_in


def require_release(current: Session, found: NamedAudience) -> None:
    """Raise RefusedError unless the query of an audience may run in this process."""
    query = found.file.source.query if found.file is not None else None
    if query is None:
        return
    _require_no_secrets(current)
    if query.connection is None:
        return
    owners = list[str]()
    try:
        checkout, tip = _reviewed(current)
        owners = _owners(checkout, tip, query.connection)
        why = _not_merged(current, checkout, found, tip)
    except _UnreviewedError as error:
        why = error.why
    if why is None:
        return
    actor = login(current.environment)
    if actor is not None and actor.casefold() in {each.casefold() for each in owners}:
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


class _UnreviewedError(Exception):
    """Say why the reviewed branch is not known."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why)
        self.why = why


def _reviewed(current: Session) -> tuple[GitCheckout, Tip]:
    """Find the reviewed branch, which no file here chooses; raise _UnreviewedError.

    The remote's default branch names it: its massctl.yaml says `policy.branch`, or it is that branch itself.
    """
    try:
        first = current.checkout.of_remote(current.checkout.own_remote)
        default = first.default_branch()
        if default is None:
            raise _UnreviewedError(Phrase("The remote has no default branch."))
        named = branch_and_remote_in(_settings_at(first, _known(first.tip(default))))
    except LedgerUnreachableError as error:
        raise _UnreviewedError(
            Phrase("What the remote has now is not known: {why}.", why=what_happened(error))
        ) from None
    settings = current.settings
    if named != (settings.policy.branch, settings.state.remote):
        raise _UnreviewedError(
            Phrase(
                "policy.branch or state.remote of {file} is not as {branch} has it.",
                file=SETTINGS,
                branch=default,
            )
        )
    checkout = first.of_remote(settings.state.remote)
    return checkout, _known(checkout.tip(settings.policy.branch or default))


def _known(tip: Tip) -> Tip:
    if tip.unread is None and tip.there is not None:
        return tip
    why = tip.unread or Phrase("the remote does not have it")
    raise _UnreviewedError(
        Phrase("What {branch} has now is not known: {why}.", branch=tip.branch, why=why)
    )


def _settings_at(checkout: GitCheckout, tip: Tip) -> bytes:
    try:
        data = checkout.settings_at(tip.there or "")
    except LedgerUnreachableError:
        raise _UnreviewedError(_not_here(tip)) from None
    return data or b""


def _not_here(tip: Tip) -> Phrase:
    return Phrase(
        "This clone does not have the newest commit of {branch}: git fetch.", branch=tip.branch
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


def _not_merged(
    current: Session, checkout: GitCheckout, found: NamedAudience, tip: Tip
) -> Phrase | None:
    """Return why what decides about the query is not what the branch has; None if it is."""
    query = found.file.source.query if found.file is not None else None
    paths = [audience_path(found.name)]
    paths += [f"{AUDIENCES}/{query.sql}"] if query is not None else []
    # What was read is compared, and not what is there now.
    read = {path: current.repository.found(path) or MISSING for path in paths}
    settings, of_settings = current.settings_now()
    if settings is None or settings.connections != current.settings.connections:
        return Phrase("{file} was edited meanwhile.", file=SETTINGS)
    try:
        changed = checkout.not_held(tip.there or "", {**of_settings, **read})
    except LedgerUnreachableError:
        return _not_here(tip)
    if changed is None:
        return None
    return Phrase("{file} is not as {branch} has it.", file=changed, branch=tip.branch)


def _owners(checkout: GitCheckout, tip: Tip, name: str) -> list[str]:
    """Return who may run what is not merged: as the branch says, for everybody can edit a file here."""
    return owners_in(_settings_at(checkout, tip), name)
