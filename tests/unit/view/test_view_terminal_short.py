"""Lines that surely fit are written without being measured, and look exactly as if they had been."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from massctl.view.cells import cells, clusters, printable
from massctl.view.i18n import Language
from massctl.view.style import Ink, Style
from massctl.view.terminal import Inked, Page

TEXTS = st.text(st.sampled_from("ab 。春👩\u200d\u0301\u202e\x1b\t\n·/🇨"), max_size=12)
PARTS = st.lists(TEXTS | st.builds(Inked, TEXTS, st.sampled_from(Ink)), max_size=5)


@example(parts=[Inked("\u200d ", Ink.NAME)], indent=0, label="", style=Style.COLOUR, width=24)
@given(
    parts=PARTS,
    indent=st.integers(0, 6),
    label=TEXTS,
    style=st.sampled_from(Style),
    width=st.sampled_from([24, 60]),
)
def test_a_short_line_is_written_as_a_measured_one(
    parts: list[str | Inked], indent: int, label: str, style: Style, width: int
) -> None:
    short, measured = Page(Language.EN, style, width), Page(Language.EN, style, width)
    with pytest.MonkeyPatch.context() as patch:
        for page in (short, measured):
            page.line(*parts, indent=indent)
            page.row(label, *parts, indent=2, hang=9)
            patch.setattr(Page, "_surely_short", lambda *_: None)
    assert measured.text() == short.text()


@given(st.text())
@example("0\U00011720")
def test_cells_are_those_of_the_pieces(text: str) -> None:
    shown = printable(text)
    assert sum(cells(cluster) for cluster in clusters(shown)) == cells(shown)
