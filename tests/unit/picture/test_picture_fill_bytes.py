"""Fill bytes before the markers of a JPEG: as many as anybody likes, and what they cost."""

import pytest
from picture_samples import EVERY_FORMAT

from massctl.model.diagnostics import Fault
from massctl.picture.prepare import Prepared, prepare_inline

JPEG = EVERY_FORMAT["jpeg"]


@pytest.mark.timeout(60)
def test_a_jpeg_of_nothing_but_fill_bytes_is_refused_at_once():
    """A search that began anew at each of them took minutes for a megabyte."""
    assert isinstance(prepare_inline(b"\xff\xd8" + b"\xff" * 900_000), Fault)


def test_fill_bytes_between_scan_and_end_are_taken():
    assert isinstance(prepare_inline(JPEG[:-2] + b"\xff" * 100 + JPEG[-2:]), Prepared)


def test_fill_bytes_before_a_segment_are_taken():
    assert isinstance(prepare_inline(JPEG[:2] + b"\xff" * 100 + JPEG[2:]), Prepared)
