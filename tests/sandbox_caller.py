"""One caller of a sandbox that is kept in memory: no disk, no socket, a clock that tests move."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import Client, TestResponse, encode_multipart

from massctl.sandbox import accounts
from massctl.sandbox.app import App
from massctl.sandbox.store import BEIJING, Record, Store, Transaction

APPID = "wx0000000000000001"
SECRET = "a-secret-of-the-sandbox"


def picture(kind: str = "JPEG", size: tuple[int, int] = (94, 40), colour: str = "salmon") -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


class Caller:
    """Call a world as a client with a fresh token would."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 1, 20, 0, tzinfo=BEIJING)
        self.waited: list[float] = []
        self.address = "127.0.0.1"
        self.token = ""
        self._names = 0
        self.store = Store(None, lambda: self.now)
        self.http = Client(App(self.store, self.waited.append))
        self.account(secret=SECRET, name="春日小铺", kind="service", followers=1000)

    @contextmanager
    def db(self) -> Iterator[Transaction]:
        """Look into the rows, or change them."""
        with self.store.transaction() as db:
            yield db

    def rows(self, kind: str) -> list[Record]:
        """Return the rows of one kind."""
        with self.db() as db:
            return db.find(kind)

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)

    def fresh_token(self) -> str:
        """Ask for the stable token and use it from now on."""
        asked = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        self.token = self.record("POST", "stable_token", asked)["access_token"]
        return self.token

    def reply(self, method: str, path: str, body: object = None, **query: str) -> TestResponse:
        """Make one call and return the raw answer."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        with_token = {"access_token": self.token, **query} if self.token else query
        return self.http.open(
            path if path.startswith("/") else f"/cgi-bin/{path}",
            method=method,
            query_string=with_token,
            data=b"" if body is None else raw,
            environ_base={"REMOTE_ADDR": self.address},
        )

    def record(self, method: str, path: str, body: object = None, **query: str) -> Record:
        """Make one call and return its JSON."""
        return json.loads(self.reply(method, path, body, **query).data or b"{}")

    def order(self, name: str, /, **body: object) -> Record:
        """Order something of the sandbox itself; the answer has the status as well."""
        answer = self.http.post(f"/_sandbox/{name}", data=json.dumps(body))
        return {"http": answer.status_code, **json.loads(answer.data)}

    def report(self) -> Record:
        """Return the report."""
        return json.loads(self.http.get("/_sandbox/report").data)

    def post(self, path: str, body: object) -> Record:
        """POST JSON with a live token."""
        self.fresh_token()
        return self.record("POST", path, body)

    def statistics(self, name: str, begin: str, end: str = "") -> Record:
        """Ask for the statistics of a day, or of several."""
        return self.post(f"/datacube/{name}", {"begin_date": begin, "end_date": end or begin})

    def get(self, path: str, **query: str) -> Record:
        """GET with a live token."""
        self.fresh_token()
        return self.record("GET", path, **query)

    def upload(
        self, path: str, data: bytes, filename: str = "a.jpg", kind: str | None = None, **form: str
    ) -> Record:
        """Upload a file."""
        self.fresh_token()
        query = {"access_token": self.token} | ({"type": kind} if kind else {})
        media = FileStorage(io.BytesIO(data), filename)
        boundary, body = encode_multipart({"media": media, **form})
        content_type = f"multipart/form-data; boundary={boundary}"
        return json.loads(
            self.http.post(
                f"/cgi-bin/{path}", query_string=query, data=body, content_type=content_type
            ).data
        )

    def cover(self) -> str:
        """Return the id of a permanent picture that no other call has returned."""
        self._names += 1
        data = picture(size=(94 + self._names, 40))
        return str(self.upload("material/add_material", data, kind="image")["media_id"])

    def article(self, **members: Any) -> Record:
        """Return an article that WeChat takes."""
        return {
            "title": "春季大促",
            "content": "<p>三天，错过等一年</p>",
            "thumb_media_id": self.cover(),
            **members,
        }

    def draft(self, **members: Any) -> str:
        """Save a draft of one article and return its id."""
        return str(self.post("draft/add", {"articles": [self.article(**members)]})["media_id"])

    def job(self, media_id: str, number: int = 1, **members: Any) -> Record:
        """Return the body of a news send to all."""
        return {
            "filter": {"is_to_all": True},
            "msgtype": "mpnews",
            "mpnews": {"media_id": media_id},
            "send_ignore_reprint": 0,
            "clientmsgid": f"{number:032x}",
            **members,
        }

    def text(self, number: int = 1, **members: Any) -> Record:
        """Return the body of a text send to tag 101."""
        return {
            "filter": {"is_to_all": False, "tag_id": 101},
            "msgtype": "text",
            "text": {"content": f"第 {number} 条"},
            "clientmsgid": f"{number:032x}",
            **members,
        }

    def account(self, **members: object) -> None:
        """Change the account."""
        with self.db() as db:
            accounts.declare_account(db, APPID, **members)

    def tag(self, number: int = 101, name: str = "会员", count: int = 300) -> None:
        """Declare a tag."""
        with self.db() as db:
            accounts.declare_tag(db, APPID, number, name, count)

    def violations(self) -> list[str]:
        """List the kinds of violations so far."""
        return [row["kind"] for row in self.rows("violations")]
