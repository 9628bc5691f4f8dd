"""The third stage: each reviewer sees each version once, unless somebody asks for it again on purpose."""

from dataclasses import dataclass
from functools import partial
from typing import Literal, assert_never

from massctl.apply.bodies import preview_body
from massctl.apply.material import forget_if_unknown, material_advice
from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import WeChat
from massctl.apply.run import Failed, Run, steps_of
from massctl.errors import ConfigurationError, WeChatError
from massctl.model.jobs import DAY_USED_UP
from massctl.model.ledger import Previewed
from massctl.model.message import RenderedCard
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.model.send import Body, PreviewFailed, PreviewSent, PreviewUnknown, PreviewVerdict
from massctl.model.state import MEDIA_UNKNOWN, Record
from massctl.plan.batches import batches_left
from massctl.plan.previews import allowance_spent, going_out
from massctl.plan.step import Guard, SendPreview

Job = tuple[CampaignOutcome, RenderedCampaign, SendPreview]


@dataclass(frozen=True, slots=True)
class Untried:
    """No request was made: WeChat had just refused another preview of the account for the day."""


def send_previews(run: Run) -> None:
    """Show each message on the reviewers' phones, one campaign after the other, the soonest window first.

    Side by side they would come to WeChat in any order, and what is left of the day's allowance go to any of them.
    `begun` is durable before the request, for a later run does not repeat it by itself; so it is recorded of no preview
    that a crash could keep from leaving, but for those of the same campaign.
    """
    _stop_what_cannot_be_shown(run)
    due = [(steps, outcome, c) for outcome, c in run.going() if (steps := steps_of(outcome, SendPreview))]
    for steps, outcome, campaign in sorted(due, key=lambda each: going_out(each[0][0])):
        body = preview_body(campaign, run.book.state, run.draft_of(campaign, _shown(run, campaign)))
        wechat = run.world.wechat(campaign.account)
        run.book.record_all([_previewed(campaign, step, "begun") for step in steps], campaign)
        calls = [((outcome, campaign, step), partial(_show, run, wechat, step, body)) for step in steps]
        run.side_by_side(Phrase("sending previews of {name}", name=campaign.name), calls, partial(_done, run))


def _shown(run: Run, campaign: RenderedCampaign) -> int | None:
    """Give the batch whose draft is shown: all carry the same, and the first one stands for them."""
    return next(iter(batches_left(campaign, run.record_of(campaign))), None)


def seen_by(campaign: RenderedCampaign, record: Record) -> tuple[str, ...]:
    """Name who has seen exactly this version: WeChat names in clear, openids by their place in campaign.yaml."""
    numbers = {each.recorded: number for number, each in enumerate(campaign.recipients, 1)}
    found: list[str] = []
    for (digest, recipient), word in record.previews.items():
        if digest != campaign.digest or word.outcome != "sent":
            continue
        kind, _, name = recipient.partition(":")
        if kind == "towxname":
            found.append(name)
        elif recipient in numbers:
            found.append(Phrase("reviewer {number} (by openid)", number=numbers[recipient]))
        else:
            found.append(Phrase("a reviewer by openid"))
    return tuple(found)


def _stop_what_cannot_be_shown(run: Run) -> None:
    """Stop a coupon that somebody asked to see and that lacks what previews need; nothing is recorded or sent."""
    for outcome, campaign in run.going():
        message = campaign.message
        if steps_of(outcome, SendPreview) and isinstance(message, RenderedCard) and message.card_ext is None:
            error = ConfigurationError(
                Phrase("the previews of a coupon need card_ext"),
                Phrase("No preview was sent."),
                Phrase("write wxcard.card_ext in campaign.yaml of {name}", name=campaign.name),
            )
            run.fail(outcome, error)


def _show(run: Run, wechat: WeChat, step: SendPreview, body: Body) -> PreviewVerdict | Untried:
    """Send one preview, unless WeChat said in this run that there are no more today."""
    appid = step.campaign.appid
    if appid in run.previews_spent:
        return Untried()
    verdict = wechat.preview(step.recipient, body)
    if isinstance(verdict, PreviewFailed) and verdict.errcode == DAY_USED_UP:
        run.previews_spent.add(appid)
    return verdict


def _done(run: Run, job: Job, result: PreviewVerdict | Untried | Failed) -> None:
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
            said = material_advice(campaign, hint) if errcode == MEDIA_UNKNOWN else hint
            refused = WeChatError(message, hint=said, errcode=errcode, rid=rid)
            forget_if_unknown(run, campaign, refused)
            run.fail(outcome, refused)
        case Untried():
            run.book.note(_previewed(campaign, step, "failed"), campaign)
            if all(refusal.guard is not Guard.ALLOWANCE for refusal in outcome.refusals):
                outcome.refuse(allowance_spent(run.world.clock.now()))
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
    return Previewed(
        appid=campaign.appid,
        digest=campaign.digest,
        recipient=step.recipient.recorded,
        outcome=outcome,
        errcode=errcode,
        rid=rid,
    )
