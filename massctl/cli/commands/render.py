"""`massctl render`: the articles as files."""

from pathlib import Path

import click

from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import session
from massctl.cli.writing import write_files


@click.command(name="render")
@click.argument("name")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write into."
)
@click.pass_obj
def command(directory: str, name: str, out: Path) -> int:
    """Write NAME's articles exactly as they will be sent, with their pictures beside them.

    `article-N.html` differs from what is sent only in the addresses of pictures; `message.txt` is a text
    message; `index.html` shows all of it as a phone does.
    """
    from massctl.cli.rendering import rendered_files

    with session(directory) as (current, _):
        files = rendered_files(current, name)
        if files is None:
            return ExitStatus.FAILED
        for path in write_files(out, files):
            current.voice.result(path)
    return ExitStatus.DONE
