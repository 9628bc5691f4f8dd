"""The first stage of a run: tokens, pictures, and the sizes of audiences.

All of it may be done again without harm: what a crash forgets costs an orphan or a call.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import Material, Upload, WeChat
from massctl.apply.run import AudienceKey, Failed, Run, audience_key, steps_of
from massctl.model.ledger import ImageUploaded, MaterialAdded
from massctl.model.names import AccountName, AppId, ImageUrl
from massctl.model.phrase import Phrase
from massctl.model.rendered import Picture, Purpose
from massctl.plan.step import SaveDraft, UploadPicture

MEDIA_TYPES: Final = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "bmp": "image/bmp"}


def connect(run: Run) -> None:
    """Fetch each account's token once, so that a wrong secret or address is one error and not one per picture."""
    busy = {campaign.account for outcome, campaign in run.going() if run.has_work(outcome)}

    def done(account: AccountName, result: Failed | None) -> None:
        if result is None:
            return
        for outcome, campaign in run.going():
            if campaign.account == account and run.has_work(outcome):
                run.fail(outcome, result)

    calls = [(account, partial(_connect, run, account)) for account in sorted(busy)]
    run.side_by_side(Phrase("connecting"), calls, done)


def _connect(run: Run, account: AccountName) -> None:
    run.world.wechat(account).renew_token()


def upload(run: Run) -> None:
    """Upload every picture that an account does not have yet, and read the sizes of audiences meanwhile."""
    calls = [*_uploads(run), *_counts(run)]
    label = Phrase("uploading pictures, reading audiences")
    run.side_by_side(label, calls, lambda keep, result: keep(result))


def _uploads(run: Run) -> Iterator[tuple[Callable[[Any], None], Callable[[], Any]]]:
    """Give the uploads of this run: what keeps a result, and the call that gives it."""
    for outcome, _ in run.going():
        for step in steps_of(outcome, UploadPicture):
            yield (
                partial(_uploaded, run, outcome, step),
                partial(_upload, run, run.world.wechat(step.account), step.picture),
            )


def _uploaded(run: Run, outcome: CampaignOutcome, step: UploadPicture, result: ImageUrl | Material | Failed) -> None:
    if isinstance(result, Failed):
        _fail_all_that_need(run, outcome, step, result)
        return
    if isinstance(result, Material):
        record_material(run, step.appid, step.picture, result)
    else:
        run.book.note(ImageUploaded(appid=step.appid, sha256=step.picture.sha256, url=result))
    outcome.performed.append(step)


def _counts(run: Run) -> Iterator[tuple[Callable[[Any], None], Callable[[], Any]]]:
    """Give the readings of each audience that a draft or a send of this run needs, once."""
    wanted = {
        audience_key(campaign): campaign
        for outcome, campaign in run.going()
        if run.may_send(outcome) or run.may_clear(outcome) or steps_of(outcome, SaveDraft)
    }
    for key, campaign in wanted.items():
        count = partial(run.world.wechat(campaign.account).audience_count, campaign.audience)
        yield partial(_counted, run, key), count


def _counted(run: Run, key: AudienceKey, result: int | Failed | None) -> None:
    run.counts[key] = result
    if isinstance(result, Failed):
        run.world.progress.say(Phrase("the size of an audience could not be read: {why}", why=result.summary))


def packed(run: Run, picture: Picture) -> Upload:
    """Make a picture ready for its way; raises InvariantError when its bytes are not at hand."""
    filename = f"{picture.sha256[:12]}.{picture.extension}"
    return Upload(run.world.pictures.read(picture.sha256), filename, MEDIA_TYPES[picture.extension])


def record_material(run: Run, appid: AppId, picture: Picture, material: Material) -> None:
    """Note a material that WeChat took just now."""
    run.uploaded.add(material.media_id)
    event = MaterialAdded(appid=appid, sha256=picture.sha256, media_id=material.media_id, url=material.url)
    run.book.note(event)


def _upload(run: Run, wechat: WeChat, picture: Picture) -> ImageUrl | Material:
    """Upload one picture to the endpoint it is for."""
    upload = packed(run, picture)
    return wechat.upload_image(upload) if picture.purpose is Purpose.IMAGE else wechat.add_material(upload)


def _fail_all_that_need(run: Run, owner: CampaignOutcome, step: UploadPicture, error: Failed) -> None:
    """Stop every campaign that waits for a picture which could not be uploaded; a draft that exists has its own."""
    needed = (step.appid, step.picture.sha256, step.picture.purpose)
    for outcome, campaign in run.going():
        waits = outcome is owner or steps_of(outcome, SaveDraft)
        if waits and needed in {(campaign.appid, p.sha256, p.purpose) for p in campaign.pictures}:
            run.fail(outcome, error)
