"""`notify`: who is told what, once, after everything is durable; and nothing of it changes what a run did."""

import contextlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from repositories import APPID, window

from massctl.cli import channels, notifications
from massctl.cli.notifications import PullRequests
from massctl.errors import ForgeError, LedgerError, UsageError
from massctl.ledger.local_file import LocalLedger
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel
from massctl.model.state import Record
from massctl.notify.post import Post
from massctl.sandbox import inbox
from massctl.sandbox.store import Store
from massctl.transport import Line, NoAnswer, RawAnswer

CHANNELS = (
    "notify:\n  - wecom_robot_env: ROBOT\n  - {webhook_env: HOOK, signing_secret_env: HOOK_KEY}\n"
)
DUE = window("2026-12-01T12:00:00+08:00", "2026-12-01T14:00:00+08:00")


@pytest.fixture
def told(shell: Shell) -> Shell:
    """A shell in a repository that tells a robot and a webhook."""
    shell.tree.settings(state=CHANNELS)
    shell.env(
        HOOK_KEY="k" * 32,
        ROBOT="https://robot.example/?key=SECRETKEY",
        HOOK="https://hook.example/SECRETKEY",
    )
    return shell


def posts(shell: Shell) -> list[dict[str, Any]]:
    """Give what the sandbox was posted."""
    return list(shell.report()["notifications"])


def events(shell: Shell) -> list[tuple[str, str]]:
    """Give (event, campaign) of every notice that the webhook got."""
    documents = [post["body"] for post in posts(shell) if post["kind"] == "webhook"]
    return [
        (each["event"], each["campaign"]) for document in documents for each in document["notices"]
    ]


def test_a_send_is_told_once_to_each_channel(told: Shell):
    told.tree.text("notice", more=DUE)
    assert 0 == told("apply", "notice", "--sandbox", "--yes").status
    robot, hook = sorted(posts(told), key=lambda post: post["kind"], reverse=True)

    assert ("ROBOT", "HOOK") == (robot["name"], hook["name"])
    assert robot["body"]["markdown"]["content"].startswith("**accepted** 改时间 (notice) · main\n")
    assert [("accepted", "notice")] == events(told)
    raw = json.dumps(hook["body"])
    assert [] == [word for word in (APPID, "SECRETKEY", "k" * 32) if word in raw]
    told.control("advance", {"seconds": 600})
    told("status", "--sandbox")
    told("apply", "notice", "--sandbox", "--yes")
    assert [("accepted", "notice"), ("ended", "notice")] == events(told)


def test_the_signature_is_that_of_the_document(told: Shell, monkeypatch: pytest.MonkeyPatch):
    told.tree.text("notice", more=DUE)
    seen: list[Any] = []
    exchange = Line.exchange

    def noting(self: Line, call: Any) -> Any:
        seen.append(call)
        return exchange(self, call)

    monkeypatch.setattr(Line, "exchange", noting)
    told("apply", "notice", "--sandbox", "--yes")
    (shown,) = [json.loads(call.content) for call in seen if b'"webhook"' in (call.content or b"")]
    signature = shown["headers"]["X-Massctl-Signature-256"]

    assert signature.startswith("sha256=")
    assert 71 == len(signature)


def test_a_run_that_learns_nothing_posts_nothing(told: Shell):
    told.tree.text("notice", more=window("2026-12-02T12:01:00+08:00", "2026-12-02T14:00:00+08:00"))
    told("plan", "--sandbox")
    told("apply", "--sandbox", "--yes")

    assert [] == posts(told)


def test_a_doubt_is_told_with_its_choices_and_then_how_it_was_settled(told: Shell):
    told.tree.settings(in_doubt="stop", state=CHANNELS)
    told.tree.text("notice", more=DUE)
    told("plan", "--sandbox")
    told.faults(lost(SENDALL))
    assert 4 == told("apply", "notice", "--sandbox", "--yes").status
    (robot,) = [post for post in posts(told) if post["kind"] == "wecom_robot"]

    content = robot["body"]["markdown"]["content"]
    assert 3 == content.count("massctl reconcile notice --")
    assert 4 == told("apply", "notice", "--sandbox", "--yes").status
    assert [("in_doubt", "notice")] == events(told)
    assert 0 == told("reconcile", "notice", "--sent", "--reason", "seen", "--sandbox").status
    assert [("in_doubt", "notice"), ("settled", "notice")] == events(told)


def test_a_job_that_fails_is_told_by_the_run_that_learns_it(told: Shell):
    told.tree.text("notice", more=DUE)
    told("plan", "--sandbox")
    told.control("ending", {"appid": APPID, "status": "err(30003)"})
    told("apply", "notice", "--sandbox", "--yes")
    told.control("advance", {"seconds": 600})
    assert 1 == told("status", "--sandbox").status

    assert [("accepted", "notice"), ("failed", "notice")] == events(told)


def test_an_event_is_told_too(told: Shell):
    told.tree.text("notice", more=DUE)
    told("plan", "--sandbox")
    told.control("ending", {"appid": APPID, "status": "err(30003)"})
    told("apply", "notice", "--sandbox", "--yes")
    told.control("advance", {"seconds": 600})
    (event,) = told.report()["events"]
    told.tree.write("event.xml", event["xml"])
    told("record-event", "event.xml", "--sandbox")

    assert [("accepted", "notice"), ("failed", "notice")] == events(told)


def test_a_missed_window_and_a_refusal_are_told(told: Shell):
    told.tree.text("late", more=DUE)
    told.tree.settings(policy="  sending: disabled\n", state=CHANNELS)
    told("plan", "late", "--sandbox")
    assert 5 == told("apply", "--sandbox", "--yes").status
    assert [("refused", "late")] == events(told)
    told.control("advance", {"seconds": 7260})
    told("apply", "--sandbox", "--yes")
    told("apply", "--sandbox", "--yes")

    assert [("refused", "late"), ("expired", "late")] == events(told)


def kept_back(told: Shell, policy: str = "  sending: disabled\n") -> None:
    told.tree.text("late", more=window("2026-12-01T12:00:00+08:00", "2026-12-02T12:00:00+08:00"))
    told.tree.settings(policy=policy, state=CHANNELS)
    told("plan", "late", "--sandbox")


def run_every_half_hour(told: Shell, runs: int) -> None:
    for _ in range(runs):
        assert 5 == told("apply", "--sandbox", "--yes").status
        told.control("advance", {"seconds": 1800})


def test_a_timer_says_once_a_day_what_keeps_a_campaign_back(told: Shell):
    kept_back(told)
    run_every_half_hour(told, 6)
    assert [("refused", "late")] == events(told)


def test_another_refusal_is_another_fact(told: Shell):
    kept_back(told)
    run_every_half_hour(told, 2)
    told.tree.settings(policy="  require_lock: true\n", state=CHANNELS)
    run_every_half_hour(told, 2)
    assert [("refused", "late")] * 2 == events(told)


def test_what_a_channel_did_not_take_is_told_to_it_again_and_to_no_other(told: Shell):
    kept_back(told)
    told.faults()
    told.tree.settings(policy="  sending: disabled\n", state=CHANNELS.replace("ROBOT", "NOBODY"))
    run_every_half_hour(told, 1)
    told.tree.settings(policy="  sending: disabled\n", state=CHANNELS)
    run_every_half_hour(told, 1)
    names = [post["name"] for post in posts(told)]
    assert {"NOBODY": 1, "HOOK": 1, "ROBOT": 1} == {name: names.count(name) for name in names}


def test_where_nothing_is_remembered_each_run_says_it(told: Shell):
    kept_back(told)
    for _ in range(3):
        assert 5 == told("apply", "--sandbox", "--yes").status
        (told.root / ".massctl/sandbox/told").unlink(missing_ok=True)
    assert 3 == len(events(told))


def test_while_the_ledger_cannot_be_written_what_is_on_record_waits_and_the_rest_is_told_once(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    """The disk is read-only for an hour; nobody is told in a loop, and nothing is lost."""

    def read_only(*_: object, **__: object) -> None:
        raise LedgerError(Phrase("the ledger cannot be written: the disk is read-only"))

    told.tree.settings()
    told.tree.text("notice", more=DUE)
    assert 0 == told("apply", "notice", "--sandbox", "--yes").status
    told.tree.text("late", content="改到三点", more=DUE)
    told.tree.settings(policy="  sending: disabled\n", state=CHANNELS)
    with monkeypatch.context() as patch:
        patch.setattr(LocalLedger, "append", read_only)
        statuses = [told("apply", "--sandbox", "--yes").status for _ in range(3)]
    assert ([5, 5, 5], [("refused", "late")]) == (statuses, events(told))
    for _ in range(2):
        told("apply", "--sandbox", "--yes")
    again = [("accepted", "notice"), ("refused", "late")]
    assert [("refused", "late"), *again] == events(told)


def test_a_memory_that_is_none_is_not_believed(told: Shell):
    kept_back(told)
    run_every_half_hour(told, 1)
    (told.root / ".massctl/sandbox/told").write_text("[]")
    run_every_half_hour(told, 1)
    assert [("refused", "late")] * 2 == events(told)


def test_a_sandbox_that_was_reset_remembers_nothing_that_was_told(told: Shell):
    kept_back(told)
    run_every_half_hour(told, 1)
    told("sandbox", "reset")
    assert not (told.root / ".massctl/sandbox/told").exists()


def test_one_run_tells_each_of_many_campaigns_in_few_messages(told: Shell):
    told.tree.settings(policy="  sending: disabled\n", state=CHANNELS)
    for number in range(30):
        told.tree.text(f"notice{number:02}", content=f"第 {number} 次改时间", more=DUE)
    told("plan", "notice00", "--sandbox")
    told("apply", "--sandbox", "--yes")
    *robot, hook = sorted(posts(told), key=lambda post: post["kind"], reverse=True)

    assert 30 == len(hook["body"]["notices"])
    contents = [each["body"]["markdown"]["content"] for each in robot]
    assert 1 < len(contents) <= 3
    assert all(len(each.encode()) <= 4096 for each in contents)
    assert 30 == sum(each.count("**refused**") for each in contents)


def test_a_channel_hears_only_what_it_asked_for(told: Shell):
    told.tree.settings(state="notify:\n  - {webhook_env: HOOK, events: [failed, expired]}\n")
    told.tree.text("notice", more=DUE)
    told("apply", "notice", "--sandbox", "--yes")

    assert [] == posts(told)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_channel_that_cannot_be_told_changes_nothing(
    told: Shell, monkeypatch: pytest.MonkeyPatch, language: str
):
    told.tree.settings(state=CHANNELS, language=language)
    told.tree.text("notice", more=DUE)
    exchange = Line.exchange

    def silent(self: Line, call: Any) -> Any:
        if "notifications" in call.url:
            return NoAnswer("answer_timeout", seconds=10)
        return exchange(self, call)

    monkeypatch.setattr(Line, "exchange", silent)
    said = told("apply", "notice", "--sandbox", "--yes", "--format", "json")

    assert (0, "sending") == (said.status, said.document["campaigns"][0]["status"])
    assert 2 == said.err.count("(notify)" if language == "en" else "（notify）")
    assert [] == [word for word in ("SECRETKEY", "127.0.0.1") if word in said.out + said.err]


def instead_of_posts(monkeypatch: pytest.MonkeyPatch, does: Any, part: bytes = b"") -> None:
    """Let `does` take the place of each post whose body has a part."""
    exchange = Line.exchange

    def exchanged(self: Line, call: Any) -> Any:
        if "notifications" in call.url and part in call.content:
            return does()
        return exchange(self, call)

    monkeypatch.setattr(Line, "exchange", exchanged)


def interrupt() -> None:
    raise KeyboardInterrupt


def test_an_interruption_while_telling_ends_the_run_behind_what_it_sent(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    told.tree.text("notice", more=DUE)
    told.tree.settings(state="notify:\n  - webhook_env: HOOK\n")
    told.tree.text("later", more=window("2026-12-01T12:30:00+08:00", "2026-12-01T14:00:00+08:00"))
    instead_of_posts(monkeypatch, interrupt)
    said = told("apply", "--sandbox", "--yes", "--wait", "45m")

    assert (130, 1) == (said.status, len(told.report()["jobs"]))
    assert "this run: sent 1" in said.out
    assert "not everybody was told" in said.err
    told.control("advance", {"seconds": 600})
    assert 130 == told("status", "--sandbox").status


def test_a_channel_that_never_ends_its_answer_keeps_nobody(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    told.tree.text("notice", more=DUE)
    monkeypatch.setattr(channels, "POST_SECONDS", 0.5)
    instead_of_posts(monkeypatch, threading.Event().wait, b'"wecom_robot"')
    said = told("apply", "notice", "--sandbox", "--yes")

    assert (0, [("accepted", "notice")]) == (said.status, events(told))
    assert "ROBOT (notify) was not told: no answer within" in said.err
    assert "HOOK" not in said.err


class Trickle(BaseHTTPRequestHandler):
    """Answers with a byte now and then, and never ends."""

    def do_POST(self) -> None:
        """Begin an answer that is long."""
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_answer_that_trickles_ends_with_the_time_of_a_post(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No read of it takes long."""
    said: list[Phrase] = []
    monkeypatch.setattr(channels, "POST_SECONDS", 0.3)
    with ThreadingHTTPServer(("127.0.0.1", 0), Trickle) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        session: Any = SimpleNamespace(
            realm=lambda: "wechat",
            sandbox=None,
            environment={"HOOK": f"http://127.0.0.1:{server.server_port}/"},
            clock=SimpleNamespace(now=lambda: NOON),
            console=SimpleNamespace(talk=said.append),
        )
        begun = time.monotonic()
        taken = list(channels.taken_posts(session, [(Channel(webhook_env="HOOK"), Post(b"{}"))]))
        took = time.monotonic() - begun
        server.shutdown()

    assert ([], 1, True) == (taken, len(said), took < channels.READ_SECONDS)
    assert "HOOK (notify) was not told: no answer within" in said[0]


def test_a_pass_of_slow_posts_ends_and_the_next_one_tells_the_rest(
    told: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that had no time counts as tried."""
    told.tree.settings(state="notify:\n  - wecom_robot_env: ROBOT\n")
    for number in range(4):
        told.tree.text(f"notice{number}", content=f"第 {number} 次改时间", more=DUE)
    monkeypatch.setattr("massctl.notify.robot.fitting", lambda *_: 1)
    now = [0.0]
    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=time.sleep)
    monkeypatch.setattr(notifications, "time", clock)
    taken = notifications.taken_posts

    def slow(*arguments: Any) -> Any:
        now[0] += channels.POST_SECONDS
        return taken(*arguments)

    monkeypatch.setattr(notifications, "taken_posts", slow)

    def tells(*arguments: str) -> list[str]:
        before = len(posts(told))
        told(*arguments, "--sandbox")
        contents = [each["body"]["markdown"]["content"] for each in posts(told)[before:]]
        return [re.findall(r"\((\w+)\)", each)[0] for each in contents]

    assert ["notice0", "notice1", "notice2"] == tells("apply", "--yes")
    assert ["notice3"] == tells("status")
    ledger = (told.root / ".massctl/sandbox/massctl.state.jsonl").read_text(encoding="utf-8")
    entries = [json.loads(line) for line in ledger.splitlines()]
    assert ["begun", "untold", "begun", "told"] == [
        each["progress"]
        for each in entries
        if each["type"] == "told" and each["campaign"] == "notice3"
    ]


def test_editions_that_need_somebody_stand_in_the_first_message(
    told: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.tree.settings(state="notify:\n  - wecom_robot_env: ROBOT\n")
    for name in ("fine", "faulty"):
        told.tree.text(name, content=f"{name} 改时间", more=DUE)
    told.tree.write(
        "campaigns/faulty/campaign.yaml",
        told.tree.read("campaigns/faulty/campaign.yaml") + "x: 1\n",
    )
    monkeypatch.setattr("massctl.notify.robot.fitting", lambda *_: 1)
    told("apply", "--sandbox", "--yes")
    contents = [each["body"]["markdown"]["content"].split("\n")[0] for each in posts(told)]
    assert ["**failed** 改时间 (faulty) · main", "**accepted** 改时间 (fine) · main"] == contents


def test_an_address_that_is_none_is_answered_with_one_that_is(shell: Shell):
    shell.tree.settings(state="notify:\n  - email: {to: [Lin <lin@example.cn>]}\n")
    said = shell("validate", "--format", "json")
    (fault,) = said.document["diagnostics"]
    assert (1, "MC014", True) == (said.status, fault["code"], "ops@example.cn" in fault["hint"])


def test_what_was_tried_eight_times_in_vain_is_said_then_and_later(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    told.tree.text("notice", more=DUE)
    told.tree.settings(state="notify:\n  - {webhook_env: HOOK, events: [accepted]}\n")
    instead_of_posts(monkeypatch, lambda: NoAnswer("connection_failed"))
    words = "HOOK (notify) was tried 8 times, and will never be told: notice accepted"
    said = [told("apply", "notice", "--sandbox", "--yes")]
    for tried in range(7):
        told.control("advance", {"seconds": 240 * 2**tried})
        said.append(told("status", "--sandbox"))

    assert [False] * 7 == [words in each.err for each in said[:7]]
    assert words in said[7].err
    assert words in told("status", "--sandbox").err
    assert words in told("doctor", "--sandbox").out


def test_what_cannot_be_put_together_changes_nothing(told: Shell, monkeypatch: pytest.MonkeyPatch):
    def unreadable(*_: object) -> None:
        raise UsageError(Phrase("the campaigns are the folders in campaigns/"))

    told.tree.settings(in_doubt="stop", state=CHANNELS)
    told.tree.text("notice", more=DUE)
    told("plan", "--sandbox")
    told.faults(lost(SENDALL))
    monkeypatch.setattr("massctl.cli.notifications.evidence_for", unreadable)
    said = told("apply", "notice", "--sandbox", "--yes")

    assert (4, []) == (said.status, posts(told))
    assert "nobody was told (notify in massctl.yaml): the campaigns are" in said.err


def test_the_real_channels_are_posted_to_for_the_real_wechat(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    """Outside the sandbox a failure to get a token is told in the open window, to the addresses of the variables."""
    told.tree.text("notice", more=DUE)
    told.env(WECHAT_MAIN_SECRET="0" * 32, HOOK="")
    seen: list[Any] = []

    def answered(_: Line, call: Any) -> Any:
        seen.append(call)
        if "robot.example" in call.url:
            return RawAnswer(200, b'{"errcode": 93000, "errmsg": "invalid webhook url SECRETKEY"}')
        return RawAnswer(
            200, b'{"errcode": 40164, "errmsg": "invalid ip 1.2.3.4, not in whitelist"}'
        )

    monkeypatch.setattr(Line, "exchange", answered)
    said = told("apply", "--yes")
    (robot,) = [call for call in seen if "robot.example" in call.url]

    assert 1 == said.status
    assert "ROBOT (notify) was not told: there is no such robot" in said.err
    assert "HOOK (notify) was not told: the environment variable HOOK is empty" in said.err
    assert "SECRETKEY" not in said.out + said.err + repr(seen)
    assert "1.2.3.4" in json.loads(robot.content)["markdown"]["content"]


def test_the_forge_is_asked_once_for_each_campaign_and_no_more_once_it_fails(
    monkeypatch: pytest.MonkeyPatch,
):
    """Fifty notices of a forge that is down wait for one answer, and one line says so."""
    asked: list[str] = []
    said: list[Phrase] = []

    def page(_: object, name: str) -> str:
        asked.append(name)
        if name == "down":
            raise ForgeError(Phrase("no answer"))
        return f"https://forge.example/{name}"

    monkeypatch.setattr("massctl.cli.notifications.pull_request_of", page)
    session: Any = SimpleNamespace(
        realm=lambda: "wechat",
        settings=SimpleNamespace(forge=None),
        environment={"GITHUB_REPOSITORY": "a/b", "GITHUB_TOKEN": "t"},
        console=SimpleNamespace(talk=said.append),
    )
    pages = PullRequests(session)
    names = ["one", "one", "down", "two", "down", "one"]
    found = [pages.page(Record(CampaignName(name), 1)) for name in names]

    one = "https://forge.example/one"
    assert [one, one, None, None, None, one] == found
    assert ["one", "down"] == asked
    assert ["notices come without their pull request: no answer"] == said
    session.environment.clear()
    assert PullRequests(session).page(Record(CampaignName("one"), 1)) is None


def test_reading_verbs_tell_nobody(told: Shell, monkeypatch: pytest.MonkeyPatch):
    told.tree.text("notice", more=DUE)
    monkeypatch.setattr(Line, "exchange", lambda *_: pytest.fail("a request was made"))
    for arguments in (["plan"], ["validate"], ["state", "list"], ["lock"]):
        told(*arguments)


def test_the_inbox_page_shows_them_without_running_anything(told: Shell):
    import httpx

    from massctl.sandbox.embedded import open_world

    told.tree.write("campaigns/notice/campaign.yaml", TITLED)
    told("apply", "notice", "--sandbox", "--yes")
    world = open_world(told.root / ".massctl" / "sandbox", real_now=lambda: NOON)
    with httpx.Client(
        transport=httpx.WSGITransport(world.app), base_url="http://127.0.0.1"
    ) as client:
        page = client.get("/").text
    world.close()

    assert "WeCom robot" in page
    assert "＜＠all＞" in page
    assert "<script>" not in page


EVERY_KIND = """\
notify:
  - wecom_robot_env: ROBOT
  - {feishu_robot_env: FEISHU, signing_secret_env: FEISHU_KEY}
  - {dingtalk_robot_env: DING, signing_secret_env: DING_KEY}
  - webhook_env: HOOK
  - email: {to: [ops@example.cn]}
"""


def test_every_kind_is_told_and_shown_in_the_sandbox(told: Shell):
    told.tree.settings(state=EVERY_KIND, language="zh")
    told.tree.write("campaigns/notice/campaign.yaml", TITLED.replace("<@all><script>", "春"))
    assert 0 == told("apply", "notice", "--sandbox", "--yes").status
    heads = {
        "wecom_robot": "**已受理** 春（notice） · main\n",
        "feishu_robot": "已受理 春（notice） · main\n\n**已受理** 春（notice） · main\n",
        "dingtalk_robot": "已受理 春（notice） · main\n\n**已受理** 春（notice） · main\n\n",
        "webhook": "accepted · notice · ",
        "email": "To: ops@example.cn\nSubject: 已受理 春（notice） · main\n\n已受理 春（notice） · main\n",
    }
    store = Store(told.root / ".massctl" / "sandbox", lambda: NOON)
    with store.transaction() as db:
        found = {each["kind"]: each["text"] for each in inbox.notifications(db)}
    assert {**heads} == {kind: found[kind][: len(head)] for kind, head in heads.items()}


TITLED = f"""\
version: 1
title: "<@all><script>"
account: main
audience: {{is_to_all: true}}
{DUE}text: {{content: 改时间}}
"""


@pytest.mark.parametrize(
    ("notify", "code"),
    [
        ("[{}]", "MC012"),
        ("[{webhook_env: A, wecom_robot_env: B}]", "MC014"),
        ("[{wecom_robot_env: B, signing_secret_env: C}]", "MC014"),
        ("[{webhook_env: A, events: []}]", "MC014"),
        ("[{webhook_env: A, events: [send]}]", "MC014"),
        ("[{webhook_env: a-b}]", "MC014"),
        ("[{webhook_env: A, events: [failed], upcoming: [1h]}]", "MC014"),
        (f"[{{webhook_env: {'0123456789abcdef' * 2}}}]", "MC014"),
        ("[{webhok_env: A}]", "MC011"),
        ("[{feishu_robot_env: A, dingtalk_robot_env: B}]", "MC014"),
        ("[{email: {to: [a@b.cn]}, signing_secret_env: C}]", "MC014"),
        ("[{email: {to: []}}]", "MC014"),
        ("[{email: {}}]", "MC012"),
        ("[{email: {to: [Lin]}}]", "MC014"),
        ("[{email: {to: [a@b.cn], cc: [c@d.cn]}}]", "MC011"),
        ("{}", "MC013"),
        ("[{webhook_env: A, events: [ended]}, {webhook_env: A, events: [failed]}]", "MC014"),
        ("[{email: {to: [a@b.cn, c@b.cn]}}, {email: {to: [c@b.cn, a@b.cn]}}]", "MC014"),
    ],
)
def test_faults_in_notify_are_told_with_their_place(shell: Shell, notify: str, code: str):
    shell.tree.settings(state=f"notify: {notify}\n")
    found = shell("validate", "--format", "json").document["diagnostics"]

    assert code in [each["code"] for each in found]
    assert {"massctl.yaml"} == {each["file"] for each in found}
    assert all(each["line"] for each in found)


@pytest.mark.parametrize(("robot", "level"), [("", "warning"), ("https://x", "ok")])
def test_doctor_looks_for_the_variables(
    told: Shell, monkeypatch: pytest.MonkeyPatch, robot: str, level: str
):
    told.env(ROBOT=robot)
    monkeypatch.setattr(Line, "exchange", lambda *_: NoAnswer("answer_timeout", seconds=1))
    findings = told("doctor", "--format", "json").document["findings"]

    assert level == next(
        each["level"]
        for each in findings
        if each["check"] == "notify" and "ROBOT" in each["message"]
    )


@pytest.mark.parametrize(("token", "warned"), [("", 1), ("x", 0)])
def test_doctor_says_where_no_pull_request_is_told(
    told: Shell, monkeypatch: pytest.MonkeyPatch, token: str, warned: int
):
    told.tree.settings(state="forge: {kind: gitlab, repository: team/letters, token_env: GL}\n")
    told.env(GL=token)
    monkeypatch.setattr(Line, "exchange", lambda *_: NoAnswer("answer_timeout", seconds=1))
    findings = told("doctor", "--format", "json").document["findings"]
    assert warned == len([each for each in findings if each["message"].startswith("GL is empty")])


def test_posts_go_the_way_of_the_web_and_no_other(told: Shell, monkeypatch: pytest.MonkeyPatch):
    ways: list[str | None] = []

    def noting(self: Line, proxy: str | None = None, inside: Any = None) -> None:
        ways.append(proxy)

    monkeypatch.setattr(Line, "__init__", noting)
    monkeypatch.setattr(Line, "exchange", lambda self, call: NoAnswer("connection_failed"))
    monkeypatch.setattr(Line, "close", lambda self: None)
    told.tree.text("late", more=DUE)
    told.tree.settings(policy="  sending: disabled\n", state=CHANNELS)
    told.env(HTTPS_PROXY="http://proxy.example:3128", NO_PROXY="robot.example")
    assert 5 == told("apply", "--yes").status
    assert {None, "http://proxy.example:3128"} == {*ways}
