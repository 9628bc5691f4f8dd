"""The hours of a window, and what of defaults pydantic cannot see."""

from datetime import date

import pytest
from building import folder_of, text

from massctl.model.campaign import campaign_faults, date_of
from massctl.model.defaults import WindowHours, defaults_faults
from massctl.model.ids import Folder, below_campaigns, group_of
from massctl.model.lock import path_from_lock, path_in_lock

DAY = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("hours", "ends"),
    [
        (
            {"from": "20:00", "to": "21:30"},
            ("2026-12-31T20:00:00+08:00", "2026-12-31T21:30:00+08:00"),
        ),
        (
            {"from": "23:00", "to": "01:00"},
            ("2026-12-31T23:00:00+08:00", "2027-01-01T01:00:00+08:00"),
        ),
        (
            {"from": "20:00", "to": "21:00", "timezone": "Europe/Berlin"},
            ("2026-12-31T20:00:00+01:00", "2026-12-31T21:00:00+01:00"),
        ),
    ],
)
def test_hours_of_a_day_are_two_moments_with_an_offset(
    hours: dict[str, str], ends: tuple[str, str]
) -> None:
    assert ends == WindowHours.model_validate(hours).on(DAY)


@pytest.mark.parametrize(
    ("send", "keys"),
    [
        ({"from": "20:00", "to": "21:30"}, []),
        ({"from": "20:00", "to": "21:30", "timezone": "Asia/Shanghai"}, []),
        ({"from": "20:00", "to": "21:30", "timezone": "Mars"}, [("send", "timezone")]),
        ({"from": "20:00", "to": "21:30", "timezone": "../etc"}, [("send", "timezone")]),
        ({"from": "20:00", "to": "20:00"}, [("send", "to")]),
        ({"from": 20, "to": 20}, []),
        ("20:00", []),
    ],
)
def test_hours_that_make_no_window_are_faults(send: object, keys: list[tuple[str, str]]) -> None:
    assert keys == [each.key for each in defaults_faults({"send": send})]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-12-31", DAY),
        ("2026-02-30", None),
        ("31.12.2026", None),
        (20261231, None),
    ],
)
def test_a_day_is_written_with_four_two_and_two_digits(written: object, day: date | None) -> None:
    assert day == date_of(written)


@pytest.mark.parametrize(
    ("send", "code"),
    [
        ({"date": "2026-12-31"}, "MC012"),
        ({"date": "2026-02-30"}, "MC014"),
        ({"date": "2026-12-31", "not_after": "2026-12-31T20:00:00+08:00"}, "MC014"),
    ],
)
def test_a_day_without_hours_is_a_fault(send: dict[str, str], code: str) -> None:
    about = {"audience": {"is_to_all": True}, "text": {"content": "一"}, "send": send}
    (fault,) = campaign_faults(about)
    assert (code, "send") == (fault.code, fault.key[0])


def test_a_folder_says_its_group_and_a_lock_does_not() -> None:
    folder = Folder("campaigns/clients/north/sale")
    campaign = text("sale", folder=folder)
    assert ("clients/north", "") == (campaign.group, group_of(folder_of("sale")))
    assert "clients/north/sale/x.png" == below_campaigns(f"{folder}/x.png")
    for path, written in (
        (f"{folder}/images/x.png", "images/x.png"),
        (f"{folder}/_shared/x.png", "./_shared/x.png"),
        ("campaigns/_shared/x.png", "_shared/x.png"),
    ):
        assert written == path_in_lock(path, folder)
        assert path == f"campaigns/{path_from_lock(written, folder)}"
    assert campaign.digest == text("sale").digest
