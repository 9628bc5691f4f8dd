"""Requests and answers as WeChat spells them. Source of all shapes: WeChat docs, read 2026-10.

A `Request` knows its endpoint, its bytes, whether it may be repeated, and how to read a success. Equal values
make equal bytes: a repeated send must be the same request. Readers raise ShapeError where a member that makes
a success is missing or of the wrong type; members that are not known are ignored.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar, assert_never

from massctl.apply.ports import DraftArticle, ListedDraft, Material, Upload
from massctl.model.entries import JobState
from massctl.model.ids import ImageUrl, MediaId, MsgDataId, MsgId
from massctl.model.message import Recipient
from massctl.model.send import Body, MassSend, Recipients, ToAll, ToOpenids, ToTag
from massctl.wechat.answer import integer
from massctl.wechat.branch import sent_branch, shown_branch
from massctl.wechat.errcode import ADD_DRAFT, PREVIEW, SEND_ALL, SEND_OPENIDS, STABLE_TOKEN
from massctl.wechat.members import Members, ShapeError, count, flag, optional, string, text, told

T = TypeVar("T")

JSON_SECONDS: Final = 30.0
"""To wait for an answer to JSON: draft/add filters up to 8 MB of articles before it answers."""
UPLOAD_SECONDS: Final = 60.0
"""To wait for an answer to an upload: up to 10 MB are scanned and stored."""
DRAFTS_LISTED_MAX: Final = 20
"""Drafts in one answer of draft/batchget. Source: WeChat docs, "draft/batchget", read 2026-10."""
TOKEN_LIFE_SECONDS_MAX: Final = 7200
"""Source: WeChat docs, "stable_token", read 2026-10."""


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """One call, without its token."""

    path: str
    read: Callable[[Members], T]
    """Gives the success in the answer's members, or raises ShapeError."""
    content: bytes | None = field(default=None, repr=False)
    """The JSON body; None makes it a GET, unless there is an upload."""
    upload: Upload | None = field(default=None, repr=False)
    form: Mapping[str, str] = field(default_factory=dict)
    """Fields beside the upload."""
    query: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    """False where a repetition could leave a second effect behind."""
    read_seconds: float = JSON_SECONDS

    @property
    def method(self) -> str:
        """GET where nothing is carried, else POST."""
        return "GET" if self.content is None and self.upload is None else "POST"


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token and its remaining life."""

    access_token: str = field(repr=False)
    life_seconds: int


@dataclass(frozen=True, slots=True)
class DraftList:
    """One page of the draft box."""

    drafts: tuple[ListedDraft, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Taken:
    """The ids of an accepted mass job."""

    msg_id: MsgId
    msg_data_id: MsgDataId | None


def token_request(appid: str, secret: str) -> Request[Grant]:
    """Ask for the token in normal mode, which never kills the token of another program."""
    body = {"grant_type": "client_credential", "appid": appid, "secret": secret}
    return Request(STABLE_TOKEN, _grant, json_content(body))


def upload_image_request(upload: Upload) -> Request[ImageUrl]:
    """Upload a picture for the inside of articles."""
    return Request(
        "/cgi-bin/media/uploadimg",
        lambda members: _https(text(members, "url")),
        upload=upload,
        read_seconds=UPLOAD_SECONDS,
    )


def add_material_request(upload: Upload) -> Request[Material]:
    """Upload permanent material; a repetition may leave an orphan, which harms nobody.

    A video is described in a form field of its own, which holds JSON.
    """
    described = {"title": upload.title, "introduction": upload.introduction}
    return Request(
        "/cgi-bin/material/add_material",
        _material,
        upload=upload,
        form={"description": json_content(described).decode()} if upload.material_type == "video" else {},
        query={"type": upload.material_type},
        read_seconds=UPLOAD_SECONDS,
    )


def make_video_request(material: MediaId, title: str, description: str) -> Request[MediaId]:
    """Make the id under which a video is sent; one that nobody uses dies by itself.

    Source: SDKs (WxJava, PowerWeChat, Senparc), read 2026-10; WeChat's index of pages does not list it any more.
    """
    body = {"media_id": material, "title": title, "description": description}
    return Request("/cgi-bin/media/uploadvideo", lambda members: MediaId(text(members, "media_id")), json_content(body))


def add_draft_request(articles: Sequence[DraftArticle]) -> Request[MediaId]:
    """Save a draft; each repetition would make another one."""
    body = {"articles": [_article(article) for article in articles]}
    return Request(ADD_DRAFT, lambda members: MediaId(text(members, "media_id")), json_content(body), repeatable=False)


def get_draft_request(media_id: MediaId) -> Request[tuple[DraftArticle, ...]]:
    """Read a draft back."""
    return Request("/cgi-bin/draft/get", _articles, json_content({"media_id": media_id}))


def list_drafts_request(offset: int) -> Request[DraftList]:
    """List drafts without their contents, newest first, from `offset`."""
    body = {"offset": offset, "count": DRAFTS_LISTED_MAX, "no_content": 1}
    return Request("/cgi-bin/draft/batchget", _draft_list, json_content(body))


def delete_draft_request(media_id: MediaId) -> Request[None]:
    """Delete a draft; deleting it twice is deleting it."""
    return Request("/cgi-bin/draft/delete", done, json_content({"media_id": media_id}))


def job_request(msg_id: MsgId) -> Request[JobState]:
    """Ask for the state of a job: sending, sent, failed, deleted or unknown."""
    return Request("/cgi-bin/message/mass/get", _job_status, json_content({"msg_id": str(msg_id)}))


def preview_request(recipient: Recipient, body: Body) -> Request[None]:
    """Show the message to one person."""
    to = "towxname" if recipient.kind == "towxname" else "touser"
    content = {to: recipient.name, **shown_branch(body)}
    return Request(PREVIEW, done, json_content(content), repeatable=False)


def send_request(send: MassSend) -> Request[Taken]:
    """Ask for the mass send, to everybody, to one tag or to openids, and to nobody by default."""
    to_openids = isinstance(send.recipients, ToOpenids)
    content: dict[str, Any] = {**_audience(send.recipients), **sent_branch(send.body, to_openids=to_openids)}
    if send.send_ignore_reprint is not None:
        # The wire value 1 means "go on"; some SDKs have it the other way round.
        content["send_ignore_reprint"] = int(send.send_ignore_reprint)
    content["clientmsgid"] = send.client_msg_id
    return Request(SEND_OPENIDS if to_openids else SEND_ALL, _taken, json_content(content), repeatable=False)


def msg_id_of(members: Members) -> MsgId | None:
    """Give the id of a mass job in an answer, or None."""
    value = integer(members.get("msg_id"))
    return MsgId(value) if value is not None and value > 0 else None


def json_content(value: Mapping[str, Any]) -> bytes:
    """Write raw UTF-8: WeChat counts an escape as six characters (45003, 45004, 45110, 40033)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _audience(to: Recipients) -> dict[str, Any]:
    """Write who receives it: `filter` for mass/sendall, `touser` for mass/send."""
    match to:
        case ToAll():
            return {"filter": {"is_to_all": True}}
        case ToTag(tag_id=tag_id):
            return {"filter": {"is_to_all": False, "tag_id": tag_id}}
        case ToOpenids(openids=openids):
            return {"touser": openids}
        case _:
            assert_never(to)


def _article(article: DraftArticle) -> dict[str, Any]:
    """Write one article; optional texts only where there are any."""
    optional = {
        "author": article.author,
        "digest": article.digest,
        "content_source_url": article.content_source_url,
    }
    crops = {"pic_crop_235_1": article.pic_crop_235_1, "pic_crop_1_1": article.pic_crop_1_1}
    return {
        "article_type": "news",
        "title": article.title,
        **{name: text for name, text in optional.items() if text},
        "content": article.content,
        "thumb_media_id": article.thumb_media_id,
        **{name: crop for name, crop in crops.items() if crop},
        "need_open_comment": int(article.need_open_comment),
        "only_fans_can_comment": int(article.only_fans_can_comment),
    }


def _articles(members: Members) -> tuple[DraftArticle, ...]:
    """Read the articles of a draft; title and content are always there, the rest may be missing."""
    items = members.get("news_item")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise ShapeError
    return tuple(
        DraftArticle(
            title=string(item, "title"),
            author=optional(item, "author"),
            digest=optional(item, "digest"),
            content=string(item, "content"),
            content_source_url=optional(item, "content_source_url"),
            thumb_media_id=optional(item, "thumb_media_id"),
            need_open_comment=flag(item, "need_open_comment"),
            only_fans_can_comment=flag(item, "only_fans_can_comment"),
            pic_crop_235_1=told(item, "pic_crop_235_1"),
            pic_crop_1_1=told(item, "pic_crop_1_1"),
        )
        for item in items
    )


def _draft_list(members: Members) -> DraftList:
    """Read a page of the draft box; past its end there are no items."""
    items = members.get("item", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ShapeError
    drafts = tuple(ListedDraft(MediaId(text(item, "media_id")), _titles(item)) for item in items)
    return DraftList(drafts, count(members, "total_count"))


def _titles(item: Members) -> tuple[str, ...] | None:
    """Read the titles of a listed draft; None where any is missing, since they only spare a call."""
    content = item.get("content")
    articles = content.get("news_item") if isinstance(content, dict) else None
    if not isinstance(articles, list) or not articles:
        return None
    titles = [article["title"] for article in articles if isinstance(article, dict) and "title" in article]
    whole = len(titles) == len(articles) and all(isinstance(title, str) for title in titles)
    return tuple(titles) if whole else None


def _grant(members: Members) -> Grant:
    """Read a token; `expires_in` is what is left of its life, so small values are normal."""
    return Grant(text(members, "access_token"), min(count(members, "expires_in"), TOKEN_LIFE_SECONDS_MAX))


def _material(members: Members) -> Material:
    """Read permanent material; `url` comes for pictures only, and is not needed."""
    url = members.get("url")
    return Material(MediaId(text(members, "media_id")), _https(url) if isinstance(url, str) and url else None)


def _taken(members: Members) -> Taken:
    """Read the acceptance of a job; without `msg_id` it is none."""
    msg_id = msg_id_of(members)
    if msg_id is None:
        raise ShapeError
    data_id = integer(members.get("msg_data_id")) or 0
    return Taken(msg_id, MsgDataId(data_id) if data_id > 0 else None)


def done(members: Members) -> None:
    """Read a success that has no member of its own: there, errcode 0 must be written."""
    if integer(members.get("errcode")) != 0:
        raise ShapeError


def _job_status(members: Members) -> JobState:
    """Read a job's state. The polled form has an underscore, the callback's a blank: neither is relied on."""
    word = "".join(char for char in text(members, "msg_status").upper() if char.isalnum())
    known: dict[str, JobState] = {
        "SENDSUCCESS": "sent",
        "SENDING": "sending",
        "SENDFAIL": "failed",
        "DELETE": "deleted",
    }
    return known.get(word, "unknown")


def _https(url: str) -> ImageUrl:
    """Give the https form of a picture's address; WeChat answers http and serves both."""
    scheme, separator, rest = url.partition("://")
    if scheme.lower() not in ("http", "https") or not separator or not rest:
        raise ShapeError
    return ImageUrl(f"https://{rest}")
