"""When the policy of the house lets something go out, and to whom: quiet hours, frozen days, and previews.

The rules stand apart from the file format (`massctl.model.account`), so that they judge remembered settings too,
without the machinery that validates a file.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

TIMEZONE: Final = "Asia/Shanghai"
"""The time zone of a policy that names none."""
DURATION_PATTERN: Final = r"^[0-9]{1,5}[smhd]$"
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(text: str) -> timedelta:
    """Read `90s`, `45m`, `72h` or `3d`; anything else is a ValueError."""
    if not re.fullmatch(DURATION_PATTERN, text):
        raise ValueError(text)
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


class QuietRules:
    """Judges hours of the day; whoever inherits has the hours."""

    if TYPE_CHECKING:
        from_: str
        to: str
        timezone: str

    def ends_after(self, moment: datetime) -> datetime | None:
        """Give the end of the quiet hours that `moment` is in, or None."""
        local = moment.astimezone(ZoneInfo(self.timezone))
        start, end = time.fromisoformat(self.from_), time.fromisoformat(self.to)
        now = local.time().replace(tzinfo=None)
        quiet = start <= now < end if start <= end else (now >= start or now < end)
        if not quiet:
            return None
        day = local.date() if now < end else local.date() + timedelta(days=1)
        ends = datetime.combine(day, end, tzinfo=local.tzinfo)
        # When clocks go back an hour comes twice: in its second half the end is the later one.
        return ends if ends.timestamp() > moment.timestamp() else ends.replace(fold=1)


class PolicyRules:
    """Judges days, and reads durations; whoever inherits has the settings."""

    if TYPE_CHECKING:
        quiet_hours: QuietRules | None
        freeze: list[str]
        preview_ahead: str
        preview_to: list[str] | None

    def may_preview_to(self, name: str) -> bool:
        """Say whether a preview may reach a reviewer, by WeChat name or openid."""
        return self.preview_to is None or name in self.preview_to

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of `freeze`: that of the quiet hours, else Beijing's."""
        return ZoneInfo(self.quiet_hours.timezone if self.quiet_hours else TIMEZONE)

    def frozen_on(self, moment: datetime) -> str | None:
        """Give the frozen span, as written, that `moment` falls into, or None."""
        today = moment.astimezone(self.zone).date()
        for span in self.freeze:
            first, _, last = span.partition("/")
            if date.fromisoformat(first) <= today <= date.fromisoformat(last or first):
                return span
        return None

    @property
    def preview_ahead_duration(self) -> timedelta:
        """`preview_ahead` as a duration."""
        return parse_duration(self.preview_ahead)
