"""`massctl stop`: set the brake."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

import click
from msgspec.structs import replace

from massctl.apply.outcome import what_happened
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import Text, form_option, only_account_option
from massctl.cli.checkout import has_git
from massctl.cli.consent import who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import Session
from massctl.errors import LedgerUnreachableError, UsageError
from massctl.ledger.git_branch import GitBranch, Push, Pushed, Tip
from massctl.ledger.git_remote import way_of
from massctl.model.phrase import Command, Phrase
from massctl.plan.brake import Brake, stop_branch


@click.command(name="stop")
@click.option(
    "--reason", type=Text(r".*\S.*"), metavar="TEXT", help="Why, for the person who lifts it."
)
@only_account_option
@form_option
@verb("stop")
def command(current: Session, reason: str | None, account: str | None) -> Result:
    """Stop all sends of this repository at once, on all machines: push the branch massctl-stop to the remote.

    With --account only those of one account: the branch massctl-stop-NAME. Needs the right to push, but no secret and
    no review. Each run looks for the branch right before each send. Sends that WeChat has accepted continue. `massctl
    resume` lifts the brake.
    """
    return set_brake(current, account, reason or "")


def set_brake(current: Session, account: str | None, reason: str) -> Result:
    """Set the brake of an account, or of all sends, and say so. Raises what keeps it from being set."""
    if account is not None:
        current.account(account, Phrase("Nothing was done."))
    try:
        branch = BrakeBranch(current, OTHERWISE, account)
        found = branch.set(who(current.environment), current.clock.now(), reason)
    except LedgerUnreachableError as error:
        raise unreachable(
            Phrase("the brake is not set, as far as this machine can tell"), error, OTHERWISE
        ) from None
    if isinstance(found, Pushed):
        raise LedgerUnreachableError(
            Phrase("the brake is not set"),
            Phrase("{why} Sends go on.", why=found.said),
            what_helps(found, _WHO_CAN, OTHERWISE),
        )
    brake, fresh = found
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.brake_json(brake, stopped=True, changed=fresh),
        lambda to: views.outcome.stopped_text(to.page(), brake, branch.remote, fresh=fresh),
    )


SUBJECT = "stop all sends"
_FIELD = re.compile(r"^(?P<name>Stopped-by|Stopped-at|Reason): (?P<value>.+)$", re.MULTILINE)
REASON_CHARACTERS_MAX = 1_000
"""The limit on a commit's message; massctl writes no more, but a commit made by hand may say anything."""
OTHERWISE = Phrase(
    "stop sends in another way: MASSCTL_NO_SEND=1 where apply runs; or write sending: disabled under policy in "
    "massctl.yaml, and have it merged"
)
_WHO_CAN = Phrase(
    "whoever may push to the repository can set it: {command}; on GitHub: Actions / apply / stop all sends",
    command=Command("stop"),
)


def what_helps(pushed: Pushed, who_can: Phrase, otherwise: str = "") -> str:
    """Return the advice when the brake could not be moved. A server that refused would refuse again."""
    hint = pushed.why.hint if pushed.why is not None else ""
    if pushed.outcome is not Push.REFUSED:
        lines = [hint, otherwise]
    else:
        lines = [
            who_can,
            otherwise,
            Phrase("so that it works from here too: {hint}", hint=hint) if hint else "",
        ]
    return _below_each_other(lines)


def _below_each_other(lines: Iterable[str]) -> str:
    told = ""
    for each in filter(None, lines):
        told = Phrase("{first}\n{second}", first=told, second=each) if told else each
    return told


class BrakeBranch:
    """The branch, as this checkout reaches it."""

    def __init__(self, session: Session, otherwise: Phrase, account: str | None = None) -> None:
        """Find the way to the remote. Raises UsageError, with the other way, where no run would look for a brake."""
        settings = session.settings
        if settings.policy.branch is None:
            raise UsageError(
                Phrase("massctl.yaml has no policy.branch, so no run looks for a brake"),
                Phrase("Nothing was done."),
                otherwise,
            )
        if not has_git(session.root):
            raise LedgerUnreachableError(
                Phrase("this folder is not in a git repository"),
                Phrase("Nothing was done."),
                Phrase("run this in a clone of the repository"),
            )
        way = way_of(session.root, settings, session.environment)
        self.remote: Final = way.remote
        copy = session.places.cache / "brake.git"
        self._named: Final = partial(GitBranch, copy, way, tell=session.console.talk)
        self._account: Final = account
        self._branch: Final = self._named(stop_branch(account))

    def read(self) -> Brake | None:
        """Return the brake as the remote has it now; raise LedgerUnreachableError."""
        try:
            tip = self._branch.fetch()
            below = tuple(self._branch.below().items()) if tip is None else ()
        except LedgerUnreachableError as error:
            summary = Phrase(
                "the branch {branch} cannot be read", branch=stop_branch(self._account)
            )
            raise LedgerUnreachableError(summary, error.detail, error.hint) from None
        if below:
            return Brake(below[0][1], self._account, below=below)
        return self._brake(tip) if tip is not None else None

    def set(self, by: str, at: datetime, reason: str) -> tuple[Brake, bool] | Pushed:
        """Push the branch, and give the brake and whether it is ours: an existing one does not change.

        The remote says what is true afterwards, however the push ended. Gives why where there is no brake then.
        """
        words = " ".join(reason.split())
        fields = [
            f"Stopped-by: {by}",
            f"Stopped-at: {at.isoformat()}",
            *([f"Reason: {words}"] if words else []),
        ]
        tip = self._branch.commit(None, {}, "\n".join([SUBJECT, "", *fields]))
        pushed = self._branch.push(tip)
        is_pushed = pushed.outcome is Push.DONE
        try:
            found = self.read()
        except LedgerUnreachableError:
            if not is_pushed:
                raise
            found = Brake(
                tip, self._account, by, at, words
            )  # The remote said so when it took the push.
        if found is not None:
            return found, found.commit == tip
        gone = Phrase("The remote took the branch, and does not have it any more.")
        return replace(pushed, said=gone) if is_pushed else pushed

    def lift(self, brake: Brake) -> tuple[Brake, Pushed] | None:
        """Delete the branches if they are still this brake; return None if no brake is left."""
        pushed = [self._named(name).delete(Tip(commit)) for name, commit in brake.branches]
        failed = [each for each in pushed if each.outcome is not Push.DONE]
        left = self.read() if failed or brake.below else None
        return (left, (failed or pushed)[0]) if left is not None else None

    def _brake(self, tip: Tip) -> Brake:
        subject, _, body = self._branch.message(tip).partition("\n")
        said = {
            found["name"]: found["value"][:REASON_CHARACTERS_MAX] for found in _FIELD.finditer(body)
        }
        if subject != SUBJECT or "Stopped-by" not in said:
            return Brake(tip, self._account)
        try:
            since = datetime.fromisoformat(said.get("Stopped-at", ""))
        except ValueError:
            since = None
        since = since if since is not None and since.tzinfo is not None else None
        return Brake(tip, self._account, said["Stopped-by"], since, said.get("Reason", ""))


def unreachable(
    summary: str, error: LedgerUnreachableError, otherwise: str = ""
) -> LedgerUnreachableError:
    """Report the state of the brake when the remote is unreachable, with the repair and another way."""
    return LedgerUnreachableError(
        summary, what_happened(error), _below_each_other([error.hint, otherwise])
    )
