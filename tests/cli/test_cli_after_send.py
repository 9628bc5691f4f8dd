"""withdraw, comments, speed and record-event, as people see them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from building import APPID
from cli_runner import NOON, Shell, lost, sent_letter
from published import misfits
from said import Said
from syrupy.assertion import SnapshotAssertion

from massctl.model.lock import lock_digest, lock_text

DELETE = "message/mass/delete"


@pytest.fixture
def unheard(shell: Shell) -> Shell:
    """A news campaign that every follower has, whose event has not come yet."""
    shell.control("callback", {"delay": 86_400})
    return sent_letter(shell)


@pytest.fixture
def sent(shell: Shell) -> Shell:
    """A news campaign that every follower has."""
    return sent_letter(shell)


def event(shell: Shell, number: int = 0, form: str = "xml") -> str:
    """Write an event of the sandbox into a file and name it."""
    body = shell.report()["events"][number][form]
    path = shell.root / f"event.{form}"
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return path.name


def assert_fits(verb: str, document: Any) -> None:
    """Hold a document against the schema that is published for it."""
    assert [] == misfits(verb, document)


def calls(shell: Shell, path: str) -> int:
    return int(shell.report()["calls"].get(f"/cgi-bin/{path}", {"count": 0})["count"])


def status(shell: Shell) -> dict[str, Any]:
    (campaign,) = shell("status", "letter", "--sandbox", "--format", "json").document["campaigns"]
    return dict(campaign)


# withdraw


@pytest.mark.parametrize("language", ["en", "zh"])
def test_withdraw_in_words(sent: Shell, snapshot: SnapshotAssertion, language: str) -> None:
    sent.tree.settings(language=language)
    sent.env(NO_COLOR="1")
    no = sent("withdraw", "letter", "--all", "--sandbox", typed="no\n")
    yes = sent("withdraw", "letter", "--article", "1", "--sandbox", typed="yes\n")
    again = sent("withdraw", "letter", "--article", "1", "--sandbox")
    assert [5, 0, 0] == [each.status for each in (no, yes, again)]
    assert snapshot == [
        sent.scrub(text) for each in (no, yes, again) for text in (each.out, each.err)
    ]
    assert snapshot == sent.scrub(sent("status", "--sandbox").out)


def test_withdraw_without_a_terminal_needs_yes_and_makes_no_request(sent: Shell) -> None:
    said = sent("withdraw", "letter", "--all", "--sandbox")
    assert (2, "", 0) == (said.status, said.out, calls(sent, DELETE))
    assert "massctl withdraw --sandbox letter --all --yes" in said.err
    waiting = sent("withdraw", "letter", "--article", "1", "--wait", "5m", "--sandbox")
    assert "massctl withdraw --sandbox letter --article 1 --wait 300s --yes" in waiting.err


@pytest.mark.parametrize(
    "which", [[], ["--all", "--article", "1"], ["--article", "0"], ["--article", "9"]]
)
def test_withdraw_wants_to_know_exactly_what(sent: Shell, which: list[str]) -> None:
    assert 2 == sent("withdraw", "letter", *which, "--yes", "--sandbox").status


def test_withdraw_of_an_article_that_is_not_there_makes_no_request(sent: Shell) -> None:
    said = sent("withdraw", "letter", "--article", "2", "--yes", "--sandbox")
    assert (2, 0) == (said.status, calls(sent, DELETE))
    assert "letter has one article, and no article 2" in said.err


def test_withdraw_of_all_is_withdrawn_everywhere(sent: Shell) -> None:
    assert 0 == sent("withdraw", "letter", "--all", "--yes", "--sandbox").status
    assert ("withdrawn", []) == (status(sent)["status"], status(sent)["withdrawn_articles"])
    assert [] == sent.report()["violations"]
    assert [[1]] == [job["deleted_articles"] for job in sent.report()["jobs"]]


def test_a_withdrawn_campaign_goes_out_again_only_by_its_edition(sent: Shell) -> None:
    sent("withdraw", "letter", "--all", "--yes", "--sandbox")
    sent("apply", "letter", "--yes", "--sandbox")
    assert 1 == len(sent.report()["jobs"])


@pytest.mark.parametrize("do", ["answer_lost", "request_lost", "accepted_busy", "html"])
def test_withdraw_with_a_lost_answer_is_told_and_asked_for_again(sent: Shell, do: str) -> None:
    sent.faults(lost(DELETE, do))
    first = sent("withdraw", "letter", "--article", "1", "--yes", "--sandbox")
    # The only article is the whole job, so its state tells where the answer does not.
    assert (1 if do == "request_lost" else 0) == first.status
    assert 0 == sent("withdraw", "letter", "--article", "1", "--yes", "--sandbox").status
    assert "withdrawn" == status(sent)["status"]


def test_withdraw_while_it_is_being_sent(shell: Shell) -> None:
    shell.tree.news("letter")
    shell("apply", "letter", "--sandbox", "--yes")
    said = shell("withdraw", "letter", "--all", "--yes", "--sandbox")
    assert (5, 0) == (said.status, calls(shell, DELETE))
    assert "letter is still being sent" in said.err


def test_withdraw_after_an_event_that_wechat_does_not_know_of_yet(sent: Shell) -> None:
    body = sent.report()["events"][0]["xml"]
    sent.tree.news("other")
    sent("apply", "other", "--sandbox", "--yes")
    earlier, later = (str(job["msg_id"]) for job in sent.report()["jobs"])
    sent.tree.write("event.xml", body.replace(earlier, later))
    assert 0 == sent("record-event", "event.xml", "--sandbox").status
    said = sent("withdraw", "other", "--all", "--yes", "--sandbox", "--format", "json")
    assert (5, 0) == (said.status, calls(sent, DELETE))
    (campaign,) = said.document["campaigns"]
    refused = campaign["error"]["message"]
    assert refused.startswith(
        "an event said that other is sent, but WeChat still answers that it is sending"
    )
    assert refused.endswith("refuses this. Nothing was withdrawn.")
    assert "other  edition 1  sent" in sent("status", "other", "--sandbox").out


def test_a_link_to_what_is_still_being_sent_says_to_wait(shell: Shell) -> None:
    shell.tree.news("letter")
    shell("apply", "letter", "--sandbox", "--yes")
    shell.tree.text("notice", content="上一封：{{ article_url('letter') }}")
    said = shell("plan", "notice", "--sandbox")
    assert "massctl status --sandbox letter --wait 300" in said.out
    assert "validate" not in said.out
    assert 0 == shell("status", "letter", "--sandbox", "--wait", "300").status
    assert 0 == shell("plan", "notice", "--sandbox").status


def test_withdraw_of_a_text(shell: Shell) -> None:
    shell.tree.text()
    shell("apply", "notice", "--sandbox", "--yes")
    shell.set_time(NOON + timedelta(minutes=10))
    assert (2, 0) == (
        shell("withdraw", "notice", "--all", "--yes", "--sandbox").status,
        calls(shell, DELETE),
    )


@pytest.mark.parametrize(
    "verb", [["withdraw", "nobody", "--all", "--yes"], ["comments", "open", "nobody"]]
)
def test_of_a_campaign_that_nobody_knows(sent: Shell, verb: list[str]) -> None:
    assert 2 == sent(*verb, "--sandbox").status


def test_withdraw_of_what_was_never_sent(shell: Shell) -> None:
    shell.tree.news("letter")
    shell("apply", "letter", "--until", "draft", "--sandbox")
    assert 2 == shell("withdraw", "letter", "--all", "--yes", "--sandbox").status


def test_the_eleventh_withdrawal_of_a_day_makes_no_request(
    sent: Shell, snapshot: SnapshotAssertion
) -> None:
    for _ in range(10):
        sent.faults(lost(DELETE, "request_lost"))
        assert 1 == sent("withdraw", "letter", "--article", "1", "--yes", "--sandbox").status
    ledger = sent.tree.read(".massctl/sandbox/massctl.state.jsonl")
    document = sent(
        "withdraw", "letter", "--all", "--yes", "--sandbox", "--format", "json"
    ).document
    assert ["allowance"] == [refusal["guard"] for refusal in document["campaigns"][0]["refusals"]]
    said = sent("withdraw", "letter", "--all", "--yes", "--sandbox")
    assert (5, 5, 10) == (said.status, document["exit_status"], calls(sent, DELETE))
    assert ledger == sent.tree.read(".massctl/sandbox/massctl.state.jsonl")
    assert snapshot == said.out
    assert "withdrawals: 10 of 10 used, 0 left" in sent("plan", "--sandbox").out
    sent.set_time(NOON + timedelta(hours=12))
    assert 0 == sent("withdraw", "letter", "--all", "--yes", "--sandbox").status


def test_withdraw_takes_the_edition_that_was_sent_last(sent: Shell) -> None:
    sent.tree.news("letter", body="今天风大。\n", more="edition: 2\n")
    sent("apply", "letter", "--until", "draft", "--sandbox")
    assert 0 == sent("withdraw", "letter", "--all", "--yes", "--sandbox").status


def test_withdraw_tells_in_a_document_what_became_of_it(sent: Shell) -> None:
    said = [
        sent("withdraw", "letter", "--all", "--yes", "--sandbox", "--format", "json").document
        for _ in range(2)
    ]
    for document in said:
        (campaign,) = document["campaigns"]
        assert (0, "withdrawn", ["deleted"], [], None) == (
            document["exit_status"], campaign["status"], [job["status"] for job in campaign["jobs"]],
            campaign["refusals"], campaign["error"],
        )  # fmt: skip
        assert_fits("withdraw", document)
    assert 1 == calls(sent, DELETE)


def test_a_withdrawal_that_wechat_refuses_is_told_in_its_document(sent: Shell) -> None:
    sent.faults(lost(DELETE, "busy"))
    said = sent("withdraw", "letter", "--all", "--yes", "--sandbox", "--format", "json")
    (campaign,) = said.document["campaigns"]
    assert (1, -1, "sent") == (said.status, campaign["error"]["errcode"], campaign["status"])
    assert_fits("withdraw", said.document)


# comments


@pytest.mark.parametrize(("word", "opened"), [("open", True), ("close", False)])
def test_comments_are_switched_for_every_article(sent: Shell, word: str, opened: bool) -> None:
    said = sent("comments", word, "letter", "--sandbox")
    assert said.out.strip().endswith(", article 1")
    (job,) = sent.report()["jobs"]
    assert (0, [opened]) == (said.status, [article["comments_open"] for article in job["articles"]])
    assert [] == sent.report()["violations"]


def test_comments_of_one_article(sent: Shell) -> None:
    assert 0 == sent("comments", "open", "letter", "--article", "1", "--sandbox").status
    said = sent("comments", "open", "letter", "--article", "2", "--sandbox")
    assert (2, 1) == (said.status, calls(sent, "comment/open"))
    assert "letter has one article, and no article 2" in said.err


def test_comments_of_what_was_withdrawn_are_left_alone(sent: Shell) -> None:
    assert 0 == sent("withdraw", "letter", "--all", "--yes", "--sandbox").status
    said = sent("comments", "open", "letter", "--sandbox")
    assert (2, True) == (said.status, "withdrawn" in said.err), said
    assert 0 == calls(sent, "comment/open")


def test_comments_without_what_was_sent_need_a_number_or_an_event(unheard: Shell) -> None:
    for path in (unheard.root / ".massctl/sandbox/massctl.state.bodies").iterdir():
        path.unlink()
    assert 2 == unheard("comments", "open", "letter", "--sandbox").status
    assert 0 == unheard("comments", "open", "letter", "--article", "1", "--sandbox").status
    unheard("record-event", event(unheard), "--sandbox")
    assert 0 == unheard("comments", "open", "letter", "--sandbox").status


def test_comments_without_the_right(sent: Shell) -> None:
    sent.control("accounts", {"appid": APPID, "comment_right": False})
    said = sent("comments", "open", "letter", "--sandbox")
    assert (1, True) == (said.status, "88000" in said.err)
    assert 1 == said.err.count("rid")


# speed


def test_speed_is_read_and_set(sent: Shell) -> None:
    said = [
        sent("speed", *more, "--sandbox").out
        for more in (["get"], ["set", "4"], ["get", "--account", "main"])
    ]
    slow = "main: speed 4, that is 100,000 messages a minute\n"
    assert ["main: speed 0, that is 800,000 messages a minute\n", slow, slow] == said


def test_the_speed_as_a_document(sent: Shell) -> None:
    said = [
        sent("speed", *more, "--sandbox", "--format", "json").document
        for more in (["get"], ["set", "4"])
    ]
    assert [("main", 0, 80), ("main", 4, 10)] == [
        (d["account"], d["speed"], d["realspeed"]) for d in said
    ]
    for document in said:
        assert_fits("speed", document)


@pytest.mark.parametrize(
    "more", [["set", "5"], ["set", "fast"], ["set"], ["get", "--account", "other"]]
)
def test_a_wrong_speed_is_wrong_usage(sent: Shell, more: list[str]) -> None:
    assert 2 == sent("speed", *more, "--sandbox").status


# record-event


@pytest.mark.parametrize("form", ["xml", "json"])
def test_an_event_brings_counts_and_addresses(unheard: Shell, form: str) -> None:
    assert 0 == unheard("record-event", event(unheard, form=form), "--sandbox").status
    (job,) = status(unheard)["jobs"]
    assert (1286, 1286, 1286, 0, 1) == (
        job["total_count"], job["filter_count"], job["sent_count"], job["error_count"], len(job["article_urls"])
    )  # fmt: skip
    assert (None, 1) == (job["reason"], job["copyright_check"]["check_state"])


def test_what_is_rendered_for_the_sandbox_links_to_what_was_sent_there(unheard: Shell) -> None:
    unheard("record-event", event(unheard), "--sandbox")
    (job,) = status(unheard)["jobs"]
    unheard.tree.text("notice", content="上一封：{{ article_url('letter') }}")
    said = [unheard("render", "notice", "--out", "out", *more) for more in ([], ["--sandbox"])]
    assert [1, 0] == [each.status for each in said]
    assert job["article_urls"][0].removeprefix("http://") in unheard.tree.read("out/message.txt")


def linking(sent: Shell) -> str:
    """Lock a text that links to what was sent; gives the address. `lock` reads the ledger that is no sandbox's."""
    sent("record-event", event(sent), "--sandbox")
    (job,) = status(sent)["jobs"]
    sent.tree.text("notice", content="上一封：{{ article_url('letter') }}")
    ledger = sent.root / ".massctl/sandbox/massctl.state.jsonl"
    (sent.root / "massctl.state.jsonl").write_bytes(ledger.read_bytes())
    assert 0 == sent("lock", "notice").status
    address: str = job["article_urls"][0].replace("http://", "https://")
    return address


def send_locked(sent: Shell) -> tuple[int, list[str]]:
    """Send the text as it is locked; gives what refuses it."""
    said = sent("apply", "notice", "--sandbox", "--yes", "--locked", "--format", "json")
    (campaign,) = said.document["campaigns"]
    return said.status, [f"{each['guard']}: {each['message']}" for each in campaign["refusals"]]


def test_a_lock_holds_the_addresses_that_a_template_took_from_the_ledger(sent: Shell) -> None:
    address = linking(sent)
    lock = json.loads(sent.tree.read("campaigns/notice/campaign.lock.json"))
    assert ({"letter/1": address}, f"上一封：{address}") == (
        lock["links"],
        lock["message"]["content"],
    )
    assert 0 == sent("lock", "--check", "notice").status
    assert (0, []) == send_locked(sent)


def test_an_address_that_only_the_lock_knows_is_not_sent(sent: Shell) -> None:
    address = linking(sent)
    forged = json.loads(
        sent.tree.read("campaigns/notice/campaign.lock.json").replace(
            address, "https://evil.example/s"
        )
    )
    forged["destinations"][0]["kind"] = "url"
    forged["digest"] = lock_digest(forged)
    sent.tree.write("campaigns/notice/campaign.lock.json", lock_text(forged))
    found, (refusal,) = send_locked(sent)
    assert (5, True) == (
        found,
        refusal.startswith(
            "lock_stale: the ledger does not have the address of a link: the link to"
        ),
    )


def test_a_link_to_what_was_withdrawn_since_is_not_sent(sent: Shell) -> None:
    linking(sent)
    assert 0 == sent("withdraw", "letter", "--all", "--yes", "--sandbox").status
    found, (refusal,) = send_locked(sent)
    assert (5, True) == (
        found,
        "lock_stale" in refusal and "was withdrawn: its address no longer works" in refusal,
    ), refusal


def test_an_event_from_standard_input(sent: Shell) -> None:
    text = (sent.root / event(sent)).read_text(encoding="utf-8")
    assert 0 == sent("record-event", "-", "--sandbox", typed=text).status


def test_copies_of_an_event_write_nothing(sent: Shell) -> None:
    file, ledger = event(sent), ".massctl/sandbox/massctl.state.jsonl"
    sent("record-event", file, "--sandbox")
    before = sent.tree.read(ledger)
    said = [sent("record-event", file, "--sandbox") for _ in range(2)]
    assert ([0, 0], before) == ([each.status for each in said], sent.tree.read(ledger))
    assert "recorded before" in said[0].err


def test_an_event_that_tells_another_end_is_told(sent: Shell) -> None:
    file = event(sent)
    sent("record-event", file, "--sandbox")
    text = sent.tree.read(file)
    sent.tree.write("failed.xml", text.replace("send success", "err(30003)"))
    said = sent("record-event", "failed.xml", "--sandbox", columns=60)
    assert "was on record as sent" in said.err
    assert 60 >= max(map(len, said.err.splitlines()))
    again = sent("record-event", file, "--sandbox")
    assert ("recorded before" in again.err, "judged a reprint" in again.out) == (True, True)


@pytest.fixture
def two_ends(shell: Shell) -> Shell:
    """A job of which one event says that it was sent, and a later one that it failed."""
    shell.tree.settings(language="en")
    shell.tree.text("letter")
    assert 0 == shell("apply", "letter", "--sandbox", "--yes", "--until", "draft").status
    shell.control("ending", {"appid": APPID, "status": "send success", "then": "err(10001)"})
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
    shell.control("advance", {"seconds": 600})
    return shell


def test_two_ends_of_a_job_are_both_shown_and_nothing_advises_to_send_again(
    two_ends: Shell,
) -> None:
    said = two_ends("status", "--sandbox")
    assert (1, "contradicted") == (said.status, status(two_ends)["status"])
    shown = " ".join(said.out.split())
    assert ("delivered 1,286" in shown, "err(10001)" in shown) == (True, True), shown
    assert (
        "reconcile --sandbox letter --sent" in shown,
        "edition" in shown.partition("what now")[2],
    ) == (True, False)
    (job,) = status(two_ends)["jobs"]
    assert ("contradicted", {"sent", "failed"}) == (
        job["status"],
        {each["status"] for each in job["ends"]},
    )


def raised(shell: Shell) -> Any:
    shell.tree.text("letter", more="edition: 2\n")
    return shell("apply", "letter", "--sandbox", "--yes", "--format", "json")


@pytest.mark.parametrize(("choice", "ended"), [("--sent", "sent"), ("--not-sent", "failed")])
def test_an_edition_is_raised_over_two_ends_only_after_a_persons_word(
    two_ends: Shell, choice: str, ended: str
) -> None:
    two_ends("status", "--sandbox")
    refused = raised(two_ends)
    (refusal,) = refused.document["campaigns"][0]["refusals"]
    assert (5, "contradicted", 1) == (
        refused.status,
        refusal["guard"],
        len(two_ends.report()["jobs"]),
    )
    assert "reconcile --sandbox letter --not-sent" in refusal["hint"]
    evidence = two_ends("reconcile", "letter", "--sandbox")
    assert (2, True) == (evidence.status, "--not-sent" in evidence.out), evidence.out
    said = two_ends("reconcile", "letter", choice, "--reason", "looked", "--sandbox")
    assert (0, ended == "failed") == (said.status, "edition: 2" in said.out), said.out
    found = two_ends("status", "--all-editions", "--sandbox", "--format", "json").document[
        "campaigns"
    ]
    assert [(1, ended)] == [
        (each["edition"], each["status"]) for each in found if each["edition"] == 1
    ]
    assert (0, 2) == (raised(two_ends).status, len(two_ends.report()["jobs"]))


def test_no_later_copy_of_an_event_takes_a_persons_word_back(two_ends: Shell) -> None:
    two_ends("status", "--sandbox")
    assert (
        0 == two_ends("reconcile", "letter", "--not-sent", "--reason", "looked", "--sandbox").status
    )
    for number in (0, 1):
        assert 0 == two_ends("record-event", event(two_ends, number), "--sandbox").status
    assert "failed" == status(two_ends)["status"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_job_that_the_originality_check_stopped_in_words(
    shell: Shell, snapshot: SnapshotAssertion, language: str
) -> None:
    shell.tree.settings(language=language)
    shell.tree.news("letter", body="今天风大。\n")
    shell("plan", "--sandbox")
    shell.control("ending", {"appid": APPID, "status": "err(30003)"})
    shell("apply", "letter", "--yes", "--sandbox")
    shell.control("advance", {"seconds": 600})
    said = [shell("record-event", event(shell), "--sandbox"), shell("status", "--sandbox")]
    assert ([0, 0], snapshot) == (
        [each.status for each in said],
        [shell.scrub(each.out) for each in said],
    )
    assert "failed" == status(shell)["status"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_event_that_comes_before_the_answer(
    shell: Shell, snapshot: SnapshotAssertion, language: str
) -> None:
    shell.tree.settings(language=language)
    shell.tree.text()
    shell("plan", "--sandbox")
    shell.faults(lost("message/mass/sendall"))
    shell("apply", "notice", "--yes", "--no-wait", "--sandbox")
    shell.control("advance", {"seconds": 600})
    said = shell("record-event", event(shell), "--sandbox")
    assert (4, snapshot) == (said.status, said.out)
    assert (
        0
        == shell(
            "reconcile", "notice", "--sent", "3147000001", "--reason", "见群发记录", "--sandbox"
        ).status
    )
    assert 0 == shell("record-event", event(shell), "--sandbox").status


def test_an_event_of_a_send_on_the_website_is_nobodys(sent: Shell) -> None:
    sent.control("website_send", {"appid": APPID})
    sent.control("advance", {"seconds": 600})
    said = sent("record-event", event(sent, 1), "--sandbox")
    assert (0, True) == (said.status, "no job here has msg_id" in said.out)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE xml [<!ENTITY a "b">]>\n<xml><MsgID>&a;</MsgID></xml>',
        "<xml><Event>subscribe</Event></xml>",
        "<xml><Event>MASSSENDJOBFINISH</Event><MsgID>7</MsgID></xml>",
    ],
)
def test_a_faulty_event_in_words(
    shell: Shell, snapshot: SnapshotAssertion, body: str, language: str
) -> None:
    shell.tree.settings(language=language)
    shell.tree.text()
    shell.tree.write("event.xml", body)
    said = shell("record-event", "event.xml", "--sandbox")
    assert (1, "", snapshot) == (said.status, said.out, said.err)


def test_an_event_as_a_document(unheard: Shell) -> None:
    file = event(unheard)
    first, again = (
        unheard("record-event", file, "--sandbox", "--format", "json").document for _ in range(2)
    )
    assert (0, "letter", "sent", False) == (
        first["exit_status"], first["campaigns"][0]["name"], first["event"]["status"], first["event"]["again"]
    )  # fmt: skip
    assert {**first, "event": {**first["event"], "again": True}} == again
    assert_fits("record-event", again)


def test_an_event_that_tells_another_end_says_so_in_its_document(sent: Shell) -> None:
    file = event(sent)
    text = (sent.root / file).read_text(encoding="utf-8")
    sent.tree.write("failed.xml", text.replace("send success", "err(30003)"))
    told = [
        sent("record-event", each, "--sandbox", "--format", "json").document
        for each in (file, "failed.xml", "failed.xml", file)
    ]
    assert [None, "sent", None, None] == [document["event"]["contradicts"] for document in told]
    assert_fits("record-event", told[1])


@pytest.mark.parametrize(
    ("body", "status", "codes"),
    [
        ("<xml><Event>subscribe</Event></xml>", 1, 1),
        (
            "<xml><Event>MASSSENDJOBFINISH</Event><MsgID>9</MsgID><Status>send success</Status></xml>",
            0,
            0,
        ),
    ],
)
def test_what_is_no_event_of_ours_as_a_document(
    sent: Shell, body: str, status: int, codes: int
) -> None:
    sent.tree.write("event.txt", body)
    said = sent("record-event", "event.txt", "--sandbox", "--format", "json")
    document = said.document
    assert (status, status, codes, [], "") == (
        said.status, document["exit_status"], len(document["diagnostics"]), document["campaigns"], said.err
    )  # fmt: skip
    assert_fits("record-event", document)


def test_an_event_that_may_be_of_a_send_in_doubt_as_a_document(shell: Shell) -> None:
    shell.tree.text()
    shell("plan", "--sandbox")
    shell.faults(lost("message/mass/sendall"))
    shell("apply", "notice", "--yes", "--no-wait", "--sandbox")
    shell.control("advance", {"seconds": 600})
    said = shell("record-event", event(shell), "--sandbox", "--format", "json")
    assert (4, [{"name": "notice", "edition": 1}]) == (
        said.status,
        said.document["event"]["candidates"],
    )
    assert_fits("record-event", said.document)
    settled = shell(
        "reconcile",
        "notice",
        "--sent",
        "3147000001",
        "--reason",
        "见群发记录",
        "--sandbox",
        "--format",
        "json",
    )
    assert (0, "sent") == (settled.status, settled.document["campaigns"][0]["status"])
    assert_fits("reconcile", settled.document)


@pytest.mark.parametrize("file", ["missing.xml", "campaigns"])
def test_a_file_that_cannot_be_read(shell: Shell, file: str) -> None:
    shell.tree.text()
    assert 2 == shell("record-event", file, "--sandbox").status


def test_an_account_that_is_not_declared(sent: Shell) -> None:
    assert 2 == sent("record-event", event(sent), "--account", "other", "--sandbox").status
    assert 0 == sent("record-event", event(sent), "--account", "main", "--sandbox").status


def test_an_event_needs_the_ledger_that_is_named(shell: Shell, tmp_path: Path) -> None:
    shell.tree.settings(state="state:\n  lineage: 01JDXW00000000000000000000\n")
    shell.tree.write(
        "event.xml",
        "<xml><Event>MASSSENDJOBFINISH</Event><MsgID>7</MsgID><Status>send success</Status></xml>",
    )
    said: Said = shell("record-event", "event.xml")
    assert 5 == said.status
