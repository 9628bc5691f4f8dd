"""What the rendering of one campaign reads, noted by digest; and the same sources as they are now."""

from collections.abc import Mapping

from massctl.model.campaign import CampaignFile
from massctl.model.ids import Digest, sha256_of
from massctl.model.lock import HOUSE_THEMES, SourcesFile, declared_digest
from massctl.model.message import Picture, Recording
from massctl.model.settings import Account
from massctl.render.inputs import Inputs, ListedOpenids, PicturePurpose, Problem, RecordingPurpose
from massctl.source.pictures import SOURCE_BYTES_MAX
from massctl.source.repository import CAMPAIGNS, Repository, UnreadableError

_PREFIX = "sha256:"


class Witness:
    """Hands inputs on and notes what they were; implements `massctl.render.inputs.Inputs`."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._templates: dict[str, str | None] = {}
        self._pictures: dict[str, str | None] = {}
        self._media: dict[str, str | None] = {}
        self._themes: dict[str, str | None] = {}

    def template(self, path: str, /) -> str | Problem:
        """Give a template's text, and note it."""
        found = self._inputs.template(path)
        self._templates[f"{CAMPAIGNS}/{path}"] = None if isinstance(found, Problem) else _text_digest(found)
        return found

    def picture(self, path: str, purpose: PicturePurpose, /) -> Picture | Problem:
        """Give a picture, and note its file."""
        found = self._inputs.picture(path, purpose)
        self._pictures[f"{CAMPAIGNS}/{path}"] = _PREFIX + found.source_sha256 if isinstance(found, Picture) else None
        return found

    def recording(self, path: str, purpose: RecordingPurpose, /) -> Recording | Problem:
        """Give a sound or a video, and note its file."""
        found = self._inputs.recording(path, purpose)
        self._media[f"{CAMPAIGNS}/{path}"] = _PREFIX + found.sha256 if isinstance(found, Recording) else None
        return found

    def openids(self, path: str, /) -> ListedOpenids:
        """Give a list of openids; the lock names its content itself."""
        return self._inputs.openids(path)

    def article_address(self, campaign: str, number: int, /) -> str | Problem:
        """Give an address; it is in the locked body, and in no source."""
        return self._inputs.article_address(campaign, number)

    def stylesheet(self, theme: str, /) -> str | None:
        """Give a built-in theme, and note it."""
        css = self._inputs.stylesheet(theme)
        self._themes[theme] = _text_digest(css) if css is not None else None
        return css

    def house_themes(self) -> tuple[str, ...]:
        """Name the house's own themes; they only serve to suggest one."""
        return self._inputs.house_themes()

    def sources(self, digest: Digest, file: CampaignFile, account: Account) -> SourcesFile:
        """Give what was noted, for the lock of this digest."""
        return SourcesFile(
            format_version=1,
            digest=digest,
            campaign=declared_digest(file),
            external_links=account.external_links,
            usual_theme=account.theme if _has_theme(self._templates) else None,
            themes=self._themes,
            templates=self._templates,
            pictures=self._pictures,
            media=self._media,
        )


def sources_now(
    locked: SourcesFile, file: CampaignFile, account: Account, repository: Repository, inputs: Inputs
) -> SourcesFile:
    """Give the sources that a lock names as they are now; nothing is rendered."""
    built_in = {name: inputs.stylesheet(name) for name in locked.themes}
    return locked.model_copy(
        update={
            "campaign": declared_digest(file),
            "external_links": account.external_links,
            "usual_theme": account.theme if _has_theme(locked.templates) else None,
            "themes": {name: _text_digest(css) if css is not None else None for name, css in built_in.items()},
            "templates": {path: _template_now(repository, path) for path in locked.templates},
            "pictures": {path: _file_now(repository, path) for path in locked.pictures},
            "media": {path: _file_now(repository, path) for path in locked.media},
        }
    )


def _has_theme(templates: Mapping[str, str | None]) -> bool:
    """Say whether a theme was looked for: the house's own is looked for first."""
    return any(path.startswith(HOUSE_THEMES) for path in templates)


def _template_now(repository: Repository, path: str) -> str | None:
    try:
        return _text_digest(repository.read_text(path))
    except UnreadableError:
        return None


def _file_now(repository: Repository, path: str) -> str | None:
    try:
        return _PREFIX + sha256_of(repository.read_bytes(path, SOURCE_BYTES_MAX))
    except UnreadableError:
        return None


def _text_digest(text: str) -> str:
    """Name a text as rendering takes it: a checkout on Windows has other line ends and means the same."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _PREFIX + sha256_of(plain.encode("utf-8", "surrogatepass"))
