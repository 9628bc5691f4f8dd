"""An audience stands in lock and digest as its model declares it."""

from typing import Any

import pytest

from massctl.model.campaign import Audience, Expect
from massctl.model.message import declared_audience

FIELDS = {
    "is_to_all": True,
    "tag_id": 0,
    "tag": "会员",
    "openids": "a.txt",
    "of": "east",
    "part": "2/3",
    "expect": Expect(min=0, max=9),
}


@pytest.mark.parametrize(
    "declared",
    [
        {},
        *({key: value} for key, value in FIELDS.items()),
        {"is_to_all": True, "expect": Expect()},
        {"tag_id": 7, "expect": Expect(min=1)},
        {"tag_id": 7, "expect": Expect(max=1)},
    ],
    ids=repr,
)
def test_it_is_what_the_model_would_write(declared: dict[str, Any]) -> None:
    model = Audience.model_construct(**declared)
    assert model.model_dump(exclude_none=True) == declared_audience(model)


def test_no_key_is_forgotten() -> None:
    assert (set(FIELDS), {"min", "max"}) == (set(Audience.model_fields), set(Expect.model_fields))
