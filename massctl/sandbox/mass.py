"""Answer for mass sends: sendall, send, preview, get, delete, speed.

Rules: WeChat docs, "群发", "mass/preview", "mass/delete", "mass/speed", read 2026-10. A subscription account has one
`sendall` a day, to all or to a tag; a service account has four sends to all a month; sends in the console share both.
An accepted job counts, also when it fails later: whether WeChat gives it back is not documented. `clientmsgid` is
remembered for 24 hours. A repeat answers 45065 with the earlier `msg_id` and no `msg_data_id`; a repeat too soon
answers 45066 and asks for one minute; without an id the server takes a digest of scope and content. That the body of a
repeat is not compared is inferred.
"""

import re
from html import unescape

from msgspec import Struct
from msgspec.structs import asdict

from massctl.sandbox import audience, drafts, jobs, media
from massctl.sandbox.audience import Audience
from massctl.sandbox.request import OK, Refusal, Request, flag, get, integer, post, text
from massctl.sandbox.store import Record, day_start, digest_of, month_start

SUBSCRIPTION_DAILY = 1
"""`sendall` of a subscription account in a Beijing day."""
SERVICE_MONTHLY = 4
"""Sends to all of a service account in a Beijing month."""
CLIENTMSGID_BYTES = 32
"""Length of a `clientmsgid`; older pages say 64."""
MEMORY_SECONDS = 24 * 3600
"""How long an id is remembered after the job was accepted."""
TOO_SOON_SECONDS = 60
"""A repeat within this time of the accepted attempt answers 45066."""
TEXT_CHARACTERS, TEXT_BYTES = 600, 2048
"""A cautious reading: no page has the limit of a mass-sent text behind 45002 (read 2026-10). The console's editor takes
so many characters, and older pages say so many bytes of replies."""
PICTURES_MAX = 20
"""Pictures of one picture message: the limit of `newspic`; no page has a number (read 2026-10)."""
RECOMMEND_CHARACTERS = 140
"""A cautious reading: no page has the number behind 40193 (read 2026-10)."""
SPEEDS = (80, 60, 45, 30, 10)
"""`realspeed` by `speed`, in 10,000 messages a minute."""
MSG_ID_BASE = 3_147_000_000
"""Like `MSG_DATA_ID_BASE` above 2^31, as WeChat's numbers are: a client that stores 32 bits shall notice."""
PREVIEW_ID_BASE = 1_000_000_000
"""Ids of previews; `mass/get` does not know them."""

_ANCHOR = re.compile(r"<a\b([^>]*)>", re.IGNORECASE)
_MISSING = {"text": 44004, "images": 40215, "wxcard": 40073}
"""The errcode of a missing branch. That of other types is 40007: there is no such material."""
_TYPES = frozenset({"mpnews", "text", "voice", "image", "mpvideo", "video", "wxcard"})


@post("message/mass/sendall", daily=100, minute=60)
def sendall(request: Request) -> Record:
    """Answer `mass/sendall`: accept a job to all or to one tag; the answer says accepted, no more."""
    return _send(request, 40008)


@post("message/mass/send", daily=100, minute=60, counted_as="/cgi-bin/message/mass/sendall")
def send(request: Request) -> Record:
    """Answer `mass/send`: a job to a list of openids, for service accounts only (48001)."""
    if request.account.kind != "service":
        raise Refusal(48001)
    return _send(request, 45162)


def _send(request: Request, wrong_type: int) -> Record:
    given = request.record()
    if request.account.website_only:
        raise Refusal(45062)
    has_flag = "send_ignore_reprint" in given
    if has_flag != (given.get("msgtype") == "mpnews"):
        request.violation(
            "send_ignore_reprint_present" if has_flag else "send_ignore_reprint_missing"
        )
    # "Requests while waiting answer 89504 or 89505": also the repetition of the very request that waits.
    if jobs.waiting(request.db, request.appid, request.at):
        raise Refusal(89504)
    # WeChat's memory comes first: after an accepted job the draft is gone and the allowance used, and a
    # repeat must still learn the truth (45065) rather than 40007 or 45028.
    key, request_digest = _memory_key(request, given), digest_of(given)
    _require_new(request, key, request_digest)
    if request.path.endswith("/send"):
        to = audience.by_openids(request, given.get("touser"))
    else:
        to = audience.by_filter(request, given.get("filter"))
    message = _message(request, given, wrong_type=wrong_type)
    reprint = given.get("send_ignore_reprint")
    if reprint is not None:
        integer(reprint, 0, 1)
    require_allowance(request, to)
    held = request.account.protection and to.scope == "all"
    fact = {"clientmsgid": given.get("clientmsgid") or None, "request_digest": request_digest}
    job = accept(request, to, message, {**fact, "send_ignore_reprint": reprint}, held=held)
    _remember(request, key, job)
    if to.scope == "openids":
        _introduce(request, given["touser"])
    if held:
        raise Refusal(89504)
    answer: Record = {
        "errcode": 0,
        "errmsg": "send job submission success",
        "msg_id": job["msg_id"],
    }
    return answer if job["msg_data_id"] is None else {**answer, "msg_data_id": job["msg_data_id"]}


@post("message/mass/preview", daily=100)
def preview(request: Request) -> Record:
    """Answer `mass/preview`: one message to one person; consumes neither draft nor allowance."""
    given = request.record()
    name, openid = given.get("towxname"), given.get("touser")
    if name:
        if not isinstance(name, str) or name.startswith(audience.BAD_NAME):
            raise Refusal(40132)
        to, recipient, openid_print = name, name, None
    else:
        if not isinstance(openid, str) or not audience.is_openid(openid):
            raise Refusal(40003)
        to, recipient = openid, f"{openid[:3]}…{openid[-2:]}"
        openid_print = audience.fingerprint(request.appid, openid)
    if to.startswith(audience.NOT_A_FOLLOWER):
        raise Refusal(43004)
    message = _message(request, given, is_preview=True)
    msg_id = PREVIEW_ID_BASE + request.db.next_number("preview")
    fact = {
        "appid": request.appid,
        "msg_id": msg_id,
        "at": request.at,
        "recipient": recipient,
        "openid": openid_print,
    }
    content = {"msgtype": message.msgtype, "body": message.body, "content_digest": message.digest}
    request.db.put("previews", str(msg_id), {**fact, "by_name": bool(name), **content})
    return {"errcode": 0, "errmsg": "preview success", "msg_id": msg_id}


@post("message/mass/get")
def state(request: Request) -> Record:
    """Answer `mass/get`: one word about the job; no counts and no reason."""
    job = _find(request, request.record().get("msg_id"))
    return {"msg_id": job["msg_id"], "msg_status": jobs.status(request.db, job, request.at)}


@post("message/mass/delete", daily=10)
def delete(request: Request) -> Record:
    """Answer `mass/delete`: `article_idx` counts from 1, and 0 or none means all. No undo."""
    given = request.record()
    job = _by_url(request, given["url"]) if "msg_id" not in given and "url" in given else None
    job = job or _find(request, given.get("msg_id"))
    count = len(jobs.articles(job))
    if count == 0 or jobs.status(request.db, job, request.at) != "SEND_SUCCESS":
        raise Refusal(40065)
    index = integer(given.get("article_idx", 0), 0, count, errcode=40060)
    if index in job["deleted_articles"]:
        raise Refusal(40065)
    if index == 0 and "article_idx" not in given:
        request.violation("delete_without_article_idx", msg_id=job["msg_id"])
    gone = list(range(1, count + 1)) if index == 0 else sorted([*job["deleted_articles"], index])
    request.db.put("jobs", str(job["msg_id"]), jobs.with_deleted(job, gone, request.at))
    return OK


@get("message/mass/speed/get")  # One SDK uses GET; the page says POST.
@post("message/mass/speed/get")
def speed_get(request: Request) -> Record:
    """Answer `mass/speed/get`."""
    speed = int(request.account.speed)
    return {"speed": speed, "realspeed": SPEEDS[speed]}


@post("message/mass/speed/set")
def speed_set(request: Request) -> Record:
    """Answer `mass/speed/set`: account-wide and lasting."""
    given = request.record()
    if "speed" not in given:
        raise Refusal(45084)
    request.change_account(speed=integer(given["speed"], 0, len(SPEEDS) - 1, errcode=45083))
    return OK


# Jobs


def require_allowance(request: Request, to: Audience) -> None:
    """Refuse with 45028 where the account has no send of this kind left."""
    if to.scope == "openids":
        return
    if request.account.kind == "subscription":
        left = SUBSCRIPTION_DAILY - len(
            _audiences_since(request, day_start(request.now).timestamp())
        )
    elif to.scope == "all":
        left = SERVICE_MONTHLY - sum(row["scope"] == "all" for row in _this_month(request))
    else:
        left = 1
    if left <= 0:
        raise Refusal(45028)


def accept(
    request: Request, to: Audience, message: "Message", fact: Record, *, held: bool = False
) -> Record:
    """Create a job that WeChat has accepted (or holds) and consume its draft; return it.

    `fact` joins the record: clientmsgid, digest of the request, send_ignore_reprint.
    """
    number = request.db.next_number("job")
    msg_id, stored = MSG_ID_BASE + number, asdict(to)
    full = audience.over_limit(to, _this_month(request)) if request.account.kind == "service" else 0
    ordered = request.account.ending or {}
    if ordered:
        request.change_account(ending=None)
    job: Record = {
        "appid": request.appid,
        "msg_id": msg_id,
        "msg_data_id": jobs.MSG_DATA_ID_BASE + number if message.draft else None,
        "at": request.at,
        "scope": to.scope,
        "audience_digest": digest_of(stored),
        "msgtype": message.msgtype,
        "body": message.body,
        "content_digest": message.digest,
        "draft_media_id": message.draft["media_id"] if message.draft else None,
        "deleted_articles": [],
        "via": "api",
        "hold": {"since": request.at, "settled": None, "at": None} if held else None,
        "is_held": held,
        # How the account's next job was ordered to end, once, and how events travel from now on.
        "ending": ordered.get("status"),
        "told": {name: ordered[name] for name in ("copyright", "event", "then") if name in ordered},
        "travel": request.db.get("callback", "orders") or {},
        "total_count": to.total,
        "filter_count": to.total - full,
        "sent_count": to.total - full - to.not_followers,
        "error_count": to.not_followers,
        **fact,
    }
    request.db.put("jobs", str(msg_id), job)
    request.db.put("audiences", str(msg_id), {"appid": request.appid, "at": request.at, **stored})
    if message.draft and not held:
        drafts.consume(request, message.draft, msg_id)
    return job


def settle(request: Request, job: Record, *, confirmed: bool) -> None:
    """Let the administrator confirm or refuse a held job."""
    hold = {**job["hold"], "settled": "confirmed" if confirmed else "refused", "at": request.at}
    request.db.put("jobs", str(job["msg_id"]), {**job, "hold": hold, "is_held": False})
    draft = request.db.get("drafts", job["draft_media_id"] or "")
    if confirmed and draft is not None:
        drafts.consume(request, draft, job["msg_id"])


def _audiences_since(request: Request, at: float) -> list[Record]:
    return request.db.find("audiences", appid=request.appid, since=at)


def _this_month(request: Request) -> list[Record]:
    return _audiences_since(request, month_start(request.now).timestamp())


def _find(request: Request, msg_id: object) -> Record:
    job = request.own("jobs", str(integer(msg_id, 1, 2**63 - 1, errcode=40059)))
    if job is None:
        raise Refusal(40059)
    return job


def _by_url(request: Request, url: object) -> Record | None:
    for job in request.db.find("jobs", appid=request.appid):
        if url in {jobs.article_url(job, index) for index in range(1, len(jobs.articles(job)) + 1)}:
            return job
    return None


def _introduce(request: Request, openids: list[str]) -> None:
    """Let the inbox's two followers stand for two people of the first foreign list.

    Without this a list from real life would reach nobody whom the inbox shows.
    """
    others = [each for each in openids if not each.startswith(audience.NOT_A_FOLLOWER)]
    others = [each for each in others if audience.follower_index(request.account, each) is None]
    if others and not request.account.aliases:
        prints = [audience.fingerprint(request.appid, each) for each in (others[0], others[-1])]
        request.change_account(aliases=prints[: len(set(prints))])


# clientmsgid


def _memory_key(request: Request, given: Record) -> str:
    """Return the key under which this send is remembered; 45067 or 40097 for an impossible id."""
    client_id = text(given.get("clientmsgid"))
    if not client_id:
        request.violation("clientmsgid_missing")
        return f"{request.appid}|digest|{digest_of({name: given[name] for name in given if name != 'clientmsgid'})}"
    if len(client_id.encode()) > CLIENTMSGID_BYTES:
        raise Refusal(45067)
    return f"{request.appid}|id|{client_id}"


def _require_new(request: Request, key: str, request_digest: str) -> None:
    """Refuse with 45066 or 45065 where a job was accepted under this key in the last 24 hours."""
    memory = request.db.get("memory", key)
    if memory is None or request.at - memory["at"] >= MEMORY_SECONDS:
        return
    if memory["request_digest"] != request_digest:
        request.violation("clientmsgid_with_other_body", msg_id=memory["msg_id"])
    if request.at - memory["at"] < TOO_SOON_SECONDS:
        request.violation("clientmsgid_repeated_within_a_minute", msg_id=memory["msg_id"])
        raise Refusal(45066)
    raise Refusal(45065, msg_id=memory["msg_id"])


def _remember(request: Request, key: str, job: Record) -> None:
    """Remember that a job was accepted under this key, and note a second job for one key or content."""
    before, msg_id = request.db.get("memory", key), job["msg_id"]
    if before is not None:
        request.violation("second_job_same_clientmsgid", msg_ids=[before["msg_id"], msg_id])
    row = {"msg_id": msg_id, "at": request.at, "request_digest": job["request_digest"]}
    request.db.put("memory", key, row)
    equal = {name: job[name] for name in ("appid", "content_digest", "audience_digest")}
    if len(others := request.db.find("jobs", **equal)) > 1:
        request.violation("second_job_equal_content", msg_ids=[others[0]["msg_id"], msg_id])


# The message


class Message(Struct, frozen=True):
    """What one send carries, as it was at that moment."""

    msgtype: str
    body: Record
    """`articles`; `text`; `pictures`, `title`, `recommend`; `voice`; `video`, `title`, `description`; or `card_id`."""
    draft: Record | None = None

    @property
    def digest(self) -> str:
        """Name the content itself: two drafts with equal articles have equal digests."""
        return digest_of({"msgtype": self.msgtype, "body": self.body})


def _message(
    request: Request, given: Record, *, is_preview: bool = False, wrong_type: int = 40008
) -> Message:
    """Return the message of a send or a preview; refuse what cannot be sent.

    Refuses with 40007 for ids that are unknown, -1 for those of another type, 44004/45002/40213 for texts,
    40215/40193/40194 for pictures; and with 45113 for cards (40073 without an id) and 48022 for videos, unless the
    account still may send them. `wrong_type` is the errcode for an unknown `msgtype`.
    """
    msgtype = given.get("msgtype")
    if not isinstance(msgtype, str) or msgtype not in _TYPES:
        raise Refusal(wrong_type)
    if msgtype == "image":
        return Message("image", _pictures(request, given, is_preview=is_preview))
    branch = _branch(given, msgtype)
    if msgtype == "text":
        return Message("text", {"text": _words(branch.get("content"))})
    if msgtype == "wxcard":
        return Message("wxcard", _card(request, branch, is_preview=is_preview))
    media_id = branch.get("media_id")
    if msgtype == "mpnews":
        _require_type(request, media_id, "draft")
        draft = drafts.find(request, media_id)
        return Message("mpnews", {"articles": draft["articles"]}, draft)
    if msgtype == "voice":
        return Message("voice", {"voice": _material(request, media_id, "voice")["sha256"]})
    return Message("mpvideo", _video(request, media_id))


def _require_type(request: Request, media_id: object, *types: str) -> None:
    """Refuse an id of another type with -1, as one SDK says of WeChat; one that is unknown is left to others."""
    row = request.own("materials", media_id)
    draft = request.own("drafts", media_id)
    is_draft = draft is not None and draft["consumed_by"] is None
    found = "draft" if is_draft else row["kind"] if row is not None else None
    if found is not None and found not in types:
        raise Refusal(-1)


def _material(request: Request, media_id: object, kind: str) -> Record:
    _require_type(request, media_id, kind)
    return media.find(request, media_id, kind)


def _branch(given: Record, name: str) -> Record:
    """Return the object that carries the content; without one WeChat misses that content.

    The mass calls document no errcode for a branch of another type, so it is the documented one of what is missing.
    """
    branch = given.get(name)
    if not isinstance(branch, dict):
        raise Refusal(_MISSING.get(name, 40007))
    return branch


def _words(content: object) -> str:
    """Read the content of a text message."""
    if not isinstance(content, str) or not content.strip():
        raise Refusal(44004)
    if len(content) > TEXT_CHARACTERS or len(content.encode()) > TEXT_BYTES:
        raise Refusal(45002)
    for anchor in _ANCHOR.finditer(content):
        address = re.search(r"href\s*=\s*[\"']([^\"']+)[\"']", anchor[1])
        if "data-miniprogram-appid" in anchor[1]:
            continue
        if address is None or not unescape(address[1]).startswith(
            ("http://", "https://", "weixin://")
        ):
            raise Refusal(40213)
    return content


def _video(request: Request, media_id: object) -> Record:
    _require_type(request, media_id, "video", "mpvideo")
    if not request.account.mass_video:
        media.find(request, media_id, "video", "mpvideo")
        # Every video here came through the API, and to most accounts the API does not send those.
        raise Refusal(48022)
    row = media.find(request, media_id, "mpvideo")
    return {"video": row["sha256"], "title": row["title"], "description": row["description"]}


def _card(request: Request, branch: Record, *, is_preview: bool) -> Record:
    if not request.account.mass_card:
        raise Refusal(45113)
    for name, errcode in (("card_id", 40073), ("card_ext", 40097))[: 1 + is_preview]:
        if not isinstance(branch.get(name), str) or not branch[name]:
            raise Refusal(errcode)
    return {"card_id": branch["card_id"]}


def _pictures(request: Request, given: Record, *, is_preview: bool) -> Record:
    # Previews take one picture in the older branch; sends take the plural one, and the older as well.
    if is_preview or "images" not in given:
        row = _material(request, _branch(given, "image").get("media_id"), "image")
        return {"pictures": [row["sha256"]], "recommend": ""}
    branch = _branch(given, "images")
    ids = branch.get("media_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= PICTURES_MAX:
        raise Refusal(40215)
    rows = [_material(request, media_id, "image") for media_id in ids]
    comments = [flag(branch.get(name)) for name in ("need_open_comment", "only_fans_can_comment")]
    if any(comments) and not request.account.comment_right:
        raise Refusal(88000)
    recommend = text(branch.get("recommend"), 40194)
    if len(recommend) > RECOMMEND_CHARACTERS:
        raise Refusal(40193)
    return {
        "pictures": [row["sha256"] for row in rows],
        "title": text(branch.get("title")),
        "recommend": recommend,
    }
