"""The letters of a drawn formula in a font of the phone, each where its outline would stand.

For an article that WeChat would refuse as too long: an outline takes some 50 characters, a letter eight. What a font
would show in another way, as large sums, brackets that grow, roots and script letters, stays an outline.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from ziamath.drawable import Glyph

LETTERED: Final = ' font-family="serif" text-anchor="middle"'
"""What a drawing says of all its letters: a font like that of the outlines, and that they stand by their middle."""
_LETTER: Final = re.compile("[0-9A-Za-zΑ-Ωα-ω\U0001d400-\U0001d433=+<>≤≥±×,.:;!|()[\\]∈→∞≈≠∂·…−]")
_PLAIN: Final = dict(zip(range(0x1D400, 0x1D434), (*range(65, 91), *range(97, 123)), strict=True))
"""𝐀 to 𝐳: which letter is bold."""
_TALLER: Final = 1.15
"""Ours: a bracket that is higher than this, to that of its font, has grown."""
_WRITTEN: Final = re.compile(r"<text (?P<said>[^>]*)>(?P<letter>[^<]+)</text>")
_SAID: Final = re.compile(r'(\w+)="([^"]*)"')


def use_letters(glyphs: Iterable["Glyph"]) -> None:
    """Make the glyphs of a layout that are letters write themselves as text, for `letters` to read."""
    for glyph in glyphs:
        if _LETTER.fullmatch(glyph.char) and not glyph.phantom and not _has_grown(glyph):
            glyph.draw = _Letter(glyph)  # type: ignore[method-assign]


def _has_grown(glyph: "Glyph") -> bool:
    box, usual = glyph.glyph.bbox, glyph.glyph.font.glyph(glyph.char).bbox
    return bool(box.ymax - box.ymin > _TALLER * (usual.ymax - usual.ymin))


class _Letter:
    """Writes one glyph by its middle: in a font of other widths it is off by half of the difference."""

    def __init__(self, glyph: "Glyph") -> None:
        self._glyph = glyph

    def __call__(self, x: float, y: float, svg: ET.Element) -> tuple[float, float]:
        glyph, variant = self._glyph, self._glyph.style.mathvariant
        letter = glyph.char.translate(_PLAIN)
        look = f"{glyph.size:.0f}"
        if variant.bold or letter != glyph.char:
            look += " bold"
        if variant.italic and letter == glyph.char and letter.isalpha():
            look += " italic"
        width = glyph.xadvance()
        place = {"x": f"{x + width / 2:.1f}", "y": f"{y:.1f}", "look": look}
        ET.SubElement(svg, "text", place).text = letter
        return x + width, y


def letters(svg: str, left: float, top: float) -> Iterator[str]:
    """Write the letters of a drawing from a corner that becomes 0 0, those of one look together."""
    looks: dict[str, list[dict[str, str]]] = {}
    for found in _WRITTEN.finditer(svg):
        # The library may say more of it, as a colour.
        each = dict(_SAID.findall(found["said"])) | {"letter": found["letter"]}
        looks.setdefault(each["look"], []).append(each)
    for look, run in looks.items():
        size, *more = look.split(" ")
        said = f' font-size="{size}"'
        said += ' font-weight="700"' if "bold" in more else ""
        said += ' font-style="italic"' if "italic" in more else ""
        across = " ".join(f"{round(float(each['x']) - left)}" for each in run)
        down = " ".join(_to_the_last_change([f"{round(float(each['y']) - top)}" for each in run]))
        yield f'<text{said} x="{across}" y="{down}">{"".join(each["letter"] for each in run)}</text>'


def _to_the_last_change(values: list[str]) -> list[str]:
    """Leave out what only repeats the last value: SVG goes on in the same line."""
    while len(values) > 1 and values[-1] == values[-2]:
        values = values[:-1]
    return values
