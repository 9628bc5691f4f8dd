"""Render the samples in every theme, for the gallery of `massctl serve --themes`."""

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pkgutil import get_data
from typing import Any

from pydantic import ValidationError

from massctl.child import NOT_ACCEPTED, ChildError
from massctl.model.diagnostics import Fault, Severity
from massctl.model.ids import sha256_of
from massctl.model.message import Picture, Purpose, RenderedArticle
from massctl.model.theme import ThemeSettings
from massctl.plain_values import NOT_PLAIN, from_plain, to_plain
from massctl.render.article import render_body
from massctl.render.formula import Formula
from massctl.render.inputs import PicturePurpose
from massctl.render.paths import Pictures
from massctl.render.strings import Setting
from massctl.render.theme import BUILT_IN
from massctl.source.renderer import Materials, Renderer, materials_of
from massctl.view.pages.themes_page import Shown

_FOLDER = "_gallery"
"""Where the samples are for the renderer; no campaign has this name."""
_SAMPLES = {
    "": ("sample.md", "massctl.serve", "gallery/sample.md", "四个周六，四十二公里"),
    "blocks": ("blocks.md.j2", "massctl.render", "blocks/sample.md.j2", "模板库里的每一种版块"),
}
"""What the page's address says -> the sample's name, the package and the file that it is in, and its title."""
_TEXTS = {name: (package, file) for name, package, file, _ in _SAMPLES.values()}
_PICTURES = {
    "avenue.jpg": ("massctl.serve", "gallery/avenue.jpg", 750, 563),
    "images/notebook.png": ("massctl.render", "blocks/images/notebook.png", 600, 600),
    "images/portrait.png": ("massctl.render", "blocks/images/portrait.png", 600, 600),
    "images/qr.png": ("massctl.render", "blocks/images/qr.png", 468, 468),
}
"""The pictures of the samples: the package and the file that each is in, and its size."""
_NUMBERS = frozenset({"font_size"})


def read_settings(query: Mapping[str, str]) -> ThemeSettings:
    """Read the choices in the page's address; ignore invalid ones."""
    found = ThemeSettings()
    for key in ("accent", "font_size", "headings", "code"):
        written = query.get(key, "")
        value = (
            int(written)
            if key in _NUMBERS and written.isdecimal() and len(written) < len("100")
            else written
        )
        try:
            found = ThemeSettings.model_validate({key: value}).over(found)
        except ValidationError:
            continue
    return found


def shown_themes(renderer: Renderer, settings: ThemeSettings, sample: str = "") -> list[Shown]:
    """Render a sample in every theme: the built-in themes first, then the repository's.

    Raises ChildError.
    """
    own = [each for each in renderer.repository.own_themes() if each not in BUILT_IN]
    themes = [ThemeSettings(name=each).over(settings) for each in (*BUILT_IN, *own)]
    chosen = [{key: value for key, value in theme if value is not None} for theme in themes]
    answers = renderer.ask("themes", _FOLDER, {"themes": chosen, "sample": sample})
    try:
        return [_shown(*each) for each in zip(themes, answers, strict=True)]
    except NOT_PLAIN:
        raise ChildError(NOT_ACCEPTED) from None


def _shown(theme: ThemeSettings, answer: Any) -> Shown:
    """Read what a child made of a theme; raises one of NOT_PLAIN for what is nothing of the kind."""
    article, told = from_plain(answer["article"]), from_plain(answer["told"])
    if not isinstance(article, RenderedArticle):
        raise TypeError(article)
    return Shown(
        theme, article, tuple(dict.fromkeys((fault.message, fault.hint) for fault in told))
    )


def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Render a sample in each theme; runs in the child."""
    name, _, _, title = _SAMPLES.get(request["sample"], _SAMPLES[""])
    inputs, made = _Samples(*materials_of(request)), []
    for each in request["themes"]:
        article, told = _rendered(inputs, ThemeSettings.model_validate(each), name, title)
        made.append({"article": to_plain(article), "told": to_plain(told)})
    return made


def _rendered(
    inputs: "_Samples", theme: ThemeSettings, path: str, title: str
) -> tuple[RenderedArticle, tuple[Fault, ...]]:
    setting = Setting(_FOLDER, _FOLDER, "", inputs, Pictures(_FOLDER, inputs), "footnotes", theme)
    body = render_body(path, title, {}, setting, theme, breaks=False)
    faults = (*body.faults, *(body.theme.faults if body.theme is not None else ()))
    article = RenderedArticle(
        title=title,
        author="不赶路编辑部",
        digest="",
        content=body.content,
        cover=sha256_of(sample_picture("avenue.jpg")),
        content_source_url=None,
        need_open_comment=False,
        only_fans_can_comment=False,
    )
    return article, tuple(each for each in faults if each.severity is not Severity.INFO)


@cache
def sample_picture(name: str) -> bytes:
    """Return the bytes of a picture of the samples."""
    package, file, *_ = _PICTURES[name]
    return get_data(package, file) or b""


def sample_files() -> dict[str, bytes]:
    """Return the pictures of the samples by the SHA-256 of their bytes."""
    return {sha256_of(data): data for data in map(sample_picture, _PICTURES)}


def sample_addresses() -> dict[str, str]:
    """Name a file for each picture of the samples, by the SHA-256 of its bytes."""
    return {
        sha256_of(sample_picture(name)): f"{sha256_of(sample_picture(name))}.{name[-3:]}"
        for name in _PICTURES
    }


class _Samples(Materials):
    """The samples of the package, and the files that the repository's own themes name."""

    def template(self, path: str) -> str | Fault:
        found = _TEXTS.get(path.removeprefix(f"{_FOLDER}/"))
        return super().template(path) if found is None else (get_data(*found) or b"").decode()

    def picture(self, path: str, use: PicturePurpose) -> Picture | Fault:
        name = path.removeprefix(f"{_FOLDER}/")
        if name not in _PICTURES:
            return super().picture(path, use)
        data, (*_, width, height) = sample_picture(name), _PICTURES[name]
        sha256 = sha256_of(data)
        return Picture(path, sha256, sha256, len(data), Purpose.IMAGE, name[-3:], width, height)

    def formulas(self, formulas: Sequence[Formula]) -> Fault | None:
        # A gallery without the extra shows what is written.
        found = super().formulas(formulas)
        for each in formulas if found is not None else ():
            each.shown = escape(each.tex, quote=False)
        return None

    def article_address(self, campaign: str, number: int) -> str | Fault:
        return f"https://mp.weixin.qq.com/s/{campaign}-{number}"
