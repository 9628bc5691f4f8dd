import zlib

import pytest
from picture_samples import swapped_profile
from PIL import ImageCms

from massctl.picture.profile import PROFILE_BYTES_MAX, inflated, is_srgb

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def test_srgb_is_known_by_its_primaries() -> None:
    assert is_srgb(SRGB)


@pytest.mark.parametrize("profile", [swapped_profile(), LAB, SRGB[:140], SRGB[:20], b"x" * 200])
def test_everything_else_is_not(profile: bytes) -> None:
    assert not is_srgb(profile)


def test_a_profile_comes_out_of_a_png_as_it_went_in() -> None:
    assert SRGB == inflated(zlib.compress(SRGB))


@pytest.mark.parametrize(
    "packed", [b"", b"no deflate", zlib.compress(SRGB)[:-9], zlib.compress(bytes(PROFILE_BYTES_MAX + 1))]
)
def test_a_damaged_or_endless_one_says_nothing(packed: bytes) -> None:
    assert b"" == inflated(packed)
