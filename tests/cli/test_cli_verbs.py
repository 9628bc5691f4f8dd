"""init, render, schema, state, status, reconcile and apply, as people see them."""

import json
import os
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from repositories import APPID, TEXT, png, window
from syrupy.assertion import SnapshotAssertion

from massctl.sandbox.embedded import open_world

TO_ALL = "is_to_all: true"
DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")


def send(shell: Shell, name: str) -> None:
    assert 0 == shell("apply", name, "--sandbox", "--yes").status


def doubt(shell: Shell, name: str) -> None:
    shell.faults(lost(SENDALL, "busy", times=2))
    assert 4 == shell("apply", name, "--sandbox", "--yes").status


@pytest.fixture
def lively(shell: Shell) -> Shell:
    """A ledger with a news send, and one in doubt."""
    # One upload only: two are made side by side, and the ledger has them in the order of their answers.
    shell.tree.news("letter", more="preview:\n  towxname: [editor_lin]\n", body="今天风大。\n")
    shell.tree.text("notice")
    send(shell, "letter")
    doubt(shell, "notice")
    return shell


@pytest.mark.parametrize("name", ["Notice/campaign.yaml", "notice/images/A.png"])
def test_what_differs_only_by_case_is_not_sent(shell: Shell, name: str):
    shell.tree.text("notice")
    shell.tree.write("campaigns/notice/images/a.png", png((1, 2, 3)))
    shell.tree.write(f"campaigns/{name}", "version: 1\n")
    found = shell("validate", "--format", "json").document["diagnostics"]
    others = {"campaigns/Notice"} if name.startswith("Notice") else set()
    assert {("MC034", "error")} == {(each["code"], each["severity"]) for each in found}
    assert others | {found[-1]["file"]} == {each["file"] for each in found}
    assert "notice" == found[-1]["campaign"]
    assert 1 == shell("apply", "notice", "--sandbox", "--yes").status
    assert [] == shell.report()["jobs"]


# What people see.


@pytest.mark.parametrize("language", ["en", "zh"])
def test_apply_in_words(shell: Shell, snapshot: SnapshotAssertion, language: str):
    shell.tree.settings(language=language)
    shell.tree.news("letter", more="preview:\n  towxname: [editor_lin]\n")
    shell.tree.text("broken", more="surprise: 1\n")
    said = shell("apply", "letter", "broken", "--sandbox", "--yes")
    assert snapshot == shell.scrub(said.out)
    assert snapshot == shell.scrub(said.err)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_question_before_a_send(shell: Shell, snapshot: SnapshotAssertion, language: str):
    shell.tree.settings(language=language)
    shell.tree.text()
    shell.env(NO_COLOR="1")
    said = shell("apply", "notice", "--sandbox", typed="no\n")
    _bars, mark, question = said.err.partition("‼")
    assert snapshot == shell.scrub(said.out)
    assert snapshot == mark + shell.scrub(question)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("verb", ["show", "list", "verify"])
def test_state_in_words(lively: Shell, snapshot: SnapshotAssertion, verb: str, language: str):
    lively.tree.settings(language=language)
    assert snapshot == lively.scrub(lively("state", verb, "--sandbox").out)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_status_in_words(lively: Shell, snapshot: SnapshotAssertion, language: str):
    lively.tree.settings(language=language)
    said = lively("status", "--sandbox")
    assert (4, snapshot) == (said.status, lively.scrub(said.out))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["text", "github", "json"])
def test_validate_in_words(shell: Shell, snapshot: SnapshotAssertion, form: str, language: str):
    shell.tree.settings(language=language)
    shell.tree.text("notice", more="surprise: 1\n")
    shell.tree.news("letter", body="![没有的图](../images/none.png)\n\n{{ 价格 }}\n")
    said = shell("validate", "--format", form)
    assert (1, snapshot) == (said.status, said.out)


# init


@pytest.mark.parametrize("hour", [0, 6, 12, 18])
def test_init_makes_a_repository_that_validates_plans_and_sends_in_the_sandbox(
    shell: Shell, tmp_path: Path, hour: int
):
    new = tmp_path / "new"
    shell.set_time(NOON + timedelta(hours=hour))
    said = shell("init", str(new))
    written = {path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()}
    assert (0, written) == (said.status, set(said.out.split()))
    statuses = [
        shell("-C", str(new), "validate").status,
        shell("-C", str(new), "lock", "--check").status,
        shell("-C", str(new), "plan", "--sandbox").status,
        shell("-C", str(new), "apply", "first-letter", "--sandbox", "--yes").status,
    ]
    assert [0, 0, 0, 0] == statuses


def test_init_overwrites_nothing(shell: Shell):
    before = shell.tree.read("massctl.yaml")
    said = shell("init")
    assert (2, "", before) == (said.status, said.out, shell.tree.read("massctl.yaml"))


def test_init_keeps_what_is_there_where_that_is_wanted(shell: Shell, tmp_path: Path):
    new = tmp_path / "new"
    new.mkdir()
    (new / "README.md").write_text("ours")
    (new / ".gitignore").symlink_to("nowhere")
    said = shell("init", "--keep", str(new))
    assert (0, "ours") == (said.status, (new / "README.md").read_text())
    assert said.err.startswith("kept: .gitignore\nkept: README.md\n")
    assert not (new / "nowhere").exists()
    assert 2 == shell("init", str(new)).status


@pytest.mark.parametrize(
    ("arguments", "variables", "language"),
    [
        (["init", "--language", "en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["init"], {"MASSCTL_LANG": "zh", "LANG": "en_US.UTF-8"}, "zh"),
        (["init"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["init"], {"LANG": "C.UTF-8"}, "en"),
        (["init", "--language", "zh"], {"LANG": "en_US.UTF-8"}, "zh"),
        (["--language", "zh", "init"], {"LANG": "C.UTF-8"}, "zh"),
    ],
)
def test_init_writes_in_the_language_in_which_it_speaks(
    shell: Shell, tmp_path: Path, arguments: list[str], variables: dict[str, str], language: str
):
    shell.env(**variables)
    said = shell(*arguments, str(tmp_path / "new"))
    settings = (tmp_path / "new/massctl.yaml").read_text()
    assert {"zh": "下一步：", "en": "next: "}[language] in said.err
    assert f"language: {language}\n" in settings
    assert ("公众号群发" in (tmp_path / "new/README.md").read_text()) is (language == "zh")
    assert (0, True) == (
        (said := shell("-C", str(tmp_path / "new"), "validate")).status,
        "warning" not in said.out,
    )


def test_init_names_who_has_to_agree(shell: Shell, tmp_path: Path):
    shell("init", "--owner", "@house/publishers", str(tmp_path / "new"))
    owners = (tmp_path / "new/.github/CODEOWNERS").read_text()
    rules = [each.split() for each in owners.splitlines() if not each.startswith("#")]
    assert {"*", "/massctl.yaml", "/accounts/", "_defaults.yaml"} <= {path for path, *_ in rules}
    assert {("@house/publishers",)} == {tuple(people) for _, *people in rules}
    assert 2 == shell("init", "--owner", "somebody", str(tmp_path / "other")).status


def test_init_writes_a_hook_that_git_can_run(shell: Shell, tmp_path: Path):
    shell("init", str(tmp_path / "new"))
    assert os.access(tmp_path / "new/.githooks/pre-commit", os.X_OK)


def test_init_where_nothing_can_be_written(shell: Shell):
    shell.tree.write("file", "x")
    said = shell("init", "file/below")
    assert 2 == said.status


# render


def test_render_writes_articles_pictures_and_an_index(shell: Shell):
    shell.tree.news()
    said = shell("render", "letter", "--out", "out")
    names = sorted(path.name for path in (shell.root / "out").iterdir())
    assert (0, 4) == (said.status, len(said.out.split()))
    assert ["article-1.html", "index.html"] == [name for name in names if name.endswith(".html")]
    body = shell.tree.read("out/article-1.html")
    pictures = [name for name in names if name.endswith(".png")]
    assert 2 == len(pictures)
    assert png((60, 120, 200)) in [
        (shell.root / "out" / name).read_bytes() for name in pictures if name in body
    ]


def test_render_writes_the_words_of_a_text(shell: Shell):
    shell.tree.text(content="周日改到十点半。")
    shell("render", "notice", "--out", "out")
    assert "周日改到十点半。" == shell.tree.read("out/message.txt")


def test_render_of_an_invalid_campaign_writes_nothing(shell: Shell):
    shell.tree.text(more="surprise: 1\n")
    said = shell("render", "notice", "--out", "out")
    assert (1, False) == (said.status, (shell.root / "out").exists())
    assert "surprise" in said.err


def test_render_where_nothing_can_be_written(shell: Shell):
    shell.tree.text()
    shell.tree.write("file", "x")
    assert 2 == shell("render", "notice", "--out", "file/below").status


def test_a_sent_campaign_can_still_be_looked_at(shell: Shell):
    shell.tree.text()
    send(shell, "notice")
    assert 0 == shell("render", "notice", "--out", "out").status


# schema


def test_schema_writes_one_file_a_format(shell: Shell):
    said = shell("schema", "--out", "schemas")
    names = {path.name for path in (shell.root / "schemas").iterdir()}
    assert (0, names) == (said.status, {Path(line).name for line in said.out.split()})
    assert {"campaign.schema.json", "massctl.schema.json"} <= names


def test_schema_without_out_is_one_document(shell: Shell):
    shell("schema", "--out", "schemas")
    written = {
        p.name: json.loads(p.read_text(encoding="utf-8"))
        for p in (shell.root / "schemas").iterdir()
    }
    assert written == shell("schema").document


# state


def test_state_verify_of_a_good_ledger(lively: Shell):
    assert 0 == lively("state", "verify", "--sandbox").status


def test_state_verify_names_the_line_that_was_changed(lively: Shell):
    path = ".massctl/sandbox/massctl.state.jsonl"
    lines = lively.tree.read(path).splitlines(keepends=True)
    lines[3] = lines[3].replace("2026-12-01T", "2026-12-02T")
    lively.tree.write(path, "".join(lines))
    said = lively("state", "verify", "--sandbox")
    assert (5, "") == (said.status, said.out)
    assert "Entry 5 was changed or is missing: it does not follow from the line before" in " ".join(
        said.err.split()
    )


def test_state_verify_names_a_line_that_is_missing(lively: Shell):
    path = ".massctl/sandbox/massctl.state.jsonl"
    lines = lively.tree.read(path).splitlines(keepends=True)
    lively.tree.write(path, "".join([*lines[:2], *lines[3:]]))
    said = lively("state", "verify", "--sandbox")
    assert (5, True) == (said.status, "Entry 3" in said.err)


def test_state_verify_of_a_ledger_that_massctl_yaml_misses(shell: Shell):
    shell.tree.settings(state="state:\n  lineage: 01JDXW00000000000000000000\n")
    said = shell("state", "verify")
    assert 5 == said.status
    assert "01JDXW00000000000000000000" in said.err


def test_a_ledger_with_a_torn_last_line_is_an_incomplete_copy(lively: Shell):
    """No write was begun on this machine, so no crash of it tore the line."""
    path = lively.root / ".massctl/sandbox/massctl.state.jsonl"
    path.write_bytes(path.read_bytes() + b'{"appid":"wx0123')
    assert 5 == lively("state", "verify", "--sandbox").status


def test_nothing_is_recorded_yet(shell: Shell):
    assert [0, 0, 0] == [shell("state", verb).status for verb in ("show", "list", "verify")]


# status


def test_status_makes_no_request_for_finished_jobs(shell: Shell):
    shell.tree.text()
    send(shell, "notice")
    shell.set_time(NOON + timedelta(hours=1))
    shell("status", "--sandbox")
    before = shell.report()["calls"]
    shell("status", "--sandbox")
    assert before == shell.report()["calls"]


def test_status_waits_for_the_end_of_a_job(shell: Shell):
    shell.tree.text()
    send(shell, "notice")
    said = shell("status", "--sandbox", "--wait", "3600", "--format", "json")
    assert "sent" == said.document["campaigns"][0]["status"]


def test_status_of_a_campaign_that_was_never_sent(shell: Shell):
    shell.tree.text(more="edition: 3\n")
    said = shell("status", "notice", "--format", "json")
    (campaign,) = said.document["campaigns"]
    assert (0, "new", 3, []) == (
        said.status,
        campaign["status"],
        campaign["edition"],
        campaign["jobs"],
    )


def test_status_shows_earlier_editions_on_demand(shell: Shell):
    shell.tree.text()
    send(shell, "notice")
    shell.tree.text(more="edition: 2\n")
    send(shell, "notice")
    shown = [
        [
            campaign["edition"]
            for campaign in shell("status", "--sandbox", "--format", "json", *more).document[
                "campaigns"
            ]
        ]
        for more in ([], ["--all-editions"])
    ]
    assert [[2], [1, 2]] == shown


# reconcile


def test_reconcile_sent_settles_a_doubt(lively: Shell):
    said = lively("reconcile", "notice", "--sent", "--reason", "它在群发记录里", "--sandbox")
    assert 0 == said.status
    assert 0 == lively("status", "--sandbox").status
    assert "它在群发记录里" in lively("state", "show", "--sandbox").out


def test_reconcile_not_sent_lets_apply_send_again(lively: Shell):
    lively("reconcile", "notice", "--not-sent", "--reason", "群发记录里没有", "--sandbox")
    send(lively, "notice")
    assert 2 == len(lively.report()["jobs"])


def test_reconcile_resubmit_repeats_the_identical_request(lively: Shell):
    said = lively("reconcile", "notice", "--resubmit", "--reason", "网络好了", "--yes", "--sandbox")
    assert 0 == said.status
    assert 2 == len(lively.report()["jobs"])


def test_reconcile_resubmit_needs_consent(lively: Shell):
    said = lively("reconcile", "notice", "--resubmit", "--reason", "网络好了", "--sandbox")
    assert 2 == said.status
    assert 1 == len(lively.report()["jobs"])


def test_reconcile_resubmit_obeys_the_kill_switch(lively: Shell):
    lively.env(MASSCTL_NO_SEND="1")
    said = lively("reconcile", "notice", "--resubmit", "--reason", "网络好了", "--yes", "--sandbox")
    assert 4 == said.status
    assert 1 == len(lively.report()["jobs"])


@pytest.mark.parametrize("how", ["--sent", "--not-sent", "--resubmit"])
def test_there_is_nothing_to_settle_about_a_clear_send(lively: Shell, how: str):
    said = lively("reconcile", "letter", how, "--reason", "x", "--yes", "--sandbox")
    assert (2, "") == (said.status, said.out)
    assert "nothing to settle about letter" in said.err


# sandbox


def test_sandbox_reset_forgets_what_was_received(lively: Shell):
    assert 0 == lively("sandbox", "reset").status
    assert [] == lively.report()["jobs"]
    assert "nothing is recorded yet" in lively("status", "--sandbox").out


def test_a_plan_leaves_the_clock_of_the_sandbox_where_it_is(shell: Shell):
    """It shows the hour of the named window, and the world stays in its own."""
    shell.tree.text(more=window("2026-12-09T11:00:00+08:00", "2026-12-09T13:00:00+08:00"))
    before = shell.report()["now"]
    (planned,) = shell("plan", "notice", "--sandbox", "--format", "json").document["campaigns"]
    shell("plan", "notice", "--refresh", "--sandbox")
    assert ("due", before) == (planned["window"], shell.report()["now"])


def test_sandbox_reset_forgets_the_statistics(lively: Shell):
    """Ids begin again, and what was counted of the old ones is nobody's."""
    lively("sandbox", "advance", "3")
    lively("status", "--statistics", "--sandbox")
    folder = lively.root / ".massctl/sandbox/massctl.state.statistics"
    assert [] != list(folder.rglob("*.jsonl"))
    lively("sandbox", "reset")
    assert [] == list(folder.rglob("*"))


def test_sandbox_advance_moves_the_clock_by_days(shell: Shell):
    before = datetime.fromisoformat(shell.report()["now"])
    said = shell("sandbox", "advance", "31")
    after = datetime.fromisoformat(shell.report()["now"])
    assert (0, timedelta(days=31)) == (said.status, after - before)
    assert f"{after:%Y-%m-%d %H:%M}" in said.out
    assert 2 == shell("sandbox", "advance", "0").status


def test_sandbox_reset_gives_a_world_at_the_hour_of_now(shell: Shell):
    shell.tree.text(more=window("2026-12-09T11:00:00+08:00", "2026-12-09T13:00:00+08:00"))
    before = shell.report()["now"]
    send(shell, "notice")
    assert "2026-12-09" == shell.report()["now"][:10]
    shell("sandbox", "reset")
    assert before == shell.report()["now"]


def test_the_served_sandbox_has_the_tags_that_campaigns_name(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    shell.tree.text("notice")
    shell.tree.write(
        "campaigns/letter/campaign.yaml",
        TEXT.format(content="晚安", more="").replace(TO_ALL, "tag: 会员"),
    )
    shell.tree.write(
        "campaigns/other/campaign.yaml",
        TEXT.format(content="早安", more="").replace(TO_ALL, "tag_id: 120"),
    )
    shell.tree.write("campaigns/faulty/campaign.yaml", "version: 1\n")
    monkeypatch.setattr("massctl.cli.commands.sandbox.run_app", lambda *_, **__: None)
    assert 0 == shell("sandbox", "--port", "0").status
    with closing(open_world(shell.root / ".massctl/sandbox", real_now=lambda: NOON)) as world:
        assert [120, 121] == [
            world.ensure_tag(APPID, None, name, 0) for name in ("标签 120", "会员")
        ]


def test_the_sandbox_knows_the_accounts_name(shell: Shell):
    shell.tree.settings(account="    name: 不赶路\n")
    shell.tree.text("notice")
    shell("plan", "--sandbox")
    assert ["不赶路"] == [each["name"] for each in shell.report()["accounts"]]


def test_a_tag_that_the_sandbox_made_up_is_told_until_the_account_has_it(shell: Shell):
    lines = TEXT.format(content="晚安", more="").replace(TO_ALL, "tag: 会圆")
    shell.tree.write("campaigns/letter/campaign.yaml", lines)

    def told() -> list[tuple[str, int]]:
        (planned,) = shell("plan", "letter", "--sandbox", "--format", "json").document["campaigns"]
        return [(each["code"], each["line"]) for each in planned["diagnostics"]]

    line = lines.split("\n").index("  tag: 会圆") + 1
    assert [("MC410", line)] == told()
    assert [("MC410", line)] == told()  # It is in the world by now, and still nobody said so.
    assert (
        "ask WeChat: plan --refresh, without --sandbox\n"
        in shell("plan", "letter", "--sandbox").out
    )
    assert "会圆" in shell("plan", "letter", "--sandbox").out
    assert "会圆" in shell("apply", "letter", "--sandbox", "--until", "draft").err
    shell.control("tags", {"appid": APPID, "id": 101, "name": "会圆", "count": 3})
    assert [] == told()


def test_a_card_that_only_wechat_can_judge_is_told_until_it_is_declared(shell: Shell):
    program = "wx00112233445566aa"
    card = f'data-miniprogram-appid="{program}" data-miniprogram-path="a"'
    link = f'<a data-miniprogram-type="text" {card} href="">报名</a>'
    shell.tree.news("letter", body=f"{link}\n")

    def told() -> list[str]:
        (planned,) = shell("plan", "letter", "--sandbox", "--format", "json").document["campaigns"]
        return [each["code"] for each in planned["diagnostics"]]

    assert ["MC411"] == told()
    assert program in shell("apply", "letter", "--sandbox", "--until", "draft").err
    shell.control("accounts", {"appid": APPID, "miniprograms": [program]})
    assert [] == told()
    shell.control("accounts", {"appid": APPID, "miniprograms": []})
    shell.tree.news("letter", body=f"现在{link}\n")
    refused = shell("apply", "letter", "--sandbox", "--until", "draft")
    assert (1, True) == (refused.status, "45086" in refused.out), refused


def test_a_second_apply_makes_no_request(shell: Shell):
    shell.tree.news()
    send(shell, "letter")
    before = shell.report()["calls"]
    send(shell, "letter")
    assert before == shell.report()["calls"]


def test_the_sandbox_leaves_the_real_ledger_and_massctl_yaml_alone(shell: Shell):
    before = shell.tree.read("massctl.yaml")
    shell.tree.text()
    send(shell, "notice")
    assert (before, False) == (
        shell.tree.read("massctl.yaml"),
        (shell.root / "massctl.state.jsonl").exists(),
    )
