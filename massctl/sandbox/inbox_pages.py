"""Answer the pages that people look at: `/`, `/article/<msg_id>/<n>`, `/picture/<name>`, `/style.css`."""

import functools
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from massctl.sandbox import article_display, inbox, notifications, uploads
from massctl.sandbox.call import Reply
from massctl.sandbox.clock import BEIJING, beijing
from massctl.sandbox.report import told_events
from massctl.sandbox.tables import Record, State

if TYPE_CHECKING:
    import jinja2

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""An article can run nothing and fetch nothing, whatever a campaign wrote into it."""
EVENTS_SHOWN = 50
_PAGES = Path(__file__).parent / "pages"
_ARTICLE = re.compile(r"^/article/(\d{1,19})/(\d{1,2})$")
_PICTURE = re.compile(r"^/picture/([A-Za-z0-9_-]{1,128})$")
_MISSING_PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 470 200" width="470" height="200">'
    b'<rect width="470" height="200" fill="#8884" opacity=".25"/>'
    b'<path d="M185 130l32-42 24 30 14-17 30 29z" fill="#888" opacity=".5"/>'
    b'<circle cx="266" cy="78" r="10" fill="#888" opacity=".5"/></svg>'
)


def answer(state: State, path: str, query: Mapping[str, str], now: datetime) -> Reply:
    """Answer one page or picture; 404 with a page for everything else."""
    if path == "/":
        return _inbox(state, query.get("account", ""), now)
    if path == "/style.css":
        return Reply(raw=(_PAGES / "style.css").read_bytes(), content_type="text/css; charset=utf-8")
    if path == "/favicon.ico":
        return Reply(raw=b"", content_type="image/x-icon", status=404)
    if found := _PICTURE.match(path):
        return _picture(state, found[1])
    if found := _ARTICLE.match(path):
        row = state.table("jobs").get(found[1]) or state.table("previews").get(found[1])
        if row is not None and 1 <= int(found[2]) <= len(row["body"].get("articles", [])):
            return _article(state, row, int(found[2]))
    return _html("missing.html.j2", status=404)


def _inbox(state: State, appid: str, now: datetime) -> Reply:
    accounts = state.table("accounts").records()
    account = state.table("accounts").get(appid) or _liveliest(state, accounts)
    phones = inbox.phones(state, account, now) if account else []
    told = notifications.shown(state)
    check = state.table("callback").get("check")
    events = told_events(state, now.timestamp())[: -EVENTS_SHOWN - 1 : -1] if check else []
    local = now.astimezone(BEIJING)
    return _html(
        "inbox.html.j2",
        accounts=accounts,
        account=account,
        phones=phones,
        told=told,
        check=check,
        events=events,
        short=_short,
        now=local,
    )


def _short(moment: str) -> str:
    """Write a moment of the report for the page: 12-01 20:03:00."""
    return f"{datetime.fromisoformat(moment):%m-%d %H:%M:%S}"


def _liveliest(state: State, accounts: list[Record]) -> Record | None:
    """Return the account of the newest job or preview; the first one where there is none."""
    rows = [*state.table("jobs").records(), *state.table("previews").records()]
    if rows:
        return state.table("accounts").get(max(rows, key=lambda row: float(row["at"]))["appid"])
    return accounts[0] if accounts else None


def _article(state: State, row: Record, number: int) -> Reply:
    article = row["body"]["articles"][number - 1]
    msg_ids = {str(job["msg_data_id"]): int(job["msg_id"]) for job in state.table("jobs").records()}
    moment = beijing(row["at"])
    gone = number in row.get("deleted_articles", [])
    pictures = [entry["url"] for entry in (article.get("image_info") or {}).get("image_list", [])]
    return _html(
        "article.html.j2",
        status=404 if gone else 200,
        article=article,
        account=state.table("accounts").get(row["appid"]),
        content="" if gone else article_display.displayed(article["content"], msg_ids),
        pictures=[inbox.local_picture(url) for url in pictures],
        is_deleted=gone,
        is_preview="recipient" in row,
        date=f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}",
        machine_date=moment.isoformat(),
    )


def _picture(state: State, name: str) -> Reply:
    row = state.table("pictures").get(name)
    data = state.blob(row["sha256"] if row else name)
    if data is None:
        return Reply(raw=_MISSING_PICTURE, content_type="image/svg+xml")
    return Reply(raw=data, content_type=uploads.content_type(data))


def _html(template: str, *, status: int = 200, **values: object) -> Reply:
    page = _templates().get_template(template).render(**values)
    return Reply(raw=page.encode(), content_type="text/html; charset=utf-8", status=status)


@functools.cache
def _templates() -> "jinja2.Environment":
    # Only people look at pages; sends never do.
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
