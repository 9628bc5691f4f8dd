"""Signs that a Word file names by a font of symbols and a number, as the letters of Unicode that look alike."""

from collections.abc import Iterable, Mapping
from typing import Final

from lxml import etree

from massctl.importer.word.package import W, Xml
from massctl.importer.word.styles import Styles

_SYMBOL_CAPITALS = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"
_SYMBOL_LETTERS = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
_CIRCLED = {
    **{0x80 + at: each for at, each in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")},
    **{0x40 + at: each for at, each in enumerate("✎✌👌👍👎☜☞☝☟✋☺😐☹💣☠")},
}
_FONTS: Final[Mapping[str, Mapping[int, str]]] = {
    "symbol": {
        **{ord("A") + at: each for at, each in enumerate(_SYMBOL_CAPITALS)},
        **{ord("a") + at: each for at, each in enumerate(_SYMBOL_LETTERS)},
        0x22: "∀",
        0x24: "∃",
        0x27: "∋",
        0x2A: "∗",
        0x2D: "−",
        0x40: "≅",
        0x5E: "⊥",
        0x7E: "∼",
        0xA2: "′",
        0xA3: "≤",
        0xA5: "∞",
        0xAB: "↔",
        0xAC: "←",
        0xAD: "↑",
        0xAE: "→",
        0xAF: "↓",
        0xB0: "°",
        0xB1: "±",
        0xB2: "″",
        0xB3: "≥",
        0xB4: "×",
        0xB5: "∝",
        0xB6: "∂",
        0xB7: "•",
        0xB8: "÷",
        0xB9: "≠",
        0xBA: "≡",
        0xBB: "≈",
        0xBC: "…",
        0xC5: "⊕",
        0xC6: "∅",
        0xC7: "∩",
        0xC8: "∪",
        0xC9: "⊃",
        0xCC: "⊂",
        0xCE: "∈",
        0xCF: "∉",
        0xD0: "∠",
        0xD1: "∇",
        0xD2: "®",
        0xD3: "©",
        0xD4: "™",
        0xD5: "∏",
        0xD6: "√",
        0xD7: "⋅",
        0xD9: "∧",
        0xDA: "∨",
        0xDB: "⇔",
        0xDE: "⇒",
        0xE5: "∑",
        0xF2: "∫",
    },
    "wingdings": {
        **_CIRCLED,
        0x22: "✂",
        0x28: "☎",
        0x2A: "✉",
        0x46: "☞",
        0x4A: "☺",
        0x4C: "☹",
        0x6C: "●",
        0x6E: "■",
        0x6F: "□",
        0x71: "❑",
        0x74: "⧫",
        0x75: "◆",
        0x76: "❖",
        0x77: "⬥",
        0x9F: "•",
        0xA7: "▪",
        0xA8: "◻",
        0xAB: "★",
        0xD8: "➢",
        0xDF: "←",
        0xE0: "→",
        0xE1: "↑",
        0xE2: "↓",
        0xE8: "➔",
        0xF0: "⇨",
        0xFB: "✗",
        0xFC: "✓",
        0xFD: "☒",
        0xFE: "☑",
    },
    "wingdings 2": {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐"},
}
"""By font and number. Sources: Unicode's table of Adobe Symbol, L2/11-052 for Wingdings, read 2026-12."""
_WITHOUT_TABLE = frozenset({"webdings", "wingdings 3", "zapfdingbats", "mt extra", "marlett"})
_PRIVATE = range(0xE000, 0xF900)


def sign_of(element: Xml) -> str:
    """Return what a `sym` shows; empty for a sign that no letter of Unicode stands for here."""
    written = element.get(f"{W}char", "")
    try:
        code = int(written, 16)
    except ValueError:
        return ""
    return sign(code, element.get(f"{W}font", ""))


def sign(code: int, font: str) -> str:
    """Return what a font shows for a code; empty where no letter of Unicode stands for it here."""
    if code in _PRIVATE or code < 0x100:
        return _FONTS.get(font.lower(), {}).get(code & 0xFF, "")
    return chr(code) if code < 0xD800 or 0xF900 <= code < 0x110000 else ""


def write_signs(elements: Iterable[Xml], styles: Styles) -> None:
    """Write letters that only their font makes a sign of, as signs."""
    for text in [each for each in elements if each.tag == f"{W}t"]:
        run = text.getparent()
        letters = text.text or ""
        paragraph = next(run.iterancestors(f"{W}p"), None)
        font = styles.properties(run, paragraph).latin
        is_of_signs = font.lower() in _FONTS or font.lower() in _WITHOUT_TABLE
        pieces = [_piece(each, font) if _is_sign(each, is_of_signs) else each for each in letters]
        if any(not isinstance(each, str) for each in pieces):
            at = run.index(text)
            run[at : at + 1] = [_text(each) if isinstance(each, str) else each for each in pieces]


def _is_sign(letter: str, is_of_signs: bool) -> bool:
    return ord(letter) in _PRIVATE or (is_of_signs and ord(letter) < 0x100 and not letter.isspace())


def _piece(letter: str, font: str) -> Xml:
    made = etree.Element(f"{W}sym")
    made.set(f"{W}font", font)
    made.set(f"{W}char", f"{ord(letter):04X}")
    return made


def _text(letter: str) -> Xml:
    made = etree.Element(f"{W}t")
    made.text = letter
    return made
