"""A rehearsal with `--sandbox`: the end of a send is heard as from WeChat, without a server and without a file."""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from building import APPID
from cli_runner import SENDALL, Shell, lost

from massctl.sandbox.callback import Answer

URL = "https://mp.weixin.qq.com/s?__biz=SANDBOX&mid=2247480001&idx=1&sn=sandbox#rd"


def send(shell: Shell, name: str = "letter") -> None:
    shell.tree.news(name, body="今天风大。\n")
    assert 0 == shell("apply", name, "--sandbox", "--yes").status


def ledger(shell: Shell) -> str:
    return shell.tree.read(".massctl/sandbox/massctl.state.jsonl")


def wait(shell: Shell, *more: str) -> dict[str, object]:
    said = shell("status", "letter", "--sandbox", "--wait", "300", "--format", "json", *more)
    (campaign,) = said.document["campaigns"]
    (job,) = campaign["jobs"]
    return {"exit": said.status, **job}


def test_two_commands_tell_counts_and_addresses_and_the_next_campaign_links_to_it(
    shell: Shell,
) -> None:
    send(shell)
    said = shell("status", "letter", "--sandbox", "--wait", "300")
    assert 0 == said.status
    for words in ("delivered 1,286", "originality: no reprint", URL):
        assert words in said.out
    shell.tree.text("notice", content="上一封：{{ article_url('letter', 1) }}")
    assert 0 == shell("apply", "notice", "--sandbox", "--yes").status
    assert URL.removeprefix("https://") in shell.report()["jobs"][1]["body"]["text"]


def test_validate_takes_what_was_sent_in_the_sandbox_for_past_articles(shell: Shell) -> None:
    send(shell)
    wait(shell)
    shell.tree.news("weekly")
    named = shell.tree.read("campaigns/weekly/campaign.yaml").replace("main.md", "main.md.j2")
    shell.tree.write("campaigns/weekly/campaign.yaml", named)
    block = '{{ blocks.past({"article": "letter", "title": "风"}) }}\n'
    shell.tree.write("campaigns/weekly/articles/main.md.j2", block)
    assert (1, True) == ((real := shell("validate", "weekly")).status, "MC108" in real.out), real
    checked = shell("validate", "weekly", "--sandbox", columns=100)
    assert (0, True) == (checked.status, "massctl plan --sandbox" in checked.err), checked


def test_the_event_of_a_job_is_recorded_once(shell: Shell) -> None:
    send(shell)
    wait(shell)
    recorded = ledger(shell)
    assert 1 == recorded.count('"source":"event"')
    wait(shell)
    shell("status", "--sandbox")
    assert recorded == ledger(shell)


def test_an_event_of_a_campaign_that_is_not_named_is_recorded_too(shell: Shell) -> None:
    send(shell)
    shell.tree.text()
    shell("apply", "notice", "--sandbox", "--yes")
    assert 0 == shell("status", "letter", "--sandbox", "--wait", "300").status
    assert 2 == ledger(shell).count('"source":"event"')


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("err(10001)", ["advertising", "通知中心"]),
        (
            "err(30002)",
            ["originality check forbids it", "https://mp.weixin.qq.com", "change the article"],
        ),
        ("err(30003)", ["judged a reprint", "send_ignore_reprint: true", "it may be reprinted"]),
        ("err(40001)", ["administrator refused", "管理员"]),
        ("err(99999)", ["err(99999)", "群发记录"]),
        ("send fail", ["without a reason", "群发记录"]),
    ],
)
def test_each_failure_is_told_in_words_with_the_next_command(
    shell: Shell, status: str, words: list[str]
) -> None:
    shell.tree.news("letter")
    shell("apply", "letter", "--sandbox", "--until", "draft")
    shell.control("ending", {"appid": APPID, "status": status})
    send(shell)
    said = shell("status", "letter", "--sandbox", "--wait", "300")
    text = " ".join(said.out.split())
    assert [True] * len(words) == [word in text for word in words], text
    assert [True] * 3 == [
        word in text for word in ("edition: 2", "massctl lock --sandbox letter", "massctl apply")
    ]
    (campaign,) = shell("status", "letter", "--sandbox", "--format", "json").document["campaigns"]
    assert (status in campaign["error"]["message"], "edition: 2" in campaign["error"]["hint"]) == (
        True,
        True,
    )


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_failure_is_told_with_its_reason_and_the_run_ends_with_1(shell: Shell, form: str) -> None:
    shell.tree.news("letter")
    shell("apply", "letter", "--sandbox", "--until", "draft")
    shell.control("ending", {"appid": APPID, "status": "err(30003)"})
    shell.control("callback", {"form": form})
    send(shell)
    job = wait(shell)
    check = job["copyright_check"]
    assert isinstance(check, dict)
    assert (1, "failed", "err(30003)", 2) == (
        job["exit"],
        job["status"],
        job["reason"],
        check["check_state"],
    )
    assert 0 == wait(shell)["exit"]


def test_an_event_that_is_late_is_recorded_when_it_comes_and_one_that_is_lost_is_not(
    shell: Shell,
) -> None:
    shell.tree.news("letter")
    shell("apply", "letter", "--sandbox", "--until", "draft")
    shell.control("callback", {"delay": 600})
    send(shell)
    assert (0, None) == (wait(shell)["exit"], wait(shell)["sent_count"])
    shell.control("advance", {"seconds": 600})
    assert 1286 == wait(shell)["sent_count"]
    shell.control("callback", {})
    shell.control("ending", {"appid": APPID, "event": "none"})
    shell.tree.text()
    shell("apply", "notice", "--sandbox", "--yes")
    said = shell("status", "notice", "--sandbox", "--wait", "900", "--format", "json")
    (job,) = said.document["campaigns"][0]["jobs"]
    assert ("sent", None) == (job["status"], job["sent_count"])


def test_what_a_person_recorded_of_a_job_stands(shell: Shell, tmp_path: Path) -> None:
    send(shell)
    shell.control("advance", {"seconds": 200})
    (event,) = shell.report()["events"]
    shell.tree.write("event.xml", event["xml"].replace("<SentCount>1286<", "<SentCount>7<"))
    shell("record-event", "event.xml", "--sandbox")
    assert 7 == wait(shell)["sent_count"]


def test_a_send_of_the_website_ends_with_an_event_that_is_nobodys(shell: Shell) -> None:
    send(shell)
    shell.control("website_send", {"appid": APPID})
    assert 0 == wait(shell)["exit"]
    assert (2, 1) == (len(shell.report()["events"]), ledger(shell).count('"source":"event"'))


def test_an_event_names_the_account_as_massctl_yaml_does(shell: Shell) -> None:
    shell.tree.settings(account="    original_id: gh_0123456789ab\n")
    send(shell)
    assert 1286 == wait(shell)["sent_count"]
    (event,) = shell.report()["events"]
    assert "gh_0123456789ab" == event["json"]["ToUserName"]


def test_an_event_of_an_unknown_job_is_offered_once_to_a_send_in_doubt(shell: Shell) -> None:
    shell.tree.settings(in_doubt="stop")
    shell.tree.news("letter")
    shell("apply", "letter", "--sandbox", "--until", "draft")
    shell.faults(lost(SENDALL))
    assert 4 == shell("apply", "letter", "--sandbox", "--yes", "--no-wait").status
    shell.control("advance", {"seconds": 200})
    shell.tree.text()
    said = shell("status", "--sandbox")
    assert (4, 1) == (
        said.status,
        said.err.count("massctl reconcile --sandbox letter --sent 3147000001"),
    )
    settled = shell(
        "reconcile", "letter", "--sent", "3147000001", "--reason", "MASSSENDJOBFINISH", "--sandbox"
    )
    assert 0 == settled.status
    assert 1286 == wait(shell)["sent_count"]


# sandbox --callback


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--callback-mode", "safe"], "go with --callback"),
        (["--callback-token", "T"], "go with --callback"),
        (["--callback", "127.0.0.1:8700"], "needs the address of a server"),
        (["--callback", "http://[::1"], "needs the address of a server"),
        (["--callback", "http://127.0.0.1:99999/"], "needs the address of a server"),
        (["--callback", URL, "--callback-token", "NOWHERE"], "NOWHERE is not set"),
        (["--callback", URL, "--callback-token", "BAD_TOKEN"], "3 to 32 letters and digits"),
        (
            ["--callback", URL, "--callback-mode", "safe", "--callback-aes-key", "BAD_TOKEN"],
            "43 letters and digits",
        ),
    ],
    ids=" ".join,
)
def test_a_callback_that_cannot_be_posted_to_is_wrong_usage(
    shell: Shell, flags: list[str], words: str
) -> None:
    shell.env(BAD_TOKEN="not-a-token")
    said = shell("sandbox", "--port", "0", *flags)
    assert (2, True) == (said.status, words in said.err), said


def test_a_sandbox_of_another_version_is_left_alone_and_the_way_out_is_told(shell: Shell) -> None:
    shell.tree.text("notice")
    assert 0 == shell("plan", "--sandbox").status
    with closing(sqlite3.connect(shell.root / ".massctl/sandbox/world.sqlite3")) as db, db:
        db.execute("UPDATE meta SET value = 1")
    for command in (("plan", "--sandbox"), ("sandbox", "reset")):
        said = shell(*command)
        assert (1, True) == (said.status, "rm -r .massctl/sandbox" in said.err), said


def test_a_sandbox_that_cannot_be_opened_says_why_and_what_to_type(shell: Shell) -> None:
    shell.tree.text("notice")
    world = shell.root / ".massctl/sandbox/world.sqlite3"
    world.mkdir(parents=True)  # as good as a folder that may not be written, also for root
    shut = shell("plan", "--sandbox")
    world.rmdir()
    world.write_bytes(b"not a database at all" * 60)
    damaged = shell("apply", "notice", "--sandbox", "--yes")

    assert (1, True) == (
        shut.status,
        "make this folder writable for you" in " ".join(shut.err.split()),
    ), shut
    assert (1, True) == (damaged.status, "rm -r .massctl/sandbox" in damaged.err), damaged


def test_sealed_posts_without_their_package_name_the_line_that_installs_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers", None)
    said = shell("sandbox", "--port", "0", "--callback", URL, "--callback-mode", "safe")
    assert (2, True) == (said.status, "pip install 'massctl[listen]'" in said.err), said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_signs_the_posts_is_shown_only_where_it_is_the_sandboxs_own(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    shell.env(OUR_TOKEN="springtoken2026", MASSCTL_LANG=language)

    def run_app(_app: object, _port: int, ready: Callable[[int], None], **_: object) -> None:
        ready(8900)

    monkeypatch.setattr("massctl.cli.commands.sandbox.run_app", run_app)
    monkeypatch.setattr("massctl.sandbox.callback.exchange", lambda *_: Answer(404, "away"))
    own = shell("sandbox", "--callback", URL, "--callback-mode", "safe")
    ours = shell("sandbox", "--callback", URL, "--callback-token", "OUR_TOKEN")
    assert [0, 0] == [own.status, ours.status]
    assert ["http://127.0.0.1:8900 "] * 2 == [each.out[:22] for each in (own, ours)]
    assert ("sandboxtoken" in own.err, "sandboxAESkey" in own.err, "********" in ours.err) == (
        True,
        True,
        True,
    )
    assert "springtoken2026" not in ours.err + ours.out


def test_where_locks_are_required_the_next_campaign_is_locked_with_the_sandboxs_addresses(
    shell: Shell,
) -> None:
    shell.tree.settings(policy="  require_lock: true\n")
    shell.tree.news("letter", body="今天风大。\n")
    assert 0 == shell("lock", "letter").status
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
    wait(shell)
    shell.tree.text("notice", content="上一封：{{ article_url('letter', 1) }}")
    assert 1 == shell("lock", "notice").status
    asked = shell("apply", "notice", "--sandbox", "--yes")
    assert "massctl lock --sandbox notice" in asked.out, asked
    assert 0 == shell("lock", "notice", "--sandbox").status
    assert 0 == shell("apply", "notice", "--sandbox", "--yes").status
    assert URL.removeprefix("https://") in shell.report()["jobs"][1]["body"]["text"]
    (campaign,) = shell("plan", "notice", "--format", "json").document["campaigns"]
    assert "lock_stale" in [each["guard"] for each in campaign["refusals"]], (
        "the real ledger knows no such address"
    )


def test_a_wait_for_the_administrator_is_said_once_and_his_silence_is_offered_to_the_send(
    shell: Shell,
) -> None:
    shell.tree.news("letter")
    shell("apply", "letter", "--sandbox", "--until", "draft")
    shell.control("accounts", {"appid": APPID, "protection": True})
    send(shell)
    said = shell("status", "letter", "--sandbox", "--wait", "3600")
    assert (4, 1) == (said.status, said.err.count("waiting for the administrator"))
    assert "err(40002)" in said.err
    assert "and then: massctl status --sandbox letter" in said.err
