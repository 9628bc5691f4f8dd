"""What comes in at the callback URL and what is answered: over WSGI and over ASGI, to WeChat and to everybody else."""

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from callback_samples import event
from wechat_cipher import AES_KEY, APPID, OTHER_KEY, TOKEN, compatible, query, safe, sealed
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Request as Asked
from werkzeug.wrappers import Response

from massctl.callback import forward
from massctl.callback.app import BODY_BYTES_MAX, Application, Callback, Endpoint
from massctl.callback.envelope import Secrets, Untrusted, parse_aes_key
from massctl.callback.forward import Forwarder
from massctl.callback.spool import Spool, SpoolError
from massctl.transport import Line

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
AT = NOW.timestamp()
MAIN = "gh_7f083739789a"
OTHER_APPID = "wxfedcba9876543210"
FINISH = event()
WORDS = (
    f"<xml><ToUserName><![CDATA[{MAIN}]]></ToUserName><FromUserName><![CDATA[oAbc]]></FromUserName>"
    "<CreateTime>1796097600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content>"
    "<MsgId>1</MsgId></xml>"
).encode()
PUBLISHED = WORDS.replace(b"text", b"event").replace(
    b"</xml>", b"<Event>PUBLISHJOBFINISH</Event></xml>"
)


def endpoint(
    account: str = "main", *keys: str, appid: str = APPID, token: str = TOKEN, **more: Any
) -> Endpoint:
    read = tuple(key for each in keys if (key := parse_aes_key(each)) is not None)
    secrets = Secrets(appid, token, read, more.pop("component_appid", None))
    return Endpoint(account, more.pop("path", "/wechat"), secrets, **more)


class Scene:
    """A callback with its spool, and what people were told."""

    def __init__(self, path: Path) -> None:
        self.now = NOW
        self.spool = Spool(path, lambda: self.now)
        self.refused: list[tuple[str, str]] = []
        self.told: list[str] = []
        self.woken = 0
        self.forward: Forwarder | None = None
        self.healthy = True
        self.held: list[str] = []
        self.serve(endpoint())

    def serve(self, *endpoints: Endpoint) -> None:
        self.callback = Callback(
            endpoints,
            self.spool,
            lambda: self.now,
            forward=self.forward,
            refused=lambda endpoint, why: self.refused.append((endpoint.account, str(why))),
            tell=lambda said: self.told.append(str(said)),
            arrived=self.wake,
            healthy=lambda: self.healthy,
            held=lambda: self.held,
        )
        self.app = Application(lambda: self.callback)
        self.client = Client(self.app)

    def wake(self) -> None:
        self.woken += 1

    def before(self, answer: Callable[[Asked], Response], *endpoints: Endpoint) -> None:
        """Stand before a team's own service."""
        self.forward = Forwarder(Line(inside=Asked.application(answer)))
        self.serve(*(endpoints or [endpoint(forward="http://127.0.0.1/theirs")]))

    def get(self, path: str = "/wechat", /, *, at: float = AT, **more: str) -> TestResponse:
        return self.client.get(path, query_string=query(at, **more))

    def post(
        self, body: bytes, path: str = "/wechat", /, *, at: float = AT, **more: Any
    ) -> TestResponse:
        return self.client.post(
            path, query_string=query(at, **more), data=body, content_type="text/xml"
        )

    def seal(
        self, message: bytes, path: str = "/wechat", /, *, key: str = AES_KEY, **more: Any
    ) -> TestResponse:
        encrypt = sealed(message, key=key, appid=more.pop("appid", APPID))
        return self.post(safe(encrypt), path, encrypt=encrypt, **more)

    @property
    def counts(self) -> dict[tuple[str, str], int]:
        return self.spool.tally()[0]

    @property
    def kept(self) -> list[tuple[str, bytes]]:
        return [(each.appid, each.body) for each in self.spool.waiting(())]

    @property
    def whose(self) -> list[tuple[str, bool]]:
        return [(each.appid, each.is_proven) for each in self.spool.waiting(())]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path / "callback.sqlite")
    yield made
    if made.forward is not None:
        made.forward.close()
    made.spool.close()


def said(answer: TestResponse) -> tuple[int, bytes]:
    return answer.status_code, answer.data


# Handshakes


def test_a_handshake(scene: Scene) -> None:
    answer = scene.get(echostr="732521987021938123")
    assert (200, b"732521987021938123") == said(answer)
    assert ("text/plain; charset=utf-8", "nosniff") == (
        answer.content_type,
        answer.headers["X-Content-Type-Options"],
    )
    assert {("main", "handshake"): 1} == scene.counts


@pytest.mark.parametrize(
    ("changed", "status", "why"),
    [
        ({"token": "another1"}, 403, "forged"),
        ({"at": AT - 3600}, 403, "late"),
        ({"signature": "é"}, 403, "forged"),
    ],
)
def test_a_forged_handshake_changes_nothing_and_is_counted(
    scene: Scene, changed: dict[str, Any], status: int, why: str
) -> None:
    assert (status, b"") == said(scene.get(echostr="1", **changed))
    assert ({("main", why): 1}, [("main", why)]) == (scene.counts, scene.refused)


def test_accounts_that_share_a_path_are_told_apart_by_their_token(scene: Scene) -> None:
    scene.serve(endpoint(), endpoint("second", appid=OTHER_APPID, token="another1"))
    assert [200, 200, 403] == [
        scene.get(echostr="1", token=t).status_code for t in (TOKEN, "another1", "nobody")
    ]
    assert {
        ("main", "handshake"): 1,
        ("second", "handshake"): 1,
        ("-", "forged"): 1,
    } == scene.counts


# Where and how


@pytest.mark.parametrize(
    "path", ["/", "/wechat/x", "/WECHAT", "/wechat%2Fx", "/../wechat/..", "//wechat", "/healthz/"]
)
def test_there_is_nothing_elsewhere(scene: Scene, path: str) -> None:
    assert [404, 404] == [
        scene.get(path, echostr="1").status_code,
        scene.post(FINISH, path).status_code,
    ]
    assert {} == scene.counts


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "post", "BREW"]
)
def test_only_get_and_post(scene: Scene, method: str) -> None:
    override = {"X-HTTP-Method-Override": "POST"}
    environ = {"REQUEST_METHOD": method}
    answer = scene.client.open(
        "/wechat", query_string=query(AT), data=FINISH, headers=override, environ_overrides=environ
    )
    assert ((405, "GET, POST"), []) == ((answer.status_code, answer.headers["Allow"]), scene.kept)


def test_an_account_without_a_path_is_heard_at_any(scene: Scene) -> None:
    scene.serve(
        endpoint(path=None), endpoint("second", appid=OTHER_APPID, token="another1", path="/second")
    )
    paths = ["/", "/wechat", "/2016-08-15/proxy/x", "/second"]
    assert [200] * 4 == [scene.get(path, echostr="1").status_code for path in paths]
    assert [403, 200] == [
        scene.get(path, echostr="1", token="another1").status_code for path in ("/", "/second")
    ]
    assert b"ok\n" == scene.client.get("/healthz").data


def test_a_slash_at_the_end_is_no_other_place(scene: Scene) -> None:
    assert 200 == scene.get("/wechat/", echostr="1").status_code


# The end of a job


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_the_end_of_a_job_is_durable_before_it_is_answered(scene: Scene, mode: str) -> None:
    if mode != "plain":
        scene.serve(endpoint("main", AES_KEY))
    encrypt = sealed(FINISH)
    body = {
        "plain": FINISH,
        "compatible": compatible(event(MsgID=1), encrypt),
        "safe": safe(encrypt),
    }[mode]
    answer = scene.post(body, encrypt=None if mode == "plain" else encrypt)
    assert ((200, b"success"), [(APPID, FINISH)], 1) == (said(answer), scene.kept, scene.woken)
    assert {("main", "finish"): 1} == scene.counts


def test_copies_are_kept_once(scene: Scene) -> None:
    scene.serve(endpoint("main", AES_KEY))
    answers = [said(scene.seal(FINISH, at=AT + 5 * number)) for number in range(3)]
    assert ([(200, b"success")] * 3, [(APPID, FINISH)]) == (answers, scene.kept)
    assert {("main", "finish"): 1, ("main", "copy"): 2} == scene.counts


def test_the_previous_key_while_it_is_being_changed(scene: Scene) -> None:
    scene.serve(endpoint("main", OTHER_KEY, AES_KEY))
    answers = [scene.seal(FINISH, key=AES_KEY), scene.seal(event(MsgID=2), key=OTHER_KEY)]
    assert ([b"success"] * 2, 2) == ([each.data for each in answers], len(scene.kept))


FORGERIES: dict[str, tuple[Callable[[Scene], TestResponse], int, str]] = {
    "unsigned": (lambda s: s.post(FINISH, signature=""), 403, "forged"),
    "another token": (lambda s: s.post(FINISH, token="another1"), 403, "forged"),
    "old": (lambda s: s.post(FINISH, at=AT - 601), 403, "late"),
    "from the future": (lambda s: s.post(FINISH, at=AT + 601), 403, "late"),
    "no xml": (lambda s: s.post(b"hello"), 400, "malformed"),
    "nothing": (lambda s: s.post(b""), 400, "malformed"),
    "cut": (lambda s: s.post(FINISH[:-9]), 400, "malformed"),
    "a document type": (
        lambda s: s.post(b'<!DOCTYPE a [<!ENTITY b "c">]>' + FINISH),
        400,
        "malformed",
    ),
    "a bomb": (
        lambda s: s.post(
            b'<!DOCTYPE l [<!ENTITY a "'
            + b"a" * 99
            + b'">'
            + b'<!ENTITY b "&a;&a;&a;&a;">' * 99
            + b"]><xml>&b;</xml>"
        ),
        400,
        "malformed",
    ),
    "an external entity": (
        lambda s: s.post(b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml>&f;</xml>'),
        400,
        "malformed",
    ),
    "deep": (lambda s: s.post(b"<a>" * 9000 + b"</a>" * 9000), 400, "malformed"),
    "deep json": (lambda s: s.post(b'{"a":' * 9000 + b"1" + b"}" * 9000), 400, "malformed"),
    "large": (lambda s: s.post(b"<xml>" + b" " * BODY_BYTES_MAX + b"</xml>"), 413, "too_large"),
    "signed twice": (
        lambda s: s.client.post(f"/wechat?{query(AT)}&nonce=x", data=FINISH),
        400,
        "malformed",
    ),
    "a message for another original id": (
        lambda s: s.post(WORDS.replace(MAIN.encode(), b"gh_x")),
        200,
        "other_account",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_changes_nothing_and_is_counted(scene: Scene, name: str) -> None:
    forge, status, why = FORGERIES[name]
    scene.serve(endpoint(original_id=MAIN))
    assert (status, b"") == said(forge(scene))
    assert ({("main", why): 1}, [], 0) == (scene.counts, scene.kept, scene.woken)


SEALED: dict[str, tuple[Callable[[Scene], TestResponse], int, str]] = {
    "plain": (lambda s: s.post(FINISH), 403, "not_sealed"),
    "plain and forged": (lambda s: s.post(FINISH, token="another1"), 403, "forged"),
    "another key": (lambda s: s.seal(FINISH, key=OTHER_KEY), 403, "not_decrypted"),
    "another account": (lambda s: s.seal(FINISH, appid=OTHER_APPID), 200, "other_account"),
    "signed for another body": (lambda s: s.post(safe(sealed(FINISH)), encrypt="x"), 403, "forged"),
    "old": (lambda s: s.seal(FINISH, at=AT - 601), 403, "late"),
    "no event inside": (lambda s: s.seal(b"hello"), 400, "malformed"),
    "a bomb inside": (
        lambda s: s.seal(b'<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>'),
        400,
        "malformed",
    ),
}


@pytest.mark.parametrize("name", SEALED)
def test_a_sealed_forgery_changes_nothing_and_is_counted(scene: Scene, name: str) -> None:
    forge, status, why = SEALED[name]
    scene.serve(endpoint("main", AES_KEY))
    assert (status, b"") == said(forge(scene))
    assert ({("main", why): 1}, []) == (scene.counts, scene.kept)


def test_a_learnt_signature_carries_no_other_body(scene: Scene) -> None:
    first, forged = scene.post(FINISH), scene.post(event(SentCount=0, Status="err(21000)"))
    assert ((200, b"success"), (403, b"")) == (said(first), said(forged))
    assert ([(APPID, FINISH)], 1) == (scene.kept, scene.counts[("main", "replayed")])


def test_a_learnt_signature_of_a_message_carries_no_event(scene: Scene) -> None:
    assert [200, 403] == [scene.post(WORDS).status_code, scene.post(FINISH).status_code]
    assert [] == scene.kept


@pytest.mark.parametrize("member", ["MsgID", "Status"])
def test_an_end_that_says_nothing_is_told_and_not_repeated(scene: Scene, member: str) -> None:
    assert (200, b"") == said(scene.post(event(**{member: None})))
    assert ({("main", "unreadable"): 1}, [], 1) == (scene.counts, scene.kept, len(scene.told))


# Which account


def pair(**more: Any) -> list[Endpoint]:
    """Two accounts at one path with one token, as a careless team has them."""
    return [endpoint(original_id=MAIN), endpoint("second", appid=OTHER_APPID, **more)]


def test_to_user_name_decides_between_accounts_that_share_a_token(scene: Scene) -> None:
    scene.serve(*pair(original_id="gh_second"))
    scene.post(event())
    scene.post(event(ToUserName="gh_second"), at=AT + 1)
    assert [APPID, OTHER_APPID] == [appid for appid, _ in scene.kept]
    assert {("main", "finish"): 1, ("second", "finish"): 1} == scene.counts


def test_the_end_of_a_job_that_is_addressed_to_nobody_here_is_kept(scene: Scene) -> None:
    """massctl.yaml may be wrong about who is whom."""
    scene.serve(*pair(original_id="gh_second"))
    assert (200, b"success") == said(scene.post(event(ToUserName="gh_third")))
    assert ([("", False)], {("-", "finish"): 1}) == (scene.whose, scene.counts)


def test_an_event_for_an_account_that_declares_none(scene: Scene) -> None:
    scene.serve(*pair())
    scene.post(event(ToUserName="gh_undeclared"))
    assert [OTHER_APPID] == [appid for appid, _ in scene.kept]


def test_accounts_that_nothing_tells_apart_leave_it_to_the_ledger(scene: Scene) -> None:
    scene.serve(endpoint(), endpoint("second", appid=OTHER_APPID))
    scene.post(FINISH)
    assert ([("", FINISH)], {("-", "finish"): 1}) == (scene.kept, scene.counts)


def test_a_sealed_event_at_the_url_of_another_account_changes_nothing(scene: Scene) -> None:
    scene.serve(
        endpoint("main", AES_KEY), endpoint("second", AES_KEY, appid=OTHER_APPID, path="/second")
    )
    assert (200, b"") == said(scene.seal(event(), "/second"))
    assert ([], {("second", "other_account"): 1}) == (scene.kept, scene.counts)


@pytest.mark.parametrize("to", [MAIN, "gh_second", "gh_third"])
def test_a_seal_proves_the_account_whatever_massctl_yaml_says(scene: Scene, to: str) -> None:
    main = endpoint("main", AES_KEY, original_id=MAIN)
    scene.serve(main, endpoint("second", AES_KEY, appid=OTHER_APPID, original_id="gh_second"))
    assert (200, b"success") == said(scene.seal(event(ToUserName=to)))
    assert ([(APPID, True)], {("main", "finish"): 1}) == (scene.whose, scene.counts)


def test_the_appid_decides_between_sealed_accounts(scene: Scene) -> None:
    scene.serve(endpoint("main", AES_KEY), endpoint("second", AES_KEY, appid=OTHER_APPID))
    scene.seal(FINISH, appid=OTHER_APPID)
    assert ([(OTHER_APPID, FINISH)], {("second", "finish"): 1}) == (scene.kept, scene.counts)


COMPONENT = "wxc0000000000000c0"


def platform(**more: Any) -> list[Endpoint]:
    """Two accounts of one third-party platform, at its one URL."""
    keys: dict[str, Any] = {"component_appid": COMPONENT, **more}
    return [
        endpoint("main", AES_KEY, original_id=MAIN, **keys),
        endpoint("second", AES_KEY, appid=OTHER_APPID, original_id="gh_second", **keys),
    ]


def test_to_user_name_decides_between_the_accounts_of_a_platform(scene: Scene) -> None:
    scene.serve(*platform())
    for to in (MAIN, "gh_second", "gh_elsewhere"):
        assert (200, b"success") == said(scene.seal(event(ToUserName=to), appid=COMPONENT))
    assert [(APPID, False), (OTHER_APPID, False), ("", False)] == scene.whose


def test_a_platforms_seal_that_names_no_account_is_not_believed(scene: Scene) -> None:
    scene.serve(*platform())
    assert (400, b"") == said(scene.seal(event(ToUserName=None), appid=COMPONENT))
    assert ([], {("-", "malformed"): 1}) == (scene.kept, scene.counts)


def test_an_account_of_a_platform_is_not_sealed_by_itself(scene: Scene) -> None:
    scene.serve(*platform())
    assert (200, b"") == said(scene.seal(event()))
    assert ([], {("-", "other_account"): 1}) == (scene.kept, scene.counts)


def test_messages_to_all_accounts_of_a_platform_go_on(scene: Scene) -> None:
    """Most of them are not in massctl.yaml, and the platform has one URL."""
    seen: list[bytes] = []
    behind = platform(forward="http://127.0.0.1/theirs")
    scene.before(lambda asked: (seen.append(asked.get_data()), Response("ok"))[1], *behind)
    encrypt = sealed(WORDS.replace(MAIN.encode(), b"gh_elsewhere"), appid=COMPONENT)
    assert (200, b"ok") == said(scene.post(safe(encrypt), encrypt=encrypt))
    assert ([safe(encrypt)], {("-", "forwarded"): 1}) == (seen, scene.counts)


# Everything else


@pytest.mark.parametrize("body", [WORDS, PUBLISHED])
def test_other_messages_get_the_empty_answer(scene: Scene, body: bytes) -> None:
    assert (200, b"") == said(scene.post(body))
    assert ({("main", "message"): 1}, []) == (scene.counts, scene.kept)


def test_other_messages_go_on_unchanged_and_their_answer_comes_back(scene: Scene) -> None:
    seen: list[tuple[str, str, bytes, str | None]] = []

    def theirs(asked: Asked) -> Response:
        seen.append((asked.path, asked.query_string.decode(), asked.get_data(), asked.content_type))
        return Response("<xml>好的</xml>", content_type="application/xml")

    scene.before(theirs)
    answer = scene.post(WORDS)
    assert ((200, "<xml>好的</xml>".encode()), "application/xml") == (
        said(answer),
        answer.content_type,
    )
    assert ([("/theirs", query(AT), WORDS, "text/xml")], 1) == (
        seen,
        scene.counts[("main", "forwarded")],
    )


def test_a_sealed_message_goes_on_sealed(scene: Scene) -> None:
    seen: list[bytes] = []
    behind = endpoint("main", AES_KEY, forward="http://127.0.0.1/theirs?tenant=1")
    scene.before(
        lambda asked: (seen.append(asked.get_data() + asked.query_string), Response("ok"))[1],
        behind,
    )
    encrypt = sealed(WORDS)
    scene.post(safe(encrypt), encrypt=encrypt)
    assert [safe(encrypt) + b"tenant=1&" + query(AT, encrypt=encrypt).encode()] == seen


def test_the_end_of_a_job_and_forgeries_never_go_on(scene: Scene) -> None:
    seen: list[bytes] = []
    scene.before(lambda asked: (seen.append(asked.get_data()), Response("ok"))[1])
    scene.post(FINISH)
    scene.post(WORDS, token="another1")
    scene.post(WORDS, at=AT - 3600)
    scene.post(WORDS)
    assert [] == seen  # The signature belongs to FINISH.


@pytest.mark.parametrize(
    "answer",
    [
        Response("no", status=500),
        Response("", status=302, headers={"Location": "http://127.0.0.1/x"}),
        Response(b"x" * (forward.ANSWER_BYTES_MAX + 1)),
        ConnectionError(),
    ],
    ids=["an error", "a redirect", "endless", "cut"],
)
def test_a_service_that_fails_costs_its_message_the_answer_and_no_more(
    scene: Scene, answer: Any
) -> None:
    def theirs(_: Asked) -> Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    scene.before(theirs)
    assert (200, b"") == said(scene.post(WORDS))
    assert {("main", "forward_failed"): 1} == scene.counts


def test_a_slow_service_is_given_up_and_ends_of_jobs_never_wait_for_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(forward, "CONNECTIONS_MAX", 1)
    go_on = threading.Event()
    scene.before(lambda _: (go_on.wait(60), Response("late"))[1])
    assert [(200, b"")] * 2 == [said(scene.post(WORDS, at=AT + n)) for n in range(2)]
    assert (200, b"success") == said(scene.post(FINISH, at=AT + 3))
    go_on.set()
    assert {("main", "forward_failed"): 2, ("main", "finish"): 1} == scene.counts


# Trouble


def test_what_cannot_be_made_durable_is_repeated_by_wechat(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise SpoolError("database or disk is full")

    monkeypatch.setattr(scene.spool, "put", full)
    assert (500, b"") == said(scene.post(FINISH))
    assert [
        "nothing can be acknowledged: the spool cannot be written: database or disk is full"
    ] == scene.told


def test_health(scene: Scene) -> None:
    assert (200, b"ok\n") == said(scene.client.get("/healthz"))
    scene.healthy = False
    assert 503 == scene.client.get("/healthz").status_code
    scene.healthy = True
    scene.spool.close()
    assert 503 == scene.client.get("/healthz").status_code


def test_health_while_an_event_waits_for_a_change_of_massctl_yaml(scene: Scene) -> None:
    scene.post(FINISH)
    (waiting,) = scene.spool.waiting(())
    scene.spool.settle({waiting.id: "held"})
    scene.held = ["main: write original_id"]
    assert (503, b"degraded\nmain: write original_id\n") == said(scene.client.get("/healthz"))
    assert "massctl_callback_held 1" in scene.client.get("/metrics").data.decode().splitlines()
    scene.spool.settle({waiting.id: "recorded"})
    assert (200, b"ok\n") == said(scene.client.get("/healthz"))


def test_metrics(scene: Scene) -> None:
    scene.post(FINISH)
    scene.now = NOW + timedelta(seconds=90)
    answer = scene.client.get("/metrics")
    lines = answer.data.decode().splitlines()
    assert "text/plain; version=0.0.4; charset=utf-8" == answer.content_type
    assert 'massctl_callback_total{account="main",outcome="finish"} 1' in lines
    assert {
        "massctl_callback_waiting 1",
        "massctl_callback_waiting_seconds 90",
        "massctl_callback_foreign 0",
    } <= {*lines}


def test_nothing_secret_is_shown(scene: Scene) -> None:
    scene.serve(endpoint("main", AES_KEY))
    scene.post(FINISH)
    scene.seal(FINISH, key=OTHER_KEY)
    shown = (
        scene.client.get("/metrics").data.decode()
        + repr(scene.callback.__dict__)
        + "".join(scene.told)
    )
    assert (False, False) == (TOKEN in shown, repr(parse_aes_key(AES_KEY)) in shown)


# Bodies as servers give them


class Endless(io.RawIOBase):
    """A body without an end, which counts what was read of it."""

    count = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "read to its end"
        self.count += size
        return b"x" * size


@pytest.mark.parametrize(
    ("more", "status", "most"),
    [
        ({"CONTENT_LENGTH": str(1024**3)}, 413, 0),
        ({"CONTENT_LENGTH": "9" * 30}, 400, 0),
        ({"CONTENT_LENGTH": "-1"}, 400, 0),
        ({"CONTENT_LENGTH": "²"}, 400, 0),
        ({"wsgi.input_terminated": True}, 413, BODY_BYTES_MAX + 1),
        ({}, 400, 0),
    ],
)
def test_no_more_is_read_than_an_event_may_have(
    scene: Scene, more: dict[str, Any], status: int, most: int
) -> None:
    body, told = Endless(), []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/wechat",
        "QUERY_STRING": query(AT),
        "wsgi.input": body,
        **more,
    }
    list(scene.app(environ, lambda line, _: told.append(line)))
    assert ([status], True) == ([int(line.split()[0]) for line in told], body.count <= most)


async def over_asgi(
    app: Any, method: str, path: str, text: str, *pieces: bytes
) -> tuple[int, bytes]:
    sent: list[dict[str, Any]] = []
    given = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    coming = iter([*given, {"type": "http.request"}])

    async def receive() -> dict[str, Any]:
        return next(coming)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": text.encode(),
        "headers": [(b"Content-Type", b"text/xml")],
    }
    await app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


@pytest.mark.parametrize(
    "form", [lambda app: app, lambda app: lambda scope, *more: app(scope)(*more)], ids=["3", "2"]
)
def test_it_speaks_asgi_in_both_forms(scene: Scene, form: Any) -> None:
    app = form(scene.app)
    found = [
        asyncio.run(over_asgi(app, *asked))
        for asked in [
            ("GET", "/wechat", query(AT, echostr="1")),
            ("POST", "/wechat", query(AT), FINISH[:50], FINISH[50:]),
            ("POST", "/wechat", query(AT), *[b"x" * 65536] * 9),
            ("PUT", "/wechat", query(AT)),
            ("GET", "/elsewhere", ""),
        ]
    ]
    assert [(200, b"1"), (200, b"success"), (413, b""), (405, b""), (404, b"")] == found


def test_an_asgi_server_starts_and_stops_it(scene: Scene) -> None:
    opened: list[str] = []
    app = Application(
        lambda: (opened.append("opened"), scene.callback)[1], lambda: opened.append("closed")
    )
    coming, sent = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]), []

    async def receive() -> dict[str, Any]:
        return next(coming)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])

    asyncio.run(app({"type": "lifespan"}, receive, send))
    assert (["opened", "closed"], ["lifespan.startup.complete", "lifespan.shutdown.complete"]) == (
        opened,
        sent,
    )


def test_why_a_refusal_is_one_of_few() -> None:
    """They are labels of a metric: a new one for each request would be a flood of its own."""
    assert 9 == len(Untrusted)
