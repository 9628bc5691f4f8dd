"""What became of a send, as a comment on the pull request that brought it to the branch that sends.

Which pull request that is, the forge says of the newest commit that changed the campaign's folder. It tells of what is
on record, so another run writes the same comment anew with what WeChat said by then.
The end has a comment of its own, because a forge tells people of a new comment and of no edit. So has day 7.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeAlias

from massctl.apply.notices import Notice
from massctl.cli.channels import show_in_sandbox
from massctl.cli.checkout import GitCheckout
from massctl.cli.forge import forge_of, line_to_forge, settings_to_tell
from massctl.cli.ledger_access import read_ledger
from massctl.cli.session import Session
from massctl.errors import InvariantError
from massctl.forge.port import Forge
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
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, CampaignName
from massctl.model.phrase import AccountKey, Command, Phrase
from massctl.model.state import FINAL, Job, Record, RecordKey, Status, status_of
from massctl.plan.job_failure import failure_words
from massctl.plan.retry_policy import settle
from massctl.plan.steps import Refusal
from massctl.report.findings import title_of
from massctl.transport import Inside
from massctl.view.i18n import Reader
from massctl.view.markdown_text import Words
from massctl.view.notices import is_article_address, letter_words
from massctl.view.words import STATUS, recorded

_TOLD = (Expired, JobStatus, SendAccepted, SendInDoubt, SendRejected, SendSettled, Withdrawn)
PULL_REQUEST = "pull request"
"""Stands for the pull request among channels; no variable is called so."""
_ENDED = frozenset({Status.SENT, Status.FAILED})


Stopped: TypeAlias = Mapping[RecordKey, Sequence[Refusal]]
"""Editions that a guard refuses in their open window, and why."""


def serial_now(session: "Session") -> int:
    """Return how many entries the ledger has."""
    return read_ledger(session).serial


def is_forge_open(session: "Session") -> bool:
    """Return whether this process can comment: a forge is known, and its token is here."""
    named, found = session.settings.forge, session.environment
    if session.realm() == "loopback":
        return named is not None
    if named is not None and found.get(named.token_env, "").strip():
        return True
    return bool(found.get("GITHUB_REPOSITORY") and found.get("GITHUB_TOKEN"))


@contextmanager
def merge_comments(
    session: "Session", environment: Mapping[str, str], inside: "Inside | None" = None
) -> Iterator["MergeComments | SandboxComments | None"]:
    """Open the forge for comments; yield None where no forge is known. Raises a MassctlError.

    Against the sandbox they are shown on its page. `inside` answers in place of the network.
    """
    if session.realm() == "loopback" and inside is None:
        yield SandboxComments(session) if session.settings.forge is not None else None
        return
    checkout = GitCheckout(session.root, session.settings, environment)
    settings = settings_to_tell(checkout)
    line = line_to_forge(settings, environment, inside)
    try:
        forge = forge_of(line, settings, environment)
        yield MergeComments(forge, checkout) if forge is not None else None
    finally:
        line.close()


class MergeComments(Frozen):
    """Comments on the pull requests that brought campaigns to the branch that sends."""

    forge: Forge
    checkout: GitCheckout

    def write(self, name: CampaignName, mark: str, body: str) -> list[int]:
        """Write the comment that begins with `mark`, or update it; return the pull requests' numbers.

        A new comment is told to those who watch the pull request; the mark keeps it the only one.
        """
        numbers = self._numbers(name)
        for number in numbers:
            self.forge.comment(number, f"{mark}\n{body}", mark)
        return numbers

    def page(self, name: CampaignName) -> str | None:
        """Return the address of the newest pull request of a campaign; None without one."""
        numbers = self._numbers(name)
        return self.forge.page(numbers[-1]) if numbers else None

    def _numbers(self, name: CampaignName) -> list[int]:
        branch = self.checkout.settings.policy.branch or "main"
        return self.forge.merged_from(self.checkout.path_of_reviewed(name), branch)


class SandboxComments(Frozen):
    """Comments that nobody outside sees."""

    session: Session

    def write(self, name: CampaignName, mark: str, body: str) -> list[int]:
        """Show a comment on the sandbox's page; there is no pull request."""
        shown = {"campaign": name, "body": f"{mark}\n{body}"}
        show_in_sandbox(self.session, PULL_REQUEST, "pull_request", shown)
        return []

    def page(self, _: CampaignName) -> None:
        """Return nothing: there is no pull request."""


def report_sends(
    session: "Session",
    since: int,
    stopped: Stopped | None = None,
    environment: Mapping[str, str] = os.environ,
    inside: "Inside | None" = None,
    *,
    made_up: timedelta = timedelta(0),
) -> list[int]:
    """Comment what was recorded after entry `since`, and what is stopped now; return the pull requests' numbers.

    What came on record within `made_up` is commented too, where a run that died or had no forge has left it. An equal
    comment is not written again. Without a known forge nothing is told. Raises a MassctlError. `inside` answers in
    place of the network.
    """
    state, stopped = read_ledger(session), stopped or {}
    new = dict.fromkeys([*_concerned(session.backend.ledger.read(since)), *stopped])
    earlier = session.clock.now() - made_up
    entries = session.backend.ledger.read(0) if made_up else ()
    late = _concerned(each for each in entries if each.at >= earlier)
    # The newest edition has the last word in the comment that all of them share.
    keys = sorted(dict.fromkeys([*new, *late]), key=lambda key: key[1])
    if not keys:
        return []
    told, reader = list[int](), session.console.reader
    with merge_comments(session, environment, inside) as comments:
        if comments is None:
            return []
        for name, edition in keys:
            record, why = state.record(name, edition), stopped.get((name, edition), ())
            account = _account(session, record)
            mark = f"<!-- massctl:sent {name} -->"
            numbers = comments.write(name, mark, sent_comment(record, account, reader, why))
            told += numbers if (name, edition) in new else []
            if (ended := ended_comment(record, account, reader)) is not None:
                comments.write(name, f"<!-- massctl:ended {name} {edition} -->", ended)
    return told


def pull_request_of(session: "Session", name: CampaignName) -> str | None:
    """Return the address of the newest pull request that approved a campaign; None where no forge is known.

    Raises a MassctlError.
    """
    with merge_comments(session, session.environment) as comments:
        return comments.page(name) if comments is not None else None


def _concerned(entries: Iterable[Entry]) -> Iterator[RecordKey]:
    for each in entries:
        if isinstance(each.event, _TOLD) and each.campaign is not None and each.edition is not None:
            yield CampaignName(each.campaign), each.edition


def _account(session: "Session", record: Record) -> AccountName | None:
    """Return whose letter it is; None where massctl.yaml does not say."""
    accounts = session.settings.accounts.items()
    return next((AccountName(name) for name, each in accounts if each.appid == record.appid), None)


def sent_comment(
    record: Record, account: AccountName | None, reader: Reader, stopped: Sequence[Refusal] = ()
) -> str:
    """Return the comment on how an edition stands: when WeChat accepted it, or why it was not sent.

    `stopped` is what stops it now, in its window.
    """
    return _comment(_standing(record, account), reader, [*_rows(record), *_stopped(stopped)])


def ended_comment(record: Record, account: AccountName | None, reader: Reader) -> str | None:
    """Return the comment on the end of a send: to how many, the addresses, what to type; None before the end."""
    if status_of(record) not in _ENDED:
        return None
    rows = [row for job in record.jobs for row in _end_rows(job)]
    return _comment(_standing(record, account), reader, [*rows, *_next(record)])


def reach_comment(notice: Notice, reader: Reader) -> str:
    """Return the comment on what a send reached by a day."""
    reach = notice.reach
    if reach is None:
        raise InvariantError(f"{notice.happening} reached nobody yet")
    letter = _letter(notice.title, notice.campaign, notice.account)
    about = {"letter": letter, "edition": notice.edition, "day": reach.day}
    said = Phrase("{letter}, edition {edition}: day {day}", **about)
    report = Phrase("the whole report: {command}", command=Command("report", notice.campaign))
    return _comment(said, reader, [notice.message, *reach.lines, report])


def _next(record: Record) -> Iterator[str]:
    name = record.campaign
    if status_of(record) is Status.FAILED:
        yield failure_words(record)
        yield Phrase("what to do: {command}", command=Command("status", name))
        return
    yield Phrase("what followers do with it: {command}", command=Command("report", name))
    yield Phrase("to take it back: {command}", command=Command("withdraw", name))


def _standing(record: Record, account: AccountName | None) -> Phrase:
    return Phrase(
        "{letter}, edition {edition}: {status}",
        letter=_letter(title_of(record), record.campaign, account),
        edition=record.edition,
        status=STATUS[status_of(record)],
    )


def _letter(title: str, name: CampaignName, account: str | None) -> str:
    """Name a letter as its team does: by its title and its account, besides its folder."""
    letter = letter_words(title if title != name else "", name)
    if account is None:
        return letter
    return Phrase("{letter} · {account}", letter=letter, account=AccountKey(account))


def _comment(said: Phrase, reader: Reader, rows: Sequence[str]) -> str:
    words = Words(reader)
    lines = [f"- {_linked(each) or words.said(each)}" for each in rows]
    return "\n".join([f"**{words.said(said)}**", *([""] if lines else []), *lines]) + "\n"


def _linked(text: str) -> str | None:
    return f"<{text}>" if is_article_address(text) else None


def _rows(record: Record) -> Iterator[str]:
    for job in record.jobs:
        yield Phrase("WeChat accepted it at {at}", at=recorded(job.accepted_at))
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


def _end_rows(job: Job) -> Iterator[str]:
    counts = job.counts
    if counts is None:
        return
    if counts.sent_count is not None:
        total = counts.total_count if counts.total_count is not None else counts.sent_count
        say = Phrase("it reached {count:,} of {total:,} followers")
        yield Phrase(say, count=counts.sent_count, total=total)
        if counts.error_count:
            yield Phrase("failed: {count:,}", count=counts.error_count)
    yield from job.left_addresses
