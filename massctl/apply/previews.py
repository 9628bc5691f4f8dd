"""The third stage: each reviewer sees each version once, ever."""

from functools import partial
from typing import Literal, assert_never

from massctl.apply.outcome import CampaignOutcome
from massctl.apply.run import Failed, Run, body_of, steps_of
from massctl.errors import ConfigurationError, WeChatError
from massctl.model.ledger import Previewed
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.model.send import PreviewFailed, PreviewSent, PreviewUnknown, PreviewVerdict
from massctl.plan.step import SendPreview

Job = tuple[CampaignOutcome, RenderedCampaign, SendPreview]


def send_previews(run: Run) -> None:
    """Show each message on the reviewers' phones; `begun` is durable before the request, for it is not repeated."""
    jobs = [(outcome, c, step) for outcome, c in run.going() for step in steps_of(outcome, SendPreview)]
    calls = [
        (job, partial(run.world.wechat(job[1].account).preview, job[2].recipient, body_of(job[1], run.book.state)))
        for job in jobs
    ]
    for outcome, campaign in run.going():
        begun = [_previewed(campaign, step, "begun") for step in steps_of(outcome, SendPreview)]
        run.book.record_all(begun, campaign)
    run.side_by_side(Phrase("sending previews"), calls, partial(_done, run))


def _done(run: Run, job: Job, result: PreviewVerdict | Failed) -> None:
    outcome, campaign, step = job
    match result:
        case PreviewSent():
            run.book.note(_previewed(campaign, step, "sent"), campaign)
            outcome.performed.append(step)
        case PreviewUnknown(reason=reason):
            run.book.note(_previewed(campaign, step, "unknown"), campaign)
            say = "nobody knows whether preview {number} of {name} arrived ({reason}); it is not repeated"
            run.world.progress.say(Phrase(say, number=step.number, name=campaign.name, reason=reason))
        case PreviewFailed(errcode=errcode, rid=rid, message=message, hint=hint):
            run.book.note(_previewed(campaign, step, "failed", errcode, rid), campaign)
            run.fail(outcome, WeChatError(message, hint=hint, errcode=errcode, rid=rid))
        case WeChatError() | ConfigurationError() as error:
            # The port raises only while the request has not left, for instance when no token can be had.
            run.book.note(_previewed(campaign, step, "failed"), campaign)
            run.fail(outcome, error)
        case _:
            assert_never(result)


def _previewed(
    campaign: RenderedCampaign,
    step: SendPreview,
    outcome: Literal["begun", "sent", "failed", "unknown"],
    errcode: int | None = None,
    rid: str | None = None,
) -> Previewed:
    recipient = step.recipient.recorded
    return Previewed(digest=campaign.digest, recipient=recipient, outcome=outcome, errcode=errcode, rid=rid)
