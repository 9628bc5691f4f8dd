"""`massctl ci setup`: the commands and clicks that make this repository ready to send from GitHub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from massctl.cli import views
from massctl.cli.app import Result
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import Session
from massctl.errors import LedgerUnreachableError, UsageError
from massctl.git import Git
from massctl.model.phrase import Command, Phrase
from massctl.plan.forge_setup import (
    APPLY_WORKFLOW,
    SetupFacts,
    SetupStep,
    repository_at,
    setup_steps,
)
from massctl.scaffold import ACTION, OWNERS, WORKFLOWS, scaffold_files
from massctl.source.audiences import named_audiences
from massctl.source.repository import SETTINGS
from massctl.view.i18n import Language, say
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Page

APPID_OF_THE_SCAFFOLD = "wx0123456789abcdef"
_INDENT = 4
_NEEDS = Phrase(
    "First: a plan of GitHub with rulesets and environments (private repositories: Pro, Team or Enterprise), an "
    "address that does not change, somebody else who approves, and git and gh (gh auth login) on this machine."
)
_MOUSE = Phrase("with the mouse:")


def setup(session: Session, repository: str | None) -> Result:
    """Print the steps; `repository` is OWNER/REPOSITORY where the remote does not say it."""
    remote = remote_address(session)
    named = repository or (github_repository(session, remote) if remote is not None else None)
    facts = SetupFacts(
        named,
        remote is not None,
        tuple(_missing(session)),
        _has_runner(session),
        bool(named_audiences(session.repository)),
    )
    steps = setup_steps(session.settings, facts)
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.setup_json(steps, named),
        lambda to: (
            setup_text(to.page(), steps, named)
            if to.is_terminal
            else setup_script(steps, named, to.language)
        ),
    )


def github_repository(session: Session, remote: str) -> str:
    """Return OWNER/REPOSITORY of a remote's address; raise UsageError where it is not on github.com."""
    found = repository_at(remote)
    if found is not None:
        return found
    raise UsageError(
        Phrase(
            "the remote {remote} of this repository is not on github.com",
            remote=session.settings.state.remote,
        ),
        Phrase("Nothing was done."),
        Phrase(
            "for GitHub name it with --repo OWNER/REPOSITORY; any other forge is served by {command}: "
            "docs/guides/runner.md",
            command=Command("run"),
        ),
    )


def remote_address(session: Session) -> str | None:
    """Return the address of the remote in `state.remote`; None without one."""
    try:
        found = Git(session.root, session.environment).run(
            "remote", "get-url", session.settings.state.remote
        )
    except LedgerUnreachableError:
        return None  # Without git there is no remote.
    return found.out.decode("utf-8", "replace").strip() if found.done else None


def _missing(session: Session) -> Iterator[Phrase]:
    """Find what `massctl init` could not know."""
    for name, account in session.settings.accounts.items():
        if account.appid == APPID_OF_THE_SCAFFOLD:
            yield Phrase(
                "{file}: the AppID of {account} in place of {appid}",
                file=SETTINGS,
                account=name,
                appid=account.appid,
            )
    policy = session.settings.policy
    if policy.preview_to is None:
        yield Phrase(
            "{file}: policy.preview_to, who may see previews, such as [editor_li]", file=SETTINGS
        )
    if not policy.operators:
        yield Phrase(
            "{file}: policy.operators, who may decide on GitHub, such as [lin-mei]", file=SETTINGS
        )
    if "@OWNER" in _text(session.root / OWNERS):
        yield Phrase("{file}: people or teams who approve, in place of @OWNER", file=OWNERS)
    files = sorted(
        path for path in (session.root / WORKFLOWS).glob("*.yml") if ACTION in _text(path)
    )
    if files:
        yield Phrase(
            "{files}: repository and commit of massctl in place of {action}",
            files=", ".join(f"{WORKFLOWS}{path.name}" for path in files),
            action=f"{ACTION[:20]}…",
        )


def _has_runner(session: Session) -> bool:
    """Return whether somebody wrote another machine for the job that sends than the scaffold has."""
    ours, name = scaffold_files(), f"{WORKFLOWS}{APPLY_WORKFLOW}"
    (line,) = (each for each in ours[name].decode().splitlines() if "your own runner" in each)
    written = _text(session.root / name)
    return bool(written) and line not in written


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def setup_text(page: Page, steps: Sequence[SetupStep], repository: str | None) -> str:
    """Show the steps with what each protects; commands stand on lines of their own, to be copied."""
    page.line(Inked(_title(repository), Ink.NAME))
    page.line(_NEEDS)
    for number, step in enumerate(steps, 1):
        page.blank()
        mark = Inked("✓ ", Ink.DONE) if step.is_done else "  "
        page.line(
            mark, Inked(f"{number:>2} ", Ink.NAME), Inked(step.title, Ink.NAME), hang=_INDENT + 1
        )
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


def _script(
    steps: Sequence[SetupStep], repository: str | None, language: Language
) -> Iterator[str]:
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
        return Phrase(
            "Set up the repository on GitHub; write its name in place of OWNER/REPOSITORY"
        )
    return Phrase(
        "Set up {repository} on GitHub, in an order that locks nobody out", repository=repository
    )
