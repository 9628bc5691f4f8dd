"""`massctl serve`: campaigns live in a browser on this machine."""

import click

from massctl.cli.arguments import sandbox_option


@click.command(name="serve")
@click.argument("name", required=False)
@click.option("--port", type=click.IntRange(0, 65535), default=8901, show_default=True, help="0 takes a free port.")
@sandbox_option
@click.pass_obj
def command(directory: str, name: str | None, port: int, sandbox: bool) -> None:
    """Show all campaigns, or NAME, in a browser as a phone shows them, and again whenever a file is saved.

    Prints `http://127.0.0.1:PORT/` first. Only this machine can ask; it needs no ledger, no secret and no network, and
    writes nothing but the picture cache. With --sandbox it compares with what the sandbox's followers have. Ctrl-C
    ends it.
    """
    # The web server and the watch are needed by this verb only.
    from massctl.cli.previewing import serve_pages

    serve_pages(directory, name, port, sandbox=sandbox)
