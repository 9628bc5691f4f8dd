"""Whether a checkout is the tip of the branch that sends, asked of git and of a bare repository on this disk."""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from gits import ENVIRONMENT, git, remote_at
from repositories import Tree

from massctl.cli.checkout import GitCheckout, _is_held, batch_contents, known_to_git
from massctl.cli.session import session
from massctl.git import Git
from massctl.model.ids import sha256_of
from massctl.model.inputs import MISSING
from massctl.plan.brake import Tip
from massctl.plan.quota import Agenda
from massctl.source.repository import Repository
from massctl.source.settings import load_settings


class Clone:
    """Somebody's clone of a repository with one locked campaign."""

    def __init__(self, root: Path) -> None:
        self.tree = Tree(root / "clone")
        self.tree.settings(policy="  require_lock: true\n  branch: main\n")
        self.tree.write("campaigns/letter/campaign.lock.json", "{}")
        self.tree.write("campaigns/letter/articles/main.md", "words")
        remote_at(root / "hub.git")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", str(root / "hub.git"))
        self.commit()

    def git(self, *arguments: str) -> str:
        return git(self.tree.root, *arguments)

    def commit(self, *push: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "more")
        self.git("push", "--quiet", "origin", *(push or ["HEAD:main"]))
        return self.git("rev-parse", "HEAD")

    def tip(self, branch: str = "main") -> Tip:
        settings, _ = load_settings(Repository(self.tree.root), loopback_override=None)
        assert settings is not None
        return GitCheckout(self.tree.root, settings, ENVIRONMENT).tip(branch)

    def sha256(self, path: str) -> str:
        return sha256_of((self.tree.root / path).read_bytes())

    def not_held(self, commit: str, files: dict[str, str]) -> str | None:
        settings, _ = load_settings(Repository(self.tree.root), loopback_override=None)
        assert settings is not None
        return GitCheckout(self.tree.root, settings, ENVIRONMENT).not_held(commit, files)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_the_tip_is_known_by_its_commit(clone: Clone) -> None:
    head = clone.git("rev-parse", "HEAD")

    assert Tip("main", "origin", head, head) == clone.tip()


def test_a_remote_that_moved_on_is_seen_although_nobody_fetched(clone: Clone) -> None:
    before = clone.git("rev-parse", "HEAD")
    after = clone.commit()
    clone.git("checkout", "--quiet", "--detach", before)

    assert (before, after) == (clone.tip().here, clone.tip().there)


def test_a_branch_that_is_not_there_is_told(clone: Clone) -> None:
    assert None is clone.tip("release").there


def test_the_brake_is_a_branch(clone: Clone) -> None:
    clone.git("push", "--quiet", "origin", "HEAD:massctl-stop")

    assert (("massctl-stop", None),) == clone.tip().stop_branches


@pytest.mark.parametrize(
    ("branch", "account"),
    [("massctl-stop-main", "main"), ("massctl-stop-main/x", "main"), ("massctl-stop-mian", None)],
    ids=["its branch", "below it", "misspelt: all"],
)
def test_the_brake_of_an_account_is_a_branch_of_its_name(
    clone: Clone, branch: str, account: str | None
) -> None:
    clone.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")

    assert ((branch, account),) == clone.tip().stop_branches


@pytest.mark.parametrize("below", ["x", "refs/heads/massctl-stop"])
def test_a_branch_below_the_brake_s_name_is_a_brake_too(clone: Clone, below: str) -> None:
    """git keeps no massctl-stop beside it, so nobody could set the brake."""
    clone.git("push", "--quiet", "origin", f"HEAD:refs/heads/massctl-stop/{below}")

    assert ((f"massctl-stop/{below}", None),) == clone.tip().stop_branches


@pytest.mark.parametrize(
    "like",
    [
        "refs/heads/x/massctl-stop",
        "refs/heads/massctl-stopped",
        "refs/tags/massctl-stop",
        "refs/heads/refs/heads/massctl-stop",
    ],
)
def test_a_ref_that_is_only_like_the_brake_is_none(clone: Clone, like: str) -> None:
    clone.git("push", "--quiet", "origin", f"HEAD:{like}")

    assert () == clone.tip().stop_branches


def test_a_ref_that_only_ends_with_the_branch_s_name_is_not_the_branch(clone: Clone) -> None:
    clone.git("push", "--quiet", "origin", "HEAD:refs/heads/x/refs/heads/release")

    assert None is clone.tip("release").there


LETTER = "campaigns/letter/articles/main.md"


def lfs_of(content: bytes) -> str:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256_of(content)}\nsize {len(content)}\n"


@pytest.mark.parametrize(
    ("committed", "read", "held"),
    [
        ("words", b"words", True),
        ("words", b"other words", False),
        ("one\ntwo\n", b"one\r\ntwo\r\n", True),
        (lfs_of(b"picture"), b"picture", True),
        (lfs_of(b"picture"), b"another", False),
        ("words", None, False),
        (None, b"words", False),
        (None, None, True),
    ],
    ids=[
        "equal",
        "edited",
        "CRLF",
        "git-lfs",
        "git-lfs, edited",
        "taken away",
        "not committed",
        "neither",
    ],
)
def test_what_was_read_has_to_be_what_the_commit_holds(
    clone: Clone, committed: str | None, read: bytes | None, held: bool
) -> None:
    if committed is None:
        (clone.tree.root / LETTER).unlink()
    else:
        clone.tree.write(LETTER, committed)
    head = clone.commit()
    files = {
        LETTER: MISSING if read is None else sha256_of(read),
        "massctl.yaml": clone.sha256("massctl.yaml"),
    }

    assert (None if held else LETTER) == clone.not_held(head, files)


def test_a_link_in_the_commit_is_followed_to_what_it_names(clone: Clone) -> None:
    link = clone.tree.root / "campaigns/letter/articles/again.md"
    link.symlink_to("main.md")
    head = clone.commit()
    path = "campaigns/letter/articles/again.md"

    assert None is clone.not_held(head, {path: clone.sha256(LETTER)})
    assert path == clone.not_held(head, {path: sha256_of(b"other")})


def test_a_name_that_git_cannot_be_asked_for_is_not_held(clone: Clone) -> None:
    assert "campaigns/a\nb" == clone.not_held("HEAD", {"campaigns/a\nb": MISSING})


def test_a_file_that_was_changed_in_mid_run_does_not_take_the_branch_away(clone: Clone) -> None:
    with session(str(clone.tree.root), environment=ENVIRONMENT) as opened:
        begun = opened.rules((), Agenda())
        clone.tree.settings(policy="  require_lock: true\n")
        now = opened.rules_now(begun)
    assert ("main", "massctl.yaml") == (now.policy.branch, now.tip and now.tip.changed)


EAST = "appid: wx00000000000000ea\nsecret_env: EAST\nkind: subscription\n"
WRITTEN: dict[str, tuple[str, str | None]] = {
    "changed": ("accounts/east.yaml", EAST.replace("00ea", "00eb")),
    "added": ("accounts/west.yaml", EAST),
    "removed": ("accounts/east.yaml", None),
}


@pytest.mark.parametrize(("path", "text"), WRITTEN.values(), ids=WRITTEN)
def test_an_account_file_that_is_not_the_commit_s_is_a_change(
    clone: Clone, path: str, text: str | None
) -> None:
    clone.tree.write("accounts/east.yaml", EAST)
    clone.commit()
    with session(str(clone.tree.root), environment=ENVIRONMENT) as opened:
        begun = opened.rules((), Agenda())
        assert None is (same := opened.rules_now(begun).tip) or None is same.changed
        if text is None:
            (clone.tree.root / path).unlink()
        else:
            clone.tree.write(path, text)
        now = opened.rules_now(begun)
    assert path == (now.tip and now.tip.changed)


def without_a_remote(clone: Clone) -> None:
    clone.git("remote", "remove", "origin")


def with_a_remote_that_is_away(clone: Clone) -> None:
    clone.git("remote", "set-url", "origin", "/nonexistent/hub.git")


def outside_of_a_repository(clone: Clone) -> None:
    (clone.tree.root / ".git").rename(clone.tree.root.parent / "away")


@pytest.mark.parametrize(
    "broken", [without_a_remote, with_a_remote_that_is_away, outside_of_a_repository]
)
def test_what_cannot_be_found_out_is_said(clone: Clone, broken: Any) -> None:
    broken(clone)

    assert clone.tip().unread


def test_git_is_told_no_secret_that_massctl_yaml_names(clone: Clone) -> None:
    """Neither an AppSecret, nor the address of a channel or of a monitor: whoever knows one can post to it."""
    clone.tree.settings(
        state="notify: [{webhook_env: OUR_HOOK, signing_secret_env: OUR_KEY}, {wecom_robot_env: OUR_ROBOT}]\n"
        "runner: {heartbeat_env: OUR_BEAT, watch_env: OUR_WATCH}\n"
    )
    settings, _ = load_settings(Repository(clone.tree.root), loopback_override=None)
    assert settings is not None
    names = [
        "WECHAT_MAIN_SECRET",
        "OUR_HOOK",
        "OUR_KEY",
        "OUR_ROBOT",
        "OUR_BEAT",
        "OUR_WATCH",
        "GIT_SSH_COMMAND",
    ]
    assert {"GIT_SSH_COMMAND": "x"} == known_to_git(settings, dict.fromkeys(names, "x"))


def test_a_tree_and_a_link_that_leads_nowhere_are_no_files_of_a_commit() -> None:
    name = b"a" * 40
    listed = (
        name
        + b" tree 3\nxyz\n"
        + b"dangling 4\ngone\n"
        + b"HEAD:lost missing\n"
        + name
        + b" blob 2\nab\n"
    )
    assert [None, None, None, b"ab"] == list(batch_contents(listed))


@pytest.mark.parametrize(("content", "held"), [(b"a\nb\n", True), (b"a\0\nb\n", False)])
def test_a_checkout_may_write_other_line_ends_of_a_text_alone(content: bytes, held: bool) -> None:
    found = hashlib.sha256(content.replace(b"\n", b"\r\n")).hexdigest()
    assert held == _is_held(found, content)


def test_no_other_content_stands_in_for_what_a_commit_holds(tmp_path: Path) -> None:
    """`git replace` would show a commit's file as something that nobody reviewed."""
    git = Git(tmp_path, os.environ)
    git.run("init")
    reviewed, other = (
        git.run("hash-object", "-w", "--stdin", given=each).out.decode().strip()
        for each in (b"reviewed", b"other")
    )
    subprocess.run(["git", "replace", reviewed, other], cwd=tmp_path, check=True)
    assert b"reviewed" == git.run("cat-file", "blob", reviewed).out
