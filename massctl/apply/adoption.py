"""A person keeps what the console made of a staged draft, as far as followers read and see the same.

The console changes what the API cannot: an original statement (原创) wants an author, a box for comments is opened.
Words, pictures and links are what was reviewed, so they must be equal; the rest may differ, and is told.
"""

from collections.abc import Sequence

from massctl.apply.book import Book
from massctl.apply.draft_articles import draft_articles
from massctl.apply.drafts import stage_anew
from massctl.apply.ports import DraftArticle, WeChat
from massctl.apply.readback import FREE, differences, draft_sha256, is_as_saved, kept_sha256
from massctl.apply.testimony import Testimony
from massctl.errors import RefusedError, UsageError
from massctl.model.drafts import Draft
from massctl.model.ledger import Adopted
from massctl.model.lifecycle import is_concluded
from massctl.model.names import MediaId
from massctl.model.phrase import Phrase, in_a_row
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import Record
from massctl.plan.doubt import settle
from massctl.plan.handoff import handoff_of

Articles = Sequence[DraftArticle]


def adopt_draft(campaign: RenderedCampaign, testimony: Testimony, wechat: WeChat, book: Book) -> list[Phrase]:
    """Record that the console's version of a campaign's draft is the one to send; gives what differs in it.

    With a hand-off list it also says that all of that is done, which may differ in nothing that an API shows.
    Raises UsageError where there is nothing to adopt and for a list of openids, and RefusedError where more differs
    than may.
    """
    if campaign.openid_list is not None:
        raise _no_adoption_of_a_list(campaign)
    record = book.state.record(campaign.name, campaign.edition)
    draft = _draft_in_question(campaign, record)
    read = wechat.get_draft(MediaId(draft.event.media_id))
    if read is None:
        raise _gone(campaign)
    left = [each for each in handoff_of(campaign, record) if not each.done]
    if is_as_saved(draft, read) and not left:
        raise _nothing(campaign, Phrase("Its draft is as it was saved."))
    reviewed = draft_articles(campaign, book.state)
    found = differences(reviewed, read)
    if bound := [each.phrase for each in found if each.name not in FREE]:
        raise _too_much(campaign, bound)
    event = Adopted(
        media_id=draft.event.media_id,
        draft_sha256=draft_sha256(read),
        kept_sha256=kept_sha256(read),
        handoff=list(campaign.handoff) or None,
        reason=testimony.reason,
        by=testimony.by,
    )
    unchanged = is_as_saved(draft, read)
    book.record(event, campaign)
    if unchanged:
        return []  # What was done, no API shows.
    return [each.phrase for each in found] or [Phrase("its markup alone")]


def _draft_in_question(campaign: RenderedCampaign, record: Record) -> Draft:
    draft = record.draft()
    if record.open_attempts or is_concluded(record):
        raise _nothing(campaign, Phrase("It went out, or nobody knows whether it did."))
    if draft is None:
        raise _nothing(campaign, Phrase("It has no draft."))
    if draft.event.digest != campaign.digest:
        raise _nothing(campaign, Phrase("It was edited since its draft was saved, so apply saves a new one."))
    return draft


def _no_adoption_of_a_list(campaign: RenderedCampaign) -> UsageError:
    """Refuse to adopt for a list of openids: each batch has a draft of its own, and everybody gets the same."""
    return UsageError(
        Phrase(
            "{name} goes to a list of openids, with a draft for each of its {batches} batches: none of them is adopted",
            name=campaign.name,
            batches=campaign.batches,
        ),
        Phrase("Nothing was recorded."),
        stage_anew(campaign.name),
    )


def _nothing(campaign: RenderedCampaign, why: Phrase) -> UsageError:
    say = Phrase("there is nothing to adopt about {name}", name=campaign.name)
    return UsageError(say, why, Phrase("massctl state show   says how it stands"))


def _gone(campaign: RenderedCampaign) -> RefusedError:
    return RefusedError(
        Phrase("the draft is no longer there; somebody may have sent it in the console"),
        Phrase("Nothing was recorded."),
        settle(campaign.name),
    )


def _too_much(campaign: RenderedCampaign, found: list[Phrase]) -> RefusedError:
    return RefusedError(
        Phrase("the console's version is not what was reviewed: {differences}", differences=in_a_row(found)),
        Phrase("Words, pictures and links must be equal. Nothing was recorded."),
        stage_anew(campaign.name),
    )
