"""Every refusal says what to type. Typed exactly as it stands on the terminal, it leads to exactly one send."""

import re
import shlex
from datetime import timedelta

import pytest
from changes import edit, remove
from cli_runner import NOON, SENDALL, Shell, lost
from issue import LOCK, MAIN, NAME, YAML, Issue
from repositories import APPID, window
from said import Said

DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
LATE = window("2026-12-01T08:00:00+08:00", "2026-12-01T09:00:00+08:00")


def commands(said: Said) -> list[list[str]]:
    """Give the commands that a run tells a person to type, as they stand on the terminal."""
    text = re.sub(r"\n {6,}", " ", said.out + said.err)
    found = re.findall(
        r"massctl ((?:-C \S+ )?[a-z]+(?: (?:--?[a-z-]+|[A-Z\[][^ ]*|[a-z0-9-]+\b|\"[^\"]*\"))*)",
        text,
    )
    return [shlex.split(each) for each in found]


def apply(shell: Shell, *names: str, more: tuple[str, ...] = ()) -> Said:
    return shell("apply", *names, "--sandbox", "--yes", *more)


def typed(shell: Shell, said: Said, verb: str) -> Said:
    """Type the command of this verb that a run told."""
    (command,) = {tuple(each) for each in commands(said) if each[0] == verb}
    return shell(*command)


def jobs(shell: Shell) -> int:
    return len(shell.report()["jobs"])


def test_not_named(shell: Shell):
    shell.tree.text()
    said = apply(shell)
    again = typed(shell, said, "apply")
    assert again.status in {0, 2}, again  # Without a terminal it still needs --yes.
    assert shell("apply", "notice", "--sandbox", typed="yes\n").status == 0
    assert jobs(shell) == 1


def test_nobody_is_here_to_confirm(shell: Shell):
    shell.tree.text()
    said = shell("apply", "notice", "--sandbox")
    assert said.status == 2
    plan, again = commands(said)
    assert shell(*plan).status == 0
    assert (shell(*again).status, jobs(shell)) == (0, 1)


def test_lock_missing(issue: Issue):
    remove(LOCK)(issue)
    said = apply(issue.shell, NAME)
    assert said.status == 5
    assert typed(issue.shell, said, "lock").status == 0
    assert (apply(issue.shell, NAME).status, jobs(issue.shell)) == (0, 1)


def test_lock_stale(issue: Issue):
    edit(MAIN, "门票", "票价")(issue)
    said = apply(issue.shell, NAME)
    assert said.status == 5
    assert typed(issue.shell, said, "lock").status == 0
    assert (apply(issue.shell, NAME).status, jobs(issue.shell)) == (0, 1)


def test_what_a_lock_check_says(issue: Issue):
    edit(MAIN, "门票", "票价")(issue)
    said = issue.shell("lock", "--check")
    assert said.status == 5
    assert "the text of article 1" in said.out
    assert typed(issue.shell, said, "lock").status == 0
    assert issue.shell("lock", "--check").status == 0


def test_a_stale_lock_without_a_window_is_locked_anew_before_it_is_named(shell: Shell):
    shell.tree.settings(policy="  require_lock: true\n")
    shell.tree.text()
    shell("state", "init", "--sandbox")
    assert "git add campaigns" in shell("lock", columns=80).err
    shell.tree.text(content="改到十一点。")
    said = shell("plan", "--sandbox", columns=80)
    assert "massctl apply" not in said.out + said.err
    checked = shell("lock", "--check", columns=80)
    assert (5, "") == (checked.status, checked.err), "a plan would refuse it too"
    assert 0 == typed(shell, said, "lock").status
    assert "massctl apply" in shell("plan", "--sandbox", columns=80).out


def test_expired(shell: Shell):
    shell.tree.text(more=LATE)
    assert apply(shell, "notice").status == 5
    shell.tree.text(more=DUE)
    assert (apply(shell, "notice").status, jobs(shell)) == (0, 1)


def test_edited_after_send_by_a_raised_edition(shell: Shell):
    shell.tree.text(more=DUE)
    apply(shell)
    shell.tree.text(content="改到十一点。", more=DUE)
    said = apply(shell, "notice")
    assert (said.status, "edition" in said.out, jobs(shell)) == (5, True, 1)
    shell.tree.text(content="改到十一点。", more=DUE + "edition: 2\n")
    assert (apply(shell, "notice").status, jobs(shell)) == (0, 2)


def test_same_content(shell: Shell):
    shell.tree.text(more=DUE)
    shell.tree.text("copy", more=DUE)
    said = apply(shell)
    assert (said.status, "same_content: allow" in said.out, jobs(shell)) == (5, True, 1)
    shell.tree.text("notice", more=DUE + "  same_content: allow\n")
    assert (apply(shell).status, jobs(shell)) == (0, 2)


def test_an_allowance_that_is_used_up_refuses_the_second_send(shell: Shell):
    shell.tree.text("held", more=DUE)
    shell.tree.write(
        "massctl.yaml", shell.tree.read("massctl.yaml").replace("service", "subscription")
    )
    shell.tree.text("first", content="一", more=DUE)
    said = apply(shell)
    assert (said.status, "2026-11-25: first" in said.out or "first" in said.out, jobs(shell)) == (
        5,
        True,
        1,
    ), said


@pytest.mark.parametrize("kind", ["text", "news"])
def test_audience_bounds_by_more_followers(shell: Shell, kind: str):
    write = shell.tree.text if kind == "text" else shell.tree.news
    write("crowd", more="  expect: {min: 2000}\n" + DUE)
    assert apply(shell).status == 5
    shell.control("accounts", {"appid": APPID, "followers": 3000})
    said = apply(shell)
    assert (said.status, jobs(shell)) == (0, 1), said


def test_audience_bounds_by_a_tag_that_was_declared_to_the_sandbox(shell: Shell):
    shell.tree.text("crowd", more=DUE)
    edited = shell.tree.read("campaigns/crowd/campaign.yaml").replace(
        "is_to_all: true", "tag_id: 104"
    )
    shell.tree.write("campaigns/crowd/campaign.yaml", edited)
    shell("plan", "--sandbox")
    shell.control("tags", {"appid": APPID, "id": 104, "name": "秋游", "count": 300})
    assert apply(shell).status == 0
    assert [job["total_count"] for job in shell.report()["jobs"]] == [300]


def test_audience_bounds_by_other_bounds(issue: Issue):
    edit(YAML, "max: 500", "max: 50")(issue)
    issue.done("lock")
    assert apply(issue.shell, NAME).status == 5
    edit(YAML, "max: 50}", "max: 500}")(issue)
    issue.done("lock")
    assert (apply(issue.shell, NAME).status, jobs(issue.shell)) == (0, 1)


def test_a_hint_of_another_folder_names_it(issue: Issue, monkeypatch: pytest.MonkeyPatch):
    edit(MAIN, "门票", "票价")(issue)
    monkeypatch.chdir(issue.shell.root.parent)
    where = issue.shell.root.name
    said = issue.shell("-C", where, "apply", NAME, "--sandbox", "--yes")
    (command,) = commands(said)
    assert command == ["-C", where, "lock", "--sandbox", NAME]
    issue.done(*command)
    assert issue.shell("-C", where, "apply", NAME, "--sandbox", "--yes").status == 0


@pytest.mark.parametrize("mode", ["flag"])
def test_a_hint_of_a_locked_run_is_for_the_locked_bytes(issue: Issue):
    issue.edit(YAML, DUE, "")
    issue.done("lock")
    said = issue.shell("apply", "--locked", "--sandbox", "--yes", "--format", "json")
    hint = said.document["campaigns"][0]["refusals"][0]["hint"]
    assert hint == "massctl apply --sandbox --locked letter"


@pytest.mark.parametrize("columns", [40, 60])
def test_no_hint_is_broken_within_its_command(issue: Issue, columns: int):
    edit(MAIN, "门票", "票价")(issue)
    assert "massctl lock letter" in issue.shell("lock", "--check", columns=columns).out


@pytest.mark.parametrize("answer", ["--sent", "--not-sent"])
def test_the_hint_of_account_in_doubt(shell: Shell, answer: str):
    shell.tree.text(more=DUE)
    shell.tree.text("other", content="别的", more=DUE)
    shell.faults(lost(SENDALL))
    said = apply(shell, more=("--no-wait", "--format", "json"))
    assert (said.status, jobs(shell)) == (4, 1)
    (hint,) = (
        each["refusals"][0]["hint"] for each in said.document["campaigns"] if each["refusals"]
    )
    settled = {
        command[-3]: command[1:]
        for each in re.split(r":\s+", hint)[1:]
        if (command := shlex.split(each.split(";")[0]))
    }
    assert shell(*settled[answer]).status == 0
    again = apply(shell, more=("--format", "json"))
    # What was not sent after all is sent under the same id, by which WeChat knows that it was.
    assert (again.status, jobs(shell)) == (0, 2), again


def test_the_evidence_of_a_doubt_ends_with_commands_that_settle_it(shell: Shell):
    shell.tree.text(NAME, more=DUE)
    shell.faults(lost(SENDALL))
    assert apply(shell, more=("--no-wait",)).status == 4
    evidence = shell("reconcile", NAME, "--sandbox")
    assert (evidence.status, jobs(shell)) == (2, 1)
    choices = [
        shlex.split(each) for each in re.findall(r"^  massctl (.*)$", evidence.out, re.MULTILINE)
    ]
    assert [each[3] for each in choices] == ["--resubmit", "--sent", "--not-sent"]
    assert shell(*choices[1]).status == 0


def test_account_in_doubt_settled_by_a_person(shell: Shell):
    shell.tree.text(more=DUE)
    shell.tree.text("other", content="别的", more=DUE)
    shell.faults(lost(SENDALL))
    assert apply(shell, more=("--no-wait",)).status == 4
    shell("reconcile", "notice", "--sent", "--reason", "in the list", "--sandbox")
    assert (apply(shell).status, jobs(shell)) == (0, 2)


@pytest.mark.parametrize("microsecond", [0, 500_000])
def test_a_doubt_is_settled_by_the_first_run_that_comes_back(shell: Shell, microsecond: int):
    shell.set_time(NOON + timedelta(microseconds=microsecond))
    shell.tree.text(more=DUE)
    shell.faults(lost(SENDALL))
    assert apply(shell, more=("--no-wait",)).status == 4
    assert (apply(shell).status, jobs(shell), shell.report()["violations"]) == (0, 1, [])


def test_a_doubt_is_settled_whatever_the_fraction_of_a_second(shell: Shell):
    shell.set_time(NOON + timedelta(microseconds=789_701))
    shell.tree.text(more=DUE)
    shell.faults(lost(SENDALL))
    assert apply(shell, more=("--no-wait",)).status == 4
    assert (apply(shell).status, jobs(shell), shell.report()["violations"]) == (0, 1, [])


def test_a_doubt_is_settled_within_the_run_whatever_the_fraction(shell: Shell):
    shell.set_time(NOON + timedelta(microseconds=789_701))
    shell.tree.text(more=DUE)
    shell.faults(lost(SENDALL))
    assert (apply(shell).status, jobs(shell), shell.report()["violations"]) == (0, 1, [])


def test_a_hint_in_json_works_like_the_one_on_the_terminal(shell: Shell):
    shell.tree.text()
    (campaign,) = apply(shell, more=("--format", "json")).document["campaigns"]
    assert "--sandbox" in campaign["refusals"][0]["hint"]
