"""What WeChat knows of an account's sends and the ledger does not: the ledger may be a restored older copy.

Only a machine that did not begin the ledger asks: its mark cannot tell what was there before. WeChat lists articles
alone, and by the day. The id of a send (`clientmsgid`) protects the 24 hours that are not counted yet.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from massctl.errors import MassctlError
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.model.state import State, beijing_day
from massctl.model.statistics import ArticleDay
from massctl.plan.retry_policy import CLIENT_MSG_ID_MEMORY_HOURS
from massctl.plan.statistics import ARTICLE_DAYS, COUNTED_FROM, COUNTED_SINCE, newest_day
from massctl.plan.steps import Guard, Refusal

DAYS_MIN = 7
"""So many days are asked about, or more where the window opened earlier. Our own bound: a backup is newer."""

_MEMORY = timedelta(hours=CLIENT_MSG_ID_MEMORY_HOURS)


def days_in_question(
    campaign: RenderedCampaign, state: State, inherited_until: int, now: datetime
) -> list[date]:
    """Return the days that WeChat is asked about, newest first; none once this machine knows enough of the ledger.

    `inherited_until` is the last entry that stood there when this machine first saw the ledger; 0 if it began it. A
    send that the ledger lacks was made before.
    """
    if not inherited_until:
        return []
    today = beijing_day(now)
    newest = min(_last_unseen(state, inherited_until, now), newest_day(now))
    window = campaign.window
    opened = beijing_day(window.not_before) if window else date.min
    asked = max(min(opened, today - timedelta(days=DAYS_MIN)), today - timedelta(days=ARTICLE_DAYS))
    oldest = max(asked, COUNTED_SINCE)
    return [newest - timedelta(days=number) for number in range((newest - oldest).days + 1)]


def _last_unseen(state: State, inherited_until: int, now: datetime) -> date:
    """Return the last day on which a send may have been made that this machine never saw in the ledger."""
    attempts = (each for record in state.records.values() for each in record.attempts)
    later = (beijing_day(each.at) for each in attempts if each.serial > inherited_until)
    return min(later, default=beijing_day(now))


def not_counted_yet(
    campaign: RenderedCampaign, state: State, inherited_until: int, now: datetime
) -> Refusal | None:
    """Refuse a send that may have been made on a day which WeChat has not counted, and whose id it may have forgotten.

    That is before about 08:05 on the day after, for a window that opened longer ago than WeChat remembers an id.
    """
    yesterday, window = beijing_day(now) - timedelta(days=1), campaign.window
    is_remembered = window is not None and now - window.not_before < _MEMORY
    if newest_day(now) >= yesterday or is_remembered:
        return None
    if _last_unseen(state, inherited_until, now) < yesterday:
        return None
    return Refusal(
        Guard.LEDGER_BEHIND,
        Phrase(
            "this machine did not begin the ledger, and WeChat has not counted {day} yet: nobody can tell whether it "
            "was sent then",
            day=yesterday.isoformat(),
        ),
        Phrase("run apply again after {time}, Beijing time", time=f"{COUNTED_FROM:%H:%M}"),
    )


def sent_already(
    campaign: RenderedCampaign, articles: Iterable[ArticleDay], account: str
) -> Refusal | None:
    """Refuse a campaign with a title among the articles that the ledger does not know."""
    titles = {each.strip() for each in campaign.headlines}
    found = next((each for each in articles if (each.title or "").strip() in titles), None)
    if found is None:
        return None
    return Refusal(
        Guard.LEDGER_BEHIND,
        Phrase(
            "WeChat counts {title} as sent on {day}, but the ledger does not know that send: it may be an older copy",
            title=enumerated([found.title or ""]),
            day=found.ref_date.isoformat(),
        ),
        Phrase(
            "restore the newest copy of the ledger; if there is none, and this was the campaign: {sent}; if somebody "
            "sent another message in the console: {console}",
            sent=Command("state import", f"--sent {campaign.name} --at", _noon(found.ref_date)),
            console=Command(
                "state import", "--website-send", _noon(found.ref_date), f"--account {account}"
            ),
        ),
    )


def _noon(day: date) -> str:
    """Return a moment of a day, as `state import` takes it: WeChat tells the day alone."""
    return f"{day.isoformat()}T12:00:00+08:00"


def staged_already(titles: Sequence[str], saved: str) -> Refusal:
    """Refuse a campaign whose very articles lie in the draft box as a draft that the ledger does not know."""
    return Refusal(
        Guard.LEDGER_BEHIND,
        Phrase(
            "the draft box has these articles in a draft of {saved} that the ledger does not know: the ledger may be "
            "an older copy",
            saved=saved,
        ),
        Phrase(
            "restore the newest copy of the ledger; if there is none, look in the console under 群发记录 whether "
            "{titles} was sent, and if not, delete that draft there",
            titles=enumerated(titles),
        ),
    )


def uncompared(why: MassctlError) -> Refusal:
    """Refuse a send because WeChat could not be asked what it knows."""
    return Refusal(
        Guard.LEDGER_BEHIND,
        Phrase(
            "this machine did not begin the ledger, and what WeChat counted could not be read: {why}",
            why=why.summary,
        ),
        why.hint or Phrase("run apply again; until then nothing is sent"),
    )
