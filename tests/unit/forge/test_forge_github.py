"""GitHub's answers to the port: which comment is ours, what a list lacks, and whose approval counts."""

import pytest
from fake_forge import REPOSITORY, FakeForge

from massctl.errors import ForgeError
from massctl.forge.github import FILES_LISTED_MAX, GitHub
from massctl.forge.port import MergedFile
from massctl.plan.guards import Approval
from massctl.transport import Line

HEAD, MERGE, BLOB = "a1" * 20, "b2" * 20, "c3" * 20
LOCK = "campaigns/letter/campaign.lock.json"
FILE = MergedFile(LOCK, BLOB, MERGE, "main")
MARK = "<!-- massctl:plan -->"


def on(forge: FakeForge, login: str | None = "github-actions[bot]") -> GitHub:
    return GitHub(Line(inside=forge), "https://api.github.test", REPOSITORY, "ghs_secret", login)


@pytest.fixture
def forge() -> FakeForge:
    """Pull request 7 by lin-mei is merged, and its head has the lock."""
    return FakeForge(
        merged={MERGE: 7},
        permissions={"lin-mei": "admin", "bo": "write", "reader": "read"},
        blobs={(LOCK, HEAD): BLOB, (LOCK, "0" * 40): "9" * 40},
    )


def test_somebody_with_write_approved_what_is_sent(forge: FakeForge) -> None:
    forge.review(7, "bo", HEAD)

    assert on(forge).approved(FILE) == Approval("GitHub", 7, "bo")


@pytest.mark.parametrize(
    ("login", "commit", "state", "kind"),
    [
        ("lin-mei", HEAD, "APPROVED", "User"),
        ("reader", HEAD, "APPROVED", "User"),
        ("stranger", HEAD, "APPROVED", "User"),
        ("bo", HEAD, "COMMENTED", "User"),
        ("bo", HEAD, "DISMISSED", "User"),
        ("bo", HEAD, "APPROVED", "Bot"),
        ("bo", "0" * 40, "APPROVED", "User"),
        ("bo", "f" * 40, "APPROVED", "User"),
    ],
    ids=[
        "author",
        "may only read",
        "no collaborator",
        "comment",
        "dismissed",
        "bot",
        "other bytes",
        "no such file",
    ],
)
def test_an_approval_that_does_not_count(
    forge: FakeForge, login: str, commit: str, state: str, kind: str
) -> None:
    forge.review(7, login, commit, state, kind)

    assert on(forge).approved(FILE) == Approval("GitHub", 7)


def test_the_last_word_of_a_reviewer_counts(forge: FakeForge) -> None:
    forge.review(7, "bo", HEAD)
    forge.review(7, "bo", HEAD, "CHANGES_REQUESTED")
    assert on(forge).approved(FILE) == Approval("GitHub", 7)

    forge.review(7, "bo", HEAD)
    forge.review(7, "bo", HEAD, "COMMENTED")
    assert on(forge).approved(FILE) == Approval("GitHub", 7, "bo")


def test_a_push_past_every_pull_request_was_approved_by_nobody(forge: FakeForge) -> None:
    assert on(forge).approved(MergedFile(LOCK, BLOB, "d" * 40, "main")) == Approval("GitHub")
    assert on(forge).approved(MergedFile(LOCK, BLOB, MERGE, "drafts")) == Approval("GitHub")


def test_a_reviewer_on_the_second_page_is_found(forge: FakeForge) -> None:
    for number in range(130):
        forge.review(7, f"reader{number}", HEAD, "COMMENTED")
    forge.review(7, "bo", HEAD)

    assert on(forge).approved(FILE) == Approval("GitHub", 7, "bo")


@pytest.mark.parametrize(("files", "whole"), [(230, True), (FILES_LISTED_MAX, False)])
def test_all_pages_of_changed_files_are_read(files: int, whole: bool) -> None:
    forge = FakeForge(
        files={7: [f"campaigns/{number}" for number in range(files - 1)] + ["zz.yml"]}
    )

    found = on(forge).changed_files(7)
    assert (found.outside, found.is_whole) == (("zz.yml",), whole)


def test_an_unchanged_comment_is_not_written_again() -> None:
    forge = FakeForge()
    for body in ("one", "one", "two"):
        on(forge).comment(7, f"{MARK} {body}", MARK)

    assert forge.bodies(7) == [f"{MARK} two"]
    assert [each.split()[0] for each in forge.asked if not each.startswith("GET")] == [
        "POST",
        "PATCH",
    ]


def test_whose_comments_are_ours_is_asked_where_it_is_not_known() -> None:
    forge = FakeForge()
    forge.comment(7, f"{MARK} of somebody else", "mallory")
    on(forge, None).comment(7, f"{MARK} ours", MARK)
    on(forge, None).comment(7, f"{MARK} ours, newer", MARK)

    assert forge.bodies(7) == [f"{MARK} of somebody else", f"{MARK} ours, newer"]


def test_a_forge_that_is_down_is_an_error_without_the_token(forge: FakeForge) -> None:
    forge.status = 503
    with pytest.raises(ForgeError) as raised:
        on(forge).approved(FILE)

    assert raised.value.summary == "GitHub did not do what it was asked: HTTP status 503"
    assert "ghs_secret" not in repr(raised.value)


def test_an_answer_of_another_shape_is_an_error(forge: FakeForge) -> None:
    forge.review(7, "bo", HEAD)
    forge.pulls_merged = [{"number": 7, "merged_at": "2026-11-30T02:00:00Z", "base": "main"}]

    with pytest.raises(ForgeError, match="the answer is not from GitHub"):
        on(forge).approved(FILE)
