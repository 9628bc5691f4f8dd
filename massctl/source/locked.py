"""From a lock to the campaign that was approved: every digest checked, no template run.

campaign.yaml is read for what a lock does not hold (reviewers, `same_content`, the title for people), and must agree
with all that it does hold.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from massctl.model.account import Account
from massctl.model.audience import OpenidList
from massctl.model.campaign import CampaignFile
from massctl.model.diagnostic import Diagnostic, Place, Severity
from massctl.model.digest import sha256_of
from massctl.model.handoff import handoff_items
from massctl.model.lock import Around, LockedPicture, LockFile, lock_digest, path_from_lock, restore
from massctl.model.lock_sources import Cause, changed_sources
from massctl.model.locked_message import own_files, whole_pictures
from massctl.model.names import AccountName, AppId, CampaignName, Sha256
from massctl.model.phrase import Phrase, enumerated
from massctl.model.rendered import PICTURE_SCHEME, MediaFile, Picture, Recording, RenderedCampaign
from massctl.plan.locked import as_declared, changed_parts, lock_missing, lock_stale
from massctl.plan.step import Refusal
from massctl.render.audience import find_openids
from massctl.render.campaign import recipients_of
from massctl.render.inputs import Inputs, PicturePurpose
from massctl.source.lock_files import DamagedLockError, read_body, read_lock, read_sources, unfit_files
from massctl.source.lock_use import LockUse
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, RENDERED, SOURCES_FILE, Repository
from massctl.source.witness import sources_now

_PLACEHOLDER: Final = re.compile(re.escape(PICTURE_SCHEME) + r"([0-9a-f]{64})")
_PREFIX: Final = "sha256:"


@dataclass(slots=True)
class LockReader:
    """Reads one campaign's lock against its folder."""

    repository: Repository
    inputs: Inputs
    name: CampaignName
    file: CampaignFile
    account: Account
    source_sha256: Sha256
    use: LockUse
    wrong: list[Phrase] = field(default_factory=list)
    """What differs, in words."""

    def read(self) -> RenderedCampaign | Refusal:
        """Give the campaign exactly as it was locked, or why it cannot be had."""
        try:
            found = read_lock(self.repository, self.name)
            return lock_missing(self.name) if found is None else self._judged(*found)
        except DamagedLockError as damaged:
            return lock_stale(self.name, [damaged.what])

    def _judged(self, lock: LockFile, document: dict[str, Any]) -> RenderedCampaign | Refusal:
        if lock_digest(document) != lock.digest:
            self.wrong.append(Phrase("{file} was changed by hand", file=LOCK_FILE))
        due = (LOCK_FILE, SOURCES_FILE, *(f"{RENDERED}/{file}" for file in lock.bodies))
        self.wrong += unfit_files(self.repository.root, self.name, due)
        if lock.account.name != self.file.account:
            self.wrong.append(Phrase("the account's name"))
        appid = AppId(self.account.appid)
        listed = self._openid_list()
        self.wrong += changed_parts(lock, as_declared(lock, self.name, self.file, appid, listed))
        edited = self._edited(lock)
        bodies = self._bodies(lock)
        files = self._files(lock)
        if not self.wrong:
            self._check_references(lock, bodies, files)
        if self.wrong:
            return lock_stale(self.name, list(dict.fromkeys(self.wrong)))
        around = Around(
            title=self.file.title,
            account=AccountName(self.file.account),
            recipients=recipients_of(self.file.preview),
            same_content_allowed=self.file.send.same_content == "allow",
            source_sha256=self.source_sha256,
            card_ext=self.file.wxcard.card_ext if self.file.wxcard else None,
            diagnostics=(self._warning(edited),) if edited else (),
            handoff=handoff_items(self.file.handoff),
        )
        campaign = restore(lock, bodies, files, around)
        if campaign.digest != lock.digest:
            # Only a lock that no massctl wrote says the same thing in two ways.
            return lock_stale(self.name, [Phrase("{file} was changed by hand", file=LOCK_FILE)])
        # A lock names the whole list; how its batches are named only the list itself says.
        return replace(campaign, openid_list=listed)

    def _edited(self, lock: LockFile) -> list[Cause]:
        """Find sources that were edited since; what may not be edited goes into `wrong`."""
        sources = read_sources(self.repository, self.name)
        if sources is None:
            if self.use is LockUse.REQUIRED:
                self.wrong.append(Phrase("{file} is missing", file=SOURCES_FILE))
            return []
        if sources.digest != lock.digest:
            self.wrong.append(Phrase("{file} belongs to another lock than {lock}", file=SOURCES_FILE, lock=LOCK_FILE))
            return []
        read = {**sources.pictures, **sources.media}
        if any(read.get(self._path(each)) != each.source_sha256 for each in lock.pictures):
            self.wrong.append(Phrase("{file} was changed by hand", file=LOCK_FILE))
        now = sources_now(sources, self.file, self.account, self.repository, self.inputs)
        causes = changed_sources(sources, now, self.name)
        own = [cause for cause in causes if cause.path == f"{CAMPAIGNS}/{self.name}/campaign.yaml"]
        # What campaign.yaml says plainly was compared part by part; this finds what only a template could tell.
        binding = causes if self.use is LockUse.REQUIRED else [] if self.wrong else own
        self.wrong += [cause.message for cause in binding]
        return causes

    def _warning(self, edited: list[Cause]) -> Diagnostic:
        what = enumerated([cause.message for cause in edited])
        say = Phrase("edited since it was locked ({what}); what is sent is what was locked", what=what)
        hint = Phrase("if the edit shall go out, lock it anew: massctl lock {name}", name=self.name)
        place = Place(edited[0].path) if edited[0].path else None
        return Diagnostic("MC405", Severity.WARNING, say, place, hint, self.name)

    def _bodies(self, lock: LockFile) -> list[str]:
        found: list[str] = []
        for file, digest in lock.bodies.items():
            body = read_body(self.repository, self.name, file)
            if isinstance(body, Phrase):
                self.wrong.append(body)
            elif _PREFIX + sha256_of(body) != digest or (text := _decoded(body)) is None:
                self.wrong.append(Phrase("{file} was changed by hand", file=f"{RENDERED}/{file}"))
            else:
                found.append(text)
        return found

    def _openid_list(self) -> OpenidList | None:
        """Read the list of openids as it is now; one with faults is not what was locked."""
        written = self.file.audience.openids
        return find_openids(written, self.name, self.inputs).openid_list if written is not None else None

    def _path(self, picture: LockedPicture) -> str:
        return f"{CAMPAIGNS}/{path_from_lock(picture.path, self.name)}"

    def _files(self, lock: LockFile) -> list[MediaFile]:
        """Convert the locked pictures from their files, and take each file only where the locked bytes come out."""
        whole = whole_pictures(lock.message)
        found: list[MediaFile] = []
        for locked in lock.pictures:
            path = path_from_lock(locked.path, self.name)
            if locked.purpose in ("voice", "video"):
                found += self._recordings(locked, path)
                continue
            use: PicturePurpose = "cover" if locked.purpose == "material" and locked.sha256 in whole else "inline"
            picture = self.inputs.picture(path, use)
            if not isinstance(picture, Picture):
                self.wrong.append(Phrase("picture {path}", path=f"{CAMPAIGNS}/{path}"))
            elif not _is_locked(picture, locked):
                same_file = _PREFIX + picture.source_sha256 == locked.source_sha256
                self.wrong.append(
                    Phrase(
                        "picture {path} is converted to other bytes by this massctl" if same_file else "picture {path}",
                        path=f"{CAMPAIGNS}/{path}",
                    )
                )
            else:
                found.append(picture)
        return found

    def _recordings(self, locked: LockedPicture, path: str) -> list[Recording]:
        """Give a locked sound or video where its file is what was locked."""
        found = self.inputs.recording(path, "voice" if locked.purpose == "voice" else "video")
        if isinstance(found, Recording) and _is_locked(found, locked):
            return [found]
        self.wrong.append(Phrase("media file {path}", path=f"{CAMPAIGNS}/{path}"))
        return []

    def _check_references(self, lock: LockFile, bodies: list[str], files: Sequence[MediaFile]) -> None:
        """Refuse a body or message that names a file which the lock does not list."""
        known = {each.sha256 for each in files}
        materials = {_PREFIX + each.sha256 for each in files if each.purpose.is_material}
        named = {sha256 for body in bodies for sha256 in _PLACEHOLDER.findall(body)}
        if not (named <= known and own_files(lock.message) <= materials):
            self.wrong.append(Phrase("{file} does not list every picture", file=LOCK_FILE))


def _is_locked(file: MediaFile, locked: LockedPicture) -> bool:
    found = (_PREFIX + file.sha256, file.purpose.value, file.size_bytes)
    return found == (locked.sha256, locked.purpose, locked.size_bytes)


def _decoded(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None
