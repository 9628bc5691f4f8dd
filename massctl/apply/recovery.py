"""Drafts whose answer was lost, or whose run died, are found again: none is left over, and none made twice.

Every draft/add is recorded as begun before its request. While nobody knows what became of one, the draft box is
searched for its content before another is saved. What is found becomes the campaign's draft, or is deleted where the
campaign has one already. A request may take effect long after its connection broke: only a draft that two runs did not
find, when it could not be on its way any more, is given up.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

from massctl.apply.bodies import is_of
from massctl.apply.ports import DraftArticle, ListedDraft
from massctl.apply.readback import draft_sha256, is_as_given
from massctl.apply.run import Failed, Run, steps_of
from massctl.errors import ConfigurationError, WeChatError
from massctl.model.drafts import BegunDraft
from massctl.model.ledger import DraftNotSaved, DraftSaved
from massctl.model.lifecycle import is_concluded
from massctl.model.names import AccountName, MediaId, Sha256
from massctl.model.phrase import Phrase
from massctl.model.state import Record
from massctl.plan.step import SaveDraft

LATE_MINUTES_MAX: Final = 5
"""An unanswered request may still take effect for so long: ten times what we wait for an answer. Our bound."""
RECORDED_MINUTES_MAX: Final = 17
"""So long it may take to put a draft on record before it is asked for: four pushes and as many fetches of
`git_run.NETWORK_SECONDS`, as `git_ledger` makes them, and the pauses between them."""
GIVEN_UP_AFTER: Final = timedelta(minutes=LATE_MINUTES_MAX + RECORDED_MINUTES_MAX)
"""Counted from the entry that says that a draft was begun."""

READ_MAX: Final = 250
"""Strangers in the draft box that one run reads: half of the draft/get of a day. Our bound; a listing with titles
leaves very few of them. Source: WeChat docs, "draft/get" (500 a day), read 2026-10."""

Articles = tuple[DraftArticle, ...]


@dataclass(frozen=True, slots=True)
class _Missing:
    """A draft that was begun, and of which nobody knows whether it is there."""

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
    """Look for each draft that was begun and is not on record; makes no call where there is none.

    A campaign that would save another one is stopped where the draft box cannot be read.
    """
    for missing, unread in _looked_for(run):
        if unread is None:
            continue
        saving = [each for each in run.outcomes if steps_of(each, SaveDraft) and not each.stopped]
        waiting = [each for each in saving if each.planned.name == missing.record.campaign]
        for outcome in waiting:
            run.fail(outcome, unread)
        if not waiting:
            _tell_unread(run, missing, unread)


def look_once_more(run: Run) -> None:
    """Look at the end of a run for what came late, and give up what an earlier run missed too."""
    for missing, unread in _looked_for(run):
        if unread is not None:
            _tell_unread(run, missing, unread)
        elif run.world.clock.now() - missing.begun.at >= GIVEN_UP_AFTER:
            _close(run, missing, "looked for and not there", pending=None if missing.begun.missed else True)


def looked_after(run: Run) -> list[Record]:
    """Give the records of the accounts that this run may look after: also where a campaign went out, or is gone."""
    return [record for record in run.book.state.records.values() if record.appid in run.accounts]


def _looked_for(run: Run) -> list[tuple[_Missing, Failed | None]]:
    """Take what is found of the missing drafts; gives those that are not, and why the box could not be read."""
    missing = [
        _Missing(run.accounts[begun.event.appid], record, begun)
        for record in looked_after(run)
        for begun in reversed(record.begun_drafts)  # What was begun last is what the campaign wants.
        if begun.event.appid in run.accounts
    ]
    boxes = {name: _read_box(run, name, missing) for name in sorted({each.account for each in missing})}
    left: list[tuple[_Missing, Failed | None]] = []
    for each in missing:
        box = boxes[each.account]
        media_id = box.take(each.begun.event.draft_sha256)
        if media_id is None:
            left.append((each, box.unread))
        else:
            _found(run, each, media_id)
    return left


def _read_box(run: Run, account: AccountName, missing: list[_Missing]) -> _Box:
    """Read the drafts in an account's box that the ledger does not know and that may be a missing one."""
    box = _Box()
    wanted = [each.begun.event.titles for each in missing if each.account == account]
    ours = [each for record in run.book.state.records.values() for each in (*record.drafts, *record.proposals)]
    known = {draft.event.media_id for draft in ours}
    label = Phrase("looking for drafts whose answer was lost")

    def listed(_: AccountName, result: tuple[ListedDraft, ...] | Failed) -> None:
        if isinstance(result, Failed):
            box.unread = result
        else:
            candidates.extend(each.media_id for each in result if each.media_id not in known and _may_be(each, wanted))

    candidates: list[MediaId] = []
    run.side_by_side(label, [(account, partial(_newest, run, account))], listed)

    def got(media_id: MediaId, result: Articles | Failed | None) -> None:
        if isinstance(result, Failed):
            box.unread = result
        elif result is not None:
            run.strangers[media_id] = draft_sha256(result)

    unread = [each for each in candidates if each not in run.strangers][: max(0, READ_MAX - len(run.strangers))]
    calls = [(media_id, partial(run.world.wechat(account).get_draft, media_id)) for media_id in unread]
    run.side_by_side(label, calls, got)
    box.drafts = {each: run.strangers[each] for each in candidates if each in run.strangers}
    return box


def _may_be(listed: ListedDraft, wanted: list[list[str] | None]) -> bool:
    """Say whether a listed draft may be one of those: by its titles, where both are known."""
    return listed.titles is None or any(titles is None or tuple(titles) == listed.titles for titles in wanted)


def _newest(run: Run, account: AccountName) -> tuple[ListedDraft, ...]:
    """List the newest drafts; a missing secret is this call's failure and not the run's."""
    return run.world.wechat(account).newest_drafts()


def _found(run: Run, missing: _Missing, media_id: MediaId) -> None:
    """Take a draft that was found for the campaign's, or delete it where the campaign has no use for another."""
    record, begun = missing.record, missing.begun
    if _is_surplus(record, begun) or _has_what_is_wanted(run, record, begun.event.batch):
        _delete_surplus(run, missing, media_id)
        return
    fields = begun.event.model_dump(exclude={"type", "titles"})
    saved = DraftSaved.model_validate({**fields, "media_id": media_id, "begun": begun.serial})
    run.book.record_for(saved, record.campaign, record.edition)
    run.world.progress.say(Phrase("{name}: the draft whose answer was lost was found", name=record.campaign))


def _is_surplus(record: Record, begun: BegunDraft) -> bool:
    """Say whether a campaign has no use for a draft: it went out, or has the same one, or a newer one."""
    if begun.event.for_preview:
        return True  # Whoever asked for that preview has seen it fail, and asks again.
    if record.open_attempts or is_concluded(record) or begun.event.batch in record.sent_batches:
        return True
    draft = record.draft(begun.event.batch)
    return draft is not None and (draft.event.digest == begun.event.digest or (draft.event.begun or 0) > begun.serial)


def _has_what_is_wanted(run: Run, record: Record, batch: int) -> bool:
    """Say whether a batch has a draft of the very content that this run stages or sends.

    Another version must not take its place: the plan was made without it, and would show it, or find no draft to send.
    """
    draft = record.draft(batch)
    wanted = [each.planned.rendered for each in run.outcomes if each.planned.rendered is not None]
    return draft is not None and any(
        (each.name, each.edition) == (record.campaign, record.edition) and is_of(each, draft.event, batch)
        for each in wanted
    )


def _delete_surplus(run: Run, missing: _Missing, media_id: MediaId) -> None:
    wechat = run.world.wechat(missing.account)
    try:
        read = wechat.get_draft(media_id)
        if read is not None and not is_as_given(missing.begun.event, read):
            _close(run, missing, "found beside another one and changed in the console, left there")
            return
        if read is not None:
            wechat.delete_draft(media_id)
    except (WeChatError, ConfigurationError) as error:
        # It stays begun, so the next run finds it again.
        run.world.progress.say(Phrase("an old draft could not be deleted: {why}", why=error.summary))
    else:
        _close(run, missing, "found beside another one, and deleted")


def _tell_unread(run: Run, missing: _Missing, error: Failed) -> None:
    say = "{name}: a draft whose answer was lost could not be looked for: {why}"
    run.world.progress.say(Phrase(say, name=missing.record.campaign, why=error.summary))


def _close(run: Run, missing: _Missing, reason: str, *, pending: bool | None = None) -> None:
    event = DraftNotSaved(begun=missing.begun.serial, reason=reason, pending=pending)
    run.book.record_for(event, missing.record.campaign, missing.record.edition)
