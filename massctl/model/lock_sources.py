"""What a lock was made from: enough to say, without running a template, whether somebody edited it since.

It stands beside the lock (campaign.sources.json) and not in it, since the digest of a lock is that of its document.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from massctl.model.campaign import CampaignFile
from massctl.model.digest import digest_of
from massctl.model.names import Digest
from massctl.model.phrase import Phrase
from massctl.model.strict import PrefixedDigest, Strict

HOUSE_THEMES: Final = "campaigns/_shared/themes/"
"""Where a house keeps its themes, from the repository's root."""
SourcePath = Annotated[str, StringConstraints(pattern=r"^campaigns/")]


class SourcesFile(Strict):
    """What the rendering of a locked campaign read. Written by `massctl lock`, never by hand."""

    format_version: Literal[1]
    """The version of this format."""
    digest: PrefixedDigest
    """The digest of the lock that this belongs to."""
    campaign: PrefixedDigest
    """What campaign.yaml declares, without reviewers, `same_content` and `over_limit`."""
    external_links: str
    """The account's setting in massctl.yaml that decides about links."""
    usual_theme: str | None = None
    """The account's theme in massctl.yaml; null where it names none, and where no article has a theme."""
    themes: dict[str, PrefixedDigest | None] = Field(default_factory=dict)
    """Built-in themes by name; null: looked for, and there is none. A house's own is among the templates."""
    templates: dict[SourcePath, PrefixedDigest | None]
    """Articles, templates and themes by path from the repository's root; null: looked for, and not there."""
    pictures: dict[SourcePath, PrefixedDigest | None]
    """Pictures by path from the repository's root; null: looked for, and not there."""
    media: dict[SourcePath, PrefixedDigest | None] = Field(default_factory=dict)
    """Sounds and videos by path from the repository's root; null: looked for, and not there."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A source that is not what was locked."""

    path: str | None
    """From the repository's root; None for what massctl itself brings."""
    message: Phrase


def declared_digest(file: CampaignFile) -> Digest:
    """Name what a campaign.yaml declares, however it is written.

    Reviewers, `same_content`, `over_limit`, the `card_ext` of previews and what is ignored are no part of it.
    """
    declared = file.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"preview", "ignore"})
    for key in ("same_content", "over_limit"):
        declared.get("send", {}).pop(key, None)
    declared.get("wxcard", {}).pop("card_ext", None)
    return digest_of({key: value for key, value in declared.items() if value != {}})


def sources_text(sources: SourcesFile) -> str:
    """Write the sources of a lock as they are committed; `media` only where there is any."""
    document = sources.model_dump(mode="json", exclude=None if sources.media else {"media"})
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def changed_sources(locked: SourcesFile, now: SourcesFile, campaign: str) -> list[Cause]:
    """Say which sources are not what they were, the campaign's own file first."""
    return [*_changed_settings(locked, now, campaign), *_changed_files(locked, now)]


def _changed_settings(locked: SourcesFile, now: SourcesFile, campaign: str) -> Iterator[Cause]:
    if locked.campaign != now.campaign:
        path = f"campaigns/{campaign}/campaign.yaml"
        yield Cause(path, Phrase("campaign file {path}", path=path))
    if locked.external_links != now.external_links:
        yield Cause("massctl.yaml", Phrase("external_links in massctl.yaml"))
    if locked.usual_theme != now.usual_theme:
        yield Cause("massctl.yaml", Phrase("theme in massctl.yaml"))
    # A theme that only one of the two has was chosen by what is named already.
    for name in sorted(locked.themes.keys() & now.themes.keys()):
        if locked.themes[name] != now.themes[name]:
            yield Cause(None, Phrase("the built-in theme {name}", name=name))


def _template_words(path: str) -> Phrase:
    if path.startswith(HOUSE_THEMES):
        return Phrase("theme {path}", path=path)
    shared = path.startswith("campaigns/_shared/")
    return Phrase("shared template {path}" if shared else "article file {path}", path=path)


def _changed_files(locked: SourcesFile, now: SourcesFile) -> Iterator[Cause]:
    for path in sorted(locked.templates.keys() | now.templates.keys()):
        if locked.templates.get(path) != now.templates.get(path):
            yield Cause(path, _template_words(path))
    for path in sorted(locked.pictures.keys() | now.pictures.keys()):
        if locked.pictures.get(path) != now.pictures.get(path):
            yield Cause(path, Phrase("picture {path}", path=path))
    for path in sorted(locked.media.keys() | now.media.keys()):
        if locked.media.get(path) != now.media.get(path):
            yield Cause(path, Phrase("media file {path}", path=path))
