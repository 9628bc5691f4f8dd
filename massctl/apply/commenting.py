"""Open or close the comments below a campaign's articles, one request an article."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from massctl.apply.ports_after import Commenting
from massctl.errors import UsageError
from massctl.model.names import MsgDataId
from massctl.model.phrase import Phrase
from massctl.model.state import Job, Record

_MID: Final = re.compile(r"[?&]mid=([1-9][0-9]{0,17})(?![^&#])", re.ASCII)
"""`msg_data_id` in an article's long address. No page says so; seen on published articles, 2026-10."""


@dataclass(frozen=True, slots=True)
class SentNews:
    """One news of an edition, of which something can still be read."""

    msg_data_id: MsgDataId
    """Under which WeChat keeps its comments."""
    withdrawn: frozenset[int] = frozenset()
    """Articles, from 1, that are read no more; WeChat answers 88001 about their comments."""


def news_of(record: Record) -> list[SentNews]:
    """Give the news of an edition that are still there: one, or one a batch.

    Raises UsageError where it was not sent, where it is no news or was withdrawn, or where the id was never learnt: it
    comes with the answer to the send (comment/open, read 2026-10), and the addresses of the articles hold it.
    """
    if not record.jobs:
        why = Phrase("Edition {edition} of it was not sent.", edition=record.edition)
        raise _nothing(record, why, Phrase("massctl status {name}", name=record.campaign))
    attempts = [attempt for attempt in record.attempts if attempt.may_have_sent]
    if attempts and attempts[-1].event.media_id is None:
        why = Phrase("Only news has comments that can be opened and closed here, and this is another message.")
        raise _nothing(record, why, Phrase("massctl status {name}", name=record.campaign))
    left = [job for job in record.jobs if not job.is_gone]
    if not left:
        why = Phrase("All of it was withdrawn, and its comments with it. No request was made.")
        raise _nothing(record, why, Phrase("massctl status {name}", name=record.campaign))
    found = [SentNews(number, frozenset(job.withdrawn)) for job in left if (number := _msg_data_id(job)) is not None]
    if len(found) < len(left):
        why = Phrase(
            "WeChat finds comments by msg_data_id, which the answer to the send tells, and that answer was lost."
        )
        hint = Phrase(
            "the articles' addresses hold it: massctl record-event FILE records the event that names them; "
            "or open and close comments in the console under 留言管理"
        )
        raise _nothing(record, why, hint)
    return found


def switch_comments(
    news: Sequence[SentNews], articles: Sequence[int], wechat: Commenting, *, opened: bool
) -> list[int]:
    """Open or close the comments of some articles (from 1) of each news, but of those that were withdrawn.

    Gives the articles of which at least one was switched. The first WeChatError ends it; those before it are done, and
    doing them again changes nothing.
    """
    switched: set[int] = set()
    for each in news:
        for article in [number for number in articles if number not in each.withdrawn]:
            if opened:
                wechat.open_comments(each.msg_data_id, article)
            else:
                wechat.close_comments(each.msg_data_id, article)
            switched.add(article)
    return sorted(switched)


def _msg_data_id(job: Job) -> MsgDataId | None:
    """Give the id of a job's news: as the answer told it, else as all addresses of its articles have it."""
    if job.msg_data_id is not None:
        return MsgDataId(job.msg_data_id)
    urls = (job.counts.article_urls if job.counts else None) or []
    told = {found[1] if (found := _MID.search(url)) else None for url in urls}
    (mid,) = told if len(told) == 1 else (None,)
    return None if mid is None else MsgDataId(int(mid))


def _nothing(record: Record, why: Phrase, hint: Phrase) -> UsageError:
    return UsageError(Phrase("the comments of {name} cannot be switched", name=record.campaign), why, hint)
