"""An error, for the person whose command stopped: what happened, what is now true, what to type."""

from massctl.errors import MassctlError, WeChatError
from massctl.model.phrase import Phrase
from massctl.view.language import Language
from massctl.view.page import Inked, Page
from massctl.view.style import Ink, Style


def error_text(error: MassctlError, language: Language, style: Style, width: int) -> str:
    """Tell an error: its summary, its detail below, and what to do, further in."""
    page = Page(language, style, width)
    page.line(Inked(Phrase("error: {summary}", summary=error.summary), Ink.ERROR), hang=2)
    if error.detail:
        page.line(error.detail, indent=2)
    if isinstance(error, WeChatError) and error.rid:
        page.line(Inked(f"rid {error.rid}", Ink.DETAIL), indent=2)
    if error.hint:
        page.line(error.hint, indent=4)
    return page.text()
