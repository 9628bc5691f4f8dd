"""`massctl stop` and `massctl resume`: the brake as a branch of a real remote, whatever that remote does."""

import json
from pathlib import Path

import pytest
from cli_runner import Shell
from git_shell import IN_GIT
from gits import clone_of, git, look_of
from nights import first_by_day
from repositories import window
from said import Said

from massctl.ledger.git_branch import GitBranch, Push, Pushed, Tip

DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
LATER = window("2026-12-02T11:00:00+08:00", "2026-12-02T13:00:00+08:00")
HEADS = "refs/heads/massctl-stop"


@pytest.fixture
def house(cloned: Shell) -> Shell:
    """A clone with a local ledger whose massctl.yaml names the branch that sends."""
    cloned.tree.settings(policy="  branch: main\n")
    cloned.env(GITHUB_TRIGGERING_ACTOR="lin-mei")
    git(cloned.root, "commit", "-qam", "name the branch")
    git(cloned.root, "push", "-q", "origin", "HEAD:main")
    return cloned


def brake(remote: Path) -> str:
    """Give the commit of the brake, or nothing."""
    return git(remote, "for-each-ref", "--format=%(objectname)", HEADS)


def hook(remote: Path, name: str, script: str) -> None:
    path = remote / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_stop_sets_the_brake_and_says_what_is_true_now(house: Shell, remote: Path) -> None:
    before = look_of(house.root)
    said = house("stop", "--reason", "wrong price\nin spring")

    assert (0, True) == (said.status, bool(brake(remote)))
    for told in (
        "lin-mei",
        "2026-12-01 12:00 +08:00",
        "wrong price in spring",
        "massctl resume",
        "massctl withdraw",
        "Staged drafts stay",
    ):
        assert told in " ".join(said.out.split()), said.out
    assert "" == git(remote, "ls-tree", brake(remote)), "no file of the repository is in it"
    assert before == look_of(house.root)


def test_every_run_reads_the_brake(house: Shell) -> None:
    house.tree.text("notice", more=DUE)
    house("stop")
    house.env(WECHAT_MAIN_SECRET="0" * 32)
    said = house("apply", "--yes", "--format", "json")
    (campaign,) = said.document["campaigns"]
    (refusal,) = [each for each in campaign["refusals"] if each["guard"] == "kill_switch"]

    assert 5 == said.status
    assert "massctl resume" in refusal["hint"]


def test_a_second_stop_says_who_was_first(house: Shell, remote: Path) -> None:
    house("stop", "--reason", "wrong price")
    first = brake(remote)
    house.env(GITHUB_TRIGGERING_ACTOR="somebody-else")
    said = house("stop", "--reason", "me too")

    assert (0, first) == (said.status, brake(remote))
    assert "already" in said.out
    assert "lin-mei" in said.out
    assert "wrong price" in said.out
    assert "me too" not in said.out


def test_a_brake_that_was_pushed_by_hand_is_one(house: Shell, remote: Path) -> None:
    git(house.root, "push", "-q", "origin", "HEAD:massctl-stop")
    said = house("stop")

    assert (0, git(house.root, "rev-parse", "HEAD")) == (said.status, brake(remote))
    assert "by hand" in said.out
    assert 0 == house("resume", "--yes").status
    assert "" == brake(remote)


BELOW = ("massctl-stop/x", "massctl-stop/refs/heads/massctl-stop")


@pytest.mark.parametrize("name", BELOW)
def test_a_branch_below_the_brake_s_name_stops_sends_and_is_told_as_the_brake(
    house: Shell, remote: Path, name: str
) -> None:
    """git keeps no massctl-stop beside it, so it has to do."""
    house.tree.text("notice", more=DUE)
    git(house.root, "push", "-q", "origin", f"HEAD:refs/heads/{name}")
    said = house("stop")
    document = house("stop", "--format", "json").document
    house.env(WECHAT_MAIN_SECRET="0" * 32)
    (campaign,) = house("apply", "--yes", "--format", "json").document["campaigns"]
    (refusal,) = [each for each in campaign["refusals"] if each["guard"] == "kill_switch"]

    assert (0, True) == (said.status, f"already set: origin has the branch {name}" in said.out)
    assert (True, False, name) == (
        document["stopped"],
        document["changed"],
        document["brake"]["branch"],
    )
    assert f"the branch {name}:" in refusal["message"]
    assert "massctl resume" in refusal["hint"]


def test_resume_shows_and_deletes_each_branch_below_the_brake_s_name(
    house: Shell, remote: Path
) -> None:
    for name in BELOW:
        git(house.root, "push", "-q", "origin", f"HEAD:refs/heads/{name}")
    said = house("resume", typed="yes\n")

    assert (0, "") == (said.status, git(remote, "for-each-ref", "refs/heads/massctl-stop"))
    assert [] == [name for name in BELOW if name not in said.err]
    assert 0 == house("stop").status
    assert brake(remote)


def test_a_branch_below_that_is_not_what_was_shown_stays(
    house: Shell, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(house.root, "push", "-q", "origin", f"HEAD:refs/heads/{BELOW[0]}")
    delete = GitBranch.delete

    def another(self: GitBranch, tip: Tip) -> Pushed:
        git(house.root, "push", "-q", "origin", f"HEAD:refs/heads/{BELOW[1]}")
        return delete(self, tip)

    monkeypatch.setattr(GitBranch, "delete", another)
    said = house("resume", "--yes")

    assert (5, True) == (said.status, BELOW[1] in said.err)
    assert f"refs/heads/{BELOW[1]}" == git(
        remote, "for-each-ref", "--format=%(refname)", "refs/heads/massctl-stop"
    )


@pytest.mark.parametrize(
    "ref", ["refs/heads/refs/heads/massctl-stop", "refs/tags/refs/heads/massctl-stop"]
)
def test_a_ref_that_only_ends_with_the_brake_s_name_is_none(
    house: Shell, remote: Path, ref: str
) -> None:
    git(house.root, "push", "-q", "origin", f"HEAD:{ref}")
    assert "is not set" in house("resume").out
    said = house("stop")

    assert (0, True) == (said.status, bool(brake(remote)))
    assert git(house.root, "rev-parse", "HEAD") == git(remote, "rev-parse", ref)


def test_stop_looks_whether_the_remote_has_what_it_pushed(
    house: Shell, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = GitBranch.push

    def vanishing(self: GitBranch, tip: Tip) -> Pushed:
        pushed = push(self, tip)
        git(remote, "update-ref", "-d", HEADS)
        return pushed

    monkeypatch.setattr(GitBranch, "push", vanishing)
    said = house("stop")

    assert (5, True) == (said.status, "the brake is not set" in said.err)
    assert "does not have it any more" in said.err


def test_a_brake_says_nothing_that_steers_a_screen(house: Shell, remote: Path) -> None:
    tree = git(house.root, "mktree")
    said = "stop all sends\n\nStopped-by: \x1b[31mx\nStopped-at: when?\nReason: \x1b]0;y\x07"
    git(
        house.root,
        "push",
        "-q",
        "origin",
        f"{git(house.root, 'commit-tree', tree, '-m', said)}:{HEADS}",
    )
    told = house("stop")

    assert (0, False) == (told.status, "\x1b" in told.out)


def test_stop_answers_a_program(house: Shell, remote: Path) -> None:
    document = house("stop", "--reason", "wrong price", "--format", "json").document
    again = house("stop", "--format", "json").document

    expected = {
        "branch": "massctl-stop",
        "account": None,
        "commit": brake(remote),
        "by": "lin-mei",
        "since": "2026-12-01T04:00:00+00:00",
        "reason": "wrong price",
    }
    assert {
        "format_version": 1,
        "exit_status": 0,
        "stopped": True,
        "changed": True,
        "brake": expected,
        "due": None,
    } == (document)
    assert {**document, "changed": False} == again


def test_resume_shows_what_would_leave_at_once_and_lifts_the_brake(
    house: Shell, remote: Path
) -> None:
    house.tree.text("notice", more=DUE)
    house.tree.text("later", content="明天见", more=LATER)
    house("stop", "--reason", "wrong price")
    said = house("resume", typed="yes\n")

    assert (0, "") == (said.status, brake(remote))
    assert "wrong price" in said.err
    assert "audience" in said.err
    assert "the next apply would send: notice" in said.out
    assert "later" not in said.out + said.err


def test_an_open_window_that_is_refused_for_now_is_not_called_closed(
    house: Shell, remote: Path
) -> None:
    house.tree.settings(policy="  branch: main\n  freeze: [2026-12-01]\n")
    house.tree.text("notice", more=DUE)
    house("stop")
    said = house("resume", typed="yes\n")

    assert (0, "") == (said.status, brake(remote))
    assert "the next apply would send nothing" in said.out
    assert "no window is open" not in said.out + said.err


def test_with_the_ledger_in_git_the_plan_is_that_of_a_lifted_brake(
    in_git: Shell, remote: Path
) -> None:
    in_git.tree.settings(state=IN_GIT, policy="  branch: main\n")
    in_git.tree.text("notice", more=DUE)
    in_git("state", "init")
    in_git("stop")
    assert ["notice"] == in_git("resume", "--yes", "--format", "json").document["due"]
    assert "" == brake(remote)


@pytest.mark.parametrize("typed", ["no\n", ""])
def test_whoever_does_not_say_yes_lifts_nothing(house: Shell, remote: Path, typed: str) -> None:
    house("stop")
    first = brake(remote)
    said = house("resume", typed=typed)

    assert (5, first, True) == (said.status, brake(remote), "the brake stays set" in said.err)


def test_without_a_terminal_resume_needs_yes(house: Shell, remote: Path) -> None:
    house("stop")
    said = house("resume")

    assert (2, True) == (said.status, bool(brake(remote)))
    assert "massctl resume --yes" in said.err


def test_nothing_to_lift_is_no_fault(house: Shell) -> None:
    said = house("resume")
    document = house("resume", "--format", "json").document

    assert (0, True) == (said.status, "the brake is not set" in said.out)
    assert (False, False, None) == (document["stopped"], document["changed"], document["brake"])


def test_resume_answers_a_program(house: Shell) -> None:
    house.tree.text("notice", more=DUE)
    house("stop", "--reason", "wrong price")
    document = house("resume", "--yes", "--format", "json").document

    assert (False, True, "wrong price", ["notice"]) == (
        document["stopped"],
        document["changed"],
        document["brake"]["reason"],
        document["due"],
    )


def test_a_repository_that_cannot_be_planned_can_go_on(house: Shell, remote: Path) -> None:
    house("stop")
    house.tree.write("massctl.state.jsonl", "no ledger\n")
    said = house("resume", "--yes", "--format", "json")

    assert (0, "") == (said.status, brake(remote))


def test_resume_lifts_only_the_brake_that_it_showed(
    house: Shell, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house("stop", "--reason", "the first")
    delete = GitBranch.delete

    def set_anew(self: GitBranch, tip: object) -> Pushed:
        git(remote, "update-ref", "-d", HEADS)
        git(house.root, "push", "-q", "origin", f"HEAD:{HEADS}")
        return delete(self, tip)  # type: ignore[arg-type]

    monkeypatch.setattr(GitBranch, "delete", set_anew)
    said = house("resume", "--yes")

    assert (5, git(house.root, "rev-parse", "HEAD")) == (said.status, brake(remote))
    assert "set the brake again" in said.err


def test_somebody_else_was_faster_to_lift_it(
    house: Shell, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house("stop")
    delete = GitBranch.delete

    def lifted(self: GitBranch, tip: object) -> Pushed:
        git(remote, "update-ref", "-d", HEADS)
        return delete(self, tip)  # type: ignore[arg-type]

    monkeypatch.setattr(GitBranch, "delete", lifted)
    assert (0, "") == (house("resume", "--yes").status, brake(remote))


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("verb", ["stop", "resume"])
def test_after_a_lost_answer_the_remote_is_read_again(
    house: Shell, remote: Path, monkeypatch: pytest.MonkeyPatch, verb: str, arrives: bool
) -> None:
    if verb == "resume":
        house("stop")
    method = "push" if verb == "stop" else "delete"
    real = getattr(GitBranch, method)

    def lost(self: GitBranch, tip: object) -> Pushed:
        if arrives:
            real(self, tip)
        return Pushed(Push.UNKNOWN, None, "git says: “the line was cut”.")

    monkeypatch.setattr(GitBranch, method, lost)
    said = house(verb, *(["--yes"] if verb == "resume" else []))

    is_on = (verb == "stop") == arrives
    assert (0 if arrives else 5, is_on) == (said.status, bool(brake(remote)))
    if not arrives:
        assert ("the brake is not set" if verb == "stop" else "the brake is still set") in said.err
        assert "the line was cut" in said.err


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo 'GH006: protected branch update failed'; exit 1", "protects it"),
        ("echo 'no, thanks'; exit 1", "no, thanks"),
    ],
)
def test_a_server_that_takes_no_push_leaves_the_brake_off(
    house: Shell, remote: Path, script: str, told: str
) -> None:
    hook(remote, "pre-receive", script)
    said = house("stop", "--format", "json")

    assert (5, "", None) == (said.status, brake(remote), said.document["stopped"])
    assert "the brake is not set" in said.err
    assert "MASSCTL_NO_SEND" in said.err
    assert told in said.err


@pytest.mark.parametrize(
    "words",
    [
        "Permission to house/letters.git denied to x.",
        "GH006: protected branch update failed",
        "no, thanks",
    ],
)
@pytest.mark.parametrize(
    ("verb", "helps"),
    [
        (["stop"], ["massctl stop", "stop all sends", "MASSCTL_NO_SEND=1", "sending: disabled"]),
        (["resume", "--yes"], ["massctl resume", "allow sends again", "policy.operators"]),
    ],
)
def test_without_the_right_to_push_the_error_says_who_can_and_what_else_helps(
    house: Shell, remote: Path, words: str, verb: list[str], helps: list[str]
) -> None:
    house("stop")
    if verb == ["stop"]:
        git(remote, "update-ref", "-d", HEADS)
    hook(remote, "pre-receive", f"echo '{words}'; exit 1")
    hint = house(*verb, "--format", "json").document["error"]["hint"]

    first = hint.splitlines()[0]
    assert "may push" in first
    assert helps[0] in first
    assert [] == [told for told in helps if told not in hint]
    assert "again: it reads" not in hint, "nothing changes by itself"


def test_a_brake_that_the_server_keeps_stays(house: Shell, remote: Path) -> None:
    house("stop")
    hook(remote, "pre-receive", "echo 'GH006: protected branch'; exit 1")
    said = house("resume", "--yes")

    assert (5, True, True) == (
        said.status,
        bool(brake(remote)),
        "the brake is still set" in said.err,
    )


def away(shell: Shell, remote: Path) -> None:
    remote.rename(remote.with_name("away"))


def no_remote(shell: Shell, remote: Path) -> None:
    git(shell.root, "remote", "remove", "origin")


def no_repository(shell: Shell, remote: Path) -> None:
    (shell.root / ".git").rename(shell.root / "git")


def no_git(shell: Shell, remote: Path) -> None:
    shell.env(PATH="/nowhere")


@pytest.mark.parametrize("spoil", first_by_day([away, no_remote, no_repository, no_git], 2))
@pytest.mark.parametrize(
    ("verb", "told"), [("stop", "the brake is not set"), ("resume", "nobody knows")]
)
@pytest.mark.parametrize("language", first_by_day(["en", "zh"]))
def test_where_the_remote_is_out_of_reach_the_error_says_what_is_true(
    house: Shell, remote: Path, spoil, verb: str, told: str, language: str
) -> None:
    house.tree.settings(policy="  branch: main\n", language=language)
    spoil(house, remote)
    said = house(verb)

    assert (5, "") == (said.status, said.out)
    assert language == "zh" or told in said.err
    assert "MASSCTL_NO_SEND" in said.err or verb == "resume"
    assert ("git remote add origin URL" in said.err) == (spoil is no_remote)
    assert not any(glued in said.err for glued in (": Nothing was done", "：什么都没有做"))
    assert "ledger" not in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("verb", "ways"),
    [
        ("stop", ["sending: disabled", "MASSCTL_NO_SEND=1"]),
        ("resume", ["sending: enabled", "unset MASSCTL_NO_SEND"]),
    ],
)
def test_without_a_branch_that_sends_nobody_would_look_for_a_brake(
    house: Shell, remote: Path, verb: str, ways: list[str]
) -> None:
    house.tree.settings()
    said = house(verb)

    assert (2, "") == (said.status, brake(remote))
    for told in ("policy.branch", *ways):
        assert told in said.err


def test_another_clone_without_a_secret_can_stop_and_go_on(
    house: Shell, remote: Path, tmp_path: Path
) -> None:
    other = str(clone_of(remote, tmp_path / "other", "--depth=1"))
    assert 0 == house("-C", other, "stop").status
    assert 0 == house("resume", "--yes").status
    assert "" == brake(remote)


def test_on_a_forge_only_an_operator_lets_sends_go_on(house: Shell, remote: Path) -> None:
    house.env(GITHUB_ACTIONS="true", GITHUB_RUN_ATTEMPT="1")
    assert 0 == house("stop").status
    said = house("resume", "--yes")

    assert (5, True, True) == (said.status, "policy.operators" in said.err, bool(brake(remote)))
    house.tree.settings(policy="  branch: main\n  operators: [lin-mei]\n")
    assert 0 == house("resume", "--yes").status


def two_accounts(house: Shell) -> None:
    """Have another account beside `main`, with a campaign of its own that is due."""
    settings = house.tree.read("massctl.yaml")
    other = "  other: {appid: wx0123456789abcdee, secret_env: X, kind: service}\n"
    house.tree.write("massctl.yaml", settings.replace("accounts:\n", f"accounts:\n{other}", 1))
    house.tree.text("notice", more=DUE)
    house.tree.text("letter", more=DUE)
    letter = house.tree.read("campaigns/letter/campaign.yaml")
    house.tree.write(
        "campaigns/letter/campaign.yaml", letter.replace("account: main", "account: other")
    )
    git(house.root, "add", "-A")
    git(house.root, "commit", "-qm", "two accounts")
    git(house.root, "push", "-q", "origin", "HEAD:main")


def guards_of(house: Shell) -> dict[str, list[str]]:
    document = house("apply", "--yes", "--until", "send", "--format", "json").document
    return {
        each["name"]: [
            refusal["message"] for refusal in each["refusals"] if refusal["guard"] == "kill_switch"
        ]
        for each in document["campaigns"]
    }


def test_the_brake_of_one_account_stops_that_account_alone(house: Shell, remote: Path) -> None:
    two_accounts(house)
    said = house("stop", "--account", "other", "--reason", "wrong price")
    assert (0, "", True) == (said.status, brake(remote), "other accounts go on" in said.out)

    refused = guards_of(house)
    assert ([], 1) == (refused["notice"], len(refused["letter"]))
    assert "massctl-stop-other: somebody stopped the sends of other" in refused["letter"][0]
    assert "massctl-stop-other" in house("doctor").out


def test_status_tells_each_brake(house: Shell) -> None:
    two_accounts(house)
    house("stop", "--account", "other")
    assert ["sends of other"] == stops(house)
    assert "massctl resume --account other" in house("status").out

    house("stop")
    assert ["all sends", "sends of other"] == stops(house)


def stops(house: Shell) -> list[str]:
    """Give whose sends `status` calls stopped."""
    said = house("status", "--format", "json").document["stopped"]
    return [each["message"].partition("somebody stopped ")[2].removeprefix("the ") for each in said]


def test_the_brake_of_one_account_is_lifted_by_its_name(house: Shell, remote: Path) -> None:
    two_accounts(house)
    house("stop", "--account", "other")
    house("stop")
    assert "is lifted" not in house("resume", "--account", "main", "--yes").out
    said = house("resume", "--account", "other", "--yes", "--format", "json").document
    assert ("other", "massctl-stop-other", []) == (
        said["brake"]["account"],
        said["brake"]["branch"],
        said["due"],
    )
    assert bool(brake(remote)), "the brake of all stands"

    house("stop", "--account", "other")
    assert ["notice"] == house("resume", "--yes", "--format", "json").document["due"]
    said = house("resume", "--account", "other", "--yes")
    assert "the brake of other is lifted" in said.out


def test_what_is_still_stopped_is_named_with_what_lifts_it(house: Shell, remote: Path) -> None:
    two_accounts(house)
    house("stop")
    house("stop", "--account", "other")
    said = house("resume", "--account", "other", "--yes")
    assert (0, True) == (said.status, "the brake of other is lifted" in said.out)
    assert "still set: origin has the branch massctl-stop: somebody stopped all sends" in said.out

    assert "still set" not in house("resume", "--yes").out


def test_the_brake_of_an_account_that_is_gone_can_be_lifted(house: Shell, remote: Path) -> None:
    """It stops all sends, because its name may be misspelt."""
    two_accounts(house)
    git(house.root, "push", "-q", "origin", "HEAD:refs/heads/massctl-stop-nobody")
    told = house("resume", "--yes").out
    assert ("is not set" in told, "massctl resume --account nobody" in told) == (True, True)

    assert 0 == house("resume", "--account", "nobody", "--yes").status
    assert "" == git(remote, "for-each-ref", "refs/heads/massctl-stop*")
    assert "no account nobody" in house("resume", "--account", "nobody", "--yes").err


def test_an_account_that_does_not_exist_is_not_stopped(house: Shell, remote: Path) -> None:
    two_accounts(house)
    said = house("stop", "--account", "nobody")

    assert (2, True) == (said.status, "no account nobody" in said.err)
    assert "massctl-stop" not in git(remote, "for-each-ref")


def commented(house: Shell, body: str, **more: str) -> Said:
    """Run the job of a comment, which GitHub tells in a file."""
    event = house.root.parent / "comment.json"
    event.write_text(json.dumps({"action": "created", "comment": {"body": body}}))
    told = {"GITHUB_EVENT_PATH": str(event), "GITHUB_ACTIONS": "true", "GITHUB_RUN_ATTEMPT": "1"}
    house.env(**{**told, **more})
    return house("ci", "stop")


def may_stop(house: Shell) -> None:
    settings = house.tree.read("massctl.yaml").replace(
        "  branch: main\n", "  branch: main\n  operators: [lin-mei]\n"
    )
    house.tree.write("massctl.yaml", settings)


@pytest.mark.parametrize(
    ("body", "branch", "reason"),
    [
        ("/massctl stop", "massctl-stop", ""),
        ("/massctl stop wrong price\r\nin spring", "massctl-stop", "wrong price in spring"),
        ("/massctl stop other", "massctl-stop-other", ""),
        ("/massctl stop other wrong price", "massctl-stop-other", "wrong price"),
        ("/massctl stop ohter wrong price", "massctl-stop", "ohter wrong price"),
        ("/Massctl Stop.", "massctl-stop", ""),
        ("/massctl  stop！", "massctl-stop", ""),
        ("/massctl\u3000stop\u00a0Other", "massctl-stop-other", ""),
        ("/massctl stop\nwrong price", "massctl-stop", "wrong price"),
        ("/massctl stop other, main", "massctl-stop", "other, main"),
    ],
    ids=[
        "all",
        "why",
        "account",
        "account and why",
        "misspelt: all",
        "a capital and a full stop",
        "two blanks and a full-width sign",
        "other blanks",
        "a reason on the next line",
        "two accounts: all",
    ],
)
def test_an_operator_sets_the_brake_in_a_comment(
    house: Shell, remote: Path, body: str, branch: str, reason: str
) -> None:
    two_accounts(house)
    may_stop(house)
    assert 0 == commented(house, body).status

    assert [f"refs/heads/{branch}"] == git(
        remote, "for-each-ref", "--format=%(refname)", "refs/heads/massctl-stop*"
    ).split()
    message = git(remote, "log", "-1", "--format=%B", branch)
    assert ("Stopped-by: lin-mei" in message, reason) == (
        True,
        message.partition("Reason: ")[2].partition("\n")[0],
    )


@pytest.mark.parametrize(
    "body",
    [
        "/massctl stopped",
        "/massctl resume",
        "/massctl send notice",
        "/massctl approve",
        "please /massctl stop",
        "> /massctl stop",
        "",
    ],
)
def test_no_other_word_of_a_comment_does_anything(house: Shell, remote: Path, body: str) -> None:
    may_stop(house)
    said = commented(house, body)

    assert (0, True, "") == (said.status, "asks for nothing" in said.err, brake(remote))


@pytest.mark.parametrize(
    "more", [{"GITHUB_TRIGGERING_ACTOR": "mallory"}, {"GITHUB_RUN_ATTEMPT": "2"}]
)
def test_nobody_else_stops_by_a_comment(house: Shell, remote: Path, more: dict[str, str]) -> None:
    may_stop(house)
    said = commented(house, "/massctl stop", **more)

    assert (5, True, "") == (said.status, "policy.operators" in said.err, brake(remote))
