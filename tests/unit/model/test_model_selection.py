"""What `--account` and `--group` take."""

import pytest

from massctl.model.selection import EVERYTHING, Selection

ONE = Selection(("east", "west"), ("clients/north",))


def test_without_a_flag_everything_is_taken() -> None:
    assert (True, False) == (EVERYTHING.is_everything, ONE.is_everything)
    assert EVERYTHING.takes_account("south")
    assert EVERYTHING.takes_group("")


def test_the_flags_are_as_they_are_typed() -> None:
    assert "--account east --account west --group clients/north" == ONE.flags


@pytest.mark.parametrize(("account", "taken"), [("east", True), ("south", False), (None, True)])
def test_an_account_that_nobody_knows_is_taken(account: str | None, taken: bool) -> None:
    assert taken == ONE.takes_account(account)


@pytest.mark.parametrize(
    ("group", "taken"),
    [
        ("clients/north", True),
        ("clients/north/shops", True),
        ("clients/northern", False),
        ("clients", False),
        ("", False),
    ],
)
def test_a_group_takes_those_below_it(group: str, taken: bool) -> None:
    assert taken == ONE.takes_group(group)
