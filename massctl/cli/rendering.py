"""From a campaign to files that a browser shows."""

from massctl.cli.planning import chosen
from massctl.cli.session import Session
from massctl.model.message import RenderedNews, RenderedText
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import State
from massctl.source.desired import Desires, Workbench


def rendered_files(session: Session, name: str) -> dict[str, bytes] | None:
    """Render one campaign, whatever the ledger says of it; None, with its faults shown, where it is invalid."""
    from massctl.view.as_html import article_page, index_page

    workbench = Workbench(session.repository, session.settings, session.cache)
    desires = Desires(workbench, State())
    (campaign,) = desires.read(chosen([name], desires.names()))
    voice = session.voice
    found = list(getattr(campaign, "diagnostics", ()))
    if found:
        from massctl.view.diagnostic_text import diagnostics_text

        voice.talk(diagnostics_text(found, voice.language, voice.style, voice.width))
    if not isinstance(campaign, RenderedCampaign):
        return None
    names = {str(f.sha256): f"{f.sha256[:12]}.{f.extension}" for f in campaign.files}
    files = {names[str(f.sha256)]: workbench.read(f.sha256) for f in campaign.files}
    files["index.html"] = index_page(campaign, names, voice.language).encode()
    match campaign.message:
        case RenderedNews(articles=articles):
            for number, article in enumerate(articles, 1):
                files[f"article-{number}.html"] = article_page(article.content, names).encode()
        case RenderedText(content=content):
            files["message.txt"] = content.encode()
        case _:
            pass  # Its files stand beside the page already.
    return files
