"""The schedule as a file for calendars (iCalendar, RFC 5545)."""

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from massctl.errors import UsageError
from massctl.extras import install_command
from massctl.model.phrase import AccountKey, Phrase
from massctl.view.i18n import Language, say
from massctl.view.words import STATUS, drift_words

if TYPE_CHECKING:
    from icalendar import Event

    from massctl.plan.schedule import Schedule, ScheduledSend

_SHOWN = timedelta(minutes=15)
"""How long a send that went out is in a calendar: one without a length is drawn by no program."""


def schedule_ics(schedule: "Schedule", lineage: str | None, language: Language) -> str:
    """Write each send as an event: a window from its opening to its closing, and what went out at its moment.

    `lineage` keeps the events of two ledgers apart: the same send has the same UID in each file.
    Raises UsageError where the extra `calendar` is not installed.
    """
    try:
        # Only a calendar needs it.
        from icalendar import Calendar
    except ImportError:
        raise UsageError(
            Phrase("a calendar needs the extra `calendar`, which is not installed here"),
            hint=Phrase("{command}   installs it", command=install_command("calendar")),
        ) from None
    calendar = Calendar()
    calendar.add("prodid", "-//massctl//massctl//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "massctl")
    for send in schedule.sends:
        calendar.add_component(_event(send, schedule, lineage or "new", language))
    written: bytes = calendar.to_ical()
    return written.decode()


def _event(
    send: "ScheduledSend", schedule: "Schedule", lineage: str, language: Language
) -> "Event":
    from icalendar import Event

    def words(phrase: str) -> str:
        return say(phrase, language)

    event = Event()
    begins = send.begins.astimezone(UTC)
    name = send.campaign or f"website-{begins:%Y%m%dT%H%M%S}"
    event.add("uid", f"{name}-{send.edition or 0}@{lineage}.massctl")
    event.add("dtstamp", schedule.now.astimezone(UTC))
    event.add("dtstart", begins)
    event.add("dtend", send.ends.astimezone(UTC) if send.ends > send.begins else begins + _SHOWN)
    title = send.title or words(Phrase("a send in the console"))
    event.add("summary", f"⚠ {title}" if send.obstacles or send.drifts else title)
    event.add("status", "CONFIRMED" if send.went_out else "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    about = [
        send.campaign or "",
        words(AccountKey(send.account)) if send.account else "",
        words(STATUS[send.status]),
        *map(words, send.obstacles),
    ]
    about += [words(drift_words(each)) for each in send.drifts]
    event.add("description", "\n".join(line for line in about if line))
    return event
