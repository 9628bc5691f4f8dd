"""HTML inside Markdown, before a parser reads it: what is forbidden is told, and what is no HTML stays as text.

CommonMark takes `<u8>` in "a Vec<u8> of bytes" for a tag, and a browser shows nothing of it. So names that are
neither HTML's nor WeChat's are written as text.
"""

from collections.abc import Iterator
from typing import Final

from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.html_edit import unreadable
from massctl.render.html_rules import FORBIDDEN_ELEMENTS, forbidden, is_component, is_script
from massctl.render.html_scan import Edit, Tag, edited, tags
from massctl.render.page import Page

_HTML: Final = (
    "a abbr acronym address area article aside b bdi bdo big blink blockquote br caption center cite code col colgroup"
    " data datalist dd del details dfn dialog dir div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4 h5"
    " h6 header hgroup hr i img ins kbd label legend li main map mark menu meter nav nobr ol optgroup"
    " option output p param picture pre progress q rb rp rt rtc ruby s samp search section slot small source span"
    " strike strong sub summary sup svg table tbody td tfoot th thead time title tr track tt u ul var wbr"
)
"""Source: HTML standard, "Index of elements" and "Obsolete features", read 2026-11."""
_DRAWING: Final = (
    "animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix fecomponenttransfer"
    " fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedropshadow feflood fefunca fefuncb fefuncg"
    " fefuncr fegaussianblur feimage femerge femergenode femorphology feoffset fespecularlighting fetile feturbulence"
    " filter foreignobject g image line lineargradient marker mask metadata mpath path pattern polygon polyline"
    " radialgradient rect set stop switch symbol text textpath tspan use view"
)
"""Source: SVG 2, "Element index", read 2026-11."""
KNOWN: Final = frozenset({*_HTML.split(), *_DRAWING.split(), *FORBIDDEN_ELEMENTS})


def checked_html(text: str, page: Page) -> str:
    """Report what WeChat would remove, and write tags of unknown names as the text that they are."""
    edits: list[Edit] = []
    for tag in tags(text):
        if not is_known(tag.name):
            edits.append(Edit(tag.start, tag.start + 1, "&lt;"))
            if not tag.closing:
                page.report(_unknown(tag, text))
            continue
        for fault, at in _faults(tag, text):
            page.report(fault, at)
        address = (tag.get("href") or "").strip()
        if tag.name == "a" and is_script(address):
            page.scripts_told[address] += 1
    return edited(text, edits) if edits else text


def is_known(name: str) -> bool:
    """Say whether elements of that name, in lower case, can be anything to a follower."""
    return name in KNOWN or is_component(name)


def _faults(tag: Tag, text: str) -> Iterator[tuple[Fault, int]]:
    # A box of a task list is written as a character.
    if tag.name != "input" or (tag.get("type") or "").lower() != "checkbox":
        # Links to other sites become footnotes here, as those of Markdown do.
        yield from forbidden(tag, text[tag.start : tag.end], "keep")
    yield from unreadable(tag, text)


def _unknown(tag: Tag, text: str) -> Fault:
    written = text[tag.start : tag.end]
    say = Phrase("`{text}` is not HTML and is shown as text", text=written[:40])
    hint = Phrase("if it is code, write it between back-ticks")
    return Fault("MC327", say, hint, severity=Severity.WARNING, needle=written)
