"""What a person has left to do in the console before the send, beside the preview."""

from collections.abc import Sequence

from massctl.model.phrase import Phrase
from massctl.plan.guards import HandoffItem
from massctl.view.pages.sheet import Sheet


def by_hand(items: Sequence[HandoffItem], sheet: Sheet) -> str:
    """Give the section with the hand-off list, what is done ticked; nothing without a list."""
    if not items:
        return ""
    rows = "".join(_row(each, sheet) for each in items)
    left = sum(not each.done for each in items)
    heading = sheet.say(Phrase("by hand in the console, before the send"))
    return f"""<section class="notes" aria-labelledby="by-hand">
<h2 id="by-hand">{heading} <span class="count">{left}</span></h2>
<ul class="by-hand">{rows}</ul>
</section>
"""


def _row(item: HandoffItem, sheet: Sheet) -> str:
    kind, mark = ("done", "☑") if item.done else ("open", "☐")
    word = sheet.say(Phrase("done") if item.done else Phrase("to do"))
    return f'<li class="{kind}"><span role="img" aria-label="{word}">{mark}</span> {sheet.say(item.words)}</li>\n'
