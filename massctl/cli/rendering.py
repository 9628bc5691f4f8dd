"""From campaigns to files that a browser shows, and to pictures of what it showed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from massctl.cli.output import write_files
from massctl.cli.planning import chosen
from massctl.cli.recorded import recorded_if_begun
from massctl.cli.session import Session
from massctl.model.message import RenderedCampaign, RenderedNews, RenderedText
from massctl.model.state import State
from massctl.source.loader import Desires, Workbench

if TYPE_CHECKING:
    from massctl.browser import Browser

INDEX: Final = "index.html"


def render_into(session: Session, names: Sequence[str], out: Path, *, screenshots: bool) -> bool:
    """Write campaigns into a folder, of several each into one of its own; gives whether none has faults.

    Raises BrowserError, before anything is written, where there is no browser for `screenshots`.
    """
    whole = True
    with _camera(screenshots=screenshots) as browser:
        for name in names:
            files = rendered_files(session, name)
            whole &= files is not None
            if files is None:
                continue
            folder = out / name if len(names) > 1 else out
            for path in write_files(folder, files):
                session.voice.result(path)
            if browser is not None:
                from massctl.browser import screens

                for path in write_files(folder, screens(browser, folder / INDEX)):
                    session.voice.result(path)
    return whole


@contextmanager
def _camera(*, screenshots: bool) -> "Iterator[Browser | None]":
    if not screenshots:
        yield None
        return
    # Only pictures need a browser.
    from massctl.browser import open_browser

    with open_browser() as browser:
        yield browser


def rendered_files(session: Session, name: str) -> dict[str, bytes] | None:
    """Render one campaign, whatever the ledger says of it; None, with its faults shown, where it is invalid."""
    from massctl.view.pages.campaign_page import article_page, index_page

    workbench = Workbench(session.repository, session.settings, session.cache, recorded_if_begun(session))
    desires = Desires(workbench, State())
    (campaign,) = desires.read(chosen([name], desires.names()))
    voice = session.voice
    found = list(getattr(campaign, "diagnostics", ()))
    if found:
        from massctl.view.diagnostics import diagnostics_text

        voice.talk(diagnostics_text(found, voice.language, voice.style, voice.width))
    if not isinstance(campaign, RenderedCampaign):
        return None
    names = {str(f.sha256): f"{f.sha256[:12]}.{f.extension}" for f in campaign.files}
    files = {names[str(f.sha256)]: workbench.read(f.sha256) for f in campaign.files}
    files[INDEX] = index_page(campaign, names, voice.reader).encode()
    match campaign.message:
        case RenderedNews(articles=articles):
            for number, article in enumerate(articles, 1):
                files[f"article-{number}.html"] = article_page(article.content, names).encode()
        case RenderedText(content=content):
            files["message.txt"] = content.encode()
        case _:
            pass  # Its files stand beside the page already.
    return files
