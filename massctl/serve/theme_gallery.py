"""A sample article in every theme, for the gallery of `massctl serve --themes`."""

from collections.abc import Mapping
from functools import cache
from pkgutil import get_data
from typing import Final

from pydantic import ValidationError

from massctl.model.diagnostics import Severity
from massctl.model.ids import sha256_of
from massctl.model.message import Picture, Purpose, RenderedArticle
from massctl.model.theme import ThemeSettings
from massctl.render.article import render_body
from massctl.render.inputs import PicturePurpose, Problem
from massctl.render.pictures import Pictures
from massctl.render.strings import Setting
from massctl.render.theme import BUILT_IN
from massctl.source.loader import Workbench
from massctl.view.pages.themes_page import Shown

_FOLDER: Final = "_gallery"
"""Where the samples are for the renderer; no campaign has this name."""
_TITLES: Final = {"sample.md": "四个周六，四十二公里"}
_PICTURES: Final = {"avenue.jpg": (750, 563)}
"""The pictures of the samples, with their size."""
_NUMBERS: Final = frozenset({"font_size"})


def read_settings(query: Mapping[str, str]) -> ThemeSettings:
    """Read the choices of the page's address; what is no choice is left out."""
    found = ThemeSettings()
    for key in ("accent", "font_size", "headings", "code"):
        written = query.get(key, "")
        value = int(written) if key in _NUMBERS and written.isdecimal() and len(written) < len("100") else written
        try:
            found = ThemeSettings.model_validate({key: value}).over(found)
        except ValidationError:
            continue
    return found


def shown_themes(workbench: Workbench, settings: ThemeSettings) -> list[Shown]:
    """Render the sample in every theme, the built-in ones first, then those of the repository."""
    inputs = _Samples(workbench.repository, workbench.settings, workbench.cache)
    house = [each for each in workbench.house_themes() if each not in BUILT_IN]
    return [_shown(inputs, ThemeSettings(name=name).over(settings), "sample.md") for name in (*BUILT_IN, *house)]


def _shown(inputs: "_Samples", theme: ThemeSettings, path: str) -> Shown:
    setting = Setting(_FOLDER, inputs, Pictures(_FOLDER, inputs), "footnotes", theme)
    body = render_body(path, _TITLES[path], {}, setting, theme, breaks=False)
    faults = (*body.faults, *(body.theme.faults if body.theme is not None else ()))
    article = RenderedArticle(
        title=_TITLES[path],
        author="不赶路编辑部",
        digest="",
        content=body.content,
        cover=sha256_of(sample_picture("avenue.jpg")),
        content_source_url=None,
        need_open_comment=False,
        only_fans_can_comment=False,
    )
    told = [(each.message, each.hint) for each in faults if each.severity is not Severity.INFO]
    return Shown(theme, article, tuple(dict.fromkeys(told)))


@cache
def sample_picture(name: str) -> bytes:
    """Return the bytes of a picture of the samples."""
    return get_data("massctl.serve", f"gallery/{name}") or b""


def sample_files() -> dict[str, bytes]:
    """Return the pictures of the samples by the SHA-256 of their bytes."""
    return {sha256_of(data): data for data in map(sample_picture, _PICTURES)}


class _Samples(Workbench):
    """The samples of the package, and the files that the repository's own themes name."""

    def template(self, path: str) -> str | Problem:
        name = path.removeprefix(f"{_FOLDER}/")
        if name not in _TITLES:
            return super().template(path)
        return (get_data("massctl.serve", f"gallery/{name}") or b"").decode()

    def picture(self, path: str, use: PicturePurpose) -> Picture | Problem:
        name = path.removeprefix(f"{_FOLDER}/")
        if name not in _PICTURES:
            return super().picture(path, use)
        data = sample_picture(name)
        sha256 = sha256_of(data)
        return Picture(path, sha256, sha256, len(data), Purpose.IMAGE, "jpg", *_PICTURES[name])
