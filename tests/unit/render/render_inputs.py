"""A campaigns folder in a dictionary, and short ways to render from it."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from rendering import render_campaign

from massctl.model.campaign import CampaignFile
from massctl.model.diagnostics import Diagnostic, Fault, KeyPath, Place
from massctl.model.ids import CampaignName, Sha256
from massctl.model.message import NewsMessage, Picture, Purpose, Recording, RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.settings import Account
from massctl.render.article_file import ArticleFile, ExternalLinks
from massctl.render.cjk import has_cjk
from massctl.render.formula import Formula
from massctl.render.inputs import PicturePurpose, RecordingPurpose
from massctl.render.markdown import read_markdown
from massctl.render.paths import Pictures
from massctl.render.rules.words import WordLists
from massctl.render.styles import put_theme_on
from massctl.render.template import render_text
from massctl.render.theme import BUILT_IN, OWN_FOLDER, PARTS
from massctl.render.tree import parse, serialized
from massctl.render.wechat_html import normalised
from massctl.source.formulas import draw as draw_formulas
from massctl.source.renderer import built_in_theme
from massctl.system import limits as LIMITS  # noqa: N812

CAMPAIGN = CampaignName("spring")
NO_WORDS = WordLists()


class Folder:
    """Files of `campaigns/`: texts for templates, any text for a picture's bytes."""

    def __init__(
        self, files: Mapping[str, str], css: str = "", notes: Mapping[str, str] | None = None
    ) -> None:
        self.files = dict(files)
        self.css = css
        self.notes = dict(notes or {})
        self.sizes: dict[str, tuple[int, int]] = {}
        """Width and height of pictures that are not 1080x720."""
        self.signed: set[str] = set()
        """Pictures whose C2PA manifest is lost."""
        self.asked: list[tuple[str, str]] = []
        self.settings: dict[KeyPath, tuple[int, int]] = {}
        """Line and column of keys in massctl.yaml."""

    def template(self, path: str, /) -> str | Fault:
        if path.endswith(".broken"):
            return Fault("MC003", Phrase("{path} is not UTF-8", path=path))
        return (
            self.files[path]
            if path in self.files
            else Fault("MC105", Phrase("{path} is not there", path=path))
        )

    def picture(self, path: str, purpose: PicturePurpose, /) -> Picture | Fault:
        self.asked.append((path, purpose))
        if path not in self.files:
            return Fault("MC201", Phrase("{path} is not there", path=path))
        if self.files[path] == "broken":
            return Fault("MC203", Phrase("{path} is damaged", path=path))
        sha256 = sha(self.files[path])
        use = Purpose.MATERIAL if purpose == "cover" or path.endswith(".gif") else Purpose.IMAGE
        note = Phrase(self.notes[path]) if path in self.notes else None
        size = self.sizes.get(path, (1080, 720))
        is_lost = path in self.signed
        return Picture(
            "campaigns/" + path, sha256, sha256, 9, use, path[-3:], *size, note, lost_c2pa=is_lost
        )

    def recording(self, path: str, purpose: RecordingPurpose, /) -> Recording | Fault:
        self.asked.append((path, purpose))
        if path not in self.files:
            return Fault("MC208", Phrase("{path} is not there", path=path))
        use = Purpose.VOICE if purpose == "voice" else Purpose.VIDEO
        return Recording("campaigns/" + path, sha(self.files[path]), 9, use, path[-3:], 1500)

    def stylesheet(self, theme: str, /) -> str | None:
        if theme in PARTS:
            return built_in_theme(theme)
        return self.css if theme in BUILT_IN else None

    def settings_place(self, account: str, keys: Sequence[KeyPath], /) -> Place:
        found = next((key for key in keys if key in self.settings), ())
        return Place("massctl.yaml", *self.settings.get(found, (1, 1)))

    def article_address(self, campaign: str, number: int, /) -> str | Fault:
        if campaign != "earlier":
            return Fault("MC108", Phrase("{campaign} was not sent", campaign=campaign))
        return f"https://mp.weixin.qq.com/s/{campaign}-{number}"

    def limits(self, seconds: float, memory_bytes: int, /) -> AbstractContextManager[None]:
        return LIMITS(seconds, memory_bytes)

    def formulas(self, formulas: Sequence[Formula], /) -> Fault | None:
        return draw_formulas(formulas)

    def own_themes(self) -> tuple[str, ...]:
        folder = OWN_FOLDER + "/"
        return tuple(
            path.removeprefix(folder).removesuffix(".css")
            for path in self.files
            if path.startswith(folder)
        )


def sha(text: str) -> Sha256:
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


def hold(text: str) -> str:
    """The placeholder of the picture whose bytes are `text`."""
    return "massctl-picture:" + sha(text)


def run(
    text: str, variables: Mapping[str, Any] | None = None, files: Mapping[str, str] | None = None
) -> str | Fault:
    """Run a template as articles/main.md.j2 of the campaign."""
    name = f"{CAMPAIGN}/articles/main.md.j2"
    return render_text(
        name, text, CAMPAIGN, variables or {}, Folder(files or {}), sources={}, links={}
    )


def fault_of(
    text: str, variables: Mapping[str, Any] | None = None, files: Mapping[str, str] | None = None
) -> Fault:
    found = run(text, variables, files)
    assert isinstance(found, Fault), found
    return found


def page(
    files: Mapping[str, str] | None = None, links: ExternalLinks = "footnotes", title: str = ""
) -> ArticleFile:
    return ArticleFile(
        f"{CAMPAIGN}/articles/main.md", Pictures(CAMPAIGN, Folder(files or {})), links, title
    )


def markdown_to_html(text: str, at: ArticleFile) -> str:
    """Markdown to HTML before styles."""
    return serialized(
        normalised([(read_markdown(text, at).tree, at)], is_chinese=has_cjk(text)).elements[0]
    )


def safe_html(html: str, at: ArticleFile) -> str:
    """Any HTML to what WeChat keeps, before styles."""
    return serialized(normalised([(parse(html), at)], is_chinese=has_cjk(html)).elements[0])


def with_styles(html: str, css: str) -> str:
    """HTML to an article in a theme."""
    body = parse(f'<section class="article">{html}</section>')
    put_theme_on(body, css)
    return serialized(body)


def block(code: str) -> str:
    """Write a block of code as it moves sideways."""
    return f'<section class="code" style="overflow-x:auto;white-space:pre">{code}</section>'


def tab(columns: int) -> str:
    """Write a tab of code."""
    return f'<span style="display:inline-block;width:{columns}ch">\t</span>'


def address(text: str) -> str:
    """Write the address of a note."""
    return f'<span class="note-address">{text}</span>'


def md(text: str, files: Mapping[str, str] | None = None) -> str:
    """Markdown to HTML before styles, where nothing may be wrong."""
    at = page(files)
    html = markdown_to_html(text, at)
    assert [] == at.faults
    return html


def news(*articles: Mapping[str, Any], **keys: Any) -> CampaignFile:
    digest = "摘要" if len(articles) == 1 else ""
    usual = {
        "title": "标题",
        "digest": digest,
        "content": "articles/main.md",
        "cover": "images/cover.jpg",
    }
    full = [{**usual, **a} for a in articles]
    return campaign_file(mpnews={"articles": full}, **keys)


def campaign_file(**keys: Any) -> CampaignFile:
    return CampaignFile.model_validate(
        {"version": 1, "account": "main", "audience": {"is_to_all": True}, **keys}
    )


def place_of(path: tuple[str | int, ...], words: str = "") -> Place:
    """A place that says its key, instead of a line that a reader of this test would have to count."""
    return Place("campaigns/spring/campaign.yaml:" + ".".join(map(str, path)))


def render(
    file: CampaignFile,
    folder: Folder,
    links: ExternalLinks = "footnotes",
    words: WordLists = NO_WORDS,
    content_limit: int | None = None,
    **account: Any,
) -> tuple[RenderedCampaign | None, list[Diagnostic]]:
    return render_campaign(
        CAMPAIGN,
        file,
        account=Account(
            appid="wx0123456789abcdef",
            kind="service",
            secret_env="SECRET",
            external_links=links,
            content_limit=content_limit,
            **account,
        ),
        inputs=folder,
        source_sha256=sha("folder"),
        place=place_of,
        words=words,
    )


def rendered(file: CampaignFile, folder: Folder) -> RenderedCampaign:
    found, diagnostics = render(file, folder)
    assert found is not None, diagnostics
    return found


def body(
    text: str, files: Mapping[str, str] | None = None, name: str = "main.md", css: str = ""
) -> str:
    """The content of a campaign with one article of this text."""
    folder = Folder(
        {f"spring/articles/{name}": text, "spring/images/cover.jpg": "cover", **(files or {})}, css
    )
    message = rendered(news({"content": f"articles/{name}"}), folder).message
    assert isinstance(message, NewsMessage)
    return message.articles[0].content


def wrong(
    text: str, files: Mapping[str, str] | None = None, name: str = "main.md"
) -> list[Diagnostic]:
    """The diagnostics of a campaign with one article of this text."""
    folder = Folder(
        {f"spring/articles/{name}": text, "spring/images/cover.jpg": "cover", **(files or {})}
    )
    return render(news({"content": f"articles/{name}"}), folder)[1]


def lines(diagnostics: list[Diagnostic]) -> list[tuple[str, int | None, int | None]]:
    return [
        (d.code, d.place.line, d.place.column) if d.place else (d.code, None, None)
        for d in diagnostics
    ]
