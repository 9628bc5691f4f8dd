"""Drafts of ours that nobody needs any more, deleted: replaced, given up, or found where there is one already.

Whatever cannot be deleted now is still on record, and the next run tries again; it can harm nobody meanwhile.
"""

from typing import Final

from massctl.apply.drafts import NOT_WHOLE
from massctl.apply.ports import WeChat
from massctl.apply.readback import is_as_saved
from massctl.apply.recovery import recover_drafts, trusted
from massctl.apply.run import Run
from massctl.errors import ConfigurationError, WeChatError
from massctl.model.drafts import Draft
from massctl.model.ledger import DraftDeleted
from massctl.model.lifecycle import FINAL, status_of
from massctl.model.names import AccountName, MediaId
from massctl.model.phrase import Phrase
from massctl.model.state import Record

CHANGED: Final = "changed in the console, left there"
"""What becomes of a draft that is not ours any more."""


def delete_superseded(run: Run) -> None:
    """Delete drafts of ours that a newer, proven one replaces, if nobody changed them since."""
    for outcome, campaign in run.going():
        for record, draft in run.superseded(campaign) if run.has_work(outcome) else []:
            _delete(run, campaign.account, record, draft)


def tidy_up(run: Run) -> None:
    """Look once more for what came late, and delete what earlier tries left behind; without either it makes no call.

    Also of campaigns that went out since, which no run stages any more.
    """
    recover_drafts(run)
    for outcome, account in trusted(run):
        for record in run.book.state.editions(outcome.planned.name):
            for draft in record.drafts:
                if draft.doomed or _outlived_its_send(record, draft):
                    _delete(run, account, record, draft)


def _outlived_its_send(record: Record, draft: Draft) -> bool:
    """Say whether a message went out by us, and this is a draft of it that was not sent."""
    attempted = {attempt.event.media_id for attempt in record.attempts}
    sent = bool(attempted) and not record.open_attempts and status_of(record) in FINAL
    return sent and draft.alive and draft.event.media_id not in attempted


def _delete(run: Run, account: AccountName, record: Record, draft: Draft) -> None:
    """Delete a draft, unless somebody changed it in the console, and record what became of it."""
    try:
        fate = _fate(run, run.world.wechat(account), draft)
    except (WeChatError, ConfigurationError) as error:
        run.world.progress.say(Phrase("an old draft could not be deleted: {why}", why=error.summary))
        return
    event = DraftDeleted(appid=draft.event.appid, media_id=draft.event.media_id, reason=fate)
    run.book.record_for(event, record.campaign, record.edition)
    if fate == CHANGED:
        say = "the old draft of {name} was changed in the console, so it stays there"
        run.world.progress.say(Phrase(say, name=record.campaign))


def _fate(run: Run, wechat: WeChat, draft: Draft) -> str:
    """Delete a draft if it still is ours, and say what became of it in the ledger's words."""
    media_id = MediaId(draft.event.media_id)
    if not (draft.doomed or media_id in run.verified_drafts):
        read = wechat.get_draft(media_id)
        if read is None:
            return "gone already"
        if not is_as_saved(draft, read):
            return CHANGED
    wechat.delete_draft(media_id)
    return NOT_WHOLE if draft.doomed else "superseded"
