"""Drafts whose answer was lost, or whose run died, are found again: none is left over, and none made twice.

Every draft/add is recorded as begun before its request. While nobody knows what became of one, the newest drafts are
searched for its content before another is saved. What is found becomes the campaign's draft, or is deleted where the
campaign has one already.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import DraftArticle, WeChat
from massctl.apply.readback import draft_sha256
from massctl.apply.run import Failed, Run
from massctl.errors import WeChatError
from massctl.model.drafts import BegunDraft
from massctl.model.ledger import DraftNotSaved, DraftSaved
from massctl.model.lifecycle import FINAL, status_of
from massctl.model.names import AccountName, MediaId, Sha256
from massctl.model.phrase import Phrase
from massctl.model.state import Record
from massctl.plan.step import Guard

LATE_MINUTES_MAX: Final = 5
"""An unanswered request may still take effect for so long: ten times what we wait for an answer. Our bound."""

UNTRUSTED: Final = frozenset({Guard.LEDGER_MISSING, Guard.LEDGER_FOREIGN})
"""Under them nothing that the ledger says is believed, not even that a draft is ours."""

Articles = tuple[DraftArticle, ...]


@dataclass(frozen=True, slots=True)
class _Missing:
    """A draft that was begun, and of which nobody knows whether it is there."""

    outcome: CampaignOutcome
    account: AccountName
    record: Record
    begun: BegunDraft


@dataclass(slots=True)
class _Box:
    """What was seen of an account's draft box."""

    drafts: dict[MediaId, Sha256] = field(default_factory=dict)
    """Drafts that the ledger does not know, newest first -> what names their articles."""
    unread: Failed | None = None
    """Why it could not be read to the end."""

    def take(self, draft_sha256: str) -> MediaId | None:
        """Take out the oldest draft of this name: the newer ones may be of a later try."""
        found = [media_id for media_id, named in self.drafts.items() if named == draft_sha256]
        if not found:
            return None
        del self.drafts[found[-1]]
        return found[-1]


def recover_drafts(run: Run) -> None:
    """Look for each draft of these campaigns that was begun and is not on record; makes no call where there is none."""
    missing = list(_missing(run))
    boxes = _read_boxes(run, sorted({each.account for each in missing}))
    for each in missing:
        box = boxes[each.account]
        media_id = box.take(each.begun.event.draft_sha256)
        if media_id is not None:
            _found(run, each, media_id)
        elif box.unread is not None:
            _not_looked_for(run, each, box.unread)
        elif run.world.clock.now() - each.begun.at >= timedelta(minutes=LATE_MINUTES_MAX):
            _close(run, each, "looked for and not there")


def trusted(run: Run) -> Iterator[tuple[CampaignOutcome, AccountName]]:
    """Give the campaigns of which the ledger's word on their drafts is believed, with their accounts."""
    for outcome in run.outcomes:
        account = outcome.planned.account
        if account is not None and not any(refusal.guard in UNTRUSTED for refusal in outcome.refusals):
            yield outcome, AccountName(account)


def _missing(run: Run) -> Iterator[_Missing]:
    """Give what is to be looked for, oldest first within a campaign; also where the campaign went out since."""
    for outcome, account in trusted(run):
        for record in run.book.state.editions(outcome.planned.name):
            for begun in record.begun_drafts:
                yield _Missing(outcome, account, record, begun)


def _read_boxes(run: Run, accounts: list[AccountName]) -> dict[AccountName, _Box]:
    """Read the drafts in each account's box that the ledger does not know."""
    boxes: dict[AccountName, _Box] = defaultdict(_Box)
    known = {draft.event.media_id for record in run.book.state.records.values() for draft in record.drafts}
    unknown: list[tuple[AccountName, MediaId]] = []

    def listed(account: AccountName, result: tuple[MediaId, ...] | Failed) -> None:
        if isinstance(result, Failed):
            boxes[account].unread = result
        else:
            unknown.extend((account, media_id) for media_id in result if media_id not in known)

    label = Phrase("looking for drafts whose answer was lost")
    run.side_by_side(label, [(name, partial(_newest, run, name)) for name in accounts], listed)
    read: dict[MediaId, Sha256] = {}

    def got(job: tuple[AccountName, MediaId], result: Articles | Failed | None) -> None:
        if isinstance(result, Failed):
            boxes[job[0]].unread = result
        elif result is not None:
            read[job[1]] = draft_sha256(result)

    calls = [(job, partial(run.world.wechat(job[0]).get_draft, job[1])) for job in unknown]
    run.side_by_side(label, calls, got)
    for account, media_id in unknown:
        if media_id in read:
            boxes[account].drafts[media_id] = read[media_id]
    return boxes


def _newest(run: Run, account: AccountName) -> tuple[MediaId, ...]:
    """List the newest drafts; a missing secret is this call's failure and not the run's."""
    return run.world.wechat(account).newest_drafts()


def _found(run: Run, missing: _Missing, media_id: MediaId) -> None:
    """Take a draft that was found for the campaign's, or delete it where the campaign has no use for another."""
    record, begun = missing.record, missing.begun
    if record.draft(begun.event.batch) or record.open_attempts or status_of(record) in FINAL:
        _delete_surplus(run, missing, media_id, run.world.wechat(missing.account))
        return
    fields = begun.event.model_dump(exclude={"type"})
    saved = DraftSaved.model_validate({**fields, "media_id": media_id, "begun": begun.serial})
    run.book.record_for(saved, record.campaign, record.edition)
    run.world.progress.say(Phrase("{name}: the draft whose answer was lost was found", name=record.campaign))


def _delete_surplus(run: Run, missing: _Missing, media_id: MediaId, wechat: WeChat) -> None:
    try:
        wechat.delete_draft(media_id)
    except WeChatError as error:
        # It stays begun, so the next run finds it again.
        run.world.progress.say(Phrase("an old draft could not be deleted: {why}", why=error.summary))
    else:
        _close(run, missing, "found beside another one, and deleted")


def _not_looked_for(run: Run, missing: _Missing, error: Failed) -> None:
    """Stop a campaign that would save another draft; one that has no further use for it is only told of."""
    if missing.outcome.planned.rendered is not None and not missing.outcome.stopped:
        run.fail(missing.outcome, error)
    else:
        say = "{name}: a draft whose answer was lost could not be looked for: {why}"
        run.world.progress.say(Phrase(say, name=missing.record.campaign, why=error.summary))


def _close(run: Run, missing: _Missing, reason: str) -> None:
    event = DraftNotSaved(begun=missing.begun.serial, reason=reason)
    run.book.record_for(event, missing.record.campaign, missing.record.edition)
