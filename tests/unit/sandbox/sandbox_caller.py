"""One caller of the pure world: no disk, no socket, a clock that tests move."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from massctl.sandbox import clock, declare, world
from massctl.sandbox.call import Call, Reply, UploadedFile
from massctl.sandbox.tables import Record, State

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
        self.state = State()
        self.now = datetime(2026, 12, 1, 20, 0, tzinfo=clock.BEIJING)
        self.address = "127.0.0.1"
        self.token = ""
        self._names = 0
        declare.account(self.state, APPID, secret=SECRET, name="春日小铺", kind="service", followers=1000)

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)

    def fresh_token(self) -> str:
        """Ask for the stable token and use it from now on."""
        asked = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        self.token = self.record("POST", "stable_token", asked)["access_token"]
        return self.token

    def reply(self, verb: str, path: str, body: object = None, **query: str) -> Reply:
        """Make one call and return the raw answer."""
        return self.deliver(verb, path, body, **query).reply

    def deliver(self, verb: str, path: str, body: object = None, **query: str) -> world.Delivery:
        """Make one call and return the answer with its fate."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        raw = b"" if body is None else raw
        with_token = {"access_token": self.token, **query} if self.token else query
        call = Call(verb, f"/cgi-bin/{path}", with_token, raw, address=self.address)
        return world.deliver(self.state, call, self.now)

    def record(self, verb: str, path: str, body: object = None, **query: str) -> Record:
        """Make one call and return its JSON."""
        return dict(self.reply(verb, path, body, **query).record or {})

    def post(self, path: str, body: object) -> Record:
        """POST JSON with a live token."""
        self.fresh_token()
        return self.record("POST", path, body)

    def get(self, path: str, **query: str) -> Record:
        """GET with a live token."""
        self.fresh_token()
        return self.record("GET", path, **query)

    def upload(self, path: str, data: bytes, filename: str = "a.jpg", kind: str | None = None, **form: str) -> Record:
        """Upload a file."""
        self.fresh_token()
        query = {"access_token": self.token} | ({"type": kind} if kind else {})
        media = UploadedFile(filename, "application/octet-stream", data)
        call = Call("POST", f"/cgi-bin/{path}", query, media=media, form=form, is_multipart=True)
        return dict(world.deliver(self.state, call, self.now).reply.record or {})

    def cover(self) -> str:
        """Return the id of a permanent picture that no other call has returned."""
        self._names += 1
        data = picture(size=(94 + self._names, 40))
        return str(self.upload("material/add_material", data, kind="image")["media_id"])

    def article(self, **members: Any) -> Record:
        """Return an article that WeChat takes."""
        return {"title": "春季大促", "content": "<p>三天，错过等一年</p>", "thumb_media_id": self.cover(), **members}

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
        declare.account(self.state, APPID, **members)

    def tag(self, number: int = 101, name: str = "会员", count: int = 300) -> None:
        """Declare a tag."""
        declare.tag(self.state, APPID, number, name, count)

    def violations(self) -> list[str]:
        """List the kinds of violations so far."""
        return [row["kind"] for row in self.state.table("violations").records()]
