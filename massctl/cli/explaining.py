"""Where explanations are: packaged pages, one a subject, in a folder a language."""

from importlib.resources import files

from massctl.errors import UsageError
from massctl.model.phrase import Phrase
from massctl.view.explanation import PAGES, Explanation, find, near, read_page
from massctl.view.language import Language


def explanations(language: Language) -> list[Explanation]:
    """Read every explanation in `language`: diagnostics, guards, exit statuses."""
    folder = files("massctl.view") / "explanations" / language.value
    return [
        each
        for subject, name in PAGES.items()
        for each in read_page(subject, (folder / name).read_text(encoding="utf-8"))
    ]


def explained(code: str, language: Language) -> Explanation:
    """Give the explanation of `code`; raises UsageError, with a suggestion, where there is none."""
    known = explanations(language)
    if (found := find(known, code)) is not None:
        return found
    suggested = near(known, code)
    hint = (
        Phrase("did you mean {near}?", near=suggested)
        if suggested
        else Phrase("massctl explain   lists everything that it explains")
    )
    raise UsageError(Phrase("there is nothing to explain about {code}", code=code), hint=hint)
