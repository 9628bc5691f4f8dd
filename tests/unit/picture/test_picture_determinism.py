"""The same bytes in give the same bytes out, whoever asks and where."""

import hashlib
import os
import random
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from picture_samples import (
    EVERY_FORMAT,
    noise,
    oriented,
    png,
    save,
    scene,
    see_through,
    swapped_profile,
)

from massctl.picture.limits import RECIPE
from massctl.picture.prepare import Prepared, prepare_cover, prepare_inline

SAMPLES = {
    "webp": EVERY_FORMAT["webp"],
    "webp with alpha": EVERY_FORMAT["webp with alpha"],
    "bmp": EVERY_FORMAT["bmp"],
    "scaled jpeg": save(
        noise(900, 700), "JPEG", quality=98, exif=oriented(6), icc_profile=swapped_profile()
    ),
    "scaled png": save(see_through(noise(800, 700)), "PNG"),
}


def digest(data: bytes) -> str:
    prepared = prepare_inline(data)
    assert isinstance(prepared, Prepared)
    return hashlib.sha256(prepared.data + repr(prepared).encode()).hexdigest()


@pytest.mark.parametrize("name", SAMPLES)
def test_two_calls_agree(name: str) -> None:
    assert digest(SAMPLES[name]) == digest(SAMPLES[name])


@pytest.mark.night
@pytest.mark.parametrize("name", SAMPLES)
def test_processes_agree_whatever_their_surroundings(name: str) -> None:
    code = (
        "import hashlib, sys; from massctl.picture.prepare import prepare_inline; "
        "p = prepare_inline(sys.stdin.buffer.read()); "
        "print(hashlib.sha256(p.data + repr(p).encode()).hexdigest())"
    )
    surroundings = [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LANG": "zh_CN.UTF-8"},
        {"PYTHONHASHSEED": "2", "TZ": "America/New_York", "LANG": "C", "SOURCE_DATE_EPOCH": "0"},
    ]
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=SAMPLES[name],
            capture_output=True,
            check=True,
            env=os.environ | extra,
        ).stdout.decode()
        for extra in surroundings
    }
    assert {digest(SAMPLES[name]) + "\n"} == answers


def test_threads_agree() -> None:
    samples = list(SAMPLES.values()) * 2
    with ThreadPoolExecutor(4) as pool:
        assert [digest(s) for s in samples] == list(pool.map(digest, samples))


def test_preparing_twice_changes_nothing_more() -> None:
    for data in SAMPLES.values():
        once = prepare_inline(data)
        assert isinstance(once, Prepared)
        again = prepare_inline(once.data)
        assert isinstance(again, Prepared)
        assert (once.data, None) == (again.data, again.note)


def handmade(height: int, alpha: bool) -> bytes:
    """A PNG of random pixels that no encoder of a library took part in."""
    width = 1200
    channels = 4 if alpha else 3
    source = random.Random(7)
    rows = b"".join(b"\0" + source.randbytes(width * channels) for _ in range(height))
    return png(width, height, zlib.compress(rows, 0), colour=6 if alpha else 2)


@pytest.mark.parametrize(
    ("alpha", "expected"),
    [
        (False, "713c45fbdbadcf40bf6080a12473984dcf3646dcb6208977fea68ebc4ca46a45"),
        (True, "9f027a3f9c44b398d96f4313f77016c34f93e03d9e52c2897ace511ec2ad8118"),
    ],
)
def test_produced_bytes_belong_to_the_recipe(alpha: bool, expected: str) -> None:
    """When this fails, the bytes that reviewers approved have changed: raise RECIPE with the new digests."""
    prepared = prepare_inline(handmade(1000, alpha))
    assert isinstance(prepared, Prepared)
    assert ("4", expected) == (RECIPE, hashlib.sha256(prepared.data).hexdigest())


def test_bytes_in_a_cover_do_not_depend_on_earlier_calls() -> None:
    alone = prepare_cover(EVERY_FORMAT["webp"])
    prepare_inline(save(scene(300, 200), "BMP"))
    assert alone == prepare_cover(EVERY_FORMAT["webp"])
