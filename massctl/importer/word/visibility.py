"""What of a Word file nobody sees: hidden, too small, in the colour behind it, without room, or off the page."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from massctl.importer.word.document import DRAWINGS, IMAGES, Document, outside_boxes, text_of
from massctl.importer.word.package import (
    BOX,
    VISIBLE,
    WP,
    A,
    M,
    V,
    W,
    Xml,
    is_covered_beside,
    shows,
)
from massctl.importer.word.styles import WHITE, Properties, is_on, points, whole

RUNS: Final = frozenset({f"{W}r", f"{M}r"})
_PAGE = -5_000, 31_680
"""Where a frame may begin, in twentieths of a point: no page of Word is longer than 22 inches."""
_EMU = 635
"""So many units of a drawing are a twentieth of a point."""
_LIKE, _TINY, _LINE, _NARROW = 0x0A, 4, 40, 5
"""So little the parts of two colours differ that nobody tells apart; half points that nobody reads, twentieths, and
percents of the width of letters."""
_CLOSE = 0.9
"""So much of their size letters come closer, until they stand on each other."""
_CLEAR, _WASHED = 5_000, 95_000
"""Of 100,000: so little paint a picture has that nobody sees, and so much light."""


def hidden_parts(document: Document) -> list[Xml]:
    """List what of a file nobody sees, in the order of the file."""
    found = []
    for each in document.everything():
        find = _FINDERS.get(each.tag)
        if find is not None and (hidden := find(document, each)) is not None:
            found.append(hidden)
        elif (each.tag == f"{WP}docPr" and each.get("hidden") in ("1", "true")) or (
            each.tag.startswith(V) and _HIDING_STYLE.search(each.get("style", "")) is not None
        ):
            found.append(next(each.iterancestors(*DRAWINGS), each))
    return list(dict.fromkeys(found))


_HIDING_STYLE = re.compile(r"visibility\s*:\s*hidden|display\s*:\s*none", re.IGNORECASE)


def _run(document: Document, run: Xml) -> Xml | None:
    has_content = text_of(run) or next(run.iter(*_WITHOUT_WORDS), None) is not None
    return run if has_content and _is_unseen(document, run) else None


_WITHOUT_WORDS: Final = [each for each in VISIBLE if each != f"{W}t"]
"""What shows something without words of its own."""


def _row(_: Document, said: Xml) -> Xml | None:
    """Find a row that is hidden, or as flat as a line."""
    row = said.getparent()
    height = said.find(f"{W}trHeight")
    is_exact = height is not None and height.get(f"{W}hRule") == "exact"
    is_flat = is_exact and _twentieths(height, "val", _LINE + 1) <= _LINE and shows(row)
    return row if is_flat or is_on(said, "hidden") else None


def _table(_: Document, table: Xml) -> Xml | None:
    said = table.find(f"{W}tblPr")
    place = said.find(f"{W}tblpPr") if said is not None else None
    indent = said.find(f"{W}tblInd") if said is not None else None
    places = [_twentieths(place, each) for each in ("tblpX", "tblpY")]
    return table if any(map(_is_off, [*places, _twentieths(indent, "w")])) else None


def _phantom(_: Document, phantom: Xml) -> Xml | None:
    is_shown = is_on(phantom.find(f"{M}phantPr"), "show", M)
    has_words = next(phantom.iter(f"{M}t"), None) is not None
    return phantom if is_shown is False and has_words else None


def _drawing(_: Document, drawing: Xml) -> Xml | None:
    """Find a drawing with words or a picture that is off the page or has no size."""
    if next(drawing.iter(BOX, *IMAGES), None) is None:
        return None
    size = next(drawing.iter(f"{WP}extent"), None)
    if size is None:
        return _older_drawing(drawing)
    lengths = [_twentieths(size, each, unit=_EMU) for each in ("cx", "cy")]
    places = [points(each.text or "", 1) for each in outside_boxes(drawing, f"{WP}posOffset")]
    ends = (
        place / _EMU + length * (place < 0)
        for place, length in zip(places, lengths, strict=False)
        if place is not None
    )
    grows = next(drawing.iter(f"{A}spAutoFit"), None) is not None
    if any(map(_is_washed_out, outside_boxes(drawing, *IMAGES))):
        return drawing
    flat = [each <= _LINE / 2 for each in lengths]
    has_box = next(drawing.iter(BOX), None) is not None and not grows
    return drawing if any(map(_is_off, ends)) or all(flat) or (has_box and any(flat)) else None


def _is_washed_out(picture: Xml) -> bool:
    """Whether a picture is shown without paint or in nothing but light."""
    clear = picture.find(f"{A}alphaModFix")
    light = picture.find(f"{A}lum")
    paint = clear.get("amt", "100000") if clear is not None else "100000"
    bright = light.get("bright", "0") if light is not None else "0"
    return whole(paint, _CLEAR + 1) <= _CLEAR or whole(bright, 0) >= _WASHED


def _older_drawing(drawing: Xml) -> Xml | None:
    """Find a shape of VML that is off the page or has no size."""
    for each in drawing.iter():
        said = (
            dict(_DECLARED.findall(each.get("style", "").lower())) if each.tag.startswith(V) else {}
        )
        lengths = {name: points(written, 0.75) for name, written in said.items()}
        sizes = [lengths.get(name) for name in ("width", "height")]
        places = (
            lengths.get(name)
            for direction, names in _PLACES.items()
            if said.get(f"mso-position-{direction}", "absolute") == "absolute"
            for name in names
        )
        is_placed = (
            said.get("position") == "absolute"
            and next(each.iterancestors(f"{V}group"), None) is None
        )
        is_flat = any(size is not None and size <= 1 for size in sizes)
        has_content = next(each.iter(BOX, *IMAGES), None) is not None
        if has_content and (
            (is_flat and "fit-shape-to-text:t" not in _styles_below(each))
            or (is_placed and any(_is_off(place * 20) for place in places if place is not None))
        ):
            return drawing
    return None


_PLACES: Final[Mapping[str, tuple[str, str]]] = {
    "horizontal": ("margin-left", "left"),
    "vertical": ("margin-top", "top"),
}
_DECLARED = re.compile(r"(?:^|;)\s*([a-z-]+)\s*:\s*([^;]+)")


def _styles_below(shape: Xml) -> str:
    return "".join(each.get("style", "") for each in shape.iter())


def _is_off(place: float) -> bool:
    return not _PAGE[0] < place < _PAGE[1]


def _twentieths(said: Xml | None, name: str, otherwise: float = 0, unit: float = 1) -> float:
    """Read a length in twentieths of a point, of which an attribute without a unit has `unit` parts each."""
    written = (said.get(f"{W}{name}") or said.get(name)) if said is not None else None
    found = points(written or "", 0.05 / unit)
    return otherwise if found is None else found * 20


_FINDERS: Final[Mapping[str, Callable[[Document, Xml], Xml | None]]] = {
    **dict.fromkeys(RUNS, _run),
    **dict.fromkeys(DRAWINGS, _drawing),
    f"{W}trPr": _row,
    f"{W}tbl": _table,
    f"{M}phant": _phantom,
}
"""How each element is judged."""


def _is_unseen(document: Document, run: Xml) -> bool:
    """Whether Word hides a run, or writes it so that nobody reads it: in the colour behind it, or as small as a dot."""
    styles = document.styles
    paragraph = next(run.iterancestors(f"{W}p"), None)
    seen = styles.properties(run, paragraph)
    if "vanish" in seen.on or seen.scale <= _NARROW or _is_squeezed(run, seen):
        return True
    if seen.size <= _TINY and seen.size != styles.defaults.size:
        return True
    if paragraph is not None and _has_no_room(document, paragraph):
        return True
    behind = (seen.highlight or _behind(document, run)) if seen.colour else ""
    return bool(behind) and all(
        abs(one - other) <= _LIKE
        for one, other in zip(bytes.fromhex(seen.colour), bytes.fromhex(behind), strict=True)
    )


def _is_squeezed(run: Xml, seen: Properties) -> bool:
    """Whether the letters of a run stand on each other."""
    fit = run.find(f"{W}rPr/{W}fitText")
    has_letters = len(text_of(run)) > 1
    is_fit = fit is not None and _twentieths(fit, "val", _LINE + 1) <= _LINE
    return has_letters and (is_fit or seen.apart * 2 <= -_CLOSE * seen.size)


def _has_no_room(document: Document, paragraph: Xml) -> bool:
    """Whether lines have no height, a frame or an indent lies off the page, or a cell goes on with the one above."""
    styles = document.styles
    spacing = styles.said(paragraph, "spacing")
    is_exact = spacing is not None and spacing.get(f"{W}lineRule") == "exact"
    if is_exact and _twentieths(spacing, "line", _LINE + 1) <= _LINE:
        return True
    indent = styles.said(paragraph, "ind")
    if any(_is_off(_twentieths(indent, each)) for each in ("left", "start")):
        return True
    if any(_is_off(_twentieths(indent, each, unit=0.5)) for each in ("leftChars", "startChars")):
        return True
    frame = styles.said(paragraph, "framePr")
    if any(_is_off(_twentieths(frame, each)) for each in ("x", "y")):
        return True
    if frame is not None and frame.get(f"{W}hRule") == "exact" and frame.get(f"{W}h"):
        return _twentieths(frame, "h") <= _LINE
    cell = next(paragraph.iterancestors(f"{W}tc"), None)
    return cell is not None and _is_covered(cell)


def _is_covered(cell: Xml) -> bool:
    """Whether a cell goes on with the one above it or before it, which Word shows in its place."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    is_covered = merge is not None and merge.get(f"{W}val", "continue") == "continue"
    return is_covered or is_covered_beside(cell)


def _behind(document: Document, run: Xml) -> str:
    """Return the colour behind a run, of the innermost thing that has one; empty for one that is not known."""
    for each in run.iterancestors():
        shades = [document.styles.said(each, "shd")] if each.tag == f"{W}p" else []
        if each.tag == f"{W}tc":
            own = each.find(f"{W}tcPr/{W}shd")
            shades = [own if own is not None else _last_shade(document, each)]
        elif each.tag == f"{W}tbl":
            of_style = document.styles.of_table(each, "shd", "tblPr")
            shades = each.findall(f"{W}tblPr/{W}shd") or [*of_style]
        grounds = (_shade_colour(one) for one in shades if one is not None)
        shaded = next((one for one in grounds if one is not None), None)
        if shaded is not None:
            return shaded
        ground = _ground(each)
        if ground is not None:
            return ground
    return document.ground


def _shade_colour(shade: Xml) -> str | None:
    """Return the colour of a shade; None for one without, empty for one that is not known."""
    kind = shade.get(f"{W}val", "clear")
    if kind not in ("clear", "nil", "solid"):
        return ""
    name = "color" if kind == "solid" else "fill"
    written = shade.get(f"{W}{name}", "auto")
    if written not in ("", "auto"):
        return _hex(written)
    is_themed = shade.get(f"{W}theme{name.capitalize()}") is not None
    return "" if is_themed or kind == "solid" else None


def _last_shade(document: Document, cell: Xml) -> Xml | None:
    return next(reversed(document.styles.of_cell(cell, f"{W}tcPr/{W}shd")), None)


def _hex(written: str) -> str:
    found = re.match(r"#?([0-9A-Fa-f]{6})\b", written)
    return found[1].upper() if found is not None else ""


def _ground(shape: Xml) -> str | None:
    """Return the colour that a shape is filled with; None where it is not, empty for one that is not known."""
    name = shape.tag.rpartition("}")[2]
    if shape.tag.startswith(V) and name != "textbox":
        return _older_ground(shape)
    if name not in ("wsp", "sp"):
        return None
    own = next((each for each in shape if each.tag.endswith("}spPr")), None)
    fill = next((each for each in own if each.tag in _FILLS), None) if own is not None else None
    if fill is None:
        styled = next(shape.iter(f"{A}fillRef"), None)
        return "" if styled is not None and styled.get("idx", "0") != "0" else None
    colour = fill.find(f"{A}srgbClr")
    if colour is not None and len(colour) == 0:
        return _hex(colour.get("val", ""))
    return None if fill.tag == f"{A}noFill" else ""


_FILLS: Final = frozenset(
    f"{A}{name}" for name in ("noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
)


def _older_ground(shape: Xml) -> str | None:
    fill = shape.find(f"{V}fill")
    if shape.get("filled", "t") in ("f", "false") or (
        fill is not None and fill.get("on") in ("f", "false")
    ):
        return None
    if shape.get("fillcolor") is None and fill is None:
        return WHITE if shape.find(f"{V}textbox") is not None else None
    is_plain = fill is None or fill.get("type", "solid") == "solid"
    written = shape.get("fillcolor", "white").split(" ")[0]
    return (
        _hex({"white": "#FFFFFF", "#fff": "#FFFFFF", "window": "#FFFFFF"}.get(written, written))
        if is_plain
        else ""
    )
