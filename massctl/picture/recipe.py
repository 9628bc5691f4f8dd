"""What is done to pictures that cannot pass as they are, as names: cheap to ask, since caches ask it on every run.

A recipe says what a converted picture may be: formats, sizes, qualities in the order in which they are tried. What
comes of it differs in some bytes between processors; the recipe does not, so it names the picture in a lock.
"""

from typing import Final

from massctl.picture.limits import (
    INLINE_BYTES_TARGET,
    INLINE_WIDTH_MAX,
    JPEG_SETTINGS,
    MATERIAL_BYTES_TARGET,
    PANORAMA_RATIO,
    SIZE_STEPS,
)

RECIPE: Final = "2"
"""The version of the recipes: raised whenever the same file comes out as other pixels."""
_JPEG: Final = ",".join(f"{quality}/{subsampling}" for quality, subsampling in JPEG_SETTINGS)
_WAYS: Final = f"png|jpeg {_JPEG} steps 1/{SIZE_STEPS}"
INLINE_RECIPE: Final = (
    f"image {_WAYS} width<={INLINE_WIDTH_MAX} unless width>{PANORAMA_RATIO}*height "
    f"bytes<={INLINE_BYTES_TARGET} v{RECIPE}"
)
"""Of a picture inside an article."""
COVER_RECIPE: Final = f"material {_WAYS} bytes<={MATERIAL_BYTES_TARGET} v{RECIPE}"
"""Of a cover, and of the pictures of a picture message."""


def cache_key() -> str:
    """Name what decides the produced bytes on this machine: our recipe and Pillow's version."""
    # The package alone, without its codecs: a run that finds everything in the cache stays fast.
    from PIL import __version__ as pillow_version

    return f"{RECIPE}-pillow-{pillow_version}"
