"""`_defaults.yaml`: what the campaigns below its folder need not say themselves."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, JsonValue, StringConstraints

from massctl.model.campaign import Preview, TrackName, VariableName, mapping_of
from massctl.model.diagnostics import Fault
from massctl.model.finding import SeriesName
from massctl.model.ids import ACCOUNT_NAME_PATTERN
from massctl.model.phrase import Phrase
from massctl.model.settings import TIMEZONE, TimeOfDay
from massctl.model.strict import NonEmpty, NonEmptyLine, Strict
from massctl.model.theme import ThemeKey


class WindowHours(Strict):
    """The hours of a window, on the day that a campaign names by `send: {date: …}`."""

    from_: Annotated[TimeOfDay, Field(alias="from")]
    """When the window opens, HH:MM."""
    to: TimeOfDay
    """When it closes, HH:MM; earlier than `from` means the next day."""
    timezone: NonEmpty = TIMEZONE
    """The time zone of these hours, an IANA name."""

    def on(self, day: date) -> tuple[str, str]:
        """Return the ends of the window of a day, as `not_before` and `not_after` write them."""
        zone = ZoneInfo(self.timezone)
        first, last = time.fromisoformat(self.from_), time.fromisoformat(self.to)
        end = day if last > first else day + timedelta(days=1)
        ends = datetime.combine(day, first, zone), datetime.combine(end, last, zone)
        return ends[0].isoformat(), ends[1].isoformat()


class DefaultsFile(Strict):
    """What the campaigns below its folder need not say; what stands nearer to a campaign wins."""

    account: Annotated[str, StringConstraints(pattern=ACCOUNT_NAME_PATTERN)] | None = None
    """The account that sends, a key under `accounts:` in massctl.yaml."""
    preview: Preview | None = None
    """Whose phones show the message before it is sent."""
    send: WindowHours | None = None
    """The hours of the windows of campaigns that say only `send: {date: …}`."""
    theme: ThemeKey | None = None
    """The look of the articles, a theme's name or keys; each key is inherited by itself."""
    vars: dict[VariableName, JsonValue] = Field(default_factory=dict)
    """Variables of the templates; each is inherited by itself."""
    series: SeriesName | None = None
    """The series of letters that they belong to."""
    track: dict[TrackName, NonEmptyLine] = Field(default_factory=dict)
    """The link tag of own sites; each parameter is inherited by itself."""


def defaults_faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Check what pydantic cannot see key by key; values of wrong types are left to pydantic."""
    hours = mapping_of(data.get("send"))
    zone = hours.get("timezone")
    if isinstance(zone, str) and zone and not is_zone(zone):
        hint = Phrase("write a name like {example}", example=TIMEZONE)
        say = Phrase("there is no time zone {zone}", zone=zone)
        yield Fault("MC014", say, hint, key=("send", "timezone"), at_key=False)
    if isinstance(hours.get("from"), str) and hours.get("from") == hours.get("to"):
        say = Phrase("the window is empty: from and to are equal")
        yield Fault("MC014", say, Phrase("write a later `to`"), key=("send", "to"), at_key=False)


def is_zone(name: str) -> bool:
    """Return whether a time zone of this name is known here."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # a bad name, a folder of zones, an unknown zone
        return False
    return True
