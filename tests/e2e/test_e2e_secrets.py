"""A secret, a token, an openid and a proxy's password, planted: whatever happens, they are written down nowhere.

Everything that a command leaves is searched: both streams, every file of the repository, of the home folder and
of the folder for temporary files. Only campaign.yaml, where somebody wrote it, holds the reviewer's openid.
"""

import http.client
import json
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from operating import NIGHTLY
from processes import PATIENCE_SECONDS, Wechat, gate_to
from repositories import SECRET_VARIABLE, Tree
from searched_desk import SearchedDesk, traces

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

SECRET: Final = "5ec2e7c0ffee4badf00d5ec2e7c0ffee"
TOKEN: Final = "98_Pl4ntEd-" + "tOkeN_0f-The-rUn" * 8
OPENID: Final = "oPlantedOpenid_of-Reviewer01"
PASSWORD: Final = "p4ss/w0rd+of=the-Proxy"
PROXY_VARIABLE: Final = "WECHAT_WAY_OUT"
"""A name that does not sound like a secret."""
REASON: Final = ("--reason", "looked it up in the console")


class Desk(SearchedDesk):
    """A desk whose campaign.yaml may hold the reviewer."""

    def leaks(self, *secrets: str, elsewhere: tuple[str, ...] = ()) -> list[str]:
        """Give where a trace of a secret is."""
        found = super().leaks(*secrets, elsewhere=elsewhere)
        openly = {each.decode("ascii") for each in traces(OPENID)}
        return [
            each
            for each in found
            if "campaign.yaml: " not in each or not any(part in each for part in openly)
        ]


def desk_at(
    folder: Path, language: str, openid: str = OPENID, account: str = "", **variables: str
) -> Desk:
    """Make a repository with a campaign of words and one of an article, both with a reviewer by openid."""
    tree = Tree(folder / "repository")
    tree.settings(
        language=language, policy="" if account else "  in_doubt_wait: 0\n", account=account
    )
    reviewer = f"preview:\n  touser: [{openid}]\n"
    tree.text("notice", more=reviewer)
    tree.news("letter", more=reviewer)
    return Desk(folder, variables)


# A WeChat that repeats what it was told


class Parrot(ThreadingHTTPServer):
    """Grants the token; answers everything with one success, and one path with a refusal that repeats all it knows."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Repeating)
        self.fails_at = ""
        self.answer: int | str = 77777
        """An errcode, or another way to fail: html, moved, 500, cut, half, 407."""
        self.seen: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


class _Repeating(BaseHTTPRequestHandler):
    server: Parrot

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode(
            "utf-8", "replace"
        )
        self.server.seen.append(self.path)
        if self.server.fails_at and self.path.startswith(self.server.fails_at):
            self._refuse(
                f"{TOKEN} {SECRET} {OPENID} {quote(TOKEN)} https://x{self.path} {self.headers} {body[:300]}"
            )
            return
        members: dict[str, Any] = {
            "errcode": 0,
            "errmsg": "ok",
            "total": 5,
            "media_id": "M",
            "url": "http://mmbiz.qpic.cn/x/0",
        }
        members |= {
            "msg_id": 7,
            "msg_data_id": 8,
            "msg_status": "SEND_FAIL",
            "access_token": TOKEN,
            "expires_in": 7200,
        }
        self._send(200, json.dumps(members).encode())

    do_GET = do_POST = do_CONNECT = _answer  # noqa: N815 - the names that http.server looks for

    def _refuse(self, echo: str) -> None:
        answer = self.server.answer
        if isinstance(answer, int):
            self._send(
                200, json.dumps({"errcode": answer, "errmsg": echo + " rid: 6a-7b-8c"}).encode()
            )
        elif answer == "cut":
            self.close_connection = True
        elif answer == "half":
            self._send(200, json.dumps({"errcode": 0, "errmsg": echo}).encode()[:-5])
        else:
            status = {"html": 200, "moved": 302, "500": 500, "407": 407}[answer]
            self._send(
                status,
                f"<html>{echo}</html>".encode(),
                {"Location": f"/x?access_token={TOKEN}&secret={SECRET}"},
            )

    def _send(self, status: int, data: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in {**(more or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Keep silent."""


@contextmanager
def parrot(fails_at: str = "", answer: int | str = 77777) -> Iterator[Parrot]:
    server = Parrot()
    server.fails_at, server.answer = fails_at, answer
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


ENDPOINTS: Final = {
    "/cgi-bin/stable_token": "notice",
    "/cgi-bin/user/get": "notice",
    "/cgi-bin/message/mass/preview": "notice",
    "/cgi-bin/message/mass/sendall": "notice",
    "/cgi-bin/message/mass/get": "notice",
    "/cgi-bin/material/add_material": "letter",
    "/cgi-bin/draft/add": "letter",
    "/cgi-bin/draft/get": "letter",
}
ANSWERS: Final = (40001, 40003, 77777, "html", "half")


def _story(folder: Path, path: str, answer: int | str, number: int) -> list[str]:
    """Apply with one endpoint that repeats everything, and look into every corner afterwards."""
    with parrot(path, answer) as wechat:
        desk = desk_at(
            folder,
            ["zh", "en"][number % 2],
            MASSCTL_API_BASE=wechat.address,
            **{SECRET_VARIABLE: SECRET},
        )
        form = ("--format", ["text", "json"][number // 2 % 2])
        desk.massctl("-vv", "apply", ENDPOINTS[path], "--yes", "--no-wait", *form)
        desk.massctl("-v", "status", *form)
        desk.massctl("plan", *form)
        missed = (
            []
            if any(seen.startswith(path) for seen in wechat.seen)
            else [f"{path} was never asked"]
        )
    return [*missed, *desk.leaks(SECRET, TOKEN, OPENID)]


@pytest.mark.night
def test_errors_that_repeat_everything_leave_nothing_behind(tmp_path: Path):
    cases = [(path, answer) for path in ENDPOINTS for answer in ANSWERS]
    # Seven goes through all endpoints and answers, not through all pairs.
    chosen = [case for number, case in enumerate(cases) if NIGHTLY or number % 7 == 0]
    with ThreadPoolExecutor(8) as pool:
        stories = [
            pool.submit(_story, tmp_path / str(number), path, answer, number)
            for number, (path, answer) in enumerate(chosen)
        ]
        found = {chosen[n]: leaks for n, story in enumerate(stories) if (leaks := story.result())}
    assert {} == found


PROXIES: Final = (
    "http://user:{password}@127.0.0.1:{port}",
    "http://user:{password}@127.0.0.1:1",
    "ftp://user:{password}@127.0.0.1",
    "socks5://user:{password}@127.0.0.1:1",
    "http://user:{password}@127.0.0.1:99999",
    "http://user:{password}@[::1",
    "user:{password}@127.0.0.1",
    "https://user:{password}@127.0.0.1:{port}",
)


def _proxied(folder: Path, number: int) -> list[str]:
    account = f"    proxy_env: {PROXY_VARIABLE}\n"
    with parrot("", "407") as server:
        server.fails_at = "api.weixin.qq.com"  # what CONNECT names
        address = PROXIES[number].format(
            password=quote(PASSWORD, safe=""), port=server.server_address[1]
        )
        desk = desk_at(
            folder,
            ["zh", "en"][number % 2],
            account=account,
            **{SECRET_VARIABLE: SECRET, PROXY_VARIABLE: address},
        )
        status = desk.massctl(
            "-vv", "apply", "notice", "--yes", "--no-wait", "--format", ["text", "json"][number % 2]
        )
        valid = desk.massctl("validate") == 0
    wrong = [] if status == 1 and valid else [f"ended with {status}: {desk.said[:2]}"]
    return [
        *wrong,
        *desk.leaks(SECRET, OPENID, PASSWORD, quote(PASSWORD, safe=""), f"user:{PASSWORD}"),
    ]


@pytest.mark.night
def test_a_proxy_that_does_not_work_leaves_no_password_behind(tmp_path: Path):
    """No request leaves this machine: each of these proxies refuses, or is none."""
    with ThreadPoolExecutor(len(PROXIES)) as pool:
        stories = [
            pool.submit(_proxied, tmp_path / str(number), number) for number in range(len(PROXIES))
        ]
        found = {PROXIES[n]: leaks for n, story in enumerate(stories) if (leaks := story.result())}
    assert {} == found


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(SECRET[::-1], marks=pytest.mark.night),
        SECRET + "\n",
        pytest.param("密" + SECRET, marks=pytest.mark.night),
    ],
    ids=ascii,
)
def test_a_secret_that_does_not_fit_is_not_told(tmp_path: Path, wechat: Wechat, secret: str):
    desk = desk_at(tmp_path, "en", MASSCTL_API_BASE=wechat.address, **{SECRET_VARIABLE: secret})
    assert 1 == desk.massctl("apply", "notice", "--yes", "--no-wait", "--format", "json")
    assert 1 == desk.massctl("apply", "notice", "--yes", "--no-wait")
    assert [] == desk.leaks(SECRET[::-1], SECRET, "密" + SECRET)


@pytest.mark.night
def test_tls_with_something_that_is_not_wechat_tells_nothing(tmp_path: Path):
    with parrot() as server:
        address = server.address.replace("http:", "https:")
        desk = desk_at(tmp_path, "zh", MASSCTL_API_BASE=address, **{SECRET_VARIABLE: SECRET})
        assert 1 == desk.massctl("apply", "notice", "--yes", "--no-wait", "--format", "json")
    assert [] == desk.leaks(SECRET, OPENID)


# Every verb, where all goes well


@pytest.mark.night
def test_no_verb_writes_a_secret_down(tmp_path: Path, wechat: Wechat):
    """Against a served sandbox, whose token is read off the wire."""
    with gate_to(wechat) as gate:
        token = _asked(
            wechat,
            f"/cgi-bin/token?grant_type=client_credential&appid=wx0123456789abcdef&secret={wechat.secret}",
        )
        people = _asked(wechat, f"/cgi-bin/user/get?access_token={token['access_token']}")
        openid = str(people["data"]["openid"][0])
        variables = {
            "MASSCTL_API_BASE": f"http://127.0.0.1:{gate.port}",
            SECRET_VARIABLE: wechat.secret,
        }
        desk = desk_at(tmp_path, "zh", openid, **variables)
        plan = str(tmp_path / "temp" / "plan.json")
        for arguments in (
            ["init", "another"], ["validate"], ["validate", "--format", "json"], ["validate", "--format", "github"],
            ["render", "letter", "--out", "out"], ["lock"], ["lock", "--check", "--format", "json"],
            ["explain", "MC001"], ["explain", "draft_gone", "--format", "json"],
            ["schema", "--out", "schemas"], ["plan"],
            ["plan", "--format", "json"], ["plan", "--format", "markdown"], ["plan", "notice", "--out", plan],
            ["apply", "--plan", plan], ["apply", "letter", "--until", "draft"],
            ["apply", "letter", "--until", "preview"],
            ["apply", "letter", "--yes", "--locked", "--format", "json"], ["status"], ["status", "--format", "json"],
            ["state", "show", "letter"], ["state", "list"], ["state", "verify"], ["apply"], ["plan"],
            ["reconcile", "letter", "--not-sent", *REASON], ["reconcile", "nobody", "--sent", *REASON],
            ["preview", "letter"], ["apply", "nobody"], ["--help"],
            ["apply", "--sandbox", "notice", "--yes"], ["status", "--sandbox"],
        ):  # fmt: skip
            assert desk.massctl("-vv", *arguments) in (0, 1, 2, 5), (arguments, desk.said[-2:])
        tokens = {
            parse_qs(urlsplit(path).query)["access_token"][0]
            for path in gate.paths
            if "access_token" in path
        }
    assert 2 == len(wechat.jobs()), desk.said
    assert tokens
    assert any("POST /cgi-bin/draft/add：" in text for text in desk.said)
    elsewhere = ("campaign.yaml", ".massctl/sandbox/")
    assert [] == desk.leaks(wechat.secret, *tokens, elsewhere=(".massctl/sandbox/",))
    assert [] == desk.leaks(openid, elsewhere=elsewhere)


def _asked(wechat: Wechat, path: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", wechat.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        found = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    assert isinstance(found, dict)
    return found


# Bugs and interruptions


BUG: Final = """\
import base64, os
from urllib.parse import quote
from massctl import transport
def broken(self, call):
    token = call.query.get("access_token")
    way = os.environ["{way}"]
    password = way.split(":")[2].split("@")[0]
    def inner(secret, token):
        raise RuntimeError(
            f"{{secret}} {{token}} {{quote(secret)}} {openid} {{way}} https://x/?access_token={{token}}&secret={{secret}}",
            {{"secret": secret, "access_token": token}}, password, {password!r},
            "Proxy-Authorization: Basic " + base64.b64encode(b"user:{password}").decode(),
        )
    try:
        raise KeyError(f"{{os.environ['{variable}']}}")
    except KeyError:
        inner(os.environ["{variable}"], token or {token!r})
transport.Line.exchange = broken
"""


@pytest.mark.parametrize(
    ("language", "form"),
    [
        ("zh", "text"),
        ("en", "json"),
        *(
            pytest.param(*each, marks=pytest.mark.night)
            for each in [("zh", "json"), ("en", "text")]
        ),
    ],
)
def test_a_bug_leaves_a_log_without_secrets(tmp_path: Path, language: str, form: str):
    way = f"http://user:{quote(PASSWORD, safe='')}@127.0.0.1:1"
    code = BUG.format(
        way=PROXY_VARIABLE, openid=OPENID, password=PASSWORD, variable=SECRET_VARIABLE, token=TOKEN
    )
    account = f"    proxy_env: {PROXY_VARIABLE}\n"
    desk = desk_at(
        tmp_path, language, account=account, **{SECRET_VARIABLE: SECRET, PROXY_VARIABLE: way}
    )
    assert 3 == desk.massctl("apply", "notice", "--yes", "--format", form, code=code), desk.said
    logs = list((tmp_path / "temp").iterdir())
    assert 1 == len(logs)
    assert "RuntimeError" in logs[0].read_text(encoding="utf-8")
    assert [] == desk.leaks(
        SECRET, TOKEN, OPENID, PASSWORD, quote(PASSWORD, safe=""), f"user:{PASSWORD}"
    )


@pytest.mark.parametrize(
    ("path", "how"),
    [
        pytest.param("/cgi-bin/stable_token", signal.SIGINT, marks=pytest.mark.night),
        pytest.param("/cgi-bin/message/mass/preview", signal.SIGTERM, marks=pytest.mark.night),
        ("/cgi-bin/message/mass/sendall", signal.SIGINT),
    ],
)
def test_an_interruption_tells_no_secret(
    tmp_path: Path, wechat: Wechat, path: str, how: signal.Signals
):
    with gate_to(wechat) as gate:
        variables = {
            "MASSCTL_API_BASE": f"http://127.0.0.1:{gate.port}",
            SECRET_VARIABLE: wechat.secret,
        }
        desk = desk_at(tmp_path, "en", **variables)
        Tree(desk.tree).text("notice")  # its reviewer is nobody's follower
        gate.hold(path=path)
        process = desk.start(
            "apply", "notice" if "preview" not in path else "letter", "--yes", "--format", "json"
        )
        if gate.was_reached(process):
            process.send_signal(how)
        gate.release()
        desk.end(process)
        tokens = {
            parse_qs(urlsplit(seen).query)["access_token"][0]
            for seen in gate.paths
            if "access_token" in seen
        }
    assert [] == desk.leaks(wechat.secret, OPENID, *tokens)
