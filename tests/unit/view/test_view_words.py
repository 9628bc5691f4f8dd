"""Moments and windows in the words of a team."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from massctl.model.message import Window
from massctl.model.phrase import BEIJING
from massctl.view.i18n import Language, say
from massctl.view.words import team_moment, team_span

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
EVENING = datetime(2026, 12, 2, 20, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("at", "english", "chinese"),
    [
        (EVENING, "Wed 2 Dec 20:00", "周三 12 月 2 日 20:00"),
        (EVENING.astimezone(UTC), "Wed 2 Dec 20:00", "周三 12 月 2 日 20:00"),
        (EVENING.replace(year=2027), "Thu 2 Dec 2027 20:00", "2027 年 12 月 2 日周四 20:00"),
        (
            EVENING.astimezone(timezone(timedelta(hours=-5))),
            "Wed 2 Dec 07:00 -05:00",
            "周三 12 月 2 日 07:00 -05:00",
        ),
    ],
)
def test_a_moment_is_said_as_a_team_says_it(at: datetime, english: str, chinese: str) -> None:
    moment = team_moment(at, NOW)
    assert (english, chinese) == (say(moment, Language.EN), say(moment, Language.ZH))


def test_a_moment_whose_present_is_unknown_has_its_year() -> None:
    assert "Wed 2 Dec 2026 20:00" == team_moment(EVENING, None)


def test_a_window_names_its_day_once() -> None:
    one = Window(EVENING, EVENING + timedelta(hours=2))
    two = Window(EVENING, EVENING + timedelta(hours=26))
    assert "Wed 2 Dec 20:00–22:00" == team_span(one, NOW)
    assert "Wed 2 Dec 20:00 – Thu 3 Dec 22:00" == team_span(two, NOW)
