"""GitLab's answers to the port: an approval counts for what was pushed before it."""

import pytest
from fake_forge import REPOSITORY, FakeGitLab

from massctl.errors import ForgeError
from massctl.forge.gitlab import GitLab
from massctl.forge.port import MergedFile
from massctl.plan.guards import Approval
from massctl.transport import Line

HEAD, MERGE, BLOB, BASE = "a1" * 20, "b2" * 20, "c3" * 20, "d4" * 20
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
    made.base = BASE
    made.merge(7, MERGE, (HEAD, PUSHED), author=AUTHOR)
    made.commit(7, "Lin Mei", "lin@example.com")
    return made


def approved(*by: str) -> tuple[Approval, ...]:
    return (Approval("GitLab", 7, by, BASE),)


def test_somebody_who_may_push_approved_what_is_sent(gitlab: FakeGitLab) -> None:
    gitlab.approve(7, BO, LATER)

    assert on(gitlab).approved(FILE) == approved("user2")


@pytest.mark.parametrize(
    ("user", "at"),
    [
        (AUTHOR, LATER),
        (REPORTER, LATER),
        (GONE, LATER),
        (9, LATER),
        (BO, "2026-11-30T00:59:59Z"),
        (BO, PUSHED),
    ],
    ids=["author", "may not push", "blocked", "no member", "before the push", "at its moment"],
)
def test_an_approval_that_does_not_count(gitlab: FakeGitLab, user: int, at: str | None) -> None:
    gitlab.approve(7, user, at)

    assert on(gitlab).approved(FILE) == approved()


def test_an_approval_before_the_last_push_does_not_count_though_the_lock_is_the_same(
    gitlab: FakeGitLab,
) -> None:
    gitlab.blobs[LOCK, "e" * 40] = BLOB
    gitlab.merge(7, MERGE, ("e" * 40, "2026-11-29T01:00:00Z"), (HEAD, PUSHED), author=AUTHOR)
    gitlab.approve(7, BO, "2026-11-29T02:00:00Z")
    assert on(gitlab).approved(FILE) == approved()

    gitlab.approve(7, BO, LATER)
    assert on(gitlab).approved(FILE) == approved("user2")


@pytest.mark.parametrize("blob", ["9" * 40, ""], ids=["other bytes", "no such file"])
def test_an_approval_of_another_lock_does_not_count(gitlab: FakeGitLab, blob: str) -> None:
    gitlab.approve(7, BO, LATER)
    gitlab.blobs[LOCK, HEAD] = blob

    assert on(gitlab).approved(FILE) == approved()


@pytest.mark.parametrize(
    ("name", "email", "message"),
    [
        ("Bo", "x@example.com", ""),
        ("USER2", "x@example.com", ""),
        ("x", "Bo@example.com", ""),
        ("x", "2-user2@users.noreply.gitlab.test", ""),
        ("x", "x@example.com", "Words\n\nCo-Authored-By: x <bo@example.com>"),
    ],
    ids=["name", "username", "address", "hidden address", "co-author"],
)
def test_whoever_wrote_a_commit_does_not_approve_it(
    gitlab: FakeGitLab, name: str, email: str, message: str
) -> None:
    gitlab.users[BO] = {"name": "Bo", "public_email": "bo@example.com"}
    gitlab.members[5] = ("active", 40)
    gitlab.commit(7, name, email, message)
    for user in (BO, 5):
        gitlab.approve(7, user, LATER)

    assert on(gitlab).approved(FILE) == approved("user5")


def test_whoever_pushed_does_not_approve_it(gitlab: FakeGitLab) -> None:
    gitlab.pushes = []
    gitlab.push(9, "0" * 40)
    gitlab.push(BO, HEAD)
    gitlab.approve(7, BO, LATER)

    assert on(gitlab).approved(FILE) == approved()


def test_whoever_pushed_a_part_before_the_request_was_opened_does_not_approve_it(
    gitlab: FakeGitLab,
) -> None:
    """The versions of a merge request begin with its opening."""
    gitlab.pushes = []
    gitlab.push(BO, "e" * 40)
    gitlab.push(AUTHOR, HEAD, begin="e" * 40)
    gitlab.commit(7, "Lin Mei", "lin@example.com", sha="e" * 40)
    gitlab.approve(7, BO, LATER)

    assert on(gitlab).approved(FILE) == approved()
    assert gitlab.since == "2026-09-01"


def test_a_push_is_not_hidden_by_a_newer_one_of_the_same_commit(gitlab: FakeGitLab) -> None:
    gitlab.pushes = []
    gitlab.push(BO, HEAD, ref="other")
    gitlab.push(AUTHOR, HEAD)
    gitlab.approve(7, BO, LATER)

    assert on(gitlab).approved(FILE) == approved()


@pytest.mark.parametrize("source", [5, 6], ids=["here", "main of a fork"])
def test_whoever_merges_by_fast_forward_may_approve(gitlab: FakeGitLab, source: int) -> None:
    """The merge pushes the last commit to main of the project, but not to that of a fork."""
    gitlab.source = source
    gitlab.merge(7, MERGE, (HEAD, PUSHED), author=AUTHOR)
    gitlab.push(BO, HEAD, ref="main")
    gitlab.approve(7, BO, LATER)

    assert on(gitlab).approved(FILE) == (approved("user2") if source == 5 else approved())


@pytest.mark.parametrize("begin", [None, "e" * 40], ids=["none", "not the one that it began at"])
def test_where_nobody_knows_who_pushed_nobody_approved_it(
    gitlab: FakeGitLab, begin: str | None
) -> None:
    """A push of many branches at once is one event without commits."""
    gitlab.pushes = [{"author_id": BO, "push_data": {"commit_to": None, "ref_count": 5}}]
    if begin:
        gitlab.push(AUTHOR, HEAD, begin=begin)
        gitlab.commit(7, "Lin Mei", "lin@example.com", sha=begin)
    gitlab.approve(7, BO, LATER)

    with pytest.raises(ForgeError, match=f"who wrote or pushed commit {(begin or HEAD)[:12]}"):
        on(gitlab).approved(FILE)


@pytest.mark.parametrize(
    "user",
    [
        {"username": "project_5_bot_0f3a"},
        {"username": "group_12_bot"},
        {"username": "release-service", "bot": True},
    ],
)
def test_a_bot_does_not_approve(gitlab: FakeGitLab, user: dict[str, object]) -> None:
    gitlab.users[BO] = user
    gitlab.approve(7, BO, LATER)

    assert on(gitlab).approved(FILE) == approved()


def test_an_approval_of_a_deleted_account_does_not_count(gitlab: FakeGitLab) -> None:
    gitlab.approvals[7] = [{"user": None, "approved_at": LATER}]

    assert on(gitlab).approved(FILE) == approved()


@pytest.mark.parametrize(
    "given", [{"user": {"username": "bo"}}, {"user": {"id": "2"}}, {}, {"user": "bo"}]
)
def test_an_approver_of_another_shape_is_an_error(
    gitlab: FakeGitLab, given: dict[str, object]
) -> None:
    gitlab.approvals[7] = [{**given, "approved_at": LATER}]

    with pytest.raises(ForgeError, match="the answer is not from GitLab"):
        on(gitlab).approved(FILE)


def test_pushes_that_are_too_many_are_not_cut(gitlab: FakeGitLab) -> None:
    gitlab.pushes = [*gitlab.pushes, *({"author_id": 9, "push_data": {}} for _ in range(3000))]
    gitlab.approve(7, BO, LATER)

    with pytest.raises(ForgeError, match="more than 3,000 is not read"):
        on(gitlab).approved(FILE)


def test_an_old_gitlab_that_does_not_tell_when_is_not_believed(gitlab: FakeGitLab) -> None:
    gitlab.approve(7, BO, None)

    with pytest.raises(ForgeError, match="does not tell when an approval was given"):
        on(gitlab).approved(FILE)


def test_all_who_approve_count_and_of_an_open_merge_request_too(gitlab: FakeGitLab) -> None:
    gitlab.members[5] = ("active", 40)
    for user in (BO, 5):
        gitlab.approve(7, user, LATER)

    assert on(gitlab).approvers(7, HEAD) == ("user2", "user5")
    assert on(gitlab).approvers(7, "0" * 40) == ()


def test_a_push_past_every_merge_request_was_approved_by_nobody(gitlab: FakeGitLab) -> None:
    assert on(gitlab).approved(MergedFile(LOCK, BLOB, "d" * 40, "main")) == ()
    assert on(gitlab).approved(MergedFile(LOCK, BLOB, MERGE, "drafts")) == ()


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


def test_a_merge_request_has_a_page_for_people() -> None:
    asked = GitLab(Line(), "https://gitlab.com/api/v4", REPOSITORY, "glpat-secret")
    assert f"https://gitlab.com/{REPOSITORY}/-/merge_requests/7" == asked.page(7)
