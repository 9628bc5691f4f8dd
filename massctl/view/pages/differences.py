"""What changed since an earlier version, in words and pictures, beside the preview."""

from collections.abc import Sequence
from typing import Final

from massctl.model.phrase import Phrase
from massctl.plan.review_diff import Difference, Mark, Piece
from massctl.view.difference import Row, base_words, difference_rows
from massctl.view.pages.sheet import Sheet, written

_TAGS: Final = {Mark.ADDED: "ins", Mark.REMOVED: "del", Mark.KEPT: "span"}


def differences(difference: Difference, sheet: Sheet) -> str:
    """Give the section with what changed, and against what."""
    items = "".join(_row(each, sheet) for each in difference_rows(difference))
    heading = sheet.say(Phrase("what changed"))
    return f"""<section class="notes" aria-labelledby="changes">
<h2 id="changes">{heading}</h2>
<p class="base">{sheet.say(base_words(difference.base))}</p>
<ul class="changes">{items}</ul>
</section>
"""


def _row(row: Row, sheet: Sheet) -> str:
    kind = "article-name" if row.is_article else "inner" if row.is_inner else "outer"
    return f'<li class="{kind}">{sheet.say(row.words)}{_pieces(row.pieces)}</li>\n'


def _pieces(pieces: Sequence[Piece]) -> str:
    return "".join(f"<{_TAGS[each.mark]}>{written(each.text)}</{_TAGS[each.mark]}>" for each in pieces)
