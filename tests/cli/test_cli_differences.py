"""What changed for readers in `massctl plan`: against the lock, what was staged or sent, or a second checkout."""

import shutil
from pathlib import Path

import pytest
from cli_runner import Shell
from repositories import BODY, Tree, png, window
from syrupy.assertion import SnapshotAssertion
from test_cli_loaded import loaded

AT_NOON = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
NEW_BODY = BODY.replace("多穿一件", "多穿两件") + "\n路上小心。\n"
PARSERS = {"selectolax", "massctl.view.difference"}
UNKNOWN = "the changes of {} cannot be shown: the version to compare with is not complete here"


@pytest.fixture
def letter(shell: Shell) -> Shell:
    """A campaign of one article that is due."""
    shell.tree.news("letter", more=AT_NOON)
    return shell


def edit(tree: Tree, edition: int = 1) -> None:
    """Change the words and the picture of the letter."""
    tree.news("letter", title="雨", more=AT_NOON + f"edition: {edition}\n", body=NEW_BODY)
    tree.write("campaigns/letter/images/river.png", png((1, 2, 3)))


def changes(out: str) -> str:
    """Give what a plan says of changes, without its label."""
    lines = out.splitlines()
    (start,) = (number for number, line in enumerate(lines) if line.startswith("  changes "))
    end = next(
        number
        for number, line in enumerate(lines)
        if number > start and not line.startswith(" " * 10)
    )
    return "\n".join(line[13:] for line in lines[start:end])


def second(shell: Shell, name: str = "before") -> Tree:
    """Copy the repository as it is beside itself."""
    shutil.copytree(shell.root, shell.root.parent / name)
    tree = Tree.__new__(Tree)
    tree.root = shell.root.parent / name
    return tree


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [60, 100])
def test_against_a_second_checkout(
    letter: Shell, snapshot: SnapshotAssertion, language: str, columns: int
):
    second(letter)
    edit(letter.tree)
    letter.tree.text("notice", more=AT_NOON)
    letter.tree.settings(language=language)
    letter.env(NO_COLOR="1")
    said = letter("plan", "--against", "../before", columns=columns)
    assert (0, "massctl apply ") == (said.status, said.err[:14])
    assert snapshot == letter.scrub(said.out)


def test_against_a_second_checkout_as_markdown(letter: Shell, snapshot: SnapshotAssertion):
    second(letter)
    edit(letter.tree)
    said = letter("plan", "--against", "../before", "--format", "markdown")
    assert (0, "") == (said.status, said.err)
    assert snapshot == letter.scrub(said.out)


def test_an_equal_checkout_has_nothing_to_show(letter: Shell):
    second(letter)
    assert letter("plan").out == letter("plan", "--against", "../before").out


def test_the_second_checkout_is_rendered_whatever_is_locked_there(letter: Shell):
    letter("lock")
    there = second(letter)
    there.news("letter", title="雪", more=AT_NOON)
    edit(letter.tree, edition=2)
    said = changes(letter("plan", "--against", "../before").out)
    assert "the edition: 1 → 2" in said
    assert "title: 第一封信：雪 → 第一封信：雨" in said


def test_faults_in_the_second_checkout_are_told(letter: Shell):
    second(letter).text("letter", more="surprise: 1\n")
    expected = "against ../before\nits files there have faults, so they cannot be compared"
    assert expected == changes(letter("plan", "--against", "../before").out)


def test_the_second_checkout_is_only_read(letter: Shell):
    there = second(letter)
    before = {path: path.read_bytes() for path in there.root.rglob("*") if path.is_file()}
    edit(letter.tree)
    letter("plan", "--against", str(there.root))
    assert before == {path: path.read_bytes() for path in there.root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("against", ["../nowhere", "campaigns", "massctl.yaml"])
def test_a_folder_that_is_no_checkout_is_wrong_usage(letter: Shell, against: str):
    said = letter("plan", "--against", against)
    assert (2, "") == (said.status, said.out)
    assert f"error: there is no massctl.yaml in {against}\n" in said.err
    assert "git worktree add ../before main" in said.err


def test_a_checkout_with_faulty_settings_is_wrong_usage(letter: Shell):
    second(letter).write("massctl.yaml", "version: 9\n")
    said = letter("plan", "--against", "../before")
    assert 2 == said.status
    assert "massctl.yaml in ../before has faults" in said.err


def test_a_document_for_programs_is_compared_with_nothing(letter: Shell):
    said = letter("plan", "--against", ".", "--format", "json")
    assert (2, "") == (said.status, said.out)
    assert "use --against together with --for-review" in said.err


def test_a_stale_lock_names_what_differs(letter: Shell):
    letter.tree.settings(policy="  require_lock: true\n")
    letter("lock")
    edit(letter.tree)
    said = letter("plan")
    assert "your files changed since it was locked: " in " ".join(said.out.split())
    assert ("", False) == (said.err, "  changes " in said.out)


def test_a_stale_lock_of_what_was_staged_is_compared_with_that(letter: Shell):
    letter.tree.settings(policy="  require_lock: true\n")
    letter("lock")
    letter("apply", "--sandbox", "--until", "draft")
    edit(letter.tree)
    said = letter("plan", "--sandbox").out
    assert "lock_stale" in said
    assert "今天风大，出门多穿[一 → 两]件。" in changes(said)


def test_against_the_staged_draft(letter: Shell):
    letter("apply", "--sandbox", "--until", "draft")
    assert "  changes " not in letter("plan", "--sandbox").out
    edit(letter.tree)
    said = letter("plan", "--sandbox")
    assert "" == said.err
    assert changes(said.out).startswith(
        "compared with the staged draft of 2026-12-01 12:00 +08:00\n"
    )


def test_against_the_edition_that_was_sent(letter: Shell):
    letter("apply", "--sandbox", "--yes")
    edit(letter.tree)
    # What was sent is not rendered again.
    assert "  changes " not in letter("plan", "--sandbox").out
    edit(letter.tree, edition=2)
    said = changes(letter("plan", "--sandbox").out)
    assert said.startswith(
        "compared with edition 1, sent 2026-12-01 12:00 +08:00\nthe edition: 1 → 2\n"
    )


def test_a_text_is_compared_with_what_was_sent(shell: Shell):
    shell.tree.text("notice", more=AT_NOON)
    shell("apply", "--sandbox", "--yes")
    shell.tree.text("notice", content="周日改到十一点。", more=AT_NOON + "edition: 2\n")
    assert "changed: 周日改到十[点半 → 一点]。" in changes(shell("plan", "--sandbox").out)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_what_is_not_kept_cannot_be_shown(letter: Shell, form: str):
    letter("apply", "--sandbox", "--until", "draft")
    shutil.rmtree(letter.root / ".massctl/sandbox/massctl.state.bodies")
    edit(letter.tree)
    said = letter("plan", "--sandbox", "--format", form)
    assert 0 == said.status
    assert "changes" not in said.out
    assert UNKNOWN.format("letter") + "\n" == said.err


def test_an_archive_that_cannot_be_written_stops_no_send(letter: Shell):
    archive = letter.root / ".massctl/sandbox/massctl.state.bodies"
    archive.parent.mkdir(parents=True)
    archive.write_text("in the way")
    said = letter("apply", "--sandbox", "--yes")
    assert 0 == said.status
    assert 1 == said.err.count("could not be stored beside the ledger")
    assert "WeChat accepted the send to every follower" in said.out


def test_git_does_not_see_the_archive(shell: Shell):
    shell("init", "new")
    assert (
        "massctl.state.bodies/"
        in (shell.root / "new/.gitignore").read_text(encoding="utf-8").splitlines()
    )


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_without_a_change_nothing_is_loaded_to_compare(shell: Shell, form: str):
    shell.tree.text("notice", more=AT_NOON)
    shell("lock")
    assert set() == PARSERS & loaded(shell.tree, "plan", "--format", form)


def test_a_document_does_not_pay_for_a_change(shell: Shell):
    shell.tree.text("notice", more=AT_NOON)
    shell("lock")
    shell.tree.text("notice", content="周日改到十一点。", more=AT_NOON)
    assert set() == PARSERS & loaded(shell.tree, "plan", "--format", "json")


def test_a_folder_may_be_named_by_its_whole_path(letter: Shell):
    there = second(letter)
    edit(letter.tree)
    assert changes(letter("plan", "--against", str(there.root)).out).startswith(
        f"against {Path(there.root)}\n"
    )


def test_a_sandbox_that_was_reset_remembers_no_content(letter: Shell):
    letter("apply", "--sandbox", "--until", "draft")
    assert 0 == letter("sandbox", "reset").status
    assert not (letter.root / ".massctl/sandbox/massctl.state.bodies").exists()
