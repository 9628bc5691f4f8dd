import pytest
from picture_samples import EVERY_FORMAT

from massctl.model.diagnostics import Fault
from massctl.picture.formats import Format, sniff
from massctl.picture.prepare import prepare_inline


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_format_is_recognised_by_magic_bytes(name: str) -> None:
    expected = next(f for f in Format if f.value in name)
    assert expected is sniff(EVERY_FORMAT[name])


@pytest.mark.parametrize(
    "data",
    [b"", b"B", b"BM", b"BMW is a maker of cars and not a bitmap", b"RIFF....WAVE", b"GIF88a"],
)
def test_other_bytes_are_no_picture(data: bytes) -> None:
    assert sniff(data) is None


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0"),
        ("HEIC", b"\0\0\0\x18ftypmif1\0\0\0\0"),
        ("AVIF", b"\0\0\0\x1cftypavif\0\0\0\0"),
        ("TIFF", b"II*\0\x08\0\0\0"),
        ("TIFF", b"MM\0*\0\0\0\x08"),
        ("SVG", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("SVG", b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- drawn -->\n<svg/>"),
        ("PDF", b"%PDF-1.7"),
        ("JPEG XL", b"\xff\x0a\x01"),
        ("HTML", b"<!DOCTYPE html><title>404</title>"),
    ],
)
def test_unsupported_format_is_named_in_the_fault(expected: str, data: bytes) -> None:
    fault = prepare_inline(data)
    assert isinstance(fault, Fault)
    assert (fault.code, expected in fault.message) == ("MC204", True)


def test_video_container_is_not_named() -> None:
    fault = prepare_inline(b"\0\0\0\x18ftypmp42\0\0\0\0")
    assert isinstance(fault, Fault)
    assert "this is not a picture that massctl knows" == fault.message


def test_lfs_pointer_says_what_to_type() -> None:
    fault = prepare_inline(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")
    assert isinstance(fault, Fault)
    assert "git lfs pull" in fault.hint


def test_unknown_bytes_list_what_can_be_used() -> None:
    fault = prepare_inline("纯文本".encode())
    assert isinstance(fault, Fault)
    assert fault.hint == "use JPEG, PNG, GIF, WebP or BMP"


def test_extension_matches_wechat() -> None:
    assert ["jpg", "png", "gif", "webp", "bmp"] == [each.extension for each in Format]
