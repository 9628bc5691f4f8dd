"""Places of faults: lines end as YAML, Jinja and Markdown read them, and a fault may go over one."""

import pytest

from massctl.model.diagnostics import Fault, Place
from massctl.model.phrase import Phrase
from massctl.render.strings import Origin

FILE = "campaigns/c/a.md"
SOURCES = {"c/a.md": "one\rtwo\r\nthree\nfour"}
SAY = Phrase("x")


@pytest.mark.parametrize(
    ("fault", "place", "written"),
    [
        (
            Fault("MC102", SAY, path="c/a.md", line=3, column=2, width=2),
            Place(FILE, 3, 2, 3, 4),
            "three",
        ),
        (
            Fault("MC102", SAY, path="c/a.md", line=1, column=2, width=4),
            Place(FILE, 1, 2, 2, 2),
            "one",
        ),
        (Fault("MC104", SAY, path="c/a.md", line=4), Place(FILE, 4), "four"),
        (Fault("MC104", SAY, path="c/a.md", line=5), Place(FILE, 5), None),
        (Fault("MC104", SAY, path="c/a.md"), Place(FILE), None),
        (
            Fault("MC003", SAY, path="c/b.md", line=3, column=2, width=2),
            Place("campaigns/c/b.md", 3, 2),
            None,
        ),
        (Fault("MC201", SAY, needle="two"), Place(FILE, 2, 1, 2, 4), "two"),
        (
            Fault("MC201", SAY, needle="o\r\nthree", shift=1, width=1),
            Place(FILE, 2, 4, 2, 4),
            "two",
        ),
        (Fault("MC201", SAY, needle="ee\nfo"), Place(FILE, 3, 4, 4, 3), "three"),
        (Fault("MC201", SAY, needle="five"), None, None),
    ],
)
def test_a_fault_has_its_place(fault: Fault, place: Place | None, written: str | None):
    found = Origin("c", SOURCES, lambda _: None).diagnostic(fault)
    assert place == found.place
    assert written == (found.excerpt.written if found.excerpt else None)
