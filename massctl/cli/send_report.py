"""What became of a send, as a comment on the pull request that brought it to the branch that sends.

Which pull request that is, the forge says of the newest commit that changed the campaign's folder. It tells of what is
on record, so another run writes the same comment anew with what WeChat said by then.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from massctl.cli.checkout import GitCheckout
from massctl.cli.forge import forge_of, line_to_forge, settings_to_tell
from massctl.cli.ledger_access import read_ledger
from massctl.cli.session import Session
from massctl.errors import MassctlError
from massctl.model.entries import (
    Entry,
    Expired,
    JobStatus,
    SendAccepted,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.model.state import FINAL, Job, Record, RecordKey, Status, status_of
from massctl.plan.retry_policy import settle
from massctl.plan.steps import Refusal
from massctl.transport import Inside
from massctl.view.i18n import Reader
from massctl.view.markdown_text import Words
from massctl.view.words import STATUS, recorded

_TOLD = (Expired, JobStatus, SendAccepted, SendInDoubt, SendRejected, SendSettled, Withdrawn)


Stopped: TypeAlias = Mapping[RecordKey, Sequence[Refusal]]
"""Editions that a guard refuses in their open window, and why."""


def serial_now(session: "Session") -> int:
    """Return how many entries the ledger has."""
    return read_ledger(session).serial


def report_sends(
    session: "Session",
    since: int,
    stopped: Stopped | None = None,
    environment: Mapping[str, str] = os.environ,
    inside: "Inside | None" = None,
) -> list[int]:
    """Comment what was recorded after entry `since`, and what is stopped now; return the pull requests' numbers.

    Without a known forge nothing is told. Raises a MassctlError. `inside` answers in place of the network.
    """
    state, stopped = read_ledger(session), stopped or {}
    keys = [*dict.fromkeys([*_concerned(session.backend.ledger.read(since)), *stopped])]
    if not keys:
        return []
    checkout = GitCheckout(session.root, session.settings, environment)
    settings = settings_to_tell(checkout)
    line, told = line_to_forge(settings, environment, inside), list[int]()
    try:
        forge = forge_of(line, settings, environment)
        if forge is None:
            return []
        for name, edition in keys:
            mark = f"<!-- massctl:sent {name} -->"
            record, why = state.record(name, edition), stopped.get((name, edition), ())
            body = sent_comment(record, mark, session.console.reader, why)
            path = checkout.path_of_folder(name)
            for number in forge.merged_from(path, session.settings.policy.branch or "main"):
                forge.comment(number, body, mark)
                told.append(number)
    finally:
        line.close()
    return told


def pull_request_of(session: "Session", name: CampaignName) -> str | None:
    """Return the address of the newest pull request that changed a campaign; None where no forge says."""
    checkout = GitCheckout(session.root, session.settings, session.environment)
    line = line_to_forge(session.settings, session.environment)
    try:
        forge = forge_of(line, session.settings, session.environment)
        if forge is None:
            return None
        path, branch = checkout.path_of_folder(name), session.settings.policy.branch or "main"
        numbers = forge.merged_from(path, branch)
        return forge.page(numbers[-1]) if numbers else None
    except MassctlError:
        return None  # A notice is told without it.
    finally:
        line.close()


def _concerned(entries: Iterable[Entry]) -> Iterator[RecordKey]:
    for each in entries:
        if isinstance(each.event, _TOLD) and each.campaign is not None and each.edition is not None:
            yield CampaignName(each.campaign), each.edition


def sent_comment(record: Record, mark: str, reader: Reader, stopped: Sequence[Refusal] = ()) -> str:
    """Return the comment on an edition: when it was sent, to how many, its address; or why it was not sent.

    `stopped` is what stops it now, in its window.
    """
    words = Words(reader)
    said = Phrase(
        "{name}, edition {edition}: {status}",
        name=record.campaign,
        edition=record.edition,
        status=STATUS[status_of(record)],
    )
    rows = [f"- {words.said(each)}" for each in (*_rows(record), *_stopped(stopped))]
    return "\n".join([mark, f"**{words.said(said)}**", *([""] if rows else []), *rows]) + "\n"


def _rows(record: Record) -> Iterator[str]:
    for job in record.jobs:
        yield from _job_rows(job)
    status = status_of(record)
    if status is Status.IN_DOUBT:
        yield Phrase(
            "nobody knows whether it was sent: {how}", how=settle(CampaignName(record.campaign))
        )
    elif status not in FINAL and record.expired_at:
        yield Phrase(
            "its window closed at {at}, and it was not sent", at=recorded(record.expired_at[-1])
        )


def _stopped(stopped: Sequence[Refusal]) -> Iterator[str]:
    for each in stopped:
        yield Phrase("its window is open, and it is not sent: {why}", why=each.message)
        yield each.hint


def _job_rows(job: Job) -> Iterator[str]:
    yield Phrase("WeChat accepted it at {at}", at=recorded(job.accepted_at))
    if job.counts is None:
        return
    if job.counts.sent_count is not None:
        total = job.counts.total_count
        say = Phrase("it reached {count:,} of {total:,} followers")
        yield Phrase(
            say,
            count=job.counts.sent_count,
            total=total if total is not None else job.counts.sent_count,
        )
    yield from job.counts.article_urls or ()
