"""The cut of an audience: once, before the first attempt, whoever may not be reached is taken off those approved."""

from massctl.apply.context import ApplyContext
from massctl.errors import SnapshotError
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.plan.people_judge import Judge, cut_entry
from massctl.plan.quota import sent_list
from massctl.plan.steps import Guard, Refusal


def apply_cut(context: ApplyContext, campaign: RenderedCampaign) -> Refusal | None:
    """Take off an audience whom it may not reach, while nobody can have it; refuse where nobody can look."""
    record, openids = context.record_of(campaign), context.ports.openids
    listed = sent_list(campaign, record)
    if listed is None or listed.audience is None:
        return None
    if record.not_refused or record.sent_batches:
        return None  # The batches stand: whoever is erased now leaves an empty place.
    judge = context.case(campaign).people
    if openids is None or judge is None or not judge.is_read:
        return _unread(Phrase("the people of {name} cannot be read", name=listed.audience), judge)
    if judge.cut.is_empty:
        return None
    now = context.ports.clock.now()
    try:
        kept = openids.keep(listed, judge.cut, context.state, now)
    except SnapshotError as error:
        return Refusal(Guard.AUDIENCE_UNREAD, error.summary, error.hint)
    context.ledger.record(cut_entry(campaign, record, kept, judge.cut), campaign)
    return None


def _unread(say: Phrase, judge: Judge | None) -> Refusal:
    why = judge.why_unread if judge is not None else None
    hint = Phrase("set the key of snapshots, then run the same command again")
    return Refusal(Guard.AUDIENCE_UNREAD, why or say, hint)
