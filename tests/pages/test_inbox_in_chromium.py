"""The sandbox's inbox with the posts of events, as real Chromium lays it out on a phone and a desk."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from browser import Browser
from measures import TOO_WIDE, contrast

from massctl.sandbox.callback import Answer, Endpoint
from massctl.sandbox.embedded import open_world

pytestmark = pytest.mark.chromium
URL = "https://a-server-with-a-long-name.example.com/wechat/callback/of/the/account/main"


@pytest.fixture
def page(tmp_path: Path) -> str:
    """Write the inbox of a world whose website sends ended, and whose events one server did not take."""
    import httpx

    world = open_world(
        tmp_path / "world", real_now=lambda: datetime(2026, 12, 1, 12, tzinfo=UTC), seed="test"
    )
    world.ensure_account("wx0000000000000001", name="春日小铺")
    answers = [
        Answer(500, "Internal" + "Server" * 12),
        Answer(None, "no answer within 5 s"),
        Answer(200, "success"),
    ]

    def ask(verb: str, address: str, _headers: object, _body: bytes) -> Answer:
        echo = dict(parse_qsl(urlsplit(address).query)).get("echostr", "")
        return (
            Answer(200, echo)
            if verb == "GET"
            else answers.pop(0)
            if len(answers) > 1
            else answers[0]
        )

    poster = world.poster(Endpoint(URL, "sandboxtoken"), lambda _: None, ask)
    with httpx.Client(
        transport=httpx.WSGITransport(world.app), base_url="http://127.0.0.1"
    ) as http:
        http.post("/_sandbox/callback", json={"copies": 2})
        http.post("/_sandbox/ending", json={"appid": "wx0000000000000001", "status": "err(30003)"})
        for _ in range(2):
            http.post("/_sandbox/website_send", json={"appid": "wx0000000000000001"})
        for seconds in (200, 5, 5, 5):
            http.post("/_sandbox/advance", json={"seconds": seconds})
            poster.post_due()
        written, style = http.get("/").text, http.get("/style.css").text
    world.close()
    file = tmp_path / "inbox.html"
    file.write_text(
        written.replace('<link rel="stylesheet" href="/style.css">', f"<style>{style}</style>"),
        "utf-8",
    )
    assert "copy 2" in written
    assert "<style>" in file.read_text(encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("size", [(375, 800), (1280, 900)], ids=["phone", "desk"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_posts_of_events_fit_and_can_be_read(
    browser: Browser, page: str, size: tuple[int, int], dark: bool
) -> None:
    browser.window(*size, dark=dark)
    browser.open(page)
    assert [] == browser.value(TOO_WIDE)
    assert 4 == browser.value('document.querySelectorAll("#events ~ ol .post").length')
    found = contrast(browser, ".phone", ".events")
    assert ([], True) == (found["poor"], found["looked"] > 20)
