"""In the realm `wechat` nothing is sent before everybody who clones the repository knows which ledger it has."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_runner import Shell
from gits import ENVIRONMENT, clone_of, git, remote_at
from nights import first_by_day
from real_wechat import RealWechat, wechat
from said import Said

from massctl.git import Git

__all__ = ["wechat"]

LEDGER = "massctl.state.jsonl"


@pytest.fixture
def clone(shell: Shell, tmp_path: Path, wechat: RealWechat) -> Shell:
    """The shell in a clone with a campaign `notice`, all of it pushed; no ledger is begun."""
    shell.env(**ENVIRONMENT)
    clone_of(remote_at(tmp_path / "remote.git"), tmp_path / "clone")
    (tmp_path / "clone" / ".git").rename(shell.root / ".git")
    shell.tree.write(".gitignore", ".massctl/\nmassctl.state.*\n")
    shell.tree.text("notice")
    push(shell.root)
    return shell


def push(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "write")
    git(folder, "push", "-q", "origin", "HEAD:main")


@pytest.fixture
def shared(clone: Shell) -> Shell:
    """The same, where the lineage is committed and pushed by the command that was printed."""
    typed(clone, hint(apply(clone)))
    return clone


def apply(shell: Shell, *more: str) -> Said:
    return shell(*more, "apply", "notice", "--yes", "--format", "json")


def refusals(said: Said) -> list[dict[str, str]]:
    return [refusal for campaign in said.document["campaigns"] for refusal in campaign["refusals"]]


def guards(said: Said) -> list[str]:
    return [refusal["guard"] for refusal in refusals(said)]


def hint(said: Said) -> str:
    (refusal,) = refusals(said)
    assert "lineage_uncommitted" == refusal["guard"]
    return refusal["hint"]


def typed(shell: Shell, command: str) -> None:
    """Type a command as it was printed."""
    subprocess.run(
        command, shell=True, cwd=shell.root, capture_output=True, check=True, env={**ENVIRONMENT}
    )


def refused(shell: Shell, wechat: RealWechat, *more: str) -> dict[str, str]:
    """Apply, and give the one refusal: no request was made."""
    before = wechat.requests
    said = apply(shell, *more)
    assert (5, ["lineage_uncommitted"], before) == (said.status, guards(said), wechat.requests), (
        said
    )
    return refusals(said)[0]


def test_a_second_clone_does_not_send_again(clone: Shell, wechat: RealWechat, tmp_path: Path):
    first = apply(clone)
    assert (5, ["lineage_uncommitted"], 0) == (first.status, guards(first), wechat.requests)
    other = clone_of(tmp_path / "remote.git", tmp_path / "other")
    again = apply(clone, "-C", str(other))
    assert (5, ["lineage_uncommitted"], 0) == (again.status, guards(again), wechat.requests)


def test_the_first_apply_begins_the_ledger_and_the_printed_command_lets_the_next_one_go_on(
    clone: Shell, wechat: RealWechat, tmp_path: Path
):
    said = apply(clone)
    (line,) = [line for line in clone.tree.read("massctl.yaml").splitlines() if "lineage" in line]
    assert (said.document["lineage"], said.document["serial"]) == (line.split(": ")[1], 1)
    command = hint(said)
    assert (
        "git add massctl.yaml && git commit -m 'name the ledger' -- massctl.yaml && git push"
        == command
    )
    typed(clone, command)
    assert (0, 1) == (apply(clone).status, wechat.sent)
    other = clone_of(tmp_path / "remote.git", tmp_path / "other")
    again = apply(clone, "-C", str(other))
    assert (5, ["ledger_missing"], 1) == (again.status, guards(again), wechat.sent)


def test_of_two_clones_that_both_begin_a_ledger_one_sends(
    clone: Shell, wechat: RealWechat, tmp_path: Path
):
    """Whoever pushes first has named it; the other's push is refused, and what it fetches names a ledger it has not."""
    other = clone_of(tmp_path / "remote.git", tmp_path / "other")
    commands = [hint(apply(clone)), hint(apply(clone, "-C", str(other)))]
    typed(clone, commands[0])
    with pytest.raises(subprocess.CalledProcessError) as rejected:
        subprocess.run(
            commands[1], shell=True, cwd=other, capture_output=True, check=True, env={**ENVIRONMENT}
        )
    assert b"rejected" in rejected.value.stderr
    git(other, "fetch", "-q")
    git(other, "reset", "-q", "--hard", "origin/main")
    again = apply(clone, "-C", str(other))
    assert (5, ["ledger_foreign"], 0) == (again.status, guards(again), wechat.sent)
    assert "--new-lineage" in refusals(again)[0]["hint"]
    assert (0, 1) == (apply(clone).status, wechat.sent)


def test_a_plan_says_it_before_anything_is_begun(clone: Shell):
    said = clone("plan", "notice", "--format", "json")
    assert (0, [[]]) == (
        said.status,
        [campaign["steps"] for campaign in said.document["campaigns"]],
    )
    assert hint(said).startswith("massctl state init ")
    assert not (clone.root / LEDGER).exists()
    assert 5 == clone("plan", "notice", "--detailed-exitcode").status
    assert 0 == clone("state", "init").status
    assert "git commit" in hint(clone("plan", "notice", "--format", "json"))


def test_what_does_nothing_begins_nothing(clone: Shell, wechat: RealWechat):
    clone.tree.text(
        "notice",
        more="send: {not_before: 2026-11-01T11:55:00+08:00, not_after: 2026-11-01T13:00:00+08:00}\n",
    )
    assert ["expired"] == guards(clone("plan", "--format", "json"))


def test_a_preview_is_refused_as_well(clone: Shell, wechat: RealWechat):
    said = clone("preview", "notice", "--towxname", "lin", "--format", "json")
    assert (5, ["lineage_uncommitted"], 0) == (said.status, guards(said), wechat.requests)


def test_a_run_that_died_before_the_ledger_was_named_names_it_and_refuses(
    clone: Shell, wechat: RealWechat
):
    before = clone.tree.read("massctl.yaml")
    assert 0 == clone("state", "init").status
    clone.tree.write("massctl.yaml", before)
    assert "git commit" in refused(clone, wechat)["hint"]
    assert "lineage: 01" in clone.tree.read("massctl.yaml")


def test_a_lineage_that_is_committed_and_not_pushed(clone: Shell, wechat: RealWechat):
    apply(clone)
    git(clone.root, "commit", "-qam", "name it")
    assert "git push" == refused(clone, wechat)["hint"]


def test_an_untracked_massctl_yaml(clone: Shell, wechat: RealWechat):
    git(clone.root, "rm", "-q", "--cached", "massctl.yaml")
    git(clone.root, "commit", "-qm", "without it")
    apply(clone)
    assert refused(clone, wechat)["hint"].startswith("git add massctl.yaml && ")
    typed(clone, refused(clone, wechat)["hint"])
    assert 0 == apply(clone).status


def test_a_remote_without_a_branch(shell: Shell, wechat: RealWechat, tmp_path: Path):
    shell.env(**ENVIRONMENT)
    shell.tree.text("notice")
    git(shell.root, "init", "-q")
    git(shell.root, "remote", "add", "hub", str(remote_at(tmp_path / "remote.git")))
    git(shell.root, "add", "massctl.yaml")
    git(shell.root, "commit", "-qm", "begin")
    assert refused(shell, wechat)["hint"].endswith(" && git push -u hub HEAD")
    typed(shell, refused(shell, wechat)["hint"])
    assert (0, 1) == (apply(shell).status, wechat.sent)


def test_a_repository_without_a_remote_and_without_a_commit(shell: Shell, wechat: RealWechat):
    shell.env(**ENVIRONMENT)
    shell.tree.text("notice")
    git(shell.root, "init", "-q")
    command = refused(shell, wechat)["hint"]
    assert "push" not in command
    typed(shell, command)
    assert (0, 1) == (apply(shell).status, wechat.sent)


def test_a_folder_in_no_repository_sends_with_a_warning(shell: Shell, wechat: RealWechat):
    shell.tree.text("notice")
    said = apply(shell)
    assert (0, 1, True) == (said.status, wechat.sent, "MC030" in said.err), said
    assert "a copy of it can send again" in " ".join(said.err.split())


SPOILT: dict[str, tuple[Callable[[Shell], object], str]] = {
    "another owner": (
        lambda shell: shell.env(GIT_TEST_ASSUME_DIFFERENT_OWNER="1"),
        "detected dubious ownership",
    ),
    "no git": (lambda shell: shell.env(PATH="/nowhere"), "git cannot be run"),
    "no HEAD": (lambda shell: (shell.root / ".git/HEAD").unlink(), "not a git repository"),
    "a worktree without its repository": (
        lambda shell: (
            (shell.root / ".git").rename(shell.root / "git"),
            shell.tree.write(".git", "gitdir: /nowhere\n"),
        ),
        "not a git repository",
    ),
    "a broken object": (
        lambda shell: [
            (path.chmod(0o644), path.write_bytes(b"x"))
            for path in (shell.root / ".git/objects").glob("??/*")
        ],
        "git says",
    ),
}


@pytest.mark.parametrize(("spoil", "words"), first_by_day(SPOILT.values()), ids=SPOILT)
def test_any_other_failure_of_git_refuses_in_its_words(
    shared: Shell, wechat: RealWechat, spoil, words
):
    spoil(shared)
    refusal = refused(shared, wechat)
    assert words in refusal["message"], refusal
    assert "safe.directory" in refusal["hint"]


def test_a_broken_repository_above_is_no_missing_one(
    shell: Shell, wechat: RealWechat, tmp_path: Path
):
    shell.tree.text("notice")
    (tmp_path / ".git").mkdir()
    assert "not a git repository" in refused(shell, wechat)["message"]


def moved(shared: Shell, other: Path) -> None:
    """Carry the ledger into another checkout, as whoever moves to another machine does."""
    (other / LEDGER).write_bytes((shared.root / LEDGER).read_bytes())


def shallow(shared: Shell, folder: Path) -> Path:
    return clone_of(folder / "remote.git", folder / "other", "--depth=1")


def detached(shared: Shell, folder: Path) -> Path:
    other = clone_of(folder / "remote.git", folder / "other")
    git(other, "checkout", "-q", "--detach")
    return other


def worktree(shared: Shell, folder: Path) -> Path:
    git(shared.root, "worktree", "add", "-q", str(folder / "other"), "-b", "aside")
    return folder / "other"


@pytest.mark.parametrize("how", first_by_day([shallow, detached, worktree]))
def test_wherever_the_commit_is_checked_out_it_counts(
    shared: Shell, wechat: RealWechat, tmp_path: Path, how: Callable[[Shell, Path], Path]
):
    moved(shared, other := how(shared, tmp_path))
    assert (0, 1) == (apply(shared, "-C", str(other)).status, wechat.sent)


def test_a_detached_head_that_names_nothing_is_told_where_to_push(clone: Shell, wechat: RealWechat):
    git(clone.root, "checkout", "-q", "--detach")
    command = refused(clone, wechat)["hint"]
    assert command.endswith(
        "git push origin HEAD:refs/heads/massctl-lineage   then have it merged into main"
    )


def test_a_folder_below_the_top_of_its_repository(clone: Shell, wechat: RealWechat, tmp_path: Path):
    inside = clone.root / "houses" / "north"
    inside.mkdir(parents=True)
    for name in ("massctl.yaml", "campaigns"):
        (clone.root / name).rename(inside / name)
    push(clone.root)
    command = refused(clone, wechat, "-C", "houses/north")["hint"]
    assert command.startswith("git -C houses/north add massctl.yaml && ")
    typed(clone, command)
    assert (0, 1) == (apply(clone, "-C", "houses/north").status, wechat.sent)


def test_a_symbolic_link_counts_as_what_the_commit_makes_of_it(clone: Shell, wechat: RealWechat):
    (clone.root / "massctl.yaml").rename(clone.root / "house.yaml")
    (clone.root / "massctl.yaml").symlink_to("house.yaml")
    push(clone.root)
    command = refused(clone, wechat)["hint"]
    assert "git add house.yaml" in command
    typed(clone, command)
    assert (0, 1) == (apply(clone).status, wechat.sent)


@pytest.mark.parametrize(
    "target", first_by_day(["nowhere.yaml", "/nowhere.yaml", "campaigns/notice/campaign.yaml"])
)
def test_a_link_that_leads_elsewhere_in_the_commit_names_nothing(
    shared: Shell, wechat: RealWechat, target: str
):
    text = shared.tree.read("massctl.yaml")
    (shared.root / "massctl.yaml").unlink()
    (shared.root / "massctl.yaml").symlink_to(target)
    push(shared.root)
    (shared.root / "massctl.yaml").unlink()
    shared.tree.write("massctl.yaml", text)
    assert "no commit here names" in refused(shared, wechat)["message"]


@pytest.mark.parametrize(
    "text",
    first_by_day(
        ["- a list\n", "state: {lineage: 01JDXW00000000000000000000}\n", "state: [\n", "#" * 2**20],
        2,
    ),
)
def test_a_commit_that_says_something_else_names_nothing(
    shared: Shell, wechat: RealWechat, text: str
):
    written = shared.tree.read("massctl.yaml")
    shared.tree.write("massctl.yaml", text)
    push(shared.root)
    shared.tree.write("massctl.yaml", written)
    assert "no commit here names" in refused(shared, wechat)["message"]


def test_other_words_beside_the_same_lineage_are_no_matter(shared: Shell, wechat: RealWechat):
    shared.tree.write("massctl.yaml", shared.tree.read("massctl.yaml") + "# more\n")
    assert (0, 1) == (apply(shared).status, wechat.sent)


def test_the_branch_that_sends_has_to_name_it(clone: Shell, wechat: RealWechat, tmp_path: Path):
    """Pushed to a branch of its own it is not merged yet: whoever clones gets the branch without it."""
    clone.tree.settings(policy="  branch: main\n")
    push(clone.root)
    git(clone.root, "checkout", "-qb", "feature")
    assert refused(clone, wechat)["hint"].endswith(
        "git push -u origin HEAD   then have it merged into main"
    )
    typed(clone, refused(clone, wechat)["hint"].partition("   ")[0])
    assert refused(clone, wechat)["hint"].endswith(
        "git push -u origin HEAD   then have it merged into main"
    )
    git(clone.root, "push", "-q", "origin", "HEAD:main")
    git(clone.root, "checkout", "-q", "-B", "main")
    assert (0, 1) == (apply(clone).status, wechat.sent)


def test_on_that_branch_the_push_names_it(clone: Shell, wechat: RealWechat):
    clone.tree.settings(policy="  branch: main\n")
    git(clone.root, "checkout", "-q", "-B", "main")
    push(clone.root)
    assert refused(clone, wechat)["hint"].endswith(" && git push origin main")


def test_a_pull_request_is_fetched_as_a_ref_of_its_own(
    shared: Shell, wechat: RealWechat, tmp_path: Path
):
    """What a forge checks out has no branch of the remote beside it; any that was fetched counts then."""
    shared.tree.write("massctl.yaml", shared.tree.read("massctl.yaml") + "# of a branch\n")
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    git(other, "remote", "add", "origin", (tmp_path / "remote.git").as_uri())
    git(other, "fetch", "-q", "origin", "main:refs/remotes/pull/7/merge")
    git(other, "checkout", "-q", "--detach", "refs/remotes/pull/7/merge")
    (other / "massctl.yaml").write_text(
        shared.tree.read("massctl.yaml").replace("policy:", "policy:\n  branch: main")
    )
    moved(shared, other)
    assert [] == guards(shared("-C", str(other), "plan", "notice", "--format", "json"))


def test_doctor_says_it(clone: Shell):
    assert 0 == clone("state", "init").status
    found = {
        each["check"]: each for each in clone("doctor", "--format", "json").document["findings"]
    }
    assert ("problem", True) == (found["ledger"]["level"], "git commit" in found["ledger"]["hint"])


def test_a_ledger_in_git_is_no_different(clone: Shell, wechat: RealWechat, tmp_path: Path):
    clone.tree.settings(state="state:\n  backend: git\n")
    push(clone.root)
    assert 0 == clone("state", "init").status
    typed(clone, refused(clone, wechat)["hint"])
    assert (0, 1) == (apply(clone).status, wechat.sent)


def test_what_reaches_nobody_needs_no_commit(clone: Shell):
    said = clone("apply", "notice", "--sandbox", "--yes", "--format", "json")
    assert (0, []) == (said.status, guards(said))


OLD = "01JDXW00000000000000000000"
OTHER = "state: {lineage: " + OLD + "}\n"


def other_branch(
    shell: Shell,
    name: str,
    change: Callable[[str], str],
    *,
    pushed: bool = True,
    there: bool = False,
) -> None:
    """Make a branch from before the ledger whose massctl.yaml is changed, as a colleague's would be."""
    first = git(shell.root, "log", "--reverse", "--format=%H", "--", "massctl.yaml").split()[0]
    back = git(shell.root, "rev-parse", "--abbrev-ref", "HEAD")
    git(shell.root, "checkout", "-q", "-b", name, first)
    shell.tree.write("massctl.yaml", change(shell.tree.read("massctl.yaml")))
    git(shell.root, "add", "massctl.yaml")
    git(shell.root, "commit", "-qm", "theirs", "--", "massctl.yaml")
    if pushed:
        git(shell.root, "push", "-q", "origin", name)
    git(shell.root, "checkout", "-q", back)
    if pushed and not there:
        git(shell.root, "branch", "-qD", name)


def names_another(text: str) -> str:
    return text + OTHER


def foreign(shell: Shell, wechat: RealWechat) -> dict[str, str]:
    """Apply, and give the one refusal: another ledger is named, and no request was made."""
    before = wechat.requests
    said = apply(shell)
    assert (5, ["ledger_foreign"], before) == (said.status, guards(said), wechat.requests), said
    return refusals(said)[0]


def test_of_two_branches_that_each_push_a_ledger_of_their_own_none_sends(
    clone: Shell, wechat: RealWechat, tmp_path: Path
):
    """Each has a commit on the remote that names its ledger; whoever fetches first notices."""
    other = clone_of(tmp_path / "remote.git", tmp_path / "other")
    git(other, "checkout", "-qb", "feature")
    for folder in (clone.root, other):
        command = hint(apply(clone, "-C", str(folder)))
        subprocess.run(
            command, shell=True, cwd=folder, capture_output=True, check=True, env={**ENVIRONMENT}
        )
    for folder in (clone.root, other):
        git(folder, "fetch", "-q")
    for folder in (clone.root, other):
        said = apply(clone, "-C", str(folder))
        assert (5, ["ledger_foreign"], 0) == (said.status, guards(said), wechat.sent), said
    git(clone.root, "push", "-q", "origin", "--delete", "feature")
    git(clone.root, "fetch", "-q", "--prune")
    assert (0, 1) == (apply(clone).status, wechat.sent)


@pytest.mark.parametrize("where", ["origin/feature", "feature"])
def test_another_branch_that_names_another_ledger_is_told_with_the_ways_out(
    shared: Shell, wechat: RealWechat, where: str
):
    other_branch(shared, "feature", names_another, pushed="/" in where)
    refusal = foreign(shared, wechat)
    assert where in refusal["message"]
    assert OLD in refusal["message"]
    for words in ("merge", "delete", "git fetch --prune", "policy.branch", "state import"):
        assert words in refusal["hint"], words


def test_before_a_ledger_begins_another_branchs_is_noticed(clone: Shell, wechat: RealWechat):
    other_branch(clone, "feature", names_another)
    before = clone.tree.read("massctl.yaml")
    assert "origin/feature" in foreign(clone, wechat)["message"]
    assert (before, False) == (clone.tree.read("massctl.yaml"), (clone.root / LEDGER).exists())


HARMLESS: dict[str, Callable[[str], str]] = {
    "no ledger": lambda text: text + "# nothing\n",
    "another account": lambda text: names_another(text).replace(
        "wx0123456789abcdef", "wxfedcba9876543210"
    ),
    "a test on loopback": lambda text: names_another(
        text.replace("    appid:", "    api_base: http://127.0.0.1:1\n    appid:")
    ),
    "the name in a comment": lambda text: text + f"# {OLD}\n",
    "broken, and no ledger": lambda text: text + "state: [\n",
}


@pytest.mark.parametrize("change", first_by_day(HARMLESS.values(), 2), ids=HARMLESS)
def test_a_branch_without_another_ledger_for_this_account_keeps_nobody(
    shared: Shell, wechat: RealWechat, change: Callable[[str], str]
):
    other_branch(shared, "feature", change)
    assert (0, 1) == (apply(shared).status, wechat.sent)


UNREADABLE: dict[str, Callable[[str], str]] = {
    "broken": lambda text: text + OTHER + "policy: [\n",
    "a merge left undone": lambda text: text + f"<<<<<<< HEAD\n{OTHER}=======\n>>>>>>> main\n",
    "accounts are no accounts": lambda text: f"accounts: []\n{OTHER}",
    "a state that is none": lambda text: f"{text}state: [{OLD}]\n",
    "too long": lambda text: text + OTHER + "#" * 2**20 + "\n",
}


@pytest.mark.parametrize("change", first_by_day(UNREADABLE.values(), 2), ids=UNREADABLE)
def test_a_branch_that_may_name_another_ledger_refuses_too(
    shared: Shell, wechat: RealWechat, change: Callable[[str], str]
):
    other_branch(shared, "feature", change)
    refusal = foreign(shared, wechat)
    assert "origin/feature" in refusal["message"]
    assert OLD in refusal["message"]


def test_a_branch_that_cannot_be_read_is_said_to_be_unreadable(shared: Shell, wechat: RealWechat):
    other_branch(shared, "feature", UNREADABLE["too long"])
    assert (
        "massctl.yaml of the branch origin/feature cannot be read"
        in foreign(shared, wechat)["message"]
    )


OURS = "appid: wx0123456789abcdef\nsecret_env: WECHAT_MAIN_SECRET\nkind: service\n"


@pytest.mark.parametrize(
    ("account", "is_told"),
    [
        (OURS, True),
        ("broken: [\n", True),
        (OURS.replace("0123456789abcdef", "fedcba9876543210"), False),
        ("api_base: http://127.0.0.1:1\n" + OURS, False),
    ],
)
def test_an_account_in_a_file_of_the_other_branch_counts(
    shared: Shell, wechat: RealWechat, account: str, is_told: bool
):
    def change(text: str) -> str:
        shared.tree.write("accounts/main.yaml", account)
        git(shared.root, "add", "accounts")
        git(shared.root, "commit", "-qm", "their account", "--", "accounts")
        return f"version: 1\n{OTHER}"

    other_branch(shared, "feature", change)
    if is_told:
        assert OLD in foreign(shared, wechat)["message"]
    else:
        assert (0, 1) == (apply(shared).status, wechat.sent)


def test_with_a_branch_that_sends_only_that_one_counts(clone: Shell, wechat: RealWechat):
    clone.tree.settings(policy="  branch: main\n")
    git(clone.root, "checkout", "-q", "-B", "main")
    push(clone.root)
    typed(clone, hint(apply(clone)))
    other_branch(clone, "feature", names_another, there=True)
    assert (0, 1) == (apply(clone).status, wechat.sent)


def test_a_remote_of_somebody_else_counts_as_well(
    shared: Shell, wechat: RealWechat, tmp_path: Path
):
    """A fork sends to the same account."""
    other_branch(shared, "main-of-the-fork", names_another, pushed=False)
    git(shared.root, "update-ref", "refs/remotes/upstream/main", "main-of-the-fork")
    git(shared.root, "branch", "-qD", "main-of-the-fork")
    assert "upstream/main" in foreign(shared, wechat)["message"]


def anew(shell: Shell) -> list[str]:
    """Begin a new ledger and push its name; gives those that it replaces."""
    assert 0 == shell("state", "init", "--new-lineage", "--reason", "lost").status
    push(shell.root)
    return json.loads(shell.tree.read(LEDGER).splitlines()[0])["replaces"]


def named(shell: Shell) -> str:
    return shell.tree.read("massctl.yaml").partition("lineage: ")[2].split()[0]


def test_a_ledger_that_a_new_one_replaced_keeps_nobody(shared: Shell, wechat: RealWechat):
    """Old branches still name it, and the one before it."""
    before: list[str] = []
    for number in range(2):
        git(shared.root, "branch", f"old-{number}")
        before.append(named(shared))
        assert before == anew(shared)
    assert (0, 1) == (apply(shared).status, wechat.sent)


def lost(shell: Shell) -> None:
    (shell.root / LEDGER).unlink()


def damaged(shell: Shell) -> None:
    shell.tree.write(LEDGER, shell.tree.read(LEDGER) + "{}\n")


def died_before_it_began(shell: Shell) -> None:
    """A run named a new one in massctl.yaml and put the old file aside."""
    lost(shell)
    shell.tree.write("massctl.yaml", shell.tree.read("massctl.yaml").replace(named(shell), OLD))


@pytest.mark.parametrize("how", first_by_day([lost, damaged, died_before_it_began]))
def test_a_ledger_is_replaced_however_it_ended(
    shared: Shell, wechat: RealWechat, how: Callable[[Shell], None]
):
    git(shared.root, "branch", "old")
    before = named(shared)
    how(shared)
    assert {before, named(shared)} == {*anew(shared)}
    assert (0, 1) == (apply(shared).status, wechat.sent)


def test_many_branches_take_one_question(
    shared: Shell, wechat: RealWechat, monkeypatch: pytest.MonkeyPatch
):
    head = git(shared.root, "rev-parse", "HEAD")
    lines = "".join(f"create refs/remotes/origin/b{number} {head}\n" for number in range(3000))
    subprocess.run(
        ["git", "update-ref", "--stdin"], input=lines, text=True, cwd=shared.root, check=True
    )
    calls: list[tuple[str, ...]] = []
    run = Git.run
    monkeypatch.setattr(
        Git, "run", lambda self, *words, **more: (calls.append(words), run(self, *words, **more))[1]
    )
    assert [] == guards(shared("plan", "notice", "--format", "json"))
    assert len(calls) < 12, calls
