"""GitHub's answers to the port: which comment is ours, what a list lacks, and whose approval counts."""

from typing import Any

import pytest
from fake_forge import REPOSITORY, FakeForge

from massctl.errors import ForgeError
from massctl.forge.github import BOT, FILES_LISTED_MAX, GitHub
from massctl.forge.port import MergedFile
from massctl.plan.guards import Approval
from massctl.transport import Line

HEAD, MERGE, BLOB, BASE = "a1" * 20, "b2" * 20, "c3" * 20, "d4" * 20
LOCK = "campaigns/letter/campaign.lock.json"
FILE = MergedFile(LOCK, BLOB, MERGE, "main")
MARK = "<!-- massctl:plan -->"


def on(forge: FakeForge, login: str | None = "github-actions[bot]") -> GitHub:
    return GitHub(Line(inside=forge), "https://api.github.test", REPOSITORY, "ghs_secret", login)


def approved(*by: str) -> tuple[Approval, ...]:
    return (Approval("GitHub", 7, by, BASE),)


@pytest.fixture
def forge() -> FakeForge:
    """Pull request 7 by lin-mei is merged, and its head has the lock."""
    return FakeForge(
        merged={MERGE: 7},
        heads={7: HEAD},
        bases={7: BASE},
        permissions={"lin-mei": "admin", "bo": "write", "reader": "read"},
        blobs={(LOCK, HEAD): BLOB, (LOCK, "0" * 40): "9" * 40},
    )


def test_somebody_with_write_approved_what_is_sent(forge: FakeForge) -> None:
    forge.review(7, "bo", HEAD)

    assert on(forge).approved(FILE) == approved("bo")


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
        "an older commit",
        "a commit that is gone",
    ],
)
def test_an_approval_that_does_not_count(
    forge: FakeForge, login: str, commit: str, state: str, kind: str
) -> None:
    forge.review(7, login, commit, state, kind)

    assert on(forge).approved(FILE) == approved()


def test_the_last_word_of_a_reviewer_counts(forge: FakeForge) -> None:
    forge.review(7, "bo", HEAD)
    forge.review(7, "bo", HEAD, "CHANGES_REQUESTED")
    assert on(forge).approved(FILE) == approved()

    forge.review(7, "bo", HEAD)
    forge.review(7, "bo", HEAD, "COMMENTED")
    assert on(forge).approved(FILE) == approved("bo")


@pytest.mark.parametrize("blob", ["9" * 40, ""], ids=["other bytes", "no such file"])
def test_an_approval_of_another_lock_does_not_count(forge: FakeForge, blob: str) -> None:
    """Written by the merge itself, or by somebody who merged by hand."""
    forge.review(7, "bo", HEAD)
    forge.blobs[LOCK, HEAD] = blob

    assert on(forge).approved(FILE) == approved()


def test_an_approval_of_an_older_commit_does_not_count_though_the_lock_is_the_same(
    forge: FakeForge,
) -> None:
    forge.blobs[LOCK, "e" * 40] = BLOB
    forge.review(7, "bo", "e" * 40)
    assert on(forge).approved(FILE) == approved()

    forge.review(7, "bo", HEAD)
    assert on(forge).approved(FILE) == approved("bo")


@pytest.mark.parametrize(
    ("authors", "committer"),
    [(("bo",), ""), (("Bo", "lin-mei"), ""), (("lin-mei", None, "bo"), ""), (("lin-mei",), "bo")],
    ids=["wrote", "in capitals", "co-author", "committed"],
)
def test_whoever_made_a_commit_does_not_approve_it(
    forge: FakeForge, authors: tuple[str | None, ...], committer: str
) -> None:
    forge.permissions["wu"] = "admin"
    forge.commit(7, "f" * 40, *authors, committer=committer)
    forge.commit(7, HEAD, "lin-mei")
    for login in ("bo", "wu"):
        forge.review(7, login, HEAD)

    assert on(forge).approved(FILE) == approved("wu")


@pytest.mark.parametrize("older", [0, 250], ids=["newest", "on the third page"])
def test_whoever_pushed_does_not_approve_it(forge: FakeForge, older: int) -> None:
    """In the name of somebody else, or of somebody whose address is nobody's account."""
    forge.commit(7, "f" * 40, "lin-mei")
    forge.commit(7, HEAD, None)
    forge.pushed = [
        *({"after": "1" * 40, "actor": {"login": "bo"}} for _ in range(older)),
        {"after": "f" * 40, "actor": {"login": "bo"}},
        {"after": "0" * 40, "actor": {"login": "wu"}},
        {"after": HEAD, "actor": None},
    ]
    forge.permissions["wu"] = "write"
    for login in ("bo", "wu"):
        forge.review(7, login, HEAD)

    assert on(forge).approved(FILE) == approved("wu")


def by_robot(after: str, before: str = "0" * 40, ref: str = "refs/heads/letter") -> dict[str, Any]:
    return {"before": before, "after": after, "ref": ref, "actor": {"login": BOT}}


@pytest.mark.parametrize(
    ("pushed", "changed", "commit"),
    [
        (by_robot(HEAD), ["campaigns/letter/articles/main.md"], "f" * 12),
        (by_robot(HEAD, "f" * 40), ["campaigns/letter/articles/main.md"], HEAD[:12]),
        (
            by_robot(HEAD, "f" * 40),
            ["campaigns/letter/campaign.lock.json", "massctl.yaml"],
            HEAD[:12],
        ),
        (by_robot(HEAD, "f" * 40), ["campaign.lock.json"], HEAD[:12]),
        (by_robot(HEAD, "f" * 40), [], HEAD[:12]),
        (by_robot(HEAD, "f" * 40), ["campaigns/a/campaign.lock.json"] * 300, HEAD[:12]),
    ],
    ids=[
        "all",
        "the last",
        "more than a lock",
        "no lock",
        "nothing is told",
        "too many to be told",
    ],
)
def test_what_a_workflow_pushed_is_approved_by_nobody(
    forge: FakeForge, pushed: dict[str, Any], changed: list[str], commit: str
) -> None:
    """Whoever starts one may push his own words in the name of somebody else, and approve them."""
    forge.commit(7, "f" * 40, "lin-mei")
    forge.commit(7, HEAD, "lin-mei")
    forge.pushed, forge.changed = [pushed], {HEAD: changed}
    forge.review(7, "bo", HEAD)

    with pytest.raises(ForgeError, match=f"a workflow pushed commit {commit}"):
        on(forge).approved(FILE)


@pytest.mark.parametrize(
    "pushed",
    [
        by_robot(HEAD, "f" * 40),
        by_robot("1" * 40),
        by_robot("f" * 40, ref="refs/heads/other"),
    ],
    ids=["a lock", "another commit", "another branch"],
)
def test_a_lock_of_a_workflow_stays_approved(forge: FakeForge, pushed: dict[str, Any]) -> None:
    forge.commit(7, "f" * 40, "lin-mei")
    forge.commit(7, HEAD, "lin-mei")
    forge.pushed, forge.changed = [pushed], {HEAD: ["campaigns/letter/campaign.lock.json"]}
    forge.review(7, "bo", HEAD)

    assert on(forge).approved(FILE) == approved("bo")


def test_pushes_to_a_fork_are_read_there(forge: FakeForge) -> None:
    forge.fork = "lin-mei/letters"
    forge.review(7, "bo", HEAD)

    assert on(forge).approved(FILE) == approved("bo")
    asked = [each.partition("/repos/")[2] for each in forge.asked if each.endswith("/activity")]
    assert asked == [
        "lin-mei/letters/activity",
        "house/letters/activity",
        "lin-mei/letters/activity",
    ]


@pytest.mark.parametrize(
    ("fork", "pushed", "place"),
    [(REPOSITORY, None, REPOSITORY), (None, [], "a fork that was deleted")],
    ids=["forbidden", "deleted"],
)
def test_where_nobody_knows_who_pushed_nobody_approved_it(
    forge: FakeForge, fork: str | None, pushed: list[dict[str, object]] | None, place: str
) -> None:
    """Who signs a commit may write any name into it."""
    forge.fork, forge.pushed = fork, pushed
    forge.commit(7, HEAD, "lin-mei")
    forge.review(7, "bo", HEAD)

    with pytest.raises(ForgeError, match=f"does not tell who pushed to {place}"):
        on(forge).approved(FILE)


def test_activity_that_is_too_long_is_not_cut(forge: FakeForge) -> None:
    forge.pushed = [{"after": "1" * 40, "actor": {"login": "bo"}} for _ in range(3001)]
    forge.review(7, "bo", HEAD)

    with pytest.raises(ForgeError, match="more than 3,000 is not read"):
        on(forge).approved(FILE)


def test_reviews_that_are_too_many_are_not_cut(forge: FakeForge) -> None:
    for number in range(3000):
        forge.review(7, f"reader{number}", "0" * 40)
    assert on(forge).approved(FILE) == approved()

    forge.review(7, "bo", HEAD, "DISMISSED")
    with pytest.raises(ForgeError, match="more than 3,000 is not read"):
        on(forge).approved(FILE)


def test_more_commits_than_are_listed_are_not_judged(forge: FakeForge) -> None:
    for number in range(101):
        forge.commit(7, f"{number:040}", "lin-mei")
    forge.review(7, "bo", HEAD)

    with pytest.raises(ForgeError, match="more than 100 commits"):
        on(forge).approved(FILE)


def test_all_who_approve_count_and_of_an_open_pull_request_too(forge: FakeForge) -> None:
    forge.permissions["wu"] = "admin"
    for login in ("bo", "wu"):
        forge.review(7, login, HEAD)

    assert on(forge).approved(FILE) == approved("bo", "wu")
    assert on(forge).approvers(7, HEAD) == ("bo", "wu")
    assert on(forge).approvers(7, "0" * 40) == ()


def test_each_pull_request_that_brought_it_is_told(forge: FakeForge) -> None:
    """One commit may have come by two: a branch of a branch."""
    pulls = on(forge)._merged(MERGE, "main")
    forge.pulls_merged = [{**pulls[0], "number": 8}, *pulls]
    forge.review(7, "bo", HEAD)

    assert [(each.number, each.by) for each in on(forge).approved(FILE)] == [(8, ()), (7, ("bo",))]


def test_a_push_past_every_pull_request_was_approved_by_nobody(forge: FakeForge) -> None:
    assert on(forge).approved(MergedFile(LOCK, BLOB, "d" * 40, "main")) == ()
    assert on(forge).approved(MergedFile(LOCK, BLOB, MERGE, "drafts")) == ()


def test_a_reviewer_on_the_second_page_is_found(forge: FakeForge) -> None:
    for number in range(130):
        forge.review(7, f"reader{number}", HEAD, "COMMENTED")
    forge.review(7, "bo", HEAD)

    assert on(forge).approved(FILE) == approved("bo")


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


@pytest.mark.parametrize(
    ("api", "site"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://git.example.com/api/v3", "https://git.example.com"),
    ],
)
def test_a_pull_request_has_a_page_for_people(forge: FakeForge, api: str, site: str) -> None:
    asked = GitHub(Line(inside=forge), api, REPOSITORY, "ghs_secret")
    assert f"{site}/{REPOSITORY}/pull/7" == asked.page(7)
