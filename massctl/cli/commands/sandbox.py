"""`massctl sandbox`: a WeChat on loopback, served from the repository's world."""

import click

from massctl.cli.session import session


@click.group(name="sandbox", invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="0 takes a free port.")
@click.pass_context
def command(ctx: click.Context, port: int) -> None:
    """Serve the sandbox: the API, and an inbox page that shows what followers received.

    Prints `http://127.0.0.1:PORT APPID SECRET` first. It is the same world that --sandbox works in.
    """
    if ctx.invoked_subcommand is not None:
        return
    # The web server is needed by this verb only.
    from massctl.cli.embedding import SECRET
    from massctl.cli.serving import serve_world

    serve_world(str(ctx.obj), port, SECRET)


@command.command(name="reset")
@click.pass_obj
def reset(directory: str) -> None:
    """Forget what the sandbox received, its hour, and the ledger of `--sandbox`; accounts and tags stay."""
    import shutil

    from massctl.cli.told import told_file
    from massctl.model.phrase import Phrase

    with session(directory, sandbox=True) as (current, _):
        if current.sandbox is not None:
            current.sandbox.reset()
        current.places.ledger.unlink(missing_ok=True)
        told_file(current).unlink(missing_ok=True)
        shutil.rmtree(current.places.archive, ignore_errors=True)
        current.voice.result(Phrase("the sandbox is empty again"))
