"""The contact sheet of a campaign: what its readers see first, each article beside the others, as one picture."""

from collections.abc import Sequence

from massctl.model.frozen import Frozen
from massctl.view.pages.markup import Sheet

_SCREEN = (375, 667)
"""What a phone shows of an article before its reader scrolls."""
_COLUMNS_MAX = 3
_ROW_OF_ONE = 4
"""Chat, list, share and article of a campaign of one article stand in one row."""


class FirstScreen(Frozen):
    """One picture of a contact sheet."""

    label: str
    """What it is called, such as an article's number and title."""
    file: str
    """The picture of it beside the page; its upper part is shown."""


def contact_sheet(screens: Sequence[FirstScreen], sheet: Sheet) -> str:
    """Return the page that is photographed as a contact sheet."""
    width, height = _SCREEN
    count = len(screens)
    columns = count if count == _ROW_OF_ONE else min(count, _COLUMNS_MAX)
    return sheet.page(
        "contact_sheet.html.j2", screens=screens, columns=columns, width=width, height=height
    )
