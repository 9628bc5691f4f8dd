"""A request that the desk opens on each forge, and what the forge says of its review."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from fake_forge import REPOSITORY, FakeForge, FakeGitLab

from massctl.errors import ForgeError, TokenRefusedError
from massctl.forge.github import GitHub
from massctl.forge.gitlab import GitLab
from massctl.forge.port import CheckState, CommitCheck, Review, ReviewComment
from massctl.forge.remembering_line import RememberingLine
from massctl.model.phrase import Phrase
from massctl.plan.approvals import ApprovalCount
from massctl.transport import Line

HEAD, OLD = "a" * 40, "b" * 40
BRANCH, PATH = "letter/walks", "campaigns/walks/main.md"


@pytest.fixture
def hub() -> FakeForge:
    forge = FakeForge(required=2)
    forge.open_pull_request(7, BRANCH, HEAD)
    return forge


def github(forge: FakeForge) -> GitHub:
    return GitHub(Line(inside=forge), "https://api.github.test", REPOSITORY, "ghu_secret")


def test_a_pull_request_is_opened_found_and_closed() -> None:
    forge = FakeForge()
    on = github(forge)
    number = on.open_request(BRANCH, "main", "四个周六", "请看")
    assert on.open_requests() == {BRANCH: number}
    assert forge.pulls[0]["title"] == "四个周六"
    on.ask_reviewers(number, ["@chen", "@company/editors"])
    assert forge.pulls[0]["requested_reviewers"] == [{"login": "chen"}]
    assert forge.pulls[0]["requested_teams"] == [{"slug": "editors"}]
    on.close(number)
    assert on.open_requests() == {}


def test_a_branch_of_a_fork_is_not_the_letters(hub: FakeForge) -> None:
    hub.open_pull_request(8, "letter/other", HEAD, head="stranger/letters")
    assert github(hub).open_requests() == {BRANCH: 7}


def test_github_says_how_a_review_stands(hub: FakeForge) -> None:
    hub.note(7, PATH, 3, "太长", by="chen", commit=OLD)
    hub.comment(7, "<!-- massctl:plan -->\nthe plan")
    hub.comment(7, "整体很好", "bo")
    hub.review(7, "chen", OLD, "CHANGES_REQUESTED")
    hub.review(7, "bo", HEAD)
    hub.statuses[HEAD] = ("failure", "faults: 1 campaign")
    hub.runs[HEAD] = [
        {"name": "lint", "status": "completed", "conclusion": "success", "html_url": "https://x"},
        {"name": "render", "status": "queued", "conclusion": None},
    ]
    hub.pulls[0]["requested_reviewers"] = [{"login": "wang"}]
    assert github(hub).review(7, "main") == Review(
        number=7,
        head=HEAD,
        author="lin-mei",
        comments=(
            ReviewComment("", "bo", "整体很好", ""),
            ReviewComment("700", "chen", "太长", "2026-12-02T08:00:00Z", PATH, 3, OLD),
        ),
        checks=(
            CommitCheck("massctl", CheckState.BAD, "faults: 1 campaign"),
            CommitCheck("lint", CheckState.GOOD, "", "https://x"),
            CommitCheck("render", CheckState.OPEN),
        ),
        asked=("wang",),
        against=("chen",),
        approving=("bo",),
        lacking=(
            ApprovalCount(1, why=(Phrase("the rules of {branch} on GitHub", branch="main"),)),
        ),
        seen=HEAD,
    )


def test_a_thread_that_is_resolved_is_told(hub: FakeForge) -> None:
    first = hub.note(7, PATH, 3, "太长", by="chen", commit=OLD)
    hub.note(7, PATH, 5, "太短", by="chen", commit=OLD)
    on = github(hub)
    on.answer(7, str(first), "改短了")
    hub.resolved.add(first)
    settled = [(each.body, each.is_settled) for each in on.review(7, "main").comments]
    assert settled == [("太长", True), ("太短", False), ("改短了", True)]


def test_a_bot_is_nobody_who_looked(hub: FakeForge) -> None:
    hub.review(7, "chen", OLD, "COMMENTED")
    hub.review(7, "robot[bot]", HEAD, "COMMENTED", "Bot")
    assert github(hub).review(7, "main").seen == OLD


def test_what_a_token_may_not_read_is_left_out(hub: FakeForge) -> None:
    def strict(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith(("/check-runs", "/status", "/rules/branches/main")):
            start("403 .", [])
            return [b"{}"]
        return hub(environ, start)

    on = GitHub(Line(inside=strict), "https://api.github.test", REPOSITORY, "ghu_secret")
    found = on.review(7, "main")
    assert (found.checks, found.lacking) == ((), ())


def test_an_answer_on_github_goes_into_its_thread(hub: FakeForge) -> None:
    number = hub.note(7, PATH, 3, "太长", by="chen", commit=OLD)
    on = github(hub)
    on.answer(7, str(number), "改短了")
    on.answer(7, "", "谢谢")
    assert hub.notes[7][1]["in_reply_to_id"] == number
    assert hub.bodies(7) == ["谢谢"]
    assert [each.thread for each in on.review(7, "main").comments] == ["", "700", "700"]


def test_an_order_starts_the_workflow(hub: FakeForge) -> None:
    page = github(hub).order("main", {"order": "preview a pull request", "number": "7"})
    assert page == "https://github.test/house/letters/actions/workflows/apply.yml"
    inputs = {"order": "preview a pull request", "number": "7"}
    assert hub.orders == [{"ref": "main", "inputs": inputs}]


def test_what_did_not_change_is_not_sent_again(hub: FakeForge) -> None:
    on = GitHub(RememberingLine(inside=hub), "https://api.github.test", REPOSITORY, "ghu_secret")
    first = on.review(7, "main")
    asked = len(hub.asked)
    assert on.review(7, "main") == first
    assert hub.unchanged == len(hub.asked) - asked
    hub.comment(7, "新的意见", "bo")
    assert [each.body for each in on.review(7, "main").comments] == ["新的意见"]


def test_a_token_that_ended_is_told_apart(hub: FakeForge) -> None:
    hub.status = 401
    with pytest.raises(TokenRefusedError):
        github(hub).review(7, "main")
    hub.status = 502
    with pytest.raises(ForgeError) as refused:
        github(hub).review(7, "main")
    assert not isinstance(refused.value, TokenRefusedError)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"message": "Validation Failed"}', "422, \u201cValidation Failed\u201d"),
        (b'{"error": "insufficient_scope"}', "insufficient_scope"),
        (b'{"message": {"base": ["x"]}}', "422"),
        (b"<html>", "422"),
    ],
)
def test_a_forge_says_why_it_refuses(body: bytes, words: str) -> None:
    def refusing(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("422 .", [])
        return [body]

    on = GitHub(Line(inside=refusing), "https://api.github.test", REPOSITORY, "ghu_secret")
    with pytest.raises(ForgeError) as refused:
        on.open_request(BRANCH, "main", "题", "")
    assert words in refused.value.summary


def gitlab(forge: FakeGitLab) -> GitLab:
    return GitLab(Line(inside=forge), "https://gitlab.test/api/v4", REPOSITORY, "glpat-secret")


def test_a_merge_request_is_opened_found_and_closed() -> None:
    forge = FakeGitLab(users={4: {"username": "chen"}})
    on = gitlab(forge)
    number = on.open_request(BRANCH, "main", "四个周六", "请看")
    assert on.open_requests() == {BRANCH: number}
    on.ask_reviewers(number, ["@chen", "@company/editors", "@nobody"])
    assert forge.requests[number]["reviewer_ids"] == [4]
    on.close(number)
    assert forge.requests[number]["state_event"] == "close"
    assert on.order("main", {}) is None


def test_gitlab_says_how_a_review_stands() -> None:
    forge = FakeGitLab(users={4: {"username": "chen"}, 6: {"username": "bo"}})
    on = gitlab(forge)
    number = on.open_request(BRANCH, "main", "四个周六", "请看")
    forge.versions[number] = [
        {"head_commit_sha": HEAD, "created_at": "2026-12-02T09:00:00Z"},
        {"head_commit_sha": OLD, "created_at": "2026-12-02T07:00:00Z"},
    ]
    place = {"new_path": PATH, "new_line": 3, "head_sha": OLD}
    thread = forge.discuss(number, 4, "太长", "2026-12-02T08:00:00Z", place)
    forge.discuss(number, 4, "<!-- massctl:plan -->", "2026-12-02T10:00:00Z")
    forge.discuss(number, 1, "谢谢", "2026-12-02T08:02:00Z")
    forge.discussions[number][0]["notes"].append({"system": True, "body": "changed this line"})
    forge.reviewers[number] = [
        {"user": {"username": "chen"}, "state": "requested_changes"},
        {"user": {"username": "wang"}, "state": "unreviewed"},
    ]
    forge.approve(number, 6, None)
    forge.rules[number] = [
        {
            "name": "Editors",
            "approvals_required": 2,
            "approved": False,
            "approved_by": [{"username": "bo"}],
            "eligible_approvers": [{"username": "bo"}, {"username": "wang"}],
        },
        {"name": "All", "approvals_required": 1, "approved": True, "approved_by": []},
    ]
    forge.statuses[HEAD] = {"name": "massctl", "status": "running", "description": "…"}
    assert on.review(number, "main") == Review(
        number=number,
        head=HEAD,
        author="user1",
        comments=(
            ReviewComment(thread, "chen", "太长", "2026-12-02T08:00:00Z", PATH, 3, OLD),
            ReviewComment("", "user1", "谢谢", "2026-12-02T08:02:00Z"),
        ),
        checks=(CommitCheck("massctl", CheckState.OPEN, "…"),),
        asked=("wang",),
        against=("chen",),
        approving=("bo",),
        lacking=(
            ApprovalCount(1, ("wang",), (Phrase("the rule {name} on GitLab", name="Editors"),)),
        ),
        seen=OLD,
    )
    forge.approve(number, 6, "2026-12-02T09:30:00Z")
    assert on.review(number, "main").seen == HEAD
    on.answer(number, thread, "改短了")
    assert forge.discussions[number][0]["notes"][-1]["body"] == "改短了"
