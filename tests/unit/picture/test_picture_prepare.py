import random
from pathlib import Path

import pytest
from picture_samples import (
    EVERY_FORMAT,
    animated,
    load,
    noise,
    oriented,
    save,
    scene,
    see_through,
    swapped_profile,
)
from PIL import Image, ImageChops, ImageCms, ImageStat, JpegImagePlugin, __version__
from PIL.PngImagePlugin import PngInfo

from massctl.model.diagnostics import Fault
from massctl.model.message import Purpose
from massctl.picture import prepare
from massctl.picture.codes import reader_version
from massctl.picture.formats import Format, sniff
from massctl.picture.limits import (
    COVER_RECIPE,
    INLINE_BYTES_BELOW,
    INLINE_BYTES_TARGET,
    INLINE_RECIPE,
    INLINE_WIDTH_MAX,
    MATERIAL_BYTES_MAX,
    MATERIAL_BYTES_TARGET,
    PRODUCED_SHORT_SIDE_MAX,
    RECIPE,
    SOURCE_BYTES_MAX,
    cache_key,
)
from massctl.picture.prepare import Prepared, encode_drawing, prepare_cover, prepare_inline


def inline(data: bytes) -> Prepared:
    prepared = prepare_inline(data)
    assert isinstance(prepared, Prepared), prepared
    return prepared


def cover(data: bytes) -> Prepared:
    prepared = prepare_cover(data)
    assert isinstance(prepared, Prepared), prepared
    return prepared


def padded_jpeg(size_bytes: int) -> bytes:
    """A sound JPEG of exactly this many bytes: what stands after its end belongs to nobody."""
    data = EVERY_FORMAT["jpeg"]
    return data + bytes(size_bytes - len(data))


PLAIN = [name for name in EVERY_FORMAT if "cmyk" not in name]
"""Small pictures whose numbers are sRGB."""


@pytest.mark.parametrize("name", [n for n in PLAIN if "jpeg" in n or "png" in n])
def test_small_jpeg_and_png_pass_untouched_inline(name: str) -> None:
    data = EVERY_FORMAT[name]
    image = load(data)
    expected = Prepared(data, Purpose.IMAGE, Format(image.format.lower()), None, image.size)  # type: ignore[union-attr]
    assert expected == inline(data)


@pytest.mark.parametrize("name", ["gif", "animated gif"])
def test_gif_passes_untouched_as_material_inline(name: str) -> None:
    data = EVERY_FORMAT[name]
    assert Prepared(data, Purpose.MATERIAL, Format.GIF, None, load(data).size) == inline(data)


@pytest.mark.parametrize("name", [n for n in PLAIN if "webp" not in n])
def test_everything_but_webp_passes_untouched_as_cover(name: str) -> None:
    prepared = cover(EVERY_FORMAT[name])
    assert (EVERY_FORMAT[name], Purpose.MATERIAL, None) == (
        prepared.data,
        prepared.purpose,
        prepared.note,
    )


@pytest.mark.parametrize("way", [inline, cover])
def test_opaque_webp_becomes_jpeg(way) -> None:  # type: ignore[no-untyped-def]
    prepared = way(EVERY_FORMAT["webp"])
    assert (prepared.format, load(prepared.data).size) == (Format.JPEG, (64, 48))


def test_note_of_a_conversion() -> None:
    prepared = inline(EVERY_FORMAT["webp"])
    assert (
        f"converted from WebP to JPEG, 1 KB -> {round(len(prepared.data) / 1000)} KB"
        == prepared.note
    )


@pytest.mark.parametrize("name", ["lossless webp", "webp with alpha"])
def test_transparent_webp_becomes_png(name: str) -> None:
    assert Format.PNG is inline(EVERY_FORMAT[name]).format


@pytest.mark.parametrize("name", ["bmp", "1-bit bmp", "palette bmp"])
def test_bitmap_becomes_jpeg_inline(name: str) -> None:
    assert (inline(EVERY_FORMAT[name]).format, inline(EVERY_FORMAT[name]).purpose) == (
        Format.JPEG,
        Purpose.IMAGE,
    )


@pytest.mark.parametrize("name", ["webp", "lossless webp", "bmp", "1-bit bmp", "palette bmp"])
def test_produced_bytes_are_what_they_say(name: str) -> None:
    prepared = inline(EVERY_FORMAT[name])
    assert (sniff(prepared.data), load(prepared.data).size) == (prepared.format, prepared.laid_out)


def test_the_last_byte_below_one_megabyte_passes() -> None:
    assert inline(padded_jpeg(INLINE_BYTES_BELOW - 1)).note is None


def test_exactly_one_megabyte_is_re_encoded() -> None:
    prepared = inline(padded_jpeg(INLINE_BYTES_BELOW))
    assert prepared.note == f"re-encoded as JPEG, 1.0 MB -> {round(len(prepared.data) / 1000)} KB"


def test_exactly_ten_megabytes_pass_as_cover() -> None:
    assert cover(padded_jpeg(MATERIAL_BYTES_MAX)).note is None


def test_more_than_ten_megabytes_are_re_encoded_as_cover() -> None:
    assert len(cover(padded_jpeg(MATERIAL_BYTES_MAX + 1)).data) < 10_000


def test_large_photo_is_scaled_until_it_fits() -> None:
    prepared = inline(save(noise(2000, 1500), "JPEG", quality=95))
    assert len(prepared.data) <= INLINE_BYTES_TARGET
    size = "x".join(map(str, load(prepared.data).size))
    assert str(prepared.note).startswith(f"scaled 2000x1500 -> {size}, re-encoded as JPEG, ")


def test_scaling_keeps_the_proportions() -> None:
    width, height = load(inline(save(noise(2000, 1500), "JPEG", quality=95)).data).size
    assert width / height == pytest.approx(2000 / 1500, rel=0.01)


def test_large_opaque_png_becomes_jpeg_at_its_own_size() -> None:
    prepared = inline(save(noise(700, 600), "PNG"))
    assert (prepared.format, load(prepared.data).size) == (Format.JPEG, (700, 600))


def test_large_png_whose_alpha_is_all_opaque_becomes_jpeg() -> None:
    image = noise(700, 600)
    image.putalpha(255)
    assert Format.JPEG is inline(save(image, "PNG")).format


def test_large_transparent_png_stays_png_and_fits() -> None:
    prepared = inline(save(see_through(noise(1000, 800)), "PNG"))
    assert (prepared.format, load(prepared.data).mode) == (Format.PNG, "RGBA")
    assert len(prepared.data) <= INLINE_BYTES_TARGET


def test_cover_above_ten_megabytes_is_scaled() -> None:
    prepared = cover(save(noise(2100, 1700), "PNG", compress_level=0))
    assert Format.JPEG is prepared.format
    assert len(prepared.data) <= MATERIAL_BYTES_TARGET


def test_scaled_covers_are_no_larger_than_phones_show() -> None:
    # 20 megapixels in 60 MB are beyond what is taken, and beyond what is encoded at all.
    _, height = load(cover(save(scene(5000, 4000), "BMP")).data).size
    assert PRODUCED_SHORT_SIDE_MAX * 0.9 < height <= PRODUCED_SHORT_SIDE_MAX


def test_a_heavy_photograph_is_no_wider_than_a_column_on_a_good_screen() -> None:
    data = save(noise(2708, 1000), "JPEG", quality=40)
    assert 677_000 < len(data) < INLINE_BYTES_BELOW
    prepared = inline(data)
    assert (INLINE_WIDTH_MAX, 500) == load(prepared.data).size
    assert str(prepared.note).startswith("scaled 2708x1000 -> 1354x500, re-encoded as JPEG, ")


PASSING_JPEGS = {
    "of just that width": save(scene(INLINE_WIDTH_MAX, 600), "JPEG"),
    "wide, and larger when it was scaled": save(noise(1500, 1000), "JPEG", quality=40),
    "wide and light": save(scene(2400, 1600), "JPEG", quality=60),
    "heavy, but not wide": save(noise(600, 500), "JPEG", quality=95),
}


@pytest.mark.parametrize("what", PASSING_JPEGS)
def test_a_photograph_that_passes_stays(what: str) -> None:
    data = PASSING_JPEGS[what]
    assert (data, None) == (inline(data).data, inline(data).note)


@pytest.mark.parametrize("what", ["noise", "grey noise", "black and white", "pure colours"])
@pytest.mark.parametrize(("format_", "width"), [("PNG", 640), ("JPEG", 1408)])
def test_what_passes_is_only_made_anew_where_that_is_smaller(
    what: str, format_: str, width: int
) -> None:
    """Even for what JPEG needs most bytes for: the source alone decides, and no encoder is asked."""
    image = noise(width, 512, "L").convert("RGB") if what == "grey noise" else noise(width, 512)
    if what in {"black and white", "pure colours"}:
        image = image.convert("L" if what == "black and white" else "RGB").point(
            lambda value: 255 * (value > 127)
        )
    for quality in (30, 60, 75, 95):
        data = save(image.convert("RGB"), format_, quality=quality)
        if len(data) < INLINE_BYTES_BELOW:
            prepared = inline(data)
            assert (len(prepared.data) < len(data)) == (prepared.note is not None)


def test_what_is_told_beside_the_pixels_makes_no_photograph() -> None:
    """Drawing programs keep their own file in a PNG, and cameras a second picture in a JPEG."""
    told = PngInfo()
    told.add_text("mxfile", random.Random(1).randbytes(300_000).hex())
    drawing = save(Image.new("RGB", (400, 400), "white"), "PNG", pnginfo=told)
    assert (drawing, None) == (inline(drawing).data, inline(drawing).note)
    wide = save(scene(2708, 1000), "JPEG")
    segment = b"\xff\xe2\xff\xff" + bytes(65_533)
    assert wide == inline(wide[:2] + segment * 12 + wide[2:]).data


@pytest.mark.parametrize("size_bytes", [10, 900_000])
def test_no_encoder_decides_what_is_converted(
    size_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that is converted on one machine is on all, since it has another name then."""

    def decided(data: bytes) -> tuple[bool, tuple[int, int]]:
        return inline(data).note is None, inline(data).laid_out

    pictures = [*EVERY_FORMAT.values(), *PASSING_JPEGS.values(), save(noise(400, 300), "PNG")]
    pictures.append(save(noise(2708, 1000), "JPEG", quality=40))
    expected = [decided(data) for data in pictures]
    for encoder in ("as_jpeg", "as_png"):
        monkeypatch.setattr(prepare, encoder, lambda *_: bytes(size_bytes))
    assert expected == [decided(data) for data in pictures]


@pytest.mark.parametrize("quality", [30, 60, 75, 88])
def test_a_photograph_that_is_turned_is_encoded_no_finer_than_it_was(quality: int) -> None:
    data = save(noise(300, 200), "JPEG", quality=quality, exif=oriented(6))
    assert len(inline(data).data) < 1.05 * len(data)


def test_a_fine_photograph_keeps_its_fine_colours() -> None:
    data = save(scene(300, 200), "JPEG", quality=95, subsampling="4:4:4", exif=oriented(6))
    turned, expected = (
        load(inline(data).data),
        load(save(scene(), "JPEG", quality=88, subsampling="4:4:4")),
    )
    assert (expected.quantization, expected.layer) == (turned.quantization, turned.layer)  # type: ignore[attr-defined]


def test_webp_is_encoded_no_finer_than_it_was() -> None:
    """A WebP of 23 KB became a JPEG of 83 KB; 54 KB look the same."""
    data = (
        Path(__file__).parents[3] / "campaigns/2026-12-members-issue/images/noodles.webp"
    ).read_bytes()
    assert len(inline(data).data) < 56_000
    assert len(cover(data).data) < 56_000


def test_webp_without_loss_keeps_its_fine_colours() -> None:
    converted = load(inline(save(scene(), "WEBP", lossless=True)).data)
    assert 0 == JpegImagePlugin.get_sampling(converted)


def test_a_screenshot_of_few_colours_stays_small() -> None:
    """It was three times its size, since its palette was gone."""
    image = noise(40, 40).quantize(64).resize((800, 600), Image.Resampling.NEAREST)
    data = save(image, "PNG", icc_profile=swapped_profile())
    prepared = inline(data)
    assert (Format.PNG, True) == (prepared.format, len(prepared.data) < 1.2 * len(data))
    assert load(prepared.data).convert("RGB").getcolors(64) is not None


def test_a_palette_holds_each_colour_exactly() -> None:
    colours = random.Random(5).sample(range(1 << 24), 256)
    image = Image.frombytes("RGB", (16, 16), b"".join(each.to_bytes(3, "big") for each in colours))
    encoded = encode_drawing(image, INLINE_BYTES_TARGET)
    assert encoded is not None
    assert ("P", image.tobytes()) == (
        load(encoded.data).mode,
        load(encoded.data).convert("RGB").tobytes(),
    )


def test_a_panorama_keeps_its_width() -> None:
    assert inline(save(scene(2000, 600), "JPEG")).note is None


def test_a_wide_cover_passes() -> None:
    assert cover(save(scene(2708, 1000), "JPEG")).note is None


def test_a_wide_screenshot_passes() -> None:
    """Its file is small, and letters that were scaled are blurred."""
    assert inline(save(Image.new("RGB", (2708, 1000), "white"), "PNG")).note is None


def test_a_photograph_in_png_becomes_jpeg() -> None:
    prepared = inline(save(noise(400, 300), "PNG"))
    assert (prepared.format, load(prepared.data).width) == (Format.JPEG, 400)


def test_a_transparent_photograph_in_png_passes() -> None:
    data = save(see_through(noise(400, 300)), "PNG")
    assert (data, None) == (inline(data).data, inline(data).note)


@pytest.mark.parametrize("way", [inline, cover])
def test_a_photograph_on_its_side_is_turned(way) -> None:  # type: ignore[no-untyped-def]
    prepared = way(save(scene(64, 48), "JPEG", exif=oriented(6)))
    assert ((48, 64), {}) == (load(prepared.data).size, dict(load(prepared.data).getexif()))


def test_what_a_camera_wrote_is_taken_out_without_touching_a_pixel() -> None:
    plain = save(scene(), "JPEG")
    exif = Image.Exif()
    exif[0x010F] = "camera of somebody"
    prepared = inline(save(scene(), "JPEG", exif=exif, comment=b"somewhere"))
    assert plain == prepared.data
    assert prepared.note == "removed the camera's metadata, 1 KB -> 1 KB"


@pytest.mark.parametrize("way", [inline, cover])
@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_other_colours_become_srgb(way, format_: str) -> None:  # type: ignore[no-untyped-def]
    prepared = way(save(Image.new("RGB", (64, 48), "red"), format_, icc_profile=swapped_profile()))
    red, green, _ = load(prepared.data).convert("RGB").getpixel((30, 20))  # type: ignore[misc]
    assert (green > 240, red < 60, "icc_profile" in load(prepared.data).info) == (True, True, False)


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_a_profile_that_says_srgb_changes_nothing(format_: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert inline(save(scene(), format_, icc_profile=profile)).note is None


def test_a_screenshot_in_other_colours_stays_png() -> None:
    data = save(Image.new("RGB", (640, 480), "red"), "PNG", icc_profile=swapped_profile())
    assert Format.PNG is inline(data).format


def test_a_drawing_that_does_not_fit_as_png_becomes_jpeg() -> None:
    """Its PNG was made small by an encoder that is better than ours, or holds more colours in sRGB than before."""
    assert encode_drawing(noise(700, 600), INLINE_BYTES_TARGET) is None
    assert encode_drawing(Image.new("RGB", (5000, 4000)), INLINE_BYTES_TARGET) is None


@pytest.mark.parametrize("way", [inline, cover])
def test_ink_becomes_light(way) -> None:  # type: ignore[no-untyped-def]
    assert load(way(EVERY_FORMAT["cmyk jpeg"]).data).mode == "RGB"


def test_what_moves_is_never_made_anew() -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    data = save(
        frames[0], "PNG", save_all=True, append_images=frames[1:], icc_profile=swapped_profile()
    )
    assert (data, None) == (inline(data).data, inline(data).note)


def test_long_picture_keeps_its_width() -> None:
    prepared = inline(save(scene(750, 12_000), "BMP"))
    assert load(prepared.data).size == (750, 12_000)


def test_picture_that_would_become_illegible_is_too_large() -> None:
    fault = prepare_inline(save(noise(500, 6000), "PNG", compress_level=1))
    assert isinstance(fault, Fault)
    assert (fault.code, "cut it" in fault.hint) == ("MC205", True)


def test_picture_too_long_for_jpeg_is_too_large() -> None:
    fault = prepare_inline(save(Image.new("RGB", (20, 65_535), "red"), "BMP"))
    assert isinstance(fault, Fault)
    assert fault.code == "MC205"


@pytest.mark.parametrize("way", [prepare_inline, prepare_cover])
def test_gif_above_ten_megabytes_is_too_large(way) -> None:  # type: ignore[no-untyped-def]
    fault = way(EVERY_FORMAT["gif"] + bytes(MATERIAL_BYTES_MAX))
    assert isinstance(fault, Fault)
    assert fault.code == "MC205"


def test_file_beyond_every_camera_is_not_even_read() -> None:
    fault = prepare_inline(EVERY_FORMAT["jpeg"] + bytes(SOURCE_BYTES_MAX))
    assert isinstance(fault, Fault)
    assert fault.code == "MC205"


@pytest.mark.parametrize("way", [prepare_inline, prepare_cover])
def test_animated_webp_is_refused_with_advice(way) -> None:  # type: ignore[no-untyped-def]
    fault = way(animated("WEBP"))
    assert isinstance(fault, Fault)
    assert (fault.code, "save it as GIF" in fault.hint) == ("MC204", True)


def test_webp_with_a_single_frame_stands_still() -> None:
    assert Format.JPEG is inline(animated("WEBP", count=1)).format


def test_small_animated_png_passes_as_png() -> None:
    data = animated("PNG")
    assert Prepared(data, Purpose.IMAGE, Format.PNG, None, (40, 30)) == inline(data)


def test_large_animated_png_is_refused_rather_than_stopped() -> None:
    frames = [noise(500, 400, seed=seed) for seed in (1, 2)]
    fault = prepare_inline(save(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    assert isinstance(fault, Fault)
    assert fault.code == "MC204"


def test_gif_with_too_many_frames_is_refused() -> None:
    data = EVERY_FORMAT["gif"]
    image_at = data.index(b",")
    fault = prepare_inline(data[:image_at] + data[image_at:-1] * 2_001 + b";")
    assert isinstance(fault, Fault)
    assert (fault.code, "2001 frames" in fault.message) == ("MC205", True)


def test_gif_with_too_much_to_decode_is_refused() -> None:
    # Twenty frames on a canvas that the screen's header makes huge.
    data = bytearray(animated("GIF", count=20))
    data[6:10] = (7_000).to_bytes(2, "little") * 2
    fault = prepare_inline(bytes(data))
    assert isinstance(fault, Fault)
    assert fault.code == "MC205"


def test_the_cache_key_names_recipe_pillow_and_who_reads_codes() -> None:
    assert f"{RECIPE}-ai-mark-v1-pillow-{__version__}-zxing-{reader_version()}" == cache_key()


def test_a_recipe_says_where_the_picture_goes_and_what_it_may_become() -> None:
    """These words are part of every name of a converted picture: with other words, raise no version in vain."""
    ways = "png|jpeg 88/4:4:4,82/4:2:0,72/4:2:0 as fine as the source at most steps 1/32"
    assert f"image {ways} width<=1354 unless width>3*height bytes<=1000000 v4" == INLINE_RECIPE
    assert f"material {ways} bytes<=10000000 v4" == COVER_RECIPE


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_wide_jpeg_keeps_its_shape_when_it_is_decoded_at_a_half(orientation: int) -> None:
    turned = scene(3001, 2001) if orientation == 3 else scene(2001, 3001)
    made = inline(save(turned, "JPEG", quality=90, exif=oriented(orientation)))
    # Half of the pixels, rounded up, have another shape.
    assert ((INLINE_WIDTH_MAX, 903), (INLINE_WIDTH_MAX, 903)) == (
        made.laid_out,
        load(made.data).size,
    )


def test_a_jpeg_decoded_at_a_half_shows_the_same() -> None:
    photograph = scene(3000, 2000)
    turned = photograph.transpose(Image.Transpose.ROTATE_180)
    made = load(inline(save(turned, "JPEG", quality=95, exif=oriented(3))).data)
    apart = ImageStat.Stat(ImageChops.difference(made, photograph.resize(made.size)))
    assert ((INLINE_WIDTH_MAX, 903), True) == (made.size, max(apart.mean) < 1)


def test_a_wide_jpeg_that_is_cut_is_refused() -> None:
    data = save(scene(3000, 2000), "JPEG", quality=90)
    assert "MC203" == fault(prepare_inline(data[: len(data) // 2]))
    assert "MC203" == fault(prepare_cover(data[: len(data) // 2]))


def fault(found: Prepared | Fault) -> str:
    assert isinstance(found, Fault), found
    return found.code


@pytest.mark.night
def test_articles_are_laid_out_by_a_size_that_no_encoder_decides() -> None:
    noisy = inline(save(noise(3000, 6000), "PNG"))
    assert ((INLINE_WIDTH_MAX, 2708), True) == (
        noisy.laid_out,
        load(noisy.data).width < INLINE_WIDTH_MAX,
    )
