"""Which tag (标签) a campaign means by its name: as it was found when it was staged, and as it is now. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from massctl.model.audience import Tag
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import Record
from massctl.plan.step import Guard, Refusal

if TYPE_CHECKING:
    from massctl.model.ledger import AudienceResolved


def tag_due(campaign: RenderedCampaign, record: Record) -> str | None:
    """Give the name whose tag is still to be looked up and recorded, as a part of staging; None where none is.

    A message of words has nothing else to stage, and what was reviewed binds its send all the same.
    """
    if campaign.audience.tag is None or record.resolved_for(campaign.digest) is not None:
        return None
    return None if is_refused_for_good(campaign, record) else campaign.audience.tag


def is_refused_for_good(campaign: RenderedCampaign, record: Record) -> bool:
    """Say whether WeChat refused this very version with a code that does not pass by itself."""
    rejection = record.rejection_of(campaign.digest)
    return rejection is not None and not (rejection.retryable or rejection.token_dead)


def judged_tag(name: str, resolved: "AudienceResolved", tags: Sequence[Tag]) -> Tag | Refusal:
    """Give the tag that `name` was found to stand for, as it is now; a refusal where it is gone or renamed."""
    tag = next((each for each in tags if each.id == resolved.tag_id), None)
    if tag is not None and tag.name == name:
        return tag
    if tag is None:
        say = Phrase("the tag {tag} (id {tag_id}) is no longer there", tag=name, tag_id=resolved.tag_id)
    else:
        say = Phrase(
            "the tag with the id {tag_id} was called {tag} when this was staged, and is now called {now}",
            tag_id=tag.id,
            tag=name,
            now=tag.name,
        )
    other = next((each for each in tags if each.name == name), None)
    if other is not None:
        say = Phrase("{what}; {tag} is another tag now, with the id {other}", what=say, tag=name, other=other.id)
    return Refusal(Guard.AUDIENCE_CHANGED, say, _another_tag(other, is_there=tag is not None))


def _another_tag(other: Tag | None, *, is_there: bool) -> Phrase:
    """Say what can be done: a tag that was deleted gets no name back, and a name that is taken goes to nobody else."""
    if other is not None:
        return Phrase(
            "if the followers of that tag are meant, write `tag_id: {other}` in campaign.yaml, else the `tag_id:` of "
            "those who are; it makes a new version to be reviewed",
            other=other.id,
        )
    if is_there:
        return Phrase(
            "give the tag its name back in the console under 用户管理; or say in campaign.yaml whom you mean (`tag:` "
            "or `tag_id:`), which makes a new version to be reviewed"
        )
    return Phrase(
        "say in campaign.yaml whom you mean (`tag:` or `tag_id:`), which makes a new version to be reviewed; the "
        "console lists the tags under 用户管理"
    )
