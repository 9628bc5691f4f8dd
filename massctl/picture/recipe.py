"""What decides the bytes that come out, as a name: cheap to ask, since caches ask it on every run."""

from typing import Final

RECIPE: Final = "2"
"""Raised whenever the produced bytes change; part of every cache key, together with Pillow's version."""


def recipe_key() -> str:
    """Name what decides the produced bytes, for cache keys: our recipe and Pillow's version."""
    # The package alone, without its codecs: a run that finds everything in the cache stays fast.
    from PIL import __version__ as pillow_version

    return f"{RECIPE}/pillow-{pillow_version}"
