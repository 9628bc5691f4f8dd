"""The steps of `massctl ci setup`: for a person on a terminal, and as a shell script with comments."""

from collections.abc import Iterator, Sequence
from typing import Final

from massctl.model.phrase import Phrase
from massctl.plan.forge_setup import SetupStep
from massctl.view.i18n import Language, say
from massctl.view.style import Ink, Style
from massctl.view.terminal import Inked, Page

_INDENT: Final = 4
_NEEDS: Final = Phrase(
    "First: a plan of GitHub with rulesets and environments (private repositories: Pro, Team or Enterprise), an "
    "address that does not change, somebody else who approves, and git and gh (gh auth login) on this machine."
)
_MOUSE: Final = Phrase("with the mouse:")


def setup_text(steps: Sequence[SetupStep], repository: str | None, language: Language, style: Style, width: int) -> str:
    """Show the steps with what each protects; commands stand on lines of their own, to be copied."""
    page = Page(language, style, width)
    page.line(Inked(_title(repository), Ink.NAME))
    page.line(_NEEDS)
    for number, step in enumerate(steps, 1):
        page.blank()
        mark = Inked("✓ ", Ink.DONE) if step.is_done else "  "
        page.line(mark, Inked(f"{number:>2} ", Ink.NAME), Inked(step.title, Ink.NAME), hang=_INDENT + 1)
        if step.is_done:
            continue
        page.line(Inked(Phrase("why: {reason}", reason=step.protects), Ink.DETAIL), indent=_INDENT)
        for each in step.todo:
            page.line("· ", each, indent=_INDENT, hang=_INDENT + 2)
        for line in step.commands:
            page.command(line, indent=_INDENT)
        if step.clicks is not None:
            page.line(Inked(_MOUSE, Ink.DETAIL), " ", step.clicks, indent=_INDENT)
        for choice in step.optional:
            page.line(Inked(choice.when, Ink.DETAIL), indent=_INDENT)
            for line in choice.commands:
                page.command(line, indent=_INDENT)
    return page.text()


def setup_script(steps: Sequence[SetupStep], repository: str | None, language: Language) -> str:
    """Write the steps as a shell script: sentences are comments, and so are commands that only some need."""
    return "\n".join(_script(steps, repository, language))


def _script(steps: Sequence[SetupStep], repository: str | None, language: Language) -> Iterator[str]:
    def comment(sentence: Phrase) -> str:
        return f"# {say(sentence, language)}"

    yield comment(_title(repository))
    yield comment(_NEEDS)
    for number, step in enumerate(steps, 1):
        yield ""
        done = Phrase("{title} (done)", title=step.title) if step.is_done else step.title
        yield f"# {number}. {say(done, language)}"
        if step.is_done:
            continue
        yield comment(Phrase("why: {reason}", reason=step.protects))
        for sentence in step.todo:
            yield comment(sentence)
        if step.clicks is not None:
            yield f"# {say(_MOUSE, language)} {say(step.clicks, language)}"
        yield from step.commands
        for choice in step.optional:
            yield comment(choice.when)
            yield from (f"# {line}" for line in choice.commands)


def _title(repository: str | None) -> Phrase:
    if repository is None:
        return Phrase("Set up the repository on GitHub; write its name in place of OWNER/REPOSITORY")
    return Phrase("Set up {repository} on GitHub, in an order that locks nobody out", repository=repository)
