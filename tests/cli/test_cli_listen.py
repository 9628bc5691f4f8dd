"""listen: from what WeChat posts to what `status` shows, whatever the ledger does meanwhile."""

import re
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from callback_samples import event
from cli_runner import NOON, Shell
from git_shell import IN_GIT, content
from gits import git
from real_wechat import RealWechat, wechat
from syrupy.assertion import SnapshotAssertion
from wechat_cipher import AES_KEY, APPID, TOKEN, query, safe, sealed
from werkzeug.test import Client

from massctl.callback.app import Application
from massctl.cli.listen_server import UNFINISHED_MAX, make_room
from massctl.cli.listener import Listener, open_listener
from massctl.errors import LedgerLockedError, MassctlError
from massctl.ledger.local_file import LocalLedger
from massctl.ledger.process_lock import sole_runner

__all__ = ["wechat"]

CALLBACK = "    callback: {token_env: WECHAT_TOKEN, aes_key_env: WECHAT_AES_KEY}\n"
AT = NOON.timestamp()


class Heard:
    """A listener whose ledger hears of what came when a test says so."""

    def __init__(self, shell: Shell, wechat: RealWechat) -> None:
        self.shell = shell
        self.wechat = wechat
        self.listener: Listener | None = None

    def opened(self) -> Listener:
        if self.listener is None:
            self.listener = open_listener(str(self.shell.root))
        return self.listener

    @property
    def client(self) -> Client:
        return Client(Application(lambda: self.opened().callback))

    def post(self, body: bytes, *, at: float = AT, appid: str = APPID, **more: Any) -> int:
        """Post an event in safe mode."""
        encrypt = sealed(body, appid=appid)
        return self.client.post(
            "/", query_string=query(at, encrypt=encrypt, **more), data=safe(encrypt)
        ).status_code

    def post_plain(self, body: bytes) -> int:
        return self.client.post("/", query_string=query(AT), data=body).status_code

    def health(self) -> tuple[int, bytes]:
        answer = self.client.get("/healthz")
        return answer.status_code, answer.data

    def finish(self, number: int = 0) -> bytes:
        """Give the event of a job that the world has ended."""
        return str(self.wechat.report()["events"][number]["xml"]).encode()

    def bring_in(self) -> None:
        self.opened().intake.bring_in()

    def stop(self) -> None:
        """End as a kill does: nothing is brought in any more."""
        if self.listener is not None:
            self.listener.spool.close()
        self.listener = None

    def states(self) -> list[str]:
        with closing(sqlite3.connect(self.shell.root / ".massctl/callback.sqlite")) as file:
            return [state for (state,) in file.execute("select state from events order by id")]

    def counts(self) -> dict[str, int]:
        return {outcome: count for (_, outcome), count in self.opened().spool.tally()[0].items()}

    def status(self) -> dict[str, Any]:
        (campaign,) = self.shell("status", "notice", "--format", "json").document["campaigns"]
        return dict(campaign)

    def entries(self) -> int:
        return self.shell.tree.read("massctl.state.jsonl").count('"source":"event"')


@pytest.fixture
def heard(shell: Shell, wechat: RealWechat, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """A listener in a repository with one campaign, which nobody sent yet."""
    shell.tree.settings(language="en", account=CALLBACK)
    shell.env(WECHAT_TOKEN=TOKEN, WECHAT_AES_KEY=AES_KEY)
    shell.tree.text("notice")
    # The test is its thread.
    monkeypatch.setattr("massctl.cli.listener.Intake.is_alive", lambda _: True)
    made = Heard(shell, wechat)
    yield made
    made.stop()


@pytest.fixture
def sent(heard: Heard) -> Heard:
    """The same, after it was sent and has ended."""
    assert 0 == heard.shell("apply", "notice", "--yes").status
    heard.wechat.later(600)
    return heard


def test_an_event_comes_into_the_ledger_once(sent: Heard) -> None:
    assert [200] * 3 == [sent.post(sent.finish(), at=AT + n) for n in range(3)]
    for _ in range(2):
        sent.bring_in()
    (job,) = sent.status()["jobs"]
    assert ("sent", True, 1) == (sent.status()["status"], job["sent_count"] > 0, sent.entries())
    assert {"finish": 1, "copy": 2, "recorded": 1} == sent.counts()
    assert 0 == sent.shell("state", "verify").status


def test_many_events_are_one_append(sent: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("second", "third"):
        sent.shell.tree.text(name, content=name)
        assert 0 == sent.shell("apply", name, "--yes").status
    sent.wechat.later(600)
    appends: list[bool] = []
    append = LocalLedger.append

    def counted(self: Any, serial: int, entries: Any, *, durable: bool) -> Any:
        appends.append(durable)
        return append(self, serial, entries, durable=durable)

    for number in range(3):
        sent.post(sent.finish(number))
    monkeypatch.setattr("massctl.ledger.local_file.LocalLedger.append", counted)
    sent.bring_in()
    assert (["recorded"] * 3, 1) == (sent.states(), appends.count(True))


def test_an_event_that_comes_before_the_answer_to_the_send(heard: Heard) -> None:
    """Nobody knows the job yet, and the run that sends holds the ledger: the event waits and disturbs nobody."""

    def early() -> None:
        heard.wechat.later(600)
        assert 200 == heard.post(heard.finish())
        heard.bring_in()
        assert ["foreign"] == heard.states()

    heard.wechat.before_answer = early
    assert 0 == heard.shell("apply", "notice", "--yes").status
    heard.bring_in()
    assert (["recorded"], 1, "sent") == (heard.states(), heard.entries(), heard.status()["status"])


@pytest.mark.parametrize("moment", ["before the append", "before the spool's note"])
def test_killed_on_the_way_into_the_ledger(
    sent: Heard, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    class Killed(BaseException):
        """Nothing catches it."""

    def kill(*_: object, **__: object) -> None:
        raise Killed

    where = {"before the append": "massctl.apply.journal.LedgerSession.flush"}
    sent.post(sent.finish())
    with monkeypatch.context() as patch:
        patch.setattr(where.get(moment, "massctl.callback.spool.Spool.settle"), kill)
        with pytest.raises(Killed):
            sent.bring_in()
    assert ["received"] == sent.states()
    sent.stop()
    sent.bring_in()
    assert (["recorded"], 1, "sent") == (sent.states(), sent.entries(), sent.status()["status"])


def test_while_another_run_is_at_work_it_waits(sent: Heard) -> None:
    sent.post(sent.finish())
    with sole_runner(sent.shell.root / ".massctl/locks", NOON), pytest.raises(LedgerLockedError):
        sent.bring_in()
    assert ["received"] == sent.states()
    sent.bring_in()
    assert ["recorded"] == sent.states()


def test_an_event_of_nobody_disturbs_nobody(sent: Heard) -> None:
    sent.post(event(MsgID=4))
    with sole_runner(sent.shell.root / ".massctl/locks", NOON):
        sent.bring_in()
    assert (["foreign"], 0) == (sent.states(), sent.entries())


@pytest.mark.parametrize(
    "trouble", ["the ledger is gone", "massctl.yaml is broken", "massctl.yaml is gone"]
)
def test_a_ledger_that_cannot_be_written_is_waited_for(sent: Heard, trouble: str) -> None:
    sent.post(sent.finish())
    settings, ledger = sent.shell.root / "massctl.yaml", sent.shell.root / "massctl.state.jsonl"
    kept = settings.read_bytes(), ledger.read_bytes()
    if trouble == "the ledger is gone":
        ledger.unlink()
    elif trouble == "massctl.yaml is broken":
        settings.write_text("version: 9\n")
    else:
        settings.unlink()
    with pytest.raises(MassctlError):
        sent.bring_in()
    assert ["received"] == sent.states()
    settings.write_bytes(kept[0])
    ledger.write_bytes(kept[1])
    sent.bring_in()
    assert ["recorded"] == sent.states()


def _failed(event: bytes, word: bytes) -> bytes:
    """Make of an event one of a job that failed and reached nobody."""
    return re.sub(rb"<SentCount>\d+<", b"<SentCount>0<", event.replace(b"send success", word))


def test_a_failure_is_told_as_record_event_tells_it(sent: Heard) -> None:
    sent.post(_failed(sent.finish(), b"err(30003)"))
    sent.bring_in()
    assert "failed" == sent.status()["status"]
    assert (
        "originality" in sent.shell("status", "notice").out
        or "reprint" in sent.shell("status", "notice").out
    )


def test_the_first_end_is_told_at_once_and_those_of_two_minutes_together(
    sent: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = "notify:\n  - {webhook_env: HOOK, events: [ended]}\n"
    sent.shell.tree.settings(language="en", account=CALLBACK, state=channel)
    for name in ("second", "third"):
        sent.shell.tree.text(name, content=name)
        assert 0 == sent.shell("apply", name, "--yes").status
    sent.wechat.later(600)
    sent.shell.env(HOOK="https://hook.example/")
    told: list[int] = []

    def taken(_: object, messages: Any) -> Any:
        told.extend(len(each.notices) for each in messages)
        return [(index, "told") for index in range(len(messages))]

    monkeypatch.setattr("massctl.cli.notifications._posted", taken)
    passed = [1000.0]
    monkeypatch.setattr("massctl.cli.listener.time.monotonic", lambda: passed[0])
    counts = []
    for number in range(3):
        sent.post(sent.finish(number))
        sent.bring_in()
        counts.append([*told])
        passed[0] += 50
    sent.bring_in()
    assert ([[1]] * 3, [1, 2]) == (counts, told)


def test_an_event_that_contradicts_is_counted_and_told(
    sent: Heard, capsys: pytest.CaptureFixture[str]
) -> None:
    sent.post(sent.finish())
    sent.post(_failed(sent.finish(), b"err(20013)"))
    sent.bring_in()
    assert "on record as sent" in capsys.readouterr().err
    counts = {"finish": 2, "recorded": 2, "contradicted": 1}
    assert (counts, "contradicted") == (sent.counts(), sent.status()["status"])


def test_an_event_of_a_send_in_doubt_is_offered_and_not_bound(
    heard: Heard, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard.shell.tree.settings(language="en", account=CALLBACK, in_doubt="stop")
    heard.wechat.faults({"path": "/cgi-bin/message/mass/sendall", "do": "answer_lost"})
    assert 4 == heard.shell("apply", "notice", "--yes", "--no-wait").status
    heard.wechat.later(600)
    capsys.readouterr()
    heard.post(heard.finish())
    heard.bring_in()
    told = capsys.readouterr().err
    assert ("in_doubt", True) == (heard.status()["status"], "reconcile notice --sent" in told), told


def test_a_ledger_in_git_is_pushed_once_for_many(
    in_git: Shell, remote: Path, wechat: RealWechat, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_git.env(WECHAT_TOKEN=TOKEN, WECHAT_AES_KEY=AES_KEY)
    in_git.tree.settings(account=CALLBACK, state=IN_GIT)
    in_git("state", "init")
    for name in ("notice", "second"):
        in_git.tree.text(name, content=name)
        assert 0 == in_git("apply", name, "--yes").status
    wechat.later(600)
    heard = Heard(in_git, wechat)
    for number in range(2):
        heard.post(heard.finish(number))
    before = git(remote, "rev-list", "--count", "massctl-state")
    remote.rename(remote.with_name("away"))
    with pytest.raises(MassctlError):
        heard.bring_in()
    assert ["received"] * 2 == heard.states()
    remote.with_name("away").rename(remote)
    heard.bring_in()
    assert (["recorded"] * 2, 2) == (heard.states(), content(remote).count('"source":"event"'))
    assert int(before) + 1 == int(git(remote, "rev-list", "--count", "massctl-state"))
    heard.stop()


# Whose an event is

TYPO = "    original_id: gh_typo\n"
PLAIN = "    callback: {token_env: WECHAT_TOKEN}\n"
COMPONENT = "wxc0000000000000c0"
PLATFORM = f"    callback: {{token_env: WECHAT_TOKEN, aes_key_env: WECHAT_AES_KEY, component_appid: {COMPONENT}}}\n"
SECOND = "  second:\n    appid: wxfedcba9876543210\n    secret_env: S\n    kind: service\n    original_id: gh_second\n"


def told_to(body: bytes) -> str:
    """Read which original id an event is addressed to."""
    return body.partition(b"<ToUserName><![CDATA[")[2].partition(b"]]>")[0].decode()


def test_the_seal_proves_an_account_whose_original_id_is_wrong(
    sent: Heard, capsys: pytest.CaptureFixture[str]
) -> None:
    sent.shell.tree.settings(language="en", account=TYPO + CALLBACK)
    assert 200 == sent.post(sent.finish())
    capsys.readouterr()
    sent.bring_in()
    told = " ".join(capsys.readouterr().err.split())
    assert f"write accounts.main.original_id: {told_to(sent.finish())}" in told
    assert (["recorded"], 1, (200, b"ok\n")) == (sent.states(), sent.entries(), sent.health())


def test_an_event_that_nothing_proves_waits_until_the_original_id_is_right(
    sent: Heard, capsys: pytest.CaptureFixture[str]
) -> None:
    sent.shell.tree.settings(language="en", account=TYPO + PLAIN)
    own = told_to(sent.finish())
    assert 200 == sent.post_plain(sent.finish())
    capsys.readouterr()
    sent.bring_in()
    advice = f"write accounts.main.original_id: {own}"
    said = " ".join(capsys.readouterr().err.split())
    status, body = sent.health()
    assert (503, True, True, True) == (
        status,
        body.startswith(b"degraded\n"),
        advice in body.decode(),
        advice in said,
    )
    assert (["held"], 0) == (sent.states(), sent.entries())
    assert advice in " ".join(sent.shell("status", "notice").err.split())
    assert advice in " ".join(sent.shell("doctor").out.split())
    sent.shell.tree.settings(language="en", account=f"    original_id: {own}\n" + PLAIN)
    sent.bring_in()
    assert (["recorded"], 1, (200, b"ok\n")) == (sent.states(), sent.entries(), sent.health())
    assert advice not in sent.shell("status", "notice").err


def test_the_original_id_tells_the_accounts_of_a_platform_apart(sent: Heard) -> None:
    """One endpoint serves both: the seal proves the platform alone."""
    own = told_to(sent.finish())
    sent.shell.tree.settings(account=f"    original_id: {own}\n" + PLATFORM + SECOND + PLATFORM)
    sent.post(sent.finish().replace(own.encode(), b"gh_second"), appid=COMPONENT)
    sent.bring_in()
    assert (["foreign"], 0, (200, b"ok\n")) == (sent.states(), sent.entries(), sent.health())
    sent.post(sent.finish(), appid=COMPONENT)
    sent.bring_in()
    assert (["foreign", "recorded"], 1) == (sent.states(), sent.entries())


def test_an_event_of_a_platform_for_an_original_id_that_nobody_has_waits(sent: Heard) -> None:
    sent.shell.tree.settings(language="en", account=TYPO + PLATFORM + SECOND + PLATFORM)
    assert 200 == sent.post(sent.finish(), appid=COMPONENT)
    sent.bring_in()
    assert (["held"], 0, 503) == (sent.states(), sent.entries(), sent.health()[0])
    sent.stop()
    sent.bring_in()
    assert (["held"], True) == (sent.states(), told_to(sent.finish()).encode() in sent.health()[1])


def test_an_event_of_a_platform_about_a_job_that_has_ended_is_of_another_account(
    sent: Heard,
) -> None:
    """Each account counts its jobs by itself, and most accounts of a platform are not in massctl.yaml."""
    own = told_to(sent.finish())
    sent.shell.tree.settings(account=f"    original_id: {own}\n" + PLATFORM)
    sent.post(sent.finish(), appid=COMPONENT)
    sent.bring_in()
    sent.post(sent.finish().replace(own.encode(), b"gh_elsewhere"), appid=COMPONENT)
    sent.bring_in()
    assert (["recorded", "foreign"], (200, b"ok\n")) == (sent.states(), sent.health())


# What cannot listen says why


FAULTS = {
    "no callback": ("", {}),
    "no token": (CALLBACK, {"WECHAT_TOKEN": ""}),
    "no key": (CALLBACK, {"WECHAT_AES_KEY": " "}),
    "a token of other signs": (CALLBACK, {"WECHAT_TOKEN": "spring-2026"}),
    "a short key": (CALLBACK, {"WECHAT_AES_KEY": AES_KEY[1:]}),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_cannot_listen_says_why(
    shell: Shell, snapshot: SnapshotAssertion, language: str
) -> None:
    found = []
    for account, variables in FAULTS.values():
        shell.tree.settings(language=language, account=account)
        shell.env(**{"WECHAT_TOKEN": TOKEN, "WECHAT_AES_KEY": AES_KEY, **variables})
        said = shell("listen", "--port", "0")
        assert (1, "") == (said.status, said.out), said
        found.append(said.err)
    assert snapshot == found
    assert (False, False) == tuple(
        any(secret in text for text in found) for secret in (TOKEN, AES_KEY[1:])
    )


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_port_that_is_taken(heard: Heard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = heard.shell("listen", "--port", str(taken.getsockname()[1]))
    assert (2, True) == (said.status, "use another port" in said.err)


def test_a_spool_that_cannot_be_opened(heard: Heard) -> None:
    said = heard.shell(
        "listen", "--port", "0", "--spool", str(heard.shell.root / "massctl.yaml" / "spool")
    )
    assert (1, True) == (said.status, "name another file with --spool" in said.err)


@pytest.mark.parametrize("package", ["waitress", "cryptography.hazmat.primitives.ciphers"])
def test_without_the_extra_it_says_what_to_install(
    heard: Heard, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    said = heard.shell("listen", "--port", "0")
    assert (1, True) == (said.status, "pip install 'massctl[listen]'" in " ".join(said.err.split()))


def test_on_a_runner_whose_disk_is_thrown_away(heard: Heard) -> None:
    heard.shell.env(CI="true")
    assert 5 == heard.shell("listen", "--port", "0").status


@pytest.mark.parametrize(
    ("unfinished", "closed"),
    [
        ({"a": UNFINISHED_MAX - 1, "b": 1}, []),
        ({"a": UNFINISHED_MAX, "b": 1}, [("a", 0)]),
        ({"b": 1, "a": UNFINISHED_MAX}, [("a", 1)]),
    ],
)
def test_the_address_with_most_unfinished_connections_loses_the_oldest(
    unfinished: dict[str, int], closed: list[tuple[str, int]]
) -> None:
    senders = [address for address, count in unfinished.items() for _ in range(count)]
    answered = SimpleNamespace(
        addr=("a", 0), last_activity=-1, is_unfinished=False, will_close=False
    )
    lines = [
        SimpleNamespace(
            addr=(address, 0), last_activity=number, is_unfinished=True, will_close=False
        )
        for number, address in enumerate(senders)
    ]
    make_room([answered, *lines])
    assert closed == [
        (each.addr[0], each.last_activity) for each in [answered, *lines] if each.will_close
    ]


# What people are told of requests


@pytest.mark.parametrize("language", ["en", "zh"])
def test_requests_that_may_be_wechats_are_explained_once(
    heard: Heard, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion, language: str
) -> None:
    heard.shell.tree.settings(language=language, account=CALLBACK)
    heard.shell.env(NO_COLOR="1")
    capsys.readouterr()
    for _ in range(2):
        heard.post(event(), at=AT - 3600)
        heard.post(event(), at=AT, msg_signature="0")
    client = Client(Application(lambda: heard.opened().callback))
    client.post("/", query_string=query(AT), data=event())
    assert snapshot == capsys.readouterr().err


def test_massctl_yaml_says_where_other_messages_go(heard: Heard) -> None:
    more = (
        CALLBACK
        + "  second:\n    appid: wxfedcba9876543210\n    secret_env: S\n    kind: service\n"
        + CALLBACK.replace("}", ", path: /second, forward: 'http://localhost:1/own'}")
    )
    heard.shell.tree.settings(
        account=more, state="callback: {forward: 'https://example.com/wechat'}\n"
    )
    found = [(each.account, each.path, each.forward) for each in heard.opened().endpoints]
    assert [
        ("main", None, "https://example.com/wechat"),
        ("second", "/second", "http://localhost:1/own"),
    ] == found


def test_a_change_of_an_account_file_is_looked_at(heard: Heard) -> None:
    east = "appid: wxfedcba9876543210\nsecret_env: S\nkind: service\n"
    heard.shell.tree.write("accounts/second.yaml", east + CALLBACK.strip() + "\n")
    opened = heard.opened()
    assert ["main", "second"] == [each.account for each in opened.endpoints]
    before = opened.intake._mark()
    heard.shell.tree.write("accounts/second.yaml", east + "# less\n" + CALLBACK.strip() + "\n")
    assert before != opened.intake._mark()


@pytest.mark.parametrize(
    ("account", "root", "code"),
    [
        ("    callback: {token_env: T, path: wechat}\n", "", "MC014"),
        ("    callback: {token_env: T, path: /metrics}\n", "", "MC014"),
        ("    callback: {token_env: T, path: /healthz/}\n", "", "MC014"),
        ("    callback: {aes_key_env: T}\n", "", "MC012"),
        (PLATFORM, "", "MC014"),
        (TYPO + f"    callback: {{token_env: T, component_appid: {COMPONENT}}}\n", "", "MC014"),
        (TYPO + PLATFORM.replace(COMPONENT, "mine"), "", "MC014"),
        ("    callback: {token_env: T, previous_aes_key_env: P}\n", "", "MC014"),
        ("    callback: {token_env: 0123456789abcdef0123456789abcdef}\n", "", "MC014"),
        ("    callback: {token_env: T, forward: 'http://example.com'}\n", "", "MC014"),
        ("", "callback: {forward: 'http://127.0.0.1.example.com/x'}\n", "MC014"),
        ("", "callback: {forward: 'https://me:secret@example.com'}\n", "MC014"),
        ("", "callback: {forward: 'https:///x'}\n", "MC014"),
        ("", "callback: {forwards: 'https://example.com'}\n", "MC011"),
    ],
)
def test_faults_of_a_callback_stand_at_their_place(
    shell: Shell, account: str, root: str, code: str
) -> None:
    shell.tree.settings(account=account, state=root)
    said = shell("validate", "--format", "json")
    found = {each["code"] for each in said.document["diagnostics"]}
    assert (1, {code}) == (said.status, found), said.out


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x", "http://localhost/x?a=/", "https://example.com?x=1"]
)
def test_addresses_that_messages_may_go_on_to(shell: Shell, address: str) -> None:
    shell.tree.text("notice")
    shell.tree.settings(state=f"callback: {{forward: '{address}'}}\n")
    assert 0 == shell("validate").status
