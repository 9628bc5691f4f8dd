"""What the repository declares, with what an earlier plan made of it where nothing that it was made from changed.

A campaign that went out is looked at from outside (`massctl.source.marks`): it cannot be sent, so the worst of a
missed edit is a missed warning. A campaign that may be sent is believed only after every file that it was made from
was read again and has the same digest; it saves parsing, templates and pictures, not the reading.

For verbs that write and send nothing. Nothing that went through here may reach `apply`.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from massctl.model.ids import AppId, CampaignName
from massctl.model.message import RenderedCampaign, Window
from massctl.model.state import State, is_concluded
from massctl.plan.steps import Concluded, Desired, NotLocked
from massctl.source.desired import Desires, Workbench
from massctl.source.kept_recipients import recipients_document, recipients_from
from massctl.source.marks import Marks, can_be_marked, has_marks, marks_document, marks_from, marks_of
from massctl.source.noting import NotingRepository, outcome_of
from massctl.source.plain_values import from_plain, to_plain
from massctl.source.repository import CAMPAIGNS, UnreadableError

KEPT_CHARACTERS_MAX: Final = 2_000_000
"""A campaign that is larger than this, as JSON, is made anew every time: what all keep is read in one go."""
_NOT_OURS: Final = (LookupError, TypeError, ValueError, AttributeError, RecursionError, UnreadableError)
"""What reading a document may raise that says something else than we would have written, or that holds no more."""
Kept = dict[str, dict[str, Any]]
"""What is remembered, by campaign."""


class RememberingDesires(Desires):
    """Reads what the repository declares; `kept` is what was remembered, and what is to be remembered afterwards."""

    def __init__(self, workbench: Workbench, state: State, kept: Kept, *, locked: bool) -> None:
        super().__init__(workbench, state, locked=locked)
        self.kept = kept
        self.changed = False
        """Whether `kept` is other than it was."""
        self._by_marks = can_be_marked(workbench.repository.root)
        self._forget({*kept} - {*self._folders.names})

    def recalled(self, names: Iterable[str]) -> list[Desired]:
        """Give what is remembered of `names` and still holds, without reading the others."""
        found = [(name, self.kept.get(name)) for name in names]
        return [each for name, kept in found if kept and (each := self._recalled(CampaignName(name), kept))]

    def _one(self, name: CampaignName) -> Desired:
        kept = self.kept.get(name)
        if kept is not None:
            found = self._recalled(name, kept)
            if found is not None:
                return found
        return self._made(name)

    def _recalled(self, name: CampaignName, kept: dict[str, Any]) -> Desired | None:
        """Give what is remembered of a campaign, where it still holds."""
        try:
            if "marks" in kept:
                return self._concluded(name, kept) if self._by_marks else None
            return self._open(name, kept)
        except _NOT_OURS:
            return None  # Whoever reads it anew says what is wrong.

    def _concluded(self, name: CampaignName, kept: dict[str, Any]) -> Desired | None:
        title, account, edition, opens, closes, source = kept["concluded"]
        if not is_concluded(self._state.record(name, edition)):
            return None
        if not has_marks(self._workbench.repository.root, name, marks_from(kept["marks"])):
            return None
        appid = AppId(self._workbench.settings.accounts[account].appid)
        # There may be thousands of them, so what is written of a window is as plain as can be.
        window = Window(datetime.fromisoformat(opens), datetime.fromisoformat(closes)) if opens else None
        return Concluded(name, title, account, appid, edition, window, source)

    def _open(self, name: CampaignName, kept: dict[str, Any]) -> Desired | None:
        repository = self._workbench.repository
        if kept["locked"] != self._is_locked or kept["source"] != repository.folder_digest(name):
            return None
        if any(outcome_of(repository, path, limit) != outcome for path, limit, outcome in kept["reads"]):
            return None
        found = from_plain(kept["desired"])
        if is_concluded(self._state.record(name, found.edition)):
            return None
        if isinstance(found, RenderedCampaign):
            return replace(found, recipients=recipients_from(kept["recipients"], self._campaign_yaml(name, kept)))
        return found if isinstance(found, NotLocked) else None

    def _made(self, name: CampaignName) -> Desired:
        """Read a campaign anew, and remember what came of it."""
        workbench = self._workbench
        noting = NotingRepository(workbench.repository.root)
        marks = marks_of(noting.root, name) if self._by_marks else None
        # A workbench of its own: a picture that another campaign showed already would be handed out unread.
        self._workbench = Workbench(noting, workbench.settings, workbench.cache, self._state)
        try:
            found = super()._one(name)
            asked_ledger = self._workbench.asked_ledger
        finally:
            self._workbench = workbench
        # Files prove nothing about what the ledger said.
        self._keep(name, None if asked_ledger else self._document(name, found, noting, marks))
        return found

    def _document(
        self, name: CampaignName, found: Desired, noting: NotingRepository, marks: Marks | None
    ) -> dict[str, Any] | None:
        """Write what came of a campaign; None where it is not to be remembered."""
        # It may have been edited in this moment, or hold something that would not come back as it was.
        with suppress(*_NOT_OURS):
            if isinstance(found, Concluded) and marks is not None:
                return {"marks": marks_document(marks), "concluded": _concluded_document(found)}
            if isinstance(found, RenderedCampaign | NotLocked) and noting.steady:
                return self._open_document(name, found, noting)
        return None

    def _open_document(
        self, name: CampaignName, found: RenderedCampaign | NotLocked, noting: NotingRepository
    ) -> dict[str, Any] | None:
        document: dict[str, Any] = {"locked": self._is_locked, "reads": noting.notes}
        openids: list[str] = []
        if isinstance(found, RenderedCampaign):
            document["source"] = found.source_sha256
            yaml = self._campaign_yaml(name, document)
            document["recipients"] = recipients_document(found.recipients, yaml)
            openids = [recipient.name for recipient in found.recipients if recipient.kind == "touser"]
            if document["recipients"] is None:
                return None
            found = replace(found, recipients=())
        else:
            document["source"] = noting.folder_digest(name)
        document["desired"] = to_plain(found)
        text = json.dumps(document, ensure_ascii=False)
        # An excerpt of campaign.yaml may show one; it is then made anew every time.
        told = any(openid in text for openid in openids)
        return None if told or len(text) > KEPT_CHARACTERS_MAX else document

    def _campaign_yaml(self, name: CampaignName, kept: dict[str, Any]) -> bytes:
        """Read campaign.yaml, and only the one that was noted; raises ValueError for another."""
        path = f"{CAMPAIGNS}/{name}/campaign.yaml"
        limit, outcome = {noted: (limit, outcome) for noted, limit, outcome in kept["reads"]}[path]
        noting = NotingRepository(self._workbench.repository.root)
        data = noting.read_bytes(path, limit)
        if noting.notes != [(path, limit, outcome)]:
            raise ValueError("changed")
        return data

    def _keep(self, name: CampaignName, document: dict[str, Any] | None) -> None:
        if document is not None:
            self.kept[name] = document
            self.changed = True
        else:
            self._forget({name})

    def _forget(self, names: set[str]) -> None:
        for name in names & self.kept.keys():
            del self.kept[name]
            self.changed = True


def _concluded_document(found: Concluded) -> list[Any]:
    window = found.window
    ends = [window.not_before.isoformat(), window.not_after.isoformat()] if window else [None, None]
    return [found.title, found.account, found.edition, *ends, found.source_sha256]
