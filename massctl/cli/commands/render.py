"""`massctl render`: the articles as files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from massctl.browser import open_browser, screens
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import campaign_names, sandbox_option
from massctl.cli.campaign_pages import INDEX, page_files
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import recorded_if_begun
from massctl.cli.output import write_files
from massctl.cli.planner import chosen
from massctl.cli.session import Session
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.source.loader import Desires


@click.command(name="render")
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=campaign_names)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to.",
)
@click.option(
    "--screenshots", is_flag=True, help="Also write what a phone shows as PNG; needs a Chromium."
)
@sandbox_option
@verb("render")
def command(current: Session, names: tuple[str, ...], out: Path, screenshots: bool) -> Result:
    """Write NAME's articles exactly as they will be sent, with their pictures beside them.

    `article-N.html` differs from what is sent only in the addresses of pictures; `message.txt` is a text message;
    `index.html` shows everything as a phone does. With several NAMEs each has a separate folder.
    """
    chosen = tuple(dict.fromkeys(names))
    written, whole = render_into(current, chosen, out, screenshots=screenshots)
    page = out / INDEX if len(chosen) == 1 else out / names[0] / INDEX
    return Result(
        ExitStatus.DONE if whole else ExitStatus.FAILED,
        text=lambda _: "\n".join(written),
        next_step=Phrase("open {path} in a browser", path=str(page)) if whole else None,
    )


def render_into(
    session: Session, names: Sequence[str], out: Path, *, screenshots: bool
) -> tuple[list[str], bool]:
    """Write campaigns into a folder, several into one subfolder each; return the paths, and whether all are valid.

    Raises BrowserError, before anything is written, if there is no browser for `screenshots`.
    """
    written: list[str] = []
    whole = True
    with open_browser() if screenshots else nullcontext() as browser:
        for name in names:
            files = rendered_files(session, name)
            whole &= files is not None
            if files is None:
                continue
            folder = out / name if len(names) > 1 else out
            written += write_files(folder, files)
            if browser is not None:
                written += write_files(folder, screens(browser, folder / INDEX))
    return written, whole


def rendered_files(session: Session, name: str) -> dict[str, bytes] | None:
    """Render one campaign, whatever the ledger says of it; None, with its faults shown, where it is invalid."""

    working_tree = session.working_tree(recorded_if_begun(session))
    desires = Desires(working_tree, State())
    (campaign,) = desires.read(chosen([name], desires.names()))
    console = session.console
    found = list(getattr(campaign, "diagnostics", ()))
    if found:
        console.talk_page(views.diagnostics.diagnostics_text(console.page(), found))
    if not isinstance(campaign, RenderedCampaign):
        return None
    for number, article in enumerate(campaign.message.articles, 1):
        count = article.word_count
        reading = views.words.reading_words(count.words, count.minutes)
        console.talk(Phrase("article {number}: {reading}", number=number, reading=reading))
    return page_files(campaign, working_tree, console.reader)
