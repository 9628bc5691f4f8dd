"""The rest of a send to an audience, as an audience of its own: frozen from places of a snapshot, not from a source."""

import json
from collections.abc import Iterable
from datetime import datetime

from massctl.audience.member_sets import MemberSets
from massctl.audience.snapshots import Snapshots
from massctl.model.audience import (
    AudienceFile,
    AudienceLock,
    AudienceName,
    AudiencePart,
    AudienceSource,
    definition_digest,
)
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, prefixed
from massctl.model.phrase import BEIJING
from massctl.source.audiences import audience_lock_path, audience_path


class RestAudience(Frozen):
    """Who and what the rest of a campaign is."""

    name: AudienceName
    campaign: CampaignName
    """Whose batches surely did not reach them."""
    before: AudienceFile
    """The audience that it was sent to: what it excludes, and its cap, hold for the rest too."""
    parts: tuple[AudiencePart, ...]
    """The audiences that it excludes, as they are frozen now."""
    appid: str
    by: str
    now: datetime

    def files(
        self, snapshots: Snapshots, sets: MemberSets, openids: Iterable[str]
    ) -> dict[str, str]:
        """Write the snapshot; return the audience's file and its lock, by their paths."""
        people = snapshots.without_erased(sets, sets.of(openids))
        listed = snapshots.write(sets, people, self.name, self.now)
        source = AudienceSource(rest_of=self.campaign)
        file = self.before.model_copy(update={"source": source})
        lock = AudienceLock(
            version=1,
            audience=self.name,
            appid=self.appid,
            snapshot=prefixed(listed.sha256),
            count=listed.count,
            definition=definition_digest(file, None),
            parts=list(self.parts),
            frozen_at=self.now.astimezone(BEIJING).isoformat(timespec="seconds"),
            frozen_by=self.by,
        )
        said = file.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"expect"})
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in said.items()]
        return {audience_path(self.name): "".join(lines), audience_lock_path(self.name): lock.text}
