"""The numbers of a Word file's lists and headings, which stand in none of its texts."""

import re
from collections.abc import Callable, Mapping

from msgspec import Struct, field

from massctl.importer.documents import DocumentError
from massctl.importer.word.package import W, Xml, shows
from massctl.importer.word.signs import sign
from massctl.importer.word.styles import Properties, Styles, hue, is_on, value, whole, with_look
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

_PLACE = re.compile(r"%([1-9])")
_PLAIN = re.compile(r"%[1-9][.．、)）]?")
"""A number that a list of Markdown can write."""


class Level(Frozen):
    """A level of a list."""

    form: str
    text: str
    start: int
    sign: str
    """Of a bullet."""
    is_coloured: bool
    is_legal: bool
    """Numbers of the levels above are decimal too."""
    restarts: int
    """After an entry of this level, or of one above, its numbers begin again; 0: never."""


class ListNumber(Frozen):
    """What stands before a paragraph."""

    level: int
    text: str
    """Empty for a bullet."""
    number: int
    is_plain: bool
    """A number that a list of Markdown can write."""
    sign: str = ""
    """Of a bullet."""
    is_coloured: bool = False


class Numbering(Struct):
    """Counts the entries of lists, in the order of the document."""

    styles: Styles
    _levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    """By the number of a list."""
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    """By what its lists share."""
    _abstract: dict[str, str] = field(default_factory=dict)
    _begins: dict[str, dict[int, int]] = field(default_factory=dict)
    """Where a list begins anew when its level is first met."""
    _numbers: dict[Xml, ListNumber | None] = field(default_factory=dict)
    _by_style: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, root: Xml) -> None:
        """Take the lists of numbering.xml."""
        shared = {
            each.get(f"{W}abstractNumId", ""): each for each in root.iterfind(f"{W}abstractNum")
        }
        linked = {style: each for each in shared if (style := value(shared[each], "styleLink"))}
        for each in root.iterfind(f"{W}num"):
            number = each.get(f"{W}numId", "")
            known = value(each, "abstractNumId")
            abstract = shared.get(known)
            link = value(abstract, "numStyleLink")
            if link in linked:
                known = linked[link]
                abstract = shared[known]
            self._abstract[number] = known
            of_style = self._by_style.setdefault(number, {})
            levels = self._levels.setdefault(number, {})
            found = [*(abstract.iterfind(f"{W}lvl") if abstract is not None else ())]
            for override in each.iterfind(f"{W}lvlOverride"):
                at = whole(override.get(f"{W}ilvl"), 0)
                start = value(override, "startOverride")
                if start:
                    self._begins.setdefault(number, {})[at] = whole(start, 1)
                found += override.iterfind(f"{W}lvl")
            for level in found:
                at = whole(level.get(f"{W}ilvl"), 0)
                levels[at] = _level(level, at)
                if style := value(level, "pStyle"):
                    of_style[style] = at

    def number_of(self, paragraph: Xml) -> ListNumber | None:
        """Return what stands before a paragraph; who asks first asks for all, in order."""
        if paragraph not in self._numbers:
            self._numbers[paragraph] = self._next_number(paragraph)
        return self._numbers[paragraph]

    def _next_number(self, paragraph: Xml) -> ListNumber | None:
        if self.styles.has_hidden_mark(paragraph) and not shows(paragraph):
            return None
        number, said = self.styles.numbering(paragraph)
        levels = self._levels.get(number)
        if levels is None:
            return None
        at = self._by_style[number].get(self.styles.style_of(paragraph), 0)
        at = whole(said, at)
        level = levels.get(at)
        if level is None or level.form == "none" or (level.form != "bullet" and not level.text):
            return None
        counts = self._counts.setdefault(self._abstract[number], {})
        begins = self._begins.get(number, {})
        if at in begins:
            counts[at] = begins.pop(at)
        else:
            counts[at] = counts[at] + 1 if at in counts else level.start
        for below in [each for each in counts if each > at]:
            restarts = levels[below].restarts if below in levels else below
            if restarts and at < restarts:
                del counts[below]
        if level.form == "bullet":
            return ListNumber(at, "", 0, False, level.sign, level.is_coloured)

        def written(found: re.Match[str]) -> str:
            of = int(found[1]) - 1
            there = levels.get(of, level)
            form = "decimal" if level.is_legal and of != at else there.form
            return numeral(counts.get(of, there.start), form)

        text = _PLACE.sub(written, level.text)
        is_plain = level.form == "decimal" and _PLAIN.fullmatch(level.text) is not None
        return ListNumber(at, text, counts[at], is_plain, "", level.is_coloured)


def _level(said: Xml, at: int) -> Level:
    form = value(said, "numFmt") or "decimal"
    restarts = value(said, "lvlRestart")
    look = with_look(Properties(), said.find(f"{W}rPr"))
    text = value(said, "lvlText")
    is_bullet = form == "bullet" and text
    return Level(
        "none" if "vanish" in look.on else form,
        text,
        whole(value(said, "start"), 1),
        (sign(ord(text[0]), look.latin) or text[0]) if is_bullet else "",
        bool(hue(look.colour)),
        bool(is_on(said, "isLgl")),
        whole(restarts, at),
    )


def _roman(number: int) -> str:
    parts = (
        ("m", 1000),
        ("cm", 900),
        ("d", 500),
        ("cd", 400),
        ("c", 100),
        ("xc", 90),
        ("l", 50),
        ("xl", 40),
    )
    written = ""
    for letters, worth in (*parts, ("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1)):
        written += letters * (number // worth)
        number %= worth
    return written


def _letter(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number else ""


_DIGITS = "〇一二三四五六七八九"


def _chinese_numeral(number: int) -> str:
    """Write a number as Chinese counts: 二十三."""
    if number >= 10_000:
        return "".join(_DIGITS[int(each)] for each in str(number))
    written = ""
    for worth, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // worth % 10
        if digit:
            written += _DIGITS[digit] + unit
        elif written and number % worth and not written.endswith("零"):
            written += "零"
    return written.removeprefix("一") if 10 <= number < 20 else written or "〇"


_LEGAL = ("壹贰叁肆伍陆柒捌玖拾佰仟零", "壹貳參肆伍陸柒捌玖拾佰仟零")


def _legal(number: int, signs: str) -> str:
    """Write a number as sums of money are written: 壹拾贰."""
    counted = "一" * (10 <= number < 20) + _chinese_numeral(number)
    return counted.translate(str.maketrans("一二三四五六七八九十百千〇", signs))


_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def _circled(number: int) -> str:
    return chr(0x245F + number) if 1 <= number <= 20 else str(number)


def _ordinal(number: int) -> str:
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


_NUMERALS: Mapping[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: str(number).translate(
        {48 + n: 0xFF10 + n for n in range(10)}
    ),
    "decimalHalfWidth": str,
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "ordinal": _ordinal,
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), _circled),
    **dict.fromkeys(
        (
            "chineseCounting",
            "chineseCountingThousand",
            "taiwaneseCounting",
            "taiwaneseCountingThousand",
            "japaneseCounting",
        ),
        _chinese_numeral,
    ),
    **dict.fromkeys(
        ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"),
        lambda number: "".join(_DIGITS[int(each)] for each in str(number)),
    ),
    "ideographTraditional": lambda number: _STEMS[(number - 1) % 10],
    "ideographZodiac": lambda number: _BRANCHES[(number - 1) % 12],
    "chineseLegalSimplified": lambda number: _legal(number, _LEGAL[0]),
    "ideographLegalTraditional": lambda number: _legal(number, _LEGAL[1]),
    "ideographEnclosedCircle": lambda number: chr(0x327F + number) if number <= 10 else str(number),
    "numberInDash": lambda number: f"- {number} -",
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
    "none": lambda _: "",
    "bullet": lambda _: "",
}
"""How a number is written. Source: ECMA-376, part 1, 17.18.59, read 2026-12."""


def numeral(number: int, form: str) -> str:
    """Write a number in a form of Word. Raises DocumentError for one that is unknown."""
    write = _NUMERALS.get(form)
    if write is None:
        raise DocumentError(
            Phrase("massctl does not know the form of numbers `{form}`", form=form),
            Phrase("give that list another form of numbers in Word, save, and import again"),
        )
    return write(number)
