"""The words for statuses, reasons, audiences, numbers and moments, and the first characters of names.

No clock: `now` is an argument.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from massctl.model.batches import part_number
from massctl.model.destination import Destination, DestinationKind
from massctl.model.ids import unprefixed
from massctl.model.message import Window
from massctl.model.phrase import BEIJING, Command, Phrase, enumerated, moment, offset, plural_phrase
from massctl.model.state import Status
from massctl.plan.drift import Drift, DriftKind
from massctl.plan.quota import WITHDRAWALS_A_DAY
from massctl.plan.steps import Kind, Reason, SendPreview
from massctl.plan.window import WindowState

if TYPE_CHECKING:
    from massctl.model.campaign import Audience, Expect


def recorded(at: datetime) -> str:
    """Write a moment that a clock gave; clocks run in UTC, which is shown in Beijing time."""
    return moment(at.astimezone(BEIJING) if at.utcoffset() == timedelta(0) else at)


def window_span(window: Window) -> str:
    """Write a window in its own offset; the day stands once where it opens and closes on the same."""
    start, end = window.not_before, window.not_after
    if start.date() == end.date() and start.utcoffset() == end.utcoffset():
        return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M} {offset(end)}"
    return f"{moment(start)} – {moment(end)}"


_WEEKDAYS = (
    Phrase("Monday"),
    Phrase("Tuesday"),
    Phrase("Wednesday"),
    Phrase("Thursday"),
    Phrase("Friday"),
    Phrase("Saturday"),
    Phrase("Sunday"),
)
WEEKDAYS_SHORT = (
    Phrase("Mon"),
    Phrase("Tue"),
    Phrase("Wed"),
    Phrase("Thu"),
    Phrase("Fri"),
    Phrase("Sat"),
    Phrase("Sun"),
)


_MONTHS = (
    Phrase("Jan"),
    Phrase("Feb"),
    Phrase("Mar"),
    Phrase("Apr"),
    Phrase("May"),
    Phrase("Jun"),
    Phrase("Jul"),
    Phrase("Aug"),
    Phrase("Sep"),
    Phrase("Oct"),
    Phrase("Nov"),
    Phrase("Dec"),
)


_MONTHS_WHOLE = (
    Phrase("January"),
    Phrase("February"),
    Phrase("March"),
    Phrase("April"),
    Phrase("May"),
    Phrase("June"),
    Phrase("July"),
    Phrase("August"),
    Phrase("September"),
    Phrase("October"),
    Phrase("November"),
    Phrase("December"),
)


def day_words(day: date) -> Phrase:
    """Write a day without its year: `12 December`."""
    return Phrase("{day} {month}", day=day.day, month=_MONTHS_WHOLE[day.month - 1])


def team_day(at: datetime, now: datetime | None) -> Phrase:
    """Write the day of a moment as a team says it: `Wed 2 Dec`, with the year where that is not the one of `now`."""
    weekday, month = WEEKDAYS_SHORT[at.weekday()], _MONTHS[at.month - 1]
    named = {"weekday": weekday, "day": at.day, "month": month}
    if now is not None and at.year == now.astimezone(at.tzinfo).year:
        return Phrase("{weekday} {day} {month}", **named)
    return Phrase("{weekday} {day} {month} {year}", **named, year=at.year)


def team_moment(at: datetime, now: datetime | None) -> Phrase:
    """Write a moment as a team says it: `Wed 2 Dec 20:00`; in Beijing time, or with the offset that was written."""
    here = at.astimezone(BEIJING) if at.utcoffset() == timedelta(0) else at
    return Phrase("{day} {time}", day=team_day(here, now), time=_time_of_day(here))


def _time_of_day(at: datetime) -> str:
    return (
        f"{at:%H:%M}" if at.utcoffset() == BEIJING.utcoffset(None) else f"{at:%H:%M} {offset(at)}"
    )


def team_span(window: Window, now: datetime | None) -> Phrase:
    """Write a window as a team says it; the day stands once where it opens and closes on the same."""
    start, end = window.not_before, window.not_after
    if start.date() == end.date() and start.utcoffset() == end.utcoffset():
        times = f"{start:%H:%M}–{_time_of_day(end)}"
        return Phrase("{day} {time}", day=team_day(start, now), time=times)
    return Phrase("{first} – {last}", first=team_moment(start, now), last=team_moment(end, now))


def window_with_weekday(window: Window) -> Phrase:
    """Write a window as `window_span` does, with the weekday on which it opens."""
    return Phrase(
        "{weekday} {span}", weekday=_WEEKDAYS[window.not_before.weekday()], span=window_span(window)
    )


DIGEST_HEX_SHOWN = 12

STATUS = {
    Status.NEW: Phrase("new"),
    Status.STAGED: Phrase("staged"),
    Status.PREVIEWED: Phrase("previewed"),
    Status.SENDING: Phrase("sending"),
    Status.AWAITING_ADMIN: Phrase("awaiting the administrator"),
    Status.SENT: Phrase("sent"),
    Status.FAILED: Phrase("failed"),
    Status.IN_DOUBT: Phrase("in doubt"),
    Status.CONTRADICTED: Phrase("two ends were told"),
    Status.WITHDRAWN: Phrase("withdrawn"),
}
WINDOW = {
    WindowState.NONE: Phrase("no window: sent only by name"),
    WindowState.WAITING: Phrase("not open yet"),
    WindowState.DUE: Phrase("open now"),
    WindowState.EXPIRED: Phrase("closed"),
}
REASON = {
    Reason.NEW: Phrase("not there yet"),
    Reason.EDITION_RAISED: Phrase("the edition was raised"),
    Reason.CONTENT_CHANGED: Phrase("the content changed"),
    Reason.DRAFT_MISSING: Phrase("the recorded draft is gone"),
    Reason.DUE: Phrase("it is due"),
    Reason.RESUBMIT: Phrase("repeats a send of unknown outcome, with the same clientmsgid"),
}
TAG_DUE = Phrase(
    "apply looks up which tag that is and records its id; the send goes only to that id"
)
JOB = {
    "sending": Phrase("sending"),
    "awaiting_admin": Phrase("awaiting the administrator"),
    "sent": Phrase("sent"),
    "failed": Phrase("failed"),
    "contradicted": Phrase("sent, and failed"),
    "deleted": Phrase("deleted in WeChat"),
    "unknown": Phrase("of unknown state"),
}
"""The states of a mass job, as the ledger names them."""
DESTINATION = {
    DestinationKind.URL: Phrase("link"),
    DestinationKind.MINI_PROGRAM: Phrase("mini-program"),
    DestinationKind.ACCOUNT: Phrase("profile"),
    DestinationKind.ARTICLE: Phrase("WeChat article"),
    DestinationKind.VIDEO: Phrase("video"),
    DestinationKind.VOICE: Phrase("sound"),
    DestinationKind.CARD: Phrase("card"),
    DestinationKind.QR: Phrase("QR code"),
    DestinationKind.READ_MORE: Phrase("read original"),
}
"""What people call each kind of destination."""


class ShownDestination(Protocol):
    """A destination of a lock, of a plan, or of its JSON."""

    @property
    def kind(self) -> DestinationKind:
        """What kind of place it is."""

    @property
    def target(self) -> str:
        """The place, as the message says it."""

    @property
    def at(self) -> str:
        """Where it stands."""

    @property
    def label(self) -> str:
        """The words that are tapped."""


def destination_words(destination: ShownDestination) -> Phrase:
    """Name a place that a tap leads, with the words that are tapped."""
    kind, target = DESTINATION[destination.kind], destination.target
    if not destination.label:
        return Phrase("{kind} {target}", kind=kind, target=target)
    return Phrase("{kind} {target} “{label}”", kind=kind, target=target, label=destination.label)


def new_destinations(count: int) -> Phrase:
    """Say a number of new destinations."""
    return plural_phrase("{count} new destination", "{count} new destinations", count=count)


NOT_SCANNED = Phrase(
    "QR codes were not looked for in every picture: the extra {extra} is not installed, or a picture is on WeChat "
    "already",
    extra="qr",
)

NAMES_SHOWN = 8
"""So many hosts, mini-programs and accounts are named in a line."""


def brief_destinations(destinations: Iterable[ShownDestination]) -> str:
    """Name where a message leads in one line: hosts, mini-programs and accounts, each once; empty if nowhere."""
    named = list(dict.fromkeys(map(_brief, destinations)))
    more = len(named) - NAMES_SHOWN
    counted = [Phrase("and {count} more", count=more)] if more > 0 else []
    return enumerated([*named[:NAMES_SHOWN], *counted]) if named else ""


def _brief(destination: ShownDestination) -> str:
    name = Destination(destination.kind, destination.target, destination.at).name
    if destination.kind in (DestinationKind.URL, DestinationKind.READ_MORE) and name:
        return name
    return Phrase(
        "{kind} {target}", kind=DESTINATION[destination.kind], target=name or destination.target
    )


def place_words(destination: ShownDestination) -> str:
    """Say where a destination stands."""
    word, _, number = destination.at.partition(" ")
    if word == "article" and number.isdecimal():
        return article_words(int(number))
    return "" if destination.at == "message" else destination.at


def article_words(number: int) -> Phrase:
    """Name an article by its number."""
    return Phrase("article {number}", number=number)


DRIFT = Phrase("the current state at WeChat, compared with the ledger; nothing is recorded")
NO_DRIFT = Phrase("everything is as recorded")


def short_digest(digest: str) -> str:
    """Return the first hex digits of a digest, enough to tell two apart."""
    return unprefixed(digest)[:DIGEST_HEX_SHOWN]


def audience_words(audience: "Audience") -> Phrase:
    """Return who receives the message."""
    if audience.openids is not None:
        return Phrase("the openids in {path}", path=audience.openids)
    if audience.part is not None:
        number, parts = part_number(audience.part)
        say = Phrase("part {number} of {parts} of the audience {name}")
        return Phrase(say, number=number, parts=parts, name=audience.of)
    if audience.of is not None:
        return Phrase("the audience {name}", name=audience.of)
    if audience.tag is not None:
        return Phrase("tag {tag}", tag=audience.tag)
    return (
        Phrase("every follower")
        if audience.tag_id is None
        else Phrase("tag {tag_id}", tag_id=audience.tag_id)
    )


def jobs_words(batches: int) -> Phrase:
    """Return how many jobs a list of openids takes, and how many of them could be taken back in a day."""
    if batches <= WITHDRAWALS_A_DAY:
        return plural_phrase("{count} job", "{count} jobs", count=batches)
    return Phrase(
        "{count} jobs, of which {withdrawals} a day can be withdrawn",
        count=batches,
        withdrawals=WITHDRAWALS_A_DAY,
    )


def audience_size(batches: int | None, count: int | None, *, is_named: bool = False) -> Phrase:
    """Return how many an audience has, as far as it is known; a list in how many jobs.

    Those of a named audience are people; a list has openids.
    """
    if count is None:
        return Phrase("not counted yet")
    if batches is None:
        return Phrase("{followers} when last counted", followers=followers(count))
    who = people_words(count) if is_named else openids(count)
    return Phrase("{openids} in {jobs}", openids=who, jobs=jobs_words(batches))


def openids(count: int) -> Phrase:
    """Say a number of openids."""
    return plural_phrase("{count:,} openid", "{count:,} openids", count=count)


def people_words(count: int) -> Phrase:
    """Say a number of people."""
    return plural_phrase("{count:,} person", "{count:,} people", count=count)


def expected(expect: "Expect | None") -> Phrase | None:
    """Say the declared bounds of an audience; None without bounds."""
    low, high = (expect.min, expect.max) if expect else (None, None)
    if low is not None and high is not None:
        return Phrase("expected {low:,} to {high:,}", low=low, high=high)
    if low is not None:
        return Phrase("expected at least {low:,}", low=low)
    return Phrase("expected at most {high:,}", high=high) if high is not None else None


def bounds(expect: "Expect") -> Phrase | None:
    """Say the declared bounds of an audience behind a label; None without bounds."""
    low, high = expect.min, expect.max
    if low is not None and high is not None:
        return Phrase("{low:,} to {high:,} people", low=low, high=high)
    if low is not None:
        return Phrase("at least {low:,} people", low=low)
    return Phrase("at most {high:,} people", high=high) if high is not None else None


def followers(count: int) -> Phrase:
    """Say a number of followers."""
    return plural_phrase("{count:,} follower", "{count:,} followers", count=count)


def counted_words(count: int) -> Phrase:
    """Say a number of words, as word processors count them: each Chinese character is one."""
    return plural_phrase("{count:,} word", "{count:,} words", count=count)


def reading_words(words: int, minutes: int) -> Phrase:
    """Return how long a text is for people."""
    return Phrase("{words}, {minutes} min to read", words=counted_words(words), minutes=minutes)


def pictures(count: int) -> Phrase:
    """Say a number of pictures."""
    return plural_phrase("{count:,} picture", "{count:,} pictures", count=count)


def duration(milliseconds: int) -> Phrase:
    """Return how long something plays."""
    return Phrase("{seconds} s", seconds=f"{milliseconds / 1000:.1f}")


def campaigns(count: int) -> Phrase:
    """Say a number of campaigns."""
    return plural_phrase("{count:,} campaign", "{count:,} campaigns", count=count)


def errors(count: int) -> Phrase:
    """Say a number of faults."""
    return plural_phrase("{count} error", "{count} errors", count=count)


def warnings(count: int) -> Phrase:
    """Say a number of warnings."""
    return plural_phrase("{count} warning", "{count} warnings", count=count)


def counted_steps(kind: Kind, count: int) -> Phrase:
    """Say a number of planned steps of one kind."""
    match kind:
        case Kind.UPLOAD_IMAGE:
            return plural_phrase(
                "{count} picture to upload", "{count} pictures to upload", count=count
            )
        case Kind.ADD_MATERIAL:
            return plural_phrase("{count} material to add", "{count} materials to add", count=count)
        case Kind.SAVE_DRAFT:
            return plural_phrase("{count} draft to save", "{count} drafts to save", count=count)
        case Kind.FILL_TAG:
            return plural_phrase("{count} tag to fill", "{count} tags to fill", count=count)
        case Kind.SEND_PREVIEW:
            return plural_phrase("{count} preview to send", "{count} previews to send", count=count)
        case Kind.SEND_MASS:
            return plural_phrase(
                "{count} mass send (cannot be undone)",
                "{count} mass sends (cannot be undone)",
                count=count,
            )


def counted_tags(count: int) -> Phrase:
    """Say for how many campaigns a tag is looked up: an entry, and no step."""
    return plural_phrase("{count} tag to look up", "{count} tags to look up", count=count)


def reviewer(step: SendPreview) -> str:
    """Name a reviewer: a WeChat name in clear, an openid never."""
    if step.recipient.kind == "towxname":
        return step.recipient.name
    return Phrase("reviewer {number} (by openid)", number=step.number)


def articles_named(numbers: Iterable[int]) -> Phrase:
    """Name articles by their numbers, from 1."""
    ordered = [str(number) for number in sorted(numbers)]
    if len(ordered) == 1:
        return Phrase("article {number}", number=ordered[0])
    return Phrase("articles {numbers}", numbers=enumerated(ordered))


def drift_words(drift: "Drift") -> Phrase:
    """Say one thing that is other than recorded."""
    match drift.kind:
        case DriftKind.TAG_RENAMED:
            return Phrase("its tag {tag} is now named {now}", tag=drift.subject, now=drift.value)
        case DriftKind.AUDIENCE_SIZE:
            before, now = followers(int(drift.before or 0)), followers(int(drift.now or 0))
            return Phrase(
                "its audience has {now}; {before} when last counted", now=now, before=before
            )
        case DriftKind.AUDIENCE_OUTSIDE:
            return _outside(drift)
        case DriftKind.ALLOWANCE_USED:
            return Phrase(
                "sends in the console have used up what {account} may send then",
                account=drift.subject,
            )
        case DriftKind.JOB_STATUS:
            say = Phrase("job {msg_id} is {now}; the ledger says {before}: {command}")
            now, before = JOB[str(drift.now)], JOB[str(drift.before)]
            command = Command("status", drift.campaign)
            return Phrase(say, msg_id=drift.subject, now=now, before=before, command=command)
        case _:
            return _DRIFTED[drift.kind.value](drift.subject)


def _outside(drift: "Drift") -> Phrase:
    if drift.now is None:  # The ledger keeps the bound alone.
        return Phrase("its audience is outside its bounds: {bound}", bound=drift.value)
    now = followers(int(drift.now))
    return Phrase("its audience has {now}, which its bounds do not allow", now=now)


_DRIFTED: Mapping[str, Callable[[str], Phrase]] = {
    "draft_gone": lambda _: Phrase(
        "its draft is missing; somebody may have sent it in the console"
    ),
    "draft_changed": lambda _: Phrase("its draft was changed in the console"),
    "tag_gone": lambda subject: Phrase("its tag no longer exists: {subject}", subject=subject),
    "tag_emptied": lambda subject: Phrase(
        "nobody has its tag any more: {subject}", subject=subject
    ),
    "picture_gone": lambda subject: Phrase("a picture of it is gone: {subject}", subject=subject),
    "article_gone": lambda subject: Phrase(
        "an article that it links to is gone: {subject}", subject=subject
    ),
    "link_silent": lambda subject: Phrase(
        "an address that it leads to does not answer: {subject}", subject=subject
    ),
    "preview_unseen": lambda _: Phrase("nobody has seen a preview of its version"),
    "lock_stale": lambda _: Phrase("the campaign's files no longer give the locked content"),
}
"""What is said of drifts that need no number, by what drifted."""


def drift_hint(drift: "Drift") -> Phrase:
    """Return what to type about a drift before the window."""
    return _WAYS[drift.kind.value](drift.campaign, Command("lock", drift.campaign))


_WAYS: Mapping[str, Callable[[str, Command], Phrase]] = {
    "draft_changed": lambda name, _: Phrase(
        "to keep the console's version: {adopt}, or {pull} where words changed; otherwise delete that draft in the "
        "console, then: {again}",
        adopt=Command("adopt", name, '--reason "…"'),
        pull=Command("adopt", name, "--pull"),
        again=Command("reconcile", name, '--not-sent --reason "…"'),
    ),
    "draft_gone": lambda name, _: Phrase(
        "if it was sent in the console: {sent}; otherwise, to save it again: {again}",
        sent=Command("reconcile", name, '--sent --reason "…"'),
        again=Command("reconcile", name, '--not-sent --reason "…"'),
    ),
    "tag_gone": lambda _, lock: Phrase(
        "name another tag in campaign.yaml, and have that reviewed: {lock}", lock=lock
    ),
    "tag_renamed": lambda _, lock: Phrase(
        "restore the tag's name in the console under 用户管理; or change `tag:` in campaign.yaml, and have that "
        "reviewed: {lock}",
        lock=lock,
    ),
    "tag_emptied": lambda name, _: Phrase(
        "give the tag to followers in the console under 用户管理; {plan}   counts them",
        plan=Command("plan", name, "--refresh"),
    ),
    "audience_outside": lambda _, lock: Phrase(
        "if the audience is right, correct audience.expect, and have that reviewed: {lock}",
        lock=lock,
    ),
    "picture_gone": lambda _, lock: Phrase(
        "replace the picture in the campaign's files, and have that reviewed: {lock}", lock=lock
    ),
    "article_gone": lambda _, lock: Phrase(
        "correct the link in the campaign's files, and have that reviewed: {lock}", lock=lock
    ),
    "link_silent": lambda _, lock: Phrase(
        "open it in a browser; correct the link in the campaign's files if it is gone, and have that reviewed: {lock}",
        lock=lock,
    ),
    "preview_unseen": lambda name, _: Phrase(
        "{preview}   shows it to the reviewers", preview=Command("preview", name)
    ),
    "lock_stale": lambda _, lock: Phrase("lock it again and have that reviewed: {lock}", lock=lock),
    "allowance_used": lambda _, lock: Phrase(
        "record what was sent there: {imported}; then give it a window on a later day or in a later month, and have "
        "that reviewed: {lock}",
        imported=Command("state import", "--website-send AT"),
        lock=lock,
    ),
}
"""What to do about each kind of drift that people are told of, by campaign and by what locks it again."""
