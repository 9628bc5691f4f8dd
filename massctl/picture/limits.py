"""Every number that decides about a picture: WeChat's limits, our bounds on memory and time, and the recipes.

WeChat's come from the pages of media/uploadimg and material/add_material (WeChat docs, read 2026-10). A recipe says
what a converted picture may be: formats, sizes, qualities in the order in which they are tried. What comes of it
differs in some bytes between processors; the recipe does not, so it names the picture in a lock.
"""

from massctl.picture.codes import reader_version

INLINE_BYTES_BELOW = 1_048_576
"""media/uploadimg takes JPEG and PNG "below 1 MB", whichever MB that is (WeChat docs, read 2026-10)."""
INLINE_BYTES_TARGET = 1_000_000
"""What we produce for uploadimg fits either reading of "1 MB"."""
MATERIAL_BYTES_MAX = 10_485_760
"""material/add_material, type image: at most 10 MB (WeChat docs, read 2026-10)."""
MATERIAL_BYTES_TARGET = 10_000_000
"""What we produce for add_material fits either reading of "10 MB"."""

SOURCE_BYTES_MAX = 67_108_864
"""64 MiB, beyond what a camera or a design tool exports; bounds every walk through the bytes."""
PIXELS_MAX = 60_000_000
"""A 50-megapixel camera passes. Pillow keeps 4 bytes a pixel, so a copy is 240 MB; up to five exist."""
SIDE_PIXELS_MAX = 65_535
"""The most that JPEG and GIF can say; bounds one row in formats that could say more."""
ANIMATION_PIXELS_MAX = 600_000_000
"""Canvas times frames of a GIF. All of them are decoded to prove the file sound, in some seconds at most."""
FRAMES_MAX = 2_000
"""More than a minute at 30 frames a second; bounds the work for frames that are almost empty."""
PARTS_MAX = 100_000
"""Segments or chunks of a file. A large PNG has some ten thousand; millions of empty ones would fill memory."""
JPEG_SCANS_MAX = 64
"""Progressive JPEGs have about ten; each scan visits the whole picture, so a thousand would be an attack."""

METADATA_BYTES_MAX = 1_048_576
"""Of XMP in which the AI mark is looked for. Packets with a long history of edits have some hundred thousand bytes."""
MARK_BYTES_MAX = 60_000
"""Of an AI mark, which has to fit one segment of a JPEG. Marks with signatures have fewer than 2,000."""

SIZE_STEPS = 32
"""Sizes that are tried are thirty-seconds of the original's sides."""
JPEG_SETTINGS = ((88, "4:4:4"), (82, "4:2:0"), (72, "4:2:0"))
"""Quality and chroma subsampling. The first keeps red text sharp; below the last, blocks become visible."""
JPEG_MIDDLE = JPEG_SETTINGS[1]
"""As fine as a WebP with losses, which knows no finer colours than 4:2:0, and as what need not be converted at all."""
JPEG_SIDE_PIXELS_MAX = 65_500
"""libjpeg writes no longer side."""
PRODUCED_PIXELS_MAX = 16_000_000
"""Larger is never encoded: more would hardly ever fit, and each try costs its time."""
PRODUCED_SHORT_SIDE_MAX = 1_600
"""Where a picture has to be scaled at all, good quality at this size is worth more than further pixels: no
phone's screen is wider. Long and wide pictures keep their long side."""
INLINE_WIDTH_MAX = 1_354
"""Of a converted photograph inside an article: the widest column has 677 px (Source:
wechatjs/verify-article-structure-spec, rule 1.4, 2026-08), and good screens have two dots a px; a phone's 430 px have
three, which is less."""
PANORAMA_RATIO = 3
"""Ours: what is wider than three times its height is looked at by zooming in, so it keeps its dots."""
PHOTO_BYTES_MIN = 200_000
"""Ours: below, a PNG costs a follower less than looking for a better form is worth."""
PHOTO_BYTES_A_PIXEL = 1
"""Ours: PNG needs more for photographs and less for drawings, screenshots and text, which JPEG would blur.

JPEG at JPEG_MIDDLE needs less whatever it shows, noise of pure colours included (0.88, measured 2026-11): a file that
has as many bytes becomes smaller, and no encoder has to be asked.
"""
PRODUCED_WIDTH_MIN = 480
"""Nothing is scaled below this width: the text of long pictures would become unreadable unnoticed."""

RECIPE = "4"
"""The version of the recipes: raised whenever the same file comes out as other pixels."""
AI_MARK_RECIPE = "ai-mark v1"
"""Stands behind the recipe of a picture whose AI mark is written anew; raised when it comes out in another way."""
_JPEG = ",".join(f"{quality}/{subsampling}" for quality, subsampling in JPEG_SETTINGS)
_WAYS = f"png|jpeg {_JPEG} as fine as the source at most steps 1/{SIZE_STEPS}"
INLINE_RECIPE = (
    f"image {_WAYS} width<={INLINE_WIDTH_MAX} unless width>{PANORAMA_RATIO}*height "
    f"bytes<={INLINE_BYTES_TARGET} v{RECIPE}"
)
"""Of a picture inside an article."""
COVER_RECIPE = f"material {_WAYS} bytes<={MATERIAL_BYTES_TARGET} v{RECIPE}"
"""Of a cover, and of the pictures of a picture message."""


def cache_key() -> str:
    """Name what decides the produced bytes, and what is known of them: our recipes, Pillow, and what reads QR codes."""
    # The package alone, without its codecs: a run that finds everything in the cache stays fast.
    from PIL import __version__ as pillow_version

    recipes = f"{RECIPE}-{AI_MARK_RECIPE.replace(' ', '-')}"
    return f"{recipes}-pillow-{pillow_version}-zxing-{reader_version() or 'none'}"
