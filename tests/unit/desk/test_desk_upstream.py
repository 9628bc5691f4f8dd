"""What the team merged comes into a working copy in which somebody writes, and nothing of hers is lost."""

from pathlib import Path

import pytest
from gits import ENVIRONMENT, git, remote_at
from repositories import Tree

from massctl.desk.team_repository import Author, TeamRepository, advice_on, branch_of
from massctl.desk.upstream import Brought, Upstream
from massctl.errors import LedgerUnreachableError, RefusedError
from massctl.git import GitAnswer
from massctl.model.ids import CampaignName
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

LETTER = CampaignName("greeting")
FOLDER = f"campaigns/{LETTER}"
TEXT = f"{FOLDER}/main.md"
BASE = "一\n\n二\n\n三\n"
pytestmark = pytest.mark.slow  # Each starts some thirty processes of git.

LIN = Author("林编辑", "lin@example.com")


class Team:
    """A remote, the folder of a desk, and the clone of an engineer."""

    def __init__(self, folder: Path) -> None:
        self.remote = remote_at(folder / "remote.git")
        self.root, self.other = folder / "desk", folder / "engineer"
        self.root.mkdir()
        tree = Tree(self.root)
        tree.settings()
        tree.write(TEXT, BASE)
        tree.write(f"{FOLDER}/campaign.yaml", "version: 1\n")
        tree.write(".gitignore", ".massctl/\n")
        git(self.root, "init", "--quiet")
        git(self.root, "add", ".")
        git(self.root, "commit", "--quiet", "-m", "begin")
        git(self.root, "remote", "add", "origin", str(self.remote))
        git(self.root, "push", "--quiet", "origin", "main")
        git(folder, "clone", "--quiet", str(self.remote), str(self.other))
        settings, _ = load_settings(Repository(self.root), loopback_override=None)
        assert settings is not None
        self.branches = TeamRepository(self.root, settings, ENVIRONMENT)
        self.kept: list[tuple[str, str]] = []
        self.upstream = Upstream(
            self.root, self.branches, lambda path, text: self.kept.append((path, text))
        )

    def merge(self, files: dict[str, str | bytes | None]) -> None:
        for path, content in files.items():
            place = self.other / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                place.unlink()
            elif isinstance(content, bytes):
                place.write_bytes(content)
            else:
                place.write_text(content, encoding="utf-8")
        git(self.other, "add", "--all")
        git(self.other, "commit", "--quiet", "-m", "merged")
        git(self.other, "push", "--quiet", "origin", "main")

    def write(self, text: str) -> None:
        (self.root / TEXT).write_text(text, encoding="utf-8")

    @property
    def text(self) -> str:
        return (self.root / TEXT).read_text(encoding="utf-8")


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def test_what_was_merged_comes_beside_what_is_not_committed(team: Team) -> None:
    team.write("一\n\n二\n\n三，在写字台\n")
    (team.root / "mine.txt").write_text("我的", encoding="utf-8")
    team.merge(
        {TEXT: "一，合并过\n\n二\n\n三\n", "campaigns/new/x.md": "新", f"{FOLDER}/p.png": b"\0\1"}
    )
    brought = team.upstream.bring()
    assert set(brought.paths) == {TEXT, "campaigns/new/x.md", f"{FOLDER}/p.png"}
    assert team.text == "一，合并过\n\n二\n\n三，在写字台\n"
    assert (team.root / f"{FOLDER}/p.png").read_bytes() == b"\0\1"
    assert git(team.root, "rev-parse", "HEAD") == git(team.remote, "rev-parse", "main")
    changed = git(team.root, "status", "--porcelain").splitlines()
    assert [each.split() for each in changed] == [["M", TEXT], ["??", "mine.txt"]]
    assert team.kept == [(TEXT, "一\n\n二\n\n三，在写字台\n")]
    assert team.upstream.bring().paths == ()


def test_the_same_paragraph_is_asked_and_the_answer_counts(team: Team) -> None:
    team.write("甲\n\n二\n\n三\n")
    team.merge({TEXT: "乙\n\n二\n\n三\n", "campaigns/new/x.md": "新"})
    (clash,) = team.upstream.bring().clashes
    assert (clash.path, clash.theirs) == (TEXT, "乙\n\n二\n\n三\n")
    assert not (team.root / "campaigns/new/x.md").exists()
    assert git(team.root, "rev-parse", "HEAD") != git(team.remote, "rev-parse", "main")
    team.write("甲乙\n\n二\n\n三\n")
    team.upstream.note_settled(TEXT, clash.theirs)
    assert team.upstream.bring().clashes == ()
    assert team.text == "甲乙\n\n二\n\n三\n"
    assert git(team.root, "rev-parse", "HEAD") == git(team.remote, "rev-parse", "main")


def test_a_crash_between_files_and_branch_is_ended_by_the_next_call(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.write("一\n\n二\n\n三，在写字台\n")
    team.merge({TEXT: "一，合并过\n\n二\n\n三\n", f"{FOLDER}/campaign.yaml": None})
    with monkeypatch.context() as patched:
        patched.setattr(TeamRepository, "move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            team.upstream.bring()
    team.upstream.bring()
    assert team.text == "一，合并过\n\n二\n\n三，在写字台\n"
    assert not (team.root / f"{FOLDER}/campaign.yaml").exists()
    assert git(team.root, "rev-parse", "HEAD") == git(team.remote, "rev-parse", "main")


def test_a_merged_letter_is_no_longer_a_change_here(team: Team) -> None:
    team.write("一\n\n二\n\n三，送审\n")
    pushed = team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    assert team.branches.unmerged("campaigns") == {TEXT}
    git(team.other, "fetch", "--quiet", "origin")
    git(team.other, "merge", "--quiet", "--squash", f"origin/{pushed.branch}")
    git(team.other, "commit", "--quiet", "-m", "squashed")
    git(team.other, "push", "--quiet", "origin", "main")
    team.upstream.bring()
    assert git(team.root, "status", "--porcelain") == ""
    assert team.branches.unmerged("campaigns") == frozenset()


def test_another_branch_and_own_commits_are_left_alone(team: Team) -> None:
    team.merge({TEXT: "乙\n"})
    git(team.root, "switch", "--quiet", "-c", "mine")
    assert team.upstream.bring().reason
    git(team.root, "switch", "--quiet", "main")
    git(team.root, "commit", "--quiet", "--allow-empty", "-m", "own")
    assert team.upstream.bring().reason
    assert team.text == BASE


def test_a_picture_that_both_changed_is_nobodys_to_join(team: Team) -> None:
    (team.root / f"{FOLDER}/p.png").write_bytes(b"\0mine")
    team.merge({f"{FOLDER}/p.png": b"\0theirs"})
    with pytest.raises(RefusedError, match=r"p\.png"):
        team.upstream.bring()
    assert (team.root / f"{FOLDER}/p.png").read_bytes() == b"\0mine"


def test_what_somebody_else_pushed_to_the_branch_is_not_overwritten(team: Team) -> None:
    team.write("一，我\n\n二\n\n三\n")
    first = team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    again = team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    assert (first.is_new, again.is_new, again.commit) == (True, False, first.commit)
    git(team.other, "fetch", "--quiet", "origin")
    git(team.other, "switch", "--quiet", "-c", "x", f"origin/{first.branch}")
    (team.other / FOLDER / "note.md").write_text("审核者加的", encoding="utf-8")
    git(team.other, "add", ".")
    git(team.other, "commit", "--quiet", "-m", "note")
    git(team.other, "push", "--quiet", "origin", f"x:{first.branch}")
    team.write("一，我又改\n\n二\n\n三\n")
    with pytest.raises(RefusedError, match="somebody else"):
        team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    assert team.upstream.bring_letter(LETTER, FOLDER).paths == (f"{FOLDER}/note.md",)
    second = team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "再送审\n", LIN)
    shown = git(team.remote, "show", f"{second.commit}:{TEXT}")
    assert shown == "一，我又改\n\n二\n\n三"
    assert git(team.remote, "show", f"{second.commit}:{FOLDER}/note.md") == "审核者加的"


def test_a_clash_of_the_letters_branch_stays_settled_while_main_is_brought(team: Team) -> None:
    theirs = "乙\n\n二\n\n三\n"
    push_as_other(team, theirs)
    team.write("甲\n\n二\n\n三\n")
    assert team.upstream.bring_letter(LETTER, FOLDER).clashes
    team.upstream.note_settled(TEXT, theirs)
    assert team.upstream.bring() == Brought()
    assert team.upstream.bring_letter(LETTER, FOLDER) == Brought()
    assert team.text == "甲\n\n二\n\n三\n"


def test_a_branch_with_a_commit_that_is_not_here_is_not_deleted(team: Team) -> None:
    team.write("一，我\n\n二\n\n三\n")
    team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    push_as_other(team, "一，我\n\n二\n\n三，同事\n")
    with pytest.raises(RefusedError, match="somebody else"):
        team.branches.remove(LETTER, FOLDER)
    team.upstream.bring_letter(LETTER, FOLDER)
    team.branches.remove(LETTER, FOLDER)
    assert team.branches.letters() == {}
    assert team.text == "一，我\n\n二\n\n三，同事\n"


def test_the_branch_has_the_modes_of_files_and_no_link_is_dropped_silently(team: Team) -> None:
    program = team.root / FOLDER / "make.sh"
    program.write_text("true\n", encoding="utf-8")
    program.chmod(0o755)
    pushed = team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    assert git(team.remote, "ls-tree", "-r", pushed.branch, f"{FOLDER}/make.sh").startswith(
        "100755"
    )
    (team.root / FOLDER / "link.md").symlink_to("main.md")
    with pytest.raises(RefusedError, match=r"link\.md"):
        team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)


def push_as_other(team: Team, text: str) -> None:
    """Let somebody else push a text, and whatever else is there, to the letter's branch."""
    branch = branch_of(LETTER)
    git(team.other, "fetch", "--quiet", "origin")
    known = git(team.other, "for-each-ref", f"refs/remotes/origin/{branch}")
    git(team.other, "switch", "--quiet", *(() if known else ("-c",)), branch)
    (team.other / TEXT).write_text(text, encoding="utf-8")
    git(team.other, "add", ".")
    git(team.other, "commit", "--quiet", "-m", "同事")
    git(team.other, "push", "--quiet", "origin", branch)


def test_a_branch_is_told_apart_from_what_is_here_and_from_what_is_merged(team: Team) -> None:
    team.write("一\n\n二，改了\n\n三\n")
    pushed = team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "改了", LIN)
    assert team.branches.is_as_at(pushed.commit, FOLDER)
    assert not team.branches.is_merged(pushed.commit, FOLDER)
    (team.root / FOLDER / "campaign.lock.json").write_text("{}", encoding="utf-8")
    assert team.branches.is_as_at(pushed.commit, FOLDER)
    team.write("一\n")
    assert not team.branches.is_as_at(pushed.commit, FOLDER)
    # Squashed: another commit, the same files.
    team.merge({TEXT: "一\n\n二，改了\n\n三\n", "CODEOWNERS": f"{FOLDER}/ @chen @bo\n"})
    team.branches.fetch_tips(LETTER)
    assert team.branches.is_merged(pushed.commit, FOLDER)
    assert not team.branches.is_here_as_merged(FOLDER)
    team.write("一\n\n二，改了\n\n三\n")
    assert team.branches.is_here_as_merged(FOLDER)
    assert team.branches.owners(TEXT) == ("@chen", "@bo")


def test_a_forge_that_is_a_moment_late_says_nothing_of_others(team: Team) -> None:
    team.write("一\n")
    first = team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "一", LIN)
    team.write("一\n\n二\n")
    second = team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "二", LIN)
    assert team.branches.newest(LETTER, first.commit) == second.commit
    git(team.other, "fetch", "--quiet", "origin")
    git(team.other, "checkout", "--quiet", branch_of(LETTER))
    git(team.other, "commit", "--quiet", "--allow-empty", "-m", "别人的")
    git(team.other, "push", "--quiet", "origin", branch_of(LETTER))
    theirs = git(team.other, "rev-parse", "HEAD")
    team.branches.fetch_tips(LETTER)
    assert team.branches.newest(LETTER, theirs) == theirs


def test_a_branch_with_files_of_others_is_not_deleted(team: Team) -> None:
    team.write("一，我\n\n二\n\n三\n")
    team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    (team.other / "plan.txt").write_text("同事的", encoding="utf-8")
    push_as_other(team, "一，我\n\n二\n\n三\n")
    team.upstream.bring_letter(LETTER, FOLDER)
    with pytest.raises(RefusedError, match=r"plan\.txt"):
        team.branches.remove(LETTER, FOLDER)
    assert LETTER in team.branches.letters()


def test_what_was_merged_and_not_brought_is_not_undone(team: Team) -> None:
    git(team.root, "commit", "--quiet", "--allow-empty", "-m", "own")
    team.merge({TEXT: "一，合并过\n\n二\n\n三\n"})
    assert team.upstream.bring().reason
    team.write("一\n\n二\n\n三，我\n")
    pushed = team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    git(team.other, "fetch", "--quiet", "origin")
    git(team.other, "merge", "--quiet", "-m", "merge", f"origin/{pushed.branch}")
    merged = (team.other / TEXT).read_text(encoding="utf-8")
    assert merged == "一，合并过\n\n二\n\n三，我\n"


def test_a_hidden_file_that_git_does_not_know_stays_here(team: Team) -> None:
    for name in (".env", ".DS_Store", "._cover.png"):
        (team.root / FOLDER / name).write_text("SECRET=1", encoding="utf-8")
    assert not any("/." in path for path in team.branches.files(FOLDER))
    # What the system writes into every folder is nothing to tell.
    assert team.branches.hidden(FOLDER) == [f"{FOLDER}/.env"]
    (team.root / FOLDER / "note.md").write_text("注", encoding="utf-8")
    assert f"{FOLDER}/note.md" in team.branches.files(FOLDER)


def test_a_shared_file_that_is_not_mains_is_found(team: Team) -> None:
    team.branches.fetch_tips(LETTER)
    assert team.branches.unlike_main("campaigns", "massctl.yaml") == frozenset()
    (team.root / "campaigns/_shared").mkdir()
    (team.root / "campaigns/_shared/footer.png").write_bytes(b"x")
    team.write("改了")
    unlike = team.branches.unlike_main("campaigns", "massctl.yaml")
    assert unlike == {"campaigns/_shared/footer.png", TEXT}


def remove_as_other(team: Team, *paths: str) -> None:
    """Let somebody else remove files on the letter's branch."""
    branch = branch_of(LETTER)
    git(team.other, "fetch", "--quiet", "origin")
    git(team.other, "switch", "--quiet", branch)
    git(team.other, "rm", "-r", "--quiet", "--", *paths)
    author = "--author=王同事 <wang@example.com>"
    git(team.other, "commit", "--quiet", author, "-m", "removed")
    git(team.other, "push", "--quiet", "origin", branch)


@pytest.fixture
def pushed(team: Team) -> Team:
    team.write("一，我\n\n二\n\n三\n")
    (team.root / FOLDER / "note.md").write_text("注", encoding="utf-8")
    team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    return team


def test_who_removed_a_file_is_said(pushed: Team) -> None:
    remove_as_other(pushed, f"{FOLDER}/note.md")
    brought = pushed.upstream.bring_letter(LETTER, FOLDER)
    assert "王同事 removed: note.md" in brought.reason
    assert not (pushed.root / FOLDER / "note.md").exists()


def test_a_letter_that_somebody_removed_is_for_its_writer_to_choose(pushed: Team) -> None:
    remove_as_other(pushed, FOLDER)
    brought = pushed.upstream.bring_letter(LETTER, FOLDER)
    assert "王同事 removed" in brought.reason
    (clash,) = brought.clashes
    assert clash.path == f"{FOLDER}/campaign.yaml"
    assert clash.pieces[0].mine == "version: 1\n"
    assert pushed.upstream.bring_letter(LETTER, FOLDER).clashes
    pushed.upstream.note_settled(clash.path, clash.theirs)
    assert pushed.upstream.bring_letter(LETTER, FOLDER) == Brought()
    assert pushed.text == "一，我\n\n二\n\n三\n"
    assert (pushed.root / FOLDER / "note.md").exists()
    again = pushed.branches.push(LETTER, FOLDER, pushed.branches.files(FOLDER), "送审\n", LIN)
    assert again.is_new


def test_a_letter_goes_where_its_writer_chose_that(pushed: Team) -> None:
    remove_as_other(pushed, FOLDER)
    (clash,) = pushed.upstream.bring_letter(LETTER, FOLDER).clashes
    (pushed.root / clash.path).write_text("", encoding="utf-8")
    pushed.upstream.note_settled(clash.path, clash.theirs)
    assert "王同事 removed" in pushed.upstream.bring_letter(LETTER, FOLDER).reason
    assert not [each for each in (pushed.root / FOLDER).rglob("*") if each.is_file()]


def test_a_link_that_somebody_pushed_is_for_him_to_replace(pushed: Team) -> None:
    (pushed.other / FOLDER / "link.md").symlink_to("main.md")
    push_as_other(pushed, "一，我\n\n二\n\n三\n")
    with pytest.raises(RefusedError) as refused:
        pushed.upstream.bring_letter(LETTER, FOLDER)
    assert "git pull" not in refused.value.hint


def push_refused(team: Team) -> RefusedError | LedgerUnreachableError:
    team.write("一\n")
    with pytest.raises((RefusedError, LedgerUnreachableError)) as refused:
        team.branches.push(LETTER, FOLDER, team.branches.files(FOLDER), "送审\n", LIN)
    assert "The letter is safe on this machine." in refused.value.detail
    return refused.value


def test_what_pressing_again_cannot_help_is_for_an_engineer(team: Team) -> None:
    git(team.other, "push", "--quiet", "origin", "main:letter")
    in_the_way = push_refused(team)
    assert "'refs/heads/letter' exists" in in_the_way.detail
    git(team.other, "push", "--quiet", "origin", ":letter")
    hook = team.remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no letters on Fridays >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    hooked = push_refused(team)
    assert "no letters on Fridays" in hooked.detail
    team.remote.rename(team.remote.with_name("gone.git"))
    gone = push_refused(team)
    assert "does not appear to be a git repository" in gone.detail
    for refused in (in_the_way, hooked, gone):
        assert "engineer" in refused.hint


@pytest.mark.parametrize(
    ("status", "said", "line", "advice"),
    [
        (128, "fatal: unable to access: Could not resolve host: git.test", "", "check the network"),
        (None, "", "", "check the network"),
        (1, "", "!\tx:refs/heads/letter/y\t[rejected] (stale info)", "press the button again"),
    ],
)
def test_what_passes_is_tried_again(status: int | None, said: str, line: str, advice: str) -> None:
    assert advice_on(GitAnswer(status, b"", said), line).startswith(advice)
