"""`massctl ci comment`: what the comment and the status say of a review, whoever wrote it."""

import json
import shutil
from pathlib import Path

import pytest
from cli_runner import Shell
from comment_judge import judge
from fake_forge import REPOSITORY, FakeForge, pull_request_event

from massctl.cli.app import run
from massctl.cli.commands.ci_review import write_comment
from massctl.errors import ForgeError

SHA = "ab" * 20
AT_NOON = "send: {not_before: 2026-12-01T11:00:00+08:00, not_after: 2026-12-01T13:00:00+08:00}\n"


@pytest.fixture
def forge() -> FakeForge:
    forge = FakeForge()
    forge.open_pull_request(7, "spring", SHA)
    return forge


def planned_in(shell: Shell, folder: Path) -> Path:
    """Leave what the job leaves that renders."""
    folder.mkdir()
    left(folder, plan=json.loads(shell("plan", "--format", "json", "--for-review").out))
    return folder


def left(folder: Path, **more: object) -> None:
    """Write the file of a review, with other keys than before."""
    path = folder / "review.json"
    review = json.loads(path.read_text()) if path.exists() else {"format_version": 1}
    path.write_text(json.dumps({**review, **more}))


def comment(shell: Shell, forge: FakeForge, folder: Path, event: str = "", **more: str) -> int:
    (shell.root.parent / "event.json").write_text(event or pull_request_event(SHA))
    told = {
        "GITHUB_EVENT_PATH": str(shell.root.parent / "event.json"),
        "GITHUB_TOKEN": "ghs_x",
        "GITHUB_RUN_ID": "77",
    }
    environment = {**told, "LANG": "C.UTF-8", "GITHUB_API_URL": "https://api.github.test", **more}
    return run(
        "ci comment", "text", lambda: write_comment(str(shell.root), folder, environment, forge)
    )


def test_a_plan_stands_below_its_pull_request_once(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    shell.tree.news("letter")
    found = planned_in(shell, tmp_path / "left")

    assert (0, 0) == (comment(shell, forge, found), comment(shell, forge, found))
    (body,) = forge.bodies(7)
    assert body.startswith("<!-- massctl:plan -->\n## massctl plan\n")
    assert f"for commit `{SHA}`" in body
    assert "https://github.com/house/letters/actions/runs/77" in body


def test_only_the_bot_s_own_comment_is_written_anew(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    shell.tree.news("letter")
    for _ in range(105):
        forge.comment(7, "words", login="editor")
    forge.comment(7, "<!-- massctl:plan -->\nforged", login="editor")
    forge.comment(7, "<!-- massctl:plan -->\nold")
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    bodies = forge.bodies(7)
    assert (107, "<!-- massctl:plan -->\nforged") == (len(bodies), bodies[105])
    assert "old" not in bodies[106]


@pytest.mark.parametrize(
    "name", ["@all", "<img src=x>", "https://evil.example", "#1", "`x` @all", "\u202e反"]
)
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


def test_a_forged_plan_is_not_shown_but_named(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    shell.tree.news("letter")
    left(
        found := planned_in(shell, tmp_path / "left"),
        comment="all is well, @boss <script>alert(1)</script>",
    )
    comment(shell, forge, found)

    (body,) = forge.bodies(7)
    assert "cannot be shown" in body
    assert "@boss" not in body
    assert "script" not in body


def test_forged_words_of_a_plan_do_nothing(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    shell.tree.news("letter")
    found = planned_in(shell, tmp_path / "left")
    plan = json.loads((found / "review.json").read_text())["plan"]
    plan["campaigns"][0] |= {
        "title": "all is well, @boss <script>alert(1)</script> https://evil.example"
    }
    left(found, plan=plan, hidden=["@boss <script>.md"], folded=["@boss <script>.rb"])
    comment(shell, forge, found)

    judge(forge.bodies(7)[0].rpartition("<sub>")[0])


def test_what_was_learnt_is_quoted_and_its_words_do_nothing(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    shell.tree.news("letter")
    hostile = "@boss <script>alert(1)</script> https://evil.example `x` #12 ::error::"
    finding = {
        "campaign": "earlier",
        "edition": 2,
        "account": "main",
        "appid": "wx1",
        "sent_at": "2026-11-01T20:00:00+08:00",
        "series": None,
        "title": hostile,
        "verdict": f"{hostile}\n# 2",
        "learnt": "Evenings.",
    }
    left(found := planned_in(shell, tmp_path / "left"), findings=[finding])
    comment(shell, forge, found)

    body = forge.bodies(7)[0].rpartition("<sub>")[0]
    assert "What was learnt from the last letters of main" in body
    assert "2026-11-01 `earlier`, edition 2" in body or "2026-11-01 earlier, edition 2" in body
    assert "Evenings." in body
    judge(body)


def test_a_plan_that_could_not_be_made_says_why(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    shell.tree.news("letter")
    good = (shell.root / "massctl.yaml").read_text()
    shell.tree.write("massctl.yaml", f"{good}surprise: 1\n")
    found = planned_in(shell, tmp_path / "left")
    shell.tree.write("massctl.yaml", good)
    comment(shell, forge, found)

    assert "**`massctl.yaml` has faults, so nothing was done**" in forge.bodies(7)[0]


def test_a_number_in_the_artefact_says_nothing(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    """The hostile run leaves another pull request's number, as other workflows would believe it."""
    shell.tree.news("letter")
    forge.open_pull_request(1, "payroll", "cd" * 20)
    found = planned_in(shell, tmp_path / "left")
    (found / "pr-number").write_text("1")
    comment(shell, forge, found)

    assert ([], 1) == (forge.bodies(1), len(forge.bodies(7)))
    assert "files other than" in forge.bodies(7)[0]


@pytest.mark.parametrize("head", ["stranger/letters", None])
def test_a_fork_is_told_that_nobody_locks_for_it(
    shell: Shell, forge: FakeForge, tmp_path: Path, head: str | None
) -> None:
    """A fork that was deleted is one too."""
    unlocked(shell, "letter")
    forge.open_pull_request(8, "spring", "ef" * 20, head=head or "gone/gone")
    event = pull_request_event("ef" * 20, number=8, head=head)
    comment(shell, forge, planned_in(shell, tmp_path / "left"), event)

    assert ([], 1) == (forge.bodies(7), len(forge.bodies(8)))
    assert "cannot write into a fork" in forge.bodies(8)[0]
    assert ("failure", "the lock does not agree with the files: 1 campaign") == forge.statuses[
        "ef" * 20
    ]


def test_a_pull_request_that_moved_on_gets_no_old_plan_and_no_status(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    shell.tree.news("letter")

    assert 0 == comment(
        shell, forge, planned_in(shell, tmp_path / "left"), pull_request_event("00" * 20)
    )
    assert ([], {}) == (forge.bodies(7), forge.statuses)


def test_what_can_be_sent_is_a_good_status(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    shell.tree.news("letter")
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    assert {
        SHA: ("success", "the plan is in the comment; what is locked is what the files give")
    } == forge.statuses


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"hidden": ["campaigns/letter/articles/main.md"]},
            "files are hidden by .gitattributes: 1",
        ),
        ({"folded": ["campaigns/letter/node_modules/a.md"]}, "files that GitHub folds away: 1"),
        ({"locks": {"letter": "{}"}}, "the locks could not be committed"),
        ({"format_version": 2}, "the plan cannot be shown: review.json is not what massctl writes"),
        (
            {"locks": {"../x": "{}"}},
            "the plan cannot be shown: review.json is not what massctl writes",
        ),
    ],
)
def test_what_nobody_should_merge_yet_is_a_bad_status(
    shell: Shell, forge: FakeForge, tmp_path: Path, more: dict[str, object], told: str
) -> None:
    shell.tree.news("letter")
    left(found := planned_in(shell, tmp_path / "left"), **more)
    comment(shell, forge, found)

    assert {SHA: ("failure", told)} == forge.statuses


def test_what_github_refuses_is_an_error_without_the_token(shell: Shell) -> None:
    shell.tree.news("letter")
    shell.monkeypatch.setenv("GITHUB_EVENT_PATH", str(shell.root / "nothing"))
    shell.monkeypatch.setenv("GITHUB_TOKEN", "ghs_very_secret")
    said = shell("ci", "comment", "left")

    assert 1 == said.status
    assert "GITHUB_EVENT_PATH names no event" in said.err
    assert "ghs_very" not in said.out + said.err


@pytest.mark.parametrize(
    "command", [("plan",), ("lock",), ("apply", "--sandbox", "--yes"), ("validate",)]
)
def test_no_word_of_a_campaign_is_a_command_to_the_runner(
    shell: Shell, command: tuple[str, ...]
) -> None:
    """A title with a line break would begin a line of the log: with `::stop-commands::` no alarm would be one."""
    shell.tree.text("letter")
    path, title = (
        "campaigns/letter/campaign.yaml",
        '"a\\n::stop-commands::x\\n \\t::error::b ##[error]c"',
    )
    shell.tree.write(path, shell.tree.read(path).replace("改时间", title))
    shell.env(GITHUB_ACTIONS="true")
    said = shell(*command)

    lines = (said.out + "\n" + said.err).splitlines()
    assert [] == [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


def test_annotations_are_commands_to_the_runner(shell: Shell) -> None:
    shell.tree.text("letter", more="surprise: 1\n")
    shell.env(GITHUB_ACTIONS="true")

    assert shell("validate", "--format", "github").out.startswith(
        "::error file=campaigns/letter/campaign.yaml,"
    )


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
    assert "article 1: 第一封信：风信" in body
    judge(body.rpartition("<sub>")[0])


def test_an_unlocked_campaign_shows_its_faults(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    unlocked(shell, "letter", body="![](images/none.png)\n")
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    (body,) = forge.bodies(7)
    assert "lock_missing" in body
    assert "`campaigns/letter/articles/main.md:1" in body
    assert "1 campaign to correct first" in body


def test_an_editor_whose_campaign_has_faults_is_told_what_comes_then(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    unlocked(shell, "letter", body="![](images/none.png)\n")
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    (said,) = forge.bodies(7)
    assert "1 campaign to correct first: correct the faults" in said
    assert "massctl lock" not in said
    assert "failure" == forge.statuses[SHA][0]


def test_what_is_unlocked_is_compared_with_a_second_checkout(shell: Shell) -> None:
    unlocked(shell, "letter", title="风信")
    there = shell.root.parent / "before"
    shutil.copytree(shell.root, there)
    shell.tree.write("campaigns/letter/articles/main.md", "另一段话。\n")
    (letter,) = shell("plan", "--format", "json", "--for-review", "--against", str(there)).document[
        "campaigns"
    ]

    assert ["not_named", "lock_missing"] == [each["guard"] for each in letter["refusals"]]
    assert letter["changes"]["rows"]


def test_a_plan_that_is_a_folder_is_named_in_the_comment(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    (tmp_path / "left/review.json").mkdir(parents=True)

    assert 0 == comment(shell, forge, tmp_path / "left")
    assert "review.json is not an ordinary file" in forge.bodies(7)[0]


@pytest.mark.parametrize(
    ("files", "told", "untold"),
    [
        (
            ["campaigns/a/campaign.yaml"] * 120 + ["massctl.yaml"],
            "changes massctl.yaml",
            "changes .github/",
        ),
        ([".github/workflows/apply.yml"], "changes .github/", "changes massctl.yaml"),
        (
            ["campaigns/a/campaign.yaml", "tools/hook.py"],
            "whose effect no plan shows; read them: tools/hook.py",
            "GitHub",
        ),
        (
            [f"docs/{n:02}.md" for n in range(12)],
            "docs/06.md, docs/07.md, and 4 more",
            "docs/08.md",
        ),
        (
            [f"campaigns/a/{n}.png" for n in range(3_000)],
            "GitHub lists only 3,000 changed files",
            "no plan shows",
        ),
    ],
)
def test_a_change_of_what_decides_stands_on_top(
    shell: Shell, forge: FakeForge, tmp_path: Path, files: list[str], told: str, untold: str
) -> None:
    shell.tree.news("letter")
    forge.files[7] = files
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    body = forge.bodies(7)[0]
    head, warned, *_ = body.removeprefix("<!-- massctl:plan -->\n## massctl plan\n\n").split("\n\n")
    assert "**Nothing here is sent by itself; check what is below**" == head
    assert warned.startswith("- ⚠ **")
    words = body.replace("`", "")
    assert told in words
    assert untold not in words
    judge(body.rpartition("<sub>")[0])


def test_a_change_of_what_decides_is_told_without_a_plan_too(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    forge.files[7] = ["massctl.yaml", "![](//evil/p.png).md"]
    comment(shell, forge, tmp_path / "none")

    body = forge.bodies(7)[0]
    assert "- ⚠ This pull request changes `massctl.yaml`" in body
    judge(body.rpartition("<sub>")[0])


def test_a_change_of_words_alone_has_no_warning(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    shell.tree.news("letter")
    forge.files[7] = ["campaigns/letter/campaign.yaml"]
    comment(shell, forge, planned_in(shell, tmp_path / "left"))

    assert "⚠" not in forge.bodies(7)[0]


# Approvals, and rules that change beside letters


APPROVAL = {"count": 2, "from": ["bo", "wu"], "why": ["a new destination"]}


def with_letter(shell: Shell, folder: Path, *approvals: object, **more: object) -> Path:
    """Leave a review of one letter that is new, and of what the policy asks for it."""
    shell.tree.news("letter")
    found = planned_in(shell, folder)
    plan = json.loads((found / "review.json").read_text())["plan"]
    (letter,) = [each for each in plan["campaigns"] if each["name"] == "letter"]
    others = [{**each, "changes": None} for each in plan["campaigns"] if each is not letter]
    rows = {"against": "main", "rows": []}
    mine = {**letter, "changes": rows, "approvals": list(approvals), "lock": "locked"}
    left(found, plan={**plan, "campaigns": [*others, mine]}, **more)
    return found


def test_the_comment_and_the_status_say_which_approvals_are_missing(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    forge.permissions |= {"bo": "write", "wu": "admin"}
    found = with_letter(shell, tmp_path / "left", APPROVAL)
    lacking = "It lacks approvals: 2 more approvals of bo, wu (a new destination)"
    comment(shell, forge, found)
    assert ("failure", True) == (forge.statuses[SHA][0], lacking in forge.statuses[SHA][1])
    assert f"- 🛑 **{lacking}**" in forge.bodies(7)[0]

    for login in ("bo", "wu"):
        forge.review(7, login, SHA)
    comment(shell, forge, found)
    assert ("success", False) == (forge.statuses[SHA][0], "🛑" in forge.bodies(7)[0])

    forge.review(7, "bo", SHA, "CHANGES_REQUESTED")
    comment(shell, forge, found)
    assert "1 more approval of bo, wu" in forge.bodies(7)[0]


def test_an_approval_of_what_was_pushed_over_is_missing_again(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    forge.permissions["bo"] = "write"
    forge.review(7, "bo", "c" * 40)
    comment(shell, forge, with_letter(shell, tmp_path / "left", {**APPROVAL, "count": 1}))

    assert "failure" == forge.statuses[SHA][0]


def test_where_nobody_knows_who_pushed_it_the_status_is_not_good(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    forge.pushed = None
    forge.review(7, "bo", SHA)
    comment(shell, forge, with_letter(shell, tmp_path / "left", APPROVAL))

    state, words = forge.statuses[SHA]
    assert ("failure", True) == (state, "Nobody knows who approved it" in words)


def test_a_letter_that_needs_no_approval_asks_for_no_review(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    comment(shell, forge, with_letter(shell, tmp_path / "left"))

    assert ("success", []) == (
        forge.statuses[SHA][0],
        [each for each in forge.asked if "reviews" in each],
    )


@pytest.mark.parametrize(
    ("files", "rules", "told"),
    [
        (["massctl.yaml"], ["policy"], "policy"),
        (["massctl.yaml"], ["accounts", "forge"], "accounts, forge"),
        (["accounts/east.yaml"], ["accounts"], "accounts"),
        ([".github/workflows/apply.yml"], [], ".github/workflows/apply.yml"),
        (["CODEOWNERS", ".gitlab-ci.yml"], [], ".gitlab-ci.yml, CODEOWNERS"),
        (["massctl.yaml"], [], ""),
        (["docs/notes.md"], ["policy"], ""),
    ],
)
def test_a_pull_request_that_changes_rules_brings_no_letter(
    shell: Shell, forge: FakeForge, tmp_path: Path, files: list[str], rules: list[str], told: str
) -> None:
    forge.files[7] = files
    comment(shell, forge, with_letter(shell, tmp_path / "left", rules=rules))

    expected = f"It changes rules ({told}) and brings letters (letter)"
    assert (bool(told), "failure" if told else "success") == (
        expected in forge.statuses[SHA][1],
        forge.statuses[SHA][0],
    )
    assert bool(told) == ("🛑 **It changes rules" in forge.bodies(7)[0])


def test_a_change_of_rules_alone_is_fine(shell: Shell, forge: FakeForge, tmp_path: Path) -> None:
    forge.files[7] = ["massctl.yaml"]
    found = with_letter(shell, tmp_path / "left", rules=["policy"])
    plan = json.loads((found / "review.json").read_text())["plan"]
    left(found, plan={**plan, "campaigns": [{**e, "changes": None} for e in plan["campaigns"]]})
    comment(shell, forge, found)

    assert "success" == forge.statuses[SHA][0]


def test_the_run_behind_a_review_is_about_its_pull_request(
    shell: Shell, forge: FakeForge, tmp_path: Path
) -> None:
    pull = {"number": 7, "head": {"ref": "spring", "sha": SHA, "repo": {"id": 1}}}
    run_of = {"pull_requests": [pull], "head_repository": {"full_name": REPOSITORY}}
    told = json.dumps({"workflow_run": run_of, "repository": {"full_name": REPOSITORY}})
    found = with_letter(shell, tmp_path / "left")
    named = {"GITHUB_EVENT_NAME": "workflow_run"}

    assert 0 == comment(shell, forge, found, told, **named)
    assert "success" == forge.statuses[SHA][0]
    fork = json.dumps(
        {"workflow_run": {**run_of, "pull_requests": []}, "repository": {"full_name": REPOSITORY}}
    )
    with pytest.raises(ForgeError, match="not started by the event"):
        comment(shell, forge, found, fork, **named)
