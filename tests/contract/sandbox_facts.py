"""What WeChat's pages say of the calls that massctl depends on, one row each, and what the sandbox answers.

`test_sandbox_facts.py` asks the sandbox; `documented_page.py` writes the rows into docs/reference/wechat-api.md. A row
names WeChat's page by its path or heading. What no page says is the stricter reading, and the row says so.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from media_samples import amr, mp3, mp4, wav
from sandbox_caller import APPID, SECRET, Caller, picture

from massctl.sandbox.audience import openid_of

DOCS, SDK, COMMUNITY, INFERRED, STRICTER = (
    "docs",
    "SDK",
    "community",
    "inferred",
    "no source: the stricter reading",
)
SENDALL, SEND, PREVIEW = "message/mass/sendall", "message/mass/send", "message/mass/preview"
DELETE, GET, SPEED = "message/mass/delete", "message/mass/get", "message/mass/speed"
QUOTA: Final = "openapi/quota/get"
ASK: Final = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
FORCED: Final = {**ASK, "force_refresh": True}
DESCRIBED: Final = json.dumps({"title": "雪球", "introduction": "两秒钟"}, ensure_ascii=False)
OWN: Final = [openid_of(APPID, index) for index in range(60)]
TO_ALL: Final = {"is_to_all": True}
FIRST_PAGE: Final = {"offset": 0, "count": 20}

Do: TypeAlias = Callable[[Caller], Any]


@dataclass(frozen=True)
class Fact:
    """One documented fact: what is done, and what comes of it."""

    rule: str
    answer: Any
    """An errcode, where what comes is an answer; else what comes itself."""
    do: Do
    source: str = DOCS
    note: str = ""


# Ways to ask


def ask(method: str, path: str, body: object = None, **query: str) -> Do:
    """Make one call with a live token."""

    def do(caller: Caller) -> Any:
        caller.fresh_token()
        return caller.record(method, path, body, **query)

    return do


def token(**changed: object) -> Do:
    return lambda c: c.record("POST", "stable_token", {**ASK, **changed})


def article(**members: Any) -> Do:
    return lambda c: c.post("draft/add", {"articles": [c.article(**members)]})


def kept(member: str, **members: Any) -> Do:
    """Save an article, and read one member of it back."""
    return lambda c: c.post("draft/get", {"media_id": c.draft(**members)})["news_item"][0][member]


def upload(path: str, data: bytes, name: str, kind: str | None = None, **form: str) -> Do:
    return lambda c: c.upload(path, data, name, kind, **form)


def send(msgtype: str = "text", path: str = SENDALL, **members: Any) -> Do:
    """Send a message to tag 101, or otherwise as `members` say."""

    def do(caller: Caller) -> Any:
        caller.tag()
        return caller.post(path, caller.text(msgtype=msgtype, **members))

    return do


def news(**members: Any) -> Do:
    return lambda c: c.post(SENDALL, c.job(c.draft(), **members))


def listed(people: object, **members: Any) -> Do:
    return lambda c: c.post(SEND, c.text(touser=people, **members))


def pictures(count: int = 1, number: int = 1, **branch: Any) -> Do:
    def do(caller: Caller) -> Any:
        caller.tag()
        images = {"media_ids": [caller.cover()] * count, **branch}
        return caller.post(SENDALL, caller.text(number, msgtype="image", images=images))

    return do


def then(make: Do, use: Callable[[Caller, Any], Any]) -> Do:
    """Make something, and use it."""
    return lambda c: use(c, make(c))


def draft(caller: Caller) -> str:
    return caller.draft()


def cover(caller: Caller) -> str:
    return caller.cover()


def given(do: Do, **account: Any) -> Do:
    """Do it with another account."""

    def changed(caller: Caller) -> Any:
        caller.account(**account)
        return do(caller)

    return changed


def codes(*steps: Do) -> Do:
    """Do one after the other, and return the errcodes."""
    return lambda c: [code(step(c)) for step in steps]


def code(answer: Any) -> Any:
    return answer.get("errcode", 0) if isinstance(answer, dict) else answer


def later(do: Do, **delta: float) -> Do:
    def passed(caller: Caller) -> Any:
        caller.later(**delta)
        return do(caller)

    return passed


def often(times: int, call: Callable[[Caller, int], Any], seconds: float = 0) -> Do:
    """Make a call again and again, and return the errcodes that came, each once, and the last one."""

    def do(caller: Caller) -> Any:
        caller.tag()
        caller.fresh_token()
        found = []
        for number in range(1, times + 1):
            caller.later(seconds=seconds)
            found.append(code(call(caller, number)))
        return [*dict.fromkeys(found)]

    return do


def sent(caller: Caller, articles: int = 1, **members: Any) -> Any:
    """Send news to all and wait until it has ended; return the answer of the send."""
    media_id = caller.post("draft/add", {"articles": [caller.article(**members)] * articles})[
        "media_id"
    ]
    answer = caller.post(SENDALL, caller.job(media_id))
    caller.later(minutes=4)
    return answer


def on_job(path: str, articles: int = 1, *bodies: dict[str, Any]) -> Do:
    """Make calls about a job of news that was sent."""

    def do(caller: Caller) -> Any:
        msg_id = sent(caller, articles)["msg_id"]
        return [code(caller.post(path, {"msg_id": msg_id, **body})) for body in bodies or ({},)]

    return do


def on_comments(path: str, *, right: bool = True, **body: Any) -> Do:
    """Make a call about the comments of an article that was sent; one follower has commented."""

    def do(caller: Caller) -> Any:
        answer = sent(caller, need_open_comment=1)
        caller.order("comments", appid=APPID, msg_id=answer["msg_id"], content="好")
        caller.account(comment_right=right)
        return caller.post(path, {"msg_data_id": answer["msg_data_id"], "index": 0, **body})

    return do


def ended(caller: Caller, **ending: Any) -> Any:
    """Let a job end as ordered, and return its event."""
    if ending:
        caller.order("ending", appid=APPID, **ending)
    sent(caller)
    return caller.report()["events"][-1]["json"]


def preview(**to: Any) -> Do:
    return lambda c: c.post(PREVIEW, {"msgtype": "text", "text": {"content": "看一眼"}, **to})


def tag(path: str, **body: Any) -> Do:
    def do(caller: Caller) -> Any:
        caller.tag()
        return caller.post(path, body)

    return do


def cover_of(kind: str) -> Do:
    """Save an article whose cover was uploaded another way."""

    def do(caller: Caller) -> Any:
        media_id = (
            caller.upload("media/upload", picture(), kind="image")["media_id"]
            if kind == "temporary"
            else kind
        )
        return caller.post("draft/add", {"articles": [caller.article(thumb_media_id=media_id)]})

    return do


def newspic(content: str = "三张图", count: int = 1) -> Do:
    def do(caller: Caller) -> Any:
        images = [{"image_media_id": caller.cover()} for _ in range(count)]
        members = {"article_type": "newspic", "image_info": {"image_list": images}}
        return caller.post(
            "draft/add", {"articles": [{"title": "贴图", "content": content, **members}]}
        )

    return do


def material(kind: str, data: bytes, name: str, **form: str) -> Do:
    return upload("material/add_material", data, name, kind, **form)


def big(data: bytes, megabytes: float) -> bytes:
    return data + bytes(int(megabytes * 2**20))


def count_of(path: str, member: str, **query: str) -> Do:
    return lambda c: ask("GET", path, **query)(c)[member]


# What takes more than one call


def _renewed(caller: Caller) -> Any:
    old = caller.fresh_token()
    caller.later(seconds=6950)
    is_new = caller.fresh_token() != old
    return [is_new, code(caller.record("GET", "draft/count", access_token=old))]


def _temporary(caller: Caller) -> Any:
    media_id = caller.upload("media/upload", amr(), "a.amr", "voice")["media_id"]
    caller.fresh_token()
    first = caller.reply("GET", "media/get", media_id=media_id)
    assert (amr(), "audio/amr") == (first.data, first.content_type)
    caller.later(days=3)
    return [0, code(caller.get("media/get", media_id=media_id))]


def _mismatched(caller: Caller) -> Any:
    """Send ids of one type as another, preview one, and list the jobs."""
    caller.tag()
    picture_id, draft_id = caller.cover(), caller.draft()
    voice_id = caller.upload("material/add_material", mp3(), "a.mp3", "voice")["media_id"]
    sends = [
        {"msgtype": "mpnews", "mpnews": {"media_id": picture_id}, "send_ignore_reprint": 0},
        {"msgtype": "voice", "voice": {"media_id": draft_id}},
        {"msgtype": "image", "images": {"media_ids": [picture_id, voice_id]}},
    ]
    answers = [
        caller.post(SENDALL, caller.text(number, **body))
        for number, body in enumerate(sends, start=1)
    ]
    answers.append(
        preview(towxname="li", msgtype="mpvideo", mpvideo={"media_id": voice_id})(caller)
    )
    return [*map(code, answers), caller.report()["jobs"]]


def _video(caller: Caller) -> Any:
    video = caller.upload("material/add_material", mp4(), "a.mp4", "video", description=DESCRIBED)[
        "media_id"
    ]
    return send("mpvideo", mpvideo={"media_id": video})(caller)


def _repeated(caller: Caller, **more: Any) -> Any:
    """Make a send, let time pass, and make it again with what is changed."""
    delta = {name: more.pop(name) for name in ("seconds", "minutes", "hours") if name in more}
    send(**(more if "clientmsgid" in more else {}))(caller)
    caller.later(**delta)
    return caller.post(SENDALL, caller.text(**more))


def _fifth(caller: Caller) -> Any:
    caller.tag()
    caller.tag(102, "新客", 20)
    for number in range(1, 5):
        caller.post(SENDALL, caller.text(number, filter={"is_to_all": False, "tag_id": 102}))
    caller.post(SENDALL, caller.text(5))
    job = caller.report()["jobs"][-1]
    return [job["total_count"], job["filter_count"]]


def _held(caller: Caller, **admin: bool) -> Any:
    news()(caller)
    caller.later(minutes=10)
    if admin:
        caller.order("admin", appid=APPID, **admin)
    caller.later(minutes=20)
    return caller.report()["events"][0]["status"]


def _tagged(caller: Caller, number: int) -> Any:
    caller.tag(200 + number, f"第{number}个", 0)
    return caller.post("tags/members/batchtagging", {"openid_list": OWN[:1], "tagid": 200 + number})


def _real_life(caller: Caller) -> Any:
    """Tag three people whom the sandbox did not make, read them back, and send to the tag."""
    people = [f"oRealLife{number:019d}" for number in range(3)]
    made = caller.post("tags/create", {"tag": {"name": "massctl/east"}})["tag"]["id"]
    caller.post("tags/members/batchtagging", {"openid_list": people, "tagid": made})
    read = caller.post("user/tag/get", {"tagid": made})
    caller.post(SENDALL, caller.text(1, filter={"is_to_all": False, "tag_id": made}))
    job = caller.report()["jobs"][0]
    return [read["count"], set(people) == set(read["data"]["openid"]), job["total_count"]]


def _tag_pages(caller: Caller) -> Any:
    caller.tag(count=12_000)
    return _pages(caller, lambda after: caller.post("user/tag/get", {"tagid": 101, **after}))


def _pages(caller: Caller, ask: Callable[[dict[str, str]], Any] | None = None) -> Any:
    sizes, after = [], ""
    page: dict[str, Any] = {"count": 1}
    read = ask or (lambda behind: caller.get("user/get", **behind))
    while page["count"]:
        page = read({"next_openid": after})
        sizes.append(page["count"])
        after = page["next_openid"]
    return [*sizes, "data" in page]


def _fill(caller: Caller, kind: str, count: int) -> None:
    with caller.db() as db:
        for number in range(count):
            row = {
                "appid": APPID,
                "media_id": f"m{number}",
                "kind": kind,
                "permanent": True,
                "sha256": "",
                "name": "",
            }
            db.put("materials", f"m{number}", row)


def _read_material(caller: Caller) -> Any:
    video = caller.upload("material/add_material", mp4(), "a.mp4", "video", description=DESCRIBED)[
        "media_id"
    ]
    shown = caller.reply("POST", "material/get_material", {"media_id": caller.cover()})
    told = caller.post("material/get_material", {"media_id": video})
    return [shown.data[:3], told["title"], told["description"]]


def _untagged(caller: Caller) -> Any:
    """Tag and untag three people, one of whom is new to the tag, and read the sizes of the tag."""
    caller.tag(count=4)
    sizes = []
    for way in ("batchtagging", "batchuntagging"):
        caller.post(
            f"tags/members/{way}",
            {"openid_list": [OWN[index] for index in (0, 3, 7)], "tagid": 101},
        )
        sizes.append(caller.post("user/tag/get", {"tagid": 101})["count"])
    return sizes


def _pictures_served(caller: Caller) -> Any:
    """Ask the host of pictures for what it gave out, and for what it did not."""
    inside = caller.upload("media/uploadimg", picture("PNG"), "a.png")["url"]
    (shown,) = caller.post("draft/get", {"media_id": caller.draft()})["news_item"]
    asked = [
        inside,
        inside.replace("http://", "https://"),
        shown["thumb_url"],
        "http://mmbiz.qpic.cn/mmbiz_png/x/0",
    ]
    parts = [urlsplit(each) for each in asked]
    answers = [
        caller.http.get(each.path, base_url=f"{each.scheme}://{each.netloc}") for each in parts
    ]
    assert answers[0].data == picture("PNG")
    return [each.content_type if each.status_code == 200 else each.status_code for each in answers]


def published(caller: Caller, articles: int = 1, **body: Any) -> Any:
    """Publish a draft and wait until that has ended; return what `freepublish/get` says."""
    media_id = caller.post("draft/add", {"articles": [caller.article()] * articles})["media_id"]
    publish_id = caller.post("freepublish/submit", {"media_id": media_id})["publish_id"]
    caller.later(minutes=4)
    return caller.post("freepublish/get", {"publish_id": publish_id, **body})


def _deleted_one_by_one(caller: Caller) -> Any:
    told = published(caller, 2)
    article_id, found = told["article_id"], []
    for index in (1, 3, 2):
        code_of = code(
            caller.post("freepublish/delete", {"article_id": article_id, "index": index})
        )
        items = caller.post("freepublish/getarticle", {"article_id": article_id})["news_item"]
        found.append([code_of, *(each["is_deleted"] for each in items)])
    return [
        *found,
        caller.post("freepublish/get", {"publish_id": told["publish_id"]})["publish_status"],
    ]


def _about(caller: Caller, answer: Any, path: str) -> Any:
    """Ask about the comments of the first article of a job."""
    job = caller.report()["jobs"][-1]
    about = {"msg_data_id": answer.get("msg_data_id", job["msg_data_id"]), "index": 0}
    return caller.post(path, {**about, "begin": 0, "count": 1, "type": 0})


def _unsent(caller: Caller, path: str, **ending: Any) -> Any:
    """Ask about the comments of a job that ended otherwise than sent."""
    if ending:
        caller.order("ending", appid=APPID, **ending)
    answer = sent(caller, need_open_comment=1)
    caller.order("admin", appid=APPID, confirm=False)
    return _about(caller, answer, path)


def _comment_deleted(caller: Caller) -> Any:
    answer = sent(caller, need_open_comment=1)
    caller.order("comments", appid=APPID, msg_id=answer["msg_id"], content="好")
    comment = {"msg_data_id": answer["msg_data_id"], "index": 0, "user_comment_id": 1}
    return [
        code(caller.post(f"comment/{call}", comment))
        for call in ("markelect", "unmarkelect", "delete", "delete")
    ]


DAY: Final = "2026-12-01"
"""The day on which a caller begins, at 20:00 in Beijing."""
SPANS: Final = {
    **dict.fromkeys(["getarticleread", "getarticleshare", "getarticletotaldetail"], 1),
    **dict.fromkeys(["getupstreammsghour", "getinterfacesummaryhour"], 1),
    **dict.fromkeys(["getusersummary", "getusercumulate", "getupstreammsg"], 7),
    **dict.fromkeys(["getupstreammsgdist"], 15),
    **dict.fromkeys(
        ["getbizsummary", "getupstreammsgweek", "getupstreammsgmonth", "getinterfacesummary"], 30
    ),
    **dict.fromkeys(["getupstreammsgdistweek", "getupstreammsgdistmonth"], 30),
}
"""The most days of one call."""


def statistics(name: str, begin: str = DAY, end: str = "", **later: float) -> Do:
    """Ask for statistics after a send of two articles; `later`: from the end of the send, else 31 days."""

    def do(caller: Caller) -> Any:
        sent(caller, 2)
        caller.later(**(later or {"days": 31}))
        return caller.statistics(name, begin, end)

    return do


def _spans(caller: Caller) -> Any:
    """Ask for as many days as a call gives, and for one more."""
    caller.later(days=40)
    first = date.fromisoformat(DAY)
    return {
        name: [
            code(caller.statistics(name, DAY, str(first + timedelta(days=count - 1))))
            for count in (span, span + 1)
        ]
        for name, span in SPANS.items()
    }


def _old(name: str, day: str) -> Do:
    return lambda c: c.statistics(name, day)["list"]


def _articles(caller: Caller) -> Any:
    return caller.statistics("getarticletotaldetail", DAY)["list"]


def _curve(found: Any) -> Any:
    """Count the days of the first article, and tell whether its readers never fall."""
    (first, *_) = found["list"]
    counts = [each["read_user"] for each in first["detail_list"]]
    return [len(counts), counts == sorted(counts)]


# The table

CREDENTIALS: Final = [
    Fact("No token", 41001, lambda c: c.record("GET", "draft/count")),
    Fact(
        "A token that nobody issued",
        40014,
        lambda c: c.record("GET", "draft/count", access_token="x"),
    ),
    Fact(
        "A token lives 7,200 seconds",
        [0, 42001],
        codes(ask("GET", "draft/count"), later(lambda c: c.record("GET", "draft/count"), hours=2)),
    ),
    Fact(
        "`GET cgi-bin/token` issues a new token, and the one before dies",
        40001,
        lambda c: [
            c.__setattr__("token", c.record("GET", "token", **ASK)["access_token"]),
            c.record("GET", "token", **ASK),
            c.record("GET", "draft/count"),
        ][-1],
    ),
    Fact(
        "`stable_token` returns the live token", True, lambda c: c.fresh_token() == c.fresh_token()
    ),
    Fact(
        "Its `expires_in` is what is left",
        3600,
        lambda c: [c.fresh_token(), c.later(hours=1), token()(c)["expires_in"]][-1],
    ),
    Fact(
        "Five minutes before the end there is a new one, and the old one lives", [True, 0], _renewed
    ),
    Fact(
        "`token` and `stable_token` do not kill each other's token",
        0,
        lambda c: [
            c.fresh_token(),
            c.record("GET", "token", **ASK),
            c.record("GET", "draft/count"),
        ][-1],
    ),
    Fact(
        "`force_refresh` kills the live token",
        40001,
        lambda c: [
            c.fresh_token(),
            c.record("POST", "stable_token", FORCED),
            c.record("GET", "draft/count"),
        ][-1],
    ),
    Fact(
        "Forced refreshes are 30 seconds apart",
        [0, 45011],
        codes(token(force_refresh=True), later(token(force_refresh=True), seconds=29)),
    ),
    Fact(
        "20 forced refreshes a day",
        [0, 45009],
        often(21, lambda c, _: c.record("POST", "stable_token", FORCED), seconds=31),
    ),
    Fact("`stable_token` is asked by POST", 43002, lambda c: c.record("GET", "stable_token")),
    Fact("An unknown `grant_type`", 40002, token(grant_type="x")),
    Fact("An unknown AppID", 40013, token(appid="wx0")),
    Fact("A wrong secret", 40125, token(secret="x")),
    Fact("No AppID", 41002, token(appid="")),
    Fact("No secret", 41004, token(secret="")),
    Fact(
        "An address outside the whitelist, when a token is asked for",
        40164,
        given(token(), whitelist=["10.0.0.1"]),
        note="The text names the address.",
    ),
    Fact(
        "An address outside the whitelist, when a call carries a token",
        40164,
        lambda c: [
            c.fresh_token(),
            c.account(whitelist=["10.0.0.1"]),
            c.record("GET", "draft/count"),
        ][-1],
    ),
    Fact(
        "Addresses of the API, and of callbacks",
        [["127.0.0.1"], ["127.0.0.1"]],
        lambda c: [c.get(path)["ip_list"] for path in ("get_api_domain_ip", "getcallbackip")],
        note="The sandbox is on loopback.",
    ),
    Fact("A call that needs POST, by GET", 43002, ask("GET", "draft/add")),
    Fact("A call that needs GET, by POST", 43001, ask("POST", "tags/get", {})),
]
WIRE: Final = [
    Fact("A body that is empty", 44002, ask("POST", "draft/add", b"")),
    Fact("A body that is no JSON", 47001, ask("POST", "draft/add", b"title=x")),
    Fact(
        "An escape counts as six characters: eleven of them are too long a title",
        45003,
        lambda c: c.post(
            "draft/add",
            json.dumps({"articles": [c.article(title="春季大促来了，全场八折")]}).encode(),
        ),
        COMMUNITY,
    ),
    Fact(
        "A compressed body",
        40221,
        lambda c: c.http.post(
            "/cgi-bin/draft/add",
            query_string={"access_token": c.fresh_token()},
            data=b"x",
            headers={"Content-Encoding": "gzip"},
        ).get_json(force=True),
        SDK,
    ),
    Fact("Success may have no `errcode`", {"total_count": 0}, ask("GET", "draft/count"), SDK),
    Fact(
        "A path that the sandbox does not serve",
        [404, 40066],
        then(
            lambda c: c.reply("POST", "material/add_news", {}),
            lambda c, r: [r.status_code, r.get_json(force=True)["errcode"]],
        ),
        INFERRED,
        "Menus and the retired article calls.",
    ),
]
LIMITS: Final = [
    Fact(
        "`quota/get` counts the calls of a Beijing day",
        [1, 0],
        lambda c: [
            c.draft(),
            c.post(QUOTA, {"cgi_path": "/cgi-bin/draft/add"})["quota"]["used"],
            later(
                lambda c: c.post(QUOTA, {"cgi_path": "/cgi-bin/draft/add"})["quota"]["used"],
                hours=4,
            )(c),
        ][1:],
        note="Beijing time is inferred.",
    ),
    Fact("`quota/get` for an unknown path", 76021, ask("POST", QUOTA, {"cgi_path": "/x"})),
    Fact(
        "`quota/get` for a call without the right",
        76022,
        given(ask("POST", QUOTA, {"cgi_path": "/cgi-bin/message/mass/send"}), kind="subscription"),
    ),
    Fact("`clear_quota` of another account", 40013, ask("POST", "clear_quota", {"appid": "wx0"})),
    Fact(
        "`clear_quota` 10 times a month",
        [0, 48006],
        often(11, lambda c, _: c.record("POST", "clear_quota", {"appid": APPID})),
    ),
    Fact(
        "`user/get` 500 times a day",
        [0, 45009],
        given(often(501, lambda c, _: c.record("GET", "user/get")), followers=0),
    ),
    Fact(
        "`draft/get` 500 times a day",
        [40007, 45009],
        often(501, lambda c, _: c.record("POST", "draft/get", {"media_id": "x"})),
    ),
    Fact(
        "`draft/add` 1,000 times a day",
        1000,
        lambda c: c.post(QUOTA, {"cgi_path": "/cgi-bin/draft/add"})["quota"]["daily_limit"],
    ),
    Fact(
        "`mass/sendall` and `mass/send` 100 times a day together",
        [0, 45009],
        lambda c: [
            *dict.fromkeys(
                [
                    *often(100, lambda c, n: c.record("POST", SENDALL, c.text(n)), seconds=2)(c),
                    code(c.post(SEND, c.text(101, touser=OWN[:2]))),
                ]
            )
        ],
    ),
    Fact(
        "Mass sends 60 times a minute",
        [0, 45011],
        often(61, lambda c, n: c.record("POST", SENDALL, c.text(n))),
    ),
    Fact(
        "`mass/preview` 100 times a day",
        [0, 45009],
        often(
            101,
            lambda c, _: c.record(
                "POST", PREVIEW, {"towxname": "li", "msgtype": "text", "text": {"content": "好"}}
            ),
        ),
        note="One page counts only those by name.",
    ),
    Fact(
        "`mass/delete` 10 times a day",
        [40059, 45009],
        often(11, lambda c, _: c.record("POST", DELETE, {"msg_id": 1, "article_idx": 0})),
    ),
]
UPLOADS: Final = [
    Fact(
        "`uploadimg` returns an address of `http://mmbiz.qpic.cn`",
        "http://mmbiz.qpic.cn/",
        lambda c: upload("media/uploadimg", picture(), "a.jpg")(c)["url"][:21],
    ),
    Fact(
        "The host of pictures gives out what was uploaded, by http and https, and nothing else",
        ["image/png", "image/png", "image/jpeg", 404],
        _pictures_served,
        INFERRED,
        "The address stands in `url` of `uploadimg` and of `add_material`, and in `thumb_url` of an article.",
    ),
    Fact("`uploadimg` takes a PNG", 0, upload("media/uploadimg", picture("PNG"), "a.png")),
    Fact("`uploadimg` takes no GIF", 40005, upload("media/uploadimg", picture("GIF"), "a.gif")),
    Fact("`uploadimg` takes no WebP", 40005, upload("media/uploadimg", picture("WEBP"), "a.webp")),
    Fact(
        "`uploadimg` takes less than 1 MB",
        40009,
        upload("media/uploadimg", big(picture(), 1), "a.jpg"),
    ),
    Fact(
        "A file whose name says another format",
        40137,
        upload("media/uploadimg", picture("PNG"), "a.jpg"),
        INFERRED,
    ),
    Fact(
        "A picture that cannot be read",
        40137,
        upload("media/uploadimg", picture("PNG")[:60], "a.png"),
    ),
    Fact("An empty file", 44001, upload("media/uploadimg", b"", "a.jpg"), SDK),
    Fact("No file", 41005, ask("POST", "media/uploadimg", b"x")),
    Fact(
        "A file whose name is not ASCII",
        41005,
        upload("media/uploadimg", picture(), "春.jpg"),
        COMMUNITY,
    ),
    Fact("`add_material` of an unknown type", 40004, material("poster", picture(), "a.jpg")),
    Fact(
        "Permanent pictures: GIF and BMP, too",
        [0, 0],
        codes(
            material("image", picture("GIF"), "a.gif"), material("image", picture("BMP"), "a.bmp")
        ),
    ),
    Fact("Permanent pictures: 10 MB", 40009, material("image", big(picture(), 10), "a.jpg")),
    Fact(
        "A permanent picture has a `url`, a sound has none",
        [True, False],
        lambda c: [
            "url" in material("image", picture(), "a.jpg")(c),
            "url" in material("voice", mp3(), "a.mp3")(c),
        ],
    ),
    Fact("`thumb`: JPEG", 40005, material("thumb", picture("PNG"), "a.png")),
    Fact("`thumb`: 64 KB", 40006, material("thumb", big(picture(), 1 / 16), "a.jpg")),
    Fact(
        "Sounds: MP3, WAV, AMR",
        [0, 0, 0],
        codes(
            material("voice", mp3(), "a.mp3"),
            material("voice", wav(), "a.wav"),
            material("voice", amr(), "a.amr"),
        ),
    ),
    Fact("Sounds: 2 MB", 40006, material("voice", big(mp3(), 2), "a.mp3")),
    Fact(
        "Sounds: 60 seconds",
        [0, 45007],
        codes(material("voice", amr(3000), "a.amr"), material("voice", amr(3001), "a.amr")),
    ),
    Fact("A video without its `description`", 47001, material("video", mp4(), "a.mp4"), STRICTER),
    Fact("A video with it", 0, material("video", mp4(), "a.mp4", description=DESCRIBED)),
    Fact("Videos: 10 MB", 40006, material("video", big(mp4(), 10), "a.mp4", description=DESCRIBED)),
    Fact("Temporary sounds: no WAV", 40005, upload("media/upload", wav(), "a.wav", "voice")),
    Fact("Temporary media live for 3 days", [0, 40007], _temporary),
    Fact(
        "A temporary `thumb` has a `thumb_media_id`",
        True,
        lambda c: "thumb_media_id" in upload("media/upload", picture(), "a.jpg", "thumb")(c),
        SDK,
    ),
    Fact(
        "A library of 1,000 sounds",
        45074,
        lambda c: [_fill(c, "voice", 1000), material("voice", mp3(), "a.mp3")(c)][1],
        note="1,000 of each type, 100,000 pictures.",
    ),
    Fact(
        "`get_material`: the bytes of a picture, the words of a video",
        [b"\xff\xd8\xff", "雪球", "两秒钟"],
        _read_material,
    ),
    Fact(
        "`uploadvideo` of what is no video",
        40007,
        ask("POST", "media/uploadvideo", {"media_id": "x"}),
        SDK,
    ),
    Fact(
        "`get_materialcount` counts by type",
        {"voice_count": 0, "video_count": 0, "image_count": 1, "news_count": 0},
        lambda c: [c.cover(), c.get("material/get_materialcount")][1],
    ),
    Fact(
        "`batchget_material` gives 1 to 20",
        40097,
        ask("POST", "material/batchget_material", {"type": "image", "offset": 0, "count": 21}),
        STRICTER,
        "No page has the errcode.",
    ),
    Fact(
        "`del_material` of what is gone",
        [0, 40007],
        then(
            cover,
            lambda c, m: codes(*[ask("POST", "material/del_material", {"media_id": m})] * 2)(c),
        ),
    ),
]
DRAFTS: Final = [
    Fact(
        "1 to 8 articles",
        [45008, 45008],
        codes(
            ask("POST", "draft/add", {"articles": []}),
            lambda c: c.post("draft/add", {"articles": [c.article()] * 9}),
        ),
    ),
    Fact(
        "`articles` is a list",
        40097,
        ask("POST", "draft/add", {"articles": {}}),
        STRICTER,
        "No page has the errcode.",
    ),
    Fact(
        "A repeated call makes a second draft",
        2,
        lambda c: [c.draft(), c.draft(), c.get("draft/count")["total_count"]][-1],
    ),
    Fact(
        "A title is required", 45003, article(title=""), STRICTER, "The code is that of its length."
    ),
    Fact(
        "A title has 64 characters",
        [0, 45003],
        codes(article(title="题" * 64), article(title="题" * 65)),
        COMMUNITY,
        "The page says 32 since 2025-12-19, and 64 before. In 2026-08 an account took 39 and gave them back whole.",
    ),
    Fact(
        "An author has 16 characters",
        [0, 45110],
        codes(article(author="者" * 16), article(author="者" * 17)),
        note="8 until 2025-11-26.",
    ),
    Fact(
        "A digest has 120 characters",
        [0, 45004],
        codes(article(digest="摘" * 120), article(digest="摘" * 121)),
        note="Another reading says 128; the smaller is the stricter.",
    ),
    Fact(
        "An empty digest is the first 54 characters of the text",
        "字" * 54,
        kept("digest", content="<p>" + "字" * 60 + "</p>"),
    ),
    Fact(
        "Only a draft of one article has a digest",
        ["", ""],
        lambda c: [
            each["digest"]
            for each in c.post(
                "draft/get",
                {
                    "media_id": c.post("draft/add", {"articles": [c.article(digest="一")] * 2})[
                        "media_id"
                    ]
                },
            )["news_item"]
        ],
    ),
    Fact("An empty content", 44003, article(content="")),
    Fact(
        "A content below 1 MB in UTF-8; 20,000 characters are not enforced",
        [0, 45002],
        codes(article(content="字" * 333_333), article(content="字" * 333_334)),
        COMMUNITY,
        "An account with `content_characters` refuses earlier.",
    ),
    Fact(
        "A source of 1 KB", 45005, article(content_source_url="https://example.com/" + "a" * 1024)
    ),
    Fact("A cover is required", 40007, article(thumb_media_id="")),
    Fact("A cover that nobody uploaded", 40007, cover_of("unknown")),
    Fact("A cover that is temporary", 40007, cover_of("temporary"), COMMUNITY),
    Fact(
        "Comments without the right",
        88000,
        given(article(need_open_comment=1), comment_right=False),
    ),
    Fact(
        "`need_open_comment` is 0 or 1",
        [40097, 40097],
        codes(article(need_open_comment=2), article(need_open_comment=True)),
        STRICTER,
        "No page has the errcode.",
    ),
    Fact(
        "A crop is `X1_Y1_X2_Y2`, each from 0 to 1 with 6 decimals",
        [0, *[40097] * 6],
        codes(
            *(
                article(pic_crop_235_1=crop)
                for crop in (
                    "0_0.1_1_0.526532",
                    "0_0_2_1",
                    "0_0_1",
                    "0.1234567_0_1_1",
                    "0.5_0_0.5_1",
                    "0_0.9_1_0.1",
                    [0, 0, 1, 1],
                )
            )
        ),
        note="The errcode of a wrong one is nowhere.",
    ),
    Fact(
        "A `newspic` has 1 to 20 pictures",
        [0, 40215, 40215],
        codes(newspic(), newspic(count=0), newspic(count=21)),
        note="The errcode is that of `images`.",
    ),
    Fact("A `newspic` holds no HTML", 45166, newspic("<p>x</p>")),
    Fact(
        "A draft that is read has a preview address for each article",
        "http://mp.weixin.qq.com/s?",
        lambda c: kept("url")(c)[:26],
    ),
    Fact("`draft/get` of an unknown draft", 40007, ask("POST", "draft/get", {"media_id": "x"})),
    Fact(
        "`draft/delete`, and the draft is gone",
        [0, 40007],
        then(
            draft,
            lambda c, d: codes(
                ask("POST", "draft/delete", {"media_id": d}),
                ask("POST", "draft/get", {"media_id": d}),
            )(c),
        ),
    ),
    Fact(
        "`draft/update` counts from 0",
        [0, 40114],
        then(
            draft,
            lambda c, d: [
                code(
                    c.post(
                        "draft/update",
                        {"media_id": d, "index": index, "articles": c.article(title="新")},
                    )
                )
                for index in (0, 1)
            ],
        ),
    ),
    Fact(
        "`draft/batchget` is newest first",
        True,
        then(
            lambda c: [c.draft(), c.draft()],
            lambda c, made: (
                [each["media_id"] for each in c.post("draft/batchget", FIRST_PAGE)["item"]]
                == made[::-1]
            ),
        ),
        INFERRED,
    ),
    Fact(
        "`draft/batchget` gives 1 to 20",
        40097,
        ask("POST", "draft/batchget", {"offset": 0, "count": 21}),
        STRICTER,
        "No page has the errcode.",
    ),
    Fact(
        "`no_content` leaves the content out",
        "",
        lambda c: [
            c.draft(),
            c.post("draft/batchget", {"offset": 0, "count": 1, "no_content": 1})["item"][0][
                "content"
            ]["news_item"][0]["content"],
        ][1],
    ),
    Fact(
        "A mass send consumes the draft",
        [0, 40007],
        then(
            draft,
            lambda c, d: codes(
                lambda c: c.post(SENDALL, c.job(d)), ask("POST", "draft/get", {"media_id": d})
            )(c),
        ),
        note="Pages differ about a send to a tag or to openids: removed is what a client must survive.",
    ),
]
PUBLISHED: Final = [
    Fact(
        "A draft is published after a while: `publish_status` is 1, and then 0 with an `article_id` and addresses",
        [1, 0, True, [1, 2]],
        lambda c: [
            c.post("freepublish/get", c.post("freepublish/submit", {"media_id": c.draft()}))[
                "publish_status"
            ],
            (told := published(c, 2))["publish_status"],
            bool(told["article_id"]),
            [each["idx"] for each in told["article_detail"]["item"]],
        ],
        note="How long it takes is ours: as long as a mass send.",
    ),
    Fact(
        "It consumes the draft: it is not read, sent or published again",
        [40007, 40007, 40007],
        then(
            draft,
            lambda c, d: [
                c.post("freepublish/submit", {"media_id": d}),
                codes(
                    ask("POST", "draft/get", {"media_id": d}),
                    lambda c: c.post(SENDALL, c.job(d)),
                    ask("POST", "freepublish/submit", {"media_id": d}),
                )(c),
            ][1],
        ),
        COMMUNITY,
    ),
    Fact(
        "Without the right",
        48001,
        given(ask("POST", "freepublish/batchget", FIRST_PAGE), publish_right=False),
    ),
    Fact(
        "`freepublish/get` of another id",
        40007,
        ask("POST", "freepublish/get", {"publish_id": "1"}),
        STRICTER,
        "No page has the errcode.",
    ),
    Fact(
        "`freepublish/getarticle` of an unknown id",
        53600,
        ask("POST", "freepublish/getarticle", {"article_id": "x"}),
    ),
    Fact(
        "`freepublish/getarticle`: what the draft held, under lasting addresses",
        ["春季大促", "<p>三天，错过等一年</p>", False, "http://mp.weixin.qq.com/s?__biz"],
        then(
            lambda c: c.post("freepublish/getarticle", published(c))["news_item"][0],
            lambda c, a: [a["title"], a["content"], a["is_deleted"], a["url"][:31]],
        ),
    ),
    Fact(
        "`freepublish/batchget` lists what was published and nothing that was sent, newest first",
        [2, True, ""],
        lambda c: [
            sent(c),
            made := [published(c)["article_id"] for _ in range(2)],
            page := c.post("freepublish/batchget", {**FIRST_PAGE, "no_content": 1}),
            [
                page["total_count"],
                [each["article_id"] for each in page["item"]] == made[::-1],
                page["item"][0]["content"]["news_item"][0]["content"],
            ],
        ][-1],
        note="That the newest is first is inferred.",
    ),
    Fact(
        "`freepublish/delete` counts from 1; what is deleted says so, and `publish_status` is 5 after the last one",
        [[0, True, False], [40060, True, False], [0, True, True], 5],
        _deleted_one_by_one,
        note="The errcode of a wrong index is that of `mass/delete`.",
    ),
    Fact(
        "An index of 0 means all, and so does none",
        [0, 0],
        codes(
            *(
                lambda c, body=body: c.post(
                    "freepublish/delete", {**body, "article_id": published(c)["article_id"]}
                )
                for body in ({"index": 0}, {})
            )
        ),
    ),
]
SENDS: Final = [
    Fact(
        "An accepted job of news has a `msg_id` and a `msg_data_id` above 2^31",
        True,
        then(news(), lambda c, a: min(a["msg_id"], a["msg_data_id"]) > 2**31),
        COMMUNITY,
    ),
    Fact("An accepted text has no `msg_data_id`", False, lambda c: "msg_data_id" in send()(c)),
    Fact("`filter` is an object", 40097, send(filter=None), STRICTER, "No page has the errcode."),
    Fact("A filter that names nobody is not everybody", 40152, send(filter={}), STRICTER),
    Fact("An unknown tag", 40152, send(filter={"is_to_all": False, "tag_id": 999})),
    Fact(
        "`group_id` in place of `tag_id`",
        40152,
        send(filter={"is_to_all": False, "group_id": 101}),
        STRICTER,
        "Pages before 2016 said so, and wechatpy 1.8.18 writes it.",
    ),
    Fact(
        "`mass/send` from a subscription account",
        48001,
        given(listed(OWN[:2]), kind="subscription"),
    ),
    Fact(
        "Fewer than two openids", [40130, 40130], codes(listed([]), listed(["oTwice1", "oTwice1"]))
    ),
    Fact("More than 10,000 openids", 40032, listed(["oGood11"] * 10_001)),
    Fact(
        "What is no openid",
        [40031, 40031],
        codes(listed(["oGood11", "bad id"]), listed(["oGood11", 5])),
    ),
    Fact("An unknown type, in `mass/send`", 45162, listed(OWN[:2], msgtype="x")),
    Fact("An account with the advertising agreement", 45062, given(news(), website_only=True)),
    Fact(
        "A text: 600 characters and 2,048 bytes",
        [0, 45002, 45002],
        codes(
            send(text={"content": "字" * 600}),
            send(text={"content": "a" * 601}, clientmsgid="2"),
            send(text={"content": "🌱" * 513}, clientmsgid="3"),
        ),
        STRICTER,
        "No page has the limit; so much is known to pass.",
    ),
    Fact(
        "A `media_id` of another type than `msgtype` says",
        [-1, -1, -1, -1, []],
        _mismatched,
        SDK,
        "It does not end: the type has to be corrected. No job is made.",
    ),
    Fact("A link in a text that leads nowhere", 40213, send(text={"content": "<a>无处</a>"})),
    Fact(
        "An unknown sound, an unknown picture",
        [40007, 40007],
        codes(send("voice", voice={"media_id": "x"}), send("image", images={"media_ids": ["x"]})),
    ),
    Fact(
        "Pictures: 1 to 20",
        [0, 40215, 40215],
        codes(pictures(), pictures(0, 2), pictures(21, 2)),
        INFERRED,
        "The number is that of a `newspic`.",
    ),
    Fact(
        "`recommend`: 140 characters",
        [0, 40193, 40194],
        codes(
            pictures(recommend="字" * 140),
            pictures(1, 2, recommend="字" * 141),
            pictures(1, 2, recommend=7),
        ),
        INFERRED,
        "No page has the number.",
    ),
    Fact(
        "The older branch `image` is taken",
        0,
        lambda c: [
            c.tag(),
            c.post(SENDALL, c.text(msgtype="image", image={"media_id": c.cover()})),
        ][1],
        SDK,
    ),
    Fact("A video of the API", 48022, _video),
    Fact("A coupon", 45113, send("wxcard", wxcard={"card_id": "p"})),
    Fact(
        "`send_ignore_reprint` is 0 or 1",
        [0, 40097],
        codes(
            news(send_ignore_reprint=1),
            lambda c: c.post(SENDALL, c.job(c.draft(), 2, send_ignore_reprint=2)),
        ),
        STRICTER,
        "No page has the errcode.",
    ),
]
REPEATS: Final = [
    Fact("Repeated within a minute", 45066, lambda c: _repeated(c, seconds=59)),
    Fact(
        "Repeated within 24 hours: the body has the `msg_id` and no `msg_data_id`",
        [45065, True, False],
        then(
            lambda c: _repeated(c, hours=23, minutes=59),
            lambda c, a: [a["errcode"], a["msg_id"] > 2**31, "msg_data_id" in a],
        ),
    ),
    Fact("Repeated after 24 hours: a second job", 0, lambda c: _repeated(c, hours=24)),
    Fact(
        "The same id with another body",
        45065,
        lambda c: _repeated(c, minutes=2, text={"content": "别的"}),
        INFERRED,
    ),
    Fact(
        "Without an id: a digest of scope and content",
        45065,
        lambda c: _repeated(c, minutes=2, clientmsgid=None),
    ),
    Fact(
        "An id of 32 bytes",
        [0, 45067, 45067],
        codes(send(clientmsgid="a" * 32), send(clientmsgid="a" * 33), send(clientmsgid="二" * 11)),
        note="Older pages say 64; one of 36 was refused in 2023.",
    ),
    Fact(
        "A refused send leaves its id free",
        [44004, 0],
        codes(send(text={"content": ""}), send()),
        INFERRED,
    ),
]
ALLOWANCE: Final = [
    Fact(
        "A subscription account sends once a day",
        [0, 45028, 0],
        given(
            codes(
                send(),
                later(lambda c: c.post(SENDALL, c.text(2)), hours=3, minutes=59),
                later(lambda c: c.post(SENDALL, c.text(3)), minutes=1),
            ),
            kind="subscription",
        ),
        note="Here it began at 20:00 in Beijing.",
    ),
    Fact(
        "A service account sends to all four times a month",
        [0, 45028],
        often(5, lambda c, n: c.record("POST", SENDALL, c.text(n, filter=TO_ALL)), seconds=90),
    ),
    Fact(
        "A send in the console counts",
        45028,
        given(lambda c: [c.order("website_send", appid=APPID), send()(c)][1], kind="subscription"),
    ),
    Fact("The fifth message of a month does not reach a user: he is filtered", [300, 280], _fifth),
    Fact(
        "Protection holds a send to all",
        [89504, 89504],
        given(codes(news(), lambda c: c.post(SENDALL, c.text(2, filter=TO_ALL))), protection=True),
        note="Whether the first answer is 89504 or a `msg_id` is nowhere.",
    ),
    Fact("It does not hold a send to a tag", 0, given(send(), protection=True)),
    Fact(
        "The administrator refuses",
        "err(40001)",
        given(lambda c: _held(c, confirm=False), protection=True),
    ),
    Fact(
        "The administrator says nothing for 30 minutes", "err(40002)", given(_held, protection=True)
    ),
    Fact(
        "The administrator confirms",
        "send success",
        given(lambda c: _held(c, confirm=True), protection=True),
    ),
]
PREVIEWS: Final = [
    Fact(
        "By WeChat name, or by openid",
        [0, 0],
        codes(preview(towxname="li"), preview(touser="oABC123")),
    ),
    Fact("With both, the name wins", 43004, preview(towxname="not_a_follower", touser="oABC123")),
    Fact(
        "To somebody who does not follow",
        [43004, 43004],
        codes(preview(towxname="not_a_follower"), preview(touser="onot_a_follower")),
    ),
    Fact("To an illegal name", 40132, preview(towxname="bad_name")),
    Fact(
        "To nobody, or to what is no openid",
        [40003, 40003],
        codes(preview(), preview(touser="no openid")),
    ),
    Fact(
        "It consumes neither draft nor allowance",
        [0, 0],
        given(
            then(
                draft,
                lambda c, d: [
                    code(
                        c.post(
                            PREVIEW,
                            {"towxname": "li", "msgtype": "mpnews", "mpnews": {"media_id": d}},
                        )
                    ),
                    code(c.post(SENDALL, c.job(d))),
                ],
            ),
            kind="subscription",
        ),
        INFERRED,
    ),
    Fact(
        "Pictures: one, in the branch `image`",
        [0, 40007],
        then(
            cover,
            lambda c, m: codes(
                preview(towxname="li", msgtype="image", image={"media_id": m}),
                preview(towxname="li", msgtype="image", images={"media_ids": [m]}),
            )(c),
        ),
    ),
    Fact(
        "A coupon needs its `card_ext`",
        40097,
        given(preview(towxname="li", msgtype="wxcard", wxcard={"card_id": "p"}), mass_card=True),
        STRICTER,
        "No page has the errcode.",
    ),
]
JOBS: Final = [
    Fact(
        "A job is under way, and then sent",
        ["SENDING", "SEND_SUCCESS"],
        then(
            lambda c: news()(c)["msg_id"],
            lambda c, m: [
                c.post(GET, {"msg_id": str(m)})["msg_status"],
                later(lambda c: c.post(GET, {"msg_id": m})["msg_status"], minutes=3)(c),
            ],
        ),
        note="How long it is under way is ours: three minutes.",
    ),
    Fact(
        "`mass/get` of an unknown job",
        [40059, 40059],
        codes(ask("POST", GET, {"msg_id": 1}), ask("POST", GET, {"msg_id": "x"})),
    ),
    Fact(
        "`mass/delete` counts articles from 1",
        [40060, 0, 40065],
        on_job(DELETE, 2, {"article_idx": 3}, {"article_idx": 2}, {"article_idx": 2}),
    ),
    Fact(
        "An index of 0 means all, and so does none",
        [[0], [0]],
        lambda c: [on_job(DELETE, 1, {"article_idx": 0})(c), on_job(DELETE)(Caller())],
    ),
    Fact(
        "What was deleted says `DELETE`",
        "DELETE",
        then(
            lambda c: sent(c)["msg_id"],
            lambda c, m: [
                c.post(DELETE, {"msg_id": m, "article_idx": 0}),
                c.post(GET, {"msg_id": m})["msg_status"],
            ][1],
        ),
    ),
    Fact(
        "A job that is under way is not deleted",
        40065,
        lambda c: c.post(DELETE, {"msg_id": news()(c)["msg_id"], "article_idx": 1}),
    ),
    Fact(
        "A text is not deleted",
        40065,
        then(
            lambda c: send()(c)["msg_id"],
            lambda c, m: later(
                lambda c: c.post(DELETE, {"msg_id": m, "article_idx": 0}), minutes=4
            )(c),
        ),
    ),
    Fact(
        "`mass/delete` by `url`, where there is no `msg_id`",
        0,
        lambda c: [
            sent(c),
            c.post(
                DELETE,
                {"url": c.report()["jobs"][0]["articles"][0]["article_url"], "article_idx": 1},
            ),
        ][1],
    ),
    Fact(
        "A new account sends at speed 0, 800,000 a minute",
        {"speed": 0, "realspeed": 80},
        ask("POST", f"{SPEED}/get", {}),
    ),
    Fact(
        "Speed 3 is 300,000 a minute",
        {"speed": 3, "realspeed": 30},
        lambda c: [c.post(f"{SPEED}/set", {"speed": 3}), c.post(f"{SPEED}/get", {})][1],
        note="An example of the page says 15.",
    ),
    Fact(
        "A speed that is none, a speed that is missing",
        [45083, 45084],
        codes(ask("POST", f"{SPEED}/set", {"speed": 5}), ask("POST", f"{SPEED}/set", {})),
    ),
]
EVENTS: Final = [
    Fact(
        "The event of a job that was sent",
        ["send success", 1000, 1000, 1],
        then(
            ended,
            lambda c, e: [
                e["Status"],
                e["TotalCount"],
                e["SentCount"],
                e["ArticleUrlResult"]["Count"],
            ],
        ),
    ),
    Fact(
        "A reprint, and the sender chose to stop",
        ["err(30003)", 2, 0],
        then(
            lambda c: ended(c, status="err(30003)"),
            lambda c, e: [e["Status"], e["CopyrightCheckResult"]["CheckState"], e["SentCount"]],
        ),
    ),
    Fact(
        "A reprint whose original forbids it",
        3,
        lambda c: ended(c, status="err(30002)")["CopyrightCheckResult"]["CheckState"],
    ),
    Fact(
        "Any other end", "err(20431)", lambda c: ended(c, status="err(20431)")["Status"], COMMUNITY
    ),
    Fact(
        "Older events have no `ArticleUrlResult`",
        False,
        lambda c: "ArticleUrlResult" in ended(c, event="old"),
        SDK,
    ),
    Fact(
        "A failed job says `SEND_FAIL`",
        "SEND_FAIL",
        lambda c: [
            ended(c, status="err(20008)"),
            c.post(GET, {"msg_id": c.report()["jobs"][0]["msg_id"]})["msg_status"],
        ][1],
    ),
]
TAGS: Final = [
    Fact(
        "Tags with id, name and count",
        True,
        lambda c: [c.tag(), {"id": 101, "name": "会员", "count": 300} in c.get("tags/get")["tags"]][
            1
        ],
    ),
    Fact("A name that exists", 45157, tag("tags/create", tag={"name": "会员"})),
    Fact(
        "A name of 30 characters",
        [0, 45158],
        codes(
            tag("tags/create", tag={"name": "名" * 30}), tag("tags/create", tag={"name": "名" * 31})
        ),
        note="One page counts bytes.",
    ),
    Fact(
        "100 tags",
        [0, 45056],
        lambda c: [
            *dict.fromkeys(
                code(c.post("tags/create", {"tag": {"name": f"第{n}个"}})) for n in range(100)
            )
        ],
    ),
    Fact("A system tag is not changed", 45058, tag("tags/update", tag={"id": 2, "name": "别名"})),
    Fact(
        "A tag of more than 100,000 followers is not deleted",
        45057,
        lambda c: [c.tag(count=100_001), c.post("tags/delete", {"tag": {"id": 101}})][1],
    ),
    Fact(
        "`batchtagging` takes 1 to 50 openids",
        [0, 40032, 40032],
        codes(
            tag("tags/members/batchtagging", openid_list=OWN[:50], tagid=101),
            tag("tags/members/batchtagging", openid_list=OWN[:51], tagid=101),
            tag("tags/members/batchtagging", openid_list=[], tagid=101),
        ),
        SDK,
    ),
    Fact(
        "`batchtagging` of somebody who does not follow: nobody of the call is tagged",
        [40003, 300],
        lambda c: [
            code(
                tag(
                    "tags/members/batchtagging",
                    openid_list=[OWN[7], "onot_a_follower"],
                    tagid=101,
                )(c)
            ),
            c.get("tags/get")["tags"][1]["count"],
        ],
        SDK,
    ),
    Fact(
        "`batchtagging` of an unknown tag, and of a system tag",
        [45159, 45058],
        codes(
            tag("tags/members/batchtagging", openid_list=OWN[:1], tagid=999),
            tag("tags/members/batchtagging", openid_list=OWN[:1], tagid=2),
        ),
        SDK,
    ),
    Fact("Who follows in real life is tagged, read back and sent to", [3, True, 3], _real_life),
    Fact(
        "`user/tag/get` gives 10,000 a page, and the last page has no `data`",
        [10_000, 2_000, 0, False],
        given(_tag_pages, followers=12_000),
        SDK,
    ),
    Fact(
        "20 tags a user",
        [0, 45059],
        lambda c: [*dict.fromkeys(code(_tagged(c, n)) for n in range(21))],
    ),
    Fact(
        "`user/get` gives 10,000 a page, and the last page has no `data`",
        [10_000, 2_000, 0, False],
        given(_pages, followers=12_000),
        SDK,
    ),
    Fact("`user/get` after a stranger", 40003, ask("GET", "user/get", next_openid="oStranger")),
    Fact("Who is untagged leaves the tag", [5, 2], _untagged),
    Fact(
        "`getidlist`: the tags of a follower",
        {"tagid_list": [101]},
        tag("tags/getidlist", openid=OWN[0]),
    ),
]
COMMENTS: Final = [
    Fact(
        "Open and close, by an index from 0",
        [0, 0],
        codes(on_comments("comment/close"), lambda c: on_comments("comment/open")(Caller())),
    ),
    Fact("Without the right", 88000, on_comments("comment/open", right=False)),
    Fact(
        "An article that was not sent",
        [88001, 88001],
        codes(
            on_comments("comment/open", index=1),
            lambda c: on_comments("comment/open", msg_data_id=1)(Caller()),
        ),
    ),
    Fact(
        "A job that failed, or that the administrator refused, sent no article",
        [88001, 88001, 88001],
        codes(
            lambda c: _unsent(c, "comment/open", status="err(30003)"),
            lambda c: _unsent(Caller(), "comment/list", status="send fail"),
            given(lambda c: _unsent(c, "comment/open"), protection=True),
        ),
        INFERRED,
        "The code says that there is no such article.",
    ),
    Fact(
        "Nor did one that is under way",
        88001,
        lambda c: _about(c, news()(c), "comment/open"),
        STRICTER,
    ),
    Fact(
        "`count` below 50",
        [0, 88010],
        codes(
            on_comments("comment/list", begin=0, count=49, type=0),
            lambda c: on_comments("comment/list", begin=0, count=50, type=0)(Caller()),
        ),
    ),
    Fact("A comment that is not there", 88008, on_comments("comment/markelect", user_comment_id=9)),
    Fact("Elect, unelect, delete; and it is gone", [0, 0, 0, 88008], _comment_deleted),
    Fact(
        "A reply that is empty",
        88007,
        on_comments("comment/reply/add", user_comment_id=1, content=" "),
    ),
    Fact(
        "A reply that is not there", 88009, on_comments("comment/reply/delete", user_comment_id=1)
    ),
]
STATISTICS: Final = [
    Fact("The most days of one call", {name: [0, 61501] for name in SPANS}, _spans, SDK),
    Fact(
        "A day that is not written `YYYY-MM-DD`",
        61500,
        lambda c: c.statistics("getusercumulate", "20261130"),
    ),
    Fact(
        "A day that the calendar does not have",
        61500,
        lambda c: c.statistics("getusercumulate", "2026-11-31"),
    ),
    Fact(
        "`end_date` is yesterday at most, and not before `begin_date`",
        [61501, 61501],
        lambda c: [
            code(c.statistics("getusercumulate", *days))
            for days in ((DAY, DAY), ("2026-11-29", "2026-11-28"))
        ],
    ),
    Fact(
        "A day's data is ready at 08:00 of the next, in Beijing",
        [61503, 0],
        codes(
            later(lambda c: c.statistics("getusercumulate", DAY), hours=11.9),
            later(lambda c: c.statistics("getusercumulate", DAY), hours=0.1),
        ),
        note="The page says to ask after 8.",
    ),
    Fact(
        "Without the right, as accounts that are not verified",
        48001,
        given(lambda c: c.statistics("getusercumulate", "2026-11-30"), statistics_right=False),
    ),
    Fact(
        "Statistics of articles say whether more is to come",
        False,
        lambda c: statistics("getbizsummary")(c)["is_delay"],
    ),
    Fact(
        "`msgid` is `msg_data_id` and the position from 1",
        ["2247480001_1", "2247480001_2"],
        lambda c: [each["msgid"] for each in statistics("getarticletotaldetail")(c)["list"]],
    ),
    Fact(
        "`getarticletotaldetail` adds up from the day of publication, for 30 days",
        [30, True],
        then(statistics("getarticletotaldetail"), lambda c, found: _curve(found)),
        note="How readers come is ours.",
    ),
    Fact(
        "Where readers came from, in WeChat's words; the first is all of them",
        ["全部", "公众号消息", "聊天会话", "朋友圈", "公众号主页", "其他", "推荐", "搜一搜"],
        lambda c: [
            each["scene_desc"]
            for each in statistics("getarticleread")(c)["list"][0]["detail"]["read_user_source"]
        ],
        note="That each is told, also without readers, and that they add up to all is ours.",
    ),
    Fact(
        "`publish_type` is 1 for what was published without a message",
        1,
        lambda c: [
            published(c),
            c.later(days=1),
            c.statistics("getarticletotaldetail", DAY)["list"][0]["publish_type"],
        ][2],
    ),
    Fact(
        "`getusercumulate` tells all followers",
        [{"ref_date": DAY, "user_source": 0, "cumulate_user": 1000}],
        lambda c: statistics("getusercumulate")(c)["list"],
        COMMUNITY,
        "The page has no `user_source`.",
    ),
    Fact(
        "Articles have no data from before 2025-11-01", [], _old("getbizsummary", "2025-10-31"), SDK
    ),
    Fact("Followers have none from before 2014-12-01", [], _old("getusercumulate", "2014-11-30")),
    Fact(
        "Texts have no statistics of articles",
        [],
        lambda c: [send()(c), c.later(days=1), _articles(c)][2],
    ),
    Fact(
        "Nobody writes to the account",
        [],
        lambda c: statistics("getupstreammsg")(c)["list"],
        INFERRED,
    ),
]
FACTS: Final[dict[str, list[Fact]]] = {
    "token, stable_token, whitelist": CREDENTIALS,
    "Requests and answers": WIRE,
    "openapi/quota, clear_quota, API limits of a new account": LIMITS,
    "uploadimg, media, material": UPLOADS,
    "draft": DRAFTS,
    "freepublish": PUBLISHED,
    "mass/sendall, mass/send": SENDS,
    "clientmsgid": REPEATS,
    "The allowance, and API群发保护": ALLOWANCE,
    "mass/preview": PREVIEWS,
    "mass/get, mass/delete, mass/speed": JOBS,
    "MASSSENDJOBFINISH": EVENTS,
    "tags, user/get": TAGS,
    "comment": COMMENTS,
    "wedata (datacube)": STATISTICS,
}
