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


def test_a_late_frame_is_looked_at():
    code = drawn("末帧").resize((400, 400))
    blank = [Image.new("L", (400, 400), 255 - n) for n in range(20)]
    data = written(blank[0], "GIF", save_all=True, append_images=[*blank[1:], code], duration=90)
    assert ("末帧",) == codes_in(data)


def test_without_the_extra_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch):
    def missing(_: str) -> str:
        raise codes.PackageNotFoundError

    with_it = cache_key()
    monkeypatch.setattr(codes, "version", missing)
    assert codes_in(b"") is None
    assert with_it != cache_key()
    assert cache_key().endswith("zxing-none")
