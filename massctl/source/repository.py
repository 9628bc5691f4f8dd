"""The campaign repository on disk, read so that nothing outside of it is ever opened.

A path is resolved first, must lie inside, and is then opened folder by folder without following any link,
so that a link put there in between is an error and not a way out. Only regular files are read, each up to
a limit, and what is read is what was checked: the open file itself.
"""

import errno
import hashlib
import os
import re
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import Final

from massctl import system
from massctl.errors import LedgerUnreachableError, MassctlError
from massctl.git import Git
from massctl.model.audience import AUDIENCES
from massctl.model.diagnostics import Lines
from massctl.model.ids import (
    CAMPAIGN_FILE,
    CAMPAIGNS,
    LOCK_FILE,
    AccountName,
    CampaignName,
    Folder,
    Sha256,
    sha256_of,
)
from massctl.model.inputs import CHANGED, MISSING
from massctl.model.phrase import Phrase, system_reason
from massctl.source.groups import (
    MISTAKEN_NAMES,
    RENAME_ONE,
    CampaignFolders,
    campaign_folders,
    case_twins,
    differ,
    readable,
)
from massctl.source.remark_blocks import without_remarks
from massctl.source.text import YAML_BYTES_MAX, decode


def _meant(folder: Path, name: str) -> str | None:
    """Return the entry of `folder` that is called `name`, or nearly so."""
    try:
        if folder.is_symlink():
            return None
        entries = sorted(os.listdir(folder))
    except OSError:
        return None
    if name in entries:
        return name
    meant = _plain(name)
    return next((entry for entry in entries if _plain(entry) == meant), None) or _near(
        name, entries
    )


def _near(name: str, entries: list[str]) -> str | None:
    """Return the entry that has this name with other endings, or nearly this name with the same ones."""
    if name == CAMPAIGN_FILE:
        return None
    stem, dot, ending = name.partition(".")
    stems = {
        entry.partition(".")[0]: entry for entry in reversed(entries) if not entry.startswith(".")
    }
    if stem in stems:
        return stems[stem]
    alike = [each for each, entry in stems.items() if entry == f"{each}{dot}{ending}"]
    return next((stems[each] for each in get_close_matches(stem, alike, 1)), None)


def is_misspelt(given: str, real: str) -> bool:
    """Return whether a path is another one by its case, on a system that takes one for the other."""
    return given != real and os.path.normcase(given) == os.path.normcase(real)


def _plain(name: str) -> str:
    folded = name.casefold()
    return MISTAKEN_NAMES.get(folded, folded)


SETTINGS = "massctl.yaml"
TAGS_FILE = "massctl.tags.json"
SANDBOX_TAGS_FILE = f".massctl/sandbox/{TAGS_FILE}"
"""Holds the tags of the sandbox's accounts."""
ROOT_FILES = (SETTINGS, TAGS_FILE)
"""All of a commit that is read beside `campaigns/` and `accounts/`."""
ACCOUNTS = "accounts"
"""The folder of account files, each of which is one account of massctl.yaml."""
SETTINGS_PATHS = (SETTINGS, ACCOUNTS)
"""All that the settings are read from."""
ACCOUNT_FILES_MAX = 1_000
_ACCOUNT_ENDING = ".yaml"
_ACCOUNT_LIKE = (".yaml", ".yml")
_BESIDE = frozenset({*ROOT_FILES, SANDBOX_TAGS_FILE})
SHARED_FOLDER = f"{CAMPAIGNS}/_shared"
"""What all campaigns share."""
LOCK_BYTES_MAX = 4 * 1024 * 1024
"""Far above what eight articles and their pictures need."""
TEXT_BYTES_MAX = 4 * 1024 * 1024
"""Of a template: a body that WeChat takes has at most 1 MB (draft/add, read 2026-10); four times that is not a body."""
FILE_BYTES_MAX = 1024 * 1024 * 1024
"""Of any file; each kind of file has its own bound far below."""
_OVER = "over"
"""What was at a path: a file larger than so many bytes."""
_CHUNK_BYTES = 1024 * 1024
TEXT_SHOWS_WITHIN = 8000
"""A file without a zero among so many first bytes is a text, for git too (buffer_is_binary)."""
_KNOWN_TO_GIT = re.compile(r"PATH|HOME|XDG_CONFIG_HOME|GIT_CONFIG\w*|GIT_CEILING_DIRECTORIES")
_CAMPAIGN_FILE = os.fsencode(CAMPAIGN_FILE)
_WRITTEN_BY_US = tuple(os.fsencode(name) for name in (LOCK_FILE,))


class UnreadableError(MassctlError):
    """Report that a file cannot be read; `code` is the diagnostic's: MC001, MC002, MC003, MC022, MC034."""

    def __init__(self, code: str, path: str, message: Phrase, hint: Phrase | None = None) -> None:
        super().__init__(message)
        self.is_missing = False
        """True: there is no such file."""
        self.near: Phrase | None = None
        """Of a missing file: which one may be meant, where there is one."""
        self.line: int | None = None
        """Line of the fault, from 1, where it is a fault of the text; `column` counts code points from 1."""
        self.column: int | None = None
        self.code = code
        self.path = path
        """Path from the repository's root."""
        self.message = message
        self.hint: Phrase | None = hint  # type: ignore[assignment]


class _Judging(threading.local):
    """What a thread reads for one campaign, while it is made."""

    paths: set[str] | None = None


class Repository:
    """Reads below `root`; paths are relative to it and written with `/`."""

    def __init__(
        self,
        root: Path,
        *,
        sandbox: bool = False,
        folders: CampaignFolders | None = None,
    ) -> None:
        """Repository at `root`; `folders` are what is in its campaigns/, where somebody looked before."""
        self.root: Final = root
        self._given_folders: Final = folders
        self._kept: dict[str, bytes | UnreadableError] = {}
        self.tags_files: Final = (SANDBOX_TAGS_FILE, TAGS_FILE) if sandbox else (TAGS_FILE,)
        """What is known of tags; of an account only the first file that has it counts."""
        self._found: dict[str, str] = {}
        """Path -> what `JudgedInputs` says was there, for every file that was read or tried."""
        self._judging: Final = _Judging()

    def renewed(self) -> "Repository":
        """Return the same repository for another pass, which knows nothing of the files yet."""
        return Repository(self.root, sandbox=SANDBOX_TAGS_FILE in self.tags_files)

    @contextmanager
    def judging(self) -> Iterator[dict[str, str]]:
        """Collect what this thread reads for one campaign: path -> what was there, as in `JudgedInputs.files`.

        The dictionary is filled at the end.
        """
        collected: dict[str, str] = {}
        paths = self._judging.paths = set[str]()
        try:
            yield collected
        finally:
            collected |= {path: self._found[path] for path in paths}
            self._judging.paths = None

    def reused(self, path: str) -> None:
        """Note that what was read from `path` before makes this campaign too."""
        if self._judging.paths is not None and path in self._found:
            self._judging.paths.add(path)

    def found(self, path: str) -> str | None:
        """Return what a path held when it was read, as `JudgedInputs.files` has it; None if it was not read."""
        return self._found.get(path)

    def _note(self, path: str, found: str) -> None:
        """Note what was at a path; two different things make it CHANGED."""
        self._found[path] = found if self._found.get(path, found) == found else CHANGED
        if path.startswith(f"{CAMPAIGNS}/"):
            self.reused(path)

    def changed_since(self, files: Mapping[str, str]) -> str | None:
        """Return the first path of `JudgedInputs.files` that does not hold now what it held; None if all do."""
        now = Repository(self.root)  # What was read before says nothing of now.
        return next(
            (path for path, found in sorted(files.items()) if now._found_now(path, found) != found),
            None,
        )

    def _found_now(self, path: str, before: str) -> str | None:
        if before == CHANGED:
            return None
        kind, _, limit = before.partition(" ")
        try:
            for _piece in self.pieces(path, int(limit) if kind == _OVER else FILE_BYTES_MAX):
                pass
        except UnreadableError:
            pass  # What kept it from being read is what was found.
        return self._found[path]

    @cached_property
    def campaign_folders(self) -> CampaignFolders:
        """The campaigns, as they were found first in this pass."""
        return self._given_folders or campaign_folders(self.root)

    def holds_defaults(self, path: str) -> bool:
        """Return whether there is a `_defaults.yaml` at a path; its absence is an input of the campaign."""
        if path in self.campaign_folders.defaults:
            return True
        self._note(path, MISSING)
        return False

    def read_once(self, path: str, limit: int) -> bytes:
        """Read a file that many campaigns are made of, once in this pass; raise UnreadableError."""
        if path not in self._kept:
            try:
                self._kept[path] = self.read_bytes(path, limit)
            except UnreadableError as error:
                self._kept[path] = error
        self.reused(path)
        found = self._kept[path]
        if isinstance(found, UnreadableError):
            raise found
        return found

    def folder(self, name: str) -> Folder:
        """Return a campaign's folder, from the root."""
        return self.campaign_folders.folder(name)

    def as_written(self, path: str) -> str:
        """Return a `path` from the root as a campaign writes it: from its own folder, or `_shared/…`."""
        if not path.startswith(f"{CAMPAIGNS}/"):
            return path
        folders = (*self.campaign_folders.folders.values(), CAMPAIGNS)
        own = next(each for each in folders if path.startswith(f"{each}/"))
        return path.removeprefix(f"{own}/")

    def missing_hint(self, path: str) -> Phrase | None:
        """Suggest which file near `path` is meant; does not follow links."""
        first, *parts = PurePosixPath(path).parts
        # The child that renders may not list the root.
        found: list[str] = [first] if parts and os.path.lexists(self.root / first) else []
        for part in parts if found else [first, *parts]:
            name = _meant(self.root.joinpath(*found), part)
            if name is None:
                return None
            found.append(name)
        near = "/".join(found)
        if near == path:
            return None
        if near.casefold() != path.casefold() and found[-1] not in MISTAKEN_NAMES:
            return Phrase("did you mean {key}?", key=self.as_written(near))
        if found[-1] != CAMPAIGN_FILE and path.endswith("/" + CAMPAIGN_FILE):
            return Phrase("rename {found} to {name}", found=found[-1], name=CAMPAIGN_FILE)
        return Phrase("case differs: {path}", path=self.as_written(near))

    def account_files(self) -> tuple[str, ...]:
        """Return the paths of the account files, sorted; raise UnreadableError where they cannot be listed."""
        folder = self.root / ACCOUNTS
        try:
            if folder.is_symlink():
                raise _outside(ACCOUNTS)
            found = sorted(os.listdir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise self._unreadable(ACCOUNTS, error) from None
        files = [each for each in found if is_account_file(f"{ACCOUNTS}/{each}")]
        for each in found:
            if each not in files and each.lower().endswith(_ACCOUNT_LIKE) and each[0] != ".":
                name = each.rpartition(".")[0].lower() + _ACCOUNT_ENDING
                say = Phrase("the name of an account's file ends with .yaml, in small letters")
                hint = Phrase("rename {found} to {name}", found=each, name=name)
                raise UnreadableError("MC001", f"{ACCOUNTS}/{each}", say, hint)
        if len(files) > ACCOUNT_FILES_MAX:
            say = Phrase("more than {count} files in one folder", count=ACCOUNT_FILES_MAX)
            raise UnreadableError("MC009", ACCOUNTS, say, Phrase("take some out"))
        return tuple(f"{ACCOUNTS}/{each}" for each in files)

    def audience_files(self) -> tuple[str, ...]:
        """Return the names of everything in audiences/, sorted; raise UnreadableError where it cannot be listed."""
        folder = self.root / AUDIENCES
        try:
            if folder.is_symlink():
                raise _outside(AUDIENCES, AUDIENCES)
            return tuple(sorted(os.listdir(folder)))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise self._unreadable(AUDIENCES, error) from None

    def is_in_git(self, path: str) -> bool:
        """Return whether git tracks a path from the root, or would add it."""
        return bool(self._ls_files(path))

    def own_themes(self) -> tuple[str, ...]:
        """Name the repository's own themes; none if their folder cannot be read."""
        try:
            entries = os.listdir(self.root / SHARED_FOLDER / "themes")
        except OSError:
            return ()
        return tuple(sorted(each.removesuffix(".css") for each in entries if each.endswith(".css")))

    def read_bytes(self, path: str, limit: int) -> bytes:
        """Read a whole file of at most `limit` bytes; raise UnreadableError."""
        return b"".join(self.pieces(path, limit))

    def lock_bytes(self, name: CampaignName) -> bytes | None:
        """Read the bytes of a campaign's lock; None without one. Raises UnreadableError."""
        path = f"{self.folder(name)}/{LOCK_FILE}"
        try:
            return self.read_bytes(path, LOCK_BYTES_MAX)
        except UnreadableError as error:
            if error.code == "MC001" and not os.path.lexists(self.root / path):
                return None
            raise

    def is_locked(self, name: CampaignName) -> bool:
        """Return whether a campaign has a lock, readable or not."""
        try:
            return self.lock_bytes(name) is not None
        except UnreadableError:
            return True

    def pieces(self, path: str, limit: int) -> Iterator[bytes]:
        """Read a file of at most `limit` bytes piece by piece; raise UnreadableError, at the first piece or later."""
        read = hashlib.sha256()
        try:
            with self._opened(path) as descriptor:
                for piece in _bounded(descriptor, path, limit):
                    read.update(piece)
                    yield piece
        except UnreadableError as error:
            self._note(path, _why_unread(error, limit))
            raise
        self._note(path, read.hexdigest())

    def read_text(self, path: str) -> str:
        """Read a UTF-8 file of at most TEXT_BYTES_MAX, without a byte order mark; raise UnreadableError."""
        text, fault = decode(self.read_bytes(path, TEXT_BYTES_MAX))
        if fault is not None:
            unreadable = UnreadableError(fault.code, path, fault.message, fault.hint)
            unreadable.line, unreadable.column = Lines(text).at(fault.start)
            raise unreadable
        return text

    def folder_digest(self, name: CampaignName) -> Sha256:
        """Name the content of a campaign's own folder, so that every checkout of a commit gives the same name.

        SHA-256 over the sorted paths of the files that git would track, each with the SHA-256 of its content; in a text
        every CRLF counts as LF, and a link is the text of its target. Series and findings in campaign.yaml, which may
        be written after the send, count for nothing. What git ignores, what massctl writes there
        and what editors leave behind (`.x`, `x~`) count for nothing. Where git says nothing of the folder, all its
        files stand for those that git would track. Raises UnreadableError.
        """
        return folder_digest_of(self.contents_of(self.folder(name)))

    def contents_of(self, folder: Folder) -> dict[bytes, bytes]:
        """Name the content of each file that counts in a campaign's folder, by its path. Raises UnreadableError."""
        found: dict[bytes, bytes] = {}
        for path in self._content(folder):
            whole = f"{folder}/{os.fsdecode(path)}"
            try:
                is_declared = path == _CAMPAIGN_FILE
                content = _content_sha256(f"{self.root}/{whole}", is_campaign_file=is_declared)
            except OSError as error:
                raise self._unreadable(whole, error) from None
            if content is not None:
                found[path] = content
        return found

    def require_one_case(self, folder: str) -> None:
        """Refuse files below a campaign's or the shared folder whose names differ only by case; raise UnreadableError.

        A checkout on macOS or Windows holds one of them, so it would be another campaign there.
        """
        paths = [PurePosixPath(os.fsdecode(path)) for path in self._content(folder)]
        written = {str(each) for path in paths for each in (path, *path.parents[:-1])}
        for one, other in sorted(case_twins(sorted(written)).items()):
            # git also knows the old name of a file that was renamed and not yet committed.
            if all(_is_there(self.root / folder / each) for each in (one, other)):
                say = differ(readable(one), readable(other))
                raise UnreadableError("MC034", f"{folder}/{readable(one)}", say, RENAME_ONE)

    def _content(self, folder: str) -> list[bytes]:
        """Return the paths of the files that are a folder's content, in order."""
        found = self._trackable.get(folder) or self._files_below(folder)
        return sorted(path for path in found if _counts(path))

    @cached_property
    def _trackable(self) -> dict[str, list[bytes]]:
        """Return the files that git tracks or would add, by campaign, each by its path from the campaign's folder."""
        folders = {SHARED_FOLDER, *self.campaign_folders.folders.values()}
        found: dict[str, list[bytes]] = {each: [] for each in folders}
        for path in self._ls_files(CAMPAIGNS):
            parts = path.split(b"/")
            for end in range(2, len(parts)):
                folder = os.fsdecode(b"/".join(parts[:end]))
                if folder in found:
                    found[folder].append(b"/".join(parts[end:]))
                    break
        return found

    @property
    def git(self) -> Git:
        """Git in this folder, which needs no secret of ours and asks no network for what a clone left out."""
        known = {name: value for name, value in os.environ.items() if _KNOWN_TO_GIT.fullmatch(name)}
        return Git(self.root, {**known, "GIT_NO_LAZY_FETCH": "1"})

    def _ls_files(self, path: str) -> set[bytes]:
        """Ask git for the files at or below a path that it tracks or would add; none without git."""
        try:
            said = self.git.run(
                "ls-files", "-z", "-co", "--exclude-standard", "--", f":(literal){path}"
            )
        except LedgerUnreachableError:
            return set()
        return {each for each in said.out.split(b"\0") if each} if said.done else set()

    def _files_below(self, folder: str) -> Iterator[bytes]:
        """Return every file and link of a folder of campaigns/, by its path from there."""
        waiting = [b""]
        top = os.fsencode(f"{self.root}/{folder}/")
        while waiting:
            here = waiting.pop()
            try:
                with os.scandir(top + here) as entries:
                    found = [
                        (here + entry.name, entry.is_dir(follow_symlinks=False))
                        for entry in entries
                    ]
            except OSError as error:
                place = f"{folder}/{os.fsdecode(here)}".rstrip("/")
                raise self._unreadable(place, error) from None
            waiting += [path + b"/" for path, is_folder in found if is_folder and _counts(path)]
            yield from (path for path, is_folder in found if not is_folder)

    @contextmanager
    def _opened(self, path: str) -> Iterator[int]:
        """Open a regular file inside the repository for reading; raise UnreadableError."""
        try:
            descriptor = self._open(path)
        except (OSError, ValueError) as error:
            unreadable = self._unreadable(path, error)
            if unreadable.is_missing:
                unreadable.near = self.missing_hint(path)
                unreadable.hint = unreadable.near or unreadable.hint
            raise unreadable from None
        try:
            yield descriptor
        except OSError as error:
            raise self._unreadable(path, error) from None
        finally:
            os.close(descriptor)

    def _open(self, path: str) -> int:
        real_root, parts = self._resolved(path)
        # Opening a device can have effects, so check its kind before and after.
        descriptor = system.open_below(
            real_root, parts, lambda found: self._require_regular(found, path)
        )
        try:
            self._require_regular(os.fstat(descriptor), path)
        except UnreadableError:
            os.close(descriptor)
            raise
        return descriptor

    def _resolved(self, path: str) -> tuple[str, tuple[str, ...]]:
        """Return the real root and the parts of the real path below it; out of the fence is an error."""
        pure = PurePosixPath(path)
        if (
            pure.is_absolute()
            or ".." in pure.parts
            or "\\" in path
            or "\0" in path
            or not pure.parts
        ):
            raise _outside(path)
        real_root = os.path.realpath(self.root)
        try:
            real = os.path.realpath(os.path.join(real_root, *pure.parts), strict=True)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            raise UnreadableError(
                "MC001",
                path,
                Phrase("{name} is a link that leads back to itself", name=self.as_written(path)),
                Phrase("replace the link by the file itself"),
            ) from None
        if is_misspelt(os.path.join(real_root, *pure.parts), real):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        of_audiences = pure.parts[0] == AUDIENCES
        folder = AUDIENCES if of_audiences else ACCOUNTS if is_account_file(path) else CAMPAIGNS
        fence = real_root if path in _BESIDE else os.path.join(real_root, folder)
        if pure.parts[0] != folder and path not in _BESIDE:
            raise _outside(path)
        if os.path.commonpath([real, fence]) != fence or real == fence:
            raise _outside(path, folder)
        return real_root, PurePath(os.path.relpath(real, real_root)).parts

    def _require_regular(self, status: os.stat_result, path: str) -> None:
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableError(
                "MC001",
                path,
                Phrase("{name} is a folder", name=self.as_written(path)),
                _NAME_A_FILE,
            )
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("MC001", path, Phrase("this is not a regular file"), _NAME_A_FILE)

    def _unreadable(self, path: str, error: Exception) -> UnreadableError:
        if isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.ENOTDIR):
            say = Phrase("{name} is missing", name=self.as_written(path))
            hint = Phrase("add the file, or correct its name")
            missing = UnreadableError("MC001", path, say, hint)
            missing.is_missing = True
            return missing
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            return _outside(path)
        reason = system_reason(error) if isinstance(error, OSError) else type(error).__name__
        return UnreadableError(
            "MC001",
            path,
            Phrase("the file cannot be read: {reason}", reason=reason),
            Phrase("check its permissions: ls -l"),
        )


class EditedRepository(Repository):
    """A repository as it would be with some files changed; on disk nothing changes."""

    def __init__(
        self,
        root: Path,
        edited: Mapping[str, bytes],
        *,
        sandbox: bool = False,
        folders: CampaignFolders | None = None,
    ) -> None:
        super().__init__(root, sandbox=sandbox, folders=folders)
        self.edited: Final = edited

    def renewed(self) -> "EditedRepository":
        """Return the same repository for another pass, with the same edits."""
        sandbox = SANDBOX_TAGS_FILE in self.tags_files
        return EditedRepository(self.root, self.edited, sandbox=sandbox)

    def pieces(self, path: str, limit: int) -> Iterator[bytes]:
        """Read a file as edited, or as it is on disk."""
        known = self.edited.get(path)
        return super().pieces(path, limit) if known is None else iter([known])


def is_settings(path: str) -> bool:
    """Return whether a path from the repository's root is one that settings are read from, or below one."""
    return path.partition("/")[0] in SETTINGS_PATHS


def is_account_file(path: str) -> bool:
    """Return whether a path from the repository's root is one of an account file."""
    folder, _, name = path.partition("/")
    is_name = name.isprintable() and "/" not in name and not name.startswith(".")
    return folder == ACCOUNTS and is_name and name.endswith(_ACCOUNT_ENDING)


def account_of(path: str) -> AccountName:
    """Return the account that an account file is about: its name without the ending."""
    return AccountName(path.removeprefix(f"{ACCOUNTS}/").removesuffix(_ACCOUNT_ENDING))


def folder_digest_of(contents: Mapping[bytes, bytes], campaign_file: bytes | None = None) -> Sha256:
    """Name a folder by the contents of its files; `campaign_file` is what counts as its campaign.yaml, if not the file.

    A cell of a matrix is named by what the file says of it, so that another cell changes nothing.
    """
    found = dict(contents)
    if campaign_file is not None:
        found[os.fsencode(CAMPAIGN_FILE)] = sha256_of(campaign_file).encode()
    digest = hashlib.sha256()
    for path, content in sorted(found.items()):
        digest.update(b"%s\0%s\n" % (path, content))
    return Sha256(digest.hexdigest())


def _counts(path: bytes) -> bool:
    """Return whether a file of a campaign's folder is its content: no lock of ours, and nothing that an editor left."""
    parts = path.split(b"/")
    return parts[0] not in _WRITTEN_BY_US and not any(
        part.startswith(b".") or part.endswith(b"~") for part in parts
    )


def _content_sha256(path: str, *, is_campaign_file: bool = False) -> bytes | None:
    """Name a file's content, in a text with LF for CRLF; None if there is no file. Raises OSError.

    What a campaign.yaml says about its send is no content.
    """
    try:
        descriptor = os.open(path, system.LOOK_FLAGS)
    except FileNotFoundError:
        return None  # It is tracked, and was deleted here.
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        return hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest().encode()
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        digest = hashlib.sha256()
        size = YAML_BYTES_MAX if is_campaign_file else _CHUNK_BYTES
        piece = os.read(descriptor, size)
        held = b""
        is_text = b"\0" not in piece[:TEXT_SHOWS_WITHIN]
        if is_campaign_file and is_text and len(piece) < size:
            piece = without_remarks(piece)
        while piece:
            if is_text:
                piece = held + piece
                held = b"\r" if piece.endswith(b"\r") else b""
                piece = piece.removesuffix(held).replace(b"\r\n", b"\n")
            digest.update(piece)
            piece = os.read(descriptor, _CHUNK_BYTES)
        digest.update(held)
    finally:
        os.close(descriptor)
    return digest.hexdigest().encode()


def _bounded(descriptor: int, path: str, limit: int) -> Iterator[bytes]:
    """Read an open file of at most `limit` bytes piece by piece; raise UnreadableError."""
    say = Phrase("the file is larger than {limit} bytes, so massctl did not read it", limit=limit)
    too_large = UnreadableError("MC002", path, say, Phrase("make the file smaller, or split it"))
    if os.fstat(descriptor).st_size > limit:
        raise too_large
    left = limit + 1  # one more, since the file may grow while it is read
    while left and (piece := os.read(descriptor, min(left, _CHUNK_BYTES))):
        left -= len(piece)
        if not left:
            raise too_large
        yield piece


def _why_unread(error: UnreadableError, limit: int) -> str:
    """Return what was at a path that was not read, as `JudgedInputs` has it."""
    if error.is_missing:
        return MISSING
    return f"{_OVER} {limit}" if error.code == "MC002" else error.code


_NAME_A_FILE = Phrase("replace it by an ordinary file")


def _outside(path: str, folder: str = CAMPAIGNS) -> UnreadableError:
    return UnreadableError(
        "MC022",
        path,
        Phrase(
            "this path leads outside the {folder} folder, so massctl did not read it",
            folder=folder,
        ),
        Phrase("copy the file into the campaign, or into campaigns/_shared"),
    )


def _is_there(path: Path) -> bool:
    """Return whether a file or folder is there under exactly this name."""
    try:
        return path.name in os.listdir(path.parent)
    except OSError:
        return False
