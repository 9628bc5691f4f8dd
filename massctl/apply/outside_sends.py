"""A person records a send that this ledger did not see: made by hand on the website, or before the ledger began."""

from datetime import UTC, datetime
from typing import Any

from massctl.apply.book import Book
from massctl.apply.reconcile import check_foreign
from massctl.apply.testimony import Testimony
from massctl.errors import UsageError
from massctl.model.ledger import SendImported, WebsiteSendRetracted
from massctl.model.lifecycle import is_concluded
from massctl.model.moment import moment
from massctl.model.names import AppId, Sha256
from massctl.model.phrase import Phrase
from massctl.model.state import Record
from massctl.plan.doubt import settle


def import_website_send(appid: AppId, sent_at: datetime, testimony: Testimony, book: Book) -> None:
    """Record a send that is no campaign's; raises UsageError where one of that minute is on record already.

    The console shows minutes, so two people who record the same send may differ in the seconds.
    """
    if any(_minute(each) == _minute(sent_at) for each in book.state.website_sends.get(appid, [])):
        raise UsageError(
            Phrase("a send on the website at {at} is recorded already", at=moment(sent_at)),
            Phrase("Nothing was recorded. The console shows sends to the minute, so this is taken for the same one."),
            Phrase("if there were two in that minute, give the second one the next minute"),
        )
    book.record(SendImported(appid=appid, sent_at=sent_at, by=testimony.by, reason=testimony.reason or None))


def retract_website_send(appid: AppId, sent_at: datetime, testimony: Testimony, book: Book) -> None:
    """Record that an imported send on the website did not take place; raises UsageError where none is on record."""
    known = sorted(book.state.website_sends.get(appid, []))
    found = next((each for each in known if _minute(each) == _minute(sent_at)), None)
    if found is None:
        raise UsageError(
            Phrase("no send on the website at {at} is recorded", at=moment(sent_at)),
            Phrase("Nothing was recorded."),
            Phrase("massctl state show   lists what is recorded"),
        )
    book.record(WebsiteSendRetracted(appid=appid, sent_at=found, by=testimony.by, reason=testimony.reason))


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def import_sent(
    record: Record,
    appid: AppId,
    sent_at: datetime,
    testimony: Testimony,
    book: Book,
    *,
    message_digest: str | None,
    source_sha256: Sha256 | None,
    audience: dict[str, Any] | None,
) -> None:
    """Record that a campaign's edition went out; raises UsageError where the ledger knows better.

    `message_digest`, `source_sha256` and `audience` name the message, the folder and the people as the repository has
    them now, if it does.
    """
    if record.open_attempts:
        raise UsageError(
            Phrase("{name} was attempted from here, and nobody knows whether it was sent", name=record.campaign),
            Phrase("Nothing was recorded."),
            settle(record.campaign),
        )
    if is_concluded(record):
        raise UsageError(
            Phrase("edition {edition} of {name} is recorded as sent", edition=record.edition, name=record.campaign),
            Phrase("Nothing was recorded."),
            Phrase("massctl state show   says how it stands"),
        )
    if testimony.msg_id is not None:
        check_foreign(testimony.msg_id, record, book.state)
    event = SendImported(
        appid=appid,
        sent_at=sent_at,
        by=testimony.by,
        reason=testimony.reason or None,
        msg_id=testimony.msg_id,
        message_digest=message_digest,
        source_sha256=source_sha256,
        audience=audience,
    )
    book.record_for(event, record.campaign, record.edition)
