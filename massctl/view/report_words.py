"""The words of a report: what is counted, whose number it is, why one is missing, and how numbers are written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeAlias

from msgspec import Struct, field

from massctl.model.phrase import Command, Phrase, enumerated, in_a_row, plural_phrase
from massctl.model.state import Status
from massctl.plan.audience_cut import cut_sentences
from massctl.plan.quota import Unit
from massctl.report.report import (
    SIDE_BY_SIDE_DAY,
    AccountReport,
    AllowanceReport,
    ArticleReport,
    Aspect,
    AudienceKind,
    By,
    Figure,
    Freshness,
    Metric,
    Missing,
    Origin,
    OutcomesRead,
    Quartiles,
    Reference,
    Scene,
    SendReport,
    StageName,
    VerdictCode,
    average_text,
    people_text,
)
from massctl.report.usual import FEWEST_COMPARED, Standing, UsualRange, share_digits
from massctl.view.words import STATUS, brief_destinations, recorded

DASH = "—"
"""In place of a number that is missing; its reason stands beside it."""
METRIC: Mapping[Metric, Phrase] = {
    Metric.READ_USER: Phrase("readers"),
    Metric.SHARE_USER: Phrase("people who shared it"),
    Metric.ZAIKAN_USER: Phrase("people who marked it 在看 (heart)"),
    Metric.LIKE_USER: Phrase("people who liked it (thumb)"),
    Metric.COMMENT_COUNT: Phrase("comments"),
    Metric.COLLECTION_USER: Phrase("people who saved it"),
    Metric.PRAISE_MONEY: Phrase("tips (yuan)"),
    Metric.READ_SUBSCRIBE_USER: Phrase("people who followed after reading"),
    Metric.READ_DELIVERY_RATE: Phrase("read rate (of those it reached)"),
    Metric.READ_FINISH_RATE: Phrase("read to the end (of readers)"),
    Metric.READ_AVG_ACTIVETIME: Phrase("minutes per reader, on average"),
}
ASPECT: Mapping[Aspect, Phrase] = {
    Aspect.OPENED: Phrase("opened from the message"),
    Aspect.FINISHED: Phrase("read to the end (of readers)"),
    Aspect.SHARED: Phrase("shared"),
    Aspect.FOLLOWED: Phrase("followed after reading"),
    Aspect.LEFT: Phrase("unfollowed the account that day"),
    Aspect.READERS: Phrase("readers from all sources"),
}
Kind: TypeAlias = Metric | Aspect
"""What a number counts."""
STAGE: Mapping[StageName, Phrase] = {
    StageName.AUDIENCE: Phrase("in the audience"),
    StageName.FILTERED: Phrase("left after WeChat's filters"),
    StageName.SENT: Phrase("received it"),
    StageName.FAILED: Phrase("failed"),
}
"""Those that the ledger has."""
DOUBTFUL = Phrase("joined to its numbers by title and day only: they may be another article's")
MISSING: Mapping[Missing, Phrase] = {
    Missing.NOT_YET: Phrase(
        "that day is not over, or WeChat has its numbers only from 08:00 of the day after"
    ),
    Missing.NOT_COLLECTED: Phrase("the archive has no answer of WeChat for that day"),
    Missing.NOT_GIVEN: Phrase("WeChat's answer for that day did not have it"),
    Missing.NOT_JOINED: Phrase(
        "the ledger has no msg_data_id of the send, by which WeChat names its statistics"
    ),
    Missing.NOT_RECORDED: Phrase("the ledger has no event of the job with this number"),
    Missing.NOT_ARTICLES: Phrase("WeChat counts readers of articles only"),
    Missing.OUT_OF_REACH: Phrase("WeChat does not count that day"),
    Missing.PARTLY: Phrase("some jobs of the send have it, and others do not"),
    Missing.RATE_ONLY: Phrase("WeChat gives the share only"),
    Missing.SEVERAL_JOBS: Phrase("the send went out in several jobs, and shares cannot be added"),
    Missing.NOTHING_TO_DIVIDE: Phrase("a number that it is computed from is missing or 0"),
}
SCENE: Mapping[str, Phrase] = {
    Scene.MESSAGE: Phrase("公众号消息 (the message)"),
    Scene.RECOMMENDED: Phrase("推荐 (recommended)"),
    Scene.CHAT: Phrase("聊天会话 (chats)"),
    Scene.MOMENTS: Phrase("朋友圈 (Moments)"),
    Scene.HOME_PAGE: Phrase("公众号主页 (home page)"),
    Scene.SEARCH: Phrase("搜一搜 (search)"),
    Scene.OTHER: Phrase("其他 (others)"),
}
SIGN: Mapping[Standing | None, str] = {Standing.ABOVE: "▲", Standing.BELOW: "▼"}
"""What stands before a number that is more or less than usual."""
BY: Mapping[By, Phrase] = {
    By.POSITION: Phrase("position in the message"),
    By.TITLE_LENGTH: Phrase("characters of the headline"),
    By.HOUR: Phrase("hour of the send (Beijing time)"),
    By.AUDIENCE: Phrase("audience"),
    By.THEME: Phrase("theme"),
    By.AUTHOR: Phrase("author"),
    By.APPROVER: Phrase("approver"),
}


class Notes(Struct):
    """Why numbers of one table are missing: a letter for each reason, in the order in which they are shown."""

    reasons: list[Missing] = field(default_factory=list)

    def mark(self, figure: Figure) -> str:
        """Return the letter that stands beside a number that is missing; nothing for any other."""
        if figure.missing is None:
            return ""
        if figure.missing not in self.reasons:
            self.reasons.append(figure.missing)
        return _letter(self.reasons.index(figure.missing))

    def meanings(self) -> list[tuple[str, Phrase]]:
        """Return every letter that was used, with what it means."""
        return [(_letter(place), MISSING[reason]) for place, reason in enumerate(self.reasons)]


JUDGED: Mapping[VerdictCode, Phrase] = {
    VerdictCode.TOO_EARLY: Phrase("too early"),
    VerdictCode.TOO_FEW: Phrase("too few before it"),
    VerdictCode.LATE: Phrase("not whole yet"),
    VerdictCode.FAILED: Phrase("failed"),
    VerdictCode.WITHDRAWN: Phrase("withdrawn"),
    VerdictCode.DOUBTFUL: Phrase("numbers in doubt"),
    VerdictCode.NO_AUDIENCE: Phrase("audience not recorded"),
    VerdictCode.NO_ARTICLES: Phrase("no articles"),
    VerdictCode.UNCOUNTED: Phrase("not counted"),
}
"""What stands in the place of a verdict."""


def _letter(place: int) -> str:
    return chr(ord("a") + place)


def number(value: float, metric: Kind | None = None) -> str:
    """Write a number: people with thousands, rates in percent, money in yuan, minutes with one decimal."""
    if metric is not None and metric.is_rate:
        return percent(value)
    if metric is Metric.PRAISE_MONEY:
        return f"{value / 100:,.2f}"
    if metric is Metric.READ_AVG_ACTIVETIME:
        return f"{value:,.1f}"
    return people_text(value)


def signed(count: int) -> str:
    """Write a difference with its sign."""
    return f"{'−' if count < 0 else '+' if count else '±'}{abs(count):,}"


def percent(share: float) -> str:
    """Write a share in percent, with one decimal; one below a percent with more."""
    return f"{share * 100:.{share_digits(share)}f}%"


def range_text(found: Quartiles | UsualRange, metric: Metric | None = None) -> str:
    """Write which numbers are usual, or the middle half of numbers, from the lower end to the upper."""
    lower, upper = found.lower, found.upper
    if isinstance(found, Quartiles) and _counts_people(metric):
        lower, upper = found.people
    return _from_to(number(lower, metric), number(upper, metric))


def shares_text(usual: UsualRange) -> str:
    """Write which shares are usual, from the lower end to the upper."""
    return _from_to(percent(usual.lower), percent(usual.upper))


def _from_to(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def median_number(quartiles: Quartiles, metric: Metric | None = None) -> str:
    """Write a median, of people as whole as it is of interest."""
    return (
        average_text(quartiles.median)
        if _counts_people(metric)
        else number(quartiles.median, metric)
    )


def _counts_people(metric: Metric | None) -> bool:
    return metric is None or not (
        metric.is_rate or metric in (Metric.PRAISE_MONEY, Metric.READ_AVG_ACTIVETIME)
    )


_AUDIENCE = {
    AudienceKind.ALL: Phrase("every follower"),
    AudienceKind.OPENIDS: Phrase("lists of openids"),
    AudienceKind.UNKNOWN: Phrase("an audience that nobody recorded"),
}


def audience_name(scope: AudienceKind, tag: str | None) -> Phrase:
    """Say whom a send went to, as far as sends are compared by it."""
    return Phrase("tag {tag}", tag=tag or DASH) if scope is AudienceKind.TAG else _AUDIENCE[scope]


def send_facts(send: SendReport) -> list[Phrase]:
    """Return when a send went out, to whom, and where it stands."""
    sent = Phrase("sent {moment}", moment=f"{send.sent_at:%Y-%m-%d %H:%M}")
    whom = audience_name(send.scope, send.tag)
    return [sent, whom, *outcome_words(send), *numbers_words(send)]


def about_words(send: SendReport) -> list[Phrase]:
    """Return what else the ledger and the repository know of a send."""
    said = [Phrase("{name}, edition {edition}", name=send.campaign, edition=send.edition)]
    if send.approver:
        said.append(Phrase("approved by {who}", who=send.approver))
    if send.commit:
        said.append(Phrase("commit {commit}", commit=send.commit[:10]))
    if leads := brief_destinations(send.destinations):
        said.append(Phrase("leads to {names}", names=leads))
    return [*said, *_headline(send.first)]


def _headline(first: ArticleReport | None) -> Iterator[Phrase]:
    if first is not None and first.title_length is not None:
        yield plural_phrase(
            "headline of {count} character",
            "headline of {count} characters",
            count=first.title_length,
        )
    if first is not None and first.author:
        yield Phrase("by {author}", author=first.author)
    if first is not None and first.theme:
        yield Phrase("theme {theme}", theme=first.theme)


def outcome_words(send: SendReport) -> list[Phrase]:
    """Return where a send stands that did not reach everybody for good; nothing of any other."""
    if send.is_withdrawn:
        return [Phrase("withdrawn")]
    return [] if send.status is Status.SENT else [STATUS[send.status]]


def numbers_words(send: SendReport) -> list[Phrase]:
    """Return what sets the numbers of a send apart from those beside it."""
    return [DOUBTFUL] if any(article.is_doubtful for article in send.articles) else []


def compared_words(reference: Reference) -> Phrase:
    """Return which sends every number of a verdict is compared with."""
    return plural_phrase(
        "Compared with the mean of {count} earlier send to {audience}, of {since}, by the same day.",
        "Compared with the mean of {count} earlier sends to {audience}, {since} to {until}, by the same day.",
        count=reference.count,
        audience=audience_name(reference.scope, reference.tag),
        since=reference.since.isoformat() if reference.since is not None else DASH,
        until=reference.until.isoformat() if reference.until is not None else DASH,
    )


def job_words(send: SendReport) -> str | None:
    """Say how the job of a send ended, as the ledger has it; None where it has no number."""
    stages = [each for each in send.funnel if each.people.origin is Origin.LEDGER]
    said = [
        Phrase("{what} {number}", what=STAGE[each.name], number=number(each.people.value))
        for each in stages
        if each.people.value is not None
    ]
    told = [Phrase("The message: {numbers}.", numbers=enumerated(said))] if said else []
    told += [Phrase("{said}.", said=each) for each in cut_sentences(send.cut, send.closed_batches)]
    return in_a_row(told) if told else None


def sends_counted(count: int) -> Phrase:
    """Say a number of sends."""
    return plural_phrase("{count:,} send", "{count:,} sends", count=count)


LEAVES = ("0–20%", "20–40%", "40–60%", "60–80%", "80–100%")
"""What WeChat's positions 1 to 5 are of the article."""


def group_name(by: By, key: str) -> str:
    """Name a group of a breakdown."""
    if by is By.HOUR:
        return Phrase("{hour}:00", hour=key)
    if by is By.AUDIENCE:
        scope, _, tag = key.partition(":")
        return audience_name(AudienceKind(scope), tag or None)
    if by is By.TITLE_LENGTH and key.endswith("–"):
        return Phrase("{least} and more", least=key.removesuffix("–"))
    return key


def audience_words(account: AccountReport, sends: Iterable[SendReport]) -> Iterator[Phrase]:
    """Return which sends stand side by side, where those of an account went to several audiences."""
    audience = next(
        (each.audience for each in account.breakdowns if each.audience is not None), None
    )
    if audience is not None and len({(each.scope, each.tag) for each in sends}) > 1:
        name = group_name(By.AUDIENCE, audience)
        yield Phrase(
            "Only those by audience have all sends; the others have the sends to {audience}, the most frequent.",
            audience=name,
        )


def as_of_words(freshness: Freshness) -> list[Phrase]:
    """Say as of when the numbers of an account are, which days are complete, and what is still to come."""
    left_out = [unreadable_words(freshness.unreadable)] if freshness.unreadable else []
    if freshness.asked_at is None:
        ask = Command("status", "--statistics")
        return [
            Phrase("The archive has no numbers of this account yet: {command}", command=ask),
            *left_out,
        ]
    said = [Phrase("As of {moment}.", moment=recorded(freshness.asked_at))]
    complete = freshness.complete_until
    is_near = complete is not None and freshness.asked_at.date() - complete <= _NEAR
    if complete is not None and is_near:
        said.append(Phrase("Complete up to the end of {day}.", day=complete.isoformat()))
    if freshness.delayed:
        said.append(
            Phrase(
                "WeChat said that newer numbers are to come for: {days}.",
                days=days_words(freshness.delayed),
            )
        )
    if freshness.missing:
        said.append(
            Phrase("The archive lacks numbers of: {days}.", days=days_words(freshness.missing))
        )
    if complete is not None and not is_near:
        said.append(Phrase("Every other day that is over is complete."))
    return [*said, *left_out]


_NEAR = timedelta(days=4)
"""How far back the newest complete day may lie. Behind an older gap all days but those of the gap are complete."""


def unreadable_words(count: int) -> Phrase:
    """Return how many lines of the archive are left out."""
    return plural_phrase(
        "{count} line of the archive is damaged, and left out.",
        "{count} lines of the archive are damaged, and left out.",
        count=count,
    )


_DAYS_NAMED_MAX = 5
"""So many days are named; the others are a number."""


def days_words(days: Sequence[date]) -> str:
    """Name days, the first of many."""
    named = enumerated([day.isoformat() for day in days[:_DAYS_NAMED_MAX]])
    more = len(days) - _DAYS_NAMED_MAX
    return Phrase("{first} and {count} more", first=named, count=more) if more > 0 else named


def fell_words(days: Sequence[date]) -> list[Phrase]:
    """Say by which days a sum fell that cannot fall; nothing where none did."""
    if not days:
        return []
    say = Phrase(
        "WeChat counted fewer readers than by the day before, although these are sums: {days}."
    )
    return [Phrase(say, days=days_words(days))]


def account_words(account: AccountReport) -> list[Phrase]:
    """Say how many follow an account, and what is left of its allowance."""
    said = []
    if account.followers.value is not None and account.followers.until is not None:
        counted = plural_phrase(
            "{count:,} follower at the end of {day}.",
            "{count:,} followers at the end of {day}.",
            count=int(account.followers.value),
            day=account.followers.until.isoformat(),
        )
        said.append(counted)
    if account.allowance is not None:
        said += [allowance_words(account.allowance), *readers_per_use_words(account.allowance)]
    return said


def in_sentences(parts: Sequence[Phrase]) -> Phrase:
    """Join one or more sentences to a paragraph."""
    said, *others = parts
    for each in others:
        said = Phrase("{said} {more}", said=said, more=each)
    return said


def allowance_words(allowance: AllowanceReport) -> Phrase:
    """Return what is used of an account's allowance, and what is left."""
    when = allowance.first.isoformat() if allowance.unit is Unit.DAY else f"{allowance.first:%Y-%m}"
    return Phrase(
        "Allowance in {when}: {used} of {limit} sends used, {left} left.",
        when=when,
        used=allowance.used,
        limit=allowance.limit,
        left=allowance.left,
    )


def readers_per_use_words(allowance: AllowanceReport) -> Iterator[Phrase]:
    """Return how many readers each send that used the allowance had, as far as one has a number of day 7."""
    if allowance.per_use.value is not None:
        yield Phrase(
            "Readers for each send that used the allowance: {each}; {readers} readers of first articles by the end of "
            "day 7, added over {sends}. A person who read two of them counts twice.",
            each=average_text(allowance.per_use.value),
            readers=number(allowance.readers.value or 0),
            sends=sends_counted(allowance.counted),
        )


SIDE_BY_SIDE = Phrase(
    "Readers by the end of day {day}, of groups of {least} sends and more. What stands side by side shows no cause.",
    day=SIDE_BY_SIDE_DAY,
    least=FEWEST_COMPARED,
)


def rows_words(read: OutcomesRead) -> Phrase:
    """Say what became of the rows of outcomes."""
    return Phrase(
        "{joined:,} of {rows:,} rows were matched to a send. Not matched: no link tag {untagged:,}, unknown link tag "
        "{unknown:,}, outside the 30 days {outside:,}, unreadable {unread:,}",
        joined=read.joined,
        rows=read.rows,
        untagged=read.untagged,
        unknown=read.unknown,
        outside=read.outside,
        unread=read.unread,
    )
