"""A person settles what massctl cannot know: whether an open attempt was sent, or the fate of a draft."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Literal

from massctl.apply.draft_fingerprint import (
    FREE,
    console_changes,
    differences,
    draft_sha256,
    is_as_saved,
    kept_sha256,
)
from massctl.apply.drafts import pull_into_files, stage_anew
from massctl.apply.jobs import job_status
from massctl.apply.journal import LedgerSession, Statement
from massctl.apply.payloads import draft_articles
from massctl.apply.ports import DraftArticle, JobReport, WeChat
from massctl.errors import PermanentError, RefusedError, UsageError, WeChatError
from massctl.model.entries import (
    Adopted,
    DraftDeleted,
    DraftDeletedReason,
    SendImported,
    SendSettled,
    WebsiteSendRetracted,
)
from massctl.model.ids import AppId, CampaignName, MediaId, MsgId
from massctl.model.message import RenderedCampaign, approved_audience
from massctl.model.phrase import BEIJING, Command, Phrase, in_a_row, moment
from massctl.model.state import UNSETTLED, Draft, Record, State, held_until, is_concluded
from massctl.plan.guards import handoff_of
from massctl.plan.reach import Known, is_contradicted, needs_word, reach_of
from massctl.plan.reconcile_options import in_question, unsent_below
from massctl.plan.retry_policy import settle


def settle_sent(
    record: Record,
    statement: Statement,
    wechat: WeChat | None,
    ledger: LedgerSession,
    audience: dict[str, Any] | None = None,
    *,
    now: datetime,
    wait: timedelta,
) -> JobReport | None:
    """Record that it went out. A job id is checked against other campaigns, and with WeChat where it is known.

    `audience` is the declared audience of a send without an attempt, where it is known; `wait` is how long the answer
    to an attempt may still come.
    """
    _require_past(statement.looked_at, now)
    _require_verdict(record, wait, now)
    if not (record.attempts and not is_concluded(record)):
        _check_unsettled(record, ledger.state)
    _require_seen([record], statement)
    report = None
    if statement.msg_id is not None:
        check_foreign(
            statement.msg_id, record, ledger.state, batch_in_question(record, statement.batch)
        )
        with _nothing_recorded(known_by_id=True):
            report = wechat.job_report(MsgId(statement.msg_id)) if wechat is not None else None
    _settle(record, "sent", statement, ledger, audience if is_by_hand(record) else None)
    if report is not None:
        ledger.record(job_status(report), record)
    return report


def settle_not_sent(
    record: Record,
    statement: Statement,
    wechat: Callable[[Draft], WeChat | None] | None,
    ledger: LedgerSession,
    *,
    now: datetime,
    wait: timedelta,
) -> None:
    """Record that it did not go out, and forget drafts that somebody changed, so that new ones are saved.

    Lower editions that were never sent are settled too: the edition that takes their place waits for this word.
    `wechat` returns the account that a draft lies in, or None if it is out of reach: that draft stays as recorded.
    `wait` is how long the answer to an attempt may still come.
    """
    _require_past(statement.looked_at, now)
    _require_verdict(record, wait, now)
    _require_answer_of_administrator(record, now)
    unsent = unsent_below(record, ledger.state)
    if not any(each.draft() for each in unsent):
        _check_unsettled(record, ledger.state)
    _require_seen([*unsent, record], statement)
    forgotten = False
    questioned = [
        (each, draft) for each in [*unsent, record] for draft in each.drafts if draft.alive
    ]
    if wechat is not None:
        with _nothing_recorded():
            holders = [(each, draft, wechat(draft)) for each, draft in questioned]
            reads = [
                (each, draft, holder.get_draft(MediaId(draft.event.media_id)))
                for each, draft, holder in holders
                if holder is not None
            ]
        for each, draft, read in reads:
            forgotten |= _forget(each, draft, read, ledger)
    contradicted = is_contradicted(record, ledger.state)
    if record.is_in_doubt or contradicted or _is_lost(record, ledger.state, statement.batch):
        _settle(record, "not_sent", statement, ledger)
    elif not forgotten:
        raise nothing_to_settle(record)


def _is_lost(record: Record, state: State, batch: int | None) -> bool:
    """Whether a repair may have dropped the send of the named batch, or of any, and nobody has spoken of it."""
    if batch is None or is_concluded(record):
        return needs_word(record, state)
    return reach_of(record, state, batch).known is Known.LOST


def _require_past(looked_at: datetime | None, now: datetime) -> None:
    if looked_at is not None and looked_at > now:
        raise UsageError(
            Phrase("--looked-at {seen} is in the future", seen=moment(looked_at)),
            Phrase("Nothing was recorded."),
            Phrase("write when you looked in the console, with the offset"),
        )


def _require_seen(records: Sequence[Record], statement: Statement) -> None:
    """Raise UsageError if what is in question began after the person looked: they spoke of another send."""
    seen = statement.looked_at
    tries = [attempt.at for record in records for attempt in record.open_attempts]
    saved = [draft.saved_at for record in records for draft in record.drafts if draft.alive]
    later = [at for at in [*tries, *saved] if seen is not None and at > seen]
    if seen is None or not later:
        return
    raise UsageError(
        Phrase(
            "the attempt or draft of {name} in question began at {began}, but you looked at {seen}",
            name=records[-1].campaign,
            began=moment(max(later)),
            seen=moment(seen),
        ),
        Phrase("Nothing was recorded, because you looked before that."),
        Phrase("look again in the console under 群发记录, then run the command again"),
    )


def _require_verdict(record: Record, wait: timedelta, now: datetime) -> None:
    """Raise RefusedError while an answer may still come: an attempt has no verdict, and is younger than `wait`.

    The run that made it, perhaps on another machine, knows more than the console shows at that moment.
    """
    without = [attempt.at for attempt in record.open_attempts if not attempt.has_verdict]
    left = max(without) + wait - now if without else timedelta(0)
    if left <= timedelta(0):
        return
    raise RefusedError(
        Phrase(
            "the send of {name} was requested a moment ago, and WeChat may still answer",
            name=record.campaign,
        ),
        Phrase("Nothing was recorded: if that run is still at work, it records the answer itself."),
        Phrase("run the same command again in {seconds} s", seconds=ceil(left.total_seconds())),
    )


def _require_answer_of_administrator(record: Record, now: datetime) -> None:
    """Raise RefusedError while the administrator may still agree: what was not sent yet may be sent then."""
    until = held_until(record)
    if until is None or now >= until:
        return
    said = moment(until.astimezone(BEIJING))
    raise RefusedError(
        Phrase(
            "{name} waits for the administrator until {until}", name=record.campaign, until=said
        ),
        Phrase("Nothing was recorded: it is sent as soon as the administrator (管理员) agrees."),
        Phrase(
            "let the administrator refuse it in WeChat, then run the command again after {until}",
            until=said,
        ),
    )


def require_repetition(state: State, names: Sequence[str]) -> None:
    """Raise UsageError unless each campaign has an open attempt: it repeats, and never sends first."""
    for name in names:
        record = in_question(state, name)
        if record is None or not record.open_attempts:
            raise nothing_to_settle(record or state.record(CampaignName(name), 1))


@contextmanager
def _nothing_recorded(*, known_by_id: bool = False) -> Iterator[None]:
    """Add to an error of WeChat that the person's word was not recorded.

    With `known_by_id` a job was asked for: an id that WeChat does not know is a typing mistake.
    """
    try:
        yield
    except WeChatError as error:
        said = Phrase("{summary}; nothing was recorded", summary=error.summary)
        hint = _look_up() if known_by_id and isinstance(error, PermanentError) else error.hint
        raise type(error)(said, error.detail, hint, errcode=error.errcode, rid=error.rid) from None


def _look_up() -> Phrase:
    return Phrase("find the right id in the console, or leave it out")


def batch_in_question(record: Record, named: int | None) -> int:
    """Choose the batch that a person speaks about: the named one, else the open one, else a refused one.

    Raises UsageError for a batch that is not in question. The person has to name it where several are open, and where
    none was ever asked for: they may mean the batch before it.
    """
    asked = batches_in_question(record)
    attempted = record.batches == 1 or any(
        attempt.event.batch == asked[0] for attempt in record.attempts
    )
    if named is None and len(asked) == 1 and attempted:
        return asked[0]
    if named in asked:
        return asked[asked.index(named)]
    raise UsageError(
        Phrase(
            "say which batch of {name} you mean: {batches}",
            name=record.campaign,
            batches=", ".join(map(str, asked)),
        ),
        Phrase("Nothing was recorded."),
        Phrase("name it with --batch"),
    )


def batches_in_question(record: Record) -> list[int]:
    """List the batches that a person may speak about: in doubt, else with two ends, else the next to be sent."""
    opened = sorted(batch for batch, send in record.sends.items() if send.phase in UNSETTLED)
    two_ends = sorted({job.batch for job in record.jobs if job.is_contradicted})
    left = [batch for batch in range(1, record.batches + 1) if batch not in record.sent_batches]
    return opened or two_ends or left[:1] or [1]


def _forget(
    record: Record, draft: Draft, read: Sequence[DraftArticle] | None, ledger: LedgerSession
) -> bool:
    """Record that a draft is gone, or no longer ours; False where it is as it was saved."""
    if read is not None and is_as_saved(draft, read):
        return False
    why: DraftDeletedReason = "gone" if read is None else "changed"
    gone = DraftDeleted(appid=draft.event.appid, media_id=draft.event.media_id, reason=why)
    ledger.record(gone, record)
    return True


def is_by_hand(record: Record) -> bool:
    """Whether no attempt may have sent it, so that a person who knows of a send knows one from the console."""
    return all(attempt.is_denied for attempt in record.not_refused)


def _settle(
    record: Record,
    outcome: Literal["sent", "not_sent"],
    statement: Statement,
    ledger: LedgerSession,
    audience: dict[str, Any] | None = None,
) -> None:
    batch = batch_in_question(record, statement.batch)
    two_ends = any(job.batch == batch and job.is_contradicted for job in record.jobs)
    if outcome == "not_sent" and batch in record.sent_batches and not two_ends:
        raise UsageError(
            Phrase(
                "{name} is on record as sent, so it cannot be settled as not sent",
                name=record.campaign,
            ),
            Phrase("Nothing was recorded."),
            Command("reconcile", record.campaign, '--sent --reason "…"'),
        )
    settled = SendSettled(
        batch=batch,
        outcome=outcome,
        reason=statement.reason,
        by=statement.by,
        msg_id=statement.msg_id,
        url=statement.url,
        audience=audience,
    )
    ledger.record(settled, record)


def _check_unsettled(record: Record, state: State) -> None:
    unsent = not is_concluded(record) and bool(record.drafts)
    if record.is_in_doubt or unsent or needs_word(record, state) or is_contradicted(record, state):
        return
    raise nothing_to_settle(record)


def nothing_to_settle(record: Record) -> UsageError:
    """Make the error that nothing about a campaign is in question."""
    return UsageError(
        Phrase("there is nothing to settle about {name}", name=record.campaign),
        Phrase(
            "No attempt of edition {edition} is open, and it has no draft in question.",
            edition=record.edition,
        ),
        Phrase("{command}   shows its state", command=Command("state show")),
    )


def check_foreign(msg_id: int, record: Record, state: State, batch: int | None = None) -> None:
    """Raise UsageError if a job is on record as the send of another campaign, edition or batch."""
    for job in record.jobs:
        if job.msg_id == msg_id and batch not in (None, job.batch):
            say = Phrase(
                "job {msg_id} is the send of batch {batch}", msg_id=msg_id, batch=job.batch
            )
            raise UsageError(say, Phrase("Nothing was recorded."), _look_up())
    for other in state.records.values():
        if other is not record and any(job.msg_id == msg_id for job in other.jobs):
            raise UsageError(
                Phrase(
                    "job {msg_id} is the send of {other}, edition {edition}",
                    msg_id=msg_id,
                    other=other.campaign,
                    edition=other.edition,
                ),
                Phrase("Nothing was recorded."),
                _look_up(),
            )


Articles = Sequence[DraftArticle]


def adopt_draft(
    campaign: RenderedCampaign, statement: Statement, wechat: WeChat, ledger: LedgerSession
) -> list[Phrase]:
    """Record that the console's version of a campaign's draft is the one to send; return what differs in it.

    With a hand-off list it also records that all of it is done; no API may show that. Raises UsageError if there is
    nothing to adopt and for a list of openids, and RefusedError if more differs than may.
    """
    draft, read = draft_to_adopt(campaign, ledger.state, wechat)
    record = ledger.state.record(campaign.name, campaign.edition)
    left = [each for each in handoff_of(campaign, record) if not each.done]
    unchanged = is_as_saved(draft, read)
    if unchanged and not left:
        raise nothing_to_adopt(campaign.name, Phrase("Its draft is unchanged."))
    compared = differences if unchanged else console_changes
    found = compared(draft_articles(campaign, ledger.state), read)
    if bound := [each.phrase for each in found if each.name not in FREE]:
        raise _too_much(campaign, bound)
    event = Adopted(
        media_id=draft.event.media_id,
        draft_sha256=draft_sha256(read),
        kept_sha256=kept_sha256(read),
        handoff=list(campaign.handoff) or None,
        reason=statement.reason,
        by=statement.by,
    )
    ledger.record(event, campaign)
    if unchanged:
        return []  # What was done, no API shows.
    return [each.phrase for each in found] or [Phrase("its markup alone")]


def draft_to_adopt(
    campaign: RenderedCampaign, state: State, wechat: WeChat
) -> tuple[Draft, Articles]:
    """Return a campaign's draft, and what the console has of it.

    Raises UsageError if there is nothing to adopt and for a list of openids, and RefusedError if the draft is gone.
    """
    if campaign.batches is not None:
        raise _no_adoption_of_a_list(campaign)
    draft = _draft_in_question(campaign, state.record(campaign.name, campaign.edition))
    read = wechat.get_draft(MediaId(draft.event.media_id))
    if read is None:
        raise _gone(campaign)
    return draft, read


def _draft_in_question(campaign: RenderedCampaign, record: Record) -> Draft:
    draft = record.draft()
    if record.is_in_doubt or is_concluded(record):
        raise nothing_to_adopt(campaign.name, WENT_OUT)
    if draft is None:
        raise nothing_to_adopt(campaign.name, Phrase("It has no draft."))
    if draft.event.digest != campaign.digest:
        raise nothing_to_adopt(
            campaign.name,
            Phrase("It was edited since its draft was saved, so apply saves a new one."),
        )
    return draft


def _no_adoption_of_a_list(campaign: RenderedCampaign) -> UsageError:
    """Refuse to adopt for a list of openids: each batch has its own draft, and everybody gets the same."""
    return UsageError(
        Phrase(
            "{name} goes to a list of openids, with a draft for each of its {batches} batches: none "
            "of these drafts can be adopted",
            name=campaign.name,
            batches=campaign.batches,
        ),
        Phrase("Nothing was recorded."),
        stage_anew(campaign.name),
    )


WENT_OUT = Phrase("It was sent, or nobody knows whether it was.")


def nothing_to_adopt(name: CampaignName, why: Phrase) -> UsageError:
    """Refuse to adopt a campaign that has no draft in question."""
    say = Phrase("there is nothing to adopt about {name}", name=name)
    return UsageError(
        say, why, Phrase("{command}   shows its state", command=Command("state show"))
    )


def _gone(campaign: RenderedCampaign) -> RefusedError:
    return RefusedError(
        Phrase("the draft is no longer there; somebody may have sent it in the console"),
        Phrase("Nothing was recorded."),
        settle(campaign.name),
    )


def _too_much(campaign: RenderedCampaign, found: list[Phrase]) -> RefusedError:
    return RefusedError(
        Phrase(
            "the console's version differs from what was reviewed: {differences}",
            differences=in_a_row(found),
        ),
        Phrase("Words, pictures and links must be equal. Nothing was recorded."),
        pull_into_files(campaign.name),
    )


def import_website_send(
    appid: AppId, sent_at: datetime, statement: Statement, ledger: LedgerSession
) -> None:
    """Record a send outside the campaigns; raise UsageError if a send of that minute is on record.

    The console shows minutes, so two people who record the same send may differ in the seconds.
    """
    if any(_minute(each) == _minute(sent_at) for each in ledger.state.website_sends.get(appid, [])):
        raise UsageError(
            Phrase("a send in the console at {at} is recorded already", at=moment(sent_at)),
            Phrase(
                "Nothing was recorded. The console shows no seconds, so this counts as the same send."
            ),
            Phrase("if there were two in that minute, record the second one a minute later"),
        )
    ledger.record(
        SendImported(appid=appid, sent_at=sent_at, by=statement.by, reason=statement.reason or None)
    )


def retract_website_send(
    appid: AppId, sent_at: datetime, statement: Statement, ledger: LedgerSession
) -> None:
    """Record that an imported send in the console did not take place; raise UsageError if none is on record."""
    known = sorted(ledger.state.website_sends.get(appid, []))
    found = next((each for each in known if _minute(each) == _minute(sent_at)), None)
    if found is None:
        raise UsageError(
            Phrase("no send in the console at {at} is recorded", at=moment(sent_at)),
            Phrase("Nothing was recorded."),
            Phrase("{command}   lists what is recorded", command=Command("state show")),
        )
    ledger.record(
        WebsiteSendRetracted(appid=appid, sent_at=found, by=statement.by, reason=statement.reason)
    )


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def import_sent(
    record: Record,
    appid: AppId,
    sent_at: datetime,
    statement: Statement,
    ledger: LedgerSession,
    *,
    declared: RenderedCampaign | None,
) -> None:
    """Record that a campaign's edition went out; raise UsageError if the ledger knows better.

    `declared` is the campaign as the repository has it now, if it does.
    """
    if record.is_in_doubt:
        raise UsageError(
            Phrase(
                "{name} was attempted from here, and nobody knows whether it was sent",
                name=record.campaign,
            ),
            Phrase("Nothing was recorded."),
            settle(record.campaign),
        )
    if is_concluded(record):
        raise UsageError(
            Phrase(
                "edition {edition} of {name} is recorded as sent",
                edition=record.edition,
                name=record.campaign,
            ),
            Phrase("Nothing was recorded."),
            Phrase("{command}   shows its state", command=Command("state show")),
        )
    if statement.msg_id is not None:
        check_foreign(statement.msg_id, record, ledger.state)
    event = SendImported(
        appid=appid,
        sent_at=sent_at,
        by=statement.by,
        reason=statement.reason or None,
        msg_id=statement.msg_id,
        message_digest=declared.message_digest if declared else None,
        source_sha256=declared.source_sha256 if declared else None,
        audience=approved_audience(declared) if declared else None,
        title=declared.title if declared else None,
        account=declared.account if declared else None,
        not_before=declared.window.not_before if declared and declared.window else None,
        not_after=declared.window.not_after if declared and declared.window else None,
    )
    ledger.record(event, record)
