"""What stops every send from here: the brake, the kill switches, a checkout that is not the tip of its branch. Pure.

The brake is a branch of the remote, and needs no review. The kill switches are `policy.sending` and MASSCTL_NO_SEND.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.plan.steps import Guard, Refusal

if TYPE_CHECKING:
    from massctl.model.settings import Policy

STOP_BRANCH = "massctl-stop"
"""While the remote has a branch of this name, nobody sends: a kill switch that needs no review.

A branch such as massctl-stop/x counts too, because git cannot keep both names. `massctl-stop-NAME` stops the account
NAME alone.
"""


def stop_branch(account: str | None) -> str:
    """Return the branch that stops an account, or all sends."""
    return STOP_BRANCH if account is None else f"{STOP_BRANCH}-{account}"


COMMIT_SHOWN = 12
"""Characters of a commit's hash that are shown."""


class Brake(Frozen):
    """Somebody's stop of all sends, or of one account's, as the commit of its branch says it."""

    commit: str
    account: str | None = None
    """Whose sends it stops; None for all."""
    by: str | None = None
    """None if the branch was pushed by hand: the author of its commit is not who stopped sends."""
    since: datetime | None = None
    reason: str = ""
    below: tuple[tuple[str, str], ...] = ()
    """Branches below its own, each with its commit, that stand for it where it cannot be made; else empty."""

    @property
    def branch(self) -> str:
        """Return the branch that it is."""
        return self.branches[0][0]

    @property
    def branches(self) -> tuple[tuple[str, str], ...]:
        """Return all that has to be deleted to lift it, each branch with its commit."""
        return self.below or ((stop_branch(self.account), self.commit),)


class Tip(Frozen):
    """What git and the remote said in one moment."""

    branch: str
    """The branch that `policy.branch` names."""
    remote: str
    here: str | None = None
    """The commit that is checked out; None if there is none."""
    there: str | None = None
    """Where the remote has the branch; None if it has none."""
    changed: str | None = None
    """A file that matters to a send and differs from that commit; None if none does."""
    stop_branches: tuple[tuple[str, str | None], ...] = ()
    """The branches of the remote that stop sends, each with the account that it stops; None for all."""
    unread: str | None = None
    """Why nothing of this is known."""


def tip_refusal(tip: Tip | None, account: str | None = None) -> Refusal | None:
    """Refuse a send away from the branch tip, or while sends are stopped; None if the policy names no branch.

    Without an `account` only what stops all sends counts.
    """
    if tip is None:
        return None
    # Where the remote was not read, nothing else is known. The brake outranks the rest.
    return _unread(tip) or _stopped(tip, account) or _moved(tip) or _changed(tip)


def stopped_accounts(tip: Tip | None) -> dict[str, Refusal]:
    """Return the refusal of each account that has its own stop branch."""
    found = {each: _stopped(tip, each) for _, each in tip.stop_branches if each} if tip else {}
    return {account: refusal for account, refusal in found.items() if refusal is not None}


def stop_refusals(tip: Tip | None) -> tuple[Refusal, ...]:
    """Return why sends are stopped: of all, then of single accounts; nothing where the remote was not read."""
    if tip is None:
        return ()
    first = {each[0].partition("/")[0]: each for each in reversed(tip.stop_branches)}
    return tuple(_stop_refusal(tip, *first[name]) for name in sorted(first))


def only_stops(tip: Tip | None) -> Tip | None:
    """Keep only the stop branches. A review runs at another commit, so nothing else of it applies."""
    if tip is None or tip.unread is not None or not tip.stop_branches:
        return None
    return Tip(tip.branch, tip.remote, tip.there, tip.there, stop_branches=tip.stop_branches)


def off_tip(tip: Tip | None) -> Refusal | None:
    """Return why nothing may be staged from here; None at the tip. The brake does not stop staging."""
    return None if tip is None else _unread(tip) or _moved(tip) or _changed(tip)


def moved_on(tip: Tip | None) -> Refusal | None:
    """Report that the branch is at another commit than this checkout; None if that is not certain."""
    return None if tip is None or tip.unread is not None else _moved(tip)


def _unread(tip: Tip) -> Refusal | None:
    if tip.unread is None:
        return None
    template = Phrase("nobody knows whether this is the tip of {branch} on {remote}: {why}")
    say = Phrase(template, branch=tip.branch, remote=tip.remote, why=tip.unread)
    return Refusal(
        Guard.NOT_AT_TIP,
        say,
        Phrase("run apply again when the remote can be reached; until then nothing is sent"),
    )


def _stopped(tip: Tip, account: str | None) -> Refusal | None:
    # What stops all sends is told first.
    found = [each for each in tip.stop_branches if each[1] in (None, account)]
    if not found:
        return None
    return _stop_refusal(tip, *min(found, key=lambda each: each[1] is not None))


def _stop_refusal(tip: Tip, branch: str, whose: str | None) -> Refusal:
    named = branch.partition("/")[0].removeprefix(STOP_BRANCH).removeprefix("-")
    words = ("--account", named) if named else ()
    say = Phrase("{remote} has the branch {branch}: somebody stopped all sends")
    if whose:
        say = Phrase("{remote} has the branch {branch}: somebody stopped the sends of {account}")
    lift = Phrase(
        "{command}   says who and why, and lifts it after you confirm; on GitHub: Actions / apply / allow sends again",
        command=Command("resume", *words),
    )
    say = Phrase(say, remote=tip.remote, branch=branch, **({"account": whose} if whose else {}))
    return Refusal(Guard.KILL_SWITCH, say, lift)


def _moved(tip: Tip) -> Refusal | None:
    if tip.there is None:
        say = Phrase("{remote} has no branch {branch}", remote=tip.remote, branch=tip.branch)
        return Refusal(
            Guard.NOT_AT_TIP,
            say,
            Phrase("correct policy.branch in massctl.yaml, or push that branch"),
        )
    if tip.here == tip.there:
        return None
    say = Phrase(
        "{branch} is at {there} on {remote}, but this checkout is at {here}",
        branch=tip.branch,
        there=tip.there[:COMMIT_SHOWN],
        remote=tip.remote,
        here=tip.here[:COMMIT_SHOWN] if tip.here else "-",
    )
    hint = Phrase(
        "only a run at that commit sends the approved version; to send from here: git pull, then run apply again"
    )
    return Refusal(Guard.NOT_AT_TIP, say, hint)


def _changed(tip: Tip) -> Refusal | None:
    if tip.changed is None:
        return None
    say = Phrase("{file} differs from the tip of {branch}", file=tip.changed, branch=tip.branch)
    hint = Phrase("commit it and have it merged, or undo it: git restore {file}", file=tip.changed)
    return Refusal(Guard.NOT_AT_TIP, say, hint)


def kill_switch(policy: "Policy", *, no_send: bool) -> Refusal | None:
    """Refuse every send while a kill switch is on."""
    if policy.sending == "disabled":
        hint = Phrase(
            "set policy.sending to `enabled` in massctl.yaml when sending is allowed again"
        )
        return Refusal(Guard.KILL_SWITCH, Phrase("policy.sending is `disabled`"), hint)
    if no_send:
        hint = Phrase("unset MASSCTL_NO_SEND when sending is allowed again")
        return Refusal(Guard.KILL_SWITCH, Phrase("MASSCTL_NO_SEND is set"), hint)
    return None
