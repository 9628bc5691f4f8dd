"""From the working tree to what is desired: load, render, convert, and say what is wrong.

A campaign whose edition went out is neither read nor rendered while its folder is as it was when it was sent: the
ledger recorded what a plan needs of it.
"""

import os
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.errors import ConfigurationError
from massctl.model.audience import AUDIENCES
from massctl.model.batches import BATCH_MAX
from massctl.model.campaign import CampaignFile, parse_offset_time
from massctl.model.diagnostics import Diagnostic, Fault, Place, Severity
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    CAMPAIGN_FILE,
    CAMPAIGNS,
    AccountName,
    AppId,
    CampaignName,
    Folder,
    Sha256,
    below_campaigns,
    cell_of,
    folder_name,
)
from massctl.model.inputs import JudgedInputs
from massctl.model.message import DeclaredCell, Family, Picture, RenderedCampaign, Window
from massctl.model.phrase import Phrase
from massctl.model.state import Record, State, is_concluded
from massctl.parallel_calls import in_order
from massctl.plan.quota import (
    Agenda,
    Demand,
    Scope,
    calls_by_day,
    demand_of,
    may_run_short,
    scope_of,
    tag_of,
)
from massctl.plan.steps import Concluded, Desired, Gone, Invalid, NotLocked, Refusal
from massctl.render.inputs import ListedOpenids, PicturePurpose
from massctl.source.groups import defaults_paths
from massctl.source.reporter import about_file
from massctl.source.repository import (
    SHARED_FOLDER,
    Repository,
    UnreadableError,
    folder_digest_of,
)

if TYPE_CHECKING:
    from massctl.apply.ports import Progress
    from massctl.child import ChildError, Children
    from massctl.model.campaign import Audience
    from massctl.model.settings import Account, MassctlFile
    from massctl.source.audiences import Audiences
    from massctl.source.campaigns import Loaded
    from massctl.source.media import PictureFiles, RecordingFiles
    from massctl.source.openids import OpenidFiles
    from massctl.source.renderer import Renderer, RenderResult


RENDERS_TOLD_MIN = 8
"""So many campaigns are told while they are rendered; fewer are there at once."""


class WorkingTree(Struct, dict=True):
    """The files of a repository during one pass, and the children that render them."""

    repository: Repository
    settings: "MassctlFile"
    cache: Path
    recorded: State | None = None
    """What is recorded, for the addresses of articles that went out before; None: `Desires` sets it."""
    progress: "Progress | None" = None
    """Who is told how many campaigns are rendered, where they are many."""
    children: "Children | None" = None
    """Shared with other passes; None: some of its own."""

    loaded: "dict[CampaignName, Loaded]" = field(default_factory=dict)
    """The campaigns that were read."""
    _contents: dict[Folder, dict[bytes, bytes]] = field(default_factory=dict)
    """What names the files of the folders of cells."""

    def campaign(self, name: CampaignName) -> "Loaded":
        """Read a campaign's file, and parse it where it is another one than before."""
        # Reading YAML and validating it is what a repository of sent campaigns goes without.
        from massctl.source.campaigns import load_campaign

        return load_campaign(self.repository, name, self.settings, self.loaded)

    def source_digest(self, name: CampaignName) -> Sha256:
        """Name the content of a campaign's folder: of a cell, with what campaign.yaml says of that cell alone.

        Raises UnreadableError.
        """
        if not cell_of(name):
            return self.repository.folder_digest(name)
        folder = self.repository.folder(name)
        if folder not in self._contents:
            self._contents[folder] = self.repository.contents_of(folder)
        loaded = self.campaign(name)
        contents = self._contents[folder]
        others = _lists_of_other_cells(loaded)
        own = {path: named for path, named in contents.items() if path not in others}
        return folder_digest_of(own, loaded.own_content)

    @cached_property
    def renderer(self) -> "Renderer":
        """What has campaigns rendered."""
        # A repository of sent campaigns needs no child.
        from massctl.source.renderer import Renderer, children_of

        children = self.children or children_of(self.repository, self.cache)
        return Renderer(children, self.repository, self.settings, self.cache)

    @cached_property
    def pictures(self) -> "PictureFiles":
        """What became of the pictures of the tree."""
        # A plan of campaigns that are all sent looks at none.
        from massctl.source.media import PictureFiles

        return PictureFiles(self.repository)

    @cached_property
    def recordings(self) -> "RecordingFiles":
        """The sounds and videos of the tree."""
        # Few campaigns have one.
        from massctl.source.media import RecordingFiles

        return RecordingFiles(self.repository)

    def picture(self, name: CampaignName, path: str, use: "PicturePurpose") -> Picture | Fault:
        """Have a picture of a campaign prepared; `path` is from campaigns/. Raises ChildError."""
        found = self.renderer.prepared(name, path, use)
        if isinstance(found, Fault):
            return found
        self._adopt(name, *found)
        return found[0]

    def _adopt(self, name: CampaignName, picture: Picture, produced: Sha256) -> None:
        from massctl.child import NOT_ACCEPTED, ChildError
        from massctl.source.renderer import pictures_of

        if not self.pictures.adopt(name, pictures_of(name, self.cache), picture, produced):
            raise ChildError(NOT_ACCEPTED)

    def read(self, sha256: Sha256) -> bytes:
        """Return the bytes of a file by name; implements `massctl.apply.ports.Pictures`.

        Raises ConfigurationError if it was changed since it was planned, or if the cache keeps nothing.
        """
        if "recordings" in vars(self) and self.recordings.holds(sha256):
            return self.recordings.read(sha256)
        found = self.pictures.read(sha256)
        return found if found is not None else self._made_again(sha256)

    def _made_again(self, sha256: Sha256) -> bytes:
        """Have a picture converted again that the cache lost."""
        from massctl.child import ChildError

        why: str = Phrase("massctl could not keep it in {folder}", folder=str(self.cache))
        origin = self.pictures.origin(sha256)
        try:
            self.picture(*origin)
        except ChildError as error:
            why = error.why
        if (found := self.pictures.read(sha256)) is not None:
            return found
        raise ConfigurationError(
            Phrase("a converted picture is not in the cache"),
            Phrase("{why}. Nothing was done with it.", why=why),
            Phrase("check that the folder is writable, then run the same command again"),
        )

    def rendered(
        self, name: CampaignName, file: "CampaignFile", locked: Mapping[str, str]
    ) -> "RenderResult":
        """Have a campaign rendered. Raises ChildError; threads may share it.

        `locked` holds addresses that its lock took from the ledger, by `CAMPAIGN/NUMBER`.
        """
        return self.renderer.made(name, file, locked, self.article_address)

    def adopt(self, name: CampaignName, made: "RenderResult") -> None:
        """Know the files of a campaign that was rendered by their names. Raises ChildError."""
        for picture in made.content.pictures:
            self._adopt(name, picture, made.produced.get(picture.sha256, picture.sha256))
        for recording in made.content.recordings:
            self.recordings.adopt(recording)

    @cached_property
    def openid_lists(self) -> "OpenidFiles":
        """The lists of openids of the tree, held outside of memory."""
        # Hardly any campaign has one.
        from massctl.source.openids import OpenidFiles

        return OpenidFiles(self.repository)

    def openids(self, path: str) -> ListedOpenids:
        """Read a list of openids; `path` is from campaigns/. A list is data, so no child reads it."""
        return self.openid_lists.listed(path)

    @cached_property
    def audiences(self) -> "Audiences":
        """The audiences of the repository."""
        # Most repositories have none.
        from massctl.source.audiences import Audiences

        return Audiences(self.repository, self.settings)

    def audience(self, name: str, appid: str) -> ListedOpenids:
        """Return the people of an audience, as its lock names them."""
        return self.audiences.listed(name, appid)

    def article_address(self, campaign: str, number: int) -> str | Fault:
        """Return the address of an article of a campaign that went out before."""
        from massctl.model.state import article_address  # Hardly any article links to another one.

        found = article_address(self.recorded or State(), campaign, number)
        if isinstance(found, str):
            return found
        say, hint = found
        return Fault("MC108", say, hint)


def _lists_of_other_cells(loaded: "Loaded") -> set[bytes]:
    """Return the lists in a cell's folder that other cells alone name: they are no part of this one."""
    own: set[str] = set()
    others: set[str] = set()
    for each in loaded.cells:
        if (written := each.audience.openids) is not None:
            named = own if each.name == loaded.name else others
            named |= {posixpath.normpath(written), posixpath.normpath(unquote(written))}
    return {os.fsencode(each) for each in others - own}


_ENDS = ("not_before", "not_after")


class _Due(Frozen):
    """A campaign that was read and is to be rendered."""

    loaded: "Loaded"
    file: "CampaignFile"
    account: "Account"
    source: Sha256
    """The digest of its folder."""
    links: Mapping[str, str] = {}
    """Addresses that its lock took from the ledger, by `CAMPAIGN/NUMBER`."""
    read: frozenset[str] = frozenset()
    """The paths that were read for it."""


class Desires:
    """Reads what the repository declares, given what is recorded.

    Where they are `locked`, a campaign is only what its lock says too.
    `links_of` returns the addresses of articles in a campaign's lock.
    """

    def __init__(
        self,
        working_tree: WorkingTree,
        state: State,
        *,
        locked: bool = False,
        links_of: Callable[[CampaignName], Mapping[str, str]] | None = None,
    ) -> None:
        self._working_tree = working_tree
        self._state = state
        working_tree.recorded = working_tree.recorded or state
        self._is_locked = locked
        if locked:
            links_of = partial(_locked_links, working_tree.repository)
        self._links_of = links_of or (lambda _: {})
        self._folders = working_tree.repository.campaign_folders

    def names(self) -> list[str]:
        """Return the campaigns of the repository, and those that only an open attempt remembers, in order."""
        return sorted({*self._folders.names, *(record.campaign for record in self._gone())})

    def folders(self) -> list[str]:
        """Return the campaigns of the repository, in order."""
        return sorted(self._folders.names)

    def strays(self) -> list[Diagnostic]:
        """Return the diagnostics about what is no campaign: other folders, shared files, defaults."""
        shared = _about_shared(self._working_tree.repository)
        defaults = self._about_defaults(self._folders.defaults)
        audiences = self._working_tree.audiences.diagnostics() if self._has_audiences else []
        return [*self._folders.diagnostics, *shared, *defaults, *audiences, *self._left_over()]

    def about_shared_by(self, names: Iterable[str]) -> list[Diagnostic]:
        """Return what is wrong in the defaults above campaigns and in their audiences, each fault once."""
        here = [CampaignName(name) for name in names if name in self._folders.names]
        above = {path for name in here for path in defaults_paths(self._folders.folder(name))}
        return [
            *self._about_defaults(self._folders.defaults & above),
            *self._about_audiences_of(here),
        ]

    @property
    def _has_audiences(self) -> bool:
        return (self._working_tree.repository.root / AUDIENCES).exists()

    def _about_audiences_of(self, names: Sequence[CampaignName]) -> list[Diagnostic]:
        if not self._has_audiences:
            return []
        tree = self._working_tree
        files = [loaded.file for name in names if (loaded := tree.loaded.get(name)) is not None]
        named = dict.fromkeys(each.audience.of for each in files if each is not None)
        found = [tree.audiences.audience(each) for each in named if each is not None]
        return [one for each in found if each is not None for one in each.diagnostics]

    def _about_defaults(self, paths: Collection[str]) -> list[Diagnostic]:
        if not paths:
            return []
        from massctl.source.campaigns import about_defaults  # Few repositories have any.

        return about_defaults(self._working_tree.repository, paths, self._working_tree.settings)

    def _left_over(self) -> list[Diagnostic]:
        """Tell which campaigns of folders that are there have a record, and are declared no more."""
        recorded = self._state.index.folders
        there = {name for each in self._declared_folders for name in recorded.get(each, ())}
        gone = sorted(there - set(self._folders.names))
        return [self._told_gone(name) for name in gone if self._is_known(folder_name(name))]

    def _is_known(self, folder: CampaignName) -> bool:
        """Return whether what a folder declares could be read."""
        return folder not in self._folders.names or (
            self._working_tree.campaign(folder).file is not None
        )

    def _told_gone(self, name: CampaignName) -> Diagnostic:
        say = Phrase(
            "campaign.yaml no longer declares {name}; its record stays in the ledger", name=name
        )
        if not cell_of(name):
            say = Phrase(
                "{name} has a matrix now; what was sent before that stays on record", name=name
            )
        hint = Phrase("if it has another name now, name both under `moved:` in massctl.yaml")
        place = Place(f"{self._folders.folder(name)}/{CAMPAIGN_FILE}")
        return Diagnostic("MC413", Severity.INFO, say, place, hint, name)

    def read(self, names: Sequence[str]) -> list[Desired]:
        """Read the campaigns of `names`; a fault stops its own campaign only."""
        here = [CampaignName(name) for name in names if name in self._folders.names]
        gone = [
            self._of_deleted_folders(record) for record in self._gone() if record.campaign in names
        ]
        return _told_in_common([*self._read(here), *gone])

    def concluded(self, names: Sequence[str]) -> list[Concluded]:
        """Return those of `names` that went out and whose folder is as it was then, by the record alone."""
        return [
            found for name in names if (found := self._concluded(CampaignName(name))) is not None
        ]

    def _concluded(self, name: CampaignName) -> Concluded | None:
        record = self._newest.get(name)
        sent = record.sent_as if record is not None and is_concluded(record) else None
        if name in self._folders.twins:
            return None
        if record is None or sent is None or sent.title is None or sent.account is None:
            return None
        account = self._working_tree.settings.accounts.get(sent.account)
        if account is None or account.appid != sent.appid:
            return None
        try:
            source = self._working_tree.source_digest(name)
        except UnreadableError:
            return None  # Whoever reads it says what is wrong.
        if source != sent.source_sha256:
            return None
        window = (
            Window(sent.not_before, sent.not_after) if sent.not_before and sent.not_after else None
        )
        return Concluded(
            name,
            self._folders.folder(name),
            sent.title,
            sent.account,
            AppId(account.appid),
            record.edition,
            window,
            source,
        )

    @cached_property
    def _newest(self) -> dict[CampaignName, Record]:
        """The newest edition on record of each campaign."""
        return {
            record.campaign: record
            for record in sorted(self._state.records.values(), key=lambda r: r.edition)
        }

    def _read(self, names: Sequence[CampaignName]) -> list[Desired]:
        progress = self._working_tree.progress
        if progress is None or len(names) < RENDERS_TOLD_MIN:
            return list(self._each(names))
        found: list[Desired] = []
        progress.begin(Phrase("rendering campaigns"), len(names))
        try:
            for each in self._each(names):
                found.append(each)
                progress.advance()
        finally:
            progress.end()
        return found

    def _each(self, names: Sequence[CampaignName]) -> Iterator[Desired]:
        """Yield campaigns in their order, while others are rendered."""
        loaded = [self._load(name) for name in names]
        made = self._rendered([each for each in loaded if isinstance(each, _Due)])
        for each in loaded:
            yield self._judge(*next(made)) if isinstance(each, _Due) else each

    def _rendered(self, due: Sequence[_Due]) -> "Iterator[tuple[_Due, RenderResult | ChildError]]":
        """Yield what came of each, in their order; folders are rendered side by side."""
        if not due:
            return
        from massctl.child import CHILDREN_MAX

        # Cells of one folder may share what is rendered.
        folders = groupby(due, lambda each: folder_name(each.loaded.name))
        calls = [partial(self._rendered_in_turn, list(some)) for _, some in folders]
        yield from chain.from_iterable(in_order(calls, CHILDREN_MAX))

    def _rendered_in_turn(
        self, due: Sequence[_Due]
    ) -> "list[tuple[_Due, RenderResult | ChildError]]":
        from massctl.child import ChildError

        found: list[tuple[_Due, RenderResult | ChildError]] = []
        for each in due:
            made: RenderResult | ChildError
            with self._working_tree.repository.judging() as read:
                try:
                    made = self._working_tree.rendered(each.loaded.name, each.file, each.links)
                except ChildError as error:
                    made = error
            found.append((replace(each, read=each.read | read.keys()), made))
        return found

    def _judge(self, due: "_Due", made: "RenderResult | ChildError") -> Desired:
        repository = self._working_tree.repository
        with repository.judging() as read:
            for path in due.read:
                repository.reused(path)
            rendered = self._campaign(due, made)
            found = self._as_locked(due, rendered) if self._is_locked else rendered
        return _made_from(found, read)

    def _load(self, name: CampaignName) -> "Desired | _Due":
        with self._working_tree.repository.judging() as read:
            found = self._loaded(name)
        return replace(found, read=frozenset(read)) if isinstance(found, _Due) else found

    def _loaded(self, name: CampaignName) -> "Desired | _Due":
        """Read a campaign as far as it goes without rendering."""
        concluded = self._concluded(name)
        if concluded is not None:
            return concluded
        settings = self._working_tree.settings
        loaded = self._working_tree.campaign(name)
        twin = self._folders.twins.get(name)
        if twin is not None:
            loaded = replace(loaded, file=None, diagnostics=(twin, *loaded.diagnostics))
        file = loaded.file
        if file is None:
            return _invalid(loaded, settings)
        account = settings.account(file.account)
        record = self._state.record(name, file.edition)
        folder = self._folders.folder(name)
        try:
            self._working_tree.repository.require_one_case(folder)
            source = self._working_tree.source_digest(name)
        except UnreadableError as error:
            fault = about_file(error.code, error.path, name, error.message, error.hint)
            found = (*loaded.diagnostics, fault)
            return Invalid(
                name, folder, file.title, file.account, file.edition, found, _window(file)
            )
        if is_concluded(record):
            window = _window(file)
            return Concluded(
                name,
                folder,
                file.title,
                file.account,
                AppId(account.appid),
                file.edition,
                window,
                source,
            )
        due = _Due(loaded, file, account, source)
        if self._is_locked and (refused := self._without_lock(due)) is not None:
            return refused
        return replace(due, links=self._links_of(name))

    def _without_lock(self, due: "_Due") -> NotLocked | None:
        # Only a run that sends what is locked needs the guards here.
        from massctl.plan.guards import lock_missing

        name = due.loaded.name
        return (
            None
            if self._working_tree.repository.is_locked(name)
            else _not_locked(due, lock_missing(name))
        )

    def _as_locked(self, due: "_Due", rendered: RenderedCampaign | Invalid) -> Desired:
        from massctl.plan.guards import links_refusal
        from massctl.source.locks import check_lock

        if isinstance(rendered, Invalid):
            return rendered
        refusal = check_lock(self._working_tree.repository, rendered).refusal or links_refusal(
            rendered, self._state
        )
        return rendered if refusal is None else _not_locked(due, refusal, rendered)

    def _campaign(
        self, due: "_Due", made: "RenderResult | ChildError"
    ) -> RenderedCampaign | Invalid:
        from massctl.child import ChildError
        from massctl.render.campaign import campaign_of
        from massctl.source.campaigns import (
            about_cut_texts,
            about_reprint,
            about_unseen,
            with_excerpts,
        )
        from massctl.source.tags import about_tag

        loaded = due.loaded
        file = due.file
        working_tree = self._working_tree
        if isinstance(made, ChildError):
            return _fallen(due, made.why)
        try:
            working_tree.adopt(loaded.name, made)
        except ChildError as error:
            return _fallen(due, error.why)
        cells, overlaps = self._between_cells(loaded)
        rendered, diagnostics = campaign_of(
            loaded.name,
            file,
            made.content,
            folder=loaded.folder,
            destinations=made.destinations,
            shows_unread_picture=made.shows_unread_picture,
            account=due.account,
            lists=working_tree,
            source_sha256=due.source,
            place=loaded.place,
            about_file=[
                *about_unseen(loaded.positions.reporter),
                *about_cut_texts(loaded.positions),
                *about_reprint(loaded),
                *overlaps,
                *about_tag(
                    working_tree.repository, loaded.name, file.account, file.audience, loaded.place
                ),
            ],
        )
        shown = with_excerpts(diagnostics, working_tree.repository, loaded.positions.reporter)
        if rendered is None:
            found = (*loaded.diagnostics, *shown)
            return Invalid(
                loaded.name,
                loaded.folder,
                file.title,
                file.account,
                file.edition,
                found,
                _window(file),
            )
        first = working_tree.settings.first_name(loaded.name)
        inputs = JudgedInputs(settings=working_tree.settings.declared_sha256).joined(made.files)
        known_as = first if first != loaded.name else None
        return replace(
            rendered,
            diagnostics=tuple(shown),
            first_name=known_as,
            inputs=inputs,
            inherited=loaded.inherited,
            family=self._family(loaded, cells),
        )

    def _between_cells(self, loaded: "Loaded") -> tuple[tuple[DeclaredCell, ...], list[Diagnostic]]:
        """Return the cells of its matrix with their lists, and which of them send to followers of this one."""
        if not loaded.cells:
            return (), []
        # Few campaigns have a matrix.
        from massctl.source.overlaps import about_overlaps, with_lists
        from massctl.source.tags import tag_ids

        tree = self._working_tree
        cells = with_lists(loaded, tree)
        appid = next(each.appid for each in cells if each.name == loaded.name)
        accounts = [name for name, each in tree.settings.accounts.items() if each.appid == appid]
        tags = tag_ids(tree.repository, accounts)
        return cells, about_overlaps(loaded, cells, tags, tree.openid_lists)

    def _family(self, loaded: "Loaded", cells: tuple[DeclaredCell, ...]) -> Family | None:
        """Return the campaigns that stand, or stood, in the folder of this one; None if it always stood there alone."""
        own = folder_name(loaded.name)
        renamed = self._working_tree.settings.renamed.items()
        formers = {folder_name(former) for former, name in renamed if folder_name(name) == own}
        folders = frozenset({own, *(formers - self._declared_folders)})
        return Family(folders, cells) if cells or len(folders) > 1 else None

    @cached_property
    def _declared_folders(self) -> set[CampaignName]:
        """The names of the folders that hold campaigns."""
        return set(map(folder_name, self._folders.names))

    def _gone(self) -> list[Record]:
        """Return the records with an open attempt whose folder is gone."""
        return [
            r
            for r in self._state.records.values()
            if r.is_in_doubt and r.campaign not in self._folders.names
        ]

    def _of_deleted_folders(self, record: Record) -> Gone:
        appid = record.appid or AppId("")
        accounts = self._working_tree.settings.accounts.items()
        account = next((AccountName(name) for name, each in accounts if each.appid == appid), None)
        return Gone(record.campaign, account, appid, record.edition)


def _told_in_common(read: Sequence[Desired]) -> list[Desired]:
    """Ascribe to the folder what several cells of its matrix have in common, so that it is told once."""
    cells = [each for each in read if cell_of(each.name)]
    count = Counter(
        replace(found, campaign=folder_name(each.name))
        for each in cells
        for found in _diagnostics_of(each)
    )

    def ascribed(name: CampaignName, found: Diagnostic) -> Diagnostic:
        common = replace(found, campaign=folder_name(name))
        return common if count[common] > 1 else found

    def told(each: Desired) -> Desired:
        found = tuple(ascribed(each.name, one) for one in _diagnostics_of(each))
        if isinstance(each, NotLocked) and each.rendered is not None:
            return replace(each, rendered=replace(each.rendered, diagnostics=found))
        return replace(each, diagnostics=found) if found else each

    return [told(each) if cell_of(each.name) else each for each in read]


def _diagnostics_of(desired: Desired) -> tuple[Diagnostic, ...]:
    if isinstance(desired, NotLocked) and desired.rendered is not None:
        return desired.rendered.diagnostics
    return desired.diagnostics if isinstance(desired, RenderedCampaign | Invalid) else ()


def _made_from(found: Desired, read: Mapping[str, str]) -> Desired:
    """Note in a campaign that was rendered what was `read` here, beside what the child read."""
    if isinstance(found, NotLocked) and found.rendered is not None:
        return replace(found, rendered=_judged(found.rendered, read))
    return _judged(found, read) if isinstance(found, RenderedCampaign) else found


def _judged(campaign: RenderedCampaign, read: Mapping[str, str]) -> RenderedCampaign:
    return replace(campaign, inputs=(campaign.inputs or JudgedInputs()).joined(read))


def _fallen(due: _Due, why: Phrase) -> Invalid:
    name = due.loaded.name
    file = due.file
    hint = Phrase("check its templates and pictures")
    folder = due.loaded.folder
    place = Place(f"{folder}/{CAMPAIGN_FILE}")
    found = Diagnostic("MC409", Severity.ERROR, why, place, hint, name)
    return Invalid(name, folder, file.title, file.account, file.edition, (found,), _window(file))


def _about_shared(repository: Repository) -> list[Diagnostic]:
    """Find shared files whose names differ only by case."""
    try:
        repository.require_one_case(SHARED_FOLDER)
    except UnreadableError as error:
        if error.code == "MC034":
            return [about_file(error.code, error.path, None, error.message, error.hint)]
    return []


def _invalid(loaded: "Loaded", settings: "MassctlFile") -> Invalid:
    """Build the invalid campaign from the keys that could be read."""
    said = loaded.declared
    title, account, edition, send = (
        said.get(key) for key in ("title", "account", "edition", "send")
    )
    start, end = (
        parse_offset_time(send.get(key) if isinstance(send, dict) else None) for key in _ENDS
    )
    return Invalid(
        loaded.name,
        loaded.folder,
        title if isinstance(title, str) else "",
        account if isinstance(account, str) and account in settings.accounts else None,
        edition if type(edition) is int and edition > 0 else None,
        tuple(loaded.diagnostics),
        Window(start, end) if start is not None and end is not None and start <= end else None,
    )


def _not_locked(
    due: _Due, refusal: "Refusal", rendered: RenderedCampaign | None = None
) -> NotLocked:
    file = due.file
    return NotLocked(
        due.loaded.name,
        due.loaded.folder,
        file.title,
        file.account,
        file.edition,
        _window(file),
        refusal,
        rendered,
    )


def _locked_links(repository: Repository, name: CampaignName) -> Mapping[str, str]:
    # Only a run that sends what is locked needs the reader of locks.
    from massctl.source.locks import locked_links

    return locked_links(repository, name)


def _window(file: "CampaignFile") -> Window | None:
    start = parse_offset_time(file.send.not_before)
    end = parse_offset_time(file.send.not_after)
    return Window(start, end) if start is not None and end is not None else None


_DATE = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def agenda_of(
    working_tree: WorkingTree,
    state: State,
    desired: Iterable[Desired],
    names: Sequence[str],
    named: frozenset[str] | None,
    now: datetime,
) -> Agenda:
    """Put together what the campaigns of the repository ask of their accounts' allowance, also those not in this run.

    `desired` is what the run is about, `names` are all campaigns. The others are read and not rendered: a window and an
    audience are plain values. A campaign with faults has no demand, because it cannot be sent.
    """
    demands: list[Demand] = []
    known: set[str] = set()
    for each in desired:
        if isinstance(each, RenderedCampaign | Concluded):
            known.add(each.name)
        if isinstance(each, RenderedCampaign) and (each.window or each.name in (named or ())):
            demands.append(demand_of(each))
    others = _Others(working_tree, state, now)
    found = (others.demand(CampaignName(name)) for name in names if name not in known)
    demands += [each for each in found if each is not None]
    accounts = working_tree.settings.accounts.items()
    kinds = {AppId(each.appid): (AccountName(name), each.kind) for name, each in accounts}
    return Agenda(kinds, tuple(others.counted(demands, kinds)))


class _Others:
    """What campaigns ask for that are not rendered.

    The lines of their lists of openids are counted, which says how many jobs they take at most; a list is read only
    where so many jobs are asked for that they may be too many for a day.
    """

    def __init__(self, working_tree: WorkingTree, state: State, now: datetime) -> None:
        self._working_tree = working_tree
        self._state = state
        self._now = now
        self._lists: dict[CampaignName, str] = {}
        """The campaigns whose `calls` are an upper bound, and what they call their list."""

    def demand(self, name: CampaignName) -> Demand | None:
        """Read what a campaign asks for; None if it has no window that may still be open."""
        repository = self._working_tree.repository
        settings = self._working_tree.settings
        if not _may_open(repository, name, self._now):
            return None
        # Reading YAML and validating it is what a repository of closed windows goes without.
        file = self._working_tree.campaign(name).file
        start, end = (
            (parse_offset_time(each) for each in (file.send.not_before, file.send.not_after))
            if file
            else (0, 0)
        )
        if file is None or not isinstance(start, datetime) or not isinstance(end, datetime):
            return None
        try:
            rejected = any(
                attempt.rejection for attempt in self._state.record(name, file.edition).attempts
            )
            source = self._working_tree.source_digest(name) if rejected else None
            calls = self._calls_at_most(name, file.audience)
        except UnreadableError:
            return None
        appid = AppId(settings.accounts[file.account].appid)
        scope = Scope.TAG if self._is_by_tag(file.audience) else scope_of(file.audience)
        window = Window(start, end)
        account = AccountName(file.account)
        tag = tag_of(file.audience)
        over = file.send.over_limit == "allow"
        return Demand(name, file.edition, account, appid, scope, window, source, calls, tag, over)

    def _is_by_tag(self, audience: "Audience") -> bool:
        """Return whether massctl reaches an audience by a tag that it fills."""
        known = self._working_tree.audiences.audience(audience.of) if audience.of else None
        return known is not None and known.is_by_tag

    def counted(self, demands: Sequence[Demand], accounts: Iterable[AppId]) -> list[Demand]:
        """Return demands in which the jobs of lists are counted wherever their number may matter."""
        short = {
            appid
            for appid in accounts
            if may_run_short(
                [d for d in demands if d.appid == appid],
                calls_by_day(self._state, appid, self._now),
            )
        }
        found = [
            self._read(each) if each.appid in short and each.name in self._lists else each
            for each in demands
        ]
        return [each for each in found if each is not None]

    def _calls_at_most(self, name: CampaignName, audience: "Audience") -> int:
        """Count the jobs of a list by its lines, blank and repeated ones too; raise UnreadableError."""
        if audience.of is not None:
            known = self._working_tree.audiences.audience(audience.of)
            people = known.openid_list if known is not None else None
            return audience.part_of(people).batches if people is not None else 1
        written = audience.openids
        if written is None:
            return 1
        # Few campaigns have a list.
        from massctl.render.paths import picture_paths
        from massctl.source.openids import LIST_BYTES_MAX

        self._lists[name] = written
        own = below_campaigns(self._working_tree.repository.folder(name))
        paths = picture_paths(written, f"{own}/{CAMPAIGN_FILE}", own)
        lines = 0
        for path in paths if isinstance(paths, list) else []:
            with suppress(UnreadableError):
                pieces = self._working_tree.repository.pieces(f"{CAMPAIGNS}/{path}", LIST_BYTES_MAX)
                lines = max(lines, 1 + sum(piece.count(b"\n") for piece in pieces))
        return max(1, -(-lines // BATCH_MAX))

    def _read(self, demand: Demand) -> Demand | None:
        """Count the jobs of a list exactly; None for one with faults, which cannot be sent to."""
        # Only where calls are short is a list read that the run is not about.
        from massctl.render.openid_list import find_openids

        folder = self._working_tree.repository.folder(demand.name)
        found = find_openids(self._lists[demand.name], folder, self._working_tree).openid_list
        return replace(demand, calls=found.batches) if found is not None else None


def _may_open(repository: Repository, name: CampaignName, now: datetime) -> bool:
    """Return whether a campaign.yaml may hold a window that has not closed, without reading it as YAML.

    A window ends on a date that is written out, or with an escape; two days are more than any two offsets differ by.
    """
    try:
        data = repository.read_bytes(f"{repository.folder(name)}/{CAMPAIGN_FILE}", 1 << 20)
    except UnreadableError:
        return False
    since = (now - timedelta(days=2)).date()
    return b"\\" in data or any(
        _is_since(written.decode(), since) for written in _DATE.findall(data)
    )


def _is_since(written: str, since: date) -> bool:
    try:
        return date.fromisoformat(written) >= since
    except ValueError:
        return False
