"""What became of a send, as a comment on the pull request that brought it to the branch that sends.

Which pull request that is, GitHub says of the newest commit that changed the campaign's folder. It tells of what is on
record, so another run writes the same comment anew with what WeChat said by then.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from massctl.cli.commands.ci_review import forge_of
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
from massctl.model.state import FINAL, Job, Record, Status, status_of
from massctl.plan.retry_policy import settle
from massctl.source.repository import CAMPAIGNS
from massctl.view.i18n import Reader
from massctl.view.markdown_text import Words
from massctl.view.words import STATUS, recorded

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.transport import Inside

_TOLD: Final = (Expired, JobStatus, SendAccepted, SendInDoubt, SendRejected, SendSettled, Withdrawn)


def serial_now(session: "Session") -> int:
    """Return how many entries the ledger has."""
    return session.read_state(session.ledger()).serial


def report_sends(
    session: "Session", since: int, environment: Mapping[str, str] = os.environ, inside: "Inside | None" = None
) -> list[int]:
    """Tell of what was recorded behind the entry `since`; returns the pull requests that were told. Raises ForgeError.

    `inside` answers in place of the network.
    """
    from massctl.transport import Line

    state = session.read_state(session.ledger())
    keys = _concerned(session.ledger().read(since))
    if not keys:
        return []
    line, told = Line(inside=inside), list[int]()
    try:
        forge = forge_of(line, environment.get("GITHUB_REPOSITORY", ""), environment)
        for name, edition in keys:
            mark = f"<!-- massctl:sent {name} -->"
            body = sent_comment(state.record(CampaignName(name), edition), mark, session.console.reader)
            for number in forge.merged_from(f"{CAMPAIGNS}/{name}", session.settings.policy.branch or "main"):
                forge.comment(number, body, mark)
                told.append(number)
    finally:
        line.close()
    return told


def _concerned(entries: Iterable[Entry]) -> list[tuple[str, int]]:
    found = [(each.campaign, each.edition) for each in entries if isinstance(each.event, _TOLD)]
    return [(name, edition) for name, edition in dict.fromkeys(found) if name is not None and edition is not None]


def sent_comment(record: Record, mark: str, reader: Reader) -> str:
    """Say where an edition stands: when it was sent, to how many, and where it is; or why it was not."""
    words = Words(reader)
    said = Phrase(
        "{name}, edition {edition}: {status}",
        name=record.campaign,
        edition=record.edition,
        status=STATUS[status_of(record)],
    )
    rows = [f"- {words.said(each)}" for each in _rows(record)]
    return "\n".join([mark, f"**{words.said(said)}**", *([""] if rows else []), *rows]) + "\n"


def _rows(record: Record) -> Iterator[str]:
    for job in record.jobs:
        yield from _job_rows(job)
    status = status_of(record)
    if status is Status.IN_DOUBT:
        yield Phrase("nobody knows whether it was sent: {how}", how=settle(CampaignName(record.campaign)))
    elif status not in FINAL and record.expired_at:
        yield Phrase("its window closed at {at}, and it was not sent", at=recorded(record.expired_at[-1]))


def _job_rows(job: Job) -> Iterator[str]:
    yield Phrase("WeChat accepted it at {at}", at=recorded(job.accepted_at))
    if job.counts is None:
        return
    if job.counts.sent_count is not None:
        total = job.counts.total_count
        say = Phrase("it reached {count:,} of {total:,} followers")
        yield Phrase(say, count=job.counts.sent_count, total=total if total is not None else job.counts.sent_count)
    yield from job.counts.article_urls or ()
