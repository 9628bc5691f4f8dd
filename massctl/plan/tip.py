"""Is this checkout the tip of the branch that sends, and does nobody hold the house's brake?

What is approved is what is merged. A run that waits for a window, or an old one that is started again, stands on a
commit of before; the run of the newer commit is there for what was merged since.
"""

from dataclasses import dataclass
from typing import Final

from massctl.model.phrase import Phrase
from massctl.plan.step import Guard, Refusal

STOP_BRANCH: Final = "massctl-stop"
"""While the remote has a branch of this name, nobody sends: a kill switch that needs no review."""
_SHOWN: Final = 12
"""Of a commit's name; enough to tell it from every other by eye."""


@dataclass(frozen=True, slots=True)
class Tip:
    """What git and the remote said in one moment."""

    branch: str
    """The branch that `policy.branch` names."""
    remote: str
    here: str | None = None
    """The commit that is checked out; None where there is none."""
    there: str | None = None
    """Where the remote has the branch; None where it has none."""
    changed: str | None = None
    """A file that counts for a send and is not as in that commit; None where all are."""
    stopped: bool = False
    """The remote has STOP_BRANCH."""
    unread: str | None = None
    """Why nothing of this is known."""


def tip_refusal(tip: Tip | None) -> Refusal | None:
    """Refuse a send from anything but the tip, or while it is stopped; None where nobody asked for that."""
    if tip is None:
        return None
    # What was heard says nothing where nothing was heard, and a brake outranks everything.
    return _unread(tip) or _stopped(tip) or _moved(tip) or _changed(tip)


def brake(tip: Tip | None) -> Tip | None:
    """Give what a verb that only shows says of a tip: that somebody stopped all sends. A review is never at the tip."""
    if tip is None or tip.unread is not None or not tip.stopped:
        return None
    return Tip(tip.branch, tip.remote, tip.there, tip.there, stopped=True)


def off_tip(tip: Tip | None) -> Refusal | None:
    """Say why nothing may be staged from here; None at the tip, and where nobody asked. A brake stops no staging."""
    return None if tip is None else _unread(tip) or _moved(tip) or _changed(tip)


def _unread(tip: Tip) -> Refusal | None:
    if tip.unread is None:
        return None
    template = "nobody knows whether this is the tip of {branch} on {remote}: {why}"
    say = Phrase(template, branch=tip.branch, remote=tip.remote, why=tip.unread)
    return Refusal(
        Guard.NOT_AT_TIP, say, Phrase("run apply again where the remote can be reached; until then nothing leaves")
    )


def _stopped(tip: Tip) -> Refusal | None:
    if not tip.stopped:
        return None
    say = Phrase("{remote} has the branch {branch}: somebody stopped all sends", remote=tip.remote, branch=STOP_BRANCH)
    lift = Phrase(
        "find out who and why; then: git push {remote} :{branch}   or, on GitHub: "
        "Actions / operate / allow sends again",
        remote=tip.remote,
        branch=STOP_BRANCH,
    )
    return Refusal(Guard.KILL_SWITCH, say, lift)


def _moved(tip: Tip) -> Refusal | None:
    if tip.there is None:
        say = Phrase("{remote} has no branch {branch}", remote=tip.remote, branch=tip.branch)
        return Refusal(Guard.NOT_AT_TIP, say, Phrase("correct policy.branch in massctl.yaml, or push that branch"))
    if tip.here == tip.there:
        return None
    say = Phrase(
        "{branch} is at {there} on {remote}, and this checkout at {here}",
        branch=tip.branch,
        there=tip.there[:_SHOWN],
        remote=tip.remote,
        here=tip.here[:_SHOWN] if tip.here else "-",
    )
    hint = Phrase("a run of that commit sends what is approved now; here: git pull, then run apply again")
    return Refusal(Guard.NOT_AT_TIP, say, hint)


def _changed(tip: Tip) -> Refusal | None:
    if tip.changed is None:
        return None
    say = Phrase("{file} is not as in the tip of {branch}", file=tip.changed, branch=tip.branch)
    hint = Phrase("commit it and have it merged, or undo it: git restore {file}", file=tip.changed)
    return Refusal(Guard.NOT_AT_TIP, say, hint)
