"""Entries about what is uploaded, and what is made of it."""

from typing import Literal

from massctl.model.entry_fields import Fields


class ImageUploaded(Fields):
    """media/uploadimg took a picture."""

    type: Literal["image_uploaded"] = "image_uploaded"
    appid: str
    sha256: str
    url: str


class MaterialAdded(Fields):
    """material/add_material took a file."""

    type: Literal["material_added"] = "material_added"
    appid: str
    sha256: str
    media_id: str
    url: str | None = None
    material_type: Literal["voice", "video"] | None = None
    """The type it was added as; None for a picture."""


class MaterialForgotten(Fields):
    """WeChat did not know a recorded material (40007): it is uploaded once more."""

    type: Literal["material_forgotten"] = "material_forgotten"
    appid: str
    sha256: str


class VideoMade(Fields):
    """media/uploadvideo gave an id, title and description in it, under which a video can be sent for three days."""

    type: Literal["video_made"] = "video_made"
    appid: str
    digest: str
    media_id: str


class MessageStaged(Fields):
    """All material of a message without a draft is on record, so it could be shown and sent."""

    type: Literal["message_staged"] = "message_staged"
    appid: str
    digest: str
    audience_count: int | None = None
