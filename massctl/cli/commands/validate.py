"""`massctl validate`: every fault of every file at once."""

import stat
from collections.abc import Sequence
from pathlib import Path

import click

from massctl.cli import views
from massctl.cli.app import Result, run
from massctl.cli.arguments import campaign_names, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.output import Console, verbosity
from massctl.cli.planner import judged
from massctl.cli.selection import narrow, selection_options
from massctl.cli.session import open_settings, session
from massctl.model.diagnostics import Diagnostic, has_errors
from massctl.model.ids import CAMPAIGNS
from massctl.model.phrase import Command, Phrase
from massctl.source.corrections import corrected
from massctl.whole_file import write_whole


@click.command(name="validate")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=campaign_names)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
)
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Show each note and warning, however many have the same code.",
)
@click.option(
    "--fix",
    "fixes",
    is_flag=True,
    help="Mend what needs no decision: full-width signs of YAML, invisible characters, http://, links written wrongly.",
)
@selection_options
@sandbox_option
@click.pass_obj
def command(
    directory: str,
    names: tuple[str, ...],
    form: str,
    verbose: bool,
    fixes: bool,
    accounts: tuple[str, ...],
    groups: tuple[str, ...],
    sandbox: bool,
) -> int:
    """Check the campaigns NAMEs, or all of them: schema, rendering, content rules. Uses no network.

    With --fix it mends the files first, as "mend it" does at the desk; look at the change before you commit it.

    With --sandbox, articles that were sent are those of the sandbox, as in `massctl plan --sandbox`.
    """
    told = verbose or verbosity() > 0

    def validated() -> tuple[Console, Result]:
        console, found, count = _found(directory, names, accounts, groups, sandbox=sandbox)
        # What one fault hid, such as the rest of a file that YAML could not read, is found the next time.
        for _ in range(_ROUNDS_MAX if fixes else 0):
            if not _mended(Path(directory), found):
                break
            console, found, count = _found(directory, names, accounts, groups, sandbox=sandbox)
        return console, _result(found, count, verbose=told)

    return run("validate", form, validated)


_ROUNDS_MAX = 5


def _mended(root: Path, found: Sequence[Diagnostic]) -> bool:
    """Write what mends faults into the campaigns' files; return whether any file changed."""
    is_changed = False
    by_file: dict[str, list[Diagnostic]] = {}
    for each in found:
        if each.place is not None and each.place.file.startswith(f"{CAMPAIGNS}/"):
            by_file.setdefault(each.place.file, []).append(each)
    for path, own in by_file.items():
        file = root / path
        if not file.is_file() or file.is_symlink():
            continue
        try:
            text = file.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        due = corrected(text, own)
        if due != text:
            write_whole(file, due.encode(), stat.S_IMODE(file.stat().st_mode))
            is_changed = True
    return is_changed


def _found(
    directory: str,
    names: Sequence[str],
    accounts: Sequence[str],
    groups: Sequence[str],
    *,
    sandbox: bool,
) -> tuple[Console, list[Diagnostic], int]:
    """Read massctl.yaml and the campaigns of `names`, or all; a faulty massctl.yaml is a result too."""
    opened = open_settings(directory, sandbox=sandbox)
    settings, found, console = opened
    count = 0
    if settings is not None and not has_errors(found):
        with session(directory, sandbox=sandbox, opened=opened) as current:
            narrow(current, accounts, groups)
            console = current.console
            # Whatever is sent, the sources are what has to be right.
            plan, others = judged(current, names)
        own = (each for campaign in plan.campaigns for each in campaign.diagnostics)
        # Cells of a matrix have diagnostics in common.
        found = list(dict.fromkeys([*others, *own]))
        count = len(plan.campaigns)
    return console, sorted(found, key=lambda d: d.sort_key), count


def _result(found: "list[Diagnostic]", count: int, *, verbose: bool) -> Result:
    status, next_step = ExitStatus.FAILED, None
    if not has_errors(found):
        status = ExitStatus.DONE
        next_step = Phrase("{command}   shows what would be sent", command=Command("plan"))
    return Result(
        status,
        lambda _: views.verbs_json.validate_json(found),
        lambda to: views.diagnostics.diagnostics_text(
            to.page(), found, campaigns=count, verbose=verbose
        ),
        github=lambda to: views.github.github_annotations(found, to.language),
        next_step=next_step,
    )
