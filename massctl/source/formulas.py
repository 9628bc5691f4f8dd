"""MathJax in QuickJS: sets the formulas of an article, without a network and within bounds.

MathJax's files come from the package `django-static-mathjax`, of which nothing is imported. Loading takes 100 ms.
"""

import json
import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pkgutil import get_data
from time import process_time
from typing import Any

from msgspec import convert

from massctl.child import require
from massctl.extras import install_command
from massctl.model.diagnostics import Fault
from massctl.model.phrase import Phrase
from massctl.render.formula import Drawing, Formula, Problem, problem_before, store_result

LIBRARIES = {"django-static-mathjax": "3.2.2.1", "quickjs-ng": "0.17.0.2"}
"""The packages of the extra `math`, which decide bytes that reviewers approve: these versions and no other."""
SECONDS_MAX = 2.0
"""Ours: processor time of one formula; most take some milliseconds."""
ARTICLE_SECONDS_MAX = 20.0
"""Ours: processor time of the formulas of one article: a thousand take some five seconds."""
MEMORY_BYTES_MAX = 256 << 20
"""Ours: MathJax takes 7 MB, and an article of a thousand formulas 10 MB more."""
_STACK_BYTES_MAX = 4 << 20
_EXTENSIONS = (
    *("ams", "amscd", "bbox", "boldsymbol", "braket", "enclose", "cancel", "empheq", "cases"),
    *("centernot", "color", "colortbl", "newcommand", "configmacros", "extpfeil", "gensymb"),
    *("mathtools", "mhchem", "textmacros", "textcomp", "unicode", "upgreek", "verb"),
)
"""In this order: some need an earlier one. Those that write HTML, load files or change settings are left out."""
_COMPONENTS = (
    *("core", "adaptors/liteDOM", "input/tex-base"),
    *(f"input/tex/extensions/{name}" for name in _EXTENSIONS),
    *("output/svg", "output/svg/fonts/tex"),
)


def is_installed() -> bool:
    """Return whether the extra is installed, in the versions that draw what reviewers approve."""
    try:
        return all(version(name) == pinned for name, pinned in LIBRARIES.items())
    except PackageNotFoundError:
        return False


class Engine:
    """MathJax, loaded. It belongs to the thread that made it, and sets one article at a time."""

    def __init__(self) -> None:
        # Its wrapper, `quickjs`, starts a thread; here no process may have one.
        from _quickjs import Context, JSException

        self._context = Context()
        self._context.set_max_stack_size(_STACK_BYTES_MAX)
        self._error: type[Exception] = JSException
        for code in _code():
            self._context.eval(code)
        self._context.set_memory_limit(MEMORY_BYTES_MAX)
        self._context.set_time_limit(SECONDS_MAX)
        self._begin, self._set, self._set_again = (
            self._context.get(name) for name in ("begin", "set", "setAgain")
        )

    def draw(self, formulas: Sequence[Formula], seconds: Callable[[], float]) -> None:
        """Draw the formulas of one article, in their order; macros, numbers and labels hold for it alone."""
        self._begin()
        ends = seconds() + ARTICLE_SECONDS_MAX
        waiting: list[tuple[int, Formula]] = []
        count = 0
        for formula in formulas:
            found = problem_before(formula.tex)
            if found is None and seconds() > ends:
                found = Problem("Time", "", 0)
            if found is not None:
                store_result(formula, found)
                continue
            answer = self._answer(self._set, formula.tex, formula.display)
            if answer is None:
                waiting.append((count, formula))
            else:
                store_result(formula, answer)
            count += 1
        for index, formula in waiting:
            answer = self._answer(self._set_again, index)
            store_result(formula, answer or Problem("Time", "", 0))

    def _answer(self, function: Callable[..., str], *given: Any) -> Drawing | Problem | None:
        try:
            found = json.loads(function(*given))
        except self._error as error:
            # Interrupted, out of memory, or too deep for the stack.
            return Problem("Deep" if "stack" in str(error) else "Time", "", 0)
        if found is None:
            return None
        return convert(found, Problem) if "id" in found else convert(found, Drawing)


@cache
def _code() -> tuple[str, ...]:
    folder = files("mathjax") / "static" / "mathjax" / "es5"
    own = (get_data("massctl.source", "formulas.js") or b"").decode()
    parts = ((folder / f"{name}.js").read_text("utf-8") for name in _COMPONENTS)
    return ("var MathJax = {config: {}, loader: {}};", *parts, own)


_made = threading.local()


def load() -> Engine:
    """Return the engine of this thread; the first time it is loaded."""
    if not hasattr(_made, "engine"):
        _made.engine = Engine()
    engine: Engine = _made.engine
    return engine


def draw(formulas: Sequence[Formula]) -> Fault | None:
    """Draw the formulas of one article; return a fault if the extra is not installed."""
    if not is_installed():
        return Fault(
            "MC329",
            Phrase("formulas need the extra `math`, which is not installed"),
            Phrase("{command}   installs it", command=install_command("math")),
            needle=formulas[0].tex.partition("\n")[0],
        )
    if not hasattr(_made, "engine"):
        require("formulas")
    load().draw(formulas, process_time)
    return None
