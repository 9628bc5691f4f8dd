"""Is an answer of WeChat the acceptance of this send? Pure.

45065 says that a request under this clientmsgid was taken before. That is the acceptance of a send only where an
earlier request of ours under that id may have been the one, and where its job is not another send's.
"""

from collections.abc import Iterable

from massctl.model.send import ID_IN_USE, ID_KNOWN, Accepted, InDoubt, SendIntent, Verdict
from massctl.model.state import Attempt, Record, State


def judged_by_ledger(verdict: Verdict, intent: SendIntent, attempt: int, state: State) -> Verdict:
    """Return a verdict; an acceptance that the ledger cannot explain becomes a doubt that names WeChat's job.

    `attempt` is the serial of the attempt that got this answer.
    """
    if not isinstance(verdict, Accepted):
        return verdict
    record = state.record(intent.campaign, intent.edition)
    others: Iterable[Record] = state.records.values()
    if not verdict.duplicate:
        # A clear yes is doubted only by a job of the same account: each account counts its own.
        others = [each for each in others if each.appid == intent.appid]
    is_explained = not verdict.duplicate or bool(evidence(record, intent, attempt))
    if is_explained and not is_of_another(verdict.msg_id, record, intent.batch, others):
        return verdict
    return InDoubt("errcode", errcode=ID_KNOWN if verdict.duplicate else 0, msg_id=verdict.msg_id)


def evidence(record: Record, intent: SendIntent, attempt: int) -> list[Attempt]:
    """List the earlier attempts under the id of a send whose request WeChat may have taken.

    A person's `not sent` proves nothing against them. 45065 and 45066 only say that the id was met: whoever got such an
    answer was not the first.
    """
    return [
        each
        for each in record.attempts
        if each.serial < attempt and each.event.client_msg_id == intent.client_msg_id
        if not each.is_refused
        if each.doubt is None or each.doubt.errcode not in (ID_KNOWN, ID_IN_USE)
    ]


def is_of_another(msg_id: int | None, record: Record, batch: int, among: Iterable[Record]) -> bool:
    """Whether a job is on record as another send: of another edition `among` these, or of another batch."""
    if msg_id is None:
        return False
    return any(
        job.msg_id == msg_id and not (other is record and job.batch == batch)
        for other in among
        for job in other.jobs
    )


def named_job(record: Record, state: State) -> tuple[Attempt, int] | None:
    """Return the newest attempt in doubt whose answer named a job, with that job; None if it is another send's.

    The end of that job settles the doubt: the id is derived, so only this very send was made under it.
    """
    named = [(each, each.doubt.msg_id) for each in record.open_attempts if each.doubt is not None]
    for attempt, msg_id in reversed(named):
        if msg_id is not None and not is_of_another(
            msg_id, record, attempt.event.batch, state.records.values()
        ):
            return attempt, msg_id
    return None
