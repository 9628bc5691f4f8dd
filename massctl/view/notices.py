"""Notices for a chat and for a webhook: what happened, what is now true, what to type and until when.

Words from files (titles, names, refusals that quote them) must not become a mention, a link or markup in a group:
`<@all>` in a title would call everybody. WeCom's markdown knows no escape, so such signs are written full width.
"""

from collections.abc import Sequence

from massctl.apply.notices import Notice
from massctl.model.phrase import Command, Phrase
from massctl.view.cells import printable
from massctl.view.i18n import Language, Reader, say
from massctl.view.reconcile import reconcile_choices
from massctl.view.rows import Row
from massctl.view.send_facts import fact_rows
from massctl.view.terminal import Inked
from massctl.view.words import brief_destinations

WORDS_SHOWN = 400
"""Characters of a sentence that may hold words from files; more are cut."""
HAPPENING = {
    "accepted": Phrase("accepted"),
    "ended": Phrase("delivered"),
    "details": Phrase("details"),
    "failed": Phrase("failed"),
    "withdrawn": Phrase("withdrawn"),
    "settled": Phrase("settled"),
    "in_doubt": Phrase("in doubt"),
    "awaiting_admin": Phrase("awaiting the administrator"),
    "expired": Phrase("window missed"),
    "refused": Phrase("refused"),
    "draft_left": Phrase("draft left"),
    "upcoming": Phrase("upcoming"),
    "drift": Phrase("drift"),
    "report": Phrase("report"),
}
_ON_GITHUB = Phrase(
    "on GitHub, where {command} wrote the workflows: Actions / apply / reconcile",
    command=Command("init"),
)
_MARKUP = str.maketrans("<>[]`*#@\\|~", "＜＞［］｀＊＃＠＼｜～")


def plain(text: str) -> str:
    """Take from words all that a chat would act on; one line, and not endless."""
    line = " ".join(printable(" ".join(text.split())).split()).translate(_MARKUP)
    line = line.replace("://", "：//")
    return line if len(line) <= WORDS_SHOWN else line[: WORDS_SHOWN - 1] + "…"


def notice_blocks(notices: Sequence[Notice], language: Reader) -> list[str]:
    """Return each notice as a block of WeCom's markdown."""
    return [_block(each, language) for each in notices]


def left_out(count: int, language: Reader) -> str:
    """Return how many notices did not fit."""
    return say(
        Phrase("and {count} more: {command}", count=count, command=Command("status")), language
    )


def _block(notice: Notice, language: Language) -> str:
    title = f" {plain(notice.title)}" if notice.title else ""
    lines = [f"**{say(HAPPENING[notice.happening], language)}** {plain(notice.campaign)}{title}"]
    guard = f"{notice.guard}: " if notice.guard else ""
    lines.append(plain(guard + say(notice.message, language)))
    if notice.reach is not None:
        lines += [plain(say(each, language)) for each in notice.reach.lines]
    if notice.hint:
        lines.append("> " + plain(say(notice.hint, language)))
    if notice.unrecorded is not None:
        when = say(Phrase("when the ledger can be written again"), language)
        lines += [f"> {notice.unrecorded.command}\n> {when}", "> " + say(_ON_GITHUB, language)]
    elif notice.choices is not None:
        for command, told in reconcile_choices(notice.choices):
            words = [each.text if isinstance(each, Inked) else each for each in told]
            lines += [f"> {say(each, language)}" for each in (command, *words)]
        lines.append("> " + say(_ON_GITHUB, language))
    if notice.block is not None:
        lines += [_row(row, language) for row in fact_rows(notice.block)]
        if leads := brief_destinations(notice.block.destinations):
            lines.append(_row(Row("destinations", (leads,)), language))
    return "\n".join(lines)


def _row(row: Row, language: Language) -> str:
    return plain(
        " · ".join(
            [
                f"{say(row.label, language)}: {say(row.words[0], language)}",
                *(say(each, language) for each in row.words[1:]),
            ]
        )
    )
