"""`massctl render`: the articles as files."""

from pathlib import Path

import click

from massctl.cli.arguments import sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import session
from massctl.model.phrase import Phrase


@click.command(name="render")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write into."
)
@click.option("--screenshots", is_flag=True, help="Write what a phone shows as PNG too; needs a Chromium.")
@sandbox_option
@click.pass_obj
def command(directory: str, names: tuple[str, ...], out: Path, screenshots: bool, sandbox: bool) -> int:
    """Write NAME's articles exactly as they will be sent, with their pictures beside them.

    `article-N.html` differs from what is sent only in the addresses of pictures; `message.txt` is a text
    message; `index.html` shows all of it as a phone does. Of several NAMEs each has a folder of its own.
    """
    from massctl.cli.rendering import INDEX, render_into

    with session(directory, sandbox=sandbox) as (current, _):
        done = render_into(current, tuple(dict.fromkeys(names)), out, screenshots=screenshots)
    if done and current.voice.is_terminal:
        page = out / INDEX if len(set(names)) == 1 else out / names[0] / INDEX
        current.voice.talk(Phrase("open {path} in a browser", path=str(page)))
    return ExitStatus.DONE if done else ExitStatus.FAILED
