"""One of several: radio buttons that look like tabs, so that arrow keys work without a script."""

from collections.abc import Sequence
from dataclasses import dataclass

from massctl.view.pages.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Tab:
    """One choice; the panel at the same place among its siblings belongs to it."""

    id: str
    name: str
    """A `Phrase`, or words of the campaign."""


def tabs(group: str, legend: str, choices: Sequence[Tab], sheet: Sheet, *, kind: str = "tabs") -> str:
    """Give a group of choices, the first one taken; of one alone only the button, unseen."""
    buttons = "".join(
        f'<input type="radio" name="{group}" id="{each.id}"{" checked" if number == 0 else ""}>'
        f'<label for="{each.id}" title="{sheet.say(each.name)}">{sheet.say(each.name)}</label>'
        for number, each in enumerate(choices)
    )
    unseen = " hidden" if len(choices) < 2 else ""
    return f'<fieldset class="{kind}"{unseen}><legend>{sheet.say(legend)}</legend>{buttons}</fieldset>'
