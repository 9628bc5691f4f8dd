"""Before anything is staged, shown or sent: its content goes beside the ledger, where people can compare it later."""

from massctl.apply.outcome import CampaignOutcome
from massctl.apply.run import Run
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.plan.step import SaveDraft, SendPreview


def keep_contents(run: Run) -> None:
    """Keep the content of every campaign that this run stages, shows or sends; a failure is said, and stops nothing."""
    archive = run.world.archive
    if archive is None:
        return
    due = [campaign for outcome, campaign in run.going() if _goes_out(run, outcome, campaign)]
    kept = [archive.keep(campaign) for campaign in due]
    if not all(kept):
        say = Phrase("what is staged or sent could not be kept beside the ledger: later plans cannot show what changed")
        run.world.progress.say(say)


def _goes_out(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    staged = not campaign.message.has_draft and bool(campaign.files) and run.has_work(outcome)
    shown = any(isinstance(step, SaveDraft | SendPreview) for step in outcome.planned.steps)
    return staged or shown or run.may_send(outcome) or run.may_clear(outcome)
