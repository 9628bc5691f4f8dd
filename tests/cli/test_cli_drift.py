"""Drift: what somebody changed in the console is told before the window, once, and nothing where nothing changed.

The week of the sandbox's time is at the end. WeChat, its pictures and articles, and the channel are one sandbox.
"""

import contextlib
import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from cli_runner import NOON, Shell
from git_shell import IN_GIT
from gits import git
from repositories import APPID, SECRET_VARIABLE, cover, png, window

from massctl import transport
from massctl.cli import drift, notifications
from massctl.cli.downloads import Downloads
from massctl.errors import ConfigurationError
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import DraftDeleted, Event, NewEntry, SendImported, Told
from massctl.model.phrase import Phrase
from massctl.parallel_calls import side_by_side
from massctl.sandbox.audience import NOT_A_FOLLOWER
from massctl.sandbox.embedded import Sandbox, open_world
from massctl.source import locks

OPENS = datetime(2026, 12, 8, 4, 0, tzinfo=UTC)
"""A week later at noon in Beijing."""
WINDOW = window("2026-12-08T12:00:00+08:00", "2026-12-08T18:00:00+08:00")
HOOK = "notify:\n  - webhook_env: HOOK\n"
OTHER = "wx00000000000000ff"


class Console:
    """What a person does in the console of an account, and the time that passes for everybody."""

    def __init__(self, shell: Shell, world: Sandbox, secret: str) -> None:
        self.shell, self._world, self._secret = shell, world, secret
        self._http = httpx.Client(
            transport=httpx.WSGITransport(world.app), base_url="http://127.0.0.1"
        )

    def call(
        self, path: str, body: object = None, *, appid: str = APPID, **more: Any
    ) -> dict[str, Any]:
        grant = {"grant_type": "client_credential", "appid": appid, "secret": self._secret}
        token = self._http.post("/cgi-bin/stable_token", json=grant).json()["access_token"]
        params = {"access_token": token, **({"type": "image"} if more else {})}
        answer = self._http.post(f"/cgi-bin/{path}", params=params, json=body, **more).json()
        assert not answer.get("errcode"), answer
        return dict(answer)

    def control(self, name: str, body: object) -> dict[str, Any]:
        answer = dict(self._http.post(f"/_sandbox/{name}", json=body).json())
        assert "error" not in answer, answer
        return answer

    def report(self) -> dict[str, Any]:
        return dict(self._http.get("/_sandbox/report").json())

    def tag(self, number: int, name: str, count: int = 100) -> None:
        self.control("tags", {"appid": APPID, "id": number, "name": name, "count": count})

    def draft(self, title: str) -> tuple[str, dict[str, Any]]:
        items = self.call("draft/batchget", {"offset": 0, "count": 20})["item"]
        found = ((each["media_id"], each["content"]["news_item"][0]) for each in items)
        return next((name, article) for name, article in found if article["title"].endswith(title))

    def edit(self, title: str, author: str = "谁改了我") -> None:
        media_id, article = self.draft(title)
        self.call(
            "draft/update",
            {"media_id": media_id, "index": 0, "articles": {**article, "author": author}},
        )

    def delete(self, title: str) -> None:
        self.call("draft/delete", {"media_id": self.draft(title)[0]})

    def lose_picture(self, title: str) -> None:
        content = self.draft(title)[1]["content"]
        self.control("pictures", {"address": content[content.index("http") :].split('"')[0]})

    def send(self, appid: str, number: int) -> None:
        """Write an article in the console, and send it to everybody."""
        media = {"media": ("cover.png", cover((number, 0, 0)), "image/png")}
        thumb = self.call("material/add_material", appid=appid, files=media)["media_id"]
        article = {"title": f"后台 {number}", "content": "<p>见字如面</p>", "thumb_media_id": thumb}
        media_id = self.call("draft/add", {"articles": [article]}, appid=appid)["media_id"]
        self.control("website_send", {"appid": appid, "media_id": media_id})

    def at(self, moment: datetime) -> None:
        """Let it be that moment, for the machine and for WeChat."""
        now = datetime.fromisoformat(self.report()["now"])
        self.control("advance", {"seconds": max(0.0, (moment - now).total_seconds())})
        self.shell.set_time(moment)

    def before(self, **span: float) -> None:
        self.at(OPENS - timedelta(**span))

    def heard(self) -> list[tuple[str, str]]:
        """Give every drift that the channel was told of: campaign and kind."""
        posts = self.report()["notifications"]
        notices = [
            each for post in posts for each in post["body"]["notices"] if each["event"] == "drift"
        ]
        return [(each["campaign"], each["drift"]) for each in notices]


@pytest.fixture
def console(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A repository whose every request is answered by one sandbox, as that of `massctl sandbox` would be."""
    world = open_world(tmp_path / "world", real_now=lambda: NOON)
    secret = world.ensure_account(APPID, name="main", kind="service")
    world.ensure_account(OTHER, name="other", kind="service")
    begun = transport.Line.__init__
    monkeypatch.setattr(
        transport.Line,
        "__init__",
        lambda self, proxy=None, inside=None: begun(self, proxy, inside or world.app),
    )
    shell.env(MASSCTL_API_BASE="http://127.0.0.1:9", HOOK="https://hook.example/")
    shell.env(**{SECRET_VARIABLE: secret, "WECHAT_OTHER_SECRET": secret})
    yield Console(shell, world, secret)
    world.close()


@pytest.fixture
def staged(console: Console) -> Console:
    """A letter that was staged and locked on this machine, a week before its window."""
    tree, shell = console.shell.tree, console.shell
    tree.settings(state=HOOK)
    tree.news("letter", more=WINDOW)
    assert 0 == shell("state", "init").status
    assert 0 == shell("lock").status
    assert 0 == shell("apply", "--locked", "--yes").status
    return console


def daily(console: Console) -> Any:
    """Make the run that looks at everything once a day."""
    return console.shell("ci", "send", "--doctor")


def told(console: Console) -> list[str]:
    """List how far the telling of each drift to each channel came, in the order of the ledger."""
    entries = console.shell("state", "list", "--format", "json").document["entries"]
    drifts = [each for each in entries if each.get("fact", "").startswith("drift ")]
    return [f"{each['channel']} {each['progress']}" for each in drifts]


ONCE: Final = ["output begun", "HOOK begun", "output told", "HOOK told"]


def append(console: Console, *events: Event) -> None:
    """Record something about the letter, as another runner would."""
    root = console.shell.root
    ledger = LocalLedger(root / "massctl.state.jsonl", root / ".massctl/locks")
    about = {"at": OPENS - timedelta(hours=70), "campaign": "letter", "edition": 1}
    ledger.append(
        ledger.read(0)[-1].serial, [NewEntry(event=each, **about) for each in events], durable=True
    )


def test_a_draft_that_was_edited_is_told_once_with_what_to_type(staged: Console) -> None:
    staged.edit("风")
    for hours in (100, 70, 46, 23, 1.5):
        staged.before(hours=hours)
        daily(staged)

    (notice,) = [
        each for post in staged.report()["notifications"] for each in post["body"]["notices"]
    ]
    assert ("drift", "draft_changed", "letter") == (
        notice["event"],
        notice["drift"],
        notice["campaign"],
    )
    assert "its draft was changed in the console" in notice["message"]
    assert "massctl adopt letter" in notice["hint"]
    assert told(staged) == ONCE


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_link_that_does_not_answer_is_told_once(console: Console, is_asked: bool) -> None:
    """Nothing is asked unless the policy says so."""
    tree, shell = console.shell.tree, console.shell
    tree.settings(state=HOOK, policy=f"  check_links: {str(is_asked).lower()}\n")
    tree.news("letter", more=WINDOW)
    linked = tree.read("campaigns/letter/campaign.yaml").replace(
        "      author:", "      content_source_url: https://gone.example/shop\n      author:"
    )
    tree.write("campaigns/letter/campaign.yaml", linked)
    assert 0 == shell("state", "init").status
    assert 0 == shell("lock").status
    assert 0 == shell("apply", "--locked", "--yes").status
    for hours in (70, 46, 23):
        console.before(hours=hours)
        daily(console)
    assert ([("letter", "link_silent")] if is_asked else []) == console.heard()


def test_the_run_says_it_too_and_only_once(staged: Console) -> None:
    staged.edit("风")
    staged.before(hours=70)
    first, second = daily(staged), daily(staged)
    said = "::warning title=massctl::letter: its draft was changed in the console"
    assert (True, False) == (said in first.out, said in second.out)


def test_what_is_mended_and_drifts_again_is_told_again(staged: Console) -> None:
    staged.edit("风")
    staged.before(hours=70)
    daily(staged)
    staged.edit("风", "编辑部")
    daily(staged)
    assert "its draft was changed" in staged.shell("status", "letter").out
    staged.before(hours=68)
    daily(staged)
    assert [*ONCE, "output untold", "HOOK untold"] == told(staged)
    assert "its draft" not in staged.shell("status", "letter").out
    staged.edit("风")
    staged.before(hours=20)
    daily(staged)
    assert [("letter", "draft_changed")] * 2 == staged.heard()


def test_what_comes_back_within_a_distance_is_told_within_the_hour_while_anything_is_open(
    staged: Console,
) -> None:
    staged.edit("风", "一")
    staged.before(hours=70)
    daily(staged)
    staged.edit("风", "二")
    staged.before(hours=69.5)
    daily(staged)
    assert 1 == len(staged.heard())
    staged.before(hours=68.9)
    daily(staged)
    assert 2 == len(staged.heard())


def test_status_names_a_campaign_of_which_only_drift_is_on_record(staged: Console) -> None:
    tag = 201
    staged.tag(tag, f"标签{tag}", 50)
    words(staged, "words", tag=tag)
    staged.shell("tags", "pull")
    assert 0 == staged.shell("lock").status
    staged.tag(tag, "别的名字", 50)
    staged.before(hours=70)
    daily(staged)
    assert ("words", "tag_gone") in staged.heard()
    assert f"its tag no longer exists: 标签{tag}" in staged.shell("status").out


def test_another_edit_is_another_drift(staged: Console) -> None:
    for hours, author in ((70, "一"), (20, "二")):
        staged.edit("风", author)
        staged.before(hours=hours)
        daily(staged)
    assert [("letter", "draft_changed")] * 2 == staged.heard()


def test_a_machine_that_remembers_nothing_tells_nothing_twice(staged: Console) -> None:
    staged.edit("风")
    staged.before(hours=70)
    for _ in range(3):
        daily(staged)
        (staged.shell.root / ".massctl/reading-progress").unlink()
    assert 1 == len(staged.heard())


def test_within_one_distance_nothing_is_read_again(staged: Console) -> None:
    def reads() -> int:
        return int(staged.report()["calls"]["/cgi-bin/draft/get"]["count"])

    counts = []
    for hours in (70, 69, 30, 20, 19, 1.9, 1.8):
        staged.before(hours=hours)
        assert 0 == staged.shell("ci", "send").status
        counts.append(reads())
    assert [0, 0, 1, 0, 1, 0] == [after - before for before, after in pairwise(counts)]


@pytest.mark.night
def test_what_cannot_be_read_is_no_drift_and_is_read_later(staged: Console) -> None:
    staged.edit("风")
    staged.control("faults", {"rules": [{"path": "/cgi-bin/draft/get", "do": "html", "times": 20}]})
    staged.before(hours=70)
    said = staged.shell("ci", "send")
    assert (True, []) == ("was not read" in said.err, staged.heard()), said
    staged.control("faults", {"clear": True})
    staged.shell("ci", "send")
    assert [] == staged.heard(), "it rests for some minutes"
    staged.before(hours=69)
    staged.shell("ci", "send")
    assert [("letter", "draft_changed")] == staged.heard()


def test_a_run_that_dies_before_it_records_has_told(
    staged: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is begun is told again by a later run: at least once, to the output too."""

    def killed(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    staged.edit("风")
    staged.before(hours=70)
    with monkeypatch.context() as patch:
        patch.setattr(notifications, "_settle", killed)
        assert "::warning title=massctl::letter: its draft was changed" in daily(staged).out
    assert (1, ONCE[:2]) == (len(staged.heard()), told(staged))
    staged.before(hours=69)
    assert "::warning title=massctl::letter: its draft was changed" in daily(staged).out
    assert (2, [*ONCE[:2], *ONCE]) == (len(staged.heard()), told(staged))


def test_a_run_that_dies_before_its_post_loses_no_drift(
    staged: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    staged.edit("风")
    staged.before(hours=70)
    with monkeypatch.context() as patch:
        patch.setattr(notifications, "_posted", killed)
        daily(staged)
    assert [] == staged.heard()
    staged.before(hours=69)
    daily(staged)
    assert [("letter", "draft_changed")] == staged.heard()


def test_a_channel_that_is_down_is_told_later_and_the_others_once(
    staged: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = staged.shell.root / "massctl.yaml"
    text = file.read_text("utf-8").replace(HOOK, f"{HOOK}  - webhook_env: DOWN\n")
    file.write_text(text, "utf-8")
    exchange = transport.Line.exchange

    def down(self: transport.Line, call: transport.Call) -> Any:
        if b'"DOWN"' in (call.content or b""):
            return transport.NoAnswer("connection_failed")
        return exchange(self, call)

    staged.edit("风")
    staged.before(hours=70)
    with monkeypatch.context() as patch:
        patch.setattr(transport.Line, "exchange", down)
        assert "DOWN (notify) was not told" in daily(staged).err
    for hours in (69, 68, 67):
        staged.before(hours=hours)
        daily(staged)
    others = [each for each in told(staged) if not each.startswith("DOWN")]
    assert ONCE == others
    assert ["DOWN begun", "DOWN failed", "DOWN begun", "DOWN told"] == [
        each for each in told(staged) if each.startswith("DOWN")
    ]


def test_what_could_not_be_recorded_is_told_again(
    staged: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    from massctl.errors import LedgerError

    def full(*_: object, **__: object) -> None:
        raise LedgerError("the disk is full")

    staged.edit("风")
    staged.before(hours=70)
    with monkeypatch.context() as patch:
        patch.setattr(LocalLedger, "append", full)
        for hours in (70, 69.5):
            staged.before(hours=hours)
            daily(staged)
    assert 1 == len(staged.heard()), "this machine remembers it"
    for hours in (69, 68):
        staged.before(hours=hours)
        daily(staged)
    assert (2, ONCE) == (len(staged.heard()), told(staged))


def test_what_another_runner_told_while_this_one_read_is_not_told_again(
    staged: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = drift.read_drifts

    def meanwhile(*arguments: Any) -> drift.DriftsRead:
        found = reads(*arguments)
        append(
            staged,
            *(
                Told(fact=str(each.fact), channel=channel, progress="told")
                for each in found.drifts
                for channel in ("HOOK", "output")
            ),
        )
        return found

    monkeypatch.setattr(drift, "read_drifts", meanwhile)
    staged.edit("风")
    staged.before(hours=70)
    said = staged.shell("ci", "send")
    assert ([], 2, False) == (staged.heard(), len(told(staged)), "::warning" in said.out)


def test_a_campaign_that_cannot_be_rendered_has_ended_no_drift(staged: Console) -> None:
    staged.edit("风")
    staged.before(hours=70)
    daily(staged)
    article = staged.shell.root / "campaigns/letter/articles/main.md"
    written = article.read_bytes()
    article.unlink()
    staged.before(hours=23)
    daily(staged)
    article.write_bytes(written)
    assert "its draft was changed" in staged.shell("status").out
    staged.edit("风", "编辑部")
    staged.before(hours=22)
    daily(staged)
    over = ["output untold", "HOOK untold"]
    assert [*ONCE, *over] == told(staged), "the distance was not passed either"


@pytest.mark.parametrize("is_sent", [True, False], ids=["it was sent", "its draft was replaced"])
def test_what_another_runner_did_while_a_campaign_was_read_is_no_drift(
    staged: Console, monkeypatch: pytest.MonkeyPatch, *, is_sent: bool
) -> None:
    """Its draft is missing then, and nobody deleted it in the console."""
    reads = drift.read_drifts

    def meanwhile(*arguments: Any) -> drift.DriftsRead:
        found = reads(*arguments)
        (gone,) = found.drifts
        sent = SendImported(appid=APPID, sent_at=OPENS - timedelta(hours=71), by="li")
        replaced = DraftDeleted(appid=APPID, media_id=gone.subject, reason="superseded")
        append(staged, sent if is_sent else replaced)
        return found

    monkeypatch.setattr(drift, "read_drifts", meanwhile)
    staged.delete("风")
    staged.before(hours=70)
    assert 0 == staged.shell("ci", "send").status
    assert ([], []) == (staged.heard(), told(staged))


def test_a_channel_that_was_not_reached_hears_it_later_and_the_other_not_twice(
    staged: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = staged.shell.tree.read("massctl.yaml")
    staged.shell.tree.write(
        "massctl.yaml", lines.replace(HOOK, HOOK + "  - wecom_robot_env: ROBOT\n")
    )
    staged.edit("风")
    staged.before(hours=70)
    exchange, deaf = transport.Line.exchange, transport.NoAnswer("answer_timeout", seconds=10)
    with monkeypatch.context() as patch:
        patch.setattr(
            transport.Line,
            "exchange",
            lambda self, call: (
                deaf if b'"ROBOT"' in (call.content or b"") else exchange(self, call)
            ),
        )
        daily(staged)
    staged.before(hours=69)
    daily(staged)
    assert ["HOOK", "ROBOT"] == [post["name"] for post in staged.report()["notifications"]]


def test_doctor_reads_now_and_records_nothing(staged: Console) -> None:
    before = staged.shell("state", "list").out
    assert ["ok"] == [each["level"] for each in _findings(staged)]
    staged.edit("风")
    (found,) = _findings(staged)
    assert ("warning", True) == (found["level"], "massctl adopt letter" in found["hint"])
    assert before == staged.shell("state", "list").out


def test_console_sends_that_somebody_recorded_count_too(staged: Console) -> None:
    for minute in range(1, 5):
        at = f"2026-12-01T09:0{minute}:00+08:00"
        said = staged.shell("state", "import", "--website-send", at, "--reason", "在后台发的")
        assert 0 == said.status, said
    staged.before(hours=70)
    daily(staged)
    assert [("letter", "allowance_used")] == staged.heard()
    entries = staged.shell("state", "list", "--format", "json").document["entries"]
    facts = {each["fact"] for each in entries if each["type"] == "told"}
    assert {"drift allowance_used main used"} == facts, "how many count depends on the period"


def test_an_account_without_the_right_to_statistics_is_asked_once_and_is_no_fault(
    staged: Console,
) -> None:
    staged.control("accounts", {"appid": APPID, "statistics_right": False})
    staged.before(hours=70)
    said = staged.shell("ci", "send")
    calls = staged.report()["calls"]["/datacube/getarticletotaldetail"]
    assert ({"48001": 1}, False) == (calls["outcomes"], "was not read" in said.err)


def _findings(console: Console) -> list[dict[str, Any]]:
    said = console.shell("doctor", "--format", "json").document["findings"]
    return [each for each in said if each["check"] == "drift"]


def test_status_calendar_and_pages_show_what_was_told_until_it_is_answered(staged: Console) -> None:
    shell = staged.shell
    staged.edit("风")
    assert "drift" not in shell("status").out
    staged.before(hours=70)
    daily(staged)

    said = shell("status")
    assert [True, True] == [
        "its draft was changed in the console" in said.out,
        "massctl adopt letter" in said.out,
    ]
    (campaign,) = shell("status", "--format", "json").document["campaigns"]
    assert ["draft_changed"] == [each["kind"] for each in campaign["drift"]]
    shown = "".join(
        line.strip("\r\n").removeprefix(" ")
        for line in shell("plan", "--format", "ics").out.splitlines(True)
    )
    assert ["SUMMARY:⚠ " in shown, "its draft was changed in the console" in shown] == [True, True]

    assert 0 == shell("adopt", "letter", "--reason", "更好").status
    assert "its draft was changed" not in shell("status").out


def test_no_job_of_github_is_started_for_a_reading(staged: Console, tmp_path: Path) -> None:
    """Its minutes are counted: what runs anyway reads."""
    lines = staged.shell.tree.read("massctl.yaml").replace(HOOK, HOOK + "    upcoming: []\n")
    staged.shell.tree.write("massctl.yaml", lines)
    staged.shell.env(
        GITHUB_REF="refs/heads/main", GITHUB_EVENT_NAME="push", GITHUB_OUTPUT=str(tmp_path / "out")
    )
    staged.edit("风")
    for hours in (72, 71, 24, 23, 2, 1.6):
        staged.before(hours=hours)
        assert 0 == staged.shell("ci", "gate").status
    written = (tmp_path / "out").read_text(encoding="utf-8").splitlines()
    assert {"step="} == {each for each in written if each.startswith("step=")}


@pytest.mark.parametrize(
    ("status", "page", "expected"),
    [
        (200, "js_content 该内容已被发布者删除", True),
        (200, "该内容已被发布者删除", False),
        (200, "此内容因违规无法查看", False),
        (200, "环境异常", True),
        (404, "", False),
        (410, "", False),
        (403, "", "the server answers 403"),
        (503, "", "the server answers 503"),
    ],
)
def test_only_a_clear_answer_says_that_an_article_is_gone(
    status: int, page: str, expected: object
) -> None:
    def app(_: Any, start: Any) -> list[bytes]:
        start(f"{status} said", [("Content-Type", "text/html")])
        return [page.encode()]

    line = transport.Line(inside=app)
    found = Downloads(line, is_inside=True).is_there("https://mp.weixin.qq.com/s?mid=1&idx=1")
    assert expected == found
    line.close()


def test_a_host_that_does_not_answer_is_asked_once_and_is_no_drift(
    staged: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    exchange = transport.Line.exchange

    def silent(self: transport.Line, call: transport.Call) -> Any:
        if call.headers.get("Host") == "mmbiz.qpic.cn":
            asked.append(call.url)
            return transport.NoAnswer("answer_timeout", seconds=10)
        return exchange(self, call)

    monkeypatch.setattr(transport.Line, "exchange", silent)
    staged.before(hours=70)
    said = staged.shell("ci", "send")
    assert (1, [], True) == (len(asked), staged.heard(), "was not read" in said.err)


def test_a_host_that_answers_otherwise_is_asked_for_its_other_addresses() -> None:
    """And while nobody knows of a host, one address of it is asked for, and the others wait."""
    asked: list[str] = []
    second = threading.Barrier(2)
    loud: dict[str, Any] = {
        "0": Phrase("the server answers 503"),
        "1": transport.NoAnswer("answer_too_large"),
        "2": False,
    }

    def ask(address: str, /) -> bool | Phrase | transport.NoAnswer:
        asked.append(address)
        if "silent" not in address:
            return loud[address[-1]]
        with contextlib.suppress(threading.BrokenBarrierError):
            second.wait(0.2)
        return transport.NoAnswer("answer_timeout", seconds=10)

    is_there = drift.Addresses(ask)
    addresses = [f"https://{host}/{number}" for host in ("silent", "loud") for number in range(3)]
    answers = dict(side_by_side([partial(is_there, each) for each in addresses]))
    silence = "no answer within 10 s"
    assert [silence, silence, silence] == [answers[each] for each in range(3)]
    assert [loud["0"], loud["1"].said, False] == [answers[each] for each in range(3, 6)]
    assert ["loud", "loud", "loud", "silent"] == sorted(each.split("/")[2] for each in asked)


# What this machine remembers


PROGRESS: Final = {
    "opens": "2026-12-08T04:00:00Z",
    "stage": "P1D",
    "failures": 3,
    "at": "2026-12-05T04:00:00+00:00",
}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("opens", None),
        ("opens", "2026-12-08T04:00:00"),
        ("stage", []),
        ("stage", "soon"),
        ("failures", 5000),
        ("failures", -1),
        ("failures", "many"),
        ("at", "2026-12-05T04:00:00"),
    ],
)
def test_a_memory_that_nobody_can_have_written_is_none(
    tmp_path: Path, field: str, wrong: object
) -> None:
    def remembered(progress: dict[str, object]) -> int:
        document = {"lineage": "L", "campaigns": [["letter", 1, progress]]}
        (tmp_path / "reading-progress").write_text(json.dumps(document), encoding="utf-8")
        memory = drift.ReadingProgressFile(tmp_path, "L")
        memory.write(NOON)
        return len(memory.progress)

    assert (1, 0) == (remembered({**PROGRESS}), remembered({**PROGRESS, field: wrong}))


# The week


TAGGED = """\
version: 1
title: {name}
account: {account}
audience:
{audience}
{window}preview:
  towxname: [{reviewer}]
text:
  content: "{name}，周日见"
"""


def words(
    console: Console, name: str, *, tag: int = 0, reviewer: str = "editor_li", more: str = ""
) -> None:
    """Add words for a tag of their own, or for every follower of the other account."""
    console.tag(tag, f"标签{tag}") if tag else None
    audience = f"  tag: 标签{tag}" if tag else "  is_to_all: true"
    facts = {"account": "main" if tag else "other", "audience": audience + more, "window": WINDOW}
    yaml = TAGGED.format(name=name, reviewer=reviewer, **facts)
    console.shell.tree.write(f"campaigns/{name}/campaign.yaml", yaml)


def letter(
    console: Console, name: str, tag: int, colour: int, body: str = "![河](../images/river.png)\n"
) -> None:
    console.tag(tag, f"标签{tag}")
    more = f"{WINDOW}preview:\n  towxname: [editor_li]\n"
    console.shell.tree.news(name, title=name, more=more, body=body)
    yaml = console.shell.tree.read(f"campaigns/{name}/campaign.yaml")
    console.shell.tree.write(
        f"campaigns/{name}/campaign.yaml", yaml.replace("is_to_all: true", f"tag: 标签{tag}")
    )
    console.shell.tree.write(f"campaigns/{name}/images/river.png", png((colour, 20, 30)))


def pushed(shell: Shell) -> None:
    git(shell.root, "add", "-A")
    git(shell.root, "commit", "-qm", "merge")
    git(shell.root, "push", "-q", "origin", "HEAD:main")


POLICY = "  branch: main\n  require_lock: true\n  require_preview: true\n"
ACCOUNT = f"""\
  other:
    appid: {OTHER}
    secret_env: WECHAT_OTHER_SECRET
    kind: service
"""


@pytest.fixture
def week(cloned: Shell, console: Console, tmp_path: Path) -> Console:
    """A clone with a runner, eleven campaigns a week before their window, and an article that went out."""
    shell, tree = console.shell, console.shell.tree
    tree.settings(policy=POLICY, account=ACCOUNT, state=IN_GIT + HOOK)
    shutil.rmtree(shell.root / "campaigns/notice")
    tree.news("sent", title="sent", more="preview:\n  towxname: [editor_li]\n")
    assert 0 == shell("state", "init").status
    assert 0 == shell("lock").status
    pushed(shell)
    for _ in range(2):  # The first one shows it, and the second one sends what was shown.
        shell("apply", "sent", "--yes")
    console.at(NOON + timedelta(minutes=10))
    (body,) = console._world.events()
    (tmp_path / "event.xml").write_bytes(body)
    assert 0 == shell("record-event", str(tmp_path / "event.xml")).status
    letter(console, "edited", 201, 1)
    letter(console, "deleted", 202, 2)
    letter(console, "picture", 203, 3)
    letter(console, "article", 204, 4)
    tree.write(
        "campaigns/article/articles/main.md.j2", '[上一封]({{ article_url("sent") }})，今天风大。\n'
    )
    yaml = tree.read("campaigns/article/campaign.yaml")
    tree.write("campaigns/article/campaign.yaml", yaml.replace("main.md", "main.md.j2"))
    (shell.root / "campaigns/article/articles/main.md").unlink()
    words(console, "renamed", tag=205)
    words(console, "emptied", tag=206)
    words(console, "bounds", tag=207, more="\n  expect: {min: 50, max: 500}")
    words(console, "unseen", tag=208, reviewer=f"{NOT_A_FOLLOWER[0]}_li")
    words(console, "stale", tag=209)
    words(console, "quiet", tag=210)
    words(console, "spent")
    said = shell("lock")
    assert 0 == said.status, said
    pushed(shell)
    return console


def round_of(console: Console) -> str:
    said = console.shell("run", "--once")
    assert said.status in (0, 1, 5), said
    return said.out


def of_a_newer_massctl(console: Console) -> None:
    """Let the next runs be of a massctl that writes another title for one of the campaigns."""
    document, versions = locks.lock_document, locks.renderer()

    def newer(campaign: Any, renderer: str) -> dict[str, Any]:
        found = document(campaign, renderer)
        if campaign.name == "stale":
            found["message"]["content"] += "。"
        return found

    console.shell.monkeypatch.setattr(locks, "lock_document", newer)
    console.shell.monkeypatch.setattr(
        locks, "renderer", lambda: versions.replace("massctl ", "massctl 9.")
    )


def deleted_article(console: Console) -> None:
    job = console.report()["jobs"][0]
    console.call("message/mass/delete", {"msg_id": job["msg_id"], "article_idx": 1})


@pytest.mark.night
def test_a_week_in_which_ten_things_drift(week: Console) -> None:
    """Each is told once, at the next distance from the window, and the campaign that nobody touched never."""
    happens = {
        100: (
            lambda: week.edit("edited"),
            lambda: week.tag(205, "别的名字"),
            lambda: week.lose_picture("picture"),
        ),
        60: (
            lambda: week.delete("deleted"),
            lambda: week.tag(206, "标签206", 0),
            lambda: of_a_newer_massctl(week),
            lambda: [week.send(OTHER, number) for number in range(1, 5)],
        ),
        20: (lambda: week.tag(207, "标签207", 10), lambda: deleted_article(week)),
    }
    found: dict[float, list[tuple[str, str]]] = {}
    log = ""
    for hours in (160, 120, 100, 80, 72, 71.9, 60, 40, 24, 23, 20, 10, 2, 1, 0.1):
        week.before(hours=hours)
        for each in happens.get(hours, ()):
            each()
        known = len(week.heard())
        log += round_of(week)
        if new := week.heard()[known:]:
            found[hours] = sorted(new)

    assert {
        72: [
            ("edited", "draft_changed"),
            ("picture", "picture_gone"),
            ("renamed", "tag_renamed"),
            ("unseen", "preview_unseen"),
        ],
        24: [
            ("deleted", "draft_gone"),
            ("emptied", "tag_emptied"),
            ("spent", "allowance_used"),
            ("stale", "lock_stale"),
        ],
        2: [("article", "article_gone"), ("bounds", "audience_outside")],
    } == found
    assert 1 == log.count("edited: its draft was changed in the console; to keep")
    assert 1 == log.count(
        "bounds: its audience has 10 followers, which its bounds do not allow; if"
    )


@pytest.mark.night
def test_a_week_in_which_nothing_drifts(week: Console) -> None:
    tree = week.shell.tree
    yaml = tree.read("campaigns/unseen/campaign.yaml")
    tree.write(
        "campaigns/unseen/campaign.yaml", yaml.replace(f"{NOT_A_FOLLOWER[0]}_li", "editor_li")
    )
    assert 0 == week.shell("lock").status
    pushed(week.shell)
    for hours in (160, 100, 72, 40, 24, 10, 2, 0.5):
        week.before(hours=hours)
        round_of(week)
    assert ([], []) == (week.heard(), told(week))


@pytest.mark.parametrize(
    "location", ["http://[login", "http://a..b/", "http://xn--.com/", f"http://{'a' * 70}.com/"]
)
def test_an_address_that_leads_to_what_is_none_raises_nothing(location: str) -> None:
    def app(_: Any, start: Any) -> list[bytes]:
        start("302 Found", [("Location", location)])
        return [b""]

    line = transport.Line(inside=app)
    assert isinstance(
        Downloads(line, is_inside=True).is_there("https://mmbiz.qpic.cn/a"),
        str | transport.NoAnswer,
    )
    line.close()


def hangs(*_: Any) -> Any:
    threading.Event().wait(30)


def breaks(*_: Any) -> Any:
    raise RuntimeError("a fault of ours")


@pytest.fixture
def due(staged: Console) -> Console:
    """Beside the letter one that is due now, and one whose window is two days away."""
    tree = staged.shell.tree
    tree.text("now", more=window("2026-12-01T11:00:00+08:00", "2026-12-01T18:00:00+08:00"))
    tree.text(
        "later",
        content="后天见。",
        more=window("2026-12-03T12:00:00+08:00", "2026-12-03T18:00:00+08:00"),
    )
    assert 0 == staged.shell("lock").status
    return staged


@pytest.mark.parametrize(
    ("reading", "why"),
    [(hangs, "it took longer than 0.1 seconds"), (breaks, "RuntimeError")],
    ids=["hangs", "breaks"],
)
def test_a_reading_that_hangs_or_breaks_keeps_no_send_from_its_window_and_is_tried_again_later(
    due: Console, monkeypatch: pytest.MonkeyPatch, reading: Any, why: str
) -> None:
    monkeypatch.setattr(drift, "read_drifts", reading)
    monkeypatch.setattr(drift, "READING_SECONDS_MAX", 0.1)
    monkeypatch.setattr(
        drift, "_TOO_SLOW", Phrase("it took longer than {seconds} seconds", seconds=0.1)
    )
    said = due.shell("ci", "send")
    assert (0, 1) == (said.status, len(due.report()["jobs"]))
    assert f"not read: {why}" in said.err
    assert "not read" not in due.shell("ci", "send").err


def test_what_is_due_is_sent_before_anything_is_read(
    due: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    read = drift.read_drifts

    def noted(*around: Any) -> Any:
        sent.append(len(due.report()["jobs"]))
        return read(*around)

    monkeypatch.setattr(drift, "read_drifts", noted)
    assert 0 == due.shell("ci", "send").status
    assert [1] == sent


def test_a_channel_that_cannot_be_opened_makes_no_round_a_whole_reading(
    staged: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: Any) -> Any:
        raise ConfigurationError(Phrase("the proxy cannot be used"))

    staged.edit("风")
    monkeypatch.setattr(notifications, "taken_posts", closed)
    staged.before(hours=70)
    assert "the proxy cannot be used" in staged.shell("ci", "send").err
    asked = len(staged.report()["calls"])
    assert "the proxy" not in staged.shell("ci", "send").err
    assert asked == len(staged.report()["calls"])


def test_what_a_robots_message_does_not_take_is_told_by_the_next_one_at_once(
    staged: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = staged.shell.root / "massctl.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("webhook_env", "wecom_robot_env"), encoding="utf-8"
    )
    monkeypatch.setattr("massctl.notify.robot.fitting", lambda *_: 1)
    words(staged, "words", tag=201)
    staged.shell("tags", "pull")
    assert 0 == staged.shell("lock").status
    staged.edit("风")
    staged.control("tags", {"appid": APPID, "id": 201, "name": "别的", "count": 50})
    told_of: list[str] = []
    for hours in (70, 69.9):
        staged.before(hours=hours)
        daily(staged)
        posts = [each["body"]["markdown"]["content"] for each in staged.report()["notifications"]]
        told_of = [post for post in posts if "draft" in post or "tag" in post]
    assert 2 == len(told_of)
    assert ["letter" in each for each in told_of] != ["words" in each for each in told_of]
