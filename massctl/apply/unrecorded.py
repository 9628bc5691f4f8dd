"""A clear answer to a send that the ledger could not take: what to tell of it, and what to type when it can be written.

For the ledger such a send is in doubt. Nobody but the run that heard the answer knows how it ended, and that run ends.
"""

from dataclasses import dataclass

from massctl.model.phrase import Command, Phrase
from massctl.model.send import Accepted, Rejected, Verdict
from massctl.model.state import Record


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What WeChat said, and nobody wrote down."""

    told: Phrase
    command: str
    """Puts it on record; a reason goes in place of the dots."""
    is_refusal: bool
    """WeChat refused it, or was never asked; else it was sent."""
    batch: int
    """Of a list of openids, from 1; 1 for every other audience."""
    msg_id: int | None = None
    """WeChat's id of the job that it accepted; None where it accepted none, or told no id."""
    errcode: int | None = None
    """WeChat's code, where it refused the send; None also where no request left."""


def unrecorded_of(record: Record, answer: Verdict | None) -> Unrecorded | None:
    """Judge the answer to the newest attempt of an edition; None where it was no clear one, or nothing is open.

    A refusal of a repetition is not clear: it says nothing of the first try, which may be why it was refused.
    """
    if not record.open_attempts or not isinstance(answer, Accepted | Rejected):
        return None
    batch = record.open_attempts[-1].event.batch
    if isinstance(answer, Accepted):
        said = "WeChat accepted it with msg_id {msg_id}, and that could not be recorded"
        told = Phrase(said, msg_id=answer.msg_id or "-")
        choice = f"--sent {answer.msg_id or ''}".rstrip()
        return Unrecorded(told, _command(record, choice), is_refusal=False, batch=batch, msg_id=answer.msg_id)
    if len(record.open_attempts) > 1:
        return None
    told = Phrase("no request for it left, and that could not be recorded")
    if answer.errcode is not None:
        said = "WeChat refused it with errcode {errcode}, and that could not be recorded"
        told = Phrase(said, errcode=answer.errcode)
    return Unrecorded(told, _command(record, "--not-sent"), is_refusal=True, batch=batch, errcode=answer.errcode)


def _command(record: Record, choice: str) -> str:
    return Command("reconcile", record.campaign, choice, '--reason "…"')
