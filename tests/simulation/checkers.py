"""What must be true of the world and the ledger after every run, looked at from outside of massctl.

Checkers use the simulated world's own record of what happened, and read the ledger's entries as they are.
A message is recognised in the world by its subject, never by a clientmsgid, which massctl could get wrong.
"""

from collections import Counter
from collections.abc import Iterator

from simulation.scenario import Situation

from massctl.model import ledger as entries
from massctl.model.rendered import RenderedCampaign


def violations(situation: Situation, campaign: RenderedCampaign) -> list[str]:
    """Say in words what must not be, after a run and between runs."""
    return [
        *_sent_at_most_once(situation),
        *_previewed_at_most_once(situation),
        *_nothing_outside_the_window(situation, campaign),
        *_nothing_that_nobody_could_look_at(situation),
        *_every_job_was_attempted(situation),
        *_ledger_claims_nothing_that_the_world_denies(situation),
    ]


def leftovers(situation: Situation) -> list[str]:
    """Say what must not be left by a run without trouble: a draft beside another, or of a message that went out."""
    wechat = situation.wechat
    drafts = [wechat.named[media_id] for media_id in (*wechat.drafts, *wechat.late_drafts)]
    if len(drafts) > 1:
        return [f"{len(drafts)} drafts are left in the draft box: {drafts}"]
    if drafts and wechat.jobs and wechat.drafts_are_consumed:
        return [f"a draft is left of a message that went out: {drafts}"]
    return []


def _sent_at_most_once(situation: Situation) -> Iterator[str]:
    """Every simulation has one edition of one campaign, whatever its words are from run to run."""
    if len(situation.wechat.jobs) > 1:
        yield f"it was sent {len(situation.wechat.jobs)} times: {[job.subject for job in situation.wechat.jobs]}"


def _previewed_at_most_once(situation: Situation) -> Iterator[str]:
    """A preview that WeChat plainly refused reached nobody and may be asked for again."""
    shown = Counter(
        (departure.recipient, departure.subject)
        for departure in situation.wechat.departures
        if departure.recipient is not None and not departure.refused
    )
    for (recipient, subject), times in shown.items():
        if times > 1:
            yield f"{recipient} was asked to look at {subject} {times} times"


def _nothing_outside_the_window(situation: Situation, campaign: RenderedCampaign) -> Iterator[str]:
    for departure in situation.wechat.departures:
        if departure.recipient is not None:
            continue
        if not departure.allowed:
            yield f"a send left at {departure.at} under the kill switch"
        window = campaign.window
        if window is not None and not window.not_before <= departure.at <= window.not_after:
            yield f"a send left at {departure.at}, outside the window"


def _nothing_that_nobody_could_look_at(situation: Situation) -> Iterator[str]:
    """Nobody sits at these runs, and a run takes no time before its first attempt."""
    departures = situation.wechat.departures
    for send in departures:
        if send.recipient is not None or not send.wants_a_look:
            continue
        shown = [each.at for each in departures if each.recipient is not None and each.subject == send.subject]
        if not any(at < send.at for at in shown):
            yield f"a send of {send.subject} left at {send.at}, and nobody could look at it before"


def _every_job_was_attempted(situation: Situation) -> Iterator[str]:
    attempted = [entry for entry in situation.ledger.entries if isinstance(entry.event, entries.SendAttempted)]
    for job in situation.wechat.jobs:
        if not any(entry.at <= job.at for entry in attempted):
            yield f"job {job.msg_id} exists and the ledger knows of no attempt"


def _ledger_claims_nothing_that_the_world_denies(situation: Situation) -> Iterator[str]:
    wechat = situation.wechat
    for entry in situation.ledger.entries:
        match entry.event:
            case entries.SendAccepted(msg_id=msg_id) if all(job.msg_id != msg_id for job in wechat.jobs):
                yield f"the ledger says that job {msg_id} was accepted"
            case entries.Previewed(outcome="sent", recipient=recipient) if all(
                recipient != seen for seen, _ in wechat.delivered_previews
            ):
                yield f"the ledger says that {recipient} has the preview"
            case entries.DraftSaved(media_id=media_id) if all(media_id != known for known in wechat.named):
                yield f"the ledger says that draft {media_id} was saved"
            case entries.MaterialAdded(media_id=media_id) if not media_id.startswith("MATERIAL_"):
                yield f"the ledger says that material {media_id} was added"
