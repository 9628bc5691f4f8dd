"""`--format json`: one document with the keys of the interface, on every exit but 2 and 3, and nothing beside it."""

import json
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from published import misfits
from said import Said

from massctl.cli.output import Console
from massctl.ledger.process_lock import sole_runner
from massctl.view import plan_json, verbs_json

APPLY_KEYS = {"format_version", "exit_status", "lineage", "serial", "campaigns"}
APPLIED_KEYS = {
    "name",
    "group",
    "account",
    "edition",
    "status",
    "window",
    "digest",
    "performed",
    "refusals",
    "error",
    "cut",
    "closed_batches",
    "jobs",
}
STATUS_KEYS = {"name", "edition", "status", "withdrawn_articles", "jobs"}
JOB_KEYS = {
    "msg_id",
    "msg_data_id",
    "clientmsgid",
    "batch",
    "status",
    "accepted_at",
    "total_count",
    "filter_count",
    "sent_count",
    "error_count",
    "article_urls",
    "reason",
    "ends",
    "copyright_check",
}
ERROR_KEYS = {"errcode", "rid", "message", "hint"}
DIAGNOSTIC_KEYS = {
    "code",
    "severity",
    "message",
    "hint",
    "campaign",
    "file",
    "line",
    "column",
    "end_line",
    "end_column",
}


def apply(shell: Shell, *more: str) -> Said:
    return shell("apply", *more, "--sandbox", "--yes", "--format", "json")


def test_apply(shell: Shell):
    shell.tree.news()
    said = apply(shell, "letter")
    (campaign,) = said.document["campaigns"]
    assert APPLY_KEYS == set(said.document)
    assert APPLIED_KEYS == set(campaign)
    assert [JOB_KEYS] == [set(job) for job in campaign["jobs"]]
    assert {"add_material", "upload_image", "save_draft", "send_mass"} == {
        s["kind"] for s in campaign["performed"]
    }


def test_apply_says_its_exit_status_lineage_and_serial(shell: Shell):
    shell.tree.text()
    said = apply(shell, "notice")
    lines = (
        (shell.root / ".massctl/sandbox/massctl.state.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    document = said.document
    assert (said.status, json.loads(lines[0])["lineage"], len(lines)) == (
        document["exit_status"],
        document["lineage"],
        document["serial"],
    )


def test_apply_without_a_ledger(shell: Shell):
    (shell.root / "campaigns").mkdir(exist_ok=True)
    document = apply(shell).document
    assert (0, None, 0, []) == (
        document["exit_status"],
        document["lineage"],
        document["serial"],
        document["campaigns"],
    )


def test_an_error_has_wechats_code(shell: Shell):
    shell.tree.text()
    shell("plan", "--sandbox")
    shell.control("accounts", {"appid": "wx0123456789abcdef", "website_only": True})
    (campaign,) = apply(shell, "notice").document["campaigns"]
    assert ERROR_KEYS == set(campaign["error"])
    assert 45062 == campaign["error"]["errcode"]


def test_status(shell: Shell):
    shell.tree.text()
    apply(shell, "notice")
    shell.set_time(NOON + timedelta(hours=1))
    document = shell("status", "--sandbox", "--format", "json").document
    (campaign,) = document["campaigns"]
    assert {"format_version", "campaigns", "stopped"} == set(document)
    assert STATUS_KEYS <= set(campaign)
    assert JOB_KEYS == set(campaign["jobs"][0])


def test_validate(shell: Shell):
    shell.tree.text(more="surprise: 1\n")
    said = shell("validate", "--format", "json")
    (found,) = said.document["diagnostics"]
    assert {"format_version", "diagnostics", "summary"} == set(said.document)
    assert DIAGNOSTIC_KEYS == set(found)
    assert {"error": 1, "warning": 0} == said.document["summary"]
    assert ("campaigns/notice/campaign.yaml", 6, 1) == (
        found["file"],
        found["line"],
        found["column"],
    )


def test_diagnostics_are_sorted_by_place(shell: Shell):
    shell.tree.text("b", more="zz: 1\naa: 2\n")
    shell.tree.text("a", more="surprise: 1\n")
    found = shell("validate", "--format", "json").document["diagnostics"]
    places = [(d["file"], d["line"], d["column"], d["code"]) for d in found]
    assert sorted(places) == places
    assert 3 == len(places)


def test_a_broken_massctl_yaml_is_a_list_of_diagnostics(shell: Shell):
    shell.tree.write("massctl.yaml", "version: 1\nsurprise: 1\n")
    said = shell("validate", "--format", "json")
    assert (1, True) == (said.status, said.document["summary"]["error"] >= 2)


Break = Callable[[Shell], None]


def broken_settings(shell: Shell) -> None:
    shell.tree.write("massctl.yaml", "version: 1\nsurprise: 1\n")


def no_yaml_settings(shell: Shell) -> None:
    shell.tree.write("massctl.yaml", "accounts: [\n")


def corrupt_ledger(shell: Shell) -> None:
    for path in ("massctl.state.jsonl", ".massctl/sandbox/massctl.state.jsonl"):
        shell.tree.write(path, '{"surprise": 1}\n')


def binary_ledger(shell: Shell) -> None:
    for path in ("massctl.state.jsonl", ".massctl/sandbox/massctl.state.jsonl"):
        shell.tree.write(path, b"\xff\xfe\x00{}\n")


def future_ledger(shell: Shell) -> None:
    entry = {
        "type": "created",
        "format_version": 99,
        "lineage": "x",
        "serial": 1,
        "prev": "",
        "at": "",
        "campaign": None,
    }
    for path in ("massctl.state.jsonl", ".massctl/sandbox/massctl.state.jsonl"):
        shell.tree.write(path, json.dumps(entry) + "\n")


def ledger_is_a_folder(shell: Shell) -> None:
    for path in ("massctl.state.jsonl", ".massctl/sandbox/massctl.state.jsonl"):
        (shell.root / path).mkdir(parents=True)


VERBS = {
    "apply": ("apply", "--sandbox", "--yes"),
    "status": ("status", "--sandbox"),
    "plan": ("plan", "--sandbox"),
    "validate": ("validate",),
    "withdraw": ("withdraw", "notice", "--all", "--yes", "--sandbox"),
    "reconcile": ("reconcile", "notice", "--sent", "--reason", "seen", "--sandbox"),
}
BROKEN = {
    "broken settings": (broken_settings, 1),
    "settings that are no YAML": (no_yaml_settings, 1),
    "corrupt ledger": (corrupt_ledger, 5),
    "binary ledger": (binary_ledger, 5),
    "ledger of a newer massctl": (future_ledger, 5),
    "a folder in the ledger's place": (ledger_is_a_folder, 5),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("trouble", BROKEN)
def test_a_run_that_stops_early_still_prints_its_document(shell: Shell, verb: str, trouble: str):
    shell.tree.text()
    break_it, status = BROKEN[trouble]
    break_it(shell)
    said = shell(*VERBS[verb], "--format", "json")
    if verb == "plan" and break_it in (corrupt_ledger, binary_ledger):
        status = 0  # It shows why everything is refused.
    assert (status, 1) == (said.status, said.document["format_version"])
    if verb == "apply":
        assert status == said.document["exit_status"]


@pytest.mark.parametrize(
    "typed", [("record-event", "event.xml"), ("speed", "get"), ("speed", "set", "2")]
)
def test_a_verb_without_a_campaign_that_stops_early_still_prints_its_document(
    shell: Shell, typed: tuple[str, ...]
):
    shell.tree.text()
    broken_settings(shell)
    said = shell(*typed, "--sandbox", "--format", "json")
    assert (1, 1, True) == (
        said.status,
        said.document["exit_status"],
        bool(said.document["error"]["message"]),
    )
    assert [] == misfits(typed[0], said.document)


def test_a_corrupt_ledger_is_told_as_a_refusal_in_the_document(shell: Shell):
    shell.tree.text()
    corrupt_ledger(shell)
    said = shell("apply", "notice", "--sandbox", "--yes", "--format", "json")
    (refusal,) = said.document["campaigns"][0]["refusals"]
    assert ("ledger_damaged", True) == (
        refusal["guard"],
        "the ledger is damaged" in refusal["message"],
    )


@pytest.mark.parametrize("verb", ["apply", "status"])
def test_another_runner_is_told_in_a_document(shell: Shell, verb: str):
    shell.tree.text()
    apply(shell, "notice")
    with sole_runner(shell.root / ".massctl/sandbox/locks", NOON):
        said = shell(*VERBS[verb], "--format", "json")
    assert (5, 1) == (said.status, said.document["format_version"])


def test_another_runner_refuses_every_campaign(shell: Shell):
    shell.tree.text("one", content="一")
    shell.tree.text("two", content="二")
    with sole_runner(shell.root / ".massctl/sandbox/locks", NOON):
        document = apply(shell, "one", "two").document
    guards = [
        [refusal["guard"] for refusal in campaign["refusals"]] for campaign in document["campaigns"]
    ]
    assert [["other_runner"], ["other_runner"]] == guards


def test_an_interrupted_apply_prints_its_document(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("massctl.cli.planner.make_plan", stop)
    shell.tree.text()
    said = apply(shell, "notice")
    assert (130, 130) == (said.status, said.document["exit_status"])


@pytest.mark.parametrize(
    ("view", "typed"),
    [
        ("apply_json", ("apply", "notice", "--sandbox", "--yes")),
        ("plan_json", ("plan",)),
        ("status_json", ("status", "--sandbox")),
        ("lock_json", ("lock", "notice")),
        ("validate_json", ("validate",)),
    ],
)
def test_interrupted_while_it_makes_its_document_a_run_prints_it_whole(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, view: str, typed: tuple[str, ...]
):
    """The run is over: the first interruption comes too late. The second one is heeded, and has a document too."""
    shell.tree.text()
    assert 0 == apply(shell, "notice").status
    module = plan_json if view == "plan_json" else verbs_json
    make = getattr(module, view)

    def once(*arguments: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return make(*arguments)

    def twice(*arguments: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return once(*arguments)

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(module, view, once)
    said = shell(*typed, "--format", "json")
    assert (0, False) == (said.status, "error" in said.document)
    monkeypatch.setattr(module, view, twice)
    said = shell(*typed, "--format", "json")
    assert (130, "interrupted") == (said.status, said.document["error"]["message"])
    assert before == signal.getsignal(signal.SIGINT)


def test_interrupted_twice_while_it_is_printed_a_document_is_followed_by_no_other(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    shell.tree.text()
    written: list[str] = []

    def stop(_voice: Console, text: str) -> None:
        written.append(text)
        raise KeyboardInterrupt

    monkeypatch.setattr(Console, "document", stop)
    assert (130, 1) == (shell("plan", "--format", "json").status, len(written))


def test_a_ci_runner_with_a_local_ledger_is_told_in_a_document(shell: Shell):
    shell.tree.text()
    shell.env(CI="true", WECHAT_MAIN_SECRET="0" * 32)
    said = shell("apply", "notice", "--yes", "--format", "json")
    assert (5, 5) == (said.status, said.document["exit_status"])


def test_a_missing_secret_is_an_error_in_the_document(shell: Shell):
    shell.tree.text()
    said = shell("apply", "notice", "--yes", "--format", "json")
    assert (1, 1) == (said.status, said.document["exit_status"])
    assert "WECHAT_MAIN_SECRET" in said.document["campaigns"][0]["error"]["message"]


def test_progress_and_questions_are_not_in_the_document(shell: Shell):
    shell.tree.news()
    said = shell("apply", "letter", "--sandbox", "--format", "json", typed="yes\n")
    assert (0, 0) == (said.status, said.document["exit_status"])
    assert "Type `yes` to send" in said.err


@pytest.mark.parametrize("verb", VERBS)
def test_usage_errors_print_nothing_on_standard_output(tmp_path: Path, shell: Shell, verb: str):
    (shell.root / "massctl.yaml").unlink()
    said = shell(*VERBS[verb], "--format", "json")
    assert (2, "") == (said.status, said.out)


def test_a_bug_prints_nothing_on_standard_output(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("massctl.cli.planner.make_plan", lambda *_, **__: 1 / 0)
    shell.tree.text()
    said = apply(shell, "notice")
    assert (3, "") == (said.status, said.out)


def test_chinese_stands_as_it_is(shell: Shell):
    shell.tree.text()
    shell.faults(lost(SENDALL, "busy", times=2))
    assert "\\u" not in apply(shell, "notice").out
