"""Tell everything that happened in the world as one JSON document, without openids, tokens or secrets."""

from datetime import datetime

from massctl.sandbox import comments, deliveries, events, jobs
from massctl.sandbox.clock import beijing
from massctl.sandbox.desk import digest_of
from massctl.sandbox.tables import Record, State

_JOB_MEMBERS = (
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


def report(state: State, now: datetime) -> Record:
    """Return the report, whose members are
    `now accounts calls uploads drafts materials jobs events callback previews notifications faults violations
    assumed`.

    Times are ISO 8601 in Beijing time. `calls` maps paths to `count` and `outcomes` (errcode, or
    `fault:<kind>`, to a number).
    """
    calls = dict(sorted(state.table("calls").items()))
    return {
        "format_version": 1,
        "now": now.isoformat(),
        "accounts": [_account(row) for row in state.table("accounts").records()],
        "calls": calls,
        "uploads": state.table("uploads").records(),
        "materials": [_material(row) for row in state.table("materials").records()],
        "drafts": [_draft(row) for row in state.table("drafts").records()],
        "jobs": [_job(state, row, now.timestamp()) for row in state.table("jobs").records()],
        "events": told_events(state, now.timestamp()),
        "callback": state.table("callback").get("check"),
        "previews": [_preview(row) for row in state.table("previews").records()],
        "notifications": [{**row, "at": _iso(row["at"])} for row in state.table("notifications").records()],
        "faults": state.table("faults").records(),
        "violations": [{**row, "at": _iso(row["at"])} for row in state.table("violations").records()],
        "assumed": [*state.table("assumed").records(), *_invented_tags(state)],
    }


def _invented_tags(state: State) -> list[Record]:
    tags = [row for row in state.table("tags").records() if row.get("invented")]
    return [{"appid": row["appid"], "kind": "tag", "id": row["id"], "name": row["name"]} for row in tags]


def told_events(state: State, at: float) -> list[Record]:
    """Return the events of all jobs that have ended, in the order of their ends, each with its posts."""
    found = [events.event_of(state, row, at) for row in state.table("jobs").records()]
    told = sorted((event for event in found if event is not None), key=lambda event: (event["at"], event["msg_id"]))
    return [{**event, "posts": deliveries.told_of(state, event["msg_id"])} for event in told]


def _iso(seconds: float) -> str:
    return beijing(seconds).isoformat()


def _account(row: Record) -> Record:
    shown = ("appid", "name", "kind", "comment_right", "followers", "whitelist", "protection", "website_only")
    more = ("wechat_pay", "profile_ids", "miniprograms")
    return {**{name: row[name] for name in shown}, **{name: row.get(name) for name in more}, "speed": row["speed"]}


def _material(row: Record) -> Record:
    return {name: row[name] for name in ("appid", "media_id", "kind", "sha256", "name", "permanent")}


def _draft(row: Record) -> Record:
    return {
        "appid": row["appid"],
        "media_id": row["media_id"],
        "created": _iso(row["created"]),
        "consumed_by": row["consumed_by"],
        "titles": [article["title"] for article in row["articles"]],
        "content_digest": digest_of(row["articles"]),
    }


def _job(state: State, row: Record, at: float) -> Record:
    articles = [
        {**article, "article_url": jobs.article_url(row, index), "comments_open": comments.are_open(row, index)}
        for index, article in enumerate(jobs.articles(row), start=1)
    ]
    other = {} if articles else {"body": row["body"]}
    # The openids themselves stay out; the digest tells two lists apart.
    audience = {"scope": row["audience"]["scope"], "digest": row["audience_digest"]}
    state_now = {"msg_status": jobs.status(state, row, at), "event_status": jobs.event_status(state, row, at)}
    fact: Record = {name: row[name] for name in _JOB_MEMBERS}
    return {**fact, **other, "accepted_at": _iso(row["at"]), "audience": audience, "articles": articles, **state_now}


def _preview(row: Record) -> Record:
    shown: Record = {name: row[name] for name in ("appid", "msg_id", "msgtype", "content_digest", "by_name")}
    return {**shown, "recipient": row["recipient"], "at": _iso(row["at"])}
