"""Tags by name and lists of openids as people type them, and that no openid is anywhere afterwards."""

import re
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from building import APPID
from cli_runner import NOON, Said, Shell, lost

from massctl.sandbox.audience import Audience, by_openids
from massctl.sandbox.request import Refusal, Request

OPENIDS = [f"oTEST{number:023}" for number in range(20_001)]
LETTER = """\
version: 1
title: 会员来信
account: main
audience: {openids: lists/members.csv}
text: {content: 今晚八点}
"""


@pytest.fixture
def letter(shell: Shell) -> Shell:
    """A campaign to 20,001 openids: three jobs, of which the last two are 9,999 and 2."""
    shell.tree.settings(language="en")
    shell.tree.write("campaigns/letter/campaign.yaml", LETTER)
    rows = "".join(f"{number},{openid}\r\n" for number, openid in enumerate(OPENIDS))
    shell.tree.write("campaigns/letter/lists/members.csv", "﻿no,openid\r\n" + rows)
    return shell


def jobs(shell: Shell) -> list[tuple[int, int]]:
    (campaign,) = shell("status", "--sandbox", "--format", "json").document["campaigns"]
    report = {job["msg_id"]: job["total_count"] for job in shell.report()["jobs"]}
    return [(job["batch"], report[job["msg_id"]]) for job in campaign["jobs"]]


def test_a_list_goes_out_in_batches_and_stands_nowhere(letter: Shell) -> None:
    plan = letter("plan", "letter", "--sandbox")
    assert "the openids in lists/members.csv · 20,001 openids in 3 jobs" in plan.out
    said = letter("apply", "letter", "--sandbox", "--yes")
    assert (0, True) == (said.status, "WeChat accepted 3 of 3 batches" in said.out)
    assert [(1, 10_000), (2, 9_999), (3, 2)] == jobs(letter)
    found = [letter("state", "list", "--sandbox").out, plan.out, said.out, said.err]
    written = [path.read_bytes() for path in _written(letter.root)]
    assert [] == [text for text in found if "oTEST" in text]
    assert [] == [data for data in written if b"oTEST" in data]


def _written(root: Path) -> list[Path]:
    """Give every file that massctl wrote."""
    return [
        p for p in root.rglob("*") if p.is_file() and "campaigns" not in p.relative_to(root).parts
    ]


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("--sent", "batch 1 of letter is recorded as sent"),
        ("--not-sent", "batch 1 of letter is recorded as not sent; `massctl apply"),
    ],
)
def test_the_answer_names_the_batch_and_no_word_settles_one_that_was_never_attempted(
    letter: Shell, choice: str, told: str
) -> None:
    letter.tree.settings(language="en", in_doubt="stop")
    letter.faults(lost("message/mass/send"))
    assert 4 == letter("apply", "letter", "--sandbox", "--yes").status
    settle = ["reconcile", "letter", "--sandbox", "--reason", "seen"]
    said = letter(*settle, choice)
    assert (0, True) == (said.status, told in said.out)
    if choice == "--sent":
        unnamed = letter(*settle, "--sent")
        assert (2, True) == (unnamed.status, "say which batch of letter you mean: 2" in unnamed.err)
        named = letter(*settle, "--sent", "--batch", "2")
        assert (0, True) == (named.status, "batch 2 of letter is recorded as sent" in named.out)


def test_an_open_batch_is_settled_by_its_number(letter: Shell) -> None:
    letter.tree.settings(language="en", in_doubt="stop")
    letter.faults(lost("message/mass/send", nth=2))
    assert 4 == letter("apply", "letter", "--sandbox", "--yes").status
    said = letter("status", "letter", "--sandbox")
    assert "It is batch 2 of 3" in said.out
    wrong = letter(
        "reconcile", "letter", "--sent", "--batch", "3", "--reason", "looked", "--sandbox"
    )
    assert (2, True) == (wrong.status, "say which batch of letter you mean: 2" in wrong.err)
    settle = ("reconcile", "letter", "--sandbox", "--batch", "2", "--reason", "looked", "--sent")
    first = str(letter.report()["jobs"][0]["msg_id"])
    of_the_first = letter(*settle, first)
    assert (2, True) == (
        of_the_first.status,
        f"job {first} is the send of batch 1" in of_the_first.err,
    )
    assert 0 == letter(*settle).status
    assert "2 of 3 batches were sent" in letter("status", "letter", "--sandbox").out
    assert 0 == letter("apply", "letter", "--sandbox", "--yes").status
    assert (
        2
        == letter(
            "reconcile", "letter", "--resubmit", "--batch", "2", "--reason", "r", "--sandbox"
        ).status
    )


def test_faults_of_a_list_are_told_without_the_line(letter: Shell) -> None:
    letter.tree.write(
        "campaigns/letter/lists/members.csv", f"no,openid\n1,{OPENIDS[0]}\n2,13800138000\n"
    )
    said = letter("validate")
    assert (1, 1, False) == (
        said.status,
        len(re.findall("members.csv:3:3", said.out)),
        "13800138000" in said.out,
    )


def test_a_lock_names_the_list_and_a_changed_one_is_stale(letter: Shell) -> None:
    assert 0 == letter("lock", "letter").status
    lock = (letter.root / "campaigns/letter/campaign.lock.json").read_text()
    assert (1, False) == (len(re.findall('"count": 20001', lock)), "oTEST" in lock)
    assert (
        0 == letter("apply", "letter", "--sandbox", "--yes", "--locked", "--until", "draft").status
    )
    rows = "".join(f"{openid}\n" for openid in OPENIDS[1:])
    letter.tree.write("campaigns/letter/lists/members.csv", f"openid\n{rows}")
    said = letter("apply", "letter", "--sandbox", "--yes", "--locked")
    assert (5, True) == (
        said.status,
        "your files changed since it was locked: the audience" in said.out,
    )


def test_a_tag_by_name_exists_in_the_sandbox_and_is_sent_to(shell: Shell) -> None:
    shell.tree.settings(language="en")
    text = LETTER.replace("openids: lists/members.csv", "tag: 会员")
    shell.tree.write("campaigns/letter/campaign.yaml", text)
    said = shell("apply", "letter", "--sandbox", "--yes")
    assert (0, True) == (said.status, "WeChat accepted the send to tag 会员" in said.out)
    told = shell("state", "list", "--sandbox").out
    assert ["audience_resolved", "send_attempted"] == re.findall(
        r"audience_resolved|send_attempted", told
    )


def test_a_tag_by_name_is_all_that_a_text_has_to_stage(shell: Shell) -> None:
    """It is an entry and no step, so the plan says it beside the audience, and counts it."""
    shell.tree.settings(language="en")
    shell.tree.write(
        "campaigns/letter/campaign.yaml", LETTER.replace("openids: lists/members.csv", "tag: 会员")
    )
    planned = shell("plan", "letter", "--sandbox", "--detailed-exitcode")
    assert (
        "apply looks up which tag that is and records its id; the send goes only to that id"
        in _unwrapped(planned)
    )
    assert (6, True) == (planned.status, "plan: 1 tag to look up" in planned.out)
    said = shell("apply", "letter", "--sandbox", "--until", "draft")
    assert (0, True) == (said.status, "✓ recorded that tag 会员 is id " in said.out)
    assert "this run: prepared 1" in said.out
    again = shell("apply", "letter", "--sandbox", "--until", "draft")
    assert (0, True) == (again.status, "this run: nothing to do 1" in again.out)
    assert "to look up" not in shell("plan", "letter", "--sandbox").out


def _unwrapped(said: Said) -> str:
    return " ".join(said.out.split())


@pytest.mark.night
def test_a_list_that_is_too_long_for_a_day_proposes_a_tag(letter: Shell) -> None:
    with (letter.root / "campaigns/letter/lists/members.csv").open("w") as file:
        file.write("openid\n")
        file.writelines(f"oTEST{number:023}\n" for number in range(1_000_001))
    said = letter("plan", "letter", "--sandbox")
    assert (True, True) == (
        "its list needs 101 jobs, but an account has 100" in " ".join(said.out.split()),
        "write `tag:`" in said.out,
    )


def test_openids_are_not_for_subscription_accounts(letter: Shell) -> None:
    settings = letter.tree.read("massctl.yaml").replace("kind: service", "kind: subscription")
    letter.tree.write("massctl.yaml", settings)
    said = letter("validate")
    assert (1, True) == (said.status, "MC609" in said.out)
    letter.tree.write(
        "campaigns/letter/campaign.yaml", LETTER.replace("openids: lists/members.csv", "tag: 会员")
    )
    assert 0 == letter("validate").status


def refused_in_the_middle(letter: Shell) -> None:
    """The second batch is refused for good, because one of its openids is none of the account's."""

    def judged(request: Request, given: object) -> Audience:
        if isinstance(given, list) and OPENIDS[15_000] in given:
            raise Refusal(40003)
        return by_openids(request, given)

    letter.monkeypatch.setattr("massctl.sandbox.audience.by_openids", judged)
    said = letter("apply", "letter", "--sandbox", "--yes")
    assert (1, True) == (
        said.status,
        "massctl new --sandbox letter-rest --unsent-of letter" in " ".join(said.out.split()),
    )


def test_a_refused_batch_has_one_sentence_everywhere_and_no_choice_that_is_refused(
    letter: Shell,
) -> None:
    refused_in_the_middle(letter)
    says = (
        "WeChat refused batch 2 of 3 for good, with errcode 40003",
        "massctl new --sandbox letter-rest --unsent-of letter",
    )
    verbs = [
        ("plan", "letter"),
        ("apply", "letter", "--yes"),
        ("status", "letter"),
        ("reconcile", "letter"),
    ]
    for verb in verbs:
        said = " ".join(letter(*verb, "--sandbox").out.split())
        assert [True, True, False] == [
            *(each in said for each in says),
            "continues with the next" in said,
        ], verb
    choices = letter("reconcile", "letter", "--sandbox").out
    assert (True, False) == ("--sent --reason" in choices, "--not-sent" in choices)
    assert (True, False) == (
        "WeChat refused batch 2, so it is not in doubt." in choices,
        "settle it with" in choices,
    )
    assert (1, 1) == (choices.count("10,000 openids\n"), choices.count("9,999 openids\n"))


def reached(shell: Shell) -> Counter[int]:
    """Count the openids of the sandbox's jobs, job by job."""
    return Counter(job["total_count"] for job in shell.report()["jobs"])


def counted(letter: Shell) -> Counter[str]:
    """Count how often each openid stands in a job of the sandbox from now on."""
    times: Counter[str] = Counter()

    def judged(request: Request, given: object) -> Audience:
        found = by_openids(request, given)
        times.update(given if isinstance(given, list) else [])
        return found

    letter.monkeypatch.setattr("massctl.sandbox.audience.by_openids", judged)
    return times


def test_a_begun_list_stays_as_it_is(letter: Shell) -> None:
    refused_in_the_middle(letter)
    list_file, written = (
        "campaigns/letter/lists/members.csv",
        letter.tree.read("campaigns/letter/lists/members.csv"),
    )
    letter.tree.write(
        list_file, "openid\n" + "".join(f"{each}\n" for each in [*OPENIDS, "oTEST99999"])
    )
    edited = letter("apply", "letter", "--sandbox", "--yes", "--format", "json")
    letter.tree.write(list_file, written)
    letter.tree.write("campaigns/letter/campaign.yaml", LETTER.replace("今晚八点", "今晚九点"))
    reworded = letter("apply", "letter", "--sandbox", "--yes", "--format", "json")
    found = [each.document["campaigns"][0]["refusals"][0]["guard"] for each in (edited, reworded)]
    assert (["audience_changed", "edited_after_send"], 1) == (found, len(letter.report()["jobs"]))
    made = letter("new", "rest", "--unsent-of", "letter", "--sandbox")
    assert 0 == made.status  # The message of the others is theirs.


def test_the_rest_of_a_list_gets_it_once_and_nobody_twice(letter: Shell) -> None:
    letter.tree.write("campaigns/letter/images/note.txt", "beside it")
    refused_in_the_middle(letter)
    assert 0 == letter("lock", "letter").status
    made = letter("new", "rest", "--unsent-of", "letter", "--sandbox", "--format", "json")
    rest = {"name": "rest", "openids": 10_001, "left_out": 0, "left_out_batches": []}
    assert (0, rest) == (made.status, made.document["rest"])
    folder = letter.root / "campaigns/rest"
    assert ["campaign.yaml", "images", "lists", "unsent.txt"] == sorted(
        each.name for each in folder.iterdir()
    )
    assert OPENIDS[10_000:] == letter.tree.read("campaigns/rest/unsent.txt").split()
    again = counted(letter)
    assert 0 == letter("apply", "letter", "--sandbox", "--yes").status
    assert 0 == letter("apply", "rest", "--sandbox", "--yes").status
    assert Counter(OPENIDS) == again + Counter(OPENIDS[:10_000])
    assert Counter({10_000: 1, 9_999: 1, 2: 1}) == reached(letter)
    assert "2 of 3" not in letter("plan", "--sandbox").out
    assert "the other openids are in rest" in " ".join(
        letter("status", "letter", "--sandbox").out.split()
    )


def test_the_folder_is_made_again_under_the_name_that_the_ledger_has(letter: Shell) -> None:
    refused_in_the_middle(letter)
    assert 0 == letter("new", "rest", "--unsent-of", "letter", "--sandbox").status
    shutil.rmtree(letter.root / "campaigns/rest")
    other = letter("new", "other", "--unsent-of", "letter", "--sandbox")
    assert (5, True) == (other.status, "rest has its other openids" in other.err)
    assert 0 == letter("new", "rest", "--unsent-of", "letter", "--sandbox").status
    there = letter("new", "rest", "--unsent-of", "letter", "--sandbox")
    assert (2, True) == (there.status, "already exists" in there.err)
    ended = [
        line
        for line in letter("state", "list", "--sandbox").out.splitlines()
        if "list_ended" in line
    ]
    assert 1 == len(ended)


def test_the_rest_of_a_list_takes_no_name_of_another_campaign(letter: Shell) -> None:
    """What the ledger has of that one would count for it."""
    letter.tree.text("notice")
    letter("apply", "notice", "--sandbox", "--yes")
    refused_in_the_middle(letter)
    shutil.rmtree(letter.root / "campaigns/notice")
    taken = letter("new", "notice", "--unsent-of", "letter", "--sandbox")
    assert (2, True) == (taken.status, "the ledger already has a campaign notice" in taken.err)
    (letter.root / "campaigns/letter").rename(letter.root / "campaigns/renamed")
    letter.tree.write(
        "massctl.yaml", letter.tree.read("massctl.yaml") + "moved: [{from: letter, to: renamed}]\n"
    )
    before = letter("new", "letter", "--unsent-of", "renamed", "--sandbox")
    assert (2, True) == (before.status, "letter is the old name of renamed" in before.err)


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({}, 2, "is not a partly sent list of openids"),
        ({"doubt": True}, 5, "nobody knows whether batch 2 was sent"),
        ({"edited": True}, 5, "is not the one that was partly sent"),
        ({"name": "Rest"}, 2, "Rest is not a campaign name"),
    ],
)
def test_a_list_is_ended_only_where_it_is_known_who_has_it(
    letter: Shell, changed: dict[str, Any], status: int, told: str
) -> None:
    if changed.get("doubt"):
        letter.tree.settings(language="en", in_doubt="stop")
        letter.faults(lost("message/mass/send", nth=2))
        letter("apply", "letter", "--sandbox", "--yes")
    elif changed:
        refused_in_the_middle(letter)
    if changed.get("edited"):
        letter.tree.write(
            "campaigns/letter/lists/members.csv", "openid\n" + "\n".join(OPENIDS[1:]) + "\n"
        )
    said = letter("new", changed.get("name", "rest"), "--unsent-of", "letter", "--sandbox")
    assert (status, True) == (said.status, told in " ".join(said.err.split())), said.err
    assert (False, False) == (
        (letter.root / "campaigns/rest").exists(),
        "list_ended" in _ledger(letter),
    )
    assert ["letter"] == [each.name for each in (letter.root / "campaigns").iterdir()]


def _ledger(letter: Shell) -> str:
    return letter("state", "list", "--sandbox").out


def test_a_copy_keeps_comments_and_drops_edition_and_window(letter: Shell) -> None:
    window = "send:  # the evening\n  not_before: 2026-12-01T10:00:00+08:00\n  not_after: 2026-12-01T23:00:00+08:00\n"
    letter.tree.write(
        "campaigns/letter/campaign.yaml", f"# to members\n{LETTER}{window}  same_content: allow\n"
    )
    refused_in_the_middle(letter)
    assert 0 == letter("new", "rest", "--unsent-of", "letter", "--sandbox").status
    written = letter.tree.read("campaigns/rest/campaign.yaml")
    assert "# to members\n" + LETTER.replace("lists/members.csv", "unsent.txt") in written
    assert (True, False) == ("same_content: allow" in written, "not_before" in written)


def failed(msg_id: int, word: str = "err(10001)") -> str:
    """Write the event that ends a job as failed."""
    return (
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>mphelper</FromUserName><CreateTime>1796097600</CreateTime>"
        "<MsgType>event</MsgType><Event>MASSSENDJOBFINISH</Event>"
        f"<MsgID>{msg_id}</MsgID><Status>{word}</Status><TotalCount>0</TotalCount><FilterCount>0</FilterCount>"
        "<SentCount>0</SentCount><ErrorCount>0</ErrorCount></xml>"
    )


def test_after_a_failed_batch_the_rest_has_it_and_those_never_begun(letter: Shell) -> None:
    """Nobody is lost by the advice, and nobody gets it twice."""
    accepting = by_openids

    def judged(request: Request, given: object) -> Audience:
        if isinstance(given, list) and OPENIDS[-1] in given:
            raise Refusal(40003)
        return accepting(request, given)

    with letter.monkeypatch.context() as patch:
        patch.setattr("massctl.sandbox.audience.by_openids", judged)
        assert 1 == letter("apply", "letter", "--sandbox", "--yes").status
    letter.tree.write("event.xml", failed(letter.report()["jobs"][1]["msg_id"]))
    assert 0 == letter("record-event", "event.xml", "--sandbox").status
    advice = " ".join(letter("status", "letter", "--sandbox").out.split())
    assert (True, False) == (
        "massctl new --sandbox letter-rest --unsent-of letter" in advice,
        "edition: 2" in advice,
    )
    letter.tree.write("campaigns/letter/campaign.yaml", LETTER + "edition: 2\n")
    raised = letter("apply", "letter", "--sandbox", "--yes", "--format", "json").document[
        "campaigns"
    ][0]
    assert ["partly_sent"] == [each["guard"] for each in raised["refusals"]]
    letter.tree.write("campaigns/letter/campaign.yaml", LETTER)
    made = letter("new", "letter-rest", "--unsent-of", "letter", "--sandbox", "--format", "json")
    assert (0, 10_001, 0) == (
        made.status,
        made.document["rest"]["openids"],
        made.document["rest"]["left_out"],
    )
    assert OPENIDS[10_000:] == letter.tree.read("campaigns/letter-rest/unsent.txt").split()


def test_where_every_job_failed_a_raised_edition_is_the_way_and_no_rest(letter: Shell) -> None:
    assert 0 == letter("apply", "letter", "--sandbox", "--yes", "--until", "draft").status
    letter.control("ending", {"appid": APPID, "status": "err(10001)"})
    letter.control("settings", {"sending_seconds": 0})
    assert 1 == letter("apply", "letter", "--sandbox", "--yes").status
    said = letter("new", "rest", "--unsent-of", "letter", "--sandbox")
    assert (5, True, True) == (
        said.status,
        "surely nobody has letter" in said.err,
        "edition: 2" in said.err,
    ), said.err
    letter.tree.write("campaigns/letter/campaign.yaml", LETTER + "edition: 2\n")
    again = counted(letter)
    assert 0 == letter("apply", "letter", "--sandbox", "--yes").status
    assert Counter(OPENIDS) == again


def called_not_sent(letter: Shell) -> None:
    """The answer to the second batch is lost, and somebody overlooks it in the console."""
    letter.tree.settings(language="en", in_doubt="stop")
    letter.faults(lost("message/mass/send", nth=2))
    assert 4 == letter("apply", "letter", "--sandbox", "--yes").status
    assert (
        0
        == letter("reconcile", "letter", "--not-sent", "--reason", "not there", "--sandbox").status
    )


def test_a_batch_that_somebody_called_not_sent_by_mistake_is_in_no_rest(letter: Shell) -> None:
    called_not_sent(letter)
    said = letter("new", "rest", "--unsent-of", "letter", "--sandbox")
    told = "left out, because they may have it: the 9,999 openids of batch 2; only a person's word says"
    assert (0, True) == (said.status, told in " ".join(said.out.split())), said.out
    assert OPENIDS[-2:] == letter.tree.read("campaigns/rest/unsent.txt").split()
    again = counted(letter)
    assert [0, 0] == [
        letter("apply", each, "--sandbox", "--yes").status for each in ("letter", "rest")
    ]
    assert Counter(OPENIDS[-2:]) == again


def test_a_batch_that_somebody_called_not_sent_by_mistake_goes_again_as_itself_and_reaches_nobody(
    letter: Shell,
) -> None:
    called_not_sent(letter)
    letter.set_time(NOON + timedelta(minutes=2))
    assert 0 == letter("apply", "letter", "--sandbox", "--yes").status
    assert [(1, 10_000), (2, 9_999), (3, 2)] == jobs(letter)
    assert 3 == len(letter.report()["jobs"])


def test_after_a_day_only_a_person_knows_who_lacks_it(letter: Shell) -> None:
    called_not_sent(letter)
    letter.set_time(NOON + timedelta(days=1))
    said = letter("apply", "letter", "--sandbox", "--yes", "--format", "json")
    (refusal,) = said.document["campaigns"][0]["refusals"]
    assert (5, "partly_sent", 2) == (said.status, refusal["guard"], len(letter.report()["jobs"]))
    assert "write these openids into the list of a new campaign" in refusal["hint"]


def test_after_a_repair_no_rest_has_what_the_lost_part_may_have_sent(letter: Shell) -> None:
    assert 0 == letter("apply", "letter", "--sandbox", "--yes").status
    path = letter.root / ".massctl/sandbox/massctl.state.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    second = next(
        n for n, line in enumerate(lines) if b'"batch":2' in line and b'"send_attempted"' in line
    )
    path.write_bytes(b"".join([*lines[:second], bytes(len(lines[second])), *lines[second + 1 :]]))
    (letter.root / ".massctl/sandbox/locks/newest.json").unlink()
    reason = ("--reason", "power cut", "--sandbox")
    assert 0 == letter("state", "repair", *reason).status
    assert 5 == letter("new", "rest", "--unsent-of", "letter", "--sandbox").status
    assert 0 == letter("reconcile", "letter", "--not-sent", "--batch", "2", *reason).status
    said = letter("new", "rest", "--unsent-of", "letter", "--sandbox")
    assert (5, True) == (said.status, "nobody surely lacks letter" in said.err), said.err
    letter("apply", "letter", "--sandbox", "--yes")
    assert Counter({10_000: 1, 9_999: 1, 2: 1}) == reached(letter)


def test_every_refused_batch_that_a_person_sent_stays_sent(letter: Shell) -> None:
    others = [OPENIDS[15_000], OPENIDS[-1]]

    def judged(request: Request, given: object) -> Audience:
        if isinstance(given, list) and any(each in given for each in others):
            raise Refusal(40003)
        return by_openids(request, given)

    settle = ("reconcile", "letter", "--sent", "--reason", "by hand", "--sandbox")
    with letter.monkeypatch.context() as patch:
        patch.setattr("massctl.sandbox.audience.by_openids", judged)
        assert [1, 0] == [
            letter("apply", "letter", "--sandbox", "--yes").status,
            letter(*settle).status,
        ]
        assert [1, 0] == [
            letter("apply", "letter", "--sandbox", "--yes").status,
            letter(*settle).status,
        ]
    assert 0 == letter("apply", "letter", "--sandbox", "--yes").status
    assert [(1, 10_000)] == jobs(letter)
    said = letter("state", "show", "letter", "--sandbox").out
    assert (2, True) == (said.count("as sent, by"), "letter  edition 1  sending" in said), said


def test_a_raised_edition_never_reaches_those_who_have_it_again(letter: Shell) -> None:
    refused_in_the_middle(letter)
    letter.tree.write("campaigns/letter/campaign.yaml", LETTER + "edition: 2\n")
    said = letter("apply", "letter", "--sandbox", "--yes", "--format", "json")
    refusals = said.document["campaigns"][0]["refusals"]
    assert (1, ["partly_sent"]) == (
        len(letter.report()["jobs"]),
        [each["guard"] for each in refusals],
    )
    assert (5, True) == (said.status, "set `edition` back to 1" in refusals[0]["hint"])
