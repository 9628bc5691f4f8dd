"""The first stage of a run: tokens, pictures and other media, and the sizes of audiences.

All of it may be done again without harm: what a crash forgets costs an orphan or a call.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal

from massctl.apply.audiences import readings
from massctl.apply.material import note_staged
from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import Material, Upload, WeChat
from massctl.apply.run import Failed, Run, steps_of
from massctl.model.ledger import ImageUploaded, MaterialAdded
from massctl.model.message import RenderedMessage, RenderedVideo
from massctl.model.names import AccountName, AppId, ImageUrl
from massctl.model.phrase import Phrase
from massctl.model.rendered import MediaFile, Purpose
from massctl.plan.step import SaveDraft, UploadMedia

MEDIA_TYPES: Final = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "mp3": "audio/mpeg",
    "amr": "audio/amr",
    "wav": "audio/wav",
    "wma": "audio/x-ms-wma",
    "mp4": "video/mp4",
}
"""Extension -> media type of the part that carries such a file."""
_SOUNDS: Final[Mapping[Purpose, Literal["voice", "video"]]] = {Purpose.VOICE: "voice", Purpose.VIDEO: "video"}
"""What add_material takes as something else than a picture."""


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
    """Upload every file that an account does not have yet, and read the sizes of audiences meanwhile."""
    calls = [*_uploads(run), *readings(run)]
    label = Phrase("uploading files, reading audiences")
    run.side_by_side(label, calls, lambda keep, result: keep(result))
    note_staged(run)


def _uploads(run: Run) -> Iterator[tuple[Callable[[Any], None], Callable[[], Any]]]:
    """Give the uploads of this run: what keeps a result, and the call that gives it."""
    for outcome, campaign in run.going():
        for step in steps_of(outcome, UploadMedia):
            yield (
                partial(_uploaded, run, outcome, step),
                partial(_upload, run, run.world.wechat(step.account), step.media, campaign.message),
            )


def _uploaded(run: Run, outcome: CampaignOutcome, step: UploadMedia, result: ImageUrl | Material | Failed) -> None:
    if isinstance(result, Failed):
        _fail_all_that_need(run, outcome, step, result)
        return
    if isinstance(result, Material):
        record_material(run, step.appid, step.media, result)
    else:
        run.book.note(ImageUploaded(appid=step.appid, sha256=step.media.sha256, url=result))
    outcome.performed.append(step)


def packed(run: Run, media: MediaFile, message: RenderedMessage) -> Upload:
    """Make a file ready for its way; raises InvariantError when its bytes are not at hand.

    A video takes the title and description of its `message` along.
    """
    data, filename = run.world.pictures.read(media.sha256), f"{media.sha256[:12]}.{media.extension}"
    upload = Upload(data, filename, MEDIA_TYPES[media.extension], _SOUNDS.get(media.purpose, "image"))
    if isinstance(message, RenderedVideo):
        return replace(upload, title=message.title, introduction=message.description)
    return upload


def record_material(run: Run, appid: AppId, media: MediaFile, material: Material) -> None:
    """Note a material that WeChat took just now."""
    run.uploaded.add(material.media_id)
    event = MaterialAdded(
        appid=appid,
        sha256=media.sha256,
        media_id=material.media_id,
        url=material.url,
        material_type=_SOUNDS.get(media.purpose),
    )
    run.book.note(event)


def _upload(run: Run, wechat: WeChat, media: MediaFile, message: RenderedMessage) -> ImageUrl | Material:
    """Upload one file to the endpoint it is for."""
    upload = packed(run, media, message)
    return wechat.add_material(upload) if media.purpose.is_material else wechat.upload_image(upload)


def _fail_all_that_need(run: Run, owner: CampaignOutcome, step: UploadMedia, error: Failed) -> None:
    """Stop every campaign that waits for a file which could not be uploaded; a draft that exists has its own."""
    needed = (step.appid, step.media.sha256, step.media.purpose)
    for outcome, campaign in run.going():
        waits = outcome is owner or steps_of(outcome, SaveDraft) or not campaign.message.has_draft
        if waits and needed in {(campaign.appid, f.sha256, f.purpose) for f in campaign.files}:
            run.fail(outcome, error)
