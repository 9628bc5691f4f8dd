"""A client of the sandbox for the contract tests, over whatever transport they choose."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from massctl.sandbox.embedded import Sandbox, open_world

APPID, SECRET = "wx0000000000000001", "a-secret-of-the-sandbox"
START = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A real time that tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def picture() -> bytes:
    """Return a small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (94, 40), "salmon").save(out, "JPEG")
    return out.getvalue()


def open_sandbox(directory: Path, clock: Clock) -> Sandbox:
    """Open a world with one account and one tag."""
    sandbox = open_world(directory, real_now=clock, seed="test")
    sandbox.ensure_account(APPID, secret=SECRET, name="春日小铺", followers=1000)
    sandbox.ensure_tag(APPID, 101, "会员", 300)
    return sandbox


class Client:
    """Speak to a sandbox as a WeChat client does."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        asked = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        self.token = str(http.post("/cgi-bin/stable_token", json=asked).json()["access_token"])

    def post(self, path: str, body: object) -> httpx.Response:
        raw = json.dumps(body, ensure_ascii=False).encode()
        return self.http.post(f"/cgi-bin/{path}", params={"access_token": self.token}, content=raw)

    def upload(self, path: str, files: object, **query: str) -> dict[str, Any]:
        query = {"access_token": self.token, **query}
        answer = self.http.post(f"/cgi-bin/{path}", params=query, files=files)  # type: ignore[arg-type]
        return dict(answer.json())

    def draft(self, content: str = "<p>三天，错过等一年</p>", title: str = "春季大促") -> str:
        return str(self.add_draft(content=content, title=title)["media_id"])

    def cover(self) -> str:
        files = {"media": ("a.jpg", picture(), "image/jpeg")}
        return str(self.upload("material/add_material", files, type="image")["media_id"])

    def thumbs(self, msg_id: int) -> list[str]:
        """Return the addresses of the covers of a job."""
        (job,) = [job for job in self.report()["jobs"] if job["msg_id"] == msg_id]
        return [article["thumb_url"] for article in job["articles"]]

    def add_draft(self, **members: object) -> dict[str, Any]:
        article = {
            "title": "春季大促",
            "content": "<p>三天</p>",
            "thumb_media_id": self.cover(),
            **members,
        }
        return dict(self.post("draft/add", {"articles": [article]}).json())

    def send(self, media_id: str, **members: object) -> httpx.Response:
        body = {
            "filter": {"is_to_all": True},
            "msgtype": "mpnews",
            "mpnews": {"media_id": media_id},
            "send_ignore_reprint": 0,
            "clientmsgid": "0" * 32,
            **members,
        }
        return self.post("message/mass/sendall", body)

    def control(self, name: str, body: object) -> httpx.Response:
        return self.http.post(f"http://127.0.0.1/_sandbox/{name}", json=body)

    def report(self) -> dict[str, Any]:
        return dict(self.http.get("http://127.0.0.1/_sandbox/report").json())
