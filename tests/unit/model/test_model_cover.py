import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.campaign import CROP_PATTERN, SQUARE, WIDE, Crop, crop_around

SIDE = st.integers(1, 65_535)
SHARE = st.floats(0, 1)


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("0_0_1_1", (0, 0, 1_000_000, 1_000_000)),
        ("0.1_0.25_0.5_0.999999", (100_000, 250_000, 500_000, 999_999)),
        ("0.0_0.000000_1.0_1.000000", (0, 0, 1_000_000, 1_000_000)),
    ],
)
def test_a_part_is_read(text: str, sides: tuple[int, int, int, int]) -> None:
    assert Crop(*sides) == Crop.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0_0_1",
        "0_0_1_1_1",
        "0_0_2_1",
        "-0.1_0_1_1",
        "0_0_1_1.1",
        "0,0,1,1",
        "0.1234567_0_1_1",
        ".5_0_1_1",
        "0_0_1_１",
    ],
)
def test_another_form_is_none(text: str) -> None:
    assert Crop.parse(text) is None


@pytest.mark.parametrize("text", ["0.5_0_0.5_1", "0.6_0_0.5_1", "0_1_1_0", "0_0.2_1_0.2"])
def test_a_part_without_width_or_height_is_none(text: str) -> None:
    assert Crop.parse(text) is None


def test_it_is_written_as_short_as_can_be() -> None:
    crop = Crop.parse("0.100000_0.0_1.000000_0.5")
    assert crop is not None
    assert "0.1_0_1_0.5" == crop.text


def test_the_middle_of_a_square_picture_is_a_strip() -> None:
    assert "0_0.287234_1_0.712766" == crop_around((0.5, 0.5), 1000, 1000, WIDE).text


@pytest.mark.parametrize(
    ("focus", "text"),
    [
        ((0.5, 0.5), "0.25_0_0.75_1"),
        ((0.0, 0.0), "0_0_0.5_1"),
        ((1.0, 0.2), "0.5_0_1_1"),
        ((0.3, 0.9), "0.05_0_0.55_1"),
    ],
)
def test_the_focus_stays_in_the_middle_as_far_as_can_be(focus: tuple[float, float], text: str) -> None:
    assert text == crop_around(focus, 2000, 1000, SQUARE).text


@given(SIDE, SIDE, SHARE, SHARE, st.sampled_from([WIDE, SQUARE]))
def test_every_focus_gives_a_part_that_wechat_takes(
    width: int, height: int, across: float, down: float, ratio: tuple[int, int]
) -> None:
    crop = crop_around((across, down), width, height, ratio)
    assert re.fullmatch(CROP_PATTERN, crop.text)
    assert crop == Crop.parse(crop.text)
    assert (crop.left == 0 and crop.right == 1_000_000) or (crop.top == 0 and crop.bottom == 1_000_000)


@given(st.integers(100, 9_000), st.integers(100, 9_000), st.sampled_from([WIDE, SQUARE]))
def test_it_has_the_form_that_is_due(width: int, height: int, ratio: tuple[int, int]) -> None:
    got = crop_around((0.5, 0.5), width, height, ratio)
    shown = (got.right - got.left) * width / ((got.bottom - got.top) * height)
    assert shown == pytest.approx(ratio[0] / ratio[1], rel=1e-3)
