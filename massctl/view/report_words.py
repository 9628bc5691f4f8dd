"""The words of a report: what is counted, whose number it is, why one is missing, and how numbers are written."""

from collections.abc import Mapping
from typing import Final

from massctl.model.phrase import Phrase, enumerated, plural_phrase
from massctl.plan.quota import Scope
from massctl.report.report import (
    COMPARED_DAYS,
    FEWEST_COMPARED,
    By,
    Comparable,
    Figure,
    Group,
    Metric,
    Missing,
    Origin,
    Quartiles,
    Scene,
    StageName,
    Standing,
    Whole,
)

DASH: Final = "—"
"""In place of a number that is missing; its reason stands beside it."""
METRIC: Final[Mapping[Metric, Phrase]] = {
    Metric.READ_USER: Phrase("readers"),
    Metric.SHARE_USER: Phrase("people who shared it"),
    Metric.ZAIKAN_USER: Phrase("people who marked it 在看 (heart)"),
    Metric.LIKE_USER: Phrase("people who liked it (thumb)"),
    Metric.COMMENT_COUNT: Phrase("comments"),
    Metric.COLLECTION_USER: Phrase("people who saved it"),
    Metric.PRAISE_MONEY: Phrase("tips (yuan)"),
    Metric.READ_SUBSCRIBE_USER: Phrase("people who followed after reading"),
    Metric.READ_DELIVERY_RATE: Phrase("read rate of those whom the message reached"),
    Metric.READ_FINISH_RATE: Phrase("share of readers who read to the end"),
    Metric.READ_AVG_ACTIVETIME: Phrase("minutes a reader stayed, on average"),
    Metric.TARGET_USER: Phrase("people whom the message reached"),
}
STAGE: Final[Mapping[StageName, Phrase]] = {
    StageName.AUDIENCE: Phrase("in the audience"),
    StageName.FILTERED: Phrase("left after WeChat's filters"),
    StageName.SENT: Phrase("received it"),
    StageName.FAILED: Phrase("failed"),
    StageName.READ: Phrase("read it from the message"),
    StageName.FINISHED: Phrase("read it to the end"),
    StageName.SHARED: Phrase("shared it"),
    StageName.FOLLOWED: Phrase("followed after reading"),
}
WHOLE: Final[Mapping[Whole, Phrase]] = {
    Whole.AUDIENCE: Phrase("of the audience"),
    Whole.FILTERED: Phrase("of those left after the filters"),
    Whole.SENT: Phrase("of those who received it"),
    Whole.READERS: Phrase("of all readers"),
}
ORIGIN: Final[Mapping[Origin, Phrase]] = {
    Origin.LEDGER: Phrase("ledger: WeChat's result of the job"),
    Origin.NEWER: Phrase("WeChat's statistics of the article"),
    Origin.OLDER: Phrase("WeChat's older statistics of the article"),
    Origin.ACCOUNT: Phrase("WeChat's statistics of the whole account"),
    Origin.COMPUTED: Phrase("computed by massctl"),
}
MISSING: Final[Mapping[Missing, Phrase]] = {
    Missing.NOT_YET: Phrase("that day is not over, or WeChat has its numbers only from 08:00 of the day after"),
    Missing.NOT_COLLECTED: Phrase("the archive has no answer of WeChat for that day"),
    Missing.NOT_GIVEN: Phrase("WeChat's answer for that day did not have it"),
    Missing.NOT_JOINED: Phrase("the ledger has no msg_data_id of the send, by which WeChat names its statistics"),
    Missing.NOT_RECORDED: Phrase("the ledger has no event of the job with this number"),
    Missing.NOT_ARTICLES: Phrase("WeChat counts readers of articles only"),
    Missing.OUT_OF_REACH: Phrase("WeChat does not count that day"),
    Missing.PARTLY: Phrase("some jobs of the send have it, and others do not"),
    Missing.RATE_ONLY: Phrase("WeChat gives the share only"),
    Missing.TOO_FEW: Phrase("fewer than four to compare with"),
    Missing.NOTHING_TO_DIVIDE: Phrase("a number that it is computed from is missing or 0"),
}
SCENE: Final[Mapping[str, Phrase]] = {
    Scene.MESSAGE: Phrase("公众号消息 (the message, read by followers)"),
    Scene.RECOMMENDED: Phrase("推荐 (recommended by WeChat)"),
    Scene.CHAT: Phrase("聊天会话 (chats)"),
    Scene.MOMENTS: Phrase("朋友圈 (Moments)"),
    Scene.HOME_PAGE: Phrase("公众号主页 (the account's home page)"),
    Scene.SEARCH: Phrase("搜一搜 (search)"),
    Scene.OTHER: Phrase("其他 (others)"),
}
STANDING: Final[Mapping[Standing, Phrase]] = {
    Standing.BELOW: Phrase("below the lower quartile"),
    Standing.WITHIN: Phrase("between the quartiles"),
    Standing.ABOVE: Phrase("above the upper quartile"),
}
BY: Final[Mapping[By, Phrase]] = {
    By.POSITION: Phrase("position in the message"),
    By.TITLE_LENGTH: Phrase("characters of the headline"),
    By.HOUR: Phrase("hour of the send (Beijing time)"),
    By.AUDIENCE: Phrase("audience"),
    By.THEME: Phrase("theme"),
    By.AUTHOR: Phrase("author"),
    By.APPROVER: Phrase("approver"),
}
_ROUNDED_FROM: Final = 100
"""A median of counts lies between two of them; from here on half a person is of no interest."""
WHOLE_ACCOUNT: Final = Phrase("the whole account, not this send alone")


def number(value: float, metric: Metric | None = None) -> str:
    """Write a number: people with thousands, rates in percent, money in yuan, minutes with one decimal."""
    if metric is not None and metric.is_rate:
        return percent(value)
    if metric is Metric.PRAISE_MONEY:
        return f"{value / 100:,.2f}"
    if metric is Metric.READ_AVG_ACTIVETIME:
        return f"{value:,.1f}"
    return f"{value:,.0f}" if value == int(value) or value >= _ROUNDED_FROM else f"{value:,.1f}"


def percent(share: float) -> str:
    """Write a share from 0 to 1, with one decimal."""
    return f"{share * 100:.1f} %"


def figure_text(figure: Figure, metric: Metric | None = None) -> str:
    """Write a number, or a dash; one that WeChat said to be late has an asterisk."""
    if figure.value is None:
        return DASH
    return number(figure.value, metric) + ("*" if figure.is_delay else "")


def why_missing(figure: Figure) -> Phrase | None:
    """Say why a number is missing; None if it is there."""
    return MISSING[figure.missing] if figure.missing is not None else None


def quartiles_words(quartiles: Quartiles | None, among: int, metric: Metric | None = None) -> Phrase:
    """Say median and quartiles, and of how many."""
    if quartiles is None:
        return Phrase("{count} to compare with; a median from {least} on", count=among, least=FEWEST_COMPARED)
    return Phrase(
        "median {median}, quartiles {lower} and {upper}, of {count}",
        median=number(quartiles.median, metric),
        lower=number(quartiles.lower, metric),
        upper=number(quartiles.upper, metric),
        count=among,
    )


def audience_name(scope: Scope, tag: str | None) -> Phrase:
    """Say whom a send goes to, as far as sends are compared by it."""
    if scope is Scope.ALL:
        return Phrase("every follower")
    return Phrase("lists of openids") if scope is Scope.OPENIDS else Phrase("tag {tag}", tag=tag or DASH)


def comparable_words(comparable: Comparable) -> Phrase:
    """Say which sends one is compared with."""
    return Phrase(
        "Comparable: news of this account to {audience} in the {days} days before it, not withdrawn: {sends}.",
        audience=audience_name(comparable.scope, comparable.tag),
        days=COMPARED_DAYS,
        sends=sends_counted(len(comparable.sends)),
    )


def sends_counted(count: int) -> Phrase:
    """Say a number of sends."""
    return plural_phrase("{count:,} send", "{count:,} sends", count=count)


def group_name(by: By, group: Group) -> str:
    """Name a group of a breakdown."""
    return Phrase("{hour}:00", hour=group.key) if by is By.HOUR else group.key


def commits(short: str | None) -> str:
    """Write a commit as people quote it, or a dash."""
    return short[:10] if short else DASH


def listed(parts: list[str]) -> str:
    """Join names as a language lists them; a dash for none."""
    return enumerated(parts) if parts else DASH
