"""What every fuzz test needs: how many examples, an end to each of them, and what may be said about a file.

`HYPOTHESIS_PROFILE=nightly` runs many more examples, with a seed of its own each time; by default they are few
and always the same, so that a push fails for what it changed and for nothing else.
"""

import os
import re
import signal
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from massctl.model.diagnostics import CODES, Diagnostic, Lines
from massctl.view.diagnostics import diagnostics_text
from massctl.view.github import github_annotations
from massctl.view.i18n import LANGUAGES
from massctl.view.json_writer import written
from massctl.view.style import Style
from massctl.view.terminal import Page
from massctl.view.verbs_json import validate_json

T = TypeVar("T")

NIGHTLY: Final = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
MORE: Final = 50
"""Times as many examples at night."""
SECONDS_MAX: Final = 5.0
"""Processor time of one example; the slowest honest ones take a fifth of a second."""
GROWTH_FACTOR: Final = 8
_SLACK: Final = 3
"""A linear answer to 8 times the input takes 8 times as long; this much more is noise, a square is 8."""
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What would move the cursor or the direction of a terminal."""


class HangError(BaseException):
    """An example that does not end; no `except Exception` may swallow it."""


def examples(count: int) -> settings:
    """Give the settings of a fuzz test that is content with `count` examples by day."""
    return settings(
        max_examples=count * MORE if NIGHTLY else count,
        derandomize=not NIGHTLY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def ending(seconds: float = SECONDS_MAX) -> Iterator[None]:
    """Break off what takes more processor time than that; a busy machine changes nothing."""

    def too_long(*_: object) -> None:
        raise HangError(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seconds_of(work: Callable[[], object]) -> float:
    """Give the processor time of some work, the best of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        with ending(4 * SECONDS_MAX):
            work()
        times.append(time.process_time() - began)
    return min(times)


def assert_linear(work: Callable[[int], Callable[[], object]], size: int) -> None:
    """Make sure that 8 times the input takes no more than about 8 times as long.

    `work` prepares the input of a size, and gives what is to be measured.
    """
    small, large = seconds_of(work(size)), seconds_of(work(size * GROWTH_FACTOR))
    assert large <= GROWTH_FACTOR * _SLACK * max(small, 0.002), (small, large)


def peak_bytes(work: Callable[[], object]) -> int:
    """Give the most memory that Python objects took during some work."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def assert_sound(diagnostics: Iterable[Diagnostic], files: dict[str, str]) -> None:
    """Make sure that each diagnostic has a known code and a place inside its file, and can be shown in every way."""
    found = list(diagnostics)
    read = {file: Lines(text) for file, text in files.items()}
    for each in found:
        assert each.code in CODES, each
        assert each.message
        for said in (each.message, each.hint or ""):
            assert len(said) < 2000, (each.code, said)
        place = each.place
        if place is not None and place.line is not None and place.file in read:
            lines = read[place.file]
            assert 1 <= place.line <= len(lines), (place, each)
            assert 1 <= (place.column or 1) <= len(lines.written(place.line)) + 1, (place, each)
            end = place.end_line or place.line
            assert place.line <= end <= len(lines), (place, each)
            assert 1 <= (place.end_column or 1) <= len(lines.written(end)) + 1, (place, each)
            assert end > place.line or (place.end_column or place.column or 1) >= (
                place.column or 1
            ), (place, each)
    for language in LANGUAGES:
        # Bytes of JSON steer no screen: whoever reads them unpacks them first.
        assert written(validate_json(found), language).encode()
        shown = [
            github_annotations(found, language),
            diagnostics_text(Page(language, Style.PLAIN, 80), found, campaigns=1),
        ]
        for text in shown:
            assert text.encode() is not None
            assert not _UNSEEN.search(text), text


# Texts and bytes

NASTY: Final = [
    "\x00",
    "\x1b[31m",
    "\x07",
    "\ufeff",
    "\u202e",
    "\u2066",
    "\u2028",
    "\u2029",
    "\x85",
    "\u200b",
    "\xa0",
    "\u3000",
    "�",
    "\uffff",
    "\U0010ffff",
    "：，“”｛｝",
    "'",
    '"',
    "\\",
    "|",
    ">",
    "#",
    "&",
    "*",
    "!",
    "%",
    "@",
    "`",
    "---",
    "...",
    "\t",
    "~",
    "{{",
    "}}",
    "{%",
    "%}",
    "<<",
    "<a>",
    "&#x0;",
    "&#xd800;",
    "--",
    "0x10",
    ".inf",
    "1e999",
    "1_000",
]
"""Pieces that some reader of texts trips over."""


def texts(pieces: Iterable[str], most: int = 12) -> st.SearchStrategy[str]:
    """Make texts of such pieces, of what is nasty, and of anything."""
    piece = st.one_of(st.sampled_from(list(pieces)), st.sampled_from(NASTY), st.text(max_size=4))
    return st.lists(piece, max_size=most).map("".join)


@st.composite
def mutated(
    draw: st.DrawFn, originals: st.SearchStrategy[bytes], pieces: Iterable[bytes] = ()
) -> bytes:
    """Take something valid, and change, drop, double, move or insert some of its bytes."""
    data = bytearray(draw(originals))
    put = st.binary(min_size=1, max_size=8) | st.sampled_from(
        [b"\0", b"\xff\xff\xff\xff", b"\xed\xa0\x80", *pieces]
    )
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(["flip", "put", "drop", "double", "move", "cut"])):
            case "flip" if data:
                data[at % len(data)] ^= 1 << draw(st.integers(0, 7))
            case "put":
                data[at:at] = draw(put)
            case "drop":
                del data[at : at + length]
            case "double":
                data[at:at] = data[at : at + length]
            case "move":
                piece = data[at : at + length]
                del data[at : at + length]
                to = draw(st.integers(0, len(data)))
                data[to:to] = piece
            case "cut":
                if draw(st.booleans()):
                    del data[at:]
    return bytes(data)


def json_values(words: Iterable[str] = ()) -> st.SearchStrategy[Any]:
    """Make anything that JSON can say, with these words as keys and texts among others."""
    word = st.sampled_from(["", *words]) | st.text(max_size=6)
    leaves = (
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.sampled_from([0, 1, -1, 10**30])
        | st.floats(allow_nan=False)
        | word
        | st.sampled_from(NASTY)
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(word, inner, max_size=4),
        max_leaves=10,
    )


@st.composite
def altered(draw: st.DrawFn, document: Any) -> Any:
    """Take a JSON value and change one of its values: for another, for nothing, or for one more."""
    if isinstance(document, dict) and document and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(document)))
        rest = {name: value for name, value in document.items() if name != key}
        match draw(st.sampled_from(["in", "in", "in", "drop", "more"])):
            case "in":
                return {**document, key: draw(altered(document[key]))}
            case "drop":
                return rest
            case _:
                return {**document, draw(st.text(max_size=6)): draw(json_values())}
    if isinstance(document, list) and document and draw(st.integers(0, 5)):
        at = draw(st.integers(0, len(document) - 1))
        match draw(st.sampled_from(["in", "in", "in", "drop", "double", "swap"])):
            case "in":
                return [*document[:at], draw(altered(document[at])), *document[at + 1 :]]
            case "drop":
                return [*document[:at], *document[at + 1 :]]
            case "double":
                return [*document[:at], document[at], *document[at:]]
            case _:
                return [*document[at:], *document[:at]]
    if isinstance(document, bool) and draw(st.booleans()):
        return not document
    if isinstance(document, int) and draw(st.booleans()):
        return document + draw(st.sampled_from([1, -1, 0.5, 2**64]))
    if isinstance(document, str) and document and draw(st.booleans()):
        at = draw(st.integers(0, len(document) - 1))
        return (
            document[:at]
            + draw(st.sampled_from(["", "0", "字", "\ud800", "\0"]))
            + document[at + 1 :]
        )
    return draw(json_values())
