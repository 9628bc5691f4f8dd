"""The sandbox over HTTP: in process, through a socket, across restarts and processes."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from media_samples import mp4
from sandbox_client import APPID, SECRET, START, Client, Clock, open_sandbox, picture
from werkzeug.test import Client as WerkzeugClient

from massctl.loopback import run_app, serving_app
from massctl.sandbox.app import ConnectionCut
from massctl.sandbox.embedded import Sandbox, open_world
from massctl.sandbox.media import PICTURE_HOST
from massctl.sandbox.store import WorldFormatError

SENDALL = "/cgi-bin/message/mass/sendall"


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    transport = httpx.WSGITransport(sandbox.app)
    with httpx.Client(transport=transport, base_url="https://api.weixin.qq.com") as http:
        yield Client(http)


def test_a_campaign_goes_from_upload_to_success(client: Client, clock: Clock) -> None:
    url = client.upload("media/uploadimg", {"media": ("p.jpg", picture(), "image/jpeg")})["url"]
    media_id = client.draft(f'<p>看</p><img src="{url}">')
    stored = client.post("draft/get", {"media_id": media_id}).json()["news_item"][0]["content"]
    assert stored == f'<p>看</p><img src="{url}">'
    msg_id = client.send(media_id).json()["msg_id"]
    clock.later(minutes=4)
    assert (
        client.post("message/mass/get", {"msg_id": str(msg_id)}).json()["msg_status"]
        == "SEND_SUCCESS"
    )
    assert client.report()["violations"] == []


def test_answers_are_raw_utf8_json_under_the_machines_date(
    client: Client, sandbox: Sandbox
) -> None:
    """The world's clock was moved, and no visitor's clock with it."""
    sandbox.advance(3600)
    answer = client.http.get("/cgi-bin/tags/get", params={"access_token": client.token})
    assert "会员".encode() in answer.content
    assert answer.headers["date"] == "Tue, 01 Dec 2026 12:00:00 GMT"


def test_a_picture_comes_through_the_transport_that_api_calls_take(client: Client) -> None:
    url = client.upload("media/uploadimg", {"media": ("p.jpg", picture(), "image/jpeg")})["url"]
    answer = client.http.get(url)
    assert (answer.content, answer.headers["content-type"]) == (picture(), "image/jpeg")
    assert client.http.get("https://mmbiz.qpic.cn/").status_code == 404


def test_a_video_may_be_described_in_the_address_as_an_sdk_does(client: Client) -> None:
    query = {
        "access_token": client.token,
        "type": "video",
        "description": '{"title": "雪球", "introduction": "两秒"}',
    }
    media = {"media": ("a.mp4", mp4(), "video/mp4")}
    answer = client.http.post("/cgi-bin/material/add_material", params=query, files=media)
    assert "media_id" in answer.json()


def test_the_werkzeug_client_gets_the_old_token(sandbox: Sandbox) -> None:
    query = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    answer = WerkzeugClient(sandbox.app).get("/cgi-bin/token", query_string=query)
    assert (answer.status_code, answer.get_json()["expires_in"]) == (200, 7200)


@pytest.mark.parametrize(
    "files",
    [
        {"media": (None, "no file at all")},
        {"picture": ("a.jpg", picture(), "image/jpeg")},
        {"media": ("春天.jpg", picture(), "image/jpeg")},
    ],
)
def test_a_part_that_wechat_does_not_see_is_41005(client: Client, files: object) -> None:
    assert client.upload("media/uploadimg", files)["errcode"] == 41005


@pytest.mark.parametrize(
    ("disposition", "errcode"),
    [
        ("form-data; name=\"media\"; filename*=UTF-8''%E6%98%A5.jpg", 41005),
        ('form-data; name="media"; filename="a.jpg"; filename*=UTF-8\'\'%E6%98%A5.jpg', None),
        ('form-data; name="media"', 41005),
        ('form-data; name="media"; filename=""', 41005),
        ("form-data; name=media; filename=a.jpg", None),
    ],
)
def test_only_a_plain_filename_counts(
    client: Client, disposition: str, errcode: int | None
) -> None:
    head = f"--b\r\nContent-Disposition: {disposition}\r\nContent-Type: image/jpeg\r\n\r\n"
    answer = client.http.post(
        "/cgi-bin/media/uploadimg",
        params={"access_token": client.token},
        content=head.encode() + picture() + b"\r\n--b--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert answer.json().get("errcode") == errcode


def test_escapes_are_seen_in_the_raw_body(client: Client) -> None:
    client.http.post(
        "/cgi-bin/tags/create",
        params={"access_token": client.token},
        content=b'{"tag":{"name":"\\u6625"}}',
    )
    assert [row["kind"] for row in client.report()["violations"]] == ["escaped_json"]
    tags = client.http.get("/cgi-bin/tags/get", params={"access_token": client.token}).json()[
        "tags"
    ]
    assert "\\u6625" in [tag["name"] for tag in tags]


def test_a_compressed_body_is_refused(client: Client) -> None:
    answer = client.http.post(
        "/cgi-bin/draft/batchget",
        params={"access_token": client.token},
        content=b"x",
        headers={"Content-Encoding": "gzip"},
    )
    assert answer.json()["errcode"] == 40221


def asked(port: int, host: str, path: str, **headers: str) -> int:
    """Return the status of a GET with exactly these headers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    with closing(connection):
        connection.request("GET", path, headers={"Host": host.format(port=port), **headers})
        return connection.getresponse().status


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "path", ["/", "/_sandbox/report", "/cgi-bin/token", "/datacube/getusersummary", "/style.css"]
)
def test_a_served_sandbox_answers_to_the_names_of_this_machine_alone(
    sandbox: Sandbox, path: str
) -> None:
    """A website's own name may lead to 127.0.0.1 as well (DNS rebinding)."""
    before = sandbox.report()
    foreign = [
        "evil.example:{port}",
        "evil.example",
        "127.0.0.1.evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "",
    ]
    with serving_app(sandbox.app, more_hosts={PICTURE_HOST}) as port:
        assert {403} == {asked(port, host, path) for host in foreign}
        assert before == sandbox.report()
        assert 403 not in {
            asked(port, f"{name}:{{port}}", path) for name in ("127.0.0.1", "LocalHost", "[::1]")
        }


@pytest.mark.enable_socket
def test_the_host_of_pictures_gives_nothing_but_pictures(sandbox: Sandbox) -> None:
    paths = ["/", "/_sandbox/report", "/cgi-bin/token", "/mmbiz_jpg/unknown/0"]
    with serving_app(sandbox.app, more_hosts={PICTURE_HOST}) as port:
        assert {404} == {asked(port, PICTURE_HOST, path) for path in paths}


FROM_ANOTHER_SITE = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FROM_ANOTHER_SITE)
@pytest.mark.parametrize(
    "path", ["/_sandbox/reset", "/_sandbox/report", "/cgi-bin/stable_token", "/datacube/x"]
)
def test_a_page_of_another_site_can_order_nothing(
    sandbox: Sandbox, headers: dict[str, str], path: str
) -> None:
    before = sandbox.report()
    client = WerkzeugClient(sandbox.app)
    for method in ("GET", "POST"):
        assert 403 == client.open(path, method=method, headers=headers).status_code
    assert before == sandbox.report()


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}]
)
def test_what_is_typed_or_stands_on_its_own_page_is_answered(
    sandbox: Sandbox, headers: dict[str, str]
) -> None:
    client = WerkzeugClient(sandbox.app)
    assert 200 == client.post("/_sandbox/reset", headers=headers).status_code
    assert 200 == client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code


def test_the_appsecret_is_drawn_for_each_world_and_kept(tmp_path: Path, clock: Clock) -> None:
    def secrets(folder: str) -> set[str]:
        world = open_world(tmp_path / folder, real_now=clock, seed="test")
        with closing(world):
            world.reset()
            return {
                world.ensure_account(appid)
                for appid in ("wx0000000000000001", "wx0000000000000002")
            }

    (one,), (same,), (other,) = secrets("one"), secrets("one"), secrets("other")
    assert (one, True) == (same, re.fullmatch("[0-9a-f]{32}", one) is not None)
    assert one != other


def test_a_lost_answer_is_a_connection_error_and_a_recorded_job(
    client: Client, clock: Clock
) -> None:
    media_id = client.draft()
    client.control("faults", {"rules": [{"path": SENDALL, "do": "answer_lost"}]})
    with pytest.raises(ConnectionCut):
        client.send(media_id)
    clock.later(seconds=61)
    assert client.send(media_id).json()["errcode"] == 45065
    assert len(client.report()["jobs"]) == 1


def test_a_lost_request_is_a_connection_error_and_nothing_else(client: Client) -> None:
    media_id = client.draft()
    client.control("faults", {"rules": [{"path": SENDALL, "do": "request_lost"}]})
    with pytest.raises(ConnectionCut):
        client.send(media_id)
    assert client.report()["jobs"] == []
    assert client.report()["calls"][SENDALL] == {"count": 1, "outcomes": {"fault:request_lost": 1}}


def test_a_bad_rule_is_400(client: Client) -> None:
    answer = client.control("faults", {"rules": [{"path": SENDALL, "do": "explode"}]})
    assert (answer.status_code, "`do` must be one of" in answer.json()["error"]) == (400, True)


def test_the_world_outlives_its_process_and_its_clock_never_runs_back(
    tmp_path: Path, clock: Clock
) -> None:
    first = open_sandbox(tmp_path, clock)
    with httpx.Client(
        transport=httpx.WSGITransport(first.app), base_url="http://127.0.0.1"
    ) as http:
        client = Client(http)
        msg_id = client.send(client.draft()).json()["msg_id"]
    moved = first.advance(86_400)
    first.close()
    clock.now = START
    second = open_world(tmp_path, real_now=clock)
    assert moved == second.now()
    assert [msg_id] == [job["msg_id"] for job in second.report()["jobs"]]
    second.close()


def test_a_window_can_be_waited_for(sandbox: Sandbox, clock: Clock) -> None:
    opening = START.replace(day=9)
    assert sandbox.ensure_not_before(opening) == opening
    clock.later(minutes=1)
    assert sandbox.now() == opening.replace(minute=1)


CRASH = """
import os, sys, httpx
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from sandbox_client import Client, Clock, open_sandbox
sandbox = open_sandbox(Path(sys.argv[1]), Clock())
client = Client(httpx.Client(transport=httpx.WSGITransport(sandbox.app), base_url="http://127.0.0.1"))
print(client.send(client.draft()).json()["msg_id"], flush=True)
os._exit(9)
"""


@pytest.mark.slow
def test_an_answered_job_survives_the_death_of_its_process(tmp_path: Path, clock: Clock) -> None:
    command = [sys.executable, "-c", CRASH, str(tmp_path), str(Path(__file__).parent)]
    died = subprocess.run(command, capture_output=True, text=True, check=False)
    assert died.returncode == 9, died.stderr
    sandbox = open_sandbox(tmp_path, clock)
    assert [int(died.stdout)] == [job["msg_id"] for job in sandbox.report()["jobs"]]
    sandbox.close()


def test_two_openers_of_one_world_see_each_others_changes(tmp_path: Path, clock: Clock) -> None:
    """As when `apply --sandbox` works while `massctl sandbox` shows the inbox."""
    one, two = open_sandbox(tmp_path, clock), open_sandbox(tmp_path, clock)

    def create(number: int) -> int:
        opened = (one, two)[number % 2]
        return opened.ensure_tag(APPID, None, f"标签{number}", number)

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(create, range(40)))
    assert len(set(ids)) == 40
    assert one.report() == two.report()
    assert (
        one.ensure_tag(APPID, None, "标签7", 0) == two.ensure_tag(APPID, None, "标签7", 0) == ids[7]
    )
    one.close()
    two.close()


def test_a_failing_request_leaves_no_trace(
    sandbox: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sandbox.report()
    monkeypatch.setattr("massctl.sandbox.app.answer", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.post("draft/count", {})
    monkeypatch.undo()
    assert before == sandbox.report()


def test_a_world_of_another_format_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    import sqlite3

    open_sandbox(tmp_path, clock).close()
    with sqlite3.connect(tmp_path / "world.sqlite3") as db:
        db.execute("UPDATE meta SET value = 99 WHERE name = 'format'")
    db.close()
    with pytest.raises(WorldFormatError):
        open_world(tmp_path, real_now=clock)


@pytest.mark.night
@pytest.mark.slow
def test_large_jobs_are_cheap(
    client: Client, sandbox: Sandbox, tmp_path: Path, clock: Clock
) -> None:
    """Batches of 10,000: what is written grows with the jobs, not with their square."""
    for batch in range(30):
        clock.later(seconds=2)
        people = [f"oReal{batch:03d}{number:05d}" for number in range(10_000)]
        body = {
            "touser": people,
            "msgtype": "text",
            "text": {"content": "你好"},
            "clientmsgid": f"{batch:032x}",
        }
        assert client.post("message/mass/send", body).json()["errcode"] == 0
    size = sum(file.stat().st_size for file in tmp_path.iterdir())
    assert size < 20_000_000


@pytest.mark.enable_socket
def test_a_socket_carries_the_same_world(sandbox: Sandbox) -> None:
    with (
        serving_app(sandbox.app) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        client = Client(http)
        answer = http.get("/cgi-bin/draft/count", params={"access_token": client.token})
    assert (answer.json(), answer.headers.get_list("date")) == (
        {"total_count": 0},
        ["Tue, 01 Dec 2026 12:00:00 GMT"],
    )


@pytest.mark.enable_socket
@pytest.mark.parametrize("do", ["request_lost", "answer_lost", "truncated"])
def test_a_socket_is_really_cut(sandbox: Sandbox, do: str) -> None:
    with (
        serving_app(sandbox.app) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        client = Client(http)
        http.post("/_sandbox/faults", json={"rules": [{"path": "/cgi-bin/tags/get", "do": do}]})
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/cgi-bin/tags/get", params={"access_token": client.token})
        assert (
            http.get("/cgi-bin/tags/get", params={"access_token": client.token}).status_code == 200
        )


@pytest.mark.enable_socket
def test_a_late_answer_is_late(sandbox: Sandbox) -> None:
    with (
        serving_app(sandbox.app) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        client = Client(http)
        http.post(
            "/_sandbox/faults",
            json={"rules": [{"path": "/cgi-bin/tags/get", "do": "late", "seconds": 1}]},
        )
        with pytest.raises(httpx.ReadTimeout):
            http.get("/cgi-bin/tags/get", params={"access_token": client.token}, timeout=0.2)


@pytest.mark.enable_socket
def test_a_port_that_is_taken_is_an_os_error(sandbox: Sandbox) -> None:
    with (
        serving_app(sandbox.app) as port,
        pytest.raises(OSError, match="in use"),
        serving_app(sandbox.app, port),
    ):
        raise AssertionError("two servers on one port")


@pytest.mark.enable_socket
def test_a_free_port_is_told_before_serving(sandbox: Sandbox) -> None:
    bound = []

    def ready(port: int) -> None:
        bound.append(port)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_app(sandbox.app, 0, ready)
    assert bound[0] > 0
