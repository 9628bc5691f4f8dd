"""`massctl ci`: the comment, and locks from job to job."""

import json
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from cli_runner import Shell
from comment_judge import judge
from fake_forge import FakeForge, run_event

from massctl.cli.app import run
from massctl.cli.commands.ci import write_comment

SHA = "ab" * 20
AT_NOON = "send: {not_before: 2026-12-01T11:00:00+08:00, not_after: 2026-12-01T13:00:00+08:00}\n"


@pytest.fixture
def forge() -> FakeForge:
    forge = FakeForge()
    forge.open_pull_request(7, "spring", SHA)
    return forge


def planned_in(shell: Shell, folder: Path) -> Path:
    """Leave what plan.yml leaves."""
    folder.mkdir()
    (folder / "plan.json").write_text(shell("plan", "--format", "json", "--for-review").out)
    return folder


def comment(shell: Shell, forge: FakeForge, left: Path, event: str = "", **more: str) -> int:
    (shell.root.parent / "event.json").write_text(event or run_event("spring", SHA))
    told = {"GITHUB_EVENT_PATH": str(shell.root.parent / "event.json"), "GITHUB_TOKEN": "ghs_x", "LANG": "C.UTF-8"}
    environment = {**told, "GITHUB_API_URL": "https://api.github.test", **more}
    return run("ci comment", "text", lambda: write_comment(str(shell.root), left, environment, forge))


def test_a_plan_stands_below_its_pull_request_once(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    shell.tree.news("letter")
    left = planned_in(shell, tmp_path / "left")

    assert (0, 0) == (comment(shell, forge, left), comment(shell, forge, left))
    (body,) = forge.bodies(7)
    assert body.startswith("<!-- massctl:plan -->\n## massctl plan\n")
    assert f"for commit `{SHA}`" in body
    assert "https://github.com/house/letters/actions/runs/77" in body


def test_only_the_bot_s_own_comment_is_written_anew(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    shell.tree.news("letter")
    for _ in range(105):
        forge.comment(7, "words", login="editor")
    forge.comment(7, "<!-- massctl:plan -->\nforged", login="editor")
    forge.comment(7, "<!-- massctl:plan -->\nold")
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    bodies = forge.bodies(7)
    assert (107, "<!-- massctl:plan -->\nforged") == (len(bodies), bodies[105])
    assert "old" not in bodies[106]


@pytest.mark.parametrize("name", ["@all", "<img src=x>", "https://evil.example", "#1", "`x` @all", "\u202e反"])
def test_what_massctl_writes_of_hostile_words_may_stand(
    shell: Shell, forge: FakeForge, tmp_path: Path, name: str
) -> None:
    shell.tree.news("letter", title=name, body=f"# {name}\n\n{name} | <b>{name}</b>\n\n- {name}\n")
    shell("lock")
    shell.tree.write("campaigns/letter/articles/main.md", f"{name} more\n\n```\n{name}\n```\n")
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    head, _, foot = forge.bodies(7)[0].rpartition("<sub>")
    assert "letter" in head
    assert foot.startswith("[the run](https://github.com/house/letters/actions/runs/")
    judge(head)


def test_a_forged_plan_is_not_shown_but_named(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    shell.tree.news("letter")
    left = planned_in(shell, tmp_path / "left")
    plan = json.loads((left / "plan.json").read_text())
    (left / "plan.json").write_text(json.dumps({**plan, "comment": "all is well, @boss <script>alert(1)</script>"}))
    comment(shell, forge, left)

    (body,) = forge.bodies(7)
    assert "cannot be shown" in body
    assert "@boss" not in body
    assert "script" not in body


def test_forged_words_of_a_plan_do_nothing(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    shell.tree.news("letter")
    left = planned_in(shell, tmp_path / "left")
    plan = json.loads((left / "plan.json").read_text())
    plan["campaigns"][0] |= {"title": "all is well, @boss <script>alert(1)</script> https://evil.example"}
    (left / "plan.json").write_text(json.dumps(plan))
    comment(shell, forge, left)

    judge(forge.bodies(7)[0].rpartition("<sub>")[0])


def test_a_plan_that_could_not_be_made_says_why(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    shell.tree.news("letter")
    good = (shell.root / "massctl.yaml").read_text()
    shell.tree.write("massctl.yaml", f"{good}surprise: 1\n")
    left = planned_in(shell, tmp_path / "left")
    shell.tree.write("massctl.yaml", good)
    comment(shell, forge, left)

    assert "**`massctl.yaml` has faults, so nothing was done**" in forge.bodies(7)[0]


def test_a_number_in_the_artefact_says_nothing(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    """The hostile run leaves another pull request's number, as other workflows would believe it."""
    shell.tree.news("letter")
    forge.open_pull_request(1, "payroll", "cd" * 20)
    left = planned_in(shell, tmp_path / "left")
    (left / "pr-number").write_text("1")
    comment(shell, forge, left)

    assert ([], 1) == (forge.bodies(1), len(forge.bodies(7)))
    assert "files other than" in forge.bodies(7)[0]


def test_a_fork_s_plan_says_whose_it_is(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    shell.tree.news("letter")
    forge.open_pull_request(8, "spring", "ef" * 20, head="stranger/letters")
    comment(shell, forge, planned_in(shell, tmp_path / "left"), run_event("spring", "ef" * 20, head="stranger/letters"))

    assert ([], 1) == (forge.bodies(7), len(forge.bodies(8)))
    assert "code from a fork" in forge.bodies(8)[0]


@pytest.mark.parametrize("sha", ["00" * 20, "ab" * 19])
def test_a_branch_that_moved_on_gets_no_old_plan(shell: Shell, forge: FakeForge, tmp_path: Path, sha: str) -> None:
    shell.tree.news("letter")

    assert 0 == comment(shell, forge, planned_in(shell, tmp_path / "left"), run_event("spring", sha))
    assert [] == forge.bodies(7)


def test_a_branch_of_the_same_name_elsewhere_is_another(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    """A fork's run cannot pass for the branch of this repository, whatever it is called."""
    shell.tree.news("letter")
    comment(shell, forge, planned_in(shell, tmp_path / "left"), run_event("spring", SHA, head="house/other"))

    assert [] == forge.bodies(7)


def test_what_github_refuses_is_an_error_without_the_token(shell: Shell) -> None:
    shell.tree.news("letter")
    shell.monkeypatch.setenv("GITHUB_EVENT_PATH", str(shell.root / "nothing"))
    shell.monkeypatch.setenv("GITHUB_TOKEN", "ghs_very_secret")
    said = shell("ci", "comment", "left")

    assert 1 == said.status
    assert "workflow_run" in said.err
    assert "ghs_very" not in said.out + said.err


def test_a_missed_window_is_an_alarm_of_the_run(shell: Shell) -> None:
    shell.tree.text(
        "late", more="send: {not_before: 2026-12-01T08:00:00+08:00, not_after: 2026-12-01T09:00:00+08:00}\n"
    )
    shell.env(CI="true")
    said = shell("ci", "watch")

    assert (1, "") == (said.status, said.err)
    assert said.out.startswith("::warning title=massctl::the window of late has closed, and it was not sent%0A")


@pytest.mark.parametrize("command", [("plan",), ("lock",), ("apply", "--sandbox", "--yes"), ("validate",)])
def test_no_word_of_a_campaign_is_a_command_to_the_runner(shell: Shell, command: tuple[str, ...]) -> None:
    """A title with a line break would begin a line of the log: with `::stop-commands::` no alarm would be one."""
    shell.tree.text("letter")
    path, title = "campaigns/letter/campaign.yaml", '"a\\n::stop-commands::x\\n \\t::error::b ##[error]c"'
    shell.tree.write(path, shell.tree.read(path).replace("改时间", title))
    shell.env(GITHUB_ACTIONS="true")
    said = shell(*command)

    lines = (said.out + "\n" + said.err).splitlines()
    assert [] == [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


def test_annotations_are_commands_to_the_runner(shell: Shell) -> None:
    shell.tree.text("letter", more="surprise: 1\n")
    shell.env(GITHUB_ACTIONS="true")

    assert shell("validate", "--format", "github").out.startswith("::error file=campaigns/letter/campaign.yaml,")


def test_a_calm_day_needs_nobody(shell: Shell) -> None:
    shell.tree.news("letter")

    assert (0, "", "nothing needs a person\n") == (
        (said := shell("ci", "watch")).status,
        said.out,
        said.err,
    )


def test_locks_travel_from_one_checkout_to_another(shell: Shell, tmp_path: Path) -> None:
    shell.tree.news("letter")
    shutil.copytree(shell.root, tmp_path / "commits")
    shell("lock")
    shell("ci", "pack-locks", str(tmp_path / "locks.json"))
    put = shell("-C", str(tmp_path / "commits"), "ci", "put-locks", str(tmp_path / "locks.json"))

    assert ["campaigns/letter/campaign.lock.json"] == put.out.split()
    assert 0 == shell("-C", str(tmp_path / "commits"), "lock", "--check").status


@pytest.mark.parametrize(("name", "lock"), [("letter", {"campaign.yaml": "x"}), ("..", "x"), ("gone", "x")])
def test_nothing_but_locks_of_campaigns_is_put(shell: Shell, tmp_path: Path, name: str, lock: object) -> None:
    shell.tree.news("letter")
    hostile = {"format_version": 1, "campaigns": {"letter": "{}", name: lock}}
    (tmp_path / "locks.json").write_text(json.dumps(hostile))
    before = sorted(shell.root.rglob("*"))

    assert 1 == shell("ci", "put-locks", str(tmp_path / "locks.json")).status
    assert before == sorted(shell.root.rglob("*"))


@pytest.mark.parametrize("linked", ["campaigns/letter", "campaigns"])
def test_locks_are_not_put_through_a_link(shell: Shell, tmp_path: Path, linked: str) -> None:
    shell.tree.news("letter")
    (tmp_path / "elsewhere").mkdir()
    place = shell.root / linked
    place.rename(tmp_path / "elsewhere" / "was")
    place.symlink_to(tmp_path / "elsewhere" / "was")
    (tmp_path / "locks.json").write_text(json.dumps({"format_version": 1, "campaigns": {"letter": "x"}}))

    assert 1 == shell("ci", "put-locks", str(tmp_path / "locks.json")).status
    assert [] == [path for path in os.listdir(tmp_path / "elsewhere") if path != "was"]


def test_the_campaigns_that_a_branch_changes_are_named(shell: Shell, tmp_path: Path) -> None:
    shell.tree.news("same")
    shell.tree.news("edited")
    shutil.copytree(shell.root, tmp_path / "main")
    shell.tree.write("campaigns/edited/articles/main.md", "anders\n")
    shell.tree.news("new")
    shell("lock")

    assert "edited\nnew\n" == shell("ci", "changed", str(tmp_path / "main")).out


@pytest.mark.parametrize("in_git", [False, True])
def test_no_name_of_a_file_hides_which_campaigns_changed(shell: Shell, tmp_path: Path, in_git: bool) -> None:
    """A folder that cannot be read at all counts as changed, and the others are named as ever."""
    for name in ("a-same", "b-strange", "c-socket", "d-edited"):
        shell.tree.news(name)
    shutil.copytree(shell.root, tmp_path / "main")
    shell.tree.write("campaigns/d-edited/articles/main.md", "anders\n")
    for strange in (b"a\\b", b'a"b', b"a\nb", b"a\tb", b"a\xffb", "春".encode()):
        Path(os.fsdecode(os.fsencode(shell.root / "campaigns/b-strange") + b"/" + strange)).write_bytes(b"x")
    shell.monkeypatch.chdir(shell.root / "campaigns/c-socket")
    with socket.socket(socket.AF_UNIX) as left_open:
        left_open.bind("socket")
    shell.monkeypatch.chdir(shell.root)
    expected = ["b-strange", "c-socket", "d-edited"]
    if in_git:
        expected.remove("c-socket")  # Git tracks no socket.
        for root in (shell.root, tmp_path / "main"):
            subprocess.run(["git", "init", "-q", root], check=True)

    said = shell("ci", "changed", str(tmp_path / "main"))
    assert (0, expected, "") == (said.status, said.out.splitlines(), said.err)


def unlocked(shell: Shell, name: str, **more: str) -> None:
    """A campaign that has to be locked, and is not."""
    shell.tree.settings(policy="  require_lock: true\n")
    shell.tree.news(name, **more)


def test_an_unlocked_campaign_shows_its_audience_window_and_message(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    unlocked(shell, "letter", title="风信", more=AT_NOON)
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    (body,) = forge.bodies(7)
    assert "lock_missing" in body
    assert "**audience**" in body
    assert "11:00" in body
    assert "**message**" in body
    judge(body.rpartition("<sub>")[0])


def test_an_unlocked_campaign_shows_its_faults(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    unlocked(shell, "letter", body="![](images/none.png)\n")
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    (body,) = forge.bodies(7)
    assert "lock_missing" in body
    assert "`campaigns/letter/articles/main.md:1" in body
    assert "faults: 1 campaign" in body


@pytest.mark.parametrize(
    ("head", "body", "told"),
    [
        ("house/letters", "好。\n", "1 campaign to lock: the workflow lock does this in a few minutes"),
        ("house/letters", "![](images/none.png)\n", "1 campaign to correct first: correct the faults"),
        ("stranger/letters", "好。\n", "the workflow lock cannot write into a fork"),
    ],
)
def test_an_editor_is_told_who_locks_and_types_nothing(
    shell: Shell, forge: FakeForge, tmp_path: Path, head: str, body: str, told: str
) -> None:
    unlocked(shell, "letter", body=body)
    shell.tree.write(".github/workflows/lock.yml", "name: lock\n")
    forge.open_pull_request(8, "spring", "ef" * 20, head=head)
    comment(shell, forge, planned_in(shell, tmp_path / "left"), run_event("spring", "ef" * 20, head=head))

    (said,) = forge.bodies(8)
    assert told in said
    assert "massctl lock" not in said


def test_without_the_workflow_the_comment_says_what_to_type(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    unlocked(shell, "letter")
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    assert "massctl lock letter" in forge.bodies(7)[0]


def test_what_is_unlocked_is_compared_with_a_second_checkout(shell: Shell) -> None:
    unlocked(shell, "letter", title="风信")
    there = shell.root.parent / "before"
    shutil.copytree(shell.root, there)
    shell.tree.write("campaigns/letter/articles/main.md", "另一段话。\n")
    (letter,) = shell("plan", "--format", "json", "--for-review", "--against", str(there)).document["campaigns"]

    assert ["not_named", "lock_missing"] == [each["guard"] for each in letter["refusals"]]
    assert letter["changes"]["rows"]


def test_what_can_be_locked_is_named_beside_what_has_faults(shell: Shell) -> None:
    unlocked(shell, "letter")
    shell.tree.news("bad", body="![](images/none.png)\n")
    shell.tree.news("done")
    shell("lock", "done")

    assert (0, "letter\n") == ((said := shell("ci", "unlocked")).status, said.out)


def test_where_locks_are_not_required_nothing_is_unlocked(shell: Shell) -> None:
    shell.tree.news("letter")

    assert (0, "") == ((said := shell("ci", "unlocked")).status, said.out)


@pytest.mark.parametrize(
    ("state", "printed"),
    [
        ("state: {backend: local, lineage: 01JCZ5Q2M3N4P5R6S7T8V9WXYZ}\n", "true\n"),
        ("state:\n    backend: local\n    lineage: 01JCZ5Q2M3N4P5R6S7T8V9WXYZ\n", "true\n"),
        ("# lineage\nstate:\n  backend: local\n", "false\n"),
    ],
)
def test_however_it_is_written_a_ledger_has_begun_or_not(shell: Shell, state: str, printed: str) -> None:
    yaml = (shell.root / "massctl.yaml").read_text()
    shell.tree.write("massctl.yaml", re.sub(r"(?m)^state:.*\n(?:  .*\n)*", "", yaml) + state)
    said = shell("ci", "begun")

    assert (0, printed) == (said.status, said.out)
    assert ("state init" in said.err) == (printed == "false\n")


def test_with_faulty_settings_nobody_says_that_nothing_has_begun(shell: Shell) -> None:
    shell.tree.write("massctl.yaml", "surprise: 1\n")
    said = shell("ci", "begun")

    assert (1, "") == (said.status, said.out)


def test_campaigns_are_compared_with_a_folder_that_is_there(shell: Shell) -> None:
    shell.tree.news("letter")
    said = shell("ci", "changed", "nowhere")

    assert (2, "") == (said.status, said.out)
    assert "there is no folder nowhere" in said.err


def test_a_plan_that_is_a_folder_is_named_in_the_comment(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    (tmp_path / "left/plan.json").mkdir(parents=True)

    assert 0 == comment(shell, forge, tmp_path / "left")
    assert "plan.json is not an ordinary file" in forge.bodies(7)[0]


@pytest.mark.parametrize(
    ("files", "told", "untold"),
    [
        (["campaigns/a/campaign.yaml"] * 120 + ["massctl.yaml"], "changes massctl.yaml", "changes .github/"),
        ([".github/workflows/apply.yml"], "changes .github/", "changes massctl.yaml"),
        (
            ["campaigns/a/campaign.yaml", "tools/hook.py"],
            "whose effect no plan shows; read them: tools/hook.py",
            "GitHub",
        ),
        ([f"docs/{n:02}.md" for n in range(12)], "docs/06.md, docs/07.md, and 4 more", "docs/08.md"),
        ([f"campaigns/a/{n}.png" for n in range(3_000)], "GitHub lists only 3,000 changed files", "no plan shows"),
    ],
)
def test_a_change_of_what_decides_stands_on_top(
    shell: Shell, forge: FakeForge, tmp_path: Path, files: list[str], told: str, untold: str
) -> None:
    shell.tree.news("letter")
    forge.files[7] = files
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    body = forge.bodies(7)[0]
    assert body.startswith("<!-- massctl:plan -->\n## massctl plan\n\n- ⚠ **")
    words = body.replace("`", "")
    assert told in words
    assert untold not in words
    judge(body.rpartition("<sub>")[0])


def test_a_change_of_what_decides_is_told_without_a_plan_too(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    forge.files[7] = ["massctl.yaml", "![](//evil/p.png).md"]
    comment(shell, forge, tmp_path / "none")

    body = forge.bodies(7)[0]
    assert "- ⚠ This pull request changes `massctl.yaml`" in body
    judge(body.rpartition("<sub>")[0])


def test_a_change_of_words_alone_has_no_warning(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    shell.tree.news("letter")
    forge.files[7] = ["campaigns/letter/campaign.yaml"]
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    assert "⚠" not in forge.bodies(7)[0]
