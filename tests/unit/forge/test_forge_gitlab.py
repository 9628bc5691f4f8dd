"""GitLab's answers to the port: an approval counts for what was pushed before it."""

import pytest
from fake_forge import REPOSITORY, FakeGitLab

from massctl.errors import ForgeError
from massctl.forge.gitlab import GitLab
from massctl.forge.port import MergedFile
from massctl.plan.guards import Approval
from massctl.transport import Line

HEAD, MERGE, BLOB = "a1" * 20, "b2" * 20, "c3" * 20
LOCK = "campaigns/letter/campaign.lock.json"
FILE = MergedFile(LOCK, BLOB, MERGE, "main")
PUSHED, LATER = "2026-11-30T01:00:00.000Z", "2026-11-30T09:30:00.000+08:00"
AUTHOR, BO, REPORTER, GONE = 1, 2, 3, 4


def on(gitlab: FakeGitLab) -> GitLab:
    return GitLab(Line(inside=gitlab), "https://gitlab.test/api/v4", REPOSITORY, "glpat-secret")


@pytest.fixture
def gitlab() -> FakeGitLab:
    """Merge request 7 was pushed once, with the lock, and merged."""
    members = {
        AUTHOR: ("active", 50),
        BO: ("active", 30),
        REPORTER: ("active", 20),
        GONE: ("blocked", 40),
    }
    made = FakeGitLab(members=members, blobs={(LOCK, HEAD): BLOB, (LOCK, "0" * 40): "9" * 40})
    made.merge(7, MERGE, (HEAD, PUSHED), author=AUTHOR)
    return made


def test_somebody_who_may_push_approved_what_is_sent(gitlab: FakeGitLab) -> None:
    gitlab.approve(7, BO, LATER)

    assert on(gitlab).approved(FILE) == Approval("GitLab", 7, "user2")


@pytest.mark.parametrize(
    ("user", "at"),
    [
        (AUTHOR, LATER),
        (REPORTER, LATER),
        (GONE, LATER),
        (9, LATER),
        (BO, None),
        (BO, "2026-11-30T00:59:59Z"),
    ],
    ids=["author", "may not push", "blocked", "no member", "not told when", "before the push"],
)
def test_an_approval_that_does_not_count(gitlab: FakeGitLab, user: int, at: str | None) -> None:
    gitlab.approve(7, user, at)

    assert on(gitlab).approved(FILE) == Approval("GitLab", 7)


@pytest.mark.parametrize(
    ("second", "by"), [(HEAD, "user2"), ("0" * 40, None)], ids=["same lock", "another lock"]
)
def test_an_approval_counts_for_the_push_that_it_saw(
    gitlab: FakeGitLab, second: str, by: str | None
) -> None:
    gitlab.merge(7, MERGE, ("f" * 40, "2026-11-29T01:00:00Z"), (second, PUSHED), author=AUTHOR)
    gitlab.approve(7, BO, LATER)

    assert on(gitlab).approved(FILE) == Approval("GitLab", 7, by)


def test_a_push_past_every_merge_request_was_approved_by_nobody(gitlab: FakeGitLab) -> None:
    assert on(gitlab).approved(MergedFile(LOCK, BLOB, "d" * 40, "main")) == Approval("GitLab")
    assert on(gitlab).approved(MergedFile(LOCK, BLOB, MERGE, "drafts")) == Approval("GitLab")


@pytest.mark.parametrize("at", ["yesterday", "2026-11-30T09:30:00"])
def test_a_moment_of_another_shape_is_an_error(gitlab: FakeGitLab, at: str) -> None:
    gitlab.approve(7, BO, at)

    with pytest.raises(ForgeError, match="the answer is not from GitLab"):
        on(gitlab).approved(FILE)


@pytest.mark.parametrize(("counted", "whole"), [("131", True), ("1000+", False)])
def test_changed_files_are_whole_where_all_are_listed(
    gitlab: FakeGitLab, counted: str, whole: bool
) -> None:
    moved = {"old_path": "notes.txt", "new_path": "campaigns/notes.txt"}
    gitlab.requests[7]["changes_count"] = counted
    gitlab.diffs[7] = [
        {"old_path": f"campaigns/{n}", "new_path": f"campaigns/{n}"} for n in range(130)
    ] + [moved]

    found = on(gitlab).changed_files(7)
    assert (found.outside, found.is_whole) == (("notes.txt",), whole)


def test_a_note_is_updated_where_it_differs(gitlab: FakeGitLab) -> None:
    gitlab.notes[7] = [{"id": 1, "body": "<!-- m --> of somebody else", "author": {"id": 5}}]
    for body in ("one", "one", "two"):
        on(gitlab).comment(7, f"<!-- m --> {body}", "<!-- m -->")

    assert [each["body"] for each in gitlab.notes[7]] == [
        "<!-- m --> of somebody else",
        "<!-- m --> two",
    ]
    assert [each.split()[0] for each in gitlab.asked if not each.startswith("GET")] == [
        "POST",
        "PUT",
    ]


def test_a_status_stands_on_its_commit(gitlab: FakeGitLab) -> None:
    on(gitlab).set_status(HEAD, is_good=False, said="x" * 300, run="https://gitlab.test/run")

    told = gitlab.statuses[HEAD]
    assert (told["state"], told["name"], len(told["description"])) == ("failed", "massctl", 255)


def test_the_merge_request_of_a_path_and_the_head_of_an_open_one(gitlab: FakeGitLab) -> None:
    gitlab.newest = MERGE
    gitlab.requests[8] = {"iid": 8, "state": "opened", "sha": HEAD}

    assert on(gitlab).merged_from("campaigns/letter", "main") == [7]
    assert (on(gitlab).head_of(7), on(gitlab).head_of(8)) == (None, HEAD)
