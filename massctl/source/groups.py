"""Which folders of `campaigns/` are campaigns, and which are groups of them.

A folder with a campaign.yaml is a campaign. A folder without one is a group if a campaign or defaults stand in it.
A campaign holds no other one.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import field
from msgspec.structs import replace

from massctl import system
from massctl.model.campaign import MATRIX, PARTS
from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    CAMPAIGN_FILE,
    CAMPAIGNS,
    DEFAULTS_FILE,
    CampaignName,
    Folder,
    cell_name,
    folder_name,
    group_of,
    is_folder_name,
)
from massctl.model.phrase import Phrase, enumerated, system_reason
from massctl.source.reporter import about_file
from massctl.source.text import YAML_BYTES_MAX

MISTAKEN_NAMES = {"campaign.yml": CAMPAIGN_FILE}
"""Names that are as good as another one to a person."""
_MISTAKEN_DEFAULTS = frozenset(
    [
        DEFAULTS_FILE,
        "_defaults.yml",
        "_default.yaml",
        "_default.yml",
        "defaults.yaml",
        "defaults.yml",
    ]
)
RENAME_ONE = Phrase("rename one of them: macOS and Windows hold only one of the two")


class CampaignFolders(Frozen):
    """What is in `campaigns/`."""

    folders: Mapping[CampaignName, Folder]
    """The folder of each campaign, sorted by name; of several with one name the first. Cells share a folder."""
    diagnostics: tuple[Diagnostic, ...]
    """Folders with a wrong name, and folders that differ only by case."""
    twins: Mapping[CampaignName, Diagnostic] = field(default_factory=dict)
    """Campaigns that cannot be read, because another folder has their name, or one that differs only by case."""

    defaults: frozenset[str] = frozenset()
    """The paths of the files and whatever else is called `_defaults.yaml`, in `campaigns/` and in groups."""

    @property
    def names(self) -> tuple[CampaignName, ...]:
        """Return the names of the campaigns, sorted."""
        return tuple(self.folders)

    @property
    def groups(self) -> frozenset[str]:
        """Every group that a campaign stands in or below."""
        return frozenset(each for name in self.folders for each in with_above(self.group(name)))

    def folder(self, name: str) -> Folder:
        """Return the folder of a campaign, or of a matrix; of an unknown one, where it would stand without a group."""
        if (known := self.folders.get(CampaignName(name))) is not None:
            return known
        own = folder_name(name)
        others = (folder for each, folder in self.folders.items() if folder_name(each) == own)
        return next(others, Folder(f"{CAMPAIGNS}/{own}"))

    def group(self, name: str) -> str:
        """Return the group that a campaign stands in; empty without one."""
        return group_of(self.folder(name))


def with_above(group: str) -> list[str]:
    """Return a group and those that it stands in, outermost first."""
    parts = group.split("/") if group else []
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def campaign_folders(root: Path) -> CampaignFolders:
    """Find the campaigns of a repository; stray files are passed over."""
    search = _Search(root)
    try:
        search.level(CAMPAIGNS)
    except OSError as error:
        return CampaignFolders({}, (_no_folder(error),))
    if not search.found and not search.diagnostics:
        search.diagnostics.append(_no_campaign())
    folders: dict[CampaignName, Folder] = {}
    refused: dict[CampaignName, Diagnostic] = {}
    for name, same in sorted(search.found.items()):
        twin = _same_name(name, same) if len(same) > 1 else search.twins.get(name)
        for campaign in _campaigns_in(root, name, same[0]):
            folders[campaign] = same[0]
            if twin is not None:
                refused[campaign] = replace(twin, campaign=campaign)
    return CampaignFolders(folders, tuple(search.diagnostics), refused, frozenset(search.defaults))


def defaults_paths(folder: Folder) -> list[str]:
    """Return where defaults of a campaign may stand, the outermost first."""
    parts = folder.split("/")[:-1]
    return [f"{'/'.join(parts[:end])}/{DEFAULTS_FILE}" for end in range(1, len(parts) + 1)]


def _campaigns_in(root: Path, name: CampaignName, folder: Folder) -> list[CampaignName]:
    """Return the cells of a folder's matrix; without one, and where none can be read, the folder's own campaign."""
    data = _first_look(root, folder)
    if MATRIX.encode() not in data and PARTS.encode() not in data:
        return [name]
    # Reading YAML is what a repository without a matrix goes without.
    from massctl.source.matrix import cells_in

    cells = [cell_name(name, each) for each in cells_in(folder, data)]
    return sorted(cells) or [name]


def _first_look(root: Path, folder: Folder) -> bytes:
    """Read a campaign.yaml to learn whether it has a matrix; empty if it cannot be read, or is no plain file inside.

    Whoever reads it as a campaign says what is wrong.
    """
    path = f"{root}/{folder}/{CAMPAIGN_FILE}"
    try:
        if os.path.islink(path) or os.path.islink(f"{root}/{folder}"):
            path = os.path.realpath(path, strict=True)
            if not path.startswith(f"{os.path.realpath(root / CAMPAIGNS)}/"):
                return b""
        descriptor = os.open(path, system.LOOK_FLAGS)
    except OSError:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        data = file.read(YAML_BYTES_MAX + 1)
    return data if len(data) <= YAML_BYTES_MAX else b""


def folders_in(paths: Iterable[str]) -> dict[CampaignName, list[Folder]]:
    """Return the folders of campaigns among the files of a commit."""
    end = f"/{CAMPAIGN_FILE}"
    declared = {path.removesuffix(end) for path in paths if path.endswith(end)}
    found: dict[CampaignName, list[Folder]] = {}
    for folder in sorted(declared):
        top, *names = folder.split("/")
        if top == CAMPAIGNS and all(map(is_folder_name, names)):
            found.setdefault(CampaignName(names[-1]), []).append(Folder(folder))
    return found


class _Search:
    """Finds campaigns, and what stands between them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.found: dict[CampaignName, list[Folder]] = {}
        self.diagnostics: list[Diagnostic] = []
        self.twins: dict[CampaignName, Diagnostic] = {}
        self.defaults: list[str] = []

    def level(self, above: str) -> None:
        """Find the campaigns of a group, or of `campaigns/`. Raises OSError."""
        with os.scandir(self._root / above) as entries:
            every = sorted((entry.name, entry.is_dir()) for entry in entries)
        self._note_defaults(above, [name for name, _ in every])
        found = [name for name, is_folder in every if is_folder and name != DEFAULTS_FILE]
        twins = case_twins(found)
        for name in found:
            twin = _alike(above, name, twins[name]) if name in twins else None
            if is_folder_name(name):
                for campaign in self._below(above, name):
                    if twin is not None:
                        self.twins[campaign] = replace(twin, campaign=campaign)
            elif twin is not None:
                self.diagnostics.append(twin)
            elif not name.startswith("_"):
                self.diagnostics.append(_not_a_name(above, name))

    def _note_defaults(self, above: str, names: Iterable[str]) -> None:
        for name in names:
            if name == DEFAULTS_FILE:
                self.defaults.append(f"{above}/{name}")
            elif name.casefold() in _MISTAKEN_DEFAULTS:
                say = Phrase("{name} is not read", name=name)
                hint = Phrase("rename {found} to {name}", found=name, name=DEFAULTS_FILE)
                self.diagnostics.append(about_file("MC001", f"{above}/{name}", None, say, hint))

    def _below(self, above: str, name: str) -> list[CampaignName]:
        """Note a campaign, or those of a group; return their names."""
        folder = f"{above}/{name}"
        if not _is_group(f"{self._root}/{folder}"):
            return self._campaign(Folder(folder))
        if os.path.islink(f"{self._root}/{folder}"):
            self.diagnostics.append(_linked_group(folder))
            return []
        known = {each: len(same) for each, same in self.found.items()}
        self.level(folder)
        return [each for each, same in self.found.items() if len(same) > known.get(each, 0)]

    def _campaign(self, folder: Folder) -> list[CampaignName]:
        """Note a campaign, and those that it holds, which refuses all of them; return their names."""
        held = list(self._held(folder))
        names: list[CampaignName] = []
        for each in (folder, *held):
            own = each.rpartition("/")[2]
            if is_folder_name(own):
                name = CampaignName(own)
                names.append(name)
                self.found.setdefault(name, []).append(each)
                if held:
                    others = held if each == folder else [each]
                    self.twins[name] = _holds_another(name, folder, others)
        return names

    def _held(self, folder: Folder) -> Iterator[Folder]:
        """Return the campaigns below a folder, but for what begins with `_` or `.`; links are not followed."""
        try:
            with os.scandir(f"{self._root}/{folder}") as entries:
                found = [each.name for each in entries if each.is_dir(follow_symlinks=False)]
        except OSError:
            return  # Whoever reads it as a campaign says what is wrong.
        for name in sorted(found):
            below = Folder(f"{folder}/{name}")
            if name.startswith((".", "_")):
                continue
            if os.path.lexists(f"{self._root}/{below}/{CAMPAIGN_FILE}"):
                yield below
            yield from self._held(below)


def _is_group(folder: str) -> bool:
    """Return whether a folder is no campaign, and has one below or defaults; links below it are not followed."""
    if os.path.lexists(f"{folder}/{CAMPAIGN_FILE}"):
        return False
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return False  # Whoever reads it as a campaign says what is wrong.
    if any(_is_mistaken(name) for name, _ in found):
        return False
    if any(name == DEFAULTS_FILE for name, _ in found):
        return True
    below = [
        f"{folder}/{name}"
        for name, is_folder in sorted(found)
        if is_folder and not name.startswith((".", "_"))
    ]
    return any(os.path.lexists(f"{each}/{CAMPAIGN_FILE}") or _is_group(each) for each in below)


def _is_mistaken(name: str) -> bool:
    folded = name.casefold()
    return folded == CAMPAIGN_FILE or folded in MISTAKEN_NAMES


def case_twins(names: Iterable[str]) -> dict[str, str]:
    """Return the names that others have in other case, each with the first of these."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.lower(), []).append(name)
    return {
        name: next(each for each in same if each != name)
        for same in alike.values()
        if len(same) > 1
        for name in same
    }


def differ(one: str, other: str) -> Phrase:
    """Say that two names differ only by case."""
    return Phrase("{one} and {other} differ only by case", one=one, other=other)


def _alike(above: str, name: str, other: str) -> Diagnostic:
    say = differ(readable(name), readable(other))
    return about_file("MC034", f"{above}/{readable(name)}", None, say, RENAME_ONE)


def _same_name(name: CampaignName, folders: list[Folder]) -> Diagnostic:
    return about_file(
        "MC035",
        folders[0],
        name,
        Phrase("{folders} have the same name", folders=enumerated(folders)),
        Phrase("rename all but one: a name is one campaign in the whole repository"),
    )


def _holds_another(name: CampaignName, folder: Folder, held: list[Folder]) -> Diagnostic:
    file = f"{folder}/{CAMPAIGN_FILE}"
    others = enumerated([readable(each) for each in held])
    say = Phrase("{folder} holds another campaign: {others}", folder=folder, others=others)
    hint = Phrase(
        "if {folder} is a group, remove {file}; if it is a campaign, move the others out of it",
        folder=folder,
        file=file,
    )
    return about_file("MC039", folder, name, say, hint)


def _linked_group(folder: str) -> Diagnostic:
    return about_file(
        "MC001",
        folder,
        None,
        Phrase("{folder} is a link, and a group cannot be one", folder=folder),
        Phrase("move the folder of the group to this place"),
    )


def _no_folder(error: OSError) -> Diagnostic:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        missing = Phrase("{name} is missing", name="campaigns/")
        other = Phrase("campaigns/ is not a folder")
        say = missing if error.errno == errno.ENOENT else other
    else:
        say = Phrase("campaigns/ cannot be read: {reason}", reason=system_reason(error))
    return about_file("MC001", CAMPAIGNS, None, say, Phrase("campaigns are folders in campaigns/"))


def _no_campaign() -> Diagnostic:
    return replace(
        about_file(
            "MC001",
            CAMPAIGNS,
            None,
            Phrase("campaigns/ has no campaign yet"),
            Phrase("a campaign is a folder in campaigns/ with a campaign.yaml"),
        ),
        severity=Severity.INFO,
    )


def readable(name: str) -> str:
    """Return a name of the disk as text."""
    return os.fsencode(name).decode("utf-8", "replace")


def _not_a_name(above: str, folder: str) -> Diagnostic:
    name = readable(folder)
    return about_file(
        "MC010",
        f"{above}/{name}",
        None,
        Phrase("{folder} is not a campaign name", folder=name),
        Phrase(
            "lower-case letters, digits, `.`, `_` and `-`, at most 64; a folder with a leading `_` is not a campaign"
        ),
    )
