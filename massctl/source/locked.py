"""Render a locked campaign again and compare it with its lock: what is sent is what the files render in this run.

The lock and its bodies were reviewed, so they must say exactly the same. A lock that agrees with itself proves nothing:
whoever can commit can compute a digest.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from massctl.model.campaign import CampaignFile
from massctl.model.ids import CampaignName, sha256_of
from massctl.model.lock import (
    RENDERER,
    Cause,
    LockFile,
    changed_sources,
    lock_digest,
    lock_document,
    lock_text,
    path_from_lock,
)
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.settings import Account
from massctl.plan.lock_diff import changed_frame, changed_parts, lock_missing, lock_stale
from massctl.plan.steps import Invalid, Refusal
from massctl.render.inputs import Inputs
from massctl.source.lock_files import DamagedLockError, read_body, read_lock, read_sources, unfit_files
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, RENDERED, SETTINGS, SOURCES_FILE, Repository
from massctl.source.witness import sources_now

_PREFIX: Final = "sha256:"


@dataclass(frozen=True, slots=True)
class LockReader:
    """Compares what a campaign renders with the lock in its folder."""

    repository: Repository
    inputs: Inputs
    name: CampaignName
    file: CampaignFile
    account: Account

    def read(self, render: Callable[[], RenderedCampaign | Invalid]) -> RenderedCampaign | Invalid | Refusal:
        """Render the campaign, and return it where it is exactly what was locked; else say why nothing is sent.

        `Invalid` means that no file was edited since: this massctl refuses what an earlier one rendered.
        """
        try:
            found = read_lock(self.repository, self.name)
            return lock_missing(self.name) if found is None else self._judged(*found, render)
        except DamagedLockError as damaged:
            return lock_stale(self.name, [damaged.what])

    def _judged(
        self, lock: LockFile, document: dict[str, Any], render: Callable[[], RenderedCampaign | Invalid]
    ) -> RenderedCampaign | Invalid | Refusal:
        wrong = self._damage(lock, document)
        edited = self._edited(lock, wrong)
        campaign = render()
        if isinstance(campaign, Invalid):
            wrong += [cause.message for cause in edited]
            return lock_stale(self.name, list(dict.fromkeys(wrong))) if wrong else campaign
        wrong += self._otherwise(lock, campaign, edited)
        due = json.loads(lock_text(lock_document(campaign, lock.renderer)))
        if not wrong and due != document:
            wrong.append(Phrase("{file} was changed by hand", file=LOCK_FILE))
        return lock_stale(self.name, list(dict.fromkeys(wrong))) if wrong else campaign

    def _damage(self, lock: LockFile, document: dict[str, Any]) -> list[Phrase]:
        """Say what of the lock's own files is not as `massctl lock` leaves them."""
        wrong: list[Phrase] = []
        if lock_digest(document) != lock.digest:
            wrong.append(Phrase("{file} was changed by hand", file=LOCK_FILE))
        due = (LOCK_FILE, SOURCES_FILE, *(f"{RENDERED}/{file}" for file in lock.bodies))
        wrong += unfit_files(self.repository.root, self.name, due)
        if lock.account.name != self.file.account:
            wrong.append(Phrase("the account's name"))
        for file, digest in lock.bodies.items():
            body = read_body(self.repository, self.name, file)
            if isinstance(body, Phrase):
                wrong.append(body)
            elif _PREFIX + sha256_of(body) != digest:
                wrong.append(Phrase("{file} was changed by hand", file=f"{RENDERED}/{file}"))
        return wrong

    def _edited(self, lock: LockFile, wrong: list[Phrase]) -> list[Cause]:
        """Find sources that were edited since; what is wrong with the list of them goes into `wrong`."""
        sources = read_sources(self.repository, self.name)
        if sources is None:
            wrong.append(Phrase("{file} is missing", file=SOURCES_FILE))
            return []
        if sources.digest != lock.digest:
            wrong.append(Phrase("{file} belongs to another lock than {lock}", file=SOURCES_FILE, lock=LOCK_FILE))
            return []
        read = {**sources.pictures, **sources.media}
        paths = {f"{CAMPAIGNS}/{path_from_lock(each.path, self.name)}": each.source_sha256 for each in lock.pictures}
        if lock.campaign == self.name and any(read.get(path) != sha256 for path, sha256 in paths.items()):
            wrong.append(Phrase("{file} was changed by hand", file=LOCK_FILE))
        now = sources_now(sources, self.file, self.account, self.repository, self.inputs)
        return changed_sources(sources, now, self.name)

    def _otherwise(self, lock: LockFile, campaign: RenderedCampaign, edited: list[Cause]) -> list[Phrase]:
        """Say in what the files differ from the lock, and first whether they, massctl or the lock was changed."""
        now = LockFile.model_validate(lock_document(campaign, lock.renderer))
        parts = changed_parts(lock, now)
        if edited:
            # What was edited in an article is named by its file; what in the settings, by the part that it decides.
            settings = {SETTINGS, f"{CAMPAIGNS}/{self.name}/campaign.yaml"}
            frame = [part.what for part in changed_frame(lock, now)]
            told = parts if any(cause.path in settings for cause in edited) else frame
            return [*told, *(cause.message for cause in edited)]
        if not parts or lock.audience != now.audience:
            return parts  # A list of openids is no source, and the lock itself names what is in it.
        if lock.renderer != RENDERER:
            say = "{now} renders it differently than {before} did"
            return [Phrase(say, now=RENDERER, before=lock.renderer), *parts]
        return [Phrase("{file} differs from what the files render", file=LOCK_FILE), *parts]
