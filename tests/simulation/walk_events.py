"""What can happen in a random story: plain values, so that a story can be written down, shortened and told again.

Each event can happen at any moment; where it makes no sense it does nothing. What an actor would have to know is
taken from the simulated world, never from massctl. An actor keeps to the assumptions that are written in
docs/concepts/exactly-once.md; where one matters, the event says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from copies import replace
from simulation import walk_checkers
from simulation.walk_account import Account, MassJob
from simulation.walk_declared import Rules
from simulation.walk_people import name_of_people
from simulation.walk_port import RunnerWeChat
from simulation.walk_world import Runner, RunnerLedger, World

from massctl.apply.journal import LedgerSession
from massctl.apply.ports import DraftArticle
from massctl.apply.reconcile import (
    Statement,
    adopt_draft,
    batches_in_question,
    settle_not_sent,
    settle_sent,
)
from massctl.errors import MassctlError, UsageError
from massctl.model.entries import Entry, SendSettled
from massctl.model.ids import CampaignName, MediaId
from massctl.model.state import Record

HALF_AN_HOUR = timedelta(minutes=30)
"""So long may a request that got no answer, or that the administrator is asked to confirm, still take effect."""
OLD = timedelta(hours=20)
"""So old may a send be that an older copy of the ledger does not know, before somebody has to bring it on record."""


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    minutes: int

    def happen(self, world: World) -> None:
        world.pass_by(timedelta(minutes=self.minutes))


@dataclass(frozen=True)
class Verge:
    """Time passes until shortly before a campaign's window closes."""

    name: str
    minutes: int = 5

    def happen(self, world: World) -> None:
        if (
            self.name in world.declared
            and (window := world.checkout()[self.name].window) is not None
        ):
            world.pass_by(
                max(timedelta(0), window.not_after - timedelta(minutes=self.minutes) - world.time)
            )


@dataclass(frozen=True)
class Skew:
    """A machine's clock is wrong from now on; assumption: never by two hours or more."""

    machine: int
    minutes: int

    def happen(self, world: World) -> None:
        world.skew[self.machine], world.skewed = timedelta(minutes=self.minutes), True


@dataclass(frozen=True)
class Edit:
    """Somebody commits a change of a campaign: words, edition, window, its kind of message, or its list of openids.

    Assumption: the edition is not raised before it is settled what somebody sent of it in the console.
    """

    name: str
    version: int = 0
    edition: int = 0
    later: int = 0
    turn: bool = False
    people: str = ""

    def happen(self, world: World) -> None:
        pages = world.pages.get(self.name)
        if pages is None:
            return
        page, account = pages[-1], world.account(self.name)
        sent = [job for job in account.jobs if job.by_console and job.key is not None]
        if self.edition and any(job.key[0] == self.name and not _known(world, job) for job in sent):
            return
        pages.append(
            replace(
                page,
                version=page.version + self.version,
                edition=page.edition + self.edition,
                later=page.later + self.later,
                turned=page.turned is not self.turn,
                people=self.people or page.people,
            )
        )


@dataclass(frozen=True)
class Policy:
    """The rules of the house change."""

    rules: Rules

    def happen(self, world: World) -> None:
        world.rules = self.rules


@dataclass(frozen=True)
class Console:
    """Somebody works in the console, on the newest draft of a campaign: send, edit, mark_up, delete; or sends else.

    Assumptions: nobody sends there what is in doubt, what massctl has sent, what goes to a list of openids, or a draft
    that a run left behind when it died before it could write the draft down, or the draft that a campaign had before
    it became a text, while that text waits for a push; a draft that was sent there is gone.
    """

    act: str
    name: str

    def happen(self, world: World) -> None:
        if self.name not in world.declared:
            return
        account = world.account(self.name)
        drafts = [
            m for m in account.drafts if m in account.ours and account.ours[m][0] == self.name
        ]
        drafts = [m for m in drafts if m not in account.mangled]
        if self.act == "send_else":
            account.accept(None, None)
        elif drafts:
            _CONSOLE[self.act](world, account, drafts[-1])


def _send(world: World, account: Account, media_id: MediaId) -> None:
    key = account.ours[media_id]
    in_doubt = any(each.key[0] == key[0] for each in walk_checkers.open_attempts(world))
    known = media_id in {
        e.event.media_id for e in world.disk.entries[: world.disk.flushed] if _is_saved(e)
    }
    pushed = world.pushing.checkout.get(key[0]) if world.pushing is not None else None
    if world.declared[key[0]].people or (pushed is not None and not pushed.message.has_draft):
        return
    if known and not account.jobs_of(key) and not in_doubt and not account.coming:
        account.accept(key, media_id, by_console=True)


def _is_saved(entry: Entry) -> bool:
    return entry.event.type == "draft_saved"


def _edit(_: World, account: Account, media_id: MediaId) -> None:
    _write(
        account,
        media_id,
        replace(account.drafts[media_id][0], title=account.drafts[media_id][0].title + " !"),
    )


def _mark_up(world: World, account: Account, media_id: MediaId) -> None:
    """Strike something out. Assumption: massctl could note before what WeChat kept of the draft."""
    noted = {
        e.event.media_id
        for e in world.disk.entries[: world.disk.flushed]
        if e.event.type == "draft_verified"
    }
    if media_id in noted:
        old = account.drafts[media_id][0]
        if media_id not in account.touched:
            account.marked_up.add(media_id)
        _write(account, media_id, replace(old, content=f"<s>{old.content}</s>"))


def _comment(_: World, account: Account, media_id: MediaId) -> None:
    """Change what `adopt` may keep."""
    _write(account, media_id, replace(account.drafts[media_id][0], need_open_comment=False))


def _write(account: Account, media_id: MediaId, article: DraftArticle) -> None:
    if account.drafts[media_id] == (article,):
        return
    account.write_draft(media_id, [article])
    if "<s>" not in article.content or not article.need_open_comment:
        account.marked_up.discard(media_id)
    account.touched.add(media_id)


def _delete(_: World, account: Account, media_id: MediaId) -> None:
    del account.drafts[media_id]


_CONSOLE: dict[str, Callable[[World, Account, MediaId], None]] = {
    "send": _send,
    "edit": _edit,
    "mark_up": _mark_up,
    "comment": _comment,
    "delete": _delete,
}


@dataclass(frozen=True)
class Settle:
    """Somebody looks into the console and settles what massctl cannot know about a campaign; truthfully.

    Assumptions: half an hour has passed since the attempt, and no runner is at work.
    """

    name: str
    with_id: bool = False

    def happen(self, world: World) -> None:
        if self.name not in world.declared:
            return
        runner, book = _at_work(world)
        editions = book.state.editions(self.name)
        if editions:
            # The command takes the newest edition that is recorded.
            self._settle(world, editions[-1], runner, book)

    def _settle(self, world: World, record: Record, runner: Runner, book: LedgerSession) -> None:
        account, key = world.account(self.name), (record.campaign, record.edition)
        if account.coming or any(
            runner.now() - each.at < HALF_AN_HOUR for each in record.open_attempts
        ):
            return
        jobs = [job for job in account.jobs_of(key) if not job.openids or _is_open(record, job)]
        wechat = RunnerWeChat(runner, account, world.declared[self.name].appid)
        said = Statement("looked it up", "li", jobs[0].msg_id if jobs and self.with_id else None)
        moments: Any = {"now": runner.now(), "wait": timedelta(minutes=1)}
        try:
            if jobs:
                settle_sent(record, said, wechat if self.with_id else None, book, **moments)
            else:
                other = account.touched | account.mangled
                for media_id in [
                    m for m in account.drafts if account.ours.get(m) == key and m in other
                ]:
                    del account.drafts[media_id]
                settle_not_sent(record, said, lambda _: wechat, book, **moments)
        except UsageError:
            pass  # There was nothing to settle.
        walk_checkers.between_runs(world)


@dataclass(frozen=True)
class Adopt:
    """Somebody keeps what the console made of a staged draft."""

    name: str

    def happen(self, world: World) -> None:
        if self.name not in world.declared:
            return
        runner, book = _at_work(world)
        account, campaign = world.account(self.name), world.checkout()[self.name]
        wechat = RunnerWeChat(runner, account, world.declared[self.name].appid)
        try:
            adopt_draft(campaign, Statement("agreed", "li"), wechat, book)
        except MassctlError:
            return
        draft = book.state.record(campaign.name, campaign.edition).draft()
        if draft is not None:
            media_id = MediaId(draft.event.media_id)
            account.touched.discard(media_id)
            account.adopted[media_id] = account.drafts[media_id]


@dataclass(frozen=True)
class OlderCopy:
    """Somebody puts a copy of the ledger from `back` entries ago in its place.

    On a machine that noted more than that massctl refuses, and the newer one is brought back. Elsewhere the older copy
    is the ledger from then on. Assumption: whoever does that brings on record what went out since, before a day has
    passed since it went out.
    """

    back: int
    fresh_machine: bool = False

    def happen(self, world: World) -> None:
        if len(world.disk.entries) < 2 or world.disk.newer is not None:
            return
        world.disk.put_older(self.back)
        if self.fresh_machine or not all(
            locks.noted > len(world.disk.entries) for locks in world.locks
        ):
            world.disk.newer, world.forked = None, True
            for locks in world.locks:
                locks.forget()
            walk_checkers.forget(world)
            import_old_sends(world)


def import_old_sends(world: World) -> None:
    """Bring on record what went out and is not there, before WeChat forgets its id; as a person does by hand."""
    if not world.forked:
        return
    for account in world.accounts.values():
        for job in account.jobs:
            # WeChat knows no id of what people sent, and an id of a job to others than the list names by now.
            forgotten = job.by_console or job.openids or world.time - job.at >= OLD
            if job.key is not None and forgotten and not _known(world, job):
                _, book = _at_work(world)
                record = book.state.record(CampaignName(job.key[0]), job.key[1])
                batch = batches_in_question(record)[0]
                lost = SendSettled(
                    batch=batch,
                    outcome="sent",
                    reason="lost with the ledger",
                    by="li",
                    msg_id=job.msg_id,
                )
                book.record(lost, record)


def _is_open(record: Record, job: MassJob) -> bool:
    """Whether a job is that of the batch whose outcome nobody knows."""
    named = f"sha256:{name_of_people(job.openids)}"
    return any(attempt.event.recipients_sha256 == named for attempt in record.open_attempts)


def _known(world: World, job: MassJob) -> bool:
    """Whether the ledger says that an edition went out, or this job of it."""
    told = [entry for entry in world.disk.entries if (entry.campaign, entry.edition) == job.key]
    told = [e for e in told if e.event.type == "send_accepted" or _is_word_for(e)]
    return any(
        not job.openids or getattr(e.event, "msg_id", None) in (None, job.msg_id) for e in told
    )


def _is_word_for(entry: Entry) -> bool:
    return entry.event.type == "send_settled" and entry.event.outcome == "sent"


def _at_work(world: World) -> tuple[Runner, LedgerSession]:
    """Open the ledger as a person's command does; it meets no fault."""
    runner = Runner(world)
    ledger = runner.ledger()
    state = runner.state(ledger)
    return runner, LedgerSession(RunnerLedger(ledger, runner), runner, state)
