"""The calls of WeChat's API, one line each, and the shapes of what is asked and answered.

A `Request` knows its path, its bytes, whether it may be repeated, and how to read a success. Equal values make equal
bytes: a repeated send must be the same request. Readers raise ShapeError if a field that makes a success is missing
or of the wrong type; fields that are not known are ignored. Source of all shapes: WeChat docs, the page of each call,
read 2026-10, except where another one is named.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, Self, TypeVar, assert_never

from msgspec import field
from msgspec.structs import replace

from massctl.apply.ports import CallQuota, DraftArticle, ListedDraft, Material, SendingSpeed, Upload
from massctl.errors import InvariantError
from massctl.model.campaign import ARTICLE_FLAGS, Tag
from massctl.model.entries import JobState
from massctl.model.frozen import Frozen
from massctl.model.ids import ImageUrl, MediaId
from massctl.model.message import Recipient
from massctl.model.phrase import Phrase
from massctl.model.send import Body, Recipients, SendIntent, ToAll, ToOpenids, ToTag
from massctl.transport import Sieve
from massctl.wechat.response import (
    Fields,
    Job,
    ShapeError,
    count,
    done,
    flag,
    integer,
    job,
    lenient,
    objects,
    optional,
    string,
    text,
)
from massctl.wechat.token import TOKEN_LIFE_SECONDS_MAX, Grant

T = TypeVar("T")

JSON_SECONDS = 30.0
"""To wait for an answer to JSON: draft/add filters up to 8 MB of articles before it answers."""
UPLOAD_SECONDS = 60.0
"""To wait for an answer to an upload: up to 10 MB are scanned and stored."""
UNGIVEN = ("cover_info", "image_info", "product_info")
"""What draft/add takes of an article and we never give it: where draft/get tells it, the console wrote it. Source:
WeChat docs, "draft/add", read 2026-10. `show_cover_pic` is none of them: it is ignored."""
DRAFTS_LISTED_MAX = 20
"""Drafts in one answer of draft/batchget. Source: WeChat docs, "draft/batchget", read 2026-10."""

_FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}\.[a-z0-9]{1,5}", re.ASCII)
"""A name that is not plain ASCII would travel as `filename*=` or escaped, and end in 41005."""


class Request(Frozen, Generic[T]):
    """One call, without its token."""

    hidden_fields = ("content", "upload", "query")

    path: str
    read: Callable[[Fields], T]
    """Reads the success in the answer's fields, or raises ShapeError."""
    read_seconds: float = JSON_SECONDS
    repeatable: bool = True
    """False where a repetition could leave a second effect behind."""
    content: bytes | None = None
    """The JSON body; None makes it a GET, unless there is an upload."""
    upload: Upload | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    """Fields beside the upload."""
    query: Mapping[str, str] = field(default_factory=dict)
    sieve: Callable[[], Sieve] | None = None
    """Makes what shortens one answer while it arrives."""

    @property
    def method(self) -> str:
        """GET where nothing is carried, else POST."""
        return "GET" if self.content is None and self.upload is None else "POST"

    def with_body(self, body: Mapping[str, Any]) -> Self:
        """Add a JSON body."""
        return replace(self, content=_json(body))

    def with_upload(self, upload: Upload) -> Self:
        """Add a file; raise InvariantError for a file name that was not generated."""
        if not _FILE_NAME.fullmatch(upload.filename):
            raise InvariantError(Phrase("the file name of an upload is not generated ASCII"))
        return replace(self, upload=upload)


class DraftList(Frozen):
    """One page of the draft box."""

    drafts: tuple[ListedDraft, ...]
    total: int


class ListedPublication(Frozen):
    """A publication as freepublish/batchget lists it."""

    article_id: str
    titles: tuple[str, ...] | None
    updated: datetime | None


class PeoplePage(Frozen):
    """One page of people."""

    hidden_fields = ("openids", "next_openid")

    openids: tuple[str, ...]
    next_openid: str
    """Whom the next page begins behind; empty behind the last page."""


class KeptArticle(Frozen):
    """An article of a draft or a publication, with what only an import asks for."""

    article: DraftArticle
    thumb_url: str
    """The address of its cover; empty if it is not told."""
    is_deleted: bool


def _grant(fields: Fields) -> Grant:
    """Read a token; `expires_in` is what is left of its life, so small values are normal."""
    return Grant(
        text(fields, "access_token"), min(count(fields, "expires_in"), TOKEN_LIFE_SECONDS_MAX)
    )


def _media_id(fields: Fields) -> MediaId:
    return MediaId(text(fields, "media_id"))


def _image_url(fields: Fields) -> ImageUrl:
    """Read the address of a picture; WeChat answers http and serves https too."""
    scheme, separator, rest = text(fields, "url").partition("://")
    if scheme.lower() not in ("http", "https") or not separator or not rest:
        raise ShapeError
    return ImageUrl(f"https://{rest}")


def _material(fields: Fields) -> Material:
    """Read permanent material; `url` comes for pictures only, and is not needed."""
    return Material(_media_id(fields), _image_url(fields) if lenient(fields, "url") else None)


def _articles(fields: Fields) -> tuple[DraftArticle, ...]:
    """Read the articles of a draft; title and content are always there, the rest may be missing."""
    items = objects(fields, "news_item")
    if not items:
        raise ShapeError
    return tuple(
        DraftArticle(
            title=string(item, "title"),
            author=optional(item, "author"),
            digest=optional(item, "digest"),
            content=string(item, "content"),
            content_source_url=optional(item, "content_source_url"),
            thumb_media_id=optional(item, "thumb_media_id"),
            pic_crop_235_1=lenient(item, "pic_crop_235_1"),
            pic_crop_1_1=lenient(item, "pic_crop_1_1"),
            ungiven=tuple(name for name in UNGIVEN if _says_something(item.get(name))),
            **{name: flag(item, name) for name in ARTICLE_FLAGS},
        )
        for item in items
    )


def _says_something(value: object) -> bool:
    """Return whether a member has a value anywhere in it: WeChat may tell an empty one."""
    inside = [value]
    while inside:
        each = inside.pop()
        if isinstance(each, dict | list):
            inside += each.values() if isinstance(each, dict) else each
        elif each:
            return True
    return False


def _kept_articles(fields: Fields) -> tuple[KeptArticle, ...]:
    items = objects(fields, "news_item")
    return tuple(
        KeptArticle(article, lenient(item, "thumb_url"), flag(item, "is_deleted"))
        for article, item in zip(_articles(fields), items, strict=True)
    )


def _publications(fields: Fields) -> tuple[ListedPublication, ...]:
    items = objects(fields, "item") if "item" in fields else []
    return tuple(
        ListedPublication(text(item, "article_id"), _titles(item), _updated(item)) for item in items
    )


def _updated(item: Fields) -> datetime | None:
    seconds = integer(item.get("update_time"))
    return (
        datetime.fromtimestamp(seconds, UTC)
        if seconds is not None and 0 < seconds < 1 << 33
        else None
    )


def _draft_list(fields: Fields) -> DraftList:
    """Read a page of the draft box; after its end there are no items."""
    items = objects(fields, "item") if "item" in fields else []
    drafts = tuple(ListedDraft(_media_id(item), _titles(item), _updated(item)) for item in items)
    return DraftList(drafts, count(fields, "total_count"))


def _titles(item: Fields) -> tuple[str, ...] | None:
    """Read the titles of a listed draft; None if any is missing, since they only spare a call."""
    content = item.get("content")
    if not isinstance(content, dict):
        return None
    try:
        return tuple(string(article, "title") for article in objects(content, "news_item")) or None
    except ShapeError:
        return None


def _tags(fields: Fields) -> tuple[Tag, ...]:
    """Read the tags of an account; one without id or name cannot be meant by a campaign."""
    return tuple(
        Tag(id=number, name=name, count=count(tag, "count"))
        for tag in objects(fields, "tags")
        if (number := integer(tag.get("id"))) is not None and (name := lenient(tag, "name"))
    )


def _made_tag(fields: Fields) -> Tag:
    """Read a tag that was made; nobody has it yet."""
    tag = fields.get("tag")
    number = integer(tag.get("id")) if isinstance(tag, dict) else None
    if not isinstance(tag, dict) or number is None:
        raise ShapeError
    return Tag(id=number, name=text(tag, "name"), count=0)


def _people_page(fields: Fields) -> PeoplePage:
    """Read a page of people. One that holds fewer than it counts is no answer: who is missing could be anybody."""
    data = fields.get("data")
    openids = data.get("openid") if isinstance(data, dict) else []
    if not isinstance(openids, list) or not all(isinstance(each, str) for each in openids):
        raise ShapeError
    if len(openids) != count(fields, "count"):
        raise ShapeError
    return PeoplePage(tuple(openids), lenient(fields, "next_openid") if openids else "")


def _job_status(fields: Fields) -> JobState:
    """Read a job's state. The polled form has an underscore, the callback's a blank: neither is relied on."""
    word = "".join(char for char in text(fields, "msg_status").upper() if char.isalnum())
    known: dict[str, JobState] = {
        "SENDSUCCESS": "sent",
        "SENDING": "sending",
        "SENDFAIL": "failed",
        "DELETE": "deleted",
    }
    return known.get(word, "unknown")


def _speed(fields: Fields) -> SendingSpeed:
    realspeed = integer(fields.get("realspeed"))
    return SendingSpeed(
        count(fields, "speed"), realspeed if realspeed is not None and realspeed >= 0 else None
    )


def _call_quota(fields: Fields) -> CallQuota:
    quota = fields.get("quota")
    remaining = integer(quota.get("remain")) if isinstance(quota, dict) else None
    if not isinstance(quota, dict) or remaining is None:
        raise ShapeError
    return CallQuota(count(quota, "daily_limit"), max(0, remaining))


STABLE_TOKEN = Request("/cgi-bin/stable_token", _grant)
UPLOAD_IMAGE = Request("/cgi-bin/media/uploadimg", _image_url, UPLOAD_SECONDS)
ADD_MATERIAL = Request("/cgi-bin/material/add_material", _material, UPLOAD_SECONDS)
MAKE_VIDEO = Request("/cgi-bin/media/uploadvideo", _media_id)
"""Source: SDKs (WxJava, PowerWeChat, Senparc), read 2026-10; WeChat's index of pages does not list it any more."""
MATERIAL_COUNT = Request(
    "/cgi-bin/material/get_materialcount", lambda fields: count(fields, "image_count")
)
ADD_DRAFT = Request("/cgi-bin/draft/add", _media_id, repeatable=False)
GET_DRAFT = Request("/cgi-bin/draft/get", _articles)
KEPT_DRAFT = Request("/cgi-bin/draft/get", _kept_articles)
LIST_PUBLICATIONS = Request("/cgi-bin/freepublish/batchget", _publications)
KEPT_PUBLICATION = Request("/cgi-bin/freepublish/getarticle", _kept_articles)
GET_MATERIAL = Request("/cgi-bin/material/get_material", done, UPLOAD_SECONDS)
"""Answers with the bytes of a picture, and with JSON only where it refuses."""
LIST_DRAFTS = Request("/cgi-bin/draft/batchget", _draft_list)
DELETE_DRAFT = Request("/cgi-bin/draft/delete", done)
DRAFT_COUNT = Request("/cgi-bin/draft/count", lambda fields: count(fields, "total_count"))
FOLLOWER_COUNT = Request("/cgi-bin/user/get", lambda fields: count(fields, "total"))
"""The openids that come along are dropped unread."""
FOLLOWERS = Request("/cgi-bin/user/get", _people_page)
TAGS = Request("/cgi-bin/tags/get", _tags)
CREATE_TAG = Request("/cgi-bin/tags/create", _made_tag, repeatable=False)
"""A repetition would find its own tag and be refused (45157)."""
TAG_PEOPLE = Request("/cgi-bin/tags/members/batchtagging", done)
UNTAG_PEOPLE = Request("/cgi-bin/tags/members/batchuntagging", done)
TAG_MEMBERS = Request("/cgi-bin/user/tag/get", _people_page)
PREVIEW = Request("/cgi-bin/message/mass/preview", done, repeatable=False)
SEND_ALL = Request("/cgi-bin/message/mass/sendall", job, repeatable=False)
"""To everybody or to a tag."""
SEND_OPENIDS = Request("/cgi-bin/message/mass/send", job, repeatable=False)
JOB_STATUS = Request("/cgi-bin/message/mass/get", _job_status)
WITHDRAW = Request("/cgi-bin/message/mass/delete", done, repeatable=False)
GET_SPEED = Request("/cgi-bin/message/mass/speed/get", _speed)
SET_SPEED = Request("/cgi-bin/message/mass/speed/set", done)
OPEN_COMMENTS = Request("/cgi-bin/comment/open", done)
CLOSE_COMMENTS = Request("/cgi-bin/comment/close", done)
CALL_QUOTA = Request("/cgi-bin/openapi/quota/get", _call_quota)


def token_request(appid: str, secret: str) -> Request[Grant]:
    """Ask for the token in normal mode, which never kills the token of another program."""
    return STABLE_TOKEN.with_body(
        {"grant_type": "client_credential", "appid": appid, "secret": secret}
    )


def material_request(upload: Upload) -> Request[Material]:
    """Upload permanent material; a repetition may leave an orphan, which harms nobody.

    A video is described in a form field of its own, which holds JSON.
    """
    described = {"title": upload.title, "introduction": upload.introduction}
    form = {"description": _json(described).decode()} if upload.material_type == "video" else {}
    return replace(
        ADD_MATERIAL.with_upload(upload), form=form, query={"type": upload.material_type}
    )


def draft_request(articles: Sequence[DraftArticle]) -> Request[MediaId]:
    """Save a draft; each repetition would make another one."""
    return ADD_DRAFT.with_body({"articles": [_article(article) for article in articles]})


def preview_request(recipient: Recipient, body: Body) -> Request[None]:
    """Show the message to one person: of several pictures the first, and of a coupon its `card_ext` too."""
    message, kind = _message(body), body.message.type
    if kind == "image":
        message = {kind: {"media_id": body.media_ids[0]}, "msgtype": kind}
    elif kind == "wxcard":
        message = {kind: {**body.message.words, "card_ext": body.card_ext}, "msgtype": kind}
    to = "towxname" if recipient.kind == "towxname" else "touser"
    return PREVIEW.with_body({to: recipient.name, **message})


def send_request(send: SendIntent) -> Request[Job]:
    """Ask for the mass send, to everybody, to one tag or to openids, and to nobody by default."""
    to_openids = isinstance(send.recipients, ToOpenids)
    content: dict[str, Any] = {
        **_audience(send.recipients),
        **_message(send.body, to_openids=to_openids),
    }
    if send.send_ignore_reprint is not None:
        # The wire value 1 means "go on"; some SDKs have it the other way round.
        content["send_ignore_reprint"] = int(send.send_ignore_reprint)
    content["clientmsgid"] = send.client_msg_id
    return (SEND_OPENIDS if to_openids else SEND_ALL).with_body(content)


def _json(value: Mapping[str, Any]) -> bytes:
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


def _message(body: Body, *, to_openids: bool = False) -> dict[str, Any]:
    """Write the message of a send: the branch that carries it, then its type.

    The branch of pictures is plural, also for one; their type is not. mass/send wants the words of a video once more.
    """
    kind, words = body.message.type, body.message.words
    if kind == "mpvideo" and not to_openids:
        words = {}
    filled = {
        key: int(said) if isinstance(said, bool) else said
        for key, said in words.items()
        if said != ""
    }
    return {_BRANCHES.get(kind, kind): {**body.ids, **filled}, "msgtype": kind}


_BRANCHES = {"image": "images"}
"""The key of a send's message, where it is not the type."""


def _article(article: DraftArticle) -> dict[str, Any]:
    return {
        "article_type": "news",
        "title": article.title,
        **_filled(
            author=article.author,
            digest=article.digest,
            content_source_url=article.content_source_url,
        ),
        "content": article.content,
        "thumb_media_id": article.thumb_media_id,
        **_filled(pic_crop_235_1=article.pic_crop_235_1, pic_crop_1_1=article.pic_crop_1_1),
        **{name: int(on) for name, on in article.written_flags.items()},
    }


def _filled(**strings: str) -> dict[str, str]:
    return {name: value for name, value in strings.items() if value}
