"""Whatever is posted to a callback: an answer, and nothing is kept but what was signed. Whatever happens to a listener:
what it acknowledged is in the ledger once, as soon as its job is.
"""

import os
import shutil
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from building import LINEAGE, as_new, at, attempted, text
from callback_samples import event
from fuzzing import NIGHTLY, ending, examples, mutated, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from repositories import Tree
from wechat_cipher import AES_KEY, APPID, TOKEN, query, safe, sealed, signature
from werkzeug.test import Client

from massctl.callback.app import Application, Callback, Endpoint, Request
from massctl.callback.envelope import Secrets, parse_aes_key
from massctl.callback.spool import Spool
from massctl.cli.listener import Listener, open_listener
from massctl.errors import LedgerLockedError
from massctl.ledger.local_file import LocalLedger
from massctl.ledger.process_lock import sole_runner
from massctl.model.entries import Created, JobStatus, SendAccepted

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
AT = str(int(NOW.timestamp()))
KEY = parse_aes_key(AES_KEY) or b""
FINISH = event()
ENCRYPT = sealed(FINISH)
SEALED, PLAIN = safe(ENCRYPT), FINISH
NAMES = ["signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type", "openid"]
VALUES = [
    TOKEN,
    AT,
    "n7k2p9",
    ENCRYPT,
    signature(TOKEN, AT, "n7k2p9"),
    signature(TOKEN, AT, "n7k2p9", ENCRYPT),
    "-1",
]
QUERIES = st.one_of(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES) | texts(VALUES)), max_size=9
    ).map(urlencode),
    texts([*NAMES, *VALUES, "=", "&", "%", "+", ";"]),
    mutated(st.just(query(float(AT), encrypt=ENCRYPT).encode())).map(
        lambda data: data.decode("latin-1")
    ),
)
BODIES = st.one_of(
    mutated(st.sampled_from([SEALED, PLAIN])),
    st.binary(max_size=200),
    st.just(SEALED),
    st.just(PLAIN),
)


@pytest.mark.parametrize("key", [(KEY,), ()], ids=["sealed", "plain"])
def test_whatever_is_posted_is_answered_and_only_what_was_signed_is_kept(
    tmp_path: Path, key: tuple[bytes, ...]
) -> None:
    spool = Spool(tmp_path / "callback.sqlite", lambda: NOW)
    callback = Callback([Endpoint("main", "/", Secrets(APPID, TOKEN, key))], spool, lambda: NOW)

    @examples(300)
    @given(st.sampled_from(["GET", "POST", "PUT"]), QUERIES, BODIES | st.none())
    def posted(method: str, asked: str, body: bytes | None) -> None:
        with ending():
            answer = callback.answer(Request(method, "/", asked, body))
        assert answer.status in (200, 400, 403, 405, 413)
        assert answer.status == 200 or answer.body == b""
        for secret in (TOKEN.encode(), KEY, AES_KEY.encode()):
            assert secret not in answer.body or method == "GET"

    posted()
    kept = {each.body for each in spool.waiting(())}
    # A body that nobody sealed is not kept; a plain one may be any, for its signature does not cover it.
    assert (kept <= {FINISH}) or not key
    spool.close()


class Listening(RuleBasedStateMachine):
    """A listener, its ledger, and what may happen to them, in any order."""

    JOBS = 4

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        tree = Tree(self.root)
        tree.settings(
            account="    api_base: http://127.0.0.1:9\n    callback: {token_env: LISTEN_T, aes_key_env: LISTEN_K}\n"
        )
        self.environment = {**os.environ, "LISTEN_T": TOKEN, "LISTEN_K": AES_KEY}
        for name in ("CI", "GITHUB_ACTIONS"):
            self.environment.pop(name, None)
        self.accepted: set[int] = set()
        self.acknowledged: set[int] = set()
        self.opened: Listener | None = None
        self.ledger().append(0, [as_new(Created(lineage=LINEAGE, realm="loopback"))], durable=True)

    def ledger(self) -> LocalLedger:
        return LocalLedger(self.root / "massctl.state.jsonl", self.root / ".massctl/locks")

    @property
    def listener(self) -> Listener:
        if self.opened is None:
            self.opened = open_listener(str(self.root), self.environment)
        return self.opened

    @rule(job=st.integers(1, JOBS), copies=st.integers(1, 3), late=st.integers(0, 500))
    def post(self, job: int, copies: int, late: int) -> None:
        client = Client(Application(lambda: self.listener.callback))
        now = self.listener.intake._now().timestamp()
        for copy in range(copies):
            encrypt = sealed(event(MsgID=job), lead=bytes([copy] * 16))
            asked = query(now - late - copy, encrypt=encrypt)
            answer = client.post("/", query_string=asked, data=safe(encrypt))
            assert (200, b"success") == (answer.status_code, answer.data)
        self.acknowledged.add(job)

    @rule(job=st.integers(1, JOBS), how=st.sampled_from(["signature", "age", "key"]))
    def forge(self, job: int, how: str) -> None:
        client = Client(Application(lambda: self.listener.callback))
        now = self.listener.intake._now().timestamp()
        key = AES_KEY if how != "key" else AES_KEY[:-2] + "AA"
        encrypt = sealed(event(MsgID=job, SentCount=0, Status="err(21000)"), key=key)
        asked = query(
            now - (3600 if how == "age" else 0), encrypt="x" if how == "signature" else encrypt
        )
        assert 403 == client.post("/", query_string=asked, data=safe(encrypt)).status_code

    @precondition(lambda self: len(self.accepted) < self.JOBS)
    @rule()
    def accept(self) -> None:
        """A run sends, and hears which job it is."""
        job = len(self.accepted) + 1
        ledger = self.ledger()
        serial, made = len(ledger.read(0)), text(f"letter-{job}")
        tried, _ = attempted(made, appid=made.appid)
        answered = SendAccepted(attempt=serial + 1, msg_id=job)
        ledger.append(serial, [at(NOW, tried, made), at(NOW, answered, made)], durable=True)
        self.accepted.add(job)

    @rule()
    def bring_in(self) -> None:
        self.listener.intake.bring_in()

    @rule()
    def bring_in_while_another_runs(self) -> None:
        before = self.recorded()
        with sole_runner(self.root / ".massctl/locks", NOW):
            try:
                self.listener.intake.bring_in()
            except LedgerLockedError:
                assert self.accepted & self.acknowledged
        assert before == self.recorded()

    @rule(
        where=st.sampled_from(
            ["massctl.apply.journal.LedgerSession.flush", "massctl.callback.spool.Spool.settle"]
        )
    )
    def killed(self, where: str) -> None:
        class KilledError(BaseException):
            """Nothing catches it."""

        with patch(where, side_effect=KilledError):
            try:
                self.listener.intake.bring_in()
            except KilledError:
                self.stop()

    @rule()
    def stop(self) -> None:
        if self.opened is not None:
            self.opened.spool.close()
        self.opened = None

    def recorded(self) -> Counter[int]:
        entries = [each.event for each in self.ledger().read(0)]
        return Counter(each.msg_id for each in entries if isinstance(each, JobStatus))

    def teardown(self) -> None:
        try:
            assert set(self.recorded()) <= self.acknowledged & self.accepted
            while len(self.accepted) < self.JOBS:
                self.accept()
            self.listener.intake.bring_in()
            assert dict.fromkeys(self.acknowledged, 1) == self.recorded()
        finally:
            self.stop()
            shutil.rmtree(self.root)


def test_in_any_order_each_event_comes_into_the_ledger_once() -> None:
    told: Any = settings(
        max_examples=300 if NIGHTLY else 12,
        stateful_step_count=20,
        derandomize=not NIGHTLY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Listening, settings=told)
