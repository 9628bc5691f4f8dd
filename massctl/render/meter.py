"""The budget of a template: everything it does is paid for before it is done.

A template can be mistaken or hostile. Work is counted instead of timed, so the same template ends at the
same point on every machine. Whatever costs more than a constant is weighed first: the inputs of
an operation, and the text that it makes.
"""

from collections.abc import ItemsView, KeysView, ValuesView
from typing import Final

from massctl.model.phrase import Phrase
from massctl.render.inputs import Problem

WORK_MAX: Final = 2_000_000
"""Units of work for one template with all it includes; a long article takes some 20,000."""
NODE_COST: Final = 10
"""For each node of the syntax tree of a block that is run."""
CALL_COST: Final = 20
"""For each call, filter and test, beside the weight of its arguments."""
ITEM_COST: Final = 10
"""For each item of a list, since an item takes more memory than a character."""
DEPTH_MAX: Final = 50
"""Macros, blocks and recursive loops inside each other."""
LOADS_MAX: Final = 1_000
"""Includes, imports and extends, counted each time they run."""
INTEGER_BITS_MAX: Final = 256
WIDTH_MAX: Final = 1_000
"""Columns, fill characters, digits and stripped characters in one operation."""
RANGE_MAX: Final = 10_000
TEMPLATE_CHARACTERS_MAX: Final = 100_000
"""Of a template's source; Jinja reads so many within 2 seconds."""


class TemplateStop(Exception):  # noqa: N818  # It is control flow inside this room, and never leaves it.
    """Stop a template for a reason of ours; not an ordinary error, so that no filter swallows it."""

    def __init__(self, problem: Problem, line: int | None = None, needle: str = "") -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.line = line
        """Where it is known before the template runs; else the traceback says it."""
        self.needle = needle
        """What to look for in that line, where one word of it is meant."""


def forbid(message: Phrase, hint: Phrase) -> TemplateStop:
    """Make the refusal of something that templates may not do."""
    return TemplateStop(Problem("MC103", message, hint))


def failed(message: Phrase, hint: Phrase) -> TemplateStop:
    """Make the report of something that cannot work."""
    return TemplateStop(Problem("MC106", message, hint))


def over_budget(message: Phrase, hint: Phrase) -> TemplateStop:
    """Make the refusal of something that would cost too much."""
    return TemplateStop(Problem("MC104", message, hint))


SMALLER: Final = Phrase("write a smaller number")


def too_big() -> TemplateStop:
    """Make the refusal of a number that only computers need."""
    return over_budget(Phrase("the number has more than {limit} bits", limit=INTEGER_BITS_MAX), SMALLER)


class Meter:
    """Count the work of one rendering."""

    __slots__ = ("depth", "left", "loads")

    def __init__(self) -> None:
        self.left = WORK_MAX
        self.depth = 0
        self.loads = 0

    def spend(self, units: int) -> None:
        """Pay for work that is about to be done; raises TemplateStop where nothing is left."""
        self.left -= units
        if self.left < 0:
            raise over_budget(
                Phrase("the template does more work than {limit} units", limit=f"{WORK_MAX:,}"),
                Phrase("does a loop run too often, or does a text grow with every round?"),
            )

    def weigh(self, value: object) -> None:
        """Pay for reading all of `value`: a list inside two lists is read twice, so it is paid twice."""
        pending = [value]
        while pending:
            item = pending.pop()
            if isinstance(item, str):
                self.spend(len(item))
            elif isinstance(item, dict):
                self.spend(len(item) * 2 * ITEM_COST)
                pending.extend(item.keys())
                pending.extend(item.values())
            elif isinstance(item, (list, tuple, KeysView, ValuesView, ItemsView)):
                self.spend(len(item) * ITEM_COST)
                pending.extend(item)
            elif isinstance(item, range):
                self.spend(len(item) * ITEM_COST)
            else:
                self.spend(1)

    def enter(self) -> None:
        """Go one call deeper; `leave` must follow."""
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise over_budget(
                Phrase("macros or blocks call each other more than {limit} deep", limit=DEPTH_MAX),
                Phrase("does a macro call itself?"),
            )

    def leave(self) -> None:
        """Come back from a call."""
        self.depth -= 1

    def load(self) -> None:
        """Count one include, import or extends."""
        self.loads += 1
        if self.loads > LOADS_MAX:
            raise over_budget(
                Phrase("the template includes or imports other files more than {limit} times", limit=LOADS_MAX),
                Phrase("does a file include itself?"),
            )
