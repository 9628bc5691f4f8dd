"""`massctl init`: begin a repository."""

from pathlib import Path

import click

from massctl.cli.arguments import Text


@click.command(name="init")
@click.argument("target", required=False, metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--language", type=click.Choice(["zh", "en"]), help="Of its words; else MASSCTL_LANG, else the locale, else zh."
)
@click.option(
    "--owner",
    type=Text(r"@[\w-]+(/[\w.-]+)?"),
    metavar="@NAME",
    help="Who has to agree to a pull request: @person or @company/team, for CODEOWNERS.",
)
@click.option("--keep", is_flag=True, help="Keep the files that are here, and write only those that are not.")
@click.pass_obj
def command(directory: str, target: Path | None, language: str | None, owner: str | None, keep: bool) -> None:
    """Scaffold a repository in DIR (default: here): a sample, workflows, and all that a team needs.

    It validates, plans and applies in the sandbox at once. No file is ever overwritten.
    """
    from massctl.cli.founding import founded

    founded(Path(directory), target, language=language, owner=owner, keep=keep)
