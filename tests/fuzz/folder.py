"""A campaigns folder in a dictionary, and short ways to render from it."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from rendering import render_campaign

from massctl.model.campaign import CampaignFile
from massctl.model.diagnostics import Diagnostic, Fault, KeyPath, Place
from massctl.model.ids import CampaignName, Sha256
from massctl.model.message import NewsMessage, Picture, Purpose
from massctl.model.phrase import Phrase
from massctl.model.settings import Account
from massctl.render.formula import Formula
from massctl.render.inputs import PicturePurpose
from massctl.render.template import render_text
from massctl.source.formulas import draw as draw_formulas
from massctl.system import limits as LIMITS  # noqa: N812

CAMPAIGN = CampaignName("spring")
ROOT = "campaigns/spring/"


class Folder:
    """Files of `campaigns/`; every picture below an `images/` is there."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)

    def template(self, path: str, /) -> str | Fault:
        return (
            self.files[path]
            if path in self.files
            else Fault("MC105", Phrase("{path} is not there", path=path))
        )

    def picture(self, path: str, purpose: PicturePurpose, /) -> Picture | Fault:
        if "/images/" not in path:
            return Fault("MC201", Phrase("{path} is not there", path=path))
        sha256 = Sha256(hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest())
        use = Purpose.MATERIAL if purpose == "cover" else Purpose.IMAGE
        return Picture("campaigns/" + path, sha256, sha256, 9, use, "png", 1080, 720, None)

    def stylesheet(self, theme: str, /) -> str | None:
        return ".article p { margin: 1em; color: #333 } .article h2 { font-size: 20px } .article img { width: 100% }"

    def settings_place(self, account: str, keys: Sequence[KeyPath], /) -> Place:
        return Place("massctl.yaml", 1, 1)

    def article_address(self, campaign: str, number: int, /) -> str | Fault:
        if campaign != "earlier":
            return Fault("MC108", Phrase("{campaign} was not sent", campaign=campaign))
        return f"https://mp.weixin.qq.com/s/{campaign}-{number}"

    def limits(self, seconds: float, memory_bytes: int, /) -> AbstractContextManager[None]:
        return LIMITS(seconds, memory_bytes)

    def formulas(self, formulas: Sequence[Formula], /) -> Fault | None:
        return draw_formulas(formulas)

    def own_themes(self) -> tuple[str, ...]:
        return ()


def run(
    text: str, variables: Mapping[str, Any] | None = None, files: Mapping[str, str] | None = None
) -> str | Fault:
    """Run a template as an article of the campaign."""
    name = f"{CAMPAIGN}/articles/main.md.j2"
    return render_text(
        name, text, CAMPAIGN, variables or {}, Folder(files or {}), sources={}, links={}
    )


def render(
    body: str, name: str = "main.md", title: str = "标题"
) -> tuple[str | None, list[Diagnostic]]:
    """Render a campaign with one article of this text: its body, or None; and what was said about it."""
    article = {"title": title, "content": f"articles/{name}", "cover": "images/cover.jpg"}
    file = CampaignFile.model_validate(
        {
            "version": 1,
            "account": "main",
            "audience": {"is_to_all": True},
            "mpnews": {"articles": [article]},
        }
    )
    rendered, diagnostics = render_campaign(
        CAMPAIGN,
        file,
        account=Account(appid="wx0123456789abcdef", kind="service", secret_env="SECRET"),
        inputs=Folder({f"spring/articles/{name}": body}),
        source_sha256=Sha256("0" * 64),
        place=lambda *_: Place(ROOT + "campaign.yaml"),
    )
    if rendered is None:
        return None, diagnostics
    assert isinstance(rendered.message, NewsMessage)
    return rendered.message.articles[0].content, diagnostics
