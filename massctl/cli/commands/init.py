"""`massctl init`: begin a repository."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from massctl.cli.app import Result, run, said
from massctl.cli.arguments import Text
from massctl.cli.commands.lock import lock_campaigns
from massctl.cli.consent import said_yes, somebody_is_here
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.installed import action_of_this_massctl
from massctl.cli.output import Console, choose_language, chosen_language, console_of, use_console
from massctl.cli.session import session
from massctl.errors import RefusedError, UsageError
from massctl.model.ids import CAMPAIGN_FILE
from massctl.model.phrase import Command, Phrase
from massctl.scaffold import already_there, scaffold_files, write_scaffold
from massctl.source.schemas import schema_documents, schema_text


@click.command(name="init")
@click.argument(
    "target", required=False, metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path)
)
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    help="Language of this run and of the files; else MASSCTL_LANG, else the locale, else en.",
)
@click.option(
    "--owner",
    type=Text(r"@[\w-]+(/[\w.-]+)?"),
    metavar="@NAME",
    help="Who must approve pull requests: @person or @company/team, for CODEOWNERS.",
)
@click.option("--keep", is_flag=True, help="Keep existing files, and write only the missing ones.")
@click.option("--yes", is_flag=True, help="Do not ask, also in a folder of another git repository.")
@click.pass_obj
def command(
    directory: str,
    target: Path | None,
    language: str | None,
    owner: str | None,
    keep: bool,
    yes: bool,
) -> int:
    """Create a repository in DIR (default: here): a sample, workflows, and everything else that a team needs.

    It validates, plans and applies in the sandbox without changes. It never overwrites a file.
    """
    root = Path(directory, target or ".")
    return run("init", "text", lambda: _begun(root, target, language, owner, keep=keep, yes=yes))


def _begun(
    root: Path,
    target: Path | None,
    language: str | None,
    owner: str | None,
    *,
    keep: bool,
    yes: bool,
) -> tuple[Console, Result]:
    choose_language(language or chosen_language())
    console = use_console(console_of(root))
    if not yes and (top := _above(root)) is not None:
        _ask_inside(console, top)
    action = action_of_this_massctl()
    contents = scaffold_files(console.language.value, owner, action.written)
    for name, document in schema_documents().items():
        contents[f"schemas/{name}"] = schema_text(document).encode()
    kept = already_there(root, contents) if keep else []
    written = write_scaffold(
        root, {path: data for path, data in contents.items() if path not in kept}
    )
    paths = sorted([*written, *_locked(root, written)])
    remarks = [action.remark] if action.remark is not None else []
    hints = [
        *(Phrase("kept: {path}", path=path) for path in kept),
        *_hints(root, target, kept),
        *remarks,
    ]
    use_console(console)
    return console, Result(ExitStatus.DONE, text=lambda _: "\n".join(paths), talk=said(*hints))


_INSIDE = Command("init", "--yes")
README = "README.md"
IGNORED = ".gitignore"
_CACHE = ".massctl/"
"""Caches, and the sandbox's state."""


def _hints(root: Path, target: Path | None, kept: Collection[str]) -> Iterator[Phrase]:
    """Return what is to be typed next, and what this folder lacks although the files are there."""
    if IGNORED in kept and _CACHE not in _lines(root / IGNORED):
        yield Phrase(
            "add the line {line} to {file}: these files are only for this machine",
            line=_CACHE,
            file=IGNORED,
        )
    where = f"cd {shlex.quote(str(target))} && " if target else ""
    yield Phrase(
        "next: {where}{command}",
        where=where,
        command=Command("apply", "first-letter --sandbox --yes"),
    )
    if README in kept:
        yield Phrase("then: docs/guides/first-pull-request.md of massctl; your README.md was kept")
    else:
        yield Phrase("then: the last section of README.md")


def _ask_inside(console: Console, top: Path) -> None:
    """Ask before a repository is begun inside another one; raise UsageError where nobody says yes."""
    why = Phrase(
        "this folder is inside the git repository {top}: GitHub reads .github/ only at the top of a repository, so no "
        "workflow would run here",
        top=top.name,
    )
    nothing = Phrase("Nothing was written.")
    if not somebody_is_here():
        elsewhere = Phrase(
            "Begin in a separate folder, or here all the same with `{command}`", command=_INSIDE
        )
        raise UsageError(why, nothing, elsewhere)
    if not said_yes(console, console.shown(why), Phrase("Type `yes` to begin here all the same:")):
        raise RefusedError(
            Phrase("you did not agree"), nothing, Phrase("begin in a separate folder")
        )


def _lines(path: Path) -> list[str]:
    """Return the lines of a file that somebody else wrote; none if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return []


def _above(root: Path) -> Path | None:
    """Return the git repository that this folder is only a part of; None if it is the top of one, or in none."""
    root = root.resolve()
    if (root / ".git").exists():
        return None
    return next((each for each in root.parents if (each / ".git").exists()), None)


def _locked(root: Path, written: list[str]) -> list[str]:
    """Lock the campaigns of the scaffold, since its policy sends only what is locked; return the paths written."""
    names = [path.split("/")[-2] for path in written if path.endswith(f"/{CAMPAIGN_FILE}")]
    if not names:
        return []
    # What the environment says about addresses is for runs that call WeChat; a new folder holds no cache yet.
    with TemporaryDirectory() as cache, session(str(root), environment={}) as current:
        report = lock_campaigns(current, names, check=False, cache=Path(cache))
        folders = current.repository.campaign_folders
    return [f"{folders.folder(each.name)}/{path}" for each in report for path in each.written]
