"""What comes along with massctl and is read like a file of the repository: the built-in themes."""

from functools import cache
from importlib.resources import files

from massctl.render.theme.shelf import BUILT_IN


@cache
def built_in_theme(name: str) -> str | None:
    """Give the CSS of a built-in theme; None where there is none of that name."""
    if name not in BUILT_IN:
        return None
    return (files("massctl.render.theme") / "built_in" / f"{name}.css").read_text(encoding="utf-8")
