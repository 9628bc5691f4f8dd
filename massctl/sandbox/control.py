"""Answer `/_sandbox/…`: the controls for testers, which WeChat does not have, and the report.

docs/reference/sandbox.md describes each request. A wrong one answers 400 with `{"error": "…"}` and changes nothing.
"""

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from massctl.sandbox import accounts, audience, callback, comments, faults, inbox, jobs, mass
from massctl.sandbox.request import Refusal, Reply, Request
from massctl.sandbox.store import Record, Transaction, beijing, digest_of

TEN_YEARS = 10 * 366 * 86_400
"""Seconds that one request may move the clock."""
COUNT_MAX = 10_000
WEBSITE_TEXT = "（这一条由运营人员在公众号后台发出）"
Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Small: TypeAlias = Annotated[int, Field(ge=0, lt=100)]
Count: TypeAlias = Annotated[int, Field(ge=1, le=COUNT_MAX)]
Ending: TypeAlias = Annotated[str, Field(pattern=r"^(send success|send fail|err\([0-9]{1,9}\))$")]


class BadControlError(ValueError):
    """Say what is wrong with a control request."""


class Body(BaseModel):
    """The JSON of one control request."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Advance(Body):
    """Move the clock forward; it never runs back."""

    seconds: Annotated[Number, Field(ge=0, le=TEN_YEARS)]


class Date(Body):
    """Let answers have a wrong `Date` from now on."""

    ahead_seconds: Annotated[Number, Field(ge=-TEN_YEARS, le=TEN_YEARS)]


class Rule(Body):
    """One fault: hit `times` calls in a row to `path`, from the `nth` one from now on."""

    path: str
    nth: Count = 1
    times: Count = 1
    do: Literal[
        "accepted_45066",
        "accepted_busy",
        "answer_lost",
        "bad_gateway",
        "busy",
        "html",
        "late",
        "request_lost",
        "token_dead",
        "truncated",
    ]
    seconds: Annotated[Number, Field(ge=0, le=600)] = 0

    @model_validator(mode="after")
    def _agrees(self) -> "Rule":
        if (self.do == "late") != ("seconds" in self.model_fields_set):
            raise ValueError("`seconds` belongs to `late`, and `late` needs it")
        if self.do == "accepted_45066" and self.path not in faults.MASS_SENDS:
            raise ValueError(f"accepted_45066 is for {' and '.join(sorted(faults.MASS_SENDS))}")
        return self


class Faults(Body):
    """Forget rules, add rules, or both."""

    rules: list[Rule] = []
    clear: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "Faults":
        if not self.model_fields_set:
            raise ValueError("give `rules`, or `clear`: true, or both")
        return self


class Tag(Body):
    """A tag of an account, with its number of followers."""

    appid: str
    id: int
    name: str
    count: int


class Settings(Body):
    """How long a job says SENDING."""

    sending_seconds: Annotated[int, Field(ge=0, le=86_400)]


class Whom(Body):
    """An account."""

    appid: str


class Admin(Whom):
    """The administrator answers a held send."""

    confirm: bool


class Result(Body):
    """What the originality check found of one article; what is left out goes with the end of the job."""

    ArticleIdx: Small
    UserDeclareState: Small = 0
    AuditState: Small = 0
    OriginalArticleUrl: str = ""
    OriginalArticleType: Small = 0
    CanReprint: Small = 0
    NeedReplaceContent: Small = 0
    NeedShowReprintSource: Small = 0


class Copyright(Body):
    """What the originality check found."""

    CheckState: Small = 0
    ResultList: list[Result] = []


class End(Whom):
    """How the account's next job ends, what the check found, and what its event tells: at least one of the three."""

    status: Ending = "send success"
    copyright: Copyright = Copyright()
    event: Literal["full", "old", "none"] = "full"

    @model_validator(mode="after")
    def _says_something(self) -> "End":
        if len(self.model_fields_set) < 2:
            raise ValueError("give `status`, `copyright` or `event`")
        return self


class Comment(Whom):
    """A follower comments on an article, from 1."""

    msg_id: int
    article: int = 1
    content: Annotated[str, Field(min_length=1)]


def answer(db: Transaction, method: str, name: str, body: bytes, paths: frozenset[str]) -> Reply:
    """Carry out one control request; `paths` are those of the API."""
    if name == "report" and method == "GET":
        return Reply(report(db))
    handler = CONTROLS.get(name)
    if handler is None or method != "POST":
        return Reply({"error": f"there is no {method} /_sandbox/{name}"}, status=404 if handler is None else 405)
    try:
        given = json.loads(body or b"{}")
        with db.all_or_nothing():
            return Reply(_faults(db, given, paths) if name == "faults" else handler(db, given))
    except ValueError as error:
        return Reply({"error": _words(error)}, status=400)


def _words(error: ValueError) -> str:
    """Say the first fault of a request."""
    if isinstance(error, UnicodeDecodeError | json.JSONDecodeError):
        return "the body must be a JSON object"
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    *before, member = first["loc"] or ("body",)
    where = f"{before[-2]} {int(before[-1]) + 1}: " if len(before) > 1 else ""
    match first["type"]:
        case "extra_forbidden":
            return f"{where}unknown member '{member}'"
        case "literal_error":
            return f"{where}`{member}` must be one of {first['ctx']['expected']}"
        case "value_error":
            return where + str(first["ctx"]["error"])
        case _:
            return f"{where}`{member}`: {first['msg']}"


def _given(body: Body) -> Record:
    """Return the members that stood in the request."""
    return body.model_dump(exclude_unset=True)


def _advance(db: Transaction, given: object) -> Record:
    return {"now": db.advance(Advance.model_validate(given).seconds).isoformat()}


def _date(db: Transaction, given: object) -> Record:
    date = Date.model_validate(given)
    db.set_date(date.ahead_seconds)
    return _given(date)


def _faults(db: Transaction, given: object, paths: frozenset[str]) -> Record:
    order = Faults.model_validate(given)
    if order.clear:
        db.delete("faults")
    for rule in order.rules:
        if rule.path not in paths | {"*"}:
            raise BadControlError("`path` must be * or a path of the API, such as /cgi-bin/draft/add")
        number = f"{db.next_number('fault'):06d}"
        db.put("faults", number, {**rule.model_dump(), "seen": 0})
    return {"rules": db.find("faults")}


def _reset(db: Transaction, given: object) -> Record:
    Body.model_validate(given)
    db.reset()
    return {"reset": True}


def _accounts(db: Transaction, given: object) -> Record:
    if not isinstance(given, dict) or not isinstance(given.get("appid"), str):
        raise BadControlError("`appid` is missing")
    accounts.declare_account(db, **given)
    return {"appid": given["appid"]}


def _tags(db: Transaction, given: object) -> Record:
    tag = Tag.model_validate(given)
    accounts.declare_tag(db, tag.appid, tag.id, tag.name, tag.count)
    return {"id": tag.id}


def _settings(db: Transaction, given: object) -> Record:
    settings = Settings.model_validate(given)
    db.set_setting("sending_seconds", settings.sending_seconds)
    return _given(settings)


def _request(db: Transaction, whom: Whom) -> Request:
    """Return a request as if the account had made it."""
    account = db.get("accounts", whom.appid)
    if account is None:
        raise BadControlError("`appid` names no account of the sandbox")
    return Request(db, "POST", "/_sandbox", account=account)


def _admin(db: Transaction, given: object) -> Record:
    order = Admin.model_validate(given)
    request = _request(db, order)
    waiting = jobs.waiting(db, order.appid, request.at)
    for job in waiting:
        mass.settle(request, job, confirmed=order.confirm)
    return {"settled": [job["msg_id"] for job in waiting]}


def _ending(db: Transaction, given: object) -> Record:
    order = End.model_validate(given)
    ordered = _given(order)
    del ordered["appid"]
    _request(db, order).change_account(ending=ordered)
    return ordered


def _callback(db: Transaction, given: object) -> Record:
    order = Travel.model_validate(given)
    db.put("callback", "orders", _given(order))
    return {"orders": _given(order)}


class Travel(Body):
    """How the events of later sends are delivered; without members, as WeChat does it."""

    delay: Annotated[int, Field(ge=0, le=86_400)] = 0
    copies: Annotated[int, Field(ge=1, le=callback.TRIES_MAX)] = 1
    shuffle: bool = False
    early: bool = False
    form: Literal["xml", "json"] = "xml"

    @model_validator(mode="after")
    def _agrees(self) -> "Travel":
        if self.shuffle and not self.delay:
            raise ValueError("`shuffle` mixes the posts of `delay` seconds: give both")
        if self.early and self.delay:
            raise ValueError("an event cannot be both `early` and late by `delay`")
        return self


def _website_send(db: Transaction, given: object) -> Record:
    request = _request(db, Whom.model_validate(given))
    everybody = audience.by_filter(request, {"is_to_all": True})
    try:
        mass.require_allowance(request, everybody)
    except Refusal:
        raise BadControlError("the account has no mass send left") from None
    fact = {"clientmsgid": None, "request_digest": "", "send_ignore_reprint": None, "via": "website"}
    message = mass.Message("text", {"text": WEBSITE_TEXT})
    return {"msg_id": mass.accept(request, everybody, message, fact)["msg_id"]}


def _comments(db: Transaction, given: object) -> Record:
    order = Comment.model_validate(given)
    request = _request(db, order)
    job = request.own("jobs", str(order.msg_id))
    if job is None or order.article not in range(1, len(jobs.articles(job)) + 1):
        raise BadControlError("`msg_id` and `article`, from 1, name no article that was sent")
    if not comments.are_open(job, order.article):
        raise BadControlError("the comments of this article are closed")
    return {"user_comment_id": comments.write(request, job, order.article, order.content)}


def _notifications(db: Transaction, given: object) -> Record:
    inbox.keep_notification(db, given)
    return {"kept": True}


CONTROLS: dict[str, Callable[..., Record]] = {
    "advance": _advance,
    "date": _date,
    "faults": _faults,
    "reset": _reset,
    "accounts": _accounts,
    "tags": _tags,
    "settings": _settings,
    "admin": _admin,
    "callback": _callback,
    "ending": _ending,
    "comments": _comments,
    "website_send": _website_send,
    "notifications": _notifications,
}
"""What can be ordered, by the name in its path."""


# The report

_ACCOUNT = ("appid", "name", "kind", "comment_right", "followers", "whitelist", "protection", "website_only")
_ACCOUNT_MORE = ("publish_right", "wechat_pay", "profile_ids", "miniprograms", "speed")
_MATERIAL = ("appid", "media_id", "kind", "sha256", "name", "permanent")
_PUBLICATION = ("appid", "article_id", "publish_id", "msg_data_id", "deleted_articles", "at")
_PREVIEW = ("appid", "msg_id", "msgtype", "content_digest", "by_name", "recipient", "at")
_JOB = (
    "appid",
    "msg_id",
    "msg_data_id",
    "clientmsgid",
    "msgtype",
    "send_ignore_reprint",
    "draft_media_id",
    "content_digest",
    "total_count",
    "filter_count",
    "sent_count",
    "error_count",
    "deleted_articles",
    "via",
)


def report(db: Transaction) -> Record:
    """Tell everything that happened as one JSON document, without openids, tokens or secrets.

    Times are ISO 8601 in Beijing time. `calls` maps paths to `count` and `outcomes` (errcode, or `fault:<kind>`, to a
    number).
    """
    invented = [{**_only(tag, ("appid", "id", "name")), "kind": "tag"} for tag in db.find("tags", invented=True)]
    return {
        "format_version": 1,
        "now": db.now.isoformat(),
        "accounts": [_only(row, (*_ACCOUNT, *_ACCOUNT_MORE)) for row in db.find("accounts")],
        "calls": dict(sorted(db.items("calls"))),
        "uploads": db.find("uploads"),
        "materials": [_only(row, _MATERIAL) for row in db.find("materials")],
        "drafts": [_draft(row) for row in db.find("drafts")],
        "jobs": [_job(db, row) for row in db.find("jobs")],
        "publications": [_publication(row) for row in db.find("publications")],
        "events": callback.told_events(db),
        "callback": db.get("callback", "check"),
        "previews": [_dated(_only(row, _PREVIEW)) for row in db.find("previews")],
        "notifications": [_dated(row) for row in db.find("notifications")],
        "faults": db.find("faults"),
        "violations": [_dated(row) for row in db.find("violations")],
        "assumed": [*db.find("assumed"), *invented],
    }


def _only(row: Record, names: tuple[str, ...]) -> Record:
    return {name: row[name] for name in names}


def _dated(row: Record) -> Record:
    return {**row, "at": beijing(row["at"]).isoformat()}


def _draft(row: Record) -> Record:
    titles = [article["title"] for article in row["articles"]]
    told: dict[str, Any] = {"created": beijing(row["created"]).isoformat(), "titles": titles}
    return {**_only(row, ("appid", "media_id", "consumed_by")), **told, "content_digest": digest_of(row["articles"])}


def _publication(row: Record) -> Record:
    told = {"titles": [article["title"] for article in row["articles"]], "content_digest": digest_of(row["articles"])}
    return {**_dated(_only(row, _PUBLICATION)), **told}


def _job(db: Transaction, row: Record) -> Record:
    articles = [
        {**article, "article_url": jobs.article_url(row, index), "comments_open": comments.are_open(row, index)}
        for index, article in enumerate(jobs.articles(row), start=1)
    ]
    at = db.now.timestamp()
    return {
        **_only(row, _JOB),
        **({} if articles else {"body": row["body"]}),
        "accepted_at": beijing(row["at"]).isoformat(),
        # The openids themselves stay out; the digest tells two lists apart.
        "audience": {"scope": row["scope"], "digest": row["audience_digest"]},
        "articles": articles,
        "msg_status": jobs.status(db, row, at),
        "event_status": jobs.event_status(db, row, at),
    }
