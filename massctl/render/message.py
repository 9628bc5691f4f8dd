"""The message of a campaign, rendered: strings of campaign.yaml through Jinja, articles, covers, limits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from massctl.errors import InvariantError
from massctl.model.campaign import Article, CampaignFile, MpNews, Text
from massctl.model.campaign_rules import Path
from massctl.model.diagnostic import Diagnostic, Place
from massctl.model.message import RenderedArticle, RenderedMessage, RenderedNews, RenderedText
from massctl.model.names import Sha256
from massctl.model.phrase import Phrase
from massctl.render import limits
from massctl.render.article import Setting, render_body
from massctl.render.fault import Fault
from massctl.render.inputs import Problem
from massctl.render.origin import Origin

KeyPlace = Callable[[Path], Place | None]
"""Gives the place of a key of campaign.yaml."""
_NO_PICTURE: Final = Sha256("0" * 64)
"""Stands for a cover that was not found; such a message is never used."""


@dataclass
class MessageWriter:
    """Renders one message; every fault becomes a diagnostic at once."""

    file: CampaignFile
    setting: Setting
    place: KeyPlace
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def write(self) -> RenderedMessage:
        """Render the message; it is usable only where no diagnostic is an error."""
        message = self.file.message
        if isinstance(message, MpNews):
            return RenderedNews(tuple(self._article(index, article) for index, article in enumerate(message.articles)))
        if not isinstance(message, Text):
            raise InvariantError(Phrase("a message of a type that is not built yet passed validation"))
        key: Path = ("text", "content")
        content = self._string(message.content, key, self._variables({}), limits.text_faults)
        return RenderedText(content)

    def _article(self, index: int, article: Article) -> RenderedArticle:
        keys: Path = ("mpnews", "articles", index)
        variables = self._variables(article.vars)

        def string(key: str, text: str, check: "Check" = lambda _: ()) -> str:
            return self._string(text, (*keys, key), variables, check)

        title = string("title", article.title, limits.title_faults)
        author = string("author", article.author, limits.author_faults)
        digest = string("digest", article.digest, limits.digest_faults)
        url = string("content_source_url", article.content_source_url or "", limits.source_url_faults)
        cover = self._cover(string("cover", article.cover), (*keys, "cover"))
        body = render_body(string("content", article.content), title, variables, self.setting)
        self._report(body.faults, body.sources, (*keys, "content"))
        return RenderedArticle(
            title=title,
            author=author,
            digest=digest,
            content=body.content,
            cover=cover,
            content_source_url=url or None,
            need_open_comment=article.need_open_comment,
            only_fans_can_comment=article.only_fans_can_comment,
        )

    def _cover(self, written: str, key: Path) -> Sha256:
        found = self.setting.pictures.find(written, f"{self.setting.campaign}/campaign.yaml", "cover")
        if isinstance(found, Problem):
            self._report([Fault.of(found)], {}, key)
            return _NO_PICTURE
        return found.sha256

    def _variables(self, own: Mapping[str, Any]) -> dict[str, Any]:
        """What templates see; the campaign's words win over ours, an article's over both."""
        campaign = {"name": self.setting.campaign, "title": self.file.title, "edition": self.file.edition}
        return {"campaign": campaign, "account": self.file.account, **self.file.vars, **own}

    def _string(self, text: str, key: Path, variables: Mapping[str, Any], check: "Check") -> str:
        """Render a string of campaign.yaml and check it; blanks around it are no part of it."""
        written = text
        sources: dict[str, str] = {}
        if "{{" in text or "{%" in text or "{#" in text:
            # Jinja is loaded only where a template is.
            from massctl.render.template import render_text

            result = render_text("", text, self.setting.campaign, variables, self.setting.inputs, sources=sources)
            if isinstance(result, Fault):
                self._report([result], sources, key)
                return ""
            written = result
        written = written.strip()
        self._report(check(written), sources, key)
        return written

    def _report(self, faults: Iterable[Fault], sources: Mapping[str, str], key: Path) -> None:
        origin = Origin(self.setting.campaign, sources, self.place(key))
        found = [origin.diagnostic(fault) for fault in faults]
        # A loop makes the same fault again and again; it is told once.
        self.diagnostics += dict.fromkeys(found)


Check = Callable[[str], Iterable[Fault]]
"""Gives the faults of a rendered string."""
