"""Open or close the comments below a campaign's articles, one request an article."""

from collections.abc import Sequence

from massctl.apply.ports_after import Commenting
from massctl.errors import UsageError
from massctl.model.names import MsgDataId
from massctl.model.phrase import Phrase
from massctl.model.state import Record


def news_of(record: Record) -> list[MsgDataId]:
    """Give the ids of an edition's news, under which WeChat keeps its comments.

    Raises UsageError where it was not sent, where it is no news, or where the id was never learnt: it comes with the
    answer to the send and with nothing else (comment/open, read 2026-10).
    """
    if not record.jobs:
        why = Phrase("Edition {edition} of it was not sent.", edition=record.edition)
        raise _nothing(record, why, Phrase("massctl status {name}", name=record.campaign))
    attempts = [attempt for attempt in record.attempts if attempt.may_have_sent]
    if attempts and attempts[-1].event.media_id is None:
        why = Phrase("Only news has comments that can be opened and closed here, and this is another message.")
        raise _nothing(record, why, Phrase("massctl status {name}", name=record.campaign))
    found = [MsgDataId(job.msg_data_id) for job in record.jobs if job.msg_data_id is not None]
    if len(found) < len(record.jobs):
        why = Phrase(
            "WeChat finds comments by msg_data_id, which only the answer to the send tells, and that answer was lost."
        )
        raise _nothing(record, why, Phrase("open or close them in the console under 留言管理"))
    return found


def switch_comments(news: Sequence[MsgDataId], articles: Sequence[int], wechat: Commenting, *, opened: bool) -> None:
    """Open or close the comments of some articles (from 1) of each news; the first WeChatError ends it.

    Those before it are done, and doing them again changes nothing.
    """
    for msg_data_id in news:
        for article in articles:
            if opened:
                wechat.open_comments(msg_data_id, article)
            else:
                wechat.close_comments(msg_data_id, article)


def _nothing(record: Record, why: Phrase, hint: Phrase) -> UsageError:
    return UsageError(Phrase("the comments of {name} cannot be switched", name=record.campaign), why, hint)
