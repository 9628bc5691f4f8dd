"""The first stage of a run: tokens, pictures, and the sizes of audiences.

All of it may be done again without harm: what a crash forgets costs an orphan or a call.
"""

from functools import partial
from typing import Final

from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import Material, Upload, WeChat
from massctl.apply.run import Run, audience_key, steps_of
from massctl.errors import MassctlError
from massctl.model.ledger import ImageUploaded, MaterialAdded
from massctl.model.names import AccountName, AppId
from massctl.model.phrase import Phrase
from massctl.model.rendered import Picture, Purpose
from massctl.plan.step import SaveDraft, UploadPicture

MEDIA_TYPES: Final = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "bmp": "image/bmp"}


def connect(run: Run) -> None:
    """Fetch each account's token once, so that a wrong secret or address is one error and not one per picture."""
    busy = {campaign.account for outcome, campaign in run.going() if run.has_work(outcome)}

    def done(account: AccountName, result: object) -> None:
        if isinstance(result, MassctlError):
            for outcome, campaign in run.going():
                if campaign.account == account and run.has_work(outcome):
                    run.fail(outcome, result)

    calls = [(account, partial(_connect, run, account)) for account in sorted(busy)]
    run.side_by_side(Phrase("connecting"), calls, done)


def _connect(run: Run, account: AccountName) -> None:
    run.world.wechat(account).renew_token()


def upload(run: Run) -> None:
    """Upload every picture that an account does not have yet."""
    steps = [(outcome, step) for outcome, _ in run.going() for step in steps_of(outcome, UploadPicture)]

    def done(job: tuple[CampaignOutcome, UploadPicture], result: object) -> None:
        outcome, step = job
        if isinstance(result, MassctlError):
            _fail_all_that_need(run, step, result)
        elif isinstance(result, Material):
            run.book.note(material_added(step.appid, step.picture, result))
            outcome.performed.append(step)
        else:
            run.book.note(ImageUploaded(appid=step.appid, sha256=step.picture.sha256, url=str(result)))
            outcome.performed.append(step)

    calls = [
        ((o, step), partial(upload_picture, run, run.world.wechat(step.account), step.picture)) for o, step in steps
    ]
    run.side_by_side(Phrase("uploading pictures"), calls, done)


def count_audiences(run: Run) -> None:
    """Read the size of each audience that a draft or a send of this run needs, once."""
    wanted = {
        audience_key(campaign): campaign
        for outcome, campaign in run.going()
        if outcome.planned.may_send or steps_of(outcome, SaveDraft)
    }
    calls = [
        (key, partial(run.world.wechat(campaign.account).audience_count, campaign.audience))
        for key, campaign in wanted.items()
    ]

    def done(key: tuple[AppId, int | None], result: object) -> None:
        run.counts[key] = result if isinstance(result, (int, MassctlError)) else None

    run.side_by_side(Phrase("reading audiences"), calls, done)


def upload_picture(run: Run, wechat: WeChat, picture: Picture) -> object:
    """Upload one picture to the endpoint it is for; gives its ImageUrl or its Material."""
    media_type = MEDIA_TYPES[picture.extension]
    data = run.world.pictures.read(picture.sha256)
    upload = Upload(data, f"{picture.sha256[:12]}.{picture.extension}", media_type)
    if picture.purpose is Purpose.IMAGE:
        return wechat.upload_image(upload)
    return wechat.add_material(upload)


def material_added(appid: AppId, picture: Picture, material: Material) -> MaterialAdded:
    """Make the entry of a material that WeChat took."""
    return MaterialAdded(appid=appid, sha256=picture.sha256, media_id=material.media_id, url=material.url)


def _fail_all_that_need(run: Run, step: UploadPicture, error: MassctlError) -> None:
    """Stop every campaign that shows a picture which could not be uploaded."""
    for outcome, campaign in run.going():
        if campaign.appid == step.appid and step.picture.sha256 in {p.sha256 for p in campaign.pictures}:
            run.fail(outcome, error)
