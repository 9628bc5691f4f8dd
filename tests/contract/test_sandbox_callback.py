"""The sandbox posts events as WeChat documents it: checked against another reading of the same documentation."""

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server
from xml.etree import ElementTree

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sandbox_client import APPID, Client, Clock

from massctl.sandbox import callback
from massctl.sandbox.callback import Answer, Endpoint, Poster
from massctl.sandbox.embedded import Sandbox

TOKEN, KEY = "spring2026", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU"
URL = "http://127.0.0.1:8700/wechat?team=7"
MODES = ["plain", "compatible", "safe"]


def sha1(*words: str) -> str:
    return hashlib.sha1("".join(sorted(words)).encode()).hexdigest()


def opened(encrypt: str) -> str:
    """Open `Encrypt` as a receiver does: padding of up to 32 bytes, and the appid at the end."""
    key = base64.b64decode(KEY + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    clear = decryptor.update(base64.b64decode(encrypt)) + decryptor.finalize()
    assert 1 <= clear[-1] <= 32
    clear = clear[: -clear[-1]]
    length = int.from_bytes(clear[16:20], "big")
    assert APPID == clear[20 + length :].decode()
    return clear[20 : 20 + length].decode()


@dataclass
class Receiver:
    """A server that keeps what it is asked, and answers each event in its turn: the last answer for all that follow."""

    answers: list[Answer] = field(default_factory=lambda: [Answer(200, "success")])
    check: Answer | None = None
    asked: list[tuple[str, dict[str, str], Mapping[str, str], str]] = field(default_factory=list)

    def __call__(self, verb: str, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
        query = dict(parse_qsl(urlsplit(address).query))
        self.asked.append((verb, query, headers, body.decode()))
        if verb == "GET":
            return self.check or Answer(200, query["echostr"])
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def posts(self) -> list[str]:
        return [body for verb, _, _, body in self.asked if verb == "POST"]

    @property
    def msg_ids(self) -> list[str]:
        return [ElementTree.fromstring(body).findtext("MsgID") or "" for body in self.posts]


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with httpx.Client(
        transport=httpx.WSGITransport(sandbox.app), base_url="http://127.0.0.1"
    ) as http:
        yield Client(http)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def poster(sandbox: Sandbox, receiver: Receiver) -> Poster:
    return sandbox.poster(Endpoint(URL, TOKEN), lambda _: None, receiver)


def text(client: Client, number: int = 1) -> int:
    body = {
        "filter": {"tag_id": 101},
        "msgtype": "text",
        "text": {"content": f"{number}"},
        "clientmsgid": f"{number}",
    }
    return int(client.post("message/mass/sendall", body).json()["msg_id"])


def posts(client: Client, number: int = 0) -> list[dict[str, Any]]:
    """Give what the report tells of the posts of an event."""
    return [dict(each) for each in client.report()["events"][number]["posts"]]


def test_the_vector_of_the_documentation() -> None:
    message = b"<xml><MsgID>3000000001</MsgID></xml>"
    encrypt = callback.sealed(
        message, "wx0123456789abcdef", callback.key_bytes(KEY), b"0123456789abcdef"
    )
    assert (
        "3CM/MaqhNUKDwkAQa5B3eIgAhffgEat2OYij2TYXbwHY5GcwQ6W2w6cbY++/bZnSrcsu3x4980u34SiuIjYRW0vO96qMvOGevpfqZRWGIy9op"
        "z3++9IQN+THxtqDPwDI"
    ) == encrypt
    words = TOKEN, "1790000000", "n7k2p9"
    assert "b2bad5b23742a5f33171c157878958d8084eb95b" == callback.signature(*words)
    assert "73e8350c62f1d66da00a1885f7c1323a8c5e5568" == callback.signature(*words, encrypt)


def test_padding_fills_blocks_of_32_bytes_and_is_never_missing() -> None:
    words = ["x" * length for length in range(40)]
    key = callback.key_bytes(KEY)
    assert words == [
        opened(callback.sealed(each.encode(), APPID, key, bytes(16))) for each in words
    ]


@pytest.mark.parametrize("key", ["", "short", KEY + "5", KEY[:-1] + "!", KEY[:-1] + "é"])
def test_a_key_has_43_letters_and_digits(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        callback.key_bytes(key)


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("mode", MODES)
def test_an_event_is_signed_and_in_the_mode_of_the_console(
    sandbox: Sandbox, client: Client, clock: Clock, receiver: Receiver, mode: str, form: str
) -> None:
    client.control("callback", {"form": form})
    client.control("date", {"ahead_seconds": 60})
    client.send(client.draft())
    clock.later(minutes=4)
    sandbox.poster(Endpoint(URL, TOKEN, mode, KEY), lambda _: None, receiver).post_due()
    (_, check, _, _), (_, query, headers, body) = receiver.asked
    words = query["timestamp"], query["nonce"]
    assert ("7", str(int(clock.now.timestamp()) + 60)) == (query["team"], query["timestamp"])
    assert [sha1(TOKEN, each["timestamp"], each["nonce"]) for each in (check, query)] == [
        check["signature"], query["signature"]
    ]  # fmt: skip
    assert ("text/xml" if form == "xml" else "application/json") == headers["Content-Type"]
    (event,) = client.report()["events"]
    wanted = event["xml"] if form == "xml" else json.dumps(event["json"], ensure_ascii=False)
    members = (
        json.loads(body)
        if form == "json"
        else {each.tag: each.text or "" for each in ElementTree.fromstring(body)}
    )
    assert (mode != "plain") == ("Encrypt" in members)
    assert (mode == "safe") == (set(members) == {"ToUserName", "Encrypt"})
    if mode == "plain":
        assert wanted == body
        assert "msg_signature" not in query
    else:
        assert wanted == opened(members["Encrypt"])
        assert ("aes", sha1(TOKEN, *words, members["Encrypt"])) == (
            query["encrypt_type"],
            query["msg_signature"],
        )


@pytest.mark.parametrize(
    ("answers", "results", "state"),
    [
        ([Answer(200, "success")], ["200 success"], "delivered"),
        ([Answer(200, "")], ["200 (empty)"], "delivered"),
        (
            [Answer(500, "sorry"), Answer(None, "no answer within 5 s"), Answer(200, "success")],
            ["500 sorry", "no answer within 5 s", "200 success"],
            "delivered",
        ),
        ([Answer(200, "ok")], ["200 ok"] * 3, "lost"),
        ([Answer(204, "")], ["204 (empty)"] * 3, "lost"),
    ],
)
def test_an_event_is_tried_three_times_in_all_until_it_is_taken(
    client: Client,
    clock: Clock,
    receiver: Receiver,
    poster: Poster,
    answers: list[Answer],
    results: list[str],
    state: str,
) -> None:
    receiver.answers = answers
    text(client)
    clock.later(minutes=4)
    for _ in range(5):
        poster.post_due()
        poster.post_due()
        clock.later(seconds=5)
    (post,) = posts(client)
    assert (results, state) == ([each["result"] for each in post["tries"]], post["state"])
    assert len(results) == len(receiver.posts) == len(set(receiver.posts)) * len(results)


def test_nothing_is_posted_before_the_job_has_ended(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster
) -> None:
    text(client)
    clock.later(seconds=179)
    poster.post_due()
    assert ([], ["GET"]) == (receiver.posts, [verb for verb, _, _, _ in receiver.asked])
    clock.later(seconds=1)
    poster.post_due()
    poster.post_due()
    assert 1 == len(receiver.posts)


def test_events_wait_until_the_url_has_answered_the_check(
    sandbox: Sandbox, client: Client, clock: Clock, receiver: Receiver
) -> None:
    told: list[str] = []
    poster = sandbox.poster(Endpoint(URL, TOKEN), told.append, receiver)
    receiver.check = Answer(404, "not here")
    text(client)
    clock.later(minutes=4)
    poster.post_due()
    poster.post_due()
    clock.later(seconds=5)
    poster.post_due()
    assert (["404 not here"], 2, []) == (told, len(receiver.asked), receiver.posts)
    assert {"url": URL, "mode": "plain", "failed": "404 not here"} == client.report()["callback"]
    receiver.check = None
    clock.later(seconds=5)
    poster.post_due()
    assert (["404 not here", ""], 1) == (told, len(receiver.posts))
    assert client.report()["callback"]["failed"] is None


@pytest.mark.parametrize("answer", ["", '"{echo}"', "{echo}\n", "success"])
def test_only_the_echostr_itself_answers_the_check(sandbox: Sandbox, answer: str) -> None:
    told: list[str] = []

    def ask(_verb: str, address: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        return Answer(200, answer.format(echo=dict(parse_qsl(urlsplit(address).query))["echostr"]))

    sandbox.poster(Endpoint(URL, TOKEN), told.append, ask).post_due()
    assert told[0].startswith("200")


def test_an_event_comes_late_and_twice_on_request(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster
) -> None:
    client.control("callback", {"delay": 60, "copies": 2})
    msg_id = text(client)
    clock.later(seconds=180 + 59)
    poster.post_due()
    assert [] == receiver.posts
    clock.later(seconds=1)
    poster.post_due()
    assert [str(msg_id)] == receiver.msg_ids
    clock.later(seconds=5)
    poster.post_due()
    first, second = receiver.posts
    assert first == second
    assert [(1, "delivered"), (2, "delivered")] == [
        (each["copy"], each["state"]) for each in posts(client)
    ]


def test_events_come_out_of_order_on_request(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster
) -> None:
    client.control("callback", {"delay": 600, "shuffle": True})
    sent = []
    for number in range(8):
        sent.append(str(text(client, number)))
        clock.later(seconds=2)
    clock.later(minutes=30)
    poster.post_due()
    assert sorted(receiver.msg_ids) == sent != receiver.msg_ids


def test_an_event_comes_before_the_answer_to_its_send_on_request(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster
) -> None:
    poster.post_due()  # The check.
    text(client)
    clock.later(minutes=4)
    client.control("callback", {"early": True})
    # The event of the first send is due as well; nobody's answer waits for it.
    assert [str(client.send(client.draft()).json()["msg_id"])] == receiver.msg_ids
    poster.post_due()
    assert 2 == len(receiver.posts)


def test_no_send_waits_for_the_check(client: Client, receiver: Receiver, poster: Poster) -> None:
    client.control("callback", {"early": True})
    msg_id = str(text(client))
    assert [] == receiver.asked
    poster.post_due()
    assert [msg_id] == receiver.msg_ids


def test_the_events_of_sends_travel_as_was_ordered_before_them(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster
) -> None:
    text(client)
    client.control("callback", {"copies": 3})
    clock.later(minutes=4)
    poster.post_due()
    clock.later(minutes=1)
    poster.post_due()
    assert 1 == len(receiver.posts)


@pytest.mark.parametrize(
    "order",
    [
        {"copies": 4}, {"copies": 0}, {"delay": -1}, {"delay": 10**9}, {"delay": "1"}, {"copies": True},
        {"shuffle": True}, {"early": True, "delay": 5}, {"form": "yaml"}, {"late": 5},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_order_is_refused_and_changes_nothing(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster, order: object
) -> None:
    assert 400 == client.control("callback", order).status_code
    text(client)
    clock.later(minutes=4)
    poster.post_due()
    assert 1 == len(receiver.posts)


def test_a_reset_forgets_what_waits(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster
) -> None:
    receiver.answers = [Answer(500, "")]
    text(client)
    clock.later(minutes=4)
    poster.post_due()
    client.control("reset", {})
    clock.later(minutes=4)
    poster.post_due()
    assert (1, URL) == (len(receiver.posts), client.report()["callback"]["url"])


def test_a_reset_while_an_event_is_posted_leaves_no_trace_of_it(
    client: Client, clock: Clock, sandbox: Sandbox
) -> None:
    def ask(verb: str, address: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        if verb == "POST":
            client.control("reset", {})
        return Answer(200, dict(parse_qsl(urlsplit(address).query)).get("echostr", "success"))

    text(client)
    clock.later(minutes=4)
    sandbox.poster(Endpoint(URL, TOKEN), lambda _: None, ask).post_due()
    assert [] == client.report()["events"]


# What an event tells


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"status": "err(20431)"}, {"Status": "err(20431)", "SentCount": 0}),
        ({"status": "err(99999)"}, {"Status": "err(99999)"}),
        ({"status": "send fail"}, {"Status": "send fail"}),
        ({"copyright": {"CheckState": 2}}, {"Status": "send success", "SentCount": 1000}),
    ],
    ids=str,
)
def test_a_job_ends_as_ordered(
    client: Client, clock: Clock, order: dict[str, Any], expected: dict[str, Any]
) -> None:
    client.control("ending", {"appid": APPID, **order})
    client.send(client.draft())
    clock.later(minutes=4)
    (event,) = client.report()["events"]
    assert expected == {name: event["json"][name] for name in expected}


def test_a_second_event_tells_another_end_a_minute_later(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster
) -> None:
    client.control("ending", {"appid": APPID, "status": "send success", "then": "err(10001)"})
    client.send(client.draft())
    clock.later(seconds=180 + 59)
    poster.post_due()
    assert ["send success"] == [event["status"] for event in client.report()["events"]]
    clock.later(seconds=1)
    poster.post_due()
    assert ["send success", "err(10001)"] == [
        event["status"] for event in client.report()["events"]
    ]
    first, second = receiver.posts
    assert first != second
    assert [5, 0] == [min(event["json"]["SentCount"], 5) for event in client.report()["events"]]


def test_originality_is_told_as_ordered_article_by_article(client: Client, clock: Clock) -> None:
    found = {"ArticleIdx": 1, "UserDeclareState": 1, "AuditState": 11, "OriginalArticleType": 3}
    client.control(
        "ending", {"appid": APPID, "copyright": {"CheckState": 2, "ResultList": [found]}}
    )
    client.send(client.draft())
    clock.later(minutes=4)
    (event,) = client.report()["events"]
    check = event["json"]["CopyrightCheckResult"]
    (item,) = check["ResultList"]
    assert (2, 1, found) == (
        check["CheckState"],
        check["Count"],
        {name: item[name] for name in found},
    )
    assert "send success" == event["status"]


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"event": "late"},
        {"copyright": 5},
        {"copyright": {"State": 1}},
        {"copyright": {"CheckState": True}},
        {"copyright": {"ResultList": {}}},
        {"copyright": {"ResultList": [{"AuditState": 2}]}},
        {"copyright": {"ResultList": [{"ArticleIdx": 1, "AuditState": "2"}]}},
        {"copyright": {"ResultList": [{"ArticleIdx": 1, "OriginalArticleUrl": 2}]}},
        {"copyright": {"ResultList": [{"ArticleIdx": 1, "Title": "x"}]}},
    ],
    ids=str,
)
def test_a_wrong_ending_is_refused(client: Client, order: dict[str, Any]) -> None:
    assert 400 == client.control("ending", {"appid": APPID, **order}).status_code


def test_an_old_event_has_no_addresses_and_a_lost_one_is_never_made(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster
) -> None:
    for number, kind in enumerate(["old", "none"], 1):
        client.control("ending", {"appid": APPID, "event": kind})
        client.send(client.draft(f"<p>{number}</p>"), clientmsgid=f"{number}")
    clock.later(minutes=4)
    poster.post_due()
    (event,) = client.report()["events"]
    assert ("ArticleUrlResult" in event["json"], "ArticleUrlResult" in receiver.posts[0]) == (
        False,
        False,
    )
    assert [2, 1] == [len(client.report()["jobs"]), len(receiver.posts)]
    states = [
        client.post("message/mass/get", {"msg_id": job["msg_id"]}).json()
        for job in client.report()["jobs"]
    ]
    assert ["SEND_SUCCESS"] * 2 == [state["msg_status"] for state in states]


# On the wire


class Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None: ...


def served(app: Callable[..., Any]) -> Iterator[int]:
    with make_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def port() -> Iterator[int]:
    """Serve what echoes the check, and says `success` to every event."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        query = dict(parse_qsl(environ["QUERY_STRING"]))
        status = "302 Found" if environ["PATH_INFO"] == "/elsewhere" else "200 OK"
        start_response(status, [("Location", "/"), ("Content-Type", "text/plain")])
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return [query.get("echostr", "success").encode()]

    yield from served(app)


@pytest.mark.enable_socket
def test_a_real_server_gets_the_check_and_the_event(
    sandbox: Sandbox, client: Client, clock: Clock, port: int
) -> None:
    text(client)
    clock.later(minutes=4)
    sandbox.poster(
        Endpoint(f"http://127.0.0.1:{port}/wechat", TOKEN, "safe", KEY), lambda _: None
    ).post_due()
    (post,) = posts(client)
    assert ("delivered", ["200 success"]) == (
        post["state"],
        [each["result"] for each in post["tries"]],
    )


@pytest.mark.enable_socket
def test_a_redirect_is_an_answer_and_is_not_followed(port: int) -> None:
    assert (
        302 == callback.exchange("POST", f"http://127.0.0.1:{port}/elsewhere", {}, b"<xml/>").status
    )


@pytest.mark.enable_socket
def test_a_server_that_is_silent_or_away_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback, "ANSWER_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert (
            "no answer within 0.05 s"
            == callback.exchange("GET", f"http://127.0.0.1:{port}/", {}, b"").words
        )
    away = callback.exchange("GET", f"http://127.0.0.1:{port}/", {}, b"")
    assert (None, True) == (away.status, "refused" in away.words)


@pytest.mark.enable_socket
def test_a_thread_posts_while_the_block_runs(
    sandbox: Sandbox, client: Client, clock: Clock
) -> None:
    here = threading.Event()

    def ask(verb: str, address: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        if verb == "POST":
            here.set()
        return Answer(200, dict(parse_qsl(urlsplit(address).query)).get("echostr", "success"))

    text(client)
    clock.later(minutes=4)
    with callback.posting(sandbox.poster(Endpoint(URL, TOKEN), lambda _: None, ask)):
        assert here.wait(60)


def test_the_inbox_page_shows_each_post(
    client: Client, clock: Clock, receiver: Receiver, poster: Poster
) -> None:
    assert "events" not in client.http.get("http://127.0.0.1/").text
    receiver.answers = [Answer(500, "<b>sorry</b>"), Answer(200, "success")]
    msg_id = text(client)
    clock.later(minutes=4)
    poster.post_due()
    page = client.http.get("http://127.0.0.1/").text
    for words in (
        "events",
        f"msg_id {msg_id}",
        "waiting",
        "500 &lt;b&gt;sorry",
        "the check (echostr) succeeded",
    ):
        assert words in page
    clock.later(seconds=5)
    poster.post_due()
    page = client.http.get("http://127.0.0.1/").text
    assert [True, True] == [words in page for words in ("delivered", "200 success")]
