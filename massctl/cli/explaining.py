"""Where explanations are: packaged pages, one a subject, in a folder a language; and the table of errcodes."""

import re
from importlib.resources import files
from typing import Final

from massctl.errors import UsageError
from massctl.model.phrase import Phrase
from massctl.view.explain import PAGES, Explanation, find, near, read_page
from massctl.view.i18n import Language

_ERRCODE: Final = re.compile(r"-1|[0-9]{5,9}")
"""As WeChat spells them; exit statuses are shorter."""


def explanations(language: Language) -> list[Explanation]:
    """Read every explanation in `language`: diagnostics, guards, exit statuses, errcodes."""
    # The tables are for a code of WeChat, and for a list of everything.
    from massctl.cli.errcodes import errcodes_explained

    return [*_pages(language), *errcodes_explained(language)]


def explained(code: str, language: Language) -> Explanation:
    """Give the explanation of `code`; raises UsageError, with a suggestion, where there is none."""
    if _ERRCODE.fullmatch(code.strip()):
        return _errcode(int(code), language)
    known = _pages(language)
    if (found := find(known, code)) is not None:
        return found
    suggested = near(known, code)
    hint = (
        Phrase("did you mean {near}?", near=suggested)
        if suggested
        else Phrase("massctl explain   lists everything that it explains")
    )
    raise UsageError(Phrase("there is nothing to explain about {code}", code=code), hint=hint)


def _pages(language: Language) -> list[Explanation]:
    folder = files("massctl.view") / "explanations" / language.value
    return [
        each
        for subject, name in PAGES.items()
        for each in read_page(subject, (folder / name).read_text(encoding="utf-8"))
    ]


def _errcode(errcode: int, language: Language) -> Explanation:
    from massctl.cli.errcodes import errcode_explained
    from massctl.wechat.errcodes import known_errcodes

    if errcode in known_errcodes():
        return errcode_explained(errcode, language)
    # A code that is spelled like this one means something else.
    raise UsageError(
        Phrase("massctl does not know the errcode {errcode}", errcode=errcode),
        Phrase("A send that is answered with it is in doubt, and any other call is refused."),
        Phrase("look it up in WeChat's list of return codes (全局返回码); WeChat's support can look up the rid"),
    )
