"""Withdraw sent articles (mass/delete): read the state, record, ask once, and record what came of it.

The card stays in the chats; opening it shows a notice. This cannot be undone, and no allowance comes back. A withdrawal
of unknown outcome may be asked for again without harm: an article that is gone stays gone. Each request is one of the
ten of the account's day, whatever comes of it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.apply.jobs import POLL_SECONDS, job_status
from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import what_happened
from massctl.apply.ports import Clock, JobReport, Progress, Withdrawals
from massctl.errors import (
    MassctlError,
    PermanentError,
    RefusedError,
    TransportError,
    UsageError,
    WeChatError,
)
from massctl.model.entries import Withdrawn
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, MsgId
from massctl.model.phrase import Command, Phrase
from massctl.model.state import Job, Record, State
from massctl.plan.quota import beyond_today, is_news_or_video, withdrawals_left
from massctl.plan.steps import Refusal

ALL = 0
"""In place of an article's number: every article."""
WRONG_STATE = 40065
"""Not sent, or deleted already. Source: WeChat docs, "message/mass/delete", read 2026-10."""


def articles_flag(article: int) -> str:
    """Write which articles are meant, as on the command line."""
    return "--all" if article == ALL else f"--article {article}"


class Target(Frozen):
    """What is to be withdrawn of an edition."""

    record: Record
    job: Job
    msg_id: MsgId
    article: int
    """From 1; ALL for every article."""
    by: str | None = None
    """Who asks for it."""

    @property
    def is_done(self) -> bool:
        """Whether it is on record as gone already."""
        return self.job.is_gone or self.article in self.job.withdrawn


class Withdrawal(Struct):
    """What a run was asked to withdraw of an edition, and the result."""

    record: Record
    article: int
    """From 1; ALL for every article."""
    today: Sequence[Target]
    """Those that are not on record as gone, as many as may be asked for today."""
    refusals: Sequence[Refusal]
    """Why the others have to wait."""
    done: list[Target] = field(default_factory=list)
    error: MassctlError | None = None
    """What stopped it before all of them were done."""

    @property
    def named(self) -> list[tuple[MsgId, int]]:
        """Name what is asked for today: the job, and the article."""
        return [(each.msg_id, each.article) for each in self.today]

    def exit_status(self) -> int:
        """Return the status of what stopped it, 5 where some have to wait for another day, else 0."""
        if self.error is not None:
            return self.error.exit_status
        return 5 if self.refusals else 0


def prepared(
    record: Record, article: int, state: State, now: datetime, by: str | None = None
) -> Withdrawal:
    """Decide what of an edition can be asked for on this Beijing day, `by` whom; raises what `targets` raises."""
    wanted = [replace(target, by=by) for target in targets(record, article)]
    left = [target for target in wanted if not target.is_done]
    appid = AppId(record.appid or "")
    refusal = beyond_today(state, appid, now, len(left))
    today = left[: withdrawals_left(state, appid, now)]
    return Withdrawal(record, article, today, [refusal] if refusal is not None else [])


class StillSendingError(RefusedError):
    """Refuse to withdraw what WeChat is still sending; nothing was withdrawn."""


class WithdrawalWait(Frozen):
    """How long a withdrawal waits for jobs that WeChat is still sending."""

    until: datetime
    clock: Clock
    progress: Progress

    def pause(self, count: int) -> bool:
        """Wait until the states of `count` jobs are asked for again; False where the time is over."""
        remaining = (self.until - self.clock.now()).total_seconds()
        if remaining <= 0:
            return False
        say = Phrase(
            "still sending: {count}; withdrawn as soon as WeChat allows it; asking for {seconds} s more"
        )
        self.progress.waiting(Phrase(say, count=count, seconds=int(remaining)))
        self.clock.sleep(min(POLL_SECONDS, remaining))
        return True


def withdraw_all(
    taken: Withdrawal,
    wechat: Withdrawals,
    ledger: LedgerSession,
    wait: WithdrawalWait | None = None,
) -> None:
    """Withdraw one after the other, until one fails; with `wait`, each at the first moment that WeChat allows.

    While it waits, a state that cannot be read is asked for again.
    """
    left = list(taken.today)
    while left:
        waiting: list[Target] = []
        for target in left:
            try:
                found = _state_once_sent(target, wechat, ledger) if wait is not None else None
                if isinstance(found, MassctlError):
                    waiting.append(target)
                    taken.error = found
                    continue
                withdraw(target, wechat, ledger, found)
            except (WeChatError, RefusedError) as error:
                taken.error = error
                return
            taken.done.append(target)
        left = waiting
        if wait is not None and left and not wait.pause(len(left)):
            return
    taken.error = None


def targets(record: Record, article: int) -> list[Target]:
    """List what `article` (from 1, or ALL) means for each job of an edition.

    Raises UsageError if nothing of it can be withdrawn: never sent, a text, or a job whose id nobody knows.
    """
    if not record.jobs:
        raise _nothing(
            record, Phrase("Edition {edition} of it was not sent.", edition=record.edition)
        )
    if not is_news_or_video(record):
        raise _nothing(
            record, Phrase("WeChat withdraws only news and videos, and this is another message.")
        )
    unknown = [job for job in record.jobs if job.msg_id is None]
    if unknown:
        raise UsageError(
            Phrase(
                "the id of {name}'s job is not known, and WeChat needs it to withdraw",
                name=record.campaign,
            ),
            Phrase("No request was made."),
            Phrase("withdraw it in the console under 群发记录"),
        )
    return [
        Target(record, job, MsgId(job.msg_id), article)
        for job in record.jobs
        if job.msg_id is not None
    ]


def sharing(target: Target, state: State) -> Iterator[Record]:
    """Yield the other editions whose sends lose their link too: of the same draft, news or address.

    Source: WeChat docs, "message/mass/delete", read 2026-10: other sends of the same material lose their link.
    """
    mine = _material(target.record, target.job)
    for record in state.records.values():
        alive = [job for job in record.jobs if not job.is_gone]
        other = record is not target.record and record.appid == target.record.appid
        if other and any(mine & _material(record, job) for job in alive):
            yield record


def withdraw(
    target: Target, wechat: Withdrawals, ledger: LedgerSession, status: str | None = None
) -> None:
    """Withdraw, and record it; does nothing where it is on record as gone already.

    `status` is that of its job, where it was read already. Raises RefusedError while the job is not sent,
    TransportError if nobody knows whether the articles are gone, and another WeChatError if WeChat refused.
    """
    if target.is_done:
        return
    if (status or _read_state(target, wechat, ledger)) == "deleted":
        _note(target, ledger)
        return
    asked_before = target.article in target.job.withdrawing
    _note(target, ledger, outcome="begun")
    try:
        wechat.withdraw(target.msg_id, target.article)
    except TransportError as error:
        _note(target, ledger, outcome="unknown", error=error)
        if _is_deleted(target, wechat, ledger):
            _note(target, ledger)
            return
        raise _unknown(target, error) from error
    except WeChatError as error:
        # Sent a moment ago, and now in a state that cannot be withdrawn: what was asked for before took place.
        if not (
            asked_before and isinstance(error, PermanentError) and error.errcode == WRONG_STATE
        ):
            _note(target, ledger, outcome="refused", error=error)
            raise
    _note(target, ledger)
    _is_deleted(target, wechat, ledger)


def _state_once_sent(
    target: Target, wechat: Withdrawals, ledger: LedgerSession
) -> str | MassctlError:
    """Ask for the job's state; return why nobody can withdraw it yet, where that may pass."""
    try:
        return _read_state(target, wechat, ledger)
    except (StillSendingError, TransportError) as error:
        return error


def _read_state(target: Target, wechat: Withdrawals, ledger: LedgerSession) -> str:
    """Ask for the job's state and record a change; raise RefusedError unless it is sent or deleted."""
    report = wechat.job_report(target.msg_id)
    _learn(target, report, ledger)
    status = report.status
    if status in ("sent", "deleted"):
        return status
    name = target.record.campaign
    if status == "failed":
        raise RefusedError(
            Phrase("WeChat failed the job of {name}, so there is nothing to withdraw", name=name),
            Phrase("Nothing was withdrawn."),
            Command("status", name),
        )
    say = Phrase("{name} is still being sent, and WeChat withdraws only what is sent")
    if target.job.status == "sent":
        say = Phrase(
            "an event said that {name} is sent, but WeChat still answers that it is sending, and refuses this"
        )
    raise StillSendingError(
        Phrase(say, name=name),
        Phrase("Nothing was withdrawn."),
        Phrase(
            "{command}   deletes it as soon as WeChat allows it",
            command=Command("withdraw", name, articles_flag(target.article), "--wait 1h"),
        ),
    )


def _is_deleted(target: Target, wechat: Withdrawals, ledger: LedgerSession) -> bool:
    """Ask once whether nothing is left of the job; no answer counts as a no."""
    try:
        report = wechat.job_report(target.msg_id)
    except WeChatError:
        return False
    _learn(target, report, ledger)
    return report.status == "deleted"


def _learn(target: Target, report: JobReport, ledger: LedgerSession) -> None:
    if report.status != target.job.status:
        ledger.record(job_status(report), target.record)


def _note(
    target: Target,
    ledger: LedgerSession,
    outcome: Literal["begun", "unknown", "refused"] | None = None,
    error: WeChatError | None = None,
) -> None:
    event = Withdrawn(
        msg_id=target.msg_id,
        article=target.article,
        outcome=outcome,
        errcode=error.errcode if error else None,
        rid=error.rid if error else None,
        by=target.by if outcome is None else None,
    )
    ledger.record(event, target.record)


def _unknown(target: Target, error: TransportError) -> TransportError:
    return TransportError(
        Phrase("nobody knows whether the articles of {name} are gone", name=target.record.campaign),
        what_happened(error),
        Phrase(
            "Run the same command again: it reads the state first, and a second request does no harm."
        ),
        errcode=error.errcode,
        rid=error.rid,
    )


def _material(record: Record, job: Job) -> set[str]:
    """Name everything by which WeChat could know a send's content again."""
    drafts = {
        f"draft {a.event.media_id}" for a in record.not_refused if a.event.media_id is not None
    }
    news = {f"news {job.msg_data_id}"} if job.msg_data_id is not None else set()
    return drafts | news | set((job.counts.article_urls or []) if job.counts else [])


def _nothing(record: Record, why: Phrase) -> UsageError:
    return UsageError(
        Phrase("{name} has nothing to withdraw", name=record.campaign),
        why,
        Command("status", record.campaign),
    )
