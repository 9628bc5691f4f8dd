"""reconcile, state init and state import, as people use them when something went wrong."""

import json
import re
import shlex
import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cli_runner import NOON, SENDALL, Said, Shell, lost
from repositories import APPID, window
from syrupy.assertion import SnapshotAssertion

from massctl.ledger.codec import chain_digest
from massctl.ledger.process_lock import sole_runner
from massctl.model.ids import canonical_json

DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
LOOPBACK = {"MASSCTL_API_BASE": "http://127.0.0.1:9"}
OTHER_APPID = "wxfedcba9876543210"
EVENING = "2026-11-20T20:00:00+08:00"
LINEAGE = re.compile(r"lineage: ([0-9A-Z]{26})")


@pytest.fixture
def doubtful(shell: Shell) -> Shell:
    """Give a shell in which nobody knows whether `letter` went out; it did not."""
    shell.tree.news("letter", more=DUE)
    shell.faults(lost(SENDALL, "request_lost"))
    assert 4 == shell("apply", "letter", "--yes", "--no-wait", "--sandbox").status
    return shell


@pytest.fixture
def ours(shell: Shell) -> Shell:
    """Give a shell in a repository of the realm `loopback` without a ledger."""
    shell.tree.news("letter")
    shell.env(**LOOPBACK)
    return shell


def test_the_evidence_is_in_chinese_too(doubtful: Shell) -> None:
    doubtful.env(MASSCTL_LANG="zh")
    said = doubtful("reconcile", "letter", "--sandbox").out
    (line,) = [line for line in said.splitlines() if "clientmsgid" in line]
    assert "指纹" in line
    assert "digest" not in said


def entries(shell: Shell, kind: str) -> list[dict[str, Any]]:
    return [each for each in ledger(shell) if each["type"] == kind]


def ledger(shell: Shell) -> list[dict[str, Any]]:
    """Give the lines of the sandbox's ledger."""
    text = (shell.root / ".massctl/sandbox/massctl.state.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def lineage(shell: Shell) -> str:
    found = LINEAGE.search(shell.tree.read("massctl.yaml"))
    assert found
    return found[1]


# reconcile


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_choice_the_evidence_is_shown(
    doubtful: Shell, language: str, snapshot: SnapshotAssertion
):
    doubtful.tree.settings(language=language)
    said = doubtful("reconcile", "letter", "--sandbox")
    assert 2 == said.status
    assert snapshot == doubtful.scrub(said.out)


def test_after_a_day_the_evidence_says_what_a_mistake_costs(doubtful: Shell):
    doubtful.control("advance", {"seconds": 25 * 3600})
    said = " ".join(doubtful("reconcile", "letter", "--sandbox").out.split())
    assert "not possible:" in said
    assert "WeChat has forgotten the id since 2026-12-02 12:00 +08:00" in said


@pytest.mark.parametrize("change", ["edition", "appid", "gone", "content"])
def test_wechat_catches_a_wrong_word_only_where_the_next_send_has_the_same_id(
    doubtful: Shell, change: str
):
    match change:
        case "edition":
            doubtful.tree.news("letter", more=f"{DUE}edition: 2\n")
        case "appid":
            doubtful.tree.write(
                "massctl.yaml", doubtful.tree.read("massctl.yaml").replace(APPID, OTHER_APPID)
            )
        case "gone":
            shutil.rmtree(doubtful.root / "campaigns/letter")
        case _:
            doubtful.tree.news("letter", title="Another title", more=DUE)
    said = " ".join(doubtful("reconcile", "letter", "--sandbox").out.split())
    told = "it sends nothing twice" in said, "if this is wrong, followers receive it twice" in said
    assert (change == "content", change != "content") == told


@pytest.mark.parametrize("verb", [("apply", "letter", "--yes", "--no-wait"), ("status",)])
@pytest.mark.parametrize("change", ["nothing", "closed", "disabled", "appid", "gone", "unreadable"])
def test_a_repetition_is_advised_only_where_nothing_but_time_stands_in_its_way(
    doubtful: Shell, verb: tuple[str, ...], change: str
):
    match change:
        case "closed":
            doubtful.control("advance", {"seconds": 2 * 3600})
        case "disabled":
            doubtful.tree.settings(policy="  sending: disabled\n")
        case "appid":
            doubtful.tree.write(
                "massctl.yaml", doubtful.tree.read("massctl.yaml").replace(APPID, OTHER_APPID)
            )
        case "gone":
            verb = tuple(each for each in verb if each != "letter")
            shutil.rmtree(doubtful.root / "campaigns/letter")
        case "unreadable":
            doubtful.tree.write("campaigns/letter/campaign.yaml", "version: [")
        case _:
            doubtful.faults(lost(SENDALL, "request_lost"))
    said = " ".join(doubtful(*verb, "--sandbox").out.split())
    assert (change == "nothing") == ("repeat the identical request" in said)
    assert ("massctl reconcile --sandbox letter" in said, "give it a new window" in said) == (
        True,
        False,
    )


def test_a_draft_in_question_offers_no_repetition(shell: Shell):
    shell.tree.news("letter")
    shell("apply", "letter", "--until", "draft", "--sandbox")
    said = shell("reconcile", "letter", "--sandbox")
    assert (2, False, True) == (said.status, "--resubmit" in said.out, "--not-sent" in said.out)


def test_a_send_in_doubt_under_an_appid_that_was_changed_is_told_and_settled(doubtful: Shell):
    doubtful.tree.settings(language="en")
    doubtful.tree.write(
        "massctl.yaml", doubtful.tree.read("massctl.yaml").replace(APPID, OTHER_APPID)
    )
    said = doubtful("apply", "letter", "--yes", "--sandbox")
    told = " ".join(said.out.split())
    assert (4, []) == (
        said.status,
        [each for each in (APPID, OTHER_APPID, "account_in_doubt") if each not in told],
    )
    assert (
        "repeat the identical request" in told,
        "massctl reconcile --sandbox letter" in told,
    ) == (False, True)
    (planned,) = doubtful("plan", "--sandbox", "--format", "json").document["campaigns"]
    assert [True] == [APPID in each["message"] for each in planned["refusals"]]
    assert (
        0
        == doubtful(
            "reconcile", "letter", "--not-sent", "--reason", "not there", "--sandbox"
        ).status
    )
    assert [0, 1] == [
        doubtful("apply", "letter", "--yes", "--sandbox").status,
        len(doubtful.report()["jobs"]),
    ]


def test_another_campaigns_doubt_under_the_appid_of_before_is_told(shell: Shell):
    shell.tree.settings(language="en")
    shell.tree.text("notice")
    assert 0 == shell("apply", "notice", "--yes", "--sandbox").status
    shell.tree.news("letter")
    shell.faults(lost(SENDALL, "request_lost"))
    assert 4 == shell("apply", "letter", "--yes", "--no-wait", "--sandbox").status
    shell.tree.write("massctl.yaml", shell.tree.read("massctl.yaml").replace(APPID, OTHER_APPID))
    said = shell("apply", "notice", "--yes", "--sandbox")
    told = " ".join(said.out.split())
    wanted = (APPID, OTHER_APPID, 'massctl reconcile --sandbox letter --not-sent --reason "…"')
    assert (4, []) == (said.status, [each for each in wanted if each not in told])


def test_a_folder_that_is_gone_is_settled_all_the_same(doubtful: Shell):
    shutil.rmtree(doubtful.root / "campaigns/letter")
    said = doubtful("reconcile", "letter", "--sandbox")
    assert (2, True) == (said.status, "not possible:" in said.out)
    assert 0 == doubtful("reconcile", "letter", "--not-sent", "--reason", "x", "--sandbox").status


def test_who_asked_for_a_repetition_and_why_stands_in_the_ledger(doubtful: Shell):
    doubtful.env(GITHUB_ACTOR="lin")
    assert (
        0
        == doubtful(
            "reconcile", "letter", "--resubmit", "--reason", "网络好了", "--yes", "--sandbox"
        ).status
    )
    told = [(each.get("by"), each.get("reason")) for each in entries(doubtful, "send_attempted")]
    assert [(None, None), ("lin", "网络好了")] == told
    assert 1 == len(doubtful.report()["jobs"])


def test_a_repetition_by_hand_outranks_the_policy_and_not_the_window(doubtful: Shell):
    doubtful.tree.settings(in_doubt="stop")
    doubtful.control("advance", {"seconds": 2 * 3600})
    said = doubtful("reconcile", "letter", "--resubmit", "--reason", "x", "--yes", "--sandbox")
    assert (4, True, 0) == (
        said.status,
        "the window closed" in said.out,
        len(doubtful.report()["jobs"]),
    )


def test_the_address_of_a_sent_article_is_shown_again(doubtful: Shell):
    url = "https://mp.weixin.qq.com/s/abc"
    assert (
        0
        == doubtful(
            "reconcile", "letter", "--sent", "--url", url, "--reason", "x", "--sandbox"
        ).status
    )
    assert url in doubtful("state", "show", "letter", "--sandbox").out


def test_nothing_is_settled_while_another_runner_is_at_work(doubtful: Shell):
    before = ledger(doubtful)
    with sole_runner(doubtful.root / ".massctl/sandbox/locks", NOON):
        said = doubtful("reconcile", "letter", "--not-sent", "--reason", "x", "--sandbox")
    assert (5, True, before) == (
        said.status,
        "has been using it since" in said.err,
        ledger(doubtful),
    )


def test_what_another_runner_is_waiting_for_is_not_called_in_doubt(doubtful: Shell):
    with sole_runner(doubtful.root / ".massctl/sandbox/locks", NOON):
        said = doubtful("apply", "letter", "--yes", "--sandbox")
    assert (5, True, False) == (said.status, "other_runner" in said.out, "Nobody knows" in said.out)


# state init


def test_a_ledger_is_begun_once_and_named(ours: Shell):
    assert 0 == ours("state", "init").status
    begun, text = lineage(ours), ours.tree.read("massctl.yaml")
    again = ours("state", "init")
    assert (0, True, text) == (
        again.status,
        "nothing was changed" in again.out,
        ours.tree.read("massctl.yaml"),
    )
    assert begun in ours("state", "verify").out


def test_a_ledger_that_massctl_yaml_lost_sight_of_is_named_again(ours: Shell):
    before = ours.tree.read("massctl.yaml")
    ours("state", "init")
    begun = lineage(ours)
    ours.tree.write("massctl.yaml", before)
    assert (0, begun) == (ours("state", "init").status, lineage(ours))


@pytest.mark.parametrize("how", ["missing", "foreign", "broken", "realm"])
def test_the_way_out_of_a_ledger_that_cannot_be_used_is_a_new_lineage(ours: Shell, how: str):
    ours("state", "init")
    path, old = ours.root / "massctl.state.jsonl", lineage(ours)
    if how == "missing":
        path.unlink()
    elif how == "foreign":
        ours.tree.write(
            "massctl.yaml",
            ours.tree.read("massctl.yaml").replace(old, "01JDXW00000000000000000000"),
        )
    elif how == "broken":
        path.write_bytes(b"what was sent\n")
    else:
        ours.monkeypatch.delenv("MASSCTL_API_BASE")
    said = ours("state", "init")
    assert 5 == said.status
    (command,) = re.findall(
        r"massctl (state init --new-lineage --reason \"[^\"]*\")", " ".join(said.err.split())
    )
    assert 0 == ours(*shlex.split(command)).status
    assert (0, False) == (ours("state", "verify").status, lineage(ours) == old)
    aside = [each for each in ours.root.iterdir() if each.name.startswith("massctl.state.2026")]
    assert (how != "missing") == bool(aside)


def test_starting_over_tells_what_the_old_ledger_knew(ours: Shell, snapshot: SnapshotAssertion):
    ours.tree.settings(state="state:\n  backend: local  # 就在这里\n")
    ours("state", "init")
    ours("state", "import", "--sent", "letter", "--at", EVENING, "--msg-id", "3147000007")
    ours("state", "import", "--website-send", EVENING)
    said = ours("state", "init", "--new-lineage", "--reason", "硬盘坏了")
    assert (0, True) == (said.status, "# 就在这里" in ours.tree.read("massctl.yaml"))
    assert snapshot == ours.scrub(said.out)
    for command in re.findall(r"^    massctl (.*)$", said.out, re.MULTILINE):
        assert 0 == ours(*shlex.split(command)).status, command
    assert "letter  edition 1  sending" in ours("state", "show").out


def test_an_example_of_a_moment_is_one_that_has_been(ours: Shell):
    said = ours("state", "init", "--new-lineage", "--reason", "x")
    examples = re.findall(r"\d{4}-\d\d-\d\dT[\d:]+\+08:00", said.out)
    assert examples
    assert [] == [
        each
        for each in examples
        if datetime.fromisoformat(each) > datetime(2026, 11, 28, tzinfo=UTC)
    ]


def test_of_a_campaign_whose_folder_is_gone_no_apply_is_advised(doubtful: Shell):
    shutil.rmtree(doubtful.root / "campaigns/letter")
    for said in (
        doubtful("reconcile", "letter", "--sandbox"),
        doubtful("reconcile", "letter", "--not-sent", "--reason", "looked", "--sandbox"),
    ):
        assert "massctl apply" not in said.out
    assert (0, "letter is recorded as not sent") == (said.status, said.out.strip())


def test_starting_over_tells_of_a_send_in_doubt(doubtful: Shell):
    said = doubtful("state", "init", "--new-lineage", "--reason", "x", "--sandbox")
    assert "nobody knows whether it was sent" in said.out
    (command,) = re.findall(r"^    massctl (state import .*--sent .*)$", said.out, re.MULTILINE)
    assert 0 == doubtful(*shlex.split(command)).status


def test_an_older_copy_still_tells_what_it_knows(ours: Shell):
    ours("state", "init")
    ours("state", "import", "--sent", "letter", "--at", EVENING)
    path = ours.root / "massctl.state.jsonl"
    copy = path.read_bytes()
    ours("state", "import", "--website-send", EVENING)
    path.write_bytes(copy)
    assert 5 == ours("state", "verify").status
    said = ours("state", "init", "--new-lineage", "--reason", "x")
    assert f"massctl state import --sent letter --edition 1 --at {EVENING}" in said.out


@pytest.mark.parametrize("flags", [["--new-lineage"], ["--reason", "x"]])
def test_a_new_lineage_needs_a_reason_and_the_reverse(ours: Shell, flags: list[str]):
    said = ours("state", "init", *flags)
    assert (2, False) == (said.status, (ours.root / "massctl.state.jsonl").exists())


@pytest.mark.parametrize("verb", [["init"], ["init", "--new-lineage", "--reason", "x"]])
def test_no_ledger_is_begun_where_it_would_be_lost(shell: Shell, verb: list[str]):
    shell.tree.news("letter")
    shell.env(CI="true")
    said = shell("state", *verb)
    assert (5, False) == (said.status, (shell.root / "massctl.state.jsonl").exists())


# state import


def test_what_is_imported_is_sent_and_never_again(ours: Shell):
    ours("state", "init")
    said = ours("state", "import", "--sent", "letter", "--at", EVENING, "--reason", "群发记录里有")
    assert (0, True) == (said.status, "recorded as sent at 2026-11-20 20:00 +08:00" in said.out)
    assert ["sent"] == [
        each["status"] for each in ours("plan", "letter", "--format", "json").document["campaigns"]
    ]
    assert 0 == ours("apply", "letter", "--yes").status
    assert [0, 0] == [ours("state", "verify").status, ours("state", "show").status]


@pytest.mark.parametrize(("edition", "counted"), [("1", 0), ("2", 1)])
def test_what_is_imported_counts_by_the_audience_that_is_declared(
    ours: Shell, edition: str, counted: int
):
    """Of a service account only sends to everybody are counted by the month; another edition may have been one."""
    path = "campaigns/letter/campaign.yaml"
    ours.tree.write(path, ours.tree.read(path).replace("is_to_all: true", "tag_id: 101"))
    ours("state", "init")
    at = "2026-12-01T08:00:00+08:00"
    said = ours("state", "import", "--sent", "letter", "--at", at, "--edition", edition)
    assert (0, bool(counted)) == (said.status, "a send to everybody" in said.out)
    (account,) = ours("plan", "--format", "json").document["allowance"] or [{"ahead": []}]
    assert [counted] * counted == [row["used"] for row in account["ahead"] if row["of"] == "sends"]


@pytest.mark.parametrize("edit", [False, True])
def test_a_send_in_the_console_counts_by_the_audience_that_is_declared(ours: Shell, edit: bool):
    ours("apply", "letter", "--until", "draft", "--sandbox")
    if edit:
        ours.tree.write("campaigns/letter/articles/main.md", "{{ nothing }}")
        ours.tree.write("campaigns/letter/campaign.yaml", "version: 1\n")
    said = ours("reconcile", "letter", "--sent", "--reason", "seen", "--sandbox")
    settled = ours.tree.read(".massctl/sandbox/massctl.state.jsonl").splitlines()[-1]
    assert (0, edit, not edit) == (
        said.status,
        "a send to everybody" in said.err,
        "is_to_all" in settled,
    )


def test_a_copy_of_what_is_imported_is_noticed(ours: Shell):
    ours("state", "init")
    ours("state", "import", "--sent", "letter", "--at", EVENING)
    ours.tree.news("copy")
    (copy,) = ours("plan", "copy", "--format", "json").document["campaigns"]
    assert ["same_content"] == [each["guard"] for each in copy["refusals"]]


def test_another_edition_than_the_declared_one_is_not_known_by_its_content(ours: Shell):
    ours("state", "init")
    ours.tree.news("letter", more="edition: 2\n")
    said = ours("state", "import", "--sent", "letter", "--at", EVENING, "--edition", "1")
    assert (0, True) == (said.status, "its content is not known" in said.out)
    assert "counts it as a send to everybody" in said.out
    assert "letter  edition 1  sent" in ours("state", "show").out


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--sent", "lettre", "--at", EVENING], 2, "did you mean letter?"),
        (["--sent", "letter"], 2, "--sent needs --at"),
        (["--sent", "letter", "--at", "2026-11-20"], 2, "has no time of day"),
        (["--sent", "letter", "--at", "2026-11-20T20:00:00"], 2, "has no offset"),
        (["--sent", "letter", "--at", "gestern"], 2, "is not a time"),
        (["--sent", "letter", "--at", "2026-12-24T20:00:00+08:00"], 2, "is in the future"),
        (
            ["--sent", "letter", "--at", EVENING, "--account", "main"],
            2,
            "a campaign names its account itself",
        ),
        (["--website-send", EVENING, "--edition", "2"], 2, "with --sent"),
        (["--website-send", EVENING, "--account", "other"], 2, "no account other"),
        (["--sent", "broken", "--at", EVENING], 1, "its account and edition are not known"),
        ([], 2, "one of --website-send, --no-website-send and --sent"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_imported_is_said(ours: Shell, arguments: list[str], status: int, says: str):
    ours("state", "init")
    ours.tree.news("broken", more="titel: x\n")
    said = ours("state", "import", *arguments)
    assert (status, True) == (said.status, says in " ".join(said.err.split())), said
    assert "serial 1" in ours("state", "verify").out


def test_of_several_accounts_one_has_to_be_named(ours: Shell):
    other = f"  other:\n    appid: {APPID[:-1]}0\n    secret_env: WECHAT_OTHER_SECRET\n    kind: service\n"
    ours.tree.settings(account=other)
    ours("state", "init")
    said = ours("state", "import", "--website-send", EVENING)
    assert (2, True) == (said.status, "add --account with one of main, other" in said.err), said
    assert 0 == ours("state", "import", "--website-send", EVENING, "--account", "other").status
    assert f"sent in the console with {APPID[:-1]}0: 2026-11-20 20:00" in ours("state", "show").out


def test_without_a_ledger_nothing_is_imported(ours: Shell):
    said = ours("state", "import", "--website-send", EVENING)
    assert (5, True) == (said.status, "massctl state init" in said.err)


def test_a_campaign_in_doubt_is_not_imported(doubtful: Shell):
    at = (NOON - timedelta(minutes=1)).isoformat()
    said = doubtful("state", "import", "--sent", "letter", "--at", at, "--sandbox")
    assert (2, True) == (said.status, "massctl reconcile --sandbox letter" in said.err)


def test_a_send_on_the_website_that_was_recorded_wrongly_is_taken_back(ours: Shell):
    ours("state", "init")
    assert 0 == ours("state", "import", "--website-send", EVENING).status
    again = ours("state", "import", "--website-send", EVENING)
    assert (2, True) == (again.status, "is recorded already" in again.err)
    assert (2, True) == (
        (bare := ours("state", "import", "--no-website-send", EVENING)).status,
        "--no-website-send needs --reason" in bare.err,
    )
    said = ours("state", "import", "--no-website-send", EVENING, "--reason", "it was a draft")
    assert (0, True) == (said.status, "is retracted for main" in said.out)
    assert (False, True) == (
        "sent in the console" in ours("state", "show").out,
        "website_send_retracted" in ours("state", "list").out,
    )


def test_what_wechat_refused_is_in_no_doubt_and_its_material_is_to_be_corrected(shell: Shell):
    shell.tree.settings(language="en")
    voice = "version: 1\naccount: main\naudience: {is_to_all: true}\nvoice: {media_id: nope}\n"
    shell.tree.write("campaigns/bell/campaign.yaml", voice)
    refused = shell("apply", "bell", "--sandbox", "--yes")
    advice = " ".join(refused.out.split())
    assert (1, True) == (refused.status, "correct voice.media_id in campaign.yaml" in advice), (
        refused
    )
    said = shell("reconcile", "bell", "--sandbox")
    assert (2, True, False) == (
        said.status,
        "WeChat refused it, so it is not in doubt." in said.out,
        "--not-sent" in said.out,
    )


@pytest.mark.parametrize("choice", ["--sent", "--not-sent"])
def test_an_attempt_without_a_verdict_is_not_settled_while_its_answer_may_come(
    shell: Shell, choice: str
):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    shell.tree.settings(language="en")
    shell.tree.text("letter")
    with shell.monkeypatch.context() as patch:
        patch.setattr("massctl.apply.executor.last_look", interrupted)
        assert 4 == shell("apply", "letter", "--yes", "--sandbox").status
    settle = ("reconcile", "letter", choice, "--reason", "looked", "--sandbox")
    early = shell(*settle)
    assert (5, True, []) == (
        early.status,
        "in 60 s" in early.err,
        entries(shell, "send_settled"),
    ), early
    shell.control("advance", {"seconds": 60})
    assert (0, 1) == (shell(*settle).status, len(entries(shell, "send_settled")))


def test_wechat_knows_an_id_that_was_settled_as_not_sent_and_nothing_denies_that_attempt(
    shell: Shell,
):
    shell.tree.settings(language="en")
    shell.tree.text("notice")
    shell.faults(lost(SENDALL))
    assert 4 == shell("apply", "notice", "--yes", "--no-wait", "--sandbox").status
    assert 0 == shell("reconcile", "notice", "--not-sent", "--reason", "x", "--sandbox").status
    shell.control("advance", {"seconds": 120})
    said = shell("apply", "notice", "--yes", "--sandbox")
    told = " ".join((said.out + said.err).split())
    # The request that WeChat took was the same, so nobody wonders what it carried.
    assert ("which content" in told, "knows of no send" in told, len(shell.report()["jobs"])) == (
        False,
        False,
        1,
    )


# an impossible story


HEAD = {"serial", "prev", "at", "campaign", "edition"}


def append(shell: Shell, **fields: Any) -> None:
    """Write one more line into the sandbox's ledger, as a run on another machine would."""
    path = shell.root / ".massctl/sandbox/massctl.state.jsonl"
    last = path.read_bytes().splitlines()[-1]
    known = json.loads(last)
    head = {
        "serial": known["serial"] + 1,
        "prev": chain_digest(last),
        "at": "2026-12-01T12:00:00.000+08:00",
    }
    about = {"campaign": "letter", "edition": 1}
    with path.open("ab") as file:
        file.write(canonical_json({**fields, **head, **about}).encode() + b"\n")


@pytest.fixture
def contradicted(doubtful: Shell) -> Shell:
    """Give a shell whose ledger says that an attempt was refused, and then that nobody knows."""
    attempt = entries(doubtful, "send_attempted")[-1]["serial"]
    append(
        doubtful,
        type="send_rejected",
        attempt=attempt,
        errcode=45028,
        token_dead=False,
        retryable=True,
    )
    append(doubtful, type="send_in_doubt", attempt=attempt, reason="connection_cut")
    return doubtful


@pytest.mark.parametrize("verb", ["state show", "reconcile letter", "status letter"])
def test_a_contradiction_is_told_with_both_entries(contradicted: Shell, verb: str) -> None:
    said = " ".join(contradicted(*verb.split(), "--sandbox").out.split())
    told = re.search(
        r"entry (\d+) \(send_rejected, [^)]*\) and entry (\d+) \(send_in_doubt, [^)]*\) cannot both",
        said,
    )
    assert told
    assert 1 == int(told[2]) - int(told[1])
    (shown,) = contradicted("state", "show", "letter", "--sandbox", "--format", "json").document[
        "campaigns"
    ]
    assert [{"batch": 1, "entries": [int(told[1]), int(told[2])]}] == shown["contradictions"]


def test_a_contradiction_stops_the_account_until_a_person_settles_it(contradicted: Shell) -> None:
    contradicted.tree.news("other", more=DUE)
    for name in ("letter", "other"):
        said = contradicted("apply", name, "--yes", "--no-wait", "--sandbox")
        assert 4 == said.status
        assert "the ledger contradicts itself about letter" in " ".join(
            (said.out + said.err).split()
        )
    assert (
        0
        == contradicted(
            "reconcile", "letter", "--not-sent", "--reason", "looked", "--sandbox"
        ).status
    )
    assert 0 == contradicted("apply", "letter", "--yes", "--no-wait", "--sandbox").status


def test_nobody_says_not_sent_of_what_is_on_record_as_sent(shell: Shell) -> None:
    shell.tree.news("letter", more=DUE)
    assert 0 == shell("apply", "letter", "--yes", "--sandbox").status
    again = {
        key: each for key, each in entries(shell, "send_attempted")[-1].items() if key not in HEAD
    }
    append(shell, **again)
    append(
        shell, type="send_in_doubt", attempt=ledger(shell)[-1]["serial"], reason="connection_cut"
    )
    before = ledger(shell)
    said = shell("reconcile", "letter", "--not-sent", "--reason", "looked", "--sandbox")
    assert (2, True) == (said.status, "letter is on record as sent" in said.err)
    assert before == ledger(shell)
    assert "--not-sent" not in shell("reconcile", "letter", "--sandbox").out
    assert 0 == shell("reconcile", "letter", "--sent", "--reason", "looked", "--sandbox").status
    assert 0 == shell("status", "letter", "--sandbox").status


def known(shell: Shell, msg_id: int) -> Said:
    """Apply `letter`; WeChat answers its first request that it took the send before, as this job."""
    shell.faults(lost(SENDALL, "known_id", msg_id=msg_id))
    return shell("apply", "letter", "--yes", "--sandbox")


def test_45065_to_the_first_request_is_a_doubt_that_names_the_job(shell: Shell) -> None:
    shell.tree.news("letter", more=DUE)
    said = known(shell, 3147000099)
    told = "WeChat answered with job 3147000099 (errcode 45065)"
    assert (4, True) == (said.status, told in " ".join(said.out.split()))
    (doubt,) = entries(shell, "send_in_doubt")
    assert (45065, 3147000099) == (doubt["errcode"], doubt["msg_id"])
    shell.control("advance", {"seconds": 600})
    assert 4 == shell("apply", "letter", "--yes", "--sandbox").status
    assert (
        4
        == shell(
            "reconcile", "letter", "--resubmit", "--reason", "again", "--yes", "--sandbox"
        ).status
    )
    assert 1 == len(entries(shell, "send_attempted"))


def test_the_job_of_another_campaign_is_no_acceptance(shell: Shell) -> None:
    """The first request for `letter` is answered with the job that `notice` has: nobody got `letter`."""
    shell.tree.text("notice")
    assert 0 == shell("apply", "notice", "--yes", "--sandbox").status
    (job,) = shell.report()["jobs"]
    shell.tree.news("letter", more=DUE)
    assert 4 == known(shell, job["msg_id"]).status
    shell.control("advance", {"seconds": 600})
    # The end of that job is the other's, and settles nothing.
    assert 4 == shell("status", "--sandbox").status
    campaigns = shell("status", "--sandbox", "--format", "json").document["campaigns"]
    found = {each["name"]: each["status"] for each in campaigns}
    assert {"letter": "in_doubt", "notice": "sent"} == found
    assert (
        2
        == shell(
            "reconcile", "letter", "--sent", str(job["msg_id"]), "--reason", "looked", "--sandbox"
        ).status
    )
    assert 0 == shell("reconcile", "letter", "--not-sent", "--reason", "looked", "--sandbox").status
    assert 0 == shell("apply", "letter", "--yes", "--sandbox").status
    assert 2 == len(shell.report()["jobs"])


def test_after_a_lost_ledger_the_end_of_the_job_settles_what_45065_named(shell: Shell) -> None:
    shell.tree.news("letter", more=DUE)
    assert 0 == shell("apply", "letter", "--yes", "--sandbox").status
    path = shell.root / ".massctl/sandbox/massctl.state.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:1]))
    (shell.root / ".massctl/sandbox/locks/newest.json").unlink()
    shell.set_time(NOON + timedelta(minutes=2))
    assert 4 == shell("apply", "letter", "--yes", "--sandbox").status
    shell.control("advance", {"seconds": 600})
    said = shell("status", "--sandbox", "--format", "json")
    (campaign,) = said.document["campaigns"]
    assert (0, "sent", 1) == (said.status, campaign["status"], len(shell.report()["jobs"]))
    assert ["unknown"] == [each["content"] for each in entries(shell, "send_accepted")]


def test_a_word_on_a_job_that_nobody_knows_is_settled_too(shell: Shell) -> None:
    shell.tree.news("letter", more=DUE)
    assert 0 == shell("apply", "letter", "--until", "draft", "--sandbox").status
    append(shell, type="job_status", msg_id=7, status="sent")
    said = shell("apply", "letter", "--yes", "--no-wait", "--sandbox")
    assert 4 == said.status
    assert "(job_status, 2026-12-01 12:00 +08:00) is impossible" in " ".join(
        (said.out + said.err).split()
    )
    assert 0 == shell("reconcile", "letter", "--not-sent", "--reason", "looked", "--sandbox").status
    assert 0 == shell("apply", "letter", "--yes", "--sandbox").status
