"""Answer `/_sandbox/…`: the controls for testers, which WeChat does not have, and the report.

docs/reference/sandbox.md describes each request. A wrong one answers 400 with `{"error": "…"}` and changes nothing.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator, validate_call

from massctl.sandbox import (
    accounts,
    audience,
    callback,
    comments,
    drafts,
    faults,
    inbox,
    jobs,
    mass,
    statistics,
)
from massctl.sandbox.accounts import Account
from massctl.sandbox.request import CALLS, Refusal, Reply, Request
from massctl.sandbox.store import Record, Transaction, beijing, digest_of

TEN_YEARS = 10 * 366 * 86_400
"""Seconds that one request may move the clock."""
COUNT_MAX = 10_000
NO_SUCH = 40007
"""WeChat's word for a media_id of nothing."""
WEBSITE_TEXT = "（这一条由运营人员在公众号后台发出）"
Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Small: TypeAlias = Annotated[int, Field(ge=0, lt=100)]
Count: TypeAlias = Annotated[int, Field(ge=1, le=COUNT_MAX)]
Seconds: TypeAlias = Annotated[int, Field(ge=0, le=86_400)]
Ending: TypeAlias = Annotated[str, Field(pattern=r"^(send success|send fail|err\([0-9]{1,9}\))$")]
CONTROLS: dict[str, Callable[..., Record]] = {}
"""What can be ordered, by the name in its path."""


class BadControlError(ValueError):
    """Say what is wrong with a control request."""


class Part(BaseModel):
    """An object inside of a control request."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Rule(Part):
    """One fault: hit `times` calls in a row to `path`, from the `nth` one from now on."""

    path: str
    nth: Count = 1
    times: Count = 1
    do: faults.Kind
    seconds: Annotated[Number, Field(ge=0, le=600)] = 0
    msg_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None

    @model_validator(mode="after")
    def _agrees(self) -> "Rule":
        if (self.do == "known_id") != (self.msg_id is not None):
            raise ValueError("`msg_id` belongs to `known_id`, and `known_id` needs it")
        if (self.do == "late") != ("seconds" in self.model_fields_set):
            raise ValueError("`seconds` belongs to `late`, and `late` needs it")
        if self.do in ("accepted_45066", "known_id") and self.path not in faults.MASS_SENDS:
            raise ValueError(f"{self.do} is for {' and '.join(sorted(faults.MASS_SENDS))}")
        if self.path not in {*CALLS, "*"}:
            raise ValueError("`path` must be * or a path of the API, such as /cgi-bin/draft/add")
        return self


class Disturbance(Part):
    """What is wrong with the statistics of one day."""

    do: statistics.Kind
    day: str
    call: str | None = None
    hours: Annotated[int, Field(ge=1, le=24 * 30)] = 24
    factor: Annotated[Number, Field(ge=0, lt=1)] = 0.9

    @model_validator(mode="after")
    def _agrees(self) -> "Disturbance":
        try:
            date.fromisoformat(self.day)
        except ValueError:
            raise ValueError("`day` must be a day, such as 2026-12-05") from None
        if self.call not in {None, *statistics.NAMES}:
            raise ValueError("`call` must be the name of a call, such as getbizsummary")
        for member, kind in (("hours", "delayed"), ("factor", "falling")):
            if member in self.model_fields_set and self.do != kind:
                raise ValueError(f"`{member}` belongs to `{kind}`")
        return self


class CheckedArticle(Part):
    """What the originality check found of one article; what is left out goes with the end of the job."""

    ArticleIdx: Small
    UserDeclareState: Small = 0
    AuditState: Small = 0
    OriginalArticleUrl: str = ""
    OriginalArticleType: Small = 0
    CanReprint: Small = 0
    NeedReplaceContent: Small = 0
    NeedShowReprintSource: Small = 0


class Copyright(Part):
    """What the originality check found."""

    CheckState: Small = 0
    ResultList: list[CheckedArticle] = []


def answer(request: Request) -> Reply:
    """Carry out one control request."""
    name, method = request.path.removeprefix("/_sandbox/"), request.method
    if name == "report" and method == "GET":
        return Reply.of(report(request.db))
    handler = CONTROLS.get(name)
    if handler is None or method != "POST":
        return Reply.of(
            {"error": f"there is no {method} /_sandbox/{name}"}, 404 if handler is None else 405
        )
    try:
        given = json.loads(request.get_data() or b"{}")
        if not isinstance(given, dict):
            raise BadControlError("the body must be a JSON object")
        with request.db.all_or_nothing():
            return Reply.of(handler(request.db, **given))
    except ValueError as error:
        return Reply.of({"error": _words(error)}, 400)


def _words(error: ValueError) -> str:
    """Say the first fault of a request."""
    if isinstance(error, UnicodeDecodeError | json.JSONDecodeError):
        return "the body must be a JSON object"
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    *before, member = first["loc"] or ("body",)
    if isinstance(member, int):
        before, member = [*before, member], "rule"
    where = f"{before[-2]} {int(before[-1]) + 1}: " if len(before) > 1 else ""
    match first["type"]:
        case "extra_forbidden" | "unexpected_keyword_argument":
            return f"{where}unknown member '{member}'"
        case "literal_error":
            return f"{where}`{member}` must be one of {first['ctx']['expected']}"
        case "value_error":
            return where + str(first["ctx"]["error"])
        case _:
            return f"{where}`{member}`: {first['msg']}"


def _order(handler: Callable[..., Record]) -> Callable[..., Record]:
    """Let the function below carry out orders of its name; their members are its arguments."""
    strict = ConfigDict(strict=True, arbitrary_types_allowed=True)
    CONTROLS[handler.__name__.removeprefix("_")] = validate_call(config=strict)(handler)
    return handler


def _given(**members: Any) -> Record:
    """Return the members that stood in a request."""
    return {
        name: each.model_dump(exclude_unset=True) if isinstance(each, Part) else each
        for name, each in members.items()
        if each is not None
    }


def _as_account(db: Transaction, appid: str) -> Request:
    """Return a request as if the account had made it."""
    account = Account.find(db, appid)
    if account is None:
        raise BadControlError("`appid` names no account of the sandbox")
    return Request({"PATH_INFO": "/_sandbox"}).begin(db, account)


@_order
def _advance(db: Transaction, *, seconds: Annotated[Number, Field(ge=0, le=TEN_YEARS)]) -> Record:
    """Move the clock forward; it never runs back."""
    return {"now": db.advance(seconds).isoformat()}


@_order
def _date(
    db: Transaction, *, ahead_seconds: Annotated[Number, Field(ge=-TEN_YEARS, le=TEN_YEARS)]
) -> Record:
    """Let answers have a wrong `Date` from now on."""
    db.set_date(ahead_seconds)
    return {"ahead_seconds": ahead_seconds}


@_order
def _faults(
    db: Transaction, *, rules: list[Rule] | None = None, clear: bool | None = None
) -> Record:
    """Forget rules, add rules, or both."""
    if rules is None and clear is None:
        raise BadControlError("give `rules`, or `clear`: true, or both")
    if clear:
        db.delete("faults")
    for rule in rules or []:
        db.put("faults", f"{db.next_number('fault'):06d}", {**rule.model_dump(), "seen": 0})
    return {"rules": db.find("faults")}


@_order
def _statistics(
    db: Transaction,
    *,
    appid: str,
    rules: list[Disturbance] | None = None,
    clear: bool | None = None,
) -> Record:
    """Let the statistics of an account be late, be missing or fall."""
    _as_account(db, appid)
    if rules is None and clear is None:
        raise BadControlError("give `rules`, or `clear`: true, or both")
    if clear:
        for key, _ in db.items("disturbances", appid=appid):
            db.delete("disturbances", key)
    for rule in rules or []:
        row = {"appid": appid, **rule.model_dump()}
        db.put("disturbances", f"{db.next_number('disturbance'):06d}", row)
    return {"rules": db.find("disturbances", appid=appid)}


@_order
def _reset(db: Transaction) -> Record:
    db.reset()
    return {"reset": True}


@_order
def _accounts(db: Transaction, *, appid: str, **given: Any) -> Record:
    accounts.declare_account(db, appid, **given)
    return {"appid": appid}


@_order
def _tags(db: Transaction, *, appid: str, id: int, name: str, count: int) -> Record:  # noqa: A002 - WeChat's word
    accounts.declare_tag(db, appid, id, name, count)
    return {"id": id}


@_order
def _settings(db: Transaction, *, sending_seconds: Seconds) -> Record:
    """Set how long a job says SENDING."""
    db.set_setting("sending_seconds", sending_seconds)
    return {"sending_seconds": sending_seconds}


@_order
def _admin(db: Transaction, *, appid: str, confirm: bool) -> Record:
    """Let the administrator answer the sends that are held."""
    request = _as_account(db, appid)
    waiting = jobs.waiting(db, appid, request.at)
    for job in waiting:
        mass.settle(request, job, confirmed=confirm)
    return {"settled": [job["msg_id"] for job in waiting]}


@_order
def _ending(
    db: Transaction,
    *,
    appid: str,
    status: Ending | None = None,
    copyright: Copyright | None = None,  # noqa: A002 - a member of the request
    event: Literal["full", "old", "none"] | None = None,
    then: Ending | None = None,
) -> Record:
    """Decide how the account's next job ends, what the check found, what its event tells, and another one after it."""
    ordered = _given(status=status, copyright=copyright, event=event, then=then)
    if not ordered:
        raise BadControlError("give `status`, `copyright`, `event` or `then`")
    _as_account(db, appid).change_account(ending=ordered)
    return ordered


@_order
def _callback(
    db: Transaction,
    *,
    delay: Seconds | None = None,
    copies: Annotated[int, Field(ge=1, le=callback.TRIES_MAX)] | None = None,
    shuffle: bool | None = None,
    early: bool | None = None,
    form: Literal["xml", "json"] | None = None,
) -> Record:
    """Decide how the events of later sends are delivered; without members, as WeChat does it."""
    if shuffle and not delay:
        raise BadControlError("`shuffle` mixes the posts of `delay` seconds: give both")
    if early and delay:
        raise BadControlError("an event cannot be both `early` and late by `delay`")
    orders = _given(delay=delay, copies=copies, shuffle=shuffle, early=early, form=form)
    db.put("callback", "orders", orders)
    return {"orders": orders}


@_order
def _pictures(db: Transaction, *, address: str) -> Record:
    """Let nothing be behind the address of a picture any more."""
    name = (address.split("/") + [""] * 5)[4]
    if db.get("pictures", name) is None:
        raise BadControlError("`address` is of no picture that was uploaded")
    db.delete("pictures", name)
    return {"address": address}


@_order
def _website_send(db: Transaction, *, appid: str, media_id: str | None = None) -> Record:
    """Send words, or a draft of the draft box, as a person does it in the console."""
    request = _as_account(db, appid)
    message = mass.Message("text", {"text": WEBSITE_TEXT})
    everybody = audience.by_filter(request, {"is_to_all": True})
    try:
        mass.require_allowance(request, everybody)
        if media_id is not None:
            draft = drafts.find(request, media_id)
            message = mass.Message("mpnews", {"articles": draft["articles"]}, draft)
    except Refusal as refusal:
        why = (
            "`media_id` names no draft"
            if refusal.errcode == NO_SUCH
            else "the account has no mass send left"
        )
        raise BadControlError(why) from None
    fact = {
        "clientmsgid": None,
        "request_digest": "",
        "send_ignore_reprint": None,
        "via": "website",
    }
    return {"msg_id": mass.accept(request, everybody, message, fact)["msg_id"]}


@_order
def _comments(
    db: Transaction,
    *,
    appid: str,
    msg_id: int,
    article: int = 1,
    content: Annotated[str, Field(min_length=1)],
) -> Record:
    """Let a follower comment on an article, from 1."""
    request = _as_account(db, appid)
    job = request.own("jobs", str(msg_id))
    if job is None or not comments.is_there(request, job, article):
        raise BadControlError("`msg_id` and `article`, from 1, name no article that was sent")
    if not comments.are_open(job, article):
        raise BadControlError("the comments of this article are closed")
    return {"user_comment_id": comments.write(request, job, article, content)}


@_order
def _notifications(
    db: Transaction,
    *,
    name: str,
    kind: Literal[
        "webhook", "wecom_robot", "feishu_robot", "dingtalk_robot", "email", "pull_request"
    ],
    body: Record,
    headers: Record,
) -> Record:
    post = {"name": name, "kind": kind, "body": body, "headers": headers}
    inbox.keep_notification(db, post)
    return {"kept": True}


# The report

_HIDDEN = {
    "accounts": ("secret", "aliases"),
    "previews": ("openid", "body"),
    "jobs": (
        "body",
        "deleted_at",
        "hold",
        "is_held",
        "ending",
        "told",
        "travel",
        "request_digest",
        "scope",
        "audience_digest",
    ),
}
"""What the report leaves out of a row, by its kind: secrets, openids, and what it tells in other words."""


def report(db: Transaction) -> Record:
    """Tell everything that happened as one JSON document, without openids, tokens or secrets.

    Times are ISO 8601 in Beijing time. `calls` maps paths to `count` and `outcomes` (errcode, or `fault:<kind>`, to a
    number).
    """
    tags = db.find("tags", invented=True)
    invented = [
        {"kind": "tag", **{name: tag[name] for name in ("appid", "id", "name")}} for tag in tags
    ]
    told = ("uploads", "materials", "previews", "notifications", "faults", "violations")
    return {
        "format_version": 1,
        "now": db.now.isoformat(),
        "accounts": _shown(db, "accounts"),
        "calls": dict(sorted(db.items("calls"))),
        "drafts": [_with_titles(row, "created", "updated") for row in db.find("drafts")],
        "publications": [_with_titles(row, "at", "done_at") for row in db.find("publications")],
        "jobs": [
            _job(db, row, shown)
            for row, shown in zip(db.find("jobs"), _shown(db, "jobs"), strict=True)
        ],
        "events": callback.told_events(db),
        "callback": db.get("callback", "check"),
        **{kind: _shown(db, kind) for kind in told},
        "assumed": [*db.find("assumed"), *invented],
    }


def _shown(db: Transaction, kind: str) -> list[Record]:
    rows = [
        {name: row[name] for name in row if name not in _HIDDEN.get(kind, ())}
        for row in db.find(kind)
    ]
    return [_dated(row, "at") for row in rows]


def _dated(row: Record, *moments: str) -> Record:
    return {**row, **{name: beijing(row[name]).isoformat() for name in moments if name in row}}


_UNTOLD = frozenset({"articles", "deleted_at"})


def _with_titles(row: Record, *moments: str) -> Record:
    articles = row["articles"]
    told = {
        "titles": [article["title"] for article in articles],
        "content_digest": digest_of(articles),
    }
    return {
        **{name: each for name, each in _dated(row, *moments).items() if name not in _UNTOLD},
        **told,
    }


def _job(db: Transaction, row: Record, shown: Record) -> Record:
    articles = [
        {
            **article,
            "article_url": jobs.article_url(row, index),
            "comments_open": comments.are_open(row, index),
        }
        for index, article in enumerate(jobs.articles(row), start=1)
    ]
    at = db.now.timestamp()
    return {
        **shown,
        **({} if articles else {"body": row["body"]}),
        "accepted_at": shown["at"],
        # The openids themselves stay out; the digest tells two lists apart.
        "audience": {"scope": row["scope"], "digest": row["audience_digest"]},
        "articles": articles,
        "msg_status": jobs.status(db, row, at),
        "event_status": jobs.event_status(db, row, at),
    }
