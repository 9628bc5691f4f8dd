"""Rendering in a child process: what it is asked and what it answers, for both ends.

The child gets what massctl.yaml and campaign.yaml say as data, and reads the other files. It answers with content.
It never says whom a campaign goes to, when, or under which name.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from massctl import system
from massctl.child import NOT_ACCEPTED, ChildError, Children
from massctl.model.campaign import CampaignFile
from massctl.model.destination import Destination
from massctl.model.diagnostics import Fault, KeyPath, Place, has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    CAMPAIGNS,
    CampaignName,
    Folder,
    Sha256,
    canonical_json,
    cell_of,
    folder_name,
)
from massctl.model.message import (
    MEDIA_TYPES,
    PICTURE_PLACEHOLDER,
    Picture,
    Recording,
    RenderedContent,
    RenderedMessage,
)
from massctl.model.phrase import Phrase
from massctl.plain_values import NOT_PLAIN, from_plain, to_plain
from massctl.source.groups import CampaignFolders, defaults_paths
from massctl.source.repository import SETTINGS, EditedRepository, Repository, UnreadableError
from massctl.source.text import YAML_BYTES_MAX

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile
    from massctl.render.formula import Formula
    from massctl.render.inputs import PicturePurpose, RecordingPurpose
    from massctl.render.rules.words import WordLists
    from massctl.source.campaigns import Loaded
    from massctl.source.media import PictureCache, RecordingFiles

_QUESTIONS_MAX = 5
"""So many times a campaign may ask for addresses: each time it gets all that it asked for before."""


_ADDRESSES_MAX = 1_000
"""Articles whose addresses one campaign may take; no letter links to more."""


class RenderResult(Frozen):
    """What the child made of one campaign."""

    content: RenderedContent
    destinations: tuple[Destination, ...]
    """Where its message leads."""
    shows_unread_picture: bool
    """It shows a picture in which nobody looks for QR codes."""
    files: Mapping[str, str]
    """What it read, as in `JudgedInputs.files`."""
    produced: Mapping[Sha256, Sha256]
    """The digest of the bytes of each picture, by the picture's name; they lie in the cache."""
    takes_name: bool
    """A template may have taken the campaign's name or its account, so that it is of this campaign alone."""


def children_of(repository: Repository, cache: Path) -> Children:
    """Return what may read a repository's campaigns and write its cache of pictures: the same for the whole process."""
    return _children_of(repository.root, cache)


@cache
def _children_of(root: Path, folder: Path) -> Children:
    return Children([root / CAMPAIGNS], [folder / "pictures"])


def pictures_of(name: str, cache: Path) -> Path:
    """Return the folder of a cache that holds the pictures of one campaign's folder: no other can change them."""
    return cache / "pictures" / folder_name(name)


class Renderer(Frozen, dict=True):
    """Has the campaigns of one repository rendered by children, as their files are during one pass."""

    children: Children
    repository: Repository
    settings: "MassctlFile"
    cache: Path

    def made(
        self,
        name: CampaignName,
        file: CampaignFile,
        locked: Mapping[str, str],
        address_of: Callable[[str, int], "str | Fault"],
    ) -> RenderResult:
        """Render a campaign's content; cells of a matrix whose bytes agree are rendered once.

        `locked` holds addresses that its lock took from the ledger, by `CAMPAIGN/NUMBER`; `address_of` gives any other.
        Raises ChildError.
        """
        written = json.loads(file.model_dump_json(by_alias=True, exclude_unset=True))
        key = self._sharing(name, written, locked)
        if (found := self._shared.get(key)) is not None:
            return _of_cell(found, name)
        made = self._made(name, written, locked, address_of)
        if cell_of(name) and not made.takes_name:
            self._shared[key] = made
        return made

    @cached_property
    def _shared(self) -> dict[str, RenderResult]:
        """What was rendered for one cell and is the same for others, by what it was made from."""
        return {}

    def _sharing(
        self, name: CampaignName, written: Mapping[str, Any], locked: Mapping[str, str]
    ) -> str:
        """Name all that the content of a cell is made from, but for its name and its account's key."""
        account = self.settings.accounts[written["account"]]
        limit = account.content_limit is not None
        return canonical_json({
            "folder": self.repository.folder(name),
            "file": {key: value for key, value in written.items() if key not in _OF_CELLS},
            "account": account.model_dump(mode="json", include=_OF_ACCOUNTS),
            # What is too long for an account is told of that account.
            "limit": written["account"] if limit else None,
            "locked": dict(locked),
        })  # fmt: skip

    def _made(
        self,
        name: CampaignName,
        written: Mapping[str, Any],
        locked: Mapping[str, str],
        address_of: Callable[[str, int], "str | Fault"],
    ) -> RenderResult:
        known: dict[str, Any] = dict(locked)
        about = {"name": name, "file": written}
        for _ in range(_QUESTIONS_MAX):
            answer = self.ask("render", name, {**about, "addresses": known})
            try:
                asked = [_article(each) for each in answer["asked"]]
                if len(asked) > _ADDRESSES_MAX:
                    raise ChildError(NOT_ACCEPTED)
                new = {
                    f"{campaign}/{at}": to_plain(address_of(campaign, at)) for campaign, at in asked
                }
                made = _made(answer) if new.keys() <= known.keys() else None
            except NOT_PLAIN:
                raise ChildError(NOT_ACCEPTED) from None
            if made is not None:
                found, is_unread = self._destinations(made.content.message)
                return replace(made, destinations=found, shows_unread_picture=is_unread)
            known |= new
        raise ChildError(NOT_ACCEPTED)

    def _destinations(self, message: RenderedMessage) -> tuple[tuple[Destination, ...], bool]:
        """Return where a message leads, and whether it shows a picture in which nobody looks for QR codes.

        A process reads it that saw no template: the one that rendered it could hide a place. Raises ChildError.
        """
        if not message.has_markup:
            return message.destinations, message.shows_unread_picture
        try:
            answer = self.children.ask("destinations", {"message": to_plain(message)})
            found, is_unread = from_plain(answer["destinations"]), answer["shows_unread_picture"]
        except NOT_PLAIN:
            raise ChildError(NOT_ACCEPTED) from None
        if not isinstance(found, tuple) or not isinstance(is_unread, bool):
            raise ChildError(NOT_ACCEPTED)
        if not all(isinstance(each, Destination) for each in found):
            raise ChildError(NOT_ACCEPTED)
        return found, is_unread

    def ask(self, job: str, name: str, request: Mapping[str, Any]) -> Any:
        """Ask the child about a campaign of this repository. Raises ChildError."""
        pictures = pictures_of(name, self.cache)
        found = self.repository.campaign_folders
        folder = found.folder(name)
        around = {
            "root": str(self.repository.root),
            "pictures": str(pictures),
            "settings": self._declared,
            "edited": self._edited,
            "folders": {name: folder},
            "defaults": [path for path in defaults_paths(folder) if path in found.defaults],
        }
        return self.children.ask(job, {**around, **request}, [pictures])

    @cached_property
    def _declared(self) -> Any:
        return json.loads(self.settings.model_dump_json(by_alias=True, exclude_unset=True))

    @cached_property
    def _edited(self) -> dict[str, str]:
        """What the child does not read from the disk; it may not open the settings, and needs their lines."""
        edited = (
            dict(self.repository.edited) if isinstance(self.repository, EditedRepository) else {}
        )
        with suppress(UnreadableError):
            for path in (SETTINGS, *self.repository.account_files()):
                edited.setdefault(path, self.repository.read_bytes(path, YAML_BYTES_MAX))
        return {path: base64.b64encode(data).decode() for path, data in edited.items()}

    def prepared(
        self, name: str, path: str, use: "PicturePurpose"
    ) -> tuple[Picture, Sha256] | Fault:
        """Return a picture of a campaign as it will be uploaded, and the digest of its bytes. Raises ChildError."""
        answer = self.ask("prepare", name, {"path": path, "use": use})
        try:
            found = from_plain(answer["found"])
            produced = Sha256(answer["produced"])
        except NOT_PLAIN:
            raise ChildError(NOT_ACCEPTED) from None
        if isinstance(found, Picture) and found.extension in MEDIA_TYPES:
            return found, produced
        if isinstance(found, Fault):
            return found
        raise ChildError(NOT_ACCEPTED)


_OF_CELLS = frozenset({"account", "audience"})
"""Keys of a cell that make no difference to its content; its variables are in the key beside them."""
_OF_ACCOUNTS = {"theme", "brand", "external_links", "content_limit", "own_sites"}
"""Keys of an account that decide how content looks."""


def _of_cell(made: RenderResult, name: CampaignName) -> RenderResult:
    """Ascribe to a cell what was rendered for another one."""
    told = tuple(replace(each, campaign=name) for each in made.content.diagnostics)
    return replace(made, content=replace(made.content, diagnostics=told))


def _article(asked: Any) -> tuple[str, int]:
    campaign, number = asked
    if type(campaign) is not str or type(number) is not int:
        raise TypeError(asked)
    return campaign, number


def _made(answer: Any) -> RenderResult:
    """Read an answer; raises one of NOT_PLAIN for one that no honest child gives."""
    content = from_plain(answer["content"])
    files = {str(path): str(found) for path, found in answer["files"].items()}
    produced = {Sha256(name): Sha256(found) for name, found in answer["produced"].items()}
    if not isinstance(content, RenderedContent) or content.message.is_promise:
        raise TypeError(content)
    kinds = {each.extension for each in content.pictures} | {
        each.extension for each in content.recordings
    }
    if not kinds <= MEDIA_TYPES.keys():
        raise ValueError("a file of no known kind")
    if {f.path: f.source_sha256 for f in content.pictures}.items() - files.items():
        raise ValueError("a picture comes from a file that was not read")
    given = {f.sha256 for f in content.pictures} | {f.sha256 for f in content.recordings}
    # A message with faults names what was not found, and is not used.
    if not has_errors(content.diagnostics) and not _shown_by(content.message) <= given:
        raise ValueError("a message shows a file that is not with it")
    takes_name = answer["takes_name"] is not False or any(
        each.place is not None and each.place.file == SETTINGS for each in content.diagnostics
    )
    # Until another process has read the message, it leads nowhere, and nobody looked for its codes.
    return RenderResult(content, (), True, files, produced, takes_name)


def _shown_by(message: RenderedMessage) -> set[str]:
    """Return the names of the files of ours that a message carries, as its articles and its material say."""
    named = {str(each.sha256) for each in message.materials if each.sha256 is not None}
    for article in message.articles:
        named |= {article.cover, *PICTURE_PLACEHOLDER.findall(article.content)}
    return named


# What follows runs in the child.


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Render one campaign."""
    from massctl.render.message import render_content

    materials = Materials(*materials_of(request))
    name = CampaignName(request["name"])
    file = CampaignFile.model_validate(request["file"])
    materials.addresses = request["addresses"]
    with materials.repository.judging() as files:
        content = render_content(
            name,
            file,
            folder=materials.repository.folder(name),
            account=materials.settings.account(file.account),
            inputs=materials,
            place=lambda path, words="": materials.campaign(name).place(path, words),
            words=materials.words,
        )
    produced = materials.pictures.produced if "pictures" in vars(materials) else {}
    return {
        "content": to_plain(content),
        "files": files,
        "produced": produced,
        "asked": list(materials.asked),
        "takes_name": materials.takes_name
        or _takes_name(json.dumps([request["file"][file.message_type], file.track])),
    }


_NAMES = re.compile(r"\b(account|campaign)\b")
"""The variables that massctl gives to templates: they differ between the cells of a matrix."""


def _takes_name(template: str) -> bool:
    """Return whether a template may take the campaign's name or its account; where in doubt, it does."""
    return _NAMES.search(template) is not None


def destinations(request: dict[str, Any]) -> Any:
    """Read where a message leads, and whether it shows a picture in which nobody looks for QR codes."""
    message = from_plain(request["message"])
    return {
        "destinations": to_plain(message.destinations),
        "shows_unread_picture": message.shows_unread_picture,
    }


def prepare(request: dict[str, Any]) -> dict[str, Any]:
    """Prepare one picture."""
    materials = Materials(*materials_of(request))
    found = materials.picture(request["path"], request["use"])
    produced = materials.pictures.produced
    return {
        "found": to_plain(found),
        "produced": produced.get(getattr(found, "sha256", Sha256("")), ""),
    }


_SAMPLE = "{{ 1 }}\n\n## 二\n\n**三** `四` ![五](x.png)\n\n- 六\n\n> 七\n\n|八|\n|-|\n|九|\n"


def render_sample(kind: str) -> None:
    """Render a text or an article of ours, so that everything is loaded and made which most of them need."""
    from massctl.model.settings import MassctlFile
    from massctl.picture.limits import cache_key
    from massctl.render.message import render_content

    about: dict[str, Any] = {"version": 1, "account": "a", "audience": {"is_to_all": True}}
    if kind == "article":
        cache_key()
        article = {"title": "一", "content": "articles/main.md.j2", "cover": "x.png"}
        about["mpnews"] = {"articles": [article]}
    else:
        about["text"] = {"content": "一"}
    account = {"appid": "wx0123456789abcdef", "kind": "service", "secret_env": "A"}
    settings = MassctlFile.model_validate({"version": 1, "accounts": {"a": account}})
    inputs = _Sample(Repository(Path("/")), settings, Path("/"))
    file = CampaignFile.model_validate(about)
    place = Place("campaign.yaml")
    render_content(
        CampaignName("a"),
        file,
        folder=Folder(f"{CAMPAIGNS}/a"),
        account=settings.accounts["a"],
        inputs=inputs,
        place=lambda *_: place,
        words=inputs.words,
    )


def materials_of(request: dict[str, Any]) -> "tuple[Repository, MassctlFile, Path]":
    """Return the repository, the settings and the folder of pictures of a request."""
    from massctl.model.settings import MassctlFile

    edited = {path: base64.b64decode(data) for path, data in request["edited"].items()}
    settings = MassctlFile.model_validate(request["settings"])
    folders = CampaignFolders(request["folders"], (), defaults=frozenset(request["defaults"]))
    repository = EditedRepository(Path(request["root"]), edited, folders=folders)
    return repository, settings, Path(request["pictures"])


class Materials(Struct, dict=True):
    """What rendering takes from the disk; implements `massctl.render.inputs.Inputs`."""

    repository: Repository
    settings: "MassctlFile"
    folder: Path
    """Keeps what is converted."""
    addresses: Mapping[str, Any] = field(default_factory=dict)
    """By `CAMPAIGN/NUMBER`: the address of an article that went out, or the fault of one that has none."""
    asked: dict[tuple[str, int], None] = field(default_factory=dict)
    """The articles whose addresses templates took, in order, each once."""
    takes_name: bool = False
    """A template that was read may take the campaign's name or its account."""

    def campaign(self, name: CampaignName) -> "Loaded":
        """Read a campaign's file, for the places of its keys."""
        # Only faults need it.
        from massctl.source.campaigns import load_campaign

        return load_campaign(self.repository, name, self.settings, self._loaded)

    @cached_property
    def _loaded(self) -> "dict[CampaignName, Loaded]":
        return {}

    @cached_property
    def pictures(self) -> "PictureCache":
        """The pictures of the tree, and what became of them."""
        # Only a campaign with pictures loads what prepares them.
        from massctl.source.media import PictureCache

        return PictureCache(self.repository, self.folder)

    def template(self, path: str) -> str | Fault:
        """Return a template's text; `path` is from campaigns/."""
        try:
            text = self.repository.read_text(f"{CAMPAIGNS}/{path}")
            self.takes_name = self.takes_name or _takes_name(text)
            return text
        except UnreadableError as error:
            code = "MC105" if error.is_missing else error.code
            where = path if error.line is not None else None
            return Fault(
                code, error.message, error.hint, path=where, line=error.line, column=error.column
            )

    def picture(self, path: str, use: "PicturePurpose") -> Picture | Fault:
        """Return a picture as it will be uploaded; `path` is from campaigns/."""
        return self.pictures.picture(path, use)

    @cached_property
    def recordings(self) -> "RecordingFiles":
        """The sounds and videos of the tree."""
        # Few campaigns have one.
        from massctl.source.media import RecordingFiles

        return RecordingFiles(self.repository)

    def recording(self, path: str, use: "RecordingPurpose") -> Recording | Fault:
        """Return a sound or a video as it will be uploaded; `path` is from campaigns/."""
        return self.recordings.recording(path, use)

    def article_address(self, campaign: str, number: int) -> str | Fault:
        """Return the address of an article of a campaign that went out before."""
        self.asked[campaign, number] = None
        found = from_plain(self.addresses.get(f"{campaign}/{number}", ""))
        return found if isinstance(found, Fault) else str(found)

    def settings_place(self, account: str, keys: "Sequence[KeyPath]") -> Place:
        """Return the place in massctl.yaml of the first of these keys that the account says, or the repository."""
        from massctl.source.settings import settings_place

        return settings_place(self.repository, account, keys)

    def stylesheet(self, theme: str) -> str | None:
        """Return the CSS of a built-in theme; None for an unknown name."""
        return built_in_theme(theme)

    def own_themes(self) -> tuple[str, ...]:
        """Name the files of campaigns/_shared/themes/, without their ending."""
        return self.repository.own_themes()

    def limits(self, seconds: float, memory_bytes: int) -> AbstractContextManager[None]:
        """Bound the processor time and memory of this process."""
        return system.limits(seconds, memory_bytes)

    def formulas(self, formulas: "Sequence[Formula]") -> Fault | None:
        """Draw the formulas of one article; return a fault where the extra is missing."""
        # Few articles have a formula.
        from massctl.source.formulas import draw

        return draw(formulas)

    @cached_property
    def words(self) -> "WordLists":
        """What to look for in the text: terms of the law and of WeChat's rules, and the policy's own words."""
        from pkgutil import get_data

        from massctl.render.rules.words import read_lists

        terms = (get_data("massctl.render", "words.toml") or b"").decode()
        policy = self.settings.policy
        return read_lists(terms, policy.banned_words, policy.allowed_words)


def _nothing(path: str) -> Fault:
    return Fault(
        "MC105", Phrase("{path} is missing", path=path), Phrase("check its templates and pictures")
    )


class _Sample(Materials):
    """A campaign whose article is ours, and that has no picture."""

    def template(self, path: str) -> str | Fault:
        return _SAMPLE if path.endswith(".md.j2") else _nothing(path)

    def picture(self, path: str, use: "PicturePurpose") -> Picture | Fault:
        return _nothing(path)

    def own_themes(self) -> tuple[str, ...]:
        return ()


@cache
def built_in_theme(name: str) -> str | None:
    """Read the CSS of a built-in theme, or of a part that themes share; None for an unknown name."""
    from pkgutil import get_data

    from massctl.render.theme import BUILT_IN, PARTS

    if name not in (*BUILT_IN, *PARTS):
        return None
    return (get_data("massctl.render", f"themes/{name}.css") or b"").decode()
