"""The space around operators in a formula of one line: `E = mc²`, but `−1`, `n−1` as a small one, and `f(x)`.

Drawings have it from their font; letters of a phone beside each other would run together: `L=λ·T=84`.
"""

import re
from typing import Final

_ROOM: Final = "\u2005"
"""A quarter of a letter. Source: D. E. Knuth, The TeXbook, 18: 4/18 around `+`, 5/18 around `=`."""
_BLANKS: Final = " \u2009"
_SMALL_ONES_OR_SIGN: Final = re.compile(
    r"<(su[bp])>.*?</\1>|<[^>]*>"
    rf"|[{_BLANKS}]*(?P<sign>(?:[:=]|&lt;|&gt;)*(?:=|&lt;|&gt;)|[+−×÷±∓≤≥≈≠≡∝∼≪≫∈∉⊂⊆→⇒⇔↦])[{_BLANKS}]*"
)
"""Small ones keep theirs close, and what a tag is made of is no sign."""
_NOTHING_BEFORE: Final = re.compile(r"(?:^|[(\[{⟨,;:/\u2003\u2005]|&lt;|&gt;)$")
"""After this a sign belongs to what comes next: `(−1)`, `x = −1`."""
_TAG: Final = re.compile(r"<[^>]*>")


def with_room(html: str) -> str:
    """Set signs between two things apart from both, in a formula of one line."""
    out: list[str] = []
    end = 0
    for found in _SMALL_ONES_OR_SIGN.finditer(html):
        out.append(html[end : found.start()])
        end = found.end()
        is_between = found["sign"] and end < len(html) and _is_a_thing(_TAG.sub("", "".join(out)))
        out.append(f"{_ROOM}{found['sign']}{_ROOM}" if is_between else found[0])
    return "".join(out) + html[end:]


def _is_a_thing(before: str) -> bool:
    """Tell whether what stands before a sign is complete; of two bars the first only opens."""
    return before.count("|") % 2 == 0 if before.endswith("|") else not _NOTHING_BEFORE.search(before)
