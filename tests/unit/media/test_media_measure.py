"""Sounds and videos, judged before they are uploaded."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_samples import amr, box, mp3, mp4, tagged_mp3, wav

from massctl.media import (
    VIDEO_BYTES_MAX,
    VOICE_BYTES_MAX,
    Measured,
    Use,
    kind_of,
    measure,
    too_large,
)
from massctl.model.diagnostics import Fault

DAMAGED = "the file is damaged or cut off: export or download it again"
UNKNOWN = "WeChat does not accept files of this kind here: save it as MP3, AMR, WAV, WMA"


@pytest.mark.parametrize(
    ("data", "use", "expected"),
    [
        (mp3(50), "voice", Measured("mp3", 1800)),
        (b"ID3\3\0\0\0\0\0\0" + mp3(50), "voice", Measured("mp3", 1800)),
        (amr(50), "voice", Measured("amr", 1000)),
        (amr(3, mode=0), "voice", Measured("amr", 60)),
        (amr(2, mode=8) + amr(1, mode=15)[6:], "voice", Measured("amr", 60)),
        (wav(500), "voice", Measured("wav", 500)),
        (wav(500) + b"LIST\3\0\0\0abc\0", "voice", Measured("wav", 500)),
        (wav(500) + b"LIST\3\0\0\0abc", "voice", Measured("wav", 500)),
        (amr(3000), "voice", Measured("amr", 60_000)),
        (mp4(2000), "video", Measured("mp4", 2000)),
        (mp4(0), "video", Measured("mp4", 0)),
        (mp4(120_000), "video", Measured("mp4", 120_000)),
    ],
)
def test_what_wechat_takes_is_named_by_its_bytes(data: bytes, use: Use, expected: Measured) -> None:
    assert expected == measure(data, use)


@pytest.mark.parametrize(
    ("data", "use", "kind", "say"),
    [
        (b"", "voice", "MC210", "the file is empty: export or download it again"),
        (b"plain words", "voice", "MC211", UNKNOWN),
        (
            mp4(),
            "voice",
            "MC211",
            "WeChat does not accept MP4 here: save it as MP3, AMR, WAV, WMA",
        ),
        (
            mp4(brand=b"M4A "),
            "voice",
            "MC211",
            "WeChat does not accept M4A here: save it as MP3, AMR, WAV, WMA",
        ),
        (
            b"OggS" + b"\0" * 40,
            "voice",
            "MC211",
            "WeChat does not accept OGG here: save it as MP3, AMR, WAV, WMA",
        ),
        (
            b"#!AMR-WB\n\0",
            "voice",
            "MC211",
            "WeChat does not accept AMR-WB here: save it as MP3, AMR, WAV, WMA",
        ),
        (mp3(), "video", "MC211", "WeChat does not accept MP3 here: save it as MP4"),
        (
            mp4(brand=b"qt  "),
            "video",
            "MC211",
            "WeChat does not accept QUICKTIME here: save it as MP4",
        ),
        (
            b"RIFF\0\0\0\0AVI ",
            "video",
            "MC211",
            "WeChat does not accept AVI here: save it as MP4",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "video",
            "MC211",
            "this is a Git LFS pointer, not the file itself: run `git lfs pull`",
        ),
        (
            amr(3001),
            "voice",
            "MC213",
            "the sound plays 60.0 s, but WeChat accepts at most 60 s: make it shorter",
        ),
        (
            mp3(1700),
            "voice",
            "MC213",
            "the sound plays 61.2 s, but WeChat accepts at most 60 s: make it shorter",
        ),
        (amr(50)[:-1], "voice", "MC210", DAMAGED),
        (
            b"#!AMR\n" + b"\x74" * 9,
            "voice",
            "MC210",
            DAMAGED,
        ),
        (b"#!AMR\n", "voice", "MC210", DAMAGED),
        (b"ID3\3\0\0\0\0\0\0", "voice", "MC210", DAMAGED),
        (
            b"#!AMR\n" + b"\xff" * 64,
            "voice",
            "MC210",
            DAMAGED,
        ),
        (wav()[:2000], "voice", "MC210", DAMAGED),
        (wav() + b"\x80" * 999, "voice", "MC210", DAMAGED),
        (wav()[:36], "voice", "MC210", DAMAGED),
        (mp4()[:-1], "video", "MC210", DAMAGED),
        (box(b"ftyp", b"isom"), "video", "MC210", DAMAGED),
        (
            mp4() + b"\0\0\0\3tiny",
            "video",
            "MC210",
            DAMAGED,
        ),
    ],
)
def test_what_wechat_would_refuse_is_told(data: bytes, use: Use, kind: str, say: str) -> None:
    found = fault(data, use)
    assert (kind, say) == (found.code, f"{found.message}: {found.hint}")


@pytest.mark.parametrize(("use", "limit"), [("voice", VOICE_BYTES_MAX), ("video", VIDEO_BYTES_MAX)])
def test_one_byte_above_the_limit_is_too_large(use: Use, limit: int) -> None:
    head = mp3(1) if use == "voice" else mp4()
    assert too_large(use) == fault(head + b"\0" * (limit + 1 - len(head)), use)
    assert (
        f"the file is larger than {limit // 1024**2} MB, the limit of WeChat"
        == too_large(use).message
    )
    assert "make it smaller" == too_large(use).hint


def test_boxes_may_be_of_64_bits_or_reach_to_the_end() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 24) + b"\0" * 8
    to_the_end = struct.pack(">I4s", 0, b"mdat") + b"\0" * 8
    head = mp4().split(struct.pack(">I4s", 72, b"mdat"))[0]
    assert (
        measure(head + large, "video")
        == measure(head + to_the_end, "video")
        == Measured("mp4", 2000)
    )


@pytest.mark.parametrize("start", [b"\xff\xfb\x90", b"\xff\xf3\x18"])
def test_a_frame_of_layer_iii_is_mp3(start: bytes) -> None:
    assert "mp3" == kind_of(start)


@pytest.mark.parametrize(
    "start",
    [b"\xff", b"\xff\xe0\x00", b"\xff\xfd\x90", b"\xff\xfb\x00", b"\xff\xfb\xf0", b"\xff\xeb\x90"],
)
def test_what_only_begins_like_a_frame_is_not(start: bytes) -> None:
    assert "" == kind_of(start)


STARTS = [
    b"",
    b"ID3\4\0\0\0\0\0\7",
    b"#!AMR\n",
    b"\xff\xf3\x18\xc4",
    mp4()[:40],
    wav(10),
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c",
]


@given(st.sampled_from(STARTS), st.binary(max_size=300), st.sampled_from(["voice", "video"]))
def test_any_bytes_are_judged_and_nothing_is_raised(start: bytes, rest: bytes, use: Use) -> None:
    assert isinstance(measure(start + rest, use), Measured | Fault)


def fault(data: bytes, use: Use) -> Fault:
    found = measure(data, use)
    assert isinstance(found, Fault)
    return found


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (tagged_mp3(), True),
        (tagged_mp3(says_bytes=201 * 36), True),
        (tagged_mp3(says_frames=200, says_bytes=201 * 36), True),
        (b"ID3\3\0\0\0\0\0\4abcd" + tagged_mp3(says_frames=200, says_bytes=201 * 36), True),
        (tagged_mp3(100, says_frames=200, says_bytes=201 * 36), False),
        (b"ID3\3\0\0\0\0\0\4abcd" + tagged_mp3(100, says_frames=200, says_bytes=201 * 36), False),
        (tagged_mp3(100, says_bytes=201 * 36), False),
        (tagged_mp3(100, says_frames=2_000), False),
        (tagged_mp3(100, says_frames=101), True),
        (tagged_mp3(20, says_frames=100, says_bytes=101 * 417, first=True), False),
        (tagged_mp3(20, says_frames=20, says_bytes=21 * 417, first=True), True),
        (tagged_mp3(20, says_frames=500, first=True), False),
        (mp3(50)[:1000], True),  # Nothing says where it ends.
    ],
)
def test_an_mp3_that_says_how_long_it_is_is_not_taken_without_its_end(
    data: bytes, whole: bool
) -> None:
    assert whole == isinstance(measure(data, "voice"), Measured)


@pytest.mark.parametrize(
    "data", [b"ID3", b"ID3\3\0\0\x7f\x7f\x7f\x7f\xff\xfb", b"ID3\3\0\0\0\0\0\0\xff"]
)
def test_an_mp3_without_a_frame_is_damaged(data: bytes) -> None:
    assert "MC210" == fault(data, "voice").code
