"""QR codes in pictures: each is found, however it is drawn."""

from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from massctl.picture import codes
from massctl.picture.codes import codes_in
from massctl.picture.limits import cache_key

ADDRESS = "https://shop.example.com/抽奖?id={}"
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


def drawn(text: str, scale: int = 4) -> Image.Image:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(code.to_image(scale=scale))


def written(image: Image.Image, form: str, **options: Any) -> bytes:
    into = BytesIO()
    image.save(into, form, **options)
    return into.getvalue()


def poster(number: int) -> Image.Image:
    """Draw a poster whose code differs in size, place, angle and colour from that of every other."""
    size = (900 + 37 * number, 1200 - 11 * number)
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    code = drawn(ADDRESS.format(number), 2 + number % 5)
    code = (
        code.rotate(90 * (number % 4))
        if number % 3
        else code.rotate(17, expand=True, fillcolor=255)
    )
    if number % 7 == 6:
        code = code.point(lambda value: 255 - value)
    image.paste(code.convert("RGB"), (20 + 5 * number, 30 + 11 * number))
    return image


@pytest.mark.parametrize("number", range(40))
def test_a_code_in_a_poster_is_found(number: int):
    form = FORMATS[number % len(FORMATS)]
    assert (ADDRESS.format(number),) == codes_in(written(poster(number), form))


def test_a_code_at_the_end_of_a_long_picture_is_found():
    image = Image.new("RGB", (1080, 20_000), "white")
    image.paste(drawn("尾").resize((120, 120)), (480, 19_800))
    assert ("尾",) == codes_in(written(image, "JPEG"))


def test_every_code_of_a_picture_is_found_once():
    image = Image.new("L", (900, 500), 255)
    for at, text in enumerate(("一", "二", "一")):
        image.paste(drawn(text), (20 + 280 * at, 40))
    assert {"一", "二"} == set(codes_in(written(image, "PNG")) or ())
    assert 2 == len(codes_in(written(image, "PNG")) or ())


def test_a_picture_without_codes_has_none():
    assert () == codes_in(written(Image.linear_gradient("L"), "PNG"))


@pytest.mark.parametrize("ink", [0, 255])
def test_a_code_on_nothing_is_found(ink: int):
    code = drawn("透明")
    alpha = code.point(lambda value: 255 - value)
    image = Image.merge("LA", (Image.new("L", code.size, ink), alpha))
    assert ("透明",) == codes_in(written(image, "PNG"))


@pytest.mark.parametrize("form", ["GIF", "PNG"])
@pytest.mark.parametrize("frame", [3, 20])
def test_every_frame_is_looked_at(form: str, frame: int):
    frames = [Image.new("L", (400, 400), 255 - n) for n in range(21)]
    frames[frame] = drawn("一帧").resize((400, 400))
    assert ("一帧",) == codes_in(animated(frames, form))


def animated(frames: list[Image.Image], form: str) -> bytes:
    return written(frames[0], form, save_all=True, append_images=frames[1:], duration=90)


@pytest.mark.parametrize(("bound", "most"), [("FRAMES_MAX", 3), ("MOTION_PIXELS_MAX", 40_000)])
def test_in_an_animation_that_takes_too_long_nobody_looked(
    bound: str, most: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(codes, bound, most)
    frames = [Image.new("L", (100, 100), 9 * n) for n in range(5)]
    assert () == codes_in(animated(frames[:3], "GIF"))
    assert codes_in(animated(frames, "GIF")) is None


def test_in_an_animation_that_breaks_off_nobody_looked():
    data = animated([Image.effect_noise((200, 200), n) for n in (9, 60, 90)], "PNG")
    assert codes_in(data) == ()
    assert codes_in(data[: len(data) // 2] + b"x" * 9_000) is None


@pytest.mark.parametrize("dark", [0, 1500, 20_000])
def test_a_code_in_grey_of_16_bits_is_found(dark: int):
    assert ("深",) == codes_in(written(deep(dark), "PNG"))


def test_where_a_transparent_colour_has_another_depth_nobody_looked():
    assert codes_in(written(deep(0), "PNG", transparency=65_535)) is None
    assert ("深",) == codes_in(written(drawn("深"), "PNG", transparency=255))


def deep(dark: int) -> Image.Image:
    code = drawn("深")
    dots = [dark if value == 0 else 65_535 for value in code.tobytes()]
    packed = b"".join(each.to_bytes(2, "little") for each in dots)
    return Image.frombytes("I;16", code.size, packed)


def test_without_the_extra_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch):
    def missing(_: str) -> str:
        raise codes.PackageNotFoundError

    with_it = cache_key()
    monkeypatch.setattr(codes, "version", missing)
    assert codes_in(b"") is None
    assert with_it != cache_key()
    assert cache_key().endswith("zxing-none")
