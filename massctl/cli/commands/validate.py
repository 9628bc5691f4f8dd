"""`massctl validate`: every fault of every file at once."""

import click

from massctl.cli.answering import one_document
from massctl.cli.exit_codes import ExitStatus


@click.command(name="validate")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Show each note and warning, however many are of one kind.")
@click.pass_obj
def command(directory: str, names: tuple[str, ...], form: str, verbose: bool) -> int:
    """Check the campaigns NAMEs, or every one: schema, rendering, content rules. Touches no network."""
    from massctl.cli.checking import checked

    with one_document(form, "validate") as answer:
        found, voice, count = checked(directory, names)
        if form == "json":
            from massctl.view.as_json import validate_json

            answer.give(voice, lambda: validate_json(found, voice.language))
    from massctl.model.diagnostics import has_errors

    if form == "github":
        from massctl.view.as_github import github_annotations

        voice.annotations(github_annotations(found, voice.language))
    elif form == "text":
        from massctl.view.diagnostic_text import diagnostics_text

        language, style, width = voice.language, voice.style, voice.width
        voice.result(diagnostics_text(found, language, style, width, campaigns=count, verbose=verbose))
    return ExitStatus.FAILED if has_errors(found) else ExitStatus.DONE
